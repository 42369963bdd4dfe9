//! A checked response for people: what becomes of the records, then each rule that is
//! broken, once, with its places.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::CheckedResponse;
use crate::render::expected_failure::in_a_sentence;
use crate::render::page::{Page, safe};
use crate::render::record::NamedRecord;
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD, WARN};
use firehose::errors;
use firehose::limits::MAX_RESPONSE_PAYLOAD;
use firehose::transform::{
    CheckResult, Failure, Fate, JsonValues, LogEvents, Rule, Severity, Violation,
};

/// Places that are named of one rule.
const MAX_PLACES: usize = 3;
/// Records that are named when a response is too large.
const MAX_LARGEST: usize = 5;

/// Puts what Firehose would make of the response on the page.
pub(super) fn fill(page: &mut Page<'_>, checked: &CheckedResponse<'_>) {
    let mut text = Text { page, checked };
    text.head();
    for rule in rules(checked.result) {
        text.rule(rule);
    }
    text.sizes();
}

/// The rules that are broken, errors first, then in the order of the response.
pub(super) fn rules(result: &CheckResult) -> Vec<Rule> {
    let mut seen = BTreeSet::new();
    let broken = result.violations.iter().map(|violation| violation.rule);
    let mut rules: Vec<_> = broken.filter(|rule| seen.insert(*rule)).collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.severity()));
    rules
}

struct Text<'a, 'p> {
    page: &'a mut Page<'p>,
    checked: &'a CheckedResponse<'a>,
}

/// What goes in, and what becomes of it.
fn counted(received: u64, delivered: u64, dropped: u64, failed: u64) -> String {
    let mut text = format!("{} in, {} out", terminal::group(received), terminal::group(delivered));
    for (count, fate) in [(dropped, "dropped"), (failed, "failed")] {
        if count > 0 {
            // Writing to a string does not fail.
            let _unused = write!(text, ", {} {fate}", terminal::group(count));
        }
    }
    text
}

impl Text<'_, '_> {
    /// Prose of the response from column `indent` on.
    fn prose(&mut self, indent: usize, text: &str) {
        self.page.prose(indent, &safe(text));
    }

    fn head(&mut self) {
        let result = self.checked.result;
        let counts = result.counts();
        let lost = result.lost.len();
        let mut parts = Vec::new();
        for (count, fate, style) in [
            (counts.delivered, "delivered", GOOD),
            (counts.dropped, "dropped", WARN),
            (counts.failed, "failed", ERROR),
        ] {
            if count > 0 {
                let part = format!("{} {fate}", terminal::group(count as u64));
                parts.push(self.page.terminal.paint(style, &part));
            }
        }
        if lost > 0 {
            let part = format!("data of {} silently lost", terminal::group(lost as u64));
            parts.push(self.page.terminal.paint(ERROR, &part));
        }
        let name = safe(self.checked.response);
        let records = terminal::plural(result.verdicts.len() as u64, "record");
        let head = self.page.terminal.paint(BOLD, &format!("{name}: {records}"));
        // An event may have no records.
        let fates =
            if parts.is_empty() { String::new() } else { format!(", {}", parts.join(", ")) };
        self.page.line(&format!("{head}{fates}"));
        if let Some(log_events) = &result.log_events {
            self.log_events(log_events);
        }
        if let Some(JsonValues { received, delivered, dropped, failed }) = result.json_values {
            self.prose(
                2,
                &format!("JSON values: {}", counted(received, delivered, dropped, failed)),
            );
        }
        for (code, count) in codes(result) {
            let count = terminal::group(count as u64);
            // What has no code of its own has no page.
            self.prose(
                2,
                &match errors::exact(code) {
                    Some(_) => format!("{count} with {code} (fh explain {code})"),
                    None => format!("{count} below {code}/ in the error output"),
                },
            );
        }
    }

    /// What becomes of the log events of CloudWatch Logs: a batch that is dropped is lost,
    /// a control message is not.
    fn log_events(&mut self, counts: &LogEvents) {
        let LogEvents { received, delivered, dropped, failed, .. } = *counts;
        let controls = terminal::plural(counts.dropped_controls as u64, "control message");
        let controls = match counts.dropped_controls {
            0 => String::new(),
            1 => format!("; {controls} dropped, as it should be"),
            _ => format!("; {controls} dropped, as they should be"),
        };
        let line =
            format!("log events: {}{controls}", counted(received, delivered, dropped, failed));
        self.prose(2, &line);
        let numbers = counts.dropped_records.iter().map(|place| match self.checked.part {
            Some(part) => part.get(*place).copied().unwrap_or(*place) + 1,
            None => place + 1,
        });
        let mut shown: Vec<_> =
            numbers.take(MAX_LARGEST).map(|number| number.to_string()).collect();
        if shown.is_empty() {
            return;
        }
        let (records, whose) =
            if shown.len() == 1 { ("record", "its") } else { ("records", "their") };
        if counts.dropped_records.len() > shown.len() {
            shown.push("…".to_owned());
        }
        let numbers = shown.join(", ");
        self.prose(
            2,
            &format!(
                "note: the transform dropped {records} {numbers} (DATA_MESSAGE): {whose} log \
                 events are delivered nowhere; check that this is intended"
            ),
        );
    }

