//! What a function must not get, must not leave behind, and who must not talk
//! to it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::functions::{fifo, gone, invoke, official, read, written};
use crate::harness::{Fh, Session};

/// Every way to hand credentials to an SDK, with a canary in each.
const CREDENTIALS: [(&str, &str); 12] = [
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "canary-secret"),
    ("AWS_SESSION_TOKEN", "canary-token"),
    ("AWS_PROFILE", "canary-profile"),
    ("AWS_DEFAULT_PROFILE", "canary-default-profile"),
    ("AWS_CONFIG_FILE", "/canary/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/canary/credentials"),
    ("AWS_ROLE_ARN", "canary-role"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "/canary/web-identity"),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/canary"),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/canary"),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary-authorization"),
];

fn with_credentials(mut run: Fh) -> Fh {
    for (name, value) in CREDENTIALS {
        run = run.env(name, value);
    }
    run.env("GITHUB_TOKEN", "canary-github")
}

#[test]
fn a_function_gets_no_credentials() {
    let command = invoke("--exec").arg("env >&2; echo '{}'");
    for run in [official("failures.tells_environment"), command] {
        let output = with_credentials(run.arg("--raw")).run().to_string();
        assert!(output.contains("AWS_EC2_METADATA_DISABLED"), "{output}");
        assert!(!output.contains("canary") && !output.contains("AKIA"), "{output}");
    }
}

#[test]
fn a_function_gets_credentials_on_request_and_nothing_else() {
    let run = official("failures.tells_environment").args("--raw --pass-credentials");
    let output = with_credentials(run).run().to_string();
    for (name, value) in CREDENTIALS {
        assert!(output.contains(&format!("\"{name}\": \"{value}\"")), "{name}: {output}");
    }
    assert!(!output.contains("canary-github") && !output.contains("/dev/null"), "{output}");
}

#[test]
fn a_function_gets_the_environment_of_lambda() {
    let run = invoke(
        "--raw --function-name orders --memory 512 --env STAGE=test --env PASSED --exec",
    )
    .env("PASSED", "passed")
    .env("SECRET", "canary")
    .arg("env | grep -v -e ^HOME= -e ^TMPDIR= -e ^PATH= -e ^PWD= -e ^_= -e ^SHLVL= | sort >&2");
    let output = run.run();
    let told: String = output.errors().lines().filter(|line| line.contains(" │ ")).fold(
        String::new(),
        |mut out, line| {
            writeln!(out, "{}", line.trim_start_matches("  err │ ")).unwrap();
            out
        },
    );
    let root = crate::harness::root().to_str().unwrap();
    assert_snapshot!(told.replace(root, "[ROOT]"), @"
    AWS_CONFIG_FILE=/dev/null
    AWS_DEFAULT_REGION=us-east-1
    AWS_EC2_METADATA_DISABLED=true
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512
    AWS_LAMBDA_FUNCTION_NAME=orders
    AWS_LAMBDA_FUNCTION_VERSION=$LATEST
    AWS_LAMBDA_INITIALIZATION_TYPE=on-demand
    AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/orders
    AWS_LAMBDA_LOG_STREAM_NAME=1970/01/01/[$LATEST]fh
    AWS_REGION=us-east-1
    AWS_SHARED_CREDENTIALS_FILE=/dev/null
    LAMBDA_RUNTIME_DIR=[ROOT]
    LAMBDA_TASK_ROOT=[ROOT]
    PASSED=passed
    PYTHONDONTWRITEBYTECODE=1
    PYTHONUNBUFFERED=1
    STAGE=test
    TZ=:UTC
    ");
}

#[test]
fn a_function_is_in_the_region_of_the_environment() {
    for (variables, region) in [
        (&[("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-north-1")][..], "eu-west-1"),
        (&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "eu-north-1")], "eu-north-1"),
        (&[], "us-east-1"),
    ] {
        let run = invoke("--raw --exec").arg("env >&2");
        let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
        let output = run.run();
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            let line = format!("{name}={region}\n");
            assert!(output.errors().contains(&line), "{line}{output}");
        }
    }
}

