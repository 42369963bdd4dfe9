//! Transform events and responses that a function has printed.

use std::fmt;

use super::Look;
use super::message::push_message;
use crate::render::decoded::describe::describe;
use crate::render::page::safe;
use crate::terminal::{self, BOLD, DIM, Style, WARN};
use firehose::decode::{Content, Decoder, Encoding, Options, Problem};
use firehose::framing::{self, Data, Envelope, FoundRecord, PrintedEvent, Segment};
use firehose::json::{self, Token};
use firehose::logs::invocation::Invocation;

/// Finds and decodes them.
pub(super) struct Printed {
    decoder: Decoder,
}

/// Records of one kind that an invocation printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Count {
    pub(super) records: u64,
    /// There were more: the runtime has left some out.
    pub(super) is_least: bool,
}

/// Records of an invocation, as far as it printed them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// In transform events.
    pub(super) records_in: Option<Count>,
    /// In transform responses.
    pub(super) records_out: Option<Count>,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = if self.is_least { "at least " } else { "" };
        write!(f, "{least}{}", terminal::group(self.records))
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records_in = self.records_in.map(|count| format!("{count} in"));
        let records_out = self.records_out.map(|count| format!("{count} out"));
        let both: Vec<_> = records_in.into_iter().chain(records_out).collect();
        f.write_str(&both.join(", "))
    }
}

impl Printed {
    pub(super) fn new() -> Self {
        Self { decoder: Decoder::new(Options::default()) }
    }

    /// Appends a message with the name of each printed event in its place, and
    /// the records under the line it ends in; false if there is none in it.
    pub(super) fn push(
        &mut self,
        message: &[u8],
        style: Option<Style>,
        indent: &str,
        look: &Look,
        out: &mut Vec<u8>,
    ) -> bool {
        let pieces = framing::pieces(message.trim_ascii_end());
        let mut under = Under { indent, look, lines: Vec::new(), number: 0 };
        for piece in &pieces {
            match piece {
                Segment::Text(text) => under.text(text, style, out),
                Segment::PrintedEvent(print) => {
                    let name = print.envelope.as_str().unwrap_or_default();
                    out.extend_from_slice(look.terminal.paint(BOLD, name).as_bytes());
                    print.records(&mut |framed| self.record(framed, &mut under));
                    under.problems(print.cut.as_slice(), "");
                }
                Segment::Buffer(bytes, problem) => {
                    out.extend_from_slice(look.terminal.paint(BOLD, "Buffer").as_bytes());
                    self.content(bytes, Encoding::Unknown, "Buffer", &mut under);
                    under.problems(problem.as_slice(), "Buffer");
                }
                Segment::PythonBytes(bytes) => {
                    out.extend_from_slice(look.terminal.paint(BOLD, "bytes").as_bytes());
                    self.content(bytes, Encoding::Unknown, "bytes", &mut under);
                }
                Segment::Unprinted(problem) => under.problems(std::slice::from_ref(problem), ""),
            }
        }
        if pieces.is_empty() {
            return false;
        }
        out.append(&mut under.lines);
        out.push(b'\n');
        true
    }

    fn record(&mut self, framed: &FoundRecord<'_>, under: &mut Under<'_>) {
        under.number += 1;
        let result = framed.result.map(Token::bytes).unwrap_or_default();
        let result = match result.as_ref() {
            b"" | b"Ok" => String::new(),
            other => format!(" {}", terminal::escape_line(other)),
        };
        let name = format!("record {}{result}", under.number);
        let problem = framed.problem.as_slice();
        let Some(bytes) = framed.data.bytes() else {
            if problem.is_empty() {
                under.line(&name, b"no data", Some(DIM));
            }
            return under.problems(problem, &name);
        };
        under.problems(problem, &name);
        let is_base64 = matches!(framed.data, Data::Base64(_));
        self.content(
            bytes,
            if is_base64 { Encoding::Base64 } else { Encoding::Unknown },
            &name,
            under,
        );
    }

    fn content(&mut self, bytes: &[u8], start: Encoding, name: &str, under: &mut Under<'_>) {
        let decoded = self.decoder.decode(bytes, start);
        let mut parts: Vec<Vec<u8>> = Vec::new();
        match decoded.content {
            Content::Json | Content::JsonSequence { .. } | Content::OpenTelemetry(_) => {
                let mut safe = Vec::new();
                json::escape_controls(decoded.formatted, &mut safe);
                under.line(name, &safe, None);
            }
            Content::Text | Content::OtherText(_) => {
                under.line(name, decoded.text().trim_ascii_end(), None);
            }
            Content::KplAggregate => {
                parts = decoded.aggregated().into_iter().map(<[u8]>::to_vec).collect();
            }
            // The problem says it.
            Content::Unknown if !decoded.problems.is_empty() => {}
            Content::Unknown | Content::Empty | Content::Binary => {
                under.line(name, describe(&decoded).as_bytes(), Some(DIM));
            }
        }
        under.problems(decoded.problems, name);
        for (number, part) in (1..).zip(parts) {
            self.content(&part, Encoding::Unknown, &format!("{name}.{number}"), under);
        }
    }
}

