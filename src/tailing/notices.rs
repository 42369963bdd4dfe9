//! Messages on standard error while a tail goes on.

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
                format!("delivery stream `{stream}` makes it when something fails first")
            }
            _ if wanted.prefix.is_none() => "nothing was written to it yet".to_owned(),
            _ => {
                "check `--log-stream-prefix`; a log stream begins with a new environment".to_owned()
            }
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
        "log group {} is not there in {region}, or is not shared with your account",
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
                "log group `{group}` of function `{function}` is not there in {region}: it was never \
                 invoked, or may not write logs"
            ),
            hints: vec![
                "Firehose invokes a transform once records have come and its buffer is full or its \
                 time is over: fh send-demo --stream NAME"
                    .to_owned(),
                "the function's role needs logs:CreateLogGroup, logs:CreateLogStream and \
                 logs:PutLogEvents, as in the policy AWSLambdaBasicExecutionRole"
                    .to_owned(),
            ],
        },
        GroupKind::Errors(stream) => Missing {
            what: format!(
                "the error log `{group}` of delivery stream `{stream}` is not there in {region}: \
                 nothing has failed yet, or it may not write to it"
            ),
            hints: vec![
                format!(
                    "Firehose does not make the group: aws logs create-log-group --log-group-name {group}"
                ),
                "the delivery stream's role needs logs:PutLogEvents on it".to_owned(),
            ],
        },
        GroupKind::Group => Missing {
            what: match &place.selection.prefix {
                Some(prefix) => format!(
                    "there is no log group `{group}` in {region}, or no log stream `{prefix}…` in it"
                ),
                None => format!("there is no log group `{group}` in {region}"),
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

/// Tells of a log group that is not there, beside others that are.
pub(super) fn complain_of_missing(
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
        Notice::Throttled => "fh: AWS throttles reading logs; fh goes on more slowly".to_owned(),
        Notice::Recovered => "fh: reading logs works again".to_owned(),
        Notice::Missing(number) => format!("fh: log group `{}` is not there", group(number)),
        Notice::Appeared(number) => format!("fh: log group `{}` is there now", group(number)),
        Notice::Forgotten(number, _) => format!(
            "fh: log group `{}` has more events than fh can remember: events that are late by \
             minutes may be missing",
            group(number)
        ),
        Notice::StuckToken(number) => format!(
            "fh: AWS answers for log group `{}` with the same page again and again; fh goes on \
             without the rest of it",
            group(number)
        ),
    }
}

/// That a session is open again.
pub(super) fn listening(number: usize, places: &[TailedGroup]) -> String {
    format!("fh: listening to log group `{}` again", group(number, places))
}

/// That a session does not tell all.
pub(super) fn sampled(number: usize, places: &[TailedGroup]) -> String {
    format!(
        "fh: log group `{}` has more than AWS tells live (500 events a second): those left out \
         come a little later, once they are fetched",
        group(number, places)
    )
}

fn group(number: usize, places: &[TailedGroup]) -> &str {
    places.get(number).map_or("?", |it| it.selection.group.as_str())
}
