//! Times as AWS and its tools write them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Milliseconds since 1970-01-01T00:00:00Z, as the APIs of CloudWatch Logs and
/// Firehose's records have times.
pub type Millis = i64;

/// A length of time in milliseconds.
pub fn millis(length: Duration) -> Millis {
    Millis::try_from(length.as_millis()).unwrap_or(Millis::MAX)
}

/// The time that is `length` after `time`.
pub fn after(time: Millis, length: Duration) -> Millis {
    time.saturating_add(millis(length))
}

/// The time that is `length` before `time`.
pub fn before(time: Millis, length: Duration) -> Millis {
    time.saturating_sub(millis(length))
}

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

/// Reads a time without an offset, `2026-11-22 10:00:00.123`, of a clock in `zone`; where
/// the clocks go back, the first.
pub fn in_zone(text: &str, zone: &TimeZone) -> Option<Millis> {
    let civil: DateTime = text.parse().ok()?;
    let time = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    Some(time.as_millisecond())
}

/// RFC 3339 in UTC, with milliseconds; `None` beyond the calendar.
pub fn write_rfc3339(time: Millis) -> Option<String> {
    let time = Timestamp::from_millisecond(time).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}

/// A length of time in words, exact to the second: `5 min`, `2 min 10 s`, `1 h 5 min`.
pub fn write_length(length: Duration) -> String {
    let seconds = length.as_secs();
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_exact_to_the_second() {
        for (seconds, expected) in
            [(0, "0 s"), (60, "1 min"), (90, "1 min 30 s"), (3900, "1 h 5 min"), (604_800, "168 h")]
        {
            assert_eq!(write_length(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn times_stay_within_the_calendar_of_64_bits() {
        assert_eq!(after(1000, Duration::from_secs(2)), 3000);
        assert_eq!(before(1000, Duration::from_secs(2)), -1000);
        assert_eq!(after(1, Duration::MAX), Millis::MAX);
        assert_eq!(before(-2, Duration::MAX), Millis::MIN);
    }

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
