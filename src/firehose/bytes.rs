//! Slices that are where they should be, and bytes as text and numbers.

use std::borrow::Cow;
use std::slice::SliceIndex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The byte order mark, U+FEFF, in UTF-8.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The part of `whole` in `range`, which is within it.
///
/// An offset that slipped stops debug builds and the fuzz targets; a release
/// build continues with an empty slice. Where input decides whether the range is within,
/// `get` is the right call.
#[inline]
#[track_caller]
pub(crate) fn part<T, R>(whole: &[T], range: R) -> &[T]
where
    R: SliceIndex<[T], Output = [T]>,
{
    let part = whole.get(range);
    debug_assert!(part.is_some(), "a range that is not within {} elements", whole.len());
    part.unwrap_or_default()
}

/// Like [`part`], to be written to.
#[inline]
#[track_caller]
pub(crate) fn part_mut<T, R>(whole: &mut [T], range: R) -> &mut [T]
where
    R: SliceIndex<[T], Output = [T]>,
{
    let length = whole.len();
    let part = whole.get_mut(range);
    debug_assert!(part.is_some(), "a range that is not within {length} elements");
    part.unwrap_or_default()
}

/// Copies as much of the start of `from` as `to` has room for, and returns how
/// much that is.
#[inline]
pub(crate) fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    part_mut(to, ..count).copy_from_slice(part(from, ..count));
    count
}

/// Where `inner`, a slice of `whole`, starts in it.
pub(crate) fn place_in(whole: &[u8], inner: &[u8]) -> usize {
    inner.as_ptr().addr().saturating_sub(whole.as_ptr().addr()).min(whole.len())
}

/// The bytes without a byte order mark before them.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}

/// Content without what may stand around the text in it: white space, then a byte order mark.
pub(crate) fn trim_around(bytes: &[u8]) -> &[u8] {
    without_bom(bytes.trim_ascii())
}

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

/// Appends `bytes` in base64 with its padding.
pub(crate) fn push_base64(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, b'=');
    if let Some(room) = out.get_mut(start..) {
        // There is room for exactly that.
        let _unused = STANDARD.encode_slice(bytes, room);
    }
}

/// True for a control character that text does not have: any but BEL, backspace,
/// white space and escape, which programs write to terminals and logs.
pub const fn is_binary_byte(byte: u8) -> bool {
    matches!(byte, 0..=6 | 0xe..=0x1a | 0x1c..=0x1f)
}

/// True if one of `bytes` is [no byte of text](is_binary_byte).
pub fn has_binary_bytes(bytes: &[u8]) -> bool {
    /// Bytes that are looked at without a branch between them, as vectors.
    const STEP: usize = 64;
    let has = |chunk: &[u8]| chunk.iter().fold(false, |has, byte| has | is_binary_byte(*byte));
    bytes.chunks(STEP).any(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_bytes_are_seen_wherever_they_are() {
        let text: Vec<u8> = (0..=u8::MAX).filter(|byte| !is_binary_byte(*byte)).collect();
        assert!(!has_binary_bytes(&text));
        for at in 0..text.len() {
            let mut bytes = text.clone();
            bytes[at] = 0x1c;
            assert!(has_binary_bytes(&bytes), "{at}");
        }
    }

    #[test]
    fn a_part_is_what_stands_in_the_range() {
        assert_eq!(part(b"abc", 1..), b"bc");
        assert_eq!(part(b"abc", 3..3), b"");
        let mut out = [0; 2];
        assert_eq!((copy(b"abc", &mut out), out), (2, *b"ab"));
        assert_eq!(copy(b"", &mut out), 0);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "not within 3 elements")]
    fn an_offset_that_slipped_stops_a_debug_build() {
        part(b"abc", 4..);
    }
}
