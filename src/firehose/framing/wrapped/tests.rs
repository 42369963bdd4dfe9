use super::super::InputFormat;
use super::super::region::next;
use super::super::shape::Shape;
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const WIDTH: usize = 64;
const LINE: usize = WIDTH / 4 * 3;

/// A line of base64 that starts with these bytes and goes on as text does.
fn line(start: &[u8], number: usize) -> String {
    let mut bytes = start.to_vec();
    bytes.extend_from_slice(format!("{number:.<LINE$}").as_bytes());
    bytes.truncate(LINE);
    STANDARD.encode(bytes)
}

/// The lines of each region, joined ones together, and what it took.
fn read(block: &[u8], reading: Reading) -> (Vec<usize>, usize) {
    let mut ahead = Lookahead::new(block);
    let (mut at, mut lines) = (0, Vec::new());
    while let Some(region) = next(block, at, InputFormat::Auto, reading, &mut ahead) {
        let count = memchr::memchr_iter(b'\n', &block[region.body.clone()]).count() + 1;
        match region.shape {
            Shape::Lines(_) => lines.extend(vec![1; count]),
            _ => lines.push(count),
        }
        at = region.end;
    }
    (lines, ahead.base64.spent)
}

fn lines(block: &str) -> Vec<usize> {
    read(block.as_bytes(), Reading::Whole).0
}

/// Starts of things that have an end, with enough to come that the flood
/// does not end them.
fn open_starts() -> [Vec<u8>; 4] {
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0, 0xff, 0xff, 0, 0]].concat();
    let zstd = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0xf9, 0xff, 0x07];
    let json = br#"{"a":"#.to_vec();
    [crate::decode::KPL_MAGIC.to_vec(), gzip, zstd, json]
}

#[test]
fn a_flood_of_starts_without_an_end_takes_time_that_grows_with_it() {
    for start in open_starts() {
        let flood = |count: usize| -> String {
            let pair = |it| format!("{}\n{}\n", line(&start, it), line(b"log ", it));
            (0..count).map(pair).collect()
        };
        for reading in [Reading::Whole, Reading::Part] {
            let small = flood(500);
            let large = flood(4000);
            let spent = |block: &str| read(block.as_bytes(), reading).1;
            let (few, many) = (spent(&small), spent(&large));
            assert!(few <= 32 * small.len(), "{start:?}: {few} of {}", small.len());
            assert!(many <= 10 * few, "{start:?}: {few} and {many}");
        }
    }
}

#[test]
fn a_start_without_an_end_is_a_line_and_so_is_each_after_it() {
    for start in open_starts().iter().take(3) {
        let pair = |it| format!("{}\n{}\n", line(start, it), line(b"log ", it));
        let block: String = (0..100).map(pair).collect();
        assert_eq!(lines(&block), vec![1; 200], "{start:?}");
        // Nothing more may be read ahead.
        let mut spent = Lookahead::new(block.as_bytes());
        spent.base64.spend(usize::MAX);
        let run = run(block.as_bytes(), 0, WIDTH, Reading::Whole, &mut spent);
        assert!(run.is_none(), "{start:?}");
    }
}

#[test]
fn what_was_read_in_vain_before_it_does_not_take_a_wrapped_record_apart() {
    let cut = line(&open_starts()[1], 0);
    let text = line(b"log ", 1);
    let numbers: Vec<_> = (0..2000).map(|it| (it * 7919 % 10_007).to_string()).collect();
    let gzip = crate::compress::Gzip::new().compress(numbers.join(",").as_bytes());
    let base64 = STANDARD.encode(&gzip);
    let wrapped: Vec<_> = base64.as_bytes().chunks(WIDTH).map(String::from_utf8_lossy).collect();
    let block = format!("{cut}\n{text}\n{cut}\n{text}\n{}\n", wrapped.join("\n"));
    let found = lines(&block);
    assert_eq!(found, [1, 1, 1, 1, wrapped.len()]);
}

#[test]
fn a_block_does_not_wait_without_end_for_the_end_of_a_line_that_was_cut() {
    let cut = line(&open_starts()[1], 0);
    let text = line(b"log ", 1);
    let pairs = 1 + MAX_OPEN / (2 * (WIDTH + 1));
    let block = format!("{cut}\n{text}\n").repeat(pairs);
    assert!(super::super::safe_cut(block.as_bytes(), InputFormat::Auto).is_some());
}

/// The text in base64, wrapped at `WIDTH`, with a newline after it.
fn wrapped(text: &str) -> String {
    let base64 = STANDARD.encode(text);
    let lines = base64.as_bytes().chunks(WIDTH);
    let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
    lines.join("\n") + "\n"
}

