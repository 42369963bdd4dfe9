//! Answers the calls of CloudWatch Logs.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::BodyExt as _;
use http_body_util::channel::Channel;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::Response;
use hyper::body::Bytes;

use super::live::LiveFeed;
use super::{Logs, Refusal, wire};
use crate::context;
use crate::local::JSON_1_1;
use crate::local::faults::{self, SharedFaults};
use crate::local::gateway::{Api, Broken, Call, Reply};
use crate::local::refusal::{self, denied, operation, refuse, respond};
use crate::local::route::Protocol;

/// The logs, which the calls take turns to use.
pub type SharedLogs = Arc<Mutex<Logs>>;

/// Where subscriptions send records.
pub trait Destinations: Send + Sync {
    /// Puts a record into the delivery stream of this ARN; or says why it cannot.
    fn deliver(&self, arn: &str, record: Vec<u8>) -> Result<(), String>;
}

/// CloudWatch Logs.
pub struct LogsApi {
    logs: SharedLogs,
    destinations: Option<Arc<dyn Destinations>>,
    faults: SharedFaults,
}

impl fmt::Debug for LogsApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogsApi").field("logs", &self.logs).finish_non_exhaustive()
    }
}

/// No code panics while it holds this.
pub fn lock(logs: &Mutex<Logs>) -> MutexGuard<'_, Logs> {
    logs.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LogsApi {
    /// Serves these logs with these faults, without subscriptions.
    pub const fn new(logs: SharedLogs, faults: SharedFaults) -> Self {
        Self { logs, destinations: None, faults }
    }

    /// The same with subscriptions to these destinations.
    #[must_use]
    pub fn with_destinations(self, destinations: Arc<dyn Destinations>) -> Self {
        Self { destinations: Some(destinations), ..self }
    }

    /// Answers a call.
    pub(super) fn answer(&self, call: &Call) -> Reply {
        let operation = operation(&call.head);
        let is_denied = denied(&faults::lock(&self.faults), &format!("logs:{operation}"));
        if let Err(refusal) = is_denied {
            return refuse(Protocol::Json, &refusal);
        }
        if operation == "StartLiveTail" {
            return self.live(&call.body);
        }
        let now = milliseconds();
        let answered = if operation == "PutSubscriptionFilter" {
            self.subscribe(&call.body, now)
        } else {
            let (mut logs, mut faults) = (lock(&self.logs), faults::lock(&self.faults));
            wire::answer(&mut logs, operation, &call.body, now, &mut faults)
        };
        self.send_deliveries();
        match answered {
            Ok(body) => respond(JSON_1_1, body),
            Err(refusal) => refuse(Protocol::Json, &refusal.into()),
        }
    }

    /// Begins an answer that is streamed until the client closes it.
    fn live(&self, body: &[u8]) -> Reply {
        let session = {
            let mut logs = lock(&self.logs);
            let filter = wire::live(&logs, body);
            filter.and_then(|filter| LiveFeed::new(&mut logs, filter, milliseconds()))
        };
        let session = match session {
            Ok(session) => session,
            Err(refusal) => return refuse(Protocol::Json, &refusal.into()),
        };
        let (sender, body) = Channel::<Bytes>::new(1);
        let (logs, faults) = (Arc::clone(&self.logs), Arc::clone(&self.faults));
        tokio::spawn(session.send_updates(logs, faults, sender));
        Response::builder()
            .header("content-type", "application/vnd.amazon.eventstream")
            .body(UnsyncBoxBody::new(body.map_err(|never| match never {})))
            .map_err(|_| Broken)
    }

    /// Asks the destination whether it can be reached, and subscribes to it.
    fn subscribe(&self, body: &[u8], now: i64) -> Result<Vec<u8>, Refusal> {
        let request = wire::subscription(body)?;
        let why = "Could not deliver test message to specified Firehose stream. Check if the given \
                   Firehose stream is in ACTIVE state.";
        let Some(destinations) = &self.destinations else {
            return Err(Refusal::Invalid(why.to_owned()));
        };
        lock(&self.logs).group(&request.group, now)?;
        let asked = destinations.deliver(&request.destination, Logs::control(now));
        asked.map_err(|_| Refusal::Invalid(why.to_owned()))?;
        wire::subscribe(&mut lock(&self.logs), &request, now)
    }

    /// Sends what the logs have for subscribers, which `append` adds to as well.
    pub fn send_deliveries(&self) {
        let deliveries = lock(&self.logs).take_deliveries();
        for delivery in deliveries {
            if let Some(destinations) = &self.destinations {
                // The service gives up as well, a day later.
                let _lost = destinations.deliver(&delivery.destination, delivery.record);
            }
        }
    }
}

#[async_trait::async_trait]
impl Api for LogsApi {
    async fn call(&self, call: Call) -> Reply {
        self.answer(&call)
    }
}

impl From<Refusal> for refusal::Refusal {
    fn from(refusal: Refusal) -> Self {
        let (code, message) = match refusal {
            Refusal::Missing(message) => ("ResourceNotFoundException", message),
            Refusal::Exists(message) => ("ResourceAlreadyExistsException", message),
            Refusal::Throttled => ("ThrottlingException", "Rate exceeded".to_owned()),
            Refusal::Invalid(message) => ("InvalidParameterException", message),
            Refusal::Limit(message) => ("LimitExceededException", message),
            Refusal::Unsupported(message) => ("UnsupportedOperation", message),
        };
        Self::new(code, message)
    }
}

pub(super) fn milliseconds() -> i64 {
    context::milliseconds(context::now())
}
