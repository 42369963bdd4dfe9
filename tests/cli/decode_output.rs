//! `fh decode`: content as people and programs get it: layout, colour, raw bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;

use crate::harness::Fh;
use crate::samples::{DIRECT_PUT, LOGS, SHIPPED, T0, TICKERS, lines};

const RECORD: &str = "fixtures/records/record.txt";
const PLAIN: &str = "fixtures/records/plain-json.b64";
const EVENT: &str = "fixtures/events/direct-put.json";

#[test]
fn a_pipe_gets_a_line_a_record() {
    assert_eq!(Fh::decode(EVENT).run().success(), lines(&DIRECT_PUT));
    assert_eq!(Fh::decode(EVENT).arg("--compact").run().success(), lines(&DIRECT_PUT));
}

#[test]
fn a_terminal_gets_json_on_many_lines_in_color() {
    assert_snapshot!(Fh::decode(RECORD).on_terminal(100), @r#"
    {
      ␛[38;5;32;1m"messageType"␛[0m: ␛[38;5;28m"DATA_MESSAGE"␛[0m,
      ␛[38;5;32;1m"owner"␛[0m: ␛[38;5;28m"111122223333"␛[0m,
      ␛[38;5;32;1m"logGroup"␛[0m: ␛[38;5;28m"/aws/lambda/orders"␛[0m,
      ␛[38;5;32;1m"logStream"␛[0m: ␛[38;5;28m"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b"␛[0m,
      ␛[38;5;32;1m"subscriptionFilters"␛[0m: [
        ␛[38;5;28m"orders-to-firehose"␛[0m
      ],
      ␛[38;5;32;1m"logEvents"␛[0m: [
        {
          ␛[38;5;32;1m"id"␛[0m: ␛[38;5;28m"39318427561093847562019384756201938475620193847562019300"␛[0m,
          ␛[38;5;32;1m"timestamp"␛[0m: 1795341600123,
          ␛[38;5;32;1m"message"␛[0m: ␛[38;5;28m"[INFO] order A-1041 accepted: 3 items, 25.90 EUR"␛[0m
        },
        {
          ␛[38;5;32;1m"id"␛[0m: ␛[38;5;28m"39318427561093847562019384756201938475620193847562019301"␛[0m,
          ␛[38;5;32;1m"timestamp"␛[0m: 1795341600140,
          ␛[38;5;32;1m"message"␛[0m: ␛[38;5;28m"[WARN] order A-1042 payment retried"␛[0m
        },
        {
          ␛[38;5;32;1m"id"␛[0m: ␛[38;5;28m"39318427561093847562019384756201938475620193847562019302"␛[0m,
          ␛[38;5;32;1m"timestamp"␛[0m: 1795341600157,
          ␛[38;5;32;1m"message"␛[0m: ␛[38;5;28m"[ERROR] order A-1043 rejected: card expired"␛[0m
        }
      ]
    }
    [exit status: 0]
    "#);
}

#[test]
fn json_is_laid_out_the_same_at_any_width() {
    let wide = Fh::decode(EVENT).on_terminal(100);
    assert_eq!(Fh::decode(EVENT).on_terminal(40).success(), wide.success());
}

#[test]
fn a_narrow_terminal_gets_all_of_a_record() {
    assert_snapshot!(Fh::decode(PLAIN).arg("--compact").on_terminal(40), @r#"
    {␛[38;5;32;1m"ticker_symbol"␛[0m:␛[38;5;28m"WAS"␛[0m,␛[38;5;32;1m"sector"␛[0m:␛[38;5;28m"RETAIL"␛[0m,␛[38;5;32;1m"change"␛[0m:-0.42,␛[38;5;32;1m"price"␛[0m:12.07}
    {␛[38;5;32;1m"ticker_symbol"␛[0m:␛[38;5;28m"NGC"␛[0m,␛[38;5;32;1m"sector"␛[0m:␛[38;5;28m"HEALTHCARE"␛[0m,␛[38;5;32;1m"change"␛[0m:0.3,␛[38;5;32;1m"price"␛[0m:5.5}
    {␛[38;5;32;1m"ticker_symbol"␛[0m:␛[38;5;28m"DEG"␛[0m,␛[38;5;32;1m"sector"␛[0m:␛[38;5;28m"ENERGY"␛[0m,␛[38;5;32;1m"change"␛[0m:1.16,␛[38;5;32;1m"price"␛[0m:4}
    [exit status: 0]
    "#);
}

#[test]
fn pretty_lays_json_out_in_a_pipe_too() {
    assert_snapshot!(Fh::decode("--pretty").arg(PLAIN).run(), @r#"
    {
      "ticker_symbol": "WAS",
      "sector": "RETAIL",
      "change": -0.42,
      "price": 12.07
    }
    {
      "ticker_symbol": "NGC",
      "sector": "HEALTHCARE",
      "change": 0.3,
      "price": 5.5
    }
    {
      "ticker_symbol": "DEG",
      "sector": "ENERGY",
      "change": 1.16,
      "price": 4
    }
    [exit status: 0]
    "#);
}

#[test]
fn pretty_changes_no_value() {
    assert_snapshot!(Fh::decode("--pretty fixtures/records/json-numbers.b64").run(), @r#"
    {
      "z": 1.10,
      "a": 1e400,
      "b": 1E+2,
      "int": 123456789012345678901234567890,
      "neg": -0,
      "tiny": -0.0e-7,
      "big": 9007199254740993,
      "dup": 1,
      "dup": 2,
      "text": "caf\u00e9 \/ café",
      "lone": "\ud800",
      "pair": "\ud83d\ude00",
      "empty": {
        "list": [],
        "object": {}
      },
      "list": [
        [],
        {},
        [
          []
        ]
      ],
      "": null
    }
    [exit status: 0]
    "#);
}

#[test]
fn text_of_many_lines_is_marked_on_a_terminal() {
    let text = STANDARD.encode("first line of a stack trace\n  at handler\r\n\n  at main\n");
    assert_snapshot!(Fh::decode("--color never").stdin(text.clone()).on_terminal(100), @"
    first line of a stack trace
      │   at handler
      │ 
      │   at main
    [exit status: 0]
    ");
    assert_snapshot!(Fh::decode("").stdin(text).run(), @r"
    first line of a stack trace
      at handler\r

      at main
    [exit status: 0]
    ");
}

#[test]
fn an_empty_record_is_shown_as_empty_on_a_terminal() {
    let empty = "--color never --compact fixtures/events/empty-record.json";
    assert_snapshot!(Fh::decode(empty).on_terminal(100), @r#"
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
    (empty)
    {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    [exit status: 0]
    "#);
    assert_snapshot!(Fh::decode(empty).run(), @r#"
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}

    {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    [exit status: 0]
    "#);
}

#[test]
fn binary_is_dumped_on_a_terminal() {
    assert_snapshot!(Fh::decode("fixtures/records/binary.b64").on_terminal(100), @r##"
    00000000  28 0a 26 0a 18 0a 0c 73  65 72 76 69 63 65 2e 6e  |(.&....service.n|
    00000010  61 6d 65 12 08 0a 06 6f  72 64 65 72 73 10 a0 fa  |ame....orders...|
    00000020  8a d8 06 1a 04 00 ff fe  80                       |.........|
    00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |................|
    00000010  10 11 12 13 14 15 16 17  18 19 1a 1b 1c 1d 1e 1f  |................|
    00000020  20 21 22 23 24 25 26 27  28 29 2a 2b 2c 2d 2e 2f  | !"#$%&'()*+,-./|
    00000030  30 31 32 33 34 35 36 37  38 39 3a 3b 3c 3d 3e 3f  |0123456789:;<=>?|
    00000040  40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f  |@ABCDEFGHIJKLMNO|
    00000050  50 51 52 53 54 55 56 57  58 59 5a 5b 5c 5d 5e 5f  |PQRSTUVWXYZ[\]^_|
    00000060  60 61 62 63 64 65 66 67  68 69 6a 6b 6c 6d 6e 6f  |`abcdefghijklmno|
    00000070  70 71 72 73 74 75 76 77  78 79 7a 7b 7c 7d 7e 7f  |pqrstuvwxyz{|}~.|
    00000080  80 81 82 83 84 85 86 87  88 89 8a 8b 8c 8d 8e 8f  |................|
    00000090  90 91 92 93 94 95 96 97  98 99 9a 9b 9c 9d 9e 9f  |................|
    000000a0  a0 a1 a2 a3 a4 a5 a6 a7  a8 a9 aa ab ac ad ae af  |................|
    000000b0  b0 b1 b2 b3 b4 b5 b6 b7  b8 b9 ba bb bc bd be bf  |................|
    000000c0  c0 c1 c2 c3 c4 c5 c6 c7  c8 c9 ca cb cc cd ce cf  |................|
    000000d0  d0 d1 d2 d3 d4 d5 d6 d7  d8 d9 da db dc dd de df  |................|
    000000e0  e0 e1 e2 e3 e4 e5 e6 e7  e8 e9 ea eb ec ed ee ef  |................|
    000000f0  f0 f1 f2 f3 f4 f5 f6 f7  f8 f9 fa fb fc fd fe ff  |................|
    [exit status: 0]
    "##);
}

#[test]
fn a_dump_stops_and_says_how_to_get_the_rest() {
    let dump = Fh::decode("fixtures/records/gzip-expands.b64").on_terminal(100).success();
    let rows: Vec<_> = dump.lines().collect();
    assert_eq!(rows.len(), 257);
    assert_eq!(rows[256], "… 4,190,208 more bytes (--raw prints all)");
}

#[test]
fn raw_is_the_bytes_and_nothing_else() {
    let text = Fh::decode("--raw fixtures/records/text-utf8.b64").run().success();
    assert_eq!(text, "größer ✓ 東京 😀\n2026-11-22T10:00:00Z INFO ready");
    assert_eq!(Fh::decode("--raw").arg(PLAIN).run().success(), TICKERS.concat());
    let binary = Fh::decode("--raw --records 2 fixtures/records/binary.b64").run();
    assert_eq!(binary.stdout, (0..=255).collect::<Vec<u8>>());
    let empty = Fh::decode("--raw fixtures/records/gzip-empty.b64").run();
    assert_eq!(empty.success(), "");
}

#[test]
fn raw_keeps_the_white_space_that_text_output_lays_out_again() {
    let raw = Fh::decode("--raw fixtures/records/json-white-space.b64").run().success();
    assert_eq!(raw, "\r\n { \"b\" : [ 1 ,\t2 ] ,\n  \"a\" : \"x  y\" }\n\n");
    let sequence = Fh::decode("--raw --records 2 fixtures/records/json-sequence.b64").run();
    assert_eq!(sequence.success(), "{\"a\":1}\n{\"b\":2}\n");
}

#[test]
fn raw_of_an_aggregate_is_its_records_one_after_the_other() {
    let raw = Fh::decode("--raw fixtures/records/kpl-aggregate.b64").run().success();
    let second = TICKERS[1];
    assert_eq!(raw, format!("{T0}{second}{SHIPPED}\n"));
}

#[test]
fn color_is_for_terminals_unless_the_user_says_otherwise() {
    let colored = |fh: Fh| fh.args("--compact").arg(PLAIN).run().text().contains('\x1b');
    let on_screen =
        |fh: Fh| fh.args("--compact").arg(PLAIN).on_terminal(100).text().contains('\x1b');
    let plain = || Fh::decode("");
    assert!(!colored(plain()));
    assert!(on_screen(plain()));
    assert!(!on_screen(plain().env("NO_COLOR", "1")));
    assert!(on_screen(plain().env("NO_COLOR", "")));
    assert!(!on_screen(plain().args("--color never")));
    assert!(colored(plain().args("--color always")));
    assert!(on_screen(plain().args("--color always").env("NO_COLOR", "1")));
    assert!(colored(plain().args("--color always").env("NO_COLOR", "1")));
    assert!(!on_screen(plain().env("TERM", "dumb")));
    assert!(!on_screen(plain().args("--no-color")));
    assert!(!colored(plain().args("--color always --no-color")));
    assert!(colored(plain().args("--no-color --color always")));
}

#[test]
fn no_color_is_a_flag_that_swallows_no_input() {
    let output = Fh::new().args("decode --no-color").arg(PLAIN).run();
    assert_eq!(output.text().lines().count(), 3, "{output}");
    assert_eq!(Fh::new().args("--no-color decode").arg(PLAIN).run().text(), output.text());
}

#[test]
fn columns_break_prose_in_a_pipe_and_cut_no_table() {
    let longest = |output: crate::harness::Output| {
        // Commands are to be pasted, so they are never broken.
        let text = output.text();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("fh "));
        lines.map(|line| line.chars().count()).max().unwrap_or(0)
    };
    let explain =
        |columns: &str| Fh::new().args("explain Lambda.FunctionError").env("COLUMNS", columns);
    assert!(longest(explain("60").run()) <= 60);
    assert!(longest(explain("").run()) > 100);
    let table = Fh::decode("--output table").arg(RECORD).env("COLUMNS", "40").run();
    assert!(longest(table) > 100);
}

#[test]
fn color_in_a_pipe_is_what_a_terminal_would_get() {
    let forced = Fh::decode("--color always --pretty").arg(RECORD).run().success();
    assert_eq!(forced, Fh::decode("").arg(RECORD).on_terminal(100).success());
    assert_eq!(Fh::decode("--raw --color always").arg(RECORD).run().success(), LOGS);
}
