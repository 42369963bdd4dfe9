//! Words, ids, dates and hexadecimal digits that were not encoded, and pass as base64.

use base64::Engine as _;

use super::encoding::strict;
use crate::decode::{is_control, starts_binary_record};

/// Longest text that is taken for one of these.
const MAX_LENGTH: usize = 64;

/// Fewest digits of hexadecimal that are taken for it.
const MIN_HEX: usize = 8;

/// What `data` looks like, with its article, if its characters are not mixed as base64
/// mixes them.
pub(super) fn looks_like(data: &[u8]) -> Option<&'static str> {
    let parts = || data.split(|byte| is_separator(*byte));
    if !(2..=MAX_LENGTH).contains(&data.len()) || parts().any(<[u8]>::is_empty) {
        return None;
    }
    let all = |is_it: &dyn Fn(&[u8]) -> bool| parts().all(is_it);
    let lengths: Vec<_> = parts().map(<[u8]>::len).collect();
    if all(&is_hex) && lengths == [8, 4, 4, 4, 12] {
        return Some("a UUID");
    }
    if all(&|part| part.iter().all(u8::is_ascii_digit)) {
        return Some("a number or a date");
    }
    let has_digit = data.iter().any(u8::is_ascii_digit);
    if all(&is_hex) && has_digit && lengths.iter().sum::<usize>() >= MIN_HEX {
        return Some("hexadecimal");
    }
    all(&is_name).then_some(if has_digit { "an id" } else { "a word" })
}

/// True if the symbols, of whichever alphabet and without padding, stand for a text or
/// for data that begins as some does.
pub(super) fn stand_for_something(symbols: &[u8]) -> bool {
    let standard = symbols.iter().map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => *byte,
    });
    let padding = symbols.len().wrapping_neg() % 4;
    let padded: Vec<u8> = standard.chain(std::iter::repeat_n(b'=', padding)).collect();
    strict().decode(padded).is_ok_and(|bytes| is_something(&bytes))
}

/// True for text, and for data that begins as some does.
pub(super) fn is_something(bytes: &[u8]) -> bool {
    let is_text = str::from_utf8(bytes).is_ok() && !bytes.iter().any(|byte| is_control(*byte));
    is_text || starts_binary_record(bytes)
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_')
}

/// Hexadecimal digits in one case.
fn is_hex(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
        && !(text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase))
}

/// Letters and digits as people and programs write names: in one case, or with capitals
/// where words begin.
fn is_name(text: &[u8]) -> bool {
    if !text.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let capitals = text.iter().filter(|it| it.is_ascii_uppercase()).count();
    let small = text.iter().filter(|it| it.is_ascii_lowercase()).count();
    if capitals == 0 || small == 0 {
        return true;
    }
    // `orderShipped`: words of at least two letters, and digits at the end.
    let digits = text.iter().rev().take_while(|it| it.is_ascii_digit()).count();
    let letters = text.get(..text.len() - digits).unwrap_or_default();
    let is_word = |at: usize| letters.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    let mut starts = letters.iter().enumerate().filter(|(_, it)| it.is_ascii_uppercase());
    letters.iter().all(u8::is_ascii_alphabetic)
        && small >= capitals * 3
        && starts.all(|(at, _)| is_word(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_and_programs_name_things_by_is_known() {
        for (data, expected) in [
            ("success1", "an id"),
            ("OrderShipped", "a word"),
            ("orderShippedToCustomer", "a word"),
            ("orderId12345", "an id"),
            ("SHIPPED1", "an id"),
            ("OK12", "an id"),
            ("QWETECHNOLOGY391", "an id"),
            ("20261130", "a number or a date"),
            ("2026-11-30", "a number or a date"),
            ("1764500000", "a number or a date"),
            ("123e4567e89b12d3a456426614174000", "hexadecimal"),
            ("123e4567-e89b-12d3-a456-426614174000", "a UUID"),
            ("order-shipped", "a word"),
            ("ORDER_SHIPPED", "a word"),
            ("user_created", "a word"),
        ] {
            assert_eq!(looks_like(data.as_bytes()), Some(expected), "{data}");
            assert!(!stand_for_something(data.as_bytes()), "{data}");
        }
        for data in
            ["eyJhIjoxfQo", "H4sIAAAAAAAA", "CgNRV0UVMzMcQg", "-_-_Pj_6AA", "aGVsbG8K", "a+b/"]
        {
            assert_eq!(looks_like(data.as_bytes()), None, "{data}");
        }
    }

    #[test]
    fn bytes_that_are_encoded_hardly_ever_look_like_that() {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33).to_le_bytes()[0]
        };
        let engine = base64::engine::general_purpose::STANDARD;
        let mut found = 0;
        for _ in 0..10_000 {
            let bytes: Vec<u8> = (0..12).map(|_| next()).collect();
            let text = engine.encode(bytes);
            found += usize::from(looks_like(text.as_bytes()).is_some());
        }
        assert!(found < 10, "{found} of 10,000");
    }
}
