//! `fh failures --engine athena`: Athena counts, `fh` reads what SQL cannot.
//!
//! ```text
//! listing ─▶ Plan ─▶ price, question ─▶ Queries ─▶ Found ─┬▶ groups ─▶ the usual report
//!                └▶ objects that SQL cannot read ─▶ Reader ┘
//! ```

mod plan;
mod price;
mod queries;
mod reading;
mod scan;

use std::collections::BTreeSet;

use super::arguments::FailuresArgs;
use super::coverage::Coverage;
use super::place::{ToList, evaluated, prefixes};
use super::tally::Tally;
use crate::aws::block_on;
use crate::context::{self, Context};
use crate::error::{Error, ErrorKind};
use crate::input::filter::Filter;
use crate::panics;
use crate::render::Output;
use crate::signals::Signals;
use firehose::failure::FailureGroups;
use firehose::failure::athena::AthenaQuery;
use firehose::s3::prefix::{Prefix, Window};
use plan::Plan;
use price::{confirm, price};
use queries::{Found, Queries};
use reading::read;
use scan::is_hidden;

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
    let ToList { listings, session, coverage } = args.place.listings(filter, context)?;
    let mut plans = Vec::new();
    for listing in &listings {
        check_bucket(&listing.bucket)?;
        let tell = async |why: &str| context.info(&format!("fh: {why}"));
        plans.push(block_on(session.telling(Plan::new(listing, &session), tell))?);
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
    let mut heads = match args.place.prefix.as_deref() {
        Some(prefix) => prefixes(prefix, window)?,
        None => evaluated(&Prefix::of_failures(None, None), window),
    };
    let folders: BTreeSet<_> =
        heads.iter().filter_map(|head| head.rsplit_once('/')).map(|it| it.0.to_owned()).collect();
    if folders.is_empty() || folders.contains("") {
        return Err(Error::user("`--print-sql` requires a prefix that ends with a slash"));
    }
    if let Some(folder) = folders.iter().find(|it| it.split('/').any(is_hidden)) {
        return Err(Error::user(format!(
            "Athena does not read `{folder}/`: it hides folders whose names start with `_` or `.`"
        ))
        .hint("omit `--print-sql`: `--engine athena` reads such objects itself"));
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
