//! `fh status` on `fh local`: what real calls and deliveries leave.

use serde_json::json;

use crate::harness::Fh;
use crate::local::{APP, Local};
use crate::schema_status::{Code, Status};

#[test]
fn status_shows_what_a_stream_did() {
    let local = Local::start("");
    local.send("one\nfail\ndrop\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let status = Status::read(&local.fh("status --stream demo --output json").run());
    let traffic = status.traffic.as_ref().expect("metrics");
    let calls = traffic.calls.as_ref().map(|it| it.total);
    assert_eq!((traffic.incoming.total, calls), (3, Some(1)), "{status:?}");
    let failures = status.failures.as_ref().expect("a listing");
    let failed = Code {
        code: "Lambda.ProcessingFailedStatus".to_owned(),
        records: 1,
        message: Some("ProcessingFailed status set for record".to_owned()),
    };
    assert_eq!(failures.codes.as_deref(), Some(&[failed][..]), "{status:?}");
    let calls = status.invocations.as_ref().expect("a log");
    assert_eq!((calls.last.len(), calls.is_complete), (1, true), "{status:?}");
    assert_eq!(status.checks.unknown, 0, "{status:?}");
    let list = local.fh("status").run();
    assert!(list.text().contains("1 delivery stream in us-east-1"), "{list}");
    let why = "failing  records failed: of 2 written to S3, the transform returned 1 as Ok\n";
    assert!(list.text().contains(why), "{list}");
}

#[test]
fn a_stream_whose_calls_fail_is_failing() {
    let mut local = Local::start("--time-scale 100");
    local.send("boom\n");
    local.session.wait_for("1 failed record");
    let list = local.fh("status").run();
    assert!(list.text().contains("every call of the function fails"), "{list}");
    assert!(list.text().contains(": 1 failing\n"), "{list}");
    // The calls are counted by what Lambda reported, the newest first.
    let document = Status::read(&local.fh("status --stream demo --output json").run());
    let calls = document.invocations.as_ref().expect("a log");
    assert_eq!(calls.last.len(), 4, "{document:?}");
    let error = calls.last_error.as_ref().expect("an error");
    assert_eq!(error.message, "[ERROR] ValueError: b'boom'", "{document:?}");
    assert!(error.time.is_some(), "{document:?}");
    // Lambda's own REPORT line does not tell that the function raised an exception.
    let screen = local.fh("status --stream demo").run();
    let failed = screen.text().lines().filter(|it| it.contains(" MB, error")).count();
    assert_eq!(failed, 4, "{screen}");
    let shown = screen.text();
    let line = shown.lines().find(|it| it.starts_with("last error   "));
    assert!(
        line.is_some_and(|it| it.ends_with(" +00:00  [ERROR] ValueError: b'boom'")),
        "{screen}"
    );
    local.send("one\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let good = local.fh("status --stream demo").run();
    let invoked = good.text().lines().find(|it| it.starts_with("invoked")).map(str::to_owned);
    assert!(invoked.is_some_and(|it| it.ends_with(" MB")), "{good}");
}

/// A response that is not accepted leaves no line in the log of the function.
#[test]
fn the_doctor_quotes_what_firehose_says_of_a_misspelt_result() {
    let local = Local::start("");
    local.send("misspelt\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let doctor = local.fh("doctor --stream demo --check everything-fails").run();
    assert_eq!(doctor.code(), 1, "{doctor}");
    let said = "Lambda.FunctionError (1). Firehose says: Invalid output structure.";
    assert!(doctor.text().contains(said), "{doctor}");
    assert!(doctor.text().contains("status of Dropped, Ok, or ProcessingFailed"), "{doctor}");
}

#[test]
fn a_stream_that_drops_every_record_is_not_working() {
    let local = Local::start("");
    local.send("drop\ndrop\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let list = local.fh("status").run();
    let why = "no record was returned as Ok: all are dropped, unless failures show up by ";
    assert!(list.text().contains(why) && list.text().contains(": 1 unknown\n"), "{list}");
    assert!(list.text().contains("\nfh doctor --stream demo --endpoint-url "), "{list}");
    let screen = local.fh("status --stream demo").run();
    let text = screen.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("calls of the function succeed, but no record"), "{screen}");
}

#[test]
fn a_stream_that_may_not_call_its_function_is_not_one_whose_function_fails() {
    let mut local = Local::start("--time-scale 100 --fault deny=lambda:InvokeFunction");
    local.send("one\n");
    local.session.wait_for("1 failed record");
    let list = local.fh("status").run();
    let why = "every call is refused before the function runs: check lambda:InvokeFunction of the \
               role";
    assert!(list.text().contains(why) && list.text().contains(": 1 failing\n"), "{list}");
    let screen = local.fh("status --stream demo").run();
    let what = "role-may-invoke: the delivery role may not call app:$LATEST \
                (lambda:InvokeFunction)";
    assert!(screen.text().contains(what), "{screen}");
}

/// `fh local` is one account and one Region, whatever the ARNs in a configuration are.
#[test]
fn calls_of_a_function_of_another_account_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("create.json");
    let function = "arn:aws:lambda:eu-west-1:999988887777:function:enrich";
    let create = json!({ "DeliveryStreamName": "demo", "ExtendedS3DestinationConfiguration": {
        "RoleARN": "arn:aws:iam::999988887777:role/r", "BucketARN": "arn:aws:s3:::demo",
        "BufferingHints": { "SizeInMBs": 5, "IntervalInSeconds": 0 },
        "ProcessingConfiguration": { "Enabled": true, "Processors": [{ "Type": "Lambda",
            "Parameters": [
                { "ParameterName": "LambdaArn", "ParameterValue": function },
                { "ParameterName": "BufferIntervalInSeconds", "ParameterValue": "0" }] }] } } });
    std::fs::write(&config, create.to_string()).expect("it is written");
    let words = format!("--port 0 --config {}", config.display());
    let local = Local::with_code(APP, &words);
    local.send("one\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let status = Status::read(&local.fh("status --stream demo --output json").run());
    let calls = status.traffic.as_ref().and_then(|it| it.calls.as_ref()).map(|it| it.total);
    assert_eq!(calls, Some(1), "{status:?}");
    let words = format!("{words} --fault throttle-invoke=1 --time-scale 100");
    let mut local = Local::with_code(APP, &words);
    local.send("one\n");
    local.session.wait_for("1 failed record");
    let list = local.fh("status").run();
    assert!(list.text().contains("every call of the function is throttled"), "{list}");
}

#[test]
fn a_stream_whose_buffers_are_not_over_is_not_called_working() {
    let app = "def handler(event, context):\n    return {}\n";
    let local = Local::with_code(app, "--port 0 --as-on-aws");
    local.send("one\n");
    let list = local.fh("status").run();
    assert!(list.text().contains("nothing is delivered yet; buffered until "), "{list}");
    assert!(list.text().contains(": 1 unknown\n"), "{list}");
}

#[test]
fn the_error_of_a_write_is_shown_by_status_and_doctor() {
    let mut local = Local::start("--fault write=1");
    local.send("one\n");
    local.session.wait_for("refused");
    let screen = local.fh("status --stream demo").run();
    let text = screen.text();
    let error = text.lines().find_map(|it| it.strip_prefix("delivery     last error "));
    // `05:11:02 +00:00  S3.AccessDenied: …`
    let (time, error) = error.and_then(|it| it.split_once(" +00:00  ")).expect("a time");
    assert!(time.len() == 8 && time.starts_with(|it: char| it.is_ascii_digit()), "{screen}");
    assert!(error.starts_with("S3.AccessDenied: Access was denied."), "{screen}");
    let doctor = local.fh("doctor --stream demo --check delivery-stale").run();
    let status = Status::read(&local.fh("status --stream demo --output json").run());
    let error = status.delivery_error.expect("an error");
    assert_eq!(error.code, "S3.AccessDenied");
    assert!(error.time.is_some(), "{error:?}");
    assert!(error.message.starts_with("Access was denied."), "{error:?}");
    let logged = "The stream last logged S3.AccessDenied: Access was denied.";
    assert!(doctor.text().contains(logged), "{doctor}");
    assert!(doctor.text().contains("\n         fh explain S3.AccessDenied\n"), "{doctor}");
}

#[test]
fn what_may_not_be_read_is_unknown() {
    let local = Local::start("");
    let rights =
        ["cloudwatch:GetMetricData", "logs:FilterLogEvents", "iam:SimulatePrincipalPolicy"];
    for right in rights {
        assert_eq!(local.fh("local fault").arg(format!("deny={right}")).run().code(), 0);
    }
    let status = local.fh("status --stream demo").run();
    assert_eq!(status.code(), 0, "{status}");
    for part in [
        "\ntraffic      unknown: cloudwatch:GetMetricData is not allowed\n",
        "\ninvoked      unknown: logs:FilterLogEvents is not allowed\n",
    ] {
        assert!(status.text().contains(part), "{part}: {status}");
    }
    let list = local.fh("status").run();
    assert!(list.text().contains(": 1 unknown\n"), "{list}");
}

#[test]
fn waiting_times_are_those_of_a_local_stream() {
    let local = Local::start("--time-scale 7");
    local.create("minutes", |_| {});
    let status = local.fh("status --stream minutes").run();
    for part in [
        "\nstatus       ACTIVE; fh local divides waiting times by 7\n",
        ", buffer 9 s or ",
        ": 9 s before the transform, 1 min in the function, 9 s before the destination\n",
    ] {
        assert!(status.text().contains(part), "{part}: {status}");
    }
    let sent = local.fh("send --stream minutes --yes").stdin("one\n").run();
    assert!(sent.text().contains(" after 9 s or "), "{sent}");
    let delay = local.fh("doctor --stream minutes --check not-yet --output ndjson").run();
    assert!(delay.text().contains("within about 18 s: 9 s before the transform"), "{delay}");
    // The SDKs get what was set.
    let name = json!({ "DeliveryStreamName": "minutes" });
    let described = local.call("Firehose_20150804.DescribeDeliveryStream", &name).to_string();
    assert!(described.contains(r#""IntervalInSeconds":60"#), "{described}");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), described).expect("it is written");
    let again =
        Fh::new().args("doctor --check not-yet --output ndjson --offline").arg(file.path()).run();
    assert!(again.text().contains("9 s before the transform"), "{again}");
}
