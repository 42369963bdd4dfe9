//! Events and invocations as rows of a table.

use super::printed::counts;
use super::{View, status};
use crate::render::page::{Page, safe};
use crate::render::table::{Column, ColumnOf};
use crate::terminal::{self, plural};
use firehose::logs::LogEvent;
use firehose::logs::invocation::{Grouped, Invocation};
use firehose::logs::message::{ErrorKind, Message};

/// Most rows that are held to find out how wide the columns are.
const MAX_ROWS: usize = 100_000;

/// A row: an event or an invocation. Empty where there is nothing to say.
#[derive(Debug, Default)]
pub(super) struct LogRow {
    time: String,
    group: String,
    stream: String,
    request: String,
    status: String,
    duration: String,
    memory: String,
    start: String,
    records: String,
    message: String,
}

/// What a column shows of a row.
type Cell = fn(&LogRow) -> &str;

/// The rows so far.
#[derive(Debug, Default)]
pub(super) struct LogTable {
    rows: Vec<LogRow>,
    cut: u64,
}

impl LogTable {
    pub(super) fn push(&mut self, row: LogRow) {
        if self.rows.len() < MAX_ROWS {
            self.rows.push(row);
        } else {
            self.cut += 1;
        }
    }

    /// The table; columns in which nothing stands are left out.
    pub(super) fn fill(self, page: &mut Page<'_>) {
        if self.rows.is_empty() {
            return;
        }
        let columns: [(Column, Cell); 10] = [
            (Column::left("time"), |row| &row.time),
            (Column::left("group"), |row| &row.group),
            (Column::from_end("log stream"), |row| &row.stream),
            (Column::left("request").narrowed(4), |row| &row.request),
            (Column::left("status"), |row| &row.status),
            (Column::right("duration").dispensable(5), |row| &row.duration),
            (Column::right("memory").dispensable(3), |row| &row.memory),
            (Column::left("start").dispensable(2), |row| &row.start),
            (Column::left("records").dispensable(1), |row| &row.records),
            (Column::prose("message"), |row| &row.message),
        ];
        let is_used = |cell: Cell| self.rows.iter().any(|row| !cell(row).is_empty());
        let used = columns.into_iter().filter(|(_, cell)| is_used(*cell));
        let columns: Vec<ColumnOf<'_, LogRow>> =
            used.map(|(column, cell)| column.cell(move |row| cell(row).to_owned())).collect();
        page.rows(self.rows.into_iter(), &columns);
        if self.cut > 0 {
            let more = plural(self.cut, "more row");
            page.line(&format!("… {more}; narrow it down with `--since` or `--errors`"));
        }
    }
}

/// Rows of a view.
impl View {
    pub(super) fn event_row(&mut self, event: &LogEvent<'_>) -> LogRow {
        let line = event.line();
        let message = Message::of(line);
        let bytes = line.get(..self.look.terminal.preview()).unwrap_or(line);
        let mut row = self.row_at(event.timestamp, event.group.as_deref(), event.stream.as_deref());
        row.message = terminal::escape_line(bytes.trim_ascii_end());
        match message {
            Message::DeliveryError { code, .. } => {
                row.status = safe(&code);
                row.message = super::delivery_error(line).unwrap_or_default();
            }
            Message::Line { error_kind: Some(kind), .. } => {
                kind.as_str().clone_into(&mut row.status);
            }
            _ => {}
        }
        row
    }

    pub(super) fn grouped_row(&mut self, grouped: &Grouped) -> LogRow {
        match grouped {
            Grouped::Invocation(it) => self.invocation_row(it),
            Grouped::DeliveryError { event } | Grouped::Unattributed { event, .. } => {
                self.event_row(event)
            }
        }
    }

    fn invocation_row(&mut self, it: &Invocation) -> LogRow {
        let time = it.times.map(|(first, _)| first);
        let mut row = self.row_at(time, it.group.as_deref(), it.stream.as_deref());
        row.request = safe(it.request.as_deref().unwrap_or_default());
        status(it).0.clone_into(&mut row.status);
        row.records = counts(it).map(|counts| counts.to_string()).unwrap_or_default();
        if let Some(report) = &it.report {
            let milliseconds =
                |time: std::time::Duration| format!("{:.2} ms", time.as_secs_f64() * 1000.0);
            row.duration = milliseconds(report.duration);
            row.memory = super::memory(report).unwrap_or_default();
            let init = report.init_duration.map(|time| format!("init {}", milliseconds(time)));
            let restore = report.restore_duration;
            let restore = restore.map(|time| format!("restore {}", milliseconds(time)));
            row.start = init.or(restore).unwrap_or_default();
        }
        let problem = it.events.iter().filter(|part| part.error_kind.is_some());
        let worst = problem.max_by_key(|part| (part.error_kind, !part.is_platform));
        if let Some(part) = worst.filter(|part| part.error_kind != Some(ErrorKind::TimedOut)) {
            let text = super::without_front_of(part, it);
            let text = text.get(..self.look.terminal.preview()).unwrap_or(&text);
            row.message = terminal::escape_line(text.trim_ascii_end());
        }
        row
    }

    fn row_at(&mut self, time: Option<i64>, group: Option<&str>, stream: Option<&str>) -> LogRow {
        let is_long = self.look.is_long;
        let label = self.label_of(group).map(safe);
        LogRow {
            time: time.map(|time| self.time_of(time)).unwrap_or_default(),
            group: match label {
                _ if is_long => safe(group.unwrap_or_default()),
                label => label.unwrap_or_default(),
            },
            stream: if is_long { safe(stream.unwrap_or_default()) } else { String::new() },
            ..LogRow::default()
        }
    }
}
