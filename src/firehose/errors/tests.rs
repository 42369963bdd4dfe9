use std::collections::BTreeSet;

use super::*;
use crate::framing::InputFormat;

fn codes(found: &[&'static Explanation]) -> Vec<&'static str> {
    found.iter().map(|it| it.code).collect()
}

#[test]
fn no_two_entries_share_a_code() {
    let mut seen = BTreeSet::new();
    for it in all() {
        assert!(seen.insert(it.code.to_ascii_lowercase()), "{} is there twice", it.code);
    }
}

#[test]
fn families_stand_together_in_a_list() {
    let families: Vec<_> = all().map(|it| it.family).collect();
    let runs = families.chunk_by(|one, other| one == other).count();
    assert_eq!(runs, families.iter().collect::<BTreeSet<_>>().len());
}

#[test]
fn every_part_of_every_entry_says_something() {
    for it in all() {
        let lists = [it.look, it.change, it.again];
        assert!(!lists.iter().any(|list| list.is_empty()), "{}: an empty list", it.code);
        let sentences = [it.happened, it.lost].into_iter().chain(it.look.iter().copied());
        for text in sentences.chain(it.change.iter().copied()) {
            let is_sentence = text.len() > 10 && text.ends_with(['.', '?', '"']);
            assert!(is_sentence && !text.contains("  "), "{}: {text:?}", it.code);
        }
        assert!(it.message.is_none_or(|message| message.len() > 10), "{}", it.code);
    }
}

#[test]
fn every_command_is_ours() {
    for it in all() {
        for line in it.again {
            assert!(line.starts_with("fh "), "{}: {line}", it.code);
        }
    }
}

#[test]
fn other_codes_that_an_entry_points_to_are_there() {
    for it in all() {
        for text in [it.look, it.change].concat() {
            for code in text.split("fh explain ").skip(1).filter(|rest| !rest.starts_with('-')) {
                let code = code.split([':', ' ']).next().unwrap().trim_end_matches('.');
                assert!(exact(code).is_some(), "{}: no {code}", it.code);
            }
        }
    }
}

#[test]
fn a_code_finds_itself_alone_however_it_is_spelled() {
    for it in all() {
        for query in [it.code.to_owned(), it.code.to_uppercase(), it.code.replace('.', " ")] {
            assert_eq!(codes(&find(&query)), [it.code], "{query}");
        }
        assert_eq!(exact(&it.code.to_lowercase()).map(|found| found.code), Some(it.code));
    }
}

#[test]
fn a_message_finds_its_code() {
    for it in all() {
        let Some(message) = it.message else { continue };
        assert_eq!(codes(&find(message)), [it.code], "{message}");
        let logged = format!("2026-11-22T10:05:00Z [ERROR] {message} requestId 8f507cfc");
        assert!(codes(&find(&logged)).contains(&it.code), "{logged}");
    }
    assert_eq!(codes(&find("record ids were not RETURNED")), ["Lambda.MissingRecordId"]);
}

#[test]
fn the_end_of_a_code_is_enough_where_one_has_it() {
    for (query, code) in [
        ("MissingRecordId", "Lambda.MissingRecordId"),
        ("missing record id", "Lambda.MissingRecordId"),
        ("FunctionTimedOut", "Lambda.FunctionTimedOut"),
        ("Decompression failed", "Decompression failed."),
        ("InternalError", "InternalError"),
    ] {
        assert_eq!(codes(&find(query)), [code], "{query}");
    }
}

#[test]
fn a_part_of_several_codes_finds_all_of_them() {
    assert_eq!(
        codes(&find("ResourceNotFound")),
        ["Kinesis.ResourceNotFound", "Lambda.ResourceNotFound"]
    );
    assert_eq!(codes(&find("recordid")), ["Lambda.MissingRecordId", "Lambda.DuplicatedRecordId"]);
    let denied = codes(&find("AccessDenied"));
    for code in ["Lambda.InvokeAccessDenied", "S3.AccessDenied", "Glue.AccessDenied"] {
        assert!(denied.contains(&code), "{denied:?}");
    }
    assert!(find("splunk").iter().all(|it| it.family == Family::Splunk));
    assert_eq!(find("splunk").len(), 14);
}

#[test]
fn a_status_is_that_of_a_cluster() {
    assert_eq!(codes(&find("400")), ["HTTP status"]);
    assert_eq!(codes(&find("413")), ["Lambda.FunctionError", "HTTP status"]);
    assert_eq!(exact("503").map(|it| it.code), Some("HTTP status"));
    for number in ["99", "600", "4000", "+40"] {
        assert!(exact(number).is_none() && find(number).is_empty(), "{number}");
    }
}

#[test]
fn a_code_inside_a_line_is_found() {
    assert_eq!(
        codes(&find("stream orders: Lambda.InvokeAccessDenied, 22 times.")),
        ["Lambda.InvokeAccessDenied"]
    );
}

#[test]
fn what_is_no_code_finds_nothing() {
    for query in ["", " ", ".", "ab", "no such thing", "Lambda.Misspelt", "é"] {
        assert!(find(query).is_empty(), "{query:?}");
    }
}

#[test]
fn a_misspelt_code_is_closest_to_the_right_one() {
    for (query, code) in [
        ("Lambda.MisingRecordID", "Lambda.MissingRecordId"),
        ("FuncionTimedOut", "Lambda.FunctionTimedOut"),
        ("splunk.acktimout", "Splunk.AckTimeout"),
    ] {
        assert_eq!(closest(query).first().map(|it| it.code), Some(code), "{query}");
    }
    assert!(closest("xyzzy").is_empty());
    assert!(closest(&"Lambda.MissingRecordId".repeat(100_000)).is_empty());
}

fn tally(input: &str) -> CodeCounts {
    let mut tally = CodeCounts::default();
    tally.add(input.as_bytes(), 1, InputFormat::Auto);
    tally
}

#[test]
fn codes_are_counted_wherever_firehose_writes_them() {
    let tally = tally(
        r#"{"rawData":"eA==","errorCode":"Lambda.FunctionError","attemptsMade":4}
{"rawData":"eA==","lastErrorCode":"DataFormatConversion.ParseError","attemptsMade":1}
{"rawData":"eA==","errorCode":400,"attemptsMade":1}
{"errorCode":"Lambda.FunctionError","message":"an error event"}
{"events":[{"message":"{\"errorCode\":\"Lambda.FunctionError\"}"},{"message":"Lambda.FunctionError."}]}
2026-11-22 10:05:00 S3Delivery errorCode=S3.NoSuchBucket
START RequestId: 8f507cfc
"#,
    );
    let known: Vec<_> = tally.known().iter().map(|(it, count)| (it.code, *count)).collect();
    assert_eq!(
        known,
        [
            ("Lambda.FunctionError", 4),
            ("DataFormatConversion.ParseError", 1),
            ("HTTP status", 1),
            ("S3.NoSuchBucket", 1)
        ]
    );
    assert_eq!((tally.unknown().count(), tally.without, tally.damaged), (0, 1, 0));
}

#[test]
fn unknown_codes_are_kept_up_to_a_number_and_a_length() {
    let line = |number: u32| {
        format!(r#"{{"rawData":"","errorCode":"{number:0>60000}","attemptsMade":1}}"#) + "\n"
    };
    let hostile: String = (0..3).map(line).collect();
    assert_eq!(tally(&hostile).unknown().map(|(code, _)| code.len()).collect::<Vec<_>>(), [64]);
    let line = |number: u32| format!("{{\"rawData\":\"\",\"errorCode\":\"New{number}\"}}\n");
    let many: String = (0..100).map(line).collect();
    let tally = tally(&many);
    assert_eq!((tally.unknown().count(), tally.more_unknown), (16, 84));
}
