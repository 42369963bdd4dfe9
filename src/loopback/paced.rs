//! Bodies that have to keep coming.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

/// Bytes of a body that buy another second for the rest of it.
pub const MIN_RATE: u64 = 64 * 1024;

/// A body that ends with an error if a server has waited too long for it. The
/// time in which the server itself is busy does not count.
#[derive(Debug)]
pub struct Paced {
    body: Incoming,
    /// How much longer it may be waited for.
    patience: Duration,
    wait: Option<Wait>,
}

/// Nothing has come since then.
#[derive(Debug)]
struct Wait {
    since: Instant,
    end: Pin<Box<Sleep>>,
}

/// The client sends its body too slowly, or not at all.
#[derive(Debug)]
pub struct TooSlow;

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body of the request did not arrive in time")
    }
}

impl std::error::Error for TooSlow {}

impl Paced {
    pub(super) fn new(body: Incoming, patience: Duration) -> Self {
        Self { body, patience, wait: None }
    }

    /// Counts the wait that has just ended, and what it brought.
    fn count(&mut self, bytes: usize) {
        if let Some(wait) = self.wait.take() {
            self.patience = self.patience.saturating_sub(wait.since.elapsed());
        }
        let micros = (bytes as u64).saturating_mul(1_000_000) / MIN_RATE;
        self.patience = self.patience.saturating_add(Duration::from_micros(micros));
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let frame = frame.transpose()?;
            self.count(frame.as_ref().and_then(Frame::data_ref).map_or(0, Bytes::len));
            return Poll::Ready(frame.map(Ok));
        }
        let patience = self.patience;
        let wait = self.wait.get_or_insert_with(|| {
            let since = Instant::now();
            Wait { since, end: Box::pin(tokio::time::sleep(patience)) }
        });
        ready!(wait.end.as_mut().poll(context));
        Poll::Ready(Some(Err(Box::new(TooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
