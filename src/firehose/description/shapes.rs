//! The objects of the API, member by member (Firehose API reference, the shapes of
//! the same members).

use super::super::bytes::lossy;
use super::super::json::Token;
use super::Destination;
use super::value::{ObjectWriter, Reader, Rest, Secret, Time, Value, objects};

objects! {
    /// A delivery stream.
    Description {
        /// Its name: 1 to 64 of `a-z A-Z 0-9 _ . -`.
        name: String = "DeliveryStreamName",
        /// Its ARN, which holds Region and account; not in an input.
        arn: String = "DeliveryStreamARN",
        /// `CREATING`, `CREATING_FAILED`, `DELETING`, `DELETING_FAILED`, `ACTIVE`.
        status: String = "DeliveryStreamStatus",
        /// Why it could not be created or deleted.
        failure: FailureDescription = "FailureDescription",
        /// Server-side encryption.
        encryption: StreamEncryption = "DeliveryStreamEncryptionConfiguration"
            | "DeliveryStreamEncryptionConfigurationInput",
        /// `DirectPut`, `KinesisStreamAsSource`, `MSKAsSource`, `DatabaseAsSource`.
        source_type: String = "DeliveryStreamType",
        /// Goes up with every change; it is part of the keys of objects. Of an
        /// update: the version that it changes.
        version_id: String = "VersionId" | "CurrentDeliveryStreamVersionId",
        /// When it was created.
        created: Time = "CreateTimestamp",
        /// When its destination was last changed.
        updated: Time = "LastUpdateTimestamp",
        /// Where its records come from, unless they are put.
        source: Source = "Source",
        /// Tags of an input; an answer has none.
        tags: Vec<Tag> = "Tags",
        /// Of a stream of `fh local`, never of AWS: what all its waiting times are divided
        /// by.
        time_scale: i64 = "FhTimeScale",
        /// True if `Destinations` is not all of them.
        has_more_destinations: bool = "HasMoreDestinations",
        /// Where they go: one.
        destinations: Vec<Destination> = "Destinations",
    }

    /// Why something failed.
    FailureDescription {
        /// `KMS_ACCESS_DENIED`, `CREATE_ENI_FAILED`, …
        kind: String = "Type",
        /// In AWS's words.
        details: String = "Details",
    }

    /// Server-side encryption of a stream.
    StreamEncryption {
        /// The key of the customer.
        key_arn: String = "KeyARN",
        /// `AWS_OWNED_CMK`, `CUSTOMER_MANAGED_CMK`.
        key_type: String = "KeyType",
        /// `ENABLED`, `ENABLING`, `ENABLING_FAILED`, `DISABLED`, `DISABLING`,
        /// `DISABLING_FAILED`; not in an input.
        status: String = "Status",
        /// Why it could not be switched.
        failure: FailureDescription = "FailureDescription",
    }

    /// A tag.
    Tag {
        /// Its key.
        key: String = "Key",
        /// Its value.
        value: String = "Value",
    }

    /// Where records come from.
    Source {
        /// Calls of `PutRecord` and `PutRecordBatch`.
        direct_put: DirectPutSource = "DirectPutSourceDescription"
            | "DirectPutSourceConfiguration",
        /// A Kinesis data stream.
        kinesis: KinesisSource = "KinesisStreamSourceDescription"
            | "KinesisStreamSourceConfiguration",
        /// A topic of an MSK cluster.
        msk: MskSource = "MSKSourceDescription" | "MSKSourceConfiguration",
    }

    /// Records that are put.
    DirectPutSource {
        /// How much is expected, in MB a second: 1 to 100.
        throughput_hint_mb: i64 = "ThroughputHintInMBs",
    }

    /// A Kinesis data stream as a source.
    KinesisSource {
        /// The stream.
        stream_arn: String = "KinesisStreamARN",
        /// The role that reads it.
        role_arn: String = "RoleARN",
        /// From when on records are delivered.
        delivery_start: Time = "DeliveryStartTimestamp",
    }

    /// A topic of MSK as a source.
    MskSource {
        /// The cluster.
        cluster_arn: String = "MSKClusterARN",
        /// The topic.
        topic: String = "TopicName",
        /// Role and network.
        authentication: MskAuthentication = "AuthenticationConfiguration",
        /// From when on records are delivered.
        delivery_start: Time = "DeliveryStartTimestamp",
        /// From which record on the topic is read.
        read_from: Time = "ReadFromTimestamp",
    }

    /// How a cluster is reached.
    MskAuthentication {
        /// The role that reads it.
        role_arn: String = "RoleARN",
        /// `PUBLIC`, `PRIVATE`.
        connectivity: String = "Connectivity",
    }

    /// What one destination is set up with. The nine kinds share most members; those
    /// that `fh` asks nothing of are in `rest`.
    DestinationConfig {
        /// The delivery role.
        role_arn: String = "RoleARN",
        /// S3: `arn:aws:s3:::lake`.
        bucket_arn: String = "BucketARN",
        /// S3: prefix of delivered objects, with expressions.
        prefix: String = "Prefix",
        /// S3: prefix of what failed, with expressions.
        error_output_prefix: String = "ErrorOutputPrefix",
        /// The buffer of the destination.
        buffering: BufferingHints = "BufferingHints",
        /// S3: `UNCOMPRESSED`, `GZIP`, `ZIP`, `Snappy`, `HADOOP_SNAPPY`.
        compression: String = "CompressionFormat",
        /// S3: the key of objects.
        encryption: ObjectEncryption = "EncryptionConfiguration",
        /// Where errors are logged.
        logging: LoggingOptions = "CloudWatchLoggingOptions",
        /// What happens to records on their way.
        processing: ProcessingConfig = "ProcessingConfiguration",
        /// How long delivery is retried.
        retry: RetryOptions = "RetryOptions",
        /// S3, Redshift: `Disabled`, `Enabled`; others: `FailedDocumentsOnly`,
        /// `FailedEventsOnly`, `FailedDataOnly`, `AllDocuments`, `AllEvents`, `AllData`.
        backup_mode: String = "S3BackupMode",
        /// All but S3: where what failed goes; Redshift: where data waits for COPY.
        s3: S3Config = "S3DestinationDescription" | "S3Configuration" | "S3Update",
        /// S3, Redshift: the source backup.
        backup: S3Config = "S3BackupDescription" | "S3BackupConfiguration" | "S3BackupUpdate",
        /// S3: conversion to Parquet or ORC.
        conversion: FormatConversion = "DataFormatConversionConfiguration",
        /// S3: dynamic partitioning.
        partitioning: DynamicPartitioning = "DynamicPartitioningConfiguration",
        /// S3: replaces the suffix that the compression gives, such as `.json`.
        file_extension: String = "FileExtension",
        /// S3: time zone of the prefixes, such as `Europe/Berlin`.
        time_zone: String = "CustomTimeZone",
        /// Iceberg: the tables.
        tables: Vec<IcebergTable> = "DestinationTableConfigurationList",
        /// HTTP endpoint: its address.
        endpoint: HttpEndpoint = "EndpointConfiguration",
        /// Redshift: password, only in an input.
        password: Secret = "Password",
        /// Snowflake: key, only in an input.
        private_key: Secret = "PrivateKey",
        /// Snowflake: passphrase of the key, only in an input.
        key_passphrase: Secret = "KeyPassphrase",
        /// Splunk: token of the HTTP Event Collector.
        hec_token: Secret = "HECToken",
    }

    /// A place in S3 within another destination.
    S3Config {
        /// The role that writes there.
        role_arn: String = "RoleARN",
        /// `arn:aws:s3:::lake`
        bucket_arn: String = "BucketARN",
        /// Prefix of objects, with expressions.
        prefix: String = "Prefix",
        /// Prefix of what failed, with expressions.
        error_output_prefix: String = "ErrorOutputPrefix",
        /// Its buffer.
        buffering: BufferingHints = "BufferingHints",
        /// `UNCOMPRESSED`, `GZIP`, `ZIP`, `Snappy`, `HADOOP_SNAPPY`.
        compression: String = "CompressionFormat",
        /// The key of objects.
        encryption: ObjectEncryption = "EncryptionConfiguration",
        /// Where errors are logged.
        logging: LoggingOptions = "CloudWatchLoggingOptions",
    }

    /// When a buffer is full.
    BufferingHints {
        /// MiB.
        size_mb: i64 = "SizeInMBs",
        /// Seconds.
        interval_seconds: i64 = "IntervalInSeconds",
    }

    /// How objects are encrypted.
    ObjectEncryption {
        /// `NoEncryption`: as the bucket says.
        none: String = "NoEncryptionConfig",
        /// With a key of KMS.
        kms: KmsEncryption = "KMSEncryptionConfig",
    }

    /// A key of KMS.
    KmsEncryption {
        /// Its ARN.
        key_arn: String = "AWSKMSKeyARN",
    }

    /// Where errors are logged.
    LoggingOptions {
        /// Left out, it is off.
        enabled: bool = "Enabled",
        /// The log group.
        group: String = "LogGroupName",
        /// The log stream.
        stream: String = "LogStreamName",
    }

    /// What happens to records on their way.
    ProcessingConfig {
        /// Left out, it is off.
        enabled: bool = "Enabled",
        /// In the order of the declaration, which is not that of the work.
        processors: Vec<Processor> = "Processors",
    }

    /// One processor.
    Processor {
        /// `RecordDeAggregation`, `Decompression`, `CloudWatchLogProcessing`, `Lambda`,
        /// `MetadataExtraction`, `AppendDelimiterToRecord`.
        kind: String = "Type",
        /// Its parameters.
        parameters: Vec<ProcessorParameter> = "Parameters",
    }

    /// A parameter of a processor.
    ProcessorParameter {
        /// `LambdaArn`, `NumberOfRetries`, `BufferSizeInMBs`, …
        name: String = "ParameterName",
        /// A text, also of a number.
        value: String = "ParameterValue",
    }

    /// How long something is retried.
    RetryOptions {
        /// Seconds, 0 to 7,200.
        duration_seconds: i64 = "DurationInSeconds",
    }

    /// Conversion to Parquet or ORC.
    FormatConversion {
        /// Left out, it is on.
        enabled: bool = "Enabled",
        /// The table of Glue.
        schema: SchemaConfig = "SchemaConfiguration",
    }

    /// A table of Glue.
    SchemaConfig {
        /// The role that reads it.
        role_arn: String = "RoleARN",
        /// The catalog: an account, that of the stream unless it is set.
        catalog_id: String = "CatalogId",
        /// The database.
        database: String = "DatabaseName",
        /// The table.
        table: String = "TableName",
        /// The Region, that of the stream unless it is set.
        region: String = "Region",
        /// The version of the schema, `LATEST` unless it is set.
        version_id: String = "VersionId",
    }

    /// Dynamic partitioning.
    DynamicPartitioning {
        /// Left out, it is off.
        enabled: bool = "Enabled",
        /// How long delivery of a partition is retried.
        retry: RetryOptions = "RetryOptions",
    }

    /// A table of Iceberg.
    IcebergTable {
        /// Its name.
        table: String = "DestinationTableName",
        /// Its database.
        database: String = "DestinationDatabaseName",
        /// Keys by which a record replaces another.
        unique_keys: Vec<String> = "UniqueKeys",
        /// Prefix of what failed for this table, in the bucket of `s3`.
        error_output_prefix: String = "S3ErrorOutputPrefix",
    }

    /// An HTTP endpoint.
    HttpEndpoint {
        /// Its address.
        url: String = "Url",
        /// Its name.
        name: String = "Name",
        /// Only in an input.
        access_key: Secret = "AccessKey",
    }
}
