//! The commands that `fh doctor` prints, run as they stand by `sh` and the AWS CLI on
//! `fh local`: none is refused, and what one says it fixes is fixed.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    reason = "a test that cannot be set up fails loudly, and reads only what it made"
)]

use serde_json::{Value, json};

use crate::doctor_faults::{KEY, http, subscribe};
use crate::doctor_local::s3;
use crate::harness::Fh;
use crate::installed::python;
use crate::local::Local;

/// Runs the commands of the AWS CLI that a check prints; returns what it finds before and
/// after.
fn fixed(local: &Local, stream: &str, check: &str) -> (String, String) {
    let doctor = || {
        let words = format!("doctor --output json --check {check} --stream {stream}");
        let output = local.fh(&words).run();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let severity = |found: &Value| match found["findings"].get(0) {
        Some(finding) => finding["severity"].as_str().unwrap().to_owned(),
        None => "passed".to_owned(),
    };
    let before = doctor();
    let commands = before["findings"][0]["fix"].as_array().map(Vec::as_slice).unwrap_or_default();
    let commands = commands.iter().map(|it| it.as_str().unwrap());
    let commands: Vec<_> = commands.filter(|it| it.starts_with("aws ")).collect();
    assert!(!commands.is_empty(), "{before}");
    let script = format!("set -eu\naws() {{ $aws \"$@\"; }}\n{}\n", commands.join("\n"));
    let run = Fh::shell(&script)
        .env("aws", &format!("{} -m awscli", python().display()))
        .env("AWS_ENDPOINT_URL", &local.url)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("AWS_PAGER", "")
        .run();
    assert_eq!(run.code(), 0, "{script}{run}");
    (severity(&before), severity(&doctor()))
}

#[test]
fn what_roles_may_not_do_is_allowed() {
    let local = Local::start("");
    local.create("well", |_| {});
    for (action, check, severity) in [
        ("lambda:InvokeFunction", "role-may-invoke", "error"),
        ("s3:*", "role-may-write", "error"),
        ("logs:PutLogEvents", "error-logging", "warning"),
        ("logs:PutLogEvents", "function-logs", "warning"),
        ("sts:AssumeRole", "trust", "error"),
    ] {
        local.fault(&format!("deny={action}"));
        let (before, after) = fixed(&local, "well", check);
        assert_eq!((before.as_str(), after.as_str()), (severity, "passed"), "{action} {check}");
    }
}

#[test]
fn configurations_are_changed() {
    let local = Local::start("");
    let ill = |body: &mut Value| {
        s3(body, "ProcessingConfiguration")["Enabled"] = json!(false);
        *s3(body, "BufferingHints") = json!({ "IntervalInSeconds": 900, "SizeInMBs": 128 });
        *s3(body, "CloudWatchLoggingOptions") = json!({ "Enabled": false });
        *s3(body, "ErrorOutputPrefix") = json!("data/failed/");
        *s3(body, "BucketARN") = json!("arn:aws:s3:::not-there");
        *s3(body, "S3BackupMode") = json!("Disabled");
        body["ExtendedS3DestinationConfiguration"]
            .as_object_mut()
            .unwrap()
            .remove("S3BackupConfiguration");
        let parameters = &mut s3(body, "ProcessingConfiguration")["Processors"][0]["Parameters"];
        parameters[2]["ParameterValue"] = json!("0");
    };
    local.create("ill", ill);
    local
        .call("Logs_20140328.DeleteLogGroup", &json!({"logGroupName": "/aws/kinesisfirehose/ill"}));
    for (check, severity) in [
        ("transform-off", "error"),
        ("retries", "note"),
        ("not-yet", "warning"),
        ("error-logging", "warning"),
        ("where-failures-go", "warning"),
        ("backup", "note"),
        ("bucket-there", "error"),
    ] {
        let (before, after) = fixed(&local, "ill", check);
        assert_eq!((before.as_str(), after.as_str()), (severity, "passed"), "{check}");
    }
}

#[test]
fn functions_keys_and_subscriptions_are_changed() {
    let local = Local::start("");
    local.create("keyed", |body| {
        *s3(body, "EncryptionConfiguration") =
            json!({ "KMSEncryptionConfig": { "AWSKMSKeyARN": KEY } });
        body["DeliveryStreamEncryptionConfigurationInput"] =
            json!({ "KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": KEY });
    });
    local.fault("key-disabled");
    assert_eq!(fixed(&local, "keyed", "kms-bucket"), ("error".to_owned(), "passed".to_owned()));
    // That producers need rights is left, with a command that shows the policy.
    let warning = "warning".to_owned();
    assert_eq!(fixed(&local, "keyed", "kms-stream"), (warning.clone(), warning.clone()));
    local.send("a\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let functions = "/2015-03-31/functions/app";
    http(&local.url, "PUT", &format!("{functions}/configuration"), r#"{"Timeout":3}"#);
    let body = r#"{"ReservedConcurrentExecutions":0}"#;
    http(&local.url, "PUT", &format!("{functions}/concurrency"), body);
    for (check, severity) in
        [("function-timeout", "warning"), ("function-throttled", "error"), ("log-loop", "error")]
    {
        if check == "log-loop" {
            subscribe(&local, "/aws/lambda/app");
        }
        let (before, after) = fixed(&local, "demo", check);
        assert_eq!((before.as_str(), after.as_str()), (severity, "passed"), "{check}");
    }
    // The account's settings are shown; the throttled call is still counted.
    local.fault("throttle-invoke=1");
    local.send("a\n");
    assert_eq!(local.fh("local flush").run().code(), 0);
    crate::harness::until(|| local.doctor("demo")["function-throttled"] == "warning");
    assert_eq!(fixed(&local, "demo", "function-throttled"), (warning.clone(), warning));
}
