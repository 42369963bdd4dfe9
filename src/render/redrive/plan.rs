//! What a redrive would do, for people.

use std::collections::BTreeMap;

use super::{RedrivePlan, amount, item, list};
use crate::context;
use crate::render::left_out;
use crate::render::page::{Page, safe};
use crate::terminal::{self, BOLD};
use crate::times::{self, Clock};
use firehose::redrive::{EarlierSummary, Reason, Skipped};

/// Places of a reason that are shown.
const SHOWN: usize = 3;

/// Puts the plan on the page.
pub(super) fn fill(page: &mut Page<'_>, plan: &RedrivePlan<'_>) {
    let RedrivePlan { stream, tally, .. } = plan;
    let at = plan.endpoint.map(|url| format!(" at {}", safe(url))).unwrap_or_default();
    let head = format!(
        "redrive into {} ({}, account {}){at}",
        safe(&stream.name),
        safe(stream.region()),
        safe(stream.account())
    );
    page.line(&page.terminal.paint(BOLD, &head));
    page.labelled("earlier", &earlier(plan.earlier));
    let records = terminal::plural(tally.records, "record");
    let objects = terminal::plural(tally.objects, "object");
    let strange = match tally.strange_objects {
        0 => String::new(),
        count => format!("; other data in {} of them", terminal::group(count)),
    };
    page.labelled("read", &format!("{records} in {objects}{strange}"));
    if tally.filtered > 0 {
        let records = terminal::plural(tally.filtered, "record");
        page.labelled("left out", &format!("{records}, by the filters"));
    }
    for sentence in left_out::sentences(&tally.left_out) {
        page.labelled("objects", &sentence);
    }
    if tally.left_out.other_streams > 0 && tally.objects == 0 {
        page.labelled("", "hint: `--any-stream` includes them");
    }
    if tally.acknowledged.records > 0 {
        let amount = amount(tally.acknowledged);
        page.labelled("done", &format!("{amount}: acknowledged by an earlier run"));
    }
    to_send(page, plan);
    skipped(page, &tally.skipped);
    damaged_objects(page, plan);
    let is_new = if plan.is_new { " (new)" } else { "" };
    let ledger = safe(&context::short_path(plan.ledger));
    page.labelled("ledger", &format!("{ledger}{is_new}"));
}

fn earlier(earlier: Option<EarlierSummary>) -> String {
    let Some(EarlierSummary { records, ledgers, last }) = earlier else {
        return "no earlier redrive known on this machine".to_owned();
    };
    let records = terminal::plural(records, "record");
    let ledgers = terminal::plural(ledgers, "ledger");
    let last = Clock::new(context::time_zone(), context::now).show(last);
    format!("{records} sent into this stream, last at {last} ({ledgers})")
}

fn to_send(page: &mut Page<'_>, plan: &RedrivePlan<'_>) {
    let RedrivePlan { tally, rate, .. } = plan;
    let limit = if tally.is_cut { ", and then stop (--limit)" } else { "" };
    let time = rate.map(|rate| {
        let length = times::length(rate.seconds_for(tally.to_send.records));
        format!(", {length} at {rate} records a second")
    });
    let time = time.unwrap_or_default();
    if tally.to_send.records == 0 {
        return page.labelled("to send", "nothing");
    }
    page.labelled("to send", &format!("{}{time}{limit}", amount(tally.to_send)));
    let mut codes: Vec<_> = tally.codes.iter().filter(|(code, _)| !code.is_empty()).collect();
    codes.sort_by_key(|(_, amount)| std::cmp::Reverse(amount.records));
    for (code, amount) in codes {
        list(page, amount.records, &safe(code));
    }
    if tally.again.records > 0 {
        let text = format!(
            "{} of them were sent before without a known response: they may arrive twice \
             (--on-unknown)",
            terminal::group(tally.again.records)
        );
        page.labelled("again", &text);
    }
    if tally.same_bytes.records > 0 {
        let text = format!(
            "{} of them have the same bytes as records sent before from other objects or places, \
             as in a saved copy: those would arrive twice",
            terminal::group(tally.same_bytes.records)
        );
        page.labelled("same", &text);
    }
}

fn skipped(page: &mut Page<'_>, skipped: &BTreeMap<Reason, Skipped>) {
    if skipped.is_empty() {
        return;
    }
    let all = skipped.values().map(|it| it.amount.records).sum();
    page.labelled("skipped", &terminal::plural(all, "record"));
    for (reason, skipped) in skipped {
        list(page, skipped.amount.records, reason.description());
        places(page, &skipped.places, skipped.amount.records);
        if let Some(hint) = reason.hint() {
            item(page, &format!("hint: {hint}"));
        }
    }
}

/// Objects with damage of their own: what was sound in them is among the records.
fn damaged_objects(page: &mut Page<'_>, plan: &RedrivePlan<'_>) {
    let count = plan.tally.damaged_objects;
    if count == 0 {
        return;
    }
    let text = format!("{}: records may be missing", terminal::plural(count, "object"));
    page.labelled("damaged", &text);
    places(page, &plan.tally.damaged_places, count);
    let hint = "restore or fetch what is damaged, and run the same command again";
    item(page, &format!("hint: {hint}"));
}

/// The first of some places, and how many more there are.
fn places(page: &mut Page<'_>, places: &[String], count: u64) {
    for place in places.iter().take(SHOWN) {
        item(page, &safe(place));
    }
    let more = count.saturating_sub(SHOWN as u64);
    if more > 0 {
        item(page, &format!("… and {} more", terminal::group(more)));
    }
}
