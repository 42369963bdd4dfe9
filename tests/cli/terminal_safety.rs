//! Nothing that comes from a record may control the reader's terminal.

#![expect(clippy::panic, clippy::unwrap_used, reason = "what is harmful ends the test")]

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::harness::Fh;

/// Everything that a terminal might obey, and how each starts: a window title,
/// colours, clearing, a C1 control, bidirectional controls, line separators, a
/// tag letter, a byte that is no UTF-8.
const HOSTILE: &str = "\u{1b}]0;title\u{7}\u{1b}[31m\u{1b}[2J\r\u{8}\u{7f}\u{9b}31m\u{85}\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{e0041}";

/// The same as it can stand in JSON: what JSON forbids is escaped.
fn hostile_in_json() -> String {
    let escape = |character: char| match character {
        ..' ' => format!("\\u{:04x}", u32::from(character)),
        _ => character.to_string(),
    };
    HOSTILE.chars().map(escape).collect()
}

/// Takes `fh`'s own colours away.
fn without_colors(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        out.push_str(before);
        // What is not ours is left for the test to find.
        if let Some(behind) = OWN.iter().find_map(|own| after.strip_prefix(own)) {
            rest = behind;
        } else {
            out.push_str("\x1b[");
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The colours that `fh` writes, behind `ESC [`.
const OWN: [&str; 7] = ["0m", "1m", "2m", "38;5;130m", "38;5;28m", "38;5;32;1m", "38;5;196;1m"];

fn assert_harmless(what: &str, seen: &[u8]) {
    let text = std::str::from_utf8(seen).unwrap_or_else(|error| panic!("{what}: {error}"));
    let harmful = |character: char| {
        matches!(
            character,
            '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
                | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}'
        )
    };
    if let Some(found) = without_colors(text).chars().find(|it| harmful(*it)) {
        panic!("{what}: {found:?} in\n{}", text.escape_debug());
    }
}

/// Runs it on a terminal in every form, coloured and not.
fn assert_harmless_in_every_form(what: &str, input: &str) {
    let forms = [
        "",
        "--compact",
        "--explain",
        "--messages",
        "--output table",
        "--output ndjson",
        "--output json",
        "--messages --output ndjson",
        "--layers none",
        "--layers base64",
        "--input-format event",
        "--input-format lines",
        "--input-format whole",
    ];
    for form in forms {
        for color in ["--color auto", "--color never"] {
            for columns in [100, 40] {
                let fh = Fh::decode(form).args(color).stdin(input);
                let what = format!("{what}, fh decode {form} {color}, {columns} columns");
                assert_harmless(&what, &fh.on_terminal(columns).stdout);
            }
        }
        // Colour in a pipe is for a terminal behind it, and errors go there.
        let output = Fh::decode(form).args("--color always").stdin(input).run();
        assert_harmless(&format!("{what}, fh decode {form} --color always"), &output.stdout);
        assert_harmless(&format!("{what}, fh decode {form}, errors"), &output.stderr);
    }
}

#[test]
fn text_that_steers_a_terminal_is_shown_and_not_obeyed() {
    let base64 = STANDARD.encode(HOSTILE);
    assert_harmless_in_every_form("text", &format!("{base64}\n"));
    assert_harmless_in_every_form("plain text", &format!("x{HOSTILE}\n"));
}

#[test]
fn json_that_steers_a_terminal_is_shown_and_not_obeyed() {
    let hostile = hostile_in_json();
    let json = format!("{{\"{hostile}\":[\"{hostile}\",{{\"k\":\"{HOSTILE_TAIL}\"}}]}}");
    assert_harmless_in_every_form("JSON", &format!("{}\n", STANDARD.encode(&json)));
    assert_harmless_in_every_form("JSON as it stands", &format!("{json}\n"));
    let string = format!("\"{}\"", json.replace('\\', "\\\\").replace('"', "\\\""));
    assert_harmless_in_every_form("JSON string", &format!("{}\n", STANDARD.encode(string)));
}

const HOSTILE_TAIL: &str = "\u{9b}31m\u{202e}\u{7f}";

#[test]
fn log_events_that_steer_a_terminal_are_shown_and_not_obeyed() {
    let hostile = hostile_in_json();
    let logs = format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"{hostile}","logGroup":"{hostile}","logStream":"{hostile}","subscriptionFilters":[],"logEvents":[{{"id":"{hostile}","timestamp":1,"message":"{hostile}\n{hostile}"}}]}}"#
    );
    assert_harmless_in_every_form("log events", &STANDARD.encode(logs));
    let table = format!(
        r#"{{"eventName":"{hostile}","tableName":"{hostile}","eventSource":"aws:dynamodb","dynamodb":{{"Keys":{{}}}}}}"#
    );
    assert_harmless_in_every_form("a table's name", &STANDARD.encode(table));
}

