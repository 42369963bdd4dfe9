//! A flow next to a naive model of it, under random steps: what each holds, calls
//! and writes must be the same after every step, and every record in one place.
//!
//! `FH_FLOW_STEPS=1000000` takes more steps than the suite.

mod invariants;

use std::collections::{BTreeSet, VecDeque};

use super::*;
use crate::failure::FailedRecord;
use crate::transform::invocation::InvocationResult;
use crate::transform::{Refusal, TransformEvent};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const STEPS: u64 = 10_000;
/// Steps after which a stream is brought to its end and all is counted.
const STEPS_OF_A_STREAM: u64 = 100;

#[derive(Debug, Clone)]
struct ModelRecord {
    number: u64,
    arrival: Millis,
    payload: Bytes,
}

/// What is on its way to an object: what it holds, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Pile {
    what: &'static str,
    opened: Millis,
    body: Vec<u8>,
    numbers: Vec<u64>,
}

/// The parts of a stream as plain lists.
#[derive(Debug, Default)]
struct Model {
    buffer: Vec<ModelRecord>,
    opened: Millis,
    closed: VecDeque<Vec<ModelRecord>>,
    calls: BTreeMap<CallId, (Vec<ModelRecord>, u32, Option<Millis>)>,
    piles: BTreeMap<String, Pile>,
    /// Closed, and not yet seen as an effect.
    unseen: Vec<Pile>,
    writing: BTreeMap<ObjectId, (Pile, &'static str, Option<Millis>, usize)>,
    done: BTreeMap<&'static str, BTreeSet<u64>>,
    accepted: BTreeMap<u64, ModelRecord>,
}

struct Run {
    random: ChaCha8Rng,
    flow: Flow,
    model: Model,
    now: Millis,
    journal: Vec<u8>,
    events: BTreeMap<CallId, Bytes>,
    bodies: BTreeMap<ObjectId, (ObjectPlace, Bytes)>,
    /// What lies in S3, by key: which records, and what for.
    stored: BTreeMap<String, (BTreeSet<u64>, &'static str)>,
    config: StreamConfig,
    seed: u64,
}

fn some_config(random: &mut ChaCha8Rng) -> StreamConfig {
    let buffering = |random: &mut ChaCha8Rng| Buffering {
        interval: Duration::from_secs(random.random_range(0..5)),
        bytes: random.random_range(20..300),
    };
    let mut config = config();
    config.delivery.buffering = buffering(random);
    config.time_scale = random.random_range(1..3);
    if random.random_range(0..6) == 0 {
        config.transform = None;
    }
    if let Some(transform) = &mut config.transform {
        transform.buffering = buffering(random);
        transform.retries = random.random_range(0..3);
    }
    config.backup = config.backup.filter(|_| random.random_range(0..3) > 0);
    if let Some(backup) = &mut config.backup {
        backup.buffering = buffering(random);
    }
    if random.random() {
        config.delimiter = Some(b"\n".to_vec());
    }
    if config.transform.is_some() && random.random() {
        config.delivery.prefix = Some("p=!{partitionKeyFromLambda:p}/".parse().unwrap());
        config.error_output_prefix = Some("failed/".parse().unwrap());
        config.max_partitions = Some(2);
    }
    config
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let config = some_config(&mut random);
        Self {
            flow: Flow::new(config.clone(), None, seed).unwrap(),
            random,
            model: Model::default(),
            now: TEN,
            journal: Vec::new(),
            events: BTreeMap::new(),
            bodies: BTreeMap::new(),
            stored: BTreeMap::new(),
            config,
            seed,
        }
    }

    fn step(&mut self) {
        match self.random.random_range(0..100) {
            0..35 => self.put(),
            35..60 => self.answer(),
            60..80 => self.write(),
            80..96 => self.wait(),
            96..98 => self.flush(),
            _ => self.kill(),
        }
        self.compare();
    }

    fn put(&mut self) {
        let count = self.random.random_range(1..8);
        let mut payloads = Vec::new();
        for _ in 0..count {
            let number = self.model.accepted.len() + payloads.len() + 1;
            let length = self.random.random_range(0..40);
            payloads.push(Bytes::from(format!("[{number}{}]", "x".repeat(length))));
        }
        let mut out = Vec::new();
        let numbers = self.flow.put(payloads.clone(), self.now, &mut out).unwrap();
        for (number, payload) in numbers.numbers().zip(payloads) {
            let record = ModelRecord { number, arrival: self.now, payload };
            self.model.accepted.insert(number, record.clone());
            if self.config.backup.is_some() {
                self.pile("backup", record.number, &record.payload.clone());
            }
            self.take_in(record);
        }
        self.finish(false, out);
    }

