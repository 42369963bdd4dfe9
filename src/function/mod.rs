//! One call of the transform: a process on this machine, an emulator of Lambda
//! that runs already, or the deployed function.
//!
//! ```text
//! ProcessFunction  a handler that talks to the Lambda Runtime API; stays warm between calls
//! CommandFunction  a command a call: event on standard input, response on standard output
//! EndpointFunction an HTTP server that takes Lambda's Invoke
//! DeployedFunction the function on AWS Lambda, by the room `aws`
//! Pool             as many of the first two as calls are under way, replaced when the code changes
//! ```
//!
//! A call returns an [`Invocation`], whatever the function did: an exception, a
//! timeout, garbage. An [`Error`] means that there was no call: no interpreter,
//! nothing that listens. What Firehose would make of it is not decided here but
//! in [`invocation`](firehose::transform::invocation).
//!
//! Process groups and signals make this room a matter for Unix; memory is
//! known on Linux only.

mod child_environment;
mod command;
mod deployed;
mod endpoint;
mod handlers;
mod log;
#[cfg(unix)]
mod memory;
mod node_flags;
mod pool;
mod process;
mod process_function;
mod program;
mod runtime_api;
mod runtime_client;
mod watch;
mod whereabouts;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use child_environment::CREDENTIALS;
pub use command::CommandFunction;
pub use deployed::DeployedFunction;
pub use endpoint::EndpointFunction;
pub use handlers::FoundHandler;
pub use pool::{Code, Pool, PoolCall};
pub use process_function::ProcessFunction;
pub use program::{Interpreters, Program, not_a_folder};
pub use runtime_client::serve as serve_built_in;
pub use watch::{ACTIVITY, Snapshot};

use crate::error::Error;
use firehose::transform::invocation::Invocation;

/// What Lambda knows about a function besides its code.
#[derive(Debug, Clone)]
pub struct FunctionSettings {
    /// The name of the function.
    pub name: String,
    /// The Region it believes to be in.
    pub region: String,
    /// How long one call may take.
    pub timeout: Duration,
    /// The memory it may use, in MB of 1,024 × 1,024 bytes; without it
    /// the function sees [`DEFAULT_MEMORY_MB`], and nothing limits it.
    pub memory_mb: Option<u32>,
    /// The folder of the code, in which it runs.
    pub code: PathBuf,
    /// The environment of the user.
    pub inherited: Vec<(OsString, OsString)>,
    /// Variables that the user sets for it.
    pub variables: Vec<(OsString, OsString)>,
    /// True if it gets the credentials of the user.
    pub pass_credentials: bool,
    /// The clock, for deadlines.
    pub now: fn() -> SystemTime,
}

/// The account that a function on this machine believes to be in.
pub const ACCOUNT: &str = "111122223333";

/// What Lambda gives a function by default (Lambda, quotas).
pub const DEFAULT_MEMORY_MB: u32 = 128;

impl FunctionSettings {
    /// The ARN that the function is given.
    pub fn arn(&self) -> String {
        format!("arn:aws:lambda:{}:{ACCOUNT}:function:{}", self.region, self.name)
    }

    fn memory_limit(&self) -> Option<u64> {
        self.memory_mb.map(|mb| u64::from(mb) << 20)
    }

    /// Milliseconds since 1970 at which a call that begins now has to end.
    fn deadline_ms(&self) -> u128 {
        let now = (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default();
        (now + self.timeout).as_millis()
    }
}

/// Anything that can be called.
#[derive(Debug)]
pub enum Function {
    /// A handler in a process that stays warm.
    Process(Box<ProcessFunction>),
    /// A command a call.
    Command(CommandFunction),
    /// An emulator of Lambda.
    Endpoint(EndpointFunction),
    /// A function that is deployed.
    Deployed(Box<DeployedFunction>),
}

impl Function {
    /// Calls it once with `event`.
    pub async fn invoke(&mut self, event: &[u8]) -> Result<Invocation, Error> {
        match self {
            Self::Process(function) => function.invoke(event).await,
            Self::Command(function) => function.invoke(event).await,
            Self::Endpoint(endpoint) => endpoint.invoke(event).await,
            Self::Deployed(function) => Ok(function.invoke(event).await?),
        }
    }
}

/// A random request id in the form of Lambda's (RFC 9562, version 4).
pub fn request_id() -> String {
    let random = fastrand::u128(..);
    let bits = random & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    let mut id = String::with_capacity(36);
    for (place, digit) in hex.chars().enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(digit);
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_a_uuid_of_version_4() {
        let id = request_id();
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
        assert_eq!(id.as_bytes()[14], b'4', "{id}");
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
        assert_ne!(id, request_id());
    }
}
