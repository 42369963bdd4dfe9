//! Which events are wanted.

use std::time::Duration;

use regex::bytes::{Regex, RegexBuilder};

use crate::times;
use firehose::logs::invocation::{Grouped, Invocation};

/// Flags that leave events out.
#[derive(Debug, clap::Args)]
pub(super) struct LogFilterArgs {
    /// Show only events or invocations with a message that matches this regular expression
    #[arg(long, value_name = "REGEX", value_parser = pattern, help_heading = "Filters")]
    grep: Option<String>,

    /// Invert --grep: show only those that do not match
    #[arg(long, requires = "grep", help_heading = "Filters")]
    invert: bool,

    /// Ignore case in --grep and --highlight
    #[arg(long, short, help_heading = "Filters")]
    ignore_case: bool,

    /// Highlight matches of this regular expression on a terminal (repeatable)
    #[arg(long, value_name = "REGEX", value_parser = pattern, help_heading = "Output")]
    highlight: Vec<String>,

    /// Show only errors of the stream, and invocations with an exception, timeout, failed init or logged error
    #[arg(long, help_heading = "Filters")]
    errors: bool,

    /// Show only the invocation with this request ID
    #[arg(long, value_name = "ID", help_heading = "Filters")]
    request_id: Option<String>,

    /// Show only invocations that took at least this long: 250ms, 10s
    #[arg(long, value_name = "TIME", value_parser = times::duration, help_heading = "Filters")]
    slow: Option<Duration>,
}

impl LogFilterArgs {
    /// What is looked for in messages.
    pub(super) fn grep(&self) -> Option<Regex> {
        self.grep.as_deref().and_then(|it| self.regex(it))
    }

    /// What stands out.
    pub(super) fn highlight(&self) -> Vec<Regex> {
        let grep = self.grep.as_ref().filter(|_| !self.invert);
        self.highlight.iter().chain(grep).filter_map(|it| self.regex(it)).collect()
    }

    fn regex(&self, text: &str) -> Option<Regex> {
        // It was checked when the flag was read.
        RegexBuilder::new(text).case_insensitive(self.ignore_case).build().ok()
    }

    /// True if whole invocations are wanted.
    pub(super) fn is_about_invocations(&self) -> bool {
        self.errors || self.request_id.is_some() || self.slow.is_some()
    }
}

/// What is wanted.
pub(super) struct LogFilter {
    grep: Option<Regex>,
    invert: bool,
    errors: bool,
    request: Option<String>,
    slow: Option<Duration>,
}

impl LogFilter {
    pub(super) fn of(args: &LogFilterArgs) -> Self {
        Self {
            grep: args.grep(),
            invert: args.invert,
            errors: args.errors,
            request: args.request_id.clone(),
            slow: args.slow,
        }
    }

    /// True if a message is wanted.
    pub(super) fn fits(&self, message: &[u8]) -> bool {
        self.grep.as_ref().is_none_or(|grep| grep.is_match(message) != self.invert)
    }

    /// True if an invocation, or an event outside of one, is wanted.
    pub(super) fn wants(&self, grouped: &Grouped) -> bool {
        match grouped {
            Grouped::Invocation(it) => self.wants_invocation(it),
            Grouped::DeliveryError { event } => {
                self.request.is_none() && self.slow.is_none() && self.fits(event.line())
            }
            Grouped::Unattributed { event, error_kind } => {
                let is_wanted = self.request.is_none() && self.slow.is_none();
                is_wanted && (!self.errors || error_kind.is_some()) && self.fits(event.line())
            }
        }
    }

    fn wants_invocation(&self, it: &Invocation) -> bool {
        let took = it.report.as_ref().map(|report| report.duration);
        (!self.errors || it.has_failed())
            && self.request.as_ref().is_none_or(|id| it.request.as_ref() == Some(id))
            && self.slow.is_none_or(|least| took.is_some_and(|took| took >= least))
            && (self.grep.is_none() || it.has_match != self.invert)
    }
}

fn pattern(text: &str) -> Result<String, String> {
    match Regex::new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
