//! Times as AWS and its tools write them.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// Milliseconds since 1970-01-01T00:00:00Z, as the APIs of CloudWatch Logs and
/// Firehose's records have times.
pub type Millis = i64;

/// Reads RFC 3339, which has an offset: `2026-11-22T10:00:00.123Z`.
pub fn rfc3339(text: &str) -> Option<Millis> {
    text.parse().ok().map(Timestamp::as_millisecond)
}

/// Reads RFC 3339, or a time without an offset, which is in UTC where Insights
/// (`2026-11-22 10:00:00.123`) and `aws logs tail --format short`
/// (`2026-11-22T10:00:00`) print it.
pub fn rfc3339_or_utc(text: &str) -> Option<Millis> {
    rfc3339(text).or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        civil.in_tz("UTC").ok().map(|time| time.timestamp().as_millisecond())
    })
}

/// RFC 3339 in UTC, with milliseconds; `None` beyond the calendar.
pub fn write_rfc3339(time: Millis) -> Option<String> {
    let time = Timestamp::from_millisecond(time).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_tools_are_read() {
        for text in [
            "2026-11-22T10:00:00.123Z",
            "2026-11-22T11:00:00.123456+01:00",
            "2026-11-22 10:00:00.123",
            "2026-11-22T10:00:00.123",
        ] {
            assert_eq!(rfc3339_or_utc(text), Some(1_795_341_600_123), "{text}");
        }
        assert_eq!(rfc3339("2026-11-22 10:00:00.123"), None);
        for text in ["", "10:00:00", "1795341600123", "yesterday"] {
            assert_eq!(rfc3339_or_utc(text), None, "{text}");
        }
    }
}
