//! A JSON value as it is written, and the one way from it to text.

use std::borrow::Cow;

use super::string::unescape;
use super::walk::{Elements, Fields, elements, fields};
use crate::bytes::{integer, lossy};

/// The longest escape of one character: a pair of surrogates, `\ud83d\ude00`.
const MAX_ESCAPE: usize = 12;

/// A JSON value as it stands in its source, from its first byte to its last.
///
/// It is a checked value where it comes from [`fields`] or [`elements`]. On any
/// other bytes every method still answers, and none panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token<'a>(&'a [u8]);

impl<'a> Token<'a> {
    /// The empty string, `""`.
    pub const EMPTY_STRING: Token<'static> = Token(b"\"\"");

    /// The value that is written like this.
    pub const fn new(raw: &'a [u8]) -> Self {
        Self(raw)
    }

    /// As it is written: of a string with its quotes and escapes.
    pub const fn raw(self) -> &'a [u8] {
        self.0
    }

    /// What kind of value it is, with its article.
    pub fn kind(self) -> &'static str {
        match self.0.first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        }
    }

    /// True for `null`.
    pub fn is_null(self) -> bool {
        self.0 == b"null"
    }

    /// True for `{…}`.
    pub fn is_object(self) -> bool {
        self.0.starts_with(b"{")
    }

    /// True for `[…]`.
    pub fn is_array(self) -> bool {
        self.0.starts_with(b"[")
    }

    /// True for `"…"`.
    pub fn is_string(self) -> bool {
        self.body().is_some()
    }

    /// What stands between the quotes of a string, escapes and all; `None` for
    /// another kind of value.
    pub fn body(self) -> Option<&'a [u8]> {
        self.0.strip_prefix(b"\"")?.strip_suffix(b"\"")
    }

    /// The text of a string; `None` for another kind of value.
    pub fn string(self) -> Option<Cow<'a, str>> {
        self.string_bytes().map(text_of)
    }

    /// The bytes that a string stands for, UTF-8 or not; `None` for another kind
    /// of value.
    pub fn string_bytes(self) -> Option<Cow<'a, [u8]>> {
        let body = self.body()?;
        if memchr::memchr(b'\\', body).is_none() {
            return Some(Cow::Borrowed(body));
        }
        let mut plain = Vec::with_capacity(body.len());
        unescape(body, &mut plain);
        Some(Cow::Owned(plain))
    }

    /// The text of a string; another value as it is written. Untrusted: it may
    /// hold anything that a terminal obeys.
    pub fn text(self) -> Cow<'a, str> {
        text_of(self.bytes())
    }

    /// The first `most` characters of [`text`](Self::text). The work is bounded
    /// by them, whatever the length of the value.
    pub fn text_up_to(self, most: usize) -> String {
        let limit = most.saturating_mul(MAX_ESCAPE);
        let mut plain = Vec::new();
        match self.body() {
            Some(body) => unescape(body.get(..limit).unwrap_or(body), &mut plain),
            None => plain.extend_from_slice(self.0.get(..limit).unwrap_or(self.0)),
        }
        lossy(&plain).chars().take(most).collect()
    }

    /// The bytes that a string stands for; another value as it is written.
    pub fn bytes(self) -> Cow<'a, [u8]> {
        self.string_bytes().unwrap_or(Cow::Borrowed(self.0))
    }

    /// Appends [`bytes`](Self::bytes): for a buffer that is used again.
    pub fn push_bytes(self, out: &mut Vec<u8>) {
        match self.body() {
            Some(body) => unescape(body, out),
            None => out.extend_from_slice(self.0),
        }
    }

    /// The value of a whole number; `None` for another kind of value, for one
    /// with a fraction or an exponent and for one that an `i64` does not hold.
    pub fn integer(self) -> Option<i64> {
        integer(self.0)
    }

    /// The same of a number that may stand in a string, as in old failure objects.
    pub fn integer_or_string(self) -> Option<i64> {
        integer(self.body().unwrap_or(self.0))
    }

    /// The members of an object; of another kind of value only an error.
    pub fn fields(self) -> Fields<'a> {
        fields(self.0, 0)
    }

    /// The elements of an array; of another kind of value only an error.
    pub fn elements(self) -> Elements<'a> {
        elements(self.0, 0)
    }

    /// The value of the first member with this key, up to where the object breaks;
    /// `None` for another kind of value.
    pub fn get(self, key: &[u8]) -> Option<Token<'a>> {
        let mut fields = self.fields().map_while(Result::ok);
        fields.find(|field| field.is(key)).map(|field| field.value)
    }
}

