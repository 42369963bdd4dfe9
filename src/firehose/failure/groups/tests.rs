use super::*;

const OCCURRENCE: Occurrence<'_> = Occurrence {
    source: "a",
    line: 1,
    index: 1,
    is_control: false,
    is_damaged: false,
    shape: None,
};

fn object(code: &str, message: &str, attempts: u64, arrival: i64, data: &str) -> String {
    format!(
        r#"{{"rawData":"{data}","errorCode":"{code}","errorMessage":"{message}","attemptsMade":{attempts},"arrivalTimestamp":{arrival},"lambdaARN":"arn:f:1"}}"#
    )
}

fn add(kinds: &mut FailureGroups, object: &str, occurrence: Occurrence<'_>) {
    let record = FailureRecord::read(object.as_bytes());
    let slot = kinds.find(&record);
    kinds.add(slot, &record, occurrence);
}

#[test]
fn records_of_a_kind_differ_in_ids_only() {
    let mut kinds = FailureGroups::default();
    add(&mut kinds, &object("Lambda.FunctionError", "id 12345", 4, 2000, "QUJD"), OCCURRENCE);
    add(&mut kinds, &object("Lambda.FunctionError", "id 67890", 4, 1000, "QUI="), OCCURRENCE);
    add(&mut kinds, &object("Lambda.FunctionError", "id 12345", 1, 3000, "QQ=="), OCCURRENCE);
    add(&mut kinds, &object("Lambda.MissingRecordId", "id 12345", 4, 1500, "QQ=="), OCCURRENCE);
    let sorted = kinds.sorted();
    assert_eq!(sorted.iter().map(|kind| kind.records).collect::<Vec<_>>(), [2, 1, 1]);
    let first = sorted[0];
    assert_eq!(first.message.as_deref(), Some("id 67890"), "it arrived first");
    assert!(first.messages_differ && !sorted[1].messages_differ);
    assert_eq!(first.arrivals, Some((1000, 2000)));
    assert_eq!(first.attempts, Some(AttemptRange { least: 4, most: 4 }));
    assert_eq!(first.function.as_deref(), Some("arn:f:1"));
    assert_eq!((kinds.records, kinds.arrivals), (4, Some((1000, 3000))));
}

#[test]
fn messages_are_told_apart_by_their_text_not_by_its_escapes() {
    let kinds_of = |messages: &[&str]| {
        let mut kinds = FailureGroups::default();
        for message in messages {
            add(&mut kinds, &object("X.Y", message, 1, 1000, "QQ=="), OCCURRENCE);
        }
        let differ = kinds.sorted().iter().any(|kind| kind.messages_differ);
        (kinds.sorted().len(), differ)
    };
    assert_eq!(kinds_of(&["Café closed", r"Caf\u00e9 closed"]), (1, false));
    assert_eq!(kinds_of(&[r"a\u2014b", r"a\u2014c", "a—b"]), (2, false));
    assert_eq!(kinds_of(&[r"s3:\/\/lake\/a", "s3://lake/a"]), (1, false));
    let long = "é".repeat(LONGEST);
    assert_eq!(kinds_of(&[&long, &long.replace('é', r"\u00e9")]), (1, false));
    assert_eq!(kinds_of(&["a", r"a\u0000", ""]), (3, false));
}

#[test]
fn a_destination_is_one_kind_however_often_it_was_tried() {
    let mut kinds = FailureGroups::default();
    for attempts in [0, 7, 3] {
        add(&mut kinds, &object("Splunk.AckTimeout", "m", attempts, 1000, ""), OCCURRENCE);
    }
    let sorted = kinds.sorted();
    assert_eq!(sorted.len(), 1);
    assert_eq!(sorted[0].attempts, Some(AttemptRange { least: 0, most: 7 }));
}

#[test]
fn the_sample_is_small_early_and_no_health_check() {
    let mut kinds = FailureGroups::default();
    let mut at = |line, is_control, arrival, data: &str| {
        let object = object("c", "m", 1, arrival, data);
        add(&mut kinds, &object, Occurrence { line, is_control, ..OCCURRENCE });
        kinds.sorted()[0].sample.line
    };
    assert_eq!(at(1, true, 500, "QQ=="), 1);
    assert_eq!(at(2, false, 900, &"QUJD".repeat(20_000)), 2);
    assert_eq!(at(3, false, 900, "QUJDQUJD"), 3);
    assert_eq!(at(4, false, 800, "QUJDQUJD"), 4);
    assert_eq!(at(5, false, 700, ""), 4);
    assert_eq!(at(6, false, 900, "QUJD"), 6);
    assert_eq!(at(7, true, 100, "QQ=="), 6);
    let object = object("c", "m", 1, 100, "?");
    add(&mut kinds, &object, Occurrence { is_damaged: true, ..OCCURRENCE });
    assert_eq!(kinds.sorted()[0].sample.line, 6);
    let kind = kinds.sorted()[0].clone();
    assert_eq!((kind.records, kind.control_messages), (8, 2));
}

#[test]
fn messages_and_kinds_are_bounded() {
    let mut kinds = FailureGroups::default();
    let word = |number: u32| {
        let letter = |at: u32| char::from(b'a' + u8::try_from(number / at % 26).unwrap());
        [letter(676), letter(26), letter(1)].iter().collect::<String>()
    };
    for number in 0..100 {
        add(&mut kinds, &object("Iceberg.X", &word(number), 1, 1000, ""), OCCURRENCE);
    }
    (0..3).for_each(|_| {
        add(&mut kinds, &object("Iceberg.X", &word(90), 1, 1000, ""), OCCURRENCE);
    });
    assert_eq!(kinds.sorted().len(), MAX_MESSAGES + 1);
    for number in 0..2000 {
        add(&mut kinds, &object(&word(number), "m", 1, 1000, ""), OCCURRENCE);
    }
    assert_eq!(kinds.sorted().len(), MAX_KINDS);
    assert_eq!(kinds.other, 1000 + MAX_MESSAGES as u64 + 1);
    let kinds = kinds.settled();
    let of_iceberg =
        kinds.sorted().into_iter().filter(|it| it.code.as_deref() == Some("Iceberg.X"));
    let of_iceberg: Vec<_> = of_iceberg.collect();
    assert_eq!(of_iceberg.len(), SHOWN_MESSAGES + 1);
    assert_eq!([of_iceberg[0].records, of_iceberg[1].records], [76, 4], "others, and the most");
    assert_eq!(kinds.sorted().iter().map(|kind| kind.records).sum::<u64>() + kinds.other, 2103);
}
