//! Transforms that are part of `fh`: for whoever has no code yet, and for a tour.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::parse::TransformEvent;
use crate::decode::{Decoder, Encoding, KnownJson, Layer, Options, known_json};
use crate::json::{self, Token, push_string};
use crate::limits::MAX_RESPONSE_PAYLOAD;

/// Bytes that a record takes in a response besides its data: its id of 160
/// characters, and the keys.
const AROUND: usize = 256;

/// A transform that needs no code of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    /// Adds a currency to the records of the demo data, but not to all of them: it
    /// expects prices with two digits after the point, and a sector.
    Tour,
    /// The same without these mistakes.
    TourFixed,
    /// Returns each record as it came.
    Passthrough,
    /// Adds a newline where none is.
    Newline,
    /// Takes the log events out of messages of a CloudWatch Logs subscription.
    CloudWatchLogs,
}

/// What a call of such a transform comes to.
#[derive(Debug, PartialEq, Eq)]
pub struct BuiltInAnswer {
    /// The response, or the exception that the handler raised.
    pub result: Result<Vec<u8>, Exception>,
    /// Warnings that it logged, one a record that failed.
    pub warnings: Vec<String>,
}

/// An exception of a handler.
#[derive(Debug, PartialEq, Eq)]
pub struct Exception {
    /// `KeyError` and the like.
    pub error_type: &'static str,
    /// As `str` of the exception in Python.
    pub message: String,
    /// Where it happened.
    pub place: String,
}

/// What becomes of a record.
enum Outcome {
    Ok(Vec<u8>),
    Dropped,
    Failed(String),
    /// The handler does not expect that this key is missing.
    MissingKey(&'static str),
}

impl BuiltIn {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 5] =
        [Self::Passthrough, Self::Newline, Self::CloudWatchLogs, Self::Tour, Self::TourFixed];

