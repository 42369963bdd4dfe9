//! What happened to one record, from what is still kept of it.

mod payload;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::streams::Stream;
use firehose::flow::{CallId, ObjectId, Outcome, RecordSet, What};
use firehose::json::{Style, Token};
use firehose::time::Millis;
use firehose::transform::wrong_result;
pub use payload::Payload;
pub(super) use payload::previews;

/// Lines of a log that are shown.
const MAX_LINES: usize = 50;

/// The way of a record. Texts of functions and producers are in it: escape them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordStory {
    /// The delivery stream.
    pub stream: String,
    /// The number of the record.
    pub record: u64,
    /// `delivered`, `failed`, `dropped`, or `on its way`.
    pub state: String,
    /// When it was put; none if that is no longer kept.
    pub put_at: Option<Millis>,
    /// As it came; none if its bytes are no longer kept.
    pub payload: Option<Payload>,
    /// Calls of the transform that had it, the oldest first.
    pub calls: Vec<CallStory>,
    /// Its fate, if it is not to be delivered.
    pub settled: Option<Fate>,
    /// The objects that it is in.
    pub objects: Vec<ObjectStory>,
}

/// One attempt of a call of the transform.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallStory {
    /// The number of the call.
    pub call: u64,
    /// 1, and one more with each retry.
    pub attempt: u32,
    /// When it began.
    pub at: Millis,
    /// Which record of the event it was, from 1.
    pub position: u64,
    /// How many records were in the event.
    pub records: u64,
    /// `recordId` in the event.
    pub record_id: Option<String>,
    /// When it was over.
    pub answered_at: Option<Millis>,
    /// How long it took.
    pub duration_ms: Option<f64>,
    /// Lines that the function logged.
    pub log: Vec<String>,
    /// `result` of the record, or why there is none: `timed-out`, `throttled`, …
    pub result: Option<String>,
    /// What went wrong with the whole call, or what is wrong with `result`.
    pub message: Option<String>,
    /// The call is repeated.
    pub is_retried: bool,
    /// What the transform made of the record.
    pub data: Option<Payload>,
    /// Why there is no `data`; none if there is.
    pub no_data: Option<NoData>,
}

/// Why the data is missing that the transform made of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoData {
    /// The call is not over.
    NotAnswered,
    /// The event, the answer and the log of the call were forgotten.
    NotKept,
    /// It is not base64.
    NotBase64,
    /// The transform returned none.
    NotReturned,
}

/// What became of a record that is not delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fate {
    /// When that was known.
    pub at: Millis,
    /// `failed` or `dropped`.
    pub result: String,
    /// `errorCode` of a failure.
    pub error_code: Option<String>,
}

/// An object that has the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectStory {
    /// When it was written.
    pub at: Millis,
    /// `delivery`, `failures` or `backup`.
    pub role: String,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The line of the record, from 1, in an object of failures.
    pub line: Option<u64>,
}

/// The story of a record, with JSON laid out like this; `None` if nothing of it is
/// kept.
pub fn record_story(
    history: &History,
    stream: &Stream,
    record: u64,
    style: Style,
) -> Option<RecordStory> {
    let story = RecordStory {
        stream: stream.name().to_string(),
        record,
        state: "on its way".to_owned(),
        put_at: None,
        payload: None,
        calls: Vec::new(),
        settled: None,
        objects: Vec::new(),
    };
    let mut teller = Teller { history, stream, style, lines: BTreeMap::new(), story };
    let events = history.of_stream(stream.name());
    for event in &events {
        teller.take(event.activity.at, &event.activity.what);
    }
    let story = teller.story;
    let is_known = story.put_at.is_some() || !story.calls.is_empty() || !story.objects.is_empty();
    (is_known || story.settled.is_some()).then_some(story)
}

struct Teller<'a> {
    history: &'a History,
    stream: &'a Stream,
    style: Style,
    /// Objects that have the record, with its place in them, from 1.
    lines: BTreeMap<ObjectId, u64>,
    story: RecordStory,
}

