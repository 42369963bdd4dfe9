//! Deflate in its three wrappings (gzip, zlib, zip), all members of them.
//!
//! The only place that touches a raw inflater: whoever reads from
//! [`Inflate`] decides how much to take, so every size stays capped, and what
//! is wrong is a [`Fault`] next to the bytes that could be read, never silence.

use std::io;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::zlib::{self, is_zlib};
use crate::bytes::{copy, part};
use crate::decode::fault::{Fault, FaultKind};
use crate::decode::peek::PeekRead;

/// What stands around the deflate stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapping {
    /// RFC 1952; members may follow each other.
    Gzip,
    /// RFC 1950.
    Zlib,
    /// PKWARE's APPNOTE, read from the front: local headers, with sizes before
    /// or after the data. Entries follow each other.
    Zip,
}

/// First bytes of a gzip member with the only method there is (RFC 1952, 2.3.1).
pub const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
/// First bytes of a zip entry (APPNOTE 4.3.7).
pub(crate) const ZIP_MAGIC: [u8; 4] = *b"PK\x03\x04";
const ZIP_DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// Which members are read, of gzip and zlib.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// The first alone.
    First,
    /// Those that follow each other without anything between.
    Adjacent,
    /// Those with line breaks between, too.
    Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    Deflated,
    Stored {
        left: u64,
    },
    Trailer,
    /// Line breaks before the next member, which come out as they are.
    Between {
        left: usize,
        has_next: bool,
    },
    End,
}

/// Most line breaks between two members that are looked through.
const MAX_BETWEEN: usize = 16;

/// Inflates what a supply holds.
#[derive(Debug)]
pub(crate) struct Inflate<S> {
    supply: S,
    engine: Box<Engine>,
    wrapping: Wrapping,
    state: State,
    /// Bytes taken from the supply.
    taken: u64,
    members: u32,
    fault: Option<Fault>,
    /// The last member was not read to its end.
    is_cut: bool,
    /// Of the zip entry at hand.
    zip: ZipEntry,
    /// Line breaks stood between two members.
    has_line_breaks: bool,
    follow: Follow,
}

/// The costly part, kept from one record to the next.
#[derive(Debug)]
pub(crate) struct Engine {
    inflater: Decompress,
    crc: Crc,
}

impl Engine {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self { inflater: Decompress::new(false), crc: Crc::new() })
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct ZipEntry {
    crc: u32,
    has_descriptor: bool,
}

impl<S: PeekRead> Inflate<S> {
    pub(crate) fn new(supply: S, wrapping: Wrapping, mut engine: Box<Engine>) -> Self {
        engine.inflater.reset(wrapping == Wrapping::Zlib);
        engine.crc.reset();
        let state = if wrapping == Wrapping::Zlib { State::Deflated } else { State::Header };
        Self {
            supply,
            engine,
            wrapping,
            state,
            taken: 0,
            members: 0,
            fault: None,
            is_cut: false,
            zip: ZipEntry::default(),
            has_line_breaks: false,
            follow: Follow::Lines,
        }
    }

    /// Reads no more than this; what follows stays in the supply.
    pub(crate) fn follow(self, follow: Follow) -> Self {
        Self { follow, ..self }
    }

    /// Members (gzip) or entries (zip) that were read to their end.
    pub(crate) fn members(&self) -> u32 {
        self.members
    }

    /// Bytes taken from the supply so far.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// What was wrong, if anything; known once `read` has returned 0.
    pub(crate) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// True if the last member breaks off or cannot be read on; an earlier one may have
    /// another fault.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The supply, with what follows the last member still in it.
    pub(crate) fn into_parts(self) -> (S, Box<Engine>) {
        (self.supply, self.engine)
    }

