//! Activities as lines of text.

use std::collections::BTreeMap;

use super::laid_out::laid_out;
use super::{SeenActivity, records};
use crate::render::page::safe;
use crate::terminal::shell;
use crate::terminal::{DIM, ERROR, GOOD, Style, Terminal, WARN, columns, group};
use crate::times::Clock;
use firehose::flow::{CallId, ObjectId, ObjectPlace, Outcome, RecordSet, What};
use firehose::size;

/// Column where the text after a label starts.
const LABEL: usize = 10;

/// Blanks before the label.
const GAP: usize = 2;

/// Calls and objects that are remembered until their end is shown.
const MAX_PENDING: usize = 10_000;

/// Runs of numbers that are shown.
const MAX_RUNS: usize = 3;

type Of<T> = BTreeMap<(String, T), String>;

/// Writes lines, and remembers what belongs to a later one.
#[derive(Debug)]
pub(super) struct Lines {
    clock: Clock,
    /// The stream that lines do not name.
    stream: String,
    last_second: (i64, String),
    /// How long calls took, and their memory.
    called: Of<CallId>,
    /// Sizes of objects that are being written.
    writing: Of<ObjectId>,
    /// Calls that failed: their records are shown, not what was answered.
    failed: Of<CallId>,
    /// Flags of the command that shows a record; none where nothing can.
    pub(super) show: Option<Vec<String>>,
}

/// What follows the time: label, its style, and text.
type Line = (&'static str, Style, String);

impl Lines {
    pub(super) fn new(clock: Clock, stream: &str) -> Self {
        Self {
            clock,
            stream: stream.to_owned(),
            last_second: (0, String::new()),
            called: BTreeMap::new(),
            writing: BTreeMap::new(),
            failed: BTreeMap::new(),
            show: None,
        }
    }

    pub(super) fn push(&mut self, seen: &SeenActivity<'_>, terminal: &Terminal, out: &mut Vec<u8>) {
        let stream = seen.stream.unwrap_or_default();
        for (label, style, text) in self.of(stream, seen) {
            let mut line = String::new();
            self.clock.push_short(seen.activity.at, &mut self.last_second, &mut line);
            let time = terminal.paint(DIM, &line);
            let label = terminal.paint(style, &format!("{label:<LABEL$}"));
            let of = seen.stream.filter(|it| *it != self.stream);
            let of = of.map(|it| format!("{}  ", safe(it))).unwrap_or_default();
            let indent = columns(&line) + GAP + LABEL + 1;
            let text = laid_out(&format!("{of}{text}"), indent, terminal.prose_width());
            out.extend_from_slice(format!("{time}{:GAP$}{label} {text}\n", "").as_bytes());
        }
    }

    fn of(&mut self, stream: &str, seen: &SeenActivity<'_>) -> Vec<Line> {
        let at = seen.activity.at;
        match &seen.activity.what {
            What::Accepted { records: set, bytes } => {
                vec![("put", GOOD, format!("{}, {}", counted(set), size(*bytes)))]
            }
            What::Invoked { call, attempt, records: set, bytes, .. } => {
                let what = format!("#{}  {}, {}", call.0, counted(set), size(*bytes as u64));
                match attempt {
                    1 => vec![("invoke", DIM, what)],
                    _ => vec![("retry", WARN, format!("{what}, attempt {attempt}"))],
                }
            }
            What::Called { call, duration_ms, max_memory_mb, .. } => {
                let memory = max_memory_mb.map(|mb| format!(", {mb} MB")).unwrap_or_default();
                let took = format!("{}{memory}", length(*duration_ms));
                remember(&mut self.called, stream, *call, took);
                Vec::new()
            }
            What::Answered { call, result, message, retry_at, .. } if *result != "response" => {
                let took = take(&mut self.called, stream, *call);
                let took = took.map(|it| format!("  {it}")).unwrap_or_default();
                let why = message.as_deref().map(|it| format!("  {}", safe(it)));
                let again = if let Some(then) = retry_at {
                    format!("; again in {}", pause(*then - at))
                } else {
                    remember(&mut self.failed, stream, *call, String::new());
                    "; no more retries".to_owned()
                };
                let text = format!("#{}{took}{}{again}", call.0, why.unwrap_or_default());
                vec![(result_label(result), ERROR, text)]
            }
            What::Answered { .. } => Vec::new(),
            What::Settled { call, outcomes, lost } => self.settled(stream, *call, outcomes, *lost),
            What::Writing { object, bytes, .. } => {
                remember(&mut self.writing, stream, *object, size(*bytes as u64));
                Vec::new()
            }
            What::Written { object, role, place, records: count, .. } => {
                let size = take(&mut self.writing, stream, *object);
                let size = size.map(|it| format!(", {it}")).unwrap_or_default();
                let (label, style, kind) = match *role {
                    "failures" => ("delivered", ERROR, "failed "),
                    "backup" => ("backed up", GOOD, ""),
                    _ => ("delivered", GOOD, ""),
                };
                let what = records(*count).replacen("record", &format!("{kind}record"), 1);
                vec![(label, style, format!("{}  {what}{size}", url(place)))]
            }
            What::WriteFailed { place, message, retry_at, .. } => {
                let (why, again) = (safe(message), pause(*retry_at - at));
                vec![("refused", ERROR, format!("{}  {why}; again in {again}", url(place)))]
            }
            What::QueriesOff { message } => {
                let why = format!("the jq query is no longer evaluated: {}", safe(message));
                vec![("warning", WARN, why)]
            }
            What::Configured { version } => {
                vec![("updated", DIM, format!("version {version}"))]
            }
            What::Flushed => vec![("flushed", DIM, "buffers are written now".to_owned())],
            What::Reloaded { file, .. } if is_code(file) => {
                vec![("reloaded", WARN, safe(file))]
            }
            // The function may read it when it loads.
            What::Reloaded { file, .. } => {
                vec![("reloaded", WARN, format!("the function: {} changed", safe(file)))]
            }
            What::Stopped { message } => vec![("stopped", ERROR, safe(message))],
            What::Created => vec![("created", DIM, safe(stream))],
            What::Deleted => vec![("deleted", DIM, safe(stream))],
        }
    }

    fn settled(
        &mut self,
        stream: &str,
        call: Option<CallId>,
        outcomes: &[Outcome],
        lost: usize,
    ) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(call) = call
            && take(&mut self.failed, stream, call).is_none()
        {
            let took = take(&mut self.called, stream, call).unwrap_or_default();
            // Records that failed with different codes have a line for each below.
            let mut sums = BTreeMap::new();
            for outcome in outcomes {
                *sums.entry(outcome.result).or_insert(0) += outcome.records.len();
            }
            let counts: Vec<_> =
                sums.into_iter().map(|(what, sum)| format!("{} {what}", group(sum))).collect();
            let is_good = outcomes.iter().all(|it| it.code.is_none()) && lost == 0;
            let style = if is_good { GOOD } else { WARN };
            lines.push(("answered", style, format!("#{}  {took}  {}", call.0, counts.join(", "))));
        }
        for outcome in outcomes {
            let Some(code) = outcome.code else { continue };
            let first = outcome.records.runs().first().map_or(0, |run| *run.start());
            let show = self.show.as_ref().filter(|_| stream == self.stream);
            let show = show.map(|flags| shell::fh(&["local", "show", &first.to_string()], flags));
            let show = show.map(|show| format!("  {show}")).unwrap_or_default();
            lines.push(("failed", ERROR, format!("{}  {code}{show}", counted(&outcome.records))));
        }
        if lost > 0 {
            let text = format!("{} returned for no record of the event", records(lost as u64));
            lines.push(("lost", ERROR, text));
        }
        lines
    }
}

