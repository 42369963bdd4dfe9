//! The streams of a Region, a line each.

use std::time::Duration;

use serde::Serialize;

use super::super::page::{Page, safe};
use super::super::pipeline::last;
use super::super::table::ColumnOf;
use super::super::{Document, Report};
use super::row::StreamRow;
use crate::terminal::shell;
use crate::terminal::{BOLD, plural};
use crate::times::rfc3339;
use firehose::diagnosis::{Facts, State};
use firehose::known::Known;
use firehose::time::Millis;

/// That not all are listed, as a note.
pub const MORE: &str = "only the first delivery streams are listed: `--limit N` lists more";

/// The streams of a Region.
#[derive(Debug)]
pub struct StreamList {
    /// The Region.
    pub region: String,
    /// When they were looked at.
    pub now: Millis,
    /// How far back the metrics go.
    pub window: Duration,
    /// Their names, and what is known of them.
    pub streams: Vec<(String, Known<Facts>)>,
    /// There are more.
    pub has_more: bool,
    /// Flags of AWS that printed commands need.
    pub flags: Vec<String>,
}

/// The document: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ListJson<'a> {
    time: Option<String>,
    region: &'a str,
    window_seconds: u64,
    has_more: bool,
    streams: Vec<StreamRow>,
}

impl StreamList {
    /// Those that fail first, each by name.
    fn sorted(&self) -> Vec<StreamRow> {
        let mut named: Vec<_> = self.streams.iter().collect();
        named.sort_by(|(one, _), (other, _)| one.cmp(other));
        let rows = named.into_iter();
        let mut rows: Vec<_> =
            rows.map(|(name, it)| StreamRow::new(name, it, self.now, self.window)).collect();
        rows.sort_by_key(|it| it.order);
        rows
    }

    /// `4 delivery streams in eu-west-1: 1 failing, 3 working`
    fn counts(&self, rows: &[StreamRow]) -> String {
        let states = [State::Failing, State::Unknown, State::Dropping, State::Working, State::Idle];
        let counts = states.into_iter().filter_map(|state| {
            let count = rows.iter().filter(|it| it.order == state).count();
            (count > 0).then(|| format!("{count} {}", state.as_str()))
        });
        let streams = plural(rows.len() as u64, "delivery stream");
        let counts: Vec<_> = counts.collect();
        format!("{streams} in {} during {}: {}", self.region, last(self.window), counts.join(", "))
    }
}

impl Document for StreamList {
    fn json(&self) -> impl Serialize {
        ListJson {
            time: rfc3339(self.now),
            region: &self.region,
            window_seconds: self.window.as_secs(),
            has_more: self.has_more,
            streams: self.sorted(),
        }
    }

    fn text(&self, page: &mut Page<'_>) {
        let rows = self.sorted();
        let Some(first) = rows.first() else {
            let region = &self.region;
            page.prose(
                0,
                &format!(
                    "No delivery stream exists in {region}: check the Region and the account."
                ),
            );
            return;
        };
        // What is wrong is looked for where something may be.
        let next = if first.order < State::Working { "doctor" } else { "status" };
        let command = shell::fh(&[next, "--stream", first.name()], &self.flags);
        let counts = self.counts(&rows);
        page.rows(rows.into_iter(), &self.columns());
        page.line("");
        page.prose(0, &page.terminal.paint(BOLD, &safe(&counts)));
        if self.has_more {
            page.prose(0, "Only the first delivery streams are listed: `--limit N` lists more.");
        }
        page.note(
            0,
            "CloudWatch does not count failed records. Some are seen where more was written to S3 \
             than the transform returned as Ok.",
        );
        page.command(0, &command);
    }
}

impl Report for StreamList {
    type Row = StreamRow;

    fn rows(&self) -> impl Iterator<Item = StreamRow> {
        self.sorted().into_iter()
    }

    fn columns(&self) -> Vec<ColumnOf<'_, StreamRow>> {
        StreamRow::columns(&self.sorted())
    }
}
