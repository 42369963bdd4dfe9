//! Text in another encoding than UTF-8: UTF-16 with and without a byte order
//! mark, UTF-32, Latin-1, Windows-1252.
//!
//! Only what such text proves to be is taken: UTF-16 by its zeros or its mark,
//! the others by letters with accents among letters without. Encodings of one byte per
//! character cannot be told from each other: Latin-1 is what such text is shown as.

mod scripts;
mod unicode;

use scripts::{
    has_kana, is_big5, is_double_bytes, is_other_script, is_shift_jis, is_words_of_other_script,
};
use unicode::{is_utf16, is_utf32, units, unmarked_utf16, unmarked_utf32, utf32};

/// How the characters of a text are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Two bytes a character, the low one first.
    Utf16Le,
    /// Two bytes a character, the high one first.
    Utf16Be,
    /// Four bytes a character, the low one first.
    Utf32Le,
    /// Four bytes a character, the high one first.
    Utf32Be,
    /// ISO 8859-1: a byte a character.
    Latin1,
    /// Latin-1 with signs from 80 to 9f: `€`, quotes, dashes.
    Windows1252,
    /// A byte or two a character, of another script: Windows-1251, KOI8-R,
    /// Shift JIS, GBK. Which one cannot be known.
    OtherBytes,
    /// UTF-8 with bytes that are not, such as half a character.
    DamagedUtf8,
}

const UTF16: [Charset; 2] = [Charset::Utf16Le, Charset::Utf16Be];

impl Charset {
    /// As people write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf16Le => "UTF-16 (little-endian)",
            Self::Utf16Be => "UTF-16 (big-endian)",
            Self::Utf32Le => "UTF-32 (little-endian)",
            Self::Utf32Be => "UTF-32 (big-endian)",
            Self::Latin1 => "Latin-1",
            Self::Windows1252 => "Windows-1252",
            Self::OtherBytes => "an encoding of another script",
            Self::DamagedUtf8 => "damaged UTF-8",
        }
    }

    /// The text as UTF-8, without a byte order mark.
    pub(crate) fn to_utf8(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf16Le | Self::Utf16Be => {
                let text = char::decode_utf16(units(bytes, self));
                let text = text.map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER));
                let text = text.skip_while(|it| *it == '\u{feff}');
                // A newline that was appended as one byte.
                let end = (bytes.len() % 2 == 1 && bytes.ends_with(b"\n")).then_some('\n');
                text.chain(end).collect()
            }
            Self::Utf32Le | Self::Utf32Be => {
                let text = utf32(bytes, self).skip_while(|it| *it == Some('\u{feff}'));
                text.map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            Self::DamagedUtf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
            Self::Windows1252 | Self::OtherBytes => {
                bytes.iter().copied().map(windows1252).collect()
            }
        }
    }
}

/// The encoding of `bytes`, which are not UTF-8 or not text in it; `None` if they
/// are not text.
pub(super) fn recognize(bytes: &[u8]) -> Option<Charset> {
    /// Of so many characters one is ASCII, in whatever script the words are.
    const WITH_MARK: usize = 8;
    let marked = |charset| is_utf16(bytes, charset, WITH_MARK).then_some(charset);
    match bytes {
        [0xff, 0xfe, 0, 0, ..] if is_utf32(bytes, Charset::Utf32Le) => Some(Charset::Utf32Le),
        [0, 0, 0xfe, 0xff, ..] if is_utf32(bytes, Charset::Utf32Be) => Some(Charset::Utf32Be),
        [0xff, 0xfe, ..] => marked(Charset::Utf16Le),
        [0xfe, 0xff, ..] => marked(Charset::Utf16Be),
        _ => unmarked_utf16(bytes)
            .or_else(|| unmarked_utf32(bytes))
            .or_else(|| is_double_bytes(bytes).then_some(Charset::OtherBytes))
            .or_else(|| is_damaged_utf8(bytes).then_some(Charset::DamagedUtf8))
            .or_else(|| is_shift_jis(bytes).then_some(Charset::OtherBytes))
            .or_else(|| is_big5(bytes).then_some(Charset::OtherBytes))
            .or_else(|| single_bytes(bytes))
            .or_else(|| is_words_of_other_script(bytes).then_some(Charset::OtherBytes))
            .or_else(|| is_foreign(bytes).then_some(Charset::DamagedUtf8)),
    }
}

/// True for text in another encoding than UTF-8 that is sure to be some, also if nothing but
/// its bytes says so.
pub(super) fn is_certain(bytes: &[u8]) -> bool {
    let is_sure = |it| it != Charset::OtherBytes || !is_shift_jis(bytes) || has_kana(bytes);
    recognize(bytes).is_some_and(is_sure)
}

/// True for text in UTF-8 of which few bytes are not UTF-8, or only its end, where a
/// character was cut.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    const MIN_BYTES: usize = 12;
    /// The characters outside JSON weigh so many times as much as what is damaged.
    const SHARE: usize = 3;
    const MIN_WEIGHT: usize = 4;
    let is_json = begins_json(bytes);
    if bytes.iter().copied().any(is_control) {
        return false;
    }
    if bytes.len() < MIN_BYTES && !is_json {
        return is_cut_after_ascii(bytes);
    }
    let (mut whole, mut damaged) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().map(weight).sum::<usize>();
        damaged += chunk.invalid().len().min(1);
    }
    // Half a character of UTF-16 in three bytes, as Java and Oracle write it.
    let is_half = |it: &&[u8]| matches!(it, [0xed, 0xa0..=0xbf, 0x80..=0xbf]);
    let halves = bytes.windows(3).filter(is_half).count();
    (whole, damaged) = (whole + halves, damaged - halves * 3);
    let is_cut = || str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
    let is_mostly_whole =
        if is_json { whole > damaged } else { whole >= MIN_WEIGHT && whole >= damaged * SHARE };
    is_mostly_whole || (whole > 0 || is_json) && is_cut() || is_cut_after_ascii(bytes)
}

