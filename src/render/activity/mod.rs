//! What delivery streams of this machine do: a line each, or a row of JSON each.

mod laid_out;
mod lines;
mod ready;

use serde::Serialize;

use super::json::push_line;
use crate::terminal::{self, DIM, Terminal, plural};
use crate::times::{self, Clock};
use firehose::flow::{Activity, Holds};
use lines::Lines;
pub use ready::Ready;

/// What is shown of an activity.
#[derive(Debug, Clone, Copy)]
pub struct SeenActivity<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// The delivery stream that it is of, if it is of one.
    pub stream: Option<&'a str>,
    /// What happened.
    pub activity: &'a Activity,
}

/// Shows activities, one after the other.
#[derive(Debug)]
pub struct ActivityView {
    terminal: Terminal,
    /// None where rows of JSON are shown.
    lines: Option<Lines>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    number: u64,
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<&'a str>,
    #[serde(flatten)]
    activity: &'a Activity,
}

impl ActivityView {
    /// Lines for people, with the times of this clock; what is of `stream` does not
    /// name it.
    pub fn lines(terminal: Terminal, clock: Clock, stream: &str) -> Self {
        Self { terminal, lines: Some(Lines::new(clock, stream)) }
    }

    /// Lines of failed records end with the command that shows the first one, with
    /// these `flags`.
    #[must_use]
    pub fn with_show(mut self, flags: Vec<String>) -> Self {
        if let Some(lines) = &mut self.lines {
            lines.show = Some(flags);
        }
        self
    }

    /// For a terminal whose size may have changed.
    #[must_use]
    pub fn on(self, terminal: Terminal) -> Self {
        Self { terminal, ..self }
    }

    /// A row of JSON each.
    pub const fn ndjson(terminal: Terminal) -> Self {
        Self { terminal, lines: None }
    }

    /// Returns what is to be written for an activity.
    pub fn activity(&mut self, seen: &SeenActivity<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        match &mut self.lines {
            Some(lines) => lines.push(seen, &self.terminal, &mut out),
            None => push_line(
                &mut out,
                &Row {
                    number: seen.number,
                    time: times::rfc3339(seen.activity.at),
                    stream: seen.stream,
                    activity: seen.activity,
                },
            ),
        }
        out
    }

    /// Returns the line that says where the records of a stream are.
    pub fn footer(&self, stream: &str, holds: &Holds) -> String {
        let places = [
            (holds.waiting, "waiting for the transform"),
            (holds.calling, "in a call"),
            (holds.delivering + holds.failing + holds.writing, "waiting for S3"),
        ];
        let places = places.iter().filter(|(count, _)| *count > 0);
        let mut parts: Vec<_> =
            places.map(|(count, place)| format!("{} {place}", terminal::group(*count))).collect();
        let counts = [
            (holds.accepted, "put"),
            (holds.delivered, "delivered"),
            (holds.dropped, "dropped"),
            (holds.failed, "failed"),
            (holds.settled_before, "finished before the restart"),
        ];
        let counts = counts.iter().enumerate().filter(|(at, (count, _))| *at < 2 || *count > 0);
        let counts: Vec<_> = counts
            .map(|(_, (count, what))| format!("{} {what}", terminal::group(*count)))
            .collect();
        parts.push(counts.join(", "));
        format!("{stream}  {}", parts.join(" │ "))
    }

    /// Returns the line that says that activities are missing.
    pub fn gap(&self) -> Vec<u8> {
        if self.lines.is_none() {
            return Vec::new();
        }
        let text = "some activity is not shown: there was too much at once";
        format!("{}\n", self.terminal.paint(DIM, text)).into_bytes()
    }
}

/// Returns one JSON document.
pub fn document(story: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    push_line(&mut out, story);
    out
}

