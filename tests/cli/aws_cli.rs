//! `fh` next to the AWS CLI with the same settings: both must call as the same
//! user, in the same Region, at the same address, and over the same proxy. Or
//! both refuse.
//!
//! The AWS CLI here is version 1. It differs from version 2, which `fh`
//! follows, in two ways that are left out here: it does not read `AWS_REGION`,
//! and looks at `AWS_DEFAULT_PROFILE` before `AWS_PROFILE`.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use tempfile::TempDir;

use crate::canned::Canned;
use crate::harness::{Fh, root};
use crate::installed::python;

/// The profiles that there are unless a case brings its own.
const CONFIG: &str = "\
[default]
region = eu-west-1
aws_access_key_id = KEYOFDEFAULT
aws_secret_access_key = secret
[profile prod]
region = eu-west-3
aws_access_key_id = KEYOFPROD
aws_secret_access_key = secret
";

const KEYS: &str = "aws_access_key_id = KEY\naws_secret_access_key = secret\n";

/// Three servers; settings name them `{a}`, `{b}` and `{proxy}`, which stand
/// for `127.0.0.1:PORT`.
struct Servers([(&'static str, Canned); 3]);

impl Servers {
    fn start() -> Self {
        Self(
            ["a", "b", "proxy"]
                .map(|name| (name, Canned::error(404, "ResourceNotFoundException", "not here"))),
        )
    }

    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, server) in &self.0 {
            let host = server.url().replace("http://", "");
            text = text.replace(&format!("{{{name}}}"), &host);
            let port = host.rsplit(':').next().unwrap();
            text = text.replace(&format!("{{port of {name}}}"), port);
        }
        text
    }

    /// What was called, by whom and where: once, however often.
    fn seen(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for (name, server) in &self.0 {
            seen.extend(server.requests().iter().map(|head| format!("{name}: {}", call(head))));
        }
        for (name, server) in &self.0 {
            let host = server.url().replace("http://", "");
            for line in &mut seen {
                let port = host.rsplit(':').next().unwrap();
                *line = line.replace(&host, &format!("{{{name}}}"));
                *line =
                    line.replace(&format!("localhost:{port}"), &format!("localhost:{{{name}}}"));
            }
        }
        seen.dedup();
        seen
    }
}

/// A request: target, host, key id and Region.
fn call(head: &str) -> String {
    let mut words = head.split_whitespace();
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let method = if method == "CONNECT" { "CONNECT " } else { "" };
    let target = target.split('?').next().unwrap().trim_end_matches('/');
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    let host = if method.is_empty() { header("host").unwrap() } else { String::new() };
    let signature = header("authorization").unwrap_or_default();
    let scope = signature.split_once("Credential=").map_or("", |(_, scope)| scope);
    let mut scope = scope.split('/');
    let key = scope.next().unwrap();
    let region = scope.nth(1).unwrap_or_default();
    format!("{method}{target} {host} {key} {region}")
}

/// Settings, and flags that both take.
#[derive(Clone, Copy)]
struct Case {
    variables: &'static [(&'static str, &'static str)],
    config: &'static str,
    credentials: &'static str,
    flags: &'static str,
}

const CASE: Case = Case { variables: &[], config: CONFIG, credentials: "", flags: "" };

fn home(case: Case, servers: &Servers) -> TempDir {
    let home = TempDir::new().unwrap();
    let folder = home.path().join(".aws");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("config"), servers.named(case.config)).unwrap();
    std::fs::write(folder.join("credentials"), case.credentials).unwrap();
    home
}

