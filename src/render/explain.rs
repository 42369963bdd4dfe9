//! Error codes explained: a page each, a list of them, rows for machines.

use serde::Serialize;

use super::json::push_json;
use super::page::{ITEM, Page};
use super::table::{Column, Table};
use crate::terminal::{self, BOLD, DIM, Terminal, WARN};
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

/// Appends a page for each.
pub fn push_pages(out: &mut Vec<u8>, explained: &[Explained], terminal: &Terminal) {
    for (position, explained) in explained.iter().enumerate() {
        let mut page = Page::new(terminal);
        if position > 0 {
            page.out.push('\n');
        }
        page.page(explained);
        out.extend_from_slice(page.out.as_bytes());
    }
}

/// Appends a line for each, family by family.
pub fn push_list(out: &mut Vec<u8>, explained: &[Explained], terminal: &Terminal) {
    let mut page = Page::new(terminal);
    for family in
        explained.chunk_by(|one, other| one.explanation.family == other.explanation.family)
    {
        let names = family.iter().map(|it| terminal::columns(it.explanation.code));
        page.family(family, ITEM + names.max().unwrap_or(0));
    }
    out.extend_from_slice(page.out.trim_start().as_bytes());
}

/// Appends a row for each.
pub fn push_table(out: &mut Vec<u8>, explained: &[Explained], terminal: &Terminal) {
    // A code is to be copied, so it is never cut.
    let is_counted = explained.iter().any(|it| it.records.is_some());
    let counted = is_counted.then_some(Column::right("records").dispensable(4));
    let mut columns = vec![Column::left("code")];
    columns.extend(counted);
    columns.extend([
        Column::left("attempts").dispensable(2),
        Column::left("evidence").dispensable(1),
        Column::sentences("what happened").dispensable(3),
    ]);
    let mut table = Table::new(columns);
    for Explained { explanation, records } in explained {
        let records = is_counted.then(|| records.map(terminal::group).unwrap_or_default());
        let mut cells = vec![explanation.code.to_owned()];
        cells.extend(records);
        cells.extend([
            explanation.attempts.as_str().to_owned(),
            explanation.evidence.as_str().to_owned(),
            explanation.happened.to_owned(),
        ]);
        table.row(cells);
    }
    table.push(out, terminal.table_width());
}

/// Appends all of them as one JSON array.
pub fn push_document(out: &mut Vec<u8>, explained: &[Explained]) {
    let rows: Vec<_> = explained.iter().map(Row::new).collect();
    push_json(out, &rows);
    out.push(b'\n');
}

/// Appends a JSON object for each, a line each.
pub fn push_lines(out: &mut Vec<u8>, explained: &[Explained]) {
    for explained in explained {
        push_json(out, &Row::new(explained));
        out.push(b'\n');
    }
}

/// An explanation in `--output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
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

    /// The codes of a family, what happened from column `indent` on; below the
    /// codes where that leaves too little room.
    fn family(&mut self, family: &[Explained], indent: usize) {
        let Some(first) = family.first() else { return };
        let title = self.terminal.paint(BOLD, first.explanation.family.title());
        self.line(&format!("\n{title}"));
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
