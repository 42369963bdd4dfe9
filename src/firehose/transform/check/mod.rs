//! Judges a transform response as Firehose would.

mod characters;
mod compression;
mod data;
pub(super) mod encoding;
mod finding;
mod log_events;
mod metadata;
mod misplaced;
mod payload;
mod records;
mod result;
mod series;
mod unencoded;
mod values;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::decode::Severity;
use crate::group;
use crate::limits::{MAX_INVOCATION_PAYLOAD, MAX_RESPONSE_PAYLOAD};
use crate::transform::fate::{Failure, Fate};
use crate::transform::invocation::HandlerStyle;
use crate::transform::parse::TransformEvent;
use crate::transform::record_name::record_name;
use crate::transform::response::{Response, not_json, not_json_hint};
use crate::transform::rule::{Consequence, NOT_RETURNED, Rule};
use data::DataChecker;
use log_events::Envelopes;
pub use log_events::{JsonValues, LogEvents};
use result::as_f64;
pub use result::{
    CheckResult, CheckSettings, Counts, LostData, Omitted, Sizes, Verdict, Violation,
};

/// Most broken rules that are listed, and most lost data of a response: more
/// than any event has records. A response of 6 MB can be three million elements
/// that are no records.
const MAX_VIOLATIONS: usize = 200_000;

/// Payloads below this, in bytes, say more about the length of ids than about
/// the growth of data.
const MIN_PAYLOADS_FOR_GROWTH: usize = 1024;

/// Judges a response. One that is malformed is a finding, never an error.
pub fn check(event: &TransformEvent<'_>, response: &[u8], settings: &CheckSettings) -> CheckResult {
    let mut checker = Checker::new(event, settings);
    checker.check_event();
    checker.check_response(response);
    checker.finish(response.len())
}

/// Why the event is not one that Firehose sends: data that is not base64, or a
/// string for a number. A function that fails on it may be right.
pub fn event_flaw(event: &TransformEvent<'_>) -> Option<String> {
    let data = Checker::new(event, &CheckSettings::default()).flaw_of_event();
    data.or_else(|| flaw_of_numbers(event))
}

fn flaw_of_numbers(event: &TransformEvent<'_>) -> Option<String> {
    let mut records = event.records.iter().enumerate();
    let (index, place) =
        records.find_map(|(index, record)| Some((index, record.text_for_number?)))?;
    let key = place.rsplit('/').next().unwrap_or_default();
    Some(format!(
        "`{key}` of {} of the event is a string; Firehose sends a number",
        record_name(index, &format!("/records/{index}{place}"))
    ))
}

/// What is known so far of an event and its response.
struct Checker<'e> {
    event: &'e TransformEvent<'e>,
    settings: &'e CheckSettings,
    /// By `recordId`; the sample event of AWS SAM has one twice.
    occurrences: BTreeMap<&'e str, Occurrences>,
    /// Places in the event by the id without case and white space; made when it
    /// is needed.
    by_plain_id: Option<BTreeMap<String, usize>>,
    /// By place in the event.
    returned: Vec<Option<ReturnedRecord>>,
    lost: Vec<LostData>,
    violations: Vec<Violation>,
    omitted: Omitted,
    /// Set when every record fails; the first reason counts.
    all_fail: Option<Failure>,
    data: DataChecker,
    /// What is counted: the log events or the JSON values of the records.
    envelopes: Option<Envelopes>,
    is_too_deep: bool,
    /// The response looks like the event.
    is_event: bool,
}

/// Where a `recordId` stands in the event, and how many of these records have a
/// match in the response.
#[derive(Debug, Default)]
struct Occurrences {
    indexes: Vec<usize>,
    matched: usize,
}

/// What the response has for a record of the event.
#[derive(Debug)]
struct ReturnedRecord {
    response_index: usize,
    /// Its result is `Dropped`.
    is_dropped: bool,
    /// How it fails by what it is, whatever the others are.
    failure: Option<Failure>,
    bytes_out: Option<usize>,
    /// Log events, JSON values or lines in the payload, where log events are counted.
    values: u64,
    /// The data is what it was in the event.
    is_unchanged: bool,
    /// Names of its partition keys; `None` if it has none.
    partition_keys: Option<BTreeSet<String>>,
    /// It has metadata that Firehose reads.
    has_metadata: bool,
    /// What is written almost like a key of the metadata, for a hint.
    near_miss: Option<String>,
    /// What the payload is as rows of a table.
    objects: Objects,
}

/// What a payload is where each record is a row of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Objects {
    /// One object, or nothing that is known.
    #[default]
    One,
    /// One list.
    List,
    /// Values one after the other.
    Many(u64),
    /// Anything else: the object of "the payload is …".
    Other(&'static str),
}

/// Where a rule is broken.
#[derive(Debug, Default)]
struct Location<'a> {
    /// JSON pointer into the response; empty for the whole.
    pointer: String,
    /// The id, as the response or the event has it.
    record_id: Option<&'a str>,
    /// Place in the event of the record that it is about.
    event_index: Option<usize>,
    /// Place in the response.
    response_index: Option<usize>,
}

