//! What came of one call of the transform, and what Firehose makes of it.
//!
//! Plain values: whoever makes the call fills them in. Nothing here looks at
//! the records of a response; that is for whoever judges it.

use std::fmt;
use std::time::Duration;

use super::fate::Failure;
use super::parse::document;
use super::response::{NO_NUMBER, no_number, not_json};
use crate::firehose::json::{self, JsonError};
use crate::firehose::limits::{MAX_INVOCATION_PAYLOAD, MAX_LAMBDA_INIT};

/// One call of the transform.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// What the function answered.
    pub answer: Answer,
    /// The request id that the function saw; none where nothing has one.
    pub request_id: Option<String>,
    /// From handing over the event to the answer.
    pub duration: Duration,
    /// From the start of the process until it asked for an event; only in the
    /// call that started it.
    pub init_duration: Option<Duration>,
    /// The most memory seen, in bytes; none where the system does not tell.
    pub max_memory: Option<u64>,
    /// What the function wrote while it worked.
    pub log: Log,
}

/// What a function wrote, up to a bound.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// The lines in the order in which they arrived.
    pub lines: Vec<LogLine>,
    /// Of a log that is too long: how many of the lines stand before those that
    /// were not kept.
    pub gap: usize,
    /// Lines that were not kept.
    pub cut_lines: u64,
    /// Bytes of these.
    pub cut: u64,
}

/// One line of a log, without its newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Where it was written to.
    pub stream: LogStream,
    /// As it was written; nobody has checked that it is text.
    pub bytes: Vec<u8>,
}

/// The stream of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl LogStream {
    /// The name in all output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

/// What a function can answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Answer {
    /// A response that is JSON. Its records may still break the contract.
    Response(Vec<u8>),
    /// A response that is not JSON.
    NotJson {
        /// The response as it came.
        bytes: Vec<u8>,
        /// Where it stops being JSON.
        problem: JsonError,
    },
    /// The handler raised an error, or its result could not be sent.
    FunctionError(FunctionError),
    /// The function could not be loaded.
    InitError(FunctionError),
    /// The process ended without an answer.
    Exited {
        /// How it ended.
        exit: Exit,
        /// When.
        phase: Phase,
    },
    /// It used more memory than it may.
    OutOfMemory {
        /// What it may use, in MB of 1,024 × 1,024 bytes.
        limit_mb: u32,
        /// When.
        phase: Phase,
    },
    /// There was no answer in time.
    TimedOut {
        /// The timeout.
        limit: Duration,
        /// When.
        phase: Phase,
    },
    /// The response is larger than Lambda takes.
    TooLarge {
        /// Its size in bytes, as far as it was read.
        bytes: u64,
    },
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// With this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// What a function was at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Starting and loading the code.
    Init,
    /// Handling an event.
    Invoke,
}

impl Phase {
    /// The name in all output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Invoke => "invoke",
        }
    }
}

/// How long a function with this timeout may take to load. Lambda stops it at
/// [`MAX_LAMBDA_INIT`] and starts it once more, within the timeout: what takes
/// longer than both never gets an event.
pub fn load_limit(timeout: Duration) -> Duration {
    timeout.max(MAX_LAMBDA_INIT)
}

/// An error as a runtime reports it to Lambda.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionError {
    /// `KeyError`, `Runtime.ImportModuleError`; empty if there was none.
    pub error_type: String,
    /// What the error says; empty if it says nothing.
    pub message: String,
    /// The stack, an entry a frame, as the runtime writes it.
    pub stack: Vec<String>,
    /// All that the runtime sent.
    pub payload: Vec<u8>,
}

impl FunctionError {
    /// Reads `errorType`, `errorMessage` and `stackTrace` (Python, Java) or
    /// `trace` (Node.js) from what a runtime sent. What is missing or of
    /// another type stays empty, and no payload is an error in itself.
    pub fn parse(payload: &[u8]) -> Self {
        let mut error = Self { payload: payload.to_vec(), ..Self::default() };
        let start = json::skip_space(payload, 0);
        for field in json::fields(payload, start).map_while(Result::ok) {
            match field.key {
                b"errorType" => error.error_type = text(field.value),
                b"errorMessage" => error.message = text(field.value),
                b"stackTrace" | b"trace" => {
                    let frames = json::elements(field.value, 0).map_while(Result::ok);
                    error.stack = frames.map(|(frame, _)| text(frame)).collect();
                }
                _ => {}
            }
        }
        error
    }

