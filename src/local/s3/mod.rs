//! S3 on this machine: objects as files, behind the protocol of `s3s`.
//!
//! ```text
//! request ─▶ no signature ─▶ no framing ─▶ s3s ─▶ api ─▶ Objects
//! ```
//!
//! `s3s` refuses what is signed with keys that it does not have, and takes the
//! framing of `aws-chunked` bodies off only where it has checked a signature. Who
//! may call is decided by the guard of [`loopback`](crate::loopback), with any
//! keys: so both are done here.

mod api;
mod body;
mod objects;
mod unframe;

use std::sync::Arc;
use std::time::SystemTime;

use hyper::body::{Body, Bytes};
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HeaderMap,
};
use hyper::http::HeaderValue;
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Response, StatusCode, Uri};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::host::{S3Host, VirtualHost};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3Error, S3ErrorCode, S3Result};

use crate::context;
use body::{Announced, BoxError, Unframed};
pub use objects::{Headers, Meta, Objects, Problem};

/// What is served, for who asks for something else.
const OPERATIONS: &str = "ListBuckets, CreateBucket, HeadBucket, DeleteBucket, \
     GetBucketLocation, GetBucketEncryption, GetObjectLockConfiguration, \
     ListObjects, ListObjectsV2, GetObject, HeadObject, PutObject, CopyObject, DeleteObject, \
     DeleteObjects, GetObjectTagging, PutObjectTagging, DeleteObjectTagging, \
     CreateMultipartUpload, UploadPart, UploadPartCopy, \
     CompleteMultipartUpload, AbortMultipartUpload and ListParts";

/// Bytes of a body that is read whole: the XML of a thousand keys.
const MAX_XML: usize = 4 * 1024 * 1024;

const SHA256: &str = "x-amz-content-sha256";
const DECODED_LENGTH: &str = "x-amz-decoded-content-length";
const TRAILER: &str = "x-amz-trailer";
const TOKEN: &str = "x-amz-security-token";

/// Parameters of presigned URLs, in lower case: version 4, version 2.
const SIGNATURE: [&str; 10] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
    "awsaccesskeyid",
    "signature",
    "expires",
];

/// S3 over these buckets.
#[derive(Debug)]
pub struct S3 {
    service: S3Service,
}

impl S3 {
    /// Serves these buckets.
    pub fn new(objects: Arc<Objects>) -> Self {
        let mut config = S3Config::default();
        config.xml_max_body_size = MAX_XML;
        config.post_object_max_file_size = 0;
        let mut builder = S3ServiceBuilder::new(api::Api::new(objects));
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        builder.set_host(Subdomains);
        Self { service: builder.build() }
    }

    /// Answers a request.
    pub async fn answer<B>(&self, request: Request<B>) -> Result<Response<s3s::Body>, S3Error>
    where
        B: Body<Data = Bytes, Error = BoxError> + Send + Unpin + 'static,
    {
        let (mut head, body) = request.into_parts();
        if head.method == Method::POST && is_form(&head.headers) {
            return refused();
        }
        if is_expired(&head.uri, context::now()) {
            let why = "Request has expired";
            return S3Error::with_message(S3ErrorCode::AccessDenied, why).to_http_response();
        }
        head.headers.remove(AUTHORIZATION);
        head.headers.remove(TOKEN);
        head.uri = without_signature(&head.uri);
        let body = match unframe(&mut head.headers) {
            Some(announced) => s3s::Body::http_body_unsync(Unframed::new(body, announced)),
            None => s3s::Body::http_body_unsync(body),
        };
        let waits = head.headers.contains_key(EXPECT);
        let mut answer = match self.service.call(Request::from_parts(head, body)).await {
            Ok(answer) if answer.status() == StatusCode::NOT_IMPLEMENTED => refused(),
            Ok(answer) => Ok(answer),
            Err(_) => S3Error::new(S3ErrorCode::InternalError).to_http_response(),
        }?;
        if waits && !answer.status().is_success() {
            // As S3 does. botocore takes an answer that comes before the body for
            // the answer to the next request of the connection too.
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(answer)
    }

    /// The answer to a request that may not be made.
    pub fn refuse(why: &'static str) -> Result<Response<s3s::Body>, S3Error> {
        S3Error::with_message(S3ErrorCode::AccessDenied, why).to_http_response()
    }
}

fn refused() -> Result<Response<s3s::Body>, S3Error> {
    let why = format!("fh local does not support this operation of S3; it supports {OPERATIONS}");
    S3Error::with_message(S3ErrorCode::NotImplemented, why).to_http_response()
}

/// True for uploads of browsers, which are no operation of ours.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("multipart/")
}

