//! Lists of bytes in hexadecimal without a prefix, as Rust's `{:x?}` and `{:02X?}` print
//! them: `[7b, 22, a]`; and texts of them, as Python's `hex` makes.

use crate::bytes::part;

/// The bytes of `7b, 22, a`; `None` for what may be decimal.
pub(super) fn of_items(list: &[u8]) -> Option<Vec<u8>> {
    let mut is_decimal = true;
    let mut bytes = Vec::new();
    for item in list.split(|byte| *byte == b',') {
        let item = digits(item.trim_ascii());
        is_decimal &= item.iter().all(u8::is_ascii_digit);
        bytes.push(byte(item)?);
    }
    (!is_decimal).then_some(bytes)
}

/// True if each item has the sign of hexadecimal before it, or a key `data` stands before the
/// list: other numbers of two digits may be anything.
pub(super) fn is_marked(before: &[u8], list: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let key = before.strip_suffix(b":").or_else(|| before.strip_suffix(b"="));
    key.is_some_and(|it| it.trim_ascii_end().ends_with(b"ata"))
        || list.split(|byte| *byte == b',').all(|it| {
            let it = it.trim_ascii();
            it.strip_prefix(b"'").unwrap_or(it).starts_with(b"0x")
        })
}

/// How long the list that `text` starts with is, with its brackets, and its bytes.
pub(super) fn at_start(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    let list = text.strip_prefix(b"[")?;
    let is_of_list = |it: &u8| it.is_ascii_hexdigit() || it.is_ascii_whitespace() || *it == b',';
    // Most lists have something else near their start.
    let end =
        list.iter().position(|it| !is_of_list(it)).filter(|end| list.get(*end) == Some(&b']'))?;
    let items = part(list, ..end).trim_ascii_end();
    // A comma may follow the last.
    let bytes = of_items(items.strip_suffix(b",").unwrap_or(items))?;
    Some((end + 2, bytes))
}

/// `7b` of `'0x7b'`.
fn digits(item: &[u8]) -> &[u8] {
    let bare = item.strip_prefix(b"'").and_then(|it| it.strip_suffix(b"'")).unwrap_or(item);
    bare.strip_prefix(b"0x").unwrap_or(bare)
}

fn byte(item: &[u8]) -> Option<u8> {
    let is_byte = matches!(item.len(), 1 | 2) && item.iter().all(u8::is_ascii_hexdigit);
    u8::from_str_radix(str::from_utf8(item).ok().filter(|_| is_byte)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_one_or_two_digits_are_bytes_unless_all_may_be_decimal() {
        assert_eq!(of_items(b"7b, 22,61,a").unwrap(), b"{\"a\n");
        assert_eq!(of_items(b"7B, 0A").unwrap(), b"{\n");
        assert_eq!(of_items(b"'0x7b', '0xa'").unwrap(), b"{\n");
        for list in ["", "12, 34", "7b, 123", "7b,, 22", "7b 22", "'7b", "a, g", "+a", "7b,"] {
            assert_eq!(of_items(list.as_bytes()), None, "{list}");
        }
    }

    #[test]
    fn a_sign_or_a_key_tells_that_numbers_are_bytes() {
        for (before, list) in [("", "0x61, 0x6a"), ("got ", "'0x61','0x6a'"), ("data: ", "61, 6a")]
        {
            assert!(is_marked(before.as_bytes(), list.as_bytes()), "{before}");
        }
        for (before, list) in [("", "61, 6a"), ("colors: ", "41, 4a"), ("ata", "0x41, 4a")] {
            assert!(!is_marked(before.as_bytes(), list.as_bytes()), "{before}");
        }
    }

    #[test]
    fn a_list_ends_with_its_bracket() {
        assert_eq!(at_start(b"[7b, 7d], x").unwrap(), (8, b"{}".to_vec()));
        assert_eq!(at_start(b"[\n  7b,\n  7d,\n]").unwrap().1, b"{}");
        for text in ["[]", "[7b, 7d", "[7b, 'a']", "[1, 2]", "7b, 7d]"] {
            assert_eq!(at_start(text.as_bytes()), None, "{text}");
        }
    }
}
