//! Where records go: asked before anything is sent, and told.

use std::time::UNIX_EPOCH;

use super::{CommonArgs, Survey};
use crate::aws::{FirehoseClient, NotDescribed, Session, region_of};
use crate::context::{self, Context};
use crate::error::Error;
use crate::firehose::delivery_stream::DeliveryStream;
use crate::render::terminal;

/// A delivery stream that takes records, as far as is known.
pub(super) struct Target {
    pub(super) session: Session,
    /// Nothing if it is not allowed to ask.
    pub(super) described: Option<DeliveryStream>,
    region: String,
}

impl Target {
    /// Asks about the stream. One that takes no records is refused.
    pub(super) async fn find(args: &CommonArgs, context: &Context) -> Result<Self, Error> {
        let stream = &args.stream;
        let session = Session::open(&args.aws, region_of(stream)?.as_ref()).await?;
        let region = session.region().as_str().to_owned();
        let described = match FirehoseClient::new(&session).describe(stream).await {
            Ok(described) => Some(described),
            Err(NotDescribed::Denied(_)) => {
                context.complain(
                    &format!("delivery stream `{stream}` cannot be looked at first: access denied"),
                    &["allow `firehose:DescribeDeliveryStream` to be told where records go and when they can be seen"],
                );
                None
            }
            Err(NotDescribed::Failed(error)) => return Err(error),
        };
        if let Some((why, instead)) = described.as_ref().and_then(DeliveryStream::refuses_puts) {
            return Err(Error::usage(format!(
                "delivery stream `{stream}` takes no records from here: {why}"
            ))
            .hint(instead));
        }
        Ok(Self { session, described, region })
    }

    /// Tells where the records go, and asks on a terminal if that is meant.
    pub(super) fn confirm(
        &self,
        args: &CommonArgs,
        survey: Option<&Survey>,
        asks: bool,
        context: &Context,
    ) -> Result<bool, Error> {
        let what = match survey {
            Some(Survey { records, bytes: Some(bytes) }) => {
                format!(
                    "{}, {} bytes",
                    terminal::plural(*records, "record"),
                    terminal::group(*bytes)
                )
            }
            Some(Survey { records, bytes: None }) => terminal::plural(*records, "record"),
            None => "records".to_owned(),
        };
        context.tell(&format!("fh: {what} to {}", self.place(args)));
        let can_ask = context.stdin_is_terminal && context.stderr_is_terminal;
        if args.yes || !asks || !can_ask {
            return Ok(true);
        }
        let is_yes = context.confirm("send them?")?;
        if !is_yes {
            context.tell("fh: nothing was sent");
        }
        Ok(is_yes)
    }

    fn place(&self, args: &CommonArgs) -> String {
        let stream = &args.stream;
        match &self.described {
            Some(it) => format!(
                "delivery stream `{stream}` ({}) in account {}, {}",
                it.status,
                it.account(),
                it.region()
            ),
            None => format!("delivery stream `{stream}` in {}", self.region),
        }
    }

    pub(super) fn account(&self) -> &str {
        self.described.as_ref().map_or("", DeliveryStream::account)
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }
}

/// A seed that nobody gave: short enough to be typed.
pub(super) fn some_seed() -> u64 {
    let now = context::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_micros())
}