    /// Fills the front of `out` and returns how much; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let made = match self.state {
                State::End => return Ok(0),
                State::Header => {
                    self.header()?;
                    0
                }
                State::Deflated => self.inflate(out)?,
                State::Stored { left } => self.copy(out, left)?,
                State::Between { left, has_next } => self.line_breaks(out, left, has_next)?,
                State::Trailer => {
                    self.trailer()?;
                    0
                }
            };
            if made > 0 {
                return Ok(made);
            }
        }
    }

    fn take(&mut self, count: usize) {
        self.supply.advance(count);
        self.taken += count as u64;
    }

    fn end(&mut self, kind: Option<FaultKind>) {
        if let Some(kind) = kind {
            self.fault.get_or_insert(Fault { offset: self.taken, kind });
            self.is_cut = true;
        }
        self.state = State::End;
    }

    fn inflate(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let input = self.supply.peek(1)?;
        let at_end = input.is_empty();
        let inflater = &mut self.engine.inflater;
        let (taken, made) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(input, out, FlushDecompress::None);
        let length = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let taken = length(inflater.total_in() - taken);
        let made = length(inflater.total_out() - made);
        self.take(taken);
        if self.wrapping != Wrapping::Zlib {
            self.engine.crc.update(part(out, ..made));
        }
        match status {
            Ok(Status::StreamEnd) => self.state = State::Trailer,
            Ok(_) if at_end && made == 0 => self.end(Some(FaultKind::Truncated)),
            Ok(_) if taken == 0 && made == 0 => self.end(Some(FaultKind::BadDeflate)),
            Ok(_) => {}
            Err(_) if self.wrapping == Wrapping::Zlib && self.is_at_checksum()? => {
                self.members += 1;
                self.end(Some(FaultKind::Checksum));
            }
            Err(_) => self.end(Some(FaultKind::BadDeflate)),
        }
        Ok(made)
    }

    /// True if no more than the checksum is left of zlib, which the inflater compares.
    fn is_at_checksum(&mut self) -> io::Result<bool> {
        const CHECKSUM: usize = 4;
        let made = self.engine.inflater.total_out();
        Ok(made > 0 && self.supply.peek(CHECKSUM + 1)?.len() <= CHECKSUM)
    }

    fn copy(&mut self, out: &mut [u8], left: u64) -> io::Result<usize> {
        if left == 0 {
            self.state = State::Trailer;
            return Ok(0);
        }
        let input = self.supply.peek(1)?;
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        let count = copy(part(input, ..input.len().min(most)), out);
        if count == 0 {
            self.end(Some(FaultKind::Truncated));
            return Ok(0);
        }
        self.engine.crc.update(part(out, ..count));
        self.take(count);
        self.state = State::Stored { left: left - count as u64 };
        Ok(count)
    }

    fn header(&mut self) -> io::Result<()> {
        let (length, next) = match self.wrapping {
            Wrapping::Gzip => (gzip_header(&mut self.supply)?, State::Deflated),
            Wrapping::Zip => match zip_header(&mut self.supply)? {
                Ok((length, entry, state)) => {
                    self.zip = entry;
                    (Ok(length), state)
                }
                Err(kind) => (Err(kind), State::End),
            },
            // The inflater reads the header.
            Wrapping::Zlib => (Ok(0), State::Deflated),
        };
        match length {
            Ok(length) => {
                self.take(length);
                self.state = next;
            }
            Err(kind) => self.end(Some(kind)),
        }
        Ok(())
    }

    fn trailer(&mut self) -> io::Result<()> {
        let matches = match self.wrapping {
            Wrapping::Zlib => true, // the inflater has checked Adler-32
            Wrapping::Gzip => {
                let Some(trailer) = self.supply.peek(8)?.first_chunk::<8>() else {
                    self.end(Some(FaultKind::Truncated));
                    return Ok(());
                };
                let sum = u64::from(self.engine.crc.sum());
                let size = u64::from(self.engine.crc.amount());
                let matches = u64::from_le_bytes(*trailer) == (size << 32 | sum);
                self.take(8);
                matches
            }
            Wrapping::Zip => self.zip_trailer()?,
        };
        if !matches {
            self.fault.get_or_insert(Fault { offset: self.taken, kind: FaultKind::Checksum });
        }
        self.members += 1;
        let (between, again) = match self.wrapping {
            Wrapping::Zip => (0, self.supply.peek(4)?.starts_with(&ZIP_MAGIC)),
            _ if self.follow == Follow::First => (0, false),
            Wrapping::Gzip => self.next_member(gzip_starts)?,
            Wrapping::Zlib => self.next_member(is_zlib)?,
        };
        if again {
            self.engine.inflater.reset(self.wrapping == Wrapping::Zlib);
            self.engine.crc.reset();
            self.state = State::Header;
        } else if self.wrapping == Wrapping::Zip {
            self.skip_zip_directory()?;
            self.state = State::End;
        } else {
            self.state = State::End;
        }
        if between > 0 {
            self.state = State::Between { left: between, has_next: again };
        }
        Ok(())
    }

    /// Line breaks ahead that belong to the members, and whether another member follows
    /// them: Firehose appends one to each record (`AppendDelimiterToRecord`).
    fn next_member(&mut self, starts: fn(&[u8]) -> bool) -> io::Result<(usize, bool)> {
        const MAGIC: usize = GZIP_MAGIC.len();
        if starts(self.supply.peek(MAGIC)?) {
            return Ok((0, true));
        }
        let is_break = matches!(self.supply.peek(1)?.first(), Some(b'\n' | b'\r'));
        if !is_break || self.follow != Follow::Lines {
            return Ok((0, false));
        }
        let least = MAX_BETWEEN + MAGIC;
        let mut ahead = self.supply.peek(least)?;
        let breaks = ahead.iter().take_while(|it| matches!(it, b'\n' | b'\r')).count();
        // The last of several has one too.
        let is_last = breaks == ahead.len() && breaks < least && self.has_line_breaks;
        let mut is_member = breaks <= MAX_BETWEEN && starts(part(ahead, breaks..));
        if is_member && self.wrapping == Wrapping::Zlib {
            ahead = self.supply.peek(breaks + zlib::LOOK)?;
            is_member = zlib::inflates(part(ahead, breaks..));
        }
        self.has_line_breaks |= is_member;
        Ok((if is_member || is_last { breaks } else { 0 }, is_member))
    }

    /// Gives out line breaks between members.
    fn line_breaks(&mut self, out: &mut [u8], left: usize, has_next: bool) -> io::Result<usize> {
        let ahead = self.supply.peek(left)?;
        let count = copy(part(ahead, ..ahead.len().min(left)), out);
        self.take(count);
        self.state = match left - count {
            0 if has_next => State::Header,
            0 => State::End,
            left => State::Between { left, has_next },
        };
        Ok(count)
    }

    /// Compares the checksum that stands before or after the data.
    fn zip_trailer(&mut self) -> io::Result<bool> {
        let mut crc = self.zip.crc;
        if self.zip.has_descriptor {
            let ahead = self.supply.peek(24)?;
            let signed = if ahead.starts_with(&ZIP_DESCRIPTOR) { 4 } else { 0 };
            crc = le32(ahead, signed);
            // Sizes of four bytes each, or of eight in a large archive: what
            // follows is another header, so its signature tells which.
            let short = signed + 12;
            let follows = ahead.get(short..short + 2).is_none_or(|next| next == b"PK");
            let length = if follows { short } else { signed + 20 };
            let length = length.min(ahead.len());
            self.take(length);
        }
        Ok(crc == self.engine.crc.sum())
    }

    /// The central directory after the entries repeats what their headers
    /// said.
    fn skip_zip_directory(&mut self) -> io::Result<()> {
        if !self.supply.peek(4)?.starts_with(b"PK\x01\x02") {
            self.fault.get_or_insert(Fault { offset: self.taken, kind: FaultKind::Truncated });
            return Ok(());
        }
        loop {
            let length = ahead_len(&mut self.supply)?;
            if length == 0 {
                return Ok(());
            }
            self.take(length);
        }
    }
}

