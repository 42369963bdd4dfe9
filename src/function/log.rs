//! What a function writes: lines of two streams, up to a bound.

use crate::firehose::transform::outcome::{Log, LogLine, LogStream};

/// Most bytes that are kept of the log of one call.
const MAX_LOG: usize = 1 << 20;

/// What one line counts beside its bytes, so that empty lines are bounded too.
const LINE: usize = 64;

/// Collects chunks as they arrive.
#[derive(Debug)]
pub(super) struct LogBuffer {
    log: Log,
    /// The beginning of a line, of standard output and standard error.
    open: [Vec<u8>; 2],
    room: usize,
}

impl Default for LogBuffer {
    fn default() -> Self {
        Self { log: Log::default(), open: [Vec::new(), Vec::new()], room: MAX_LOG }
    }
}

impl LogBuffer {
    /// Adds what arrived on a stream.
    pub(super) fn push(&mut self, stream: LogStream, chunk: &[u8]) {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            let line = piece.strip_suffix(b"\n").unwrap_or(piece);
            let kept = line.get(..line.len().min(self.room)).unwrap_or_default();
            self.room -= kept.len();
            self.log.cut += (line.len() - kept.len()) as u64;
            self.open_line(stream).extend_from_slice(kept);
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
        std::mem::take(self).log
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
        if self.room == 0 && bytes.is_empty() {
            return; // its bytes are counted as cut
        }
        self.room = self.room.saturating_sub(LINE);
        self.log.lines.push(LogLine { stream, bytes });
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
    fn a_flood_is_counted_and_not_kept() {
        let mut log = LogBuffer::default();
        for _ in 0..300 {
            log.push(LogStream::Stdout, &[b'x'; 10_000]);
            log.push(LogStream::Stdout, b"\n");
        }
        log.push(LogStream::Stderr, &b"\n".repeat(100_000));
        let log = log.take();
        let kept: usize = log.lines.iter().map(|line| line.bytes.len()).sum();
        assert!(kept <= MAX_LOG && log.lines.len() < 200, "{kept}");
        assert_eq!(kept as u64 + log.cut, 3_000_000);
    }
}
