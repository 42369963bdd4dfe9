//! Where the records are put.

use super::arguments::TraceArgs;
use crate::aws::Session;
use crate::context::Context;
use crate::error::Error;
use crate::tracer::TraceTarget;
use firehose::known::Known;
use firehose::names::LogGroupName;
use firehose::stream::{DeliveryStream, StreamSource};

/// Where the records are put. A stream that takes no puts is refused with what to do.
pub(super) async fn target(
    args: &TraceArgs,
    stream: &DeliveryStream,
    session: &Session,
    context: &Context,
) -> Result<TraceTarget, Error> {
    let name = &stream.name;
    if let Some(group) = &args.log_group {
        check_subscription(group, stream, session, context).await?;
        return Ok(TraceTarget::LogGroup(group.clone()));
    }
    if args.via_source {
        return match &stream.source {
            StreamSource::Kinesis(arn) => Ok(TraceTarget::DataStream(arn.clone())),
            _ => Err(Error::user(format!(
                "`--via-source`: delivery stream `{name}` does not read from a Kinesis data stream"
            ))
            .hint("omit it: records are put into the stream itself")),
        };
    }
    let Some((why, instead)) = stream.refuses_puts() else { return Ok(TraceTarget::Stream) };
    let error = Error::user(format!("delivery stream `{name}` does not accept direct puts: {why}"));
    Err(match &stream.source {
        StreamSource::Kinesis(_) => {
            error.hint("put the records into that data stream: `--via-source`")
        }
        StreamSource::DirectPut if stream.processing().is_some_and(|it| it.decompresses) => {
            error.hint("write them to a subscribed log group: `--log-group NAME`")
        }
        _ => error.hint(instead),
    })
}

/// Refuses a log group that is not subscribed to the stream.
async fn check_subscription(
    group: &LogGroupName,
    stream: &DeliveryStream,
    session: &Session,
    context: &Context,
) -> Result<(), Error> {
    if group.is_pattern() {
        return Err(Error::user(format!("`--log-group {group}` is a pattern; name one log group")));
    }
    let name = &stream.name;
    match session.subscription_filters(group.as_str()).await {
        Known::Yes(filters) if filters.iter().any(|it| it.destination_arn == stream.arn) => Ok(()),
        Known::Yes(_) => Err(Error::user(format!(
            "log group `{group}` is not subscribed to delivery stream `{name}`"
        ))
        .hint(
            "list its subscriptions: aws logs describe-subscription-filters --log-group-name NAME",
        )),
        Known::No => Err(Error::user(format!("log group `{group}` does not exist"))),
        Known::Denied { right } => {
            context.info(&format!(
                "fh: {right} is not allowed: whether `{group}` is subscribed to `{name}` is unknown"
            ));
            Ok(())
        }
        Known::Failed(why) => Err(Error::aws(why)),
        Known::NotAsked => Ok(()),
    }
}
