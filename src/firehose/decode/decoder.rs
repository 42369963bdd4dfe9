//! Peels the layers off one record.

use std::mem;

use super::base64::Codec;
use super::fault::FaultKind;
use super::inflate::{Engine, Inflate, Wrapping};
use super::problem::{Problem, ProblemKind};
use super::unpack::{Compression, Unpack};
use super::{Content, Layer, Peeled, Sniffer, kpl};
use crate::json::{self, Formatter, Shape, Style, Token};
use crate::limits::{DEFAULT_MAX_DECODED, MAX_LAYERS};

/// How records are decoded.
#[derive(Debug, Clone)]
pub struct Options {
    /// Most bytes of one record after a compression is peeled; the other layers
    /// only shrink it.
    pub max_decoded: u64,
    /// Exactly these layers, outermost first, instead of what is recognised.
    pub layers: Option<Vec<Layer>>,
    /// How JSON is laid out.
    pub style: Style,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_decoded: DEFAULT_MAX_DECODED, layers: None, style: Style::Compact }
    }
}

impl Options {
    /// The same options for the records inside a KPL aggregate: of layers that
    /// are forced, those behind it.
    #[must_use]
    pub fn inside_aggregate(&self) -> Self {
        let behind = |layers: &Vec<Layer>| {
            let aggregate = layers.iter().position(|layer| *layer == Layer::KplAggregate);
            layers.get(aggregate.map_or(0, |at| at + 1)..).unwrap_or_default().to_vec()
        };
        Self { layers: self.layers.as_ref().map(behind), ..self.clone() }
    }
}

/// What is known of the bytes before the first look at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Nothing: find out.
    Unknown,
    /// Base64 by contract, as the `data` of an event.
    Base64,
}

/// A record taken apart; borrowed from the [`Decoder`] and the input.
#[derive(Debug, Clone, Copy)]
pub struct Decoded<'a> {
    /// The layers that were peeled, outermost first.
    pub layers: &'a [Peeled],
    /// What was left.
    pub content: Content,
    /// Its bytes, exactly.
    pub bytes: &'a [u8],
    /// JSON content laid out by [`Options::style`], a value a line; empty for
    /// other content.
    pub formatted: &'a [u8],
    /// What is wrong with the record, or odd about it.
    pub problems: &'a [Problem],
}

impl<'a> Decoded<'a> {
    /// The records of a [`Content::KplAggregate`].
    pub fn aggregated(&self) -> Vec<&'a [u8]> {
        kpl::parse(self.bytes).map(|aggregate| aggregate.records).unwrap_or_default()
    }
}

/// Decodes records; owns its buffers and its inflater. One for each worker,
/// used again for every record.
#[derive(Debug)]
pub struct Decoder {
    options: Options,
    codec: Codec,
    engine: Option<Box<Engine>>,
    formatter: Formatter,
    front: Vec<u8>,
    back: Vec<u8>,
    formatted: Vec<u8>,
    layers: Vec<Peeled>,
    problems: Vec<Problem>,
}

/// Scratch space above this is given back after each record.
const KEEP: usize = 1024 * 1024;

enum Step {
    Peeled { layer: Layer, made: usize, parts: u32 },
    Content(Content),
}

impl Decoder {
    /// A decoder with these options.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            codec: Codec::new(),
            engine: Some(Engine::new()),
            formatter: Formatter::default(),
            front: Vec::new(),
            back: Vec::new(),
            formatted: Vec::new(),
            layers: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Takes one record apart.
    pub fn decode<'a>(&'a mut self, input: &'a [u8], start: Encoding) -> Decoded<'a> {
        self.layers.clear();
        self.problems.clear();
        self.formatted.clear();
        for scratch in [&mut self.front, &mut self.back, &mut self.formatted] {
            if scratch.capacity() > KEEP {
                *scratch = Vec::new();
            }
        }
        if input.starts_with(b"eyJ") && self.options.layers.is_none() && self.plain_json(input) {
            return Decoded {
                layers: &self.layers,
                content: Content::Json,
                bytes: self.layers.first().map_or(&[], |peeled| self.made(peeled)),
                formatted: &self.formatted,
                problems: &[],
            };
        }
        let mut front = mem::take(&mut self.front);
        let mut back = mem::take(&mut self.back);
        let mut length = None;
        let content = loop {
            let bytes = match length {
                None => input,
                Some(length) => front.get(..length).unwrap_or_default(),
            };
            match self.step(bytes, start, &mut back) {
                Step::Peeled { layer, made, parts } => {
                    let (bytes_in, bytes_out) = (bytes.len() as u64, made as u64);
                    self.layers.push(Peeled { layer, bytes_in, bytes_out, parts });
                    mem::swap(&mut front, &mut back);
                    length = Some(made);
                    self.formatted.clear();
                }
                Step::Content(content) => break content,
            }
        };
        self.front = front;
        self.back = back;
        self.remark();
        let bytes = match length {
            None => input,
            Some(length) => self.front.get(..length).unwrap_or_default(),
        };
        Decoded {
            layers: &self.layers,
            content,
            bytes: if content == Content::Unknown { &[] } else { bytes },
            formatted: &self.formatted,
            problems: &self.problems,
        }
    }

