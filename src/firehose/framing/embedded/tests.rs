use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::compress::Gzip;

/// What is found in a line, with a sign where words are left out; nothing in a line of text.
fn found(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let _flow = records(line.as_bytes(), None, &mut Sniffer::default(), &mut |data, problem| {
        let note = if problem.is_some() { "…" } else { "" };
        all.push(format!("{}{note}", data.escape_ascii()).replace("\\\"", "\""));
        ControlFlow::Continue(())
    });
    all
}

/// Base64 of `{"orderId":1041,"total":7}` and of `{"a":1}`.
const ORDER: &str = "eyJvcmRlcklkIjoxMDQxLCJ0b3RhbCI6N30=";
const SHORT: &str = "eyJhIjoxfQ==";

#[test]
fn bytes_are_found_wherever_they_stand_in_a_line() {
    for line in [
        "buf: <Buffer 7b 22 61 22 3a 31 7d> len 7",
        "payload <Buffer 7b 22 61 22 3a 31 7d> true",
        "  Data: <Buffer 7b 22 61 22 3a 31 7d>,",
        "{ data: <Buffer 7b 22 61 22 3a 31 7d>, n: 1 }",
        "data=[123 34 97 34 58 49 125] n=7",
        "&{Data:[123 34 97 34 58 49 125] noSmithyDocumentSerde:{}}",
        "level=INFO msg=rec data=\"[123 34 97 34 58 49 125]\"",
        "data=[123, 34, 97, 34, 58, 49, 125] n",
        "Blob { inner: [123, 34, 97, 34, 58, 49, 125] }",
        "payload = b'{\"a\":1}' len 7",
        "ValueError: invalid literal: b'{\"a\":1}' in this record",
        "app - DEBUG - Record: b'{\"a\":1}'",
    ] {
        assert_eq!(found(line), ["{\"a\":1}…"], "{line}");
    }
    let gzip = Gzip::new().compress(b"{\"a\":1}");
    let hex: Vec<_> = gzip.iter().map(|it| format!("\\x{it:02x}")).collect();
    let numbers: Vec<_> = gzip.iter().map(ToString::to_string).collect();
    let signed: Vec<_> = gzip.iter().map(|it| it.cast_signed().to_string()).collect();
    let expected = format!("{}…", gzip.escape_ascii()).replace("\\\"", "\"");
    for line in [
        format!("got b'{}' and more", hex.concat()),
        format!("data [{}] of {}", numbers.join(" "), gzip.len()),
        format!("data [{}] of {}", signed.join(", "), gzip.len()),
    ] {
        assert_eq!(found(&line), [expected.as_str()], "{line}");
    }
}

