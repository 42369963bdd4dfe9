//! What differs from run to run, and what stands for it in snapshots: filters of
//! insta, which hold for the rest of a test.
//!
//! ```ignore
//! let _masks = mask(masks::REDRIVE);
//! ```
//!
//! Addresses of servers and ids of requests are always masked, as `[…]`.

use insta::Settings;
use insta::internals::SettingsBindDropGuard;

/// A pattern, and what is shown in its place.
type Mask = (&'static str, &'static str);

const ALWAYS: &[Mask] = &[
    (r"127\.0\.0\.1:\d+", "127.0.0.1:[…]"),
    (r"fh local start --port \d{5}", "fh local start --port […]"),
    ("request id [0-9A-Za-z-]+", "request id […]"),
    ("complete up to .*?: later", "complete up to […]: later"),
    // Every test adds to what the server has.
    (
        "hint: (similar names|delivery streams|functions|log groups|none of the .*) in [a-z]+-[a-z]+-[0-9].*",
        "hint: […] names that exist",
    ),
];

/// Nothing but addresses, ids of requests, and up to when an answer is complete.
pub(crate) const SERVER: &[Mask] = &[];

/// Reports of `fh send`: durations, forecasts, seeds, names of files.
pub(crate) const SEND: &[Mask] = &[
    ("( acknowledged, | in 1 request, |retries   |--seed ).*", "$1[…]"),
    (": by .* at the latest", ": by […] at the latest"),
    (": usually by .*", ": usually by […]"),
    ("(fh-too-large-|fh-unsent-|fh-unknown-).*", "$1[…]"),
];

/// Reports of `fh redrive`: ledgers and their folder, times, names of inputs.
pub(crate) const REDRIVE: &[Mask] = &[
    (
        r"(~|/[^` ]*)/\.local/state/fh/redrive/[0-9]*-[a-z]+-[a-z]+-[0-9]-[a-z]*-at-[0-9a-f]{8}/",
        "STATE/",
    ),
    (r"-[0-9a-f]{8}\.ledger", "-JOB.ledger"),
    ("acknowledged in .*", "acknowledged in TIME"),
    (": by .* at the latest", ": by […] at the latest"),
    (": usually by .*", ": usually by […]"),
    ("--since 20[0-9T:.-]*Z", "--since […]"),
    (r"last at [^(]* \(", "last at TIME ("),
    (r"/[^` ]*\.tmp[^` ]*/(failed[^` ]*)", "/…/$1"),
];

/// Log events of now.
pub(crate) const LOGS: &[Mask] = &[
    (r"\d\d:\d\d:\d\d\.\d{3}", "[time]"),
    (r"\b1\d{12}\b", "[time]"),
    (r#""eventId":"[^"]*""#, r#""eventId":"[…]""#),
];

/// Reports of `fh invoke`: times, ids, memory.
pub(crate) const INVOKE: &[Mask] = &[
    (r"(?m)^  duration  .*, after .*$", "  duration  [TIME], after [TIME] of init"),
    (r"(?m)^  duration  [^\[\n]* of init$", "  duration  [TIME] of init"),
    (r"(?m)^  duration  [^\[\n]*$", "  duration  [TIME]"),
    (r"\S*/python-[0-9a-f]{16}/bin/python", "[PYTHON]"),
    // A process that is over at once may never be measured.
    (r"(?m)^  memory    .*\n", ""),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "[TIME]"),
    ("[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", "[UUID]"),
    (r"\d+ days ahead", "[N] days ahead"),
];

/// Traces: times, ids, markers, values of demo records.
pub(crate) const TRACE: &[Mask] = &[
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+00:00", "[TIME]"),
    (r"\d\d:\d\d:\d\d", "[TIME]"),
    (r"20\d\d/\d\d/\d\d/\d\d/demo-1-[0-9-]{19}", "[HOUR]/demo-1-[TIME]"),
    ("[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", "[UUID]"),
    (r"(in |, )(less than )?[0-9.]+ m?s\b", "$1[LENGTH]"),
    (r#"\{"ticker_symbol".*?(\}|…)"#, "{[RECORD]}"),
    (r"\b[a-z0-9]{13}\b", "[MARKER]"),
];

/// Masks snapshots until what is returned is dropped.
pub(crate) fn mask(masks: &[Mask]) -> SettingsBindDropGuard {
    let mut settings = Settings::clone_current();
    let python = format!("{}/python-bare/bin/python", env!("CARGO_TARGET_TMPDIR"));
    for (path, shown) in [(python.as_str(), "[PYTHON]"), (env!("CARGO_MANIFEST_DIR"), "[ROOT]")] {
        settings.add_filter(&regex::escape(path), shown);
    }
    for (pattern, shown) in ALWAYS.iter().chain(masks) {
        settings.add_filter(pattern, *shown);
    }
    settings.bind_to_scope()
}
