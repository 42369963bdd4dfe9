//! Calls of AWS: settings as every AWS tool takes them, one file a service,
//! errors as sentences.
//!
//! Thin: types of the SDK go in, ours come out. Nothing here prints, nothing
//! decides what an answer means. Nothing but what a command asks for is called:
//! no telemetry, no update check.
//!
//! ```text
//! AwsArgs ─▶ Session::open ─▶ Session ─▶ LambdaClient::new ─▶ invoke …
//! ```
//!
//! Commands are synchronous: [`block_on`] is their door to the calls.
//!
//! TLS is rustls with ring, which `aws-config` brings for SSO anyway: no second
//! library in C. The certificates are the system's or those of `AWS_CA_BUNDLE`,
//! a proxy is taken from `HTTPS_PROXY`.

mod account;
mod error;
mod firehose;
mod http;
mod lambda;
mod live;
mod logs;
mod s3;
mod settings;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;

pub(crate) use error::is_aws;
pub use firehose::{FirehoseClient, NotDescribed, Puts, Reply, region_of};
pub use lambda::{DeployedReply, FunctionLogs, FunctionName, LambdaClient};
pub use live::{LiveNews, LiveSession};
pub use logs::{Fetch, LogsClient, Selection, how_to_read};
pub use s3::{
    Body, Fetched, Follow, Found, Gap, Listing, S3Location, S3Object, Tagger, check_bucket,
};
pub use settings::{EndpointUrl, RegionName};

use crate::cli::AwsArgs;
use crate::error::Error;
use http::Watch;
use settings::Profiles;

/// How long one attempt of a call may take, and how long its answer may be
/// silent. The SDK has no limit of its own for these. A call that may take
/// longer sets its own.
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(1);
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Where and as whom AWS is called. Credentials are looked up at the first
/// call, and again when they expire.
pub struct Session {
    config: SdkConfig,
    region: RegionName,
    profiles: Profiles,
    /// True if keys in the environment are what calls are signed with.
    has_env_keys: bool,
    /// True if another address than AWS's is called.
    has_endpoint: bool,
    watch: Watch,
}

impl Session {
    /// Finds profile, Region, certificates and address. `arn_region` is that
    /// of an ARN the user gave: it goes before all but `--region`, which must
    /// not contradict it, since no other Region knows the thing.
    ///
    /// What is wrong here is wrong usage; no call is made but, on a machine in
    /// EC2 that says nothing about a Region, one to its metadata service.
    pub async fn open(args: &AwsArgs, arn_region: Option<&RegionName>) -> Result<Self, Error> {
        let profiles = Profiles::load(args.profile.as_deref()).await?;
        let bundle = args.ca_bundle.clone().filter(|file| !file.as_os_str().is_empty());
        let bundle = bundle.or_else(|| profiles.get("ca_bundle").map(PathBuf::from));
        let client = http::client(bundle.as_deref())?;
        let providers = ProviderConfig::without_region().with_http_client(client.clone());
        let region = settings::region(args, arn_region, &profiles, &providers).await?;
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build();
        let mut loader = aws_config::from_env()
            .http_client(client)
            .region(region.to_sdk())
            .timeout_config(timeouts);
        if let Some(url) = &args.endpoint_url {
            loader = loader.endpoint_url(url.as_str());
        }
        if let Some(profile) = &args.profile {
            let providers = providers.with_region(Some(region.to_sdk()));
            loader = loader
                .profile_name(profile)
                .credentials_provider(credentials_of_profile(profile, &providers));
        }
        let config = loader.load().await;
        let has_env_keys = args.profile.is_none() && settings::has_env_keys();
        let has_endpoint = config.endpoint_url().is_some() || settings::has_endpoint("S3");
        Ok(Self { config, region, profiles, has_env_keys, has_endpoint, watch: Watch::default() })
    }

    /// The address that Firehose is called at, if it is not AWS's: that of the
    /// flag, of the environment or of the profile.
    pub fn firehose_endpoint(&self, args: &AwsArgs) -> Option<String> {
        let flag = args.endpoint_url.as_ref().map(|url| url.as_str().to_owned());
        let named = || settings::endpoint("FIREHOSE");
        flag.or_else(named).or_else(|| self.config.endpoint_url().map(str::to_owned))
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

/// The credentials of a profile that was asked for by `--profile`. As in the
/// AWS CLI, keys in the environment do not go before it; the SDK's own chain
/// would let them.
fn credentials_of_profile(name: &str, config: &ProviderConfig) -> CredentialsProviderChain {
    let profile = aws_config::profile::ProfileFileCredentialsProvider::builder();
    let container = aws_config::ecs::EcsCredentialsProvider::builder();
    let machine = aws_config::imds::credentials::ImdsCredentialsProvider::builder();
    CredentialsProviderChain::first_try(
        "Profile",
        profile.configure(config).profile_name(name).build(),
    )
    .or_else("EcsContainer", container.configure(config).build())
    .or_else("Ec2InstanceMetadata", machine.configure(config).build())
}

/// Runs `future` to its end on this thread, for commands that are synchronous.
pub fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal(format!("no asynchronous runtime: {error}")))?
        .block_on(future)
}
