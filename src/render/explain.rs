//! Error codes explained: a page each, a list of them, rows for machines.

use serde::Serialize;

use super::page::{ITEM, Page};
use super::table::{Column, ColumnOf};
use super::{Document, Report};
use crate::terminal::{self, BOLD, DIM, WARN};
use firehose::errors::{
    Attempts, Case, Counted, DOCTOR, ERRORS, EVENT, Evidence, Explanation, FAILED, RESPONSE, STAGED,
};

/// An explanation, and how many records it is about where that was counted.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The explanation.
    explanation: &'static Explanation,
    /// Records of the input with this code.
    records: Option<u64>,
    /// The causes that were named, and the records with each.
    cases: Vec<(&'static Case, u64)>,
}

impl Explained {
    /// The page of a code.
    pub const fn page(explanation: &'static Explanation) -> Self {
        Self { explanation, records: None, cases: Vec::new() }
    }

    /// The page of a code that `text` names, with the cause that it names.
    pub fn asked(explanation: &'static Explanation, text: &str) -> Self {
        let cases = explanation.case_in(text).map(|case| (case, 1)).into_iter().collect();
        Self { cases, ..Self::page(explanation) }
    }

    /// True if the causes of all records are known, and say all there is to change.
    fn is_settled(&self) -> bool {
        let known: u64 = self.cases.iter().map(|(_, records)| records).sum();
        let first = self.cases.first().map(|(case, _)| *case);
        self.explanation.is_settled_by(first) && self.records.is_none_or(|all| known >= all)
    }
}

impl From<Counted> for Explained {
    fn from(it: Counted) -> Self {
        // A report may name a code without a number.
        let records = Some(it.records).filter(|count| *count > 0);
        Self { explanation: it.explanation, records, cases: it.cases }
    }
}

/// Files and names in commands that stand for the user's own.
const PLACEHOLDERS: [(&str, &str); 8] = [
    ("STREAM", "the delivery stream, by name or ARN"),
    (FAILED, "an object from the error prefix, as it is in S3"),
    (ERRORS, "messages of the log group /aws/kinesisfirehose/STREAM, one per line"),
    (STAGED, "an object for the COPY to load"),
    (EVENT, "a transform event"),
    (RESPONSE, "the response of the transform, if you have it"),
    ("NAME", "the function of the stream, by name or ARN"),
    ("FILE.FUNCTION", "your transform; see fh invoke --help for --exec, --function and others"),
];

/// Explanations, to be shown.
#[derive(Debug)]
pub struct Explanations<'a> {
    /// Those.
    pub explained: &'a [Explained],
    /// A line for each, family by family, instead of a page.
    pub as_list: bool,
}

impl Document for Explanations<'_> {
    fn json(&self) -> impl Serialize {
        self.rows().collect::<Vec<_>>()
    }

    fn text(&self, page: &mut Page<'_>) {
        if self.as_list {
            return page.list(self.explained);
        }
        for (position, explained) in self.explained.iter().enumerate() {
            if position > 0 {
                page.out.push('\n');
            }
            page.page(explained);
        }
    }
}

impl Report for Explanations<'_> {
    type Row = Row;

    fn rows(&self) -> impl Iterator<Item = Row> {
        self.explained.iter().map(Row::new)
    }

    fn columns(&self) -> Vec<ColumnOf<'_, Row>> {
        let is_counted = self.explained.iter().any(|it| it.records.is_some());
        let records = Column::right("records").dispensable(4);
        let records =
            records.cell(|row: &Row| row.records.map(terminal::group).unwrap_or_default());
        let mut columns = vec![Column::codes("code").cell(|row: &Row| row.code.to_owned())];
        columns.extend(is_counted.then_some(records));
        columns.extend([
            Column::left("attempts").dispensable(1).cell(|row: &Row| row.attempts.to_owned()),
            Column::left("evidence").dispensable(2).cell(|row: &Row| row.evidence.to_owned()),
            Column::sentences("what happened")
                .dispensable(3)
                .cell(|row: &Row| row.happened.to_owned()),
        ]);
        columns
    }
}

/// An explanation in `--output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    code: &'static str,
    family: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<u64>,
    message: Option<&'static str>,
    happened: &'static str,
    attempts: &'static str,
    scope: &'static str,
    lost: &'static str,
    look: &'static [&'static str],
    cases: Vec<CaseRow>,
    change: &'static [&'static str],
    again: &'static [&'static str],
    evidence: &'static str,
}

/// One of several causes that share a code.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CaseRow {
    message: &'static str,
    means: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<u64>,
}

impl Row {
    fn new(explained: &Explained) -> Self {
        let it = explained.explanation;
        Self {
            code: it.error.code,
            family: it.family.as_str(),
            records: explained.records,
            message: it.error.message,
            happened: it.happened,
            attempts: it.error.attempts.as_str(),
            scope: it.error.scope.as_str(),
            lost: it.lost,
            look: it.look,
            cases: it.cases.iter().map(|case| CaseRow::new(case, explained)).collect(),
            change: it.change,
            again: it.again,
            evidence: it.error.evidence.as_str(),
        }
    }
}

impl CaseRow {
    fn new(case: &'static Case, explained: &Explained) -> Self {
        let named = explained.cases.iter().find(|(named, _)| *named == case);
        let counted = named.map(|(_, records)| *records).filter(|count| *count > 0);
        let counted = explained.records.and(counted);
        Self { message: case.message, means: case.means, records: counted }
    }
}

