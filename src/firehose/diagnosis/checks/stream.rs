//! The stream itself: its state, its buffers, its transform's switch.

use super::super::super::description::defaults::{LEAST_LARGE_BUFFER_MB, MIB};
use super::super::super::stream::{DestinationKind, StreamSource};
use super::super::{Facts, Finding, Outcome, conclude};
use super::seconds;

/// Buffers of this length and size keep people waiting.
const LONG: u64 = 900;
const LARGE: u64 = 64 * MIB;

/// Below this nobody thinks that a record is lost.
const SHORT: u64 = 120;

pub(in super::super) fn not_yet(facts: &Facts) -> Outcome {
    let Some(destination) = &facts.stream.destination else { return Outcome::NotApplicable };
    let before = facts.stream.transform().map_or(0, |it| it.buffering.interval.as_secs());
    let after = destination.buffering.interval.as_secs();
    let total = before + after;
    let parts = match before {
        0 => format!("{} before the destination", seconds(after)),
        _ => format!(
            "{} before the transform, {} before the destination",
            seconds(before),
            seconds(after)
        ),
    };
    let passed = format!("a record arrives within about {}: {parts}", seconds(total));
    if total <= SHORT {
        return Outcome::Passed(passed);
    }
    let what = format!("a record takes up to {} to arrive: {parts}", seconds(total));
    let is_long = after >= LONG || (destination.buffering.bytes >= LARGE && after > SHORT);
    let finding = if is_long { Finding::warning(what) } else { Finding::note(what) };
    let least = if needs_large_buffer(facts) { LEAST_LARGE_BUFFER_MB.into() } else { 1 };
    let finding = finding
        .why(
            "Until then a record is in a buffer, not lost. Calls of the function that fail are \
              retried, which takes longer.",
        )
        .seen("buffering hints of the stream");
    let finding = if after > 60 { finding.fix(facts.update_buffer(60, least)) } else { finding };
    Outcome::Finding(Box::new(finding))
}

/// True if AWS accepts no small buffer.
pub(super) fn needs_large_buffer(facts: &Facts) -> bool {
    facts.config().is_some_and(|it| it.converts() || it.is_partitioned())
}

pub(in super::super) fn stream_active(facts: &Facts) -> Outcome {
    let status = facts.stream.status.as_str();
    if status == "ACTIVE" {
        return Outcome::Passed("the stream is ACTIVE".to_owned());
    }
    let failure = facts.description.failure.as_ref();
    let kind = failure.and_then(|it| it.kind.as_deref()).unwrap_or_default();
    let details = failure.and_then(|it| it.details.as_deref()).unwrap_or_default();
    let why = match status {
        "CREATING" => "It accepts records once it is ACTIVE.".to_owned(),
        "CREATING_FAILED" if !details.is_empty() => {
            let details = details.trim_end_matches('.');
            format!("AWS reports {kind}: {details}. Delete the stream and create it again.")
        }
        "CREATING_FAILED" => "Delete the stream and create it again.".to_owned(),
        _ => "It accepts no records.".to_owned(),
    };
    let describe = facts.aws(&[
        "firehose",
        "describe-delivery-stream",
        "--delivery-stream-name",
        &facts.stream.name,
    ]);
    let finding = Finding::error(format!("the status of the stream is {status}")).why(why);
    Outcome::Finding(Box::new(finding.fix(describe).seen("DescribeDeliveryStream")))
}

