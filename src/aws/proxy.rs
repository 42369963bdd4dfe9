//! Which calls go over a proxy. The variables mean what they mean to the AWS
//! CLI, which is what they mean to Python's `urllib.request`.

use std::fmt;

use hyper::Uri;

use super::settings::Variables;
use crate::error::Error;

/// Where a container gets its credentials (SDKs and tools reference guide,
/// "Container credential provider"); no proxy leads there.
const CONTAINER: [&str; 3] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/// A proxy, and the variable that names it.
#[derive(Clone)]
pub(super) struct Proxy {
    variable: &'static str,
    url: Uri,
}

impl Proxy {
    /// With the name and the password in it, if there are any.
    pub(super) const fn url(&self) -> &Uri {
        &self.url
    }

    /// The variable that names it.
    pub(super) const fn variable(&self) -> &'static str {
        self.variable
    }
}

impl fmt::Display for Proxy {
    /// Without a name and a password in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.url.authority().map_or("", |it| it.as_str());
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        write!(f, "{}://{host}", self.url.scheme_str().unwrap_or("http"))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The proxies of the environment.
#[derive(Debug, Default)]
pub(super) struct Proxies {
    pub(super) http: Option<Proxy>,
    pub(super) https: Option<Proxy>,
    /// What is called without, as it was given.
    none: String,
}

impl Proxies {
    /// Reads them. Like the AWS CLI it ignores `ALL_PROXY`.
    pub(super) fn of(variables: &Variables) -> Result<Self, Error> {
        let none = given(variables, "no_proxy", "NO_PROXY").map_or("", |(_, value)| value);
        // To a CGI program this variable is a header that a client has sent.
        let is_cgi = variables.given("REQUEST_METHOD").is_some();
        let upper = if is_cgi { "http_proxy" } else { "HTTP_PROXY" };
        let proxy = |lower, upper| {
            given(variables, lower, upper)
                .filter(|_| none != "*")
                .map(|(variable, url)| parse(variable, url))
                .transpose()
        };
        Ok(Self {
            http: proxy("http_proxy", upper)?,
            https: proxy("https_proxy", "HTTPS_PROXY")?,
            none: none.to_owned(),
        })
    }

    /// The one that an address is called over.
    pub(super) fn get(&self, address: &Uri) -> Option<&Proxy> {
        let proxy = match address.scheme_str() {
            Some("http") => self.http.as_ref(),
            Some("https") => self.https.as_ref(),
            _ => None,
        };
        proxy.filter(|_| !self.is_direct(address))
    }

