//! SIGINT, SIGTERM and SIGHUP.

use std::fs::File;
use std::future::poll_fn;
use std::io;
use std::io::Read as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::task::Poll;
use std::thread;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Error;

/// The signals that [`Signals`] has received, or will: they do not end the
/// process by themselves any more.
static HANDLED: AtomicU64 = AtomicU64::new(0);

/// True for a signal at which the command that runs ends by itself.
pub(crate) fn is_handled(number: i32) -> bool {
    SignalSet(HANDLED.load(Ordering::Relaxed)).contains(number) || waiting().is_some()
}

/// Says that a signal came to whoever waits for something else.
static WAITING: Mutex<Option<Box<dyn Fn() + Send>>> = Mutex::new(None);

fn waiting() -> std::sync::MutexGuard<'static, Option<Box<dyn Fn() + Send>>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is done before a signal ends the process, in reverse order. Nothing of it may wait.
static BEFORE_END: Mutex<Vec<fn()>> = Mutex::new(Vec::new());

/// From now on this is done before a signal ends the process. Where it is not known which
/// signals are to be ignored, none is caught for that.
pub(crate) fn before_end(act: fn()) {
    BEFORE_END.lock().unwrap_or_else(PoisonError::into_inner).push(act);
    if ignored().is_some() {
        watch();
    }
}

/// Ends the process as the signal does by default, unless the keyboard is lent. Two threads
/// may get here: the second waits for the end.
pub(crate) fn end(signal: i32) {
    if signal == signal_hook::consts::SIGINT && IS_LENT.load(Ordering::Relaxed) {
        return;
    }
    let acts = BEFORE_END.lock().unwrap_or_else(PoisonError::into_inner);
    for act in acts.iter().rev() {
        act();
    }
    // An error means a signal that does not end a process.
    let _ended = signal_hook::low_level::emulate_default_handler(signal);
    drop(acts);
}

/// Waits for `read`, which may never return, on a thread of its own; `None` if a
/// signal that ends the run comes first.
pub(crate) fn or_signal<T: Send + 'static>(
    read: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Option<T>> {
    let (sender, first) = channel();
    let on_signal = sender.clone();
    *waiting() = Some(Box::new(move || drop(on_signal.send(None))));
    watch();
    let reading = thread::Builder::new().name("answer".to_owned());
    let started = reading.spawn(move || drop(sender.send(Some(read()))));
    let came = started.map(|_| first.recv().ok().flatten());
    *waiting() = None;
    came
}

/// From now on a signal goes to whoever waits, else it ends the process as before,
/// unless the command handles it.
fn watch() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let (is_registered, registered) = channel::<()>();
        let watching = thread::Builder::new().name("signals".to_owned());
        if watching.spawn(move || watch_forever(is_registered)).is_ok() {
            let _dropped = registered.recv();
        }
    });
}

fn watch_forever(is_registered: Sender<()>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = ignored().unwrap_or_default();
    let all = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|it| !ignored.contains(*it));
    let signals = signal_hook::iterator::Signals::new(all);
    drop(is_registered);
    let Ok(mut signals) = signals else { return };
    for signal in signals.forever() {
        if let Some(interrupt) = waiting().as_ref() {
            interrupt();
            continue;
        }
        if !is_handled(signal) {
            end(signal);
        }
    }
}

/// The signals that end a run.
#[derive(Debug)]
pub(crate) struct Signals(Vec<Signal>);

impl Signals {
    /// From now on they come here, but for those that whoever started us wants
    /// ignored: `nohup`, and a script for what it runs in the background.
    pub(crate) fn listen() -> Result<Self, Error> {
        let ignored = ignored().unwrap_or_default();
        let all = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let heeded = all.into_iter().filter(|kind| !ignored.contains(kind.as_raw_value()));
        let listening: io::Result<_> = heeded.clone().map(signal).collect();
        let signals = listening.map_err(|error| Error::internal(format!("no signals: {error}")))?;
        let numbers = heeded.fold(0, |set, kind| set | SignalSet::bit(kind.as_raw_value()));
        HANDLED.fetch_or(numbers, Ordering::Relaxed);
        Ok(Self(signals))
    }

    /// Waits for the next. Safe to drop while it waits.
    pub(crate) async fn next(&mut self) {
        poll_fn(|context| {
            let has_come = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if has_come { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Something else on this terminal takes the signals of the keyboard: a pager.
static IS_LENT: AtomicBool = AtomicBool::new(false);

/// Lends the keyboard to another program while `run` runs: Ctrl-C is for that.
pub(crate) fn lent<T>(run: impl FnOnce() -> T) -> T {
    let number = signal_hook::consts::SIGINT;
    IS_LENT.store(true, Ordering::Relaxed);
    let handler = signal_hook::flag::register(number, Arc::default());
    let result = run();
    IS_LENT.store(false, Ordering::Relaxed);
    if let Ok(handler) = handler {
        signal_hook::low_level::unregister(handler);
    }
    result
}

/// Ends the process as Ctrl-C does where nothing catches it.
pub(crate) fn end_now() {
    end(signal_hook::consts::SIGINT);
}

/// A set of signals, a bit each, the first for number 1.
#[derive(Debug, Default)]
pub(crate) struct SignalSet(u64);

impl SignalSet {
    /// True if this signal is one of them.
    pub(crate) const fn contains(&self, number: i32) -> bool {
        self.0 & Self::bit(number) != 0
    }

    const fn bit(number: i32) -> u64 {
        if number > 0 && number <= 64 { 1 << (number - 1) } else { 0 }
    }
}

/// The signals that this process ignores. Only Linux tells without `unsafe`:
/// `SigIgn` in `proc_pid_status(5)`.
pub(crate) fn ignored() -> Option<SignalSet> {
    const MOST: u64 = 64 * 1024;
    let mut status = String::new();
    File::open("/proc/self/status").ok()?.take(MOST).read_to_string(&mut status).ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok().map(SignalSet)
}
