//! `fh trace` on `fh local`: each outcome of the response contract, what transforms do
//! with records, and what is not seen.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::canned::Canned;
use crate::functions::with_interpreters;
use crate::harness::{Fh, Output, Session};
use crate::local::{at, ready};
use crate::masks::{self, mask};

/// A transform that does with each record what its first word says.
const APP: &str = "
import base64, hashlib, json, time

def handler(event, context):
    records = []
    for record in event['records']:
        data = base64.b64decode(record['data'])
        todo = data.split()[0].decode()
        if todo == 'raise':
            raise KeyError('customer')
        if todo == 'sleep':
            time.sleep(5)
        if todo == 'large':
            return {'records': [], 'padding': 'x' * 7_000_000}
        if todo == 'text':
            return 'no object'
        if todo == 'nothing':
            return {}
        if todo == 'print':
            print(data)
        answer = {'recordId': record['recordId'], 'result': 'Ok', 'data': record['data']}
        if todo in ('Dropped', 'ProcessingFailed', 'ok'):
            answer['result'] = todo
        if todo == 'rename':
            answer['recordId'] = 'x' + record['recordId']
        if todo == 'missing':
            continue
        if todo == 'empty':
            del answer['data']
        if todo == 'bytes':
            answer['data'] = 'not base64!'
        if todo == 'replace':
            output = json.dumps({'sum': hashlib.sha256(data).hexdigest(), 'at': time.time()})
            answer['data'] = base64.b64encode(output.encode()).decode()
        records.append(answer)
        if todo == 'twice':
            records.append(answer)
    return {'records': records}
";

/// A `fh local start` with its address.
pub(crate) struct Local {
    _session: Session,
    url: String,
    code: TempDir,
}

impl Local {
    pub(crate) fn start(words: &str) -> Self {
        Self::with(words, None)
    }

    /// With the input of `CreateDeliveryStream`.
    fn with(words: &str, config: Option<&str>) -> Self {
        let code = tempfile::tempdir().unwrap();
        std::fs::write(code.path().join("app.py"), APP).unwrap();
        let mut fh = with_interpreters(Fh::new()).current_dir(code.path());
        fh = fh.args("local start --port 0 --stream demo").args(words);
        if let Some(config) = config {
            std::fs::write(code.path().join("create.json"), config).unwrap();
            fh = fh.args("--config create.json");
        }
        let (session, url) = ready(fh);
        Self { _session: session, url, code }
    }

    /// Runs `fh` against it.
    pub(crate) fn fh(&self, words: &str) -> Fh {
        at(&self.url, words)
    }

    /// A trace of these records, in rows.
    pub(crate) fn trace(&self, data: &str, words: &str) -> Output {
        self.trace_as("ndjson", data, words)
    }

    /// The same in another format.
    pub(crate) fn trace_as(&self, format: &str, data: &str, words: &str) -> Output {
        let file = self.code.path().join("data");
        std::fs::write(&file, data).unwrap();
        let fh = self.fh("trace --stream demo --yes").arg("--output").arg(format).args(words);
        fh.arg("--data").arg(&file).run()
    }

