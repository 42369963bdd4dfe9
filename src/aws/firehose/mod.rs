//! Firehose: how a delivery stream is set up, and putting records.

mod put;

use aws_sdk_firehose::config;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::{Deserialize, Serialize};

pub use put::{PutReply, Puts};

use super::call::{CallError, Request, json};
use super::error::CallContext;
use super::{Service, Session};
use crate::error::Error;
use firehose::description::{Description, read};
use firehose::known::Known;
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
    pub(super) session: &'a Session,
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
        let call = CallContext::new(
            format!("describe delivery stream `{stream}`"),
            format!("delivery stream `{stream}`"),
            "firehose:DescribeDeliveryStream",
        );
        let mut description = match self.session.call(request, &call, description).await {
            Ok(description) => description,
            Err(error) => {
                return Err(match error.into() {
                    NotDescribed::Missing(reason) => {
                        let similar = self.similar(stream).await;
                        NotDescribed::Missing(similar.into_iter().fold(reason, Error::hint))
                    }
                    other => other,
                });
            }
        };
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

/// Input of `ListDeliveryStreams`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    limit: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    exclusive_start_delivery_stream_name: Option<String>,
}

/// A page of the names of the delivery streams of a Region.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct NamesPage {
    pub(super) delivery_stream_names: Vec<String>,
    pub(super) has_more_delivery_streams: bool,
}

impl FirehoseClient<'_> {
    /// The first `limit` names, and whether there are more.
    pub async fn names(&self, limit: usize) -> Result<(Vec<String>, bool), Error> {
        let mut names: Vec<String> = Vec::new();
        loop {
            let page = self.names_after(names.last().cloned()).await.map_err(|error| {
                let is_denied =
                    error.code.as_deref().is_some_and(|it| it.starts_with("AccessDenied"));
                let error = Error::from(error);
                if is_denied { error.hint("or name one stream: `--stream NAME`") } else { error }
            })?;
            let has_more = page.has_more_delivery_streams && !page.delivery_stream_names.is_empty();
            names.extend(page.delivery_stream_names);
            if names.len() > limit || !has_more {
                let is_cut = names.len() > limit;
                names.truncate(limit);
                return Ok((names, is_cut || has_more));
            }
        }
    }

    /// How the stream of this name is set up, as a fact.
    pub async fn fact(&self, name: &str) -> Known<Description> {
        let input = DescribeInput { delivery_stream_name: name };
        let request = Request::json(Service::Firehose, "DescribeDeliveryStream", &input);
        let thing = format!("delivery stream `{name}`");
        let found =
            self.session.fact(request, "firehose:DescribeDeliveryStream", &thing, description);
        found.await.map(|it| Description { name: Some(name.to_owned()), ..it })
    }

    /// The names that come after `last`, 100 at most.
    pub(super) async fn names_after(&self, last: Option<String>) -> Result<NamesPage, CallError> {
        let input = ListInput { limit: 100, exclusive_start_delivery_stream_name: last };
        let request = Request::json(Service::Firehose, "ListDeliveryStreams", &input);
        let call = CallContext::new(
            "list the delivery streams",
            "delivery streams",
            "firehose:ListDeliveryStreams",
        );
        self.session.call(request, &call, json).await
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
