//! Ctrl-C during a search: it ends the search, which shows what it has.

use std::cell::Cell;

use tokio::sync::Notify;

/// What ends at Ctrl-C: the search while it has something to show, else the run.
#[derive(Debug, Default)]
pub(in crate::commands::invoke) struct Stop {
    has_found: Cell<bool>,
    requested: Notify,
}

impl Stop {
    /// Asks the search to end; false if there is none that has found something.
    pub(in crate::commands::invoke) fn request(&self) -> bool {
        if self.has_found.get() {
            self.requested.notify_one();
        }
        self.has_found.get()
    }

    /// From now on the search has something to show.
    pub(super) fn has_found(&self) {
        self.has_found.set(true);
    }

    /// Waits until the search is to end.
    pub(super) async fn requested(&self) {
        self.requested.notified().await;
    }
}