    fn take_in(&mut self, record: ModelRecord) {
        let Some(transform) = &self.config.transform else {
            let payload = record.payload.clone();
            return self.pile("", record.number, &payload);
        };
        let limit = usize::try_from(transform.buffering.bytes).unwrap();
        let size =
            |records: &[ModelRecord]| records.iter().map(|it| it.payload.len()).sum::<usize>();
        let model = &mut self.model;
        if !model.buffer.is_empty() && size(&model.buffer) + record.payload.len() > limit {
            model.closed.push_back(std::mem::take(&mut model.buffer));
        }
        if model.buffer.is_empty() {
            model.opened = self.now;
        }
        model.buffer.push(record);
        if size(&model.buffer) >= limit {
            model.closed.push_back(std::mem::take(&mut model.buffer));
        }
    }

    /// Adds to a pile by its name: a partition, `failed` or `backup`.
    fn pile(&mut self, name: &str, number: u64, bytes: &[u8]) {
        let is_delivery = !matches!(name, "failed" | "backup");
        let delimiter = self.config.delimiter.clone().filter(|_| is_delivery).unwrap_or_default();
        let limit = usize::try_from(self.buffering(name).bytes).unwrap();
        if let Some(pile) = self.model.piles.get(name)
            && pile.body.len() + delimiter.len() + bytes.len() > limit
        {
            let pile = self.model.piles.remove(name).unwrap();
            self.model.unseen.push(pile);
        }
        let what = match name {
            "backup" => "backup",
            "failed" => "failures",
            _ => "delivery",
        };
        let opened = self.now;
        let pile = self.model.piles.entry(name.to_owned());
        let pile = pile.or_insert_with(|| Pile { what, opened, ..Pile::default() });
        if !pile.numbers.is_empty() {
            pile.body.extend_from_slice(&delimiter);
        }
        pile.body.extend_from_slice(bytes);
        pile.numbers.push(number);
        if pile.body.len() >= limit {
            let pile = self.model.piles.remove(name).unwrap();
            self.model.unseen.push(pile);
        }
    }

    fn buffering(&self, name: &str) -> Buffering {
        match (name, &self.config.backup) {
            ("backup", Some(backup)) => backup.buffering,
            _ => self.config.delivery.buffering,
        }
    }

    fn scaled(&self, length: Duration) -> Millis {
        Millis::try_from(length.as_millis()).unwrap() / Millis::from(self.config.time_scale)
    }

    fn fail(
        &mut self,
        record: &ModelRecord,
        code: &str,
        message: &str,
        attempts: u32,
        by_function: bool,
    ) {
        let mut line = Vec::new();
        FailedRecord {
            payload: &record.payload,
            code,
            message,
            attempts,
            arrival: record.arrival,
            attempt_ending: self.now,
            function: by_function.then_some(FUNCTION),
        }
        .push(&mut line);
        self.pile("failed", record.number, &line);
    }

