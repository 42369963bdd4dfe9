//! ARNs and the accounts in them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::RegionName;

/// An account ID: 12 digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountId(Cow<'static, str>);

impl AccountId {
    /// That of the examples in AWS's documentation.
    pub const EXAMPLE: Self = Self(Cow::Borrowed("111122223333"));

    /// The 12 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit()) {
            return Ok(Self(text.to_owned().into()));
        }
        Err(format!("`{text}` is not a valid account ID; use 12 digits"))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The ARN of something that is in a Region and an account:
/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE` (IAM user guide, "Amazon
/// Resource Names"). Those of S3 and IAM have no Region, and are not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn {
    text: String,
    partition: String,
    region: RegionName,
    account: AccountId,
}

impl Arn {
    /// True if `text` can only be meant as an ARN.
    pub(super) fn is_meant(text: &str) -> bool {
        text.starts_with("arn:")
    }

    /// Makes one of parts that are known to be good.
    pub(super) fn new(
        partition: &str,
        service: &str,
        region: &RegionName,
        account: &AccountId,
        resource: &str,
    ) -> Self {
        Self {
            text: format!("arn:{partition}:{service}:{region}:{account}:{resource}"),
            partition: partition.to_owned(),
            region: region.clone(),
            account: account.clone(),
        }
    }

    /// Reads the ARN of a `thing` (for messages) of this service. Returns it and
    /// the resource, its last part, which the caller judges.
    pub(super) fn read<'a>(
        text: &'a str,
        service: &str,
        thing: &str,
    ) -> Result<(Self, &'a str), String> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, of_service, region, account, resource] = parts.as_slice() else {
            return Err(not_an_arn_of(text, thing));
        };
        if *of_service != service {
            return Err(not_an_arn_of(text, thing));
        }
        let wrong = |why: &str| format!("`{text}` is not a valid ARN: {why}");
        let is_letter = |it: u8| it.is_ascii_lowercase() || it == b'-';
        if !partition.starts_with("aws") || !partition.bytes().all(is_letter) {
            return Err(wrong("its partition is not `aws`, `aws-cn` or the like"));
        }
        if region.is_empty() {
            return Err(wrong("it has no Region"));
        }
        let region = region.parse().map_err(|error: String| wrong(&error))?;
        if account.is_empty() {
            return Err(wrong("it has no account"));
        }
        let account = account.parse().map_err(|error: String| wrong(&error))?;
        let (text, partition) = (text.to_owned(), (*partition).to_owned());
        Ok((Self { text, partition, region, account }, resource))
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The Region, of which only the form is checked.
    pub const fn region(&self) -> &RegionName {
        &self.region
    }

    /// The account.
    pub const fn account(&self) -> &AccountId {
        &self.account
    }
}

/// The message for the ARN of something else.
pub(super) fn not_an_arn_of(text: &str, thing: &str) -> String {
    format!("`{text}` is not the ARN of a {thing}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_needs_partition_region_and_account() {
        let read = |text| Arn::read(text, "logs", "log group");
        let text = "arn:aws-us-gov:logs:us-gov-west-1:111122223333:log-group:a:b";
        let (arn, resource) = read(text).unwrap();
        assert_eq!((arn.as_str(), resource), (text, "log-group:a:b"));
        assert_eq!(arn.partition(), "aws-us-gov");
        assert_eq!(arn.region().as_str(), "us-gov-west-1");
        assert_eq!(arn.account().as_str(), "111122223333");
        for (text, why) in [
            ("arn:xx:logs:eu-west-1:111122223333:log-group:a", "its partition is not `aws`"),
            ("arn::logs:eu-west-1:111122223333:log-group:a", "its partition is not `aws`"),
            ("arn:aws:logs::111122223333:log-group:a", "it has no Region"),
            ("arn:aws:logs:EU:111122223333:log-group:a", "`EU` is not a valid Region"),
            ("arn:aws:logs:eu-west-1::log-group:a", "it has no account"),
            ("arn:aws:logs:eu-west-1:1:log-group:a", "`1` is not a valid account ID"),
            ("arn:aws:s3:::lake", "is not the ARN of a log group"),
            ("arn:aws:logs", "is not the ARN of a log group"),
        ] {
            assert!(read(text).unwrap_err().contains(why), "{text}");
        }
    }
}
