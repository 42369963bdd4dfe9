//! Judges a transform response as Firehose would.

mod data;
mod metadata;
mod records;

use std::collections::{BTreeMap, BTreeSet};

use crate::decode::Severity;
use crate::json;
use crate::limits::{DEFAULT_RETRIES, DEFAULT_TRANSFORM_BUFFER, MAX_INVOCATION_PAYLOAD};
use crate::transform::fate::{Failure, Fate};
use crate::transform::parse::TransformEvent;
use crate::transform::response::{Response, not_json, not_json_hint};
use crate::transform::rule::{Consequence, NOT_RETURNED, Rule};
use data::Contents;

/// What is known of the delivery stream.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `NumberOfRetries` of the transform.
    pub retries: u32,
    /// `BufferSizeInMBs` of the transform, in bytes.
    pub buffer: u64,
    /// Partition keys that every record must have.
    pub partition_keys: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            retries: DEFAULT_RETRIES,
            buffer: DEFAULT_TRANSFORM_BUFFER,
            partition_keys: Vec::new(),
        }
    }
}

/// What Firehose would make of a response.
#[derive(Debug)]
pub struct Judgement {
    /// A verdict for each record of the event, in its order; then one for each
    /// record of the response that is lost.
    pub verdicts: Vec<Verdict>,
    /// What is wrong or odd, in the order of the response.
    pub violations: Vec<Violation>,
    /// Broken rules that are not listed, for there are more than anybody reads.
    pub omitted: Omitted,
    /// How large everything is.
    pub sizes: Sizes,
}

/// How many broken rules are not listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Omitted {
    /// Of errors.
    pub errors: usize,
    /// Of warnings.
    pub warnings: usize,
}

impl Judgement {
    /// True if records fail or are lost.
    pub fn has_errors(&self) -> bool {
        let mut rules = self.violations.iter().map(|violation| violation.rule);
        self.omitted.errors > 0 || rules.any(|rule| rule.severity() == Severity::Error)
    }

    /// How many records have this fate, by its name.
    pub fn count(&self, fate: &str) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.fate.as_str() == fate).count()
    }
}

/// What becomes of one record.
#[derive(Debug)]
pub struct Verdict {
    /// Of the event; for lost data that of the response, if it has one.
    pub record_id: Option<String>,
    /// Place in the event, from 0; `None` for lost data.
    pub event_index: Option<usize>,
    /// Place in the response, from 0.
    pub response_index: Option<usize>,
    /// What becomes of it.
    pub fate: Fate,
    /// Bytes of the payload in the event.
    pub bytes_in: Option<usize>,
    /// Bytes of the payload in the response, where it can be decoded.
    pub bytes_out: Option<usize>,
}

/// A rule that is broken at one place.
#[derive(Debug)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// The record, if it is about one. Untrusted text.
    pub record_id: Option<String>,
    /// JSON pointer into the response (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What was found. Untrusted text may be quoted in it.
    pub message: String,
    /// What to change here, where the rule's own advice can be bettered.
    pub hint: Option<String>,
}

/// Sizes in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sizes {
    /// The event, as Lambda counts the request.
    pub event: usize,
    /// The response.
    pub response: usize,
    /// Payloads of all records of the event.
    pub payloads_in: usize,
    /// Payloads of the records that go on.
    pub payloads_out: usize,
}

impl Sizes {
    /// How much larger the response is than the event.
    pub fn growth(&self) -> f64 {
        ratio(self.response, self.event)
    }

