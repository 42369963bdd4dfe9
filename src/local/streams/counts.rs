//! What CloudWatch counts of a stream (developer guide, "Monitoring with CloudWatch
//! metrics").

use crate::local::metrics::{Metrics, Series};
use firehose::flow::{Activity, TOO_MANY_PARTITIONS_CODE, What};
use firehose::time::Millis;

/// Counts what happened in a stream.
pub(super) fn activity(metrics: &mut Metrics, stream: &str, activity: &Activity) {
    for (metric, value) in values(&activity.what) {
        let series = Series::of("AWS/Firehose", metric, ("DeliveryStreamName", stream));
        metrics.add(&series, activity.at, value);
    }
}

/// Counts records of a put that were throttled.
pub fn throttled(metrics: &mut Metrics, stream: &str, at: Millis, records: usize) {
    if records > 0 {
        let name = ("DeliveryStreamName", stream);
        let count = u64::try_from(records).unwrap_or(u64::MAX);
        metrics.add(&Series::of("AWS/Firehose", "ThrottledRecords", name), at, number(count));
    }
}

/// The metrics that something counts in, and how much.
fn values(what: &What) -> Vec<(&'static str, f64)> {
    match what {
        What::Accepted { records, bytes } => vec![
            ("IncomingRecords", number(records.len())),
            ("IncomingBytes", number(*bytes)),
            ("IncomingPutRequests", 1.0),
        ],
        What::Answered { result, .. } => {
            let is_good = *result == "response";
            vec![("ExecuteProcessing.Success", if is_good { 1.0 } else { 0.0 })]
        }
        What::Settled { call, outcomes, .. } => {
            let mut values = Vec::new();
            if call.is_some() {
                // Of dropped records a capture of a real stream counts none.
                let good = outcomes.iter().filter(|it| it.result == "delivered");
                let good: u64 = good.map(|it| it.records.len()).sum();
                values.push(("SucceedProcessing.Records", number(good)));
            }
            if outcomes.iter().any(|it| it.code == Some(TOO_MANY_PARTITIONS_CODE)) {
                values.push(("PartitionCountExceeded", 1.0));
            }
            values
        }
        What::Written { role, records, age, .. } => {
            let names = names(role);
            vec![
                (names.records, number(*records)),
                (names.success, 1.0),
                (names.freshness, seconds(*age)),
            ]
        }
        What::WriteFailed { role, age, .. } => {
            let names = names(role);
            vec![(names.success, 0.0), (names.freshness, seconds(*age))]
        }
        _ => Vec::new(),
    }
}

/// The metrics of objects of one kind.
struct Names {
    records: &'static str,
    success: &'static str,
    freshness: &'static str,
}

/// The metrics of objects with this role. Failed records count as delivered, as a
/// capture of a real stream shows: their objects are deliveries.
fn names(role: &str) -> Names {
    if role == "backup" {
        Names {
            records: "BackupToS3.Records",
            success: "BackupToS3.Success",
            freshness: "BackupToS3.DataFreshness",
        }
    } else {
        Names {
            records: "DeliveryToS3.Records",
            success: "DeliveryToS3.Success",
            freshness: "DeliveryToS3.DataFreshness",
        }
    }
}

/// Whole seconds, as AWS counts ages.
fn seconds(age: Millis) -> f64 {
    number(u64::try_from(age / 1000).unwrap_or_default())
}

/// Counts are far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "counts of one machine")]
const fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use firehose::flow::{ObjectId, ObjectPlace};

    #[test]
    fn a_write_that_fails_counts_where_one_that_works_counts() {
        for role in ["delivery", "failures", "backup"] {
            let (object, place) =
                (ObjectId(1), ObjectPlace { bucket: "b".into(), key: "k".into() });
            let written =
                What::Written { object, role, place: place.clone(), records: 2, age: 61_900 };
            let message = String::new();
            let failed =
                What::WriteFailed { object, role, place, message, retry_at: 0, age: 61_900 };
            let value = |what: &What, kind: &str| {
                values(what).into_iter().find(|(name, _)| name.ends_with(kind)).unwrap()
            };
            let (name, _) = value(&written, ".Success");
            assert_eq!(value(&failed, ".Success"), (name, 0.0));
            let age = value(&written, ".DataFreshness");
            assert_eq!((age.1, value(&failed, ".DataFreshness")), (61.0, age));
            assert_eq!(age.0.starts_with("Backup"), role == "backup", "{}", age.0);
            assert_eq!(name.starts_with("Backup"), role == "backup", "{name}");
        }
    }
}
