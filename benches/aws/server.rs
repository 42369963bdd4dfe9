//! S3 and Firehose in memory: answers are made once, and come as late as those of
//! a network.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const PAGE: usize = 1000;

struct World {
    /// Sorted.
    keys: Vec<String>,
    /// Pages of listings by their prefix and the year in which objects were written.
    pages: Mutex<BTreeMap<(String, u32), Vec<Bytes>>>,
    body: Bytes,
    accepted: Bytes,
    /// Time before each answer.
    latency: Duration,
}

/// Serves until the process is killed; prints its URL first.
pub(crate) async fn serve(objects: usize, latency: Duration) {
    let world = Arc::new(world(objects, latency));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, Arc::clone(&world)));
            let _closed = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    world: Arc<World>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    if !world.latency.is_zero() {
        tokio::time::sleep(world.latency).await;
    }
    if let Some(target) = parts.headers.get("x-amz-target") {
        let text = if target.to_str().unwrap().ends_with("PutRecordBatch") {
            let body = body.collect().await.unwrap().to_bytes();
            accepted(&world, memchr::memmem::find_iter(&body, b"\"Data\"").count())
        } else {
            let body = body.collect().await.unwrap().to_bytes();
            let is_archive = memchr::memmem::find(&body, b"archive").is_some();
            STREAM
                .replace("s3:::lake", if is_archive { "s3:::archive" } else { "s3:::lake" })
                .into()
        };
        return Ok(Response::builder()
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amzn-requestid", "8f507cfc-0000-4000-8000-000000000001")
            .body(Full::new(text))
            .unwrap());
    }
    let query = parts.uri.query().unwrap_or_default();
    if query.contains("list-type=2") {
        let value = |name: &str| query.split('&').find_map(|it| it.strip_prefix(name));
        let page = value("continuation-token=").map_or(0, |token| token.parse::<usize>().unwrap());
        let year = if parts.uri.path().starts_with("/archive") { 2006 } else { 2026 };
        let prefix = value("prefix=").unwrap_or_default().replace("%2F", "/");
        let xml = world.page(&prefix, page, year);
        return Ok(Response::builder()
            .header("content-type", "application/xml")
            .body(Full::new(xml))
            .unwrap());
    }
    Ok(Response::builder()
        .header("content-type", "application/octet-stream")
        .header("etag", "\"0123456789abcdef0123456789abcdef\"")
        .header("last-modified", "Mon, 23 Nov 2026 06:00:00 GMT")
        .body(Full::new(world.body.clone()))
        .unwrap())
}

/// The answer for so many records, made before for 500.
fn accepted(world: &World, records: usize) -> Bytes {
    if records == 500 {
        return world.accepted.clone();
    }
    accepted_all(records)
}

fn accepted_all(records: usize) -> Bytes {
    let mut text = "{\"FailedPutCount\":0,\"RequestResponses\":[".to_owned();
    for record in 0..records {
        let comma = if record == 0 { "" } else { "," };
        let _unused = write!(text, "{comma}{{\"RecordId\":\"{record:0180}\"}}");
    }
    text.push_str("]}");
    text.into()
}

impl World {
    /// A page of the keys below a prefix.
    fn page(&self, prefix: &str, number: usize, year: u32) -> Bytes {
        let mut pages = self.pages.lock().unwrap();
        let made = pages.entry((prefix.to_owned(), year)).or_insert_with(|| {
            let keys: Vec<&str> =
                self.keys.iter().map(String::as_str).filter(|it| it.starts_with(prefix)).collect();
            let count = keys.len().div_ceil(PAGE).max(1);
            let page = |number: usize| {
                let keys = keys.chunks(PAGE).nth(number).unwrap_or_default();
                listed(keys, self.body.len(), year, (number + 1 < count).then_some(number + 1))
            };
            (0..count).map(page).collect()
        });
        made.get(number).cloned().unwrap_or_default()
    }
}

/// Objects of a day, in the folders of its hours.
fn world(objects: usize, latency: Duration) -> World {
    let second = |index: usize| index * 86_400 / objects.max(1);
    let keys = (0..objects).map(|index| {
        let (hour, minute) = (second(index) / 3600, second(index) / 60 % 60);
        format!(
            "processing-failed/2026/11/22/{hour:02}/orders-1-2026-11-22-{hour:02}-{minute:02}-{:02}-\
             00000000-0000-4000-8000-{index:012}",
            second(index) % 60
        )
    });
    let (keys, pages) = (keys.collect(), Mutex::default());
    World { keys, pages, body: body(), accepted: accepted_all(500), latency }
}

/// A page of a listing; `next` is the token of the one after it.
fn listed(keys: &[&str], size: usize, year: u32, next: Option<usize>) -> Bytes {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>lake</Name><Prefix></Prefix><KeyCount>{}</KeyCount><MaxKeys>{PAGE}</MaxKeys><IsTruncated>{}</IsTruncated>",
        keys.len(),
        next.is_some(),
    );
    if let Some(next) = next {
        let _unused = write!(xml, "<NextContinuationToken>{next}</NextContinuationToken>");
    }
    for key in keys {
        let _unused = write!(
            xml,
            "<Contents><Key>{key}</Key><LastModified>{year}-11-22T06:00:00.000Z</LastModified>\
             <ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag><Size>{size}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>"
        );
    }
    xml.push_str("</ListBucketResult>");
    xml.into()
}

/// Four failure records, 2.8 KB in all.
fn body() -> Bytes {
    let mut text = String::new();
    for record in 0..4 {
        let payload =
            format!("{{\"order\":{record},\"customer\":\"{}\",\"total\":1.10}}", "c".repeat(180));
        let _unused = writeln!(
            text,
            "{{\"rawData\":\"{}\",\"errorCode\":\"Lambda.FunctionError\",\"errorMessage\":\"The Lambda function was \
             successfully invoked but it returned an error result.\",\"attemptsMade\":4,\"arrivalTimestamp\":{},\
             \"attemptEndingTimestamp\":1795327290123,\"lambdaARN\":\
             \"arn:aws:lambda:eu-west-1:111122223333:function:enrich:$LATEST\"}}",
            STANDARD.encode(payload),
            1_795_327_200_000_u64 + record * 1000,
        );
    }
    text.into()
}

const STREAM: &str = r#"{"DeliveryStreamDescription":{"DeliveryStreamName":"orders","DeliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","DeliveryStreamStatus":"ACTIVE","DeliveryStreamType":"DirectPut","VersionId":"1","CreateTimestamp":1795327200.0,"Destinations":[{"DestinationId":"destinationId-000000000001","ExtendedS3DestinationDescription":{"RoleARN":"arn:aws:iam::111122223333:role/firehose","BucketARN":"arn:aws:s3:::lake","BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":300},"CompressionFormat":"UNCOMPRESSED","EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"}}}],"HasMoreDestinations":false}}"#;
