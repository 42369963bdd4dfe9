//! What is wrong with data that is not strict base64, or hardly is.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurposeConfig;
use base64::engine::simd::Simd;

use super::finding::Finding;
use super::payload::looks_like_json;
use super::unencoded;
use super::words::{self, looks_like};
use crate::decode::{self, Mark};
use crate::json;
use crate::transform::rule::Rule;

/// What to do where base64 was appended to base64.
const ONE_TEXT: &str = "decode the data, append the newline, encode once: \
    Buffer.concat([Buffer.from(record.data, 'base64'), Buffer.from('\\n')]).toString('base64'); \
    base64.b64encode(base64.b64decode(record['data']) + b'\\n').decode()";

/// What to do where a blank follows base64 of which an encoder makes one line.
const AFTER_SHORT: &str = "append the newline to the payload before it is encoded, not to its base64; \
    in Python, use b64encode: encodebytes ends with a line break";

/// Symbols in a line of MIME (RFC 2045), and most in one of other encoders that break lines.
const MIME_LINE: usize = 76;

/// Longest word that is taken for one: data of this length that is all letters
/// does not come by chance.
const MAX_WORD: usize = 32;

/// Decodes as strict readers do, but for bits that stand for nothing: those are
/// looked at by themselves.
pub(in crate::transform) fn strict() -> Simd {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true);
    Simd::standard(config)
}

/// Decodes `data` into the front of `out`.
pub(super) fn decode_into<'a>(
    engine: &Simd,
    data: &[u8],
    out: &'a mut Vec<u8>,
) -> Option<&'a [u8]> {
    let most = data.len() / 4 * 3 + 3;
    if out.len() < most {
        out.resize(most, 0);
    }
    let made = engine.decode_slice(data, out).ok()?;
    out.get(..made)
}

/// Why data cannot be strict base64.
pub(super) fn diagnose(data: &[u8]) -> Finding {
    let found = |rule, message| Finding { rule, message, hint: None };
    if is_python_bytes(data) {
        let message = "it is the Python repr of bytes, with `b` and quotes".to_owned();
        return found(Rule::DataPythonBytes, message);
    }
    if let Some(offset) = second_text(data) {
        let message = format!(
            "it is two base64 texts, one after the other: the first ends with its `=` before offset {offset}"
        );
        return Finding { hint: Some(ONE_TEXT), ..found(Rule::DataNotBase64, message) };
    }
    let end = data.iter().rev().take_while(|byte| **byte == b'=' || is_blank(**byte)).count();
    let (symbols, end) = data.split_at(data.len() - end);
    let padding = memchr::memchr_iter(b'=', end).count();
    if let Some(finding) = unencoded::as_text(data) {
        return finding;
    }
    let is_known = |byte: u8| is_standard(byte) || is_url_safe(byte) || is_blank(byte);
    if let Some(offset) = symbols.iter().position(|byte| !is_known(*byte)) {
        return found(Rule::DataNotBase64, unknown_byte(data, offset));
    }
    if let Some(finding) = blank_in_group(data) {
        return finding;
    }
    if let Some(offset) = symbols.iter().position(|byte| is_url_safe(*byte)) {
        let byte = char::from(symbols.get(offset).copied().unwrap_or_default());
        if let Some(what) = not_encoded(data) {
            let message = format!(
                "`{byte}` at offset {offset} is not base64: it looks like {what} that was not encoded"
            );
            return found(Rule::DataNotBase64, message);
        }
        let message = format!("`{byte}` at offset {offset} is from the URL-safe alphabet");
        return found(Rule::DataUrlSafe, message);
    }
    let count = symbols.iter().filter(|byte| !is_blank(**byte)).count();
    if count % 4 == 1 {
        let what = if is_word(symbols) { Some("a word") } else { looks_like(data) };
        let what = what.map(|it| format!("; it looks like {it} that was not encoded"));
        let what = what.unwrap_or_default();
        let message = format!("{count} base64 characters are not a whole number of bytes{what}");
        return found(Rule::DataNotBase64, message);
    }
    if let Some(offset) = data.iter().position(|byte| is_blank(*byte)) {
        return blank(data, offset);
    }
    if let Some(what) = not_encoded(data) {
        return plain_words(data, what, count * 3 / 4);
    }
    let wanted = (4 - count % 4) % 4;
    let message = match padding {
        0 => format!("it should end with `{}`", "=".repeat(wanted)),
        _ => format!("it ends with {padding} `=` instead of {wanted}"),
    };
    found(Rule::DataUnpadded, message)
}

