//! Input that comes bit by bit, and input too large for one block: neither the
//! cuts nor the number of threads may show.

use std::fmt::Write as _;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::harness::{Fh, until};
use crate::samples::{LOGS, T0, TICKERS};

#[test]
fn a_line_is_answered_before_the_input_ends() {
    let mut session = Fh::decode("").start();
    for number in 0..3 {
        let json = format!("{{\"n\":{number}}}");
        session.send(format!("{}\n", STANDARD.encode(&json)).as_bytes());
        session.wait_for(&json);
    }
    let _output = session.finish().success();
}

/// A command that does not stop by itself dies of the signal, and says why.
#[test]
fn who_interrupts_reads_that_it_was_interrupted() {
    use std::os::unix::process::ExitStatusExt as _;
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        let mut session = Fh::decode("").start();
        session.send(format!("{}\n", STANDARD.encode("{\"n\":1}")).as_bytes());
        session.wait_for("{\"n\":1}");
        session.signal(signal);
        let ended = session.end();
        assert_eq!(ended.errors(), "fh: interrupted\n", "{signal}");
        assert_eq!(ended.status.signal(), Some(number), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_it_although_nothing_reads_its_messages() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, Stdio};
    let (_unread, mut full) = std::io::pipe().unwrap();
    // As much as a pipe takes.
    full.write_all(&vec![b'.'; 65_536]).unwrap();
    let mut fh = Command::new(env!("CARGO_BIN_EXE_fh"));
    fh.arg("decode").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(full);
    let mut child = fh.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}", STANDARD.encode("{\"n\":1}")).unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "{\"n\":1}\n");
    let killed = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let child = std::cell::RefCell::new(child);
    until(|| child.borrow_mut().try_wait().unwrap().is_some());
    assert_eq!(child.borrow_mut().wait().unwrap().signal(), Some(15));
}

#[test]
fn a_line_is_answered_once_the_next_has_begun() {
    let mut session = Fh::decode("").start();
    session.send(b"eyJuIjoxfQ==\ne");
    session.wait_for("{\"n\":1}\n");
    session.send(b"yJuIjoyfQ==\n");
    assert_eq!(session.finish().success(), "{\"n\":1}\n{\"n\":2}\n");
}

#[test]
fn a_document_that_comes_in_pieces_is_one_record() {
    let mut session = Fh::decode("").start();
    session.send(b"{\"first\":1}\n{\n  \"a\"");
    session.wait_for("{\"first\":1}\n");
    session.send(b": [\n1,");
    session.send(b"\n2]\n}\n");
    assert_eq!(session.finish().success(), "{\"first\":1}\n{\"a\":[1,2]}\n");
}

/// Numbers that look random and are the same each time (xorshift, Marsaglia
/// 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// Letters that gzip cannot make much smaller.
    fn text(&mut self, length: usize) -> String {
        let letter = |_| char::from(b'a' + u8::try_from(self.below(26)).unwrap_or_default());
        (0..length).map(letter).collect()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap_or_default();
    encoder.finish().unwrap_or_default()
}

/// About 8 MB of lines: base64 of gzip, base64, JSON, text, and broken ones.
fn mixed_lines() -> Vec<u8> {
    let mut random = Random(42);
    let logs = STANDARD.encode(gzip(LOGS.as_bytes()));
    let broken = logs.replacen('/', "!", 1);
    let mut input = String::new();
    let mut number = 0;
    while input.len() < 8_000_000 {
        number += 1;
        let length = usize::try_from(random.below(3000)).unwrap_or_default();
        let json = format!("{{\"n\":{number},\"text\":\"{}\"}}", random.text(length));
        let _infallible = match random.below(60) {
            0 => writeln!(input, "{broken}"),
            1 => writeln!(input, "{}", logs.get(..logs.len() / 8 * 4).unwrap_or_default()),
            2 => writeln!(input, "a line of text, {number}"),
            3..20 => writeln!(input, "{}", STANDARD.encode(gzip(json.as_bytes()))),
            20..40 => writeln!(input, "{}", STANDARD.encode(json)),
            40..50 => writeln!(input, "{json}"),
            _ => writeln!(input, "{logs}"),
        };
    }
    input.into_bytes()
}

#[test]
fn threads_do_not_change_the_output() {
    let input = mixed_lines();
    let run = |threads| Fh::decode("--threads").arg(threads).stdin(input.clone()).run();
    let one = run("1");
    assert_eq!(one.code(), 1);
    assert!(one.stdout.len() > 4_000_000, "{}", one.stdout.len());
    assert!(one.errors().lines().count() > 100, "{}", one.errors());
    for threads in ["2", "3"] {
        let several = run(threads);
        // Not `assert_eq`, which would print megabytes.
        assert!(one.stdout == several.stdout, "standard output differs with {threads} threads");
        assert!(one.stderr == several.stderr, "standard error differs with {threads} threads");
        assert_eq!(several.code(), 1);
    }
}

