//! The report as Markdown, for a ticket. What came with the records stands in code
//! only: in a span or a block that it cannot end, where no markup, link or mention is
//! looked for.

use std::fmt::{self, Write as _};

use super::details::{Details, Example, code_of, share};
use super::{FailureSummary, PUT_BACK_LATER, chart, commands, group, html, overview};
use crate::render::page::Page;
use crate::terminal::{self, PLAIN};

/// The whole document.
pub(super) fn page(report: &FailureSummary<'_>) -> String {
    let sorted = report.kinds.sorted();
    let (kind, name) = report.about.subject();
    let mut out = format!("# {kind}{}\n\n", plain(&name));
    for (text, quoted) in report.about.lines(report.clock) {
        add(&mut out, format_args!("{text}{}\n\n", plain(&quoted)));
    }
    for line in group::head(report) {
        add(&mut out, format_args!("{line}\n\n"));
    }
    for note in html::notes(report) {
        let quoted = if note.quoted.is_empty() { String::new() } else { span(&note.quoted) };
        add(&mut out, format_args!("> {}{quoted}\n\n", prose(&note.text)));
    }
    let picture = Page::filled(&PLAIN, |page| chart::push(page, report));
    let picture = String::from_utf8_lossy(&picture);
    if !picture.is_empty() {
        out.push_str(&block(picture.trim_matches('\n'), "text"));
    }
    table(&mut out, report);
    report.detailed(&sorted, |_, details| section(&mut out, &details));
    let more = [overview::without_details(&sorted), report.not_grouped()];
    for text in more.into_iter().flatten() {
        add(&mut out, format_args!("{text}\n\n"));
    }
    if let Some(redrive) = commands::redrive(report, &sorted) {
        add(&mut out, format_args!("## Put back\n\n{PUT_BACK_LATER}\n\n{}", block(&redrive, "sh")));
    }
    out.push_str(&html::made(report));
    out.push('\n');
    out
}

fn table(out: &mut String, report: &FailureSummary<'_>) {
    let sorted = report.kinds.sorted();
    if sorted.is_empty() {
        return;
    }
    let extra = overview::extra_columns(&sorted);
    let mut titles = String::new();
    for (title, _) in &extra {
        add(&mut titles, format_args!(" {title} |"));
    }
    let rules = "---|".repeat(extra.len());
    add(out, format_args!("| # | records | share | code | first | last |{titles}\n"));
    add(out, format_args!("|--:|--:|--:|---|---|---|{rules}\n"));
    for (kind, number) in sorted.iter().take(overview::NAMED).zip(1..) {
        let (first, last) = overview::times(report, kind);
        let share = share(report, kind).unwrap_or_else(|| "100%".to_owned());
        let records = terminal::group(kind.records);
        let code = cell(&code_of(kind));
        add(out, format_args!("| {number} | {records} | {share} | {code} | {first} | {last} |"));
        for (_, text) in &extra {
            add(out, format_args!(" {} |", plain_cell(&text(kind))));
        }
        out.push('\n');
    }
    out.push('\n');
    if let Some(more) = overview::more(&sorted) {
        add(out, format_args!("{more}\n\n"));
    }
}

fn section(out: &mut String, details: &Details) {
    let Details { number, records, happened, .. } = details;
    add(out, format_args!("## {number} · {} · {records}\n\n", span(&details.code)));
    add(out, format_args!("{}\n\n", prose(happened)));
    for fact in &details.facts {
        let quoted = if fact.quoted.is_empty() { String::new() } else { span(&fact.quoted) };
        add(out, format_args!("- {}: {quoted}{}\n", fact.label, prose(&fact.text)));
    }
    if let Some(harmless) = &details.harmless {
        add(out, format_args!("- Harmless? {harmless}\n"));
    }
    let Example { place, what, like, .. } = &details.example;
    add(out, format_args!("- Example: {}, {}{like}\n", span(place), plain(what)));
    if let Some(others) = &details.example.others {
        add(out, format_args!("- All records: {others}\n"));
    }
    out.push('\n');
    if !details.example.lines.is_empty() {
        out.push_str(&block(&details.example.lines.join("\n"), "text"));
    }
    if !details.advice.is_empty() {
        out.push_str("Change:\n\n");
        for advice in &details.advice {
            add(out, format_args!("- {}\n", prose(advice)));
        }
        out.push('\n');
    }
    add(out, format_args!("Next:\n\n{}", block(&details.commands.lines.join("\n"), "sh")));
    for note in &details.commands.notes {
        add(out, format_args!("{note}\n\n"));
    }
}

/// Appends text.
fn add(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _infallible = out.write_fmt(text);
}

/// Our own sentences, which are no markup either.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '<' | '>' | '*' | '_' | '[' | '~' | '|') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Text that has nothing that could be markup, a link or a mention; else a code span.
fn plain(text: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, ' ' | ',' | ':');
    if text.chars().all(is_plain) { text.to_owned() } else { span(text) }
}

/// A code span that `text` cannot end (`CommonMark`, "Code spans").
fn span(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    // A blank on each side is taken off again.
    let is_bare = text.starts_with('`') || text.ends_with('`') || text.trim().is_empty();
    let blank = if is_bare { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// The same in a table.
fn plain_cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

/// A code span in a table: its bars would end the cell (GitHub Flavored Markdown,
/// "Tables").
fn cell(text: &str) -> String {
    span(text).replace('|', "\\|")
}

/// A fenced block that `text` cannot end.
fn block(text: &str, language: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}{language}\n{text}\n{fence}\n\n")
}

/// Backticks in a row, at most.
fn longest_run(text: &str) -> usize {
    text.split(|it| it != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_code() {
        for (text, expected) in [
            ("plain", "`plain`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("```x", "```` ```x ````"),
            ("<b> @team #1 [x](y)", "`<b> @team #1 [x](y)`"),
        ] {
            assert_eq!(span(text), expected);
        }
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(block("```\nx", "sh"), "````sh\n```\nx\n````\n\n");
    }
}
