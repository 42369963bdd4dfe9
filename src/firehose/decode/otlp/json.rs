//! OTLP/JSON metrics: what is in them, a data point at a time.

use super::schema::{DATA_POINTS, METRICS};
use crate::json::Token;

/// How often the JSON may be repeated around its data points.
const MAX_GROWTH: usize = 64;

/// An `ExportMetricsServiceRequest` in JSON; parts of it as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtlpJson<'a> {
    /// The value of `resourceMetrics`: an array.
    resources: Token<'a>,
}

/// One data point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricPoint<'a> {
    /// `resource`, if there is one.
    pub resource: Option<Token<'a>>,
    /// `scope` or `instrumentationLibrary`, if there is one.
    pub scope: Option<Token<'a>>,
    /// The metric: an object as OTLP/JSON has it, with no other data point.
    pub metric: Vec<u8>,
}

/// Metrics under one resource and scope.
#[derive(Debug, Clone, Copy)]
struct Group<'a> {
    resource: Option<Token<'a>>,
    scope: Option<Token<'a>>,
    metrics: Token<'a>,
}

impl MetricPoint<'_> {
    /// Appends one object: the metric's own keys, then its scope and resource.
    pub fn push_line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.metric.strip_suffix(b"}").unwrap_or_default());
        for (key, value) in [("scope", self.scope), ("resource", self.resource)] {
            if let Some(value) = value {
                let comma = if out.ends_with(b"{") { "" } else { "," };
                out.extend_from_slice(format!("{comma}\"{key}\":").as_bytes());
                out.extend_from_slice(value.raw());
            }
        }
        out.push(b'}');
    }
}

impl<'a> OtlpJson<'a> {
    /// Takes the value of `resourceMetrics`, if it is an array.
    pub(in crate::decode) fn new(resources: Token<'a>) -> Option<Self> {
        resources.is_array().then_some(OtlpJson { resources })
    }

    /// How many metrics it holds.
    pub fn metric_count(&self) -> u64 {
        let mut count = 0;
        self.groups(|group| count += objects(group.metrics).count() as u64);
        count
    }

    /// The ARN of the metric stream that wrote it: a string (`aws.exporter.arn`
    /// of the first resource).
    pub fn exporter_arn(&self) -> Option<Token<'a>> {
        let resource = objects(self.resources).next()?.get(b"resource")?;
        objects(resource.get(b"attributes")?).find_map(|attribute| {
            let is_arn = attribute.get(b"key")?.body()? == b"aws.exporter.arn";
            attribute.get(b"value")?.get(b"stringValue").filter(|_| is_arn)
        })
    }

    /// Calls `visit` for each data point, and for each metric without one.
    ///
    /// What is around a point is repeated with each. Hostile metrics have so much
    /// of it that this does not end: past 64 times its size, points come alone.
    pub fn points(&self, mut visit: impl FnMut(MetricPoint<'a>)) {
        let mut budget = self.resources.raw().len().saturating_mul(MAX_GROWTH);
        let length = |token: Option<Token<'_>>| token.map_or(0, |token| token.raw().len());
        self.groups(|Group { resource, scope, metrics }| {
            let context = length(resource) + length(scope);
            for metric in objects(metrics) {
                let Some((before, points, after)) = around_points(metric) else {
                    visit(MetricPoint { resource, scope, metric: metric.raw().to_vec() });
                    continue;
                };
                for point in objects(points) {
                    budget = budget.saturating_sub(context + before.len() + after.len());
                    visit(if budget == 0 {
                        let metric = point.raw().to_vec();
                        MetricPoint { resource: None, scope: None, metric }
                    } else {
                        let metric = [before, b"[", point.raw(), b"]", after].concat();
                        MetricPoint { resource, scope, metric }
                    });
                }
            }
        });
    }

    fn groups(&self, mut visit: impl FnMut(Group<'a>)) {
        for resource_metrics in objects(self.resources) {
            let resource = resource_metrics.get(b"resource");
            for found in resource_metrics.fields().map_while(Result::ok) {
                let key = match found.key {
                    b"scopeMetrics" => b"scope".as_slice(),
                    b"instrumentationLibraryMetrics" => b"instrumentationLibrary",
                    _ => continue,
                };
                for list in objects(found.value) {
                    if let Some(metrics) = list.get(METRICS.as_bytes()) {
                        visit(Group { resource, scope: list.get(key), metrics });
                    }
                }
            }
        }
    }
}

/// The list of data points of a metric, and what stands before and after it;
/// `None` if there are none.
fn around_points(metric: Token<'_>) -> Option<(&[u8], Token<'_>, &[u8])> {
    metric.fields().map_while(Result::ok).find_map(|data| {
        let mut inner = data.value.fields().map_while(Result::ok);
        let points = inner.find(|it| it.key == DATA_POINTS.as_bytes())?;
        objects(points.value).next()?;
        let start = data.at + points.at;
        let (before, rest) = metric.raw().split_at_checked(start)?;
        Some((before, points.value, rest.get(points.value.raw().len()..)?))
    })
}

/// The objects in an array; none in another kind of value.
fn objects(array: Token<'_>) -> impl Iterator<Item = Token<'_>> {
    let elements = array.elements().map_while(Result::ok).map(|(element, _)| element);
    elements.filter(|element| element.is_object())
}
