//! `fh send` and `fh send-demo`: the real binary against moto's server, and
//! against `fh local`, which fails at random.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use tempfile::TempDir;

use crate::harness::{Fh, Output, root, until};
use crate::local_server::LocalServer;
use crate::masks::{self, mask};
use crate::s3::{at, boto, fh};

/// A stream of moto with its bucket, and a transform that nobody runs.
pub(crate) fn stream(name: &str) {
    boto(&format!(
        "bucket('{name}-bucket', {{}})\n\
         role = 'arn:aws:iam::111122223333:role/firehose'\n\
         function = 'arn:aws:lambda:eu-west-1:111122223333:function:enrich:live'\n\
         firehose.create_delivery_stream(DeliveryStreamName='{name}', DeliveryStreamType='DirectPut', \
         ExtendedS3DestinationConfiguration=dict(RoleARN=role, BucketARN='arn:aws:s3:::{name}-bucket', \
         BufferingHints=dict(SizeInMBs=1, IntervalInSeconds=60), \
         CompressionFormat='UNCOMPRESSED', ProcessingConfiguration=dict(Enabled=True, Processors=[dict(Type='Lambda', Parameters=[\
         dict(ParameterName='LambdaArn', ParameterValue=function), \
         dict(ParameterName='BufferIntervalInSeconds', ParameterValue='30')])])))"
    ));
}

/// All that was delivered to the bucket of a stream of moto.
fn delivered(name: &str) -> String {
    boto(&format!(
        "for page in s3.get_paginator('list_objects_v2').paginate(Bucket='{name}-bucket'):\n\
         \x20   for item in page.get('Contents', []):\n\
         \x20       sys.stdout.buffer.write(s3.get_object(Bucket='{name}-bucket', Key=item['Key'])['Body'].read())"
    ))
}

