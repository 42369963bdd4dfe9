//! From the description of a delivery stream to a stream that runs: what can be
//! run, and the rest refused by its name.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;

use super::{Deaggregation, ObjectSettings, Refusal, StreamConfig, Unpacking};
use crate::compress::ObjectCompression;
use crate::description::{
    BufferingHints, Description, Destination, DestinationConfig, Processor, Rest, S3Config,
};
use crate::s3::prefix::Prefix;
use crate::stream::{Buffering, DestinationKind, LogPlace, StreamSource};
use crate::transform::Origin;

/// What AWS takes for hints of S3 (API reference, `BufferingHints`).
const SIZE_MB: std::ops::RangeInclusive<i64> = 1..=128;
const INTERVAL: std::ops::RangeInclusive<i64> = 0..=900;

/// The shortest interval of a backup, in seconds, as AWS was seen to refuse.
const MIN_BACKUP_INTERVAL: i64 = 60;

/// Processors of a stream (captured: at most five, one of them Lambda).
const MAX_PROCESSORS: usize = 5;

impl StreamConfig {
    /// The stream that `description` describes, as it was given: what it leaves out
    /// is what AWS takes. Lengths of time are those of AWS.
    pub fn of(description: &Description, origin: Origin) -> Result<Self, Refusal> {
        match description.view().source {
            StreamSource::DirectPut => {}
            _ => return refuse("DeliveryStreamType", "fh local runs DirectPut streams only"),
        }
        let Some(destination) = description.destination() else {
            let why = "the stream has no destination; fh local needs one in S3";
            return refuse("ExtendedS3DestinationConfiguration", why);
        };
        let config = &destination.config;
        check_kind(destination)?;
        unknown(&destination.rest)?;
        let mut delivery = place(&config.short_s3(), "ExtendedS3DestinationConfiguration")?;
        delivery.extension = config.file_extension.clone().filter(|it| !it.is_empty());
        delivery.zone = zone(config)?;
        let mut stream = Self {
            error_output_prefix: prefix(
                "ErrorOutputPrefix",
                config.error_output_prefix.as_deref(),
            )?,
            backup: backup(config)?,
            logging: logging(config),
            version: version(description),
            max_partitions: partitions(config),
            delivery,
            ..Self::new(origin, "")
        };
        stream.set_processors(description, config)?;
        stream.check()?;
        Ok(stream)
    }

    fn set_processors(
        &mut self,
        description: &Description,
        config: &DestinationConfig,
    ) -> Result<(), Refusal> {
        let processors = config.processors();
        if processors.len() > MAX_PROCESSORS {
            return refuse("Processors", "a stream has at most 5 processors");
        }
        let view = description.view();
        let processing = view.destination.map(|it| it.processing);
        for processor in processors {
            match processor.kind.as_deref().unwrap_or_default() {
                "Lambda" if self.transform.is_some() => {
                    return refuse("Processors", "a stream has at most one Lambda processor");
                }
                "Lambda" => {
                    let transform = processing.as_ref().and_then(|it| it.transform.clone());
                    self.transform = transform.filter(|it| !it.function_arn.is_empty());
                    if self.transform.is_none() {
                        return refuse("LambdaArn", "the Lambda processor has none");
                    }
                }
                "RecordDeAggregation" => self.deaggregation = Some(deaggregation(processor)?),
                "Decompression" => {
                    let extracts_messages = self.extracts_messages();
                    self.unpacking = Some(Unpacking { extracts_messages });
                }
                "CloudWatchLogProcessing" => {
                    let extracts_messages =
                        processor.parameter("DataMessageExtraction") == Some("true");
                    self.unpacking = Some(Unpacking { extracts_messages });
                }
                "MetadataExtraction" => {
                    self.query = processor.parameter("MetadataExtractionQuery").map(str::to_owned);
                }
                "AppendDelimiterToRecord" => {
                    let delimiter = processor.parameter("Delimiter").unwrap_or("\\n");
                    self.delimiter = Some(delimiter.replace("\\n", "\n").into_bytes());
                }
                other => {
                    return refuse("Processors", &format!("fh local does not have `{other}`"));
                }
            }
        }
        Ok(())
    }

