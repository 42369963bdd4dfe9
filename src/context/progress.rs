//! How far a command is: a bar on standard error, where that is a terminal.

#![expect(clippy::disallowed_types, reason = "this is the one bar")]

use indicatif::ProgressStyle;

use super::Context;

/// Templates for bytes that are read.
const OF_TOTAL: &str = "{bar:20} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left{wide_msg}";
const NARROW_OF_TOTAL: &str = "{bytes} of {total_bytes}, {eta} left{wide_msg}";
const SO_FAR: &str = "{spinner} {bytes}, {bytes_per_sec}{wide_msg}";

/// Columns that a bar with a rate needs.
const WIDE: usize = 80;

/// A bar, or a line with a spinner. It appears when it is shown first, and is
/// gone when it is dropped. Its estimates count from when it was made.
#[derive(Debug)]
pub struct ProgressBar {
    /// `None` where standard error is not a terminal, and with `--quiet`.
    bar: Option<indicatif::ProgressBar>,
    /// The template of bytes whose total is known.
    of_total: &'static str,
    is_shown: bool,
}

impl ProgressBar {
    /// A template for a message alone.
    pub const MESSAGE: &str = "{spinner} {msg}";

    /// A bar of bytes that are read, with their rate; of `total`, if that is known.
    /// Its message goes on after a comma, and is cut where the terminal ends.
    pub fn of_bytes(context: &Context, total: Option<u64>) -> Self {
        let of_total = if context.terminal.width < WIDE { NARROW_OF_TOTAL } else { OF_TOTAL };
        let template = if total.is_some() { of_total } else { SO_FAR };
        let mut bar = Self::new(context, template, total);
        bar.of_total = of_total;
        bar
    }

    /// A bar of bytes whose total is known by now.
    pub fn expect(&self, total: u64) {
        if let Some(bar) = &self.bar
            && bar.length().is_none()
        {
            bar.set_length(total);
            bar.set_style(style(self.of_total));
        }
    }

    /// `template` is that of indicatif; `total` is the position at the end, if
    /// that is known.
    pub fn new(context: &Context, template: &str, total: Option<u64>) -> Self {
        let is_wanted = context.stderr_is_terminal && !context.quiet;
        let bar = is_wanted.then(|| {
            total
                .map_or_else(indicatif::ProgressBar::new_spinner, indicatif::ProgressBar::new)
                .with_style(style(template))
        });
        Self { bar, of_total: OF_TOTAL, is_shown: false }
    }

    /// Never shown if something else is being written to the same terminal.
    #[must_use]
    pub fn unless(mut self, is_in_the_way: bool) -> Self {
        self.bar.take_if(|_| is_in_the_way);
        self
    }

    /// Shows how far it is.
    pub fn show(&mut self, position: u64, message: impl FnOnce() -> String) {
        let Some(bar) = &self.bar else { return };
        self.is_shown = true;
        // Neither of the two draws by itself: no frame has only one of them.
        bar.clone().with_position(position).with_message(message()).tick();
    }

    /// Writes to standard error without tearing the bar.
    pub fn suspended(&self, write: impl FnOnce()) {
        match self.bar.as_ref().filter(|_| self.is_shown) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.as_ref().filter(|_| self.is_shown) {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
