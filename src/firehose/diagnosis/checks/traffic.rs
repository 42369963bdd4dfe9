//! What comes in, what goes out, what fails.

use super::super::super::stream::{DestinationKind, StreamSource};
use super::super::metrics::incoming;
use super::super::{Facts, Finding, Gap, Metrics, Outcome, Part, ask, conclude};
use super::seconds;

/// The metrics. That there are none at all is an empty answer, not a missing one.
pub(super) fn metrics(facts: &Facts) -> Result<&Metrics, Gap> {
    ask(&facts.metrics)?
        .ok_or_else(|| Gap { needs: None, why: "CloudWatch has no metrics".to_owned() })
}

fn window(facts: &Facts) -> String {
    let whole = facts.window.as_secs();
    match whole {
        3600 => "the last hour".to_owned(),
        it => format!("the last {}", seconds(it)),
    }
}

pub(in super::super) fn nothing_comes_in(facts: &Facts) -> Outcome {
    let id = incoming(&facts.stream.source);
    let part =
        || -> Part {
            if metrics(facts)?.sum(id) > 0 {
                return Ok(None);
            }
            let finding = Finding::error(format!("no records came in during {}", window(facts)))
            .why("There is nothing to transform or deliver. Check the producer: Region, account, \
                  name of the stream, its errors. Metrics are a minute or two late.")
            .seen("CloudWatch: the incoming records are 0");
            match &facts.stream.source {
                StreamSource::Kinesis(arn) => {
                    let name = arn.rsplit('/').next().unwrap_or(arn);
                    let words = ["kinesis", "describe-stream-summary", "--stream-name", name];
                    finding.fix(facts.aws(&words))
                }
                StreamSource::DirectPut if facts.stream.refuses_puts().is_none() => {
                    finding.fix(facts.fh("send-demo", &["--count", "3"]))
                }
                _ => finding,
            }
            .found()
        };
    conclude([part()], format!("records came in during {}", window(facts)))
}

pub(in super::super) fn everything_fails(facts: &Facts) -> Outcome {
    let part = || -> Part {
        let Some(failures) = ask(&facts.failures)?.filter(|it| it.objects > 0) else {
            return Ok(None);
        };
        let codes = failures.codes.yes().map(Vec::as_slice).unwrap_or_default();
        let listed: Vec<_> =
            codes.iter().map(|(code, count)| format!("{code} ({count})")).collect();
        let id = if facts.stream.transform().is_some() { "processed" } else { "delivered" };
        let good = facts.metrics.yes().map(|it| it.sum(id));
        let finding = match good {
            Some(0) => Finding::error(format!("everything failed during {}", window(facts))),
            Some(_) => Finding::warning(format!("some records failed during {}", window(facts))),
            None => Finding::warning(format!("records failed during {}", window(facts))).likely(),
        };
        let objects = match failures.objects {
            1 => "1 object".to_owned(),
            count => format!("{count} objects"),
        };
        let names = match listed.as_slice() {
            [] => "their codes are not known".to_owned(),
            listed => listed.join(", "),
        };
        let finding = finding
            .why(format!("What failed is kept in {}: {names}.", failures.place))
            .seen(format!("{objects} below {}", failures.place))
            .fix(facts.fh("failures", &[]));
        let first = codes.first().map(|(code, _)| code.as_str());
        match first {
            Some(code) => finding.fix(super::super::fix::command(&["fh", "explain", code])),
            None => finding,
        }
        .found()
    };
    conclude([part()], format!("no failure objects were written during {}", window(facts)))
}

pub(in super::super) fn throttled_puts(facts: &Facts) -> Outcome {
    if facts.stream.source != StreamSource::DirectPut {
        return Outcome::NotApplicable;
    }
    let part = || -> Part {
        let metrics = metrics(facts)?;
        let throttled = metrics.sum("throttled");
        if throttled == 0 {
            return Ok(None);
        }
        Finding::warning(format!("{throttled} records were throttled during {}", window(facts)))
            .why(
                "A producer that does not repeat throttled records loses them. Limits rise under \
                  lasting load; a higher one can be requested.",
            )
            .seen("CloudWatch: ThrottledRecords")
            .fix(facts.aws(&[
                "service-quotas",
                "list-service-quotas",
                "--service-code",
                "firehose",
            ]))
            .found()
    };
    conclude([part()], "no records were throttled")
}

pub(in super::super) fn delivery_stale(facts: &Facts) -> Outcome {
    let Some(destination) = &facts.stream.destination else { return Outcome::NotApplicable };
    let before = facts.stream.transform().map_or(0, |it| it.buffering.interval.as_secs());
    let limit = before + destination.buffering.interval.as_secs() + 60;
    let stale =
        || -> Part {
            let Some(age) = metrics(facts)?.max("freshness") else { return Ok(None) };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "seconds; a float beyond u64 becomes its end"
            )]
            let age = age as u64;
            if age <= limit {
                return Ok(None);
            }
            Finding::error(format!(
            "the oldest undelivered record was {} old, and buffers explain {}",
            seconds(age),
            seconds(limit)
        ))
        .why("Delivery is late or stands still: the destination refuses records, or calls of the \
              function are repeated.")
        .seen("CloudWatch: DataFreshness")
        .fix(facts.fh("logs", &[]))
        .found()
        };
    let refused = || -> Part {
        let Some(success) = metrics(facts)?.min("success").filter(|it| *it < 1.0) else {
            return Ok(None);
        };
        let name = destination.kind.as_str();
        let what = match destination.kind {
            DestinationKind::S3 => "writing objects to S3 failed".to_owned(),
            _ => format!("delivery to {name} failed"),
        };
        Finding::error(format!("{what}: in the worst period {:.0} % succeeded", success * 100.0))
            .why("Delivery is repeated, then records go to the error prefix.")
            .seen("CloudWatch: Success")
            .fix(facts.fh("logs", &[]))
            .found()
    };
    conclude([stale(), refused()], "delivery keeps up")
}
