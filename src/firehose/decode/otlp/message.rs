//! One message of OTLP metrics as OTLP/JSON: known fields by their names, 64-bit
//! integers as strings, ids in hexadecimal (opentelemetry.io, "OTLP
//! Specification", "JSON Protobuf Encoding").

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::schema::{DATA_POINTS, Field, Kind, METRICS};
use crate::bytes::part_mut;
use crate::json;
use crate::protobuf::{Reader, Value};

/// Deepest nesting of messages: protobuf's own limit.
const MAX_DEPTH: usize = 100;

/// Most fields of one message and those around it.
const MAX_FIELDS: usize = 1_000_000;

/// Why a message is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is not one, or not whole.
    NotThis,
    /// Its JSON passes the limit.
    TooLarge,
}

/// What was counted in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) metrics: u64,
    pub(super) points: u64,
    /// Fields with a number of the table, and without one.
    pub(super) known: u64,
    pub(super) unknown: u64,
}

/// Writes messages as JSON.
pub(super) struct Writer<'a, 'o> {
    out: &'o mut Vec<u8>,
    limit: usize,
    /// Fields of the message at hand and of those around it: the place of each
    /// in its table, and its value.
    found: Vec<(usize, Value<'a>)>,
    pub(super) counts: Counts,
}

impl<'a, 'o> Writer<'a, 'o> {
    /// Appends to `out`, up to `limit` bytes.
    pub(super) fn new(out: &'o mut Vec<u8>, limit: usize) -> Self {
        Self { out, limit, found: Vec::new(), counts: Counts::default() }
    }

    /// Appends one message as an object; nothing and no counts if it is not one.
    pub(super) fn request(&mut self, bytes: &'a [u8], table: &'static [Field]) -> Result<(), Stop> {
        let (length, counts) = (self.out.len(), self.counts);
        let result = self.message(bytes, table, 0);
        if result.is_err() {
            self.out.truncate(length);
            self.found.clear();
            self.counts = counts;
        }
        result
    }

    /// Starts a line for the next message.
    pub(super) fn next_line(&mut self) {
        self.out.push(b'\n');
    }

    /// A line that is JSON already.
    pub(super) fn line(&mut self, json: &[u8]) -> Result<(), Stop> {
        self.next_line();
        self.out.extend_from_slice(json);
        if self.out.len() > self.limit { Err(Stop::TooLarge) } else { Ok(()) }
    }

