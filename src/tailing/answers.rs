//! What an answer means for a tail: whether it continues, and what the user is to
//! know.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{GroupKind, TailEnding, Tailing, notices};
use crate::aws::{Fetch, LogsClient};
use crate::error::Error;
use firehose::logs::tail::{FetchResult, Notice, TailedEvent};

/// How long AWS may not be reached while nothing is followed, and before it
/// ever answered: then it is more likely that it never will.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_PATIENCE: Duration = Duration::from_secs(2);

impl Tailing<'_> {
    /// Takes an answer.
    pub(super) async fn answered(&mut self, fetch: Fetch) -> Vec<TailedEvent> {
        let update = self.tail.answered(fetch.answer.clone(), self.clock.now());
        let checked = match fetch.answer {
            FetchResult::Page { .. } | FetchResult::Missing => {
                self.has_answered = true;
                self.report_refused();
                self.silent_since = None;
                Ok(())
            }
            FetchResult::Unreachable => self.unreachable(fetch.error, fetch.needs_login).await,
            FetchResult::Refused => self.refused(fetch.error, fetch.is_of_all),
            FetchResult::Throttled | FetchResult::BadToken => Ok(()),
        };
        self.failed = checked.err();
        for notice in update.notices {
            self.report(notice, fetch.is_stream_missing);
        }
        update.events
    }

    /// Decides whether to continue.
    async fn unreachable(&mut self, error: Option<Error>, is_login: bool) -> Result<(), Error> {
        let Some(error) = error else { return Ok(()) };
        let is_new = self.silent_since.is_none();
        let since = *self.silent_since.get_or_insert_with(Instant::now);
        let follows = self.plan.policy.follows && self.has_answered;
        let patience = if self.has_answered { PATIENCE } else { FIRST_PATIENCE };
        if !follows && (is_login || since.elapsed() >= patience) {
            return Err(error);
        }
        if is_new && self.has_answered {
            self.has_warned = true;
            let hints = error.hints().iter().map(String::as_str);
            let hints: Vec<_> = hints.chain(["fh continues as soon as it can"]).collect();
            self.context.warn(&error.to_string(), &hints);
        }
        if is_login {
            // A login since then is found by reading it all again.
            if let Ok(session) = self.session.reopened().await {
                self.session = Arc::new(session);
                self.client = LogsClient::new(Arc::clone(&self.session));
                // Sessions outlive the login that opened them.
                if !self.lost.is_empty() {
                    self.listen();
                }
            }
        }
        Ok(())
    }

    /// One group that cannot be read does not stop the others, unless the reason is the
    /// same for all.
    fn refused(&mut self, error: Option<Error>, is_of_all: bool) -> Result<(), Error> {
        let Some(error) = error else { return Ok(()) };
        if self.places.len() == 1 || is_of_all {
            return Err(error);
        }
        self.has_refused = true;
        self.refused.push(error);
        // Else it may be what the command fails with.
        if self.has_answered {
            self.report_refused();
        }
        Ok(())
    }

    /// Reports each log group that could not be read, once.
    pub(super) fn report_refused(&mut self) {
        for error in self.refused.drain(..) {
            let hints: Vec<_> = error.hints().iter().map(String::as_str).collect();
            self.context.warn(&error.to_string(), &hints);
        }
    }

    /// All is read, unless there was nothing to read.
    pub(super) async fn done(&mut self) -> Result<TailEnding, Error> {
        if !self.has_answered && !self.refused.is_empty() {
            let error = self.refused.remove(0);
            self.report_refused();
            return Err(error);
        }
        let missing = |group: &usize| self.tail.is_missing(*group);
        let missing: Vec<_> = (0..self.places.len()).filter(missing).collect();
        if missing.len() == self.places.len()
            && let Some(place) = self.places.first()
        {
            let is_stream = self.without_stream.contains(&0);
            let error = notices::missing(place, is_stream, &self.session);
            if is_stream || place.kind != GroupKind::Group {
                return Err(error);
            }
            let client = LogsClient::new(Arc::clone(&self.session));
            let similar = client.similar(&place.selection.group).await;
            return Err(similar.into_iter().fold(error, Error::hint));
        }
        let mut is_partly =
            self.is_partly() || self.plan.wanted.unmatched(&self.places).next().is_some();
        for number in missing {
            let Some(place) = self.places.get(number) else { continue };
            let is_stream = self.without_stream.contains(&number);
            notices::warn_of_missing(place, is_stream, &self.session, false, self.context);
            is_partly |= place.kind == GroupKind::Group;
        }
        Ok(if is_partly { TailEnding::Partly } else { TailEnding::Read })
    }

    fn report(&mut self, notice: Notice, is_stream: bool) {
        match notice {
            Notice::Missing(group) => {
                if is_stream {
                    self.without_stream.insert(group);
                }
                // Else reported at the end, when it is known what else there was.
                if let Some(place) = self.places.get(group).filter(|_| self.plan.policy.follows) {
                    let (session, context) = (&self.session, self.context);
                    notices::warn_of_missing(place, is_stream, session, true, context);
                }
                return;
            }
            // Of a failure that was not reported.
            Notice::Recovered if !std::mem::take(&mut self.has_warned) => return,
            Notice::Throttled => self.has_warned = true,
            Notice::StuckToken(_) | Notice::Forgotten(..) => self.has_left_out = true,
            Notice::Recovered | Notice::Appeared(_) => {}
        }
        self.context.info(&notices::line(notice, &self.places));
    }
}
