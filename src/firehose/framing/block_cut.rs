//! Where a block of input can be cut in two so that no record is cut.

use std::iter;

use super::broken_lines;
use super::line::{Reading, goes_on, line_start, opens_more};
use super::lookahead::Lookahead;
use super::pasted;
use super::python_lines;
use super::quoted_lines;
use super::region::next;
use super::shape::{Region, Shape};
use super::wrapped_line::may_go_on;
use super::{InputFormat, is_closing};
use crate::bytes::part;
use crate::decode::GZIP_MAGIC;
use crate::json;

/// More than the header of a gzip member takes, but for names of files nobody
/// has (RFC 1952, 2.3: the extra field has at most 65,535 bytes).
const GZIP_HEADER: usize = 70_000;

/// Returns the largest offset at which `block` can be cut in two so that no
/// record is cut; `None` if there is none yet.
pub fn safe_cut(block: &[u8], format: InputFormat) -> Option<usize> {
    if format == InputFormat::Whole {
        return None;
    }
    if has_only_lines(block)
        && let Some(cut) = cut_at_line(block)
    {
        return Some(cut);
    }
    // No line end will do: glued values, wrapped runs, one long document.
    let mut cut = None;
    let mut at = 0;
    let mut ahead = Lookahead::new(block);
    while let Some(region) = next(block, at, format, Reading::Part, &mut ahead) {
        if region.end >= block.len() {
            break;
        }
        // What follows may still belong to it: another gzip member, the rest of
        // a line that starts like a list.
        let settled = match region.shape {
            Shape::Gzip => {
                let rest = part(block, region.end..);
                let is_member = rest.starts_with(&GZIP_MAGIC);
                rest.len() >= if is_member { GZIP_HEADER } else { GZIP_MAGIC.len() }
            }
            Shape::Array => block
                .get(region.body.end..)
                .is_some_and(|rest| rest.iter().any(|byte| matches!(byte, b'\n' | b'{' | b'['))),
            // A newline in two characters may be cut.
            Shape::Object(_) => {
                let rest = part(block, json::skip_space(block, region.body.end)..);
                // A comma may come after what indents the next line.
                let is_ended = matches!(part(block, region.body.end..), b"" | b"\n" | b"\r\n");
                (is_ended || !rest.is_empty()) && !rest.starts_with(b"\\")
                    || rest.contains(&b'\n')
                    || rest.contains(&b'{')
            }
            _ => true,
        };
        if !settled {
            break;
        }
        at = region.end;
        // Lines that are indented may be of something that is not all here yet. After an
        // event, what indents the next record is skipped.
        let is_event = matches!(region.shape, Shape::Printed { .. });
        let is_continued = match block.get(at + 1) {
            Some(next) => matches!(next, b' ' | b'\t' | b'}' | b']' | b')' | b'.'),
            None if is_event => part(block, ..at).ends_with(b","),
            // More brackets may close what was printed.
            None if is_closing(block, &region) => true,
            None => opens_more(block.get(region.body.clone()).and_then(<[u8]>::last).copied()),
        };
        let is_open = is_event || matches!(region.shape, Shape::Line(_));
        // Brackets may close a list that was damaged before.
        let next = block.get(json::skip_space(block, at));
        let closes = matches!(next, Some(b']' | b'}'));
        // An event is damaged further on, if a comma follows that is not part of it.
        let follows = is_event && next == Some(&b',');
        if !(follows || closes || is_open && is_continued || is_inside_line(block, &region)) {
            cut = Some(at + usize::from(block.get(at) == Some(&b'\n')));
        }
    }
    cut.filter(|cut| *cut > 0)
}

/// True if nothing in `block` needs more than a look at its lines, from the end on, to be
/// cut: no gzip, and nothing whose end shows only on a line of its own.
fn has_only_lines(block: &[u8]) -> bool {
    if is_all_base64(block) {
        return true;
    }
    if memchr::memchr(GZIP_MAGIC[0], block).is_some() {
        return false;
    }
    let starts = memchr::memchr_iter(b'\n', block).map(|newline| newline + 1);
    let mut literal = None;
    for start in iter::once(0).chain(starts) {
        let line = part(block, start..);
        if pasted::may_open(line) {
            return false;
        }
        literal = python_lines::begins(line).map(|at| start + at).or(literal);
    }
    !literal.is_some_and(|at| python_lines::is_open(block, at))
}

