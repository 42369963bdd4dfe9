//! How a running stream is set up, and what of it cannot be run.

use std::fmt;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::assumed::ACTIVE_PARTITIONS;
use super::partition::WantedKeys;
use super::processors::Deaggregation;
use crate::compress::ObjectCompression;
use crate::description::defaults::S3_BUFFER;
use crate::s3::ErrorOutputType;
use crate::s3::prefix::{KeySource, PartitionKeys, Prefix, PrefixValues};
use crate::stream::{Buffering, LogPlace, Transform};
use crate::time::{Millis, millis};
use crate::transform::{Behaviors, CheckSettings, Origin, Rule};

/// A delivery stream to S3, as it runs.
#[derive(Debug, Clone)]
pub struct StreamConfig {
    /// Its name, Region, account and source.
    pub origin: Origin,
    /// Goes up with every change; it is part of the keys of objects.
    pub version: u64,
    /// How records that were packed into one are taken apart, if they are.
    pub deaggregation: Option<Deaggregation>,
    /// How messages of CloudWatch Logs are unpacked, if they are.
    pub unpacking: Option<Unpacking>,
    /// The transform, with its buffer.
    pub transform: Option<Transform>,
    /// `MetadataExtractionQuery`, in jq.
    pub query: Option<String>,
    /// What stands between the records of an object: `AppendDelimiterToRecord`.
    pub delimiter: Option<Vec<u8>>,
    /// Where records are delivered to.
    pub delivery: ObjectSettings,
    /// Prefix of failure objects, in the same bucket.
    pub error_output_prefix: Option<Prefix>,
    /// Most partitions that are open at once; `None` without dynamic partitioning.
    pub max_partitions: Option<usize>,
    /// Where every record is kept as it came, if that is wanted.
    pub backup: Option<ObjectSettings>,
    /// Where errors are logged, if they are.
    pub logging: Option<LogPlace>,
    /// Which behaviors are taken where two were captured.
    pub behaviors: Behaviors,
    /// What intervals and pauses are divided by; 1 for those of AWS.
    pub time_scale: u32,
    /// Failure objects are compressed like delivered ones.
    pub compresses_failures: bool,
}

/// How messages of CloudWatch Logs are unpacked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unpacking {
    /// Only the log messages are left of each: `DataMessageExtraction`.
    pub extracts_messages: bool,
}

/// How objects are written.
#[derive(Debug, Clone)]
pub struct ObjectSettings {
    /// The bucket.
    pub bucket: String,
    /// The prefix, as it was set.
    pub prefix: Option<Prefix>,
    /// The clock of the prefixes: `CustomTimeZone`.
    pub zone: TimeZone,
    /// When a buffer is written.
    pub buffering: Buffering,
    /// What objects are wrapped in.
    pub compression: ObjectCompression,
    /// What keys end with instead of the ending of the compression:
    /// `FileExtension`.
    pub extension: Option<String>,
}

impl ObjectSettings {
    /// Settings with what AWS takes where nothing is set.
    pub fn new(bucket: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            prefix: None,
            zone: TimeZone::UTC,
            buffering: S3_BUFFER,
            compression: ObjectCompression::Uncompressed,
            extension: None,
        }
    }

    pub(super) fn extension(&self) -> &str {
        self.extension.as_deref().unwrap_or(self.compression.extension())
    }

    /// A time by the clock of the prefixes.
    pub(super) fn clock(&self, time: Millis) -> Zoned {
        // Times are those of the clock of this machine, which the calendar holds.
        let time = Timestamp::from_millisecond(time).unwrap_or_default();
        time.to_zoned(self.zone.clone())
    }
}

/// A setting that cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The member of the API that has it.
    pub member: &'static str,
    /// Why not, and what works.
    pub why: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.member, self.why)
    }
}

impl std::error::Error for Refusal {}

impl StreamConfig {
    /// A stream that delivers records to `bucket` as they come.
    pub fn new(origin: Origin, bucket: &str) -> Self {
        Self {
            origin,
            version: 1,
            deaggregation: None,
            unpacking: None,
            transform: None,
            query: None,
            delimiter: None,
            delivery: ObjectSettings::new(bucket),
            error_output_prefix: None,
            max_partitions: None,
            backup: None,
            logging: None,
            behaviors: Behaviors::default(),
            time_scale: 1,
            compresses_failures: false,
        }
    }

    /// What of it AWS refuses too, or would not work here; nothing is ignored.
    pub fn check(&self) -> Result<(), Refusal> {
        let refuse = |member, why: &str| Err(Refusal { member, why: why.to_owned() });
        let prefix = self.delivery.prefix.as_ref();
        let keys = prefix.map(WantedKeys::of).unwrap_or_default();
        let is_partitioned = self.max_partitions.is_some();
        if !keys.is_empty() && !is_partitioned {
            return refuse("Prefix", "partition keys need DynamicPartitioningConfiguration");
        }
        if is_partitioned && keys.is_empty() {
            return refuse("Prefix", "dynamic partitioning needs a partition key in the prefix");
        }
        if !keys.names(KeySource::Query).is_empty() && self.query.is_none() {
            return refuse("Prefix", "partitionKeyFromQuery needs a MetadataExtraction processor");
        }
        if !keys.names(KeySource::Lambda).is_empty() && self.transform.is_none() {
            return refuse("Prefix", "partitionKeyFromLambda needs a Lambda processor");
        }
        let has_expressions = prefix.is_some_and(Prefix::has_expressions);
        match &self.error_output_prefix {
            None if has_expressions => {
                return refuse("ErrorOutputPrefix", "a prefix with expressions needs one");
            }
            Some(it) if it.partition_keys().next().is_some() => {
                return refuse("ErrorOutputPrefix", "it cannot have partition keys");
            }
            Some(it) if it.has_expressions() && !it.has_error_output_type() => {
                let why = "with an expression, it needs !{firehose:error-output-type} too";
                return refuse("ErrorOutputPrefix", why);
            }
            _ => {}
        }
        self.check_times()
    }

