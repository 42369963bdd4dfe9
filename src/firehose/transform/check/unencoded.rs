//! Bytes in place of base64: as serializers write them into JSON, or read as text.

use super::finding::Finding;
use crate::decode::mangled::compression_through_text;
use crate::decode::{byte, is_control, printed_in_json};
use crate::json::Token;
use crate::transform::rule::Rule;

/// What to do where bytes were made into text.
const COMPRESSED_AS_TEXT: &str = "encode the bytes themselves: buffer.toString('base64') without \
    another toString, base64.b64encode(payload).decode(); or decompress them first";
const BYTES_AS_TEXT: &str = "encode the bytes themselves: buffer.toString('base64') without another \
    toString, base64.b64encode(payload).decode()";

/// U+FFFD, which stands for what is no text.
const REPLACED: &[u8] = "\u{fffd}".as_bytes();

/// What a value is that is no string, and what helps.
pub(super) fn as_json(value: Token<'_>) -> Option<(&'static str, &'static str)> {
    if value.is_array() {
        let mut elements = value.elements();
        let is_byte = |element: Result<(Token<'_>, _), _>| {
            element.is_ok_and(|(element, _)| byte(element).is_some())
        };
        let are_bytes = elements.next().is_some_and(is_byte) && elements.all(is_byte);
        return are_bytes.then_some((
            "a list of the numbers of bytes",
            "encode the bytes with base64 before they are put into the response: \
             base64.b64encode(payload).decode(), Base64.getEncoder().encodeToString(payload)",
        ));
    }
    if !value.is_object() {
        return None;
    }
    if value.fields().next().is_none() {
        return Some((
            "an empty object",
            "JSON makes `{}` of a Promise, which has to be awaited, and of an ArrayBuffer, a Map \
             or a Set; return the payload as base64",
        ));
    }
    printed_in_json(value.raw())?;
    Some(if value.get(b"type").is_some() {
        ("a Buffer of Node.js, which JSON writes as an object", "return buffer.toString('base64')")
    } else {
        (
            "a Uint8Array, which JSON writes as an object",
            "return Buffer.from(bytes).toString('base64')",
        )
    })
}

/// Bytes that were made into text instead of base64: `data` is that text.
pub(super) fn as_text(data: &[u8]) -> Option<Finding> {
    let rule = Rule::DataNotBase64;
    if let Some(way) = compression_through_text(data) {
        let lost = if way.can_be_undone() { "" } else { ", and what was not text is lost" };
        let message =
            format!("not base64: these are compressed bytes that were made into text{lost}");
        return Some(Finding { rule, message, hint: Some(COMPRESSED_AS_TEXT) });
    }
    let at = memchr::memmem::find(data, REPLACED)?;
    let is_binary = data.iter().any(|byte| is_control(*byte) && !byte.is_ascii_whitespace());
    is_binary.then(|| Finding {
        rule,
        message: format!(
            "not base64: these are bytes that were made into text; U+FFFD at \
             offset {at} stands for what is lost"
        ),
        hint: Some(BYTES_AS_TEXT),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serializers_make_of_bytes_is_known() {
        let kind = |json: &str| as_json(Token::new(json.as_bytes())).map(|(kind, _)| kind);
        assert!(kind(r#"{"type":"Buffer","data":[123,125]}"#).unwrap().starts_with("a Buffer"));
        let indexed = r#"{"0":123,"1":34,"2":97,"3":34,"4":58,"5":49,"6":125}"#;
        assert!(kind(indexed).unwrap().starts_with("a Uint8Array"));
        assert!(kind("[123,-1,125]").unwrap().starts_with("a list"));
        assert_eq!(kind("{}"), Some("an empty object"));
        for json in ["[]", "[1,\"a\"]", "[1,300]", r#"{"price":1}"#, "12", "null", "true"] {
            assert_eq!(kind(json), None, "{json}");
        }
    }
}
