//! Serves delivery streams on loopback, as AWS's API: any SDK and the AWS CLI
//! can talk to it with `--endpoint-url`.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::stream::{Reply, Stream};
use crate::loopback;

/// Most bytes of a request: 4 MiB of records in base64, and what is around
/// them.
const MAX_REQUEST: usize = 8 * 1024 * 1024;

/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an answer that stalls takes.
const STALL: Duration = Duration::from_millis(50);

/// Where the streams are said to be.
const PLACE: &str = "arn:aws:firehose:us-east-1:000000000000:deliverystream/";

type Streams = Arc<Mutex<BTreeMap<String, Stream>>>;

/// A server on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    streams: Streams,
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// Begins to serve these streams.
    pub fn start(streams: impl IntoIterator<Item = Stream>) -> io::Result<Self> {
        let named = streams.into_iter().map(|stream| (stream.name.clone(), stream)).collect();
        let streams: Streams = Arc::new(Mutex::new(named));
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&streams);
        thread::Builder::new().name("local".to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, served, address.port()) => {}
                }
            });
        })?;
        Ok(Self { address, streams, _stop: stop })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at a stream, if there is one of this name.
    pub fn look<T>(&self, name: &str, look: impl FnOnce(&Stream) -> T) -> Option<T> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(name).map(look)
    }
}

async fn accept(listener: std::net::TcpListener, streams: Streams, port: u16) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&streams), port))),
            Err(_) => tokio::time::sleep(STALL).await,
        }
    }
}

async fn serve(stream: TcpStream, streams: Streams, port: u16) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(|request| answer(request, Arc::clone(&streams), port));
    let _broken = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// An answer; an error breaks the connection.
async fn answer(
    request: Request<Incoming>,
    streams: Streams,
    port: u16,
) -> Result<Response<Full<Bytes>>, Broken> {
    let (head, body) = request.into_parts();
    if let Some(why) = loopback::refusal(&head.method, &head.uri, &head.headers, port) {
        return respond(StatusCode::FORBIDDEN, &failure("AccessDeniedException", why));
    }
    let target = head.headers.get("x-amz-target").and_then(|it| it.to_str().ok());
    let Some(operation) = target.and_then(|it| it.strip_prefix("Firehose_20150804.")) else {
        let what = "only Firehose is served here";
        return respond(StatusCode::BAD_REQUEST, &failure("UnknownOperationException", what));
    };
    let body = Limited::new(body, MAX_REQUEST).collect().await.map_err(|_| Broken)?.to_bytes();
    let (reply, is_late) = reply(operation, &body, &streams);
    if is_late {
        tokio::time::sleep(STALL).await;
    }
    let (status, text) = reply.ok_or(Broken)?;
    respond(status, &text)
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
struct Input<'a> {
    #[serde(borrow)]
    delivery_stream_name: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    records: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    #[serde(borrow)]
    data: std::borrow::Cow<'a, str>,
}

type Answered = (Option<(StatusCode, String)>, bool);

/// The answer to an operation, none if the connection is to break; and whether
/// it comes late.
fn reply(operation: &str, body: &[u8], streams: &Streams) -> Answered {
    let refuse = |code, what: &str| (Some((StatusCode::BAD_REQUEST, failure(code, what))), false);
    let Ok(input) = serde_json::from_slice::<Input<'_>>(body) else {
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
            let decode = |entry: &Entry<'_>| STANDARD.decode(entry.data.as_bytes()).ok();
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
        Reply::Nothing => None,
        Reply::Unavailable => Some((
            StatusCode::SERVICE_UNAVAILABLE,
            failure("ServiceUnavailableException", "Slow down."),
        )),
        Reply::Failed => {
            Some((StatusCode::INTERNAL_SERVER_ERROR, failure("InternalFailure", "It broke.")))
        }
        Reply::Entries(entries) => Some((StatusCode::OK, taken(first, &entries))),
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
