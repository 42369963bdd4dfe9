//! Cuts inputs of any length into blocks that hold whole records.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use super::block::{Block, LineCounter, OpenInput};
use super::looks_like::is_binary;
use super::{Input, Inputs, Next};
use crate::aws::Listed;
use crate::error::Error;
use firehose::decode::{Object, ObjectLayer};
use firehose::failure::LeftOut;
use firehose::framing::{InputFormat, safe_cut};
use firehose::limits::{MAX_FRAME, MAX_INVOCATION_PAYLOAD};

/// Bytes that are read before a block is cut, if the input has them at once.
const BLOCK: usize = 256 * 1024;

/// A read shorter than this means that the writer has paused: what is there is
/// worked on at once, so that `tail -f x | fh decode` shows each line.
const PAUSE: usize = 16 * 1024;

/// Bytes of an input that are looked at before it is read.
const HEAD: usize = 64 * 1024;

/// What comes out of the inputs, in order.
#[derive(Debug)]
pub enum BlockEvent {
    /// Records to work on.
    Block(Block),
    /// A line or document that is too large to be held, at this line.
    TooLarge {
        /// The input.
        input: Arc<OpenInput>,
        /// Number of its line.
        line: u64,
    },
    /// An input has ended; these were around it.
    End {
        /// The input.
        input: Arc<OpenInput>,
        /// Compressions around the whole of it, with sizes and problems.
        layers: Vec<ObjectLayer>,
    },
    /// An input, or the rest of it, cannot be read.
    Unreadable(Error),
    /// An object that cannot be had, and in a word why not.
    Missing(Error, &'static str),
    /// Something that the user should know.
    Notice(String),
    /// Inputs that were left out on purpose.
    LeftOut(LeftOut),
    /// Why nothing more comes.
    Failed(Error),
}

struct OpenBlocks {
    input: Arc<OpenInput>,
    object: Object,
    line: u64,
    first: bool,
    at_end: bool,
    /// None of it has to be waited for.
    is_here: bool,
    /// Skipping the rest of a line that was too large.
    skipping: bool,
}

/// The blocks of some inputs, one after the other.
pub struct Blocks {
    inputs: Inputs,
    format: InputFormat,
    limit: usize,
    current: Option<OpenBlocks>,
    /// The start of the next block, read already.
    carry: Vec<u8>,
    /// What an input starts with, and what it is read in: room that is used again.
    head: Vec<u8>,
    tank: Vec<u8>,
    /// A buffer that no block was made of, for the next one.
    spares: Vec<Vec<u8>>,
    bytes_read: Arc<AtomicU64>,
    /// What [`looks_compressed`](Self::looks_compressed) found.
    pending: Option<BlockEvent>,
}

impl Blocks {
    /// Blocks of `inputs`, none with a record larger than `max_decoded` or
    /// [`MAX_FRAME`], whichever is more.
    pub fn new(inputs: Inputs, format: InputFormat, max_decoded: u64) -> Self {
        Self {
            inputs,
            format,
            limit: usize::try_from(max_decoded).unwrap_or(usize::MAX).max(MAX_FRAME),
            current: None,
            carry: Vec::new(),
            head: Vec::new(),
            tank: Vec::new(),
            spares: Vec::new(),
            bytes_read: Arc::default(),
            pending: None,
        }
    }

    /// Largest piece of input that is held at once, in bytes.
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// How much there is to be read, if that comes of a listing of S3.
    pub(crate) fn to_be_read(&self) -> Option<Arc<Listed>> {
        self.inputs.to_be_read()
    }

    /// True if nobody notices when blocks are read before they are asked for.
    pub(crate) fn may_be_read_ahead(&self) -> bool {
        self.inputs.may_be_read_ahead()
    }

    /// True if what comes next has not to be waited for.
    pub(crate) fn is_next_here(&self) -> bool {
        match &self.current {
            Some(current) => current.is_here,
            None => self.pending.is_some() || self.inputs.is_next_here(),
        }
    }

