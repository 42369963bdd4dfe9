//! What a Region is called.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Longest name of a Region that is taken; the longest there is has 14.
const MAX_REGION: usize = 32;

/// The name of a Region, e.g. `eu-west-1`. It becomes part of the address that
/// is called, so nothing else may be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionName(Cow<'static, str>);

impl RegionName {
    /// The first that there was, and the default of most tools.
    pub const US_EAST_1: Self = Self(Cow::Borrowed("us-east-1"));

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition that it is in (AWS General Reference, "Amazon Resource
    /// Names").
    pub fn partition(&self) -> &'static str {
        const BY_PREFIX: [(&str, &str); 7] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("us-iso-", "aws-iso"),
            ("us-isob-", "aws-iso-b"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-isof-", "aws-iso-f"),
            ("eusc-", "aws-eusc"),
        ];
        let found = BY_PREFIX.iter().find(|(prefix, _)| self.0.starts_with(prefix));
        found.map_or("aws", |(_, partition)| *partition)
    }
}

impl FromStr for RegionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        let is_good = text.starts_with(|it: char| it.is_ascii_lowercase())
            && text.len() <= MAX_REGION
            && text.bytes().all(is_letter);
        if is_good {
            return Ok(Self(text.to_owned().into()));
        }
        Err(format!("`{text}` is not a valid Region; use e.g. eu-west-1"))
    }
}

impl fmt::Display for RegionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_in_one_partition() {
        for (region, partition) in [
            ("eu-west-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(region.parse::<RegionName>().unwrap().partition(), partition);
        }
    }

    #[test]
    fn a_region_cannot_turn_the_address_elsewhere() {
        for good in ["eu-west-1", "us-gov-east-1", "cn-north-1", "local"] {
            assert_eq!(good.parse::<RegionName>().unwrap().as_str(), good);
        }
        let long = "a".repeat(33);
        for bad in ["", "EU-WEST-1", "eu.west", "a/b", "x@host", "a#", "eu-west-1\n", "1-a", &long]
        {
            assert!(
                bad.parse::<RegionName>().unwrap_err().contains("is not a valid Region"),
                "{bad}"
            );
        }
    }
}
