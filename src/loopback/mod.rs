//! HTTP servers on this machine, on a port that the system chooses: one loop,
//! with the limits on who may talk and how much.
//!
//! ```text
//! connection ─▶ limits ─▶ guard ─▶ Handler::answer
//! ```

pub mod client;
mod guard;
mod paced;

use std::error::Error as StdError;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use http_body_util::Limited;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::JoinSet;

use paced::Paced;

/// Before the next connection is taken when none could be: file descriptors
/// have run out, most likely.
const PAUSE: Duration = Duration::from_millis(50);

/// Headers of a request.
const MAX_HEADERS: usize = 100;

/// How much a server takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time; others wait.
    pub connections: usize,
    /// Bytes of the head of a request, at least 8192.
    pub head: usize,
    /// How long a head may take to arrive, from the end of the request before.
    pub head_timeout: Duration,
    /// Bytes of the body of a request.
    pub body: usize,
    /// How long a server waits for a body, beyond a second for every
    /// [`MIN_RATE`] bytes of it.
    pub body_timeout: Duration,
}

pub use paced::{MIN_RATE, TooSlow};

/// The body of a request, up to [`Limits::body`] and as fast as
/// [`Limits::body_timeout`] wants it.
pub type Body = Limited<Paced>;

/// What answers the requests.
pub trait Handler: Send + Sync + 'static {
    /// The body of an answer.
    type Body: hyper::body::Body<Data: Send, Error: Into<Box<dyn StdError + Send + Sync>>>
        + Send
        + 'static;
    /// Breaks the connection.
    type Error: Into<Box<dyn StdError + Send + Sync>> + 'static;

    /// True if `[::1]` and names below `localhost`, such as `BUCKET.localhost`, are
    /// served too.
    const HAS_OTHER_NAMES: bool = false;

    /// The answer to a request that may not be made, and why.
    fn refuse(&self, why: &'static str) -> Result<Response<Self::Body>, Self::Error>;

    /// The answer to a request.
    fn answer(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Self::Body>, Self::Error>> + Send;
}

/// Listens on a port, on one that is free if it is 0.
pub async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// Serves until it is dropped.
pub async fn serve<H: Handler>(listener: TcpListener, limits: Limits, handler: Arc<H>) {
    let Ok(port) = listener.local_addr().map(|address| address.port()) else { return };
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let handler = Arc::clone(&handler);
                connections.spawn(connection(stream, port, limits, handler, permit));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection<H: Handler>(
    stream: TcpStream,
    port: u16,
    limits: Limits,
    handler: Arc<H>,
    _permit: OwnedSemaphorePermit,
) {
    // With Nagle's algorithm every answer would wait 40 ms for an acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(|request: Request<Incoming>| {
        let handler = Arc::clone(&handler);
        async move {
            let (method, uri, headers) = (request.method(), request.uri(), request.headers());
            let hosts = guard::Hosts { port, has_other_names: H::HAS_OTHER_NAMES };
            if let Some(why) = guard::refusal(method, uri, headers, hosts) {
                return handler.refuse(why);
            }
            let limit = |body| Limited::new(Paced::new(body, limits.body_timeout), limits.body);
            handler.answer(request.map(limit)).await
        }
    });
    let _broken = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_headers(MAX_HEADERS)
        .max_buf_size(limits.head)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// A server in a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// Begins to serve. The thread is called `name`.
    pub fn start<H: Handler>(name: &str, limits: Limits, handler: Arc<H>) -> io::Result<Self> {
        // Whoever starts it may be in a runtime of its own.
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                tokio::select! {
                    _ = stopped => {}
                    () = serve(listener, limits, handler) => {}
                }
            });
        })?;
        Ok(Self { address, _stop: stop })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use http_body_util::{BodyExt as _, Full};
    use hyper::StatusCode;
    use hyper::body::Bytes;

    use super::*;

    /// Answers 200, and 413 to a body that is too large.
    struct Taker;

    impl Handler for Taker {
        type Body = Full<Bytes>;
        type Error = hyper::http::Error;

        fn refuse(&self, why: &'static str) -> Result<Response<Self::Body>, Self::Error> {
            Response::builder().status(StatusCode::FORBIDDEN).body(Full::new(why.into()))
        }

        async fn answer(
            &self,
            request: Request<Body>,
        ) -> Result<Response<Self::Body>, Self::Error> {
            let status = match request.into_body().collect().await {
                Ok(_) => StatusCode::OK,
                Err(_) => StatusCode::PAYLOAD_TOO_LARGE,
            };
            Response::builder().status(status).body(Full::default())
        }
    }

    fn server() -> Server {
        let limits = Limits {
            connections: 1,
            head: 8192,
            head_timeout: Duration::from_millis(100),
            body: 1000,
            body_timeout: Duration::from_millis(100),
        };
        Server::start("test", limits, Arc::new(Taker)).unwrap()
    }

    /// The status of the answer to one request.
    fn status(server: &Server, headers: &str, body: usize) -> String {
        let mut stream = TcpStream::connect(server.address).unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: {body}\r\n{headers}\r\n",
            server.address
        );
        // A server that has seen enough does not read the rest.
        let _broken =
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&vec![b'x'; body]));
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        String::from_utf8_lossy(&status).into_owned()
    }

    #[test]
    fn heads_and_bodies_have_limits() {
        let server = server();
        assert_eq!(status(&server, "", 1000), "HTTP/1.1 200");
        assert_eq!(status(&server, "", 1001), "HTTP/1.1 413");
        let long = format!("X: {}\r\n", "x".repeat(8192));
        assert_eq!(status(&server, &long, 0), "HTTP/1.1 431");
        assert_eq!(status(&server, "Origin: null\r\n", 0), "HTTP/1.1 403");
    }

    #[test]
    fn a_body_that_does_not_come_is_not_waited_for() {
        let server = server();
        let mut stream = TcpStream::connect(server.address).unwrap();
        let head =
            format!("POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: 9\r\n\r\n", server.address);
        stream.write_all(head.as_bytes()).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 413");
    }

    #[test]
    fn a_connection_that_stays_silent_makes_room_for_the_next() {
        let server = server();
        let mut silent = TcpStream::connect(server.address).unwrap();
        assert_eq!(status(&server, "", 1), "HTTP/1.1 200");
        assert_eq!(silent.read(&mut [0]).unwrap_or_default(), 0);
    }
}