/// Where records are picked, each is looked at on its own.
#[test]
fn records_that_come_in_rows_are_shown_as_those_that_are_picked() {
    let mut random = Random(5);
    let mut input = String::new();
    for number in 0..20_000 {
        let record = match random.below(300) {
            0 => format!("{{\"n\":{number}}} {{\"n\":\"second\"}}\n"),
            1 => format!("{{ \"n\" : [ {number} , 1.10 ] }}\r\n"),
            2 => r#"{"type":"Buffer","data":[123,125]}"#.to_owned(),
            3 => format!("{{\"n\":{number}"),
            4 => format!("plain text {number}"),
            _ => format!("{{\"n\":{number},\"text\":\"{}\"}}", random.text(20)),
        };
        let base64 = STANDARD.encode(record);
        let _infallible = match random.below(300) {
            0 => writeln!(input, "{}*", base64.get(1..).unwrap_or_default()),
            1 => writeln!(input, "{}\r", base64.trim_end_matches('=')),
            _ => writeln!(input, "{base64}"),
        };
    }
    for style in ["--threads 1", "--threads 3", "--pretty"] {
        let run = |flags: &str| Fh::decode(style).args(flags).stdin(input.clone()).run();
        let (all, picked) = (run(""), run("--records 1-"));
        assert_eq!(all.code(), picked.code(), "{style}");
        assert!(all.stdout == picked.stdout, "standard output differs with {style}");
        assert!(all.stderr == picked.stderr, "standard error differs with {style}");
    }
}

#[test]
fn threads_do_not_change_what_is_reported_of_a_gzip_object() {
    let input = gzip(&mixed_lines());
    let run = |threads| Fh::decode("--threads").arg(threads).stdin(input.clone()).run();
    let (one, three) = (run("1"), run("3"));
    assert!(one.stdout == three.stdout && one.stderr == three.stderr);
    assert_eq!((one.code(), three.code()), (1, 1));
}

/// Decodes `parts` one by one and all together, with `between` between them;
/// both must come to the same.
fn assert_same_alone_and_together(parts: &[String], between: &str) {
    let alone: Vec<_> = parts.iter().map(|part| Fh::decode("").stdin(part.clone()).run()).collect();
    let expected: String = alone.iter().map(super::harness::Output::success).collect();
    for threads in ["1", "3"] {
        let together = Fh::decode("--threads").arg(threads).stdin(parts.join(between)).run();
        let found = together.success();
        let same = expected.lines().zip(found.lines()).take_while(|(one, other)| one == other);
        let same = same.count();
        assert!(
            expected == found,
            "{threads} threads: {} lines instead of {}, the first {same} are the same",
            found.lines().count(),
            expected.lines().count(),
        );
    }
}

/// Documents of up to some 100 KB on many lines.
fn pretty_documents() -> Vec<String> {
    let mut random = Random(7);
    let document = |lines: u64| {
        let mut text = "{\n".to_owned();
        for line in 0..lines {
            let value = random.text(40);
            let _infallible =
                writeln!(text, "  \"key {line}\": [\n    {line},\n    \"{value}\"\n  ],");
        }
        text.push_str("  \"last\": null\n}");
        text
    };
    [3, 2500, 1, 6000, 0, 40, 3000, 9000, 2].into_iter().map(document).collect()
}

#[test]
fn documents_on_many_lines_are_whole_wherever_a_block_ends() {
    assert_same_alone_and_together(&pretty_documents(), "\n");
}

#[test]
fn documents_on_many_lines_need_no_newline_between_them() {
    assert_same_alone_and_together(&pretty_documents(), "");
}

#[test]
fn glued_documents_are_whole_wherever_a_block_ends() {
    let mut random = Random(9);
    let lengths = [10, 400_000, 3, 150_000, 262_144, 70_000, 1, 300_000];
    let parts: Vec<_> = lengths
        .into_iter()
        .flat_map(|length| {
            let json = format!("{{\"text\":\"}}{{\\\"{}\"}}", random.text(length));
            [json, TICKERS.concat()]
        })
        .collect();
    // Each ticker is a line of its own, alone and together.
    assert_same_alone_and_together(&parts, "");
}

#[test]
fn wrapped_base64_is_one_record_wherever_a_block_ends() {
    let mut random = Random(11);
    for width in [64, 76] {
        let mut wrapped = |length: usize| {
            let json = format!("{{\"text\":\"{}\"}}", random.text(length));
            let base64 = STANDARD.encode(gzip(json.as_bytes()));
            let lines: Vec<_> =
                base64.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
            lines.join("\n")
        };
        let lengths = [100_000, 500_000, 40, 300_000, 262_144, 700_000];
        let parts: Vec<_> = lengths.into_iter().map(&mut wrapped).collect();
        assert_same_alone_and_together(&parts, "\n\n");
    }
}

#[test]
fn one_record_larger_than_many_blocks_comes_through() {
    let text = Random(13).text(3_000_000);
    let json = format!("{{\"text\":\"{text}\"}}\n");
    let plain = Fh::decode("").stdin(json.clone()).run().success();
    assert!(plain == json);
    let base64 = Fh::decode("").stdin(format!("{}\n{T0}\n", STANDARD.encode(&json))).run();
    assert!(base64.success() == format!("{json}{T0}\n"));
}

#[test]
fn gzip_members_among_text_are_whole_wherever_a_block_ends() {
    let mut random = Random(17);
    let (mut input, mut expected) = (Vec::new(), String::new());
    for length in [200_000, 300_000, 10, 400_000, 600_000] {
        let json = format!("{{\"text\":\"{}\"}}", random.text(length));
        input.extend_from_slice(T0.as_bytes());
        input.extend_from_slice(&gzip(json.as_bytes()));
        expected.extend([T0, "\n", json.as_str(), "\n"]);
    }
    let found = Fh::decode("").stdin(input).run().success();
    assert!(expected == found, "{} lines of {}", found.lines().count(), expected.lines().count());
}

#[test]
fn line_numbers_count_on_from_block_to_block() {
    let mut input = format!("{T0}\n").repeat(20_000);
    input.push_str("H4sIAAAAAAAAAKWR!\n");
    let output = Fh::decode("").stdin(input).run();
    assert!(
        output.errors().starts_with("fh: standard input: line 20001, record 20001: base64: "),
        "{}",
        output.errors()
    );
}
