//! A delivery stream of the domain from what `DescribeDeliveryStream` returns.

use std::time::Duration;

use aws_sdk_firehose::types::{
    BufferingHints, CloudWatchLoggingOptions, DeliveryStreamDescription, DestinationDescription,
    ExtendedS3DestinationDescription, ProcessingConfiguration, ProcessorParameterName,
    ProcessorType, RedshiftDestinationDescription, RedshiftRetryOptions, S3BackupMode,
    S3DestinationDescription, SourceDescription,
};

use firehose::stream::{
    Buffering, DeliveryStream, Destination, DestinationKind, LogPlace, Processing, S3Place,
    StreamSource, Transform,
};

const MIB: u64 = 1024 * 1024;

/// The parts of a description that `fh` uses.
pub(super) fn delivery_stream(it: DeliveryStreamDescription) -> DeliveryStream {
    let source = source(it.delivery_stream_type.as_str(), it.source.as_ref());
    DeliveryStream {
        source,
        destination: it.destinations.first().and_then(destination),
        status: it.delivery_stream_status.as_str().to_owned(),
        name: it.delivery_stream_name,
        arn: it.delivery_stream_arn,
        updated: it.last_update_timestamp.and_then(|time| time.to_millis().ok()),
        version_id: it.version_id,
    }
}

fn source(kind: &str, source: Option<&SourceDescription>) -> StreamSource {
    if let Some(kinesis) = source.and_then(|it| it.kinesis_stream_source_description()) {
        return StreamSource::Kinesis(owned(kinesis.kinesis_stream_arn()));
    }
    if let Some(msk) = source.and_then(|it| it.msk_source_description()) {
        return StreamSource::Msk {
            cluster_arn: owned(msk.msk_cluster_arn()),
            topic: owned(msk.topic_name()),
        };
    }
    match kind {
        "DirectPut" => StreamSource::DirectPut,
        other => StreamSource::Other(other.to_owned()),
    }
}

/// Maps a kind whose failures go to its `S3DestinationDescription`, and all its
/// records too if `$all` is its backup mode. `$retry` is how many seconds it is
/// retried unless that is set.
macro_rules! beside_s3 {
    ($it:expr, $kind:ident, $all:literal, $seconds:literal, $mib:literal, $retry:literal) => {{
        let it = $it;
        let hints = it.buffering_hints();
        let s3 = it.s3_destination_description().map(|s3| place(s3, $seconds, $mib));
        let keeps_all = it.s3_backup_mode().is_some_and(|mode| mode.as_str() == $all);
        let retry = it.retry_options().and_then(|it| it.duration_in_seconds());
        Destination {
            kind: DestinationKind::$kind,
            backup: s3.clone().filter(|_| keeps_all),
            s3,
            table_error_prefixes: Vec::new(),
            buffering: buffering(
                hints.and_then(|hints| hints.interval_in_seconds()),
                hints.and_then(|hints| hints.size_in_mbs()),
                ($seconds, $mib),
            ),
            retry: seconds(retry, $retry),
            processing: processing(it.processing_configuration(), DestinationKind::$kind),
            logging: logging(it.cloud_watch_logging_options()),
        }
    }};
}

/// What is not set is as in the API reference: a buffer of 5 MiB and 300 s but
/// for Splunk (60 s) and Snowflake (128 MiB, no wait); retries for 300 s but for
/// Redshift and Splunk (3,600 s) and Snowflake (60 s).
fn destination(it: &DestinationDescription) -> Option<Destination> {
    // An S3 destination is described twice; the other one knows less.
    if let Some(s3) = it.extended_s3_destination_description() {
        return Some(extended_s3(s3));
    }
    if let Some(redshift) = it.redshift_destination_description() {
        return Some(self::redshift(redshift));
    }
    if let Some(it) = it.elasticsearch_destination_description() {
        return Some(beside_s3!(it, OpenSearch, "AllDocuments", 300, 5, 300));
    }
    if let Some(it) = it.amazonopensearchservice_destination_description() {
        return Some(beside_s3!(it, OpenSearch, "AllDocuments", 300, 5, 300));
    }
    if let Some(it) = it.amazon_open_search_serverless_destination_description() {
        return Some(beside_s3!(it, OpenSearchServerless, "AllDocuments", 300, 5, 300));
    }
    if let Some(it) = it.splunk_destination_description() {
        return Some(beside_s3!(it, Splunk, "AllEvents", 60, 5, 3600));
    }
    if let Some(it) = it.http_endpoint_destination_description() {
        return Some(beside_s3!(it, HttpEndpoint, "AllData", 300, 5, 300));
    }
    if let Some(it) = it.snowflake_destination_description() {
        return Some(beside_s3!(it, Snowflake, "AllData", 0, 128, 60));
    }
    let it = it.iceberg_destination_description()?;
    let tables = it.destination_table_configuration_list().iter();
    let table_prefixes = tables.filter_map(|table| table.s3_error_output_prefix());
    let table_error_prefixes = table_prefixes.map(str::to_owned).collect();
    Some(Destination { table_error_prefixes, ..beside_s3!(it, Iceberg, "AllData", 300, 5, 300) })
}

