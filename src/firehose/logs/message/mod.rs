//! What the message of a log event is.
//!
//! Lambda writes lines of its own around what the function writes, as text or,
//! where the log format is JSON, as objects with a `type`. A delivery stream
//! writes an object for each kind of error.

mod error_kind;
mod line;
mod object;

use std::borrow::Cow;

use crate::bytes::lossy;
use crate::lambda_report::LambdaReport;
pub use error_kind::ErrorKind;
use line::line;
pub(super) use line::{is_request_id, is_short_of_serverless};
use object::object;

/// A message, by what wrote it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message<'a> {
    /// `START RequestId: … Version: …`, `platform.start`.
    Start {
        /// The request id.
        request: Cow<'a, str>,
        /// The version of the function.
        version: Cow<'a, str>,
    },
    /// `START` alone: `serverless logs` leaves out the rest.
    BareStart,
    /// `END RequestId: …`, `platform.runtimeDone`.
    End {
        /// The request id.
        request: Cow<'a, str>,
    },
    /// `REPORT RequestId: …`, `platform.report`; without a request id what `serverless logs`
    /// leaves of it.
    Report(Box<LambdaReport>),
    /// `INIT_START …`, `platform.initStart`: a new environment, or, with
    /// `RESTORE_START …`, one that comes from a snapshot.
    InitStart,
    /// `INIT_REPORT …`, `RESTORE_REPORT …`, `platform.initReport`.
    InitReport {
        /// `error` or `timeout`, if it went wrong.
        status: Option<Cow<'a, str>>,
    },
    /// A line of Lambda that is about nothing here: `XRAY TraceId: …`,
    /// `EXTENSION …`, other `platform.…` events.
    Platform,
    /// An error in the log of a delivery stream.
    DeliveryError {
        /// `Lambda.FunctionError` and the like.
        code: Cow<'a, str>,
        /// What went wrong.
        message: Cow<'a, str>,
        /// What failed: the ARN of the transform, else the destination. Empty where
        /// neither is named.
        about: Cow<'a, str>,
    },
    /// What the function, its runtime or anybody else wrote.
    Line {
        /// The request id, where the line has one.
        request: Option<Cow<'a, str>>,
        /// The level, where the line has one.
        level: Option<Level>,
        /// What went wrong, if the line reports that.
        error_kind: Option<ErrorKind>,
    },
}

impl<'a> Message<'a> {
    /// Reads a message without the newline at its end.
    pub fn of(message: &'a [u8]) -> Self {
        match message.first() {
            Some(b'S') if message.starts_with(b"START") => {
                start(message).unwrap_or_else(|| line(message))
            }
            Some(b'E') if message.starts_with(b"END ") => {
                end(message).unwrap_or_else(|| line(message))
            }
            Some(b'R') if message.starts_with(b"REPORT ") => {
                report(message).map_or_else(|| line(message), |it| Message::Report(it.into()))
            }
            Some(b'I') if message.starts_with(b"INIT_START ") => Message::InitStart,
            Some(b'R') if message.starts_with(b"RESTORE_START ") => Message::InitStart,
            Some(b'R') if message.starts_with(b"RESTORE_REPORT ") => init_report(message),
            Some(b'I') if message.starts_with(b"INIT_REPORT ") => init_report(message),
            Some(b'X') if message.starts_with(b"XRAY TraceId: ") => Message::Platform,
            Some(b'E') if message.starts_with(b"EXTENSION\tName: ") => Message::Platform,
            Some(b'{') => object(message),
            _ => line(message),
        }
    }
}

/// The level that a line has.
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

/// The message of an invocation without the time and the request id in front of it.
pub fn without_front<'a>(message: &'a [u8], request: &str) -> Cow<'a, [u8]> {
    line::without_front(message, request)
}

/// A message without the time that `serverless logs` puts in front of it.
pub fn without_time(message: &[u8]) -> &[u8] {
    line::without_time_of_serverless(message)
}

/// ARN of the delivery stream that a message of its error log names.
pub fn delivery_stream(message: &[u8]) -> Option<Cow<'_, str>> {
    object::delivery_stream(message)
}

fn init_report(message: &[u8]) -> Message<'_> {
    let status = field(message, b"Status: ");
    Message::InitReport { status: status.filter(|status| status != "success") }
}

/// `START RequestId: ID Version: V` and nothing else; `START - ID - Version: V` and
/// `START` of `serverless logs`.
fn start(message: &[u8]) -> Option<Message<'_>> {
    if message.trim_ascii_end() == b"START" {
        return Some(Message::BareStart);
    }
    let (rest, between) = match message.strip_prefix(b"START RequestId: ") {
        Some(rest) => (rest, &b" Version: "[..]),
        None => (message.strip_prefix(b"START - ")?, &b" - Version: "[..]),
    };
    let (request, rest) = rest.split_at_checked(36)?;
    let version = rest.strip_prefix(between)?.trim_ascii_end();
    let is_whole = is_request_id(request) && !version.iter().any(u8::is_ascii_whitespace);
    is_whole.then(|| Message::Start { request: lossy(request), version: lossy(version) })
}

