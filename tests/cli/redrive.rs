//! `fh redrive` into a delivery stream of `fh local`: what it shows,
//! what arrives, what it refuses.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "looks at files as they are")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fh::redrive::ledger::{Job, Ledger, LedgerFolder, SourceVersion};
use insta::assert_snapshot;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::canned::Canned;
use crate::harness::{Fh, Output, root, until};
use crate::local_server::LocalServer;
use crate::masks::{self, mask};

/// When the records of these tests arrived.
pub(crate) const ARRIVAL: i64 = 1_795_341_600_123;

/// A delivery stream `orders`, and a folder to work in.
pub(crate) struct Place {
    server: LocalServer,
    folder: TempDir,
    home: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    fn with(faults: &str) -> Self {
        let server = LocalServer::orders(faults);
        Self { server, folder: tempfile::tempdir().unwrap(), home: tempfile::tempdir().unwrap() }
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        fs::write(self.folder.path().join(name), bytes).unwrap();
        self
    }

    fn fixture(&self, name: &str) -> &Self {
        self.file(name, fs::read(root().join("fixtures/failures").join(name)).unwrap())
    }

    pub(crate) fn fh(&self, words: &str) -> Fh {
        self.command(&format!("redrive --stream orders {words}"))
    }

    /// Another command that calls the server.
    pub(crate) fn command(&self, words: &str) -> Fh {
        let home = self.home.path().to_str().unwrap();
        let words = format!("{words} --endpoint-url {}", self.server.url());
        at(&words).current_dir(self.folder.path()).env("HOME", home)
    }

    pub(crate) fn run(&self, words: &str) -> Output {
        self.fh(words).run()
    }

    pub(crate) fn accepted(&self) -> Vec<Vec<u8>> {
        self.server.accepted()
    }

    /// The working directory.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The user's own folder.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Below which ledgers are kept.
    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join(".local/state")
    }

    /// The ledgers that are kept, and links to others.
    pub(crate) fn ledgers(&self) -> Vec<PathBuf> {
        let streams = fs::read_dir(self.state().join("fh/redrive")).unwrap();
        let files = streams.flat_map(|stream| fs::read_dir(stream.unwrap().path()).unwrap());
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    }

    /// The job of putting back the file `failed`, in which is this.
    pub(crate) fn job(&self, lines: &str) -> (Job, SourceVersion) {
        let name = fs::canonicalize(self.folder.path().join("failed")).unwrap();
        let name = name.to_str().unwrap().to_owned();
        let mut version = String::new();
        for byte in Sha256::digest(lines) {
            write!(version, "{byte:02x}").unwrap();
        }
        let source = SourceVersion { name: name.clone(), version };
        let arn = "arn:aws:firehose:us-east-1:111122223333:deliverystream/orders";
        let mut job = Job::new(arn.to_owned(), vec![name], Vec::new());
        job.endpoint = Some(self.server.url());
        (job, source)
    }
}

/// As `fh failures` shows it: of files and of a listing the size is known.
#[test]
fn how_far_the_reading_is_is_shown_with_total_and_rate() {
    let place = Place::new();
    let line = failure(b"{\"n\":1}", ARRIVAL);
    place.file("failed", line.repeat(30_000));
    let mut session = place.fh("--dry-run failed").env("TERM", "xterm").start_typing(120);
    session.wait_for(" left, ");
    session.wait_for(" records in 1 object");
    assert_eq!(session.finish().code(), 0);
}

fn at(words: &str) -> Fh {
    Fh::new()
        .args(words)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
}

/// A failure record with these bytes.
pub(crate) fn failure(payload: &[u8], arrival: i64) -> String {
    let data = STANDARD.encode(payload);
    format!(
        "{{\"rawData\":\"{data}\",\"errorCode\":\"Lambda.FunctionError\",\"errorMessage\":\"m\",\
         \"attemptsMade\":4,\"arrivalTimestamp\":{arrival}}}\n"
    )
}

