//! Inputs in S3: the real binary against moto's server.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::process::Command;

use insta::assert_snapshot;

use crate::harness::{Fh, Output};
use crate::installed::python;
use crate::masks::{self, mask};
use crate::moto::moto;

/// A run with credentials, against moto's server.
pub(crate) fn fh(words: &str) -> Fh {
    at(&moto().url(), words)
}

/// A run with credentials, against the server at `url`.
pub(crate) fn at(url: &str, words: &str) -> Fh {
    Fh::new()
        .args(words)
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
}

/// Runs a piece of Python with a client of boto3 for each service that is
/// used here, against moto's server.
pub(crate) fn boto(script: &str) -> String {
    let head = format!(
        "import base64, gzip, json, sys, boto3\n\
         url = '{}'\n\
         session = boto3.Session('AKIAIOSFODNN7EXAMPLE', 'secret', region_name='eu-west-1')\n\
         s3, firehose = (session.client(name, endpoint_url=url) for name in ('s3', 'firehose'))\n\
         def bucket(name, objects):\n\
         \x20   where = {{'LocationConstraint': 'eu-west-1'}}\n\
         \x20   s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)\n\
         \x20   for key, body in objects.items():\n\
         \x20       s3.put_object(Bucket=name, Key=key, Body=body)\n",
        moto().url()
    );
    let output = Command::new(python()).arg("-c").arg(head + script).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The name of an object of a stream, as Firehose makes them; `letter` is one of
/// `a` to `f`.
pub(crate) fn object_name(stream: &str, letter: char) -> String {
    format!("{stream}-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f3{letter}")
}

fn decode(words: &str) -> Output {
    fh(&format!("decode {words}")).run()
}

#[test]
fn logs_that_were_exported_to_s3_are_read() {
    boto(
        "t = '2026-11-22T10:00:00.10'\n\
         i = '8f507cfc-0000-4000-8000-000000000001'\n\
         lines = [f'{t}1Z START RequestId: {i} Version: 1', f'{t}2Z [ERROR] no price', f'{t}3Z END RequestId: {i}']\n\
         bucket('exported', {'logs/task/a/000000.gz': gzip.compress('\\n'.join(lines).encode())})",
    );
    assert_snapshot!(fh("logs --utc --errors s3://exported/logs/").run(), @"
    2026-11-22 10:00:00.101 invocation 8f507cfc-0000-4000-8000-000000000001 error, version 1
      2026-11-22 10:00:00.102 [ERROR] no price
    [exit status: 0]
    ");
}

#[test]
fn all_below_a_prefix_is_read_in_the_order_of_the_keys() {
    boto(
        "bucket('below', {'a/2': b'{\"n\":2}', 'a/1': gzip.compress(b'{\"n\":1}'), 'a/': b'', \
         'a/deep/3': b'{\"n\":3}', 'ab': b'{\"n\":4}', 'b': b'{\"n\":5}'})",
    );
    assert_snapshot!(decode("s3://below/a/ --compact"), @r#"
    {"n":1}
    {"n":2}
    {"n":3}
    [exit status: 0]
    "#);
    assert_snapshot!(decode("s3://below --compact"), @r#"
    {"n":1}
    {"n":2}
    {"n":3}
    {"n":4}
    {"n":5}
    [exit status: 0]
    "#);
}

#[test]
fn a_key_that_exists_is_that_object_alone() {
    boto("bucket('exact', {'a': b'{\"n\":1}', 'ab': b'{\"n\":2}'})");
    assert_eq!(decode("s3://exact/a").text(), "{\"n\":1}\n");
    assert_eq!(decode("s3://exact/ab").text(), "{\"n\":2}\n");
}

#[test]
fn more_keys_than_a_page_holds_are_all_read_once() {
    boto(
        "bucket('pages', {})\n\
         from concurrent.futures import ThreadPoolExecutor\n\
         put = lambda n: s3.put_object(Bucket='pages', Key=f'k/{n:05}', Body=json.dumps({'n': n}))\n\
         list(ThreadPoolExecutor(8).map(put, range(1100)))",
    );
    let text = decode("s3://pages/k/").success();
    let expected: Vec<String> = (0..1100).map(|n| format!("{{\"n\":{n}}}")).collect();
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn an_object_of_many_pieces_comes_whole() {
    boto(
        "bucket('large', {'lines': b''.join(b'{\"line\":%d,\"pad\":\"%s\"}\\n' % (n, b'x' * 900) for n in range(20000))})",
    );
    let text = decode("s3://large/lines").success();
    assert_eq!(text.lines().count(), 20_000);
    assert!(text.ends_with(&format!("{}\"}}\n", "x".repeat(900))), "the end is cut");
}

#[test]
fn names_of_objects_cannot_control_the_terminal() {
    let _masks = mask(masks::SERVER);
    boto("bucket('names', {'a b/ü': b'broken {', 'a b/\\x1b[31m': b'{\"n\":'})");
    assert_snapshot!(fh("decode --input-format json").arg("s3://names/a b/").run(), @r"
    ------- stderr -------
    fh: s3://names/a b/\u{1b}[31m: line 1, record 1: JSON ends early at byte 5
      hint: the text was truncated or edited; the lines after it are read separately
    fh: s3://names/a b/ü: line 1, record 1: invalid JSON: expected a JSON value at byte 0
      hint: the text was truncated or edited; the lines after it are read separately
    fh: 2 of 2 records with problems
    [exit status: 1]
    ");
}

#[test]
fn failures_in_s3_become_an_event() {
    let failures = "json.dumps({'rawData': base64.b64encode(b'{\"n\":1}').decode(), \
                    'errorCode': 'Lambda.FunctionError', 'arrivalTimestamp': 1795341600123})";
    boto(&format!("bucket('failed', {{'processing-failed/2026/11/22/10/x': {failures}}})"));
    assert_snapshot!(fh("event --seed 1 --from-failures s3://failed/processing-failed/").run(), @r#"
    {"invocationId":"6f13963d-4eb7-47b2-a0d2-b07f9d1f4777","deliveryStreamArn":"arn:aws:firehose:us-east-1:111122223333:deliverystream/orders","region":"us-east-1","records":[{"recordId":"shardId-00000000000000000000000000000000000000000000000000000000000000000000000000000000000049630979792103241390702185822011092621050757224991165885000000000000","approximateArrivalTimestamp":1795341600123,"data":"eyJuIjoxfQ=="}]}
    [exit status: 0]
    "#);
}

#[test]
fn a_bucket_that_does_not_exist_is_named() {
    let _masks = mask(masks::SERVER);
    assert_snapshot!(decode("s3://no-such-bucket/a"), @"
    ------- stderr -------
    fh: cannot list bucket `no-such-bucket` in eu-west-1 at http://127.0.0.1:[…]: the bucket does not exist: The specified bucket does not exist (NoSuchBucket, request id […])
      hint: check its name and the account: aws s3 ls
    [exit status: 3]
    ");
}

#[test]
fn a_place_with_nothing_is_an_error() {
    boto("bucket('nothing', {'a': b'x'})");
    assert_snapshot!(decode("s3://nothing/b/"), @"
    ------- stderr -------
    fh: no objects at `s3://nothing/b/`
      hint: keys must start with the prefix; list them: aws s3 ls s3://nothing/
    [exit status: 2]
    ");
}

#[test]
fn an_archived_object_is_reported_and_the_rest_is_read() {
    let _masks = mask(masks::SERVER);
    boto(
        "bucket('archive', {'1': b'{\"n\":1}', '3': b'{\"n\":3}'})\n\
         s3.put_object(Bucket='archive', Key='2', Body=b'x', StorageClass='DEEP_ARCHIVE')",
    );
    assert_snapshot!(decode("s3://archive"), @r#"
    {"n":1}
    {"n":3}
    ------- stderr -------
    fh: cannot get `s3://archive/2` (storage class DEEP_ARCHIVE) in eu-west-1 at http://127.0.0.1:[…]: it is archived: The operation is not valid for the object's storage class (InvalidObjectState, request id […])
      hint: restore it first: aws s3api restore-object --restore-request Days=1 … for `s3://archive/2`
    [exit status: 2]
    "#);
}

#[test]
fn what_is_no_place_in_s3_is_refused() {
    assert_snapshot!(decode("s3://a@b/c"), @"
    ------- stderr -------
    fh: `s3://a@b/c`: `a@b` is not a valid bucket name
    [exit status: 2]
    ");
}
