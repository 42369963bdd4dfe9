//! Calls of AWS: settings as every AWS tool takes them, one file a service,
//! errors as sentences.
//!
//! Thin: types of the SDK go in, ours come out. Nothing here prints, nothing
//! decides what an answer means. Nothing but what a command asks for is called:
//! no telemetry, no update check.
//!
//! ```text
//! AwsArgs ─▶ Session::open ─▶ Session ─▶ LambdaClient::new ─▶ invoke …
//!                                    └▶ role, key, metrics, … ─▶ Known
//! ```
//!
//! Putting records, S3 and CloudWatch Logs have a crate of the SDK each. Where a few
//! operations of a service are used, they are calls of `call`.
//!
//! Commands are synchronous: [`block_on`] is their door to the calls.
//!
//! TLS is rustls with ring, which `aws-config` brings for SSO anyway: no second
//! library in C. The certificates are the system's or those of `AWS_CA_BUNDLE`,
//! a proxy is taken from `HTTPS_PROXY` and `HTTP_PROXY`, unless `NO_PROXY` names
//! the host.

mod account;
mod arguments;
mod athena;
mod call;
mod cloudwatch;
mod error;
mod firehose;
mod glue;
mod http;
mod iam;
mod kinesis;
mod kms;
mod lambda;
mod live;
mod log_facts;
mod logs;
mod nearest;
mod proxy;
mod s3;
mod settings;
mod sources;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_smithy_http_client::tls::TlsContext;

pub use arguments::AwsArgs;
pub use athena::{AthenaPlace, AthenaRow, AthenaState};
pub use cloudwatch::{MetricQuery, Series};
pub use firehose::{FirehoseClient, NotDescribed, PutReply, Puts};
pub use glue::Table;
pub use iam::{ContextEntry, Decision, Role};
pub use kinesis::DataStream;
pub use kms::Key;
pub use lambda::{DeployedReply, FunctionConfiguration, FunctionLogs, LambdaClient, NotInvoked};
pub use live::{LiveSession, LiveUpdate};
pub use log_facts::{FoundEvent, FoundEvents, LogGroup, LogStream, SubscriptionFilter};
pub use logs::{Fetch, LogsClient, Selection, how_to_read};
pub use s3::{
    Arrived, Body, BucketEncryption, Fetched, Follow, Found, Listed, Listing, ObjectList,
    S3Location, S3Object, Tagger, Unreadable, is_s3_arn, parse_bucket,
};
pub use settings::{EndpointUrl, Service, is_aws_url};
pub use sources::NotTaken;

use crate::error::Error;
use ::firehose::names::RegionName;
use http::Watch;
use proxy::{Proxies, Proxy};
use s3::{BucketClients, SlowDown};
use settings::Settings;

/// How long one attempt of a call may take, and how long its answer may be
/// silent. The SDK has no limit of its own for these. A call that may take
/// longer sets its own.
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(1);
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Where and as whom AWS is called. A command opens one, and hands it down.
/// Credentials are looked up at the first call, and again when they expire.
pub struct Session {
    args: AwsArgs,
    config: SdkConfig,
    region: RegionName,
    settings: Arc<Settings>,
    tls: TlsContext,
    proxies: Arc<Proxies>,
    watch: Watch,
    buckets: Mutex<BucketClients>,
    /// How long S3 has asked to slow down: the user is told once.
    slow_down: Arc<SlowDown>,
}

