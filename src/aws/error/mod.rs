//! Errors of the SDK as sentences: what failed, where, why, what to do next.
//!
//! AWS's own code, message and request id stay in the sentence: they are what
//! its support and the web know. Credentials do not: [`scrub()`].

mod clock;
mod credentials;
mod scrub;
mod service;
mod transport;

use std::error::Error as StdError;
use std::io;
use std::iter::successors;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::settings::is_aws_host;
use super::{ATTEMPT_TIMEOUT, Session};
use crate::error::Error;
use crate::terminal::shell;
use scrub::{quote, scrub};
pub(super) use service::is_about_pattern;

/// Most causes of an error that are looked at.
const MAX_CAUSES: usize = 32;

/// What was asked of AWS, for sentences.
#[derive(Debug, Clone)]
pub(super) struct CallContext {
    /// What could not be done: "invoke function `orders`".
    pub(super) doing: String,
    /// What it is about: "function `orders`".
    pub(super) thing: String,
    /// The right that it needs: `lambda:InvokeFunction`.
    pub(super) right: &'static str,
    /// How long the answer was waited for.
    pub(super) timeout: Duration,
}

impl CallContext {
    /// Of a call whose attempts take as long as usual.
    pub(super) fn new(
        doing: impl Into<String>,
        thing: impl Into<String>,
        right: &'static str,
    ) -> Self {
        Self { doing: doing.into(), thing: thing.into(), right, timeout: ATTEMPT_TIMEOUT }
    }
}

/// The reason of a failure, and what to do.
#[derive(Debug)]
struct Why {
    sentence: String,
    hints: Vec<String>,
}

impl Why {
    fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), hints: Vec::new() }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl Session {
    /// Says why `call` failed.
    pub(super) fn error<E>(&self, call: &CallContext, error: &SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let why = match error {
            SdkError::ServiceError(context) => {
                service::explain(self, call, context.err().meta(), context.raw())
            }
            SdkError::ResponseError(context) => {
                transport::not_from_aws(self, context.raw(), &chain(error))
            }
            SdkError::TimeoutError(_) => transport::timed_out(self, call),
            SdkError::DispatchFailure(context) if context.is_timeout() => {
                transport::silent(self, call, &chain(error))
            }
            _ => match find::<CredentialsError>(error) {
                Some(reason) => credentials::explain(self, reason),
                None => transport::explain(self, error),
            },
        };
        // The other sentences name the address themselves.
        let at = match error {
            SdkError::ServiceError(_) => self.at(),
            _ => String::new(),
        };
        let message = format!("cannot {} in {}{at}: {}", call.doing, self.region, why.sentence);
        let hints = why.hints.iter();
        hints.fold(Error::aws(scrub(&message)), |error, hint| error.hint(scrub(hint)))
    }

    /// ` at URL` where it is not AWS that is called.
    fn at(&self) -> String {
        match self.address() {
            Some(address) if !is_aws_host(&address) => format!(" at {address}"),
            _ => String::new(),
        }
    }

    /// What to do to get credentials that work.
    fn login_hint(&self) -> String {
        if self.settings.has_env_keys {
            return "the credentials come from the environment: set AWS_ACCESS_KEY_ID, \
                    AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again, unset them, or pass \
                    `--profile NAME`"
                .to_owned();
        }
        if let Some(profile) = self.settings.profiles.sso_login() {
            let profile = shell::quoted(profile);
            return format!("log in again: aws sso login --profile {profile}");
        }
        let profile = self.settings.profiles.name();
        format!("the credentials come from profile `{profile}` or this machine's role")
    }
}

/// True if a call failed for want of credentials: then it was never made.
pub(super) fn is_about_credentials(error: &(dyn StdError + 'static)) -> bool {
    find::<CredentialsError>(error).is_some()
}

/// True if there surely was no connection to make a call over; false in doubt.
pub(super) fn never_left(error: &(dyn StdError + 'static)) -> bool {
    // What hyper and the SDK's connector say of connections that never were.
    const NO_CONNECTION: [&str; 3] = ["client error (Connect)", "dns error", "connect timeout"];
    let text = chain(error);
    let is_refused = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    find::<io::Error>(error).is_some_and(is_refused)
        || NO_CONNECTION.iter().any(|words| text.contains(words))
}

/// An error and what caused it, also where it hides in an [`io::Error`].
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    successors(Some(error), |error| cause(*error)).take(MAX_CAUSES)
}

fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The error and its causes on one line, without those that say nothing.
pub(super) fn chain(error: &(dyn StdError + 'static)) -> String {
    const EMPTY: [&str; 10] = [
        "dispatch failure",
        "other",
        "service error",
        "io error",
        "unhandled error",
        "an error occurred while loading credentials",
        "an error occurred while loading an access token",
        "unexpected credentials error",
        "the credentials provider was not properly configured",
        "could not parse profile file",
    ];
    let mut line = String::new();
    for text in causes(error).map(sentence) {
        let says_nothing = EMPTY.contains(&text.as_str()) || text.starts_with("unhandled error (");
        if text.is_empty() || says_nothing || line.contains(&text) {
            continue;
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&text);
    }
    quote(&line)
}

/// One cause on one line.
fn sentence(error: &(dyn StdError + 'static)) -> String {
    let text = match error.downcast_ref::<ErrorMetadata>() {
        Some(answer) => {
            let (code, message) = (answer.code(), answer.message());
            format!("{} ({})", message.unwrap_or_default(), code.unwrap_or("no code"))
        }
        None => error.to_string(),
    };
    // The SDK prints all of a request, event and headers, into one error.
    let text = text.split(" to request `Request {").next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
