//! `fh explain`: names, messages and several codes, as arguments and from a pipe.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::collections::BTreeSet;
use std::fs;

use insta::assert_snapshot;

use crate::harness::{Fh, root};

fn explain(words: &str) -> Fh {
    Fh::new().arg("explain").args(words)
}

/// The codes that `fh explain` prints rows for, each in `"…"`.
fn codes(fh: Fh) -> Vec<String> {
    let rows = fh.args("--quiet --output ndjson").run().success();
    rows.lines().map(|row| row.split('"').nth(3).unwrap().to_owned()).collect()
}

#[test]
fn each_of_several_codes_is_explained_and_an_unknown_one_is_an_error() {
    let output = explain("--output table Lambda.FunctionError Lambda.FunctionErorr S3.NoSuchBuket");
    assert_snapshot!(output.run(), @"
     code                  attempts     evidence  what happened
     Lambda.FunctionError  all-retries  captured  The function was called, but threw, ended early, or returned what Firehose treats as an error.
    ------- stderr -------
    fh: unknown error code `Lambda.FunctionErorr`
      hint: similar codes: `Lambda.FunctionError`, `Lambda.FunctionTimedOut`, `Lambda.FunctionTimeout`
      hint: `fh explain --list` lists every code; AWS may have added new ones: see `errorMessage`
    fh: unknown error code `S3.NoSuchBuket`
      hint: similar codes: `S3.NoSuchBucket`
      hint: `fh explain --list` lists every code; AWS may have added new ones: see `errorMessage`
    [exit status: 2]
    ");
    assert_eq!(codes(explain("functionerror s3.nosuchbucket Lambda.FunctionError")).len(), 2);
}

#[test]
fn an_empty_code_does_not_read_standard_input() {
    let event = r#"{"errorCode":"S3.NoSuchBucket"}"#;
    assert_snapshot!(Fh::new().arg("explain").arg("").stdin(event).run(), @"
    ------- stderr -------
    fh: the error code is empty
      hint: `fh explain --list` lists every code
    [exit status: 2]
    ");
}

#[test]
fn the_name_of_a_file_is_not_a_code() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("failed json.txt"), "").unwrap();
    let asked = Fh::new().current_dir(folder.path()).arg("explain").arg("failed json.txt");
    assert_snapshot!(asked.run(), @"
    ------- stderr -------
    fh: unknown error code `failed json.txt`
      hint: `fh explain - < 'failed json.txt'` explains the codes in this file
    [exit status: 2]
    ");
}

#[test]
fn a_pipe_and_an_argument_lead_to_the_same_pages() {
    for text in [
        "Task timed out after 3.00 seconds",
        "2026-11-22T10:00:00.123Z 8f507cfc-7c56-4d6c-9d5b-2f1a3a1c2b4d Task timed out after 3.00 seconds",
        "Response payload size (6391556 bytes) exceeded maximum allowed payload size (6291556 bytes).",
        "RequestId: 8f507cfc Error: Runtime exited with error: signal: killed",
        "An error occurred (TooManyRequestsException) when calling the Invoke operation: Rate Exceeded.",
        "Error: Z_DATA_ERROR",
        "KeyError: 'data'",
        "[ERROR] KeyError: 'TABLE_NAME'",
        "missingrecordid",
        "splunk",
        "S3.NoSuchBucket",
    ] {
        let argument = codes(Fh::new().arg("explain").arg(text));
        let pipe = codes(explain("").stdin(format!("{text}\n")));
        assert_eq!(argument, pipe, "{text}");
    }
}

#[test]
fn messages_of_languages_and_clusters_lead_to_their_page() {
    for (text, page) in [
        ("es_rejected_execution_exception", "HTTP status"),
        (
            "illegal_argument_exception: Limit of total fields [1000] has been exceeded",
            "HTTP status",
        ),
        (
            r#"{"type":"strict_dynamic_mapping_exception","reason":"mapping set to strict"}"#,
            "HTTP status",
        ),
        (
            "An error occurred (ServiceUnavailableException) when calling the PutRecordBatch operation: Slow down.",
            "PutRecordBatch: Slow down",
        ),
        ("Runtime.OutOfMemory", "Runtime.ExitError"),
        ("java.util.zip.ZipException: Not in GZIP format", "Not a gzipped file"),
        ("gzip: invalid header", "Not a gzipped file"),
        ("Error: unexpected end of file", "unexpected end of file"),
        (
            "EOFError: Compressed file ended before the end-of-stream marker was reached",
            "unexpected end of file",
        ),
        (
            "invalid character 'H' looking for beginning of value",
            "Expecting value: line 1 column 1",
        ),
        (
            "com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'Ok'",
            "Expecting value: line 1 column 1",
        ),
        (
            "TypeError: Cannot read properties of undefined (reading 'map')",
            "Cannot read properties of undefined",
        ),
        (
            "TypeError: Cannot read properties of null (reading 'price')",
            "Cannot read properties of undefined",
        ),
        ("gzip: unexpected EOF", "unexpected end of file"),
    ] {
        assert_eq!(codes(Fh::new().arg("explain").arg(text)), [page], "{text}");
        assert_eq!(codes(explain("").stdin(format!("ERROR {text}\n"))), [page], "{text}");
    }
    // All that Go prints, and part of a message of Python that is about something else.
    assert_eq!(codes(Fh::new().arg("explain").arg("unexpected EOF")), ["unexpected end of file"]);
    let python = "SyntaxError: unexpected EOF while parsing";
    assert_eq!(codes(Fh::new().arg("explain").arg(python)), ["Exception of a function"]);
}

/// A kind of failure, as `fh failures --output ndjson` prints it.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    error_code: Option<String>,
    error_message: Option<String>,
}

#[test]
fn each_message_of_a_failure_object_leads_to_its_code() {
    let mut messages = BTreeSet::new();
    for entry in fs::read_dir(root().join("fixtures/failures")).unwrap() {
        let path = entry.unwrap().path();
        let rows = Fh::new().args("failures --quiet --output ndjson").arg(&path).run().text();
        for row in rows.lines().take_while(|row| row.starts_with('{')) {
            let kind: Kind = serde_json::from_str(row).unwrap();
            messages.extend(kind.error_code.zip(kind.error_message));
        }
    }
    assert!(messages.len() > 10, "{messages:?}");
    for (code, message) in messages {
        let code = if code.len() == 3 { "HTTP status" } else { &code };
        let found = codes(Fh::new().arg("explain").arg(&message));
        assert!(found.iter().any(|it| it == code), "{message}: {found:?}, not {code}");
        assert!(found.len() < 4, "{message}: {found:?}");
    }
}