    /// Takes the commonest record the short way: base64 of one JSON object, which
    /// always starts with `eyJ`. False if it is anything else, even slightly.
    #[inline]
    fn plain_json(&mut self, input: &[u8]) -> bool {
        let Ok(made) = self.codec.decode(input, &mut self.front) else {
            return false;
        };
        let bytes = self.front.get(..made).unwrap_or_default();
        if !bytes.starts_with(b"{\"") {
            return false;
        }
        let shape = self.formatter.format(bytes, self.options.style, &mut self.formatted);
        let is_json = shape.is_ok_and(|shape| shape.values == 1);
        if is_json {
            let (bytes_in, bytes_out) = (input.len() as u64, made as u64);
            self.layers.push(Peeled { layer: Layer::Base64, bytes_in, bytes_out, parts: 1 });
        } else {
            self.formatted.clear();
        }
        is_json
    }

    fn made(&self, peeled: &Peeled) -> &[u8] {
        self.front.get(..usize::try_from(peeled.bytes_out).unwrap_or(0)).unwrap_or_default()
    }

    fn step(&mut self, bytes: &[u8], start: Encoding, out: &mut Vec<u8>) -> Step {
        let depth = self.layers.len();
        if let Some(forced) = &self.options.layers {
            return match forced.get(depth) {
                Some(&layer) => self.force(layer, bytes, out),
                None => Step::Content(self.content(bytes)),
            };
        }
        if depth == 0 && start == Encoding::Base64 {
            return self.base64(bytes, out);
        }
        if depth >= MAX_LAYERS {
            if Compression::by_magic(bytes).is_some() {
                let layer = self.layers.last().map(|peeled| peeled.layer);
                self.problems.push(Problem {
                    layer,
                    offset: None,
                    kind: ProblemKind::TooManyLayers,
                });
                return Step::Content(Content::Unknown);
            }
            return Step::Content(self.content(bytes));
        }
        if let Some(compression) = Compression::by_magic(bytes) {
            return self.unpack(compression, bytes, out);
        }
        if bytes.starts_with(&kpl::MAGIC) && self.aggregate(bytes) {
            return Step::Content(Content::KplAggregate);
        }
        self.judge(bytes, out)
    }

    /// Looks at what has no magic: JSON, base64, hexadecimal, text, binary.
    fn judge(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        let text = bytes.trim_ascii();
        let text = text.strip_prefix(BOM).unwrap_or(text);
        let Some(&first) = text.first() else {
            return Step::Content(if bytes.is_empty() { Content::Empty } else { Content::Text });
        };
        if starts_json(first)
            && let Some(shape) = self.format(text)
        {
            if first == b'"' && shape.values == 1 && self.json_string(text, out) {
                let made = out.len();
                return Step::Peeled { layer: Layer::JsonString, made, parts: 1 };
            }
            return Step::Content(json_content(shape));
        }
        if is_symbol(first) && text.len() >= 4 {
            match self.codec.decode(text, out) {
                Ok(made) => {
                    if is_known(out.get(..made).unwrap_or_default(), text) {
                        return Step::Peeled { layer: Layer::Base64, made, parts: 1 };
                    }
                }
                Err(error)
                    if self.layers.is_empty() && self.was_base64(text, error.offset, out) =>
                {
                    let kind = ProblemKind::Base64(error.kind);
                    let offset = Some((error.offset + offset_in(bytes, text)) as u64);
                    self.problems.push(Problem { layer: Some(Layer::Base64), offset, kind });
                    return Step::Content(Content::Unknown);
                }
                Err(_) => {}
            }
            // Numbers are no hexadecimal text, and short names neither.
            if text.len() >= 24
                && text.iter().any(u8::is_ascii_alphabetic)
                && let Some(made) = decode_hex(text, out)
                && is_known(out.get(..made).unwrap_or_default(), text)
            {
                return Step::Peeled { layer: Layer::Hex, made, parts: 1 };
            }
        }
        if let Some(compression) = Compression::by_guess(bytes) {
            let before = self.problems.len();
            let step = self.unpack(compression, bytes, out);
            if self.problems.len() == before {
                return step;
            }
            self.problems.truncate(before);
        }
        Step::Content(text_or_binary(bytes))
    }

