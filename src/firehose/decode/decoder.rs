//! Peels the layers off one record.

use std::mem;

use super::base64::{Base64Error, Base64ErrorKind, Codec};
use super::beside::holds_print;
use super::byte_literal::unreadable_bytes;
use super::compression::{Compression, Engine};
use super::hex::decode_hex;
use super::mangled::compression_through_text;
use super::problem::{Problem, ProblemKind, Severity};
use super::sniff::{
    RECORD_SEPARATOR, is_base64_symbol, is_encoded, is_known, is_plainly_base64, starts_json,
    starts_record,
};
use super::{Content, Layer, Peeled, Sniffer, kpl};
use crate::bytes::{BOM, part, trim_around};
use crate::json::{self, Formatter, Shape, Style, Token};
use crate::limits::{DEFAULT_MAX_DECODED, MAX_LAYERS};

/// How records are decoded.
#[derive(Debug, Clone)]
pub struct Options {
    /// Most bytes of one record after a compression is peeled; the other layers
    /// only shrink it.
    pub max_decoded: u64,
    /// Exactly these layers, outermost first, instead of what is recognized.
    pub layers: Option<Vec<Layer>>,
    /// How JSON is laid out.
    pub style: Style,
    /// Content that is not JSON is an error.
    pub expect_json: bool,
    /// DynamoDB JSON (`{"N":"1"}`) is shown as plain JSON (`1`).
    pub plain_dynamodb: bool,
    /// Bytes are read from their `repr` in a payload ([`Layer::PythonBytes`]).
    pub reads_prints: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_decoded: DEFAULT_MAX_DECODED,
            layers: None,
            style: Style::Compact,
            expect_json: false,
            plain_dynamodb: false,
            reads_prints: true,
        }
    }
}

impl Options {
    /// The same options for the records inside a KPL aggregate: of layers that
    /// are forced, those inside it.
    #[must_use]
    pub fn inside_aggregate(&self) -> Self {
        let behind = |layers: &Vec<Layer>| {
            let aggregate = layers.iter().position(|layer| *layer == Layer::KplAggregate);
            part(layers, aggregate.map_or(0, |at| at + 1)..).to_vec()
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
    /// JSON content, and OpenTelemetry metrics as JSON, laid out by
    /// [`Options::style`], a value a line; text that is not UTF-8, in UTF-8; empty
    /// for other content.
    pub formatted: &'a [u8],
    /// What is wrong with the record, or odd about it.
    pub problems: &'a [Problem],
}

impl<'a> Decoded<'a> {
    /// Text content in UTF-8; the bytes of other content.
    pub const fn text(&self) -> &'a [u8] {
        match self.content {
            Content::OtherText(_) => self.formatted,
            _ => self.bytes,
        }
    }

    /// The first problem by which the record, or a part of it, is lost.
    pub fn error(&self) -> Option<&'a Problem> {
        self.problems.iter().find(|problem| problem.severity() == Severity::Error)
    }

    /// The records of a [`Content::KplAggregate`].
    pub fn aggregated(&self) -> Vec<&'a [u8]> {
        // Whoever asked for other layers has the aggregate itself.
        if self.content != Content::KplAggregate {
            return Vec::new();
        }
        kpl::parse(self.bytes).map(|aggregate| aggregate.records).unwrap_or_default()
    }
}

/// Decodes records; owns its buffers and its inflater. One for each worker,
/// used again for every record.
#[derive(Debug)]
pub struct Decoder {
    pub(super) options: Options,
    pub(super) codec: Codec,
    pub(super) engine: Option<Box<Engine>>,
    pub(super) formatter: Formatter,
    pub(super) front: Vec<u8>,
    back: Vec<u8>,
    /// JSON laid out, and text in UTF-8.
    pub(super) formatted: Vec<u8>,
    /// The content is JSON that needs no change, and was not copied. (Where in it that
    /// stands is not kept: to move two numbers at once, which were written one after the
    /// other, takes as long as to find them again.)
    pub(super) is_same: bool,
    pub(super) sniffer: Sniffer,
    pub(super) layers: Vec<Peeled>,
    pub(super) problems: Vec<Problem>,
}

/// Scratch space above this is given back after each record.
const KEEP: usize = 1024 * 1024;

