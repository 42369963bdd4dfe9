//! How far a delivery is, on a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::context::Context;
use crate::firehose::delivery::Delivery;
use crate::render::terminal;

/// Less than this is done before a bar is seen.
const SOON: Duration = Duration::from_millis(500);

/// A line is drawn so often.
const STEP: Duration = Duration::from_millis(100);

pub(super) struct Progress {
    is_wanted: bool,
    is_quiet: bool,
    total: Option<u64>,
    bar: Option<ProgressBar>,
    drawn: Option<Instant>,
}

impl Progress {
    pub(super) fn new(context: &Context, total: Option<u64>) -> Self {
        let is_wanted = context.stderr_is_terminal && !context.quiet;
        Self { is_wanted, is_quiet: context.quiet, total, bar: None, drawn: None }
    }

    pub(super) fn show(&mut self, delivery: &Delivery, elapsed: Duration) {
        let is_fresh = self.drawn.is_some_and(|drawn| drawn.elapsed() < STEP);
        if !self.is_wanted || elapsed < SOON || is_fresh {
            return;
        }
        self.drawn = Some(Instant::now());
        let total = self.total;
        let bar = self.bar.get_or_insert_with(|| bar(total));
        let counts = delivery.counts();
        bar.set_position(counts.acknowledged);
        let mut message = String::new();
        if counts.retries > 0 {
            message = format!(", {} sent again", terminal::group(counts.retries));
        }
        if let Some(trouble) = delivery.trouble() {
            message.push_str(": ");
            message.push_str(&terminal::fit(&terminal::escape_line(trouble.as_bytes()), 40));
        }
        bar.set_message(message);
        bar.tick();
    }

    /// Says something without tearing the line.
    pub(super) fn tell(&self, text: &str) {
        let say = || {
            if !self.is_quiet {
                crate::context::tell(&format!("fh: {text}"));
            }
        };
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{bar:30} {pos} of {len}, {per_sec}{msg}"),
        None => (ProgressBar::new_spinner(), "{spinner} {pos} acknowledged, {per_sec}{msg}"),
    };
    let style = ProgressStyle::with_template(template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
