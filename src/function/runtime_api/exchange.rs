//! Where events wait for the process, and which one it works on.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hyper::body::Bytes;
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;

use firehose::transform::invocation::{HandlerStyle, InvocationResult, Whereabouts};

/// An event on its way to the process.
#[derive(Debug, Clone)]
pub(in super::super) struct PendingEvent {
    /// The request id.
    pub(in super::super) id: String,
    /// The event, JSON.
    pub(in super::super) body: Bytes,
    /// Milliseconds since 1970 at which the call ends.
    pub(in super::super) deadline_ms: u128,
    /// The ARN of the function.
    pub(in super::super) arn: String,
}

/// What the process reported.
#[derive(Debug)]
pub(in super::super) enum ProcessReport {
    /// It is loaded and asked for its first event.
    Ready {
        /// When it asked.
        at: Instant,
        /// It is our own loop, not the official runtime interface client.
        is_own_loop: bool,
    },
    /// It answered the event that it took at `taken`, or failed to load.
    Finished {
        /// What came of it.
        result: InvocationResult,
        /// When it took the event; none before it took one.
        taken: Option<Instant>,
        /// When its answer was all there.
        at: Instant,
        /// How the handler answered, where the runtime knows.
        style: Option<HandlerStyle>,
    },
}

/// The state that the routes share.
#[derive(Debug)]
pub(super) struct Exchange {
    state: Mutex<State>,
    arrived: Notify,
    reports: Sender<ProcessReport>,
}

#[derive(Debug, Default)]
struct State {
    asked: bool,
    waiting: Option<PendingEvent>,
    /// The event that the process works on, and since when.
    current: Option<(String, Instant)>,
    /// What keeps it from answering.
    waits_for: Option<String>,
    /// Its event loop was waiting when its time was over, with this open.
    idle: Option<Whereabouts>,
}

impl Exchange {
    pub(super) fn new(reports: Sender<ProcessReport>) -> Self {
        Self { state: Mutex::default(), arrived: Notify::new(), reports }
    }

    pub(super) fn offer(&self, event: PendingEvent) {
        self.state().waiting = Some(event);
        self.arrived.notify_one();
    }

    /// Waits for the next event; none if the process still owes an answer.
    pub(super) async fn next(&self, is_own_loop: bool) -> Option<PendingEvent> {
        self.asks(is_own_loop)?;
        loop {
            let arrived = self.arrived.notified();
            if let Some(event) = self.take() {
                return Some(event);
            }
            arrived.await;
        }
    }

    fn asks(&self, is_own_loop: bool) -> Option<()> {
        let mut state = self.state();
        if state.current.is_some() {
            return None;
        }
        if !std::mem::replace(&mut state.asked, true) {
            self.report(ProcessReport::Ready { at: Instant::now(), is_own_loop });
        }
        Some(())
    }

    fn take(&self) -> Option<PendingEvent> {
        let mut state = self.state();
        let event = state.waiting.take()?;
        state.current = Some((event.id.clone(), Instant::now()));
        state.waits_for = None;
        state.idle = None;
        Some(event)
    }

    /// True if `id` is the event that the process works on.
    pub(super) fn is_current(&self, id: &str) -> bool {
        self.state().current.as_ref().is_some_and(|(current, _)| current == id)
    }

    /// Notes what keeps the process from answering.
    pub(super) fn wait_for(&self, what: Option<String>) {
        self.state().waits_for = what;
    }

    /// What kept the process from answering the last event.
    pub(super) fn waits_for(&self) -> Option<String> {
        self.state().waits_for.clone()
    }

    /// Notes that the process is waiting although its time is over.
    pub(super) fn is_waiting_for(&self, what: Option<String>) {
        self.state().idle = Some(Whereabouts::Waiting(what));
    }

    /// Where the process is, where it said that it is waiting.
    pub(super) fn idle(&self) -> Option<Whereabouts> {
        self.state().idle.clone()
    }

    /// Takes the answer to an event; false if it was answered before.
    pub(super) fn finish(
        &self,
        id: &str,
        result: InvocationResult,
        style: Option<HandlerStyle>,
    ) -> bool {
        let at = Instant::now();
        let mut state = self.state();
        let Some((_, taken)) = state.current.take_if(|(current, _)| current == id) else {
            return false;
        };
        self.report(ProcessReport::Finished { result, taken: Some(taken), at, style });
        true
    }

    /// Takes the word that the function could not be loaded.
    pub(super) fn fail_init(&self, result: InvocationResult) -> bool {
        let is_loading = !self.state().asked;
        if is_loading {
            let at = Instant::now();
            self.report(ProcessReport::Finished { result, taken: None, at, style: None });
        }
        is_loading
    }

    /// No caller waits for more than fits; what a runaway process adds is dropped.
    fn report(&self, report: ProcessReport) {
        let _dropped = self.reports.try_send(report);
    }

    /// No code panics while it holds this.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