/// Base64 with a blank at `offset`, the first one: within it, or behind it.
fn blank(data: &[u8], offset: usize) -> Finding {
    let rule = Rule::DataLineBreaks;
    let is_behind = offset == data.trim_ascii_end().len();
    if !is_behind {
        let message = format!("space or line break at offset {offset}");
        return Finding { rule, message, hint: None };
    }
    let message = format!("space or line break at offset {offset}, after the base64");
    // Encoders that break lines end each with one; such a line is full unless it is the last.
    let hint = if offset > MIME_LINE { ONE_TEXT } else { AFTER_SHORT };
    Finding { rule, message, hint: Some(hint) }
}

/// Which rule data breaks that is not strict base64.
pub(in crate::transform) fn broken_rule(data: &[u8]) -> Rule {
    diagnose(data).rule
}

/// Strict base64 that is still odd; `was_text` if that or JSON went in.
pub(super) fn oddity(
    data: &[u8],
    decoded: &[u8],
    was_text: impl FnOnce() -> bool,
) -> Option<Finding> {
    let what = if is_word(data) { Some("a word") } else { looks_like(data) };
    if let Some(what) = what
        && !words::is_something(decoded)
        && (what == "a word" || was_text())
    {
        return Some(plain_words(data, what, decoded.len()));
    }
    has_trailing_bits(data).then(|| Finding {
        rule: Rule::DataTrailingBits,
        message: "its last symbol has bits that belong to no byte".to_owned(),
        hint: None,
    })
}

/// What data without padding looks like that stands for nothing as base64.
fn not_encoded(data: &[u8]) -> Option<&'static str> {
    looks_like(data).filter(|_| !words::stand_for_something(data))
}

fn plain_words(data: &[u8], what: &str, bytes: usize) -> Finding {
    let message = format!(
        "`{}` looks like {what} that was not encoded; as base64 it is {bytes} bytes of no text",
        String::from_utf8_lossy(data)
    );
    Finding { rule: Rule::DataPlainWords, message, hint: None }
}

/// True if the last symbol before the padding has bits that are not used.
fn has_trailing_bits(data: &[u8]) -> bool {
    let unused = match data {
        [.., b'=', b'='] => 0x0f,
        [.., b'='] => 0x03,
        _ => return false,
    };
    let last = data.iter().rev().find(|byte| **byte != b'=');
    let value = match last {
        Some(byte @ b'A'..=b'Z') => byte - b'A',
        Some(byte @ b'a'..=b'z') => byte - b'a' + 26,
        Some(byte @ b'0'..=b'9') => byte - b'0' + 52,
        Some(b'+') => 62,
        _ => 63,
    };
    value & unused != 0
}

/// Where a second text begins after the padding of the first, if both are base64.
fn second_text(data: &[u8]) -> Option<usize> {
    let padding = memchr::memchr(b'=', data)?;
    let rest = data.get(padding..)?;
    let length = rest.iter().take_while(|byte| **byte == b'=' || is_blank(**byte)).count();
    let (first, second) = data.split_at(padding + length);
    let is_text = |text: &[u8]| {
        text.iter().any(|byte| is_standard(*byte) || is_url_safe(*byte))
            && text.iter().all(|byte| {
                is_standard(*byte) || is_url_safe(*byte) || is_blank(*byte) || *byte == b'='
            })
    };
    (is_text(first) && is_text(second)).then_some(padding + length)
}

