//! Events: put, filtered, read and live.

use serde::{Deserialize, Serialize};

use super::{limit, name, read, write};
use crate::local::REQUEST_ID;
use crate::local::cloudwatch_logs::events::{EventFilter, EventPage, PAGE_EVENTS, StreamQuery};
use crate::local::cloudwatch_logs::{Logs, Refusal, missing_stream};
use crate::local::faults::Faults;
use firehose::logs::tail::FetchedEvent;

/// Events of a call, bytes of them, and bytes that each counts for beyond its
/// message (API reference, `PutLogEvents`).
const MAX_EVENTS: usize = 10_000;
const MAX_BYTES: usize = 1_048_576;
const EVENT_BYTES: usize = 26;

/// Milliseconds that an event may be old, or ahead of the clock (the same page).
const MAX_AGE: i64 = 14 * 24 * 3600 * 1000;
const MAX_AHEAD: i64 = 2 * 3600 * 1000;

/// Groups of a live session (API reference, `StartLiveTail`).
const MAX_LIVE_GROUPS: usize = 10;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FilterRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    #[serde(default)]
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
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
struct LiveStart<'a> {
    request_id: &'static str,
    session_id: &'static str,
    log_group_identifiers: [&'a str; 1],
    log_stream_names: &'a [String],
    log_stream_name_prefixes: &'a [String],
    log_event_filter_pattern: &'a str,
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

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PutAnswer {
    next_sequence_token: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_log_events_info: Option<Rejected>,
}

/// The events that are too new from here on, and too old up to here.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rejected {
    #[serde(skip_serializing_if = "Option::is_none")]
    too_new_log_event_start_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    too_old_log_event_end_index: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReadRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name: String,
    start_time: Option<i64>,
    end_time: Option<i64>,
    limit: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    start_from_head: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadAnswer<'a> {
    events: Vec<ReadEvent<'a>>,
    next_forward_token: String,
    next_backward_token: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadEvent<'a> {
    timestamp: i64,
    message: &'a str,
    ingestion_time: i64,
}

pub(super) fn filter(
    logs: &mut Logs,
    body: &[u8],
    now: i64,
    faults: &mut Faults,
) -> Result<Vec<u8>, Refusal> {
    let request: FilterRequest = read(body)?;
    let group = group(logs, request.log_group_name, request.log_group_identifier)?;
    let filter = EventFilter {
        group,
        streams: request.log_stream_names,
        prefixes: request.log_stream_name_prefix.into_iter().collect(),
        start: request.start_time,
        end: request.end_time,
        pattern: request.filter_pattern,
        limit: Some(limit(request.limit, PAGE_EVENTS)?),
        token: request.next_token,
    };
    let EventPage { events, token } = logs.filter(&filter, now, faults)?;
    let events = events.iter().map(event).collect();
    write(&FilterAnswer { events, next_token: token })
}

/// The group that is named by its name or its ARN.
pub(super) fn group(
    logs: &Logs,
    by_name: Option<String>,
    identifier: Option<String>,
) -> Result<String, Refusal> {
    match (by_name, identifier) {
        (Some(name), None) => Ok(name),
        (None, Some(identifier)) => name(logs, &identifier),
        _ => Err(Refusal::Invalid("either a name or an identifier is needed".to_owned())),
    }
}

/// `GetLogEvents`
pub(super) fn get(
    logs: &mut Logs,
    body: &[u8],
    now: i64,
    faults: &mut Faults,
) -> Result<Vec<u8>, Refusal> {
    let request: ReadRequest = read(body)?;
    let query = StreamQuery {
        group: group(logs, request.log_group_name, request.log_group_identifier)?,
        stream: request.log_stream_name,
        start: request.start_time,
        end: request.end_time,
        limit: Some(limit(request.limit, PAGE_EVENTS)?),
        token: request.next_token,
        from_head: request.start_from_head,
    };
    let page = logs.read_stream(&query, now, faults)?;
    let events = page.events.iter().map(|event| ReadEvent {
        timestamp: event.timestamp,
        message: &event.message,
        ingestion_time: event.ingestion,
    });
    write(&ReadAnswer {
        events: events.collect(),
        next_forward_token: page.forward,
        next_backward_token: page.backward,
    })
}

