//! What Lambda itself writes about a call at the end of its log: the REPORT
//! line, or `platform.report` where the function logs in JSON. It is read, and for
//! functions on this machine it is written with the rest of their logs.
//!
//! Source: Lambda developer guide, "Viewing CloudWatch logs"; telemetry API
//! reference, `platform.report`. Memory is in MB of 1,024 × 1,024 bytes.

mod write;

use std::time::Duration;

pub use write::{LogFormat, NewLogEvent};

use super::json::Token;
use crate::bytes::part;

/// What one call took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LambdaReport {
    /// The request id.
    pub request_id: String,
    /// How long the function worked.
    pub duration: Duration,
    /// What of it is paid for.
    pub billed: Duration,
    /// The memory that it may use, in MB.
    pub memory_mb: u32,
    /// The most that it used, in MB.
    pub max_memory_mb: u32,
    /// How long the start took, if the call was a cold start.
    pub init_duration: Option<Duration>,
    /// How long the start from a snapshot took (`SnapStart`), if it was one.
    pub restore_duration: Option<Duration>,
    /// `timeout`, `error`, if something went wrong.
    pub status: Option<String>,
    /// `Runtime.ExitError` and the like.
    pub error_type: Option<String>,
}

impl LambdaReport {
    /// Finds the last report in a log, such as the tail that an invocation
    /// returns. What is missing in it stays at zero.
    pub fn find(log: &[u8]) -> Option<Self> {
        log.split(|byte| *byte == b'\n').rev().find_map(Self::parse)
    }

    /// Reads a line of a log; none if it is no report.
    pub fn parse(line: &[u8]) -> Option<Self> {
        match line.strip_prefix(b"REPORT ") {
            Some(fields) => Some(Self::from_text(fields)),
            None if line.starts_with(b"{") => Self::from_json(line),
            None => None,
        }
    }

    /// Reads what `serverless logs` leaves of a report: `END Duration: 15.74 ms (init: 130.49
    /// ms) Memory Used: 56 MB`.
    pub fn parse_short(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?.trim_end();
        let (times, memory) = line.strip_prefix("END Duration: ")?.split_once(" Memory Used: ")?;
        let (duration, init) = match times.split_once(" (init: ") {
            Some((duration, init)) => (duration, Some(init.strip_suffix(')')?)),
            None => (times, None),
        };
        let is_report = duration.ends_with(" ms") && memory.ends_with(" MB");
        is_report.then(|| Self {
            duration: milliseconds(duration),
            max_memory_mb: megabytes(memory),
            init_duration: init.map(milliseconds),
            ..Self::default()
        })
    }

    /// `RequestId: …\tDuration: 15.74 ms\tBilled Duration: 16 ms \tMemory Size: …`.
    fn from_text(fields: &[u8]) -> Self {
        let mut report = Self::default();
        for field in fields.split(|byte| *byte == b'\t') {
            let Some(colon) = memchr::memchr(b':', field) else { continue };
            let name = part(field, ..colon).trim_ascii();
            let value = part(field, colon + 1..).trim_ascii();
            let Ok(value) = std::str::from_utf8(value) else { continue };
            match name {
                b"RequestId" => value.clone_into(&mut report.request_id),
                b"Duration" => report.duration = milliseconds(value),
                b"Billed Duration" => report.billed = milliseconds(value),
                b"Memory Size" => report.memory_mb = megabytes(value),
                b"Max Memory Used" => report.max_memory_mb = megabytes(value),
                b"Init Duration" => report.init_duration = Some(milliseconds(value)),
                b"Restore Duration" => report.restore_duration = Some(milliseconds(value)),
                b"Status" => report.status = Some(value.to_owned()),
                b"Error Type" => report.error_type = Some(value.to_owned()),
                _ => {}
            }
        }
        report
    }

    /// `{"type":"platform.report","record":{"requestId":…,"metrics":{…},"status":…}}`.
    fn from_json(line: &[u8]) -> Option<Self> {
        let line = Token::new(line);
        if line.get(b"type")?.text() != "platform.report" {
            return None;
        }
        let record = line.get(b"record")?;
        let string = |name| record.get(name).map(|value| value.text().into_owned());
        let metrics = record.get(b"metrics");
        let number = |name| metrics?.get(name).map(Token::text);
        Some(Self {
            request_id: string(b"requestId").unwrap_or_default(),
            duration: number(b"durationMs").map_or(Duration::ZERO, |it| milliseconds(&it)),
            billed: number(b"billedDurationMs").map_or(Duration::ZERO, |it| milliseconds(&it)),
            memory_mb: number(b"memorySizeMB").map_or(0, |it| megabytes(&it)),
            max_memory_mb: number(b"maxMemoryUsedMB").map_or(0, |it| megabytes(&it)),
            init_duration: number(b"initDurationMs").map(|it| milliseconds(&it)),
            restore_duration: number(b"restoreDurationMs").map(|it| milliseconds(&it)),
            status: string(b"status").filter(|status| status != "success"),
            error_type: string(b"errorType"),
        })
    }
}

