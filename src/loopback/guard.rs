//! Who may talk to a server on this machine: its user, not a web page.
//!
//! A page in a browser can send requests to this machine, and a name of its
//! own can point here (DNS rebinding). Such a request has an `Origin`, or a
//! `Host` that is not ours.

use hyper::header::{HOST, HeaderMap, ORIGIN};
use hyper::http::uri::Authority;
use hyper::{Method, Uri};

/// Whom a server is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hosts {
    /// The port that it listens on.
    pub(super) port: u16,
    /// `[::1]` and names below `localhost` are its own too.
    pub(super) has_other_names: bool,
}

/// What browsers say of where a request comes from (Fetch Metadata Request
/// Headers): another page, even where they send no `Origin`.
const SITE: &str = "sec-fetch-site";

/// Returns why a request is refused, or nothing.
pub(super) fn refusal(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    hosts: Hosts,
) -> Option<&'static str> {
    if method == Method::OPTIONS {
        return Some("OPTIONS is refused");
    }
    if headers.contains_key(ORIGIN) {
        return Some("a request with an Origin is refused");
    }
    let mut sites = headers.get_all(SITE).iter();
    if !sites.all(|site| matches!(site.as_bytes(), b"none" | b"same-origin")) {
        return Some("a request from another page is refused");
    }
    let mut names = headers.get_all(HOST).iter();
    let name = names.next().and_then(|name| name.to_str().ok());
    let is_ours = name.is_some_and(|name| hosts.has(name)) && names.next().is_none();
    let names_us = uri.authority().map(Authority::as_str).is_none_or(|name| hosts.has(name));
    if is_ours && names_us { None } else { Some("a request for another host is refused") }
}

impl Hosts {
    /// True if it is one of our names, with our port.
    fn has(self, host: &str) -> bool {
        host.rsplit_once(':').is_some_and(|(name, port)| {
            let is_port = port.bytes().all(|digit| digit.is_ascii_digit());
            is_port && port.parse() == Ok(self.port) && self.has_name(name)
        })
    }

    fn has_name(self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let Some(prefix) = name.strip_suffix("localhost") else {
            return name == "127.0.0.1" || (self.has_other_names && name == "[::1]");
        };
        let Some(prefix) = prefix.strip_suffix('.') else { return prefix.is_empty() };
        let is_label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        self.has_other_names && prefix.split('.').all(is_label)
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn refused(method: &Method, uri: &str, pairs: &[(hyper::header::HeaderName, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let hosts = Hosts { port: 4000, has_other_names: false };
        refusal(method, &uri.parse().unwrap(), &headers, hosts).is_some()
    }

    #[test]
    fn only_our_own_host_is_served() {
        for host in ["127.0.0.1:4000", "localhost:4000", "LocalHost:4000"] {
            assert!(!refused(&Method::GET, "/", &[(HOST, host)]), "{host}");
        }
        for host in [
            "",
            "127.0.0.1",
            "localhost",
            "127.0.0.1:4001",
            "127.0.0.1:+4000",
            "evil.example:4000",
            "127.0.0.1.evil.example:4000",
            "user@127.0.0.1:4000",
            "[::1]:4000",
            "streaming-logs.localhost:4000",
            "::1:4000",
            "orders.localhost:4000",
            "localhost.evil.example:4000",
            "evillocalhost:4000",
        ] {
            assert!(refused(&Method::GET, "/", &[(HOST, host)]), "{host}");
        }
        assert!(refused(&Method::GET, "/", &[]));
        let twice = [(HOST, "127.0.0.1:4000"), (HOST, "evil.example")];
        assert!(refused(&Method::GET, "/", &twice));
        let absolute = "http://evil.example:4000/";
        assert!(refused(&Method::GET, absolute, &[(HOST, "127.0.0.1:4000")]));
    }

    #[test]
    fn buckets_and_live_logs_are_names_below_localhost() {
        let hosts = Hosts { port: 4000, has_other_names: true };
        for host in [
            "[::1]:4000",
            "orders.localhost:4000",
            "my.own-bucket.LOCALHOST:4000",
            "streaming-logs.localhost:4000",
        ] {
            assert!(hosts.has(host), "{host}");
        }
        for host in
            [".localhost:4000", "a..localhost:4000", "a@b.localhost:4000", "a.localhost.b:4000"]
        {
            assert!(!hosts.has(host), "{host}");
        }
    }

    #[test]
    fn what_a_browser_sends_is_refused() {
        let host = (HOST, "127.0.0.1:4000");
        assert!(refused(&Method::OPTIONS, "/", std::slice::from_ref(&host)));
        for origin in ["http://evil.example", "null", "http://127.0.0.1:4000"] {
            assert!(refused(&Method::POST, "/", &[host.clone(), (ORIGIN, origin)]), "{origin}");
        }
        let site = hyper::header::HeaderName::from_static(SITE);
        for (from, is_refused) in
            [("cross-site", true), ("same-site", true), ("same-origin", false), ("none", false)]
        {
            let pairs = [host.clone(), (site.clone(), from)];
            assert_eq!(refused(&Method::GET, "/", &pairs), is_refused, "{from}");
        }
    }
}