#[test]
fn envelopes_that_steer_a_terminal_are_shown_and_not_obeyed() {
    let hostile = hostile_in_json();
    for data in ["eyJuIjoyfQ==", "!", &hostile, HOSTILE_TAIL] {
        let event = format!(
            r#"{{"invocationId":"{hostile}","deliveryStreamArn":"{hostile}","region":"eu-west-1","records":[{{"recordId":"{hostile}","data":"{data}"}}]}}"#
        );
        assert_harmless_in_every_form("an event", &event);
        let failure = format!(
            r#"{{"rawData":"{data}","errorCode":"{hostile}","errorMessage":"{hostile}","attemptsMade":1}}"#
        );
        assert_harmless_in_every_form("a failure object", &failure);
        let cut = failure.rsplit_once("errorMessage").unwrap().0;
        assert_harmless_in_every_form("a cut failure object", cut);
    }
}

#[test]
fn printed_events_that_steer_a_terminal_are_shown_and_not_obeyed() {
    let printed = "{'invocationId': '1', 'records': [{'recordId': '\\x1b]0;t\\x07\\x9b1m\\u202e', 'data': '!\\x1b[31m'}]}\n";
    assert_harmless_in_every_form("a printed event", printed);
    let cut = "{ records: [ { recordId: '\u{9b}31m\u{202e}', data: 'eyJuIjoyfQ=='... \u{202e}9 more characters } ] }\n";
    assert_harmless_in_every_form("a cut print", cut);
    assert_harmless_in_every_form("printed bytes", "b'\\x1b[31m\\x9b\\x07'\n");
}

#[test]
fn binary_and_its_fixture_steer_nothing() {
    assert_harmless_in_every_form("binary", &STANDARD.encode((0..=255).collect::<Vec<u8>>()));
    for form in ["", "--compact", "--explain", "--messages", "--output table", "--output json"] {
        let fixture = Fh::decode(form).arg("fixtures/records/escape-codes.b64");
        assert_harmless(form, &fixture.on_terminal(100).stdout);
    }
}

/// A folder with a file that has a hostile name.
fn hostile_folder(content: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    // A carriage return and a newline too: names may have them.
    let name = format!("{HOSTILE}\nfh: all is well\n");
    fs::write(folder.path().join(name), content).unwrap();
    folder
}

#[test]
fn file_names_that_steer_a_terminal_are_shown_and_not_obeyed() {
    let contents = ["H4sIAAAAAAAA!", "{\"rawData\":\"!\",\"errorCode\":\"x\"}", "eyJuIjoyfQ=="];
    for content in contents {
        let folder = hostile_folder(content);
        for form in ["", "--explain", "--output table", "--output ndjson", "--output json"] {
            let fh = Fh::decode(form).args(".").current_dir(folder.path());
            let seen = fh.on_terminal(100);
            assert_harmless(form, &seen.stdout);
            assert!(!seen.text().lines().any(|line| line == "fh: all is well"), "{form}: {seen}");
        }
    }
}

#[test]
fn the_name_of_an_input_that_is_not_there_steers_nothing() {
    let name = format!("no{HOSTILE}\nfh: all is well\n");
    let seen = Fh::decode("").arg(name).on_terminal(100);
    assert_harmless("a name", &seen.stdout);
    assert!(!seen.text().lines().any(|line| line == "fh: all is well"), "{seen}");
}
