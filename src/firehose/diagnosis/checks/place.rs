//! Where objects go.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::super::super::s3::ErrorOutputType;
use super::super::super::s3::prefix::Prefix;
use super::super::super::stream::{DestinationKind, S3Place};
use super::super::{Facts, Finding, Gap, Outcome, Part, ask, conclude};

pub(in super::super) fn bucket_there(facts: &Facts) -> Outcome {
    let Some(name) = facts.bucket_name() else { return Outcome::NotApplicable };
    let region = facts.stream.region();
    let there = |name: &str, bucket| -> Part {
        let Some(bucket): Option<&super::super::Bucket> = ask(bucket)? else {
            return Finding::error(format!("the bucket {name} does not exist"))
                .why(format!("Nothing can be written. {}", facts.s3_retries()))
                .seen("HeadBucket")
                .fix(facts.aws(&["s3", "mb", &format!("s3://{name}")]))
                .found();
        };
        if region.is_empty() || bucket.region == region {
            return Ok(None);
        }
        Finding::note(format!("the bucket {name} is in {}, the stream in {region}", bucket.region))
            .why("It works, but each object crosses Regions, which is slower and costs.")
            .seen("HeadBucket")
            .found()
    };
    let locks = || -> Part {
        match ask(&facts.locks)? {
            Some(true) => Finding::note(format!("the bucket {name} locks new objects"))
                .possible()
                .why(
                    "Puts to it need a checksum, and objects cannot be deleted until the \
                      retention ends.",
                )
                .seen("GetObjectLockConfiguration")
                .found(),
            _ => Ok(None),
        }
    };
    let mut parts = vec![there(name, &facts.bucket), locks()];
    if let Some(backup) = facts.backup_bucket_name() {
        parts.push(there(backup, &facts.backup_bucket));
    }
    conclude(parts, format!("the bucket {name} exists"))
}

/// A prefix without what is in expressions: up to the first.
fn head(prefix: Option<&str>) -> &str {
    let prefix = prefix.unwrap_or_default();
    prefix.split("!{").next().unwrap_or_default()
}

/// What objects written now are below, as far as it is known.
fn now_below(facts: &Facts, of: impl FnOnce(&S3Place) -> Option<Prefix>) -> Option<String> {
    let place = facts.stream.destination.as_ref()?.s3.as_ref()?;
    let time = Timestamp::from_millisecond(facts.now).ok()?;
    let zone = facts.zone.clone().filter(|_| place.time_zone != "UTC").unwrap_or(TimeZone::UTC);
    let time: DateTime = time.to_zoned(zone).datetime();
    let text = of(place)?.evaluate(time, ErrorOutputType::ProcessingFailed).text;
    Some(format!("s3://{}/{text}", place.bucket))
}

/// What Firehose writes to: without expressions of time it appends the hour.
fn data_prefix(place: &S3Place) -> Option<Prefix> {
    let text = place.prefix.as_deref().unwrap_or_default();
    if text.contains("!{") {
        return text.parse().ok();
    }
    format!("{text}!{{timestamp:yyyy/MM/dd/HH}}/").parse().ok()
}

fn error_prefix(place: &S3Place) -> Option<Prefix> {
    let parse = |it: &Option<String>| it.as_deref().map(str::parse::<Prefix>).transpose();
    let (data, errors) = (parse(&place.prefix).ok()?, parse(&place.error_output_prefix).ok()?);
    Some(Prefix::of_failures(data.as_ref(), errors.as_ref()))
}

impl Facts {
    /// What the objects of this hour are below: `s3://lake/orders/2026/11/29/05/`.
    pub fn this_hour(&self) -> Option<String> {
        self.kind().filter(|it| *it == DestinationKind::S3)?;
        now_below(self, data_prefix)
    }

    /// What those that fail now are below.
    pub fn failures_now(&self) -> Option<String> {
        now_below(self, error_prefix)
    }
}

pub(in super::super) fn where_failures_go(facts: &Facts) -> Outcome {
    let Some(place) = facts.stream.destination.as_ref().and_then(|it| it.s3.as_ref()) else {
        return Outcome::NotApplicable;
    };
    let is_s3 = facts.kind() == Some(DestinationKind::S3);
    let fixed = || {
        let errors = r"failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/";
        facts.update(&format!(r#"{{"ErrorOutputPrefix":"{errors}"}}"#))
    };
    let (data, errors) = (head(place.prefix.as_deref()), place.error_output_prefix.as_deref());
    let expressions = || -> Part {
        let has = place.prefix.as_deref().is_some_and(|it| it.contains("!{"));
        if !is_s3 || !has || errors.is_some_and(|it| !it.is_empty()) {
            return Ok(None);
        }
        Finding::warning("the prefix has expressions, and there is no error prefix")
            .why("AWS requires ErrorOutputPrefix then; what fails may be refused.")
            .seen("Prefix and ErrorOutputPrefix")
            .fix(fixed())
            .found()
    };
    let collide = || -> Part {
        let errors = errors.unwrap_or_default();
        if !is_s3 || data.is_empty() || !head(Some(errors)).starts_with(data) {
            return Ok(None);
        }
        Finding::warning(format!("failures are written below {data}, where data is"))
            .why("Whoever reads the data reads failure records too.")
            .seen("Prefix and ErrorOutputPrefix")
            .fix(fixed())
            .found()
    };
    let shared = || -> Part {
        if errors.is_some_and(|it| !it.is_empty()) {
            return Ok(None);
        }
        let what = "failures go to the default prefix, which all streams of the bucket share";
        let finding = Finding::note(what)
            .why("Only the names of objects tell the streams apart.")
            .seen("ErrorOutputPrefix");
        if is_s3 { finding.fix(fixed()) } else { finding }.found()
    };
    let evaluated = facts.failures_now().unwrap_or_else(|| format!("s3://{}", place.bucket));
    conclude([expressions(), collide(), shared()], format!("failures go to {evaluated}"))
}

pub(in super::super) fn right_hour(facts: &Facts) -> Outcome {
    if facts.kind() != Some(DestinationKind::S3) {
        return Outcome::NotApplicable;
    }
    let Some(place) = facts.stream.destination.as_ref().and_then(|it| it.s3.as_ref()) else {
        return Outcome::NotApplicable;
    };
    let zone = place.time_zone.as_str();
    if zone != "UTC" && facts.zone.is_none() {
        let why = format!("the time zone {zone} is not known here");
        return Outcome::Unknown(Gap { needs: None, why });
    }
    let prefix = place.prefix.as_deref().unwrap_or_default();
    if prefix.contains("!{") && !prefix.contains("!{timestamp:") {
        return Outcome::Passed("the prefix has no times".to_owned());
    }
    let below = facts.this_hour().unwrap_or_default();
    let finding = Finding::note(format!("objects of this hour are below {below}"))
        .why(format!(
            "Prefixes have the time in {zone} at which the oldest record of the object \
                      arrived, not the local time."
        ))
        .seen("Prefix and CustomTimeZone")
        .fix(facts.aws(&["s3", "ls", &below, "--recursive"]));
    Outcome::Finding(Box::new(finding))
}
