//! The data of a record in an envelope: base64, or what a program printed of it.

use super::{Data, Envelope, FoundRecord, printed_bytes};
use crate::decode::mangled::compression_through_text;
use crate::decode::{
    Problem, ProblemKind, decode_hex, is_encoded, whole_byte_string, without_data,
};
use crate::json::Token;

/// A record by its data: base64 in a JSON string, without the escapes that some
/// encoders write (`\/`); or bytes in one of the ways in which they are printed.
pub(super) fn record(envelope: Envelope, value: Token<'_>) -> FoundRecord<'_> {
    let text = value.string_bytes();
    // No base64 starts so.
    let may_be_printed = !matches!(&text, Some(text) if text.first() != Some(&b'<'));
    if may_be_printed && let Some(found) = printed_bytes::of_value(value) {
        let mut framed = FoundRecord::new(0, envelope, Data::Unknown(found.bytes.into()));
        // Firehose takes base64 only: the function has to encode it.
        let is_refused = found.is_node && envelope == Envelope::Response;
        let refused = is_refused.then(|| Problem::input(ProblemKind::DataNotString));
        framed.problem = found.problem.or(refused);
        return framed;
    }
    let Some(text) = text else {
        let problem = Problem::input(ProblemKind::DataNotString);
        let broken = FoundRecord::new(0, envelope, Data::Broken);
        return FoundRecord { problem: Some(problem), ..broken };
    };
    if let Some(found) = of_python(envelope, &text).or_else(|| of_hex(envelope, &text)) {
        return found;
    }
    // No base64 starts so: the decoder says what was done to it.
    if compression_through_text(&text).is_some() {
        return FoundRecord::new(0, envelope, Data::Unknown(text));
    }
    match without_data(&text) {
        None => FoundRecord::new(0, envelope, Data::Base64(text)),
        problem => FoundRecord { problem, ..FoundRecord::new(0, envelope, Data::Broken) },
    }
}

/// The record whose data is Python's print of bytes: what `str` makes of them, or `default=str`
/// of `json.dumps`.
fn of_python<'a>(envelope: Envelope, text: &[u8]) -> Option<FoundRecord<'a>> {
    let bytes = whole_byte_string(text)?;
    let is_base64 = is_encoded(&bytes);
    let data = if is_base64 { Data::Base64(bytes.into()) } else { Data::Unknown(bytes.into()) };
    let problem = Some(Problem::input(ProblemKind::PythonBytes));
    Some(FoundRecord { problem, ..FoundRecord::new(0, envelope, data) })
}

/// The record whose data is a payload in hexadecimal.
fn of_hex<'a>(envelope: Envelope, text: &[u8]) -> Option<FoundRecord<'a>> {
    // `{`, `[`, gzip, zstd, a KPL aggregate.
    const STARTS: [&[u8]; 5] = [b"7b", b"5b", b"1f8b", b"28b5", b"f389"];
    let is_start =
        |start: &&[u8]| text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    // What Firehose encoded itself is base64.
    STARTS.iter().find(|start| is_start(start) && envelope != Envelope::Failure)?;
    let mut bytes = Vec::new();
    decode_hex(text, &mut bytes)?;
    let problem = Some(Problem::input(ProblemKind::HexNotBase64));
    let found = |bytes: Vec<u8>| FoundRecord::new(0, envelope, Data::Unknown(bytes.into()));
    printed_bytes::is_payload(&bytes).then(|| FoundRecord { problem, ..found(bytes) })
}

/// True for data that is base64 of something, or bytes, for certain.
pub(super) fn is_printed(data: Token<'_>) -> bool {
    data.string_bytes().is_some_and(|text| is_encoded(&text))
        || printed_bytes::of_value(data).is_some()
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::super::envelope::records;
    use super::*;

    /// Envelope, data and problem of each record.
    fn found(value: &str) -> Vec<String> {
        let mut all = Vec::new();
        let _all = records(value.as_bytes(), 0, &mut |record| {
            let data = record.data.bytes().unwrap_or_default();
            let problem = record.problem.map(|it| format!(" ({it})")).unwrap_or_default();
            let envelope = record.envelope.as_str().unwrap_or("none");
            all.push(format!("{envelope} {}{problem}", String::from_utf8_lossy(data)));
            ControlFlow::Continue(())
        });
        all
    }

    #[test]
    fn what_python_prints_of_bytes_is_named_and_taken_off() {
        const NAME: &str = "(the record's data is how Python prints bytes, with `b` and quotes)";
        for (data, shown) in
            [("b'eyJhIjoxfQ=='", "eyJhIjoxfQ=="), (r#"b'{\"a\":1}'"#, "{\"a\":1}"), ("b''", "")]
        {
            let value =
                format!(r#"{{"records":[{{"recordId":"1","result":"Ok","data":"{data}"}}]}}"#);
            assert_eq!(found(&value), [format!("transform-response {shown} {NAME}")]);
        }
        for data in ["b'a", "b'a'b", "bytes", "YQ=="] {
            let value = format!(r#"{{"recordId":"1","data":"{data}"}}"#);
            assert_eq!(found(&value), [format!("transform-event {data}")]);
        }
    }

    #[test]
    fn a_payload_in_hexadecimal_is_named_and_shown() {
        let data = |data: &str| {
            let value = format!(r#"{{"recordId":"1","data":"{data}"}}"#);
            let mut is_base64 = false;
            let _first = records(value.as_bytes(), 0, &mut |record| {
                is_base64 = matches!(record.data, Data::Base64(_));
                ControlFlow::Break(())
            });
            is_base64
        };
        assert!(
            !data("7b2261223a317d") && !data("7B2261223A317D") && !data("1f8b08000000000000ff")
        );
        let hex = r#"{"recordId":"1","data":"7b2261223a317d"}"#;
        assert_eq!(found(hex), ["transform-event {\"a\":1} (hexadecimal instead of base64)"]);
        assert!(data("7b22") && data("7b7d0") && data("7bcd") && data("eyJhIjoxfQ=="));
    }

    #[test]
    fn failures_in_lower_case_and_parts_of_documents_hold_records() {
        let lower =
            r#"{"attemptsmade":4,"errorcode":"Lambda.FunctionError","rawdata":"eyJhIjoxfQ=="}"#;
        assert_eq!(found(lower), ["failure eyJhIjoxfQ=="]);
        assert_eq!(found(r#"{"rawData":"eyJhIjoxfQ=="}"#), ["none eyJhIjoxfQ=="]);
        let texts = r#"{"records":["eyJhIjoxfQ==","eyJiIjoyfQ=="]}"#;
        assert_eq!(found(texts), ["none eyJhIjoxfQ==", "none eyJiIjoyfQ=="]);
        for other in [
            r#"{"rawData":"text"}"#,
            r#"{"rawData":"eyJhIjoxfQ==","id":1}"#,
            r#"{"records":["one","two"]}"#,
            r#"{"records":["aGVsbG8gd29ybGQ="],"id":5,"name":"n"}"#,
            r#"{"records":["eyJhIjoxfQ==","eyJiIjoyfQ=="],"count":2}"#,
            r#"{"records":["eyJhIjoxfQ==",{"id":7},null]}"#,
            r#"{"errorcode":"x","rawtext":"eyJhIjoxfQ=="}"#,
        ] {
            assert!(found(other).is_empty(), "{other}");
        }
    }
}
