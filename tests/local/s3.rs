//! S3 with the clients that people have.

use std::fs;

use crate::harness::Local;

#[test]
fn the_aws_cli_makes_fills_lists_and_empties_a_bucket() {
    let local = Local::start();
    let file = |name: &str| local.folder.path().join(name);
    fs::create_dir(file("in")).unwrap();
    fs::write(file("in/one.txt"), "one").unwrap();
    fs::write(file("in/two ü+%.txt"), "two").unwrap();
    local.aws("s3 mb s3://demo");
    local.aws("s3 sync in s3://demo/2026/11");
    assert_eq!(local.bytes("demo", "2026/11/one.txt"), b"one");
    assert_eq!(local.bytes("demo", "2026/11/two ü+%25.txt"), b"two");
    let listed = local.aws("s3 ls --recursive s3://demo/");
    let names: Vec<_> = listed.lines().map(|line| line.get(31..).unwrap().to_owned()).collect();
    assert_eq!(names, ["2026/11/one.txt", "2026/11/two ü+%.txt"]);
    assert!(local.aws("s3 ls s3://demo/2026/").contains("PRE 11/"));
    local.aws("s3 sync s3://demo/2026/11 out");
    assert_eq!(fs::metadata(file("out/two ü+%.txt")).unwrap().len(), 3);
    local.aws("s3 cp s3://demo/2026/11/one.txt s3://demo/copy.txt");
    assert_eq!(local.bytes("demo", "copy.txt"), b"one");
    let location = local.aws("s3api get-bucket-location --bucket demo --output text");
    assert_eq!(location.trim(), "eu-west-1");
    local.aws("s3 rb --force s3://demo");
    assert_eq!(local.aws("s3 ls"), "");
}

#[test]
fn the_aws_cli_uploads_in_parts() {
    let local = Local::start();
    let large: Vec<u8> = (0..17 * 1024 * 1024_u32).map(|at| at.to_le_bytes()[1]).collect();
    fs::write(local.folder.path().join("large"), &large).unwrap();
    local.aws("s3 mb s3://demo");
    local.aws("s3 cp large s3://demo/large");
    assert!(local.bytes("demo", "large") == large);
    let etag = local.aws("s3api head-object --bucket demo --key large --query ETag --output text");
    assert!(etag.trim().ends_with("-3\""), "{etag}");
    local.aws("s3 cp s3://demo/large again");
    assert_eq!(fs::metadata(local.folder.path().join("again")).unwrap().len(), 17 * 1024 * 1024);
}

#[test]
fn s5cmd_copies_lists_and_removes() {
    let local = Local::start();
    fs::write(local.folder.path().join("a.json"), "{}").unwrap();
    local.s5cmd("mb s3://demo");
    local.s5cmd("cp a.json s3://demo/x/a.json");
    local.s5cmd("cp a.json s3://demo/x/b.json");
    assert_eq!(local.s5cmd("cat s3://demo/x/a.json"), "{}");
    assert_eq!(local.s5cmd("ls s3://demo/x/*.json").lines().count(), 2);
    local.s5cmd("rm s3://demo/x/*");
    local.s5cmd("rb s3://demo");
}

#[test]
fn boto3_finds_everything_as_in_aws() {
    Local::start().python(include_str!("s3.py"));
}

#[test]
fn fh_reads_what_is_in_it() {
    let local = Local::start();
    local.aws("s3 mb s3://demo");
    for (key, text) in [("a", "{\"n\":1}\n"), ("b", "{\"n\":2}\n")] {
        fs::write(local.folder.path().join(key), text).unwrap();
        local.aws(&format!("s3 cp {key} s3://demo/2026/{key}"));
    }
    assert_eq!(local.fh("decode s3://demo/2026/"), "{\"n\":1}\n{\"n\":2}\n");
}

/// A put as the SDKs for Java, JavaScript and Rust send it.
fn chunked(local: &Local, key: &str, checksum: &str, length: usize) -> String {
    let body =
        format!("a\r\nhello chun\r\n8\r\nked body\r\n0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n");
    local.send(format!(
        "PUT /demo/{key} HTTP/1.1\r\nHost: {}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=other/20261129/us-east-1/s3/aws4_request, \
         SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={}\r\n\
         x-amz-date: 20261129T050000Z\r\n\
         x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n\
         content-encoding: aws-chunked\r\nx-amz-trailer: x-amz-checksum-crc32\r\n\
         x-amz-decoded-content-length: {length}\r\ncontent-length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        local.address(),
        "0".repeat(64),
        body.len()
    ))
}

#[test]
fn a_chunked_body_is_stored_without_its_framing() {
    let local = Local::start();
    local.aws("s3 mb s3://demo");
    let answer = chunked(&local, "chunked", "LQhk1w==", 18);
    let answer_is_good = answer.starts_with("HTTP/1.1 200");
    assert!(answer_is_good, "{answer}");
    assert_eq!(local.bytes("demo", "chunked"), b"hello chunked body");
    let head = local.aws("s3api head-object --bucket demo --key chunked");
    assert!(!head.contains("ContentEncoding"), "{head}");
    for (checksum, length, code) in [
        ("AAAAAA==", 18, "<Code>BadDigest</Code>"),
        ("LQhk1w==", 17, "<Code>IncompleteBody</Code>"),
    ] {
        let answer = chunked(&local, "damaged", checksum, length);
        assert!(answer.contains(code), "{answer}");
        assert!(!local.object("demo", "damaged").exists());
    }
}

#[test]
fn a_bucket_is_a_name_below_localhost_too() {
    let local = Local::start();
    local.aws("s3 mb s3://demo");
    let port = local.address().rsplit(':').next().unwrap().to_owned();
    let answer = local.send(format!(
        "PUT /a/b HTTP/1.1\r\nHost: demo.localhost:{port}\r\nContent-Length: 2\r\n\
         Connection: close\r\n\r\nhi"
    ));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(local.bytes("demo", "a/b"), b"hi");
}

#[test]
fn nothing_is_written_outside_the_folder() {
    let local = Local::start();
    local.aws("s3 mb s3://demo");
    for path in ["/demo/../../escaped", "/demo/%2e%2e/%2e%2e/escaped", "/demo//etc/escaped"] {
        local.send(format!(
            "PUT {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
            local.address()
        ));
    }
    for path in ["..", "%2e%2e", "%2E%2E/demo"] {
        local.send(format!(
            "PUT /{path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            local.address()
        ));
    }
    assert!(local.object("demo", "%2E%2E/%2E%2E/escaped").is_file());
    assert!(local.object("demo", "%_/etc/escaped").is_file());
    let inside: Vec<_> = fs::read_dir(local.server.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(inside, ["s3"]);
}
