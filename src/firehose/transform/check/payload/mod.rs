//! What the transform made of a payload: what went in next to what came out.
//!
//! Firehose delivers any bytes. JSON that became `[object Object]`, or gzip that
//! went through text, is still lost, and the source backup is all that
//! is left of it. So each finding names what does that, and the remedy.

use std::borrow::Cow;

use super::characters;
use crate::decode::mangled::{TextConversion, compression_through_text};
use crate::decode::{
    Content, Decoder, Encoding, GZIP_MAGIC, JsonFlaw, Options, Printed, ProblemKind, json_flaw,
    printed_in_json, printed_value,
};
use crate::json::values;
use crate::transform::rule::Rule;

/// Compares payloads; owns its buffers, one for a response.
#[derive(Debug)]
pub(super) struct PayloadChecker {
    /// For what went in; used only where something is odd.
    decoder: Decoder,
    /// Bytes that it made.
    opened: usize,
}

/// A rule that a payload breaks.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) rule: Rule,
    pub(super) message: String,
    pub(super) hint: Option<&'static str>,
}

/// A payload that went in: the base64 of the event, and its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) data: &'a [u8],
    pub(super) bytes: &'a [u8],
}

/// A payload that came out: its bytes, and what they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct After<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) content: Content,
}

/// Most bytes that are opened where nothing else is odd: compressed events
/// would take longer than the whole check.
const MAX_OPENED: usize = 8 * 1024 * 1024;

/// Most bytes of text in which nothing of the record is left: a line of data
/// may be all new, a word is not data.
const MAX_LOST: usize = 64;

/// Values of a record that are looked for in what came out.
const MAX_VALUES: usize = 64;

const BOM: &[u8] = b"\xef\xbb\xbf";

impl PayloadChecker {
    pub(super) fn new() -> Self {
        Self { decoder: Decoder::new(Options::default()), opened: 0 }
    }

    /// The first thing that is wrong with `after`, where `before` was right.
    pub(super) fn check(&mut self, before: Before<'_>, after: After<'_>) -> Option<Finding> {
        if before.bytes == after.bytes {
            return None;
        }
        let is_json = matches!(after.content, Content::Json | Content::JsonSequence { .. });
        // A number or a string is JSON as any word is text.
        let is_json = is_json && looks_like_json(after.bytes.trim_ascii_start());
        let is_plain = is_json && after.bytes.is_ascii();
        if is_plain && before.bytes.is_ascii() {
            return self
                .emptied(before, after.bytes)
                .or_else(|| printed_json(after.bytes))
                .or_else(|| self.object_in_json(before, after.bytes))
                .or_else(|| self.encoding(before, after));
        }
        self.emptied(before, after.bytes)
            .or_else(|| printed_json(after.bytes))
            .or_else(|| self.object_in_json(before, after.bytes))
            .or_else(|| through_text(before.bytes, after.bytes))
            .or_else(|| self.byte_order_mark(before, after.bytes))
            .or_else(|| if is_json { None } else { self.printed(before, after.bytes) })
            .or_else(|| self.encoding(before, after))
            .or_else(|| if is_json { None } else { self.not_json(before, after) })
    }

