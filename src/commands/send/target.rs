//! The delivery stream that records go to.

use std::sync::Arc;

use super::arguments::SendingArgs;
use crate::aws::{EndpointUrl, FirehoseClient, NotDescribed, Service, Session};
use crate::context::{self, Context};
use crate::error::Error;
use firehose::demo::SampleOrigin;
use firehose::names::{AccountId, DeliveryStreamName};
use firehose::stream::DeliveryStream;

/// A stream, and what may be known of it.
pub(super) struct Target {
    pub(super) name: DeliveryStreamName,
    pub(super) session: Arc<Session>,
    /// How it is set up, if one may ask.
    pub(super) stream: Option<DeliveryStream>,
    /// The address that is called, if it is not AWS's.
    elsewhere: Option<EndpointUrl>,
}

impl Target {
    /// Asks how the stream is set up and refuses one that takes no records.
    /// A user may be allowed to put and not to ask: that is reported.
    pub(super) async fn find(
        args: &SendingArgs,
        session: Arc<Session>,
        context: &Context,
    ) -> Result<Self, Error> {
        let name = args.stream()?;
        let described = FirehoseClient::new(&session).describe(name).await;
        let stream = match described {
            Ok(stream) => Some(stream),
            Err(NotDescribed::Denied(error)) => {
                check_account(&session, name).await?;
                if !context.quiet {
                    context::report(&error);
                    context.info(
                        "fh: without its description, fh cannot tell whether the stream \
                         accepts direct puts",
                    );
                }
                None
            }
            Err(NotDescribed::Missing(error) | NotDescribed::Failed(error)) => return Err(error),
        };
        if let Some((why, instead)) = stream.as_ref().and_then(DeliveryStream::refuses_puts) {
            let message = format!("delivery stream `{name}` does not accept direct puts: {why}");
            return Err(Error::user(message).hint(instead));
        }
        let target = Self {
            name: name.clone(),
            elsewhere: session.endpoint(Service::Firehose).cloned(),
            session,
            stream,
        };
        context.info(&format!("fh: to {}", target.place()));
        Ok(target)
    }

    /// Where it is, in a line.
    fn place(&self) -> String {
        let mut parts = vec![format!("delivery stream `{}`", self.name)];
        let region = self.session.region();
        match &self.stream {
            Some(it) => parts.push(format!("in {region}, account {}, {}", it.account(), it.status)),
            None => parts.push(format!("in {region}")),
        }
        parts.extend(self.elsewhere.as_ref().map(|address| format!("at {address}")));
        parts.join(" ")
    }

    /// Shows that records without a newline run together in S3, if they may.
    pub(super) fn warn_of_glued_records(&self, context: &Context) {
        let stream = self.stream.as_ref();
        if stream.is_some_and(|it| !it.needs_newlines()) {
            return;
        }
        let is_changed = stream.is_none_or(|it| it.transform().is_some());
        let unless = if is_changed { "unless the transform adds one, " } else { "" };
        context.info(&format!(
            "fh: records are sent without a trailing newline: {unless}S3 gets `{{…}}{{…}}`, and \
             Athena reads only the first object; add one with `--newline`"
        ));
    }

    /// Account and Region that demo records name.
    pub(super) fn of_demo(&self) -> SampleOrigin {
        let described = self.stream.as_ref().and_then(|it| it.account().parse().ok());
        let account = described.or_else(|| self.name.arn_account().cloned());
        SampleOrigin {
            account: account.unwrap_or(AccountId::EXAMPLE),
            region: self.session.region().clone(),
        }
    }
}

/// Firehose takes records by the name of a stream alone: one that is named by
/// its ARN must be in the account of the login, where a name may be used too.
async fn check_account(session: &Session, name: &DeliveryStreamName) -> Result<(), Error> {
    let Some((arn, wanted)) = name.arn().zip(name.arn_account()) else { return Ok(()) };
    let own = session.account(Service::Firehose).await;
    if own.as_ref() == Some(wanted) {
        return Ok(());
    }
    let whose = own.map_or_else(
        || "the account of these credentials is unknown".to_owned(),
        |own| format!("these credentials belong to account {own}"),
    );
    Err(Error::user(format!("`{arn}` is in account {wanted}, and {whose}"))
        .hint(format!("use a profile of account {wanted}: `--profile NAME`"))
        .hint(format!("or use the stream of this name in your own account: `--stream {name}`")))
}
