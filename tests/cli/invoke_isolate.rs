//! `fh invoke --isolate`: the records that make a batch fail, with real Python
//! and Node.js handlers.

#![expect(clippy::unwrap_used, reason = "an answer that is not of the schema ends the test")]

use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tempfile::TempDir;

use crate::functions::{bare_python, read, with_interpreters};
use crate::harness::{Fh, Output};
use crate::masks::{self, mask};
use crate::moto::moto;

/// The document of `--output json`, declared once more.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Isolation {
    r#type: String,
    conclusion: String,
    rule: Option<String>,
    event_records: usize,
    records: Vec<Culprit>,
    calls: usize,
    max_calls: usize,
    is_minimal: bool,
    is_flaky: bool,
    others: Option<String>,
    fails_without_records: Option<bool>,
    failed_records: Vec<usize>,
    broken_rules: Vec<BrokenRule>,
    call: Call,
    saved_event: Option<PathBuf>,
    command: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Culprit {
    number: usize,
    record_id: String,
    pointer: String,
    content_type: String,
    preview: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BrokenRule {
    rule: String,
    records: Vec<usize>,
}

/// A row of `fh invoke --output json`; its test has the other keys.
#[derive(Debug, Deserialize)]
struct Call {
    outcome: String,
    error: Option<Message>,
    judgement: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Message {
    message: String,
}

impl Isolation {
    fn numbers(&self) -> Vec<usize> {
        self.records.iter().map(|record| record.number).collect()
    }
}

/// An event in a folder of its own: `count` records, with other words at some
/// places, from 1.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(count: usize, words: &[(usize, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let line = |number| {
            let word = words.iter().find(|(at, _)| *at == number);
            word.map_or_else(|| format!("{number}\n"), |(_, word)| format!("{word} {number}\n"))
        };
        let lines: String = (1..=count).map(line).collect();
        let event = Fh::new().args("event --data - --seed 1 --short-ids").stdin(lines).run();
        std::fs::write(folder.path().join("event.json"), event.success()).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn invoke(&self, flags: &str) -> Fh {
        with_interpreters(Fh::new())
            .args("invoke --isolate --code fixtures/handlers --event")
            .arg(self.path("event.json"))
            .args(flags)
    }

    fn python(&self, handler: &str, flags: &str) -> Fh {
        let fh = self.invoke("--python").arg(bare_python());
        fh.arg("--handler").arg(handler).args(flags)
    }

    /// What is found with a Python handler, and its exit code.
    fn found(&self, handler: &str, flags: &str) -> (Isolation, i32) {
        parsed(&self.python(handler, flags).args("--output json").run())
    }
}

