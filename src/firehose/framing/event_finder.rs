//! Finds an event that a program printed into a text: as JSON, in quotes, or as its
//! language prints values.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::failure_key::RAW_DATA;
use super::line::Reading;
use super::lookahead::Budget;
use super::print::{self, Literal};
use super::printed_bytes;
use crate::bytes::part;
use crate::decode::{ProblemKind, is_encoded, is_name};
use crate::json;
use crate::limits::MAX_EVENT_CANDIDATES;

/// What a runtime has left out of an event without records.
const STUB: &str = "the records are only `[Object]`";

/// What AWS's SDK for Java prints of bytes.
const SDK_BYTES: &[u8] = b"SdkBytes(bytes=0x";

/// What Ruby prints of a structure of AWS's SDK.
const RUBY_STRUCT: &[u8] = b"#<struct Aws::";

/// The same in the JSON that is made of the event.
const STUBS: [&[u8]; 3] =
    [br#""records":["[Object]""#, br#""records":"[Array]""#, br#""kinesis":"[Object]""#];

/// What can be found of an event in a text.
pub(super) enum Found {
    /// An event with records.
    Event(Printed),
    /// An event without records: where it ends, and why.
    Empty(usize, ProblemKind),
}

/// An event found in a text.
#[derive(Debug)]
pub(super) struct Printed {
    /// Where it starts and ends in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The event as JSON, if it was not printed so.
    pub(super) json: Option<Vec<u8>>,
    /// What is missing of it.
    pub(super) cut: Option<ProblemKind>,
}

/// Finds the first event that is printed in `text` between `from` and `to`; it
/// may end after `to`, on a later line. What is read past `to` in vain comes out
/// of the `budget`. `is_envelope` knows an event, which may hold another text.
pub(super) fn printed_event(
    text: &[u8],
    from: usize,
    to: usize,
    reading: Reading,
    is_envelope: &dyn Fn(&[u8]) -> bool,
    budget: &mut Budget,
) -> Option<Found> {
    let line = part(text, from..to);
    // The comma is of Python's `pprint` and Ruby's `pp`.
    let opens_block = matches!(line.trim_ascii_end().last(), Some(b'{' | b'[' | b','));
    let last_mark = if opens_block { Some(line.len()) } else { last_mark(line) }?;
    if budget.left() > 0
        && let Some(open) = FINDERS.ruby_struct.find(line)
        && may_close(text, from + open, to)
    {
        // The list that it is the first of.
        let before = part(line, ..open).trim_ascii_end();
        let start = from + if before.ends_with(b"[") { before.len() - 1 } else { open };
        let (end, literal) = print::read(text, start, reading, is_envelope);
        budget.spend(end.saturating_sub(to));
        if let Some(Literal { json, cut }) = literal.filter(|it| is_envelope(&it.json)) {
            return Some(Found::Event(Printed { start, end, json: Some(json), cut }));
        }
    }
    let opens = memchr::memchr3_iter(b'{', b'[', b'(', line);
    let opens = opens.map(|open| (open, name_before(line, open)));
    let is_open = |(open, name): &(usize, usize)| *name > 0 || line.get(*open) != Some(&b'(');
    // What has no mark after it holds no event, nor what a mark stands right before.
    let may_be = |(open, _): &(usize, usize)| last_mark >= words_before(line, *open);
    for (open, name) in opens.filter(is_open).filter(may_be).take(MAX_EVENT_CANDIDATES) {
        let start = from + open;
        if budget.left() == 0 {
            return None;
        }
        if part(text, start..).starts_with(b"[#<struct ") && !may_close(text, start, to) {
            continue;
        }
        let before = part(text, from..start);
        if name > 0 {
            let (end, literal) = print::read(text, start - name, reading, is_envelope);
            budget.spend(end.saturating_sub(to));
            if let Some(Literal { json, cut }) = literal.filter(|it| is_envelope(&it.json)) {
                let start = start - name;
                return Some(Found::Event(Printed { start, end, json: Some(json), cut }));
            }
            if line.get(open) == Some(&b'(') {
                continue;
            }
        }
        let reached = match json::skip_value(text, start) {
            Ok(end) => {
                let value = part(text, start..end);
                if is_envelope(value) && !is_texts_in_words(text, from, start..end, value) {
                    return Some(Found::Event(Printed { start, end, json: None, cut: None }));
                }
                if let Some(json) = printed_bytes::of_node(before, value) {
                    return Some(Found::Event(Printed { start, end, json: Some(json), cut: None }));
                }
                end
            }
            Err(error) => {
                budget.spend(error.offset.saturating_sub(to));
                if let Some(printed) = in_quotes(text, from, start, is_envelope) {
                    return Some(Found::Event(printed));
                }
                let (end, literal) = print::read(text, start, reading, is_envelope);
                // JSON that breaks off is read by itself, and so are other quotes than its own.
                let is_quote = || match part(text, start + 1..) {
                    [b'"', b'"', ..] | [b'\\' | b'&', ..] => true,
                    after => after.first().is_some_and(|byte| !byte.is_ascii()),
                };
                let is_other = |cut: &ProblemKind| {
                    cut == &ProblemKind::PrintEndsEarly && (error.offset >= end || is_quote())
                };
                let literal = literal.filter(|it| !it.cut.as_ref().is_some_and(is_other));
                if let Some(Literal { json, cut }) = literal {
                    if is_envelope(&json) && !is_texts_in_words(text, from, start..end, &json) {
                        return Some(Found::Event(Printed { start, end, json: Some(json), cut }));
                    }
                    if let Some(json) = printed_bytes::of_node(before, &json) {
                        return Some(Found::Event(Printed { start, end, json: Some(json), cut }));
                    }
                    if json.is_empty() {
                        return cut.map(|cut| Found::Empty(end, cut));
                    }
                    let is_stub = |records: &[u8]| memchr::memmem::find(&json, records).is_some();
                    if STUBS.into_iter().any(is_stub) {
                        return Some(Found::Empty(end, ProblemKind::CutPrint(STUB.to_owned())));
                    }
                }
                end
            }
        };
        budget.spend(reached.saturating_sub(to));
    }
    None
}

/// The length of the class name before the bracket at `open`, if a field follows it:
/// `Record(recordId=1`, `Record[record_id='1'`.
fn name_before(line: &[u8], open: usize) -> usize {
    let is_name = |byte: &&u8| is_name(**byte);
    let (before, after) = (part(line, ..open), part(line, open + 1..));
    let field = after.iter().take_while(is_name).count();
    if field == 0 || after.get(field) != Some(&b'=') || line.get(open) == Some(&b'{') {
        return 0;
    }
    before.iter().rev().take_while(is_name).count()
}

/// Finds an event as JSON in a string that starts right before `start`, with the
/// escapes of a string: a request's body, as a program prints it.
fn in_quotes(
    text: &[u8],
    from: usize,
    start: usize,
    is_envelope: &dyn Fn(&[u8]) -> bool,
) -> Option<Printed> {
    let quote = start.checked_sub(1).filter(|quote| *quote >= from)?;
    matches!(text.get(quote), Some(b'"' | b'\'')).then_some(())?;
    let (end, plain) = print::quoted(text, quote)?;
    let is_event = is_envelope(&plain) && !is_texts_in_words(text, from, quote..end, &plain);
    is_event.then_some(Printed { start: quote, end, json: Some(plain), cut: None })
}

/// Where the words begin that stand before the bracket at `open`: a name, a message.
fn words_before(line: &[u8], open: usize) -> usize {
    // `Uint8Array(26) [` is one.
    let is_end =
        |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'=' | b',' | b'{' | b'[');
    // `"record": {`, `record={`, `record, {` and `record [main]{` go with their name.
    let is_sign =
        |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'=' | b':' | b',' | b' ' | b'\t');
    let trimmed = |text: &[u8]| text.iter().rposition(|it| !is_sign(it)).map_or(0, |at| at + 1);
    let mut before = part(line, ..trimmed(part(line, ..open)));
    if let Some(inner) = before.strip_suffix(b"]") {
        let word = inner.iter().rev().take_while(|it| is_name(**it)).count();
        if let Some(start) = inner.len().checked_sub(word + 1).filter(|_| word > 0)
            && inner.get(start) == Some(&b'[')
        {
            before = part(before, ..trimmed(part(before, ..start)));
        }
    }
    before.iter().rposition(is_end).map_or(0, |end| end + 1)
}

