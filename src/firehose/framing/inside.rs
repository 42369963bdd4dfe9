//! Records in objects that other programs and services write around them: a log line of
//! Docker, an item of DynamoDB, the record of a Lambda destination.
//!
//! Such keys are in objects of others too: only what is a record for certain is taken out,
//! with a note where something stands beside it.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::{Data, printed_bytes};
use crate::decode::decode_open;
use crate::json::{self, Token};

/// The shortest base64 of a payload: `{"a":1}` in it.
const MIN_PAYLOAD: usize = 10;

/// Levels of items and documents in which binary values are looked for.
const MAX_LEVELS: usize = 16;

/// What may be in a value.
#[derive(Debug)]
pub(super) enum Inside<'a> {
    /// JSON that may be an envelope.
    Json(Cow<'a, [u8]>),
    /// A message in which an event may be printed.
    Message(Token<'a>),
    /// A record.
    Data(Data<'a>),
}

type Found<'v, 'a> = dyn FnMut(Inside<'a>) -> ControlFlow<()> + 'v;

/// Calls `found` for what may be or hold a record in the `object`, which has one of the keys.
pub(super) fn find<'a>(object: &'a [u8], found: &mut Found<'_, 'a>) -> ControlFlow<()> {
    let object = Token::new(object);
    for field in object.fields().map_while(Result::ok) {
        let value = field.value;
        match field.key {
            b"log" | b"MESSAGE" if value.is_array() => list_of_bytes(value, found)?,
            b"log" | b"MESSAGE" if base64_of_payload(value).is_some() => payload(value, found)?,
            // As in `message`, only an event in the text is looked for.
            b"log" | b"MESSAGE" => found(Inside::Message(value))?,
            b"LogResult" => log_result(object, value, found)?,
            b"requestPayload" | b"responsePayload" if value.is_object() => {
                found(Inside::Json(value.raw().into()))?;
            }
            b"input" | b"output" | b"requestPayload" | b"responsePayload" => {
                let text = value.string_bytes().unwrap_or_default();
                if json::skip_value(&text, json::skip_space(&text, 0)).is_ok() {
                    found(Inside::Json(text))?;
                }
            }
            b"Item" | b"Items" => binary(value, 0, found)?,
            b"_id" | b"$binary" if memchr::memmem::find(object.raw(), b"$binary").is_some() => {
                return binary(object, 0, found);
            }
            _ => {}
        }
    }
    ControlFlow::Continue(())
}

/// The base64 of a payload that a string holds, if it holds one for certain.
pub(super) fn base64_of_payload(text: Token<'_>) -> Option<Cow<'_, [u8]>> {
    let base64 = text.string_bytes().filter(|text| {
        let first = text.first();
        first.is_some_and(u8::is_ascii_alphanumeric) && text.len() >= MIN_PAYLOAD
    });
    let is_payload = |bytes: Vec<u8>| printed_bytes::is_payload(&bytes);
    base64.filter(|text| decode_open(text).is_some_and(is_payload))
}

fn payload<'a>(text: Token<'a>, found: &mut Found<'_, 'a>) -> ControlFlow<()> {
    match base64_of_payload(text) {
        Some(text) => found(Inside::Data(Data::Unknown(text))),
        None => ControlFlow::Continue(()),
    }
}

/// The payload that `journalctl` prints as a list of bytes, as it does with what is not UTF-8.
fn list_of_bytes<'a>(list: Token<'a>, found: &mut Found<'_, 'a>) -> ControlFlow<()> {
    match printed_bytes::of_value(list).filter(|it| printed_bytes::is_payload(&it.bytes)) {
        Some(printed) => found(Inside::Data(Data::Unknown(printed.bytes.into()))),
        None => ControlFlow::Continue(()),
    }
}

/// The headers and the body of a request that `CloudFront` passes on to a function, and whether
/// the body is base64.
pub(super) fn edge_request(element: Token<'_>) -> Option<(Token<'_>, Token<'_>, bool)> {
    let request = element.get(b"cf")?.get(b"request")?;
    let body = request.get(b"body")?;
    let is_base64 = body.get(b"encoding").is_some_and(|it| it.raw() == b"\"base64\"");
    Some((request.get(b"headers")?, body.get(b"data")?, is_base64))
}

/// The end of the log in the answer of `Invoke`.
fn log_result<'a>(answer: Token<'a>, log: Token<'a>, found: &mut Found<'_, 'a>) -> ControlFlow<()> {
    let Some(base64) = log.string_bytes().filter(|_| answer.get(b"StatusCode").is_some()) else {
        return ControlFlow::Continue(());
    };
    let is_log = |bytes: Vec<u8>| {
        let marks = [b"RequestId: ".as_slice(), b"\"requestId\"", b"\"platform."];
        marks.iter().any(|mark| memchr::memmem::find(&bytes, mark).is_some())
    };
    if !decode_open(&base64).is_some_and(is_log) {
        return ControlFlow::Continue(());
    }
    found(Inside::Data(Data::Base64(base64)))
}

