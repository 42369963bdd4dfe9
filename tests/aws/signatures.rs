//! Signatures as botocore makes them: moto takes any.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::harness::{Call, SECRET};
use crate::installed::python;

#[test]
fn each_protocol_is_signed_as_the_aws_cli_signs_it() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/signatures.py");
    let mut command = Command::new(python());
    command.arg(script).arg(SECRET).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = command.spawn().expect("python runs");
    let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    let mut line = || lines.next().expect("a line").expect("text");
    let url = format!("http://127.0.0.1:{}", line());
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:orders:live";
    let calls = [
        Call::asking(&url, "role"),
        // In a form, spaces and slashes are escaped.
        Call::asking(&url, "simulate=a b+c/d"),
        Call::asking(&url, "account"),
        Call::asking(&url, "stream"),
        Call::asking(&url, "key=alias/orders"),
        Call::asking(&url, "metrics"),
        Call::asking(&url, &format!("policy={function}")),
        Call::at(&url, function),
        // Asked for in the short way, and then through the SDK.
        Call::asking(&url, "object=a b/é+(1)=$&'!*.gz"),
    ];
    let mut seen = String::new();
    for call in calls {
        let call = call.env("AWS_ENDPOINT_URL_STS", &url);
        call.run();
        seen.push_str(&line());
        seen.push('\n');
    }
    seen.push_str(&line());
    drop(server.stdin.take());
    server.wait().expect("it ends");
    assert_snapshot!(seen, @"
    good us-east-1 iam POST /
    good us-east-1 iam POST /
    good eu-west-1 sts POST /
    good eu-west-1 firehose POST /
    good eu-west-1 kms POST /
    good eu-west-1 monitoring POST /
    good eu-west-1 lambda GET /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aorders%3Alive/policy
    good eu-west-1 lambda POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aorders%3Alive/invocations
    good eu-west-1 s3 GET /lake/a%20b/%C3%A9%2B%281%29%3D%24%26%27%21%2A.gz
    good eu-west-1 s3 GET /lake/a%20b/%C3%A9%2B%281%29%3D%24%26%27%21%2A.gz?x-id=GetObject
    ");
}
