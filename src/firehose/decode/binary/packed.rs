//! JSON in fewer bytes: CBOR (RFC 8949) and `MessagePack`. Both are known by a map
//! with names as keys that ends where the bytes do.

use crate::bytes::has_binary_bytes;

/// Maps in each other that are followed.
const MAX_DEPTH: usize = 32;

/// How one of the formats writes the head of a value.
type ReadHead = fn(&[u8]) -> Option<Head>;

/// A value without what is in it.
struct Head {
    /// Bytes that it takes.
    length: usize,
    kind: Kind,
}

enum Kind {
    /// Text of this many bytes, which follow.
    Text(usize),
    /// Anything else, of this many bytes, which follow.
    Plain(usize),
    /// This many values that follow.
    List(Count),
    /// This many keys with their values that follow.
    Map(Count),
}

/// `None` for as many as there are before a [`BREAK`].
type Count = Option<usize>;

/// The end of a list or a map of CBOR that was written without its length.
const BREAK: u8 = 0xff;

/// The tag of CBOR that says nothing but that it is CBOR.
const SELF_DESCRIBED: &[u8] = b"\xd9\xd9\xf7";

/// True for one map in CBOR.
pub(super) fn is_cbor(bytes: &[u8]) -> bool {
    if let Some(map) = bytes.strip_prefix(SELF_DESCRIBED) {
        return is_map(map, cbor);
    }
    // `\xa1gracias!\n` in Latin-1 is a map too, of one key with a small number.
    let is_one = matches!(cbor(bytes), Some(Head { kind: Kind::Map(Some(1)), .. }));
    let may_be_text = is_one && !has_binary_bytes(bytes);
    (!may_be_text || is_name_with_text(bytes)) && is_map(bytes, cbor)
}

/// True for a map whose first key is a name, with a text as its value: letters by whose
/// codes their words end exactly where the text does are no chance.
fn is_name_with_text(map: &[u8]) -> bool {
    let text = |bytes: &[u8]| match cbor(bytes)? {
        Head { length, kind: Kind::Text(text @ 1..) } => Some(length..length.checked_add(text)?),
        _ => None,
    };
    let key = map.get(1..).unwrap_or_default();
    let Some(name) = text(key) else { return false };
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let value = key.get(name.end..).unwrap_or_default();
    key.get(name).is_some_and(|name| name.iter().all(is_part)) && text(value).is_some()
}

/// True for one map in `MessagePack`.
pub(super) fn is_message_pack(bytes: &[u8]) -> bool {
    is_map(bytes, message_pack)
}

fn is_map(bytes: &[u8], read: ReadHead) -> bool {
    let has_key = match read(bytes).map(|head| head.kind) {
        Some(Kind::Map(None)) => bytes.get(1) != Some(&BREAK),
        Some(Kind::Map(Some(count))) => count > 0,
        _ => false,
    };
    has_key && value(bytes, 0, 0, read) == Some(bytes.len())
}

/// Where the value ends that starts at `at`.
fn value(bytes: &[u8], at: usize, depth: usize, read: ReadHead) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let Head { length, kind } = read(rest).filter(|_| depth < MAX_DEPTH)?;
    let mut at = at + length;
    match kind {
        Kind::Text(length) => {
            let end = at.checked_add(length)?;
            str::from_utf8(bytes.get(at..end)?).ok().map(|_| end)
        }
        Kind::Plain(length) => at.checked_add(length).filter(|end| *end <= bytes.len()),
        Kind::List(mut left) | Kind::Map(mut left) => {
            while left != Some(0) {
                if left.is_none() && bytes.get(at) == Some(&BREAK) {
                    return Some(at + 1);
                }
                if matches!(kind, Kind::Map(_)) {
                    let key = read(bytes.get(at..)?)?;
                    if !matches!(key.kind, Kind::Text(1..)) {
                        return None;
                    }
                    at = value(bytes, at, depth + 1, read)?;
                }
                at = value(bytes, at, depth + 1, read)?;
                left = left.map(|left| left - 1);
            }
            Some(at)
        }
    }
}

fn cbor(rest: &[u8]) -> Option<Head> {
    let first = *rest.first()?;
    let (length, number) = match first & 0x1f {
        small @ 0..=23 => (1, usize::from(small)),
        size @ 24..=27 => {
            let size = 1_usize << (size - 24);
            (1 + size, number(rest, size)?)
        }
        31 => {
            // A text may come in parts.
            let kind = match first >> 5 {
                2..=4 => Kind::List(None),
                5 => Kind::Map(None),
                _ => return None,
            };
            return Some(Head { length: 1, kind });
        }
        _ => return None,
    };
    let kind = match first >> 5 {
        2 => Kind::Plain(number),
        3 => Kind::Text(number),
        4 => Kind::List(Some(number)),
        5 => Kind::Map(Some(number)),
        // A tag is put before one value.
        6 => Kind::List(Some(1)),
        _ => Kind::Plain(0),
    };
    Some(Head { length, kind })
}

