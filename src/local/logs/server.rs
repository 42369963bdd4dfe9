//! The server: on the loopback interface, on a port that the system chooses.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Logs, Refusal, wire};
use crate::context;

/// Most bytes of a request: those of `PutLogEvents` (API reference) and their
/// JSON.
const MAX_REQUEST: usize = 4 * 1024 * 1024;

/// A server; gone when it is dropped.
#[derive(Debug)]
pub struct LogsServer {
    address: SocketAddr,
    logs: Arc<Mutex<Logs>>,
    _server: JoinSet<()>,
}

impl LogsServer {
    /// Begins to listen.
    pub async fn start(logs: Logs) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let logs = Arc::new(Mutex::new(logs));
        let mut server = JoinSet::new();
        server.spawn(accept(listener, Arc::clone(&logs)));
        Ok(Self { address, logs, _server: server })
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
fn lock(logs: &Mutex<Logs>) -> MutexGuard<'_, Logs> {
    logs.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, logs: Arc<Mutex<Logs>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let logs = Arc::clone(&logs);
        connections.spawn(async move {
            // With Nagle's algorithm every answer would wait for 40 ms.
            if stream.set_nodelay(true).is_err() {
                return;
            }
            let service = service_fn(|request| answer(request, &logs));
            let _closed =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(
    request: Request<Incoming>,
    logs: &Mutex<Logs>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let action = target.and_then(|target| target.strip_prefix("Logs_20140328."));
    let body = Limited::new(body, MAX_REQUEST).collect().await;
    let answer = match (action, body) {
        (Some(action), Ok(body)) => {
            wire::answer(&mut lock(logs), action, &body.to_bytes(), milliseconds())
        }
        (None, _) => Err(Refusal::Invalid("only CloudWatch Logs is served here".to_owned())),
        (_, Err(error)) => Err(Refusal::Invalid(error.to_string())),
    };
    let (status, body) = match answer {
        Ok(body) => (200, body),
        Err(refusal) => (400, refusal.to_json()),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    let json = hyper::header::HeaderValue::from_static("application/x-amz-json-1.1");
    headers.insert(hyper::header::CONTENT_TYPE, json);
    let id = hyper::header::HeaderValue::from_static("8f507cfc-0000-4000-8000-000000000001");
    headers.insert("x-amzn-requestid", id);
    Ok(response)
}

impl Refusal {
    fn to_json(&self) -> Vec<u8> {
        let (code, message) = match self {
            Self::Missing(message) => ("ResourceNotFoundException", message.as_str()),
            Self::Exists(message) => ("ResourceAlreadyExistsException", message.as_str()),
            Self::Throttled => ("ThrottlingException", "Rate exceeded"),
            Self::Invalid(message) => ("InvalidParameterException", message.as_str()),
        };
        let message = serde_json::to_string(message).unwrap_or_default();
        format!("{{\"__type\":\"{code}\",\"message\":{message}}}").into_bytes()
    }
}

fn milliseconds() -> i64 {
    let time = context::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
