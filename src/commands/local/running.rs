//! A delivery stream on this machine with all that it needs, as long as it runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::client::port_flag;
use super::function::{FunctionArgs, function};
use super::stream::{StreamPlan, StreamSetup, configured, function_of, plan};
use crate::error::Error;
use crate::local::aws::LocalAws;
use crate::local::faults::lock;
use crate::local::firehose_api::StreamDefaults;
use crate::local::gateway::LIMITS;
use crate::local::s3::Problem;
use crate::loopback;
use crate::render::activity::Ready;
use crate::signals::Signals;
use firehose::transform::{Behaviors, Source};

/// The Region that everything is in.
pub(super) const REGION: &str = "us-east-1";

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
            port_flag: port_flag(&url),
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

/// Waits for Ctrl-C, a closed terminal or `kill`: the usual way to end it.
pub(in crate::commands) async fn stopped() {
    match Signals::listen() {
        Ok(mut signals) => signals.next().await,
        Err(_) => std::future::pending().await,
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
