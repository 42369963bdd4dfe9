//! S3 that refuses: answers that moto does not give.

use std::sync::atomic::{AtomicU32, Ordering};

use insta::assert_snapshot;
use serde_json::value::RawValue;

use crate::canned::Canned;
use crate::harness::Output;
use crate::masks::{self, mask};
use crate::s3::at;

pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/xml\r\nx-amz-request-id: 4442587FB7D0A2F9\r\n{headers}\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn error(status: &str, code: &str, message: &str, headers: &str) -> Vec<u8> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    answer(status, headers, &body)
}

/// A page with these keys, each with a body of nine bytes.
pub(crate) fn page(keys: &[&str]) -> Vec<u8> {
    let contents: Vec<String> = keys
        .iter()
        .map(|key| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-22T10:00:00.000Z</LastModified>\
                 <ETag>&quot;1&quot;</ETag><Size>9</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
        })
        .collect();
    let contents = contents.concat();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>lake</Name><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
    );
    answer("200 OK", "", &body)
}

const BODY: &str = "{\"n\":100}";

/// Decodes all of a bucket whose objects are `1`, `2` and `3`; `second` is the
/// answer to a get of `2`.
fn with_second(second: Vec<u8>) -> Output {
    let server = Canned::answering(move |head| {
        Some(match head {
            head if head.contains("list-type=2") => page(&["1", "2", "3"]),
            head if head.starts_with("GET /lake/2") => second.clone(),
            _ => answer("200 OK", "etag: \"1\"\r\n", BODY),
        })
    });
    at(&server.url(), "decode s3://lake").run()
}

