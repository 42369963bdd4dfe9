//! Serves CloudWatch Logs on loopback: any SDK and the AWS CLI can talk to it
//! with `--endpoint-url`.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use http_body_util::channel::Channel;
use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::live::Session;
use super::{Logs, Refusal, wire};
use crate::{context, loopback};

/// Most bytes of a request: those of `PutLogEvents` (API reference) and their
/// JSON.
const MAX_REQUEST: usize = 4 * 1024 * 1024;

/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Before the next connection is taken when none could be.
const PAUSE: Duration = Duration::from_millis(50);

/// The logs, which the calls take turns to use.
pub(super) type Shared = Arc<Mutex<Logs>>;

/// An answer, or one that goes on.
type Body = Either<Full<Bytes>, Channel<Bytes>>;

/// A server on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct LogsServer {
    address: SocketAddr,
    logs: Shared,
    _stop: oneshot::Sender<()>,
}

impl LogsServer {
    /// Begins to serve these groups.
    pub fn start(logs: Logs) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let logs = Arc::new(Mutex::new(logs));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&logs);
        thread::Builder::new().name("logs".to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, served, address.port()) => {}
                }
            });
        })?;
        Ok(Self { address, logs, _stop: stop })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The logs behind it. No call is answered while somebody holds them.
    pub fn logs(&self) -> MutexGuard<'_, Logs> {
        lock(&self.logs)
    }
}

/// No code panics while it holds this.
pub(super) fn lock(logs: &Mutex<Logs>) -> MutexGuard<'_, Logs> {
    logs.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: std::net::TcpListener, logs: Shared, port: u16) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&logs), port))),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn serve(stream: TcpStream, logs: Shared, port: u16) {
    // With Nagle's algorithm every answer would wait for 40 ms.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(|request| answer(request, Arc::clone(&logs), port));
    let _closed = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        // Its events may be said to have arrived at any time.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    logs: Shared,
    port: u16,
) -> Result<Response<Body>, hyper::http::Error> {
    let (head, body) = request.into_parts();
    if let Some(why) = loopback::refusal(&head.method, &head.uri, &head.headers, port) {
        return respond(StatusCode::FORBIDDEN, failure("AccessDeniedException", why));
    }
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Some(operation) = target.and_then(|target| target.strip_prefix("Logs_20140328.")) else {
        let what = "only CloudWatch Logs is served here";
        return respond(StatusCode::BAD_REQUEST, failure("UnknownOperationException", what));
    };
    let Ok(body) = Limited::new(body, MAX_REQUEST).collect().await else {
        let what = "the request is too large, or broke off";
        return respond(StatusCode::BAD_REQUEST, failure("InvalidParameterException", what));
    };
    if operation == "StartLiveTail" {
        return live(&body.to_bytes(), logs);
    }
    let answer = wire::answer(&mut lock(&logs), operation, &body.to_bytes(), milliseconds());
    match answer {
        Ok(body) => respond(StatusCode::OK, body),
        Err(refusal) => respond(StatusCode::BAD_REQUEST, refused(&refusal)),
    }
}

/// Begins an answer that goes on until the client has enough.
fn live(body: &[u8], logs: Shared) -> Result<Response<Body>, hyper::http::Error> {
    let session =
        wire::live(body).and_then(|filter| Session::new(&mut lock(&logs), filter, milliseconds()));
    let session = match session {
        Ok(session) => session,
        Err(refusal) => return respond(StatusCode::BAD_REQUEST, refused(&refusal)),
    };
    let (sender, body) = Channel::new(1);
    tokio::spawn(session.tell(logs, sender));
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

fn respond(status: StatusCode, body: Vec<u8>) -> Result<Response<Body>, hyper::http::Error> {
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
