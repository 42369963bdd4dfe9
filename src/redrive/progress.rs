//! How far the survey is.

use indicatif::{ProgressBar, ProgressStyle};

use crate::context::Context;
use crate::terminal::plural;
use firehose::redrive::Tally;

/// Less than this is done before anybody looks.
const RECORDS: u64 = 10_000;
const OBJECTS: u64 = 200;

/// A line on standard error, where that is a terminal.
pub(super) struct Progress<'a> {
    context: &'a Context,
    bar: Option<ProgressBar>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self { context, bar: None }
    }

    /// Shows how far it is.
    pub(super) fn update(&mut self, tally: &Tally) {
        let is_wanted = !self.context.quiet && self.context.stderr_is_terminal;
        let is_soon = tally.records < RECORDS && tally.objects < OBJECTS;
        if !is_wanted || is_soon || !tally.records.is_multiple_of(64) {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}");
            ProgressBar::new_spinner()
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        let records = plural(tally.records, "record");
        bar.set_message(format!("looking: {records} in {}", plural(tally.objects, "object")));
        bar.tick();
    }

    /// Writes to standard error without tearing the line.
    pub(super) fn suspended(&self, write: impl FnOnce(&Context)) {
        match &self.bar {
            Some(bar) => bar.suspend(|| write(self.context)),
            None => write(self.context),
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