/// What a live session is to watch: one group, by the ARN that it was asked with.
pub(in super::super) fn live(logs: &Logs, body: &[u8]) -> Result<(String, EventFilter), Refusal> {
    let request: LiveRequest = read(body)?;
    let invalid = |why: &str| Refusal::Invalid(why.to_owned());
    if !request.streams.is_empty() && !request.prefixes.is_empty() {
        let why = "Only one of logStreamNames or logStreamNamePrefixes can be provided.";
        return Err(invalid(why));
    }
    if request.groups.len() > MAX_LIVE_GROUPS {
        let constraint = format!("Member must have length less than or equal to {MAX_LIVE_GROUPS}");
        return Err(Refusal::constraint("Value", "logGroupIdentifiers", &constraint));
    }
    let has_streams = !request.streams.is_empty() || !request.prefixes.is_empty();
    let [group] = request.groups.as_slice() else {
        return Err(if has_streams {
            invalid(
                "logStreamNames and logStreamNamePrefixes can only be used with a single log group.",
            )
        } else {
            let why = "fh local supports one log group in a live session";
            Refusal::Unsupported(why.to_owned())
        });
    };
    if !group.starts_with("arn:") {
        return Err(invalid("a log group has to be an ARN"));
    }
    let filter = EventFilter {
        group: name(logs, group)?,
        streams: request.streams,
        prefixes: request.prefixes,
        pattern: request.pattern,
        ..EventFilter::default()
    };
    Ok((group.clone(), filter))
}

/// The beginning of a live session.
pub(in super::super) fn live_start(group: &str, filter: &EventFilter) -> Vec<u8> {
    write(&LiveStart {
        request_id: REQUEST_ID,
        session_id: REQUEST_ID,
        log_group_identifiers: [group],
        log_stream_names: &filter.streams,
        log_stream_name_prefixes: &filter.prefixes,
        log_event_filter_pattern: &filter.pattern,
    })
    .unwrap_or_default()
}

/// The body of an update of a live session.
pub(in super::super) fn update(group: &str, events: &[FetchedEvent], sampled: bool) -> Vec<u8> {
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

fn event(event: &FetchedEvent) -> EventAnswer<'_> {
    EventAnswer {
        log_stream_name: &event.stream,
        timestamp: event.timestamp,
        message: &event.message,
        ingestion_time: event.ingestion,
        event_id: &event.id,
    }
}

/// `PutLogEvents`
pub(super) fn put(logs: &mut Logs, body: &[u8], now: i64) -> Result<Vec<u8>, Refusal> {
    let PutRequest { group, stream, mut events } = read(body)?;
    if !logs.group(&group, now)?.streams.contains_key(&stream) {
        return Err(missing_stream());
    }
    let rejected = check(&mut events, now)?;
    let events = events.into_iter().map(|event| (event.timestamp, event.message)).collect();
    logs.take(&group, &stream, events, now, now)?;
    write(&PutAnswer { next_sequence_token: "1", rejected_log_events_info: rejected })
}

/// Refuses what the service refuses, and takes out what it leaves out.
fn check(events: &mut Vec<PutEvent>, now: i64) -> Result<Option<Rejected>, Refusal> {
    let bytes: usize = events.iter().map(|event| event.message.len() + EVENT_BYTES).sum();
    if !(1..=MAX_EVENTS).contains(&events.len()) || bytes > MAX_BYTES {
        let why = format!("a call takes 1 to {MAX_EVENTS} log events and {MAX_BYTES} bytes");
        return Err(Refusal::Invalid(why));
    }
    if !events.is_sorted_by_key(|event| event.timestamp) {
        let why = "Log events in a single PutLogEvents request must be in chronological order.";
        return Err(Refusal::Invalid(why.to_owned()));
    }
    let old = events.partition_point(|event| event.timestamp < now - MAX_AGE);
    let new = events.partition_point(|event| event.timestamp <= now + MAX_AHEAD);
    let is_whole = old == 0 && new == events.len();
    let rejected = Rejected {
        too_new_log_event_start_index: (new < events.len()).then_some(new),
        too_old_log_event_end_index: (old > 0).then_some(old),
    };
    events.truncate(new);
    events.drain(..old.min(new));
    Ok((!is_whole).then_some(rejected))
}