/// A byte of neither alphabet: names the text that it is in.
fn unknown_byte(data: &[u8], offset: usize) -> String {
    // What follows the padding says more than the padding does.
    let is_foreign = |byte: &u8| !is_standard(*byte) && !is_blank(*byte) && *byte != b'=';
    let rest = data.get(offset..).unwrap_or_default();
    let offset = offset + rest.iter().position(is_foreign).unwrap_or(0);
    let byte = data.get(offset).copied().unwrap_or_default();
    let mark = Mark::at(data, offset);
    let text = data.trim_ascii();
    let is_json = || json::skip_value(text, 0) == Ok(text.len());
    let what = match (text.first(), byte) {
        _ if let Some(printed) = decode::printed_value(data) => format!(": it is {}", printed.what),
        (Some(b'{'), _) => ": this is JSON that was not encoded".to_owned(),
        (Some(b'['), _) if is_json() || looks_like_json(text) => {
            ": this is JSON that was not encoded".to_owned()
        }
        _ if str::from_utf8(text).is_ok() && text.iter().copied().any(is_blank) => {
            ": this is plain text that was not encoded".to_owned()
        }
        _ if mark == Some(Mark::Escape) => {
            ": an escape such as `\\n` or `\\u003d` stands there instead of the character"
                .to_owned()
        }
        _ if mark == Some(Mark::Percent) => {
            ": it is percent-encoded, as in URLs and forms".to_owned()
        }
        (Some(b'd'), b':')
            if text.starts_with(b"data:") && memchr::memmem::find(text, b";base64,").is_some() =>
        {
            ": it is a `data:` URL".to_owned()
        }
        (Some(b'"' | b'\''), _) if is_quoted_base64(text) => ": it is in quotes".to_owned(),
        (Some(b'"'), _) if is_json() => ": this is JSON that was not encoded".to_owned(),
        _ => String::new(),
    };
    format!("{} at offset {offset} is not base64{what}", shown(byte))
}

/// True for base64 between two equal quotes.
fn is_quoted_base64(text: &[u8]) -> bool {
    let [open, inner @ .., close] = text else { return false };
    let is_symbol = |byte: &u8| is_standard(*byte) || is_url_safe(*byte) || *byte == b'=';
    open == close && !inner.is_empty() && inner.iter().all(is_symbol)
}

/// A blank within a group of four symbols, which no reader skips: words, or a
/// `+` that became a blank.
fn blank_in_group(data: &[u8]) -> Option<Finding> {
    let mut symbols = 0;
    let mut offsets = Vec::new();
    for (offset, &byte) in data.iter().enumerate() {
        match byte {
            b' ' | b'\t' if symbols % 4 != 0 || symbols == 0 => offsets.push(offset),
            _ if is_blank(byte) => {}
            _ => symbols += 1,
        }
    }
    let is_inner = |offset: &&usize| {
        let rest = data.get(**offset..).unwrap_or_default();
        rest.iter().any(|byte| is_standard(*byte)) && **offset > 0
    };
    let is_words = is_words(data);
    let offset = *offsets.iter().find(is_inner).or_else(|| {
        // `ship ment`: the blank is between two groups by chance.
        is_words.then_some(&0)
    })?;
    let with_plus: Vec<u8> =
        data.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect();
    let (message, hint) = if decode::is_encoded(&with_plus) {
        let message = format!("the space at offset {offset} may have been a `+`");
        let hint =
            "base64 went through a form or a URL, which reads `+` as a space: pass it on as it is";
        (message, Some(hint))
    } else if is_words {
        ("it is plain words, not base64".to_owned(), None)
    } else {
        (format!("there is a space within a group of four characters at offset {offset}"), None)
    };
    Some(Finding { rule: Rule::DataNotBase64, message, hint })
}

/// Words between blanks, as prose has them.
fn is_words(data: &[u8]) -> bool {
    let mut words = data.split(|byte| is_blank(*byte)).filter(|word| !word.is_empty());
    data.contains(&b' ') && words.all(is_word)
}

