//! A judgement for people: what becomes of the records, then each rule that is
//! broken, once, with its places.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::CheckedResponse;
use crate::render::failure::in_a_sentence;
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD, Terminal, WARN};
use firehose::errors;
use firehose::limits::MAX_RESPONSE_PAYLOAD;
use firehose::transform::{CheckResult, Failure, Fate, Rule, Severity, Violation};

/// Places that are named of one rule.
const MAX_PLACES: usize = 3;
/// Records that are named when a response is too large.
const MAX_LARGEST: usize = 5;

/// Appends the judgement.
pub fn push_text(out: &mut Vec<u8>, judged: &CheckedResponse<'_>, terminal: &Terminal) {
    let mut text = Text { out: String::new(), terminal, judged };
    text.head();
    for rule in rules(judged.judgement) {
        text.rule(rule);
    }
    text.sizes();
    out.extend_from_slice(text.out.as_bytes());
}

/// The rules that are broken, errors first, then in the order of the response.
fn rules(judgement: &CheckResult) -> Vec<Rule> {
    let mut seen = BTreeSet::new();
    let broken = judgement.violations.iter().map(|violation| violation.rule);
    let mut rules: Vec<_> = broken.filter(|rule| seen.insert(*rule)).collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.severity()));
    rules
}

struct Text<'a> {
    out: String,
    terminal: &'a Terminal,
    judged: &'a CheckedResponse<'a>,
}

impl Text<'_> {
    /// A line of prose behind `indent` blanks.
    fn prose(&mut self, indent: usize, text: &str) {
        let text = terminal::escape_line(text.as_bytes());
        terminal::push_wrapped(&mut self.out, &text, indent, self.terminal.prose_width());
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn head(&mut self) {
        let judgement = self.judged.judgement;
        let counts = judgement.counts();
        let lost = judgement.lost.len();
        let mut parts = Vec::new();
        for (count, fate, style) in [
            (counts.delivered, "delivered", GOOD),
            (counts.dropped, "dropped", WARN),
            (counts.failed, "failed", ERROR),
        ] {
            if count > 0 {
                let part = format!("{} {fate}", terminal::group(count as u64));
                parts.push(self.terminal.paint(style, &part));
            }
        }
        if lost > 0 {
            let part = format!("data of {} silently lost", terminal::group(lost as u64));
            parts.push(self.terminal.paint(ERROR, &part));
        }
        let name = terminal::escape_line(self.judged.response.as_bytes());
        let records = terminal::plural(judgement.verdicts.len() as u64, "record");
        let head = self.terminal.paint(BOLD, &format!("{name}: {records}"));
        self.line(&format!("{head}: {}", parts.join(", ")));
        for (code, count) in codes(judgement) {
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

    fn rule(&mut self, rule: Rule) {
        let judgement = self.judged.judgement;
        let places: Vec<_> = judgement.violations.iter().filter(|it| it.rule == rule).collect();
        let definition = rule.definition();
        let (word, style) = match definition.severity {
            Severity::Error => ("error", ERROR),
            Severity::Warning => ("warning", WARN),
        };
        let count = match places.len() {
            1 => String::new(),
            count => format!(" ({} places)", terminal::group(count as u64)),
        };
        let word = self.terminal.paint(style, word);
        let name = self.terminal.paint(BOLD, rule.as_str());
        self.line("");
        self.line(&format!("{word}: {name}{count}"));
        for violation in places.iter().take(MAX_PLACES) {
            self.place(violation);
        }
        if places.len() > MAX_PLACES {
            let more = terminal::plural((places.len() - MAX_PLACES) as u64, "more place");
            let line = format!("    … and {more} (--output ndjson has all)");
            let line = self.terminal.paint(DIM, &line);
            self.line(&line);
        }
        if rule == Rule::ResponseTooLarge {
            self.largest();
        }
        self.prose(2, &format!("{}.", definition.why));
        if let Some(failure) = definition.consequence.failure() {
            self.failure(&failure);
        }
        let hint = places.first().and_then(|first| first.hint.as_deref());
        self.prose(2, &format!("hint: {}", hint.unwrap_or(definition.change)));
    }

    fn failure(&mut self, failure: &Failure) {
        let outcome = in_a_sentence(failure, self.judged.retries);
        self.prose(2, &format!("Firehose: {outcome}."));
    }

    fn place(&mut self, violation: &Violation) {
        let mut line = String::new();
        if !violation.pointer.is_empty() {
            // Writing to a string does not fail.
            let _unused = write!(line, "{}: ", violation.pointer);
        }
        line.push_str(&violation.message);
        if let Some(id) = &violation.record_id {
            let _unused = write!(line, " (recordId {})", self.terminal.fit_name(id, 40));
        }
        self.prose(4, &line);
    }

    fn largest(&mut self) {
        let mut verdicts: Vec<_> = self.judged.judgement.verdicts.iter().collect();
        verdicts.sort_by_key(|verdict| std::cmp::Reverse(verdict.bytes_out));
        for verdict in verdicts.into_iter().take(MAX_LARGEST) {
            let size = |bytes: usize| terminal::group(bytes as u64);
            let (number, bytes_in) = (verdict.event_index + 1, size(verdict.bytes_in));
            let bytes_out = verdict.bytes_out.map_or_else(|| "?".to_owned(), size);
            self.prose(4, &format!("record {number}: {bytes_in} B in, {bytes_out} B out"));
        }
    }

    fn sizes(&mut self) {
        let sizes = self.judged.judgement.sizes;
        let group = |bytes: usize| terminal::group(bytes as u64);
        let line = format!(
            "event {} B, response {} B of {} B, growth {:.2}",
            group(sizes.event),
            group(sizes.response),
            group(MAX_RESPONSE_PAYLOAD),
            sizes.growth()
        );
        let omitted = self.judged.judgement.omitted;
        let omitted = (omitted.errors + omitted.warnings) as u64;
        if omitted > 0 {
            let more = terminal::group(omitted);
            self.line(&format!("\n{more} more places where rules are broken are not listed"));
        }
        self.line("");
        let mut lines = String::new();
        terminal::push_wrapped(&mut lines, &line, 0, self.terminal.prose_width());
        for line in lines.lines() {
            self.line(&self.terminal.paint(DIM, line));
        }
    }
}

/// The error codes that records fail with, and how many by each.
fn codes(judgement: &CheckResult) -> BTreeMap<&'static str, usize> {
    let mut codes = BTreeMap::new();
    for verdict in &judgement.verdicts {
        if let Fate::Failed(failure) = verdict.fate {
            *codes.entry(failure.error.code).or_default() += 1;
        }
    }
    codes
}
