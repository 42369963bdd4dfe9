//! Lambda: call a deployed function.

use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use serde::Deserialize;

use super::call::{CallError, Request, json};
use super::error::CallContext;
use super::{NotDescribed, Service, Session};
use crate::error::Error;
use firehose::known::Known;
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

/// Why a call of a function has no answer.
#[derive(Debug)]
pub struct NotInvoked {
    /// What failed and why.
    pub error: Error,
    /// Lambda did not refuse the call: the function may have run.
    pub may_have_run: bool,
}

impl From<NotInvoked> for Error {
    fn from(it: NotInvoked) -> Self {
        it.error
    }
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
}

impl<'a> LambdaClient<'a> {
    /// Makes no call.
    pub const fn new(session: &'a Session) -> Self {
        Self { session }
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
    ) -> Result<DeployedReply, NotInvoked> {
        let path = ["2015-03-31", "functions", function.for_call(), "invocations"];
        let request = Request::rest(Service::Lambda, "Invoke", "POST", &path)
            .header("content-type", "application/octet-stream")
            .header("x-amz-invocation-type", "RequestResponse")
            .header("x-amz-log-type", "Tail")
            .body(event)
            .once(timeout);
        let call = CallContext {
            doing: format!("invoke function `{function}`"),
            thing: format!("function `{function}`"),
            right: "lambda:InvokeFunction",
            timeout,
        };
        let started = Instant::now();
        match self.session.call(request, &call, reply).await {
            Ok(reply) => Ok(DeployedReply { duration: started.elapsed(), ..reply }),
            Err(CallError { code, error, may_be_done, .. }) => {
                let is_missing = code.as_deref() == Some("ResourceNotFoundException");
                let similar = if is_missing { self.similar(function).await } else { None };
                let error = similar.into_iter().fold(error, Error::hint);
                Err(NotInvoked { error, may_have_run: may_be_done })
            }
        }
    }

    /// Asks where `function` logs to.
    pub async fn function_logs(
        &self,
        function: &FunctionName,
    ) -> Result<FunctionLogs, NotDescribed> {
        let request = configuration_request(function);
        let call = CallContext::new(
            format!("find the log group of function `{function}`"),
            format!("function `{function}`"),
            "lambda:GetFunctionConfiguration",
        );
        let answer = self.session.call(request, &call, json::<FunctionConfiguration>).await;
        let answer = answer.map_err(|CallError { code, status, error, .. }| {
            // An answer that is no refusal of the credentials: other calls may go well.
            match NotDescribed::new(code.as_deref(), error) {
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
        Ok(answer.logs(function))
    }
}

/// A page of the functions of a Region.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct FunctionsPage {
    pub(super) functions: Vec<ListedFunction>,
    pub(super) next_marker: Option<String>,
}

/// An entry of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ListedFunction {
    pub(super) function_name: Option<String>,
}

impl LambdaClient<'_> {
    /// The page of functions at `marker`, the first without one.
    pub(super) async fn functions_after(
        &self,
        marker: Option<String>,
    ) -> Result<FunctionsPage, CallError> {
        let request =
            Request::rest(Service::Lambda, "ListFunctions", "GET", &["2015-03-31", "functions"]);
        let request = match &marker {
            Some(marker) => request.parameter("Marker", marker),
            None => request,
        };
        let call = CallContext::new("list the functions", "functions", "lambda:ListFunctions");
        self.session.call(request, &call, json).await
    }
}

/// How a function is set up; what an emulator leaves out is none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FunctionConfiguration {
    /// Its ARN, with the version or alias that was asked for.
    pub function_arn: Option<String>,
    /// `Pending`, `Active`, `Inactive`, `Failed`.
    pub state: Option<String>,
    /// Why, in AWS's words.
    pub state_reason: Option<String>,
    /// `Successful`, `Failed`, `InProgress`.
    pub last_update_status: Option<String>,
    /// Why, in AWS's words.
    pub last_update_status_reason: Option<String>,
    /// Seconds.
    pub timeout: Option<u32>,
    /// MB.
    pub memory_size: Option<u32>,
    /// `python3.13`; none for an image.
    pub runtime: Option<String>,
    /// ARN of its role.
    pub role: Option<String>,
    /// The key that its environment is encrypted with.
    #[serde(rename = "KMSKeyArn")]
    pub kms_key_arn: Option<String>,
    logging_config: Option<LoggingConfig>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct LoggingConfig {
    log_group: Option<String>,
    /// `JSON`, `Text`.
    log_format: Option<String>,
}

