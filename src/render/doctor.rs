//! What `fh doctor` found: findings as prose, rows for machines.

use std::collections::BTreeSet;

use serde::Serialize;

use super::page::{Page, safe};
use super::pipeline::{pipeline, push_traffic};
use super::table::{Column, ColumnOf};
use super::{Document, Report};
use crate::terminal::shell;
use crate::terminal::{self, BOLD, DIM, ERROR, Style, WARN};
use firehose::diagnosis::{
    Check, Checked, Facts, Finding, Gap, Outcome, Severity, follow, incoming, is_symptom, together,
};

/// Where the text of a finding starts.
const TEXT: usize = 9;

/// What was found of a stream.
#[derive(Debug)]
pub struct Examination<'a> {
    /// What was known.
    pub facts: &'a Facts,
    /// The checks and what they found.
    pub checked: &'a [Checked],
    /// Flags of AWS that printed commands need.
    pub flags: &'a [String],
    /// Records that were put back from this machine in the window.
    pub put_back: u64,
}

/// The document: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExaminationJson<'a> {
    stream: &'a str,
    region: &'a str,
    account: &'a str,
    /// What the metrics say together, if no check found an error.
    summary: Option<String>,
    findings: Vec<FindingJson<'a>>,
    passed: Vec<PassedJson<'a>>,
    unknown: Vec<UnknownJson<'a>>,
    not_applicable: Vec<&'static str>,
    metrics: Option<MetricsJson>,
}

#[derive(Debug, Serialize)]
pub(super) struct FindingJson<'a> {
    check: &'static str,
    severity: &'static str,
    confidence: &'static str,
    what: &'a str,
    why: &'a str,
    fix: Vec<String>,
    evidence: &'a str,
}

#[derive(Debug, Serialize)]
struct PassedJson<'a> {
    check: &'static str,
    what: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct UnknownJson<'a> {
    check: &'static str,
    needs: Option<&'static str>,
    why: &'a str,
}

/// Sums of the window.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MetricsJson {
    seconds: u64,
    incoming: u64,
    /// Null of a function of another account or Region of AWS: its metrics are there.
    calls: Option<u64>,
    call_errors: Option<u64>,
    delivered: u64,
    throttled: u64,
}

/// How many checks found what.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counts {
    errors: u64,
    warnings: u64,
    notes: u64,
    passed: u64,
    unknown: u64,
    not_applicable: u64,
}

impl Counts {
    pub(super) fn of(examination: &Examination<'_>) -> Self {
        let findings = examination.findings();
        let number = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
        let count =
            |severity| number(findings.iter().filter(|(_, it)| it.severity == severity).count());
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            passed: number(examination.passed().count()),
            unknown: number(examination.gaps().count()),
            not_applicable: number(examination.not_applicable().count()),
        }
    }

    /// `1 error, 2 warnings, 3 notes, 20 passed, 1 unknown, 5 not applicable`
    pub(super) fn sentence(&self) -> String {
        let Self { errors, warnings, notes, passed, unknown, not_applicable } = self;
        let [errors, warnings, notes] = [(errors, "error"), (warnings, "warning"), (notes, "note")]
            .map(|(count, noun)| terminal::plural(*count, noun));
        format!(
            "{errors}, {warnings}, {notes}, {passed} passed, {unknown} unknown, \
             {not_applicable} not applicable"
        )
    }
}

/// A check in `--output ndjson` and the table: a stable schema.
#[derive(Debug, Serialize)]
pub struct Row {
    check: &'static str,
    theme: &'static str,
    /// `error`, `warning`, `note`, `passed`, `unknown`, `notApplicable`.
    outcome: &'static str,
    confidence: Option<&'static str>,
    what: String,
    why: Option<String>,
    fix: Vec<String>,
    evidence: Option<String>,
    needs: Option<&'static str>,
}

