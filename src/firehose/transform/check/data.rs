//! What the data of a returned record is: its base64, and what is inside.

use base64::Engine as _;
use base64::engine::simd::Simd;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use crate::decode::{Content, Decoder, Encoding, Layer, Options, decoded_length};
use crate::transform::rule::Rule;

/// Checks data; owns its buffers, one for a response.
#[derive(Debug)]
pub(super) struct DataChecker {
    decoder: Decoder,
    strict: Simd,
    out: Vec<u8>,
}

/// What is found in the data of a record.
#[derive(Debug, Default)]
pub(super) struct DataFindings {
    /// Bytes of the payload; `None` if it cannot be decoded.
    pub(super) payload_bytes: Option<usize>,
    /// Rules that it breaks, each with what was found.
    pub(super) broken: Vec<(Rule, String)>,
}

impl DataChecker {
    pub(super) fn new() -> Self {
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
            .with_decode_allow_trailing_bits(true);
        Self {
            decoder: Decoder::new(Options::default()),
            strict: Simd::standard(config),
            out: Vec::new(),
        }
    }

    /// Checks the base64 of a record, and what is in it if the record `is_ok`.
    pub(super) fn check(&mut self, data: &[u8], is_ok: bool) -> DataFindings {
        let mut findings = DataFindings::default();
        if data.is_empty() {
            findings.payload_bytes = Some(0);
            if is_ok {
                findings.broken.push((Rule::DataEmpty, "the data is empty".to_owned()));
            }
            return findings;
        }
        if self.decode_strictly(data).is_none() {
            let (rule, found) = diagnose_base64(data);
            let readable = matches!(rule, Rule::DataUnpadded | Rule::DataLineBreaks);
            findings.broken.push((rule, found));
            if !readable {
                return findings;
            }
        }
        if is_ok {
            self.check_payload(data, &mut findings);
        } else {
            findings.payload_bytes = Some(decoded_length(data));
        }
        findings
    }

    fn decode_strictly(&mut self, data: &[u8]) -> Option<usize> {
        let most = data.len() / 4 * 3 + 3;
        if self.out.len() < most {
            self.out.resize(most, 0);
        }
        self.strict.decode_slice(data, &mut self.out).ok()
    }

    fn check_payload(&mut self, data: &[u8], findings: &mut DataFindings) {
        let decoded = self.decoder.decode(data, Encoding::Base64);
        let mut layers = decoded.layers.iter();
        let payload = layers.next().map_or(0, |peeled| peeled.bytes_out);
        findings.payload_bytes = usize::try_from(payload).ok();
        let count = |wanted: Layer| layers.clone().filter(|peeled| peeled.layer == wanted).count();
        let mut broken = |rule, found: &str| findings.broken.push((rule, found.to_owned()));
        if count(Layer::Base64) > 0 {
            broken(Rule::DoubleBase64, "the decoded data is base64 again");
        }
        if count(Layer::JsonString) > 0 {
            broken(Rule::DoubleJson, "the payload is a JSON string that holds JSON or base64");
        }
        match count(Layer::Gzip) {
            0 => {}
            1 => broken(Rule::GzipKept, "the payload is gzip"),
            _ => broken(Rule::DoubleGzip, "the payload is gzip of gzip"),
        }
        let is_text =
            matches!(decoded.content, Content::Json | Content::JsonSequence { .. } | Content::Text);
        if is_text && decoded.layers.len() == 1 && !decoded.bytes.ends_with(b"\n") {
            broken(Rule::NoNewline, "the payload does not end with a newline");
        }
    }
}

/// What is wrong with data that is not strict base64.
fn diagnose_base64(data: &[u8]) -> (Rule, String) {
    if is_python_bytes(data) {
        let found = "it is the Python repr of bytes, with `b` and quotes".to_owned();
        return (Rule::DataPythonBytes, found);
    }
    let is_blank = |byte: u8| matches!(byte, b'\n' | b'\r' | b' ' | b'\t');
    let is_end = |byte: &&u8| **byte == b'=' || is_blank(**byte);
    let end = data.iter().rev().take_while(is_end).count();
    let (symbols, end) = data.split_at(data.len() - end);
    let padding = memchr::memchr_iter(b'=', end).count();
    let is_standard = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let is_url_safe = |byte: u8| matches!(byte, b'-' | b'_');
    let bad = symbols
        .iter()
        .position(|byte| !is_standard(*byte) && !is_url_safe(*byte) && !is_blank(*byte));
    if let Some(offset) = bad {
        let byte = symbols.get(offset).copied().unwrap_or_default();
        let byte = shown(byte);
        return (Rule::DataNotBase64, format!("{byte} at offset {offset} is not base64"));
    }
    if let Some(offset) = symbols.iter().position(|byte| is_url_safe(*byte)) {
        let byte = char::from(symbols.get(offset).copied().unwrap_or_default());
        return (
            Rule::DataUrlSafe,
            format!("`{byte}` at offset {offset} is from the URL-safe alphabet"),
        );
    }
    let count = symbols.iter().filter(|byte| !is_blank(**byte)).count();
    if count % 4 == 1 {
        return (
            Rule::DataNotBase64,
            format!(
                "{count} base64 characters are not a whole number \
             of bytes"
            ),
        );
    }
    if let Some(offset) = data.iter().position(|byte| is_blank(*byte)) {
        return (Rule::DataLineBreaks, format!("space or line break at offset {offset}"));
    }
    let wanted = (4 - count % 4) % 4;
    (Rule::DataUnpadded, format!("it ends with {padding} `=` where {wanted} belong"))
}

fn is_python_bytes(data: &[u8]) -> bool {
    [(b"b'", b'\''), (b"b\"", b'"')]
        .iter()
        .any(|(start, end)| data.len() > 2 && data.starts_with(*start) && data.ends_with(&[*end]))
}

fn shown(byte: u8) -> String {
    match byte {
        b'!'..=b'~' => format!("`{}`", char::from(byte)),
        _ => format!("byte 0x{byte:02x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(data: &str) -> Vec<&'static str> {
        let findings = DataChecker::new().check(data.as_bytes(), true);
        findings.broken.iter().map(|(rule, _)| rule.as_str()).collect()
    }

    fn encode(bytes: impl AsRef<[u8]>) -> String {
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    #[test]
    fn good_data_breaks_no_rule() {
        assert!(broken(&encode("{\"a\":1}\n")).is_empty());
        assert!(broken(&encode([0, 159, 146, 150])).is_empty(), "binary needs no newline");
    }

    #[test]
    fn each_flaw_of_base64_has_its_rule() {
        assert_eq!(broken("b'eyJhIjoxfQo='"), ["data-python-bytes"]);
        assert_eq!(broken("{\"a\":1}"), ["data-not-base64"]);
        assert_eq!(broken("eyJhI"), ["data-not-base64"]);
        assert_eq!(broken("-_-_Pj_6AA=="), ["data-url-safe"]);
        assert_eq!(broken("eyJhIjoxfQo"), ["data-unpadded"]);
        assert_eq!(broken("eyJh\nIjoxfQo=\n"), ["data-line-breaks"]);
    }

    #[test]
    fn what_is_wrapped_twice_is_seen() {
        let json = "{\"ticker_symbol\":\"WAS\",\"price\":12.07}\n";
        assert_eq!(broken(&encode(encode(json))), ["double-base64"]);
        assert_eq!(broken(&encode("{\"a\":1}")), ["no-newline"]);
        assert_eq!(broken(&encode("\"{\\\"a\\\":1}\"\n")), ["double-json"]);
        assert_eq!(broken(""), ["data-empty"]);
    }
}
