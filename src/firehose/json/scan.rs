//! The strict grammar of JSON, as one loop that tells a [`Sink`] what it meets.

use std::fmt;

use crate::bytes::part;
use crate::limits::MAX_JSON_DEPTH;

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// Offset in bytes from the start of the text.
    pub offset: usize,
    /// What was wrong there.
    pub kind: JsonErrorKind,
}

/// What can be wrong with a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// The text ended inside a value.
    UnexpectedEnd,
    /// Another byte was expected.
    Expected(&'static str),
    /// A string holds a raw control character.
    ControlInString,
    /// A backslash with something that is no escape.
    BadEscape,
    /// More nesting than [`MAX_JSON_DEPTH`].
    TooDeep,
    /// Not UTF-8.
    NotUtf8,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            JsonErrorKind::UnexpectedEnd => write!(f, "JSON ends early"),
            JsonErrorKind::Expected(what) => write!(f, "expected {what}"),
            JsonErrorKind::ControlInString => write!(f, "control character in a JSON string"),
            JsonErrorKind::BadEscape => write!(f, "bad escape in a JSON string"),
            JsonErrorKind::TooDeep => {
                write!(f, "JSON nested deeper than the {MAX_JSON_DEPTH} levels that fh reads")
            }
            JsonErrorKind::NotUtf8 => write!(f, "JSON is not UTF-8"),
        }?;
        write!(f, " at byte {}", self.offset)
    }
}

/// What a walk over a value meets, in order. Offsets are of the source text.
pub(super) trait Sink {
    /// White space between tokens.
    fn gap(&mut self, _from: usize, _to: usize) {}
    /// A bracket that opens a container with something in it.
    fn open(&mut self, _at: usize) {}
    /// The bracket that closes it.
    fn close(&mut self, _at: usize) {}
    /// A comma between values.
    fn comma(&mut self, _at: usize) {}
    /// A colon after a key.
    fn colon(&mut self, _at: usize) {}
}

/// Looks at nothing: only checks.
impl Sink for () {}

/// What a value stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Object,
    Array,
}

/// The containers around the one at hand, kept on the heap so that no input can
/// exhaust the thread's stack.
#[derive(Debug, Default)]
pub(super) struct Stack {
    outer: Vec<Inside>,
    /// Containers around the values that are walked, which count too.
    around: usize,
}

impl Stack {
    pub(super) const fn within(around: usize) -> Self {
        Self { outer: Vec::new(), around }
    }

    #[inline]
    fn push(&mut self, outer: Inside, at: usize) -> Result<(), JsonError> {
        if self.outer.len() + self.around >= MAX_JSON_DEPTH {
            let kind = JsonErrorKind::TooDeep;
            return Err(JsonError { offset: at, kind });
        }
        self.outer.push(outer);
        Ok(())
    }
}

/// Returns true for the four bytes that JSON calls white space.
#[inline]
pub const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Returns the first offset from `at` on that is not white space.
#[inline]
pub fn skip_space(source: &[u8], mut at: usize) -> usize {
    while source.get(at).is_some_and(|byte| is_space(*byte)) {
        at += 1;
    }
    at
}

#[expect(clippy::inline_always, reason = "two for each token")]
#[inline(always)]
fn gap<S: Sink>(source: &[u8], at: usize, sink: &mut S) -> usize {
    match source.get(at) {
        // Nearly every token is greater than a blank: one comparison.
        Some(byte) if *byte <= b' ' && is_space(*byte) => {
            let end = skip_space(source, at);
            sink.gap(at, end);
            end
        }
        _ => at,
    }
}

const fn expected(offset: usize, what: &'static str) -> JsonError {
    JsonError { offset, kind: JsonErrorKind::Expected(what) }
}

fn wrong(source: &[u8], at: usize, what: &'static str) -> JsonError {
    if at >= source.len() {
        JsonError { offset: source.len(), kind: JsonErrorKind::UnexpectedEnd }
    } else {
        expected(at, what)
    }
}

