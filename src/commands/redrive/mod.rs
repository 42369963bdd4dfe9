//! `fh redrive`: put failed records back, so that none is lost and none is
//! sent twice unseen.
//!
//! ```text
//! open ─▶ survey ─▶ show ─▶ ask ─▶ send ─▶ report
//! ```

mod arguments;
mod manual;
mod report;

use crate::commands::shared::question;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::platform::UnixOnly;
use crate::redrive::Redrive;
use crate::redrive::survey::Survey;
use crate::terminal::{group, plural};
use arguments::OnUnknown;
pub use arguments::RedriveArgs;
pub use manual::{ABOUT, DETAILS, EXAMPLES};

/// Runs the command.
pub fn run(args: &RedriveArgs, context: &Context) -> Result<Outcome, Error> {
    UnixOnly::Redrive.check()?;
    let mut redrive = Redrive::open(args.options()?, &args.aws, context)?;
    let mut survey = redrive.survey()?;
    if leaves_unknown(args, &survey, context)? {
        redrive.leave_unknown();
        survey = redrive.survey()?;
    }
    report::plan(args, &redrive, &survey, context)?;
    redrive.check_room(&survey)?;
    if args.dry_run {
        return Ok(report::outcome(&survey));
    }
    if survey.tally.to_send.records == 0 {
        redrive.earlier.link(context);
        return report::nothing(args, &redrive, &survey, context);
    }
    if !is_confirmed(args, &redrive, &survey, context)? {
        context.info(question::NOTHING_SENT);
        return Ok(Outcome::Findings);
    }
    let done = redrive.send(&mut survey)?;
    report::done(args, &redrive, &survey, done, context)
}

/// Asks about records that may or may not have arrived; true if they are to be
/// left.
fn leaves_unknown(args: &RedriveArgs, survey: &Survey, context: &Context) -> Result<bool, Error> {
    let again = survey.tally.again.records;
    if args.on_unknown != OnUnknown::Ask || again == 0 || args.dry_run {
        return Ok(false);
    }
    if !context.can_ask() {
        let records = plural(again, "record");
        return Err(Error::user(format!(
            "{records} may or may not have arrived, and there is no terminal to ask on"
        ))
        .hint("`--on-unknown resend` sends them again, `--on-unknown skip` skips them"));
    }
    let records = plural(again, "record");
    let question = format!("{records} may have arrived already. Send them again?");
    Ok(!question::before_sending(&question, context)?)
}

/// Asks whether to send, unless there is `--yes`.
fn is_confirmed(
    args: &RedriveArgs,
    redrive: &Redrive<'_>,
    survey: &Survey,
    context: &Context,
) -> Result<bool, Error> {
    if args.yes {
        return Ok(true);
    }
    question::must_be_able_to_ask(context)?;
    let records = plural(survey.tally.to_send.records, "record");
    let copies = match survey.tally.same_bytes.records {
        0 => String::new(),
        count => format!(", {} of them with bytes that were sent before", group(count)),
    };
    let question = format!("Send {records} to `{}`{copies}?", redrive.target.stream.name);
    question::before_sending(&question, context)
}
