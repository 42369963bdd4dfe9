//! The types of failure objects, as they stand in keys.

use crate::stream::DestinationKind;

/// What a failure object was written for: the value of
/// `!{firehose:error-output-type}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorOutputType {
    /// The transform failed.
    ProcessingFailed,
    /// Conversion to Parquet or ORC failed.
    FormatConversionFailed,
    /// Decompression of CloudWatch Logs failed.
    DecompressionFailed,
    /// OpenSearch refused.
    OpenSearchFailed,
    /// The same, in the words of the documentation.
    OpenSearchFailedDocumented,
    /// The same, before the service was renamed.
    ElasticsearchFailed,
    /// Splunk refused.
    SplunkFailed,
    /// An HTTP endpoint refused.
    HttpEndpointFailed,
    /// Snowflake refused.
    SnowflakeFailed,
    /// An Iceberg table refused.
    IcebergFailed,
}

impl ErrorOutputType {
    /// Every value, the commonest first.
    pub const ALL: [Self; 10] = [
        Self::ProcessingFailed,
        Self::FormatConversionFailed,
        Self::DecompressionFailed,
        Self::OpenSearchFailed,
        Self::OpenSearchFailedDocumented,
        Self::ElasticsearchFailed,
        Self::SplunkFailed,
        Self::HttpEndpointFailed,
        Self::SnowflakeFailed,
        Self::IcebergFailed,
    ];

    /// The types that failures of a stream to `destination` can have: those of
    /// its processing, and those of its delivery.
    pub const fn of(destination: DestinationKind) -> &'static [Self] {
        match destination {
            DestinationKind::S3 => {
                &[Self::ProcessingFailed, Self::FormatConversionFailed, Self::DecompressionFailed]
            }
            // It keeps a manifest of what it could not load, below `errors/`.
            DestinationKind::Redshift => &[Self::ProcessingFailed, Self::DecompressionFailed],
            DestinationKind::OpenSearch | DestinationKind::OpenSearchServerless => &[
                Self::ProcessingFailed,
                Self::DecompressionFailed,
                Self::OpenSearchFailed,
                Self::OpenSearchFailedDocumented,
                Self::ElasticsearchFailed,
            ],
            DestinationKind::Splunk => {
                &[Self::ProcessingFailed, Self::DecompressionFailed, Self::SplunkFailed]
            }
            DestinationKind::HttpEndpoint => {
                &[Self::ProcessingFailed, Self::DecompressionFailed, Self::HttpEndpointFailed]
            }
            DestinationKind::Snowflake => {
                &[Self::ProcessingFailed, Self::DecompressionFailed, Self::SnowflakeFailed]
            }
            DestinationKind::Iceberg => {
                &[Self::ProcessingFailed, Self::DecompressionFailed, Self::IcebergFailed]
            }
        }
    }

    /// As it stands in keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProcessingFailed => "processing-failed",
            Self::FormatConversionFailed => "format-conversion-failed",
            Self::DecompressionFailed => "decompression-failed",
            Self::OpenSearchFailed => "AmazonOpenSearchService-failed",
            Self::OpenSearchFailedDocumented => "AmazonOpenSearchService_failed",
            Self::ElasticsearchFailed => "elasticsearch-failed",
            Self::SplunkFailed => "splunk-failed",
            Self::HttpEndpointFailed => "http-endpoint-failed",
            Self::SnowflakeFailed => "snowflake-failed",
            Self::IcebergFailed => "iceberg-failed",
        }
    }
}
