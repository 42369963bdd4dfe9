//! `fh local env`: what makes the AWS CLI and SDKs talk to this machine.

use super::client::{DEFAULT_PORT, local_url};
use super::running::REGION;
use crate::commands::shared::number::number;
use crate::context;
use crate::error::{Error, Outcome};
use crate::local::environment;
use crate::render::Output;

/// The flags of `fh local env`.
#[derive(Debug, clap::Args)]
pub(super) struct EnvArgs {
    /// Port of fh local
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT, value_parser = number(0..=u16::MAX))]
    pub(super) port: u16,
}

/// What leads elsewhere: a profile, and what goes with its keys.
const ELSEWHERE: [&str; 4] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
];

/// The names of variables that must not be set next to [`environment`]: with one of
/// them, a command could talk to AWS. Of the endpoints of services, those that are set.
pub(super) fn removed() -> Vec<String> {
    let names = context::environment().into_iter().filter_map(|(name, _)| name.into_string().ok());
    let is_word = |name: &str| name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let endpoints = names.filter(|it| it.starts_with("AWS_ENDPOINT_URL_") && is_word(it));
    ELSEWHERE.map(str::to_owned).into_iter().chain(endpoints).collect()
}

/// Runs the command.
pub(super) fn run(args: &EnvArgs) -> Result<Outcome, Error> {
    let url = local_url(args.port);
    let lines = environment(&url, REGION);
    let mut lines: Vec<_> =
        lines.into_iter().map(|(name, value)| format!("export {name}={value}\n")).collect();
    lines.push(format!("unset {}\n", removed().join(" ")));
    Output::default().write(lines.concat().as_bytes())?;
    Ok(Outcome::Clean)
}