fn message_pack(rest: &[u8]) -> Option<Head> {
    let first = *rest.first()?;
    let sized = |size: usize| Some((1 + size, number(rest, size)?));
    let plain = |length| Some(Head { length: 1, kind: Kind::Plain(length) });
    let list = |count| Kind::List(Some(count));
    let map = |count| Kind::Map(Some(count));
    let ((length, count), kind): (_, fn(usize) -> Kind) = match first {
        0x80..=0x8f => ((1, usize::from(first & 0x0f)), map),
        0x90..=0x9f => ((1, usize::from(first & 0x0f)), list),
        0xa0..=0xbf => ((1, usize::from(first & 0x1f)), Kind::Text),
        0xc4..=0xc6 => (sized(1 << (first - 0xc4))?, Kind::Plain),
        0xd9..=0xdb => (sized(1 << (first - 0xd9))?, Kind::Text),
        0xdc | 0xdd => (sized(2 << (first - 0xdc))?, list),
        0xde | 0xdf => (sized(2 << (first - 0xde))?, map),
        // An extension has its length, and a byte for its type.
        0xc7..=0xc9 => {
            let (length, count) = sized(1 << (first - 0xc7))?;
            return Some(Head { length: length + 1, kind: Kind::Plain(count) });
        }
        0xd4..=0xd8 => return plain(1 + (1 << (first - 0xd4))),
        0xca => return plain(4),
        0xcb => return plain(8),
        0xcc..=0xcf => return plain(1 << (first - 0xcc)),
        0xd0..=0xd3 => return plain(1 << (first - 0xd0)),
        0xc1 => return None,
        _ => return plain(0),
    };
    Some(Head { length, kind: kind(count) })
}

/// The big-endian number of `size` bytes after the first.
fn number(rest: &[u8], size: usize) -> Option<usize> {
    let bytes = rest.get(1..=size)?;
    // A double or a large integer may be anything.
    let number = bytes
        .iter()
        .try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)));
    Some(number.unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_with_names_is_known_to_its_end() {
        // `{"id":1041,"price":-0.05,"tags":["a",null],"ok":true}`, by cbor2 and msgpack.
        let cbor =
            b"\xa4bid\x19\x04\x11eprice\xfb\xbf\xa9\x99\x99\x99\x99\x99\x9adtags\x82aa\xf6bok\xf5";
        let pack = b"\x84\xa2id\xcd\x04\x11\xa5price\xcb\xbf\xa9\x99\x99\x99\x99\x99\x9a\xa4tags\x92\xa1a\xc0\xa2ok\xc3";
        assert!(is_cbor(cbor) && !is_message_pack(cbor));
        assert!(is_message_pack(pack) && !is_cbor(pack));
        for length in 0..cbor.len() {
            assert!(!is_cbor(&cbor[..length]), "{length}");
        }
        for length in 0..pack.len() {
            assert!(!is_message_pack(&pack[..length]), "{length}");
        }
    }

    #[test]
    fn a_map_of_cbor_may_have_no_length_and_a_tag() {
        for map in [
            // Jackson, cbor2 with its tag, a stream of parts.
            &b"\xbfaa\x01\xff"[..],
            b"\xbfbid\x19\x04\x11dtags\x9faa\xf6\xffblx\xbfay\xf5\xff\xff",
            b"\xd9\xd9\xf7\xa1aa\x01",
            b"\xd9\xd9\xf7\xa1dnamecBob",
            b"\xbfdname\x7fcBobcAnn\xff\xff",
            b"\xa2dnamecBobdcitydOslo",
            b"\xa1dnamecBob",
            b"\xa1gmessagex\x20left with the neighbour at no 12",
        ] {
            assert!(is_cbor(map), "{}", map.escape_ascii());
            for length in 0..map.len() {
                assert!(!is_cbor(&map[..length]), "{length} of {}", map.escape_ascii());
            }
        }
    }

    #[test]
    fn text_in_latin1_is_no_map() {
        for text in [
            &b"\xa1gracias!\n"[..],
            b"\xa1eureka\n",
            b"\xa1hola amig!",
            b"\xa1hola amigdeal!",
            b"\xa1felicidades",
            b"\xbfaa!\n",
            // The name, or its value, has more bytes than can be counted.
            b"\xa1\x7b\xff\xff\xff\xff\xff\xff\xff\xff!",
            b"\xa1aa\x7b\xff\xff\xff\xff\xff\xff\xff\xff!",
        ] {
            assert!(!is_cbor(text) && !is_message_pack(text), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn other_bytes_are_neither() {
        let deep = b"\xa1aa".repeat(100_000);
        let open = b"\xbfaa".repeat(100_000);
        for bytes in [
            &b""[..],
            b"\xa0",
            b"\x80",
            b"\xa1\x01\x02",
            b"\x81\x01\x02",
            b"\xa1aa\xf6 text",
            b"\xb8\0",
            b"\xbf\xff",
            b"\xbfaa\xff",
            b"\xa1aa\xff",
            b"\xbf\x01\x02\xff",
            b"\xd9\xd9\xf7",
            b"\xd9\xd9\xf7\x01",
            b"\x1f",
            b"\xff",
            b"\xdf\xff\xff\xff\xff",
            b"{\"a\":1}",
            &deep,
            &open,
        ] {
            assert!(!is_cbor(bytes) && !is_message_pack(bytes), "{}", bytes.escape_ascii());
        }
    }
}
