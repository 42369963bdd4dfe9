//! What a Lambda function is called.

use std::fmt;
use std::str::FromStr;

use super::arn::{Arn, not_an_arn_of};
use super::{AccountId, RegionName};

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
    /// If `text` is a full one.
    arn: Option<Arn>,
    /// That of an ARN, full or partial.
    account: Option<AccountId>,
}

impl FunctionName {
    /// The Region in a full ARN.
    pub fn arn_region(&self) -> Option<&RegionName> {
        self.arn.as_ref().map(Arn::region)
    }

    /// The account in an ARN, full or partial.
    pub fn arn_account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }

    /// The partition in a full ARN.
    pub fn arn_partition(&self) -> Option<&str> {
        self.arn.as_ref().map(Arn::partition)
    }

    /// For `FunctionName` of a call: without `:$LATEST`, which Lambda assumes
    /// (Lambda API reference, `Invoke`) and emulators do not know.
    pub fn for_call(&self) -> &str {
        self.text.strip_suffix(":$LATEST").unwrap_or(&self.text)
    }

    /// The name alone.
    pub fn name(&self) -> &str {
        self.tail().split(':').next().unwrap_or_default()
    }

    /// The version or alias, if there is one.
    pub fn qualifier(&self) -> Option<&str> {
        self.tail().split_once(':').map(|(_, qualifier)| qualifier)
    }

    /// The name and the qualifier.
    fn tail(&self) -> &str {
        self.text.rsplit_once(":function:").map_or(self.text.as_str(), |(_, it)| it)
    }

    /// Where it logs to by default (Lambda developer guide,
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
        const THING: &str = "Lambda function";
        let wrong = || {
            format!(
                "`{text}` is not a valid Lambda function; use its name or ARN, optionally with \
                 `:` and a version or alias"
            )
        };
        let (arn, account, tail) = if Arn::is_meant(text) {
            let (arn, resource) = Arn::read(text, "lambda", THING)?;
            let tail = resource.strip_prefix("function:");
            let tail = tail.ok_or_else(|| not_an_arn_of(text, THING))?;
            let account = arn.account().clone();
            (Some(arn), Some(account), tail)
        } else if let Some((account, tail)) = text.split_once(":function:") {
            (None, Some(account.parse().map_err(|_| wrong())?), tail)
        } else {
            (None, None, text)
        };
        let (name, qualifier) = match tail.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (tail, None),
        };
        let is_good = is_word(name, MAX_NAME)
            && qualifier
                .is_none_or(|it| is_word(it.strip_prefix('$').unwrap_or(it), MAX_QUALIFIER));
        if is_good { Ok(Self { text: text.to_owned(), arn, account }) } else { Err(wrong()) }
    }
}

fn is_word(text: &str, max: usize) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    (1..=max).contains(&text.len()) && text.bytes().all(is_letter)
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
            assert_eq!(function.arn_region().map(RegionName::as_str), region, "{text}");
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
