//! A whole S3 object or file: unpacked as a stream, however large it is.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::Layer;
use super::compression::{Compression, Engine, Framing, Unpack, is_hadoop};
use super::fault::{FaultKind, LineFeeds};
use super::peek::{PeekRead as _, PeekReader};
use super::problem::{Problem, ProblemKind};
use super::sniff::starts_record;
use super::utf16::{LOOK, Utf16, is_unmarked_utf16, is_utf16};
use crate::bytes::{copy, part};
use crate::limits::MAX_FRAME;

/// Most compressions around one object: Firehose's own, around what the
/// sender or the transform left compressed, and one to spare.
const MAX_OBJECT_LAYERS: usize = 4;

/// Bytes at the start of an object in which line feeds are looked for.
const WATCHED: usize = 64 * 1024;

/// A compression around a whole object.
#[derive(Debug, Clone)]
pub struct ObjectLayer {
    /// The layer that was taken off.
    pub layer: Layer,
    /// Compressed bytes read so far.
    pub bytes_in: u64,
    /// Bytes made of them so far.
    pub bytes_out: u64,
    /// Members, entries, frames or blocks read so far.
    pub parts: u32,
    /// What is wrong with it.
    pub problem: Option<Problem>,
}

/// Reads an object without the compressions around it.
///
/// What follows the compressed data comes out as it is, for Firehose glues
/// records of any kind together; [`ObjectLayer::problem`] tells of it.
pub struct Object {
    tank: PeekReader<Box<dyn Read + Send>>,
    layers: Vec<Arc<Mutex<ObjectLayer>>>,
}

impl Object {
    /// Looks at the first bytes of `reader` to see what is around the object.
    pub fn open(reader: Box<dyn Read + Send>) -> io::Result<Self> {
        Self::open_in(reader, Vec::new())
    }

    /// The same with a buffer of [`into_buffer`](Self::into_buffer).
    pub fn open_in(reader: Box<dyn Read + Send>, buffer: Vec<u8>) -> io::Result<Self> {
        let feeds = Arc::new(Mutex::new(LineFeeds::default()));
        let watched = Watched { reader, feeds: Arc::clone(&feeds), left: WATCHED };
        let reader: Box<dyn Read + Send> = Box::new(watched);
        let mut tank = PeekReader::with_buffer(reader, buffer);
        let mut layers = Vec::new();
        while layers.len() < MAX_OBJECT_LAYERS {
            // Only what may be a magic is waited for: a line that is typed
            // may be shorter than one.
            let least = tank.peek(1)?.first().map_or(1, |first| Compression::head_len(*first));
            let head = tank.peek(least)?;
            let compression = Compression::by_magic(head)
                .or_else(|| is_hadoop(head).then_some(Compression::Snappy(Framing::Hadoop)));
            let Some(compression) = compression else {
                break;
            };
            let layer = Arc::new(Mutex::new(ObjectLayer {
                layer: compression.layer(),
                bytes_in: 0,
                bytes_out: 0,
                parts: 0,
                problem: None,
            }));
            layers.push(Arc::clone(&layer));
            let unpack = Unpack::new(compression, tank, Engine::new);
            tank = PeekReader::new(Box::new(Unpacked {
                stage: Stage::Packed(Box::new(unpack)),
                layer,
                feeds: (layers.len() == 1).then(|| Arc::clone(&feeds)),
            }));
        }
        let least = tank.peek(1)?.first().map_or(1, |first| 1 + usize::from(*first >= 0xfe));
        let is_marked = is_utf16(tank.peek(least)?);
        if is_marked || is_unmarked(&mut tank)? {
            tank = PeekReader::new(Box::new(Utf16::new(tank)?));
        }
        Ok(Self { tank, layers })
    }

    /// A buffer for the next object.
    pub fn into_buffer(self) -> Vec<u8> {
        self.tank.into_buffer()
    }

    /// The compressions around it, outermost first, with what is known of them
    /// so far.
    pub fn layers(&self) -> Vec<ObjectLayer> {
        let look = |layer: &Arc<Mutex<ObjectLayer>>| {
            layer.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        self.layers.iter().map(look).collect()
    }
}

impl Read for Object {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.tank.read(out)
    }
}

struct Unpacked<R> {
    stage: Stage<R>,
    layer: Arc<Mutex<ObjectLayer>>,
    /// Those of the compressed data, where it is the object itself.
    feeds: Option<Arc<Mutex<LineFeeds>>>,
}

