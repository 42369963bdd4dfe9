//! Groups and streams.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::events::group;
use super::tags::add_tags;
use super::{arn, limit, read, write};
use crate::local::cloudwatch_logs::{Logs, Refusal};

/// Groups and streams of a page (API reference, `DescribeLogGroups` and
/// `DescribeLogStreams`).
const MAX_PAGE: usize = 50;

/// Days that events may be kept (API reference, `PutRetentionPolicy`).
const DAYS: [i64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupsRequest {
    #[serde(default)]
    log_group_name_prefix: String,
    #[serde(default)]
    log_group_name_pattern: String,
    limit: Option<usize>,
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
    arn: String,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    log_group_arn: String,
    log_group_class: &'static str,
    log_group_name: String,
    metric_filter_count: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_in_days: Option<i64>,
    stored_bytes: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StreamsRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    #[serde(default)]
    log_stream_name_prefix: String,
    order_by: Option<String>,
    #[serde(default)]
    descending: bool,
    limit: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamsAnswer {
    log_streams: Vec<StreamAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamAnswer {
    arn: String,
    creation_time: i64,
    log_stream_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_ingestion_time: Option<i64>,
    stored_bytes: u8,
    upload_sequence_token: &'static str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NameRequest {
    log_group_name: String,
    #[serde(default)]
    log_stream_name: String,
    #[serde(default)]
    retention_in_days: i64,
    kms_key_id: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

const DONE: &[u8] = b"{}";

/// Operations that answer with nothing; `None` for any other.
pub(super) fn change(
    logs: &mut Logs,
    action: &str,
    body: &[u8],
    now: i64,
) -> Option<Result<Vec<u8>, Refusal>> {
    let change: fn(&mut Logs, &NameRequest, i64) -> Result<(), Refusal> = match action {
        "CreateLogGroup" => create,
        "DeleteLogGroup" => |logs, it, now| logs.delete_group(&it.log_group_name, now),
        "CreateLogStream" => {
            |logs, it, now| logs.create_stream(&it.log_group_name, &it.log_stream_name, now)
        }
        "DeleteLogStream" => {
            |logs, it, now| logs.delete_stream(&it.log_group_name, &it.log_stream_name, now)
        }
        "PutRetentionPolicy" => retain,
        "DeleteRetentionPolicy" => |logs, it, now| {
            logs.group(&it.log_group_name, now)?.retention = None;
            Ok(())
        },
        _ => return None,
    };
    let request = read(body);
    Some(request.and_then(|request| change(logs, &request, now)).map(|()| DONE.to_vec()))
}

fn create(logs: &mut Logs, request: &NameRequest, now: i64) -> Result<(), Refusal> {
    let mut tags = BTreeMap::new();
    add_tags(&mut tags, request.tags.clone())?;
    logs.create_group(&request.log_group_name, now)?;
    let group = logs.group(&request.log_group_name, now)?;
    (group.kms_key, group.tags) = (request.kms_key_id.clone(), tags);
    Ok(())
}

fn retain(logs: &mut Logs, request: &NameRequest, now: i64) -> Result<(), Refusal> {
    let days = request.retention_in_days;
    if !DAYS.contains(&days) {
        return Err(Refusal::Invalid(format!("{days} is not a valid number of days")));
    }
    logs.group(&request.log_group_name, now)?.retention = Some(days);
    Ok(())
}

/// `DescribeLogGroups`
pub(super) fn groups(logs: &Logs, body: &[u8], now: i64) -> Result<Vec<u8>, Refusal> {
    let request: GroupsRequest = read(body)?;
    let after = request.next_token.unwrap_or_default();
    let most = limit(request.limit, MAX_PAGE)?;
    let found = logs.own_groups(now).filter(|(name, _)| {
        name.starts_with(&request.log_group_name_prefix)
            && name.contains(&request.log_group_name_pattern)
            && *name > after.as_str()
    });
    let mut log_groups: Vec<_> = found
        .take(most + 1)
        .map(|(name, group)| GroupAnswer {
            arn: format!("{}:*", arn(logs, name)),
            creation_time: group.from,
            kms_key_id: group.kms_key.clone(),
            log_group_arn: arn(logs, name),
            log_group_class: "STANDARD",
            log_group_name: name.to_owned(),
            metric_filter_count: 0,
            retention_in_days: group.retention,
            stored_bytes: group.bytes,
        })
        .collect();
    let is_more = log_groups.len() > most;
    log_groups.truncate(most);
    let last = log_groups.last().filter(|_| is_more);
    let next_token = last.map(|group| group.log_group_name.clone());
    write(&GroupsAnswer { log_groups, next_token })
}

/// `DescribeLogStreams`
pub(super) fn streams(logs: &mut Logs, body: &[u8], now: i64) -> Result<Vec<u8>, Refusal> {
    let request: StreamsRequest = read(body)?;
    let by_time = match request.order_by.as_deref() {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") => true,
        Some(other) => {
            let values = "Member must satisfy enum value set: [LogStreamName, LastEventTime]";
            return Err(Refusal::constraint(&format!("Value '{other}'"), "orderBy", values));
        }
    };
    if by_time && !request.log_stream_name_prefix.is_empty() {
        let why = "Cannot order by LastEventTime with a logStreamNamePrefix.";
        return Err(Refusal::Invalid(why.to_owned()));
    }
    let group = group(logs, request.log_group_name, request.log_group_identifier)?;
    let start = arn(logs, &group);
    let found = logs.group(&group, now)?.streams.iter();
    let found = found.filter(|(name, _)| name.starts_with(&request.log_stream_name_prefix));
    let mut log_streams: Vec<_> = found
        .map(|(name, facts)| StreamAnswer {
            arn: format!("{start}:log-stream:{name}"),
            creation_time: facts.created,
            log_stream_name: name.clone(),
            first_event_timestamp: facts.events.map(|(first, ..)| first),
            last_event_timestamp: facts.events.map(|(_, last, _)| last),
            last_ingestion_time: facts.events.map(|(.., ingestion)| ingestion),
            stored_bytes: 0,
            upload_sequence_token: "1",
        })
        .collect();
    if by_time {
        log_streams.sort_by_key(|stream| stream.last_event_timestamp);
    }
    if request.descending {
        log_streams.reverse();
    }
    if let Some(token) = request.next_token {
        let at = log_streams.iter().position(|stream| stream.log_stream_name == token);
        let why = || Refusal::Invalid("The specified nextToken is invalid.".to_owned());
        log_streams.drain(..=at.ok_or_else(why)?);
    }
    let most = limit(request.limit, MAX_PAGE)?;
    let is_more = log_streams.len() > most;
    log_streams.truncate(most);
    let last = log_streams.last().filter(|_| is_more);
    let next_token = last.map(|stream| stream.log_stream_name.clone());
    write(&StreamsAnswer { log_streams, next_token })
}
