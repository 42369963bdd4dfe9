//! Why no answer came from AWS.

use std::error::Error as StdError;
use std::io;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{CallContext, Why, causes, chain, find, quote};
use crate::aws::Session;
use crate::aws::proxy::Proxy;

/// Says why there was no connection, or why it broke.
pub(super) fn explain(session: &Session, error: &(dyn StdError + 'static)) -> Why {
    let text = chain(error);
    let Some(address) = session.address() else {
        // It did not come so far as to send anything.
        return Why::new(text).hint("check `--endpoint-url`, AWS_ENDPOINT_URL and ~/.aws/config");
    };
    if let Some(reason) = find::<rustls::Error>(error) {
        return Why::new(format!("the certificate of {address} is not trusted: {reason}")).hint(
            "if a proxy intercepts TLS, trust its certificate with AWS_CA_BUNDLE=FILE or \
             `--ca-bundle FILE`",
        );
    }
    if causes(error).any(|cause| cause.to_string().contains("dns error")) {
        if let Some(proxy) = session.proxy(&address) {
            let variable = proxy.variable();
            return Why::new(format!(
                "the proxy {proxy} ({variable}) for {address} does not resolve in DNS"
            ))
            .hint(format!("check {variable}"));
        }
        let hint = "check the Region, the network and `--endpoint-url`";
        return Why::new(format!("{address} does not resolve in DNS")).hint(hint);
    }
    let proxy = session.proxy(&address);
    match (find::<io::Error>(error).map(io::Error::kind), proxy) {
        (Some(io::ErrorKind::ConnectionRefused), Some(proxy)) => {
            let variable = proxy.variable();
            Why::new(format!("the proxy {proxy} ({variable}) for {address} refused the connection"))
                .hint(format!(
                    "check {variable}; NO_PROXY lists the hosts to reach without a proxy"
                ))
        }
        (Some(io::ErrorKind::ConnectionRefused), None) => {
            let hint = match session.settings.endpoints.of(&address) {
                Some(endpoint) => {
                    format!("{}, or check {}", endpoint.how_to_start(), endpoint.place)
                }
                None => "check the network, VPN and HTTPS_PROXY".to_owned(),
            };
            Why::new(format!("{address} refused the connection")).hint(hint)
        }
        (Some(io::ErrorKind::TimedOut), _) => unreachable(&address, proxy),
        _ => Why::new(format!("the connection to {address}{} failed: {text}", over(proxy))).hint(
            "check the network, and HTTPS_PROXY if you need one; the request may still have \
             arrived",
        ),
    }
}

/// ` over the proxy URL (HTTPS_PROXY)` where there is one.
fn over(proxy: Option<&Proxy>) -> String {
    let through = |proxy: &Proxy| format!(" through the proxy {proxy} ({})", proxy.variable());
    proxy.map_or_else(String::new, through)
}

fn unreachable(address: &str, proxy: Option<&Proxy>) -> Why {
    Why::new(format!("timed out connecting to {address}{}", over(proxy))).hint(
        "check the network, VPN and HTTPS_PROXY; in a VPC without internet access it needs \
             an interface endpoint",
    )
}

/// True for what says that a network is missing.
pub(super) fn is_network(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut};
    matches!(error.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable | TimedOut)
}

/// Tells a connection that never came from an answer that never came.
pub(super) fn silent(session: &Session, call: &CallContext, text: &str) -> Why {
    match session.address() {
        Some(address) if text.contains("connect timeout") => {
            unreachable(&address, session.proxy(&address))
        }
        _ => timed_out(session, call),
    }
}

/// Says that the answer did not come in time.
pub(super) fn timed_out(session: &Session, call: &CallContext) -> Why {
    let seconds = call.timeout.as_secs_f64();
    let address = session.address().map_or_else(String::new, |it| format!(" from {it}"));
    Why::new(format!("no response{address} within {seconds} s"))
        .hint("the request may still be in progress")
}

/// Says that an answer cannot be read, or that it did not come from AWS.
pub(super) fn not_from_aws(session: &Session, response: &HttpResponse, text: &str) -> Why {
    let address = session.address().unwrap_or_default();
    if text.contains("length limit exceeded") {
        return Why::new(format!("the response from {address} is larger than any AWS response"));
    }
    if text.contains("reading a body") {
        return Why::new(format!("the response from {address} was cut off: {text}"))
            .hint("the request arrived; check what it did before you repeat it");
    }
    if text.contains("was missing") {
        return Why::new(format!("invalid response from {address}: {text}"))
            .hint("AWS always sends it; an emulator may need it to be configured");
    }
    let status = response.status().as_u16();
    let content = quote(response.headers().get("content-type").unwrap_or("no content type"));
    let why = match text {
        "" => format!("the response is not from AWS: status {status}, {content}"),
        _ => format!("cannot read the response from {address} (status {status}): {text}"),
    };
    Why::new(why).hint("it may come from something in between: a proxy, a login page")
}