/// `4 records`, `1 record`.
fn records(count: u64) -> String {
    plural(count, "record")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::terminal::PLAIN;
    use firehose::flow::{CallId, ObjectId, ObjectPlace, Outcome, RecordSet, What};

    fn numbers(from: u64, to: u64) -> RecordSet {
        (from..=to).collect()
    }

    /// A stream's day, with a hostile function in it.
    fn day() -> Vec<What> {
        let function: Arc<str> = "arn:aws:lambda:eu-west-1:111122223333:function:app".into();
        let (call, place) =
            (CallId(1), |key: &str| ObjectPlace { bucket: "demo".to_owned(), key: key.to_owned() });
        let invoked = |call, attempt, records| What::Invoked {
            call,
            attempt,
            function: Arc::clone(&function),
            invocation_id: "id".to_owned(),
            records,
            bytes: 812,
        };
        let called = |call, attempt, duration_ms, max_memory_mb| What::Called {
            call,
            attempt,
            request_id: None,
            duration_ms,
            init_duration_ms: None,
            max_memory_mb,
        };
        let outcome = |records, result, code| Outcome { records, result, code };
        vec![
            What::Accepted { records: numbers(1, 4), bytes: 312 },
            invoked(call, 1, numbers(1, 4)),
            called(call, 1, 24.4, Some(41)),
            What::Answered { call, attempt: 1, result: "response", message: None, retry_at: None },
            What::Settled {
                call: Some(call),
                outcomes: vec![
                    outcome(numbers(1, 2), "delivered", None),
                    outcome(numbers(3, 3), "failed", Some("Lambda.MissingRecordId")),
                    outcome(numbers(4, 4), "failed", Some("Lambda.ProcessingFailedStatus")),
                ],
                lost: 1,
            },
            What::Writing {
                object: ObjectId(1),
                role: "delivery",
                place: place("2026/11/29/05/demo-1"),
                records: numbers(1, 3),
                bytes: 234,
            },
            What::Written {
                object: ObjectId(1),
                role: "delivery",
                place: place("2026/11/29/05/demo-1"),
                records: 3,
                age: 900,
            },
            What::Written {
                object: ObjectId(2),
                role: "failures",
                place: place("processing-failed/demo-1"),
                records: 1,
                age: 900,
            },
            What::Reloaded { function: "app".to_owned(), file: "app.py".to_owned() },
            invoked(CallId(2), 1, numbers(5, 5)),
            called(CallId(2), 1, 3000.0, None),
            What::Answered {
                call: CallId(2),
                attempt: 1,
                result: "timed-out",
                message: Some("the function did not respond in 3 s\x1b[2J".to_owned()),
                retry_at: Some(4000),
            },
            invoked(CallId(2), 2, numbers(5, 5)),
            What::Answered {
                call: CallId(2),
                attempt: 2,
                result: "timed-out",
                message: Some("the function did not respond in 3 s".to_owned()),
                retry_at: None,
            },
            What::Settled {
                call: Some(CallId(2)),
                outcomes: vec![outcome(numbers(5, 5), "failed", Some("Lambda.FunctionTimedOut"))],
                lost: 0,
            },
            What::WriteFailed {
                object: ObjectId(3),
                role: "delivery",
                place: place("x"),
                message: "Access was denied.".to_owned(),
                retry_at: 8000,
                age: 900,
            },
            What::Configured { version: 2 },
            What::Stopped { message: "cannot write to x: No space left".to_owned() },
        ]
    }

    fn shown(view: &mut ActivityView) -> String {
        let mut out = Vec::new();
        for (number, what) in (1..).zip(day()) {
            let activity = Activity { at: 3000, what };
            let stream = Some(if number == 17 { "other" } else { "demo" });
            out.extend(view.activity(&SeenActivity { number, stream, activity: &activity }));
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_activity_is_a_line() {
        let clock = Clock::new(TimeZone::UTC, || std::time::SystemTime::UNIX_EPOCH);
        insta::assert_snapshot!(shown(&mut ActivityView::lines(PLAIN, clock, "demo")), @r"
        00:00:03.000  put        4 records (1-4), 312 B
        00:00:03.000  invoke     #1  4 records (1-4), 812 B
        00:00:03.000  answered   #1  24 ms, 41 MB  2 delivered, 2 failed
        00:00:03.000  failed     record 3  Lambda.MissingRecordId
        00:00:03.000  failed     record 4  Lambda.ProcessingFailedStatus
        00:00:03.000  lost       1 record returned for no record of the event
        00:00:03.000  delivered  s3://demo/2026/11/29/05/demo-1  3 records, 234 B
        00:00:03.000  delivered  s3://demo/processing-failed/demo-1  1 failed record
        00:00:03.000  reloaded   app.py
        00:00:03.000  invoke     #2  record 5, 812 B
        00:00:03.000  timed out  #2  3.00 s  the function did not respond in 3 s\u{1b}[2J; again in 1.00 s
        00:00:03.000  retry      #2  record 5, 812 B, attempt 2
        00:00:03.000  timed out  #2  the function did not respond in 3 s; no more retries
        00:00:03.000  failed     record 5  Lambda.FunctionTimedOut
        00:00:03.000  refused    s3://demo/x  Access was denied.; again in 5.00 s
        00:00:03.000  updated    other  version 2
        00:00:03.000  stopped    cannot write to x: No space left
        ");
    }

    #[test]
    fn on_a_narrow_terminal_lines_are_broken_between_words() {
        let clock = Clock::new(TimeZone::UTC, || std::time::SystemTime::UNIX_EPOCH);
        let narrow = Terminal { is_terminal: true, wraps: true, width: 60, ..PLAIN };
        let mut view = ActivityView::lines(narrow, clock, "demo").with_show(Vec::new());
        insta::assert_snapshot!(shown(&mut view), @r"
        00:00:03.000  put        4 records (1-4), 312 B
        00:00:03.000  invoke     #1  4 records (1-4), 812 B
        00:00:03.000  answered   #1  24 ms, 41 MB
                                 2 delivered, 2 failed
        00:00:03.000  failed     record 3  Lambda.MissingRecordId
                                 fh local show 3
        00:00:03.000  failed     record 4
                                 Lambda.ProcessingFailedStatus
                                 fh local show 4
        00:00:03.000  lost       1 record returned for no record of
                                 the event
        00:00:03.000  delivered  s3://demo/2026/11/29/05/demo-1
                                 3 records, 234 B
        00:00:03.000  delivered  s3://demo/processing-failed/demo-1
                                 1 failed record
        00:00:03.000  reloaded   app.py
        00:00:03.000  invoke     #2  record 5, 812 B
        00:00:03.000  timed out  #2  3.00 s
                                 the function did not respond in
                                 3 s\u{1b}[2J; again in 1.00 s
        00:00:03.000  retry      #2  record 5, 812 B, attempt 2
        00:00:03.000  timed out  #2
                                 the function did not respond in
                                 3 s; no more retries
        00:00:03.000  failed     record 5  Lambda.FunctionTimedOut
                                 fh local show 5
        00:00:03.000  refused    s3://demo/x
                                 Access was denied.; again in 5.00 s
        00:00:03.000  updated    other  version 2
        00:00:03.000  stopped    cannot write to x: No space left
        ");
    }

    #[test]
    fn rows_have_all_of_it() {
        let rows = shown(&mut ActivityView::ndjson(PLAIN));
        let first: Vec<_> = rows.lines().take(5).collect();
        insta::assert_snapshot!(first.join("\n"), @r#"
        {"number":1,"time":"1970-01-01T00:00:03.000Z","stream":"demo","at":3000,"activity":"accepted","records":[[1,4]],"bytes":312}
        {"number":2,"time":"1970-01-01T00:00:03.000Z","stream":"demo","at":3000,"activity":"invoked","call":1,"attempt":1,"function":"arn:aws:lambda:eu-west-1:111122223333:function:app","invocationId":"id","records":[[1,4]],"bytes":812}
        {"number":3,"time":"1970-01-01T00:00:03.000Z","stream":"demo","at":3000,"activity":"called","call":1,"attempt":1,"durationMs":24.4,"maxMemoryMb":41}
        {"number":4,"time":"1970-01-01T00:00:03.000Z","stream":"demo","at":3000,"activity":"answered","call":1,"attempt":1,"result":"response","message":null,"retryAt":null}
        {"number":5,"time":"1970-01-01T00:00:03.000Z","stream":"demo","at":3000,"activity":"settled","call":1,"outcomes":[{"records":[[1,2]],"result":"delivered"},{"records":[[3,3]],"result":"failed","code":"Lambda.MissingRecordId"},{"records":[[4,4]],"result":"failed","code":"Lambda.ProcessingFailedStatus"}],"lost":1}
        "#);
    }

    #[test]
    fn the_footer_counts() {
        let view = ActivityView::ndjson(PLAIN);
        let holds =
            Holds { accepted: 1204, waiting: 12, writing: 3, failed: 1, ..Holds::default() };
        assert_eq!(
            view.footer("demo", &holds),
            "demo  12 waiting for the transform │ 3 waiting for S3 │ 1,204 put, 0 delivered, 1 failed"
        );
        let restarted = Holds { accepted: 7, settled_before: 5, delivered: 2, ..Holds::default() };
        let footer = "demo  7 put, 2 delivered, 5 finished before the restart";
        assert_eq!(view.footer("demo", &restarted), footer);
    }
}
