//! Reads a transform response leniently: whatever is there, by its tokens.

use super::invocation::FunctionError;
use super::other_documents;
use super::parse::document;
use crate::bytes::part;
use crate::json::{self, Field, JsonError, JsonErrorKind, Token};

/// What a response is, before its records are judged.
pub(super) enum Response<'a> {
    NotJson(JsonError),
    /// It may be JSON: we do not read so deep.
    TooDeep,
    /// JSON of another kind; what it is and what may help.
    NotObject(&'static str, Option<&'static str>),
    /// Lambda's object for a function that failed.
    Error(FunctionError),
    /// No `records`; a key that looks like it or what may help.
    NoRecords(Option<String>),
    NotList(&'static str),
    Records {
        list: Token<'a>,
        /// A key of the response that is there twice.
        duplicate: Option<&'a [u8]>,
        /// It has what only events have.
        is_event: bool,
        /// Metadata that stands next to `records`, where Firehose does not look.
        metadata: Option<(&'a [u8], Token<'a>)>,
    },
}

impl<'a> Response<'a> {
    pub(super) fn read(response: &'a [u8]) -> Self {
        let body = match document(response) {
            Ok(body) => body,
            Err(error) if error.kind == JsonErrorKind::TooDeep => return Self::TooDeep,
            Err(error) => return Self::NotJson(error),
        };
        if !body.is_object() {
            return Self::NotObject(body.kind(), not_object_hint(body));
        }
        let (mut records, mut similar, mut duplicate) = (None, None, None);
        let (mut is_error, mut wrapped, mut is_event) = (false, false, false);
        let mut metadata = None;
        for field in body.fields().flatten() {
            match field.name().as_ref() {
                b"records" => {
                    duplicate = records.replace(field.value).map(|_| field.key).or(duplicate);
                }
                b"errorType" | b"errorMessage" => is_error |= field.value.is_string(),
                b"body" => wrapped = true,
                b"deliveryStreamArn" => is_event = true,
                key if is_like(key, "records") => similar = Some(field.key),
                key if key == b"metadata" || is_of_metadata(key) => {
                    metadata = Some((field.key, field.value));
                }
                _ => {}
            }
        }
        match records {
            Some(list) if list.is_array() => Self::Records { list, duplicate, is_event, metadata },
            Some(value) => Self::NotList(value.kind()),
            None if is_error => Self::Error(FunctionError::parse(body.raw())),
            None if is_invoke_report(body.raw()) => Self::NoRecords(Some(REPORT_HINT.to_owned())),
            None => Self::NoRecords(no_records_hint(body, similar, wrapped)),
        }
    }
}

/// What may help with an object without `records`.
fn no_records_hint(body: Token<'_>, similar: Option<&[u8]>, wrapped: bool) -> Option<String> {
    let name = other_documents::name(body).unwrap_or_default();
    if name.contains("aws lambda invoke") {
        return Some(CLI_HINT.to_owned());
    }
    match similar {
        Some(key) if name.is_empty() => {
            Some(format!("write `records` instead of `{}`", String::from_utf8_lossy(key)))
        }
        None if wrapped => Some(
            "this is a response for API Gateway; return {\"records\": [...]} itself".to_owned(),
        ),
        None if name.is_empty() => records_elsewhere(body),
        _ => (!name.is_empty()).then(|| format!("this is {name}")),
    }
}

/// Names the key that has the records, if another one has them.
fn records_elsewhere(body: Token<'_>) -> Option<String> {
    let are_records = |list: Token<'_>| {
        let first = list.elements().next().and_then(Result::ok);
        first.is_some_and(|(first, _)| first.get(b"recordId").is_some())
    };
    body.fields().map_while(Result::ok).find_map(|field| {
        let name = String::from_utf8_lossy(field.key);
        if are_records(field.value) {
            return Some(format!("the records are in `{name}`: write `records` instead"));
        }
        let inner = field.value.get(b"records").filter(|list| list.is_array());
        inner.map(|_| format!("found `records` in `{name}`: return {{\"records\": [...]}} itself"))
    })
}

/// What may help with what the AWS CLI prints of a call.
const CLI_HINT: &str = "this is what `aws lambda invoke` prints; the response is in the file that it \
                        was given as its last argument: fh check --event event.json --response out.json";

/// What may help with a report that is taken for a response.
const REPORT_HINT: &str =
    "this is a report of `fh invoke`: `--raw` or `--save-response FILE` gives the response alone";

