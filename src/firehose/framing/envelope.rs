//! Envelopes: JSON that holds records in base64, known by their keys.

use std::ops::{ControlFlow, Range};

use super::failure_key as key;
use super::keys::{Keys, TransformRecord};
use super::nested::{self, in_message, log_lines, request};
use super::record_data::{is_printed, record};
use super::{Data, Envelope, FoundRecord, embedded, printed_bytes};
use crate::bytes::part;
use crate::decode::{Problem, ProblemKind, is_encoded, without_data};
use crate::json::{self, Token};

pub(super) type Visit<'v> = dyn FnMut(FoundRecord<'_>) -> ControlFlow<()> + 'v;

/// How deep envelopes are looked for in each other: a log line in a log line.
pub(super) const MAX_DEPTH: usize = 3;

/// Calls `visit` for each record in the JSON value `value`; not at all if it is
/// no envelope.
pub(super) fn records(value: &[u8], depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
    match value.first() {
        Some(b'{') => match Keys::read(value, 0) {
            Ok((keys, _)) => object(&keys, depth, visit),
            Err(_) => ControlFlow::Continue(()),
        },
        Some(b'[') => array(value, visit),
        _ => ControlFlow::Continue(()),
    }
}

/// Returns true if `value` is an envelope with at least one record.
pub(super) fn is_envelope(value: &[u8]) -> bool {
    records(value, 0, &mut |_| ControlFlow::Break(())).is_break()
}

/// Returns true if broken JSON starts as only an envelope would.
pub(super) fn is_cut_envelope(text: &[u8]) -> bool {
    const MARKS: [&[u8]; 6] = [
        key::QUOTED_RAW_DATA,
        b"\"recordId\"",
        key::QUOTED_ATTEMPTS,
        b"\"awslogs\"",
        b"\"kafkaRecordValue\"",
        b"\"invocationId\"",
    ];
    let text = text.trim_ascii_start();
    text.starts_with(b"{") && MARKS.iter().any(|mark| memchr::memmem::find(text, mark).is_some())
}

/// Calls `visit` for each record in an object; not at all if it is no envelope.
pub(super) fn object(keys: &Keys<'_>, depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
    if keys.is_failure() {
        return failure(keys, visit);
    }
    if let Some(list) = keys.records {
        if embedded::is_list(list) && keys.has_only_one() {
            return texts(list.raw(), visit);
        }
        return match keys.transform_records.as_slice() {
            [] => list_of_records(list, keys, depth, visit),
            records => records.iter().try_for_each(|record| transform_record(record, visit)),
        };
    }
    if let Some(logs) = keys.logs {
        return inner_data(logs, Envelope::CloudWatchLogsEvent, visit);
    }
    if let Some(record) = keys.transform_record().filter(|_| !keys.has_foreign) {
        return transform_record(&record, visit);
    }
    if let Some(data) = keys.upper_data.filter(|_| !keys.has_non_api) {
        return visit(record(Envelope::ApiBody, data));
    }
    if let Some(data) = keys.data.filter(|data| is_of_kinesis(keys, *data)) {
        return visit(record(Envelope::ApiBody, data));
    }
    if let Some(data) = keys.raw_data.filter(|data| is_printed(*data) && keys.has_only_one()) {
        return visit(record(Envelope::None, data));
    }
    if let Some(record) = keys.record {
        return inner_data(record, Envelope::ApiBody, visit);
    }
    if let Some(kinesis) = keys.kinesis {
        return inner_data(kinesis, Envelope::KinesisEvent, visit);
    }
    if let (Some(body), Some(headers)) = (keys.body, keys.headers)
        && depth < MAX_DEPTH
    {
        return request(body, headers, keys.is_base64, depth, visit);
    }
    if let Some(data) = keys.data.filter(|_| keys.is_buffer || !keys.has_foreign)
        && printed_bytes::of_value(data).is_some()
    {
        return visit(record(Envelope::None, data));
    }
    let lists = keys.events.or(keys.data.filter(|list| nested::is_list_of_logs(*list)));
    if let Some(events) = lists.filter(|events| depth < MAX_DEPTH && events.is_array()) {
        return log_lines(events, depth, visit);
    }
    if let Some(rows) = keys.results.filter(|rows| nested::is_list_of_rows(rows.raw())) {
        return nested::rows(rows.raw(), depth, visit);
    }
    if let Some(data) = keys.binary.filter(|_| keys.has_only_one()) {
        nested::payload(data, visit)?;
        return ControlFlow::Continue(());
    }
    if depth >= MAX_DEPTH {
        return ControlFlow::Continue(());
    }
    // Without a logger, what stands next to it would be lost.
    let is_logged = keys.has_level || keys.message.is_some();
    if let Some(event) =
        keys.event.filter(|event| is_logged && event.is_object() && is_cut_envelope(event.raw()))
    {
        let mut found = false;
        records(event.raw(), depth + 1, &mut |record| {
            found = true;
            visit(record)
        })?;
        if found {
            return ControlFlow::Continue(());
        }
    }
    if keys.may_hold && keys.message.is_none() && keys.result.is_none() {
        let mut found = false;
        nested::in_object(keys.object, depth, &mut |record| {
            found = true;
            visit(record)
        })?;
        if found {
            return ControlFlow::Continue(());
        }
    }
    match (keys.message, keys.result) {
        (Some(message), _) => in_message(message, depth, visit),
        (None, _) if let Some(log) = keys.wrapper.filter(|it| nested::has_message(*it)) => {
            records(log.raw(), depth + 1, visit)
        }
        // A row that Splunk exported.
        (None, Some(row)) if row.get(b"_raw").is_some() => records(row.raw(), depth + 1, visit),
        _ => ControlFlow::Continue(()),
    }
}