    /// Bytes of the response to the fullest event of a stream with this
    /// transform buffer. The buffer counts payloads, and the event has a limit
    /// of its own.
    fn at_full_buffer(&self, buffer: u64) -> f64 {
        let limit = as_f64(MAX_INVOCATION_PAYLOAD) * self.growth();
        let buffer = usize::try_from(buffer).map_or(f64::MAX, as_f64);
        (buffer * ratio(self.response, self.payloads_in)).min(limit)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { as_f64(part) / as_f64(whole) }
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

/// Most broken rules that are listed, and most lost records of a response: more
/// than any event has records. A response of 6 MB can be three million elements
/// that are none.
pub(super) const MOST_VIOLATIONS: usize = 200_000;

/// Payloads below this, in bytes, say more about the length of ids than about
/// the growth of data.
const LEAST_FOR_GROWTH: usize = 1024;

/// Judges a response. One that is malformed is a finding, never an error.
pub fn check(event: &TransformEvent<'_>, response: &[u8], settings: &Settings) -> Judgement {
    let mut judge = Judge::new(event, settings);
    judge.event_is_real();
    judge.response(response);
    judge.finish(response.len())
}

/// The state of a judgement in the making.
pub(super) struct Judge<'e> {
    pub(super) event: &'e TransformEvent<'e>,
    pub(super) settings: &'e Settings,
    /// Places in the event by `recordId`; SAM's sample has one twice.
    pub(super) places: BTreeMap<&'e str, Places>,
    /// Places by the id without case and white space; made when it is needed.
    pub(super) by_plain_id: Option<BTreeMap<String, usize>>,
    /// By place in the event.
    pub(super) answered: Vec<Option<Answered>>,
    /// Data of the response that no record of the event takes.
    pub(super) lost: Vec<Verdict>,
    pub(super) violations: Vec<Violation>,
    omitted: Omitted,
    /// Set when the whole batch fails; the first reason counts.
    pub(super) batch: Option<Failure>,
    contents: Contents,
}

/// Where a `recordId` stands in the event, and how many of its places are
/// answered.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) all: Vec<usize>,
    pub(super) answered: usize,
}

/// How a record of the event was answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) response_index: usize,
    pub(super) fate: Fate,
    pub(super) bytes_out: Option<usize>,
    /// The data is what it was in the event.
    pub(super) unchanged: bool,
    /// Names of its partition keys; `None` if it has none.
    pub(super) partition_keys: Option<BTreeSet<String>>,
}

impl<'e> Judge<'e> {
    fn new(event: &'e TransformEvent<'e>, settings: &'e Settings) -> Self {
        let mut places: BTreeMap<&str, Places> = BTreeMap::new();
        for (place, record) in event.records.iter().enumerate() {
            places.entry(record.id.as_ref()).or_default().all.push(place);
        }
        Self {
            event,
            settings,
            places,
            by_plain_id: None,
            answered: event.records.iter().map(|_| None).collect(),
            lost: Vec::new(),
            violations: Vec::new(),
            omitted: Omitted::default(),
            batch: None,
            contents: Contents::new(),
        }
    }

    /// Notes that `rule` is broken; a rule that fails the batch fails it.
    pub(super) fn broken(
        &mut self,
        rule: Rule,
        id: Option<&str>,
        pointer: String,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        if let Consequence::AllRecordsFail(failure) = rule.definition().consequence {
            self.batch.get_or_insert(failure);
        }
        if self.violations.len() >= MOST_VIOLATIONS {
            match rule.severity() {
                Severity::Error => self.omitted.errors += 1,
                Severity::Warning => self.omitted.warnings += 1,
            }
            return;
        }
        let record_id = id.map(str::to_owned);
        self.violations.push(Violation { rule, record_id, pointer, message: message.into(), hint });
    }

    fn event_is_real(&mut self) {
        let rule = Rule::EventUnreal;
        if self.event.bytes > MAX_INVOCATION_PAYLOAD {
            let message = format!(
                "the event has {} bytes, Lambda takes {MAX_INVOCATION_PAYLOAD}",
                self.event.bytes
            );
            self.broken(rule, None, String::new(), message, None);
        }
        if self.event.records.is_empty() {
            self.broken(rule, None, String::new(), "the event has no records", None);
        }
        let twice = self.places.iter().find(|(_, places)| places.all.len() > 1);
        if let Some((&id, places)) = twice {
            let message = format!("the event has the same recordId {} times", places.all.len());
            self.broken(rule, Some(id), String::new(), message, None);
        }
    }

