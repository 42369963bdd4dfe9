//! How much a listing has, while it is read.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What was listed so far to be read.
#[derive(Debug, Default)]
pub struct Listed {
    objects: AtomicU64,
    bytes: AtomicU64,
    is_whole: AtomicBool,
    /// Some objects are only read if their first bytes are those of failures.
    has_doubt: AtomicBool,
}

impl Listed {
    /// Objects and their bytes.
    pub fn so_far(&self) -> (u64, u64) {
        (self.objects.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }

    /// Bytes of all objects, once the listing has ended and if all of them are read.
    pub fn total_bytes(&self) -> Option<u64> {
        let is_known =
            self.is_whole.load(Ordering::Acquire) && !self.has_doubt.load(Ordering::Relaxed);
        is_known.then(|| self.bytes.load(Ordering::Relaxed))
    }

    /// True if nothing more comes.
    pub fn is_whole(&self) -> bool {
        self.is_whole.load(Ordering::Acquire)
    }

    pub(super) fn add(&self, bytes: u64, is_certain: bool) {
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.has_doubt.fetch_or(!is_certain, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.is_whole.store(true, Ordering::Release);
    }
}
