//! Which prefixes have to be listed to find what arrived in a while.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::time_pattern::Unit;
use super::{ErrorOutputType, Part, Prefix};

/// Most prefixes that are listed one by one; a call each costs more than it
/// saves beyond that.
const MOST: usize = 1000;

/// No time zone is further from UTC.
const ZONES: SignedDuration = SignedDuration::from_hours(14);

/// How far from a change of its clock a time zone is taken as uncertain, and
/// by how much such a change moves it at most.
const NEAR_CHANGE: SignedDuration = SignedDuration::from_hours(3);
const CHANGE: SignedDuration = SignedDuration::from_hours(1);

/// A while, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Where it starts; `None` for the beginning of time.
    pub since: Option<i64>,
    /// Where it ends.
    pub until: i64,
}

/// What is known of the stream whose objects are listed.
#[derive(Debug, Clone)]
pub struct ListingScope<'a> {
    /// The clock of its prefixes; `None` if it is not known.
    pub zone: Option<TimeZone>,
    /// Types of failures that it can have; must not be empty.
    pub kinds: &'a [ErrorOutputType],
    /// How long before a record the oldest one in its object may have arrived:
    /// keys have the time of that one.
    pub lookback: SignedDuration,
}

impl Prefix {
    /// The prefixes below which everything is that arrived in `window`, and as
    /// little else as can be: an hour each if that makes few enough, else days,
    /// months or years, else all there is. None of them is below another.
    pub fn listing(&self, window: Window, scope: &ListingScope<'_>) -> Vec<String> {
        let kinds = self.kinds(scope);
        let everything = || self.heads([DateTime::ZERO], kinds, None);
        let Some((first, last)) = clock(window, scope) else {
            return everything();
        };
        for unit in [Unit::Hour, Unit::Day, Unit::Month, Unit::Year] {
            if let Some(times) = steps(first, last, unit, MOST / kinds.len().max(1)) {
                return self.heads(times, kinds, Some(unit));
            }
        }
        everything()
    }

    /// What keys start with at each of these times, for each type; up to what
    /// is finer than `finest`, or up to the first time if that is `None`.
    fn heads(
        &self,
        times: impl IntoIterator<Item = DateTime>,
        kinds: &[ErrorOutputType],
        finest: Option<Unit>,
    ) -> Vec<String> {
        let mut heads = BTreeSet::new();
        for time in times {
            for kind in kinds {
                heads.insert(self.head(time, *kind, finest));
            }
        }
        without_nested(heads)
    }

    fn head(&self, time: DateTime, kind: ErrorOutputType, finest: Option<Unit>) -> String {
        let mut head = String::new();
        for part in &self.parts {
            let is_known = match (part, finest) {
                (Part::Literal(text), _) => {
                    head.push_str(text);
                    true
                }
                (Part::ErrorOutputType, _) => {
                    head.push_str(kind.as_str());
                    true
                }
                (Part::Time(pattern), Some(finest)) => pattern.push(time, finest, &mut head),
                _ => false,
            };
            if !is_known {
                break;
            }
        }
        head
    }

    /// The types that make a difference to it.
    fn kinds<'a>(&self, scope: &ListingScope<'a>) -> &'a [ErrorOutputType] {
        if self.parts.contains(&Part::ErrorOutputType) {
            scope.kinds
        } else {
            scope.kinds.get(..1).unwrap_or_default()
        }
    }
}

/// Without prefixes that are below another, so that nothing is listed twice.
pub fn without_nested(heads: BTreeSet<String>) -> Vec<String> {
    // Sorted, what starts with another comes after it.
    let mut kept: Vec<String> = Vec::new();
    for head in heads {
        if !kept.last().is_some_and(|last| head.starts_with(last.as_str())) {
            kept.push(head);
        }
    }
    kept
}

/// What the clock of the prefixes shows in the window, or any clock where it
/// is not known; `None` if the window has no beginning, or one beyond the
/// calendar.
fn clock(window: Window, scope: &ListingScope<'_>) -> Option<(DateTime, DateTime)> {
    let time = |milliseconds| Timestamp::from_millisecond(milliseconds).ok();
    let first = time(window.since?)?.checked_sub(scope.lookback).ok()?;
    let last = time(window.until)?;
    let slack = match &scope.zone {
        None => ZONES,
        Some(zone) if is_steady(zone, first) && is_steady(zone, last) => SignedDuration::ZERO,
        Some(_) => CHANGE,
    };
    let zone = scope.zone.clone().unwrap_or(TimeZone::UTC);
    let show = |time: Timestamp| zone.to_offset(time).to_datetime(time);
    Some((show(first.checked_sub(slack).ok()?), show(last.checked_add(slack).ok()?)))
}

