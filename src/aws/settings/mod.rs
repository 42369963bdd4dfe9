//! What is called, and as whom: profile, Region, addresses, and how often.
//!
//! Found where the AWS CLI finds them, and checked before anything is called.
//! The SDK looks for all of this by itself, but otherwise in some cases, and it
//! panics on some values. So it never sees the environment or the files: only
//! what [`Settings`] makes of them.

mod endpoint_url;
mod endpoints;
mod ini;
mod profiles;
mod service;
mod variables;

use std::time::Duration;

use aws_config::imds;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::Env;

pub use endpoint_url::EndpointUrl;
pub use endpoints::is_aws_url;
pub(super) use endpoints::{Endpoints, is_aws_host};
pub(super) use profiles::Profiles;
pub use service::Service;
pub(super) use variables::Variables;

use crate::aws::AwsArgs;
use crate::error::Error;
use firehose::names::RegionName;

/// How long the metadata service of EC2 may take to tell the Region.
/// Elsewhere its address may not answer, and the user would wait for it.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

/// Where that service is (EC2 user guide, "Use IMDS").
const METADATA: [(&str, &str); 2] =
    [("ipv4", "http://169.254.169.254"), ("ipv6", "http://[fd00:ec2::254]")];

/// Where and as whom AWS is called, as far as that is known without a call.
pub(super) struct Settings {
    pub(super) variables: Variables,
    pub(super) profiles: Profiles,
    pub(super) endpoints: Endpoints,
    /// True if keys in the environment are what calls are signed with.
    pub(super) has_env_keys: bool,
    /// For the SDK.
    pub(super) env: Env,
    pub(super) files: EnvConfigFiles,
}

impl Settings {
    /// Reads them and refuses what cannot be meant.
    pub(super) async fn read(args: &AwsArgs) -> Result<Self, Error> {
        let variables = Variables::of_process()?;
        let mut profiles = Profiles::load(args.profile.as_deref(), &variables).await?;
        let mut seen = variables.clone();
        if is_true(variables.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
            || is_true(profiles.get("ignore_configured_endpoint_urls"))
        {
            seen.remove_all("AWS_ENDPOINT_URL");
            profiles.without_endpoints();
        }
        let endpoints = Endpoints::find(args, &seen, &profiles)?;
        let has_env_keys = env_keys(&variables, &mut profiles, &mut seen)?;
        if !has_env_keys {
            let has = |name| variables.get(name).is_some_and(|value| !value.is_empty());
            let has_token = has("AWS_WEB_IDENTITY_TOKEN_FILE") && has("AWS_ROLE_ARN");
            if has_token && !profiles.is_explicit() {
                // A token of the environment goes before the files, like in the AWS CLI.
                profiles.without_credentials();
            }
            profiles.ensure_whole_keys()?;
        }
        retries(&variables, &profiles, &mut seen)?;
        container(&variables)?;
        let files = profiles.to_sdk();
        Ok(Self { env: seen.to_sdk(), variables, profiles, endpoints, has_env_keys, files })
    }

    /// Finds the Region: flag, ARN, environment, profile, metadata of EC2.
    pub(super) async fn region(
        &self,
        args: &AwsArgs,
        arn: Option<&RegionName>,
        providers: &ProviderConfig,
    ) -> Result<RegionName, Error> {
        match (&args.region, arn) {
            (Some(flag), Some(arn)) if flag != arn => {
                return Err(Error::user(format!("the ARN is in {arn}, but `--region` is {flag}"))
                    .hint("omit `--region`, or pass the name instead of the ARN"));
            }
            (Some(region), _) | (None, Some(region)) => return Ok(region.clone()),
            (None, None) => {}
        }
        let named = |place: &str, value: &str| {
            value.parse().map_err(|error| Error::user(format!("{place}: {error}")))
        };
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if let Some(region) = self.variables.get(name) {
                return named(name, region);
            }
        }
        if let Some(region) = self.profiles.get("region") {
            return named(&format!("profile `{}`", self.profiles.name()), region);
        }
        let client = imds::Client::builder().configure(providers);
        let client = client
            .endpoint(self.metadata()?)
            .map_err(|error| Error::user(format!("AWS_EC2_METADATA_SERVICE_ENDPOINT: {error}")))?;
        let machine =
            ImdsRegionProvider::builder().configure(providers).imds_client(client.build()).build();
        if let Ok(Some(region)) = tokio::time::timeout(METADATA_TIMEOUT, machine.region()).await {
            return named("the metadata of this machine", region.as_ref());
        }
        let error = Error::user("no AWS Region is set").hint(format!(
            "pass `--region`, set AWS_REGION, or: aws configure set region eu-west-1 --profile {}",
            self.profiles.name()
        ));
        Err(self.local_hint().into_iter().fold(error, Error::hint))
    }

    /// What sets everything that `fh local` needs, where its address may have been given.
    pub(super) fn local_hint(&self) -> Option<String> {
        self.endpoints.get(Service::Firehose).and_then(endpoints::local_hint)
    }

