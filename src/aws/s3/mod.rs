//! S3: list objects, and get them.
//!
//! ```text
//! Listing ─▶ Fetched::start ─▶ Found::Object(S3Object, Body: Read) …
//! ```
//!
//! [`Fetched`] is what the rest of `fh` uses: an iterator that is not
//! asynchronous, over objects in the order of their keys.

mod arrived;
mod body;
mod bucket;
mod contents;
mod download;
mod facts;
mod fetch;
mod found;
mod get;
mod held;
mod listed;
mod location;
mod pages;
mod queue;
mod quick_get;
mod signer;
mod slow_down;
mod split;
mod survey;
mod tag;
mod throttle;
mod whole_page;
mod window;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{
    self, RequestChecksumCalculation, ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use aws_sdk_s3::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_s3::operation::list_objects_v2::{ListObjectsV2Error, ListObjectsV2Output};
use aws_sdk_s3::types::{EncodingType, Object, ObjectStorageClass, RequestPayer};
use tokio::sync::OnceCell;
use tokio::task::JoinError;

pub use arrived::Arrived;
pub use body::Body;
pub(super) use bucket::BucketClients;
pub use bucket::BucketEncryption;
pub use contents::ObjectList;
pub use fetch::Fetched;
pub use found::{Found, Unreadable};
pub use listed::Listed;
pub use location::{Follow, Listing, S3Location, is_s3_arn, parse_bucket};
pub(super) use slow_down::SlowDown;
pub use tag::Tagger;

use get::is_slow_down;
use quick_get::QuickGet;
use throttle::{Patience, Throttle};
use whole_page::WholePage;

use super::error::CallContext;
use super::{Service, Session};
use crate::error::Error;
use crate::panics;

/// How long a body may send nothing while it is read.
const STALL: Duration = Duration::from_secs(30);

/// Files and connections that the rest of the process may need.
#[cfg(unix)]
const OTHER_FILES: u64 = 64;

/// A body up to this waits for the reader whole, a larger one in pieces, which take
/// about as much as that.
const WHOLE: u64 = 8 * 1024 * 1024;
const PIECES: u64 = 2 * 1024 * 1024;

/// An object as a listing tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Object {
    /// Name of the bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its size in bytes; 0 of one that was not listed.
    pub size: u64,
    /// Its `ETag`, quotes included.
    pub etag: Option<String>,
    /// When it was written.
    pub modified: Option<SystemTime>,
    /// `GLACIER`, `DEEP_ARCHIVE`, …; none for `STANDARD`.
    pub storage_class: Option<String>,
}

impl fmt::Display for S3Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

impl S3Object {
    fn listed(bucket: &str, it: Object) -> Self {
        Self {
            bucket: bucket.to_owned(),
            size: it.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
            modified: it.last_modified.and_then(|time| SystemTime::try_from(time).ok()),
            storage_class: it
                .storage_class
                .filter(|class| *class != ObjectStorageClass::Standard)
                .map(|class| class.as_str().to_owned()),
            key: decoded(it.key.unwrap_or_default()),
            etag: it.e_tag,
        }
    }

    /// Most bytes of its body that wait for the reader; a larger body comes in pieces.
    fn most_waiting(&self) -> u64 {
        let is_listed = self.size > 0 || self.etag.is_some();
        if is_listed && self.size <= WHOLE { self.size } else { PIECES }
    }

    /// True for the empty object with which the console shows a folder.
    pub fn is_folder(&self) -> bool {
        self.key.ends_with('/') && self.size == 0
    }

    /// One of which nothing is known but its name.
    pub fn named(bucket: &str, key: &str) -> Self {
        Self { key: key.to_owned(), ..Self::listed(bucket, Object::builder().build()) }
    }
}

/// A key as a listing encodes it: `a+b%2Fc` is `a b/c`.
fn decoded(key: String) -> String {
    if !key.contains(['+', '%']) {
        return key;
    }
    let key = key.replace('+', " ");
    percent_encoding::percent_decode_str(&key).decode_utf8_lossy().into_owned()
}