    fn extracts_messages(&self) -> bool {
        self.unpacking.is_some_and(|it| it.extracts_messages)
    }
}

fn check_kind(destination: &Destination) -> Result<(), Refusal> {
    let config = &destination.config;
    match destination.member.map(|member| (member, member.kind())) {
        Some((_, DestinationKind::S3)) => {}
        Some((member, _)) => {
            return refuse(member.stem(), "fh local delivers to S3 only");
        }
        None => return refuse("Destinations", "fh local does not know this destination"),
    }
    if config.converts() {
        let why = "fh local does not convert records to Parquet or ORC";
        return refuse("DataFormatConversionConfiguration", why);
    }
    unknown(&config.rest)
}

/// Refuses members that are not known.
fn unknown(rest: &Rest) -> Result<(), Refusal> {
    match rest.iter().next() {
        Some((name, _)) => Err(Refusal {
            member: "Destination",
            why: format!("fh local does not have the member `{name}`"),
        }),
        None => Ok(()),
    }
}

fn place(config: &S3Config, what: &'static str) -> Result<ObjectSettings, Refusal> {
    unknown(&config.rest)?;
    let Some(bucket) = config.bucket().filter(|it| !it.is_empty()) else {
        return refuse(what, "it has no BucketARN");
    };
    let mut settings = ObjectSettings::new(bucket);
    settings.prefix = prefix("Prefix", config.prefix.as_deref())?;
    if let Some(hints) = &config.buffering {
        settings.buffering = buffering(hints, settings.buffering)?;
    }
    if let Some(name) = &config.compression {
        settings.compression = ObjectCompression::find(name).ok_or_else(|| {
            let all = ObjectCompression::ALL.map(ObjectCompression::as_str).join(", ");
            Refusal { member: "CompressionFormat", why: format!("`{name}` is not one of {all}") }
        })?;
    }
    Ok(settings)
}

fn buffering(hints: &BufferingHints, usual: Buffering) -> Result<Buffering, Refusal> {
    let (size, interval) = match (hints.size_mb, hints.interval_seconds) {
        (Some(size), Some(interval)) => (size, interval),
        (None, None) => return Ok(usual),
        _ => {
            let why = "SizeInMBs and IntervalInSeconds are set together or not at all";
            return refuse("BufferingHints", why);
        }
    };
    in_range("SizeInMBs", size, &SIZE_MB)?;
    in_range("IntervalInSeconds", interval, &INTERVAL)?;
    Ok(Buffering {
        bytes: size.unsigned_abs() * 1024 * 1024,
        interval: Duration::from_secs(interval.unsigned_abs()),
    })
}

fn in_range(
    member: &'static str,
    value: i64,
    range: &std::ops::RangeInclusive<i64>,
) -> Result<(), Refusal> {
    if range.contains(&value) {
        return Ok(());
    }
    let (from, to) = (range.start(), range.end());
    Err(Refusal { member, why: format!("it is {value}, and must be from {from} to {to}") })
}

fn prefix(member: &'static str, text: Option<&str>) -> Result<Option<Prefix>, Refusal> {
    let parse = |text: &str| text.parse().map_err(|error| refusal(member, &error));
    text.filter(|text| !text.is_empty()).map(parse).transpose()
}

fn zone(config: &DestinationConfig) -> Result<TimeZone, Refusal> {
    match config.time_zone.as_deref() {
        None | Some("" | "UTC") => Ok(TimeZone::UTC),
        Some(name) => TimeZone::get(name).map_err(|error| refusal("CustomTimeZone", &error)),
    }
}