#[test]
fn what_is_damaged_among_failure_records_is_skipped_by_name() {
    let place = Place::new();
    let good = |id: u8| failure(&[id], ARRIVAL);
    let cut = good(b'1').split_at(12).0.to_owned();
    place.file("lines", format!("text\n{}{cut}\n{}\0\0\n", good(b'0'), good(b'2')));
    place.file("glued", format!("{}{cut}{}", good(b'3').trim_end(), good(b'4')));
    place.file("many", format!("{}{}", "[1]\n".repeat(25), good(b'5')));
    place.file("other", "{\"a\":1}\n");
    let plan = place.run("--dry-run .");
    assert_eq!(plan.code(), 1, "{plan}");
    for line in [
        "to send   5 records",
        "skipped   29 records",
        "./lines: line 1, record 1: not a failure record, unlike others in this input\n",
        "./lines: line 3, record 3: JSON ends early at byte 12\n",
        "./glued: line 1, record 2: JSON ends early at byte 12\n",
    ] {
        assert!(plan.text().contains(line), "{line}: {plan}");
    }
    let all = place.run("--yes --output json .");
    assert_eq!(all.code(), 1, "{all}");
    let mut accepted = place.accepted();
    accepted.sort();
    assert_eq!(accepted, [b"0", b"2", b"3", b"4", b"5"]);
}

#[test]
fn a_damaged_object_is_no_record() {
    let place = Place::new();
    let records: String =
        (0..200_u32).map(|it| failure(&Sha256::digest(it.to_be_bytes()), ARRIVAL)).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, records.as_bytes()).unwrap();
    let mut cut = gzip.finish().unwrap();
    cut.truncate(cut.len() / 2);
    place.file("cut.gz", cut);
    let plan = place.run("--dry-run cut.gz");
    assert_eq!(plan.code(), 1, "{plan}");
    let text = plan.text();
    assert!(text.contains("skipped   1 record\n"), "{text}");
    assert!(text.contains("damaged   1 object: records may be missing\n"), "{text}");
    assert!(text.contains("cut.gz: gzip: truncated at byte "), "{text}");
    assert!(!text.contains("fh failures --records"), "{text}");
    let json = place.run("--dry-run --output json cut.gz").text();
    assert!(json.contains(r#""damagedObjects":{"objects":1,"places":["cut.gz: gzip: "#), "{json}");
}

#[test]
fn a_code_of_the_transform_decides_against_a_key_of_a_destination() {
    let server = transforming();
    let place = Place::new();
    let with_id = |code: &str| {
        let record = failure(b"a", ARRIVAL).replace("Lambda.FunctionError", code);
        record.replace("\"attemptsMade\"", "\"EventId\":\"1.0\",\"attemptsMade\"")
    };
    place.file("lambda", with_id("Lambda.FunctionError"));
    place.file("splunk", with_id("Splunk.AckTimeout"));
    place.file("status", with_id("400"));
    let words = format!("redrive --stream orders --endpoint-url {} --dry-run .", server.url());
    let plan = at(&words).current_dir(place.folder.path()).run().text();
    assert!(plan.contains("to send   1 record"), "{plan}");
    assert!(plan.contains("./splunk: line 1, record 1 (shown by `errorCode`)\n"), "{plan}");
    assert!(plan.contains("./status: line 1, record 1 (shown by `EventId`)\n"), "{plan}");
}

#[test]
fn a_dry_run_shows_what_would_be_sent_and_touches_nothing() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    place.fixture("over-time.ndjson").fixture("two-rawdata.json").fixture("redshift-manifest.json");
    place.fixture("bad-rawdata.ndjson");
    place.file("large.ndjson", failure(&vec![b'x'; 1_024_001], ARRIVAL));
    assert_snapshot!(place.run("--dry-run --rate 10 ."), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   no earlier redrive known on this machine
    read      44 records in 5 objects
    to send   39 records, 1.4 KiB, 4 s at 10 records a second
              24  Lambda.FunctionTimedOut
              12  Lambda.MissingRecordId
               2  Lambda.ProcessingFailedStatus
               1  Lambda.FunctionError
    skipped   5 records
               1  two `rawData` in one failure record
                  ./two-rawdata.json: line 1, record 1
                  hint: `fh decode` shows both; send the right one with `fh send --format base64`
               2  not a readable failure record
                  ./bad-rawdata.ndjson: line 1, record 1: base64: plain text, not base64
                  ./bad-rawdata.ndjson: line 2, record 2: base64: one extra character at the end at byte 61
                  hint: restore the object if it was truncated or edited, and run the same command again
               1  larger than the 1,000 KiB that Firehose accepts
                  ./large.ndjson: line 1, record 1
                  hint: split or shrink it in the producer
               1  a Redshift manifest, not a record
                  ./redshift-manifest.json: line 1, record 1
                  hint: load its objects with COPY and the manifest
    ledger    STATE/fh-redrive-orders-JOB.ledger (new)
    [exit status: 1]
    ");
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 5);
    assert!(place.accepted().is_empty());
}

