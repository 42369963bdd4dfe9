//! What people meet in AWS, and the way out that is printed: refusals that moto does
//! not give come from canned answers.

use insta::assert_snapshot;

use crate::canned::Canned;
use crate::harness::{Fh, Output};
use crate::masks::{self, mask};
use crate::s3::at;
use crate::s3_errors::{answer, page};

pub(crate) fn s3_error(code: &str, message: &str) -> Vec<u8> {
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    answer("403 Forbidden", "", &body)
}

/// `fh decode` on a bucket whose one object is refused with this message.
fn get_refused(message: &'static str, flags: &str) -> Output {
    let server = Canned::answering(move |head| {
        Some(match head {
            head if head.contains("list-type=2") => page(&["1"]),
            _ => s3_error("AccessDenied", message),
        })
    });
    at(&server.url(), "decode s3://lake").args(flags).run()
}

#[test]
fn a_key_of_kms_that_denies_is_named_by_its_action() {
    let _masks = mask(masks::SERVER);
    let denied = "User: arn:aws:sts::111122223333:assumed-role/Reader/me is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/8f507cfc because no identity-based policy allows the kms:Decrypt action";
    assert_snapshot!(get_refused(denied, ""), @"
    ------- stderr -------
    fh: cannot get `s3://lake/1` in eu-west-1 at http://127.0.0.1:[…]: access denied: User: arn:aws:sts::111122223333:assumed-role/Reader/me is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/8f507cfc because no identity-based policy allows the kms:Decrypt action (AccessDenied, request id […])
      hint: grant `kms:Decrypt` on the KMS key of `s3://lake/1` to `arn:aws:sts::111122223333:assumed-role/Reader/me`: in the key's policy, and in one of yours if the key is of another account
    [exit status: 2]
    ");
}

#[test]
fn a_requester_pays_bucket_is_a_cause_until_the_flag_is_given() {
    let refused = get_refused("Access Denied", "");
    assert!(refused.errors().contains("a Requester Pays bucket (`--request-payer`)"), "{refused}");
    let refused = get_refused("Access Denied", "--request-payer");
    assert!(!refused.errors().contains("Requester"), "{refused}");
    let server = Canned::answering(|head| {
        Some(match head {
            head if !head.to_ascii_lowercase().contains("x-amz-request-payer: requester") => {
                s3_error("AccessDenied", "Access Denied")
            }
            head if head.contains("list-type=2") => page(&["1"]),
            _ => answer("200 OK", "etag: \"1\"\r\n", "{\"n\":100}"),
        })
    });
    let url = server.url();
    let refused = at(&url, "decode s3://lake").run();
    assert!(refused.errors().contains("also needs `--request-payer`"), "{refused}");
    assert_eq!(at(&url, "decode s3://lake --request-payer").run().success(), "{\"n\":100}\n");
    assert_eq!(server.requests().len(), 3);
}

/// An access point is a host of its own: it is called through a proxy that knows any.
#[test]
fn arns_of_buckets_and_access_points_are_taken_as_their_names() {
    let _masks = mask(masks::SERVER);
    let proxy = Canned::answering(|head| {
        Some(match head {
            head if head.contains("list-type=2") => page(&["1"]),
            _ => answer("200 OK", "etag: \"1\"\r\n", "{\"n\":100}"),
        })
    });
    let run = |words: &str| {
        let fh = at("http://s3.invalid", words).env("HTTP_PROXY", &proxy.url());
        fh.env("NO_PROXY", "").run()
    };
    let asked = || {
        let head = proxy.requests().pop().unwrap_or_default();
        head.lines().next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(run("decode s3://arn:aws:s3:::lake/1").success(), "{\"n\":100}\n");
    assert_snapshot!(asked(), @"http://s3.invalid/lake/1");
    let point = "arn:aws:s3:us-west-2:111122223333:accesspoint/orders";
    assert_eq!(run(&format!("decode s3://{point}/1")).success(), "{\"n\":100}\n");
    assert_snapshot!(asked(), @"http://orders-111122223333.s3.invalid/1");
    let output = run(&format!("failures --bucket {point} --prefix 1"));
    assert_snapshot!(output.errors(), @"
    fh: 1 input with data other than failure records
    fh: no failure records in 1 input
    fh: this may be incomplete: 1 object with other data, and none with failures
      hint: check the prefix: `--bucket NAME` alone finds failures by their content
    fh: complete up to […]: later records may still be buffered or retried
    ");
    let output = run("failures --bucket arn:aws:s3:::lake --prefix 1");
    assert_snapshot!(output.errors(), @"
    fh: 1 input with data other than failure records
    fh: no failure records in 1 input
    fh: this may be incomplete: 1 object with other data, and none with failures
      hint: check the prefix: `--bucket NAME` alone finds failures by their content
    fh: complete up to […]: later records may still be buffered or retried
    ");
    assert_snapshot!(run("failures --bucket arn:aws:sqs:eu-west-1:111122223333:lake"), @"
    ------- stderr -------
    fh: `--bucket`: `arn:aws:sqs:eu-west-1:111122223333:lake` is not the ARN of a bucket or an access point, e.g. arn:aws:s3:::NAME, arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME
    [exit status: 2]
    ");
}

#[test]
fn a_dead_proxy_is_named() {
    let _masks = mask(masks::SERVER);
    let run = |words: &str| {
        Fh::new()
            .args(words)
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("HTTPS_PROXY", "http://me:secret@127.0.0.1:1")
            .env("AWS_MAX_ATTEMPTS", "1")
    };
    let keys = |fh: Fh| {
        fh.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret")
    };
    assert_snapshot!(keys(run("decode s3://lake")).run(), @"
    ------- stderr -------
    fh: cannot list bucket `lake` in eu-west-1: the proxy http://127.0.0.1:[…] (HTTPS_PROXY) for https://lake.s3.eu-west-1.amazonaws.com refused the connection
      hint: check HTTPS_PROXY; NO_PROXY lists the hosts to reach without a proxy
    [exit status: 3]
    ");
    // Credentials come over it, too.
    let web = run("decode s3://lake")
        .env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/Reader")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "fixtures/README.md")
        .run();
    assert_snapshot!(web, @"
    ------- stderr -------
    fh: cannot list bucket `lake` in eu-west-1: cannot fetch credentials through the proxy http://127.0.0.1:[…] (HTTPS_PROXY): client error (Connect): tunnel error: failed to create underlying connection: tcp connect error: Connection refused (os error 111)
      hint: check HTTPS_PROXY; NO_PROXY lists the hosts to reach without a proxy
    [exit status: 3]
    ");
}

/// `fh logs` on a group that is refused with this message.
fn logs_refused(code: &str, message: &str, flags: &str) -> Output {
    refused(code, message, "logs --group /aws/lambda/orders").args(flags).run()
}

/// `fh` where every call is refused with this message.
fn refused(code: &str, message: &str, words: &str) -> Fh {
    let body = format!("{{\"__type\":\"{code}\",\"message\":\"{message}\"}}");
    let server = Canned::new(format!(
        "HTTP/1.1 400 Bad Request\r\nx-amzn-requestid: 8f507cfc\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    at(&server.url(), words)
}

#[test]
fn a_filter_pattern_that_is_not_valid_points_to_grep() {
    let _masks = mask(masks::SERVER);
    let output = logs_refused(
        "InvalidParameterException",
        "Invalid filter pattern",
        "--filter-pattern A-1041",
    );
    assert_snapshot!(output, @r#"
    ------- stderr -------
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1 at http://127.0.0.1:[…]: the filter pattern is not valid: Invalid filter pattern (InvalidParameterException, request id […])
      hint: quote a term with other characters than letters and digits: --filter-pattern '"A-1041"'; or filter here, with a regular expression: `--grep A-1041`
    [exit status: 3]
    "#);
}

#[test]
fn a_log_class_without_events_points_to_insights() {
    let _masks = mask(masks::SERVER);
    let message =
        "This operation is not supported for log groups in the INFREQUENT_ACCESS log group class";
    let output = logs_refused("InvalidOperationException", message, "");
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1 at http://127.0.0.1:[…]: events of the log class INFREQUENT_ACCESS are read by Logs Insights only: This operation is not supported for log groups in the INFREQUENT_ACCESS log group class (InvalidOperationException, request id […])
      hint: aws logs start-query --log-group-name /aws/lambda/orders --start-time $(($(date +%s)-3600)) --end-time $(date +%s) --query-string 'fields @timestamp, @logStream, @message | sort @timestamp asc | limit 10000'
      hint: then read its results: aws logs get-query-results --query-id ID | fh logs -
    [exit status: 3]
    ");
}

/// The words that CloudWatch Logs has been seen to use, and codes that came with them.
#[test]
fn a_log_class_without_events_is_known_whatever_the_code_is() {
    for (code, message) in [
        ("ValidationException", "This operation is only supported on the Standard log class."),
        ("OperationNotPermittedException", "Not supported for this log class."),
        (
            "InvalidOperationException",
            "The log group /aws/lambda/orders is of log-group-class INFREQUENT_ACCESS. \
             FilterLogEvents is not supported for this log class.",
        ),
    ] {
        let output = logs_refused(code, message, "");
        assert_eq!(output.code(), 3, "{output}");
        assert!(output.errors().contains("read by Logs Insights only"), "{output}");
        assert!(output.errors().contains("hint: aws logs start-query"), "{output}");
    }
    let other = logs_refused("ValidationException", "1 validation error detected", "");
    assert!(other.errors().contains("refused with status 400"), "{other}");
}

#[test]
fn each_log_group_that_cannot_be_read_is_reported_once() {
    let _masks = mask(masks::SERVER);
    let words = "logs --group /aws/lambda/orders --group /aws/lambda/enrich";
    assert_snapshot!(refused("AccessDeniedException", "no", words).run(), @"
    ------- stderr -------
    fh: cannot read log group `/aws/lambda/enrich` in eu-west-1 at http://127.0.0.1:[…]: access denied: no (AccessDeniedException, request id […])
      hint: grant `logs:FilterLogEvents` on log group `/aws/lambda/enrich` to your user or role
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1 at http://127.0.0.1:[…]: access denied: no (AccessDeniedException, request id […])
      hint: grant `logs:FilterLogEvents` on log group `/aws/lambda/orders` to your user or role
    [exit status: 3]
    ");
}

#[test]
fn log_groups_of_linked_accounts_are_found_by_their_arns() {
    let _masks = mask(masks::SERVER);
    let groups = "{\"logGroups\":[{\"logGroupName\":\"/aws/lambda/orders\",\"logGroupArn\":\"arn:aws:logs:eu-west-1:444455556666:log-group:/aws/lambda/orders\"}]}";
    let events = "{\"events\":[{\"logStreamName\":\"s\",\"timestamp\":1795341600101,\"message\":\"one\",\"ingestionTime\":1795341600102,\"eventId\":\"1\"}]}";
    let json = |body: &str| {
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    let server = Canned::answering(move |head| {
        Some(if head.contains("DescribeLogGroups") { json(groups) } else { json(events) })
    });
    let words = "logs --utc --group /aws/lambda/* --since 2026-11-22T10:00:00Z --until 2026-11-22T10:01:00Z --include-linked-accounts";
    assert_snapshot!(at(&server.url(), words).run(), @"
    2026-11-22 10:00:00.101 one
    ------- stderr -------
    fh: reading log group `/aws/lambda/orders` of account 444455556666
    [exit status: 0]
    ");
    let none = Canned::new(json("{\"logGroups\":[]}"));
    assert_snapshot!(at(&none.url(), "logs --group /aws/lambda/*").run(), @"
    ------- stderr -------
    fh: no log group in eu-west-1 matches `/aws/lambda/*`
      hint: list log groups: aws logs describe-log-groups --query 'logGroups[].logGroupName'
      hint: a function's log group is created on its first run; `-f` waits for it
      hint: `--include-linked-accounts` also looks in accounts that are linked to yours
    [exit status: 3]
    ");
}
