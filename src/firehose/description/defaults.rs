//! What AWS takes where nothing is set.
//!
//! Sources: the Firehose API reference, the shape that is named; the developer
//! guide, the page that is named.

use std::time::Duration;

use super::super::limits::{DEFAULT_RETRIES, DEFAULT_TRANSFORM_BUFFER};
use super::super::stream::{Buffering, DestinationKind};
use super::{
    BufferingHints, Description, DestinationConfig, LoggingOptions, ObjectEncryption,
    ProcessingConfig, S3Config,
};

/// Bytes of the megabyte that Firehose counts buffers in.
pub const MIB: u64 = 1024 * 1024;

/// Megabytes of the smallest buffer with conversion or dynamic partitioning (developer
/// guide, "Enable record format conversion", "Dynamic partitioning").
pub const LEAST_LARGE_BUFFER_MB: u32 = 64;

/// `CompressionFormat` (API reference, `ExtendedS3DestinationConfiguration`).
pub const COMPRESSION: &str = "UNCOMPRESSED";

/// `CustomTimeZone` (API reference, `ExtendedS3DestinationConfiguration`).
pub const TIME_ZONE: &str = "UTC";

/// The buffer of a place in S3: 300 s, 5 MiB (API reference, `BufferingHints`).
pub const S3_BUFFER: Buffering = buffer(300, 5);

/// The same where records are converted to Parquet or ORC: 128 MiB (developer
/// guide, "Enable record format conversion").
pub const CONVERSION_BUFFER: Buffering = buffer(300, 128);

/// What holds for one kind of destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defaults {
    /// `BufferingHints` of the destination.
    pub buffering: Buffering,
    /// How long delivery is retried before a record counts as failed; to S3, until
    /// it succeeds, which is zero here.
    pub retry: Duration,
    /// The buffer before the transform.
    pub transform_buffering: Buffering,
    /// `NumberOfRetries` of the transform.
    pub transform_retries: u32,
    /// Where `buffering` and `retry` are from: shapes of the API reference.
    pub source: &'static str,
}

/// What holds for destinations of this kind. The transform's buffer waits 60 s for
/// 1 MB, but for 256 KB with Splunk, and 30 s for 256 KB with Snowflake (developer
/// guide, "Data transformation").
pub const fn of(kind: DestinationKind) -> Defaults {
    const HOUR: u64 = 3600;
    const SMALL: u64 = 256 * 1024;
    let (buffering, retry, source) = match kind {
        DestinationKind::S3 => (S3_BUFFER, 0, "BufferingHints"),
        DestinationKind::Redshift => (S3_BUFFER, HOUR, "BufferingHints, RedshiftRetryOptions"),
        DestinationKind::OpenSearch => (
            S3_BUFFER,
            300,
            "AmazonopensearchserviceBufferingHints, AmazonopensearchserviceRetryOptions",
        ),
        DestinationKind::OpenSearchServerless => (
            S3_BUFFER,
            300,
            "AmazonOpenSearchServerlessBufferingHints, AmazonOpenSearchServerlessRetryOptions",
        ),
        DestinationKind::Splunk => {
            (buffer(60, 5), HOUR, "SplunkBufferingHints, SplunkRetryOptions")
        }
        DestinationKind::HttpEndpoint => {
            (S3_BUFFER, 300, "HttpEndpointBufferingHints, HttpEndpointRetryOptions")
        }
        DestinationKind::Snowflake => {
            (buffer(0, 128), 60, "SnowflakeBufferingHints, SnowflakeRetryOptions")
        }
        DestinationKind::Iceberg => (S3_BUFFER, 300, "BufferingHints, RetryOptions"),
    };
    let (interval, bytes) = match kind {
        DestinationKind::Splunk => (60, SMALL),
        DestinationKind::Snowflake => (30, SMALL),
        _ => (60, DEFAULT_TRANSFORM_BUFFER),
    };
    Defaults {
        buffering,
        retry: Duration::from_secs(retry),
        transform_buffering: Buffering { interval: Duration::from_secs(interval), bytes },
        transform_retries: DEFAULT_RETRIES,
        source,
    }
}

const fn buffer(seconds: u64, mib: u64) -> Buffering {
    Buffering { interval: Duration::from_secs(seconds), bytes: mib * MIB }
}

impl Description {
    /// Sets what AWS sets in a stream that is created without it, as an answer of
    /// `DescribeDeliveryStream` has it.
    pub fn set_defaults(&mut self) {
        self.source_type.get_or_insert_with(|| "DirectPut".to_owned());
        let status = if self.encryption.is_some() { "ENABLED" } else { "DISABLED" };
        let encryption = self.encryption.get_or_insert_default();
        encryption.status.get_or_insert_with(|| status.to_owned());
        let Some(destination) = self.destination_mut() else { return };
        let Some(kind) = destination.member.map(super::DestinationMember::kind) else { return };
        let config = &mut destination.config;
        config.logging.get_or_insert_with(no_logging);
        let processing = config.processing.get_or_insert_default();
        set_processing(processing);
        if kind == DestinationKind::S3 {
            config.set_s3_defaults();
        } else if let Some(s3) = &mut config.s3 {
            s3.set_defaults();
            if kind != DestinationKind::Redshift {
                set_buffer(config.buffering.get_or_insert_default(), of(kind).buffering);
            }
            let seconds = &mut config.retry.get_or_insert_default().duration_seconds;
            seconds.get_or_insert(seconds_of(of(kind).retry));
        }
        if let Some(backup) = &mut config.backup {
            backup.set_defaults();
        }
    }
}

impl DestinationConfig {
    fn set_s3_defaults(&mut self) {
        let buffer = if self.converts() { CONVERSION_BUFFER } else { S3_BUFFER };
        set_buffer(self.buffering.get_or_insert_default(), buffer);
        self.compression.get_or_insert_with(|| COMPRESSION.to_owned());
        self.encryption.get_or_insert_with(no_encryption);
        self.backup_mode.get_or_insert_with(|| "Disabled".to_owned());
    }
}

impl S3Config {
    fn set_defaults(&mut self) {
        set_buffer(self.buffering.get_or_insert_default(), S3_BUFFER);
        self.compression.get_or_insert_with(|| COMPRESSION.to_owned());
        self.encryption.get_or_insert_with(no_encryption);
        self.logging.get_or_insert_with(no_logging);
    }
}

fn set_processing(processing: &mut ProcessingConfig) {
    processing.enabled.get_or_insert(false);
    processing.processors.get_or_insert_default();
}

fn set_buffer(hints: &mut BufferingHints, buffer: Buffering) {
    hints.interval_seconds.get_or_insert(seconds_of(buffer.interval));
    hints.size_mb.get_or_insert(i64::try_from(buffer.bytes / MIB).unwrap_or(i64::MAX));
}

fn seconds_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

fn no_logging() -> LoggingOptions {
    LoggingOptions { enabled: Some(false), ..LoggingOptions::default() }
}

fn no_encryption() -> ObjectEncryption {
    ObjectEncryption { none: Some("NoEncryption".to_owned()), ..ObjectEncryption::default() }
}
