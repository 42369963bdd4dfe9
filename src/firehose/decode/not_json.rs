//! Text that begins like JSON and is not: where it breaks, and why.

use std::borrow::Cow;

use super::quoted::QUOTES;
use crate::bytes::part;
use crate::json::{self, JsonError, JsonErrorKind};
use crate::limits::MAX_JSON_DEPTH;

/// Where a text stops being JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonFlaw {
    /// Offset in bytes from the start of the text.
    pub(crate) offset: usize,
    /// What is there: `a comma before the closing bracket`.
    pub(crate) reason: Cow<'static, str>,
}

/// The reason for a raw line break where JSON has it escaped: it was written so, or made by what
/// wraps long lines.
pub(super) const LINE_BREAK: &str = "line break in a string";

/// The reason where it is not known whether the text is JSON.
const TOO_DEEP: &str = "nested deeper than the 1024 levels that fh reads";
const _: () = assert!(MAX_JSON_DEPTH == 1024, "the number in the reason");

impl JsonFlaw {
    /// True for JSON with more levels than are read, which may be valid.
    pub(crate) fn is_too_deep(&self) -> bool {
        self.reason == TOO_DEEP
    }
}

/// Literals that other languages have where JSON has numbers, `null` and so on.
const FOREIGN: [&str; 8] =
    ["NaN", "Infinity", "-Infinity", "undefined", "None", "True", "False", "nil"];

/// True for text that begins as JSON does: a line of a log may begin with a
/// bracket too.
pub(crate) fn looks_like_json(text: &[u8]) -> bool {
    let text = without_unseen(text);
    if is_without_brace(text) {
        return true;
    }
    let rest = without_unseen(part(text, text.len().min(1)..));
    // A comma that nothing is before, and a comment before the first key.
    let rest = match rest.strip_prefix(b",").filter(|_| text.first() == Some(&b'{')) {
        Some(after) if after.trim_ascii_start().starts_with(b"\"") => after.trim_ascii_start(),
        _ => without_comments(rest),
    };
    match (text.first(), rest.first()) {
        (Some(b'{'), Some(b'"' | b'\'')) | (Some(b'['), Some(b'{' | b'[' | b'"')) => true,
        (Some(b'{'), _) if misquoted(rest).is_some() => true,
        (Some(b'['), Some(b'0'..=b'9' | b'-')) => text.contains(&b',') && text.ends_with(b"]"),
        (Some(b'{'), _) => {
            let name = rest.iter().take_while(|it| it.is_ascii_alphanumeric() || **it == b'_');
            let name = name.count();
            name > 0 && part(rest, name..).trim_ascii_start().starts_with(b":")
        }
        _ => false,
    }
}

/// How long the comment is that `text` starts with.
fn comment_length(text: &[u8]) -> Option<usize> {
    match text {
        [b'/', b'/', ..] | [b'#', ..] => {
            Some(memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1))
        }
        [b'/', b'*', ..] => memchr::memmem::find(text, b"*/").map(|at| at + 2),
        _ => None,
    }
}

/// The text without the comments at its start.
fn without_comments(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some(length) = comment_length(rest) {
        rest = part(rest, length..).trim_ascii_start();
    }
    rest
}

/// True for an object that lost the brace at its start: `"a":1,"b":2}`.
fn is_without_brace(text: &[u8]) -> bool {
    let is_like = text.starts_with(b"\"") && text.ends_with(b"}");
    is_like && {
        let object = [b"{", text].concat();
        json::skip_value(&object, 0) == Ok(object.len())
    }
}

/// Characters that JSON does not allow between its tokens, and that look as if nothing or
/// a blank stood there.
const UNSEEN: [(&str, &str); 3] = [
    ("\u{a0}", "a no-break space, where JSON has plain spaces"),
    ("\u{200b}", "a zero-width space, which JSON does not allow"),
    ("\u{feff}", "a byte order mark in the text"),
];

/// The text without blanks and what is not seen at its start.
fn without_unseen(text: &[u8]) -> &[u8] {
    let mut rest = text.trim_ascii_start();
    while let Some(after) = UNSEEN.iter().find_map(|(sign, _)| rest.strip_prefix(sign.as_bytes())) {
        rest = after.trim_ascii_start();
    }
    rest
}

/// What stands at the start of `text` for a double quote.
fn misquoted(text: &[u8]) -> Option<&'static str> {
    if text.starts_with(b"\\\"") {
        return Some("`\\\"`, a quote that is escaped outside of a string");
    }
    let quote = QUOTES.iter().find(|(open, ..)| text.starts_with(open.as_bytes()))?;
    Some(quote.2)
}