/// Walks one value that starts at `at` and returns where it ends.
#[inline]
pub(super) fn value<S: Sink>(
    source: &[u8],
    mut at: usize,
    stack: &mut Stack,
    sink: &mut S,
) -> Result<usize, JsonError> {
    stack.outer.clear();
    let mut inside = Inside::Nothing;
    loop {
        // A value starts here.
        match source.get(at) {
            Some(b'"') => at = string(source, at + 1)?,
            Some(b'-' | b'0'..=b'9') => at = number(source, at)?,
            Some(open @ (b'{' | b'[')) => {
                let is_object = *open == b'{';
                let close = if is_object { b'}' } else { b']' };
                let first = skip_space(source, at + 1);
                if source.get(first) == Some(&close) {
                    if first > at + 1 {
                        sink.gap(at + 1, first);
                    }
                    at = first + 1;
                } else {
                    stack.push(inside, at)?;
                    sink.open(at);
                    if first > at + 1 {
                        sink.gap(at + 1, first);
                    }
                    (inside, at) = if is_object {
                        (Inside::Object, key(source, first, sink)?)
                    } else {
                        (Inside::Array, first)
                    };
                    continue;
                }
            }
            Some(b't') => at = literal(source, at, b"true")?,
            Some(b'f') => at = literal(source, at, b"false")?,
            Some(b'n') => at = literal(source, at, b"null")?,
            _ => return Err(wrong(source, at, "a JSON value")),
        }
        // A value has ended: close what it closes, or continue with the next.
        loop {
            if inside == Inside::Nothing {
                return Ok(at);
            }
            at = gap(source, at, sink);
            match (source.get(at), inside) {
                (Some(b','), Inside::Object) => {
                    sink.comma(at);
                    at = gap(source, at + 1, sink);
                    at = key(source, at, sink)?;
                    break;
                }
                (Some(b','), _) => {
                    sink.comma(at);
                    at = gap(source, at + 1, sink);
                    break;
                }
                (Some(b'}'), Inside::Object) | (Some(b']'), Inside::Array) => {
                    sink.close(at);
                    inside = stack.outer.pop().unwrap_or(Inside::Nothing);
                    at += 1;
                }
                (_, Inside::Object) => return Err(wrong(source, at, "`,` or `}`")),
                (_, _) => return Err(wrong(source, at, "`,` or `]`")),
            }
        }
    }
}

/// Walks `"key" :` and returns where the value starts.
#[expect(clippy::inline_always, reason = "as for `string`: 15 % of the instructions of a format")]
#[inline(always)]
fn key<S: Sink>(source: &[u8], at: usize, sink: &mut S) -> Result<usize, JsonError> {
    if source.get(at) != Some(&b'"') {
        return Err(wrong(source, at, "a key in double quotes"));
    }
    let end = gap(source, string(source, at + 1)?, sink);
    if source.get(end) != Some(&b':') {
        return Err(wrong(source, end, "`:`"));
    }
    sink.colon(end);
    Ok(gap(source, end + 1, sink))
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the bytes of `word` that end a plain run in a string: a quote, a
/// backslash, a control character. Exact for the lowest marked byte.
#[inline]
const fn special(word: u64) -> u64 {
    // With this bit turned over, a quote and control characters are what is below `!`.
    let low = (word ^ (ONES * 0x02)).wrapping_sub(ONES * b'!' as u64);
    let slash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (low | slash) & !word & HIGHS
}

/// A string with this many plain bytes is taken for a long one.
const LONG: usize = 16;

/// Skips plain bytes of a long string, such as base64, 32 at a time: four words
/// without a branch between them, of which the compiler makes vectors.
fn skip_plain(source: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = source.get(at..).and_then(|rest| rest.first_chunk::<32>()) {
        let (words, _) = chunk.as_chunks::<8>();
        if words.iter().fold(0, |marks, word| marks | special(u64::from_le_bytes(*word))) != 0 {
            break;
        }
        at += chunk.len();
    }
    at
}

/// Walks a string from the byte after its opening quote to the one after its
/// closing quote.
#[expect(
    clippy::inline_always,
    reason = "half of all tokens; a call each costs 10 % of small records"
)]
#[inline(always)]
pub(super) fn string(source: &[u8], mut at: usize) -> Result<usize, JsonError> {
    loop {
        let start = at;
        // Eight bytes at a time while nothing special is among them.
        while let Some(chunk) = source.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let marks = special(u64::from_le_bytes(*chunk));
            if marks != 0 {
                at += (marks.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
            if at - start == LONG {
                at = skip_plain(source, at);
            }
        }
        match source.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(source, at)?,
            Some(0..=0x1f) => {
                return Err(JsonError { offset: at, kind: JsonErrorKind::ControlInString });
            }
            Some(_) => at += 1,
            None => {
                return Err(JsonError { offset: source.len(), kind: JsonErrorKind::UnexpectedEnd });
            }
        }
    }
}

/// Walks one escape that starts with the backslash at `at`.
#[inline]
fn escape(source: &[u8], at: usize) -> Result<usize, JsonError> {
    match source.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match source.get(at + 2..at + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
            Some(_) => Err(JsonError { offset: at, kind: JsonErrorKind::BadEscape }),
            None => Err(JsonError { offset: source.len(), kind: JsonErrorKind::UnexpectedEnd }),
        },
        Some(_) => Err(JsonError { offset: at, kind: JsonErrorKind::BadEscape }),
        None => Err(JsonError { offset: source.len(), kind: JsonErrorKind::UnexpectedEnd }),
    }
}