/// `END RequestId: ID` and nothing else; `END - ID` and `END Duration: …`, which is what
/// is left of the REPORT, of `serverless logs`.
fn end(message: &[u8]) -> Option<Message<'_>> {
    if message.starts_with(b"END Duration: ") {
        return LambdaReport::parse_short(message).map(|it| Message::Report(it.into()));
    }
    let rest = message.strip_prefix(b"END RequestId: ").or_else(|| message.strip_prefix(b"END - "));
    let request = rest?.trim_ascii_end();
    is_request_id(request).then(|| Message::End { request: lossy(request) })
}

/// `REPORT RequestId: ID\tDuration: …`; `REPORT - ID` and the rest on the next line of
/// `serverless logs`.
fn report(message: &[u8]) -> Option<LambdaReport> {
    if let Some(rest) = message.strip_prefix(b"REPORT - ") {
        let (request, rest) = rest.split_at_checked(36)?;
        let rest = rest.trim_ascii_start();
        let is_whole = is_request_id(request) && rest.starts_with(b"Duration: ");
        let line = || [b"REPORT RequestId: ", request, b"\t", rest].concat();
        return is_whole.then(|| LambdaReport::parse(&line())).flatten();
    }
    let is_whole = message.starts_with(b"REPORT RequestId: ")
        && memchr::memmem::find(message, b"\tDuration: ").is_some();
    is_whole.then(|| LambdaReport::parse(message)).flatten()
}

