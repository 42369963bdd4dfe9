//! What a subscription filter of CloudWatch Logs sends (user guide, "Real-time
//! processing of log data with subscriptions"): batches of log events, and first
//! a message that asks whether the destination can be reached.

use crate::json::push_string;

/// A batch of log events.
#[derive(Debug, Clone, Copy)]
pub struct LogBatch<'a> {
    /// The account of the log group.
    pub owner: &'a str,
    /// The log group.
    pub group: &'a str,
    /// The log stream.
    pub stream: &'a str,
    /// The subscription filter.
    pub filter: &'a str,
}

impl LogBatch<'_> {
    /// The batch as a `DATA_MESSAGE`, not compressed. Of an event: its id, its
    /// time in milliseconds since 1970 and its message.
    pub fn write<'a>(&self, events: impl IntoIterator<Item = (&'a str, i64, &'a str)>) -> Vec<u8> {
        let mut out = br#"{"messageType":"DATA_MESSAGE","owner":"#.to_vec();
        push_string(&mut out, self.owner);
        for (name, value) in [("logGroup", self.group), ("logStream", self.stream)] {
            out.extend_from_slice(format!(",\"{name}\":").as_bytes());
            push_string(&mut out, value);
        }
        out.extend_from_slice(br#","subscriptionFilters":["#);
        push_string(&mut out, self.filter);
        out.extend_from_slice(br#"],"logEvents":["#);
        for (position, (id, timestamp, message)) in events.into_iter().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            out.extend_from_slice(br#"{"id":"#);
            push_string(&mut out, id);
            out.extend_from_slice(format!(",\"timestamp\":{timestamp},\"message\":").as_bytes());
            push_string(&mut out, message);
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
        out
    }
}

/// The `CONTROL_MESSAGE` that asks whether the destination can be reached, at
/// `now` in milliseconds since 1970. That `owner` is `CloudwatchLogs` and the text
/// are the classic form, which no capture of today shows.
pub fn control_message(id: &str, now: i64) -> String {
    format!(
        r#"{{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{{"id":"{id}","timestamp":{now},"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}}]}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_one_for_who_reads_it() {
        let batch = LogBatch { owner: "1", group: "/aws/lambda/a", stream: "s", filter: "f\"" };
        let events = [("a", 1, "x \"y\"\n"), ("b", 2, "")];
        let text = batch.write(events);
        let expected = r#"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"/aws/lambda/a","logStream":"s","subscriptionFilters":["f\""],"logEvents":[{"id":"a","timestamp":1,"message":"x \"y\"\n"},{"id":"b","timestamp":2,"message":""}]}"#;
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
