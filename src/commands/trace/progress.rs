//! Shows a trace while it runs.

use crate::context::{Context, ProgressBar};
use crate::error::Error;
use crate::render::Output;
use crate::render::trace::TraceView;
use crate::times;
use crate::tracer::Watcher;
use firehose::time::Millis;
use firehose::trace::{Buffer, TraceEvent, What};

/// Steps of the bar.
const STEPS: i64 = 1000;

/// What it looks like: the message is cut where the terminal ends.
const TEMPLATE: &str = "{bar:20} {wide_msg}";

/// What is waited for.
const CALL: &str = "waiting for the call";
const DELIVERY: &str = "waiting for delivery";

/// Writes events, and shows what is waited for.
pub(super) struct Progress<'a> {
    view: &'a TraceView<'a>,
    context: &'a Context,
    output: Output,
    bar: ProgressBar,
    /// What is waited for, from when, until when.
    waits: (&'static str, Option<(Millis, Millis)>),
    /// When it was shown first.
    began: Option<Millis>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(view: &'a TraceView<'a>, context: &'a Context) -> Self {
        let steps = u64::try_from(STEPS).ok();
        Self {
            view,
            context,
            output: Output::default(),
            bar: ProgressBar::new(context, TEMPLATE, steps),
            waits: (CALL, None),
            began: None,
        }
    }
}

impl Watcher for Progress<'_> {
    fn seen(&mut self, events: &[TraceEvent]) -> Result<(), Error> {
        for event in events {
            if let What::Buffered { buffer, until } = &event.what {
                let what = match buffer {
                    Buffer::Transform => CALL,
                    Buffer::Destination => DELIVERY,
                };
                self.waits = (what, Some((event.at, *until)));
            }
            if matches!(event.what, What::Invoked(_)) && self.waits.0 == CALL {
                self.waits = (DELIVERY, None);
            }
        }
        let text = self.view.events(events);
        let mut written = Ok(());
        let output = &mut self.output;
        self.bar.suspended(|| written = output.write(&text));
        written
    }

    fn waiting(&mut self, until: Millis, now: Millis) {
        let (what, buffer) = self.waits;
        let began = *self.began.get_or_insert(now);
        let (from, due) = buffer.unwrap_or((began, until));
        // Past its usual time, the last moment counts.
        let due = if now > due { until } else { due };
        let length = due.saturating_sub(from).max(1);
        let share = now.saturating_sub(from).saturating_mul(STEPS) / length;
        self.bar.show(u64::try_from(share.clamp(0, STEPS)).unwrap_or(0), || {
            let left = times::length(due.saturating_sub(now).max(0) / 1000);
            format!("{what}, at most until {} ({left})", self.view.clock.show_after(due, due))
        });
    }

    fn notice(&mut self, why: &str) {
        self.bar.suspended(|| self.context.info(&format!("fh: {why}")));
    }
}
