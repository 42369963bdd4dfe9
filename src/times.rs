//! Times, durations and rates as people write them in flags, and as they are
//! shown.
//!
//! The clock and the time zone are handed in: nothing here looks at either.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp, ToSpan as _};

use crate::error::Error;

/// Epoch times below this are seconds that were taken for milliseconds: it
/// is 1973 in the one, and 5138 in the other.
const MIN_MILLISECONDS: i64 = 100_000_000_000;

/// A value of `--since` or `--until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// `10m`, `1h30m`, `2d`: this long ago.
    Ago(Duration),
    /// `14:05`, `14:05:30.250`: the last time that a clock showed it.
    Clock(Time),
    /// RFC 3339 or milliseconds since 1970.
    At(Timestamp),
}

impl When {
    /// The time it means, in milliseconds since 1970, when it is `now` in
    /// `zone`.
    pub fn resolve(self, now: SystemTime, zone: &TimeZone) -> i64 {
        let now = Timestamp::try_from(now).unwrap_or(Timestamp::MAX);
        let time = match self {
            Self::At(time) => time,
            Self::Ago(ago) => now.checked_sub(ago).unwrap_or(Timestamp::MIN),
            Self::Clock(time) => last_showing(time, now, zone),
        };
        time.as_millisecond()
    }
}

impl fmt::Display for When {
    /// In a form that is read again as the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ago(ago) => f.write_str(&write_duration(*ago)),
            Self::Clock(time) => write!(f, "{time}"),
            Self::At(time) => write!(f, "{time}"),
        }
    }
}

/// When a clock in `zone` showed this last.
fn last_showing(time: Time, now: Timestamp, zone: &TimeZone) -> Timestamp {
    let today = zone.to_datetime(now).date();
    let on = |days: i64| {
        let date = today.checked_add(days.days()).ok()?;
        zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()
    };
    on(0).filter(|time| *time <= now).or_else(|| on(-1)).unwrap_or(now)
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if is_number(text) && absolute(text).is_none() && text.parse::<i64>().is_ok() {
            return Err(format!(
                "`{text}` has no unit: use {text}m or {text}h for a relative time; epoch times \
                 are in milliseconds"
            ));
        }
        let time = absolute(text).map(Self::At);
        // A number alone, which is seconds elsewhere, may be meant as a time.
        let ago = || span(text).map(Self::Ago);
        time.or_else(|| clock(text)).or_else(ago).ok_or_else(|| {
            format!(
                "`{text}` is not a valid time; use a relative time (10m, 1h30m, 2d), a time of \
                 the last 24 hours (14:05), RFC 3339 with its offset (2026-11-22T14:05:00Z), or \
                 epoch milliseconds"
            )
        })
    }
}

/// Reads a time that does not depend on when it is read: RFC 3339 with its
/// offset, also as `--long` and [`Clock::show`] print it, or milliseconds since
/// 1970.
pub fn timestamp(text: &str) -> Result<Timestamp, String> {
    absolute(text.trim()).ok_or_else(|| {
        format!(
            "`{text}` is not a valid time; use RFC 3339 with its offset (2026-11-22T14:05:00Z) \
             or epoch milliseconds"
        )
    })
}

/// Refuses a `--until` that is before `--since`, both in milliseconds since 1970.
pub fn check_order(since: Option<i64>, until: Option<i64>) -> Result<(), Error> {
    if since.zip(until).is_some_and(|(since, until)| until < since) {
        return Err(Error::user("`--until` is before `--since`")
            .hint("a time like 14:05 is that of today, or of yesterday if it is still to come"));
    }
    Ok(())
}

