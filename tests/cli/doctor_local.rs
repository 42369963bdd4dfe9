//! Each check of `fh doctor`, both ways: with a fault made on purpose, and without it. The
//! faults are made on `fh local`; of what it does not have, moto has the Kinesis stream and
//! the table of Glue, and `fh local` answers for IAM.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    reason = "a test that cannot be set up fails loudly, and reads only what it made"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::doctor_faults as faults;
use crate::harness::Fh;
use crate::local::Local;
use crate::local_restarts::post;

/// What each check found: `error`, `warning`, `note`, `passed`, `unknown`,
/// `notApplicable`.
pub(crate) type Outcomes = BTreeMap<String, String>;

/// What was found without the fault and with it.
pub(crate) type Both = (Outcomes, Outcomes);

/// A test of a check: what it finds without the fault and with it, and what makes both.
macro_rules! both_ways {
    ($($test:ident $check:literal: $without:literal => $with:literal, $case:expr;)*) => {
        $(#[test]
        fn $test() {
            let (without, with) = $case;
            let both = (without[$check].as_str(), with[$check].as_str());
            assert_eq!(both, ($without, $with), "without: {without:#?}, with: {with:#?}");
        })*

        const TESTED: &[&str] = &[$($check),*];
    };
}

both_ways! {
    a_long_buffer "not-yet": "passed" => "warning", configured(|it| {
        *s3(it, "BufferingHints") = json!({ "IntervalInSeconds": 900, "SizeInMBs": 128 });
    });
    a_buffer_of_minutes "not-yet": "passed" => "note", configured(|it| {
        *s3(it, "BufferingHints") = json!({ "IntervalInSeconds": 300, "SizeInMBs": 5 });
    });
    nobody_puts "nothing-comes-in": "passed" => "error", faults::nothing_put();
    no_put_object "role-may-write": "passed" => "error", denied("s3:PutObject");
    no_abort "role-may-write": "passed" => "warning", denied("s3:AbortMultipartUpload");
    no_invoke "role-may-invoke": "passed" => "error", denied("lambda:InvokeFunction");
    no_configuration "role-may-invoke": "passed" => "warning",
        denied("lambda:GetFunctionConfiguration");
    all_calls_fail "everything-fails": "passed" => "error", faults::put("", "boom\n");
    all_calls_are_throttled "everything-fails": "passed" => "error",
        faults::put("throttle-invoke=1", "a\n");
    no_call_is_allowed "everything-fails": "passed" => "error",
        faults::put("deny=lambda:InvokeFunction", "a\n");
    some_records_fail "everything-fails": "passed" => "warning", faults::put("", "a\nfail\n");
    disabled_key_of_objects "kms-bucket": "passed" => "error", faults::disabled_key();
    no_data_key "kms-bucket": "passed" => "error", faults::without_data_key();
    // That producers need rights on it is a warning for every key.
    disabled_key_of_stream "kms-stream": "warning" => "error", faults::disabled_key();
    no_log_events "error-logging": "passed" => "warning", denied("logs:PutLogEvents");
    no_logging "error-logging": "passed" => "warning", configured(|it| {
        *s3(it, "CloudWatchLoggingOptions") = json!({ "Enabled": false });
    });
    no_error_group "error-logging": "passed" => "warning", configured(|it| {
        s3(it, "CloudWatchLoggingOptions")["LogGroupName"] = json!("not-there");
    });
    processing_off "transform-off": "passed" => "error", configured(|it| {
        s3(it, "ProcessingConfiguration")["Enabled"] = json!(false);
    });
    no_function "function-there": "passed" => "error", configured(|it| {
        let arn = "arn:aws:lambda:us-east-1:111122223333:function:gone:$LATEST";
        parameters(it)[0]["ParameterValue"] = json!(arn);
    });
    deleted_function "function-there": "passed" => "error", faults::deleted_function();
    short_timeout "function-timeout": "passed" => "warning", faults::timeout("");
    calls_time_out "function-timeout": "passed" => "error", faults::timeout("slow\n");
    throttled_calls "function-throttled": "passed" => "error",
        faults::put("throttle-invoke=1", "a\n");
    no_concurrency "function-throttled": "passed" => "error", faults::no_concurrency();
    no_trust "trust": "passed" => "error", denied("sts:AssumeRole");
    creation_failed "stream-active": "passed" => "error", faults::creation_failed();
    no_bucket "bucket-there": "passed" => "error", configured(|it| {
        *s3(it, "BucketARN") = json!("arn:aws:s3:::not-there");
    });
    decompression "takes-puts": "passed" => "note", configured(decompressing);
    no_data_stream "kinesis-readable": "passed" => "error", faults::moto::no_data_stream();
    no_get_records "kinesis-readable": "passed" => "error", faults::moto::no_get_records();
    no_subscription "log-subscription": "passed" => "error", faults::no_subscription();
    no_right_to_put "log-subscription": "passed" => "error", faults::subscription_without_right();
    failures_among_data "where-failures-go": "passed" => "warning", configured(|it| {
        *s3(it, "ErrorOutputPrefix") = json!("data/failed/");
    });
    // No mistake: with times in the prefix, the place of this hour is worth knowing.
    prefix_with_times "looking-in-the-right-hour": "passed" => "note", faults::prefix_with_times();
    large_response "response-too-large": "passed" => "warning", faults::named_large_response();
    // Firehose's own code stands for other errors too.
    maybe_large_response "response-too-large": "passed" => "unknown", faults::put("", "large\n");
    no_logs_of_function "function-logs": "passed" => "warning", denied("logs:PutLogEvents");
    no_group_of_function "function-logs": "passed" => "warning", faults::no_function_group();
    subscribed_to_itself "log-loop": "passed" => "error", faults::log_loop();
    unpacked_twice "decompression-clash": "notApplicable" => "warning", configured(decompressing);
    glued_records "no-delimiter": "passed" => "warning", faults::glued_records();
    many_partitions "partitioning": "passed" => "error", faults::too_many_partitions();
    no_table "conversion": "passed" => "error", faults::moto::no_table();
    no_get_table "conversion": "passed" => "error", faults::moto::no_get_table();
    no_backup "backup": "passed" => "note", configured(|it| {
        let s3 = it["ExtendedS3DestinationConfiguration"].as_object_mut().unwrap();
        s3.retain(|name, _| !name.starts_with("S3Backup"));
    });
    no_retries "retries": "passed" => "note", configured(|it| {
        parameters(it)[2]["ParameterValue"] = json!("0");
    });
    throttled_put "throttled-puts": "passed" => "warning", faults::throttled("throttle-put=1");
    refused_entries "throttled-puts": "passed" => "warning", faults::throttled("refuse=1");
    failing_writes "delivery-stale": "passed" => "error", faults::failing_writes("write=1");
    disabled_key_for_writes "delivery-stale": "passed" => "error",
        faults::failing_writes("key-disabled");
    full_memory "function-memory": "passed" => "warning", faults::put("", "hungry\n");
}

