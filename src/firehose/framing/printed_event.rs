//! Text in which events are printed: the events, and all that stands around
//! them.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::line::Reading;
use super::lookahead::Lookahead;
use super::region;
use super::shape::{Region, Shape};
use super::{Envelope, FoundRecord, InputFormat, envelope, print, printed_bytes};
use crate::bytes::part;
use crate::decode::{Problem, ProblemKind};
use crate::json;

/// Events that are looked for in one line. Each look reads to the end of the
/// line: without a bound a long line of them takes forever.
const MAX_OF_LINE: usize = 64;

/// How deep log lines in JSON are looked for in each other's messages.
const MAX_DEPTH: usize = 3;

/// A piece of a text in which events are printed. Together the pieces are the
/// whole text.
#[derive(Debug)]
pub enum Segment<'a> {
    /// What is no event. In a log line that is JSON, the text of its message
    /// is here without escapes.
    Text(Cow<'a, [u8]>),
    /// An event or response.
    PrintedEvent(PrintedEvent<'a>),
    /// What Node prints of a Buffer: its bytes, and what was left out of them.
    Buffer(Vec<u8>, Option<Problem>),
    /// A payload that Python prints as `b'…'`.
    PythonBytes(Vec<u8>),
    /// The text before it has an event whose records were not printed.
    Unprinted(Problem),
}

/// A transform event or response, or one record of it, that was printed.
#[derive(Debug)]
pub struct PrintedEvent<'a> {
    /// Which of them it is.
    pub envelope: Envelope,
    /// What is missing of it.
    pub cut: Option<Problem>,
    json: Cow<'a, [u8]>,
}

impl<'a> PrintedEvent<'a> {
    /// Nothing if `json` is neither event nor response.
    fn new(json: Cow<'a, [u8]>, cut: Option<ProblemKind>) -> Option<Self> {
        let mut envelope = Envelope::None;
        let _first = envelope::records(&json, 0, &mut |framed| {
            envelope = framed.envelope;
            ControlFlow::Break(())
        });
        let cut = cut.map(Problem::input);
        matches!(envelope, Envelope::Event | Envelope::Response).then_some(Self {
            envelope,
            cut,
            json,
        })
    }

    /// It as JSON.
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// Calls `visit` for each of its records.
    pub fn records(&self, visit: &mut dyn FnMut(&FoundRecord<'_>)) {
        let _all = envelope::records(&self.json, 0, &mut |framed| {
            visit(&framed);
            ControlFlow::Continue(())
        });
    }

    /// True if records are missing.
    pub fn lacks_records(&self) -> bool {
        match self.cut.as_ref().map(|problem| &problem.kind) {
            Some(ProblemKind::CutPrint(what)) => print::is_of_items(what),
            cut => cut.is_some(),
        }
    }
}

impl Segment<'_> {
    fn into_owned(self) -> Segment<'static> {
        match self {
            Self::Text(text) => Segment::Text(text.into_owned().into()),
            Self::PrintedEvent(PrintedEvent { envelope, cut, json }) => {
                Segment::PrintedEvent(PrintedEvent {
                    envelope,
                    cut,
                    json: json.into_owned().into(),
                })
            }
            Self::Buffer(bytes, problem) => Segment::Buffer(bytes, problem),
            Self::PythonBytes(bytes) => Segment::PythonBytes(bytes),
            Self::Unprinted(problem) => Segment::Unprinted(problem),
        }
    }
}

/// Cuts a text into the events that are printed in it and what stands around
/// them; no pieces at all if nothing is printed in it.
pub fn pieces(text: &[u8]) -> Vec<Segment<'_>> {
    /// Of `records` and `recordId`: one of them is in whatever is found here.
    static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("ecord"));
    /// Go may print values without their keys.
    static BYTES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" ["));
    let may_be_go = || memchr::memchr(b'{', text).is_some() && BYTES.find(text).is_some();
    let pieces = if MARK.find(text).is_none() && !may_be_go() { Vec::new() } else { cut(text, 0) };
    let has_bytes = memchr::memmem::find(text, BUFFER).is_some()
        || printed_bytes::python_payload(text).is_some();
    if has_bytes { with_buffers(text, pieces) } else { pieces }
}

const BUFFER: &[u8] = b"<Buffer ";

/// The pieces, with the Buffers that are printed in their text; where there are no
/// pieces, in all of the text.
fn with_buffers<'a>(text: &'a [u8], pieces: Vec<Segment<'a>>) -> Vec<Segment<'a>> {
    if pieces.is_empty() {
        let pieces = buffers(text);
        return if pieces.len() > 1 || !matches!(pieces.first(), Some(Segment::Text(_))) {
            pieces
        } else {
            Vec::new()
        };
    }
    let each = pieces.into_iter().flat_map(|piece| match piece {
        Segment::Text(Cow::Borrowed(text)) => buffers(text),
        other => vec![other],
    });
    each.collect()
}

