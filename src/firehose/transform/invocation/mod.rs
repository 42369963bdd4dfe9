//! What came of one call of the transform, and what Firehose makes of it; and the
//! statistics of many.
//!
//! Plain values: whoever makes the call fills them in. Nothing here looks at
//! the records of a response; that is for whoever judges it.

mod function_error;
mod handler_style;
mod lookup;
mod stack;
mod statistics;
#[cfg(test)]
mod tests;
mod whereabouts;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

pub use function_error::FunctionError;
pub use handler_style::{HandlerStyle, open_resources};
pub use stack::{CodeLine, frame_text};
pub use statistics::Statistics;
pub use whereabouts::Whereabouts;

use crate::group;
use crate::json::JsonError;
use crate::limits::{MAX_FUNCTION_TIMEOUT, MAX_LAMBDA_INIT, MAX_RESPONSE_PAYLOAD};
use crate::transform::fate::Failure;
use crate::transform::parse::{TransformEvent, document};
use crate::transform::response::{NON_FINITE_HINT, non_finite_number, not_json};

/// One call of the transform.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// What came of it.
    pub result: InvocationResult,
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
    /// How the function was run, where that is worth a line: not of its log.
    pub note: Option<String>,
    /// How the handler answered; none where the runtime does not tell.
    pub style: Option<HandlerStyle>,
    /// What kept the response to a callback of Node.js waiting, for a sentence:
    /// `a timer and a server`.
    pub waits_for: Option<String>,
    /// Where it was when its time ran out; none where nothing tells.
    pub whereabouts: Option<Whereabouts>,
    /// True for a program that reads its event from stdin.
    pub reads_stdin: bool,
}

impl Invocation {
    /// A call of which nothing is known but its result.
    pub fn new(result: InvocationResult) -> Self {
        Self {
            result,
            request_id: None,
            duration: Duration::ZERO,
            init_duration: None,
            max_memory: None,
            log: Log::default(),
            note: None,
            style: None,
            waits_for: None,
            whereabouts: None,
            reads_stdin: false,
        }
    }

    /// What came of it, in a sentence. It repeats what the function printed: escape it.
    pub fn sentence(&self) -> String {
        let waits_for = self.late().map(|what| format!(": {what} kept its event loop running"));
        let rejected = self.has_rejected().then(|| REJECTED.to_owned());
        let whereabouts = || self.whereabouts.as_ref().and_then(Whereabouts::clause);
        let clause = waits_for.or(rejected).or_else(whereabouts);
        format!("{}{}", self.result, clause.unwrap_or_default())
    }

