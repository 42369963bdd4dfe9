//! What comes in, what goes out, what fails.

use super::super::super::errors::code::LAMBDA_FUNCTION_ERROR;
use super::super::super::errors::query_for;
use super::super::super::known::Known;
use super::super::super::limits::MAX_FUNCTION_TIMEOUT;
use super::super::super::stream::{DestinationKind, StreamSource};
use super::super::metrics::{count, incoming, too_early};
use super::super::together::Reading;
use super::super::{
    Command, DeliveryError, Facts, FailureCode, Finding, Gap, Metrics, Outcome, Part, Purpose, ask,
    conclude,
};
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
    let part = || -> Part {
        if metrics(facts)?.sum(id) > 0 {
            return Ok(None);
        }
        if let Some(why) = too_early(facts) {
            return Err(Gap { needs: None, why: why.to_owned() });
        }
        // An emulator may count nothing.
        if !metrics(facts)?.has(id) && facts.failures.yes().is_some_and(|it| it.objects > 0) {
            let why = format!(
                "CloudWatch has no count of incoming records, but records failed during {}",
                window(facts)
            );
            return Err(Gap { needs: None, why });
        }
        let seen =
            if metrics(facts)?.has(id) { "counts 0 incoming" } else { "has no count of incoming" };
        let finding = Finding::error(format!("no records came in during {}", window(facts)))
            .likely()
            .why(
                "There is nothing to transform or deliver. Check the producer: Region, \
                     account, name of the stream, its errors. Metrics lag by a few minutes: the \
                     latest records may be missing here.",
            )
            .seen(format!("CloudWatch {seen} records"));
        match &facts.stream.source {
            StreamSource::Kinesis(arn) => {
                let name = arn.rsplit('/').next().unwrap_or(arn);
                let words = ["kinesis", "describe-stream-summary", "--stream-name", name];
                finding.fix(facts.aws(&words))
            }
            StreamSource::DirectPut if facts.stream.refuses_puts().is_none() => {
                let why =
                    format!("{} To test the stream, this puts 3 records into it:", finding.why);
                finding.why(why).fix(facts.fh("send-demo", &["--count", "3"]))
            }
            _ => finding,
        }
        .found()
    };
    conclude([part()], format!("records came in during {}", window(facts)))
}

pub(in super::super) fn everything_fails(facts: &Facts) -> Outcome {
    let calls = calls_fail(facts);
    if facts.failures == Known::No && !matches!(calls, Ok(Some(_))) {
        return Outcome::NotApplicable;
    }
    let objects = || -> Part {
        let Some(failures) = ask(&facts.failures)?.filter(|it| it.objects > 0) else {
            return Ok(None);
        };
        let codes = failures.codes.yes().map(Vec::as_slice).unwrap_or_default();
        let least = if failures.is_cut { "at least " } else { "" };
        let listed: Vec<_> =
            codes.iter().map(|it| format!("{} ({least}{})", it.code, it.records)).collect();
        let id = if facts.stream.transform().is_some() { "processed" } else { "delivered" };
        // Without incoming records in the metrics, that none succeeded says nothing.
        let came_in = |it: &&Metrics| it.sum(incoming(&facts.stream.source)) > 0;
        let good = facts.metrics.yes().filter(came_in).map(|it| it.sum(id));
        let finding = match good {
            // Dropped records are not counted as processed, those in buffers not yet.
            Some(0) => Finding::error(format!(
                "records failed and none succeeded during {}",
                window(facts)
            ))
            .likely(),
            _ => Finding::warning(format!("records failed during {}", window(facts))),
        };
        let objects = match failures.objects {
            1 => "1 object".to_owned(),
            count => format!("{count} objects"),
        };
        let some = match failures.opened {
            Some(opened) if opened < failures.objects => {
                format!(" (counted in the newest {opened} objects)")
            }
            _ => String::new(),
        };
        let places = failures.place_names();
        let names = match listed.as_slice() {
            [] => "their codes are not known".to_owned(),
            listed => format!("{}{some}", listed.join(", ")),
        };
        let first = codes.first();
        let code = first.map(|it| it.code.as_str());
        let fails_itself = first.is_some_and(FailureCode::is_logged);
        // A call that runs out of time logs no exception: the last one is of another call.
        let raised = code == Some(LAMBDA_FUNCTION_ERROR.code);
        let logged = last_error(facts).filter(|_| raised);
        // An exception says more than the message of the failures.
        let said = match (logged, first.and_then(|it| it.message.as_deref())) {
            (Some(error), _) => quoted(error),
            (None, Some(message)) => format!(" Firehose says: {message}"),
            (None, None) => String::new(),
        };
        let finding = finding
            .why(format!("What failed is kept in {places}: {names}.{said}"))
            .seen(format!("{objects} from {}, below {places}", window(facts)));
        // The message of the failures names no exception: the log does.
        let finding =
            if fails_itself { finding.fix(facts.fh("logs", &["--errors"])) } else { finding };
        let finding = finding.fix(facts.fh("failures", &[]));
        match logged.and_then(query_for).or(code) {
            Some(query) => finding.fix(explain(query)),
            None => finding,
        }
        .found()
    };
    conclude(
        [objects(), calls],
        format!("no failure objects were written during {}", window(facts)),
    )
}

