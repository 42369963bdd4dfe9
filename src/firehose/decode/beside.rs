//! What stands beside a record in a line of text: words, or what may be a record too.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::byte_numbers::starts_json;
use super::sniff::{is_base64_symbol, is_encoded};
use super::without_data::signs_of_bytes;
use super::{GZIP_MAGIC, decode_hex};
use crate::bytes::{part, place_in};
use crate::json::{self, JsonErrorKind};

/// Base64 of what JSON, gzip and zstd start with.
pub(crate) const BASE64_STARTS: [&str; 7] = ["eyJ", "eyA", "ewo", "ew0", "W3s", "H4sI", "KLUv"];

/// Symbols of base64 that no word has which starts with one of [`BASE64_STARTS`].
pub(crate) const MIN_BASE64_WORD: usize = 5;

/// True if the `text` around a record holds what may be one too, whole or cut: JSON, base64,
/// bytes in any form in which they are printed, and what is printed instead of them.
pub(crate) fn may_hold_record(text: &[u8]) -> bool {
    let mut words = text.split(|it| !is_base64_symbol(*it));
    holds_print(text) || words.any(|it| is_base64_of_record(text, it) || is_hex_of_record(it))
}

/// The same without base64 and hexadecimal.
pub(super) fn holds_print(text: &[u8]) -> bool {
    static PRINTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        const PRINTS: [&str; 7] = [
            // The numbers of a brace, a bracket, or what compressed data starts with, and more
            // of them or dots.
            r"\[ ?(?:123|91|31|40|120)(?:(?:, ?| )-?[0-9]|(?:, ?| )?(?:\.\.\.|\xe2\x80\xa6))",
            // More numbers than a log line has of counts.
            r"\[ ?-?[0-9]{1,3}(?:(?:, ?| )-?[0-9]{1,3}){4}",
            r"Uint8Array\(",
            r"0x[0-9a-fA-F]{2}, ?0x",
            "<Buffer ",
            // No quote before it: `"b"` is a word.
            r#"(?:^|[^A-Za-z0-9_'"])b['"]"#,
            "bytes=0x",
        ];
        let prints = PRINTS.map(str::to_owned).into_iter();
        let all: Vec<_> = prints.chain(signs_of_bytes().map(regex::escape)).collect();
        Regex::new(&format!("(?-u){}", all.join("|"))).ok()
    });
    holds_json(text) || PRINTS.as_ref().is_none_or(|it| it.is_match(text))
}

/// True for JSON that is whole, or that breaks off before a record that is no value of it.
fn holds_json(text: &[u8]) -> bool {
    let Some(start) = memchr::memmem::find(text, b"{\"") else { return false };
    match json::skip_value(text, start) {
        Ok(_) => true,
        Err(error) if error.kind == JsonErrorKind::UnexpectedEnd => !names_what_follows(text),
        // Other languages print their maps in braces too.
        Err(_) => {
            let rest = part(text, start..);
            DOTS.iter().any(|it| memchr::memmem::find(rest, it.as_bytes()).is_some())
        }
    }
}

/// With what a text is shortened.
const DOTS: [&str; 2] = ["...", "…"];

/// True if the text ends with a key, whose value follows.
fn names_what_follows(text: &[u8]) -> bool {
    let is_open = |it: &u8| it.is_ascii_whitespace() || matches!(it, b'"' | b'\'' | b'[' | b'(');
    text.iter().rev().find(|it| !is_open(it)) == Some(&b':')
}

/// True for base64 of a record, or of its start; the `word` is one of the `text`.
fn is_base64_of_record(text: &[u8], word: &[u8]) -> bool {
    /// Symbols of base64 of which no word is made by chance.
    const MIN_SYMBOLS: usize = 8;
    let is_start = || BASE64_STARTS.iter().any(|it| word.starts_with(it.as_bytes()));
    let is_cut = || is_cut_short(part(text, place_in(text, word) + word.len()..));
    word.len() >= MIN_SYMBOLS && is_encoded(word)
        || is_start() && (word.len() >= MIN_BASE64_WORD || is_cut())
}

/// True if the text goes on with dots in the place of what is left out.
pub(crate) fn is_cut_short(rest: &[u8]) -> bool {
    DOTS.iter().any(|it| rest.starts_with(it.as_bytes()))
}

/// True for hexadecimal of JSON or gzip, or of its start.
fn is_hex_of_record(word: &[u8]) -> bool {
    /// `{"a":1}` has as many.
    const MIN_DIGITS: usize = 14;
    let digits = word.strip_prefix(b"0x").unwrap_or(word);
    let mut bytes = Vec::new();
    // An id may begin in the same way: not with so much text.
    digits.len() >= MIN_DIGITS
        && decode_hex(part(digits, ..digits.len() & !1), &mut bytes).is_some()
        && (starts_json(&bytes) || bytes.starts_with(&GZIP_MAGIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_record_is_seen_whole_and_cut() {
        for text in [
            "got {\"a\":1} and ",
            "got {\"a\":\"xxx… and ",
            "got {\"a\":\"xxx\", ...} and ",
            "[123 34",
            "[123, ... 216 more items]",
            "Uint8Array(3) [ 104, 101, 108 ]",
            "[123…",
            "<Buffer 7b 22",
            "b'{\"a\":…",
            "(b\"\"",
            "SdkBytes(bytes=0x7b7d)",
            "{0x7b, 0x22",
            "eyJ…",
            "eyJ...",
            "eyJhI",
            "aGVsbG8gd29ybGQ",
            "7b2261223a317d",
            "0x7b2261223a22616161",
            "7B2261223A22616",
            "1f8b0800000000000003",
            "[B@5e2de80c",
            "java.nio.HeapByteBuffer[pos=0 lim=7 cap=7]",
            "<memory at 0x7f0>",
            "<binary> len 7",
        ] {
            assert!(may_hold_record(text.as_bytes()), "{text}");
        }
        for text in [
            "2026-11-22T10:00:00.000Z d76ff9f6-4592-45ae-b97d-2d6a8fe7a9c4 INFO got ",
            "[INFO] (2 of 3) ",
            "[2026-11-22 10:00:00] ",
            "{ Data: ",
            "{\"Data\": ",
            "{\"records\": [",
            "Object {\"recordId\": String(\"495\"), \"data\": String(\"",
            "trace 7b2260a83df11e02cc71b2fe9d3c44d1",
            "verb'x'",
            "grade \"b\" of 'b' ",
            "partitions=[0, 1, 2] sizes [10 20] ",
            "eyJ",
            "[object Object]",
            "java.io.IOException: ",
            "...",
            "",
        ] {
            assert!(!may_hold_record(text.as_bytes()), "{text}");
        }
    }
}
