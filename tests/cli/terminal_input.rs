//! Input that is pasted or typed at a terminal: it arrives whole, it can be
//! edited, and the terminal is afterwards as it was before.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::harness::{Fh, Session, until};

const READY: &str = "press Ctrl-D";
const END: &[u8] = b"\x04";

/// A JSON object of about this size.
fn json(size: usize) -> String {
    format!("{{\"text\":\"{}\"}}", "0123456789abcdef".repeat(size / 16))
}

/// A file for standard output, and what is in it in the end.
struct Output {
    folder: TempDir,
}

impl Output {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn file(&self) -> File {
        File::create(self.folder.path().join("out")).unwrap()
    }

    fn text(&self) -> String {
        let file = File::open(self.folder.path().join("out")).unwrap();
        std::io::read_to_string(file).unwrap()
    }
}

/// A `fh decode` that waits for input at a terminal.
fn decoding() -> Session {
    let mut session = Fh::decode("--color never --compact").start_typing(80);
    session.wait_for(READY);
    session
}

#[test]
fn a_megabyte_pasted_in_one_line_arrives_whole() {
    let text = json(1_000_000);
    let out = Output::new();
    let mut session = Fh::decode("").start_typing_into(out.file());
    let (modes, before) = (session.modes(), stty());
    session.wait_for(READY);
    let line = STANDARD.encode(&text);
    assert!(line.len() > 1_300_000);
    session.send(line.as_bytes());
    session.send(b"\n\x04");
    let seen = session.finish();
    assert_eq!(seen.code(), 0, "{seen}");
    assert!(out.text() == format!("{text}\n"), "{} bytes arrived", out.text().len());
    assert_eq!(modes.now(), before);
    // The screen has the beginning, and how much it was.
    assert!(seen.text().contains("… (1,333,348 bytes)\n"), "{seen}");
    assert!(seen.text().len() < 6000, "{seen}");
}

/// The settings of a new terminal.
fn stty() -> String {
    let session = Fh::shell("exec cat").start_typing(80);
    session.modes().now()
}

#[test]
fn a_paste_without_a_newline_ends_with_ctrl_d_twice() {
    let text = json(100_000);
    let out = Output::new();
    let mut session = Fh::decode("").start_typing_into(out.file());
    session.wait_for(READY);
    session.send(STANDARD.encode(&text).as_bytes());
    session.send(b"\x04\x04");
    assert_eq!(session.finish().code(), 0);
    assert!(out.text() == text || out.text() == format!("{text}\n"));
}

#[test]
fn many_lines_pasted_at_once_arrive_although_the_screen_is_not_read() {
    let lines = "{\"text\":\"0123456789 0123456789 0123456789\"}\n".repeat(20_000);
    let out = Output::new();
    let keys = format!("{lines}\x04");
    let output = Fh::decode("").on_blind_terminal(keys.as_bytes(), out.file());
    assert_eq!(output.code(), 0);
    assert!(out.text() == lines, "{} of {} bytes", out.text().len(), lines.len());
}

#[test]
fn every_command_gets_a_long_line_whole() {
    let record = format!(
        "{{\"attemptsMade\":4,\"arrivalTimestamp\":1795327200000,\"errorCode\":\"Lambda.FunctionError\",\
         \"errorMessage\":\"m\",\"attemptEndingTimestamp\":1795327260000,\"rawData\":\"{}\",\
         \"lambdaArn\":\"arn:aws:lambda:us-east-1:111122223333:function:f:1\"}}\n",
        STANDARD.encode(json(9000))
    );
    for (words, input, expected) in [
        ("explain -", &record, "Lambda.FunctionError"),
        ("failures --output json", &record, "Lambda.FunctionError"),
        ("event --data -", &record, "recordId"),
        ("event --from-failures -", &record, "recordId"),
        ("logs --raw -", &record, "lambdaArn"),
    ] {
        let piped = Fh::new().args(words).stdin(input.clone()).run();
        let out = Output::new();
        let mut session = Fh::new().args(words).start_typing_into(out.file());
        session.wait_for(READY);
        let modes = session.modes();
        session.send(input.as_bytes());
        session.send(END);
        let seen = session.finish();
        assert_eq!(seen.code(), piped.code(), "{words}: {seen}");
        assert!(piped.text().contains(expected), "{words}: {piped}");
        // Some of it is random or the time.
        assert_eq!(out.text().len(), piped.text().len(), "{words}");
        assert_eq!(modes.now(), stty(), "{words}");
    }
}

