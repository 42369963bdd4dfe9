//! The Lambda Runtime API for one process: it asks for events and posts what
//! came of them (Lambda developer guide, runtimes-api).
//!
//! Loopback only, on a port that the system chooses; [`loopback`](crate::loopback)
//! keeps others away. The wording of errors is that of Lambda's own runtime interface
//! emulator.

mod exchange;
mod routes;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use exchange::Exchange;
pub(super) use exchange::{Event, Report};

/// Most connections at a time; a runtime has one or two.
const MAX_CONNECTIONS: usize = 64;
/// Most headers of a request.
const MAX_HEADERS: usize = 100;
/// Most bytes of them: with an error the official clients send its stack for
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
    pub(super) reports: Receiver<Report>,
    exchange: Arc<Exchange>,
    _server: JoinSet<()>,
}

impl RuntimeApi {
    /// Begins to listen.
    pub(super) async fn start(timeout: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        // More than a process can have to say before somebody listens.
        let (sender, reports) = mpsc::channel(4);
        let exchange = Arc::new(Exchange::new(sender));
        let mut server = JoinSet::new();
        server.spawn(accept(listener, Arc::clone(&exchange), address.port(), timeout + IDLE));
        Ok(Self { address, reports, exchange, _server: server })
    }

    /// Offers an event to the process.
    pub(super) fn offer(&self, event: Event) {
        self.exchange.offer(event);
    }
}

async fn accept(listener: TcpListener, exchange: Arc<Exchange>, port: u16, idle: Duration) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: wait for a connection to end.
            drop(permit);
            let _ended = connections.join_next().await;
            tokio::task::yield_now().await;
            continue;
        };
        connections.spawn(serve(stream, Arc::clone(&exchange), port, idle, permit));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(
    stream: TcpStream,
    exchange: Arc<Exchange>,
    port: u16,
    idle: Duration,
    _permit: OwnedSemaphorePermit,
) {
    // With Nagle's algorithm every answer would wait 40 ms for an acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(|request| routes::answer(request, &exchange, port));
    let _broken = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