impl Row {
    fn new(it: &Checked, flags: &[String]) -> Self {
        let row = Self {
            check: it.check.name,
            theme: it.check.theme.as_str(),
            outcome: "notApplicable",
            confidence: None,
            what: String::new(),
            why: None,
            fix: Vec::new(),
            evidence: None,
            needs: None,
        };
        match &it.outcome {
            Outcome::NotApplicable => row,
            Outcome::Passed(what) => Self { outcome: "passed", what: what.clone(), ..row },
            Outcome::Unknown(gap) => {
                Self { outcome: "unknown", what: gap.why.clone(), needs: gap.needs, ..row }
            }
            Outcome::Finding(finding) => Self {
                outcome: finding.severity.as_str(),
                confidence: Some(finding.confidence.as_str()),
                what: finding.what.clone(),
                why: Some(finding.why.clone()),
                fix: lines(finding, flags),
                evidence: Some(finding.evidence.clone()),
                ..row
            },
        }
    }
}

impl MetricsJson {
    fn of(facts: &Facts) -> Option<Self> {
        let metrics = facts.metrics.yes()?;
        let sum = |id| metrics.is_asked(id).then(|| metrics.sum(id));
        Some(Self {
            seconds: facts.window.as_secs(),
            incoming: metrics.sum(incoming(&facts.stream.source)),
            calls: sum("calls"),
            call_errors: sum("call_errors"),
            delivered: metrics.sum("delivered"),
            throttled: metrics.sum("throttled"),
        })
    }
}

impl<'a> Examination<'a> {
    /// The findings, the worst first, causes before what they lead to, else in the order
    /// of the checks.
    pub(super) fn findings(&self) -> Vec<(&'static str, &'a Finding)> {
        let mut findings: Vec<_> = self.checked.iter().filter_map(finding).collect();
        findings.sort_by_key(|(check, it)| (std::cmp::Reverse(it.severity), is_symptom(check)));
        findings
    }

    pub(super) fn gaps(&self) -> impl Iterator<Item = (&'static str, &'a Gap)> {
        self.checked.iter().filter_map(|it| match &it.outcome {
            Outcome::Unknown(gap) => Some((it.check.name, gap)),
            _ => None,
        })
    }

    pub(super) fn unknown(&self) -> Vec<UnknownJson<'a>> {
        let gaps = self.gaps();
        gaps.map(|(check, it)| UnknownJson { check, needs: it.needs, why: &it.why }).collect()
    }

    pub(super) fn passed(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.checked.iter().filter_map(|it| match &it.outcome {
            Outcome::Passed(what) => Some((it.check.name, what.as_str())),
            _ => None,
        })
    }

    fn not_applicable(&self) -> impl Iterator<Item = &'static str> {
        let is_left = |it: &&Checked| it.outcome == Outcome::NotApplicable;
        self.checked.iter().filter(is_left).map(|it| it.check.name)
    }

    /// True if the second of the commands that are shown would name a version that is gone.
    fn has_several_updates(&self) -> bool {
        let mut findings = self.findings();
        if self.has_error() {
            findings.retain(|(_, it)| it.severity > Severity::Note);
        }
        let fixes = findings.iter().flat_map(|(_, it)| &it.fix);
        fixes.filter(|words| words.iter().any(|it| it == "update-destination")).count() > 1
    }

    pub(super) fn summary(&self) -> Option<String> {
        if self.has_error() { None } else { together(self.facts) }
    }

    fn has_error(&self) -> bool {
        self.findings().iter().any(|(_, it)| it.severity == Severity::Error)
    }
}

/// Why commands that change the destination cannot be run one after the other.
const UPDATES: &str = "Each update-destination gives the stream a new version, which the next \
                       one must name. Before the next one, run:";

fn finding(it: &Checked) -> Option<(&'static str, &Finding)> {
    match &it.outcome {
        Outcome::Finding(finding) => Some((it.check.name, finding)),
        _ => None,
    }
}

