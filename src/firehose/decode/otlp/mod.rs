//! CloudWatch metric streams in OpenTelemetry format: protobuf, shown as JSON.
//!
//! A record holds one or more `ExportMetricsServiceRequest`, each with its
//! length before it as a varint (CloudWatch user guide, "CloudWatch metric
//! stream output in OpenTelemetry 0.7.0 format", "… 1.0.0 format"). There is no
//! magic, so every field up to the end of a message has to fit before any of it
//! is taken for metrics.

mod builder;
mod json;
mod message;
mod schema;

pub(crate) use builder::OtlpBuilder;
pub use json::{MetricPoint, OtlpJson};

use message::{Counts, Stop, Writer};
use schema::{Field, REQUEST_0_7, REQUEST_1_0};

use crate::bytes::part;
use crate::protobuf::Reader;

/// Tag of `resource_metrics`, which every message starts with.
const RESOURCE_METRICS: u8 = 0x0a;

/// Tags of fields that a message may start with, further in.
const RESOURCE: u8 = 0x0a;
const ATTRIBUTES: u8 = 0x0a;
const SCOPE_METRICS: u8 = 0x12;
const METRICS: u8 = 0x12;
const NAME: u8 = 0x0a;

/// Which release of OTLP the messages are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtlpVersion {
    /// Data points have `labels` of two strings.
    V0_7,
    /// Data points have `attributes` with typed values.
    V1_0,
}

impl OtlpVersion {
    /// As AWS writes it: `OutputFormat` is `opentelemetry0.7` or
    /// `opentelemetry1.0` (API reference, `PutMetricStream`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V0_7 => "0.7",
            Self::V1_0 => "1.0",
        }
    }

    const fn table(self) -> &'static [Field] {
        match self {
            Self::V0_7 => &REQUEST_0_7,
            Self::V1_0 => &REQUEST_1_0,
        }
    }
}

/// What a record with OpenTelemetry metrics holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtlpMetrics {
    /// The release of the format.
    pub version: OtlpVersion,
    /// Messages, each an `ExportMetricsServiceRequest`.
    pub messages: u64,
    /// Metrics in them.
    pub metrics: u64,
    /// Data points of the metrics.
    pub data_points: u64,
    /// Fields that the release does not have: they are not in the JSON.
    pub unknown_fields: u64,
}

/// A record that was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) metrics: OtlpMetrics,
    /// OTLP/JSON, a message a line.
    pub(super) json: Vec<u8>,
    /// Offset of the first message that cannot be read.
    pub(super) broken_at: Option<usize>,
    /// Offset of JSON after the messages, which is in the JSON as it stands.
    pub(super) joined_at: Option<usize>,
}

/// The JSON would pass the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Reads `bytes` if they start with a whole message of metrics; the JSON of all
/// messages has at most `limit` bytes.
pub(super) fn read(bytes: &[u8], limit: u64) -> Result<Option<Read>, TooLarge> {
    if !is_candidate(bytes) {
        return Ok(None);
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let newer = read_as(bytes, OtlpVersion::V1_0, limit)?;
    let is_clean = |read: &Read| read.metrics.unknown_fields == 0 && read.broken_at.is_none();
    if newer.as_ref().is_some_and(is_clean) {
        return Ok(newer);
    }
    // The fields of one release are unknown in the other. The older gets no new
    // ones.
    let older = read_as(bytes, OtlpVersion::V0_7, limit)?;
    let reach = |read: &Read| read.broken_at.unwrap_or(usize::MAX);
    let is_older = older.as_ref().is_some_and(|older| {
        older.metrics.unknown_fields == 0
            && newer.as_ref().is_none_or(|newer| reach(older) >= reach(newer))
    });
    Ok(if is_older { older } else { newer })
}

/// True if `bytes` are metrics to their end.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    matches!(read(bytes, u64::MAX), Ok(Some(Read { broken_at: None, .. })))
}

/// True if `head`, the start of something, starts as only metrics do. A message
/// that goes on past it is taken by its tags and lengths.
pub(super) fn starts(head: &[u8]) -> bool {
    if !is_candidate(head) {
        return false;
    }
    let mut reader = Reader::new(head);
    let length = reader.varint().and_then(|length| usize::try_from(length).ok());
    let (Some(length), rest) = (length, part(head, reader.offset()..)) else {
        return false;
    };
    match rest.get(..length) {
        Some(_) => matches!(read(head, u64::MAX), Ok(Some(_)) | Err(TooLarge)),
        None => is_nested(rest, length),
    }
}