    /// Bytes read of all inputs so far, before they are unpacked.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes_read)
    }

    /// Returns true if the first input is more than a read long and has gzip
    /// in it or around it, so that there is something for several threads.
    pub fn looks_compressed(&mut self) -> bool {
        self.pending = self.open_next();
        self.carry.len() >= HEAD
            && (memchr::memmem::find(&self.carry, b"H4sI").is_some()
                || self.current.as_ref().is_some_and(|current| !current.input.layers.is_empty()))
    }

    /// Opens the next input if none is open; tells if it cannot be read.
    fn open_next(&mut self) -> Option<BlockEvent> {
        if self.current.is_some() {
            return None;
        }
        match self.inputs.next()? {
            Next::Input(input) => match self.open(input) {
                Ok(current) => self.current = Some(current),
                Err(error) => return Some(BlockEvent::Unreadable(error)),
            },
            Next::Unreadable(error, None) => return Some(BlockEvent::Unreadable(error)),
            Next::Unreadable(error, Some(why)) => return Some(BlockEvent::Missing(error, why)),
            Next::Notice(text) => return Some(BlockEvent::Notice(text)),
            Next::LeftOut(left_out) => return Some(BlockEvent::LeftOut(left_out)),
            Next::Failed(error) => return Some(BlockEvent::Failed(error)),
        }
        None
    }

    /// Returns what comes next; `buffer` is used for the block.
    pub fn next(&mut self, buffer: Vec<u8>) -> Option<BlockEvent> {
        if !buffer.is_empty() {
            self.spares.push(buffer);
        }
        if let Some(event) = self.pending.take().or_else(|| self.open_next()) {
            return Some(event);
        }
        let current = self.current.as_mut()?;
        if current.at_end && self.carry.is_empty() {
            let layers = current.object.layers();
            let input = Arc::clone(&current.input);
            self.tank = self.current.take().map(|it| it.object.into_buffer()).unwrap_or_default();
            return Some(BlockEvent::End { input, layers });
        }
        let buffer = self.spares.pop().unwrap_or_default();
        match fill(current, &mut self.carry, buffer, self.limit) {
            Ok(event) => Some(event),
            Err(error) => {
                let error = Error::unreadable(&current.input.name, error);
                self.current = None;
                self.carry.clear();
                Some(BlockEvent::Unreadable(error))
            }
        }
    }

    fn open(&mut self, input: Input) -> Result<OpenBlocks, Error> {
        let Input { name, object: origin, reader, is_here } = input;
        let reader = Watched { reader, bytes_read: Arc::clone(&self.bytes_read) };
        let unreadable = |error| Error::unreadable(&name, error);
        let tank = std::mem::take(&mut self.tank);
        let mut object = Object::open_in(Box::new(reader), tank).map_err(unreadable)?;
        self.head.resize(HEAD, 0);
        let mut read = object.read(&mut self.head).map_err(unreadable)?;
        let (first, mut at_end) = (read, read == 0);
        // Nobody waits for the first of it meanwhile, and a small object is one block.
        while is_here && !at_end && read < HEAD {
            let rest = self.head.get_mut(read..).unwrap_or_default();
            let more = object.read(rest).map_err(unreadable)?;
            (read, at_end) = (read + more, more == 0);
        }
        let head = self.head.get(..read).unwrap_or_default();
        // Told by what one read gives, as of a file, which may be one of several members.
        let format = match self.format {
            InputFormat::Auto if is_binary(head.get(..first).unwrap_or_default()) => {
                InputFormat::Whole
            }
            format => format,
        };
        let layers = object.layers().iter().map(|layer| layer.layer).collect();
        self.carry.clear();
        self.carry.extend_from_slice(head);
        Ok(OpenBlocks {
            input: Arc::new(OpenInput { name, layers, format, object: origin }),
            object,
            line: 1,
            first: true,
            at_end,
            is_here,
            skipping: false,
        })
    }
}

