//! What a log group is called.

use std::fmt;
use std::str::FromStr;

use super::arn::{Arn, not_an_arn_of};
use super::{AccountId, RegionName};
use crate::bytes::part;

/// Longest name of a log group (API reference, `CreateLogGroup`).
const MAX_NAME: usize = 512;

/// A log group as a user names it: its name, its ARN, or a pattern in which
/// `*` stands for any characters and `?` for any one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroupName {
    name: String,
    /// Without `:*` at its end.
    arn: Option<Arn>,
    /// The account that it is in, where that is known.
    account: Option<AccountId>,
}

impl LogGroupName {
    /// The name or the pattern, without what an ARN has around it.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The ARN, if it was given as one.
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_ref().map(Arn::as_str)
    }

    /// The account in the ARN.
    pub fn arn_account(&self) -> Option<&AccountId> {
        self.arn.as_ref().map(Arn::account)
    }

    /// The Region in the ARN.
    pub fn arn_region(&self) -> Option<&RegionName> {
        self.arn.as_ref().map(Arn::region)
    }

    /// The same group, with its ARN: one without an account is that of the
    /// caller.
    #[must_use]
    pub fn of_account(self, partition: &str, region: &RegionName, account: &AccountId) -> Self {
        let arn = Arn::new(partition, "logs", region, account, &format!("log-group:{}", self.name));
        Self { name: self.name, arn: Some(arn), account: Some(account.clone()) }
    }

    /// The same group, where the account of the caller is known.
    #[must_use]
    pub fn of_caller(self, account: Option<&AccountId>) -> Self {
        let account = self.account.or_else(|| account.cloned());
        Self { account, ..self }
    }

    /// True unless the two are sure to be different groups of a Region: one
    /// whose account is unknown may be that of an ARN.
    pub fn may_be(&self, other: &Self) -> bool {
        let is_unknown = self.account.is_none() || other.account.is_none();
        self.name == other.name && (is_unknown || self.account == other.account)
    }

    /// For messages: its name, and its account if the name alone is not enough.
    pub fn in_full(&self) -> String {
        match self.arn_account() {
            Some(account) => format!("`{}` of account {account}", self.name),
            None => format!("`{}`", self.name),
        }
    }

    /// True if it may stand for several groups.
    pub fn is_pattern(&self) -> bool {
        self.name.contains(['*', '?'])
    }

    /// What every name that it stands for starts with.
    pub fn prefix(&self) -> &str {
        self.name.split(['*', '?']).next().unwrap_or_default()
    }

    /// True if it stands for this name.
    pub fn matches(&self, name: &str) -> bool {
        glob(self.name.as_bytes(), name.as_bytes())
    }
}

/// True if `pattern`, with `*` and `?`, stands for `name`.
///
/// Walks both; at a mismatch the last `*` takes one byte more. Linear but for
/// that, and names are short.
pub fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut star = None;
    while seen < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(b'?') => (at, seen) = (at + 1, seen + 1),
            Some(byte) if name.get(seen) == Some(byte) => (at, seen) = (at + 1, seen + 1),
            _ => match star {
                Some((star_at, taken)) => {
                    star = Some((star_at, taken + 1));
                    (at, seen) = (star_at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    part(pattern, at..).iter().all(|byte| *byte == b'*')
}

impl fmt::Display for LogGroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for LogGroupName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const THING: &str = "log group";
        let (name, arn) = if Arn::is_meant(text) {
            let text = text.strip_suffix(":*").unwrap_or(text);
            let (arn, resource) = Arn::read(text, "logs", THING)?;
            let name = resource.strip_prefix("log-group:");
            let name = name.ok_or_else(|| not_an_arn_of(text, THING))?;
            if name.contains(['*', '?']) {
                return Err(format!(
                    "`{text}` is a pattern in an ARN; use the pattern without the \
                     ARN"
                ));
            }
            (name, Some(arn))
        } else {
            (text, None)
        };
        let is_letter = |it: u8| {
            it.is_ascii_alphanumeric()
                || matches!(it, b'-' | b'_' | b'.' | b'/' | b'#' | b'*' | b'?')
        };
        if !(1..=MAX_NAME).contains(&name.len()) || !name.bytes().all(is_letter) {
            return Err(format!(
                "`{text}` is not a valid log group; use its name, its ARN, or a pattern like \
                 /aws/lambda/orders-*"
            ));
        }
        let account = arn.as_ref().map(|arn| arn.account().clone());
        Ok(Self { name: name.to_owned(), arn, account })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(text: &str) -> AccountId {
        text.parse().unwrap()
    }

    #[test]
    fn a_group_is_named_by_name_arn_or_pattern() {
        let arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/orders";
        for text in [arn.to_owned(), format!("{arn}:*")] {
            let group: LogGroupName = text.parse().unwrap();
            assert_eq!((group.as_str(), group.arn()), ("/aws/lambda/orders", Some(arn)));
            assert_eq!(
                (group.arn_region().map(RegionName::as_str), group.is_pattern()),
                (Some("eu-west-1"), false)
            );
        }
        let group: LogGroupName = "/aws/lambda/orders-*".parse().unwrap();
        assert_eq!((group.prefix(), group.is_pattern()), ("/aws/lambda/orders-", true));
    }

    #[test]
    fn groups_of_two_accounts_are_two_groups() {
        let named = || "/aws/lambda/orders".parse::<LogGroupName>().unwrap();
        let other =
            named().of_account("aws", &"eu-west-1".parse().unwrap(), &account("999999999999"));
        let arn = "arn:aws:logs:eu-west-1:999999999999:log-group:/aws/lambda/orders";
        assert_eq!((other.arn(), other.arn_account()), (Some(arn), Some(&account("999999999999"))));
        assert_eq!(other.in_full(), "`/aws/lambda/orders` of account 999999999999");
        assert_eq!(other, arn.parse().unwrap());
        assert!(named().may_be(&other), "it may be the caller's own");
        let own = named().of_caller(Some(&AccountId::EXAMPLE));
        assert!(!own.may_be(&other) && own.may_be(&named()) && own.arn().is_none());
        assert!(named().of_caller(Some(&account("999999999999"))).may_be(&other));
        assert_eq!(other.clone().of_caller(Some(&AccountId::EXAMPLE)), other);
    }

    #[test]
    fn what_is_no_group_is_refused() {
        let long = "x".repeat(513);
        for text in [
            "",
            "my group",
            "a:b",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/*/x",
            "arn:aws:logs:eu-west-1:1:log-group:x",
            "arn:aws:logs::111122223333:log-group:x",
            "arn:aws:lambda:eu-west-1:111122223333:function:orders",
            "arn:aws:logs:eu-west-1:111122223333:log-group:x:log-stream:y",
            &long,
        ] {
            assert!(text.parse::<LogGroupName>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_pattern_stands_for_what_it_fits() {
        for (pattern, name, fits) in [
            ("/aws/*", "/aws/lambda/x", true),
            ("*", "anything", true),
            ("*orders*", "/aws/lambda/orders-v2", true),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "aab", false),
            ("orders-?", "orders-1", true),
            ("orders-?", "orders-", false),
            ("orders", "orders-1", false),
            ("a*c", "abcb", false),
        ] {
            let group: LogGroupName = pattern.parse().unwrap();
            assert_eq!(group.matches(name), fits, "{pattern} {name}");
        }
    }
}
