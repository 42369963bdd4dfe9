//! A stream that runs: one flow, its timer, and what its effects do.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::counts;
use super::hands::Hands;
use super::kept::{PutError, SetupError, State, Stopped, split};
use crate::context;
use crate::local::faults::{ASSUME_ROLE, Chance, lock as lock_faults};
use crate::local::history::CallDetails;
use crate::local::jq::JqQuery;
use crate::local::lambda::Called;
use crate::local::metrics::metrics;
use crate::local::s3::Problem;
use firehose::description::Description;
use firehose::flow::journal::{Entry, Restored};
use firehose::flow::{
    Activity, CONTENT_TYPE, CallId, Effect, Flow, Holds, Input, LogEntry, ObjectId, ObjectPlace,
    RecordSet, StreamConfig, What, WriteError,
};
use firehose::names::FunctionName;
use firehose::transform::invocation::InvocationResult;
use firehose::transform::{Answer, Refusal};

/// A stream that runs until it is dropped.
pub struct Stream {
    name: Arc<str>,
    hands: Arc<Hands>,
    state: Mutex<State>,
    /// Something changed: the timer looks again.
    changed: Notify,
    /// Something changed: whoever waits for the stream looks again.
    waiters: Notify,
    timer: Mutex<Option<JoinHandle<()>>>,
}

impl Stream {
    pub(super) fn start(
        name: &str,
        hands: Arc<Hands>,
        state: State,
        restored: Restored,
    ) -> Arc<Self> {
        let stream = Arc::new(Self {
            name: name.into(),
            hands,
            state: Mutex::new(state),
            changed: Notify::new(),
            waiters: Notify::new(),
            timer: Mutex::default(),
        });
        stream.restore(restored);
        let timer = tokio::spawn(Arc::clone(&stream).tick());
        *stream.timer.lock().unwrap_or_else(PoisonError::into_inner) = Some(timer);
        stream.report(What::Created);
        stream
    }

    /// Goes on with what was left before a restart.
    fn restore(self: &Arc<Self>, restored: Restored) {
        let mut effects = Vec::new();
        let mut state = self.state();
        state.flow.restore(restored, now(), &mut effects);
        self.perform(&mut state, effects);
    }

