//! What came of all the records, and what is printed of it at the end.

use super::notes::Notes;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::terminal;

/// What came of all the records.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) records: u64,
    pub(super) shown: u64,
    pub(super) damaged: u64,
    pub(super) damaged_inputs: u64,
    /// Lines that could be read in another way.
    pub(super) ambiguous: u64,
    pub(super) unreadable: bool,
    pub(super) notes: Notes,
}

/// Places of ambiguous lines that are shown; the others are counted.
pub(super) const MAX_AMBIGUOUS: u64 = 3;

impl Tally {
    /// Prints what is to be known at the end; `selects` if only some records were wanted.
    pub(super) fn finish(self, selects: bool, context: &Context) -> Result<Outcome, Error> {
        if selects && self.shown == 0 && !self.unreadable {
            let has = terminal::plural(self.records, "record");
            return Err(Error::user(format!("`--records` selects nothing: the input has {has}"))
                .hint("records count from 1 in each input"));
        }
        if self.records == 0 && self.damaged_inputs == 0 && !self.unreadable {
            context.info("fh: no records in the input");
        }
        if self.ambiguous > MAX_AMBIGUOUS {
            let more = terminal::plural(self.ambiguous - MAX_AMBIGUOUS, "more place");
            context.info(&format!("fh: {more} with lines that may be one wrapped record"));
        }
        self.notes.print(context);
        if self.damaged > 0 && self.shown > 1 {
            let all = terminal::group(self.shown);
            let damaged = terminal::group(self.damaged);
            context.info(&format!("fh: {damaged} of {all} records with problems"));
        }
        if self.unreadable {
            return Ok(Outcome::Unreadable);
        }
        Ok(if self.damaged + self.damaged_inputs > 0 { Outcome::Findings } else { Outcome::Clean })
    }
}
