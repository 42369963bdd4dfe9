//! `fh doctor`: why nothing arrives.
//!
//! ```text
//! describe ─▶ gather ─▶ diagnose ─▶ show
//! ```

mod arguments;
mod manual;

use std::time::Duration;

pub use arguments::DoctorArgs;
pub use manual::{ABOUT, DETAILS, EXAMPLES};

use crate::aws::{FirehoseClient, Session, block_on};
use crate::commands::shared::stream;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::gathering::{add_function, gather, offline};
use crate::input::Source;
use crate::redrive::put_back::put_back_since;
use crate::render::doctor::{CheckList, Examination};
use crate::render::{self, Output};
use firehose::description::{self, Description};
use firehose::diagnosis::{self, Checked, Facts, Severity};
use firehose::time;

/// What prints the description that `--offline` takes.
const HOW_TO_SAVE: &str = "save it with: aws firehose describe-delivery-stream";

/// Runs the command.
pub fn run(args: &DoctorArgs, context: &Context) -> Result<Outcome, Error> {
    let checks = args.checks()?;
    if args.list {
        return render::show(&CheckList { checks: &checks }, args.output, context)
            .map(|()| Outcome::Clean);
    }
    let (facts, put_back) = facts(args, context)?;
    if args.policy {
        if facts.stream.arn.is_empty() {
            return Err(Error::user("the description has no DeliveryStreamARN").hint(HOW_TO_SAVE));
        }
        return Output::default()
            .write(diagnosis::policy(&facts).as_bytes())
            .map(|()| Outcome::Clean);
    }
    let checked = diagnosis::diagnose(&facts, &checks);
    let flags = args.aws.to_args_but_region();
    let examination = Examination { facts: &facts, checked: &checked, flags: &flags, put_back };
    render::show(&examination, args.output, context)?;
    Ok(outcome(&checked, args.strict))
}

/// What is known of the stream, as much as is needed, and how many records were put back
/// from this machine in the window.
fn facts(args: &DoctorArgs, context: &Context) -> Result<(Facts, u64), Error> {
    let now = context::milliseconds(context::now());
    if let Some(source) = &args.offline {
        return saved(source).map(|description| (offline(description, now), 0));
    }
    let Some(name) = &args.stream else { return Err(stream::missing()) };
    block_on(async {
        let session = Session::open(&args.aws, name.arn_region()).await?;
        let description = FirehoseClient::new(&session).description(name).await?;
        if args.policy {
            let mut facts = offline(description, now);
            add_function(&session, &mut facts).await;
            return Ok((facts, 0));
        }
        let window = args.since.max(Duration::from_mins(1));
        let groups: Vec<_> = args.log_group.iter().map(|it| it.as_str().to_owned()).collect();
        let facts = gather(&session, description, now, window, &groups);
        let tell = async |why: &str| context.info(&format!("fh: {why}"));
        let facts = session.telling(facts, tell).await;
        let since = time::before(now, window);
        let put_back = put_back_since(&session, &facts.stream.arn, since);
        Ok((facts, put_back))
    })
}

/// A saved description.
fn saved(source: &Source) -> Result<Description, Error> {
    let document = source.read_document()?;
    let read = description::read(&document).map_err(|why| {
        Error::user(format!("cannot read `{}`: {why}", source.title())).hint(HOW_TO_SAVE)
    })?;
    Ok(read.description)
}

fn outcome(checked: &[Checked], is_strict: bool) -> Outcome {
    let least = if is_strict { Severity::Warning } else { Severity::Error };
    let is_bad = |it: &Checked| match &it.outcome {
        diagnosis::Outcome::Finding(finding) => finding.severity >= least,
        _ => false,
    };
    if checked.iter().any(is_bad) { Outcome::Findings } else { Outcome::Clean }
}
