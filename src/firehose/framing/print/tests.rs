//! What holds for the readers of all syntaxes, through the framing.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::super::{Data, Envelope, InputFormat, records};
use super::*;

/// The records of a text: envelope, `recordId`, bytes.
fn found(text: &str) -> Vec<(Envelope, String, Vec<u8>)> {
    let mut all = Vec::new();
    let _all = records(text.as_bytes(), InputFormat::Auto, &mut |framed| {
        assert!(framed.problem.is_none(), "{text}: {:?}", framed.problem);
        let Data::Unknown(bytes) = &framed.data else { panic!("{text}: {:?}", framed.data) };
        let id = framed.record_id.map(|id| id.text().into_owned()).unwrap_or_default();
        all.push((framed.envelope, id, bytes.to_vec()));
        ControlFlow::Continue(())
    });
    all
}

fn numbers_with(bytes: &[u8], separator: &str) -> String {
    bytes.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}

fn hexadecimal(bytes: &[u8], before: &str) -> String {
    bytes.iter().fold(String::new(), |mut all, byte| {
        let _infallible = write!(all, "{before}{byte:02x}");
        all
    })
}

/// An event with these records, in every syntax that prints bytes.
fn printed(all: &[(String, Vec<u8>)]) -> Vec<String> {
    let list = |separator: &str, record: &dyn Fn(&str, &[u8]) -> String| {
        all.iter().map(|(id, data)| record(id, data)).collect::<Vec<_>>().join(separator)
    };
    let plus = list(" ", &|id, data| {
        format!(
            "{{RecordID:{id} Time:{{Time:2026-11-22 10:00:00.123 +0000 UTC}} Data:[{}]}}",
            numbers_with(data, " ")
        )
    });
    let values = list(" ", &|id, data| {
        format!(
            "{{{id} {{2026-11-22 10:00:00 +0000 UTC}} [{}] {{  {{}}}}}}",
            numbers_with(data, " ")
        )
    });
    let sharp = list(", ", &|id, data| {
        let bytes = hexadecimal(data, ", 0x");
        let bytes = bytes.strip_prefix(", ").unwrap_or(&bytes);
        format!("events.Record{{RecordID:\"{id}\", Data:[]uint8{{{bytes}}}}}")
    });
    let rust = list(", ", &|id, data| {
        format!(
            "Record {{ record_id: Some({id:?}), data: Base64Data([{}]) }}",
            numbers_with(data, ", ")
        )
    });
    // Digits alone may be decimal.
    let is_hex =
        all.iter().all(|(_, data)| data.iter().any(|it| format!("{it:x}").parse::<u8>().is_err()));
    let rust_hex = list(", ", &|id, data| {
        format!(
            "Record {{ record_id: Some({id:?}), at: DateTime {{ seconds: 6a2b1c, nanos: f }}, data: Base64Data({data:02x?}) }}"
        )
    });
    let spew = list(",\n", &|id, data| {
        format!(
            "  (events.Record) {{\n   RecordID: (string) (len={}) \"{id}\",\n   At: (events.Time) 2026-01-01 12:00:00 +0000 UTC,\n   Data: ([]uint8) (len={} cap=48) {{\n{}   }}\n  }}",
            id.len(),
            data.len(),
            spew_dump(data, "    ")
        )
    });
    let node = list(", ", &|id, data| {
        format!("{{ recordId: '{id}', data: <Buffer{}> }}", hexadecimal(data, " "))
    });
    let json = list(",", &|id, data| {
        format!(
            r#"{{"recordId":"{id}","data":{{"type":"Buffer","data":[{}]}}}}"#,
            numbers_with(data, ",")
        )
    });
    let sdk = list(", ", &|id, data| {
        format!("Record(recordId={id}, data=SdkBytes(bytes=0x{}))", hexadecimal(data, ""))
    });
    let mut printed = vec![
        format!(
            "(*events.Event)(0xc000123456)({{\n Region: (string) \"\",\n Records: ([]events.Record) (len={}) {{\n{spew}\n }}\n}})",
            all.len()
        ),
        format!("{{InvocationID:1 Records:[{plus}]}}"),
        format!("{{1 arn:aws:firehose:eu-west-1:1:deliverystream/a  eu-west-1 [{values}]}}"),
        format!("events.Event{{Records:[]events.Record{{{sharp}}}}}"),
        format!("Event {{ region: None, records: [{rust}] }}"),
        format!("{{ records: [ {node} ] }}"),
        format!(r#"{{"records":[{json}]}}"#),
        format!("Event(records=[{sdk}])"),
    ];
    if is_hex {
        printed.push(format!("Event {{ region: None, records: [{rust_hex}] }}"));
    }
    printed
}

/// A hex dump as Go's `encoding/hex` writes it, behind an indent.
fn spew_dump(bytes: &[u8], indent: &str) -> String {
    let line = |(at, bytes): (usize, &[u8])| {
        let text: String = bytes
            .iter()
            .map(|it| if matches!(it, b' '..=b'~') { char::from(*it) } else { '.' })
            .collect();
        let columns = hexadecimal(bytes, " ");
        format!("{indent}{:08x} {columns:<49}  |{text}|\n", at * 16)
    };
    bytes.chunks(16).enumerate().map(line).collect()
}

proptest! {
    #[test]
    fn bytes_that_were_printed_are_the_bytes_in_every_syntax(
        all in prop::collection::vec(("[0-9]{1,56}", prop::collection::vec(any::<u8>(), 1..40)), 1..5),
        prefix in prop::sample::select(&["", "2026/11/22 10:00:00 ", "INFO\tgot: "][..]),
    ) {
        let expected: Vec<_> =
            all.iter().map(|(id, data)| (Envelope::Event, id.clone(), data.clone())).collect();
        for text in printed(&all) {
            prop_assert_eq!(&found(&format!("{prefix}{text}\n")), &expected, "{}", text);
        }
    }

    #[test]
    fn a_print_that_is_cut_anywhere_ends_within_its_text(
        all in prop::collection::vec(("[0-9]{1,20}", prop::collection::vec(any::<u8>(), 0..10)), 1..3),
        at in any::<prop::sample::Index>(),
        inserted in "[\\[\\](){}<>#&:=,'\"\\\\. ]{0,3}",
    ) {
        for text in printed(&all) {
            let at = at.index(text.len() + 1);
            let (before, after) = text.split_at(at);
            for text in [before.to_owned(), format!("{before}{inserted}{after}")] {
                for (start, _) in text.match_indices(['{', '[']) {
                    let (end, literal) = read(text.as_bytes(), start, Reading::Whole, &|_| true);
                    prop_assert!(end >= start && end <= text.len(), "{}", text);
                    if let Some(literal) = literal.filter(|it| !it.json.is_empty()) {
                        let length = literal.json.len();
                        prop_assert_eq!(crate::json::skip_value(&literal.json, 0), Ok(length), "{}", text);
                    }
                }
            }
        }
    }
}

mod literals {
    use super::super::Literal;
    use super::super::literal::read;
    use crate::decode::ProblemKind;

    fn read_all(text: &str) -> Option<(String, Option<ProblemKind>)> {
        let (end, literal) = read(text.as_bytes(), 0);
        let Literal { json, cut } = literal.ok()?;
        assert_eq!(end, text.len());
        Some((String::from_utf8(json).unwrap(), cut))
    }

    #[test]
    fn python_repr_becomes_json() {
        let text = r#"{'a': None, 'b': [True, False, -1.5e-07], "it's": 'say "hi"\n\x1b\\', 'é': (1, 2), 'd': Decimal('1.10'), 'y': b'ab'}"#;
        assert_eq!(
            read_all(text).unwrap().0,
            r#"{"a":null,"b":[true,false,-1.5e-07],"it's":"say \"hi\"\n\u001b\\","é":[1,2],"d":"Decimal('1.10')","y":"ab"}"#
        );
    }

    #[test]
    fn node_inspect_becomes_json_and_says_what_it_left_out() {
        let text = "{\n  invocationId: 'x',\n  'a-b': undefined,\n  m: [Object],\n  s: 'it' +\n    'em',\n  n: 12n,\n  b: <Buffer 1f 8b>,\n  records: [\n    1,\n    2,\n    ... 98 more items\n  ]\n}";
        let (json, cut) = read_all(text).unwrap();
        assert_eq!(
            json,
            r#"{"invocationId":"x","a-b":null,"m":"[Object]","s":"item","n":12,"b":"<Buffer 1f 8b>","records":[1,2]}"#
        );
        assert_eq!(cut, Some(ProblemKind::CutPrint("98 more items".to_owned())));
    }

    #[test]
    fn items_that_were_left_out_are_told_before_the_end_of_a_string() {
        let text = "{ records: [ 'a'... 5 more characters, ... 3 more items ], note: 'b'... 2 more characters }";
        assert_eq!(
            read_all(text).unwrap().1,
            Some(ProblemKind::CutPrint("3 more items".to_owned()))
        );
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for text in ["{", "{'a'}", "{'a': }", "['a' 'b']", "{'a': 'b\n'}", "[INFO", "{a b}"] {
            assert!(read(text.as_bytes(), 0).1.is_err(), "{text}");
        }
        assert!(read("[".repeat(100_000).as_bytes(), 0).1.is_err());
    }
}
