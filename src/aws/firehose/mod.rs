//! Firehose: how a delivery stream is set up, and putting records.

mod put;

use aws_sdk_firehose::config;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::Serialize;

pub use put::{PutReply, Puts};

use super::call::{CallError, Request};
use super::error::CallContext;
use super::{ATTEMPT_TIMEOUT, Service, Session};
use crate::error::Error;
use firehose::description::{Description, read};
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

impl From<CallError> for NotDescribed {
    fn from(it: CallError) -> Self {
        Self::new(it.code.as_deref(), it.error)
    }
}

/// Firehose in the Region of a session.
#[derive(Debug)]
pub struct FirehoseClient<'a> {
    session: &'a Session,
}

/// Input of `DescribeDeliveryStream`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeInput<'a> {
    delivery_stream_name: &'a str,
}

impl<'a> FirehoseClient<'a> {
    /// Makes no call.
    pub const fn new(session: &'a Session) -> Self {
        Self { session }
    }

    /// Asks how `stream` is set up: what commands use of it.
    pub async fn describe(
        &self,
        stream: &DeliveryStreamName,
    ) -> Result<DeliveryStream, NotDescribed> {
        self.description(stream).await.map(|description| description.view())
    }

    /// Asks how `stream` is set up: all of it. The name is that of the question where
    /// the answer has none.
    pub async fn description(
        &self,
        stream: &DeliveryStreamName,
    ) -> Result<Description, NotDescribed> {
        let input = DescribeInput { delivery_stream_name: stream.as_str() };
        let request = Request::json(Service::Firehose, "DescribeDeliveryStream", &input);
        let call = CallContext {
            doing: format!("describe delivery stream `{stream}`"),
            thing: format!("delivery stream `{stream}`"),
            right: "firehose:DescribeDeliveryStream",
            timeout: ATTEMPT_TIMEOUT,
        };
        let mut description = self.session.call(request, &call, description).await?;
        description.name.get_or_insert_with(|| stream.as_str().to_owned());
        match (stream.arn(), &description.arn) {
            (Some(arn), Some(described)) if arn != described => {
                let what = format!(
                    "`{arn}` is not the delivery stream that these credentials see, \
                         which is `{described}`"
                );
                let error = Error::user(what).hint("check the account (`--profile`)");
                Err(NotDescribed::Failed(error))
            }
            _ => Ok(description),
        }
    }
}

fn description(response: &HttpResponse) -> Option<Description> {
    read(response.body().bytes()?).ok().map(|it| it.description)
}

/// What all clients of Firehose are made of.
fn config(session: &Session) -> config::Builder {
    let mut config = config::Builder::from(&session.config).interceptor(session.watch.clone());
    config.set_endpoint_url(session.endpoint_url(Service::Firehose));
    config
}
