//! UTF-16 and UTF-32: their units, and what proves them.

use super::{Charset, UTF16};

/// UTF-16 of at least four characters, by the zeros in it or by its script.
pub(super) fn unmarked_utf16(bytes: &[u8]) -> Option<Charset> {
    const MIN_BYTES: usize = 8;
    if bytes.len() < MIN_BYTES {
        return None;
    }
    // Words have zeros in every second byte, JSON with other scripts in its
    // strings at least in the brackets, quotes and colons.
    let is_json = matches!(bytes, [b'{' | b'[', 0, ..] | [0, b'{' | b'[', ..]);
    let share = if is_json { 4 } else { 2 };
    let mut all = UTF16.into_iter();
    let by_zeros = all.find(|it| is_utf16(bytes, *it, share));
    by_zeros.or_else(|| UTF16.into_iter().find(|it| is_east_asian(bytes, *it)))
}

/// True for UTF-16 in Chinese, Japanese or Korean, among which blanks, digits, kana and
/// punctuation prove what chance does not make.
fn is_east_asian(bytes: &[u8], charset: Charset) -> bool {
    const MIN_CHARACTERS: usize = 8;
    const MIN_MARKS: usize = 2;
    const SHARE: usize = 8;
    if bytes.len() % 2 == 1 && !bytes.ends_with(b"\n") {
        return false;
    }
    let (mut marks, mut all) = (0, 0);
    for unit in units(bytes, charset) {
        match unit {
            0x20..=0x7e | 0x09 | 0x0a | 0x0d | 0x3000..=0x30ff | 0xff01 | 0xff0c | 0xff1a => {
                marks += 1;
            }
            0x4e00..=0x9fff | 0xac00..=0xd7a3 | 0xff01..=0xff9f => {}
            _ => return false,
        }
        all += 1;
    }
    all >= MIN_CHARACTERS && marks >= MIN_MARKS && marks * SHARE >= all
}

/// UTF-32 of some characters without its mark.
pub(super) fn unmarked_utf32(bytes: &[u8]) -> Option<Charset> {
    const MIN_BYTES: usize = 16;
    let mut all = [Charset::Utf32Le, Charset::Utf32Be].into_iter();
    all.find(|it| bytes.len() >= MIN_BYTES && is_utf32(bytes, *it))
}

/// True for UTF-32 with its mark or without, to the end, without control characters.
pub(super) fn is_utf32(bytes: &[u8], charset: Charset) -> bool {
    let is_text = |it: char| !it.is_control() || matches!(it, '\t' | '\n' | '\r');
    bytes.len() > 4
        && bytes.len().is_multiple_of(4)
        && utf32(bytes, charset).all(|it| it.is_some_and(is_text))
}

/// The characters of UTF-32; `None` for what is none.
pub(super) fn utf32(bytes: &[u8], charset: Charset) -> impl Iterator<Item = Option<char>> {
    let read = if charset == Charset::Utf32Be { u32::from_be_bytes } else { u32::from_le_bytes };
    bytes.as_chunks::<4>().0.iter().map(move |unit| char::from_u32(read(*unit)))
}

/// True for UTF-16 without control characters, of which one character in `share`
/// is ASCII.
pub(super) fn is_utf16(bytes: &[u8], charset: Charset, share: usize) -> bool {
    // One byte more may be a newline that was appended to it.
    if bytes.len() % 2 == 1 && !bytes.ends_with(b"\n") {
        return false;
    }
    let (mut ascii, mut all) = (0, 0);
    for unit in char::decode_utf16(units(bytes, charset)) {
        match unit {
            Ok(' '..='~' | '\t' | '\n' | '\r') => ascii += 1,
            Ok(it) if it.is_control() || matches!(it, '\u{fffe}' | '\u{ffff}') => return false,
            Ok(_) => {}
            Err(_) => return false,
        }
        all += 1;
    }
    all > 0 && ascii * share >= all
}

pub(super) fn units(bytes: &[u8], charset: Charset) -> impl Iterator<Item = u16> {
    let read = if charset == Charset::Utf16Be { u16::from_be_bytes } else { u16::from_le_bytes };
    bytes.as_chunks::<2>().0.iter().map(move |pair| read(*pair))
}