/// Calls that fail, before there are failure objects: those come after the last retry.
fn calls_fail(facts: &Facts) -> Part {
    if facts.stream.transform().is_none() {
        return Ok(None);
    }
    let reading = Reading::of(facts, metrics(facts)?);
    let (what, flags): (_, &[&str]) = match reading {
        Reading::CallsFail => ("every call of the function fails", &["--errors"]),
        Reading::OwnCallsFail => {
            ("every call by Firehose fails, and Lambda counts calls without errors", &["--errors"])
        }
        Reading::CallsFailThrottled => {
            ("every call by Firehose fails, and Lambda throttles the function", &["--errors"])
        }
        Reading::Refused => ("every call is refused before the function runs", &[]),
        Reading::Throttled => ("every call of the function is throttled", &[]),
        _ => return Ok(None),
    };
    // Calls that did not run logged nothing: what there is may be of other callers.
    let may_call = facts.denied(Purpose::Invoke).yes().is_none_or(Vec::is_empty);
    let runs = reading == Reading::CallsFail && may_call;
    let logged = last_error(facts).filter(|_| runs);
    let finding = Finding::error(what)
        .likely()
        .seen("CloudWatch: ExecuteProcessing.Success is 0")
        .why(format!(
            "Firehose retries a failed call; after the last retry it writes the records of the \
             batch to the error prefix.{}",
            logged.map(quoted).unwrap_or_default()
        ))
        .fix(facts.fh("logs", flags));
    match logged.and_then(query_for) {
        Some(query) => finding.fix(explain(query)),
        None => finding,
    }
    .found()
}

/// What the function logged when a call went wrong.
pub(super) fn last_error(facts: &Facts) -> Option<&str> {
    let last = facts.reports.yes().and_then(|it| it.last_error.as_ref());
    last.map(|it| it.message.as_str())
}

/// That as another sentence.
fn quoted(error: &str) -> String {
    format!(" The function last logged: {error}")
}

fn explain(query: &str) -> Command {
    super::super::fix::command(&["fh", "explain", query])
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
                "A producer that does not retry throttled records loses them. Limits rise under \
                  lasting load; a higher one can be requested.",
            )
            .seen("CloudWatch: ThrottledRecords")
            .fix(facts.list_quotas())
            .found()
    };
    conclude([part()], "no records were throttled")
}

pub(in super::super) fn delivery_stale(facts: &Facts) -> Outcome {
    let Some(destination) = &facts.stream.destination else { return Outcome::NotApplicable };
    let before = facts.stream.transform().map_or(0, |it| it.buffering.interval.as_secs());
    // A call of the function may take as long as Firehose waits for it.
    let call = facts.stream.transform().map_or(0, |_| MAX_FUNCTION_TIMEOUT.as_secs());
    let limit = before + destination.buffering.interval.as_secs() + call + 60;
    let stale = || -> Part {
        let metrics = metrics(facts)?;
        if !metrics.has("freshness") && !metrics.has("success") {
            let why = format!("CloudWatch has no metrics of delivery for {}", window(facts));
            return Err(Gap { needs: None, why });
        }
        let age = metrics.max("freshness").map_or(0, count);
        if age <= limit {
            return Ok(None);
        }
        let what = format!(
            "the oldest undelivered record was {} old, and buffers and calls explain {}",
            seconds(age),
            seconds(limit)
        );
        let caught_up = metrics.last("freshness").is_some_and(|it| count(it) <= limit)
            && metrics.last("success").is_none_or(|it| it >= 1.0);
        if caught_up {
            let what = format!("delivery was late and has caught up: {what}");
            return Finding::note(what)
                .why("What was buffered then has been delivered since.")
                .seen("CloudWatch: DataFreshness")
                .found();
        }
        Finding::error(what)
            .why(
                "Delivery is late or stands still: the destination refuses records, or calls \
                     of the function are retried.",
            )
            .seen("CloudWatch: DataFreshness")
            .logged(facts)
            .found()
    };
    let refused = || -> Part {
        let Some(success) = metrics(facts)?.min("success").filter(|it| *it < 1.0) else {
            return Ok(None);
        };
        let what = match destination.kind {
            DestinationKind::S3 => "writing objects to S3".to_owned(),
            kind => format!("delivery to {}", kind.as_str()),
        };
        let delivers = metrics(facts)?.sum("delivered") > 0;
        let finding = if delivers {
            Finding::warning(format!("some attempts of {what} failed"))
        } else {
            Finding::error(format!("{what} failed, and nothing was delivered")).likely()
        };
        let why = match destination.kind {
            DestinationKind::S3 => facts.s3_retries(),
            _ => {
                "Firehose retries for the retry duration of the destination, and then writes the \
                  records to the error prefix."
            }
        };
        let seen = format!("CloudWatch: Success was as low as {success}");
        finding.why(why).seen(seen).logged(facts).found()
    };
    conclude([stale(), refused()], "delivery keeps up")
}

impl Finding {
    /// With what the stream logged of its delivery, and the commands that say more.
    fn logged(mut self, facts: &Facts) -> Self {
        if let Some(DeliveryError { code, message, .. }) = facts.delivery_error.yes() {
            let why = format!("{} The stream last logged {code}: {message}", self.why);
            self = self.why(why).fix(super::super::fix::command(&["fh", "explain", code]));
        }
        self.fix(facts.fh("logs", &[]))
    }
}
