//! Judges the records of a response: one by one, then all together.

use std::collections::BTreeSet;

use super::data::Remarks;
use super::{Answered, Judge, MOST_VIOLATIONS, Verdict, Violation};
use crate::transform::fate::Fate;
use crate::transform::parse::{bytes, text};
use crate::transform::response::{Answer, PROMISE, TransformResult, kind};
use crate::transform::rule::Rule;

/// A record of the response, and the record of the event that it answers.
pub(super) struct Pair<'a> {
    pub(super) index: usize,
    pub(super) place: usize,
    pub(super) id: &'a str,
}

impl Pair<'_> {
    fn pointer(&self, key: &str) -> String {
        pointer(self.index, key)
    }
}

pub(super) fn pointer(index: usize, key: &str) -> String {
    format!("/records/{index}{key}")
}

/// An id without what people change in it by accident.
fn plain(id: &str) -> String {
    id.trim().to_ascii_lowercase()
}

impl Judge<'_> {
    /// Judges the element of `records` at `index`.
    pub(super) fn record(&mut self, index: usize, element: &[u8]) {
        let data_key = self.event.source.data_key();
        let Some(answer) = Answer::read(element, data_key) else {
            let message = format!("the element is {}", kind(element));
            self.broken(Rule::RecordNotObject, None, pointer(index, ""), message, None);
            return;
        };
        if let Some(key) = answer.duplicate {
            let key = String::from_utf8_lossy(key);
            let message = format!("`{key}` is there more than once, the last one is judged");
            self.broken(
                Rule::DuplicateKey,
                None,
                pointer(index, &format!("/{key}")),
                message,
                None,
            );
        }
        let Some(place) = self.place(index, &answer) else { return };
        let event = self.event;
        let Some(record) = event.records.get(place) else { return };
        let pair = Pair { index, place, id: &record.id };
        self.answer(&pair, &answer);
    }

    /// Finds the record of the event that is answered; `None` if there is
    /// none, or none that was not answered yet.
    fn place(&mut self, index: usize, answer: &Answer<'_>) -> Option<usize> {
        let Some(id) = answer.id else {
            let like = answer.like_id.map(|key| {
                format!("there is `{}`; the key is `recordId`", String::from_utf8_lossy(key))
            });
            let hint = like.or_else(|| answer.is_empty.then(|| PROMISE.to_owned()));
            return self.stray(Rule::RecordIdMissing, index, None, "it has no `recordId`", hint);
        };
        let Some(id) = text(id) else {
            let message = format!("`recordId` is {}", kind(id));
            return self.stray(Rule::RecordIdNotString, index, None, &message, None);
        };
        let Some(places) = self.places.get_mut(id.as_ref()) else {
            return self.unknown(index, &id);
        };
        if let Some(place) = places.all.get(places.answered) {
            places.answered += 1;
            return Some(*place);
        }
        let place = places.all.first().copied();
        let first = place.and_then(|place| self.answered.get_mut(place)).and_then(Option::as_mut);
        let mut message = "this recordId was returned before".to_owned();
        if let Some(first) = first {
            message = format!("it is also that of /records/{}", first.response_index);
            if let Some(failure) = Rule::RecordIdDuplicated.definition().consequence.failure() {
                first.fate = Fate::Failed(failure);
            }
        }
        let pointer = pointer(index, "/recordId");
        self.broken(Rule::RecordIdDuplicated, Some(&id), pointer, message, None);
        None
    }

    /// Data that answers no record of the event.
    fn stray(
        &mut self,
        rule: Rule,
        index: usize,
        id: Option<&str>,
        message: &str,
        hint: Option<String>,
    ) -> Option<usize> {
        let key = if rule == Rule::RecordIdMissing { "" } else { "/recordId" };
        self.broken(rule, id, pointer(index, key), message, hint);
        if self.lost.len() >= MOST_VIOLATIONS {
            return None;
        }
        self.lost.push(Verdict {
            record_id: id.map(str::to_owned),
            event_index: None,
            response_index: Some(index),
            fate: Fate::SilentlyLost,
            bytes_in: None,
            bytes_out: None,
        });
        None
    }

    fn unknown(&mut self, index: usize, id: &str) -> Option<usize> {
        let event = self.event;
        let by_plain_id = self.by_plain_id.get_or_insert_with(|| {
            let records = event.records.iter().enumerate();
            records.map(|(place, record)| (plain(&record.id), place)).collect()
        });
        let meant = by_plain_id.get(&plain(id)).and_then(|place| event.records.get(*place));
        let Some(record) = meant else {
            let message = "no record of the event has this recordId";
            return self.stray(Rule::RecordIdUnknown, index, Some(id), message, None);
        };
        let how = if record.id.trim() == id.trim() { "white space" } else { "case" };
        let message = format!("it differs in {how} from the recordId of the event");
        let hint = Some(format!("return `{}`, copied from the event", record.id));
        self.stray(Rule::RecordIdChanged, index, Some(id), &message, hint)
    }

    fn answer(&mut self, pair: &Pair<'_>, answer: &Answer<'_>) {
        let result = self.result(pair, answer);
        let mut answered = Answered {
            response_index: pair.index,
            fate: match result {
                Some(TransformResult::Dropped) => Fate::Dropped,
                _ => Fate::Delivered,
            },
            bytes_out: None,
            unchanged: false,
            partition_keys: None,
        };
        if result == Some(TransformResult::ProcessingFailed) {
            let message = "the transform returned it as ProcessingFailed";
            self.fail(&mut answered, Rule::ProcessingFailed, pair, "/result", message, None);
        }
        self.data(pair, answer, result, &mut answered);
        if let (Some(TransformResult::Ok), Some(metadata)) = (result, answer.metadata) {
            self.metadata(pair, metadata, &mut answered);
        }
        if let Some(slot) = self.answered.get_mut(pair.place) {
            *slot = Some(answered);
        }
    }

    /// Notes a broken rule and lets the record fail by it. The first failure
    /// counts.
    pub(super) fn fail(
        &mut self,
        answered: &mut Answered,
        rule: Rule,
        pair: &Pair<'_>,
        key: &str,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        if let Some(failure) = rule.definition().consequence.failure()
            && !matches!(answered.fate, Fate::Failed(_))
        {
            answered.fate = Fate::Failed(failure);
        }
        self.broken(rule, Some(pair.id), pair.pointer(key), message, hint);
    }

    fn result(&mut self, pair: &Pair<'_>, answer: &Answer<'_>) -> Option<TransformResult> {
        let id = Some(pair.id);
        let Some(token) = answer.result else {
            let hint = answer.like_result.map(|key| {
                format!("there is `{}`; the key is `result`", String::from_utf8_lossy(key))
            });
            self.broken(Rule::ResultMissing, id, pair.pointer(""), "it has no `result`", hint);
            return None;
        };
        let Some(result) = text(token) else {
            let message = format!("`result` is {}", kind(token));
            self.broken(Rule::ResultUnknown, id, pair.pointer("/result"), message, None);
            return None;
        };
        let exact = TransformResult::exactly(&result);
        if exact.is_some() {
            return exact;
        }
        let (rule, hint) = match TransformResult::meant(&result) {
            Some(meant) => (Rule::ResultMisspelt, Some(format!("write `{}`", meant.as_str()))),
            None => (Rule::ResultUnknown, None),
        };
        let message = format!("`result` is `{result}`");
        self.broken(rule, id, pair.pointer("/result"), message, hint);
        None
    }

    fn data(
        &mut self,
        pair: &Pair<'_>,
        answer: &Answer<'_>,
        result: Option<TransformResult>,
        answered: &mut Answered,
    ) {
        let is_ok = result == Some(TransformResult::Ok);
        let event = self.event;
        let key = event.source.data_key();
        let pointer = format!("/{key}");
        let Some(token) = answer.data.filter(|token| is_ok || *token != b"null") else {
            if is_ok {
                self.no_data(pair, answer, answered);
            }
            return;
        };
        let Some(data) = bytes(token) else {
            let rule = if token == b"null" { Rule::DataNull } else { Rule::DataNotString };
            let message = format!("`{key}` is {}", kind(token));
            return self.fail(answered, rule, pair, &pointer, message, None);
        };
        answered.unchanged =
            event.records.get(pair.place).is_some_and(|record| record.data == data);
        let Remarks { bytes, broken } = self.contents.judge(&data, is_ok);
        answered.bytes_out = bytes;
        for (rule, message) in broken {
            self.fail(answered, rule, pair, &pointer, message, None);
        }
    }

    fn no_data(&mut self, pair: &Pair<'_>, answer: &Answer<'_>, answered: &mut Answered) {
        let key = self.event.source.data_key();
        let message = format!("it has no `{key}`");
        let hint = answer.like_data.map(|like| {
            format!("there is `{}`; the key is `{key}`", String::from_utf8_lossy(like))
        });
        let rule = if hint.is_some() { Rule::DataWrongKey } else { Rule::DataMissing };
        self.fail(answered, rule, pair, "", message, hint);
    }

    /// Records of the event that are not in the response. One whose place in
    /// the response has no usable `recordId`, or a changed one, is told already.
    pub(super) fn unanswered(&mut self) {
        let event = self.event;
        let told: BTreeSet<String> = self.told();
        for (place, record) in event.records.iter().enumerate() {
            let is_answered = self.answered.get(place).is_some_and(Option::is_some);
            if !is_answered && !told.contains(record.id.as_ref()) {
                let message = "the response has no record with this recordId";
                let id = Some(record.id.as_ref());
                self.broken(Rule::RecordMissing, id, "/records".to_owned(), message, None);
            }
        }
    }

    /// Where no `recordId` is one of the event's, the event is likely not the
    /// one that was answered.
    pub(super) fn another_event(&mut self) {
        if self.answered.iter().any(Option::is_some) {
            return;
        }
        let is_unknown = |it: &Violation| it.rule == Rule::RecordIdUnknown;
        if !self.violations.iter().any(is_unknown) {
            return;
        }
        for violation in &mut self.violations {
            if matches!(violation.rule, Rule::RecordIdUnknown | Rule::RecordMissing) {
                let hint = "no recordId matches: is this the answer to another event?";
                violation.hint = Some(hint.to_owned());
            }
        }
    }

    /// Ids of the records whose loss a stray answer explains.
    fn told(&self) -> BTreeSet<String> {
        let mut told = BTreeSet::new();
        let (mut changed, mut nameless) = (BTreeSet::new(), BTreeSet::new());
        for violation in &self.violations {
            match (violation.rule, &violation.record_id) {
                (Rule::RecordIdChanged, Some(id)) => {
                    changed.insert(plain(id));
                }
                (Rule::RecordNotObject | Rule::RecordIdMissing | Rule::RecordIdNotString, _) => {
                    nameless.insert(violation.pointer.clone());
                }
                _ => {}
            }
        }
        if changed.is_empty() && nameless.is_empty() {
            return told;
        }
        for (place, record) in self.event.records.iter().enumerate() {
            if changed.contains(&plain(&record.id))
                || nameless.contains(&pointer(place, ""))
                || nameless.contains(&pointer(place, "/recordId"))
            {
                told.insert(record.id.to_string());
            }
        }
        told
    }

    /// What shows only in all the records together.
    pub(super) fn as_a_whole(&mut self) {
        if self.batch.is_some() || self.answered.is_empty() {
            return;
        }
        let fates = || self.answered.iter().flatten().map(|answered| answered.fate);
        let all_dropped =
            self.answered.iter().all(Option::is_some) && fates().all(|fate| fate == Fate::Dropped);
        let delivered = || self.answered.iter().flatten().filter(|it| it.fate == Fate::Delivered);
        // What is empty and stays empty says nothing about the transform.
        let unchanged =
            delivered().any(|it| it.bytes_out > Some(0)) && delivered().all(|it| it.unchanged);
        let places = self.answered.iter().flatten().map(|it| it.response_index);
        let in_order = places.is_sorted();
        let whole = || "/records".to_owned();
        if all_dropped {
            self.broken(Rule::AllDropped, None, whole(), "every record is Dropped", None);
        }
        if unchanged {
            let message = "every Ok record has the data that it came with";
            self.broken(Rule::UnchangedData, None, whole(), message, None);
        }
        if !in_order {
            let message = "the records are not in the order of the event";
            self.broken(Rule::OrderChanged, None, whole(), message, None);
        }
    }
}
