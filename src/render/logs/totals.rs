//! What the invocations that were shown come to, in a line.

use firehose::logs::invocation::Totals;
use firehose::logs::message::ErrorKind;

use crate::terminal::{group, plural};

/// `12 invocations: 10 ok, 2 exception; p50 23 ms, p99 310 ms; 71 of 128 MB`.
pub fn totals_line(totals: &Totals) -> String {
    let mut outcomes = Vec::new();
    let mut add = |count: u64, word: &str| {
        if count > 0 {
            outcomes.push(format!("{} {word}", group(count)));
        }
    };
    add(totals.ok, "ok");
    for (kind, count) in totals.failed.iter().rev() {
        let word = if *kind == ErrorKind::Logged { "with logged errors" } else { kind.as_str() };
        add(*count, word);
    }
    add(totals.unreported, "without REPORT");
    let invocations = plural(totals.invocations, "invocation");
    let mut parts = vec![format!("{invocations}: {}", outcomes.join(", "))];
    if let (Some(half), Some(most)) = (totals.duration_at(50), totals.duration_at(99)) {
        parts.push(format!("p50 {} ms, p99 {} ms", group(half), group(most)));
    }
    if let Some((used, limit)) = totals.memory {
        parts.push(format!("{used} of {limit} MB"));
    }
    parts.join("; ")
}