    /// Nothing happens in it any more.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        (state.journal, state.stopped) = (None, Some(Stopped::Deleted));
        drop(state);
        self.wake();
        let timer = self.timer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(timer) = timer {
            timer.abort();
        }
        self.report(What::Deleted);
    }

    /// Its name.
    pub const fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// What `DescribeDeliveryStream` answers, to be looked at.
    pub fn look<T>(&self, look: impl FnOnce(&Description, &Flow) -> T) -> T {
        let state = self.state();
        look(&state.description, &state.flow)
    }

    /// Changes what is described and nothing that runs, such as tags.
    pub fn describe(&self, change: impl FnOnce(&mut Description)) -> Result<(), SetupError> {
        let mut state = self.state();
        let mut description = state.description.clone();
        change(&mut description);
        state.describe(description, &self.name, &self.hands)
    }

    /// Whether a producer may put these records.
    pub fn check_put(&self, payloads: &[Bytes]) -> Result<(), PutError> {
        let state = self.state();
        if state.flow.config().unpacking.is_some() {
            return Err(PutError::LogsOnly);
        }
        state.flow.check_put(payloads).map_err(PutError::Refused)
    }

    /// Accepts the records of one request, all or none.
    pub fn put(self: &Arc<Self>, payloads: Vec<Bytes>) -> Result<RecordSet, PutError> {
        let mut effects = Vec::new();
        let mut state = self.state();
        state.check_runs()?;
        state.check_takes_records(&lock_faults(&self.hands.faults))?;
        let records = state.flow.put(payloads, now(), &mut effects).map_err(PutError::Refused)?;
        self.perform(&mut state, effects);
        // No producer may be answered that its records are kept if they are not.
        let kept = state.check_runs();
        drop(state);
        self.wake();
        kept.map(|()| records)
    }

    /// Takes another configuration.
    pub fn configure(
        self: &Arc<Self>,
        config: StreamConfig,
        description: Description,
    ) -> Result<(), SetupError> {
        let mut effects = Vec::new();
        let mut state = self.state();
        let query = query(&config)?;
        config.check()?;
        state.describe(description, &self.name, &self.hands)?;
        state.flow.configure(config, query, now(), &mut effects)?;
        self.perform(&mut state, effects);
        drop(state);
        self.wake();
        Ok(())
    }

    /// Delivers all that was accepted so far without waiting.
    pub fn flush(self: &Arc<Self>) {
        self.handle(Input::Flush);
    }

    /// Where its records are.
    pub fn holds(&self) -> Holds {
        self.state().flow.holds()
    }

    /// Why nothing happens in it any more, if it has stopped.
    pub fn stopped(&self) -> Option<String> {
        self.state().stopped.as_ref().map(ToString::to_string)
    }

    /// Waits until nothing is on its way, or it has stopped.
    pub(super) async fn settled(&self) {
        loop {
            let changed = self.waiters.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.is_settled() {
                return;
            }
            changed.await;
        }
    }

    /// True if nothing is on its way, or it has stopped.
    pub(super) fn is_settled(&self) -> bool {
        let state = self.state();
        state.stopped.is_some() || state.flow.holds().is_settled()
    }

    fn handle(self: &Arc<Self>, input: Input) {
        let mut effects = Vec::new();
        let mut state = self.state();
        state.flow.handle(input, now(), &mut effects);
        self.perform(&mut state, effects);
        drop(state);
        self.wake();
    }

    fn wake(&self) {
        self.changed.notify_one();
        self.waiters.notify_waiters();
    }

    /// Does what the flow wants, the journal first and then in its order; called while
    /// nothing else happens in the stream. If the journal cannot be written, nothing
    /// is done: a restart does it.
    fn perform(self: &Arc<Self>, state: &mut State, effects: Vec<Effect>) {
        if state.stopped.is_some() {
            return;
        }
        let (entries, effects) = split(effects);
        if let Err(message) = state.keep(&entries) {
            return self.report(What::Stopped { message });
        }
        for entry in &entries {
            if let Entry::Accepted { first, payloads, .. } = entry {
                self.hands.history.keep_records(&self.name, *first, payloads);
            }
        }
        for effect in effects {
            match effect {
                Effect::Journal(_) => {}
                Effect::Invoke { call, attempt, function, event } => {
                    drop(tokio::spawn(Arc::clone(self).invoke(call, attempt, function, event)));
                }
                Effect::Write { object, place, is_backup, body, content_encoding } => {
                    let has_key = state.has_key(is_backup);
                    let writing =
                        Arc::clone(self).write(object, place, has_key, body, content_encoding);
                    drop(tokio::spawn(writing));
                }
                Effect::Log(entry) => self.log(entry),
                Effect::Report(activity) => {
                    counts::activity(&mut metrics(&self.hands.metrics), &self.name, &activity);
                    self.hands.history.add(Some(Arc::clone(&self.name)), activity);
                }
            }
        }
    }

    async fn invoke(self: Arc<Self>, call: CallId, attempt: u32, function: Arc<str>, event: Bytes) {
        let Called { answer, report, log } = self.call(&function, &event).await;
        let response = match &answer {
            Answer::Called(InvocationResult::Response(response)) => response.clone(),
            _ => Vec::new(),
        };
        let details = CallDetails { event, response, log };
        self.hands.history.keep_call(&self.name, call, attempt, details);
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
        self.report(What::Called {
            call,
            attempt,
            request_id: report.as_ref().map(|it| it.request_id.clone()),
            duration_ms: report.as_ref().map_or(0.0, |it| milliseconds(it.duration)),
            init_duration_ms: report.as_ref().and_then(|it| it.init_duration).map(milliseconds),
            max_memory_mb: report.map(|it| it.max_memory_mb).filter(|mb| *mb > 0),
        });
        self.handle(Input::Answered(call, answer));
    }

    async fn call(&self, function: &str, event: &[u8]) -> Called {
        let Ok(function) = function.parse::<FunctionName>() else {
            return Called::refused(Refusal::NotFound);
        };
        if lock_faults(&self.hands.faults).denies(ASSUME_ROLE) {
            return Called::refused(Refusal::RoleNotAssumed);
        }
        self.hands.functions.call(&function, event).await
    }

    async fn write(
        self: Arc<Self>,
        object: ObjectId,
        place: ObjectPlace,
        has_key: bool,
        body: Bytes,
        content_encoding: Option<&'static str>,
    ) {
        let refused = {
            let mut faults = lock_faults(&self.hands.faults);
            let lacks_key = has_key && faults.denies("kms:GenerateDataKey");
            let is_denied = faults.denies_role("s3:PutObject") || lacks_key;
            if is_denied || faults.happens(Chance::Write) {
                Some(write_error("S3.AccessDenied", ACCESS_DENIED.to_owned()))
            } else if has_key && faults.is_key_disabled() {
                Some(write_error("S3.KMS.KeyDisabled", KEY_DISABLED.to_owned()))
            } else {
                None
            }
        };
        let objects = Arc::clone(&self.hands.objects);
        let put = move || {
            let ObjectPlace { bucket, key } = place;
            objects.put(&bucket, &key, &body, Some(CONTENT_TYPE), content_encoding).map(drop)
        };
        let result = match refused {
            Some(error) => Err(error),
            None => match tokio::task::spawn_blocking(put).await {
                Ok(result) => result.map_err(|problem| problem_of(&problem)),
                Err(error) => Err(write_error("InternalError", error.to_string())),
            },
        };
        self.handle(Input::Written(object, result));
    }

    fn log(&self, entry: LogEntry) {
        if lock_faults(&self.hands.faults).denies(ASSUME_ROLE) {
            return;
        }
        let LogEntry { group, stream, at, message } = entry;
        self.hands.logs.write_to_existing(&group, &stream, (at, message));
    }

    fn report(&self, what: What) {
        let activity = Activity { at: now(), what };
        self.hands.history.add(Some(Arc::clone(&self.name)), activity);
    }

    /// Tells the flow when time is up.
    async fn tick(self: Arc<Self>) {
        loop {
            let due = {
                let state = self.state();
                if state.stopped.is_some() {
                    return;
                }
                state.flow.wakes_at()
            };
            let Some(due) = due else {
                self.changed.notified().await;
                continue;
            };
            let left = u64::try_from(due - now()).unwrap_or(0);
            if left == 0 {
                self.handle(Input::Tick);
                tokio::task::yield_now().await;
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(left)) => {}
                () = self.changed.notified() => {}
            }
        }
    }

    /// No code panics while it holds this.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("name", &self.name).finish_non_exhaustive()
    }
}

