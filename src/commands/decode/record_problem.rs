//! A message about one record: where that is, and what to do.

use std::fmt::Write as _;

use crate::input::blocks::OpenInput;
use crate::terminal::shell;
use firehose::decode::Problem;

/// A message about one record.
#[derive(Debug, Clone)]
pub(super) struct RecordProblem {
    pub(super) line: u64,
    /// Place among the records of the block, from 1.
    pub(super) nth: u64,
    pub(super) part: Option<u64>,
    pub(super) record_id: Option<String>,
    pub(super) problem: Problem,
}

impl RecordProblem {
    /// Where the record is, with this many before its block: `FILE: line 1, record 1
    /// (recordId 7)`.
    pub(super) fn place(&self, input: &OpenInput, before: u64) -> String {
        let (name, index) = (input.title(), before + self.nth);
        let mut place = format!("{name}: line {}, record {index}", self.line);
        // Writing to a string does not fail.
        if let Some(part) = self.part {
            let _unused = write!(place, ".{part}");
        }
        if let Some(id) = &self.record_id {
            let _unused = write!(place, " (recordId {id})");
        }
        place
    }

    /// What to do about it, with the names of its command filled in; standard input
    /// has none.
    pub(super) fn hint(&self, input: &OpenInput, before: u64) -> Option<String> {
        let hint = self.problem.hint()?.replace(" N ", &format!(" {} ", before + self.nth));
        let name = &input.name;
        Some(if name == "-" { hint } else { hint.replace("FILE", &shell::quoted(name)) })
    }
}
