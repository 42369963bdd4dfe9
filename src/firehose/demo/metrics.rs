//! What a CloudWatch metric stream sends, in each of its three formats.

use super::SampleOrigin;
use super::fields::RandomFields;
use crate::otlp::fields::{
    any_value, data_point, key_value, key_value_list, metric, request, resource, resource_metrics,
    scope_metrics, summary, value_at_quantile,
};
use crate::protobuf::Message;

/// The name of the metric stream.
const STREAM: &str = "all";

/// Metrics of a Lambda function: name, unit, unit of UCUM (CloudWatch user
/// guide, "Translations with OpenTelemetry 1.0.0 format"), smallest and largest
/// value.
const METRICS: [(&str, &str, &str, i64, i64); 3] = [
    ("Duration", "Milliseconds", "ms", 2, 900),
    ("Errors", "Count", "{Count}", 0, 1),
    ("Invocations", "Count", "{Count}", 1, 1),
];

/// Milliseconds from the end of a period until its data are sent, at least.
const DELAY: i64 = 60_000;

/// Milliseconds of a period.
const PERIOD: i64 = 60_000;

/// One minute of one metric.
struct DataPoint {
    name: &'static str,
    unit: &'static str,
    ucum: &'static str,
    function: &'static str,
    /// When the period starts, in milliseconds since 1970.
    start: i64,
    min: u32,
    max: u32,
    sum: u32,
    count: u32,
}

/// A minute of each of the metrics.
fn data_points(fields: &mut RandomFields, now: i64) -> [DataPoint; 3] {
    let function = fields.pick(&["orders", "payments", "search"]);
    let end = now - DELAY;
    let start = end - end.rem_euclid(PERIOD) - PERIOD;
    METRICS.map(|(name, unit, ucum, least, most)| {
        let count = fields.between(1, 40);
        let (one, other) = (fields.between(least, most), fields.between(least, most));
        let number = |value: i64| u32::try_from(value).unwrap_or_default();
        let (min, max) = (number(one.min(other)), number(one.max(other)));
        let sum = if count == 1 { max } else { (min + max) * number(count) / 2 };
        let min = if count == 1 { max } else { min };
        DataPoint { name, unit, ucum, function, start, min, max, sum, count: number(count) }
    })
}

/// Three metrics in JSON, a newline between them (CloudWatch user guide,
/// "CloudWatch metric stream output in JSON format").
pub(super) fn json(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let objects = data_points(fields, now).map(|point| {
        let DataPoint { name, unit, function, start, min, max, sum, count, .. } = point;
        format!(
            r#"{{"metric_stream_name":"{STREAM}","account_id":"{}","region":"{}","namespace":"AWS/Lambda","metric_name":"{name}","dimensions":{{"FunctionName":"{function}"}},"timestamp":{start},"value":{{"max":{max}.0,"min":{min}.0,"sum":{sum}.0,"count":{count}.0}},"unit":"{unit}"}}"#,
            place.account, place.region
        )
    });
    objects.join("\n")
}

/// The versions of the OpenTelemetry format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpenTelemetry {
    /// 0.7.0: a data point has labels.
    Labels,
    /// 1.0.0: a data point has attributes.
    Attributes,
}

/// The same three metrics in two requests, each with its length before it.
pub(super) fn open_telemetry(
    fields: &mut RandomFields,
    place: &SampleOrigin,
    now: i64,
    version: OpenTelemetry,
) -> Vec<u8> {
    let mut record = Vec::new();
    for points in data_points(fields, now).chunks(2) {
        let scope = points.iter().fold(Message::new(), |scope, point| {
            scope.message(scope_metrics::METRICS, &point.metric(version))
        });
        let metrics = Message::new()
            .message(resource_metrics::RESOURCE, &resource_of(place))
            .message(resource_metrics::SCOPE_METRICS, &scope);
        Message::new().message(request::RESOURCE_METRICS, &metrics).push_delimited(&mut record);
    }
    record
}

/// The metric stream, as the resource that the metrics come from.
fn resource_of(place: &SampleOrigin) -> Message {
    let SampleOrigin { account, region } = place;
    let partition = region.partition();
    let arn = format!("arn:{partition}:cloudwatch:{region}:{account}:metric-stream/{STREAM}");
    let attributes = [
        ("cloud.provider", "aws"),
        ("cloud.account.id", account.as_str()),
        ("cloud.region", region.as_str()),
        ("aws.exporter.arn", &arn),
    ];
    attributes.iter().fold(Message::new(), |message, (key, text)| {
        message.message(resource::ATTRIBUTES, &attribute(key, &string(text)))
    })
}