fn remember<T: Ord>(map: &mut Of<T>, stream: &str, key: T, value: String) {
    if map.len() >= MAX_PENDING {
        map.pop_first();
    }
    map.insert((stream.to_owned(), key), value);
}

fn take<T: Ord>(map: &mut Of<T>, stream: &str, key: T) -> Option<String> {
    map.remove(&(stream.to_owned(), key))
}

/// `4 records (1-4)`, `record 7`.
fn counted(set: &RecordSet) -> String {
    let run = |run: &std::ops::RangeInclusive<u64>| match (run.start(), run.end()) {
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start}-{end}"),
    };
    let mut runs: Vec<_> = set.runs().iter().take(MAX_RUNS).map(run).collect();
    if set.runs().len() > MAX_RUNS {
        runs.push("…".to_owned());
    }
    match set.len() {
        1 => format!("record {}", runs.join("")),
        count => format!("{} ({})", records(count), runs.join(", ")),
    }
}

fn result_label(result: &str) -> &'static str {
    match result {
        "timed-out" => "timed out",
        "throttled" => "throttled",
        "access-denied" => "denied",
        _ => "failed",
    }
}

/// Milliseconds as people say them.
fn length(milliseconds: f64) -> String {
    if milliseconds < 1000.0 {
        format!("{milliseconds:.0} ms")
    } else {
        format!("{:.2} s", milliseconds / 1000.0)
    }
}

/// A pause of so many milliseconds.
#[expect(clippy::cast_precision_loss, reason = "pauses are seconds")]
fn pause(milliseconds: i64) -> String {
    length(milliseconds.max(0) as f64)
}

fn url(place: &ObjectPlace) -> String {
    format!("s3://{}/{}", safe(&place.bucket), safe(&place.key))
}

/// True for a file that is code by its name, or a program, which has no ending.
fn is_code(file: &str) -> bool {
    const ENDINGS: [&str; 6] = ["py", "js", "mjs", "cjs", "ts", "so"];
    let ending = std::path::Path::new(file).extension();
    ending.is_none_or(|it| ENDINGS.iter().any(|code| it == *code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_code_is_not_what_is_loaded() {
        assert!(["app.py", "/code/index.mjs", "bootstrap"].into_iter().all(is_code));
        assert!(!["prices.json", "template.yaml"].into_iter().any(is_code));
    }
}
