//! What the data of a returned record is: its base64, and what is inside.

use base64::engine::simd::Simd;

use super::compression::{self, damage};
use super::finding::{After, Before, Finding};
use super::log_events::{self, Envelopes};
use super::payload::{PayloadChecker, has_glued_values, has_value_over_lines, is_too_deep};
use super::series::Series;
use super::{Objects, encoding};
use crate::decode::{
    Content, Decoded, Decoder, Encoding, Layer, Options, ProblemKind, decoded_length,
    has_binary_bytes,
};
use crate::group;
use crate::transform::parse::EventRecord;
use crate::transform::rule::Rule;

/// What helps where values stand on one line.
const GLUED: &str = "end each value with a newline: values.map((it) => JSON.stringify(it) + \
                     '\\n').join(''), ''.join(json.dumps(it) + '\\n' for it in values)";

/// What helps where the event has the payload encoded twice.
const CAME_SO: &str = "the producer encoded it twice: change it there, or decode it once more in \
                       the transform";

/// Checks data; owns its buffers, one for a response.
#[derive(Debug)]
pub(super) struct DataChecker {
    decoder: Decoder,
    strict: Simd,
    payloads: PayloadChecker,
    /// The payload that went in.
    before: Vec<u8>,
    out: Vec<u8>,
    /// What is in payloads is counted.
    counts_values: bool,
    /// The payloads of the `Ok` records so far.
    pub(super) series: Series,
}

/// What is found in the data of a record.
#[derive(Debug, Default)]
pub(super) struct DataFindings {
    /// Bytes of the payload; `None` if it cannot be decoded.
    pub(super) payload_bytes: Option<usize>,
    /// Log events, JSON values or lines in it, where log events are counted.
    pub(super) values: u64,
    /// What the payload is as rows of a table.
    pub(super) objects: Objects,
    /// Rules that it breaks, each with what was found.
    pub(super) broken: Vec<Finding>,
    /// The payload is JSON, within its compression.
    is_json: bool,
}

impl DataFindings {
    fn add(&mut self, rule: Rule, message: &str) {
        self.broken.push(Finding { rule, message: message.to_owned(), hint: None });
    }

    /// True if nothing of the payload can be read.
    fn is_lost(&self) -> bool {
        self.broken.iter().any(|found| match found.rule {
            Rule::PayloadLost | Rule::BinaryAsText | Rule::CompressionBroken => true,
            Rule::PrintedValue => !self.is_json,
            _ => false,
        })
    }

    /// Adds that a payload is encoded once more than it should be; `came_so` if it was so
    /// in the event.
    fn add_encoded(&mut self, rule: Rule, message: &str, came_so: bool) {
        if !came_so {
            return self.add(rule, message);
        }
        let message = format!("{message}; it came in like that");
        self.broken.push(Finding { rule, message, hint: Some(CAME_SO) });
    }
}

impl DataChecker {
    pub(super) fn new() -> Self {
        Self {
            decoder: Decoder::new(Options { reads_prints: false, ..Options::default() }),
            strict: encoding::strict(),
            payloads: PayloadChecker::new(),
            before: Vec::new(),
            out: Vec::new(),
            counts_values: false,
            series: Series::default(),
        }
    }

    /// Why the data of an event is not base64; `None` if it is.
    pub(super) fn flaw(&mut self, data: &[u8]) -> Option<String> {
        let is_good = encoding::decode_into(&self.strict, data, &mut self.before).is_some();
        (!is_good).then(|| encoding::diagnose(data).message)
    }

