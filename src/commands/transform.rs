//! `fh transform`: the process that runs one of the built-in transforms. `fh invoke`
//! and `fh local` start it.

use crate::commands::shared::closed::built_in;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::function;
use firehose::transform::BuiltIn;

/// Run a built-in transform as a Lambda function
#[derive(Debug, clap::Args)]
pub struct TransformArgs {
    /// Name of the transform
    #[arg(value_parser = built_in())]
    transform: BuiltIn,

    /// Address of the Lambda Runtime API, as Lambda sets it
    #[arg(long, value_name = "HOST:PORT", env = "AWS_LAMBDA_RUNTIME_API")]
    api: String,
}

/// Runs the command until it is killed or gets no more events.
pub fn run(args: &TransformArgs, context: &Context) -> Result<Outcome, Error> {
    function::serve_built_in(args.transform, &args.api, context)?;
    Ok(Outcome::Clean)
}