/// True if the clock of `zone` is not put forward or back near `time`.
fn is_steady(zone: &TimeZone, time: Timestamp) -> bool {
    let at = |time: Timestamp| zone.to_offset(time);
    let before = time.checked_sub(NEAR_CHANGE).map(at);
    let after = time.checked_add(NEAR_CHANGE).map(at);
    before.is_ok_and(|before| after.is_ok_and(|after| before == after))
}

/// The start of each step from `first` to `last`; `None` if they are more than
/// `most`.
fn steps(first: DateTime, last: DateTime, unit: Unit, most: usize) -> Option<Vec<DateTime>> {
    let date = first.date();
    let (mut time, step) = match unit {
        Unit::Year => (date.first_of_year().to_datetime(jiff::civil::Time::midnight()), 1.year()),
        Unit::Month => {
            (date.first_of_month().to_datetime(jiff::civil::Time::midnight()), 1.month())
        }
        Unit::Day => (date.to_datetime(jiff::civil::Time::midnight()), 1.day()),
        Unit::Hour | Unit::Second => (date.at(first.hour(), 0, 0, 0), 1.hour()),
    };
    let mut times = Vec::new();
    while time <= last {
        if times.len() >= most {
            return None;
        }
        times.push(time);
        time = time.checked_add(step).ok()?;
    }
    Some(times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-22T10:00:00Z.
    const TEN: i64 = 1_795_341_600_000;
    const HOUR: i64 = 3_600_000;

    fn in_zone(zone: Option<TimeZone>) -> ListingScope<'static> {
        let lookback = SignedDuration::from_hours(3);
        ListingScope { zone, kinds: &ErrorOutputType::ALL, lookback }
    }

    fn listing(prefix: &str, since: Option<i64>, until: i64) -> Vec<String> {
        let scope = in_zone(Some(TimeZone::UTC));
        prefix.parse::<Prefix>().unwrap().listing(Window { since, until }, &scope)
    }

    #[test]
    fn only_the_hours_that_are_asked_for_are_listed() {
        let hours = "e/!{timestamp:yyyy/MM/dd/HH}/";
        assert_eq!(
            listing(hours, Some(TEN), TEN + HOUR - 1),
            ["e/2026/11/22/07/", "e/2026/11/22/08/", "e/2026/11/22/09/", "e/2026/11/22/10/"]
        );
        // What a longer while holds is listed by days, months, years.
        let count = |days: i64| listing(hours, Some(TEN - days * 24 * HOUR), TEN).len();
        assert_eq!([41, 42, 1000, 100_000].map(count), [988, 43, 34, 274]);
        assert_eq!(listing(hours, Some(-377_705_116_800_000 + 20 * HOUR), TEN), ["e/"]);
        assert_eq!(listing(hours, None, TEN), ["e/"]);
    }

    #[test]
    fn every_type_of_failure_is_listed() {
        let default = Prefix::of_failures(Some(&"data/".parse().unwrap()), None);
        let all =
            default.listing(Window { since: None, until: TEN }, &in_zone(Some(TimeZone::UTC)));
        assert_eq!(all.len(), ErrorOutputType::ALL.len());
        assert!(all.contains(&"data/processing-failed/".to_owned()));
        let window = Window { since: Some(TEN), until: TEN };
        let hour = default.listing(window, &in_zone(Some(TimeZone::UTC)));
        assert_eq!(hour.len(), 4 * ErrorOutputType::ALL.len());
        assert!(hour.contains(&"data/splunk-failed/2026/11/22/10/".to_owned()));
        let two = [ErrorOutputType::SplunkFailed, ErrorOutputType::ProcessingFailed];
        let scope = ListingScope { kinds: &two, ..in_zone(Some(TimeZone::UTC)) };
        assert_eq!(default.listing(window, &scope).len(), 4 * two.len());
    }

    #[test]
    fn what_cannot_be_known_ends_the_prefix() {
        let one = |prefix: &str| listing(prefix, Some(TEN), TEN);
        assert_eq!(one("failed/"), ["failed/"]);
        assert_eq!(one("e/!{firehose:random-string}/!{timestamp:yyyy}/"), ["e/"]);
        assert_eq!(one("e/!{timestamp:yyyy/MM/dd/mm}/x"), ["e/2026/11/22/"]);
        assert_eq!(one("e/!{timestamp:HH/yyyy}")[0], "e/07/2026");
        assert_eq!(one("!{timestamp:yyyy-MM-dd'T'E}"), ["2026-11-22T"]);
    }

    #[test]
    fn a_time_zone_that_is_not_known_widens_the_window() {
        let prefix: Prefix = "!{timestamp:yyyy/MM/dd}/".parse().unwrap();
        let window = Window { since: Some(TEN), until: TEN };
        assert_eq!(prefix.listing(window, &in_zone(Some(TimeZone::UTC))), ["2026/11/22/"]);
        let any = in_zone(None);
        assert_eq!(prefix.listing(window, &any), ["2026/11/21/", "2026/11/22/", "2026/11/23/"]);
    }

    #[test]
    fn only_the_hours_of_its_time_zone_are_listed() {
        let prefix: Prefix = "!{timestamp:yyyy/MM/dd/HH}/".parse().unwrap();
        let tokyo = TimeZone::posix("JST-9").unwrap();
        let scope = ListingScope { lookback: SignedDuration::ZERO, ..in_zone(Some(tokyo)) };
        let hours = prefix.listing(Window { since: Some(TEN), until: TEN + HOUR }, &scope);
        assert_eq!(hours, ["2026/11/22/19/", "2026/11/22/20/"]);
    }

    #[test]
    fn no_hour_is_missed_where_the_clock_is_put_back_or_forward() {
        let prefix: Prefix = "!{timestamp:yyyy/MM/dd/HH}/".parse().unwrap();
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        // The clocks go back at 2026-10-25T01:00Z and forward at 2027-03-28T01:00Z.
        for change in [1_792_890_000_000, 1_806_195_600_000] {
            for minutes in (-300..300).step_by(10) {
                for length in [0, 20, 90] {
                    let since = change + minutes * 60_000;
                    let window = Window { since: Some(since), until: since + length * 60_000 };
                    let scope = ListingScope {
                        lookback: SignedDuration::ZERO,
                        ..in_zone(Some(berlin.clone()))
                    };
                    let heads = prefix.listing(window, &scope);
                    for minute in 0..=length {
                        let time = Timestamp::from_millisecond(since + minute * 60_000).unwrap();
                        let time = berlin.to_offset(time).to_datetime(time);
                        let key = prefix.evaluate(time, ErrorOutputType::ProcessingFailed).text;
                        assert!(heads.contains(&key), "{key} {heads:?}");
                    }
                }
            }
        }
    }

    fn any_part() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z/=-]{0,6}",
            Just("!{firehose:error-output-type}".to_owned()),
            Just("!{firehose:random-string}".to_owned()),
            prop::sample::select(vec![
                "yyyy",
                "yyyy/MM/dd/HH",
                "MM",
                "dd",
                "HH",
                "'hour='HH'/'",
                "mm",
                "HHdd",
                "yy-M-d-H",
                "SSS",
                "DDD",
            ])
            .prop_map(|pattern| format!("!{{timestamp:{pattern}}}")),
        ]
    }

    proptest! {
        #[test]
        fn what_arrived_in_the_window_is_below_one_of_the_prefixes(
            parts in prop::collection::vec(any_part(), 0..5),
            start in 0..4_000_000_000_000_i64,
            length in prop_oneof![0..HOUR, 0..100 * HOUR, 0..100_000 * HOUR],
            at in 0.0..1.0_f64,
            kind in prop::sample::select(ErrorOutputType::ALL.to_vec()),
        ) {
            let prefix: Prefix = parts.concat().parse().unwrap();
            prop_assert_eq!(prefix.to_string(), parts.concat());
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "any time within it will do")]
            let arrival = start + (length as f64 * at) as i64;
            let time = Timestamp::from_millisecond(arrival).unwrap();
            let key = prefix.evaluate(jiff::tz::Offset::UTC.to_datetime(time), kind).text;
            let window = Window { since: Some(start), until: start + length };
            let heads = prefix.listing(window, &in_zone(Some(TimeZone::UTC)));
            prop_assert!(heads.len() <= MOST);
            let above: Vec<_> = heads.iter().filter(|head| key.starts_with(head.as_str()) || head.starts_with(&key)).collect();
            prop_assert!(!above.is_empty(), "{} {:?}", key, heads);
            for pair in heads.windows(2) {
                prop_assert!(!pair[1].starts_with(&pair[0]));
            }
        }
    }
}
