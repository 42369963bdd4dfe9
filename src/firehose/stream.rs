//! How a delivery stream is set up.

use std::fmt;
use std::time::Duration;

use super::description::defaults;
use super::limits::{DEFAULT_RETRIES, MAX_RETRIES};

/// How long a call of the function that fails takes, and the pause after it:
/// ours, since AWS states neither. A function may run for five minutes.
const RETRIED_CALL: Duration = Duration::from_mins(1);

/// The longest that a buffer waits (API reference, `BufferingHints` and
/// `ProcessorParameter`).
pub(crate) const MAX_INTERVAL: Duration = Duration::from_mins(15);

/// [`DeliveryStream::failure_delay`] where the stream is not known: the longest
/// that buffers of a stream to S3 wait, and the usual attempts.
pub const UNKNOWN_FAILURE_DELAY: Duration = Duration::from_secs(
    2 * MAX_INTERVAL.as_secs() + RETRIED_CALL.as_secs() * (DEFAULT_RETRIES as u64 + 1),
);

/// A delivery stream as `DescribeDeliveryStream` tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryStream {
    /// Its name.
    pub name: String,
    /// Its ARN, which holds Region and account.
    pub arn: String,
    /// `ACTIVE`, `CREATING`, `DELETING`, …
    pub status: String,
    /// Goes up with every change; it is part of the keys of objects.
    pub version_id: String,
    /// When its destination was last changed, in milliseconds since 1970.
    pub updated: Option<i64>,
    /// Where its records come from.
    pub source: StreamSource,
    /// Where they go. There is one, unless AWS adds a kind that is not known
    /// here.
    pub destination: Option<Destination>,
}

/// Where the records of a delivery stream come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamSource {
    /// Calls of `PutRecord` and `PutRecordBatch`.
    DirectPut,
    /// A Kinesis data stream: its ARN.
    Kinesis(String),
    /// A topic of an MSK cluster.
    Msk {
        /// ARN of the cluster.
        cluster_arn: String,
        /// The topic.
        topic: String,
    },
    /// Another source, in AWS's word.
    Other(String),
}

/// Where a delivery stream delivers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Which kind.
    pub kind: DestinationKind,
    /// Objects that are delivered, if the kind is S3, else those that failed.
    pub s3: Option<S3Place>,
    /// Every record as it came, if that is kept: the source backup.
    pub backup: Option<S3Place>,
    /// Prefixes of failures that tables of Iceberg have of their own, in the
    /// bucket of `s3`.
    pub table_error_prefixes: Vec<String>,
    /// How long and how much the destination's buffer takes.
    pub buffering: Buffering,
    /// How long delivery is retried before a record counts as failed. Delivery
    /// to S3 is retried until it succeeds.
    pub retry: Duration,
    /// What happens to records on their way.
    pub processing: Processing,
    /// Where errors are logged, if they are.
    pub logging: Option<LogPlace>,
}

/// The kinds of destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestinationKind {
    /// Amazon S3.
    S3,
    /// Amazon Redshift.
    Redshift,
    /// OpenSearch Service, also by its old name.
    OpenSearch,
    /// OpenSearch Serverless.
    OpenSearchServerless,
    /// Splunk.
    Splunk,
    /// An HTTP endpoint.
    HttpEndpoint,
    /// Snowflake.
    Snowflake,
    /// Apache Iceberg tables.
    Iceberg,
}

impl DestinationKind {
    /// The name for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "S3",
            Self::Redshift => "Redshift",
            Self::OpenSearch => "OpenSearch",
            Self::OpenSearchServerless => "OpenSearch Serverless",
            Self::Splunk => "Splunk",
            Self::HttpEndpoint => "HTTP endpoint",
            Self::Snowflake => "Snowflake",
            Self::Iceberg => "Iceberg",
        }
    }
}

/// A place in S3 that a delivery stream writes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct S3Place {
    /// Name of the bucket.
    pub bucket: String,
    /// Prefix of delivered objects, which may hold expressions.
    pub prefix: Option<String>,
    /// Prefix of what failed, which may hold expressions.
    pub error_output_prefix: Option<String>,
    /// `UNCOMPRESSED`, `GZIP`, `ZIP`, `Snappy`, `HADOOP_SNAPPY`.
    pub compression: String,
    /// Time zone of the prefixes, `UTC` unless it is set.
    pub time_zone: String,
    /// Its buffer, where it has one of its own.
    pub buffering: Buffering,
}

impl fmt::Display for S3Place {
    /// `s3://lake/orders/`, expressions as they are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix.as_deref().unwrap_or_default())
    }
}

/// Buffering hints: what comes first ends the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Buffering {
    /// Longest wait.
    pub interval: Duration,
    /// Most bytes.
    pub bytes: u64,
}

