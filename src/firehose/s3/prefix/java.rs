//! The rest of Java's `DateTimeFormatter`: names, weeks and zones, for keys that
//! are written.
//!
//! Names and weeks depend on a locale, and which one Firehose has is not known:
//! `en_US` is taken, Java's most usual default. So what is *read* of prefixes
//! does not rely on them.

use std::fmt::Write as _;

use jiff::Zoned;
use jiff::civil::{Date, Weekday};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Appends the field that is this letter, repeated `count` times; false if Java
/// does not have it, or if what it makes of it differs between its versions.
pub(super) fn push_field(letter: char, count: usize, time: &Zoned, out: &mut String) -> bool {
    let date = time.date();
    let hour = i64::from(time.hour());
    let quarter = (i64::from(date.month()) - 1) / 3 + 1;
    let number = |value: i64, out: &mut String| {
        // Writing to a string does not fail.
        let _unused = write!(out, "{value:0count$}");
    };
    match (letter, count) {
        ('G', 1..=3) => out.push_str("AD"),
        ('G', 4) => out.push_str("Anno Domini"),
        ('G', 5) => out.push('A'),
        ('M' | 'L', 3..=5) => {
            let month = usize::try_from(date.month() - 1).ok().and_then(|it| MONTHS.get(it));
            push_name(month.copied().unwrap_or_default(), count, out);
        }
        ('E', 1..=5) | ('e' | 'c', 3..=5) => push_name(weekday(date), count.max(3), out),
        ('e', 1 | 2) | ('c', 1) => number(from_sunday(date) + 1, out),
        ('Q' | 'q', 1 | 2) => number(quarter, out),
        ('Q' | 'q', 3) => number_after("Q", quarter, out),
        ('Q' | 'q', 5) => number_after("", quarter, out),
        ('Y', 2) => number(week(date).0.rem_euclid(100), out),
        ('Y', 1 | 3 | 4) => number(week(date).0, out),
        ('w', 1 | 2) => number(week(date).1, out),
        ('W', 1) => number(week_from(date.first_of_month(), date), out),
        ('a', 1) => out.push_str(if hour < 12 { "AM" } else { "PM" }),
        ('h', 1 | 2) => number((hour + 11) % 12 + 1, out),
        ('K', 1 | 2) => number(hour % 12, out),
        ('n', 1..=9) => number(time.subsec_nanosecond().into(), out),
        ('A', 1..=9) => number(nanos_of_day(time) / 1_000_000, out),
        ('N', 1..=15) => number(nanos_of_day(time), out),
        ('V', 2) => match time.time_zone().iana_name() {
            Some(name) => out.push_str(name),
            None => return false,
        },
        ('z', 1..=3) => {
            let info = time.time_zone().to_offset_info(time.timestamp());
            let name = info.abbreviation();
            // Where the zone has none, Java has one of its own.
            if !name.bytes().all(|it| it.is_ascii_alphabetic()) {
                return false;
            }
            out.push_str(name);
        }
        ('O', 1 | 4) => push_gmt(time, count == 4, out),
        ('Z', 4) => push_gmt(time, true, out),
        ('Z', 1..=3) => push_offset(time, Offset { is_z: false, colon: false, short: false }, out),
        ('Z', 5) => push_offset(time, Offset { is_z: true, colon: true, short: false }, out),
        ('X' | 'x', 1..=5) => {
            let form = Offset { is_z: letter == 'X', colon: count % 2 == 1, short: count == 1 };
            push_offset(time, form, out);
        }
        _ => return false,
    }
    true
}

fn number_after(before: &str, value: i64, out: &mut String) {
    // Writing to a string does not fail.
    let _unused = write!(out, "{before}{value}");
}

/// A name in full, its first three letters, or its first.
fn push_name(name: &str, count: usize, out: &mut String) {
    let letters = match count {
        3 => 3,
        4 => name.len(),
        _ => 1,
    };
    out.push_str(name.get(..letters).unwrap_or(name));
}

fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// Days since the Sunday that starts the week, as in the United States.
fn from_sunday(date: Date) -> i64 {
    date.weekday().to_sunday_zero_offset().into()
}

/// The week of `date`, where `first` is in week 1.
fn week_from(first: Date, date: Date) -> i64 {
    let days = i64::from(date.day_of_year() - first.day_of_year());
    (days + from_sunday(first)) / 7 + 1
}

/// The week-based year and the week in it. The week that has the first of January
/// is the first.
fn week(date: Date) -> (i64, i64) {
    let year = i64::from(date.year());
    let left = date.last_of_year().day_of_year() - date.day_of_year();
    if i64::from(left) < 6 - from_sunday(date) {
        return (year + 1, 1);
    }
    (year, week_from(date.first_of_year(), date))
}

fn nanos_of_day(time: &Zoned) -> i64 {
    let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60;
    (seconds + i64::from(time.second())) * 1_000_000_000 + i64::from(time.subsec_nanosecond())
}

/// How an offset from UTC is written.
#[derive(Clone, Copy)]
struct Offset {
    /// No offset is `Z`.
    is_z: bool,
    colon: bool,
    /// Minutes only where there are some.
    short: bool,
}

fn push_offset(time: &Zoned, form: Offset, out: &mut String) {
    let seconds = time.offset().seconds();
    if seconds == 0 && form.is_z {
        return out.push('Z');
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    // Writing to a string does not fail.
    let _unused = match form {
        Offset { short: true, .. } if minutes == 0 => write!(out, "{sign}{hours:02}"),
        Offset { short: true, .. } | Offset { colon: false, .. } => {
            write!(out, "{sign}{hours:02}{minutes:02}")
        }
        Offset { colon: true, .. } => write!(out, "{sign}{hours:02}:{minutes:02}"),
    };
}

/// `GMT+1`, or `GMT+01:00` if it `is_full`; `GMT` alone for UTC.
fn push_gmt(time: &Zoned, is_full: bool, out: &mut String) {
    let seconds = time.offset().seconds();
    out.push_str("GMT");
    if seconds == 0 {
        return;
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    // Writing to a string does not fail.
    let _unused = match (is_full, minutes) {
        (true, _) => write!(out, "{sign}{hours:02}:{minutes:02}"),
        (false, 0) => write!(out, "{sign}{hours}"),
        (false, _) => write!(out, "{sign}{hours}:{minutes:02}"),
    };
}