impl FunctionConfiguration {
    /// Where `function`, which this is of, logs to.
    pub fn logs(&self, function: &FunctionName) -> FunctionLogs {
        logs(function, self.logging_config.as_ref())
    }
}

/// The answer of `GetPolicy`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy: String,
}

/// The answer of `GetFunctionConcurrency`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Concurrency {
    reserved_concurrent_executions: Option<u32>,
}

fn configuration_request(function: &FunctionName) -> Request {
    let path = ["2015-03-31", "functions", function.for_call(), "configuration"];
    Request::rest(Service::Lambda, "GetFunctionConfiguration", "GET", &path)
}

impl Session {
    /// How `function` is set up.
    pub async fn function_configuration(
        &self,
        function: &FunctionName,
    ) -> Known<FunctionConfiguration> {
        let (right, thing) = ("lambda:GetFunctionConfiguration", format!("function `{function}`"));
        self.fact(configuration_request(function), right, &thing, json).await
    }

    /// The policy of `function`: JSON; no if it has none, or is not there.
    pub async fn function_policy(&self, function: &FunctionName) -> Known<String> {
        let path = ["2015-03-31", "functions", function.for_call(), "policy"];
        let request = Request::rest(Service::Lambda, "GetPolicy", "GET", &path);
        let thing = format!("the policy of function `{function}`");
        let found = self.fact(request, "lambda:GetPolicy", &thing, json::<Policy>).await;
        found.map(|it| it.policy)
    }

    /// How many calls of `function` may run at once, if that is reserved for it.
    pub async fn function_concurrency(&self, function: &FunctionName) -> Known<Option<u32>> {
        let path = ["2019-09-30", "functions", function.name(), "concurrency"];
        let request = Request::rest(Service::Lambda, "GetFunctionConcurrency", "GET", &path);
        let (right, thing) = ("lambda:GetFunctionConcurrency", format!("function `{function}`"));
        let found = self.fact(request, right, &thing, json::<Concurrency>).await;
        found.map(|it| it.reserved_concurrent_executions)
    }
}

fn logs(function: &FunctionName, logging: Option<&LoggingConfig>) -> FunctionLogs {
    let group = logging.and_then(|it| it.log_group.clone());
    let format = logging.and_then(|it| it.log_format.as_deref());
    FunctionLogs {
        group: group.unwrap_or_else(|| function.default_log_group()),
        is_json: format == Some("JSON"),
    }
}

/// Without the duration, which is not in the answer.
fn reply(response: &HttpResponse) -> Option<DeployedReply> {
    let header = |name: &str| response.headers().get(name).map(str::to_owned);
    let log_tail = header("x-amz-log-result").and_then(|tail| STANDARD.decode(tail).ok());
    let log_tail = log_tail.unwrap_or_default();
    Some(DeployedReply {
        payload: response.body().bytes()?.to_vec(),
        report: LambdaReport::find(&log_tail),
        log_tail,
        function_error: header("x-amz-function-error"),
        executed_version: header("x-amz-executed-version"),
        request_id: header("x-amzn-requestid"),
        duration: Duration::ZERO,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_logs_where_it_is_told_to() {
        let function = "orders:live".parse().unwrap();
        let usual = FunctionLogs { group: "/aws/lambda/orders".to_owned(), is_json: false };
        assert_eq!(logs(&function, None), usual);
        let logging = |log_format: &str, group: Option<&str>| LoggingConfig {
            log_format: Some(log_format.to_owned()),
            log_group: group.map(str::to_owned),
        };
        assert_eq!(logs(&function, Some(&logging("Text", None))), usual);
        let elsewhere = FunctionLogs { group: "shared".to_owned(), is_json: true };
        assert_eq!(logs(&function, Some(&logging("JSON", Some("shared")))), elsewhere);
    }
}
