//! The metrics that tell what a stream does.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::description::Description;
use super::super::names::FunctionName;
use super::super::stream::{DestinationKind, StreamSource};
use super::super::time::{self, Millis};
use super::Facts;

/// What has to have passed before a count of 0 in CloudWatch means anything: metrics are
/// published every minute (developer guide, "CloudWatch metrics") and are read later.
pub(super) const METRICS_ARE_LATE: Duration = Duration::from_mins(5);

/// A metric to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricQuestion {
    /// Its name here.
    pub id: &'static str,
    /// `AWS/Firehose`
    pub namespace: &'static str,
    /// `IncomingRecords`
    pub metric: String,
    /// Name and value of the dimension.
    pub dimension: (&'static str, String),
    /// `Sum`, …
    pub statistic: &'static str,
}

/// Series by the ids of their questions: start of a period and its value, oldest
/// first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metrics(pub BTreeMap<&'static str, Vec<(Millis, f64)>>);

impl Metrics {
    fn values(&self, id: &str) -> impl Iterator<Item = f64> {
        self.0.get(id).into_iter().flatten().map(|(_, value)| *value)
    }

    /// The sum of a series, as a count.
    pub fn sum(&self, id: &str) -> u64 {
        count(self.values(id).sum())
    }

    /// The sum of a series from a time on, as a count.
    pub(super) fn sum_from(&self, id: &str, start: Millis) -> u64 {
        let points = self.0.get(id).into_iter().flatten();
        count(points.filter(|(time, _)| *time >= start).map(|(_, value)| *value).sum())
    }

    /// The highest value of a series.
    pub fn max(&self, id: &str) -> Option<f64> {
        self.values(id).reduce(f64::max)
    }

    /// The lowest value of a series.
    pub fn min(&self, id: &str) -> Option<f64> {
        self.values(id).reduce(f64::min)
    }

    /// The newest value of a series.
    pub fn last(&self, id: &str) -> Option<f64> {
        self.values(id).last()
    }

    /// True if an attempt of delivery failed, or none was counted as good.
    pub fn may_not_deliver(&self) -> bool {
        self.min("success").is_none_or(|it| it < 1.0)
    }

    /// The value that half of a series do not pass, as a count.
    pub fn median(&self, id: &str) -> Option<u64> {
        let mut values: Vec<_> = self.values(id).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len().saturating_sub(1) / 2).copied().map(count)
    }

    /// True if a series was asked for, whether it has values or not.
    pub fn is_asked(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// True if a series has a value, even 0.
    pub fn has(&self, id: &str) -> bool {
        self.values(id).next().is_some()
    }

    /// When a series was above zero first.
    pub fn first(&self, id: &str) -> Option<Millis> {
        self.0.get(id)?.iter().find(|(_, value)| *value > 0.0).map(|(time, _)| *time)
    }

    /// When a series was below `limit` last.
    pub(super) fn last_below(&self, id: &str, limit: f64) -> Option<Millis> {
        self.0.get(id)?.iter().rev().find(|(_, value)| *value < limit).map(|(time, _)| *time)
    }

    /// In how many periods after a time a series has a value.
    pub(super) fn periods_after(&self, id: &str, time: Millis) -> usize {
        self.0.get(id).into_iter().flatten().filter(|(at, _)| *at > time).count()
    }

    /// The series in `bars` steps from `start` on, `step` milliseconds each: sums.
    pub fn bars(&self, id: &str, start: Millis, step: Millis, bars: usize) -> Vec<u64> {
        let mut sums = vec![0.0; bars];
        for (time, value) in self.0.get(id).into_iter().flatten() {
            let index = usize::try_from((time - start).div_euclid(step.max(1)));
            if let Some(sum) = index.ok().and_then(|index| sums.get_mut(index)) {
                *sum += value;
            }
        }
        sums.into_iter().map(count).collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float beyond u64 becomes its end"
)]
pub(super) fn count(value: f64) -> u64 {
    value.round() as u64
}

/// Points of a series.
const POINTS: u64 = 60;

/// The period of the metrics of a window: whole minutes.
pub fn period(window: Duration) -> Duration {
    let minutes = (window.as_secs() / POINTS).div_ceil(60).max(1);
    Duration::from_secs(minutes.saturating_mul(60))
}

