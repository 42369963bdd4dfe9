//! `fh invoke`: run the transform on an event, then judge its answer.

mod arguments;
mod function;
mod save;
mod session;
mod watch;

use std::path::PathBuf;

use arguments::InvokeArgs as Args;
pub use arguments::{ABOUT, EXAMPLES, InvokeArgs};
use session::Session;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;
use watch::Snapshot;

use crate::context::{self, Context};
use crate::error::{Error, ErrorKind, Outcome};
use crate::firehose::limits::MAX_INVOCATION_PAYLOAD;
use crate::input::Source;

/// Runs the command.
pub fn run(args: &InvokeArgs, context: &Context) -> Result<Outcome, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal(format!("no asynchronous runtime: {error}")))?;
    LocalSet::new().block_on(&runtime, async {
        tokio::select! {
            // First, so that no process is started before it can be killed.
            biased;
            error = interrupted() => Err(error),
            result = call(args, context) => result,
        }
    })
}

async fn call(args: &Args, context: &Context) -> Result<Outcome, Error> {
    context.ask_for_input(&[&args.event], "the event");
    let typed = if args.event == Source::Stdin { Some(read_event(&args.event)?) } else { None };
    loop {
        // Before the call: what changes while it runs is not to be missed.
        let places = watched(args);
        let before = args.watch.then(|| Snapshot::of(&places));
        let event = typed.clone().map_or_else(|| read_event(&args.event), Ok);
        let outcome = match event {
            Ok(event) => Session::new(args, context, &event).run().await,
            Err(error) => Err(error),
        };
        let Some(before) = before else { return outcome };
        match outcome {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Err(error),
            Err(error) => context::report(&error),
            Ok(_) => {}
        }
        context.tell("fh: waiting until the code or the event changes; Ctrl-C ends");
        if let Some(changed) = before.changed(&places).await {
            context.tell(&format!("fh: `{}` changed", changed.display()));
        }
    }
}

/// Folders and files that `--watch` looks at.
fn watched(args: &Args) -> Vec<PathBuf> {
    let code = args.code.clone().unwrap_or_else(|| {
        let bootstrap = args.bootstrap.as_ref().and_then(|file| file.parent());
        bootstrap.filter(|folder| !folder.as_os_str().is_empty()).map_or(".".into(), PathBuf::from)
    });
    let mut places = vec![code];
    if let Source::Path(event) = &args.event {
        places.push(event.clone());
    }
    places
}

/// Reads the event and refuses what Lambda would not take.
fn read_event(source: &Source) -> Result<Vec<u8>, Error> {
    let event = source.read_document()?;
    if event.len() > MAX_INVOCATION_PAYLOAD {
        let name = source.title();
        return Err(Error::usage(format!("the event `{name}` is larger than Lambda takes, 6 MB"))
            .hint("Firehose never makes one as large; `fh event --size 6MB` makes the largest"));
    }
    Ok(event)
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
