//! What becomes of log events, where every record is an envelope of a CloudWatch Logs
//! subscription: a batch that is dropped takes all of its log events with it. The same of
//! JSON values, where records hold several.

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

/// JSON values on their way through the transform, where records hold several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonValues {
    /// Values of the records that went in.
    pub received: u64,
    /// What is delivered of records: JSON values or lines.
    pub delivered: u64,
    /// Values of records that the transform drops.
    pub dropped: u64,
    /// Values of records that fail.
    pub failed: u64,
}

/// What the records of an event are: each an envelope, or each some JSON values.
#[derive(Debug)]
pub(super) struct Envelopes {
    all: Vec<Envelope>,
    /// They are envelopes of CloudWatch Logs.
    are_logs: bool,
}

#[derive(Debug, Clone, Copy)]
struct Envelope {
    is_control: bool,
    events: u64,
}

impl Envelopes {
    /// Reads those of an event; `None` if a record is anything else.
    pub(super) fn of(records: &[EventRecord<'_>], decoder: &mut Decoder) -> Option<Self> {
        Self::of_logs(records, decoder).or_else(|| Self::of_values(records, decoder))
    }

    fn of_logs(records: &[EventRecord<'_>], decoder: &mut Decoder) -> Option<Self> {
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
        (!all.is_empty()).then_some(Self { all, are_logs: true })
    }

    /// Records of JSON, the first of which holds several values.
    fn of_values(records: &[EventRecord<'_>], decoder: &mut Decoder) -> Option<Self> {
        let mut opened = 0;
        let mut count = |record: &EventRecord<'_>| {
            let payload = decoder.decode(&record.data, Encoding::Base64);
            opened += payload.bytes.len();
            let events = match payload.content {
                Content::Json => 1,
                Content::JsonSequence { values } => values,
                _ => return None,
            };
            (opened <= MAX_OPENED).then_some(Envelope { is_control: false, events })
        };
        let (first, rest) = records.split_first()?;
        // `{` and `[`: of others, and of most, the first shows that nothing is to be counted.
        let is_likely = first.data.starts_with(b"ey") || first.data.starts_with(b"W");
        let first = is_likely.then(|| count(first)).flatten().filter(|it| it.events > 1)?;
        let rest = rest.iter().map(count);
        let all: Vec<_> = std::iter::once(Some(first)).chain(rest).collect::<Option<_>>()?;
        Some(Self { all, are_logs: false })
    }

    /// True where the records are envelopes of CloudWatch Logs.
    pub(super) const fn are_logs(&self) -> bool {
        self.are_logs
    }

    /// True if nothing but control messages went in, which a transform drops.
    pub(super) fn are_controls(&self) -> bool {
        self.all.iter().all(|envelope| envelope.is_control)
    }

    /// The places in the event of the control messages.
    pub(super) fn controls(&self) -> impl Iterator<Item = usize> {
        let all = self.all.iter().enumerate();
        all.filter(|(_, envelope)| envelope.is_control).map(|(place, _)| place)
    }

    /// What becomes of their log events; `fates` has for each record its fate and what is
    /// in it when it comes out.
    pub(super) fn count(&self, fates: impl Iterator<Item = (Fate, u64)>) -> LogEvents {
        let mut counts = LogEvents::default();
        for (place, (envelope, (fate, values))) in self.all.iter().zip(fates).enumerate() {
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

impl From<LogEvents> for JsonValues {
    fn from(counts: LogEvents) -> Self {
        let LogEvents { received, delivered, dropped, failed, .. } = counts;
        Self { received, delivered, dropped, failed }
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

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::transform::check::{CheckResult, CheckSettings, check};
    use crate::transform::parse::TransformEvent;

    fn check_text(event: &str, response: &str) -> CheckResult {
        let event = TransformEvent::parse(event.as_bytes()).unwrap();
        check(&event, response.as_bytes(), &CheckSettings::default())
    }

    fn event_of(payloads: &[&str]) -> String {
        let records = payloads.iter().enumerate().map(|(place, payload)| {
            format!(r#"{{"recordId":"{place}","data":"{}"}}"#, STANDARD.encode(payload))
        });
        format!(r#"{{"records":[{}]}}"#, records.collect::<Vec<_>>().join(","))
    }

    /// An event of envelopes, each with its type and its number of log events.
    fn event_of_logs(envelopes: &[(&str, usize)]) -> String {
        let records = envelopes.iter().enumerate().map(|(place, (kind, events))| {
            let events = vec![r#"{"id":"1","timestamp":5,"message":"start"}"#; *events].join(",");
            let envelope = format!(
                r#"{{"messageType":"{kind}","owner":"1","logGroup":"g","logStream":"s","logEvents":[{events}]}}"#
            );
            let data = STANDARD.encode(crate::compress::Gzip::new().compress(envelope.as_bytes()));
            format!(r#"{{"recordId":"{place}","data":"{data}"}}"#)
        });
        format!(r#"{{"records":[{}]}}"#, records.collect::<Vec<_>>().join(","))
    }

    #[test]
    fn log_events_are_counted_in_and_out_and_a_batch_that_is_dropped_is_told_from_a_probe() {
        let event =
            event_of_logs(&[("DATA_MESSAGE", 3), ("DATA_MESSAGE", 2), ("CONTROL_MESSAGE", 1)]);
        let counted = |records: &[(&str, &str)]| {
            let records = records.iter().enumerate().map(|(place, (result, payload))| {
                let data = STANDARD.encode(payload);
                format!(r#"{{"recordId":"{place}","result":"{result}","data":"{data}"}}"#)
            });
            let response = format!(r#"{{"records":[{}]}}"#, records.collect::<Vec<_>>().join(","));
            check_text(&event, &response).log_events.unwrap()
        };
        let dropped = ("Dropped", "");
        let found = counted(&[("Ok", "start\nb\nc\n"), dropped, dropped]);
        let expected = LogEvents {
            received: 5,
            delivered: 3,
            dropped: 2,
            failed: 0,
            dropped_records: vec![1],
            dropped_controls: 1,
        };
        assert_eq!(found, expected);
        // As JSON values one after the other, as a list, and as an envelope.
        for payload in ["{\"m\":1}\n{\"m\":2}\n{\"m\":3}\n", "[1,2,3]\n"] {
            assert_eq!(counted(&[("Ok", payload), dropped, dropped]).delivered, 3, "{payload}");
        }
        let envelope = r#"{"messageType":"DATA_MESSAGE","owner":"1","logEvents":[{"id":"1"}]}"#;
        let failed = ("ProcessingFailed", "");
        let found = counted(&[("Ok", envelope), failed, ("Ok", "x\n")]);
        assert_eq!((found.delivered, found.dropped, found.failed), (1, 0, 2));
        // Where records are anything else, nothing is counted.
        assert_eq!(check_text(&event_of(&["{}"]), r#"{"records":[]}"#).log_events, None);
    }

    #[test]
    fn json_values_are_counted_where_a_record_holds_several() {
        let counted = |payloads: &[&str], records: &[&str]| {
            let records = records.iter().enumerate().map(|(place, payload)| {
                let data = STANDARD.encode(payload);
                format!(r#"{{"recordId":"{place}","result":"Ok","data":"{data}"}}"#)
            });
            let response = format!(r#"{{"records":[{}]}}"#, records.collect::<Vec<_>>().join(","));
            let found = check_text(&event_of(payloads), &response);
            found.json_values.map(|it| (it.received, it.delivered))
        };
        let two = "{\"a\":1}\n{\"a\":2}\n";
        assert_eq!(counted(&[two, two], &["{\"a\":1}\n", "{\"a\":1}\n"]), Some((4, 2)));
        assert_eq!(counted(&[two, "{}"], &[two, "[1,2,3]\n"]), Some((3, 5)));
        assert_eq!(counted(&[two, "text"], &[two, two]), None);
        assert_eq!(counted(&["{\"a\":1}", two], &[two, two]), None, "the first has one");
    }

    #[test]
    fn control_messages_that_are_dropped_are_no_loss() {
        let dropped = |kinds: &[&str]| {
            let envelopes: Vec<_> = kinds.iter().map(|kind| (*kind, 1)).collect();
            let records =
                (0..kinds.len()).map(|it| format!(r#"{{"recordId":"{it}","result":"Dropped"}}"#));
            let records = records.collect::<Vec<_>>().join(",");
            let found =
                check_text(&event_of_logs(&envelopes), &format!(r#"{{"records":[{records}]}}"#));
            found.violations.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(dropped(&["CONTROL_MESSAGE"]), [""; 0]);
        assert_eq!(dropped(&["CONTROL_MESSAGE", "CONTROL_MESSAGE"]), [""; 0]);
        assert_eq!(dropped(&["CONTROL_MESSAGE", "DATA_MESSAGE"]), ["all-dropped"]);
    }
}
