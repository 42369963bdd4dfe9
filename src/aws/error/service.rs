//! What AWS refused, by its code.

use aws_sdk_lambda::config::http::HttpResponse;
use aws_sdk_lambda::error::ErrorMetadata;

use super::{Call, Why, clock, quote, transport};
use crate::aws::Session;
use crate::context;

/// Says what an error that AWS answered means.
pub(super) fn explain(
    session: &Session,
    call: &Call,
    error: &ErrorMetadata,
    response: &HttpResponse,
) -> Why {
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    if code.is_empty() && request_id(response).is_empty() {
        return transport::not_from_aws(session, response, "");
    }
    let why = match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            Why::new("the credentials have expired").hint(session.login_hint())
        }
        "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "RequestTimeTooSkewed"
        | "RequestInTheFuture" => signature(response),
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "AuthFailure" => unknown_credentials(session),
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => {
            access_denied(call, message)
        }
        "ResourceNotFoundException" => missing(),
        "TooManyRequestsException"
        | "ThrottlingException"
        | "Throttling"
        | "RequestLimitExceeded"
        | "EC2ThrottledException" => throttled(),
        code if code.starts_with("KMS") => kms(call),
        code if is_setup(code) => cannot_start(call),
        _ => by_status(response.status().as_u16()),
    };
    let sentence = format!("{}{}", why.sentence, in_its_words(code, message, response));
    Why { sentence, ..why }
}

/// `: message (code, request id id)`, without what is missing.
fn in_its_words(code: &str, message: &str, response: &HttpResponse) -> String {
    let id = request_id(response);
    let message = if message.is_empty() { String::new() } else { format!(": {}", quote(message)) };
    let code = quote(code);
    let parts = match (code.is_empty(), id.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(" ({code})"),
        (true, false) => format!(" (request id {id})"),
        (false, false) => format!(" ({code}, request id {id})"),
    };
    message + &parts
}

fn request_id(response: &HttpResponse) -> &str {
    let names = ["x-amzn-requestid", "x-amz-request-id"];
    names.iter().find_map(|name| response.headers().get(*name)).unwrap_or_default()
}

fn by_status(status: u16) -> Why {
    match status {
        413 => too_large(),
        429 => throttled(),
        500.. => Why::new("AWS could not do it")
            .hint("try again in a moment; health.aws.amazon.com tells of outages"),
        status => Why::new(format!("refused with status {status}")),
    }
}

/// True for a function that is set up so that Lambda cannot start it (Lambda
/// API reference, `Invoke`, errors).
fn is_setup(code: &str) -> bool {
    const CODES: [&str; 8] = [
        "EC2AccessDeniedException",
        "EC2UnexpectedException",
        "ENILimitReachedException",
        "InvalidRuntimeException",
        "InvalidSecurityGroupIDException",
        "InvalidSubnetIDException",
        "InvalidZipFileException",
        "SubnetIPAddressLimitReachedException",
    ];
    CODES.contains(&code) || code.starts_with("EFS") || code.starts_with("SnapStart")
}

fn cannot_start(call: &Call) -> Why {
    Why::new(format!("Lambda cannot start {}", call.thing))
        .hint("look at its configuration; Firehose meets the same")
}

fn signature(response: &HttpResponse) -> Why {
    match clock::skew(response.headers().get("date"), context::now()) {
        Some(skew) => Why::new(skew)
            .hint("set the clock, e.g. sudo timedatectl set-ntp true; in WSL: sudo hwclock -s"),
        None => Why::new("the signature is wrong")
            .hint("check AWS_SECRET_ACCESS_KEY: it does not belong to the key id, or has a blank too many"),
    }
}

fn unknown_credentials(session: &Session) -> Why {
    Why::new("AWS does not know these credentials")
        .hint(format!("a key may be deleted, lack its AWS_SESSION_TOKEN, or be of another partition; is {} enabled in the account?", session.region))
        .hint(session.login_hint())
}

fn access_denied(call: &Call, message: &str) -> Why {
    let Call { right, thing, .. } = call;
    let why = Why::new("access denied");
    if message.contains("explicit deny") {
        return why.hint(format!("a policy denies `{right}` explicitly, so no allow helps: change that policy, or be somebody else with `--profile`"));
    }
    let who = principal(message).map_or_else(|| "you".to_owned(), |who| format!("`{who}`"));
    why.hint(format!(
        "allow `{right}` on {thing} for {who}; an alias or version needs `ARN:*` beside the ARN"
    ))
}

/// Finds the principal in `User: arn:… is not authorized to perform: …`.
fn principal(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("User: ")?;
    rest.split_whitespace().next().filter(|who| who.starts_with("arn:"))
}

fn missing() -> Why {
    Why::new("it does not exist there")
        .hint("check the name, the Region (`--region`) and the account (`--profile`)")
}

fn throttled() -> Why {
    Why::new("too many calls").hint(
        "wait a moment; if it stays so, look at the concurrency: reserved (0 means never), and that of the account",
    )
}

fn kms(call: &Call) -> Why {
    Why::new(format!("the KMS key of {} cannot be used", call.thing)).hint(
        "the key must be enabled, and its policy must allow `kms:Decrypt` to the function's role",
    )
}

fn too_large() -> Why {
    Why::new("the request is too large")
        .hint("a synchronous call of Lambda takes 6 MB, base64 included")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_principal_of_a_refusal_is_found() {
        let message = "User: arn:aws:iam::111122223333:user/me is not authorized to perform: x";
        assert_eq!(principal(message), Some("arn:aws:iam::111122223333:user/me"));
        assert_eq!(principal("User: me"), None);
        assert_eq!(principal("no"), None);
    }
}
