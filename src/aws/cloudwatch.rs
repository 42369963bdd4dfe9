//! CloudWatch: metrics.

use firehose::known::Known;
use firehose::time::Millis;
use serde::{Deserialize, Serialize};

use super::call::{Request, json};
use super::{Service, Session};

/// Most pages of an answer.
const MAX_PAGES: usize = 10;

/// A metric to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricQuery<'a> {
    /// What its series is called: a lower-case letter, then letters, digits and `_`.
    pub id: &'a str,
    /// `AWS/Firehose`
    pub namespace: &'a str,
    /// `IncomingRecords`
    pub metric: &'a str,
    /// Name and value: `DeliveryStreamName`, `orders`.
    pub dimensions: &'a [(&'a str, &'a str)],
    /// `Sum`, `Average`, `Maximum`, `p99`, …
    pub statistic: &'a str,
}

/// The values of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// That of the query.
    pub id: String,
    /// Start of a period and its value, oldest first. A period without data has none.
    /// Or why they are not known, or not all.
    pub points: Result<Vec<(Millis, f64)>, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Input<'a> {
    /// Seconds since 1970.
    start_time: i64,
    end_time: i64,
    scan_by: &'static str,
    metric_data_queries: Vec<Query<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Query<'a> {
    id: &'a str,
    metric_stat: MetricStat<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat<'a> {
    metric: Metric<'a>,
    period: u32,
    stat: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    namespace: &'a str,
    #[serde(rename = "MetricName")]
    name: &'a str,
    dimensions: Vec<Dimension<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    metric_data_results: Vec<Found>,
    next_token: Option<String>,
    #[serde(default)]
    messages: Vec<Message>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    id: String,
    /// Seconds since 1970.
    #[serde(default)]
    timestamps: Vec<f64>,
    #[serde(default)]
    values: Vec<f64>,
    status_code: Option<String>,
    #[serde(default)]
    messages: Vec<Message>,
}

/// What CloudWatch says of an answer, or of a series in it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    code: Option<String>,
    value: Option<String>,
}

impl Found {
    /// Why its values are not all there are (API reference, `MetricDataResult`); those
    /// of a part are if another page `is_next`.
    fn problem(&self, is_next: bool) -> Option<String> {
        match self.status_code.as_deref() {
            None | Some("Complete") => None,
            Some("PartialData") if is_next => None,
            status => Some(problem(status, &self.messages)),
        }
    }
}

/// `CloudWatch did not return all values: Forbidden (…)`
fn problem(status: Option<&str>, messages: &[Message]) -> String {
    let message = messages.first();
    let code = status.or(message.and_then(|it| it.code.as_deref())).unwrap_or("no reason given");
    let value = message.and_then(|it| it.value.as_deref());
    let value = value.map(|it| format!(" ({it})")).unwrap_or_default();
    format!("CloudWatch did not return all values: {code}{value}")
}

impl Session {
    /// The values of up to 500 metrics from `start` to before `end`, in periods of
    /// `period` seconds, a multiple of 60: a series for each query, in their order,
    /// which is empty where there is no data.
    pub async fn metrics(
        &self,
        queries: &[MetricQuery<'_>],
        start: Millis,
        end: Millis,
        period: u32,
    ) -> Known<Vec<Series>> {
        let mut series: Vec<_> = queries.iter().map(|it| Series::empty(it.id)).collect();
        let (start_time, end_time) = seconds(start, end);
        let mut input = Input {
            start_time,
            end_time,
            scan_by: "TimestampAscending",
            metric_data_queries: queries.iter().map(|query| of_query(query, period)).collect(),
            next_token: None,
        };
        for _ in 0..MAX_PAGES {
            let request = Request::json(Service::CloudWatch, "GetMetricData", &input);
            let right = "cloudwatch:GetMetricData";
            let page = match self.fact(request, right, "the metrics", json::<Page>).await {
                Known::Yes(page) => page,
                other => return other.map(|_| Vec::new()),
            };
            if !page.messages.is_empty() {
                return Known::Failed(problem(None, &page.messages));
            }
            let is_next = page.next_token.is_some();
            for result in page.metric_data_results {
                if let Some(series) = series.iter_mut().find(|it| it.id == result.id) {
                    series.take(result, is_next);
                }
            }
            input.next_token = page.next_token;
            if input.next_token.is_none() {
                for points in series.iter_mut().filter_map(|it| it.points.as_mut().ok()) {
                    points.sort_by_key(|(time, _)| *time);
                }
                return Known::Yes(series);
            }
        }
        Known::Failed("the metrics have more pages than are read".to_owned())
    }
}

/// The seconds from `start` to before `end`: the one that `end` is in, too. A minute that
/// has just begun is left out otherwise, and what was counted in it.
fn seconds(start: Millis, end: Millis) -> (i64, i64) {
    (start.div_euclid(1000), end.saturating_add(999).div_euclid(1000))
}

fn of_query<'a>(query: &MetricQuery<'a>, period: u32) -> Query<'a> {
    let dimensions = query.dimensions.iter();
    let metric = Metric {
        namespace: query.namespace,
        name: query.metric,
        dimensions: dimensions.map(|(name, value)| Dimension { name, value }).collect(),
    };
    Query { id: query.id, metric_stat: MetricStat { metric, period, stat: query.statistic } }
}

impl Series {
    fn empty(id: &str) -> Self {
        Self { id: id.to_owned(), points: Ok(Vec::new()) }
    }

    fn take(&mut self, found: Found, is_next: bool) {
        if let Some(problem) = found.problem(is_next) {
            self.points = Err(problem);
        } else if let Ok(points) = &mut self.points {
            points.extend(found.timestamps.into_iter().map(millis).zip(found.values));
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 becomes its end")]
fn millis(seconds: f64) -> Millis {
    (seconds * 1000.0).round() as Millis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_that_has_just_begun_is_asked_for() {
        let minute = 1_795_341_600;
        let end = |milliseconds| seconds(0, minute * 1000 + milliseconds).1;
        assert_eq!([0, 1, 999, 1000].map(end), [0, 1, 1, 1].map(|it| minute + it));
        assert_eq!(seconds(minute * 1000 + 999, i64::MAX).0, minute);
    }
}