    /// True if Lambda says that the function did not answer in time. Its
    /// object has the type `Sandbox.Timedout`, or none: that of an exception of
    /// the function is another one, whatever its message.
    pub fn is_timeout(&self) -> bool {
        match self.error_type.as_str() {
            "Sandbox.Timedout" => true,
            "" => self.message.contains(TIMED_OUT),
            _ => false,
        }
    }

    /// The timeout that the message tells.
    pub fn time_limit(&self) -> Option<Duration> {
        let seconds = self.message.split(TIMED_OUT).nth(1)?.split(' ').next()?;
        Duration::try_from_secs_f64(seconds.parse().ok()?).ok()
    }
}

/// What stands before the seconds of a timeout in Lambda's messages:
/// `… Task timed out after 3.00 seconds`.
const TIMED_OUT: &str = "Task timed out after ";

/// The text of a JSON string; of another value its source.
fn text(value: &[u8]) -> String {
    let mut plain = Vec::new();
    match json::string_body(value) {
        Some(body) => json::unescape(body, &mut plain),
        None if value == b"null" => {}
        None => plain.extend_from_slice(value),
    }
    String::from_utf8_lossy(&plain).into_owned()
}

impl Answer {
    /// Sorts a response by what it is at first sight.
    pub fn from_response(bytes: Vec<u8>) -> Self {
        if bytes.len() > MAX_INVOCATION_PAYLOAD {
            return Self::TooLarge { bytes: bytes.len() as u64 };
        }
        match document(&bytes) {
            Ok(_) => Self::Response(bytes),
            Err(problem) => Self::NotJson { bytes, problem },
        }
    }

    /// The name in all output.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Response(_) => "response",
            Self::NotJson { .. } => "not-json",
            Self::FunctionError(_) => "function-error",
            Self::InitError(_) => "init-error",
            Self::Exited { .. } => "exited",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::TimedOut { .. } => "timed-out",
            Self::TooLarge { .. } => "too-large",
        }
    }

    /// The response, JSON or not.
    pub fn response(&self) -> Option<&[u8]> {
        match self {
            Self::Response(bytes) | Self::NotJson { bytes, .. } => Some(bytes),
            _ => None,
        }
    }

    /// What to do about it, where that is not plain.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotJson { bytes, problem } if no_number(bytes, problem).is_some() => {
                Some(NO_NUMBER)
            }
            Self::NotJson { .. } => {
                Some("answer with JSON and nothing else; what is for the log goes to stderr")
            }
            Self::TooLarge { .. } => Some(
                "base64 adds a third; make batches smaller with BufferSizeInMBs of the transform, \
                 or records smaller",
            ),
            Self::TimedOut { phase: Phase::Init, .. } => {
                Some("do less outside the handler, or raise the Timeout of the function")
            }
            Self::Exited { exit: Exit::Signal(9), .. } => {
                Some("something else killed it, often the kernel for want of memory")
            }
            _ => None,
        }
    }

    /// What Firehose makes of it; none for a response, which has to be judged
    /// by its records.
    pub const fn failure(&self) -> Option<Failure> {
        match self {
            Self::Response(_) => None,
            Self::NotJson { .. } => Some(Failure::UNREADABLE),
            Self::TimedOut { .. } => Some(Failure::FUNCTION_TIMED_OUT),
            Self::TooLarge { .. } => Some(Failure::RESPONSE_TOO_LARGE),
            Self::FunctionError(_)
            | Self::InitError(_)
            | Self::Exited { .. }
            | Self::OutOfMemory { .. } => Some(Failure::FUNCTION_ERROR),
        }
    }
}