/// An object whose first bytes are looked at for line feeds.
struct Watched {
    reader: Box<dyn Read + Send>,
    feeds: Arc<Mutex<LineFeeds>>,
    left: usize,
}

impl Read for Watched {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        if self.left > 0 {
            let looked = count.min(self.left);
            self.left -= looked;
            let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
            feeds.add(part(out, ..looked));
        }
        Ok(count)
    }
}

/// True for UTF-16 without a mark, of base64 or of an event.
fn is_unmarked<R: Read>(tank: &mut PeekReader<R>) -> io::Result<bool> {
    // Whoever types a line is not made to wait for more.
    if !matches!(tank.peek(1)?.first(), Some(0 | b'+'..=b'z' | b'{')) {
        return Ok(false);
    }
    if !matches!(tank.peek(2)?, [0, _, ..] | [_, 0, ..]) {
        return Ok(false);
    }
    let head = tank.peek(LOOK)?;
    Ok(is_unmarked_utf16(part(head, ..head.len().min(LOOK))))
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Bytes as they are, but for zeros where there is nothing else: those are padding.
struct Rest<R> {
    tank: PeekReader<R>,
    /// Bytes that were read.
    read: u64,
    /// Other bytes than zeros and line breaks were given out: gzip among them may end with
    /// zeros.
    has_data: bool,
    /// There is something else than line breaks.
    has_other: bool,
    /// It starts as a record does.
    is_record: bool,
    /// Zeros that were read last, and may be padding.
    held: usize,
    /// Zeros that were not, to be given out before what is ahead.
    due: usize,
}

impl<R: Read> Rest<R> {
    fn new(mut tank: PeekReader<R>) -> io::Result<Self> {
        /// Bytes by which a record is known.
        const LOOK: usize = 32;
        let is_record = starts_record(tank.peek(LOOK)?.trim_ascii_start());
        let (has_data, has_other) = (false, false);
        Ok(Self { tank, read: 0, has_data, has_other, is_record, held: 0, due: 0 })
    }

    /// What is odd about it.
    fn problem(&self) -> Option<ProblemKind> {
        self.has_other.then_some(if self.is_record {
            ProblemKind::Joined
        } else {
            ProblemKind::Trailing { bytes: self.read }
        })
    }

    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let (count, taken) = self.read_on(out)?;
        self.read += taken as u64;
        self.has_other |= taken > count || !part(out, ..count).iter().all(|it| is_break(*it));
        Ok(count)
    }

    /// Fills the front of `out`: bytes written, and bytes read.
    fn read_on(&mut self, out: &mut [u8]) -> io::Result<(usize, usize)> {
        let mut read = 0;
        loop {
            if self.due > 0 {
                let count = self.due.min(out.len());
                out.iter_mut().take(count).for_each(|byte| *byte = 0);
                self.due -= count;
                return Ok((count, read));
            }
            let ahead = self.tank.peek(1)?;
            let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
            if zeros > 0 || ahead.is_empty() {
                let at_end = ahead.is_empty();
                self.tank.advance(zeros);
                self.held += zeros;
                read += zeros;
                if at_end && self.has_data && self.held > 0 {
                    self.due = std::mem::take(&mut self.held);
                    continue;
                }
                // A bomb of zeros is not followed for ever.
                if at_end || self.held > MAX_FRAME {
                    return Ok((0, read));
                }
                continue;
            }
            if self.held > 0 {
                self.due = std::mem::take(&mut self.held);
                continue;
            }
            let data = ahead.iter().take_while(|byte| **byte != 0).count();
            let data = copy(part(ahead, ..data), out);
            self.has_data |= !part(ahead, ..data).iter().all(|it| is_break(*it));
            self.tank.advance(data);
            return Ok((data, read + data));
        }
    }
}

