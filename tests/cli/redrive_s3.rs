//! `fh redrive` in AWS: failures found through the stream, tags, backups; moto
//! is Firehose and S3.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::aws_hints::s3_error;
use crate::canned::Canned;
use crate::harness::{Output, until};
use crate::masks::{self, mask};
use crate::s3::{at, boto, fh, object_name};
use crate::s3_errors::{answer, page};
use crate::send_stops::STREAM;

/// A stream to a bucket of its own, and three failure records below its error
/// prefix, in two objects, of which one has a tag.
pub(crate) fn stream(name: &str) {
    let (a, b) = (object_name(name, 'a'), object_name(name, 'b'));
    boto(&format!(
        "bucket('{name}', {{}})
firehose.create_delivery_stream(DeliveryStreamName='{name}', DeliveryStreamType='DirectPut',
    ExtendedS3DestinationConfiguration={{'RoleARN': 'arn:aws:iam::123456789012:role/firehose',
        'BucketARN': 'arn:aws:s3:::{name}', 'Prefix': 'delivered/', 'CompressionFormat': 'UNCOMPRESSED',
        'BufferingHints': {{'SizeInMBs': 1, 'IntervalInSeconds': 60}},
        'EncryptionConfiguration': {{'NoEncryptionConfig': 'NoEncryption'}},
        'ErrorOutputPrefix': 'failed/!{{firehose:error-output-type}}/'}})
def failure(data):
    data = base64.b64encode(data).decode()
    return json.dumps({{'rawData': data, 'errorCode': 'Lambda.FunctionError', 'errorMessage': 'm',
        'attemptsMade': 4, 'arrivalTimestamp': 1795341600123}}).encode() + b'\\n'
s3.put_object(Bucket='{name}', Key='failed/processing-failed/{a}', Body=failure(b'a\\n') + failure(b'\\xff\\x00'))
s3.put_object(Bucket='{name}', Key='failed/processing-failed/{b}', Body=gzip.compress(failure(b'b')), Tagging='team=orders')"
    ));
}

/// All that was delivered.
pub(crate) fn delivered(name: &str) -> String {
    boto(&format!(
        "keys = sorted(it['Key'] for it in s3.list_objects_v2(Bucket='{name}', Prefix='delivered/').get('Contents', []))
print(b''.join(s3.get_object(Bucket='{name}', Key=key)['Body'].read() for key in keys))"
    ))
}

fn tags(name: &str) -> String {
    boto(&format!(
        "for key in ('{}', '{}'):
    tags = s3.get_object_tagging(Bucket='{name}', Key='failed/processing-failed/' + key)['TagSet']
    print(key[-1], sorted((it['Key'], it['Value']) for it in tags))",
        object_name(name, 'a'),
        object_name(name, 'b')
    ))
}

pub(crate) fn run(folder: &TempDir, words: &str) -> Output {
    let home = folder.path().to_str().unwrap();
    fh(&format!("redrive {words}")).current_dir(folder.path()).env("HOME", home).run()
}

