//! What the message of a log event is.
//!
//! Lambda writes lines of its own around what the function writes, as text or,
//! where the log format is JSON, as objects with a `type`. A delivery stream
//! writes an object for each kind of error.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::lossy;
use crate::firehose::json;
use crate::firehose::lambda_report::LambdaReport;

/// What a message is.
#[derive(Debug, Clone, PartialEq)]
pub enum Said<'a> {
    /// `START RequestId: … Version: …`, `platform.start`.
    Start {
        /// The request id.
        request: Cow<'a, str>,
        /// The version of the function.
        version: Cow<'a, str>,
    },
    /// `END RequestId: …`, `platform.runtimeDone`.
    End {
        /// The request id.
        request: Cow<'a, str>,
    },
    /// `REPORT RequestId: …`, `platform.report`.
    Report(Box<LambdaReport>),
    /// `INIT_START …`, `platform.initStart`: a new environment.
    InitStart,
    /// `INIT_REPORT …`, `platform.initReport`.
    InitReport {
        /// `error` or `timeout`, if it went wrong.
        status: Option<Cow<'a, str>>,
    },
    /// A line of Lambda that is about nothing here: `XRAY TraceId: …`,
    /// `EXTENSION …`, other `platform.…` events.
    Platform,
    /// An error that a delivery stream reports.
    Delivery {
        /// `Lambda.FunctionError` and the like.
        code: Cow<'a, str>,
        /// What it says.
        message: Cow<'a, str>,
    },
    /// What the function, its runtime or anybody else wrote.
    Line {
        /// The request id, where the line has one.
        request: Option<Cow<'a, str>>,
        /// The level, where the line has one.
        level: Option<Level>,
        /// What went wrong, where it tells of that.
        trouble: Option<Trouble>,
    },
}

/// How bad the writer of a line says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `TRACE`.
    Trace,
    /// `DEBUG`.
    Debug,
    /// `INFO`.
    Info,
    /// `WARN`, `WARNING`.
    Warn,
    /// `ERROR`.
    Error,
    /// `FATAL`, `CRITICAL`.
    Fatal,
}

impl Level {
    /// Reads `INFO`, `warning` and the like.
    pub fn parse(word: &[u8]) -> Option<Self> {
        const WORDS: [(&str, Level); 9] = [
            ("trace", Level::Trace),
            ("debug", Level::Debug),
            ("info", Level::Info),
            ("warn", Level::Warn),
            ("warning", Level::Warn),
            ("error", Level::Error),
            ("fatal", Level::Fatal),
            ("critical", Level::Fatal),
            ("severe", Level::Error),
        ];
        let found = WORDS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, level)| *level)
    }
}

/// What went wrong in an invocation; the later ones say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// A line of level `ERROR` or worse.
    Logged,
    /// An exception that nobody caught, or the end of the process.
    Exception,
    /// The function could not start.
    Init,
    /// The function took too long.
    TimedOut,
    /// The function took too much memory.
    OutOfMemory,
}

impl Trouble {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logged => "error",
            Self::Exception => "exception",
            Self::Init => "init-error",
            Self::TimedOut => "timed-out",
            Self::OutOfMemory => "out-of-memory",
        }
    }
}

/// Bytes of a message that are looked at for what went wrong.
const LOOKED_AT: usize = 4096;

/// Tells what a message is.
pub fn said(message: &[u8]) -> Said<'_> {
    match message.first() {
        Some(b'S') if message.starts_with(b"START RequestId: ") => start(message),
        Some(b'E') if message.starts_with(b"END RequestId: ") => {
            Said::End { request: word_behind(message, b"END RequestId: ") }
        }
        Some(b'R') if message.starts_with(b"REPORT RequestId: ") => {
            LambdaReport::parse(message).map_or_else(|| line(message), |it| Said::Report(it.into()))
        }
        Some(b'I') if message.starts_with(b"INIT_START ") => Said::InitStart,
        Some(b'I') if message.starts_with(b"INIT_REPORT ") => Said::InitReport {
            status: field(message, b"Status: ").filter(|status| status != "success"),
        },
        Some(b'X') if message.starts_with(b"XRAY TraceId: ") => Said::Platform,
        Some(b'E') if message.starts_with(b"EXTENSION\tName: ") => Said::Platform,
        Some(b'{') => object(message),
        _ => line(message),
    }
}

