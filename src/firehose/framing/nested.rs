//! Envelopes in other documents: in log lines, in requests that were passed on.

use std::ops::ControlFlow;

use super::envelope::{MAX_DEPTH, Visit, is_envelope, records};
use super::event_finder::{Found, printed_event};
use super::inside::{self, Inside, base64_of_payload};
use super::line::Reading;
use super::lookahead::Budget;
use super::{Data, Envelope, FoundRecord};
use crate::bytes::part;
use crate::decode::{Decoder, Encoding, Options, Problem, ProblemKind, is_encoded};
use crate::json::{self, Token};

/// The records of a request that was passed on with its body as a string; of one of
/// Firehose, also what is wrong with a body that has none.
pub(super) fn request(
    body: Token<'_>,
    headers: Token<'_>,
    is_base64: bool,
    depth: usize,
    visit: &mut Visit<'_>,
) -> ControlFlow<()> {
    let Some(text) = body.string_bytes() else {
        return records(body.raw(), depth + 1, visit);
    };
    // Firehose compresses requests where the endpoint is set up so.
    let mut decoder = Decoder::new(Options::default());
    let plain = text.trim_ascii();
    let is_plain = plain.starts_with(b"{");
    let request = if !is_plain && (is_base64 || is_encoded(plain)) {
        decoder.decode(&text, Encoding::Base64).bytes.trim_ascii()
    } else {
        plain
    };
    let mut found = false;
    records(request, depth + 1, &mut |record| {
        found = true;
        visit(record)
    })?;
    if found || plain.is_empty() || !is_of_firehose(headers) {
        return ControlFlow::Continue(());
    }
    match json::skip_value(request, 0) {
        Ok(_) => ControlFlow::Continue(()),
        Err(error) if request.starts_with(b"{") => {
            let problem = Problem::input(ProblemKind::JsonOfBody(error.kind)).at(error.offset);
            let record = FoundRecord::new(0, Envelope::HttpRequest, Data::Broken);
            visit(FoundRecord { problem: Some(problem), ..record })
        }
        // The decoder says what the body is.
        Err(_) => visit(FoundRecord::new(0, Envelope::HttpRequest, Data::Unknown(request.into()))),
    }
}

/// True for the headers that Firehose sends (guide, httpdeliveryrequestresponse).
fn is_of_firehose(headers: Token<'_>) -> bool {
    let has = |name: &[u8]| memchr::memmem::find(headers.raw(), name).is_some();
    has(b"X-Amz-Firehose-") || has(b"x-amz-firehose-")
}

/// Log events that were fetched: the records printed in them, and the lines
/// with none as they are; nothing if no line has any.
pub(super) fn log_lines(events: Token<'_>, depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let lines = || events.elements().map_while(Result::ok).map(|(line, _)| line);
    let has_record = |line: Token<'_>| {
        let mut is_record = |_: FoundRecord<'_>| ControlFlow::Break(());
        is_envelope(line.raw())
            || fetched(line).is_some_and(|it| payload(it, &mut is_record).is_break())
    };
    if !lines().any(|line| line.is_object() && has_record(line)) {
        return ControlFlow::Continue(());
    }
    for line in lines() {
        let mut found = false;
        records(line.raw(), depth + 1, &mut |framed| {
            found = true;
            visit(framed)
        })?;
        if !found && let Some(message) = fetched(line) {
            found = payload(message, visit)?;
        }
        if !found {
            visit(FoundRecord::new(0, Envelope::None, Data::Unknown(line.raw().into())))?;
        }
    }
    ControlFlow::Continue(())
}

