//! Text of other scripts, in one byte or two per character, by the shape of its words.
//! Which encoding it is cannot be known.

use super::{begins_json, is_control, is_letter};

/// True for text in which every byte that is not ASCII is part of a character of Shift
/// JIS, as in no Windows-1252: its signs stand before blanks and quotes, too.
pub(super) fn is_shift_jis(bytes: &[u8]) -> bool {
    /// Characters of two bytes that make a text which may be anything else.
    const MIN_PAIRS: usize = 8;
    const MIN_PAIRS_IN_JSON: usize = 2;
    let (mut pairs, mut in_row, mut longest) = (0, 0, 0);
    let mut rest = bytes;
    loop {
        match rest {
            [] => break,
            // `…` and quotes of Windows-1252 before a letter.
            [0x85 | 0x91..=0x97, trail, after @ ..] if trail.is_ascii_alphabetic() => {
                in_row = 0;
                rest = after;
            }
            [0x81..=0x9f, 0x40..=0x7e | 0x80..=0xfc, after @ ..] => {
                pairs += 1;
                in_row += 1;
                longest = longest.max(in_row);
                rest = after;
            }
            // Rare characters, which are letters of Latin-1 too, and katakana of half the width.
            [0xe0..=0xef, 0x40..=0x7e | 0x80..=0xfc, after @ ..] | [0xa1..=0xdf, after @ ..] => {
                rest = after;
            }
            [byte, after @ ..] if byte.is_ascii() && !is_control(*byte) => {
                in_row = 0;
                rest = after;
            }
            _ => return false,
        }
    }
    let least = if begins_json(bytes) { MIN_PAIRS_IN_JSON } else { MIN_PAIRS };
    let mut high = bytes.iter().filter(|byte| !byte.is_ascii());
    let first = high.next();
    pairs >= least && longest >= 2 && high.any(|byte| Some(byte) != first)
}

/// True for Shift JIS of which a quarter is kana and punctuation, as in sentences: words of
/// Latin letters that are taken for base64 have fewer.
pub(super) fn has_kana(bytes: &[u8]) -> bool {
    let is_pair = |it: &&[u8]| matches!(it, [0x81..=0x9f, 0x40..=0x7e | 0x80..=0xfc]);
    let is_kana =
        |it: &&[u8]| matches!(it, [0x81, 0x41 | 0x42] | [0x82, 0x9f..=0xf1] | [0x83, 0x40..=0x96]);
    bytes.windows(2).filter(is_kana).count() * 4 >= bytes.windows(2).filter(is_pair).count()
}

/// True if most of the `high` bytes, those that are not ASCII, stand in words of such
/// bytes. `äöüß` and `££££` are such words too, so that there have to be several, and
/// letters that come again: in a list of accents none does.
pub(super) fn is_other_script(bytes: &[u8], high: usize) -> bool {
    const MIN_WORD: usize = 4;
    const MIN_BYTES: usize = 12;
    let runs = bytes.chunk_by(|a, b| a.is_ascii() == b.is_ascii());
    let is_word = |run: &&[u8]| {
        let is_one_sign = || run.iter().all(|byte| Some(byte) == run.first());
        // `É» «` has few.
        let letters = run.iter().filter(|byte| is_letter(**byte)).count();
        run.len() >= MIN_WORD && letters * 3 >= run.len() && !is_one_sign()
    };
    let mut words = runs.filter(is_word).collect::<Vec<_>>().concat();
    let in_words = words.len();
    if in_words < MIN_BYTES || in_words * 2 <= high {
        return false;
    }
    words.sort_unstable();
    words.dedup();
    words.len() < in_words
}

/// True for text in which all that is not ASCII stands in pairs, as in GBK, EUC-KR and
/// EUC-JP, the first bytes of which are those of common characters.
pub(super) fn is_double_bytes(bytes: &[u8]) -> bool {
    const MIN_BYTES: usize = 16;
    /// Of the bytes that are not ASCII; fewer may be signs of Latin-1 in a row.
    const MIN_HIGH: usize = 6;
    const MIN_DISTINCT: usize = 4;
    if !begins_json(bytes) && bytes.len() < MIN_BYTES || bytes.iter().copied().any(is_control) {
        return false;
    }
    let runs = bytes.chunk_by(|a, b| a.is_ascii() == b.is_ascii());
    let (mut high, mut longest) = (Vec::new(), 0);
    for run in runs.filter(|run| !run.is_ascii()) {
        let is_character = |pair: &[u8]| matches!(pair, [0xa1..=0xd7, 0xa1..=0xfe]);
        if !run.chunks(2).all(is_character) {
            return false;
        }
        longest = longest.max(run.len());
        high.extend_from_slice(run);
    }
    // `É»` and the like are valid UTF-8 and Latin-1 too.
    let has_words = longest >= 4 && high.len() >= MIN_HIGH;
    high.sort_unstable();
    high.dedup();
    has_words && high.len() >= MIN_DISTINCT && str::from_utf8(bytes).is_err()
}

/// True for words of another script with blanks, digits and punctuation between them, and
/// no Latin letters next to them: Windows-1251 and -1253, KOI8-R, TIS-620, GBK, EUC-KR.
pub(super) fn is_words_of_other_script(bytes: &[u8]) -> bool {
    const MIN_BYTES: usize = 15;
    const MIN_DISTINCT: usize = 6;
    const MIN_WORD: usize = 3;
    let is_sign = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    if bytes.len() < MIN_BYTES || !bytes.iter().all(|it| *it >= 0xa1 || is_sign(*it)) {
        return false;
    }
    let is_mixed =
        |pair: &[u8]| pair.iter().any(u8::is_ascii_alphabetic) && !pair.iter().all(u8::is_ascii);
    let runs = bytes.chunk_by(|a, b| a.is_ascii() == b.is_ascii());
    let words: Vec<_> = runs.filter(|run| !run.is_ascii() && run.len() >= MIN_WORD).collect();
    let mut high = words.concat();
    let has_letters = bytes.iter().any(u8::is_ascii_alphabetic);
    let is_most = if has_letters {
        high.len() * 2 >= bytes.len() && words.len() > 1
    } else {
        bytes.iter().filter(|it| !it.is_ascii()).count() * 3 >= bytes.len() * 2
    };
    high.sort_unstable();
    high.dedup();
    is_most && high.len() >= MIN_DISTINCT && !bytes.windows(2).any(is_mixed)
}

/// True for Big5 that is most of a text: its characters begin with bytes of the common ones,
/// and end with ASCII, too.
pub(super) fn is_big5(bytes: &[u8]) -> bool {
    const MIN_PAIRS: usize = 8;
    let (mut pairs, mut in_row, mut longest) = (0, 0, 0);
    let mut rest = bytes;
    loop {
        match rest {
            [] => break,
            [0xa1 | 0xa4..=0xc6, 0x40..=0x7e | 0xa1..=0xfe, after @ ..] => {
                pairs += 1;
                in_row += 1;
                longest = longest.max(in_row);
                rest = after;
            }
            [byte, after @ ..] if byte.is_ascii() && !is_control(*byte) => {
                in_row = 0;
                rest = after;
            }
            _ => return false,
        }
    }
    pairs >= MIN_PAIRS && longest >= MIN_PAIRS / 2 && pairs * 3 >= bytes.len()
}
