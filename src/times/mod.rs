//! Times, durations and rates as people write them in flags, and as they are
//! shown.
//!
//! The clock and the time zone are handed in: nothing here looks at either.

mod when;

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, Zoned};
pub use when::When;

use crate::error::Error;

/// Resolves `--since` and `--until`, and refuses a `--until` that is before `--since`:
/// both in milliseconds since 1970, when it is `now` in `zone`.
pub fn resolve(
    since: Option<When>,
    until: Option<When>,
    now: SystemTime,
    zone: &TimeZone,
) -> Result<(Option<i64>, Option<i64>), Error> {
    let resolved = |when: Option<When>| when.map(|when| when.resolve(now, zone));
    let times = (resolved(since), resolved(until));
    let (Some(from), Some(to), (Some(start), Some(end))) = (since, until, times) else {
        return Ok(times);
    };
    if end >= start {
        return Ok(times);
    }
    let error = Error::user(format!("`--until {to}` is before `--since {from}`"));
    Err(if from.has_no_day() || to.has_no_day() {
        error.hint("a time without a day is that of today, or of yesterday if it is still to come")
    } else {
        error
    })
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
/// (`10:00:00`, `P1D`) or has a sign. `5 min` is how [`length`] shows it.
fn span(text: &str) -> Option<Duration> {
    let text = &joined(text);
    let is_short = text.starts_with(|it: char| it.is_ascii_digit())
        && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'.');
    let span: Span = text.parse().ok().filter(|_| is_short)?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    length.try_into().ok()
}