fn backup(config: &DestinationConfig) -> Result<Option<ObjectSettings>, Refusal> {
    const MEMBER: &str = "S3BackupConfiguration";
    match (config.backup_mode.as_deref(), &config.backup) {
        (None | Some("Disabled"), _) => Ok(None),
        (Some("Enabled"), Some(backup)) => {
            let interval = backup.buffering.as_ref().and_then(|it| it.interval_seconds);
            if interval.is_some_and(|it| it < MIN_BACKUP_INTERVAL) {
                return refuse(MEMBER, "IntervalInSeconds of a backup is at least 60");
            }
            place(backup, MEMBER).map(Some)
        }
        (Some("Enabled"), None) => refuse(MEMBER, "S3BackupMode is Enabled, which needs it"),
        (Some(mode), _) => Err(Refusal {
            member: "S3BackupMode",
            why: format!("`{mode}` is not one of Disabled, Enabled"),
        }),
    }
}

fn logging(config: &DestinationConfig) -> Option<LogPlace> {
    let options = config.logging.as_ref().filter(|it| it.enabled == Some(true))?;
    let (group, stream) = (options.group.clone()?, options.stream.clone()?);
    Some(LogPlace { group, stream })
}

fn partitions(config: &DestinationConfig) -> Option<usize> {
    let is_on = config.partitioning.as_ref().is_some_and(|it| it.enabled == Some(true));
    is_on.then(StreamConfig::default_partitions)
}

fn deaggregation(processor: &Processor) -> Result<Deaggregation, Refusal> {
    const MEMBER: &str = "RecordDeAggregation";
    match processor.parameter("SubRecordType") {
        Some("JSON") => Ok(Deaggregation::Json),
        Some("DELIMITED") => {
            let delimiter = processor.parameter("Delimiter").unwrap_or_default();
            match STANDARD.decode(delimiter) {
                Ok(bytes) if !bytes.is_empty() => Ok(Deaggregation::Delimited(bytes)),
                _ => refuse(MEMBER, "Delimiter is not base64 of at least one byte"),
            }
        }
        _ => refuse(MEMBER, "SubRecordType is JSON or DELIMITED"),
    }
}

fn version(description: &Description) -> u64 {
    description.version_id.as_ref().and_then(|it| it.parse().ok()).unwrap_or(1)
}

fn refuse<T>(member: &'static str, why: &str) -> Result<T, Refusal> {
    Err(Refusal { member, why: why.to_owned() })
}