    /// Classifies what is left without peeling more.
    fn content(&mut self, bytes: &[u8]) -> Content {
        let text = bytes.trim_ascii();
        let text = text.strip_prefix(BOM).unwrap_or(text);
        match text.first() {
            None if bytes.is_empty() => Content::Empty,
            Some(&first) if starts_json(first) => match self.format(text) {
                Some(shape) => json_content(shape),
                None => text_or_binary(bytes),
            },
            _ => text_or_binary(bytes),
        }
    }

    fn format(&mut self, text: &[u8]) -> Option<Shape> {
        self.formatted.clear();
        self.formatter.format(text, self.options.style, &mut self.formatted).ok()
    }

    fn force(&mut self, layer: Layer, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        let compression = match layer {
            Layer::Base64 => return self.base64(bytes, out),
            Layer::Hex => {
                return match decode_hex(bytes.trim_ascii(), out) {
                    Some(made) => Step::Peeled { layer, made, parts: 1 },
                    None => self.refuse(layer, None, ProblemKind::Hex),
                };
            }
            Layer::KplAggregate => {
                return if bytes.starts_with(&kpl::MAGIC) && self.aggregate(bytes) {
                    Step::Content(Content::KplAggregate)
                } else {
                    self.refuse(layer, Some(0), ProblemKind::NotThisLayer)
                };
            }
            Layer::JsonString => {
                let text = bytes.trim_ascii();
                let token = Token::new(text);
                return if token.is_string() && json::skip_value(text, 0) == Ok(text.len()) {
                    out.clear();
                    token.push_bytes(out);
                    Step::Peeled { layer, made: out.len(), parts: 1 }
                } else {
                    self.refuse(layer, Some(0), ProblemKind::NotThisLayer)
                };
            }
            Layer::Gzip | Layer::Zlib | Layer::Zstd | Layer::Zip | Layer::Snappy => {
                Compression::by_magic(bytes).or_else(|| Compression::by_guess(bytes))
            }
        };
        match compression {
            Some(compression) if compression.layer() == layer => {
                self.unpack(compression, bytes, out)
            }
            _ => self.refuse(layer, Some(0), ProblemKind::NotThisLayer),
        }
    }

    fn refuse(&mut self, layer: Layer, offset: Option<u64>, kind: ProblemKind) -> Step {
        self.problems.push(Problem { layer: Some(layer), offset, kind });
        Step::Content(Content::Unknown)
    }

    fn base64(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        match self.codec.decode(bytes, out) {
            Ok(made) => Step::Peeled { layer: Layer::Base64, made, parts: 1 },
            Err(error) => {
                let offset = Some(error.offset as u64);
                self.refuse(Layer::Base64, offset, ProblemKind::Base64(error.kind))
            }
        }
    }

    fn unpack(&mut self, compression: Compression, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        let layer = compression.layer();
        let engine = || self.engine.take().unwrap_or_else(Engine::new);
        let mut unpack = Unpack::new(compression, bytes, engine);
        let made = read_capped(&mut unpack, bytes, self.options.max_decoded, out);
        let (fault, taken, parts) = (unpack.fault(), unpack.taken(), unpack.parts());
        let (rest, engine) = unpack.into_parts();
        self.engine = engine.or_else(|| self.engine.take());
        let Some(made) = made else {
            *out = Vec::new();
            let (limit, input) = (self.options.max_decoded, bytes.len() as u64);
            return self.refuse(layer, None, ProblemKind::TooLarge { limit, input });
        };
        let mut report = |offset, kind| {
            self.problems.push(Problem { layer: Some(layer), offset: Some(offset), kind });
        };
        match fault {
            Some(fault) => report(fault.offset, ProblemKind::Fault(fault.kind)),
            None if !rest.is_empty() => {
                report(taken, ProblemKind::Trailing { bytes: rest.len() as u64 });
            }
            None => {}
        }
        if made == 0 && fault.is_some() {
            return Step::Content(Content::Unknown);
        }
        Step::Peeled { layer, made, parts }
    }

