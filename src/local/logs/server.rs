//! Serves CloudWatch Logs on loopback: any SDK and the AWS CLI can talk to it
//! with `--endpoint-url`.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use http_body_util::channel::Channel;
use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::Bytes;
use hyper::{Request, Response, StatusCode};

use super::live::LiveFeed;
use super::{Logs, Refusal, wire};
use crate::context;
use crate::loopback::{self, Body, Handler, Limits};

/// What is taken: bodies of `PutLogEvents` (API reference) and their JSON.
const LIMITS: Limits = Limits {
    connections: 256,
    head: 400 * 1024,
    head_timeout: Duration::from_secs(10),
    body: 4 * 1024 * 1024,
    body_timeout: Duration::from_secs(30),
};

/// The logs, which the calls take turns to use.
pub(super) type Shared = Arc<Mutex<Logs>>;

/// A whole answer, or one that is streamed.
type Reply = Either<Full<Bytes>, Channel<Bytes>>;

/// A server on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct LogsServer {
    server: loopback::Server,
    logs: Shared,
}

impl LogsServer {
    /// Begins to serve these groups.
    pub fn start(logs: Logs) -> io::Result<Self> {
        let logs = Arc::new(Mutex::new(logs));
        let calls = Arc::new(Calls(Arc::clone(&logs)));
        let server = loopback::Server::start("logs", LIMITS, calls)?;
        Ok(Self { server, logs })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The logs that it serves. No call is answered while they are locked.
    pub fn logs(&self) -> MutexGuard<'_, Logs> {
        lock(&self.logs)
    }
}

/// No code panics while it holds this.
pub(super) fn lock(logs: &Mutex<Logs>) -> MutexGuard<'_, Logs> {
    logs.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers calls about the logs.
struct Calls(Shared);

impl Handler for Calls {
    type Body = Reply;
    type Error = hyper::http::Error;

    // Its events may claim to have arrived at any time.
    const HAS_DATE: bool = false;

    fn refuse(&self, why: &'static str) -> Result<Response<Reply>, hyper::http::Error> {
        respond(StatusCode::FORBIDDEN, failure("AccessDeniedException", why))
    }

    async fn answer(&self, request: Request<Body>) -> Result<Response<Reply>, hyper::http::Error> {
        let (head, body) = request.into_parts();
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let Some(operation) = target.and_then(|target| target.strip_prefix("Logs_20140328."))
        else {
            let what = "only CloudWatch Logs is served here";
            return respond(StatusCode::BAD_REQUEST, failure("UnknownOperationException", what));
        };
        let Ok(body) = body.collect().await else {
            let what = "the request is too large, or broke off";
            return respond(StatusCode::BAD_REQUEST, failure("InvalidParameterException", what));
        };
        if operation == "StartLiveTail" {
            return live(&body.to_bytes(), Arc::clone(&self.0));
        }
        let answer = wire::answer(&mut lock(&self.0), operation, &body.to_bytes(), milliseconds());
        match answer {
            Ok(body) => respond(StatusCode::OK, body),
            Err(refusal) => respond(StatusCode::BAD_REQUEST, refused(&refusal)),
        }
    }
}

/// Begins an answer that is streamed until the client closes it.
fn live(body: &[u8], logs: Shared) -> Result<Response<Reply>, hyper::http::Error> {
    let session =
        wire::live(body).and_then(|filter| LiveFeed::new(&mut lock(&logs), filter, milliseconds()));
    let session = match session {
        Ok(session) => session,
        Err(refusal) => return respond(StatusCode::BAD_REQUEST, refused(&refusal)),
    };
    let (sender, body) = Channel::new(1);
    tokio::spawn(session.send_updates(logs, sender));
    Response::builder()
        .header("content-type", "application/vnd.amazon.eventstream")
        .body(Either::Right(body))
}

fn refused(refusal: &Refusal) -> Vec<u8> {
    let (code, message) = match refusal {
        Refusal::Missing(message) => ("ResourceNotFoundException", message.as_str()),
        Refusal::Exists(message) => ("ResourceAlreadyExistsException", message.as_str()),
        Refusal::Throttled => ("ThrottlingException", "Rate exceeded"),
        Refusal::Invalid(message) => ("InvalidParameterException", message.as_str()),
        Refusal::Expired => ("ExpiredTokenException", "The security token is expired"),
    };
    failure(code, message)
}

fn failure(code: &str, message: &str) -> Vec<u8> {
    let message = serde_json::to_string(message).unwrap_or_default();
    format!("{{\"__type\":\"{code}\",\"message\":{message}}}").into_bytes()
}

fn respond(status: StatusCode, body: Vec<u8>) -> Result<Response<Reply>, hyper::http::Error> {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amzn-requestid", "00000000-0000-4000-8000-000000000000")
        .body(Either::Left(Full::new(Bytes::from(body))))
}

pub(super) fn milliseconds() -> i64 {
    let time = context::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
