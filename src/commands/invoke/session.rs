//! The calls with one event: one, or many, each shown and judged.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Sender, channel};

use super::InvokeArgs;
use super::function::function;
use super::save::save;
use crate::cli::OutputFormat;
use crate::commands::check::read_event;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::firehose::transform::outcome::{Answer, Invocation};
use crate::firehose::transform::{Judgement, Statistics, TransformEvent, pairs};
use crate::function::Function;
use crate::render::Output;
use crate::render::invoked::{Call, Form, View, log_lines};
use crate::render::judgement::Judged;
use crate::render::terminal::PLAIN;

/// A run of calls.
pub(super) struct Session<'a> {
    args: &'a InvokeArgs,
    context: &'a Context,
    event: &'a [u8],
    name: String,
    view: View,
    outcome: Outcome,
}

/// A call and how long it took as seen from here.
type Done = Result<(Invocation, Duration), Error>;

impl<'a> Session<'a> {
    pub(super) fn new(args: &'a InvokeArgs, context: &'a Context, event: &'a [u8]) -> Self {
        let view = View::new(
            form(args),
            context.terminal,
            args.memory,
            event.len(),
            args.stream.retries(),
        );
        let name = args.event.name();
        Self { args, context, event, name, view, outcome: Outcome::Clean }
    }

    /// Makes the calls. An error means that one could not be made.
    pub(super) async fn run(mut self) -> Result<Outcome, Error> {
        let event = read_event(&self.args.event, self.event)?;
        let mut done = self.start().await?;
        let mut statistics = Statistics::default();
        let mut output = Output::default();
        while let Some(call) = done.recv().await {
            let (invocation, round_trip) = call?;
            let is_first = statistics.calls() == 0;
            statistics.add(&event, &invocation, round_trip);
            output.write(&self.call(&event, &invocation, is_first)?)?;
        }
        if self.args.repeat > 1 {
            output.write(&self.view.statistics(&statistics))?;
        }
        output.write(self.view.finish())?;
        Ok(self.outcome)
    }

    /// Starts the functions; what they answer comes out of the channel.
    async fn start(&self) -> Result<tokio::sync::mpsc::Receiver<Done>, Error> {
        let event: Rc<[u8]> = self.event.into();
        let workers = self.args.concurrency.min(self.args.repeat);
        let (sender, receiver) = channel(1);
        for worker in 0..workers {
            let function = function(self.args).await?;
            let all = self.args.repeat;
            let share = all / workers + u32::from(worker < all % workers);
            tokio::task::spawn_local(work(function, Rc::clone(&event), share, sender.clone()));
        }
        Ok(receiver)
    }

    /// Judges a call; of many only the first is told in text.
    fn call(
        &mut self,
        event: &TransformEvent<'_>,
        invocation: &Invocation,
        is_first: bool,
    ) -> Result<Vec<u8>, Error> {
        if let (Some(path), Some(response)) =
            (&self.args.save_response, invocation.answer.response())
        {
            save(path, response)?;
        }
        let judgement = match &invocation.answer {
            Answer::Response(response) => Some(self.judge(event, response)),
            _ => None,
        };
        if judgement.is_none() {
            self.outcome = Outcome::Findings;
        }
        if self.args.raw {
            self.beside_raw(invocation);
        }
        let is_told = is_first || matches!(form(self.args), Form::Json | Form::Ndjson);
        if !is_told {
            return Ok(Vec::new());
        }
        let judged = judgement.as_ref().map(|judgement| Judged {
            event: &self.name,
            response: "response",
            retries: self.args.stream.retries(),
            judgement,
        });
        let pairs = match &invocation.answer {
            Answer::Response(response) if self.args.diff => Some(pairs(event, response)),
            _ => None,
        };
        Ok(self.view.call(&Call { invocation, judged, changes: pairs.as_deref() }))
    }

    fn judge(&mut self, event: &TransformEvent<'_>, response: &[u8]) -> Judgement {
        let judgement = self.args.stream.judge(event, response);
        if self.args.stream.outcome(&judgement) == Outcome::Findings && !self.args.raw {
            self.outcome = Outcome::Findings;
        }
        judgement
    }

    /// What `--raw` keeps away from standard output.
    fn beside_raw(&self, invocation: &Invocation) {
        let log = log_lines(&invocation.log, &PLAIN);
        if !log.is_empty() {
            self.context.tell(log.trim_end());
        }
        if let Some(firehose) = self.view.failure(&invocation.answer) {
            self.context.complain(&invocation.answer.to_string(), &[&firehose]);
        }
    }
}

/// Calls one function so often, until nobody listens any more.
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