/// True for lines of base64, told by bytes of which everything else that a block may hold
/// has one: blanks, quotes, back ticks, what gzip starts with.
fn is_all_base64(block: &[u8]) -> bool {
    /// Bytes that are looked at without a branch between them, as vectors.
    const STEP: usize = 1024;
    let is_other = |byte: &u8| matches!(byte, 0x1f..=b'*');
    block
        .chunks(STEP)
        .all(|chunk| chunk.iter().fold(0, |found, it| found | u8::from(is_other(it))) == 0)
        && memchr::memchr(b'`', block).is_none()
}

/// True if the line of a JSON value goes on after it with text, which is read together
/// with it.
fn is_inside_line(block: &[u8], value: &Region<'_>) -> bool {
    let rest = part(block, value.end..);
    let next = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    let is_text = |byte: &u8| !matches!(byte, b'\n' | b'{' | b'[' | b',') && *byte != GZIP_MAGIC[0];
    value.is_json(block) && next.is_some_and(is_text)
}

/// Finds a line end that plainly is no part of something longer, from the end
/// of the block on.
fn cut_at_line(block: &[u8]) -> Option<usize> {
    const TRIES: usize = 16;
    let mut end = block.len();
    for _ in 0..TRIES {
        let newline = memchr::memrchr(b'\n', part(block, ..end))?;
        let start = line_start(block, newline);
        // What opens more does so over empty lines, too.
        let last = part(block, ..newline).trim_ascii_end().last();
        let is_open = opens_more(last.copied()) || goes_on(block.get(newline + 1).copied());
        let may_go_on = may_go_on(block, start, newline, Reading::Part)
            || pasted::may_go_on(block, start, newline)
            || broken_lines::may_go_on(block, start, newline)
            || quoted_lines::may_go_on(block, start, newline);
        if !is_open && !may_go_on {
            return Some(newline + 1);
        }
        end = newline;
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;
    use std::ops::ControlFlow;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::records;
    use super::*;

    pub(in super::super) fn found(block: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        let _flow = records(block, InputFormat::Auto, &mut |record| {
            all.push(format!("{:?} {:?} {:?}", record.envelope, record.data, record.problem));
            ControlFlow::Continue(())
        });
        all
    }

    /// The same records come of `block` wherever it is cut, and it has this many; it is
    /// cut somewhere.
    pub(in super::super) fn assert_same_wherever_it_is_cut(block: &[u8], records: usize) {
        let whole = found(block);
        assert_eq!(whole.len(), records, "{whole:#?}");
        let mut cuts = 0;
        for seen in 1..=block.len() {
            let Some(cut) = safe_cut(&block[..seen], InputFormat::Auto) else { continue };
            let parts = [found(&block[..cut]), found(&block[cut..])].concat();
            assert_eq!(parts, whole, "cut {cut} of {seen}");
            cuts += 1;
        }
        assert!(cuts > 0, "{}", block.escape_ascii());
    }

    #[test]
    fn an_event_is_not_cut_before_the_damage_in_it() {
        let json = br#"{"invocationId":"i","deliveryStreamArn":"a","region":"r","records":[{"recordId":"1","data":"QQ=="},{"recordId":"2"recordId":"2","data":"Qg=="},{"recordId":"3","data":"Qw=="}]}"#;
        let print = b"INFO {  invocationId: 'i',  deliveryStreamArn: 'a',  records: [    {      recordId: '1',      data: 'QQ=='    },    {      recordId: '2',      0,\n  \"a\": 1\n";
        for (event, records) in [(json.as_slice(), 4), (print, 4)] {
            let block = [event, b"\n{\"a\":1}\n"].concat();
            assert_same_wherever_it_is_cut(&block, records);
        }
    }

    #[test]
    fn a_member_is_not_cut_in_its_sum_after_one_with_a_wrong_sum() {
        let gzip = |bytes: &[u8]| crate::compress::Gzip::new().compress(bytes);
        let mut wrong = gzip(b"one");
        let sum = wrong.len() - 8;
        wrong[sum] ^= 1;
        let two = gzip(b"two");
        let block = [&wrong[..], &two].concat();
        for seen in wrong.len() + 10..block.len() {
            assert_eq!(safe_cut(&block[..seen], InputFormat::Auto), None, "{seen}");
        }
    }

    #[test]
    fn an_object_is_not_cut_at_an_empty_line_in_it() {
        for block in [
            "{\n\"a\": 1,\n\n\"b\": 2\n}\n{\"c\":3}\n",
            "[\n{\"a\":1}, \t\n{\"b\":2}\n]\n{\"c\":3}\n",
        ] {
            assert_same_wherever_it_is_cut(block.as_bytes(), 2);
        }
    }

    #[test]
    fn lines_that_no_comma_joins_are_not_one_print() {
        for (block, records) in [
            ("{'a': 1}\n{'b'\nx: 'y', 'c': [{'d': 1}]}\nlast\n", 4),
            ("{'a': [\n{'b': 1},\n{'c': 2}\n]}\nlast\n", 2),
        ] {
            assert_same_wherever_it_is_cut(block.as_bytes(), records);
        }
    }

    #[test]
    fn brackets_that_close_a_damaged_print_are_not_cut_from_each_other() {
        // The first byte of a gzip member has every region looked at.
        let cut = |block: &[u8]| safe_cut(block, InputFormat::Auto);
        assert_eq!(cut(b"a\x1fb\n  ]\n"), None);
        assert_eq!(cut(b"a\x1fb\n  ]\n}"), None);
        assert_eq!(cut(b"a\x1fb\n  ]\nlast"), Some(8));
    }

    #[test]
    fn blanks_before_a_gzip_member_are_no_record() {
        let member = {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
            gzip.write_all(b"{\"a\":1}").unwrap();
            gzip.finish().unwrap()
        };
        let block = [b"{\n 'b': 1,\n  ".as_slice(), &member, b"\n"].concat();
        assert_same_wherever_it_is_cut(&[b"first\n".as_slice(), &block].concat(), 4);
        assert_eq!(found(&[b"  ".as_slice(), &member].concat()).len(), 1);
    }

    #[test]
    fn an_object_is_cut_from_an_indented_line_only_when_that_has_begun() {
        let cut = |block: &[u8]| safe_cut(block, InputFormat::Auto);
        assert_eq!(cut(b"{\n\"a\":1\n}\n  "), None);
        assert_eq!(cut(b"{\n\"a\":1\n}\n  ,{"), Some(13));
        assert_eq!(cut(b"{\n\"a\":1\n}\n"), Some(10));
        assert_eq!(cut(b"{\n\"a\":1\n}\n  {"), Some(10));
    }

    #[test]
    fn lines_of_other_widths_are_not_cut_from_the_run_that_they_start() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        for at in 0..90_u32 {
            write!(gzip, "{:08x}", at.wrapping_mul(2_654_435_769)).unwrap();
        }
        let text = STANDARD.encode(gzip.finish().unwrap());
        let mut lines: Vec<_> = text.as_bytes().chunks(76).map(<[u8]>::to_vec).collect();
        lines[4].extend(b"UxN");
        assert_same_wherever_it_is_cut(&lines.join(&b'\n'), 3);
    }

    #[test]
    fn base64_with_a_label_is_not_cut_from_the_lines_below_it() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        for at in 0..60_u32 {
            write!(gzip, "{:08x}", at.wrapping_mul(2_654_435_769)).unwrap();
        }
        let gzip = STANDARD.encode(gzip.finish().unwrap());
        let json =
            STANDARD.encode(format!(r#"{{"order":"A-1200","note":"{}"}}"#, "wrapped".repeat(20)));
        for text in [gzip, json] {
            for (label, first, indent, width) in [
                ("data: ", 64, "", 64),
                ("data: ", 76, "  ", 76),
                ("payload: ", 71, "", 80),
                ("  rawData:  ", 60, "    ", 61),
                ("  rawData: ", 67, "", 78),
                ("> data: ", 50, "> ", 56),
                ("record-1.data: ", 65, "", 80),
            ] {
                let (start, rest) = text.split_at(first);
                let lines = rest.as_bytes().chunks(width).map(String::from_utf8_lossy);
                let lines: Vec<_> = lines.map(|line| format!("{indent}{line}\n")).collect();
                let below = lines.concat();
                let block = format!("ticket 7\n{label}{start}\n{below}and words\neyJhIjoxfQ==\n");
                assert_same_wherever_it_is_cut(block.as_bytes(), 4);
                assert_same_wherever_it_is_cut(block.replace('\n', "\r\n").as_bytes(), 4);
            }
        }
    }

    #[test]
    fn lines_with_marks_numbers_or_dots_are_not_cut_from_their_run() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        for at in 0..120_u32 {
            write!(gzip, "{:08x}", at.wrapping_mul(2_654_435_769)).unwrap();
        }
        let text = STANDARD.encode(gzip.finish().unwrap());
        for width in [64, 76, 50, 60] {
            let lines: Vec<_> =
                text.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
            let cut = lines[2].split_at(width - 9).0;
            for end in ["...", "…", "."] {
                let start = lines.iter().take(2).map(|line| format!("> {line}\n"));
                let start = start.collect::<Vec<_>>().concat();
                let block = format!("before\n{start}> {cut}{end}\nafter it\n");
                assert_same_wherever_it_is_cut(block.as_bytes(), 3);
            }
            let margins: [fn(usize) -> String; 9] = [
                |_| "&gt; ".into(),
                |_| "+ ".into(),
                |_| "│ ".into(),
                |_| "> > ".into(),
                |at| format!("{at}: "),
                |at| format!("{at:>4} "),
                |at| format!("{at:>4}\t"),
                |at| format!("{at}→"),
                |at| format!(" {at} │ "),
            ];
            for margin in margins {
                let lines = lines.iter().enumerate();
                let lines = lines.map(|(at, it)| format!("{}{it}\n", margin(at + 8)));
                let lines = lines.collect::<Vec<_>>().concat();
                let block = format!("before\n{lines}after it\n");
                assert_same_wherever_it_is_cut(block.as_bytes(), 3);
                assert_same_wherever_it_is_cut(block.replace('\n', "\r\n").as_bytes(), 3);
            }
        }
    }

    #[test]
    fn a_quoted_line_goes_on_with_a_longer_one() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        for at in 0..60_u32 {
            write!(gzip, "{:08x}", at.wrapping_mul(2_654_435_769)).unwrap();
        }
        let gzip = STANDARD.encode(gzip.finish().unwrap());
        let json = STANDARD.encode(format!(r#"{{"order":"{}"}}"#, "wrapped".repeat(20)));
        for text in [&gzip, &json] {
            for first in [40, 64, 76, 81] {
                let (first, second) = text.split_at(first);
                for mark in ["> ", "&gt; ", "│ "] {
                    let block = format!("before\n{mark}{first}\n{mark}{second}\nafter it\n");
                    assert_same_wherever_it_is_cut(block.as_bytes(), 3);
                    // What does not come to its end stays lines.
                    let (second, _) = second.split_at(second.len() - 30);
                    let block = format!("before\n{mark}{first}\n{mark}{second}\nafter it\n");
                    assert_same_wherever_it_is_cut(block.as_bytes(), 4);
                }
            }
        }
    }

    #[test]
    fn numbered_records_are_a_record_each() {
        let json = STANDARD.encode(r#"{"a":"some text to fill a line of base64 up"}"#);
        for line in
            [json.as_str(), "QUJDQUJDQUJDQUJDQUJDQUJD", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"]
        {
            for margin in ["{}: ", "{} ", "+ ", "- "] {
                let line = |at: usize| format!("{}{line}\n", margin.replace("{}", &at.to_string()));
                let block = (8..12).map(line).collect::<Vec<_>>().concat();
                assert_same_wherever_it_is_cut(format!("{block}and words\n").as_bytes(), 5);
            }
        }
    }

    #[test]
    fn another_record_below_base64_with_a_label_is_one_of_its_own() {
        let json = STANDARD.encode(r#"{"a":1}"#.repeat(9));
        let (start, rest) = json.split_at(54);
        for next in ["eyJhIjoxfQ==", "QUJDQUJDQUJDQUJDQUJDQUJD", "payload: eyJhIjoxfQ=="] {
            let block = format!("data: {start}\n{rest}\n{next}\nand words\n");
            assert_same_wherever_it_is_cut(block.as_bytes(), 3);
        }
    }

    #[test]
    fn indented_lines_are_not_cut_from_the_run_that_they_go_on() {
        let text = STANDARD.encode("a text without an end of its own, some lines of it".repeat(5));
        let lines = text.as_bytes().chunks(50).map(String::from_utf8_lossy);
        let lines: Vec<_> = lines.map(|line| format!("  {line}\n")).collect();
        assert_same_wherever_it_is_cut(format!("{}after\n", lines.concat()).as_bytes(), 2);
    }

    #[test]
    fn what_does_not_come_to_its_end_below_a_label_stays_lines() {
        let open = STANDARD.encode(format!(r#"{{"order":"{}"#, "wrapped".repeat(20)));
        let whole = STANDARD.encode(r#"{"a":"A-1200","note":"no more than one line"}"#);
        let text = STANDARD
            .encode("only a text that has no end of its own, and continues long ".repeat(3));
        let other = "QUJDQUJDQUJDQUJDQUJDQUJD";
        for (text, records) in [(open, 5), (text, 5), (whole + other, 3)] {
            let lines = text.as_bytes().chunks(60).map(String::from_utf8_lossy);
            let lines: Vec<_> = lines.collect();
            let block = format!("data: {}\nand words\n", lines.join("\n"));
            assert_same_wherever_it_is_cut(block.as_bytes(), records);
        }
    }

    #[test]
    fn literals_of_python_in_parentheses_are_one_payload() {
        let printed = br#"(b'{"order":"A-1200","items":5,"note":"a text of some length, so that '
 b"it is wrapped, with 'quotes' in it, and a \\xc3\\xa9"
 b' by pprint"}')
"#;
        for (indent, lines) in [("", 2), ("  ", 20)] {
            let mut block = format!("before\n{indent}").into_bytes();
            block.extend(printed.split_inclusive(|byte| *byte == b'\n').next().unwrap());
            for _ in 0..lines {
                block.extend(format!("{indent} b'and more of it, '\n").bytes());
            }
            block.extend(format!("{indent} b' by pprint\"}}')\nafter\n").bytes());
            assert_same_wherever_it_is_cut(&block, 3);
        }
        assert_same_wherever_it_is_cut(&[b"before\n", printed.as_slice(), b"after\n"].concat(), 3);
        assert_same_wherever_it_is_cut(b"(b'{\"a\":1,'\nb'{\"a\":1}'\n b'2}')\nafter\n", 4);
        for dictionary in [
            "{'Data': b'{\"a\":1,'\n         b'\"b\":2}',\n 'PartitionKey': 'p'}\n",
            "[{'Data': b'{\"a\":1,'\n          b'\"b\":2}'},\n {'Data': b'{\"b\":3}'}]\n",
        ] {
            let block = format!("before\n{dictionary}after\n");
            assert_same_wherever_it_is_cut(block.as_bytes(), 4);
        }
        // No payload, or not closed: lines.
        assert_same_wherever_it_is_cut(b"(b'one'\n b'two')\nafter\n", 3);
        assert_same_wherever_it_is_cut(b"(b'{\"a\":'\n b'1}'\nafter\n", 3);
        assert_same_wherever_it_is_cut(b"(because\n b'{\"a\":1}'\n", 2);
        let kinesis =
            br#"{'Records': [{'SequenceNumber': '49', 'Data': b'{"order":"A-1200","items"'
                      b':5}',
              'PartitionKey': 'a'}]}
after
"#;
        assert_same_wherever_it_is_cut(kinesis, 2);
    }

    #[test]
    fn an_event_is_not_cut_from_what_is_indented_after_it() {
        let block = b"eyJub3RlIjoiPz8_Pj4-fn5-w7_DviIsInBhdGgiO
      approximateArrivalTimestamp: 1795341600150,
      data: 'eyJuIjoyN30='
    },
    {
      recordId: '28',
      approximateArrivalTimestamp: 1795341600151,
      data: 'eyJuIjoyOH0='
    },
    {
 iIvYT9iPmMifQ
eyJub3RlIjoiPz7_P        j4-fn5-w7_DviIsInBhdGgiOiIvYJuIjoxMn0
";
        assert_same_wherever_it_is_cut(block, 8);
    }

    #[test]
    fn text_after_a_value_is_not_cut_from_it() {
        for (block, records) in [
            ("{\"a\":1}x\n{\"b\":2} }\r\nend\n", 5),
            ("{\n\"a\":1\n}x\n{\"b\":2}\n", 3),
            ("{\"a\":1}{\"b\":2}x\n", 3),
        ] {
            assert_same_wherever_it_is_cut(block.as_bytes(), records);
        }
    }
}
