//! Calls of the transform, and what becomes of records after them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::activity::push_outcome;
use super::buffers::{Incoming, Role};
use super::calls::{Call, retry_pause};
use super::partition::{NO_KEY, TOO_MANY_PARTITIONS};
use super::{CallId, Effect, Entry, Flow, LogEntry, Outcome, Record, RecordSet, What, report};
use crate::errors::code;
use crate::failure::FailedRecord;
use crate::json::push_string;
use crate::limits::MAX_INVOCATION_PAYLOAD;
use crate::s3::ErrorOutputType;
use crate::s3::prefix::KeySource;
use crate::time::Millis;
use crate::transform::{
    Answer, EventWriter, Fault, Refusal, Settled, SettledFate, SettledRecords, settle,
};

/// A record that goes on to the destination.
struct Ready<'a> {
    record: &'a Record,
    payload: &'a [u8],
    from_lambda: &'a BTreeMap<String, String>,
}

/// Why a record fails, and where.
#[derive(Clone)]
struct Failing {
    fault: Fault,
    kind: ErrorOutputType,
    /// The transform, if it was called.
    function: Option<Arc<str>>,
}

impl Failing {
    const NOT_GZIP: Self = Self {
        fault: Fault::once(code::DECOMPRESSION_FAILED, code::NOT_GZIP),
        kind: ErrorOutputType::DecompressionFailed,
        function: None,
    };

    const fn partition(fault: Fault) -> Self {
        Self { fault, kind: ErrorOutputType::ProcessingFailed, function: None }
    }
}

/// What became of some records, so far.
#[derive(Default)]
struct Fates {
    outcomes: Vec<Outcome>,
    dropped: RecordSet,
    /// One for each code.
    failing: Vec<Failing>,
}

impl Flow {
    /// Starts as many calls as may be outstanding.
    pub(super) fn start_calls(&mut self, now: Millis, out: &mut Vec<Effect>) {
        while let Some(batch) = self.calls.next_batch() {
            let Some(transform) = &self.config.transform else { return };
            let function: Arc<str> = transform.function_arn.as_str().into();
            self.start_call(&function, batch, now, out);
        }
    }

    /// Starts one call with as much of the batch as an event holds.
    fn start_call(
        &mut self,
        function: &Arc<str>,
        mut batch: VecDeque<Record>,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let seed = self.random.seed();
        let mut writer = EventWriter::new(&self.config.origin, seed, MAX_INVOCATION_PAYLOAD);
        writer.reserve(batch.iter().map(|record| &*record.payload));
        let mut records = Vec::with_capacity(batch.len());
        let mut fates = Fates::default();
        while let Some(record) = batch.pop_front() {
            let unpacked = self.unpacker.as_mut().map(|it| it.unpack(&record.payload));
            let is_in = match &unpacked {
                Some(Err(_)) => {
                    self.calls.forget(&record);
                    self.fail(&record, Failing::NOT_GZIP, &mut fates, now, out);
                    continue;
                }
                Some(Ok(payload)) => writer.push(payload, record.arrival, None),
                None => writer.push(&record.payload, record.arrival, None),
            };
            if is_in {
                records.push(record);
            } else if records.is_empty() {
                self.calls.forget(&record);
                let fault = Refusal::EventTooLarge.fault(self.settings.retries);
                let function = Some(Arc::clone(function));
                let failing = Failing { function, ..Failing::partition(fault) };
                self.fail(&record, failing, &mut fates, now, out);
            } else {
                batch.push_front(record);
                break;
            }
        }
        self.calls.put_back(batch);
        self.finish(None, fates, 0, now, out);
        if !records.is_empty() {
            let (function, event) = (Arc::clone(function), writer.event());
            let call = Call { function, event, records, attempt: 1, retry_at: None };
            let id = self.calls.start(call);
            self.invoke(id, false, now, out);
        }
    }

    /// Calls the function, again if it is a retry.
    pub(super) fn invoke(
        &mut self,
        id: CallId,
        is_retry: bool,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let invocation_id = self.random.uuid();
        let Some(call) = self.calls.call_mut(id) else { return };
        if is_retry {
            call.event = call.event.again(&invocation_id);
        }
        let (function, event) = (Arc::clone(&call.function), call.event.text().clone());
        let what = What::Invoked {
            call: id,
            attempt: call.attempt,
            function: Arc::clone(&function),
            invocation_id: call.event.invocation_id().to_owned(),
            records: call.records.iter().map(|record| record.number).collect(),
            bytes: event.len(),
        };
        let attempt = call.attempt;
        report(out, now, what);
        out.push(Effect::Invoke { call: id, attempt, function, event });
    }

