//! The address of a server that is called instead of AWS.

use std::fmt;
use std::str::FromStr;

use hyper::Uri;

/// An address to call instead of AWS: `http` or `https` and a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointUrl(String);

impl EndpointUrl {
    /// The URL, without what makes no difference: capitals in the host, the default
    /// port, a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EndpointUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a valid URL; use e.g. http://localhost:4566");
        // They would be shown in messages, as here.
        if text.contains('@') {
            return Err("a URL with a user name or password is not supported".to_owned());
        }
        let url: Uri = text.parse().map_err(|_| wrong())?;
        let scheme = url.scheme_str().unwrap_or_default().to_ascii_lowercase();
        let host = url.host().unwrap_or_default().to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return Err(wrong()),
        };
        if host.is_empty() {
            return Err(wrong());
        }
        // One address has one spelling: what is known of it is found again by it.
        let port = url.port_u16().filter(|port| *port != default_port);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let path = url.path_and_query().map_or("", |path| path.as_str()).trim_end_matches('/');
        Ok(Self(format!("{scheme}://{host}{port}{path}")))
    }
}
