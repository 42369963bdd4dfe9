//! What is asked of a `fh local` that runs already.

use hyper::body::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::arguments::{AddressArgs, DEFAULT_PORT, FaultArgs, ReplayArgs, StreamArgs, WaitArgs};
use crate::aws::block_on;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::loopback::client::post;
use firehose::json::Token;

/// Runs `fh local wait`.
pub(super) fn wait(args: &WaitArgs, context: &Context) -> Result<Outcome, Error> {
    let seconds = args.timeout.as_secs().max(1);
    let answer =
        ask(&args.stream.address, &format!("wait?timeout={seconds}{}", of(&args.stream)), "")?;
    let is_settled = Token::new(&answer).get(b"isSettled").is_some_and(|it| it.raw() == b"true");
    if is_settled {
        return Ok(Outcome::Clean);
    }
    context.warn(
        "not everything was delivered in time",
        &["wait longer with `--timeout`, or deliver at once: fh local flush"],
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

/// Posts to `fh local`; returns what it answers.
pub(super) fn ask(address: &AddressArgs, path: &str, body: &str) -> Result<Bytes, Error> {
    let default = || format!("http://127.0.0.1:{DEFAULT_PORT}");
    let url = address.endpoint_url.clone().unwrap_or_else(default);
    block_on(async {
        let answer = post(&url, &format!("/_fh/{path}"), Bytes::from(body.to_owned())).await;
        let (status, answer) = answer.map_err(|error| {
            Error::user(format!("no fh local answers at `{url}`: {error}"))
                .hint("start it with `fh local start`, or name its address with `--endpoint-url`")
        })?;
        if status.is_success() {
            return Ok(answer);
        }
        let why = Token::new(&answer).get(b"message").map(|it| it.text().into_owned());
        Err(Error::user(why.unwrap_or_else(|| format!("`{url}` answered {status}"))))
    })
}
