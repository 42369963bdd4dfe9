//! What CloudWatch counts of a stream (developer guide, "Monitoring with CloudWatch
//! metrics").

use crate::local::metrics::{Metrics, Series};
use firehose::flow::{Activity, What};

/// Counts what happened in a stream.
pub(super) fn activity(metrics: &mut Metrics, stream: &str, activity: &Activity) {
    let mut add = |metric: &str, value: f64| {
        let series = Series::of("AWS/Firehose", metric, ("DeliveryStreamName", stream));
        metrics.add(&series, activity.at, value);
    };
    match &activity.what {
        What::Accepted { records, bytes } => {
            add("IncomingRecords", number(records.len()));
            add("IncomingBytes", number(*bytes));
            add("IncomingPutRequests", 1.0);
        }
        What::Answered { result, .. } => {
            let is_good = *result == "response";
            add("ExecuteProcessing.Success", if is_good { 1.0 } else { 0.0 });
        }
        // Of dropped records a capture of a real stream counts none.
        What::Settled { call: Some(_), outcomes, .. } => {
            let good = outcomes.iter().filter(|it| it.result == "delivered");
            let good: u64 = good.map(|it| it.records.len()).sum();
            add("SucceedProcessing.Records", number(good));
        }
        What::Written { role: "backup", records, .. } => {
            add("BackupToS3.Records", number(*records));
            add("BackupToS3.Success", 1.0);
        }
        // Failed records count too, in the same capture: their objects are deliveries.
        What::Written { records, .. } => {
            add("DeliveryToS3.Records", number(*records));
            add("DeliveryToS3.Success", 1.0);
        }
        What::WriteFailed { .. } => add("DeliveryToS3.Success", 0.0),
        _ => {}
    }
}

/// Counts are far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "counts of one machine")]
const fn number(count: u64) -> f64 {
    count as f64
}
