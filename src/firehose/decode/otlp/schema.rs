//! The messages of OTLP metrics: which field is what, in both versions that
//! CloudWatch writes (opentelemetry-proto, tags v0.7.0 and v1.0.0; a few fields
//! of later releases are known too).
//!
//! A table is in the order in which the fields are shown. Names are those of
//! OTLP/JSON: the names of the proto file in lower camel case.

/// A field of a message.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u64,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) repeated: bool,
}

/// What the value of a field is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A message of its own.
    Message(&'static [Field]),
    /// UTF-8.
    Text,
    /// Bytes that are shown in base64.
    Base64,
    /// Bytes that are shown as hexadecimal digits: ids of traces and spans.
    Hex,
    /// 0 or 1 as a varint.
    Bool,
    /// `uint32` or an enumeration.
    Number,
    /// `sint32`: zigzag.
    Zigzag,
    /// `int64` as a varint.
    Int64,
    /// `uint64` as a varint.
    Uint64,
    /// `fixed64`.
    Fixed64,
    /// `sfixed64`.
    Sfixed64,
    /// IEEE 754.
    Double,
}

const fn one(number: u64, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, repeated: false }
}

const fn many(number: u64, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, repeated: true }
}

/// Name of the field that holds the metrics of a scope.
pub(super) const METRICS: &str = "metrics";
/// Name of the field that holds the points of a metric.
pub(super) const DATA_POINTS: &str = "dataPoints";

use Kind::{
    Base64, Bool, Double, Fixed64, Hex, Int64, Message, Number, Sfixed64, Text, Uint64, Zigzag,
};

/// `ExportMetricsServiceRequest` of 1.0.0.
pub(super) static REQUEST_1_0: [Field; 1] =
    [many(1, "resourceMetrics", Message(&RESOURCE_METRICS_1_0))];

static RESOURCE_METRICS_1_0: [Field; 3] = [
    one(1, "resource", Message(&RESOURCE)),
    many(2, "scopeMetrics", Message(&SCOPE_METRICS)),
    one(3, "schemaUrl", Text),
];

static SCOPE_METRICS: [Field; 3] = [
    one(1, "scope", Message(&SCOPE)),
    many(2, METRICS, Message(&METRIC_1_0)),
    one(3, "schemaUrl", Text),
];

static SCOPE: [Field; 4] = [
    one(1, "name", Text),
    one(2, "version", Text),
    many(3, "attributes", Message(&KEY_VALUE)),
    one(4, "droppedAttributesCount", Number),
];

static METRIC_1_0: [Field; 9] = [
    one(1, "name", Text),
    one(2, "description", Text),
    one(3, "unit", Text),
    one(5, "gauge", Message(&GAUGE)),
    one(7, "sum", Message(&SUM)),
    one(9, "histogram", Message(&HISTOGRAM)),
    one(10, "exponentialHistogram", Message(&EXPONENTIAL_HISTOGRAM)),
    one(11, "summary", Message(&SUMMARY)),
    many(12, "metadata", Message(&KEY_VALUE)),
];

static GAUGE: [Field; 1] = [many(1, DATA_POINTS, Message(&NUMBER_POINT))];

static SUM: [Field; 3] = [
    many(1, DATA_POINTS, Message(&NUMBER_POINT)),
    one(2, "aggregationTemporality", Number),
    one(3, "isMonotonic", Bool),
];

static HISTOGRAM: [Field; 2] =
    [many(1, DATA_POINTS, Message(&HISTOGRAM_POINT)), one(2, "aggregationTemporality", Number)];

static EXPONENTIAL_HISTOGRAM: [Field; 2] =
    [many(1, DATA_POINTS, Message(&EXPONENTIAL_POINT)), one(2, "aggregationTemporality", Number)];

static SUMMARY: [Field; 1] = [many(1, DATA_POINTS, Message(&SUMMARY_POINT))];

static NUMBER_POINT: [Field; 7] = [
    many(7, "attributes", Message(&KEY_VALUE)),
    one(2, "startTimeUnixNano", Fixed64),
    one(3, "timeUnixNano", Fixed64),
    one(4, "asDouble", Double),
    one(6, "asInt", Sfixed64),
    many(5, "exemplars", Message(&EXEMPLAR)),
    one(8, "flags", Number),
];

