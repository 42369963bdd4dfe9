//! Get an object: quickly where all goes well, else as the SDK does.
//!
//! What the SDK does around a call costs more than the call (benches/README.md).
//! So each object is asked for in the short way first; whatever comes of that but
//! its bytes is asked again through the SDK, which tries several times, and whose
//! answer is explained. Where there is no short way, one attempt of the SDK is it.

use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::ByteStream;
use firehose::known::Known;

use super::found::Unreadable;
use super::quick_get::{QuickGet, QuickReply};
use super::{ByteRange, GetError, S3Client, S3Object, addressing};
use crate::aws::error::CallContext;
use crate::error::Error;

/// How often an object is asked for again after S3 has asked to slow down, and how
/// long that waits at first; then twice as long each time.
const SLOWER: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(100);

impl GetError {
    /// What it says about an object as a fact: no if it is deleted, or another by now.
    pub(super) fn known<T>(self) -> Known<T> {
        match self {
            Self::Unreadable(Unreadable::Denied(_)) => Known::Denied { right: "s3:GetObject" },
            Self::Unreadable(Unreadable::Deleted(_) | Unreadable::Changed(_)) => Known::No,
            Self::Unreadable(it) => Known::Failed(it.into_error().to_string()),
            Self::Other(error) => Known::Failed(error.to_string()),
        }
    }
}

/// The start of an answer with an object.
pub(super) struct Reply {
    pub(super) body: ByteStream,
    pub(super) etag: Option<String>,
    /// Bytes of the body.
    pub(super) length: Option<u64>,
}

impl S3Client {
    /// Starts to get a part of an object, as long as it is the one that was
    /// listed. `throttled` is set if S3 has asked to slow down on the way.
    pub(super) async fn get(
        &self,
        object: &S3Object,
        part: ByteRange,
        throttled: &mut bool,
    ) -> Result<Reply, GetError> {
        let quick = self.quick.get_or_init(|| QuickGet::new(self, &object.bucket)).await;
        let quick = quick.as_ref().filter(|quick| quick.serves(&object.bucket));
        let mut wait = FIRST_WAIT;
        for _ in 0..SLOWER {
            let reply = match quick {
                Some(quick) => quick.get(object, part).await,
                None => self.get_once(object, part).await,
            };
            match reply {
                QuickReply::Found(reply) => return Ok(reply),
                QuickReply::Slower => *throttled = true,
                QuickReply::Other => {
                    let reply = self.get_by_sdk(object, part, None, throttled).await;
                    quick.inspect(|quick| quick.was_wrong(reply.is_ok()));
                    return reply;
                }
            }
            tokio::time::sleep(wait.mul_f64(fastrand::f64())).await;
            wait *= 2;
        }
        self.get_by_sdk(object, part, None, throttled).await
    }

    /// One attempt of the SDK, for buckets that have no quick way.
    async fn get_once(&self, object: &S3Object, part: ByteRange) -> QuickReply {
        let mut is_slow = false;
        let once = Some(RetryConfig::disabled());
        match self.get_by_sdk(object, part, once, &mut is_slow).await {
            Ok(reply) => QuickReply::Found(reply),
            Err(_) if is_slow => QuickReply::Slower,
            Err(_) => QuickReply::Other,
        }
    }

    /// Through the SDK, which tries several times unless `retries` says otherwise.
    async fn get_by_sdk(
        &self,
        object: &S3Object,
        part: ByteRange,
        retries: Option<RetryConfig>,
        throttled: &mut bool,
    ) -> Result<Reply, GetError> {
        let get = self.gets.get_object().bucket(&object.bucket).key(&object.key);
        let get = get.set_range(part.range()).set_if_match(object.etag.clone());
        let get = get.set_request_payer(self.payer()).customize();
        let mut config = addressing(&object.bucket);
        if let Some(retries) = retries {
            config = config.retry_config(retries);
        }
        let answer = get.config_override(config).send().await;
        let found = answer.map(|output| Reply {
            body: output.body,
            etag: output.e_tag,
            length: output.content_length.and_then(|length| u64::try_from(length).ok()),
        });
        found.map_err(|error| {
            let status = error.raw_response().map_or(0, |it| it.status().as_u16());
            *throttled |= is_slow_down(status);
            let code = error.as_service_error().and_then(|error| error.code()).unwrap_or_default();
            let class = object.storage_class.as_deref().filter(|class| *class != "STANDARD");
            let class = class.map(|class| format!(" (storage class {class})"));
            let call = CallContext::new(
                format!("get `{object}`{}", class.unwrap_or_default()),
                format!("`{object}`"),
                "s3:GetObject",
            );
            let reported = |kind: fn(Error) -> Unreadable| {
                GetError::Unreadable(kind(self.session.error(&call, &error)))
            };
            match (code, status) {
                ("NoSuchKey", _) => reported(Unreadable::Deleted),
                ("PreconditionFailed", _) | (_, 412) => reported(Unreadable::Changed),
                ("InvalidObjectState", _) => reported(Unreadable::Archived),
                ("AccessDenied", _) => reported(Unreadable::Denied),
                (code, _) if code.starts_with("KMS.") => reported(Unreadable::Denied),
                _ => GetError::Other(self.session.error(&call, &error)),
            }
        })
    }
}

/// True for an answer that asks for fewer requests.
pub(super) const fn is_slow_down(status: u16) -> bool {
    matches!(status, 429 | 503)
}
