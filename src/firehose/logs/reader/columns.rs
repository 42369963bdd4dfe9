//! What the AWS CLI prints of `filter-log-events` and `get-log-events` with
//! `--output text`: the fields of an event in the order of their names with
//! tabs between them, and in their middle the message, which may go over lines.
//!
//! ```text
//! EVENTS ─ eventId ─ ingestionTime ─ logStreamName ─ message ─ timestamp
//! EVENTS ─ ingestionTime ─ message ─ timestamp
//! ```

use super::{InputState, LogReader, VisitEvent, bare, line_end};
use crate::bytes::{integer, lossy, part};
use crate::logs::{LogEvent, without_newline};

impl LogReader {
    /// Events, each up to the next line that begins something.
    pub(super) fn columns(
        &mut self,
        bytes: &[u8],
        state: InputState,
        visit: &mut VisitEvent<'_>,
    ) -> usize {
        let (mut start, mut at) = (0, self.known);
        let mut looked = self.looked;
        while let Some(end) = line_end(bytes, at, looked, state == InputState::Over) {
            if at > start && is_front(part(bytes, at..end)) {
                piece(part(bytes, start..at), visit);
                start = at;
            }
            at = (end + 1).min(bytes.len());
            looked = at;
        }
        if state != InputState::More && at > start {
            piece(part(bytes, start..at), visit);
            start = at;
        }
        self.known = at - start;
        // This is set back where something was read.
        self.looked = if start == 0 { bytes.len() } else { 0 };
        start
    }
}

/// True for a line that begins an event, or that stands between pages.
pub(super) fn is_front(line: &[u8]) -> bool {
    let tokens = || {
        let mut tokens = line.split(|byte| *byte == b'\t');
        tokens.next().is_some_and(|it| it.starts_with(b"b/"))
            && tokens.next().is_some_and(|it| it.starts_with(b"f/"))
    };
    [&b"EVENTS\t"[..], b"SEARCHEDLOGSTREAMS\t", b"NEXTTOKEN\t"]
        .iter()
        .any(|front| line.starts_with(front))
        || tokens()
}

/// Hands over an event, if it is one.
fn piece(lines: &[u8], visit: &mut VisitEvent<'_>) {
    if let Some(event) = event(lines) {
        visit(event);
    } else if lines.starts_with(b"EVENTS\t") || !is_front(lines) {
        // What only looks so, and what follows a pause in an event.
        without_newline(lines).split(|byte| *byte == b'\n').for_each(|line| visit(bare(line)));
    }
}

fn event(lines: &[u8]) -> Option<LogEvent<'_>> {
    let columns = lines.strip_prefix(b"EVENTS\t")?;
    let (first, rest) = column(columns)?;
    let mut event = LogEvent::default();
    let (second, behind) = column(rest)?;
    let rest = if let Some(ingestion) = time(second) {
        let (stream, rest) = column(behind)?;
        (event.id, event.stream) = (Some(lossy(first)), Some(lossy(stream)));
        event.ingestion = Some(ingestion);
        rest
    } else {
        event.ingestion = Some(time(first)?);
        rest
    };
    let rest = without_newline(rest);
    let tab = memchr::memrchr(b'\t', rest)?;
    event.timestamp = Some(time(rest.get(tab + 1..)?)?);
    event.message = rest.get(..tab)?.into();
    Some(event)
}

/// Up to the next tab, and what follows.
fn column(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let tab = memchr::memchr(b'\t', line)?;
    Some((line.get(..tab)?, line.get(tab + 1..)?))
}

/// Milliseconds since 1970, which have 13 digits for some centuries.
fn time(column: &[u8]) -> Option<i64> {
    integer(column).filter(|_| column.len() == 13)
}
