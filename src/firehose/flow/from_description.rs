//! From the JSON of the API to a stream that runs. What cannot be done here is
//! refused by the name of its member, and nothing is ignored.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;

use super::assumed::ACTIVE_PARTITIONS;
use super::config::{ObjectSettings, Refusal, StreamConfig, Unpacking};
use super::members::{check_buffers, check_members, check_processors};
use super::processors::Deaggregation;
use crate::compress::ObjectCompression;
use crate::description::{Description, Destination, DestinationConfig, Processor, mebibytes};
use crate::limits::{MAX_RETRIES, TRANSFORM_BUFFER};
use crate::names::FunctionName;
use crate::s3::prefix::Prefix;
use crate::stream::{DestinationKind, MAX_INTERVAL, S3Place, StreamSource};
use crate::transform::Origin;

fn refuse<T>(member: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { member, why: why.into() })
}

impl StreamConfig {
    /// The stream that is described, under this `origin`; `zone` finds a time zone
    /// by its name. What only `fh local` has, such as the time scale, is set by the
    /// caller.
    pub fn from_description(
        description: &Description,
        origin: Origin,
        zone: &dyn Fn(&str) -> Option<TimeZone>,
    ) -> Result<Self, Refusal> {
        if let Some(other) = description.source_type.as_deref().filter(|it| *it != "DirectPut") {
            return refuse(
                "DeliveryStreamType",
                format!("{other} is not supported; use DirectPut"),
            );
        }
        let Some(destination) = description.destination() else {
            return refuse("ExtendedS3DestinationConfiguration", "a stream needs a destination");
        };
        check_kind(destination)?;
        check_members(description)?;
        check_buffers(&destination.config)?;
        let view = description.view();
        if view.source != StreamSource::DirectPut {
            return refuse("Source", "only DirectPut is supported; leave the source out");
        }
        let Some(viewed) = &view.destination else {
            return refuse("ExtendedS3DestinationConfiguration", "it is not valid");
        };
        let Some(place) = &viewed.s3 else {
            return refuse("BucketARN", "it is missing");
        };
        let config = &destination.config;
        let mut stream = Self::new(origin, &place.bucket);
        stream.version = view.version_id.parse().unwrap_or(stream.version);
        stream.delivery = objects(place, zone)?;
        stream.delivery.extension = config.file_extension.clone().filter(|it| !it.is_empty());
        let error_output_prefix = place.error_output_prefix.as_deref();
        stream.error_output_prefix = prefix("ErrorOutputPrefix", error_output_prefix)?;
        stream.max_partitions = config.is_partitioned().then_some(ACTIVE_PARTITIONS.value);
        stream.backup = backup(config, viewed.backup.as_ref(), zone)?;
        stream.logging.clone_from(&viewed.logging);
        check_processors(config)?;
        for processor in config.processors() {
            stream.add(processor)?;
        }
        stream.transform = view.transform().cloned();
        if stream.unpacking.is_some() && !has(config, "Decompression") {
            return refuse("CloudWatchLogProcessing", "it needs a Decompression processor");
        }
        stream.check()?;
        Ok(stream)
    }

    /// Adds what a processor does.
    fn add(&mut self, processor: &Processor) -> Result<(), Refusal> {
        match processor.kind.as_deref().unwrap_or_default() {
            "RecordDeAggregation" => self.deaggregation = Some(deaggregation(processor)?),
            "Decompression" => {
                // The other processor may be declared first.
                self.unpacking.get_or_insert_default();
                match processor.parameter("CompressionFormat") {
                    None | Some("GZIP") => {}
                    Some(other) => {
                        return refuse("CompressionFormat", format!("{other} is not GZIP"));
                    }
                }
            }
            "CloudWatchLogProcessing" => {
                let extracts_messages = match processor.parameter("DataMessageExtraction") {
                    None | Some("false") => false,
                    Some("true") => true,
                    Some(other) => {
                        let why = format!("`{other}` is not true or false");
                        return refuse("DataMessageExtraction", why);
                    }
                };
                self.unpacking = Some(Unpacking { extracts_messages });
            }
            "Lambda" => check_transform(processor)?,
            "MetadataExtraction" => {
                match processor.parameter("JsonParsingEngine") {
                    None | Some("JQ-1.6") => {}
                    Some(other) => {
                        return refuse("JsonParsingEngine", format!("{other} is not JQ-1.6"));
                    }
                }
                let Some(query) = processor.parameter("MetadataExtractionQuery") else {
                    return refuse("MetadataExtractionQuery", "it is missing");
                };
                self.query = Some(query.to_owned());
            }
            "AppendDelimiterToRecord" => {
                let delimiter = processor.parameter("Delimiter").unwrap_or("\\n");
                self.delimiter = Some(delimiter.replace("\\n", "\n").into_bytes());
            }
            other => return refuse("Processors", format!("the type `{other}` is not supported")),
        }
        Ok(())
    }
}