fn extended_s3(it: &ExtendedS3DestinationDescription) -> Destination {
    let converts = it
        .data_format_conversion_configuration()
        .is_some_and(|conversion| conversion.enabled() != Some(false));
    let buffering = hinted(it.buffering_hints(), (300, if converts { 128 } else { 5 }));
    let is_backed_up = it.s3_backup_mode() == Some(&S3BackupMode::Enabled);
    Destination {
        kind: DestinationKind::S3,
        s3: Some(S3Place {
            bucket: bucket(it.bucket_arn()),
            prefix: it.prefix().map(ToOwned::to_owned),
            error_output_prefix: it.error_output_prefix().map(ToOwned::to_owned),
            compression: it.compression_format().as_str().to_owned(),
            time_zone: it.custom_time_zone().unwrap_or("UTC").to_owned(),
            buffering,
        }),
        backup: it.s3_backup_description().filter(|_| is_backed_up).map(|s3| place(s3, 300, 5)),
        table_error_prefixes: Vec::new(),
        buffering,
        retry: Duration::ZERO,
        processing: processing(it.processing_configuration(), DestinationKind::S3),
        logging: logging(it.cloud_watch_logging_options()),
    }
}

fn redshift(it: &RedshiftDestinationDescription) -> Destination {
    let s3 = it.s3_destination_description().map(|s3| place(s3, 300, 5));
    let is_backed_up = it.s3_backup_mode().is_some_and(|mode| mode.as_str() == "Enabled");
    Destination {
        kind: DestinationKind::Redshift,
        backup: it.s3_backup_description().filter(|_| is_backed_up).map(|s3| place(s3, 300, 5)),
        table_error_prefixes: Vec::new(),
        buffering: s3.as_ref().map(|s3| s3.buffering).unwrap_or_default(),
        retry: seconds(
            it.retry_options().and_then(RedshiftRetryOptions::duration_in_seconds),
            3600,
        ),
        s3,
        processing: processing(it.processing_configuration(), DestinationKind::Redshift),
        logging: logging(it.cloud_watch_logging_options()),
    }
}

fn place(it: &S3DestinationDescription, seconds: u64, mib: u64) -> S3Place {
    S3Place {
        bucket: bucket(it.bucket_arn()),
        prefix: it.prefix().map(ToOwned::to_owned),
        error_output_prefix: it.error_output_prefix().map(ToOwned::to_owned),
        compression: it.compression_format().as_str().to_owned(),
        time_zone: "UTC".to_owned(),
        buffering: hinted(it.buffering_hints(), (seconds, mib)),
    }
}

/// `arn:aws:s3:::orders` names the bucket `orders`.
fn bucket(arn: &str) -> String {
    arn.rsplit(':').next().unwrap_or(arn).to_owned()
}

fn hinted(hints: Option<&BufferingHints>, default: (u64, u64)) -> Buffering {
    buffering(
        hints.and_then(BufferingHints::interval_in_seconds),
        hints.and_then(BufferingHints::size_in_mbs),
        default,
    )
}

fn buffering(interval: Option<i32>, mib: Option<i32>, default: (u64, u64)) -> Buffering {
    Buffering {
        interval: seconds(interval, default.0),
        bytes: set_or(mib, default.1).saturating_mul(MIB),
    }
}

fn seconds(set: Option<i32>, default: u64) -> Duration {
    Duration::from_secs(set_or(set, default))
}

