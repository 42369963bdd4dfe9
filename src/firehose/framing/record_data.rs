//! The data of a record in an envelope: base64, or what a program printed of it.

use super::{Data, Envelope, FoundRecord, printed_bytes};
use crate::decode::{Problem, ProblemKind, is_encoded};
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
    match printed_bytes::without_data(&text) {
        None => FoundRecord::new(0, envelope, Data::Base64(text)),
        problem => FoundRecord { problem, ..FoundRecord::new(0, envelope, Data::Broken) },
    }
}

/// True for data that is base64 of something, or bytes, for certain.
pub(super) fn is_printed(data: Token<'_>) -> bool {
    data.string_bytes().is_some_and(|text| is_encoded(&text))
        || printed_bytes::of_value(data).is_some()
}
