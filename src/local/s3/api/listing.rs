//! `ListObjects` and `ListObjectsV2`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::{S3Result, dto, s3_error};

use super::buckets::time;
use crate::local::s3::objects::{ListQuery, MAX_KEYS, Meta, Objects, Page};

/// What `encoding-type=url` escapes. A space is `%20`, which those read too who
/// take a `+` for one.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'*');

/// How the names of an answer are written.
struct Names(Option<dto::EncodingType>);

impl Names {
    fn new(encoding: Option<dto::EncodingType>) -> S3Result<Self> {
        match encoding {
            Some(encoding) if encoding.as_str() != dto::EncodingType::URL => {
                Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request"))
            }
            encoding => Ok(Self(encoding)),
        }
    }

    fn write(&self, name: &str) -> String {
        match self.0 {
            Some(_) => utf8_percent_encode(name, ESCAPED).to_string(),
            None => name.to_owned(),
        }
    }

    fn some(&self, name: &str) -> Option<String> {
        (!name.is_empty()).then(|| self.write(name))
    }

    fn objects(&self, page: &Page) -> Option<Vec<dto::Object>> {
        Some(page.objects.iter().map(|(key, meta)| self.object(key, meta)).collect())
    }

    fn object(&self, key: &str, meta: &Meta) -> dto::Object {
        let class = meta.headers.storage_class.clone();
        let class = class.unwrap_or_else(|| dto::ObjectStorageClass::STANDARD.to_owned());
        dto::Object {
            e_tag: Some(dto::ETag::Strong(meta.etag.clone())),
            key: Some(self.write(key)),
            last_modified: Some(time(meta.modified)),
            size: i64::try_from(meta.size).ok(),
            storage_class: Some(class.into()),
            ..dto::Object::default()
        }
    }

    fn prefixes(&self, page: &Page) -> Option<Vec<dto::CommonPrefix>> {
        let write = |prefix: &String| dto::CommonPrefix { prefix: Some(self.write(prefix)) };
        Some(page.prefixes.iter().map(write).collect())
    }
}

fn most(asked: Option<i32>) -> S3Result<usize> {
    match asked {
        None => Ok(MAX_KEYS),
        Some(most) => usize::try_from(most).map(|most| most.min(MAX_KEYS)).map_err(|_| {
            s3_error!(
                InvalidArgument,
                "Argument max-keys must be an integer between 0 and 2147483647"
            )
        }),
    }
}

pub(super) fn version_1(
    objects: &Objects,
    input: dto::ListObjectsInput,
) -> S3Result<dto::ListObjectsOutput> {
    let names = Names::new(input.encoding_type)?;
    let query = ListQuery {
        prefix: input.prefix.unwrap_or_default(),
        delimiter: input.delimiter.unwrap_or_default(),
        after: input.marker.unwrap_or_default(),
        most: most(input.max_keys)?,
    };
    let page = objects.list(&input.bucket, &query)?;
    let next = page.last.as_deref().filter(|_| !query.delimiter.is_empty());
    Ok(dto::ListObjectsOutput {
        name: Some(input.bucket),
        prefix: Some(names.write(&query.prefix)),
        marker: Some(names.write(&query.after)),
        max_keys: i32::try_from(query.most).ok(),
        is_truncated: Some(page.last.is_some()),
        contents: names.objects(&page),
        common_prefixes: names.prefixes(&page),
        delimiter: names.some(&query.delimiter),
        next_marker: next.map(|next| names.write(next)),
        encoding_type: names.0,
        ..dto::ListObjectsOutput::default()
    })
}

pub(super) fn version_2(
    objects: &Objects,
    input: dto::ListObjectsV2Input,
) -> S3Result<dto::ListObjectsV2Output> {
    let names = Names::new(input.encoding_type)?;
    let start_after = input.start_after.unwrap_or_default();
    let after = match &input.continuation_token {
        Some(token) => from_token(token).ok_or_else(|| {
            s3_error!(InvalidArgument, "The continuation token provided is incorrect")
        })?,
        None => start_after.clone(),
    };
    let query = ListQuery {
        prefix: input.prefix.unwrap_or_default(),
        delimiter: input.delimiter.unwrap_or_default(),
        after,
        most: most(input.max_keys)?,
    };
    let page = objects.list(&input.bucket, &query)?;
    Ok(dto::ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(names.write(&query.prefix)),
        max_keys: i32::try_from(query.most).ok(),
        key_count: i32::try_from(page.objects.len() + page.prefixes.len()).ok(),
        continuation_token: input.continuation_token,
        is_truncated: Some(page.last.is_some()),
        next_continuation_token: page.last.as_ref().map(|last| URL_SAFE_NO_PAD.encode(last)),
        contents: names.objects(&page),
        common_prefixes: names.prefixes(&page),
        delimiter: names.some(&query.delimiter),
        start_after: names.some(&start_after),
        encoding_type: names.0,
        ..dto::ListObjectsV2Output::default()
    })
}

/// The key or common prefix that a page ended with.
fn from_token(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}