impl Location<'_> {
    fn at(pointer: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), ..Self::default() }
    }
}

impl<'e> Checker<'e> {
    fn new(event: &'e TransformEvent<'e>, settings: &'e CheckSettings) -> Self {
        let mut occurrences: BTreeMap<&str, Occurrences> = BTreeMap::new();
        for (index, record) in event.records.iter().enumerate() {
            occurrences.entry(record.id.as_ref()).or_default().indexes.push(index);
        }
        Self {
            event,
            settings,
            occurrences,
            by_plain_id: None,
            returned: event.records.iter().map(|_| None).collect(),
            lost: Vec::new(),
            violations: Vec::new(),
            omitted: Omitted::default(),
            all_fail: None,
            data: DataChecker::new(),
            envelopes: None,
            is_too_deep: false,
            is_event: false,
        }
    }

    /// Lists a broken rule, with its consequence.
    fn broken(
        &mut self,
        rule: Rule,
        at: Location<'_>,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        if self.settings.ignored.contains(&rule) {
            return;
        }
        match rule.definition().consequence {
            Consequence::Accepted => {}
            Consequence::RecordFails(failure) => self.fail_record(rule, &at, failure),
            Consequence::AllRecordsFail(failure) => {
                self.all_fail.get_or_insert(failure);
                self.fail_record(rule, &at, failure);
            }
            Consequence::DataLost(_) => self.lose_data(&at),
        }
        if self.violations.len() >= MAX_VIOLATIONS {
            match rule.severity() {
                Severity::Error => self.omitted.errors += 1,
                Severity::Warning | Severity::Note => self.omitted.warnings += 1,
            }
            return;
        }
        let record_id = at.record_id.map(str::to_owned);
        let (event_index, pointer, message) = (at.event_index, at.pointer, message.into());
        let violation = Violation { rule, record_id, event_index, pointer, message, hint };
        self.violations.push(violation);
    }

    /// The first failure counts, but for two: an id that is there twice fails
    /// whatever was returned for it, and that a partition key is missing is surer
    /// than what comes of another that is not a string.
    fn fail_record(&mut self, rule: Rule, at: &Location<'_>, failure: Failure) {
        let replaces = matches!(rule, Rule::RecordIdDuplicated | Rule::PartitionKeysMissing);
        if let Some(returned) = at.event_index.and_then(|index| self.returned_mut(index))
            && (replaces || returned.failure.is_none())
        {
            returned.failure = Some(failure);
        }
    }

    fn lose_data(&mut self, at: &Location<'_>) {
        if let Some(response_index) = at.response_index
            && self.lost.len() < MAX_VIOLATIONS
        {
            let record_id = at.record_id.map(str::to_owned);
            self.lost.push(LostData { record_id, response_index });
        }
    }

    /// What becomes of a record of the event. Nothing else decides it.
    fn fate(&self, returned: Option<&ReturnedRecord>) -> Fate {
        match (self.all_fail, returned) {
            (Some(failure), _) => Fate::Failed(failure),
            (None, None) => Fate::Failed(NOT_RETURNED),
            (None, Some(ReturnedRecord { failure: Some(failure), .. })) => Fate::Failed(*failure),
            (None, Some(ReturnedRecord { is_dropped: true, .. })) => Fate::Dropped,
            (None, Some(_)) => Fate::Delivered,
        }
    }

    fn returned_mut(&mut self, event_index: usize) -> Option<&mut ReturnedRecord> {
        self.returned.get_mut(event_index)?.as_mut()
    }

    /// The first data of the event that is not base64, and how many others are
    /// not, in a sentence.
    fn flaw_of_event(&mut self) -> Option<String> {
        let event = self.event;
        let records = event.records.iter().enumerate();
        let mut broken =
            records.filter_map(|(index, record)| Some((index, self.data.flaw(&record.data)?)));
        let (index, flaw) = broken.next()?;
        let others = match broken.count() {
            0 => String::new(),
            more => format!(", nor is that of {more} more"),
        };
        let key = event.source.data_key();
        Some(format!(
            "the data of {} of the event is not base64{others}: {flaw}",
            record_name(index, &format!("/records/{index}/{key}"))
        ))
    }

    fn check_event(&mut self) {
        let rule = Rule::EventUnreal;
        if self.event.bytes > MAX_INVOCATION_PAYLOAD {
            let message = format!(
                "the event is {} B; Lambda accepts {} B",
                group(self.event.bytes as u64),
                group(MAX_INVOCATION_PAYLOAD as u64)
            );
            self.broken(rule, Location::default(), message, None);
        }
        if let Some(message) = self.flaw_of_event() {
            self.broken(rule, Location::default(), message, None);
        }
        if self.event.records.is_empty() {
            self.broken(rule, Location::default(), "the event has no records", None);
        }
        let twice = self.occurrences.iter().find(|(_, of_id)| of_id.indexes.len() > 1);
        if let Some((&id, of_id)) = twice {
            let message = format!("the event has the same recordId {} times", of_id.indexes.len());
            let at = Location { record_id: Some(id), ..Location::default() };
            self.broken(rule, at, message, None);
        }
    }

    fn check_response(&mut self, response: &[u8]) {
        if response.len() > MAX_RESPONSE_PAYLOAD {
            let size = |bytes: usize| group(bytes as u64);
            let (bytes, most) = (size(response.len()), size(MAX_RESPONSE_PAYLOAD));
            let message = format!("the response is {bytes} B; Lambda accepts {most} B");
            self.broken(Rule::ResponseTooLarge, Location::default(), message, None);
        }
        if response.starts_with(b"\xef\xbb\xbf") {
            let message = "the response starts with a byte order mark (EF BB BF)";
            self.broken(Rule::ByteOrderMark, Location::default(), message, None);
        }
        let whole = Location::default();
        match Response::read(response) {
            Response::TooDeep => self.is_too_deep = true,
            Response::NotJson(error) => {
                let hint = not_json_hint(response, &error).map(str::to_owned);
                self.broken(Rule::ResponseNotJson, whole, not_json(response, &error), hint);
            }
            Response::NotObject(kind, hint) => {
                let message = format!("the response is {kind}");
                let style = self.settings.style.filter(|_| kind == "null");
                let hint = style.map(HandlerStyle::null_hint).or(hint).map(str::to_owned);
                self.broken(Rule::ResponseNotObject, whole, message, hint);
            }
            Response::Error(error) => {
                let rule = error.rule();
                let what = match rule {
                    Rule::FunctionTooLong => "did not respond in 5 minutes",
                    Rule::FunctionTimedOut => "did not respond in time",
                    _ => "failed",
                };
                self.broken(rule, whole, format!("the function {what}: {error}"), None);
            }
            Response::NoRecords(hint) => {
                self.broken(Rule::RecordsMissing, whole, "the response has no `records`", hint);
            }
            Response::NotList(kind) => {
                let message = format!("`records` is {kind}");
                self.broken(Rule::RecordsNotList, Location::at("/records"), message, None);
            }
            Response::Records { list, duplicate, is_event, metadata } => {
                self.envelopes = self.data.envelopes(&self.event.records);
                self.is_event = is_event;
                if duplicate.is_some() {
                    let message = "duplicate `records`; the last one is checked";
                    self.broken(Rule::DuplicateKey, Location::at("/records"), message, None);
                }
                for (index, element) in list.elements().flatten().enumerate() {
                    self.check_record(index, element.0);
                }
                if let Some((key, value)) = metadata {
                    self.check_outside_metadata(key, value);
                }
                self.check_missing_records(list.elements().next().is_none());
                self.hint_at_another_event();
                if !self.settings.is_iceberg {
                    self.check_missing_partition_keys();
                }
                self.check_batch(list);
            }
        }
    }

    fn finish(mut self, response: usize) -> CheckResult {
        let mut sizes = Sizes { event: self.event.bytes, response, ..Sizes::default() };
        let mut verdicts = Vec::with_capacity(self.returned.len());
        for (event_index, record) in self.event.records.iter().enumerate() {
            let returned = self.returned.get(event_index).and_then(Option::as_ref);
            let fate = self.fate(returned);
            let bytes_in = record.payload_bytes();
            let bytes_out = returned.and_then(|returned| returned.bytes_out);
            sizes.payloads_in += bytes_in;
            if fate == Fate::Delivered {
                sizes.payloads_out += bytes_out.unwrap_or(0);
            }
            verdicts.push(Verdict {
                record_id: record.id.to_string(),
                event_index,
                response_index: returned.map(|returned| returned.response_index),
                fate,
                bytes_in,
                bytes_out,
            });
        }
        self.check_full_buffer(&sizes);
        let counts = self.envelopes.as_ref().map(|envelopes| {
            let values = self.returned.iter().map(|it| it.as_ref().map_or(0, |it| it.values));
            let fates = verdicts.iter().map(|verdict| verdict.fate);
            envelopes.count(fates.zip(values))
        });
        let are_logs = self.envelopes.as_ref().is_some_and(Envelopes::are_logs);
        let json_values = counts.clone().filter(|_| !are_logs).map(JsonValues::from);
        let log_events = counts.filter(|_| are_logs);
        let Self { lost, violations, omitted, is_too_deep, .. } = self;
        CheckResult {
            verdicts,
            lost,
            violations,
            omitted,
            sizes,
            log_events,
            json_values,
            is_too_deep,
        }
    }

    fn check_full_buffer(&mut self, sizes: &Sizes) {
        let full = sizes.at_full_buffer(self.settings.buffer);
        let is_too_small = sizes.payloads_in < MIN_PAYLOADS_FOR_GROWTH;
        if self.all_fail.is_some() || is_too_small || full <= as_f64(MAX_RESPONSE_PAYLOAD) {
            return;
        }
        let message = format!(
            "with this growth, a full transform buffer gives a response of about {:.1} MB",
            full / 1e6
        );
        self.broken(Rule::FullBufferTooLarge, Location::default(), message, None);
    }
}

#[cfg(test)]
mod tests;
