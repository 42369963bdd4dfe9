//! A client of the Lambda Runtime API for the transforms that are part of `fh`: it
//! is the process that a handler's runtime is elsewhere.
//!
//! It talks to [`runtime_api`](super::runtime_api) alone: over one connection, and
//! every answer has its length.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use serde::Serialize;

use crate::context::{self, Context};
use crate::error::Error;
use crate::times;
use firehose::limits::MAX_INVOCATION_PAYLOAD;
use firehose::transform::{BuiltIn, Exception};

/// Most bytes of a line of a head.
const MAX_LINE: u64 = 8192;

/// One connection, kept open.
struct Client<'a> {
    /// `HOST:PORT`.
    api: &'a str,
    reader: BufReader<TcpStream>,
}

/// An answer, as far as it matters here.
struct Answer {
    status: u16,
    /// Of the event that is in the body.
    request_id: String,
    body: Vec<u8>,
}

/// An error as runtimes report it to Lambda.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    error_message: &'a str,
    error_type: &'a str,
    request_id: &'a str,
    stack_trace: [&'a str; 1],
}

/// Handles events with `transform` until `api` (`HOST:PORT`) has no more of them.
pub fn serve(transform: BuiltIn, api: &str, context: &Context) -> Result<(), Error> {
    let no_events = |error: io::Error| {
        Error::user(format!("no events from the Lambda Runtime API at `{api}`: {error}"))
    };
    let mut client = Client::connect(api).map_err(no_events)?;
    loop {
        match client.handle(transform, context) {
            Ok(()) => {}
            // The one that calls us has ended.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(()),
            Err(error) => return Err(no_events(error)),
        }
    }
}

impl<'a> Client<'a> {
    fn connect(api: &'a str) -> io::Result<Self> {
        let stream = TcpStream::connect(api)?;
        stream.set_nodelay(true)?;
        Ok(Self { api, reader: BufReader::new(stream) })
    }

    /// Takes one event and answers it.
    fn handle(&mut self, transform: BuiltIn, context: &Context) -> io::Result<()> {
        let Answer { request_id: id, body: event, .. } =
            self.call("GET", "invocation/next", None)?;
        let answer = transform.call(&event);
        for warning in &answer.warnings {
            let time = times::rfc3339(context::milliseconds(context::now())).unwrap_or_default();
            context.info(&format!("[WARNING]\t{time}\t{id}\t{warning}"));
        }
        match answer.result {
            Ok(response) => {
                self.call("POST", &format!("invocation/{id}/response"), Some(&response))?;
            }
            Err(exception) => {
                log_exception(&exception, context);
                let body = error_body(&exception, &id)?;
                self.call("POST", &format!("invocation/{id}/error"), Some(&body))?;
            }
        }
        Ok(())
    }

    fn call(&mut self, method: &str, path: &str, body: Option<&[u8]>) -> io::Result<Answer> {
        let body = body.unwrap_or_default();
        let mut request = format!(
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n",
            self.api,
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.reader.get_mut().write_all(&request)?;
        let answer = self.answer()?;
        if answer.status >= 300 {
            let what = format!("{path}: {}", String::from_utf8_lossy(&answer.body));
            return Err(io::Error::other(what));
        }
        Ok(answer)
    }

    fn answer(&mut self) -> io::Result<Answer> {
        let status_line = self.line()?;
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("not an HTTP response"))?;
        let mut answer = Answer { status, request_id: String::new(), body: Vec::new() };
        let mut length = 0;
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().map_err(io::Error::other)?;
            } else if name.eq_ignore_ascii_case("lambda-runtime-aws-request-id") {
                value.clone_into(&mut answer.request_id);
            }
        }
        if length > MAX_INVOCATION_PAYLOAD {
            return Err(io::Error::other("an event larger than Lambda accepts"));
        }
        answer.body.resize(length, 0);
        self.reader.read_exact(&mut answer.body)?;
        Ok(answer)
    }

    /// A line of a head, without its end; the last one is empty.
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if (&mut self.reader).take(MAX_LINE).read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

/// Writes what Lambda's runtime for Python does about an exception.
fn log_exception(exception: &Exception, context: &Context) {
    let Exception { error_type, message, place } = exception;
    context.info(&format!("[ERROR] {error_type}: {message}"));
    context.info("Traceback (most recent call last):");
    context.info(&format!("  {place}"));
}

fn error_body(exception: &Exception, id: &str) -> io::Result<Vec<u8>> {
    let body = ErrorBody {
        error_message: &exception.message,
        error_type: exception.error_type,
        request_id: id,
        stack_trace: [&exception.place],
    };
    serde_json::to_vec(&body).map_err(io::Error::other)
}
