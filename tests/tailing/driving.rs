//! The driver with the real SDK: against our server, with its faults, and
//! against moto's.

use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use fh::local::logs::{Faults, Logs, LogsServer};
use insta::assert_snapshot;

use crate::probe::ARGUMENTS;

fn start(url: &str, flags: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env(ARGUMENTS, flags.split(' ').collect::<Vec<_>>().join("\n"))
        .args(["--exact", "probe::tail", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn tail(url: &str, flags: &str) -> String {
    let output = start(url, flags).wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{text}");
    text.replace(url, "[URL]")
}

#[expect(clippy::disallowed_methods, reason = "the server runs by this clock")]
fn now() -> i64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(time.as_millis()).unwrap()
}

/// Two groups with three events a second.
fn logs(faults: Faults) -> Logs {
    let mut logs = Logs::new(faults);
    let now = now();
    for name in ["orders", "errors"] {
        let group = format!("/aws/lambda/{name}");
        logs.create_group(&group, 0).unwrap();
        for second in 0..3 {
            let time = now - 60_000 + 1000 * second + i64::from(name == "errors");
            let event = (time, format!("{name} {second}"));
            logs.put(&group, &format!("s{second}"), event, time, time).unwrap();
        }
    }
    logs
}

#[test]
fn groups_that_fit_a_pattern_are_interleaved_by_time() {
    let server = LogsServer::start(logs(Faults::default())).unwrap();
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/*"), @"");
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/* --tail 2"), @"");
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/orders --log-stream-prefix s2"), @"");
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/orders --filter-pattern 1"), @"");
}

#[test]
fn a_group_that_is_not_there_is_explained() {
    let server = LogsServer::start(logs(Faults::default())).unwrap();
    assert_snapshot!(tail(&server.url(), "--group order"), @"");
    assert_snapshot!(tail(&server.url(), "--group order*"), @"");
    assert_snapshot!(tail(&server.url(), "--group order --group /aws/lambda/orders"), @"");
}

#[test]
fn everything_comes_although_half_of_the_calls_are_throttled() {
    let faults = Faults { throttled: 0.5, empty: 0.3, repeated: 0.3, seed: 5, ..Faults::default() };
    let server = LogsServer::start(logs(faults)).unwrap();
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/orders"), @"");
}

#[test]
fn a_group_that_comes_later_is_waited_for_and_late_events_are_marked() {
    let mut logs = logs(Faults::default());
    let now = now();
    logs.create_group("late", now + 1500).unwrap();
    for (age, visible, message) in
        [(30_000, 0, "first"), (20_000, 0, "second"), (25_000, 3000, "third")]
    {
        let event = (now - age, message.to_owned());
        logs.put("late", "s", event, now + visible, now + visible).unwrap();
    }
    let server = LogsServer::start(logs).unwrap();
    assert_snapshot!(tail(&server.url(), "--group late --follow --events 3"), @"");
}

#[test]
fn an_expired_login_ends_a_tail_at_once_and_is_waited_out_while_it_follows() {
    let mut logs = logs(Faults { expired: 3, ..Faults::default() });
    let now = now();
    let server = LogsServer::start(self::logs(Faults { expired: 1, ..Faults::default() })).unwrap();
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/orders --follow"), @"");
    logs.set_faults(Faults::default());
    let event = (now, "new".to_owned());
    logs.put("/aws/lambda/orders", "s", event, now, now + 4000).unwrap();
    let server = LogsServer::start(logs).unwrap();
    let child = start(&server.url(), "--group /aws/lambda/orders --follow --events 4");
    while server.logs().calls().is_empty() {
        std::thread::yield_now();
    }
    server.logs().set_faults(Faults { expired: 2, ..Faults::default() });
    let output = child.wait_with_output().unwrap();
    assert_snapshot!(String::from_utf8(output.stderr).unwrap().replace(&server.url(), "[URL]"), @"");
}

#[test]
fn a_tail_ends_when_its_time_is_over() {
    let server = LogsServer::start(logs(Faults::default())).unwrap();
    assert_snapshot!(tail(&server.url(), "--group nowhere --follow --timeout-ms 500"), @"");
    let until = now() + 700;
    let flags = format!("--group /aws/lambda/orders --follow --until {until}");
    assert_snapshot!(tail(&server.url(), &flags), @"");
}

#[test]
fn a_server_that_is_gone_is_told_of_and_waited_for() {
    let server = LogsServer::start(logs(Faults::default())).unwrap();
    let url = server.url();
    let child = start(&url, "--group /aws/lambda/orders --follow --timeout-ms 3000");
    while server.logs().calls().is_empty() {
        std::thread::yield_now();
    }
    drop(server);
    let output = child.wait_with_output().unwrap();
    assert_snapshot!(String::from_utf8(output.stderr).unwrap().replace(&url, "[URL]"), @"");
}