/// Variables of both programs.
fn variables(case: Case, servers: &Servers, home: &Path) -> Vec<(String, String)> {
    let mut all = vec![
        ("HOME".to_owned(), home.display().to_string()),
        ("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned()),
    ];
    let own = case.variables.iter();
    all.extend(own.map(|(name, value)| ((*name).to_owned(), servers.named(value))));
    all
}

/// The calls of `fh`, none if it refuses, and its error message.
fn fh(command: &str, case: Case) -> (Vec<String>, String) {
    let servers = Servers::start();
    let home = home(case, &servers);
    let mut fh = Fh::new().args(command).args(&servers.named(case.flags));
    for (name, value) in variables(case, &servers, home.path()) {
        fh = fh.env(&name, &value);
    }
    let output = fh.run();
    let seen = servers.seen();
    // It called somebody, who knows nothing, or it refused.
    let expected = if seen.is_empty() { 2 } else { 3 };
    assert_eq!(output.code(), expected, "{output}\n{:?}", case.variables);
    (seen, output.errors())
}

/// The calls of the AWS CLI, none if it refuses, and its error message.
fn aws(command: &str, case: Case) -> (Vec<String>, String) {
    static AWS: OnceLock<Mutex<AwsCli>> = OnceLock::new();
    let servers = Servers::start();
    let home = home(case, &servers);
    let flags = servers.named(case.flags);
    let arguments: Vec<&str> = command.split_whitespace().chain(flags.split_whitespace()).collect();
    let aws = AWS.get_or_init(|| Mutex::new(AwsCli::start()));
    let answer = aws.lock().unwrap().run(&variables(case, &servers, home.path()), &arguments);
    // Nothing here succeeds.
    let (code, errors) = answer.split_once(' ').unwrap();
    assert_ne!(code, "0", "{arguments:?}");
    (servers.seen(), errors.to_owned())
}

/// The AWS CLI in a process that runs it again and again. It ends with us.
struct AwsCli {
    stdin: ChildStdin,
    answers: BufReader<ChildStdout>,
    _child: Child,
}

impl AwsCli {
    fn start() -> Self {
        let mut child = Command::new(python())
            .arg(root().join("tests/support/aws_cli.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { stdin: child.stdin.take().unwrap(), answers, _child: child }
    }

    /// Runs it once and returns its exit code and its error message.
    fn run(&mut self, variables: &[(String, String)], arguments: &[&str]) -> String {
        let variables: Vec<String> =
            variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        writeln!(self.stdin, "{}\x1e{}", variables.join("\x1f"), arguments.join("\x1f")).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer
    }
}

/// Compares calls of Firehose; returns what both called.
fn firehose(case: Case) -> Vec<String> {
    compare(
        case,
        "send-demo --dry-run --stream orders",
        "firehose describe-delivery-stream --delivery-stream-name orders",
    )
}

/// Compares calls of S3.
fn s3(case: Case) -> Vec<String> {
    compare(case, "decode s3://lake/key", "s3api list-objects-v2 --bucket lake --prefix key")
}

fn compare(case: Case, ours: &str, theirs: &str) -> Vec<String> {
    let (ours, errors) = fh(ours, case);
    let (theirs, their_errors) = aws(theirs, case);
    // A function that is not there is looked for among those that are.
    let ours: Vec<_> = ours.into_iter().filter(|call| !call.contains("/functions {")).collect();
    let Case { variables, config, flags, .. } = case;
    assert_eq!(ours, theirs, "{variables:?} {flags}\n{config}\nfh: {errors}\naws: {their_errors}");
    ours
}

const AT_A: (&str, &str) = ("AWS_ENDPOINT_URL", "http://{a}");

#[test]
fn the_identity_is_that_of_the_aws_cli() {
    let keys = [("AWS_ACCESS_KEY_ID", "KEYOFENV"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let [id, secret] = keys;
    let is = |variables, flags, expected: &str| {
        let seen = firehose(Case { variables, flags, ..CASE });
        assert_eq!(seen, [format!("a:  {{a}} {expected}")], "{variables:?}");
    };
    is(&[AT_A], "", "KEYOFDEFAULT eu-west-1");
    is(&[AT_A, ("AWS_PROFILE", "prod")], "", "KEYOFPROD eu-west-3");
    is(&[AT_A, ("AWS_DEFAULT_PROFILE", "prod")], "", "KEYOFPROD eu-west-3");
    is(&[AT_A, ("AWS_DEFAULT_PROFILE", "prod")], "--profile default", "KEYOFDEFAULT eu-west-1");
    let with_keys: &[_] = Box::leak(Box::new([AT_A, id, secret, ("AWS_DEFAULT_PROFILE", "prod")]));
    is(with_keys, "", "KEYOFENV eu-west-3");
    is(with_keys, "--profile prod", "KEYOFPROD eu-west-3");
    is(&[AT_A, ("AWS_ACCESS_KEY_ID", "KEYOFENV")], "--profile prod", "KEYOFPROD eu-west-3");
    is(
        &[AT_A, ("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")],
        "",
        "KEYOFDEFAULT eu-west-1",
    );
}

#[test]
fn what_the_aws_cli_refuses_as_an_identity_is_refused_too() {
    let refused = |variables, config, message: &str| {
        let case = Case { variables, config, ..CASE };
        assert!(firehose(case).is_empty(), "{variables:?}");
        let (_, errors) = fh("failures --bucket lake --fail-if-any", case);
        assert!(errors.contains(message), "{errors}");
    };
    let missing = "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is missing";
    refused(&[AT_A, ("AWS_ACCESS_KEY_ID", "KEYOFENV")], CONFIG, missing);
    let empty = "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is empty";
    let half = [AT_A, ("AWS_ACCESS_KEY_ID", "KEYOFENV"), ("AWS_SECRET_ACCESS_KEY", "")];
    refused(Box::leak(Box::new(half)), CONFIG, empty);
    refused(&[AT_A, ("AWS_PROFILE", "")], CONFIG, "AWS_PROFILE is set, but empty");
    refused(&[AT_A, ("AWS_DEFAULT_PROFILE", "prd")], CONFIG, "AWS profile `prd` does not exist");
    refused(
        &[AT_A],
        "[default]\nregion = eu-west-1\naws_access_key_id = HALF\n",
        "AWS profile `default` has an incomplete key pair: `aws_secret_access_key` is missing",
    );
    refused(&[AT_A], "[default]\n[default]\n", "line 2: duplicate section `[default]`");
}

#[test]
fn of_several_origins_of_credentials_the_first_is_that_of_the_aws_cli() {
    let process = "[default]\nregion = eu-west-1\ncredential_process = sh -c \"echo '{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"KEYOFPROCESS\\\",\\\"SecretAccessKey\\\":\\\"secret\\\"}'\"\n";
    let pair = "[default]\naws_access_key_id = KEYOFFILE\naws_secret_access_key = secret\n";
    let seen =
        |config, credentials| firehose(Case { variables: &[AT_A], config, credentials, ..CASE });
    assert_eq!(seen(process, pair), ["a:  {a} KEYOFFILE eu-west-1"]);
    assert_eq!(seen(process, ""), ["a:  {a} KEYOFPROCESS eu-west-1"]);
    let both = Box::leak(Box::new(format!(
        "{process}aws_access_key_id = OTHER\naws_secret_access_key = other\n"
    )));
    assert_eq!(seen(both, ""), ["a:  {a} KEYOFPROCESS eu-west-1"]);
    // Half a pair in the credentials file is not made whole by the other file.
    let half = "[default]\naws_access_key_id = KEYOFFILE\n";
    let whole =
        "[default]\nregion = eu-west-1\naws_access_key_id = OTHER\naws_secret_access_key = other\n";
    assert_eq!(seen(whole, half), [""; 0]);
}

/// The AWS CLI goes on to the profile; that is somebody else than was meant.
#[test]
fn a_secret_without_its_key_id_is_refused() {
    let case = Case { variables: &[AT_A, ("AWS_SECRET_ACCESS_KEY", "secret")], ..CASE };
    let (seen, errors) = fh("decode s3://lake/key", case);
    assert_eq!(seen, [""; 0]);
    assert!(errors.contains("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is missing"));
    assert!(errors.contains("hint: set AWS_ACCESS_KEY_ID, or unset AWS_SECRET_ACCESS_KEY"));
}

#[test]
fn the_region_is_that_of_the_aws_cli() {
    let is = |variables, flags, expected: &str| {
        let seen = firehose(Case { variables, flags, ..CASE });
        assert_eq!(seen, [format!("a:  {{a}} KEYOFDEFAULT {expected}")], "{variables:?}");
    };
    is(&[AT_A, ("AWS_DEFAULT_REGION", "us-east-1")], "", "us-east-1");
    is(&[AT_A, ("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "us-east-1")], "", "us-east-1");
    is(&[AT_A, ("AWS_REGION", "")], "", "eu-west-1");
    is(&[AT_A, ("AWS_DEFAULT_REGION", "us-east-1")], "--region us-west-2", "us-west-2");
}

#[test]
fn a_configuration_file_is_read_as_the_aws_cli_reads_it() {
    let is = |config, credentials, expected: &str| {
        let case = Case { variables: &[AT_A], config, credentials, ..CASE };
        assert_eq!(firehose(case), [format!("a:  {{a}} KEY {expected}")], "{config}");
    };
    let keys = "[default]\naws_access_key_id = KEY\naws_secret_access_key = secret\n";
    is("[default]\n  region = eu-west-2\n", keys, "eu-west-2");
    is("[default]\n\tregion: eu-west-2\n\toutput: json\n", keys, "eu-west-2");
    is("  [default]\n    output = json\n  REGION = eu-west-2\n", keys, "eu-west-2");
    is("[profile \"default\"]\r\nregion = eu-west-2\r\n", keys, "eu-west-2");
    is("# x\n\n[default]\n\n  ; y\n  region = eu-west-2\n", keys, "eu-west-2");
    // Further right than the key above it, it is a part of its value.
    let case = Case {
        variables: &[AT_A, ("AWS_DEFAULT_REGION", "us-east-1")],
        config: "[default]\ncli_history = x\n  region = eu-west-2\n",
        credentials: "[default]\naws_access_key_id = KEY\naws_secret_access_key = secret\n",
        ..CASE
    };
    assert_eq!(firehose(case), ["a:  {a} KEY us-east-1"]);
    for config in ["[default]\nregion\n", "region = x\n", "[default]\nregion = a\nregion = b\n"] {
        let case = Case { variables: &[AT_A], config, credentials: keys, ..CASE };
        assert!(firehose(case).is_empty(), "{config}");
    }
    assert!(keys.ends_with(KEYS));
}

const SERVICES: &str = "\
[default]
region = eu-west-1
aws_access_key_id = KEY
aws_secret_access_key = secret
endpoint_url = http://{b}
services = here
[services here]
s3 =
  endpoint_url = http://localhost:{port of a}/s3
firehose =
  endpoint_url = http://{a}/firehose/
";

#[test]
fn the_address_is_that_of_the_aws_cli() {
    let is = |case: Case, expected: &str| {
        assert_eq!(firehose(case), [expected.to_owned()], "{:?}", case.variables);
    };
    let with = |variables| Case { variables, ..CASE };
    let call = " {a} KEYOFDEFAULT eu-west-1";
    is(with(&[AT_A, ("AWS_ENDPOINT_URL_FIREHOSE", "")]), &format!("a: {call}"));
    is(
        with(&[("AWS_ENDPOINT_URL", ""), ("AWS_ENDPOINT_URL_FIREHOSE", "http://{a}/aws")]),
        &format!("a: /aws{call}"),
    );
    is(
        with(&[("AWS_ENDPOINT_URL", "http://{b}"), ("AWS_ENDPOINT_URL_FIREHOSE", "http://{a}")]),
        &format!("a: {call}"),
    );
    let services = Case { config: SERVICES, ..CASE };
    is(services, "a: /firehose {a} KEY eu-west-1");
    is(
        Case { variables: &[("AWS_ENDPOINT_URL_FIREHOSE", "http://{b}")], ..services },
        "b:  {b} KEY eu-west-1",
    );
    is(Case { flags: "--endpoint-url http://{b}", ..services }, "b:  {b} KEY eu-west-1");
    assert!(firehose(with(&[("AWS_ENDPOINT_URL", "127.0.0.1:4566")])).is_empty());
    let missing = "[default]\nregion = eu-west-1\nservices = gone\n";
    assert!(firehose(Case { config: missing, credentials: KEYS_OF_DEFAULT, ..CASE }).is_empty());
}

const KEYS_OF_DEFAULT: &str =
    "[default]\naws_access_key_id = KEY\naws_secret_access_key = secret\n";

#[test]
fn buckets_at_another_address_are_in_the_path_as_for_the_aws_cli() {
    let services = Case { config: SERVICES, ..CASE };
    assert_eq!(s3(services), ["a: /s3/lake localhost:{a} KEY eu-west-1"]);
    let flags = Case { variables: &[AT_A], ..CASE };
    assert_eq!(s3(flags), ["a: /lake {a} KEYOFDEFAULT eu-west-1"]);
    let path = Case { variables: &[("AWS_ENDPOINT_URL_S3", "http://{a}/aws/")], ..CASE };
    assert_eq!(s3(path), ["a: /aws/lake {a} KEYOFDEFAULT eu-west-1"]);
    for url in ["http://{a}/aws", "http://{a}/aws/"] {
        let variables = [("AWS_ENDPOINT_URL", url)];
        let case = Case { variables: Box::leak(Box::new(variables)), ..CASE };
        let called = compare(
            case,
            "invoke --function orders --event fixtures/events/direct-put-pretty.json",
            "lambda invoke --function-name orders --payload {} /dev/null",
        );
        let target = "/aws/2015-03-31/functions/orders/invocations";
        assert_eq!(called, [format!("a: {target} {{a}} KEYOFDEFAULT eu-west-1")]);
    }
}

/// AWS itself is called over a proxy, so that the test sees which address.
#[test]
fn configured_addresses_are_ignored_as_by_the_aws_cli() {
    const PROXY: (&str, &str) = ("HTTPS_PROXY", "http://{proxy}");
    const ONCE: (&str, &str) = ("AWS_MAX_ATTEMPTS", "1");
    const IGNORE: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
    let aws = "proxy: CONNECT firehose.eu-west-1.amazonaws.com:443   ";
    for value in ["true", "TRUE"] {
        let variables = [PROXY, ONCE, AT_A, (IGNORE, value)];
        let case = Case { variables: Box::leak(Box::new(variables)), ..CASE };
        assert_eq!(firehose(case), [aws]);
        // The message names the address that was called.
        let (_, errors) = fh("send-demo --stream orders", case);
        assert!(
            errors.contains("https://firehose.eu-west-1.amazonaws.com through the proxy"),
            "{errors}"
        );
        let flags = "--endpoint-url http://{b}";
        assert_eq!(firehose(Case { flags, ..case }), ["b:  {b} KEYOFDEFAULT eu-west-1"]);
    }
    for value in ["", "1", "yes"] {
        let variables = [PROXY, ONCE, AT_A, (IGNORE, value)];
        let case = Case { variables: Box::leak(Box::new(variables)), ..CASE };
        assert_eq!(firehose(case), ["a:  {a} KEYOFDEFAULT eu-west-1"]);
    }
    let config = "[default]\nregion = eu-west-1\nignore_configured_endpoint_urls = true\n\
                  endpoint_url = http://{b}\nservices = x\n[services x]\nfirehose =\n  endpoint_url = http://{a}\n";
    let case = Case { variables: &[PROXY, ONCE], config, credentials: KEYS_OF_DEFAULT, ..CASE };
    assert_eq!(firehose(case), [aws]);
}

#[test]
fn proxies_are_those_of_the_aws_cli() {
    let is = |name: &'static str, none: &'static str, url: &'static str, is_proxied: bool| {
        let variables = [(name, "http://{proxy}"), ("NO_PROXY", none), ("AWS_ENDPOINT_URL", url)];
        let seen = firehose(Case { variables: Box::leak(Box::new(variables)), ..CASE });
        let expected = if is_proxied { "proxy: http://" } else { "a: " };
        assert!(seen.len() == 1 && seen[0].starts_with(expected), "{name} {none} {url} {seen:?}");
    };
    let (address, named) = ("http://{a}", "http://localhost:{port of a}");
    is("HTTP_PROXY", "", address, true);
    is("HTTP_PROXY", "*", address, false);
    is("HTTP_PROXY", "*,x", address, true);
    is("HTTP_PROXY", "{a}", address, false);
    is("HTTP_PROXY", "x, 127.0.0.1", address, false);
    is("HTTP_PROXY", "127.0.0.1:1", address, true);
    is("HTTP_PROXY", "127.0.0.0/8", address, true);
    is("http_proxy", ".localhost", named, false);
    is("http_proxy", "LOCALHOST", named, false);
    is("http_proxy", "host", named, true);
    is("HTTPS_PROXY", "", address, false);
    is("ALL_PROXY", "", address, false);
}

#[test]
fn a_wrong_number_of_attempts_is_refused_as_by_the_aws_cli() {
    let refused = |name: &'static str, value: &'static str, message: &str| {
        let variables: &[_] = Box::leak(Box::new([AT_A, (name, value)]));
        let case = Case { variables, ..CASE };
        assert!(firehose(case).is_empty(), "{name}={value}");
        // Nothing was looked at, so nothing may be reported as good.
        for command in [
            "failures --bucket lake --fail-if-any",
            "event --from-failures s3://lake/",
            "decode s3://lake/key",
        ] {
            let (_, errors) = fh(command, case);
            assert!(errors.starts_with(message), "{errors}");
        }
    };
    refused("AWS_RETRY_MODE", "", "fh: AWS_RETRY_MODE is empty, not a retry mode");
    refused("AWS_RETRY_MODE", "Standard", "fh: AWS_RETRY_MODE is `Standard`, not a retry mode");
    refused("AWS_MAX_ATTEMPTS", "", "fh: AWS_MAX_ATTEMPTS is empty, not a number of attempts");
    refused("AWS_MAX_ATTEMPTS", "0", "fh: AWS_MAX_ATTEMPTS is `0`, not a number of attempts");
    refused("AWS_MAX_ATTEMPTS", "abc", "fh: AWS_MAX_ATTEMPTS is `abc`, not a number of attempts");
    let called = ["a:  {a} KEYOFDEFAULT eu-west-1"];
    for mode in ["legacy", "standard", "adaptive"] {
        let variables = [AT_A, ("AWS_RETRY_MODE", mode), ("AWS_MAX_ATTEMPTS", " 2 ")];
        assert_eq!(firehose(Case { variables: Box::leak(Box::new(variables)), ..CASE }), called);
    }
    let config = "[default]\nregion = eu-west-1\nretry_mode = legacy\nmax_attempts = 2\n";
    let case = Case { variables: &[AT_A], config, credentials: KEYS_OF_DEFAULT, ..CASE };
    assert_eq!(firehose(case), ["a:  {a} KEY eu-west-1"]);
    let config = "[default]\nregion = eu-west-1\nmax_attempts = many\n";
    let case = Case { config, ..case };
    assert!(firehose(case).is_empty());
    let (_, errors) = fh("failures --bucket lake", case);
    assert!(
        errors.starts_with("fh: `max_attempts` of AWS profile `default` is `many`"),
        "{errors}"
    );
}
