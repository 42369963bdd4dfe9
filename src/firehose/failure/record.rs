//! One failure record, by its tokens.

use crate::decode::decoded_length;
use crate::framing::failure_key as key;
use crate::json::Token;
use crate::transform::RecordIdentity;

/// A record that failed, as Firehose writes it: a JSON object. What is missing
/// or of no known form is `None`; what is not read here is still in `object`.
///
/// Keys and their spellings are those of the developer guide and of objects
/// that people published: `lambdaARN` today, `lambdaArn` before; `errorCode`,
/// but `lastErrorCode` for conversions, and `ErrorCode` in the documentation of
/// those; numbers also as strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FailureRecord<'a> {
    /// All of it, as it came.
    pub object: &'a [u8],
    /// What happened: a string but for a cluster's status.
    pub code: Option<Token<'a>>,
    /// That in words.
    pub message: Option<Token<'a>>,
    /// How often Firehose tried. 0 was seen for Splunk.
    pub attempts: Option<u64>,
    /// When the record arrived, in milliseconds since 1970.
    pub arrival: Option<i64>,
    /// When the last attempt ended, in milliseconds since 1970.
    pub attempt_ending: Option<i64>,
    /// ARN of the transform: a string. Only failures of the transform have it.
    pub function: Option<Token<'a>>,
    /// Bytes of the record, if its base64 is sound.
    pub payload_bytes: u64,
    /// If its data has been through the transform.
    pub transformed: Transformed,
    /// The key that shows that it has: that of the code where the code names the step
    /// that failed, else one that only failures after the transform have.
    pub transformed_by: Option<&'a [u8]>,
    /// `sequenceNumber` or `EventId`.
    name: Option<Token<'a>>,
    subsequence: Option<Token<'a>>,
}

/// If the data of a failure record has been through the transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Transformed {
    /// It failed before the transform or in it: its data is the input.
    #[default]
    No,
    /// It failed in format conversion, which comes after the transform; whether
    /// `rawData` is from before or after it is not documented.
    Perhaps,
    /// It failed at the destination: its data is the output.
    Yes,
}

impl<'a> FailureRecord<'a> {
    /// Reads a failure object in any of its shapes.
    pub fn read(object: &'a [u8]) -> Self {
        let mut record = Self { object, ..Self::default() };
        let mut by_code = None;
        for field in Token::new(object).fields().map_while(Result::ok) {
            let value = field.value;
            match field.key {
                code if key::is_error_code(code) => {
                    record.code = some(value);
                    by_code = step_of(value).map(|it| (it, field.key)).or(by_code);
                }
                message if key::is_error_message(message) => record.message = some(value),
                key::ATTEMPTS | key::LOWER_ATTEMPTS => record.attempts = number(value),
                key::ARRIVAL | key::LOWER_ARRIVAL => record.arrival = milliseconds(value),
                key::ATTEMPT_ENDING | key::LOWER_ATTEMPT_ENDING => {
                    record.attempt_ending = milliseconds(value);
                }
                key::FUNCTION | b"lambdaArn" | key::LOWER_FUNCTION => {
                    record.function = Some(value).filter(|value| value.is_string());
                }
                key::RAW_DATA | key::LOWER_RAW_DATA => record.payload_bytes = payload_bytes(value),
                b"sequenceNumber" => record.name = Some(value),
                b"EventId" => {
                    record.name = Some(value);
                    record.shows(Transformed::Yes, field.key);
                }
                b"subSequenceNumber" | b"subsequenceNumber" | b"SubsequenceNumber" => {
                    record.subsequence = Some(value);
                }
                b"dataId" | b"esDocumentId" | b"osDocumentId" | b"esIndexName" | b"osIndexName" => {
                    record.shows(Transformed::Yes, field.key);
                }
                b"dataCatalogTable" => record.shows(Transformed::Perhaps, field.key),
                _ => {}
            }
        }
        // Where the code names the step that failed, no other key can say otherwise.
        if let Some((transformed, key)) = by_code {
            record.transformed = transformed;
            record.transformed_by = Some(key).filter(|_| transformed != Transformed::No);
        }
        record
    }

    /// A key that says what failures of one step have.
    fn shows(&mut self, transformed: Transformed, key: &'a [u8]) {
        if transformed > self.transformed {
            self.transformed = transformed;
            self.transformed_by = Some(key);
        }
    }

    /// What the record was called on its way, where that is known.
    pub fn identity(&self) -> Option<RecordIdentity> {
        RecordIdentity::of_failure(self.name?, self.subsequence)
    }
}

/// Returns how many objects a manifest names, if `text` starts with one: what
/// Firehose leaves below `errors/` for Redshift. These are no failure records.
pub fn manifest_entries(text: &[u8]) -> Option<u64> {
    let mut fields = Token::new(text).fields().map_while(Result::ok);
    let list = fields.find(|field| field.is(b"entries") && field.value.is_array())?;
    let mut count = 0;
    for (entry, _) in list.value.elements().map_while(Result::ok) {
        entry.get(b"url")?;
        count += 1;
    }
    (count > 0).then_some(count)
}

/// Bytes that base64 in a JSON string stands for.
fn payload_bytes(token: Token<'_>) -> u64 {
    decoded_length(token.body().unwrap_or_default()) as u64
}

