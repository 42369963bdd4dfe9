//! What a CloudWatch metric stream sends, in each of its three formats.

use super::SampleOrigin;
use super::fields::RandomFields;
use crate::decode::{OtlpBuilder, OtlpVersion};

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

/// The same three metrics in two requests, each with its length before it
/// (CloudWatch user guide, "CloudWatch metric stream output in OpenTelemetry
/// 0.7.0 format" and "… 1.0.0 format").
pub(super) fn open_telemetry(
    fields: &mut RandomFields,
    place: &SampleOrigin,
    now: i64,
    version: OtlpVersion,
) -> Vec<u8> {
    let scope_metrics = match version {
        OtlpVersion::V0_7 => "instrumentationLibraryMetrics",
        OtlpVersion::V1_0 => "scopeMetrics",
    };
    let mut record = Vec::new();
    for points in data_points(fields, now).chunks(2) {
        let request = OtlpBuilder::request(version).message("resourceMetrics", |metrics| {
            metrics.message("resource", |resource| metric_stream(resource, place)).message(
                scope_metrics,
                |scope| {
                    points.iter().fold(scope, |scope, point| {
                        scope.message("metrics", |metric| point.metric(metric, version))
                    })
                },
            )
        });
        request.push_delimited(&mut record);
    }
    record
}

/// The metric stream, as the `Resource` that the metrics come from.
fn metric_stream(resource: OtlpBuilder, place: &SampleOrigin) -> OtlpBuilder {
    let SampleOrigin { account, region } = place;
    let partition = region.partition();
    let arn = format!("arn:{partition}:cloudwatch:{region}:{account}:metric-stream/{STREAM}");
    let attributes = [
        ("cloud.provider", "aws"),
        ("cloud.account.id", account.as_str()),
        ("cloud.region", region.as_str()),
        ("aws.exporter.arn", &arn),
    ];
    attributes.into_iter().fold(resource, |resource, (key, text)| {
        resource.message("attributes", |attribute| string_attribute(attribute, key, text))
    })
}

impl DataPoint {
    /// Fills a `Metric`. Its summary has one data point.
    fn metric(&self, metric: OtlpBuilder, version: OtlpVersion) -> OtlpBuilder {
        let summary = match version {
            OtlpVersion::V0_7 => "doubleSummary",
            OtlpVersion::V1_0 => "summary",
        };
        metric
            .text("name", &format!("amazonaws.com/AWS/Lambda/{}", self.name))
            .text("unit", self.ucum)
            .message(summary, |summary| {
                summary.message("dataPoints", |point| self.summary(point, version))
            })
    }

    /// Fills a data point, its fields in the order of their numbers. The values
    /// at the quantiles 0 and 1 are the minimum and the maximum.
    fn summary(&self, mut point: OtlpBuilder, version: OtlpVersion) -> OtlpBuilder {
        let nanoseconds = |time: i64| u64::try_from(time).unwrap_or_default() * 1_000_000;
        if version == OtlpVersion::V0_7 {
            point = self.names().into_iter().fold(point, |point, (key, text)| {
                point.message("labels", |label| label.text("key", key).text("value", text))
            });
        }
        point = point
            .fixed64("startTimeUnixNano", nanoseconds(self.start))
            .fixed64("timeUnixNano", nanoseconds(self.start + PERIOD))
            .fixed64("count", self.count.into())
            .double("sum", self.sum.into());
        for (quantile, value) in [(0.0, self.min), (1.0, self.max)] {
            point = point.message("quantileValues", |at| {
                at.double("quantile", quantile).double("value", value.into())
            });
        }
        if version == OtlpVersion::V1_0 {
            point = self.attributes(point);
        }
        point
    }

    fn attributes(&self, point: OtlpBuilder) -> OtlpBuilder {
        let [namespace, name, dimension] = self.names();
        let strings = [namespace, name].into_iter().fold(point, |point, (key, text)| {
            point.message("attributes", |attribute| string_attribute(attribute, key, text))
        });
        strings.message("attributes", |attribute| {
            attribute.text("key", "Dimensions").message("value", |value| {
                value.message("kvlistValue", |list| {
                    list.message("values", |it| string_attribute(it, dimension.0, dimension.1))
                })
            })
        })
    }

    /// What names the metric; its dimension comes last.
    const fn names(&self) -> [(&'static str, &'static str); 3] {
        [("Namespace", "AWS/Lambda"), ("MetricName", self.name), ("FunctionName", self.function)]
    }
}

/// Fills a `KeyValue` whose value is a string.
fn string_attribute(attribute: OtlpBuilder, key: &str, text: &str) -> OtlpBuilder {
    attribute.text("key", key).message("value", |value| value.text("stringValue", text))
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

    fn shown(version: OtlpVersion) -> String {
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
        insta::assert_snapshot!(shown(OtlpVersion::V1_0), @"
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
        insta::assert_snapshot!(shown(OtlpVersion::V0_7), @"
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