fn parsed(output: &Output) -> (Isolation, i32) {
    let found: Isolation = serde_json::from_str(&output.text()).unwrap();
    assert_eq!(found.r#type, "isolation");
    assert!(found.calls <= found.max_calls, "{output}");
    assert_eq!(found.is_minimal, found.conclusion == "isolated", "{output}");
    (found, output.code())
}

/// The payloads of an event.
fn payloads(event: &Path) -> String {
    Fh::decode("").arg(event).run().success()
}

#[test]
fn one_bad_record_of_300_is_found_saved_and_run_again() {
    let _masks = mask(masks::INVOKE);
    let place = Place::new(300, &[(237, "bad")]);
    let saved = place.path("minimal.json");
    let output = place.python("culprits.raises", "--save-event").arg(&saved).run();
    assert_eq!(output.code(), 1);
    let text = output.text();
    let (report, command) = text.split_once("Run it again:\n").unwrap();
    let (start, rest) = report.split_once("\nlog, ").unwrap();
    let (_, end) = rest.split_once("\n\n").unwrap();
    let address = regex::Regex::new("0x[0-9a-f]+").unwrap();
    assert_snapshot!(address.replace_all(start, "[ADDRESS]"), @r#"
    1 of 300 records is enough to make the call fail (17 calls)

    record 237 (/records/236/data): text, 1 line, no newline at the end
      recordId 49630979792103241390702185822296399114479809710221823421000000
      bad 237

    FAILED: ValueError: record 0 at [ADDRESS] has no price, at culprits.py:25
      Firehose  the whole batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function was successfully invoked but it returned an error result."
                see `fh explain Lambda.FunctionError`
      event     317 B
      duration  [TIME]
      request   [UUID]
    "#);
    assert_snapshot!(end.replace(place.folder.path().to_str().unwrap(), "[FOLDER]"), @"
    Without it, the other 299 records succeed.

    Saved as [FOLDER]/minimal.json.
    ");
    assert_eq!(payloads(&saved), "bad 237\n");
    let line = command.trim().replacen("fh ", "\"$FH\" ", 1);
    let again = with_interpreters(Fh::shell(&line)).run();
    assert!(again.text().starts_with("FAILED: ValueError: record 0 "), "{again}");
}

#[test]
#[cfg(unix)]
fn the_saved_event_is_the_users_alone_and_has_the_bytes_of_the_event() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new(5, &[(2, "bad"), (4, "worse")]);
    let event = "{ \"region\":\"eu-west-1\", \"records\" : [\n {\"recordId\":\"a\",\"data\":\"YQ==\"},\n \
                 {\"x\":1.10, \"recordId\":\"b\", \"data\":\"YmFk\"}\n] , \"invocationId\":\"i\"}\n";
    std::fs::write(place.path("event.json"), event).unwrap();
    let saved = place.path("minimal.json");
    let output = place.python("culprits.raises", "--save-event").arg(&saved).run();
    assert_eq!(output.code(), 1);
    let expected = event.replace("{\"recordId\":\"a\",\"data\":\"YQ==\"},\n ", "");
    assert_eq!(read(&saved).unwrap(), expected);
    // What a search has written, it writes again.
    let again = place.python("culprits.raises", "--save-event").arg(&saved).run();
    assert!(again.text().contains("Saved as ") && again.code() == 1, "{again}");
    assert_eq!(saved.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn records_that_fail_only_together_are_found() {
    let place = Place::new(300, &[(20, "bad"), (271, "worse")]);
    let (found, code) = place.found("culprits.raises_for_two", "");
    assert_eq!((found.numbers(), code), (vec![20, 271], 1));
    assert_eq!(found.conclusion, "isolated");
    assert_eq!(found.others.as_deref(), Some("respond"));
    assert!(found.calls <= 30, "{}", found.calls);
    let text = place.python("culprits.raises_for_two", "").run().text();
    assert!(text.starts_with("2 of 300 records make the call fail, only together ("), "{text}");

    let place = Place::new(100, &[(3, "bad"), (50, "worse"), (51, "worst")]);
    let run = |flags: &str| {
        place
            .invoke("--node node --handler")
            .arg("node_culprits.raises_for_three")
            .args(flags)
            .run()
    };
    let (found, code) = parsed(&run("--output json"));
    assert_eq!((found.numbers(), code), (vec![3, 50, 51], 1));
    assert!(found.calls <= 40, "{}", found.calls);
}

#[test]
fn a_node_handler_and_its_record_are_shown() {
    let place = Place::new(40, &[(7, "bad"), (30, "bad")]);
    let handler = place.invoke("--node node --handler").arg("node_culprits.raises");
    let (found, code) = parsed(&handler.args("--output ndjson").run());
    assert_eq!((found.numbers(), code), (vec![7], 1));
    let record = found.records.first().unwrap();
    assert_eq!(record.pointer, "/records/6/data");
    assert_eq!((record.content_type.as_str(), record.preview.as_str()), ("text", "bad 7"));
    assert_eq!(record.record_id.len(), 62);
    assert!(found.call.error.unwrap().message.contains("SyntaxError"));
    assert_eq!((found.event_records, found.others.as_deref()), (40, Some("fail-alike")));
    assert_eq!(found.fails_without_records, Some(false));
}

#[test]
fn a_record_that_hangs_or_ends_the_process_is_found() {
    let place = Place::new(60, &[(17, "bad")]);
    for (handler, flags, outcome) in
        [("culprits.hangs", "--timeout 1s", "timed-out"), ("culprits.exits", "", "exited")]
    {
        let (found, code) = place.found(handler, flags);
        assert_eq!((found.numbers(), code), (vec![17], 1), "{handler}");
        assert_eq!((found.call.outcome.as_str(), found.is_flaky), (outcome, false), "{handler}");
    }
}

#[test]
fn records_without_an_answer_are_found() {
    let place = Place::new(80, &[(9, "bad"), (70, "bad")]);
    let (found, code) = place.found("culprits.leaves_out", "");
    assert_eq!((found.numbers(), code), (vec![9], 1));
    assert_eq!(
        (found.rule.as_deref(), found.failed_records),
        (Some("record-missing"), vec![9, 70])
    );
    assert_eq!(found.others.as_deref(), Some("fail-alike"));
    assert_eq!(found.call.outcome, "response");
    assert!(found.call.judgement.is_some());
    let text = place.python("culprits.leaves_out", "-q").run().text();
    let (_, end) = text.split_once("growth").unwrap();
    assert_snapshot!(end.split_once("\n\n").unwrap().1, @"
    In the whole event, 2 records fail with Lambda.MissingRecordId: 9, 70.
    Without it, the call with the other 79 records fails in the same way: it is not the only one.
    ");
}

/// Each of two rules is of its own record: neither needs the other.
#[test]
fn of_two_broken_rules_that_of_the_whole_batch_is_isolated_and_both_are_named() {
    let place = Place::new(300, &[(4, "bad"), (5, "worse"), (200, "bad")]);
    let (found, code) = place.found("culprits.breaks_two_rules", "");
    assert_eq!((found.numbers(), code), (vec![5], 1));
    assert_eq!(found.rule.as_deref(), Some("result-misspelt"));
    let rules: Vec<_> =
        found.broken_rules.iter().map(|it| (it.rule.as_str(), it.records.as_slice())).collect();
    assert_eq!(rules, [("record-missing", [4, 200].as_slice()), ("result-misspelt", &[5])]);
    assert_eq!(
        (found.failed_records.len(), found.others.as_deref()),
        (300, Some("fail-otherwise"))
    );
    let text = place.python("culprits.breaks_two_rules", "-q").run().text();
    let start = "1 of 300 records is enough to break `result-misspelt` (17 calls)\n";
    assert!(text.starts_with(start), "{text}");
    let (_, end) = text.split_once("growth").unwrap();
    assert_snapshot!(end.split_once("\n\n").unwrap().1, @"
    In the whole event, all 300 records fail with Lambda.FunctionError.
    Its response breaks 2 rules: `record-missing` (records 4, 200), `result-misspelt` (record 5).
    Without it, the call with the other 299 records fails too: the response breaks `record-missing`.
    ");
    // The number is that of the event, the pointer is into the response.
    let named = "    record 5 (/records/0/result in the response): `result` is `OK`\n";
    assert!(text.contains(named), "{text}");
}

/// An exception that names all that is wrong is another one with fewer records.
#[test]
fn records_that_fail_in_another_way_alone_do_not_fail_only_together() {
    let place = Place::new(50, &[(14, "bad"), (25, "worse")]);
    let (found, code) = place.found("culprits.lists", "");
    assert_eq!((found.numbers(), found.rule, code), (vec![14, 25], None, 1));
    let text = place.python("culprits.lists", "").run().text();
    let start = "2 of 50 records make the call fail in this way; with fewer of them it fails in";
    assert!(text.starts_with(start), "{text}");
}

/// Calls take time and may cost: what they found is shown.
#[test]
fn ctrl_c_ends_the_search_with_what_it_has() {
    let place = Place::new(300, &[(237, "bad")]);
    let saved = place.path("minimal.json");
    let run = |flags: &str| {
        let fh =
            place.python("culprits.is_slow", "--color never --no-pager --save-event").arg(&saved);
        let mut session = fh.args(flags).env("TERM", "xterm").start_typing(1000);
        session.wait_for("call 11 of at most 200, 237 records left");
        session.send(b"\x03");
        session.finish()
    };
    let output = run("");
    assert_eq!(output.code(), 130, "{output}");
    let found = "237 of 300 records still make the call fail, perhaps fewer do: the search was \
                 interrupted after 11 calls\n";
    assert!(output.text().contains(found), "{output}");
    assert!(output.text().ends_with("fh: interrupted\n"), "{output}");
    assert_eq!(payloads(&saved).lines().count(), 237);
    assert!(run("--output ndjson").text().contains(r#""conclusion":"interrupted""#));
}

#[test]
fn the_commands_that_are_offered_work_and_stay_away_with_quiet() {
    let place = Place::new(20, &[(7, "bad")]);
    let run = |flags: &str| place.python("culprits.raises", flags).run().text();
    let text = run("--max-calls 50");
    let (_, command) = text.split_once("Save an event with only these records:\n  ").unwrap();
    assert!(command.ends_with(" --save-event event-isolated.json\n"), "{command}");
    let saved = place.path("event-isolated.json");
    let line = command.trim().replacen("fh ", "\"$FH\" ", 1);
    let line = line.replace("event-isolated.json", saved.to_str().unwrap());
    let again = with_interpreters(Fh::shell(&line)).run();
    assert!(again.text().contains("\nSaved as "), "{again}");
    assert_eq!(payloads(&saved), "bad 7\n");
    // No file that is there is replaced.
    let here = with_interpreters(Fh::new()).args("invoke --isolate --max-calls 50 --code");
    let here =
        here.arg(crate::harness::root().join("fixtures/handlers")).args("--event event.json");
    let here = here.args("--handler culprits.raises --python").arg(bare_python());
    let other = here.current_dir(saved.parent().unwrap()).run().text();
    assert!(other.ends_with(" --save-event event-isolated-2.json\n"), "{other}");
    let quiet = run("-q");
    assert!(quiet.ends_with("Without it, the other 19 records succeed.\n"), "{quiet}");
    let event = read(&place.path("event.json")).unwrap();
    let typed = with_interpreters(Fh::new())
        .args("invoke --isolate --code fixtures/handlers --handler culprits.raises --python")
        .arg(bare_python());
    let text = typed.stdin(event).run().text();
    let hint = "\nhint: `--save-event FILE` saves an event with only these records\n";
    assert!(text.ends_with(hint), "{text}");
}

#[test]
fn sizes_that_add_up_are_no_record_s_fault_and_a_huge_record_is_found() {
    let place = Place::new(6, &[]);
    let output = place.python("culprits.inflates", "").run();
    let said = "No single record is the cause: 4 of 6 records make the call fail together, by the \
                size of what is returned for them (";
    assert!(output.text().starts_with(said) && output.code() == 1, "{output}");
    assert!(!output.text().contains("\nrecord 1 "), "{output}");
    let place = Place::new(3, &[(2, "huge")]);
    let (found, _) = place.found("culprits.inflates", "");
    assert_eq!((found.conclusion.as_str(), found.numbers()), ("isolated", vec![2]));
}

/// Whatever the messages quote and count.
#[test]
fn the_same_cause_in_other_records_is_recognized() {
    let folder = tempfile::tempdir().unwrap();
    let text = "import base64\ndef handler(event, context):\n    for record in event['records']:\n        \
                base64.b64decode(record['data']).decode('ascii')\n    return event\n";
    std::fs::write(folder.path().join("app.py"), text).unwrap();
    let others = |lines: &str| {
        let event = Fh::new().args("event --seed 1 --data -").stdin(lines).run();
        let fh =
            with_interpreters(Fh::new()).args("invoke --isolate --handler app.handler --python");
        let fh = fh.arg(bare_python()).arg("--code").arg(folder.path());
        let text = fh.stdin(event.success()).run().text();
        text.lines().find(|line| line.starts_with("Without")).unwrap_or_default().to_owned()
    };
    assert_snapshot!(others("é1\nok\nlater é2\n"), @"Without it, the call with the other 2 records fails too: the handler failed: UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3 in position 6: ordinal not in range(128).");
    assert_snapshot!(others("é1\nok\né2\n"), @"Without it, the call with the other 2 records fails in the same way: it is not the only one.");
    assert_snapshot!(others("é1\nok\nfine\n"), @"Without it, the call with the other 2 records fails too: the response breaks `result-missing`.");
}

#[test]
fn a_function_that_answers_differently_is_not_trusted() {
    let place = Place::new(20, &[]);
    let (found, code) = place.found("culprits.changes", "");
    assert_eq!((found.conclusion.as_str(), found.is_flaky, code), ("unstable", true, 1));
    assert!(found.numbers().is_empty() && !found.is_minimal);
    let saved = place.path("minimal.json");
    let output = place.python("culprits.changes", "--save-event minimal.json").run();
    let text = output.text();
    let headline = "This function answers differently each time: the same records failed in one \
                    call and not in another, so no record can be named as the cause (";
    assert!(text.starts_with(headline), "{text}");
    assert!(text.contains("  hint: `fh invoke --repeat 100` shows how often it fails\n"), "{text}");
    assert!(!text.contains("Without it") && !saved.exists(), "{output}");
}

#[test]
fn a_function_that_fails_with_any_record_is_not_blamed_on_one() {
    let place = Place::new(20, &[]);
    let (found, code) = place.found("culprits.always", "");
    assert_eq!((found.numbers(), code), (vec![1], 1));
    assert_eq!(found.fails_without_records, Some(true));
    let text = place.python("culprits.always", "").run().text();
    assert!(text.starts_with("The call fails in the same way without any record ("), "{text}");
    assert!(text.contains("The cause is in the function or its environment"), "{text}");
    // No record is named where none is needed.
    for named in ["record 1", "Without it", "--save-event"] {
        assert!(!text.contains(named), "{text}");
    }

    let (found, code) = place.found("import_error.handler", "");
    assert_eq!((found.conclusion.as_str(), found.calls, code), ("not-loaded", 1, 1));
}

#[test]
fn without_a_failure_nothing_is_isolated_or_saved() {
    let place = Place::new(20, &[]);
    let saved = place.path("minimal.json");
    let output = place.python("culprits.parses", "--save-event minimal.json").run();
    assert_snapshot!(output, @"
    Nothing to isolate: the call with 20 records does not fail (2 calls)
      hint: `fh invoke` without `--isolate` shows the response with its warnings; `--repeat 100` finds a failure that comes and goes
    ------- stderr -------
    fh: `minimal.json` was not written: no records were found
    [exit status: 0]
    ");
    assert!(!saved.exists());
    let (found, code) = place.found("culprits.parses", "");
    assert_eq!((found.conclusion.as_str(), found.calls, code), ("no-failure", 2, 0));
}

#[test]
fn the_limit_of_calls_ends_the_search() {
    let place = Place::new(300, &[(20, "bad"), (271, "worse")]);
    let saved = place.path("minimal.json");
    let flags = "--max-calls 10 --env CANARY --timeout 90 --output json --save-event";
    let run = place.python("culprits.raises_for_two", flags).env("CANARY", "a-secret");
    let (found, code) = parsed(&run.arg(&saved).run());
    assert_eq!((found.conclusion.as_str(), code), ("limit-reached", 1));
    assert!(found.numbers().contains(&20) && found.numbers().contains(&271));
    assert_eq!(payloads(&saved).lines().count(), found.records.len());
    assert_eq!(found.saved_event, Some(saved));
    let command = found.command.unwrap();
    assert!(
        command.starts_with("fh invoke --handler culprits.raises_for_two --code "),
        "{command}"
    );
    assert!(command.contains(" --timeout 1m30s --env CANARY --event "), "{command}");
    let text = place.python("culprits.raises_for_two", "--max-calls 10").run().text();
    assert!(text.contains("the search stopped at the limit of 10 calls\n"), "{text}");
}

#[test]
fn on_a_terminal_it_shows_how_far_it_is() {
    let place = Place::new(50, &[(49, "bad")]);
    let output = place
        .python("culprits.raises", "--color never")
        .env("TERM", "xterm")
        .env("PAGER", "cat")
        .start_typing(70)
        .finish();
    let text = output.text();
    assert!(text.contains("call 1 of at most 200, 50 records left"), "{output}");
    assert!(text.contains("record 49 (/records/48/data): text, 1 line"), "{output}");
}

#[test]
fn what_cannot_be_isolated_is_refused_before_any_call() {
    let place = Place::new(2, &[]);
    let event = place.path("event.json");
    let same = place.python("culprits.raises", "--save-event").arg(&event).run();
    let nowhere = place.python("culprits.raises", "--save-event no/such/file.json").run();
    let other = place.path("other.json");
    std::fs::write(&other, "{\"kept\":true}").unwrap();
    let exists = place.python("culprits.raises", "--save-event").arg(&other).run();
    assert_eq!(read(&other).unwrap(), "{\"kept\":true}");
    std::fs::write(&event, "{\"records\":[]}").unwrap();
    let empty = place.python("culprits.raises", "").run();
    let strict = place.python("culprits.raises", "--strict").run();
    let folder = place.folder.path().to_str().unwrap();
    for output in [&same, &nowhere, &exists, &empty, &strict] {
        assert_eq!(output.code(), 2, "{output}");
    }
    let all: String = [&same, &nowhere, &exists, &empty].map(Output::errors).concat();
    assert_snapshot!(all.replace(folder, "[FOLDER]"), @"
    fh: `--save-event` would replace the event `[FOLDER]/event.json`
      hint: use another file name
    fh: cannot write to `no/such/file.json`: no folder `no/such`
    fh: `--save-event [FOLDER]/other.json`: the file already exists
      hint: choose another name, or move the file
    fh: the event `[FOLDER]/event.json` has no records to isolate
      hint: without `--isolate`, `fh invoke` calls the function with it
    ");
}

#[test]
fn a_deployed_function_is_called_only_after_a_yes() {
    let place = Place::new(20, &[]);
    let url = moto().url();
    let run = |flags: &str| {
        let fh = Fh::new().args("invoke --isolate --region eu-west-1 --function orders --event");
        fh.arg(place.path("event.json"))
            .args(flags)
            .arg("--endpoint-url")
            .arg(&url)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
    };
    let script = run("--max-calls 40").run();
    assert_snapshot!(script, @"
    ------- stderr -------
    fh: `orders` was not called: `--isolate` may call it up to 40 times, and there is no terminal to ask on
      hint: `--yes` calls it without asking; `--max-calls` sets how often at most
    [exit status: 2]
    ");
    let mut session = run("--color never").start_typing(120);
    session.wait_for(
        "Call the deployed function `orders` in eu-west-1, account 111122223333, up to 200 times, \
         with all its side effects? [y/N]",
    );
    session.send(b"n\n");
    let output = session.finish();
    assert!(output.text().contains("fh: the function was not called"), "{output}");
    assert_eq!(output.code(), 1);
    let mut session = run("").start_typing(120);
    session.wait_for("[y/N]");
    session.send(b"\x03");
    assert_eq!(session.end().code(), 130);
    let text = run("--yes").run().success();
    assert!(text.starts_with("Nothing to isolate: the call with 20 records"), "{text}");
}
