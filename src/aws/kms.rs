//! KMS: keys.

use firehose::known::Known;
use serde::{Deserialize, Serialize};

use super::call::{Request, json};
use super::{Service, Session};

/// A key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Key {
    /// Its ARN, also where it was asked for by an alias.
    pub arn: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`, `Unavailable`, …
    pub key_state: Option<String>,
    /// `AWS`, `CUSTOMER`.
    pub key_manager: Option<String>,
    /// False also where the state says why.
    #[serde(default)]
    pub enabled: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Input<'a> {
    key_id: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    key_metadata: Key,
}

impl Session {
    /// The key of this ARN, id or alias.
    pub async fn key(&self, key: &str) -> Known<Key> {
        let request = Request::json(Service::Kms, "DescribeKey", &Input { key_id: key });
        let thing = format!("KMS key `{key}`");
        let found = self.fact(request, "kms:DescribeKey", &thing, json::<Described>).await;
        found.map(|it| it.key_metadata)
    }
}
