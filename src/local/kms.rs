//! KMS, as far as it is read whether a key can be used. Every key exists, and is
//! enabled unless `--fault key-disabled` is set, which `EnableKey` ends.

use serde::Deserialize;

use super::faults::{Fault, Faults, SharedFaults, lock};
use super::gateway::{Api, Call, Reply};
use super::refusal::{Refusal, denied, operation, refuse, respond};
use super::route::Protocol;
use super::{ACCOUNT, JSON_1_1};

/// KMS.
#[derive(Debug)]
pub struct Kms {
    faults: SharedFaults,
    region: String,
}

/// What is served.
const OPERATIONS: [&str; 3] = ["DescribeKey", "EnableKey", "GetKeyPolicy"];

/// The input of all of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyInput {
    key_id: String,
}

impl Kms {
    /// In a Region, with these faults.
    pub fn new(faults: SharedFaults, region: &str) -> Self {
        Self { faults, region: region.to_owned() }
    }

    fn answer(&self, call: &Call, faults: &mut Faults) -> Result<String, Refusal> {
        let operation = operation(&call.head);
        denied(faults, &format!("kms:{operation}"))?;
        if !OPERATIONS.contains(&operation) {
            return Err(Refusal::unknown("KMS", operation, &OPERATIONS));
        }
        let input: KeyInput = serde_json::from_slice(&call.body)
            .map_err(|error| Refusal::new("SerializationException", error.to_string()))?;
        // An id, an alias, or the ARN of either.
        let id = input.key_id.rsplit_once(":key/").map_or(input.key_id.as_str(), |(_, id)| id);
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/:".contains(&byte);
        if !(1..=256).contains(&id.len()) || !id.bytes().all(is_id) {
            let why = format!("Invalid keyId {:?}", input.key_id);
            return Err(Refusal::new("NotFoundException", why));
        }
        match operation {
            "EnableKey" => {
                faults.set(Fault::KeyDisabled(false)).map_err(Refusal::internal)?;
                Ok("{}".to_owned())
            }
            "GetKeyPolicy" => {
                let policy = serde_json::to_string(&policy()).map_err(Refusal::internal)?;
                Ok(format!(r#"{{"Policy":{policy},"PolicyName":"default"}}"#))
            }
            _ => Ok(self.describe(id, faults)),
        }
    }

    fn describe(&self, id: &str, faults: &Faults) -> String {
        let is_disabled = faults.is_key_disabled();
        let state = if is_disabled { "Disabled" } else { "Enabled" };
        let region = &self.region;
        format!(
            r#"{{"KeyMetadata":{{"AWSAccountId":"{ACCOUNT}","KeyId":"{id}","Arn":"arn:aws:kms:{region}:{ACCOUNT}:key/{id}","CreationDate":1767225600.0,"Enabled":{},"Description":"","KeyUsage":"ENCRYPT_DECRYPT","KeyState":"{state}","Origin":"AWS_KMS","KeyManager":"CUSTOMER","CustomerMasterKeySpec":"SYMMETRIC_DEFAULT","KeySpec":"SYMMETRIC_DEFAULT","EncryptionAlgorithms":["SYMMETRIC_DEFAULT"],"MultiRegion":false}}}}"#,
            !is_disabled
        )
    }
}

/// The policy of a key that is made without one (KMS developer guide, "Default key
/// policy").
fn policy() -> String {
    format!(
        r#"{{"Version":"2012-10-17","Id":"key-default-1","Statement":[{{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"kms:*","Resource":"*"}}]}}"#
    )
}

#[async_trait::async_trait]
impl Api for Kms {
    async fn call(&self, call: Call) -> Reply {
        match self.answer(&call, &mut lock(&self.faults)) {
            Ok(body) => respond(JSON_1_1, body),
            Err(refusal) => refuse(Protocol::Json, &refusal),
        }
    }
}
