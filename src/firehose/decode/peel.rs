//! Takes one layer off, whether it was recognized or asked for.

use super::base64::{Base64Error, Base64ErrorKind};
use super::byte_literal::whole_byte_string;
use super::compression::{Compression, Engine, Framing, Unpack, Wrapping};
use super::decoder::{Decoder, Step};
use super::fault::{Fault, LineFeeds};
use super::hex::decode_hex;
use super::problem::{Problem, ProblemKind};
use super::sniff::{is_raw_snappy, starts_content};
use super::{Content, Layer, Peeled, binary, kpl};
use crate::bytes::{part, part_mut};
use crate::json::{self, Token};

pub(super) const RAW_SNAPPY: Compression = Compression::Snappy(Framing::Raw);

impl Decoder {
    /// Takes `layer` off, which the user asked for.
    pub(super) fn force(&mut self, layer: Layer, bytes: &[u8], out: &mut Vec<u8>) -> Step {
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
            Layer::PythonBytes => {
                return match whole_byte_string(bytes.trim_ascii()) {
                    Some(bytes) => {
                        *out = bytes;
                        Step::Peeled { layer, made: out.len(), parts: 1 }
                    }
                    None => self.refuse(layer, Some(0), ProblemKind::NotThisLayer),
                };
            }
            Layer::SchemaHeader => {
                let Some((header, _)) = binary::registry_header(bytes) else {
                    return self.refuse(layer, Some(0), ProblemKind::NotThisLayer);
                };
                out.clear();
                out.extend_from_slice(part(bytes, header..));
                return Step::Peeled { layer, made: out.len(), parts: 1 };
            }
            Layer::Zlib if let Some((header, true)) = binary::registry_header(bytes) => {
                return self.inflate_registered(bytes, header, out);
            }
            Layer::Gzip | Layer::Zlib | Layer::Zstd | Layer::Zip | Layer::Snappy => {
                let raw = || Some(RAW_SNAPPY).filter(|_| layer == Layer::Snappy);
                let known = Compression::by_magic(bytes).or_else(|| Compression::by_guess(bytes));
                known.filter(|it| it.layer() == layer).or_else(raw)
            }
        };
        match compression {
            Some(compression) if compression.layer() == layer => {
                self.unpack(compression, bytes, out)
            }
            _ => self.refuse(layer, Some(0), ProblemKind::NotThisLayer),
        }
    }

    /// Takes the header of a schema registry off JSON, and zlib off what is behind the header.
    /// The header of Avro and protobuf stays, which are not read without their schema.
    pub(super) fn schema_registry(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Option<Step> {
        let (header, is_compressed) = binary::registry_header(bytes)?;
        if is_compressed {
            return Some(self.inflate_registered(bytes, header, out));
        }
        let data = part(bytes, header..);
        let is_object = matches!(data.first(), Some(b'{' | b'['));
        let is_json = is_object && json::skip_value(data, 0) == Ok(data.trim_ascii_end().len());
        is_json.then(|| self.force(Layer::SchemaHeader, bytes, out))
    }

    /// Inflates what is behind the header of AWS Glue Schema Registry, which stays, with the
    /// byte in it that says that nothing is compressed. Records that were joined stay as they
    /// are: inflated, they could not be told apart.
    fn inflate_registered(&mut self, bytes: &[u8], header: usize, out: &mut Vec<u8>) -> Step {
        const UNCOMPRESSED: u8 = 0;
        let layer = Layer::Zlib;
        let (header, data) = bytes.split_at(header);
        out.clear();
        out.extend_from_slice(header);
        if let Some(compression) = out.get_mut(1) {
            *compression = UNCOMPRESSED;
        }
        let zlib = Compression::Deflate(Wrapping::Zlib);
        let start = out.len();
        let Some(unpacked) = self.unpack_into(zlib, data, out, start) else {
            return self.too_large(layer, bytes, out);
        };
        let at = |offset: u64| Some(offset + start as u64);
        let problem = match unpacked.fault {
            Some(fault) => Some((at(fault.offset), ProblemKind::Fault(fault.kind))),
            None if unpacked.rest.is_empty() => None,
            None if !unpacked.rest.trim_ascii().is_empty() => {
                return Step::Content(Content::Binary);
            }
            None => {
                let bytes = unpacked.rest.len() as u64;
                Some((at(unpacked.taken), ProblemKind::Trailing { bytes }))
            }
        };
        if let Some((offset, kind)) = problem {
            self.problems.push(Problem { layer: Some(layer), offset, kind });
        }
        if unpacked.made == start {
            return Step::Content(Content::Binary);
        }
        Step::Peeled { layer, made: unpacked.made, parts: unpacked.parts }
    }

    fn refuse(&mut self, layer: Layer, offset: Option<u64>, kind: ProblemKind) -> Step {
        self.problems.push(Problem { layer: Some(layer), offset, kind });
        Step::Content(Content::Unknown)
    }

    pub(super) fn base64(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        match self.codec.decode(bytes, out) {
            Ok(made) => Step::Peeled { layer: Layer::Base64, made, parts: 1 },
            Err(error) if error.kind == Base64ErrorKind::DataAfterPadding => {
                self.joined(bytes, error, out)
            }
            Err(error) if self.is_plain_text(bytes, &error, out) => {
                let kind = ProblemKind::Base64(Base64ErrorKind::PlainText);
                self.refuse(Layer::Base64, None, kind)
            }
            Err(error) => self.not_base64(error.offset, error.kind),
        }
    }

    fn not_base64(&mut self, offset: usize, kind: Base64ErrorKind) -> Step {
        self.refuse(Layer::Base64, Some(offset as u64), ProblemKind::Base64(kind))
    }

    /// Takes base64 texts that were joined, all of them.
    pub(super) fn joined(&mut self, bytes: &[u8], error: Base64Error, out: &mut Vec<u8>) -> Step {
        let Some(made) = self.codec.decode_joined(bytes, out) else {
            return self.not_base64(error.offset, error.kind);
        };
        let (layer, offset) = (Some(Layer::Base64), Some(error.offset as u64));
        let kind = ProblemKind::Base64(error.kind);
        self.problems.push(Problem { layer, offset, kind });
        Step::Peeled { layer: Layer::Base64, made, parts: 1 }
    }

    pub(super) fn unpack(
        &mut self,
        compression: Compression,
        bytes: &[u8],
        out: &mut Vec<u8>,
    ) -> Step {
        let layer = compression.layer();
        let Some(Unpacked { mut made, fault, rest, taken, mut parts }) =
            self.unpack_into(compression, bytes, out, 0)
        else {
            return self.too_large(layer, bytes, out);
        };
        let place = Some(taken);
        let before = self.problems.len();
        let mut report =
            |offset, kind| self.problems.push(Problem { layer: Some(layer), offset, kind });
        match fault {
            Some(fault) => {
                let is_text = LineFeeds::of(bytes).are_of_text();
                let kind = fault.kind.with_line_feeds(is_text);
                report(Some(fault.offset), ProblemKind::Fault(kind));
            }
            None if rest.is_empty() => {}
            None if may_be_appended(rest.trim_ascii_start()) => {
                report(place, ProblemKind::Joined);
                let Some(appended) = self.append_records(layer, bytes, rest, out, made) else {
                    // Nothing of it is shown.
                    self.problems.truncate(before);
                    return self.too_large(layer, bytes, out);
                };
                made = appended.made;
                parts += appended.parts;
            }
            None => report(place, ProblemKind::Trailing { bytes: rest.len() as u64 }),
        }
        if made == 0 && fault.is_some() {
            return Step::Content(Content::Unknown);
        }
        Step::Peeled { layer, made, parts }
    }

    /// Takes off a compression that has no magic, where all of it can be read, or what can
    /// be read of it is a record.
    pub(super) fn guessed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Option<Step> {
        if is_raw_snappy(bytes) {
            return Some(self.unpack(RAW_SNAPPY, bytes, out));
        }
        let compression = Compression::by_guess(bytes)?;
        let before = self.problems.len();
        let step = self.unpack(compression, bytes, out);
        let is_sure = match step {
            _ if self.problems.len() == before => true,
            Step::Peeled { made, .. } => starts_content(part(out, ..made)),
            Step::Content(_) => false,
        };
        if !is_sure {
            self.problems.truncate(before);
        }
        is_sure.then_some(step)
    }

    fn too_large(&mut self, layer: Layer, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        *out = Vec::new();
        let (limit, input) = (self.options.max_decoded, bytes.len() as u64);
        self.refuse(layer, None, ProblemKind::TooLarge { limit, input })
    }

    /// Decompresses `bytes` after the first `start` bytes of `out`; `None` if that passes
    /// the largest size.
    fn unpack_into<'a>(
        &mut self,
        compression: Compression,
        bytes: &'a [u8],
        out: &mut Vec<u8>,
        start: usize,
    ) -> Option<Unpacked<'a>> {
        let engine = || self.engine.take().unwrap_or_else(Engine::new);
        let mut unpack = Unpack::new(compression, bytes, engine);
        let made = read_capped(&mut unpack, bytes, self.options.max_decoded, out, start);
        let (fault, taken, parts) = (unpack.fault(), unpack.taken(), unpack.parts());
        let (rest, engine) = unpack.into_parts();
        self.engine = engine.or_else(|| self.engine.take());
        made.map(|made| Unpacked { made, fault, rest, taken, parts })
    }

    /// Appends the records in `rest`, which follow compressed data, to the first `made`
    /// bytes of `out`: JSON as it stands, compressed data without its compression, a line
    /// break after each.
    fn append_records(
        &mut self,
        layer: Layer,
        bytes: &[u8],
        rest: &[u8],
        out: &mut Vec<u8>,
        made: usize,
    ) -> Option<Appended> {
        let mut appended = Appended { made, parts: 0 };
        let mut left = rest;
        loop {
            let at = (bytes.len() - left.trim_ascii_start().len()) as u64;
            out.truncate(appended.made);
            left = left.trim_ascii_start();
            if left.is_empty() {
                return Some(appended);
            }
            if !out.ends_with(b"\n") {
                out.push(b'\n');
            }
            if let Some(compression) = Compression::by_magic(left) {
                let start = out.len();
                let unpacked = self.unpack_into(compression, left, out, start)?;
                appended.made = unpacked.made;
                if compression.layer() == layer {
                    appended.parts += unpacked.parts;
                }
                left = unpacked.rest;
                if let Some(fault) = unpacked.fault {
                    let offset = Some(at + fault.offset);
                    let kind = ProblemKind::Fault(fault.kind);
                    let layer = Some(compression.layer());
                    self.problems.push(Problem { layer, offset, kind });
                    return Some(appended);
                }
                continue;
            }
            let value = json::skip_value(left, 0).ok().filter(|end| *end > 1);
            let Some(end) = value.filter(|_| matches!(left.first(), Some(b'{' | b'['))) else {
                // Not a record: its bytes are left out.
                let kind = ProblemKind::Trailing { bytes: left.len() as u64 };
                self.problems.push(Problem { layer: Some(layer), offset: Some(at), kind });
                return Some(appended);
            };
            out.extend_from_slice(part(left, ..end));
            appended.made = out.len();
            left = part(left, end..);
        }
    }

    /// Takes a KPL aggregate if it is one; only its MD5 proves that.
    pub(super) fn aggregate(&mut self, bytes: &[u8]) -> bool {
        let Some(aggregate) = kpl::parse(bytes) else {
            return false;
        };
        let is_cut = aggregate.is_cut && kpl::starts_aggregate(bytes);
        if aggregate.records.is_empty() && !aggregate.digest_matches && !is_cut {
            return false;
        }
        let mut report = |offset: usize, kind| {
            let layer = Some(Layer::KplAggregate);
            self.problems.push(Problem { layer, offset: Some(offset as u64), kind });
        };
        if is_cut {
            let records = aggregate.records.len() as u64;
            report(bytes.len(), ProblemKind::KplCut { records });
        } else if let Some(digest_at) = aggregate.wrong_digest_at {
            report(digest_at, ProblemKind::KplDigest);
        }
        if let Some(offset) = aggregate.broken_at.filter(|_| !is_cut) {
            report(offset, ProblemKind::KplBroken);
        }
        match aggregate.after {
            Some(kpl::After::Record(at)) => report(at, ProblemKind::Joined),
            Some(kpl::After::Bytes(at)) => {
                report(at, ProblemKind::Trailing { bytes: (bytes.len() - at) as u64 });
            }
            None => {}
        }
        if let Some(at) = aggregate.rest_at {
            report(at, ProblemKind::Trailing { bytes: (bytes.len() - at) as u64 });
        }
        self.layers.push(Peeled {
            layer: Layer::KplAggregate,
            bytes_in: bytes.len() as u64,
            bytes_out: aggregate.records.iter().map(|record| record.len() as u64).sum(),
            parts: u32::try_from(aggregate.records.len()).unwrap_or(u32::MAX),
        });
        true
    }
}

