//! Members of a description that are refused: what is not known, and buffers out of
//! range.

use std::collections::BTreeSet;

use super::config::Refusal;
use crate::description::defaults::LEAST_LARGE_BUFFER_MB;
use crate::description::{BufferingHints, Description, DestinationConfig, Processor};
use crate::stream::MAX_INTERVAL;

/// The largest `SizeInMBs` (API reference, `BufferingHints`).
const MAX_SIZE_MB: i64 = 128;

/// The least that buffers may be set to.
#[derive(Clone, Copy)]
struct Least {
    size_mb: i64,
    interval_seconds: i64,
}

/// API reference, `BufferingHints`.
const LEAST: Least = Least { size_mb: 1, interval_seconds: 0 };

/// Of the backup (API reference, `S3DestinationConfiguration`: it has no zero
/// buffering).
const LEAST_OF_BACKUP: Least = Least { interval_seconds: 60, ..LEAST };

/// With dynamic partitioning (developer guide, "Configure buffering hints").
const LEAST_OF_PARTITIONS: Least =
    Least { size_mb: LEAST_LARGE_BUFFER_MB as i64, interval_seconds: 60 };

/// Processors where processing is enabled: as captured.
const MAX_PROCESSORS: usize = 5;

/// Parameters of processors (API reference, `ProcessorParameter`).
const PARAMETERS: [&str; 11] = [
    "LambdaArn",
    "NumberOfRetries",
    "MetadataExtractionQuery",
    "JsonParsingEngine",
    "RoleArn",
    "BufferSizeInMBs",
    "BufferIntervalInSeconds",
    "SubRecordType",
    "Delimiter",
    "CompressionFormat",
    "DataMessageExtraction",
];

fn refuse<T>(member: &'static str, why: String) -> Result<T, Refusal> {
    Err(Refusal { member, why })
}

/// Refuses members that are not known: they would be ignored.
pub(super) fn check_members(description: &Description) -> Result<(), Refusal> {
    let mut description = description.clone();
    if let Some(destination) = description.destination_mut() {
        // It is off, and of what it has, the model knows a part only.
        destination.config.conversion = None;
    }
    match description.unknown_member() {
        Some((of, name)) => {
            // The ending differs between requests and answers.
            let of = of.strip_suffix("Description").unwrap_or(of);
            refuse(of, format!("it has no member `{name}`"))
        }
        None => Ok(()),
    }
}

/// Refuses more processors than AWS takes, and two of a type: one would be ignored.
pub(super) fn check_processors(config: &DestinationConfig) -> Result<(), Refusal> {
    let is_on = config.processing.as_ref().is_some_and(|it| it.enabled == Some(true));
    let processors = config.processors();
    if is_on && !(1..=MAX_PROCESSORS).contains(&processors.len()) {
        let why =
            format!("there are {}, and there must be 1 to {MAX_PROCESSORS}", processors.len());
        return refuse("Processors", why);
    }
    let kinds = processors.iter().filter_map(|it| it.kind.as_deref());
    match first_repeated(kinds) {
        Some(kind) => refuse("Processors", format!("there is more than one of the type `{kind}`")),
        None => processors.iter().try_for_each(check_parameters),
    }
}

/// Refuses parameters that no processor has, and those that are set twice: they would
/// be ignored.
fn check_parameters(processor: &Processor) -> Result<(), Refusal> {
    let names = || processor.parameters.iter().flatten().filter_map(|it| it.name.as_deref());
    if let Some(name) = names().find(|name| !PARAMETERS.contains(name)) {
        let all = PARAMETERS.join(", ");
        return refuse("ParameterName", format!("`{name}` is not one of {all}"));
    }
    match first_repeated(names()) {
        Some(name) => refuse("ParameterName", format!("`{name}` is set more than once")),
        None => Ok(()),
    }
}

/// The first one that is there before.
fn first_repeated<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = BTreeSet::new();
    names.find(|name| !seen.insert(*name))
}

/// Refuses buffers that AWS refuses.
pub(super) fn check_buffers(config: &DestinationConfig) -> Result<(), Refusal> {
    let backup = config.backup.as_ref().and_then(|it| it.buffering.as_ref());
    let least = if config.is_partitioned() { LEAST_OF_PARTITIONS } else { LEAST };
    buffer(config.buffering.as_ref(), least)?;
    buffer(backup, LEAST_OF_BACKUP)
}

fn buffer(hints: Option<&BufferingHints>, least: Least) -> Result<(), Refusal> {
    let Some(hints) = hints else { return Ok(()) };
    match (hints.size_mb, hints.interval_seconds) {
        (None, None) => Ok(()),
        (Some(size), Some(interval)) => {
            in_range("SizeInMBs", size, (least.size_mb, MAX_SIZE_MB))?;
            let max_interval = i64::try_from(MAX_INTERVAL.as_secs()).unwrap_or(i64::MAX);
            in_range("IntervalInSeconds", interval, (least.interval_seconds, max_interval))
        }
        _ => {
            let why = "SizeInMBs and IntervalInSeconds are set together";
            refuse("BufferingHints", why.to_owned())
        }
    }
}

fn in_range(member: &'static str, value: i64, (least, most): (i64, i64)) -> Result<(), Refusal> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    refuse(member, format!("{value} is not a number of {least} to {most}"))
}