    /// The address of the metadata service of EC2.
    fn metadata(&self) -> Result<String, Error> {
        const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
        const MODE: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
        let given = |name: &str| {
            self.variables.get(name).or_else(|| {
                self.profiles.get(&name.strip_prefix("AWS_").unwrap_or(name).to_lowercase())
            })
        };
        if let Some(url) = given(ENDPOINT) {
            let parsed: Result<EndpointUrl, _> = url.parse();
            return match parsed {
                Ok(url) => Ok(url.to_string()),
                Err(error) => Err(Error::user(format!("{ENDPOINT}: {error}"))),
            };
        }
        let mode = given(MODE).unwrap_or("ipv4");
        let known = METADATA.iter().find(|(name, _)| name.eq_ignore_ascii_case(mode));
        known.map(|(_, url)| (*url).to_owned()).ok_or_else(|| {
            Error::user(format!("{MODE}: `{mode}` is not a valid mode")).hint("use ipv4 or ipv6")
        })
    }
}

/// What the AWS CLI takes for true; all else is false.
fn is_true(value: Option<&str>) -> bool {
    value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Refuses half a key pair in the environment, and takes a whole one out of
/// `seen` if it is not to be used. Returns true if it is.
fn env_keys(
    variables: &Variables,
    profiles: &mut Profiles,
    seen: &mut Variables,
) -> Result<bool, Error> {
    const ID: &str = "AWS_ACCESS_KEY_ID";
    const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
    const TOKEN: &str = "AWS_SESSION_TOKEN";
    // The AWS CLI knows none of this name; the SDK does.
    seen.remove(&["SECRET_ACCESS_KEY"]);
    let is_blank = |name: &str| variables.get(name).is_none_or(|value| value.trim().is_empty());
    let pair = [ID, SECRET].map(|name| !is_blank(name));
    if profiles.is_explicit() {
        let keys = [ID, SECRET, TOKEN].map(|name| variables.get(name));
        if let [Some(_), Some(_), _] = keys {
            let [id, secret, token] = keys;
            profiles.add_environment([
                ("aws_access_key_id", id),
                ("aws_secret_access_key", secret),
                ("aws_session_token", token),
            ]);
        }
        let web = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"];
        seen.remove(&[ID, SECRET, TOKEN]);
        seen.remove(&web);
        return Ok(false);
    }
    let (given, missing) = match pair {
        [true, true] => return Ok(true),
        [false, false] => return Ok(false),
        [true, false] => (ID, SECRET),
        [false, true] => (SECRET, ID),
    };
    let is = if variables.given(missing).is_some() { "empty" } else { "missing" };
    Err(Error::user(format!("{given} is set, but {missing} is {is}"))
        .hint(format!("set {missing}, or unset {given} to use the profile `{}`", profiles.name())))
}

/// Hands over how often a call is tried. The SDK panics on what it does not
/// know.
fn retries(variables: &Variables, profiles: &Profiles, seen: &mut Variables) -> Result<(), Error> {
    // As in the AWS CLI an empty variable is a wrong value, no missing one.
    let given = |variable: &str, key: &str| match variables.given(variable) {
        Some(value) => Some((variable.to_owned(), value.to_owned())),
        None => profiles.get(key).map(|value| {
            (format!("`{key}` of AWS profile `{}`", profiles.name()), value.to_owned())
        }),
    };
    if let Some((place, value)) = given("AWS_RETRY_MODE", "retry_mode") {
        let mode = match value.as_str() {
            // The SDK has none of its own for it.
            "legacy" | "standard" => "standard",
            "adaptive" => "adaptive",
            _ => {
                return Err(Error::user(format!(
                    "{place} is {}, not a retry mode",
                    quoted(&value)
                ))
                .hint("set it to legacy, standard or adaptive, or remove it"));
            }
        };
        seen.set("AWS_RETRY_MODE", mode);
    }
    if let Some((place, value)) = given("AWS_MAX_ATTEMPTS", "max_attempts") {
        let attempts = value.trim().parse::<u32>().ok().filter(|attempts| *attempts > 0);
        let attempts = attempts.ok_or_else(|| {
            Error::user(format!("{place} is {}, not a number of attempts", quoted(&value)))
                .hint("set it to a whole number of at least 1, or remove it")
        })?;
        seen.set("AWS_MAX_ATTEMPTS", attempts.to_string());
    }
    Ok(())
}

/// A wrong value in a sentence.
fn quoted(value: &str) -> String {
    if value.is_empty() { "empty".to_owned() } else { format!("`{value}`") }
}

/// Refuses addresses of a container's credentials that the SDK panics on.
fn container(variables: &Variables) -> Result<(), Error> {
    const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    if let Some(url) = variables.get(FULL)
        && let Err(error) = url.parse::<EndpointUrl>()
    {
        return Err(Error::user(format!("{FULL}: {error}")));
    }
    match variables.get(RELATIVE) {
        Some(path) if !path.starts_with('/') => {
            Err(Error::user(format!("{RELATIVE}: `{path}` does not begin with `/`")))
        }
        _ => Ok(()),
    }
}
