//! What the transform made of a payload: what went in next to what came out.
//!
//! Firehose delivers any bytes. JSON that became `[object Object]`, or gzip that
//! went through text, is still lost, and the source backup is all that
//! is left of it. So each finding names what does that, and the remedy.

mod binary;
mod not_json;
mod number_fields;
mod numbers;
mod origin;
mod prints;

use std::borrow::Cow;

use memchr::memmem::find;

use super::characters;
use super::compression::damage;
use super::finding::{After, Before, Finding};
use crate::decode::mangled::{TextConversion, compression_through_text};
use crate::decode::{
    Content, Decoder, Encoding, GZIP_MAGIC, KPL_MAGIC, Layer, Options, Printed, ProblemKind,
    json_flaw, printed_in_json, printed_value,
};
use crate::json::{Token, values};
use crate::transform::rule::Rule;
pub(super) use not_json::{is_too_deep, looks_like_json};

/// Compares payloads; owns its buffers, one for a response.
#[derive(Debug)]
pub(super) struct PayloadChecker {
    /// For what went in; used only where something is odd.
    decoder: Decoder,
    /// Bytes that it made.
    opened: usize,
}

/// Most bytes that are opened where nothing else is odd: compressed events
/// would take longer than the whole check.
const MAX_OPENED: usize = 8 * 1024 * 1024;

/// Fewest characters of base64 that are looked for in what came out.
const MIN_DATA: usize = 16;

const BOM: &[u8] = b"\xef\xbb\xbf";