/// Why it is too early to read anything from metrics that are missing.
pub(super) fn too_early(facts: &Facts) -> Option<&'static str> {
    let created = facts.description.created.map_or(0, |it| it.0);
    if time::after(created, METRICS_ARE_LATE) > facts.now {
        return Some("the stream is new, and metrics lag by a few minutes: try again in 5 min");
    }
    (facts.window < METRICS_ARE_LATE)
        .then_some("metrics lag by a few minutes: use --since 5m or more")
}

/// The part of a metric's name that stands for a kind of destination (developer guide,
/// "CloudWatch metrics").
const fn family(kind: DestinationKind) -> &'static str {
    match kind {
        DestinationKind::S3 => "DeliveryToS3",
        DestinationKind::Redshift => "DeliveryToRedshift",
        DestinationKind::OpenSearch => "DeliveryToAmazonOpenSearchService",
        DestinationKind::OpenSearchServerless => "DeliveryToAmazonOpenSearchServerless",
        DestinationKind::Splunk => "DeliveryToSplunk",
        DestinationKind::HttpEndpoint => "DeliveryToHttpEndpoint",
        DestinationKind::Snowflake => "DeliveryToSnowflake",
        DestinationKind::Iceberg => "DeliveryToIceberg",
    }
}

/// The id of what came in, by source.
pub const fn incoming(source: &StreamSource) -> &'static str {
    match source {
        StreamSource::DirectPut => "incoming",
        StreamSource::Kinesis(_) => "kinesis",
        StreamSource::Msk { .. } | StreamSource::Other(_) => "source",
    }
}

impl MetricQuestion {
    /// All that are asked about a stream. On AWS, metrics of functions are in the account and
    /// the Region of those; an emulator has them all (`is_emulated`).
    pub fn of(description: &Description, is_emulated: bool) -> Vec<Self> {
        let stream = description.view();
        let firehose = |id, metric: &str, statistic| Self {
            id,
            namespace: "AWS/Firehose",
            metric: metric.to_owned(),
            dimension: ("DeliveryStreamName", stream.name.clone()),
            statistic,
        };
        let mut all = vec![
            firehose("incoming", "IncomingRecords", "Sum"),
            firehose("throttled", "ThrottledRecords", "Sum"),
            firehose("processed", "SucceedProcessing.Records", "Sum"),
            firehose("calls_ok", "ExecuteProcessing.Success", "Average"),
            firehose("partitions", "PartitionCountExceeded", "Maximum"),
        ];
        match &stream.source {
            StreamSource::DirectPut => {}
            StreamSource::Kinesis(_) => all.extend([
                firehose("kinesis", "DataReadFromKinesisStream.Records", "Sum"),
                firehose("behind", "KinesisMillisBehindLatest", "Maximum"),
            ]),
            _ => all.push(firehose("source", "DataReadFromSource.Records", "Sum")),
        }
        if let Some(kind) = stream.destination.as_ref().map(|it| it.kind) {
            let named = |name: &str| format!("{}.{name}", family(kind));
            // Iceberg counts rows, and HTTP endpoints the records of each attempt
            // (developer guide, "CloudWatch metrics", "Monitor metrics" of Iceberg).
            let records =
                if kind == DestinationKind::Iceberg { "SuccessfulRowCount" } else { "Records" };
            let success = if kind == DestinationKind::HttpEndpoint { "Minimum" } else { "Average" };
            all.extend([
                firehose("delivered", &named(records), "Sum"),
                firehose("success", &named("Success"), success),
                firehose("freshness", &named("DataFreshness"), "Maximum"),
            ]);
        }
        let function: Option<FunctionName> =
            stream.transform().and_then(|it| it.function_arn.parse().ok());
        let is_here = |it: &FunctionName| {
            it.arn_account().is_none_or(|it| it.as_str() == stream.account())
                && it.arn_region().is_none_or(|it| it.as_str() == stream.region())
        };
        if let Some(function) = function.filter(|it| is_emulated || is_here(it)) {
            let lambda = |id, metric: &str, statistic| Self {
                id,
                namespace: "AWS/Lambda",
                metric: metric.to_owned(),
                dimension: ("FunctionName", function.name().to_owned()),
                statistic,
            };
            all.extend([
                lambda("calls", "Invocations", "Sum"),
                lambda("call_errors", "Errors", "Sum"),
                lambda("throttles", "Throttles", "Sum"),
            ]);
        }
        all
    }
}
