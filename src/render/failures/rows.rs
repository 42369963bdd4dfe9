//! Groups of failures in `--output json` and `ndjson`: stable schemas.

use serde::Serialize;
use serde_json::value::RawValue;

use super::sample::Samples;
use super::{Report, place};
use crate::render::decoded::describe::content_type;
use crate::render::decoded::rows::data;
use crate::render::json::push_json;
use crate::render::left_out::LeftOutRow;
use crate::times::rfc3339;
use firehose::decode::Decoded;
use firehose::errors;
use firehose::failure::{Bars, FailureGroup, Sample};

/// Most steps of a timeline.
const STEPS: usize = 100;

/// Appends all of it as one JSON document.
pub fn push_document(out: &mut Vec<u8>, report: &Report<'_>) {
    let bars = report.kinds.timeline.bars(STEPS);
    let document = Document {
        records: report.kinds.records,
        bytes: report.kinds.bytes,
        inputs: report.inputs,
        left_out: report.left_out.into(),
        complete_until: report.complete_until.and_then(rfc3339),
        complete_until_timestamp: report.complete_until,
        missing: &report.missing,
        arrivals: report.kinds.arrivals.map(Span::new),
        timeline: bars.as_ref().map(Timeline::new),
        kinds: rows(report, bars.as_ref()),
        other_records: report.kinds.other,
    };
    push_json(out, &document);
    out.push(b'\n');
}

/// Appends a JSON object for each kind, a line each.
pub fn push_lines(out: &mut Vec<u8>, report: &Report<'_>) {
    let bars = report.kinds.timeline.bars(STEPS);
    for row in rows(report, bars.as_ref()) {
        push_json(out, &row);
        out.push(b'\n');
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    records: u64,
    bytes: u64,
    inputs: u64,
    left_out: LeftOutRow,
    /// What arrived later may not be in S3 yet; null for files.
    complete_until: Option<String>,
    complete_until_timestamp: Option<i64>,
    /// Why it may not be all that was asked for.
    missing: &'a [&'a str],
    arrivals: Option<Span>,
    timeline: Option<Timeline>,
    kinds: Vec<Row>,
    other_records: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    error_code: Option<String>,
    error_message: Option<String>,
    messages_differ: bool,
    attempts_made: Option<Range>,
    function: Option<String>,
    records: u64,
    bytes: u64,
    control_messages: u64,
    arrivals: Option<Span>,
    timeline: Option<Timeline>,
    happened: Option<&'static str>,
    sample: SampleRow,
}

#[derive(Debug, Serialize)]
struct Range {
    least: u64,
    most: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    first: Option<String>,
    first_timestamp: i64,
    last: Option<String>,
    last_timestamp: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Timeline {
    start: Option<String>,
    step_seconds: i64,
    counts: Vec<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SampleRow {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    line: u64,
    index: u64,
    content_type: Option<&'static str>,
    data: Option<Box<RawValue>>,
}

fn rows(report: &Report<'_>, bars: Option<&Bars>) -> Vec<Row> {
    let mut samples = Samples::new();
    let sorted = report.kinds.sorted();
    sorted.into_iter().map(|kind| Row::new(kind, bars, &mut samples)).collect()
}

impl Row {
    fn new(kind: &FailureGroup, bars: Option<&Bars>, samples: &mut Samples) -> Self {
        let own = bars.and_then(|bars| kind.timeline.bars_like(bars));
        Self {
            error_code: kind.code.clone(),
            error_message: kind.message.clone(),
            messages_differ: kind.messages_differ,
            attempts_made: kind.attempts.map(|it| Range { least: it.least, most: it.most }),
            function: kind.function.clone(),
            records: kind.records,
            bytes: kind.bytes,
            control_messages: kind.control_messages,
            arrivals: kind.arrivals.map(Span::new),
            timeline: own.as_ref().map(Timeline::new),
            happened: kind.code.as_deref().and_then(errors::exact).map(|it| it.happened),
            sample: samples.with(&kind.sample, |decoded| SampleRow::new(&kind.sample, decoded)),
        }
    }
}

impl Span {
    fn new((first, last): (i64, i64)) -> Self {
        Self {
            first: rfc3339(first),
            first_timestamp: first,
            last: rfc3339(last),
            last_timestamp: last,
        }
    }
}

impl Timeline {
    fn new(bars: &Bars) -> Self {
        Self {
            start: rfc3339(bars.start.saturating_mul(1000)),
            step_seconds: bars.step,
            counts: bars.counts.clone(),
        }
    }
}

impl SampleRow {
    fn new(sample: &Sample, decoded: Option<&Decoded<'_>>) -> Self {
        let place = place::bucket_and_key(&sample.source);
        Self {
            source: sample.source.clone(),
            bucket: place.map(|(bucket, _)| bucket.to_owned()),
            key: place.map(|(_, key)| key.to_owned()),
            line: sample.line,
            index: sample.index,
            content_type: decoded.map(content_type),
            data: decoded.and_then(data),
        }
    }
}
