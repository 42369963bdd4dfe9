//! What is asked of `fh local` itself, below `/_fh/`: where records are, what
//! happened, and to hurry.
//!
//! No page of a browser gets here: its requests have an `Origin`.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::faults::{Fault, lock};
use super::gateway::{Api, Call, Reply};
use super::history::Event;
use super::record::record_story;
use super::refusal::{Refusal, refuse, respond};
use super::route::Protocol;
use super::streams::{Stream, Streams};
use firehose::flow::Holds;

/// Activities of an answer, at most.
const MAX_EVENTS: usize = 1_000;

/// The longest that an answer waits.
const MAX_WAIT: Duration = Duration::from_mins(15);

const JSON: &str = "application/json";

/// Answers what is below `/_fh/`.
#[derive(Debug)]
pub(super) struct Control(Arc<Streams>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StateAnswer {
    streams: Vec<StreamState>,
    is_settled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamState {
    name: String,
    #[serde(flatten)]
    holds: Holds,
    /// Why nothing happens in it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActivityAnswer {
    events: Vec<Event>,
    has_gap: bool,
}

impl Control {
    /// Over these streams.
    pub(super) const fn new(streams: Arc<Streams>) -> Self {
        Self(streams)
    }

    async fn answer(&self, call: &Call) -> Result<Vec<u8>, Refusal> {
        let path = call.head.uri.path().trim_start_matches("/_fh/");
        let query = Query(call.head.uri.query().unwrap_or_default());
        match (&call.head.method, path) {
            (&Method::GET, "state") => json(&state(&self.chosen(query)?)),
            (&Method::GET, "activity") => {
                let history = &self.0.hands().history;
                let after = query.number("after").unwrap_or_default();
                if let Some(seconds) = query.number("wait") {
                    let most = Duration::from_secs(seconds).min(MAX_WAIT);
                    let _timeout = tokio::time::timeout(most, history.wait_after(after)).await;
                }
                let (events, has_gap) = history.after(after, MAX_EVENTS);
                json(&ActivityAnswer { events, has_gap })
            }
            (&Method::POST, "flush") => {
                let streams = self.chosen(query)?;
                for stream in &streams {
                    stream.flush();
                }
                json(&state(&streams))
            }
            (&Method::POST, "wait") => {
                let streams = self.chosen(query)?;
                let seconds = query.number("timeout").unwrap_or(60);
                let settled = async {
                    for stream in &streams {
                        stream.settled().await;
                    }
                };
                let most = Duration::from_secs(seconds).min(MAX_WAIT);
                let _timeout = tokio::time::timeout(most, settled).await;
                json(&state(&streams))
            }
            (&Method::POST, "fault") => {
                let text = String::from_utf8_lossy(&call.body);
                let faults: Result<Vec<Fault>, _> =
                    text.lines().map(|line| line.trim().parse()).collect();
                let faults =
                    faults.map_err(|error| Refusal::new("InvalidFault", error.to_string()))?;
                let mut all = lock(&self.0.hands().faults);
                for fault in faults {
                    all.set(fault);
                }
                Ok(b"{}".to_vec())
            }
            (&Method::POST, "replay") => self.replay(query),
            (&Method::POST, "record") => self.record(query),
            _ => Err(Refusal::new("NotFound", format!("fh local has no /_fh/{path}"))),
        }
    }

    /// The stream that is named, or all.
    fn chosen(&self, query: Query<'_>) -> Result<Vec<Arc<Stream>>, Refusal> {
        let names = query.text("stream").map_or_else(|| self.0.names(), |name| vec![name]);
        let get = |name: &String| {
            self.0.get(name).ok_or_else(|| {
                let has = self.0.names().join(", ");
                let why = format!("fh local has no delivery stream `{name}`; it has: {has}");
                Refusal::new("ResourceNotFoundException", why)
            })
        };
        names.iter().map(get).collect()
    }

    /// The stream that is named, or the only one: each counts its own records.
    fn one(&self, query: Query<'_>) -> Result<Arc<Stream>, Refusal> {
        match self.chosen(query)?.as_slice() {
            [stream] => Ok(Arc::clone(stream)),
            [] => Err(Refusal::new("NotFound", "fh local has no delivery stream")),
            streams => {
                let names: Vec<_> = streams.iter().map(|it| it.name().to_string()).collect();
                let names = names.join(", ");
                let why = format!(
                    "fh local has the delivery streams {names}; choose one with `--stream`"
                );
                Err(Refusal::new("NotFound", why))
            }
        }
    }

    /// What happened to a record; to the last one without a number.
    fn record(&self, query: Query<'_>) -> Result<Vec<u8>, Refusal> {
        let stream = self.one(query)?;
        let number = query.number("record").unwrap_or_else(|| stream.holds().accepted);
        let Some(story) = record_story(&self.0.hands().history, &stream, number) else {
            let why = "nothing is kept of this record; fh local keeps the last 10,000 events";
            return Err(Refusal::new("NotFound", why));
        };
        json(&story)
    }

    /// Puts a record again, as it came.
    fn replay(&self, query: Query<'_>) -> Result<Vec<u8>, Refusal> {
        let number = query.number("record").unwrap_or_default();
        let stream = self.one(query)?;
        let Some(payload) = self.0.hands().history.record(stream.name(), number) else {
            let why = format!("record {number} is not kept; fh local keeps the last 32 MiB");
            return Err(Refusal::new("NotFound", why));
        };
        let records = stream
            .put(vec![payload])
            .map_err(|error| Refusal::new("NotAccepted", error.to_string()))?;
        json(&records.numbers().collect::<Vec<_>>())
    }
}

#[async_trait::async_trait]
impl Api for Control {
    async fn call(&self, call: Call) -> Reply {
        match self.answer(&call).await {
            Ok(body) => respond(JSON, body),
            Err(refusal) => refuse(Protocol::RestJson, &refusal),
        }
    }
}

/// Where the records of these streams are.
fn state(streams: &[Arc<Stream>]) -> StateAnswer {
    let state = |stream: &Arc<Stream>| StreamState {
        name: stream.name().to_string(),
        holds: stream.holds(),
        stopped: stream.stopped(),
    };
    let streams: Vec<_> = streams.iter().map(state).collect();
    let is_settled = streams.iter().all(|it| it.holds.is_settled());
    StateAnswer { streams, is_settled }
}

/// The fields of a query.
#[derive(Clone, Copy)]
struct Query<'a>(&'a str);

impl Query<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(key, _)| *key == name)?;
        Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }
}

fn json(body: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(body).map_err(Refusal::internal)
}
