//! What a record is called: its sequence number, and the `recordId` made of it.

use std::fmt::Write as _;

use crate::firehose::json;

/// Digits of a sequence number.
const SEQUENCE: usize = 56;
/// What an id of 160 characters starts with, before 84 zeros.
const SHARD: &str = "shardId-";
const ZEROS: usize = 84;

/// The name of a record: a sequence number, and its place in an aggregate.
///
/// Ids were seen in two forms: 62 digits (a sequence number and 6 more) and,
/// since 2025, 160 characters (`shardId-`, 84 zeros, a sequence number, 12
/// more). That the last digits are the place in an aggregate is inferred.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// 56 digits.
    pub(super) sequence: String,
    /// 0 outside of aggregates.
    pub(super) subsequence: u32,
    /// The id has 160 characters.
    pub(super) is_long: bool,
}

impl Identity {
    /// Reads what failure objects have of it: JSON tokens of `sequenceNumber`
    /// or `EventId`, and of `subSequenceNumber`.
    ///
    /// `EventId` is `4957….0` in old objects of Splunk and `65:shardId-000…`
    /// in those of 2025. What is of no known form has no identity.
    fn of_failure(name: &[u8], subsequence: Option<&[u8]>) -> Option<Self> {
        let name = str::from_utf8(json::string_body(name)?).ok()?;
        let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
        if let Some(digits) = name.strip_prefix(SHARD) {
            let (zeros, digits) = digits.split_at_checked(ZEROS)?;
            let (sequence, subsequence) = digits.split_at_checked(SEQUENCE)?;
            let is_good = zeros.bytes().all(|zero| zero == b'0') && subsequence.len() == 12;
            return Self::new(sequence, subsequence, true).filter(|_| is_good);
        }
        let (sequence, place) = name.split_once('.').unwrap_or((name, "0"));
        let subsequence = subsequence
            .and_then(|token| str::from_utf8(token).ok())
            .filter(|token| *token != "null")
            .unwrap_or(place);
        Self::new(sequence, subsequence, false)
    }

    fn new(sequence: &str, subsequence: &str, is_long: bool) -> Option<Self> {
        let is_good = sequence.len() == SEQUENCE && sequence.bytes().all(|it| it.is_ascii_digit());
        // Six digits are what the short form has room for.
        let subsequence = subsequence.parse().ok().filter(|place| *place < 1_000_000)?;
        is_good.then(|| Self { sequence: sequence.to_owned(), subsequence, is_long })
    }

    /// Appends the `recordId`.
    pub(super) fn push_id(&self, out: &mut String) {
        let Self { sequence, subsequence, is_long } = self;
        // Writing to a string does not fail.
        let _unused = if *is_long {
            write!(out, "{SHARD}{:0ZEROS$}{sequence}{subsequence:012}", 0)
        } else {
            write!(out, "{sequence}{subsequence:06}")
        };
    }
}

/// What a failure object tells of its record, besides the data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FailedRecord {
    /// When it arrived, in milliseconds since 1970.
    pub arrival: Option<i64>,
    /// What it was called.
    pub identity: Option<Identity>,
    /// It failed at the destination: its data has been through the transform.
    pub is_transformed: bool,
}

impl FailedRecord {
    /// Reads a failure object in any of its shapes: JSON. What is missing or of
    /// no known form is left out.
    pub fn read(object: &[u8]) -> Self {
        let mut record = Self::default();
        let (mut name, mut subsequence) = (None, None);
        for field in json::fields(object, 0).map_while(Result::ok) {
            match field.key {
                b"arrivalTimestamp" => record.arrival = milliseconds(field.value),
                b"errorCode" => record.is_transformed |= is_of_destination(field.value),
                b"sequenceNumber" => name = Some(field.value),
                b"EventId" => {
                    name = Some(field.value);
                    record.is_transformed = true;
                }
                b"subSequenceNumber" | b"subsequenceNumber" | b"SubsequenceNumber" => {
                    subsequence = Some(field.value);
                }
                b"dataId" | b"esDocumentId" | b"osDocumentId" | b"esIndexName" | b"osIndexName" => {
                    record.is_transformed = true;
                }
                _ => {}
            }
        }
        record.identity = name.and_then(|name| Identity::of_failure(name, subsequence));
        record
    }
}

