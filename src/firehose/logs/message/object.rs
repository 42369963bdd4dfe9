//! What a message in JSON is: of Lambda, of a delivery stream, of the function.

use std::borrow::Cow;

use super::error_kind::{ErrorKind, is_timeout};
use super::line::{is_request_id, line};
use super::{Level, Message};
use crate::json;
use crate::lambda_report::LambdaReport;
use crate::logs::lossy;

/// Values of an object that say what it is.
#[derive(Default)]
struct MessageKeys<'a> {
    kind: &'a [u8],
    record: &'a [u8],
    request: &'a [u8],
    level: &'a [u8],
    code: &'a [u8],
    message: &'a [u8],
    error_type: &'a [u8],
    span: &'a [u8],
    is_of_stream: bool,
}

/// Says what an object is; text that only begins as one is a line.
pub(super) fn object(message: &[u8]) -> Message<'_> {
    let mut keys = MessageKeys::default();
    for field in json::fields(message, 0) {
        let Ok(field) = field else { return line(message) };
        match field.key {
            b"type" => keys.kind = field.value,
            b"record" => keys.record = field.value,
            b"requestId" | b"AWSRequestId" | b"function_request_id" => keys.request = field.value,
            b"level" | b"log_level" | b"levelname" | b"severity" | b"log.level" | b"lvl" => {
                keys.level = field.value;
            }
            b"errorCode" => keys.code = field.value,
            b"message" | b"errorMessage" | b"msg" => keys.message = field.value,
            b"errorType" => keys.error_type = field.value,
            b"span" => keys.span = field.value,
            b"deliveryStreamARN" => keys.is_of_stream = true,
            _ => {}
        }
    }
    if keys.is_of_stream && !keys.code.is_empty() {
        return Message::DeliveryError { code: text(keys.code), message: text(keys.message) };
    }
    if let Some(kind) = json::string_body(keys.kind).and_then(|it| it.strip_prefix(b"platform.")) {
        return platform(message, kind, keys.record);
    }
    of_function(&keys)
}

/// ARN of the delivery stream that an error is of, if the object names one.
pub(super) fn delivery_stream(message: &[u8]) -> Option<Cow<'_, str>> {
    if !message.starts_with(b"{") {
        return None;
    }
    let mut fields = json::fields(message, 0).map_while(Result::ok);
    let arn = fields.find(|field| field.key == b"deliveryStreamARN")?;
    json::string_body(arn.value).filter(|arn| !arn.is_empty()).map(|_| text(arn.value))
}

fn of_function<'a>(keys: &MessageKeys<'a>) -> Message<'a> {
    let level = level(keys.level);
    // `tracing` for Rust puts it into the span, Node.js an error into the message.
    let request =
        [keys.request, inner(keys.span, b"requestId")].into_iter().find(|it| !it.is_empty());
    let request = request.map(text).filter(|id| is_request_id(id.as_bytes()));
    let error =
        [keys.error_type, inner(keys.message, b"errorType")].into_iter().find(|it| !it.is_empty());
    let error = error.and_then(json::string_body).filter(|kind| !kind.is_empty());
    let error_kind = if is_timeout(json::string_body(keys.message).unwrap_or_default()) {
        Some(ErrorKind::TimedOut)
    } else {
        error.map(ErrorKind::of_error).or_else(|| ErrorKind::of_level(level))
    };
    Message::Line { request, level, error_kind }
}

/// A value of an object in an object; empty if there is none.
fn inner<'a>(object: &'a [u8], name: &[u8]) -> &'a [u8] {
    if !object.starts_with(b"{") {
        return &[];
    }
    let mut fields = json::fields(object, 0).map_while(Result::ok);
    fields.find(|field| field.key == name).map_or(&[], |field| field.value)
}

/// A word or, as pino and bunyan for Node.js write it, a number.
fn level(value: &[u8]) -> Option<Level> {
    match json::string_body(value) {
        Some(word) => Level::parse(word),
        None => match value {
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

fn platform<'a>(message: &'a [u8], kind: &[u8], record: &'a [u8]) -> Message<'a> {
    let of_record = |name: &[u8]| text(inner(record, name));
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

/// A string without its quotes and escapes, another value as it is written.
fn text(value: &[u8]) -> Cow<'_, str> {
    match json::string_body(value) {
        Some(body) if memchr::memchr(b'\\', body).is_some() => {
            let mut plain = Vec::new();
            json::unescape(body, &mut plain);
            Cow::Owned(lossy(&plain).into_owned())
        }
        Some(body) => lossy(body),
        None => lossy(value),
    }
}