/// True if the structure of Ruby at `open` may be whole: it ends on its line, or goes on
/// after it, which another structure does not do.
fn may_close(text: &[u8], open: usize, to: usize) -> bool {
    let line = part(text, open..to);
    // `=>` is of a hash.
    let ends =
        memchr::memchr_iter(b'>', line).any(|at| line.get(at.wrapping_sub(1)) != Some(&b'='));
    let opens_more = || matches!(line.trim_ascii_end().last(), Some(b',' | b'[' | b'{'));
    ends || match text.get(to + 1) {
        None | Some(b' ' | b'\t') => true,
        Some(b'#') => false,
        Some(_) => opens_more(),
    }
}

/// What is searched for in each line.
struct Finders {
    ruby_struct: Finder<'static>,
    sdk_bytes: Finder<'static>,
    record: Finder<'static>,
    data: Finder<'static>,
    marks: [Finder<'static>; 13],
}

static FINDERS: LazyLock<Finders> = LazyLock::new(|| Finders {
    ruby_struct: Finder::new(RUBY_STRUCT),
    sdk_bytes: Finder::new(SDK_BYTES),
    record: Finder::new(b"ecord"),
    data: Finder::new(b"ata"),
    marks: [
        SDK_BYTES,
        b"ecord",
        b"awslogs",
        b"AWSLogs",
        RAW_DATA,
        b"inesis",
        b"isBase64Encoded",
        b"Buffer",
        b"Uint8Array(",
        b":deliverystream/",
        b" [123 34 ",
        b" [31 139 ",
        b" Ok [",
    ]
    .map(Finder::new),
});

/// Where the last key of an envelope stands in the line; or what stands in an event that Go
/// printed without its keys: the stream's ARN, the first bytes of JSON or of gzip, a result.
/// The end, where it is a list of texts.
fn last_mark(line: &[u8]) -> Option<usize> {
    if opens_texts(line) {
        return Some(line.len());
    }
    if let Some(end) = data(line) {
        return Some(end);
    }
    let mut last: Option<usize> = None;
    for mark in &FINDERS.marks {
        let after = last.map_or(0, |last| last + 1);
        if let Some(at) = mark.find_iter(part(line, after..)).last() {
            last = Some(after + at);
        }
    }
    last
}

/// Where a key `data` or `Data` stands with base64 in quotes that is certain to be some:
/// `{ data: 'eyJ…' }`, `'Data': "eyJ…"`, `:data=>"eyJ…"`; or with bytes of AWS's SDK for Rust.
/// The end of the line, as there may be others.
fn data(line: &[u8]) -> Option<usize> {
    const MAX_TRIES: usize = 4;
    let keys = FINDERS.data.find_iter(line).filter(|at| {
        let (before, letter) = part(line, ..*at).split_at((*at).saturating_sub(1));
        matches!(letter, b"d" | b"D") && !before.last().is_some_and(|it| is_name(*it))
    });
    let is_certain = |value: &[u8]| value.starts_with(b"Blob") || is_encoded(value);
    let values = keys.filter_map(|at| {
        let after = part(line, at + 3..);
        let after = after.strip_prefix(b"'").or_else(|| after.strip_prefix(b"\"")).unwrap_or(after);
        let after = after.trim_ascii_start();
        let value = after.strip_prefix(b"=>").or_else(|| after.strip_prefix(b":"))?;
        let value = value.trim_ascii_start();
        let [quote @ (b'\'' | b'"' | b'`'), inner @ ..] = value else {
            return value.starts_with(b"Blob {").then_some(value);
        };
        Some(part(inner, ..memchr::memchr(*quote, inner)?))
    });
    values.take(MAX_TRIES).any(is_certain).then_some(line.len())
}

/// True if an event without braces may start on the line: an object, a list that goes on over
/// lines, one of records that Java printed, Node.js's `Uint8Array(7) [`, or a list of
/// texts of Python.
pub(super) fn may_open_list(line: &[u8]) -> bool {
    if FINDERS.ruby_struct.find(line).is_some() {
        return true;
    }
    if memchr::memchr2(b'[', b'(', line).is_none() {
        return false;
    }
    let open = memchr::memchr(b'[', line);
    if let Some(open) = open
        && (line.trim_ascii_end().ends_with(b"[")
            || part(line, ..open).trim_ascii_end().ends_with(b")")
            || opens_texts(line))
    {
        return true;
    }
    if FINDERS.sdk_bytes.find(line).is_some() {
        return true;
    }
    // One search settles it for most lines.
    let Some(record) = FINDERS.record.find(line) else {
        return false;
    };
    let has = |from: usize, what: &[u8]| memchr::memmem::find(part(line, from..), what).is_some();
    // `Record(recordId=1, data=…)`, and Python's `record_id`; `KinesisClientRecord(…, data=…)`.
    open.is_some_and(|open| has(open, b"ecord"))
        || has(record, b"ecordId=")
        || has(record, b"ecord_id=")
        || has(record, b"ecord(") && has(record, b"ata=")
}

/// True for a line that starts with a list of texts, as Python and Node.js print it.
fn opens_texts(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.starts_with(b"['") || line.starts_with(b"[ '")
}

/// True for a list of texts with other text on its lines: a message that shows some
/// values, and would be lost.
fn is_texts_in_words(text: &[u8], from: usize, place: Range<usize>, json: &[u8]) -> bool {
    let is_texts = json.starts_with(b"[") && json.get(json::skip_space(json, 1)) == Some(&b'"');
    // The line may have many lists: its end is not searched for each.
    let blanks = |from: usize| {
        let is_blank = |it: &&u8| matches!(it, b' ' | b'\t' | b'\r');
        from + part(text, from..text.len()).iter().take_while(is_blank).count()
    };
    let ends = || {
        let end = blanks(place.end);
        let end = if text.get(end) == Some(&b',') { blanks(end + 1) } else { end };
        matches!(text.get(end), None | Some(b'\n'))
    };
    is_texts && !(part(text, from..place.start).trim_ascii().is_empty() && ends())
}

/// Returns true if a literal that starts between `from` and `to` is good as far
/// as `text` goes: what follows may close it.
pub(super) fn is_open(text: &[u8], from: usize, to: usize, budget: &mut Budget) -> bool {
    let line = part(text, from..to);
    memchr::memchr2_iter(b'{', b'[', line).take(MAX_EVENT_CANDIDATES).any(|open| {
        if budget.left() == 0 {
            return false;
        }
        let (reached, literal) = print::read(text, from + open, Reading::Part, &|_| true);
        budget.spend(reached.saturating_sub(to));
        literal.is_none_or(|it| it.json.is_empty()) && print::is_at_end(text, reached)
    })
}

#[cfg(test)]
mod tests {
    use super::super::envelope::is_envelope;
    use super::*;