/// A number of milliseconds, which old objects have as a string.
fn milliseconds(token: &[u8]) -> Option<i64> {
    let text = str::from_utf8(json::string_body(token).unwrap_or(token)).ok()?;
    text.parse().ok().filter(|time| *time >= 0)
}

/// Returns true for error codes of destinations that get what the transform
/// made.
fn is_of_destination(code: &[u8]) -> bool {
    const DESTINATIONS: [&[u8]; 4] = [b"Splunk.", b"HttpEndpoint.", b"Snowflake.", b"Iceberg."];
    let code = json::string_body(code).unwrap_or_default();
    DESTINATIONS.iter().any(|destination| code.starts_with(destination))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "49668231907715301429481730562918473650281947365019283746";

    fn id(name: &str, subsequence: Option<&str>) -> Option<String> {
        let token = format!("\"{name}\"");
        let identity = Identity::of_failure(token.as_bytes(), subsequence.map(str::as_bytes))?;
        let mut id = String::new();
        identity.push_id(&mut id);
        Some(id)
    }

    #[test]
    fn failures_of_every_year_name_their_record() {
        assert_eq!(id(NUMBER, None), Some(format!("{NUMBER}000000")));
        assert_eq!(id(NUMBER, Some("3")), Some(format!("{NUMBER}000003")));
        assert_eq!(id(NUMBER, Some("null")), Some(format!("{NUMBER}000000")));
        assert_eq!(id(&format!("{NUMBER}.2"), None), Some(format!("{NUMBER}000002")));
        let long = format!("shardId-{}{NUMBER}000000000007", "0".repeat(84));
        assert_eq!(long.len(), 160);
        assert_eq!(id(&long, None), Some(long.clone()));
        assert_eq!(id(&format!("000000000000000065:{long}"), None), Some(long));
    }

    #[test]
    fn what_is_of_no_known_form_names_none() {
        for name in [
            "",
            "record1",
            "shardId-000",
            "é",
            &NUMBER.replacen('4', "", 1),
            &format!("{NUMBER}.x"),
        ] {
            assert_eq!(id(name, None), None, "{name}");
        }
        assert_eq!(id(NUMBER, Some("1000000")), None);
        assert_eq!(Identity::of_failure(b"17", None), None);
    }

    #[test]
    fn failure_objects_tell_when_their_record_arrived_and_where_it_failed() {
        let read = |object: &str| {
            let record = FailedRecord::read(object.as_bytes());
            (record.arrival, record.identity.is_some(), record.is_transformed)
        };
        let lambda =
            r#"{"rawData":"","errorCode":"Lambda.FunctionError","arrivalTimestamp":1795341600123}"#;
        assert_eq!(read(lambda), (Some(1_795_341_600_123), false, false));
        let old = r#"{"arrivalTimestamp":"1795341600123","rawData":""}"#;
        assert_eq!(read(old), (Some(1_795_341_600_123), false, false));
        let splunk = format!(r#"{{"arrivalTimestamp":-1,"EventId":"{NUMBER}.0"}}"#);
        assert_eq!(read(&splunk), (None, true, true));
        for object in [
            r#"{"errorCode":"Snowflake.InvalidColumns"}"#,
            r#"{"errorCode":"HttpEndpoint.RequestTimeout","dataId":""}"#,
            r#"{"errorCode":"400","osIndexName":"orders"}"#,
        ] {
            assert!(read(object).2, "{object}");
        }
        assert_eq!(read("[]"), (None, false, false));
    }
}