#[test]
fn each_check_is_tested_both_ways() {
    let listed = Fh::new().args("doctor --list").run().success();
    let names = listed.lines().skip(1).filter_map(|it| it.split_whitespace().next());
    let names: BTreeSet<_> = names.collect();
    assert_eq!(names, TESTED.iter().copied().collect());
}

#[test]
fn what_is_allowed_again_passes_again() {
    let local = Local::start("");
    local.create("well", |_| {});
    let before = local.doctor("well");
    for fault in ["deny=s3:*", "allow=s3:*", "key-disabled", "key-disabled=false"] {
        local.fault(fault);
    }
    assert_eq!(local.doctor("well"), before);
    assert!(!before.values().any(|it| it == "error" || it == "warning"), "{before:?}");
}

/// No role may do this, and then it may again.
fn denied(action: &str) -> Both {
    let local = Local::start("");
    local.create("well", |_| {});
    let before = local.doctor("well");
    local.fault(&format!("deny={action}"));
    (before, local.doctor("well"))
}

/// Two streams, one of them with a mistake.
fn configured(change: impl FnOnce(&mut Value)) -> Both {
    let local = Local::start("");
    local.create("well", |_| {});
    local.create("ill", change);
    (local.doctor("well"), local.doctor("ill"))
}

/// What `name` of the S3 destination is in the input of `CreateDeliveryStream`.
pub(crate) fn s3<'a>(body: &'a mut Value, name: &str) -> &'a mut Value {
    &mut body["ExtendedS3DestinationConfiguration"][name]
}

/// The parameters of the transform.
fn parameters(body: &mut Value) -> &mut Value {
    &mut s3(body, "ProcessingConfiguration")["Processors"][0]["Parameters"]
}

/// A parameter of a processor.
pub(crate) fn parameter(name: &str, value: &str) -> Value {
    json!({ "ParameterName": name, "ParameterValue": value })
}

fn decompressing(body: &mut Value) {
    let parameters = [parameter("CompressionFormat", "GZIP")];
    let processor = json!({ "Type": "Decompression", "Parameters": parameters });
    let processors = &mut s3(body, "ProcessingConfiguration")["Processors"];
    processors.as_array_mut().unwrap().insert(0, processor);
}

impl Outcome for Fh {
    fn outcomes(self) -> Outcomes {
        let output = self.run();
        let rows = output.text();
        let rows = rows.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        let found: Outcomes = rows.map(|it| (text(&it["check"]), text(&it["outcome"]))).collect();
        assert_eq!(found.len(), 32, "{output}");
        let is_bad = found.values().any(|it| it == "error");
        assert_eq!(output.code(), i32::from(is_bad), "{output}");
        found
    }
}

/// What a run of `fh doctor --output ndjson` finds.
pub(crate) trait Outcome {
    fn outcomes(self) -> Outcomes;
}

impl Local {
    /// What is found about a stream, whose name flags may follow.
    pub(crate) fn doctor(&self, stream: &str) -> Outcomes {
        self.fh(&format!("doctor --output ndjson --stream {stream}")).outcomes()
    }

    pub(crate) fn fault(&self, fault: &str) {
        let set = self.fh("local fault").arg(fault).run();
        assert_eq!(set.code(), 0, "{set}");
    }

    /// Calls an operation of the JSON protocol.
    pub(crate) fn call(&self, target: &str, body: &Value) -> Value {
        let (head, body) = post(&self.url, target, body).unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{target}: {head} {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// Creates a stream in which all is well, but for what `change` does.
    pub(crate) fn create(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let group = format!("/aws/kinesisfirehose/{name}");
        self.call("Logs_20140328.CreateLogGroup", &json!({ "logGroupName": group }));
        let stream = json!({ "logGroupName": group, "logStreamName": "DestinationDelivery" });
        self.call("Logs_20140328.CreateLogStream", &stream);
        let role = "arn:aws:iam::111122223333:role/firehose";
        let function = "arn:aws:lambda:us-east-1:111122223333:function:app:$LATEST";
        let mut body = json!({
            "DeliveryStreamName": name,
            "ExtendedS3DestinationConfiguration": {
                "RoleARN": role, "BucketARN": "arn:aws:s3:::demo",
                "Prefix": "data/!{firehose:random-string}/",
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
