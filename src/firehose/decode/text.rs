//! What is left when nothing more can be peeled: JSON with a slip, text in
//! whatever encoding, bytes.

use super::base64::{Base64Error, Base64ErrorKind, Codec};
use super::charset::{self, Charset};
use super::decoder::{Decoder, Step, json_content, offset_in};
use super::invisible::without_invisible;
use super::mangled::{
    TextConversion, binary_through_text, compression_through_text, is_replaced_binary,
};
use super::not_json::{JsonFlaw, json_flaw, looks_like_json, with_newlines};
use super::problem::{Problem, ProblemKind, Severity};
use super::sniff::{
    RECORD_SEPARATOR, base64_symbols, is_base64_symbol, is_encoded, text_or_binary,
};
use super::{Content, Layer, binary, otlp, printed, quoted};
use crate::bytes::{has_binary_bytes, part, place_in, trim_around};
use crate::json::{self, JsonErrorKind, Shape};

/// True for base64 that lost one to three characters, or more of them, at its start:
/// from a later character on it stands for plain text.
fn lacks_start(text: &[u8], codec: &Codec) -> bool {
    /// So much of it is looked at: as many bytes are no plain text by chance.
    const LOOKED_AT: usize = 24;
    if text.len() < LOOKED_AT + 3 || base64_symbols(text).is_none() {
        return false;
    }
    let mut out = Vec::new();
    (1..4).any(|lost| {
        let made = codec.decode(part(text, lost..lost + LOOKED_AT), &mut out);
        made.is_ok_and(|made| part(&out, ..made).iter().all(|it| matches!(it, b' '..=b'~')))
    })
}

/// True for a long word with the letters and digits that base64 of binary data has, and
/// a `+`, which names, paths and tokens do not have. Without padding nothing proves it.
fn may_be_base64(text: &[u8]) -> bool {
    const MIN_LENGTH: usize = 40;
    if text.len() < MIN_LENGTH || text.len() % 4 == 1 || base64_symbols(text).is_none() {
        return false;
    }
    let count = |kind: fn(&u8) -> bool| text.iter().filter(|byte| kind(byte)).count();
    let is_even = count(u8::is_ascii_uppercase).min(count(u8::is_ascii_lowercase)) * 8 > text.len();
    // Words that are joined with `+` have more signs and fewer digits.
    is_even
        && text.contains(&b'+')
        && count(u8::is_ascii_punctuation) * 8 < text.len()
        && count(u8::is_ascii_digit) * 12 > text.len()
}

