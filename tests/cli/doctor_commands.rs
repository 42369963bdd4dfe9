//! The commands that `fh doctor` prints, as the AWS CLI and `fh` read them. No call is
//! made: the AWS CLI checks the parameters, and a hook answers instead of AWS.

use std::process::Command;

use crate::harness::Fh;
use crate::installed::python;

/// The list that the unit tests keep: a JSON array of words a line.
const KEPT: &str = include_str!(
    "../../src/firehose/diagnosis/tests/snapshots/firehose__diagnosis__tests__commands__commands.snap"
);

fn commands(program: &str) -> Vec<Vec<String>> {
    // The head of the file is no JSON.
    let all = KEPT.lines().filter_map(|line| serde_json::from_str(line).ok());
    all.filter(|it: &Vec<String>| it.first().is_some_and(|it| it == program)).collect()
}

#[test]
fn the_aws_cli_takes_them() {
    let commands = commands("aws");
    assert!(commands.len() > 30, "{}", commands.len());
    let script = "
import contextlib, io, json, os, sys
from awscli.clidriver import create_clidriver
from botocore.awsrequest import AWSResponse
os.environ.update(AWS_ACCESS_KEY_ID='a', AWS_SECRET_ACCESS_KEY='b', AWS_EC2_METADATA_DISABLED='true')
asked, failed = [], 0
def answer(model, **_):
    asked.append(model.name)
    return AWSResponse('', 200, {}, None), {'ResponseMetadata': {}}
driver = create_clidriver()
driver.session.register('before-call', answer)
for command in json.loads(sys.argv[1]):
    before, err = len(asked), io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
        try:
            driver.main(command[1:])
        except SystemExit:
            pass
    if len(asked) == before:
        failed += 1
        print(command, err.getvalue()[-600:], file=sys.stderr)
sys.exit(bool(failed))
";
    let list = serde_json::to_string(&commands).unwrap();
    let output = Command::new(python()).args(["-c", script, &list]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn fh_takes_its_own() {
    let commands = commands("fh");
    assert!(!commands.is_empty());
    for command in commands {
        let rest = command.iter().skip(1).cloned().chain(["--help".to_owned()]);
        let output = rest.fold(Fh::new(), |fh, word| fh.arg(&word)).run();
        assert_eq!(output.code(), 0, "{command:?}: {output}");
    }
}
