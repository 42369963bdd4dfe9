//! Objects in parts.

use std::io::{self, Read as _, Seek as _, SeekFrom};

use s3s::{S3Result, dto, s3_error};

use super::buckets::time;
use super::conditions::Conditions;
use super::problem::unsupported;
use super::put::{headers, source, tags_of_header};
use super::received::{Wanted, receive};
use crate::local::s3::objects::{Headers, Objects, Part, Problem, UploadFacts};

/// Numbers of parts (S3 user guide, multipart upload limits).
const NUMBERS: std::ops::RangeInclusive<i32> = 1..=10_000;

/// Most parts of a page (API reference, `ListParts`).
const MAX_PARTS: usize = 1000;

pub(super) fn create(
    objects: &Objects,
    input: dto::CreateMultipartUploadInput,
) -> S3Result<dto::CreateMultipartUploadOutput> {
    unsupported(&[
        ("keys of customers (SSE-C)", input.sse_customer_key.is_some()),
        ("object locks", input.object_lock_mode.is_some()),
    ])?;
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
    let (bucket, key) = (input.bucket.clone(), input.key.clone());
    let id = objects.begin_upload(UploadFacts { bucket, key, headers, tags })?;
    Ok(dto::CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        ..dto::CreateMultipartUploadOutput::default()
    })
}

pub(super) async fn part(
    objects: &Objects,
    input: dto::UploadPartInput,
) -> S3Result<dto::UploadPartOutput> {
    check_number(input.part_number)?;
    let place = (input.bucket.as_str(), input.key.as_str());
    // Before a large body is taken for nothing.
    objects.parts(place, &input.upload_id)?;
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
    let part = objects.put_part(place, &input.upload_id, input.part_number, draft)?;
    Ok(dto::UploadPartOutput {
        checksum_crc32: wanted.checksum.checksum_crc32,
        checksum_crc32c: wanted.checksum.checksum_crc32c,
        checksum_crc64nvme: wanted.checksum.checksum_crc64nvme,
        checksum_sha1: wanted.checksum.checksum_sha1,
        checksum_sha256: wanted.checksum.checksum_sha256,
        e_tag: Some(dto::ETag::Strong(part.etag)),
        ..dto::UploadPartOutput::default()
    })
}

pub(super) fn copy(
    objects: &Objects,
    input: dto::UploadPartCopyInput,
) -> S3Result<dto::UploadPartCopyOutput> {
    check_number(input.part_number)?;
    let place = (input.bucket.as_str(), input.key.as_str());
    let (meta, mut file) = source(objects, &input.copy_source)?;
    let conditions = Conditions {
        is: input.copy_source_if_match,
        is_not: input.copy_source_if_none_match,
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    conditions.check_copy(&meta)?;
    let wrong = || s3_error!(InvalidArgument, "The x-amz-copy-source-range value is not valid");
    let asked = input.copy_source_range.as_deref().map(dto::Range::parse).transpose();
    let range = match asked.map_err(|_| wrong())? {
        Some(range) => range.check(meta.size).map_err(|_| wrong())?,
        None => 0..meta.size,
    };
    let mut draft = objects.draft().map_err(Problem::from)?;
    file.seek(SeekFrom::Start(range.start)).map_err(Problem::from)?;
    io::copy(&mut file.take(range.end - range.start), &mut draft).map_err(Problem::from)?;
    let part = objects.put_part(place, &input.upload_id, input.part_number, draft)?;
    let copy_part_result = dto::CopyPartResult {
        e_tag: Some(dto::ETag::Strong(part.etag)),
        last_modified: Some(time(part.modified)),
        ..dto::CopyPartResult::default()
    };
    Ok(dto::UploadPartCopyOutput {
        copy_part_result: Some(copy_part_result),
        ..dto::UploadPartCopyOutput::default()
    })
}

fn check_number(number: i32) -> S3Result<()> {
    let why = "Part number must be an integer between 1 and 10000, inclusive";
    if NUMBERS.contains(&number) { Ok(()) } else { Err(s3_error!(InvalidArgument, "{why}")) }
}

pub(super) fn complete(
    objects: &Objects,
    input: dto::CompleteMultipartUploadInput,
) -> S3Result<dto::CompleteMultipartUploadOutput> {
    let parts = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    let parts = parts.into_iter().map(|part| Some((part.part_number?, part.e_tag?.into_value())));
    let parts: Option<Vec<_>> = parts.collect();
    let parts = parts.ok_or_else(|| s3_error!(MalformedXML, "a part has a number and an ETag"))?;
    let conditions =
        Conditions { is: input.if_match, is_not: input.if_none_match, ..Conditions::default() };
    let place = (input.bucket.as_str(), input.key.as_str());
    let meta = objects
        .complete_upload(place, &input.upload_id, &parts, &|there| conditions.check_write(there))?;
    Ok(dto::CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(dto::ETag::Strong(meta.etag)),
        ..dto::CompleteMultipartUploadOutput::default()
    })
}

pub(super) fn abort(
    objects: &Objects,
    input: dto::AbortMultipartUploadInput,
) -> S3Result<dto::AbortMultipartUploadOutput> {
    objects.abort_upload((&input.bucket, &input.key), &input.upload_id)?;
    Ok(dto::AbortMultipartUploadOutput::default())
}

pub(super) fn list(
    objects: &Objects,
    input: dto::ListPartsInput,
) -> S3Result<dto::ListPartsOutput> {
    let after = input.part_number_marker.unwrap_or_default();
    let most = input.max_parts.and_then(|most| usize::try_from(most).ok()).unwrap_or(MAX_PARTS);
    let most = most.min(MAX_PARTS);
    let parts = objects.parts((&input.bucket, &input.key), &input.upload_id)?;
    let mut parts = parts.into_iter().filter(|part| part.number > after).peekable();
    let page: Vec<_> = parts.by_ref().take(most).collect();
    let last = page.last().map(|part| part.number).filter(|_| parts.peek().is_some());
    Ok(dto::ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        is_truncated: Some(last.is_some()),
        max_parts: i32::try_from(most).ok(),
        next_part_number_marker: last,
        part_number_marker: Some(after),
        parts: Some(page.into_iter().map(described).collect()),
        ..dto::ListPartsOutput::default()
    })
}

fn described(part: Part) -> dto::Part {
    dto::Part {
        e_tag: Some(dto::ETag::Strong(part.etag)),
        last_modified: Some(time(part.modified)),
        part_number: Some(part.number),
        size: i64::try_from(part.size).ok(),
        ..dto::Part::default()
    }
}
