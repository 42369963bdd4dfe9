//! How many records are acknowledged, how fast, and what is wrong.

use std::time::Duration;

use crate::context::{Context, ProgressBar};
use crate::terminal;
use crate::times;
use firehose::put::PutCounts;

/// Less than this is over before anybody looks.
const SOON: Duration = Duration::from_millis(500);

/// The message is cut where the terminal ends: a line that wraps stays.
const COUNT_OF_TOTAL: &str = "{bar:20} {human_pos} of {human_len} acknowledged, {wide_msg}";
const COUNT: &str = "{spinner} {human_pos} acknowledged, {wide_msg}";

/// Shows counts while records are sent.
pub struct Progress<'a> {
    context: &'a Context,
    total: Option<u64>,
    bar: ProgressBar,
    has_warned: bool,
}

impl<'a> Progress<'a> {
    /// `total` records are to be sent, if that is known.
    pub fn new(context: &'a Context, total: Option<u64>) -> Self {
        let template = if total.is_some() { COUNT_OF_TOTAL } else { COUNT };
        Self { context, total, bar: ProgressBar::new(context, template, total), has_warned: false }
    }

    /// How many are to be sent, if that is known.
    pub(super) const fn total(&self) -> Option<u64> {
        self.total
    }

    /// Shows how far it is, and why not all is taken.
    pub(super) fn update(&mut self, counts: PutCounts, failure: Option<&str>, elapsed: Duration) {
        if !self.context.stderr_is_terminal {
            return self.warn_once(failure);
        }
        if elapsed < SOON {
            return;
        }
        self.bar.show(counts.acknowledged, || {
            let mut text = speed(counts.acknowledged, self.total, elapsed);
            if let Some(why) = failure {
                text.push_str(" - ");
                text.push_str(&terminal::escape_line(why.as_bytes()));
            }
            text
        });
    }

    /// Where there is no bar, one line says that something is wrong.
    fn warn_once(&mut self, failure: Option<&str>) {
        if let Some(why) = failure
            && !std::mem::replace(&mut self.has_warned, true)
        {
            let why = terminal::escape_line(why.as_bytes());
            self.context.info(&format!("fh: some records were not accepted, retrying: {why}"));
        }
    }

    /// Writes to standard error without tearing the bar.
    pub(super) fn suspended(&self, write: impl FnOnce(&Context)) {
        self.bar.suspended(|| write(self.context));
    }
}

/// `120 a second, 7 s left`, by what was acknowledged so far.
fn speed(acknowledged: u64, total: Option<u64>, elapsed: Duration) -> String {
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let speed = terminal::group(acknowledged.saturating_mul(1000) / milliseconds);
    let Some(total) = total.filter(|_| acknowledged > 0) else {
        return format!("{speed} a second");
    };
    let rest = u128::from(total.saturating_sub(acknowledged)) * u128::from(milliseconds);
    let seconds = rest / u128::from(acknowledged) / 1000;
    let left = times::length(i64::try_from(seconds).unwrap_or(i64::MAX));
    format!("{speed} a second, {left} left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_all_the_time() {
        let speed = |count, total, seconds| speed(count, total, Duration::from_secs(seconds));
        assert_eq!(speed(900, Some(2100), 3), "300 a second, 4 s left");
        assert_eq!(speed(60, None, 3), "20 a second");
        assert_eq!(speed(0, Some(10), 3), "0 a second");
        assert_eq!(speed(5, Some(5), 1), "5 a second, 0 s left");
    }
}
