//! `fh invoke`: run the transform on an event, then judge its answer.

mod arguments;
mod calls;
mod command_line;
mod function;
mod isolate;
mod manual;
mod resolve;
mod save;
pub(super) mod variables;

use std::future;
use std::path::PathBuf;
use std::sync::Arc;

pub use arguments::InvokeArgs;
use calls::Calls;
pub use manual::{ABOUT, DETAILS, EXAMPLES};
use resolve::resolve;
use tokio::sync::oneshot;
use tokio::task::LocalSet;

use crate::aws::Session;
use crate::commands::check::as_json;
use crate::commands::event::sample_event;
use crate::context::{self, Context};
use crate::error::{Error, ErrorKind, Outcome};
use crate::function::Snapshot;
use crate::input::{self, Source};
use crate::panics;
use crate::signals::Signals;
use firehose::limits::MAX_INVOCATION_PAYLOAD;

/// Runs the command.
pub fn run(args: &InvokeArgs, context: &Context) -> Result<Outcome, Error> {
    let args = &resolve(args, context)?;
    isolate::must_be_able_to_ask(args, context)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal(format!("no asynchronous runtime: {error}")))?;
    let stop = isolate::Stop::default();
    LocalSet::new().block_on(&runtime, async {
        tokio::select! {
            // First, so that no process is started before it can be killed.
            biased;
            error = interrupted(&stop) => Err(error),
            // A function whose server died looks like one that takes too long.
            error = panics::happened() => Err(error),
            result = call(args, context, &stop) => result,
        }
    })
}

async fn call(
    args: &InvokeArgs,
    context: &Context,
    stop: &isolate::Stop,
) -> Result<Outcome, Error> {
    args.check()?;
    let session = match &args.function {
        Some(name) => Some(Arc::new(Session::open(&args.aws, name.arn_region()).await?)),
        None => None,
    };
    if let Some(session) = &session
        && !isolate::may_call(args, session, context).await?
    {
        context.info("fh: the function was not called");
        return Ok(Outcome::Findings);
    }
    if args.is_sample {
        let hostile = command_line::without_event(args);
        context.info(
            "fh: no event given: using a sample of 3 stock tickers, all ASCII; `--event FILE` takes \
             yours",
        );
        context
            .info(&format!("fh: to test what breaks transforms: fh event --hostile | {hostile}"));
    } else {
        input::ask_for_input(&[args.event()], "the event", context);
    }
    let typed = match args.event() {
        _ if args.is_sample => Some(sample_event()),
        Source::Stdin | Source::Text(_) => Some(event(args.event(), context).await?),
        Source::Path(_) | Source::S3(_) => None,
    };
    loop {
        // Before the call: what changes while it runs is not to be missed.
        let places = watched(args);
        let before = args.watch.then(|| Snapshot::of(&places));
        let event = match &typed {
            Some(typed) => Ok(typed.clone()),
            None => event(args.event(), context).await,
        };
        let called = async {
            match event {
                Ok(event) if args.isolate => {
                    isolate::run(args, session.as_ref(), context, stop, &event).await
                }
                Ok(event) => Calls::new(args, session.clone(), context, &event).run().await,
                Err(error) => Err(error),
            }
        };
        let Some(before) = before else { return called.await };
        watch(Box::pin(called), &before, &places, context).await?;
    }
}

/// Waits for a change, and for the call until then: one that is not done is
/// given up, which kills its function.
async fn watch(
    called: impl Future<Output = Result<Outcome, Error>>,
    before: &Snapshot,
    places: &[PathBuf],
    context: &Context,
) -> Result<(), Error> {
    let changing = before.changed(places);
    tokio::pin!(changing);
    let (changed, note) = tokio::select! {
        outcome = called => {
            match outcome {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Err(error),
                Err(error) => context::report(&error),
                Ok(_) => {}
            }
            context.info("fh: waiting until the code or the event changes; Ctrl-C ends");
            (changing.await, "")
        }
        changed = &mut changing => (changed, "; canceled the running call"),
    };
    if let Some(changed) = changed {
        context.info(&format!("fh: `{}` changed{note}", changed.display()));
    }
    Ok(())
}

/// Folders and files that `--watch` looks at.
fn watched(args: &InvokeArgs) -> Vec<PathBuf> {
    let code = args.code.folder.clone().unwrap_or_else(|| {
        let bootstrap = args.bootstrap.as_ref().and_then(|file| file.parent());
        bootstrap.filter(|folder| !folder.as_os_str().is_empty()).map_or(".".into(), PathBuf::from)
    });
    let mut places = vec![code];
    if let Source::Path(event) = args.event() {
        places.push(event.clone());
    }
    places
}

/// Reads the event in a thread of its own: a terminal or a pipe may keep that
/// waiting forever, and Ctrl-C must still end the run.
async fn event(source: &Source, context: &Context) -> Result<Vec<u8>, Error> {
    let (sender, receiver) = oneshot::channel();
    let thread = {
        let source = source.clone();
        // After Ctrl-C, nothing receives it.
        move || drop(sender.send(read_event(&source)))
    };
    std::thread::Builder::new()
        .spawn(thread)
        .map_err(|error| Error::internal(format!("no thread to read the event: {error}")))?;
    let died = || Error::internal("the event was not read completely");
    let read = receiver.await.unwrap_or_else(|_| Err(panics::first().unwrap_or_else(died)));
    read.map(|text| as_json(source, text, context))
}

/// Reads the event and refuses what Lambda would not take.
fn read_event(source: &Source) -> Result<Vec<u8>, Error> {
    let event = source.read_document()?;
    if event.len() > MAX_INVOCATION_PAYLOAD {
        let name = source.title();
        return Err(Error::user(format!(
            "the event `{name}` is larger than the 6 MB that Lambda \
             accepts"
        ))
        .hint(
            "Firehose never sends one this large; `fh event --size 6MB` generates the \
                 largest",
        ));
    }
    Ok(event)
}

/// Waits for Ctrl-C, a closed terminal or `kill`: the end of the run, unless there is a
/// search that ends by itself.
async fn interrupted(stop: &isolate::Stop) -> Error {
    match Signals::listen() {
        Ok(mut signals) => signals.next().await,
        Err(error) => return error,
    }
    if stop.request() {
        future::pending::<()>().await;
    }
    Error::interrupted()
}