    /// What to do about it, where that is not plain. `event` is what the function got. It
    /// may quote the event: escape it.
    pub fn hint(&self, event: &TransformEvent<'_>) -> Option<Cow<'static, str>> {
        let hint = match self.late() {
            Some(_) => Some(EMPTY_LOOP_HINT),
            None if self.has_rejected() => Some(REJECTED_HINT),
            None => self.lacks_runtime_api().then_some(RUNTIME_API_HINT),
        };
        let whereabouts = || self.whereabouts.as_ref().and_then(Whereabouts::hint);
        let hint = hint.map(Cow::Borrowed).or_else(|| self.result.hint(event));
        hint.or_else(|| whereabouts().map(Cow::Borrowed))
    }

    /// The error with a stack that it ended with; of one whose time ran out, the stack
    /// alone.
    pub const fn error(&self) -> Option<&FunctionError> {
        match (self.result.error(), &self.whereabouts) {
            (Some(error), _) | (None, Some(Whereabouts::Code(error))) => Some(error),
            _ => None,
        }
    }

    /// True if the function responded although a part of its work failed, of which Node.js
    /// learned too late for the response.
    pub fn has_rejected(&self) -> bool {
        let is_rejection =
            |line: &LogLine| memchr::memmem::find(&line.bytes, UNHANDLED.as_bytes()).is_some();
        matches!(self.result, InvocationResult::Response(_))
            && self.log.lines.iter().any(is_rejection)
    }

    /// True if the program ended because nothing told it where Lambda's runtime API is.
    fn lacks_runtime_api(&self) -> bool {
        self.reads_stdin
            && matches!(self.result, InvocationResult::Exited { .. })
            && self.log.lines.iter().any(|line| misses_runtime_api(&line.bytes))
    }

    /// What kept a callback's response waiting for too long.
    fn late(&self) -> Option<&str> {
        let is_late = matches!(self.result, InvocationResult::TimedOut { .. });
        self.waits_for.as_deref().filter(|_| is_late)
    }
}

/// True for a line that says that the address of Lambda's runtime API is not set.
fn misses_runtime_api(line: &[u8]) -> bool {
    const WAYS: [&str; 10] = [
        "not defined",
        "not set",
        "not found",
        "not present",
        "undefined",
        "unset",
        "unbound",
        "missing",
        "notpresent",
        "keyerror",
    ];
    let line = String::from_utf8_lossy(line);
    let says = |line: String| WAYS.iter().any(|way| line.contains(way));
    line.contains("AWS_LAMBDA_RUNTIME_API") && says(line.to_lowercase())
}

/// Advice about a package that only this machine lacks.
pub const NOT_HERE: &str = "Lambda's runtime has this package, this machine does not; install it";

/// The error of an async handler whose promise is still pending when Node.js has
/// nothing left to run (aws-lambda-ric).
const NODE_EXIT: &str = "Runtime.NodeJsExit";

/// The error of a promise that is rejected where nothing waits for it (Node.js).
const UNHANDLED: &str = "Runtime.UnhandledPromiseRejection";

/// What is said of a response in spite of that.
const REJECTED: &str = ", but a promise that it did not wait for was rejected";

/// What helps against that.
const REJECTED_HINT: &str = "wait for all promises, e.g. `await Promise.all(event.records.map(async …))` \
                             instead of `forEach(async …)`; its log has the error";

/// What helps a program that is for Lambda's runtime API, run as one that reads the event
/// from stdin.
const RUNTIME_API_HINT: &str = "this program gets its events from Lambda's runtime API: run it with \
                                `--bootstrap` instead of `--exec`";

/// What helps where a response waits for the event loop.
const EMPTY_LOOP_HINT: &str = "the callback was called, but Lambda sends its response only when \
                               nothing is left to run: close what is open, set \
                               context.callbackWaitsForEmptyEventLoop = false, or make the \
                               handler async";

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
    /// As it was written: not checked to be text.
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

/// What can come of a call.
#[derive(Debug, Clone)]
pub enum InvocationResult {
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
        /// What it was doing then.
        phase: Phase,
    },
    /// It used more memory than it may.
    OutOfMemory {
        /// What it may use, in MB of 1,024 × 1,024 bytes.
        limit_mb: u32,
        /// What it was doing then.
        phase: Phase,
    },
    /// There was no answer in time.
    TimedOut {
        /// The timeout of the function.
        limit: Duration,
        /// What it was doing then.
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
    /// The exit code.
    Code(i32),
    /// The number of the signal that ended it.
    Signal(i32),
}

/// What a function was doing when the call ended.
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

impl InvocationResult {
    /// Sorts a response by what it is at first sight.
    pub fn from_response(bytes: Vec<u8>) -> Self {
        if bytes.len() > MAX_RESPONSE_PAYLOAD {
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

    /// True if the function got the event: it did not fail while it loaded.
    pub const fn had_event(&self) -> bool {
        !matches!(
            self,
            Self::InitError(_)
                | Self::Exited { phase: Phase::Init, .. }
                | Self::OutOfMemory { phase: Phase::Init, .. }
                | Self::TimedOut { phase: Phase::Init, .. }
        )
    }

    /// The error that the function or its runtime reported.
    pub const fn error(&self) -> Option<&FunctionError> {
        match self {
            Self::FunctionError(error) | Self::InitError(error) => Some(error),
            _ => None,
        }
    }

    /// The response, JSON or not.
    pub fn response(&self) -> Option<&[u8]> {
        match self {
            Self::Response(bytes) | Self::NotJson { bytes, .. } => Some(bytes),
            _ => None,
        }
    }

    /// What to do about it, where that is not plain. `event` is what the function got.
    pub fn hint(&self, event: &TransformEvent<'_>) -> Option<Cow<'static, str>> {
        if let Some(install) = self.install() {
            return Some(format!("{NOT_HERE}: {install}").into());
        }
        match self {
            Self::FunctionError(error) => {
                self.known_hint().map(Cow::Borrowed).or_else(|| lookup::hint(error, event))
            }
            _ => self.known_hint().map(Cow::Borrowed),
        }
    }

    /// The command that installs what is missing on this machine alone.
    pub fn install(&self) -> Option<&str> {
        match self {
            Self::FunctionError(error) | Self::InitError(error) => error.install.as_deref(),
            _ => None,
        }
    }

    fn known_hint(&self) -> Option<&'static str> {
        match self {
            Self::NotJson { bytes, problem } if non_finite_number(bytes, problem).is_some() => {
                Some(NON_FINITE_HINT)
            }
            Self::NotJson { .. } => {
                Some("print only the JSON response to stdout; print logs to stderr")
            }
            Self::InitError(error) if error.is_of_handler_name() => Some(
                "a handler is FILE.FUNCTION, e.g. app.lambda_handler, index.handler; \
                 `fh invoke FILE` without `--handler` finds it",
            ),
            Self::InitError(error) if error.is_of_sdk_v2() => Some(
                "Lambda's runtimes from nodejs18.x on have the AWS SDK v3 (`@aws-sdk/*`) only: use \
                 that, or deploy aws-sdk with the function",
            ),
            Self::InitError(error) if error.is_of_callback() => Some(
                "declare the handler as async (event, context) and return the response; up to \
                 nodejs22.x, Lambda still calls a callback",
            ),
            Self::TooLarge { .. } => Some(
                "base64 adds a third; lower the transform's BufferSizeInMBs, or make records \
                 smaller",
            ),
            Self::TimedOut { limit, .. } if *limit > MAX_FUNCTION_TIMEOUT => Some(
                "do less in one call: lower the transform's BufferSizeInMBs, give the function \
                 more memory",
            ),
            Self::TimedOut { phase: Phase::Init, .. } => {
                Some("do less outside the handler, or raise the Timeout of the function")
            }
            Self::FunctionError(error) if error.error_type == NODE_EXIT => {
                Some(handler_style::UNSETTLED)
            }
            Self::Exited { exit: Exit::Signal(9), .. } => {
                Some("something else killed it, often the kernel when memory runs out")
            }
            _ => None,
        }
    }

    /// What Firehose makes of it; none for a response, which has to be judged by
    /// its records, and none for what fails on this machine alone.
    pub fn failure(&self) -> Option<Failure> {
        if self.install().is_some() {
            return None;
        }
        match self {
            Self::Response(_) => None,
            Self::NotJson { .. } => Some(Failure::UNREADABLE),
            Self::TimedOut { limit, .. } if *limit > MAX_FUNCTION_TIMEOUT => {
                Some(Failure::RUNS_TOO_LONG)
            }
            Self::TimedOut { .. } => Some(Failure::FUNCTION_TIMED_OUT),
            Self::TooLarge { .. } => Some(Failure::RESPONSE_TOO_LARGE),
            Self::FunctionError(_)
            | Self::InitError(_)
            | Self::Exited { .. }
            | Self::OutOfMemory { .. } => Some(Failure::FUNCTION_ERROR),
        }
    }
}

impl fmt::Display for InvocationResult {
    /// One sentence. It repeats what the function printed: escape it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(_) => write!(f, "the function responded"),
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
                    Phase::Init => "before it received an event",
                    Phase::Invoke => "before it responded",
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
            Self::TimedOut { limit, phase: Phase::Invoke } if *limit > MAX_FUNCTION_TIMEOUT => {
                write!(
                    f,
                    "the function did not answer in 5 minutes, the longest that Firehose waits"
                )
            }
            Self::TimedOut { limit, phase: Phase::Invoke } => {
                write!(f, "the function did not respond in {} s", limit.as_secs_f64())
            }
            Self::TooLarge { bytes } => {
                let most = group(MAX_RESPONSE_PAYLOAD as u64);
                write!(f, "the response is {} B; Lambda accepts {most} B", group(*bytes))
            }
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
