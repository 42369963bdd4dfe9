//! What a function writes: lines of two streams, up to a bound. Of a flood the
//! beginning and the end are kept: the end is where the exception stands.

use std::collections::VecDeque;

use firehose::transform::invocation::{Log, LogLine, LogStream};

/// Most bytes that are kept of the log of one call: half at its beginning, half
/// at its end.
const MAX_LOG: usize = 1 << 20;

/// What one line counts besides its bytes, so that empty lines are bounded too.
const LINE: usize = 64;

/// Most bytes of a line; a longer one comes in pieces.
const MAX_LINE: usize = 64 * 1024;

/// Collects chunks as they arrive.
#[derive(Debug)]
pub(super) struct LogBuffer {
    head: Vec<LogLine>,
    /// What still fits into the head; 0 once a line did not.
    room: usize,
    tail: VecDeque<LogLine>,
    /// What the lines of the tail count.
    tail_size: usize,
    cut_lines: u64,
    cut: u64,
    /// The beginning of a line, of standard output and standard error.
    open: [Vec<u8>; 2],
}

impl Default for LogBuffer {
    fn default() -> Self {
        Self {
            head: Vec::new(),
            room: MAX_LOG / 2,
            tail: VecDeque::new(),
            tail_size: 0,
            cut_lines: 0,
            cut: 0,
            open: [Vec::new(), Vec::new()],
        }
    }
}

impl LogBuffer {
    /// Adds what arrived on a stream.
    pub(super) fn push(&mut self, stream: LogStream, chunk: &[u8]) {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            let line = piece.strip_suffix(b"\n").unwrap_or(piece);
            for part in line.chunks(MAX_LINE) {
                if self.open_line(stream).len() + part.len() > MAX_LINE {
                    self.end_line(stream);
                }
                self.open_line(stream).extend_from_slice(part);
            }
            if piece.len() > line.len() {
                self.end_line(stream);
            }
        }
    }

    /// Returns the log so far and begins another.
    pub(super) fn take(&mut self) -> Log {
        for stream in [LogStream::Stdout, LogStream::Stderr] {
            if !self.open_line(stream).is_empty() {
                self.end_line(stream);
            }
        }
        let Self { head, tail, cut_lines, cut, .. } = std::mem::take(self);
        let gap = head.len();
        let mut lines = head;
        lines.extend(tail);
        Log { lines, gap, cut_lines, cut }
    }

    fn open_line(&mut self, stream: LogStream) -> &mut Vec<u8> {
        let [stdout, stderr] = &mut self.open;
        match stream {
            LogStream::Stdout => stdout,
            LogStream::Stderr => stderr,
        }
    }

    fn end_line(&mut self, stream: LogStream) {
        let bytes = std::mem::take(self.open_line(stream));
        let size = bytes.len() + LINE;
        let line = LogLine { stream, bytes };
        if size <= self.room {
            self.room -= size;
            self.head.push(line);
            return;
        }
        self.room = 0;
        self.tail_size += size;
        self.tail.push_back(line);
        while self.tail_size > MAX_LOG / 2
            && let Some(line) = self.tail.pop_front()
        {
            self.tail_size -= line.bytes.len() + LINE;
            self.cut_lines += 1;
            self.cut += line.bytes.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_streams_stay_whole_and_in_order() {
        let mut log = LogBuffer::default();
        log.push(LogStream::Stdout, b"one\ntw");
        log.push(LogStream::Stderr, b"err");
        log.push(LogStream::Stdout, b"o\n\n");
        let log = log.take();
        let lines: Vec<_> = log.lines.iter().map(|line| line.bytes.as_slice()).collect();
        assert_eq!(lines, [b"one".as_slice(), b"two", b"", b"err"]);
        assert_eq!(log.cut, 0);
    }

    #[test]
    fn of_a_flood_the_beginning_and_the_end_are_kept() {
        let mut log = LogBuffer::default();
        log.push(LogStream::Stdout, b"first\n");
        for _ in 0..300 {
            log.push(LogStream::Stdout, &[b'x'; 10_000]);
            log.push(LogStream::Stdout, b"\n");
        }
        log.push(LogStream::Stderr, b"KeyError: 'nothing'\n");
        let log = log.take();
        let kept: usize = log.lines.iter().map(|line| line.bytes.len()).sum();
        assert!(kept <= MAX_LOG && log.lines.len() < 200, "{kept}");
        assert_eq!(kept as u64 + log.cut, 3_000_024);
        assert_eq!(log.lines.len() as u64 + log.cut_lines, 302);
        assert!(log.gap > 40 && log.gap < log.lines.len() - 40, "{}", log.gap);
        assert_eq!(log.lines[0].bytes, b"first");
        assert_eq!(log.lines.last().unwrap().bytes, b"KeyError: 'nothing'");
    }

    #[test]
    fn empty_lines_and_lines_without_end_are_bounded() {
        let mut log = LogBuffer::default();
        log.push(LogStream::Stdout, &b"\n".repeat(100_000));
        for _ in 0..300 {
            log.push(LogStream::Stderr, &[b'x'; 10_000]);
        }
        log.push(LogStream::Stderr, b"the end");
        let log = log.take();
        let kept: usize = log.lines.iter().map(|line| line.bytes.len() + LINE).sum();
        assert!(kept <= MAX_LOG, "{kept}");
        assert!(log.lines.last().unwrap().bytes.ends_with(b"xthe end"));
    }
}
