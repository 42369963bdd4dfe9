//! What some bytes are: the one answer to "is this base64?", "is this text?", "is
//! this binary?" for decoder, framing and commands.

use super::base64::Codec;
use super::compression::{Compression, raw_snappy};
use super::mangled::{binary_through_text, compression_through_text};
use super::{Content, Sniffer, binary, charset, kpl, otlp, script};
use crate::bytes::{has_binary_bytes, part, without_bom};
use crate::json;

/// What begins each value of a JSON text sequence (RFC 7464).
pub(super) const RECORD_SEPARATOR: u8 = 0x1e;

/// True for a symbol of base64, in either alphabet (RFC 4648).
pub(crate) const fn is_base64_symbol(byte: u8) -> bool {
    matches!(byte, b'+' | b'/' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')
}

/// How many symbols `text` has, if it is one line of base64: symbols, and padding
/// or none.
pub(crate) fn base64_symbols(text: &[u8]) -> Option<usize> {
    let symbols = text.iter().take_while(|byte| is_base64_symbol(**byte)).count();
    matches!(part(text, symbols..), b"" | b"=" | b"==").then_some(symbols)
}

/// Where the first run of at least `least` symbols of base64 starts, from `at` on. Looks
/// at the ends of words first: of most text, at few bytes.
pub(crate) fn base64_run(text: &[u8], at: usize, least: usize) -> Option<usize> {
    let mut start = at;
    loop {
        let run = text.get(start..start + least)?;
        match run.iter().rposition(|it| !is_base64_symbol(*it)) {
            Some(gap) => start += gap + 1,
            None => return Some(start),
        }
    }
}

/// True for base64 as Firehose writes it: the standard alphabet, padded, on one
/// line (RFC 4648, section 4). Whether it means anything is another question:
/// [`is_encoded`].
pub fn is_strict_base64(text: &[u8]) -> bool {
    let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let is_symbol = |it: &&u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/');
    // Counted to the end, which is faster than a look for the first that is none.
    text.len().is_multiple_of(4) && body.iter().filter(is_symbol).count() == body.len()
}

/// Bytes that this much base64 on one line stands for, padded or not.
pub(crate) fn decoded_length(base64: &[u8]) -> usize {
    let padding = base64.iter().rev().take_while(|byte| **byte == b'=').count();
    (base64.len() - padding) * 3 / 4
}

/// True for a byte that can start a JSON value.
pub(super) const fn starts_json(byte: u8) -> bool {
    matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
}

/// Returns true if `text` ends in padding that fits its length.
fn is_padded(text: &[u8]) -> bool {
    text.ends_with(b"=")
        && text.iter().filter(|byte| !byte.is_ascii_whitespace()).count().is_multiple_of(4)
}

/// Returns true if `bytes` are so plainly something that the text they were
/// decoded from must have been encoded.
///
/// Three clean letters can come from any word of four (`data` is base64 too),
/// so text counts only from eleven bytes on, or with padding.
pub(super) fn is_known(bytes: &[u8], encoded: &[u8]) -> bool {
    /// `eyJ…` in front of this many more letters is no name.
    const NO_CHANCE: usize = 12;
    let bytes = without_bom(bytes);
    let bytes = bytes.strip_prefix(&[RECORD_SEPARATOR]).unwrap_or(bytes);
    match bytes {
        b"{}" | b"[]" => return true,
        [b'{', b'"', ..] | [b'[', b'{' | b'"', ..]
            if bytes.len() >= NO_CHANCE || json::skip_value(bytes, 0).is_ok() =>
        {
            return true;
        }
        // JSON that is broken, but has a key.
        [b'{', b'"', rest @ ..] if rest.contains(&b':') && is_plain_text(bytes) => return true,
        [b'{', b'"', .., b'"' | b'0'..=b'9' | b']', b'}'] if bytes.contains(&b':') => return true,
        _ => {}
    }
    if Compression::by_magic(bytes).is_some() {
        return true;
    }
    if kpl::starts_aggregate(bytes) {
        return true;
    }
    let padded = is_padded(encoded);
    if is_clear_text(bytes, if padded { 2 } else { MIN_TEXT })
        || script::is_text(bytes, encoded, padded)
        || binary::binary_format(bytes).is_some()
        || binary::has_magic(bytes)
        || otlp::starts(bytes)
    {
        return true;
    }
    if is_text_of_another_kind(bytes, encoded) || is_text_with_controls(bytes, encoded) {
        return true;
    }
    // So much text with padding that fits its length does not come by chance:
    // take binary too. `API_KEY=` is no more than a name.
    let starts_well = |guess: Compression| {
        let mut sniffer = Sniffer::default();
        sniffer.decompresses_whole(guess, bytes) || starts_content(sniffer.start_of(guess, bytes))
    };
    padded && bytes.len() >= 16
        || Compression::by_guess(bytes).is_some_and(starts_well)
        || is_raw_snappy(bytes)
}

/// True for snappy without a framing, of a record or of text.
pub(super) fn is_raw_snappy(bytes: &[u8]) -> bool {
    // Text is never taken for it.
    text_or_binary(bytes) == Content::Binary
        && raw_snappy(bytes).is_some_and(|made| starts_content(&made) && !has_controls(&made))
}

fn has_controls(bytes: &[u8]) -> bool {
    text_or_binary(bytes) == Content::Binary
}

/// True for what decompressed data starts with that is no chance: a record, or text.
pub(super) fn starts_content(bytes: &[u8]) -> bool {
    /// Looked at; a character may be cut.
    const LOOK: usize = 64;
    starts_record(bytes) || starts_text(part(bytes, ..bytes.len().min(LOOK)))
}

/// True for text that is not UTF-8, and for compressed data that was made into
/// text, where so much base64 makes it certain.
fn is_text_of_another_kind(bytes: &[u8], encoded: &[u8]) -> bool {
    const MIN_PADDED: usize = 8;
    const MIN_UNPADDED: usize = 16;
    const MIN_WITH_SIGNS: usize = 10;
    let is_padded = is_padded(encoded);
    if !is_padded && !is_mixed(encoded) {
        return false;
    }
    let least = if is_padded { MIN_PADDED } else { MIN_UNPADDED };
    let is_text = || {
        if is_padded { charset::recognize(bytes).is_some() } else { charset::is_certain(bytes) }
    };
    let is_mangled =
        || compression_through_text(bytes).is_some() || binary_through_text(bytes).is_some();
    bytes.len() >= least && (is_mangled() || is_text())
        || bytes.len() >= MIN_WITH_SIGNS && charset::has_signs(bytes)
}

/// True for so much base64 on one line that no name, path or hexadecimal text looks like
/// it, whatever it stands for: many letters of both cases, many digits, one alphabet, a
/// length that fits, some signs or padding.
pub(super) fn is_plainly_base64(text: &[u8]) -> bool {
    const MIN_LENGTH: usize = 200;
    /// Of 26 letters, and of 10 digits.
    const MIN_LETTERS: usize = 13;
    const MIN_DIGITS: usize = 6;
    /// Of so many symbols, one is a sign: twice as many as by chance.
    const MAX_SIGNS: usize = 16;
    if text.len() < MIN_LENGTH || base64_symbols(text).is_none() {
        return false;
    }
    let mut seen = [false; 256];
    for byte in text {
        if let Some(it) = seen.get_mut(usize::from(*byte)) {
            *it = true;
        }
    }
    let count = |range: std::ops::RangeInclusive<u8>| {
        range.filter(|byte| seen.get(usize::from(*byte)) == Some(&true)).count()
    };
    let is_seen = |byte: u8| count(byte..=byte) > 0;
    let is_sign = |byte: &u8| matches!(byte, b'+' | b'/');
    let signs: Vec<_> = (0..).zip(text).filter(|(_, it)| is_sign(it)).map(|(at, _)| at).collect();
    // A path has more of them, or parts of one length.
    let mut gaps = signs.windows(2).map(|pair| pair.iter().rev().copied().reduce(|b, a| b - a));
    let first_gap = gaps.next();
    let is_path = !(is_seen(b'+') && is_seen(b'/')) && signs.len() * MAX_SIGNS > text.len()
        || signs.len() > 2 && gaps.all(|gap| Some(gap) == first_gap);
    // Letters and digits alone may be a token that stands for itself.
    let is_whole =
        text.len().is_multiple_of(4) && (text.ends_with(b"=") || !signs.is_empty()) && !is_path;
    let is_mixed = !signs.is_empty() && (is_seen(b'-') || is_seen(b'_'));
    count(b'A'..=b'Z').min(count(b'a'..=b'z')) >= MIN_LETTERS
        && count(b'0'..=b'9') >= MIN_DIGITS
        && !is_mixed
        && is_whole
}

/// True for base64 with letters of both cases, as most words and numbers have not.
fn is_mixed(encoded: &[u8]) -> bool {
    encoded.iter().any(u8::is_ascii_uppercase) && encoded.iter().any(u8::is_ascii_lowercase)
}

/// True for ASCII that is text but for some control characters, as HL7 and fields of a
/// serial device have.
fn is_text_with_controls(bytes: &[u8], encoded: &[u8]) -> bool {
    const MIN_PADDED: usize = 12;
    const MIN_UNPADDED: usize = 18;
    let plain = |byte: &&u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    bytes.len() >= if is_padded(encoded) { MIN_PADDED } else { MIN_UNPADDED }
        && bytes.is_ascii()
        && bytes.iter().filter(plain).count() * 4 >= bytes.len() * 3
        && (is_padded(encoded) || is_mixed(encoded))
}

/// Returns true if `text` is base64 of something that is known.
pub fn is_encoded(text: &[u8]) -> bool {
    let mut out = Vec::new();
    let codec = Codec::new();
    codec.decode(text, &mut out).is_ok_and(|made| is_known(part(&out, ..made), text))
}

/// True for what only an encoded record begins with: compressed data, a KPL aggregate, a binary
/// file or metrics, JSON with its first key.
pub(crate) fn starts_record(bytes: &[u8]) -> bool {
    Compression::by_magic(bytes).is_some()
        || kpl::starts_aggregate(bytes)
        || binary::starts_binary_file(bytes)
        || binary::has_magic(bytes)
        || bytes.starts_with(b"{\"")
        || bytes.starts_with(b"[{\"")
}

/// The shortest text without padding that no name decodes to by chance.
const MIN_TEXT: usize = 11;

/// True for so much text.
fn is_clear_text(bytes: &[u8], least: usize) -> bool {
    bytes.len() >= least && is_plain_text(bytes)
}

/// True for text in base64 of which the end may be missing.
pub(super) fn starts_text(bytes: &[u8]) -> bool {
    is_clear_text(bytes, MIN_TEXT)
}

/// Text as no name decodes to by chance: ASCII, or UTF-8 of some length.
fn is_plain_text(bytes: &[u8]) -> bool {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    bytes.iter().all(plain) || bytes.len() >= 16 && text_or_binary(bytes) == Content::Text
}

/// Text is UTF-8 without [binary bytes](has_binary_bytes).
pub(super) fn text_or_binary(bytes: &[u8]) -> Content {
    if has_binary_bytes(bytes) || simdutf8::basic::from_utf8(bytes).is_err() {
        Content::Binary
    } else {
        Content::Text
    }
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn paths_and_tokens_are_not_plainly_base64() {
        // Numbers without a pattern.
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        let random: Vec<u8> = (0..600).map(|_| next()).collect();
        let base64 = STANDARD.encode(&random);
        assert!(is_plainly_base64(base64.as_bytes()));
        assert!(is_plainly_base64(STANDARD.encode(&random[..598]).as_bytes()));
        let letters: String = base64.chars().filter(char::is_ascii_alphanumeric).collect();
        assert!(!is_plainly_base64(&letters.as_bytes()[..400]));
        let path = |length: usize| -> String {
            letters.as_bytes().chunks(length).map(|it| String::from_utf8_lossy(it) + "/").collect()
        };
        assert!(!is_plainly_base64(&path(9).as_bytes()[..240]));
        assert!(!is_plainly_base64(&path(31).as_bytes()[..640]));
        assert!(!is_plainly_base64(&base64.as_bytes()[..base64.len() - 1]));
    }
}
