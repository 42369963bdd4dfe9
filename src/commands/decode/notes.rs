//! What is odd about text, once a run: a thousand records with the same flaw take
//! one message.

use std::mem;

use super::record_problem::RecordProblem;
use crate::context::Context;
use crate::terminal;
use firehose::decode::Problem;

/// The first record with each kind of note, and how many have it.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<Note>);

/// A kind of note.
#[derive(Debug)]
struct Note {
    first: RecordProblem,
    /// Where that is, for the reader; empty as long as it is not known.
    place: String,
    /// Records that have it, the first one too.
    count: u64,
}

impl Notes {
    /// Counts `count` records with `problem`; the first of a kind is kept.
    pub(super) fn add(
        &mut self,
        problem: &Problem,
        count: u64,
        report: impl FnOnce() -> RecordProblem,
    ) {
        let kind = mem::discriminant(&problem.kind);
        match self.0.iter_mut().find(|note| mem::discriminant(&note.first.problem.kind) == kind) {
            Some(note) => note.count += count,
            None => self.0.push(Note { first: report(), place: String::new(), count }),
        }
    }

    /// Adds those of a piece that follows; `place` says where a record is.
    pub(super) fn append(&mut self, piece: &Self, place: impl Fn(&RecordProblem) -> String) {
        for note in &piece.0 {
            let before = self.0.len();
            self.add(&note.first.problem, note.count, || note.first.clone());
            if let Some(new) = self.0.get_mut(before) {
                new.place = place(&note.first);
            }
        }
    }

    /// Prints one message for each kind, in the order in which they were found.
    pub(super) fn print(&self, context: &Context) {
        if context.quiet {
            return;
        }
        for note in &self.0 {
            let problem = &note.first.problem;
            let more = match note.count - 1 {
                0 => String::new(),
                more => format!(" (and {})", terminal::plural(more, "more record")),
            };
            let (severity, place) = (problem.severity().as_str(), &note.place);
            let hints: Vec<_> = problem.hint().into_iter().collect();
            context.warn(&format!("{place}: {severity}: {problem}{more}"), &hints);
        }
    }
}