fn gzip_starts(head: &[u8]) -> bool {
    head.starts_with(&GZIP_MAGIC)
}

fn ahead_len<S: PeekRead>(supply: &mut S) -> io::Result<usize> {
    Ok(supply.peek(1)?.len())
}

fn le32(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk::<4>())
        .map_or(0, |word| u32::from_le_bytes(*word))
}

fn le16(bytes: &[u8], at: usize) -> usize {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk::<2>())
        .map_or(0, |word| usize::from(u16::from_le_bytes(*word)))
}

/// Returns the length of the gzip header ahead (RFC 1952, 2.3).
fn gzip_header<S: PeekRead>(supply: &mut S) -> io::Result<Result<usize, FaultKind>> {
    /// Longest file name or comment that is looked through.
    const LONGEST_TEXT: usize = 64 * 1024;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const HEADER_CRC: u8 = 2;
    const RESERVED: u8 = 0xe0;

    let ahead = supply.peek(10)?;
    let Some(fixed) = ahead.first_chunk::<10>() else {
        return Ok(Err(FaultKind::Truncated));
    };
    let [_, _, method, flags, ..] = *fixed;
    if !fixed.starts_with(&GZIP_MAGIC) {
        let what = if method == 8 { "no gzip magic `1f 8b`" } else { "unknown gzip method" };
        return Ok(Err(FaultKind::BadHeader(what)));
    }
    if flags & RESERVED != 0 {
        return Ok(Err(FaultKind::BadHeader("reserved gzip flags are set")));
    }
    let mut length = 10;
    if flags & EXTRA != 0 {
        length += 2 + le16(supply.peek(length + 2)?, length);
    }
    for flag in [NAME, COMMENT] {
        if flags & flag == 0 {
            continue;
        }
        let mut wanted = length + 256;
        loop {
            let ahead = supply.peek(wanted)?;
            // The header itself says how long its extra field is.
            let Some(text) = ahead.get(length..) else {
                return Ok(Err(FaultKind::Truncated));
            };
            if let Some(end) = memchr::memchr(0, text) {
                length += end + 1;
                break;
            }
            if ahead.len() < wanted {
                return Ok(Err(FaultKind::Truncated));
            }
            if wanted > LONGEST_TEXT {
                return Ok(Err(FaultKind::BadHeader("endless file name in a gzip header")));
            }
            wanted *= 2;
        }
    }
    if flags & HEADER_CRC != 0 {
        length += 2;
    }
    if supply.peek(length)?.len() < length {
        return Ok(Err(FaultKind::Truncated));
    }
    Ok(Ok(length))
}

