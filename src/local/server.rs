//! Serves delivery streams on loopback, as AWS's API: any SDK and the AWS CLI
//! can talk to it with `--endpoint-url`.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Request, Response, StatusCode};
use serde::Deserialize;

use super::stream::{PutAnswer, Stream};
use crate::loopback::{self, Body, Handler, Limits};

/// What is taken: bodies of 4 MiB of records in base64, and what is around
/// them.
const LIMITS: Limits = Limits {
    connections: 256,
    head: 400 * 1024,
    head_timeout: Duration::from_secs(10),
    body: 8 * 1024 * 1024,
    body_timeout: Duration::from_secs(30),
};

/// How long an answer that stalls takes.
const STALL: Duration = Duration::from_millis(50);

/// Account and Region of the streams.
const PLACE: &str = "arn:aws:firehose:us-east-1:000000000000:deliverystream/";

/// Streams by name.
type Named = Mutex<BTreeMap<String, Stream>>;

/// The streams, which the calls take turns to use.
#[derive(Debug)]
struct Streams(Named);

/// A server on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct Server {
    server: loopback::Server,
    streams: Arc<Streams>,
}

impl Server {
    /// Begins to serve these streams.
    pub fn start(streams: impl IntoIterator<Item = Stream>) -> io::Result<Self> {
        let named = streams.into_iter().map(|stream| (stream.name.clone(), stream)).collect();
        let streams = Arc::new(Streams(Mutex::new(named)));
        let server = loopback::Server::start("local", LIMITS, Arc::clone(&streams))?;
        Ok(Self { server, streams })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Looks at a stream, if there is one of this name.
    pub fn look<T>(&self, name: &str, look: impl FnOnce(&Stream) -> T) -> Option<T> {
        let streams = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(name).map(look)
    }
}

impl Handler for Streams {
    type Body = Full<Bytes>;
    type Error = Broken;

    fn refuse(&self, why: &'static str) -> Result<Response<Full<Bytes>>, Broken> {
        respond(StatusCode::FORBIDDEN, &failure("AccessDeniedException", why))
    }

    async fn answer(&self, request: Request<Body>) -> Result<Response<Full<Bytes>>, Broken> {
        let (head, body) = request.into_parts();
        let target = head.headers.get("x-amz-target").and_then(|it| it.to_str().ok());
        let Some(operation) = target.and_then(|it| it.strip_prefix("Firehose_20150804.")) else {
            let what = "only Firehose is served here";
            return respond(StatusCode::BAD_REQUEST, &failure("UnknownOperationException", what));
        };
        let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
        let (reply, is_late) = reply(operation, &body, &self.0);
        if is_late {
            tokio::time::sleep(STALL).await;
        }
        let (status, text) = reply.ok_or(Broken)?;
        respond(status, &text)
    }
}

/// The connection breaks here.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is broken on purpose")
    }
}

impl std::error::Error for Broken {}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput<'a> {
    #[serde(borrow)]
    delivery_stream_name: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    records: Vec<PutEntry<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEntry<'a> {
    #[serde(borrow)]
    data: std::borrow::Cow<'a, str>,
}

type Answered = (Option<(StatusCode, String)>, bool);

/// The answer to an operation, none if the connection is to break; and whether
/// it comes late.
fn reply(operation: &str, body: &[u8], streams: &Named) -> Answered {
    let refuse = |code, what: &str| (Some((StatusCode::BAD_REQUEST, failure(code, what))), false);
    let Ok(input) = serde_json::from_slice::<PutInput<'_>>(body) else {
        return refuse("SerializationException", "the body is not what this operation takes");
    };
    let mut streams = streams.lock().unwrap_or_else(PoisonError::into_inner);
    let name = input.delivery_stream_name.as_ref();
    let Some(stream) = streams.get_mut(name) else {
        return refuse("ResourceNotFoundException", &format!("Firehose {name} not found"));
    };
    match operation {
        "DescribeDeliveryStream" => (Some((StatusCode::OK, description(name))), false),
        "PutRecordBatch" => {
            let decode = |entry: &PutEntry<'_>| STANDARD.decode(entry.data.as_bytes()).ok();
            match input.records.iter().map(decode).collect() {
                Some(records) => put(stream, records),
                None => refuse("SerializationException", "data is not base64"),
            }
        }
        _ => refuse("UnknownOperationException", "this operation is not served here"),
    }
}

fn put(stream: &mut Stream, records: Vec<Vec<u8>>) -> Answered {
    if !(1..=500).contains(&records.len()) {
        let what = failure("ValidationException", "a batch has 1 to 500 records");
        return (Some((StatusCode::BAD_REQUEST, what)), false);
    }
    let first = stream.accepted().len();
    let (reply, is_late) = stream.put(records);
    let answer = match reply {
        PutAnswer::Nothing => None,
        PutAnswer::Unavailable => Some((
            StatusCode::SERVICE_UNAVAILABLE,
            failure("ServiceUnavailableException", "Slow down."),
        )),
        PutAnswer::Failed => {
            Some((StatusCode::INTERNAL_SERVER_ERROR, failure("InternalFailure", "It broke.")))
        }
        PutAnswer::Entries(entries) => Some((StatusCode::OK, taken(first, &entries))),
    };
    (answer, is_late)
}

fn taken(first: usize, entries: &[bool]) -> String {
    let mut id = first;
    let failed = entries.iter().filter(|is_taken| !**is_taken).count();
    let entries: Vec<_> = entries
        .iter()
        .map(|is_taken| {
            if *is_taken {
                id += 1;
                format!(r#"{{"RecordId":"{id:0180}"}}"#)
            } else {
                r#"{"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."}"#
                    .to_owned()
            }
        })
        .collect();
    let entries = entries.join(",");
    format!(r#"{{"FailedPutCount":{failed},"Encrypted":false,"RequestResponses":[{entries}]}}"#)
}

fn description(name: &str) -> String {
    format!(
        r#"{{"DeliveryStreamDescription":{{"DeliveryStreamName":"{name}","DeliveryStreamARN":"{PLACE}{name}","DeliveryStreamStatus":"ACTIVE","DeliveryStreamType":"DirectPut","VersionId":"1","CreateTimestamp":1795327200.0,"Destinations":[],"HasMoreDestinations":false}}}}"#
    )
}

fn failure(code: &str, message: &str) -> String {
    format!(r#"{{"__type":"{code}","message":"{}"}}"#, message.escape_default())
}

fn respond(status: StatusCode, text: &str) -> Result<Response<Full<Bytes>>, Broken> {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amzn-requestid", "00000000-0000-4000-8000-000000000000")
        .body(Full::new(Bytes::from(text.to_owned())))
        .map_err(|_| Broken)
}