static HISTOGRAM_POINT: [Field; 11] = [
    many(9, "attributes", Message(&KEY_VALUE)),
    one(2, "startTimeUnixNano", Fixed64),
    one(3, "timeUnixNano", Fixed64),
    one(4, "count", Fixed64),
    one(5, "sum", Double),
    many(6, "bucketCounts", Fixed64),
    many(7, "explicitBounds", Double),
    many(8, "exemplars", Message(&EXEMPLAR)),
    one(10, "flags", Number),
    one(11, "min", Double),
    one(12, "max", Double),
];

static EXPONENTIAL_POINT: [Field; 14] = [
    many(1, "attributes", Message(&KEY_VALUE)),
    one(2, "startTimeUnixNano", Fixed64),
    one(3, "timeUnixNano", Fixed64),
    one(4, "count", Fixed64),
    one(5, "sum", Double),
    one(6, "scale", Zigzag),
    one(7, "zeroCount", Fixed64),
    one(8, "positive", Message(&BUCKETS)),
    one(9, "negative", Message(&BUCKETS)),
    one(10, "flags", Number),
    many(11, "exemplars", Message(&EXEMPLAR)),
    one(12, "min", Double),
    one(13, "max", Double),
    one(14, "zeroThreshold", Double),
];

static BUCKETS: [Field; 2] = [one(1, "offset", Zigzag), many(2, "bucketCounts", Uint64)];

static SUMMARY_POINT: [Field; 7] = [
    many(7, "attributes", Message(&KEY_VALUE)),
    one(2, "startTimeUnixNano", Fixed64),
    one(3, "timeUnixNano", Fixed64),
    one(4, "count", Fixed64),
    one(5, "sum", Double),
    many(6, "quantileValues", Message(&VALUE_AT_QUANTILE)),
    one(8, "flags", Number),
];

static VALUE_AT_QUANTILE: [Field; 2] = [one(1, "quantile", Double), one(2, "value", Double)];

static EXEMPLAR: [Field; 6] = [
    many(7, "filteredAttributes", Message(&KEY_VALUE)),
    one(2, "timeUnixNano", Fixed64),
    one(3, "asDouble", Double),
    one(6, "asInt", Sfixed64),
    one(4, "spanId", Hex),
    one(5, "traceId", Hex),
];

/// `ExportMetricsServiceRequest` of 0.7.0.
pub(super) static REQUEST_0_7: [Field; 1] =
    [many(1, "resourceMetrics", Message(&RESOURCE_METRICS_0_7))];

static RESOURCE_METRICS_0_7: [Field; 2] = [
    one(1, "resource", Message(&RESOURCE)),
    many(2, "instrumentationLibraryMetrics", Message(&LIBRARY_METRICS)),
];

static LIBRARY_METRICS: [Field; 2] =
    [one(1, "instrumentationLibrary", Message(&LIBRARY)), many(2, METRICS, Message(&METRIC_0_7))];

static LIBRARY: [Field; 2] = [one(1, "name", Text), one(2, "version", Text)];

static METRIC_0_7: [Field; 10] = [
    one(1, "name", Text),
    one(2, "description", Text),
    one(3, "unit", Text),
    one(4, "intGauge", Message(&INT_GAUGE)),
    one(5, "doubleGauge", Message(&DOUBLE_GAUGE)),
    one(6, "intSum", Message(&INT_SUM)),
    one(7, "doubleSum", Message(&DOUBLE_SUM)),
    one(8, "intHistogram", Message(&INT_HISTOGRAM)),
    one(9, "doubleHistogram", Message(&DOUBLE_HISTOGRAM)),
    one(11, "doubleSummary", Message(&DOUBLE_SUMMARY)),
];

static INT_GAUGE: [Field; 1] = [many(1, DATA_POINTS, Message(&INT_POINT))];

static DOUBLE_GAUGE: [Field; 1] = [many(1, DATA_POINTS, Message(&DOUBLE_POINT))];

static INT_SUM: [Field; 3] = [
    many(1, DATA_POINTS, Message(&INT_POINT)),
    one(2, "aggregationTemporality", Number),
    one(3, "isMonotonic", Bool),
];

static DOUBLE_SUM: [Field; 3] = [
    many(1, DATA_POINTS, Message(&DOUBLE_POINT)),
    one(2, "aggregationTemporality", Number),
    one(3, "isMonotonic", Bool),
];

