//! Records that break transforms, each for a reason that was seen in the field.

use crate::compress::Gzip;
use crate::limits::MAX_RECORD;

/// A record that breaks transforms.
#[derive(Debug, Clone, Copy)]
pub struct Hostile {
    /// The name of the case: kebab-case, stable.
    pub name: &'static str,
    /// What is special about it.
    pub what: &'static str,
    make: fn() -> Vec<u8>,
}

impl Hostile {
    /// The payload.
    pub fn payload(&self) -> Vec<u8> {
        (self.make)()
    }
}

fn gzip(payload: impl AsRef<[u8]>) -> Vec<u8> {
    Gzip::new().compress(payload.as_ref())
}

const fn case(name: &'static str, what: &'static str, make: fn() -> Vec<u8>) -> Hostile {
    Hostile { name, what, make }
}

/// A record as the cases vary it.
const TICK: &str = r#"{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}"#;

const ENVELOPE: &str = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]0","subscriptionFilters":["firehose"],"logEvents":[{"id":"39600000000000000000000000000000000000000000000000000001","timestamp":1795341600123,"message":"order A-1041 accepted\n"}]}"#;

/// Every case, in the order of the records that `fh event --hostile` makes.
pub const HOSTILE: &[Hostile] = &[
    case("plain", "a plain record that every transform handles", || TICK.into()),
    case("empty", "no bytes at all: `\"data\":\"\"`", Vec::new),
    case("blank", "a newline and nothing else", || b"\n".to_vec()),
    case("two-values", "two JSON objects, one after the other without a newline", || {
        [TICK, TICK].concat().into_bytes()
    }),
    case("lines", "three JSON objects, one per line", || {
        [TICK, "\n", TICK, "\n", TICK, "\n"].concat().into_bytes()
    }),
    case("duplicate", "the same bytes as the record `plain`", || TICK.into()),
    case("duplicate-key", "a duplicate key", || br#"{"id":1,"id":2}"#.to_vec()),
    case("numbers", "1.10, 23 digits, 1e400: numbers that floats change", || {
        br#"{"price":1.10,"id":12345678901234567890123,"big":1e400,"zero":-0.0}"#.to_vec()
    }),
    case("escapes", "a lone surrogate, an escaped slash, NUL and a line separator", || {
        br#"{"lone":"\ud800","slash":"\/","nul":"\u0000","line":"\u2028"}"#.to_vec()
    }),
    case("unicode", "letters of several scripts, an emoji, a combining accent", || {
        "{\"text\":\"Zürich 東京 🚚 e\u{301}\"}".as_bytes().to_vec()
    }),
    case("nested", "20,000 levels of arrays: more than Python reads and Node.js writes", || {
        ["[".repeat(20_000), "]".repeat(20_000)].concat().into_bytes()
    }),
    case("array", "a JSON array where an object is expected", || b"[1,2,3]".to_vec()),
    case("string", "a JSON string", || br#""text""#.to_vec()),
    case("null", "JSON null", || b"null".to_vec()),
    case("json-in-string", "JSON that was serialized twice", || {
        br#""{\"ticker_symbol\":\"WAS\",\"price\":12.07}""#.to_vec()
    }),
    case("cut-json", "truncated JSON", || br#"{"ticker_symbol":"WA"#.to_vec()),
    case("not-a-number", "NaN, which Python writes and other parsers reject", || {
        br#"{"price":NaN}"#.to_vec()
    }),
    case("text", "a log line, not JSON", || b"order A-1041 accepted".to_vec()),
    case("csv", "a line of CSV with quotes and a formula", || {
        b"WAS,\"RETAIL, EU\",=1+1,12.07\n".to_vec()
    }),
    case("crlf", "a line that ends with CRLF", || [TICK, "\r\n"].concat().into_bytes()),
    case("bom", "JSON after a byte order mark", || ["\u{feff}", TICK].concat().into_bytes()),
    case("latin-1", "text that is not UTF-8", || b"{\"city\":\"Z\xfcrich\"}".to_vec()),
    case("utf-16", "JSON in UTF-16, as Windows shells write it", || {
        [0xfeff].into_iter().chain(TICK.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }),
    case("binary", "every byte from 0 to 255", || (0..=255).collect()),
    case("terminal", "escape codes that would change the terminal", || {
        b"{\"user\":\"\x1b[31m\x1b]0;owned\x07\"}".to_vec()
    }),
    case("base64", "base64 of JSON, from a producer that encodes its data itself", || {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(TICK).into_bytes()
    }),
    case("gzip", "gzip of JSON", || gzip(TICK)),
    case("gzip-cut", "truncated gzip", || {
        let mut bytes = gzip(TICK);
        bytes.truncate(bytes.len() - 9);
        bytes
    }),
    case("gzip-members", "two gzip members, of which naive readers read only the first", || {
        [gzip(TICK), gzip(TICK)].concat()
    }),
    case("gzip-twice", "gzip of gzip of JSON", || gzip(gzip(TICK))),
    case("gzip-magic", "the magic of gzip before something else", || {
        b"\x1f\x8b\x08 is not gzip".to_vec()
    }),
    case("logs", "a CloudWatch Logs DATA_MESSAGE", || gzip(ENVELOPE)),
    case("logs-control", "a CloudWatch Logs CONTROL_MESSAGE, which is not a log event", || {
        gzip(ENVELOPE.replace("DATA_MESSAGE", "CONTROL_MESSAGE"))
    }),
    case("logs-members", "two DATA_MESSAGEs, one gzip member each", || {
        [gzip(ENVELOPE), gzip(ENVELOPE.replace("1041", "1042"))].concat()
    }),
    case("logs-empty", "a DATA_MESSAGE without log events", || {
        let start = ENVELOPE.split("[{").next().unwrap_or_default();
        gzip([start, "[]}"].concat())
    }),
    case("inflating", "2 KB of gzip that inflate to 2 MB: a third of the 6 MB limit", || {
        gzip(format!("{{\"padding\":\"{}\"}}", "x".repeat(2_000_000)))
    }),
    case("huge", "1,024,000 bytes, the maximum size of a record", || {
        let padding = MAX_RECORD - 14;
        format!("{{\"padding\":\"{}\"}}", "x".repeat(padding)).into_bytes()
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_fits_into_a_record_and_has_a_name_of_its_own() {
        let mut names: Vec<_> = HOSTILE.iter().map(|case| case.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), HOSTILE.len());
        for case in HOSTILE {
            assert!(case.payload().len() <= MAX_RECORD, "{}", case.name);
        }
        assert_eq!(HOSTILE.last().unwrap().payload().len(), MAX_RECORD);
    }
}