/// The message of a log event that CloudWatch Logs answered with. Elements of other lists
/// have more beside a message, which would be lost.
fn fetched(line: Token<'_>) -> Option<Token<'_>> {
    const KEYS: [&[u8]; 5] =
        [b"timestamp", b"message", b"ingestionTime", b"eventId", b"logStreamName"];
    let is_known = |field: Result<json::Field<'_>, _>| field.is_ok_and(|it| KEYS.contains(&it.key));
    line.get(b"message").filter(|_| line.fields().all(is_known))
}

/// A log line in JSON whose message is an event, or has one printed in it.
pub(super) fn in_message(
    message: Token<'_>,
    depth: usize,
    visit: &mut Visit<'_>,
) -> ControlFlow<()> {
    let Some(body) = message.body() else {
        return records(message.raw(), depth + 1, visit);
    };
    // Most log lines print no event: their escapes can stay.
    if memchr::memchr(b'{', body).is_none() {
        return ControlFlow::Continue(());
    }
    let text = message.bytes();
    match printed_event(&text, 0, text.len(), Reading::Whole, &is_envelope, &mut Budget::of(&text))
    {
        Some(Found::Event(printed)) => {
            let json = printed.json.as_deref();
            let plain = part(&text, printed.start..printed.end);
            records(json.unwrap_or(plain), depth + 1, visit)
        }
        _ => ControlFlow::Continue(()),
    }
}

/// True for what a service wraps around a log line or a message.
pub(super) fn has_message(wrapper: Token<'_>) -> bool {
    wrapper.is_object()
        && [b"message".as_slice(), b"Message"].iter().any(|key| wrapper.get(key).is_some())
}

/// True for the logs of Datadog's API.
pub(super) fn is_list_of_logs(list: Token<'_>) -> bool {
    let first = || list.elements().next()?.ok()?.0.get(b"attributes");
    list.is_array() && first().is_some_and(has_message)
}

/// True for rows of CloudWatch Logs Insights, as `GetQueryResults` answers with them: lists of
/// `{"field":"@message","value":"…"}`.
pub(super) fn is_list_of_rows(list: &[u8]) -> bool {
    let first = || json::elements(list, 0).next()?.ok()?.0.elements().next()?.ok();
    let is_list = list.get(json::skip_space(list, 1)) == Some(&b'[');
    is_list
        && first().is_some_and(|(field, _)| {
            field.get(b"field").is_some() && field.get(b"value").is_some()
        })
}

/// The records in the messages of rows, and the rows without one as they are; nothing if no
/// row has one.
pub(super) fn rows(rows: &[u8], depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let rows = || json::elements(rows, 0).map_while(Result::ok).map(|(row, _)| row);
    let in_row = |row: Token<'_>, visit: &mut Visit<'_>| {
        let mut fields = row.elements().map_while(Result::ok).map(|(field, _)| field);
        let is_message =
            |field: &Token<'_>| field.get(b"field").is_some_and(|it| it.raw() == b"\"@message\"");
        match fields.find(is_message).and_then(|field| field.get(b"value")) {
            Some(message) => passed_on(message, depth, visit),
            None => ControlFlow::Continue(false),
        }
    };
    if !rows().any(|row| in_row(row, &mut |_| ControlFlow::Break(())).is_break()) {
        return ControlFlow::Continue(());
    }
    for row in rows() {
        if !in_row(row, visit)? {
            visit(FoundRecord::new(0, Envelope::None, Data::Unknown(row.raw().into())))?;
        }
    }
    ControlFlow::Continue(())
}

/// A message that another service passed on, in an element of `Records`: the notification
/// of SNS, or the body of a message of SQS. True if a record is in it.
pub(super) fn passed_on(
    message: Token<'_>,
    depth: usize,
    visit: &mut Visit<'_>,
) -> ControlFlow<(), bool> {
    let message = if message.is_object() { message.get(b"Message") } else { Some(message) };
    let Some(message) = message else { return ControlFlow::Continue(false) };
    let mut found = false;
    in_message(message, depth, &mut |record| {
        found = true;
        visit(record)
    })?;
    if found { ControlFlow::Continue(true) } else { payload(message, visit) }
}

/// A string that is base64 of what records hold, for certain. True if it is.
pub(super) fn payload(text: Token<'_>, visit: &mut Visit<'_>) -> ControlFlow<(), bool> {
    match base64_of_payload(text) {
        Some(text) => {
            visit(FoundRecord::new(0, Envelope::None, Data::Unknown(text)))?;
            ControlFlow::Continue(true)
        }
        None => ControlFlow::Continue(false),
    }
}

/// The records in the JSON of another program, with a note: the rest is not shown.
pub(super) fn in_object(object: &[u8], depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let noted = &mut |mut record: FoundRecord<'_>| {
        let note = || Problem::input(ProblemKind::RecordsInJson);
        record.problem = record.problem.or_else(|| Some(note()));
        visit(record)
    };
    inside::find(object, &mut |found| match found {
        Inside::Envelope(value) => records(value.raw(), depth + 1, noted),
        Inside::Message(message) => in_message(message, depth, noted),
        Inside::Data(data) => noted(FoundRecord::new(0, Envelope::None, data)),
    })
}

