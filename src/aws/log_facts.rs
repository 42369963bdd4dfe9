//! CloudWatch Logs as facts: which groups and streams there are, where they are sent,
//! and what Lambda reported last.

use firehose::known::Known;
use firehose::time::Millis;
use serde::{Deserialize, Serialize};

use super::call::{Request, json};
use super::{Service, Session};

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroup {
    /// Its name.
    pub log_group_name: String,
    /// After how many days events are deleted; none for never.
    pub retention_in_days: Option<u32>,
    /// The key that it is encrypted with.
    pub kms_key_id: Option<String>,
}

/// A log stream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogStream {
    /// Its name.
    pub log_stream_name: String,
    /// Its last event; hours late (API reference, `LogStream`).
    pub last_event_timestamp: Option<Millis>,
}

/// Where a log group is sent to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionFilter {
    /// Its name.
    pub filter_name: String,
    /// Which events; empty for all.
    #[serde(default)]
    pub filter_pattern: String,
    /// ARN of the delivery stream, data stream, function or destination.
    pub destination_arn: String,
    /// The role that CloudWatch Logs takes on.
    pub role_arn: Option<String>,
}

/// Events that were found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundEvents {
    /// In the order of their times.
    pub events: Vec<FoundEvent>,
    /// False if there are later ones, on pages that were not read.
    pub is_complete: bool,
}

/// An event that was found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundEvent {
    /// Its log stream.
    #[serde(default)]
    pub log_stream_name: String,
    /// When it was logged.
    pub timestamp: Option<Millis>,
    /// What was logged: untrusted.
    #[serde(default)]
    pub message: String,
}

/// Input of all four operations: each has some of it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    log_group_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_group_name_prefix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_stream_name_prefix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_pattern: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl<'a> Input<'a> {
    fn of_group(group: &'a str) -> Self {
        Self { log_group_name: Some(group), ..Self::default() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Groups {
    #[serde(default)]
    log_groups: Vec<LogGroup>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Streams {
    #[serde(default)]
    log_streams: Vec<LogStream>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filters {
    #[serde(default)]
    subscription_filters: Vec<SubscriptionFilter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Events {
    #[serde(default)]
    events: Vec<FoundEvent>,
    next_token: Option<String>,
}

impl Session {
    /// The log group of this name.
    pub async fn log_group(&self, group: &str) -> Known<LogGroup> {
        // Those that start so, in order: the group itself comes first.
        let input = Input { log_group_name_prefix: Some(group), ..Input::default() };
        let request = Request::json(Service::Logs, "DescribeLogGroups", &input);
        let thing = format!("log group `{group}`");
        let found = self.fact(request, "logs:DescribeLogGroups", &thing, json::<Groups>).await;
        found.and_then(|it| {
            let mut groups = it.log_groups.into_iter();
            groups.find(|it| it.log_group_name == group).map_or(Known::No, Known::Yes)
        })
    }

    /// The log stream of this name in a group.
    pub async fn log_stream(&self, group: &str, stream: &str) -> Known<LogStream> {
        let input = Input { log_stream_name_prefix: Some(stream), ..Input::of_group(group) };
        let request = Request::json(Service::Logs, "DescribeLogStreams", &input);
        let thing = format!("log stream `{stream}` of `{group}`");
        let found = self.fact(request, "logs:DescribeLogStreams", &thing, json::<Streams>).await;
        found.and_then(|it| {
            let mut streams = it.log_streams.into_iter();
            streams.find(|it| it.log_stream_name == stream).map_or(Known::No, Known::Yes)
        })
    }

    /// Where a log group is sent to: at most two filters, AWS's limit.
    pub async fn subscription_filters(&self, group: &str) -> Known<Vec<SubscriptionFilter>> {
        let input = Input::of_group(group);
        let request = Request::json(Service::Logs, "DescribeSubscriptionFilters", &input);
        let (right, thing) =
            ("logs:DescribeSubscriptionFilters", format!("the subscriptions of `{group}`"));
        let found = self.fact(request, right, &thing, json::<Filters>).await;
        found.map(|it| it.subscription_filters)
    }

    /// Events of a log group since `start` that match CloudWatch's `pattern`: of the
    /// first `pages` pages, which may be empty and are 1 MB at most.
    pub async fn log_events(
        &self,
        group: &str,
        pattern: &str,
        start: Millis,
        pages: usize,
    ) -> Known<FoundEvents> {
        let mut input = Input {
            filter_pattern: Some(pattern),
            start_time: Some(start),
            ..Input::of_group(group)
        };
        let mut found = FoundEvents::default();
        for _ in 0..pages {
            let request = Request::json(Service::Logs, "FilterLogEvents", &input);
            let thing = format!("the events of `{group}`");
            let page = self.fact(request, "logs:FilterLogEvents", &thing, json::<Events>).await;
            let page = match page {
                Known::Yes(page) => page,
                other => return other.map(|_| found),
            };
            found.events.extend(page.events);
            input.next_token = page.next_token;
            if input.next_token.is_none() {
                found.is_complete = true;
                break;
            }
        }
        Known::Yes(found)
    }
}