/// Text for people. All of it is our own, so nothing in it is escaped.
impl Page<'_> {
    fn page(&mut self, explained: &Explained) {
        let it = explained.explanation;
        self.head(it);
        if let Some(records) = explained.records {
            self.labelled("Records", &format!("{} of the input.", terminal::group(records)));
        }
        for (case, records) in &explained.cases {
            self.cause(case, explained.records.map(|_| *records).filter(|count| *count > 0));
        }
        let is_settled = explained.is_settled();
        let is_refused = is_settled && explained.cases.iter().all(|(case, _)| case.is_refused);
        if let Some(message) = it.error.message.filter(|_| !is_settled) {
            self.labelled("AWS says", message);
        }
        let attempts = if is_refused { Attempts::Once } else { it.error.attempts };
        self.labelled("Attempts", attempts.text());
        self.labelled("Fails", it.error.scope.text());
        self.labelled("Lost?", it.lost);
        self.labelled("Sure?", it.error.evidence.text());
        // What is general is for causes that are not known.
        if !is_settled {
            self.bullets("Look at:", it.look);
            if explained.cases.is_empty() {
                self.cases(it.cases);
            }
            self.bullets("Change:", it.change);
        }
        self.commands(it.again);
    }

    /// The cause that the input names: what of its message shows that, and what to
    /// do.
    fn cause(&mut self, case: &Case, records: Option<u64>) {
        let counted = records.map(|it| format!(" ({})", terminal::plural(it, "record")));
        let sign = if case.is_status() { case.message } else { "" };
        let head = format!("{sign}{}", counted.unwrap_or_default());
        let head = head.trim_start();
        let separator = if head.is_empty() { "" } else { ": " };
        self.labelled("Cause", &format!("{head}{separator}{}", case.means));
    }

    /// Every cause that shares the code.
    fn cases(&mut self, cases: &[Case]) {
        let Some(first) = cases.first() else { return };
        let title = if first.is_status() { "By status:" } else { "By message:" };
        let items: Vec<_> = cases.iter().map(|it| format!("{}: {}", sign(it), it.means)).collect();
        let items: Vec<_> = items.iter().map(String::as_str).collect();
        self.bullets(title, &items);
    }

    /// The code and what happened.
    fn head(&mut self, it: &Explanation) {
        let mut head = String::new();
        terminal::push_wrapped(
            &mut head,
            &format!("{} · {}", it.error.code, it.happened),
            0,
            self.width,
        );
        self.out.push_str(&head.replacen(
            it.error.code,
            &self.terminal.paint(BOLD, it.error.code),
            1,
        ));
        self.out.push('\n');
    }

    /// Commands as they are, for copying, and what their names stand for.
    fn commands(&mut self, commands: &[&str]) {
        let asks_doctor = commands.contains(&DOCTOR);
        let title = if asks_doctor { "Find the cause:" } else { "Reproduce it:" };
        let title = self.terminal.paint(BOLD, title);
        self.line(&format!("\n{title}"));
        for command in commands {
            self.line(&format!("  {command}"));
        }
        for (name, meaning) in PLACEHOLDERS {
            let used = commands.iter().any(|command| command.contains(name));
            if used && !is_made(name, commands) {
                let mut note = String::new();
                terminal::push_wrapped(&mut note, &format!("{name}: {meaning}"), 2, self.width);
                for line in note.lines() {
                    self.line(&self.terminal.paint(DIM, line));
                }
            }
        }
    }

    /// A line for each, family by family.
    fn list(&mut self, explained: &[Explained]) {
        let family = |it: &Explained| it.explanation.family;
        for (position, family) in
            explained.chunk_by(|one, other| family(one) == family(other)).enumerate()
        {
            if position > 0 {
                self.out.push('\n');
            }
            let names = family.iter().map(|it| terminal::columns(it.explanation.error.code));
            self.family(family, ITEM + names.max().unwrap_or(0));
        }
    }

    /// The codes of a family, what happened from column `indent` on; below the
    /// codes where that leaves too little room.
    fn family(&mut self, family: &[Explained], indent: usize) {
        let Some(first) = family.first() else { return };
        let title = self.terminal.paint(BOLD, first.explanation.family.title());
        self.line(&title);
        let beside = indent < self.width / 2;
        for Explained { explanation, cases, .. } in family {
            let code = format!("  {}", explanation.error.code);
            let unsure = explanation.error.evidence == Evidence::Unconfirmed;
            let mark = if unsure { " (unconfirmed)" } else { "" };
            let named = cases.first().map(|(case, _)| case.means);
            let happened = format!("{}{mark}", named.unwrap_or(explanation.happened));
            let style = if unsure { WARN } else { BOLD };
            let shown = self.terminal.paint(style, &code);
            if beside {
                self.hanging(&code, &shown, indent, &happened);
            } else {
                self.line(&shown);
                terminal::push_wrapped(&mut self.out, &happened, ITEM, self.width);
            }
        }
    }
}

/// What tells a cause from the others: its status, or its message in quotes.
fn sign(case: &Case) -> String {
    if case.is_status() {
        case.message.to_owned()
    } else {
        format!("\"{}\"", case.message.trim_end_matches('.'))
    }
}

/// True if one of the commands writes this file.
fn is_made(name: &str, commands: &[&str]) -> bool {
    commands.iter().any(|command| command.ends_with(&format!("> {name}")))
}
