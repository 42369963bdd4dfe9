//! How services of this machine write logs: with what goes wrong on purpose, and on
//! to who has subscribed.

use std::sync::{Arc, OnceLock, Weak};

use super::cloudwatch_logs::{LogsApi, SharedLogs, lock};
use super::faults::{Chance, Delay, SharedFaults, lock as lock_faults};
use crate::context;
use firehose::lambda_report::NewLogEvent;
use firehose::stream::LogPlace;
use firehose::time;

/// Writes into log groups.
#[derive(Debug)]
pub struct LogWriter {
    logs: SharedLogs,
    faults: SharedFaults,
    /// What serves the logs, and knows who has subscribed.
    api: OnceLock<Weak<LogsApi>>,
}

impl LogWriter {
    /// Into these logs.
    pub const fn new(logs: SharedLogs, faults: SharedFaults) -> Self {
        Self { logs, faults, api: OnceLock::new() }
    }

    /// Sends to the subscribers of this API from now on.
    pub fn set_api(&self, api: &Arc<LogsApi>) {
        let _set_before = self.api.set(Arc::downgrade(api));
    }

    /// Makes a group, unless it is there.
    pub fn create_group(&self, group: &str) {
        let _exists = lock(&self.logs).create_group(group, 0);
    }

    /// Makes a stream of a group, and the group, as the console does for the errors of a
    /// delivery stream.
    pub fn create_stream(&self, place: &LogPlace) {
        let now = context::milliseconds(context::now());
        let mut logs = lock(&self.logs);
        let _exists = logs.create_group(&place.group, 0);
        let _exists = logs.create_stream(&place.group, &place.stream, now);
    }

    /// Writes events, and makes what they are to be in.
    pub fn write(&self, group: &str, stream: &str, events: Vec<NewLogEvent>) {
        let (events, late) = {
            let mut faults = lock_faults(&self.faults);
            if faults.denies("logs:PutLogEvents") {
                return;
            }
            let kept = events.into_iter().filter(|_| !faults.happens(Chance::DropLogs));
            let kept: Vec<_> = kept.collect();
            (kept, faults.delay(Delay::LateLogs))
        };
        let now = context::milliseconds(context::now());
        let visible = time::after(now, late);
        // A name that no group may have, from a configuration: the events are lost.
        let _lost = lock(&self.logs).append(group, stream, events, now, visible);
        if let Some(api) = self.api.get().and_then(Weak::upgrade) {
            api.send_deliveries();
        }
    }

    /// The same, but an event for a group that is not there is lost, as those of
    /// Firehose are.
    pub fn write_to_existing(&self, group: &str, stream: &str, event: NewLogEvent) {
        let now = context::milliseconds(context::now());
        let is_there = lock(&self.logs).group_names(now).any(|name| name == group);
        if is_there {
            self.write(group, stream, vec![event]);
        }
    }
}