#[test]
fn a_terminal_that_is_named_is_read_in_the_same_way() {
    let text = json(20_000);
    for name in ["/dev/tty", "/dev/stdin"] {
        let out = Output::new();
        let mut session = Fh::decode(name).start_typing_into(out.file());
        let modes = session.modes();
        until(|| !modes.has_lines());
        session.send(format!("{text}\n\x04").as_bytes());
        assert_eq!(session.finish().code(), 0, "{name}");
        assert!(out.text() == format!("{text}\n"), "{name}");
        assert_eq!(modes.now(), stty(), "{name}");
    }
}

#[test]
fn a_typed_line_can_be_edited() {
    let mut session = decoding();
    session.send(b"wrong\x15");
    session.send("two wörds  \x17\x17{\"a\":34\x7f\x082}\n".as_bytes());
    session.wait_for("\r\n{\"a\":2}\r\n");
    session.send("{\"u\":\"aü✓\x7f\x7f\"}\n\x04".as_bytes());
    assert!(session.finish().text().ends_with("{\"u\":\"a\"}\n"));
}

#[test]
fn the_echo_controls_nothing() {
    let mut session = decoding();
    session.send("\x1b]0;title\x07 \u{9b}2J\n\x04".as_bytes());
    let seen = session.finish();
    assert!(seen.text().contains("^[]0;title^G \\u{9b}2J\n"), "{seen}");
    assert!(!seen.text().contains('\x1b'), "{seen}");
}

#[test]
fn what_is_typed_after_ctrl_d_is_for_the_shell() {
    let mut session = Fh::shell("\"$FH\" decode; read line; echo got $line").start_typing(80);
    session.wait_for(READY);
    session.send(b"{\"n\":1}\n\x04for the shell\n");
    assert!(session.finish().text().ends_with("got for the shell\n"));
}

#[test]
fn the_terminal_is_as_before_after_a_signal() {
    let before = stty();
    // One of them may leave a core file.
    let folder = TempDir::new().unwrap();
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1), ("QUIT", 3)] {
        let mut session = Fh::decode("").current_dir(folder.path()).start_typing(80);
        session.wait_for(READY);
        session.send(b"abc");
        session.wait_for("abc");
        let modes = session.modes();
        assert!(!modes.has_lines());
        session.signal(signal);
        assert_eq!(session.finish().status.signal(), Some(number), "{signal}");
        assert_eq!(modes.now(), before, "{signal}");
    }
    let mut session = decoding();
    let modes = session.modes();
    session.send(b"abc\x03");
    assert_eq!(session.finish().status.signal(), Some(2));
    assert_eq!(modes.now(), before);
}

#[test]
#[cfg(target_os = "linux")]
fn a_signal_that_is_to_be_ignored_is_ignored() {
    let mut session = Fh::decode("--compact --color never").ignoring("HUP").start_typing(80);
    session.wait_for(READY);
    session.signal("HUP");
    session.send(b"{\"n\":1}\n\x04");
    assert_eq!(session.finish().code(), 0);
}

#[test]
fn the_terminal_is_as_before_after_an_error() {
    let mut session = Fh::new().args("explain -").start_typing(80);
    session.wait_for(READY);
    let modes = session.modes();
    assert!(!modes.has_lines());
    session.send(b"zzz\n\x04");
    let output = session.finish();
    assert_eq!(output.code(), 2, "{output}");
    assert_eq!(modes.now(), stty());
}

