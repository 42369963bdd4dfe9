//! The rules themselves: `fh check --rules`.

use std::fmt::Write as _;

use serde::Serialize;

use crate::render::failure::{FailureRow, in_a_sentence};
use crate::render::json::push_json;
use crate::render::table::{Column, Table};
use crate::terminal::{self, BOLD, ERROR, Terminal, WARN};
use firehose::limits::DEFAULT_RETRIES;
use firehose::transform::{Rule, Severity};

/// A rule in `--output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleRow {
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

/// Appends all rules with their explanations.
pub fn push_rules_text(out: &mut Vec<u8>, terminal: &Terminal) {
    let width = terminal.prose_width();
    let mut text = String::new();
    for rule in Rule::ALL {
        let definition = rule.definition();
        let style = if definition.severity == Severity::Error { ERROR } else { WARN };
        let word = terminal.paint(style, definition.severity.as_str());
        let name = terminal.paint(BOLD, rule.as_str());
        // Writing to a string does not fail.
        let _unused = writeln!(text, "{word}: {name}");
        terminal::push_wrapped(&mut text, &format!("{}.", definition.what), 2, width);
        terminal::push_wrapped(&mut text, &format!("{}.", definition.why), 2, width);
        if let Some(failure) = definition.consequence.failure() {
            let outcome = in_a_sentence(&failure, DEFAULT_RETRIES);
            terminal::push_wrapped(&mut text, &format!("Firehose: {outcome}."), 2, width);
        }
        terminal::push_wrapped(&mut text, &format!("hint: {}", definition.change), 2, width);
        text.push('\n');
    }
    out.extend_from_slice(text.as_bytes());
}

/// Appends a row for each rule.
pub fn push_rules_table(out: &mut Vec<u8>, terminal: &Terminal) {
    let mut table = Table::new(vec![
        Column::left("rule"),
        Column::left("severity"),
        Column::sentences("requirement"),
    ]);
    for rule in Rule::ALL {
        let definition = rule.definition();
        table.row(vec![
            rule.as_str().to_owned(),
            definition.severity.as_str().to_owned(),
            definition.what.to_owned(),
        ]);
    }
    table.push(out, terminal.table_width());
}

/// Appends all rules as one JSON array.
pub fn push_rules_document(out: &mut Vec<u8>) {
    let rows: Vec<_> = Rule::ALL.iter().map(|rule| RuleRow::new(*rule)).collect();
    push_json(out, &rows);
    out.push(b'\n');
}

/// Appends a JSON object for each rule, a line each.
pub fn push_rules_lines(out: &mut Vec<u8>) {
    for rule in Rule::ALL {
        push_json(out, &RuleRow::new(*rule));
        out.push(b'\n');
    }
}
