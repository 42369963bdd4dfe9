//! A time as people write it: relative, of a clock, of a calendar, absolute.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

use super::{is_number, span, write_duration};

/// Epoch times below this are seconds that were taken for milliseconds: it
/// is 1973 in the one, and 5138 in the other.
const MIN_MILLISECONDS: i64 = 100_000_000_000;

/// Epoch seconds have ten digits, since 2001.
const MIN_SECONDS: i64 = 1_000_000_000;

/// A value of `--since` or `--until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// `10m`, `1h30m`, `2d`: this long ago.
    Ago(Duration),
    /// `14:05`, `2026-11-22 14:05`: in the zone of whoever reads it.
    Local(Civil),
    /// `14:05 +01:00`, `yesterday 14:05 UTC`: at this offset.
    Offset(Civil, Offset),
    /// RFC 3339, or seconds or milliseconds since 1970.
    At(Timestamp),
}

/// A time of clocks and calendars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Civil {
    /// `14:05`, `14:05:30.250`: the last time that a clock showed it.
    Clock(Time),
    /// `today`, `yesterday 14:05`: this many days ago, at midnight or at a time.
    Day(u8, Time),
    /// `11-22 14:05`: the last time that it was this day of a year.
    DayOfYear(i8, i8, Time),
    /// `2026-11-22`, `2026-11-22 14:05:00`.
    Date(DateTime),
}

impl When {
    /// The time it means, in milliseconds since 1970, when it is `now` in
    /// `zone`.
    pub fn resolve(self, now: SystemTime, zone: &TimeZone) -> i64 {
        let now = Timestamp::try_from(now).unwrap_or(Timestamp::MAX);
        let time = match self {
            Self::At(time) => time,
            Self::Ago(ago) => now.checked_sub(ago).unwrap_or(Timestamp::MIN),
            Self::Local(civil) => civil.resolve(now, zone),
            Self::Offset(civil, offset) => civil.resolve(now, &offset.to_time_zone()),
        };
        time.as_millisecond()
    }

    /// True for a time without a day.
    pub(super) const fn has_no_day(self) -> bool {
        matches!(self, Self::Local(Civil::Clock(_)) | Self::Offset(Civil::Clock(_), _))
    }
}

impl Civil {
    fn resolve(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Clock(time) => last_showing(time, now, zone),
            Self::Day(days, time) => {
                let date = zone.to_datetime(now).date();
                let date = date.checked_sub(i64::from(days).days()).unwrap_or(date);
                local(date.to_datetime(time), zone).unwrap_or(now)
            }
            Self::DayOfYear(month, day, time) => last_day(month, day, time, now, zone),
            Self::Date(time) => local(time, zone).unwrap_or(now),
        }
    }
}

impl fmt::Display for When {
    /// In a form that is read again as the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ago(ago) => f.write_str(&write_duration(*ago)),
            Self::Local(civil) => civil.fmt(f),
            Self::Offset(civil, offset) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.abs();
                write!(f, "{civil} {sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            Self::At(time) => write!(f, "{time}"),
        }
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock(time) => write!(f, "{time}"),
            Self::Day(days, time) => {
                f.write_str(if *days == 0 { "today" } else { "yesterday" })?;
                if *time == Time::midnight() { Ok(()) } else { write!(f, " {time}") }
            }
            Self::DayOfYear(month, day, time) => write!(f, "{month:02}-{day:02} {time}"),
            Self::Date(time) if time.time() == Time::midnight() => write!(f, "{}", time.date()),
            Self::Date(time) => write!(f, "{} {}", time.date(), time.time()),
        }
    }
}

/// When a clock in `zone` showed this last.
fn last_showing(time: Time, now: Timestamp, zone: &TimeZone) -> Timestamp {
    let today = zone.to_datetime(now).date();
    let on = |days: i64| local(today.checked_add(days.days()).ok()?.to_datetime(time), zone);
    on(0).filter(|time| *time <= now).or_else(|| on(-1)).unwrap_or(now)
}