fn set_or(set: Option<i32>, default: u64) -> u64 {
    set.and_then(|it| u64::try_from(it).ok()).unwrap_or(default)
}

fn processing(it: Option<&ProcessingConfiguration>, kind: DestinationKind) -> Processing {
    let Some(it) = it else { return Processing::default() };
    let mut processing = Processing {
        // Left out, it is off (seen on AWS).
        is_enabled: it.enabled() == Some(true),
        ..Processing::default()
    };
    for processor in it.processors() {
        match processor.r#type() {
            ProcessorType::Decompression => processing.decompresses = true,
            ProcessorType::AppendDelimiterToRecord => processing.appends_newline = true,
            ProcessorType::Lambda => {
                let mut transform = Transform::new(String::new(), kind);
                for parameter in processor.parameters() {
                    set(&mut transform, parameter.parameter_name(), parameter.parameter_value());
                }
                processing.transform = Some(transform);
            }
            _ => {}
        }
    }
    processing
}

/// Takes one parameter of a transform; their values are texts.
fn set(transform: &mut Transform, name: &ProcessorParameterName, value: &str) {
    match name {
        ProcessorParameterName::LambdaArn => value.clone_into(&mut transform.function_arn),
        ProcessorParameterName::LambdaNumberOfRetries => {
            transform.retries = value.parse().unwrap_or(transform.retries);
        }
        ProcessorParameterName::BufferIntervalInSeconds => {
            if let Ok(seconds) = value.parse() {
                transform.buffering.interval = Duration::from_secs(seconds);
            }
        }
        ProcessorParameterName::BufferSizeInMb => {
            transform.buffering.bytes = mebibytes(value).unwrap_or(transform.buffering.bytes);
        }
        _ => {}
    }
}

/// `0.2`, `1`, `3.0`: at most two decimals count.
fn mebibytes(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = whole.parse().ok()?;
    let hundredths: u64 = format!("{fraction:0<2}").get(..2)?.parse().ok()?;
    Some(whole.checked_mul(MIB)?.saturating_add(hundredths * MIB / 100))
}