/// Fills `buffer` up to a place where it can be cut; what is after that goes
/// to `carry`.
fn fill(
    current: &mut OpenBlocks,
    carry: &mut Vec<u8>,
    mut buffer: Vec<u8>,
    limit: usize,
) -> io::Result<BlockEvent> {
    let mut length = carry.len();
    // Most objects of failures are small: to clear a whole block for each is lost time.
    let room = match current.first && length < PAUSE {
        _ if current.at_end => length,
        true => PAUSE,
        false => BLOCK.max(length),
    };
    if buffer.len() < room {
        buffer.resize(room, 0);
    }
    if let Some(front) = buffer.get_mut(..length) {
        front.copy_from_slice(carry);
    }
    carry.clear();
    // A short piece is tried at once, a long one again when it is eight times
    // as long, so that all tries together cost a seventh of a pass. What has no end
    // within a block is most likely an event: while it comes without a pause, it is
    // not tried again before that has to end.
    let (mut try_at, mut try_unpaused_at) = (0, BLOCK);
    let mut paused;
    let mut untried = length < PAUSE;
    let cut = loop {
        let filled = buffer.get(..length).unwrap_or_default();
        if current.skipping {
            let Some(newline) = memchr::memchr(b'\n', filled) else {
                length = 0;
                if current.at_end {
                    break 0;
                }
                length = read(current, &mut buffer, length)?;
                continue;
            };
            current.skipping = false;
            current.line += 1;
            buffer.copy_within(newline + 1..length, 0);
            length -= newline + 1;
            continue;
        }
        if current.at_end {
            break length;
        }
        if length >= limit {
            // What inflates this far without a line end may never have one.
            let inflated = !current.input.layers.is_empty();
            current.at_end = inflated;
            current.skipping = !inflated;
            let (input, line) = (Arc::clone(&current.input), current.line);
            return Ok(BlockEvent::TooLarge { input, line });
        }
        let before = length;
        if length == buffer.len() {
            // The room for it doubles; only what is read next is touched.
            buffer.resize((length + BLOCK).min(limit), 0);
        }
        // What was read before is tried before more is waited for.
        if std::mem::take(&mut untried) {
            paused = true;
        } else {
            length = read(current, &mut buffer, length)?;
            paused = length - before < PAUSE && !current.at_end;
        }
        if length >= if paused { try_at } else { try_unpaused_at } {
            let filled = buffer.get(..length).unwrap_or_default();
            if let Some(cut) = safe_cut(filled, current.input.format) {
                break cut;
            }
            try_at = if length < PAUSE { 0 } else { length * 8 };
            let least = if length < BLOCK { BLOCK } else { MAX_INVOCATION_PAYLOAD };
            try_unpaused_at = try_at.max(least);
        }
    };
    carry.extend_from_slice(buffer.get(cut..length).unwrap_or_default());
    let block = Block {
        input: Arc::clone(&current.input),
        line: current.line,
        first: current.first,
        buffer,
        length: cut,
    };
    current.first = false;
    current.line += memchr::memchr_iter(b'\n', block.bytes()).count() as u64;
    Ok(BlockEvent::Block(block))
}