    /// Answers one of the calls: it fails, or each record has a fate of its own.
    fn answer(&mut self) {
        let outstanding: Vec<_> = self.events.keys().copied().collect();
        let Some(call) = self.pick(&outstanding) else { return };
        let event = self.events.remove(&call).unwrap();
        let (records, attempt, _) = self.model.calls.remove(&call).unwrap();
        let mut out = Vec::new();
        if self.random.random_range(0..4) == 0 {
            let answer = Answer::Refused(Refusal::Throttled);
            self.flow.handle(Input::Answered(call, answer), self.now, &mut out);
            if attempt <= self.config.transform.as_ref().unwrap().retries {
                let pause = Duration::from_secs(1 << (attempt - 1));
                let at = self.now + self.scaled(pause);
                self.model.calls.insert(call, (records, attempt, Some(at)));
            } else {
                let message = "The Lambda concurrent execution limit is exceeded. Increase the concurrent execution limit.";
                for record in &records {
                    self.fail(record, "Lambda.InvokeLimitExceeded", message, attempt, true);
                }
            }
            return self.finish(true, out);
        }
        let mut elements = Vec::new();
        let mut delivered = Vec::new();
        let sent = TransformEvent::parse(&event).unwrap();
        for (record, sent) in records.iter().zip(&sent.records) {
            let id = &sent.id;
            let data = String::from_utf8_lossy(&sent.data);
            let partition = ["a", "b", "c", ""][self.random.random_range(0..4)];
            match self.random.random_range(0..6) {
                0 => {
                    elements.push(format!(r#"{{"recordId":"{id}","result":"Dropped"}}"#));
                    self.done("dropped", &[record.number]);
                }
                1 => {
                    elements.push(format!(r#"{{"recordId":"{id}","result":"ProcessingFailed"}}"#));
                    let message = "ProcessingFailed status set for record";
                    self.fail(record, "Lambda.ProcessingFailedStatus", message, 1, true);
                }
                _ => {
                    let metadata = format!(r#"{{"partitionKeys":{{"p":"{partition}"}}}}"#);
                    elements.push(format!(
                        r#"{{"recordId":"{id}","result":"Ok","data":"{data}","metadata":{metadata}}}"#
                    ));
                    if self.config.max_partitions.is_some() && partition.is_empty() {
                        let message = "partitionKeys values must not be null or empty";
                        let code = "DynamicPartitioning.MetadataExtractionFailed";
                        self.fail(record, code, message, 1, false);
                    } else {
                        delivered.push((record.clone(), partition));
                    }
                }
            }
        }
        for (record, partition) in delivered {
            let is_partitioned = self.config.max_partitions.is_some();
            let name = if is_partitioned { format!("p={partition}") } else { String::new() };
            let open = self.model.piles.keys().filter(|it| it.starts_with("p=")).count();
            if is_partitioned && open >= 2 && !self.model.piles.contains_key(&name) {
                let message =
                    "The number of active partitions exceeds the limit of the delivery stream.";
                self.fail(&record, "activePartitionExceeded", message, 1, false);
            } else {
                self.pile(&name, record.number, &record.payload.clone());
            }
        }
        if self.random.random() {
            elements.reverse();
        }
        let response = format!(r#"{{"records":[{}]}}"#, elements.join(","));
        let result = InvocationResult::from_response(response.into_bytes());
        self.flow.handle(Input::Answered(call, Answer::Called(result)), self.now, &mut out);
        self.finish(true, out);
    }

    fn write(&mut self) {
        let writing: Vec<_> = self.bodies.keys().copied().collect();
        let Some(object) = self.pick(&writing) else { return };
        let (place, _) = self.bodies.remove(&object).unwrap();
        let (pile, what, _, failures) = self.model.writing.remove(&object).unwrap();
        let mut out = Vec::new();
        if self.random.random_range(0..5) == 0 {
            let error = WriteError { code: "S3.AccessDenied".to_owned(), message: String::new() };
            self.flow.handle(Input::Written(object, Err(error)), self.now, &mut out);
            let pause = Duration::from_secs([1, 2, 4, 8, 16, 30][failures.min(5)]);
            let at = self.now + self.scaled(pause);
            self.model.writing.insert(object, (pile, what, Some(at), failures + 1));
        } else {
            self.store(&place, &pile, what);
            self.flow.handle(Input::Written(object, Ok(())), self.now, &mut out);
            self.done(what, &pile.numbers);
        }
        self.finish(true, out);
    }

    fn store(&mut self, place: &ObjectPlace, pile: &Pile, what: &'static str) {
        let key = format!("{}/{}", place.bucket, place.key);
        let stored = (pile.numbers.iter().copied().collect(), what);
        assert_eq!(self.stored.insert(key, stored), None, "an object is written twice");
    }

    fn wait(&mut self) {
        let due = self.flow.wakes_at().filter(|_| self.random.random());
        self.now = match due {
            Some(due) => due.max(self.now),
            None => self.now + self.random.random_range(1..4000),
        };
        let mut out = Vec::new();
        self.flow.handle(Input::Tick, self.now, &mut out);
        self.finish(true, out);
        assert!(self.flow.wakes_at().is_none_or(|at| at > self.now), "a tick leaves nothing due");
    }

    fn flush(&mut self) {
        let mut out = Vec::new();
        self.flow.handle(Input::Flush, self.now, &mut out);
        let buffer = std::mem::take(&mut self.model.buffer);
        if !buffer.is_empty() {
            self.model.closed.push_back(buffer);
        }
        self.finish(true, out);
    }

    /// Ends the process, some of whose objects are there, and starts another.
    fn kill(&mut self) {
        let writing = std::mem::take(&mut self.model.writing);
        for (object, (pile, what, ..)) in writing {
            let Some((place, _)) = self.bodies.remove(&object) else { continue };
            if self.random.random() {
                self.store(&place, &pile, what);
                self.done(what, &pile.numbers);
            }
        }
        self.events.clear();
        // What was not written to its end is as good as nothing.
        let mut file = self.journal.clone();
        file.extend_from_slice(&[9, 0, 0, 0, 1]);
        let mut replay = journal::Replay::new(self.config.backup.is_some());
        replay.read(&file.into()).unwrap();
        let stored = &self.stored;
        let is_there = |it: &ObjectPlace| stored.contains_key(&format!("{}/{}", it.bucket, it.key));
        let restored = replay.finish(is_there);

        self.seed += 1_000_000;
        self.flow = Flow::new(self.config.clone(), None, self.seed).unwrap();
        let mut out = Vec::new();
        self.flow.restore(restored, self.now, &mut out);
        let done = std::mem::take(&mut self.model.done);
        let accepted = std::mem::take(&mut self.model.accepted);
        self.model = Model { done, accepted: accepted.clone(), ..Model::default() };
        let has = |run: &Self, what: &str, number| {
            run.model.done.get(what).is_some_and(|numbers| numbers.contains(&number))
        };
        if self.config.backup.is_some() {
            for record in
                accepted.values().filter(|it| !has(self, "backup", it.number)).collect::<Vec<_>>()
            {
                self.pile("backup", record.number, &record.payload);
            }
        }
        for record in accepted.into_values() {
            if !["delivery", "failures", "dropped"].iter().any(|it| has(self, it, record.number)) {
                self.take_in(record);
            }
        }
        self.finish(false, out);
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.random.random_range(0..from.len())]) }
    }

    fn done(&mut self, what: &'static str, numbers: &[u64]) {
        for number in numbers {
            assert!(
                self.model.done.entry(what).or_default().insert(*number),
                "{number} {what} twice"
            );
        }
    }

    /// What time makes the model do, as seen in the effects of the flow.
    fn finish(&mut self, is_tick: bool, out: Vec<Effect>) {
        let interval = self.config.transform.as_ref().map(|it| self.scaled(it.buffering.interval));
        let is_due = |at: Millis| if is_tick { at <= self.now } else { at < self.now };
        if interval.is_some_and(|it| is_due(self.model.opened + it))
            && !self.model.buffer.is_empty()
        {
            let buffer = std::mem::take(&mut self.model.buffer);
            self.model.closed.push_back(buffer);
        }
        for effect in out {
            match effect {
                Effect::Journal(entry) => entry.push(&mut self.journal),
                Effect::Invoke { call, attempt, event, .. } => self.invoked(call, attempt, event),
                Effect::Write { object, place, body, .. } => self.writing(object, place, body),
                Effect::Report(activity) => assert_eq!(activity.at, self.now),
                Effect::Log(_) => {}
            }
        }
        assert!(self.model.unseen.is_empty(), "a full buffer was not written");
        let is_due = |at: Millis| if is_tick { at <= self.now } else { at < self.now };
        for (name, pile) in &self.model.piles {
            let due = pile.opened + self.scaled(self.buffering(name).interval);
            assert!(!is_due(due), "{name} is due and not written");
        }
        assert!(
            self.model.calls.len() == 5 || self.model.closed.is_empty(),
            "a batch waits for nothing"
        );
    }

    fn invoked(&mut self, call: CallId, attempt: u32, event: Bytes) {
        if let Some((_, attempts, retry_at)) = self.model.calls.get_mut(&call) {
            assert!(retry_at.take().unwrap() <= self.now && attempt == *attempts + 1);
            *attempts = attempt;
        } else {
            let records = self.model.closed.pop_front().unwrap();
            self.model.calls.insert(call, (records, 1, None));
            assert!(attempt == 1 && self.model.calls.len() <= 5);
        }
        let records = &self.model.calls[&call].0;
        let expected: Vec<_> =
            records.iter().map(|it| String::from_utf8_lossy(&it.payload)).collect();
        assert_eq!(hands::payloads(&event), expected);
        self.events.insert(call, event);
    }

    fn writing(&mut self, object: ObjectId, place: ObjectPlace, body: Bytes) {
        let what = match () {
            () if place.bucket == "kept" => "backup",
            () if place.key.contains("failed") => "failures",
            () => "delivery",
        };
        if let Some((pile, _, retry_at, _)) = self.model.writing.get_mut(&object) {
            assert!(retry_at.take().unwrap() <= self.now);
            assert_eq!(pile.body, body);
        } else {
            let is_it = |pile: &Pile| pile.what == what && pile.body == body;
            let unseen = &mut self.model.unseen;
            let pile = if let Some(at) = unseen.iter().position(is_it) {
                unseen.remove(at)
            } else {
                // It was due.
                let name = self.model.piles.iter().find(|(_, pile)| is_it(pile));
                let name = name.expect("an object that nothing asked for").0.clone();
                self.model.piles.remove(&name).unwrap()
            };
            self.model.writing.insert(object, (pile, what, None, 0));
        }
        self.bodies.insert(object, (place, body));
    }
}

#[test]
fn a_flow_does_what_a_naive_model_of_it_does() {
    let number = |text: Option<&str>| text.and_then(|it| it.parse::<u64>().ok());
    let steps = number(option_env!("FH_FLOW_STEPS")).unwrap_or(STEPS);
    let first = number(option_env!("FH_FLOW_SEED")).unwrap_or(1);
    for seed in first..first + steps / STEPS_OF_A_STREAM {
        let mut run = Run::new(seed);
        for _ in 0..STEPS_OF_A_STREAM {
            run.step();
        }
        run.end();
    }
}
