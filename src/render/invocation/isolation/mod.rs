//! Which records make a call fail, and how it fails with them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::row::Row;
use super::{CallView, Form, View};
use crate::render::page::{Page, safe};
use crate::render::record::NamedRecord;
use crate::render::table::{Column, ColumnOf};
use crate::render::{Document, Report};
use crate::terminal::{self, DIM, ERROR, GOOD, Style, WARN, group, plural};
use firehose::transform::{CheckResult, Fate, TransformEvent};

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
    /// The calls ended before the search did.
    LimitReached,
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
            Self::LimitReached => "limit-reached",
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
    call: Row<'a>,
    saved_event: Option<String>,
    command: Option<&'a str>,
}

impl Document for IsolationReport<'_> {
    fn json(&self) -> impl Serialize {
        IsolationDocument {
            r#type: "isolation",
            conclusion: self.conclusion.as_str(),
            event_records: self.event.records.len(),
            records: self.rows().collect(),
            calls: self.calls,
            max_calls: self.max_calls,
            is_minimal: self.conclusion == Conclusion::Isolated,
            is_flaky: self.is_flaky,
            others: self.others.map(Others::as_str),
            fails_without_records: self.fails_without_records,
            failed_records: self.failures().map(|(_, number)| number).collect(),
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
        for (record, pointer) in self.named().take(shown) {
            page.line("");
            page.record(0, &record, &pointer, &record.description);
        }
        if self.records.len() > shown {
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
        if self.is_flaky {
            let mut text = String::new();
            terminal::push_wrapped(&mut text, FLAKY, 0, width);
            let warning = page.terminal.paint(WARN, "warning");
            page.out.push_str(&text.replacen("warning", &warning, 1));
        }
        let hint = match self.conclusion {
            Conclusion::LimitReached => "`--max-calls` allows more calls",
            Conclusion::NoFailure => {
                "`fh invoke` without `--isolate` shows the response with its warnings; \
                 `--repeat 100` finds a failure that comes and goes"
            }
            _ if self.is_flaky => "`fh invoke --repeat 100` shows how often it fails",
            Conclusion::Isolated | Conclusion::NotLoaded => return,
        };
        page.prose(2, &format!("hint: {hint}"));
    }

    /// What was found, in a sentence.
    fn headline(&self) -> (Style, String) {
        let calls = plural(self.calls as u64, "call");
        let all = plural(self.event.records.len() as u64, "record");
        let found = self.records.len();
        let of = format!("{} of {all}", group(found as u64));
        match self.conclusion {
            Conclusion::NoFailure => {
                (GOOD, format!("Nothing to isolate: the call with {all} does not fail ({calls})"))
            }
            Conclusion::NotLoaded => {
                let text = "Not caused by a record: the function fails before it gets an event";
                (ERROR, text.to_owned())
            }
            Conclusion::Isolated if self.fails_without_records == Some(true) => {
                (ERROR, format!("The call fails in the same way without any record ({calls})"))
            }
            Conclusion::Isolated if self.event.records.len() == 1 => {
                (ERROR, format!("The event has one record, and the call fails with it ({calls})"))
            }
            Conclusion::Isolated if found == 1 => {
                (ERROR, format!("{of} is enough to make the call fail ({calls})"))
            }
            Conclusion::Isolated => {
                (ERROR, format!("{of} make the call fail, only together ({calls})"))
            }
            Conclusion::LimitReached => {
                let most = group(self.max_calls as u64);
                let text = format!(
                    "{of} still make the call fail, perhaps fewer do: the search stopped at the \
                     limit of {most} calls"
                );
                (WARN, text)
            }
        }
    }

    /// The code and the number of each record that fails in the response to all.
    fn failures(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let verdicts = self.whole.into_iter().flat_map(|whole| &whole.verdicts);
        verdicts.filter_map(|verdict| match verdict.fate {
            Fate::Failed(failure) => Some((failure.error.code, verdict.event_index + 1)),
            Fate::Delivered | Fate::Dropped => None,
        })
    }

    /// Which records fail in the response to all of them, by code.
    fn verdicts(&self, page: &mut Page<'_>) {
        let mut codes: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (code, number) in self.failures() {
            codes.entry(code).or_default().push(number);
        }
        for (code, numbers) in codes {
            let shown = numbers.iter().take(MAX_SHOWN).map(ToString::to_string);
            let mut shown: Vec<_> = shown.collect();
            if numbers.len() > MAX_SHOWN {
                shown.push("…".to_owned());
            }
            let count = plural(numbers.len() as u64, "record");
            let s = if numbers.len() == 1 { "s" } else { "" };
            let shown = shown.join(", ");
            page.prose(0, &format!("In the whole event, {count} fail{s} with {code}: {shown}."));
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
        if text.is_some() || self.fails_without_records == Some(true) {
            page.line("");
        }
        self.verdicts(page);
        if let Some(text) = text {
            page.prose(0, &text);
        }
        if self.fails_without_records == Some(true) {
            page.prose(0, "The cause may be the function or its environment, not a record.");
        }
    }

    /// Where the event is, and how to go on.
    fn next(&self, page: &mut Page<'_>) {
        if self.records.is_empty() {
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
            _ => page.note(0, "`--save-event FILE` saves an event with only these records"),
        }
    }
}