/// What may help with `{}` where there should be a record.
pub(super) const PROMISE_HINT: &str = "`{}` is an unresolved Promise in JSON: return `await \
                                  Promise.all(event.records.map(async ...))`";

/// What may help with results of `Promise.allSettled` in place of records.
pub(super) const SETTLED_HINT: &str = "`status` and `value` are what Promise.allSettled makes: return \
                                       the `value` of each, and the record as ProcessingFailed \
                                       where it was rejected";

/// True for what `fh invoke --output json` or `ndjson` writes.
fn is_invoke_report(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    let body = body.strip_prefix(b"[").unwrap_or(body);
    let fields = || json::fields(body, json::skip_space(body, 0)).map_while(Result::ok);
    fields().any(|field| field.is(b"type") && field.value.raw() == b"\"call\"")
        && fields().any(|field| field.is(b"outcome"))
}

/// A number that programs have and JSON has not, where a response stops being
/// JSON by it.
pub(super) fn non_finite_number(response: &[u8], error: &JsonError) -> Option<&'static str> {
    let rest = response.get(error.offset..)?;
    let is_negative = error.offset > 0 && response.get(error.offset - 1) == Some(&b'-');
    match rest {
        _ if rest.starts_with(b"NaN") => Some("NaN"),
        _ if rest.starts_with(b"-Infinity") => Some("-Infinity"),
        _ if rest.starts_with(b"Infinity") && is_negative => Some("-Infinity"),
        _ if rest.starts_with(b"Infinity") => Some("Infinity"),
        _ => None,
    }
}

/// Why a response is not JSON, in a sentence.
pub(super) fn not_json(response: &[u8], error: &JsonError) -> String {
    match non_finite_number(response, error) {
        Some(number) => format!("{number} at byte {}, which JSON does not allow", error.offset),
        None => error.to_string(),
    }
}

/// True for a dict, or a list of some, as Python prints it.
pub fn is_python_dict(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    text.starts_with(b"{'") || text.starts_with(b"[{'")
}

/// What may help with text that is not JSON.
pub(super) fn not_json_hint(response: &[u8], error: &JsonError) -> Option<&'static str> {
    let trimmed = response.trim_ascii();
    let rest = part(response, error.offset..);
    let has = |text: &[u8], what: &[u8]| memchr::memmem::find(text, what).is_some();
    if trimmed.is_empty() {
        Some("it is empty: the function returned nothing, or its response was not saved")
    } else if non_finite_number(response, error).is_some() {
        Some(NON_FINITE_HINT)
    } else if is_invoke_report(response) {
        Some(REPORT_HINT)
    } else if has(rest, b"\"StatusCode\"") {
        Some("`aws lambda invoke` prints its own output after the response; pass it a file")
    } else if is_python_dict(trimmed) {
        Some("this is how Python prints a dict; save what the function returns, as JSON")
    } else if trimmed.starts_with(b"<") {
        Some("this is HTML or XML, perhaps the error page of a proxy")
    } else if !trimmed.starts_with(b"{") && has(trimmed, b"{") {
        Some("there is text before the JSON: print logs to standard error")
    } else {
        None
    }
}

/// What may help with NaN and the infinities.
pub(super) const NON_FINITE_HINT: &str =
    "return null or omit the field; in Python, `json.dumps(response, allow_nan=False)` finds it";

