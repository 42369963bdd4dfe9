//! What AWS refused, by its code.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::ErrorMetadata;

use super::{CallContext, Why, clock, quote, transport};
use crate::aws::Session;
use crate::context;

/// Says what an error that AWS answered means.
pub(super) fn explain(
    session: &Session,
    call: &CallContext,
    error: &ErrorMetadata,
    response: &HttpResponse,
) -> Why {
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    if code.is_empty() && response.status().is_success() {
        return transport::not_from_aws(session, response, "this is not an AWS response");
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
            access_denied(session, call, message)
        }
        "ResourceNotFoundException"
        | "NoSuchEntity"
        | "NotFoundException"
        | "EntityNotFoundException" => missing(),
        "NoSuchBucket" => {
            Why::new("the bucket does not exist").hint("check its name and the account: aws s3 ls")
        }
        "NoSuchKey" => Why::new("it no longer exists")
            .hint("it was deleted or moved after it was listed, perhaps by a lifecycle rule"),
        "PreconditionFailed" => Why::new("it was overwritten after it was listed")
            .hint("run the command again to read the new one"),
        "InvalidObjectState" => archived(call),
        "PermanentRedirect" | "AuthorizationHeaderMalformed" => elsewhere(response),
        "SlowDown" | "ServiceUnavailable" | "ServiceUnavailableException" => {
            Why::new("the service is throttling requests").hint("wait a moment, then try again")
        }
        "TooManyRequestsException"
        | "ThrottlingException"
        | "Throttling"
        | "RequestLimitExceeded"
        | "EC2ThrottledException" => throttled(call),
        code if code.starts_with("KMS") || code == "InvalidKMSResourceException" => kms(call),
        code if is_setup(code) => cannot_start(call),
        _ => logs_refused(call, message)
            .unwrap_or_else(|| by_status(call, response.status().as_u16())),
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

fn by_status(call: &CallContext, status: u16) -> Why {
    match status {
        413 => too_large(),
        429 => throttled(call),
        500.. => Why::new("AWS had an internal error")
            .hint("try again in a moment; see health.aws.amazon.com for outages"),
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

fn cannot_start(call: &CallContext) -> Why {
    Why::new(format!("Lambda cannot start {}", call.thing))
        .hint("check its configuration; Firehose gets the same error")
}

fn signature(response: &HttpResponse, message: &str) -> Why {
    match clock::skew(response.headers().get("date"), context::now()) {
        Some(skew) => Why::new(skew)
            .hint("set the clock, e.g. sudo timedatectl set-ntp true; in WSL: sudo hwclock -s"),
        // It is right again, or the request was long on its way.
        None if message.starts_with("Signature expired")
            || message.starts_with("Signature not yet current") =>
        {
            Why::new("the signature of the request has expired or is not valid yet")
                .hint("the machine may have slept, or its clock may have changed: try again")
        }
        None => Why::new("the signature is wrong").hint(
            "check AWS_SECRET_ACCESS_KEY: it does not belong to the access key ID, or has \
                 an extra space",
        ),
    }
}

fn unknown_credentials(session: &Session) -> Why {
    Why::new("AWS does not know these credentials")
        .hint(format!(
            "the key may be deleted, lack its AWS_SESSION_TOKEN or belong to another \
             partition, or {} may not be enabled in the account",
            session.region
        ))
        .hint(session.login_hint())
}

fn access_denied(session: &Session, call: &CallContext, message: &str) -> Why {
    let CallContext { thing, .. } = call;
    // A call may need more than its own right: that of a key, for instance.
    let right = &action(message).unwrap_or(call.right);
    let why = Why::new("access denied");
    if message.contains("explicit deny") {
        return why.hint(format!(
            "a policy denies `{right}` explicitly, which overrides any \
             allow: change that policy, or use another profile with `--profile`"
        ));
    }
    let who =
        principal(message).map_or_else(|| "your user or role".to_owned(), |who| format!("`{who}`"));
    if right.starts_with("kms:") {
        return why.hint(format!(
            "grant `{right}` on the KMS key of {thing} to {who}: in the key's policy, and in one \
             of yours if the key is of another account"
        ));
    }
    let why = why.hint(format!("grant `{right}` on {thing} to {who}"));
    let is_paid = session.requester_pays();
    match *right {
        "lambda:InvokeFunction" => why.hint("an alias or version also needs `ARN:*`"),
        "s3:GetObject" if message.contains("kms") => {
            why.hint("its KMS key must allow you `kms:Decrypt`")
        }
        "s3:GetObject" => why.hint(format!(
            "other causes: its KMS key (`kms:Decrypt`), a bucket policy, {}or a deleted object in \
             a bucket that you are not allowed to list",
            if is_paid { "" } else { "a Requester Pays bucket (`--request-payer`), " }
        )),
        "s3:ListBucket" if !is_paid => {
            why.hint("a Requester Pays bucket also needs `--request-payer`")
        }
        _ => why,
    }
}

/// True if CloudWatch Logs refuses the filter pattern, whatever the log group is.
pub(in crate::aws) fn is_about_pattern(message: &str) -> bool {
    let lower = message.to_ascii_lowercase();
    lower.contains("filter pattern") || lower.contains("filterpattern")
}

/// Why CloudWatch Logs refuses a call. Neither its messages nor which code comes with
/// them are part of the API.
fn logs_refused(call: &CallContext, message: &str) -> Option<Why> {
    if !call.right.starts_with("logs:") {
        return None;
    }
    if is_about_pattern(message) {
        return Some(Why::new("the filter pattern is not valid").hint(
            "quote a term with other characters than letters and digits: --filter-pattern \
             '\"A-1041\"'; or filter here, with a regular expression: `--grep A-1041`",
        ));
    }
    let lower = message.to_ascii_lowercase();
    let is_class = ["infrequent access", "infrequent_access", "log class", "log group class"];
    if !is_class.iter().any(|words| lower.contains(words)) {
        return None;
    }
    if !matches!(call.right, "logs:FilterLogEvents" | "logs:StartLiveTail") {
        return Some(Why::new("log groups of its class do not support it"));
    }
    let group = call.thing.trim_start_matches("log group ").trim_matches('`');
    let why = Why::new("events of the log class INFREQUENT_ACCESS are read by Logs Insights only");
    let query = format!(
        "aws logs start-query --log-group-name {group} --start-time $(($(date +%s)-3600)) \
         --end-time $(date +%s) --query-string 'fields @timestamp, @logStream, @message | \
         sort @timestamp asc | limit 10000'"
    );
    Some(
        why.hint(query)
            .hint("then read its results: aws logs get-query-results --query-id ID | fh logs -"),
    )
}

fn archived(call: &CallContext) -> Why {
    Why::new("it is archived").hint(format!(
        "restore it first: aws s3api restore-object --restore-request Days=1 … for {}",
        call.thing
    ))
}

fn elsewhere(response: &HttpResponse) -> Why {
    match response.headers().get("x-amz-bucket-region") {
        Some(region) => Why::new(format!("the bucket is in {}", quote(region)))
            .hint(format!("pass `--region {}`", quote(region))),
        None => Why::new("the bucket is in another Region")
            .hint("find it with aws s3api head-bucket --bucket NAME, and pass it as `--region`"),
    }
}

/// Finds the action in `… is not authorized to perform: kms:Decrypt on resource: …`.
fn action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    let action = rest.split_whitespace().next()?;
    let (service, name) = action.split_once(':')?;
    let is_plain = |text: &str| text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    (is_plain(service) && is_plain(name) && !name.is_empty()).then_some(action)
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

fn throttled(call: &CallContext) -> Why {
    Why::new("too many calls").hint(match call.right {
        "lambda:InvokeFunction" => {
            "wait a moment; if it persists, check the function's reserved concurrency (0 blocks \
             every call) and the account's"
        }
        _ => "wait a moment, then try again",
    })
}

fn kms(call: &CallContext) -> Why {
    let who = match call.right {
        "lambda:InvokeFunction" => "the function's role `kms:Decrypt`",
        "s3:GetObject" => "you `kms:Decrypt`",
        _ => "the delivery stream `kms:GenerateDataKey` and `kms:Decrypt`",
    };
    Why::new(format!("the KMS key of {} cannot be used", call.thing))
        .hint(format!("the key must be enabled, and its policy must allow {who}"))
}

fn too_large() -> Why {
    Why::new("the request is too large")
        .hint("a synchronous Lambda invocation takes at most 6 MB, base64 included")
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

    #[test]
    fn the_action_of_a_refusal_is_found() {
        let message = "User: arn:x is not authorized to perform: kms:Decrypt on the resource";
        assert_eq!(action(message), Some("kms:Decrypt"));
        assert_eq!(action("not authorized to perform: x y"), None);
        assert_eq!(action("not authorized to perform: a:b;c"), None);
        assert_eq!(action("Access Denied"), None);
    }
}
