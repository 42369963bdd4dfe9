//! Errors, as the SDKs of each protocol read them.

use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use super::faults::Faults;
use super::gateway::{Broken, Reply, full};
use super::route::Protocol;
use super::{ACCOUNT, JSON_1_1, REQUEST_ID};

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// The error's name in AWS.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

impl Refusal {
    /// Status 400.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// For what `fh local` does not have.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new("UnsupportedOperation", message)
    }

    /// Status 500, for what should not happen.
    pub fn internal(why: impl std::fmt::Display) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, ..Self::new("InternalFailure", why.to_string()) }
    }

    /// For whoever's login has expired.
    pub fn expired(protocol: Protocol) -> Self {
        let code = match protocol {
            Protocol::Json | Protocol::RestJson => "ExpiredTokenException",
            Protocol::Query | Protocol::S3 => "ExpiredToken",
        };
        Self::new(code, "The security token included in the request is expired")
    }

    /// For an operation that a service does not have here, next to those it has.
    pub fn unknown(service: &str, operation: &str, has: &[&str]) -> Self {
        let has = has.join(", ");
        Self::unsupported(format!(
            "fh local does not support {operation} of {service}; it supports {has}"
        ))
    }
}

/// The answer to a request that is refused.
pub fn refuse(protocol: Protocol, refusal: &Refusal) -> Reply {
    let Refusal { status, code, message } = refusal;
    let text = serde_json::to_string(message).unwrap_or_default();
    let (kind, body) = match protocol {
        Protocol::Json => (JSON_1_1, format!("{{\"__type\":\"{code}\",\"message\":{text}}}")),
        Protocol::RestJson => {
            ("application/json", format!("{{\"Type\":\"User\",\"message\":{text}}}"))
        }
        Protocol::Query => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{}</Message>\
                 </Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>",
                xml(message)
            ),
        ),
        Protocol::S3 => (
            "application/xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{}\
                 </Message></Error>",
                xml(message)
            ),
        ),
    };
    Response::builder()
        .status(*status)
        .header("content-type", kind)
        .header("x-amzn-errortype", code)
        .header("x-amzn-requestid", REQUEST_ID)
        .body(full(body))
        .map_err(|_| Broken)
}

/// An answer with a body.
pub fn respond(kind: &str, body: impl Into<hyper::body::Bytes>) -> Reply {
    Response::builder()
        .header("content-type", kind)
        .header("x-amzn-requestid", REQUEST_ID)
        .body(full(body))
        .map_err(|_| Broken)
}

/// Refuses an action that `--fault deny=…` denies.
pub fn denied(faults: &Faults, action: &str) -> Result<(), Refusal> {
    if !faults.denies(action) {
        return Ok(());
    }
    let who = format!("arn:aws:iam::{ACCOUNT}:user/local");
    Err(Refusal {
        status: StatusCode::FORBIDDEN,
        ..Refusal::new(
            "AccessDeniedException",
            format!("User: {who} is not authorized to perform: {action}"),
        )
    })
}

/// The operation that is asked for in `X-Amz-Target`.
pub fn operation(head: &Parts) -> &str {
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    target.and_then(|target| target.split_once('.')).map_or("", |(_, operation)| operation)
}

/// Text in XML, without what XML cannot have.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ if character.is_control() => escaped.push('\u{FFFD}'),
            _ => escaped.push(character),
        }
    }
    escaped
}
