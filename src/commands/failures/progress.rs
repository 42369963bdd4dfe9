//! How far it is: inputs, bytes, records.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use crate::context::Context;
use crate::terminal;

/// Less than this is done before anybody looks.
const BYTES: u64 = 16 * 1024 * 1024;
const INPUTS: u64 = 200;

/// A line on standard error, where that is a terminal and nothing else is
/// being written there.
pub(super) struct Progress {
    is_wanted: bool,
    bytes: Arc<AtomicU64>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// `streams` says that records are being written to standard output.
    pub(super) fn new(context: &Context, streams: bool, bytes: Arc<AtomicU64>) -> Self {
        let is_free = !(streams && context.terminal.is_terminal);
        Self {
            is_wanted: !context.quiet && context.stderr_is_terminal && is_free,
            bytes,
            bar: None,
        }
    }

    /// Shows how far it is.
    pub(super) fn update(&mut self, inputs: u64, records: u64) {
        let bytes = self.bytes.load(Ordering::Relaxed);
        if !self.is_wanted || bytes < BYTES && inputs < INPUTS {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}");
            ProgressBar::new_spinner()
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        let inputs = terminal::plural(inputs, "input");
        let records = terminal::plural(records, "failed record");
        bar.set_message(format!("{inputs}, {}, {records}", HumanBytes(bytes)));
        bar.tick();
    }

    /// Writes to standard error without tearing the line.
    pub(super) fn suspended(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
