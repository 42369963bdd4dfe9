//! `fh local`: a delivery stream on this machine.

mod arguments;
mod browser;
mod client;
mod environment;
mod function;
mod manual;
mod run;
mod show;
mod start;
mod stream;
mod tour;

pub use arguments::LocalArgs;
use arguments::LocalCommand;
pub use manual::{ABOUT, EXAMPLES, details};
pub(super) use start::{Running, stopped};
pub(super) use tour::port_flag;

use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::platform::UnixOnly;

/// Runs the command.
pub fn run(args: &LocalArgs, context: &Context) -> Result<Outcome, Error> {
    UnixOnly::Local.check()?;
    match &args.command {
        LocalCommand::Start(args) => start::run(args, context),
        LocalCommand::Run(args) => run::run(args, context),
        LocalCommand::Env(args) => environment::run(args),
        LocalCommand::Wait(args) => client::wait(args, context),
        LocalCommand::Flush(args) => client::flush(args, context),
        LocalCommand::Fault(args) => client::fault(args, context),
        LocalCommand::Show(args) => show::run(args, context),
        LocalCommand::Replay(args) => client::replay(args, context),
    }
}