/// `15.74 ms` or `15.74`; zero for what is no time.
fn milliseconds(text: &str) -> Duration {
    let number: f64 = text.strip_suffix(" ms").unwrap_or(text).parse().unwrap_or_default();
    Duration::try_from_secs_f64(number / 1_000.0).unwrap_or_default()
}

/// `128 MB` or `128`; zero for what is no size.
fn megabytes(text: &str) -> u32 {
    text.strip_suffix(" MB").unwrap_or(text).parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8f507cfc-0000-4000-8000-000000000001";

    #[test]
    fn the_report_line_is_found_at_the_end_of_a_log() {
        let log = format!(
            "START RequestId: {ID} Version: $LATEST\nREPORT of mine: all is well\nEND RequestId: {ID}\n\
             REPORT RequestId: {ID}\tDuration: 15.74 ms\tBilled Duration: 146 ms \tMemory Size: 128 MB\t\
             Max Memory Used: 56 MB\tInit Duration: 130.49 ms\t\n"
        );
        let report = LambdaReport::find(log.as_bytes()).unwrap();
        assert_eq!(
            report,
            LambdaReport {
                request_id: ID.to_owned(),
                duration: Duration::from_micros(15_740),
                billed: Duration::from_millis(146),
                memory_mb: 128,
                max_memory_mb: 56,
                init_duration: Some(Duration::from_micros(130_490)),
                restore_duration: None,
                status: None,
                error_type: None,
            }
        );
    }

    #[test]
    fn what_serverless_logs_leaves_of_a_report_is_read() {
        let read = |line: &str| LambdaReport::parse_short(line.as_bytes());
        let short = LambdaReport {
            duration: Duration::from_micros(15_740),
            max_memory_mb: 56,
            ..LambdaReport::default()
        };
        assert_eq!(read("END Duration: 15.74 ms Memory Used: 56 MB"), Some(short.clone()));
        let cold = LambdaReport { init_duration: Some(Duration::from_micros(130_490)), ..short };
        assert_eq!(read("END Duration: 15.74 ms (init: 130.49 ms) Memory Used: 56 MB"), Some(cold));
        for line in ["END Duration: 5 s Memory Used: 1 GB", "END Duration: 15.74 ms", "END"] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn a_report_says_what_went_wrong() {
        let line = format!(
            "REPORT RequestId: {ID}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t\
             Max Memory Used: 30 MB\tStatus: error\tError Type: Runtime.ExitError"
        );
        let report = LambdaReport::parse(line.as_bytes()).unwrap();
        assert_eq!(report.status.as_deref(), Some("error"));
        assert_eq!(report.error_type.as_deref(), Some("Runtime.ExitError"));
        assert_eq!(report.duration, Duration::from_secs(3));
    }

    #[test]
    fn a_report_in_json_says_the_same() {
        let line = format!(
            r#"{{"time":"2026-11-23T06:00:00.000Z","type":"platform.report","record":{{"requestId":"{ID}","metrics":{{"durationMs":2.5,"billedDurationMs":3,"memorySizeMB":256,"maxMemoryUsedMB":70,"initDurationMs":100}},"status":"success"}}}}"#
        );
        let report = LambdaReport::find(line.as_bytes()).unwrap();
        assert_eq!(report.request_id, ID);
        assert_eq!(report.duration, Duration::from_micros(2_500));
        assert_eq!((report.memory_mb, report.max_memory_mb), (256, 70));
        assert_eq!(report.init_duration, Some(Duration::from_millis(100)));
        assert_eq!(report.status, None);
    }

    #[test]
    fn the_start_from_a_snapshot_is_read_in_both_formats() {
        let text = format!(
            "REPORT RequestId: {ID}\tDuration: 9.95 ms\tBilled Duration: 160 ms\tMemory Size: 512 MB\t\
             Max Memory Used: 104 MB\tRestore Duration: 413.30 ms\tBilled Restore Duration: 150 ms\t"
        );
        let json = format!(
            r#"{{"type":"platform.report","record":{{"requestId":"{ID}","metrics":{{"durationMs":9.95,"restoreDurationMs":413.3,"billedRestoreDurationMs":150}},"status":"success"}}}}"#
        );
        for line in [text, json] {
            let report = LambdaReport::parse(line.as_bytes()).unwrap();
            assert_eq!(report.restore_duration, Some(Duration::from_micros(413_300)), "{line}");
            assert_eq!(report.duration, Duration::from_micros(9_950));
        }
    }

    #[test]
    fn what_is_no_report_is_none() {
        for line in ["", "END", "{", "{}", r#"{"type":"platform.start"}"#, "[1]", "REPORTED"] {
            assert_eq!(LambdaReport::parse(line.as_bytes()), None, "{line}");
        }
        let odd = LambdaReport::parse(b"REPORT Duration: -1 ms\tMemory Size: lots").unwrap();
        assert_eq!(odd, LambdaReport::default());
    }
}
