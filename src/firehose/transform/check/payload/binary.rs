//! Binary data that a text went through, or to which a newline was appended.

use crate::bytes::{has_binary_bytes, part};
use crate::decode::starts_binary_file;
use crate::transform::check::finding::Finding;
use crate::transform::rule::Rule;

/// Most bytes of a payload that are compared.
const MAX_LOOK: usize = 4096;

/// Fewest bytes beyond ASCII: one may be a sign of a text.
const MIN_CHANGED: usize = 2;

const KEEP: &str = "keep the bytes: Buffer.from(record.data, 'base64') without toString(); \
                    base64.b64decode(record['data']) without decode()";

/// What is wrong with `after`, if binary data went in.
pub(super) fn damage(before: &[u8], after: &[u8]) -> Option<Finding> {
    if is_appended(before, after) {
        return Some(Finding {
            rule: Rule::BinaryAsText,
            message: "a newline was appended to binary data, which is not separated by newlines: \
                      readers take it for a part of the data"
                .to_owned(),
            hint: Some(
                "append a newline to text only; formats such as OpenTelemetry, Avro and Parquet \
                 say themselves where they end",
            ),
        });
    }
    let looked = part(before, ..before.len().min(MAX_LOOK));
    let is_binary = has_binary_bytes(looked) && str::from_utf8(before).is_err();
    let changed = looked.iter().filter(|it| !it.is_ascii()).count();
    if !is_binary || changed < MIN_CHANGED {
        return None;
    }
    let latin1: String = looked.iter().map(|byte| char::from(*byte)).collect();
    let how = if after.starts_with(latin1.as_bytes()) {
        "was read as Latin-1 and written as UTF-8 (atob, 'binary', 'latin1')"
    } else if after.len() >= looked.len()
        && looked.iter().zip(after).all(|(was, is)| was & 0x7f == *is)
    {
        "was read with toString('ascii'), which clears the highest bit of every byte"
    } else {
        return None;
    };
    Some(Finding {
        rule: Rule::BinaryAsText,
        message: format!("the binary payload {how}"),
        hint: Some(KEEP),
    })
}

/// A file or messages that end where they say, and a newline after them.
fn is_appended(before: &[u8], after: &[u8]) -> bool {
    let rest = after.strip_prefix(before);
    matches!(rest, Some(b"\n" | b"\r\n")) && starts_binary_file(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_data_that_went_through_text_is_known() {
        let protobuf = b"\x08\x96\x01\x12\x04test\x99\xff\xc8";
        let latin1: String = protobuf.iter().map(|it| char::from(*it)).collect();
        let seven: Vec<u8> = protobuf.iter().map(|it| it & 0x7f).collect();
        let found = |after: &[u8]| damage(protobuf, after).map(|it| it.message).unwrap_or_default();
        assert!(found(latin1.as_bytes()).contains("as Latin-1"));
        assert!(found(format!("{latin1}\n").as_bytes()).contains("as Latin-1"));
        assert!(found(&seven).contains("highest bit"));
        assert_eq!(found(protobuf), "");
        assert_eq!(found(b"{\"test\":150}\n"), "");
        let text = b"Jos\xe9 et Ren\xe9e";
        let utf8: String = text.iter().map(|it| char::from(*it)).collect();
        assert!(damage(text, utf8.as_bytes()).is_none(), "a text in Latin-1 becomes UTF-8");
    }
}