/// A part of an object: from a byte on, to its end or as many bytes as that.
#[derive(Debug, Clone, Copy)]
struct ByteRange {
    from: u64,
    length: Option<u64>,
}

impl ByteRange {
    const WHOLE: Self = Self { from: 0, length: None };

    /// The header `Range`; none for all of it.
    fn range(self) -> Option<String> {
        match (self.from, self.length) {
            (0, None) => None,
            (from, None) => Some(format!("bytes={from}-")),
            (from, Some(length)) => {
                Some(format!("bytes={from}-{}", (from + length).saturating_sub(1)))
            }
        }
    }

    /// What is left of it after this many bytes.
    fn after(self, bytes: u64) -> Self {
        let length = self.length.map(|length| length.saturating_sub(bytes));
        Self { from: self.from + bytes, length }
    }
}

/// Which page of a listing.
#[derive(Debug, Clone, Default)]
struct PageQuery<'a> {
    /// What keys start with.
    prefix: &'a str,
    /// From the page before.
    token: Option<String>,
    /// Keys up to this one are left out.
    after: Option<String>,
    /// Folders instead of what is in them.
    by_folder: bool,
    /// Most keys, if fewer than 1,000.
    most: Option<i32>,
}

/// Why a page of a listing could not be had.
enum ListError {
    /// The bucket is in this Region.
    Elsewhere(String),
    /// Listing is not allowed; a single object may be.
    Denied(Error),
    Other(Error),
}

/// Why an object could not be had.
enum GetError {
    /// The one object, while others may be had.
    Unreadable(Unreadable),
    /// The connection broke, or there is no answer.
    Other(Error),
}

/// S3 in the Region of a session.
#[derive(Debug)]
struct S3Client {
    session: Session,
    lists: aws_sdk_s3::Client,
    /// Its answers have no bound: they are not held.
    gets: aws_sdk_s3::Client,
    /// The same for one bucket, without what the SDK does around a call.
    quick: OnceCell<Option<QuickGet>>,
    throttle: Arc<Throttle>,
    /// Another Region has sent here.
    is_moved: bool,
}

impl S3Client {
    /// Makes no call.
    fn new(session: Session) -> Self {
        let throttle = Arc::new(Throttle::new(connections(), &session.slow_down));
        Self::sharing(session, throttle)
    }

    /// The same, with a place in flight of those of other clients.
    fn sharing(session: Session, throttle: Arc<Throttle>) -> Self {
        // A pager that is not read stalls a body: that is no fault of the
        // network, and the time for it is measured where somebody waits.
        let mut config = config::Builder::from(&session.config)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .use_arn_region(true)
            // A host of its own for each bucket is what only AWS has.
            .force_path_style(session.endpoint(Service::S3).is_some());
        config.set_endpoint_url(session.endpoint_url(Service::S3));
        let lists = config.clone().interceptor(session.watch.clone()).build();
        let gets = config.interceptor(session.watch.unbounded()).build();
        Self {
            lists: aws_sdk_s3::Client::from_conf(lists),
            gets: aws_sdk_s3::Client::from_conf(gets),
            session,
            quick: OnceCell::new(),
            throttle,
            is_moved: false,
        }
    }

    /// One page of a listing.
    async fn page(
        &self,
        bucket: &str,
        query: PageQuery<'_>,
    ) -> Result<ListObjectsV2Output, ListError> {
        let mut patience = Patience::default();
        let mut permit = self.throttle.lists.enter(None).await;
        loop {
            let once = self.page_once(bucket, &query, true).await;
            let answer = match once {
                // What else may pass is tried again by the SDK, also a page that broke off.
                Err((ListError::Other(_), status))
                    if !is_slow_down(status) && (status == 408 || !matches!(status, 400..500)) =>
                {
                    self.page_once(bucket, &query, false).await
                }
                once => once,
            };
            match answer {
                Err((error, status)) if is_slow_down(status) => {
                    permit = permit.again(&mut patience).await.map_err(|_| error)?;
                }
                answer => {
                    permit.answered();
                    return answer.map_err(|(error, _)| error);
                }
            }
        }
    }