fn has(config: &DestinationConfig, kind: &str) -> bool {
    config.processors().iter().any(|it| it.kind.as_deref() == Some(kind))
}

fn check_kind(destination: &Destination) -> Result<(), Refusal> {
    match destination.member.map(|member| (member.kind(), member.stem())) {
        Some((DestinationKind::S3, _)) => {}
        Some((_, stem)) => return refuse(stem, "only destinations in S3 are supported"),
        None => return refuse("Destinations", "the kind of destination is not known"),
    }
    if destination.config.converts() {
        let member = "DataFormatConversionConfiguration";
        return refuse(member, "conversion to Parquet or ORC is not supported");
    }
    Ok(())
}

fn objects(
    place: &S3Place,
    zone: &dyn Fn(&str) -> Option<TimeZone>,
) -> Result<ObjectSettings, Refusal> {
    let Some(compression) = ObjectCompression::find(&place.compression) else {
        let formats = ObjectCompression::ALL.map(ObjectCompression::as_str).join(", ");
        let why = format!("`{}` is not one of {formats}", place.compression);
        return refuse("CompressionFormat", why);
    };
    let found = if place.time_zone == "UTC" { Some(TimeZone::UTC) } else { zone(&place.time_zone) };
    let Some(zone) = found else {
        let why = format!("`{}` is not a known time zone; use e.g. Europe/Berlin", place.time_zone);
        return refuse("CustomTimeZone", why);
    };
    let prefix = prefix("Prefix", place.prefix.as_deref())?;
    let buffering = place.buffering;
    let mut settings = ObjectSettings::new(&place.bucket);
    (settings.prefix, settings.zone) = (prefix, zone);
    (settings.buffering, settings.compression) = (buffering, compression);
    Ok(settings)
}

fn backup(
    config: &DestinationConfig,
    place: Option<&S3Place>,
    zone: &dyn Fn(&str) -> Option<TimeZone>,
) -> Result<Option<ObjectSettings>, Refusal> {
    match (config.backup_mode.as_deref(), place) {
        (Some("Enabled"), None) => refuse("S3BackupConfiguration", "it is missing"),
        (Some("Enabled"), Some(place)) => objects(place, zone).map(Some),
        (None | Some("Disabled"), _) => Ok(None),
        (Some(other), _) => refuse("S3BackupMode", format!("`{other}` is not Enabled or Disabled")),
    }
}

/// An empty prefix is the same as none.
fn prefix(member: &'static str, text: Option<&str>) -> Result<Option<Prefix>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    match text.parse() {
        Ok(prefix) => Ok(Some(prefix)),
        Err(error) => refuse(member, format!("{error}")),
    }
}

fn deaggregation(processor: &Processor) -> Result<Deaggregation, Refusal> {
    match processor.parameter("SubRecordType") {
        Some("JSON") => Ok(Deaggregation::Json),
        Some("DELIMITED") => {
            let delimiter = processor.parameter("Delimiter").unwrap_or_default();
            match STANDARD.decode(delimiter) {
                Ok(bytes) if !bytes.is_empty() => Ok(Deaggregation::Delimited(bytes)),
                _ => refuse("Delimiter", format!("`{delimiter}` is not base64 of a delimiter")),
            }
        }
        other => {
            let other = other.unwrap_or_default();
            refuse("SubRecordType", format!("`{other}` is not JSON or DELIMITED"))
        }
    }
}

/// What the view of a stream would take silently.
fn check_transform(lambda: &Processor) -> Result<(), Refusal> {
    let Some(function) = lambda.parameter("LambdaArn") else {
        return refuse("LambdaArn", "it is missing");
    };
    if let Err(error) = function.parse::<FunctionName>() {
        return refuse("LambdaArn", error);
    }
    whole(lambda, "NumberOfRetries", MAX_RETRIES.into())?;
    whole(lambda, "BufferIntervalInSeconds", MAX_INTERVAL.as_secs())?;
    if let Some(text) = lambda.parameter("BufferSizeInMBs")
        && !mebibytes(text).is_some_and(|bytes| TRANSFORM_BUFFER.contains(&bytes))
    {
        return refuse("BufferSizeInMBs", format!("`{text}` is not a number of 0.2 to 3"));
    }
    Ok(())
}