    /// What went in, without its layers; text in UTF-8, and the texts of an aggregate
    /// one after the other.
    fn opened<'a>(&'a mut self, before: Before<'a>) -> (Content, Cow<'a, [u8]>) {
        let decoded = self.decoder.decode(before.data, Encoding::Base64);
        self.opened += decoded.bytes.len();
        let charset = decoded.problems.iter().find_map(|it| match it.kind {
            ProblemKind::OtherCharset(charset) => Some(charset),
            _ => None,
        });
        match (decoded.content, charset) {
            (Content::KplAggregate, _) => {
                let texts = decoded.aggregated().into_iter();
                let texts: Vec<_> = texts.filter(|it| str::from_utf8(it).is_ok()).collect();
                let text = texts.join(&b'\n');
                (content_of(&text), Cow::Owned(text))
            }
            (content, Some(charset)) => {
                (content, Cow::Owned(charset.to_utf8(decoded.bytes).into_bytes()))
            }
            (content, None) => (content, Cow::Borrowed(decoded.bytes)),
        }
    }

    /// An object or a list went in, and nothing of it comes out.
    fn emptied(&mut self, before: Before<'_>, after: &[u8]) -> Option<Finding> {
        let text = after.trim_ascii();
        let (what, hint) = match text {
            b"" => ("only white space", "look at which variable is serialized"),
            b"true" | b"True" => ("`true`", "look at which variable is serialized"),
            b"false" | b"False" => ("`false`", "look at which variable is serialized"),
            b"null" => ("`null`", "look for a function that returns nothing on some path"),
            b"\"\"" => ("an empty JSON string", "look at which variable is serialized"),
            b"[]" => ("an empty list", "look at which variable is serialized"),
            b"{}" => (
                "`{}`",
                "JSON.stringify makes `{}` of a Promise, a Map, a Set and an Error: await the \
                 payload, or serialize a plain object",
            ),
            _ => return None,
        };
        let (content, bytes) = self.opened(before);
        let had = matches!(content, Content::Json | Content::JsonSequence { .. })
            && bytes.trim_ascii().len() > text.len()
            && bytes.trim_ascii_start().starts_with(b"{");
        let message = format!("a JSON object went in, and {what} comes out");
        had.then_some(Finding { rule: Rule::PayloadLost, message, hint: Some(hint) })
    }

    /// `[object Object]` in a value that was something else.
    fn object_in_json(&mut self, before: Before<'_>, after: &[u8]) -> Option<Finding> {
        const OBJECT: &[u8] = b"[object Object]";
        let at = memchr::memmem::find(after, OBJECT).filter(|at| *at > 0)?;
        if memchr::memmem::find(&self.opened(before).1, OBJECT).is_some() {
            return None;
        }
        let message = format!(
            "`[object Object]` at byte {at}: what JavaScript makes of an object that is joined to \
             text"
        );
        Some(Finding { message, ..printed_finding(printed_value(OBJECT)?) })
    }

    /// A byte order mark that was put before the text.
    fn byte_order_mark(&mut self, before: Before<'_>, after: &[u8]) -> Option<Finding> {
        let is_new = after.starts_with(BOM)
            && !before.bytes.starts_with(BOM)
            && !self.opened(before).1.starts_with(BOM);
        is_new.then(|| Finding {
            rule: Rule::ByteOrderMark,
            message: "the payload starts with a byte order mark (EF BB BF)".to_owned(),
            hint: Some("Python: encode('utf-8'), not 'utf-8-sig'; .NET: new UTF8Encoding(false)"),
        })
    }

    /// UTF-8 went in, and another encoding or damaged characters come out.
    fn encoding(&mut self, before: Before<'_>, after: After<'_>) -> Option<Finding> {
        let is_utf8 = str::from_utf8(after.bytes).is_ok();
        let is_odd = after.content == Content::Binary || !is_utf8;
        let judge = |text: &str, is_same: bool| {
            let other = || characters::encoding(text, after.bytes).filter(|_| is_odd && !is_same);
            let damage = || characters::damage(text, after.bytes).filter(|_| is_utf8);
            other().or_else(damage)
        };
        if let Ok(text) = str::from_utf8(before.bytes) {
            let found = judge(text, false);
            // Text may be base64 or a string of JSON that the transform takes apart.
            if found.is_some() || !text.is_ascii() || looks_like_json(text.as_bytes()) {
                return found;
            }
        }
        let is_plain = after.bytes.is_ascii() && !is_odd;
        if is_plain && self.opened > MAX_OPENED {
            return None;
        }
        let (content, bytes) = self.opened(before);
        let is_known = !matches!(content, Content::Unknown | Content::Binary | Content::Empty);
        if let Some(text) = str::from_utf8(&bytes).ok().filter(|_| is_known) {
            return judge(text, matches!(bytes, Cow::Owned(_)));
        }
        // What cannot be read here may be anything; what replaces it cannot.
        let at = characters::find_replaced(after.bytes)?;
        let is_new = characters::find_replaced(before.bytes).is_none();
        let message =
            format!("bytes that are not UTF-8 went in, and U+FFFD comes out at byte {at}");
        is_new.then_some(Finding { rule: Rule::BinaryAsText, message, hint: None })
    }

    /// What a language prints comes out, and something else went in.
    fn printed(&mut self, before: Before<'_>, after: &[u8]) -> Option<Finding> {
        let found = printed_value(after)?;
        let is_new = printed_value(&self.opened(before).1).is_none();
        is_new.then(|| printed_finding(found))
    }

    /// JSON went in, and text that is not JSON comes out.
    fn not_json(&mut self, before: Before<'_>, after: After<'_>) -> Option<Finding> {
        let text = after.bytes.trim_ascii();
        let literal = literal_newline(text);
        if literal.is_none() && !looks_like_json(text) && text.len() > MAX_LOST {
            return None;
        }
        let (content, bytes) = self.opened(before);
        let was_json = matches!(content, Content::Json | Content::JsonSequence { .. });
        let was = bytes.trim_ascii();
        if let Some(literal) = literal.filter(|_| literal_newline(was).is_none()) {
            return Some(literal);
        }
        if !was_json || text.is_empty() {
            return None;
        }
        if looks_like_json(text) {
            let JsonFlaw { offset, reason } = json_flaw(text)?;
            let damage = str::from_utf8(was).ok().and_then(|was| characters::damage(was, text));
            let why = damage.as_ref().map(|it| format!("; {}", it.message)).unwrap_or_default();
            return Some(Finding {
                rule: Rule::BrokenJson,
                message: format!(
                    "JSON went in, and what comes out is not JSON from byte {offset}: {reason}{why}"
                ),
                hint: damage.and_then(|it| it.hint),
            });
        }
        // Numbers alone may be made of numbers.
        let is_word = text.iter().any(u8::is_ascii_alphabetic);
        let is_text = after.content != Content::Binary && text.len() <= MAX_LOST && is_word;
        let is_lost = is_text && has_nothing_of(text, was);
        is_lost.then(|| Finding {
            rule: Rule::PayloadLost,
            message: format!(
                "JSON went in, and `{}` comes out, which has none of its values",
                String::from_utf8_lossy(text)
            ),
            hint: None,
        })
    }
}

