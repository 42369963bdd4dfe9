//! Parquet: the footer at the end of a file, in Thrift's compact protocol
//! (apache/parquet-format, `parquet.thrift`; apache/thrift,
//! `thrift-compact-protocol.md`).

use super::{BinaryFormat, Table, without_padding};

/// First and last bytes of a file.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// Deepest nesting of structures that are skipped.
const MAX_DEPTH: usize = 32;

/// Fields of `FileMetaData`.
const SCHEMA: i16 = 2;
const ROWS: i16 = 3;

/// Fields of `SchemaElement`.
const NAME: i16 = 4;
const CHILDREN: i16 = 5;

/// Types of the compact protocol.
const STOP: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;

/// Reads the footer of a Parquet file.
pub(super) fn file(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    let inner = bytes.strip_prefix(MAGIC)?;
    footer(without_padding(inner))
        .and_then(table)
        .map(BinaryFormat::Parquet)
        .or_else(|| is_begun(inner).then_some(BinaryFormat::CutParquet))
}

/// True if what stands after the first magic is the header of a page, or the footer of a file
/// without rows.
fn is_begun(inner: &[u8]) -> bool {
    // Field 1 is an integer: the kind of the page, before two sizes; or a version, before the
    // schema, a list of structures.
    match inner {
        [0x15, 0 | 2 | 4 | 6, 0x15, ..] => true,
        [0x15, 2 | 4, 0x19, list, ..] => list & 0xf == STRUCT,
        _ => false,
    }
}

/// The footer of what stands after the first magic.
fn footer(inner: &[u8]) -> Option<&[u8]> {
    let (inner, length) = inner.strip_suffix(MAGIC)?.split_last_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    inner.get(inner.len().checked_sub(length)?..)
}

fn table(footer: &[u8]) -> Option<Table<'_>> {
    let mut reader = Reader { rest: footer };
    let mut table = None;
    let mut rows = None;
    let mut id = 0;
    loop {
        match (reader.field(&mut id)?, id) {
            (STOP, _) => break,
            (LIST, SCHEMA) => table = Some(reader.columns()?),
            (I64, ROWS) => rows = Some(u64::try_from(reader.zigzag()?).ok()?),
            // Both stand before the row groups, of which there may be many.
            _ if table.is_some() && rows.is_some() => break,
            (kind, _) => reader.skip(kind, 0)?,
        }
    }
    Some(Table { rows: rows?, columns: table? })
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(count).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    fn binary(&mut self) -> Option<&'a [u8]> {
        let length = self.varint()?;
        self.take(length)
    }

    /// The type of the next field of a structure, whose number goes to `id`;
    /// [`STOP`] at the end of the structure.
    fn field(&mut self, id: &mut i16) -> Option<u8> {
        let header = self.byte()?;
        if header == STOP {
            return Some(STOP);
        }
        *id = match header >> 4 {
            0 => i16::try_from(self.zigzag()?).ok()?,
            delta => id.checked_add(i16::from(delta))?,
        };
        Some(header & 0xf)
    }

    /// The number and the type of the elements of a list.
    fn list(&mut self) -> Option<(u64, u8)> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        Some((count, header & 0xf))
    }

    /// The names of the columns at the top level: children of the first element.
    fn columns(&mut self) -> Option<Vec<&'a [u8]>> {
        let (count, kind) = self.list()?;
        if kind != STRUCT || count == 0 {
            return None;
        }
        let mut columns = Vec::new();
        // Elements below the one at hand, the next of them first.
        let mut below = 0u64;
        for nth in 0..count {
            let (name, children) = self.element()?;
            let children = u64::try_from(children).ok()?;
            if nth > 0 && below == 0 {
                columns.push(name);
            }
            if nth > 0 {
                below = below.saturating_sub(1).checked_add(children)?;
            }
        }
        Some(columns)
    }

    /// The name of an element of the schema, and how many come below it.
    fn element(&mut self) -> Option<(&'a [u8], i64)> {
        let (mut name, mut children, mut id) = (None, 0, 0);
        loop {
            match (self.field(&mut id)?, id) {
                (STOP, _) => break,
                (BINARY, NAME) => name = Some(self.binary()?),
                (I32, CHILDREN) => children = self.zigzag()?,
                (kind, _) => self.skip(kind, 0)?,
            }
        }
        Some((name?, children))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match kind {
            TRUE | FALSE => {}
            BYTE => _ = self.byte()?,
            I16 | I32 | I64 => _ = self.varint()?,
            DOUBLE => _ = self.take(8)?,
            BINARY => _ = self.binary()?,
            LIST | SET => {
                let (count, kind) = self.list()?;
                self.skip_elements(count, &[kind], depth)?;
            }
            MAP => {
                let count = self.varint()?;
                if count > 0 {
                    let kinds = self.byte()?;
                    self.skip_elements(count, &[kinds >> 4, kinds & 0xf], depth)?;
                }
            }
            STRUCT => {
                let mut id = 0;
                loop {
                    match self.field(&mut id)? {
                        STOP => break,
                        kind => self.skip(kind, depth + 1)?,
                    }
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn skip_elements(&mut self, count: u64, kinds: &[u8], depth: usize) -> Option<()> {
        for _ in 0..count {
            // Elements without a byte would never end.
            if self.rest.is_empty() {
                return None;
            }
            for kind in kinds {
                match *kind {
                    // In a list, a boolean is a byte.
                    TRUE | FALSE => _ = self.byte()?,
                    kind => self.skip(kind, depth + 1)?,
                }
            }
        }
        Some(())
    }
}