    fn rule(&mut self, rule: Rule) {
        let result = self.checked.result;
        let places: Vec<_> = result.violations.iter().filter(|it| it.rule == rule).collect();
        let definition = rule.definition();
        let (word, style) = match definition.severity {
            Severity::Error => ("error", ERROR),
            Severity::Warning => ("warning", WARN),
            Severity::Note => ("note", WARN),
        };
        let count = match places.len() {
            1 => String::new(),
            count => format!(" ({} places)", terminal::group(count as u64)),
        };
        let word = self.page.terminal.paint(style, word);
        let name = self.page.terminal.paint(BOLD, rule.as_str());
        self.page.line("");
        self.page.line(&format!("{word}: {name}{count}"));
        for violation in places.iter().take(MAX_PLACES) {
            self.place(violation);
        }
        if places.len() > MAX_PLACES {
            let more = terminal::plural((places.len() - MAX_PLACES) as u64, "more place");
            let line = format!("    … and {more} (all in --output ndjson)");
            self.page.line(&self.page.terminal.paint(DIM, &line));
        }
        if rule == Rule::ResponseTooLarge {
            self.largest();
        }
        self.prose(2, &format!("{}.", definition.why));
        if let Some(failure) = definition.consequence.failure() {
            self.failure(&failure);
        }
        // Places of one rule may need different changes.
        let mut hints: Vec<&str> = Vec::new();
        for violation in &places {
            let hint = violation.hint.as_deref().unwrap_or(definition.change);
            if hints.len() < MAX_PLACES && !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        for hint in hints {
            self.prose(2, &format!("hint: {hint}"));
        }
    }

    fn failure(&mut self, failure: &Failure) {
        let outcome = in_a_sentence(failure, self.checked.retries);
        self.prose(2, &format!("Firehose: {outcome}."));
    }

    fn place(&mut self, violation: &Violation) {
        let index = violation.event_index.and_then(|index| match self.checked.part {
            Some(part) => part.get(index).copied(),
            None => Some(index),
        });
        if let Some(record) = index.and_then(|index| NamedRecord::of(self.checked.sent, index)) {
            let pointer = pointer_beside(record.event_index, violation);
            return self.page.record(4, &record, &pointer, &violation.message);
        }
        let mut line = String::new();
        if !violation.pointer.is_empty() {
            // Writing to a string does not fail.
            let _unused = write!(line, "{}: ", violation.pointer);
        }
        line.push_str(&violation.message);
        if let Some(id) = &violation.record_id {
            let id = self.page.fit_id("      recordId ", id);
            let _unused = write!(line, " (recordId {id})");
        }
        self.prose(4, &line);
    }

    fn largest(&mut self) {
        let mut verdicts: Vec<_> = self.checked.result.verdicts.iter().collect();
        verdicts.sort_by_key(|verdict| std::cmp::Reverse(verdict.bytes_out));
        for verdict in verdicts.into_iter().take(MAX_LARGEST) {
            let size = |bytes: usize| terminal::group(bytes as u64);
            let (number, bytes_in) = (verdict.event_index + 1, size(verdict.bytes_in));
            let bytes_out = verdict.bytes_out.map_or_else(|| "?".to_owned(), size);
            self.prose(4, &format!("record {number}: {bytes_in} B in, {bytes_out} B out"));
        }
    }

    fn sizes(&mut self) {
        let sizes = self.checked.result.sizes;
        let group = |bytes: usize| terminal::group(bytes as u64);
        let line = format!(
            "event {} B, response {} B of {} B, growth {:.2}",
            group(sizes.event),
            group(sizes.response),
            group(MAX_RESPONSE_PAYLOAD),
            sizes.growth()
        );
        let omitted = self.checked.result.omitted;
        let omitted = (omitted.errors + omitted.warnings) as u64;
        if omitted > 0 {
            let more = terminal::group(omitted);
            self.page.line(&format!("\n{more} more places that break rules are not listed"));
        }
        self.page.line("");
        self.page.note(0, &line);
    }
}

/// The pointer of a broken rule beside the number of the record, which is that of the
/// event: marked where the record has another place in the response.
fn pointer_beside(event_index: usize, violation: &Violation) -> Cow<'_, str> {
    let pointer = &violation.pointer;
    let place = pointer.strip_prefix("/records/").and_then(|rest| rest.split('/').next());
    match place.and_then(|place| place.parse::<usize>().ok()) {
        Some(place) if place != event_index => format!("{pointer} in the response").into(),
        _ => pointer.into(),
    }
}

/// The error codes that records fail with, and how many by each.
fn codes(result: &CheckResult) -> BTreeMap<&'static str, usize> {
    let mut codes = BTreeMap::new();
    for verdict in &result.verdicts {
        if let Fate::Failed(failure) = verdict.fate {
            *codes.entry(failure.error.code).or_default() += 1;
        }
    }
    codes
}
