//! The stream of `fh tour`.

use clap::{Args as _, FromArgMatches as _};

use super::client::DEFAULT_PORT;
use super::function::function;
use super::running::{REGION, Running};
use super::start::StartArgs;
use crate::error::Error;
use crate::local::environment;
use firehose::flow::Holds;
use firehose::transform::BuiltIn;

/// Its name, and that of its function.
const NAME: &str = "tour";

impl Running {
    /// Starts the stream on the usual port, or on a free one if that is taken.
    pub(in crate::commands) async fn tour(transform: BuiltIn) -> Result<Self, Error> {
        let args = flags(transform, DEFAULT_PORT)?;
        if let Ok(running) = Self::start(&args.function, &args.stream).await {
            return Ok(running);
        }
        let args = flags(transform, 0)?;
        Self::start(&args.function, &args.stream).await
    }

    /// Puts another transform in place, under the same name.
    pub(in crate::commands) async fn replace(&self, transform: BuiltIn) -> Result<(), Error> {
        let args = flags(transform, 0)?.function;
        let Some(config) = function(&args, Some(NAME), REGION)? else { return Ok(()) };
        self.aws.hands().functions.deploy(config, 1).await
    }

    /// What commands need to find it.
    pub(in crate::commands) fn variables(&self) -> [(&'static str, String); 6] {
        environment(&self.url, REGION)
    }

    /// How many records were put, delivered, failed.
    pub(in crate::commands) fn holds(&self) -> Holds {
        self.aws.streams().get(&self.stream).map_or_else(Holds::default, |it| it.holds())
    }
}

/// The flags of the line that starts it.
fn flags(transform: BuiltIn, port: u16) -> Result<StartArgs, Error> {
    let line = format!("start --stream {NAME} --transform {} --port {port}", transform.as_str());
    let matches = StartArgs::augment_args(clap::Command::new("start"))
        .try_get_matches_from(line.split_whitespace());
    let args = matches.and_then(|matches| StartArgs::from_arg_matches(&matches));
    args.map_err(|error| Error::internal(error.to_string()))
}