/// What a text is: JSON from its beginning to its end, or anything else.
fn content_of(text: &[u8]) -> Content {
    let is_json = text.starts_with(b"{") && json_flaw(text).is_none();
    if is_json {
        Content::JsonSequence { values: values(text).count() as u64 }
    } else {
        Content::Text
    }
}

/// What JSON makes of gzip that was read as text: it escapes the first byte.
const IN_JSON: [&[u8]; 2] = [b"\\u001f\xef\xbf\xbd", b"\\u001f\\ufffd"];

/// Compression that comes out as what text makes of it.
fn through_text(before: &[u8], after: &[u8]) -> Option<Finding> {
    let is_in_json = |mark: &&[u8]| {
        before.starts_with(&GZIP_MAGIC) && memchr::memmem::find(after, mark).is_some()
    };
    let way = match compression_through_text(after) {
        Some(way) => way,
        None => IN_JSON.iter().find(|mark| is_in_json(mark)).map(|_| TextConversion::Replaced)?,
    };
    if compression_through_text(before).is_some() {
        return None;
    }
    let (how, hint) = match way {
        TextConversion::Replaced => (
            "was read as UTF-8: what is not valid became U+FFFD (EF BF BD)",
            "decompress the bytes, do not read them as text: gunzipSync(Buffer.from(record.data, \
             'base64')) in Node.js, gzip.decompress(base64.b64decode(record['data'])) in Python",
        ),
        TextConversion::QuestionMarks => (
            "was read as ASCII: every byte above 127 became `?`",
            "decompress the bytes, do not read them as text",
        ),
        TextConversion::SevenBits => (
            "was read with toString('ascii'), which clears the highest bit of every byte",
            "decompress the bytes: gunzipSync(Buffer.from(record.data, 'base64'))",
        ),
        TextConversion::Dropped => (
            "was read as text without the bytes that are not valid (errors='ignore')",
            "decompress the bytes: gzip.decompress(base64.b64decode(record['data']))",
        ),
        TextConversion::Latin1 | TextConversion::Windows1252 => (
            "was read as Latin-1 and written as UTF-8 (atob, 'binary', 'latin1')",
            "keep the bytes: Buffer.from(record.data, 'base64'), not atob; a binary text is \
             written with Buffer.from(text, 'latin1')",
        ),
    };
    let message = format!("the compressed payload {how}");
    Some(Finding { rule: Rule::BinaryAsText, message, hint: Some(hint) })
}

