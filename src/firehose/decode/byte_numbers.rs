//! Payloads as the numbers of their bytes: what is left of a `Uint8Array` that was
//! made into JSON, or joined to text.

use crate::decode::{GZIP_MAGIC, KPL_MAGIC, has_binary_bytes};
use crate::json::{self, Token};

/// Bytes of `{"a":1}`: fewer numbers say too little.
pub(super) const MIN_NUMBERS: usize = 7;

/// A byte as a number, which has a sign in Java.
pub(crate) fn byte(number: Token<'_>) -> Option<u8> {
    let number = number.integer()?;
    u8::try_from(number).ok().or_else(|| i8::try_from(number).ok().map(i8::cast_unsigned))
}

/// Bytes as numbers, with one `between` after each but the last.
pub(crate) fn numbers(text: &[u8], between: u8) -> Option<Vec<u8>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    text.split(|byte| *byte == between)
        .map(|number| str::from_utf8(number).ok()?.parse().ok())
        .collect()
}

/// The bytes of a list of numbers as programs print one, `123 34` or `123, 34, -61`.
pub(crate) fn printed_numbers(list: &[u8]) -> Option<Vec<u8>> {
    let between = if memchr::memchr(b',', list).is_some() { b',' } else { b' ' };
    list.split(|byte| *byte == between)
        .map(|number| {
            let number = str::from_utf8(number.trim_ascii()).ok()?;
            number.parse().or_else(|_| number.parse().map(i8::cast_unsigned)).ok()
        })
        .collect()
}

/// `{"0": 123, "1": 34}`, as `JSON.stringify` writes a `Uint8Array`.
pub(crate) fn indexed(value: Token<'_>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for field in value.fields() {
        let field = field.ok()?;
        if field.key != bytes.len().to_string().as_bytes() {
            return None;
        }
        bytes.push(byte(field.value)?);
    }
    Some(bytes)
}

/// The payload that the JSON `object` shows in this way. Counts by hour or by age look
/// the same, so that only JSON, gzip and a KPL aggregate are taken for one.
pub(crate) fn indexed_payload(object: &[u8]) -> Option<Vec<u8>> {
    let first = object.strip_prefix(b"{")?.trim_ascii_start();
    if !first.starts_with(b"\"0\"") {
        return None;
    }
    indexed(Token::new(object)).filter(|bytes| {
        let is_json = bytes.len() >= MIN_NUMBERS && is_json(bytes);
        bytes.starts_with(&GZIP_MAGIC) || bytes.starts_with(&KPL_MAGIC) || is_json
    })
}

/// True for text that is an object, or a list of objects, and what may follow one.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    starts_json(text)
        && matches!(text, [.., b'}' | b']'])
        && str::from_utf8(text).is_ok()
        && json::skip_value(text, 0).is_ok()
}

/// True for text that starts as JSON does, up to where it was cut.
pub(super) fn starts_json(bytes: &[u8]) -> bool {
    let starts = match bytes {
        b"{}" => true,
        [b'{', rest @ ..] => rest.trim_ascii_start().starts_with(b"\""),
        [b'[', rest @ ..] => rest.trim_ascii_start().starts_with(b"{"),
        _ => false,
    };
    starts && !has_binary_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(bytes: &[u8]) -> String {
        let fields = bytes.iter().enumerate().map(|(at, byte)| format!("\"{at}\":{byte}"));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    }

    #[test]
    fn json_gzip_and_aggregates_are_payloads() {
        for bytes in [
            &b"{\"a\":1}"[..],
            b"{ \"a\": 1 }\n",
            b"{\"a\":1}\n{\"b\":2}\n",
            "[{\"a\":\"日本\"}]".as_bytes(),
            b"\x1f\x8b\x08\0\0",
            &KPL_MAGIC,
        ] {
            assert_eq!(indexed_payload(object(bytes).as_bytes()).as_deref(), Some(bytes));
        }
        // Two counters.
        assert_eq!(indexed_payload(b"{ \"0\": 123,\n \"1\": 125 }"), None);
    }

    #[test]
    fn counts_by_hour_are_no_payload() {
        for bytes in [
            &b"bcaX[_Zc"[..],
            b"abcdefghijklmnopqrstuvwx",
            b"{}~",
            b"{,-CYZ\x0c!",
            b"{\"a\":1",
            b"[1,2,3]",
            b"\"text of a string\"",
            b"1234567890",
            b"\x1f\x8b",
            b"",
        ] {
            let object = object(bytes);
            assert_eq!(indexed_payload(object.as_bytes()), None, "{object}");
        }
        for object in [
            r#"{"0":123,"2":125}"#,
            r#"{"0":123,"1":125,"a":1}"#,
            r#"{"0":"a"}"#,
            r#"{"0":12.5,"1":300}"#,
            r#"{"a":1}"#,
            "[123,125]",
        ] {
            assert_eq!(indexed_payload(object.as_bytes()), None, "{object}");
        }
    }
}
