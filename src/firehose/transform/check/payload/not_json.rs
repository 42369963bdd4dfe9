//! JSON or text that went in, and comes out as what readers of JSON refuse.

use memchr::memmem::{find, find_iter};

use super::origin;
use crate::bytes::part;
use crate::decode::{Content, JsonFlaw, charset_of_text, json_flaw};
use crate::group;
use crate::json::{JsonErrorKind, push_string, skip_space, skip_value};
use crate::limits::MAX_JSON_DEPTH;
use crate::transform::check::characters;
use crate::transform::check::finding::{After, Finding};
use crate::transform::rule::Rule;

/// Most bytes of text in which nothing of the record is left: a line of data
/// may be all new, a word is not data.
const MAX_LOST: usize = 64;

/// Longest value that stands in other words.
const SHORT: usize = 3;

/// Values of a record that are looked for in what came out.
const MAX_VALUES: usize = 64;

/// What helps where a number is not one.
const NON_FINITE: &str = "write null (None in Python) or leave the field out; json.dumps writes NaN and \
                          Infinity as they are, and with allow_nan=False it raises an exception";

/// Digits of the shortest hash that is in use, MD5.
const MIN_HASH: usize = 32;

/// Most bytes before JSON that are looked at.
const MAX_PREFIX: usize = 64;

/// What is put before JSON to keep browsers from running it.
const GUARDS: [&[u8]; 4] = [b")]}',", b")]}'", b"while(1);", b"for(;;);"];

/// True if `after` may be what [`judge`] finds, by what a look at it alone shows.
pub(super) fn is_odd(after: &[u8]) -> bool {
    let text = after.trim_ascii();
    literal_newline(text).is_some()
        || looks_like_json(text)
        || text.len() <= MAX_LOST
        || wrapped_json(text).is_some()
        || is_percent_encoded(text)
}

/// JSON as a URL has it.
fn is_percent_encoded(text: &[u8]) -> bool {
    let starts: [&[u8]; 4] = [b"%7B%22", b"%7b%22", b"%5B%7B", b"%5b%7b"];
    starts.iter().any(|it| text.starts_with(it))
}

/// What went in is `was`, without its layers: JSON in which nothing of it comes out, or
/// text that begins as JSON and breaks.
pub(super) fn judge(content: Content, was: &[u8], after: After<'_>) -> Option<Finding> {
    let text = after.bytes.trim_ascii();
    let was = was.trim_ascii();
    let was_json = matches!(content, Content::Json | Content::JsonSequence { .. });
    let is_new = |_: &Finding| literal_newline(was).is_none() && !origin::has_end_of(was, text);
    if let Some(literal) = literal_newline(text).filter(is_new) {
        return Some(literal);
    }
    if text.is_empty() {
        return None;
    }
    if looks_like_json(text) {
        if is_too_deep(text) {
            let most = group(MAX_JSON_DEPTH as u64);
            let message = format!(
                "what comes out is nested deeper than the {most} levels that fh reads, so it \
                 was not checked"
            );
            return Some(Finding { rule: Rule::PayloadTooDeep, message, hint: None });
        }
        let is_object = was_json || begins_as_object(text) && !looks_like_json(was);
        return if is_object { broken_json(was_json, was, text) } else { None };
    }
    if !was_json {
        return None;
    }
    if is_percent_encoded(text) && !origin::has_start_of(was, text) {
        return Some(Finding {
            rule: Rule::BrokenJson,
            message: "JSON went in, and it comes out percent-encoded, as in URLs".to_owned(),
            hint: Some(
                "encode the text itself: leave out encodeURIComponent in Node.js, \
                 urllib.parse.quote in Python",
            ),
        });
    }
    if let Some((found, prefix)) = wrapped_json(text) {
        // The messages of a log may be like that.
        return find(was, prefix).is_none().then_some(found);
    }
    // Numbers alone may be made of numbers, and a hash of anything.
    let is_number = str::from_utf8(text).is_ok_and(|it| it.parse::<f64>().is_ok());
    let is_hash = text.len() >= MIN_HASH && text.iter().all(u8::is_ascii_hexdigit);
    let is_word = text.iter().any(u8::is_ascii_alphabetic) && !is_number && !is_hash;
    let is_text = after.content != Content::Binary && text.len() <= MAX_LOST && is_word;
    let is_lost = is_text && has_nothing_of(text, was) && !origin::has_start_of(was, text);
    is_lost.then(|| Finding {
        rule: Rule::PayloadLost,
        message: format!(
            "JSON went in, and `{}` comes out, which has none of its values",
            String::from_utf8_lossy(text)
        ),
        hint: None,
    })
}

/// Where `text`, which begins as JSON, is not JSON.
fn broken_json(was_json: bool, was: &[u8], text: &[u8]) -> Option<Finding> {
    // It has its encoding from what went in, or that was reported.
    let other = str::from_utf8(text).is_err().then(|| charset_of_text(text)).flatten();
    let utf8 = other.map(|charset| charset.to_utf8(text));
    let text = utf8.as_ref().map_or(text, |it| it.as_bytes());
    let JsonFlaw { offset, reason } = json_flaw(text)?;
    if is_from_a_string(was, text, offset) {
        return None;
    }
    let damage = str::from_utf8(was).ok().and_then(|was| characters::damage(was, text));
    let why = damage.as_ref().map(|it| format!("; {}", it.message)).unwrap_or_default();
    let what = if was_json {
        "JSON went in, and what comes out is not JSON"
    } else {
        "what comes out begins as JSON, and is not JSON"
    };
    let is_number = ["NaN", "Infinity", "-Infinity"].into_iter();
    let is_number = is_number.map(str::as_bytes).any(|it| part(text, offset..).starts_with(it));
    Some(Finding {
        rule: Rule::BrokenJson,
        message: format!("{what} from byte {offset}: {reason}{why}"),
        hint: damage.and_then(|it| it.hint).or_else(|| is_number.then_some(NON_FINITE)),
    })
}

