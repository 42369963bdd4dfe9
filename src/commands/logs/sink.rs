//! What is wanted of the events, and what is shown of it.

use std::collections::BTreeMap;

use regex::bytes::Regex;

use super::arguments::LogsArgs;
use super::filter::LogFilter;
use super::last::{Kept, Last, MAX_LAST};
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::render::logs::{Form, Look, View, totals_line};
use crate::render::{LogFormat, Output};
use crate::terminal::shell;
use crate::times::Clock;
use firehose::logs::LogEvent;
use firehose::logs::invocation::{Grouped, Invocations, Totals};
use firehose::size;

/// Bytes that are collected before they are written.
const PIECE: usize = 64 * 1024;

/// Filters events, puts invocations together, shows them.
pub(super) struct Sink<'a> {
    context: &'a Context,
    filter: LogFilter,
    exit_on: Option<Regex>,
    has_seen: bool,
    invocations: Option<Invocations>,
    view: View,
    out: Vec<u8>,
    output: Output,
    /// The last ones, with `--tail`.
    last: Option<Last>,
    /// Events, or invocations, that were shown.
    shown: u64,
    totals: Option<Totals>,
    /// Why nothing more can be written.
    failure: Option<Error>,
}

/// How it went.
pub(super) struct Finished {
    pub(super) outcome: Outcome,
    /// Anything was shown.
    pub(super) has_shown: bool,
}

impl<'a> Sink<'a> {
    pub(super) fn new(args: &LogsArgs, clock: Clock, context: &'a Context) -> Self {
        let form = match args.output {
            _ if args.raw => Form::Raw,
            LogFormat::Text => Form::Text,
            LogFormat::Table => Form::Table,
            LogFormat::Ndjson => Form::Ndjson,
        };
        let filter = &args.filter;
        let look = Look {
            terminal: context.terminal,
            clock,
            form,
            is_long: args.long,
            labels: BTreeMap::new(),
            decodes: args.decode,
            is_pretty: args.pretty,
            highlight: filter.highlight(),
        };
        let groups = args.invocations || filter.is_about_invocations();
        Self {
            context,
            filter: LogFilter::of(filter),
            exit_on: args.exit_on.clone(),
            has_seen: false,
            invocations: groups.then(|| {
                let invocations = Invocations::searching(filter.grep());
                if form == Form::Ndjson { invocations.keeping_objects() } else { invocations }
            }),
            view: View::new(look),
            out: Vec::new(),
            output: Output::default(),
            last: args.tail.map(Last::of),
            shown: 0,
            totals: (groups && matches!(form, Form::Text | Form::Table)).then(Totals::default),
            failure: None,
        }
    }

    /// Gives log groups short names.
    pub(super) fn label(&mut self, labels: BTreeMap<String, String>) {
        self.view.label(labels);
    }

    /// Shows all, whatever `--tail` says: who follows has seen to it.
    pub(super) fn show_all(&mut self) {
        self.last = None;
    }

    /// Another input begins.
    pub(super) fn begin_input(&mut self) {
        if let Some(invocations) = &mut self.invocations {
            let grouped = invocations.begin_input();
            self.grouped(grouped);
        }
    }

    /// Takes an event; true if it is the last that is wanted.
    pub(super) fn event(&mut self, event: &LogEvent<'_>) -> bool {
        self.has_seen = self.exit_on.as_ref().is_some_and(|it| it.is_match(event.line()));
        if let Some(invocations) = &mut self.invocations {
            let grouped = invocations.push(event);
            self.grouped(grouped);
        } else if self.filter.fits(event.line()) {
            self.shown += 1;
            if let Some(last) = &mut self.last {
                last.push(Kept::Event(event.clone().into_owned()));
            } else {
                self.view.event(event, &mut self.out);
                self.relieve();
            }
        }
        self.has_seen || self.failure.is_some()
    }

    /// Nothing has come for a while; `now` where the events come as they happen.
    pub(super) fn settle(&mut self, now: Option<i64>) {
        if let Some(invocations) = &mut self.invocations {
            let grouped = invocations.settle(now);
            self.grouped(grouped);
        }
        self.view.settle(&mut self.out);
    }

    fn grouped(&mut self, grouped: Vec<Grouped>) {
        for grouped in grouped {
            if !self.filter.wants(&grouped) {
                continue;
            }
            self.shown += 1;
            if let Some(last) = &mut self.last {
                last.push(Kept::Grouped(grouped));
            } else {
                self.count(&grouped);
                self.view.grouped(&grouped, &mut self.out);
                self.relieve();
            }
        }
    }

    fn count(&mut self, grouped: &Grouped) {
        if let (Some(totals), Grouped::Invocation(it)) = (&mut self.totals, grouped) {
            totals.add(it);
        }
    }

    /// Writes what there is, if it is much or a hint follows.
    fn relieve(&mut self) {
        let is_due = self.view.has_new_codes();
        if self.failure.is_none()
            && let Err(failure) = self.flush(is_due)
        {
            self.failure = Some(failure);
        }
    }

    /// Writes what there is, if it is much or `is_due`.
    pub(super) fn flush(&mut self, is_due: bool) -> Result<(), Error> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if self.out.is_empty() || (!is_due && self.out.len() < PIECE) {
            return Ok(());
        }
        let result = self.output.write(&self.out);
        self.out.clear();
        // What is shown is data, and this is not.
        for code in self.view.take_new_codes() {
            self.context.info(&format!("  hint: {}", shell::fh(&["explain", code], &[])));
        }
        result
    }

    /// Fails if the reader is gone.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.output.check()
    }

    /// Shows what is left and says how it went.
    pub(super) fn finish(mut self) -> Result<Finished, Error> {
        if let Some(invocations) = &mut self.invocations {
            let grouped = invocations.finish();
            self.grouped(grouped);
        }
        if let Some(last) = self.last.take() {
            if last.is_cut {
                let held = size(MAX_LAST as u64);
                let message = format!(
                    "showing the last {}: at most {held} are kept in \
                         memory",
                    last.all.len()
                );
                self.context.warn(&message, &["narrow it down with `--since` or `--grep`"]);
            }
            for kept in last.all {
                match &kept {
                    Kept::Event(event) => self.view.event(event, &mut self.out),
                    Kept::Grouped(grouped) => {
                        self.count(grouped);
                        self.view.grouped(grouped, &mut self.out);
                    }
                }
                let is_due = self.view.has_new_codes();
                self.flush(is_due)?;
            }
        }
        self.view.finish(&mut self.out);
        self.flush(true)?;
        // The title of a single invocation has all of it.
        if let Some(totals) = self.totals.filter(|totals| totals.invocations > 1) {
            self.context.info(&totals_line(&totals));
        }
        let is_missed = self.exit_on.is_some() && !self.has_seen;
        let outcome = if is_missed { Outcome::Findings } else { Outcome::Clean };
        Ok(Finished { outcome, has_shown: self.shown > 0 })
    }
}
