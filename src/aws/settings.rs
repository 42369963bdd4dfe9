//! What is called: profile, Region, address. Found where every AWS tool finds
//! them, checked before anything is called.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use aws_config::Region;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::ProfileSet;
use aws_config::provider_config::ProviderConfig;
use aws_types::os_shim_internal::{Env, Fs};
use hyper::Uri;

use crate::cli::AwsArgs;
use crate::error::Error;

/// Longest name of a Region that is taken; the longest there is has 14.
const MAX_REGION: usize = 32;

/// How long the metadata service of EC2 may take to tell the Region.
/// Elsewhere its address may lead nowhere, and nobody is to wait for that.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

/// The name of a Region, e.g. `eu-west-1`. It becomes part of the address that
/// is called, so nothing else may be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionName(String);

impl RegionName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn to_sdk(&self) -> Region {
        Region::new(self.0.clone())
    }
}

impl FromStr for RegionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        let is_good = text.starts_with(|it: char| it.is_ascii_lowercase())
            && text.len() <= MAX_REGION
            && text.bytes().all(is_letter);
        if is_good {
            return Ok(Self(text.to_owned()));
        }
        Err(format!("`{text}` is no Region; write e.g. eu-west-1"))
    }
}

impl fmt::Display for RegionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address to call instead of AWS: `http` or `https` and a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointUrl(String);

impl EndpointUrl {
    /// The URL as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EndpointUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no address; write e.g. http://localhost:4566");
        let url: Uri = text.parse().map_err(|_| wrong())?;
        let is_web = matches!(url.scheme_str(), Some("http" | "https"));
        // A name and a password in it would be shown in messages.
        let is_plain = url.authority().is_some_and(|it| !it.as_str().contains('@'));
        if is_web && is_plain { Ok(Self(text.to_owned())) } else { Err(wrong()) }
    }
}

/// The profiles of `~/.aws`, one of them chosen.
pub(super) struct Profiles(ProfileSet);

impl Profiles {
    /// Reads the files of the AWS CLI. The profile is `name`, else that of
    /// `AWS_PROFILE`, else `default`; one that is named must exist.
    #[expect(
        clippy::default_trait_access,
        reason = "the type is of a crate that nothing else is needed from"
    )]
    pub(super) async fn load(name: Option<&str>) -> Result<Self, Error> {
        let chosen = name.map(|name| name.to_owned().into());
        let set = aws_config::profile::load(&Fs::real(), &Env::real(), &Default::default(), chosen)
            .await
            .map_err(|error| {
                Error::usage(format!(
                    "cannot use the AWS configuration: {}",
                    super::error::chain(&error)
                ))
                .hint("`aws configure list` shows which files are read")
            })?;
        let profiles = Self(set);
        profiles.ensure_exists()?;
        Ok(profiles)
    }

    /// The name of the chosen one.
    pub(super) fn name(&self) -> &str {
        self.0.selected_profile()
    }

    /// A setting of the chosen one; none if it is empty.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).filter(|value| !value.is_empty())
    }

    /// The profile whose login the chosen one uses, if it logs in by SSO:
    /// itself, or the source of its role.
    pub(super) fn sso_login(&self) -> Option<&str> {
        let is_sso = |name: &str| {
            let profile = self.0.get_profile(name)?;
            profile.get("sso_session").or_else(|| profile.get("sso_start_url"))
        };
        let source = self.get("source_profile");
        [Some(self.name()), source].into_iter().flatten().find(|name| is_sso(name).is_some())
    }

    fn ensure_exists(&self) -> Result<(), Error> {
        let name = self.name();
        if name != "default" && self.0.get_profile(name).is_none() {
            return Err(Error::usage(format!("there is no AWS profile `{name}`"))
                .hint(format!("check `--profile` and AWS_PROFILE; {}", self.nearest(name))));
        }
        // The SDK would go on to the machine's role without a word.
        match self.get("source_profile") {
            Some(source) if self.0.get_profile(source).is_none() => Err(Error::usage(format!(
                "AWS profile `{name}` assumes a role as profile `{source}`, which does not exist"
            ))
            .hint(format!("check `source_profile` in ~/.aws/config; {}", self.nearest(source)))),
            _ => Ok(()),
        }
    }

    /// The profiles that there are, those with a name like `name` first.
    fn nearest(&self, name: &str) -> String {
        let mut known: Vec<&str> = self.0.profiles().collect();
        if known.is_empty() {
            return "there is none at all; `aws configure` makes one".to_owned();
        }
        known.sort_by_cached_key(|it| (strsim::damerau_levenshtein(it, name), (*it).to_owned()));
        known.truncate(5);
        let known: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
        format!("there is {}; `aws configure list-profiles` lists all", known.join(", "))
    }
}

