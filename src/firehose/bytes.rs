//! Bytes as text and numbers.

use std::borrow::Cow;

/// Like [`String::from_utf8_lossy`], which is slow on valid UTF-8.
pub(crate) fn lossy(text: &[u8]) -> Cow<'_, str> {
    str::from_utf8(text).map_or_else(|_| String::from_utf8_lossy(text), Cow::Borrowed)
}

/// A whole number in decimal; `None` for other text and for one that an `i64`
/// does not hold.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    // Nearly all are times of 13 digits; 18 always fit.
    let digits = (1..=18).contains(&text.len()).then(|| {
        text.iter().try_fold(0, |sum: i64, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'))
        })
    });
    digits.flatten().or_else(|| str::from_utf8(text).ok()?.parse().ok())
}
