//! What a function logged of its calls: how long they took, and which of them failed.

use std::collections::BTreeSet;

use super::super::known::Known;
use super::super::logs::message::{ErrorKind, Message, delivery_stream};
use super::super::time::Millis;

/// What a function logged of its calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reports {
    /// In the order of their times.
    pub all: Vec<Report>,
    /// False if there are later ones.
    pub is_complete: bool,
    /// What was logged last of a call that went wrong. None if that call logged no exception,
    /// such as one that timed out, or if there are later events that were not read.
    pub last_error: Option<LoggedError>,
    /// Calls that logged that their response was too large.
    pub too_large: usize,
}

/// An exception that a function logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedError {
    /// When it was logged.
    pub time: Option<Millis>,
    /// Its first line: untrusted.
    pub message: String,
}

/// True for what Lambda and its runtimes log of a response over 6 MB: the error in a report,
/// and the answer to the runtime that posted it. A function may log such words of its own.
fn is_too_large(message: &str) -> bool {
    let is_report = message.starts_with("REPORT") || message.contains("\"platform.report\"");
    is_report && message.contains("Function.ResponseSizeTooLarge")
        || message.contains("LAMBDA_RUNTIME") && message.contains("Http response code: 413")
}

/// Characters of an error that are kept.
const MAX_ERROR: usize = 200;

/// A message with `REPORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// When it was logged.
    pub time: Option<Millis>,
    /// The message: untrusted.
    pub message: String,
    /// An exception was logged in the call. `REPORT` lines do not name those.
    pub has_exception: bool,
}

/// An event in the log of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its log stream: of one environment, in which one call follows the other.
    pub stream: String,
    /// When it was logged.
    pub time: Option<Millis>,
    /// The message: untrusted.
    pub message: String,
}

/// An error of delivery that a stream logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryError {
    /// When it was logged.
    pub time: Option<Millis>,
    /// `S3.AccessDenied`: untrusted.
    pub code: String,
    /// In AWS's words, a line: untrusted.
    pub message: String,
}

impl DeliveryError {
    /// What matches them in CloudWatch Logs.
    pub const PATTERN: &str = "errorCode";

    /// The last of these events, which are in the order of their times, that is about
    /// the delivery of the stream `arn`, and not about its transform. Not known if there are
    /// later ones: `is_complete` is false.
    pub fn last(
        events: impl DoubleEndedIterator<Item = Logged>,
        is_complete: bool,
        arn: &str,
    ) -> Known<Self> {
        if !is_complete {
            return Known::Failed("the log has too many events to find the last error".to_owned());
        }
        let last = events.rev().find_map(|Logged { time, message, .. }| {
            let line = message.trim_end().as_bytes();
            if delivery_stream(line).is_some_and(|it| it != arn) {
                return None;
            }
            match Message::of(line) {
                Message::DeliveryError { code, message, .. } if !code.starts_with("Lambda.") => {
                    Some(Self { time, code: first(&code), message: first(&message) })
                }
                _ => None,
            }
        });
        last.map_or(Known::No, Known::Yes)
    }
}

impl Reports {
    /// What matches them in CloudWatch Logs, in text and in JSON, and the exceptions that
    /// runtimes log.
    pub const PATTERN: &str =
        r#"?REPORT ?"platform.report" ?"[ERROR] " ?"Invoke Error" ?errorType"#;

    /// The reports among these events, which are in the order of their times.
    pub fn of(events: impl IntoIterator<Item = Logged>, is_complete: bool) -> Self {
        let mut failing = BTreeSet::new();
        let (mut all, mut last_error, mut too_large) = (Vec::new(), None, 0);
        for Logged { stream, time, message } in events {
            too_large += usize::from(is_too_large(&message));
            match Message::of(message.trim_end().as_bytes()) {
                Message::Report(report) => {
                    let has_exception = failing.remove(&stream);
                    if report.status.is_some() && !has_exception {
                        last_error = None;
                    }
                    all.push(Report { time, message, has_exception });
                }
                Message::Line { error_kind: Some(kind), .. } if kind >= ErrorKind::Exception => {
                    failing.insert(stream);
                    let line = message.lines().next().map(first);
                    last_error = line.map(|message| LoggedError { time, message });
                }
                _ => {}
            }
        }
        Self { all, is_complete, last_error: last_error.filter(|_| is_complete), too_large }
    }

    /// True if each call timed out, so that none returned anything. An exception may be logged
    /// by a call that catches it.
    pub(super) fn is_without_response(&self) -> bool {
        let has_none = |it: &Report| match Message::of(it.message.trim_end().as_bytes()) {
            Message::Report(report) => report.status.as_deref() == Some("timeout"),
            _ => false,
        };
        self.is_complete && !self.all.is_empty() && self.all.iter().all(has_none)
    }
}