/// True for a record of Kinesis without the capitals of the API, as Lambda and the SDKs for
/// Java and Rust write it, with data that is base64 or bytes for certain, or is not shown.
/// Objects of others have such keys too, and would be lost: it has all that each record has.
fn is_of_kinesis(keys: &Keys<'_>, data: Token<'_>) -> bool {
    if !keys.has_partition_key || keys.has_non_kinesis {
        return false;
    }
    let object = Token::new(keys.object);
    let is_number = object.get(b"sequenceNumber").is_some_and(is_sequence_number);
    if !is_number || object.get(b"approximateArrivalTimestamp").is_none() {
        return false;
    }
    if data.is_array() {
        return printed_bytes::of_value(data)
            .is_some_and(|found| printed_bytes::is_plainly_bytes(&found.bytes));
    }
    let is_unshown = || data.string_bytes().is_some_and(|text| without_data(&text).is_some());
    is_printed(data) || is_unshown()
}

/// True for a string of digits; and for a number of as many as no other has, which Java prints.
fn is_sequence_number(value: Token<'_>) -> bool {
    const MIN: usize = 20;
    let digits = value.body().unwrap_or(value.raw());
    let least = if value.is_string() { 1 } else { MIN };
    digits.len() >= least && digits.iter().all(u8::is_ascii_digit)
}

/// A list of events, failure objects or records, pasted with its brackets.
fn array(value: &[u8], visit: &mut Visit<'_>) -> ControlFlow<()> {
    let elements = || json::elements(value, 0).map_while(Result::ok).map(|(element, _)| element);
    let first = elements().next();
    if first.and_then(Token::string_bytes).is_some_and(|text| is_encoded(&text)) {
        return texts(value, visit);
    }
    if nested::is_list_of_rows(value) {
        return nested::rows(value, 0, visit);
    }
    if first.is_some_and(is_data) {
        return list_of_data(value, visit);
    }
    if !first.is_some_and(|element| element.is_object() && is_envelope(element.raw())) {
        return ControlFlow::Continue(());
    }
    for element in elements() {
        let mut found = false;
        records(element.raw(), MAX_DEPTH - 1, &mut |framed| {
            found = true;
            visit(framed)
        })?;
        if !found {
            visit(FoundRecord::new(0, Envelope::None, Data::Unknown(element.raw().into())))?;
        }
    }
    ControlFlow::Continue(())
}

/// The elements of a list of strings.
fn texts(list: &[u8], visit: &mut Visit<'_>) -> ControlFlow<()> {
    for (element, _) in json::elements(list, 0).map_while(Result::ok) {
        visit(FoundRecord::new(0, Envelope::None, Data::Unknown(element.bytes())))?;
    }
    ControlFlow::Continue(())
}

