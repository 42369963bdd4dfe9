//! Where something that was encoded ends: tells a whole record from the first
//! line of a wrapped one.

use super::base64::{Base64ErrorKind, Codec};
use super::compression::{Compression, Engine, Follow, Inflate, Unpack, Wrapping};
use super::fault::{Fault, FaultKind};
use super::sniff::{base64_symbols, is_base64_symbol, is_known, text_or_binary};
use super::{Content, binary, kpl};
use crate::bytes::part;
use crate::json::{self, JsonErrorKind};
use crate::limits::DEFAULT_MAX_DECODED;

/// Bytes of a JSON token that may be cut: `\u12ab`, `false`.
const TOKEN: usize = 6;

/// Base64 inside base64, at most.
const MAX_DEPTH: usize = 2;

/// What the start of some bytes says about their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// JSON values, compressed data or a binary file that end here.
    At(usize),
    /// JSON that is valid so far and needs more.
    OpenJson,
    /// Compressed data, a KPL aggregate or a binary file that breaks off.
    OpenBinary,
    /// Compressed data that is damaged.
    Damaged,
    /// Nothing that has an end of its own.
    Unmarked,
}

/// What one line of base64 holds when it is decoded by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// A whole record: JSON, compressed data, a KPL aggregate or a binary file
    /// to its end.
    Whole,
    /// The start of one of these.
    Start,
    /// Clean text, which may be whole or not.
    Text {
        /// It ends with a newline.
        ends_line: bool,
    },
    /// Bytes that mean nothing by themselves.
    Unknown,
}

/// Decodes base64 that may break off within a group of four symbols.
pub(crate) fn decode_open(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let codec = Codec::new();
    let made = match codec.decode(text, &mut out) {
        Ok(made) => made,
        Err(error) if error.kind == Base64ErrorKind::Length => {
            codec.decode(text.get(..text.len().checked_sub(1)?)?, &mut out).ok()?
        }
        Err(_) => return None,
    };
    out.truncate(made);
    Some(out)
}

/// True if `bytes` start compressed data by its magic.
pub(crate) fn is_compressed(bytes: &[u8]) -> bool {
    Compression::by_magic(bytes).is_some()
}

/// True if `bytes` may start compressed data that has no magic.
pub(crate) fn guess_compression(bytes: &[u8]) -> bool {
    Compression::by_guess(bytes).is_some()
}

/// Tells where things end. What that takes is kept from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Sniffer {
    engine: Option<Box<Engine>>,
    window: Vec<u8>,
}

/// What came of decompressing something to its end.
struct Decompressed {
    /// Bytes that it made.
    made: u64,
    fault: Option<Fault>,
    /// Bytes after it.
    left: usize,
}

impl Sniffer {
    /// Tells what a line of base64 is by itself.
    pub(crate) fn line(&mut self, text: &[u8]) -> Line {
        let Some(bytes) = decode_open(text) else { return Line::Unknown };
        let bytes = bytes.as_slice();
        // One symbol is left over: more has to come.
        let symbols = text.iter().filter(|byte| is_base64_symbol(**byte)).count();
        let is_cut = symbols % 4 == 1;
        match self.ending(bytes, bytes.len()) {
            Ending::At(end) if end == bytes.len() && !is_cut => Line::Whole,
            Ending::OpenJson | Ending::OpenBinary | Ending::Damaged => Line::Start,
            Ending::At(_) | Ending::Unmarked => {
                if text_or_binary(bytes) == Content::Text && is_known(bytes, text) {
                    Line::Text { ends_line: bytes.ends_with(b"\n") }
                } else {
                    Line::Unknown
                }
            }
        }
    }

    /// Tells where the first thing in `bytes` ends, if that is at the end of
    /// them or of a line: every `step` bytes.
    pub(crate) fn ending(&mut self, bytes: &[u8], step: usize) -> Ending {
        self.ending_within(bytes, step, 0)
    }

    /// True for compressed data by its magic of which something comes.
    pub(crate) fn starts_compressed(&mut self, bytes: &[u8]) -> bool {
        Compression::by_magic(bytes).is_some_and(|it| !self.start_of(it, bytes).is_empty())
    }

