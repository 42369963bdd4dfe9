//! What becomes of log events, where every record is an envelope of a CloudWatch Logs
//! subscription: a batch that is dropped takes all of its log events with it.

use crate::decode::{Content, Decoded, Decoder, Encoding, KnownJson, known_json};
use crate::json::Token;
use crate::transform::fate::Fate;
use crate::transform::parse::EventRecord;

/// Most bytes of an event that are inflated to count.
const MAX_OPENED: usize = 64 * 1024 * 1024;

/// Log events on their way through the transform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogEvents {
    /// Log events of the data messages that went in.
    pub received: u64,
    /// What is delivered of records: log events, JSON values or lines.
    pub delivered: u64,
    /// Log events of data messages that the transform drops.
    pub dropped: u64,
    /// Log events of data messages that fail, and are kept among the failures.
    pub failed: u64,
    /// The data messages that are dropped, by their places in the event, from 0.
    pub dropped_records: Vec<usize>,
    /// Control messages that the transform drops, as it should.
    pub dropped_controls: usize,
}

/// What the records of an event are, each an envelope.
#[derive(Debug)]
pub(super) struct Envelopes(Vec<Envelope>);

#[derive(Debug, Clone, Copy)]
struct Envelope {
    is_control: bool,
    events: u64,
}

impl Envelopes {
    /// Reads those of an event; `None` if a record is anything else.
    pub(super) fn of(records: &[EventRecord<'_>], decoder: &mut Decoder) -> Option<Self> {
        let mut opened = 0;
        let read = records.iter().map(|record| {
            // Of most events the first record shows that it is none.
            let is_likely = ["H4sI", "eyJ"].iter().any(|it| record.data.starts_with(it.as_bytes()));
            let payload = is_likely.then(|| decoder.decode(&record.data, Encoding::Base64))?;
            opened += payload.bytes.len();
            match known_json(payload.bytes.trim_ascii_start()).filter(|_| opened <= MAX_OPENED)? {
                KnownJson::CloudWatchLogs(message) => Some(Envelope {
                    is_control: message.is_control(),
                    events: message.event_count() as u64,
                }),
                _ => None,
            }
        });
        let all: Vec<_> = read.collect::<Option<_>>()?;
        (!all.is_empty()).then_some(Self(all))
    }

    /// True if nothing but control messages went in, which a transform drops.
    pub(super) fn are_controls(&self) -> bool {
        self.0.iter().all(|envelope| envelope.is_control)
    }

    /// The places in the event of the control messages.
    pub(super) fn controls(&self) -> impl Iterator<Item = usize> {
        let all = self.0.iter().enumerate();
        all.filter(|(_, envelope)| envelope.is_control).map(|(place, _)| place)
    }

    /// What becomes of their log events; `fates` has for each record its fate and what is
    /// in it when it comes out.
    pub(super) fn count(&self, fates: impl Iterator<Item = (Fate, u64)>) -> LogEvents {
        let mut counts = LogEvents::default();
        for (place, (envelope, (fate, values))) in self.0.iter().zip(fates).enumerate() {
            counts.received += if envelope.is_control { 0 } else { envelope.events };
            match fate {
                Fate::Delivered | Fate::Failed(_) if envelope.is_control => {}
                Fate::Delivered => counts.delivered += values,
                Fate::Dropped if envelope.is_control => counts.dropped_controls += 1,
                Fate::Dropped => {
                    counts.dropped += envelope.events;
                    counts.dropped_records.push(place);
                }
                Fate::Failed(_) => counts.failed += envelope.events,
            }
        }
        counts
    }
}

/// How many log events a payload has that came out: those of an envelope, JSON values, or
/// lines.
pub(super) fn values(decoded: &Decoded<'_>) -> u64 {
    let text = decoded.bytes.trim_ascii();
    match decoded.content {
        Content::Json => match known_json(text) {
            Some(KnownJson::CloudWatchLogs(message)) => message.event_count() as u64,
            _ if text.starts_with(b"[") => Token::new(text).elements().count() as u64,
            _ => 1,
        },
        Content::JsonSequence { values } => values,
        Content::Empty | Content::Unknown => 0,
        Content::Text | Content::OtherText(_) => {
            let lines = text.split(|byte| *byte == b'\n');
            lines.filter(|line| !line.trim_ascii().is_empty()).count() as u64
        }
        Content::Binary | Content::KplAggregate | Content::OpenTelemetry(_) => 1,
    }
}
