//! `fh status`: what delivery streams do.
//!
//! ```text
//! gather ─▶ diagnose ─▶ show          one stream
//! list ─▶ describe ─▶ metrics ─▶ show all of the Region
//! ```

mod arguments;
mod manual;
mod watch;

pub use arguments::StatusArgs;
pub use manual::{ABOUT, DETAILS, EXAMPLES};

use crate::aws::{FirehoseClient, Session, block_on};
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::gathering::{gather, overview};
use crate::redrive::put_back::put_back_since;
use crate::render::status::{Frame, MORE, StreamList, StreamStatus};
use firehose::diagnosis::{self, CHECKS};
use firehose::time;

/// Runs the command.
pub fn run(args: &StatusArgs, context: &Context) -> Result<Outcome, Error> {
    if args.watch {
        watch::check(args, context)?;
    }
    block_on(async {
        let region = args.stream.as_ref().and_then(|it| it.arn_region());
        let session = Session::open(&args.aws, region).await?;
        if args.watch {
            return watch::run(args, &session, context).await;
        }
        let frame = look(args, &session, context).await?;
        frame.show(args.output, context)?;
        if frame.hides_more(args.output) {
            context.info(&format!("fh: {MORE}"));
        }
        Ok(Outcome::Clean)
    })
}

/// What there is to show now.
async fn look(args: &StatusArgs, session: &Session, context: &Context) -> Result<Frame, Error> {
    let now = context::milliseconds(context::now());
    let flags = args.aws.to_args();
    let Some(name) = &args.stream else {
        let limit = usize::from(args.limit);
        let found = overview(session, limit, now, args.window(), context).await?;
        return Ok(Frame::All(StreamList {
            region: session.region().to_string(),
            now,
            window: args.window(),
            streams: found.streams.into_iter().map(|it| (it.name, it.facts)).collect(),
            has_more: found.has_more,
            flags,
        }));
    };
    let description = FirehoseClient::new(session).description(name).await?;
    let facts = gather(session, description, now, args.window(), &[]).await;
    let checks: Vec<_> = CHECKS.iter().collect();
    let checked = diagnosis::diagnose(&facts, &checks);
    let named = name.arn().unwrap_or(name.as_str()).to_owned();
    let commands = args.aws.to_args_but_region();
    let since = time::before(now, facts.window);
    let put_back = put_back_since(session, &facts.stream.arn, since);
    Ok(Frame::One(Box::new(StreamStatus { facts, checked, named, flags, commands, put_back })))
}
