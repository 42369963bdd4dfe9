//! The signals that end or continue the process while a terminal is set.

use std::sync::Once;
use std::sync::mpsc::channel;
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{close, resume};
use crate::signals::{before_end, end, ignored, is_handled};

/// From now on the terminal is restored before one of them ends the process. A
/// signal that this process was started to ignore stays ignored.
pub(super) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        before_end(close);
        let (sender, is_ready) = channel::<()>();
        let watching = thread::Builder::new().name("terminal".to_owned()).spawn(move || {
            let ignored = ignored().unwrap_or_default();
            let all = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCONT];
            let signals = Signals::new(all.into_iter().filter(|it| !ignored.contains(*it)));
            drop(sender);
            if let Ok(mut signals) = signals {
                signals.forever().for_each(handle);
            }
        });
        if watching.is_ok() {
            // The sender is dropped once the signals are registered.
            let _dropped = is_ready.recv();
        }
    });
}

/// A command that ends by itself at a signal restores the terminal at its end.
fn handle(signal: i32) {
    if signal == SIGCONT {
        resume();
    } else if !is_handled(signal) {
        end(signal);
    }
}
