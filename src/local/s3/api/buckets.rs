//! Buckets.

use std::time::{Duration, SystemTime};

use s3s::{S3Result, dto, s3_error};

use crate::local::ACCOUNT;
use crate::local::s3::objects::{Objects, Problem};

/// Where a bucket is that names no place.
const US_EAST_1: &str = "us-east-1";

/// A time in the index.
pub(super) fn time(milliseconds: i64) -> dto::Timestamp {
    let since = Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default());
    (SystemTime::UNIX_EPOCH + since).into()
}

pub(super) fn list(
    objects: &Objects,
    input: dto::ListBucketsInput,
) -> S3Result<dto::ListBucketsOutput> {
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input.continuation_token.unwrap_or_default();
    let most = input.max_buckets.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let mut found = objects
        .buckets()
        .into_iter()
        .filter(|(name, _)| name.starts_with(&prefix) && *name > after)
        .map(|(name, facts)| dto::Bucket {
            bucket_region: Some(facts.region.unwrap_or_else(|| US_EAST_1.to_owned())),
            creation_date: Some(time(facts.created)),
            name: Some(name),
        });
    let buckets: Vec<_> = found.by_ref().take(most).collect();
    let last = buckets.last().and_then(|bucket| bucket.name.clone());
    Ok(dto::ListBucketsOutput {
        continuation_token: last.filter(|_| found.next().is_some()),
        buckets: Some(buckets),
        owner: Some(dto::Owner { display_name: None, id: Some(ACCOUNT.to_owned()) }),
        prefix: input.prefix,
    })
}

pub(super) fn create(
    objects: &Objects,
    input: dto::CreateBucketInput,
) -> S3Result<dto::CreateBucketOutput> {
    let configuration = input.create_bucket_configuration.unwrap_or_default();
    let region = configuration.location_constraint.map(|region| region.as_str().to_owned());
    match objects.create_bucket(&input.bucket, region.as_deref()) {
        // As in us-east-1, so that a script can be run again.
        Ok(()) | Err(Problem::BucketExists) => {}
        Err(problem) => return Err(problem.into()),
    }
    let location = Some(format!("/{}", input.bucket));
    Ok(dto::CreateBucketOutput { location })
}

pub(super) fn head(
    objects: &Objects,
    input: dto::HeadBucketInput,
) -> S3Result<dto::HeadBucketOutput> {
    let region = objects.bucket(&input.bucket)?.region.unwrap_or_else(|| US_EAST_1.to_owned());
    Ok(dto::HeadBucketOutput { bucket_region: Some(region), ..dto::HeadBucketOutput::default() })
}

pub(super) fn delete(
    objects: &Objects,
    input: dto::DeleteBucketInput,
) -> S3Result<dto::DeleteBucketOutput> {
    objects.delete_bucket(&input.bucket)?;
    Ok(dto::DeleteBucketOutput::default())
}

/// No bucket has encryption configured.
pub(super) fn encryption(
    objects: &Objects,
    input: dto::GetBucketEncryptionInput,
) -> S3Result<dto::GetBucketEncryptionOutput> {
    objects.bucket(&input.bucket)?;
    Err(s3_error!(ServerSideEncryptionConfigurationNotFoundError))
}

/// No bucket locks objects.
pub(super) fn lock(
    objects: &Objects,
    input: dto::GetObjectLockConfigurationInput,
) -> S3Result<dto::GetObjectLockConfigurationOutput> {
    objects.bucket(&input.bucket)?;
    Err(s3_error!(ObjectLockConfigurationNotFoundError))
}

pub(super) fn location(
    objects: &Objects,
    input: dto::GetBucketLocationInput,
) -> S3Result<dto::GetBucketLocationOutput> {
    let location_constraint = objects.bucket(&input.bucket)?.region.map(Into::into);
    Ok(dto::GetBucketLocationOutput { location_constraint })
}
