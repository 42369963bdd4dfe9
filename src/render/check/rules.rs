//! The rules themselves: `fh check --rules`, and a rule of `fh explain`.

use serde::Serialize;

use crate::render::expected_failure::{FailureRow, in_a_sentence};
use crate::render::page::Page;
use crate::render::table::{Column, ColumnOf};
use crate::render::{Document, Report};
use crate::terminal::{BOLD, ERROR, WARN};
use firehose::limits::DEFAULT_RETRIES;
use firehose::transform::{Rule, Severity};

/// A rule in `--output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleRow {
    rule: &'static str,
    severity: &'static str,
    what: &'static str,
    why: &'static str,
    change: &'static str,
    #[serde(flatten)]
    failure: Option<FailureRow>,
}

impl RuleRow {
    fn new(rule: Rule) -> Self {
        let definition = rule.definition();
        Self {
            rule: rule.as_str(),
            severity: definition.severity.as_str(),
            what: definition.what,
            why: definition.why,
            change: definition.change,
            failure: definition
                .consequence
                .failure()
                .map(|failure| FailureRow::new(&failure, DEFAULT_RETRIES)),
        }
    }
}

/// Rules, each with what it is for.
#[derive(Debug)]
pub struct RuleList<'a>(pub &'a [Rule]);

impl Document for RuleList<'_> {
    fn json(&self) -> impl Serialize {
        self.rows().collect::<Vec<_>>()
    }

    fn text(&self, page: &mut Page<'_>) {
        for rule in self.0 {
            let definition = rule.definition();
            let style = if definition.severity == Severity::Error { ERROR } else { WARN };
            let word = page.terminal.paint(style, definition.severity.as_str());
            let name = page.terminal.paint(BOLD, rule.as_str());
            page.line(&format!("{word}: {name}"));
            page.prose(2, &format!("{}.", definition.what));
            page.prose(2, &format!("{}.", capitalized(definition.why)));
            if let Some(failure) = definition.consequence.failure() {
                let outcome = in_a_sentence(&failure, DEFAULT_RETRIES);
                page.prose(2, &format!("Firehose: {outcome}."));
            }
            page.prose(2, &format!("hint: {}", definition.change));
            page.line("");
        }
        if self.0.len() < Rule::ALL.len() {
            page.line("all rules: fh check --rules");
        }
    }
}

/// A sentence with a capital at its start, unless it starts with code.
fn capitalized(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if word.chars().all(|it| it.is_ascii_lowercase()) => {
            std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

impl Report for RuleList<'_> {
    type Row = RuleRow;

    fn rows(&self) -> impl Iterator<Item = RuleRow> {
        self.0.iter().map(|rule| RuleRow::new(*rule))
    }

    fn columns(&self) -> Vec<ColumnOf<'_, RuleRow>> {
        vec![
            Column::left("rule").cell(|row: &RuleRow| row.rule.to_owned()),
            Column::left("severity").cell(|row: &RuleRow| row.severity.to_owned()),
            Column::sentences("requirement").cell(|row: &RuleRow| row.what.to_owned()),
        ]
    }
}
