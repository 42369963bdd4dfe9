//! The API of Firehose, all twelve operations, over the streams of this machine.
//!
//! Shapes, limits and codes are those of the API reference, 2015-08-04.

mod control;
mod put;
mod tags;

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::faults::lock;
use super::gateway::{Api, Call, Reply};
use super::refusal::{Refusal, denied, operation, refuse, respond};
use super::route::Protocol;
use super::streams::{Stream, Streams};
use super::{ACCOUNT, JSON_1_1};
use firehose::names::RegionName;
use firehose::transform::{Behaviors, Origin, Source};

/// What is served, for who asks for something else.
const OPERATIONS: [&str; 12] = [
    "CreateDeliveryStream",
    "DeleteDeliveryStream",
    "DescribeDeliveryStream",
    "ListDeliveryStreams",
    "ListTagsForDeliveryStream",
    "PutRecord",
    "PutRecordBatch",
    "StartDeliveryStreamEncryption",
    "StopDeliveryStreamEncryption",
    "TagDeliveryStream",
    "UntagDeliveryStream",
    "UpdateDestination",
];

/// How streams run that are made here.
#[derive(Debug, Clone)]
pub struct StreamDefaults {
    /// The Region.
    pub region: RegionName,
    /// Whose events the transform gets.
    pub source: Source,
    /// What intervals and pauses are divided by; 1 for those of AWS.
    pub time_scale: u32,
    /// Which behaviors are taken where two were captured.
    pub behaviors: Behaviors,
    /// Failure objects are compressed like delivered ones.
    pub compresses_failures: bool,
    /// Ids of records in events have 62 digits.
    pub short_ids: bool,
    /// All that is random comes from it.
    pub seed: u64,
}

/// Firehose.
#[derive(Debug)]
pub struct FirehoseApi {
    streams: Arc<Streams>,
    defaults: StreamDefaults,
}

impl FirehoseApi {
    /// Over these streams; new ones run like this.
    pub const fn new(streams: Arc<Streams>, defaults: StreamDefaults) -> Self {
        Self { streams, defaults }
    }

    fn answer(&self, call: &Call) -> Result<put::Answer, Refusal> {
        let operation = operation(&call.head);
        denied(&lock(&self.streams.hands().faults), &format!("firehose:{operation}"))?;
        let body = &call.body;
        let done = |text| Ok(put::Answer::Now(text));
        match operation {
            "PutRecord" => self.put_record(body),
            "PutRecordBatch" => self.put_record_batch(body),
            "CreateDeliveryStream" => done(self.create(body)?),
            "DeleteDeliveryStream" => done(self.delete(body)?),
            "DescribeDeliveryStream" => done(self.describe(body)?),
            "ListDeliveryStreams" => done(self.list(body)?),
            "UpdateDestination" => done(self.update(body)?),
            "StartDeliveryStreamEncryption" => done(self.encrypt(body, true)?),
            "StopDeliveryStreamEncryption" => done(self.encrypt(body, false)?),
            "TagDeliveryStream" => done(self.tag(body)?),
            "UntagDeliveryStream" => done(self.untag(body)?),
            "ListTagsForDeliveryStream" => done(self.list_tags(body)?),
            _ => Err(Refusal::unknown("Firehose", operation, &OPERATIONS)),
        }
    }

    /// The stream of a request, or AWS's error.
    fn stream(&self, name: &str) -> Result<Arc<Stream>, Refusal> {
        check_name(name)?;
        self.streams.get(name).ok_or_else(|| {
            let why = format!("Firehose {name} under account {ACCOUNT} not found.");
            Refusal::new("ResourceNotFoundException", why)
        })
    }

    fn origin(&self, name: &str) -> Result<Origin, Refusal> {
        let account = ACCOUNT.parse().map_err(Refusal::internal)?;
        let region = self.defaults.region.clone();
        let (source, stream) = (self.defaults.source, name.to_owned());
        Ok(Origin { source, stream, region, account, short_ids: self.defaults.short_ids })
    }
}

#[async_trait::async_trait]
impl Api for FirehoseApi {
    async fn call(&self, call: Call) -> Reply {
        match self.answer(&call) {
            Ok(answer) => answer.reply().await,
            Err(refusal) => refuse(Protocol::Json, &refusal),
        }
    }
}

fn json(body: impl Into<hyper::body::Bytes>) -> Reply {
    respond(JSON_1_1, body)
}

/// Reads the body of a request.
fn input<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| not_read(&error))
}

fn not_read(error: &serde_json::Error) -> Refusal {
    Refusal::new("SerializationException", error.to_string())
}

/// `DeliveryStreamName`: 1 to 64 of `a-z A-Z 0-9 _ . -`.
fn check_name(name: &str) -> Result<(), Refusal> {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || b"_.-".contains(&it);
    let constraint = if name.is_empty() {
        "Member must have length greater than or equal to 1"
    } else if name.len() > 64 {
        "Member must have length less than or equal to 64"
    } else if !name.bytes().all(is_letter) {
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    } else {
        return Ok(());
    };
    Err(Refusal::new(
        "ValidationException",
        format!(
            "1 validation error detected: Value '{name}' at 'deliveryStreamName' failed to satisfy \
             constraint: {constraint}"
        ),
    ))
}
