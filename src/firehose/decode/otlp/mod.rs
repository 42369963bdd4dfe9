//! CloudWatch metric streams in OpenTelemetry format: protobuf, shown as JSON.
//!
//! A record holds one or more `ExportMetricsServiceRequest`, each with its
//! length before it as a varint (CloudWatch user guide, "CloudWatch metric
//! stream output in OpenTelemetry 0.7.0 format", "… 1.0.0 format"). There is no
//! magic, so every field up to the end of a message has to fit before any of it
//! is taken for metrics.

mod json;
mod message;
mod schema;

pub use json::{MetricPoint, OtlpJson};

use message::{Counts, Stop, Writer};
use schema::{Field, REQUEST_0_7, REQUEST_1_0};

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
    // The fields of one release are unknown in the other.
    let older = read_as(bytes, OtlpVersion::V0_7, limit)?;
    let rank = |read: &Option<Read>| {
        read.as_ref().map(|read| {
            let reach = read.broken_at.unwrap_or(usize::MAX);
            (reach, std::cmp::Reverse(read.metrics.unknown_fields))
        })
    };
    Ok(if rank(&older) > rank(&newer) { older } else { newer })
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
    let (Some(length), rest) = (length, head.get(reader.offset()..).unwrap_or_default()) else {
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
    let mut reader = Reader::new(bytes.get(..bytes.len().min(6)).unwrap_or_default());
    let length = reader.varint();
    length.is_some_and(|length| length > 2) && bytes.get(reader.offset()) == Some(&RESOURCE_METRICS)
}

fn read_as(bytes: &[u8], version: OtlpVersion, limit: usize) -> Result<Option<Read>, TooLarge> {
    let mut json = Vec::new();
    let mut writer = Writer::new(&mut json, limit);
    let (mut at, mut messages, mut broken_at) = (0, 0, None);
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
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
    Ok(Some(Read { metrics, json, broken_at }))
}