/// When this day of a year was last, at this time.
fn last_day(month: i8, day: i8, time: Time, now: Timestamp, zone: &TimeZone) -> Timestamp {
    /// February 29 comes every eighth year at the least.
    const YEARS: i16 = 8;
    let this = zone.to_datetime(now).year();
    let years = (0..=YEARS).filter_map(|ago| Date::new(this - ago, month, day).ok());
    let times = years.filter_map(|date| local(date.to_datetime(time), zone));
    times.into_iter().find(|time| *time <= now).unwrap_or(now)
}

/// A time of a calendar and a clock in `zone`; where the clocks go back, the first.
pub(super) fn local(time: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(time).compatible().ok()
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if is_number(text) && absolute(text).is_none() && text.parse::<i64>().is_ok() {
            return Err(format!(
                "`{text}` has no unit: use {text}m or {text}h for a relative time; epoch times \
                 have 10 digits (seconds) or 13 (milliseconds)"
            ));
        }
        let time = absolute(text).map(Self::At);
        // A number alone, which is seconds elsewhere, may be meant as a time.
        let ago = || span(text).map(Self::Ago);
        let civil = || civil(text).map(Self::Local);
        let when = time.or_else(civil).or_else(|| with_offset(text)).or_else(ago);
        when.ok_or_else(|| {
            format!(
                "`{text}` is not a valid time; use a relative time (10m, 1h30m, 2d), a time of \
                 the last 24 hours (14:05), a date (2026-11-22, yesterday), perhaps with a time \
                 (2026-11-22 14:05), RFC 3339 (2026-11-22T14:05:00Z), or epoch seconds or \
                 milliseconds"
            )
        })
    }
}

/// Reads a time, or a day, perhaps with a time.
fn civil(text: &str) -> Option<Civil> {
    clock(text).map(Civil::Clock).or_else(|| calendar(text))
}

/// Reads a time with its offset after it: `14:05:30 +05:30`, `14:05 UTC`, `14:05Z`.
fn with_offset(text: &str) -> Option<When> {
    let (time, offset) = split_utc(text).or_else(|| split_offset(text))?;
    // A day alone has no clock that an offset could be of.
    match civil(time.trim_end()).filter(|_| time.contains(':'))? {
        Civil::Date(time) => offset.to_timestamp(time).ok().map(When::At),
        civil => Some(When::Offset(civil, offset)),
    }
}

fn split_utc(text: &str) -> Option<(&str, Offset)> {
    let time = text.strip_suffix(" UTC").or_else(|| text.strip_suffix('Z'));
    time.map(|time| (time, Offset::UTC))
}

/// Cuts `+05:30` off.
fn split_offset(text: &str) -> Option<(&str, Offset)> {
    let (time, offset) = text.split_at(text.rfind(['+', '-'])?);
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let is_offset = [hours, minutes].iter().all(|it| it.len() == 2 && is_number(it));
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    let seconds = if offset.starts_with('-') { -seconds } else { seconds };
    Offset::from_seconds(seconds).ok().filter(|_| is_offset).map(|it| (time, it))
}

/// Reads a day, perhaps with a time: `yesterday`, `today 14:05`, `2026-11-22`,
/// `2026-11-22 14:05`, `2026-11-22T14:05:00.123`, `11-22 14:05`.
fn calendar(text: &str) -> Option<Civil> {
    let (day, time) = match text.split_once([' ', 'T']) {
        Some((day, time)) => (day, clock(time)?),
        None => (text, Time::midnight()),
    };
    match day {
        "today" => return Some(Civil::Day(0, time)),
        "yesterday" => return Some(Civil::Day(1, time)),
        _ => {}
    }
    let parts: Vec<&str> = day.split('-').collect();
    if !parts.iter().all(|part| is_number(part)) {
        return None;
    }
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
            Some(Civil::Date(date.ok()?.to_datetime(time)))
        }
        [month, day] if text.contains(' ') => {
            let (month, day) = (month.parse().ok()?, day.parse().ok()?);
            // A leap year has all days.
            Date::new(2024, month, day).ok()?;
            Some(Civil::DayOfYear(month, day, time))
        }
        _ => None,
    }
}

