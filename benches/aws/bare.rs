//! The least that the SDK can do: the floor of what `fh` can cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use tokio::sync::Semaphore;

async fn config(url: &str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "secret",
            None,
            None,
            "bench",
        ))
        .endpoint_url(url)
        .load()
        .await
}

/// Lists, then gets every object, `tasks` at a time; returns the bytes.
pub(crate) async fn s3(url: &str, bucket: &str, prefix: &str, tasks: usize) -> usize {
    let config =
        aws_sdk_s3::config::Builder::from(&config(url).await).force_path_style(true).build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let room = Arc::new(Semaphore::new(tasks));
    let bytes = Arc::new(AtomicUsize::new(0));
    let mut gets = tokio::task::JoinSet::new();
    let mut token = None;
    loop {
        let list = client.list_objects_v2().bucket(bucket).prefix(prefix);
        let page = list.set_continuation_token(token).send().await.unwrap();
        for object in page.contents() {
            let permit = Arc::clone(&room).acquire_owned().await.unwrap();
            let get = client.get_object().bucket(bucket).key(object.key().unwrap());
            let bytes = Arc::clone(&bytes);
            gets.spawn(async move {
                let body = get.send().await.unwrap().body.collect().await.unwrap();
                bytes.fetch_add(body.into_bytes().len(), Ordering::Relaxed);
                drop(permit);
            });
        }
        token = page.next_continuation_token().map(ToOwned::to_owned);
        if token.is_none() {
            break;
        }
    }
    while gets.join_next().await.is_some() {}
    bytes.load(Ordering::Relaxed)
}

/// Puts batches of 500 records, `tasks` at a time; returns how many were
/// accepted.
pub(crate) async fn firehose(
    url: &str,
    stream: &str,
    batches: usize,
    bytes: usize,
    tasks: usize,
) -> usize {
    let config = aws_sdk_firehose::config::Builder::from(&config(url).await).build();
    let client = aws_sdk_firehose::Client::from_conf(config);
    let room = Arc::new(Semaphore::new(tasks));
    let accepted = Arc::new(AtomicUsize::new(0));
    let mut puts = tokio::task::JoinSet::new();
    for _ in 0..batches {
        let permit = Arc::clone(&room).acquire_owned().await.unwrap();
        let record = || Record::builder().data(Blob::new(vec![b'x'; bytes])).build().unwrap();
        let records = (0..500).map(|_| record()).collect();
        let put = client.put_record_batch().delivery_stream_name(stream);
        let put = put.set_records(Some(records));
        let accepted = Arc::clone(&accepted);
        puts.spawn(async move {
            let answer = put.send().await.unwrap();
            let refused = usize::try_from(answer.failed_put_count()).unwrap();
            accepted.fetch_add(answer.request_responses().len() - refused, Ordering::Relaxed);
            drop(permit);
        });
    }
    while puts.join_next().await.is_some() {}
    accepted.load(Ordering::Relaxed)
}
