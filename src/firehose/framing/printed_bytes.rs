//! Bytes as programs print them: as numbers, as Node's `<Buffer 7b 22>`; and what
//! is printed instead of bytes.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::bytes::Regex;

use super::hex_list;
use super::print::byte_string;
use crate::bytes::part;
use crate::decode::{
    GZIP_MAGIC, KPL_MAGIC, Problem, ProblemKind, byte, decode_hex, guess_compression, indexed,
    indexed_payload, is_binary_byte, is_compressed, is_encoded, may_hold_record, printed_numbers,
    starts_record,
};
use crate::json::{self, Token};

/// Bytes that were printed, and what the runtime left out of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PrintedBytes {
    pub(super) bytes: Vec<u8>,
    pub(super) problem: Option<Problem>,
    /// Node's own form, which no other service takes for the bytes.
    pub(super) is_node: bool,
}

impl PrintedBytes {
    fn whole(bytes: Vec<u8>) -> Self {
        Self { bytes, problem: None, is_node: false }
    }

    fn node(bytes: Vec<u8>) -> Self {
        Self { is_node: true, ..Self::whole(bytes) }
    }
}

/// The bytes that a value of JSON shows; `None` for base64 and other values.
pub(super) fn of_value(value: Token<'_>) -> Option<PrintedBytes> {
    if let Some(text) = value.body() {
        return buffer(text);
    }
    if value.is_array() {
        return list(value).map(PrintedBytes::node);
    }
    if !value.is_object() {
        return None;
    }
    let mut fields = value.fields();
    let first = fields.next()?.ok()?;
    match first.key {
        b"type" if first.value.bytes().as_ref() == b"Buffer" => {
            list(fields.next()?.ok().filter(|field| field.key == b"data")?.value)
                .map(PrintedBytes::node)
        }
        b"inner" => list(first.value).map(PrintedBytes::whole),
        b"bytes" => hexadecimal(first.value.body()?.strip_prefix(b"0x")?).map(PrintedBytes::whole),
        b"[Uint8Contents]" => buffer(first.value.body()?),
        b"0" => indexed(value).map(PrintedBytes::node),
        _ => None,
    }
}

/// The bytes that a line shows: `<Buffer 7b 22>`, Go's `[123 34]`, Python's `b'…'`;
/// or base64 at the end of a log line, which stays base64. None if there may be another record
/// in the line: all are taken or none.
pub(super) fn of_line(line: &[u8]) -> Option<PrintedBytes> {
    let line = line.trim_ascii();
    match line.last()? {
        b'>' => {
            let start = memchr::memmem::rfind(line, b"<Buffer")?;
            in_words(buffer(part(line, start..))?, [part(line, ..start), b""])
        }
        b']' => {
            let open = memchr::memrchr(b'[', line)?;
            let list = part(line, open + 1..line.len() - 1);
            let before = part(line, ..open);
            let hex = || {
                let is_sure = hex_list::is_marked(before, list);
                hex_list::of_items(list).filter(|it| is_sure || is_payload(it))
            };
            let bytes = listed(list).or_else(hex).filter(|bytes| is_plainly_bytes(bytes))?;
            in_words(PrintedBytes::whole(bytes), [before, b""])
        }
        _ => logged_base64(line)
            .or_else(|| python_bytes_of(line))
            .or_else(|| sdk_bytes(line))
            .or_else(|| escaped_bytes(line).map(PrintedBytes::whole)),
    }
}

/// The bytes of `SdkBytes(bytes=0x7b7d)`, of AWS's SDK for Java.
fn sdk_bytes(line: &[u8]) -> Option<PrintedBytes> {
    const MARK: &[u8] = b"SdkBytes(bytes=0x";
    let inner = line.strip_suffix(b")")?;
    let start = memchr::memmem::find(inner, MARK)?;
    let bytes = hexadecimal(part(inner, start + MARK.len()..))?;
    in_words(PrintedBytes::whole(bytes), [part(line, ..start), b""])
}

/// What a line shows with these words `around` it, which are not shown; nothing if there may be
/// another record in them.
fn in_words(printed: PrintedBytes, around: [&[u8]; 2]) -> Option<PrintedBytes> {
    if around.iter().any(|it| may_hold_record(it)) {
        return None;
    }
    let [before, after] = around;
    // What Lambda's runtimes put before a message is none of its words.
    let is_prefix = |tab: &usize| has_log_prefix(part(before, ..*tab));
    let start = memchr::memrchr(b'\t', before).filter(is_prefix).unwrap_or(0);
    let has_words = [part(before, start..), after].concat().iter().any(u8::is_ascii_alphanumeric);
    let note = || has_words.then(|| Problem::input(ProblemKind::BytesInWords));
    Some(PrintedBytes { problem: printed.problem.or_else(note), ..printed })
}

