//! The requests of the Runtime API and what is answered to them.

use std::convert::Infallible;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, Response, StatusCode};

use super::exchange::{Exchange, PendingEvent};
use crate::loopback::{Body, Handler};
use firehose::limits::MAX_RESPONSE_PAYLOAD;
use firehose::transform::invocation::{
    FunctionError, HandlerStyle, InvocationResult, open_resources,
};

const VERSION: &str = "/2018-06-01/runtime/";

/// How much of a response that is too large is read to tell its size.
const MAX_DRAIN: u64 = 256 * 1024 * 1024;

type Reply = Response<Full<Bytes>>;

impl Handler for Exchange {
    type Body = Full<Bytes>;
    type Error = Infallible;

    fn refuse(&self, why: &'static str) -> Result<Reply, Infallible> {
        Ok(fault(StatusCode::FORBIDDEN, "Forbidden", why))
    }

    async fn answer(&self, request: Request<Body>) -> Result<Reply, Infallible> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().strip_prefix(VERSION).unwrap_or_default();
        let parts: Vec<_> = path.split('/').collect();
        Ok(match (&head.method, parts.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => next(self, &head.headers).await,
            (&Method::POST, ["invocation", id, "response"]) => {
                response(self, id, &head.headers, body).await
            }
            (&Method::POST, ["invocation", id, "error"]) => {
                error(self, id, &head.headers, body).await
            }
            (&Method::POST, ["invocation", id, "waiting"]) => waiting(self, id, &head.headers),
            (&Method::POST, ["waiting"]) => idle(self, &head.headers),
            (&Method::POST, ["init", "error"]) => init_error(self, &head.headers, body).await,
            _ => fault(StatusCode::NOT_FOUND, "NotFound", "the path does not exist"),
        })
    }
}

async fn next(exchange: &Exchange, headers: &HeaderMap) -> Reply {
    // Our own loops say what they are; official clients do not.
    match exchange.next(headers.contains_key("Fh-Loop")).await {
        Some(event) => hand_over(event).unwrap_or_else(|_| {
            fault(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "unfit for a header")
        }),
        None => fault(
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            "the previous invocation has no response yet",
        ),
    }
}

fn hand_over(event: PendingEvent) -> Result<Reply, hyper::http::Error> {
    Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", &event.id)
        .header("Lambda-Runtime-Deadline-Ms", event.deadline_ms.to_string())
        .header("Lambda-Runtime-Invoked-Function-Arn", &event.arn)
        .header("Lambda-Runtime-Trace-Id", trace_id(&event))
        .body(Full::new(event.body))
}

/// `Root=1-<seconds>-<96 bits>` in hexadecimal; not sampled.
fn trace_id(event: &PendingEvent) -> String {
    let digits: String = event.id.chars().filter(char::is_ascii_hexdigit).take(24).collect();
    format!("Root=1-{:08x}-{digits};Sampled=0", event.deadline_ms / 1000)
}

async fn response(exchange: &Exchange, id: &str, headers: &HeaderMap, body: Body) -> Reply {
    if !exchange.is_current(id) {
        return invalid_request_id();
    }
    let mode = headers.get("Lambda-Runtime-Function-Response-Mode");
    let is_streaming = mode.is_some_and(|mode| mode.as_bytes().eq_ignore_ascii_case(b"streaming"));
    let result = match read(body).await {
        Err(_) => return broken_off(),
        Ok(_) if is_streaming => InvocationResult::FunctionError(FunctionError {
            error_type: "Runtime.StreamingResponse".to_owned(),
            message: "the handler streams its response; Firehose accepts only a buffered \
                 one"
            .to_owned(),
            ..FunctionError::default()
        }),
        Ok(Read::Whole(bytes)) => InvocationResult::from_response(bytes),
        Ok(Read::TooLong(bytes)) => InvocationResult::TooLarge { bytes },
    };
    let is_too_large = matches!(result, InvocationResult::TooLarge { .. });
    // Our own loop for Node.js says how its handler answered; official clients do not.
    let style = headers.get("Fh-Handler").and_then(|style| HandlerStyle::find(style.as_bytes()));
    if !exchange.finish(id, result, style) {
        invalid_request_id()
    } else if is_streaming {
        let why = "streamed responses are not supported";
        fault(StatusCode::BAD_REQUEST, "InvalidFunctionResponseMode", why)
    } else if is_too_large {
        let why = format!("Exceeded maximum allowed payload size ({MAX_RESPONSE_PAYLOAD} bytes).");
        fault(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &why)
    } else {
        accepted()
    }
}