impl PayloadChecker {
    pub(super) fn new() -> Self {
        Self {
            decoder: Decoder::new(Options { reads_prints: false, ..Options::default() }),
            opened: 0,
        }
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
                .or_else(|| self.printed_json(before, after.bytes))
                .or_else(|| self.object_in_json(before, after.bytes))
                .or_else(|| self.undecoded(before, after.bytes))
                .or_else(|| self.encoding(before, after))
                .or_else(|| self.json_values(before, after.bytes));
        }
        self.emptied(before, after.bytes)
            .or_else(|| self.printed_json(before, after.bytes))
            .or_else(|| self.object_in_json(before, after.bytes))
            .or_else(|| self.undecoded(before, after.bytes))
            .or_else(|| through_text(before.bytes, after.bytes))
            .or_else(|| binary::damage(before.bytes, after.bytes))
            .or_else(|| self.byte_order_mark(before, after.bytes))
            .or_else(|| if is_json { None } else { self.printed(before, after.bytes) })
            .or_else(|| self.encoding(before, after))
            .or_else(|| if is_json { self.json_values(before, after.bytes) } else { None })
            .or_else(|| {
                let is_odd = !is_json && not_json::is_odd(after.bytes);
                let (content, was) = is_odd.then(|| self.opened(before))?;
                not_json::judge(content, &was, after)
            })
    }

    /// The same of what is within the compression of what comes out; `data` is what came in.
    pub(super) fn check_within(&mut self, data: &[u8], after: After<'_>) -> Option<Finding> {
        let opened = self.opened(Before { data, bytes: &[] }).1.into_owned();
        self.check(Before { data, bytes: &opened }, after)
    }

    /// True if text or JSON went in.
    pub(super) fn is_text(&mut self, data: &[u8]) -> bool {
        let (content, _) = self.opened(Before { data, bytes: &[] });
        matches!(
            content,
            Content::Json | Content::JsonSequence { .. } | Content::Text | Content::OtherText(_)
        )
    }

    /// True if JSON values went in with nothing between them.
    pub(super) fn has_glued(&mut self, data: &[u8]) -> bool {
        let (_, was) = self.opened(Before { data, bytes: &[] });
        has_glued_values(&was)
    }

    /// What is wrong with compressed data that went in.
    pub(super) fn damage(&mut self, data: &[u8]) -> Option<String> {
        damage(&self.decoder.decode(data, Encoding::Base64))
    }

    /// True if what went in has this layer within its base64.
    pub(super) fn has_layer(&mut self, data: &[u8], wanted: Layer) -> bool {
        let decoded = self.decoder.decode(data, Encoding::Base64);
        decoded.layers.iter().skip(1).any(|peeled| peeled.layer == wanted)
    }

    /// What went in, without its layers; text in UTF-8, and the texts of an aggregate
    /// one after the other.
    pub(super) fn opened<'a>(&'a mut self, before: Before<'a>) -> (Content, Cow<'a, [u8]>) {
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
            b"" if after.is_empty() => ("nothing", "look at which variable is compressed"),
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
        // One field may be all that is wanted.
        let is_field = matches!(text.to_ascii_lowercase().as_slice(), b"true" | b"false")
            && find(&bytes, &text.to_ascii_lowercase()).is_some();
        let had = matches!(content, Content::Json | Content::JsonSequence { .. })
            && bytes.trim_ascii().len() > text.len()
            && bytes.trim_ascii_start().starts_with(b"{")
            && !is_field;
        let message = format!("a JSON object went in, and {what} comes out");
        had.then_some(Finding { rule: Rule::PayloadLost, message, hint: Some(hint) })
    }

    /// `[object Object]` in a value that was something else.
    fn object_in_json(&mut self, before: Before<'_>, after: &[u8]) -> Option<Finding> {
        const OBJECT: &[u8] = b"[object Object]";
        let at = find(after, OBJECT).filter(|at| *at > 0)?;
        if find(&self.opened(before).1, OBJECT).is_some() {
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
        // With control characters it is broken JSON, too, which says more.
        let is_broken = is_odd && looks_like_json(after.bytes.trim_ascii_start());
        let judge = |text: &str, is_same: bool| {
            let other = || characters::encoding(text, after.bytes).filter(|_| is_odd && !is_same);
            let damage = || characters::damage(text, after.bytes).filter(|_| is_utf8 && !is_broken);
            let changed = || numbers::changed(text, after.bytes);
            let fields = || number_fields::changed(text, after.bytes);
            other().or_else(damage).or_else(changed).or_else(fields)
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
        // The start of an aggregate is not of its records.
        let is_start =
            before.bytes.starts_with(&KPL_MAGIC) && after.bytes.starts_with("\u{fffd}".as_bytes());
        if let Some(text) = str::from_utf8(&bytes).ok().filter(|_| is_known && !is_start) {
            return judge(text, matches!(bytes, Cow::Owned(_)));
        }
        // What cannot be read here may be anything; what replaces it cannot.
        let at = characters::find_replaced(after.bytes)?;
        let is_new = characters::find_replaced(before.bytes).is_none();
        let message =
            format!("bytes that are not UTF-8 went in, and U+FFFD comes out at byte {at}");
        is_new.then_some(Finding { rule: Rule::BinaryAsText, message, hint: None })
    }

    /// The record itself comes out, with the data that it came with.
    fn undecoded(&mut self, before: Before<'_>, after: &[u8]) -> Option<Finding> {
        if before.data.len() < MIN_DATA || after.len() < before.data.len() {
            return None;
        }
        // Data alone may be kept as base64 on purpose.
        find(after, b"\"recordId\"")?;
        let at = find(after, before.data)?;
        let (content, _) = self.opened(before);
        // Binary data has no other form in JSON.
        let is_readable = !matches!(content, Content::Binary | Content::Unknown);
        is_readable.then(|| Finding {
            rule: Rule::DoubleBase64,
            message: format!(
                "the payload holds the record of the event, with its data in base64 at byte {at}"
            ),
            hint: Some(
                "serialize what is in the data, not the record: JSON.parse(Buffer.from(record.data, \
                 'base64')), json.loads(base64.b64decode(record['data']))",
            ),
        })
    }

    /// What a language prints comes out, and something else went in.
    fn printed(&mut self, before: Before<'_>, after: &[u8]) -> Option<Finding> {
        if let Some(found) = printed_value(after).or_else(|| prints::recognize(after)) {
            let was = self.opened(before).1;
            let is_new = printed_value(&was).is_none() && !origin::has_start_of(&was, after);
            return is_new.then(|| printed_finding(found));
        }
        let at = prints::undefined_field(after, false)?;
        let is_new = find(&self.opened(before).1, prints::UNDEFINED).is_none();
        is_new.then(|| prints::undefined_finding(at))
    }

    /// Values of JSON that are none of the record.
    fn json_values(&mut self, before: Before<'_>, after: &[u8]) -> Option<Finding> {
        let text = after.trim_ascii();
        let mut printed = prints::within_json(text).peekable();
        let may_be_lost = prints::has_empty_values(text) || prints::is_error(text);
        let undefined = prints::undefined_field(text, true);
        if printed.peek().is_none() && !may_be_lost && undefined.is_none() {
            return None;
        }
        // Once for all of them: it may have to be decompressed.
        let (content, was) = self.opened(before);
        if let Some((found, _)) = printed.find(|it| !origin::has_start_of(&was, &it.1)) {
            return Some(found);
        }
        if may_be_lost && matches!(content, Content::Json | Content::JsonSequence { .. }) {
            let found =
                prints::empty_values(&was, text).or_else(|| prints::error_object(&was, text));
            if found.is_some() {
                return found;
            }
        }
        let at = undefined.filter(|_| find(&was, prints::UNDEFINED).is_none())?;
        Some(prints::undefined_finding(at))
    }

    /// The same in a string of JSON, or the numbers of its bytes.
    fn printed_json(&mut self, before: Before<'_>, after: &[u8]) -> Option<Finding> {
        let found = printed_in_json(after)?;
        let text = Token::new(after.trim_ascii()).string_bytes();
        let was = self.opened(before).1;
        let is_new = !text.is_some_and(|text| origin::has_start_of(&was, &text));
        is_new.then(|| printed_finding(found))
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

/// True if two of the JSON values of `text` stand on one line.
pub(super) fn has_glued_values(text: &[u8]) -> bool {
    let mut end = None;
    values(text).any(|value| {
        let between = end.replace(value.end).and_then(|end| text.get(end..value.start));
        between.is_some_and(|it| it.trim_ascii().is_empty() && !it.contains(&b'\n'))
    })
}

/// True if one of the JSON values of `text` stands on several lines.
pub(super) fn has_value_over_lines(text: &[u8]) -> bool {
    memchr::memchr(b'\n', text.trim_ascii()).is_some()
        && values(text).any(|value| text.get(value).is_some_and(|it| it.contains(&b'\n')))
}

/// What JSON makes of gzip that was read as text: it escapes the first byte.
const IN_JSON: [&[u8]; 2] = [b"\\u001f\xef\xbf\xbd", b"\\u001f\\ufffd"];

/// Compression that comes out as what text makes of it.
fn through_text(before: &[u8], after: &[u8]) -> Option<Finding> {
    let is_in_json = |mark: &&[u8]| before.starts_with(&GZIP_MAGIC) && find(after, mark).is_some();
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

#[cfg(test)]
mod tests;
