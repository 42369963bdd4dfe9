//! Times as people write them in flags, and as they are shown.
//!
//! The clock and the time zone are handed in: nothing here looks at either.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Epoch times below this are seconds that somebody took for milliseconds: it
/// is 1973 in the one, and 5138 in the other.
const LEAST_MILLISECONDS: i64 = 100_000_000_000;

/// A value of `--since` or `--until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// `10m`, `1h30m`, `2d`: so long ago.
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
            Self::Ago(ago) => {
                let mut seconds = ago.as_secs();
                let units = UNITS.iter().filter(|(unit, _)| *unit != 'w');
                for (unit, scale) in units {
                    if seconds >= *scale {
                        write!(f, "{}{unit}", seconds / scale)?;
                    }
                    seconds %= scale;
                }
                if *ago == Duration::ZERO { write!(f, "0s") } else { Ok(()) }
            }
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
        let wrong = || {
            format!(
                "`{text}` is no time; write how long ago (10m, 1h30m, 2d), a time of the last 24 \
                 hours (14:05), RFC 3339 with its offset (2026-11-22T14:05:00Z), or milliseconds \
                 since 1970"
            )
        };
        if !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) {
            return milliseconds(text).unwrap_or_else(|| Err(wrong()));
        }
        if let Some(clock) = clock(text) {
            return Ok(clock);
        }
        if let Some(ago) = ago(text) {
            return Ok(Self::Ago(ago));
        }
        // As `--long` shows it, there is a blank before the offset.
        let text = text.replacen(" +", "+", 1).replacen(" -", "-", 1);
        text.parse().map(Self::At).map_err(|_| wrong())
    }
}

fn milliseconds(text: &str) -> Option<Result<When, String>> {
    let number: i64 = text.parse().ok()?;
    if number < LEAST_MILLISECONDS {
        return Some(Err(format!(
            "`{text}` has no unit: write {text}m or {text}h for how long ago; a time since 1970 \
             is in milliseconds"
        )));
    }
    Timestamp::from_millisecond(number).ok().map(|time| Ok(When::At(time)))
}

/// `14:05`, `14:05:30`, `14:05:30.250`.
fn clock(text: &str) -> Option<When> {
    let is_number = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
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

/// A length of time as people write it: `250ms`, `1.5s`, `30s`, `5m`, `1h30m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    ago(text.trim())
        .or_else(|| fraction(text.trim()))
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| format!("`{text}` is no length of time; write e.g. 250ms, 30s, 5m, 1h30m"))
}

/// `250ms`, `1.5s`.
fn fraction(text: &str) -> Option<Duration> {
    let (number, scale) = match text.strip_suffix("ms") {
        Some(number) => (number, 1000.0),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let is_number = number.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    let number: f64 = number.parse().ok().filter(|_| is_number)?;
    Duration::try_from_secs_f64(number / scale).ok()
}

const UNITS: [(char, u64); 5] =
    [('w', 7 * 86_400), ('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// `1h30m`: numbers with units that get smaller.
fn ago(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut seconds = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit())?;
        let (number, behind) = rest.split_at_checked(digits)?;
        let letter = behind.chars().next()?;
        let (_, scale) = units.find(|(unit, _)| *unit == letter)?;
        seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(*scale)?)?;
        rest = behind.strip_prefix(letter)?;
    }
    (!text.is_empty()).then(|| Duration::from_secs(seconds))
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

    /// The time as short as a step of so many seconds needs it: `14:05`,
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

/// RFC 3339 in UTC, with milliseconds; `None` beyond the calendar.
pub fn rfc3339(milliseconds: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(milliseconds).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}

/// A length of time in words as short as `10 s`, `5 min`, `2 h`, `28 d`.
pub fn length(seconds: i64) -> String {
    match seconds {
        86_400.. => format!("{} d", seconds / 86_400),
        3600.. => format!("{} h", seconds / 3600),
        60.. => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// A value of `--rate`: so many a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate(f64);

impl Rate {
    /// So many a second.
    pub const fn per_second(self) -> f64 {
        self.0
    }

    /// Seconds that so many take.
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
        let wrong = || format!("`{text}` is no rate; write records a time, e.g. 50/s or 3000/m");
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
    fn lengths_may_be_parts_of_a_second() {
        for (text, milliseconds) in
            [("250ms", 250), ("0.1s", 100), ("1.5s", 1500), ("1h30m", 5_400_000)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "0ms", "ms", "1.5m", "-1s", "infs", "1e3s", "5"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_that_were_shown_are_read_again() {
        for text in ["2h", "1d2h", "1m40s", "0s", "14:05:00", "10:00:00.101"] {
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
            assert!(rate(text).unwrap_err().contains("is no rate"), "{text}");
        }
    }
}
