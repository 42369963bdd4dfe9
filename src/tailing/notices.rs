//! Messages on standard error while a tail runs.

use super::{GroupKind, TailedGroup};
use crate::aws::{Session, how_to_read};
use crate::context::Context;
use crate::error::Error;
use firehose::logs::tail::Notice;

/// Why a log group is not there, and what to check.
struct Missing {
    what: String,
    hints: Vec<String>,
}

/// `is_stream`: the log group is there, and no log stream that is wanted of it.
fn explain(place: &TailedGroup, is_stream: bool, session: &Session) -> Missing {
    let group = &place.selection.group;
    let region = session.region();
    if is_stream {
        let wanted = &place.selection;
        let name = wanted.stream.clone().or_else(|| Some(wanted.prefix.clone()? + "…"));
        let name = name.map(|name| format!(" `{name}`")).unwrap_or_default();
        let hint = match &place.kind {
            GroupKind::Errors(stream) => {
                format!("delivery stream `{stream}` creates it on its first failure")
            }
            _ if wanted.prefix.is_none() => "nothing has been written to it yet".to_owned(),
            _ => "check `--log-stream-prefix`; each new environment starts a log stream".to_owned(),
        };
        return Missing {
            what: format!("log group `{group}` in {region} has no log stream{name}"),
            hints: vec![hint],
        };
    }
    let missing = explain_group(place, session);
    if group.arn_account().is_none() {
        return missing;
    }
    // One of another account may exist and not be visible.
    let what = format!(
        "log group {} does not exist in {region}, or is not shared with your account",
        group.in_full()
    );
    Missing { what, hints: how_to_read(group).into_iter().chain(missing.hints).collect() }
}

fn explain_group(place: &TailedGroup, session: &Session) -> Missing {
    let group = &place.selection.group;
    let region = session.region();
    match &place.kind {
        GroupKind::Function(function) => Missing {
            what: format!(
                "log group `{group}` of function `{function}` does not exist in {region}: the \
                 function was never invoked, or is not allowed to write logs"
            ),
            hints: vec![
                "Firehose invokes a transform once its buffer has records and is full or its \
                 interval is over: fh send-demo --stream NAME"
                    .to_owned(),
                "the function's role needs logs:CreateLogGroup, logs:CreateLogStream and \
                 logs:PutLogEvents, as in the policy AWSLambdaBasicExecutionRole"
                    .to_owned(),
            ],
        },
        GroupKind::Errors(stream) => Missing {
            what: format!(
                "the error log `{group}` of delivery stream `{stream}` does not exist in \
                 {region}: nothing has failed yet, or the stream is not allowed to write to it"
            ),
            hints: vec![
                format!(
                    "Firehose does not create the log group: aws logs create-log-group \
                     --log-group-name {group}"
                ),
                "the delivery stream's role needs logs:PutLogEvents on it".to_owned(),
            ],
        },
        GroupKind::Group => Missing {
            what: match &place.selection.prefix {
                Some(prefix) => format!(
                    "log group `{group}` does not exist in {region}, or has no log stream \
                     `{prefix}…`"
                ),
                None => format!("log group `{group}` does not exist in {region}"),
            },
            hints: vec![
                "check the name, the Region (`--region`) and the account (`--profile`)".to_owned(),
            ],
        },
    }
}

/// The error of a tail whose only log group is not there.
pub(super) fn missing(place: &TailedGroup, is_stream: bool, session: &Session) -> Error {
    let missing = explain(place, is_stream, session);
    let error = missing.hints.into_iter().fold(Error::aws(missing.what), Error::hint);
    error.hint("with `-f`, fh waits for it")
}

/// Reports a log group that does not exist, next to others that do.
pub(super) fn warn_of_missing(
    place: &TailedGroup,
    is_stream: bool,
    session: &Session,
    is_waited_for: bool,
    context: &Context,
) {
    let missing = explain(place, is_stream, session);
    let mut hints: Vec<_> = missing.hints.iter().map(String::as_str).collect();
    if is_waited_for {
        hints.push("fh waits for it");
    }
    context.warn(&missing.what, &hints);
}

/// A notice as a line.
pub(super) fn line(notice: Notice, places: &[TailedGroup]) -> String {
    let group = |number: usize| group(number, places);
    match notice {
        Notice::Throttled => "fh: AWS is throttling log requests; continuing slowly".to_owned(),
        Notice::Recovered => "fh: AWS no longer throttles log requests".to_owned(),
        Notice::Missing(number) => format!("fh: log group `{}` does not exist", group(number)),
        Notice::Appeared(number) => format!("fh: log group `{}` exists now", group(number)),
        Notice::Forgotten(number, _) => format!(
            "fh: log group `{}` has more events than fh can remember: events that are minutes \
             late may be missing",
            group(number)
        ),
        Notice::StuckToken(number) => format!(
            "fh: AWS keeps returning the same page of log group `{}`; skipping the rest of it",
            group(number)
        ),
    }
}

/// That a session is open again.
pub(super) fn listening(number: usize, places: &[TailedGroup]) -> String {
    format!("fh: Live Tail of log group `{}` is back", group(number, places))
}

/// That a session does not tell all.
pub(super) fn sampled(number: usize, places: &[TailedGroup]) -> String {
    format!(
        "fh: log group `{}` has more events than Live Tail shows (500 per second): the rest \
         follow once they are fetched",
        group(number, places)
    )
}

fn group(number: usize, places: &[TailedGroup]) -> &str {
    places.get(number).map_or("?", |it| it.selection.group.as_str())
}
