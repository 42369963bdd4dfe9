//! What a redrive did, for people.

use super::{RedriveResult, amount, item};
use crate::render::page::{Page, safe};
use crate::terminal;
use crate::times;

/// Runs of duplicates that are shown.
const SHOWN: usize = 10;

/// Puts what was done on the page.
pub(super) fn fill(page: &mut Page<'_>, sent: &RedriveResult<'_>) {
    if sent.acknowledged.records + sent.refused + sent.unknown > 0 {
        let took = match i64::try_from(sent.took.as_secs()).unwrap_or(i64::MAX) {
            0 => "less than a second".to_owned(),
            seconds => times::length(seconds),
        };
        let text = match sent.acknowledged.records {
            0 => format!("nothing was acknowledged in {took}"),
            _ => format!("{}, acknowledged in {took}", amount(sent.acknowledged)),
        };
        page.labelled("sent", &text);
    }
    if sent.refused > 0 {
        page.labelled("not sent", &terminal::plural(sent.refused, "record"));
    }
    if sent.unknown > 0 {
        let text = format!(
            "{}: no response; they may or may not have arrived",
            terminal::plural(sent.unknown, "record")
        );
        page.labelled("unknown", &text);
    }
    if let Some(reason) = &sent.reason {
        page.labelled("because", &safe(reason));
    }
    let twice = sent.duplicate_records();
    if twice > 0 {
        let records = terminal::plural(twice, "record");
        let text = format!(
            "{records} may have arrived twice: there was no response, and they were sent again"
        );
        page.labelled("twice?", &text);
        for run in sent.duplicates.iter().take(SHOWN) {
            let records = if run.first == run.last {
                format!("record {}", run.first)
            } else {
                format!("records {} to {}", run.first, run.last)
            };
            item(page, &format!("{}: {records}", safe(run.source)));
        }
        let more = sent.duplicates.len().saturating_sub(SHOWN) as u64;
        if more > 0 {
            let more = terminal::plural(more, "more place");
            item(page, &format!("… and {more} (all in `--output json`)"));
        }
    }
    if let Some((tagged, wanted)) = sent.tagged {
        let objects = terminal::plural(tagged, "object");
        let of = if tagged < wanted { format!(" of {wanted}") } else { String::new() };
        page.labelled("tagged", &format!("{objects}{of}"));
    }
}
