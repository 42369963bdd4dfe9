//! Checks the records of a response: one by one, then all together.

use std::collections::BTreeSet;

use super::data::DataFindings;
use super::finding::Finding;
use super::log_events::Envelopes;
use super::metadata::is_routed;
use super::series::MIN_RECORDS;
use super::unencoded;
use super::{Checker, Location, Objects, ReturnedRecord, Violation};
use crate::group;
use crate::json::Token;
use crate::transform::fate::Fate;
use crate::transform::invocation::HandlerStyle;
use crate::transform::parse::EventRecord;
use crate::transform::response::{PROMISE_HINT, ResponseRecord, SETTLED_HINT, TransformResult};
use crate::transform::rule::Rule;

/// What helps where all records are missing.
const EMPTY_HINT: &str = "`records` is empty: return every recordId once, with the result Dropped \
                          if it should not be delivered";
/// Why it often is in Node.js.
const FOR_EACH_HINT: &str = "in Node.js, forEach does not wait for async callbacks: use `await \
                             Promise.all(event.records.map(async ...))`";

/// What helps where a control message fails.
const CONTROL_HINT: &str = "it is a control message of CloudWatch Logs, a health check without log \
                            events: return the result Dropped where messageType is CONTROL_MESSAGE";

/// A record of the response and the record of the event with its `recordId`.
pub(super) struct MatchedRecord<'a> {
    pub(super) response_index: usize,
    pub(super) event_index: usize,
    pub(super) id: &'a str,
}

impl MatchedRecord<'_> {
    /// The place in the record that `key` points to.
    pub(super) fn at(&self, key: &str) -> Location<'_> {
        Location {
            pointer: pointer(self.response_index, key),
            record_id: Some(self.id),
            event_index: Some(self.event_index),
            response_index: Some(self.response_index),
        }
    }
}

fn pointer(response_index: usize, key: &str) -> String {
    format!("/records/{response_index}{key}")
}

/// An id without what people change in it by accident.
fn plain(id: &str) -> String {
    id.trim().to_ascii_lowercase()
}