/// What came of a look at some bytes.
pub(super) enum Step {
    /// A layer was taken off; the first `made` bytes of the output are under it.
    Peeled { layer: Layer, made: usize, parts: u32 },
    /// There is no more to take off.
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
            is_same: false,
            sniffer: Sniffer::default(),
            layers: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Takes one record apart.
    pub fn decode<'a>(&'a mut self, input: &'a [u8], start: Encoding) -> Decoded<'a> {
        self.layers.clear();
        self.problems.clear();
        self.clear_formatted();
        for scratch in [&mut self.front, &mut self.back, &mut self.formatted] {
            if scratch.capacity() > KEEP {
                *scratch = Vec::new();
            }
        }
        if self.may_be_plain(input) && self.plain_json(input) {
            let bytes = self.layers.first().map_or(&[][..], |peeled| self.made(peeled));
            // It starts with a bracket.
            let formatted = if self.is_same { bytes.trim_ascii_end() } else { &self.formatted };
            return Decoded {
                layers: &self.layers,
                content: Content::Json,
                bytes,
                formatted,
                problems: &[],
            };
        }
        let mut front = mem::take(&mut self.front);
        let mut back = mem::take(&mut self.back);
        let mut length = None;
        let content = loop {
            let bytes = match length {
                None => input,
                Some(length) => part(&front, ..length),
            };
            match self.step(bytes, start, &mut back) {
                Step::Peeled { layer, made, parts } => {
                    let (bytes_in, bytes_out) = (bytes.len() as u64, made as u64);
                    self.layers.push(Peeled { layer, bytes_in, bytes_out, parts });
                    mem::swap(&mut front, &mut back);
                    length = Some(made);
                    self.clear_formatted();
                }
                Step::Content(content) => break content,
            }
        };
        if self.options.expect_json {
            self.expect_json(content, length.map_or(input, |length| part(&front, ..length)));
        }
        self.front = front;
        self.back = back;
        self.warn_double_encoding();
        let bytes = match length {
            None => input,
            Some(length) => part(&self.front, ..length),
        };
        Decoded {
            layers: &self.layers,
            content,
            bytes: if content == Content::Unknown { &[] } else { bytes },
            formatted: self.formatted_of(bytes),
            problems: &self.problems,
        }
    }