/// The start of a line, without tabs.
fn first(line: &str) -> String {
    let line = line.trim().replace('\t', " ");
    match line.char_indices().nth(MAX_ERROR) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "REPORT RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849\tDuration: 1.00 \
                          ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB\t\n";

    fn logged(time: Millis, message: &str) -> Logged {
        Logged { stream: "a".to_owned(), time: Some(time), message: message.to_owned() }
    }

    fn failed(events: &[(&str, &str)]) -> Vec<bool> {
        let logged = events.iter().map(|(stream, message)| Logged {
            stream: (*stream).to_owned(),
            time: Some(1),
            message: (*message).to_owned(),
        });
        Reports::of(logged, true).all.iter().map(|it| it.has_exception).collect()
    }

    #[test]
    fn an_exception_belongs_to_the_next_report_of_its_log_stream() {
        let python = "[ERROR] ValueError: boom\nTraceback (most recent call last):\n  File";
        let node = "2026-11-22T10:00:00.123Z\t8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849\tERROR\tInvoke \
                    Error \t{\"errorType\":\"Error\"}";
        let logged = "[ERROR]\t2026-11-22T10:00:00.123Z\t8f507cfc\tonly logged";
        let events = [
            ("a", python),
            ("b", REPORT),
            ("a", REPORT),
            ("a", REPORT),
            ("b", node),
            ("b", REPORT),
        ];
        assert_eq!(failed(&events), [false, true, false, true]);
        assert_eq!(failed(&[("a", logged), ("a", REPORT)]), [false]);
        assert_eq!(failed(&[("a", python)]), [false; 0]);
    }

    #[test]
    fn the_last_error_of_delivery_is_of_this_stream_and_not_of_its_transform() {
        let event = |stream: &str, code: &str| {
            format!(
                r#"{{"deliveryStreamARN":"{stream}","destination":"d","message":"no","errorCode":"{code}"}}"#
            )
        };
        let last = |events: &[(&str, &str)]| {
            let logged = |(time, (stream, code)): (Millis, &(&str, &str))| {
                logged(time, &event(stream, code))
            };
            let events: Vec<_> = (1..).zip(events).map(logged).collect();
            let last = DeliveryError::last(events.into_iter(), true, "arn:orders");
            last.map(|it| (it.time, it.code))
        };
        assert_eq!(last(&[]), Known::No);
        let all = [
            ("arn:orders", "S3.NoSuchBucket"),
            ("arn:orders", "S3.AccessDenied"),
            ("arn:orders", "Lambda.FunctionError"),
            ("arn:other", "S3.SlowDown"),
        ];
        assert_eq!(last(&all), Known::Yes((Some(2), "S3.AccessDenied".to_owned())));
    }

    /// Logs are read from their start: what was read last is not the last then.
    #[test]
    fn the_last_error_is_not_known_if_later_events_were_not_read() {
        let event =
            r#"{"deliveryStreamARN":"arn:orders","message":"no","errorCode":"S3.AccessDenied"}"#;
        for events in [vec![], vec![logged(1, event)]] {
            let found = DeliveryError::last(events.into_iter(), false, "arn:orders");
            assert!(!found.is_known(), "{found:?}");
        }
        let error = |is_complete| {
            Reports::of([logged(7, "[ERROR] KeyError: 'price'")], is_complete).last_error
        };
        let message = "[ERROR] KeyError: 'price'".to_owned();
        assert_eq!(error(true), Some(LoggedError { time: Some(7), message }));
        assert_eq!(error(false), None);
    }

    #[test]
    fn the_last_error_is_a_line() {
        let error = |messages: &[&str]| {
            let logged = messages.iter().map(|message| logged(1, message));
            Reports::of(logged, true).last_error.map(|it| it.message)
        };
        let python = "[ERROR] KeyError: 'price'\nTraceback (most recent call last):\n  File";
        assert_eq!(error(&[REPORT]), None);
        assert_eq!(
            error(&["[ERROR] TypeError: 1\n", python, REPORT]).unwrap(),
            "[ERROR] KeyError: 'price'"
        );
        // A call that times out logs no exception: the last one is of another call.
        let late = REPORT.replace("\t\n", "\tStatus: timeout");
        assert_eq!(error(&[python, REPORT, &late]), None);
        assert!(error(&[&late, python, REPORT]).is_some());
        assert!(error(&[python, &late.replace("timeout", "error")]).is_some());
        let long = error(&[&format!("[ERROR] TypeError: {}", "é".repeat(100_000))]).unwrap();
        assert_eq!(long.chars().count(), MAX_ERROR + 1);
    }
}
