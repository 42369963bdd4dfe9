//! All services of this machine at one address, and what they share.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::ACCOUNT;
use super::cloudwatch_logs::{Logs, LogsApi, SharedLogs};
use super::control::Control;
use super::faults::{Faults, SharedFaults};
use super::firehose_api::{FirehoseApi, StreamDefaults};
use super::gateway::Gateway;
use super::history::History;
use super::identity::Identity;
use super::kms::Kms;
use super::lambda::Functions;
use super::log_writer::LogWriter;
use super::metrics::{CloudWatch, Metrics};
use super::route::Service;
use super::s3::{Objects, S3};
use super::saved::SavedFolder;
use super::streams::{Hands, Streams};
use crate::context;
use crate::error::Error;
use crate::function::ACTIVITY;
use firehose::flow::{Activity, What};

/// AWS on this machine.
#[derive(Debug)]
pub struct LocalAws {
    streams: Arc<Streams>,
    firehose: Arc<FirehoseApi>,
    logs: SharedLogs,
    gateway: Arc<Gateway>,
}

impl LocalAws {
    /// Opens what is in `folder`; nothing is written outside of it. New streams run
    /// like `defaults`. With `keeps`, records, streams, functions and activity are in
    /// the folder too, and go on after a restart.
    pub fn open(folder: &Path, defaults: StreamDefaults, keeps: bool) -> Result<Self, Error> {
        let unwritable = |error| Error::unwritable(&folder.display().to_string(), error);
        let saved = if keeps { Some(Arc::new(SavedFolder::open(folder)?)) } else { None };
        let history = Arc::new(History::default());
        if keeps {
            history.write_to(&folder.join(ACTIVITY)).map_err(unwritable)?;
        }
        let faults: SharedFaults = Arc::new(Mutex::new(Faults::new(defaults.seed)));
        let region = defaults.region.to_string();
        let logs = Arc::new(Mutex::new(Logs::new(ACCOUNT, &region)));
        let writer = Arc::new(LogWriter::new(Arc::clone(&logs), Arc::clone(&faults)));
        let objects = Arc::new(Objects::open(&folder.join("s3")).map_err(unwritable)?);
        let reloads = Arc::clone(&history);
        let on_reload = move |function: &str, file: &Path| {
            let (function, file) = (function.to_owned(), file.display().to_string());
            let at = context::milliseconds(context::now());
            reloads.add(None, Activity { at, what: What::Reloaded { function, file } });
        };
        let metrics = Arc::new(Mutex::new(Metrics::default()));
        let seen = (Arc::clone(&faults), Arc::clone(&metrics));
        let code = std::path::absolute(folder).map_err(unwritable)?;
        let mut functions =
            Functions::new(region.clone(), &code, Arc::clone(&writer), seen, on_reload);
        if let Some(saved) = &saved {
            functions = functions.saved_in(Arc::clone(saved));
        }
        let functions = Arc::new(functions);
        let shared = Arc::clone(&metrics);
        let hands =
            Hands { functions, objects, logs: writer, faults, metrics: shared, history, saved };
        let streams = Arc::new(Streams::new(Arc::new(hands)));
        let firehose = Arc::new(FirehoseApi::new(Arc::clone(&streams), defaults));
        let hands = streams.hands();
        let faults = || Arc::clone(&hands.faults);
        let logs_api = LogsApi::new(Arc::clone(&logs), faults());
        let logs_api = Arc::new(logs_api.with_destinations(Arc::clone(&streams) as _));
        hands.logs.set_api(&logs_api);
        let identity = Arc::new(Identity::new(faults()));
        let gateway = Gateway::new(S3::new(Arc::clone(&hands.objects)), faults())
            .with(Service::Firehose, Arc::clone(&firehose) as _)
            .with(Service::Lambda, Arc::clone(&hands.functions) as _)
            .with(Service::Logs, logs_api)
            .with(Service::Sts, Arc::clone(&identity) as _)
            .with(Service::Iam, identity)
            .with(Service::Kms, Arc::new(Kms::new(faults(), &region)))
            .with(Service::CloudWatch, Arc::new(CloudWatch::new(metrics, faults())))
            .with_own(Arc::new(Control::new(Arc::clone(&streams))));
        Ok(Self { streams, firehose, logs, gateway: Arc::new(gateway) })
    }

    /// The delivery streams.
    pub const fn streams(&self) -> &Arc<Streams> {
        &self.streams
    }

    /// What the streams work with.
    pub fn hands(&self) -> &Arc<Hands> {
        self.streams.hands()
    }

    /// The API of Firehose.
    pub const fn firehose(&self) -> &Arc<FirehoseApi> {
        &self.firehose
    }

    /// The log groups.
    pub const fn logs(&self) -> &SharedLogs {
        &self.logs
    }

    /// What answers requests.
    pub const fn gateway(&self) -> &Arc<Gateway> {
        &self.gateway
    }
}
