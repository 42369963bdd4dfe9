//! `fh failures --engine athena`: Athena counts, `fh` reads what SQL cannot.
//!
//! ```text
//! listing ─▶ Plan ─▶ price, question ─▶ Queries ─▶ Found ─┬▶ groups ─▶ the usual report
//!                └▶ objects that SQL cannot read ─▶ Reader ┘
//! ```

mod plan;
mod queries;

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::arguments::FailuresArgs;
use super::coverage::Coverage;
use super::reader::{self, Reader, Sink};
use super::tally::Tally;
use crate::aws::{Listing, S3Object, Session, block_on};
use crate::context::{self, Context};
use crate::error::{Error, ErrorKind};
use crate::input::failures::{FailureContent, is_control};
use crate::input::filter::Filter;
use crate::input::{self, Inputs};
use crate::panics;
use crate::render::Output;
use crate::signals::Signals;
use crate::terminal;
use firehose::decode::Severity;
use firehose::failure::FailureGroups;
use firehose::failure::athena::{AthenaQuery, MAX_OBJECTS};
use firehose::framing::Data;
use firehose::s3::ErrorOutputType;
use firehose::s3::prefix::{ListingScope, Prefix, Window};
use firehose::stream::UNKNOWN_FAILURE_DELAY;
use plan::Plan;
use queries::{Found, Queries};

/// What a terabyte costs, and the least that a query is billed for (Athena pricing,
/// most Regions).
const DOLLARS_A_TERABYTE: u64 = 5;
const TERABYTE: u64 = 1_000_000_000_000;
const LEAST_BILLED: u64 = 10_000_000;

/// Objects with examples that are read, of the kinds with most records.
const MAX_EXAMPLES: usize = 1000;

/// What the report is made of.
pub(super) struct Report {
    pub(super) groups: FailureGroups,
    pub(super) tally: Tally,
    pub(super) coverage: Coverage,
    /// Why not all was counted.
    pub(super) failed: Option<Error>,
    /// Why a table is still there.
    pub(super) uncleared: Option<Error>,
}