async fn error(exchange: &Exchange, id: &str, headers: &HeaderMap, body: Body) -> Reply {
    if !exchange.is_current(id) {
        return invalid_request_id();
    }
    let Ok(error) = function_error(headers, body).await else { return broken_off() };
    if exchange.finish(id, InvocationResult::FunctionError(error), None) {
        accepted()
    } else {
        invalid_request_id()
    }
}

/// Our own loop for Node.js tells what keeps it from answering.
fn waiting(exchange: &Exchange, id: &str, headers: &HeaderMap) -> Reply {
    let open = headers.get("Fh-Open").and_then(|open| open.to_str().ok());
    if exchange.is_current(id) {
        exchange.wait_for(open.and_then(open_resources));
    }
    accepted()
}

/// The loop of Node.js, official or not, tells that it is waiting when its time is over.
fn idle(exchange: &Exchange, headers: &HeaderMap) -> Reply {
    let open = headers.get("Fh-Open").and_then(|open| open.to_str().ok());
    // A loop that always asks to be called again waits for nothing.
    if !open.is_some_and(|open| open.split(',').any(|it| it == "Immediate")) {
        exchange.is_waiting_for(open.and_then(open_resources));
    }
    accepted()
}

async fn init_error(exchange: &Exchange, headers: &HeaderMap, body: Body) -> Reply {
    let Ok(error) = function_error(headers, body).await else { return broken_off() };
    if exchange.fail_init(InvocationResult::InitError(error)) {
        accepted()
    } else {
        let why = "the function is already loaded";
        fault(StatusCode::FORBIDDEN, "InvalidStateTransition", why)
    }
}

/// What a runtime tells of an error; its header helps where the body is silent.
async fn function_error(headers: &HeaderMap, body: Body) -> Result<FunctionError, BrokenOff> {
    let mut error = match read(body).await? {
        Read::Whole(bytes) => FunctionError::parse(&bytes),
        Read::TooLong(_) => FunctionError::default(),
    };
    if error.error_type.is_empty()
        && let Some(kind) = headers.get("Lambda-Runtime-Function-Error-Type")
    {
        error.error_type = String::from_utf8_lossy(kind.as_bytes()).into_owned();
    }
    Ok(error)
}

/// A body, as far as it may be.
enum Read {
    Whole(Vec<u8>),
    /// Its size in bytes, as far as it was read.
    TooLong(u64),
}

/// The body ended early.
struct BrokenOff;

/// Reads a body: all of it if it may be that long, else its size only.
async fn read(mut body: Body) -> Result<Read, BrokenOff> {
    let announced = body.size_hint().exact().unwrap_or_default();
    let mut bytes = Vec::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BrokenOff)?.into_data() else { continue };
        size += data.len() as u64;
        if size <= MAX_RESPONSE_PAYLOAD as u64 && announced <= MAX_RESPONSE_PAYLOAD as u64 {
            bytes.extend_from_slice(&data);
        } else if size > MAX_DRAIN {
            return Ok(Read::TooLong(size.max(announced)));
        }
    }
    Ok(if size > MAX_RESPONSE_PAYLOAD as u64 { Read::TooLong(size) } else { Read::Whole(bytes) })
}

fn accepted() -> Reply {
    reply(StatusCode::ACCEPTED, r#"{"status":"OK"}"#.to_owned())
}

fn invalid_request_id() -> Reply {
    fault(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

fn broken_off() -> Reply {
    let why = "HTTP request detected as truncated";
    fault(StatusCode::BAD_REQUEST, "TruncatedHTTPRequest", why)
}

/// An error in Lambda's shape; neither text has anything to escape.
fn fault(status: StatusCode, error_type: &str, message: &str) -> Reply {
    let body = format!(r#"{{"errorMessage":"{message}","errorType":"{error_type}"}}"#);
    let mut reply = reply(status, body);
    // The unread rest of a body must not be taken for a request.
    reply.headers_mut().insert(CONNECTION, hyper::header::HeaderValue::from_static("close"));
    reply
}

fn reply(status: StatusCode, body: String) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    *reply.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    reply.headers_mut().insert(CONTENT_TYPE, json);
    reply
}
