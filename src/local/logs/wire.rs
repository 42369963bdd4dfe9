//! Requests and answers as JSON (`application/x-amz-json-1.1`).

use serde::{Deserialize, Serialize};

use super::{EventFilter, EventPage, Logs, Refusal};
use firehose::logs::tail::FetchedEvent;

/// Group names of a page (API reference, `DescribeLogGroups`).
const MAX_GROUPS: usize = 50;

/// What the ARNs of groups begin with, up to the account, and that.
const ARN: &str = "arn:aws:logs:eu-west-1:";
const ACCOUNT: &str = "111122223333";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FilterRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    #[serde(default)]
    log_stream_names: Vec<String>,
    #[serde(default)]
    log_stream_name_prefix: String,
    #[serde(default)]
    start_time: i64,
    end_time: Option<i64>,
    #[serde(default)]
    filter_pattern: String,
    limit: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FilterAnswer<'a> {
    events: Vec<EventAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EventAnswer<'a> {
    log_stream_name: &'a str,
    timestamp: i64,
    message: &'a str,
    ingestion_time: i64,
    event_id: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupsRequest {
    #[serde(default)]
    log_group_name_prefix: String,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupsAnswer {
    log_groups: Vec<GroupAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupAnswer {
    log_group_arn: String,
    log_group_name: String,
}

#[derive(Debug, Deserialize)]
struct LiveRequest {
    #[serde(rename = "logGroupIdentifiers")]
    groups: Vec<String>,
    #[serde(rename = "logStreamNames", default)]
    streams: Vec<String>,
    #[serde(rename = "logStreamNamePrefixes", default)]
    prefixes: Vec<String>,
    #[serde(rename = "logEventFilterPattern", default)]
    pattern: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveUpdate<'a> {
    session_metadata: LiveMetadata,
    session_results: Vec<LiveEvent<'a>>,
}

#[derive(Debug, Serialize)]
struct LiveMetadata {
    sampled: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveEvent<'a> {
    log_group_identifier: &'a str,
    log_stream_name: &'a str,
    timestamp: i64,
    message: &'a str,
    ingestion_time: i64,
}

#[derive(Debug, Deserialize)]
struct PutRequest {
    #[serde(rename = "logGroupName")]
    group: String,
    #[serde(rename = "logStreamName", default)]
    stream: String,
    #[serde(rename = "logEvents", default)]
    events: Vec<PutEvent>,
}

#[derive(Debug, Deserialize)]
struct PutEvent {
    timestamp: i64,
    message: String,
}

/// Answers a call: its body, or why it is refused.
pub(super) fn answer(
    logs: &mut Logs,
    action: &str,
    body: &[u8],
    now: i64,
) -> Result<Vec<u8>, Refusal> {
    match action {
        "FilterLogEvents" => filter(logs, body, now),
        "DescribeLogGroups" => groups(logs, body, now),
        "CreateLogGroup" => {
            let request: PutRequest = read(body)?;
            logs.create_group(&request.group, now)?;
            Ok(b"{}".to_vec())
        }
        "CreateLogStream" => {
            let request: PutRequest = read(body)?;
            logs.create_stream(&request.group, &request.stream, now)?;
            Ok(b"{}".to_vec())
        }
        "PutLogEvents" => put(logs, body, now),
        _ => Err(Refusal::Invalid(format!("{action} is not known here"))),
    }
}

fn filter(logs: &mut Logs, body: &[u8], now: i64) -> Result<Vec<u8>, Refusal> {
    let request: FilterRequest = read(body)?;
    let group = match (request.log_group_name, request.log_group_identifier) {
        (Some(name), None) => name,
        (None, Some(identifier)) => name(&identifier)?,
        _ => return Err(Refusal::Invalid("either a name or an identifier is needed".to_owned())),
    };
    let filter = EventFilter {
        group,
        streams: request.log_stream_names,
        prefix: request.log_stream_name_prefix,
        start: request.start_time,
        end: request.end_time,
        pattern: request.filter_pattern,
        limit: request.limit,
        token: request.next_token,
    };
    let EventPage { events, token } = logs.filter(&filter, now)?;
    let events = events.iter().map(event).collect();
    write(&FilterAnswer { events, next_token: token })
}

/// What a live session is to watch: one group.
pub(super) fn live(body: &[u8]) -> Result<EventFilter, Refusal> {
    let request: LiveRequest = read(body)?;
    let [group] = request.groups.as_slice() else {
        return Err(Refusal::Invalid("one log group is taken here".to_owned()));
    };
    if !group.starts_with("arn:") {
        return Err(Refusal::Invalid("a log group has to be an ARN".to_owned()));
    }
    Ok(EventFilter {
        group: name(group)?,
        streams: request.streams,
        prefix: request.prefixes.into_iter().next().unwrap_or_default(),
        pattern: request.pattern,
        ..EventFilter::default()
    })
}

/// The body of an update of a live session.
pub(super) fn update(group: &str, events: &[FetchedEvent], sampled: bool) -> Vec<u8> {
    let events = events.iter().map(|event| LiveEvent {
        log_group_identifier: group,
        log_stream_name: &event.stream,
        timestamp: event.timestamp,
        message: &event.message,
        ingestion_time: event.ingestion,
    });
    let session_metadata = LiveMetadata { sampled };
    write(&LiveUpdate { session_metadata, session_results: events.collect() }).unwrap_or_default()
}

/// The name in an ARN, with the account if that is another one; or the name.
/// The `:*` of other ARNs is refused (API reference, `FilterLogEvents`).
fn name(identifier: &str) -> Result<String, Refusal> {
    if identifier.contains('*') {
        let what = "Value at 'logGroupIdentifier' failed to satisfy constraint";
        return Err(Refusal::Invalid(what.to_owned()));
    }
    let Some((start, name)) = identifier.split_once(":log-group:") else {
        return Ok(identifier.to_owned());
    };
    let account = start.rsplit(':').next().unwrap_or_default();
    Ok(if account == ACCOUNT { name.to_owned() } else { format!("{account}:{name}") })
}

fn event(event: &FetchedEvent) -> EventAnswer<'_> {
    EventAnswer {
        log_stream_name: &event.stream,
        timestamp: event.timestamp,
        message: &event.message,
        ingestion_time: event.ingestion,
        event_id: &event.id,
    }
}

fn groups(logs: &Logs, body: &[u8], now: i64) -> Result<Vec<u8>, Refusal> {
    let request: GroupsRequest = read(body)?;
    let behind = request.next_token.unwrap_or_default();
    let names = logs
        .group_names(now)
        .filter(|name| name.starts_with(&request.log_group_name_prefix) && *name > behind.as_str());
    let mut names: Vec<_> = names.take(MAX_GROUPS + 1).map(ToOwned::to_owned).collect();
    let is_more = names.len() > MAX_GROUPS;
    names.truncate(MAX_GROUPS);
    let next_token = names.last().filter(|_| is_more).cloned();
    let log_groups = names.into_iter().map(|log_group_name| GroupAnswer {
        log_group_arn: format!("{ARN}{ACCOUNT}:log-group:{log_group_name}"),
        log_group_name,
    });
    write(&GroupsAnswer { log_groups: log_groups.collect(), next_token })
}

fn put(logs: &mut Logs, body: &[u8], now: i64) -> Result<Vec<u8>, Refusal> {
    let request: PutRequest = read(body)?;
    for PutEvent { timestamp, message } in request.events {
        logs.put(&request.group, &request.stream, (timestamp, message), now, now)?;
    }
    Ok(b"{\"nextSequenceToken\":\"1\"}".to_vec())
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::Invalid(error.to_string()))
}

fn write(answer: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(answer).map_err(|error| Refusal::Invalid(error.to_string()))
}