fn refusal(member: &'static str, error: &dyn std::error::Error) -> Refusal {
    Refusal { member, why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::read;
    use crate::transform::Source;

    fn origin() -> Origin {
        Origin {
            source: Source::DirectPut,
            stream: "orders".to_owned(),
            region: "eu-west-1".parse().unwrap(),
            account: "111122223333".parse().unwrap(),
            short_ids: false,
        }
    }

    fn of(rest: &str) -> Result<StreamConfig, Refusal> {
        let input = format!(
            r#"{{"DeliveryStreamName":"orders","ExtendedS3DestinationConfiguration":{{"RoleARN":"arn:aws:iam::111122223333:role/r","BucketARN":"arn:aws:s3:::lake"{rest}}}}}"#
        );
        let description = read(input.as_bytes()).unwrap().description;
        StreamConfig::of(&description, origin())
    }

    fn processors(processors: &str) -> String {
        format!(r#","ProcessingConfiguration":{{"Enabled":true,"Processors":[{processors}]}}"#)
    }

    #[test]
    fn a_creation_becomes_a_stream_with_the_defaults_of_aws() {
        let config = of("").unwrap();
        assert_eq!(config.delivery.bucket, "lake");
        assert_eq!(config.delivery.buffering.interval, Duration::from_mins(5));
        assert_eq!(config.delivery.buffering.bytes, 5 << 20);
        assert!(config.transform.is_none() && config.backup.is_none() && config.logging.is_none());
    }

    #[test]
    fn what_is_set_is_taken() {
        let processors = processors(
            r#"{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"arn:aws:lambda:eu-west-1:111122223333:function:app:$LATEST"},{"ParameterName":"NumberOfRetries","ParameterValue":"1"},{"ParameterName":"BufferIntervalInSeconds","ParameterValue":"7"}]},
            {"Type":"Decompression","Parameters":[{"ParameterName":"CompressionFormat","ParameterValue":"GZIP"}]},
            {"Type":"CloudWatchLogProcessing","Parameters":[{"ParameterName":"DataMessageExtraction","ParameterValue":"true"}]},
            {"Type":"RecordDeAggregation","Parameters":[{"ParameterName":"SubRecordType","ParameterValue":"DELIMITED"},{"ParameterName":"Delimiter","ParameterValue":"IyMjIw=="}]},
            {"Type":"AppendDelimiterToRecord","Parameters":[]}"#,
        );
        let config = of(&format!(
            r#","Prefix":"data/","ErrorOutputPrefix":"failed/","BufferingHints":{{"SizeInMBs":1,"IntervalInSeconds":0}},"CompressionFormat":"HADOOP_SNAPPY","FileExtension":".json","CustomTimeZone":"Europe/Berlin","S3BackupMode":"Enabled","S3BackupConfiguration":{{"BucketARN":"arn:aws:s3:::raw"}},"CloudWatchLoggingOptions":{{"Enabled":true,"LogGroupName":"g","LogStreamName":"s"}}{processors}"#
        ))
        .unwrap();
        let transform = config.transform.unwrap();
        assert_eq!((transform.retries, transform.buffering.interval.as_secs()), (1, 7));
        assert_eq!(config.deaggregation, Some(Deaggregation::Delimited(b"####".to_vec())));
        assert!(config.unpacking.unwrap().extracts_messages);
        assert_eq!(config.delimiter.unwrap(), b"\n");
        assert_eq!(config.delivery.buffering.interval, Duration::ZERO);
        assert_eq!(config.delivery.compression, ObjectCompression::HadoopSnappy);
        assert_eq!(config.delivery.extension.as_deref(), Some(".json"));
        assert_eq!(config.backup.unwrap().bucket, "raw");
        assert_eq!(config.logging.unwrap().stream, "s");
    }

    #[test]
    fn what_cannot_be_run_is_refused_by_its_name() {
        let one = |processor: &str| processors(&format!("{{{processor}}}"));
        let refused = [
            r#","CompressionFormat":"Gzip""#.to_owned(),
            r#","BufferingHints":{"SizeInMBs":1}"#.to_owned(),
            r#","BufferingHints":{"SizeInMBs":129,"IntervalInSeconds":60}"#.to_owned(),
            r#","CustomTimeZone":"Mars/Olympus""#.to_owned(),
            r#","S3BackupMode":"Enabled""#.to_owned(),
            r#","Prefix":"!{timestamp:yyyy"#.to_owned() + "\"",
            r#","DataFormatConversionConfiguration":{"Enabled":true}"#.to_owned(),
            r#","Unheard":1"#.to_owned(),
            one(r#""Type":"Lambda""#),
            one(r#""Type":"Translate""#),
            one(r#""Type":"RecordDeAggregation""#),
        ];
        let why: Vec<_> = refused.iter().map(|it| of(it).unwrap_err().to_string()).collect();
        insta::assert_snapshot!(why.join("\n"), @"
        CompressionFormat: `Gzip` is not one of UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY
        BufferingHints: SizeInMBs and IntervalInSeconds are set together or not at all
        SizeInMBs: it is 129, and must be from 1 to 128
        CustomTimeZone: failed to find time zone `Mars/Olympus` in time zone database
        S3BackupConfiguration: S3BackupMode is Enabled, which needs it
        Prefix: `!{` at byte 0 has no `}`
        DataFormatConversionConfiguration: fh local does not convert records to Parquet or ORC
        Destination: fh local does not have the member `Unheard`
        LambdaArn: the Lambda processor has none
        Processors: fh local does not have `Translate`
        RecordDeAggregation: SubRecordType is JSON or DELIMITED
        ");
    }
}
