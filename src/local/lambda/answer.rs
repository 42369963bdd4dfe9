//! Answers of the Lambda API: JSON, and errors in Lambda's shape.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::error::Error;
use crate::function::request_id;

/// Why a call of the API fails.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    pub(super) message: String,
    reason: Option<&'static str>,
}

/// Lambda writes `Message` in some errors and `message` in others; SDKs take both.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorBody<'a> {
    r#type: &'a str,
    #[serde(rename = "message")]
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: String) -> Self {
        Self { status, code, message, reason: None }
    }

    /// A value that Lambda, or `fh local`, does not take.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        let code = "InvalidParameterValueException";
        Self::new(StatusCode::BAD_REQUEST, code, message.into())
    }

    /// The function, or what belongs to it, is not there.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", message.into())
    }

    /// The function is there already.
    pub(super) fn conflict(name: &str) -> Self {
        let message = format!("Function already exist: {name}");
        Self::new(StatusCode::CONFLICT, "ResourceConflictException", message)
    }

    /// The caller has no right.
    pub(super) fn denied(message: String) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", message)
    }

    /// Too many calls are under way.
    pub(super) fn throttled() -> Self {
        let message = "Rate Exceeded.".to_owned();
        Self {
            reason: Some("ReservedFunctionConcurrentInvocationLimitExceeded"),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", message)
        }
    }

    /// The event is larger than Lambda takes.
    pub(super) fn too_large(message: String) -> Self {
        let code = "RequestTooLargeException";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code, message)
    }

    /// The body is not what the operation takes.
    pub(super) fn bad_content(error: &serde_json::Error) -> Self {
        let message = format!("Could not parse request body into json: {error}");
        Self::new(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
    }

    /// `fh local` has no such operation.
    pub(super) fn unknown(operation: &str) -> Self {
        let message = format!("fh local does not have {operation} of Lambda");
        Self::new(StatusCode::BAD_REQUEST, "UnknownOperationException", message)
    }

    /// The answer that SDKs read.
    pub(super) fn answer(&self) -> Response<Bytes> {
        let body = ErrorBody { r#type: "User", message: &self.message, reason: self.reason };
        let mut answer = json(self.status, &body);
        let code = HeaderValue::from_static(self.code);
        answer.headers_mut().insert(HeaderName::from_static("x-amzn-errortype"), code);
        answer
    }
}

impl From<&Error> for ApiError {
    /// Code that cannot be run, with what to do about it.
    fn from(error: &Error) -> Self {
        let hints = error.hints().iter().map(|hint| format!("; {hint}"));
        Self::invalid(format!("{error}{}", hints.collect::<String>()))
    }
}

/// An answer with a body in JSON.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    // What we write is serialized without fail.
    bytes(status, serde_json::to_vec(body).unwrap_or_default())
}

/// An answer with this body, which is JSON.
pub(super) fn bytes(status: StatusCode, body: Vec<u8>) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    set(&mut answer, "x-amzn-requestid", &request_id());
    answer
}

/// Sets a header; one that cannot be sent is left out.
pub(super) fn set(answer: &mut Response<Bytes>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(HeaderName::from_static(name), value);
    }
}
