//! Whole numbers as flags take them.

use std::fmt;
use std::ops::RangeInclusive;

use clap::builder::TypedValueParser;

use crate::terminal;

/// A whole number in `range`; the error for any other text names the range.
pub(in crate::commands) fn number<T>(range: RangeInclusive<T>) -> impl TypedValueParser<Value = T>
where
    T: TryFrom<u64> + Into<u64> + Copy + fmt::Debug + Send + Sync + 'static,
{
    let (least, most): (u64, u64) = ((*range.start()).into(), (*range.end()).into());
    let is_open = most == u64::MAX || most == u64::from(u32::MAX);
    let bounds = match (least, is_open) {
        (least, true) => format!("from {}", terminal::group(least)),
        (least, false) => format!("from {} to {}", terminal::group(least), terminal::group(most)),
    };
    clap::builder::StringValueParser::new().try_map(move |text| {
        let number = text.parse::<u64>().ok().filter(|it| (least..=most).contains(it));
        let number = number.and_then(|it| T::try_from(it).ok());
        number.ok_or_else(|| format!("use a whole number {bounds}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_and_in_its_range() {
        let parse = |text: &str| {
            let command = clap::Command::new("fh");
            let parsed = number(1..=64_u16).parse_ref(&command, None, text.as_ref());
            parsed.map_err(|error| error.to_string())
        };
        assert_eq!(parse("64").unwrap(), 64);
        for text in ["0", "65", "abc", "1.5", "-1", "", "99999999999999999999"] {
            assert!(parse(text).unwrap_err().contains("use a whole number from 1 to 64"), "{text}");
        }
    }
}
