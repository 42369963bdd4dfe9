//! What a ledger is for.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::aws::is_aws_url;

/// The form of ledgers that is written and read here.
pub(super) const FORMAT: u32 = 1;

/// Longest start of a folder's name: an account, a Region, and the longest name
/// of a stream take 12, about 14 and 64 characters.
const MAX_FOLDER: usize = 128;

/// One job: records from these sources into this delivery stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Job {
    /// Which form of ledger this is.
    pub format: u32,
    /// ARN of the delivery stream: Region and account are in it.
    pub stream: String,
    /// Address that is called instead of AWS's usual one. What an emulator took
    /// is not in AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Where the records come from, as full names.
    pub sources: Vec<String>,
    /// What chooses among them, as the user wrote it.
    pub filters: Vec<String>,
    /// What `--since` and `--until` meant when the job began, in milliseconds
    /// since 1970; a window that moved on would leave records out.
    #[serde(default)]
    pub window: Window,
}

/// A window of time, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Window {
    /// From here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Up to before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl Job {
    /// A job in the form of today.
    pub fn new(stream: String, sources: Vec<String>, filters: Vec<String>) -> Self {
        let window = Window::default();
        Self { format: FORMAT, stream, endpoint: None, sources, filters, window }
    }

    /// The name of the stream in its ARN.
    pub fn stream_name(&self) -> &str {
        self.stream.rsplit('/').next().unwrap_or_default()
    }

    /// Returns true if both put into the same delivery stream.
    pub fn is_same_stream(&self, other: &Self) -> bool {
        self.stream == other.stream && self.emulator() == other.emulator()
    }

    /// The address, if it is not one of AWS's own: an interface endpoint
    /// or a FIPS endpoint serves the same stream.
    fn emulator(&self) -> Option<&str> {
        self.endpoint.as_deref().filter(|url| !is_aws_url(url))
    }

    /// What is different in `other`, in words; `None` if it is the same job.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let endpoint = |job: &Self| job.emulator().unwrap_or("AWS").to_owned();
        let parts = [
            ("delivery stream", self.stream.clone(), other.stream.clone()),
            ("endpoint", endpoint(self), endpoint(other)),
            ("source", self.sources.join(" "), other.sources.join(" ")),
            ("filter", self.filters.join(" "), other.filters.join(" ")),
        ];
        let different = parts.iter().find(|(_, ours, theirs)| ours != theirs);
        different.map(|(what, ours, theirs)| format!("its {what} is `{theirs}`, not `{ours}`"))
    }

    /// The name of the folder for the ledgers of its stream: account, Region
    /// and name, and a digest of the address if that is not AWS.
    pub(super) fn folder_name(&self) -> String {
        let mut parts = self.stream.split(':').skip(3);
        let mut part = || parts.next().unwrap_or_default();
        let (region, account) = (part(), part());
        let name = format!("{account}-{region}-{}", self.stream_name());
        // An emulator may answer with any name.
        let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
        let mut name: String = name.chars().take(MAX_FOLDER).filter(|it| is_plain(*it)).collect();
        if let Some(endpoint) = self.emulator() {
            name.push_str("-at-");
            push_digits(&mut name, &Sha256::digest(endpoint), 4);
        }
        name
    }

    /// The name of its ledger where the user gives none.
    pub fn file_name(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.stream.as_bytes());
        let texts = self.sources.iter().chain(&self.filters).map(String::as_str);
        for part in self.emulator().into_iter().chain(texts) {
            hash.update(Sha256::digest(part));
        }
        let mut name = format!("{}-", file_name_start(self.stream_name()));
        push_digits(&mut name, &hash.finalize(), 4);
        name + FILE_NAME_END
    }
}

/// Appends the first `bytes` of a digest in hexadecimal digits.
pub(super) fn push_digits(out: &mut String, digest: &[u8], bytes: usize) {
    for byte in digest.iter().take(bytes) {
        // Writing to a string does not fail.
        let _unused = write!(out, "{byte:02x}");
    }
}

/// How the names of all ledgers of a stream start.
pub(super) fn file_name_start(stream: &str) -> String {
    format!("fh-redrive-{stream}")
}

/// How the names of all ledgers end.
pub(super) const FILE_NAME_END: &str = ".ledger";

#[cfg(test)]
mod tests {
    use super::*;

    fn job(source: &str) -> Job {
        let arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders";
        Job::new(arn.to_owned(), vec![source.to_owned()], Vec::new())
    }

    #[test]
    fn each_job_has_a_file_of_its_own() {
        let name = job("s3://b/p/").file_name();
        assert!(name.starts_with("fh-redrive-orders-") && name.ends_with(".ledger"), "{name}");
        assert_eq!(name, job("s3://b/p/").file_name());
        let endpoint = Some("http://localhost:1".to_owned());
        for other in [
            job("s3://b/q/"),
            Job { endpoint, ..job("s3://b/p/") },
            Job { filters: vec!["--grep x".to_owned()], ..job("s3://b/p/") },
        ] {
            assert_ne!(name, other.file_name());
        }
    }

    #[test]
    fn each_stream_has_a_folder_of_its_own() {
        let aws = job("a").folder_name();
        assert_eq!(aws, "111122223333-eu-west-1-orders");
        assert_eq!(aws, job("b").folder_name());
        let at = |url: &str| Job { endpoint: Some(url.to_owned()), ..job("a") }.folder_name();
        assert!(at("http://localhost:1").starts_with(&format!("{aws}-at-")));
        assert_ne!(at("http://localhost:1"), at("http://localhost:2"));
        // What AWS serves at several addresses is one stream.
        let url = "https://vpce-1-2.firehose.eu-west-1.vpce.amazonaws.com:443/";
        let private = Job { endpoint: Some(url.to_owned()), ..job("a") };
        assert_eq!((private.folder_name(), private.file_name()), (aws, job("a").file_name()));
        assert!(private.is_same_stream(&job("a")) && private.difference(&job("a")).is_none());
        let strange = Job { stream: "arn:a:b:../x:/1/:s/a\n".to_owned(), ..job("a") };
        assert_eq!(strange.folder_name(), "1-..x-a");
    }

    #[test]
    fn what_makes_it_another_job_is_shown() {
        let began = Window { since: Some(1), until: None };
        assert_eq!(job("a").difference(&Job { window: began, ..job("a") }), None);
        assert_eq!(job("a").difference(&job("b")).unwrap(), "its source is `b`, not `a`");
    }
}
