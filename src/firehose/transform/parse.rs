//! Reads a transform event, whoever made it.

use std::borrow::Cow;
use std::fmt;

use super::record_name::place_name;
use super::response::is_like;
use super::{Source, other_documents};
use crate::bytes::{part, without_bom};
use crate::decode::decoded_length;
use crate::json::{self, JsonError, JsonErrorKind, Token};
use crate::limits::MAX_JSON_DEPTH;

/// A transform event as it was read; borrows from its text.
#[derive(Debug)]
pub struct TransformEvent<'a> {
    /// Recognized by the keys that only one source has.
    pub source: Source,
    /// In their order.
    pub records: Vec<EventRecord<'a>>,
    /// Length of the text in bytes, as Lambda counts the request.
    pub bytes: usize,
}

/// A record of a transform event.
#[derive(Debug, Clone)]
pub struct EventRecord<'a> {
    /// Unique within the event.
    pub id: Cow<'a, str>,
    /// The data in base64, as it stands.
    pub data: Cow<'a, [u8]>,
    /// JSON pointer below the record to a string where Firehose sends a number.
    pub text_for_number: Option<&'static str>,
}

impl EventRecord<'_> {
    /// Bytes of the payload, before base64.
    pub fn payload_bytes(&self) -> usize {
        decoded_length(&self.data)
    }
}

/// Why a text is no transform event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError {
    /// JSON pointer to the place (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => write!(f, "{}", self.reason),
            pointer => write!(f, "{}: {}", place_name(pointer), self.reason),
        }
    }
}

impl std::error::Error for EventError {}

impl<'a> TransformEvent<'a> {
    /// Reads an event. Keys that are not known are skipped; of a key that is
    /// there twice, the last one counts, as in every runtime of Lambda.
    pub fn parse(text: &'a [u8]) -> Result<Self, EventError> {
        let body = document(text).map_err(unread)?;
        let event = Self::read(body, text.len());
        event.map_err(|error| match other_documents::name(body) {
            Some(name) => whole(&format!("it is {name}")),
            None => error,
        })
    }

    fn read(body: Token<'a>, bytes: usize) -> Result<Self, EventError> {
        let (mut records, mut is_sent, mut like) = (None, false, None);
        let mut source = Source::DirectPut;
        for field in body.fields() {
            let field = field.map_err(|_| whole("not a JSON object"))?;
            match field.name().as_ref() {
                b"records" => records = Some(field.value),
                b"sourceMSKArn" => source = Source::Msk,
                b"sourceKinesisStreamArn" => source = Source::Kinesis,
                b"deliveryStreamArn" | b"invocationId" => is_sent = true,
                b"applicationArn" => return Err(whole("it has an `applicationArn`")),
                key if is_like(key, "records") => like = Some(field.key),
                _ => {}
            }
        }
        let records = records.ok_or_else(|| whole(&missing("it has no `records`", like)))?;
        let mut event = Self { source, records: Vec::new(), bytes };
        for (index, element) in records.elements().enumerate() {
            let (element, _) =
                element.map_err(|_| at("/records".to_owned(), "`records` is not a list"))?;
            let is_returned = event.record(index, element)?;
            if is_returned && !is_sent {
                return Err(whole("its records have a `result`"));
            }
        }
        Ok(event)
    }

    /// Reads a record; true if it has a `result`, as those of a response.
    fn record(&mut self, index: usize, element: Token<'a>) -> Result<bool, EventError> {
        let pointer = |key: &str| format!("/records/{index}{key}");
        let (mut id, mut data, mut has_result, mut text_for_number) = (None, None, false, None);
        let (mut like_id, mut like_data) = (None, None);
        for field in element.fields() {
            let field = field.map_err(|_| at(pointer(""), "not an object"))?;
            match field.name().as_ref() {
                b"recordId" => id = Some(field.value),
                b"data" => data = Some(field.value),
                b"result" => has_result = true,
                b"kafkaRecordValue" => {
                    self.source = Source::Msk;
                    data = Some(field.value);
                }
                b"approximateArrivalTimestamp" if is_text(field.value) => {
                    text_for_number = Some("/approximateArrivalTimestamp");
                }
                b"kinesisRecordMetadata" => {
                    if self.source == Source::DirectPut {
                        self.source = Source::Kinesis;
                    }
                    text_for_number = text_for_number.or_else(|| text_in_metadata(field.value));
                }
                key if is_like(key, "recordId") => like_id = Some(field.key),
                key if is_like(key, "data") => like_data = Some(field.key),
                _ => {}
            }
        }
        let id = id.and_then(Token::string).ok_or_else(|| {
            let what = "every record of an event has a `recordId`, a string";
            at(pointer("/recordId"), &missing(what, like_id))
        })?;
        let data = data.and_then(Token::string_bytes).ok_or_else(|| {
            let what = "every record of an event has `data`, a string in base64";
            at(pointer("/data"), &missing(what, like_data))
        })?;
        self.records.push(EventRecord { id, data, text_for_number });
        Ok(has_result)
    }
}

/// What is missing, and a key that may be meant for it.
fn missing(what: &str, like: Option<&[u8]>) -> String {
    let like = like.map(|key| format!("; found `{}`", String::from_utf8_lossy(key)));
    format!("{what}{}", like.unwrap_or_default())
}

