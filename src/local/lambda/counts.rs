//! What CloudWatch counts of a function, as Lambda names it.

use crate::local::metrics::{Metrics, Series};
use firehose::names::FunctionName;
use firehose::transform::invocation::InvocationResult;
use firehose::transform::{Answer, Refusal};

/// Counts a call of `function`.
pub(super) fn call(metrics: &mut Metrics, function: &FunctionName, at: i64, answer: &Answer) {
    let mut add = |metric: &str, value: f64| {
        metrics.add(
            &Series::of("AWS/Lambda", metric, ("FunctionName", function.name())),
            at,
            value,
        );
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