impl Checker<'_> {
    /// Checks the element of `records` at `index`.
    pub(super) fn check_record(&mut self, index: usize, element: Token<'_>) {
        let data_key = self.event.source.data_key();
        let Some(record) = ResponseRecord::read(element, data_key) else {
            let message = format!("the element is {}", element.kind());
            self.broken(Rule::RecordNotObject, Location::at(pointer(index, "")), message, None);
            return;
        };
        if let Some(key) = record.duplicate {
            let key = String::from_utf8_lossy(key);
            let message = format!("duplicate `{key}`; the last one is checked");
            let at = Location::at(pointer(index, &format!("/{key}")));
            self.broken(Rule::DuplicateKey, at, message, None);
        }
        let Some(event_index) = self.match_record(index, &record) else { return };
        let event = self.event;
        let Some(EventRecord { id, .. }) = event.records.get(event_index) else { return };
        self.check_matched(&MatchedRecord { response_index: index, event_index, id }, &record);
    }

    /// Returns the place of the record of the event with this `recordId`;
    /// `None` if there is none, or none without a match yet.
    fn match_record(&mut self, index: usize, record: &ResponseRecord<'_>) -> Option<usize> {
        let Some(id) = record.id else {
            let like = record.like_id.map(|key| {
                format!("write `recordId` instead of `{}`", String::from_utf8_lossy(key))
            });
            let known = match record {
                ResponseRecord { is_settled: true, .. } => Some(SETTLED_HINT),
                ResponseRecord { is_empty: true, .. } => Some(PROMISE_HINT),
                _ => None,
            };
            let hint = like.or_else(|| known.map(str::to_owned));
            self.unmatched(Rule::RecordIdMissing, index, None, "it has no `recordId`", hint);
            return None;
        };
        let Some(id) = id.string() else {
            let message = format!("`recordId` is {}", id.kind());
            self.unmatched(Rule::RecordIdNotString, index, None, &message, None);
            return None;
        };
        let Some(of_id) = self.occurrences.get_mut(id.as_ref()) else {
            self.unknown_id(index, &id);
            return None;
        };
        if let Some(event_index) = of_id.indexes.get(of_id.matched) {
            of_id.matched += 1;
            return Some(*event_index);
        }
        let event_index = of_id.indexes.first().copied();
        let first = event_index.and_then(|event_index| self.returned_mut(event_index));
        let message = match first {
            Some(first) => format!("/records/{} has it too", first.response_index),
            None => "this recordId was returned before".to_owned(),
        };
        let at = Location {
            pointer: pointer(index, "/recordId"),
            record_id: Some(&id),
            event_index,
            response_index: Some(index),
        };
        self.broken(Rule::RecordIdDuplicated, at, message, None);
        None
    }

    /// Data that matches no record of the event.
    fn unmatched(
        &mut self,
        rule: Rule,
        index: usize,
        id: Option<&str>,
        message: &str,
        hint: Option<String>,
    ) {
        let key = if rule == Rule::RecordIdMissing { "" } else { "/recordId" };
        let at = Location {
            pointer: pointer(index, key),
            record_id: id,
            event_index: None,
            response_index: Some(index),
        };
        self.broken(rule, at, message, hint);
    }

    fn unknown_id(&mut self, index: usize, id: &str) {
        let event = self.event;
        let by_plain_id = self.by_plain_id.get_or_insert_with(|| {
            let records = event.records.iter().enumerate();
            records.map(|(event_index, record)| (plain(&record.id), event_index)).collect()
        });
        let meant = by_plain_id.get(&plain(id)).and_then(|it| event.records.get(*it));
        let Some(record) = meant else {
            let message = "no record of the event has this recordId";
            return self.unmatched(Rule::RecordIdUnknown, index, Some(id), message, None);
        };
        let how = if record.id.trim() == id.trim() { "white space" } else { "case" };
        let message = format!("it differs in {how} from the recordId of the event");
        let hint = Some(format!("return `{}`, copied from the event", record.id));
        self.unmatched(Rule::RecordIdChanged, index, Some(id), &message, hint);
    }

    fn check_matched(&mut self, matched: &MatchedRecord<'_>, record: &ResponseRecord<'_>) {
        let result = self.check_result(matched, record);
        if let Some(returned) = self.returned.get_mut(matched.event_index) {
            *returned = Some(ReturnedRecord {
                response_index: matched.response_index,
                is_dropped: result == Some(TransformResult::Dropped),
                failure: None,
                bytes_out: None,
                values: 0,
                is_unchanged: false,
                partition_keys: None,
                has_metadata: false,
                near_miss: None,
                objects: Objects::One,
            });
        }
        if result == Some(TransformResult::ProcessingFailed) {
            let message = "the transform returned it as ProcessingFailed";
            self.broken(Rule::ProcessingFailed, matched.at("/result"), message, None);
        }
        self.check_data(matched, record, result);
        if result == Some(TransformResult::Ok) {
            self.check_metadata(matched, record);
        }
    }

    fn check_result(
        &mut self,
        matched: &MatchedRecord<'_>,
        record: &ResponseRecord<'_>,
    ) -> Option<TransformResult> {
        let Some(token) = record.result else {
            let hint = record
                .like_result
                .map(|key| format!("write `result` instead of `{}`", String::from_utf8_lossy(key)));
            let is_event = || "this is the event itself, not an answer to it".to_owned();
            let hint = hint.or_else(|| self.is_event.then(is_event));
            self.broken(Rule::ResultMissing, matched.at(""), "it has no `result`", hint);
            return None;
        };
        let Some(result) = token.string() else {
            let message = format!("`result` is {}", token.kind());
            self.broken(Rule::ResultUnknown, matched.at("/result"), message, None);
            return None;
        };
        let exact = TransformResult::exactly(&result);
        if exact.is_some() {
            return exact;
        }
        let (rule, hint) = match TransformResult::meant(&result) {
            Some(meant) => {
                (Rule::ResultMisspelt, Some(format!("use `{}`, not `{result}`", meant.as_str())))
            }
            None => (Rule::ResultUnknown, None),
        };
        self.broken(rule, matched.at("/result"), format!("`result` is `{result}`"), hint);
        None
    }

    fn check_data(
        &mut self,
        matched: &MatchedRecord<'_>,
        record: &ResponseRecord<'_>,
        result: Option<TransformResult>,
    ) {
        let is_ok = result == Some(TransformResult::Ok);
        let event = self.event;
        let key = event.source.data_key();
        let pointer = format!("/{key}");
        let Some(token) = record.data.filter(|token| is_ok || !token.is_null()) else {
            if is_ok {
                self.data_missing(matched, record);
            }
            return;
        };
        let Some(data) = token.string_bytes() else {
            let rule = if token.is_null() { Rule::DataNull } else { Rule::DataNotString };
            let (kind, hint) = match unencoded::as_json(token) {
                Some((kind, hint)) => (kind, Some(hint.to_owned())),
                None => (token.kind(), None),
            };
            let message = format!("`{key}` is {kind}");
            return self.broken(rule, matched.at(&pointer), message, hint);
        };
        let before = event.records.get(matched.event_index).map_or(&[][..], |it| &it.data);
        let found = self.data.check(before, &data, is_ok);
        let DataFindings { payload_bytes, values, objects, broken, .. } = found;
        if let Some(returned) = self.returned_mut(matched.event_index) {
            returned.is_unchanged = before == data.as_ref();
            returned.bytes_out = payload_bytes;
            returned.values = values;
            returned.objects = objects;
        }
        for Finding { rule, message, hint } in broken {
            // Rows of a table need nothing between them.
            let is_of_lines = matches!(rule, Rule::NoNewline | Rule::MultiLineJson);
            if is_of_lines && (self.settings.is_iceberg || is_routed(record)) {
                continue;
            }
            self.broken(rule, matched.at(&pointer), message, hint.map(str::to_owned));
        }
    }

    fn data_missing(&mut self, matched: &MatchedRecord<'_>, record: &ResponseRecord<'_>) {
        let key = self.event.source.data_key();
        let message = format!("it has no `{key}`");
        let hint = record
            .like_data
            .map(|like| format!("write `{key}` instead of `{}`", String::from_utf8_lossy(like)));
        let rule = if hint.is_some() { Rule::DataWrongKey } else { Rule::DataMissing };
        self.broken(rule, matched.at(""), message, hint);
    }

    /// Records of the event that are not in the response, but for those whose
    /// loss an unmatched record explains.
    pub(super) fn check_missing_records(&mut self, is_empty: bool) {
        let event = self.event;
        let hint = is_empty.then(|| match self.settings.style {
            Some(HandlerStyle::Python) => EMPTY_HINT.to_owned(),
            _ => format!("{EMPTY_HINT}; {FOR_EACH_HINT}"),
        });
        let explained: BTreeSet<String> = self.explained_ids();
        for (event_index, record) in event.records.iter().enumerate() {
            let is_returned = self.returned.get(event_index).is_some_and(Option::is_some);
            if !is_returned && !explained.contains(record.id.as_ref()) {
                let message = "the response has no record with this recordId";
                let at = Location {
                    record_id: Some(&record.id),
                    event_index: Some(event_index),
                    ..Location::at("/records")
                };
                self.broken(Rule::RecordMissing, at, message, hint.clone());
            }
        }
    }

    /// Where no `recordId` is one of the event's, the response is likely that to
    /// another event.
    pub(super) fn hint_at_another_event(&mut self) {
        if self.returned.iter().any(Option::is_some) {
            return;
        }
        let is_unknown = |it: &Violation| it.rule == Rule::RecordIdUnknown;
        if !self.violations.iter().any(is_unknown) {
            return;
        }
        for violation in &mut self.violations {
            if matches!(violation.rule, Rule::RecordIdUnknown | Rule::RecordMissing) {
                let hint = "no recordId matches: return each recordId as it came, or check that \
                            this is the response to this event";
                violation.hint = Some(hint.to_owned());
            }
        }
    }

    /// Ids of the records that are missing because they were returned under a
    /// changed id, or have no usable one at their place in the response.
    fn explained_ids(&self) -> BTreeSet<String> {
        let (mut changed, mut nameless) = (BTreeSet::new(), BTreeSet::new());
        for violation in &self.violations {
            match (violation.rule, &violation.record_id) {
                (Rule::RecordIdChanged, Some(id)) => {
                    changed.insert(plain(id));
                }
                (Rule::RecordNotObject | Rule::RecordIdMissing | Rule::RecordIdNotString, _) => {
                    nameless.insert(violation.pointer.as_str());
                }
                _ => {}
            }
        }
        if changed.is_empty() && nameless.is_empty() {
            return BTreeSet::new();
        }
        let records = self.event.records.iter().enumerate();
        let explained = records.filter(|(index, record)| {
            changed.contains(&plain(&record.id))
                || nameless.contains(pointer(*index, "").as_str())
                || nameless.contains(pointer(*index, "/recordId").as_str())
        });
        explained.map(|(_, record)| record.id.to_string()).collect()
    }

    /// What shows only in all the records together.
    pub(super) fn check_batch(&mut self, list: Token<'_>) {
        if self.all_fail.is_some() || self.returned.is_empty() {
            return;
        }
        let fates = || self.returned.iter().map(|returned| self.fate(returned.as_ref()));
        let are_controls = self.envelopes.as_ref().is_some_and(Envelopes::are_controls);
        let all_dropped = !are_controls && fates().all(|fate| fate == Fate::Dropped);
        let delivered = || {
            let returned = self.returned.iter().flatten();
            returned.filter(|returned| self.fate(Some(returned)) == Fate::Delivered)
        };
        // What is empty and stays empty says nothing about the transform, and one
        // that adds metadata has its use.
        let is_same = |it: &ReturnedRecord| it.is_unchanged && !it.has_metadata;
        let unchanged = !are_controls
            && delivered().any(|it| it.bytes_out > Some(0))
            && delivered().all(is_same);
        let in_order = self.returned.iter().flatten().map(|it| it.response_index).is_sorted();
        let whole = || Location::at("/records");
        if all_dropped {
            self.broken(Rule::AllDropped, whole(), "every record is Dropped", None);
        }
        self.check_controls();
        if unchanged {
            let message = "every Ok record has its original data";
            self.broken(Rule::UnchangedData, whole(), message, None);
        }
        self.check_mixed_up();
        if !unchanged {
            self.check_misplaced(list);
        }
        if !in_order {
            let message = "the records are not in the order of the event";
            self.broken(Rule::OrderChanged, whole(), message, None);
        }
    }

    /// Control messages that are delivered with whatever data, or fail.
    fn check_controls(&mut self) {
        let Some(envelopes) = &self.envelopes else { return };
        let controls: BTreeSet<_> = envelopes.controls().collect();
        let failed = self.violations.iter_mut().filter(|it| it.rule == Rule::ProcessingFailed);
        for violation in failed {
            if violation.event_index.is_some_and(|place| controls.contains(&place)) {
                violation.hint = Some(CONTROL_HINT.to_owned());
            }
        }
        let delivered = envelopes.controls().filter_map(|place| {
            let returned = self.returned.get(place)?.as_ref()?;
            let is_delivered = self.fate(Some(returned)) == Fate::Delivered;
            (is_delivered && returned.bytes_out > Some(0))
                .then_some((place, returned.response_index))
        });
        for (place, index) in delivered.collect::<Vec<_>>() {
            let Some(record) = self.event.records.get(place) else { continue };
            let at = Location {
                record_id: Some(&record.id),
                event_index: Some(place),
                response_index: Some(index),
                ..Location::at(pointer(index, "/result"))
            };
            self.broken(
                Rule::ControlMessage,
                at,
                "the transform returned a control message as Ok",
                None,
            );
        }
    }

    /// Payloads that show that a variable outlives its record.
    fn check_mixed_up(&mut self) {
        let message = "each Ok record begins with all the data of the one before";
        if self.data.series.may_be_accumulated() && self.carries_first() {
            self.broken(Rule::AccumulatedData, Location::at("/records"), message, None);
        }
        if self.data.series.repeated().is_none() && !self.data.series.is_accumulated() {
            return;
        }
        let pairs = self.returned.iter().zip(&self.event.records);
        let delivered = pairs.filter(|(it, _)| self.fate(it.as_ref()) == Fate::Delivered);
        let inputs: BTreeSet<&[u8]> = delivered.map(|(_, record)| record.data.as_ref()).collect();
        let different = inputs.len();
        if different < MIN_RECORDS {
            return;
        }
        let whole = Location::at("/records");
        let series = &self.data.series;
        if let Some(bytes) = series.repeated() {
            let inputs = group(different as u64);
            let bytes = group(bytes as u64);
            let message = format!("{inputs} different records all have the same data, {bytes} B");
            self.broken(Rule::RepeatedData, whole, message, None);
        } else if series.is_accumulated() {
            self.broken(Rule::AccumulatedData, whole, message, None);
        }
    }
}
