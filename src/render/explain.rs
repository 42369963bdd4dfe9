//! Error codes explained: a page each, a list of them, rows for machines.

use serde::Serialize;

use super::page::{ITEM, Page};
use super::table::{Column, ColumnOf};
use super::{Document, Report};
use crate::terminal::{self, BOLD, DIM, WARN};
use firehose::errors::{ERRORS, EVENT, Evidence, Explanation, FAILED, RESPONSE, STAGED};

/// An explanation, and how many records it is about where that was counted.
#[derive(Debug, Clone, Copy)]
pub struct Explained {
    /// The explanation.
    pub explanation: &'static Explanation,
    /// Records of the input with this code.
    pub records: Option<u64>,
}

/// Files and names in commands that stand for the user's own.
const PLACEHOLDERS: [(&str, &str); 7] = [
    (FAILED, "an object from the error prefix, as it is in S3"),
    (ERRORS, "messages of the log group /aws/kinesisfirehose/STREAM, one per line"),
    (STAGED, "an object for the COPY to load"),
    (EVENT, "a transform event"),
    (RESPONSE, "the response of the transform, if you have it"),
    ("NAME", "the function of the stream, by name or ARN"),
    ("app.handler", "your transform; see fh invoke --help for --exec, --function and others"),
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
        // A code is to be copied, so it is never cut.
        let mut columns = vec![Column::left("code").cell(|row: &Row| row.code.to_owned())];
        columns.extend(is_counted.then_some(records));
        columns.extend([
            Column::left("attempts").dispensable(2).cell(|row: &Row| row.attempts.to_owned()),
            Column::left("evidence").dispensable(1).cell(|row: &Row| row.evidence.to_owned()),
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
    change: &'static [&'static str],
    again: &'static [&'static str],
    evidence: &'static str,
}

impl Row {
    fn new(explained: &Explained) -> Self {
        let it = explained.explanation;
        Self {
            code: it.code,
            family: it.family.as_str(),
            records: explained.records,
            message: it.message,
            happened: it.happened,
            attempts: it.attempts.as_str(),
            scope: it.scope.as_str(),
            lost: it.lost,
            look: it.look,
            change: it.change,
            again: it.again,
            evidence: it.evidence.as_str(),
        }
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
        if let Some(message) = it.message {
            self.labelled("AWS says", message);
        }
        self.labelled("Attempts", it.attempts.text());
        self.labelled("Fails", it.scope.text());
        self.labelled("Lost?", it.lost);
        self.labelled("Sure?", it.evidence.text());
        self.bullets("Look at:", it.look);
        self.bullets("Change:", it.change);
        self.commands(it.again);
    }

    /// The code and what happened.
    fn head(&mut self, it: &Explanation) {
        let mut head = String::new();
        terminal::push_wrapped(&mut head, &format!("{} · {}", it.code, it.happened), 0, self.width);
        self.out.push_str(&head.replacen(it.code, &self.terminal.paint(BOLD, it.code), 1));
        self.out.push('\n');
    }

    /// Commands as they are, for copying, and what their names stand for.
    fn commands(&mut self, commands: &[&str]) {
        let title = self.terminal.paint(BOLD, "Reproduce it:");
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
            let names = family.iter().map(|it| terminal::columns(it.explanation.code));
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
        for Explained { explanation, .. } in family {
            let code = format!("  {}", explanation.code);
            let unsure = explanation.evidence == Evidence::Unconfirmed;
            let mark = if unsure { " (unconfirmed)" } else { "" };
            let happened = format!("{}{mark}", explanation.happened);
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

/// True if one of the commands writes this file.
fn is_made(name: &str, commands: &[&str]) -> bool {
    commands.iter().any(|command| command.ends_with(&format!("> {name}")))
}