    /// What of it cannot be changed by an update that makes it `new` (API reference,
    /// `S3BackupMode` of `ExtendedS3DestinationUpdate`; developer guide, "Dynamic
    /// partitioning").
    pub fn check_update(&self, new: &Self) -> Result<(), Refusal> {
        let refuse = |member, why: &str| Err(Refusal { member, why: why.to_owned() });
        if self.backup.is_some() && new.backup.is_none() {
            return refuse("S3BackupMode", "a backup that is enabled cannot be disabled");
        }
        if self.max_partitions.is_none() && new.max_partitions.is_some() {
            let why = "dynamic partitioning can only be enabled when a stream is created";
            return refuse("DynamicPartitioningConfiguration", why);
        }
        Ok(())
    }

    /// Times that are not known how to be written.
    fn check_times(&self) -> Result<(), Refusal> {
        let delivery = Prefix::of_delivery(self.delivery.prefix.as_ref());
        let write = |member, settings: &ObjectSettings, prefix: &Prefix, kind| {
            let keys = prefix.partition_keys().map(|(source, key)| (source, key.to_owned()));
            let partition_keys: PartitionKeys = keys.map(|key| (key, String::new())).collect();
            let time = &settings.clock(0);
            let values = PrefixValues { time, kind, random: "", partition_keys: &partition_keys };
            match prefix.write(&values) {
                Ok(_) => Ok(()),
                Err(error) => Err(Refusal { member, why: error.to_string() }),
            }
        };
        write("Prefix", &self.delivery, &delivery, None)?;
        let failures = self.failure_prefix();
        let kind = Some(ErrorOutputType::ProcessingFailed);
        write("ErrorOutputPrefix", &self.delivery, &failures, kind)?;
        if let Some(backup) = &self.backup {
            let prefix = Prefix::of_delivery(backup.prefix.as_ref());
            write("S3BackupConfiguration.Prefix", backup, &prefix, None)?;
        }
        Ok(())
    }

    pub(super) fn failure_prefix(&self) -> Prefix {
        Prefix::of_failures(self.delivery.prefix.as_ref(), self.error_output_prefix.as_ref())
    }

    /// The keys that decide which partition a record belongs to.
    pub(super) fn wanted_keys(&self) -> WantedKeys {
        match (&self.delivery.prefix, self.max_partitions) {
            (Some(prefix), Some(_)) => WantedKeys::of(prefix),
            _ => WantedKeys::default(),
        }
    }

    /// How answers of the transform are judged.
    pub(super) fn settings(&self) -> CheckSettings {
        let partition_keys = self.wanted_keys().names(KeySource::Lambda);
        // Metadata that nothing asks for is not looked at.
        let ignored = if partition_keys.is_empty() {
            vec![Rule::PartitionKeyEmpty, Rule::PartitionKeyNotString]
        } else {
            Vec::new()
        };
        let retries = self.transform.as_ref().map_or(0, |it| it.retries);
        CheckSettings { retries, partition_keys, ignored, ..CheckSettings::default() }
    }

    /// A length of time of AWS, in milliseconds of this stream.
    pub(super) fn scaled(&self, length: Duration) -> Millis {
        millis(length) / Millis::from(self.time_scale.max(1))
    }

    /// The number of partitions that AWS allows unless more are asked for.
    pub const fn default_partitions() -> usize {
        ACTIVE_PARTITIONS.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::tests::config;

    #[test]
    fn what_cannot_be_run_is_refused_by_name() {
        let prefix = |text: &str| Some(text.parse().unwrap());
        assert_eq!(config().check(), Ok(()));
        let mut refused = Vec::new();
        let mut check = |change: &dyn Fn(&mut StreamConfig)| {
            let mut config = config();
            change(&mut config);
            refused.push(config.check().unwrap_err().to_string());
        };
        check(&|it| it.delivery.prefix = prefix("!{partitionKeyFromLambda:k}/"));
        check(&|it| it.max_partitions = Some(500));
        check(&|it| it.delivery.prefix = prefix("!{timestamp:yyyy}/"));
        check(&|it| it.error_output_prefix = prefix("!{timestamp:yyyy}/"));
        check(&|it| {
            it.error_output_prefix = prefix("!{timestamp:B}/!{firehose:error-output-type}");
        });
        check(&|it| {
            it.max_partitions = Some(500);
            it.delivery.prefix = prefix("!{partitionKeyFromQuery:k}/");
        });
        check(&|it| {
            it.transform = None;
            it.max_partitions = Some(500);
            it.delivery.prefix = prefix("!{partitionKeyFromLambda:k}/");
        });
        check(&|it| it.backup.as_mut().unwrap().prefix = prefix("!{firehose:error-output-type}/"));
        insta::assert_snapshot!(refused.join("\n"), @"
        Prefix: partition keys need DynamicPartitioningConfiguration
        Prefix: dynamic partitioning needs a partition key in the prefix
        ErrorOutputPrefix: a prefix with expressions needs one
        ErrorOutputPrefix: with an expression, it needs !{firehose:error-output-type} too
        ErrorOutputPrefix: `!{timestamp:B}` has no value here
        Prefix: partitionKeyFromQuery needs a MetadataExtraction processor
        Prefix: partitionKeyFromLambda needs a Lambda processor
        S3BackupConfiguration.Prefix: `!{firehose:error-output-type}` has no value here
        ");
    }
}
