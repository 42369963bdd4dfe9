//! The operations: what S3 calls things on the outside, [`Objects`] on the
//! inside.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "the operations are alike for the one list of them"
)]

mod buckets;
mod conditions;
mod get;
mod listing;
mod problem;
mod put;
mod received;
mod uploads;

use std::sync::Arc;

use s3s::{S3, S3Request, S3Response, S3Result, dto, s3_error};

use super::objects::Objects;

/// The operations on some buckets.
pub(super) struct Api(Arc<Objects>);

impl Api {
    pub(super) const fn new(objects: Arc<Objects>) -> Self {
        Self(objects)
    }
}

/// Runs what takes as long as the bytes that it copies, while others are served.
async fn copying<T, I>(
    objects: &Arc<Objects>,
    input: I,
    copy: impl FnOnce(&Objects, I) -> S3Result<T> + Send + 'static,
) -> S3Result<T>
where
    T: Send + 'static,
    I: Send + 'static,
{
    let objects = Arc::clone(objects);
    let copied = tokio::task::spawn_blocking(move || copy(&objects, input)).await;
    copied.map_err(|error| s3_error!(error, InternalError))?
}

/// Operations by the names that `s3s` has for them, and the functions that do them.
macro_rules! operations {
    ($($name:ident, $input:ident => $output:ident: $function:expr $(, $wait:tt)?;)*) => {
        #[async_trait::async_trait]
        impl S3 for Api {
            $(async fn $name(
                &self,
                request: S3Request<dto::$input>,
            ) -> S3Result<S3Response<dto::$output>> {
                ($function)(&self.0, request.input)$(.$wait)?.map(S3Response::new)
            })*
        }
    };
}

operations! {
    list_buckets, ListBucketsInput => ListBucketsOutput: buckets::list;
    create_bucket, CreateBucketInput => CreateBucketOutput: buckets::create;
    head_bucket, HeadBucketInput => HeadBucketOutput: buckets::head;
    delete_bucket, DeleteBucketInput => DeleteBucketOutput: buckets::delete;
    get_bucket_location, GetBucketLocationInput => GetBucketLocationOutput: buckets::location;
    get_bucket_encryption, GetBucketEncryptionInput => GetBucketEncryptionOutput:
        buckets::encryption;
    get_object_lock_configuration,
        GetObjectLockConfigurationInput => GetObjectLockConfigurationOutput: buckets::lock;
    list_objects, ListObjectsInput => ListObjectsOutput: listing::version_1;
    list_objects_v2, ListObjectsV2Input => ListObjectsV2Output: listing::version_2;
    get_object, GetObjectInput => GetObjectOutput: get::object;
    head_object, HeadObjectInput => HeadObjectOutput: get::head;
    get_object_tagging, GetObjectTaggingInput => GetObjectTaggingOutput: get::tags;
    put_object, PutObjectInput => PutObjectOutput: put::object, await;
    copy_object, CopyObjectInput => CopyObjectOutput:
        |objects, input| copying(objects, input, put::copy), await;
    put_object_tagging, PutObjectTaggingInput => PutObjectTaggingOutput: put::tags;
    delete_object_tagging, DeleteObjectTaggingInput => DeleteObjectTaggingOutput: put::no_tags;
    delete_object, DeleteObjectInput => DeleteObjectOutput: put::delete;
    delete_objects, DeleteObjectsInput => DeleteObjectsOutput: put::delete_many;
    create_multipart_upload, CreateMultipartUploadInput => CreateMultipartUploadOutput:
        uploads::create;
    upload_part, UploadPartInput => UploadPartOutput: uploads::part, await;
    upload_part_copy, UploadPartCopyInput => UploadPartCopyOutput:
        |objects, input| copying(objects, input, uploads::copy), await;
    complete_multipart_upload, CompleteMultipartUploadInput => CompleteMultipartUploadOutput:
        |objects, input| copying(objects, input, uploads::complete), await;
    abort_multipart_upload, AbortMultipartUploadInput => AbortMultipartUploadOutput:
        uploads::abort;
    list_parts, ListPartsInput => ListPartsOutput: uploads::list;
}
