//! CloudWatch Logs: find log groups, read events.

use std::error::Error as StdError;
use std::sync::Arc;

use aws_sdk_cloudwatchlogs::config;
use aws_sdk_cloudwatchlogs::config::http::HttpResponse;
use aws_sdk_cloudwatchlogs::config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsOutput;
use aws_sdk_cloudwatchlogs::types::{FilteredLogEvent, LogGroup};

use super::error::{CallContext, is_about_credentials, is_about_pattern};
use super::{Service, Session};
use crate::error::Error;
use firehose::logs::tail::{FetchResult, FetchedEvent, Query};
use firehose::names::LogGroupName;

/// Most log groups that a pattern may stand for.
const MAX_GROUPS: usize = 100;

/// Most pages that are looked through for them: 50 names each.
const MAX_PAGES: usize = 200;

/// CloudWatch Logs in the Region of a session.
#[derive(Debug, Clone)]
pub struct LogsClient {
    pub(super) session: Arc<Session>,
    pub(super) client: aws_sdk_cloudwatchlogs::Client,
    /// It makes one attempt: who tails has a limiter of its own.
    tails: aws_sdk_cloudwatchlogs::Client,
    /// Its answers have no end.
    pub(super) listens: aws_sdk_cloudwatchlogs::Client,
}

/// Which events of a log group are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The group, not a pattern.
    pub group: LogGroupName,
    /// Only this log stream.
    pub stream: Option<String>,
    /// Only log streams whose name starts so.
    pub prefix: Option<String>,
    /// CloudWatch's filter pattern.
    pub pattern: Option<String>,
}

/// What came of a call.
#[derive(Debug)]
pub struct Fetch {
    /// For the tail.
    pub answer: FetchResult,
    /// The same for people, unless there are events.
    pub error: Option<Error>,
    /// Only new credentials can help.
    pub needs_login: bool,
    /// What is missing is a log stream; its log group is there.
    pub is_stream_missing: bool,
    /// The reason for a refusal is the same for every log group.
    pub is_of_all: bool,
}

impl LogsClient {
    /// Makes no call.
    pub fn new(session: impl Into<Arc<Session>>) -> Self {
        let session = session.into();
        let listens = super::live::config(&session);
        let mut config = config::Builder::from(&session.config).interceptor(session.watch.clone());
        config.set_endpoint_url(session.endpoint_url(Service::Logs));
        let tails = config.clone().retry_config(RetryConfig::disabled()).build();
        Self {
            client: aws_sdk_cloudwatchlogs::Client::from_conf(config.build()),
            tails: aws_sdk_cloudwatchlogs::Client::from_conf(tails),
            listens: aws_sdk_cloudwatchlogs::Client::from_conf(listens),
            session,
        }
    }

    /// Reads a page of events, with one attempt.
    pub async fn fetch(&self, wanted: &Selection, query: &Query) -> Fetch {
        let request = self.tails.filter_log_events();
        let request = match wanted.group.arn() {
            Some(arn) => request.log_group_identifier(arn),
            None => request.log_group_name(wanted.group.as_str()),
        };
        let answer = request
            .set_log_stream_names(wanted.stream.clone().map(|stream| vec![stream]))
            .set_log_stream_name_prefix(wanted.prefix.clone())
            .set_filter_pattern(wanted.pattern.clone())
            .start_time(query.start)
            .set_end_time(query.end)
            .set_next_token(query.token.clone())
            .send()
            .await;
        match answer {
            Ok(output) => Fetch {
                answer: page(output, self.session.watch.date()),
                error: None,
                needs_login: false,
                is_stream_missing: false,
                is_of_all: false,
            },
            Err(error) => {
                let group = wanted.group.in_full();
                let call = CallContext::new(
                    format!("read log group {group}"),
                    format!("log group {group}"),
                    "logs:FilterLogEvents",
                );
                let (answer, needs_login) = meaning(&error, query.token.is_some());
                let message = error.message().unwrap_or_default();
                let mut reason = self.session.error(&call, &error);
                if answer == FetchResult::Refused {
                    reason =
                        of_account(&wanted.group, message).into_iter().fold(reason, Error::hint);
                }
                Fetch {
                    is_of_all: answer == FetchResult::Refused && is_about_pattern(message),
                    is_stream_missing: answer == FetchResult::Missing
                        && message.contains("log stream"),
                    answer,
                    error: Some(reason),
                    needs_login,
                }
            }
        }
    }