impl DataPoint {
    fn metric(&self, version: OpenTelemetry) -> Message {
        let points = Message::new().message(summary::DATA_POINTS, &self.summary(version));
        Message::new()
            .text(metric::NAME, &format!("amazonaws.com/AWS/Lambda/{}", self.name))
            .text(metric::UNIT, self.ucum)
            .message(metric::SUMMARY, &points)
    }

    /// The data point, its fields in the order of their numbers.
    fn summary(&self, version: OpenTelemetry) -> Message {
        let nanoseconds = |time: i64| u64::try_from(time).unwrap_or_default() * 1_000_000;
        let mut point = Message::new();
        if version == OpenTelemetry::Labels {
            for (key, text) in self.names() {
                let label = Message::new().text(key_value::KEY, key).text(key_value::VALUE, text);
                point = point.message(data_point::LABELS, &label);
            }
        }
        point = point
            .fixed64(data_point::START_TIME_UNIX_NANO, nanoseconds(self.start))
            .fixed64(data_point::TIME_UNIX_NANO, nanoseconds(self.start + PERIOD))
            .fixed64(data_point::COUNT, self.count.into())
            .double(data_point::SUM, self.sum.into());
        for (quantile, value) in [(0.0, self.min), (1.0, self.max)] {
            let value = Message::new()
                .double(value_at_quantile::QUANTILE, quantile)
                .double(value_at_quantile::VALUE, value.into());
            point = point.message(data_point::QUANTILE_VALUES, &value);
        }
        if version == OpenTelemetry::Attributes {
            let [namespace, name, (dimension, value)] = self.names();
            let list = Message::new()
                .message(key_value_list::VALUES, &attribute(dimension, &string(value)));
            let list = Message::new().message(any_value::KEY_VALUE_LIST, &list);
            for (key, value) in
                [(namespace.0, string(namespace.1)), (name.0, string(name.1)), ("Dimensions", list)]
            {
                point = point.message(data_point::ATTRIBUTES, &attribute(key, &value));
            }
        }
        point
    }

    /// What names the metric; its dimension comes last.
    const fn names(&self) -> [(&'static str, &'static str); 3] {
        [("Namespace", "AWS/Lambda"), ("MetricName", self.name), ("FunctionName", self.function)]
    }
}

/// A `KeyValue`.
fn attribute(key: &str, value: &Message) -> Message {
    Message::new().text(key_value::KEY, key).message(key_value::VALUE, value)
}

/// An `AnyValue` of a string.
fn string(text: &str) -> Message {
    Message::new().text(any_value::STRING, text)
}

#[cfg(test)]
mod tests {
    use super::super::tests::place;
    use super::*;
    use crate::protobuf::{Reader, Value};
    use std::fmt::Write as _;

    /// A message for people: its fields as a tree, strings as text.
    fn push_tree(out: &mut String, message: &[u8], depth: usize) {
        let mut reader = Reader::new(message);
        while !reader.is_at_end() {
            let field = reader.field().unwrap();
            let is_text = |it: &[u8]| it.iter().all(|byte| (b' '..0x7f).contains(byte));
            let (value, inside) = match field.value {
                Value::Bytes(bytes) if !bytes.is_empty() && is_text(bytes) => {
                    (format!(": {}", str::from_utf8(bytes).unwrap()), None)
                }
                Value::Bytes(bytes) => (String::new(), Some(bytes)),
                Value::I64(bits) if bits >> 60 == 4 || bits >> 56 == 0x3f => {
                    (format!(": {:?}", f64::from_bits(bits)), None)
                }
                value => (format!(": {value:?}"), None),
            };
            writeln!(out, "{}{}{value}", "  ".repeat(depth), field.number).unwrap();
            if let Some(message) = inside {
                push_tree(out, message, depth + 1);
            }
        }
    }

    fn shown(version: OpenTelemetry) -> String {
        let record =
            open_telemetry(&mut RandomFields::new(1), &place(), 1_795_341_600_123, version);
        let mut reader = Reader::new(&record);
        let mut out = String::new();
        while !reader.is_at_end() {
            out.push_str("request\n");
            push_tree(&mut out, reader.delimited().unwrap(), 1);
        }
        out
    }

