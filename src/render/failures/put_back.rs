//! Which of the records were put back from this machine.

use serde::Serialize;

use super::FailureSummary;
use super::details::span;
use super::rows::Span;
use crate::render::page::safe;
use crate::terminal::{self, group};
use firehose::redrive::PutBack;

/// Names of delivery streams that are listed.
const MAX_STREAMS: usize = 3;

/// `put back from this machine into orders: 162 of 163 records, 2026-11-30 10:12:03
/// +00:00`; nothing if that is not known of any record.
pub(super) fn sentence(report: &FailureSummary<'_>) -> Option<String> {
    let PutBack { acknowledged, unknown, times, streams } = report.put_back?;
    let all = report.kinds.records;
    let into = if *acknowledged > 0 && streams.len() <= MAX_STREAMS {
        let names: Vec<_> = streams.iter().map(|name| safe(name)).collect();
        format!(" into {}", names.join(" and "))
    } else {
        String::new()
    };
    let count = match *acknowledged {
        some if some < all => format!("{} of {}", group(some), terminal::plural(all, "record")),
        1 => "1 record".to_owned(),
        _ => format!("all {}", terminal::plural(all, "record")),
    };
    let when =
        times.map_or_else(String::new, |(first, last)| format!(", {}", span(report, first, last)));
    let more = if *acknowledged > 0 { " more" } else { "" };
    let unknown = match *unknown {
        0 => String::new(),
        count => format!("; {}{more} sent without a known response", group(count)),
    };
    Some(format!("put back from this machine{into}: {count}{when}{unknown}"))
}

/// The same in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutBackRow {
    /// Records that delivery streams have acknowledged.
    records: u64,
    /// Records that were sent without a known response.
    unknown: u64,
    /// When the first and the last of those acknowledged were sent.
    sent: Option<Span>,
    streams: Vec<String>,
}

impl PutBackRow {
    pub(super) fn new(it: &PutBack) -> Self {
        Self {
            records: it.acknowledged,
            unknown: it.unknown,
            sent: it.times.map(Span::new),
            streams: it.streams.iter().cloned().collect(),
        }
    }
}
