//! The addresses that are called instead of AWS's.

use hyper::Uri;

use super::endpoint_url::EndpointUrl;
use super::profiles::Profiles;
use super::service::Service;
use super::variables::Variables;
use crate::aws::AwsArgs;
use crate::error::Error;

/// True for a host of AWS's own, in all partitions.
pub(in crate::aws) fn is_aws_host(host: &str) -> bool {
    const ENDS: [&str; 4] = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws"];
    ENDS.iter().any(|end| host.ends_with(end))
}

/// True for an address of AWS's own, interface endpoints and FIPS endpoints
/// among them: what is there is not an emulator's.
pub fn is_aws_url(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|url| url.host().is_some_and(is_aws_host))
}

/// The command that sets what `fh local` at `url` needs, if it may be there.
pub(in crate::aws) fn local_hint(url: &EndpointUrl) -> Option<String> {
    let port = local_port(url)?;
    Some(format!("for `fh local`: eval \"$(fh local env --port {port})\""))
}

/// The port of this machine that a URL leads to, if it names one.
fn local_port(url: &EndpointUrl) -> Option<u16> {
    let url: Uri = url.as_str().parse().ok()?;
    url.port_u16().filter(|_| matches!(url.host(), Some("127.0.0.1" | "localhost")))
}

/// An address that is called instead of AWS's.
#[derive(Debug)]
pub(in crate::aws) struct EndpointOverride {
    service: Service,
    url: EndpointUrl,
    /// What sets it: `AWS_ENDPOINT_URL_S3`.
    pub(in crate::aws) place: String,
}

impl EndpointOverride {
    /// What to start where nothing listens there.
    pub(in crate::aws) fn how_to_start(&self) -> String {
        let port = local_port(&self.url);
        let fh_local = port.map(|it| format!(" (`fh local start --port {it}`)"));
        format!("start the server there{}", fh_local.unwrap_or_default())
    }

    /// It without a slash at its end.
    pub(in crate::aws) fn base(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    fn parse(service: Service, place: &str, url: &str) -> Result<Option<Self>, Error> {
        let url = url.parse().map_err(|error| Error::user(format!("{place}: {error}")))?;
        Ok(Some(Self { service, url, place: place.to_owned() }))
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(in crate::aws) struct Endpoints(Vec<EndpointOverride>);

impl Endpoints {
    /// That of a service; none if it is AWS's.
    pub(in crate::aws) fn get(&self, service: Service) -> Option<&EndpointUrl> {
        self.0.iter().find(|it| it.service == service).map(|it| &it.url)
    }

    /// The one that this URL is below.
    pub(in crate::aws) fn of(&self, url: &str) -> Option<&EndpointOverride> {
        let is_below = |it: &&EndpointOverride| {
            let rest = url.strip_prefix(it.base());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.0.iter().filter(is_below).max_by_key(|it| it.base().len())
    }

    /// Finds them: flag, variable of the service, variable of all, section of
    /// the service, profile.
    pub(super) fn find(
        args: &AwsArgs,
        variables: &Variables,
        profiles: &Profiles,
    ) -> Result<Self, Error> {
        let mut found = Vec::new();
        for service in Service::ALL {
            let flag = args.endpoint_url.as_ref().filter(|_| !service.is_of_credentials());
            found.extend(match flag {
                Some(url) => Some(EndpointOverride {
                    service,
                    url: url.clone(),
                    place: "`--endpoint-url`".to_owned(),
                }),
                None => configured(service, variables, profiles)?,
            });
        }
        Ok(Self(found))
    }
}

fn configured(
    service: Service,
    variables: &Variables,
    profiles: &Profiles,
) -> Result<Option<EndpointOverride>, Error> {
    let own = format!("AWS_ENDPOINT_URL_{}", service.id().to_uppercase());
    for name in [own.as_str(), "AWS_ENDPOINT_URL"] {
        if let Some(url) = variables.get(name) {
            return EndpointOverride::parse(service, name, url);
        }
    }
    let profile = profiles.name();
    if let Some(url) = profiles.endpoint(service)? {
        let place = format!("`{}` in the services of AWS profile `{profile}`", service.id());
        return EndpointOverride::parse(service, &place, url);
    }
    match profiles.get("endpoint_url") {
        Some(url) => {
            let place = format!("`endpoint_url` of AWS profile `{profile}`");
            EndpointOverride::parse(service, &place, url)
        }
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_of_a_call_is_the_one_with_the_longest_path() {
        let endpoint = |url| EndpointOverride::parse(Service::S3, "", url).unwrap().unwrap();
        let endpoints = Endpoints(vec![endpoint("http://a:1/s3/"), endpoint("http://a:1")]);
        let base = |url| endpoints.of(url).map(EndpointOverride::base);
        assert_eq!(base("http://a:1/s3/lake/key"), Some("http://a:1/s3"));
        assert_eq!(base("http://a:1/s34"), Some("http://a:1"));
        assert_eq!(base("http://a:12/"), None);
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