/// True for values of JSON up to one that is deeper than is read.
pub(in crate::transform::check) fn is_too_deep(text: &[u8]) -> bool {
    let mut at = skip_space(text, 0);
    loop {
        match skip_value(text, at) {
            Ok(end) => at = skip_space(text, end),
            Err(error) => return error.kind == JsonErrorKind::TooDeep,
        }
    }
}

/// True if what stands around `offset` stands in a string of `was`, such as the message
/// of a log event.
fn is_from_a_string(was: &[u8], text: &[u8], offset: usize) -> bool {
    const BEFORE: usize = 16;
    const AFTER: usize = 4;
    let is_start = |at: &usize| text.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
    let start = (offset.saturating_sub(BEFORE)..offset).find(is_start).unwrap_or(offset);
    let end = (offset..=text.len().min(offset + AFTER)).rev().find(is_start).unwrap_or(offset);
    let Ok(around) = str::from_utf8(part(text, start..end)) else { return false };
    let mut escaped = Vec::new();
    push_string(&mut escaped, around);
    // Where the text ends early, the string has to end too.
    let end = if offset < text.len() { escaped.len() - 1 } else { escaped.len() };
    find(was, part(&escaped, 1..end)).is_some()
}

/// True for `{"` and `[{`, with which hardly any other text begins.
fn begins_as_object(text: &[u8]) -> bool {
    let rest = part(text, 1..).trim_ascii_start().first();
    matches!((text.first(), rest), (Some(b'{'), Some(b'"')) | (Some(b'['), Some(b'{')))
}

/// JSON with something around it that readers refuse, and what stands before it.
fn wrapped_json(text: &[u8]) -> Option<(Finding, &[u8])> {
    let guard = GUARDS.into_iter().find(|it| text.starts_with(it));
    let skipped = guard.map_or(0, |it| skip_space(text, it.len()));
    let begin = part(text, skipped..text.len().min(skipped + MAX_PREFIX));
    let start = skipped + begin.iter().position(|it| matches!(it, b'{' | b'['))?;
    let end = skip_value(text, start).ok()?;
    let line = part(text, end..);
    let line = line.split(|it| *it == b'\n').next().unwrap_or_default().trim_ascii();
    let prefix = part(text, ..start);
    let broken = |what: &str, hint| Finding {
        rule: Rule::BrokenJson,
        message: format!(
            "JSON went in, and what comes out has `{}` before its JSON: {what}",
            String::from_utf8_lossy(part(prefix, ..guard.map_or(start, <[u8]>::len)))
        ),
        hint: Some(hint),
    };
    let found = match (prefix, line) {
        _ if guard.is_some() && start == skipped => broken(
            "a guard against browsers that run it",
            "leave the prefix out: readers of the destination parse the line as it is",
        ),
        ([quote @ (b'\'' | b'`')], [last]) if quote == last => Finding {
            rule: Rule::PrintedValue,
            message: "the payload is JSON in quotes, as repr() of Python prints a text".to_owned(),
            hint: Some("encode the text itself: json.dumps(payload), without repr(), %r or !r"),
        },
        ([name @ .., b'('], b")" | b");") if is_function(name) => broken(
            "a call, as JSONP has it for browsers",
            "return the JSON alone: JSON.stringify(payload) + '\\n'",
        ),
        ([_, ..], b"") if prefix.iter().all(u8::is_ascii_digit) => broken(
            "a number, such as a length",
            "return the JSON alone; a newline at its end keeps records apart",
        ),
        _ => return None,
    };
    Some((found, part(text, ..start + 1)))
}

fn is_function(name: &[u8]) -> bool {
    let is_part = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'$' | b'.');
    name.first().is_some_and(|it| !it.is_ascii_digit()) && name.iter().all(is_part)
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
pub(in crate::transform::check) fn looks_like_json(text: &[u8]) -> bool {
    let has = |what: &[u8]| find(text, what).is_some();
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
    for _ in 0..MAX_VALUES {
        let Some(value) = next_value(&mut rest) else { break };
        // One character shows little where it is missing.
        values += usize::from(value.len() > 1 && value != b"null");
        let value = value.to_ascii_lowercase();
        // Of a time, the date may be kept.
        let mut parts = value.split(|it| matches!(it, b'-' | b't'));
        if has_value(&text, &value) || parts.any(|it| it.len() > SHORT && has_value(&text, it)) {
            return false;
        }
    }
    values > 0
}

/// True if `value` is in `text`. A short one, such as the minutes of a time, stands in any
/// other word.
fn has_value(text: &[u8], value: &[u8]) -> bool {
    let is_within = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    find_iter(text, value).any(|at| {
        value.len() > SHORT
            || !is_within(part(text, ..at).last()) && !is_within(text.get(at + value.len()))
    })
}

/// The next run of letters, digits and what stands in numbers and times.
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
