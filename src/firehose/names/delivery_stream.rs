//! What a delivery stream is called.

use std::fmt;
use std::str::FromStr;

/// Longest name (API reference, `CreateDeliveryStream`).
const MAX_NAME: usize = 64;

/// A delivery stream as a user names it: its name, or its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryStreamName {
    name: String,
    arn: Option<String>,
}

impl DeliveryStreamName {
    /// 1 to 64 letters, digits, `_`, `.` or `-`.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The ARN, if it was given as one.
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// The Region in the ARN, if it was given as one. Nobody has checked that
    /// there is such a Region.
    pub fn arn_region(&self) -> Option<&str> {
        self.part(3)
    }

    /// The account in the ARN, if it was given as one.
    pub fn arn_account(&self) -> Option<&str> {
        self.part(4)
    }

    fn part(&self, index: usize) -> Option<&str> {
        self.arn.as_deref()?.split(':').nth(index)
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
        let wrong = || format!("`{text}` is no delivery stream; write its name or its ARN");
        let parts: Vec<&str> = text.split(':').collect();
        let (name, arn) = match parts.as_slice() {
            [name] => (*name, None),
            ["arn", partition, "firehose", region, account, tail]
                if partition.starts_with("aws")
                    && !region.is_empty()
                    && account.bytes().all(|it| it.is_ascii_digit()) =>
            {
                let name = tail.strip_prefix("deliverystream/").ok_or_else(wrong)?;
                (name, Some(text.to_owned()))
            }
            _ => return Err(wrong()),
        };
        let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
        if !(1..=MAX_NAME).contains(&name.len()) || !name.bytes().all(is_letter) {
            return Err(wrong());
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
        assert_eq!(
            (name.arn_region(), name.arn_account()),
            (Some("cn-north-1"), Some("111122223333"))
        );
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
            "arn:aws:firehose:eu-west-1:111122223333:deliverystream/",
            &long,
        ] {
            assert!(text.parse::<DeliveryStreamName>().is_err(), "{text}");
        }
    }
}