/// Refuses what is not a whole number up to `most`.
fn whole(lambda: &Processor, name: &'static str, most: u64) -> Result<(), Refusal> {
    match lambda.parameter(name) {
        Some(text) if text.parse::<u64>().is_ok_and(|value| value <= most) => Ok(()),
        Some(text) => refuse(name, format!("`{text}` is not a whole number of 0 to {most}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::read;
    use crate::flow::tests::config;

    fn stream(document: &str) -> Result<StreamConfig, String> {
        let description = read(document.as_bytes()).unwrap().description;
        let zone = |name: &str| (name == "Asia/Tokyo").then(|| TimeZone::posix("JST-9").unwrap());
        StreamConfig::from_description(&description, config().origin, &zone)
            .map_err(|it| it.to_string())
    }

    fn with(config: &str) -> Result<StreamConfig, String> {
        stream(&format!(
            r#"{{"DeliveryStreamName":"orders","ExtendedS3DestinationConfiguration":{{"BucketARN":"arn:aws:s3:::lake","RoleARN":"r"{config}}}}}"#
        ))
    }

    fn processors(list: &str) -> Result<StreamConfig, String> {
        with(&format!(r#","ProcessingConfiguration":{{"Enabled":true,"Processors":[{list}]}}"#))
    }

    fn processor(kind: &str, parameters: &[(&str, &str)]) -> String {
        let parameters = parameters.iter().map(|(name, value)| {
            format!(r#"{{"ParameterName":"{name}","ParameterValue":"{value}"}}"#)
        });
        let parameters: Vec<_> = parameters.collect();
        format!(r#"{{"Type":"{kind}","Parameters":[{}]}}"#, parameters.join(","))
    }

    const FUNCTION: (&str, &str) =
        ("LambdaArn", "arn:aws:lambda:eu-west-1:111122223333:function:f");

    #[test]
    fn a_stream_runs_as_it_is_described() {
        let plain = with("").unwrap();
        assert_eq!((plain.version, plain.delivery.bucket.as_str()), (1, "lake"));
        assert_eq!(plain.delivery.buffering.bytes, 5 * 1024 * 1024);
        assert!(plain.transform.is_none() && plain.backup.is_none() && plain.logging.is_none());
        let whole = with(
            r#","Prefix":"c=!{partitionKeyFromLambda:c}/","ErrorOutputPrefix":"bad/!{firehose:error-output-type}/",
            "BufferingHints":{"SizeInMBs":64,"IntervalInSeconds":60},"CompressionFormat":"ZIP","FileExtension":".z",
            "CustomTimeZone":"Asia/Tokyo","DynamicPartitioningConfiguration":{"Enabled":true},
            "S3BackupMode":"Enabled","S3BackupConfiguration":{"BucketARN":"arn:aws:s3:::kept","RoleARN":"r"},
            "CloudWatchLoggingOptions":{"Enabled":true,"LogGroupName":"g","LogStreamName":"s"},
            "ProcessingConfiguration":{"Enabled":true,"Processors":[{"Type":"Lambda","Parameters":[
            {"ParameterName":"LambdaArn","ParameterValue":"arn:aws:lambda:eu-west-1:111122223333:function:f"},
            {"ParameterName":"NumberOfRetries","ParameterValue":"0"},{"ParameterName":"BufferSizeInMBs","ParameterValue":"0.5"}]},
            {"Type":"AppendDelimiterToRecord"}]}"#,
        )
        .unwrap();
        assert_eq!(whole.delivery.compression, ObjectCompression::Zip);
        assert_eq!(whole.delivery.extension.as_deref(), Some(".z"));
        assert_eq!(
            (whole.max_partitions, whole.delimiter.as_deref()),
            (Some(500), Some(&b"\n"[..]))
        );
        assert_eq!(whole.backup.unwrap().bucket, "kept");
        assert_eq!(whole.logging.unwrap().group, "g");
        let transform = whole.transform.unwrap();
        assert_eq!((transform.retries, transform.buffering.bytes), (0, 512 * 1024));
        let gzip = processor("Decompression", &[("CompressionFormat", "GZIP")]);
        let extraction = processor("CloudWatchLogProcessing", &[("DataMessageExtraction", "true")]);
        for logs in [format!("{gzip},{extraction}"), format!("{extraction},{gzip}")] {
            let unpacking = processors(&logs).unwrap().unpacking;
            assert_eq!(unpacking, Some(Unpacking { extracts_messages: true }), "{logs}");
        }
        let unpacking = processors(&gzip).unwrap().unpacking;
        assert_eq!(unpacking, Some(Unpacking { extracts_messages: false }));
        let lines = [("SubRecordType", "DELIMITED"), ("Delimiter", "IyMjIw==")];
        let lines = processors(&processor("RecordDeAggregation", &lines)).unwrap();
        assert_eq!(lines.deaggregation, Some(Deaggregation::Delimited(b"####".to_vec())));
        // What is off is not looked at: an answer has it.
        let conversion = r#","DataFormatConversionConfiguration":{"Enabled":false,"InputFormatConfiguration":{}}"#;
        assert!(with(conversion).is_ok());
        // Left out, it is off.
        let off = with(r#","ProcessingConfiguration":{"Processors":[{"Type":"Lambda"}]}"#);
        assert!(off.unwrap().transform.is_none());
    }

    #[test]
    fn what_cannot_be_done_is_refused_by_name() {
        let lambda =
            |name: &str, value: &str| processors(&processor("Lambda", &[FUNCTION, (name, value)]));
        let refused = vec![
            stream(r#"{"DeliveryStreamName":"o","DeliveryStreamType":"KinesisStreamAsSource"}"#),
            stream(
                r#"{"DeliveryStreamName":"o","KinesisStreamSourceConfiguration":{"KinesisStreamARN":"arn"},"ExtendedS3DestinationConfiguration":{"BucketARN":"arn:aws:s3:::lake"}}"#,
            ),
            stream(
                r#"{"CurrentDeliveryStreamVersionId":"1","DestinationId":"d","ExtendedS3DestinationUpdate":{"BucketARN":"arn:aws:s3:::lake","Zone":1}}"#,
            ),
            stream(r#"{"DeliveryStreamName":"o"}"#),
            stream(r#"{"DeliveryStreamName":"o","SplunkDestinationConfiguration":{}}"#),
            stream(r#"{"DeliveryStreamName":"o","ExtendedS3DestinationConfiguration":{}}"#),
            with(r#","DataFormatConversionConfiguration":{"Enabled":true}"#),
            with(r#","CompressionFormat":"gzip""#),
            with(r#","CustomTimeZone":"Mars/Base""#),
            with(r#","Prefix":"!{timestamp:yyyy""#),
            with(r#","Prefix":"!{partitionKeyFromLambda:c}/""#),
            with(r#","S3BackupMode":"Enabled""#),
            with(r#","S3BackupMode":"AllData""#),
            processors(&processor("Lambda", &[])),
            processors(&processor("Lambda", &[("LambdaArn", "no function")])),
            lambda("NumberOfRetries", "many"),
            lambda("BufferIntervalInSeconds", "901"),
            lambda("BufferSizeInMBs", "4"),
            lambda("NumberOfRetries", "2.0"),
            lambda("NumberOfRetires", "0"),
            lambda("BufferIntervalInSeconds", "6e1"),
            lambda("BufferSizeInMBs", "2.5e0"),
            lambda("BufferSizeInMBs", "1.50x"),
            processors(&processor("Decompression", &[("CompressionFormat", "Snappy")])),
            processors(&processor("CloudWatchLogProcessing", &[("DataMessageExtraction", "true")])),
            processors(&processor("CloudWatchLogProcessing", &[("DataMessageExtraction", "yes")])),
            processors(&processor("MetadataExtraction", &[("JsonParsingEngine", "JQ-1.7")])),
            processors(&processor("RecordDeAggregation", &[("SubRecordType", "XML")])),
            processors(&processor("Encryption", &[])),
            processors(""),
            processors(&[(); 6].map(|()| processor("Lambda", &[FUNCTION])).join(",")),
            processors(&[(); 2].map(|()| processor("Lambda", &[FUNCTION])).join(",")),
            processors(&[(); 2].map(|()| processor("AppendDelimiterToRecord", &[])).join(",")),
            processors(&processor("Lambda", &[FUNCTION, FUNCTION])),
            with(r#","BufferingHints":{"SizeInMBs":5}"#),
            with(r#","BufferingHints":{"SizeInMBs":129,"IntervalInSeconds":60}"#),
            with(r#","BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":901}"#),
            with(
                r#","S3BackupMode":"Enabled","S3BackupConfiguration":{"BucketARN":"arn:aws:s3:::kept",
                "RoleARN":"r","BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":59}}"#,
            ),
            with(
                r#","DynamicPartitioningConfiguration":{"Enabled":true},
                "BufferingHints":{"SizeInMBs":63,"IntervalInSeconds":60}"#,
            ),
            with(
                r#","DynamicPartitioningConfiguration":{"Enabled":true},
                "BufferingHints":{"SizeInMBs":64,"IntervalInSeconds":0}"#,
            ),
            with(r#","CompresionFormat":"GZIP""#),
            with(r#","ProcessingConfiguration":{"Enabled":true,"Mode":"fast"}"#),
            with(r#","EncryptionConfiguration":{"KMSEncryptionConfig":{"KeyArn":"k"}}"#),
            with(
                r#","S3BackupConfiguration":{"BucketARN":"arn:aws:s3:::kept","EncryptionConfiguration":{"Kms":"k"}}"#,
            ),
            with(r#","S3BackupConfiguration":{"BucketARN":"arn:aws:s3:::kept","Zone":"UTC"}"#),
            with(r#","DynamicPartitioningConfiguration":{"RetryOptions":{"Seconds":1}}"#),
            stream(
                r#"{"DeliveryStreamName":"o","Tags":[{"Key":"a","Val":"b"}],"ExtendedS3DestinationConfiguration":{"BucketARN":"arn:aws:s3:::lake"}}"#,
            ),
            stream(
                r#"{"DeliveryStreamName":"o","Colour":"red","ExtendedS3DestinationConfiguration":{"BucketARN":"arn:aws:s3:::lake"}}"#,
            ),
        ];
        let refused: Vec<_> = refused.into_iter().map(Result::unwrap_err).collect();
        insta::assert_snapshot!(refused.join("\n"), @"
        DeliveryStreamType: KinesisStreamAsSource is not supported; use DirectPut
        Source: only DirectPut is supported; leave the source out
        ExtendedS3Destination: it has no member `Zone`
        ExtendedS3DestinationConfiguration: a stream needs a destination
        SplunkDestination: only destinations in S3 are supported
        BucketARN: it is missing
        DataFormatConversionConfiguration: conversion to Parquet or ORC is not supported
        CompressionFormat: `gzip` is not one of UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY
        CustomTimeZone: `Mars/Base` is not a known time zone; use e.g. Europe/Berlin
        Prefix: `!{` at byte 0 has no `}`
        Prefix: partition keys need DynamicPartitioningConfiguration
        S3BackupConfiguration: it is missing
        S3BackupMode: `AllData` is not Enabled or Disabled
        LambdaArn: it is missing
        LambdaArn: `no function` is not a valid Lambda function; use its name or ARN, optionally with `:` and a version or alias
        NumberOfRetries: `many` is not a whole number of 0 to 300
        BufferIntervalInSeconds: `901` is not a whole number of 0 to 900
        BufferSizeInMBs: `4` is not a number of 0.2 to 3
        NumberOfRetries: `2.0` is not a whole number of 0 to 300
        ParameterName: `NumberOfRetires` is not one of LambdaArn, NumberOfRetries, MetadataExtractionQuery, JsonParsingEngine, RoleArn, BufferSizeInMBs, BufferIntervalInSeconds, SubRecordType, Delimiter, CompressionFormat, DataMessageExtraction
        BufferIntervalInSeconds: `6e1` is not a whole number of 0 to 900
        BufferSizeInMBs: `2.5e0` is not a number of 0.2 to 3
        BufferSizeInMBs: `1.50x` is not a number of 0.2 to 3
        CompressionFormat: Snappy is not GZIP
        CloudWatchLogProcessing: it needs a Decompression processor
        DataMessageExtraction: `yes` is not true or false
        JsonParsingEngine: JQ-1.7 is not JQ-1.6
        SubRecordType: `XML` is not JSON or DELIMITED
        Processors: the type `Encryption` is not supported
        Processors: there are 0, and there must be 1 to 5
        Processors: there are 6, and there must be 1 to 5
        Processors: there is more than one of the type `Lambda`
        Processors: there is more than one of the type `AppendDelimiterToRecord`
        ParameterName: `LambdaArn` is set more than once
        BufferingHints: SizeInMBs and IntervalInSeconds are set together
        SizeInMBs: 129 is not a number of 1 to 128
        IntervalInSeconds: 901 is not a number of 0 to 900
        IntervalInSeconds: 59 is not a number of 60 to 900
        SizeInMBs: 63 is not a number of 64 to 128
        IntervalInSeconds: 0 is not a number of 60 to 900
        ExtendedS3Destination: it has no member `CompresionFormat`
        ProcessingConfiguration: it has no member `Mode`
        KMSEncryptionConfig: it has no member `KeyArn`
        EncryptionConfiguration: it has no member `Kms`
        S3Backup: it has no member `Zone`
        RetryOptions: it has no member `Seconds`
        Tags: it has no member `Val`
        DeliveryStream: it has no member `Colour`
        ");
    }
}
