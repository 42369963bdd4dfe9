//! What happened to traced records: a timeline on a terminal, one line per event in a
//! pipe, rows of JSON.

mod lines;
mod rows;
mod words;

use std::cell::RefCell;

use super::FollowFormat;
use super::json::push_line;
use crate::terminal::{self, Terminal};
use crate::times::Clock;
use firehose::stream::DeliveryStream;
use firehose::trace::{Fate, TraceEvent, TracedRecord};
use rows::{RecordRow, SummaryRow, TraceDocument};
use words::Words;

/// Shows a trace, one event after the other, and what came of it.
#[derive(Debug)]
pub struct TraceView<'a> {
    /// The format.
    pub format: FollowFormat,
    /// How to write.
    pub terminal: Terminal,
    /// Shows times.
    pub clock: Clock,
    /// Flags of AWS that printed commands need.
    pub flags: &'a [String],
    /// The stream.
    pub stream: &'a DeliveryStream,
    /// The records.
    pub records: &'a [TracedRecord],
    /// The object that was shown last: several records in one show it once.
    pub last_object: RefCell<Option<String>>,
}

/// How many records came out how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TraceCounts {
    /// Delivered.
    pub delivered: usize,
    /// Dropped by the transform.
    pub dropped: usize,
    /// Failed.
    pub failed: usize,
    /// Not taken by the stream.
    pub refused: usize,
    /// Unknown.
    pub unknown: usize,
}

impl TraceCounts {
    /// Counts them.
    pub fn of(fates: &[Fate]) -> Self {
        let mut counts = Self::default();
        for fate in fates {
            let count = match fate {
                Fate::Delivered(_) => &mut counts.delivered,
                Fate::Dropped(_) => &mut counts.dropped,
                Fate::Failed(_) => &mut counts.failed,
                Fate::Refused => &mut counts.refused,
                Fate::Unknown(_) => &mut counts.unknown,
            };
            *count += 1;
        }
        counts
    }

    /// `2 delivered, 1 failed`.
    fn text(self) -> String {
        let counts = [
            (self.delivered, "delivered"),
            (self.dropped, "dropped"),
            (self.failed, "failed"),
            (self.refused, "refused"),
            (self.unknown, "unknown"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts
            .map(|(count, what)| format!("{} {what}", terminal::group(*count as u64)))
            .collect();
        counts.join(", ")
    }
}

impl TraceView<'_> {
    /// What is to be written when these happen.
    pub fn events(&self, events: &[TraceEvent]) -> Vec<u8> {
        let mut out = Vec::new();
        match self.format {
            FollowFormat::Json => {}
            FollowFormat::Ndjson => {
                for event in events {
                    for row in rows::of(event, self.flags, &self.stream.name) {
                        push_line(&mut out, &row);
                    }
                }
            }
            FollowFormat::Text => {
                for same in words::grouped(events) {
                    let Some(words) = Words::of(&same, self) else { continue };
                    if self.terminal.is_terminal {
                        lines::push_block(&words, self, &mut out);
                    } else {
                        lines::push_line(&words, self, &mut out);
                    }
                }
            }
        }
        out
    }

    /// What is to be written at the end.
    pub fn end(&self, events: &[TraceEvent], fates: &[Fate], has_twins: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let counts = TraceCounts::of(fates);
        match self.format {
            FollowFormat::Text => lines::push_end(&counts.text(), has_twins, self, &mut out),
            FollowFormat::Ndjson => push_line(&mut out, &SummaryRow::new(counts)),
            FollowFormat::Json => {
                let records = self.records.iter().zip(fates).enumerate();
                let rows =
                    events.iter().flat_map(|event| rows::of(event, self.flags, &self.stream.name));
                let document = TraceDocument {
                    stream: &self.stream.name,
                    region: self.stream.region(),
                    account: self.stream.account(),
                    destination: self.stream.destination.as_ref().map(|it| it.kind.as_str()),
                    records: records
                        .map(|(at, (record, fate))| RecordRow::new(at + 1, record, fate))
                        .collect(),
                    summary: SummaryRow::new(counts),
                    are_distinct: !has_twins,
                    events: rows.collect(),
                };
                push_line(&mut out, &document);
            }
        }
        out
    }
}
