//! The keys of a JSON object by which it is known what it is.

use super::failure_key as key;
use crate::bytes::part;
use crate::json::{self, JsonError, Token};

/// Records of a list that are held at once; a longer list is walked again.
const MAX_RECORDS: usize = 100_000;

/// The keys of an object that tell what it is, with their values.
#[derive(Debug, Default)]
pub(super) struct Keys<'a> {
    /// All of the object.
    pub(super) object: &'a [u8],
    pub(super) record_id: Option<Token<'a>>,
    /// `data`, or the `kafkaRecordValue` of an MSK source.
    pub(super) data: Option<Token<'a>>,
    pub(super) upper_data: Option<Token<'a>>,
    pub(super) raw_data: Option<Token<'a>>,
    pub(super) second_raw_data: Option<Token<'a>>,
    pub(super) error_code: Option<Token<'a>>,
    /// Of a failure object whose keys are all in lower case.
    pub(super) lower_raw_data: Option<Token<'a>>,
    pub(super) lower_error_code: Option<Token<'a>>,
    pub(super) has_lower_attempts: bool,
    pub(super) records: Option<Token<'a>>,
    /// Those of `records`, if they were read and all are of a transform.
    pub(super) transform_records: Vec<TransformRecord<'a>>,
    /// Of `FilterLogEvents` and `GetLogEvents`.
    pub(super) events: Option<Token<'a>>,
    pub(super) record: Option<Token<'a>>,
    pub(super) kinesis: Option<Token<'a>>,
    pub(super) logs: Option<Token<'a>>,
    pub(super) message: Option<Token<'a>>,
    /// What a log service wraps around a log line: Datadog's `content`, an SNS notification.
    pub(super) wrapper: Option<Token<'a>>,
    /// The only attribute of a value in DynamoDB's JSON that holds bytes.
    pub(super) binary: Option<Token<'a>>,
    /// Of `GetQueryResults` of CloudWatch Logs.
    pub(super) results: Option<Token<'a>>,
    /// What a logger writes next to its message.
    pub(super) event: Option<Token<'a>>,
    /// A level, as loggers write it.
    pub(super) has_level: bool,
    pub(super) has_attempts: bool,
    pub(super) result: Option<Token<'a>>,
    pub(super) has_request_id: bool,
    /// Of a request that API Gateway, a load balancer or a function URL passes on.
    pub(super) body: Option<Token<'a>>,
    pub(super) is_base64: bool,
    pub(super) headers: Option<Token<'a>>,
    /// Node's JSON of a Buffer.
    pub(super) is_buffer: bool,
    /// A key of other programs in whose value a record may be.
    pub(super) may_hold: bool,
    /// A key that no record of a transform event or response has.
    pub(super) has_foreign: bool,
    /// A key that no record of an API body has.
    pub(super) has_non_api: bool,
    /// The partition key of a record of Kinesis as Lambda and SDKs write it.
    pub(super) has_partition_key: bool,
    /// A key that no such record has.
    pub(super) has_non_kinesis: bool,
}

impl<'a> Keys<'a> {
    /// Walks the object that starts at `at`: its keys, and where it ends.
    pub(super) fn read(source: &'a [u8], at: usize) -> Result<(Self, usize), JsonError> {
        let mut keys = Self::default();
        let end = keys.walk::<false>(source, at, 0)?;
        Ok((keys, end))
    }

    /// Adds the keys of the object that starts at `at`, with this many containers around
    /// it, and returns where it ends. With `RECORDS`, its list of them is read on the way,
    /// if all are of a transform.
    pub(super) fn walk<const RECORDS: bool>(
        &mut self,
        source: &'a [u8],
        at: usize,
        around: usize,
    ) -> Result<usize, JsonError> {
        let mut fields = json::fields_within(source, at, around);
        while let Some(key) = fields.next_key() {
            let key = key?;
            let value = if RECORDS && matches!(key, b"records" | b"Records") {
                if let Some(end) = records(source, fields.end(), &mut self.transform_records) {
                    fields.value_up_to(end)
                } else {
                    self.transform_records.clear();
                    fields.value()?
                }
            } else {
                fields.value()?
            };
            self.add(key, value);
        }
        self.object = part(source, at..fields.end());
        Ok(fields.end())
    }

