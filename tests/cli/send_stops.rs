//! How `fh send` ends before its time, what it keeps then, and what it asks.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::canned::Canned;
use crate::harness::{Fh, Output, until};
use crate::local_server::LocalServer;
use crate::masks::{self, mask};
use crate::s3::at;
use crate::send::lines;

/// What describing a stream gives.
pub(crate) const STREAM: &str = r#"{"DeliveryStreamDescription":{"DeliveryStreamName":"orders","DeliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","DeliveryStreamStatus":"ACTIVE","DeliveryStreamType":"DirectPut","VersionId":"1","CreateTimestamp":1795327200.0,"Destinations":[],"HasMoreDestinations":false}}"#;

/// A stream that can be described; what it says to records is `answer`, or
/// nothing at all.
fn stream(answer: Option<(u16, &'static str)>) -> Canned {
    Canned::answering(move |head| {
        let (status, body) =
            if head.contains("DescribeDeliveryStream") { (200, STREAM) } else { answer? };
        let length = body.len();
        let text = format!(
            "HTTP/1.1 {status} Whatever\r\nx-amzn-requestid: 8f507cfc-0000-4000-8000-000000000001\r\n\
             content-type: application/x-amz-json-1.1\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        Some(text.into_bytes())
    })
}

/// A folder with numbered lines in `lines.txt`.
fn folder(records: u64) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("lines.txt"), lines(records)).unwrap();
    folder
}

/// The command lines of a report that go on with it.
fn commands(output: &Output) -> Vec<String> {
    let text = output.text();
    let commands = text.lines().filter_map(|line| line.split_once("fh send "));
    commands.map(|(_, words)| format!("send {words}")).collect()
}

fn once(server: &LocalServer, records: u64) {
    let arrived = server.arrived();
    let expected: BTreeMap<Vec<u8>, u32> =
        lines(records).lines().map(|line| (line.as_bytes().to_vec(), 1)).collect();
    assert!(arrived == expected, "{} of {records} arrived", arrived.len());
}