/// Reads the local header ahead (APPNOTE 4.3.7): its length and what follows.
fn zip_header<S: PeekRead>(
    supply: &mut S,
) -> io::Result<Result<(usize, ZipEntry, State), FaultKind>> {
    const FIXED: usize = 30;
    let ahead = supply.peek(FIXED)?;
    if ahead.len() < FIXED {
        return Ok(Err(FaultKind::Truncated));
    }
    if !ahead.starts_with(&ZIP_MAGIC) {
        return Ok(Err(FaultKind::BadHeader("no zip magic `PK\\x03\\x04`")));
    }
    let flags = le16(ahead, 6);
    let method = le16(ahead, 8);
    let entry = ZipEntry { crc: le32(ahead, 14), has_descriptor: flags & 8 != 0 };
    let size = u64::from(le32(ahead, 18));
    let length = FIXED + le16(ahead, 26) + le16(ahead, 28);
    let state = match method {
        _ if flags & 1 != 0 => return Ok(Err(FaultKind::BadHeader("the zip entry is encrypted"))),
        8 => State::Deflated,
        0 if !entry.has_descriptor => State::Stored { left: size },
        _ => {
            return Ok(Err(FaultKind::BadHeader("zip method is neither deflate nor stored")));
        }
    };
    if supply.peek(length)?.len() < length {
        return Ok(Err(FaultKind::Truncated));
    }
    Ok(Ok((length, entry, state)))
}