/// The lines under a line with printed events.
struct Under<'a> {
    indent: &'a str,
    look: &'a Look,
    /// Those that wait for the end of the line, each with a newline before it.
    lines: Vec<u8>,
    /// Of the last record.
    number: u64,
}

impl Under<'_> {
    /// Appends text of the message; what waits goes after its first line.
    fn text(&mut self, text: &[u8], style: Option<Style>, out: &mut Vec<u8>) {
        let newline = memchr::memchr2(b'\n', b'\r', text).filter(|_| !self.lines.is_empty());
        let Some((line, rest)) = newline.and_then(|newline| text.split_at_checked(newline)) else {
            return push_message(out, text, self.indent, self.look, style);
        };
        push_message(out, line, self.indent, self.look, style);
        out.append(&mut self.lines);
        let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
        self.mark("", out);
        push_message(out, rest, self.indent, self.look, style);
    }

    /// A record or what else is not of the message. Newlines in it are marked
    /// twice: none of it passes for the next record.
    fn line(&mut self, name: &str, content: &[u8], style: Option<Style>) {
        let mut lines = std::mem::take(&mut self.lines);
        self.mark(&format!("{name} "), &mut lines);
        push_message(&mut lines, content, &format!("{}  │ ", self.indent), self.look, style);
        self.lines = lines;
    }

    fn problems(&mut self, problems: &[Problem], name: &str) {
        let colon = if name.is_empty() { "" } else { ": " };
        for problem in problems {
            let text = safe(&problem.to_string());
            let text = self.look.terminal.paint(WARN, &format!("{name}{colon}{text}"));
            let mut lines = std::mem::take(&mut self.lines);
            self.mark("", &mut lines);
            lines.extend_from_slice(text.as_bytes());
            self.lines = lines;
        }
    }

    fn mark(&self, name: &str, out: &mut Vec<u8>) {
        let mark = format!("{}  │ {name}", self.indent);
        out.push(b'\n');
        out.extend_from_slice(self.look.terminal.paint(DIM, &mark).as_bytes());
    }
}

/// Counts the records that an invocation printed.
pub(super) fn counts(it: &Invocation) -> Option<Counts> {
    let mut counts = Counts::default();
    for part in it.events.iter().filter(|part| !part.is_platform) {
        let mut of_part = Counts::default();
        for piece in framing::pieces(part.line()) {
            if let Segment::PrintedEvent(print) = piece {
                let is_response = print.envelope == Envelope::Response;
                let sum =
                    if is_response { &mut of_part.records_out } else { &mut of_part.records_in };
                add(sum, &print);
            }
        }
        // A function that prints an event twice does not get it twice.
        counts.records_in = counts.records_in.max(of_part.records_in);
        counts.records_out = counts.records_out.max(of_part.records_out);
    }
    if it.cut > 0 {
        // Events that are not held may have had more.
        for count in [&mut counts.records_in, &mut counts.records_out].into_iter().flatten() {
            count.is_least = true;
        }
    }
    (counts != Counts::default()).then_some(counts)
}

fn add(sum: &mut Option<Count>, print: &PrintedEvent<'_>) {
    let count = sum.get_or_insert(Count { records: 0, is_least: false });
    print.records(&mut |_| count.records += 1);
    count.is_least |= print.lacks_records();
}

#[cfg(test)]
mod tests {
    use super::*;
    use firehose::logs::LogEvent;
    use firehose::logs::invocation::{Grouped, Invocations};

    #[test]
    fn counts_are_the_least_if_events_were_too_many_to_be_held() {
        let event = "{'records': [{'recordId': '1', 'data': 'e30='}]}";
        let line = "x".repeat(1024 * 1024);
        let start = "START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST";
        let mut invocations = Invocations::default();
        for message in [start, event].into_iter().chain([line.as_str(); 5]) {
            let message = message.as_bytes().into();
            invocations.push(&LogEvent { message, ..LogEvent::default() });
        }
        let grouped = invocations.finish();
        let [Grouped::Invocation(it)] = grouped.as_slice() else { panic!("{}", grouped.len()) };
        assert!(it.cut > 0);
        assert_eq!(counts(it).unwrap().to_string(), "at least 1 in");
    }
}
