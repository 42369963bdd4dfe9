//! What came of sending: counts, what was kept, when the data can be seen.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::json;
use super::page::Page;
use super::terminal::{self, Terminal};
use crate::firehose::delivery::Ending;
use crate::firehose::delivery_stream::{Buffering, DeliveryStream, DestinationKind};
use crate::sending::Sent;

/// Ranges of possible duplicates that people are shown.
const RANGES: usize = 8;

/// Records in a file.
#[derive(Debug)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// How many.
    pub records: u64,
}

/// A run of sending, for people or machines.
#[derive(Debug)]
pub struct Report<'a> {
    /// Name of the delivery stream.
    pub stream: &'a str,
    /// Its account, if that is known.
    pub account: &'a str,
    /// Its Region.
    pub region: &'a str,
    /// How it ended.
    pub sent: &'a Sent,
    /// Records of the input, as far as it was read.
    pub read: u64,
    /// What was not taken.
    pub unsent: Option<&'a Kept>,
    /// What may have been taken.
    pub unknown: Option<&'a Kept>,
    /// What no call takes.
    pub too_large: Option<&'a Kept>,
    /// How the stream is set up, if that is known.
    pub described: Option<&'a DeliveryStream>,
}

/// Appends the report for people.
pub fn push_text(out: &mut Vec<u8>, report: &Report<'_>, terminal: &Terminal) {
    let mut page = Page::new(terminal);
    let finished = &report.sent.finished;
    let counts = finished.counts;
    let asked = report.read;
    let all = terminal::group(asked);
    let acknowledged = terminal::group(counts.acknowledged);
    let head = match &finished.ending {
        Ending::Complete if counts.acknowledged == asked => {
            format!("all {} acknowledged", terminal::plural(asked, "record"))
        }
        _ => format!("{acknowledged} of {all} records acknowledged"),
    };
    page.line(&format!("{head}, {}", pace(report.sent)));
    let mut again = Vec::new();
    if counts.refusals > 0 {
        again.push(format!("{} refused at first", terminal::plural(counts.refusals, "entry")));
    }
    if counts.lost_answers > 0 {
        again.push(format!("{} lost", terminal::plural(counts.lost_answers, "answer")));
    }
    if counts.retries > 0 {
        again.push(format!("{} sent again", terminal::plural(counts.retries, "record")));
    }
    if !again.is_empty() {
        page.labelled("retries", &again.join(", "));
    }
    if let Ending::GivenUp(reason) | Ending::Refused(reason) = &finished.ending {
        page.labelled("because", &terminal::escape_line(reason.as_bytes()));
    }
    duplicates(&mut page, &finished.duplicates);
    kept(&mut page, report);
    if counts.acknowledged > 0 {
        seen(&mut page, report);
    }
    out.extend_from_slice(page.out.as_bytes());
}

/// `512,000 bytes in 3 requests, 2.1 s: 476 records/s`.
fn pace(sent: &Sent) -> String {
    let counts = sent.finished.counts;
    let seconds = sent.elapsed.as_secs_f64();
    let bytes = terminal::group(counts.bytes);
    let requests = terminal::plural(counts.requests, "request");
    format!("{bytes} bytes in {requests}, {seconds:.1} s: {}/s", terminal::group(rate(sent)))
}

/// Records a second.
fn rate(sent: &Sent) -> u64 {
    let millis = u64::try_from(sent.elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    sent.finished.counts.acknowledged.saturating_mul(1000) / millis
}

fn duplicates(page: &mut Page<'_>, ranges: &[(u64, u64)]) {
    if ranges.is_empty() {
        return;
    }
    let count: u64 = ranges.iter().map(|(first, last)| last - first + 1).sum();
    let shown = ranges.iter().take(RANGES).map(|(first, last)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    });
    let mut shown = shown.collect::<Vec<_>>().join(", ");
    if ranges.len() > RANGES {
        shown.push_str(", …; --output json has them all");
    }
    let count = terminal::plural(count, "record");
    page.labelled(
        "twice?",
        &format!("{count} may be in the stream twice, for their first answer was lost: {shown}"),
    );
}

fn kept(page: &mut Page<'_>, report: &Report<'_>) {
    let files = [
        (report.unsent, "unsent", "not taken, kept in"),
        (report.unknown, "unknown", "that may have been taken, kept in"),
        (report.too_large, "too large", "larger than 1,000 KiB, kept in"),
    ];
    for (kept, label, what) in files {
        let Some(kept) = kept else { continue };
        let path = terminal::escape_line(kept.path.display().to_string().as_bytes());
        let records = terminal::plural(kept.records, "record");
        page.labelled(label, &format!("{records} {what} {path}"));
        if label != "too large" {
            page.line(&format!(
                "          fh send --stream {} --format base64 {path}",
                report.stream
            ));
        }
    }
}

