//! Get an object: quickly where all goes well, else as the SDK does.
//!
//! What the SDK does around a call costs more than the call (benches/README.md).
//! So each object is asked for in the short way first; whatever comes of that but
//! its bytes is asked again through the SDK, which tries several times, and whose
//! answer is explained. Where there is no short way, one attempt of the SDK is it.

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::ByteStream;
use firehose::known::Known;

use super::found::Unreadable;
use super::quick_get::{QuickGet, QuickReply};
use super::throttle::{Patience, Permit};
use super::{ByteRange, GetError, S3Client, S3Object, addressing};
use crate::aws::error::CallContext;
use crate::error::Error;

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

/// An answer that S3 gave, and whether it asks to slow down.
struct SdkReply {
    reply: Result<Reply, GetError>,
    is_slow_down: bool,
}

impl S3Client {
    /// Starts to get a part of an object, as long as it is the one that was listed.
    /// What comes with it is the place in flight of the request, to be held while
    /// the body is read. Where S3 asks to slow down, the object is asked for again
    /// after a while, many times.
    pub(super) async fn get(
        &self,
        object: &S3Object,
        part: ByteRange,
        permit: Option<Permit>,
    ) -> Result<(Reply, Permit), GetError> {
        let gate = &self.throttle.gets;
        let mut permit = match permit {
            Some(permit) => permit,
            None => gate.enter(None).await,
        };
        let mut patience = Patience::default();
        loop {
            let answer = match self.get_once(object, part).await {
                QuickReply::Found(reply) => {
                    permit.answered();
                    return Ok((reply, permit));
                }
                QuickReply::Slower => None,
                QuickReply::Other => {
                    let answer = self.get_by_sdk(object, part, None).await;
                    let quick = self.quick.get().and_then(Option::as_ref);
                    quick.inspect(|quick| quick.was_wrong(answer.reply.is_ok()));
                    Some(answer)
                }
            };
            if let Some(SdkReply { reply, is_slow_down: false }) = answer {
                permit.answered();
                return reply.map(|reply| (reply, permit));
            }
            permit = match permit.again(&mut patience).await {
                Ok(permit) => permit,
                Err(permit) => {
                    // What the SDK says of it is explained.
                    let answer = match answer {
                        Some(answer) => answer,
                        None => self.get_by_sdk(object, part, None).await,
                    };
                    return answer.reply.map(|reply| (reply, permit));
                }
            };
        }
    }

    /// One attempt: in the short way, or of the SDK for buckets that have none.
    async fn get_once(&self, object: &S3Object, part: ByteRange) -> QuickReply {
        let quick = || Box::pin(QuickGet::new(self, &object.bucket));
        let quick = self.quick.get_or_init(quick).await;
        if let Some(quick) = quick.as_ref().filter(|quick| quick.serves(&object.bucket)) {
            return quick.get(object, part).await;
        }
        match self.get_by_sdk(object, part, Some(RetryConfig::disabled())).await {
            SdkReply { reply: Ok(reply), .. } => QuickReply::Found(reply),
            SdkReply { is_slow_down: true, .. } => QuickReply::Slower,
            _ => QuickReply::Other,
        }
    }

    /// Through the SDK, which tries several times unless `retries` says otherwise.
    async fn get_by_sdk(
        &self,
        object: &S3Object,
        part: ByteRange,
        retries: Option<RetryConfig>,
    ) -> SdkReply {
        let get = self.gets.get_object().bucket(&object.bucket).key(&object.key);
        let get = get.set_range(part.range()).set_if_match(object.etag.clone());
        let get = get.set_request_payer(self.payer()).customize();
        let mut config = addressing(&object.bucket);
        if let Some(retries) = retries {
            config = config.retry_config(retries);
        }
        // It takes kilobytes, which few objects need and every task would have room for.
        let answer = Box::pin(get.config_override(config).send()).await;
        let status = answer.as_ref().err().and_then(|error| error.raw_response());
        let status = status.map_or(0, |it| it.status().as_u16());
        let found = answer.map(|output| Reply {
            body: output.body,
            etag: output.e_tag,
            length: output.content_length.and_then(|length| u64::try_from(length).ok()),
        });
        let reply = found.map_err(|error| {
            let code = error.as_service_error().and_then(|error| error.code()).unwrap_or_default();
            let class = object.storage_class.as_deref();
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
        });
        SdkReply { reply, is_slow_down: is_slow_down(status) }
    }
}

/// True for an answer that asks for fewer requests.
pub(super) const fn is_slow_down(status: u16) -> bool {
    matches!(status, 429 | 503)
}