    fn response(&mut self, response: &[u8]) {
        if response.len() > MAX_INVOCATION_PAYLOAD {
            let message = format!("{} bytes, {MAX_INVOCATION_PAYLOAD} are allowed", response.len());
            self.broken(Rule::ResponseTooLarge, None, String::new(), message, None);
        }
        let whole = String::new();
        match Response::read(response) {
            Response::NotJson(error) => {
                let hint = not_json_hint(response, &error).map(str::to_owned);
                self.broken(Rule::ResponseNotJson, None, whole, not_json(response, &error), hint);
            }
            Response::NotObject(kind, hint) => {
                let message = format!("the response is {kind}");
                let hint = hint.map(str::to_owned);
                self.broken(Rule::ResponseNotObject, None, whole, message, hint);
            }
            Response::Error(error) => {
                let (rule, what) = if error.is_timeout() {
                    (Rule::FunctionTimedOut, "did not answer in time")
                } else {
                    (Rule::FunctionError, "failed")
                };
                let message = format!("the function {what}: {error}");
                self.broken(rule, None, whole, message, None);
            }
            Response::NoRecords(hint) => {
                let rule = Rule::RecordsMissing;
                self.broken(rule, None, whole, "the response has no `records`", hint);
            }
            Response::NotList(kind) => {
                let rule = Rule::RecordsNotList;
                let message = format!("`records` is {kind}");
                self.broken(rule, None, "/records".to_owned(), message, None);
            }
            Response::Records { list, duplicate } => {
                if duplicate.is_some() {
                    let message = "`records` is there more than once, the last one is judged";
                    self.broken(Rule::DuplicateKey, None, "/records".to_owned(), message, None);
                }
                for (index, element) in json::elements(list, 0).flatten().enumerate() {
                    self.record(index, element.0);
                }
                self.unanswered();
                self.another_event();
                self.partition_keys();
                self.as_a_whole();
            }
        }
    }

    fn finish(mut self, response: usize) -> Judgement {
        let mut sizes = Sizes { event: self.event.bytes, response, ..Sizes::default() };
        let mut verdicts = Vec::with_capacity(self.answered.len() + self.lost.len());
        for (place, answered) in std::mem::take(&mut self.answered).into_iter().enumerate() {
            let Some(record) = self.event.records.get(place) else { continue };
            let fate = match (self.batch, &answered) {
                (Some(failure), _) => Fate::Failed(failure),
                (None, Some(answered)) => answered.fate,
                (None, None) => Fate::Failed(NOT_RETURNED),
            };
            let bytes_out = answered.as_ref().and_then(|answered| answered.bytes_out);
            sizes.payloads_in += record.payload_bytes();
            if fate == Fate::Delivered {
                sizes.payloads_out += bytes_out.unwrap_or(0);
            }
            verdicts.push(Verdict {
                record_id: Some(record.id.to_string()),
                event_index: Some(place),
                response_index: answered.as_ref().map(|answered| answered.response_index),
                fate,
                bytes_in: Some(record.payload_bytes()),
                bytes_out,
            });
        }
        self.full_buffer(&sizes);
        verdicts.append(&mut self.lost);
        Judgement { verdicts, violations: self.violations, omitted: self.omitted, sizes }
    }

