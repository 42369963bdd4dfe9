//! The Lambda Runtime API for one process: it asks for events and posts what
//! came of them (Lambda developer guide, runtimes-api).
//!
//! The wording of errors is that of Lambda's own runtime interface emulator.

mod exchange;
mod routes;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;

use crate::loopback::{self, Limits};
use exchange::Exchange;
pub(super) use exchange::{PendingEvent, ProcessReport};
use firehose::transform::invocation::Whereabouts;

/// Most connections at a time; a runtime has one or two.
const MAX_CONNECTIONS: usize = 64;
/// Most bytes of the head of a request: with an error the official clients send its stack for
/// X-Ray in a header of up to 1 MiB.
const MAX_HEAD: usize = 1280 * 1024;
/// How long an idle connection is kept beyond the timeout of the function,
/// which may work that long between two requests.
const IDLE: Duration = Duration::from_secs(10);

/// A server of its own for one process; gone when it is dropped.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    /// `127.0.0.1:PORT`.
    pub(super) address: SocketAddr,
    /// What the process reports.
    pub(super) reports: Receiver<ProcessReport>,
    exchange: Arc<Exchange>,
    _server: JoinSet<()>,
}

impl RuntimeApi {
    /// Begins to listen.
    pub(super) async fn start(timeout: Duration) -> io::Result<Self> {
        let listener = loopback::listen(0).await?;
        let address = listener.local_addr()?;
        // More than a process can report before it is read.
        let (sender, reports) = mpsc::channel(4);
        let exchange = Arc::new(Exchange::new(sender));
        let mut server = JoinSet::new();
        let limits = Limits {
            connections: MAX_CONNECTIONS,
            head: MAX_HEAD,
            head_timeout: timeout + IDLE,
            // What is too large is read to report its size.
            body: usize::MAX,
            body_timeout: timeout + IDLE,
        };
        server.spawn(loopback::serve(listener, limits, Arc::clone(&exchange)));
        Ok(Self { address, reports, exchange, _server: server })
    }

    /// What keeps the process from answering, where it reported that.
    pub(super) fn waits_for(&self) -> Option<String> {
        self.exchange.waits_for()
    }

    /// Where the process is, where it said that it is waiting although its time is over.
    pub(super) fn idle(&self) -> Option<Whereabouts> {
        self.exchange.idle()
    }

    /// Offers an event to the process.
    pub(super) fn offer(&self, event: PendingEvent) {
        self.exchange.offer(event);
    }
}
