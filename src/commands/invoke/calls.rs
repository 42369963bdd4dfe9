//! The calls with one event: one, or many, each shown and its response checked.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;

use super::function::function;
use super::save::{may_save_response, save};
use super::{InvokeArgs, command_line};
use crate::aws::Session;
use crate::commands::check::read_event;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::function::Function;
use crate::panics;
use crate::render::Output;
use crate::render::OutputFormat;
use crate::render::check::CheckedResponse;
use crate::render::invocation::{CallView, Form, Isolate, View, log_lines};
use crate::terminal::PLAIN;
use firehose::transform::invocation::{Invocation, InvocationResult};
use firehose::transform::{CheckResult, Statistics, TransformEvent, event_flaw, pairs};

/// A run of calls.
pub(super) struct Calls<'a> {
    args: &'a InvokeArgs,
    /// For a deployed function.
    session: Option<Arc<Session>>,
    context: &'a Context,
    event: &'a [u8],
    name: String,
    view: View,
    outcome: Outcome,
    shown: Shown,
    is_saved: bool,
    /// What is wrong with the event itself, until it is reported.
    flaw: Option<String>,
}

/// Which calls were shown in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    /// The first call, which was good.
    Good,
    /// One that was not good: no other is shown.
    Problem,
}

/// A call and how long it took as seen from here.
type Done = Result<(Invocation, Duration), Error>;

impl<'a> Calls<'a> {
    pub(super) fn new(
        args: &'a InvokeArgs,
        session: Option<Arc<Session>>,
        context: &'a Context,
        event: &'a [u8],
    ) -> Self {
        let view = View::new(
            form(args),
            context.terminal,
            args.memory,
            event.len(),
            args.stream.retries(),
        );
        let name = args.event().name();
        Self {
            args,
            session,
            context,
            event,
            name,
            view,
            outcome: Outcome::Clean,
            shown: Shown::Nothing,
            is_saved: false,
            flaw: None,
        }
    }

    /// Makes the calls. An error means that one could not be made.
    pub(super) async fn run(mut self) -> Result<Outcome, Error> {
        let mut output = Output::default();
        let made = self.make(&mut output).await;
        let closed = output.write(&self.view.finish(made.is_ok()));
        made.and(closed).map(|()| self.outcome)
    }

    /// Makes the calls and shows them.
    async fn make(&mut self, output: &mut Output) -> Result<(), Error> {
        if let Some(file) = &self.args.save_response {
            may_save_response(file, self.args.event())?;
        }
        let event = read_event(self.args.event(), self.event)?;
        self.flaw = event_flaw(&event);
        let (mut done, _workers) = self.start().await?;
        let mut statistics = Statistics::default();
        while let Some(call) = done.recv().await {
            let (invocation, round_trip) = call?;
            if let Some(note) = invocation.note.as_ref().filter(|_| statistics.calls() == 0) {
                self.context.info(&format!("fh: {note}"));
            }
            let result = self.check(&event, &invocation)?;
            let worst = result.as_ref().and_then(CheckResult::worst);
            statistics.add(&event, &invocation, round_trip, worst);
            output.write(&self.show(&event, &invocation, result.as_ref(), &statistics))?;
        }
        // A worker that died has made fewer calls than it should.
        if let Some(panic) = panics::first() {
            return Err(panic);
        }
        self.report_stale_response();
        if self.args.repeat > 1 {
            output.write(&self.view.statistics(&statistics))?;
        }
        Ok(())
    }

    /// Starts the functions; what they answer comes out of the channel. They
    /// are killed when the set of workers is dropped.
    async fn start(&self) -> Result<(Receiver<Done>, JoinSet<()>), Error> {
        let event: Rc<[u8]> = self.event.into();
        let count = self.args.concurrency.min(self.args.repeat);
        let (sender, receiver) = channel(1);
        let mut workers = JoinSet::new();
        for worker in 0..count {
            let function = function(self.args, self.session.as_ref()).await?;
            let all = self.args.repeat;
            let share = all / count + u32::from(worker < all % count);
            workers.spawn_local(work(function, Rc::clone(&event), share, sender.clone()));
        }
        Ok((receiver, workers))
    }

