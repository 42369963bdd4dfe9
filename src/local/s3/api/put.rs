//! Objects, written.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;

use percent_encoding::percent_decode_str;
use s3s::dto::{self, CopySource};
use s3s::{S3Error, S3Result, s3_error};

use super::buckets::time;
use super::conditions::Conditions;
use super::get::supported;
use super::problem::unsupported;
use super::received::{Wanted, receive};
use crate::local::s3::objects::{Headers, Meta, Objects, Problem};

/// Keys of a `DeleteObjects` (API reference).
const MAX_DELETES: usize = 1000;

/// Tags of an object, characters of a key and of a value (S3 user guide, object
/// tagging).
const MAX_TAGS: usize = 10;
const MAX_TAG_KEY: usize = 128;
const MAX_TAG_VALUE: usize = 256;

/// Bytes of the names and values of `x-amz-meta-…` (S3 user guide, object
/// metadata).
const MAX_METADATA: usize = 2 * 1024;

pub(super) async fn object(
    objects: &Objects,
    input: dto::PutObjectInput,
) -> S3Result<dto::PutObjectOutput> {
    unsupported(&[
        ("keys of customers (SSE-C)", input.sse_customer_key.is_some()),
        ("object locks", input.object_lock_mode.is_some()),
        ("appending to objects", input.write_offset_bytes.is_some()),
        ("website redirects", input.website_redirect_location.is_some()),
    ])?;
    // Before a large body is taken for nothing.
    objects.bucket(&input.bucket)?;
    let headers = headers(Headers {
        content_type: input.content_type,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_disposition: input.content_disposition,
        cache_control: input.cache_control,
        storage_class: input.storage_class.map(|class| class.as_str().to_owned()),
        user: input.metadata.into_iter().flatten().collect(),
    })?;
    let tags = tags_of_header(input.tagging.as_deref())?;
    let wanted = Wanted {
        length: input.content_length,
        md5: input.content_md5,
        checksum: dto::Checksum {
            checksum_crc32: input.checksum_crc32,
            checksum_crc32c: input.checksum_crc32c,
            checksum_crc64nvme: input.checksum_crc64nvme,
            checksum_sha1: input.checksum_sha1,
            checksum_sha256: input.checksum_sha256,
            ..dto::Checksum::default()
        },
    };
    let draft = receive(objects, input.body, &wanted).await?;
    let conditions =
        Conditions { is: input.if_match, is_not: input.if_none_match, ..Conditions::default() };
    let place = (input.bucket.as_str(), input.key.as_str());
    let meta =
        objects.commit(place, draft, headers, tags, &|there| conditions.check_write(there))?;
    Ok(dto::PutObjectOutput {
        checksum_crc32: wanted.checksum.checksum_crc32,
        checksum_crc32c: wanted.checksum.checksum_crc32c,
        checksum_crc64nvme: wanted.checksum.checksum_crc64nvme,
        checksum_sha1: wanted.checksum.checksum_sha1,
        checksum_sha256: wanted.checksum.checksum_sha256,
        e_tag: Some(dto::ETag::Strong(meta.etag)),
        ..dto::PutObjectOutput::default()
    })
}

