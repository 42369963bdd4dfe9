//! Judges a transform response as Firehose would.

mod data;
mod judgement;
mod metadata;
mod records;

use std::collections::{BTreeMap, BTreeSet};

use crate::decode::Severity;
use crate::json;
use crate::limits::MAX_INVOCATION_PAYLOAD;
use crate::transform::fate::{Failure, Fate};
use crate::transform::parse::TransformEvent;
use crate::transform::response::{Response, not_json, not_json_hint};
use crate::transform::rule::{Consequence, NOT_RETURNED, Rule};
use data::Contents;
use judgement::as_f64;
pub use judgement::{Judgement, Omitted, Settings, Sizes, Verdict, Violation};

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
mod tests;