fn read(current: &mut OpenBlocks, buffer: &mut [u8], length: usize) -> io::Result<usize> {
    loop {
        match current.object.read(buffer.get_mut(length..).unwrap_or_default()) {
            Ok(0) => {
                current.at_end = true;
                return Ok(length);
            }
            Ok(count) => return Ok(length + count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

struct Watched {
    reader: Box<dyn Read + Send>,
    bytes_read: Arc<AtomicU64>,
}

impl Read for Watched {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        self.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Source;
    use firehose::decode::KPL_MAGIC;
    use std::io::Write as _;

    /// Every block of `input`, glued together again, and how many there were.
    fn glued(input: &[u8]) -> (Vec<u8>, usize) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(input).unwrap();
        let inputs = Inputs::new(&[Source::Path(file.path().to_owned())]);
        let mut blocks = Blocks::new(inputs, InputFormat::Auto, 0);
        let (mut all, mut count) = (Vec::new(), 0);
        while let Some(event) = blocks.next(Vec::new()) {
            if let BlockEvent::Block(block) = event {
                assert_eq!(block.line, 1 + memchr::memchr_iter(b'\n', &all).count() as u64);
                all.extend_from_slice(block.bytes());
                count += 1;
            }
        }
        (all, count)
    }

    #[test]
    fn blocks_hold_every_byte_once_and_cut_at_line_ends() {
        let line = format!("{}\n", "x".repeat(100));
        let input = line.repeat(20_000);
        let (all, count) = glued(input.as_bytes());
        assert_eq!(all, input.as_bytes());
        assert!((7..12).contains(&count), "{count}");
    }

    #[test]
    fn glued_documents_without_a_newline_are_cut_too() {
        let input = br#"{"a":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}"#.repeat(30_000);
        let (all, count) = glued(&input);
        assert_eq!(all, input);
        assert!(count > 2, "{count}");
    }

    #[test]
    fn binary_is_known_by_its_start_unless_a_failure_object_follows() {
        let failure = br#"{"attemptsMade":4,"errorCode":"Lambda.FunctionError","rawData":"QQ=="}"#;
        let after = |start: &[u8], rest: &[u8]| is_binary(&[start, rest].concat());
        let schema = br#"Obj{"type":"record","fields":[{"name":"rawData","type":"bytes"}]}"#;
        let field = br#"{"id":1,"rawData":"QQ=="}"#;
        for start in [&[0, 1, 2][..], b"\x04\xff\xfe"] {
            assert!(after(start, schema), "an Avro schema");
            assert!(after(start, field), "another object with such a key");
            assert!(!after(start, failure));
            assert!(!after(start, &[b"\n", &failure[..]].concat()));
            // The object continues after the bytes that were read.
            assert!(!after(start, &failure[..failure.len() - 4]));
        }
        assert!(after(&KPL_MAGIC, failure), "a KPL aggregate of failure objects");
        assert!(!is_binary(failure));
    }

    #[test]
    fn control_characters_that_text_has_make_no_input_binary() {
        for line in ["10%\u{8}\u{8}\u{8}20%", "done\u{7}", "\u{1b}[31mERROR\u{1b}[0m"] {
            for input in [format!("{line}\n{{}}\n"), format!("{{}}\n{line}\n")] {
                assert!(!is_binary(input.as_bytes()), "{input:?}");
            }
        }
        assert!(is_binary(b"\x01\n{}\n"));
    }

    #[test]
    fn a_line_past_the_limit_is_reported_and_the_rest_is_read() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"before\n").unwrap();
        let long = vec![b'x'; 65536];
        for _ in 0..=MAX_FRAME / 65536 {
            file.write_all(&long).unwrap();
        }
        file.write_all(b"\nafter\n").unwrap();
        let inputs = Inputs::new(&[Source::Path(file.path().to_owned())]);
        let mut blocks = Blocks::new(inputs, InputFormat::Auto, 0);
        let (mut text, mut too_large) = (Vec::new(), Vec::new());
        while let Some(event) = blocks.next(Vec::new()) {
            match event {
                BlockEvent::Block(block) => text.extend_from_slice(block.bytes()),
                BlockEvent::TooLarge { line, .. } => too_large.push(line),
                BlockEvent::End { .. } => {}
                BlockEvent::Unreadable(error)
                | BlockEvent::Missing(error, _)
                | BlockEvent::Failed(error) => {
                    panic!("{error}")
                }
                BlockEvent::Notice(text) => panic!("{text}"),
                BlockEvent::LeftOut(left_out) => panic!("{left_out:?}"),
            }
        }
        assert_eq!(text, b"before\nafter\n");
        assert_eq!(too_large, [2]);
    }
}