    #[test]
    fn open_telemetry_is_written_as_the_user_guide_prints_it() {
        insta::assert_snapshot!(shown(OpenTelemetry::Attributes), @"
        request
          1
            1
              1
                1: cloud.provider
                2
                  1: aws
              1
                1: cloud.account.id
                2
                  1: 111122223333
              1
                1: cloud.region
                2
                  1: eu-west-1
              1
                1: aws.exporter.arn
                2
                  1: arn:aws:cloudwatch:eu-west-1:111122223333:metric-stream/all
            2
              2
                1: amazonaws.com/AWS/Lambda/Duration
                3: ms
                11
                  1
                    2: I64(1795341480000000000)
                    3: I64(1795341540000000000)
                    4: I64(40)
                    5: 10800.0
                    6
                      2: 191.0
                    6
                      1: 1.0
                      2: 349.0
                    7
                      1: Namespace
                      2
                        1: AWS/Lambda
                    7
                      1: MetricName
                      2
                        1: Duration
                    7
                      1: Dimensions
                      2
                        6
                          1
                            1: FunctionName
                            2
                              1: payments
              2
                1: amazonaws.com/AWS/Lambda/Errors
                3: {Count}
                11
                  1
                    2: I64(1795341480000000000)
                    3: I64(1795341540000000000)
                    4: I64(34)
                    5: 17.0
                    6
                    6
                      1: 1.0
                      2: 1.0
                    7
                      1: Namespace
                      2
                        1: AWS/Lambda
                    7
                      1: MetricName
                      2
                        1: Errors
                    7
                      1: Dimensions
                      2
                        6
                          1
                            1: FunctionName
                            2
                              1: payments
        request
          1
            1
              1
                1: cloud.provider
                2
                  1: aws
              1
                1: cloud.account.id
                2
                  1: 111122223333
              1
                1: cloud.region
                2
                  1: eu-west-1
              1
                1: aws.exporter.arn
                2
                  1: arn:aws:cloudwatch:eu-west-1:111122223333:metric-stream/all
            2
              2
                1: amazonaws.com/AWS/Lambda/Invocations
                3: {Count}
                11
                  1
                    2: I64(1795341480000000000)
                    3: I64(1795341540000000000)
                    4: I64(29)
                    5: 29.0
                    6
                      2: 1.0
                    6
                      1: 1.0
                      2: 1.0
                    7
                      1: Namespace
                      2
                        1: AWS/Lambda
                    7
                      1: MetricName
                      2
                        1: Invocations
                    7
                      1: Dimensions
                      2
                        6
                          1
                            1: FunctionName
                            2
                              1: payments
        ");
        insta::assert_snapshot!(shown(OpenTelemetry::Labels), @"
        request
          1
            1
              1
                1: cloud.provider
                2
                  1: aws
              1
                1: cloud.account.id
                2
                  1: 111122223333
              1
                1: cloud.region
                2
                  1: eu-west-1
              1
                1: aws.exporter.arn
                2
                  1: arn:aws:cloudwatch:eu-west-1:111122223333:metric-stream/all
            2
              2
                1: amazonaws.com/AWS/Lambda/Duration
                3: ms
                11
                  1
                    1
                      1: Namespace
                      2: AWS/Lambda
                    1
                      1: MetricName
                      2: Duration
                    1
                      1: FunctionName
                      2: payments
                    2: I64(1795341480000000000)
                    3: I64(1795341540000000000)
                    4: I64(40)
                    5: 10800.0
                    6
                      2: 191.0
                    6
                      1: 1.0
                      2: 349.0
              2
                1: amazonaws.com/AWS/Lambda/Errors
                3: {Count}
                11
                  1
                    1
                      1: Namespace
                      2: AWS/Lambda
                    1
                      1: MetricName
                      2: Errors
                    1
                      1: FunctionName
                      2: payments
                    2: I64(1795341480000000000)
                    3: I64(1795341540000000000)
                    4: I64(34)
                    5: 17.0
                    6
                    6
                      1: 1.0
                      2: 1.0
        request
          1
            1
              1
                1: cloud.provider
                2
                  1: aws
              1
                1: cloud.account.id
                2
                  1: 111122223333
              1
                1: cloud.region
                2
                  1: eu-west-1
              1
                1: aws.exporter.arn
                2
                  1: arn:aws:cloudwatch:eu-west-1:111122223333:metric-stream/all
            2
              2
                1: amazonaws.com/AWS/Lambda/Invocations
                3: {Count}
                11
                  1
                    1
                      1: Namespace
                      2: AWS/Lambda
                    1
                      1: MetricName
                      2: Invocations
                    1
                      1: FunctionName
                      2: payments
                    2: I64(1795341480000000000)
                    3: I64(1795341540000000000)
                    4: I64(29)
                    5: 29.0
                    6
                      2: 1.0
                    6
                      1: 1.0
                      2: 1.0
        ");
    }
}
