//! What CloudWatch counts of a stream and its transform (developer guide,
//! "Monitoring with CloudWatch metrics"; names of `AWS/Lambda` as Lambda has them).

use std::collections::BTreeMap;

use crate::local::metrics::{Metrics, Series};
use firehose::flow::{Activity, What};
use firehose::names::FunctionName;
use firehose::transform::invocation::InvocationResult;
use firehose::transform::{Answer, Refusal};

/// Counts what happened in a stream.
pub(super) fn activity(metrics: &mut Metrics, stream: &str, activity: &Activity) {
    let mut add = |metric: &str, value: f64| {
        let series = series("AWS/Firehose", metric, ("DeliveryStreamName", stream));
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

/// Counts a call of `function`.
pub(super) fn call(metrics: &mut Metrics, function: &FunctionName, at: i64, answer: &Answer) {
    let mut add = |metric: &str, value: f64| {
        metrics.add(&series("AWS/Lambda", metric, ("FunctionName", function.name())), at, value);
    };
    match answer {
        Answer::Called(result) => {
            let is_good = matches!(result, InvocationResult::Response(_));
            add("Invocations", 1.0);
            add("Errors", if is_good { 0.0 } else { 1.0 });
        }
        Answer::Refused(Refusal::Throttled) => add("Throttles", 1.0),
        Answer::Refused(_) => {}
    }
}

fn series(namespace: &str, metric: &str, dimension: (&str, &str)) -> Series {
    let (name, value) = dimension;
    Series {
        namespace: namespace.to_owned(),
        metric: metric.to_owned(),
        dimensions: BTreeMap::from([(name.to_owned(), value.to_owned())]),
    }
}

/// Counts are far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "counts of one machine")]
const fn number(count: u64) -> f64 {
    count as f64
}
