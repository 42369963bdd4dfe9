//! CloudWatch metrics, as far as they are read: what the services of this machine
//! count, by the minute, and `GetMetricData` over it (JSON protocol).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::faults::{SharedFaults, lock};
use super::gateway::{Api, Call, Reply};
use super::refusal::{Refusal, denied, operation, refuse, respond};
use super::route::Protocol;

/// Series that are kept, and minutes of each: ours.
const MAX_SERIES: usize = 1000;
const MAX_MINUTES: usize = 24 * 60;

/// Queries of a call, and values of an answer (API reference, `GetMetricData`).
const MAX_QUERIES: usize = 500;
const MAX_VALUES: usize = 100_800;

const MINUTE: i64 = 60;

/// What CloudWatch expects of bodies.
const JSON_1_0: &str = "application/x-amz-json-1.0";

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    /// Such as `AWS/Firehose`.
    pub namespace: String,
    /// Such as `IncomingRecords`.
    pub metric: String,
    /// Names and values, by name.
    pub dimensions: BTreeMap<String, String>,
}

/// What was counted in a time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Counted {
    count: f64,
    sum: f64,
    least: f64,
    most: f64,
}

/// All that is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By minute since 1970, in seconds.
    series: BTreeMap<Series, BTreeMap<i64, Counted>>,
}

/// Metrics that services write and CloudWatch reads.
pub type SharedMetrics = Arc<Mutex<Metrics>>;

impl Counted {
    fn new(value: f64) -> Self {
        Self { count: 1.0, sum: value, least: value, most: value }
    }

    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }

    fn statistic(&self, name: &str) -> Option<f64> {
        match name {
            "Sum" => Some(self.sum),
            "Average" => Some(self.sum / self.count),
            "Minimum" => Some(self.least),
            "Maximum" => Some(self.most),
            "SampleCount" => Some(self.count),
            _ => None,
        }
    }
}

impl Series {
    /// What has this dimension, given by its name and value.
    pub fn of(namespace: &str, metric: &str, (name, value): (&str, &str)) -> Self {
        Self {
            namespace: namespace.to_owned(),
            metric: metric.to_owned(),
            dimensions: BTreeMap::from([(name.to_owned(), value.to_owned())]),
        }
    }
}

impl Metrics {
    /// Takes a value. The oldest minutes go, and series beyond what is kept.
    pub fn add(&mut self, series: &Series, milliseconds: i64, value: f64) {
        if !self.series.contains_key(series) {
            if self.series.len() >= MAX_SERIES {
                return;
            }
            self.series.insert(series.clone(), BTreeMap::new());
        }
        let Some(minutes) = self.series.get_mut(series) else { return };
        let seconds = milliseconds.div_euclid(1000);
        let minute = seconds - seconds.rem_euclid(MINUTE);
        let counted = Counted::new(value);
        minutes.entry(minute).and_modify(|it| it.add(counted)).or_insert(counted);
        if minutes.len() > MAX_MINUTES {
            minutes.pop_first();
        }
    }

    /// Values by the start of their period, in seconds.
    fn read(
        &self,
        series: &Series,
        (start, end): (i64, i64),
        period: i64,
    ) -> BTreeMap<i64, Counted> {
        let mut periods = BTreeMap::<i64, Counted>::new();
        if start >= end {
            return periods;
        }
        for (minute, counted) in
            self.series.get(series).into_iter().flat_map(|minutes| minutes.range(start..end))
        {
            let at = minute - minute.rem_euclid(period);
            periods.entry(at).and_modify(|it| it.add(*counted)).or_insert(*counted);
        }
        periods
    }
}

