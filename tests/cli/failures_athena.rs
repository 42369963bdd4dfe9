//! `fh failures --engine athena`: the statements that it sends, run by `duckdb` on the
//! objects of moto's S3, and the report that comes of it beside the one of this machine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up fails loudly")]
#![expect(
    clippy::disallowed_types,
    clippy::indexing_slicing,
    reason = "reports are compared as JSON"
)]
#![expect(clippy::disallowed_methods, reason = "how many records there are is no input of fh")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{Fh, until};
use crate::installed::python;
use crate::moto::moto;
use crate::s3::{boto, fh};

/// The server of `support/athena.py`. It ends when its standard input does.
struct Athena {
    port: u16,
    _child: Child,
}

fn script(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support").join(name)
}

/// One for each bucket, so that its calls are known.
fn athena() -> Athena {
    let mut child = Command::new(python())
        .arg(script("athena.py"))
        .arg(moto().url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    Athena { port: port.trim().parse().unwrap(), _child: child }
}

impl Athena {
    fn fh(&self, words: &str) -> Fh {
        let url = format!("http://127.0.0.1:{}", self.port);
        fh(words).args("--engine athena").env("AWS_ENDPOINT_URL_ATHENA", &url)
    }

    /// Its calls so far, and the tables that are there.
    fn seen(&self) -> Value {
        let read = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())";
        let url = format!("http://127.0.0.1:{}", self.port);
        let output = Command::new(python()).args(["-c", read, &url]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The names of its calls, without those that only look.
    fn calls(&self) -> Vec<String> {
        let seen = self.seen();
        let calls = seen["calls"].as_array().unwrap().iter();
        let names = calls.map(|call| call[0].as_str().unwrap().to_owned());
        names.filter(|name| !name.starts_with("GetQuery")).collect()
    }
}

/// A bucket with records in all shapes; made once.
fn objects() -> &'static str {
    static MADE: OnceLock<()> = OnceLock::new();
    MADE.get_or_init(|| {
        let count = std::env::var("FH_ATHENA_RECORDS").unwrap_or_else(|_| "4000".to_owned());
        let made = Command::new(python())
            .arg(script("failure_objects.py"))
            .args([&moto().url(), "athena-all", &count])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        boto(
            "import os\n\
             for name in os.listdir('fixtures/failures'):\n\
             \x20   body = open('fixtures/failures/' + name, 'rb').read()\n\
             \x20   s3.put_object(Bucket='athena-all', Key='failed/fixtures/' + name, Body=body)",
        );
    });
    "athena-all"
}

/// Both reports, without what differs from run to run, or by design: which records
/// were compared with the example.
fn both(athena: &Athena, words: &str) -> [(Value, String, i32); 2] {
    let words = format!("{words} --output json --utc");
    [fh(&words).run(), athena.fh(&words).args("--yes").run()].map(|output| {
        let mut document: Value =
            serde_json::from_str(&output.text()).unwrap_or_else(|_| panic!("{output}"));
        for kind in document["kinds"].as_array_mut().unwrap() {
            kind.as_object_mut().unwrap().remove("shapes");
        }
        for key in ["completeUntil", "completeUntilTimestamp"] {
            document.as_object_mut().unwrap().remove(key);
        }
        (document, output.errors(), output.code())
    })
}

#[test]
fn athena_and_this_machine_report_the_same_of_records_in_all_shapes() {
    let athena = athena();
    let bucket = objects();
    for filters in [
        "",
        "--code lambda",
        "--code TimedOut --code ack",
        "--since 2026-11-22T10:30:00Z --until 2026-11-22T12:00:00Z",
        "--code nothing-has-it",
    ] {
        let words = format!("failures --bucket {bucket} --prefix failed/ {filters}");
        let [(local, _, code), (counted, errors, own)] = both(&athena, &words);
        assert_eq!(own, code, "{filters}: {errors}");
        assert_same(&local, &counted, filters);
    }
    assert_eq!(athena.seen()["tables"], serde_json::json!([]), "tables are deleted");
}

/// Compares field by field, and names the first that differs.
fn assert_same(local: &Value, counted: &Value, what: &str) {
    for (key, value) in local.as_object().unwrap() {
        if key == "kinds" {
            continue;
        }
        assert_eq!(&counted[key], value, "{what}: {key}");
    }
    let kinds = |it: &Value| it["kinds"].as_array().unwrap().clone();
    assert_eq!(kinds(counted).len(), kinds(local).len(), "{what}");
    for (own, other) in kinds(local).iter().zip(&kinds(counted)) {
        for (key, value) in own.as_object().unwrap() {
            // Among control messages, SQL cannot tell which record is the best example.
            if key == "sample" && own["controlMessages"] != 0 {
                continue;
            }
            assert_eq!(&other[key], value, "{what}: {key} of {}", own["errorMessage"]);
        }
    }
}

/// A bucket of its own with one object of two streams each.
fn small(bucket: &str) {
    boto(&format!(
        "record = json.dumps({{'rawData': 'QQ==', 'errorCode': 'Lambda.FunctionError', \
         'errorMessage': 'm', 'attemptsMade': 4, 'arrivalTimestamp': 1795341600123}}) + '\\n'\n\
         name = '-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f35'\n\
         bucket('{bucket}', {{'failed/2026/11/22/10/' + stream + name: record * count \
         for stream, count in (('athena-orders', 3), ('payments', 5))}})\n\
         firehose.create_delivery_stream(DeliveryStreamName='athena-orders', \
         ExtendedS3DestinationConfiguration={{\
         'RoleARN': 'arn:aws:iam::111122223333:role/firehose', 'BucketARN': 'arn:aws:s3:::{bucket}', \
         'Prefix': 'data/', 'ErrorOutputPrefix': 'failed/!{{timestamp:yyyy/MM/dd/HH}}/'}}) \
         if '{bucket}' == 'athena-stream' else None"
    ));
}

#[test]
fn only_the_objects_of_the_stream_and_the_hours_asked_for_are_scanned() {
    let athena = athena();
    small("athena-stream");
    let times = "--since 2026-11-22T09:00:00Z --until 2026-11-22T11:00:00Z";
    let words = format!(
        "failures --stream athena-orders {times} --output ndjson --yes --workgroup team \
                         --output-location s3://results/fh/ --database logs"
    );
    let output = athena.fh(&words).run();
    let row: Value = serde_json::from_str(output.text().trim()).unwrap();
    assert_eq!(row["records"], 3, "{output}");
    let seen = athena.seen();
    let started =
        seen["calls"].as_array().unwrap().iter().filter(|it| it[0] == "StartQueryExecution");
    let kinds =
        started.map(|it| &it[1]).find(|it| it["QueryString"].as_str().unwrap().starts_with("WITH"));
    let kinds = kinds.unwrap();
    assert_eq!(kinds["WorkGroup"], "team");
    assert_eq!(kinds["ResultConfiguration"]["OutputLocation"], "s3://results/fh/");
    assert_eq!(kinds["QueryExecutionContext"]["Database"], "logs");
    let expected = ["'failed/2026/11/22/10'", "'athena-orders'", "1795338000000", "1795345200000"];
    assert_eq!(kinds["ExecutionParameters"], serde_json::json!(expected));
}

#[test]
fn the_price_is_shown_before_and_nothing_starts_without_a_yes() {
    let athena = athena();
    small("athena-price");
    let words = "failures --bucket athena-price --prefix failed/";
    assert_snapshot!(athena.fh(words).run(), @"
    ------- stderr -------
    fh: 1 KiB in 2 objects for Athena to scan: about $0.01 at $5 per TB, and S3 requests; twice that if there may be control messages
    fh: no query was started: there is no terminal to ask on
      hint: `--yes` starts it without asking, `--print-sql` prints it
    [exit status: 2]
    ");
    assert_snapshot!(athena.fh(&format!("{words} --yes --max-scan 1KB")).run(), @"
    ------- stderr -------
    fh: Athena would scan 1 KiB in 2 objects, more than 1000 B (--max-scan)
      hint: limit it with `--since` and `--until`, or raise `--max-scan`
    [exit status: 2]
    ");
    let mut session = athena.fh(&format!("{words} --quiet")).start_typing(100);
    session.wait_for("about $0.01 at $5 per TB");
    session.wait_for("Start the query? [y/N]");
    session.send(b"n\r");
    assert_eq!(session.end().code(), 2);
    assert_eq!(athena.calls(), Vec::<String>::new());
}

#[test]
fn a_prefix_that_ends_within_a_name_counts_only_keys_that_start_with_it() {
    let athena = athena();
    small("athena-part");
    let words =
        "failures --bucket athena-part --prefix failed/2026/11/22/10/athena- --output ndjson --yes";
    let output = athena.fh(words).run();
    let row: Value = serde_json::from_str(output.text().trim()).unwrap();
    assert_eq!((row["records"].as_u64(), output.code()), (Some(3), 0), "{output}");
    let words = "failures --engine athena --print-sql --bucket lake --prefix failed/orders-";
    let sql = Fh::new().args(words).run().success();
    assert!(sql.contains(r#"starts_with("$path", 's3://lake/failed/orders-')"#), "{sql}");
}

#[test]
fn the_price_is_that_of_whole_folders_which_other_streams_share() {
    let athena = athena();
    small("athena-whole");
    // What is wanted has less than 500 bytes.
    let words = "failures --bucket athena-whole --prefix failed/2026/11/22/10/athena-";
    let output = athena.fh(&format!("{words} --yes --max-scan 500B")).run();
    let message = "Athena would scan 1 KiB in 2 objects, more than 500 B";
    assert!(output.errors().contains(message), "{output}");
    assert_eq!(athena.calls(), Vec::<String>::new());
}

#[test]
fn a_query_that_cannot_be_looked_at_is_stopped() {
    let athena = athena();
    small("athena-blind");
    let words = "failures --bucket athena-blind --prefix failed/ --yes --workgroup blind";
    let output = athena.fh(words).run();
    assert_eq!(output.code(), 3, "{output}");
    let last = ["StartQueryExecution", "StopQueryExecution", "StartQueryExecution"];
    assert!(athena.calls().ends_with(&last.map(str::to_owned)), "{:?}", athena.calls());
    assert_eq!(athena.seen()["tables"], serde_json::json!([]));
}

#[test]
fn a_query_whose_start_was_not_answered_is_stopped_and_leaves_no_table() {
    let athena = athena();
    small("athena-lost");
    let words = "failures --bucket athena-lost --prefix failed/ --yes --workgroup lost";
    let output = athena.fh(words).env("AWS_MAX_ATTEMPTS", "1").run();
    assert_eq!(output.code(), 3, "{output}");
    let start = "StartQueryExecution";
    assert_eq!(athena.calls(), [start, start, "StopQueryExecution", start], "{output}");
    assert!(output.errors().contains("or its query may still be there"), "{output}");
}

#[test]
fn what_was_counted_is_reported_although_the_table_cannot_be_deleted() {
    let athena = athena();
    small("athena-kept");
    let words =
        "failures --bucket athena-kept --prefix failed/ --yes --workgroup kept --output ndjson";
    let output = athena.fh(words).run();
    let row: Value = serde_json::from_str(output.text().trim()).unwrap();
    assert_eq!((row["records"].as_u64(), output.code()), (Some(8), 3), "{output}");
    assert!(output.errors().contains("or its query may still be there"), "{output}");
    assert!(output.errors().contains("glue:DeleteTable"), "{output}");
}

#[test]
fn ctrl_c_stops_the_query_and_deletes_the_table() {
    let athena = athena();
    small("athena-stop");
    let words = "failures --bucket athena-stop --prefix failed/ --yes --workgroup endless";
    let session = athena.fh(words).start();
    until(|| athena.seen()["calls"].to_string().contains("WITH lines"));
    session.signal("INT");
    let output = session.end();
    assert_eq!(output.code(), 130, "{output}");
    let last = ["StartQueryExecution", "StopQueryExecution", "StartQueryExecution"];
    assert!(athena.calls().ends_with(&last.map(str::to_owned)), "{:?}", athena.calls());
    assert_eq!(athena.seen()["tables"], serde_json::json!([]));
}

#[test]
fn a_query_that_fails_says_why_and_leaves_no_table() {
    let athena = athena();
    small("athena-broken");
    let words = "failures --bucket athena-broken --prefix failed/ --yes --workgroup broken";
    let output = athena.fh(words).run();
    assert_eq!(output.code(), 3);
    assert!(output.errors().contains("HIVE_CURSOR_ERROR: incorrect header check"), "{output}");
    assert_eq!(athena.seen()["tables"], serde_json::json!([]));
}

#[test]
fn the_calls_are_those_of_athena_as_moto_knows_it() {
    small("athena-moto");
    // moto runs no query: nothing is scanned, and its results have no row.
    let output = fh("failures --bucket athena-moto --prefix failed/ --engine athena --yes \
                     --output-location s3://athena-moto/results/")
    .run();
    assert_eq!(output.code(), 2, "{output}");
    let message = "Athena scanned only 0 B of 1 KiB: failures may be missing here";
    assert!(output.errors().contains(message), "{output}");
}

#[test]
fn the_sql_is_printed_without_a_call_of_aws() {
    let words = "failures --engine athena --print-sql --bucket lake --code timedout \
                 --since 2026-11-22T09:00:00Z --until 2026-11-22T10:00:00Z";
    let sql = Fh::new()
        .args(words)
        .arg("--prefix")
        .arg("it's/!{timestamp:yyyy/MM/dd/HH}/")
        .run()
        .success();
    assert!(sql.contains("WHERE prefix IN ('it''s/2026/11/22/"), "{sql}");
    assert!(sql.contains("strpos(lower(code), 'timedout') > 0"), "{sql}");
    assert!(sql.contains("LOCATION 's3://lake/'") && sql.contains("DROP TABLE"), "{sql}");
}

#[test]
fn only_the_hours_asked_for_are_scanned() {
    boto(
        "s3.create_bucket(Bucket='athena-hours', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})\n\
         for day in range(1, 29):\n\
         \x20   folder = f'processing-failed/2026/11/{day:02}/10/'\n\
         \x20   name = f'orders-1-2026-11-{day:02}-10-00-00-00000000-0000-4000-8000-0000000000{day:02}'\n\
         \x20   record = '{\"rawData\":\"QQ==\",\"errorCode\":\"X.Y\",\"errorMessage\":\"m\",\"attemptsMade\":1,\"arrivalTimestamp\":%d}' % (1793527200000 + (day - 1) * 86400000)\n\
         \x20   s3.put_object(Bucket='athena-hours', Key=folder + name, Body=record)",
    );
    let athena = athena();
    let words = "failures --bucket athena-hours --since 2026-11-09T00:00:00Z \
                 --until 2026-11-10T00:00:00Z";
    // The time zone of the stream is not known.
    let output = athena.fh(words).run();
    assert!(output.errors().contains(" in 3 objects for Athena to scan"), "{output}");
    let prefix = "processing-failed/!{timestamp:yyyy/MM/dd/HH}/";
    let output = athena.fh(words).arg("--prefix").arg(prefix).run();
    assert!(output.errors().contains(" in 1 object for Athena to scan"), "{output}");
    let here = fh(words).arg("--prefix").arg(prefix).args("--output ndjson").run();
    let there = athena.fh(words).arg("--prefix").arg(prefix).args("--output ndjson --yes").run();
    for output in [here, there] {
        let row: Value = serde_json::from_str(output.text().trim()).unwrap();
        assert_eq!((row["records"].as_u64(), output.code()), (Some(1), 0), "{output}");
    }
    let nothing = "failures --bucket athena-hours --since 2026-10-01T00:00:00Z \
                   --until 2026-10-02T00:00:00Z";
    let output = fh(nothing).arg("--prefix").arg(prefix).run();
    assert_eq!(output.code(), 0, "{output}");
}

#[test]
fn flags_that_do_not_go_with_athena_are_refused() {
    for (words, message) in [
        ("--engine athena", "`--engine athena` requires `--stream` or `--bucket`"),
        (
            "--engine athena --bucket lake --grep x",
            "`--grep` cannot be used with `--engine athena`",
        ),
        ("--engine athena --bucket lake --records", "`--records` cannot be used"),
        ("--bucket lake --max-scan 1GB", "`--max-scan` requires `--engine athena`"),
        ("--engine athena --print-sql --stream orders", "a delivery stream would have to be"),
        ("--engine athena --print-sql failures.ndjson", "read objects in S3, not files"),
        (
            "--engine athena --print-sql --bucket arn:aws:s3:eu-west-1:111122223333:accesspoint/lake",
            "requires the name of the bucket",
        ),
        (
            "--engine athena --print-sql --bucket lake --prefix _failed/",
            "Athena does not read `_failed/`: it hides folders",
        ),
        ("--engine athena --bucket lake --prefix !{x}/", "invalid prefix `!{x}/`"),
        ("--merge 1.json --engine athena", "`--merge` cannot be combined with `--engine`"),
        ("--engine athena --bucket lake --database a.b", "letters, digits and underscores"),
    ] {
        let output = Fh::new().args(&format!("failures {words}")).run();
        assert_eq!(output.code(), 2, "{output}");
        assert!(output.errors().contains(message), "{output}");
    }
}