    /// Takes the answer to a call.
    pub(super) fn answered(
        &mut self,
        id: CallId,
        answer: &Answer,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let Some(call) = self.calls.answered(id) else { return };
        let ids: Vec<&str> = call.event.ids().collect();
        let behaviors = self.config.behaviors;
        let settled = settle(call.event.source(), &ids, answer, &self.settings, behaviors);
        let may_retry = call.attempt <= self.settings.retries;
        let is_retried = may_retry && matches!(settled, Settled::CallFailed(_));
        let pause = || retry_pause(call.attempt, &self.config);
        let retry_at = is_retried.then(|| now.saturating_add(pause()));
        let (attempt, result, message) = (call.attempt, answer.as_str(), answer.message());
        report(out, now, What::Answered { call: id, attempt, result, message, retry_at });
        if let Some(at) = retry_at {
            return self.calls.retry_later(id, call, at);
        }
        let mut fates = Fates::default();
        let lost = match settled {
            Settled::CallFailed(fault) => {
                let fault = Fault { attempts: call.attempt, ..fault };
                for record in &call.records {
                    self.calls.forget(record);
                    self.fail_call(record, fault, &call.function, &mut fates, now, out);
                }
                0
            }
            Settled::Records(records) => {
                self.settled(&call, &records, &mut fates, now, out);
                records.lost
            }
        };
        self.finish(Some(id), fates, lost, now, out);
    }

    fn fail_call(
        &mut self,
        record: &Record,
        fault: Fault,
        function: &Arc<str>,
        fates: &mut Fates,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let is_of_function = fault.code.starts_with("Lambda.");
        let function = is_of_function.then(|| Arc::clone(function));
        let failing = Failing { function, ..Failing::partition(fault) };
        self.fail(record, failing, fates, now, out);
    }

    fn settled(
        &mut self,
        call: &Call,
        settled: &SettledRecords,
        fates: &mut Fates,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let mut ready = Vec::with_capacity(call.records.len());
        for (record, fate) in call.records.iter().zip(&settled.fates) {
            self.calls.forget(record);
            match fate {
                SettledFate::Delivered { payload, partition_keys } => {
                    let payload = settled.bytes.get(payload.clone()).unwrap_or_default();
                    ready.push(Ready { record, payload, from_lambda: partition_keys });
                }
                SettledFate::Dropped => {
                    fates.dropped.push(record.number);
                    push_outcome(&mut fates.outcomes, record.number, "dropped", None);
                }
                SettledFate::Failed(fault) => {
                    self.fail_call(record, *fault, &call.function, fates, now, out);
                }
            }
        }
        self.deliver(&ready, fates, now, out);
    }

    /// Delivers records of a stream without a transform.
    pub(super) fn deliver_untransformed(
        &mut self,
        records: &[Record],
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let mut fates = Fates::default();
        let none = &BTreeMap::new();
        if self.unpacker.is_none() {
            let ready = records.iter().map(|record| Ready {
                record,
                payload: &record.payload,
                from_lambda: none,
            });
            self.deliver(&ready.collect::<Vec<_>>(), &mut fates, now, out);
            return self.finish(None, fates, 0, now, out);
        }
        // One after the other: they may become much larger.
        for record in records {
            match self.unpacker.as_mut().map(|it| it.unpack(&record.payload)) {
                Some(Ok(payload)) => {
                    let ready = Ready { record, payload: &payload, from_lambda: none };
                    self.deliver(&[ready], &mut fates, now, out);
                }
                _ => self.fail(record, Failing::NOT_GZIP, &mut fates, now, out),
            }
        }
        self.finish(None, fates, 0, now, out);
    }