fn absolute(text: &str) -> Option<Timestamp> {
    if is_number(text) {
        let number = text.parse().ok().filter(|number| *number >= MIN_MILLISECONDS)?;
        return Timestamp::from_millisecond(number).ok();
    }
    // There is a blank before the offset where a time is shown.
    text.replacen(" +", "+", 1).replacen(" -", "-", 1).parse().ok()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// `14:05`, `14:05:30`, `14:05:30.250`.
fn clock(text: &str) -> Option<When> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let (second, fraction) = match parts.next() {
        Some(second) => second.split_once('.').unwrap_or((second, "0")),
        None => ("00", "0"),
    };
    let is_clock = (1..=2).contains(&hour.len()) && minute.len() == 2 && second.len() == 2;
    let all = [hour, minute, second, fraction];
    if !is_clock || parts.next().is_some() || !all.iter().all(|it| is_number(it)) {
        return None;
    }
    let nanosecond = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let (hour, minute, second) = (hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?);
    Time::new(hour, minute, second, nanosecond).ok().map(When::Clock)
}

/// Reads a duration: `250ms`, `1.5s`, `30s`, `5m`, `1h30m`, `2d`; a number alone
/// is in seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let seconds = || text.parse().ok().filter(|_| is_number(text)).map(Duration::from_secs);
    span(text)
        .or_else(seconds)
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| format!("`{text}` is not a valid duration; use e.g. 250ms, 30s, 5m, 1h30m"))
}

/// Writes a duration so that [`duration`] reads it as the same, but for what is
/// less than a millisecond: `1h30m`, `1s500ms`.
pub fn write_duration(duration: Duration) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
    let mut rest = duration.as_millis();
    let parts = units.into_iter().filter_map(|(unit, scale)| {
        let count = rest / scale;
        rest %= scale;
        (count > 0).then(|| format!("{count}{unit}"))
    });
    let text: String = parts.collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// `1h30m`: numbers with units that get smaller, the last perhaps with a
/// fraction. Of what `jiff` reads, this leaves out what looks like a time
/// (`10:00:00`, `P1D`) or has a sign.
fn span(text: &str) -> Option<Duration> {
    let is_short = text.starts_with(|it: char| it.is_ascii_digit())
        && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'.');
    let span: Span = text.parse().ok().filter(|_| is_short)?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    length.try_into().ok()
}

/// Shows times in one zone.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
}

impl Clock {
    /// A clock that shows the time in `zone`.
    pub const fn new(zone: TimeZone) -> Self {
        Self { zone }
    }

    /// `2026-11-22 14:05:00 +01:00`; milliseconds since 1970 that no calendar
    /// has as they are.
    pub fn show(&self, milliseconds: i64) -> String {
        self.with(milliseconds, "%Y-%m-%d %H:%M:%S %:z")
    }

    /// The same, without what `since` shows too: date and offset.
    pub fn show_after(&self, since: i64, milliseconds: i64) -> String {
        let zoned =
            |time| Some(Timestamp::from_millisecond(time).ok()?.to_zoned(self.zone.clone()));
        match (zoned(since), zoned(milliseconds)) {
            (Some(first), Some(time))
                if first.date() == time.date() && first.offset() == time.offset() =>
            {
                time.strftime("%H:%M:%S").to_string()
            }
            _ => self.show(milliseconds),
        }
    }

    /// `2026-11-22 14:05:00.123 +01:00`.
    pub fn show_milliseconds(&self, milliseconds: i64) -> String {
        self.with(milliseconds, "%Y-%m-%d %H:%M:%S.%3f %:z")
    }

    /// Appends `14:05:00.123`. Times that are shown come in order, so that most
    /// are of the second of the last one: its text is kept in `last`.
    pub fn push_time_of_day(&self, milliseconds: i64, last: &mut (i64, String), out: &mut String) {
        let second = milliseconds.div_euclid(1000);
        if last.0 != second || last.1.is_empty() {
            if Timestamp::from_second(second).is_err() {
                // No calendar has it.
                out.push_str(&self.with(milliseconds, "%H:%M:%S"));
                return;
            }
            *last = (second, self.with(second.saturating_mul(1000), "%H:%M:%S"));
        }
        out.push_str(&last.1);
        out.push('.');
        // Nearly every line has one: `write!` takes several times as long.
        for unit in [100, 10, 1] {
            let digit = milliseconds.rem_euclid(1000) / unit % 10;
            out.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
        }
    }

