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
        What::Written { role: "backup", records, .. } => {
            vec![("BackupToS3.Records", number(*records)), ("BackupToS3.Success", 1.0)]
        }
        // Failed records count too, in the same capture: their objects are deliveries.
        What::Written { records, .. } => {
            vec![("DeliveryToS3.Records", number(*records)), ("DeliveryToS3.Success", 1.0)]
        }
        What::WriteFailed { role: "backup", .. } => vec![("BackupToS3.Success", 0.0)],
        What::WriteFailed { .. } => vec![("DeliveryToS3.Success", 0.0)],
        _ => Vec::new(),
    }
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
            let written = What::Written { object, role, place: place.clone(), records: 2 };
            let message = String::new();
            let failed = What::WriteFailed { object, role, place, message, retry_at: 0 };
            let success = |what: &What| {
                let found = values(what).into_iter().find(|(name, _)| name.ends_with(".Success"));
                found.unwrap()
            };
            let (name, _) = success(&written);
            assert_eq!(success(&failed), (name, 0.0));
            assert_eq!(name.starts_with("Backup"), role == "backup", "{name}");
        }
    }
}
