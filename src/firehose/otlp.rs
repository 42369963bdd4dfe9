//! What a CloudWatch metric stream in OpenTelemetry format puts into a record:
//! one or more `ExportMetricsServiceRequest`, each with its length before it as
//! a varint (CloudWatch user guide, "CloudWatch metric stream output in
//! OpenTelemetry 0.7.0 format" and "… 1.0.0 format", which print the messages).
//!
//! The two formats differ in what names a data point: 0.7.0 has `labels` of two
//! strings, 1.0.0 has `attributes` whose values have a type. What is in neither
//! page is in opentelemetry-proto, tags v0.7.0 and v1.0.0.

/// Numbers of the fields, a module a message.
pub mod fields {
    /// `ExportMetricsServiceRequest`.
    pub mod request {
        /// Messages `ResourceMetrics`.
        pub const RESOURCE_METRICS: u64 = 1;
    }

    /// `ResourceMetrics`.
    pub mod resource_metrics {
        /// A `Resource`.
        pub const RESOURCE: u64 = 1;
        /// Messages `InstrumentationLibraryMetrics` (0.7.0), `ScopeMetrics`
        /// (1.0.0).
        pub const SCOPE_METRICS: u64 = 2;
    }

    /// `Resource`.
    pub mod resource {
        /// Messages `KeyValue`: `cloud.provider`, `cloud.account.id`,
        /// `cloud.region`, `aws.exporter.arn`.
        pub const ATTRIBUTES: u64 = 1;
    }

    /// `InstrumentationLibraryMetrics` and `ScopeMetrics`. CloudWatch sets
    /// neither the library nor the scope.
    pub mod scope_metrics {
        /// Messages `Metric`.
        pub const METRICS: u64 = 2;
    }

    /// `Metric`. Its `description` is blank.
    pub mod metric {
        /// `amazonaws.com/NAMESPACE/METRIC`.
        pub const NAME: u64 = 1;
        /// A unit of UCUM.
        pub const UNIT: u64 = 3;
        /// A `DoubleSummary` (0.7.0), a `Summary` (1.0.0).
        pub const SUMMARY: u64 = 11;
    }

    /// `DoubleSummary` and `Summary`.
    pub mod summary {
        /// Messages `DoubleSummaryDataPoint`, `SummaryDataPoint`.
        pub const DATA_POINTS: u64 = 1;
    }

    /// `DoubleSummaryDataPoint` and `SummaryDataPoint`.
    pub mod data_point {
        /// 0.7.0: messages `StringKeyValue`.
        pub const LABELS: u64 = 1;
        /// `fixed64`: nanoseconds since 1970.
        pub const START_TIME_UNIX_NANO: u64 = 2;
        /// `fixed64`: nanoseconds since 1970.
        pub const TIME_UNIX_NANO: u64 = 3;
        /// `fixed64`: the statistic `SampleCount`.
        pub const COUNT: u64 = 4;
        /// `double`: the statistic `Sum`.
        pub const SUM: u64 = 5;
        /// Messages `ValueAtQuantile`: 0.0 is the minimum, 1.0 the maximum.
        pub const QUANTILE_VALUES: u64 = 6;
        /// 1.0.0: messages `KeyValue`.
        pub const ATTRIBUTES: u64 = 7;
    }

    /// `ValueAtQuantile`.
    pub mod value_at_quantile {
        /// `double`, from 0 to 1.
        pub const QUANTILE: u64 = 1;
        /// `double`.
        pub const VALUE: u64 = 2;
    }

    /// `KeyValue`, whose value is an `AnyValue`, and `StringKeyValue`, whose
    /// value is a string.
    pub mod key_value {
        /// A string.
        pub const KEY: u64 = 1;
        /// An `AnyValue` or a string.
        pub const VALUE: u64 = 2;
    }

    /// `AnyValue` (opentelemetry-proto, `common.proto`).
    pub mod any_value {
        /// A string.
        pub const STRING: u64 = 1;
        /// A `KeyValueList`.
        pub const KEY_VALUE_LIST: u64 = 6;
    }

    /// `KeyValueList` (opentelemetry-proto, `common.proto`).
    pub mod key_value_list {
        /// Messages `KeyValue`.
        pub const VALUES: u64 = 1;
    }
}