/// What the runtime left out of a Buffer that it printed in a line of text, if a record
/// starts with its bytes.
pub(super) fn cut_buffer(line: &[u8]) -> Option<Problem> {
    static CUT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"<Buffer (?:[0-9a-f]{2} )+\.\.\. [0-9]+ more bytes?>").ok());
    let printed = buffer(CUT.as_ref()?.find(line)?.as_bytes())?;
    printed.problem.filter(|_| starts_record(&printed.bytes))
}

/// The bytes of `123 34` or `123, 34, -61`.
fn listed(list: &[u8]) -> Option<Vec<u8>> {
    // `[123, 34` is `{"`: most lists of numbers are not looked at.
    list.first().filter(|it| it.is_ascii_digit())?;
    printed_numbers(list)
}

/// The payload that a line shows in the escapes of C, Ruby or a shell, in quotes or
/// without: `"\x1F\x8B\b"`, `\x7b\x22`, `\037\213`.
fn escaped_bytes(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.strip_suffix(b";").or_else(|| line.strip_suffix(b",")).unwrap_or(line);
    let line = line.strip_prefix(b"$").unwrap_or(line);
    let inner = match line {
        [quote @ (b'"' | b'\''), inner @ .., end] if quote == end => inner,
        [b'\\', ..] => line,
        _ => return None,
    };
    let has_escape = memchr::memmem::find(inner, b"\\x").is_some()
        || inner.windows(2).any(|it| matches!(it, [b'\\', b'0'..=b'3']));
    if !has_escape {
        return None;
    }
    let literal = [b"b\"", inner, b"\""].concat();
    let (bytes, end) = byte_string(&literal, 0)?;
    (end == literal.len() && is_payload(&bytes)).then_some(bytes)
}

/// The payload that a line shows as Python's `b'…'`: at the end of a log line, in
/// marks of a quotation, or as most of a line that has words too.
fn python_bytes_of(line: &[u8]) -> Option<PrintedBytes> {
    let (literal, bytes) = python_payload(line)?;
    let (before, after) = (part(line, ..literal.start), part(line, literal.end..));
    let is_logged = after.is_empty() && has_log_prefix(line);
    let is_most = literal.len() >= line.len() - literal.len();
    (is_logged || is_most).then(|| in_words(PrintedBytes::whole(bytes), [before, after]))?
}

