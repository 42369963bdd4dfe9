//! Members of a description that are refused: what is not known, and buffers out of
//! range.

use super::config::Refusal;
use crate::description::{BufferingHints, Description, DestinationConfig, Processor};
use crate::stream::MAX_INTERVAL;

/// `SizeInMBs` (API reference, `BufferingHints`).
const SIZES: (i64, i64) = (1, 128);

/// The shortest `IntervalInSeconds` (API reference, `BufferingHints`).
const MIN_INTERVAL: i64 = 0;

/// That of the backup (API reference, `S3DestinationConfiguration`: it has no zero
/// buffering).
const MIN_BACKUP_INTERVAL: i64 = 60;

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

/// Refuses parameters that no processor has: they would be ignored.
pub(super) fn check_parameters(processor: &Processor) -> Result<(), Refusal> {
    let names = processor.parameters.iter().flatten().filter_map(|it| it.name.as_deref());
    match names.into_iter().find(|name| !PARAMETERS.contains(name)) {
        Some(name) => {
            refuse("ParameterName", format!("`{name}` is not one of {}", PARAMETERS.join(", ")))
        }
        None => Ok(()),
    }
}

/// Refuses buffers that AWS refuses.
pub(super) fn check_buffers(config: &DestinationConfig) -> Result<(), Refusal> {
    let backup = config.backup.as_ref().and_then(|it| it.buffering.as_ref());
    buffer(config.buffering.as_ref(), MIN_INTERVAL)?;
    buffer(backup, MIN_BACKUP_INTERVAL)
}

fn buffer(hints: Option<&BufferingHints>, min_interval: i64) -> Result<(), Refusal> {
    let Some(hints) = hints else { return Ok(()) };
    match (hints.size_mb, hints.interval_seconds) {
        (None, None) => Ok(()),
        (Some(size), Some(interval)) => {
            in_range("SizeInMBs", size, SIZES)?;
            let max_interval = i64::try_from(MAX_INTERVAL.as_secs()).unwrap_or(i64::MAX);
            in_range("IntervalInSeconds", interval, (min_interval, max_interval))
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
