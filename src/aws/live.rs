//! Live Tail of CloudWatch Logs: events as they arrive. It samples above 500
//! events a second, and a session ends after three hours (API reference,
//! `StartLiveTail`).

use std::time::Duration;

use aws_sdk_cloudwatchlogs::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_cloudwatchlogs::config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::config::{
    self, ConfigBag, Intercept, RuntimeComponents, StalledStreamProtectionConfig,
};
use aws_sdk_cloudwatchlogs::error::BoxError;
use aws_sdk_cloudwatchlogs::operation::start_live_tail::StartLiveTailOutput;
use aws_sdk_cloudwatchlogs::types::error::StartLiveTailResponseStreamError as LiveError;
use aws_sdk_cloudwatchlogs::types::{LiveTailSessionLogEvent, StartLiveTailResponseStream};

use super::error::CallContext;
use super::logs::{LogsClient, Selection};
use super::settings::is_aws_host;
use super::{Service, Session};
use crate::error::Error;
use firehose::logs::tail::FetchedEvent;
use firehose::names::LogGroupName;

/// Live Tail has a host of its own, which only AWS has.
const HOST_PREFIX: &str = "stream-";

/// A session that is silent for this long is dead: AWS sends an update each
/// second, even an empty one (API reference, `LiveTailSessionUpdate`).
const SILENCE: Duration = Duration::from_mins(1);

/// A session that is open.
#[derive(Debug)]
pub struct LiveSession {
    output: StartLiveTailOutput,
    call: CallContext,
}

/// An update of a session; one comes about every second.
#[derive(Debug)]
pub struct LiveUpdate {
    /// What has arrived; none has an id.
    pub events: Vec<FetchedEvent>,
    /// There were more events than it has.
    pub is_sampled: bool,
}

/// Emulators send nothing while there are no events: that is not a stalled
/// stream.
pub(super) fn config(session: &Session) -> config::Config {
    let mut config = config::Builder::from(&session.config)
        .interceptor(session.watch.unbounded())
        .interceptor(StripHostPrefix)
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.set_endpoint_url(session.endpoint_url(Service::Logs));
    config.build()
}

impl LogsClient {
    /// Opens a session for these events; none if there is no such log group.
    pub async fn listen(&self, wanted: &Selection) -> Result<Option<LiveSession>, Error> {
        let call = CallContext::new(
            format!("tail log group {}", wanted.group.in_full()),
            format!("log group {}", wanted.group.in_full()),
            "logs:StartLiveTail",
        );
        let Some(arn) = self.arn(&wanted.group).await? else { return Ok(None) };
        let request = self.listens.start_live_tail();
        let answer = request
            .log_group_identifiers(arn)
            .set_log_stream_names(wanted.stream.clone().map(|stream| vec![stream]))
            .set_log_stream_name_prefixes(wanted.prefix.clone().map(|prefix| vec![prefix]))
            .set_log_event_filter_pattern(wanted.pattern.clone())
            .send()
            .await;
        match answer {
            Ok(output) => Ok(Some(LiveSession { output, call })),
            Err(error) => Err(self.session.error(&call, &error)),
        }
    }

    /// Only ARNs are taken.
    async fn arn(&self, group: &LogGroupName) -> Result<Option<String>, Error> {
        if let Some(arn) = group.arn() {
            return Ok(Some(arn.to_owned()));
        }
        let call = || {
            CallContext::new(
                format!("find log group `{group}`"),
                format!("log group `{group}`"),
                "logs:DescribeLogGroups",
            )
        };
        // Groups come in the order of their names: it is the first.
        let request = self.client.describe_log_groups().log_group_name_prefix(group.as_str());
        let answer = request.send().await;
        let answer = answer.map_err(|error| self.session.error(&call(), &error))?;
        let mut groups = answer.log_groups().iter();
        let found = groups.find(|found| found.log_group_name() == Some(group.as_str()));
        let arn = found.and_then(|found| found.log_group_arn().or_else(|| found.arn()));
        Ok(arn.map(|arn| arn.strip_suffix(":*").unwrap_or(arn).to_owned()))
    }
}

impl LiveSession {
    /// Waits for what comes next; nothing once the session is over.
    pub async fn next(&mut self) -> Result<Option<LiveUpdate>, Error> {
        loop {
            let message = self.output.response_stream.recv();
            let Ok(message) = tokio::time::timeout(SILENCE, message).await else { return Ok(None) };
            match message {
                Ok(Some(StartLiveTailResponseStream::SessionUpdate(update))) => {
                    let is_sampled =
                        update.session_metadata.is_some_and(|metadata| metadata.sampled());
                    let events = update.session_results.unwrap_or_default();
                    let events = events.into_iter().map(event).collect();
                    return Ok(Some(LiveUpdate { events, is_sampled }));
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                Err(error) => {
                    let reason = error.as_service_error();
                    if reason.is_some_and(LiveError::is_session_timeout_exception) {
                        return Ok(None);
                    }
                    let doing = &self.call.doing;
                    let why = super::error::chain(&error);
                    return Err(Error::aws(format!("cannot {doing}: {why}")));
                }
            }
        }
    }
}

fn event(it: LiveTailSessionLogEvent) -> FetchedEvent {
    let timestamp = it.timestamp.unwrap_or_default();
    FetchedEvent {
        stream: it.log_stream_name.unwrap_or_default(),
        timestamp,
        ingestion: it.ingestion_time.unwrap_or(timestamp),
        id: String::new(),
        message: it.message.unwrap_or_default(),
    }
}

/// Calls an address that is not AWS's without the prefix.
#[derive(Debug)]
struct StripHostPrefix;

impl Intercept for StripHostPrefix {
    fn name(&self) -> &'static str {
        "StripHostPrefix"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let uri: hyper::Uri = request.uri().parse()?;
        let host = uri.host().unwrap_or_default();
        if !is_aws_host(host) && host.starts_with(HOST_PREFIX) {
            let plain = request.uri().replacen(HOST_PREFIX, "", 1);
            request.set_uri(plain)?;
        }
        Ok(())
    }
}
