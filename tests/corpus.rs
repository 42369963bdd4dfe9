//! Shapes of events, responses and failure objects that others published.
//!
//! Our own fixtures have the same shapes and are always read. The samples
//! themselves are not part of this repository; with them in a folder:
//!
//! ```console
//! $ FH_CORPUS=FOLDER cargo test --test corpus -- --ignored
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up fails loudly"
)]
#![expect(clippy::disallowed_methods, reason = "the samples are no input of fh")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file, the exit code, and how each line that comes of it begins; one that
/// ends with `⏎` is all of its line.
type Sample = (&'static str, i32, &'static [&'static str]);

const HELLO: &[&str] = &["Hello World⏎", "Hello World⏎"];
const HELLO_THRICE: &[&str] = &["Hello World⏎", "Hello World⏎", "Hello World⏎"];
const TEST: &[&str] = &["Hello, this is a test 123.⏎"];
const TEST_LOGS: &[&str] = &[
    r#"{"messageType":"DATA_MESSAGE","owner":"123456789123","logGroup":"testLogGroup","logStream":"testLogStream""#,
];

const SAMPLES: &[Sample] = &[
    (
        "events/captured-directput-2018.json",
        0,
        &[
            r#"{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.59,"price":11.92}⏎"#,
            r#"{"ticker_symbol":"ASD","sector":"FINANCIAL","change":0.05,"price":65.85}⏎"#,
            r#"{"ticker_symbol":"HJV","sector":"ENERGY","change":-0.73,"price":204.27}⏎"#,
        ],
    ),
    ("events/dotnet-Kinesis.json", 0, TEST),
    ("events/dotnet-cloudwatch-logs.json", 0, TEST_LOGS),
    (
        "events/dotnet-kinesis-firehose-apachelog.json",
        0,
        &[
            r#"64.242.88.10 - - [07/Mar/2004:16:10:02 -0800] "GET /mailman/listinfo/hsdivision HTTP/1.1" 200 6291⏎"#,
        ],
    ),
    (
        "events/dotnet-kinesis-firehose-cloudwatch-logs-processor.json",
        0,
        &[
            r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","#,
            r#"{"messageType":"DATA_MESSAGE","owner":"263868185958","#,
            r#"{"messageType":"DATA_MESSAGE","owner":"263868185958","#,
            r#"{"messageType":"DATA_MESSAGE","owner":"263868185958","#,
        ],
    ),
    ("events/dotnet-kinesis-firehose-streams-as-source.json", 0, TEST),
    (
        "events/dotnet-kinesis-firehose-syslog.json",
        0,
        &[
            "Mar 12 12:00:08 server2 rcd[308]: Loaded 12 packages",
            "Mar 12 12:01:02 server4 snort: ",
        ],
    ),
    ("events/dotnet-kinesis-firehose.json", 0, TEST),
    ("events/go-cloudwatch-logs-event.json", 0, TEST_LOGS),
    ("events/go-firehose-event.json", 0, HELLO),
    ("events/go-firehose-response.json", 0, HELLO_THRICE),
    ("events/go-kinesis-event.json", 0, HELLO),
    ("events/java-msk-firehose-event.json", 0, &[r#"{"Name":"Hello World"}⏎"#]),
    ("events/rust-cloudwatch-logs-event.json", 0, TEST_LOGS),
    ("events/rust-firehose-event.json", 0, HELLO),
    ("events/rust-firehose-response.json", 0, HELLO_THRICE),
    ("events/rust-kinesis-event.json", 0, HELLO),
    (
        "failures/01-processing-failed__ProcessingFailedStatus__directput-uswest2-2026.ndjson",
        0,
        &["FAIL this one⏎"],
    ),
    (
        "failures/04-processing-failed__FunctionTimedOut+FunctionError__two-lines-2022.ndjson",
        0,
        &[
            r#"{"data":{"raw":"166744,RGPS,13:42:29,G,"#,
            r#"{"data":{"raw":"53402,RGPS,12:17:43,G,"#,
        ],
    ),
    (
        "failures/05-processing-failed__InvokeAccessDenied__demo-data-2021.pretty.json",
        0,
        &[r#"{"ticker_symbol":"AMZN","sector":"TECHNOLOGY","change":-6.55,"price":733.41}⏎"#],
    ),
    (
        "failures/06-processing-failed__MissingRecordId__kinesis-source-2019.ndjson",
        0,
        &[r#"{"data":["{\"board_id\": 29713, \"playtime\": 9, "#],
    ),
    ("failures/08-format-conversion-failed__MalformedData-empty-record__2026.json", 0, &["⏎"]),
    (
        "failures/20-doc-example__splunk-failed__AckTimeout.json",
        0,
        &[
            "2 251620272209 eni-05f322d5 218.92.188.214 172.16.1.167 25233 1433 6 1 40 1506034734 1506034794 REJECT OK⏎",
        ],
    ),
    ("failures/22-doc-example__snowflake-failed.json", 0, &["sample raw data⏎"]),
    // Its `rawData` is a placeholder.
    ("failures/25-thirdparty-shape__iceberg-failed.json", 1, &[]),
    ("failures/26-doc-schema__processing-failed.json", 0, &["data⏎"]),
    (
        "failures/30-cwlogs__Redshift.AuthenticationFailed.json",
        0,
        &[r#"{"deliveryStreamARN":"arn:aws:firehose:ap-south-1:XXXXXXXX/Kinesis-test-stream","#],
    ),
];

/// Has 57 records, each a number and a run of the letter `a`.
const NUMBERED: &str = "events/dotnet-kinesis-analytics-kpl.json";

/// The same shapes, made up.
const FIXTURES: &[Sample] = &[
    (
        "events/direct-put.json",
        0,
        &[
            TICKER,
            r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","#,
            "order A-1044 shipped⏎",
        ],
    ),
    ("events/kinesis-source-old-docs.json", 0, &[TICKER, "{", "{", r#"{"n":2}⏎"#]),
    ("events/lambda-kinesis.json", 0, &[TICKER, r#"{"messageType":"DATA_MESSAGE","#]),
    ("events/lambda-cloudwatch-logs.json", 0, &[r#"{"messageType":"DATA_MESSAGE","#]),
    ("events/msk.json", 0, &[TICKER, r#"{"messageType":"DATA_MESSAGE","#]),
    ("responses/response-ok.json", 0, &[TICKER, "⏎", "order A-1044 shipped⏎"]),
    ("failures/lambda-arn-capital.ndjson", 0, &[TICKER, "{", "{"]),
    ("failures/lambda-arn-2022.ndjson", 0, &[TICKER, "{", "order A-1044 shipped⏎"]),
    ("failures/pretty.json", 0, &[TICKER, "{"]),
    ("failures/format-conversion.ndjson", 0, &[TICKER, "⏎"]),
    ("failures/splunk.json", 0, &[TICKER]),
    ("failures/snowflake.json", 0, &[r#"{"ticker_symbol":"NGC","#]),
    ("failures/iceberg.json", 0, &[TICKER]),
    // Two have no base64 in `rawData`.
    ("failures/bad-rawdata.ndjson", 1, &[r#"{"ticker_symbol":"DEG","#]),
    ("logs/delivery-error.json", 0, &[r#"{"deliveryStreamARN":"arn:aws:firehose:"#]),
];

const TICKER: &str = r#"{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}⏎"#;

const IGNORED: &str = "FH_CORPUS names no folder with samples of others";

/// The folder with the samples of others.
fn corpus() -> PathBuf {
    std::env::var_os("FH_CORPUS").map(PathBuf::from).expect(IGNORED)
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn fh(command: &str) -> Command {
    let mut fh = Command::new(env!("CARGO_BIN_EXE_fh"));
    fh.arg(command).env_clear();
    fh
}

/// The lines that a run prints, and its exit code.
fn lines(command: &mut Command) -> (Vec<String>, Option<i32>) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    (text.lines().map(str::to_owned).collect(), output.status.code())
}

/// Fails unless each sample in `folder` decodes to what it holds.
fn decodes(folder: &Path, samples: &[Sample]) {
    for (file, code, starts) in samples {
        let (lines, exit) = lines(fh("decode").arg(folder.join(file)));
        assert_eq!((lines.len(), exit), (starts.len(), Some(*code)), "{file}: {lines:?}");
        for (line, start) in lines.iter().zip(*starts) {
            let fits = match start.strip_suffix('⏎') {
                Some(all) => line == all,
                None => line.starts_with(start),
            };
            assert!(fits, "{file}: {line:?} does not begin with {start:?}");
        }
    }
}

/// Fails unless the failures in `folder` are grouped by these codes and attempts,
/// among others.
fn are_grouped(folder: &Path, groups: &[(&str, u32)]) {
    let (lines, code) =
        lines(fh("failures").args(["--output", "ndjson"]).arg(folder.join("failures")));
    for (error_code, attempts) in groups {
        let is_of = |line: &String| {
            line.contains(&format!("\"errorCode\":\"{error_code}\""))
                && line.contains(&format!(
                    "\"attemptsMade\":{{\"least\":{attempts},\"most\":{attempts}}}"
                ))
        };
        assert!(lines.iter().any(is_of), "{error_code} {attempts}: {lines:#?}");
    }
    // One has no base64 for its data.
    assert_eq!(code, Some(1));
}

/// Codes and attempts that both folders have.
const GROUPS: [(&str, u32); 7] = [
    ("Lambda.ProcessingFailedStatus", 1),
    ("Lambda.FunctionTimedOut", 4),
    ("Lambda.FunctionError", 4),
    ("Lambda.InvokeAccessDenied", 4),
    ("Lambda.MissingRecordId", 1),
    ("DataFormatConversion.MalformedData", 1),
    ("Splunk.AckTimeout", 0),
];

#[test]
fn every_published_shape_decodes_to_what_it_holds() {
    decodes(&fixtures(), FIXTURES);
}

#[test]
fn failures_of_every_published_shape_are_grouped() {
    are_grouped(&fixtures(), &GROUPS);
}

#[test]
fn aggregates_in_an_event_of_kinesis_analytics_are_taken_apart() {
    let aggregate = std::fs::read_to_string(fixtures().join("records/kpl-aggregate.b64")).unwrap();
    let record = |id| {
        let data = aggregate.trim();
        format!(
            r#"{{"recordId":"{id}","kinesisStreamRecordMetadata":{{"shardId":"shardId-0","sequenceNumber":"{id}"}},"data":"{data}"}}"#
        )
    };
    let event = format!(
        r#"{{"invocationId":"i","applicationArn":"arn:a","streamArn":"arn:s","records":[{},{}]}}"#,
        record(1),
        record(2)
    );
    let mut child = fh("decode").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(event.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (String::from_utf8(output.stdout).unwrap().lines().count(), output.status.code()),
        (6, Some(0))
    );
}

#[test]
#[ignore = "reads samples of others: FH_CORPUS=FOLDER cargo test --test corpus -- --ignored"]
fn every_sample_decodes_to_what_it_holds() {
    decodes(&corpus(), SAMPLES);
}

#[test]
#[ignore = "reads samples of others: FH_CORPUS=FOLDER cargo test --test corpus -- --ignored"]
fn the_records_of_an_aggregate_that_lambda_took_apart_are_all_there() {
    let (lines, code) = lines(fh("decode").arg(corpus().join(NUMBERED)));
    assert_eq!((lines.len(), code), (57, Some(0)));
    for line in lines {
        let (number, letters) = line.split_once(',').unwrap();
        assert!(number.parse::<u32>().is_ok(), "{line}");
        assert!(letters.len() > 20 && letters.trim_end().bytes().all(|it| it == b'a'), "{line}");
    }
}

#[test]
#[ignore = "reads samples of others: FH_CORPUS=FOLDER cargo test --test corpus -- --ignored"]
fn failures_of_the_real_service_are_grouped() {
    are_grouped(&corpus(), &GROUPS);
}

#[test]
#[ignore = "reads samples of others: FH_CORPUS=FOLDER cargo test --test corpus -- --ignored"]
fn no_sample_is_forgotten() {
    let folder = corpus();
    let there: BTreeSet<_> = walkdir::WalkDir::new(&folder)
        .min_depth(2)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .map(|path| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned())
        .collect();
    let named = SAMPLES.iter().map(|(file, ..)| *file).chain([NUMBERED]);
    assert_eq!(there, named.map(str::to_owned).collect());
}
