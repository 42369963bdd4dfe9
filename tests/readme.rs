//! Runs the console blocks of the README and compares what they print.
//!
//! `README=update cargo test --test readme` writes what they print now. What
//! needs AWS finds moto's server, with a delivery stream and its bucket.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![expect(clippy::disallowed_methods, reason = "reads the README itself")]

#[path = "support/installed.rs"]
mod installed;
#[expect(dead_code, reason = "its https side is for tests/aws")]
#[path = "support/moto.rs"]
mod moto;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use installed::python;
use moto::moto;
use regex::Regex;

/// The delivery stream `orders` with a transform that logs, and the bucket `lake`,
/// where some records have failed.
const WORLD: &str = r#"
import boto3, io, json, sys, time, zipfile
session = boto3.Session('AKIAIOSFODNN7EXAMPLE', 'secret', region_name='eu-west-1')
names = ('s3', 'firehose', 'iam', 'lambda', 'logs')
s3, firehose, iam, aws_lambda, logs = (session.client(name, endpoint_url=sys.argv[1]) for name in names)
s3.create_bucket(Bucket='lake', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
key = 'failed/processing-failed/2026/11/22/10/orders-1-2026-11-22-10-00-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91'
s3.upload_file('fixtures/failures/over-time.ndjson', 'lake', key)
function = 'arn:aws:lambda:eu-west-1:111122223333:function:enrich:live'
transform = dict(Type='Lambda', Parameters=[
    dict(ParameterName='LambdaArn', ParameterValue=function),
    dict(ParameterName='BufferIntervalInSeconds', ParameterValue='60'),
])
firehose.create_delivery_stream(
    DeliveryStreamName='orders', DeliveryStreamType='DirectPut',
    ExtendedS3DestinationConfiguration=dict(
        RoleARN='arn:aws:iam::111122223333:role/firehose', BucketARN='arn:aws:s3:::lake',
        Prefix='data/', ErrorOutputPrefix='failed/', CompressionFormat='UNCOMPRESSED',
        BufferingHints=dict(SizeInMBs=5, IntervalInSeconds=300),
        CloudWatchLoggingOptions=dict(
            Enabled=True, LogGroupName='/aws/kinesisfirehose/orders', LogStreamName='DestinationDelivery'),
        ProcessingConfiguration=dict(Enabled=True, Processors=[transform])))
policy = json.dumps({'Version': '2012-10-17', 'Statement': []})
role = iam.create_role(RoleName='enrich', AssumeRolePolicyDocument=policy)['Role']['Arn']
code = io.BytesIO()
with zipfile.ZipFile(code, 'w') as archive:
    archive.writestr('app.py', '')
aws_lambda.create_function(
    FunctionName='enrich', Role=role, Runtime='python3.12', Handler='app.handler',
    Code=dict(ZipFile=code.getvalue()), Publish=True)
aws_lambda.create_alias(FunctionName='enrich', Name='live', FunctionVersion='1')
logs.create_log_group(logGroupName='/aws/kinesisfirehose/orders')
logs.create_log_stream(logGroupName='/aws/kinesisfirehose/orders', logStreamName='DestinationDelivery')
group, stream = '/aws/lambda/enrich', '2026/11/22/[1]3f8a1c5d7e9b4260a1c3e5f708192a3b'
logs.create_log_group(logGroupName=group)
logs.create_log_stream(logGroupName=group, logStreamName=stream)
request = 'RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849'
trace = ['[ERROR] UnicodeDecodeError: \'utf-8\' codec can\'t decode byte 0x8b in position 1: invalid start byte',
    'Traceback (most recent call last):',
    '  File \"/var/task/app.py\", line 14, in handler',
    '    order = json.loads(base64.b64decode(record[\'data\']))']
lines = [
    f'START {request} Version: 1', '\n'.join(trace), f'END {request}',
    f'REPORT {request}\tDuration: 212.48 ms\tBilled Duration: 213 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB']
begin = (int(time.time()) - 300) * 1000 + 101
events = [dict(timestamp=begin + place, message=line) for place, line in enumerate(lines)]
logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
"#;

fn make_the_world() {
    let output = Command::new(python()).args(["-c", WORLD, &moto().url()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What is another each time: clocks, durations, ledgers of a server's port.
fn masked(text: &str) -> String {
    let clock = Regex::new(r"\d\d:\d\d:\d\d|\d+\.\d s\b|-[0-9a-f]{8}\.ledger").unwrap();
    clock.replace_all(text, "#").into_owned()
}

/// Runs a line as a shell would, with our own `fh` first on the path.
///
/// The server is not named, as AWS would not be.
fn run(line: &str, home: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_fh")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = vec![binary.to_owned()];
    folders.extend(std::env::split_paths(&path));
    let output = Command::new("sh")
        .args(["-c", &format!("({line}) 2>&1")])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("HOME", home)
        .env("TZ", "UTC")
        .env("AWS_ENDPOINT_URL", moto().url())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let text =
        String::from_utf8(output.stdout).unwrap().replace(&format!(" at {}", moto().url()), "");
    // So is the folder of its ledgers.
    Regex::new("-at-[0-9a-f]{8}/").unwrap().replace_all(&text, "/").into_owned()
}

#[test]
fn the_readme_shows_what_fh_prints() {
    make_the_world();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let old = std::fs::read_to_string(&path).unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut new = String::new();
    let mut in_console = false;
    let mut ran = 0;
    for line in old.lines() {
        let fence = line.starts_with("```");
        in_console = if fence { line == "```console" } else { in_console };
        if in_console && let Some(command) = line.strip_prefix("$ ") {
            writeln!(new, "{line}").unwrap();
            new.push_str(&run(command, home.path()));
            ran += 1;
        } else if fence || !in_console {
            writeln!(new, "{line}").unwrap();
        }
    }
    assert!(ran >= 8, "only {ran} commands were found");
    if std::env::var_os("README").is_some_and(|value| value == "update") {
        std::fs::write(&path, &new).unwrap();
    }
    for (old, new) in masked(&old).lines().zip(masked(&new).lines()) {
        assert_eq!(old, new, "README.md is not what fh prints now");
    }
    assert_eq!(old.lines().count(), new.lines().count(), "README.md is cut");
}

#[test]
fn the_picture_is_what_fh_prints() {
    let updates = std::env::var_os("README").is_some_and(|value| value == "update");
    let output = Command::new(python())
        .arg("tests/screen/screen.py")
        .args((!updates).then_some("--check"))
        .arg(env!("CARGO_BIN_EXE_fh"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn no_line_is_long_and_every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("README.md")).unwrap();
    let anchor = |title: &str| {
        let kept = title.chars().filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    let anchors: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("## ")).map(anchor).collect();
    for line in text.lines() {
        assert!(line.chars().count() < 400, "{line}");
    }
    let link = Regex::new(r"\]\((#?)([^)]+)\)").unwrap();
    for found in link.captures_iter(&text) {
        let target = &found[2];
        let is_there = match &found[1] {
            "#" => anchors.iter().any(|it| it == target),
            _ => root.join(target).exists(),
        };
        assert!(is_there, "{target}");
    }
}

#[test]
fn the_readme_opens_with_the_two_commands_that_set_everything_up() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let first = text.split("```sh\n").nth(1).expect("a block of shell commands");
    let commands: Vec<_> = first
        .split("```")
        .next()
        .unwrap()
        .lines()
        .map(|line| line.split('#').next().unwrap().trim())
        .collect();
    assert_eq!(commands, ["cargo run --locked -- tour", "cargo test --locked --workspace"]);
}