    #[inline]
    fn add(&mut self, key: &[u8], token: Token<'a>) {
        let value = Some(token);
        let mut of_record = false;
        let mut of_api = false;
        let mut of_kinesis = false;
        match key {
            key::RAW_DATA if self.raw_data.is_some() => self.second_raw_data = value,
            key::RAW_DATA => self.raw_data = value,
            key::LOWER_RAW_DATA => self.lower_raw_data = value,
            key::ERROR_CODE | key::LAST_ERROR_CODE | key::DOCUMENTED_ERROR_CODE => {
                self.error_code = value;
            }
            key::ATTEMPTS | key::ARRIVAL | key::ERROR_MESSAGE => self.has_attempts = true,
            key::LOWER_ERROR_CODE => self.lower_error_code = value,
            key::LOWER_ATTEMPTS | key::LOWER_ARRIVAL => self.has_lower_attempts = true,
            b"recordId" => {
                self.record_id = value;
                of_record = true;
            }
            b"data" => {
                self.data = value;
                (of_record, of_kinesis) = (true, true);
            }
            b"kafkaRecordValue" => {
                self.data = self.data.or(value);
                of_record = true;
            }
            b"result" => {
                self.result = value;
                of_record = true;
            }
            b"approximateArrivalTimestamp" => (of_record, of_kinesis) = (true, true),
            b"partitionKey" => (self.has_partition_key, of_kinesis) = (true, true),
            b"sequenceNumber"
            | b"explicitHashKey"
            | b"encryptionType"
            | b"encryption_type"
            | b"kinesisSchemaVersion"
            | b"subSequenceNumber" => of_kinesis = true,
            // Of the KCL for Java; others say something with them.
            b"aggregated" => of_kinesis = matches!(token.bytes().as_ref(), b"true" | b"false"),
            b"schema" => of_kinesis = token.bytes().as_ref() == b"null",
            b"approximateArrivalEpoch"
            | b"metadata"
            | b"kinesisRecordMetadata"
            | b"mskRecordMetadata" => of_record = true,
            b"records" | b"Records" => self.records = value,
            b"events" | b"Messages" => self.events = value,
            b"Record" => self.record = value,
            b"kinesis" => self.kinesis = value,
            b"awslogs" => self.logs = value,
            b"message" | b"@message" | b"_raw" | b"Body" | b"Message" => self.message = value,
            b"content" | b"attributes" | b"Sns" => self.wrapper = value,
            b"results" => self.results = value,
            b"B" => self.binary = value,
            b"event" => self.event = value,
            b"level" | b"levelname" | b"severity" => self.has_level = true,
            b"requestId" => self.has_request_id = true,
            b"body" => self.body = value,
            b"headers" => self.headers = value,
            // Of a load balancer that is set up so, in place of the headers.
            b"multiValueHeaders" => self.headers = self.headers.or(value),
            b"type" => self.is_buffer = token.raw() == b"\"Buffer\"",
            b"isBase64Encoded" => self.is_base64 = token.bytes().as_ref() == b"true",
            b"Data" => {
                self.upper_data = value;
                of_api = true;
            }
            b"PartitionKey"
            | b"ExplicitHashKey"
            | b"SequenceNumber"
            | b"StreamName"
            | b"StreamARN"
            | b"ApproximateArrivalTimestamp"
            | b"EncryptionType"
            | b"SequenceNumberForOrdering" => of_api = true,
            _ => self.may_hold |= may_hold(key),
        }
        self.has_foreign |= !of_record;
        self.has_non_api |= !of_api;
        self.has_non_kinesis |= !of_kinesis;
    }

    /// Returns true for an event or body whose list of records is empty.
    pub(super) fn has_no_records(&self) -> bool {
        self.records
            .is_some_and(|list| list.raw().get(json::skip_space(list.raw(), 1)) == Some(&b']'))
    }

    /// Returns true for an object with one key.
    pub(super) fn has_only_one(&self) -> bool {
        json::fields(self.object, 0).count() == 1
    }

    /// Returns true for a failure object.
    pub(super) fn is_failure(&self) -> bool {
        self.raw_data.is_some() && (self.error_code.is_some() || self.has_attempts)
            || self.lower_raw_data.is_some()
                && (self.lower_error_code.is_some() || self.has_lower_attempts)
    }

