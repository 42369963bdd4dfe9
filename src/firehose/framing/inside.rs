//! Records in objects that other programs and services write around them: a log line of
//! Docker, an entry of journald, the record of a Lambda destination.
//!
//! Such keys are in objects of others too: they are looked into only beside another key of
//! the same program.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::{Data, printed_bytes};
use crate::decode::decode_open;
use crate::json::Token;

/// The shortest base64 of a payload: `{"a":1}` in it.
const MIN_PAYLOAD: usize = 10;

/// What may be in a value.
#[derive(Debug)]
pub(super) enum Inside<'a> {
    /// An event or a response.
    Envelope(Token<'a>),
    /// A message in which an event may be printed.
    Message(Token<'a>),
    /// A record.
    Data(Data<'a>),
}

type Found<'v, 'a> = dyn FnMut(Inside<'a>) -> ControlFlow<()> + 'v;

/// What Docker, `FireLens` and Fluent Bit write beside a log line.
const OF_LOG: [&[u8]; 5] =
    [b"stream", b"container_id", b"container_name", b"ecs_cluster", b"kubernetes"];
/// What journald writes beside a message.
const OF_JOURNAL: [&[u8]; 3] = [b"__CURSOR", b"__REALTIME_TIMESTAMP", b"_PID"];

/// Calls `found` for what may be or hold a record in the `object`, which has one of the keys.
pub(super) fn find<'a>(object: &'a [u8], found: &mut Found<'_, 'a>) -> ControlFlow<()> {
    let object = Token::new(object);
    let beside = |name: &[u8], others: &[&[u8]]| {
        object.get(name).filter(|_| others.iter().any(|other| object.get(other).is_some()))
    };
    for message in [beside(b"log", &OF_LOG), beside(b"MESSAGE", &OF_JOURNAL)].into_iter().flatten()
    {
        match base64_of_payload(message) {
            Some(base64) => found(Inside::Data(Data::Unknown(base64)))?,
            None if message.is_array() => list_of_bytes(message, found)?,
            // Only an event in the text is looked for.
            None => found(Inside::Message(message))?,
        }
    }
    if let Some(log) = beside(b"LogResult", &[b"StatusCode"]) {
        log_result(log, found)?;
    }
    for name in [b"requestPayload".as_slice(), b"responsePayload"] {
        let payload = beside(name, &[b"requestContext"]);
        if let Some(payload) = payload.filter(|it| it.get(b"records").is_some()) {
            found(Inside::Envelope(payload))?;
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
fn log_result<'a>(log: Token<'a>, found: &mut Found<'_, 'a>) -> ControlFlow<()> {
    let Some(base64) = log.string_bytes() else { return ControlFlow::Continue(()) };
    let is_log = |bytes: Vec<u8>| {
        let marks = [b"RequestId: ".as_slice(), b"\"requestId\"", b"\"platform."];
        marks.iter().any(|mark| memchr::memmem::find(&bytes, mark).is_some())
    };
    if !decode_open(&base64).is_some_and(is_log) {
        return ControlFlow::Continue(());
    }
    found(Inside::Data(Data::Base64(base64)))
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
            (format!(r#"{{"requestContext":{{}},"requestPayload":{event},"a":1}}"#), DATA),
        ] {
            assert_eq!(found(&value), [format!("{data}…")], "{value}");
        }
        let both = format!(
            r#"{{"requestContext":{{}},"requestPayload":{event},"responsePayload":{event}}}"#
        );
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
            r#"{"requestContext":{},"requestPayload":{"Data":"hello"}}"#,
            r#"{"requestPayload":{"records":[{"recordId":"1","data":"eyJhIjoxfQ=="}]},"user":"u"}"#,
            r#"{"log":"eyJhIjoxfQ==","user":"u1"}"#,
            r#"{"MESSAGE":"eyJhIjoxfQ=="}"#,
            r#"{"Records":[{"cf":{"request":{"body":{"encoding":"text","data":"a"}}}}]}"#,
        ] {
            assert_eq!(found(value), [value]);
        }
    }
}
