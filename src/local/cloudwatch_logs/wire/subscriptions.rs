//! Subscription filters.

use serde::{Deserialize, Serialize};

use super::{read, write};
use crate::local::cloudwatch_logs::{Logs, Refusal};

/// A filter that is asked for.
#[derive(Debug, Deserialize)]
pub(in super::super) struct SubscriptionRequest {
    #[serde(rename = "logGroupName")]
    pub(in super::super) group: String,
    #[serde(rename = "filterName")]
    name: String,
    #[serde(rename = "filterPattern", default)]
    pattern: String,
    #[serde(rename = "destinationArn")]
    pub(in super::super) destination: String,
    #[serde(rename = "roleArn")]
    role: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FiltersRequest {
    log_group_name: String,
    #[serde(default)]
    filter_name_prefix: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteRequest {
    log_group_name: String,
    filter_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FiltersAnswer<'a> {
    subscription_filters: Vec<FilterAnswer<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FilterAnswer<'a> {
    filter_name: &'a str,
    log_group_name: &'a str,
    filter_pattern: &'a str,
    destination_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<&'a str>,
    distribution: &'static str,
    creation_time: i64,
}

/// What `PutSubscriptionFilter` asks for.
pub(in super::super) fn subscription(body: &[u8]) -> Result<SubscriptionRequest, Refusal> {
    let request: SubscriptionRequest = read(body)?;
    if !request.destination.contains(":firehose:") {
        let why = "fh local supports subscriptions of delivery streams only";
        return Err(Refusal::Unsupported(why.to_owned()));
    }
    Ok(request)
}

/// Subscribes a destination that can be reached.
pub(in super::super) fn subscribe(
    logs: &mut Logs,
    request: &SubscriptionRequest,
    now: i64,
) -> Result<Vec<u8>, Refusal> {
    let SubscriptionRequest { group, name, pattern, destination, role } = request;
    logs.subscribe(group, name, pattern, (destination, role.as_deref()), now)?;
    Ok(b"{}".to_vec())
}

/// `DescribeSubscriptionFilters`
pub(super) fn describe(logs: &mut Logs, body: &[u8], now: i64) -> Result<Vec<u8>, Refusal> {
    let request: FiltersRequest = read(body)?;
    let filters = logs.group(&request.log_group_name, now)?.filters.iter();
    let found = filters.filter(|(name, _)| name.starts_with(&request.filter_name_prefix));
    let subscription_filters = found.map(|(name, filter)| FilterAnswer {
        filter_name: name,
        log_group_name: &request.log_group_name,
        filter_pattern: &filter.pattern,
        destination_arn: &filter.destination,
        role_arn: filter.role.as_deref(),
        distribution: "ByLogStream",
        creation_time: filter.created,
    });
    write(&FiltersAnswer { subscription_filters: subscription_filters.collect() })
}

/// `DeleteSubscriptionFilter`
pub(super) fn delete(logs: &mut Logs, body: &[u8], now: i64) -> Result<Vec<u8>, Refusal> {
    let request: DeleteRequest = read(body)?;
    let filters = &mut logs.group(&request.log_group_name, now)?.filters;
    if filters.remove(&request.filter_name).is_none() {
        let why = "The specified subscription filter does not exist.";
        return Err(Refusal::Missing(why.to_owned()));
    }
    Ok(b"{}".to_vec())
}