    /// Finds the log groups that a pattern stands for, by name.
    /// With `is_linked` also in accounts that are linked to the caller's; those have
    /// their ARNs.
    pub async fn find(
        &self,
        pattern: &LogGroupName,
        is_linked: bool,
    ) -> Result<Vec<LogGroupName>, Error> {
        let prefix = Some(pattern.prefix()).filter(|prefix| !prefix.is_empty());
        let (mut found, mut token) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let request = self.client.describe_log_groups().set_next_token(token);
            let request = request.set_log_group_name_prefix(prefix.map(ToOwned::to_owned));
            let request = request.set_include_linked_accounts(is_linked.then_some(true));
            let call = || {
                CallContext::new(
                    format!("find log groups that match `{pattern}`"),
                    "log groups",
                    "logs:DescribeLogGroups",
                )
            };
            let answer = request.send().await;
            let answer = answer.map_err(|error| self.session.error(&call(), &error))?;
            let matches = |group: &&LogGroup| {
                group.log_group_name().is_some_and(|name| pattern.matches(name))
            };
            let groups = answer.log_groups().iter().filter(matches);
            let names = groups.filter_map(|group| {
                group.log_group_arn().filter(|_| is_linked).or(group.log_group_name())
            });
            found.extend(names.map(str::parse));
            token = answer.next_token;
            if token.is_none() || found.len() > MAX_GROUPS {
                break;
            }
        }
        if token.is_some() && found.len() <= MAX_GROUPS {
            let names = MAX_PAGES * 50;
            let what = format!("more than {names} log groups to search for `{pattern}`");
            return Err(Error::user(what).hint("use a longer prefix before the first wildcard"));
        }
        if found.len() > MAX_GROUPS {
            let what = format!("more than {MAX_GROUPS} log groups match `{pattern}`");
            return Err(Error::user(what).hint("use a more specific pattern"));
        }
        let found: Result<_, String> = found.into_iter().collect();
        found.map_err(|error| Error::aws(format!("invalid response from AWS: {error}")))
    }
}

/// What to do if a log group cannot be read because of whose it is; nothing if
/// the caller, as `message` names them, is of the same account.
fn of_account(group: &LogGroupName, message: &str) -> Vec<String> {
    let is_own = |account| message.contains(&format!("::{account}:"));
    if group.arn_account().is_none_or(is_own) { Vec::new() } else { how_to_read(group) }
}

/// How to read a log group of another account.
pub fn how_to_read(group: &LogGroupName) -> Vec<String> {
    let Some((arn, account)) = group.arn().zip(group.arn_account()) else { return Vec::new() };
    vec![
        format!("as a user of account {account}: fh logs --group '{arn}' --profile NAME"),
        format!(
            "or let account {account} share its logs with yours through CloudWatch cross-account \
             observability: a sink in your account, a link in that one"
        ),
    ]
}

/// `date` is the header of that name.
fn page(output: FilterLogEventsOutput, date: Option<String>) -> FetchResult {
    let events = output.events.unwrap_or_default().into_iter().map(event).collect();
    let served = date.and_then(|date| jiff::fmt::rfc2822::parse(&date).ok());
    FetchResult::Page {
        events,
        token: output.next_token.filter(|token| !token.is_empty()),
        served: served.map(|served| served.timestamp().as_millisecond()),
    }
}

fn event(it: FilteredLogEvent) -> FetchedEvent {
    let timestamp = it.timestamp.unwrap_or_default();
    FetchedEvent {
        stream: it.log_stream_name.unwrap_or_default(),
        timestamp,
        ingestion: it.ingestion_time.unwrap_or(timestamp),
        id: it.event_id.unwrap_or_default(),
        message: it.message.unwrap_or_default(),
    }
}

/// What an error means for a tail, and whether only a login helps.
fn meaning<E>(error: &SdkError<E, HttpResponse>, has_token: bool) -> (FetchResult, bool)
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    match error {
        SdkError::ServiceError(context) => {
            let code = context.err().meta().code().unwrap_or_default();
            by_code(code, context.raw().status().as_u16(), has_token)
        }
        SdkError::ConstructionFailure(_) => (FetchResult::Refused, false),
        _ => (FetchResult::Unreachable, is_about_credentials(error)),
    }
}

/// By the errors of `FilterLogEvents` (API reference) and the common ones.
fn by_code(code: &str, status: u16, has_token: bool) -> (FetchResult, bool) {
    match (code, status) {
        (
            "ThrottlingException"
            | "Throttling"
            | "ThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "LimitExceededException"
            | "SlowDown",
            _,
        )
        | (_, 429) => (FetchResult::Throttled, false),
        ("ResourceNotFoundException", _) => (FetchResult::Missing, false),
        ("InvalidParameterException", _) if has_token => (FetchResult::BadToken, false),
        (
            "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId",
            _,
        ) => (FetchResult::Unreachable, true),
        // A clock that jumps, or that wakes up.
        (
            "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "RequestTimeTooSkewed"
            | "RequestTimeout"
            | "RequestTimeoutException"
            | "ServiceUnavailableException"
            | "",
            _,
        )
        | (_, 500..) => (FetchResult::Unreachable, false),
        _ => (FetchResult::Refused, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_waited_out_taken_as_missing_or_final() {
        for (code, status, has_token, answer) in [
            ("ThrottlingException", 400, true, FetchResult::Throttled),
            ("", 429, false, FetchResult::Throttled),
            ("ResourceNotFoundException", 400, false, FetchResult::Missing),
            ("InvalidParameterException", 400, true, FetchResult::BadToken),
            ("InvalidParameterException", 400, false, FetchResult::Refused),
            ("AccessDeniedException", 400, true, FetchResult::Refused),
            ("ServiceUnavailableException", 503, false, FetchResult::Unreachable),
            ("InternalFailure", 500, false, FetchResult::Unreachable),
            ("InvalidSignatureException", 403, false, FetchResult::Unreachable),
            ("", 502, false, FetchResult::Unreachable),
        ] {
            assert_eq!(by_code(code, status, has_token), (answer, false), "{code} {status}");
        }
        assert_eq!(by_code("ExpiredTokenException", 400, true), (FetchResult::Unreachable, true));
    }
}