/// True for a presigned address whose time is over.
fn is_expired(uri: &Uri, now: SystemTime) -> bool {
    let value = |wanted: &str| {
        let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    let (Some(date), Some(length)) = (value("x-amz-date"), value("x-amz-expires")) else {
        return false;
    };
    let Ok(signed) = DateTime::strptime("%Y%m%dT%H%M%SZ", date) else { return true };
    let Ok(signed) = signed.to_zoned(TimeZone::UTC) else { return true };
    let Ok(length) = length.parse::<u32>() else { return true };
    let age = context::milliseconds(now) - signed.timestamp().as_millisecond();
    age > i64::from(length) * 1000
}

/// An address without what a presigned URL has of its signature.
fn without_signature(uri: &Uri) -> Uri {
    let Some(query) = uri.query() else { return uri.clone() };
    let is_kept = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        !SIGNATURE.contains(&name.as_str())
    };
    let kept: Vec<_> = query.split('&').filter(is_kept).collect();
    let separator = if kept.is_empty() { "" } else { "?" };
    let text = format!("{}{separator}{}", uri.path(), kept.join("&"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = PathAndQuery::from_maybe_shared(text).ok();
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

/// Makes the headers those of the data, if the body is framed.
fn unframe(headers: &mut HeaderMap) -> Option<Announced> {
    let sha256 = headers.remove(SHA256)?;
    if !sha256.as_bytes().starts_with(b"STREAMING-") {
        return None;
    }
    let length = headers.remove(DECODED_LENGTH);
    let length = length.as_ref().and_then(|length| length.to_str().ok()?.parse().ok());
    headers.remove(CONTENT_LENGTH);
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    let names = list(headers, TRAILER);
    headers.remove(TRAILER);
    let encodings = list(headers, CONTENT_ENCODING.as_str());
    headers.remove(CONTENT_ENCODING);
    let kept: Vec<_> = encodings.into_iter().filter(|it| it != "aws-chunked").collect();
    if !kept.is_empty()
        && let Ok(value) = HeaderValue::from_str(&kept.join(","))
    {
        headers.insert(CONTENT_ENCODING, value);
    }
    Some(Announced { length, trailers: names })
}

/// The items of a header that is a list, in lower case.
fn list(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let items = values.flat_map(|value| value.split(','));
    items.map(|item| item.trim().to_ascii_lowercase()).filter(|item| !item.is_empty()).collect()
}

/// `BUCKET.localhost:PORT`
struct Subdomains;

impl S3Host for Subdomains {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
        Ok(match name.strip_suffix(".localhost") {
            Some(bucket) => VirtualHost::new("localhost").with_bucket(bucket.to_owned()),
            None => VirtualHost::new(name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_signature_needs_is_taken_off_an_address() {
        for (signed, plain) in [
            ("/b/k", "/b/k"),
            ("/b/k?versioning", "/b/k?versioning"),
            (
                "/b/k%20x?X-Amz-Algorithm=AWS4&x-id=GetObject&X-Amz-Signature=0",
                "/b/k%20x?x-id=GetObject",
            ),
            ("/b/k?AWSAccessKeyId=a&Signature=b%3D&Expires=1", "/b/k"),
            ("/?list-type=2&prefix=Signature", "/?list-type=2&prefix=Signature"),
        ] {
            assert_eq!(without_signature(&signed.parse().unwrap()), plain.parse::<Uri>().unwrap());
        }
    }

    #[test]
    fn presigned_addresses_have_an_end() {
        let now = SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(1);
        for (query, expired) in [
            ("", false),
            ("?X-Amz-Date=19700101T000000Z&X-Amz-Expires=3600", false),
            ("?X-Amz-Date=19700101T000000Z&X-Amz-Expires=3599", true),
            ("?X-Amz-Date=yesterday&X-Amz-Expires=3600", true),
        ] {
            assert_eq!(is_expired(&format!("/b/k{query}").parse().unwrap(), now), expired);
        }
    }

    #[test]
    fn headers_become_those_of_the_data() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (SHA256, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            (DECODED_LENGTH, "18"),
            ("content-length", "60"),
            ("content-encoding", "aws-chunked, gzip"),
            (TRAILER, "x-amz-checksum-CRC32"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let announced = unframe(&mut headers).unwrap();
        assert_eq!(announced.length, Some(18));
        assert_eq!(announced.trailers, ["x-amz-checksum-crc32"]);
        assert_eq!(headers.len(), 2);
        assert_eq!(
            (&headers[CONTENT_LENGTH], &headers[CONTENT_ENCODING]),
            (&HeaderValue::from(18), &HeaderValue::from_static("gzip"))
        );
        assert!(unframe(&mut headers).is_none());
    }
}
