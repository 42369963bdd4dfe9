//! What is asked of a `fh local` that runs already.

use hyper::body::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::arguments::{
    AddressArgs, DEFAULT_PORT, FaultArgs, ReplayArgs, StreamArgs, WaitArgs, local_url,
};
use crate::aws::block_on;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::loopback::client::post;
use crate::terminal::shell;
use firehose::json::Token;

/// What to do without one.
const START: &str =
    "start it with `fh local start`, or name its address with `--port` or `--endpoint-url`";

/// Runs `fh local wait`.
pub(super) fn wait(args: &WaitArgs, context: &Context) -> Result<Outcome, Error> {
    let seconds = args.timeout.as_secs().max(1);
    let answer =
        ask(&args.stream.address, &format!("wait?timeout={seconds}{}", of(&args.stream)), "")?;
    let state = Token::new(&answer);
    let is_settled = state.get(b"isSettled").ok_or_else(|| not_local(&args.stream.address))?;
    let streams =
        state.get(b"streams").into_iter().flat_map(|it| it.elements().map_while(Result::ok));
    let stopped = streams.filter_map(|(stream, _)| {
        let (name, why) = (stream.get(b"name")?.text(), stream.get(b"stopped")?.text());
        Some(format!("{name}: {why}"))
    });
    let stopped: Vec<_> = stopped.collect();
    if !stopped.is_empty() {
        context.warn(&stopped.join("; "), &[]);
        return Ok(Outcome::Findings);
    }
    if is_settled.raw() == b"true" {
        return Ok(Outcome::Clean);
    }
    let flush = same(&["flush"], &args.stream);
    context.warn(
        "not everything was delivered in time",
        &[&format!("wait longer with `--timeout`, or deliver at once: {flush}")],
    );
    Ok(Outcome::Findings)
}

/// Runs `fh local flush`.
pub(super) fn flush(args: &StreamArgs, _context: &Context) -> Result<Outcome, Error> {
    ask(&args.address, &format!("flush?{}", of(args)), "")?;
    Ok(Outcome::Clean)
}

/// Runs `fh local fault`.
pub(super) fn fault(args: &FaultArgs, _context: &Context) -> Result<Outcome, Error> {
    ask(&args.address, "fault", &args.faults.join("\n"))?;
    Ok(Outcome::Clean)
}

/// Runs `fh local replay`.
pub(super) fn replay(args: &ReplayArgs, context: &Context) -> Result<Outcome, Error> {
    let path = format!("replay?record={}{}", args.record, of(&args.stream));
    let answer = ask(&args.stream.address, &path, "")?;
    let numbers = Token::new(&answer).elements().map_while(Result::ok);
    let numbers: Vec<_> = numbers.map(|(number, _)| number.text().into_owned()).collect();
    context.info(&format!("fh: record {} was put again as {}", args.record, numbers.join(", ")));
    Ok(Outcome::Clean)
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
fn not_local(address: &AddressArgs) -> Error {
    Error::user(format!("the server at `{}` is not fh local", url(address))).hint(START)
}