fn buffers(text: &[u8]) -> Vec<Segment<'_>> {
    let (mut pieces, mut shown) = (Vec::new(), 0);
    for start in memchr::memmem::find_iter(text, BUFFER) {
        let rest = part(text, start..);
        let Some(length) = memchr::memchr2(b'>', b'\n', rest) else { break };
        let Some(found) = printed_bytes::buffer(part(rest, ..=length)) else { continue };
        push_python(part(text, shown..start), &mut pieces);
        pieces.push(Segment::Buffer(found.bytes, found.problem));
        shown = start + length + 1;
    }
    push_python(part(text, shown..), &mut pieces);
    pieces
}

/// Cuts a text without Buffers into Python's bytes and what stands around them.
fn push_python<'a>(mut text: &'a [u8], pieces: &mut Vec<Segment<'a>>) {
    while let Some((literal, bytes)) = printed_bytes::python_payload(text) {
        push_text(part(text, ..literal.start), pieces);
        pieces.push(Segment::PythonBytes(bytes));
        text = part(text, literal.end..);
    }
    push_text(text, pieces);
}

fn cut(text: &[u8], depth: usize) -> Vec<Segment<'_>> {
    let mut pieces = Vec::new();
    let (mut at, mut shown, mut of_line) = (0, 0, 0);
    let mut ahead = Lookahead::new(text);
    while let Some(region) = region::next(text, at, InputFormat::Log, Reading::Whole, &mut ahead) {
        at = region.end;
        let (start, end) = (region.body.start, region.body.end);
        let is_within = matches!(region.shape, Shape::Printed { .. });
        let found = of_region(text, region, depth);
        if found.is_empty() {
            continue;
        }
        if is_within {
            // More may follow it on its line.
            let between = part(text, shown..start);
            of_line = if between.contains(&b'\n') { 1 } else { of_line + 1 };
            at = if of_line < MAX_OF_LINE { end } else { at };
        }
        push_text(part(text, shown..start), &mut pieces);
        pieces.extend(found);
        shown = end;
    }
    if !pieces.is_empty() {
        push_text(part(text, shown..), &mut pieces);
    }
    pieces
}

fn push_text<'a>(text: &'a [u8], pieces: &mut Vec<Segment<'a>>) {
    if !text.is_empty() {
        pieces.push(Segment::Text(text.into()));
    }
}

/// What is printed in a region; nothing if that is none.
fn of_region<'a>(text: &'a [u8], region: Region<'a>, depth: usize) -> Vec<Segment<'a>> {
    let body = part(text, region.body);
    let print = match region.shape {
        Shape::Object(_) => {
            let within = of_message(body, depth);
            if !within.is_empty() {
                return within;
            }
            PrintedEvent::new(body.into(), None)
        }
        Shape::Array => PrintedEvent::new(body.into(), None),
        Shape::Printed { json, cut, .. } => PrintedEvent::new(json.into(), cut),
        Shape::Empty(kind) => {
            return vec![Segment::Text(body.into()), Segment::Unprinted(Problem::input(kind))];
        }
        Shape::Line(_)
        | Shape::Wrapped(_)
        | Shape::Lines(_)
        | Shape::Bytes(..)
        | Shape::Fenced
        | Shape::Gzip => None,
    };
    print.map(Segment::PrintedEvent).into_iter().collect()
}

