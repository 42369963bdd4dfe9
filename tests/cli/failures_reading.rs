//! How a report of `fh failures` is read: the overview, the pager, what to run next,
//! what was read so far, and payloads as files.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![expect(clippy::disallowed_methods, reason = "reads and writes a folder of its own")]

use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Parser as _;
use insta::assert_snapshot;

use crate::harness::{Fh, root, until};

const OVER_TIME: &str = "fixtures/failures/over-time.ndjson";

/// What Firehose says of a call that failed, whatever the cause.
const GENERAL: &str =
    "The Lambda function was successfully invoked but it returned an error result.";

fn failures(words: &str) -> Fh {
    Fh::new().arg("failures").args(words)
}

/// A failure record with this code, message and payload.
fn record(code: &str, message: &str, payload: impl AsRef<[u8]>, arrival: u64) -> String {
    let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, payload);
    format!(
        "{{\"rawData\":\"{data}\",\"errorCode\":\"{code}\",\"errorMessage\":\"{message}\",\
         \"attemptsMade\":1,\"arrivalTimestamp\":{arrival}}}\n"
    )
}

/// Kinds whose texts are as wide as two columns a character.
fn wide() -> String {
    let mut input = String::new();
    for number in 0..6_u64 {
        let arrival = 1_795_341_600_123 + number * 600_000;
        input += &record(
            "Splunk.AckTimeout",
            "確認応答が時間内に届きませんでした 🚚",
            "{\"品名\":\"箱 📦\",\"数\":3}",
            arrival,
        );
    }
    input += &record("Iceberg.NoSuchTable", "表がありません", "注文 17 🚚", 1_795_341_700_123);
    input
}

/// The overview of those on a terminal of this width; none of its lines is wider.
fn overview(columns: u16) -> String {
    let shown = failures("--color never -").stdin(wide()).on_terminal(columns).text();
    for line in shown.lines() {
        let command = line.trim_start_matches("Next").trim_start();
        // A command is to be copied, and a word is not broken.
        let is_whole =
            ["fh ", "failed.ndjson:", "FILE.FUNCTION:"].iter().any(|it| command.starts_with(it));
        let used = unicode_width::UnicodeWidthStr::width(line);
        assert!(
            used <= usize::from(columns) || is_whole || !line.trim().contains(' '),
            "{columns}: {used}: {line}"
        );
    }
    shown.split("Change").next().unwrap_or_default().to_owned()
}

