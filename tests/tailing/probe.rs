//! The program that the tests of AWS run: a tail through the library, in a
//! process with an environment of its own.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot be set up fails loudly"
)]

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use fh::aws::block_on;
use fh::aws::{AwsArgs, Session};
use fh::cli::Cli;
use fh::context::{self, Context};
use fh::tailing::{TailEvent, TailPlan, Tailing, Wanted};
use firehose::logs::tail::{DEFAULT_OVERLAP, TailPolicy};
use firehose::names::{DeliveryStreamName, FunctionName, LogGroupName};

/// Holds the arguments, one a line.
pub(crate) const ARGUMENTS: &str = "FH_TAILING_ARGUMENTS";

#[derive(Debug, Parser)]
struct Arguments {
    #[arg(long)]
    stream: Option<DeliveryStreamName>,
    #[arg(long)]
    function: Vec<FunctionName>,
    #[arg(long)]
    group: Vec<LogGroupName>,
    #[arg(long)]
    log_stream_prefix: Option<String>,
    #[arg(long)]
    filter_pattern: Option<String>,
    #[arg(long, default_value = "0")]
    since: i64,
    #[arg(long)]
    until: Option<i64>,
    #[arg(long)]
    follow: bool,
    #[arg(long)]
    live: bool,
    #[arg(long)]
    tail: Option<usize>,
    #[arg(long)]
    timeout_ms: Option<u64>,
    #[arg(long)]
    overlap_ms: Option<u64>,
    /// End once so many events are shown.
    #[arg(long)]
    events: Option<u64>,
    #[command(flatten)]
    aws: AwsArgs,
}

#[test]
#[ignore = "the other tests run it, each in a process: cargo test --test tailing"]
fn tail() {
    let mut environment = context::environment().into_iter();
    let (_, lines) = environment.find(|(name, _)| name == ARGUMENTS).expect("run by other tests");
    let lines = lines.into_string().expect("text");
    let arguments = match Arguments::try_parse_from(["probe"].into_iter().chain(lines.lines())) {
        Ok(arguments) => arguments,
        Err(error) => return eprintln!("{error}"),
    };
    let cli = Cli::try_parse_from(["fh", "explain"]).expect("a command line");
    let context = Context::new(&cli.global);
    if let Err(error) = block_on(run(arguments, &context)) {
        context::report(&error);
        eprintln!("[{:?}]", error.kind());
    }
}

async fn run(arguments: Arguments, context: &Context) -> Result<(), fh::error::Error> {
    let Arguments { stream, function, group, .. } = arguments;
    let plan = TailPlan {
        wanted: Wanted { stream, functions: function, groups: group, is_linked: false },
        policy: TailPolicy {
            since: arguments.since,
            until: arguments.until,
            follows: arguments.follow,
            last: arguments.tail,
            overlap: arguments.overlap_ms.map_or(DEFAULT_OVERLAP, Duration::from_millis),
            seed: 1,
        },
        filter_pattern: arguments.filter_pattern,
        log_stream_prefix: arguments.log_stream_prefix,
        is_live: arguments.live,
        timeout: arguments.timeout_ms.map(Duration::from_millis),
        doctor: None,
    };
    let region = plan.wanted.region()?;
    let session = Arc::new(Session::open(&arguments.aws, region).await?);
    let mut tailing = Tailing::open(session, plan, context).await?;
    loop {
        match tailing.next().await? {
            TailEvent::Events(events) => {
                for shown in events {
                    let label = &tailing.places()[shown.group].label;
                    let late = if shown.is_late { " late" } else { "" };
                    let event = shown.event;
                    eprintln!("{label}/{}{late} {}", event.stream, event.message);
                }
            }
            TailEvent::Quiet(_) => {}
            TailEvent::Ended(ending) => {
                eprintln!("[{ending:?}]");
                return Ok(());
            }
        }
        if arguments.events.is_some_and(|most| tailing.counts().events >= most) {
            eprintln!("[enough]");
            return Ok(());
        }
    }
}
