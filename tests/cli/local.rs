//! `fh local`: streams with real transforms, driven by `fh` itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::io::{Read as _, Write as _};
use std::path::Path;

use insta::assert_snapshot;

use crate::functions::with_interpreters;
use crate::harness::{Fh, Session, until};
use crate::local_restarts::post;
use serde_json::json;
use tempfile::TempDir;

/// A transform that drops, fails and upper-cases.
pub(crate) const APP: &str = "
import base64

def handler(event, context):
    print('records', len(event['records']))
    records = []
    for record in event['records']:
        data = base64.b64decode(record['data'])
        if data == b'boom':
            raise ValueError(data)
        result = {b'drop': 'Dropped', b'fail': 'ProcessingFailed', b'misspelt': 'OK'}.get(data, 'Ok')
        data = base64.b64encode(data.upper() + b'\\n').decode()
        records.append({'recordId': record['recordId'], 'result': result, 'data': data})
    return {'records': records}
";

/// Starts `fh local`; returns its address too.
pub(crate) fn ready(fh: Fh) -> (Session, String) {
    let mut session = fh.start();
    session.wait_for("created");
    let shown = session.seen();
    let (_, address) = shown.split_once(" is ready at ").unwrap();
    let url = address.split(' ').next().unwrap().to_owned();
    (session, url)
}

/// `fh` against the `fh local` at `url`.
pub(crate) fn at(url: &str, words: &str) -> Fh {
    Fh::new()
        .args(words)
        .args("--endpoint-url")
        .arg(url)
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("AWS_REGION", "us-east-1")
}

/// A `fh local start` with its address.
pub(crate) struct Local {
    pub(crate) session: Session,
    pub(crate) url: String,
    code: TempDir,
}

impl Local {
    pub(crate) fn start(words: &str) -> Self {
        Self::with_code(APP, &format!("--port 0 --interval 0s {words}"))
    }

    /// Starts it with this code in Python.
    pub(crate) fn with_code(app: &str, words: &str) -> Self {
        let code = tempfile::tempdir().unwrap();
        std::fs::write(code.path().join("app.py"), app).unwrap();
        Self::in_folder(code, words)
    }

    fn in_folder(code: TempDir, words: &str) -> Self {
        let fh = with_interpreters(Fh::new()).current_dir(code.path());
        let words = format!("local start --handler app.handler {words}");
        let (session, url) = ready(fh.args(&words));
        Self { session, url, code }
    }

    /// Stops it, changes what is in its working directory, and starts it again.
    pub(crate) fn restarted(self, words: &str, change: impl FnOnce(&Path)) -> Self {
        self.session.signal("INT");
        let ended = self.session.end();
        assert_eq!(ended.code(), 0, "{ended}");
        change(self.code.path());
        Self::in_folder(self.code, &format!("--port 0 --interval 0s {words}"))
    }

    /// Runs `fh` against it.
    pub(crate) fn fh(&self, words: &str) -> Fh {
        at(&self.url, words)
    }

    pub(crate) fn send(&self, records: &str) {
        let sent = self.fh("send --stream demo --yes").stdin(records).run();
        assert_eq!(sent.code(), 0, "{sent}");
    }
}