impl Teller<'_> {
    fn take(&mut self, at: Millis, what: &What) {
        let record = self.story.record;
        match what {
            What::Accepted { records, .. } if records.contains(record) => {
                self.story.put_at = Some(at);
                let payload = self.history.record(self.stream.name(), record);
                self.story.payload = payload.map(|it| Payload::new(&it, self.style));
            }
            What::Invoked { call, attempt, records, .. } => {
                let Some(position) = position(records, record) else { return };
                let (call, attempt, records) = (call.0, *attempt, records.len());
                let no_data = Some(NoData::NotAnswered);
                let rest = CallStory::default();
                let call = CallStory { call, attempt, at, position, records, no_data, ..rest };
                self.story.calls.push(call);
            }
            What::Called { call, attempt, duration_ms, .. } => {
                let Some(story) = self.call(*call) else { return };
                (story.answered_at, story.duration_ms) = (Some(at), Some(*duration_ms));
                self.called(*call, *attempt);
            }
            What::Answered { call, result, message, retry_at, .. } if *result != "response" => {
                let Some(story) = self.call(*call) else { return };
                story.answered_at.get_or_insert(at);
                story.result = Some((*result).to_owned());
                story.message.clone_from(message);
                story.is_retried = retry_at.is_some();
                story.no_data = Some(NoData::NotReturned);
            }
            What::Settled { outcomes, .. } => self.settled(at, outcomes),
            What::Writing { object, records, .. } => {
                if let Some(position) = position(records, record) {
                    self.lines.insert(*object, position);
                }
            }
            What::Written { object, role, place, .. } => {
                let Some(line) = self.lines.get(object) else { return };
                if *role == "delivery" {
                    "delivered".clone_into(&mut self.story.state);
                }
                let line = (*role == "failures").then_some(*line);
                let (role, bucket) = ((*role).to_owned(), place.bucket.clone());
                let object = ObjectStory { at, role, bucket, key: place.key.clone(), line };
                self.story.objects.push(object);
            }
            _ => {}
        }
    }

    /// The last attempt of a call that has the record.
    fn call(&mut self, call: CallId) -> Option<&mut CallStory> {
        self.story.calls.iter_mut().rev().find(|it| it.call == call.0)
    }

    fn settled(&mut self, at: Millis, outcomes: &[Outcome]) {
        let record = self.story.record;
        let Some(outcome) = outcomes.iter().find(|it| it.records.contains(record)) else { return };
        if outcome.result == "delivered" {
            return;
        }
        let (result, code) = (outcome.result.to_owned(), outcome.code.map(ToOwned::to_owned));
        self.story.state.clone_from(&result);
        self.story.settled = Some(Fate { at, result, error_code: code });
    }

    /// What the function logged, and what it answered for this record.
    fn called(&mut self, call: CallId, attempt: u32) {
        let details = self.history.call(self.stream.name(), call, attempt);
        let style = self.style;
        let Some(story) = self.call(call) else { return };
        let Some(details) = details else {
            story.no_data = Some(NoData::NotKept);
            return;
        };
        story.no_data = Some(NoData::NotReturned);
        let is_own = |line: &&str| {
            !["START ", "END ", "REPORT ", "INIT_START "].iter().any(|it| line.starts_with(it))
        };
        let lines = details.log.iter().flat_map(|(_, message)| message.lines()).filter(is_own);
        story.log = lines.take(MAX_LINES).map(ToOwned::to_owned).collect();
        let sent = elements(&details.event).nth(index(story.position));
        story.record_id = sent.and_then(record_id);
        let is_same = |it: &Token<'_>| record_id(*it) == story.record_id;
        let Some(found) = elements(&details.response).find(is_same) else { return };
        let text = |name: &[u8]| found.get(name).map(|it| it.text().into_owned());
        let data = text(b"data").or_else(|| text(b"kafkaRecordValue"));
        let result = text(b"result");
        story.message = result.as_deref().and_then(wrong_result);
        story.result = Some(result.unwrap_or_else(|| "without a result".to_owned()));
        let Some(data) = data else { return };
        let bytes = STANDARD.decode(data.as_bytes()).ok();
        story.no_data = bytes.is_none().then_some(NoData::NotBase64);
        story.data = bytes.map(|it| Payload::new(&it, style));
    }
}

/// Which one of them it is, from 1.
fn position(records: &RecordSet, record: u64) -> Option<u64> {
    let mut before = 0;
    for run in records.runs() {
        if run.contains(&record) {
            return Some(before + (record - run.start()) + 1);
        }
        before += run.end() - run.start() + 1;
    }
    None
}

fn index(position: u64) -> usize {
    usize::try_from(position.saturating_sub(1)).unwrap_or(usize::MAX)
}

/// The elements of `records`.
fn elements(document: &[u8]) -> impl Iterator<Item = Token<'_>> {
    let records = Token::new(document).get(b"records");
    let all = records.into_iter().flat_map(|it| it.elements().map_while(Result::ok));
    all.map(|(record, _)| record)
}

fn record_id(record: Token<'_>) -> Option<String> {
    record.get(b"recordId").map(|it| it.text().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_positions_in_the_order_in_which_they_were_added() {
        let records: RecordSet = [7, 8, 9, 3, 12].into_iter().collect();
        let positions = [7, 9, 3, 12, 4].map(|it| position(&records, it));
        assert_eq!(positions, [Some(1), Some(3), Some(4), Some(5), None]);
    }
}