impl Session {
    /// Finds profile, Region, certificates and addresses. `arn_region` is that
    /// of an ARN the user gave: it goes before all but `--region`, which must
    /// not contradict it, since no other Region knows the thing.
    ///
    /// What is wrong here is wrong usage; no call is made but, on a machine in
    /// EC2 that says nothing about a Region, one to its metadata service.
    pub async fn open(args: &AwsArgs, arn_region: Option<&RegionName>) -> Result<Self, Error> {
        let settings = Settings::read(args).await?;
        let set = settings.variables.get("AWS_CA_BUNDLE").filter(|file| !file.is_empty());
        let set = set.or_else(|| settings.profiles.get("ca_bundle")).map(PathBuf::from);
        let bundle = args.ca_bundle.clone().or(set);
        let proxies = Arc::new(Proxies::of(&settings.variables)?);
        let tls = http::trust(bundle.as_deref())?;
        let client = http::client(&tls, &proxies)?;
        let providers = ProviderConfig::without_region().with_http_client(client.clone());
        let region = settings.region(args, arn_region, &providers).await?;
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build();
        let config = aws_config::from_env()
            .env(settings.env.clone())
            .profile_files(settings.files.clone())
            .profile_name(settings.profiles.name())
            .http_client(client)
            .region(Region::new(region.to_string()))
            .timeout_config(timeouts)
            .load()
            .await;
        let settings = Arc::new(settings);
        let args = AwsArgs { region: Some(region.clone()), ..args.clone() };
        Ok(Self {
            args,
            config,
            region,
            settings,
            tls,
            proxies,
            watch: Watch::default(),
            buckets: Mutex::default(),
            slow_down: Arc::default(),
        })
    }

    /// Opens it again, with whatever login there is by now.
    pub async fn reopened(&self) -> Result<Self, Error> {
        Self::open(&self.args, None).await
    }

    /// The same session for another thread, which has a runtime of its own:
    /// connections belong to the runtime that made them, credentials do not.
    fn for_thread(&self) -> Result<Self, Error> {
        let client = http::client(&self.tls, &self.proxies)?;
        Ok(self.with_config(self.config.to_builder().http_client(client).build()))
    }

    /// The same session in another Region.
    fn in_region(&self, region: RegionName) -> Self {
        let config = self.config.to_builder().region(Region::new(region.to_string())).build();
        Self { region, ..self.with_config(config) }
    }

    fn with_config(&self, config: SdkConfig) -> Self {
        Self {
            args: self.args.clone(),
            config,
            region: self.region.clone(),
            settings: Arc::clone(&self.settings),
            tls: self.tls.clone(),
            proxies: Arc::clone(&self.proxies),
            watch: Watch::default(),
            buckets: Mutex::default(),
            slow_down: Arc::clone(&self.slow_down),
        }
    }

    /// The address that a service is called at, if it is not AWS's: every
    /// client is made with it.
    pub fn endpoint(&self, service: Service) -> Option<&EndpointUrl> {
        self.settings.endpoints.get(service)
    }

    /// The same for a client. The SDK appends the name of a bucket to a path as
    /// it is, so the path has to end with a slash.
    fn endpoint_url(&self, service: Service) -> Option<String> {
        self.endpoint(service).map(|url| format!("{}/", url.as_str().trim_end_matches('/')))
    }

    /// The address of the last call, once there was one: its endpoint, or
    /// scheme and host.
    fn address(&self) -> Option<String> {
        let url = self.watch.url()?;
        if let Some(endpoint) = self.settings.endpoints.of(&url) {
            return Some(endpoint.base().to_owned());
        }
        let host = url.splitn(4, '/').take(3).collect::<Vec<_>>();
        Some(host.join("/"))
    }

    /// The proxy that this address is called over.
    fn proxy(&self, address: &str) -> Option<&Proxy> {
        self.proxies.get(&address.parse().ok()?)
    }

    /// True if the caller pays for requests to a Requester Pays bucket.
    fn requester_pays(&self) -> bool {
        self.args.request_payer
    }

    /// The Region that is called.
    pub fn region(&self) -> &RegionName {
        &self.region
    }
}

impl fmt::Debug for Session {
    /// No credentials, and nothing that could hold some.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("region", &self.region).finish_non_exhaustive()
    }
}

/// Runs `future` to its end on this thread, for commands that are synchronous.
pub fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal(format!("no asynchronous runtime: {error}")))?
        .block_on(future)
}
