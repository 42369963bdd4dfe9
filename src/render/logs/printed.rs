//! Transform events and responses that a function has printed.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::Look;
use super::message::push_message;
use crate::firehose::decode::{Content, Decoder, Options, Start};
use crate::firehose::framing::{self, Data, Envelope, Framed, InputFormat};
use crate::firehose::json;
use crate::firehose::logs::invocation::Invocation;
use crate::render::terminal::{self, DIM, WARN};

/// Finds and decodes them.
pub(super) struct Printed {
    decoder: Decoder,
}

/// Records of an invocation, as far as it printed them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// In transform events.
    pub(super) records_in: Option<u64>,
    /// In transform responses.
    pub(super) records_out: Option<u64>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.records_in, self.records_out) {
            (Some(count), None) => write!(f, "{} in", terminal::group(count)),
            (None, Some(count)) => write!(f, "{} out", terminal::group(count)),
            (count, other) => {
                let (count, other) = (count.unwrap_or_default(), other.unwrap_or_default());
                write!(f, "{} in, {} out", terminal::group(count), terminal::group(other))
            }
        }
    }
}

impl Printed {
    pub(super) fn new() -> Self {
        Self { decoder: Decoder::new(Options::default()) }
    }

    /// Appends what stands before a printed event and its records, one under
    /// another; false if there is none in this message.
    pub(super) fn push(
        &mut self,
        message: &[u8],
        indent: &str,
        look: &Look,
        out: &mut Vec<u8>,
    ) -> bool {
        let mut number = 0;
        each(message, |framed| {
            if number == 0 {
                let head = message.get(..framed.at.min(message.len())).unwrap_or_default();
                let head = head.trim_ascii_end();
                let head = if head.is_empty() { framed.envelope.as_str() } else { None };
                push_message(
                    out,
                    message.get(..framed.at).unwrap_or_default().trim_ascii_end(),
                    indent,
                    look,
                    None,
                );
                out.extend_from_slice(head.unwrap_or_default().as_bytes());
                out.push(b'\n');
            }
            number += 1;
            let mark = format!("{indent}  │ record {number} ");
            out.extend_from_slice(look.terminal.paint(DIM, &mark).as_bytes());
            self.record(framed, indent, look, out);
            out.push(b'\n');
        });
        number > 0
    }

    fn record(&mut self, framed: &Framed<'_>, indent: &str, look: &Look, out: &mut Vec<u8>) {
        let Some(bytes) = framed.data.bytes() else {
            let why = framed.problem.as_ref().map(ToString::to_string);
            let why = why.unwrap_or_else(|| "no data".to_owned());
            return out.extend_from_slice(
                look.terminal.paint(WARN, &terminal::escape_line(why.as_bytes())).as_bytes(),
            );
        };
        let start =
            if matches!(framed.data, Data::Base64(_)) { Start::Base64 } else { Start::Judge };
        let decoded = self.decoder.decode(bytes, start);
        match decoded.content {
            Content::Json | Content::JsonSequence { .. } => {
                let mut safe = Vec::new();
                json::escape_controls(decoded.formatted, &mut safe);
                push_message(out, &safe, indent, look, None);
            }
            Content::Text => push_message(out, decoded.bytes.trim_ascii_end(), indent, look, None),
            Content::Empty => out.extend_from_slice(b"(empty)"),
            _ => {
                let problem = decoded.problems.first().map(ToString::to_string);
                let text =
                    problem.unwrap_or_else(|| terminal::plural(decoded.bytes.len() as u64, "byte"));
                out.extend_from_slice(terminal::escape_line(text.as_bytes()).as_bytes());
            }
        }
    }
}

/// Counts the records that an invocation printed.
pub(super) fn counts(it: &Invocation) -> Option<Counts> {
    let mut counts = Counts::default();
    for part in it.parts.iter().filter(|part| !part.is_platform) {
        let (mut records_in, mut records_out) = (0, 0);
        each(&part.message, |framed| match framed.envelope {
            Envelope::Response => records_out += 1,
            _ => records_in += 1,
        });
        // A function that prints an event twice does not get it twice.
        counts.records_in = counts.records_in.max(Some(records_in).filter(|it| *it > 0));
        counts.records_out = counts.records_out.max(Some(records_out).filter(|it| *it > 0));
    }
    (counts != Counts::default()).then_some(counts)
}

/// Each printed record has one: no other message is worth a closer look.
static RECORD_ID: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("recordId"));

/// Calls `visit` for each record that is printed in a message.
fn each(message: &[u8], mut visit: impl FnMut(&Framed<'_>)) {
    if RECORD_ID.find(message).is_none() {
        return;
    }
    let _all = framing::records(message, InputFormat::Log, &mut |framed| {
        if matches!(framed.envelope, Envelope::Event | Envelope::Response) {
            visit(&framed);
        }
        ControlFlow::Continue(())
    });
}
