//! How many bytes of objects are held, from when they are asked for until they are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Bytes that are held.
#[derive(Debug, Default)]
pub(super) struct Held {
    bytes: AtomicU64,
    less: Notify,
}

impl Held {
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Waits until there are fewer.
    pub(super) async fn less(&self) {
        self.less.notified().await;
    }

    /// This many more, until what is returned is dropped.
    pub(super) fn take(self: &Arc<Self>, bytes: u64) -> Share {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Share { held: Arc::clone(self), bytes }
    }
}

/// The bytes of one object.
#[derive(Debug)]
pub(super) struct Share {
    held: Arc<Held>,
    bytes: u64,
}

impl Share {
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.held.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.held.less.notify_one();
    }
}