fn start(message: &[u8]) -> Said<'_> {
    Said::Start {
        request: word_behind(message, b"START RequestId: "),
        version: field(message, b"Version: ").unwrap_or_default(),
    }
}

fn word_behind<'a>(message: &'a [u8], prefix: &[u8]) -> Cow<'a, str> {
    let rest = message.strip_prefix(prefix).unwrap_or_default();
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    lossy(rest.get(..end).unwrap_or_default())
}

/// What stands behind a name, up to a tab or the end of the line.
fn field<'a>(message: &'a [u8], name: &[u8]) -> Option<Cow<'a, str>> {
    let at = memchr::memmem::find(message, name)? + name.len();
    let rest = message.get(at..)?;
    let end = rest.iter().position(|byte| matches!(byte, b'\t' | b'\n' | b'\r'));
    Some(lossy(rest.get(..end.unwrap_or(rest.len()))?.trim_ascii()))
}

/// Values of an object that say what it is.
#[derive(Default)]
struct Keys<'a> {
    kind: &'a [u8],
    record: &'a [u8],
    request: &'a [u8],
    level: &'a [u8],
    code: &'a [u8],
    message: &'a [u8],
    error_type: &'a [u8],
    is_of_stream: bool,
}

fn object(message: &[u8]) -> Said<'_> {
    let mut keys = Keys::default();
    for field in json::fields(message, 0) {
        // A line that only begins as JSON is text.
        let Ok(field) = field else { return line(message) };
        match field.key {
            b"type" => keys.kind = field.value,
            b"record" => keys.record = field.value,
            b"requestId" | b"AWSRequestId" | b"function_request_id" => keys.request = field.value,
            b"level" | b"log_level" => keys.level = field.value,
            b"errorCode" => keys.code = field.value,
            b"message" | b"errorMessage" => keys.message = field.value,
            b"errorType" => keys.error_type = field.value,
            b"deliveryStreamARN" => keys.is_of_stream = true,
            _ => {}
        }
    }
    if keys.is_of_stream && !keys.code.is_empty() {
        return Said::Delivery { code: text(keys.code), message: text(keys.message) };
    }
    if let Some(kind) = json::string_body(keys.kind).and_then(|it| it.strip_prefix(b"platform.")) {
        return platform(message, kind, keys.record);
    }
    let level = json::string_body(keys.level).and_then(Level::parse);
    let request = Some(text(keys.request)).filter(|request| !request.is_empty());
    let trouble = if is_timeout(json::string_body(keys.message).unwrap_or_default()) {
        Some(Trouble::TimedOut)
    } else if !keys.error_type.is_empty() {
        let kind = json::string_body(keys.error_type).unwrap_or_default();
        Some(exit(kind).unwrap_or(Trouble::Exception))
    } else {
        level.filter(|level| *level >= Level::Error).map(|_| Trouble::Logged)
    };
    Said::Line { request, level, trouble }
}

