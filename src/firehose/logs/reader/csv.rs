//! CSV as the console downloads it (`timestamp,message`) and as Insights does
//! (`@timestamp,@message,…`).

use std::fmt;

use csv_core::{ReadRecordResult, Reader};

use super::VisitEvent;
use super::order::Order;
use crate::bytes::{lossy, part, part_mut};
use crate::limits::MAX_FRAME;
use crate::logs::LogEvent;
use crate::time::{self, Millis};

/// Fields of a row that are kept; Insights shows at most this many.
const MAX_FIELDS: usize = 256;

/// Reads rows, wherever they are cut.
pub(super) struct Csv {
    reader: Reader,
    row: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    fields: usize,
    /// The name of each column, once the head was read.
    columns: Vec<Column>,
    has_head: bool,
    /// Bytes that were read, and those before the row at hand.
    read: u64,
    row_at: u64,
    /// The row at hand is in quotes that are not closed.
    is_quoted: bool,
    order: Order,
    /// The row from which on they are not in order.
    unordered_at: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Timestamp,
    Message,
    Stream,
    Group,
    Other,
}

/// True for the line above the rows.
pub(super) fn is_head(line: &[u8]) -> bool {
    let columns: Vec<_> = line.trim_ascii().split(|byte| *byte == b',').map(column).collect();
    columns.contains(&Column::Timestamp) && columns.contains(&Column::Message)
}

fn column(name: &[u8]) -> Column {
    let name = name.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).unwrap_or(name);
    match name.to_ascii_lowercase().as_slice() {
        b"timestamp" | b"@timestamp" => Column::Timestamp,
        b"message" | b"@message" => Column::Message,
        b"@logstream" | b"logstreamname" => Column::Stream,
        b"@log" | b"loggroupname" => Column::Group,
        _ => Column::Other,
    }
}

impl Default for Csv {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            row: Vec::new(),
            filled: 0,
            ends: Vec::new(),
            fields: 0,
            columns: Vec::new(),
            has_head: false,
            read: 0,
            row_at: 0,
            is_quoted: false,
            order: Order::default(),
            unordered_at: None,
        }
    }
}

impl fmt::Debug for Csv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Csv").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl Csv {
    /// Reads all of it; a row that is not whole continues with the next bytes.
    pub(super) fn read(&mut self, bytes: &[u8], visit: &mut VisitEvent<'_>) -> usize {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            at += self.step(rest, visit);
        }
        bytes.len()
    }

    /// Reads the last row; false if it is in quotes that are not closed.
    pub(super) fn end(&mut self, visit: &mut VisitEvent<'_>) -> bool {
        let is_whole = !self.is_quoted;
        self.step(&[], visit);
        self.order.finish(visit);
        is_whole
    }

    /// Bytes of the input before rows that are newest first, and were too many
    /// to be put in order.
    pub(super) const fn unordered_at(&self) -> Option<u64> {
        self.unordered_at
    }

    /// Bytes of the input before the row at hand.
    pub(super) const fn record_at(&self) -> u64 {
        self.row_at
    }

    fn step(&mut self, bytes: &[u8], visit: &mut VisitEvent<'_>) -> usize {
        if self.filled == self.row.len() {
            self.row.resize((2 * self.row.len()).max(4096), 0);
        }
        self.ends.resize(MAX_FIELDS, 0);
        let (result, read, written, ended) = self.reader.read_record(
            bytes,
            part_mut(&mut self.row, self.filled..),
            part_mut(&mut self.ends, self.fields..),
        );
        let quotes = memchr::memchr_iter(b'"', part(bytes, ..read)).count();
        self.is_quoted ^= quotes % 2 == 1;
        self.filled += written;
        self.fields += ended;
        self.read += read as u64;
        match result {
            ReadRecordResult::Record => self.row(visit),
            // More fields than anything has that is a log event.
            ReadRecordResult::OutputEndsFull => self.fields = MAX_FIELDS - 1,
            _ if self.filled >= MAX_FRAME => self.give_up(visit),
            _ => {}
        }
        read
    }

    /// Takes what is there of a row that is too large to be held.
    fn give_up(&mut self, visit: &mut VisitEvent<'_>) {
        if let Some(end) = self.ends.get_mut(self.fields) {
            *end = self.filled;
            self.fields += 1;
        }
        self.row(visit);
        self.reader.reset();
    }

    fn row(&mut self, visit: &mut VisitEvent<'_>) {
        let ends = part(&self.ends, ..self.fields);
        let starts = [0].into_iter().chain(ends.iter().copied());
        let fields = starts.zip(ends).map(|(start, end)| part(&self.row, start..*end));
        if self.has_head {
            let mut event = LogEvent::default();
            for (field, column) in fields.zip(&self.columns) {
                match column {
                    Column::Timestamp => event.timestamp = moment(field),
                    Column::Message => event.message = field.into(),
                    Column::Stream => event.stream = Some(lossy(field)),
                    Column::Group => event.group = Some(lossy(field)),
                    Column::Other => {}
                }
            }
            if !self.order.push(event, visit) {
                self.unordered_at.get_or_insert(self.row_at);
            }
        } else {
            self.columns = fields.map(column).collect();
            self.has_head = true;
        }
        (self.filled, self.fields, self.row_at, self.is_quoted) = (0, 0, self.read, false);
    }
}

/// Milliseconds since 1970, or a time of Insights.
fn moment(field: &[u8]) -> Option<Millis> {
    let text = std::str::from_utf8(field).ok()?.trim();
    text.parse().ok().or_else(|| time::rfc3339_or_utc(text))
}