/// The payloads in binary values of DynamoDB, `{"B":"…"}`, and of `MongoDB`,
/// `{"$binary":{"base64":"…"}}`.
fn binary<'a>(value: Token<'a>, level: usize, found: &mut Found<'_, 'a>) -> ControlFlow<()> {
    if level > MAX_LEVELS {
        return ControlFlow::Continue(());
    }
    if value.is_array() {
        let elements = value.elements().map_while(Result::ok);
        return elements.map(|(it, _)| it).try_for_each(|it| binary(it, level + 1, found));
    }
    if !value.is_object() {
        return ControlFlow::Continue(());
    }
    for field in value.fields().map_while(Result::ok) {
        match field.key {
            b"B" => payload(field.value, found)?,
            // Before version 2 of the format, its type stands beside it.
            b"$binary" => payload(field.value.get(b"base64").unwrap_or(field.value), found)?,
            _ => binary(field.value, level + 1, found)?,
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::super::envelope::records;
    use super::*;
    use crate::decode::ProblemKind;

    /// The data of each record in the value, or the value if it is no envelope; with `…` where
    /// the rest is not shown.
    fn found(value: &str) -> Vec<String> {
        let mut all = Vec::new();
        let _all = records(value.as_bytes(), 0, &mut |record| {
            let bytes = record.data.bytes().unwrap_or_default();
            let note = record.problem.is_some_and(|it| it.kind == ProblemKind::RecordsInJson);
            let note = if note { "…" } else { "" };
            all.push(format!("{}{note}", String::from_utf8_lossy(bytes)));
            ControlFlow::Continue(())
        });
        if all.is_empty() { vec![value.to_owned()] } else { all }
    }

    const DATA: &str = "eyJhIjoxfQ==";

    #[test]
    fn records_are_found_in_what_other_programs_write() {
        let event = format!(r#"{{"records":[{{"recordId":"1","data":"{DATA}"}}]}}"#);
        let escaped = event.replace('"', "\\\"");
        let log = "U1RBUlQgUmVxdWVzdElkOiA4ZjUwN2NmYwo=";
        for (value, data) in [
            (format!(r#"{{"log":"{escaped}\n","stream":"stdout","time":"t"}}"#), DATA),
            (format!(r#"{{"log":"got {escaped} now","container_id":"c"}}"#), DATA),
            (format!(r#"{{"log":"{DATA}","stream":"stdout"}}"#), DATA),
            (format!(r#"{{"MESSAGE":"{escaped}","_PID":"7"}}"#), DATA),
            (r#"{"MESSAGE":[123,34,97,34,58,49,125],"_PID":"7"}"#.into(), "{\"a\":1}"),
            (format!(r#"{{"StatusCode":200,"LogResult":"{log}"}}"#), log),
            (format!(r#"{{"requestPayload":{event},"responsePayload":null}}"#), DATA),
            (format!(r#"{{"input":"{escaped}","name":"n"}}"#), DATA),
            (format!(r#"{{"output":"{escaped}"}}"#), DATA),
            (format!(r#"{{"Item":{{"id":{{"S":"1"}},"p":{{"B":"{DATA}"}}}}}}"#), DATA),
            (format!(r#"{{"Items":[{{"p":{{"M":{{"q":{{"B":"{DATA}"}}}}}}}}]}}"#), DATA),
            (
                format!(r#"{{"_id":1,"d":{{"$binary":{{"base64":"{DATA}","subType":"00"}}}}}}"#),
                DATA,
            ),
            (format!(r#"{{"_id":1,"d":{{"$binary":"{DATA}","$type":"00"}}}}"#), DATA),
        ] {
            assert_eq!(found(&value), [format!("{data}…")], "{value}");
        }
        let both = format!(r#"{{"requestPayload":{event},"responsePayload":{event}}}"#);
        assert_eq!(found(&both), [format!("{DATA}…"), format!("{DATA}…")]);
        let edge = r#""request":{"headers":{},"body":{"encoding":"base64","data":"#;
        let body = "eyJyZXF1ZXN0SWQiOiJyIiwicmVjb3JkcyI6W3siZGF0YSI6ImV5SmhJam94ZlE9PSJ9XX0=";
        let edge = format!(r#"{{"Records":[{{"cf":{{{edge}"{body}"}}}}}}}}]}}"#);
        assert_eq!(found(&edge), [DATA]);
    }

    #[test]
    fn such_keys_of_others_stay_as_they_are() {
        for value in [
            r#"{"log":"{\"a\":1}","stream":"stdout"}"#,
            r#"{"log":"started","level":"info"}"#,
            r#"{"log":["a"]}"#,
            r#"{"MESSAGE":[104,101,108,108,111]}"#,
            r#"{"MESSAGE":[1,2,"a"]}"#,
            r#"{"LogResult":"U1RBUlQgUmVxdWVzdElkOiA4ZjUwN2NmYwo="}"#,
            r#"{"StatusCode":200,"LogResult":"aGVsbG8gd29ybGQ="}"#,
            r#"{"requestPayload":{"a":1},"responsePayload":{"errorMessage":"e"}}"#,
            r#"{"input":"{\"a\":1}","output":"eyJhIjoxfQ=="}"#,
            r#"{"input":"say {\"records\":[{\"recordId\":\"1\",\"data\":\"\"}]}"}"#,
            r#"{"Item":{"id":{"S":"eyJhIjoxfQ=="},"b":{"B":"AAEC"}}}"#,
            r#"{"Item":"a","Items":7}"#,
            r#"{"_id":1,"data":"eyJhIjoxfQ=="}"#,
            r#"{"_id":1,"d":{"$binary":{"base64":"AAEC","subType":"04"}}}"#,
            r#"{"Records":[{"cf":{"request":{"body":{"encoding":"text","data":"a"}}}}]}"#,
        ] {
            assert_eq!(found(value), [value]);
        }
        let deep = format!("{}1{}", r#"{"Item":["#.repeat(60), "]}".repeat(60));
        assert_eq!(found(&deep), [deep.as_str()]);
    }
}