/// A word as people write it: letters, the first of which may be a capital.
fn is_word(text: &[u8]) -> bool {
    let rest = text.get(1..).unwrap_or_default();
    let is_capitals = text.iter().all(u8::is_ascii_uppercase);
    (1..=MAX_WORD).contains(&text.len())
        && text.first().is_some_and(u8::is_ascii_alphabetic)
        && (rest.iter().all(u8::is_ascii_lowercase) || is_capitals)
}

fn is_python_bytes(data: &[u8]) -> bool {
    [(b"b'", b'\''), (b"b\"", b'"')]
        .iter()
        .any(|(start, end)| data.len() > 2 && data.starts_with(*start) && data.ends_with(&[*end]))
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b' ' | b'\t')
}

const fn is_standard(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

const fn is_url_safe(byte: u8) -> bool {
    matches!(byte, b'-' | b'_')
}

/// A byte in a message.
pub(super) fn shown(byte: u8) -> String {
    match byte {
        b'!'..=b'~' => format!("`{}`", char::from(byte)),
        _ => format!("byte 0x{byte:02x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(data: &str) -> String {
        let Finding { rule, message, .. } = diagnose(data.as_bytes());
        format!("{}: {message}", rule.as_str())
    }

    #[test]
    fn each_flaw_has_its_rule_and_its_words() {
        for (data, expected) in [
            ("b'eyJhIjoxfQo='", "data-python-bytes: it is the Python repr of bytes"),
            ("{\"a\":1}", "data-not-base64: `{` at offset 0 is not base64: this is JSON that"),
            ("eyJhIjoxfQ==\\n", "data-not-base64: `\\` at offset 12 is not base64: an escape"),
            ("eyJhIjoxfQ%3D%3D", "data-not-base64: `%` at offset 10 is not base64: it is percent"),
            (
                "\"eyJhIjoxfQ==\"",
                "data-not-base64: `\"` at offset 0 is not base64: it is in quotes",
            ),
            (
                "data:;base64,eyJhIjoxfQ==",
                "data-not-base64: `:` at offset 4 is not base64: it is a",
            ),
            (
                "[object Object]",
                "data-not-base64: `[` at offset 0 is not base64: it is what JavaScript",
            ),
            (
                "hello world, plain",
                "data-not-base64: `,` at offset 11 is not base64: this is plain",
            ),
            ("[INFO] done", "data-not-base64: `[` at offset 0 is not base64: this is plain text"),
            ("[1, 2]", "data-not-base64: `[` at offset 0 is not base64: this is JSON that was"),
            (
                r#"[{"a": 1}, {"b""#,
                "data-not-base64: `[` at offset 0 is not base64: this is JSON that was",
            ),
            ("100% done", "data-not-base64: `%` at offset 3 is not base64: this is plain text"),
            (
                r"DOMAIN\user logged in",
                "data-not-base64: `\\` at offset 6 is not base64: this is plain text",
            ),
            (
                "'tis the season, friends",
                "data-not-base64: `'` at offset 0 is not base64: this is plain text",
            ),
            (
                "data:hello world",
                "data-not-base64: `:` at offset 4 is not base64: this is plain text",
            ),
            (
                r#""{\"a\":1}""#,
                "data-not-base64: `\"` at offset 0 is not base64: this is JSON that was not encoded",
            ),
            ("order shipped", "data-not-base64: it is plain words, not base64"),
            ("ship ment", "data-not-base64: it is plain words, not base64"),
            ("shipped", "data-plain-words: `shipped` looks like a word that was not encoded"),
            ("1764500000", "data-plain-words: `1764500000` looks like a number or a date"),
            (
                "d41d8cd98f00b204e9800998ecf8427",
                "data-plain-words: `d41d8cd98f00b204e9800998ecf8427` looks like hexadecimal",
            ),
            (
                "order-shipped",
                "data-not-base64: `-` at offset 5 is not base64: it looks like a word that was not",
            ),
            (
                "123e4567-e89b-12d3-a456-426614174000",
                "data-not-base64: `-` at offset 8 is not base64: it looks like a UUID that was not",
            ),
            ("eyJhIjoiPz8_Pz8_In0K", "data-url-safe: `_` at offset 11"),
            (
                "delivered",
                "data-not-base64: 9 base64 characters are not a whole number of bytes; it looks",
            ),
            (
                "eyJhIjoxfQ==Cg==",
                "data-not-base64: it is two base64 texts, one after the other: the first ends with its `=` before offset 12",
            ),
            ("eyJhIjoxfQ==\nCg==", "data-not-base64: it is two base64 texts"),
            ("eyJhIjoxfQ==Cg", "data-not-base64: it is two base64 texts"),
            ("eyJhIjoiPz8 Pz8/In0K", "data-not-base64: the space at offset 11 may have been a `+`"),
            ("eyJhI", "data-not-base64: 5 base64 characters are not a whole number of bytes"),
            ("-_-_Pj_6AA==", "data-url-safe: `-` at offset 0"),
            ("eyJhIjoxfQo", "data-unpadded: it should end with `=`"),
            ("eyJh\nIjoxfQo=\n", "data-line-breaks: space or line break at offset 4"),
            ("eyJh Ijox fQo=", "data-line-breaks: space or line break at offset 4"),
            ("eyJhIjoxfQ==\n", "data-line-breaks: space or line break at offset 12, after"),
            ("\u{1f}\u{fffd}\u{8}\0\0\0\0", "data-not-base64: not base64: these are compressed"),
            ("\u{1f}\u{8b}\u{8}\0\0\0\0", "data-not-base64: not base64: these are compressed"),
            ("\u{fffd}\u{1}\n", "data-not-base64: not base64: these are bytes that were"),
            (
                "price in \u{fffd}, text",
                "data-not-base64: byte 0xef at offset 9 is not base64: this is plain text",
            ),
        ] {
            assert!(found(data).starts_with(expected), "{data}: {}", found(data));
        }
    }

    #[test]
    fn a_sign_of_text_is_not_taken_for_one_of_an_encoding() {
        for (data, sign) in [
            ("100%", "`%` at offset 3"),
            ("%zz", "`%` at offset 0"),
            (r"DOMAIN\user", "`\\` at offset 6"),
            ("'eyJhIjoxfQ==", "`'` at offset 0"),
            ("\"a\"b", "`\"` at offset 0"),
            ("data:hello", "`:` at offset 4"),
        ] {
            assert_eq!(found(data), format!("data-not-base64: {sign} is not base64"));
        }
    }

    #[test]
    fn a_newline_after_base64_is_appended_before_it_unless_an_encoder_may_end_with_one() {
        let hint = |data: &str| diagnose(data.as_bytes()).hint;
        let long = "QUJD".repeat(30);
        assert_eq!(hint(&format!("{long}\n")), Some(ONE_TEXT));
        assert_eq!(hint("QUJD\n"), Some(AFTER_SHORT));
        let (first, rest) = long.split_at(76);
        assert_eq!(hint(&format!("{first}\n{rest}\n")), None, "encodebytes");
    }

    #[test]
    fn good_base64_may_be_odd() {
        let odd = |data: &str| {
            let mut out = Vec::new();
            let decoded = decode_into(&strict(), data.as_bytes(), &mut out).unwrap();
            oddity(data.as_bytes(), decoded, || true).map(|found| found.rule)
        };
        assert_eq!(odd("shipment"), Some(Rule::DataPlainWords));
        assert_eq!(odd("Done"), Some(Rule::DataPlainWords));
        assert_eq!(odd("20261130"), Some(Rule::DataPlainWords));
        assert_eq!(odd("d41d8cd98f00b204e9800998ecf8427e"), Some(Rule::DataPlainWords));
        assert_eq!(odd("eyJhIjoxfR=="), Some(Rule::DataTrailingBits));
        assert_eq!(odd("eyJhIjoxfQp="), Some(Rule::DataTrailingBits));
        assert_eq!(odd("eyJhIjoxfQ=="), None);
        assert_eq!(odd("eyJhIjoxfQo="), None);
        assert_eq!(odd("YWJj"), None, "abc");
    }
}
