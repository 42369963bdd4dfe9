//! Objects, read.

use std::io::{Seek as _, SeekFrom};
use std::ops::Range;

use s3s::{S3Result, dto, s3_error};

use super::buckets::time;
use super::conditions::Conditions;
use super::problem::unsupported;
use crate::local::s3::body::FileBody;
use crate::local::s3::objects::{Meta, Objects};

pub(super) fn object(
    objects: &Objects,
    input: dto::GetObjectInput,
) -> S3Result<dto::GetObjectOutput> {
    supported(input.version_id.as_deref(), input.part_number, input.sse_customer_key.is_some())?;
    let (meta, mut file) = objects.read(&input.bucket, &input.key)?;
    let conditions = Conditions {
        is: input.if_match,
        is_not: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.check_read(&meta)?;
    let range = range(input.range, &meta)?;
    let (part, content_range) = part(range, &meta);
    let length = part.end - part.start;
    let read = file.seek(SeekFrom::Start(part.start));
    read.map_err(|error| s3_error!(error, InternalError))?;
    let body = s3s::Body::http_body(FileBody::new(file, length));
    Ok(dto::GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(dto::StreamingBlob::from(body)),
        cache_control: meta.headers.cache_control,
        content_disposition: meta.headers.content_disposition,
        content_encoding: meta.headers.content_encoding,
        content_language: meta.headers.content_language,
        content_length: i64::try_from(length).ok(),
        content_range,
        content_type: meta.headers.content_type,
        e_tag: Some(dto::ETag::Strong(meta.etag)),
        last_modified: Some(time(meta.modified)),
        metadata: Some(meta.headers.user.into_iter().collect()),
        storage_class: meta.headers.storage_class.map(Into::into),
        tag_count: count(&meta.tags),
        ..dto::GetObjectOutput::default()
    })
}

pub(super) fn head(
    objects: &Objects,
    input: dto::HeadObjectInput,
) -> S3Result<dto::HeadObjectOutput> {
    supported(input.version_id.as_deref(), input.part_number, input.sse_customer_key.is_some())?;
    let meta = objects.meta(&input.bucket, &input.key)?;
    let conditions = Conditions {
        is: input.if_match,
        is_not: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.check_read(&meta)?;
    let range = range(input.range, &meta)?;
    let (part, content_range) = part(range, &meta);
    Ok(dto::HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: meta.headers.cache_control,
        content_disposition: meta.headers.content_disposition,
        content_encoding: meta.headers.content_encoding,
        content_language: meta.headers.content_language,
        content_length: i64::try_from(part.end - part.start).ok(),
        content_range,
        content_type: meta.headers.content_type,
        e_tag: Some(dto::ETag::Strong(meta.etag)),
        last_modified: Some(time(meta.modified)),
        metadata: Some(meta.headers.user.into_iter().collect()),
        storage_class: meta.headers.storage_class.map(Into::into),
        ..dto::HeadObjectOutput::default()
    })
}

pub(super) fn tags(
    objects: &Objects,
    input: dto::GetObjectTaggingInput,
) -> S3Result<dto::GetObjectTaggingOutput> {
    supported(input.version_id.as_deref(), None, false)?;
    let tags = objects.meta(&input.bucket, &input.key)?.tags;
    let tag_set =
        tags.into_iter().map(|(key, value)| dto::Tag { key: Some(key), value: Some(value) });
    Ok(dto::GetObjectTaggingOutput { tag_set: tag_set.collect(), version_id: None })
}

/// What a request for an object may not ask for.
pub(super) fn supported(version: Option<&str>, part: Option<i32>, has_key: bool) -> S3Result<()> {
    unsupported(&[
        ("versions of objects", version.is_some_and(|version| version != "null")),
        ("parts of objects", part.is_some_and(|part| part != 1)),
        ("keys of customers (SSE-C)", has_key),
    ])
}

/// The bytes that are asked for; none for all.
fn range(asked: Option<dto::Range>, meta: &Meta) -> S3Result<Option<Range<u64>>> {
    let Some(asked) = asked else { return Ok(None) };
    let range = asked.check(meta.size).ok().filter(|range| !range.is_empty());
    range.map(Some).ok_or_else(|| s3_error!(InvalidRange, "The requested range is not satisfiable"))
}

/// The bytes of an answer, and how its header says it.
fn part(range: Option<Range<u64>>, meta: &Meta) -> (Range<u64>, Option<String>) {
    match range {
        None => (0..meta.size, None),
        Some(part) => {
            let header = format!("bytes {}-{}/{}", part.start, part.end - 1, meta.size);
            (part, Some(header))
        }
    }
}

fn count(tags: &[(String, String)]) -> Option<i32> {
    i32::try_from(tags.len()).ok().filter(|count| *count > 0)
}
