//! Firehose: how a delivery stream is set up, and putting records.

mod described;
mod put;

use aws_sdk_firehose::config;
use aws_sdk_firehose::error::ProvideErrorMetadata as _;

use described::delivery_stream;
pub use put::{PutReply, Puts};

use super::error::CallContext;
use super::{ATTEMPT_TIMEOUT, Service, Session};
use crate::error::Error;
use firehose::names::DeliveryStreamName;
use firehose::stream::DeliveryStream;

/// Why AWS did not tell how something is set up.
#[derive(Debug)]
pub enum NotDescribed {
    /// Only that is not allowed; to use it may be.
    Denied(Error),
    /// It is not there.
    Missing(Error),
    /// For another reason.
    Failed(Error),
}

impl NotDescribed {
    /// By the code of AWS's answer.
    pub(super) fn new(code: Option<&str>, error: Error) -> Self {
        match code {
            Some(code) if code.starts_with("AccessDenied") => Self::Denied(error),
            Some("ResourceNotFoundException") => Self::Missing(error),
            _ => Self::Failed(error),
        }
    }
}

impl From<NotDescribed> for Error {
    fn from(it: NotDescribed) -> Self {
        match it {
            NotDescribed::Denied(error)
            | NotDescribed::Missing(error)
            | NotDescribed::Failed(error) => error,
        }
    }
}

/// Firehose in the Region of a session.
#[derive(Debug)]
pub struct FirehoseClient<'a> {
    pub(super) session: &'a Session,
    pub(super) client: aws_sdk_firehose::Client,
}

impl<'a> FirehoseClient<'a> {
    /// Makes no call.
    pub fn new(session: &'a Session) -> Self {
        let config = config(session).build();
        Self { session, client: aws_sdk_firehose::Client::from_conf(config) }
    }

    /// Asks how `stream` is set up.
    pub async fn describe(
        &self,
        stream: &DeliveryStreamName,
    ) -> Result<DeliveryStream, NotDescribed> {
        let answer = self
            .client
            .describe_delivery_stream()
            .delivery_stream_name(stream.as_str())
            .send()
            .await;
        let call = || CallContext {
            doing: format!("describe delivery stream `{stream}`"),
            thing: format!("delivery stream `{stream}`"),
            right: "firehose:DescribeDeliveryStream",
            timeout: ATTEMPT_TIMEOUT,
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let reason = self.session.error(&call(), &error);
                return Err(match NotDescribed::new(error.code(), reason) {
                    NotDescribed::Missing(reason) => {
                        let similar = self.similar(stream).await;
                        NotDescribed::Missing(similar.into_iter().fold(reason, Error::hint))
                    }
                    other => other,
                });
            }
        };
        let described = answer.delivery_stream_description.map(delivery_stream);
        let described = described.ok_or_else(|| {
            let doing = call().doing;
            let what = format!("cannot {doing}: the response does not describe it");
            NotDescribed::Failed(Error::aws(what))
        })?;
        match stream.arn() {
            Some(arn) if arn != described.arn => {
                let what = format!(
                    "`{arn}` is not the delivery stream that these credentials see, \
                         which is `{}`",
                    described.arn
                );
                let error = Error::user(what).hint("check the account (`--profile`)");
                Err(NotDescribed::Failed(error))
            }
            _ => Ok(described),
        }
    }
}

/// What all clients of Firehose are made of.
fn config(session: &Session) -> config::Builder {
    let mut config = config::Builder::from(&session.config).interceptor(session.watch.clone());
    config.set_endpoint_url(session.endpoint_url(Service::Firehose));
    config
}
