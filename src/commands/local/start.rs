//! `fh local start`: everything is made, served and shown, until Ctrl-C.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::arguments::{ActivityFormat, DEFAULT_PORT, FunctionArgs, StartArgs, StreamSetup};
use super::browser;
use super::client::to_args;
use super::function::function;
use super::stream::{StreamPlan, configured, function_of, plan};
use crate::aws::block_on;
use crate::context::{self, Context, ProgressBar};
use crate::error::{Error, Outcome};
use crate::local::aws::LocalAws;
use crate::local::faults::lock;
use crate::local::firehose_api::StreamDefaults;
use crate::local::gateway::LIMITS;
use crate::local::s3::Problem;
use crate::loopback;
use crate::panics;
use crate::render::Output;
use crate::render::activity::{ActivityView, Ready, SeenActivity};
use crate::signals::Signals;
use crate::times::Clock;
use firehose::transform::{Behaviors, Source};

/// The Region that everything is in.
pub(super) const REGION: &str = "us-east-1";

/// How often the footer is drawn again.
const FOOTER: Duration = Duration::from_millis(200);

/// Activities that are shown at a time.
const BATCH: usize = 1000;

/// What runs.
pub(in crate::commands) struct Running {
    pub(super) aws: LocalAws,
    pub(super) stream: String,
    pub(in crate::commands) url: String,
    pub(super) ready: Ready,
    listener: Option<TcpListener>,
    /// Gone with it.
    _temporary: Option<TempDir>,
}

/// Runs the command.
pub(super) fn run(args: &StartArgs, context: &Context) -> Result<Outcome, Error> {
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

/// Waits for Ctrl-C, a closed terminal or `kill`: the usual way to end it.
pub(in crate::commands) async fn stopped() {
    match Signals::listen() {
        Ok(mut signals) => signals.next().await,
        Err(_) => std::future::pending().await,
    }
}

impl Running {
    /// Makes the stream with all that it needs, and listens.
    pub(super) async fn start(
        function_args: &FunctionArgs,
        setup: &StreamSetup,
    ) -> Result<Self, Error> {
        let listener = listen(setup.port).await?;
        let address =
            listener.local_addr().map_err(|error| Error::unreadable("the port", error))?;
        let (folder, temporary) = folder(setup.dir.as_deref())?;
        // What the configuration calls is what is run.
        let (configured, source) = configured(setup).await?.unzip();
        let source = setup.event_source.map(Source::from).or(source).unwrap_or(Source::DirectPut);
        let called = configured.as_ref().and_then(function_of);
        let name = called.as_ref().map(|it| it.name().to_owned());
        let config = function(function_args, name.as_deref(), REGION)?;
        let arn = config.as_ref().map(|it| it.settings.arn());
        let StreamPlan { name, description, time_scale } = plan(setup, configured, arn.as_deref())?;
        let aws =
            LocalAws::open(&folder, defaults(setup, time_scale, source)?, setup.dir.is_some())?;
        let url = format!("http://{address}");
        aws.hands().functions.serve_at(&url);
        {
            let mut faults = lock(&aws.hands().faults);
            for fault in &setup.fault {
                faults
                    .set(fault.clone())
                    .map_err(|why| Error::user(format!("`--fault`: {why}")))?;
            }
        }
        if let Some(config) = config {
            let concurrency = usize::try_from(function_args.concurrency).unwrap_or(usize::MAX);
            aws.hands().logs.create_group(&config.log_group);
            aws.hands().functions.deploy(config, concurrency).await?;
        }
        aws.hands().functions.restore().await?;
        aws.firehose().check(&name, &description)?;
        let view = description.view();
        if let Some(destination) = &view.destination {
            for place in [&destination.s3, &destination.backup].into_iter().flatten() {
                make_bucket(&aws, &place.bucket)?;
            }
            if let Some(logging) = &destination.logging {
                aws.hands().logs.create_stream(logging);
            }
        }
        aws.firehose().start(&name, description)?;
        let log_groups = view.destination.iter().filter_map(|it| it.logging.as_ref());
        let ready = Ready {
            stream: name.clone(),
            url: url.clone(),
            function: arn,
            log_groups: log_groups.map(|it| it.group.clone()).collect(),
            folder: folder.display().to_string(),
            is_temporary: temporary.is_some(),
            view,
            time_scale,
            source,
        };
        let listener = Some(listener);
        Ok(Self { aws, stream: name, url, ready, listener, _temporary: temporary })
    }

    /// Serves until it is dropped; once.
    pub(in crate::commands) fn serve(&mut self) -> impl Future<Output = ()> + use<> {
        let (listener, gateway) = (self.listener.take(), Arc::clone(self.aws.gateway()));
        async move {
            match listener {
                Some(listener) => loopback::serve(listener, LIMITS, gateway).await,
                None => std::future::pending().await,
            }
        }
    }
}

async fn listen(port: u16) -> Result<TcpListener, Error> {
    loopback::listen(port).await.map_err(|error| {
        let error = Error::user(format!("cannot listen on 127.0.0.1:{port}: {error}"));
        error.hint("another fh local may run there; choose a port with `--port`, 0 for a free one")
    })
}

/// The folder of the user, or one that is gone at the end.
fn folder(chosen: Option<&Path>) -> Result<(PathBuf, Option<TempDir>), Error> {
    if let Some(folder) = chosen {
        return Ok((folder.to_owned(), None));
    }
    let temporary = tempfile::Builder::new().prefix("fh-local-").tempdir();
    let temporary = temporary.map_err(|error| Error::unwritable("a temporary folder", error))?;
    Ok((temporary.path().to_owned(), Some(temporary)))
}

fn defaults(setup: &StreamSetup, time_scale: u32, source: Source) -> Result<StreamDefaults, Error> {
    let mut behaviors = Behaviors::default();
    for (name, is_second) in &setup.behavior {
        behaviors.set(name, *is_second);
    }
    Ok(StreamDefaults {
        region: REGION.parse().map_err(|error| Error::internal(format!("{REGION}: {error}")))?,
        source,
        time_scale,
        behaviors,
        compresses_failures: false,
        short_ids: false,
        seed: setup.seed.unwrap_or_else(|| fastrand::u64(..)),
    })
}

fn make_bucket(aws: &LocalAws, bucket: &str) -> Result<(), Error> {
    match aws.hands().objects.create_bucket(bucket, None) {
        Ok(()) | Err(Problem::BucketExists) => Ok(()),
        Err(problem) => Err(Error::user(format!("cannot make the bucket `{bucket}`: {problem}"))),
    }
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
        view = view.with_show(reach(args, running));
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