impl Document for Examination<'_> {
    fn json(&self) -> impl Serialize {
        let stream = &self.facts.stream;
        ExaminationJson {
            stream: &stream.name,
            region: stream.region(),
            account: stream.account(),
            summary: self.summary(),
            findings: self
                .findings()
                .into_iter()
                .map(|(check, it)| json(check, it, self.flags))
                .collect(),
            passed: self.passed().map(|(check, what)| PassedJson { check, what }).collect(),
            unknown: self.unknown(),
            not_applicable: self.not_applicable().collect(),
            metrics: MetricsJson::of(self.facts),
        }
    }

    fn text(&self, page: &mut Page<'_>) {
        let head = page.terminal.paint(BOLD, &safe(&pipeline(&self.facts.stream)));
        page.line(&head);
        page.line("");
        push_traffic(page, self.facts, self.put_back);
        let findings = self.findings();
        let (worse, notes): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|(_, it)| it.severity > Severity::Note);
        for (check, finding) in worse {
            page.finding(check, finding, self.flags);
        }
        self.push_summary(page);
        if self.has_error() {
            self.push_names(page, &notes);
        } else {
            for (check, finding) in notes {
                page.finding(check, finding, self.flags);
            }
        }
        if self.has_several_updates() {
            page.note(0, UPDATES);
            page.command(0, &line(&self.facts.fh("doctor", &[]), self.flags));
            page.line("");
        }
        self.push_gaps(page);
        let counts = self.counts();
        page.prose(0, &counts);
        page.note(
            0,
            "Not checked: service control policies, policies of VPC endpoints, bucket and key \
             policies in detail, the function's code.",
        );
    }
}

/// The commands of a finding, as a shell takes them. What calls AWS is called as the
/// user called it.
pub(super) fn lines(finding: &Finding, flags: &[String]) -> Vec<String> {
    finding.fix.iter().map(|it| line(it, flags)).collect()
}

/// A command with the flags of AWS, unless it makes no call.
fn line(command: &[String], flags: &[String]) -> String {
    let is_local = command.get(1).is_some_and(|it| it == "explain");
    let flags = if is_local { &[] } else { flags };
    shell::line(&[command, flags].concat())
}

pub(super) fn json<'a>(check: &'static str, it: &'a Finding, flags: &[String]) -> FindingJson<'a> {
    FindingJson {
        check,
        severity: it.severity.as_str(),
        confidence: it.confidence.as_str(),
        what: &it.what,
        why: &it.why,
        fix: lines(it, flags),
        evidence: &it.evidence,
    }
}

impl Report for Examination<'_> {
    type Row = Row;

    fn rows(&self) -> impl Iterator<Item = Row> {
        self.checked.iter().map(|it| Row::new(it, self.flags))
    }

    fn columns(&self) -> Vec<ColumnOf<'_, Row>> {
        vec![
            Column::left("check").cell(|row: &Row| row.check.to_owned()),
            Column::left("outcome").cell(|row: &Row| match row.outcome {
                "notApplicable" => "n/a".to_owned(),
                other => other.to_owned(),
            }),
            Column::left("confidence")
                .dispensable(1)
                .cell(|row: &Row| row.confidence.unwrap_or_default().to_owned()),
            Column::prose("what").cell(|row: &Row| safe(&row.what)),
        ]
    }
}

