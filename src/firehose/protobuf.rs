//! The wire format of Protocol Buffers, as far as records need it: KPL
//! aggregates and metric streams.
//!
//! A message is a row of fields, each a tag and a value. The tag is a varint:
//! the field's number times 8, plus the wire type (protobuf.dev, "Encoding").

/// Wire types (protobuf.dev, "Encoding", "Message Structure"). Groups, 3 and 4,
/// are gone from the language.
const VARINT: u64 = 0;
const I64: u64 = 1;
const LEN: u64 = 2;
const I32: u64 = 5;

/// A field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its number in the `.proto` file.
    pub number: u64,
    /// Its value.
    pub value: Value<'a>,
}

/// A value as it is written; what it means depends on the field's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// `uint32`, `int64`, `bool` and the like.
    Varint(u64),
    /// `fixed64`, or the bits of a `double`.
    I64(u64),
    /// A string, bytes, or a message.
    Bytes(&'a [u8]),
    /// `fixed32`, or the bits of a `float`.
    I32(u32),
}

/// Reads the fields of a message, one after the other.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    is_short: bool,
}

impl<'a> Reader<'a> {
    /// Reads `message` from its start.
    pub const fn new(message: &'a [u8]) -> Self {
        Self { bytes: message, at: 0, is_short: false }
    }

    /// Offset of what is read next.
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// True if nothing is left.
    pub const fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// True if what was read last goes on after the end: a message that is cut.
    pub const fn is_short(&self) -> bool {
        self.is_short
    }

    /// The next varint, of 64 bits at most.
    pub fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let Some(&byte) = self.bytes.get(self.at) else {
                self.is_short = true;
                return None;
            };
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// What a length stands before: a value of a field, or a whole message where
    /// several are in a row.
    pub fn delimited(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        self.take(length)
    }

    /// The next field; `None` if it cannot be read.
    pub fn field(&mut self) -> Option<Field<'a>> {
        let tag = self.varint()?;
        let value = match tag & 7 {
            VARINT => Value::Varint(self.varint()?),
            I64 => Value::I64(u64::from_le_bytes(self.array()?)),
            LEN => Value::Bytes(self.delimited()?),
            I32 => Value::I32(u32::from_le_bytes(self.array()?)),
            _ => return None,
        };
        Some(Field { number: tag >> 3, value })
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end);
        self.is_short = taken.is_none();
        self.at = if self.is_short { self.at } else { end };
        taken
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
}

/// Writes a message, field by field, as proto3 does: a number that is 0 is left
/// out.
#[derive(Debug, Default)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    /// A message without fields.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a string.
    pub(crate) fn text(self, number: u64, text: &str) -> Self {
        self.bytes(number, text.as_bytes())
    }

    /// Adds a message.
    pub(crate) fn message(self, number: u64, message: &Self) -> Self {
        self.bytes(number, &message.0)
    }

    /// Adds a `fixed64`.
    pub(crate) fn fixed64(mut self, number: u64, value: u64) -> Self {
        if value != 0 {
            push_varint(&mut self.0, number << 3 | I64);
            self.0.extend_from_slice(&value.to_le_bytes());
        }
        self
    }

    /// Adds a `double`.
    pub(crate) fn double(self, number: u64, value: f64) -> Self {
        self.fixed64(number, value.to_bits())
    }

    /// Appends the message with its length before it.
    pub(crate) fn push_delimited(&self, out: &mut Vec<u8>) {
        push_varint(out, self.0.len() as u64);
        out.extend_from_slice(&self.0);
    }

    fn bytes(mut self, number: u64, bytes: &[u8]) -> Self {
        push_varint(&mut self.0, number << 3 | LEN);
        push_varint(&mut self.0, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }
}

/// Appends 7 bits a byte, the lowest first; all but the last have the top bit.
pub(crate) fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_is_written_as_the_specification_shows_it() {
        // protobuf.dev, "Encoding": `b: "testing"` in field 2.
        let message = Message::new().text(2, "testing");
        assert_eq!(message.0, b"\x12\x07testing");
        // The same page: 150 as a varint.
        let mut bytes = Vec::new();
        push_varint(&mut bytes, 150);
        assert_eq!(bytes, [0x96, 0x01]);
        assert!(Message::new().double(5, 0.0).0.is_empty());
        assert_eq!(Message::new().fixed64(2, 1).0, b"\x11\x01\0\0\0\0\0\0\0");
    }

    #[test]
    fn what_ends_early_is_no_field() {
        for bytes in [
            b"\x08".as_slice(),
            b"\x08\x80",
            b"\x11\0\0\0\0\0\0\0",
            b"\x12\x02x",
            b"\x15\0\0\0",
            b"\x0b",
            b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            assert_eq!(Reader::new(bytes).field(), None, "{bytes:x?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(number in 1_u64..1 << 29, text in any::<String>(), value: u64) {
            let message = Message::new().text(number, &text).fixed64(number, value);
            let mut bytes = Vec::new();
            message.push_delimited(&mut bytes);
            let mut outer = Reader::new(&bytes);
            let mut reader = Reader::new(outer.delimited().unwrap());
            prop_assert!(outer.is_at_end());
            let field = |value| Some(Field { number, value });
            prop_assert_eq!(reader.field(), field(Value::Bytes(text.as_bytes())));
            if value != 0 {
                prop_assert_eq!(reader.field(), field(Value::I64(value)));
            }
            prop_assert!(reader.is_at_end());
        }
    }
}