#[test]
fn demo_records_arrive_and_the_forecast_is_that_of_the_stream() {
    let _masks = mask(masks::SEND);
    stream("demo");
    let output = fh("send-demo --stream demo --seed 7").run();
    assert_snapshot!(output, @"
    demo: 100 records acknowledged, […]
    visible   the transform `enrich:live` after 30 s or 1 MiB, then s3://demo-bucket after 60 s or 1 MiB: usually by […]
    next      fh logs --stream demo --since 15m
              fh failures --stream demo --since 15m
    ------- stderr -------
    fh: to delivery stream `demo` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 100 ticker records; to repeat: --seed […]
    fh: records are sent without a trailing newline: unless the transform adds one, S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    [exit status: 0]
    ");
    let text = delivered("demo");
    assert_eq!(text.matches("ticker_symbol").count(), 100);
    let event = Fh::new().args("event --seed 7 --records 1").run().success();
    let first = Fh::decode("").stdin(event).run().success();
    assert!(text.starts_with(first.trim_end()), "{text}");
}

#[test]
fn lines_arrive_byte_for_byte_without_their_newlines() {
    stream("lines");
    let input = b"{\"n\":1.10}\r\n\n \xff\x00 x\nlast".to_vec();
    let output = fh("send --stream lines --output json").stdin(input).run();
    assert_eq!(output.code(), 0, "{output}");
    let text = boto(
        "body = b''.join(s3.get_object(Bucket='lines-bucket', Key=item['Key'])['Body'].read() \
         for item in s3.list_objects_v2(Bucket='lines-bucket')['Contents'])\nprint(body)",
    );
    assert_eq!(text, "b'{\"n\":1.10}\\r \\xff\\x00 xlast'\n");
}

/// A stream of moto to S3 whose records get a newline each.
fn stream_with_newlines(name: &str) {
    boto(&format!(
        "bucket('{name}-bucket', {{}})\n\
         firehose.create_delivery_stream(DeliveryStreamName='{name}', DeliveryStreamType='DirectPut', \
         ExtendedS3DestinationConfiguration=dict(RoleARN='arn:aws:iam::111122223333:role/firehose', \
         BucketARN='arn:aws:s3:::{name}-bucket', CompressionFormat='UNCOMPRESSED', ProcessingConfiguration=dict(Enabled=True, \
         Processors=[dict(Type='AppendDelimiterToRecord', Parameters=[\
         dict(ParameterName='Delimiter', ParameterValue='\\\\n')])])))"
    ));
}

#[test]
fn records_without_a_newline_are_reported_once_where_that_matters() {
    const NOTE: &str = "fh: records are sent without a trailing newline";
    stream("glued");
    stream_with_newlines("apart");
    let lines = "{\"n\":1}\n".repeat(1200);
    let notes = |words: &str, input: &str| {
        let output = fh(words).stdin(input).run();
        assert_eq!(output.code(), 0, "{output}");
        assert!(!output.text().contains(NOTE), "{output}");
        assert!(
            output.errors().matches(NOTE).count() == output.errors().matches("`--newline`").count()
        );
        output.errors().matches(NOTE).count()
    };
    for words in ["", "--format ndjson", "--format json-stream", "--dry-run", "--output json"] {
        assert_eq!(notes(&format!("send --stream glued {words}"), &lines), 1, "{words}");
    }
    for words in ["--newline", "--gzip", "--format raw", "--quiet"] {
        assert_eq!(notes(&format!("send --stream glued {words}"), &lines), 0, "{words}");
    }
    assert_eq!(notes("send --stream glued --format base64", "eyJhIjoxfQ==\n"), 0);
    assert_eq!(notes("send --stream apart", &lines), 0);
    assert_eq!(notes("send-demo --stream glued --count 3", ""), 1);
    for words in ["--newline", "--gzip", "--payload cloudwatch-logs", "--quiet"] {
        assert_eq!(notes(&format!("send-demo --stream glued --count 3 {words}"), ""), 0, "{words}");
    }
}

#[test]
fn a_stream_that_reads_from_kinesis_is_refused_with_what_to_do_instead() {
    let _masks = mask(masks::SEND);
    boto(
        "role = 'arn:aws:iam::111122223333:role/firehose'\n\
         firehose.create_delivery_stream(DeliveryStreamName='reads', DeliveryStreamType='KinesisStreamAsSource', \
         KinesisStreamSourceConfiguration=dict(RoleARN=role, KinesisStreamARN='arn:aws:kinesis:eu-west-1:111122223333:stream/clicks'), \
         ExtendedS3DestinationConfiguration=dict(RoleARN=role, CompressionFormat='UNCOMPRESSED', BucketARN='arn:aws:s3:::lake'))",
    );
    assert_snapshot!(fh("send-demo --stream reads").run(), @"
    ------- stderr -------
    fh: delivery stream `reads` does not accept direct puts: it reads from the Kinesis data stream `clicks`
      hint: send to that stream: aws kinesis put-records --stream-name clicks
    [exit status: 2]
    ");
}

#[test]
fn a_stream_that_does_not_exist_is_named_with_its_region() {
    let _masks = mask(masks::SEND);
    stream("somewhere");
    assert_snapshot!(fh("send --stream nowhere Cargo.toml").run(), @"
    ------- stderr -------
    fh: cannot describe delivery stream `nowhere` in eu-west-1 at http://127.0.0.1:[…]: it does not exist there: Firehose nowhere under account 111122223333 not found. (ResourceNotFoundException, request id […])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: […] names that exist
    [exit status: 3]
    ");
}

#[test]
fn a_dry_run_sends_nothing() {
    let _masks = mask(masks::SEND);
    stream("dry");
    let run = |words: &str| fh(&format!("{words} --stream dry --dry-run")).run();
    assert_snapshot!(run("send --format base64 fixtures/records/base64-crlf.b64"), @"
    dry run: 3 records, 205 B in 1 request; nothing was sent
    ------- stderr -------
    fh: to delivery stream `dry` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 3 records, 205 B, 1 request, from fixtures/records/base64-crlf.b64
    [exit status: 0]
    ");
    assert_snapshot!(run("send-demo --seed 1 --output json"), @r#"
    {"dryRun":true,"records":100,"bytes":7232,"requests":1,"leftOut":0}
    ------- stderr -------
    fh: to delivery stream `dry` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 100 ticker records; to repeat: --seed […]
    fh: records are sent without a trailing newline: unless the transform adds one, S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    [exit status: 0]
    "#);
    assert_eq!(delivered("dry"), "");
}

/// Numbered lines.
pub(crate) fn lines(count: u64) -> String {
    (1..=count).fold(String::new(), |mut text, number| {
        writeln!(text, "record {number}").unwrap();
        text
    })
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    ending: String,
    acknowledged: u64,
    refused: u64,
    unknown: u64,
    retries: u64,
    possible_duplicates: Vec<(u64, u64)>,
    unsent_file: Option<String>,
    unknown_file: Option<String>,
}

fn report(output: &Output) -> Report {
    let text = output.text();
    assert!(!text.is_empty(), "{output}");
    serde_json::from_str(&text).unwrap()
}

/// Sends numbered lines to a stream with these faults; nothing may be lost,
/// and every duplicate has to be listed.
fn nothing_is_lost(faults: &str, seed: u64, records: u64) -> u64 {
    let server = LocalServer::orders_seeded(faults, seed);
    // Runs of one second in one folder would try the same name for what is unsent.
    let folder = TempDir::new().unwrap();
    let output = at(&server.url(), "send --stream orders --output json --quiet --newline")
        .stdin(lines(records))
        .current_dir(folder.path())
        .run();
    let report = report(&output);
    assert_eq!(output.code(), 0, "{output}");
    assert_eq!((report.ending.as_str(), report.acknowledged), ("complete", records));
    let delivered = String::from_utf8(server.delivered()).unwrap();
    let mut arrived: BTreeMap<&str, u32> = BTreeMap::new();
    for record in delivered.lines() {
        *arrived.entry(record).or_default() += 1;
    }
    for number in 1..=records {
        let times = arrived.get(format!("record {number}").as_str()).copied().unwrap_or(0);
        assert!(times > 0, "seed {seed}: record {number} is lost");
        let is_listed = report
            .possible_duplicates
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&number));
        assert!(times == 1 || is_listed, "seed {seed}: record {number} came {times} times");
    }
    report.retries
}

/// Runs at a time.
const RUNS: u64 = 8;

#[test]
fn nothing_is_lost_and_every_duplicate_is_listed_whatever_goes_wrong() {
    // The whole of it is a stress run: FH_STRESS_SEEDS=1000 FH_STRESS_RECORDS=10000.
    let number = |name: &str, least: u64| {
        #[expect(clippy::disallowed_methods, reason = "a test's own setting")]
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(least)
    };
    let (seeds, records) = (number("FH_STRESS_SEEDS", 12), number("FH_STRESS_RECORDS", 3000));
    let next = AtomicU64::new(0);
    let retries = AtomicU64::new(0);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return;
            }
            let faults = "refuse=0.3 unavailable=0.05 reset=0.05 lose-answer=0.05 \
                          internal-error=0.03 stall=0.05";
            retries.fetch_add(nothing_is_lost(faults, seed, records), Ordering::Relaxed);
        }
    };
    // They wait for most of the time.
    std::thread::scope(|scope| (0..RUNS).for_each(|_| drop(scope.spawn(work))));
    assert!(retries.into_inner() > seeds * records / 5, "the faults did not happen");
}

