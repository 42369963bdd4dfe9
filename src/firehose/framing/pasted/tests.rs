use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::compress::Gzip;
use crate::decode::{Decoder, Encoding, Options};
use crate::framing::{Data, InputFormat, records, safe_cut};

const ORDER: &str = r#"{"orderId":"A-1041","status":"shipped","items":[{"sku":"QX-77","qty":3},{"sku":"ZB-12","qty":1}],"total":84.51,"note":"left with the neighbour at number 12"}"#;

/// The content of each record of the block, and what is odd about it.
fn found(block: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    let mut decoder = Decoder::new(Options::default());
    let _flow = records(block, InputFormat::Auto, &mut |record| {
        let content = match &record.data {
            Data::Unknown(bytes) => decoder.decode(bytes, Encoding::Unknown).bytes,
            Data::Base64(bytes) => decoder.decode(bytes, Encoding::Base64).bytes,
            Data::Missing | Data::Broken => b"none",
        };
        let problem = record.problem.map(|it| format!(" ({it})")).unwrap_or_default();
        all.push(format!("{}{problem}", String::from_utf8_lossy(content)));
        ControlFlow::Continue(())
    });
    all
}

/// The records of the text, which are the same wherever it is cut, also if it comes piece
/// by piece.
#[track_caller]
fn read(text: &str) -> Vec<String> {
    let block = format!("before\n{text}\nafter\n");
    let whole = found(block.as_bytes());
    for seen in 1..=block.len() {
        let Some(cut) = safe_cut(&block.as_bytes()[..seen], InputFormat::Auto) else { continue };
        let (before, after) = block.as_bytes().split_at(cut);
        assert_eq!([found(before), found(after)].concat(), whole, "cut {cut} of {seen}: {block}");
    }
    let [first, inner @ .., last] = whole.as_slice() else { panic!("{whole:?}") };
    assert_eq!((first.as_str(), last.as_str()), ("before", "after"), "{whole:#?}");
    inner.to_vec()
}

/// The order comes out of the text, once, and with nothing else but a remark.
#[track_caller]
fn is_order(text: &str, remark: &str) {
    assert_eq!(read(text), [format!("{ORDER}{remark}")], "{text}");
}

fn base64() -> [String; 2] {
    let gzip = Gzip::new().compress(ORDER.as_bytes());
    [STANDARD.encode(ORDER), STANDARD.encode(gzip)]
}

fn pieces(text: &str, width: usize) -> Vec<&str> {
    text.as_bytes().chunks(width).map(|it| str::from_utf8(it).unwrap()).collect()
}

const BLANK: &str = " (base64 with a blank line in it read as one record)";
const WORDS: &str = " (only the base64 in the text is decoded)";

#[test]
fn a_blank_line_in_base64_is_no_end_of_it() {
    for text in base64() {
        for width in [64, 76, 100, 101] {
            let lines = pieces(&text, width);
            for blank in ["\n\n", "\r\n\r\n", "\n  \n", "\n\n\n"] {
                is_order(&lines.join(blank), BLANK);
                let (start, rest) = lines.split_at(lines.len() / 2);
                is_order(&format!("{}{blank}{}", start.join("\n"), rest.join("\n")), BLANK);
            }
            is_order(&format!("> {}", lines.join("\n>\n> ")), BLANK);
        }
    }
}

#[test]
fn records_with_a_blank_line_between_them_stay_records() {
    let other = ORDER.replace("1041", "1042");
    for text in base64() {
        for second in
            [STANDARD.encode(&other), STANDARD.encode(Gzip::new().compress(other.as_bytes()))]
        {
            assert_eq!(read(&format!("{text}\n\n{second}")), [ORDER, &other]);
            let wrapped =
                [pieces(&text, 64).join("\n"), pieces(&second, 64).join("\n")].join("\n\n");
            assert_eq!(read(&wrapped), [ORDER, &other]);
            // The end of the first is missing.
            let cut = text.split_at(80).0;
            let found = read(&format!("{cut}\n\n{second}"));
            assert_eq!((found.len(), found.last()), (2, Some(&other)), "{found:?}");
        }
    }
    let names = "TheLongNameOfAClassThatMakesTheFactory";
    assert_eq!(read(&format!("{names}\n\n{names}")), [names, names]);
}

