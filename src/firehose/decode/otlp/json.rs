//! OTLP/JSON metrics: what is in them, a data point at a time.

use super::OtlpVersion;
use super::schema::{DATA_POINTS, METRICS};
use crate::json;

/// How often the JSON may be repeated around its data points.
const MAX_GROWTH: usize = 64;

/// An `ExportMetricsServiceRequest` in JSON; parts of it as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtlpJson<'a> {
    /// The value of `resourceMetrics`: an array.
    resources: &'a [u8],
}

/// One data point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricPoint<'a> {
    /// `resource`: an object, or an empty slice.
    pub resource: &'a [u8],
    /// `scope` or `instrumentationLibrary`: an object, or an empty slice.
    pub scope: &'a [u8],
    /// The metric: an object as OTLP/JSON has it, with no other data point.
    pub metric: Vec<u8>,
}

impl MetricPoint<'_> {
    /// Appends one object: the metric's own keys, then its scope and resource.
    pub fn push_line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.metric.strip_suffix(b"}").unwrap_or_default());
        for (key, value) in [("scope", self.scope), ("resource", self.resource)] {
            if !value.is_empty() {
                let comma = if out.ends_with(b"{") { "" } else { "," };
                out.extend_from_slice(format!("{comma}\"{key}\":").as_bytes());
                out.extend_from_slice(value);
            }
        }
        out.push(b'}');
    }
}

/// Metrics under one resource and scope.
#[derive(Debug, Clone, Copy)]
struct Scope<'a> {
    resource: &'a [u8],
    scope: &'a [u8],
    metrics: &'a [u8],
    version: OtlpVersion,
}

/// Takes the value of `resourceMetrics`, if it is an array.
pub(in crate::decode) fn otlp_json(resources: &[u8]) -> Option<OtlpJson<'_>> {
    resources.starts_with(b"[").then_some(OtlpJson { resources })
}

impl<'a> OtlpJson<'a> {
    /// The release, by the name of the lists of metrics; `None` if there is no list.
    pub fn version(&self) -> Option<OtlpVersion> {
        let mut version = None;
        self.scopes(|scope| version = version.or(Some(scope.version)));
        version
    }

    /// How many metrics it holds.
    pub fn metric_count(&self) -> u64 {
        let mut count = 0;
        self.scopes(|scope| count += json::elements(scope.metrics, 0).count() as u64);
        count
    }

    /// The ARN of the metric stream that wrote it: the body of a JSON string
    /// (`aws.exporter.arn` of the first resource).
    pub fn exporter_arn(&self) -> Option<&'a [u8]> {
        let first = elements(self.resources).next()?;
        let resource = field(first, b"resource")?;
        elements(field(resource, b"attributes")?).find_map(|attribute| {
            let is_arn = field(attribute, b"key")? == br#""aws.exporter.arn""#;
            let text = field(field(attribute, b"value")?, b"stringValue")?;
            json::string_body(text).filter(|_| is_arn)
        })
    }

    /// Calls `visit` for each data point, and for each metric without one.
    ///
    /// What is around a point is repeated with each. Hostile metrics have so much
    /// of it that this does not end: past [`MAX_GROWTH`], points come alone.
    pub fn points(&self, mut visit: impl FnMut(MetricPoint<'a>)) {
        let mut budget = self.resources.len().saturating_mul(MAX_GROWTH);
        self.scopes(|Scope { resource, scope, metrics, .. }| {
            for metric in objects(metrics) {
                let (before, points, after) = around_points(metric);
                for point in objects(points) {
                    let size = resource.len() + scope.len() + before.len() + after.len();
                    budget = budget.saturating_sub(size);
                    visit(match budget {
                        0 => MetricPoint { resource: b"", scope: b"", metric: point.to_vec() },
                        _ => {
                            let metric = [before, b"[", point, b"]", after].concat();
                            MetricPoint { resource, scope, metric }
                        }
                    });
                }
                if points.is_empty() {
                    visit(MetricPoint { resource, scope, metric: metric.to_vec() });
                }
            }
        });
    }

    fn scopes(&self, mut visit: impl FnMut(Scope<'a>)) {
        for resource_metrics in elements(self.resources) {
            let resource = field(resource_metrics, b"resource").unwrap_or_default();
            for found in json::fields(resource_metrics, 0).map_while(Result::ok) {
                let (version, key) = match found.key {
                    b"scopeMetrics" => (OtlpVersion::V1_0, b"scope".as_slice()),
                    b"instrumentationLibraryMetrics" => {
                        (OtlpVersion::V0_7, b"instrumentationLibrary".as_slice())
                    }
                    _ => continue,
                };
                for list in elements(found.value) {
                    let scope = field(list, key).unwrap_or_default();
                    let metrics = field(list, METRICS.as_bytes()).unwrap_or_default();
                    visit(Scope { resource, scope, metrics, version });
                }
            }
        }
    }
}

/// The list of data points of a metric, and what stands before and after it; an
/// empty list if there are none.
fn around_points(metric: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let list = json::fields(metric, 0).map_while(Result::ok).find_map(|data| {
        let mut inner = json::fields(data.value, 0).map_while(Result::ok);
        let points = inner.find(|it| it.key == DATA_POINTS.as_bytes())?;
        objects(points.value).next()?;
        let start = data.at + points.at;
        Some(start..start + points.value.len())
    });
    let Some(list) = list else { return (metric, b"", b"") };
    let part = |range: std::ops::Range<usize>| metric.get(range).unwrap_or_default();
    (part(0..list.start), part(list.clone()), part(list.end..metric.len()))
}

fn field<'a>(object: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    json::fields(object, 0).map_while(Result::ok).find(|it| it.key == key).map(|it| it.value)
}

fn elements(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    json::elements(array, 0).map_while(Result::ok).map(|(element, _)| element)
}

fn objects(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    elements(array).filter(|element| element.starts_with(b"{"))
}