    /// The records of the event, if each is an envelope of CloudWatch Logs or JSON of which
    /// several values are in a record: then what comes out is counted.
    pub(super) fn envelopes(&mut self, records: &[EventRecord<'_>]) -> Option<Envelopes> {
        let envelopes = Envelopes::of(records, &mut self.decoder);
        self.counts_values = envelopes.is_some();
        envelopes
    }

    /// The content of the data, without its layers.
    pub(super) fn decode<'a>(&'a mut self, data: &'a [u8]) -> &'a [u8] {
        self.decoder.decode(data, Encoding::Base64).bytes
    }

    /// Checks the base64 of a record, and what is in it if the record `is_ok`.
    /// `before` is the data that it came with.
    pub(super) fn check(&mut self, before: &[u8], data: &[u8], is_ok: bool) -> DataFindings {
        let mut findings = DataFindings::default();
        if data.is_empty() {
            findings.payload_bytes = Some(0);
            findings.objects = Objects::Other("empty");
            if is_ok {
                self.series.add(None, data);
                findings.add(Rule::DataEmpty, "the data is empty");
            }
            return findings;
        }
        match encoding::decode_into(&self.strict, data, &mut self.out) {
            // What came in like that is not the transform's doing.
            Some(_) if data == before => {}
            Some(decoded) => {
                let was_text = || self.payloads.is_text(before);
                findings.broken.extend(encoding::oddity(data, decoded, was_text));
            }
            // What the event has wrong is not the transform's fault.
            None if data == before => return findings,
            None => {
                let finding = encoding::diagnose(data);
                let is_readable = matches!(finding.rule, Rule::DataUnpadded | Rule::DataLineBreaks);
                findings.broken.push(finding);
                if !is_readable {
                    return findings;
                }
            }
        }
        let is_word = findings.broken.iter().any(|it| it.rule == Rule::DataPlainWords);
        if is_word && self.is_hexadecimal(data) {
            findings.broken.clear();
        } else if is_word {
            // What it is as base64 is not worth a word.
            findings.payload_bytes = Some(decoded_length(data));
            findings.objects = Objects::Other("not JSON");
            if is_ok {
                self.series.add(None, data);
            }
            return findings;
        }
        if is_ok {
            self.check_payload(before, data, &mut findings);
            if findings.is_lost() {
                findings.values = 0;
            }
        } else {
            findings.payload_bytes = Some(decoded_length(data));
        }
        findings
    }

    /// True for hexadecimal of something known in place of base64.
    fn is_hexadecimal(&mut self, data: &[u8]) -> bool {
        if !data.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        let decoded = self.decoder.decode(data, Encoding::Unknown);
        decoded.layers.first().is_some_and(|peeled| peeled.layer == Layer::Hex)
    }

    fn check_payload(&mut self, before: &[u8], data: &[u8], findings: &mut DataFindings) {
        if self.is_hexadecimal(data) {
            let message = "`data` is hexadecimal, which Firehose reads as base64 of other bytes";
            findings.add(Rule::Hexadecimal, message);
            findings.payload_bytes = Some(decoded_length(data));
            return;
        }
        let decoded = self.decoder.decode(data, Encoding::Base64);
        let mut layers = decoded.layers.iter();
        // Blanks between words are more than line breaks.
        let Some(base64) = layers.next() else { return };
        findings.payload_bytes = usize::try_from(base64.bytes_out).ok();
        if self.counts_values {
            findings.values = log_events::values(&decoded);
        }
        let count = |wanted: Layer| layers.clone().filter(|peeled| peeled.layer == wanted).count();
        // What came in like that is not the transform's doing.
        let mut came_so = |wanted: Layer| self.payloads.has_layer(before, wanted);
        if count(Layer::Base64) > 0 {
            let message = "the decoded data is base64 again";
            findings.add_encoded(Rule::DoubleBase64, message, came_so(Layer::Base64));
        }
        if count(Layer::JsonString) > 0 {
            let message = "the payload is a JSON string that holds JSON or base64";
            findings.add_encoded(Rule::DoubleJson, message, came_so(Layer::JsonString));
        }
        if count(Layer::Hex) > 0 {
            let message = "the payload is hexadecimal: two digits for each of its bytes";
            findings.add(Rule::Hexadecimal, message);
        }
        match count(Layer::Gzip) {
            0 => {}
            1 => findings.add(Rule::GzipKept, "the payload is gzip"),
            _ => findings.add(Rule::DoubleGzip, "the payload is gzip of gzip"),
        }
        let damage = damage(&decoded);
        let content = as_written(&decoded);
        findings.objects = objects(&decoded, content);
        if self.series.is_open() {
            let is_new = before != data;
            let input = is_new
                .then(|| encoding::decode_into(&self.strict, before, &mut self.before))
                .flatten();
            self.series.add(input, decoded.bytes);
        }
        let is_packed = decoded.layers.len() > 1
            && decoded.layers.iter().skip(1).all(|it| compression::packs(it.layer));
        let is_open = decoded.layers.len() == 1 && content != Content::Unknown;
        let bytes = decoded.bytes;
        if let Some(message) = damage {
            // What came in like that is not the transform's fault.
            if self.payloads.damage(before).is_none() {
                findings.add(Rule::CompressionBroken, &message);
            }
            return;
        }
        let after = After { bytes, content };
        findings.is_json = matches!(content, Content::Json | Content::JsonSequence { .. });
        if is_packed && before != data && content != Content::Unknown {
            findings.broken.extend(self.payloads.check_within(before, after));
        }
        if !is_open {
            return;
        }
        if before != data
            && let Some(bytes) = encoding::decode_into(&self.strict, before, &mut self.before)
            && let Some(found) = self.payloads.check(Before { data: before, bytes }, after)
        {
            // The newline comes once the payload is right.
            findings.broken.push(found);
            return;
        }
        if let Content::JsonSequence { values } = content
            && before != data
            && has_glued_values(bytes)
            && !self.payloads.has_glued(before)
        {
            let values = group(values);
            let message = format!("the payload has {values} JSON values, some on one line");
            findings.broken.push(Finding { rule: Rule::NoNewline, message, hint: Some(GLUED) });
            return;
        }
        if findings.is_json && before != data && has_value_over_lines(bytes) {
            let (content, was) = self.payloads.opened(Before { data: before, bytes: &[] });
            let was_json = matches!(content, Content::Json | Content::JsonSequence { .. });
            if was_json && !has_value_over_lines(&was) {
                let message = "the payload is JSON over several lines; it came in on one";
                findings.add(Rule::MultiLineJson, message);
            }
        }
        let is_text =
            matches!(content, Content::Json | Content::JsonSequence { .. } | Content::Text);
        if is_text && !bytes.ends_with(b"\n") {
            findings.add(Rule::NoNewline, "the payload does not end with a newline");
        }
    }
}

/// What a payload is as rows of a table. Nothing is unwrapped on the way there.
fn objects(decoded: &Decoded<'_>, content: Content) -> Objects {
    let start = decoded.bytes.trim_ascii_start().first();
    match (content, start) {
        _ if decoded.layers.len() > 1 => Objects::Other("compressed or encoded, not JSON"),
        (Content::JsonSequence { values }, _) if values > 1 => Objects::Many(values),
        (Content::Unknown, None) => Objects::Other("compressed or encoded, not JSON"),
        (_, None) => Objects::Other("empty"),
        (Content::Json, Some(b'[')) => Objects::List,
        (Content::Unknown | Content::Json | Content::JsonSequence { .. }, Some(b'{')) => {
            Objects::One
        }
        (Content::Json | Content::JsonSequence { .. }, _) => {
            Objects::Other("a JSON value, but not an object")
        }
        // What is not read here may be what it begins as.
        (Content::Text, Some(b'{')) if is_too_deep(decoded.bytes) => Objects::One,
        _ => Objects::Other("not JSON"),
    }
}

/// The content as readers of the destination find it: `fh` forgives an encoding,
/// control characters and newlines in two characters, they do not.
pub(super) fn as_written(decoded: &Decoded<'_>) -> Content {
    if decoded.content == Content::Text && has_binary_bytes(decoded.bytes) {
        return Content::Binary;
    }
    let kinds = decoded.problems.iter().map(|problem| &problem.kind);
    let mut odd = kinds.filter_map(|kind| match kind {
        ProblemKind::LiteralNewline => Some(Content::Text),
        ProblemKind::OtherCharset(_) => Some(Content::Binary),
        _ => None,
    });
    odd.next().unwrap_or(decoded.content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(data: &str) -> Vec<&'static str> {
        compared("", data)
    }

    fn compared(before: &str, data: &str) -> Vec<&'static str> {
        let findings = DataChecker::new().check(before.as_bytes(), data.as_bytes(), true);
        findings.broken.iter().map(|found| found.rule.as_str()).collect()
    }