/// Where `text` stops being JSON: values one after the other; `None` if it does
/// not.
pub(crate) fn json_flaw(text: &[u8]) -> Option<JsonFlaw> {
    let flaw = |offset, reason| Some(JsonFlaw { offset, reason });
    let mut at = 0;
    if is_without_brace(text) {
        return flaw(0, "a key without the brace before it".into());
    }
    loop {
        match json::skip_value(text, at) {
            Ok(end) => {
                at = json::skip_space(text, end);
                let rest = part(text, at..);
                match text.get(at) {
                    None => break,
                    Some(b'{' | b'[') => {}
                    _ if let Some(unseen) = unseen(rest) => return flaw(at, unseen.into()),
                    _ if comment_length(rest).is_some() => return flaw(at, COMMENT.into()),
                    Some(b',') => return flaw(at, "a comma after the value".into()),
                    Some(byte) => {
                        let byte = byte.escape_ascii();
                        return flaw(at, format!("`{byte}` after the value").into());
                    }
                }
            }
            Err(error) => return flaw(error.offset, reason(text, &error)),
        }
    }
    let error = str::from_utf8(text).err()?;
    flaw(error.valid_up_to(), "not UTF-8".into())
}

/// True if a comma stands before the bracket at `at`.
pub(crate) fn is_trailing_comma(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b'}' | b']'))
        && text.get(..at).is_some_and(|before| before.trim_ascii_end().ends_with(b","))
}

/// The literal of another language at `at`.
pub(crate) fn foreign_literal(text: &[u8], at: usize) -> Option<&'static str> {
    let rest = text.get(at..)?;
    FOREIGN.into_iter().find(|word| {
        rest.strip_prefix(word.as_bytes())
            .is_some_and(|after| !after.first().is_some_and(u8::is_ascii_alphanumeric))
    })
}

const COMMENT: &str = "a comment, which JSON does not allow";

/// What is not seen at the start of `text`.
fn unseen(text: &[u8]) -> Option<&'static str> {
    let found = UNSEEN.iter().find(|(sign, _)| text.starts_with(sign.as_bytes()))?;
    Some(found.1)
}

fn reason(text: &[u8], error: &JsonError) -> Cow<'static, str> {
    let at = error.offset;
    if is_trailing_comma(text, at) {
        return "a comma before the closing bracket".into();
    }
    if let Some(word) = foreign_literal(text, at) {
        return format!("`{word}`, which JSON does not allow").into();
    }
    if let Some(quote) = text.get(at..).and_then(misquoted) {
        return quote.into();
    }
    let rest = text.get(at..).unwrap_or_default();
    if matches!(error.kind, JsonErrorKind::Expected(_)) {
        if let Some(unseen) = unseen(rest) {
            return unseen.into();
        }
        if comment_length(rest).is_some() {
            return COMMENT.into();
        }
    }
    match (text.get(at), error.kind) {
        (Some(b','), JsonErrorKind::Expected(_))
            if matches!(part(text, ..at).trim_ascii_end().last(), Some(b'{' | b'[' | b',')) =>
        {
            "a comma without a value before it".into()
        }
        (Some(b'\''), JsonErrorKind::Expected(_)) => {
            "a single quote, where JSON has double quotes".into()
        }
        (None, _) | (_, JsonErrorKind::UnexpectedEnd) => "JSON ends early".into(),
        (_, JsonErrorKind::Expected(what)) => format!("expected {what}").into(),
        (Some(b'\n' | b'\r'), JsonErrorKind::ControlInString) => LINE_BREAK.into(),
        (_, JsonErrorKind::ControlInString) => "control character in a string".into(),
        (_, JsonErrorKind::BadEscape) => "bad escape in a string".into(),
        (_, JsonErrorKind::TooDeep) => TOO_DEEP.into(),
        (_, JsonErrorKind::NotUtf8) => "not UTF-8".into(),
    }
}

/// The characters `\n`, `\r\n` or several of them at the start of `text`, in
/// which a newline was escaped once too often: how many bytes; 0 if there are
/// none.
pub(crate) fn literal_newlines(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some(after) = rest.strip_prefix(br"\n").or_else(|| rest.strip_prefix(br"\r")) {
        rest = after;
    }
    text.len() - rest.len()
}