fn not_object_hint(body: Token<'_>) -> Option<&'static str> {
    if is_invoke_report(body.raw()) {
        return Some(REPORT_HINT);
    }
    if body.elements().flatten().any(|(element, _)| is_empty_object(element)) {
        return Some(PROMISE_HINT);
    }
    if body.is_array() {
        return Some("put the list into an object: {\"records\": [...]}");
    }
    if body.is_null() {
        return Some(
            "the function returned nothing: a `return` is missing on some code path, or a Node.js handler \
             that is not async did not call its callback",
        );
    }
    let inside = body.string_bytes()?;
    inside.trim_ascii().starts_with(b"{").then_some(
        "it is JSON inside a string: return the object itself, Lambda serializes it (no \
         json.dumps)",
    )
}

/// True for `{}`.
fn is_empty_object(value: Token<'_>) -> bool {
    value.is_object() && value.fields().next().is_none()
}

/// True for a key that means `wanted` but is written otherwise: `RecordID`,
/// `record_id`.
pub(super) fn is_like(key: &[u8], wanted: &str) -> bool {
    let slips = match wanted.len() {
        0..=5 => 0,
        6..=10 => 1,
        _ => 2,
    };
    let plain = |byte: &u8| !matches!(byte, b'_' | b'-' | b' ');
    let (mut letters, mut length) = ([0; MAX_KEY], 0);
    for byte in key.iter().filter(|byte| plain(byte)) {
        let Some(letter) = letters.get_mut(length) else { return false };
        *letter = byte.to_ascii_lowercase();
        length += 1;
    }
    key != wanted.as_bytes()
        && letters.get(..length).is_some_and(|letters| are_close(letters, wanted.as_bytes(), slips))
}

/// Letters of a key beyond which it is like none of ours.
const MAX_KEY: usize = 24;

/// True if so few letters are added, left out, replaced or swapped; case of
/// `wanted` does not count.
fn are_close(letters: &[u8], wanted: &[u8], slips: usize) -> bool {
    let (Some((first, letters_rest)), Some((other, wanted_rest))) =
        (letters.split_first(), wanted.split_first())
    else {
        return letters.len().max(wanted.len()) <= slips;
    };
    if *first == other.to_ascii_lowercase() {
        return are_close(letters_rest, wanted_rest, slips);
    }
    let is_swapped = || match (letters, wanted) {
        ([a, b, letters @ ..], [c, d, wanted @ ..]) => {
            *a == d.to_ascii_lowercase()
                && *b == c.to_ascii_lowercase()
                && are_close(letters, wanted, slips - 1)
        }
        _ => false,
    };
    slips > 0
        && (are_close(letters_rest, wanted, slips - 1)
            || are_close(letters, wanted_rest, slips - 1)
            || are_close(letters_rest, wanted_rest, slips - 1)
            || is_swapped())
}

/// True for the keys that metadata holds, however they are written.
pub(super) fn is_of_metadata(key: &[u8]) -> bool {
    METADATA.iter().any(|wanted| key == wanted.as_bytes() || is_like(key, wanted))
}

/// What metadata may hold (developer guide, "Data transformation" and "Apache
/// Iceberg tables").
pub(super) const METADATA: [&str; 2] = ["partitionKeys", "otfMetadata"];

/// An element of `records`: its values as they stand.
#[derive(Debug, Default)]
pub(super) struct ResponseRecord<'a> {
    pub(super) id: Option<Token<'a>>,
    pub(super) result: Option<Token<'a>>,
    pub(super) data: Option<Token<'a>>,
    pub(super) metadata: Option<Token<'a>>,
    /// A key that looks like one that is missing.
    pub(super) like_id: Option<&'a [u8]>,
    pub(super) like_result: Option<&'a [u8]>,
    pub(super) like_data: Option<&'a [u8]>,
    /// A key of the metadata that is not where Firehose looks, or not written so.
    pub(super) like_metadata: Option<(&'a [u8], Token<'a>)>,
    /// A key that is there twice.
    pub(super) duplicate: Option<&'a [u8]>,
    /// It is `{}`.
    pub(super) is_empty: bool,
    /// It is what `Promise.allSettled` makes of a record.
    pub(super) is_settled: bool,
}

impl<'a> ResponseRecord<'a> {
    /// Reads an element; `None` if it is not an object.
    pub(super) fn read(element: Token<'a>, data_key: &str) -> Option<Self> {
        if !element.is_object() {
            return None;
        }
        let other_key = if data_key == "data" { "kafkaRecordValue" } else { "data" };
        let mut record = Self { is_empty: is_empty_object(element), ..Self::default() };
        for field in element.fields().flatten() {
            let slot = match field.name().as_ref() {
                b"recordId" => &mut record.id,
                b"result" => &mut record.result,
                b"metadata" => &mut record.metadata,
                key if key == data_key.as_bytes() => &mut record.data,
                key => {
                    if is_like(key, "recordId") {
                        record.like_id = Some(field.key);
                    } else if is_like(key, "result") {
                        record.like_result = Some(field.key);
                    } else if key == other_key.as_bytes() || is_like(key, data_key) {
                        record.like_data = Some(field.key);
                    } else if is_of_metadata(key) || key == b"meta" || is_like(key, "metadata") {
                        record.like_metadata = Some((field.key, field.value));
                    } else if field.value.is_string() {
                        record.note_synonym(key, field);
                    }
                    continue;
                }
            };
            if slot.replace(field.value).is_some() {
                record.duplicate = Some(field.key);
            }
        }
        Some(record)
    }
}

