//! A checked response in each format.

use serde::Serialize;

use super::CheckedResponse;
use super::rows::{CheckDocument, DocumentLine, VerdictRow};
use crate::render::page::{Page, safe};
use crate::render::table::{Column, ColumnOf};
use crate::render::{Document, Report};
use crate::terminal;
use firehose::transform::{Rule, Violation};

/// A rule that is broken, in the table.
#[derive(Debug, Serialize)]
struct BrokenRule {
    severity: &'static str,
    rule: &'static str,
    /// How many places are listed.
    places: u64,
    /// What was found at the first of them.
    first: String,
}

impl BrokenRule {
    fn new(rule: Rule, violations: &[Violation]) -> Self {
        let of_rule = || violations.iter().filter(|it| it.rule == rule);
        let first = of_rule().next().map(|it| match it.pointer.as_str() {
            "" => it.message.clone(),
            pointer => format!("{pointer}: {}", it.message),
        });
        Self {
            severity: rule.severity().as_str(),
            rule: rule.as_str(),
            places: of_rule().count() as u64,
            first: first.unwrap_or_default(),
        }
    }
}

impl Document for CheckedResponse<'_> {
    fn json(&self) -> impl Serialize {
        CheckDocument::new(self)
    }

    fn text(&self, page: &mut Page<'_>) {
        super::text::fill(page, self);
    }
}

/// The list is that of the verdicts: a row a record.
impl<'a> Report for CheckedResponse<'a> {
    type Row = VerdictRow<'a>;

    fn rows(&self) -> impl Iterator<Item = VerdictRow<'a>> {
        VerdictRow::all(self)
    }

    fn columns(&self) -> Vec<ColumnOf<'_, VerdictRow<'a>>> {
        let size = |bytes: usize| terminal::group(bytes as u64);
        let id = |row: &VerdictRow<'_>| safe(row.record_id.unwrap_or_default());
        let code = |row: &VerdictRow<'_>| row.failure.as_ref().map_or("", |it| it.error_code);
        let attempts = |row: &VerdictRow<'_>| match row.failure.as_ref().map(|it| it.attempts) {
            None => String::new(),
            Some(None) => "?".to_owned(),
            Some(Some(attempts)) => attempts.to_string(),
        };
        vec![
            Column::right("record").cell(|row: &VerdictRow<'_>| {
                row.index.map(|it| it.to_string()).unwrap_or_default()
            }),
            Column::id("recordId").cell(id),
            Column::left("fate").cell(|row: &VerdictRow<'_>| row.fate.to_owned()),
            Column::left("error code").cell(move |row: &VerdictRow<'_>| code(row).to_owned()),
            Column::right("attempts").dispensable(3).cell(attempts),
            Column::right("bytes in")
                .dispensable(2)
                .cell(move |row: &VerdictRow<'_>| row.bytes_in.map(size).unwrap_or_default()),
            Column::right("bytes out")
                .dispensable(1)
                .cell(move |row: &VerdictRow<'_>| row.bytes_out.map(size).unwrap_or_default()),
        ]
    }

    /// Below the verdicts the rules that are broken, each with its first place.
    fn table(&self, page: &mut Page<'_>) {
        page.rows(self.rows(), &self.columns());
        let rules = super::text::rules(self.result);
        if rules.is_empty() {
            return;
        }
        page.line("");
        let broken = rules.into_iter().map(|rule| BrokenRule::new(rule, &self.result.violations));
        let columns = [
            Column::left("severity").cell(|row: &BrokenRule| row.severity.to_owned()),
            Column::left("rule").cell(|row: &BrokenRule| row.rule.to_owned()),
            Column::right("places").cell(|row: &BrokenRule| terminal::group(row.places)),
            Column::prose("first place").cell(|row: &BrokenRule| safe(&row.first)),
        ];
        page.rows(broken, &columns);
    }

    /// A line for each verdict, each broken rule, and one for the whole.
    fn lines(&self) -> impl Iterator<Item = impl Serialize> {
        let CheckDocument { summary, verdicts, violations } = CheckDocument::new(self);
        let verdicts = verdicts.into_iter().map(DocumentLine::Verdict);
        let violations = violations.into_iter().map(DocumentLine::Violation);
        verdicts.chain(violations).chain([DocumentLine::Summary(summary)])
    }
}