pub(super) fn copy(
    objects: &Objects,
    input: dto::CopyObjectInput,
) -> S3Result<dto::CopyObjectOutput> {
    supported(None, None, input.sse_customer_key.is_some())?;
    let (meta, mut file) = source(objects, &input.copy_source)?;
    let conditions = Conditions {
        is: input.copy_source_if_match,
        is_not: input.copy_source_if_none_match,
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    conditions.check_copy(&meta)?;
    let replaces = |directive: Option<&str>| directive == Some(dto::MetadataDirective::REPLACE);
    let new_headers =
        replaces(input.metadata_directive.as_ref().map(dto::MetadataDirective::as_str));
    let new_tags = replaces(input.tagging_directive.as_ref().map(dto::TaggingDirective::as_str));
    let is_itself = matches!(&input.copy_source, CopySource::Bucket { bucket, key, .. }
        if **bucket == *input.bucket && **key == *input.key);
    if is_itself && !new_headers && input.storage_class.is_none() {
        let why = "This copy request is illegal because it is trying to copy an object to itself \
                   without changing the object's metadata, storage class, website redirect location \
                   or encryption attributes.";
        return Err(s3_error!(InvalidRequest, "{why}"));
    }
    let class = input.storage_class.map(|class| class.as_str().to_owned());
    let headers = if new_headers {
        headers(Headers {
            content_type: input.content_type,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            content_disposition: input.content_disposition,
            cache_control: input.cache_control,
            storage_class: class,
            user: input.metadata.into_iter().flatten().collect(),
        })?
    } else {
        Headers { storage_class: class, ..meta.headers }
    };
    let tags = if new_tags { tags_of_header(input.tagging.as_deref())? } else { meta.tags };
    let mut draft = objects.draft().map_err(Problem::from)?;
    io::copy(&mut file, &mut draft).map_err(Problem::from)?;
    let place = (input.bucket.as_str(), input.key.as_str());
    let meta = objects.commit(place, draft, headers, tags, &|_| Ok(()))?;
    let copy_object_result = dto::CopyObjectResult {
        e_tag: Some(dto::ETag::Strong(meta.etag)),
        last_modified: Some(time(meta.modified)),
        ..dto::CopyObjectResult::default()
    };
    Ok(dto::CopyObjectOutput {
        copy_object_result: Some(copy_object_result),
        ..dto::CopyObjectOutput::default()
    })
}

/// The object that is copied, open.
pub(super) fn source(objects: &Objects, source: &CopySource) -> S3Result<(Meta, File)> {
    let CopySource::Bucket { bucket, key, version_id } = source else {
        return Err(s3_error!(InvalidRequest, "fh local does not support access points"));
    };
    supported(version_id.as_deref(), None, false)?;
    Ok(objects.read(bucket, key)?)
}

pub(super) fn delete(
    objects: &Objects,
    input: dto::DeleteObjectInput,
) -> S3Result<dto::DeleteObjectOutput> {
    supported(input.version_id.as_deref(), None, false)?;
    let conditions = Conditions { is: input.if_match, ..Conditions::default() };
    objects.delete(&input.bucket, &input.key, &|there| conditions.check_write(there))?;
    Ok(dto::DeleteObjectOutput::default())
}

pub(super) fn delete_many(
    objects: &Objects,
    input: dto::DeleteObjectsInput,
) -> S3Result<dto::DeleteObjectsOutput> {
    if input.delete.objects.len() > MAX_DELETES {
        return Err(s3_error!(
            MalformedXML,
            "at most {MAX_DELETES} objects can be deleted at a time"
        ));
    }
    objects.bucket(&input.bucket)?;
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in input.delete.objects {
        let key = object.key;
        let result = supported(object.version_id.as_deref(), None, false)
            .and_then(|()| Ok(objects.delete(&input.bucket, &key, &|_| Ok(()))?));
        match result {
            Ok(()) => {
                deleted
                    .push(dto::DeletedObject { key: Some(key), ..dto::DeletedObject::default() });
            }
            Err(error) => errors.push(failure(key, &error)),
        }
    }
    let is_quiet = input.delete.quiet == Some(true);
    Ok(dto::DeleteObjectsOutput {
        deleted: (!is_quiet).then_some(deleted),
        errors: Some(errors),
        request_charged: None,
    })
}

fn failure(key: String, error: &S3Error) -> dto::Error {
    dto::Error {
        code: Some(error.code().as_str().to_owned()),
        key: Some(key),
        message: error.message().map(ToOwned::to_owned),
        version_id: None,
    }
}

pub(super) fn tags(
    objects: &Objects,
    input: dto::PutObjectTaggingInput,
) -> S3Result<dto::PutObjectTaggingOutput> {
    supported(input.version_id.as_deref(), None, false)?;
    let pair = |tag: dto::Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
    let tags = checked(input.tagging.tag_set.into_iter().map(pair).collect())?;
    objects.tag(&input.bucket, &input.key, tags)?;
    Ok(dto::PutObjectTaggingOutput::default())
}

pub(super) fn no_tags(
    objects: &Objects,
    input: dto::DeleteObjectTaggingInput,
) -> S3Result<dto::DeleteObjectTaggingOutput> {
    supported(input.version_id.as_deref(), None, false)?;
    objects.tag(&input.bucket, &input.key, Vec::new())?;
    Ok(dto::DeleteObjectTaggingOutput::default())
}

/// The tags of `x-amz-tagging`, which is the query of an address.
pub(super) fn tags_of_header(header: Option<&str>) -> S3Result<Vec<(String, String)>> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().map(std::borrow::Cow::into_owned)
    };
    let pairs = header.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let tags = pairs.map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(key)?, decode(value)?))
    });
    let tags: Result<_, std::str::Utf8Error> = tags.collect();
    checked(
        tags.map_err(|_| s3_error!(InvalidArgument, "The header 'x-amz-tagging' is not UTF-8"))?,
    )
}

fn checked(tags: Vec<(String, String)>) -> S3Result<Vec<(String, String)>> {
    if tags.len() > MAX_TAGS {
        return Err(s3_error!(InvalidTag, "Object tags cannot be greater than {MAX_TAGS}"));
    }
    let keys: BTreeSet<_> = tags.iter().map(|(key, _)| key).collect();
    if keys.len() < tags.len() {
        return Err(s3_error!(InvalidTag, "Cannot provide multiple Tags with the same key"));
    }
    for (key, value) in &tags {
        if !(1..=MAX_TAG_KEY).contains(&key.chars().count()) {
            return Err(s3_error!(InvalidTag, "The TagKey you have provided is invalid"));
        }
        if value.chars().count() > MAX_TAG_VALUE {
            return Err(s3_error!(InvalidTag, "The TagValue you have provided is invalid"));
        }
    }
    Ok(tags)
}

/// Headers with what S3 adds and refuses.
pub(super) fn headers(mut headers: Headers) -> S3Result<Headers> {
    let size: usize = headers.user.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > MAX_METADATA {
        let why = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(s3_error!(MetadataTooLarge, "{why}"));
    }
    headers.content_type.get_or_insert_with(|| "binary/octet-stream".to_owned());
    Ok(headers)
}