#[test]
fn what_is_ready_is_broken_between_words_on_a_narrow_terminal() {
    let code = tempfile::tempdir().unwrap();
    std::fs::write(code.path().join("app.py"), APP).unwrap();
    let fh = with_interpreters(Fh::new()).current_dir(code.path()).env("TMPDIR", "/tmp");
    let fh = fh.args("local start --color never --handler app.handler --port 0");
    let mut session = fh.start_typing(60);
    session.wait_for("--dir keeps them");
    let seen = session.seen();
    session.signal("INT");
    assert_eq!(session.end().code(), 0);
    assert!(seen.contains("Ctrl-C stops it"), "{seen}");
    assert!(seen.contains("\n              for fh, aws, boto3, any SDK"), "{seen}");
    for line in seen.lines() {
        // A name is not broken.
        let is_name = !line.trim_start().contains(' ');
        assert!(is_name || line.trim_end().chars().count() <= 60, "{line}: {seen}");
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(clippy::disallowed_methods, reason = "reads the environment of a process")]
#[test]
fn a_server_has_the_allocator_give_buffers_back_and_its_function_does_not() {
    let app = "import os\n\ndef handler(event, context):\n    raise Exception(\
               os.environ.get('MALLOC_MMAP_THRESHOLD_', 'no threshold'))\n";
    let local = Local::with_code(app, "--port 0 --interval 0s");
    let environment = std::fs::read(format!("/proc/{}/environ", local.session.pid())).unwrap();
    let mut variables = environment.split(|byte| *byte == 0);
    assert!(variables.any(|it| it == b"MALLOC_MMAP_THRESHOLD_=262144"));
    local.send("a\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let shown = local.fh("local show last").run();
    assert!(shown.text().contains("no threshold"), "{shown}");
}

#[test]
fn a_function_that_calls_aws_reaches_the_server_that_called_it() {
    let app = "import os\n\ndef handler(event, context):\n    raise Exception(' '.join(\
               os.environ.get(it, 'none') for it in ('AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'MINE')))\n";
    let local = Local::with_code(app, "--port 0 --interval 0s --env MINE=1");
    local.send("a\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let shown = local.fh("local show last").run();
    assert!(shown.text().contains(&format!("{} local 1", local.url)), "{shown}");
    let local = Local::with_code(app, "--port 0 --interval 0s --env AWS_ENDPOINT_URL=http://mine");
    local.send("a\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let shown = local.fh("local show last").run();
    assert!(shown.text().contains("http://mine local none"), "{shown}");
}

/// A role that Firehose may not assume can do nothing; one that may write no log events
/// writes none.
#[test]
fn what_a_role_may_not_do_is_not_done() {
    let mut local = Local::start("--time-scale 100 --fault deny=sts:AssumeRole");
    local.send("one\n");
    local.session.wait_for("Lambda.AssumeRoleAccessDenied");
    local.session.wait_for("refused    s3://demo/processing-failed/");
    let calls = local.fh("logs --stream demo --group /aws/lambda/app").run();
    assert!(!calls.text().contains("START"), "{calls}");
    let doctor = local.fh("doctor --stream demo").run();
    // The cause comes before what it leads to.
    let shown = doctor.text();
    let errors: Vec<_> = shown.lines().filter(|it| it.starts_with("error ")).collect();
    assert!(errors.len() > 1 && errors[0].contains("trust: "), "{doctor}");
    assert_eq!(local.fh("local fault allow=sts:AssumeRole deny=logs:PutLogEvents").run().code(), 0);
    assert_eq!(local.fh("local wait").run().code(), 0);
    local.send("two\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    assert_eq!(local.fh("decode s3://demo/20").run().text(), "TWO\n");
    let calls = local.fh("logs --group /aws/lambda/app").run();
    assert!(!calls.text().contains("START"), "{calls}");
}

#[test]
fn records_are_transformed_and_delivered_and_failures_are_found() {
    let mut local = Local::start("");
    local.send("one\ndrop\nfail\ntwo\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    local.session.wait_for("1 failed record");
    let shown = local.session.seen();
    assert!(shown.contains("2 delivered, 1 dropped, 1 failed"), "{shown}");
    let objects: Vec<_> = shown.split("s3://demo/").skip(2).collect();
    assert!(objects.iter().any(|it| it.starts_with("processing-failed/")), "{shown}");
    let failures = local.fh("failures --stream demo --output json").run();
    assert!(failures.text().contains("Lambda.ProcessingFailedStatus"), "{failures}");
    let decoded = local.fh("decode s3://demo/20").run();
    assert_eq!(decoded.text(), "ONE\nTWO\n");
    let logs = local.fh("logs --stream demo").run();
    assert!(logs.text().contains("records 4"), "{logs}");
}

#[test]
fn a_record_is_shown_with_all_that_happened_to_it() {
    let mut local = Local::start("");
    for words in ["show last", "show 1", "replay 1"] {
        let none = local.fh(&format!("local {words}")).run();
        assert!(none.errors().contains("no record was put into `demo` yet"), "{none}");
    }
    local.send("one\nfail\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    local.session.wait_for("1 failed record");
    let shown = local.session.seen();
    let hint = format!("fh local show 2 --endpoint-url {}", local.url);
    assert!(shown.contains(&hint), "{shown}");
    let last = local.fh("local show last").run();
    assert_eq!(last.text(), local.fh("local show 2").run().text());
    let again = format!("fh local replay 2 --endpoint-url {}", local.url);
    for part in [
        "record 2 of demo · failed\n  put ",
        "\n             fail\n  invoked ",
        "  #1, record 2 of 2\n  log ",
        "\n             records 2\n  answered ",
        "  ProcessingFailed\n             FAIL\n  failed ",
        "  Lambda.ProcessingFailedStatus\n  written ",
        "  s3://demo/processing-failed/",
        &format!("\n  again      {again}\n"),
    ] {
        assert!(last.text().contains(part), "{part}: {last}");
    }
    let named = local.fh("local show 2 --stream demo").run();
    assert!(named.text().ends_with(&format!("{again} --stream demo\n")), "{named}");
    let replayed = Fh::shell(&again.replacen("fh", "\"$FH\"", 1)).run();
    assert!(replayed.errors().contains("record 2 was put again as 3"), "{replayed}");
    let first = local.fh("local show 1").run();
    assert!(first.text().starts_with("record 1 of demo · delivered\n"), "{first}");
    let body = json!({"DeliveryStreamName": "other", "ExtendedS3DestinationConfiguration":
        {"RoleARN": "arn:aws:iam::111122223333:role/r", "BucketARN": "arn:aws:s3:::demo"}});
    post(&local.url, "Firehose_20150804.CreateDeliveryStream", &body).unwrap();
    local.send("fail\n");
    local.session.wait_for(&format!("fh local show 4 --endpoint-url {} --stream demo", local.url));
    let none = local.fh("local show 9 --stream demo").run();
    assert!(none.errors().contains("`demo` has no record 9; its last one is 4"), "{none}");
    let none = local.fh("local replay 9 --stream demo").run();
    assert!(none.errors().contains("`demo` has no record 9"), "{none}");
}

#[test]
fn a_result_that_firehose_does_not_take_is_named() {
    let local = Local::start("");
    local.send("misspelt\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let misspelt = local.fh("local show last").run();
    let why = "  OK: `result` is not `Ok`, `Dropped` or `ProcessingFailed`; use `Ok`\n";
    assert!(misspelt.text().contains(why), "{misspelt}");
}

#[test]
fn a_failed_call_is_repeated_and_then_every_record_fails() {
    let mut local = Local::start("--time-scale 100");
    local.send("one\nboom\n");
    local.session.wait_for("2 failed records");
    let shown = local.session.seen();
    assert!(shown.contains("ValueError: b'boom'"), "{shown}");
    assert!(shown.contains("attempt 4") && !shown.contains("attempt 5"), "{shown}");
    assert!(shown.contains("Lambda.FunctionError"), "{shown}");
}

#[test]
fn code_that_changes_is_loaded_before_the_next_call() {
    let mut local = Local::start("");
    local.send("one\n");
    local.session.wait_for("answered");
    let changed = APP.replace("data.upper()", "b'changed'");
    std::fs::write(local.code.path().join("app.py"), changed).unwrap();
    local.send("two\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    local.session.wait_for("reloaded   app.py");
    let decoded = local.fh("decode s3://demo/20").run();
    let mut lines: Vec<_> = decoded.text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["ONE", "changed"]);
}

#[test]
fn run_ends_with_its_command_and_counts() {
    let run = Fh::shell(
        "\"$FH\" local run --transform newline --port 0 --interval 0s -- \
         sh -c 'printf \"a\\nb\\n\" | \"$FH\" send --stream demo --quiet --yes; \"$FH\" local wait; exit 3'",
    )
    .run();
    assert_eq!(run.code(), 1, "{run}");
    assert!(run.errors().contains("2 records put: 2 delivered, 0 dropped, 0 failed"), "{run}");
    assert!(run.errors().contains("`sh` failed: exit status: 3"), "{run}");
}

/// Logs a line after all else has settled.
const SLOW: &str = "
import time

def handler(event, context):
    time.sleep(0.5)
    print('a line')
    return {'records': [dict(it, result='Ok') for it in event['records']]}
";

#[test]
fn what_one_stream_logs_is_waited_for_in_another() {
    let local = Local::with_code(SLOW, "--port 0 --interval 0s --stream b");
    let made = json!({"DeliveryStreamName": "a", "ExtendedS3DestinationConfiguration":
        {"RoleARN": "arn:aws:iam::111122223333:role/r", "BucketARN": "arn:aws:s3:::bucket-b",
         "Prefix": "logs/", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1}}});
    post(&local.url, "Firehose_20150804.CreateDeliveryStream", &made).unwrap();
    let filter = json!({"logGroupName": "/aws/lambda/app", "filterName": "all", "filterPattern": "",
        "roleArn": "arn:aws:iam::111122223333:role/r",
        "destinationArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/a"});
    let (head, body) = post(&local.url, "Logs_20140328.PutSubscriptionFilter", &filter).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{body}");
    let wait = || assert_eq!(local.fh("local wait").run().code(), 0);
    wait();
    let sent = local.fh("send --stream b --yes").stdin("one\n").run();
    assert_eq!(sent.code(), 0, "{sent}");
    wait();
    let logged = local.fh("decode s3://bucket-b/logs/ --messages").run();
    assert!(logged.text().contains("a line"), "{logged}");
}

#[test]
fn endpoints_of_services_do_not_lead_a_command_elsewhere() {
    let elsewhere = |fh: Fh| {
        ["AWS_ENDPOINT_URL_FIREHOSE", "AWS_ENDPOINT_URL_LAMBDA", "AWS_PROFILE"]
            .into_iter()
            .fold(fh, |fh, name| fh.env(name, "http://127.0.0.1:9"))
            .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    };
    let left = "env | grep -E 'AWS_ENDPOINT_URL_|AWS_PROFILE|AWS_IGNORE' || echo none";
    let line = format!("\"$FH\" local run --port 0 -- sh -c \"{left}\"");
    let run = elsewhere(Fh::shell(&line)).run();
    assert_eq!(run.text(), "none\n", "{run}");
    let line = format!("eval \"$(\"$FH\" local env)\"; {left}");
    let env = elsewhere(Fh::shell(&line)).run();
    assert_eq!(env.text(), "none\n", "{env}");
}

#[test]
fn another_server_is_not_taken_for_fh_local() {
    // It answers everything with a page.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _read = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>").unwrap();
        }
    });
    for words in ["wait", "flush", "fault write=1", "show last", "replay 1"] {
        let run = Fh::new().args(&format!("local {words} --endpoint-url")).arg(&url).run();
        assert_eq!(run.code(), 2, "{words}: {run}");
        assert!(run.errors().contains("is not fh local"), "{words}: {run}");
        // A port stands for the address, also for that of the environment.
        let (_, port) = url.rsplit_once(':').unwrap();
        let fh = Fh::new().env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        let same = fh.args(&format!("local {words} --port {port}")).run();
        assert_eq!(same.errors(), run.errors(), "{words}");
        let both = Fh::new().args(&format!("local {words} --port {port} --endpoint-url {url}"));
        let both = both.run();
        assert_eq!(both.code(), 2, "{words}: {both}");
        assert!(both.errors().contains("cannot be combined with"), "{words}: {both}");
    }
}

#[test]
fn a_shell_that_knows_nothing_of_it_is_shown_what_to_set() {
    let put = || Fh::new().args("send-demo --stream demo --endpoint-url http://127.0.0.1:4571");
    let hint = "for `fh local`: eval \"$(fh local env --port 4571)\"";
    let region = put().run();
    assert!(region.errors().contains(hint), "{region}");
    let keys = put().env("AWS_REGION", "us-east-1").run();
    assert!(keys.errors().contains("no AWS credentials found"), "{keys}");
    assert!(keys.errors().contains(hint), "{keys}");
    let elsewhere = Fh::new().args("send-demo --stream demo --endpoint-url http://localhost").run();
    assert!(!elsewhere.errors().contains("fh local"), "{elsewhere}");
}

#[test]
fn doctor_counts_what_a_stream_did() {
    let local = Local::start("");
    local.send("one\nfail\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let well = local.fh("doctor --stream demo").run();
    assert_eq!(well.code(), 0, "{well}");
    // What comes out counts objects of failures too, as S3's metrics do.
    for part in ["2 records, up to 2 per bar", "2 records (failures included), up to 2 per bar"] {
        assert!(well.text().contains(part), "no `{part}` in {well}");
    }
    assert!(well.text().contains(" 0 unknown"), "{well}");
    assert!(well.text().contains("Lambda.ProcessingFailedStatus (1)"), "{well}");
}

#[test]
fn faults_of_calls_reach_whoever_calls_the_function() {
    let local = Local::start("");
    let event = Fh::new().args("event --records 1").run();
    let invoke = || local.fh("invoke --function app --event -").stdin(event.text()).run();
    assert_eq!(invoke().code(), 0, "{}", invoke());
    for (fault, why) in [
        ("throttle-invoke=1", "TooManyRequests"),
        ("deny=lambda:InvokeFunction", "lambda:InvokeFunction"),
    ] {
        let set = local.fh("local fault").arg(fault).run();
        assert_eq!(set.code(), 0, "{set}");
        let refused = invoke();
        assert_ne!(refused.code(), 0, "{refused}");
        assert!(refused.errors().contains(why), "{fault}: {refused}");
        let ended = fault.replace("=1", "=0").replace("deny", "allow");
        assert_eq!(local.fh("local fault").arg(&ended).run().code(), 0);
    }
}

#[test]
fn what_cannot_be_started_names_the_input() {
    let local = Local::start("--stream My_Stream");
    assert!(local.session.seen().contains("s3://my-stream/"), "{}", local.session.seen());
    let start = |words: &str| Fh::new().args("local start --port 0").args(words).run();
    let quoted = start("--stream a\"b");
    assert!(quoted.errors().contains("`a\"b` is not a valid delivery stream name"), "{quoted}");
    assert_eq!(quoted.code(), 2, "{quoted}");
    let unknown = Fh::new().args("local wait --boom").run();
    assert!(unknown.errors().contains("see: fh local wait --help"), "{unknown}");
}

#[test]
fn a_skeleton_of_the_aws_cli_is_named_with_what_to_fill_in_and_to_delete() {
    let folder = tempfile::tempdir().unwrap();
    let start = |document: &str| {
        std::fs::write(folder.path().join("create.json"), document).unwrap();
        let fh = Fh::new().args("local start --port 0 --config create.json");
        fh.current_dir(folder.path()).run()
    };
    let mut skeleton = std::process::Command::new(crate::installed::python());
    let aws = crate::installed::python().with_file_name("aws");
    skeleton.arg(aws).args(["firehose", "create-delivery-stream", "--generate-cli-skeleton"]);
    let skeleton = String::from_utf8(skeleton.output().unwrap().stdout).unwrap();
    assert_snapshot!(start(&skeleton), @"
    ------- stderr -------
    fh: `create.json` has members that are not filled in, like a skeleton of the AWS CLI
      hint: fill in DeliveryStreamName
      hint: in ExtendedS3DestinationConfiguration, fill in RoleARN, BucketARN
      hint: fill in or delete DirectPutSourceConfiguration, KinesisStreamSourceConfiguration, DeliveryStreamEncryptionConfigurationInput, S3DestinationConfiguration, RedshiftDestinationConfiguration, ElasticsearchDestinationConfiguration, AmazonopensearchserviceDestinationConfiguration, SplunkDestinationConfiguration, HttpEndpointDestinationConfiguration, Tags, AmazonOpenSearchServerlessDestinationConfiguration, MSKSourceConfiguration, SnowflakeDestinationConfiguration, IcebergDestinationConfiguration, DatabaseSourceConfiguration
      hint: in ExtendedS3DestinationConfiguration, fill in or delete BufferingHints, EncryptionConfiguration, CloudWatchLoggingOptions, ProcessingConfiguration, S3BackupConfiguration, DataFormatConversionConfiguration, DynamicPartitioningConfiguration
      hint: in ExtendedS3DestinationConfiguration, check what the skeleton chose for CompressionFormat, S3BackupMode
    [exit status: 2]
    ");
    // With the name and ARNs, and without the others.
    let filled = r#"{"DeliveryStreamName": "orders", "ExtendedS3DestinationConfiguration": {
        "RoleARN": "arn:aws:iam::111122223333:role/firehose", "BucketARN": "arn:aws:s3:::lake",
        "Prefix": "", "BufferingHints": {"SizeInMBs": 0, "IntervalInSeconds": 0},
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption",
            "KMSEncryptionConfig": {"AWSKMSKeyARN": ""}}}}"#;
    assert_snapshot!(start(filled), @"
    ------- stderr -------
    fh: `create.json` has members that are not filled in, like a skeleton of the AWS CLI
      hint: in ExtendedS3DestinationConfiguration, fill in or delete BufferingHints, EncryptionConfiguration
    [exit status: 2]
    ");
}

/// Answers with the keys of what it gets.
const KEYS: &str = "
import base64, json

def handler(event, context):
    records = []
    for record in event['records']:
        key = 'kafkaRecordValue' if 'kafkaRecordValue' in record else 'data'
        keys = sorted(event) + sorted(record) + sorted(record.get('kinesisRecordMetadata', []))
        data = base64.b64encode((' '.join(keys) + '\\n').encode()).decode()
        records.append({'recordId': record['recordId'], 'result': 'Ok', key: data})
    return {'records': records}
";

#[test]
fn the_transform_gets_events_like_those_of_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("described.json");
    let described = r#"{"DeliveryStreamDescription": {"DeliveryStreamName": "demo",
        "DeliveryStreamType": "KinesisStreamAsSource", "Source": {"KinesisStreamSourceDescription":
            {"KinesisStreamARN": "arn:aws:kinesis:us-east-1:111122223333:stream/orders"}},
        "Destinations": [{"DestinationId": "destinationId-000000000001",
            "ExtendedS3DestinationDescription": {"BucketARN": "arn:aws:s3:::demo",
            "RoleARN": "arn:aws:iam::111122223333:role/r",
            "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 0},
            "ProcessingConfiguration": {"Enabled": true, "Processors": [{"Type": "Lambda", "Parameters": [
                {"ParameterName": "LambdaArn",
                 "ParameterValue": "arn:aws:lambda:us-east-1:111122223333:function:app"},
                {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "0"}]}]}}}]}}"#;
    std::fs::write(&config, described).unwrap();
    let config = format!("--port 0 --config {}", config.display());
    for (words, has, shown) in [
        ("--port 0 --interval 0s", "data recordId", None),
        (
            "--port 0 --interval 0s --event-source kinesis",
            "sourceKinesisStreamArn approximateArrivalTimestamp data kinesisRecordMetadata \
             recordId approximateArrivalTimestamp partitionKey sequenceNumber shardId \
             subsequenceNumber",
            Some("events of kinesis"),
        ),
        (&config, "sourceKinesisStreamArn ", Some("events of kinesis")),
        (
            "--port 0 --interval 0s --event-source msk",
            "sourceMSKArn approximateArrivalTimestamp kafkaRecordValue mskRecordMetadata recordId",
            Some("events of msk"),
        ),
    ] {
        let local = Local::with_code(KEYS, words);
        assert_eq!(local.session.seen().contains("events of "), shown.is_some(), "{words}");
        assert!(local.session.seen().contains(shown.unwrap_or("demo")), "{words}");
        local.send("one\n");
        assert_eq!(local.fh("local wait").run().code(), 0);
        let last = local.fh("local show last").run();
        assert!(last.text().contains(has), "{words}: {last}");
    }
}

#[test]
fn the_help_lists_what_is_assumed() {
    let help = Fh::new().args("local --help").run();
    for (what, _) in firehose::flow::assumed::all() {
        let words: Vec<_> = what.split(' ').take(3).collect();
        assert!(help.text().contains(&words.join(" ")), "no `{what}` in {help}");
    }
}

#[test]
fn a_stream_is_made_like_one_on_aws() {
    // Another local stream stands for the one on AWS; a second is made like it.
    let original = Local::start("--stream orders");
    let like = with_interpreters(Fh::new())
        .current_dir(original.code.path())
        .args("local start --port 0 --from-stream orders --handler app.handler --region us-east-1")
        .args("--endpoint-url")
        .arg(&original.url)
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local");
    let (like, _url) = ready(like);
    let shown = like.seen();
    assert!(shown.contains("orders is ready at "), "{shown}");
    assert!(shown.contains("s3://orders/"), "{shown}");
    let missing = original.fh("local start --port 0 --from-stream order").run();
    assert_eq!(missing.code(), 3, "{missing}");
    assert!(missing.errors().contains("delivery stream `order`"), "{missing}");
}

#[test]
fn a_disabled_key_keeps_records_and_objects_out() {
    let local = Local::start("");
    let key = "arn:aws:kms:us-east-1:111122223333:key/8f507cfc-0000-4000-8000-000000000001";
    local.create("keyed", |body| {
        body["ExtendedS3DestinationConfiguration"]["EncryptionConfiguration"] =
            json!({ "KMSEncryptionConfig": { "AWSKMSKeyARN": key } });
    });
    local.create("sealed", |body| {
        body["DeliveryStreamEncryptionConfigurationInput"] =
            json!({ "KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key });
    });
    local.fault("key-disabled");
    let put = |stream: &str| {
        let put = json!({ "DeliveryStreamName": stream, "Record": { "Data": "YQ==" } });
        post(&local.url, "Firehose_20150804.PutRecord", &put).unwrap().1
    };
    let refused = put("sealed");
    assert!(refused.contains("InvalidKMSResourceException"), "{refused}");
    assert!(put("keyed").contains("RecordId"));
    assert_eq!(local.fh("local flush").run().code(), 0);
    let logged = || local.fh("logs --stream keyed").run();
    until(|| logged().text().contains("S3.KMS.KeyDisabled"));
    local.fault("key-disabled=false");
    assert!(put("sealed").contains("RecordId"));
    assert_eq!(local.fh("local wait --stream keyed").run().code(), 0);
}