#[test]
fn ctrl_z_stops_it_with_the_terminal_as_before_and_it_continues_where_it_was() {
    let script = "set -m; before=$(stty -g); \"$FH\" decode --compact --color never
        test \"$before\" = \"$(stty -g)\" && echo as before; fg
        test \"$before\" = \"$(stty -g)\" && echo as before again";
    let mut session = Fh::shell(script).start_typing(80);
    session.wait_for(READY);
    session.send(b"{\"n\":");
    session.wait_for("{\"n\":");
    session.send(b"\x1a");
    session.wait_for("as before");
    let modes = session.modes();
    until(|| !modes.has_lines());
    session.send(b"123}\n");
    session.wait_for("{\"n\":123}\r\n{\"n\":123}\r\n");
    session.send(END);
    session.wait_for("as before again");
    assert_eq!(session.finish().code(), 0);
}

#[test]
fn in_the_background_it_is_stopped_until_it_is_called() {
    let script = "set -m; \"$FH\" decode --compact --color never &
        until ps -o stat= -p $! | grep -q T; do :; done; echo it is stopped; fg";
    let mut session = Fh::shell(script).start_typing(80);
    session.wait_for("it is stopped");
    let modes = session.modes();
    until(|| !modes.has_lines());
    session.send(format!("{}\n\x04", json(6000)).as_bytes());
    let output = session.finish();
    assert_eq!(output.code(), 0, "{output}");
    assert!(output.text().ends_with(&format!("{}\n", json(6000))), "{output}");
    assert_eq!(modes.now(), stty());
}

mod aws {
    use super::*;
    use crate::local_server::LocalServer;
    use crate::s3::at;

    #[test]
    fn the_longest_record_that_is_pasted_is_sent_whole() {
        let server = LocalServer::orders("");
        let record = "0123456789".repeat(100_000);
        let mut session = at(&server.url(), "send --stream orders").start_typing(80);
        session.wait_for(READY);
        let modes = session.modes();
        // Before it is read: the stream is looked up first.
        session.send(format!("{record}\n\x04").as_bytes());
        let output = session.finish();
        assert_eq!(output.code(), 0, "{output}");
        let arrived = server.arrived();
        assert_eq!(arrived.values().collect::<Vec<_>>(), [&1]);
        assert!(arrived.contains_key(record.as_bytes()), "{:?}", arrived.keys().map(Vec::len));
        assert_eq!(modes.now(), stty());
    }

    #[test]
    fn a_send_that_is_interrupted_restores_the_terminal() {
        let server = LocalServer::orders("");
        let mut session = at(&server.url(), "send --stream orders").start_typing(80);
        session.wait_for("all records from standard input");
        let modes = session.modes();
        session.send(b"one\n");
        session.wait_for("one");
        until(|| server.count() > 0);
        session.send(b"two\x03");
        let output = session.finish();
        assert_eq!(output.code(), 130, "{output}");
        assert_eq!(server.arrived().len(), 1, "{output}");
        assert_eq!(modes.now(), stty());
    }

    #[test]
    fn an_event_that_is_pasted_is_invoked_whole() {
        let event = Fh::new().args("event --records 50").run().text();
        assert!(event.trim_end().len() > 5000 && !event.trim_end().contains('\n'));
        let out = Output::new();
        let words = "invoke --raw --exec cat --event -";
        let mut session = Fh::new().args(words).start_typing_into(out.file());
        session.wait_for(READY);
        let modes = session.modes();
        session.send(event.as_bytes());
        session.send(END);
        let seen = session.finish();
        assert!(out.text().trim_end() == event.trim_end(), "{seen}");
        assert_eq!(modes.now(), stty());

        let mut session = Fh::new().args(words).start_typing(80);
        session.wait_for(READY);
        let modes = session.modes();
        session.send(b"{\x03");
        assert_eq!(session.finish().code(), 130);
        assert_eq!(modes.now(), stty());
    }
}
