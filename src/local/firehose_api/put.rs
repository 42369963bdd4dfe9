//! `PutRecord` and `PutRecordBatch`, with what goes wrong on purpose.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::body::Bytes;
use serde::Deserialize;

use super::{FirehoseApi, json, not_read};
use crate::context;
use crate::local::faults::{Chance, lock};
use crate::local::gateway::{Broken, Reply};
use crate::local::metrics::metrics;
use crate::local::refusal::Refusal;
use crate::local::streams::{self, PutError, Stream};

/// How long an answer that stalls takes.
const STALL: Duration = Duration::from_millis(500);

/// Digits of the id of a record that was put: its number, with zeros before it.
const ID_DIGITS: usize = 180;

/// An answer, and when and whether it is given.
pub(super) enum Answer {
    Now(String),
    Late(String),
    /// The connection breaks.
    Never,
}

impl Answer {
    pub(super) async fn reply(self) -> Reply {
        match self {
            Self::Now(body) => json(body),
            Self::Late(body) => {
                tokio::time::sleep(STALL).await;
                json(body)
            }
            Self::Never => Err(Broken),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecordInput<'a> {
    #[serde(borrow)]
    delivery_stream_name: Cow<'a, str>,
    #[serde(borrow)]
    record: Entry<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecordBatchInput<'a> {
    #[serde(borrow)]
    delivery_stream_name: Cow<'a, str>,
    #[serde(borrow)]
    records: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    #[serde(borrow)]
    data: Cow<'a, str>,
}

/// What goes wrong with a put.
struct PutFaults {
    is_late: bool,
    loses_answer: bool,
    fails: bool,
    /// Entries that are refused.
    refused: Vec<bool>,
}

impl FirehoseApi {
    pub(super) fn put_record(&self, body: &[u8]) -> Result<Answer, Refusal> {
        let input: PutRecordInput<'_> =
            serde_json::from_slice(body).map_err(|error| not_read(&error))?;
        let stream = self.stream(&input.delivery_stream_name)?;
        let Some(faults) = self.put_faults(stream.name(), 1)? else { return Ok(Answer::Never) };
        if faults.refused.first() == Some(&true) {
            return Err(slow_down());
        }
        let payloads = decode(std::slice::from_ref(&input.record))?;
        stream.check_put(&payloads).map_err(|error| refusal(&error))?;
        let first = put(&stream, payloads)?;
        let answer = format!(r#"{{"RecordId":"{first:0ID_DIGITS$}","Encrypted":false}}"#);
        faults.apply(answer)
    }

    pub(super) fn put_record_batch(&self, body: &[u8]) -> Result<Answer, Refusal> {
        let input: PutRecordBatchInput<'_> =
            serde_json::from_slice(body).map_err(|error| not_read(&error))?;
        let stream = self.stream(&input.delivery_stream_name)?;
        let payloads = decode(&input.records)?;
        stream.check_put(&payloads).map_err(|error| refusal(&error))?;
        let Some(faults) = self.put_faults(stream.name(), payloads.len())? else {
            return Ok(Answer::Never);
        };
        let pairs = payloads.into_iter().zip(&faults.refused);
        let taken: Vec<_> = pairs.filter(|(_, is_refused)| !**is_refused).map(|it| it.0).collect();
        let mut next = if taken.is_empty() { 0 } else { put(&stream, taken)? };
        let mut answer = String::with_capacity(faults.refused.len() * (ID_DIGITS + 20) + 64);
        let failed = faults.refused.iter().filter(|is_refused| **is_refused).count();
        // Writing to a string does not fail.
        let _written =
            write!(answer, r#"{{"FailedPutCount":{failed},"Encrypted":false,"RequestResponses":["#);
        for (at, is_refused) in faults.refused.iter().enumerate() {
            if at > 0 {
                answer.push(',');
            }
            if *is_refused {
                answer.push_str(REFUSED_ENTRY);
            } else {
                let _written = write!(answer, r#"{{"RecordId":"{next:0ID_DIGITS$}"}}"#);
                next += 1;
            }
        }
        answer.push_str("]}");
        faults.apply(answer)
    }

    /// What goes wrong this time; none where the connection breaks at once.
    fn put_faults(&self, stream: &str, entries: usize) -> Result<Option<PutFaults>, Refusal> {
        let hands = self.streams.hands();
        let mut faults = lock(&hands.faults);
        let throttled = |records| {
            let now = context::milliseconds(context::now());
            streams::throttled(&mut metrics(&hands.metrics), stream, now, records);
        };
        if faults.happens(Chance::Reset) {
            return Ok(None);
        }
        if faults.happens(Chance::Unavailable) {
            return Err(slow_down());
        }
        if faults.happens(Chance::ThrottlePut) {
            throttled(entries);
            return Err(Refusal::new("LimitExceededException", "Rate exceeded for the stream."));
        }
        let put = PutFaults {
            is_late: faults.happens(Chance::Stall),
            loses_answer: faults.happens(Chance::LoseAnswer),
            fails: faults.happens(Chance::InternalError),
            refused: (0..entries).map(|_| faults.happens(Chance::Refuse)).collect(),
        };
        throttled(put.refused.iter().filter(|is_refused| **is_refused).count());
        Ok(Some(put))
    }
}

impl PutFaults {
    fn apply(&self, answer: String) -> Result<Answer, Refusal> {
        if self.loses_answer {
            return Ok(Answer::Never);
        }
        if self.fails {
            return Err(Refusal::internal("Something went wrong on purpose."));
        }
        Ok(if self.is_late { Answer::Late(answer) } else { Answer::Now(answer) })
    }
}

const REFUSED_ENTRY: &str =
    r#"{"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."}"#;

/// Returns the number of the first record.
fn put(stream: &Arc<Stream>, payloads: Vec<Bytes>) -> Result<u64, Refusal> {
    let records = stream.put(payloads).map_err(|error| refusal(&error))?;
    Ok(records.runs().first().map_or(0, |run| *run.start()))
}

fn refusal(error: &PutError) -> Refusal {
    match error {
        PutError::Refused(why) if why.code() == "ServiceUnavailableException" => slow_down(),
        PutError::Refused(why) => Refusal::new(why.code(), why.to_string()),
        PutError::LogsOnly => Refusal::new("InvalidSourceException", error.to_string()),
        PutError::NotActive(_) => Refusal::new("ResourceNotFoundException", error.to_string()),
        PutError::KeyDisabled(_) => key_disabled(&error.to_string()),
        PutError::Io(error) => Refusal::internal(error),
    }
}

/// For a key of KMS that is disabled (API reference, `InvalidKMSResourceException`).
pub(super) fn key_disabled(why: &str) -> Refusal {
    Refusal::new("InvalidKMSResourceException", why)
}

fn slow_down() -> Refusal {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Refusal { status, ..Refusal::new("ServiceUnavailableException", "Slow down.") }
}

/// The payloads, in one piece of memory.
fn decode(entries: &[Entry<'_>]) -> Result<Vec<Bytes>, Refusal> {
    let mut all =
        Vec::with_capacity(entries.iter().map(|entry| entry.data.len() / 4 * 3 + 3).sum());
    let mut ends = Vec::with_capacity(entries.len());
    for entry in entries {
        STANDARD.decode_vec(entry.data.as_bytes(), &mut all).map_err(|error| {
            Refusal::new("SerializationException", format!("Data is not base64: {error}"))
        })?;
        ends.push(all.len());
    }
    let all = Bytes::from(all);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    Ok(starts.zip(&ends).map(|(start, end)| all.slice(start..*end)).collect())
}