    /// Calls an operation of CloudWatch Logs.
    fn logs(&self, operation: &str, body: &str) {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST / HTTP/1.1\r\nhost: {address}\r\nx-amz-target: Logs_20140328.{operation}\r\n\
             content-type: application/x-amz-json-1.1\r\nauthorization: AWS4-HMAC-SHA256 \
             Credential=local/20261122/us-east-1/logs/aws4_request\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

/// Without a wait between retries.
pub(crate) const QUICK: &str = "--handler app.handler --interval 0s --time-scale 100 --timeout 1s";

#[test]
fn every_outcome_of_a_response_is_found_with_its_code() {
    let local = Local::start(QUICK);
    for (todo, code) in [
        ("ProcessingFailed", "Lambda.ProcessingFailedStatus"),
        ("rename", "Lambda.MissingRecordId"),
        ("missing", "Lambda.MissingRecordId"),
        ("nothing", "Lambda.MissingRecordId"),
        ("twice", "Lambda.DuplicatedRecordId"),
        ("empty", "Lambda.InvalidReturnFormat"),
        ("bytes", "Lambda.FunctionError"),
        ("ok", "Lambda.FunctionError"),
        ("text", "Lambda.JsonProcessingException"),
        ("raise", "Lambda.FunctionError"),
        ("large", "Lambda.FunctionError"),
        ("sleep", "Lambda.FunctionTimedOut"),
    ] {
        let trace = local.trace(&format!("{todo} {{{{marker}}}}"), "");
        assert_eq!(trace.code(), 1, "{todo}: {trace}");
        let rows = trace.text();
        assert!(rows.contains(r#""stage":"failed""#), "{todo}: {trace}");
        assert!(rows.contains(r#""by":"rawData","confidence":"certain""#), "{todo}: {trace}");
        assert!(rows.contains(&format!(r#""errorCode":"{code}""#)), "{todo}: {trace}");
        assert!(rows.contains(r#""failed":1,"refused":0,"unknown":0"#), "{todo}: {trace}");
    }
    let trace = local.trace("keep {{marker}}\nProcessingFailed {{marker}}\nkeep {{marker}}\n", "");
    assert_eq!(trace.code(), 1, "{trace}");
    assert!(trace.text().contains(r#""delivered":2,"dropped":0,"failed":1"#), "{trace}");
}

#[test]
fn delivered_records_are_shown_with_their_places_on_every_screen() {
    let _masks = mask(masks::TRACE);
    // Without a transform, for its log comes before or after the object.
    let local = Local::with("--time-scale 100", Some(PLAIN));
    let trace = |words: &str| local.fh("trace --stream demo --yes --utc").args(words);
    assert_snapshot!(trace("").run(), @"
    [TIME]  accepted  1-3  in [LENGTH]
    [TIME]  buffered  1-3  before the destination, until [TIME] at the latest
    [TIME]  delivered  1  record 1 of 3, found by its marker (certain); s3://demo/[HOUR]/demo-1-[TIME]-[UUID]; {[RECORD]}
    [TIME]  delivered  2  record 2 of 3, found by its marker (certain); s3://demo/[HOUR]/demo-1-[TIME]-[UUID]; {[RECORD]}
    [TIME]  delivered  3  record 3 of 3, found by its marker (certain); s3://demo/[HOUR]/demo-1-[TIME]-[UUID]; {[RECORD]}
    3 delivered
    ------- stderr -------
    fh: 3 marked ticker records to delivery stream `demo` in us-east-1, account 111122223333
    fh: markers [MARKER], [MARKER], [MARKER]
    fh: a record usually takes 1 s; failures are written within about 1 s
    fh: until all are found, fh reads the new objects of the stream, up to 4 GiB
    [exit status: 0]
    ");
    assert_snapshot!(trace("").on_terminal(80), @"
    fh: 3 marked ticker records to delivery stream `demo` in us-east-1, account
        111122223333
    fh: markers [MARKER], [MARKER], [MARKER]
    fh: a record usually takes 1 s; failures are written within about 1 s
    fh: until all are found, fh reads the new objects of the stream, up to 4 GiB
    ␛[2m[TIME]  ␛[0m␛[1maccepted   ␛[0m1-3  in [LENGTH]
    ␛[2m          ␛[0m␛[2mbuffered   ␛[0m1-3  before the destination, until [TIME] at the latest
    ␛[2m[TIME]  ␛[0m␛[38;5;28mdelivered  ␛[0m1    record 1 of 3, found by its marker (certain)
                              s3://demo/[HOUR]/demo-1-[TIME]-[UUID]
                              ␛[2m│␛[0m {[RECORD]}
    ␛[2m[TIME]  ␛[0m␛[38;5;28mdelivered  ␛[0m2    record 2 of 3, found by its marker (certain)
                              ␛[2m│␛[0m {[RECORD]}
    ␛[2m[TIME]  ␛[0m␛[38;5;28mdelivered  ␛[0m3    record 3 of 3, found by its marker (certain)
                              ␛[2m│␛[0m {[RECORD]}

    3 delivered
    [exit status: 0]
    ");
    assert_snapshot!(trace("-n 1").on_terminal(160), @"
    fh: 1 marked ticker record to delivery stream `demo` in us-east-1, account 111122223333
    fh: markers [MARKER]
    fh: a record usually takes 1 s; failures are written within about 1 s
    fh: until all are found, fh reads the new objects of the stream, up to 4 GiB
    ␛[2m[TIME]  ␛[0m␛[1maccepted   ␛[0min [LENGTH]
    ␛[2m          ␛[0m␛[2mbuffered   ␛[0mbefore the destination, until [TIME] at the latest
    ␛[2m[TIME]  ␛[0m␛[38;5;28mdelivered  ␛[0mrecord 1 of 1, found by its marker (certain)
                         s3://demo/[HOUR]/demo-1-[TIME]-[UUID]
                         ␛[2m│␛[0m {[RECORD]}

    1 delivered
    [exit status: 0]
    ");
}

#[test]
fn a_call_is_shown_with_its_log() {
    let _masks = mask(masks::TRACE);
    let local = Local::start("--handler app.handler --interval 2s");
    let file = local.code.path().join("data");
    std::fs::write(&file, "print {{marker}}").unwrap();
    let trace = local.fh("trace --stream demo --yes --utc").arg("--data").arg(&file);
    let trace = trace.on_terminal(100).text().replace('\u{1b}', "␛");
    // It is the only line whose place among the others depends on when its log is there.
    let call = trace.lines().skip_while(|line| !line.contains("invoked"));
    assert_snapshot!(call.take(3).collect::<Vec<_>>().join("\n"), @"
    ␛[2m[TIME]  ␛[0m␛[1minvoked    ␛[0m[UUID], [LENGTH]
    ␛[2m                     found by its log (certain)␛[0m
                         ␛[2m│␛[0m b'print [MARKER]'
    ");
}

#[test]
fn a_call_is_found_by_the_log_of_the_function() {
    let local = Local::start(QUICK);
    let trace = local.trace("print {{marker}}\nprint {{marker}}", "");
    assert_eq!(trace.code(), 0, "{trace}");
    let is_invoked = |row: &&str| row.contains(r#""stage":"invoked""#);
    let rows = trace.text();
    let invoked: Vec<_> = rows.lines().filter(is_invoked).collect();
    assert_eq!(invoked.len(), 2, "{trace}");
    for row in invoked {
        assert!(row.contains(r#""by":"log","confidence":"certain""#), "{trace}");
        assert!(row.contains(r#""log":["b'print "#), "{trace}");
    }
}

#[test]
fn what_the_transform_replaces_is_found_only_if_it_is_asked() {
    let local = Local::start(QUICK);
    let data = "replace {{marker}}\nreplace {{marker}}";
    let alone = local.trace(data, "--timeout 2s");
    assert_eq!(alone.code(), 3, "{alone}");
    assert!(
        alone.text().contains(r#""delivered":0,"dropped":0,"failed":0,"refused":0,"unknown":2"#),
        "{alone}"
    );
    assert!(alone.errors().contains("unknown what became of 2 of 2 records"), "{alone}");
    assert!(alone.errors().contains("`--ask-transform`"), "{alone}");
    let asked = local.trace(data, "--ask-transform");
    assert_eq!(asked.code(), 0, "{asked}");
    assert!(asked.text().contains(r#""stage":"answered""#), "{asked}");
    assert_eq!(
        asked.text().matches(r#""by":"output","confidence":"likely""#).count(),
        2,
        "{asked}"
    );
    // Its own calls are in the log too, and are not those of the stream.
    assert_eq!(asked.text().matches(r#""stage":"invoked""#).count(), 1, "{asked}");
}

#[test]
fn what_is_delivered_without_its_marker_is_not_waited_for() {
    // By its retries a record may take four minutes, and the log names no record.
    let local = Local::start("--handler app.handler --interval 0s");
    let started = std::time::Instant::now();
    let trace = local.trace("replace {{marker}}\nreplace {{marker}}", "");
    assert_eq!(trace.code(), 3, "{trace}");
    assert!(started.elapsed() < std::time::Duration::from_mins(1), "{trace}");
    assert!(trace.text().contains("what the function returned was delivered to s3://"), "{trace}");
    assert!(
        trace.text().contains(r#""delivered":0,"dropped":0,"failed":0,"refused":0,"unknown":2"#)
    );
    assert!(trace.errors().contains("`--ask-transform`"), "{trace}");
}

#[test]
fn what_is_dropped_is_reported_as_such_only_if_the_transform_says_so() {
    let local = Local::start(QUICK);
    let trace = local.trace("Dropped {{marker}}", "--timeout 1s");
    assert_eq!(trace.code(), 3, "{trace}");
    assert!(!trace.text().contains(r#""stage":"dropped""#), "{trace}");
    // The log shows the call, so that only delivery is waited for.
    std::fs::write(local.code.path().join("app.py"), APP.replace("todo == 'print'", "todo"))
        .unwrap();
    let asked = local.trace("Dropped {{marker}}\nkeep {{marker}}", "--ask-transform");
    assert_eq!(asked.code(), 1, "{asked}");
    let dropped = r#""record":1,"stage":"dropped""#;
    assert!(asked.text().contains(dropped), "{asked}");
    assert!(asked.text().contains(r#""delivered":1,"dropped":1,"failed":0"#), "{asked}");
}

#[test]
fn what_the_transform_drops_is_not_waited_for() {
    // By its retries a record may take four minutes, and the log names no record.
    let local = Local::start("--handler app.handler --interval 0s");
    let started = std::time::Instant::now();
    let asked = local.trace("Dropped {{marker}}\nDropped {{marker}}", "--ask-transform");
    assert_eq!(asked.code(), 1, "{asked}");
    assert!(started.elapsed() < std::time::Duration::from_mins(1), "{asked}");
    let dropped = r#""stage":"dropped""#;
    let rows: Vec<_> =
        asked.text().lines().filter(|it| it.contains(dropped)).map(str::to_owned).collect();
    assert_eq!(rows.len(), 2, "{asked}");
    assert!(rows.iter().all(|it| it.contains(r#""confidence":"likely""#)), "{asked}");
    assert!(asked.text().contains(r#""dropped":2,"failed":0,"refused":0,"unknown":0"#), "{asked}");
}

#[test]
fn what_s3_refuses_is_named_as_the_cause_at_once() {
    let local = Local::start("--handler app.handler --interval 0s");
    assert_eq!(local.fh("local fault write=1").run().code(), 0);
    let trace = local.trace("keep {{marker}}", "--timeout 15s");
    assert_eq!(trace.code(), 3, "{trace}");
    let rows = trace.text();
    let cause = rows.lines().find(|it| it.contains(r#""stage":"cause""#)).unwrap_or_default();
    assert!(cause.contains(r#""missing":"deliver","check":"delivery-stale""#), "{trace}");
    assert!(cause.contains("The stream last logged S3.AccessDenied"), "{trace}");
}

#[test]
fn a_test_call_that_is_refused_cannot_be_one_of_the_log() {
    let local = Local::start("--handler app.handler --interval 3s");
    assert_eq!(local.fh("local fault deny=lambda:InvokeFunction").run().code(), 0);
    let file = local.code.path().join("data");
    std::fs::write(&file, "print {{marker}}").unwrap();
    let mut trace = local
        .fh("trace --stream demo --yes --output ndjson --ask-transform")
        .arg("--data")
        .arg(&file)
        .start();
    trace.wait_for("unseen");
    assert_eq!(local.fh("local fault allow=lambda:InvokeFunction").run().code(), 0);
    let trace = trace.finish();
    assert_eq!(trace.code(), 0, "{trace}");
    assert!(trace.text().contains(r#""by":"log","confidence":"certain""#), "{trace}");
}

#[test]
fn records_with_the_same_bytes_are_counted() {
    let local = Local::start(QUICK);
    let fh = |words: &str| local.fh("trace --stream demo --yes").args(words);
    let file = local.code.path().join("data");
    std::fs::write(&file, "keep this, 20 bytes").unwrap();
    let trace = fh("--count 3 --whole").arg("--data").arg(&file).run();
    assert_eq!(trace.code(), 0, "{trace}");
    assert!(
        trace.text().contains("3 delivered; records with the same bytes cannot be distinguished"),
        "{trace}"
    );
    assert!(trace.errors().contains("3 records have no marker"), "{trace}");
    std::fs::write(&file, "keep\n").unwrap();
    // Four bytes stand in other data too.
    let short = fh("--timeout 1s").arg("--data").arg(&file).run();
    assert_eq!(short.code(), 3, "{short}");
}

#[test]
fn what_an_earlier_trace_put_does_not_count() {
    let local = Local::start(QUICK);
    let file = local.code.path().join("data");
    std::fs::write(&file, "keep this, 20 bytes").unwrap();
    let first = local.fh("trace --stream demo --yes --whole").arg("--data").arg(&file).run();
    assert_eq!(first.code(), 0, "{first}");
    // S3 has the time of an object in seconds.
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(local.fh("local fault write=1").run().code(), 0);
    let again = local.fh("trace --stream demo --yes --whole --timeout 8s");
    let again = again.arg("--data").arg(&file).run();
    assert_eq!(again.code(), 3, "{again}");
    assert!(again.text().contains("found by its bytes (possible)"), "{again}");
}

#[test]
fn what_the_transform_drops_once_is_not_dropped() {
    // The stream does not call it meanwhile.
    let local = Local::start("--handler app.handler --interval 60s");
    // Every other call drops all records.
    let app = APP.replace(
        "    records = []\n",
        "    global calls\n    calls = globals().get('calls', 0) + 1\n    records = []\n",
    );
    let app =
        app.replace("todo = data.split()[0].decode()", "todo = 'Dropped' if calls % 2 else 'ok'");
    let app = app.replace("('Dropped', 'ProcessingFailed', 'ok')", "('Dropped',)");
    std::fs::write(local.code.path().join("app.py"), app).unwrap();
    let asked = local.trace("keep {{marker}}", "--ask-transform --timeout 10s");
    assert_eq!(asked.code(), 3, "{asked}");
    assert!(asked.text().contains(r#""result":"differs""#), "{asked}");
}

#[test]
fn a_function_that_may_not_be_called_is_named_as_the_cause_and_its_retries_are_not_waited_for() {
    let local = Local::start("--handler app.handler --interval 0s");
    assert_eq!(local.fh("local fault deny=lambda:InvokeFunction").run().code(), 0);
    let trace = local.trace("keep {{marker}}", "");
    assert_eq!(trace.code(), 1, "{trace}");
    let rows = trace.text();
    let (_, after) = rows.split_once(r#""stage":"cause""#).unwrap();
    assert!(!rows.contains(r#""stage":"failed""#), "{trace}");
    let cause = after.lines().next().unwrap();
    assert!(cause.contains(r#""missing":"invoke","check":"role-may-invoke""#), "{trace}");
    assert!(cause.contains("aws iam put-role-policy"), "{trace}");
    assert!(after.contains("nothing arrives until the cause is fixed"), "{trace}");
    assert!(!trace.errors().contains("it is unknown"), "{trace}");
}

#[test]
fn records_that_failed_in_the_same_way_are_one_line() {
    let local = Local::start(QUICK);
    let records = "ProcessingFailed {{marker}}\nrename {{marker}}\nProcessingFailed {{marker}}";
    let trace = local.trace_as("text", records, "");
    assert_eq!(trace.code(), 1, "{trace}");
    let text = trace.text();
    let failed: Vec<_> = text.lines().filter(|it| it.contains("  failed  ")).collect();
    assert_eq!(failed.len(), 2, "{trace}");
    let first = failed.iter().find(|it| it.contains("failed  1,3  ")).unwrap();
    assert!(first.contains("records 1,3 of 3, found by its rawData"), "{trace}");
}

#[test]
fn a_destination_that_refuses_makes_records_unknown() {
    let local = Local::start(QUICK);
    assert_eq!(local.fh("local fault write=1").run().code(), 0);
    let trace = local.trace("print {{marker}}", "");
    assert_eq!(trace.code(), 3, "{trace}");
    assert!(trace.text().contains(r#""missing":"deliver""#), "{trace}");
    assert!(trace.text().contains("neither delivered nor failed"), "{trace}");
    let hint = "the stream logged S3.AccessDenied: fh explain S3.AccessDenied";
    assert!(trace.errors().contains(hint), "{trace}");
}

#[test]
fn what_may_not_be_listed_is_shown_and_may_hold_the_record() {
    let local = Local::start(QUICK);
    let body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let denied = Canned::new(format!(
        "HTTP/1.1 403 Forbidden\r\ncontent-type: application/xml\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    let trace = Fh::new()
        .args("trace --stream demo --yes --output ndjson --timeout 2s")
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", &local.url)
        .env("AWS_ENDPOINT_URL_S3", &denied.url())
        .run();
    assert_eq!(trace.code(), 3, "{trace}");
    assert!(trace.text().contains(r#""stage":"unseen""#), "{trace}");
    assert!(trace.text().contains("s3:ListBucket is not allowed"), "{trace}");
}

/// Without a transform: one object each 60 seconds.
const PLAIN: &str = r#"{"DeliveryStreamName": "demo", "DeliveryStreamType": "DirectPut",
  "ExtendedS3DestinationConfiguration": {
    "RoleARN": "arn:aws:iam::111122223333:role/local", "BucketARN": "arn:aws:s3:::demo",
    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60}}}"#;

/// GZIP, a source backup, and partitions by a key of the response.
const CONFIG: &str = r#"{"DeliveryStreamName": "demo", "DeliveryStreamType": "DirectPut",
  "ExtendedS3DestinationConfiguration": {
    "RoleARN": "arn:aws:iam::111122223333:role/local", "BucketARN": "arn:aws:s3:::lake",
    "Prefix": "data/!{partitionKeyFromQuery:sector}/!{timestamp:yyyy/MM}/",
    "ErrorOutputPrefix": "failed/!{firehose:error-output-type}/",
    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60}, "CompressionFormat": "GZIP",
    "DynamicPartitioningConfiguration": {"Enabled": true},
    "ProcessingConfiguration": {"Enabled": true, "Processors": [{"Type": "MetadataExtraction", "Parameters": [
      {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{sector: .sector}"},
      {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"}]}]},
    "S3BackupMode": "Enabled", "S3BackupConfiguration": {
      "RoleARN": "arn:aws:iam::111122223333:role/local", "BucketARN": "arn:aws:s3:::source",
      "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}, "CompressionFormat": "UNCOMPRESSED"}}}"#;

#[test]
fn compressed_objects_partitions_and_the_backup_are_looked_into() {
    let local = Local::with("--time-scale 100", Some(CONFIG));
    let trace = local.fh("trace --stream demo --yes --output ndjson").run();
    assert_eq!(trace.code(), 0, "{trace}");
    assert!(trace.text().contains(r#""delivered":3"#), "{trace}");
    assert!(trace.text().contains(r#""bucket":"lake","key":"data/"#), "{trace}");
    let failed = local.trace(r#"{"fh_trace":"{{marker}}"}"#, "");
    assert_eq!(failed.code(), 1, "{failed}");
    assert!(failed.text().contains(r#""stage":"backup""#), "{failed}");
    assert!(failed.text().contains(r#""bucket":"source""#), "{failed}");
    let code = r#""errorCode":"DynamicPartitioning.MetadataExtractionFailed""#;
    assert!(failed.text().contains(code), "{failed}");
}

#[test]
fn events_of_a_log_group_are_followed_through_its_subscription() {
    let local = Local::start("--transform cloudwatch-logs --interval 0s");
    let group = r#""logGroupName":"/shop""#;
    local.logs("CreateLogGroup", &format!("{{{group}}}"));
    let trace = || local.fh("trace --stream demo --yes --output ndjson --log-group /shop").run();
    let refused = trace();
    assert_eq!(refused.code(), 2, "{refused}");
    assert!(
        refused.errors().contains("`/shop` is not subscribed to delivery stream `demo`"),
        "{refused}"
    );
    let filter = format!(
        r#"{{{group},"filterName":"all","filterPattern":"","destinationArn":"arn:aws:firehose:us-east-1:111122223333:deliverystream/demo","roleArn":"arn:aws:iam::111122223333:role/logs"}}"#
    );
    local.logs("PutSubscriptionFilter", &filter);
    let followed = trace();
    assert_eq!(followed.code(), 0, "{followed}");
    assert!(followed.text().contains(r#""delivered":3"#), "{followed}");
}

#[test]
fn nothing_is_sent_by_a_dry_run_or_after_a_no() {
    let local = Local::start(QUICK);
    let dry = local.fh("trace --stream demo --dry-run").run();
    assert_eq!((dry.code(), dry.text().as_str()), (0, ""), "{dry}");
    assert!(dry.errors().contains("3 marked ticker records to delivery stream `demo`"), "{dry}");
    let mut asked = local.fh("trace --stream demo").start_typing(80);
    asked.wait_for("Send 3 records to `demo`?");
    asked.send(b"n\n");
    let asked = asked.end();
    assert_eq!(asked.code(), 1, "{asked}");
    assert!(asked.text().contains("nothing was sent"), "{asked}");
    assert!(
        local.fh("local show last").run().errors().contains("no record was put into `demo` yet")
    );
}

#[test]
fn what_cannot_be_traced_says_why_and_what_to_do() {
    let local = Local::start(QUICK);
    let refused = |words: &str| local.fh("trace --yes").args(words).run();
    for (words, code, message) in [
        ("--stream demos", 3, "similar names"),
        ("--stream demo --payload metric-stream-otel-1.0", 2, "cannot hold a marker"),
        ("--stream demo --via-source", 2, "does not read from a Kinesis data stream"),
        ("--stream demo --log-group /none", 2, "log group `/none` does not exist"),
        ("--stream demo --log-group /a --ask-transform", 2, "cannot be used with `--log-group`"),
        ("--stream demo --data /dev/null", 2, "has no records"),
        ("", 2, "no delivery stream is named"),
    ] {
        let refused = refused(words);
        assert_eq!(refused.code(), code, "{words}: {refused}");
        assert!(refused.errors().contains(message), "{words}: {refused}");
    }
    for words in ["", "--output json", "--data -"] {
        let unasked = local.fh("trace --stream demo").args(words).stdin("x\n").run();
        let refused = "fh: nothing was sent: there is no terminal to ask on\n  hint: `--yes` sends \
                       without asking, `--dry-run` sends nothing\n";
        assert_eq!((unasked.code(), unasked.errors().as_str()), (2, refused), "{words}");
    }
    let by_variable = local.fh("trace --dry-run").env("FH_STREAM", "demo").run();
    assert!(by_variable.errors().contains("from FH_STREAM"), "{by_variable}");
}

#[test]
fn an_interrupted_trace_shows_what_is_known() {
    let local = Local::start("--handler app.handler --interval 60s");
    let mut session = local.fh("trace --stream demo --yes").start();
    session.wait_for("buffered");
    session.signal("INT");
    let stopped = session.end();
    assert_eq!(stopped.code(), 130, "{stopped}");
    assert!(stopped.text().ends_with("3 unknown\n"), "{stopped}");
}

#[test]
fn an_interrupt_and_the_timeout_end_a_call_that_asks_the_transform() {
    let local = Local::start("--handler app.handler --interval 60s --timeout 120s");
    let app = APP.replace("time.sleep(5)", "time.sleep(100)");
    std::fs::write(local.code.path().join("app.py"), app).unwrap();
    let file = local.code.path().join("data");
    std::fs::write(&file, "sleep {{marker}}").unwrap();
    let fh = |words: &str| {
        local.fh("trace --stream demo --yes --ask-transform").args(words).arg("--data").arg(&file)
    };
    let begun = std::time::Instant::now();
    let late = fh("--timeout 2s").run();
    assert_eq!(late.code(), 3, "{late}");
    let mut session = fh("").start();
    session.wait_for("buffered");
    session.signal("INT");
    let stopped = session.end();
    assert_eq!(stopped.code(), 130, "{stopped}");
    assert!(stopped.text().ends_with("1 unknown\n"), "{stopped}");
    // Two calls of 100 seconds each are not waited for.
    assert!(begun.elapsed().as_secs() < 90, "{:?}", begun.elapsed());
}

/// Streams of moto, which delivers nothing by itself.
mod moto {
    use crate::s3::{boto, fh};

    #[test]
    fn a_stream_that_reads_from_kinesis_is_traced_through_its_source() {
        boto(
            "bucket('traced-bucket', {})\n\
             kinesis = session.client('kinesis', endpoint_url=url)\n\
             kinesis.create_stream(StreamName='traced-source', ShardCount=1)\n\
             role = 'arn:aws:iam::111122223333:role/firehose'\n\
             arn = kinesis.describe_stream_summary(StreamName='traced-source')['StreamDescriptionSummary']['StreamARN']\n\
             firehose.create_delivery_stream(DeliveryStreamName='traced', DeliveryStreamType='KinesisStreamAsSource', \
             KinesisStreamSourceConfiguration=dict(KinesisStreamARN=arn, RoleARN=role), \
             ExtendedS3DestinationConfiguration=dict(RoleARN=role, BucketARN='arn:aws:s3:::traced-bucket'))",
        );
        let refused = fh("trace --stream traced --yes").run();
        assert_eq!(refused.code(), 2, "{refused}");
        assert!(refused.errors().contains("does not accept direct puts"), "{refused}");
        assert!(refused.errors().contains("`--via-source`"), "{refused}");
        let trace =
            fh("trace --stream traced --via-source --yes --timeout 1s --output ndjson").run();
        assert_eq!(trace.code(), 3, "{trace}");
        assert_eq!(trace.text().matches(r#""stage":"accepted""#).count(), 3, "{trace}");
        let found = boto(
            "kinesis = session.client('kinesis', endpoint_url=url)\n\
             shard = kinesis.list_shards(StreamName='traced-source')['Shards'][0]['ShardId']\n\
             start = kinesis.get_shard_iterator(StreamName='traced-source', ShardId=shard, ShardIteratorType='TRIM_HORIZON')\n\
             records = kinesis.get_records(ShardIterator=start['ShardIterator'])['Records']\n\
             print(sum(b'fh_trace' in record['Data'] for record in records))",
        );
        assert_eq!(found, "3\n");
    }
}