/// No code panics while it holds this.
pub fn metrics(shared: &SharedMetrics) -> MutexGuard<'_, Metrics> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// CloudWatch.
#[derive(Debug)]
pub struct CloudWatch {
    metrics: SharedMetrics,
    faults: SharedFaults,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    metric_data_queries: Vec<Query>,
    start_time: f64,
    end_time: f64,
    scan_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    id: String,
    label: Option<String>,
    expression: Option<String>,
    metric_stat: Option<Stat>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stat {
    metric: Metric,
    period: i64,
    #[serde(rename = "Stat")]
    statistic: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    namespace: String,
    #[serde(rename = "MetricName")]
    name: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    metric_data_results: Vec<Values>,
    messages: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Values {
    id: String,
    label: String,
    timestamps: Vec<f64>,
    #[serde(rename = "Values")]
    numbers: Vec<f64>,
    status_code: &'static str,
}

impl CloudWatch {
    /// Reads these.
    pub const fn new(metrics: SharedMetrics, faults: SharedFaults) -> Self {
        Self { metrics, faults }
    }

    fn answer(&self, call: &Call) -> Result<Vec<u8>, Refusal> {
        let operation = operation(&call.head);
        denied(&lock(&self.faults), &format!("cloudwatch:{operation}"))?;
        if operation != "GetMetricData" {
            let why = "GetMetricData, by the JSON protocol";
            return Err(Refusal::unknown("CloudWatch", operation, &[why]));
        }
        let input: Input = serde_json::from_slice(&call.body)
            .map_err(|error| Refusal::new("SerializationException", error.to_string()))?;
        if !(1..=MAX_QUERIES).contains(&input.metric_data_queries.len()) {
            let why = format!("1 to {MAX_QUERIES} metric data queries can be asked at a time");
            return Err(Refusal::new("ValidationError", why));
        }
        let mut left = MAX_VALUES;
        let mut results = Vec::with_capacity(input.metric_data_queries.len());
        for query in &input.metric_data_queries {
            let mut values = self.values(query, &input)?;
            values.timestamps.truncate(left);
            values.numbers.truncate(left);
            left -= values.numbers.len();
            results.push(values);
        }
        let output = Output { metric_data_results: results, messages: [] };
        serde_json::to_vec(&output)
            .map_err(|error| Refusal::new("InternalServiceFault", error.to_string()))
    }

    fn values(&self, query: &Query, input: &Input) -> Result<Values, Refusal> {
        let (None, Some(stat)) = (&query.expression, &query.metric_stat) else {
            return Err(Refusal::unsupported("fh local does not support metric math"));
        };
        if stat.period < MINUTE || stat.period % MINUTE != 0 {
            let why = "fh local counts by the minute: a period is a multiple of 60";
            return Err(Refusal::new("ValidationError", why));
        }
        let dimensions = stat.metric.dimensions.iter();
        let series = Series {
            namespace: stat.metric.namespace.clone(),
            metric: stat.metric.name.clone(),
            dimensions: dimensions.map(|it| (it.name.clone(), it.value.clone())).collect(),
        };
        #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
        let range = (input.start_time as i64, input.end_time as i64);
        let found = metrics(&self.metrics).read(&series, range, stat.period);
        let (mut timestamps, mut numbers) = (Vec::new(), Vec::new());
        for (at, counted) in found {
            let value = counted.statistic(&stat.statistic).ok_or_else(|| {
                Refusal::unsupported(format!(
                    "fh local does not support the statistic {:?}",
                    stat.statistic
                ))
            })?;
            #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
            timestamps.push(at as f64);
            numbers.push(value);
        }
        if input.scan_by.as_deref() != Some("TimestampAscending") {
            timestamps.reverse();
            numbers.reverse();
        }
        let label = query.label.clone().unwrap_or_else(|| stat.metric.name.clone());
        Ok(Values { id: query.id.clone(), label, timestamps, numbers, status_code: "Complete" })
    }
}

#[async_trait::async_trait]
impl Api for CloudWatch {
    async fn call(&self, call: Call) -> Reply {
        match self.answer(&call) {
            Ok(body) => respond(JSON_1_0, body),
            Err(refusal) => refuse(Protocol::Json, &refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(metric: &str) -> Series {
        let dimensions = [("DeliveryStreamName".to_owned(), "orders".to_owned())];
        Series {
            namespace: "AWS/Firehose".to_owned(),
            metric: metric.to_owned(),
            dimensions: dimensions.into(),
        }
    }

    #[test]
    fn values_are_kept_by_the_minute_and_read_by_the_period() {
        let mut metrics = Metrics::default();
        for (second, value) in [(0, 1.0), (59, 3.0), (60, 5.0), (600, 7.0)] {
            metrics.add(&series("IncomingRecords"), second * 1000, value);
        }
        let found = metrics.read(&series("IncomingRecords"), (0, 660), 300);
        let sums: Vec<_> = found.iter().map(|(at, it)| (*at, it.statistic("Sum"))).collect();
        assert_eq!(sums, [(0, Some(9.0)), (600, Some(7.0))]);
        assert_eq!(found[&0].statistic("Average"), Some(3.0));
        assert_eq!(found[&0].statistic("Maximum"), Some(5.0));
        assert_eq!(found[&0].statistic("p99"), None);
        assert!(metrics.read(&series("Other"), (0, 660), 60).is_empty());
        assert!(metrics.read(&series("IncomingRecords"), (660, 0), 60).is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut metrics = Metrics::default();
        for minute in 0..2 * i64::try_from(MAX_MINUTES).unwrap() {
            metrics.add(&series("A"), minute * 60_000, 1.0);
        }
        for number in 0..2 * MAX_SERIES {
            metrics.add(&series(&number.to_string()), 0, 1.0);
        }
        assert_eq!(metrics.series[&series("A")].len(), MAX_MINUTES);
        assert_eq!(metrics.series.len(), MAX_SERIES);
    }
}