/// Looks at the first tags and lengths in a message of `length` bytes: down to
/// the key of a resource's attribute, or the name of a metric.
fn is_nested(message: &[u8], length: usize) -> bool {
    const PATHS: [[u8; 4]; 2] = [
        [RESOURCE_METRICS, RESOURCE, ATTRIBUTES, NAME],
        [RESOURCE_METRICS, SCOPE_METRICS, METRICS, NAME],
    ];
    PATHS.into_iter().any(|path| {
        let name = path.into_iter().try_fold((message, length), enter);
        name.is_some_and(|(rest, length)| {
            !rest.is_empty() && rest.iter().take(length).all(u8::is_ascii_graphic)
        })
    })
}

/// Takes the tag of a field and its length off; the field ends within `most`
/// bytes, which need not all be here.
fn enter((rest, most): (&[u8], usize), tag: u8) -> Option<(&[u8], usize)> {
    let mut reader = Reader::new(rest.strip_prefix(&[tag])?);
    let length = usize::try_from(reader.varint()?).ok()?;
    let start = 1 + reader.offset();
    let fits = length > 0 && start.checked_add(length)? <= most;
    fits.then_some((rest.get(start..)?, length))
}

/// A cheap look at the first bytes: a length, and the tag of the first field.
fn is_candidate(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(part(bytes, ..bytes.len().min(6)));
    let length = reader.varint();
    length.is_some_and(|length| length > 2) && bytes.get(reader.offset()) == Some(&RESOURCE_METRICS)
}

fn read_as(bytes: &[u8], version: OtlpVersion, limit: usize) -> Result<Option<Read>, TooLarge> {
    let mut json = Vec::new();
    let mut writer = Writer::new(&mut json, limit);
    let (mut at, mut messages, mut broken_at, mut joined_at) = (0, 0, None, None);
    while at < bytes.len() {
        let rest = part(bytes, at..);
        if messages > 0
            && let Some(end) = json_object(rest)
        {
            joined_at.get_or_insert(at);
            writer.line(part(rest, ..end)).map_err(|_| TooLarge)?;
            at += end;
            continue;
        }
        let mut reader = Reader::new(rest);
        if messages > 0 {
            writer.next_line();
        }
        let result = match reader.delimited() {
            Some(message) if !message.is_empty() => writer.request(message, version.table()),
            _ => Err(Stop::NotThis),
        };
        match result {
            Ok(()) => (at, messages) = (at + reader.offset(), messages + 1),
            Err(Stop::TooLarge) => return Err(TooLarge),
            Err(Stop::NotThis) if messages == 0 => return Ok(None),
            // Firehose or a transform may have put newlines between records.
            Err(Stop::NotThis) if rest.starts_with(b"\n") => at += 1,
            Err(Stop::NotThis) => {
                broken_at = Some(at);
                break;
            }
        }
    }
    let Counts { metrics, points, known, unknown } = writer.counts;
    if points == 0 || unknown > known {
        return Ok(None);
    }
    while json.last() == Some(&b'\n') {
        json.pop();
    }
    let metrics =
        OtlpMetrics { version, messages, metrics, data_points: points, unknown_fields: unknown };
    Ok(Some(Read { metrics, json, broken_at, joined_at }))
}

