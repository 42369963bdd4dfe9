//! Prefixes of objects that are written: every expression has its value.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Zoned;

use super::time_pattern::TimePattern;
use super::{ErrorOutputType, KeySource, Part, Prefix};

/// Values of partition keys, by where they come from and their name.
pub type PartitionKeys = BTreeMap<(KeySource, String), String>;

/// What expressions in a prefix are replaced by.
#[derive(Debug, Clone, Copy)]
pub struct PrefixValues<'a> {
    /// When the oldest record arrived, by the clock of the prefixes.
    pub time: &'a Zoned,
    /// What a failure object is written for; `None` for other objects.
    pub kind: Option<ErrorOutputType>,
    /// The value of `!{firehose:random-string}`.
    pub random: &'a str,
    /// The keys of the records.
    pub partition_keys: &'a PartitionKeys,
}

/// An expression that has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoValue(String);

impl fmt::Display for NoValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has no value here", self.0)
    }
}

impl std::error::Error for NoValue {}

impl Prefix {
    /// The prefix of delivered and backup objects: where it has no expression,
    /// `yyyy/MM/dd/HH/` follows, without anything between (developer guide,
    /// "Custom prefixes for Amazon S3 objects").
    pub fn of_delivery(prefix: Option<&Self>) -> Self {
        let mut parts = prefix.map(|prefix| prefix.parts.clone()).unwrap_or_default();
        if !prefix.is_some_and(Self::has_expressions) {
            parts.push(Part::Time(TimePattern::hours()));
            parts.push(Part::Literal("/".to_owned()));
        }
        Self { parts }
    }

