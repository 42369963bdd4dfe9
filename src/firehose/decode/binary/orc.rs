//! ORC: the postscript at the end of a file, and the footer before it
//! (orc.apache.org, "ORC Specification v1").

use super::{BinaryFormat, Table, without_padding};
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

/// Fields of the entries of `RowIndex`: positions and statistics.
const OF_ENTRY: [u64; 2] = [1, 2];

/// Reads the end of an ORC file.
pub(super) fn file(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    let inner = bytes.strip_prefix(MAGIC)?;
    // The last byte is a length, which may be that of a newline.
    let end = without_padding(inner).len();
    let whole =
        whole(inner).or_else(|| whole(part(inner, ..end))).or_else(|| whole(inner.get(..=end)?));
    whole.or_else(|| is_begun(inner).then_some(BinaryFormat::CutOrc))
}

/// True if what stands after the magic is the index of the rows of the first column, as it is
/// or in a chunk; or chunks of other data.
fn is_begun(inner: &[u8]) -> bool {
    /// Chunks of which the lengths do not fit into the data by chance.
    const MIN_CHUNKS: usize = 3;
    /// Writers begin a chunk after 64 to 256 KiB.
    const MAX_CHUNK: usize = 1 << 20;
    if is_row_index(inner) {
        return true;
    }
    let mut rest = inner;
    for nth in 0..MIN_CHUNKS {
        let Some((length, is_stored, data)) = chunk(rest) else { return false };
        if nth == 0 && is_stored && is_row_index(part(data, ..length.min(data.len()))) {
            return true;
        }
        let Some(next) = data.get(length..) else { return false };
        if length == 0 || length > MAX_CHUNK {
            return false;
        }
        rest = next;
    }
    true
}

/// True for the first entry of an index, as far as it is here.
fn is_row_index(stream: &[u8]) -> bool {
    let [0x0a, length @ 2..0x80, entry @ ..] = stream else { return false };
    match entry.get(..usize::from(*length)) {
        Some(entry) => fields(entry).all(|field| {
            field.is_some_and(|it| {
                OF_ENTRY.contains(&it.number) && matches!(it.value, Value::Bytes(_))
            })
        }),
        None => matches!(entry, [0x0a | 0x12, _, ..]),
    }
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
    let table = match compression {
        0 => Some(table(footer)?),
        _ => stored_chunk(footer).and_then(table),
    };
    has_magic.then_some(BinaryFormat::Orc { compression: name, table })
}

/// The footer of a compressed file, if it stands there as it is.
fn stored_chunk(footer: &[u8]) -> Option<&[u8]> {
    let (length, is_stored, data) = chunk(footer)?;
    (is_stored && length == data.len()).then_some(data)
}

/// How long the chunk is that starts here, whether it is not compressed, and what follows its
/// header.
fn chunk(stream: &[u8]) -> Option<(usize, bool, &[u8])> {
    let (&[a, b, c], data) = stream.split_first_chunk::<CHUNK_HEADER>()?;
    let header = u32::from_le_bytes([a, b, c, 0]);
    Some((usize::try_from(header >> 1).ok()?, header & 1 == 1, data))
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