fn some(token: Token<'_>) -> Option<Token<'_>> {
    (!token.is_null()).then_some(token)
}

/// A number, which old objects have as a string.
fn number(token: Token<'_>) -> Option<u64> {
    token.integer_or_string()?.try_into().ok()
}

/// A time, which is never before 1970.
fn milliseconds(token: Token<'_>) -> Option<i64> {
    token.integer_or_string().filter(|time| *time >= 0)
}

/// What error codes of destinations that get what the transform made have before
/// their first dot.
pub(super) const DESTINATIONS: [&str; 7] =
    ["Splunk", "HttpEndpoint", "Snowflake", "Iceberg", "Glue", "OS", "ES"];

/// If the step that the code names comes after the transform; `None` if it names none.
fn step_of(code: Token<'_>) -> Option<Transformed> {
    let code = code.body().unwrap_or_default();
    let starts_with = |name: &str| {
        let rest = code.strip_prefix(name.as_bytes());
        rest.is_some_and(|rest| rest.starts_with(b"."))
    };
    if DESTINATIONS.iter().any(|destination| starts_with(destination)) {
        Some(Transformed::Yes)
    } else if starts_with("DataFormatConversion") {
        Some(Transformed::Perhaps)
    } else {
        starts_with("Lambda").then_some(Transformed::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "49668231907715301429481730562918473650281947365019283746";

    fn read(object: &str) -> FailureRecord<'_> {
        FailureRecord::read(object.as_bytes())
    }

    #[test]
    fn failures_of_every_year_have_the_same_fields() {
        let now = r#"{"rawData":"QQ==","errorCode":"Lambda.FunctionError","errorMessage":"m","attemptsMade":4,"arrivalTimestamp":1795341600123,"attemptEndingTimestamp":1795341688540,"lambdaARN":"arn:f"}"#;
        let before = r#"{"attemptsMade":"4","arrivalTimestamp":"1795341600123","errorCode":"Lambda.FunctionError","errorMessage":"m","attemptEndingTimestamp":"1795341688540","rawData":"QQ==","lambdaArn":"arn:f"}"#;
        for object in [now, before] {
            let record = read(object);
            assert_eq!(record.code, Some(Token::new(br#""Lambda.FunctionError""#)));
            assert_eq!(record.message, Some(Token::new(br#""m""#)));
            assert_eq!(record.attempts, Some(4));
            assert_eq!(record.arrival, Some(1_795_341_600_123));
            assert_eq!(record.attempt_ending, Some(1_795_341_688_540));
            assert_eq!(record.function, Some(Token::new(br#""arn:f""#)));
            assert_eq!((record.payload_bytes, record.transformed), (1, Transformed::No));
        }
        for object in [
            r#"{"lastErrorCode":"a","lastErrorMessage":"b"}"#,
            r#"{"ErrorCode":"a","ErrorMessage":"b"}"#,
        ] {
            let record = read(object);
            let both = (record.code, record.message);
            let expected = (Some(Token::new(br#""a""#)), Some(Token::new(br#""b""#)));
            assert_eq!(both, expected, "{object}");
        }
        assert_eq!(read("[]"), FailureRecord { object: b"[]", ..FailureRecord::default() });
    }

    #[test]
    fn the_payload_has_its_bytes_with_and_without_padding() {
        for (data, bytes) in [("", 0), ("QQ==", 1), ("QUJDREVGRw==", 7), ("QUJDREVGRw", 7)] {
            let object = format!(r#"{{"rawData":"{data}"}}"#);
            assert_eq!(read(&object).payload_bytes, bytes, "{data}");
        }
    }

    #[test]
    fn failure_objects_tell_where_their_record_failed_and_what_it_was_called() {
        let splunk = format!(r#"{{"arrivalTimestamp":-1,"EventId":"{NUMBER}.0"}}"#);
        let record = read(&splunk);
        assert_eq!(record.transformed, Transformed::Yes);
        assert!(record.identity().is_some());
        assert_eq!(record.arrival, None);
        for object in [
            r#"{"errorCode":"Snowflake.InvalidColumns"}"#,
            r#"{"errorCode":"HttpEndpoint.RequestTimeout","dataId":""}"#,
            r#"{"errorCode":"400","osIndexName":"orders"}"#,
        ] {
            assert_eq!(read(object).transformed, Transformed::Yes, "{object}");
        }
        for object in [
            r#"{"lastErrorCode":"DataFormatConversion.MalformedData"}"#,
            r#"{"ErrorCode":"EntityNotFound","dataCatalogTable":{"tableName":"orders"}}"#,
        ] {
            assert_eq!(read(object).transformed, Transformed::Perhaps, "{object}");
        }
    }

    #[test]
    fn a_code_that_names_the_step_decides_against_every_other_key() {
        for (object, transformed, by) in [
            (r#"{"errorCode":"Lambda.FunctionError","EventId":"1.0"}"#, Transformed::No, None),
            (r#"{"EventId":"1.0","errorCode":"Lambda.FunctionError"}"#, Transformed::No, None),
            (r#"{"EventId":"1.0","errorCode":"400"}"#, Transformed::Yes, Some("EventId")),
            (
                r#"{"errorCode":"Splunk.AckTimeout","EventId":"1.0"}"#,
                Transformed::Yes,
                Some("errorCode"),
            ),
            (
                r#"{"lastErrorCode":"DataFormatConversion.ParseError","dataCatalogTable":{}}"#,
                Transformed::Perhaps,
                Some("lastErrorCode"),
            ),
        ] {
            let record = read(object);
            let found = (record.transformed, record.transformed_by);
            assert_eq!(found, (transformed, by.map(str::as_bytes)), "{object}");
        }
    }

    #[test]
    fn a_manifest_is_known_by_its_entries() {
        let manifest = br#"{"entries":[{"url":"s3://b/k","mandatory":true},{"url":"s3://b/l"}]}"#;
        assert_eq!(manifest_entries(manifest), Some(2));
        for other in [r#"{"entries":[]}"#, r#"{"entries":[{"uri":""}]}"#, r#"{"a":1}"#, "text"] {
            assert_eq!(manifest_entries(other.as_bytes()), None, "{other}");
        }
    }
}