fn failure(keys: &Keys<'_>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let error_code = keys.error_code.or(keys.lower_error_code);
    let all = [keys.raw_data, keys.second_raw_data, keys.lower_raw_data];
    for raw_data in all.into_iter().flatten() {
        let mut framed = record(Envelope::Failure, raw_data);
        framed.error_code = error_code.filter(|code| !code.is_null());
        framed.failure = Some(keys.object);
        if keys.second_raw_data.is_some() {
            framed.problem = Some(Problem::input(ProblemKind::TwoRawData));
        }
        visit(framed)?;
    }
    ControlFlow::Continue(())
}

fn transform_record(found: &TransformRecord<'_>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let envelope = if found.result.is_some() { Envelope::Response } else { Envelope::Event };
    let mut framed = match found.data {
        Some(value) if !value.is_null() => record(envelope, value),
        _ => FoundRecord::new(0, envelope, Data::Missing),
    };
    framed.record_id = Some(found.record_id).filter(|id| id.is_string());
    framed.result = found.result.filter(|result| result.is_string());
    visit(framed)
}

/// True for an object with nothing but `data` that is base64 or bytes for certain:
/// an element of a list that was cut out of an event.
fn is_data(element: Token<'_>) -> bool {
    element.is_object()
        && Keys::read(element.raw(), 0).is_ok_and(|(keys, _)| {
            !keys.has_foreign && keys.record_id.is_none() && keys.data.is_some_and(is_printed)
        })
}

/// The records of `[{"data":…}]`.
fn list_of_data(list: &[u8], visit: &mut Visit<'_>) -> ControlFlow<()> {
    for (element, _) in json::elements(list, 0).map_while(Result::ok) {
        match element.get(b"data") {
            Some(data) => visit(record(Envelope::None, data))?,
            None => stranger(element.raw(), 0..element.raw().len(), visit)?,
        }
    }
    ControlFlow::Continue(())
}

/// The records of `{"records":[…]}`. Each element is walked once: its keys tell
/// where it ends.
fn list_of_records(
    list: Token<'_>,
    outer: &Keys<'_>,
    depth: usize,
    visit: &mut Visit<'_>,
) -> ControlFlow<()> {
    let list = list.raw();
    let mut at = 1;
    let mut is_first = true;
    let mut is_of_data = false;
    loop {
        at = json::skip_space(list, at);
        let Ok((keys, end)) = Keys::read(list, at) else {
            if is_first {
                return ControlFlow::Continue(());
            }
            // A stranger among the records, or the end of the list.
            let Ok(end) = json::skip_value(list, at) else { return ControlFlow::Continue(()) };
            stranger(list, at..end, visit)?;
            at = json::skip_space(list, end) + 1;
            continue;
        };
        let is_request = outer.has_request_id && keys.data.is_some();
        // A list whose first has data for certain.
        let of_transform = keys.transform_record();
        is_of_data = is_of_data
            || is_first
                && !is_request
                && of_transform.is_none()
                && keys.data.is_some_and(is_printed);
        if let Some(record) = of_transform {
            transform_record(&record, visit)?;
        } else if keys.is_failure() {
            failure(&keys, visit)?;
        } else if let Some(data) = keys.upper_data {
            visit(record(Envelope::ApiBody, data))?;
        } else if let Some(kinesis) = keys.kinesis {
            inner_data(kinesis, Envelope::KinesisEvent, visit)?;
        } else if let Some(data) = keys.data.filter(|_| is_request) {
            visit(record(Envelope::HttpRequest, data))?;
        } else if let Some(data) = keys.data.filter(|_| is_of_data) {
            visit(record(Envelope::None, data))?;
        } else {
            // Only a message of SQS is all in its body: of others, more would be lost.
            let element = Token::new(keys.object);
            let is_message =
                || element.get(b"messageId").is_some() || element.fields().count() == 1;
            let body = keys.body.filter(|_| is_message());
            let found = match keys.wrapper.or(body).filter(|_| depth < MAX_DEPTH) {
                Some(message) => nested::passed_on(message, depth, visit)?,
                None => nested::edge_request(element, depth, visit)?,
            };
            if !found && is_first {
                return ControlFlow::Continue(());
            }
            if !found {
                stranger(list, at..end, visit)?;
            }
        }
        is_first = false;
        at = json::skip_space(list, end);
        if list.get(at) != Some(&b',') {
            return ControlFlow::Continue(());
        }
        at += 1;
    }
}

