//! The Kinesis data stream that a stream reads.

use super::super::super::stream::StreamSource;
use super::super::{Facts, Finding, Gap, Outcome, Part, Purpose, ask, conclude};
use super::traffic::metrics;
use super::{allowed, seconds};

/// Milliseconds that a stream may be late.
const LATE: f64 = 300_000.0;

pub(in super::super) fn kinesis(facts: &Facts) -> Outcome {
    let StreamSource::Kinesis(arn) = &facts.stream.source else { return Outcome::NotApplicable };
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let there = || -> Part {
        let describe = facts.aws(&["kinesis", "describe-stream-summary", "--stream-name", name]);
        let Some(source) = ask(&facts.source)? else {
            return Finding::error(format!("the data stream {name} does not exist"))
                .why("There is nothing to read.")
                .seen("DescribeStreamSummary")
                .fix(describe)
                .found();
        };
        if matches!(source.status.as_str(), "ACTIVE" | "UPDATING") {
            return Ok(None);
        }
        Finding::error(format!("the data stream {name} is {}", source.status))
            .why("It cannot be read until it is ACTIVE.")
            .seen("DescribeStreamSummary")
            .fix(describe)
            .found()
    };
    let read = || {
        let what = format!("the role may not read the data stream {name}");
        allowed(facts, Purpose::ReadSource, &what, "No record gets into the delivery stream.")
    };
    let key = || -> Part {
        match ask(&facts.source)?.and_then(|it| it.key.as_deref()) {
            None | Some("alias/aws/kinesis") => Ok(None),
            Some(key) if !key.contains(":key/") => {
                let why = format!("the key {key} of the data stream is not named by its ARN");
                Err(Gap { needs: None, why })
            }
            Some(_) => {
                let what = format!("the role may not decrypt the data stream {name}");
                allowed(facts, Purpose::SourceKey, &what, "No record can be read.")
            }
        }
    };
    let behind =
        || -> Part {
            let Some(late) = metrics(facts)?.max("behind").filter(|it| *it > LATE) else {
                return Ok(None);
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a float beyond u64 becomes its end"
            )]
            let late = (late / 1000.0) as u64;
            Finding::error(format!("reading {name} was up to {} late", seconds(late)))
            .why("Delivery or the function does not keep up. What is older than the retention of \
                  the data stream is lost.")
            .seen("CloudWatch: KinesisMillisBehindLatest")
            .fix(facts.fh("logs", &[]))
            .found()
        };
    conclude([there(), read(), key(), behind()], format!("the data stream {name} can be read"))
}
