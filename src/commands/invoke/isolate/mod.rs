//! `--isolate`: which records make the call fail.

mod stop;
mod trial;
mod trials;

use std::path::Path;
use std::sync::Arc;

use super::function::function;
use super::save::{folder, is_event, is_special, save};
use super::{InvokeArgs, command_line};
use crate::aws::{Service, Session};
use crate::commands::check::read_event;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::input::Source;
use crate::render;
use crate::render::check::CheckedResponse;
use crate::render::invocation::{CallView, Conclusion, IsolationReport, SaveHint};
use crate::terminal::group;
use firehose::transform::isolate::{Cause, EventParts};
use firehose::transform::{TransformEvent, event_flaw};
pub(super) use stop::Stop;
use trials::{Found, Trials};

/// Refuses to call a deployed function many times where there is no terminal
/// to ask on.
pub(super) fn must_be_able_to_ask(args: &InvokeArgs, context: &Context) -> Result<(), Error> {
    let Some(name) = args.function.as_ref().filter(|_| args.isolate && !args.yes) else {
        return Ok(());
    };
    if context.can_ask() {
        return Ok(());
    }
    let most = group(u64::from(args.max_calls));
    Err(Error::user(format!(
        "`{name}` was not called: `--isolate` may call it up to {most} times, and there is no \
         terminal to ask on"
    ))
    .hint("`--yes` calls it without asking; `--max-calls` sets how often at most"))
}

/// Asks before a deployed function is called many times; true if it may be.
pub(super) async fn may_call(
    args: &InvokeArgs,
    session: &Session,
    context: &Context,
) -> Result<bool, Error> {
    let Some(name) = args.function.as_ref().filter(|_| args.isolate && !args.yes) else {
        return Ok(true);
    };
    let account = match name.arn_account() {
        Some(account) => Some(account.clone()),
        None => session.account(Service::Lambda).await,
    };
    let account = account.map(|it| format!(", account {it},")).unwrap_or_default();
    let (region, most) = (session.region(), group(u64::from(args.max_calls)));
    context.confirm(&format!(
        "Call the deployed function `{name}` in {region}{account} up to {most} times, with all its \
         side effects?"
    ))
}

/// Finds the records and shows them; after Ctrl-C those that are left by then.
pub(super) async fn run(
    args: &InvokeArgs,
    session: Option<&Arc<Session>>,
    context: &Context,
    stop: &Stop,
    text: &[u8],
) -> Result<Outcome, Error> {
    let event = read_event(args.event(), text)?;
    if event.records.is_empty() {
        let name = args.event().title();
        return Err(Error::user(format!("the event `{name}` has no records to isolate"))
            .hint("without `--isolate`, `fh invoke` calls the function with it"));
    }
    if let Some(file) = &args.save_event {
        check_file(file, args.event(), text)?;
    }
    let function = function(args, session).await?;
    let mut trials = Trials::new(args, context, stop, text, function);
    let found = trials.search(event.records.len()).await?;
    let calls = trials.calls;
    drop(trials);
    let outcome = show(args, context, &event, &found, calls)?;
    if found.is_interrupted { Err(Error::interrupted()) } else { Ok(outcome) }
}

/// Fails if the file could not be written once the calls are made, is the event itself,
/// or holds anything but a part of this event, as an earlier search has written it.
fn check_file(file: &Path, event: &Source, text: &[u8]) -> Result<(), Error> {
    folder(file)?;
    if is_event(file, event) {
        let name = file.display();
        return Err(Error::user(format!("`--save-event` would replace the event `{name}`"))
            .hint("use another file name"));
    }
    let is_file = file.symlink_metadata().is_ok_and(|it| !it.is_dir()) && !is_special(file);
    let is_own = || {
        let written = Source::Path(file.to_owned()).read_document();
        written.is_ok_and(|it| it.is_empty() || EventParts::new(text).has_subset(&it))
    };
    if is_file && !is_own() {
        let name = file.display();
        return Err(Error::user(format!("`--save-event {name}`: the file already exists"))
            .hint("choose another name, or move the file"));
    }
    Ok(())
}

/// Saves the event that is left, and shows what was found.
fn show(
    args: &InvokeArgs,
    context: &Context,
    event: &TransformEvent<'_>,
    found: &Found,
    calls: usize,
) -> Result<Outcome, Error> {
    let file = args.save_event.as_deref();
    let is_found = !found.records.is_empty();
    let saving = file.filter(|_| is_found).map(|file| save(file, &found.trial.event));
    let saved = file.filter(|_| matches!(saving, Some(Ok(()))));
    let name = args.event().name();
    let trial = &found.trial;
    let retries = args.stream.retries();
    let checked = trial.check.as_ref();
    let checked = checked.map(|result| CheckedResponse {
        event: &name,
        sent: event,
        part: is_found.then_some(found.records.as_slice()),
        response: "response",
        retries,
        result,
    });
    let report = IsolationReport {
        conclusion: found.conclusion,
        rule: found.cause.as_ref().and_then(Cause::rule),
        event,
        records: &found.records,
        call: CallView {
            invocation: &trial.invocation,
            event,
            isolate: None,
            number: None,
            checked,
            changes: None,
        },
        event_bytes: trial.event.len(),
        memory_mb: args.memory,
        retries,
        calls,
        max_calls: args.max_calls as usize,
        is_only_together: found.is_only_together,
        is_flaky: found.is_flaky,
        whole: found.whole.as_ref().and_then(|whole| whole.check.as_ref()),
        others: found.others.as_ref(),
        fails_without_records: found.fails_without_records,
        saved,
        command: saved.map(|file| command_line::with_event(args, file)),
        save: (file.is_none() && !context.quiet).then(|| {
            command_line::isolating_and_saving(args).map_or(SaveHint::Flag, SaveHint::Command)
        }),
    };
    render::show(&report, args.output, context)?;
    // After the report, which took many calls.
    saving.transpose()?;
    if let Some(file) = file.filter(|_| !is_found) {
        context.info(&format!("fh: `{}` was not written: no records were found", file.display()));
    }
    if found.conclusion == Conclusion::NoFailure {
        return Ok(Outcome::Clean);
    }
    if checked.is_none()
        && let Some(flaw) = event_flaw(event)
    {
        context.warn(&flaw, &["`fh event` makes an event as Firehose sends it"]);
    }
    Ok(Outcome::Findings)
}