    fn message(
        &mut self,
        bytes: &'a [u8],
        table: &'static [Field],
        depth: usize,
    ) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::NotThis);
        }
        let start = self.found.len();
        self.gather(bytes, table)?;
        let end = self.found.len();
        self.out.push(b'{');
        let mut at = start;
        while at < end {
            if at > start {
                self.out.push(b',');
            }
            at = self.field(at, end, table, depth)?;
        }
        self.out.push(b'}');
        self.found.truncate(start);
        Ok(())
    }

    /// Finds the fields of a message, in the order of the table.
    fn gather(&mut self, bytes: &'a [u8], table: &'static [Field]) -> Result<(), Stop> {
        let start = self.found.len();
        let mut reader = Reader::new(bytes);
        while !reader.is_at_end() {
            let field = reader.field().ok_or(Stop::NotThis)?;
            if field.number == 0 || self.found.len() >= MAX_FIELDS {
                return Err(Stop::NotThis);
            }
            match table.iter().position(|known| known.number == field.number) {
                Some(index) => self.found.push((index, field.value)),
                None => self.counts.unknown += 1,
            }
        }
        let found = part_mut(&mut self.found, start..);
        found.sort_by_key(|(index, _)| *index);
        self.counts.known += found.len() as u64;
        Ok(())
    }

    /// Writes the field at `at` and, if it is a list, those of its kind after it:
    /// where the next one is.
    fn field(
        &mut self,
        mut at: usize,
        end: usize,
        table: &'static [Field],
        depth: usize,
    ) -> Result<usize, Stop> {
        let Some(&(index, _)) = self.found.get(at) else { return Ok(end) };
        let Some(field) = table.get(index) else { return Ok(end) };
        self.out.push(b'"');
        self.out.extend_from_slice(field.name.as_bytes());
        self.out.extend_from_slice(if field.repeated { b"\":[" } else { b"\":" });
        let first = at;
        while at < end
            && let Some(&(same, value)) = self.found.get(at)
            && same == index
        {
            if at > first {
                // No writer sets a field twice that is not a list.
                if !field.repeated {
                    return Err(Stop::NotThis);
                }
                self.out.push(b',');
            }
            self.value(field, value, depth)?;
            at += 1;
        }
        if field.repeated {
            self.out.push(b']');
        }
        Ok(at)
    }

    fn value(&mut self, field: &'static Field, value: Value<'a>, depth: usize) -> Result<(), Stop> {
        match (field.kind, value) {
            (Kind::Message(table), Value::Bytes(bytes)) => {
                self.counts.metrics += u64::from(field.name == METRICS);
                self.counts.points += u64::from(field.name == DATA_POINTS);
                self.message(bytes, table, depth + 1)?;
            }
            (Kind::Text, Value::Bytes(bytes)) => {
                let text = simdutf8::basic::from_utf8(bytes).map_err(|_| Stop::NotThis)?;
                json::push_string(self.out, text);
            }
            (Kind::Base64, Value::Bytes(bytes)) => {
                json::push_string(self.out, &STANDARD.encode(bytes));
            }
            (Kind::Hex, Value::Bytes(bytes)) => {
                let mut digits = String::new();
                for byte in bytes {
                    // Writing to a string does not fail.
                    let _unused = write!(digits, "{byte:02x}");
                }
                json::push_string(self.out, &digits);
            }
            (kind, Value::Bytes(bytes)) if field.repeated => self.packed(kind, bytes)?,
            (kind, value) => self.scalar(kind, value)?,
        }
        if self.out.len() > self.limit { Err(Stop::TooLarge) } else { Ok(()) }
    }

    /// Numbers of a list in one value (protobuf.dev, "Packed Repeated Fields").
    fn packed(&mut self, kind: Kind, bytes: &'a [u8]) -> Result<(), Stop> {
        let mut reader = Reader::new(bytes);
        let (words, rest) = bytes.as_chunks::<8>();
        let mut words = words.iter();
        let mut next = || match kind {
            Kind::Uint64 if reader.is_at_end() => Ok(None),
            Kind::Uint64 => reader.varint().map(Value::Varint).map(Some).ok_or(Stop::NotThis),
            Kind::Fixed64 | Kind::Double if rest.is_empty() => {
                Ok(words.next().map(|word| Value::I64(u64::from_le_bytes(*word))))
            }
            _ => Err(Stop::NotThis),
        };
        self.scalar(kind, next()?.ok_or(Stop::NotThis)?)?;
        while let Some(value) = next()? {
            self.out.push(b',');
            self.scalar(kind, value)?;
        }
        Ok(())
    }

    fn scalar(&mut self, kind: Kind, value: Value<'a>) -> Result<(), Stop> {
        let text = match (kind, value) {
            (Kind::Bool, Value::Varint(value @ 0..=1)) => (value == 1).to_string(),
            (Kind::Number, Value::Varint(value)) => {
                u32::try_from(value).map_err(|_| Stop::NotThis)?.to_string()
            }
            (Kind::Zigzag, Value::Varint(value)) => {
                let value = u32::try_from(value).map_err(|_| Stop::NotThis)?;
                ((value >> 1).cast_signed() ^ -(value & 1).cast_signed()).to_string()
            }
            (Kind::Int64, Value::Varint(value)) | (Kind::Sfixed64, Value::I64(value)) => {
                format!("\"{}\"", value.cast_signed())
            }
            (Kind::Uint64, Value::Varint(value)) | (Kind::Fixed64, Value::I64(value)) => {
                format!("\"{value}\"")
            }
            (Kind::Double, Value::I64(bits)) => double(f64::from_bits(bits)),
            _ => return Err(Stop::NotThis),
        };
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// A double as JSON, as short as it reads back the same.
fn double(value: f64) -> String {
    if value.is_nan() {
        "\"NaN\"".to_owned()
    } else if value.is_infinite() {
        format!("\"{}Infinity\"", if value < 0.0 { "-" } else { "" })
    } else {
        format!("{value:?}")
    }
}