/// What happens to records on their way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Processing {
    /// False if the processors are there but switched off.
    pub is_enabled: bool,
    /// The transform.
    pub transform: Option<Transform>,
    /// CloudWatch Logs are unpacked: then no other producer may put records.
    pub decompresses: bool,
    /// Records are cut into several (`RecordDeAggregation`).
    pub deaggregates: bool,
    /// A newline is put after each record (`AppendDelimiterToRecord`).
    pub appends_newline: bool,
}

/// The Lambda function that records are handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    /// Its ARN, with a version or alias.
    pub function_arn: String,
    /// Calls after the first that failed.
    pub retries: u32,
    /// The buffer before it.
    pub buffering: Buffering,
}

/// Where errors are logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPlace {
    /// Log group.
    pub group: String,
    /// Log stream.
    pub stream: String,
}

impl DeliveryStream {
    /// Why records cannot be put into it, and what to do instead; `None` if
    /// they can.
    pub fn refuses_puts(&self) -> Option<(String, String)> {
        let (why, instead) = match &self.source {
            StreamSource::DirectPut if self.processing().is_some_and(|it| it.decompresses) => (
                "it decompresses CloudWatch Logs and accepts no other records".to_owned(),
                "write to a log group that is subscribed to it, or turn off its decompression"
                    .to_owned(),
            ),
            StreamSource::DirectPut => match self.status.as_str() {
                "ACTIVE" => return None,
                status => (
                    format!("its status is {status}"),
                    "wait until it is ACTIVE: aws firehose describe-delivery-stream".to_owned(),
                ),
            },
            StreamSource::Kinesis(arn) => {
                let stream = arn.rsplit('/').next().unwrap_or(arn);
                (
                    format!("it reads from the Kinesis data stream `{stream}`"),
                    format!("send to that stream: aws kinesis put-records --stream-name {stream}"),
                )
            }
            StreamSource::Msk { topic, .. } => (
                format!("it reads from the topic `{topic}` of an MSK cluster"),
                "produce to that topic".to_owned(),
            ),
            StreamSource::Other(source) => (
                format!("it reads from a source of type {source}"),
                "write to that source".to_owned(),
            ),
        };
        Some((why, instead))
    }

    /// What happens to its records on their way, if anything may.
    pub fn processing(&self) -> Option<&Processing> {
        self.destination.as_ref().map(|it| &it.processing).filter(|it| it.is_enabled)
    }

    /// How long after its arrival a record that fails is in S3 as a rule: it
    /// waits in the transform's buffer and in the destination's, while calls of
    /// the function and delivery are retried, and in the buffer of what failed.
    pub fn failure_delay(&self) -> Duration {
        self.delays().longest(RETRIED_CALL)
    }

    /// How long a record takes on its way.
    pub fn delays(&self) -> Delays {
        let transform = self.transform();
        let interval = |it: &Destination| {
            it.s3.as_ref().map_or(defaults::S3_BUFFER.interval, |s3| s3.buffering.interval)
        };
        Delays {
            transform: transform.map(|it| it.buffering.interval),
            calls: transform.map_or(0, |it| it.retries.min(MAX_RETRIES).saturating_add(1)),
            destination: self
                .destination
                .as_ref()
                .map_or(defaults::S3_BUFFER.interval, |it| it.buffering.interval),
            failure: self.destination.as_ref().map_or(Duration::ZERO, |it| match it.kind {
                DestinationKind::S3 => interval(it).saturating_sub(it.buffering.interval),
                _ => it.retry.saturating_add(interval(it)),
            }),
        }
    }

    /// False if what stands between records means nothing to the destination, or
    /// is put there by the stream.
    pub fn needs_newlines(&self) -> bool {
        let is_in_objects =
            self.destination.as_ref().is_none_or(|it| it.kind == DestinationKind::S3);
        is_in_objects && !self.processing().is_some_and(|it| it.appends_newline)
    }

    /// Its transform, if it is switched on.
    pub fn transform(&self) -> Option<&Transform> {
        self.processing()?.transform.as_ref()
    }

    /// Its transform, if it is configured and switched off.
    pub fn disabled_transform(&self) -> Option<&Transform> {
        let processing = &self.destination.as_ref()?.processing;
        processing.transform.as_ref().filter(|_| !processing.is_enabled)
    }

    /// Account in the ARN.
    pub fn account(&self) -> &str {
        self.arn.split(':').nth(4).unwrap_or_default()
    }

    /// Region in the ARN.
    pub fn region(&self) -> &str {
        self.arn.split(':').nth(3).unwrap_or_default()
    }
}

/// How long a record takes on its way at most, as a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    /// In the transform's buffer, if there is a transform.
    pub transform: Option<Duration>,
    /// Calls of the function if all of them fail.
    pub calls: u32,
    /// In the destination's buffer.
    pub destination: Duration,
    /// After that, if delivery fails: while it is retried, and in the buffer of what
    /// failed.
    pub failure: Duration,
}