/// The first number of a record's Kinesis metadata that is a string, as in sample
/// events of AWS SAM. Functions in Go and Java cannot read it.
fn text_in_metadata(metadata: Token<'_>) -> Option<&'static str> {
    let mut fields = metadata.fields().map_while(Result::ok);
    fields.find_map(|field| match field.name().as_ref() {
        _ if !is_text(field.value) => None,
        b"subsequenceNumber" => Some("/kinesisRecordMetadata/subsequenceNumber"),
        b"approximateArrivalTimestamp" => {
            Some("/kinesisRecordMetadata/approximateArrivalTimestamp")
        }
        _ => None,
    })
}

fn is_text(value: Token<'_>) -> bool {
    value.string().is_some()
}

/// What cannot be read as JSON, or not by us.
fn unread(error: JsonError) -> EventError {
    whole(&match error.kind {
        JsonErrorKind::TooDeep => {
            format!("it is nested deeper than the {MAX_JSON_DEPTH} levels that fh reads")
        }
        _ => format!("not JSON: {error}"),
    })
}

fn whole(reason: &str) -> EventError {
    at(String::new(), reason)
}

fn at(pointer: String, reason: &str) -> EventError {
    EventError { pointer, reason: reason.to_owned() }
}

/// Returns the one JSON value in `text`, without the space around it and a byte
/// order mark before it. It is UTF-8.
pub(super) fn document(text: &[u8]) -> Result<Token<'_>, JsonError> {
    let body = without_bom(text);
    let skipped = text.len() - body.len();
    let shift = |error: JsonError, by: usize| JsonError { offset: error.offset + by, ..error };
    if let Err(error) = simdutf8::compat::from_utf8(body) {
        let offset = skipped + error.valid_up_to();
        return Err(JsonError { offset, kind: JsonErrorKind::NotUtf8 });
    }
    let start = json::skip_space(body, 0);
    let end = json::skip_value(body, start).map_err(|error| shift(error, skipped))?;
    let rest = json::skip_space(body, end);
    if rest < body.len() {
        let kind = JsonErrorKind::Expected("nothing after the value");
        return Err(JsonError { offset: skipped + rest, kind });
    }
    Ok(Token::new(part(body, start..end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_known_by_its_keys() {
        let source = |text: &str| TransformEvent::parse(text.as_bytes()).unwrap().source;
        assert_eq!(source(r#"{"records":[{"recordId":"1","data":""}]}"#), Source::DirectPut);
        assert_eq!(
            source(r#"{"records":[{"recordId":"1","data":"","kinesisRecordMetadata":{}}]}"#),
            Source::Kinesis
        );
        assert_eq!(source(r#"{"records":[{"recordId":"1","kafkaRecordValue":""}]}"#), Source::Msk);
    }

    #[test]
    fn strings_for_numbers_are_found_where_firehose_has_numbers() {
        let found = |fields: &str| {
            let text = format!(r#"{{"records":[{{"recordId":"1","data":"",{fields}}}]}}"#);
            let event = TransformEvent::parse(text.as_bytes()).unwrap();
            event.records[0].text_for_number
        };
        assert_eq!(found(r#""approximateArrivalTimestamp":1795341600123"#), None);
        let numbers =
            r#""sequenceNumber":"49","subsequenceNumber":0,"approximateArrivalTimestamp":1"#;
        assert_eq!(found(&format!(r#""kinesisRecordMetadata":{{{numbers}}}"#)), None);
        let arrival = r#""approximateArrivalTimestamp":"2012-04-23T18:25:43.511Z""#;
        assert_eq!(found(arrival), Some("/approximateArrivalTimestamp"));
        assert_eq!(
            found(r#""kinesisRecordMetadata":{"subsequenceNumber":""}"#),
            Some("/kinesisRecordMetadata/subsequenceNumber")
        );
        assert_eq!(
            found(&format!(r#""kinesisRecordMetadata":{{{arrival}}}"#)),
            Some("/kinesisRecordMetadata/approximateArrivalTimestamp")
        );
    }

    #[test]
    fn what_is_no_event_is_reported_with_its_place() {
        let error = |text: &str| TransformEvent::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error("{"), "not JSON: JSON ends early at byte 1");
        assert_eq!(error("[]"), "not a JSON object");
        assert_eq!(error("{}"), "it has no `records`");
        assert_eq!(error(r#"{"Records":[]}"#), "it has no `records`; found `Records`");
        assert_eq!(
            error(r#"{"records":[{"recordId":"1","Data":""}]}"#),
            "record 1 (/records/0/data): every record of an event has `data`, a string in base64; found `Data`"
        );
        assert_eq!(error(r#"{"records":{}}"#), "/records: `records` is not a list");
        assert_eq!(error(r#"{"records":[1]}"#), "record 1 (/records/0): not an object");
        assert_eq!(
            error(r#"{"records":[{"recordId":7}]}"#),
            "record 1 (/records/0/recordId): every record of an event has a `recordId`, a string"
        );
        let deep = format!("{}{}", "[".repeat(2000), "]".repeat(2000));
        assert_eq!(error(&deep), "it is nested deeper than the 1024 levels that fh reads");
        assert_eq!(error("{} {}"), "not JSON: expected nothing after the value at byte 3");
    }

    #[test]
    fn escapes_in_keys_ids_and_data_are_read() {
        let text = br#"{"\u0072ecords":[{"recor\u0064Id":"a\u0062","data":"\/w=="}]}"#;
        let event = TransformEvent::parse(text).unwrap();
        assert_eq!(event.records[0].id, "ab");
        assert_eq!(event.records[0].data.as_ref(), b"/w==");
        assert_eq!(event.records[0].payload_bytes(), 1);
    }
}