pub(in super::super) fn transform_off(facts: &Facts) -> Outcome {
    let processing = facts.config().and_then(|it| it.processing.as_ref());
    let Some(processing) = processing else { return Outcome::NotApplicable };
    let processors = processing.processors.as_deref().unwrap_or_default();
    if processors.is_empty() {
        return Outcome::NotApplicable;
    }
    if processing.enabled == Some(true) {
        return Outcome::Passed("processing is enabled".to_owned());
    }
    let what = match processing.lambda() {
        Some(_) => "a transform is configured, but processing is not enabled",
        None => "processors are configured, but processing is not enabled",
    };
    // It was off since then at least; what was before is not in the description.
    let since = facts.stream.updated.map(|it| facts.time(it));
    let since = since.map(|it| {
        format!(" It has been off at least since {it}, when the stream was last changed.")
    });
    let finding = Finding::error(what)
        .why(format!(
            "The function is not called, and records are delivered as they came in.{} \
             Without `Enabled`, processing is off.",
            since.unwrap_or_default()
        ))
        .fix(facts.update_processors(processors))
        .seen("ProcessingConfiguration.Enabled");
    Outcome::Finding(Box::new(finding))
}

pub(in super::super) fn backup(facts: &Facts) -> Outcome {
    let Some(destination) = &facts.stream.destination else { return Outcome::NotApplicable };
    if facts.stream.transform().is_none() {
        return Outcome::NotApplicable;
    }
    if let Some(place) = &destination.backup {
        return Outcome::Passed(format!("every record is kept in s3://{}", place.bucket));
    }
    let finding = Finding::note("no source backup is kept")
        .why(
            "If the transform drops or damages records, the originals cannot be put back. For a \
              stream to S3 the backup cannot be turned off again.",
        )
        .seen("S3BackupMode");
    let is_s3 = destination.kind == DestinationKind::S3;
    let (role, bucket) = (facts.role_arn(), facts.config().and_then(|it| it.bucket_arn.as_deref()));
    let finding = match role.zip(bucket).filter(|_| is_s3) {
        Some((role, bucket)) => {
            let (role, bucket) =
                (super::super::fix::string(role), super::super::fix::string(bucket));
            finding.fix(facts.update(&format!(
                r#"{{"S3BackupMode":"Enabled","S3BackupUpdate":{{"RoleARN":{role},"BucketARN":{bucket},"Prefix":"backup/"}}}}"#
            )))
        }
        None => finding,
    };
    Outcome::Finding(Box::new(finding))
}

pub(in super::super) fn retries(facts: &Facts) -> Outcome {
    let Some(transform) = facts.stream.transform() else { return Outcome::NotApplicable };
    // A function's timeout is unknown to the stream: a minute a call is usual.
    let what = match transform.retries {
        0 => "a failed call of the function is not retried",
        it if it > 10 => "a failed call of the function is retried more than 10 times",
        it => return Outcome::Passed(format!("a failed call is retried {it} times")),
    };
    let why = match transform.retries {
        0 => "One throttled call is enough to make a whole batch fail.",
        _ => "A batch that always fails blocks those after it for minutes or hours.",
    };
    let processors = facts.config().map(|it| it.processors().to_vec()).unwrap_or_default();
    let set = |mut it: super::super::super::description::Processor| {
        let parameters = it.parameters.get_or_insert_default();
        parameters.retain(|it| it.name.as_deref() != Some("NumberOfRetries"));
        if it.kind.as_deref() == Some("Lambda") {
            parameters.push(super::super::super::description::ProcessorParameter {
                name: Some("NumberOfRetries".to_owned()),
                value: Some("3".to_owned()),
                ..Default::default()
            });
        }
        it
    };
    let processors: Vec<_> = processors.into_iter().map(set).collect();
    let finding = Finding::note(what).why(why).fix(facts.update_processors(&processors));
    Outcome::Finding(Box::new(finding.seen(format!("NumberOfRetries is {}", transform.retries))))
}

pub(in super::super) fn takes_puts(facts: &Facts) -> Outcome {
    let processing = facts.stream.processing();
    let is_direct = facts.stream.source == StreamSource::DirectPut
        && !processing.is_some_and(|it| it.decompresses);
    match facts.stream.refuses_puts() {
        Some((why, instead)) if !is_direct => {
            let finding = Finding::note(format!("records cannot be put into the stream: {why}"));
            Outcome::Finding(Box::new(finding.why(sentence(&instead)).seen("source of the stream")))
        }
        _ => conclude([], "PutRecord and PutRecordBatch are accepted"),
    }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}
