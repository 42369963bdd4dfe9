//! Keys: of the bucket, of the stream.

use super::super::super::description::StreamEncryption;
use super::super::super::known::Known;
use super::super::super::time::rfc3339;
use super::super::fix::string;
use super::super::{Command, Facts, Finding, Gap, Key, Outcome, Part, Purpose, ask, conclude};
use super::allowed;

/// From then on the callers of Put need rights on the key: of new streams, of all
/// (AWS's notice to customers, 2026).
const NEW_STREAMS: &str = "2026-04-20T00:00:00Z";
const ALL_STREAMS: &str = "2027-02-28T00:00:00Z";

pub(in super::super) fn bucket(facts: &Facts) -> Outcome {
    if facts.bucket_name().is_none() {
        return Outcome::NotApplicable;
    }
    let encryption = || -> Result<bool, Gap> {
        if facts.object_key().is_some() {
            return Ok(true);
        }
        Ok(ask(&facts.encryption)?.is_some_and(|it| it.key.is_some()))
    };
    match encryption() {
        Err(gap) => Outcome::Unknown(gap),
        Ok(false) => Outcome::Passed("objects are encrypted without a key of yours".to_owned()),
        Ok(true) => {
            // With a bucket key, the context that the role must be allowed is another one.
            let context = ask(&facts.encryption).map(|_| None);
            let key = usable(facts, &facts.bucket_key, "of the objects");
            let is_bucket = facts.encryption.yes().is_some_and(|it| it.has_bucket_key);
            let why = if is_bucket {
                "Nothing can be written. The bucket has a bucket key, so the encryption context is \
                 the ARN of the bucket, without /*: a condition on objects does not match."
            } else {
                "Nothing can be written to the bucket."
            };
            let what = "the delivery role may not use the key of the objects";
            let role = allowed(facts, Purpose::ObjectKey, what, why);
            let passed = "the key of the objects is enabled, and the policies of the role allow it";
            conclude([key, role, context], passed)
        }
    }
}

/// A finding if a key cannot be used by anyone.
fn usable(facts: &Facts, key: &Known<Key>, of: &str) -> Part {
    let Some(key) = ask(key)? else {
        return Finding::error(format!("the key {of} does not exist"))
            .why("Without it nothing can be encrypted or read.")
            .seen("DescribeKey")
            .fix(facts.aws(&["kms", "list-keys"]))
            .found();
    };
    let verb = match key.state.as_str() {
        "Enabled" | "" => return Ok(None),
        "PendingDeletion" => "cancel-key-deletion",
        "Disabled" => "enable-key",
        _ => "describe-key",
    };
    Finding::error(format!("the key {of} is {}", key.state))
        .why("Without it nothing can be encrypted or read.")
        .seen(format!("DescribeKey of {}", key.arn))
        .fix(facts.aws(&["kms", verb, "--key-id", &key.arn]))
        .found()
}

pub(in super::super) fn stream(facts: &Facts) -> Outcome {
    let Some(encryption) = &facts.description.encryption else { return Outcome::NotApplicable };
    let status = encryption.status.as_deref().unwrap_or_default();
    let mut parts = Vec::new();
    if let Some(failed) = status.strip_suffix("_FAILED") {
        let details = encryption.failure.as_ref().and_then(|it| it.details.as_deref());
        let finding = Finding::error(format!("encryption of the stream is {status}"))
            .why(details.unwrap_or("AWS gives no reason."))
            .seen("DeliveryStreamEncryptionConfiguration")
            .fix(again(facts, failed, encryption));
        parts.push(finding.found());
    }
    if let Some(key) = facts.stream_key_arn() {
        parts.push(usable(facts, &facts.stream_key, "of the stream"));
        parts.push(callers(facts, key));
    }
    if parts.is_empty() {
        return Outcome::NotApplicable;
    }
    conclude(parts, "the key of the stream can be used")
}

/// What starts or stops the encryption of the stream again, with the same key.
fn again(facts: &Facts, failed: &str, encryption: &StreamEncryption) -> Command {
    let name = ["--delivery-stream-name", &facts.stream.name];
    if failed == "DISABLING" {
        let [flag, name] = name;
        return facts.aws(&["firehose", "stop-delivery-stream-encryption", flag, name]);
    }
    // Without a key the stream would get one of AWS.
    let kind = encryption.key_type.as_deref().unwrap_or("AWS_OWNED_CMK");
    let key = encryption.key_arn.as_deref().map(|it| format!(r#","KeyARN":{}"#, string(it)));
    let input = format!(r#"{{"KeyType":{}{}}}"#, string(kind), key.unwrap_or_default());
    let [flag, name] = name;
    facts.aws(&[
        "firehose",
        "start-delivery-stream-encryption",
        flag,
        name,
        "--delivery-stream-encryption-configuration-input",
        &input,
    ])
}

/// The callers of Put need rights of their own on a customer's key.
fn callers(facts: &Facts, key: &str) -> Part {
    let created = facts.description.created.map_or(0, |it| it.0);
    let since = |text| rfc3339(text).unwrap_or_default();
    let is_now = created >= since(NEW_STREAMS) || facts.now >= since(ALL_STREAMS);
    let what = if is_now {
        "producers need kms:GenerateDataKey and kms:Decrypt on the key of the stream"
    } else {
        "from 2027-02-28 on producers need kms:GenerateDataKey and kms:Decrypt on the key of the \
         stream"
    };
    let why = "Without them PutRecord fails with InvalidKMSResourceException. It is so for streams \
               that were created since 2026-04-20, and for all from 2027-02-28 on.";
    Finding::warning(what)
        .possible()
        .why(why)
        .seen("DeliveryStreamEncryptionConfiguration")
        .fix(facts.aws(&[
            "kms",
            "get-key-policy",
            "--key-id",
            key,
            "--policy-name",
            "default",
            "--output",
            "text",
        ]))
        .found()
}
