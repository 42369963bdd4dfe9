//! `fh send` and `fh send-demo`: the real binary against moto's server, and
//! against a stream on this machine that fails at random.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use fh::local::{Faults, Server, Stream};
use insta::assert_snapshot;
use tempfile::TempDir;

use crate::harness::{Fh, Output};
use crate::s3::{at, boto, fh, masked};

/// A stream of moto with its bucket, and a transform that nobody runs.
fn stream(name: &str) {
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

/// Without what differs from run to run.
fn told(output: &Output) -> String {
    let mut text = masked(output);
    for (mark, stop) in
        [(" bytes in ", "\n"), ("retries   ", "\n"), ("--seed ", "\n"), ("fh-too-large-", "\n")]
    {
        if let Some((before, behind)) = text.split_once(mark)
            && let Some((_, rest)) = behind.split_once(stop)
        {
            text = format!("{before}{mark}[…]{stop}{rest}");
        }
    }
    text
}

#[test]
fn demo_records_arrive_and_the_forecast_is_that_of_the_stream() {
    stream("demo");
    let output = fh("send-demo --stream demo --seed 7").run();
    assert_snapshot!(told(&output), @"
    all 100 records acknowledged, 7,228 bytes in […]
    transform within 30 s, or when 1 MiB are there: arn:aws:lambda:eu-west-1:111122223333:function:enrich:live
    delivery  within 60 s, or when 1 MiB are there behind it: S3, bucket demo-bucket
    next      fh failures --stream demo --since 10m
              fh logs --stream demo --follow
    ------- stderr -------
    fh: 100 records to delivery stream `demo` (ACTIVE) in account 111122223333, eu-west-1
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

#[test]
fn a_stream_that_reads_from_kinesis_is_refused_with_what_to_do_instead() {
    boto(
        "role = 'arn:aws:iam::111122223333:role/firehose'\n\
         firehose.create_delivery_stream(DeliveryStreamName='reads', DeliveryStreamType='KinesisStreamAsSource', \
         KinesisStreamSourceConfiguration=dict(RoleARN=role, KinesisStreamARN='arn:aws:kinesis:eu-west-1:111122223333:stream/clicks'), \
         ExtendedS3DestinationConfiguration=dict(RoleARN=role, CompressionFormat='UNCOMPRESSED', BucketARN='arn:aws:s3:::lake'))",
    );
    assert_snapshot!(told(&fh("send-demo --stream reads").run()), @"
    ------- stderr -------
    fh: delivery stream `reads` takes no records from here: it reads from the Kinesis data stream `clicks`
      hint: put into that: aws kinesis put-records --stream-name clicks
    [exit status: 2]
    ");
}

#[test]
fn a_stream_that_does_not_exist_is_named_with_its_region() {
    assert_snapshot!(told(&fh("send --stream nowhere Cargo.toml").run()), @"
    ------- stderr -------
    fh: cannot describe delivery stream `nowhere` in eu-west-1 at http://127.0.0.1:[…]: it does not exist there: Firehose nowhere under account 111122223333 not found. (ResourceNotFoundException, request id […])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
    [exit status: 3]
    ");
}

#[test]
fn a_dry_run_sends_nothing() {
    stream("dry");
    let output = fh("send --stream dry --dry-run fixtures/records/base64-crlf.b64").run();
    assert_eq!(output.code(), 0, "{output}");
    assert_eq!(delivered("dry"), "");
}

/// A stream on this machine with these faults.
fn server(faults: Faults) -> Server {
    Server::start([Stream::new("orders", faults)]).unwrap()
}

/// How often each record arrived.
fn arrived(server: &Server) -> BTreeMap<Vec<u8>, u32> {
    let mut arrived = BTreeMap::new();
    server.look("orders", |stream| {
        for record in stream.accepted() {
            *arrived.entry(record.clone()).or_insert(0) += 1;
        }
    });
    arrived
}

/// Numbered lines.
fn lines(count: u64) -> String {
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
    serde_json::from_str(&output.text()).unwrap()
}

/// Sends numbered lines to a stream with these faults; nothing may be lost,
/// and every duplicate has to be listed.
fn nothing_is_lost(faults: Faults, records: u64) -> u64 {
    let server = server(faults);
    let output =
        at(&server.url(), "send --stream orders --output json --quiet").stdin(lines(records)).run();
    let report = report(&output);
    assert_eq!(output.code(), 0, "{output}");
    assert_eq!((report.ending.as_str(), report.acknowledged), ("complete", records));
    let arrived = arrived(&server);
    for number in 1..=records {
        let times = arrived.get(format!("record {number}").as_bytes()).copied().unwrap_or(0);
        assert!(times > 0, "seed {}: record {number} is lost", faults.seed);
        let is_listed = report
            .possible_duplicates
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&number));
        assert!(
            times == 1 || is_listed,
            "seed {}: record {number} came {times} times",
            faults.seed
        );
    }
    report.retries
}

#[test]
fn nothing_is_lost_and_every_duplicate_is_listed_whatever_goes_wrong() {
    // The whole of it is a stress run: FH_STRESS_SEEDS=1000 FH_STRESS_RECORDS=10000.
    let number = |name: &str, least: u64| {
        #[expect(clippy::disallowed_methods, reason = "a test's own setting")]
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(least)
    };
    let (seeds, records) = (number("FH_STRESS_SEEDS", 12), number("FH_STRESS_RECORDS", 3000));
    let mut retries = 0;
    for seed in 0..seeds {
        let faults = Faults {
            seed,
            refuse: 0.3,
            unavailable: 0.05,
            reset: 0.05,
            lose_answer: 0.05,
            fail_late: 0.03,
            stall: 0.05,
        };
        retries += nothing_is_lost(faults, records);
    }
    assert!(retries > seeds * records / 5, "the faults did not happen");
}

#[test]
fn without_faults_nothing_is_sent_twice() {
    assert_eq!(nothing_is_lost(Faults::default(), 2000), 0);
}

#[test]
fn what_is_never_taken_is_kept_byte_for_byte_and_can_be_sent_again() {
    let folder = TempDir::new().unwrap();
    let broken = server(Faults { refuse: 1.0, ..Faults::default() });
    let output = at(&broken.url(), "send --stream orders --retry-for 1s --unsent left.b64")
        .stdin(b"a\xff\nb\n".to_vec())
        .current_dir(folder.path())
        .run();
    assert_snapshot!(told(&output), @"
    0 of 2 records acknowledged, 0 bytes in […]
    retries   […]
    because   ServiceUnavailableException: Slow down.
    unsent    2 records not taken, kept in left.b64
              fh send --stream orders --format base64 left.b64
    ------- stderr -------
    fh: records to delivery stream `orders` (ACTIVE) in account 000000000000, us-east-1
    [exit status: 1]
    ");
    let good = server(Faults::default());
    let again = at(&good.url(), "send --stream orders --format base64 left.b64");
    let output = again.current_dir(folder.path()).run();
    assert_eq!(output.code(), 0, "{output}");
    assert_eq!(arrived(&good), BTreeMap::from([(b"a\xff".to_vec(), 1), (b"b".to_vec(), 1)]));
}

#[test]
fn what_may_have_been_taken_is_kept_apart() {
    let folder = TempDir::new().unwrap();
    let server = server(Faults { lose_answer: 1.0, ..Faults::default() });
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
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("records.txt");
    fs::write(&file, format!("ok\n{}\nok\n", "x".repeat(1_024_001))).unwrap();
    let server = server(Faults::default());
    let output =
        at(&server.url(), "send --stream orders records.txt").current_dir(folder.path()).run();
    assert_snapshot!(told(&output), @"
    ------- stderr -------
    fh: records.txt: line 2 has 1,024,001 bytes; a record has at most 1,024,000
      hint: nothing was sent; take them out, or split them
    [exit status: 2]
    ");
    assert_eq!(server.look("orders", Stream::requests), Some(0));
}

#[test]
fn records_that_are_too_large_on_standard_input_are_kept_and_the_rest_is_sent() {
    let folder = TempDir::new().unwrap();
    let server = server(Faults::default());
    let input = format!("first\n{}\nlast\n", "x".repeat(1_024_001));
    let output =
        at(&server.url(), "send --stream orders").stdin(input).current_dir(folder.path()).run();
    assert_snapshot!(told(&output), @"
    all 2 records acknowledged, 9 bytes in […]
    too large 1 record larger than 1,000 KiB, kept in fh-too-large-[…]
    next      fh failures --stream orders --since 10m
              fh logs --stream orders --follow
    ------- stderr -------
    fh: records to delivery stream `orders` (ACTIVE) in account 000000000000, us-east-1
    fh: standard input: line 2 has 1,024,001 bytes; a record has at most 1,024,000
    [exit status: 1]
    ");
    assert_eq!(arrived(&server).len(), 2);
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
        let server = server(Faults::default());
        let output = at(&server.url(), &format!("send --stream orders {words}")).stdin(stdin).run();
        assert_eq!(output.code(), 0, "{words}: {output}");
        let arrived: Vec<_> = arrived(&server).into_keys().collect();
        let expected: Vec<_> = expected.iter().map(|it| it.as_bytes().to_vec()).collect();
        assert_eq!(arrived, expected, "{words}");
    }
}

#[test]
fn what_is_not_of_the_format_is_named_and_what_came_before_is_sent() {
    let server = server(Faults::default());
    let output = at(&server.url(), "send --stream orders --format ndjson")
        .stdin("{\"a\":1}\nno json\n{\"b\":2}\n")
        .run();
    assert_snapshot!(told(&output), @"
    all 1 record acknowledged, 7 bytes in […]
    next      fh failures --stream orders --since 10m
              fh logs --stream orders --follow
    ------- stderr -------
    fh: records to delivery stream `orders` (ACTIVE) in account 000000000000, us-east-1
    fh: standard input: line 2 is not JSON
      hint: `--format lines` sends it as it is; nothing from this line on was sent
    [exit status: 2]
    ");
    assert_eq!(arrived(&server).len(), 1);
}

#[test]
fn order_is_kept_where_it_is_asked_for() {
    let server = server(Faults { refuse: 0.02, seed: 4, ..Faults::default() });
    let output = at(&server.url(), "send --stream orders --ordered").stdin(lines(40)).run();
    assert_eq!(output.code(), 0, "{output}");
    let number = |record: &Vec<u8>| -> u64 {
        String::from_utf8_lossy(record).trim_start_matches("record ").parse().unwrap()
    };
    let order =
        server.look("orders", |stream| stream.accepted().iter().map(number).collect::<Vec<_>>());
    assert_eq!(order.unwrap().len(), 40);
}

#[test]
fn a_line_that_comes_alone_is_sent_before_the_input_ends() {
    let server = server(Faults::default());
    let mut session = at(&server.url(), "send --stream orders --quiet").start();
    session.send(b"alone\n");
    while arrived(&server).is_empty() {
        std::thread::yield_now();
    }
    assert!(session.finish().success().starts_with("all 1 record acknowledged"));
}

#[test]
fn one_page_of_help_says_it_all() {
    assert_snapshot!(Fh::new().args("send -h").run(), @r"
    Put records into a delivery stream and lose none

    Usage: fh send [OPTIONS] --stream <NAME-or-ARN> [INPUT]...

    Arguments:
      [INPUT]...  Files, folders, `s3://BUCKET/PREFIX`, or `-` for standard input [default: -]

    Options:
          --stream <NAME-or-ARN>  Name or ARN of the delivery stream [alias: --delivery-stream]
      -h, --help                  Print help (see more with '--help')

    Records:
          --format <FORMAT>          What the input is [default: lines] [possible values: lines, ndjson,
                                     base64, json-stream, raw, event, failures]
          --record-separator <TEXT>  With `raw`: what stands between two records, e.g. '\n', '\0', '||'
          --newline                  End each record with a newline
          --gzip                     Compress each record with gzip

    Sending:
          --rate <N/s>        At most so many records a second, e.g. 50/s
          --ordered           One batch at a time, and none past a record that was refused
          --retry-for <TIME>  How long to try while nothing is taken [default: 2m]
          --unsent <FILE>     File for what could not be sent [default: fh-unsent-TIME.b64 in this
                              folder]
          --dry-run           Read the records, look at the stream, send nothing
      -y, --yes               Do not ask on a terminal

    Output:
          --output <FORMAT>  Format of the report: text or json [default: text] [possible values: text,
                             json]

    AWS options:
          --profile <NAME>      Profile of ~/.aws/config; it goes before keys in the environment
          --region <REGION>     Region, e.g. eu-west-1
          --endpoint-url <URL>  Address to call instead of AWS, e.g. that of an emulator
          --ca-bundle <FILE>    Certificates to trust instead of the system's (PEM) [env: AWS_CA_BUNDLE]

    Global options:
          --color <WHEN>  When to use colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say nothing but errors on standard error

    Examples:
      fh send --stream orders records.ndjson          a record a line
      tail -f app.log | fh send --stream logs         each line when it comes
      fh send --stream orders --format failures failed/
      fh send --stream orders --format base64 fh-unsent-20261122T100000Z.b64
      fh send --stream orders --dry-run records.ndjson
      fh send --stream orders --rate 50/s --newline records.ndjson
    [exit status: 0]
    ");
    assert_snapshot!(Fh::new().args("send-demo -h").run(), @"
    Put demo records into a delivery stream

    Usage: fh send-demo [OPTIONS] --stream <NAME-or-ARN>

    Options:
          --stream <NAME-or-ARN>  Name or ARN of the delivery stream [alias: --delivery-stream]
      -h, --help                  Print help (see more with '--help')

    Records:
          --payload <KIND>         Kind of the payloads; `fh event --list` shows them [default: ticker]
      -n, --count <N>              So many records [default: 100]
          --duration <TIME>        For so long, e.g. 30s, 5m; until then records without end, unless
                                   `--count` is given
          --seed <N>               Number from which all that is random is made
          --hostile-ratio <SHARE>  Share of records that break transforms, from 0 to 1; `fh event
                                   --list` shows them [default: 0]
          --newline                End each record with a newline
          --gzip                   Compress each record with gzip

    Sending:
          --rate <N/s>        At most so many records a second, e.g. 50/s
          --ordered           One batch at a time, and none past a record that was refused
          --retry-for <TIME>  How long to try while nothing is taken [default: 2m]
          --unsent <FILE>     File for what could not be sent [default: fh-unsent-TIME.b64 in this
                              folder]
          --dry-run           Read the records, look at the stream, send nothing
      -y, --yes               Do not ask on a terminal

    Output:
          --output <FORMAT>  Format of the report: text or json [default: text] [possible values: text,
                             json]

    AWS options:
          --profile <NAME>      Profile of ~/.aws/config; it goes before keys in the environment
          --region <REGION>     Region, e.g. eu-west-1
          --endpoint-url <URL>  Address to call instead of AWS, e.g. that of an emulator
          --ca-bundle <FILE>    Certificates to trust instead of the system's (PEM) [env: AWS_CA_BUNDLE]

    Global options:
          --color <WHEN>  When to use colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say nothing but errors on standard error

    Examples:
      fh send-demo --stream orders                    100 records of the console's demo data
      fh send-demo --stream logs --payload cloudwatch-logs --count 20
      fh send-demo --stream orders --duration 5m --rate 50/s
      fh send-demo --stream orders --hostile-ratio 0.1 --seed 7
    [exit status: 0]
    ");
}
