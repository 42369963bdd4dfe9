//! `fh logs` on what real functions log; `fixtures/runtimes` has them.

#![expect(clippy::unwrap_used, reason = "writing to a string does not fail")]

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::harness::{Fh, root};

/// The invocations that a runtime logged as text and as JSON, with what became
/// of them. The cases of `fixtures/runtimes/capture.py`, in their order.
fn invocations_of(runtime: &str) -> String {
    let mut all = String::new();
    for format in ["text", "json"] {
        let file = format!("fixtures/logs/runtime-{runtime}-{format}.ndjson");
        let output = Fh::new().args("logs --quiet --utc --invocations").arg(file).run();
        let text = output.success();
        writeln!(all, "{format}").unwrap();
        let (mut line, mut shown) = (String::new(), 0);
        for next in text.lines().chain(["-"]) {
            if next.starts_with("  ") {
                match next.strip_prefix("  records: ") {
                    Some(counts) => line = format!("{line}, records {counts}"),
                    None => shown += usize::from(!next.trim_start().starts_with('│')),
                }
                continue;
            }
            if !line.is_empty() {
                writeln!(all, "{line}, {shown} lines").unwrap();
            }
            // Time and the beginning of the id are the same everywhere.
            line = next
                .split_once("invocation ")
                .map_or(next, |(_, rest)| rest)
                .replace("8f507cfc-91d4-4e2b-a6c3-", "");
            shown = 0;
        }
    }
    all
}

#[test]
fn no_runtime_is_forgotten() {
    let there = std::fs::read_dir(root().join("fixtures/logs")).unwrap();
    let names = there.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut there: Vec<_> = names.filter(|name| name.starts_with("runtime-")).collect();
    there.sort();
    let runtimes = ["custom", "go", "java", "node", "python", "rust"];
    let files =
        runtimes.map(|it| ["json", "text"].map(|form| format!("runtime-{it}-{form}.ndjson")));
    assert_eq!(there, files.concat());
}

#[test]
fn python() {
    assert_snapshot!(invocations_of("python"), @"
    text
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 8 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 4 lines
    000000000005 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 5 lines
    2026-11-22 10:00:00.259 start of an environment init-error, cold start, 3 lines
    json
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 4 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 3 lines
    000000000005 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 4 lines
    2026-11-22 10:00:00.210 start of an environment init-error, cold start, 3 lines
    ");
}

#[test]
fn node() {
    assert_snapshot!(invocations_of("node"), @"
    text
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 logged errors 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 4 lines
    000000000005 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 5 lines
    2026-11-22 10:00:00.224 start of an environment init-error, cold start, 2 lines
    json
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 4 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 3 lines
    000000000005 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 4 lines
    2026-11-22 10:00:00.210 start of an environment init-error, cold start, 2 lines
    ");
}

#[test]
fn java() {
    assert_snapshot!(invocations_of("java"), @"
    text
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 6 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 9 lines
    000000000004 out-of-memory 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 6 lines
    000000000005 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 4 lines
    000000000006 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 5 lines
    json
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 logged errors 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 10 lines
    000000000004 out-of-memory 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 7 lines
    000000000005 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 3 lines
    000000000006 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 4 lines
    ");
}

#[test]
fn go() {
    assert_snapshot!(invocations_of("go"), @"
    text
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 logged errors 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 11 lines
    000000000005 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 5 lines
    000000000006 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 5 lines
    2026-11-22 10:00:00.322 start of an environment init-error, cold start, 6 lines
    json
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 logged errors 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 4 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 10 lines
    000000000005 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 4 lines
    000000000006 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 4 lines
    2026-11-22 10:00:00.301 start of an environment init-error, cold start, 6 lines
    ");
}

#[test]
fn rust() {
    assert_snapshot!(invocations_of("rust"), @"
    text
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 logged errors 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 logged errors 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 7 lines
    000000000005 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 4 lines
    000000000006 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 5 lines
    2026-11-22 10:00:00.294 start of an environment init-error, cold start, 2 lines
    json
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 logged errors 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 4 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 8 lines
    000000000005 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 3 lines
    000000000006 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 4 lines
    2026-11-22 10:00:00.280 start of an environment init-error, cold start, 2 lines
    ");
}

#[test]
fn custom() {
    assert_snapshot!(invocations_of("custom"), @"
    text
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 logged errors 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 ok 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 2 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 5 lines
    000000000005 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 5 lines
    2026-11-22 10:00:00.224 start of an environment init-error, cold start, 2 lines
    json
    000000000001 ok 21.25 ms, billed 22 ms, 71 of 128 MB, cold start, records 3 in, 2 lines
    000000000002 logged errors 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000003 exception 21.25 ms, billed 22 ms, 71 of 128 MB, records 3 in, 3 lines
    000000000004 exception 21.25 ms, billed 22 ms, 71 of 128 MB, Runtime.ExitError, records 3 in, 4 lines
    000000000005 timed-out 3000.00 ms, billed 3000 ms, 71 of 128 MB, records 3 in, 4 lines
    2026-11-22 10:00:00.210 start of an environment init-error, cold start, 2 lines
    ");
}
