//! The log events of a call: what the function wrote, between the lines of Lambda.
//!
//! Sources: as for reading; the order at a timeout, where `Task timed out` comes
//! last, from logs that people published.

use std::time::Duration;

use super::LambdaReport;
use crate::json::push_string;
use crate::time::{Millis, write_rfc3339};
use crate::transform::invocation::{FunctionError, Invocation, InvocationResult, Log};

/// The only version that a function on this machine has.
const VERSION: &str = "$LATEST";

/// How a function logs: `LogFormat` of its `LoggingConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Lines of text.
    #[default]
    Text,
    /// An object a line.
    Json,
}

/// A log event to write: milliseconds since 1970, and its message.
pub type NewLogEvent = (Millis, String);

impl LogFormat {
    /// The name in the API of Lambda.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Json => "JSON",
        }
    }

    /// Finds a format by its name in the API.
    pub fn find(name: &str) -> Option<Self> {
        [Self::Text, Self::Json].into_iter().find(|format| format.as_str() == name)
    }

    /// The log events of a call that began and ended at these times.
    pub fn log_events(
        self,
        invocation: &Invocation,
        memory_mb: u32,
        (began, ended): (Millis, Millis),
    ) -> Vec<NewLogEvent> {
        let report = LambdaReport::of(invocation, memory_mb);
        let mut events = vec![(began, self.start(&report, began))];
        events.extend(messages(&invocation.log).into_iter().map(|message| (ended, message)));
        events.push((ended, self.end(&report, ended)));
        events.push((ended, self.report(&report, ended)));
        if let InvocationResult::TimedOut { limit, .. } = invocation.result {
            events.push((ended, timed_out(&report.request_id, limit, ended)));
        }
        events
    }

    fn start(self, report: &LambdaReport, at: Millis) -> String {
        let id = &report.request_id;
        match self {
            Self::Text => format!("START RequestId: {id} Version: {VERSION}\n"),
            Self::Json => platform("start", at, id, |out| {
                out.extend_from_slice(format!(r#","version":"{VERSION}""#).as_bytes());
            }),
        }
    }

    fn end(self, report: &LambdaReport, at: Millis) -> String {
        let id = &report.request_id;
        match self {
            Self::Text => format!("END RequestId: {id}\n"),
            Self::Json => platform("runtimeDone", at, id, |out| {
                push_status(report, out);
                let duration = milliseconds(report.duration);
                out.extend_from_slice(
                    format!(r#","metrics":{{"durationMs":{duration}}}"#).as_bytes(),
                );
            }),
        }
    }

    fn report(self, report: &LambdaReport, at: Millis) -> String {
        let (duration, billed) = (milliseconds(report.duration), report.billed.as_millis());
        let (memory, most) = (report.memory_mb, report.max_memory_mb);
        let init = report.init_duration.map(milliseconds);
        match self {
            Self::Text => {
                let init = init.map(|init| format!("Init Duration: {init} ms\t"));
                let field = |name: &str, value: &Option<String>| {
                    value.as_ref().map(|value| format!("{name}: {value}\t")).unwrap_or_default()
                };
                format!(
                    "REPORT RequestId: {}\tDuration: {duration} ms\tBilled Duration: {billed} ms\t\
                     Memory Size: {memory} MB\tMax Memory Used: {most} MB\t{}{}{}\n",
                    report.request_id,
                    init.unwrap_or_default(),
                    field("Status", &report.status),
                    field("Error Type", &report.error_type),
                )
            }
            Self::Json => platform("report", at, &report.request_id, |out| {
                let init = init.map(|init| format!(r#","initDurationMs":{init}"#));
                out.extend_from_slice(
                    format!(
                        r#","metrics":{{"durationMs":{duration},"billedDurationMs":{billed},"memorySizeMB":{memory},"maxMemoryUsedMB":{most}{}}}"#,
                        init.unwrap_or_default()
                    )
                    .as_bytes(),
                );
                push_status(report, out);
            }),
        }
    }
}

impl LambdaReport {
    /// What Lambda reports of a call of a function with this much memory.
    pub fn of(invocation: &Invocation, memory_mb: u32) -> Self {
        let (status, error_type) = match &invocation.result {
            InvocationResult::TimedOut { .. } => (Some("timeout"), None),
            InvocationResult::Exited { .. } | InvocationResult::OutOfMemory { .. } => {
                (Some("error"), Some("Runtime.ExitError".to_owned()))
            }
            InvocationResult::InitError(error) => (Some("error"), kind(error)),
            _ => (None, None),
        };
        let billed = invocation.duration + invocation.init_duration.unwrap_or_default();
        let max_memory = invocation.max_memory.unwrap_or_default().div_ceil(1 << 20);
        Self {
            request_id: invocation.request_id.clone().unwrap_or_default(),
            duration: invocation.duration,
            billed: Duration::from_millis(whole_milliseconds(billed)),
            memory_mb,
            max_memory_mb: u32::try_from(max_memory).unwrap_or(u32::MAX),
            init_duration: invocation.init_duration,
            restore_duration: None,
            status: status.map(str::to_owned),
            error_type,
        }
    }
}

fn kind(error: &FunctionError) -> Option<String> {
    (!error.error_type.is_empty()).then(|| error.error_type.clone())
}

/// Each millisecond that has begun is paid for.
fn whole_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros().div_ceil(1000)).unwrap_or(u64::MAX)
}

/// With two digits after the point.
fn milliseconds(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}

/// An object of Lambda itself; `rest` writes what follows the request id.
fn platform(kind: &str, at: Millis, id: &str, rest: impl FnOnce(&mut Vec<u8>)) -> String {
    let time = write_rfc3339(at).unwrap_or_default();
    let mut out = format!(r#"{{"time":"{time}","type":"platform.{kind}","record":{{"requestId":"#)
        .into_bytes();
    push_string(&mut out, id);
    rest(&mut out);
    out.extend_from_slice(b"}}\n");
    String::from_utf8_lossy(&out).into_owned()
}

fn push_status(report: &LambdaReport, out: &mut Vec<u8>) {
    out.extend_from_slice(br#","status":"#);
    push_string(out, report.status.as_deref().unwrap_or("success"));
    if let Some(error_type) = &report.error_type {
        out.extend_from_slice(br#","errorType":"#);
        push_string(out, error_type);
    }
}

fn timed_out(id: &str, limit: Duration, at: Millis) -> String {
    let time = write_rfc3339(at).unwrap_or_default();
    format!("{time} {id} Task timed out after {:.2} seconds\n\n", limit.as_secs_f64())
}

/// The messages of a log: a line each, but a traceback is one with its error, as
/// Lambda's runtimes write it.
fn messages(log: &Log) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    let mut is_error = false;
    for (index, line) in log.lines.iter().enumerate() {
        if index == log.gap && log.cut_lines > 0 {
            messages.push(format!("[{} lines were not kept]\n", log.cut_lines));
            is_error = false;
        }
        let text = String::from_utf8_lossy(&line.bytes);
        let continues = text.starts_with(' ') || text.starts_with("Traceback (most recent");
        if let (true, true, Some(last)) = (is_error, continues, messages.last_mut()) {
            last.push_str(&text);
            last.push('\n');
        } else {
            is_error = text.starts_with("[ERROR]");
            messages.push(format!("{text}\n"));
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::message::Message;
    use crate::transform::invocation::{Exit, LogLine, LogStream, Phase};

    fn call(result: InvocationResult, lines: &[&str]) -> Invocation {
        let line =
            |text: &&str| LogLine { stream: LogStream::Stdout, bytes: text.as_bytes().to_vec() };
        Invocation {
            request_id: Some("8f507cfc-0000-4000-8000-000000000001".to_owned()),
            duration: Duration::from_micros(15_744),
            init_duration: Some(Duration::from_micros(130_490)),
            max_memory: Some(55 << 20),
            log: Log { lines: lines.iter().map(line).collect(), ..Log::default() },
            ..Invocation::new(result)
        }
    }

    fn log(format: LogFormat, call: &Invocation) -> String {
        let events = format.log_events(call, 128, (1_795_341_600_000, 1_795_341_600_016));
        let lines = events.iter().map(|(at, message)| format!("{} {message:?}", at % 1000));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_log_in_text_looks_like_lambdas() {
        let result = InvocationResult::Response(b"{}".to_vec());
        let lines =
            ["one", "[ERROR] KeyError: 'a'", "Traceback (most recent call last):", "  x", "two"];
        insta::assert_snapshot!(log(LogFormat::Text, &call(result, &lines)), @r#"
        0 "START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST\n"
        16 "one\n"
        16 "[ERROR] KeyError: 'a'\nTraceback (most recent call last):\n  x\n"
        16 "two\n"
        16 "END RequestId: 8f507cfc-0000-4000-8000-000000000001\n"
        16 "REPORT RequestId: 8f507cfc-0000-4000-8000-000000000001\tDuration: 15.74 ms\tBilled Duration: 147 ms\tMemory Size: 128 MB\tMax Memory Used: 55 MB\tInit Duration: 130.49 ms\t\n"
        "#);
    }

    #[test]
    fn a_log_in_json_looks_like_lambdas() {
        let result = InvocationResult::Exited { exit: Exit::Code(1), phase: Phase::Invoke };
        insta::assert_snapshot!(log(LogFormat::Json, &call(result, &[])), @r#"
        0 "{\"time\":\"2026-11-22T10:00:00.000Z\",\"type\":\"platform.start\",\"record\":{\"requestId\":\"8f507cfc-0000-4000-8000-000000000001\",\"version\":\"$LATEST\"}}\n"
        16 "{\"time\":\"2026-11-22T10:00:00.016Z\",\"type\":\"platform.runtimeDone\",\"record\":{\"requestId\":\"8f507cfc-0000-4000-8000-000000000001\",\"status\":\"error\",\"errorType\":\"Runtime.ExitError\",\"metrics\":{\"durationMs\":15.74}}}\n"
        16 "{\"time\":\"2026-11-22T10:00:00.016Z\",\"type\":\"platform.report\",\"record\":{\"requestId\":\"8f507cfc-0000-4000-8000-000000000001\",\"metrics\":{\"durationMs\":15.74,\"billedDurationMs\":147,\"memorySizeMB\":128,\"maxMemoryUsedMB\":55,\"initDurationMs\":130.49},\"status\":\"error\",\"errorType\":\"Runtime.ExitError\"}}\n"
        "#);
    }

    #[test]
    fn a_timeout_is_the_last_line() {
        let limit = Duration::from_secs(3);
        let result = InvocationResult::TimedOut { limit, phase: Phase::Invoke };
        insta::assert_snapshot!(log(LogFormat::Text, &call(result, &[])), @r#"
        0 "START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST\n"
        16 "END RequestId: 8f507cfc-0000-4000-8000-000000000001\n"
        16 "REPORT RequestId: 8f507cfc-0000-4000-8000-000000000001\tDuration: 15.74 ms\tBilled Duration: 147 ms\tMemory Size: 128 MB\tMax Memory Used: 55 MB\tInit Duration: 130.49 ms\tStatus: timeout\t\n"
        16 "2026-11-22T10:00:00.016Z 8f507cfc-0000-4000-8000-000000000001 Task timed out after 3.00 seconds\n\n"
        "#);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let error = FunctionError::parse(br#"{"errorType":"Runtime.ImportModuleError"}"#);
        for result in [
            InvocationResult::Response(Vec::new()),
            InvocationResult::InitError(error),
            InvocationResult::TimedOut { limit: Duration::from_secs(3), phase: Phase::Invoke },
        ] {
            let call = call(result, &[]);
            for format in [LogFormat::Text, LogFormat::Json] {
                assert_eq!(LogFormat::find(format.as_str()), Some(format));
                let events = format.log_events(&call, 128, (0, 16));
                let read: Vec<_> =
                    events.iter().map(|it| Message::of(it.1.trim_end().as_bytes())).collect();
                assert!(matches!(read[0], Message::Start { .. }), "{read:?}");
                assert!(matches!(read[1], Message::End { .. }), "{read:?}");
                let Message::Report(report) = &read[2] else { panic!("{read:?}") };
                let written = LambdaReport::of(&call, 128);
                assert_eq!(report.billed, Duration::from_millis(147));
                assert_eq!((&report.request_id, report.memory_mb), (&written.request_id, 128));
                assert_eq!(report.max_memory_mb, 55);
                assert_eq!(
                    (&report.status, &report.error_type),
                    (&written.status, &written.error_type)
                );
            }
        }
    }
}