#[test]
fn without_faults_nothing_is_sent_twice() {
    assert_eq!(nothing_is_lost("", 0, 2000), 0);
}

#[test]
fn what_is_never_taken_is_kept_byte_for_byte_and_can_be_sent_again() {
    let _masks = mask(masks::SEND);
    let folder = TempDir::new().unwrap();
    let broken = LocalServer::orders("refuse=1");
    let output = at(&broken.url(), "send --stream orders --retry-for 1s --unsent left.b64")
        .stdin(b"a\xff\nb\n".to_vec())
        .current_dir(folder.path())
        .run();
    assert_snapshot!(output, @"
    orders: 0 of 2 records acknowledged, […]
    retries   […]
    gave up   ServiceUnavailableException: Slow down.
    refused   2 records: ServiceUnavailableException: Slow down.
    unsent    2 records that were not accepted, saved in left.b64
              fh send --stream orders --retry-for 1s --format base64 left.b64
    ------- stderr -------
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: all records from standard input
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    fh: some records were not accepted, retrying: ServiceUnavailableException: Slow down.
    [exit status: 1]
    ");
    let good = LocalServer::orders("");
    let again = at(&good.url(), "send --stream orders --format base64 left.b64");
    let output = again.current_dir(folder.path()).run();
    assert_eq!(output.code(), 0, "{output}");
    assert_eq!(good.arrived(), BTreeMap::from([(b"a\xff".to_vec(), 1), (b"b".to_vec(), 1)]));
}

#[test]
fn what_may_have_been_taken_is_kept_apart() {
    let folder = TempDir::new().unwrap();
    let server = LocalServer::orders("lose-answer=1");
    let output = at(&server.url(), "send --stream orders --retry-for 1s --output json")
        .stdin("a\nb\n")
        .current_dir(folder.path())
        .run();
    let report = report(&output);
    assert_eq!((output.code(), report.ending.as_str()), (1, "given-up"), "{output}");
    assert_eq!((report.refused, report.unknown), (0, 2));
    assert_eq!(report.unsent_file, None);
    let kept = folder.path().join(report.unknown_file.unwrap());
    assert_eq!(fs::metadata(kept).unwrap().len(), 10);
}

#[test]
fn records_that_are_too_large_are_refused_by_name_before_anything_is_sent() {
    let _masks = mask(masks::SEND);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("records.txt");
    fs::write(&file, format!("ok\n{}\nok\n", "x".repeat(1_024_001))).unwrap();
    let server = LocalServer::orders("");
    let output =
        at(&server.url(), "send --stream orders records.txt").current_dir(folder.path()).run();
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: records.txt: line 2 is 1,024,001 bytes; a record is at most 1,024,000
      hint: split it, or send it compressed: `--gzip`
    fh: 1 record cannot be sent, so nothing was sent
      hint: `--skip-bad` sends the other 2
    [exit status: 2]
    ");
    assert_eq!(server.answered("PutRecordBatch"), 0);
}

#[test]
fn with_gzip_a_line_counts_after_it_is_compressed() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("records.txt"), "x".repeat(6_000_000) + "\n").unwrap();
    let server = LocalServer::orders("");
    let send = |words: &str| {
        let words = format!("send --stream orders records.txt {words}");
        at(&server.url(), &words).current_dir(folder.path()).run()
    };
    assert!(send("").errors().contains("line 1 is far larger than a record can be"));
    let output = send("--gzip");
    assert!(output.text().contains("1 record acknowledged"), "{output}");
}

