//! What a delivery stream is called.

use std::fmt;
use std::str::FromStr;

use super::arn::{Arn, not_an_arn_of};
use super::{AccountId, RegionName};

/// Longest name (API reference, `CreateDeliveryStream`).
const MAX_NAME: usize = 64;

/// A delivery stream as a user names it: its name, or its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryStreamName {
    name: String,
    arn: Option<Arn>,
}

impl DeliveryStreamName {
    /// 1 to 64 letters, digits, `_`, `.` or `-`.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The ARN, if it was given as one.
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_ref().map(Arn::as_str)
    }

    /// The Region in the ARN, if it was given as one.
    pub fn arn_region(&self) -> Option<&RegionName> {
        self.arn.as_ref().map(Arn::region)
    }

    /// The account in the ARN, if it was given as one.
    pub fn arn_account(&self) -> Option<&AccountId> {
        self.arn.as_ref().map(Arn::account)
    }
}

impl fmt::Display for DeliveryStreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for DeliveryStreamName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const THING: &str = "delivery stream";
        let (name, arn) = if Arn::is_meant(text) {
            let (arn, resource) = Arn::read(text, "firehose", THING)?;
            let name = resource.strip_prefix("deliverystream/");
            (name.ok_or_else(|| not_an_arn_of(text, THING))?, Some(arn))
        } else {
            (text, None)
        };
        let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
        if !(1..=MAX_NAME).contains(&name.len()) || !name.bytes().all(is_letter) {
            return Err(format!(
                "`{text}` is not a valid delivery stream name; use 1 to 64 letters, digits, \
                 `_`, `.` or `-`, or the ARN"
            ));
        }
        Ok(Self { name: name.to_owned(), arn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_named_by_name_or_arn() {
        let name: DeliveryStreamName = "orders.v2_a-b".parse().unwrap();
        assert_eq!((name.as_str(), name.arn_region()), ("orders.v2_a-b", None));
        let arn = "arn:aws-cn:firehose:cn-north-1:111122223333:deliverystream/orders";
        let name: DeliveryStreamName = arn.parse().unwrap();
        assert_eq!(name.to_string(), "orders");
        assert_eq!(name.arn_region().map(RegionName::as_str), Some("cn-north-1"));
        assert_eq!(name.arn_account().map(AccountId::as_str), Some("111122223333"));
    }

    #[test]
    fn what_is_no_stream_is_refused() {
        let long = "x".repeat(65);
        for text in [
            "",
            "my orders",
            "orders/x",
            "a:b",
            "arn:aws:lambda:eu-west-1:111122223333:function:orders",
            "arn:aws:firehose:eu-west-1:111122223333:orders",
            "arn:aws:firehose::111122223333:deliverystream/orders",
            "arn:aws:firehose:eu-west-1::deliverystream/orders",
            "arn:xx:firehose:eu-west-1:111122223333:deliverystream/orders",
            "arn:aws:firehose:eu-west-1:111122223333:deliverystream/",
            &long,
        ] {
            assert!(text.parse::<DeliveryStreamName>().is_err(), "{text}");
        }
    }
}
