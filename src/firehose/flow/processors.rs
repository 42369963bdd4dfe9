//! What happens to records before the transform: records that were packed into one
//! are taken apart, and messages of CloudWatch Logs are unpacked.

use std::ops::Range;

use crate::decode::{Decoder, Encoding, KnownJson, Layer, Options, known_json};
use crate::json;
use crate::limits::MAX_BATCH_RECORDS;

/// How records that were packed into one are taken apart: `SubRecordType`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deaggregation {
    /// `JSON`: values one after the other.
    Json,
    /// `DELIMITED`: with these bytes between them.
    Delimited(Vec<u8>),
}

impl Deaggregation {
    /// Where the records inside `payload` are. One that holds over 500, or is
    /// nothing that can be taken apart, stays whole (API reference, `PutRecord`).
    /// What stands between records is left out.
    pub fn split(&self, payload: &[u8]) -> Vec<Range<usize>> {
        let found = match self {
            Self::Json => values(payload),
            Self::Delimited(delimiter) => Some(pieces(payload, delimiter)),
        };
        match found {
            Some(found) if (1..=MAX_BATCH_RECORDS).contains(&found.len()) => found,
            _ => std::iter::once(0..payload.len()).collect(),
        }
    }
}

fn values(payload: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    let mut at = json::skip_space(payload, 0);
    while at < payload.len() && found.len() <= MAX_BATCH_RECORDS {
        let end = json::skip_value(payload, at).ok()?;
        found.push(at..end);
        at = json::skip_space(payload, end);
    }
    Some(found)
}

fn pieces(payload: &[u8], delimiter: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let ends = memchr::memmem::find_iter(payload, delimiter).chain([payload.len()]);
    for end in ends {
        if end > start {
            found.push(start..end);
        }
        if found.len() > MAX_BATCH_RECORDS {
            break;
        }
        start = end + delimiter.len();
    }
    found
}

/// Most bytes that a message is unpacked to. CloudWatch Logs sends batches of about
/// 1 MB; this is ours.
const MAX_UNPACKED: u64 = 16 * 1024 * 1024;

/// Unpacks messages of CloudWatch Logs; owns its buffers.
#[derive(Debug)]
pub struct LogsUnpacker {
    decoder: Decoder,
    extracts_messages: bool,
}

/// A record is not gzip, not to its end, or too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotGzip;

impl LogsUnpacker {
    /// `extracts_messages` is `DataMessageExtraction`: of each subscription
    /// message, only the log messages are left.
    pub fn new(extracts_messages: bool) -> Self {
        let layers = Some(vec![Layer::Gzip]);
        let options = Options { layers, max_decoded: MAX_UNPACKED, ..Options::default() };
        Self { decoder: Decoder::new(options), extracts_messages }
    }

    /// Returns the record without its gzip; with extraction all messages in it,
    /// each with a newline after it. A control message has none, so it becomes an
    /// empty record. What is not a subscription message stays as it is.
    pub fn unpack(&mut self, payload: &[u8]) -> Result<Vec<u8>, NotGzip> {
        let decoded = self.decoder.decode(payload, Encoding::Unknown);
        if decoded.error().is_some() || decoded.layers.is_empty() {
            return Err(NotGzip);
        }
        if !self.extracts_messages {
            return Ok(decoded.bytes.to_vec());
        }
        let start = json::skip_space(decoded.bytes, 0);
        let json = decoded.bytes.get(start..).unwrap_or_default();
        let Some(KnownJson::CloudWatchLogs(message)) = known_json(json) else {
            return Ok(decoded.bytes.to_vec());
        };
        let mut messages = Vec::new();
        if !message.is_control() {
            message.push_messages(&mut messages);
        }
        Ok(messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::Gzip;

    fn unpacked(payload: &[u8], extracts_messages: bool) -> Result<String, NotGzip> {
        let bytes = LogsUnpacker::new(extracts_messages).unpack(payload)?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn messages_of_cloudwatch_logs_are_unpacked_and_extracted() {
        let data = r#"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[{"id":"1","timestamp":5,"message":"a \"x\""},{"id":"2","message":"b\n"}]}"#;
        let control = r#"{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}"#;
        let gzip = |text: &str| Gzip::new().compress(text.as_bytes());
        assert_eq!(unpacked(&gzip(data), false).as_deref(), Ok(data));
        assert_eq!(unpacked(&gzip(data), true).as_deref(), Ok("a \"x\"\nb\n\n"));
        assert_eq!(unpacked(&gzip(control), false).as_deref(), Ok(control));
        assert_eq!(unpacked(&gzip(control), true).as_deref(), Ok(""));
        assert_eq!(unpacked(&gzip("{\"a\":1}"), true).as_deref(), Ok("{\"a\":1}"));
        let half = &gzip(data)[..40];
        for payload in [b"".as_slice(), b"{}", half] {
            assert_eq!(unpacked(payload, true), Err(NotGzip), "{payload:?}");
        }
    }

    #[test]
    fn packed_records_are_taken_apart() {
        let split = |how: &Deaggregation, payload: &'static str| -> Vec<&str> {
            how.split(payload.as_bytes()).into_iter().map(|it| payload.get(it).unwrap()).collect()
        };
        let json = Deaggregation::Json;
        assert_eq!(split(&json, "{\"a\":1}{\"a\":2}\n [3]"), ["{\"a\":1}", "{\"a\":2}", "[3]"]);
        for whole in ["", "text", "{\"a\":1}{"] {
            assert_eq!(split(&json, whole), [whole]);
        }
        let count = |records| json.split("{}".repeat(records).as_bytes()).len();
        assert_eq!([count(500), count(501)], [500, 1]);
        let lines = Deaggregation::Delimited(b"####".to_vec());
        let far = format!("a{}b", "####".repeat(3000));
        let ends = lines.split(far.as_bytes());
        assert_eq!(ends, [0..1, far.len() - 1..far.len()], "no record is lost");
        let count = |records| lines.split("a####".repeat(records).as_bytes()).len();
        assert_eq!([count(500), count(501)], [500, 1]);
        assert_eq!(split(&lines, "a####b########c####"), ["a", "b", "c"]);
        assert_eq!(split(&lines, "####"), ["####"]);
    }
}
