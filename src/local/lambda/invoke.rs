//! `Invoke` of the Lambda API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::{Response, StatusCode};
use serde::Serialize;

use super::answer::{ApiError, bytes, set};
use super::{Called, Functions};
use firehose::lambda_report::NewLogEvent;
use firehose::limits::{MAX_INVOCATION_PAYLOAD, MAX_RESPONSE_PAYLOAD};
use firehose::names::FunctionName;
use firehose::transform::invocation::{Exit, FunctionError, InvocationResult};
use firehose::transform::{Answer, Refusal};

/// Bytes of the end of a log that an answer has (API reference, `Invoke`,
/// `LogType`).
const LOG_TAIL: usize = 4096;

/// An error of a function, as Lambda describes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    error_message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    error_type: &'a str,
}

impl Functions {
    /// `Invoke`.
    pub(super) async fn invoke(
        &self,
        name: &FunctionName,
        headers: &HeaderMap,
        event: &Bytes,
    ) -> Result<Response<Bytes>, ApiError> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let function = self.get(name)?;
        match header("x-amz-invocation-type") {
            None | Some("RequestResponse") => {}
            Some("DryRun") => return Ok(bytes(StatusCode::NO_CONTENT, Vec::new())),
            Some(kind) => {
                return Err(ApiError::invalid(format!(
                    "fh local does not have the invocation type {kind}, only RequestResponse and \
                     DryRun"
                )));
            }
        }
        // A call without a payload has an empty object.
        let event: &[u8] = if event.is_empty() { b"{}" } else { event };
        let called = self.call(name, event).await;
        let arn = function.config.settings.arn();
        let wants_log = header("x-amz-log-type") == Some("Tail");
        answer(&called, &arn, wants_log)
    }
}

fn answer(called: &Called, arn: &str, wants_log: bool) -> Result<Response<Bytes>, ApiError> {
    let report = called.report.as_ref();
    let id = report.map(|report| report.request_id.as_str()).unwrap_or_default();
    let result = match &called.answer {
        Answer::Called(result) => result,
        Answer::Refused(why) => return Err(refused(*why, arn)),
    };
    let (payload, is_error) = match result {
        InvocationResult::Response(response) => (response.clone(), false),
        InvocationResult::NotJson { bytes, .. } => (bytes.clone(), false),
        result => (error_payload(result, id), true),
    };
    let mut answer = bytes(StatusCode::OK, payload);
    set(&mut answer, "x-amzn-requestid", id);
    set(&mut answer, "x-amz-executed-version", "$LATEST");
    if is_error {
        set(&mut answer, "x-amz-function-error", "Unhandled");
    }
    if wants_log {
        set(&mut answer, "x-amz-log-result", &STANDARD.encode(tail(&called.log)));
    }
    Ok(answer)
}

fn refused(why: Refusal, arn: &str) -> ApiError {
    match why {
        Refusal::RoleNotAssumed | Refusal::AccessDenied => ApiError::denied(format!(
            "User is not authorized to perform: lambda:InvokeFunction on resource: {arn}"
        )),
        Refusal::Throttled => ApiError::throttled(),
        Refusal::NotFound => not_found(arn),
        Refusal::EventTooLarge => ApiError::too_large(format!(
            "The payload is too large for the RequestResponse invocation type (limit \
             {MAX_INVOCATION_PAYLOAD} bytes)"
        )),
    }
}

/// The error of a function that is not there.
pub(super) fn not_found(arn: &str) -> ApiError {
    ApiError::not_found(format!("Function not found: {arn}"))
}

/// What Lambda returns of a function that failed.
fn error_payload(result: &InvocationResult, id: &str) -> Vec<u8> {
    let (error_type, message) = match result {
        InvocationResult::FunctionError(error) | InvocationResult::InitError(error) => {
            if !error.payload.is_empty() {
                return error.payload.clone();
            }
            let FunctionError { error_type, message, .. } = error;
            (error_type.as_str(), message.clone())
        }
        InvocationResult::TimedOut { limit, .. } => {
            let seconds = limit.as_secs_f64();
            let why = format!("RequestId: {id} Error: Task timed out after {seconds:.2} seconds");
            ("Sandbox.Timedout", why)
        }
        InvocationResult::TooLarge { .. } => (
            "Function.ResponseSizeTooLarge",
            format!(
                "Response payload size exceeded maximum allowed payload size \
                 ({MAX_RESPONSE_PAYLOAD} bytes)."
            ),
        ),
        InvocationResult::Exited { exit: Exit::Code(code), .. } => {
            let why =
                format!("RequestId: {id} Error: Runtime exited with error: exit status {code}");
            ("Runtime.ExitError", why)
        }
        _ => {
            let why = format!("RequestId: {id} Error: Runtime exited with error: signal: killed");
            ("Runtime.ExitError", why)
        }
    };
    let body = ErrorBody { error_message: &message, error_type };
    // What we write is serialized without fail.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// The end of a log.
fn tail(log: &[NewLogEvent]) -> Vec<u8> {
    let mut all: Vec<u8> = Vec::new();
    for (_, message) in log.iter().rev() {
        if all.len() >= LOG_TAIL {
            break;
        }
        all.splice(0..0, message.bytes());
    }
    all.split_off(all.len().saturating_sub(LOG_TAIL))
}