    fn encode(bytes: impl AsRef<[u8]>) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    #[test]
    fn good_data_breaks_no_rule() {
        assert!(broken(&encode("{\"a\":1}\n")).is_empty());
        assert!(broken(&encode([0, 159, 146, 150])).is_empty(), "binary needs no newline");
    }

    #[test]
    fn what_the_event_has_wrong_is_not_blamed_on_the_response() {
        assert!(compared("hello world, plain", "hello world, plain").is_empty());
        assert_eq!(compared("eyJhIjoxfQ==", "hello world, plain"), ["data-not-base64"]);
        let mut checker = DataChecker::new();
        assert!(checker.flaw(b"hello world, plain").unwrap().contains("plain text"));
        assert_eq!(checker.flaw(b"eyJhIjoxfQ=="), None);
        assert_eq!(checker.flaw(b""), None);
    }

    #[test]
    fn base64_after_a_word_is_not_a_payload_that_was_lost() {
        let before = encode("{\"a\":1}\n");
        assert_eq!(compared(&before, "INFO eyJhIjoxfQo="), ["data-line-breaks"]);
        assert_eq!(compared(&before, "ICAg\nICAK"), ["data-line-breaks", "payload-lost"]);
    }

    #[test]
    fn json_that_was_one_line_stays_one() {
        let over = |text: &str| encode(text);
        let (one, many) = (over("{\"a\":1}\n"), over("{\n  \"a\": 1\n}\n"));
        assert_eq!(compared(&one, &many), ["multi-line-json"]);
        let both = ["multi-line-json", "no-newline"];
        assert_eq!(compared(&over("{\"a\":1}"), &over("[\n1,\n2\n]")), both);
        assert_eq!(compared(&encode(gzip("{\"a\":1}")), &many), ["multi-line-json"]);
        assert!(compared(&one, &over("{\"a\":1}\n\n{\"b\":1}\n")).is_empty());
        assert!(compared(&over("{\n\"a\":1}"), &many).is_empty(), "it came so");
        assert!(compared(&over("a text, no JSON"), &many).is_empty());
    }