/// AWS's words (developer guide, "Monitor with CloudWatch Logs").
const ACCESS_DENIED: &str = "Access was denied. Ensure that the trust policy for the provided IAM role allows Firehose \
     to assume the role, and the access policy allows access to the S3 bucket.";

const KEY_DISABLED: &str =
    "The provided KMS key is disabled. Enable the key or use a different key.";

/// The engine for the query of a stream, if it has one.
pub(super) fn query(
    config: &StreamConfig,
) -> Result<Option<Box<dyn firehose::flow::KeyQuery>>, firehose::flow::Refusal> {
    let refusal = |why| firehose::flow::Refusal { member: "MetadataExtractionQuery", why };
    let Some(query) = &config.query else { return Ok(None) };
    Ok(Some(Box::new(JqQuery::new(query).map_err(refusal)?)))
}

fn problem_of(problem: &Problem) -> WriteError {
    match problem {
        Problem::NoSuchBucket => write_error(
            "S3.NoSuchBucket",
            "The specified bucket does not exist. Create the bucket or use a different bucket \
             that does exist."
                .to_owned(),
        ),
        problem => write_error("InternalError", problem.to_string()),
    }
}

fn write_error(code: &str, message: String) -> WriteError {
    WriteError { code: code.to_owned(), message }
}

fn now() -> i64 {
    context::milliseconds(context::now())
}
