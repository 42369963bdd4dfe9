//! `fh invoke`: run the transform on an event, on this machine.

mod arguments;
mod function;
mod save;

use std::io::Read as _;

use arguments::OutputArg;
pub use arguments::{ABOUT, EXAMPLES, InvokeArgs};
use function::function;
use save::save;
use tokio::signal::unix::{SignalKind, signal};

use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::firehose::limits::MAX_EVENT;
use crate::firehose::transform::outcome::{Answer, Invocation};
use crate::input::Source;
use crate::render::Output;
use crate::render::invoked::{self, Form, View};
use crate::render::terminal::PLAIN;

/// Runs the command.
pub fn run(args: &InvokeArgs, context: &Context) -> Result<Outcome, Error> {
    let event = read_event(&args.event, context)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal(format!("no asynchronous runtime: {error}")))?;
    runtime.block_on(async {
        tokio::select! {
            // First, so that no process is started before it can be killed.
            biased;
            error = interrupted() => Err(error),
            result = call(args, context, &event) => result,
        }
    })
}

async fn call(args: &InvokeArgs, context: &Context, event: &[u8]) -> Result<Outcome, Error> {
    let mut function = function(args).await?;
    let mut view = View::new(form(args), context.terminal, args.memory, event.len());
    let mut output = Output::default();
    let mut outcome = Outcome::Clean;
    for _ in 0..args.repeat {
        let invocation = function.invoke(event).await?;
        if !matches!(invocation.answer, Answer::Response(_)) {
            outcome = Outcome::Findings;
        }
        if let (Some(path), Some(response)) = (&args.save_response, invocation.answer.response()) {
            save(path, response)?;
        }
        output.write(&view.invocation(&invocation))?;
        if args.raw {
            beside_raw(context, &invocation);
        }
    }
    output.write(view.finish())?;
    Ok(outcome)
}

/// What `--raw` keeps away from standard output.
fn beside_raw(context: &Context, invocation: &Invocation) {
    let log = invoked::log_lines(&invocation.log, &PLAIN);
    if !log.is_empty() {
        context.tell(log.trim_end());
    }
    if let Some(consequence) = invocation.answer.consequence() {
        let firehose = invoked::in_a_sentence(&consequence);
        context.complain(&invocation.answer.to_string(), &[&firehose]);
    }
}

/// Reads the event and refuses what Lambda would not take.
fn read_event(source: &Source, context: &Context) -> Result<Vec<u8>, Error> {
    if context.stdin_is_terminal && *source == Source::Stdin {
        context.tell("fh: reading the event from the terminal: paste it, then press Ctrl-D");
    }
    let name = source.name();
    let mut event = Vec::new();
    let most = MAX_EVENT as u64 + 1;
    let read = source.open()?.take(most).read_to_end(&mut event);
    read.map_err(|error| Error::unreadable(&name, error))?;
    if event.len() > MAX_EVENT {
        return Err(Error::usage(format!("the event `{name}` is larger than Lambda takes, 6 MB"))
            .hint("call it with fewer or smaller records"));
    }
    match Answer::from_response(event) {
        Answer::Response(event) => Ok(event),
        Answer::NotJson { problem, .. } => {
            Err(Error::usage(format!("the event `{name}` is not JSON: {problem}"))
                .hint("`fh decode --explain` shows what it is"))
        }
        _ => Err(Error::internal("an event is JSON or is not")),
    }
}

const fn form(args: &InvokeArgs) -> Form {
    match args.output {
        OutputArg::Text if args.raw => Form::Raw,
        OutputArg::Text => Form::Text,
        OutputArg::Json => Form::Json,
        OutputArg::Ndjson => Form::Ndjson,
    }
}

/// Waits for Ctrl-C, a closed terminal or `kill`.
async fn interrupted() -> Error {
    let wait = async |kind| match signal(kind) {
        Ok(mut signals) => drop(signals.recv().await),
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::hangup()) => {}
    }
    Error::interrupted()
}
