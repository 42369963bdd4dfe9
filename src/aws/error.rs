//! Errors of the SDK as sentences: what failed, on what, why, what to do next.

use std::error::Error as StdError;

use aws_sdk_lambda::config::http::HttpResponse;
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::context;
use crate::error::Error;

/// What was asked of AWS.
#[derive(Debug)]
pub(super) struct Call {
    /// The permission that it needs.
    pub(super) action: &'static str,
    /// What it was about: ``function `orders` ``.
    pub(super) on: String,
    pub(super) region: String,
    pub(super) endpoint: Option<String>,
    pub(super) profile: Option<String>,
}

/// Clocks may differ by this much before signatures are refused (AWS General
/// Reference, "Signature Version 4").
const SKEW_SECONDS: i64 = 5 * 60;

/// Makes a sentence of an error of the SDK.
pub(super) fn explain<E>(error: &SdkError<E, HttpResponse>, call: &Call) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let reason = chain(error);
    match error {
        SdkError::ServiceError(service) => {
            let (response, error) = (service.raw(), service.err());
            let code = error.code().unwrap_or("no code");
            let message = error.message().unwrap_or("no message");
            let id = response.headers().get("x-amzn-requestid").unwrap_or("none");
            let told = format!(
                "{} of {} failed: {code}: {message} (request id {id})",
                call.action, call.on
            );
            of_service(Error::aws(told), code, message, response, call)
        }
        SdkError::TimeoutError(_) => {
            Error::aws(format!("{} did not answer in time: {reason}", call.place()))
                .hint("Firehose waits 5 minutes at most")
        }
        SdkError::DispatchFailure(failure) => {
            let is_timeout = failure.is_timeout();
            not_sent(&reason, is_timeout, call)
        }
        SdkError::ResponseError(_) => {
            Error::aws(format!("{} did not answer as AWS does: {reason}", call.place()))
                .hint("is `--endpoint-url` or AWS_ENDPOINT_URL right?")
        }
        _ => not_sent(&reason, false, call),
    }
}

impl Call {
    /// Where it went: ``lambda in eu-west-1``.
    fn place(&self) -> String {
        let service = self.action.split(':').next().unwrap_or_default();
        match &self.endpoint {
            Some(url) => format!("`{url}`"),
            None => format!("{service} in {}", self.region),
        }
    }

    /// `--profile x`, if the user chose one.
    fn profile(&self) -> String {
        self.profile.as_ref().map(|name| format!(" --profile {name}")).unwrap_or_default()
    }
}

/// Adds what to do about an error that AWS answered with.
fn of_service(
    error: Error,
    code: &str,
    message: &str,
    response: &HttpResponse,
    call: &Call,
) -> Error {
    let is = |words: &[&str]| words.iter().any(|word| code.contains(word));
    if is(&["ExpiredToken"]) || message.contains("expired") && !is(&["Signature"]) {
        return error.hint(login(call));
    }
    if is(&["Signature", "RequestTimeTooSkewed", "RequestExpired"])
        && let Some(skew) = skew(response)
    {
        return error.hint(format!("this machine's clock is {skew}; set it right"));
    }
    if is(&["ResourceNotFound"]) {
        return error.hint(format!(
            "looked in Region {}; another one is chosen with `--region`, another account with `--profile`",
            call.region
        ));
    }
    if is(&["AccessDenied", "NotAuthorized"]) {
        return error.hint(format!(
            "allow {} on it to the principal that the message names; Firehose needs it for its own role",
            call.action
        ));
    }
    if is(&["TooManyRequests", "Throttling"]) {
        return error.hint(
            "its concurrency is used up: Firehose would see Lambda.InvokeLimitExceeded (fh explain InvokeLimitExceeded)",
        );
    }
    if is(&["KMS"]) {
        return error.hint("the key of the function's environment cannot be used: look at the key's policy and state");
    }
    if is(&[
        "UnrecognizedClient",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "IncompleteSignature",
    ]) {
        return error
            .hint("the credentials are not known there: are they of this account and partition?");
    }
    if is(&[
        "InvalidSubnetID",
        "InvalidSecurityGroupID",
        "SubnetIPAddressLimitReached",
        "ENILimitReached",
    ]) {
        let code = code.trim_end_matches("Exception");
        return error.hint(format!("Firehose sees it too: fh explain {code}"));
    }
    error
}

/// Tells of a request that never got an answer.
fn not_sent(reason: &str, is_timeout: bool, call: &Call) -> Error {
    let lower = reason.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["sso", "token has expired", "expired token", "refresh"])
        && has(&["expired", "login", "token"])
    {
        return Error::aws(format!("the login has expired: {reason}")).hint(login(call));
    }
    if has(&["credential", "identity"]) {
        let error = Error::aws(format!("no credentials were found: {reason}")).hint(login(call));
        return match &call.profile {
            Some(name) => error.hint(format!(
                "is there a profile `{name}`? `aws configure list-profiles` shows those that there are"
            )),
            None => {
                error.hint("or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            }
        };
    }
    let place = call.place();
    if is_timeout || has(&["timed out", "timeout"]) {
        return Error::aws(format!("{place} cannot be reached: {reason}"))
            .hint("is there a proxy, a VPN or a firewall between?");
    }
    if has(&["dns", "lookup", "name or service"]) {
        return Error::aws(format!("the name of {place} is not known: {reason}"))
            .hint("is the Region written right, and is there a network?");
    }
    if has(&["certificate", "tls"]) {
        return Error::aws(format!("{place} is not trusted: {reason}"))
            .hint("a proxy that looks into TLS needs its certificates in AWS_CA_BUNDLE");
    }
    Error::aws(format!("{place} cannot be reached: {reason}"))
        .hint("is it running, and is `--endpoint-url` or AWS_ENDPOINT_URL right?")
}

fn login(call: &Call) -> String {
    format!("`aws sso login{}`, or renew the credentials as you got them", call.profile())
}

/// The causes of an error on one line, each once.
fn chain(error: &dyn StdError) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        cause = error.source();
    }
    parts.join(": ")
}

/// How far this machine's clock is from that of the service, in words.
fn skew(response: &HttpResponse) -> Option<String> {
    let theirs = response.headers().get("date")?;
    let theirs = DateTimeParser::new().parse_timestamp(theirs).ok()?;
    let ours = Timestamp::try_from(context::now()).ok()?;
    let seconds = ours.as_second() - theirs.as_second();
    let minutes = seconds.abs() / 60;
    let side = if seconds < 0 { "behind" } else { "ahead" };
    (seconds.abs() >= SKEW_SECONDS).then(|| format!("{minutes} minutes {side}"))
}