impl Delays {
    /// If calls take no time and nothing fails: the buffers.
    pub fn usual(&self) -> Duration {
        self.transform.unwrap_or_default().saturating_add(self.destination)
    }

    /// If nothing fails and a call of the function takes `call`.
    pub fn longest_without_failure(&self, call: Duration) -> Duration {
        let call = self.transform.map_or(Duration::ZERO, |_| call);
        self.usual().saturating_add(call)
    }

    /// If everything fails and a call takes `call`, with the pause after it.
    pub fn longest(&self, call: Duration) -> Duration {
        let calls = call.saturating_mul(self.calls);
        self.transform.unwrap_or_default().saturating_add(calls).saturating_add(self.delivery())
    }

    /// From the transform to S3, if delivery fails.
    pub fn delivery(&self) -> Duration {
        self.destination.saturating_add(self.failure)
    }
}

impl Transform {
    /// A transform with what AWS takes where nothing is set.
    pub fn new(function_arn: String, kind: DestinationKind) -> Self {
        let usual = defaults::of(kind);
        let (retries, buffering) = (usual.transform_retries, usual.transform_buffering);
        Self { function_arn, retries, buffering }
    }
}

#[cfg(test)]
impl DeliveryStream {
    /// `orders`, which takes puts and delivers to the bucket `lake` after five minutes.
    pub(crate) fn sample() -> Self {
        let buffering = Buffering { interval: Duration::from_mins(5), bytes: 0 };
        let place = S3Place { bucket: "lake".to_owned(), buffering, ..S3Place::default() };
        Self {
            name: "orders".to_owned(),
            arn: "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders".to_owned(),
            status: "ACTIVE".to_owned(),
            version_id: "1".to_owned(),
            updated: None,
            source: StreamSource::DirectPut,
            destination: Some(Destination {
                kind: DestinationKind::S3,
                s3: Some(place),
                backup: None,
                table_error_prefixes: Vec::new(),
                buffering,
                retry: Duration::ZERO,
                processing: Processing::default(),
                logging: None,
            }),
        }
    }

    /// The same with a change of its destination.
    pub(crate) fn delivering(self, change: impl FnOnce(&mut Destination)) -> Self {
        let mut destination = self.destination;
        destination.as_mut().map(change);
        Self { destination, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(source: StreamSource, status: &str, decompresses: bool) -> DeliveryStream {
        let sample =
            DeliveryStream { source, status: status.to_owned(), ..DeliveryStream::sample() };
        sample.delivering(|it| {
            it.processing.is_enabled = true;
            it.processing.decompresses = decompresses;
        })
    }

    #[test]
    fn a_stream_that_takes_no_puts_says_what_to_do_instead() {
        let kinesis = "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks";
        let refusal = |stream: DeliveryStream| stream.refuses_puts().map(|(why, _)| why);
        assert_eq!(refusal(stream(StreamSource::DirectPut, "ACTIVE", false)), None);
        for (stream, why) in [
            (stream(StreamSource::DirectPut, "DELETING", false), "its status is DELETING"),
            (
                stream(StreamSource::DirectPut, "ACTIVE", true),
                "it decompresses CloudWatch Logs and accepts no other records",
            ),
            (
                stream(StreamSource::Kinesis(kinesis.to_owned()), "ACTIVE", false),
                "it reads from the Kinesis data stream `clicks`",
            ),
        ] {
            assert_eq!(refusal(stream).as_deref(), Some(why));
        }
    }

    #[test]
    fn a_failure_is_in_s3_after_all_buffers_and_retries() {
        let minutes = Duration::from_mins;
        let mut stream = stream(StreamSource::DirectPut, "ACTIVE", false);
        assert_eq!(stream.failure_delay(), minutes(5));
        let destination = stream.destination.as_mut().unwrap();
        let transform = Transform::new(String::new(), DestinationKind::S3);
        destination.processing.transform = Some(transform);
        assert_eq!(stream.failure_delay(), minutes(1 + 4 + 5));
        let destination = stream.destination.as_mut().unwrap();
        (destination.kind, destination.retry) = (DestinationKind::Redshift, minutes(60));
        assert_eq!(stream.failure_delay(), minutes(1 + 4 + 5 + 60 + 5));
        // Retries and the buffer of what failed count only where delivery fails.
        assert_eq!(stream.delays().usual(), minutes(1 + 5));
        assert_eq!(stream.delays().longest_without_failure(minutes(3)), minutes(1 + 3 + 5));
    }

    #[test]
    fn what_an_arn_says_of_a_stream_can_be_asked() {
        let stream = stream(StreamSource::DirectPut, "ACTIVE", false);
        assert_eq!((stream.account(), stream.region()), ("111122223333", "eu-west-1"));
        assert_eq!(stream.transform(), None);
    }
}