#[test]
fn records_that_are_too_large_on_standard_input_are_kept_and_the_rest_is_sent() {
    let _masks = mask(masks::SEND);
    let folder = TempDir::new().unwrap();
    let server = LocalServer::orders("");
    let input = format!("first\n{}\nlast\n", "x".repeat(1_024_001));
    let output =
        at(&server.url(), "send --stream orders").stdin(input).current_dir(folder.path()).run();
    assert_snapshot!(output, @"
    orders: 2 records acknowledged, […]
    left out  1 that cannot be sent, named above
    too large 1 record over the size limit, saved in fh-too-large-[…]
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --since 15m
    ------- stderr -------
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: all records from standard input
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    fh: standard input: line 2 is 1,024,001 bytes; a record is at most 1,024,000
      hint: it is saved in a separate file; see below
    [exit status: 1]
    ");
    assert_eq!(server.arrived().len(), 2);
}

#[test]
fn events_failures_and_other_formats_are_taken_apart() {
    for (words, stdin, expected) in [
        ("--format ndjson", "{\"a\":1}\n{\"b\":2}\n", vec!["{\"a\":1}", "{\"b\":2}"]),
        (
            "--format json-stream",
            "{\"a\":1}{\"b\":\n2} [3]",
            vec!["[3]", "{\"a\":1}", "{\"b\":\n2}"],
        ),
        ("--format raw", "one\ntwo", vec!["one\ntwo"]),
        ("--format raw --record-separator ||", "one||two\n||", vec!["one", "two\n"]),
        ("--format base64", "YQ==\nYg==\n", vec!["a", "b"]),
        ("--newline", "a\nb", vec!["a\n", "b\n"]),
        (
            "--format event",
            "{\"records\":[{\"recordId\":\"1\",\"data\":\"YQ==\"},{\"recordId\":\"2\",\"data\":\"\"}]}",
            vec!["", "a"],
        ),
        (
            "--format failures",
            "{\"rawData\":\"YQ==\",\"errorCode\":\"Lambda.FunctionError\",\"attemptsMade\":4}",
            vec!["a"],
        ),
    ] {
        let server = LocalServer::orders("");
        let output = at(&server.url(), &format!("send --stream orders {words}")).stdin(stdin).run();
        assert_eq!(output.code(), 0, "{words}: {output}");
        let arrived: Vec<_> = server.arrived().into_keys().collect();
        let expected: Vec<_> = expected.iter().map(|it| it.as_bytes().to_vec()).collect();
        assert_eq!(arrived, expected, "{words}");
    }
}

#[test]
fn what_is_not_of_the_format_is_named_and_the_rest_is_sent() {
    let _masks = mask(masks::SEND);
    let server = LocalServer::orders("");
    let output = at(&server.url(), "send --stream orders --format ndjson")
        .stdin("{\"a\":1}\nno json\n{\"b\":2}\n")
        .run();
    assert_snapshot!(output, @"
    orders: 2 records acknowledged, […]
    left out  1 that cannot be sent, named above
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --since 15m
    ------- stderr -------
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: all records from standard input
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    fh: standard input: line 2 is not JSON: expected a JSON value at byte 0
      hint: use `--format json-stream` for values of several lines
    [exit status: 1]
    ");
    assert_eq!(server.arrived().len(), 2);
}

#[test]
fn order_is_kept_from_batch_to_batch_where_it_is_asked_for() {
    let server = LocalServer::orders("refuse=0.02");
    let output = at(&server.url(), "send --stream orders --ordered").stdin(lines(2000)).run();
    assert_eq!(output.code(), 0, "{output}");
    let batch = |record: &Vec<u8>| -> u64 {
        let text = String::from_utf8_lossy(record);
        (text.trim_start_matches("record ").parse::<u64>().unwrap() - 1) / 500
    };
    let order: Vec<_> = server.accepted().iter().map(batch).collect();
    assert_eq!(order.len(), 2000);
    assert!(order.is_sorted());
}

#[test]
fn a_line_that_comes_alone_is_sent_before_the_input_ends() {
    let server = LocalServer::orders("");
    let mut session = at(&server.url(), "send --stream orders --quiet").start();
    session.send(b"alone\n");
    until(|| server.count() > 0);
    assert!(session.finish().success().starts_with("orders: 1 record acknowledged"));
}

#[test]
fn one_page_of_help_says_it_all() {
    assert_snapshot!(Fh::new().args("send -h").run(), @r"
    Send records to a delivery stream

    Usage: fh send [OPTIONS] --stream <NAME-or-ARN> [INPUT]...

    Arguments:
      [INPUT]...  Files, folders, `s3://BUCKET/PREFIX` or its ARN, or `-` for standard input [default:
                  -]

    Options:
      -h, --help  Print help (see more with '--help')

    Records:
          --format <FORMAT>           Format of the inputs [default: lines, after a check that they do
                                      not look like something else] [possible values: lines, ndjson,
                                      base64, raw, json-stream, event, failures]
          --record-separator <BYTES>  Separator between records with `--format raw`, e.g. '\n\n' or
                                      '\x1e'
          --skip <N>                  Skip the first N records [default: 0]
          --skip-bad                  Skip records in files that cannot be sent, and send the rest
          --newline                   End each record with a newline, unless it already does
          --gzip                      Compress each record with gzip

    Sending:
          --stream <NAME-or-ARN>  Delivery stream to send the records to [default: `FH_STREAM`] [alias:
                                  --delivery-stream]
          --rate <RATE>           Maximum records per second or minute: 50, 50/s, 3000/m
          --ordered               Keep the order: send one batch at a time, refused records before the
                                  next batch
          --retry-for <TIME>      How long to retry while nothing is acknowledged: 90, 5m [default: 2m]
          --unsent <FILE>         File for records that were not sent [default: fh-unsent-TIME-PID.b64]
          --dry-run               Show what would be sent without sending it
      -y, --yes                   Do not ask for confirmation; fh never asks without a terminal

    Output:
          --output <FORMAT>  Output format [default: text] [possible values: text, json]

    AWS options:
          --profile <NAME>      AWS profile; takes precedence over keys in the environment
          --region <REGION>     AWS Region, e.g. eu-west-1
          --endpoint-url <URL>  Endpoint to call instead of AWS, e.g. of an emulator
          --ca-bundle <FILE>    CA certificate bundle to use instead of the system's (PEM) [env:
                                AWS_CA_BUNDLE]
          --request-payer       Agree to pay for requests to Requester Pays buckets

    Global options:
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print errors only
          --no-color      Do not use color; same as `--color never`
          --no-pager      Do not show long reports in a pager (`FH_PAGER`, `PAGER` or `less`)

    Examples:
      fh send --stream orders orders.ndjson           each line as it is
      tail -f app.log | fh send --stream logs --newline
      fh send --stream orders --format event event.json
      fh send --stream orders --dry-run exports/      what would be sent, in how many requests
      fh send --stream orders --rate 500/s --ordered orders.ndjson
      fh send --stream orders --format base64 fh-unsent-20261122T100000123Z-4711.b64
    [exit status: 0]
    ");
    assert_snapshot!(Fh::new().args("send-demo -h").run(), @"
    Send demo records to a delivery stream

    Usage: fh send-demo [OPTIONS] --stream <NAME-or-ARN>

    Options:
      -h, --help  Print help (see more with '--help')

    Records:
          --payload <KIND>         Kind of payloads; see `fh event --list` [default: ticker]
          --log-events <N>         Log events in each record of the `cloudwatch-logs` kinds [default: 2
                                   to 8]
      -n, --count <N>              Number of records [default: 100, or unlimited with `--duration`]
          --duration <TIME>        How long to send: 90, 10m
          --newline                End each record with a newline
          --gzip                   Compress each record with gzip
          --hostile-ratio <SHARE>  Fraction of records that break transforms, from 0 to 1
          --seed <N>               Seed for the random number generator

    Sending:
          --stream <NAME-or-ARN>  Delivery stream to send the records to [default: `FH_STREAM`] [alias:
                                  --delivery-stream]
          --rate <RATE>           Maximum records per second or minute: 50, 50/s, 3000/m
          --ordered               Keep the order: send one batch at a time, refused records before the
                                  next batch
          --retry-for <TIME>      How long to retry while nothing is acknowledged: 90, 5m [default: 2m]
          --unsent <FILE>         File for records that were not sent [default: fh-unsent-TIME-PID.b64]
          --dry-run               Show what would be sent without sending it
      -y, --yes                   Do not ask for confirmation; fh never asks without a terminal

    Output:
          --output <FORMAT>  Output format [default: text] [possible values: text, json]

    AWS options:
          --profile <NAME>      AWS profile; takes precedence over keys in the environment
          --region <REGION>     AWS Region, e.g. eu-west-1
          --endpoint-url <URL>  Endpoint to call instead of AWS, e.g. of an emulator
          --ca-bundle <FILE>    CA certificate bundle to use instead of the system's (PEM) [env:
                                AWS_CA_BUNDLE]
          --request-payer       Agree to pay for requests to Requester Pays buckets

    Global options:
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print errors only
          --no-color      Do not use color; same as `--color never`
          --no-pager      Do not show long reports in a pager (`FH_PAGER`, `PAGER` or `less`)

    Examples:
      fh send-demo --stream orders                    100 records, like the console
      fh send-demo --stream orders --payload vpc-flow --newline --count 5000
      fh send-demo --stream orders --duration 10m --rate 50/s
      fh send-demo --stream orders --hostile-ratio 0.1 --seed 7
    [exit status: 0]
    ");
}

/// A file in a binary format has no lines: it goes whole or not at all, however much of it is
/// missing.
#[test]
#[expect(clippy::disallowed_methods, reason = "looks at files as they are")]
fn a_file_that_was_cut_is_refused_as_lines_and_sent_as_it_is() {
    let folder = TempDir::new().unwrap();
    for name in ["orders.avro", "orders.parquet", "orders.orc"] {
        let whole = fs::read(root().join("fixtures/formats").join(name)).unwrap();
        let cut = &whole[..whole.len() - 9];
        fs::write(folder.path().join(name), cut).unwrap();
        let server = LocalServer::orders("");
        let send = |words: &str| {
            let words = format!("send --stream orders {words}");
            at(&server.url(), &words).current_dir(folder.path())
        };
        let base64 = STANDARD.encode(cut);
        for refused in [
            send(name).run(),
            send("").stdin(cut.to_vec()).run(),
            send("").stdin(base64.as_str()).run(),
        ] {
            assert_eq!(refused.code(), 2, "{refused}");
            assert!(refused.errors().contains("hint: `--format "), "{refused}");
        }
        assert!(server.arrived().is_empty());
        for sent in [
            send(&format!("--format raw {name}")).run(),
            send("--format raw").stdin(cut.to_vec()).run(),
            send("--format base64").stdin(base64).run(),
        ] {
            assert_eq!(sent.code(), 0, "{sent}");
        }
        assert_eq!(server.arrived(), BTreeMap::from([(cut.to_vec(), 3)]));
    }
}
