//! Errors of other delivery streams in a log group that several share.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::context::Context;
use crate::terminal::plural;
use firehose::logs::message;

/// Names that are kept; those of more streams are only counted.
const MAX_NAMES: usize = 1000;
/// Bytes from the key of an ARN to the ARN: quotes, blanks, `=>`.
const MAX_TO_ARN: usize = 40;
/// Names that are shown.
const SHOWN: usize = 5;

/// What was left out because it is of other streams.
#[derive(Debug, Default)]
pub(super) struct OtherStreams {
    events: u64,
    /// By name of the stream.
    streams: BTreeMap<String, u64>,
}

impl OtherStreams {
    /// True if a message is of another delivery stream than the one with this
    /// ARN, which is counted: an error of that stream, or an event of it that a
    /// shared function printed. A message without an ARN may be of any.
    pub(super) fn has(&mut self, own: &str, message: &[u8]) -> bool {
        let arn = message::delivery_stream(message).or_else(|| printed(message).map(Cow::Owned));
        let Some(arn) = arn.filter(|arn| arn != own) else {
            return false;
        };
        self.events += 1;
        // One of the same name is in another account or Region.
        let name = if name(&arn) == name(own) { &arn } else { name(&arn) };
        if let Some(count) = self.streams.get_mut(name) {
            *count += 1;
        } else if self.streams.len() < MAX_NAMES {
            self.streams.insert(name.to_owned(), 1);
        }
        true
    }

    /// Reports how many there were.
    pub(super) fn report(&self, context: &Context) {
        if self.events == 0 {
            return;
        }
        let events = plural(self.events, "event");
        let shown = self.streams.iter().take(SHOWN);
        let names: Vec<_> = shown.map(|(name, count)| format!("{name} ({count})")).collect();
        let more = self.streams.len().saturating_sub(SHOWN) as u64;
        let more = if more > 0 { format!(" and {}", plural(more, "other")) } else { String::new() };
        context.info(&format!(
            "fh: left out {events} of other delivery streams in the same log group: {}{more}",
            names.join(", ")
        ));
        context.info("  hint: pass the log group's name with `--group` to see all of it");
    }
}

/// The ARN of the delivery stream in a printed transform event, in whatever
/// language: it follows its key, in quotes or not.
fn printed(message: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(message, b"deliveryStreamArn")?;
    let rest = message.get(at..)?;
    let start = memchr::memmem::find(rest.get(..MAX_TO_ARN.min(rest.len()))?, b"arn:")?;
    let is_of_arn = |it: &&u8| it.is_ascii_alphanumeric() || b":/_.-".contains(it);
    let arn: Vec<u8> = rest.get(start..)?.iter().take_while(is_of_arn).copied().collect();
    String::from_utf8(arn).ok().filter(|arn| arn.contains(":deliverystream/"))
}

/// The name in an ARN.
fn name(arn: &str) -> &str {
    arn.rsplit_once("deliverystream/").map_or(arn, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders";

    #[test]
    fn errors_of_other_streams_are_counted_by_name() {
        let mut others = OtherStreams::default();
        let error = |arn: &str| format!(r#"{{"message":"m","deliveryStreamARN":"{arn}"}}"#);
        let other = OWN.replace("orders", "payments");
        for (message, is_other) in [
            (error(OWN), false),
            (error(&other), true),
            (error(&other), true),
            (error("x"), true),
            (error(&OWN.replace("1111", "9999")), true),
            (
                format!("{{'invocationId': '1', 'deliveryStreamArn': '{other}', 'region': 'x'}}"),
                true,
            ),
            (
                format!("{{'invocationId': '1', 'deliveryStreamArn': '{OWN}', 'region': 'x'}}"),
                false,
            ),
            (format!("event map[deliveryStreamArn:{other} region:x]"), true),
            ("a deliveryStreamArn of nothing".to_owned(), false),
            ("no object".to_owned(), false),
            (r#"{"message":"m"}"#.to_owned(), false),
            (r#"{"deliveryStreamARN":7}"#.to_owned(), false),
        ] {
            assert_eq!(others.has(OWN, message.as_bytes()), is_other, "{message}");
        }
        assert_eq!(others.events, 6);
        let streams: Vec<_> = others.streams.into_iter().collect();
        let streams = streams.iter().map(|(name, count)| (name.as_str(), *count));
        let other = OWN.replace("1111", "9999");
        assert!(streams.eq([(other.as_str(), 1), ("payments", 4), ("x", 1)]));
    }

    #[test]
    fn a_flood_of_names_is_bounded() {
        let mut others = OtherStreams::default();
        for number in 0..2 * MAX_NAMES {
            others.has(OWN, format!(r#"{{"deliveryStreamARN":"{number}"}}"#).as_bytes());
        }
        assert_eq!((others.events, others.streams.len()), (2 * MAX_NAMES as u64, MAX_NAMES));
    }
}