#[test]
fn what_is_gone_since_it_was_listed_is_reported_and_the_rest_is_read() {
    let _masks = mask(masks::SERVER);
    assert_snapshot!(with_second(error("404 Not Found", "NoSuchKey", "The specified key does not exist.", "")), @r#"
    {"n":100}
    {"n":100}
    ------- stderr -------
    fh: cannot get `s3://lake/2` in eu-west-1 at http://127.0.0.1:[…]: it no longer exists: The specified key does not exist. (NoSuchKey, request id […])
      hint: it was deleted or moved after it was listed, perhaps by a lifecycle rule
    [exit status: 2]
    "#);
}

#[test]
fn what_has_changed_since_it_was_listed_is_reported() {
    let _masks = mask(masks::SERVER);
    assert_snapshot!(with_second(error("412 Precondition Failed", "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", "")), @r#"
    {"n":100}
    {"n":100}
    ------- stderr -------
    fh: cannot get `s3://lake/2` in eu-west-1 at http://127.0.0.1:[…]: it was overwritten after it was listed: At least one of the pre-conditions you specified did not hold (PreconditionFailed, request id […])
      hint: run the command again to read the new one
    [exit status: 2]
    "#);
}

#[test]
fn what_may_not_be_read_is_reported_with_the_causes_in_order() {
    let _masks = mask(masks::SERVER);
    let message = "User: arn:aws:sts::111122223333:assumed-role/Reader/me is not authorized to perform: s3:GetObject";
    assert_snapshot!(with_second(error("403 Forbidden", "AccessDenied", message, "")), @r#"
    {"n":100}
    {"n":100}
    ------- stderr -------
    fh: cannot get `s3://lake/2` in eu-west-1 at http://127.0.0.1:[…]: access denied: User: arn:aws:sts::111122223333:assumed-role/Reader/me is not authorized to perform: s3:GetObject (AccessDenied, request id […])
      hint: grant `s3:GetObject` on `s3://lake/2` to `arn:aws:sts::111122223333:assumed-role/Reader/me`
      hint: other causes: its KMS key (`kms:Decrypt`), a bucket policy, a Requester Pays bucket (`--request-payer`), or a deleted object in a bucket that you are not allowed to list
    [exit status: 2]
    "#);
}

#[test]
fn a_key_of_kms_that_may_not_be_used_is_reported() {
    let _masks = mask(masks::SERVER);
    assert_snapshot!(with_second(error("400 Bad Request", "KMS.DisabledException", "arn:aws:kms:eu-west-1:111122223333:key/1 is disabled.", "")), @r#"
    {"n":100}
    {"n":100}
    ------- stderr -------
    fh: cannot get `s3://lake/2` in eu-west-1 at http://127.0.0.1:[…]: the KMS key of `s3://lake/2` cannot be used: arn:aws:kms:eu-west-1:111122223333:key/1 is disabled. (KMS.DisabledException, request id […])
      hint: the key must be enabled, and its policy must allow you `kms:Decrypt`
    [exit status: 2]
    "#);
}

#[test]
fn a_body_that_breaks_off_again_and_again_is_reported() {
    let _masks = mask(masks::SERVER);
    let short =
        b"HTTP/1.1 200 OK\r\netag: \"1\"\r\nconnection: close\r\ncontent-length: 9\r\n\r\n{\"n\""
            .to_vec();
    assert_snapshot!(with_second(short), @r#"
    {"n":100}
    {"n":100}
    ------- stderr -------
    fh: cannot read `s3://lake/2`: streaming error: error reading a body from connection: end of file before message length reached
    [exit status: 2]
    "#);
}

#[test]
fn a_body_that_breaks_off_is_taken_up_where_it_did() {
    let server = Canned::answering(|head| {
        Some(match head {
            head if head.contains("list-type=2") => page(&["1"]),
            head if head.to_ascii_lowercase().contains("range: bytes=4-") => {
                assert!(head.to_ascii_lowercase().contains("if-match: \"1\""), "{head}");
                answer("206 Partial Content", "content-range: bytes 4-8/9\r\n", ":100}")
            }
            _ => {
                b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\n{\"n\"".to_vec()
            }
        })
    });
    assert_eq!(at(&server.url(), "decode s3://lake").run().success(), "{\"n\":100}\n");
}

#[test]
fn a_bucket_in_another_region_is_followed_there_once() {
    let _masks = mask(masks::SERVER);
    let server = Canned::answering(|head| {
        let elsewhere = "x-amz-bucket-region: us-west-2\r\n";
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint.";
        Some(match head {
            head if !head.contains("/us-west-2/s3/") => {
                error("301 Moved Permanently", "PermanentRedirect", message, elsewhere)
            }
            head if head.contains("list-type=2") => page(&["1"]),
            _ => answer("200 OK", "", BODY),
        })
    });
    assert_snapshot!(at(&server.url(), "decode s3://lake").run(), @r#"
    {"n":100}
    ------- stderr -------
    fh: bucket `lake` is in us-west-2: using that Region
    [exit status: 0]
    "#);
}

#[test]
fn a_bucket_that_is_sent_from_region_to_region_is_given_up() {
    let _masks = mask(masks::SERVER);
    let server = Canned::answering(|head| {
        let other = if head.contains("/us-west-2/s3/") { "eu-west-1" } else { "us-west-2" };
        let headers = format!("x-amz-bucket-region: {other}\r\n");
        Some(error("301 Moved Permanently", "PermanentRedirect", "elsewhere", &headers))
    });
    assert_snapshot!(at(&server.url(), "decode s3://lake").run(), @"
    ------- stderr -------
    fh: bucket `lake` is in us-west-2: using that Region
    fh: S3 redirects from Region to Region: first to us-west-2, then to eu-west-1
      hint: check `--endpoint-url` and AWS_ENDPOINT_URL
    [exit status: 3]
    ");
}

#[test]
fn without_the_right_to_list_the_missing_action_is_named() {
    let _masks = mask(masks::SERVER);
    let denied = error("403 Forbidden", "AccessDenied", "Access Denied", "");
    let server = Canned::new(denied);
    assert_snapshot!(at(&server.url(), "decode s3://lake/logs/").run(), @"
    ------- stderr -------
    fh: cannot list bucket `lake` in eu-west-1 at http://127.0.0.1:[…]: access denied: Access Denied (AccessDenied, request id […])
      hint: grant `s3:ListBucket` on bucket `lake` to your user or role
      hint: a Requester Pays bucket also needs `--request-payer`
    [exit status: 3]
    ");
}

#[test]
fn an_object_is_read_without_the_right_to_list() {
    let server = Canned::answering(|head| {
        Some(match head {
            head if head.contains("list-type=2") => {
                error("403 Forbidden", "AccessDenied", "Access Denied", "")
            }
            _ => answer("200 OK", "", BODY),
        })
    });
    assert_eq!(at(&server.url(), "decode s3://lake/logs/1").run().success(), "{\"n\":100}\n");
}

#[test]
fn a_large_object_is_read_without_the_right_to_list() {
    let body = BODY.repeat(300_000);
    let size = body.len();
    let server = Canned::answering(move |head| {
        Some(match head {
            head if head.contains("list-type=2") => {
                error("403 Forbidden", "AccessDenied", "Access Denied", "")
            }
            _ => answer("200 OK", "", &body),
        })
    });
    let text = at(&server.url(), "decode s3://lake/logs/1").run().success();
    assert_eq!(text.len(), size + 300_000, "a line for each");
}

#[test]
fn an_expired_login_is_named_and_not_tried_again() {
    let _masks = mask(masks::SERVER);
    let server = Canned::new(error(
        "400 Bad Request",
        "ExpiredToken",
        "The provided token has expired.",
        "",
    ));
    assert_snapshot!(at(&server.url(), "decode s3://lake").run(), @"
    ------- stderr -------
    fh: cannot list bucket `lake` in eu-west-1 at http://127.0.0.1:[…]: the credentials have expired: The provided token has expired. (ExpiredToken, request id […])
      hint: the credentials come from the environment: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again, unset them, or pass `--profile NAME`
    [exit status: 3]
    ");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_clock_that_is_off_is_measured() {
    let headers = "date: Mon, 23 Nov 2020 06:00:00 GMT\r\n";
    let message = "The difference between the request time and the current time is too large.";
    let server = Canned::new(error("403 Forbidden", "RequestTimeTooSkewed", message, headers));
    let output = at(&server.url(), "decode s3://lake").run();
    assert_eq!(output.code(), 3);
    assert!(output.errors().contains("days ahead of AWS"), "{output}");
}

#[test]
fn who_follows_gets_what_broke_with_the_next_listing() {
    let record = r#"{"attemptsMade":1,"errorCode":"Lambda.FunctionError","errorMessage":"m","rawData":"eyJuIjoxfQ=="}"#;
    // An outage longer than the attempts of one get.
    let gets = AtomicU32::new(0);
    let server = Canned::answering(move |head| {
        Some(match head {
            head if head.contains("list-type=2") => page(&["1", "2"]),
            head if head.starts_with("GET /lake/2") && gets.fetch_add(1, Ordering::Relaxed) < 4 => {
                error("500 Internal Server Error", "InternalError", "We encountered an error.", "")
            }
            _ => answer("200 OK", "etag: \"1\"\r\n", record),
        })
    });
    let words = "failures --bucket lake --prefix= --follow --quiet --output ndjson";
    let mut session = at(&server.url(), words).start();
    session.wait_for("s3://lake/1");
    session.wait_for("s3://lake/2");
    session.signal("INT");
    let output = session.finish();
    assert_eq!(output.text().lines().count(), 2, "{output}");
    assert!(output.errors().contains("cannot get `s3://lake/2`"), "{output}");
}

/// Standard input with one record, then a bucket that may not be listed.
fn before_an_error(words: &str, record: &str) -> Output {
    let server = Canned::new(error("403 Forbidden", "AccessDenied", "Access Denied", ""));
    let output = at(&server.url(), words).stdin(record).run();
    assert_eq!(output.code(), 3, "{output}");
    output
}

#[test]
fn what_was_read_before_an_error_is_shown_whole() {
    let failure = r#"{"attemptsMade":1,"errorCode":"Lambda.FunctionError","errorMessage":"m","rawData":"eyJuIjoxfQ=="}"#;
    for (words, record) in [("decode", BODY), ("failures --records", failure)] {
        let words = format!("{words} - s3://lake --output");
        let shown = |format| before_an_error(&format!("{words} {format}"), record).text();
        let array: Vec<Box<RawValue>> = serde_json::from_str(&shown("json")).unwrap();
        assert_eq!(array.len(), 1);
        assert_eq!(shown("ndjson"), format!("{}\n", array[0]));
        assert_eq!(shown("table").lines().count(), 2);
        assert_eq!(before_an_error(&format!("{words} json"), "").text(), "");
    }
}