    /// Puts records into the buffers of their partitions.
    fn deliver(
        &mut self,
        ready: &[Ready<'_>],
        fates: &mut Fates,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let queried = self.queried(ready, now, out);
        for (at, Ready { record, payload, from_lambda }) in ready.iter().enumerate() {
            let from_query = queried.get(at).and_then(Option::as_ref);
            let Some(keys) = self.wanted.partition(from_lambda, from_query) else {
                self.fail(record, Failing::partition(NO_KEY), fates, now, out);
                continue;
            };
            let role = Role::Delivery(keys);
            let most = self.config.max_partitions;
            let is_full = || most.is_some_and(|most| self.buffers.partitions() >= most);
            if !self.buffers.has(&role) && is_full() {
                self.fail(record, Failing::partition(TOO_MANY_PARTITIONS), fates, now, out);
                continue;
            }
            let Record { number, arrival, .. } = **record;
            self.push(&role, Incoming { number, arrival, bytes: payload }, now, out);
            push_outcome(&mut fates.outcomes, number, "delivered", None);
        }
    }

    /// What the query makes of the records, if a prefix asks for it.
    fn queried(
        &mut self,
        ready: &[Ready<'_>],
        now: Millis,
        out: &mut Vec<Effect>,
    ) -> Vec<Option<BTreeMap<String, String>>> {
        let Some(query) = &mut self.query else { return Vec::new() };
        if ready.is_empty() || self.wanted.names(KeySource::Query).is_empty() {
            return Vec::new();
        }
        let payloads: Vec<&[u8]> = ready.iter().map(|ready| ready.payload).collect();
        let keys = query.keys(&payloads);
        if let (Some(message), false) = (query.is_off(), self.are_queries_off) {
            self.are_queries_off = true;
            report(out, now, What::QueriesOff { message });
        }
        keys
    }

    /// Puts a failure record into the buffer of its type.
    fn fail(
        &mut self,
        record: &Record,
        failing: Failing,
        fates: &mut Fates,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let Fault { code, message, attempts } = failing.fault;
        let mut line = Vec::with_capacity(record.payload.len() / 3 * 4 + 512);
        FailedRecord {
            payload: &record.payload,
            code,
            message,
            attempts,
            arrival: record.arrival,
            attempt_ending: now,
            function: failing.function.as_deref(),
        }
        .push(&mut line);
        let Record { number, arrival, .. } = *record;
        let role = Role::Failures(failing.kind);
        self.push(&role, Incoming { number, arrival, bytes: &line }, now, out);
        push_outcome(&mut fates.outcomes, number, "failed", Some(code));
        if !fates.failing.iter().any(|it| it.fault.code == code) {
            fates.failing.push(failing);
        }
    }

    /// Reports, logs and keeps what became of some records.
    fn finish(
        &mut self,
        call: Option<CallId>,
        fates: Fates,
        lost: usize,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let Fates { outcomes, dropped, failing } = fates;
        if !dropped.is_empty() {
            self.gone.dropped += dropped.len();
            out.push(Effect::Journal(Entry::Dropped { records: dropped }));
        }
        for Failing { fault, function, .. } in &failing {
            self.log(fault.code, fault.message, function.as_deref(), now, out);
        }
        if call.is_some() || !outcomes.is_empty() {
            report(out, now, What::Settled { call, outcomes, lost });
        }
    }

    /// Logs an error, if errors are logged: keys and their order are those of
    /// events that people published.
    pub(super) fn log(
        &self,
        code: &str,
        message: &str,
        function: Option<&str>,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let Some(logging) = &self.config.logging else { return };
        let origin = &self.config.origin;
        let partition = origin.region.partition();
        let bucket = format!("arn:{partition}:s3:::{}", self.config.delivery.bucket);
        let mut text = br#"{"deliveryStreamARN":"#.to_vec();
        push_string(&mut text, &origin.stream_arn());
        text.extend_from_slice(br#","destination":"#);
        push_string(&mut text, &bucket);
        let version = self.config.version;
        text.extend_from_slice(
            format!(r#","deliveryStreamVersionId":{version},"message":"#).as_bytes(),
        );
        push_string(&mut text, message);
        text.extend_from_slice(br#","errorCode":"#);
        push_string(&mut text, code);
        if let Some(function) = function {
            text.extend_from_slice(br#","processor":"#);
            push_string(&mut text, function);
        }
        text.push(b'}');
        let message = String::from_utf8_lossy(&text).into_owned();
        let (group, stream) = (logging.group.clone(), logging.stream.clone());
        out.push(Effect::Log(LogEntry { group, stream, at: now, message }));
    }
}
