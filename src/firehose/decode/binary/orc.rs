//! ORC: the postscript at the end of a file, and the footer before it
//! (orc.apache.org, "ORC Specification v1").

use super::{BinaryFormat, Table, has_control, without_padding};
use crate::bytes::part;
use crate::protobuf::{Field, Reader, Value};

/// First bytes of a file, and the last of its postscript.
pub(super) const MAGIC: &[u8] = b"ORC";

/// `CompressionKind`, by number; later versions may have more.
const COMPRESSIONS: [&str; 7] = ["none", "zlib", "snappy", "lzo", "lz4", "zstd", "brotli"];

/// Bytes before a chunk of a compressed footer: its length times 2, plus 1 if it
/// is not compressed.
const CHUNK_HEADER: usize = 3;

/// Most names of columns that are kept.
const MAX_COLUMNS: usize = 1000;

/// Fields of `PostScript`.
const FOOTER_LENGTH: u64 = 1;
const COMPRESSION: u64 = 2;
const POSTSCRIPT_MAGIC: u64 = 8000;

/// Fields of `Footer`.
const TYPES: u64 = 4;
const ROWS: u64 = 6;

/// Fields of `Type`.
const FIELD_NAMES: u64 = 3;

/// The least bytes after the magic of a file without its end: the magic is short.
const MIN_CUT: usize = 16;

/// Reads the end of an ORC file.
pub(super) fn file(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    let inner = bytes.strip_prefix(MAGIC)?;
    let is_cut = || inner.len() >= MIN_CUT && has_control(inner);
    // The last byte is a length, which may be that of a newline.
    let end = without_padding(inner).len();
    let whole =
        whole(inner).or_else(|| whole(part(inner, ..end))).or_else(|| whole(inner.get(..=end)?));
    whole.or_else(|| is_cut().then_some(BinaryFormat::CutOrc))
}

/// Reads the end of what stands after the magic.
fn whole(inner: &[u8]) -> Option<BinaryFormat<'_>> {
    let (&length, inner) = inner.split_last()?;
    let start = inner.len().checked_sub(usize::from(length))?;
    let (inner, postscript) = inner.split_at_checked(start)?;
    let (mut footer, mut compression, mut has_magic) = (None, 0, false);
    for field in fields(postscript) {
        match (field?.number, field?.value) {
            (FOOTER_LENGTH, Value::Varint(length)) => footer = usize::try_from(length).ok(),
            (COMPRESSION, Value::Varint(kind)) => {
                compression = usize::try_from(kind).unwrap_or(usize::MAX);
            }
            (POSTSCRIPT_MAGIC, Value::Bytes(magic)) => has_magic = magic == MAGIC,
            _ => {}
        }
    }
    let footer = inner.get(inner.len().checked_sub(footer?)?..)?;
    let name = COMPRESSIONS.get(compression).copied().unwrap_or("unknown");
    let footer = if compression == 0 { Some(footer) } else { stored_chunk(footer) };
    has_magic.then(|| BinaryFormat::Orc { compression: name, table: footer.and_then(table) })
}

/// The footer of a compressed file, if it stands there as it is.
fn stored_chunk(footer: &[u8]) -> Option<&[u8]> {
    let (&[a, b, c], chunk) = footer.split_first_chunk::<CHUNK_HEADER>()?;
    let header = u32::from_le_bytes([a, b, c, 0]);
    let length = usize::try_from(header >> 1).ok()?;
    (header & 1 == 1 && length == chunk.len()).then_some(chunk)
}

/// Rows, and the names in the first type: the root of the schema.
fn table(footer: &[u8]) -> Option<Table<'_>> {
    let mut table = Table::default();
    let mut has_root = false;
    for field in fields(footer) {
        match (field?.number, field?.value) {
            (ROWS, Value::Varint(rows)) => table.rows = rows,
            (TYPES, Value::Bytes(root)) if !has_root => {
                has_root = true;
                for field in fields(root).take(MAX_COLUMNS) {
                    if let Field { number: FIELD_NAMES, value: Value::Bytes(name) } = field? {
                        table.columns.push(name);
                    }
                }
            }
            _ => {}
        }
    }
    has_root.then_some(table)
}

/// The fields of a message; `None` for one that cannot be read, which is the last.
fn fields(message: &[u8]) -> impl Iterator<Item = Option<Field<'_>>> {
    let mut reader = Some(Reader::new(message));
    std::iter::from_fn(move || {
        let inner = reader.as_mut().filter(|reader| !reader.is_at_end())?;
        let field = inner.field();
        if field.is_none() {
            reader = None;
        }
        Some(field)
    })
}