    /// True if `NO_PROXY` names the host: by itself, with its port, or by its
    /// end. There are no addresses of networks, and `*` is for all hosts only
    /// if it is alone.
    fn is_direct(&self, address: &Uri) -> bool {
        let Some(authority) = address.authority() else { return false };
        let whole = authority.as_str().to_ascii_lowercase();
        let host = authority.host().to_ascii_lowercase();
        if CONTAINER.contains(&host.as_str()) {
            return true;
        }
        let names = self.none.split(',').map(|name| name.trim().trim_start_matches('.'));
        names.filter(|name| !name.is_empty()).any(|name| {
            let name = name.to_ascii_lowercase();
            let is_end = |of: &str| {
                of.strip_suffix(&name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            is_end(&host) || is_end(&whole)
        }) || self.none == "*"
    }
}

/// A variable in lower or in upper case. Lower case goes first, and an empty
/// value there means that there is no proxy.
fn given<'a>(
    variables: &'a Variables,
    lower: &'static str,
    upper: &'static str,
) -> Option<(&'static str, &'a str)> {
    let value = match variables.given(lower) {
        Some(value) => (lower, value),
        None => (upper, variables.given(upper)?),
    };
    Some(value).filter(|(_, value)| !value.is_empty())
}

fn parse(variable: &'static str, url: &str) -> Result<Proxy, Error> {
    // The value is not quoted: there may be a password in it.
    let wrong = |why: &str| {
        Error::user(format!("{variable}: {why}"))
            .hint("set it to a URL such as http://proxy.example.com:8080, or unset it")
    };
    let whole = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let url: Uri = whole.parse().map_err(|_| wrong("it is not a proxy URL"))?;
    match url.scheme_str() {
        Some("http" | "https") if url.host().is_some_and(|host| !host.is_empty()) => {
            Ok(Proxy { variable, url })
        }
        Some("http" | "https") => Err(wrong("it has no host")),
        scheme => {
            let scheme = scheme.unwrap_or_default();
            Err(wrong(&format!("{scheme} proxies are not supported")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "http://proxy:3128";

    fn is_proxied(none: &str, address: &str) -> bool {
        let variables = Variables::from([("HTTP_PROXY", PROXY), ("NO_PROXY", none)]);
        Proxies::of(&variables).unwrap().get(&address.parse().unwrap()).is_some()
    }

    /// Like `urllib.request.proxy_bypass_environment` of Python.
    #[test]
    fn no_proxy_names_hosts_as_it_does_for_the_aws_cli() {
        let direct = [
            ("*", "http://127.0.0.1:4566"),
            ("127.0.0.1", "http://127.0.0.1:4566"),
            ("127.0.0.1:4566", "http://127.0.0.1:4566"),
            (" x , 127.0.0.1", "http://127.0.0.1:4566"),
            (".amazonaws.com", "http://s3.eu-west-1.amazonaws.com"),
            ("amazonaws.com", "http://s3.eu-west-1.amazonaws.com"),
            ("LOCALHOST", "http://localhost:1"),
            ("localhost", "http://LocalHost:1/path"),
            (".localhost", "http://localhost:1"),
            ("example.com:8080", "http://a.example.com:8080"),
            ("", "http://169.254.170.2/v2/credentials"),
        ];
        for (none, address) in direct {
            assert!(!is_proxied(none, address), "{none} {address}");
        }
        let proxied = [
            ("", "http://127.0.0.1:4566"),
            ("127.0.0.1:1", "http://127.0.0.1:4566"),
            ("127.*", "http://127.0.0.1:4566"),
            ("*,x", "http://127.0.0.1:4566"),
            ("*.0.0.1", "http://127.0.0.1:4566"),
            ("127.0.0.0/8", "http://127.0.0.1:4566"),
            ("host", "http://localhost:1"),
            ("ws.com", "http://amazonaws.com"),
        ];
        for (none, address) in proxied {
            assert!(is_proxied(none, address), "{none} {address}");
        }
    }

    #[test]
    fn lower_case_goes_before_upper_case() {
        let http = |variables: Variables| {
            Proxies::of(&variables).unwrap().http.map(|proxy| proxy.to_string())
        };
        assert_eq!(http(Variables::from([("HTTP_PROXY", "a:1")])), Some("http://a:1".to_owned()));
        assert_eq!(
            http(Variables::from([("HTTP_PROXY", "a:1"), ("http_proxy", "http://me:pw@b:2")])),
            Some("http://b:2".to_owned())
        );
        assert_eq!(http(Variables::from([("HTTP_PROXY", "a:1"), ("http_proxy", "")])), None);
        assert_eq!(http(Variables::from([("HTTP_PROXY", "a:1"), ("REQUEST_METHOD", "GET")])), None);
        assert_eq!(http(Variables::from([("ALL_PROXY", "a:1")])), None);
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_without_its_password() {
        for (url, why) in [
            ("socks5://me:secret@a:1", "socks5 proxies are not supported"),
            ("http://me:secret@ a", "it is not a proxy URL"),
        ] {
            let error = Proxies::of(&Variables::from([("https_proxy", url)])).unwrap_err();
            assert_eq!(error.to_string(), format!("https_proxy: {why}"));
        }
    }
}