    /// Takes a KPL aggregate if it is one; only its MD5 proves that.
    fn aggregate(&mut self, bytes: &[u8]) -> bool {
        let layer = Some(Layer::KplAggregate);
        let Some(aggregate) = kpl::parse(bytes) else {
            return false;
        };
        if aggregate.records.is_empty() && !aggregate.digest_matches {
            return false;
        }
        if !aggregate.digest_matches {
            let offset = Some(bytes.len().saturating_sub(16) as u64);
            self.problems.push(Problem { layer, offset, kind: ProblemKind::KplDigest });
        }
        if let Some(offset) = aggregate.broken_at {
            let offset = Some(offset as u64);
            self.problems.push(Problem { layer, offset, kind: ProblemKind::KplBroken });
        }
        self.layers.push(Peeled {
            layer: Layer::KplAggregate,
            bytes_in: bytes.len() as u64,
            bytes_out: aggregate.records.iter().map(|record| record.len() as u64).sum(),
            parts: u32::try_from(aggregate.records.len()).unwrap_or(u32::MAX),
        });
        true
    }

    /// Takes the escapes off a JSON string if JSON or base64 is in it.
    fn json_string(&mut self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let token = Token::new(text);
        if !token.is_string() {
            return false;
        }
        out.clear();
        token.push_bytes(out);
        let inner = out.trim_ascii();
        let mut scratch = Vec::new();
        match inner.first() {
            // A string of a string, down to what is in it.
            Some(b'"') if json::skip_value(inner, 0) == Ok(inner.len()) => {
                self.json_string(inner, &mut scratch)
            }
            Some(b'{' | b'[') => {
                Formatter::default().format(inner, Style::Compact, &mut scratch).is_ok()
            }
            Some(&first) if is_symbol(first) => self
                .codec
                .decode(inner, &mut scratch)
                .is_ok_and(|made| is_known(scratch.get(..made).unwrap_or_default(), inner)),
            _ => false,
        }
    }

    /// Returns true if the text before the place that is not base64 holds what
    /// only an encoded record would: gzip, or JSON with its first key.
    fn was_base64(&self, text: &[u8], bad: usize, out: &mut Vec<u8>) -> bool {
        let good = text.get(..bad.min(text.len()) / 4 * 4).unwrap_or_default();
        let Ok(made) = self.codec.decode(good, out) else {
            return false;
        };
        let head = out.get(..made).unwrap_or_default();
        Compression::by_magic(head).is_some()
            || head.starts_with(b"{\"")
            || head.starts_with(b"[{\"")
    }