/// Counts what failed.
pub(super) fn run(
    args: &FailuresArgs,
    filter: &Filter,
    window: Window,
    context: &Context,
) -> Result<Report, Error> {
    let super::place::ToList { listings, session, coverage } =
        args.place.listings(window, context)?;
    let mut plans = Vec::new();
    for listing in &listings {
        check_bucket(&listing.bucket)?;
        plans.push(block_on(Plan::new(listing, &session))?);
    }
    let bytes = plans.iter().fold(0_u64, |sum, plan| sum.saturating_add(plan.load.bytes));
    let objects: u64 = plans.iter().map(|plan| plan.load.objects).sum();
    if objects > 0 {
        confirm(args, bytes, objects, context)?;
    }
    let (mut counted, mut failed, mut uncleared, mut scanned) = (Vec::new(), None, None, 0);
    // All queries come first: what reads objects takes the signals.
    for plan in &plans {
        match query(args, filter, window, plan, context) {
            Ok(Queried { found, bytes, error }) => {
                scanned += bytes;
                uncleared = uncleared.or(error);
                counted.push((plan, found));
            }
            Err(error) if counted.is_empty() || error.kind() == ErrorKind::Interrupted => {
                return Err(error);
            }
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    let mut groups = FailureGroups::default();
    let mut tally = Tally::default();
    let mut stopped = None;
    for (plan, found) in &counted {
        let part = read(filter, plan, found, &mut stopped, context)?;
        groups.merge(part.0);
        tally.merge(part.1);
    }
    if objects > 0 {
        let scanned_size = firehose::size(scanned);
        context.info(&format!("fh: Athena scanned {scanned_size}: about {}", price(scanned)));
    }
    Ok(Report { groups, tally, coverage, failed: stopped.or(failed), uncleared })
}

fn check_bucket(bucket: &str) -> Result<(), Error> {
    if bucket.starts_with("arn:") {
        return Err(Error::user("`--engine athena` requires the name of the bucket")
            .hint("Athena does not read access points"));
    }
    Ok(())
}

/// Prints the statements.
pub(super) fn print_sql(args: &FailuresArgs, filter: &Filter, window: Window) -> Result<(), Error> {
    let bucket = args.place.bucket.clone().unwrap_or_default();
    check_bucket(&bucket)?;
    let prefix = match &args.place.prefix {
        Some(prefix) => prefix
            .parse()
            .map_err(|error| Error::user(format!("invalid prefix `{prefix}`: {error}")))?,
        None => Prefix::of_failures(None, None),
    };
    let kinds = &ErrorOutputType::ALL;
    let lookback = SignedDuration::try_from(UNKNOWN_FAILURE_DELAY).unwrap_or_default();
    let scope = ListingScope { zone: Some(TimeZone::UTC), kinds, lookback };
    let mut heads = prefix.listing(window, &scope);
    let folders: BTreeSet<_> =
        heads.iter().filter_map(|head| head.rsplit_once('/')).map(|it| it.0.to_owned()).collect();
    if folders.is_empty() || folders.contains("") {
        return Err(Error::user("`--print-sql` requires a prefix that ends with a slash"));
    }
    if heads.iter().all(|head| head.ends_with('/')) {
        heads.clear();
    }
    let now = context::milliseconds(context::now());
    let query = AthenaQuery {
        bucket,
        folders: folders.into_iter().collect(),
        is_deep: true,
        heads: heads.into_iter().collect(),
        step: window
            .since
            .map_or(300, |since| AthenaQuery::step_for(window.until.saturating_sub(since) / 1000)),
        ..base(args, filter, format!("fh_failures_{now}"))
    };
    let sql =
        format!("{};\n\n{};\n\n{};\n", query.create_table(), query.printed(), query.drop_table());
    Output::default().write(sql.as_bytes())
}

/// A query without a place.
fn base(args: &FailuresArgs, filter: &Filter, table: String) -> AthenaQuery {
    AthenaQuery {
        bucket: String::new(),
        database: args.engine.database().to_owned(),
        table,
        folders: Vec::new(),
        is_deep: false,
        heads: Vec::new(),
        streams: Vec::new(),
        codes: filter.codes().to_vec(),
        since: filter.since,
        until: filter.until,
        step: 1,
    }
}

/// Says what it costs, and asks.
fn confirm(args: &FailuresArgs, bytes: u64, objects: u64, context: &Context) -> Result<(), Error> {
    let size = firehose::size(bytes);
    let count = terminal::plural(objects, "object");
    if let Some(most) = args.engine.max_scan.as_ref().filter(|most| bytes > most.0) {
        let most = firehose::size(most.0);
        let what = format!("Athena would scan {size} in {count}, more than {most} (--max-scan)");
        return Err(
            Error::user(what).hint("limit it with `--since` and `--until`, or raise `--max-scan`")
        );
    }
    let what = format!(
        "fh: {size} in {count} for Athena to scan: about {} at ${DOLLARS_A_TERABYTE} per TB, and \
         S3 requests; twice that if there may be control messages",
        price(bytes)
    );
    if args.engine.yes {
        context.info(&what);
        return Ok(());
    }
    if !context.can_ask() {
        context.info(&what);
        return Err(Error::user("no query was started: there is no terminal to ask on")
            .hint("`--yes` starts it without asking, `--print-sql` prints it"));
    }
    // Part of the question, so that `--quiet` does not hide what it costs.
    if context.confirm(&format!("{what}\nStart the query?"))? {
        Ok(())
    } else {
        Err(Error::user("no query was started"))
    }
}

/// `$2.06`, for this many bytes.
fn price(bytes: u64) -> String {
    let bytes = u128::from(bytes.max(LEAST_BILLED));
    let cents = (bytes * u128::from(DOLLARS_A_TERABYTE * 100)).div_ceil(u128::from(TERABYTE));
    format!("${}.{:02}", cents / 100, cents % 100)
}

/// What the queries of one bucket have counted.
#[derive(Default)]
struct Queried {
    found: Found,
    /// What they have scanned.
    bytes: u64,
    /// Why the table is still there.
    error: Option<Error>,
}

/// Runs the queries of one bucket.
fn query(
    args: &FailuresArgs,
    filter: &Filter,
    window: Window,
    plan: &Plan,
    context: &Context,
) -> Result<Queried, Error> {
    let now = context::milliseconds(context::now());
    let table = format!("fh_failures_{now}_{}", std::process::id());
    let queries = plan.queries(window, &base(args, filter, table.clone()));
    if queries.is_empty() {
        return Ok(Queried::default());
    }
    let place = args.engine.place();
    block_on(async {
        let mut signals = Signals::listen()?;
        let mut running = Queries::new(&plan.session, &place, &table, context);
        let counted = tokio::select! {
            counted = running.count(&queries) => counted,
            () = signals.next() => Err(Error::interrupted()),
            panic = panics::happened() => Err(panic),
        };
        let cleared = tokio::select! {
            cleared = running.clear_away() => cleared,
            () = signals.next() => Err(Error::interrupted()),
            // After one while counting, what is left is still deleted.
            panic = panics::happened(), if panics::first().is_none() => Err(panic),
        };
        if cleared.is_err() {
            let table = format!("{}.{table}", place.database);
            context.warn(
                &format!("the table {table} or its query may still be there"),
                &["the table has no data of its own: delete it in the console of Athena"],
            );
        }
        let bytes = running.scanned;
        match cleared {
            Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
            // What was counted has been paid for.
            cleared => Ok(Queried { found: counted?, bytes, error: cleared.err() }),
        }
    })
}

/// Reads what SQL cannot, and the examples of what it has counted: neither once
/// reading has `stopped`.
fn read(
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
        context.warn(
            &format!("more than {most} objects have other data than one record per line, and the rest of them was not read"),
            &["without `--engine athena`, all are read; `--shard` splits that over machines"],
        );
    }
    // All of it is scanned, unless the objects are not where the table looks for them.
    if found.scanned < plan.least {
        tally.unreadable = true;
        let [scanned, all] = [found.scanned, plan.least].map(firehose::size);
        context.warn(
            &format!("Athena scanned only {scanned} of {all}: failures may be missing here"),
            &["without `--engine athena`, every object is read from here"],
        );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_is_rounded_up_to_a_cent() {
        for (bytes, dollars) in
            [(0, "$0.01"), (49_000_000_000, "$0.25"), (412_000_000_000, "$2.06")]
        {
            assert_eq!(price(bytes), dollars);
        }
    }
}