    /// The same in one attempt, or as many as the SDK makes. An error comes with the
    /// status of the answer, 0 if there was none.
    async fn page_once(
        &self,
        bucket: &str,
        query: &PageQuery<'_>,
        is_once: bool,
    ) -> Result<ListObjectsV2Output, (ListError, u16)> {
        // XML has no way to write every key.
        let list = self.lists.list_objects_v2().encoding_type(EncodingType::Url);
        let list = list.bucket(bucket).prefix(query.prefix).set_request_payer(self.payer());
        let list = list.set_continuation_token(query.token.clone());
        let list = list.set_start_after(query.after.clone()).set_max_keys(query.most);
        let list = list.set_delimiter(query.by_folder.then(|| "/".to_owned())).customize();
        let whole = WholePage::default();
        let mut config = addressing(bucket).interceptor(whole.clone());
        if is_once {
            config = config.retry_config(RetryConfig::disabled());
        }
        let answer = list.config_override(config).send().await;
        match answer {
            Ok(page) if whole.was_seen() => Ok(page),
            Ok(_) => {
                let what = format!("cannot list bucket `{bucket}`: the response broke off");
                Err((ListError::Other(Error::aws(what)), 0))
            }
            Err(error) => {
                let status = error.raw_response().map_or(0, |it| it.status().as_u16());
                Err((self.list_error(bucket, &error), status))
            }
        }
    }

    /// Who pays for a request.
    fn payer(&self) -> Option<RequestPayer> {
        self.session.requester_pays().then_some(RequestPayer::Requester)
    }

    fn list_error(
        &self,
        bucket: &str,
        error: &SdkError<ListObjectsV2Error, HttpResponse>,
    ) -> ListError {
        let elsewhere = error.raw_response().and_then(|it| it.headers().get("x-amz-bucket-region"));
        if let Some(region) = elsewhere.filter(|region| *region != self.session.region().as_str()) {
            return ListError::Elsewhere(region.to_owned());
        }
        let call = CallContext::new(
            format!("list bucket `{bucket}`"),
            format!("bucket `{bucket}`"),
            "s3:ListBucket",
        );
        let explained = self.session.error(&call, error);
        match error.as_service_error().and_then(|error| error.code()) {
            Some("AccessDenied") => ListError::Denied(explained),
            _ => ListError::Other(explained),
        }
    }
}

/// How to address a bucket where that is not the same for all: an access point is a
/// host of its own, also of another endpoint.
fn addressing(bucket: &str) -> config::Builder {
    let builder = config::Builder::new();
    if bucket.starts_with("arn:") { builder.force_path_style(false) } else { builder }
}

/// Connections that this process may have: macOS allows a process 256 files.
fn connections() -> usize {
    #[cfg(unix)]
    if let Some(files) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        let free = files.saturating_sub(OTHER_FILES);
        return usize::try_from(free).unwrap_or(usize::MAX);
    }
    window::MOST
}

/// What a task died of.
fn died(error: &JoinError) -> Error {
    panics::first().unwrap_or_else(|| Error::internal(format!("S3: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_listed_is_not_taken_for_empty() {
        let named = S3Object::named("lake", "a");
        assert_eq!(named.most_waiting(), PIECES);
        let listed = |size| S3Object { size, etag: Some("\"1\"".to_owned()), ..named.clone() };
        let sizes = [0, 9, WHOLE, WHOLE + 1].map(|size| listed(size).most_waiting());
        assert_eq!(sizes, [0, 9, WHOLE, PIECES]);
    }
}