    /// Takes off what stands for bytes in text, base64 or hexadecimal digits, and nothing
    /// inside it, with what is to be said of that; `None` if `input` is the bytes themselves.
    pub fn bytes_of_text<'a>(
        &'a mut self,
        input: &[u8],
    ) -> Option<(Layer, &'a [u8], &'a [Problem])> {
        // Nothing is inflated only to be thrown away.
        if Compression::by_magic(input).is_some() || input.starts_with(&kpl::MAGIC) {
            return None;
        }
        self.layers.clear();
        self.problems.clear();
        let mut out = mem::take(&mut self.front);
        let step = self.step(input, Encoding::Unknown, &mut out);
        self.front = out;
        match step {
            Step::Peeled { layer: layer @ (Layer::Base64 | Layer::Hex), made, .. } => {
                Some((layer, part(&self.front, ..made), &self.problems))
            }
            _ => None,
        }
    }

    fn made(&self, peeled: &Peeled) -> &[u8] {
        part(&self.front, ..usize::try_from(peeled.bytes_out).unwrap_or(0))
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
            self.placeholder(bytes);
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
        if let Some(step) = self.schema_registry(bytes, out) {
            return step;
        }
        self.sniff(bytes, out)
    }

    /// Looks at what has no magic: JSON, base64, hexadecimal, text, binary.
    fn sniff(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        let text = trim_around(bytes);
        let Some(&first) = text.first() else {
            return Step::Content(if bytes.is_empty() { Content::Empty } else { Content::Text });
        };
        if first == RECORD_SEPARATOR
            && let Some(shape) = self.json_text_sequence(text)
        {
            return Step::Content(json_content(shape));
        }
        if starts_json(first)
            && let Some(shape) = self.format_in(text)
        {
            if first == b'"' && shape.values == 1 && self.json_string(text, out) {
                let made = out.len();
                return Step::Peeled { layer: Layer::JsonString, made, parts: 1 };
            }
            if !self.layers.is_empty() {
                self.printed_json(text);
            }
            return Step::Content(json_content(shape));
        }
        if first == b'b'
            && let Some(step) = self.printed_bytes(text, out)
        {
            return step;
        }
        if is_base64_symbol(first) && text.len() >= 4 {
            match self.codec.decode(text, out) {
                Ok(made) => {
                    let is_plain = || self.layers.is_empty() && is_plainly_base64(text);
                    if is_known(part(out, ..made), text) || is_plain() {
                        return Step::Peeled { layer: Layer::Base64, made, parts: 1 };
                    }
                }
                Err(error) if self.layers.is_empty() && self.is_joined(text, &error, out) => {
                    let offset = error.offset + offset_in(bytes, text);
                    return self.joined(text, Base64Error { offset, ..error }, out);
                }
                Err(error)
                    if self.layers.is_empty()
                        && let Some(step) =
                            self.damaged_base64(text, error, offset_in(bytes, text), out) =>
                {
                    return step;
                }
                Err(error)
                    if self.layers.is_empty()
                        && let Some(step) = self
                            .with_invisible(text, out)
                            .or_else(|| self.with_escapes(text, error.offset, out))
                            .or_else(|| self.quoted(text, out)) =>
                {
                    return step;
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
        }
        // Numbers are no hexadecimal text, and short names neither, but for an object.
        if (first.is_ascii_alphanumeric() || first == b'\\')
            && text.len() >= 14
            && text.iter().any(u8::is_ascii_alphabetic)
            && let Some(made) = decode_hex(text, out)
            && (text.len() >= 24 || out.starts_with(b"{\""))
            && is_known(part(out, ..made), text)
        {
            return Step::Peeled { layer: Layer::Hex, made, parts: 1 };
        }
        if self.layers.is_empty()
            // `_` is a mark of emphasis, too.
            && (!is_base64_symbol(first) || first == b'_')
            && let Some(step) =
                self.with_invisible(text, out).or_else(|| self.quoted(text, out))
        {
            return step;
        }
        if let Some(step) = self.guessed(bytes, out) {
            return step;
        }
        Step::Content(self.not_json(bytes))
    }

    /// Classifies what is left without peeling more.
    fn content(&mut self, bytes: &[u8]) -> Content {
        let text = trim_around(bytes);
        match text.first() {
            None if bytes.is_empty() => Content::Empty,
            Some(&first) if starts_json(first) => match self.format_in(text) {
                Some(shape) => json_content(shape),
                None => self.not_json(bytes),
            },
            Some(&RECORD_SEPARATOR) if let Some(shape) = self.json_text_sequence(text) => {
                json_content(shape)
            }
            _ => self.not_json(bytes),
        }
    }

    /// Takes the escapes off a JSON string if JSON or base64 is in it, or what text
    /// made of compressed data.
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
            _ if compression_through_text(inner).is_some() => true,
            // A string of a string, down to what is in it.
            Some(b'"') if json::skip_value(inner, 0) == Ok(inner.len()) => {
                self.json_string(inner, &mut scratch)
            }
            Some(b'{' | b'[') => {
                Formatter::default().format(inner, Style::Compact, &mut scratch).is_ok()
            }
            Some(b'b') if self.options.reads_prints && unreadable_bytes(inner).is_some() => true,
            Some(&first) if is_base64_symbol(first) => self
                .codec
                .decode(inner, &mut scratch)
                .is_ok_and(|made| is_known(part(&scratch, ..made), inner)),
            _ => false,
        }
    }

    /// True for base64 texts that were joined, the first of which means something.
    fn is_joined(&self, text: &[u8], error: &Base64Error, out: &mut Vec<u8>) -> bool {
        error.kind == Base64ErrorKind::DataAfterPadding
            && is_encoded(part(text, ..error.offset))
            && self.codec.decode_joined(text, out).is_some()
    }

    /// Returns true if the text before the place that is not base64 holds what
    /// only an encoded record would, gzip, or JSON with its first key, and is no word before
    /// bytes that are printed.
    pub(super) fn was_base64(&self, text: &[u8], bad: usize, out: &mut Vec<u8>) -> bool {
        let good = part(text, ..bad.min(text.len()) / 4 * 4);
        let Ok(made) = self.codec.decode(good, out) else {
            return false;
        };
        let is_word = || text.get(bad).is_some_and(u8::is_ascii_whitespace);
        starts_record(part(out, ..made)) && !(is_word() && holds_print(part(text, bad..)))
    }

    /// Warns of layers that were put on twice, and of hexadecimal.
    fn warn_double_encoding(&mut self) {
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

pub(super) const fn json_content(shape: Shape) -> Content {
    match shape.values {
        1 => Content::Json,
        values => Content::JsonSequence { values },
    }
}

pub(super) fn offset_in(whole: &[u8], part: &[u8]) -> usize {
    whole.len() - whole.trim_ascii_start().len()
        + usize::from(part.len() < whole.trim_ascii().len()) * BOM.len()
}
