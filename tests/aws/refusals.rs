//! What AWS refuses, and what the user is told to do.

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};

use crate::canned::Canned;
use crate::harness::{Call, KEY_ID};

fn refused(status: u16, code: &str, message: &str) -> String {
    Call::at(&Canned::error(status, code, message).url(), "orders:live").run()
}

#[test]
fn expired_keys_in_the_environment_say_so() {
    let message = "The security token included in the request is expired";
    assert_snapshot!(refused(403, "ExpiredTokenException", message), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: the credentials have expired: The security token included in the request is expired (ExpiredTokenException, request id [ID])
      hint: the credentials come from the environment: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again, unset them, or pass `--profile NAME`
    [Aws]
    ");
}

#[test]
fn a_missing_right_is_named_with_who_lacks_it() {
    let message = "User: arn:aws:sts::111122223333:assumed-role/Reader/me is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:111122223333:function:orders:live because no identity-based policy allows the lambda:InvokeFunction action";
    assert_snapshot!(refused(403, "AccessDeniedException", message), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: access denied: User: arn:aws:sts::111122223333:assumed-role/Reader/me is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:111122223333:function:orders:live because no identity-based policy allows the lambda:InvokeFunction action (AccessDeniedException, request id [ID])
      hint: grant `lambda:InvokeFunction` on function `orders:live` to `arn:aws:sts::111122223333:assumed-role/Reader/me`
      hint: an alias or version also needs `ARN:*`
    [Aws]
    ");
}

#[test]
fn an_explicit_deny_is_told_apart() {
    let message = "User: arn:aws:iam::111122223333:user/me is not authorized to perform: lambda:InvokeFunction on resource: orders with an explicit deny in a service control policy";
    assert_snapshot!(refused(403, "AccessDeniedException", message), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: access denied: User: arn:aws:iam::111122223333:user/me is not authorized to perform: lambda:InvokeFunction on resource: orders with an explicit deny in a service control policy (AccessDeniedException, request id [ID])
      hint: a policy denies `lambda:InvokeFunction` explicitly, which overrides any allow: change that policy, or use another profile with `--profile`
    [Aws]
    ");
}

#[test]
fn unknown_keys_are_distinguished_from_missing_rights() {
    let message = "The security token included in the request is invalid.";
    assert_snapshot!(refused(403, "UnrecognizedClientException", message), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: AWS does not know these credentials: The security token included in the request is invalid. (UnrecognizedClientException, request id [ID])
      hint: the key may be deleted, lack its AWS_SESSION_TOKEN or belong to another partition, or eu-west-1 may not be enabled in the account
      hint: the credentials come from the environment: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again, unset them, or pass `--profile NAME`
    [Aws]
    ");
}

#[test]
fn a_wrong_clock_is_measured() {
    let theirs = Timestamp::now() + SignedDuration::from_secs(22 * 60 + 30);
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    let date = printer.timestamp_to_rfc9110_string(&theirs).expect("a date");
    let message = "Signature expired: 20261123T060000Z is now earlier than 20261123T061730Z";
    let date = format!("date: {date}\r\n");
    let server = Canned::error_with(403, "InvalidSignatureException", message, &date);
    assert_snapshot!(Call::at(&server.url(), "orders").run(), @"
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[PORT]: this machine's clock is 22 min behind AWS: Signature expired: 20261123T060000Z is now earlier than 20261123T061730Z (InvalidSignatureException, request id [ID])
      hint: set the clock, e.g. sudo timedatectl set-ntp true; in WSL: sudo hwclock -s
    [Aws]
    ");
}

#[test]
fn a_wrong_secret_is_reported_and_the_quoted_request_is_not() {
    let message = format!(
        "The request signature we calculated does not match the signature you provided. \
         The Canonical String for this request should have been 'POST\\nx-amz-security-token:\
         canaryIQoJb3JpZ2luX2VjEXAMPLETOKEN' for {KEY_ID}"
    );
    assert_snapshot!(refused(403, "InvalidSignatureException", &message), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: the signature is wrong: The request signature we calculated does not match the signature you provided. […] (InvalidSignatureException, request id [ID])
      hint: check AWS_SECRET_ACCESS_KEY: it does not belong to the access key ID, or has an extra space
    [Aws]
    ");
}

#[test]
fn a_key_id_in_an_answer_is_not_shown() {
    let message = format!("'Credential={KEY_ID}/20261123' not a valid key=value pair");
    assert_snapshot!(refused(403, "IncompleteSignatureException", &message), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: refused with status 403: 'Credential=[key id]/20261123' not a valid key=value pair (IncompleteSignatureException, request id [ID])
    [Aws]
    ");
}

#[test]
fn throttling_points_at_the_concurrency() {
    assert_snapshot!(refused(429, "TooManyRequestsException", "Rate Exceeded."), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: too many calls: Rate Exceeded. (TooManyRequestsException, request id [ID])
      hint: wait a moment; if it persists, check the function's reserved concurrency (0 blocks every call) and the account's
    [Aws]
    ");
}

#[test]
fn a_key_of_kms_that_cannot_be_used_is_reported() {
    let message = "Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Exception: AccessDeniedException";
    assert_snapshot!(refused(502, "KMSAccessDeniedException", message), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: the KMS key of function `orders:live` cannot be used: Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Exception: AccessDeniedException (KMSAccessDeniedException, request id [ID])
      hint: the key must be enabled, and its policy must allow the function's role `kms:Decrypt`
    [Aws]
    ");
}

#[test]
fn a_function_that_lambda_cannot_start_is_distinguished_from_an_outage() {
    let message = "Lambda was not able to set up VPC access for the Lambda function because one or more configured subnets has no available IP addresses.";
    assert_snapshot!(refused(502, "SubnetIPAddressLimitReachedException", message), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: Lambda cannot start function `orders:live`: Lambda was not able to set up VPC access for the Lambda function because one or more configured subnets has no available IP addresses. (SubnetIPAddressLimitReachedException, request id [ID])
      hint: check its configuration; Firehose gets the same error
    [Aws]
    ");
}

#[test]
fn an_event_that_is_too_large_names_the_limit() {
    let message = "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)";
    assert_snapshot!(refused(413, "RequestTooLargeException", message), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: the request is too large: 6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes) (RequestTooLargeException, request id [ID])
      hint: a synchronous Lambda invocation takes at most 6 MB, base64 included
    [Aws]
    ");
}

#[test]
fn an_unknown_code_is_shown_as_it_is() {
    assert_snapshot!(refused(418, "NewException", "something new"), @"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: refused with status 418: something new (NewException, request id [ID])
    [Aws]
    ");
}

#[test]
fn what_aws_says_cannot_control_the_terminal() {
    let message = "no\\u001b[31m \\u009b1m\\u202e\\nfh: all is well";
    assert_snapshot!(refused(400, "OddException", message), @r"
    fh: cannot invoke function `orders:live` in eu-west-1 at http://127.0.0.1:[PORT]: refused with status 400: no\u{1b}[31m \u{9b}1m\u{202e}\nfh: all is well (OddException, request id [ID])
    [Aws]
    ");
    let long = "x".repeat(100_000);
    let seen = refused(400, "LongException", &long);
    assert!(seen.len() < 1_200 && seen.contains("LongException"), "{seen}");
}