    /// Keeps the response of a call and checks it; none for a call that failed.
    fn check(
        &mut self,
        event: &TransformEvent<'_>,
        invocation: &Invocation,
    ) -> Result<Option<CheckResult>, Error> {
        let response = invocation.result.response();
        if let (Some(path), Some(response)) = (&self.args.save_response, response) {
            save(path, response)?;
        }
        self.is_saved = response.is_some();
        let InvocationResult::Response(response) = &invocation.result else {
            self.outcome = Outcome::Findings;
            if let Some(flaw) = self.flaw.take() {
                self.context.warn(&flaw, &["`fh event` makes an event as Firehose sends it"]);
            }
            return Ok(None);
        };
        let result = self.args.stream.check(event, response, invocation.style)?;
        if self.args.stream.outcome(&result) == Outcome::Findings && !self.args.raw {
            self.outcome = Outcome::Findings;
        }
        Ok(Some(result))
    }

    /// What is to be written of a call. Of many, text has the first one, and
    /// the first that is not good.
    fn show(
        &mut self,
        event: &TransformEvent<'_>,
        invocation: &Invocation,
        result: Option<&CheckResult>,
        statistics: &Statistics,
    ) -> Vec<u8> {
        if self.args.raw {
            self.beside_raw(invocation);
        }
        let is_good = result.is_some_and(|result| !result.has_errors());
        let number = match (self.shown, is_good) {
            _ if matches!(form(self.args), Form::Json | Form::Ndjson) => None,
            (Shown::Nothing, _) => None,
            (Shown::Good, false) => Some(statistics.calls()),
            (Shown::Good | Shown::Problem, _) => return Vec::new(),
        };
        self.shown = if is_good { Shown::Good } else { Shown::Problem };
        let checked = result.map(|result| CheckedResponse {
            event: &self.name,
            sent: event,
            part: None,
            response: "response",
            retries: self.args.stream.retries(),
            result,
        });
        let pairs = match &invocation.result {
            InvocationResult::Response(response) if self.args.diff => Some(pairs(event, response)),
            _ => None,
        };
        let isolate = self.isolate(event, &invocation.result);
        let isolate = isolate.as_ref();
        self.view.call(&CallView {
            invocation,
            event,
            isolate,
            number,
            checked,
            changes: pairs.as_deref(),
        })
    }

    /// How to find the records by which the call fails, where that may help.
    fn isolate(&self, event: &TransformEvent<'_>, result: &InvocationResult) -> Option<Isolate> {
        let may_help = !self.context.quiet
            && event.records.len() > 1
            && result.had_event()
            && result.install().is_none()
            && !matches!(result, InvocationResult::Response(_) | InvocationResult::TooLarge { .. });
        may_help.then(|| command_line::isolating(self.args).map_or(Isolate::Flag, Isolate::Command))
    }

    /// Reports that the file of `--save-response` does not hold the last response.
    fn report_stale_response(&self) {
        let Some(path) = self.args.save_response.as_ref().filter(|_| !self.is_saved) else {
            return;
        };
        let call = if self.args.repeat > 1 { "the last call" } else { "the call" };
        let now = if path.exists() { "still holds an older one" } else { "was not written" };
        let path = path.display();
        self.context.info(&format!("fh: {call} returned no response: `{path}` {now}"));
    }

    /// What `--raw` keeps away from standard output.
    fn beside_raw(&self, invocation: &Invocation) {
        let log = log_lines(&invocation.log, &PLAIN);
        if !log.is_empty() {
            self.context.info(log.trim_end());
        }
        if let Some(firehose) = self.view.failure(&invocation.result) {
            self.context.warn(&invocation.result.to_string(), &[&firehose]);
        }
    }
}

/// Calls one function `calls` times, or until the receiver is gone.
async fn work(mut function: Function, event: Rc<[u8]>, calls: u32, sender: Sender<Done>) {
    for _ in 0..calls {
        let begun = Instant::now();
        let call = function.invoke(&event).await;
        let call = call.map(|invocation| (invocation, begun.elapsed()));
        let ends = call.is_err();
        if sender.send(call).await.is_err() || ends {
            return;
        }
    }
}

const fn form(args: &InvokeArgs) -> Form {
    match args.output {
        OutputFormat::Text if args.raw => Form::Raw,
        OutputFormat::Text => Form::Text,
        OutputFormat::Table => Form::Table,
        OutputFormat::Json => Form::Json,
        OutputFormat::Ndjson => Form::Ndjson,
    }
}