fn platform<'a>(message: &'a [u8], kind: &[u8], record: &'a [u8]) -> Said<'a> {
    let of_record = |name: &[u8]| {
        let mut fields = json::fields(record, 0).map_while(Result::ok);
        fields.find(|field| field.key == name).map(|field| text(field.value)).unwrap_or_default()
    };
    match kind {
        b"start" => {
            Said::Start { request: of_record(b"requestId"), version: of_record(b"version") }
        }
        b"runtimeDone" => Said::End { request: of_record(b"requestId") },
        b"report" => {
            LambdaReport::parse(message).map_or(Said::Platform, |it| Said::Report(it.into()))
        }
        b"initStart" => Said::InitStart,
        b"initReport" => Said::InitReport {
            status: Some(of_record(b"status")).filter(|it| !it.is_empty() && it != "success"),
        },
        _ => Said::Platform,
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

/// A line of text. The runtimes for Python and Node.js put columns with tabs
/// between them before what was written: `[LEVEL] time id …`, `time id LEVEL …`.
fn line(message: &[u8]) -> Said<'_> {
    let mut columns = message.splitn(4, |byte| *byte == b'\t');
    let mut column = || columns.next().unwrap_or_default();
    let (first, second, third) = (column(), column(), column());
    let bracketed = |text: &[u8]| {
        let inner = text.strip_prefix(b"[")?;
        Level::parse(inner.get(..memchr::memchr(b']', inner)?)?)
    };
    let id = |text: &'_ [u8]| is_request_id(text);
    let (request, level) = if id(second) {
        (Some(second), Level::parse(third))
    } else if id(third) {
        (Some(third), bracketed(first))
    } else {
        (request_in_front(message), bracketed(message).or_else(|| first_word(message)))
    };
    let trouble = trouble(message, level, request.is_some());
    Said::Line { request: request.map(lossy), level, trouble }
}

/// `2026-11-22T10:00:03.123Z 8f507cfc-… Task timed out after 3.00 seconds`.
fn request_in_front(message: &[u8]) -> Option<&[u8]> {
    let first = message.get(..message.len().min(128))?;
    let mut words = first.split(|byte| *byte == b' ');
    words.next().filter(|word| word.first().is_some_and(u8::is_ascii_digit))?;
    words.next().filter(|word| is_request_id(word))
}

/// Loggers of Java, Go and Rust write the level as one of the first words.
fn first_word(message: &[u8]) -> Option<Level> {
    let words = message.get(..message.len().min(64))?.split(u8::is_ascii_whitespace);
    let bare =
        |word: &'_ [u8]| word.strip_suffix(b":").unwrap_or(word).to_ascii_uppercase() == word;
    words.filter(|word| !word.is_empty()).take(3).find_map(|word| {
        Level::parse(word.strip_suffix(b":").unwrap_or(word)).filter(|_| bare(word))
    })
}

/// A UUID, as request ids of Lambda are.
fn is_request_id(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_timeout(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"Task timed out after ").is_some()
}

/// What a name of a runtime error says.
fn exit(kind: &[u8]) -> Option<Trouble> {
    match kind {
        b"Runtime.OutOfMemory" => Some(Trouble::OutOfMemory),
        b"Sandbox.Timedout" => Some(Trouble::TimedOut),
        b"Runtime.ImportModuleError"
        | b"Runtime.HandlerNotFound"
        | b"Runtime.UserCodeSyntaxError"
        | b"Runtime.MalformedHandlerName" => Some(Trouble::Init),
        _ => None,
    }
}

/// One of these is in each message that tells of something that went wrong.
static SIGNS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let signs = "Task timed out|Runtime\\.|signal: killed|OutOfMemory|Traceback|Invoke Error|Exception\
                 |Unhandled Promise|exited with error|errorType|panic";
    Regex::new(signs).ok()
});

