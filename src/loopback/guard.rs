//! Who may talk to a server on this machine: its user, not a web page.
//!
//! A page in a browser can send requests to this machine, and a name of its
//! own can point here (DNS rebinding). Such a request has an `Origin`, or a
//! `Host` that is not ours.

use hyper::header::{HOST, HeaderMap, ORIGIN};
use hyper::http::uri::Authority;
use hyper::{Method, Uri};

/// Returns why a request is refused, or nothing.
pub(super) fn refusal(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    port: u16,
) -> Option<&'static str> {
    if method == Method::OPTIONS {
        return Some("OPTIONS is refused");
    }
    if headers.contains_key(ORIGIN) {
        return Some("a request with an Origin is refused");
    }
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let is_ours = host.is_some_and(|host| is_us(host, port)) && hosts.next().is_none();
    let names_us = uri.authority().map(Authority::as_str).is_none_or(|name| is_us(name, port));
    if is_ours && names_us { None } else { Some("a request for another host is refused") }
}

fn is_us(host: &str, port: u16) -> bool {
    host.rsplit_once(':').is_some_and(|(name, at)| {
        (name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost"))
            && at.parse() == Ok(port)
            && at.bytes().all(|digit| digit.is_ascii_digit())
    })
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
        refusal(method, &uri.parse().unwrap(), &headers, 4000).is_some()
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
    fn what_a_browser_sends_is_refused() {
        let host = (HOST, "127.0.0.1:4000");
        assert!(refused(&Method::OPTIONS, "/", std::slice::from_ref(&host)));
        for origin in ["http://evil.example", "null", "http://127.0.0.1:4000"] {
            assert!(refused(&Method::POST, "/", &[host.clone(), (ORIGIN, origin)]), "{origin}");
        }
    }
}
