//! Lambda: call a deployed function.

use std::time::{Duration, Instant};

use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::config::{self, StalledStreamProtectionConfig};
use aws_sdk_lambda::error::ProvideErrorMetadata as _;
use aws_sdk_lambda::operation::RequestId as _;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{InvocationType, LogFormat, LogType, LoggingConfig};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::error::CallContext;
use super::{ATTEMPT_TIMEOUT, NotDescribed, Service, Session};
use crate::error::Error;
use firehose::lambda_report::LambdaReport;
use firehose::names::FunctionName;

/// What a deployed function answered.
#[derive(Debug, Clone)]
pub struct DeployedReply {
    /// The response, or the error as the runtime reported it: JSON, at most
    /// 6 MB, unchecked.
    pub payload: Vec<u8>,
    /// `Unhandled` or `Handled` if the function failed.
    pub function_error: Option<String>,
    /// The last 4 KB of its log, up to and with the REPORT line; empty where
    /// there is none. It need not be text.
    pub log_tail: Vec<u8>,
    /// What Lambda says about the call at the end of the log.
    pub report: Option<LambdaReport>,
    /// The version that ran: `$LATEST`, `7`.
    pub executed_version: Option<String>,
    /// The request id, which is also in the log.
    pub request_id: Option<String>,
    /// From sending the event to the whole answer, the way over the network
    /// included.
    pub duration: Duration,
}

/// Where a function logs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionLogs {
    /// The log group; it need not be there.
    pub group: String,
    /// True if its lines are JSON, false if they are text.
    pub is_json: bool,
}

/// Lambda in the Region of a session.
#[derive(Debug)]
pub struct LambdaClient<'a> {
    pub(super) session: &'a Session,
    pub(super) client: aws_sdk_lambda::Client,
}

impl<'a> LambdaClient<'a> {
    /// Makes no call.
    pub fn new(session: &'a Session) -> Self {
        // A function may be silent for minutes: that is no stalled stream.
        let mut config = config::Builder::from(&session.config)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .interceptor(session.watch.clone());
        config.set_endpoint_url(session.endpoint_url(Service::Lambda));
        Self { session, client: aws_sdk_lambda::Client::from_conf(config.build()) }
    }

    /// Calls `function` once with `event` and waits for its answer, at most
    /// `timeout`: give it the timeout of the function and some seconds for a
    /// cold start. There is no second attempt: to call a function twice is not
    /// the same as to call it once.
    ///
    /// The caller has checked that the event is not larger than Lambda takes.
    pub async fn invoke(
        &self,
        function: &FunctionName,
        event: Vec<u8>,
        timeout: Duration,
    ) -> Result<DeployedReply, Error> {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(timeout)
            .disable_operation_attempt_timeout()
            .disable_read_timeout()
            .build();
        let patient = config::Config::builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts);
        let request = self
            .client
            .invoke()
            .function_name(function.for_call())
            .invocation_type(InvocationType::RequestResponse)
            .log_type(LogType::Tail)
            .payload(Blob::new(event))
            .customize()
            .config_override(patient);
        let started = Instant::now();
        let answer = request.send().await;
        let duration = started.elapsed();
        let call = || CallContext {
            doing: format!("invoke function `{function}`"),
            thing: format!("function `{function}`"),
            right: "lambda:InvokeFunction",
            timeout,
        };
        let error = match answer {
            Ok(output) => return Ok(reply(output, duration)),
            Err(error) => error,
        };
        let reason = self.session.error(&call(), &error);
        if error.code() != Some("ResourceNotFoundException") {
            return Err(reason);
        }
        Err(self.similar(function).await.into_iter().fold(reason, Error::hint))
    }

    /// Asks where `function` logs to.
    pub async fn function_logs(
        &self,
        function: &FunctionName,
    ) -> Result<FunctionLogs, NotDescribed> {
        let request = self.client.get_function_configuration().function_name(function.for_call());
        let call = || CallContext {
            doing: format!("find the log group of function `{function}`"),
            thing: format!("function `{function}`"),
            right: "lambda:GetFunctionConfiguration",
            timeout: ATTEMPT_TIMEOUT,
        };
        let answer = request.send().await;
        let answer = answer.map_err(|error| {
            // An answer that is no refusal of the credentials: other calls may go well.
            let status = error.raw_response().map(|it| it.status().as_u16());
            match NotDescribed::new(error.code(), self.session.error(&call(), &error)) {
                NotDescribed::Failed(error) if status.is_some_and(|status| status != 403) => {
                    NotDescribed::Denied(error)
                }
                other => other,
            }
        });
        let answer = match answer {
            Err(NotDescribed::Missing(error)) => {
                let similar = self.similar(function).await;
                Err(NotDescribed::Missing(similar.into_iter().fold(error, Error::hint)))
            }
            answer => answer,
        }?;
        Ok(logs(function, answer.logging_config()))
    }
}

fn logs(function: &FunctionName, logging: Option<&LoggingConfig>) -> FunctionLogs {
    let group = logging.and_then(LoggingConfig::log_group).map(ToOwned::to_owned);
    let format = logging.and_then(LoggingConfig::log_format);
    FunctionLogs {
        group: group.unwrap_or_else(|| function.default_log_group()),
        is_json: format.is_some_and(|format| *format == LogFormat::Json),
    }
}

fn reply(output: InvokeOutput, duration: Duration) -> DeployedReply {
    let log_tail = output.log_result().and_then(|tail| STANDARD.decode(tail).ok());
    let log_tail = log_tail.unwrap_or_default();
    DeployedReply {
        report: LambdaReport::find(&log_tail),
        log_tail,
        request_id: output.request_id().map(ToOwned::to_owned),
        duration,
        function_error: output.function_error,
        executed_version: output.executed_version,
        payload: output.payload.map(Blob::into_inner).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_logs_where_it_is_told_to() {
        let function = "orders:live".parse().unwrap();
        let usual = FunctionLogs { group: "/aws/lambda/orders".to_owned(), is_json: false };
        assert_eq!(logs(&function, None), usual);
        let text = LoggingConfig::builder().log_format(LogFormat::Text).build();
        assert_eq!(logs(&function, Some(&text)), usual);
        let shared = LoggingConfig::builder().log_format(LogFormat::Json).log_group("shared");
        let elsewhere = FunctionLogs { group: "shared".to_owned(), is_json: true };
        assert_eq!(logs(&function, Some(&shared.build())), elsewhere);
    }
}