/// What went wrong, by the words that the runtimes use.
fn trouble(message: &[u8], level: Option<Level>, has_request: bool) -> Option<Trouble> {
    let head = message.get(..LOOKED_AT).unwrap_or(message);
    if SIGNS.as_ref().is_some_and(|signs| !signs.is_match(head)) {
        return level.filter(|level| *level >= Level::Error).map(|_| Trouble::Logged);
    }
    let has = |text: &str| memchr::memmem::find(head, text.as_bytes()).is_some();
    if has_request && is_timeout(head) {
        return Some(Trouble::TimedOut);
    }
    if has("Runtime.OutOfMemory") || has("signal: killed") || has("java.lang.OutOfMemoryError") {
        return Some(Trouble::OutOfMemory);
    }
    let is_error = level.is_some_and(|level| level >= Level::Error);
    if is_error
        && ["Runtime.ImportModuleError", "Runtime.HandlerNotFound", "Runtime.UserCodeSyntaxError"]
            .iter()
            .any(|it| has(it))
    {
        return Some(Trouble::Init);
    }
    let is_exception = has("Traceback (most recent call last)")
        || has("Invoke Error")
        || has("Uncaught Exception")
        || has("Unhandled Promise")
        || has("Runtime.ExitError")
        || has("exited with error: exit status")
        || has("\"errorType\"")
        || head.starts_with(b"panic: ")
        || (head.starts_with(b"thread '") && has("' panicked at "))
        || has("\tat ") && has("Exception");
    if is_exception {
        return Some(Trouble::Exception);
    }
    is_error.then_some(Trouble::Logged)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849";

    fn of_line(message: &str) -> (Option<String>, Option<Level>, Option<Trouble>) {
        match said(message.as_bytes()) {
            Said::Line { request, level, trouble } => {
                (request.map(Cow::into_owned), level, trouble)
            }
            other => panic!("{message}: {other:?}"),
        }
    }

    #[test]
    fn lines_of_lambda_are_told_in_both_formats() {
        for message in [
            format!("START RequestId: {ID} Version: $LATEST"),
            format!(
                r#"{{"time":"2026-11-22T10:00:00Z","type":"platform.start","record":{{"requestId":"{ID}","version":"$LATEST"}}}}"#
            ),
        ] {
            let start = Said::Start { request: ID.into(), version: "$LATEST".into() };
            assert_eq!(said(message.as_bytes()), start);
        }
        for message in [
            format!("END RequestId: {ID}"),
            format!(
                r#"{{"type":"platform.runtimeDone","record":{{"requestId":"{ID}","status":"success"}}}}"#
            ),
        ] {
            assert_eq!(said(message.as_bytes()), Said::End { request: ID.into() });
        }
        let report = format!("REPORT RequestId: {ID}\tDuration: 3000.00 ms\tStatus: timeout");
        let Said::Report(report) = said(report.as_bytes()) else { panic!("no report") };
        assert_eq!(report.status.as_deref(), Some("timeout"));
        assert_eq!(said(b"INIT_START Runtime Version: python:3.11.v39\tRuntime"), Said::InitStart);
        assert_eq!(
            said(b"INIT_REPORT Init Duration: 1670.77 ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown"),
            Said::InitReport { status: Some("error".into()) }
        );
        assert_eq!(said(br#"{"type":"platform.logsSubscription","record":{}}"#), Said::Platform);
    }

    #[test]
    fn an_error_of_a_delivery_stream_has_its_code() {
        let error = br#"{"deliveryStreamARN":"arn","destination":"d","message":"it \"broke\"","errorCode":"Lambda.FunctionError"}"#;
        assert_eq!(
            said(error),
            Said::Delivery { code: "Lambda.FunctionError".into(), message: "it \"broke\"".into() }
        );
        assert!(matches!(said(br#"{"errorCode":"mine"}"#), Said::Line { .. }));
    }

    #[test]
    fn the_columns_of_runtimes_have_level_and_request() {
        let id = Some(ID.to_owned());
        for (message, level, trouble) in [
            (format!("[INFO]\t2026-11-22T10:00:00.123Z\t{ID}\torder"), Some(Level::Info), None),
            (
                format!("2026-11-22T10:00:00.123Z\t{ID}\tERROR\tInvoke Error \t{{}}"),
                Some(Level::Error),
                Some(Trouble::Exception),
            ),
            (
                format!("2026-11-22T10:00:03.123Z {ID} Task timed out after 3.00 seconds"),
                None,
                Some(Trouble::TimedOut),
            ),
            (
                format!(r#"{{"timestamp":"t","level":"WARN","requestId":"{ID}","message":"m"}}"#),
                Some(Level::Warn),
                None,
            ),
            (
                format!(
                    r#"{{"level":"ERROR","requestId":"{ID}","errorType":"Runtime.OutOfMemory"}}"#
                ),
                Some(Level::Error),
                Some(Trouble::OutOfMemory),
            ),
        ] {
            assert_eq!(of_line(&message), (id.clone(), level, trouble), "{message}");
        }
    }

    #[test]
    fn what_went_wrong_is_found_in_the_words_of_every_runtime() {
        for (message, trouble) in [
            (
                "[ERROR] KeyError: 'price'\nTraceback (most recent call last):\n  File",
                Some(Trouble::Exception),
            ),
            (
                "[ERROR] Runtime.ImportModuleError: Unable to import module 'app'\nTraceback (most recent call last):",
                Some(Trouble::Init),
            ),
            (
                "RequestId: x Error: Runtime exited with error: signal: killed\nRuntime.ExitError",
                Some(Trouble::OutOfMemory),
            ),
            (
                "RequestId: x Error: Runtime exited with error: exit status 1\nRuntime.ExitError",
                Some(Trouble::Exception),
            ),
            (
                "panic: runtime error: index out of range [5] with length 3",
                Some(Trouble::Exception),
            ),
            ("thread 'main' panicked at src/main.rs:7:5:", Some(Trouble::Exception)),
            (
                "null: java.lang.NullPointerException\njava.lang.NullPointerException\n\tat app.Handler",
                Some(Trouble::Exception),
            ),
            ("2026-11-22 10:00:00 ERROR Handler - no price", Some(Trouble::Logged)),
            ("an error that is none", None),
            ("Task timed out after 3.00 seconds, says a record", None),
            ("", None),
        ] {
            assert_eq!(of_line(message).2, trouble, "{message}");
        }
    }

    #[test]
    fn json_that_is_cut_is_a_line() {
        assert_eq!(of_line(r#"{"level":"ERROR","mess"#), (None, None, None));
    }
}