    /// Warns of layers that somebody put on twice or in a wrong alphabet.
    fn remark(&mut self) {
        let mut seen = Vec::new();
        for pair in self.layers.windows(2) {
            if let [outer, inner] = pair {
                let kind = match (outer.layer, inner.layer) {
                    (Layer::Base64, Layer::Base64) => ProblemKind::DoubleBase64,
                    (Layer::Gzip, Layer::Gzip) => ProblemKind::DoubleGzip,
                    _ => continue,
                };
                seen.push(Problem { layer: Some(outer.layer), offset: None, kind });
            }
        }
        if self.layers.iter().any(|peeled| peeled.layer == Layer::Hex) {
            let kind = ProblemKind::HexNotBase64;
            seen.push(Problem { layer: Some(Layer::Hex), offset: None, kind });
        }
        self.problems.append(&mut seen);
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads to the end or to one byte past `cap`, which makes it `None`.
fn read_capped(
    unpack: &mut Unpack<&[u8]>,
    input: &[u8],
    cap: u64,
    out: &mut Vec<u8>,
) -> Option<usize> {
    let cap = usize::try_from(cap).unwrap_or(usize::MAX);
    let first = input.len().saturating_mul(6).max(4096).min(cap.saturating_add(1));
    if out.len() < first {
        out.resize(first, 0);
    }
    let mut made = 0;
    loop {
        if made == out.len() {
            if made > cap {
                return None;
            }
            out.resize((made * 2).min(cap.saturating_add(1)), 0);
        }
        // A slice never fails to be read.
        match unpack.read(out.get_mut(made..).unwrap_or_default()) {
            Ok(0) | Err(_) => break,
            Ok(count) => made += count,
        }
    }
    (made <= cap).then_some(made)
}

const fn starts_json(byte: u8) -> bool {
    matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
}

const fn is_symbol(byte: u8) -> bool {
    matches!(byte, b'+' | b'/' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')
}

const fn json_content(shape: Shape) -> Content {
    match shape.values {
        1 => Content::Json,
        values => Content::JsonSequence { values },
    }
}

/// Returns true if `text` ends in padding that fits its length.
fn is_padded(text: &[u8]) -> bool {
    text.ends_with(b"=")
        && text.iter().filter(|byte| !byte.is_ascii_whitespace()).count().is_multiple_of(4)
}

/// Returns true if `bytes` are so plainly something that the text they were
/// decoded from must have been encoded.
///
/// Three clean letters can come from any word of four (`data` is base64 too),
/// so text counts only from eleven bytes on, or with padding.
pub(super) fn is_known(bytes: &[u8], encoded: &[u8]) -> bool {
    /// `eyJ…` in front of this many more letters is no name.
    const NO_CHANCE: usize = 12;
    match bytes {
        b"{}" | b"[]" => return true,
        [b'{', b'"', ..] | [b'[', b'{' | b'"', ..]
            if bytes.len() >= NO_CHANCE || json::skip_value(bytes, 0).is_ok() =>
        {
            return true;
        }
        _ => {}
    }
    if Compression::by_magic(bytes).is_some() {
        return true;
    }
    if bytes.starts_with(&kpl::MAGIC) && kpl::parse(bytes).is_some_and(|kpl| kpl.digest_matches) {
        return true;
    }
    let padded = is_padded(encoded);
    let least = if padded { 2 } else { 11 };
    if bytes.len() >= least && is_plain_text(bytes) {
        return true;
    }
    // So much text with padding that fits its length does not come by chance:
    // take binary too. `API_KEY=` is no more than a name.
    padded && bytes.len() >= 16
        || Compression::by_guess(bytes)
            .is_some_and(|guess| Sniffer::default().decompresses_whole(guess, bytes))
}

/// Returns how far the gzip members at the start of `bytes` reach; to the end
/// if they are cut off or broken.
pub(crate) fn gzip_length(bytes: &[u8]) -> usize {
    let mut inflate = Inflate::new(bytes, Wrapping::Gzip, Engine::new());
    let mut window = vec![0; 64 * 1024];
    while let Ok(1..) = inflate.read(&mut window) {}
    match inflate.fault() {
        Some(fault) if fault.kind != FaultKind::Checksum => bytes.len(),
        _ => inflate.into_parts().0.len().abs_diff(bytes.len()),
    }
}

/// Returns true if `text` is base64 of something that is known.
pub fn is_encoded(text: &[u8]) -> bool {
    let mut out = Vec::new();
    let codec = Codec::new();
    codec
        .decode(text, &mut out)
        .is_ok_and(|made| is_known(out.get(..made).unwrap_or_default(), text))
}

/// Text as no name decodes to by chance: ASCII, or UTF-8 of some length.
fn is_plain_text(bytes: &[u8]) -> bool {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    bytes.iter().all(plain) || bytes.len() >= 16 && text_or_binary(bytes) == Content::Text
}

/// Text is UTF-8 without control characters other than the usual in logs.
pub(super) fn text_or_binary(bytes: &[u8]) -> Content {
    let control = |byte: &u8| matches!(byte, 0..=6 | 0xe..=0x1a | 0x1c..=0x1f);
    if bytes.iter().any(control) || simdutf8::basic::from_utf8(bytes).is_err() {
        Content::Binary
    } else {
        Content::Text
    }
}

fn decode_hex(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    out.clear();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    for &[high, low] in pairs {
        out.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
    }
    Some(out.len())
}

fn offset_in(whole: &[u8], part: &[u8]) -> usize {
    whole.len() - whole.trim_ascii_start().len()
        + usize::from(part.len() < whole.trim_ascii().len()) * BOM.len()
}
