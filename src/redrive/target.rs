//! The delivery stream that records are put into.

use std::sync::Arc;

use crate::aws::{AwsArgs, FirehoseClient, Service, Session, block_on};
use crate::error::Error;
use firehose::names::DeliveryStreamName;
use firehose::stream::DeliveryStream;

/// Where the records go.
pub(crate) struct Target {
    pub(super) session: Arc<Session>,
    pub(crate) stream: DeliveryStream,
    /// The address that is called instead of AWS.
    pub(crate) endpoint: Option<String>,
}

impl Target {
    pub(super) fn find(name: &DeliveryStreamName, aws: &AwsArgs) -> Result<Self, Error> {
        let (session, stream) = block_on(async {
            let session = Session::open(aws, name.arn_region()).await?;
            let stream = FirehoseClient::new(&session).describe(name).await?;
            Ok((session, stream))
        })?;
        if let Some((why, instead)) = stream.refuses_puts() {
            let message = format!("`{}` does not accept direct puts: {why}", stream.name);
            return Err(Error::user(message).hint(instead));
        }
        let endpoint = session.endpoint(Service::Firehose).map(ToString::to_string);
        Ok(Self { session: Arc::new(session), stream, endpoint })
    }
}