    /// True for compressed data by its magic that is whole and not empty.
    pub(crate) fn is_compressed_record(&mut self, bytes: &[u8]) -> bool {
        self.starts_compressed(bytes) && self.ending(bytes, bytes.len()) == Ending::At(bytes.len())
    }

    /// True if `bytes` are compressed data to their end, and sound.
    pub(super) fn decompresses_whole(&mut self, compression: Compression, bytes: &[u8]) -> bool {
        let Decompressed { made, fault, left } = self.decompress(compression, bytes);
        fault.is_none() && made > 0 && left == 0
    }

    /// The start of what `bytes` decompress to.
    pub(super) fn start_of(&mut self, compression: Compression, bytes: &[u8]) -> &[u8] {
        const LENGTH: usize = 256;
        self.window.resize(LENGTH.max(self.window.len()), 0);
        let engine = || self.engine.take().unwrap_or_else(Engine::new);
        let mut unpack = Unpack::new(compression, bytes, engine);
        let made = unpack.read(&mut self.window).unwrap_or(0);
        part(&self.window, ..made)
    }

    fn ending_within(&mut self, bytes: &[u8], step: usize, depth: usize) -> Ending {
        let start = json::skip_space(bytes, 0);
        if let Some(b'{' | b'[') = bytes.get(start) {
            return json_ending(bytes, start, step);
        }
        if let Some(compression) = Compression::by_magic(bytes) {
            return self.compressed_ending(compression, bytes, step);
        }
        if bytes.starts_with(&kpl::MAGIC) {
            let is_whole = kpl::parse(bytes).is_some_and(|aggregate| aggregate.digest_matches);
            return if is_whole { Ending::At(bytes.len()) } else { Ending::OpenBinary };
        }
        if let Some(is_whole) = binary::is_whole(bytes) {
            return if is_whole { Ending::At(bytes.len()) } else { Ending::OpenBinary };
        }
        let is_guessed = Compression::by_guess(bytes);
        if is_guessed.is_some_and(|guess| self.decompresses_whole(guess, bytes)) {
            return Ending::At(bytes.len());
        }
        self.inner_ending(bytes, depth)
    }

    fn compressed_ending(&mut self, compression: Compression, bytes: &[u8], step: usize) -> Ending {
        let Decompressed { made, fault, left } = self.decompress(compression, bytes);
        if made > DEFAULT_MAX_DECODED {
            return Ending::At(bytes.len());
        }
        match fault.map(|fault| fault.kind) {
            None => {}
            // A line with all of it.
            Some(FaultKind::Checksum) if bytes.len() <= step => {}
            Some(FaultKind::Truncated) => return Ending::OpenBinary,
            Some(_) => return Ending::Damaged,
        }
        let end = bytes.len().saturating_sub(left);
        let is_line_end = end.is_multiple_of(step.max(1));
        // Bytes after it that are no line of their own belong to it.
        Ending::At(if is_line_end { end } else { bytes.len() })
    }

    /// Decompresses it, but for what a bomb has past the largest size.
    fn decompress(&mut self, compression: Compression, bytes: &[u8]) -> Decompressed {
        /// A line makes little; what makes much comes in several windows.
        const WINDOWS: std::ops::RangeInclusive<usize> = 1024..=64 * 1024;
        let length = bytes.len().saturating_mul(4).clamp(*WINDOWS.start(), *WINDOWS.end());
        if self.window.len() < length {
            self.window.resize(length, 0);
        }
        let engine = || self.engine.take().unwrap_or_else(Engine::new);
        let mut unpack = Unpack::new(compression, bytes, engine);
        let mut made = 0u64;
        while let Ok(count @ 1..) = unpack.read(&mut self.window) {
            made += count as u64;
            if made > DEFAULT_MAX_DECODED {
                break;
            }
        }
        let fault = unpack.fault();
        let (left, engine) = unpack.into_parts();
        self.engine = engine.or_else(|| self.engine.take());
        Decompressed { made, fault, left: left.len() }
    }

