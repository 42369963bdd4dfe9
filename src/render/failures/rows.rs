//! Groups of failures in `--output json` and `ndjson`, stable schemas, and the
//! columns of `--output table`.

use serde::Serialize;
use serde_json::value::RawValue;

use super::details::range;
use super::put_back::PutBackRow;
use super::sample::SampleDecoder;
use super::{FailureSummary, names};
use crate::render::decoded::describe::content_type;
use crate::render::decoded::rows::data;
use crate::render::left_out::LeftOutRow;
use crate::render::page::{Page, safe};
use crate::render::report::Report;
use crate::render::table::{Column, ColumnOf};
use crate::terminal;
use crate::times::rfc3339;
use firehose::decode::Decoded;
use firehose::errors;
use firehose::failure::{Bars, FailureGroup, Sample};

/// Most steps of a timeline.
const STEPS: usize = 100;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FailuresDocument<'a> {
    records: u64,
    bytes: u64,
    inputs: u64,
    left_out: LeftOutRow,
    /// What arrived later may not be in S3 yet; null for files.
    complete_until: Option<String>,
    complete_until_timestamp: Option<i64>,
    /// Why it may not be all that was asked for.
    missing: Vec<&'a str>,
    /// Reading ended early, or an input is damaged or could not be read. The counts are
    /// those of what was read.
    incomplete: bool,
    arrivals: Option<Span>,
    timeline: Option<Timeline>,
    kinds: Vec<GroupRow>,
    other_records: u64,
    /// What ledgers of this machine know of redrives of these records; null if nothing.
    put_back: Option<PutBackRow>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRow {
    pub(super) error_code: Option<String>,
    pub(super) error_message: Option<String>,
    messages_differ: bool,
    attempts_made: Option<Range>,
    pub(super) function: Option<String>,
    pub(super) records: u64,
    bytes: u64,
    control_messages: u64,
    pub(super) arrivals: Option<Span>,
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
pub(super) struct Span {
    first: Option<String>,
    pub(super) first_timestamp: i64,
    last: Option<String>,
    pub(super) last_timestamp: i64,
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

impl<'a> FailuresDocument<'a> {
    pub(super) fn new(summary: &'a FailureSummary<'_>) -> Self {
        let FailureSummary { kinds, inputs, left_out, complete_until, missing, .. } = summary;
        let unread = summary.unread.iter().map(String::as_str);
        Self {
            records: kinds.records,
            bytes: kinds.bytes,
            inputs: *inputs,
            left_out: (*left_out).into(),
            complete_until: complete_until.and_then(rfc3339),
            complete_until_timestamp: *complete_until,
            missing: missing.iter().copied().chain(unread).collect(),
            incomplete: summary.incomplete.is_some(),
            arrivals: kinds.arrivals.map(Span::new),
            timeline: kinds.timeline.bars(STEPS).as_ref().map(Timeline::new),
            kinds: rows(summary),
            other_records: kinds.other,
            put_back: summary.put_back.map(PutBackRow::new),
        }
    }
}

impl Report for FailureSummary<'_> {
    type Row = GroupRow;

    fn rows(&self) -> impl Iterator<Item = GroupRow> {
        rows(self).into_iter()
    }

    fn columns(&self) -> Vec<ColumnOf<'_, GroupRow>> {
        let time = |time: i64| self.clock.show(time);
        let text = |text: &Option<String>| safe(text.as_deref().unwrap_or_default());
        vec![
            Column::right("records").cell(|row: &GroupRow| terminal::group(row.records)),
            Column::left("code").cell(move |row: &GroupRow| text(&row.error_code)),
            Column::left("attempts")
                .dispensable(3)
                .cell(|row: &GroupRow| row.attempts().unwrap_or_default()),
            Column::left("function").dispensable(2).cell(|row: &GroupRow| {
                row.function.as_deref().map(names::function_name).unwrap_or_default()
            }),
            Column::left("first").dispensable(4).cell(move |row: &GroupRow| {
                row.arrivals.as_ref().map(|it| time(it.first_timestamp)).unwrap_or_default()
            }),
            Column::left("last").dispensable(1).cell(move |row: &GroupRow| {
                row.arrivals.as_ref().map(|it| time(it.last_timestamp)).unwrap_or_default()
            }),
            Column::prose("message").cell(move |row: &GroupRow| text(&row.error_message)),
        ]
    }

    fn table(&self, page: &mut Page<'_>) {
        if self.kinds.records > 0 {
            page.rows(self.rows(), &self.columns());
        }
    }
}

/// A row a kind, those with the most records first.
fn rows(summary: &FailureSummary<'_>) -> Vec<GroupRow> {
    let bars = summary.kinds.timeline.bars(STEPS);
    let mut samples = SampleDecoder::new();
    let sorted = summary.kinds.sorted().into_iter();
    sorted.map(|kind| GroupRow::new(summary, kind, bars.as_ref(), &mut samples)).collect()
}

impl GroupRow {
    /// `4`, or `0 to 7`.
    pub(super) fn attempts(&self) -> Option<String> {
        self.attempts_made.as_ref().map(|it| range(it.least, it.most))
    }

    fn new(
        summary: &FailureSummary<'_>,
        kind: &FailureGroup,
        bars: Option<&Bars>,
        samples: &mut SampleDecoder,
    ) -> Self {
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
            sample: samples
                .with(&kind.sample, |it| SampleRow::new(&kind.sample, it, summary.no_payload)),
        }
    }
}

impl Span {
    pub(super) fn new((first, last): (i64, i64)) -> Self {
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
    fn new(sample: &Sample, decoded: Option<&Decoded<'_>>, no_payload: bool) -> Self {
        let place = names::bucket_and_key(&sample.source);
        Self {
            source: sample.source.clone(),
            bucket: place.map(|(bucket, _)| bucket.to_owned()),
            key: place.map(|(_, key)| key.to_owned()),
            line: sample.line,
            index: sample.index,
            content_type: decoded.map(content_type),
            data: decoded.filter(|_| !no_payload).and_then(data),
        }
    }
}