static INT_HISTOGRAM: [Field; 2] =
    [many(1, DATA_POINTS, Message(&INT_HISTOGRAM_POINT)), one(2, "aggregationTemporality", Number)];

static DOUBLE_HISTOGRAM: [Field; 2] = [
    many(1, DATA_POINTS, Message(&DOUBLE_HISTOGRAM_POINT)),
    one(2, "aggregationTemporality", Number),
];

static DOUBLE_SUMMARY: [Field; 1] = [many(1, DATA_POINTS, Message(&DOUBLE_SUMMARY_POINT))];

static INT_POINT: [Field; 5] = [
    many(1, "labels", Message(&STRING_KEY_VALUE)),
    one(2, "startTimeUnixNano", Fixed64),
    one(3, "timeUnixNano", Fixed64),
    one(4, "value", Sfixed64),
    many(5, "exemplars", Message(&INT_EXEMPLAR)),
];

static DOUBLE_POINT: [Field; 5] = [
    many(1, "labels", Message(&STRING_KEY_VALUE)),
    one(2, "startTimeUnixNano", Fixed64),
    one(3, "timeUnixNano", Fixed64),
    one(4, "value", Double),
    many(5, "exemplars", Message(&DOUBLE_EXEMPLAR)),
];

static INT_HISTOGRAM_POINT: [Field; 8] = [
    many(1, "labels", Message(&STRING_KEY_VALUE)),
    one(2, "startTimeUnixNano", Fixed64),
    one(3, "timeUnixNano", Fixed64),
    one(4, "count", Fixed64),
    one(5, "sum", Sfixed64),
    many(6, "bucketCounts", Fixed64),
    many(7, "explicitBounds", Double),
    many(8, "exemplars", Message(&INT_EXEMPLAR)),
];

static DOUBLE_HISTOGRAM_POINT: [Field; 8] = [
    many(1, "labels", Message(&STRING_KEY_VALUE)),
    one(2, "startTimeUnixNano", Fixed64),
    one(3, "timeUnixNano", Fixed64),
    one(4, "count", Fixed64),
    one(5, "sum", Double),
    many(6, "bucketCounts", Fixed64),
    many(7, "explicitBounds", Double),
    many(8, "exemplars", Message(&DOUBLE_EXEMPLAR)),
];

static DOUBLE_SUMMARY_POINT: [Field; 6] = [
    many(1, "labels", Message(&STRING_KEY_VALUE)),
    one(2, "startTimeUnixNano", Fixed64),
    one(3, "timeUnixNano", Fixed64),
    one(4, "count", Fixed64),
    one(5, "sum", Double),
    many(6, "quantileValues", Message(&VALUE_AT_QUANTILE)),
];

static INT_EXEMPLAR: [Field; 5] = [
    many(1, "filteredLabels", Message(&STRING_KEY_VALUE)),
    one(2, "timeUnixNano", Fixed64),
    one(3, "value", Sfixed64),
    one(4, "spanId", Hex),
    one(5, "traceId", Hex),
];

static DOUBLE_EXEMPLAR: [Field; 5] = [
    many(1, "filteredLabels", Message(&STRING_KEY_VALUE)),
    one(2, "timeUnixNano", Fixed64),
    one(3, "value", Double),
    one(4, "spanId", Hex),
    one(5, "traceId", Hex),
];

static STRING_KEY_VALUE: [Field; 2] = [one(1, "key", Text), one(2, "value", Text)];

static RESOURCE: [Field; 2] =
    [many(1, "attributes", Message(&KEY_VALUE)), one(2, "droppedAttributesCount", Number)];

static KEY_VALUE: [Field; 2] = [one(1, "key", Text), one(2, "value", Message(&ANY_VALUE))];

static ANY_VALUE: [Field; 7] = [
    one(1, "stringValue", Text),
    one(2, "boolValue", Bool),
    one(3, "intValue", Int64),
    one(4, "doubleValue", Double),
    one(5, "arrayValue", Message(&ARRAY_VALUE)),
    one(6, "kvlistValue", Message(&KEY_VALUE_LIST)),
    one(7, "bytesValue", Base64),
];

static ARRAY_VALUE: [Field; 1] = [many(1, "values", Message(&ANY_VALUE))];

static KEY_VALUE_LIST: [Field; 1] = [many(1, "values", Message(&KEY_VALUE))];
