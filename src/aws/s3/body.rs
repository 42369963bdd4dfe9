//! The bytes of an object, for a reader that is not asynchronous.

use std::io::{self, Read};

use aws_sdk_s3::primitives::ByteStream;
use hyper::body::{Buf as _, Bytes};
use tokio::sync::mpsc;

use super::held::Share;
use crate::panics;

/// Pieces of a body that wait for its reader.
const WAITING: usize = 4;

/// The bytes of an object. What has come is read at once, the rest is waited
/// for.
#[derive(Debug)]
pub struct Body {
    piece: Bytes,
    /// Pieces; one without bytes is the end.
    rest: Option<mpsc::Receiver<io::Result<Bytes>>>,
    /// What it takes, where that is counted.
    share: Option<Share>,
}

impl Body {
    /// A body that is here already.
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self { piece: bytes, rest: None, share: None }
    }

    /// The same, counted until it is dropped.
    pub(super) fn counted(self, share: Share) -> Self {
        Self { share: Some(share), ..self }
    }

    /// True if nothing of it has to be waited for.
    pub(super) const fn is_whole(&self) -> bool {
        self.rest.is_none()
    }

    /// A body that comes in pieces, and where to put them; one without bytes
    /// is the end.
    pub(super) fn channel() -> (mpsc::Sender<io::Result<Bytes>>, Self) {
        let (sender, rest) = mpsc::channel(WAITING);
        (sender, Self { piece: Bytes::new(), rest: Some(rest), share: None })
    }
}

impl Read for Body {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() {
            let Some(rest) = &mut self.rest else {
                self.piece = Bytes::new();
                self.share = None;
                return Ok(0);
            };
            // Who sends the pieces may be gone before the end.
            let gone = || {
                Err(match panics::first() {
                    Some(panic) => io::Error::other(panic),
                    None => io::ErrorKind::UnexpectedEof.into(),
                })
            };
            self.piece = rest.blocking_recv().unwrap_or_else(gone)?;
            if self.piece.is_empty() {
                self.rest = None;
            }
        }
        let count = self.piece.len().min(out.len());
        if let Some(out) = out.get_mut(..count) {
            self.piece.copy_to_slice(out);
        }
        Ok(count)
    }
}

/// The next piece of a body that has bytes; an error if it is silent for too long or breaks
/// off.
pub(super) async fn next(body: &mut ByteStream) -> io::Result<Option<Bytes>> {
    loop {
        match tokio::time::timeout(super::STALL, body.next()).await {
            Ok(None) => return Ok(None),
            Ok(Some(Ok(piece))) if piece.is_empty() => {}
            Ok(Some(Ok(piece))) => return Ok(Some(piece)),
            Ok(Some(Err(error))) => {
                return Err(io::Error::other(super::super::error::chain(&error)));
            }
            Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "no data for 30 s")),
        }
    }
}