/// Starts to send slowly, and stops it when something has arrived.
fn stopped(server: &LocalServer, words: &str, folder: &Path, stdin: &[u8]) -> Output {
    let words = format!("send --stream orders --rate 40/s --quiet {words}");
    let mut session = at(&server.url(), &words).current_dir(folder).start();
    session.send(stdin);
    until(|| server.count() > 0);
    session.signal("INT");
    session.finish()
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_stops_nothing() {
    let (folder, server) = (folder(60), LocalServer::orders(""));
    let words = "send --stream orders --rate 40/s --quiet lines.txt";
    let session = at(&server.url(), words).current_dir(folder.path()).ignoring("HUP").start();
    until(|| server.count() > 0);
    session.signal("HUP");
    let output = session.finish();
    assert_eq!(output.code(), 0, "{output}");
    once(&server, 60);
}

#[test]
fn a_file_that_was_stopped_continues_where_it_was() {
    let (folder, server) = (folder(400), LocalServer::orders(""));
    let output = stopped(&server, "lines.txt", folder.path(), b"");
    assert_eq!(output.code(), 130, "{output}");
    let sent = server.arrived().len();
    assert!((1..400).contains(&sent), "{output}");
    let [rest] = <[String; 1]>::try_from(commands(&output)).unwrap();
    assert_eq!(rest, format!("send --stream orders --rate 40/s --skip {sent} lines.txt"));
    let again = at(&server.url(), &rest).current_dir(folder.path()).run();
    assert_eq!(again.code(), 0, "{again}");
    once(&server, 400);
}

#[test]
fn what_a_pipe_has_given_is_kept_when_it_is_stopped() {
    let (folder, server) = (folder(0), LocalServer::orders(""));
    let output = stopped(&server, "", folder.path(), lines(400).as_bytes());
    assert_eq!(output.code(), 130, "{output}");
    let [rest] = <[String; 1]>::try_from(commands(&output)).unwrap();
    assert!(rest.contains("--format base64 fh-unsent-"), "{output}");
    let again = at(&server.url(), &rest).current_dir(folder.path()).run();
    assert_eq!(again.code(), 0, "{again}");
    once(&server, 400);
}

#[test]
fn the_second_signal_does_not_wait_and_what_was_under_way_is_unknown() {
    let _masks = mask(masks::SEND);
    let (folder, silent) = (folder(3), stream(None));
    let fh = at(&silent.url(), "send --stream orders --yes lines.txt");
    let mut session = fh.current_dir(folder.path()).start_typing(100);
    until(|| silent.requests().iter().any(|head| head.contains("PutRecordBatch")));
    session.signal("INT");
    session.wait_for("waiting for requests in progress");
    session.signal("INT");
    assert_snapshot!(session.finish(), @"
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 3 records, 24 B, 1 request, from lines.txt
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first
        object; add one with `--newline`
    fh: stopping: waiting for requests in progress; press Ctrl-C again to stop at once
    ␛[1morders␛[0m: ␛[38;5;196;1m0 of 3 records acknowledged␛[0m, 0 B in 1 request, […]
    ␛[1mstopped   ␛[0mbefore everything was sent
    ␛[1munknown   ␛[0m3 records that may have been accepted, saved in fh-unknown-[…]
    ␛[1m          ␛[0mfh send --stream orders --format base64 fh-unknown-[…]
    ␛[38;5;196;1mfh:␛[0m interrupted
    [exit status: 130]
    ");
}

#[test]
fn a_stream_that_refuses_for_good_ends_it_at_once_and_nothing_is_lost() {
    let _masks = mask(masks::SEND);
    let denied = r#"{"__type":"AccessDeniedException","message":"User: arn:aws:iam::111122223333:user/me is not authorized to perform: firehose:PutRecordBatch"}"#;
    let (folder, server) = (folder(3), stream(Some((400, denied))));
    let run = |words: &str, stdin: String| {
        let fh = at(&server.url(), &format!("send --stream orders {words}"));
        fh.stdin(stdin).current_dir(folder.path()).run()
    };
    assert_snapshot!(run("lines.txt", String::new()), @"
    orders: 0 of 3 records acknowledged, […]
    stopped   the stream accepts nothing
    refused   3 records: the whole batch
    the rest  fh send --stream orders lines.txt
    ------- stderr -------
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 3 records, 24 B, 1 request, from lines.txt
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    fh: cannot put records into delivery stream `orders` in eu-west-1 at http://127.0.0.1:[…]: access denied: User: arn:aws:iam::111122223333:user/me is not authorized to perform: firehose:PutRecordBatch (AccessDeniedException, request id […])
      hint: grant `firehose:PutRecordBatch` on delivery stream `orders` to `arn:aws:iam::111122223333:user/me`
    [exit status: 3]
    ");
    assert_snapshot!(run("", lines(700)), @"
    orders: 0 of 700 records acknowledged, […]
    stopped   the stream accepts nothing
    refused   700 records: the whole batch
    unsent    700 records that were not accepted, saved in fh-unsent-[…]
              fh send --stream orders --format base64 fh-unsent-[…]
    ------- stderr -------
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: all records from standard input
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    fh: cannot put records into delivery stream `orders` in eu-west-1 at http://127.0.0.1:[…]: access denied: User: arn:aws:iam::111122223333:user/me is not authorized to perform: firehose:PutRecordBatch (AccessDeniedException, request id […])
      hint: grant `firehose:PutRecordBatch` on delivery stream `orders` to `arn:aws:iam::111122223333:user/me`
    [exit status: 3]
    ");
    let puts = server.requests().iter().filter(|head| head.contains("PutRecordBatch")).count();
    assert!(puts <= 3, "{puts} requests");
}

#[test]
fn an_answer_that_cannot_be_trusted_is_none() {
    for answer in [
        r#"{"FailedPutCount":0,"RequestResponses":[{"RecordId":"1"}]}"#,
        r#"{"FailedPutCount":0,"RequestRes"#,
        "<html>log in first</html>",
    ] {
        let (folder, server) = (folder(3), stream(Some((200, answer))));
        let words = "send --stream orders --retry-for 1s --output json lines.txt";
        let output = at(&server.url(), words).current_dir(folder.path()).run();
        assert_eq!(output.code(), 1, "{output}");
        let text = output.text();
        assert!(text.contains(r#""acknowledged":0,"refused":0,"unknown":3,"#), "{answer}: {text}");
        assert!(text.contains(r#""possibleDuplicates":[[1,3]]"#), "{answer}: {text}");
    }
}

#[test]
fn an_entry_without_a_record_id_is_not_acknowledged() {
    let answer = r#"{"FailedPutCount":1,"RequestResponses":[{"RecordId":"1"},{"ErrorCode":"InternalFailure","ErrorMessage":"It\u001b[31m broke"},{}]}"#;
    let (folder, server) = (folder(3), stream(Some((200, answer))));
    let words = "send --stream orders --retry-for 1s lines.txt";
    let output = at(&server.url(), words).current_dir(folder.path()).run();
    let text = output.to_string();
    assert!(!text.contains('␛'), "{text}");
    assert_eq!(output.code(), 1, "{text}");
}

#[test]
fn what_looks_like_something_else_is_asked_back_before_it_is_sent() {
    let server = LocalServer::orders("");
    for (input, hint) in [
        ("fixtures/failures/lambda-arn-capital.ndjson", "--format failures"),
        ("fixtures/records/base64-crlf.b64", "--format base64"),
        ("fixtures/events/direct-put.json", "--format event"),
        ("fixtures/objects/failures.ndjson.gz", "--format raw"),
        ("fixtures/objects/kpl-aggregate.bin", "--format raw"),
        (
            "fixtures/objects/ticker-1-2026-11-22-10-00-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91",
            "--format json-stream",
        ),
    ] {
        let output = at(&server.url(), &format!("send --stream orders {input}")).run();
        assert_eq!(output.code(), 2, "{input}: {output}");
        assert!(output.errors().contains(hint), "{input}: {output}");
    }
    assert_eq!(server.answered("PutRecordBatch"), 0);
    let words = "send --stream orders --format lines fixtures/records/base64-crlf.b64";
    assert_eq!(at(&server.url(), words).run().code(), 0);
}

#[test]
fn a_file_for_unsent_records_that_is_there_is_refused_at_once() {
    let _masks = mask(masks::SEND);
    let (folder, server) = (folder(3), LocalServer::orders(""));
    let words = "send --stream orders --unsent lines.txt lines.txt";
    assert_snapshot!(at(&server.url(), words).current_dir(folder.path()).run(), @"
    ------- stderr -------
    fh: `--unsent lines.txt`: the file already exists
      hint: choose another name, or move the file
    [exit status: 2]
    ");
    assert_eq!(server.answered("PutRecordBatch"), 0);
}

#[test]
fn on_a_terminal_it_asks_first() {
    let _masks = mask(masks::SEND);
    let (folder, server) = (folder(3), LocalServer::orders(""));
    let asked = |answer: &[u8]| {
        let fh = at(&server.url(), "send --stream orders lines.txt").current_dir(folder.path());
        let mut session = fh.start_typing(100);
        session.wait_for("[y/N]");
        session.send(answer);
        session.finish()
    };
    assert_snapshot!(asked(b"n\n"), @"
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 3 records, 24 B, 1 request, from lines.txt
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first
        object; add one with `--newline`
    Send 3 records to `orders`? [y/N]
    n
    fh: nothing was sent
    [exit status: 1]
    ");
    assert_eq!(server.answered("PutRecordBatch"), 0);
    assert_snapshot!(asked(b"yes\n"), @"
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 3 records, 24 B, 1 request, from lines.txt
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first
        object; add one with `--newline`
    Send 3 records to `orders`? [y/N]
    yes
    ␛[1morders␛[0m: ␛[38;5;28m3 records acknowledged␛[0m, 24 B in 1 request, […]
    ␛[1mvisible   ␛[0ms3://orders after 300 s or 5 MiB: by […] at the latest
    ␛[1mnext      ␛[0mfh failures --stream orders --since 15m
    [exit status: 0]
    ");
    once(&server, 3);
}

#[test]
fn records_that_could_not_be_kept_are_not_sent() {
    let _masks = mask(masks::SEND);
    let server = LocalServer::orders("");
    let folder = TempDir::new().unwrap();
    let words = "send --stream orders --unsent nowhere/left.b64";
    let output = at(&server.url(), words).stdin("a\n").current_dir(folder.path()).run();
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: all records from standard input
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    fh: cannot write to `nowhere/left.b64`: No such file or directory (os error 2)
      hint: unsent records are saved there; choose another place with `--unsent FILE`
    [exit status: 2]
    ");
    assert_eq!(server.answered("PutRecordBatch"), 0);
}

#[test]
fn a_file_that_is_not_there_is_no_bad_record() {
    let _masks = mask(masks::SEND);
    let (folder, server) = (folder(3), LocalServer::orders(""));
    let words = "send --stream orders nowhere.txt lines.txt";
    assert_snapshot!(at(&server.url(), words).current_dir(folder.path()).run(), @"
    ------- stderr -------
    fh: cannot read `nowhere.txt`: No such file or directory (os error 2)
    [exit status: 2]
    ");
    assert_eq!(server.answered("PutRecordBatch"), 0);
}

#[test]
fn a_stream_of_another_account_is_not_mistaken_for_one_of_the_same_name() {
    let _masks = mask(masks::SEND);
    let server = LocalServer::orders("");
    let arn = "arn:aws:firehose:us-east-1:999988887777:deliverystream/orders";
    let output = at(&server.url(), &format!("send-demo --region us-east-1 --stream {arn}")).run();
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: `arn:aws:firehose:us-east-1:999988887777:deliverystream/orders` is not the delivery stream that these credentials see, which is `arn:aws:firehose:us-east-1:111122223333:deliverystream/orders`
      hint: check the account (`--profile`)
    [exit status: 2]
    ");
    assert_eq!(server.answered("PutRecordBatch"), 0);
}

#[test]
fn an_empty_record_can_be_kept_and_sent_again() {
    let folder = TempDir::new().unwrap();
    let event = r#"{"records":[{"recordId":"1","data":""},{"recordId":"2","data":"YQ=="}]}"#;
    let broken = LocalServer::orders("refuse=1");
    let words = "send --stream orders --format event --retry-for 1s --unsent left.b64";
    let output = at(&broken.url(), words).stdin(event).current_dir(folder.path()).run();
    assert_eq!(output.code(), 1, "{output}");
    let good = LocalServer::orders("");
    let [again] = <[String; 1]>::try_from(commands(&output)).unwrap();
    let output = at(&good.url(), &again).current_dir(folder.path()).run();
    assert_eq!(output.code(), 0, "{output}");
    assert_eq!(good.arrived(), BTreeMap::from([(Vec::new(), 1), (b"a".to_vec(), 1)]));
}

#[test]
fn records_that_are_bad_in_a_file_are_left_out_only_when_that_is_asked_for() {
    let _masks = mask(masks::SEND);
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.ndjson"), "{\"a\":1}\n{\"a\":\n[2] [3]\n").unwrap();
    let server = LocalServer::orders("");
    let run = |words: &str| {
        let words = format!("send --stream orders --format ndjson {words} a.ndjson");
        at(&server.url(), &words).current_dir(folder.path()).run()
    };
    assert_snapshot!(run(""), @"
    ------- stderr -------
    fh: a.ndjson: line 2 is not JSON: JSON ends early at byte 5
      hint: use `--format json-stream` for values of several lines
    fh: a.ndjson: line 3 has more data after its JSON value, at byte 3
      hint: use `--format json-stream` for values of several lines
    fh: 2 records cannot be sent, so nothing was sent
      hint: `--skip-bad` sends the other 1
    [exit status: 2]
    ");
    assert_snapshot!(run("--skip-bad"), @"
    orders: 1 record acknowledged, […]
    left out  2 that cannot be sent, named above
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --since 15m
    ------- stderr -------
    fh: to delivery stream `orders` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 1 record, 7 B, 1 request, from a.ndjson
    fh: records are sent without a trailing newline: S3 gets `{…}{…}`, and Athena reads only the first object; add one with `--newline`
    fh: a.ndjson: line 2 is not JSON: JSON ends early at byte 5
      hint: use `--format json-stream` for values of several lines
    fh: a.ndjson: line 3 has more data after its JSON value, at byte 3
      hint: use `--format json-stream` for values of several lines
    [exit status: 1]
    ");
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    let run = |words: &str| Fh::new().args(words).run();
    assert_snapshot!(run("send --stream orders --record-separator x"), @"
    ------- stderr -------
    fh: `--record-separator` requires `--format raw`
    [exit status: 2]
    ");
    assert_snapshot!(run("send-demo --stream orders --payload cloudwatch-logs --gzip"), @"
    ------- stderr -------
    fh: `cloudwatch-logs` is already gzip
      hint: omit `--gzip`; `--hostile-ratio` sends gzip of gzip too
    [exit status: 2]
    ");
    assert_snapshot!(run("send-demo --stream orders --rate 5/d"), @"
    ------- stderr -------
    fh: `--rate`: `5/d` is not a valid rate; use records per second or minute, e.g. 50/s or 3000/m
    [exit status: 2]
    ");
    assert_snapshot!(run("send-demo --stream orders/x"), @"
    ------- stderr -------
    fh: `--stream`: `orders/x` is not a valid delivery stream name; use 1 to 64 letters, digits, `_`, `.` or `-`, or the ARN
    [exit status: 2]
    ");
}

#[test]
fn demo_records_end_with_their_time() {
    let server = LocalServer::orders("");
    let words = "send-demo --stream orders --duration 2s --rate 20/s --hostile-ratio 0.5 --quiet";
    let output = at(&server.url(), words).run();
    assert_eq!(output.code(), 0, "{output}");
    assert_eq!(server.count(), 40);
}

#[test]
fn records_for_a_stream_of_another_account_do_not_go_into_the_callers_own() {
    // It may put and not describe; Firehose is called with the name alone.
    let services = |account: Option<&'static str>| {
        Canned::answering(move |head| {
            let (status, body) = if head.contains("DescribeDeliveryStream") {
                (400, r#"{"__type":"AccessDeniedException","message":"no"}"#.to_owned())
            } else if head.contains("PutRecordBatch") {
                (200, r#"{"FailedPutCount":0,"RequestResponses":[{"RecordId":"1"}]}"#.to_owned())
            } else {
                let account = account?;
                (
                    200,
                    format!(
                        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
                    ),
                )
            };
            let length = body.len();
            Some(format!(
                "HTTP/1.1 {status} Whatever\r\nx-amzn-requestid: 8f507cfc-0000-4000-8000-000000000001\r\n\
                 content-length: {length}\r\n\r\n{body}"
            ).into_bytes())
        })
    };
    let run = |server: &Canned, stream: &str| {
        at(
            &server.url(),
            &format!("send --yes --format lines --stream {stream} fixtures/records/record.txt"),
        )
        .run()
    };
    let arn = "arn:aws:firehose:eu-west-1:999999999999:deliverystream/orders";
    let server = services(Some("111122223333"));
    assert_snapshot!(run(&server, arn), @"
    ------- stderr -------
    fh: `arn:aws:firehose:eu-west-1:999999999999:deliverystream/orders` is in account 999999999999, and these credentials belong to account 111122223333
      hint: use a profile of account 999999999999: `--profile NAME`
      hint: or use the stream of this name in your own account: `--stream orders`
    [exit status: 2]
    ");
    assert!(!server.requests().iter().any(|head| head.contains("PutRecordBatch")));
    // An emulator that only the flag names is asked for the account, too.
    let server = services(Some("111122223333"));
    let words = format!(
        "send --yes --format lines --endpoint-url {} --region eu-west-1 --stream {arn} fixtures/records/record.txt",
        server.url()
    );
    let output =
        Fh::new().args(&words).env("AWS_ACCESS_KEY_ID", "A").env("AWS_SECRET_ACCESS_KEY", "b");
    let output = output.run();
    assert!(output.errors().contains("belong to account 111122223333"), "{output}");
    assert_eq!(run(&server, "orders").code(), 0);
    assert_eq!(run(&services(Some("999999999999")), arn).code(), 0);
}
