//! What a scan costs, and the question whether to start it.

use crate::commands::failures::arguments::FailuresArgs;
use crate::context::Context;
use crate::error::Error;
use crate::terminal;

/// What a terabyte costs, and the least that a query is billed for (Athena pricing,
/// most Regions).
const DOLLARS_A_TERABYTE: u64 = 5;
const TERABYTE: u64 = 1_000_000_000_000;
const LEAST_BILLED: u64 = 10_000_000;

/// Says what it costs, and asks.
pub(super) fn confirm(
    args: &FailuresArgs,
    bytes: u64,
    objects: u64,
    context: &Context,
) -> Result<(), Error> {
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
pub(super) fn price(bytes: u64) -> String {
    let bytes = u128::from(bytes.max(LEAST_BILLED));
    let cents = (bytes * u128::from(DOLLARS_A_TERABYTE * 100)).div_ceil(u128::from(TERABYTE));
    format!("${}.{:02}", cents / 100, cents % 100)
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
