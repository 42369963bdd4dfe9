//! S3 and Firehose in memory: answers are made before anybody asks.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;

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
    pages: Vec<Bytes>,
    body: Bytes,
    accepted: Bytes,
}

/// Serves until the process is killed; prints its URL first.
pub(crate) async fn serve(objects: usize) {
    let world = Arc::new(world(objects));
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
    if let Some(target) = parts.headers.get("x-amz-target") {
        let text = if target.to_str().unwrap().ends_with("PutRecordBatch") {
            let body = body.collect().await.unwrap().to_bytes();
            accepted(&world, memchr::memmem::find_iter(&body, b"\"Data\"").count())
        } else {
            Bytes::from_static(STREAM.as_bytes())
        };
        return Ok(Response::builder()
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amzn-requestid", "8f507cfc-0000-4000-8000-000000000001")
            .body(Full::new(text))
            .unwrap());
    }
    let query = parts.uri.query().unwrap_or_default();
    if query.contains("list-type=2") {
        let token = query.split('&').find_map(|it| it.strip_prefix("continuation-token="));
        let page = token.map_or(0, |token| token.parse::<usize>().unwrap());
        let xml = world.pages.get(page).cloned().unwrap_or_default();
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

/// The answer for so many records, cut out of that for 500.
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

fn world(objects: usize) -> World {
    let keys: Vec<String> = (0..objects)
        .map(|index| {
            let (hour, minute, second) = (index / 3600 % 24, index / 60 % 60, index % 60);
            format!(
                "processing-failed/2026/11/22/{hour:02}/orders-1-2026-11-22-{hour:02}-{minute:02}-{second:02}-\
                 00000000-0000-4000-8000-{index:012}"
            )
        })
        .collect();
    let body = body();
    World { pages: pages(&keys, body.len()), body, accepted: accepted_all(500) }
}

fn pages(keys: &[String], size: usize) -> Vec<Bytes> {
    let count = keys.len().div_ceil(PAGE).max(1);
    (0..count)
        .map(|number| {
            let page = keys.chunks(PAGE).nth(number).unwrap_or_default();
            let more = number + 1 < count;
            let mut xml = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <Name>lake</Name><Prefix></Prefix><KeyCount>{}</KeyCount><MaxKeys>{PAGE}</MaxKeys><IsTruncated>{more}</IsTruncated>",
                page.len()
            );
            if more {
                let _unused =
                    write!(xml, "<NextContinuationToken>{}</NextContinuationToken>", number + 1);
            }
            for key in page {
                let _unused = write!(
                    xml,
                    "<Contents><Key>{key}</Key><LastModified>2026-11-22T06:00:00.000Z</LastModified>\
                     <ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag><Size>{size}</Size>\
                     <StorageClass>STANDARD</StorageClass></Contents>"
                );
            }
            xml.push_str("</ListBucketResult>");
            xml.into()
        })
        .collect()
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
