//! Which records make a call fail, and how it fails with them.

mod headline;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::row::Row;
use super::{CallView, Form, View};
use crate::render::page::{Page, safe};
use crate::render::record::NamedRecord;
use crate::render::table::{Column, ColumnOf};
use crate::render::{Document, Report};
use crate::terminal::{self, DIM, WARN, plural};
use firehose::transform::{CheckResult, Fate, Rule, Severity, TransformEvent};

/// Records that the text shows.
const MAX_SHOWN: usize = 10;
/// Records that it shows where fewer may be enough.
const MAX_EXAMPLES: usize = 3;

const FLAKY: &str = "warning: the function answered differently to the same records, so this result \
                     may be wrong";

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// None of the records can be left out.
    Isolated,
    /// The response is too large, and no record alone makes it so.
    AddsUp,
    /// The calls ended before the search did.
    LimitReached,
    /// Ctrl-C ended the search.
    Interrupted,
    /// The same records fail in one call and not in another.
    Unstable,
    /// The call with all records does not fail.
    NoFailure,
    /// The function failed before it got an event.
    NotLoaded,
}

impl Conclusion {
    /// The name in JSON.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::AddsUp => "adds-up",
            Self::LimitReached => "limit-reached",
            Self::Interrupted => "interrupted",
            Self::Unstable => "unstable",
            Self::NoFailure => "no-failure",
            Self::NotLoaded => "not-loaded",
        }
    }
}

/// What a call with all other records does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Others {
    /// It does not fail.
    Respond,
    /// It fails by the same cause: how, where it reads otherwise. Untrusted text.
    FailAlike(Option<String>),
    /// It fails by another cause: a sentence. Untrusted text.
    FailOtherwise(String),
}

impl Others {
    /// The name in JSON.
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Respond => "respond",
            Self::FailAlike(_) => "fail-alike",
            Self::FailOtherwise(_) => "fail-otherwise",
        }
    }
}

/// The records that make a call fail.
#[derive(Debug)]
pub struct IsolationReport<'a> {
    /// How the search ended.
    pub conclusion: Conclusion,
    /// The rule whose records were searched for; `None` for a call that fails.
    pub rule: Option<Rule>,
    /// The event with all records.
    pub event: &'a TransformEvent<'a>,
    /// Places in the event, from 0.
    pub records: &'a [usize],
    /// The call with these records, or with all if there are none.
    pub call: CallView<'a>,
    /// Size of the event of this call.
    pub event_bytes: usize,
    /// The memory limit of the function.
    pub memory_mb: Option<u32>,
    /// `NumberOfRetries` of the transform.
    pub retries: u32,
    /// Calls made.
    pub calls: usize,
    /// Calls allowed.
    pub max_calls: usize,
    /// Without any one of several records, the call does not fail at all.
    pub is_only_together: bool,
    /// Two calls with the same records differed.
    pub is_flaky: bool,
    /// What was made of the response to all records, where there was one and the
    /// call is another.
    pub whole: Option<&'a CheckResult>,
    /// What the other records do; `None` if there are none.
    pub others: Option<&'a Others>,
    /// Whether a call with an empty list of records fails in the same way;
    /// `None` if there was no such call.
    pub fails_without_records: Option<bool>,
    /// The file with the event of these records.
    pub saved: Option<&'a Path>,
    /// The command that runs it.
    pub command: Option<String>,
    /// How to save an event with these records, if it is not saved and that is to be
    /// shown.
    pub save: Option<SaveHint>,
}

/// How to save the event of the records that were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveHint {
    /// This command does.
    Command(String),
    /// A flag does; the event came from a pipe and is gone.
    Flag,
}

/// A rule that the response to all records breaks: part of a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BrokenRule {
    rule: &'static str,
    /// From 1; empty where it is about no record of the event.
    records: Vec<usize>,
}

/// A record: part of a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordRow<'a> {
    /// From 1, as everywhere in `fh`.
    number: usize,
    record_id: &'a str,
    pointer: String,
    content_type: &'static str,
    preview: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct IsolationDocument<'a> {
    r#type: &'static str,
    conclusion: &'static str,
    /// The rule whose records these are; null for a call that fails.
    rule: Option<&'static str>,
    event_records: usize,
    records: Vec<RecordRow<'a>>,
    calls: usize,
    max_calls: usize,
    is_minimal: bool,
    is_flaky: bool,
    others: Option<&'static str>,
    fails_without_records: Option<bool>,
    /// Records that fail in the response to all of them, from 1.
    failed_records: Vec<usize>,
    /// Rules that the response to all of them breaks, errors only.
    broken_rules: Vec<BrokenRule>,
    call: Row<'a>,
    saved_event: Option<String>,
    command: Option<&'a str>,
}

