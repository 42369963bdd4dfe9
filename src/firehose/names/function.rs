//! What a Lambda function is called.

use std::fmt;
use std::str::FromStr;

use super::RegionName;

/// Longest name of a function, and of a version or an alias (Lambda API
/// reference, `Invoke`).
const MAX_NAME: usize = 64;
const MAX_QUALIFIER: usize = 128;

/// A function as a user names it: `orders`, `orders:live`,
/// `111122223333:function:orders`, `arn:aws:lambda:eu-west-1:…:function:orders:7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionName {
    /// As it was given.
    text: String,
    /// That of a full ARN.
    region: Option<RegionName>,
    /// That of an ARN, full or partial.
    account: Option<String>,
}

impl FunctionName {
    /// The Region that is in a full ARN.
    pub fn region(&self) -> Option<&RegionName> {
        self.region.as_ref()
    }

    /// The account that is in an ARN, full or partial.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The partition that is in a full ARN.
    pub fn partition(&self) -> Option<&str> {
        self.text.strip_prefix("arn:")?.split(':').next()
    }

    /// As Lambda takes it: without the qualifier that it takes for granted
    /// (Lambda API reference, `Invoke`), which emulators trip over.
    pub fn path(&self) -> &str {
        self.text.strip_suffix(":$LATEST").unwrap_or(&self.text)
    }

    /// The name alone.
    pub fn name(&self) -> &str {
        let tail = self.text.rsplit_once(":function:").map_or(self.text.as_str(), |(_, it)| it);
        tail.split(':').next().unwrap_or_default()
    }

    /// Where it logs to unless it is told otherwise (Lambda developer guide,
    /// "Sending Lambda function logs to CloudWatch Logs").
    pub fn default_log_group(&self) -> String {
        format!("/aws/lambda/{}", self.name())
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for FunctionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no Lambda function; write its name or ARN, and `:` with a version or alias"
            )
        };
        let parts: Vec<&str> = text.split(':').collect();
        let (region, account, tail) = match parts.as_slice() {
            ["arn", partition, "lambda", region, account, "function", tail @ ..]
                if partition.starts_with("aws") =>
            {
                (Some(region.parse()?), Some(*account), tail)
            }
            [account, "function", tail @ ..] => (None, Some(*account), tail),
            tail => (None, None, tail),
        };
        let (name, qualifier) = match *tail {
            [name] => (name, None),
            [name, qualifier] => (name, Some(qualifier)),
            _ => return Err(wrong()),
        };
        let is_good = account.is_none_or(is_account)
            && is_word(name, MAX_NAME)
            && qualifier
                .is_none_or(|it| is_word(it.strip_prefix('$').unwrap_or(it), MAX_QUALIFIER));
        if !is_good {
            return Err(wrong());
        }
        Ok(Self { text: text.to_owned(), region, account: account.map(ToOwned::to_owned) })
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit())
}

fn is_word(text: &str, most: usize) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    (1..=most).contains(&text.len()) && text.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_in_all_the_ways_of_aws() {
        for (text, region) in [
            ("orders", None),
            ("orders:live", None),
            ("orders:$LATEST", None),
            ("111122223333:function:orders", None),
            ("111122223333:function:orders:7", None),
            ("arn:aws:lambda:eu-west-1:111122223333:function:orders", Some("eu-west-1")),
            (
                "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:my_orders-2:live",
                Some("us-gov-west-1"),
            ),
        ] {
            let function: FunctionName = text.parse().unwrap();
            assert_eq!(function.region().map(RegionName::as_str), region, "{text}");
            assert_eq!(function.to_string(), text);
            assert!(["orders", "my_orders-2"].contains(&function.name()), "{text}");
        }
    }

    #[test]
    fn what_is_no_function_is_refused() {
        let long = "x".repeat(65);
        for text in [
            "",
            ":live",
            "orders:",
            "orders:a:b",
            "my orders",
            "orders/../x",
            "1:function:orders",
            "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders",
            "arn:aws:lambda:EU:111122223333:function:orders",
            "arn:aws:lambda:eu-west-1:111122223333:layer:orders:1",
            &long,
        ] {
            assert!(text.parse::<FunctionName>().is_err(), "{text}");
        }
    }
}