    #[test]
    fn compressed_data_that_is_damaged_is_named_as_that() {
        let json = "{\"ticker_symbol\":\"WAS\",\"price\":12.07}\n";
        let whole = gzip(json);
        let cut = encode(&whole[..whole.len() / 2]);
        let wrong_sum = encode([&whole[..whole.len() - 8], &[0; 8]].concat());
        let longer = encode([whole.as_slice(), b"\n"].concat());
        for before in [encode(json), encode(&whole), encode(gzip("{\"a\":1}"))] {
            assert_eq!(compared(&before, &cut).last(), Some(&"compression-broken"));
            assert_eq!(compared(&before, &wrong_sum), ["gzip-kept", "compression-broken"]);
            assert_eq!(compared(&before, &longer), ["gzip-kept", "compression-broken"]);
        }
        assert_eq!(compared(&encode(&whole), &encode(gzip("{\"a\":1}\n"))), ["gzip-kept"]);
        assert!(
            !compared(&wrong_sum, &cut).contains(&"compression-broken"),
            "it came in like that"
        );
        let findings = DataChecker::new().check(b"", cut.as_bytes(), true);
        assert!(findings.broken.last().unwrap().message.contains("gzip: truncated at byte"));
    }

    fn gzip(text: &str) -> Vec<u8> {
        crate::compress::Gzip::new().compress(text.as_bytes()).clone()
    }