impl Document for IsolationReport<'_> {
    fn json(&self) -> impl Serialize {
        IsolationDocument {
            r#type: "isolation",
            conclusion: self.conclusion.as_str(),
            rule: self.rule.map(Rule::as_str),
            event_records: self.event.records.len(),
            records: self.rows().collect(),
            calls: self.calls,
            max_calls: self.max_calls,
            is_minimal: self.conclusion == Conclusion::Isolated,
            is_flaky: self.is_flaky,
            others: self.others.map(Others::as_str),
            fails_without_records: self.fails_without_records,
            failed_records: self.failures().map(|(_, number)| number).collect(),
            broken_rules: self.broken_rules().collect(),
            call: self.view(terminal::PLAIN).row(&self.call),
            saved_event: self.saved.map(|file| file.display().to_string()),
            command: self.command.as_deref(),
        }
    }

    fn text(&self, page: &mut Page<'_>) {
        self.head(page);
        if self.conclusion == Conclusion::NoFailure {
            return;
        }
        // Of a search without an end, most have nothing to do with it.
        let is_done = self.conclusion == Conclusion::Isolated;
        let shown = if is_done { MAX_SHOWN } else { MAX_EXAMPLES };
        // None of them is the cause.
        let names_none = self.conclusion == Conclusion::AddsUp || self.is_no_record();
        let shown = if names_none { 0 } else { shown };
        for (record, pointer) in self.named().take(shown) {
            page.line("");
            page.record(0, &record, &pointer, &record.description);
        }
        if shown > 0 && self.records.len() > shown {
            let more = plural((self.records.len() - shown) as u64, "more record");
            page.line(&page.terminal.paint(DIM, &format!("… {more} (all in --output json)")));
        }
        page.line("");
        self.view(*page.terminal).all(&self.call, page);
        self.rest(page);
        self.next(page);
    }
}

impl<'a> Report for IsolationReport<'a> {
    type Row = RecordRow<'a>;

