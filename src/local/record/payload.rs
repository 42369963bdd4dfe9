//! The bytes of a record, to look at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};

use firehose::decode::{Content, Decoder, Encoding, Layer, Options};
use firehose::json::Style;

/// Most bytes of content that are shown: ours.
const MAX_CONTENT: usize = 1024 * 1024;

/// Most bytes that a record is decoded to: more than a transform can return of it.
const MAX_DECODED: usize = 8 * 1024 * 1024;

/// Bytes of a record that a preview is made of.
const MAX_PREVIEWED: usize = 16 * 1024;

/// Characters of a preview.
const PREVIEW: usize = 200;

/// The bytes of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payload {
    /// How many.
    pub bytes: u64,
    /// What is around the content, outermost first: `gzip`, `base64`, …
    pub layers: Vec<String>,
    /// The content; none if it is not text.
    pub text: Option<String>,
    /// The text goes on.
    pub is_cut: bool,
    /// All of it, in base64.
    pub data: String,
}

/// The beginning of a record.
#[derive(Debug, Serialize)]
pub(in crate::local) struct Preview {
    record: u64,
    bytes: usize,
    text: String,
}

impl Payload {
    pub(super) fn new(bytes: &[u8], style: Style) -> Self {
        let mut decoder = decoder(MAX_DECODED, style);
        let (layers, text) = content(&mut decoder, bytes);
        let end = text.as_ref().map_or(0, |it| it.floor_char_boundary(MAX_CONTENT));
        let is_cut = text.as_ref().is_some_and(|it| it.len() > end);
        let text = text.map(|mut it| {
            it.truncate(end);
            it
        });
        let layers = layers.iter().map(|it| it.as_str().to_owned()).collect();
        Self { bytes: bytes.len() as u64, layers, text, is_cut, data: STANDARD.encode(bytes) }
    }
}

/// Previews of these records.
pub(in crate::local) fn previews(records: &[(u64, Bytes)]) -> Vec<Preview> {
    let mut decoder = decoder(4 * MAX_PREVIEWED, Style::Compact);
    let preview = |(record, bytes): &(u64, Bytes)| {
        let text = if bytes.len() > MAX_PREVIEWED {
            let head = bytes.get(..PREVIEW * 4).unwrap_or_default();
            Some(String::from_utf8_lossy(head).into_owned())
        } else {
            content(&mut decoder, bytes).1
        };
        let text = text.unwrap_or_default().chars().take(PREVIEW).collect();
        Preview { record: *record, bytes: bytes.len(), text }
    };
    records.iter().map(preview).collect()
}

fn decoder(max_decoded: usize, style: Style) -> Decoder {
    Decoder::new(Options { max_decoded: max_decoded as u64, style, ..Options::default() })
}

/// The layers of a record, and its content if that is text.
fn content(decoder: &mut Decoder, bytes: &[u8]) -> (Vec<Layer>, Option<String>) {
    let found = decoder.decode(bytes, Encoding::Unknown);
    let layers = found.layers.iter().map(|it| it.layer).collect();
    let text = match found.content {
        it if it.has_json() => Some(found.formatted),
        Content::Text | Content::OtherText(_) => Some(found.text()),
        Content::Empty => Some(&[][..]),
        _ => None,
    };
    let text = text.map(|it| String::from_utf8_lossy(it).trim_end_matches('\n').to_owned());
    (layers, text)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn content_is_shown_whatever_is_around_it() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(br#"{"a":1.50}"#).unwrap();
        let gzip = gzip.finish().unwrap();
        let shown = |bytes: &[u8]| {
            let it = Payload::new(bytes, Style::Pretty);
            format!("{} B {:?} {:?} {}", it.bytes, it.layers, it.text, it.is_cut)
        };
        let zipped = shown(&gzip);
        assert!(zipped.ends_with(r#"B ["gzip"] Some("{\n  \"a\": 1.50\n}") false"#), "{zipped}");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&vec![b'x'; 2 * MAX_CONTENT]).unwrap();
        let large = Payload::new(&gzip.finish().unwrap(), Style::Pretty);
        assert_eq!(large.layers, ["gzip"]);
        assert_eq!((large.text.unwrap().len(), large.is_cut), (MAX_CONTENT, true));
        insta::assert_snapshot!(shown(b"plain \n"), @r#"7 B [] Some("plain ") false"#);
        insta::assert_snapshot!(shown(b""), @r#"0 B [] Some("") false"#);
        insta::assert_snapshot!(shown(&[0, 1, 2, 0xff]), @"4 B [] None false");
        let long = Payload::new(&vec![b'x'; MAX_CONTENT + 1], Style::Pretty);
        assert!(long.is_cut && long.text.unwrap().len() == MAX_CONTENT);
    }

    #[test]
    fn a_preview_is_short() {
        let records = [b"x\n".to_vec(), vec![b'y'; MAX_PREVIEWED + 1]];
        let records: Vec<_> = (1..).zip(records.map(Bytes::from)).collect();
        let texts: Vec<_> = previews(&records).into_iter().map(|it| it.text).collect();
        assert_eq!(texts, ["x".to_owned(), "y".repeat(PREVIEW)]);
    }
}
