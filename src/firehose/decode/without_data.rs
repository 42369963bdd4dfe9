//! What a runtime prints of bytes without showing them.

use crate::bytes::part;
use crate::decode::{Problem, ProblemKind};

/// What is printed of bytes and of nothing else, and how to print them.
const OF_BYTES: [(&str, &str); 12] = [
    ("<binary> len ", "print `base64.StdEncoding.EncodeToString(record.Data)`"),
    ("java.nio.HeapByteBuffer", JAVA),
    ("java.nio.DirectByteBuffer", JAVA),
    ("java.io.ByteArrayInputStream", JAVA),
    ("[B@", JAVA),
    ("software.amazon.awssdk.core.SdkBytes@", "print `sdkBytes.asUtf8String()`"),
    ("[Uint8Array]", "print `Buffer.from(data).toString('base64')`"),
    ("System.Byte[]", "print `Convert.ToBase64String(data)`"),
    ("System.IO.MemoryStream", "print `Convert.ToBase64String(stream.ToArray())`"),
    ("#<StringIO", RUBY),
    ("<memory at ", PYTHON),
    ("<_io.BytesIO", PYTHON),
];

/// What is printed of other objects too: it stands for the data where that is due only.
const OF_OBJECTS: [(&str, &str); 6] = [
    ("java.nio.", JAVA),
    ("java.io.", JAVA),
    ("[object ", "print `JSON.stringify(event)`, or `buffer.toString('base64')`"),
    ("[Object]", "print `JSON.stringify(event)`"),
    ("#<", RUBY),
    ("<_io.", PYTHON),
];

const JAVA: &str = "print `Base64.getEncoder().encodeToString(record.getData().array())`";
const PYTHON: &str = "print `base64.b64encode(data)`";
const RUBY: &str = "print `Base64.strict_encode64(io.read)`";

/// The problem with text that was printed instead of bytes.
pub(crate) fn without_data(text: &[u8]) -> Option<Problem> {
    // No base64 starts so, but for what is none as a whole.
    if !matches!(text.first(), Some(b'j' | b'[' | b's' | b'S' | b'#' | b'<')) {
        return None;
    }
    let mut all = OF_BYTES.iter().chain(&OF_OBJECTS);
    let (_, remedy) = all.find(|(start, _)| text.starts_with(start.as_bytes()))?;
    let printed = String::from_utf8_lossy(part(text, ..text.len().min(80))).into_owned();
    Some(Problem::input(ProblemKind::PrintWithoutData { printed, remedy }))
}

/// What stands for bytes wherever it is printed.
pub(super) fn signs_of_bytes() -> impl Iterator<Item = &'static str> {
    OF_BYTES.iter().map(|(sign, _)| *sign)
}
