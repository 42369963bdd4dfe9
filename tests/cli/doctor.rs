//! `fh doctor`: saved descriptions of all kinds, and moto, which has roles, functions,
//! buckets, metrics and logs, but no simulator of IAM.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use serde::Deserialize;

use crate::harness::Fh;
use crate::s3::{boto, fh};

const SAMPLES: &str = "src/firehose/description/samples";

/// The document, declared once more.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Examination {
    stream: String,
    region: String,
    account: String,
    #[serde(deserialize_with = "Option::deserialize")]
    summary: Option<String>,
    findings: Vec<Finding>,
    passed: Vec<Passed>,
    unknown: Vec<Unknown>,
    not_applicable: Vec<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    metrics: Option<Metrics>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    check: String,
    severity: Severity,
    confidence: Confidence,
    what: String,
    why: String,
    fix: Vec<String>,
    evidence: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
    Note,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Confidence {
    Certain,
    Likely,
    Possible,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Passed {
    check: String,
    what: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unknown {
    check: String,
    #[serde(deserialize_with = "Option::deserialize")]
    needs: Option<String>,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Metrics {
    seconds: u64,
    incoming: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    calls: Option<u64>,
    #[serde(deserialize_with = "Option::deserialize")]
    call_errors: Option<u64>,
    delivered: u64,
    throttled: u64,
}

impl Examination {
    fn read(output: &crate::harness::Output) -> Self {
        let it: Self = serde_json::from_slice(&output.stdout).unwrap();
        let count =
            it.findings.len() + it.passed.len() + it.unknown.len() + it.not_applicable.len();
        assert_eq!(count, 32, "{it:?}");
        assert_eq!(it.account.len(), 12, "{it:?}");
        assert!(it.passed.iter().all(|it| !it.what.is_empty()), "{it:?}");
        assert!(it.unknown.iter().all(|it| !it.why.is_empty()), "{it:?}");
        assert!(it.unknown.iter().all(|it| it.needs.as_ref().is_none_or(|it| it.contains(':'))));
        for finding in &it.findings {
            let texts = [&finding.what, &finding.why, &finding.evidence];
            assert!(texts.iter().all(|it| !it.is_empty()), "{finding:?}");
            let is_error = finding.severity == Severity::Error;
            assert!(!is_error || finding.confidence != Confidence::Possible, "{finding:?}");
        }
        let has_error = it.findings.iter().any(|it| it.severity == Severity::Error);
        assert_eq!(it.summary.is_some(), !has_error && it.metrics.is_some(), "{it:?}");
        it
    }

    fn finding(&self, check: &str) -> Option<&Finding> {
        self.findings.iter().find(|it| it.check == check)
    }

    fn is_unknown(&self, check: &str) -> bool {
        self.unknown.iter().any(|it| it.check == check)
    }
}

#[test]
fn each_kind_of_destination_is_checked_without_aws() {
    for kind in [
        "extended-s3",
        "redshift",
        "elasticsearch",
        "opensearch",
        "opensearch-serverless",
        "splunk",
        "http-endpoint",
        "snowflake",
        "iceberg",
    ] {
        let file = format!("{SAMPLES}/{kind}.json");
        let output = Fh::new().args(&format!("doctor --offline {file} --output json")).run();
        let found = Examination::read(&output);
        let is_bad = found.findings.iter().any(|it| it.severity == Severity::Error);
        assert_eq!(output.code(), i32::from(is_bad), "{kind}: {output}");
        assert!(found.is_unknown("role-may-write") && found.metrics.is_none(), "{kind}");
        let text = Fh::new().args(&format!("doctor --offline {file}")).run();
        assert!(text.to_string().contains("32 checks: "), "{text}");
    }
}

#[test]
fn checks_are_chosen_by_name() {
    let file = format!("{SAMPLES}/extended-s3.json");
    let run = |words: &str| Fh::new().args(&format!("doctor --offline {file} {words}")).run();
    let rows = run("--check role-*,kms-stream --skip role-may-write --output ndjson");
    let checks = rows.text().lines().filter(|it| it.starts_with('{')).count();
    assert_eq!(checks, 2, "{rows}");
    let wrong = run("--check rolls");
    assert_eq!(wrong.code(), 2);
    assert!(wrong.errors().contains("there is no check `rolls`"), "{wrong}");
    // A warning is an error only where that is wanted.
    assert_eq!(run("--check kms-stream").code(), 0);
    assert_eq!(run("--check kms-stream --strict").code(), 1);
    let listed = Fh::new().args("doctor --list").env("FH_STREAM", "orders").run();
    assert_eq!((listed.code(), listed.to_string().lines().count() > 32), (0, true), "{listed}");
    let policy = run("--policy");
    serde_json::from_slice::<serde::de::IgnoredAny>(&policy.stdout).unwrap();
    assert!(policy.text().contains("firehose:DescribeDeliveryStream"), "{policy}");
    let nothing = Fh::new().args("doctor").run();
    assert!(nothing.errors().contains("no delivery stream is named"), "{nothing}");
    let other = Fh::new().args("doctor --offline Cargo.toml").run();
    assert!(other.errors().contains("cannot read `Cargo.toml`"), "{other}");
}

#[test]
fn what_aws_answers_is_a_fact_and_what_it_does_not_is_unknown() {
    boto(
        "
import datetime
bucket('doctor', {})
session = boto3.Session('AKIAIOSFODNN7EXAMPLE', 'secret', region_name='eu-west-1')
client = lambda name: session.client(name, endpoint_url=s3.meta.endpoint_url)
trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'Service': 'lambda.amazonaws.com'}}]}
client('iam').create_role(RoleName='doctor', AssumeRolePolicyDocument=json.dumps(trust))
arn = client('iam').get_role(RoleName='doctor')['Role']['Arn']
firehose.create_delivery_stream(DeliveryStreamName='doctor', DeliveryStreamType='DirectPut',
    ExtendedS3DestinationConfiguration={'RoleARN': arn,
        'BucketARN': 'arn:aws:s3:::doctor', 'Prefix': 'data/', 'ErrorOutputPrefix': 'failed/!{firehose:error-output-type}/',
        'BufferingHints': {'SizeInMBs': 5, 'IntervalInSeconds': 300},
        'ProcessingConfiguration': {'Enabled': True, 'Processors': [{'Type': 'Lambda', 'Parameters': [
            {'ParameterName': 'LambdaArn', 'ParameterValue': 'arn:aws:lambda:eu-west-1:123456789012:function:not-there'}]}]}})
failure = json.dumps({'rawData': 'YQ==', 'errorCode': 'Lambda.FunctionError', 'attemptsMade': 4, 'arrivalTimestamp': 1795341600123})
now = datetime.datetime.now(datetime.timezone.utc)
s3.put_object(Bucket='doctor', Key='failed/processing-failed/doctor-1-' + now.strftime('%Y-%m-%d-%H-%M-%S') + '-8f507cfc-0000-4000-8000-000000000001', Body=failure.encode())
client('cloudwatch').put_metric_data(Namespace='AWS/Firehose', MetricData=[{'MetricName': 'IncomingRecords',
    'Dimensions': [{'Name': 'DeliveryStreamName', 'Value': 'doctor'}], 'Value': 41, 'Unit': 'Count',
    'Timestamp': now - datetime.timedelta(minutes=5)}])",
    );
    let output = fh("doctor --stream doctor --output json").run();
    let found = Examination::read(&output);
    assert_eq!(output.code(), 1, "{output}");
    assert_eq!((found.stream.as_str(), found.region.as_str()), ("doctor", "eu-west-1"));
    let what = |check: &str| found.finding(check).map(|it| it.what.as_str()).unwrap_or_default();
    assert_eq!(what("trust"), "the role doctor does not trust Firehose", "{output}");
    assert_eq!(what("function-there"), "the function of the transform does not exist");
    assert_eq!(what("error-logging"), "errors of the stream are not logged");
    let failing = found.finding("everything-fails").unwrap();
    assert!(failing.why.contains("Lambda.FunctionError (1)"), "{failing:?}");
    assert!(failing.fix.iter().any(|it| it.starts_with("fh failures --stream doctor")));
    // moto has no simulator: what roles may do is not known, and so not passed.
    assert!(found.is_unknown("role-may-write") && found.is_unknown("role-may-invoke"));
    let metrics = found.metrics.as_ref().unwrap();
    assert_eq!((metrics.seconds, metrics.incoming), (3600, 41));
    assert_eq!((metrics.delivered, metrics.throttled), (0, 0));
    // An emulator is asked about functions of other accounts too.
    assert_eq!((metrics.calls, metrics.call_errors), (Some(0), Some(0)));
    assert!(found.passed.iter().any(|it| it.check == "nothing-comes-in"), "{output}");
    assert!(found.passed.iter().any(|it| it.check == "bucket-there"), "{output}");
    // It can be named by the environment; the last line counts what is unknown.
    let text = fh("doctor").env("FH_STREAM", "doctor").run();
    assert!(text.to_string().contains("error    trust: "), "{text}");
    assert!(text.to_string().contains("unknown  role-may-write, role-may-invoke"), "{text}");
    let missing = fh("doctor --stream nowhere").run();
    assert_eq!(missing.code(), 3, "{missing}");
}
