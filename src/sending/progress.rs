//! How far it is: a bar on standard error, where that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::context::Context;
use crate::firehose::delivery::Counts;
use crate::render::terminal;

/// Less than this is over before anybody looks.
const SOON: Duration = Duration::from_millis(500);

/// Shows counts while records are sent.
pub struct Progress<'a> {
    context: &'a Context,
    total: Option<u64>,
    bar: Option<ProgressBar>,
}

impl<'a> Progress<'a> {
    /// `total` records are to be sent, if that is known.
    pub fn new(context: &'a Context, total: Option<u64>) -> Self {
        Self { context, total, bar: None }
    }

    /// Shows how far it is, and what the trouble is.
    pub(super) fn update(&mut self, counts: Counts, trouble: Option<&str>, elapsed: Duration) {
        let is_wanted = !self.context.quiet && self.context.stderr_is_terminal;
        if !is_wanted || elapsed < SOON {
            return;
        }
        let total = self.total;
        let bar = self.bar.get_or_insert_with(|| bar(total));
        bar.set_position(counts.acknowledged);
        let trouble = trouble.map(|why| terminal::fit(&terminal::escape_line(why.as_bytes()), 60));
        bar.set_message(trouble.map(|why| format!(" - {why}")).unwrap_or_default());
        bar.tick();
    }

    /// Writes to standard error without tearing the bar.
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

fn bar(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{bar:30} {human_pos} of {human_len} acknowledged, {per_sec}, {eta} left{msg}",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {human_pos} acknowledged, {per_sec}{msg}"),
    };
    let style = ProgressStyle::with_template(template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
