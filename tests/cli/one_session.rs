//! One command, one session: credentials and Region are found once, however
//! many services, threads and passes a command has. moto is AWS, and a
//! `credential_process` counts how often it is asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "no input of fh is read here")]

use tempfile::TempDir;

use crate::harness::{Fh, Output, root};
use crate::moto::moto;
use crate::s3::{boto, object_name};

/// A folder with the configuration, and where the process counts.
fn login() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let keys = r#"{"Version":1,"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"secret"}"#;
    std::fs::write(at("keys.json"), keys).unwrap();
    let script = format!("echo asked >> {}\ncat {}\n", at("count"), at("keys.json"));
    std::fs::write(at("login.sh"), script).unwrap();
    let config = format!(
        "[profile counted]\nregion = eu-west-1\ncredential_process = sh {}\n",
        at("login.sh")
    );
    std::fs::write(at("config"), config).unwrap();
    folder
}

/// Runs `fh`, and counts.
fn run(words: &str) -> (Output, usize) {
    let folder = login();
    let output = Fh::new()
        .args(words)
        .env("AWS_ENDPOINT_URL", &moto().url())
        .env("AWS_PROFILE", "counted")
        .env("AWS_CONFIG_FILE", &folder.path().join("config").display().to_string())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("XDG_STATE_HOME", &folder.path().display().to_string())
        .current_dir(root())
        .run();
    let count = std::fs::read_to_string(folder.path().join("count")).unwrap_or_default();
    (output, count.lines().count())
}

#[test]
fn every_command_asks_for_credentials_once() {
    let (failed, saved) = (object_name("counted", 'a'), object_name("counted", 'b'));
    boto(&format!(
        "data = open('fixtures/failures/lambda-arn-capital.ndjson', 'rb').read()
bucket('counted', {{'processing-failed/2026/11/22/10/{failed}': data, 'processing-failed/2026/11/22/10/{saved}': data}})
firehose.create_delivery_stream(DeliveryStreamName='counted', DeliveryStreamType='DirectPut',
    ExtendedS3DestinationConfiguration={{'RoleARN': 'arn:aws:iam::123456789012:role/firehose',
        'BucketARN': 'arn:aws:s3:::counted', 'CompressionFormat': 'UNCOMPRESSED',
        'BufferingHints': {{'SizeInMBs': 1, 'IntervalInSeconds': 60}},
        'EncryptionConfiguration': {{'NoEncryptionConfig': 'NoEncryption'}}}})
logs = session.client('logs', endpoint_url=url)
logs.create_log_group(logGroupName='/aws/lambda/counted')"
    ));
    let event = "--event fixtures/events/direct-put.json";
    for words in [
        "decode s3://counted/",
        "event --from-failures s3://counted/",
        "failures --bucket counted",
        "failures --stream counted",
        "failures s3://counted/processing-failed/ s3://counted/",
        "send --stream counted --yes --format lines fixtures/failures/over-time.ndjson",
        "send --stream counted --yes --format failures s3://counted/processing-failed/",
        "send-demo --stream counted --yes --count 3",
        "redrive --stream counted --dry-run",
        "redrive --stream counted --yes --tag-done fh=done",
        "redrive --stream counted --yes --tag-done fh=done --bucket counted",
        "logs --group /aws/lambda/counted --since 1h",
        "logs --group /aws/lambda/c* --group /aws/lambda/counted --since 1h",
        "doctor --stream counted",
        "doctor --stream counted --policy",
        "status --stream counted",
        "status",
        "local run --from-stream counted --transform newline --port 0 -- true",
        &format!("invoke --function orders --repeat 4 --concurrency 2 {event}"),
    ] {
        let (output, count) = run(words);
        assert_eq!(count, 1, "{words}: {output}");
        assert!(output.code() <= 2, "{words}: {output}");
    }
    let athena = "--engine athena --yes --output-location s3://counted/results/";
    for (words, seen) in [
        ("trace --stream counted --yes", "3 delivered"),
        (
            &format!("failures --bucket counted --prefix processing-failed/ {athena}"),
            "Athena scanned",
        ),
    ] {
        let (output, count) = run(words);
        assert_eq!(count, 1, "{words}: {output}");
        assert!(output.to_string().contains(seen), "{words}: {output}");
    }
}

#[test]
fn a_command_that_does_not_call_aws_asks_for_no_credentials() {
    for words in [
        "decode fixtures/records/record.txt",
        "failures fixtures/failures/splunk.json",
        "event",
        "explain Lambda.FunctionError",
        "doctor --offline src/firehose/description/samples/extended-s3.json",
        "local run --transform newline --port 0 -- true",
    ] {
        let (output, count) = run(words);
        assert_eq!((output.code(), count), (0, 0), "{words}: {output}");
    }
}