/// Without the blank between a number and its unit.
fn joined(text: &str) -> String {
    match text.split_once(' ') {
        Some((number, unit)) if is_number(number) && unit.starts_with(char::is_alphabetic) => {
            format!("{number}{unit}")
        }
        _ => text.to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// A time with its date and without its offset.
const DATED: &str = "%Y-%m-%d %H:%M:%S";

/// Shows times in one zone, so that `--since` reads them as the same.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    now: fn() -> SystemTime,
}

impl Clock {
    /// A clock that shows the time in `zone`; without its date if it is less than 12 hours
    /// from `now`: then it is the last time that a clock shows it, for hours to come.
    pub const fn new(zone: TimeZone, now: fn() -> SystemTime) -> Self {
        Self { zone, now }
    }

    /// A clock that shows every date: for what is kept and read later.
    pub const fn dated(zone: TimeZone) -> Self {
        Self::new(zone, || SystemTime::UNIX_EPOCH)
    }

    /// `2026-11-22 14:05:00 +01:00`; milliseconds since 1970 that no calendar
    /// has as they are.
    pub fn show(&self, milliseconds: i64) -> String {
        self.with(milliseconds, "%Y-%m-%d %H:%M:%S %:z")
    }

    /// `14:05:00` if it is near, else `2026-11-22 14:05:00`; with its offset if the clocks go
    /// back and show it twice.
    pub fn show_short(&self, milliseconds: i64) -> String {
        match self.zoned(milliseconds) {
            Some(time) if !self.is_first(&time) => self.show(milliseconds),
            Some(time) if self.is_near(&time) && !self.is_ahead(&time) => {
                time.strftime("%H:%M:%S").to_string()
            }
            _ => self.with(milliseconds, DATED),
        }
    }

    /// A time after `since`, which is shown too: without the offset if that has it, and
    /// without the date if it is near and of the same day.
    pub fn show_after(&self, since: i64, milliseconds: i64) -> String {
        let (Some(first), Some(time)) = (self.zoned(since), self.zoned(milliseconds)) else {
            return self.show(milliseconds);
        };
        if first.offset() != time.offset() || !self.is_first(&time) {
            self.show(milliseconds)
        } else if first.date() == time.date() && self.is_near(&time) {
            time.strftime("%H:%M:%S").to_string()
        } else {
            time.strftime(DATED).to_string()
        }
    }

    /// `14:05:00 +01:00` if it is near, else `2026-11-22 14:05:00 +01:00`.
    pub fn show_with_offset(&self, milliseconds: i64) -> String {
        match self.zoned(milliseconds) {
            Some(time) if self.is_near(&time) => time.strftime("%H:%M:%S %:z").to_string(),
            _ => self.show(milliseconds),
        }
    }

    /// `2026-11-22 14:05:00.123 +01:00`.
    pub fn show_milliseconds(&self, milliseconds: i64) -> String {
        self.with(milliseconds, "%Y-%m-%d %H:%M:%S.%3f %:z")
    }

    /// Appends [`Clock::show_short`] with milliseconds: `14:05:00.123`. Times that are
    /// shown come in order, so that most are of the second of the last one: its text is
    /// kept in `last`. After one with a date, all have it, so that columns stay the same.
    pub fn push_short(&self, milliseconds: i64, last: &mut (i64, String), out: &mut String) {
        let second = milliseconds.div_euclid(1000);
        if last.0 != second || last.1.is_empty() {
            let Some(time) = self.zoned(second.saturating_mul(1000)) else {
                // No calendar has it.
                out.push_str(&self.show(milliseconds));
                return;
            };
            if !self.is_first(&time) {
                out.push_str(&self.show_milliseconds(milliseconds));
                return;
            }
            let is_dated = last.1.contains(' ');
            let text = if is_dated {
                time.strftime(DATED).to_string()
            } else {
                self.show_short(second.saturating_mul(1000))
            };
            *last = (second, text);
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
        match self.zoned(milliseconds) {
            Some(time) => time.strftime(format).to_string(),
            None => format!("{milliseconds} ms"),
        }
    }

    fn zoned(&self, milliseconds: i64) -> Option<Zoned> {
        Some(Timestamp::from_millisecond(milliseconds).ok()?.to_zoned(self.zone.clone()))
    }

    fn is_near(&self, time: &Zoned) -> bool {
        const NEAR: SignedDuration = SignedDuration::from_hours(12);
        let now = Timestamp::try_from((self.now)()).ok();
        now.is_some_and(|now| now.duration_since(time.timestamp()).abs() < NEAR)
    }

    /// True if a clock without a date would take it for yesterday; a minute is the
    /// difference between two clocks.
    fn is_ahead(&self, time: &Zoned) -> bool {
        const SKEW: SignedDuration = SignedDuration::from_mins(1);
        let now = Timestamp::try_from((self.now)()).ok();
        now.is_some_and(|now| time.timestamp().duration_since(now) > SKEW)
    }

    /// False where the clocks were put back and show the same time again.
    fn is_first(&self, time: &Zoned) -> bool {
        when::local(time.datetime(), &self.zone) == Some(time.timestamp())
    }

    /// A label below a scale, as short as a step of `step` seconds allows: `14:05`,
    /// `11-22 14:00`, `2026-11-22`.
    pub fn show_step(&self, seconds: i64, step: i64) -> String {
        let format = match step {
            ..60 => "%H:%M:%S",
            60..3600 => "%H:%M",
            3600..86_400 => "%m-%d %H:%M",
            _ => "%Y-%m-%d",
        };
        let time = self.zoned(seconds.saturating_mul(1000));
        time.map_or_else(String::new, |it| it.strftime(format).to_string())
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
    fn a_date_is_left_out_only_where_it_is_clear() {
        // 10:00 UTC
        const NOW: i64 = 1_795_341_600_000;
        const HOUR: i64 = 3_600_000;
        let now = || SystemTime::UNIX_EPOCH + Duration::from_millis(NOW.unsigned_abs());
        let clock = Clock::new(TimeZone::UTC, now);
        // A range that ends near, and began on the day before.
        assert_eq!(clock.show_after(NOW - 25 * HOUR, NOW - HOUR), "2026-11-22 09:00:00");
        assert_eq!(clock.show_after(NOW - 2 * HOUR, NOW - HOUR), "09:00:00");
        // A deadline.
        assert_eq!(clock.show_after(NOW, NOW + HOUR), "11:00:00");
        // An event of tomorrow's clock: without its date it were yesterday's.
        assert_eq!(clock.show_short(NOW + 2 * HOUR), "2026-11-22 12:00:00");
        assert_eq!(clock.show_short(NOW + 1_000), "10:00:01");
        let mut last = (0, String::new());
        let shown = [NOW - 13 * HOUR, NOW - HOUR].map(|time| {
            let mut text = String::new();
            clock.push_short(time, &mut last, &mut text);
            text
        });
        assert_eq!(shown, ["2026-11-21 21:00:00.000", "2026-11-22 09:00:00.000"]);
        let dated = Clock::dated(TimeZone::UTC);
        assert_eq!(dated.show_short(NOW), "2026-11-22 10:00:00");
    }

    #[test]
    fn times_are_shown_with_their_offset() {
        let ten = 1_795_341_600_123;
        let at_ten = || SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_341_600_123);
        let zone = jiff::tz::Offset::constant(1).to_time_zone();
        let clock = Clock::new(zone.clone(), || SystemTime::UNIX_EPOCH);
        assert_eq!(clock.show(ten), "2026-11-22 11:00:00 +01:00");
        assert_eq!(clock.show_short(ten), "2026-11-22 11:00:00");
        assert_eq!(clock.show_after(ten, ten + 61_000), "2026-11-22 11:01:01");
        assert_eq!(clock.show_with_offset(ten), "2026-11-22 11:00:00 +01:00");
        let near = Clock::new(zone, at_ten);
        assert_eq!(near.show(ten), "2026-11-22 11:00:00 +01:00");
        assert_eq!(near.show_short(ten), "11:00:00");
        assert_eq!(near.show_after(ten, ten + 61_000), "11:01:01");
        assert_eq!(near.show_with_offset(ten), "11:00:00 +01:00");
        let berlin = Clock::new(TimeZone::get("Europe/Berlin").unwrap(), at_ten);
        let [summer, winter] = [1_792_888_200_000, 1_792_891_800_000];
        assert_eq!(berlin.show_short(summer), "2026-10-25 02:30:00");
        assert_eq!(berlin.show_short(winter), "2026-10-25 02:30:00 +01:00");
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