#[test]
fn lines_of_text_with_a_shorter_one_after_them_are_one_record() {
    let vpc = "2 111122223333 eni-0a1b2c3d4e5f60718 10.0.0.12 10.0.1.5 49152 443 6 10 840 ACCEPT\n";
    let words = "The quick brown fox jumps over the lazy dog while the stream waits for it.";
    let csv = "id,name,city\n1,Bob,Berlin\n2,Ann,Paris\n3,Eve,Rome\n4,Tom,Oslo\n5,Kim,Wien\n";
    let long = &vpc.repeat(2);
    for text in [vpc, words, csv, long] {
        let count = wrapped(text).lines().count();
        assert!(count > 1);
        assert_eq!(lines(&wrapped(text)), [count], "{text}");
        assert_eq!(lines(&wrapped(text).repeat(3)), [count; 3], "{text}");
        let margin = format!("> {}\n", wrapped(text).trim_end().replace('\n', "\n> "));
        assert_eq!(lines(&margin), [count], "{margin}");
    }
}

#[test]
fn records_of_text_that_are_one_line_each_stay_so() {
    let record = |text: &str| {
        let base64 = STANDARD.encode(text);
        format!("{}\n", base64.trim_end_matches('='))
    };
    let full = |start: &str, end: &str| {
        let room = LINE - start.len() - end.len();
        record(&format!("{start}{:.<room$}{end}", ""))
    };
    let long = record(&"a record that is longer than the others, on one line ".repeat(2));
    for records in [
        // Each with a newline at its end, or alike at its start.
        [full("One", "\n"), full("Two", "\n"), record("Three\n")],
        [full("2026-11-22 ", "a"), full("2026-11-23 ", "b"), record("2026-11-24 c")],
        [full("GET /a ", "x"), full("PUT /b ", "y"), long],
        [full("{\"a\":\"", "\"}"), full("{\"b\":\"", "\"}"), record("{\"c\":1}")],
        [full("One", "."), full("Two", "."), record("Three.")],
    ] {
        assert_eq!(lines(&records.concat()), [1; 3], "{records:?}");
    }
}

#[test]
fn lines_of_text_and_a_short_one_after_them_are_a_record_each() {
    let short = STANDARD.encode("bye").trim_end_matches('=').to_owned();
    for texts in [vec![line(b"one ", 1)], vec![line(b"one ", 1), line(b"two ", 2)]] {
        let block = format!("{}\n{short}\n", texts.join("\n"));
        assert_eq!(lines(&block), vec![1; texts.len() + 1]);
        let mut ahead = Lookahead::new(block.as_bytes());
        let run = run(block.as_bytes(), 0, WIDTH, Reading::Whole, &mut ahead);
        let lines = texts.len() as u64 + 1;
        assert_eq!(run.unwrap().remark, Some(ProblemKind::LinesNotJoined { lines }));
    }
}

#[test]
fn lines_of_text_that_may_be_records_are_never_joined_without_a_remark() {
    let full = |start: &str, end: &str, width: usize| {
        let room = width / 4 * 3 - start.len() - end.len();
        STANDARD.encode(format!("{start}{:-<room$}{end}", ""))
    };
    let short = |text: &str| STANDARD.encode(text).trim_end_matches('=').to_owned();
    let run_of = |block: &str, width: usize| {
        let mut ahead = Lookahead::new(block.as_bytes());
        run(block.as_bytes(), 0, width, Reading::Whole, &mut ahead).unwrap()
    };
    for (width, first, last, is_joined) in [
        (76, full("user alice ", " from berlin", 76), "bob left the building at noon", true),
        (64, full("order placed ", " ok", 64), "refund issued", true),
        (64, full("10.0.0.1 GET /b ", " 200", 64), "10.0.0.3 GET /a 200", false),
        (64, full("temperature ", " 17", 64), "13.1 humidity", false),
        (64, full("PUT thing ", " -.q", 64), "GET other thing here\n", false),
    ] {
        let run = run_of(&format!("{first}\n{}\n", short(last)), width);
        assert_eq!(run.is_joined, is_joined, "{last}");
        let remark = run.remark;
        let lines = 2;
        let joined = ProblemKind::LinesJoined { lines };
        let other = ProblemKind::LinesNotJoined { lines };
        assert_eq!(remark, Some(if is_joined { joined } else { other }), "{last}");
    }
    let [alice, carol] = ["alice", "carol"].map(|it| full(it, " done", 76));
    let run = run_of(&format!("{alice}\n{carol}\n{}\n", short("eve did it")), 76);
    assert_eq!(run.remark, Some(ProblemKind::LinesJoined { lines: 3 }));
}