    #[test]
    fn what_is_within_compression_is_compared() {
        let json = "{\"ticker_symbol\":\"WAS\",\"price\":12.07}";
        for before in [encode(json), encode(gzip(json))] {
            for (after, rule) in [
                ("[object Object]", "printed-value"),
                ("{'ticker_symbol': 'WAS'}", "printed-value"),
                ("", "payload-lost"),
                ("null", "payload-lost"),
                ("{\"ticker_symbol\":\"WAS\",}", "broken-json"),
            ] {
                assert_eq!(compared(&before, &encode(gzip(after))), ["gzip-kept", rule], "{after}");
            }
            let changed = encode(gzip("{\"ticker\":\"WAS\"}\n"));
            assert_eq!(compared(&before, &changed), ["gzip-kept"]);
        }
    }

    #[test]
    fn words_that_were_not_encoded_are_not_another_encoding() {
        let json = encode("{\"ticker_symbol\":\"WAS\"}\n");
        for data in ["success1", "OrderShipped", "d41d8cd98f00b204e9800998ecf8427e", "1764500000"] {
            assert_eq!(compared(&json, data), ["data-plain-words"], "{data}");
        }
        assert!(compared(&encode([0, 159, 146, 150]), "success1").is_empty(), "binary went in");
        assert!(compared("success1", "success1").is_empty(), "it came in so");
    }

    #[test]
    fn values_on_one_line_are_glued() {
        let json = encode("{\"a\":[{\"b\":1},{\"b\":2}]}");
        assert_eq!(compared(&json, &encode("{\"b\":1}{\"b\":2}\n")), ["no-newline"]);
        assert_eq!(compared(&json, &encode("{\"b\":1} {\"b\":2}\n")), ["no-newline"]);
        assert!(compared(&json, &encode("{\"b\":1}\n{\"b\":2}\n")).is_empty());
        assert_eq!(compared(&json, &encode("{\n\"b\":1\n}\n{\"b\":2}\n")), ["multi-line-json"]);
        let glued = encode("{\"b\":1}{\"b\":2}");
        assert!(compared(&glued, &encode("{\"b\":1,\"c\":1}{\"b\":2}\n")).is_empty(), "it came so");
    }

    #[test]
    fn what_came_in_encoded_twice_is_not_blamed_on_the_transform() {
        let hint = |before: &str, after: &str| {
            let (before, after) = (encode(before), encode(after));
            let found = DataChecker::new().check(before.as_bytes(), after.as_bytes(), true);
            found.broken.first().and_then(|it| it.hint).unwrap_or_default()
        };
        let twice = r#""{\"a\":1}""#;
        assert!(hint(twice, &format!("{twice}\n")).starts_with("the producer"));
        assert_eq!(hint(r#"{"a":1}"#, &format!("{twice}\n")), "");
        let base64 = encode("{\"ticker_symbol\":\"WAS\"}");
        assert!(hint(&base64, &format!("{base64}\n")).starts_with("the producer"));
    }

    #[test]
    fn what_is_wrapped_twice_is_seen() {
        let json = "{\"ticker_symbol\":\"WAS\",\"price\":12.07}\n";
        assert_eq!(broken(&encode(encode(json))), ["double-base64"]);
        assert_eq!(broken(&encode("{\"a\":1}")), ["no-newline"]);
        let hex: Vec<_> = json.bytes().map(|byte| format!("{byte:02x}")).collect();
        let hex = hex.concat();
        assert_eq!(broken(&encode(&hex)), ["hexadecimal"]);
        assert_eq!(broken(&hex), ["hexadecimal"]);
        assert_eq!(broken("00ff10ee20dd30cc40bb50aa60997088"), [""; 0]);
        assert_eq!(broken(&encode("\"{\\\"a\\\":1}\"\n")), ["double-json"]);
        assert_eq!(broken(""), ["data-empty"]);
    }
}
