//! Cuts the user's own records at newlines or other separators, and changes no
//! byte of them.
//!
//! Three others look at lines, and none of them can be this one: blocks are cut
//! between records, of which one may have many lines (`framing::safe_cut`); in a
//! block, a line also ends where a gzip member starts within it
//! (`framing::line`); and an event of a log spans lines until the next one
//! with a time in front (`logs::reader`).

use std::io::{self, Read};

use memchr::memmem;

use firehose::limits::MAX_RECORD;

/// A piece longer than any record in base64 is not kept to its end.
const MAX_PIECE: usize = 2 * MAX_RECORD;

/// Bytes that are read at once, if the input has them.
const READ: usize = 256 * 1024;

/// What stands between two separators.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SplitRecord {
    /// Its bytes, without the separator.
    Whole(Vec<u8>),
    /// It is far too long for a record.
    TooLong,
}

/// The pieces of an input.
pub(crate) struct RecordSplitter {
    reader: Box<dyn Read + Send>,
    /// Without one, all of the input is one piece.
    separator: Option<Vec<u8>>,
    /// The most bytes of a piece that is kept.
    max_piece: usize,
    buffer: Vec<u8>,
    filled: usize,
    /// Within a piece that is too long.
    is_skipping: bool,
    at_end: bool,
    /// The last piece has no separator after it.
    ends_open: bool,
}

impl RecordSplitter {
    pub(crate) fn new(reader: Box<dyn Read + Send>, separator: Option<&[u8]>) -> Self {
        Self {
            reader,
            separator: separator.map(<[u8]>::to_vec),
            max_piece: MAX_PIECE,
            buffer: vec![0; READ],
            filled: 0,
            is_skipping: false,
            at_end: false,
            ends_open: false,
        }
    }

    /// For records of at most `bytes`, where that is not `MAX_RECORD`.
    pub(crate) fn with_max_record(self, bytes: usize) -> Self {
        Self { max_piece: 2 * bytes, ..self }
    }

    /// Returns what one read more makes of pieces, which may be none; nothing
    /// at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Vec<SplitRecord>>> {
        if self.at_end {
            return Ok(None);
        }
        let seen = self.filled;
        self.read()?;
        let mut pieces = Vec::new();
        if self.separator.is_some() {
            self.cut(seen, &mut pieces);
        }
        let rest = self.buffer.get(..self.filled).unwrap_or_default();
        if self.at_end {
            let is_piece = self.separator.is_none() || !rest.is_empty();
            if is_piece && !self.is_skipping {
                pieces.push(SplitRecord::Whole(rest.to_vec()));
                self.ends_open = true;
            }
        } else if self.filled > self.max_piece {
            if !self.is_skipping {
                pieces.push(SplitRecord::TooLong);
            }
            self.is_skipping = true;
            // Its end may begin in what is here.
            let kept = self.separator.as_ref().map_or(0, |it| it.len() - 1);
            self.keep(self.filled - kept);
        }
        Ok(Some(pieces))
    }

    /// True once the last piece was returned, if no separator follows it.
    pub(crate) const fn ends_open(&self) -> bool {
        self.ends_open
    }

    fn read(&mut self) -> io::Result<()> {
        if self.buffer.len() - self.filled < READ / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        loop {
            match self.reader.read(room) {
                Ok(count) => {
                    self.filled += count;
                    self.at_end = count == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes pieces off the front; the first `seen` bytes have no separator in
    /// them, but it may begin there.
    fn cut(&mut self, seen: usize, pieces: &mut Vec<SplitRecord>) {
        let Some(separator) = &self.separator else { return };
        let filled = self.buffer.get(..self.filled).unwrap_or_default();
        let from = seen.saturating_sub(separator.len() - 1);
        let mut start = 0;
        for found in memmem::find_iter(filled.get(from..).unwrap_or_default(), separator) {
            let piece = filled.get(start..from + found).unwrap_or_default();
            if !std::mem::take(&mut self.is_skipping) {
                pieces.push(if piece.len() > self.max_piece {
                    SplitRecord::TooLong
                } else {
                    SplitRecord::Whole(piece.to_vec())
                });
            }
            start = from + found + separator.len();
        }
        self.keep(start);
    }

    /// Forgets what is in front of `start`.
    fn keep(&mut self, start: usize) {
        self.buffer.copy_within(start..self.filled, 0);
        self.filled -= start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives this many bytes at a time.
    struct Slow(Vec<u8>, usize);

    impl Read for Slow {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(out.len()).min(self.0.len());
            out[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }

    fn pieces(input: &[u8], separator: Option<&[u8]>, step: usize) -> Vec<SplitRecord> {
        let mut splitter = RecordSplitter::new(Box::new(Slow(input.to_vec(), step)), separator);
        let mut all = Vec::new();
        while let Some(pieces) = splitter.next().unwrap() {
            all.extend(pieces);
        }
        all
    }

    fn whole(text: &str) -> SplitRecord {
        SplitRecord::Whole(text.as_bytes().to_vec())
    }

    #[test]
    fn lines_are_cut_at_newlines_and_keep_all_else() {
        let expected = ["a\r", "", " b", "c"].map(whole);
        assert_eq!(pieces(b"a\r\n\n b\nc", Some(b"\n"), 3), expected);
        assert_eq!(pieces(b"a\n", Some(b"\n"), 9), [whole("a")]);
        assert_eq!(pieces(b"", Some(b"\n"), 9), []);
        assert_eq!(pieces(b"a\nb\n", None, 1), [whole("a\nb\n")]);
        assert_eq!(pieces(b"", None, 1), [whole("")]);
    }

    #[test]
    fn a_piece_that_is_too_long_is_reported_once_and_the_rest_is_read() {
        let long = vec![b'x'; 3 * MAX_PIECE];
        let input = [b"a--", long.as_slice(), b"--b--c"].concat();
        let expected = [whole("a"), SplitRecord::TooLong, whole("b"), whole("c")];
        for step in [READ, 100_001] {
            assert_eq!(pieces(&input, Some(b"--"), step), expected, "{step}");
        }
        assert_eq!(pieces(&long, None, READ), [SplitRecord::TooLong]);
    }

    proptest! {
        #[test]
        fn pieces_and_separators_make_the_input(
            parts in prop::collection::vec("[ab-]{0,4}", 0..9), step in 1usize..9,
        ) {
            let input = parts.join("--");
            let expected: Vec<_> = input.split("--").map(whole).collect();
            let mut found = pieces(input.as_bytes(), Some(b"--"), step);
            if input.is_empty() || input.ends_with("--") && expected.last() == Some(&whole("")) {
                found.push(whole(""));
            }
            prop_assert_eq!(found, expected);
        }
    }
}