/// What is printed in the message of a log line that is JSON, and the rest of
/// the line around it; nothing if that is none.
fn of_message(line: &[u8], depth: usize) -> Vec<Segment<'_>> {
    if depth == MAX_DEPTH {
        return Vec::new();
    }
    let mut fields = json::fields(line, 0).map_while(Result::ok);
    let Some(field) = fields.find(|field| field.key == b"message") else { return Vec::new() };
    let (start, end) = (field.at, field.at + field.value.raw().len());
    let (within, before, after) = match field.value.string_bytes() {
        None => (cut(field.value.raw(), depth + 1), part(line, ..start), part(line, end..)),
        Some(plain) => {
            let within = cut(&plain, depth + 1).into_iter().map(Segment::into_owned).collect();
            (within, part(line, ..=start), part(line, end - 1..))
        }
    };
    if within.is_empty() {
        return Vec::new();
    }
    let mut pieces = Vec::new();
    push_text(before, &mut pieces);
    pieces.extend(within);
    push_text(after, &mut pieces);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: &str = "{'records': [{'recordId': '1', 'data': 'eyJhIjoxfQ=='}]}";
    const NODE: &str = "{\n  records: [\n    { recordId: '1', data: 'eyJhIjoxfQ==' },\n    ... 3 more items\n  ]\n}";
    const RESPONSE: &str = r#"{"records":[{"recordId":"1","result":"Ok","data":"eyJhIjoxfQ=="}]}"#;

    /// The pieces, an event by its kind and the number of its records.
    fn found(text: &str) -> Vec<String> {
        let show = |piece: &Segment<'_>| match piece {
            Segment::Text(text) => String::from_utf8_lossy(text).into_owned(),
            Segment::PrintedEvent(print) => {
                let mut records = 0;
                print.records(&mut |_| records += 1);
                let least = if print.lacks_records() { " or more" } else { "" };
                format!("<{} {records}{least}>", print.envelope.as_str().unwrap())
            }
            Segment::Buffer(bytes, _) => format!("<{}>", bytes.escape_ascii()),
            Segment::PythonBytes(bytes) => format!("<bytes {}>", String::from_utf8_lossy(bytes)),
            Segment::Unprinted(problem) => format!("<{problem}>"),
        };
        pieces(text.as_bytes()).iter().map(show).collect()
    }

    #[test]
    fn text_around_a_printed_event_stays() {
        assert_eq!(
            found(&format!("ev {PYTHON} ERROR could not parse\nsecond line\n")),
            ["ev ", "<transform-event 1>", " ERROR could not parse\nsecond line\n"]
        );
        assert_eq!(
            found(&format!("Z\tid\tINFO\t{NODE} done")),
            ["Z\tid\tINFO\t", "<transform-event 1 or more>", " done"]
        );
        assert_eq!(found(PYTHON), ["<transform-event 1>"]);
    }

    #[test]
    fn each_event_of_a_message_is_found() {
        assert_eq!(
            found(&format!("in {PYTHON} out {RESPONSE} and\n{RESPONSE}{PYTHON}\n")),
            [
                "in ",
                "<transform-event 1>",
                " out ",
                "<transform-response 1>",
                " and\n",
                "<transform-response 1>",
                "<transform-event 1>",
                "\n"
            ]
        );
    }

    #[test]
    fn the_fields_of_a_log_line_in_json_stay() {
        assert_eq!(
            found(&format!(r#"{{"level":"INFO","message":{RESPONSE},"n":1}}"#)),
            [r#"{"level":"INFO","message":"#, "<transform-response 1>", r#","n":1}"#]
        );
        assert_eq!(
            found(&format!(r#"{{"message":"got\t{PYTHON} twice","n":1}}"#)),
            [r#"{"message":""#, "got\t", "<transform-event 1>", " twice", r#"","n":1}"#]
        );
    }

    #[test]
    fn an_event_without_its_records_stays_as_it_is() {
        let text = "INFO { event: { records: [ [Object], [Object] ] } } end";
        let [before, problem, after] = found(text).try_into().unwrap();
        assert_eq!(before + &after, text);
        assert_eq!(
            problem,
            "<the runtime truncated the printed event: the records are only `[Object]`>"
        );
    }

    #[test]
    fn nothing_is_lost_of_a_message_with_more_events_than_are_looked_for() {
        let text = format!("{PYTHON} ").repeat(100);
        let found = found(&text);
        assert_eq!(found.iter().filter(|piece| piece.starts_with('<')).count(), MAX_OF_LINE);
        let rest = found.last().unwrap();
        assert_eq!(rest.trim(), format!("{PYTHON} ").repeat(100 - MAX_OF_LINE).trim());
    }

    #[test]
    fn each_buffer_of_a_message_is_found() {
        let buffer = "<Buffer 7b 22 ... 216 more bytes>";
        assert_eq!(found(buffer), ["<{\\\">"]);
        assert_eq!(
            found(&format!("a {buffer} b <Buffer > <Buffer zz> {buffer}")),
            ["a ", "<{\\\">", " b ", "<>", " <Buffer zz> ", "<{\\\">"]
        );
        assert_eq!(
            found(&format!("{PYTHON} {buffer}\n")),
            ["<transform-event 1>", " ", "<{\\\">", "\n"]
        );
        // What is no count of bytes that were left out may be another Buffer.
        assert_eq!(
            found("<Buffer 7b ... 2 more <Buffer 7d>bytes>"),
            ["<Buffer 7b ... 2 more ", "<}>", "bytes>"]
        );
        assert!(found("<Buffer zz> and <Buffer 7b\n>").is_empty());
    }

    #[test]
    fn a_text_without_events_has_no_pieces() {
        for text in ["", "transformed 3 records", r#"{"records":3}"#, "{'records': 'x'} [Object]"] {
            assert!(pieces(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