impl Examination<'_> {
    /// What the metrics say, and what to run next.
    fn push_summary(&self, page: &mut Page<'_>) {
        let Some(sentence) = self.summary() else { return };
        let label = format!("{:<TEXT$}", "summary");
        page.hanging(&label, &page.terminal.paint(BOLD, &label), TEXT, &sentence);
        if let Some(command) = follow(self.facts) {
            page.prose(
                TEXT,
                "This sends records, and calls the transform with them to see what it returns:",
            );
            page.command(TEXT, &line(&command, self.flags));
        }
        page.line("");
    }

    /// Notes beside an error, which comes first: a line each, and the command that shows
    /// all of them.
    fn push_names(&self, page: &mut Page<'_>, notes: &[(&'static str, &Finding)]) {
        if notes.is_empty() {
            return;
        }
        for (check, finding) in notes {
            let label = format!("{:<TEXT$}", finding.severity.as_str());
            let shown = page.terminal.paint(DIM, &label);
            page.hanging(&label, &shown, TEXT, &format!("{check}: {}", safe(&finding.what)));
        }
        let names: Vec<_> = notes.iter().map(|(check, _)| *check).collect();
        let more = self.facts.fh("doctor", &["--check", &names.join(",")]);
        page.command(TEXT, &line(&more, self.flags));
        page.line("");
    }

    /// What is not known, and why: checks with the same reason on one line.
    fn push_gaps(&self, page: &mut Page<'_>) {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for (check, gap) in self.gaps() {
            match reasons.iter_mut().find(|(why, _)| *why == gap.why) {
                Some((_, checks)) => checks.push(check),
                None => reasons.push((&gap.why, vec![check])),
            }
        }
        for (why, checks) in &reasons {
            let text = format!("{}: {}", checks.join(", "), safe(why));
            let label = format!("{:<TEXT$}", "unknown");
            page.hanging(&label, &page.terminal.paint(DIM, &label), TEXT, &text);
        }
        if !reasons.is_empty() {
            page.line("");
        }
    }

    /// The last line: how many of each, and what lifts the unknown.
    fn counts(&self) -> String {
        let checks = terminal::plural(self.checked.len() as u64, "check");
        let mut text = format!("{checks}: {}", Counts::of(self).sentence());
        let needs: BTreeSet<_> = self.gaps().filter_map(|(_, it)| it.needs).collect();
        let needs: Vec<_> = needs.into_iter().collect();
        if !needs.is_empty() {
            let needs = needs.join(", ");
            let how = line(&self.facts.fh("doctor", &["--policy"]), self.flags);
            text = format!("{text} (needs {needs}; for a policy: {how})");
        }
        text
    }
}

impl Page<'_> {
    /// A finding: its line, its reasons, its commands.
    fn finding(&mut self, check: &str, finding: &Finding, flags: &[String]) {
        let style: Style = match finding.severity {
            Severity::Error => ERROR,
            Severity::Warning => WARN,
            Severity::Note => DIM,
        };
        let label = format!("{:<TEXT$}", finding.severity.as_str());
        let shown = self.terminal.paint(style, &label);
        let text = format!("{check}: {}", safe(&finding.what));
        self.hanging(&label, &shown, TEXT, &text);
        if !finding.why.is_empty() {
            self.prose(TEXT, &safe(&finding.why));
        }
        let evidence = format!("{}: {}", finding.confidence.as_str(), safe(&finding.evidence));
        self.note(TEXT, &evidence);
        for command in lines(finding, flags) {
            self.command(TEXT, &command);
        }
        self.line("");
    }
}

/// The checks.
#[derive(Debug)]
pub struct CheckList<'a> {
    /// Those.
    pub checks: &'a [&'static Check],
}

/// A check in `--list`: a stable schema.
#[derive(Debug, Serialize)]
pub struct CheckRow {
    check: &'static str,
    theme: &'static str,
    asks: &'static str,
    rights: &'static [&'static str],
}

impl Document for CheckList<'_> {
    fn json(&self) -> impl Serialize {
        self.rows().collect::<Vec<_>>()
    }

    fn text(&self, page: &mut Page<'_>) {
        self.table(page);
    }
}

impl Report for CheckList<'_> {
    type Row = CheckRow;

    fn rows(&self) -> impl Iterator<Item = CheckRow> {
        self.checks.iter().map(|it| CheckRow {
            check: it.name,
            theme: it.theme.as_str(),
            asks: it.asks,
            rights: it.rights,
        })
    }

    fn columns(&self) -> Vec<ColumnOf<'_, CheckRow>> {
        vec![
            Column::left("check").cell(|row: &CheckRow| row.check.to_owned()),
            Column::left("theme").dispensable(1).cell(|row: &CheckRow| row.theme.to_owned()),
            Column::sentences("asks").cell(|row: &CheckRow| row.asks.to_owned()),
            Column::sentences("rights").dispensable(2).cell(|row: &CheckRow| row.rights.join(", ")),
        ]
    }
}