/// What came of compressed data.
struct Unpacked<'a> {
    /// Bytes of the output that are filled.
    made: usize,
    fault: Option<Fault>,
    /// Bytes after it.
    rest: &'a [u8],
    /// Bytes of it that were read.
    taken: u64,
    parts: u32,
}

/// True for JSON and compressed data, which can be shown after other compressed data.
fn may_be_appended(bytes: &[u8]) -> bool {
    Compression::by_magic(bytes).is_some() || bytes.starts_with(b"{\"") || bytes.starts_with(b"[{")
}

/// What came of the records after it.
struct Appended {
    made: usize,
    parts: u32,
}

/// Reads to the end or to one byte past `cap`, which makes it `None`; returns how much of
/// `out` is filled, of which the first `start` bytes were.
fn read_capped(
    unpack: &mut Unpack<&[u8]>,
    input: &[u8],
    cap: u64,
    out: &mut Vec<u8>,
    start: usize,
) -> Option<usize> {
    /// Room for the first bytes.
    const LEAST: usize = 4096;
    let cap = usize::try_from(cap).unwrap_or(usize::MAX);
    let most = cap.saturating_add(1).max(start);
    // Of what is appended it is not known how much of the input belongs to it.
    let guess = if start == 0 { input.len().saturating_mul(6) } else { 0 };
    let first = guess.max(LEAST).saturating_add(start).min(most);
    if out.len() < first {
        out.resize(first, 0);
    }
    let mut made = start;
    loop {
        if made == out.len() {
            if made > cap {
                return None;
            }
            // By its own size, not by that of what stands before it.
            out.resize((made + (made - start).max(LEAST)).min(most), 0);
        }
        // A slice never fails to be read.
        match unpack.read(part_mut(out, made..)) {
            Ok(0) | Err(_) => break,
            Ok(count) => made += count,
        }
    }
    (made <= cap).then_some(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::Gzip;

    #[test]
    fn room_for_what_is_appended_grows_with_it_alone() {
        let gzip = Gzip::new().compress(&vec![b'a'; 20_000]);
        let joined = [&gzip[..], &vec![b'{'; 1_000_000]].concat();
        let compression = Compression::by_magic(&joined).unwrap();
        let mut unpack = Unpack::new(compression, joined.as_slice(), Engine::new);
        let (start, mut out) = (500_000, vec![0; 500_000]);
        let made = read_capped(&mut unpack, &joined, u64::MAX, &mut out, start);
        assert_eq!(made, Some(start + 20_000));
        assert!(out.len() <= start + 40_000, "{}", out.len());
    }
}