#[inline]
fn digits(source: &[u8], mut at: usize) -> usize {
    while source.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

#[inline]
pub(super) fn number(source: &[u8], at: usize) -> Result<usize, JsonError> {
    let start = if source.get(at) == Some(&b'-') { at + 1 } else { at };
    let mut end = match source.get(start) {
        Some(b'0') => start + 1,
        Some(b'1'..=b'9') => digits(source, start + 1),
        _ => return Err(wrong(source, start, "a digit")),
    };
    if source.get(end) == Some(&b'.') {
        let fraction = digits(source, end + 1);
        if fraction == end + 1 {
            return Err(wrong(source, fraction, "a digit"));
        }
        end = fraction;
    }
    if matches!(source.get(end), Some(b'e' | b'E')) {
        let sign = if matches!(source.get(end + 1), Some(b'+' | b'-')) { end + 2 } else { end + 1 };
        let exponent = digits(source, sign);
        if exponent == sign {
            return Err(wrong(source, exponent, "a digit"));
        }
        end = exponent;
    }
    Ok(end)
}

#[inline]
fn literal(source: &[u8], at: usize, word: &'static [u8]) -> Result<usize, JsonError> {
    match source.get(at..at + word.len()) {
        Some(found) if found == word => Ok(at + word.len()),
        None if word.starts_with(part(source, at..)) => {
            Err(JsonError { offset: source.len(), kind: JsonErrorKind::UnexpectedEnd })
        }
        _ => Err(expected(at, "a JSON value")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: impl AsRef<[u8]>) -> Result<usize, JsonError> {
        value(text.as_ref(), 0, &mut Stack::default(), &mut ())
    }

    #[test]
    fn accepts_what_the_grammar_allows() {
        for text in [
            "1.10",
            "1e400",
            "1E+2",
            "-0",
            "-0.0e-9",
            "123456789012345678901234567890",
            r#"{"a":1,"a":2}"#,
            r#"{"b":{},"a":[]}"#,
            "[ ]",
            "{ }",
            r#""\u00e9\/""#,
            r#""\ud800""#,
            "[1 , 2 ]",
            "null",
            "true",
            "false",
            r#"{ "a" : [ { "b" : "c" } ] }"#,
            "\"é and a long enough run of text\"",
        ] {
            assert_eq!(end(text), Ok(text.len()), "{text}");
        }
    }

    #[test]
    fn refuses_what_the_grammar_forbids() {
        for text in [
            "",
            "01x",
            "+1",
            ".5",
            "1.",
            "1e",
            "-",
            "NaN",
            "tru",
            "nul1",
            "[1,]",
            "[,1]",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            "{a:1}",
            "{'a':1}",
            "\"\t\"",
            r#""\x""#,
            r#""\u12g4""#,
            "[1 2]",
            "\"open",
            "{\"a\":[1}",
            "[\"aaaaaaaaaaaaaaaa\n\"]",
        ] {
            assert!(end(text).map_or(true, |end| end < text.len()), "{text}");
        }
    }

    #[test]
    fn a_string_ends_or_breaks_at_the_same_place_however_long_it_is() {
        let tail = "é".repeat(50);
        for length in 0..150 {
            let run: String = "a\u{7f}~ ".chars().cycle().take(length).collect();
            let broken = |rest: &str| end(format!("\"{run}{rest}")).unwrap_err();
            assert_eq!(end(format!("\"{run}\"{tail}\"")), Ok(length + 2));
            assert_eq!(end(format!("\"{run}\\\"{tail}\"")), Ok(length + tail.len() + 4));
            let kind = JsonErrorKind::ControlInString;
            assert_eq!(broken(&format!("\u{1f}{tail}\"")), JsonError { offset: length + 1, kind });
            assert_eq!(broken("").kind, JsonErrorKind::UnexpectedEnd);
            assert_eq!(broken(&tail).offset, 1 + length + tail.len());
        }
    }

    #[test]
    fn says_where_a_value_ends_when_more_follows() {
        assert_eq!(end(r#"{"a":1}{"b":2}"#), Ok(7));
        assert_eq!(end("01"), Ok(1));
    }

    #[test]
    fn stops_at_the_depth_limit_and_not_before() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(end(deep(MAX_JSON_DEPTH)), Ok(2 * MAX_JSON_DEPTH));
        let error = end(deep(1_000_000)).unwrap_err();
        assert_eq!(error.kind, JsonErrorKind::TooDeep);
    }

    #[test]
    fn every_cut_of_a_value_is_an_unexpected_end_or_a_shorter_value() {
        let text = br#"{"a":[1.5e3,true,null,"x\u00e9\n"],"b":{}}"#;
        for cut in 0..text.len() {
            assert_eq!(end(&text[..cut]).unwrap_err().offset, cut);
        }
    }
}