fn leaving_children(folder: &TempDir, flags: &str) -> (Session, String) {
    let pids = fifo(folder);
    let variable = format!("PID_FILE={}", pids.display());
    let run = official("failures.leaves_children").arg("--env").arg(variable).args(flags);
    let session = run.start();
    let pids = written(&pids);
    assert_eq!(pids.split_whitespace().count(), 2, "{pids}");
    (session, pids)
}

#[test]
fn a_timeout_kills_the_children_too() {
    let folder = tempfile::tempdir().unwrap();
    let (session, pids) = leaving_children(&folder, "--timeout 1s");
    let output = session.finish();
    let first = "FAILED: the function did not respond in 1 s, at failures.py:";
    assert!(output.text().starts_with(first), "{output}");
    gone(&pids);
}

#[test]
fn an_interrupt_kills_the_children_too() {
    for signal in ["INT", "TERM", "HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let (session, pids) = leaving_children(&folder, "");
        session.signal(signal);
        let told = session.finish().to_string();
        assert_eq!(told, "------- stderr -------\nfh: interrupted\n[exit status: 130]", "{signal}");
        gone(&pids);
    }
}

#[test]
fn an_interrupt_ends_the_wait_for_an_event() {
    let mut session = Fh::new().args("invoke --exec cat --event -").start_typing(80);
    session.wait_for("reading from the terminal: paste the event");
    session.send(b"\x03");
    assert_eq!(session.finish().code(), 130);

    for signal in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let pipe = fifo(&folder);
        let session = Fh::new().args("invoke --exec cat --event").arg(&pipe).start();
        // It opens when the other side has.
        let writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        session.signal(signal);
        let told = session.finish().to_string();
        assert_eq!(told, "------- stderr -------\nfh: interrupted\n[exit status: 130]", "{signal}");
        drop(writer);
    }
}

#[test]
fn a_leftover_child_delays_nothing_and_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let variable = format!("PID_FILE={}", pids.display());
    let output = official("failures.leaves_a_child_behind").arg("--env").arg(variable).run();
    assert!(output.text().starts_with("BROKEN: the function responded,"), "{output}");
    gone(&read(&pids).unwrap());
}

/// A function that tells its Runtime API and waits for an event to arrive.
struct Waiting {
    port: u16,
    session: Session,
    _folder: TempDir,
}

/// Starts a bootstrap that tells its port and never asks for an event.
fn waiting() -> Waiting {
    let folder = tempfile::tempdir().unwrap();
    let told = fifo(&folder);
    let script = folder.path().join("bootstrap");
    let text = "#!/bin/sh\nprintf %s \"$AWS_LAMBDA_RUNTIME_API\" > \"$TOLD\"\nexec sleep 600\n";
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let variable = format!("TOLD={}", told.display());
    let session = invoke("--bootstrap").arg(script).arg("--env").arg(variable).start();
    let address = written(&told);
    let port = address.strip_prefix("127.0.0.1:").unwrap().parse().unwrap();
    Waiting { port, session, _folder: folder }
}

impl Waiting {
    /// Sends a request and returns the status line and the body of the answer.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request.replace("PORT", &self.port.to_string()).as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        let mut status = String::new();
        reader.read_line(&mut status).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let line = line.to_lowercase();
            assert!(!line.starts_with("access-control-"), "{line}");
            if let Some(size) = line.strip_prefix("content-length: ") {
                length = size.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        format!("{} {}", status.trim(), String::from_utf8(body).unwrap())
    }
}

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n";