/// An element that is not like its neighbours: shown whole rather than lost.
pub(super) fn stranger(
    list: &[u8],
    element: Range<usize>,
    visit: &mut Visit<'_>,
) -> ControlFlow<()> {
    let text = part(list, element);
    visit(FoundRecord::new(0, Envelope::None, Data::Unknown(text.into())))
}

/// `{"awslogs":{"data":…}}` and its like: one record one level down.
fn inner_data(value: Token<'_>, envelope: Envelope, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let (first, second): (&[u8], &[u8]) =
        if envelope == Envelope::ApiBody { (b"Data", b"data") } else { (b"data", b"Data") };
    match value.get(first).or_else(|| value.get(second)) {
        Some(data) => visit(record(envelope, data)),
        None => ControlFlow::Continue(()),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// The records of each value: envelope, `recordId`, result or code, data, and
    /// what is wrong; a line each.
    fn found(values: &[&str]) -> String {
        let mut lines = Vec::new();
        for value in values {
            let before = lines.len();
            let _all = records(value.as_bytes(), 0, &mut |record| {
                lines.push(line(&record));
                ControlFlow::Continue(())
            });
            if lines.len() == before {
                lines.push(format!("no envelope: {value}"));
            }
        }
        lines.join("\n")
    }

    fn line(record: &FoundRecord<'_>) -> String {
        let mut words = vec![record.envelope.as_str().unwrap_or("none").to_owned()];
        let tokens = [record.record_id, record.result, record.error_code];
        words.extend(tokens.into_iter().flatten().map(|token| token.text().into_owned()));
        words.push(match &record.data {
            Data::Base64(bytes) => format!("base64 {}", bytes.escape_ascii()),
            Data::Unknown(bytes) => format!("unknown {}", bytes.escape_ascii()),
            other => format!("{other:?}"),
        });
        words.extend(record.problem.as_ref().map(|problem| format!("! {problem}")));
        words.join(" ")
    }

    #[test]
    fn each_envelope_is_recognized_by_its_keys() {
        assert_snapshot!(found(&[
            r#"{"invocationId":"i","records":[{"recordId":"1","data":"YQ=="},{"recordId":"2","data":"Yg=="}]}"#,
            r#"{"records":[{"recordId":"1","kafkaRecordValue":"YQ=="}]}"#,
            r#"{"recordId":"1","data":"YQ==","approximateArrivalTimestamp":1}"#,
            r#"{"records":[{"recordId":"1","result":"Ok","data":"YQ=="},{"recordId":"2","result":"Dropped"}]}"#,
            r#"{"rawData":"YQ==","errorCode":"Lambda.FunctionError","attemptsMade":4}"#,
            r#"{"Records":[{"kinesis":{"data":"YQ=="},"eventSource":"aws:kinesis"}]}"#,
            r#"{"awslogs":{"data":"YQ=="}}"#,
            r#"{"DeliveryStreamName":"s","Record":{"Data":"YQ=="}}"#,
            r#"{"Records":[{"Data":"YQ==","PartitionKey":"p"}]}"#,
            r#"{"requestId":"r","timestamp":1,"records":[{"data":"YQ=="}]}"#,
        ]), @"
        transform-event 1 base64 YQ==
        transform-event 2 base64 Yg==
        transform-event 1 base64 YQ==
        transform-event 1 base64 YQ==
        transform-response 1 Ok base64 YQ==
        transform-response 2 Dropped Missing
        failure Lambda.FunctionError base64 YQ==
        kinesis-event base64 YQ==
        cloudwatch-logs-event base64 YQ==
        api-body base64 YQ==
        api-body base64 YQ==
        http-request base64 YQ==
        ");
    }

    #[test]
    fn lists_and_log_lines_hold_envelopes() {
        assert_snapshot!(found(&[
            r#"["eyJhIjoxfQ==","Yg"]"#,
            r#"["eyJhIjoiPz8\/In0=",7]"#,
            r#"[{"rawData":"YQ==","errorCode":"c"},{"a":1}]"#,
            r#"{"level":"INFO","message":{"recordId":"1","data":"YQ=="}}"#,
            r#"{"message":"got {\"records\":[{\"recordId\":\"1\",\"data\":\"YQ==\"}]} now"}"#,
            r#"{"events":[{"message":"got {'records': [{'recordId': '1', 'data': 'YQ=='}]}"},{"message":"done"}]}"#,
        ]), @r#"
        none unknown eyJhIjoxfQ==
        none unknown Yg
        none unknown eyJhIjoiPz8/In0=
        none unknown 7
        failure c base64 YQ==
        none unknown {\"a\":1}
        transform-event 1 base64 YQ==
        transform-event 1 base64 YQ==
        transform-event 1 base64 YQ==
        none unknown {\"message\":\"done\"}
        "#);
    }

    #[test]
    fn damage_in_one_record_leaves_its_neighbours() {
        assert_snapshot!(found(&[
            r#"{"records":[{"recordId":"1","data":"YQ=="},7,{"recordId":"2","data":8},{"a":1},{"recordId":"\u0033","data":null},{"recordId":4,"data":"\/w=="}]}"#,
            r#"{"rawData":1,"errorCode":"c"}"#,
            r#"{"rawData":"YQ==","rawData":"Yg==","errorCode":null}"#,
            r#"{"records":[{"recordId":"1","data":"YQ=="},{"recordId":"2","da"#,
        ]), @r#"
        transform-event 1 base64 YQ==
        none unknown 7
        transform-event 2 Broken ! the record's data is not a string
        none unknown {\"a\":1}
        transform-event 3 Missing
        transform-event base64 /w==
        failure c Broken ! the record's data is not a string
        failure base64 YQ== ! two `rawData` keys in one failure object
        failure base64 Yg== ! two `rawData` keys in one failure object
        no envelope: {"records":[{"recordId":"1","data":"YQ=="},{"recordId":"2","da
        "#);
    }

    #[test]
    fn a_record_of_kinesis_has_all_that_each_has() {
        const REST: &str = r#""approximateArrivalTimestamp":1.5,"partitionKey":"p"}"#;
        assert_snapshot!(found(&[
            &format!(r#"{{"data":"eyJhIjoxfQ==","sequenceNumber":"49",{REST}"#),
            &format!(r#"{{"data":[123,34,97,34,58,49,125],"sequenceNumber":"49",{REST}"#),
            &format!(r#"{{"schema":null,"aggregated":false,"data":"[B@1b2c3d4e","sequenceNumber":"49",{REST}"#),
        ]), @r#"
        api-body base64 eyJhIjoxfQ==
        api-body unknown {\"a\":1}
        api-body Broken ! the record has no data, only `[B@1b2c3d4e`
        "#);
        let values = [
            r#"{"partitionKey":"s","sequenceNumber":12,"data":[21,22,21,20]}"#,
            r#"{"partitionKey":"eu","data":[]}"#,
            r#"{"partitionKey":"eu","data":"[B@1b2c3d4e"}"#,
            r#"[{"partitionKey":"a","data":[1,2]},{"partitionKey":"b","data":[1,2]}]"#,
            r#"{"schema":"v1","partitionKey":"u","data":"eyJhIjoxfQ=="}"#,
            r#"{"partitionKey":"u","sequenceNumber":"49","data":"eyJhIjoxfQ=="}"#,
            &format!(r#"{{"data":[1,2],"sequenceNumber":"49",{REST}"#),
            &format!(r#"{{"data":[],"sequenceNumber":"49",{REST}"#),
            &format!(r#"{{"data":"eyJhIjoxfQ==","sequenceNumber":49,{REST}"#),
            &format!(r#"{{"schema":"v1","data":"eyJhIjoxfQ==","sequenceNumber":"49",{REST}"#),
        ];
        assert_eq!(found(&values), values.map(|it| format!("no envelope: {it}")).join("\n"));
    }

    #[test]
    fn objects_of_others_are_no_envelopes() {
        let values = [
            r#"{"data":"YQ=="}"#,
            r#"{"recordId":"1","data":"YQ==","orderId":7}"#,
            r#"{"records":[{"id":1}]}"#,
            r#"{"message":"records {"}"#,
            r#"["data","text"]"#,
            "7",
        ];
        assert_eq!(found(&values), values.map(|it| format!("no envelope: {it}")).join("\n"));
    }
}
