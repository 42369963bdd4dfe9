//! What `fh` reads itself: objects that SQL cannot read, and examples of what it has
//! counted.

use std::collections::BTreeSet;

use super::plan::Plan;
use super::queries::Found;
use crate::aws::{Listing, S3Object, Session};
use crate::commands::failures::reader::{self, Reader, Sink};
use crate::commands::failures::tally::Tally;
use crate::context::Context;
use crate::error::Error;
use crate::input::failures::{FailureContent, is_control};
use crate::input::filter::Filter;
use crate::input::{self, Inputs};
use crate::terminal;
use firehose::decode::Severity;
use firehose::failure::FailureGroups;
use firehose::failure::athena::MAX_OBJECTS;
use firehose::framing::Data;

/// Objects with examples that are read, of the kinds with most records.
const MAX_EXAMPLES: usize = 1000;

/// Reads what SQL cannot, and the examples of what it has counted: neither once
/// reading has `stopped`.
pub(super) fn read(
    filter: &Filter,
    plan: &Plan,
    found: &Found,
    stopped: &mut Option<Error>,
    context: &Context,
) -> Result<(FailureGroups, Tally), Error> {
    let odd: BTreeSet<&str> = found.objects.iter().map(String::as_str).collect();
    let named = |name: &str| {
        let key = name.strip_prefix("s3://").and_then(|it| it.split_once('/')).map(|it| it.1);
        S3Object::named(&plan.bucket, key.unwrap_or_default())
    };
    let mut own = plan.scan.own.clone();
    own.extend(odd.iter().map(|name| named(name)));
    if stopped.is_some() {
        own.clear();
    }
    let (mut groups, mut tally, failed) = groups_of(filter, plan, own, false, context)?;
    *stopped = stopped.take().or(failed);
    let examples: BTreeSet<&str> = found
        .kinds
        .iter()
        .flat_map(|(kind, _)| [kind.first_object.as_str(), kind.sample_object.as_str()])
        .take(if stopped.is_some() { 0 } else { MAX_EXAMPLES })
        .collect();
    let examples = examples.into_iter().map(named).collect();
    let (examples, _, cut) = groups_of(filter, plan, examples, true, context)?;
    for (kind, step) in &found.kinds {
        groups.add_counted(kind, *step, &examples);
        tally.failed += kind.records;
        tally.wanted += kind.records;
        tally.has_code = true;
    }
    for (code, records) in &found.unwanted {
        tally.failed += records;
        tally.add_unwanted(code, filter.is_code(code));
    }
    tally.failed += found.timeless;
    tally.timeless += found.timeless;
    tally.has_code |= found.timeless > 0;
    tally.things += tally.failed;
    tally.inputs += plan.scan.objects.saturating_sub(odd.len() as u64);
    tally.left_out.extend(plan.scan.left_out);
    look_into(found, &odd, &mut groups, &mut tally, context);
    report_unread(found, plan, &mut tally, context);
    *stopped = stopped.take().or(cut);
    Ok((groups, tally))
}

/// Counts control messages among what may be some.
fn look_into(
    found: &Found,
    odd: &BTreeSet<&str>,
    groups: &mut FailureGroups,
    tally: &mut Tally,
    context: &Context,
) {
    let mut inside = FailureContent::new();
    for candidate in &found.candidates {
        if odd.contains(candidate.object.as_str()) {
            continue;
        }
        let data = Data::Base64(candidate.raw_data.as_bytes().into());
        let payload = inside.decode(&data, true);
        if is_control(&payload) {
            groups.add_controls(candidate);
        }
        let is_error = |problem: &&firehose::decode::Problem| problem.severity() == Severity::Error;
        if let Some(problem) = payload.problems.iter().find(is_error) {
            tally.damaged += candidate.records;
            let records = terminal::plural(candidate.records, "record");
            context.warn(&format!("{}: {records}: {problem}", candidate.object), &[]);
        }
    }
}

/// Says what was not read, which the exit code shows too.
fn report_unread(found: &Found, plan: &Plan, tally: &mut Tally, context: &Context) {
    let most = terminal::group(MAX_OBJECTS as u64);
    if found.has_more_objects || plan.scan.more_own > 0 {
        tally.unreadable = true;
        let what = format!(
            "more than {most} objects have other data than one record per line, and the rest of them was not read"
        );
        tally.add_unread(&what);
        context.warn(
            &what,
            &["without `--engine athena`, all are read; `--shard` splits that over machines"],
        );
    }
    // All of it is scanned, unless the objects are not where the table looks for them.
    if found.scanned < plan.least {
        tally.unreadable = true;
        let [scanned, all] = [found.scanned, plan.least].map(firehose::size);
        let what = format!("Athena scanned only {scanned} of {all}: failures may be missing here");
        tally.add_unread(&what);
        context.warn(&what, &["without `--engine athena`, every object is read from here"]);
    }
    if found.unknown_controls > 0 {
        tally.unreadable = true;
        let records = terminal::plural(found.unknown_controls, "record");
        context.warn(
            &format!("{records} may be control messages, too many to look into: none of them is counted as one"),
            &["limit it with `--code`, or with `--since` and `--until`"],
        );
    }
}

/// Reads objects as always.
fn groups_of(
    filter: &Filter,
    plan: &Plan,
    objects: Vec<S3Object>,
    is_silent: bool,
    context: &Context,
) -> Result<(FailureGroups, Tally, Option<Error>), Error> {
    if objects.is_empty() {
        return Ok((FailureGroups::default(), Tally::default(), None));
    }
    let listing = Listing { objects, ..Listing::of(&plan.bucket, Vec::new()) };
    let session: &Session = &plan.session;
    let blocks = input::failures::blocks(Inputs::listed(vec![listing], session)?);
    let sink = Sink::FailureGroups(Box::default());
    let mut reader = Reader::new(context, filter.clone(), sink, &blocks, None);
    reader.be_silent(is_silent);
    let reader::Found { sink, tally, failed } = reader.read(blocks)?;
    let groups = match sink {
        Sink::FailureGroups(groups) => *groups,
        Sink::Records(_) => FailureGroups::default(),
    };
    Ok((groups, tally, failed))
}