    fn full_buffer(&mut self, sizes: &Sizes) {
        let full = sizes.at_full_buffer(self.settings.buffer);
        let tells_little = sizes.payloads_in < LEAST_FOR_GROWTH;
        if self.batch.is_some() || tells_little || full <= as_f64(MAX_INVOCATION_PAYLOAD) {
            return;
        }
        let message = format!(
            "at this growth a full transform buffer gives a response of about {:.1} MB",
            full / 1e6
        );
        self.broken(Rule::FullBufferTooLarge, None, String::new(), message, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"records":[{"recordId":"aA","data":"eyJhIjoxfQ=="},{"recordId":"b","data":"eyJhIjoyfQ=="}]}"#;

    fn judge(event: &str, response: &str) -> Judgement {
        let event = TransformEvent::parse(event.as_bytes()).unwrap();
        check(&event, response.as_bytes(), &Settings::default())
    }

    /// What is broken, then what becomes of each record.
    fn told(response: &str) -> String {
        let judgement = judge(EVENT, response);
        let rules = judgement.violations.iter().map(|violation| {
            format!("{} {}", violation.rule.as_str(), violation.pointer).trim().to_owned()
        });
        let fates = judgement.verdicts.iter().map(|verdict| match verdict.fate {
            Fate::Failed(failure) => {
                let error = failure.error;
                format!("{}/{}", error.code, error.scope.as_str())
            }
            fate => fate.as_str().to_owned(),
        });
        let (rules, fates): (Vec<_>, Vec<_>) = (rules.collect(), fates.collect());
        format!("{} => {}", rules.join(", "), fates.join(", "))
    }

    fn with_first(first: &str) -> String {
        told(&format!(
            r#"{{"records":[{first},{{"recordId":"b","result":"Ok","data":"eyJiIjoyfQo="}}]}}"#
        ))
    }

    const FINE: &str = r#""result":"Ok","data":"eyJhIjo5fQo=""#;

    #[test]
    fn an_honest_response_breaks_nothing() {
        assert_eq!(
            with_first(&format!(r#"{{"recordId":"aA",{FINE}}}"#)),
            " => delivered, delivered"
        );
    }

    #[test]
    fn a_response_of_the_wrong_shape_fails_everything() {
        let json = "Lambda.JsonProcessingException/batch";
        let missing = "Lambda.MissingRecordId/record";
        let thrown = "Lambda.FunctionError/batch";
        let late = "Lambda.FunctionTimedOut/batch";
        for (response, rule, fate) in [
            ("", "response-not-json", json),
            ("{'records': []}", "response-not-json", json),
            ("null", "response-not-object", json),
            (r#""{\"records\":[]}""#, "response-not-object", json),
            (r#"{"errorMessage":"x","errorType":"KeyError"}"#, "function-error", thrown),
            (r#"{"errorMessage":"Task timed out after 3.00 seconds"}"#, "function-timed-out", late),
            ("{}", "records-missing", missing),
            (r#"{"Records":[]}"#, "records-missing", missing),
            (r#"{"records":{}}"#, "records-not-list /records", missing),
        ] {
            assert_eq!(told(response), format!("{rule} => {fate}, {fate}"), "{response}");
        }
    }

    #[test]
    fn a_broken_record_has_its_rule_and_its_fate() {
        let batch = "Lambda.FunctionError/batch, Lambda.FunctionError/batch";
        let json = "Lambda.JsonProcessingException/batch, Lambda.JsonProcessingException/batch";
        let lost = "Lambda.MissingRecordId/record, delivered, silently-lost";
        let no_data = "Lambda.InvalidReturnFormat/record, delivered";
        for (first, rule, fates) in [
            ("7".to_owned(), "record-not-object /records/0", json),
            (format!("{{{FINE}}}"), "record-id-missing /records/0", lost),
            (
                format!(r#"{{"recordId":7,{FINE}}}"#),
                "record-id-not-string /records/0/recordId",
                lost,
            ),
            (
                format!(r#"{{"recordId":" aa",{FINE}}}"#),
                "record-id-changed /records/0/recordId",
                lost,
            ),
            (
                format!(r#"{{"recordId":"zz",{FINE}}}"#),
                "record-id-unknown /records/0/recordId, record-missing /records",
                lost,
            ),
            (
                format!(r#"{{"recordId":"aA",{FINE}}},{{"recordId":"aA",{FINE}}}"#),
                "record-id-duplicated /records/1/recordId",
                "Lambda.DuplicatedRecordId/record, delivered",
            ),
            (
                r#"{"recordId":"aA","data":"eyJhIjo5fQo="}"#.to_owned(),
                "result-missing /records/0",
                batch,
            ),
            (
                r#"{"recordId":"aA","result":"OK","data":"eyJhIjo5fQo="}"#.to_owned(),
                "result-misspelt /records/0/result",
                batch,
            ),
            (
                r#"{"recordId":"aA","result":7,"data":"eyJhIjo5fQo="}"#.to_owned(),
                "result-unknown /records/0/result",
                batch,
            ),
            (r#"{"recordId":"aA","result":"Ok"}"#.to_owned(), "data-missing /records/0", no_data),
            (
                r#"{"recordId":"aA","result":"Ok","kafkaRecordValue":"eyJhIjo5fQo="}"#.to_owned(),
                "data-wrong-key /records/0",
                no_data,
            ),
            (
                r#"{"recordId":"aA","result":"Ok","data":null}"#.to_owned(),
                "data-null /records/0/data",
                no_data,
            ),
            (
                r#"{"recordId":"aA","result":"Ok","data":{}}"#.to_owned(),
                "data-not-string /records/0/data",
                json,
            ),
            (
                r#"{"recordId":"aA","result":"Ok","data":"b'eyJhIjo5fQo='"}"#.to_owned(),
                "data-python-bytes /records/0/data",
                batch,
            ),
            (
                r#"{"recordId":"aA","result":"ProcessingFailed"}"#.to_owned(),
                "processing-failed /records/0/result",
                "Lambda.ProcessingFailedStatus/record, delivered",
            ),
            (r#"{"recordId":"aA","result":"Dropped"}"#.to_owned(), "", "dropped, delivered"),
        ] {
            assert_eq!(with_first(&first), format!("{rule} => {fates}"), "{first}");
        }
    }

    #[test]
    fn partition_keys_are_asked_of_all_or_of_none() {
        let keys = "DynamicPartitioning.MetadataExtractionFailed/record";
        for (metadata, rule, fates) in [
            (
                r#"{"partitionKeys":{"year":"2026"}}"#,
                "partition-keys-missing /records/1/metadata/partitionKeys",
                format!("delivered, {keys}"),
            ),
            (
                r#"{"partitionKeys":{"y/r":""}}"#,
                "partition-key-empty /records/0/metadata/partitionKeys/y~1r, partition-keys-missing /records/1/metadata/partitionKeys",
                format!("{keys}, {keys}"),
            ),
            (
                r#"{"otfMetadata":{"operation":"upsert"}}"#,
                "otf-metadata-invalid /records/0/metadata/otfMetadata",
                "iceberg-failed/record, delivered".to_owned(),
            ),
        ] {
            let first = format!(r#"{{"recordId":"aA",{FINE},"metadata":{metadata}}}"#);
            assert_eq!(with_first(&first), format!("{rule} => {fates}"), "{metadata}");
        }
    }

    #[test]
    fn what_shows_in_all_records_together_is_told() {
        assert_eq!(
            told(
                r#"{"records":[{"recordId":"aA","result":"Dropped"},{"recordId":"b","result":"Dropped"}]}"#
            ),
            "all-dropped /records => dropped, dropped"
        );
        let same = r#"{"records":[{"recordId":"b","result":"Ok","data":"eyJhIjoyfQ=="},{"recordId":"aA","result":"Ok","data":"eyJhIjoxfQ=="}]}"#;
        let judgement = judge(EVENT, same);
        let rules: Vec<_> = judgement.violations.iter().map(|it| it.rule).collect();
        assert_eq!(
            rules,
            [Rule::NoNewline, Rule::NoNewline, Rule::UnchangedData, Rule::OrderChanged]
        );
        assert!(!judgement.has_errors());
    }

    #[test]
    fn a_response_over_the_limit_fails_the_batch_and_is_judged_all_the_same() {
        let data = "eyJh".repeat(MAX_INVOCATION_PAYLOAD / 4);
        let response = format!(
            r#"{{"records":[{{"recordId":"aA","result":"OK","data":"{data}"}},{{"recordId":"b","result":"Dropped"}}]}}"#
        );
        let judgement = judge(EVENT, &response);
        let rules: Vec<_> = judgement.violations.iter().map(|it| it.rule).collect();
        assert_eq!(rules, [Rule::ResponseTooLarge, Rule::ResultMisspelt]);
        assert_eq!(judgement.count("failed"), 2);
        let Fate::Failed(failure) = judgement.verdicts[1].fate else { panic!("it failed") };
        assert_eq!(failure.error.attempts.count(3), Some(4));
    }

    #[test]
    fn an_event_with_an_id_twice_takes_two_answers() {
        let event = r#"{"records":[{"recordId":"a","data":""},{"recordId":"a","data":""}]}"#;
        let answer = format!(r#"{{"recordId":"a",{FINE}}}"#);
        let judgement = judge(event, &format!(r#"{{"records":[{answer},{answer}]}}"#));
        let rules: Vec<_> = judgement.violations.iter().map(|it| it.rule.as_str()).collect();
        assert_eq!(rules, ["event-unreal"]);
        assert_eq!(judgement.count("delivered"), 2);
    }

    #[test]
    fn what_is_hostile_takes_no_longer_than_what_is_large() {
        // All three would take minutes if the time grew with the square.
        let records = vec![r#"{"recordId":"x","data":""}"#; 100_000].join(",");
        let event = format!(r#"{{"records":[{records}]}}"#);
        let answers = vec![format!(r#"{{"recordId":"x",{FINE}}}"#); 90_000].join(",");
        let judgement = judge(&event, &format!(r#"{{"records":[{answers}]}}"#));
        assert_eq!(judgement.violations.len(), 1 + 10_000);
        let judgement = judge(EVENT, &format!(r#"{{"records":[{}1]}}"#, "1,".repeat(1_000_000)));
        assert_eq!(judgement.violations.len(), MOST_VIOLATIONS);
        assert_eq!(judgement.omitted.errors, 1_000_001 - MOST_VIOLATIONS);
        let unknown: Vec<_> =
            (0..100_000).map(|id| format!(r#"{{"recordId":"{id}",{FINE}}}"#)).collect();
        let judgement = judge(EVENT, &format!(r#"{{"records":[{}]}}"#, unknown.join(",")));
        assert_eq!(judgement.count("silently-lost"), 100_000);
    }
}
