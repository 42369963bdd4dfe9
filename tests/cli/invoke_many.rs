//! `fh invoke` beyond one call: verdicts of whole transforms, records before
//! and after, many calls, a look at the code that changes.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::functions::{fifo, invoke, official, verdict, written};
use crate::harness::{Fh, root};
use crate::masks::{self, mask};

#[test]
fn transforms_as_people_write_them_are_judged() {
    let mut said = String::new();
    for name in [
        "drops_all",
        "fans_out",
        "aggregates",
        "cloudwatch_logs",
        "returns_bytes",
        "str_of_bytes",
        "encodes_str",
        "returns_string",
        "returns_nothing",
    ] {
        let run = official(&format!("transforms.{name}")).args("--output ndjson").run();
        writeln!(said, "{name}: {}", verdict(&run)).unwrap();
    }
    assert_snapshot!(said, @"
    drops_all: exit 0, all-dropped
    fans_out: exit 1, no-newline, record-id-unknown, unchanged-data
    aggregates: exit 0
    cloudwatch_logs: exit 0, processing-failed
    returns_bytes: exit 0, no-newline, unchanged-data
    str_of_bytes: exit 1, data-python-bytes
    encodes_str: exit 1
    returns_string: exit 1, response-not-object
    returns_nothing: exit 1, response-not-object
    ");
}

#[test]
fn a_response_is_shown_as_a_table_and_its_records_before_and_after() {
    let event = r#"{"records":[{"recordId":"a","data":"eyJhIjoxLjEwfQ=="},{"recordId":"b","data":"aGVsbG8K"},{"recordId":"c","data":"H4sIAAAAAAAC/w=="}]}"#;
    let response = r#"{"records":[{"recordId":"a","result":"Ok","data":"eyJhIjoxLjEwLCJiIjoyfQo="},{"recordId":"b","result":"Dropped"},{"recordId":"c","result":"OK","data":"H4sIAAAAAAAC/w=="}]}"#;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("response.json"), response).unwrap();
    let run = |flags: &str| {
        Fh::new()
            .args(&format!("invoke --diff {flags} --exec"))
            .arg("cat response.json")
            .current_dir(folder.path())
            .stdin(event)
            .run()
    };
    let text = run("").text();
    let changes = text.split("\n\n").last().unwrap();
    assert_snapshot!(changes, @r#"
    record 1 Ok a
        {
          "a": 1.10,
      +   "b": 2
        }
      + (a newline at the end)
    record 2 Dropped b
      - hello
    record 3 OK c
      unchanged
    "#);
    let table = Fh::new()
        .args("invoke --output table --exec")
        .arg("cat response.json")
        .current_dir(folder.path())
        .stdin(event)
        .run()
        .text();
    assert_snapshot!(table.split("\n\n").nth(1).unwrap(), @"
    record  recordId  fate    error code            attempts  bytes in  bytes out
         1  a         failed  Lambda.FunctionError         ?        10         17
         2  b         failed  Lambda.FunctionError         ?         6
         3  c         failed  Lambda.FunctionError         ?        10         10
    ");
}

#[test]
fn many_calls_tell_their_durations_and_the_answers_that_change() {
    let text = official("transforms.changes").args("--repeat 9").run().text();
    let summary = text.split("\n\n").last().unwrap();
    assert!(
        summary.starts_with("9 calls: 6 good, 3 good with warnings\n  duration  min "),
        "{text}"
    );
    assert!(summary.ends_with("\n  responses 3 differ from the first, in record 1\n"), "{text}");
    let failed = official("failures.raises").args("--repeat 2").run();
    assert!(failed.text().contains("\n2 calls: 2 failed\n"), "{failed}");
    assert_eq!(failed.code(), 1);
}

#[test]
fn several_functions_share_the_calls() {
    let flags = "--repeat 7 --concurrency 3 --output ndjson";
    let text = official("good.handler").args(flags).run().success();
    let count = |what: &str| text.lines().filter(|line| line.contains(what)).count();
    assert_eq!((count("\"type\":\"call\""), count("\"type\":\"summary\"")), (7, 1), "{text}");
    // Each function loads once.
    assert_eq!(count("\"initDurationMs\":null"), 4, "{text}");
}

#[test]
fn an_answer_that_breaks_a_rule_is_exit_1_and_warnings_are_not() {
    let run =
        |flags: &str| invoke(flags).arg("--exec").arg("cat fixtures/responses/response-ok.json");
    let of_three = |flags: &str| {
        Fh::new()
            .args("invoke --event fixtures/events/direct-put.json")
            .args(flags)
            .arg("--exec")
            .arg("cat fixtures/responses/response-ok.json")
            .run()
    };
    assert_eq!(of_three("").code(), 0);
    assert_eq!(of_three("--strict").code(), 1);
    assert_eq!(run("").run().code(), 1, "it answers another event");
}

#[test]
fn a_change_of_the_code_calls_it_again_until_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let event = root().join("fixtures/events/direct-put.json");
    std::fs::copy(event, folder.path().join("event.json")).unwrap();
    std::fs::write(folder.path().join("answer.json"), "{}").unwrap();
    let fh = Fh::new()
        .args("invoke --watch --color never --event event.json --exec")
        .arg("cat answer.json");
    let mut session = fh.current_dir(folder.path()).start_typing(80);
    session.wait_for("error: records-missing");
    session.wait_for("fh: waiting until the code or the event changes; Ctrl-C ends");
    std::fs::write(folder.path().join("answer.json"), "[]").unwrap();
    session.wait_for("answer.json` changed");
    session.wait_for("response-not-object");
    std::fs::write(folder.path().join("event.json"), "[]").unwrap();
    session.wait_for("is not a transform event");
    session.send(b"\x03");
    assert_eq!(session.finish().code(), 130);
}

#[test]
fn a_change_of_the_code_gives_up_the_call_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let event = root().join("fixtures/events/direct-put.json");
    let pipe = fifo(&folder);
    std::fs::write(folder.path().join("run.sh"), format!("echo > '{}'; sleep 600", pipe.display()))
        .unwrap();
    let fh = Fh::new().args("invoke --watch --color never --exec").arg("sh run.sh").arg("--event");
    let mut session = fh.arg(event).current_dir(folder.path()).start_typing(120);
    assert_eq!(written(&pipe), "\n");
    std::fs::write(folder.path().join("run.sh"), "echo '{}'").unwrap();
    session.wait_for("run.sh` changed; canceled the running call");
    session.wait_for("error: records-missing");
    session.send(b"\x03");
    assert_eq!(session.finish().code(), 130);
}

#[test]
fn many_calls_show_the_first_that_is_not_good() {
    let _masks = mask(masks::INVOKE);
    let folder = tempfile::tempdir().unwrap();
    let good = root().join("fixtures/responses/response-ok.json");
    let command = format!(
        "echo >> calls; case $(wc -l < calls) in \
         3) echo '\"OK\"';; 4) exit 3;; *) cat '{}';; esac",
        good.display()
    );
    let event = root().join("fixtures/events/direct-put.json");
    let run = |flags: &str| {
        let _first = std::fs::remove_file(folder.path().join("calls"));
        let fh = Fh::new().args("invoke --repeat 5 --event").arg(&event).args(flags);
        fh.arg("--exec").arg(&command).current_dir(folder.path()).run()
    };
    let output = run("");
    assert_snapshot!(output, @r#"
    OK, with warnings: the function responded
      duration  [TIME]

    response: 3 records, 1 delivered, 1 dropped, 1 failed
      1 with Lambda.ProcessingFailedStatus (fh explain Lambda.ProcessingFailedStatus)

    warning: processing-failed
        record 3 (/records/2/result): the transform returned it as ProcessingFailed
          recordId 49668231907715301429481730562920891501921176623368696098000000
          order A-1044 shipped
      the record goes to the error output unchanged, after one attempt.
      Firehose: the record fails with Lambda.ProcessingFailedStatus, attemptsMade 1.
      hint: if the record is valid, fix the transform; log the reason, because Firehose does not keep it

    event 1,152 B, response 453 B of 6,291,556 B, growth 0.39

    call 3, the first with a problem
    BROKEN: the function responded, and its response breaks the rules below
      duration  [TIME]

    response: 3 records, 3 failed
      3 with Lambda.JsonProcessingException (fh explain Lambda.JsonProcessingException)

    error: response-not-object
        the response is a string
      Firehose does not find the expected structure, so every record of the batch fails.
      Firehose: the whole batch fails with Lambda.JsonProcessingException, attempts unknown (documented by AWS; no failure record is known).
      hint: return {"records": [...]} as an object, not as a list or as text from json.dumps

    event 1,152 B, response 5 B of 6,291,556 B, growth 0.00

    5 calls: 3 good with warnings, 1 broken, 1 failed
      duration  [TIME]
      responses 1 differ from the first, in records 1, 2, 3
    [exit status: 1]
    "#);
    assert_eq!(output.code(), 1);
    let table = run("--output table").text();
    assert!(table.contains("\ncall 3, the first with a problem\nBROKEN: "), "{table}");
}
