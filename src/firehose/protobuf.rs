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
}

impl<'a> Reader<'a> {
    /// Reads `message` from its start.
    pub const fn new(message: &'a [u8]) -> Self {
        Self { bytes: message, at: 0 }
    }

    /// Offset of what is read next.
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// True if nothing is left.
    pub const fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// The next varint, of 64 bits at most.
    pub fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
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
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
