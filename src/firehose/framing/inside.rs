//! Records in objects that other programs and services write around them: a log line of
//! Docker, an item of DynamoDB, the record of a Lambda destination.
//!
//! Such keys are in objects of others too: only what is a record for certain is taken out,
//! with a note where something stands beside it.

use std::ops::ControlFlow;

use super::envelope::{MAX_DEPTH, Visit, records};
use super::nested::{base64_of_payload, in_message, request as request_body};
use super::{Data, Envelope, FoundRecord, printed_bytes};
use crate::decode::{Problem, ProblemKind, decode_open};
use crate::json::{self, Token};

/// Levels of items and documents in which binary values are looked for.
const MAX_LEVELS: usize = 16;

/// True for the keys of which [`find`] knows what is in them.
#[inline]
pub(super) const fn is_key(key: &[u8]) -> bool {
    matches!(
        key,
        b"log"
            | b"MESSAGE"
            | b"LogResult"
            | b"requestPayload"
            | b"responsePayload"
            | b"input"
            | b"output"
            | b"Item"
            | b"Items"
            | b"_id"
            | b"$binary"
    )
}

/// Calls `visit` for each record in the `object`, which has one of the keys.
pub(super) fn find(object: &[u8], depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let object = Token::new(object);
    let noted = &mut |mut record: FoundRecord<'_>| {
        let note = || Problem::input(ProblemKind::RecordsInJson);
        record.problem = record.problem.or_else(|| Some(note()));
        visit(record)
    };
    for field in object.fields().map_while(Result::ok) {
        let value = field.value;
        match field.key {
            // As of a log line in `message`, what stands beside an event is not missed.
            b"log" | b"MESSAGE" if value.is_array() => list_of_bytes(value, noted)?,
            b"log" | b"MESSAGE" if base64_of_payload(value).is_some() => payload(value, noted)?,
            // As in `message`, only an event or base64 in the text is looked for.
            b"log" | b"MESSAGE" => in_message(value, depth, noted)?,
            b"LogResult" => log_result(object, value, noted)?,
            b"requestPayload" | b"responsePayload" if value.is_object() => {
                records(value.raw(), depth + 1, noted)?;
            }
            b"input" | b"output" | b"requestPayload" | b"responsePayload" => {
                let text = value.string_bytes().unwrap_or_default();
                let text = text.trim_ascii();
                if json::skip_value(text, 0) == Ok(text.len()) {
                    records(text, depth + 1, noted)?;
                }
            }
            b"Item" | b"Items" => binary(value, 0, noted)?,
            b"_id" | b"$binary" if memchr::memmem::find(object.raw(), b"$binary").is_some() => {
                return binary(object, 0, noted);
            }
            _ => {}
        }
    }
    ControlFlow::Continue(())
}

fn payload(text: Token<'_>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    match base64_of_payload(text) {
        Some(text) => visit(FoundRecord::new(0, Envelope::None, Data::Unknown(text))),
        None => ControlFlow::Continue(()),
    }
}

/// The payload that `journalctl` prints as a list of bytes, as it does with what is not UTF-8.
fn list_of_bytes(list: Token<'_>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    match printed_bytes::of_value(list).filter(|it| printed_bytes::is_payload(&it.bytes)) {
        Some(found) => {
            visit(FoundRecord::new(0, Envelope::None, Data::Unknown(found.bytes.into())))
        }
        None => ControlFlow::Continue(()),
    }
}

/// The records of a request that CloudFront passes on to a function. True if any are in it.
pub(super) fn edge_request(
    element: Token<'_>,
    depth: usize,
    visit: &mut Visit<'_>,
) -> ControlFlow<(), bool> {
    let mut found = false;
    let request = element.get(b"cf").and_then(|it| it.get(b"request"));
    let body = request.and_then(|it| it.get(b"body"));
    if let Some((headers, body)) = request.and_then(|it| it.get(b"headers")).zip(body)
        && let Some(data) = body.get(b"data").filter(|_| depth < MAX_DEPTH)
    {
        let is_base64 = body.get(b"encoding").is_some_and(|it| it.raw() == b"\"base64\"");
        request_body(data, headers, is_base64, depth, &mut |record| {
            found = true;
            visit(record)
        })?;
    }
    ControlFlow::Continue(found)
}

/// The end of the log in the answer of `Invoke`.
fn log_result(answer: Token<'_>, log: Token<'_>, visit: &mut Visit<'_>) -> ControlFlow<()> {
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
    visit(FoundRecord::new(0, Envelope::None, Data::Base64(base64)))
}

/// The payloads in binary values of DynamoDB, `{"B":"…"}`, and of MongoDB,
/// `{"$binary":{"base64":"…"}}`.
fn binary(value: Token<'_>, level: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
    if level > MAX_LEVELS {
        return ControlFlow::Continue(());
    }
    if value.is_array() {
        return value
            .elements()
            .map_while(Result::ok)
            .try_for_each(|(element, _)| binary(element, level + 1, visit));
    }
    if !value.is_object() {
        return ControlFlow::Continue(());
    }
    for field in value.fields().map_while(Result::ok) {
        match field.key {
            b"B" => payload(field.value, visit)?,
            b"$binary" => match field.value.get(b"base64") {
                Some(base64) => payload(base64, visit)?,
                // Before version 2 of the format, its type stands beside it.
                None => payload(field.value, visit)?,
            },
            _ => binary(field.value, level + 1, visit)?,
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
