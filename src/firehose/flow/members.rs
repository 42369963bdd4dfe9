//! Members of a description that are refused: what is not known, and buffers out of
//! range.

use super::config::Refusal;
use crate::description::{BufferingHints, Description, DestinationConfig, LoggingOptions, Rest};
use crate::stream::MAX_INTERVAL;

/// `SizeInMBs` (API reference, `BufferingHints`).
const SIZES: (i64, i64) = (1, 128);

/// The shortest `IntervalInSeconds` (API reference, `BufferingHints`).
const MIN_INTERVAL: i64 = 0;

/// That of the backup (API reference, `S3DestinationConfiguration`: it has no zero
/// buffering).
const MIN_BACKUP_INTERVAL: i64 = 60;

/// Members of requests that the model has no field for.
const OF_REQUESTS: [&str; 1] = ["DestinationId"];

fn refuse<T>(member: &'static str, why: String) -> Result<T, Refusal> {
    Err(Refusal { member, why })
}

/// Refuses members that are not known: they would be ignored.
pub(super) fn check_members(description: &Description) -> Result<(), Refusal> {
    check("DeliveryStream", &description.rest)?;
    let Some(destination) = description.destination() else { return Ok(()) };
    check("Destinations", &destination.rest)?;
    let config = &destination.config;
    check("ExtendedS3Destination", &config.rest)?;
    hints(config.buffering.as_ref())?;
    logging(config.logging.as_ref())?;
    if let Some(processing) = &config.processing {
        check("ProcessingConfiguration", &processing.rest)?;
        for processor in processing.processors.iter().flatten() {
            check("Processors", &processor.rest)?;
            for parameter in processor.parameters.iter().flatten() {
                check("Parameters", &parameter.rest)?;
            }
        }
    }
    if let Some(partitioning) = &config.partitioning {
        check("DynamicPartitioningConfiguration", &partitioning.rest)?;
    }
    if let Some(encryption) = &config.encryption {
        check("EncryptionConfiguration", &encryption.rest)?;
    }
    let Some(backup) = &config.backup else { return Ok(()) };
    check("S3BackupConfiguration", &backup.rest)?;
    hints(backup.buffering.as_ref())?;
    logging(backup.logging.as_ref())
}

fn hints(hints: Option<&BufferingHints>) -> Result<(), Refusal> {
    hints.map_or(Ok(()), |it| check("BufferingHints", &it.rest))
}

fn logging(logging: Option<&LoggingOptions>) -> Result<(), Refusal> {
    logging.map_or(Ok(()), |it| check("CloudWatchLoggingOptions", &it.rest))
}

fn check(of: &'static str, rest: &Rest) -> Result<(), Refusal> {
    let is_known = |name: &str| OF_REQUESTS.contains(&name);
    match rest.iter().find(|(name, value)| !value.is_null() && !is_known(name)) {
        Some((name, _)) => refuse(of, format!("it has no member `{name}`")),
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