/// The records of a request that `CloudFront` passes on to a function. True if any are in it.
pub(super) fn edge_request(
    element: Token<'_>,
    depth: usize,
    visit: &mut Visit<'_>,
) -> ControlFlow<(), bool> {
    let mut found = false;
    if let Some((headers, body, is_base64)) =
        inside::edge_request(element).filter(|_| depth < MAX_DEPTH)
    {
        request(body, headers, is_base64, depth, &mut |record| {
            found = true;
            visit(record)
        })?;
    }
    ControlFlow::Continue(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data of each record in the value, or the value if it is no envelope.
    fn found(value: &str) -> Vec<String> {
        let mut all = Vec::new();
        let _all = records(value.as_bytes(), 0, &mut |record| {
            let bytes = record.data.bytes().unwrap_or_default();
            all.push(String::from_utf8_lossy(bytes).into_owned());
            ControlFlow::Continue(())
        });
        if all.is_empty() { vec![value.to_owned()] } else { all }
    }

    const DATA: &str = "eyJhIjoxfQ==";

    #[test]
    fn messages_that_services_pass_on_hold_events_or_payloads() {
        let event = format!(r#"{{\"records\":[{{\"recordId\":\"1\",\"data\":\"{DATA}\"}}]}}"#);
        for message in [&event, &format!("got {event} now"), DATA] {
            for value in [
                format!(
                    r#"{{"Records":[{{"EventSource":"aws:sns","Sns":{{"Message":"{message}"}}}}]}}"#
                ),
                format!(
                    r#"{{"Records":[{{"messageId":"1","body":"{message}","eventSource":"aws:sqs"}}]}}"#
                ),
                format!(r#"{{"events":[{{"timestamp":1,"message":"{message}"}}]}}"#),
            ] {
                assert_eq!(found(&value), [DATA], "{value}");
            }
        }
        for value in [
            format!(r#"{{"id":"1","content":{{"message":"{event}","attributes":{{}}}}}}"#),
            format!(r#"{{"id":"1","attributes":{{"message":"{event}"}}}}"#),
            format!(r#"{{"data":[{{"id":"1","attributes":{{"message":"{event}"}}}}]}}"#),
            format!(r#"{{"B":"{DATA}"}}"#),
        ] {
            assert_eq!(found(&value), [DATA], "{value}");
        }
        let row = |message: &str| {
            format!(
                r#"[{{"field":"@timestamp","value":"2026"}},{{"field":"@message","value":"{message}"}}]"#
            )
        };
        for value in [
            format!(r#"{{"results":[{}],"status":"Complete"}}"#, row(&event)),
            format!("[{}]", row(DATA)),
        ] {
            assert_eq!(found(&value), [DATA], "{value}");
        }
        let rows = format!(r#"{{"results":[{},{}]}}"#, row("START"), row(&event));
        assert_eq!(found(&rows), [row("START").as_str(), DATA]);
        let both = format!(r#"{{"events":[{{"message":"START"}},{{"message":"{DATA}"}}]}}"#);
        assert_eq!(found(&both), [r#"{"message":"START"}"#, DATA]);
    }

    #[test]
    fn messages_without_a_record_stay_as_they_are() {
        for value in [
            r#"{"Records":[{"EventSource":"aws:sns","Sns":{"Message":"hello"}}]}"#,
            r#"{"Records":[{"messageId":"1","body":"{\"a\":1}","eventSource":"aws:sqs"}]}"#,
            r#"{"events":[{"message":"START"},{"message":"YWJjZGVmZ2hpamtsbW5v"}]}"#,
            r#"{"events":[{"id":7,"message":"eyJhIjoxfQ==","user":"u"}],"total":1}"#,
            r#"{"records":[{"id":1,"body":"eyJhIjoxfQ=="},{"id":2,"other":"x"}],"total":2}"#,
            r#"{"results":[[{"field":"@message","value":"START"}]]}"#,
            r#"{"results":[["eyJhIjoxfQ=="]]}"#,
            r#"{"content":"text","attributes":{"a":1}}"#,
            r#"{"content":{"records":[{"recordId":"1","data":"YQ=="}]},"other":1}"#,
            r#"{"data":[{"id":"1","attributes":{"message":"hello"}}]}"#,
            r#"{"data":[{"Data":"YQ=="}]}"#,
            r#"{"message":"eyJhIjoxfQ==","user":"u"}"#,
            r#"{"B":"eyJhIjoxfQ==","A":1}"#,
            r#"{"B":"YQ=="}"#,
            r#"{"B":true}"#,
        ] {
            assert_eq!(found(value), [value]);
        }
    }
}