#[test]
fn a_report_fits_every_terminal_whatever_the_letters() {
    assert_snapshot!(overview(40), @r#"
    7 failed records in 1 input, 2 kinds,
    188 B of data
    arrived 2026-11-22 10:00:00 +00:00 to
    2026-11-22 10:50:00

             2 │██
               │██  ██  ██  ██  ██  ██
             0 └──────────────────────
                10:00            10:55
              5 min per bar, up to 2 records

     #  records  share  code
     1        6    86%  Splunk.AckTimeout
     2        1    14%  Iceberg.NoSuchTable
     No room for: first, last

    1 · Splunk.AckTimeout · 6 records (86%)
    Splunk did not confirm in time that the
    records are indexed; they may be.
    AWS says  確認応答が時間内に届きませんで
              した 🚚
    Attempts  1
    Arrived   2026-11-22 10:00:00 +00:00 to
              2026-11-22 10:50:00
              █·█·█·█·█·█
              10:00 10:55
              5 min per bar, up to 1 record
    Example   standard input:1, JSON object,
              2 keys, like the other 5
              {"品名":"箱 📦","数":3}
    "#);
    assert_snapshot!(overview(80), @r#"
    7 failed records in 1 input, 2 kinds, 188 B of data
    arrived 2026-11-22 10:00:00 +00:00 to 2026-11-22 10:50:00

             2 │████
               │████    ████    ████    ████    ████    ████
             0 └────────────────────────────────────────────
                10:00                                  10:55
                5 min per bar, up to 2 records

     #  records  share  code                 last
     1        6    86%  Splunk.AckTimeout    2026-11-22 10:50:00
     2        1    14%  Iceberg.NoSuchTable  2026-11-22 10:01:40
     No room for: first

    1 · Splunk.AckTimeout · 6 records (86%)
    Splunk did not confirm in time that the records are indexed; they may be.
    AWS says  確認応答が時間内に届きませんでした 🚚
    Attempts  1
    Arrived   2026-11-22 10:00:00 +00:00 to 2026-11-22 10:50:00
              █·█·█·█·█·█
              10:00 10:55  5 min per bar, up to 1 record
    Example   standard input:1, JSON object, 2 keys, like the other 5
              {"品名":"箱 📦","数":3}
    "#);
    let wide = overview(100);
    assert_snapshot!(wide, @r#"
    7 failed records in 1 input, 2 kinds, 188 B of data
    arrived 2026-11-22 10:00:00 +00:00 to 2026-11-22 10:50:00

             2 │████
               │████    ████    ████    ████    ████    ████
             0 └────────────────────────────────────────────
                10:00                                  10:55
                5 min per bar, up to 2 records

     #  records  share  code                 first                last
     1        6    86%  Splunk.AckTimeout    2026-11-22 10:00:00  2026-11-22 10:50:00
     2        1    14%  Iceberg.NoSuchTable  2026-11-22 10:01:40  2026-11-22 10:01:40

    1 · Splunk.AckTimeout · 6 records (86%)
    Splunk did not confirm in time that the records are indexed; they may be.
    AWS says  確認応答が時間内に届きませんでした 🚚
    Attempts  1
    Arrived   2026-11-22 10:00:00 +00:00 to 2026-11-22 10:50:00
              █·█·█·█·█·█
              10:00 10:55  5 min per bar, up to 1 record
    Example   standard input:1, JSON object, 2 keys, like the other 5
              {"品名":"箱 📦","数":3}
    "#);
    assert_eq!(overview(180), wide);
}

#[test]
fn the_example_says_what_the_others_are() {
    let mut input = String::new();
    for number in 0..162 {
        input += &record("c", "m", format!("{{\"a\":{number},\"b\":1,\"c\":2,\"d\":3}}"), 0);
    }
    input += &record("c", "m", "order 17", 0);
    let text = failures("-").stdin(input).run().text();
    let example = text.split("Example").nth(1).unwrap_or_default();
    let lines: Vec<_> = example.lines().take(3).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "standard input:163, text, 1 line, no newline at the end",
            "162 JSON objects with 4 keys, 1 text: this one",
            "order 17",
        ]
    );
}

/// The first lines of the example of 40 alike records and one that is not, which failed
/// with this code.
fn example_of(code: &str, odd: &str) -> Vec<String> {
    let mut input = String::new();
    for number in 10..50 {
        let data = if number == 30 { odd.to_owned() } else { format!("{{\"a\":{number}}}") };
        input += &record(code, "m", data, 0);
    }
    let text = failures("-").stdin(input).run().text();
    let example = text.split("Example").nth(1).unwrap_or_default();
    example.lines().take(2).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn the_example_is_the_odd_record_where_one_may_fail_all() {
    let (with_null, long) =
        (r#"{"a":null,"b":"a longer record"}"#, format!("text {}", "x".repeat(9_000)));
    assert_eq!(
        example_of("Lambda.FunctionError", with_null),
        [
            "standard input:21, JSON object, 2 keys",
            "39 JSON objects with 1 key, 1 JSON object with 2 keys: this one",
        ]
    );
    // Its place is what matters.
    assert_eq!(
        example_of("Lambda.FunctionError", &long),
        ["standard input:21, too large to show", "39 JSON objects with 1 key, 1 text: this one",]
    );
    // Each of these failed for itself.
    assert_eq!(
        example_of("Lambda.ProcessingFailedStatus", with_null),
        [
            "standard input:1, JSON object, 1 key",
            "39 JSON objects with 1 key (like this one), 1 JSON object with 2 keys",
        ]
    );
}

#[test]
fn what_is_decoded_for_the_comparison_only_is_not_reported_as_damage() {
    // A gzip member that is broken: sound base64, which is all that Firehose promises.
    // It is too long for a control message.
    let mut payload = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    payload.extend_from_slice(&[0xff; 3000]);
    let output = failures("-").stdin(record("c", "m", payload, 0)).run();
    assert_eq!((output.code(), output.errors().as_str()), (0, ""), "{output}");
    assert!(output.text().contains("not decoded: gzip: "), "{output}");
}

#[test]
fn messages_are_grouped_by_text_however_it_is_escaped() {
    let kinds = |messages: [&str; 2]| {
        let input = messages.map(|message| record("X.Y", message, "A", 0)).concat();
        failures("--output ndjson -").stdin(input).run().success().lines().count()
    };
    assert_eq!(kinds(["Café closed", r"Caf\u00e9 closed"]), 1);
    assert_eq!(kinds([r"a\u2014b", r"a\u2014c"]), 2);
}

#[test]
fn a_report_that_is_longer_than_the_terminal_is_shown_by_the_pager() {
    let paged = |fh: Fh| fh.env("FH_PAGER", "sed 's/^/paged: /'");
    let is_paged = |fh: Fh| {
        let text = fh.on_screen(80).text();
        assert!(text.contains("Lambda.") || text.contains("records"), "{text}");
        text.starts_with("paged: ")
    };
    let long = || failures("--color never").arg(OVER_TIME);
    let short = || failures("--color never --output table").arg(OVER_TIME);
    assert!(is_paged(paged(long())));
    assert!(!is_paged(paged(short())));
    assert!(!is_paged(paged(long().arg("--no-pager"))));
    // What comes record by record is shown as it comes.
    assert!(!is_paged(paged(long().arg("--records"))));
    // Where there is no cursor to move, and in a pipe.
    assert!(!paged(long()).env("TERM", "dumb").on_terminal(80).text().starts_with("paged: "));
    assert!(!paged(long()).env("TERM", "xterm").run().text().starts_with("paged: "));
    // The report of another command.
    assert!(is_paged(paged(Fh::new().args("explain --list --color never"))));
}

#[test]
fn the_pager_is_the_one_that_the_user_has() {
    let shown = |fh: Fh| fh.on_screen(80).text();
    let long = || failures("--color never").arg(OVER_TIME);
    let one = "cat >/dev/null; echo one";
    assert_eq!(shown(long().env("PAGER", one)), "one\n");
    assert_eq!(shown(long().env("PAGER", "echo two").env("FH_PAGER", one)), "one\n");
    let flags = "cat >/dev/null; echo $LESS";
    assert_eq!(shown(long().env("PAGER", flags)), "FRX\n");
    assert_eq!(shown(long().env("PAGER", flags).env("LESS", "-S")), "-S\n");
    // None, or one that cannot be started: the report is there nevertheless.
    for none in ["", "cat", "no-such-pager-here"] {
        let text = shown(long().env("PAGER", none));
        assert!(text.contains("38 failed records in 1 input"), "{none}: {text}");
    }
    let folder = tempfile::tempdir().unwrap();
    let text = shown(long().env("PATH", folder.path().to_str().unwrap()));
    assert!(text.starts_with("38 failed records in 1 input"), "{text}");
    // One that is left before it has read everything.
    let huge = (0..2000).map(|it| record(&format!("c{it}"), "m", "A", 0)).collect::<String>();
    let fh = failures("--color never --output table -").stdin(huge).env("PAGER", "head -n 1");
    assert_eq!(fh.on_screen(80).text().lines().count(), 1);
}

#[test]
fn less_is_the_pager_of_whoever_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let less = folder.path().join("less");
    fs::write(&less, "#!/bin/sh\ncat >/dev/null; echo \"less $LESS\"\n").unwrap();
    let chmod = Command::new("chmod").arg("+x").arg(&less).status().unwrap();
    assert!(chmod.success());
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let fh = failures("--color never").arg(OVER_TIME).env("PATH", &path);
    assert_eq!(fh.on_screen(80).text(), "less FRX\n");
}

/// The command lines that a report prints.
pub(crate) fn commands(report: &str) -> Vec<&str> {
    let lines = report.lines().map(|line| line.trim_start_matches("Next").trim());
    lines.filter(|line| line.starts_with("fh ")).collect()
}

/// The words of a command line as a shell reads them, without what it redirects.
pub(crate) fn words(line: &str) -> Vec<String> {
    let script = format!("fh() {{ printf '%s\\0' fh \"$@\" >&3; }}; cd /tmp; {line}");
    let script = format!("exec 3>&1; {}", script.replace("> event.json", ">/dev/null"));
    let output = Command::new("/bin/sh").args(["-euc", &script]).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

/// Fails if one of them is not a command line of `fh`.
pub(crate) fn assert_all_parse(report: &str) {
    let commands = commands(report);
    assert!(!commands.is_empty(), "{report}");
    for line in commands {
        assert!(!line.contains("NAME") || line.contains("redrive --stream NAME"), "{line}");
        let parsed = fh::cli::Cli::try_parse_from(words(line));
        assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
    }
}

#[test]
fn every_command_that_is_printed_can_be_pasted() {
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(root().join("fixtures/failures")).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if path.is_dir() || path.ends_with("redshift-manifest.json") {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let name = "it's a file; $HOME `x` \"y\".ndjson";
        fs::copy(&path, folder.path().join(name)).unwrap();
        let run = failures("").arg(name).current_dir(folder.path()).run();
        let report = run.text();
        assert_all_parse(&report);
        // What needs neither AWS nor a function runs.
        for line in commands(&report) {
            let can_run = ["fh decode", "fh explain", "fh event"];
            if !can_run.iter().any(|it| line.starts_with(it)) {
                continue;
            }
            let script = format!("fh() {{ \"$FH\" \"$@\"; }}; {line}");
            let output = Fh::shell(&script).current_dir(folder.path()).run();
            // A damaged record is reported by each command.
            assert!(output.code() == 0 || run.code() == 1, "{line}: {output}");
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn what_to_run_next_names_the_function_and_the_stream() {
    let folder = tempfile::tempdir().unwrap();
    let name = "orders-1-2026-11-22-10-00-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91";
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:enrich:live";
    let function = format!("\"lambdaARN\":\"{arn}\",\"attemptsMade\"");
    let failed =
        record("Lambda.FunctionError", GENERAL, "A", 0).replace("\"attemptsMade\"", &function);
    let hour = format!("failed/2026/11/22/10/{name}");
    fs::create_dir_all(folder.path().join("failed/2026/11/22/10")).unwrap();
    fs::write(folder.path().join(&hour), &failed).unwrap();
    fs::write(folder.path().join(name), failed).unwrap();
    let of = |file: &str, flags: &str| {
        failures(flags).arg(file).current_dir(folder.path()).run().success()
    };
    // A prefix may end within a name that follows no folder of an hour.
    let unknown = format!("fh redrive --stream NAME --dry-run {name}");
    assert!(commands(&of(name, "")).contains(&unknown.as_str()));
    let run = |flags: &str| of(&hour, flags);
    assert_snapshot!(commands(&run("")).join("\n"), @"
    fh explain Lambda.FunctionError
    fh logs --stream orders --errors --since 1970-01-01T00:00:00.000Z
    fh decode --records 1 failed/2026/11/22/10/orders-1-2026-11-22-10-00-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91
    fh event --from-failures failed/2026/11/22/10/orders-1-2026-11-22-10-00-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91 --code Lambda.FunctionError > event.json
    fh invoke --function enrich:live --region eu-west-1 --event event.json
    fh invoke --isolate --function enrich:live --region eu-west-1 --event event.json
    fh redrive --stream orders --dry-run failed/2026/11/22/10/orders-1-2026-11-22-10-00-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91
    ");
    let with_region = run("--region eu-central-1 --profile prod");
    assert!(
        with_region.contains("--function enrich:live --profile prod --region eu-central-1"),
        "{with_region}"
    );
    assert_all_parse(&with_region);
}

#[test]
fn ctrl_c_shows_what_was_read_so_far() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &str, extract: &str| {
        let payloads = folder.path().join(extract);
        let mut session = failures(words).arg("--extract").arg(&payloads).arg("-").start();
        let records = (0..3).map(|it| record("Lambda.FunctionError", "m", format!("{it}"), 0));
        session.send(records.collect::<String>().as_bytes());
        until(|| payloads.join("000003-Lambda.FunctionError").exists());
        session.signal("INT");
        session.end()
    };
    let text = run("--color never", "text");
    assert_eq!(text.code(), 130, "{text}");
    let shown = text.text();
    let mut lines = shown.lines();
    assert_eq!(lines.next(), Some("INCOMPLETE: interrupted while reading; 1 input so far"));
    assert_eq!(lines.next(), Some("3 failed records in 1 input, 1 kind, 3 B of data"));
    assert!(text.errors().ends_with("fh: interrupted\n"), "{text}");
    let json = run("--output json", "json");
    assert!(json.text().contains("\"records\":3,") && json.text().contains("\"incomplete\":true"));
    assert_eq!(json.code(), 130);
    for format in ["html", "markdown"] {
        let page = run(&format!("--output {format}"), format).text();
        assert!(page.contains("INCOMPLETE: interrupted while reading"), "{page}");
    }
    for format in ["table", "ndjson"] {
        let rows = run(&format!("--output {format}"), format);
        let why = "fh: this is incomplete: interrupted while reading; 1 input so far\n";
        assert!(rows.errors().contains(why) && rows.code() == 130, "{rows}");
    }
    let records = run("--records --output ndjson", "records");
    assert_eq!((records.text().lines().count(), records.code()), (3, 130), "{records}");
}

#[test]
fn what_is_shown_record_by_record_ends_at_kill_too() {
    let mut session = failures("--color never --records -").start();
    session.send(record("c", "m", "A", 0).as_bytes());
    session.wait_for("1970-01-01");
    session.signal("TERM");
    assert_eq!(session.end().code(), 130);
}

#[test]
fn payloads_are_extracted_byte_for_byte_a_file_each() {
    let folder = tempfile::tempdir().unwrap();
    let payloads: [&[u8]; 3] = [b"{\"a\":1}\r\n", b"", &[0, 159, 146, 150, 10, 13]];
    let mut input: String =
        payloads.iter().map(|it| record("../../../etc/x", "m", it, 0)).collect();
    input += "{\"rawData\":\"not base64!\",\"errorCode\":\"c\",\"attemptsMade\":1}\n";
    input += &record("other", "m", "unwanted", 0);
    let run = |words: &str| {
        let fh = failures(words).stdin(input.as_str()).current_dir(folder.path());
        fh.run()
    };
    let output = run("--code etc --extract out/new --output ndjson -");
    assert_eq!(output.errors(), "fh: 3 payloads written to out/new\n");
    let names = |path: &Path| {
        let entries = fs::read_dir(path).unwrap().map(|it| it.unwrap().file_name());
        let mut names: Vec<_> = entries.map(|it| it.into_string().unwrap()).collect();
        names.sort();
        names
    };
    let place = folder.path().join("out/new");
    assert_eq!(names(&place), ["000001-etc-x", "000002-etc-x", "000003-etc-x"]);
    for (name, payload) in names(&place).iter().zip(payloads) {
        assert_eq!(fs::read(place.join(name)).unwrap(), payload, "{name}");
    }
    assert_eq!(names(folder.path()), ["out"]);
    // Nothing is overwritten.
    let again = run("--code etc --extract out/new --output ndjson -");
    assert_snapshot!(again, @"
    ------- stderr -------
    fh: `out/new` is not empty
      hint: `--extract` overwrites nothing: name a new folder
    [exit status: 2]
    ");
    let damaged = run("--extract all --output ndjson -").errors();
    assert!(
        damaged.contains("4 payloads written to all, 1 not written: damaged base64"),
        "{damaged}"
    );
}