fn printed_finding(found: Printed) -> Finding {
    let Printed { what, hint } = found;
    let message = format!("the payload is {what}");
    Finding { rule: Rule::PrintedValue, message, hint: Some(hint) }
}

fn printed_json(after: &[u8]) -> Option<Finding> {
    printed_in_json(after).map(printed_finding)
}

/// `\n` in two characters at the end, where a newline was meant.
fn literal_newline(text: &[u8]) -> Option<Finding> {
    let is_json_end = |text: &[u8]| matches!(text.last(), Some(b'}' | b']'));
    let (what, rest) = [(r"\r\n", r"\r\n"), (r"\n", r"\n"), ("/n", "/n")]
        .into_iter()
        .find_map(|(what, end)| Some((what, text.strip_suffix(end.as_bytes())?)))?;
    // A path may end with `/n`.
    if what == "/n" && !is_json_end(rest) {
        return None;
    }
    Some(Finding {
        rule: Rule::LiteralNewline,
        message: format!("the payload ends with the {} characters `{what}`", what.len()),
        hint: None,
    })
}

/// True for text that begins like JSON, and for JSON without its brackets.
pub(super) fn looks_like_json(text: &[u8]) -> bool {
    let has = |what: &[u8]| memchr::memmem::find(text, what).is_some();
    match text.first() {
        Some(b'{') => true,
        // `[INFO]` and `[2026-11-29]` begin a line of a log.
        Some(b'[') => {
            let rest = text.get(1..).unwrap_or_default().trim_ascii_start();
            matches!(rest.first(), None | Some(b'{' | b'[' | b'"' | b']'))
        }
        // A line of CSV may hold JSON in one of its fields.
        Some(b'"') => has(b"\":") && !has(b"\"\""),
        _ => text.ends_with(b"}") && has(b"\":") && !has(b"{"),
    }
}

/// True if no value of the JSON in `before` is in `text`; false where it has
/// none that would be known again.
fn has_nothing_of(text: &[u8], before: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    let mut values = 0;
    let mut rest = before;
    while values < MAX_VALUES {
        let Some(value) = next_value(&mut rest) else { break };
        if value.len() < 2 {
            continue;
        }
        values += 1;
        if memchr::memmem::find(&text, &value.to_ascii_lowercase()).is_some() {
            return false;
        }
    }
    values > 0
}

/// The next run of letters, digits and what stands in numbers.
fn next_value<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-') || *byte > 127;
    let start = rest.iter().position(is_part)?;
    let tail = rest.get(start..)?;
    let end = tail.iter().position(|byte| !is_part(byte)).unwrap_or(tail.len());
    let (value, after) = tail.split_at(end);
    *rest = after;
    Some(value)
}

#[cfg(test)]
mod tests;