#[test]
fn a_stream_without_a_transform_takes_what_failed_after_one() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    place.fixture("format-conversion.ndjson").fixture("splunk.json").fixture("over-time.ndjson");
    assert_snapshot!(place.run("--dry-run ."), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   no earlier redrive known on this machine
    read      41 records in 3 objects
    to send   41 records, 1.5 KiB
              24  Lambda.FunctionTimedOut
              12  Lambda.MissingRecordId
               2  Lambda.ProcessingFailedStatus
               1  DataFormatConversion.MalformedData
               1  DataFormatConversion.ParseError
               1  Splunk.AckTimeout
    ledger    STATE/fh-redrive-orders-JOB.ledger (new)
    [exit status: 0]
    ");
}

/// AWS with a delivery stream `orders` that has a transform.
fn transforming() -> Canned {
    Canned::answering(|head| {
        let transform = r#"{"Enabled":true,"Processors":[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"arn:aws:lambda:us-east-1:111122223333:function:f"}]}]}"#;
        let body = if head.contains("DescribeDeliveryStream") {
            format!(
                r#"{{"DeliveryStreamDescription":{{"DeliveryStreamName":"orders","DeliveryStreamARN":"arn:aws:firehose:us-east-1:111122223333:deliverystream/orders","DeliveryStreamStatus":"ACTIVE","DeliveryStreamType":"DirectPut","VersionId":"1","HasMoreDestinations":false,"Destinations":[{{"DestinationId":"d","ExtendedS3DestinationDescription":{{"RoleARN":"arn:aws:iam::111122223333:role/r","BucketARN":"arn:aws:s3:::lake","BufferingHints":{{}},"CompressionFormat":"UNCOMPRESSED","EncryptionConfiguration":{{"NoEncryptionConfig":"NoEncryption"}},"ProcessingConfiguration":{transform}}}}}]}}}}"#
            )
        } else {
            "{}".to_owned()
        };
        let length = body.len();
        Some(format!("HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes())
    })
}

#[test]
fn what_failed_after_the_transform_is_not_transformed_again_unasked() {
    let _masks = mask(masks::REDRIVE);
    let server = transforming();
    let place = Place::new();
    place.fixture("format-conversion.ndjson").fixture("splunk.json").fixture("over-time.ndjson");
    let run = |words: &str| {
        let home = place.home().to_str().unwrap();
        let words = format!("redrive --stream orders --endpoint-url {} {words}", server.url());
        at(&words).current_dir(place.folder()).env("HOME", home).run()
    };
    assert_snapshot!(run("--dry-run ."), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   no earlier redrive known on this machine
    read      41 records in 3 objects
    to send   38 records, 1.3 KiB
              24  Lambda.FunctionTimedOut
              12  Lambda.MissingRecordId
               2  Lambda.ProcessingFailedStatus
    skipped   3 records
               1  failed after the transform: its data is the output of the transform
                  ./splunk.json: line 1, record 1 (shown by `errorCode`)
                  hint: `--transformed` sends it through the transform again, if the transform can handle that
               2  failed after the transform, in format conversion: its data may be the output of the transform
                  ./format-conversion.ndjson: line 1, record 1 (shown by `lastErrorCode`)
                  ./format-conversion.ndjson: line 2, record 2 (shown by `lastErrorCode`)
                  hint: `--transformed` sends it through the transform again, if the transform can handle that
    ledger    STATE/fh-redrive-orders-JOB.ledger (new)
    [exit status: 1]
    ");
    let asked = run("--dry-run --transformed .");
    assert!(!asked.text().contains("skipped"), "{asked}");
}

#[test]
fn records_arrive_byte_for_byte_and_once() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    let payloads: [&[u8]; 4] = [b"{\"a\": 1}\n", b"", &[0xff, 0, 0x1b], b"{\"a\": 1}\n"];
    let lines: String = payloads.iter().map(|payload| failure(payload, ARRIVAL)).collect();
    place.file("failed", lines);
    assert_snapshot!(place.run("--yes failed"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   no earlier redrive known on this machine
    read      4 records in 1 object
    to send   4 records, 21 B
               4  Lambda.FunctionError
    ledger    STATE/fh-redrive-orders-JOB.ledger (new)
    sent      4 records, 21 B, acknowledged in TIME
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --endpoint-url http://127.0.0.1:[…] --since […]
    [exit status: 0]
    ");
    assert_eq!(place.accepted(), payloads);
    assert_snapshot!(place.run("--yes failed"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   4 records sent into this stream, last at TIME (1 ledger)
    read      4 records in 1 object
    done      4 records, 21 B: acknowledged by an earlier run
    to send   nothing
    ledger    STATE/fh-redrive-orders-JOB.ledger
    ------- stderr -------
    fh: nothing to send
    [exit status: 0]
    ");
    assert_eq!(place.accepted().len(), 4);
    assert_eq!(place.server.delivered(), payloads.concat());
}

#[test]
fn in_a_script_nothing_is_sent_without_a_yes() {
    let place = Place::new();
    place.file("failed", failure(b"a", ARRIVAL));
    let output = place.run("failed");
    assert_eq!(output.code(), 2);
    assert_snapshot!(output.errors(), @"
    fh: nothing was sent: there is no terminal to ask on
      hint: `--yes` sends without asking, `--dry-run` sends nothing
    ");
    assert!(place.accepted().is_empty());
}

#[test]
fn on_a_terminal_it_asks() {
    let place = Place::new();
    place.file("failed", failure(b"a", ARRIVAL));
    for (answer, count) in [("\r", 0), ("no\r", 0), ("y\r", 1)] {
        let mut session = place.fh("failed").start_typing(80);
        session.wait_for("Send 1 record to `orders`? [y/N]");
        session.send(answer.as_bytes());
        let output = session.finish();
        assert_eq!(output.code(), i32::from(count == 0), "{output}");
        assert_eq!(place.accepted().len(), count, "{output}");
    }
}

#[test]
fn what_another_run_has_put_while_it_asked_is_not_put_again() {
    let place = Place::new();
    place.file("failed", failure(b"a", ARRIVAL)).file("again", failure(b"a", ARRIVAL));
    let mut session = place.fh("failed").start_typing(80);
    session.wait_for("[y/N]");
    let other = place.run("--yes --quiet again");
    assert_eq!(other.code(), 0, "{other}");
    session.send(b"y\r");
    let output = session.finish();
    assert_eq!(output.code(), 2, "{output}");
    assert!(
        output.to_string().contains("has sent records to this stream in the meantime"),
        "{output}"
    );
    assert_eq!(place.accepted().len(), 1);
}

#[test]
fn a_few_can_be_tried_and_the_next_run_continues_after_them() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    let lines: String = (0..5).map(|number: u8| failure(&[number], ARRIVAL)).collect();
    place.file("failed", lines);
    assert_snapshot!(place.run("--yes --limit 2 failed"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   no earlier redrive known on this machine
    read      2 records in 1 object
    to send   2 records, 2 B, and then stop (--limit)
               2  Lambda.FunctionError
    ledger    STATE/fh-redrive-orders-JOB.ledger (new)
    sent      2 records, 2 B, acknowledged in TIME
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --endpoint-url http://127.0.0.1:[…] --since […]
    [exit status: 0]
    ");
    assert_eq!(place.accepted(), [[0], [1]]);
    assert_eq!(place.run("--yes failed").code(), 0);
    assert_eq!(place.accepted(), [[0], [1], [2], [3], [4]]);
}

#[test]
fn what_another_job_has_put_is_not_sent_again() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    place.file("failed", [failure(b"apple", ARRIVAL), failure(b"pear", ARRIVAL)].concat());
    assert_eq!(place.run("--yes --grep apple failed").code(), 0);
    assert_eq!(place.accepted(), [b"apple"]);
    assert_snapshot!(place.run("--yes ./failed failed ."), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   1 record sent into this stream, last at TIME (1 ledger)
    read      2 records in 1 object
    done      1 record, 5 B: acknowledged by an earlier run
    to send   1 record, 4 B
               1  Lambda.FunctionError
    ledger    STATE/fh-redrive-orders-JOB.ledger (new)
    sent      1 record, 4 B, acknowledged in TIME
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --endpoint-url http://127.0.0.1:[…] --since […]
    [exit status: 0]
    ");
    assert_eq!(place.accepted(), [b"apple".as_slice(), b"pear"]);
}

#[test]
fn what_comes_back_as_a_failure_is_not_put_again_without_a_flag() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    place.file("failed", failure(b"poison", ARRIVAL));
    assert_eq!(place.run("--yes failed").code(), 0);
    // Much later than this test.
    place.file("failed-again", failure(b"poison", 4_000_000_000_000));
    assert_snapshot!(place.run("--yes failed-again"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   1 record sent into this stream, last at TIME (1 ledger)
    read      1 record in 1 object
    to send   nothing
    skipped   1 record
               1  failed again: an earlier redrive sent these bytes before this record arrived
                  failed-again: line 1, record 1
                  hint: fix the transform first (`fh failures`), then send these with `--returned`
    ledger    STATE/fh-redrive-orders-JOB.ledger (new)
    ------- stderr -------
    fh: nothing to send
    [exit status: 1]
    ");
    assert_eq!(place.accepted().len(), 1);
    let returned = place.run("--yes --returned failed-again");
    assert_eq!(returned.code(), 0, "{returned}");
    assert!(!returned.text().contains("\nsame "), "it is no copy: {returned}");
    assert_eq!(place.accepted().len(), 2);
}

#[test]
fn a_file_that_has_changed_is_left_alone() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    place.file("failed", failure(b"a", ARRIVAL));
    assert_eq!(place.run("--yes failed").code(), 0);
    place.file("failed", [failure(b"b", ARRIVAL), failure(b"a", ARRIVAL)].concat());
    assert_snapshot!(place.run("--yes failed"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   1 record sent into this stream, last at TIME (1 ledger)
    read      2 records in 1 object
    to send   nothing
    skipped   2 records
               2  its object has changed since the redrive started
                  failed: line 1, record 1
                  failed: line 2, record 2
                  hint: restore the object; put new data into a separate object
    ledger    STATE/fh-redrive-orders-JOB.ledger
    ------- stderr -------
    fh: nothing to send
    [exit status: 1]
    ");
    assert_eq!(place.accepted().len(), 1);
}

#[test]
fn a_ledger_that_is_not_this_jobs_is_refused() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    place.file("failed", failure(b"a", ARRIVAL)).file("failed-2", failure(b"b", ARRIVAL));
    assert_eq!(place.run("--yes failed --ledger mine.ledger").code(), 0);
    let output = place.run("--yes failed-2 --ledger mine.ledger");
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: `mine.ledger` is the ledger of another job: its source is `/…/failed`, not `/…/failed-2`
      hint: omit `--ledger`: each job has its own ledger and reads the others
    [exit status: 2]
    ");
    let output = place.run("--yes failed-2 --ledger failed");
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: `failed` is not a ledger of `fh redrive`
      hint: `--ledger` takes a file that `fh redrive` created
    [exit status: 2]
    ");
}

#[test]
fn two_runs_of_one_job_do_not_work_at_the_same_time() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    place.file("failed", failure(b"a", ARRIVAL));
    assert_eq!(place.run("--yes failed").code(), 0);
    let ledger = File::open(&place.ledgers()[0]).unwrap();
    ledger.lock().unwrap();
    assert_snapshot!(place.run("--yes failed"), @"
    ------- stderr -------
    fh: `STATE/fh-redrive-orders-JOB.ledger` is in use: another `fh redrive` works on this job
      hint: wait for it to end, or end it with Ctrl-C
    [exit status: 2]
    ");
    // Looking is always possible.
    assert_eq!(place.run("--dry-run failed").code(), 0);
}

/// A place where the first two of three records were sent, and nobody knows
/// what came of it.
pub(crate) fn place_with_unknown() -> Place {
    let place = Place::new();
    let lines: String = (0..3).map(|number: u8| failure(&[number], ARRIVAL)).collect();
    place.file("failed", &lines);
    let (job, source) = place.job(&lines);
    let folder = LedgerFolder::new(&place.state(), &job);
    fs::create_dir_all(folder.folder()).unwrap();
    let path = folder.folder().join(job.file_name());
    let mut ledger = Ledger::create(&path, &job).unwrap();
    let entries = vec![source.entry(1, &[0]), source.entry(2, &[1])];
    ledger.plan(ARRIVAL, &[&source], entries).unwrap();
    place
}

#[test]
fn what_may_have_arrived_is_sent_again_and_listed() {
    let _masks = mask(masks::REDRIVE);
    let place = place_with_unknown();
    assert_snapshot!(place.run("--yes failed"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   2 records sent into this stream, last at TIME (1 ledger)
    read      3 records in 1 object
    to send   3 records, 3 B
               3  Lambda.FunctionError
    again     2 of them were sent before without a known response: they may arrive twice (--on-unknown)
    ledger    STATE/fh-redrive-orders-JOB.ledger
    sent      3 records, 3 B, acknowledged in TIME
    twice?    2 records may have arrived twice: there was no response, and they were sent again
                  failed: records 1 to 2
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --endpoint-url http://127.0.0.1:[…] --since […]
    [exit status: 0]
    ");
    assert_eq!(place.accepted(), [[0], [1], [2]]);
    // It is still listed when all is done.
    assert_snapshot!(place.run("--yes failed"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   3 records sent into this stream, last at TIME (1 ledger)
    read      3 records in 1 object
    done      3 records, 3 B: acknowledged by an earlier run
    to send   nothing
    ledger    STATE/fh-redrive-orders-JOB.ledger
    twice?    2 records may have arrived twice: there was no response, and they were sent again
                  failed: records 1 to 2
    ------- stderr -------
    fh: nothing to send
    [exit status: 0]
    ");
}

#[test]
fn what_may_have_arrived_can_be_left() {
    let _masks = mask(masks::REDRIVE);
    let place = place_with_unknown();
    assert_snapshot!(place.run("--yes --on-unknown skip failed"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   2 records sent into this stream, last at TIME (1 ledger)
    read      3 records in 1 object
    to send   1 record, 1 B
               1  Lambda.FunctionError
    skipped   2 records
               2  was sent, with no known response (--on-unknown skip)
                  failed: line 1, record 1
                  failed: line 2, record 2
                  hint: look for them at the destination; `--on-unknown resend` sends again
    ledger    STATE/fh-redrive-orders-JOB.ledger
    sent      1 record, 1 B, acknowledged in TIME
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --endpoint-url http://127.0.0.1:[…] --since […]
    [exit status: 1]
    ");
    assert_eq!(place.accepted(), [[2]]);
    let output = place.run("--yes --on-unknown ask failed");
    assert_eq!(output.code(), 2);
    assert_snapshot!(output.errors(), @"
    fh: 2 records may or may not have arrived, and there is no terminal to ask on
      hint: `--on-unknown resend` sends them again, `--on-unknown skip` skips them
    ");
    let mut session = place.fh("--yes --on-unknown ask failed").start_typing(80);
    session.wait_for("2 records may have arrived already. Send them again? [y/N]");
    session.send(b"y\r");
    assert_eq!(session.finish().code(), 0);
    assert_eq!(place.accepted(), [[2], [0], [1]]);
}

#[test]
fn ctrl_c_ends_it_in_order_and_the_next_run_continues() {
    let place = Place::with("stall=1");
    let lines: String = (0..200).map(|number: u8| failure(&[number], ARRIVAL)).collect();
    place.file("failed", lines);
    let session = place.fh("--yes --rate 20 failed").start();
    until(|| !place.accepted().is_empty());
    session.signal("INT");
    let output = session.finish();
    assert_eq!(output.code(), 130, "{output}");
    assert!(output.errors().contains("run the same command again to continue"), "{output}");
    let before = place.accepted().len();
    assert!((1..200).contains(&before));
    let output = place.run("--yes failed");
    assert_eq!(output.code(), 0, "{output}");
    assert!(place.accepted().into_iter().map(|record| record[0]).eq(0..200));
}

#[test]
fn ctrl_c_at_the_question_says_that_nothing_was_sent() {
    let place = Place::new();
    place.file("failed", failure(&[1], ARRIVAL));
    let mut session = place.fh("failed").start_typing(80);
    session.wait_for("Send 1 record to `orders`? [y/N]");
    session.send(b"\x03");
    session.wait_for("fh: nothing was sent");
    assert_eq!(session.end().code(), 130);
    assert!(place.accepted().is_empty());
}

#[test]
fn records_of_source_backup_objects_are_put_back_too() {
    let _masks = mask(masks::REDRIVE);
    let place = Place::new();
    place.file("failed-json", "{\"a\":1}{\"b\":2}\n").file("failed-text", "one\ntwo\n");
    assert_snapshot!(place.run("--yes --backup failed-json failed-text"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   no earlier redrive known on this machine
    read      3 records in 2 objects
    to send   2 records, 15 B
    skipped   1 record
               1  in an object without clear record ends
                  failed-text: cannot tell where the record at byte 0 ends (if you know how they end, use `--split lines`, or `--split whole` for one record)
    ledger    STATE/fh-redrive-orders-JOB.ledger (new)
    sent      2 records, 15 B, acknowledged in TIME
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --endpoint-url http://127.0.0.1:[…] --since […]
    ------- stderr -------
    fh: failed-json: each JSON value is treated as a record (--split changes this)
    [exit status: 1]
    ");
    assert_eq!(place.accepted(), [b"{\"a\":1}".as_slice(), b"{\"b\":2}\n"]);
    assert_eq!(place.run("--yes --backup --split lines failed-text").code(), 0);
    assert_eq!(place.accepted()[2..], [b"one\n", b"two\n"]);
    assert_snapshot!(place.run("--backup --dry-run").errors(), @"
    fh: `--backup` needs inputs
      hint: `orders` has no source backup
    ");
}

#[test]
fn a_stream_that_takes_no_records_is_refused_with_what_to_do() {
    let describe = r#"{"DeliveryStreamDescription":{"DeliveryStreamName":"clicks","DeliveryStreamARN":"arn:aws:firehose:us-east-1:111122223333:deliverystream/clicks","DeliveryStreamStatus":"ACTIVE","DeliveryStreamType":"KinesisStreamAsSource","VersionId":"1","Source":{"KinesisStreamSourceDescription":{"KinesisStreamARN":"arn:aws:kinesis:us-east-1:111122223333:stream/clicks"}},"Destinations":[],"HasMoreDestinations":false}}"#;
    let server = Canned::new(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n\
         {describe}",
        describe.len()
    ));
    let words = format!("redrive --stream clicks --endpoint-url {} x", server.url());
    assert_snapshot!(at(&words).run(), @"
    ------- stderr -------
    fh: `clicks` does not accept direct puts: it reads from the Kinesis data stream `clicks`
      hint: send to that stream: aws kinesis put-records --stream-name clicks
    [exit status: 2]
    ");
}

#[test]
fn what_cannot_be_a_source_is_refused() {
    let place = Place::new();
    assert_snapshot!(place.run("--yes -"), @"
    ------- stderr -------
    fh: cannot redrive standard input
      hint: save it to a file first: a resumed run has to read the same records again
    [exit status: 2]
    ");
    assert_snapshot!(place.run("--yes nothing-here"), @"
    ------- stderr -------
    fh: cannot read `nothing-here`: No such file or directory (os error 2)
    [exit status: 2]
    ");
    assert_snapshot!(place.run("--yes --tag-done x failed"), @"
    ------- stderr -------
    fh: `--tag-done`: `x` is not a tag; use KEY=VALUE
    [exit status: 2]
    ");
}

#[test]
fn no_name_controls_the_terminal() {
    let place = Place::new();
    place.file("\u{1b}[31mred\n", "{\"rawData\":\"!\",\"attemptsMade\":1}");
    let output = place.run("--dry-run .");
    assert!(!output.text().contains('\u{1b}') && !output.errors().contains('\u{1b}'));
    assert!(output.text().contains("\\u{1b}[31mred\\n: line 1"), "{output}");
}

#[test]
fn a_payload_that_is_a_cut_file_is_put_back_as_it_is() {
    let place = Place::new();
    let formats = root().join("fixtures/formats");
    let cut = |name: &str| {
        let whole = fs::read(formats.join(name)).unwrap();
        whole[..whole.len() - 9].to_vec()
    };
    let payloads = ["orders.avro", "orders.parquet", "orders.orc"].map(cut);
    let lines: String = payloads.iter().map(|payload| failure(payload, ARRIVAL)).collect();
    let output = place.file("failed", lines).run("--yes failed");
    assert_eq!((output.code(), place.accepted()), (0, payloads.to_vec()), "{output}");
    // By itself it holds no failure records, which is said.
    for payload in payloads {
        let output = place.file("cut", payload).run("--yes cut");
        assert!(output.text().contains("0 records in 1 object; other data in 1"), "{output}");
        assert!(output.errors().contains("nothing to send"), "{output}");
    }
    assert_eq!(place.accepted().len(), 3);
}