    /// True if it is more than a text.
    pub fn has_expressions(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, Part::Literal(_)))
    }

    /// True if the time is in it.
    pub fn has_time(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Time(_)))
    }

    /// The partition keys that it needs.
    pub fn partition_keys(&self) -> impl Iterator<Item = (KeySource, &str)> {
        self.parts.iter().filter_map(|part| match part {
            Part::PartitionKey(source, key) => Some((*source, key.as_str())),
            _ => None,
        })
    }

    /// True if what failed and why is in it.
    pub fn has_error_output_type(&self) -> bool {
        self.parts.contains(&Part::ErrorOutputType)
    }

    /// All of it, with these values.
    pub fn write(&self, values: &PrefixValues<'_>) -> Result<String, NoValue> {
        let mut text = String::new();
        for part in &self.parts {
            let has_value = match part {
                Part::Literal(literal) => {
                    text.push_str(literal);
                    true
                }
                Part::Time(pattern) => pattern.push_whole(values.time, &mut text),
                Part::ErrorOutputType => {
                    text.push_str(values.kind.map_or("", ErrorOutputType::as_str));
                    values.kind.is_some()
                }
                Part::RandomString => {
                    text.push_str(values.random);
                    true
                }
                Part::PartitionKey(source, key) => {
                    let value = values.partition_keys.get(&(*source, key.clone()));
                    text.push_str(value.map_or("", String::as_str));
                    value.is_some()
                }
            };
            if !has_value {
                return Err(NoValue(Self { parts: vec![part.clone()] }.to_string()));
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn time(text: &str, zone: &str) -> Zoned {
        text.parse::<Timestamp>().unwrap().to_zoned(TimeZone::posix(zone).unwrap())
    }

    fn write_at(prefix: &str, time: &Zoned) -> Result<String, String> {
        let partition_keys = PartitionKeys::from([
            ((KeySource::Lambda, "customer".to_owned()), "7".to_owned()),
            ((KeySource::Query, "year".to_owned()), "2026".to_owned()),
        ]);
        let values = PrefixValues {
            time,
            kind: Some(ErrorOutputType::ProcessingFailed),
            random: "aB3dE5gH7jK",
            partition_keys: &partition_keys,
        };
        let prefix: Prefix = prefix.parse().unwrap();
        prefix.write(&values).map_err(|error| error.to_string())
    }

    #[test]
    fn every_expression_has_its_value() {
        let time = time("2026-11-02T10:05:09.5Z", "UTC0");
        for (prefix, expected) in [
            ("", ""),
            ("failed/!{firehose:error-output-type}/", "failed/processing-failed/"),
            ("!{firehose:random-string}/!{timestamp:HH}/", "aB3dE5gH7jK/10/"),
            (
                "c=!{partitionKeyFromLambda:customer}/y=!{partitionKeyFromQuery:year}/",
                "c=7/y=2026/",
            ),
        ] {
            assert_eq!(write_at(prefix, &time).as_deref(), Ok(expected), "{prefix}");
        }
        for (prefix, missing) in [
            ("!{partitionKeyFromQuery:customer}", "`!{partitionKeyFromQuery:customer}`"),
            ("!{timestamp:yyyy/B}", "`!{timestamp:yyyy/B}`"),
        ] {
            let error = write_at(prefix, &time).unwrap_err();
            assert_eq!(error, format!("{missing} has no value here"));
        }
    }

    /// Expected is what `DateTimeFormatter.ofPattern(…, Locale.US)` of Java 17 made.
    #[test]
    fn times_are_written_like_java() {
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        for (at, zone, pattern, expected) in [
            (
                "2026-11-02T10:05:09.5Z",
                "UTC0",
                "MMM MMMM MMMMM E EEEE EEEEE",
                "Nov November N Mon Monday M",
            ),
            ("2026-11-02T10:05:09.5Z", "UTC0", "h a K k", "10 AM 10 10"),
            ("2026-11-02T00:05:09.5Z", "UTC0", "hh a KK kk", "12 AM 00 24"),
            ("2026-11-02T12:05:09.5Z", "UTC0", "h a K", "12 PM 0"),
            ("2026-11-02T10:05:09.5Z", "UTC0", "Q QQ QQQ e ee G", "4 04 Q4 2 02 AD"),
            ("2026-11-02T10:05:09.5Z", "UTC0", "YYYY-ww W", "2026-45 1"),
            ("2026-12-26T10:00:00Z", "UTC0", "YYYY-'W'ww", "2026-W52"),
            ("2026-12-27T10:00:00Z", "UTC0", "YYYY-'W'ww", "2027-W01"),
            ("2027-01-01T10:00:00Z", "UTC0", "YYYY-'W'ww", "2027-W01"),
            ("2027-01-03T10:00:00Z", "UTC0", "YYYY-'W'ww", "2027-W02"),
            ("2028-01-01T10:00:00Z", "UTC0", "YYYY-'W'ww", "2028-W01"),
            (
                "2026-11-02T10:05:09.5Z",
                "UTC0",
                "A n X x Z O z",
                "36309500 500000000 Z +00 +0000 GMT UTC",
            ),
            (
                "2026-07-02T22:05:09Z",
                berlin,
                "yyyy-MM-dd'T'HH X XX XXX Z O OOOO z",
                "2026-07-03T00 +02 +0200 +02:00 +0200 GMT+2 GMT+02:00 CEST",
            ),
            ("2026-11-02T10:05:09Z", "IST-5:30", "X x XXX O", "+0530 +0530 +05:30 GMT+5:30"),
        ] {
            let prefix = format!("!{{timestamp:{pattern}}}");
            assert_eq!(
                write_at(&prefix, &time(at, zone)).as_deref(),
                Ok(expected),
                "{at} {pattern}"
            );
        }
    }

    #[test]
    fn without_an_expression_the_hour_follows() {
        let time = time("2026-11-02T10:05:09Z", "UTC0");
        for (prefix, expected) in [
            (None, "2026/11/02/10/"),
            (Some("data/"), "data/2026/11/02/10/"),
            (Some("legacy"), "legacy2026/11/02/10/"),
            (Some("a/!{timestamp:yyyy}/"), "a/2026/"),
        ] {
            let prefix: Option<Prefix> = prefix.map(|it| it.parse().unwrap());
            let whole = Prefix::of_delivery(prefix.as_ref()).to_string();
            assert_eq!(write_at(&whole, &time).as_deref(), Ok(expected));
        }
    }

    proptest! {
        /// What a listing looks for and what is written must be the same.
        #[test]
        fn a_written_prefix_is_the_evaluated_one(
            at in -377_705_116_800_i64 + 100_000..253_402_207_200,
            prefix in prop::sample::select(vec![
                "e/!{timestamp:yyyy/MM/dd/HH}/",
                "!{timestamp:'y='uuuu-D k m.s.SSS}!{firehose:error-output-type}",
                "!{timestamp:yy/M/d/H}",
                "plain",
            ]),
        ) {
            let time = Timestamp::from_second(at).unwrap().to_zoned(TimeZone::UTC);
            let parsed: Prefix = prefix.parse().unwrap();
            let evaluated = parsed.evaluate(time.datetime(), ErrorOutputType::ProcessingFailed);
            prop_assert!(evaluated.is_whole);
            prop_assert_eq!(write_at(prefix, &time), Ok(evaluated.text));
        }
    }
}