impl fmt::Display for Answer {
    /// One sentence. It repeats what the function said: escape it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(_) => write!(f, "the function answered"),
            Self::NotJson { bytes, .. } if bytes.is_empty() => {
                write!(f, "the response is empty, not JSON")
            }
            Self::NotJson { bytes, problem } => {
                write!(f, "the response is not JSON: {}", not_json(bytes, problem))
            }
            Self::FunctionError(error) => write!(f, "the handler failed: {error}"),
            Self::InitError(error) => write!(f, "the function could not be loaded: {error}"),
            Self::Exited { exit, phase } => {
                let when = match phase {
                    Phase::Init => "before it took an event",
                    Phase::Invoke => "before it answered",
                };
                write!(f, "the process ended {when}, {exit}")
            }
            Self::OutOfMemory { limit_mb, .. } => {
                write!(f, "the function used more than its {limit_mb} MB of memory")
            }
            Self::TimedOut { limit, phase: Phase::Init } => {
                let all = load_limit(*limit).as_secs_f64();
                write!(f, "the function did not load in {all} s")
            }
            Self::TimedOut { limit, phase: Phase::Invoke } => {
                write!(f, "the function did not answer in {} s", limit.as_secs_f64())
            }
            Self::TooLarge { bytes } => {
                write!(f, "the response has {bytes} bytes, Lambda takes {MAX_INVOCATION_PAYLOAD}")
            }
        }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.error_type.as_str(), self.message.as_str()) {
            ("", "") => write!(f, "it gave no reason"),
            ("", text) | (text, "") => write!(f, "{text}"),
            (kind, message) => write!(f, "{kind}: {message}"),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "with exit code {code}"),
            Self::Signal(signal) => write!(f, "by signal {signal}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firehose::transform::Attempts;

    #[test]
    fn a_response_is_json_and_nothing_else() {
        let sorted = |bytes: &[u8]| Answer::from_response(bytes.to_vec()).to_string();
        assert_eq!(sorted(b" {\"records\":[]}\n"), "the function answered");
        assert_eq!(sorted(b"\"text\""), "the function answered");
        assert_eq!(sorted(b""), "the response is empty, not JSON");
        let trailing = "the response is not JSON: expected nothing behind the value at byte 3";
        assert_eq!(sorted(b"{} {}"), trailing);
        let number = "the response is not JSON: -Infinity at byte 6, which JSON does not have";
        assert_eq!(sorted(b"{\"a\":-Infinity}"), number);
        assert_eq!(
            sorted(b"{\"a\":\"\xff\"}"),
            "the response is not JSON: JSON is not UTF-8 at byte 6"
        );
    }

    #[test]
    fn a_response_over_the_limit_is_too_large_whatever_is_in_it() {
        let answer = Answer::from_response(vec![b' '; MAX_INVOCATION_PAYLOAD + 1]);
        assert!(matches!(answer, Answer::TooLarge { bytes: 6_291_457 }), "{answer}");
    }

    #[test]
    fn errors_of_both_runtimes_are_read() {
        let python = FunctionError::parse(
            br#" {"errorMessage":"'a'","errorType":"KeyError","stackTrace":["  File \"app.py\"\n"]}"#,
        );
        assert_eq!(python.to_string(), "KeyError: 'a'");
        assert_eq!(python.stack, ["  File \"app.py\"\n"]);
        let node =
            FunctionError::parse(br#"{"errorType":"Error","errorMessage":"","trace":["Error"]}"#);
        assert_eq!((node.to_string().as_str(), node.stack.len()), ("Error", 1));
        assert_eq!(FunctionError::parse(b"boom").to_string(), "it gave no reason");
    }

    #[test]
    fn only_lambda_says_that_a_function_timed_out() {
        let told = |payload: &[u8]| {
            let error = FunctionError::parse(payload);
            error.is_timeout().then(|| error.time_limit().map(|limit| limit.as_millis()))
        };
        let message = "2026-11-22T10:00:00.123Z 8f507cfc Task timed out after 3.50 seconds";
        let untyped = format!(r#"{{"errorMessage":"{message}"}}"#);
        assert_eq!(told(untyped.as_bytes()), Some(Some(3500)));
        let typed = format!(r#"{{"errorType":"Sandbox.Timedout","errorMessage":"{message}"}}"#);
        assert_eq!(told(typed.as_bytes()), Some(Some(3500)));
        assert_eq!(told(br#"{"errorType":"Sandbox.Timedout"}"#), Some(None));
        let raised = format!(r#"{{"errorType":"TimeoutError","errorMessage":"{message}"}}"#);
        assert_eq!(told(raised.as_bytes()), None);
    }

    #[test]
    fn a_function_loads_in_10_seconds_or_in_its_timeout() {
        let loading = |seconds| {
            let limit = Duration::from_secs(seconds);
            Answer::TimedOut { limit, phase: Phase::Init }
        };
        assert_eq!(loading(3).to_string(), "the function did not load in 10 s");
        assert_eq!(loading(60).to_string(), "the function did not load in 60 s");
        assert_eq!(loading(3).failure(), Some(Failure::FUNCTION_TIMED_OUT));
    }

    #[test]
    fn only_a_failed_call_is_retried() {
        let code = |answer: Answer| answer.failure().map(|it| (it.code, it.attempts));
        assert_eq!(code(Answer::Response(Vec::new())), None);
        let exited = Answer::Exited { exit: Exit::Code(1), phase: Phase::Init };
        assert_eq!(code(exited), Some(("Lambda.FunctionError", Attempts::AllRetries)));
        let garbage = Answer::from_response(b"garbage".to_vec());
        assert_eq!(code(garbage), Some(("Lambda.JsonProcessingException", Attempts::Unknown)));
    }
}