    fn rows(&self) -> impl Iterator<Item = RecordRow<'a>> {
        self.named().map(|(record, pointer)| RecordRow {
            number: record.event_index + 1,
            record_id: record.id,
            pointer,
            content_type: record.content_type,
            preview: record.preview,
        })
    }

    fn columns(&self) -> Vec<ColumnOf<'_, RecordRow<'a>>> {
        vec![
            Column::right("record").cell(|row: &RecordRow<'_>| row.number.to_string()),
            Column::id("recordId").cell(|row: &RecordRow<'_>| safe(row.record_id)),
            Column::left("type").cell(|row: &RecordRow<'_>| row.content_type.to_owned()),
            Column::prose("content").cell(|row: &RecordRow<'_>| row.preview.clone()),
        ]
    }

    /// All of it in a line, for it is one answer.
    fn lines(&self) -> impl Iterator<Item = impl Serialize> {
        std::iter::once(self.json())
    }

    fn table(&self, page: &mut Page<'_>) {
        if self.records.is_empty() {
            self.text(page);
        } else {
            page.rows(self.rows(), &self.columns());
        }
    }
}

/// Parts of the text.
impl<'a> IsolationReport<'a> {
    /// The records, each with the pointer to its data in the event.
    fn named(&self) -> impl Iterator<Item = (NamedRecord<'a>, String)> {
        let (event, key) = (self.event, self.event.source.data_key());
        self.records.iter().filter_map(move |&place| {
            Some((NamedRecord::of(event, place)?, format!("/records/{place}/{key}")))
        })
    }

    /// True if the call fails in the same way without any record: the one that is left is
    /// as good as any other.
    fn is_no_record(&self) -> bool {
        self.fails_without_records == Some(true)
    }

    fn view(&self, terminal: terminal::Terminal) -> View {
        View::new(Form::Text, terminal, self.memory_mb, self.event_bytes, self.retries)
    }

    fn head(&self, page: &mut Page<'_>) {
        let (style, what) = self.headline();
        let mut lines = String::new();
        let width = page.terminal.prose_width();
        terminal::push_wrapped(&mut lines, &what, 0, width);
        for line in lines.lines() {
            page.line(&page.terminal.paint(style, line));
        }
        if self.is_flaky && self.conclusion != Conclusion::Unstable {
            let mut text = String::new();
            terminal::push_wrapped(&mut text, FLAKY, 0, width);
            let warning = page.terminal.paint(WARN, "warning");
            page.out.push_str(&text.replacen("warning", &warning, 1));
        }
        let hint = match self.conclusion {
            Conclusion::LimitReached => "`--max-calls` allows more calls",
            Conclusion::AddsUp => {
                "return less for each record, or lower the transform's BufferSizeInMBs"
            }
            Conclusion::NoFailure => {
                "`fh invoke` without `--isolate` shows the response with its warnings; \
                 `--repeat 100` finds a failure that comes and goes"
            }
            _ if self.is_flaky => "`fh invoke --repeat 100` shows how often it fails",
            Conclusion::Isolated
            | Conclusion::Interrupted
            | Conclusion::Unstable
            | Conclusion::NotLoaded => return,
        };
        page.prose(2, &format!("hint: {hint}"));
    }

    /// What was made of the response to all records, where there was one.
    fn checked_whole(&self) -> Option<&CheckResult> {
        let is_whole = self.records.is_empty() || self.records.len() == self.event.records.len();
        let of_call = self.call.checked.filter(|_| is_whole).map(|checked| checked.result);
        self.whole.or(of_call)
    }

    /// The code and the number of each record that fails in the response to all.
    fn failures(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let verdicts = self.checked_whole().into_iter().flat_map(|whole| &whole.verdicts);
        verdicts.filter_map(|verdict| match verdict.fate {
            Fate::Failed(failure) => Some((failure.error.code, verdict.event_index + 1)),
            Fate::Delivered | Fate::Dropped => None,
        })
    }

    /// The rules that the response to all breaks, each with its records.
    fn broken_rules(&self) -> impl Iterator<Item = BrokenRule> {
        let mut rules: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
        for violation in self.checked_whole().into_iter().flat_map(|whole| &whole.violations) {
            if violation.rule.severity() == Severity::Error {
                let records = rules.entry(violation.rule).or_default();
                records.extend(violation.event_index.map(|index| index + 1));
            }
        }
        let named = |(rule, records): (Rule, BTreeSet<_>)| BrokenRule {
            rule: rule.as_str(),
            records: records.into_iter().collect(),
        };
        rules.into_iter().map(named)
    }

    /// Which records fail in the response to all of them, by code, and which rules it
    /// breaks, where these are several.
    fn verdicts(&self, page: &mut Page<'_>) {
        if self.whole.is_none() {
            return;
        }
        let mut codes: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (code, number) in self.failures() {
            codes.entry(code).or_default().push(number);
        }
        for (code, numbers) in codes {
            let count = plural(numbers.len() as u64, "record");
            let text = if numbers.len() == self.event.records.len() {
                format!("In the whole event, all {count} fail with {code}.")
            } else {
                let s = if numbers.len() == 1 { "s" } else { "" };
                let shown = listed(&numbers);
                format!("In the whole event, {count} fail{s} with {code}: {shown}.")
            };
            page.prose(0, &text);
        }
        let rules: Vec<_> = self.broken_rules().collect();
        if rules.len() > 1 {
            let named: Vec<_> = rules.iter().map(BrokenRule::in_a_list).collect();
            let count = plural(named.len() as u64, "rule");
            page.prose(0, &format!("Its response breaks {count}: {}.", named.join(", ")));
        }
    }

    /// What the other records do.
    fn rest(&self, page: &mut Page<'_>) {
        let found = self.records.len();
        let it = if found == 1 { "it" } else { "them" };
        let others = (self.event.records.len() - found) as u64;
        let the_others = match others {
            1 => "the other record".to_owned(),
            _ => format!("the other {}", plural(others, "record")),
        };
        let s = if others == 1 { "s" } else { "" };
        // One of them may be all that it fails by.
        let call = format!("Without {it}, the call with {the_others}");
        let text = match self.others {
            None => None,
            Some(Others::Respond) => Some(format!("Without {it}, {the_others} succeed{s}.")),
            Some(Others::FailAlike(None)) => {
                let not_all = if found == 1 { "it is not the only one" } else { "there are more" };
                Some(format!("{call} fails in the same way: {not_all}."))
            }
            Some(Others::FailAlike(Some(how)) | Others::FailOtherwise(how)) => {
                Some(format!("{call} fails too: {}.", safe(how)))
            }
        };
        // What the others do says nothing where none is needed.
        let text = text.filter(|_| !self.is_no_record());
        if text.is_some() || self.is_no_record() {
            page.line("");
        }
        self.verdicts(page);
        if let Some(text) = text {
            page.prose(0, &text);
        }
        if self.is_no_record() {
            page.prose(0, "The cause is in the function or its environment, not in a record.");
        }
    }

    /// Where the event is, and how to go on.
    fn next(&self, page: &mut Page<'_>) {
        let has_more = self.saved.is_some() || self.save.is_some() && !self.is_no_record();
        if self.records.is_empty() || !has_more {
            return;
        }
        page.line("");
        match (self.saved, &self.command) {
            (Some(file), Some(command)) => {
                page.line(&format!(
                    "Saved as {}. Run it again:",
                    safe(&file.display().to_string())
                ));
                // On one line, to be pasted.
                page.line(&format!("  {command}"));
            }
            _ => match &self.save {
                Some(SaveHint::Command(command)) => {
                    page.line("Save an event with only these records:");
                    page.line(&format!("  {}", safe(command)));
                }
                Some(SaveHint::Flag) => {
                    page.line("hint: `--save-event FILE` saves an event with only these records");
                }
                None => {}
            },
        }
    }
}

impl BrokenRule {
    /// `` `record-missing` (record 5) ``
    fn in_a_list(&self) -> String {
        let s = if self.records.len() == 1 { "" } else { "s" };
        let records = match self.records.as_slice() {
            [] => String::new(),
            records => format!(" (record{s} {})", listed(records)),
        };
        format!("`{}`{records}", self.rule)
    }
}

/// The first of these numbers.
fn listed(numbers: &[usize]) -> String {
    let shown = numbers.iter().take(MAX_SHOWN).map(ToString::to_string);
    let mut shown: Vec<_> = shown.collect();
    if numbers.len() > MAX_SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}
