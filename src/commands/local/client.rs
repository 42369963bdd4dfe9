//! The way to a `fh local` that runs already: where it is, and what it answers.

use hyper::body::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::aws::block_on;
use crate::commands::shared::number::number;
use crate::context;
use crate::error::Error;
use crate::loopback::client::post;
use crate::terminal::shell;
use firehose::json::Token;

/// What to do without one.
const START: &str =
    "start it with `fh local start`, or name its address with `--port` or `--endpoint-url`";

/// The port, unless another one is chosen.
pub(super) const DEFAULT_PORT: u16 = 4570;

/// Names the address if no flag does. Were it read by the flag, `--port` would not go
/// with it: for clap it would be a flag that is given.
const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";

/// Where `fh local` runs.
#[derive(Debug, clap::Args)]
pub(super) struct AddressArgs {
    /// Address of fh local [default: 127.0.0.1, port 4570]
    #[arg(long, value_name = "URL", conflicts_with = "port")]
    endpoint_url: Option<String>,

    /// Port of fh local on this machine, in place of its address
    #[arg(long, value_name = "PORT", value_parser = number(0..=u16::MAX))]
    port: Option<u16>,
}

impl AddressArgs {
    /// The address, if it is not the default one.
    pub(super) fn url(&self) -> Option<String> {
        let given = self.port.map(local_url).or_else(|| self.endpoint_url.clone());
        given.or_else(|| context::variable(ENDPOINT_URL).filter(|url| !url.is_empty()))
    }
}

/// The address of a port of this machine.
pub(super) fn local_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// ` --port N`, where a server at this address is not on the usual port.
pub(in crate::commands) fn port_flag(url: &str) -> String {
    let port = url.rsplit(':').next().unwrap_or_default();
    if port == DEFAULT_PORT.to_string() { String::new() } else { format!(" --port {port}") }
}

/// The flags of what is about one stream, or all.
#[derive(Debug, clap::Args)]
pub(super) struct StreamArgs {
    /// Delivery stream [default: all]
    #[arg(long, value_name = "NAME")]
    pub(super) stream: Option<String>,
    /// Where it runs.
    #[command(flatten)]
    pub(super) address: AddressArgs,
}

/// The stream as a field of a query, if one is named.
pub(super) fn of(args: &StreamArgs) -> String {
    let name = args.stream.as_deref();
    name.map(|it| format!("&stream={}", utf8_percent_encode(it, NON_ALPHANUMERIC)))
        .unwrap_or_default()
}

/// A command of `fh local` for the same server, and this stream of it.
pub(super) fn same(words: &[&str], args: &StreamArgs) -> String {
    let flags = to_args(args.address.url().as_deref(), args.stream.as_deref());
    shell::fh(&[&["local"], words].concat(), &flags)
}

/// The flags that name a server and a stream of it.
pub(super) fn to_args(address: Option<&str>, stream: Option<&str>) -> Vec<String> {
    let flags = [("--endpoint-url", address), ("--stream", stream)].into_iter();
    let flags = flags.filter_map(|(flag, value)| Some([flag, value?]));
    flags.flatten().map(str::to_owned).collect()
}

/// Posts to `fh local`; returns what it answers.
pub(super) fn ask(address: &AddressArgs, path: &str, body: &str) -> Result<Bytes, Error> {
    let url = url(address);
    block_on(async {
        let answer = post(&url, &format!("/_fh/{path}"), Bytes::from(body.to_owned())).await;
        let (status, answer) = answer.map_err(|error| {
            Error::user(format!("no fh local answers at `{url}`: {error}")).hint(START)
        })?;
        let document = Token::new(&answer);
        if status.is_success() && (document.is_object() || document.is_array()) {
            return Ok(answer);
        }
        let why = document.get(b"message").filter(|_| !status.is_success());
        Err(why.map_or_else(|| not_local(address), |it| Error::user(it.text())))
    })
}

fn url(address: &AddressArgs) -> String {
    address.url().unwrap_or_else(|| local_url(DEFAULT_PORT))
}

/// Another server answers there.
pub(super) fn not_local(address: &AddressArgs) -> Error {
    Error::user(format!("the server at `{}` is not fh local", url(address))).hint(START)
}
