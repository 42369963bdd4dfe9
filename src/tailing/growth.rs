//! What is added to a tail while it runs: new log groups, Live Tail sessions.

use std::time::Instant;

use super::live::LiveMessage;
use super::{RESCAN, TailEnding, Tailing, find, notices};
use firehose::logs::tail::TailedEvent;

impl Tailing<'_> {
    /// Takes a message of a Live Tail session.
    pub(super) fn live_message(&mut self, message: LiveMessage) -> Vec<TailedEvent> {
        match message {
            LiveMessage::Open(number) => {
                if self.lost.remove(&number) {
                    self.context.info(&notices::listening(number, &self.places));
                }
                Vec::new()
            }
            LiveMessage::Update(number, update) => {
                if update.is_sampled && self.sampled.insert(number) {
                    self.context.info(&notices::sampled(number, &self.places));
                }
                self.tail.live_events(number, update.events)
            }
            LiveMessage::Lost(number, error) => {
                if self.lost.insert(number) {
                    let hints = error.hints().iter().map(String::as_str);
                    let hints: Vec<_> =
                        hints.chain(["continuing without it, and retrying"]).collect();
                    self.context.warn(&error.to_string(), &hints);
                }
                Vec::new()
            }
        }
    }

    pub(super) fn is_scan_due(&self) -> bool {
        self.plan.policy.follows
            && self.plan.wanted.has_pattern()
            && self.scanned.elapsed() >= RESCAN
    }

    /// Looks for new groups that fit a pattern.
    pub(super) async fn scan(&mut self) {
        let left = self.left();
        let found = tokio::select! {
            biased;
            () = self.signals.next() => {
                self.ending = Some(TailEnding::Stopped);
                return;
            }
            found = find::groups(&self.client, &self.plan, self.caller.as_ref()) => found,
            () = tokio::time::sleep(left) => return,
        };
        self.scanned = Instant::now();
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                if !std::mem::replace(&mut self.reported_scan, true) {
                    let hints = error.hints().iter().map(String::as_str);
                    let hints: Vec<_> =
                        hints.chain(["new log groups are not read until then"]).collect();
                    self.context.warn(&error.to_string(), &hints);
                }
                return;
            }
        };
        self.reported_scan = false;
        let known = self.places.len();
        for place in found {
            if find::is_read(&self.places, &place) {
                continue;
            }
            if self.places.len() >= find::MAX_PLACES {
                if !std::mem::replace(&mut self.has_left_out, true) {
                    let group = &place.selection.group;
                    let most = find::MAX_PLACES;
                    self.context.warn(
                        &format!("new log group `{group}` is not read: at most {most} can be read at once"),
                        &["use more specific patterns, and run a second `fh logs` for the others"],
                    );
                }
                break;
            }
            self.context.info(&format!("fh: also reading log group `{}`", place.selection.group));
            self.places.push(place);
            let group = self.tail.add();
            if self.plan.is_live {
                self.tail.listen(group);
            }
        }
        if self.places.len() > known {
            self.listen();
        }
    }

    /// Opens all sessions again.
    pub(super) fn listen(&mut self) {
        if self.plan.is_live {
            self.live.open(&self.client, &self.places);
        }
    }
}
