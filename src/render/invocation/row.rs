//! `--output json` and `ndjson` of a call: a stable schema.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{CallView, View};
use firehose::json::{Formatter, Style};
use firehose::transform::TransformEvent;
use firehose::transform::invocation::{
    Exit, FunctionError, Invocation, InvocationResult, Log, Phase,
};

use crate::render::check::CheckDocument;
use crate::render::expected_failure::FailureRow;
use crate::render::json::milliseconds;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row<'a> {
    r#type: &'static str,
    outcome: &'static str,
    request_id: Option<&'a str>,
    duration_ms: f64,
    init_duration_ms: Option<f64>,
    max_memory_bytes: Option<u64>,
    memory_size_mb: Option<u32>,
    event_bytes: usize,
    response_bytes: Option<u64>,
    response: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_base64: Option<String>,
    error: Option<ErrorRow<'a>>,
    firehose: Option<FailureRow>,
    judgement: Option<CheckDocument<'a>>,
    log: Vec<LineRow<'a>>,
    log_bytes_cut: u64,
    /// Lines of the log before those that were not kept.
    log_cut_after: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorRow<'a> {
    message: String,
    hint: Option<Cow<'static, str>>,
    phase: &'static str,
    error_type: Option<&'a str>,
    error_message: Option<&'a str>,
    stack_trace: &'a [String],
    /// Errors that it wraps, the outermost first.
    causes: Vec<CauseRow<'a>>,
    /// The line of the user's code in which it happened.
    file: Option<String>,
    line: Option<u32>,
    exit_code: Option<i32>,
    signal: Option<i32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CauseRow<'a> {
    error_type: &'a str,
    error_message: &'a str,
    stack_trace: &'a [String],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LineRow<'a> {
    stream: &'static str,
    text: Cow<'a, str>,
}

impl View {
    /// The row of a call.
    pub(super) fn row<'a>(&self, call: &CallView<'a>) -> Row<'a> {
        let invocation = call.invocation;
        let result = &invocation.result;
        let (response_bytes, response, response_base64) = match result {
            InvocationResult::Response(bytes) => (Some(bytes.len() as u64), raw(bytes), None),
            InvocationResult::NotJson { bytes, .. } => {
                (Some(bytes.len() as u64), None, Some(STANDARD.encode(bytes)))
            }
            InvocationResult::TooLarge { bytes } => (Some(*bytes), None, None),
            _ => (None, None, None),
        };
        Row {
            r#type: "call",
            outcome: result.as_str(),
            request_id: invocation.request_id.as_deref(),
            duration_ms: milliseconds(invocation.duration),
            init_duration_ms: invocation.init_duration.map(milliseconds),
            max_memory_bytes: invocation.max_memory,
            memory_size_mb: self.memory_mb,
            event_bytes: self.event_bytes,
            response_bytes,
            response,
            response_base64,
            error: ErrorRow::new(invocation, call.event),
            firehose: result.failure().map(|failure| FailureRow::new(&failure, self.retries)),
            judgement: call.checked.as_ref().map(CheckDocument::new),
            log: lines(&invocation.log),
            log_bytes_cut: invocation.log.cut,
            log_cut_after: (invocation.log.cut_lines > 0).then_some(invocation.log.gap),
        }
    }
}

impl<'a> ErrorRow<'a> {
    fn new(invocation: &'a Invocation, event: &TransformEvent<'_>) -> Option<Self> {
        let result = &invocation.result;
        if matches!(result, InvocationResult::Response(_)) {
            return None;
        }
        let function_error = result.error();
        // One whose time ran out has a stack as well.
        let stack = invocation.error();
        let place = stack.and_then(FunctionError::code_line);
        let exit = match result {
            InvocationResult::Exited { exit, .. } => Some(*exit),
            _ => None,
        };
        let phase = match result {
            InvocationResult::InitError(_) => Phase::Init,
            InvocationResult::Exited { phase, .. }
            | InvocationResult::OutOfMemory { phase, .. }
            | InvocationResult::TimedOut { phase, .. } => *phase,
            _ => Phase::Invoke,
        };
        Some(Self {
            message: invocation.sentence(),
            hint: invocation.hint(event),
            phase: phase.as_str(),
            error_type: function_error.map(|error| error.error_type.as_str()),
            error_message: function_error.map(|error| error.message.as_str()),
            stack_trace: stack.map_or(&[], |error| error.stack.as_slice()),
            causes: function_error.map(causes).unwrap_or_default(),
            line: place.as_ref().map(|place| place.line),
            file: place.map(|place| place.file),
            exit_code: exit.and_then(|exit| match exit {
                Exit::Code(code) => Some(code),
                Exit::Signal(_) => None,
            }),
            signal: exit.and_then(|exit| match exit {
                Exit::Code(_) => None,
                Exit::Signal(signal) => Some(signal),
            }),
        })
    }
}

fn causes(error: &FunctionError) -> Vec<CauseRow<'_>> {
    let causes = error.causes.iter();
    causes
        .map(|cause| CauseRow {
            error_type: &cause.error_type,
            error_message: &cause.message,
            stack_trace: &cause.stack,
        })
        .collect()
}

fn lines(log: &Log) -> Vec<LineRow<'_>> {
    let lines = log.lines.iter();
    lines
        .map(|line| LineRow {
            stream: line.stream.as_str(),
            text: String::from_utf8_lossy(&line.bytes),
        })
        .collect()
}

/// The response on one line, for its newlines would break the row.
fn raw(response: &[u8]) -> Option<Box<RawValue>> {
    let mut line = Vec::with_capacity(response.len());
    Formatter::default().format(response, Style::Compact, &mut line).ok()?;
    RawValue::from_string(String::from_utf8(line).ok()?).ok()
}
