//! `fh local env`: what makes the AWS CLI and SDKs talk to this machine.

use super::arguments::EnvArgs;
use crate::error::{Error, Outcome};
use crate::render::Output;

/// The variables for a server at `url` in this Region. Keys are needed by SDKs and
/// checked by nobody.
pub(super) fn variables(url: &str, region: &str) -> [(&'static str, String); 6] {
    [
        ("AWS_ENDPOINT_URL", url.to_owned()),
        ("AWS_REGION", region.to_owned()),
        ("AWS_DEFAULT_REGION", region.to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ]
}

/// Runs the command.
pub(super) fn run(args: &EnvArgs) -> Result<Outcome, Error> {
    let url = format!("http://127.0.0.1:{}", args.port);
    let lines = variables(&url, super::start::REGION);
    let mut lines: Vec<_> =
        lines.into_iter().map(|(name, value)| format!("export {name}={value}\n")).collect();
    lines.push("unset AWS_PROFILE AWS_SESSION_TOKEN\n".to_owned());
    Output::default().write(lines.concat().as_bytes())?;
    Ok(Outcome::Clean)
}
