//! What drives a flow in tests: it keeps what has to be done until a test does it.

use std::collections::VecDeque;

use super::*;
use crate::failure::FailureRecord;
use crate::json::{self, Token};
use crate::transform::{TransformEvent, invocation::InvocationResult};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(super) struct Hands {
    pub(super) flow: Flow,
    pub(super) now: Millis,
    pub(super) calls: VecDeque<(CallId, u32, Bytes)>,
    pub(super) writes: VecDeque<(ObjectId, ObjectPlace, Bytes)>,
    pub(super) objects: BTreeMap<String, Bytes>,
    pub(super) logs: Vec<String>,
    pub(super) activities: Vec<Activity>,
    pub(super) journal: Vec<u8>,
}

impl Hands {
    pub(super) fn new(config: StreamConfig) -> Self {
        Self {
            flow: Flow::new(config, None, 1).unwrap(),
            now: TEN,
            calls: VecDeque::new(),
            writes: VecDeque::new(),
            objects: BTreeMap::new(),
            logs: Vec::new(),
            activities: Vec::new(),
            journal: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Journal(entry) => entry.push(&mut self.journal),
                Effect::Invoke { call, attempt, event, .. } => {
                    self.calls.push_back((call, attempt, event));
                }
                Effect::Write { object, place, body, .. } => {
                    self.writes.push_back((object, place, body));
                }
                Effect::Log(entry) => self.logs.push(entry.message),
                Effect::Report(activity) => self.activities.push(activity),
            }
        }
    }

    pub(super) fn put(&mut self, payloads: &[&str]) {
        let payloads = payloads.iter().map(|it| Bytes::copy_from_slice(it.as_bytes())).collect();
        let mut out = Vec::new();
        self.flow.put(payloads, self.now, &mut out).unwrap();
        self.take(out);
    }

    pub(super) fn handle(&mut self, input: Input) {
        let mut out = Vec::new();
        self.flow.handle(input, self.now, &mut out);
        self.take(out);
    }

    /// Lets this many milliseconds go by, tick by tick.
    pub(super) fn wait(&mut self, milliseconds: Millis) {
        let end = self.now + milliseconds;
        while let Some(due) = self.flow.wakes_at().filter(|due| *due <= end) {
            self.now = due.max(self.now);
            self.handle(Input::Tick);
        }
        self.now = end;
        self.handle(Input::Tick);
    }

    pub(super) fn answer(&mut self, answer: Answer) -> Bytes {
        let (call, _, event) = self.calls.pop_front().unwrap();
        self.handle(Input::Answered(call, answer));
        event
    }

    /// Answers the oldest call: the JSON of a record by its id and data.
    pub(super) fn respond(&mut self, record: impl Fn(usize, &str, &str) -> String) {
        let event = self.calls[0].2.clone();
        let event = TransformEvent::parse(&event).unwrap();
        let records = event.records.iter().enumerate();
        let records = records.map(|(at, it)| record(at, &it.id, str::from_utf8(&it.data).unwrap()));
        let response = format!(r#"{{"records":[{}]}}"#, records.collect::<Vec<_>>().join(","));
        self.answer(Answer::Called(InvocationResult::from_response(response.into_bytes())));
    }

    /// Answers the oldest call: every record as it came.
    pub(super) fn respond_ok(&mut self) {
        self.respond(|_, id, data| ok(id, data));
    }

    /// Writes all that is to be written.
    pub(super) fn write(&mut self) {
        while let Some((object, place, body)) = self.writes.pop_front() {
            self.objects.insert(format!("{}/{}", place.bucket, place.key), body);
            self.handle(Input::Written(object, Ok(())));
        }
    }

    /// Delivers what waits, whatever its buffers say.
    pub(super) fn flush(&mut self) {
        self.handle(Input::Flush);
        self.write();
    }

    /// The objects whose keys start like this, in one text.
    pub(super) fn text(&self, start: &str) -> String {
        let found = self.objects.iter().filter(|(key, _)| key.starts_with(start));
        found.map(|(_, body)| String::from_utf8_lossy(body)).collect()
    }

    /// Failure records as the reader finds them: payload, code, attempts.
    pub(super) fn failures(&self) -> Vec<String> {
        let text = self.text("lake/processing-failed/") + &self.text("lake/decompression-failed/");
        let lines = text.lines().map(|line| {
            let record = FailureRecord::read(line.as_bytes());
            let payload = Token::new(line.as_bytes()).get(b"rawData").unwrap().string_bytes();
            let payload = STANDARD.decode(payload.unwrap()).unwrap();
            let code = record.code.unwrap().text().into_owned();
            assert!(record.message.unwrap().text().len() > 10, "{line}");
            let has_function = code.starts_with("Lambda.");
            assert_eq!(record.function.is_some(), has_function, "{line}");
            assert!(record.attempt_ending >= record.arrival && record.arrival.is_some(), "{line}");
            let payload = String::from_utf8_lossy(&payload).into_owned();
            format!("{payload} {code} {}", record.attempts.unwrap())
        });
        lines.collect()
    }

    pub(super) fn holds(&self) -> Holds {
        self.flow.holds()
    }
}

pub(super) fn ok(id: &str, data: &str) -> String {
    format!(r#"{{"recordId":"{id}","result":"Ok","data":"{data}"}}"#)
}

pub(super) fn ids(event: &Bytes) -> Vec<String> {
    let event = TransformEvent::parse(event).unwrap();
    event.records.iter().map(|record| record.id.to_string()).collect()
}

/// Payloads of an event.
pub(super) fn payloads(event: &Bytes) -> Vec<String> {
    let event = TransformEvent::parse(event).unwrap();
    let payload = |data: &[u8]| String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
    event.records.iter().map(|record| payload(&record.data)).collect()
}

pub(super) fn member(json: &str, key: &str) -> String {
    let start = json::skip_space(json.as_bytes(), 0);
    Token::new(&json.as_bytes()[start..]).get(key.as_bytes()).unwrap().text().into_owned()
}