/// True for `BASE64ENCODED_GZIP_COMPRESSED_DATA` and the like: base64 has small letters.
fn is_placeholder(base64: &[u8]) -> bool {
    const MIN_LENGTH: usize = 12;
    base64.len() >= MIN_LENGTH
        && base64.iter().all(|it| matches!(it, b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-'))
        && base64.contains(&b'_')
        && base64.iter().filter(|it| it.is_ascii_uppercase()).count() * 2 > base64.len()
}

impl Decoder {
    /// Says what bytes are that are not JSON as they stand.
    pub(super) fn not_json(&mut self, bytes: &[u8]) -> Content {
        if let Some(conversion) = compression_through_text(bytes) {
            let problem = Problem::input(ProblemKind::ThroughText(conversion));
            self.problems.push(problem.at(0));
            return text_or_binary(bytes);
        }
        if text_or_binary(bytes) == Content::Text {
            return self.utf8_text(bytes);
        }
        if let Some((what, conversion)) = binary_through_text(bytes) {
            self.problems.push(Problem::input(ProblemKind::BinaryThroughText { what, conversion }));
            return Content::Binary;
        }
        if let Some(content) = self.metrics(bytes) {
            return content;
        }
        // JSON with a zero after it, as C strings have one.
        let text = trim_around(bytes);
        if looks_like_json(text) && str::from_utf8(bytes).is_ok() {
            return self.utf8_text(bytes);
        }
        let cut_file = binary::cut_file(bytes);
        if cut_file.is_none() && binary::is_certain(bytes) {
            return Content::Binary;
        }
        if is_replaced_binary(bytes) {
            let conversion = TextConversion::Replaced;
            let kind = ProblemKind::BinaryThroughText { what: "binary data", conversion };
            self.problems.push(Problem::input(kind));
            return Content::Binary;
        }
        if let Some(name) = cut_file {
            self.problems.push(Problem::input(ProblemKind::CutFile(name)));
            return Content::Binary;
        }
        let Some(charset) = charset::recognize(bytes) else { return Content::Binary };
        self.other_text(bytes, charset)
    }

    /// Binary that can be shown as JSON.
    fn metrics(&mut self, bytes: &[u8]) -> Option<Content> {
        let limit = self.options.max_decoded;
        match otlp::read(bytes, limit) {
            Ok(None) if otlp::starts(bytes) => {
                self.problems.push(Problem::input(ProblemKind::OtlpBroken).at(0));
                Some(Content::Binary)
            }
            Ok(None) => None,
            Ok(Some(read)) => {
                if let Some(offset) = read.broken_at {
                    let problem = Problem::input(ProblemKind::OtlpBroken).at(offset);
                    self.problems.push(problem);
                }
                if let Some(offset) = read.joined_at {
                    self.problems.push(Problem::input(ProblemKind::Joined).at(offset));
                }
                let metrics = Content::OpenTelemetry(read.metrics);
                Some(self.format(&read.json).map_or(Content::Binary, |_| metrics))
            }
            Err(otlp::TooLarge) => {
                let kind = ProblemKind::TooLarge { limit, input: bytes.len() as u64 };
                self.problems.push(Problem::input(kind));
                Some(Content::Binary)
            }
        }
    }

    /// JSON values that each begin with a record separator, which no value has in it
    /// (RFC 7464).
    pub(super) fn json_text_sequence(&mut self, text: &[u8]) -> Option<Shape> {
        let separator = |byte: &u8| if *byte == RECORD_SEPARATOR { b'\n' } else { *byte };
        let values: Vec<_> = text.iter().map(separator).collect();
        self.format(values.trim_ascii())
    }

    fn utf8_text(&mut self, bytes: &[u8]) -> Content {
        let text = trim_around(bytes);
        let word = || self.layers.first().and_then(|_| printed::recognize_word(text));
        if let Some(printed) = printed::recognize_whole(text).or_else(word) {
            if !self.options.expect_json {
                self.problems.push(Problem::input(ProblemKind::Printed(printed)));
            }
        } else if looks_like_json(text) {
            if let Some(fixed) = with_newlines(text)
                && let Some(shape) = self.format(&fixed)
            {
                self.problems.push(Problem::input(ProblemKind::LiteralNewline));
                return json_content(shape);
            }
            // What is damaged has a message, and with JSON expected another follows.
            let has_error = self.problems.iter().any(|it| it.severity() == Severity::Error);
            let is_reported = has_error || self.options.expect_json;
            if let Some(flaw) = json_flaw(text).filter(|it| !is_reported || it.is_too_deep()) {
                self.flaw(flaw, offset_in(bytes, text), false);
            }
        } else if lacks_start(text, &self.codec) {
            self.problems.push(Problem::input(ProblemKind::Base64WithoutStart));
        } else if self.layers.is_empty() && self.options.layers.is_none() && may_be_base64(text) {
            self.problems.push(Problem::input(ProblemKind::MaybeBase64));
        }
        Content::Text
    }

    /// Notes JSON that shows a value as a language prints it: a Buffer, `"[object Object]"`.
    pub(super) fn printed_json(&mut self, json: &[u8]) {
        if let Some(printed) = printed::recognize_whole_json(json) {
            self.problems.push(Problem::input(ProblemKind::Printed(printed)));
        }
    }

    /// Notes what documentation has where base64 belongs.
    pub(super) fn placeholder(&mut self, base64: &[u8]) {
        if is_placeholder(base64) {
            self.problems.push(Problem::input(ProblemKind::Placeholder));
        }
    }

    /// Text that is not UTF-8, or JSON in it.
    fn other_text(&mut self, bytes: &[u8], charset: Charset) -> Content {
        let text = charset.to_utf8(bytes);
        let mut problem = Problem::input(ProblemKind::OtherCharset(charset));
        if charset == Charset::DamagedUtf8
            && let Err(error) = str::from_utf8(bytes)
        {
            problem = problem.at(error.valid_up_to());
        }
        self.problems.push(problem);
        let begins_json = matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'['));
        if begins_json && let Some(shape) = self.format(text.trim().as_bytes()) {
            return json_content(shape);
        }
        if begins_json && !self.options.expect_json {
            self.other_flaw(bytes, &text, charset);
        }
        self.clear_formatted();
        self.formatted.extend_from_slice(text.as_bytes());
        Content::OtherText(charset)
    }

    /// Reports where text that is not UTF-8 stops being JSON, for reasons other than that.
    fn other_flaw(&mut self, bytes: &[u8], text: &str, charset: Charset) {
        let shown = text.trim();
        let Some(flaw) = json_flaw(shown.as_bytes()) else { return };
        if !looks_like_json(shown.as_bytes()) {
            return;
        }
        let before = place_in(text.as_bytes(), shown.as_bytes()) + flaw.offset;
        let before = text.get(..before).unwrap_or(text);
        let offset = match charset {
            Charset::Utf16Le | Charset::Utf16Be => {
                let mark = usize::from(matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]));
                (before.encode_utf16().count() + mark) * 2
            }
            Charset::Utf32Le | Charset::Utf32Be => {
                let mark = usize::from(
                    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0, 0, 0xfe]),
                );
                (before.chars().count() + mark) * 4
            }
            Charset::Latin1 | Charset::Windows1252 | Charset::OtherBytes => before.chars().count(),
            // U+FFFD stands for one byte or more: the place is that in the bytes.
            Charset::DamagedUtf8 => match json::skip_value(bytes, json::skip_space(bytes, 0)) {
                Err(error) if error.kind != JsonErrorKind::NotUtf8 => error.offset,
                _ => return,
            },
        };
        // A backslash may be half of a character.
        if charset == Charset::OtherBytes && bytes.get(offset.wrapping_sub(1)) == Some(&b'\\') {
            return;
        }
        self.flaw(JsonFlaw { offset, ..flaw }, 0, false);
    }

    /// Reports a flaw of a text that starts at `start`.
    fn flaw(&mut self, flaw: JsonFlaw, start: usize, is_expected: bool) {
        let offset = flaw.offset + start;
        let kind = if flaw.is_too_deep() {
            ProblemKind::DeepJson
        } else {
            ProblemKind::NotJson { reason: flaw.reason, is_expected }
        };
        self.problems.push(Problem::input(kind).at(offset));
    }

    /// Reports content that is not JSON where it has to be.
    pub(super) fn expect_json(&mut self, content: Content, bytes: &[u8]) {
        let kind = match content {
            Content::Text => "text",
            Content::OtherText(charset) => charset.as_str(),
            Content::Binary => "binary data",
            Content::Empty => "empty",
            _ => return,
        };
        let text = trim_around(bytes);
        let printed = printed::recognize_whole(text).map(|it| it.what);
        let kind = printed.unwrap_or(kind);
        let is_like = printed.is_none() && looks_like_json(text);
        match is_like.then(|| json_flaw(text)).flatten() {
            // It has a note, and may be valid.
            Some(flaw) if flaw.is_too_deep() => {}
            Some(flaw) => self.flaw(flaw, offset_in(bytes, text), true),
            None => {
                let kind = ProblemKind::NotJson { reason: kind.into(), is_expected: true };
                self.problems.push(Problem::input(kind));
            }
        }
    }

    /// Decodes base64 without the invisible characters in it; `None` if it has none, or is
    /// not base64 of anything without them.
    pub(super) fn with_invisible(&mut self, text: &[u8], out: &mut Vec<u8>) -> Option<Step> {
        let (shown, invisible) = without_invisible(quoted::unquoted(text))?;
        let base64 = quoted::unquoted(&shown);
        base64_symbols(base64).filter(|_| is_encoded(base64))?;
        let made = self.codec.decode(base64, out).ok()?;
        let (layer, kind) = (Some(Layer::Base64), ProblemKind::Invisible(invisible));
        self.problems.push(Problem { layer, offset: None, kind });
        Some(Step::Peeled { layer: Layer::Base64, made, parts: 1 })
    }

    /// Takes base64 out of what stands around it in one line of text.
    pub(super) fn quoted(&mut self, text: &[u8], out: &mut Vec<u8>) -> Option<Step> {
        /// The shortest base64 that means something.
        const MIN_TEXT: usize = 4;
        if text.len() < MIN_TEXT || memchr::memchr(b'\n', text).is_some() {
            return None;
        }
        let layer = Layer::Base64;
        if let Some(base64) = quoted::in_marks(text) {
            let made = self.codec.decode(base64, out).ok()?;
            return Some(Step::Peeled { layer, made, parts: 1 });
        }
        let place = |inner: &[u8]| place_in(text, inner);
        let inner = quoted::unquoted(text);
        if inner.len() < text.len()
            && inner.first().is_some_and(|it| is_base64_symbol(*it))
            && let Err(error) = self.codec.decode(inner, out)
            && let Some(step) = self.damaged_base64(inner, error, place(inner), out)
        {
            return Some(step);
        }
        let base64 = quoted::in_words(text, &mut self.sniffer)?;
        let step = match self.codec.decode(base64, out) {
            Ok(made) => Step::Peeled { layer, made, parts: 1 },
            Err(error) => self.damaged_base64(base64, error, place(base64), out)?,
        };
        let kind = ProblemKind::Base64InWords;
        self.problems.push(Problem { layer: Some(layer), offset: None, kind });
        Some(step)
    }

    /// True for words or JSON where base64 was due; false for base64 with a flaw.
    pub(super) fn is_plain_text(
        &self,
        text: &[u8],
        error: &Base64Error,
        out: &mut Vec<u8>,
    ) -> bool {
        if str::from_utf8(text).is_err()
            || has_binary_bytes(text)
            || self.was_base64(text, error.offset, out)
        {
            return false;
        }
        match error.kind {
            // A `+` that became a space has base64 on both sides of it.
            Base64ErrorKind::Blank => {
                let blank = |byte: &u8| if *byte == b' ' { b'+' } else { *byte };
                !is_encoded(&text.iter().map(blank).collect::<Vec<_>>())
            }
            Base64ErrorKind::BadByte(_) => {
                let has_words = text.trim_ascii().contains(&b' ');
                has_words || matches!(text.trim_ascii().first(), Some(b'{' | b'[' | b'<'))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_documentation_has_for_base64_is_a_placeholder() {
        for (text, found) in [
            ("BASE64ENCODED_GZIP_COMPRESSED_DATA", true),
            ("YOUR_BASE64_DATA_HERE", true),
            ("H4sIAAAAAAAA_w", false),
            ("AAAA_AAAA", false),
            ("ABCDEFGHIJKLMNOP", false),
            ("0123456789_0123456789", false),
        ] {
            assert_eq!(is_placeholder(text.as_bytes()), found, "{text}");
        }
    }

    #[test]
    fn long_words_may_be_base64_and_names_hashes_and_paths_are_not() {
        for text in [
            "eJs0yvVPLiIKzZQecbiNWDaGbQ2Fi2NUnpS+LKzGf1t+8o8tmQOVn2PT2JPc",
            "x9+8O7RrSqLQ0YxVwN1qZ4mPdF2jT6uKb3Hc5eGgWvA",
        ] {
            assert!(may_be_base64(text.as_bytes()), "{text}");
        }
        for text in [
            "eJs0yvVPLiIKzZQecbiNWDaGbQ2F",
            "3b1f6a0d9c4e8f7a2b5d6c1e0f9a8b7c6d5e4f3a",
            "3B1F6A0D9C4E8F7A2B5D6C1E0F9A8B7C6D5E4F3A",
            "5f1e3a52-7c1e-4b8a-9d35-0c2f4e8b7a91-5f1e3a52",
            "TheLongNameOfAClassThatMakesTheFactoryOfAnotherClass",
            "home/User/src/Project2/lib/Module3/Main4/tests5/All",
            "THE_LONG_NAME_OF_A_CONSTANT_OF_SOMETHING_42",
            "MyStackTransformFunctionServiceRole4A5B6C7D",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "sk_live_4eC39HqLyjWDarjtT1zdp7dcTYooMQauvdEDq54NiTphI7jx",
            "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
            "x9T8O7RrSqLQ0YxVwN1qZ4mPdF2jT6uKb3Hc5eGgWvAb",
            "The+Long+Question+That+Someone+Asked+In+2026+About+Firehose",
            "Transformation+Configuration+Customization+Version2",
        ] {
            assert!(!may_be_base64(text.as_bytes()), "{text}");
        }
    }
}