/// Bytes as text, borrowed if they are valid UTF-8.
fn text_of(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes).unwrap_or_else(|error| lossy(error.as_bytes()).into_owned()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(raw: &str) -> Token<'_> {
        Token::new(raw.as_bytes())
    }

    #[test]
    fn the_text_of_a_string_is_without_quotes_and_escapes() {
        assert!(matches!(token(r#""plain é""#).text(), Cow::Borrowed("plain é")));
        assert_eq!(token(r#""a\n\u00e9\ud83d\ude00\/""#).text(), "a\né😀/");
        assert_eq!(token(r#""""#).text(), "");
        assert_eq!(Token::new(b"\"\xff\\n\"").bytes().as_ref(), b"\xff\n");
        assert_eq!(Token::new(b"\"\xff\\n\"").text(), "\u{fffd}\n");
    }

    #[test]
    fn another_value_is_text_as_it_is_written_and_no_string() {
        for raw in ["400", "1e400", "null", "true", r#"{"a":"\n"}"#, r#"["\n"]"#] {
            let mut pushed = Vec::new();
            token(raw).push_bytes(&mut pushed);
            assert_eq!((token(raw).text().as_ref(), pushed.as_slice()), (raw, raw.as_bytes()));
            assert_eq!((token(raw).string(), token(raw).body()), (None, None), "{raw}");
        }
    }

    #[test]
    fn what_is_no_value_is_answered_too() {
        for raw in ["", "\"", "\"\\", "\"\\\"", "\\u00"] {
            let token = token(raw);
            let all = (token.text(), token.text_up_to(1), token.integer(), token.get(b"a"));
            assert_eq!((all.2, all.3), (None, None), "{raw}");
        }
    }

    #[test]
    fn a_text_that_is_cut_has_all_the_characters_that_it_may() {
        for (raw, most, expected) in [
            (r#""a\n\u00e9b""#, 3, "a\né"),
            (r#""\ud83d\ude00\ud83d\ude00\ud83d\ude00""#, 2, "😀😀"),
            (r#""x\ud83d\ude00\ud83d\ude00\ud83d\ude00""#, 3, "x😀😀"),
            (r#""éééé""#, 2, "éé"),
            ("400", 10, "400"),
            ("400", 1, "4"),
            (r#""a""#, 0, ""),
        ] {
            assert_eq!(token(raw).text_up_to(most), expected, "{raw}");
        }
    }

    #[test]
    fn a_number_is_read_whole_or_not_at_all() {
        for (raw, expected) in [
            ("1795341600000", Some(1_795_341_600_000)),
            ("999999999999999999", Some(999_999_999_999_999_999)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-5", Some(-5)),
            ("1.5", None),
            ("\"5\"", None),
            ("", None),
        ] {
            assert_eq!(token(raw).integer(), expected, "{raw}");
        }
        assert_eq!(token("\"5\"").integer_or_string(), Some(5));
        assert_eq!(token("5").integer_or_string(), Some(5));
        assert_eq!(token("\"5 \"").integer_or_string(), None);
    }

    #[test]
    fn a_member_is_found_by_its_key() {
        let object = token(r#"{"a":1,"b":{"\u0063":"\n"},"a":2}"#);
        assert_eq!(object.get(b"a"), Some(token("1")));
        assert_eq!(object.get(b"b").and_then(|it| it.get(b"c")).unwrap().text(), "\n");
        assert_eq!(object.get(b"c"), None);
        assert_eq!(token("[1]").get(b"a"), None);
    }
}
