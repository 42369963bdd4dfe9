//! Buckets: where they are, and what protects their objects.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::sync::{Arc, PoisonError};

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::types::{
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use firehose::known::Known;
use firehose::names::RegionName;

use super::S3Client;
use crate::aws::Session;
use crate::aws::call::{CallError, fact_context, may_be_done};

/// How a bucket encrypts what is written without a word about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BucketEncryption {
    /// `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub algorithm: String,
    /// The key of KMS: ARN, id or alias; none if it is that of AWS.
    pub key: Option<String>,
    /// One data key for many objects: then the encryption context is the bucket's ARN
    /// and not that of the object (S3 user guide, "Bucket Keys").
    pub has_bucket_key: bool,
}

/// The clients of a session, by bucket and Region: what one keeps for its bucket lasts
/// from call to call.
#[derive(Debug, Default)]
pub(in crate::aws) struct BucketClients(BTreeMap<(String, String), Arc<S3Client>>);

impl Session {
    /// The Region of a bucket, which may be another than that of the session.
    pub async fn bucket_region(&self, bucket: &str) -> Known<RegionName> {
        let head = self.s3(bucket, None).lists.head_bucket().bucket(bucket).send().await;
        let (found, status) = match &head {
            Ok(found) => (found.bucket_region(), Some(200)),
            Err(error) => {
                let response = error.raw_response();
                let region = response.and_then(|it| it.headers().get("x-amz-bucket-region"));
                (region, response.map(|it| it.status().as_u16()))
            }
        };
        let found = found.and_then(|it| it.parse().ok());
        match (status, found, head) {
            (Some(200), found, _) => Known::Yes(found.unwrap_or_else(|| self.region().clone())),
            (Some(301 | 307), Some(region), _) => Known::Yes(region),
            // An answer to HEAD has no body, so no code.
            (Some(403), ..) => Known::Denied { right: "s3:ListBucket" },
            (Some(404), ..) => Known::No,
            (_, _, Err(error)) => self.bucket_fact_failed("s3:ListBucket", bucket, &error),
            (_, _, Ok(_)) => Known::Yes(self.region().clone()),
        }
    }

    /// How a bucket of this Region, or that of the session, encrypts.
    pub async fn bucket_encryption(
        &self,
        bucket: &str,
        region: Option<&RegionName>,
    ) -> Known<BucketEncryption> {
        let call = self.s3(bucket, region).lists.get_bucket_encryption().bucket(bucket).send();
        match call.await {
            Ok(found) => {
                let rules = found
                    .server_side_encryption_configuration()
                    .map(ServerSideEncryptionConfiguration::rules);
                let rule = rules.and_then(|rules| rules.first());
                Known::Yes(rule.map(encryption).unwrap_or_default())
            }
            Err(error) => self.bucket_fact_failed("s3:GetEncryptionConfiguration", bucket, &error),
        }
    }

    /// True if new objects of a bucket are locked by default: then each put needs a
    /// checksum.
    pub async fn bucket_locks_objects(
        &self,
        bucket: &str,
        region: Option<&RegionName>,
    ) -> Known<bool> {
        let call =
            self.s3(bucket, region).lists.get_object_lock_configuration().bucket(bucket).send();
        match call.await {
            Ok(found) => {
                let rule = found.object_lock_configuration().and_then(|it| it.rule());
                Known::Yes(rule.and_then(|it| it.default_retention()).is_some())
            }
            Err(error) => {
                let right = "s3:GetBucketObjectLockConfiguration";
                match self.bucket_fact_failed(right, bucket, &error) {
                    // The bucket is there, the lock is not.
                    Known::No if !is_code(&error, "NoSuchBucket") => Known::Yes(false),
                    other => other,
                }
            }
        }
    }

    /// S3 for a bucket, called in this Region, or in that of the session.
    pub(super) fn s3(&self, bucket: &str, region: Option<&RegionName>) -> Arc<S3Client> {
        let region = region.unwrap_or(self.region());
        let mut clients = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (bucket.to_owned(), region.to_string());
        let new = || Arc::new(S3Client::new(self.in_region(region.clone())));
        Arc::clone(clients.0.entry(key).or_insert_with(new))
    }

    fn bucket_fact_failed<T, E>(
        &self,
        right: &'static str,
        bucket: &str,
        error: &SdkError<E, HttpResponse>,
    ) -> Known<T>
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let context = fact_context(right, &format!("bucket `{bucket}`"));
        let failed = CallError {
            code: error.as_service_error().and_then(|it| it.code()).map(str::to_owned),
            status: error.raw_response().map(|it| it.status().as_u16()),
            may_be_done: may_be_done(error),
            error: self.error(&context, error),
        };
        failed.known(right)
    }
}

fn is_code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>, code: &str) -> bool {
    error.as_service_error().and_then(|it| it.code()) == Some(code)
}

fn encryption(rule: &ServerSideEncryptionRule) -> BucketEncryption {
    let default = rule.apply_server_side_encryption_by_default();
    let key = default.and_then(ServerSideEncryptionByDefault::kms_master_key_id);
    BucketEncryption {
        algorithm: default.map(|it| it.sse_algorithm().as_str().to_owned()).unwrap_or_default(),
        key: key.map(str::to_owned),
        has_bucket_key: rule.bucket_key_enabled() == Some(true),
    }
}