enum Stage<R> {
    Packed(Box<Unpack<PeekReader<R>>>),
    /// What follows the compressed data.
    Rest(Rest<R>),
    Done,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut layer = self.layer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Stage::Packed(unpack) = &mut self.stage {
            let made = unpack.read(out)?;
            layer.bytes_in = unpack.taken();
            layer.bytes_out += made as u64;
            layer.parts = unpack.parts();
            if made > 0 || out.is_empty() {
                return Ok(made);
            }
            let fault = unpack.fault();
            if let Some(fault) = fault {
                let offset = Some(fault.offset);
                let feeds = self.feeds.as_ref();
                let feeds = feeds.map(|it| it.lock().unwrap_or_else(PoisonError::into_inner));
                let is_text = feeds.is_some_and(|it| it.are_of_text());
                let kind = fault.kind.with_line_feeds(is_text);
                let kind = ProblemKind::Fault(kind);
                layer.problem = Some(Problem { layer: Some(layer.layer), offset, kind });
            }
            self.stage = match std::mem::replace(&mut self.stage, Stage::Done) {
                Stage::Packed(unpack)
                    if fault.is_none_or(|fault| fault.kind == FaultKind::Checksum) =>
                {
                    Stage::Rest(Rest::new(unpack.into_parts().0)?)
                }
                _ => Stage::Done,
            };
        }
        let Stage::Rest(rest) = &mut self.stage else { return Ok(0) };
        let count = rest.read(out)?;
        let is_fault = |it: &Problem| matches!(it.kind, ProblemKind::Fault(_));
        if let Some(kind) = rest.problem().filter(|_| !layer.problem.as_ref().is_some_and(is_fault))
        {
            let offset = Some(layer.bytes_in);
            layer.problem = Some(Problem { layer: Some(layer.layer), offset, kind });
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::compress::Gzip;

    /// A pipe that gives out a piece at a time.
    struct Pipe(VecDeque<Vec<u8>>);

    impl Read for Pipe {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let piece = self.0.pop_front().unwrap_or_default();
            Ok(copy(&piece, out))
        }
    }

    fn read(pieces: &[Vec<u8>]) -> (String, Option<ProblemKind>) {
        let pipe = Pipe(pieces.iter().filter(|it| !it.is_empty()).cloned().collect());
        let mut object = Object::open(Box::new(pipe)).unwrap();
        let mut text = String::new();
        object.read_to_string(&mut text).unwrap();
        let problem = object.layers().remove(0).problem;
        (text, problem.map(|it| it.kind))
    }

    #[test]
    fn zeros_after_a_line_break_are_padding() {
        let gzip = Gzip::new().compress(b"a");
        let (text, problem) = read(&[[&gzip[..], b"\n", &[0; 10]].concat()]);
        assert_eq!((text.as_str(), problem), ("a\n", Some(ProblemKind::Trailing { bytes: 11 })));
        let (text, _) = read(&[[&gzip[..], b"\nb\0"].concat()]);
        assert_eq!(text, "a\nb\0");
    }

    #[test]
    fn gzip_that_was_transferred_as_text_is_known() {
        let mut seed = 7_u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            format!("{seed:x}")
        };
        let text: String = (0..1000).map(|_| noise()).collect();
        let gzip = Gzip::new().compress(text.as_bytes());
        let mut crlf = Vec::new();
        for byte in &gzip {
            if *byte == b'\n' {
                crlf.push(b'\r');
            }
            crlf.push(*byte);
        }
        let fault = |bytes: &[u8]| {
            let mut object = Object::open(Box::new(io::Cursor::new(bytes.to_vec()))).unwrap();
            object.read_to_end(&mut Vec::new()).unwrap();
            object.layers().remove(0).problem.map(|it| it.kind)
        };
        assert_eq!(fault(&crlf), Some(ProblemKind::Fault(FaultKind::LineFeeds)));
        let mut broken = gzip.clone();
        broken.drain(100..103);
        assert!(!matches!(fault(&broken), None | Some(ProblemKind::Fault(FaultKind::LineFeeds))));
    }

    #[test]
    fn line_breaks_at_the_end_of_a_piece_are_not_the_end() {
        let gzip = Gzip::new().compress(b"a");
        let breaks = |count: usize| vec![b'\n'; count];
        let members = [&gzip[..], b"\n", &gzip].concat();
        for count in [1, 16, 17, 18, 19, 25] {
            let first = [&members[..], &breaks(count)].concat();
            for last in [b"\n\n\n{\"last\":9}".to_vec(), b"{\"last\":9}".to_vec()] {
                let (text, problem) = read(&[first.clone(), last.clone()]);
                assert!(text.ends_with("\n{\"last\":9}"), "{count}: {text}");
                assert!(!matches!(problem, Some(ProblemKind::Fault(_))), "{count}: {problem:?}");
                assert_eq!(text, read(&[[&first[..], &last].concat()]).0);
            }
            assert_eq!(read(&[first]).1, None, "{count}");
        }
    }
}