    /// The name in flags.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tour => "tour",
            Self::TourFixed => "tour-fixed",
            Self::Passthrough => "passthrough",
            Self::Newline => "newline",
            Self::CloudWatchLogs => "cloudwatch-logs",
        }
    }

    /// Finds one by its name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Transforms the records of `event`.
    pub fn call(self, event: &[u8]) -> BuiltInAnswer {
        let mut warnings = Vec::new();
        let result = match TransformEvent::parse(event) {
            Ok(event) => self.records(&event, &mut warnings),
            Err(error) => Err(Exception {
                error_type: "ValueError",
                message: format!("not a transform event: {error}"),
                place: "in the event".to_owned(),
            }),
        };
        BuiltInAnswer { result, warnings }
    }

    fn records(
        self,
        event: &TransformEvent<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<u8>, Exception> {
        let mut out = br#"{"records":["#.to_vec();
        for (index, record) in event.records.iter().enumerate() {
            let taken = out.len() + AROUND * (event.records.len() - index);
            let room = MAX_RESPONSE_PAYLOAD.saturating_sub(taken) / 4 * 3;
            let outcome = match STANDARD.decode(&record.data) {
                Ok(payload) => self.record(payload, room),
                Err(error) => Outcome::Failed(format!("its data is not base64: {error}")),
            };
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(br#"{"recordId":"#);
            push_string(&mut out, &record.id);
            out.extend_from_slice(br#","result":"#);
            match outcome {
                Outcome::Ok(data) => {
                    let (key, data) = (event.source.data_key(), STANDARD.encode(data));
                    out.extend_from_slice(format!(r#""Ok","{key}":"{data}""#).as_bytes());
                }
                Outcome::Dropped => out.extend_from_slice(br#""Dropped""#),
                Outcome::Failed(why) => {
                    warnings.push(format!("record {}: {why}", index + 1));
                    out.extend_from_slice(br#""ProcessingFailed""#);
                }
                Outcome::MissingKey(key) => {
                    let all = event.records.len();
                    return Err(Exception {
                        error_type: "KeyError",
                        message: format!("'{key}'"),
                        place: format!("in record {} of {all}, recordId {}", index + 1, record.id),
                    });
                }
            }
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
        Ok(out)
    }

    /// Transforms a payload to at most `room` bytes, where it can grow much.
    fn record(self, payload: Vec<u8>, room: usize) -> Outcome {
        match self {
            Self::Passthrough => Outcome::Ok(payload),
            Self::Newline => Outcome::Ok(with_newline(payload)),
            Self::Tour => with_currency(&payload, true),
            Self::TourFixed => with_currency(&payload, false),
            Self::CloudWatchLogs => log_messages(&payload, room),
        }
    }
}

fn with_newline(mut payload: Vec<u8>) -> Vec<u8> {
    if !payload.ends_with(b"\n") {
        payload.push(b'\n');
    }
    payload
}

/// Adds `currency` to an object and ends it with a newline. `is_strict` is what is
/// wrong in the tour: it knows the demo data from AWS's page, where each price has
/// two digits after the point; what arrives has no trailing zeros.
fn with_currency(payload: &[u8], is_strict: bool) -> Outcome {
    let text = payload.trim_ascii();
    let order = Token::new(text);
    if !order.is_object() || json::skip_value(text, 0) != Ok(text.len()) {
        return Outcome::Failed("not a JSON object".to_owned());
    }
    let sector = order.get(b"sector").map(Token::text);
    if is_strict {
        if sector.is_none() {
            return Outcome::MissingKey("sector");
        }
        let price = order.get(b"price").map(Token::text).unwrap_or_default();
        if price.split_once('.').is_none_or(|(_, digits)| digits.len() != 2) {
            return Outcome::Failed(format!("price {price} does not have two decimals"));
        }
    }
    let currency = if sector.as_deref() == Some("ENERGY") { "EUR" } else { "USD" };
    let mut out = text.strip_suffix(b"}").unwrap_or(text).trim_ascii_end().to_vec();
    if !out.ends_with(b"{") {
        out.push(b',');
    }
    out.extend_from_slice(format!("\"currency\":\"{currency}\"}}\n").as_bytes());
    Outcome::Ok(out)
}

/// The messages of a subscription's record, each with a newline. Control messages
/// are dropped, as AWS's blueprint does.
fn log_messages(payload: &[u8], room: usize) -> Outcome {
    let layers = Some(vec![Layer::Gzip]);
    let mut decoder = Decoder::new(Options { layers, ..Options::default() });
    let inflated = decoder.decode(payload, Encoding::Unknown);
    if let Some(problem) = inflated.error() {
        return Outcome::Failed(format!("not a CloudWatch Logs message: {problem}"));
    }
    let Some(KnownJson::CloudWatchLogs(message)) = known_json(inflated.bytes) else {
        return Outcome::Failed("not a CloudWatch Logs message".to_owned());
    };
    if message.is_control() {
        return Outcome::Dropped;
    }
    let mut out = Vec::new();
    message.push_messages(&mut out);
    if out.len() > room {
        return Outcome::Failed(format!(
            "its {} bytes of log messages do not fit into the response",
            out.len()
        ));
    }
    Outcome::Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::Gzip;
    use crate::transform::{CheckSettings, Fate, check};

    fn event(payloads: &[&[u8]]) -> Vec<u8> {
        let records: Vec<_> = payloads
            .iter()
            .enumerate()
            .map(|(id, data)| {
                format!(r#"{{"recordId":"{id}","data":"{}"}}"#, STANDARD.encode(data))
            })
            .collect();
        format!(r#"{{"invocationId":"1","records":[{}]}}"#, records.join(",")).into_bytes()
    }

    /// The fate and the data of each record, in the words of the checker.
    fn outcome(transform: BuiltIn, payloads: &[&[u8]]) -> Vec<String> {
        let event = event(payloads);
        let answer = transform.call(&event);
        let response = match answer.result {
            Ok(response) => response,
            Err(error) => return vec![format!("{}: {}", error.error_type, error.message)],
        };
        let event = TransformEvent::parse(&event).unwrap();
        let checked = check(&event, &response, &CheckSettings::default());
        let pairs = crate::transform::pairs(&event, &response);
        let fates = checked.verdicts.iter().zip(&pairs);
        fates
            .map(|(verdict, pair)| match verdict.fate {
                Fate::Delivered => {
                    let data = pair.after.as_ref().unwrap().data.as_deref().unwrap();
                    String::from_utf8_lossy(&STANDARD.decode(data).unwrap()).into_owned()
                }
                fate => fate.as_str().to_owned(),
            })
            .collect()
    }

    #[test]
    fn the_tour_fails_for_some_records_and_its_fix_for_none() {
        let good = br#"{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}"#;
        let short = br#"{"ticker_symbol":"WAS","sector":"ENERGY","change":-0.4,"price":12.3}"#;
        let bare = br#"{"price":1}"#;
        let rich = "{\"ticker_symbol\":\"WAS\",\"sector\":\"RETAIL\",\"change\":-0.42,\
                    \"price\":12.07,\"currency\":\"USD\"}\n";
        assert_eq!(outcome(BuiltIn::Tour, &[good, short]), [rich, "failed"]);
        assert_eq!(outcome(BuiltIn::Tour, &[good, bare]), ["KeyError: 'sector'"]);
        let fixed = outcome(BuiltIn::TourFixed, &[good, short, bare, b"{ }"]);
        assert_eq!(fixed[0], rich);
        assert!(fixed[1].ends_with(",\"currency\":\"EUR\"}\n"), "{}", fixed[1]);
        assert_eq!(
            fixed[2..],
            ["{\"price\":1,\"currency\":\"USD\"}\n", "{\"currency\":\"USD\"}\n"]
        );
        assert_eq!(outcome(BuiltIn::TourFixed, &[b"[1]", b"{}{}"]), ["failed", "failed"]);
    }

    #[test]
    fn log_events_come_out_and_control_messages_do_not() {
        let mut gzip = Gzip::new();
        let message = |kind: &str| {
            format!(
                r#"{{"messageType":"{kind}","owner":"1","logGroup":"g","logStream":"s","logEvents":[{{"id":"1","timestamp":5,"message":"a"}},{{"id":"2","timestamp":6,"message":"b\"c"}}]}}"#
            )
        };
        let data = gzip.compress(message("DATA_MESSAGE").as_bytes());
        let control = gzip.compress(message("CONTROL_MESSAGE").as_bytes());
        let transform = BuiltIn::CloudWatchLogs;
        let large = format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[{{"id":"1","timestamp":5,"message":"{}"}}]}}"#,
            "x".repeat(MAX_RESPONSE_PAYLOAD / 4 * 3)
        );
        let large = gzip.compress(large.as_bytes());
        assert_eq!(
            outcome(transform, &[&data, &control, b"text", &large]),
            ["a\nb\"c\n", "dropped", "failed", "failed"]
        );
    }

    #[test]
    fn newlines_are_added_once_and_what_is_no_event_is_an_exception() {
        assert_eq!(outcome(BuiltIn::Newline, &[b"a", b"b\n", b""]), ["a\n", "b\n", "\n"]);
        assert_eq!(outcome(BuiltIn::Passthrough, &[b"a", b"\xff"]), ["a", "\u{fffd}"]);
        let error = BuiltIn::Newline.call(b"[1]").result.unwrap_err();
        assert_eq!(error.error_type, "ValueError");
        for transform in BuiltIn::ALL {
            assert_eq!(BuiltIn::find(transform.as_str()), Some(transform));
        }
    }
}
