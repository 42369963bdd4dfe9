//! Requests and answers as JSON (`application/x-amz-json-1.1`).

mod events;
mod groups;
mod subscriptions;
mod tags;

use serde::{Deserialize, Serialize};

use super::{Logs, Refusal};
use crate::local::faults::Faults;
pub(super) use events::{live, live_start, update};
pub(super) use subscriptions::{subscribe, subscription};

/// What is answered, for who asks for something else.
const OPERATIONS: &str = "CreateLogGroup, DeleteLogGroup, DescribeLogGroups, CreateLogStream, \
     DeleteLogStream, DescribeLogStreams, PutRetentionPolicy, DeleteRetentionPolicy, PutLogEvents, \
     FilterLogEvents, GetLogEvents, StartLiveTail, PutSubscriptionFilter, \
     DescribeSubscriptionFilters, DeleteSubscriptionFilter, TagResource, UntagResource, \
     ListTagsForResource, TagLogGroup, UntagLogGroup and ListTagsLogGroup";

/// Answers a call: its body, or why it is refused.
pub(super) fn answer(
    logs: &mut Logs,
    action: &str,
    body: &[u8],
    now: i64,
    faults: &mut Faults,
) -> Result<Vec<u8>, Refusal> {
    if let Some(changed) = groups::change(logs, action, body, now) {
        return changed;
    }
    if let Some(answered) = tags::answer(logs, action, body, now) {
        return answered;
    }
    match action {
        "FilterLogEvents" => events::filter(logs, body, now, faults),
        "GetLogEvents" => events::get(logs, body, now, faults),
        "PutLogEvents" => events::put(logs, body, now),
        "DescribeLogGroups" => groups::groups(logs, body, now),
        "DescribeLogStreams" => groups::streams(logs, body, now),
        "DescribeSubscriptionFilters" => subscriptions::describe(logs, body, now),
        "DeleteSubscriptionFilter" => subscriptions::delete(logs, body, now),
        _ => Err(Refusal::Unsupported(format!(
            "fh local does not support {action} of CloudWatch Logs; it supports {OPERATIONS}"
        ))),
    }
}

/// The ARN of a group, without the `:*` that some operations add.
fn arn(logs: &Logs, name: &str) -> String {
    format!("arn:aws:logs:{}:{}:log-group:{name}", logs.settings.region, logs.settings.account)
}

/// The name in an ARN, with the account if that is another one; or the name.
/// The `:*` of other ARNs is refused (API reference, `FilterLogEvents`).
fn name(logs: &Logs, identifier: &str) -> Result<String, Refusal> {
    if identifier.contains('*') {
        let pattern = r"Member must satisfy regular expression pattern: [\w#+=/:,.@-]*";
        return Err(Refusal::constraint("Value", "logGroupIdentifier", pattern));
    }
    let Some((start, name)) = identifier.split_once(":log-group:") else {
        return Ok(identifier.to_owned());
    };
    let account = start.rsplit(':').next().unwrap_or_default();
    let is_own = account == logs.settings.account;
    Ok(if is_own { name.to_owned() } else { format!("{account}:{name}") })
}

/// How much of a page is asked for, of what it has at most.
fn limit(asked: Option<usize>, most: usize) -> Result<usize, Refusal> {
    let constraint = match asked {
        None => return Ok(most),
        Some(0) => "greater than or equal to 1".to_owned(),
        Some(asked) if asked > most => format!("less than or equal to {most}"),
        Some(asked) => return Ok(asked),
    };
    let value = format!("Value '{}'", asked.unwrap_or_default());
    Err(Refusal::constraint(&value, "limit", &format!("Member must have value {constraint}")))
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::Invalid(error.to_string()))
}

fn write(answer: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(answer).map_err(|error| Refusal::Invalid(error.to_string()))
}
