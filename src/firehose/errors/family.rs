//! What of Firehose a code comes from.

use crate::s3::ErrorOutputType;

/// What of Firehose a code comes from, in the order in which a record passes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The Kinesis stream that the records are read from.
    Source,
    /// The encryption of a stream that is written to directly.
    DirectPut,
    /// Decompression of CloudWatch Logs before the transform.
    Decompression,
    /// The transform.
    Lambda,
    /// What functions print when they fail: not Firehose's words.
    Function,
    /// Partition keys.
    DynamicPartitioning,
    /// JSON to Parquet or ORC.
    DataFormatConversion,
    /// Delivery to S3, also of backups and failure objects.
    S3,
    /// Delivery to Redshift.
    Redshift,
    /// Delivery to OpenSearch.
    OpenSearch,
    /// Delivery to Splunk.
    Splunk,
    /// Delivery to an HTTP endpoint.
    HttpEndpoint,
    /// Delivery to Iceberg tables.
    Iceberg,
    /// Delivery to Snowflake.
    Snowflake,
}

impl Family {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::DirectPut => "direct-put",
            Self::Decompression => "decompression",
            Self::Lambda => "lambda",
            Self::Function => "function",
            Self::DynamicPartitioning => "dynamic-partitioning",
            Self::DataFormatConversion => "data-format-conversion",
            Self::S3 => "s3",
            Self::Redshift => "redshift",
            Self::OpenSearch => "opensearch",
            Self::Splunk => "splunk",
            Self::HttpEndpoint => "http-endpoint",
            Self::Iceberg => "iceberg",
            Self::Snowflake => "snowflake",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Source => "Reading from a Kinesis stream",
            Self::DirectPut => "Direct PUT: encryption of the stream",
            Self::Decompression => "Decompression of CloudWatch Logs",
            Self::Lambda => "Lambda transform",
            Self::Function => "Messages of the function itself",
            Self::DynamicPartitioning => "Dynamic partitioning",
            Self::DataFormatConversion => "Record format conversion",
            Self::S3 => "Delivery to S3",
            Self::Redshift => "Delivery to Redshift",
            Self::OpenSearch => "Delivery to OpenSearch",
            Self::Splunk => "Delivery to Splunk",
            Self::HttpEndpoint => "Delivery to an HTTP endpoint",
            Self::Iceberg => "Delivery to Iceberg tables",
            Self::Snowflake => "Delivery to Snowflake",
        }
    }

    /// The folder of its failure objects, `!{firehose:error-output-type}`
    /// (developer guide, "Custom prefixes"), where it has one of its own.
    pub const fn error_output_type(self) -> Option<ErrorOutputType> {
        match self {
            Self::Decompression => Some(ErrorOutputType::DecompressionFailed),
            Self::Lambda => Some(ErrorOutputType::ProcessingFailed),
            Self::DataFormatConversion => Some(ErrorOutputType::FormatConversionFailed),
            Self::OpenSearch => Some(ErrorOutputType::OpenSearchFailed),
            Self::Splunk => Some(ErrorOutputType::SplunkFailed),
            Self::HttpEndpoint => Some(ErrorOutputType::HttpEndpointFailed),
            Self::Iceberg => Some(ErrorOutputType::IcebergFailed),
            Self::Snowflake => Some(ErrorOutputType::SnowflakeFailed),
            Self::Source
            | Self::DirectPut
            | Self::Function
            | Self::DynamicPartitioning
            | Self::S3
            | Self::Redshift => None,
        }
    }
}