/// The first payload that a text shows as Python's `b'…'`, and where.
pub(super) fn python_payload(text: &[u8]) -> Option<(Range<usize>, Vec<u8>)> {
    static STARTS: LazyLock<[Finder<'static>; 2]> =
        LazyLock::new(|| [Finder::new("b'"), Finder::new("b\"")]);
    // Text has many quotes, and few of bytes.
    if STARTS.iter().all(|start| start.find(text).is_none()) {
        return None;
    }
    let quotes = memchr::memchr2_iter(b'\'', b'"', text);
    let starts = quotes.filter_map(|quote| {
        let start = quote.checked_sub(1)?;
        let before = start.checked_sub(1).and_then(|it| text.get(it));
        let is_word = before.is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_');
        (text.get(start) == Some(&b'b') && !is_word).then_some(start)
    });
    let mut found = starts.filter_map(|start| {
        let (bytes, end) = byte_string(text, start)?;
        is_payload(&bytes).then_some((start..end, bytes))
    });
    found.next()
}

/// True for what a record holds, and no message does: JSON, compressed data, a KPL
/// aggregate.
pub(super) fn is_payload(bytes: &[u8]) -> bool {
    let is_text = || str::from_utf8(bytes).is_ok();
    match bytes.trim_ascii() {
        [b'{', b'"', .., b'}'] | b"{}" | [b'[', b'{', .., b']'] => true,
        _ => {
            is_compressed(bytes)
                || bytes.starts_with(&KPL_MAGIC)
                || guess_compression(bytes) && !is_text()
        }
    }
}

/// The bytes of a JSON array of numbers, or of a `Uint8Array` in JSON, if they are
/// plainly a payload.
pub(super) fn of_array(value: &[u8]) -> Option<Vec<u8>> {
    // `[123, 34` is `{"`; most values end here.
    let first = part(value, json::skip_space(value, 1).min(value.len())..);
    if first.starts_with(b"\"0\"") {
        return indexed_payload(value);
    }
    if !first.first().is_some_and(u8::is_ascii_digit) || !value.starts_with(b"[") {
        return None;
    }
    list(Token::new(value)).filter(|bytes| is_plainly_bytes(bytes))
}

/// The bytes that Node.js prints over several lines, as the JSON of a Buffer: `value` is
/// the JSON of what stands between the brackets, after `before` on its line.
pub(super) fn of_node(before: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    let before = before.trim_ascii_end();
    let name = before.strip_suffix(b")").map_or(before, |it| {
        let digits = it.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        part(it, ..it.len() - digits)
    });
    if !name.ends_with(b"Uint8Array(") && !name.ends_with(b"ArrayBuffer") {
        return None;
    }
    let list = [b"[", value, b"]"].concat();
    let (token, _) = json::elements(&list, 0).next()?.ok()?;
    let bytes = of_value(token)?.bytes;
    // The end of a long one is left out.
    let is_json = matches!(bytes.as_slice(), [b'{', b'"', ..] | [b'[', b'{', ..]);
    (is_json || is_plainly_bytes(&bytes))
        .then(|| [br#"{"type":"Buffer","data":"#, value, b"}"].concat())
}

/// True for JSON with a key, gzip, a KPL aggregate, and text of some length: what
/// few lists of numbers are by chance.
pub(super) fn is_plainly_bytes(bytes: &[u8]) -> bool {
    const TEXT: usize = 8;
    bytes.starts_with(&GZIP_MAGIC)
        || bytes.starts_with(&KPL_MAGIC)
        || matches!(bytes, [b'{', .., b'}'] | [b'{', .., b'}', b'\n'])
        || bytes.len() >= TEXT
            && str::from_utf8(bytes).is_ok()
            && !bytes.iter().any(|byte| is_binary_byte(*byte) || *byte == 0x7f)
            && bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count() * 2 > bytes.len()
}

/// Base64 at the end of a line that starts as log lines do, with a time or level.
fn logged_base64(line: &[u8]) -> Option<PrintedBytes> {
    /// Shorter base64 is a name or a number more often.
    const MIN: usize = 16;
    let space = memchr::memrchr2(b' ', b'\t', line)?;
    if !has_log_prefix(line) {
        return None;
    }
    let last = part(line, space + 1..);
    let last = last.strip_prefix(b"data=").or_else(|| last.strip_prefix(b"data:")).unwrap_or(last);
    let bare = match last {
        [quote @ (b'"' | b'\''), inner @ .., end] if quote == end => inner,
        other => other,
    };
    let has_symbols = || crate::decode::base64_symbols(bare).is_some();
    let is_record = bare.len() >= MIN && has_symbols() && is_encoded(bare);
    let problem = Some(Problem::input(ProblemKind::Base64InWords));
    let printed = || PrintedBytes { problem, ..PrintedBytes::whole(bare.to_vec()) };
    is_record.then(|| in_words(printed(), [part(line, ..space), b""]))?
}

/// True for a line that starts with a date or with a level.
pub(super) fn has_log_prefix(line: &[u8]) -> bool {
    const LEVELS: [&[u8]; 8] =
        [b"TRACE", b"DEBUG", b"INFO", b"WARN", b"WARNING", b"ERROR", b"FATAL", b"CRITICAL"];
    let line = line.strip_prefix(b"[").unwrap_or(line);
    if let [y1, y2, _, _, first @ (b'-' | b'/'), m1, m2, second, d1, d2, ..] = line {
        return first == second && [y1, y2, m1, m2, d1, d2].iter().all(|it| it.is_ascii_digit());
    }
    let word = line.iter().take(9).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let level = part(line, ..word);
    matches!(line.get(word), Some(b' ' | b'\t' | b':' | b']'))
        && LEVELS.iter().any(|it| it.eq_ignore_ascii_case(level))
}

/// `<Buffer 7b 22 ... 216 more bytes>`, `<7b 22>`.
pub(super) fn buffer(text: &[u8]) -> Option<PrintedBytes> {
    let inner = text.strip_prefix(b"<")?.strip_suffix(b">")?;
    let inner = inner.strip_prefix(b"Buffer").unwrap_or(inner).trim_ascii();
    let (digits, note) = match memchr::memmem::find(inner, b"... ") {
        Some(at) => (part(inner, ..at).trim_ascii_end(), Some(part(inner, at + 4..))),
        None => (inner, None),
    };
    let problem = match note {
        Some(note) => Some(Problem::input(ProblemKind::CutPrint(left_out(note)?.to_owned()))),
        None => None,
    };
    matches!(digits.get(2), None | Some(b' ')).then_some(())?;
    Some(PrintedBytes { problem, ..PrintedBytes::node(hexadecimal(digits)?) })
}

/// What Node writes for bytes that it left out, `216 more bytes`; `None` for other text.
fn left_out(text: &[u8]) -> Option<&str> {
    let text = str::from_utf8(text).ok()?;
    let (count, unit) = text.split_once(' ')?;
    let is_count = !count.is_empty() && count.bytes().all(|digit| digit.is_ascii_digit());
    (is_count && matches!(unit, "more byte" | "more bytes")).then_some(text)
}

/// The bytes that these digits stand for, if any.
fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    (digits.is_empty() || decode_hex(digits, &mut bytes).is_some()).then_some(bytes)
}

/// `[123, 34]`.
fn list(value: Token<'_>) -> Option<Vec<u8>> {
    value.is_array().then_some(())?;
    value.elements().map(|element| byte(element.ok()?.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &str) -> Option<Vec<u8>> {
        let list = format!("[{value}]");
        let (value, _) = json::elements(list.as_bytes(), 0).next()?.ok()?;
        of_value(value).map(|found| found.bytes)
    }

    #[test]
    fn every_form_of_bytes_is_read() {
        for value in [
            r#"{"type":"Buffer","data":[123,125,255]}"#,
            r#"{"inner":[123,125,255]}"#,
            r#"{"bytes":"0x7b7dff"}"#,
            r#"{"0":123,"1":125,"2":255}"#,
            r#"{"[Uint8Contents]":"<7b 7d ff>","byteLength":3}"#,
            r#""<Buffer 7b 7d ff>""#,
            "[123, 125, -1]",
        ] {
            assert_eq!(bytes(value).unwrap(), b"{}\xff", "{value}");
        }
        assert_eq!(bytes(r#""<Buffer >""#).unwrap(), b"");
    }

    #[test]
    fn other_values_are_no_bytes() {
        for value in [
            r#"{"type":"Buffer","data":"e30="}"#,
            r#"{"type":"Buffer"}"#,
            r#"{"inner":[256]}"#,
            r#"{"bytes":"0x7b7"}"#,
            r#"{"0":1,"2":3}"#,
            r#""<Buffer 7>""#,
            r#""<Buffer 7b7d>""#,
            r#""<Buffer 7b ... more>""#,
            r#""e30=""#,
            "[1.5]",
            "{}",
            "7",
        ] {
            assert!(bytes(value).is_none(), "{value}");
        }
    }

    #[test]
    fn what_a_buffer_was_cut_by_is_kept() {
        let found = of_line(b"INFO <Buffer 7b 7d ... 1 more byte>").unwrap();
        assert_eq!(found.bytes, b"{}");
        assert_eq!(found.problem.unwrap().kind, ProblemKind::CutPrint("1 more byte".to_owned()));
    }

    #[test]
    fn bytes_that_python_printed_are_found_in_a_line() {
        let find = |line: &str| of_line(line.as_bytes());
        for (literal, bytes) in [
            (r#"b'{"a": 1}'"#, br#"{"a": 1}"#.as_slice()),
            (r"b'\x1f\x8b\x08\x00\x01'", &[0x1f, 0x8b, 8, 0, 1]),
            (r"b'x\x9c\xabV\'\n'", &[b'x', 0x9c, 0xab, b'V', b'\'', b'\n']),
        ] {
            for (before, after, is_noted) in [
                ("[INFO]\t2026-11-22T10:00:00.000Z\t5f1e5f1e\t", "", false),
                ("DEBUG got record: ", "", true),
                ("> ", "", false),
                ("`", "`", false),
                ("data=", "", true),
                ("print(", ")", true),
            ] {
                let found = find(&format!("{before}{literal}{after}")).unwrap();
                assert_eq!(found.bytes, bytes, "{before}{literal}");
                assert_eq!(found.problem.is_some(), is_noted, "{before}{literal}");
            }
        }
        for line in [
            "INFO wrote b'hello world, this is a message'",
            r#"ValueError: invalid literal for int() with base 10: b'{"a": 1}' in this record"#,
            r#"verb'{"a": 1}'"#,
            r#"b'{"a": 1}' b'{"a": 2}' "#,
            r#"b'{"a": 1}"#,
        ] {
            assert!(find(line).is_none(), "{line}");
        }
    }

    #[test]
    fn lists_of_numbers_and_bytes_of_java_are_read_after_words_and_noted() {
        for (line, is_noted) in [
            ("[123, 34, 97, 34, 58, 34, -61, -68, 34, 125]", false),
            ("data: [123, 34, 97, 34, 58, 34, -61, -68, 34, 125]", true),
            ("INFO got [123 34 97 34 58 34 195 188 34 125]", true),
            ("[7b, 22, 61, 22, 3a, 22, c3, bc, 22, 7d]", false),
            ("got [7B, 22, 61, 22, 3A, 22, C3, BC, 22, 7D]", true),
            (
                "['0x7b', '0x22', '0x61', '0x22', '0x3a', '0x22', '0xc3', '0xbc', '0x22', '0x7d']",
                false,
            ),
            ("SdkBytes(bytes=0x7b2261223a22c3bc227d)", false),
            ("INFO data=SdkBytes(bytes=0x7b2261223a22c3bc227d)", true),
        ] {
            let found = of_line(line.as_bytes()).unwrap();
            assert_eq!(found.bytes, "{\"a\":\"ü\"}".as_bytes(), "{line}");
            let problem = found.problem.map(|it| it.kind);
            assert_eq!(problem, is_noted.then_some(ProblemKind::BytesInWords), "{line}");
        }
        for line in [
            "sizes [10, 20, 30]",
            "data: [7b, 7d, 7b7d]",
            "tags [a, be, ef]",
            "[61, 62, 63, 64, 65, 66, 67, 6a]",
            "colors: [41, 42, 43, 44, 45, 46, 47, 48, 49, 4a]",
            "data: [123, 34, 300]",
            "SdkBytes(bytes=0x7)",
        ] {
            assert!(of_line(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn base64_behind_a_log_prefix_is_found_and_other_words_are_not() {
        let find = |line: &str| {
            let found = of_line(line.as_bytes());
            // What stands before it is not shown.
            let kind = found.as_ref().map(|it| it.problem.as_ref().map(|it| it.kind.clone()));
            assert!(kind.is_none_or(|it| it == Some(ProblemKind::Base64InWords)), "{line}");
            found.is_some()
        };
        for line in [
            "2026-11-22T10:00:00Z INFO data: eyJhIjoxLCJiIjoyfQ==",
            "2026/11/22 10:00:00 eyJhIjoxLCJiIjoyfQ==",
            "[INFO] data=eyJhIjoxLCJiIjoyfQ==",
            "DEBUG: 'eyJhIjoxLCJiIjoyfQ=='",
        ] {
            assert!(find(line), "{line}");
        }
        for line in [
            "Cookie: eyJhIjoxLCJiIjoyfQ==",
            "2026-11-22T10:00:00Z INFO transformed",
            "2026-11-22T10:00:00Z INFO eyJhIjoxfQ==",
            "2026-11-22T10:00:00Z INFO AbCdEfGhIjKlMnOpQrStUvWx",
            "INFORM eyJhIjoxLCJiIjoyfQ==",
            "[1 2 3]",
            "[10 20 30 40 50 60 70 80 90]",
        ] {
            assert!(!find(line), "{line}");
        }
        assert!(of_array(b"[1,2,3]").is_none());
        assert!(of_array(b"[80,81,82,83,84,85,86,300]").is_none());
        assert_eq!(of_array(b"[123, 34, 97, 34, 58, 49, 125]").unwrap(), br#"{"a":1}"#);
        let indexed = br#"{"0":123,"1":34,"2":97,"3":34,"4":58,"5":49,"6":125}"#;
        assert_eq!(of_array(indexed).unwrap(), br#"{"a":1}"#);
        assert!(of_array(br#"{"0":1,"1":2}"#).is_none());
        let by_hour = br#"{"0":98,"1":99,"2":97,"3":88,"4":91,"5":95,"6":90,"7":99}"#;
        assert!(of_array(by_hour).is_none());
    }
}