    fn with(&self, milliseconds: i64, format: &str) -> String {
        match Timestamp::from_millisecond(milliseconds) {
            Ok(time) => time.to_zoned(self.zone.clone()).strftime(format).to_string(),
            Err(_) => format!("{milliseconds} ms"),
        }
    }

    /// The time, as short as a step of `step` seconds allows: `14:05`,
    /// `11-22 14:00`, `2026-11-22`.
    pub fn show_step(&self, seconds: i64, step: i64) -> String {
        let format = match step {
            ..60 => "%H:%M:%S",
            60..3600 => "%H:%M",
            3600..86_400 => "%m-%d %H:%M",
            _ => "%Y-%m-%d",
        };
        match Timestamp::from_second(seconds) {
            Ok(time) => time.to_zoned(self.zone.clone()).strftime(format).to_string(),
            Err(_) => String::new(),
        }
    }
}

pub use firehose::time::write_rfc3339 as rfc3339;

/// A length of time in words as short as `10 s`, `5 min`, `2 h`, `28 d`.
pub fn length(seconds: i64) -> String {
    match seconds {
        86_400.. => format!("{} d", seconds / 86_400),
        3600.. => format!("{} h", seconds / 3600),
        60.. => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// A value of `--rate`: records a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate(f64);

impl Rate {
    /// Records a second.
    pub const fn per_second(self) -> f64 {
        self.0
    }

    /// Seconds that `count` records take.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "an estimate for people; what is out of bounds saturates"
    )]
    pub fn seconds_for(self, count: u64) -> i64 {
        (count as f64 / self.0).ceil() as i64
    }
}

