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
    if code.is_empty() && response.status().is_success() {
        return transport::not_from_aws(session, response, "it is not what AWS answers");
    }
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
        | "RequestInTheFuture" => signature(response, message),
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "AuthFailure" => unknown_credentials(session),
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => {
            access_denied(call, message)
        }
        "ResourceNotFoundException" => missing(),
        "NoSuchBucket" => {
            Why::new("the bucket does not exist").hint("check its name and the account: aws s3 ls")
        }
        "NoSuchKey" => Why::new("it is not there any more")
            .hint("it was listed and then deleted or moved; a lifecycle rule may do that"),
        "PreconditionFailed" => Why::new("it was overwritten after it was listed")
            .hint("run it again to have the new one"),
        "InvalidObjectState" => archived(call),
        "PermanentRedirect" | "AuthorizationHeaderMalformed" => elsewhere(response),
        "SlowDown" | "ServiceUnavailable" | "ServiceUnavailableException" => {
            Why::new("the service asks to slow down").hint("wait a moment, then run it again")
        }
        "TooManyRequestsException"
        | "ThrottlingException"
        | "Throttling"
        | "RequestLimitExceeded"
        | "EC2ThrottledException" => throttled(call),
        code if code.starts_with("KMS") || code == "InvalidKMSResourceException" => kms(call),
        code if is_setup(code) => cannot_start(call),
        _ => by_status(call, response.status().as_u16()),
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

fn by_status(call: &Call, status: u16) -> Why {
    match status {
        413 => too_large(),
        429 => throttled(call),
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

fn signature(response: &HttpResponse, message: &str) -> Why {
    match clock::skew(response.headers().get("date"), context::now()) {
        Some(skew) => Why::new(skew)
            .hint("set the clock, e.g. sudo timedatectl set-ntp true; in WSL: sudo hwclock -s"),
        // It is right again, or the request was long on its way.
        None if message.starts_with("Signature expired")
            || message.starts_with("Signature not yet current") =>
        {
            Why::new("the request was signed at another time than it came")
                .hint("the machine has slept, or its clock has jumped: try again")
        }
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
    let why = why.hint(format!("allow `{right}` on {thing} for {who}"));
    match *right {
        "lambda:InvokeFunction" => why.hint("an alias or version needs `ARN:*` beside the ARN"),
        "s3:GetObject" if message.contains("kms") => {
            why.hint("its KMS key must allow `kms:Decrypt` to you")
        }
        "s3:GetObject" => why.hint(
            "other causes: its KMS key (`kms:Decrypt`), a policy of the bucket, or that it is gone \
             and you may not list",
        ),
        _ => why,
    }
}

fn archived(call: &Call) -> Why {
    Why::new("it is in an archive").hint(format!(
        "restore it first: aws s3api restore-object --restore-request Days=1 … for {}",
        call.thing
    ))
}

fn elsewhere(response: &HttpResponse) -> Why {
    match response.headers().get("x-amz-bucket-region") {
        Some(region) => Why::new(format!("the bucket is in {}", quote(region)))
            .hint(format!("give `--region {}`", quote(region))),
        None => Why::new("the bucket is in another Region")
            .hint("aws s3api head-bucket --bucket NAME tells which; give it as `--region`"),
    }
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

fn throttled(call: &Call) -> Why {
    Why::new("too many calls").hint(match call.right {
        "lambda:InvokeFunction" => {
            "wait a moment; if it stays so, look at the concurrency: reserved (0 means never), \
             and that of the account"
        }
        _ => "wait a moment, then run it again",
    })
}

fn kms(call: &Call) -> Why {
    let who = match call.right {
        "lambda:InvokeFunction" => "`kms:Decrypt` to the function's role",
        "s3:GetObject" => "`kms:Decrypt` to you",
        _ => "`kms:GenerateDataKey` and `kms:Decrypt` to the delivery stream",
    };
    Why::new(format!("the KMS key of {} cannot be used", call.thing))
        .hint(format!("the key must be enabled, and its policy must allow {who}"))
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
