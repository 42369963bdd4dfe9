//! The checks of `fh doctor` on `fh local`: each fault is made on purpose, and without it
//! the check finds nothing.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    reason = "a test that cannot be set up fails loudly, and reads only what it made"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::until;
use crate::local::Local;
use crate::local_restarts::post;

/// What each check found: `error`, `warning`, `note`, `passed`, `unknown`,
/// `notApplicable`.
type Outcomes = BTreeMap<String, String>;

impl Local {
    fn doctor(&self, stream: &str) -> Outcomes {
        let output = self.fh(&format!("doctor --output ndjson --stream {stream}")).run();
        let rows = output.text();
        let rows = rows.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        let found: Outcomes = rows.map(|it| (text(&it["check"]), text(&it["outcome"]))).collect();
        assert_eq!(found.len(), 32, "{output}");
        let is_bad = found.values().any(|it| it == "error");
        assert_eq!(output.code(), i32::from(is_bad), "{output}");
        found
    }

    fn fault(&self, fault: &str) {
        let set = self.fh("local fault").arg(fault).run();
        assert_eq!(set.code(), 0, "{set}");
    }

    fn call(&self, target: &str, body: &Value) -> Value {
        let (head, body) = post(&self.url, target, body).unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{target}: {head} {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// Creates a stream in which all is well, but for what `change` does.
    fn create(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let group = format!("/aws/kinesisfirehose/{name}");
        self.call("Logs_20140328.CreateLogGroup", &json!({ "logGroupName": group }));
        let stream = json!({ "logGroupName": group, "logStreamName": "DestinationDelivery" });
        self.call("Logs_20140328.CreateLogStream", &stream);
        let role = "arn:aws:iam::111122223333:role/firehose";
        let parameter =
            |name: &str, value: &str| json!({ "ParameterName": name, "ParameterValue": value });
        let function = "arn:aws:lambda:us-east-1:111122223333:function:app:$LATEST";
        let mut body = json!({
            "DeliveryStreamName": name,
            "ExtendedS3DestinationConfiguration": {
                "RoleARN": role, "BucketARN": "arn:aws:s3:::demo", "Prefix": "data/",
                "ErrorOutputPrefix": "failed/!{firehose:error-output-type}/",
                "BufferingHints": { "IntervalInSeconds": 60, "SizeInMBs": 1 },
                "CloudWatchLoggingOptions": {
                    "Enabled": true, "LogGroupName": group, "LogStreamName": "DestinationDelivery" },
                "S3BackupMode": "Enabled",
                "S3BackupConfiguration": {
                    "RoleARN": role, "BucketARN": "arn:aws:s3:::demo", "Prefix": "raw/" },
                "ProcessingConfiguration": { "Enabled": true, "Processors": [{
                    "Type": "Lambda", "Parameters": [
                        parameter("LambdaArn", function),
                        parameter("BufferIntervalInSeconds", "60"),
                        parameter("NumberOfRetries", "3"),
                    ] }] },
            }
        });
        change(&mut body);
        self.call("Firehose_20150804.CreateDeliveryStream", &body);
    }
}

#[test]
fn what_no_role_may_do_is_found_and_passes_again() {
    let local = Local::start("");
    local.create("well", |_| {});
    let before = local.doctor("well");
    for (action, check, expected) in [
        ("lambda:InvokeFunction", "role-may-invoke", "error"),
        ("lambda:GetFunctionConfiguration", "role-may-invoke", "warning"),
        ("s3:PutObject", "role-may-write", "error"),
        ("s3:AbortMultipartUpload", "role-may-write", "warning"),
        ("logs:PutLogEvents", "error-logging", "warning"),
        ("logs:PutLogEvents", "function-logs", "warning"),
        ("sts:AssumeRole", "trust", "error"),
    ] {
        local.fault(&format!("deny={action}"));
        let after = local.doctor("well");
        local.fault(&format!("allow={action}"));
        assert_eq!(
            (before[check].as_str(), after[check].as_str()),
            ("passed", expected),
            "{action}"
        );
    }
    assert_eq!(local.doctor("well"), before);
}

#[test]
fn calls_that_fail_are_found() {
    for (fault, record, checks) in [
        ("", "boom\n", &[("everything-fails", "error")][..]),
        (
            "throttle-invoke=1",
            "a\n",
            &[("everything-fails", "error"), ("function-throttled", "error")],
        ),
        (
            "deny=lambda:InvokeFunction",
            "a\n",
            &[("everything-fails", "error"), ("role-may-invoke", "error")],
        ),
    ] {
        let mut local = Local::start("--time-scale 100");
        if !fault.is_empty() {
            local.fault(fault);
        }
        let before = local.doctor("demo");
        local.send(record);
        local.session.wait_for("1 failed record");
        let after = local.doctor("demo");
        for (check, expected) in checks {
            assert_eq!(after[*check], *expected, "{fault}: {after:?}");
        }
        assert_eq!(before["everything-fails"], "passed", "{fault}");
    }
}

#[test]
fn objects_that_are_not_written_are_found() {
    let local = Local::start("");
    local.fault("write=1");
    local.send("a\n");
    until(|| local.doctor("demo")["delivery-stale"] == "error");
}

#[test]
fn what_is_written_is_looked_at() {
    let local = Local::start("");
    local.send("{\"a\":1}\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    assert_eq!(local.doctor("demo")["no-delimiter"], "passed");
    // Without a transform, nothing stands between two records.
    local.create("glued", |body| {
        body["ExtendedS3DestinationConfiguration"]
            .as_object_mut()
            .unwrap()
            .remove("ProcessingConfiguration");
        *s3(body, "Prefix") = json!("glued/");
    });
    let record = json!({ "Data": "eyJhIjoxfQ==" });
    let put = json!({ "DeliveryStreamName": "glued", "Records": [record, record] });
    local.call("Firehose_20150804.PutRecordBatch", &put);
    assert_eq!(local.fh("local flush").run().code(), 0);
    assert_eq!(local.fh("local wait").run().code(), 0);
    assert_eq!(local.doctor("glued")["no-delimiter"], "warning");
}

/// What `name` of the S3 destination is in the input of `CreateDeliveryStream`.
fn s3<'a>(body: &'a mut Value, name: &str) -> &'a mut Value {
    &mut body["ExtendedS3DestinationConfiguration"][name]
}

fn parameters(body: &mut Value) -> &mut Value {
    &mut s3(body, "ProcessingConfiguration")["Processors"][0]["Parameters"]
}

#[test]
fn each_mistake_in_a_configuration_is_found() {
    type Change = fn(&mut Value);
    let local = Local::start("");
    local.create("well", |_| {});
    let well = local.doctor("well");
    assert!(!well.values().any(|it| it == "error" || it == "warning"), "{well:?}");
    let mistakes: &[(&str, &str, Change)] = &[
        ("transform-off", "error", |it| {
            s3(it, "ProcessingConfiguration")["Enabled"] = json!(false);
        }),
        ("function-there", "error", |it| {
            parameters(it)[0]["ParameterValue"] =
                json!("arn:aws:lambda:us-east-1:111122223333:function:gone:$LATEST");
        }),
        ("retries", "note", |it| parameters(it)[2]["ParameterValue"] = json!("0")),
        ("not-yet", "warning", |it| {
            *s3(it, "BufferingHints") = json!({ "IntervalInSeconds": 900, "SizeInMBs": 128 });
        }),
        ("error-logging", "warning", |it| {
            *s3(it, "CloudWatchLoggingOptions") = json!({ "Enabled": false });
        }),
        ("backup", "note", |it| {
            *s3(it, "S3BackupMode") = json!("Disabled");
            it["ExtendedS3DestinationConfiguration"]
                .as_object_mut()
                .unwrap()
                .remove("S3BackupConfiguration");
        }),
        ("where-failures-go", "warning", |it| *s3(it, "ErrorOutputPrefix") = json!("data/failed/")),
        ("bucket-there", "error", |it| *s3(it, "BucketARN") = json!("arn:aws:s3:::not-there")),
    ];
    for (check, expected, change) in mistakes {
        local.create(check, *change);
        let found = local.doctor(check);
        assert_eq!(found[*check], *expected, "{check}: {found:?}");
        assert_eq!(well[*check], "passed", "{check}");
    }
}

#[test]
fn a_key_that_is_disabled_is_found() {
    let local = Local::start("");
    let key = "arn:aws:kms:us-east-1:111122223333:key/8f507cfc-0000-4000-8000-000000000001";
    local.create("keyed", |body| {
        *s3(body, "EncryptionConfiguration") =
            json!({ "KMSEncryptionConfig": { "AWSKMSKeyARN": key } });
        body["DeliveryStreamEncryptionConfigurationInput"] =
            json!({ "KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key });
    });
    let before = local.doctor("keyed");
    local.fault("key-disabled");
    let after = local.doctor("keyed");
    for check in ["kms-bucket", "kms-stream"] {
        assert_ne!(before[check], "error", "{before:?}");
        assert_eq!(after[check], "error", "{after:?}");
    }
}

#[test]
fn logs_that_come_in_again_are_found() {
    let local = Local::start("");
    assert_eq!(local.doctor("demo")["log-loop"], "passed");
    local.call(
        "Logs_20140328.PutSubscriptionFilter",
        &json!({ "logGroupName": "/aws/lambda/app", "filterName": "all", "filterPattern": "",
            "destinationArn": "arn:aws:firehose:us-east-1:111122223333:deliverystream/demo",
            "roleArn": "arn:aws:iam::111122223333:role/logs" }),
    );
    assert_eq!(local.doctor("demo")["log-loop"], "error");
}