impl fmt::Display for Rate {
    /// The number alone: `50`, `0.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not a valid rate; use records per second or minute, \
             e.g. 50/s or 3000/m"
            )
        };
        let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
        let seconds = match unit {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(wrong()),
        };
        let rate = number.parse::<f64>().map_err(|_| wrong())? / seconds;
        if (0.0001..=1e9).contains(&rate) { Ok(Self(rate)) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str, now: &str, hours: i8) -> String {
        let now: Timestamp = now.parse().unwrap();
        let zone = jiff::tz::Offset::constant(hours).to_time_zone();
        let time = text.parse::<When>().unwrap().resolve(now.into(), &zone);
        rfc3339(time).unwrap()
    }

    #[test]
    fn durations_have_units_or_are_seconds() {
        for (text, milliseconds) in [
            ("60", 60_000),
            ("250ms", 250),
            ("0.1s", 100),
            ("1.5s", 1500),
            ("1.5m", 90_000),
            ("1m30s", 90_000),
            ("1s500ms", 1500),
            ("1h30m", 5_400_000),
            ("2d", 172_800_000),
            ("1w", 604_800_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in [
            "",
            "0",
            "0ms",
            "ms",
            "-1s",
            "infs",
            "1e3s",
            "1.5",
            "1mo",
            "1y",
            "PT1M",
            "00:01:00",
            "30s1m",
            "1m30",
            "99999999999999999999",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_that_were_shown_are_read_again() {
        for text in ["2h", "1d2h", "1m40s", "1s500ms", "0s", "14:05:00", "10:00:00.101"] {
            let when: When = text.parse().unwrap();
            assert_eq!(when.to_string(), text);
            assert_eq!(when.to_string().parse(), Ok(when));
        }
        let shown: When = "2026-11-22 10:00:00.500 +01:00".parse().unwrap();
        assert_eq!(shown, "2026-11-22T09:00:00.5Z".parse().unwrap());
        for text in ["14:5", "14:05:3", "24:00", "14:05:30:00", "14:05:30.x"] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_taken_in_every_form_that_people_have_at_hand() {
        let now = "2026-11-22T10:00:00Z";
        for (text, hours, expected) in [
            ("10m", 0, "2026-11-22T09:50:00.000Z"),
            ("1h30m", 0, "2026-11-22T08:30:00.000Z"),
            ("2d", 5, "2026-11-20T10:00:00.000Z"),
            ("1w1s", 0, "2026-11-15T09:59:59.000Z"),
            ("1.5s", 0, "2026-11-22T09:59:58.500Z"),
            ("09:59", 0, "2026-11-22T09:59:00.000Z"),
            ("10:00", 0, "2026-11-22T10:00:00.000Z"),
            ("10:01", 0, "2026-11-21T10:01:00.000Z"),
            ("7:30", 9, "2026-11-21T22:30:00.000Z"),
            ("2026-11-22T10:00:00+01:00", 0, "2026-11-22T09:00:00.000Z"),
            ("2026-11-22T10:00:00.5Z", 3, "2026-11-22T10:00:00.500Z"),
            ("1795341600123", 3, "2026-11-22T10:00:00.123Z"),
        ] {
            assert_eq!(resolve(text, now, hours), expected, "{text}");
            let when: When = text.parse().unwrap();
            assert_eq!(when.to_string().parse(), Ok(when));
        }
    }

    #[test]
    fn what_is_no_time_is_refused_aloud() {
        for text in [
            "",
            "yesterday",
            "10",
            "1795341600",
            "m",
            "10x",
            "30m1h",
            "1h1h",
            "24:00",
            "10:60",
            "10:5",
            "2026-11-22",
            "2026-11-22T10:00:00",
            "99999999999999999999",
            "-5m",
            "9999999999999999999w",
        ] {
            let error = text.parse::<When>().unwrap_err();
            assert!(error.starts_with(&format!("`{text}` ")), "{error}");
        }
        assert!("15".parse::<When>().unwrap_err().contains("15m"));
    }

    #[test]
    fn a_timestamp_means_the_same_at_all_times() {
        let read = |text| timestamp(text).map(Timestamp::as_millisecond);
        for text in [
            "2026-11-22T10:00:00.123Z",
            "2026-11-22T11:00:00.123+01:00",
            "2026-11-22 11:00:00.123 +01:00",
            "1795341600123",
        ] {
            assert_eq!(read(text), Ok(1_795_341_600_123), "{text}");
        }
        for text in
            ["", "1795341600", "yesterday", "2026-11-22", "-1", "9223372036854775807", "10m"]
        {
            assert!(read(text).unwrap_err().contains("is not a valid time"), "{text}");
        }
    }

    #[test]
    fn times_are_shown_with_their_offset() {
        let clock = Clock::new(jiff::tz::Offset::constant(1).to_time_zone());
        let ten = 1_795_341_600_123;
        assert_eq!(clock.show(ten), "2026-11-22 11:00:00 +01:00");
        assert_eq!(clock.show_after(ten, ten + 61_000), "11:01:01");
        assert_eq!(clock.show_after(ten, ten + 86_400_000), "2026-11-23 11:00:00 +01:00");
        assert_eq!(clock.show(i64::MAX), "9223372036854775807 ms");
        assert_eq!(clock.show_step(1_795_341_600, 60), "11:00");
        assert_eq!(clock.show_step(1_795_341_600, 3600), "11-22 11:00");
        assert_eq!([5, 300, 7200, 604_800].map(length), ["5 s", "5 min", "2 h", "7 d"]);
        assert_eq!(rfc3339(i64::MAX), None);
    }

    #[test]
    fn a_rate_is_records_a_time() {
        let rate = |text: &str| text.parse::<Rate>().map(Rate::per_second);
        assert_eq!(rate("50"), Ok(50.0));
        assert_eq!(rate("0.5/s"), Ok(0.5));
        assert_eq!(rate("3000/m"), Ok(50.0));
        for text in ["", "0", "-1", "x/s", "5/d", "inf", "NaN", "1e99", "5/"] {
            assert!(rate(text).unwrap_err().contains("is not a valid rate"), "{text}");
        }
    }
}