#[test]
fn the_failures_of_a_stream_are_found_put_back_and_tagged() {
    let _masks = mask(masks::REDRIVE);
    stream("shop");
    let folder = tempfile::tempdir().unwrap();
    let output = run(&folder, "--stream shop --yes --tag-done fh=done");
    assert_snapshot!(output, @"
    redrive into shop (eu-west-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   no earlier redrive known on this machine
    read      3 records in 2 objects
    to send   3 records, 5 B
               3  Lambda.FunctionError
    ledger    STATE/fh-redrive-shop-JOB.ledger (new)
    sent      3 records, 5 B, acknowledged in TIME
    tagged    2 objects
    visible   s3://shop after 60 s or 1 MiB: by […] at the latest
    next      fh failures --stream shop --since […]
    ------- stderr -------
    fh: reading s3://shop/failed/decompression-failed/, s3://shop/failed/format-conversion-failed/, s3://shop/failed/processing-failed/
    [exit status: 0]
    ");
    assert_snapshot!(delivered("shop"), @r"b'a\n\xff\x00b'");
    assert_snapshot!(tags("shop"), @"
    a [('fh', 'done')]
    b [('fh', 'done'), ('team', 'orders')]
    ");
    // Again: nothing is sent, and what was tagged stays so.
    assert_snapshot!(run(&folder, "--stream shop --yes --tag-done fh=done"), @"
    redrive into shop (eu-west-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   3 records sent into this stream, last at TIME (1 ledger)
    read      3 records in 2 objects
    done      3 records, 5 B: acknowledged by an earlier run
    to send   nothing
    ledger    STATE/fh-redrive-shop-JOB.ledger
    tagged    2 objects
    ------- stderr -------
    fh: reading s3://shop/failed/decompression-failed/, s3://shop/failed/format-conversion-failed/, s3://shop/failed/processing-failed/
    fh: nothing to send
    [exit status: 0]
    ");
    assert_snapshot!(delivered("shop"), @r"b'a\n\xff\x00b'");
}

#[test]
fn an_object_is_tagged_only_when_all_of_it_is_acknowledged() {
    stream("parts");
    let folder = tempfile::tempdir().unwrap();
    let words = "--bucket parts --prefix failed/ --stream parts --yes --tag-done fh=done";
    assert_eq!(run(&folder, &format!("{words} --limit 1")).code(), 0);
    assert_snapshot!(tags("parts"), @"
    a []
    b [('team', 'orders')]
    ");
    assert_eq!(run(&folder, words).code(), 0);
    assert_snapshot!(tags("parts"), @"
    a [('fh', 'done')]
    b [('fh', 'done'), ('team', 'orders')]
    ");
}

#[test]
fn an_object_that_was_written_again_is_left_alone() {
    let _masks = mask(masks::REDRIVE);
    stream("anew");
    let folder = tempfile::tempdir().unwrap();
    let words = "--stream anew --yes s3://anew/failed/processing-failed/anew-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f3b";
    assert_eq!(run(&folder, words).code(), 0);
    boto(
        "body = s3.get_object(Bucket='anew', Key='failed/processing-failed/anew-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f3a')['Body'].read()\n\
          s3.put_object(Bucket='anew', Key='failed/processing-failed/anew-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f3b', Body=body)",
    );
    assert_snapshot!(run(&folder, words), @"
    redrive into anew (eu-west-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   1 record sent into this stream, last at TIME (1 ledger)
    read      2 records in 1 object
    to send   nothing
    skipped   2 records
               2  its object has changed since the redrive started
                  s3://anew/failed/processing-failed/anew-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f3b: line 1, record 1
                  s3://anew/failed/processing-failed/anew-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f3b: line 2, record 2
                  hint: restore the object; put new data into a separate object
    ledger    STATE/fh-redrive-anew-JOB.ledger
    ------- stderr -------
    fh: nothing to send
    [exit status: 1]
    ");
}

#[test]
fn what_cannot_be_tagged_is_reported_and_the_records_stay_put() {
    stream("toomany");
    boto(
        "tags = '&'.join(f't{n}=x' for n in range(10))\n\
          body = s3.get_object(Bucket='toomany', Key='failed/processing-failed/toomany-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f3b')['Body'].read()\n\
          s3.put_object(Bucket='toomany', Key='failed/processing-failed/toomany-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f3b', Body=body, Tagging=tags)",
    );
    let folder = tempfile::tempdir().unwrap();
    let output = run(&folder, "--stream toomany --yes --tag-done fh=done");
    assert_eq!(output.code(), 1, "{output}");
    assert!(output.text().contains("tagged    1 object of 2"), "{output}");
    assert!(output.errors().contains("cannot tag `s3://toomany/"), "{output}");
}

#[test]
fn source_backups_in_s3_are_put_back_too() {
    stream("backup");
    let (first, second) = (object_name("backup", 'a'), object_name("backup", 'b'));
    boto(&format!(
        "s3.put_object(Bucket='backup', Key='source/{first}', Body=b'{{\"n\":1}}{{\"n\":2}}')\n\
          s3.put_object(Bucket='backup', Key='source/{second}.gz', Body=gzip.compress(b'{{\"n\":3}}{{\"n\":4}}'))",
    ));
    let folder = tempfile::tempdir().unwrap();
    let output = run(&folder, "--stream backup --yes --backup --bucket backup --prefix source/");
    assert_eq!(output.code(), 0, "{output}");
    assert_snapshot!(delivered("backup"), @r#"b'{"n":1}{"n":2}{"n":3}{"n":4}'"#);
}

/// A bucket with two failure objects, and a stream: what is asked about tags gets the
/// answer of `tagging`.
fn with_tags(tagging: fn(&str) -> Option<Vec<u8>>) -> Canned {
    Canned::answering(move |head| {
        let body = match head {
            _ if head.contains("?tagging") => return tagging(head),
            _ if head.contains("list-type=2") => {
                let keys = [object_name("orders", 'a'), object_name("orders", 'b')];
                return Some(page(&[&keys[0], &keys[1]]));
            }
            _ if head.contains("DescribeDeliveryStream") => STREAM,
            _ if head.contains("PutRecordBatch") => {
                r#"{"FailedPutCount":0,"RequestResponses":[{"RecordId":"1"},{"RecordId":"2"}]}"#
            }
            _ => {
                r#"{"attemptsMade":4,"errorCode":"Lambda.FunctionError","errorMessage":"m","rawData":"eyJuIjoxfQ=="}"#
            }
        };
        Some(answer("200 OK", "etag: \"1\"\r\n", body))
    })
}

#[test]
fn objects_are_tagged_at_the_cost_of_the_caller_if_that_is_agreed() {
    let server = with_tags(|head| {
        let pays = head.to_ascii_lowercase().contains("x-amz-request-payer: requester");
        Some(if pays {
            answer("200 OK", "", "<Tagging><TagSet></TagSet></Tagging>")
        } else {
            s3_error("AccessDenied", "Access Denied")
        })
    });
    let run = |words: &str| {
        let folder = tempfile::tempdir().unwrap();
        let tag = "redrive --bucket lake --prefix= --stream orders --yes --tag-done fh=done";
        at(&server.url(), &format!("{tag} {words}")).current_dir(folder.path()).run()
    };
    let refused = run("");
    assert!(refused.errors().contains("cannot tag `s3://lake/"), "{refused}");
    let tagged = run("--request-payer");
    assert!(tagged.text().contains("tagged    2 objects"), "{tagged}");
}

#[test]
fn tagging_can_be_stopped() {
    let server = with_tags(|_| None);
    let folder = tempfile::tempdir().unwrap();
    let words = "redrive --bucket lake --prefix= --stream orders --yes --tag-done fh=done";
    let session = at(&server.url(), words).current_dir(folder.path()).start();
    until(|| server.requests().iter().any(|head| head.contains("?tagging")));
    session.signal("INT");
    let output = session.finish();
    assert_eq!(output.code(), 130, "{output}");
    assert!(output.errors().contains("run the same command again to tag the rest"), "{output}");
}