#[test]
fn all_prints_of_a_line_are_taken_or_none() {
    for line in [
        "[ <Buffer 7b 22 61 22 3a 31 7d>, <Buffer 7b 22 62 22 3a 32 7d> ]",
        "[[123 34 97 34 58 49 125] [123 34 98 34 58 50 125]]",
        "(b'{\"a\":1}', b'{\"b\":2}')",
        "[b'{\"a\":1}', b'{\"b\":2}']",
    ] {
        assert_eq!(found(line), ["{\"a\":1}", "{\"b\":2}"], "{line}");
    }
    for line in [
        "[{'Data': b'{\"a\":1}'}, {'Data': b'{\"b\":2}'}]",
        "[{Data:[123 34 97 34 58 49 125]} {Data:[123 34 98 34 58 50 125]}]",
        "one <Buffer 7b 22 61 22 3a 31 7d> and b'{\"b\":2}'",
        "data b'{\"a\":1}' and [123 34 98 34 58 50 125]",
    ] {
        assert_eq!(found(line), ["{\"a\":1}…", "{\"b\":2}…"], "{line}");
    }
    for line in [
        "[{'Data': b'{\"a\":1}'}, {'Data': b'hello'}]",
        "a <Buffer 7b 7d> b <Buffer 7b 22 61 22 3a 31 7d>",
        "b'{\"a\":1}' and b''",
        "b'{\"a\":1}' and b'{\"a\":",
        "[eyJhIjoxfQ==, aGVsbG8gd29ybGQ=] of it",
        "[eyJhIjoxfQ==, aGVsbG8gd29ybGQh] of it",
        "[{Data: eyJhIjoxfQ==}, {Data: aGVsbG8gd29ybGQh}]",
        "data=eyJhIjoxfQ== data=aGVsbG8gd29ybGQh",
        "data=eyJhIjoxfQ== data=eyJiIjoyf",
        "data=eyJhIjoxfQ== data=e30=",
        "eyJhIjoxfQ== {\"z\":1}",
        "INFO got {\"a\":1} and eyJhIjoxfQ== of it",
        "[eyJhIjoxfQ==, eyJiIjoyfQ==",
        "{Data:[123 34 97 34 58 49 125]} {Data:[104 101 108 108 111]}",
        "[[123 34 97 34 58 49 125] [104 101 108 108 111]]",
        "buf <Buffer 7b 22 61 22 3a 22 61 61 61 61 61 61 61 61 61 61 61 ... 216 more bytes> of it",
    ] {
        assert_eq!(found(line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn records_in_base64_without_words_are_found_in_any_list() {
    for line in [
        format!("{ORDER}\t{SHORT}"),
        format!("{ORDER} {SHORT}"),
        format!("{ORDER};{SHORT}"),
        format!("{ORDER}|{SHORT}"),
        format!("{ORDER},{SHORT}"),
        format!("[{ORDER}, {SHORT}]"),
        format!("[{ORDER} {SHORT}]"),
        format!("('{ORDER}', '{SHORT}')"),
        format!("{{'{ORDER}', '{SHORT}'}}"),
        format!("\\\"{ORDER}\\\",\\\"{SHORT}\\\""),
    ] {
        assert_eq!(found(&line), [ORDER, SHORT], "{line}");
    }
    for mark in ["^M$", "^M", "$", "%", "\\", "!"] {
        assert_eq!(found(&format!("{ORDER}{mark}")), [ORDER], "{mark}");
    }
    // Texts, as the AWS CLI prints them.
    assert_eq!(found("aGVsbG8=\td29ybGQ="), ["aGVsbG8=", "d29ybGQ="]);
    let (start, end) = ORDER.split_at(30);
    let gzip = STANDARD.encode(Gzip::new().compress(b"a text of some length"));
    let (gzip_start, gzip_end) = gzip.split_at(32);
    for line in [
        "name\ttest\tdata".to_owned(),
        format!("[{ORDER}, {start}"),
        format!("{start} {end}"),
        format!("{start} {ORDER}"),
        // A `+` may have become a blank.
        format!("{gzip_start} {gzip_end}"),
        "dGVtcyI6W3sic2t1IjoiWDEiLCJxdHkiOjJ9XX0=\"}]}".to_owned(),
    ] {
        assert_eq!(found(&line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn a_record_in_base64_is_found_in_words_and_in_what_languages_print() {
    let number = "49575469680524135041586805764649280618633657491608567810";
    let arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders-of-the-shop";
    for line in [
        format!("received {SHORT} from x"),
        format!("Record {{ RecordId = {number}, Data = {SHORT} }}"),
        format!("@{{recordId={number}; data={SHORT}}}"),
        format!("Event(0b214ec1,{arn},eu-west-1,List(Record({number},1501146562192,{SHORT})))"),
        format!("Map(arn -> {arn}, records -> List(Map(recordId -> {number}, data -> {SHORT})))"),
        format!("2026-11-22T10:00:00Z INFO the record {SHORT} of {arn} was seen"),
        format!("time=2026-11-22T10:00:00Z level=INFO data=\"{SHORT}\" n=7 arn={arn}"),
        format!("aws kinesis put-record --stream-name orders --data {SHORT} --partition-key p"),
        format!("got [{SHORT}] of the stream"),
        format!("rawData={SHORT} and many words around it, so that it is not the most of them"),
    ] {
        assert_eq!(found(&line), [format!("{SHORT}…")], "{line}");
    }
    for line in [
        format!("got [{ORDER}, {SHORT}] of it"),
        format!("got [{ORDER} {SHORT}] of it"),
        format!("got {ORDER} {SHORT} of it"),
        format!("2026-11-22 got data={ORDER} and data: {SHORT} from x"),
    ] {
        assert_eq!(found(&line), [format!("{ORDER}…"), format!("{SHORT}…")], "{line}");
    }
}

#[test]
fn tokens_addresses_code_and_words_stay_text() {
    let words = "and many words around it, so that it is not the most of the line at all";
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";
    for line in [
        format!("2026-11-22T10:00:00Z INFO Authorization: Bearer {token} {words}"),
        format!("{token} {token}"),
        format!("2026-11-22T10:00:00Z INFO nextToken={ORDER} {words}"),
        format!("aws logs filter-log-events --starting-token {ORDER} {words}"),
        format!("2026-11-22T10:00:00Z INFO Cookie: session={ORDER}; {words}"),
        format!("X-User-Context: {ORDER} {words}"),
        format!("2026-11-22T10:00:00Z INFO GET /orders?after={ORDER} {words}"),
        format!("2026-11-22T10:00:00Z INFO GET https://example.com/{ORDER} {words}"),
        format!("INSERT INTO orders (id, data) VALUES (1, '{ORDER}')"),
        format!("const s = [\"{SHORT}\", \"{ORDER}\"];"),
        format!("  expect(decode('{SHORT}')).toEqual({{ a: 1 }});"),
        format!("// {SHORT} is an object"),
        format!("1,{SHORT},{ORDER}"),
        format!("1, {SHORT}, {ORDER}"),
        format!("1\t{SHORT}\t{ORDER}"),
        format!("metadata: {SHORT} {words}"),
        format!("keys ['{SHORT}', 'user 7']"),
        "self.assertRaises(UnicodeDecodeError, self.loads, b'[{\"a\":1}]')".into(),
        "assert_eq!(out, b\"[{\\\"a\\\":1}]\");".into(),
        "from_slice::<Foo>(b\"{\\\"a\\\":1}\").unwrap_err();".into(),
        "|| b\"{\\\"a\\\":1}\".to_vec()".into(),
        "assert b'{\"a\":1}' == b'{\"b\":2}'".into(),
        "@pytest.mark.parametrize('x', [b'{\"a\":1}', b'{\"b\":1}'])".into(),
        "    data = b'[1, 2]'".into(),
        "foo(1, [123, 34, 97, 34, 58, 49, 125])".into(),
        "case [123, 34, 97, 34, 58, 49, 125]: foo".into(),
        "Deno.test({b: [123, 34, 97, 34, 58, 49, 125], x: 1})".into(),
        format!("if(x){{f(\"(\")}}//# sourceMappingURL=data:application/json;base64,{SHORT}"),
        format!("src: url(data:application/json;base64,{SHORT}) format(\"x\")"),
        format!("offset {SHORT} of page"),
        format!("lastEvaluated {SHORT} x"),
        "const b = Buffer.from([123, 34, 97, 34, 58, 49, 125]);".into(),
        "let b = b\"{\\\"a\\\":1}\";".into(),
        "assert decode(b'{\"a\":1}') == {'a': 1}".into(),
        "2026-11-22 10:00:00 params: {'url_path': '/', 'body': b'', 'url': 'https://x/'}".into(),
        "2026-11-22 10:00:00 params: {'url_path': '/', 'body': b'{\"a\":1}', 'url': 'x'}".into(),
        "INFO response body: b'OK' status 200".into(),
        "Authorization: Basic b'{\"a\":1}' of it".into(),
        "nobody: b'home'".into(),
        "'body': b'{}'".into(),
        "Key(bytes=0xa1b2c3d4) was rotated".into(),
        "the <Buffer 01 02 03> is short".into(),
        "positions [123, 125] selected".into(),
        "positions [123, 34, 125] selected".into(),
        "Dear Bob, see [object Object] in the page".into(),
        "request d76ff9f6-4592-45ae-b97d-2d6a8fe7a9c4 done in 3 ms".into(),
        "scores [90, 85, 77, 88, 92, 70, 81, 66] of the team".into(),
        "message b'hello world' was sent".into(),
        r"C:\Users\data\x1f".into(),
        String::new(),
    ] {
        assert_eq!(found(&line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn a_list_of_records_in_json_holds_nothing_else() {
    let is_list = |list: &str| is_list(Token::new(list.as_bytes()));
    assert!(is_list(&format!("[\"{ORDER}\",\"{SHORT}\"]")));
    for list in ["[]", "[\"aGVsbG8gd29ybGQ=\"]", "[\"eyJhIjoxfQ==\",null]", "[{}]", "7"] {
        assert!(!is_list(list), "{list}");
    }
}

/// What was read of a line is not read again: if it were, lines of this length would take
/// minutes. All of their records are found or none.
#[test]
fn long_lines_of_marks_have_all_their_records_or_none() {
    const LENGTH: usize = 1 << 16;
    /// As many as the pattern stands in the line.
    const ALL: usize = 1 << 30;
    for (pattern, expected) in [
        ("x <Buffer 7b 22 61 22 3a 31 7d> ", [ALL, ALL, ALL + 1]),
        ("b'{\"a\":1}' ", [ALL, ALL, ALL + 1]),
        ("eyJhIjoxfQ== ", [ALL, ALL, ALL + 1]),
        ("\"\\", [0, 0, 1]),
        ("data=\\\"", [0, 0, 1]),
        ("data\"", [0, 0, 0]),
        ("[eyJhIjoxfQ==,", [0, 0, 0]),
        ("{123, ", [0, 0, 0]),
        ("<Buffer ", [0, 0, 0]),
        ("<Buffer 7b>", [0, 0, 0]),
        ("(bytes=0x", [0, 0, 0]),
        ("b'", [0, 0, 0]),
        ("b' ", [0, 0, 0]),
        ("b'{}' ", [0, 0, 0]),
        ("b\"\\", [0, 0, 0]),
        ("[123 34 ", [0, 0, 0]),
        ("[123, 34, 97]", [0, 0, 0]),
        ("eyJ", [0, 0, 0]),
        ("eyJ,", [0, 0, 0]),
        ("eyJ.", [0, 0, 1]),
        ("W3s ", [0, 0, 1]),
        ("H4sI=", [0, 0, 0]),
        ("abcdefgh= ", [0, 0, 0]),
        ("?eyJ ", [0, 0, 1]),
        ("eyJhIjoxfQ==", [0, 0, 0]),
        ("eyJhIjoxfQ==,", [ALL, 0, 0]),
        ("=\t", [0, 0, 0]),
        ("[b'{", [0, 0, 0]),
        ("[", [0, 0, 0]),
    ] {
        let count = LENGTH / pattern.len();
        let line = pattern.repeat(count);
        let lines = [line.clone(), format!("words {line}"), format!("{line} eyJhIjoxfQ== of it")];
        for (line, expected) in lines.iter().zip(expected) {
            let found = found(line).len();
            let expected = if expected >= ALL { expected - ALL + count } else { expected };
            let end = String::from_utf8_lossy(part(line.as_bytes(), line.len() - 40..));
            assert_eq!(found, expected, "{pattern} …{end}");
        }
    }
}

#[test]
fn marks_are_found_once_in_a_block() {
    let block = b"words\neyJhIjoxfQ==\nwords eyJ\n\nmore\n";
    let mut marks = Marks::default();
    let lines = [0..5, 6..18, 19..28, 29..29, 30..34];
    let found = lines.map(|line| marks.may_be_in(block, &line));
    assert_eq!(found, [false, true, true, false, false]);
    let mut marks = Marks::default();
    assert!(!marks.may_be_in_words(block, &(6..18)) && marks.may_be_in_words(block, &(19..28)));
}
