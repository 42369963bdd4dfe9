//! What a message in JSON is: of Lambda, of a delivery stream, of the function.

use std::borrow::Cow;

use super::error_kind::{ErrorKind, is_timeout};
use super::line::{is_request_id, line};
use super::{Level, Message};
use crate::json::Token;
use crate::lambda_report::LambdaReport;

/// Values of an object that say what it is.
#[derive(Default)]
struct MessageKeys<'a> {
    kind: Option<Token<'a>>,
    record: Option<Token<'a>>,
    request: Option<Token<'a>>,
    level: Option<Token<'a>>,
    code: Option<Token<'a>>,
    message: Option<Token<'a>>,
    error_type: Option<Token<'a>>,
    span: Option<Token<'a>>,
    processor: Option<Token<'a>>,
    destination: Option<Token<'a>>,
    is_of_stream: bool,
}

/// Says what an object is; text that only begins as one is a line.
pub(super) fn object(message: &[u8]) -> Message<'_> {
    let mut keys = MessageKeys::default();
    for field in Token::new(message).fields() {
        let Ok(field) = field else { return line(message) };
        let value = Some(field.value);
        match field.key {
            b"type" => keys.kind = value,
            b"record" => keys.record = value,
            b"requestId" | b"AWSRequestId" | b"function_request_id" => keys.request = value,
            b"level" | b"log_level" | b"levelname" | b"severity" | b"log.level" | b"lvl" => {
                keys.level = value;
            }
            b"errorCode" => keys.code = value,
            b"message" | b"errorMessage" | b"msg" => keys.message = value,
            b"errorType" => keys.error_type = value,
            b"span" => keys.span = value,
            b"processor" => keys.processor = value,
            b"destination" => keys.destination = value,
            b"deliveryStreamARN" => keys.is_of_stream = true,
            _ => {}
        }
    }
    if let Some(code) = keys.code.filter(|_| keys.is_of_stream) {
        let (message, about) = (text(keys.message), keys.processor.or(keys.destination));
        return Message::DeliveryError { code: code.text(), message, about: text(about) };
    }
    let kind = keys.kind.and_then(Token::body);
    if let Some(kind) = kind.and_then(|kind| kind.strip_prefix(b"platform.")) {
        return platform(message, kind, keys.record);
    }
    of_function(&keys)
}

/// ARN of the delivery stream that an error is of, if the object names one.
pub(super) fn delivery_stream(message: &[u8]) -> Option<Cow<'_, str>> {
    let arn = Token::new(message).get(b"deliveryStreamARN")?;
    arn.string().filter(|arn| !arn.is_empty())
}

fn of_function<'a>(keys: &MessageKeys<'a>) -> Message<'a> {
    let level = keys.level.and_then(level);
    let inner = |object: Option<Token<'a>>, key: &[u8]| object?.get(key);
    // `tracing` for Rust puts it into the span, Node.js an error into the message.
    let request = keys.request.or_else(|| inner(keys.span, b"requestId"));
    let request = request.map(Token::text).filter(|id| is_request_id(id.as_bytes()));
    let error = keys.error_type.or_else(|| inner(keys.message, b"errorType"));
    let error = error.and_then(Token::body).filter(|kind| !kind.is_empty());
    let error_kind = if keys.message.and_then(Token::body).is_some_and(is_timeout) {
        Some(ErrorKind::TimedOut)
    } else {
        error.map(ErrorKind::of_error).or_else(|| ErrorKind::of_level(level))
    };
    Message::Line { request, level, error_kind }
}

/// A word or, as pino and bunyan for Node.js write it, a number.
fn level(value: Token<'_>) -> Option<Level> {
    match value.body() {
        Some(word) => Level::parse(word),
        None => match value.raw() {
            b"10" => Some(Level::Trace),
            b"20" => Some(Level::Debug),
            b"30" => Some(Level::Info),
            b"40" => Some(Level::Warn),
            b"50" => Some(Level::Error),
            b"60" => Some(Level::Fatal),
            _ => None,
        },
    }
}

fn platform<'a>(message: &'a [u8], kind: &[u8], record: Option<Token<'a>>) -> Message<'a> {
    let of_record = |key: &[u8]| text(record.and_then(|record| record.get(key)));
    match kind {
        b"start" => {
            Message::Start { request: of_record(b"requestId"), version: of_record(b"version") }
        }
        b"runtimeDone" => Message::End { request: of_record(b"requestId") },
        b"report" => {
            LambdaReport::parse(message).map_or(Message::Platform, |it| Message::Report(it.into()))
        }
        b"initStart" | b"restoreStart" => Message::InitStart,
        b"initReport" | b"initRuntimeDone" | b"restoreReport" | b"restoreRuntimeDone" => {
            let status = of_record(b"status");
            Message::InitReport {
                status: Some(status).filter(|it| !it.is_empty() && it != "success"),
            }
        }
        _ => Message::Platform,
    }
}

/// The text of a value, empty if there is none.
fn text(value: Option<Token<'_>>) -> Cow<'_, str> {
    value.map_or_else(|| "".into(), Token::text)
}