    /// Base64 inside, which has the end of what it holds.
    fn inner_ending(&mut self, bytes: &[u8], depth: usize) -> Ending {
        let text = bytes.trim_ascii();
        if depth >= MAX_DEPTH || base64_symbols(text).is_none_or(|symbols| symbols < 4) {
            return Ending::Unmarked;
        }
        let Some(inner) = decode_open(text) else { return Ending::Unmarked };
        match self.ending_within(&inner, inner.len(), depth + 1) {
            Ending::At(end) if end == inner.len() => Ending::At(bytes.len()),
            Ending::At(_) => Ending::Unmarked,
            open => open,
        }
    }
}

/// JSON values, one after the other, until one ends where a line does.
fn json_ending(bytes: &[u8], start: usize, step: usize) -> Ending {
    let mut at = start;
    loop {
        match json::skip_value(bytes, at) {
            Ok(end) => {
                let next = json::skip_space(bytes, end);
                let line_end = end.div_ceil(step.max(1)) * step;
                if next == bytes.len() || line_end <= next {
                    return Ending::At(line_end.min(next));
                }
                if !matches!(bytes.get(next), Some(b'{' | b'[')) {
                    return Ending::Unmarked;
                }
                at = next;
            }
            Err(error) => {
                let is_cut = error.kind == JsonErrorKind::UnexpectedEnd
                    || error.offset.saturating_add(TOKEN) > bytes.len();
                return if is_cut { Ending::OpenJson } else { Ending::Unmarked };
            }
        }
    }
}

/// Returns how far the gzip members at the start of `bytes` reach, of which none is on a
/// line of its own; to the end if they are cut off or broken.
pub(crate) fn gzip_length(bytes: &[u8]) -> usize {
    let inflate = Inflate::new(bytes, Wrapping::Gzip, Engine::new());
    let mut inflate = inflate.follow(Follow::Adjacent);
    let mut window = vec![0; 64 * 1024];
    while let Ok(1..) = inflate.read(&mut window) {}
    if inflate.is_cut() {
        return bytes.len();
    }
    inflate.into_parts().0.len().abs_diff(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn of(bytes: &[u8]) -> Line {
        line(STANDARD.encode(bytes).as_bytes())
    }

    fn line(text: &[u8]) -> Line {
        Sniffer::default().line(text)
    }

    fn ending(bytes: &[u8], step: usize) -> Ending {
        Sniffer::default().ending(bytes, step)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        crate::compress::Gzip::new().compress(bytes)
    }

    #[test]
    fn a_line_is_whole_if_what_it_holds_has_come_to_its_end() {
        let whole: [&[u8]; 5] =
            [br#"{"a":1}"#, b"[1]\n", br#"{"a":1}{"b":2}"#, &gzip(b"text"), b"eyJhIjoxfQ=="];
        for bytes in whole {
            assert_eq!(of(bytes), Line::Whole, "{}", bytes.escape_ascii());
        }
        let starts: [&[u8]; 5] =
            [br#"{"a":"#, br#"{"a":"b"#, br#"{"a":tru"#, br#"{"a":"\u00"#, &gzip(b"text")[..20]];
        for bytes in starts {
            assert_eq!(of(bytes), Line::Start, "{}", bytes.escape_ascii());
        }
        assert_eq!(of(b"GET /orders 200"), Line::Text { ends_line: false });
        assert_eq!(of(b"GET /orders 200\n"), Line::Text { ends_line: true });
        assert_eq!(of(b"{'a': 1, 'b': 2}"), Line::Text { ends_line: false });
        assert_eq!(line(b"QUJDR"), Line::Unknown);
        assert_eq!(of(&[0xff, 0xfe, 0, 1, 2, 3]), Line::Unknown);
    }

    #[test]
    fn values_may_end_where_a_line_does_or_in_the_middle_of_one() {
        assert_eq!(ending(br#"{"abc":1}{"b"#, 9), Ending::At(9));
        assert_eq!(ending(b"{\"abc\":1}\n{\"b", 10), Ending::At(10));
        assert_eq!(ending(br#"{"abc":1}{"b"#, 7), Ending::OpenJson);
        assert_eq!(ending(br#"{"abc":1}text"#, 7), Ending::Unmarked);
        let two = [gzip(b"a"), b"next".to_vec()].concat();
        assert_eq!(ending(&two, two.len() - 4), Ending::At(two.len() - 4));
        assert_eq!(ending(&two, 8), Ending::At(two.len()));
    }
}
