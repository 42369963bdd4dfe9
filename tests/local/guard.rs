//! Who may call: its user, not a web page.

use crate::harness::Local;

#[test]
fn only_requests_of_the_user_to_its_own_hosts_are_answered() {
    let local = Local::start();
    let address = local.address();
    let port = address.rsplit(':').next().unwrap_or_default();
    let hosts = [
        (address.clone(), true),
        (format!("localhost:{port}"), true),
        (format!("[::1]:{port}"), true),
        (format!("orders.localhost:{port}"), true),
        (format!("streaming-logs.localhost:{port}"), true),
        (format!("evil.example:{port}"), false),
        (format!("localhost.evil.example:{port}"), false),
        ("localhost:1".to_owned(), false),
    ];
    let headers = [
        ("", true),
        ("Sec-Fetch-Site: none\r\n", true),
        ("Origin: http://evil.example\r\n", false),
        ("Origin: null\r\n", false),
        ("Sec-Fetch-Site: cross-site\r\n", false),
    ];
    for (host, is_own) in &hosts {
        for (header, is_user) in headers {
            for method in ["GET", "POST", "OPTIONS"] {
                let answer = local.send(format!(
                    "{method} / HTTP/1.1\r\nHost: {host}\r\n{header}Content-Length: 0\r\n\
                     Connection: close\r\n\r\n"
                ));
                let is_refused = answer.starts_with("HTTP/1.1 403");
                let is_allowed = *is_own && is_user && method != "OPTIONS";
                assert_eq!(is_refused, !is_allowed, "{method} {host} {header}: {answer}");
                assert!(!answer.to_ascii_lowercase().contains("access-control"), "{answer}");
            }
        }
    }
}

#[test]
fn what_there_is_not_is_refused_in_the_words_of_its_service() {
    let local = Local::start();
    let address = local.address();
    let signed = |service: &str| {
        format!(
            "Authorization: AWS4-HMAC-SHA256 Credential=K/20261129/eu-west-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=0\r\n"
        )
    };
    for (request, service, headers, wanted) in [
        (
            "GET /demo?policy",
            "s3",
            "",
            "<Code>NotImplemented</Code><Message>fh local does not support this operation of S3; it supports ListBuckets",
        ),
        (
            "POST /demo",
            "s3",
            "Content-Type: multipart/form-data; boundary=x\r\n",
            "<Code>NotImplemented</Code>",
        ),
        (
            "POST /",
            "dynamodb",
            "X-Amz-Target: DynamoDB_20120810.GetItem\r\n",
            "\"message\":\"fh local does not serve dynamodb; it serves firehose, s3, logs",
        ),
        (
            "POST /",
            "sqs",
            "Content-Type: application/x-www-form-urlencoded\r\n",
            "<Message>fh local does not serve sqs; it serves",
        ),
    ] {
        let answer = local.send(format!(
            "{request} HTTP/1.1\r\nHost: {address}\r\n{}{headers}Content-Length: 0\r\n\
             Connection: close\r\n\r\n",
            signed(service)
        ));
        assert!(answer.contains(wanted), "{request} {service}: {answer}");
    }
}