/// Where the JSON object ends that `text` starts with.
fn json_object(text: &[u8]) -> Option<usize> {
    let next = text.get(crate::json::skip_space(text, 1)).filter(|_| text.starts_with(b"{"));
    next.filter(|it| **it == b'"')?;
    crate::json::skip_value(text, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::skip_value;
    use proptest::prelude::*;

    fn varint(mut value: usize) -> Vec<u8> {
        let mut out = Vec::new();
        while value > 0x7f {
            out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        out.push(u8::try_from(value).unwrap());
        out
    }

    fn delimited(bytes: &[u8]) -> Vec<u8> {
        [&varint(bytes.len()), bytes].concat()
    }

    fn field(number: usize, bytes: &[u8]) -> Vec<u8> {
        [varint(number << 3 | 2), delimited(bytes)].concat()
    }

    fn double(number: usize, value: f64) -> Vec<u8> {
        [varint(number << 3 | 1), value.to_bits().to_le_bytes().to_vec()].concat()
    }

    /// A message with one metric, whose point has these fields.
    fn message(point: &[u8]) -> Vec<u8> {
        let metric = [field(1, b"m"), field(11, &field(1, point))].concat();
        delimited(&field(1, &field(2, &field(2, &metric))))
    }

    fn shown(bytes: &[u8]) -> String {
        String::from_utf8(read(bytes, u64::MAX).unwrap().unwrap().json).unwrap()
    }

    fn metrics(bytes: &[u8]) -> Option<(&'static str, u64, u64)> {
        let read = read(bytes, u64::MAX).unwrap()?;
        Some((read.metrics.version.as_str(), read.metrics.messages, read.metrics.unknown_fields))
    }

    #[test]
    fn the_release_is_known_by_what_names_a_point() {
        let labels = message(&field(1, &[field(1, b"a"), field(2, b"b")].concat()));
        let value = field(2, &field(1, b"b"));
        let attributes = message(&field(7, &[field(1, b"a"), value].concat()));
        assert_eq!(metrics(&labels), Some(("0.7", 1, 0)));
        assert_eq!(metrics(&attributes), Some(("1.0", 1, 0)));
        assert_eq!(
            shown(&labels),
            r#"{"resourceMetrics":[{"instrumentationLibraryMetrics":[{"metrics":[{"name":"m","doubleSummary":{"dataPoints":[{"labels":[{"key":"a","value":"b"}]}]}}]}]}]}"#
        );
        assert_eq!(
            shown(&attributes),
            r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","summary":{"dataPoints":[{"attributes":[{"key":"a","value":{"stringValue":"b"}}]}]}}]}]}]}"#
        );
        // Without either, it is the release that is current.
        assert_eq!(metrics(&message(&double(5, 1.0))), Some(("1.0", 1, 0)));
    }

    #[test]
    fn a_double_is_shown_so_that_it_reads_back_the_same() {
        for (value, expected) in [
            (0.1, "0.1"),
            (333.0, "333.0"),
            (-0.0, "-0.0"),
            (f64::MAX, "1.7976931348623157e308"),
            (5e-324, "5e-324"),
            (f64::NAN, "\"NaN\""),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ] {
            let json = shown(&message(&double(5, value)));
            assert!(json.contains(&format!("{{\"sum\":{expected}}}")), "{json}");
        }
    }

    #[test]
    fn fields_that_are_unknown_are_counted_and_the_others_shown() {
        let point = [double(5, 1.0), field(99, b"x"), field(100, b"y")].concat();
        assert_eq!(metrics(&message(&point)), Some(("1.0", 1, 2)));
        assert!(shown(&message(&point)).ends_with(r#"{"dataPoints":[{"sum":1.0}]}}]}]}]}"#));
    }

    #[test]
    fn what_does_not_fit_to_its_end_is_not_metrics() {
        let good = message(&double(5, 1.0));
        assert!(is_whole(&good));
        let more = |bytes: &[u8]| [&good, bytes].concat();
        assert!(!is_whole(&more(b"\x05")));
        assert_eq!(read(&more(b"\x05"), 1000).unwrap().unwrap().broken_at, Some(good.len()));
        for bad in [
            // The length of a message, of a field, and a type that is another's.
            &good[..good.len() - 1],
            &message(&[0x2a, 9])[..],
            &message(&field(5, b"text"))[..],
            // Twice what is there once, and a text that is not UTF-8.
            &message(&[double(5, 1.0), double(5, 2.0)].concat())[..],
            &delimited(&field(1, &field(2, &field(2, &field(1, b"\xff")))))[..],
            // No data point, and nothing at all.
            &delimited(&field(1, &field(2, &field(2, &field(1, b"m")))))[..],
            b"\0",
            b"",
            b"\x02\x0a\x00",
        ] {
            assert!(read(bad, 1000).unwrap().is_none(), "{bad:x?}");
        }
    }

    #[test]
    fn newlines_between_messages_are_not_part_of_them() {
        let good = message(&double(5, 1.0));
        let lines = [good.as_slice(), b"\n", good.as_slice(), b"\n"].concat();
        let read = read(&lines, 1000).unwrap().unwrap();
        assert_eq!((read.metrics.messages, read.broken_at), (2, None));
        assert!(!read.json.ends_with(b"\n"));
    }

    #[test]
    fn json_after_messages_is_shown_too() {
        let good = message(&double(5, 1.0));
        let line = shown(&good);
        for (between, after) in [("", ""), ("\n", "\n")] {
            let all = [&good, between.as_bytes(), b"{\"a\": 1}", after.as_bytes(), &good].concat();
            let read = read(&all, 1000).unwrap().unwrap();
            assert_eq!((read.metrics.messages, read.broken_at), (2, None));
            assert_eq!(read.joined_at, Some(good.len() + between.len()));
            let json = String::from_utf8(read.json).unwrap().replace("\n\n", "\n");
            assert_eq!(json, format!("{line}\n{{\"a\": 1}}\n{line}"));
        }
        let cut = [&good, b"{\"a\":".as_slice()].concat();
        let read = read(&cut, 1000).unwrap().unwrap();
        assert_eq!((read.broken_at, read.joined_at), (Some(good.len()), None));
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let good = message(&double(5, 1.0)).repeat(100);
        assert_eq!(read(&good, 1000).unwrap_err(), TooLarge);
        let mut value = field(1, b"end");
        for _ in 0..100 {
            value = field(5, &field(1, &value));
        }
        let deep = message(&field(7, &field(2, &value)));
        assert!(read(&deep, u64::MAX).unwrap().is_none());
    }

    #[test]
    fn the_start_of_metrics_is_known_from_few_bytes() {
        let key = field(1, b"cloud.provider");
        let resource = field(1, &field(1, &key));
        let metric = [field(1, b"m"), field(11, &field(1, &double(5, 1.0)))].concat();
        // Its length holds no byte that text has not: no newline may cut it.
        let pad = field(2, &field(2, &[metric.clone(), field(2, &[b'x'; 4300])].concat()));
        let long = delimited(&field(1, &[resource, pad].concat()));
        for length in 20..long.len() {
            assert!(starts(&long[..length]), "{length}");
        }
        assert!(starts(&long));
        for text in ["x\n{\"a\":1}\n", "~\n\n", "s\nname\nvalue\n", "\n\n", "z\n\"\"\n"] {
            assert!(!starts(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn what_is_around_a_point_is_not_repeated_without_end() {
        let long = "x".repeat(10_000);
        let points = vec!["{}"; 10_000].join(",");
        let json = format!(
            r#"[{{"resource":{{"a":"{long}"}},"scopeMetrics":[{{"metrics":[{{"gauge":{{"dataPoints":[{points}]}}}}]}}]}}]"#
        );
        let metrics = OtlpJson::new(crate::json::Token::new(json.as_bytes())).unwrap();
        let (mut count, mut size) = (0, 0);
        let mut line = Vec::new();
        metrics.points(|point| {
            line.clear();
            point.push_line(&mut line);
            assert_eq!(skip_value(&line, 0), Ok(line.len()));
            count += 1;
            size += line.len();
        });
        assert_eq!(count, 10_000);
        assert!(size < 70 * json.len(), "{size}");
    }

    proptest! {
        #[test]
        fn damage_is_never_shown_as_anything_but_json(
            at in any::<prop::sample::Index>(),
            byte: u8,
            cut in any::<prop::sample::Index>(),
        ) {
            let value = field(2, &field(5, &field(1, &field(1, b"v"))));
            let attribute = field(7, &[field(1, b"a"), value].concat());
            let point = [attribute, double(5, 1.0), field(6, &double(1, 0.5))].concat();
            let mut bytes = message(&point).repeat(2);
            let length = bytes.len();
            bytes[at.index(length)] = byte;
            bytes.truncate(length - cut.index(length / 4));
            starts(&bytes);
            if let Ok(Some(read)) = read(&bytes, 100_000) {
                for line in read.json.split(|byte| *byte == b'\n') {
                    prop_assert_eq!(skip_value(line, 0), Ok(line.len()));
                }
            }
        }
    }
}