/// The values of `text` with real newlines where the characters `\n` stand
/// between them or after the last; `None` if that is not all that is wrong.
pub(super) fn with_newlines(text: &[u8]) -> Option<Vec<u8>> {
    let mut fixed = Vec::new();
    let (mut at, mut copied) = (0, 0);
    while at < text.len() {
        let end = json::skip_value(text, at).ok()?;
        at = json::skip_space(text, end);
        let literal = literal_newlines(part(text, at..));
        if literal > 0 {
            fixed.extend_from_slice(part(text, copied..at));
            fixed.push(b'\n');
            copied = at + literal;
            at = json::skip_space(text, copied);
        }
        if !matches!(text.get(at), None | Some(b'{' | b'[')) {
            return None;
        }
    }
    if copied == 0 {
        return None;
    }
    fixed.extend_from_slice(part(text, copied..));
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flaw_is_where_the_text_stops_being_json() {
        for (text, offset, reason) in [
            (r#"{"a":1,}"#, 7, "a comma before the closing bracket"),
            ("[{\"a\":1},\n]", 10, "a comma before the closing bracket"),
            (r#"{"a":NaN}"#, 5, "`NaN`, which JSON does not allow"),
            (r#"{"a":True}"#, 5, "`True`, which JSON does not allow"),
            (r#"{"a":1"#, 6, "JSON ends early"),
            (r#"{"a":"b"#, 7, "JSON ends early"),
            ("{'a':1}", 1, "a single quote, where JSON has double quotes"),
            (r#"{\"a\":1}"#, 1, "`\\\"`, a quote that is escaped outside of a string"),
            ("{&quot;a&quot;:1}", 1, "`&quot;` for a quote, as HTML has it"),
            ("{&#34;a&#34;:1}", 1, "`&#34;` for a quote, as HTML has it"),
            ("{“a”:1}", 1, "a typographic quote, where JSON has straight ones"),
            ("{«a»:1}", 1, "a typographic quote, where JSON has straight ones"),
            (r#"{"a":1},"#, 7, "a comma after the value"),
            (r#"{"a":1}\x"#, 7, r"`\\` after the value"),
            ("{\u{a0}\"a\":1}", 1, "a no-break space, where JSON has plain spaces"),
            ("{\u{200b}\"a\":1}", 1, "a zero-width space, which JSON does not allow"),
            ("\u{feff}{\"a\":1}", 0, "a byte order mark in the text"),
            ("[1,2,]", 5, "a comma before the closing bracket"),
            (r#"{"a":1}}"#, 7, "`}` after the value"),
            (r#"{"a":1} end"#, 8, "`e` after the value"),
            ("{\n // one\n \"a\":1}", 3, COMMENT),
            ("{\n # one\n \"a\":1}", 3, COMMENT),
            ("{\"a\":1, /* one */ \"b\":2}", 8, COMMENT),
            ("{/* one */\"a\":1}", 1, COMMENT),
            ("{\"a\":1} // one", 8, COMMENT),
            ("{,\"a\":1}", 1, "a comma without a value before it"),
            ("{\"a\":1,,\"b\":2}", 7, "a comma without a value before it"),
            ("\"a\":1,\"b\":2}", 0, "a key without the brace before it"),
            ("{\"a\":1}\n\u{feff}{\"a\":2}", 8, "a byte order mark in the text"),
            ("{\"a\":\"one\ntwo\"}", 9, "line break in a string"),
            ("{\"a\":\"one\ttwo\"}", 9, "control character in a string"),
            ("{\n \"a\":1\n \"b\":2\n}", 10, "expected `,` or `}`"),
        ] {
            assert!(looks_like_json(text.as_bytes()), "{text}");
            let flaw = json_flaw(text.as_bytes()).unwrap();
            assert_eq!((flaw.offset, &*flaw.reason), (offset, reason), "{text}");
        }
        assert_eq!(json_flaw(br#"{"a":1}{"b":2}"#), None);
    }

    #[test]
    fn lines_that_begin_with_a_bracket_do_not_look_like_json() {
        for text in [
            "[INFO] text",
            "[2026-11-29] text",
            "[1] first",
            "{placeholder} text",
            "[1, 2] text",
            "{# a template #}",
            "{// a path",
            "\"a\": 1}, and more",
            "\"quoted\" text }",
            "{, }",
            "{",
            "",
        ] {
            assert!(!looks_like_json(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn newlines_in_two_characters_become_newlines() {
        let fixed =
            |text: &str| with_newlines(text.as_bytes()).map(|it| it.escape_ascii().to_string());
        assert_eq!(fixed(r#"{"a":1}\n{"b":2}\n"#).unwrap(), r#"{\"a\":1}\n{\"b\":2}\n"#);
        assert_eq!(fixed(r#"{"a":1}\r\n{"b":"\n"}"#).unwrap(), r#"{\"a\":1}\n{\"b\":\"\\n\"}"#);
        assert_eq!(fixed(r#"{"a":1}\nend"#), None);
        assert_eq!(fixed(r#"{"a":1}{"b":2}"#), None);
        assert_eq!(fixed(r#"{"a":1,}\n"#), None);
    }
}