#[test]
fn literals_of_every_language_are_joined() {
    for text in base64() {
        let parts = pieces(&text, 48);
        for (before, between, after, remark) in [
            ("\"", "\" + \"", "\"", ""),
            ("    '", "' +\n    '", "';", ""),
            ("const data = \"", "\"\n  + \"", "\";", WORDS),
            ("data := \"", "\" +\n\t\"", "\"", WORDS),
            ("data = (\n    '", "'\n    '", "'\n)", WORDS),
            ("(\n    b'", "'\n    b'", "'\n)", ""),
            ("('", "'\n '", "')", ""),
            ("$data = '", "'\n  . '", "';", WORDS),
            ("local data = \"", "\" ..\n  \"", "\"", WORDS),
            ("data = \"", "\" & _\n  \"", "\"", WORDS),
            ("data: \"", "\n  ", "\"", WORDS),
            ("data: \"", "\\\n  ", "\"", WORDS),
            ("", "\\\n", "", ""),
            ("DATA='", "\\\n", "'", WORDS),
            ("echo ", "\\\n", " | base64 -d", WORDS),
        ] {
            is_order(&format!("{before}{}{after}", parts.join(between)), remark);
        }
    }
}

#[test]
fn literals_that_are_records_of_their_own_or_words_stay_apart() {
    let record = |n: u8| STANDARD.encode(format!(r#"{{"order":"A-104{n}","n":{n}}}"#));
    let list = (1..4).map(|n| format!("\"{}\"", record(n))).collect::<Vec<_>>();
    assert_eq!(read(&list.join("\n")).len(), 3);
    for words in
        ["\"TheLongNameOfAClass\"\n\"TheLongNameOfAnother\"", "'aaaaaaaaaaaaaaaaaaaa' + 'b'"]
    {
        let lines = words.lines().count();
        assert_eq!(read(words).len(), lines, "{words}");
    }
}

fn dump(bytes: &[u8], line: impl Fn(usize, &[u8], &str) -> String) -> String {
    let lines = bytes.chunks(16).enumerate().map(|(at, bytes)| {
        let shown = |byte: &u8| if (32..127).contains(byte) { char::from(*byte) } else { '.' };
        line(at * 16, bytes, &bytes.iter().map(shown).collect::<String>())
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn hex(bytes: &[u8], group: usize, between: &str) -> String {
    let digits =
        |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect::<Vec<_>>().concat();
    bytes.chunks(group).map(digits).collect::<Vec<_>>().join(between)
}

/// As `hexdump -C` prints it, without the last line.
fn canonical(at: usize, bytes: &[u8], text: &str) -> String {
    let (one, two) = bytes.split_at(bytes.len().min(8));
    let columns = format!("{}  {}", hex(one, 1, " "), hex(two, 1, " "));
    format!("{at:08x}  {columns:<48}  |{text}|")
}

#[test]
fn hex_dumps_are_the_bytes_that_they_show() {
    for bytes in [ORDER.as_bytes().to_vec(), Gzip::new().compress(ORDER.as_bytes())] {
        let length = bytes.len();
        let swapped = |bytes: &[u8]| {
            let pairs: Vec<u8> = bytes.chunks(2).flat_map(|it| it.iter().rev().copied()).collect();
            hex(&pairs, 2, " ")
        };
        for text in [
            dump(&bytes, |at, it, text| format!("{at:08x}: {:<39}  {text}", hex(it, 2, " "))),
            dump(&bytes, |at, it, text| format!("{at:08x}: {:<47}  {text}", hex(it, 1, " "))),
            dump(&bytes, canonical) + &format!("\n{length:08x}"),
            dump(&bytes, canonical),
            dump(&bytes, |at, it, text| format!("{at:06x} {:<47}  >{text}<", hex(it, 1, " ")))
                + &format!("\n{length:06x}"),
            dump(&bytes, |at, it, _| format!("{at:07o} {}", hex(it, 1, " ")))
                + &format!("\n{length:07o}"),
            dump(&bytes, |at, it, text| format!("{at:04x}   {:<47}   {text}", hex(it, 1, " "))),
            dump(&bytes, |_, it, _| format!(" {}", hex(it, 1, " "))),
            dump(&bytes, |_, it, _| hex(it, 16, "")),
            dump(&bytes, |_, it, _| hex(it, 1, ":")),
            format!(
                "           00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n\n{}",
                dump(&bytes, |at, it, text| format!(
                    "{at:08X}   {:<47}  {text}",
                    hex(it, 1, " ").to_uppercase()
                ))
            ),
        ] {
            is_order(&text, "");
            is_order(&text.replace('\n', "\r\n"), "");
        }
        if length.is_multiple_of(2) {
            is_order(
                &(dump(&bytes, |at, it, _| format!("{at:07x} {}", swapped(it)))
                    + &format!("\n{length:07x}")),
                "",
            );
        }
    }
}

#[test]
fn repeated_lines_of_a_dump_are_filled_in_and_missing_ones_reported() {
    let text = format!(r#"{{"a":"{}"}}"#, "x".repeat(200));
    let lines = dump(text.as_bytes(), canonical);
    let lines: Vec<_> = lines.lines().collect();
    let end = format!("{:08x}", text.len());
    let short = [&lines[..2], &["*"], &lines[12..], &[&end]].concat().join("\n");
    assert_eq!(read(&short), [text.as_str()]);
    let whole = [&lines[..], &[&end]].concat();
    for (lines, at) in [
        (whole[..5].to_vec(), 80),
        (whole[1..].to_vec(), 0),
        ([&whole[..3], &whole[5..]].concat(), 48),
        ([&whole[..3], &[end.as_str()]].concat(), 48),
    ] {
        let found = read(&lines.join("\n"));
        let problem = format!(" (bytes of the hex dump are missing from offset {at})");
        assert!(found.len() == 1 && found[0].ends_with(&problem), "{found:?}");
    }
}

#[test]
fn lists_of_bytes_are_read() {
    for bytes in [ORDER.as_bytes().to_vec(), Gzip::new().compress(ORDER.as_bytes())] {
        let list = |form: &dyn Fn(u8) -> String, between: &str| {
            bytes.iter().map(|it| form(*it)).collect::<Vec<_>>().join(between)
        };
        let hex = |it: u8| format!("0x{it:02x}");
        let decimal = |it: u8| it.to_string();
        for text in [
            list(&hex, ", "),
            list(&hex, " "),
            format!("[]byte{{{}}}", list(&|it| format!("0x{it:x}"), ", ")),
            format!("data := []uint8{{{}}}", list(&hex, ", ")),
            format!("byte[] data = {{\n  {}\n}};", list(&hex, ",\n  ")),
            format!(
                "unsigned char a_bin[] = {{\n  {}\n}};\nunsigned int a_bin_len = 9;",
                list(&hex, ", ")
            ),
            format!("[\n    {},\n]", list(&decimal, ",\n    ")),
            list(&decimal, " "),
            list(&decimal, "\n"),
        ] {
            is_order(&text, "");
        }
    }
    for numbers in ["123\n34\n12", "31\n139", "0x7b, 0x22 is a brace", "91 123 17 18 19 20 21 22"] {
        assert_eq!(read(numbers), numbers.lines().collect::<Vec<_>>(), "{numbers}");
    }
}

#[test]
fn escapes_are_the_bytes_that_they_stand_for() {
    for bytes in [ORDER.as_bytes().to_vec(), Gzip::new().compress(ORDER.as_bytes())] {
        let escaped = |form: &dyn Fn(u8) -> String| {
            let plain = |it: u8| (32..127).contains(&it) && !b"\"\\'#?".contains(&it);
            let all =
                bytes.iter().map(|it| if plain(*it) { char::from(*it).into() } else { form(*it) });
            all.collect::<String>()
        };
        let all = bytes.iter().map(|it| format!("\\x{it:02x}")).collect::<Vec<_>>().concat();
        is_order(&all, "");
        is_order(&format!("\"{all}\""), "");
        is_order(&format!("\"{}\"", escaped(&|it| format!("\\x{it:02X}"))), "");
        is_order(&format!("\"{}\";", escaped(&|it| format!("\\{it:03o}"))), "");
        is_order(&format!("$'{}'", escaped(&|it| format!("\\x{it:02x}"))), "");
    }
    assert_eq!(read(r"C:\x64\bin"), [r"C:\x64\bin"]);
}

#[test]
fn an_event_whose_quotes_were_replaced_is_read_and_content_is_not_changed() {
    let [data, _] = base64();
    let event =
        format!(r#"{{"invocationId": "i", "records": [{{"recordId": "1", "data": "{data}"}}]}}"#);
    let lines = event.replace(", ", ",\n  ").replace('{', "{\n  ");
    let typographic = " (typographic quotes or spaces read as straight quotes and spaces)";
    for event in [&event, &lines] {
        for (open, close) in [("“", "”"), ("„", "“"), ("«", "»"), ("”", "”"), ("‘", "’")]
        {
            let mut is_open = false;
            let text = event.chars().map(|it| match it {
                '"' => {
                    is_open = !is_open;
                    if is_open { open } else { close }.to_owned()
                }
                _ => it.to_string(),
            });
            is_order(&text.collect::<String>(), typographic);
        }
        is_order(&event.replace("\"data\"", "“data”"), typographic);
        let compact = event.replace(": ", ":").replace(", ", ",");
        let found = read(&compact.replacen("\"invocationId\"", "“invocationId”", 1));
        assert!(found.len() == 1 && found[0].starts_with(ORDER), "{found:?}");
        let remark = " (doubled quotes read as quotes)";
        is_order(&format!("\"{}\"", compact.replace('"', "\"\"")), remark);
    }
    is_order(&event.replace(' ', "\u{a0}"), typographic);
    let escaped = event.replace('"', "\\\"");
    let remark = " (escaped quotes outside of a string read as quotes)";
    is_order(&escaped, remark);
    is_order(&escaped.replace('\\', "\\\\").replace('"', "\\\""), remark);
    is_order(&format!("\"{}\"", event.replace('"', "\"\"")), " (doubled quotes read as quotes)");
    let row = format!("2026-11-22,\"got {}\",3", event.replace('"', "\"\""));
    is_order(&row, " (doubled quotes read as quotes)");
    let entities = " (HTML entities read as the characters that they stand for)";
    is_order(&event.replace('"', "&quot;"), entities);
    for content in ["{“orderId”: “A-1041”, “n”: 1}", "{\"said\": \"the “order”\"}"]
    {
        assert_eq!(read(content), [content]);
        assert_eq!(read(&STANDARD.encode(content)), [content]);
    }
    assert_eq!(read(&format!("“data”: “{data}”")), [ORDER]);
}

const PERCENT: &str = " (decoded from percent-encoding, not from base64)";

fn base32(bytes: &[u8]) -> String {
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1));
    let bits: Vec<_> = bits.collect();
    let symbol = |bits: &[u8]| {
        let value = (0..5).fold(0, |value, at| value << 1 | bits.get(at).copied().unwrap_or(0));
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(value)])
    };
    let text: String = bits.chunks(5).map(symbol).collect();
    format!("{text:=<width$}", width = text.len().next_multiple_of(8))
}

fn uuencode(bytes: &[u8]) -> String {
    let sign = |value: u8| char::from(if value == 0 { b'`' } else { value + b' ' });
    let line = |bytes: &[u8]| {
        let groups = bytes.chunks(3).flat_map(|it| {
            let [a, b, c] = [0, 1, 2].map(|at| it.get(at).copied().unwrap_or(0));
            [a >> 2, (a & 3) << 4 | b >> 4, (b & 15) << 2 | c >> 6, c & 63].map(sign)
        });
        let length = sign(u8::try_from(bytes.len()).unwrap());
        std::iter::once(length).chain(groups).collect::<String>()
    };
    let lines: Vec<_> = bytes.chunks(45).map(line).collect();
    format!("begin 644 order.gz\n{}\n`\nend", lines.join("\n"))
}

fn percent(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).into(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

#[test]
fn payloads_in_other_encodings_are_read_with_a_note() {
    for bytes in [ORDER.as_bytes().to_vec(), Gzip::new().compress(ORDER.as_bytes())] {
        let remark = " (decoded from base32, not from base64)";
        let text = base32(&bytes);
        for text in [
            text.as_str(),
            text.trim_end_matches('='),
            &pieces(&text, 76).join("\n"),
            &pieces(&text, 64).join("\r\n"),
        ] {
            is_order(text, remark);
        }
        let remark = " (decoded from uuencode, not from base64)";
        is_order(&uuencode(&bytes), remark);
        is_order(&uuencode(&bytes).replace('`', " "), remark);
    }
    let [data, _] = base64();
    let event =
        format!(r#"{{"invocationId": "i", "records": [{{"recordId": "1", "data": "{data}"}}]}}"#);
    for json in [ORDER, &event] {
        is_order(&percent(json), PERCENT);
        is_order(&percent(json).replace("%20", "+"), PERCENT);
        is_order(&percent(json).replace("%7B", "%7b"), PERCENT);
    }
}

#[test]
fn text_that_looks_like_other_encodings_stays_text() {
    for text in [
        "PMIXEDUPLETTERSANDDIGITS234567AB",
        "PM",
        "D6FQAAAA",
        "LN5QTHEREISNOBYTEINTHISATALL",
        "begin 644 the work",
        "begin 644 a.txt\nsome words that are no code\nend",
        "begin transaction",
        "end",
        "%7Bname%7D is a template",
        "%5B%5D=1&a=2",
        "%7",
        "%d of %s",
        "%7B%22a%22",
    ] {
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(read(text), lines, "{text}");
    }
}

#[test]
fn fences_and_armour_around_payloads_are_no_records() {
    for text in base64() {
        for width in [64, 76, 400] {
            let lines = pieces(&text, width).join("\n");
            for name in ["", "text", "json"] {
                is_order(&format!("```{name}\n{lines}\n```"), "");
            }
            is_order(&format!("```\n\n{lines}\n\n```").replace('\n', "\r\n"), "");
            is_order(&format!("-----BEGIN DATA-----\n{lines}\n-----END DATA-----"), "");
        }
    }
    let [data, _] = base64();
    let event = format!(
        "{{\n  \"invocationId\": \"i\",\n  \"records\": [{{\"recordId\": \"1\", \"data\": \"{data}\"}}]\n}}"
    );
    is_order(&format!("```json\n{event}\n```"), "");
    let [one, two] = base64();
    assert_eq!(read(&format!("```\n{one}\n{two}\n```")), [ORDER, ORDER]);
}

#[test]
fn fences_around_other_text_stay() {
    let key = pieces(&STANDARD.encode([0x30, 0x82].repeat(90)), 64).join("\n");
    for text in [
        "```\nsome words\n```",
        "```sh\nfh decode FILE\n```\nmore words\n```\n```",
        "```\n```",
        "```",
        "```json\n{\"a\":1}\nand words\n```",
        "``` a title that is longer than a name\n{\"a\":1}\n```",
        "-----BEGIN-----\nwords\n-----END-----",
        "-----BEGIN A FORM-----\nwords\n-----END A FORM-----",
        "--------- BEGIN",
    ] {
        let lines: Vec<_> = text.lines().filter(|it| !it.is_empty()).collect();
        assert_eq!(read(text), lines, "{text}");
    }
    let found = read(&format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----"));
    let (first, last) = (found.first().map(String::as_str), found.last().map(String::as_str));
    let armour = ["-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"];
    assert_eq!([first, last], armour.map(Some));
}

#[test]
fn an_event_in_a_log_line_that_is_cut_shows_its_whole_records() {
    let [data, _] = base64();
    let records: Vec<_> =
        (0..3).map(|it| format!(r#"{{"recordId": "{it}", "data": "{data}"}}"#)).collect();
    let event = format!(r#"{{"invocationId": "i", "records": [{}]}}"#, records.join(", "));
    let in_message = format!(r#"{{"level": "INFO", "message": "{}"}}"#, event.replace('"', "\\\""));
    let in_text = format!("2026-11-22T10:00:00Z INFO {event}");
    for text in [event, in_text, in_message] {
        let starts: Vec<_> = text.match_indices(&data).map(|(at, _)| at).collect();
        for (whole, start) in starts.iter().enumerate() {
            for cut in [start - 4, start + 9] {
                let found = read(text.split_at(cut).0);
                let shown = found.iter().filter(|it| it.starts_with(ORDER)).count();
                assert_eq!(shown, whole, "{found:#?}");
                // The decoder reports a JSON text that ends early.
                let is_reported = found.last().is_some_and(|it| it.contains(" ("));
                assert!(is_reported || text.starts_with("{\"level\"") && whole == 0, "{found:#?}");
                assert_eq!(found.len(), whole + 1, "{found:#?}");
            }
        }
    }
    // A line of text has no brackets that a later line closes.
    let found = read("INFO {\"invocationId\": \"i\", \"records\": [{\"recordId\": \"1\", \"da\n}");
    assert!(found.len() == 2 && found[0].contains(" (JSON ends early") && found[1] == "}");
    for text in ["INFO {\"invocationId\": \"i\", \"n\": [", "got {\"records\": [ in words"] {
        assert_eq!(read(text), [text]);
    }
}

#[test]
fn a_text_in_quotes_may_start_behind_a_name() {
    for text in base64() {
        for width in [64, 76, 100] {
            let lines = pieces(&text, width).join("\n");
            is_order(&format!("payload = \"{lines}\""), WORDS);
            is_order(&format!("ta\":\"{lines}\""), WORDS);
            is_order(&format!("x='{lines}'"), "");
        }
    }
    for text in
        ["it's", "data = \"text", "payload = \"eyJhIjox\nnext\"", "say \"aGVsbG8gd29ybGQ\nmore"]
    {
        assert_eq!(read(text), text.lines().collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn prose_behind_a_fence_is_not_waited_for() {
    for block in ["a1\n```\nline1\nline2\n", "```python\nimport json\n", "-----BEGIN \nx y\n"] {
        assert_eq!(safe_cut(block.as_bytes(), InputFormat::Auto), Some(block.len()), "{block}");
    }
    for block in ["```\neyJhIjoxfQ==\n", "```json\n{\"records\":[{\n"] {
        assert_eq!(safe_cut(block.as_bytes(), InputFormat::Auto), None, "{block}");
    }
}