/// Reads a time that means the same everywhere: RFC 3339 with its offset, also
/// as `--long` and [`Clock::show`](super::Clock::show) print it, or seconds or
/// milliseconds since 1970.
fn absolute(text: &str) -> Option<Timestamp> {
    if is_number(text) {
        let number = text.parse().ok()?;
        return match number {
            MIN_MILLISECONDS.. => Timestamp::from_millisecond(number).ok(),
            MIN_SECONDS.. => Timestamp::from_second(number).ok(),
            _ => None,
        };
    }
    // There is a blank before the offset where a time is shown.
    text.replacen(" +", "+", 1).replacen(" -", "-", 1).parse().ok()
}

/// `14:05`, `14:05:30`, `14:05:30.250`.
fn clock(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let (second, fraction) = match parts.next() {
        Some(second) => second.split_once(['.', ',']).unwrap_or((second, "0")),
        None => ("00", "0"),
    };
    let is_clock = (1..=2).contains(&hour.len()) && minute.len() == 2 && second.len() == 2;
    let all = [hour, minute, second, fraction];
    if !is_clock || parts.next().is_some() || !all.iter().all(|it| is_number(it)) {
        return None;
    }
    let nanosecond = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let (hour, minute, second) = (hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?);
    Time::new(hour, minute, second, nanosecond).ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::times::{Clock, length, rfc3339};

    fn resolve(text: &str, now: &str, hours: i8) -> String {
        let now: Timestamp = now.parse().unwrap();
        let zone = Offset::constant(hours).to_time_zone();
        let time = text.parse::<When>().unwrap().resolve(now.into(), &zone);
        rfc3339(time).unwrap()
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
            ("1795341600", 3, "2026-11-22T10:00:00.000Z"),
            ("5 min", 0, "2026-11-22T09:55:00.000Z"),
            ("28 d", 0, "2026-10-25T10:00:00.000Z"),
            ("today", 3, "2026-11-21T21:00:00.000Z"),
            ("today 09:30", 0, "2026-11-22T09:30:00.000Z"),
            ("yesterday", 0, "2026-11-21T00:00:00.000Z"),
            ("yesterday 14:05", -3, "2026-11-21T17:05:00.000Z"),
            ("2026-11-22", 1, "2026-11-21T23:00:00.000Z"),
            ("2026-11-22 09:00", 1, "2026-11-22T08:00:00.000Z"),
            ("2026-11-22T09:00:00", 0, "2026-11-22T09:00:00.000Z"),
            ("2026-11-22 09:00:00,250", 0, "2026-11-22T09:00:00.250Z"),
            ("11-22 09:00", 0, "2026-11-22T09:00:00.000Z"),
            ("12-24 18:00", 0, "2025-12-24T18:00:00.000Z"),
            ("02-29 00:00", 0, "2024-02-29T00:00:00.000Z"),
            ("09:30:00 +00:00", 5, "2026-11-22T09:30:00.000Z"),
            ("03:30:49 UTC", 5, "2026-11-22T03:30:49.000Z"),
            ("09:30Z", -3, "2026-11-22T09:30:00.000Z"),
            ("09:30:00.250 -05:30", 0, "2026-11-21T15:00:00.250Z"),
            ("yesterday 14:05 +02:00", 0, "2026-11-21T12:05:00.000Z"),
            ("2026-11-22 09:00 UTC", 1, "2026-11-22T09:00:00.000Z"),
            ("2026-11-22 09:00 +05:30", 1, "2026-11-22T03:30:00.000Z"),
        ] {
            assert_eq!(resolve(text, now, hours), expected, "{text}");
            let when: When = text.parse().unwrap();
            assert_eq!(when.to_string().parse(), Ok(when));
        }
    }

    thread_local! {
        static NOW: Cell<i64> = const { Cell::new(0) };
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(NOW.get().unsigned_abs())
    }

    /// Every form in which a command prints a time, and the milliseconds that it leaves out.
    fn printed(clock: &Clock, time: i64, since: i64) -> Vec<(String, i64)> {
        let second = time.rem_euclid(1000);
        let mut short = String::new();
        clock.push_short(time, &mut (0, String::new()), &mut short);
        vec![
            (clock.show(time), second),
            (clock.show_short(time), second),
            (clock.show_after(since, time), second),
            (clock.show_with_offset(time), second),
            (clock.show_milliseconds(time), 0),
            (short, 0),
            (rfc3339(time).unwrap(), 0),
            (time.to_string(), 0),
        ]
    }

    const DAY: i64 = 86_400_000;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// Also where the clocks go back, or are put forward by half an hour.
        #[test]
        fn each_time_that_is_printed_is_read_as_the_same(
            zone in select(vec![
                "UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu",
            ]),
            present in prop_oneof![
                // 2026-10-25, when the clocks go back in Europe, at night, and its year.
                1_792_886_400_000_i64..1_792_900_800_000,
                1_780_000_000_000_i64..1_812_000_000_000,
            ],
            age in prop_oneof![0..DAY / 12, 0..3 * DAY, 0..1000 * DAY],
            after in 0..DAY / 12,
        ) {
            NOW.set(present);
            let zone = TimeZone::get(zone).unwrap();
            let clock = Clock::new(zone.clone(), now);
            let time = present - age;
            for (text, left_out) in printed(&clock, time, time - after) {
                let when: When = text.parse().unwrap();
                prop_assert_eq!(when.to_string().parse(), Ok(when));
                let later = now() + Duration::from_millis(after.unsigned_abs());
                for read_at in [now(), later] {
                    let read = when.resolve(read_at, &zone);
                    prop_assert_eq!(read, time - left_out, "{}", &text);
                }
            }
        }
    }

    /// Labels of scales, whose days are shown too, and lengths of time.
    #[test]
    fn short_forms_that_are_printed_are_understood() {
        let zone = Offset::constant(1).to_time_zone();
        let clock = Clock::new(zone.clone(), now);
        let (second, now) =
            (1_795_341_600_000, "2026-11-22T12:00:00Z".parse::<Timestamp>().unwrap());
        for (step, expected) in
            [(1, second), (60, second), (3600, second), (86_400, second - 11 * 3_600_000)]
        {
            let text = clock.show_step(second / 1000, step);
            let when: When = text.parse().unwrap();
            assert_eq!(when.resolve(now.into(), &zone), expected, "{text}");
        }
        for seconds in [5, 300, 7200, 604_800] {
            let text = length(seconds);
            let when: When = text.parse().unwrap();
            let ago = now.as_second() - when.resolve(now.into(), &zone) / 1000;
            assert_eq!(ago, seconds, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_aloud() {
        for text in [
            "",
            "10",
            "m",
            "10x",
            "30m1h",
            "1h1h",
            "24:00",
            "10:60",
            "10:5",
            "99999999999999999999",
            "-5m",
            "tomorrow",
            "yesterday 25:00",
            "2026-11-31",
            "2026-11-22 10",
            "2026-11",
            "11-22",
            "13-01 10:00",
            "today tomorrow",
            "9999999999999999999w",
            "14:05 CET",
            "14:05 +1",
            "14:05 +99:00",
            "today UTC",
            "2026-11-22 UTC",
            "UTC",
            "10m UTC",
        ] {
            let error = text.parse::<When>().unwrap_err();
            assert!(error.starts_with(&format!("`{text}` ")), "{error}");
        }
        assert!("15".parse::<When>().unwrap_err().contains("15m"));
    }
}