#[test]
fn only_the_function_may_ask_for_the_event() {
    let waiting = waiting();
    let next = |headers: &str| waiting.ask(&format!("{NEXT}{headers}\r\n"));
    for headers in [
        "Host: evil.example\r\n",
        "Host: evil.example:PORT\r\n",
        "Host: 127.0.0.1\r\n",
        "Host: 127.0.0.1:1\r\n",
        "Host: [::1]:PORT\r\n",
        "Host: 127.0.0.1:PORT\r\nHost: evil.example\r\n",
        "Host: 127.0.0.1:PORT\r\nOrigin: http://evil.example\r\n",
        "Host: 127.0.0.1:PORT\r\nOrigin: null\r\n",
        "Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT\r\n",
        "",
    ] {
        let answer = next(headers);
        assert!(answer.starts_with("HTTP/1.1 403 Forbidden "), "{headers}: {answer}");
    }
    let options =
        "OPTIONS /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n";
    assert!(waiting.ask(options).starts_with("HTTP/1.1 403 "), "{}", waiting.ask(options));
    let absolute = "GET http://evil.example/2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n";
    assert!(waiting.ask(absolute).starts_with("HTTP/1.1 403 "));
    let large = format!("Host: 127.0.0.1:PORT\r\nX: {}\r\n", "x".repeat(2_000_000));
    assert!(next(&large).starts_with("HTTP/1.1 431 "));
    let many: String = (0..200).fold(String::new(), |all, n| format!("{all}X-{n}: 1\r\n"));
    assert!(next(&format!("Host: 127.0.0.1:PORT\r\n{many}")).starts_with("HTTP/1.1 431 "));
    // Nobody took the event: the function itself still gets it.
    let ours = next("Host: localhost:PORT\r\n");
    assert!(ours.starts_with("HTTP/1.1 200 OK {\"invocationId\":"), "{ours:.200}");
    waiting.session.signal("INT");
    assert_eq!(waiting.session.finish().code(), 130);
}

#[test]
fn only_this_machine_may_ask() {
    let waiting = waiting();
    let sockets = read(Path::new("/proc/net/tcp")).unwrap_or_default()
        + &read(Path::new("/proc/net/tcp6")).unwrap_or_default();
    let port = format!(":{:04X}", waiting.port);
    let listening: Vec<_> = sockets
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .filter(|local| local.ends_with(&port))
        .collect();
    // 127.0.0.1 as the kernel writes it.
    assert!(listening.iter().all(|local| local.starts_with("0100007F:")), "{listening:?}");
    assert!(!listening.is_empty() || cfg!(not(target_os = "linux")));
    waiting.session.signal("INT");
    assert_eq!(waiting.session.finish().code(), 130);
}

#[test]
fn an_answer_is_taken_once_and_only_for_its_event() {
    let waiting = waiting();
    let post = |path: &str, headers: &str, body: &str| {
        let length = body.len();
        waiting.ask(&format!(
            "POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        ))
    };
    assert_snapshot!(post("invocation/nobody/response", "", "{}"), @r#"HTTP/1.1 400 Bad Request {"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#);
    assert_snapshot!(post("invocation/nobody/error", "", "{}"), @r#"HTTP/1.1 400 Bad Request {"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#);
    assert_snapshot!(post("nothing", "", "{}"), @r#"HTTP/1.1 404 Not Found {"errorMessage":"the path does not exist","errorType":"NotFound"}"#);
    let taken = waiting.ask(&format!("{NEXT}Host: 127.0.0.1:PORT\r\n\r\n"));
    assert!(taken.starts_with("HTTP/1.1 200 OK "), "{taken:.200}");
    assert_snapshot!(waiting.ask(&format!("{NEXT}Host: 127.0.0.1:PORT\r\n\r\n")), @r#"HTTP/1.1 403 Forbidden {"errorMessage":"the previous invocation has no response yet","errorType":"InvalidStateTransition"}"#);
    assert_snapshot!(post("init/error", "", "{}"), @r#"HTTP/1.1 403 Forbidden {"errorMessage":"the function is already loaded","errorType":"InvalidStateTransition"}"#);
    waiting.session.signal("INT");
    assert_eq!(waiting.session.finish().code(), 130);
}