/// True for ASCII up to a character of UTF-8 that is cut at the end: two or three bytes of
/// it, or the first one of a letter with an accent, after no capital, as in Latin-1 that is
/// `Â` or `Ã`.
fn is_cut_after_ascii(bytes: &[u8]) -> bool {
    const MIN_BYTES: usize = 8;
    if bytes.len() < MIN_BYTES {
        return false;
    }
    let Some(error) = str::from_utf8(bytes).err().filter(|it| it.error_len().is_none()) else {
        return false;
    };
    let (before, tail) = bytes.split_at(error.valid_up_to());
    let is_lower = || before.last().is_some_and(|it| it.is_ascii_lowercase() || *it == b' ');
    before.is_ascii() && (tail.len() > 1 || matches!(tail, [0xc2 | 0xc3]) && is_lower())
}

/// How much a character speaks for UTF-8. The bytes of some are `É»` or `à »` in Latin-1
/// as well.
const fn weight(character: char) -> usize {
    match character {
        '\0'..='\x7f' => 0,
        '\u{100}'..='\u{fff}' => 1,
        _ => 2,
    }
}

/// True for JSON with bytes that are no text in any encoding.
fn is_foreign(bytes: &[u8]) -> bool {
    begins_json(bytes) && !bytes.is_ascii() && !bytes.iter().copied().any(is_control)
}

/// True for a bracket and what follows it in JSON, which is sure to be text.
fn begins_json(bytes: &[u8]) -> bool {
    match bytes.trim_ascii_start() {
        [b'{', rest @ ..] => rest.trim_ascii_start().starts_with(b"\""),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [b'"' | b'{', ..]),
        _ => false,
    }
}

/// A control character that text does not have.
pub(crate) const fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !byte.is_ascii_whitespace()
}

/// The encoding of `bytes`, which are not UTF-8 but have to be text: less is
/// enough to know it by.
pub(crate) fn of_text(bytes: &[u8]) -> Option<Charset> {
    let is_latin1 = || {
        let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
        high > 0 && high * 2 <= bytes.len() && !bytes.iter().copied().any(is_control)
    };
    recognize(bytes)
        .or_else(|| UTF16.into_iter().find(|it| is_utf16(bytes, *it, 2)))
        .or_else(|| is_latin1().then_some(Charset::Latin1))
}

/// Latin-1 or Windows-1252: letters with accents next to letters without, and
/// not many of them; or any signs, where the text has to be JSON.
fn single_bytes(bytes: &[u8]) -> Option<Charset> {
    /// Bytes alone that are no letters are taken for text from here on.
    const MIN_SIGNS: usize = 16;
    if bytes.iter().copied().any(is_control) {
        return None;
    }
    let words = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte == b' ').count();
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let mut has_letter = false;
    for (at, byte) in bytes.iter().enumerate() {
        if byte.is_ascii() {
            continue;
        }
        let is_next_to = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        has_letter |= is_letter(*byte) && (is_next_to(at.wrapping_sub(1)) || is_next_to(at + 1));
        if matches!(*byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d) {
            return None;
        }
    }
    // JSON has many signs between its words. `ÿ` and `þ` alone are in no word: they are
    // what programs write that make bytes which are not UTF-8.
    let has_sign = || bytes.iter().any(|byte| (0x80..0xfe).contains(byte));
    let is_json = begins_json(bytes) && (has_letter || has_sign());
    let is_mostly_words = high * 3 <= bytes.len() && words * 2 >= bytes.len();
    let is_text =
        is_json || is_mostly_words && (has_letter || bytes.len() >= MIN_SIGNS || has_signs(bytes));
    if high == 0 || !is_text {
        return None;
    }
    let is_latin1 = !bytes.iter().any(|byte| (0x80..0xa0).contains(byte));
    Some(match is_other_script(bytes, high) {
        true => Charset::OtherBytes,
        false if is_latin1 => Charset::Latin1,
        false => Charset::Windows1252,
    })
}

/// True for short text with a sign or two that few other bytes are by chance: `£ 5`, `20 °C`.
pub(super) fn has_signs(bytes: &[u8]) -> bool {
    const MIN_BYTES: usize = 8;
    const SIGNS: &[u8] =
        b"\x80\x85\x91\x92\x93\x94\x96\x97\xa0\xa3\xa5\xa7\xab\xb0\xb1\xb2\xb3\xb5\xbb\xbd";
    let mut signs = 0;
    for byte in bytes {
        match byte {
            b' '..=b'~' | b'\t' | b'\n' | b'\r' => {}
            _ if SIGNS.contains(byte) => signs += 1,
            _ => return false,
        }
    }
    let has_word = bytes.iter().any(u8::is_ascii_lowercase) && bytes.contains(&b' ');
    bytes.len() >= MIN_BYTES && signs > 0 && signs * 4 <= bytes.len() && has_word
}

/// A letter with an accent, `ß`, `æ`, `ø`, `œ`.
const fn is_letter(byte: u8) -> bool {
    match byte {
        0x8a | 0x8c | 0x8e | 0x9a | 0x9c | 0x9e | 0x9f => true,
        _ => byte >= 0xc0 && !matches!(byte, 0xd7 | 0xf7),
    }
}

/// A byte of Windows-1252 (its table at unicode.org); those without a character
/// stay what they are.
pub(super) fn windows1252(byte: u8) -> char {
    const SIGNS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let sign = usize::from(byte).checked_sub(0x80).and_then(|at| SIGNS.get(at));
    sign.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests;
