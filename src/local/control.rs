//! What is asked of `fh local` itself, below `/_fh/`: where records are, what
//! happened, and to hurry; and its page.
//!
//! No other page of a browser gets here: its requests have an `Origin`, or come
//! from another site. Those of our own have neither, as they are all GET.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::faults::{Fault, lock};
use super::gateway::{Api, Call, Reply};
use super::history::{self, Event};
use super::page;
use super::record::{previews, record_story};
use super::refusal::{Refusal, refuse, respond};
use super::route::Protocol;
use super::streams::{Stream, Streams};
use crate::context;
use firehose::flow::Holds;
use firehose::group;
use firehose::json::Style;
use firehose::time::Millis;

/// Activities of an answer, at most.
const MAX_EVENTS: usize = 1_000;

/// Previews of an answer, at most.
const MAX_PREVIEWS: usize = 500;

/// The longest that an answer waits.
const MAX_WAIT: Duration = Duration::from_mins(15);

const JSON: &str = "application/json";

/// Answers what is below `/_fh/`.
#[derive(Debug)]
pub(super) struct Control {
    streams: Arc<Streams>,
    /// Of this process: after a restart it is another one, and numbers begin again.
    run: String,
}

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
struct ActivityAnswer<'a> {
    run: &'a str,
    now: Millis,
    events: Vec<Event>,
    has_gap: bool,
}

impl Control {
    /// Over these streams.
    pub(super) fn new(streams: Arc<Streams>) -> Self {
        Self { streams, run: format!("{:016x}", fastrand::u64(..)) }
    }

    async fn answer(&self, call: &Call) -> Result<Vec<u8>, Refusal> {
        let path = call.head.uri.path().trim_start_matches("/_fh/");
        let query = Query(call.head.uri.query().unwrap_or_default());
        match (&call.head.method, path) {
            (&Method::GET, "state") => json(&state(&self.chosen(query)?)),
            (&Method::GET, "activity") => {
                let history = &self.streams.hands().history;
                let after = query.number("after").unwrap_or_default();
                if let Some(seconds) = query.number("wait") {
                    let most = Duration::from_secs(seconds).min(MAX_WAIT);
                    let _timeout = tokio::time::timeout(most, history.wait_after(after)).await;
                }
                let (events, has_gap) = history.after(after, MAX_EVENTS);
                let now = context::milliseconds(context::now());
                json(&ActivityAnswer { run: &self.run, now, events, has_gap })
            }
            (&Method::GET, "records") => {
                let (history, stream) = (&self.streams.hands().history, self.one(query)?);
                let after = query.number("after").unwrap_or_default();
                json(&previews(&history.records_after(stream.name(), after, MAX_PREVIEWS)))
            }
            (&Method::GET | &Method::POST, "record") => self.record(query),
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
                let most = Duration::from_secs(seconds).min(MAX_WAIT);
                let _timeout = tokio::time::timeout(most, Streams::settled(&streams)).await;
                json(&state(&streams))
            }
            (&Method::POST, "fault") => {
                let text = String::from_utf8_lossy(&call.body);
                let refused = |why: String| Refusal::new("InvalidFault", why);
                let read =
                    |line: &str| line.trim().parse().map_err(|why| format!("`{line}`: {why}"));
                let faults: Vec<Fault> =
                    text.lines().map(read).collect::<Result<_, _>>().map_err(refused)?;
                let mut all = lock(&self.streams.hands().faults);
                for fault in faults {
                    all.set(fault).map_err(refused)?;
                }
                Ok(b"{}".to_vec())
            }
            (&Method::POST, "replay") => self.replay(query),
            _ => Err(Refusal::new("NotFound", format!("fh local has no /_fh/{path}"))),
        }
    }

    /// The stream that is named, or all.
    fn chosen(&self, query: Query<'_>) -> Result<Vec<Arc<Stream>>, Refusal> {
        let names = query.text("stream").map_or_else(|| self.streams.names(), |name| vec![name]);
        let get = |name: &String| {
            self.streams.get(name).ok_or_else(|| {
                let has = self.streams.names().join(", ");
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
        let is_pretty = query.text("style").is_some_and(|it| it == "pretty");
        let style = if is_pretty { Style::Pretty } else { Style::Compact };
        let history = &self.streams.hands().history;
        let Some(story) = record_story(history, &stream, number, style) else {
            let kept = format!("{} events", group(history::MAX_EVENTS as u64));
            return Err(no_record(&stream, number, &kept));
        };
        json(&story)
    }

    /// Puts a record again, as it came.
    fn replay(&self, query: Query<'_>) -> Result<Vec<u8>, Refusal> {
        let number = query.number("record").unwrap_or_default();
        let stream = self.one(query)?;
        let Some(payload) = self.streams.hands().history.record(stream.name(), number) else {
            let kept = format!("{} of records", firehose::size(history::MAX_BYTES as u64));
            return Err(no_record(&stream, number, &kept));
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
        let page = page::find(&call.head.method, call.head.uri.path());
        let reply = match page {
            Some((kind, text)) => respond(kind, text),
            None => match self.answer(&call).await {
                Ok(body) => respond(JSON, body),
                Err(refusal) => refuse(Protocol::RestJson, &refusal),
            },
        };
        reply.map(page::guarded)
    }
}

/// Why there is nothing of a record: it was never put, or is not kept among the last
/// ones.
fn no_record(stream: &Stream, number: u64, kept: &str) -> Refusal {
    let (name, accepted) = (stream.name(), stream.holds().accepted);
    let why = match accepted {
        0 => format!("no record was put into `{name}` yet"),
        _ if number == 0 || number > accepted => {
            format!("`{name}` has no record {number}; its last one is {accepted}")
        }
        _ => format!(
            "`{name}` does not keep record {number} any more: `fh local` keeps the last {kept} since \
             its start"
        ),
    };
    Refusal::new("NotFound", why)
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