    /// The record of a transform event or response that it is, if it is one.
    pub(super) fn transform_record(&self) -> Option<TransformRecord<'a>> {
        let record_id = self.record_id?;
        let (data, result) = (self.data, self.result);
        (data.is_some() || result.is_some()).then_some(TransformRecord { record_id, data, result })
    }
}

/// True for the keys of other programs of which it is known what is in them.
#[inline]
const fn may_hold(key: &[u8]) -> bool {
    matches!(key, b"log" | b"MESSAGE" | b"LogResult" | b"requestPayload" | b"responsePayload")
}

/// A record of a transform event or response: little, as an event may have thousands.
#[derive(Debug, Clone, Copy)]
pub(super) struct TransformRecord<'a> {
    pub(super) record_id: Token<'a>,
    pub(super) data: Option<Token<'a>>,
    pub(super) result: Option<Token<'a>>,
}

/// Reads the records of the list that starts at `at`, and returns where it ends; `None`
/// if it has anything else, too many of them, or is not valid.
fn records<'a>(
    source: &'a [u8],
    at: usize,
    records: &mut Vec<TransformRecord<'a>>,
) -> Option<usize> {
    /// The list, and the object that it is in.
    const AROUND: usize = 2;
    records.clear();
    let mut at = at;
    let mut separator = b'[';
    while source.get(at) == Some(&separator) && records.len() < MAX_RECORDS {
        let mut keys = Keys::default();
        at = json::skip_space(source, at + 1);
        at = keys.walk::<false>(source, at, AROUND).ok()?;
        records.push(keys.transform_record()?);
        at = json::skip_space(source, at);
        separator = b',';
    }
    (source.get(at) == Some(&b']')).then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MAX_JSON_DEPTH;

    /// The records that were read with the list of `text`, which else has the same keys,
    /// or the same error, as without.
    fn read(text: &str) -> Vec<TransformRecord<'_>> {
        let source = text.as_bytes();
        let (plain, mut with) = (Keys::read(source, 0), Keys::default());
        let end = match with.walk::<true>(source, 0, 0) {
            Ok(end) => end,
            Err(error) => {
                assert_eq!(plain.map(|_| ()), Err(error), "{text}");
                return Vec::new();
            }
        };
        let records = std::mem::take(&mut with.transform_records);
        let (plain, plain_end) = plain.unwrap();
        assert_eq!((format!("{with:?}"), end), (format!("{plain:?}"), plain_end), "{text}");
        records
    }

    #[test]
    fn a_list_of_records_is_read_with_the_event() {
        let records = read(
            r#"{"a":1,"records": [ {"recordId":"1","data":"YQ=="} , {"result":"Ok","recordId":2}] , "b":2}"#,
        );
        let token = |raw: &'static str| Token::new(raw.as_bytes());
        let found = records.iter().map(|it| (it.record_id, it.data, it.result));
        let expected = [
            (token("\"1\""), Some(token("\"YQ==\"")), None),
            (token("2"), None, Some(token("\"Ok\""))),
        ];
        assert!(found.eq(expected), "{records:?}");
    }

    #[test]
    fn a_list_with_anything_else_is_not() {
        const ONE: &str = r#"{"recordId":"1","data":""}"#;
        for list in
            ["[]", "[ ]", "7", "[7]", "[{}]", "{}", "", "[", "[,]", "[null", "[{\"recordId\":1"]
        {
            assert!(read(&format!("{{\"records\":{list}}}")).is_empty(), "{list}");
        }
        for after in [
            "",
            ",",
            ",]",
            ",7]",
            " {}]",
            ",{}]",
            ",{\"recordId\":\"2\"}]",
            ",{\"a\"]",
            "}",
            "]]",
            "],\"records\":[]",
            "],\"Records\":null",
        ] {
            assert!(read(&format!("{{\"records\":[{ONE}{after}}}")).is_empty(), "{after}");
        }
    }

    #[test]
    fn nesting_counts_from_the_event_on() {
        for (levels, count) in [(MAX_JSON_DEPTH - 2, 1), (MAX_JSON_DEPTH - 1, 0)] {
            let (open, close) = ("[".repeat(levels), "]".repeat(levels));
            let record = format!(r#"{{"recordId":"1","data":"","metadata":{open}0{close}}}"#);
            let event = format!(r#"{{"records":[{record}]}}"#);
            assert_eq!(read(&event).len(), count, "{levels}");
        }
    }
}