fn logging(it: Option<&CloudWatchLoggingOptions>) -> Option<LogPlace> {
    let it = it.filter(|it| it.enabled() == Some(true))?;
    Some(LogPlace { group: owned(it.log_group_name()), stream: owned(it.log_stream_name()) })
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_firehose::types::{
        CompressionFormat, DeliveryStreamStatus, DeliveryStreamType, EncryptionConfiguration,
        KinesisStreamSourceDescription, Processor, ProcessorParameter,
        SplunkDestinationDescription, SplunkS3BackupMode,
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:enrich:live";

    fn described(destination: DestinationDescription) -> DeliveryStreamDescription {
        DeliveryStreamDescription::builder()
            .delivery_stream_name("orders")
            .delivery_stream_arn("arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders")
            .delivery_stream_status(DeliveryStreamStatus::Active)
            .delivery_stream_type(DeliveryStreamType::DirectPut)
            .version_id("4")
            .destinations(destination)
            .has_more_destinations(false)
            .build()
            .unwrap()
    }

    fn transform(parameters: &[(&str, &str)]) -> ProcessingConfiguration {
        let parameters = parameters.iter().map(|(name, value)| {
            let parameter = ProcessorParameter::builder().parameter_name((*name).into());
            parameter.parameter_value(*value).build().unwrap()
        });
        let lambda = Processor::builder()
            .r#type(ProcessorType::Lambda)
            .set_parameters(Some(parameters.collect()))
            .build()
            .unwrap();
        ProcessingConfiguration::builder().enabled(true).processors(lambda).build()
    }

    fn place_of(bucket: &str) -> S3DestinationDescription {
        S3DestinationDescription::builder()
            .role_arn("arn:aws:iam::111122223333:role/firehose")
            .bucket_arn(format!("arn:aws:s3:::{bucket}"))
            .compression_format(CompressionFormat::Uncompressed)
            .buffering_hints(BufferingHints::builder().build())
            .encryption_configuration(EncryptionConfiguration::builder().build())
            .build()
            .unwrap()
    }

    #[test]
    fn a_stream_to_s3_is_described_with_transform_prefixes_and_backup() {
        let parameters = [
            ("LambdaArn", FUNCTION),
            ("NumberOfRetries", "1"),
            ("BufferSizeInMBs", "0.2"),
            ("BufferIntervalInSeconds", "0"),
        ];
        let hints = BufferingHints::builder().interval_in_seconds(60).size_in_mbs(1).build();
        let s3 = ExtendedS3DestinationDescription::builder()
            .role_arn("arn:aws:iam::111122223333:role/firehose")
            .bucket_arn("arn:aws:s3:::lake")
            .prefix("orders/")
            .error_output_prefix("failed/!{firehose:error-output-type}/")
            .buffering_hints(hints)
            .compression_format(CompressionFormat::Gzip)
            .encryption_configuration(EncryptionConfiguration::builder().build())
            .processing_configuration(transform(&parameters))
            .s3_backup_mode(S3BackupMode::Enabled)
            .s3_backup_description(place_of("backup"))
            .custom_time_zone("Europe/Berlin")
            .build()
            .unwrap();
        let both = DestinationDescription::builder()
            .destination_id("destinationId-000000000001")
            .s3_destination_description(place_of("ignored"))
            .extended_s3_destination_description(s3)
            .build()
            .unwrap();
        let stream = delivery_stream(described(both));
        let transform = stream.transform().unwrap();
        assert_eq!((transform.function_arn.as_str(), transform.retries), (FUNCTION, 1));
        let soon = Buffering { interval: Duration::ZERO, bytes: MIB / 5 };
        assert_eq!(transform.buffering, soon);
        let destination = stream.destination.unwrap();
        let place = destination.s3.unwrap();
        assert_eq!(destination.kind, DestinationKind::S3);
        assert_eq!(
            (place.bucket.as_str(), place.compression.as_str(), place.time_zone.as_str()),
            ("lake", "GZIP", "Europe/Berlin")
        );
        assert_eq!(place.error_output_prefix.unwrap(), "failed/!{firehose:error-output-type}/");
        assert_eq!(place.buffering, Buffering { interval: Duration::from_mins(1), bytes: MIB });
        assert_eq!(destination.backup.unwrap().bucket, "backup");
    }

    #[test]
    fn what_is_not_set_is_as_aws_has_it_for_the_kind() {
        let splunk = SplunkDestinationDescription::builder()
            .s3_destination_description(place_of("failed"))
            .s3_backup_mode(SplunkS3BackupMode::AllEvents)
            .processing_configuration(transform(&[("LambdaArn", FUNCTION)]))
            .build();
        let splunk = DestinationDescription::builder()
            .destination_id("destinationId-000000000001")
            .splunk_destination_description(splunk)
            .build()
            .unwrap();
        let stream = delivery_stream(described(splunk));
        let buffering = stream.transform().unwrap().buffering;
        assert_eq!(buffering, Buffering { interval: Duration::from_mins(1), bytes: MIB / 4 });
        let destination = stream.destination.unwrap();
        let wait = Buffering { interval: Duration::from_mins(1), bytes: 5 * MIB };
        assert_eq!((destination.kind, destination.buffering), (DestinationKind::Splunk, wait));
        assert_eq!(destination.s3, destination.backup);
    }

    #[test]
    fn another_source_is_known_by_what_it_describes() {
        let kinesis = KinesisStreamSourceDescription::builder().kinesis_stream_arn("arn:x").build();
        let it = SourceDescription::builder().kinesis_stream_source_description(kinesis).build();
        assert_eq!(
            source("KinesisStreamAsSource", Some(&it)),
            StreamSource::Kinesis("arn:x".to_owned())
        );
        assert_eq!(source("DirectPut", None), StreamSource::DirectPut);
        let database = StreamSource::Other("DatabaseAsSource".to_owned());
        assert_eq!(source("DatabaseAsSource", None), database);
    }

    #[test]
    fn sizes_of_buffers_are_read_as_aws_writes_them() {
        for (text, bytes) in [
            ("1", Some(MIB)),
            ("3.0", Some(3 * MIB)),
            ("0.2", Some(MIB / 5)),
            ("0.25", Some(MIB / 4)),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(mebibytes(text), bytes, "{text}");
        }
    }

    #[test]
    fn a_bucket_is_named_by_the_end_of_its_arn() {
        assert_eq!(bucket("arn:aws:s3:::orders"), "orders");
    }
}
