//! `fh local start`: everything is made, served and shown, until Ctrl-C.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::browser;
use super::client::{DEFAULT_PORT, to_args};
use super::function::FunctionArgs;
use super::heap;
use super::running::{Running, stopped};
use super::stream::StreamSetup;
use crate::aws::block_on;
use crate::context::{self, Context, ProgressBar};
use crate::error::{Error, Outcome};
use crate::panics;
use crate::render::Output;
use crate::render::activity::{ActivityView, SeenActivity};
use crate::times::Clock;

/// How often the footer is drawn again.
const FOOTER: Duration = Duration::from_millis(200);

/// Activities that are shown at a time.
const BATCH: usize = 1000;

/// The flags of `fh local start`.
#[derive(Debug, clap::Args)]
pub(super) struct StartArgs {
    /// The function.
    #[command(flatten)]
    pub(super) function: FunctionArgs,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamSetup,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: ActivityFormat,

    /// Open the page of the stream in a browser
    #[arg(long, help_heading = "Output")]
    pub(super) open: bool,
}

/// Formats of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ActivityFormat {
    /// A line for each thing that happens
    Text,
    /// One JSON object per line
    Ndjson,
}

/// Runs the command.
pub(super) fn run(args: &StartArgs, context: &Context) -> Result<Outcome, Error> {
    heap::keep_small();
    let begun = Instant::now();
    block_on(async {
        let mut running = Running::start(&args.function, &args.stream).await?;
        let serving = running.serve();
        tokio::select! {
            biased;
            () = stopped() => Ok(Outcome::Clean),
            error = panics::happened() => Err(error),
            result = show(args, &running, begun, context) => result,
            () = serving => Err(Error::internal("the server has ended")),
            never = open_page(args, &running.url, context) => match never {},
        }
    })
}

/// Opens the page, if that is wanted; its end is not the end of the server.
async fn open_page(args: &StartArgs, url: &str, context: &Context) -> Infallible {
    if args.open
        && let Err(why) = browser::open(&format!("{url}/")).await
    {
        context.warn(&why, &[&format!("open it yourself: {url}/")]);
    }
    std::future::pending().await
}

/// The flags that `fh local show` needs to find a record of the stream.
fn reach(args: &StartArgs, running: &Running) -> Vec<String> {
    let address = Some(running.url.as_str()).filter(|_| args.stream.port != DEFAULT_PORT);
    let has_others = running.aws.streams().names().len() > 1;
    to_args(address, Some(running.stream.as_str()).filter(|_| has_others))
}

/// Shows what happens until the output is closed.
async fn show(
    args: &StartArgs,
    running: &Running,
    begun: Instant,
    context: &Context,
) -> Result<Outcome, Error> {
    let is_text = args.output == ActivityFormat::Text;
    let mut view = if is_text {
        let clock = Clock::new(context::time_zone(), context::now);
        ActivityView::lines(context.terminal, clock, &running.stream)
    } else {
        ActivityView::ndjson(context.terminal)
    };
    let mut output = Output::default();
    if is_text {
        output.write(&view.ready(&running.ready, begun.elapsed()))?;
    }
    let mut bar = ProgressBar::new(context, ProgressBar::MESSAGE, None).unless(!is_text);
    let history = Arc::clone(&running.aws.hands().history);
    let mut last = 0;
    loop {
        let (events, has_gap) = history.after(last, BATCH);
        view = view.with_show(reach(args, running)).on(context.resized());
        let mut out = if has_gap && last > 0 { view.gap() } else { Vec::new() };
        for event in &events {
            last = event.number;
            out.extend(view.activity(&SeenActivity {
                number: event.number,
                stream: event.stream.as_deref(),
                activity: &event.activity,
            }));
        }
        let mut written = Ok(());
        if !out.is_empty() {
            bar.suspended(|| written = output.write(&out));
        }
        written?;
        if let Some(stream) = running.aws.streams().get(&running.stream) {
            bar.show(last, || view.footer(&running.stream, &stream.holds()));
        }
        if !events.is_empty() {
            continue;
        }
        let news = history.wait_after(last);
        if context.stderr_is_terminal {
            let _timeout = tokio::time::timeout(FOOTER, news).await;
        } else {
            // Nothing is drawn: no wake-up without news.
            news.await;
        }
    }
}
