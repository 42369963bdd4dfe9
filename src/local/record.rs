//! What happened to one record, from what is still kept of it.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::streams::Stream;
use firehose::flow::{CallId, ObjectId, RecordSet, What};
use firehose::json::Token;
use firehose::size;
use firehose::time::Millis;

/// Characters of a payload that are shown.
const MAX_SHOWN: usize = 4_000;

/// Lines of a log that are shown.
const MAX_LINES: usize = 50;

/// The way of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordStory {
    /// The delivery stream.
    pub stream: String,
    /// The number of the record.
    pub number: u64,
    /// `delivered`, `failed`, `dropped`, or `on its way`.
    pub state: String,
    /// The oldest first.
    pub steps: Vec<Step>,
}

/// One thing that happened to it. Texts of functions and producers are in it: escape
/// them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// `put`, `invoked`, `log`, …
    pub label: String,
    /// When.
    pub at: Millis,
    /// In a line.
    pub text: String,
    /// Payloads and logs.
    pub lines: Vec<String>,
}

/// The story of a record; `None` if nothing of it is kept.
pub fn record_story(history: &History, stream: &Stream, number: u64) -> Option<RecordStory> {
    let mut teller = Teller {
        history,
        stream,
        number,
        calls: BTreeSet::new(),
        objects: BTreeSet::new(),
        state: "on its way",
        steps: Vec::new(),
    };
    for event in history.of_stream(stream.name()) {
        teller.take(event.activity.at, &event.activity.what);
    }
    let Teller { state, steps, .. } = teller;
    let name = stream.name().to_string();
    let story = RecordStory { stream: name, number, state: state.to_owned(), steps };
    (!story.steps.is_empty()).then_some(story)
}

struct Teller<'a> {
    history: &'a History,
    stream: &'a Stream,
    number: u64,
    /// Calls that have it, with its place in the event.
    calls: BTreeSet<(CallId, usize)>,
    /// Objects that have it.
    objects: BTreeSet<ObjectId>,
    state: &'static str,
    steps: Vec<Step>,
}

impl Teller<'_> {
    fn step(&mut self, label: &str, at: Millis, text: String, lines: Vec<String>) {
        self.steps.push(Step { label: label.to_owned(), at, text, lines });
    }

    fn place(&self, call: CallId) -> Option<usize> {
        self.calls.iter().find(|(it, _)| *it == call).map(|(_, place)| *place)
    }

    fn take(&mut self, at: Millis, what: &What) {
        let has = |set: &RecordSet| set.contains(self.number);
        match what {
            What::Accepted { records, .. } if has(records) => self.put(at),
            What::Invoked { call, attempt, records, .. } if has(records) => {
                let place = records.numbers().position(|it| it == self.number).unwrap_or_default();
                self.calls.insert((*call, place));
                let again =
                    if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
                let text = format!("#{}, record {} of {}{again}", call.0, place + 1, records.len());
                self.step("invoked", at, text, Vec::new());
            }
            What::Called { call, attempt, .. } => {
                if let Some(place) = self.place(*call) {
                    self.called(at, *call, *attempt, place);
                }
            }
            What::Answered { call, result, message, retry_at, .. }
                if *result != "response" && self.place(*call).is_some() =>
            {
                let why = message.as_deref().map(|it| format!(": {it}")).unwrap_or_default();
                let again = if retry_at.is_some() { "; called again" } else { "" };
                self.step("answered", at, format!("{result}{why}{again}"), Vec::new());
            }
            What::Settled { outcomes, .. } => {
                let Some(outcome) = outcomes.iter().find(|it| has(&it.records)) else { return };
                self.state =
                    if outcome.result == "delivered" { "on its way" } else { outcome.result };
                if outcome.result != "delivered" {
                    let code = outcome.code.unwrap_or("by the transform").to_owned();
                    self.step(outcome.result, at, code, Vec::new());
                }
            }
            What::Writing { object, records, .. } if has(records) => {
                self.objects.insert(*object);
            }
            What::Written { object, role, place, .. } if self.objects.contains(object) => {
                let label = match *role {
                    "backup" => "backed up",
                    "failures" => "written",
                    _ => "delivered",
                };
                if label == "delivered" {
                    self.state = "delivered";
                }
                let text = format!("s3://{}/{}", place.bucket, place.key);
                self.step(label, at, text, Vec::new());
            }
            _ => {}
        }
    }

    fn put(&mut self, at: Millis) {
        match self.history.record(self.stream.name(), self.number) {
            Some(payload) => {
                let text = size(payload.len() as u64);
                self.step("put", at, text, vec![shown(&payload)]);
            }
            None => self.step("put", at, "its bytes are no longer kept".to_owned(), Vec::new()),
        }
    }

    /// What the function logged, and what it answered for this record.
    fn called(&mut self, at: Millis, call: CallId, attempt: u32, place: usize) {
        let Some(details) = self.history.call(self.stream.name(), call, attempt) else { return };
        let is_own = |line: &&str| {
            !["START ", "END ", "REPORT ", "INIT_START "].iter().any(|it| line.starts_with(it))
        };
        let lines = details.log.iter().flat_map(|(_, message)| message.lines()).filter(is_own);
        let lines: Vec<_> = lines.take(MAX_LINES).map(ToOwned::to_owned).collect();
        if !lines.is_empty() {
            self.step("log", at, format!("of #{}", call.0), lines);
        }
        let id = element(&details.event, |at, _| at == place);
        let id = id.and_then(|it| it.get(b"recordId")).map(|it| it.text().into_owned());
        let same =
            |record: Token<'_>| record.get(b"recordId").map(|it| it.text().into_owned()) == id;
        if let Some(found) = element(&details.response, |_, record| same(record)) {
            let text = |name: &[u8]| found.get(name).map(|it| it.text().into_owned());
            let data = text(b"data").and_then(|it| STANDARD.decode(it.as_bytes()).ok());
            let result = text(b"result").unwrap_or_else(|| "without a result".to_owned());
            self.step("answered", at, result, data.iter().map(|it| shown(it)).collect());
        }
    }
}

/// The first element of `records` that is wanted.
fn element(document: &[u8], is_it: impl Fn(usize, Token<'_>) -> bool) -> Option<Token<'_>> {
    let records = Token::new(document).get(b"records")?;
    let all = records.elements().map_while(Result::ok).map(|(record, _)| record);
    all.enumerate().find(|(at, record)| is_it(*at, *record)).map(|(_, record)| record)
}

fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut start: String = text.trim_end_matches('\n').chars().take(MAX_SHOWN).collect();
    if start.len() < text.trim_end_matches('\n').len() {
        start.push('…');
    }
    start
}