impl<'a> ResponseRecord<'a> {
    /// Keys that other services have for what Firehose calls `data` and `result`.
    fn note_synonym(&mut self, key: &[u8], field: Field<'a>) {
        // Keys that are wrong here. The names of data in `decode` are right where they stand, and
        // are words of a longer name too.
        const DATA: [&str; 7] = ["dat", "body", "payload", "value", "record", "content", "message"];
        const RESULT: [&str; 4] = ["status", "state", "outcome", "res"];
        let is_one = |names: &[&str]| names.iter().any(|it| key == it.as_bytes());
        if is_one(&DATA) {
            self.like_data.get_or_insert(field.key);
        } else if is_one(&RESULT) {
            self.like_result.get_or_insert(field.key);
            let status = field.value.raw();
            self.is_settled |= status == b"\"fulfilled\"" || status == b"\"rejected\"";
        }
    }
}

/// The three results, as the status model spells them (developer guide, "Data
/// transformation status model").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TransformResult {
    Ok,
    Dropped,
    ProcessingFailed,
}

impl TransformResult {
    const ALL: [Self; 3] = [Self::Ok, Self::Dropped, Self::ProcessingFailed];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "Ok",
            Self::Dropped => "Dropped",
            Self::ProcessingFailed => "ProcessingFailed",
        }
    }

    pub(super) fn exactly(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.as_str() == text)
    }

    /// The one that a misspelt result means, if that is clear.
    pub(super) fn meant(text: &str) -> Option<Self> {
        let letters: String = text
            .chars()
            .filter(char::is_ascii_alphabetic)
            .map(|it| it.to_ascii_lowercase())
            .collect();
        // Constants of the SDKs for Go and Java are `TransformedStateOk` and so on.
        let letters = letters.strip_prefix("transformedstate").unwrap_or(&letters);
        match letters {
            "ok" | "okay" => Some(Self::Ok),
            "drop" => Some(Self::Dropped),
            "failed" => Some(Self::ProcessingFailed),
            _ => [Self::Dropped, Self::ProcessingFailed].into_iter().find(|result| {
                strsim::damerau_levenshtein(letters, &result.as_str().to_ascii_lowercase()) <= 2
            }),
        }
    }
}

/// Why Firehose does not take this `result` of a record; `None` if it does.
pub fn wrong_result(text: &str) -> Option<String> {
    if TransformResult::exactly(text).is_some() {
        return None;
    }
    let use_instead = TransformResult::meant(text);
    let use_instead = use_instead.map(|it| format!("; use `{}`", it.as_str())).unwrap_or_default();
    Some(format!("`result` is not `Ok`, `Dropped` or `ProcessingFailed`{use_instead}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_result_is_understood() {
        for (text, meant) in [
            ("OK", "Ok"),
            ("ok ", "Ok"),
            ("DROPPED", "Dropped"),
            ("Droped", "Dropped"),
            ("TRANSFORMED_STATE_OK", "Ok"),
            ("Processing Failed", "ProcessingFailed"),
            ("ProcesingFailed", "ProcessingFailed"),
        ] {
            assert_eq!(
                TransformResult::meant(text).map(TransformResult::as_str),
                Some(meant),
                "{text}"
            );
        }
        let wrong = |text| wrong_result(text).unwrap_or_default();
        assert_eq!(wrong("OK"), "`result` is not `Ok`, `Dropped` or `ProcessingFailed`; use `Ok`");
        assert!(wrong("success").ends_with("`ProcessingFailed`"));
        assert_eq!(wrong_result("Dropped"), None);
        assert_eq!(TransformResult::meant("success"), None);
        assert_eq!(TransformResult::meant(""), None);
    }

    #[test]
    fn a_key_written_otherwise_is_recognized() {
        assert!(is_like(b"recordID", "recordId"));
        assert!(is_like(b"record_id", "recordId"));
        assert!(!is_like(b"recordId", "recordId"));
        assert!(!is_like(b"record", "recordId"));
        assert!(is_like(b"recorId", "recordId"));
        assert!(is_like(b"partition_keys", "partitionKeys"));
        assert!(is_like(b"partitionKey", "partitionKeys"));
        assert!(!is_like(b"date", "data"));
        assert!(!is_like(b"metadata", "otfMetadata"));
    }
}