    #[test]
    fn structures_that_stay_open_are_read_within_the_budget() {
        const LINE: &str = "#<struct Aws::X a=[\n";
        let text = LINE.repeat(200);
        let budget = &mut Budget::of(text.as_bytes());
        for start in (0..text.len()).step_by(LINE.len()) {
            let end = start + LINE.len() - 1;
            let found =
                printed_event(text.as_bytes(), start, end, Reading::Whole, &is_envelope, budget);
            assert!(found.is_none());
        }
        assert_eq!(budget.left(), 0);
        let line = br#"#<struct Aws::Firehose::Types::Record data="{\"a\":1}">"#;
        let read = |budget: &mut Budget| {
            printed_event(line, 0, line.len(), Reading::Whole, &is_envelope, budget).is_some()
        };
        assert!(read(&mut Budget::of(line)) && !read(budget));
    }

    #[test]
    fn a_bracket_has_its_mark_after_it_or_in_the_words_before_it() {
        let find = |line: &str| {
            let budget = &mut Budget::of(line.as_bytes());
            let (from, to) = (0, line.len());
            printed_event(line.as_bytes(), from, to, Reading::Whole, &is_envelope, budget).is_some()
        };
        assert!(find(r#"got {"recordId":"1","data":"eyJhIjoxfQ=="}"#));
        assert!(find("kinesis [1] record: {Data:[123 125] PartitionKey:a}"));
        assert!(find(r#"record={'Data': b'{"a":1}', 'PartitionKey': 'k'}"#));
        assert!(find("INFO record={Data:[123 34 97 34 58 49 125] PartitionKey:a}"));
        assert!(find(r#""record": {Data:[123 34 97 34 58 49 125] PartitionKey:a}"#));
        assert!(find(r#"x record, {'Data': b'{"a":1}', 'PartitionKey': 'k'}"#));
        assert!(find("event kinesis.Record [main]{Data:[123 34 97 34 58 49 125]}"));
        assert_eq!(words_before(b"Record, a data=\"{", 16), 7);
        assert_eq!(words_before(b"[1] Record: {", 12), 1);
        assert_eq!(words_before(b"{[x][main] {", 11), 2);
    }

    #[test]
    fn an_event_is_found_after_a_log_prefix() {
        let text = b"2026-11-22T10:00:00Z\tINFO\tgot {'records': [{'recordId': '1', 'data': 'eyJhIjoxfQ=='}]} done\nnext";
        let line = memchr::memchr(b'\n', text).unwrap();
        let Some(Found::Event(printed)) =
            printed_event(text, 0, line, Reading::Whole, &is_envelope, &mut Budget::of(text))
        else {
            panic!()
        };
        assert_eq!(&text[printed.end..line], b" done");
        for text in [
            "[ { data: 'eyJpZCI6MX0=' }, { data: 'eyJpZCI6Mn0=' } ]",
            "[{'data': 'eyJpZCI6MX0='}, {'data': 'eyJpZCI6Mn0='}]",
            "[ { PartitionKey: 'p', Data: \"eyJpZCI6MX0=\" } ]",
            "INFO [{:data=>\"eyJpZCI6MX0=\"}]",
        ] {
            let budget = &mut Budget::of(text.as_bytes());
            let found =
                printed_event(text.as_bytes(), 0, text.len(), Reading::Whole, &is_envelope, budget);
            assert!(found.is_some(), "{text}");
        }
        for text in ["[ { data: 'name' } ]", "[ { metadata: 'eyJpZCI6MX0=' } ]", "{ data: 'x' "] {
            assert_eq!(last_mark(text.as_bytes()), None, "{text}");
        }
        let text = b"INFO {'a': 1} records";
        assert!(
            printed_event(text, 0, 21, Reading::Whole, &is_envelope, &mut Budget::of(text))
                .is_none()
        );
    }
}