/// When the data can be seen, and what to run then.
fn seen(page: &mut Page<'_>, report: &Report<'_>) {
    let stream = report.stream;
    if let Some(destination) = report.described.and_then(|it| it.destination.as_ref()) {
        if let Some(transform) = report.described.and_then(DeliveryStream::transform) {
            let function = terminal::escape_line(transform.function_arn.as_bytes());
            let text = format!("{}: {function}", within(transform.buffering));
            page.labelled("transform", &text);
        }
        let kind = destination.kind.as_str();
        let place = match (&destination.s3, destination.kind) {
            (Some(s3), DestinationKind::S3) => format!("{kind}, bucket {}", s3.bucket),
            _ => kind.to_owned(),
        };
        let behind = if report.described.is_some_and(|it| it.transform().is_some()) {
            " behind it"
        } else {
            ""
        };
        let place = terminal::escape_line(place.as_bytes());
        page.labelled("delivery", &format!("{}{behind}: {place}", within(destination.buffering)));
    }
    page.labelled("next", &format!("fh failures --stream {stream} --since 10m"));
    page.line(&format!("          fh logs --stream {stream} --follow"));
}

/// `within 60 s, or when 1 MiB are there`.
fn within(buffering: Buffering) -> String {
    let size = size(buffering.bytes);
    match buffering.interval {
        Duration::ZERO => "at once".to_owned(),
        wait => format!("within {} s, or when {size} are there", wait.as_secs()),
    }
}

fn size(bytes: u64) -> String {
    if bytes.is_multiple_of(1024 * 1024) {
        format!("{} MiB", bytes / (1024 * 1024))
    } else {
        format!("{} KiB", bytes / 1024)
    }
}

/// The report in JSON: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    stream: &'a str,
    account: Option<&'a str>,
    region: &'a str,
    ending: &'static str,
    reason: Option<&'a str>,
    records: u64,
    acknowledged: u64,
    refused: u64,
    unknown: u64,
    too_large: u64,
    bytes: u64,
    requests: u64,
    retries: u64,
    lost_answers: u64,
    possible_duplicates: &'a [(u64, u64)],
    duration_ms: u64,
    unsent_file: Option<String>,
    unknown_file: Option<String>,
    too_large_file: Option<String>,
    transform_within_seconds: Option<u64>,
    delivered_within_seconds: Option<u64>,
}

/// Appends the report as a JSON document.
pub fn push_json(out: &mut Vec<u8>, report: &Report<'_>) {
    let finished = &report.sent.finished;
    let counts = finished.counts;
    let path = |kept: Option<&Kept>| kept.map(|kept| kept.path.display().to_string());
    let records = |kept: Option<&Kept>| kept.map_or(0, |kept| kept.records);
    let (ending, reason) = match &finished.ending {
        Ending::Complete => ("complete", None),
        Ending::Refused(reason) => ("refused", Some(reason.as_str())),
        Ending::GivenUp(reason) => ("given-up", Some(reason.as_str())),
        Ending::Stopped => ("stopped", None),
    };
    let transform = report.described.and_then(DeliveryStream::transform);
    let destination = report.described.and_then(|it| it.destination.as_ref());
    json::push_json(
        out,
        &Row {
            stream: report.stream,
            account: Some(report.account).filter(|it| !it.is_empty()),
            region: report.region,
            ending,
            reason,
            records: report.read,
            acknowledged: counts.acknowledged,
            refused: records(report.unsent),
            unknown: records(report.unknown),
            too_large: records(report.too_large),
            bytes: counts.bytes,
            requests: counts.requests,
            retries: counts.retries,
            lost_answers: counts.lost_answers,
            possible_duplicates: &finished.duplicates,
            duration_ms: u64::try_from(report.sent.elapsed.as_millis()).unwrap_or(u64::MAX),
            unsent_file: path(report.unsent),
            unknown_file: path(report.unknown),
            too_large_file: path(report.too_large),
            transform_within_seconds: transform.map(|it| it.buffering.interval.as_secs()),
            delivered_within_seconds: destination.map(|it| {
                let before = transform.map_or(Duration::ZERO, |it| it.buffering.interval);
                (before + it.buffering.interval).as_secs()
            }),
        },
    );
    out.push(b'\n');
}
