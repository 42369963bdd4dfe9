//! How far a command is: a bar on standard error, where that is a terminal.

#![expect(clippy::disallowed_types, reason = "this is the one bar")]

use indicatif::ProgressStyle;

use super::Context;

/// A bar, or a line with a spinner. It appears when it is shown first, and is
/// gone when it is dropped.
#[derive(Debug)]
pub struct ProgressBar {
    is_wanted: bool,
    template: &'static str,
    total: Option<u64>,
    bar: Option<indicatif::ProgressBar>,
}

impl ProgressBar {
    /// A template for a message alone.
    pub const MESSAGE: &str = "{spinner} {msg}";

    /// `template` is that of indicatif; `total` is the position at the end, if
    /// that is known.
    pub fn new(context: &Context, template: &'static str, total: Option<u64>) -> Self {
        let is_wanted = context.stderr_is_terminal && !context.quiet;
        Self { is_wanted, template, total, bar: None }
    }

    /// Never shown if something else is being written to the same terminal.
    #[must_use]
    pub fn unless(mut self, is_in_the_way: bool) -> Self {
        self.is_wanted &= !is_in_the_way;
        self
    }

    /// Shows how far it is.
    pub fn show(&mut self, position: u64, message: impl FnOnce() -> String) {
        if !self.is_wanted {
            return;
        }
        let (template, total) = (self.template, self.total);
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template(template);
            let bar =
                total.map_or_else(indicatif::ProgressBar::new_spinner, indicatif::ProgressBar::new);
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        bar.set_position(position);
        bar.set_message(message());
        bar.tick();
    }

    /// Writes to standard error without tearing the bar.
    pub fn suspended(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