/// What follows a name, up to a tab or the end of the line.
fn field<'a>(message: &'a [u8], name: &[u8]) -> Option<Cow<'a, str>> {
    let at = memchr::memmem::find(message, name)? + name.len();
    let rest = message.get(at..)?;
    let end = rest.iter().position(|byte| matches!(byte, b'\t' | b'\n' | b'\r'));
    Some(lossy(rest.get(..end.unwrap_or(rest.len()))?.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849";

    fn of_line(message: &str) -> (Option<String>, Option<Level>, Option<ErrorKind>) {
        match Message::of(message.as_bytes()) {
            Message::Line { request, level, error_kind } => {
                (request.map(Cow::into_owned), level, error_kind)
            }
            other => panic!("{message}: {other:?}"),
        }
    }

    #[test]
    fn lines_of_lambda_are_recognized_in_both_formats() {
        for message in [
            format!("START RequestId: {ID} Version: $LATEST"),
            format!(
                r#"{{"time":"2026-11-22T10:00:00Z","type":"platform.start","record":{{"requestId":"{ID}","version":"$LATEST"}}}}"#
            ),
        ] {
            let start = Message::Start { request: ID.into(), version: "$LATEST".into() };
            assert_eq!(Message::of(message.as_bytes()), start);
        }
        for message in [
            format!("END RequestId: {ID}"),
            format!(
                r#"{{"type":"platform.runtimeDone","record":{{"requestId":"{ID}","status":"success"}}}}"#
            ),
        ] {
            assert_eq!(Message::of(message.as_bytes()), Message::End { request: ID.into() });
        }
        let short = format!("START - {ID} - Version: 7");
        let start = Message::Start { request: ID.into(), version: "7".into() };
        assert_eq!(Message::of(short.as_bytes()), start);
        assert_eq!(Message::of(b"START"), Message::BareStart);
        assert_eq!(
            Message::of(format!("END - {ID}").as_bytes()),
            Message::End { request: ID.into() }
        );
        for report in [
            format!("REPORT - {ID}\nDuration: 23.40 ms\tMax Memory Used: 71 MB\t\n"),
            "END Duration: 23.40 ms Memory Used: 71 MB".to_owned(),
        ] {
            let Message::Report(report) = Message::of(report.as_bytes()) else {
                panic!("no report: {report}")
            };
            assert_eq!((report.max_memory_mb, report.duration.as_micros()), (71, 23_400));
        }
        for own in
            ["STARTED", "START - now", "END of it", "END - all", "REPORT - x\nDuration: 1 ms"]
        {
            assert!(matches!(Message::of(own.as_bytes()), Message::Line { .. }), "{own}");
        }
        let report = format!("REPORT RequestId: {ID}\tDuration: 3000.00 ms\tStatus: timeout");
        let Message::Report(report) = Message::of(report.as_bytes()) else { panic!("no report") };
        assert_eq!(report.status.as_deref(), Some("timeout"));
        assert_eq!(
            Message::of(b"INIT_START Runtime Version: python:3.11.v39\tRuntime"),
            Message::InitStart
        );
        assert_eq!(
            Message::of(b"INIT_REPORT Init Duration: 1670.77 ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown"),
            Message::InitReport { status: Some("error".into()) }
        );
        assert_eq!(
            Message::of(br#"{"type":"platform.logsSubscription","record":{}}"#),
            Message::Platform
        );
    }

    #[test]
    fn an_error_of_a_delivery_stream_has_its_code() {
        let error = br#"{"deliveryStreamARN":"arn","destination":"d","message":"it \"broke\"","errorCode":"Lambda.FunctionError"}"#;
        assert_eq!(
            Message::of(error),
            Message::DeliveryError {
                code: "Lambda.FunctionError".into(),
                message: "it \"broke\"".into(),
                about: "d".into(),
            }
        );
        assert!(matches!(Message::of(br#"{"errorCode":"mine"}"#), Message::Line { .. }));
    }

    #[test]
    fn the_columns_of_runtimes_have_level_and_request() {
        let id = Some(ID.to_owned());
        for (message, level, error_kind) in [
            (format!("[INFO]\t2026-11-22T10:00:00.123Z\t{ID}\torder"), Some(Level::Info), None),
            (
                format!("2026-11-22T10:00:00.123Z\t{ID}\tERROR\tInvoke Error \t{{}}"),
                Some(Level::Error),
                Some(ErrorKind::Exception),
            ),
            (
                format!("2026-11-22T10:00:03.123Z {ID} Task timed out after 3.00 seconds"),
                None,
                Some(ErrorKind::TimedOut),
            ),
            (
                format!("2026-11-22 10:00:00.123 - {ID} - \nERROR\tInvoke Error \t{{}}"),
                Some(Level::Error),
                Some(ErrorKind::Exception),
            ),
            (
                format!("2026-11-22 10:00:00.123 - {ID} - [WARNING]\t\nundefined"),
                Some(Level::Warn),
                None,
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
                Some(ErrorKind::OutOfMemory),
            ),
        ] {
            assert_eq!(of_line(&message), (id.clone(), level, error_kind), "{message}");
        }
    }

    #[test]
    fn what_went_wrong_is_found_in_the_words_of_every_runtime() {
        for (message, error_kind) in [
            (
                "[ERROR] KeyError: 'price'\nTraceback (most recent call last):\n  File",
                Some(ErrorKind::Exception),
            ),
            (
                "[ERROR] Runtime.ImportModuleError: Unable to import module 'app'\nTraceback (most recent call last):",
                Some(ErrorKind::Init),
            ),
            (
                "RequestId: x Error: Runtime exited with error: signal: killed\nRuntime.ExitError",
                Some(ErrorKind::OutOfMemory),
            ),
            (
                "RequestId: x Error: Runtime exited with error: exit status 1\nRuntime.ExitError",
                Some(ErrorKind::Exception),
            ),
            (
                "panic: runtime error: index out of range [5] with length 3",
                Some(ErrorKind::Exception),
            ),
            ("thread 'main' panicked at src/main.rs:7:5:", Some(ErrorKind::Exception)),
            ("\nthread 'main' (29598) panicked at orders.rs:30:45:", Some(ErrorKind::Exception)),
            ("fatal error: all goroutines are asleep - deadlock!", Some(ErrorKind::Exception)),
            ("java.lang.RuntimeException: boom", Some(ErrorKind::Exception)),
            ("java.lang.StackOverflowError", Some(ErrorKind::Exception)),
            (
                r#"{"level":"ERROR","message":{"errorType":"RangeError","errorMessage":"m"}}"#,
                Some(ErrorKind::Exception),
            ),
            (
                "null: java.lang.NullPointerException\njava.lang.NullPointerException\n\tat app.Handler",
                Some(ErrorKind::Exception),
            ),
            ("2026-11-22 10:00:00 ERROR Handler - no price", Some(ErrorKind::Logged)),
            ("an error that is none", None),
            ("Task timed out after 3.00 seconds, says a record", None),
            ("", None),
        ] {
            assert_eq!(of_line(message).2, error_kind, "{message}");
        }
    }

    #[test]
    fn the_front_of_a_line_of_an_invocation_is_left_out() {
        let shown = |message: &str| {
            String::from_utf8(without_front(message.as_bytes(), ID).into_owned()).unwrap()
        };
        let time = "2026-11-22T10:00:00.123Z";
        for (message, text) in [
            (format!("{time}\t{ID}\tINFO\ta\tb\nc"), "INFO\ta\tb\nc"),
            (format!("[INFO]\t{time}\t{ID}\ta\tb"), "[INFO]\ta\tb"),
            (format!("{time} {ID} Task timed out"), "Task timed out"),
            (format!("RequestId: {ID} order"), "order"),
            (format!("order {ID}"), &format!("order {ID}")),
            (format!("2026-11-22 10:00:00 {ID} INFO  Orders - a"), "INFO  Orders - a"),
            (format!("2026-11-22 10:00:00,123 {ID} INFO  Orders - a"), "INFO  Orders - a"),
            (format!("orders-2026 10:00:00 {ID} a"), &format!("orders-2026 10:00:00 {ID} a")),
            ("2026-11-22 10:00:00.123\tINFO\ta".to_owned(), "INFO\ta"),
            (format!("2026-11-22 10:00:00.123 - {ID} - \nINFO\ta\nb"), "INFO\ta\nb"),
            (
                format!("2026-11-22 10:00:00.123 - {ID} - [WARNING]\t\nundefined"),
                "[WARNING]\tundefined",
            ),
        ] {
            assert_eq!(shown(&message), text);
        }
    }

    #[test]
    fn the_level_is_found_where_loggers_put_it() {
        for (message, level) in [
            (format!("2026-11-22 10:00:00 {ID} ERROR Handler:25 - boom"), Level::Error),
            ("10:00:00.123 [main] WARN com.example.Orders - slow".to_owned(), Level::Warn),
            (
                "2026-11-22 10:00:00.123 | CRITICAL | orders:handler:7 - boom".to_owned(),
                Level::Fatal,
            ),
            ("time=2026-11-22T10:00:00Z level=ERROR msg=boom".to_owned(), Level::Error),
            ("time=\"2026-11-22T10:00:00Z\" level=warning msg=slow".to_owned(), Level::Warn),
            (
                "\u{1b}[2m2026-11-22T10:00:00Z\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m orders: boom"
                    .to_owned(),
                Level::Error,
            ),
            (format!("ERROR Lambda runtime invoke{{requestId=\"{ID}\"}}: boom"), Level::Error),
            ("SEVERE: boom".to_owned(), Level::Error),
            (r#"{"level":50,"msg":"boom"}"#.to_owned(), Level::Error),
            (r#"{"levelname":"WARNING","message":"slow"}"#.to_owned(), Level::Warn),
            (r#"{"severity":"INFO","message":"m"}"#.to_owned(), Level::Info),
        ] {
            assert_eq!(of_line(&message).1, Some(level), "{message}");
        }
        for message in ["we saw no ERROR there", "order A-1041 level 7", "error: in small letters"]
        {
            assert_eq!(of_line(message).1, None, "{message}");
        }
    }

    #[test]
    fn the_request_id_is_found_where_loggers_put_it() {
        for message in [
            format!("2026-11-22 10:00:00 {ID} INFO  Orders - m"),
            format!(" INFO Lambda runtime invoke{{requestId=\"{ID}\" xrayTraceId=\"x\"}}: m"),
            format!("RequestId: {ID} order"),
            format!(r#"{{"level":"INFO","fields":{{}},"span":{{"requestId":"{ID}","name":"n"}}}}"#),
            format!(r#"{{"level":"INFO","AWSRequestId":"{ID}"}}"#),
        ] {
            assert_eq!(of_line(&message).0.as_deref(), Some(ID), "{message}");
        }
        for message in
            [format!("x{ID}"), format!("{ID}-1"), r#"{"requestId":"apigw-1"}"#.to_owned()]
        {
            assert_eq!(of_line(&message).0, None, "{message}");
        }
    }

    #[test]
    fn what_only_looks_like_an_error_is_none() {
        for message in [
            r#"{"level":"INFO","message":"ok","errorType":null}"#.to_owned(),
            r#"INFO done {"errorType": null}"#.to_owned(),
            r#"{"level":"INFO","message":"Task timed out after 3 tries, will retry"}"#.to_owned(),
            "INFO worker: subprocess said signal: killed".to_owned(),
            format!("INFO {ID} Task timed out after 3.00 seconds"),
        ] {
            assert_eq!(of_line(&message).2, None, "{message}");
        }
    }

    #[test]
    fn a_start_from_a_snapshot_is_recognized() {
        assert_eq!(
            Message::of(b"RESTORE_START Runtime Version: java:21.v32\t"),
            Message::InitStart
        );
        assert_eq!(
            Message::of(b"RESTORE_REPORT Restore Duration: 10000.00 ms\tStatus: timeout"),
            Message::InitReport { status: Some("timeout".into()) }
        );
        assert_eq!(
            Message::of(br#"{"type":"platform.initRuntimeDone","record":{"phase":"init","status":"error"}}"#),
            Message::InitReport { status: Some("error".into()) }
        );
    }

    #[test]
    fn json_that_is_cut_is_a_line() {
        assert_eq!(of_line(r#"{"level":"ERROR","mess"#), (None, None, None));
    }
}
