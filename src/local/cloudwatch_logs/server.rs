//! Serves CloudWatch Logs alone on loopback, for tests: any SDK and the AWS CLI can
//! talk to it with `--endpoint-url`.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::{Request, StatusCode};

use super::Logs;
use super::api::{LogsApi, SharedLogs, lock};
use crate::local::gateway::{Broken, Call, Reply, ReplyBody};
use crate::local::refusal::{Refusal, refuse};
use crate::local::route::Protocol;
use crate::loopback::{self, Body, Handler, Limits};

/// What is taken: bodies of `PutLogEvents` (API reference) and their JSON.
const LIMITS: Limits = Limits {
    connections: 256,
    head: 400 * 1024,
    head_timeout: Duration::from_secs(10),
    body: 4 * 1024 * 1024,
    body_timeout: Duration::from_secs(30),
};

/// A server on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct LogsServer {
    server: loopback::Server,
    logs: SharedLogs,
}

impl LogsServer {
    /// Begins to serve these groups.
    pub fn start(logs: Logs) -> io::Result<Self> {
        let logs = Arc::new(Mutex::new(logs));
        let calls = Arc::new(Calls(LogsApi::new(Arc::clone(&logs))));
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

/// Answers calls about the logs.
struct Calls(LogsApi);

impl Handler for Calls {
    type Body = ReplyBody;
    type Error = Broken;

    // Its events may claim to have arrived at any time.
    const HAS_DATE: bool = false;

    fn refuse(&self, why: &'static str) -> Reply {
        let refusal = Refusal::new("AccessDeniedException", why);
        refuse(Protocol::Json, &Refusal { status: StatusCode::FORBIDDEN, ..refusal })
    }

    async fn answer(&self, request: Request<Body>) -> Reply {
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await else {
            let what = "the request is too large, or broke off";
            return refuse(Protocol::Json, &Refusal::new("InvalidParameterException", what));
        };
        self.0.answer(&Call { head, body: body.to_bytes() })
    }
}