/// True if there are keys in the environment.
pub(super) fn has_env_keys() -> bool {
    Env::real().get("AWS_ACCESS_KEY_ID").is_ok_and(|key| !key.is_empty())
}

/// True if the environment has an address for this service instead of AWS's:
/// `AWS_ENDPOINT_URL_S3`.
pub(super) fn has_endpoint(service: &str) -> bool {
    endpoint(service).is_some()
}

/// That address.
pub(super) fn endpoint(service: &str) -> Option<String> {
    let name = format!("AWS_ENDPOINT_URL_{service}");
    Env::real().get(&name).ok().filter(|url| !url.is_empty())
}

/// Finds the Region: flag, ARN, environment, profile, metadata of EC2.
pub(super) async fn region(
    args: &AwsArgs,
    arn: Option<&RegionName>,
    profiles: &Profiles,
    providers: &ProviderConfig,
) -> Result<RegionName, Error> {
    match (&args.region, arn) {
        (Some(flag), Some(arn)) if flag != arn => {
            return Err(Error::usage(format!("the ARN is in {arn}, but `--region` says {flag}"))
                .hint("leave out `--region`, or give the name instead of the ARN"));
        }
        (Some(region), _) | (None, Some(region)) => return Ok(region.clone()),
        (None, None) => {}
    }
    let named = |place: &str, value: &str| {
        value.parse().map_err(|error| Error::usage(format!("{place}: {error}")))
    };
    let environment = EnvironmentVariableRegionProvider::new().region().await;
    if let Some(region) = environment.filter(|it| !it.as_ref().is_empty()) {
        return named("AWS_REGION", region.as_ref());
    }
    if let Some(region) = profiles.get("region") {
        return named(&format!("profile `{}`", profiles.name()), region);
    }
    let machine = ImdsRegionProvider::builder().configure(providers).build();
    if let Ok(Some(region)) = tokio::time::timeout(METADATA_TIMEOUT, machine.region()).await {
        return named("the metadata of this machine", region.as_ref());
    }
    Err(Error::usage("no AWS Region is set").hint(format!(
        "give `--region`, set AWS_REGION, or: aws configure set region eu-west-1 --profile {}",
        profiles.name()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_cannot_turn_the_address_elsewhere() {
        for good in ["eu-west-1", "us-gov-east-1", "cn-north-1", "local"] {
            assert_eq!(good.parse::<RegionName>().unwrap().as_str(), good);
        }
        let long = "a".repeat(33);
        for bad in ["", "EU-WEST-1", "eu.west", "a/b", "x@host", "a#", "eu-west-1\n", "1-a", &long]
        {
            assert!(bad.parse::<RegionName>().unwrap_err().contains("is no Region"), "{bad}");
        }
    }

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_no_password() {
        for good in ["http://localhost:4566", "https://[::1]:8443/path", "http://127.0.0.1"] {
            assert_eq!(good.parse::<EndpointUrl>().unwrap().as_str(), good);
        }
        for bad in ["", "localhost:4566", "ftp://host", "http://", "/x", "http://me:secret@host"] {
            assert!(bad.parse::<EndpointUrl>().is_err(), "{bad}");
        }
    }
}
