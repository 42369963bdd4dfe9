//! Inputs and outputs, and which records have the data of others.

use super::*;

/// The records that come out with the data of another one, as `record<source`.
fn found(inputs: &[&str], outputs: &[&str]) -> String {
    let mut comparison = Comparison::default();
    for (record, input) in inputs.iter().enumerate() {
        comparison.add_input(record, input.as_bytes());
    }
    comparison.keep_single();
    for (record, output) in outputs.iter().enumerate() {
        comparison.add_output(record, output.as_bytes());
    }
    let misplaced = comparison.misplaced();
    let pairs = misplaced.iter().map(|it| format!("{}<{}", it.record, it.source));
    pairs.collect::<Vec<_>>().join(" ")
}

const ORDERS: [&str; 4] = [
    r#"{"id":"order-1041","n":1,"price":39.05,"state":"new"}"#,
    r#"{"id":"order-1042","n":2,"price":12.07,"state":"new"}"#,
    r#"{"id":"order-1043","n":3,"price":84.51,"state":"new"}"#,
    r#"{"id":"order-1044","n":4,"price":20.15,"state":"new"}"#,
];

#[test]
fn records_with_the_data_of_others_are_found() {
    let [one, two, three, four] = ORDERS;
    let of = |outputs: &[&str]| found(&ORDERS, outputs);
    assert_eq!(of(&[four, three, two, one]), "0<3 1<2 2<1 3<0");
    assert_eq!(of(&[two, three, four, one]), "0<1 1<2 2<3 3<0");
    assert_eq!(of(&[one, three, four, two]), "1<2 2<3 3<1", "the first is in place");
    assert_eq!(of(&[two, three, four]), "0<1 1<2 2<3", "one is missing");
    let csv = ["ORDER-1042,12.07", "ORDER-1041,39.05", "ORDER-1044,20.15", "ORDER-1043,84.51"];
    assert_eq!(of(&csv), "0<1 1<0 2<3 3<2", "other case, other format");
    let prices = [r#"{"n":2,"p":12.07}"#, r#"{"n":1,"p":39.05}"#];
    assert_eq!(found(&ORDERS[..2], &prices), "0<1 1<0");
    let names = [r#"{"user":"ann"}"#, r#"{"user":"bob"}"#, r#"{"user":"carol"}"#];
    assert_eq!(found(&names, &["carol", "ann", "bob"]), "0<2 1<0 2<1");
    let lines = [r#""1\nann7777""#, r#""1\nbob8888""#];
    assert_eq!(found(&lines, &["bob8888", "ann7777"]), "0<1 1<0", "after an escape");
}

#[test]
fn what_a_transform_may_make_on_purpose_is_no_alarm() {
    let [one, two, three, four] = ORDERS;
    let of = |outputs: &[&str]| found(&ORDERS, outputs);
    assert_eq!(of(&ORDERS), "");
    assert_eq!(of(&[two, one, three, four]), "", "two of many may be meant");
    assert_eq!(of(&["a1b2c3d4", "e5f6a7b8", "c9d0e1f2", "a3b4c5d6"]), "", "encrypted");
    assert_eq!(of(&["{}", "{}", "{}", "{}"]), "");
    let next = |n: usize| format!(r#"{{"n":{}}}"#, n + 1);
    let numbers: Vec<_> = (0..9).map(next).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    assert_eq!(found(&numbers[..8], &numbers[1..]), "", "one more");
    let states = ["pending", "shipped", "delivered", "returned"];
    assert_eq!(found(&states[..3], &states[1..]), "", "the state after it");
    let hours = ["2026-11-22T10", "2026-11-22T11", "2026-11-22T12", "2026-11-22T13"];
    assert_eq!(found(&hours[..3], &hours[1..]), "", "an hour later");
    let (all, same) = (ORDERS.join("\n"), [three; 4]);
    assert_eq!(of(&[all.as_str(); 4]), "", "all of them");
    assert_eq!(of(&same), "", "one for all: another rule");
    let with_last = [one.to_owned(), one.to_owned() + two, two.to_owned() + three];
    let with_last: Vec<_> = with_last.iter().map(String::as_str).collect();
    assert_eq!(of(&with_last), "", "with the one before");
    let of_two = [two.to_owned() + three, three.to_owned() + four, four.to_owned() + one];
    let of_two: Vec<_> = of_two.iter().map(String::as_str).collect();
    assert_eq!(of(&of_two), "", "several of the others");
    let twice = [one, one, two, two];
    assert_eq!(found(&twice, &[two, two, one, one]), "", "values that repeat");
    assert_eq!(of(&["v1-order-1042", "x", "x", "x"]), "", "by chance");
    assert_eq!(of(&["order-1042", "order-1041", "x", "x"]), "", "a few by chance");
}

#[test]
fn a_record_that_came_out_as_another_one_is_copied() {
    let copied = |inputs: &[&str], outputs: &[&str]| {
        let mut comparison = Comparison::default();
        for (record, input) in inputs.iter().enumerate() {
            comparison.add_input(record, input.as_bytes());
        }
        comparison.keep_single();
        for (record, output) in outputs.iter().enumerate() {
            comparison.add_output(record, output.as_bytes());
        }
        let pairs =
            comparison.copied().into_iter().map(|it| format!("{}<{}", it.record, it.source));
        pairs.collect::<Vec<_>>().join(" ")
    };
    let [one, two, three, four] = ORDERS;
    assert_eq!(copied(&ORDERS[..2], &[two, two]), "0<1");
    assert_eq!(copied(&ORDERS, &[one, four, four, four]), "1<3 2<3");
    assert_eq!(copied(&ORDERS, &ORDERS), "");
    assert_eq!(copied(&[one, one, three], &[one, one, three]), "", "equal inputs");
    let views = [r#"{"type":"view","user":"ann"}"#, r#"{"type":"view","user":"bob"}"#];
    assert_eq!(copied(&views, &[r#"{"type":"view"}"#; 2]), "", "what they share");
    assert_eq!(copied(&ORDERS[..2], &["{\"heartbeat\":true}"; 2]), "", "a constant");
    let states = [r#"{"s":"sent"}"#, r#"{"s":"shipped"}"#];
    assert_eq!(copied(&states, &[r#"{"s":"shipped"}"#; 2]), "", "one word for another");
    let totals = [r#"{"n":2,"sum":51.12}"#; 2];
    assert_eq!(copied(&ORDERS[..2], &totals), "", "computed");
}

#[test]
fn the_hint_goes_by_the_pattern() {
    let hint = |sources: &[(usize, usize)]| {
        let misplaced = sources.iter().map(|(record, source)| Misplaced {
            record: *record,
            source: *source,
            value: String::new(),
            is_strong: true,
        });
        let hint = hint(&misplaced.collect::<Vec<_>>());
        hint.split(':').next().unwrap_or_default().to_owned()
    };
    assert_eq!(hint(&[(0, 1), (1, 2), (2, 0)]), "each has the data of the next one");
    assert_eq!(hint(&[(0, 2), (1, 0), (2, 1)]), "each has the data of the one before");
    assert_eq!(hint(&[(0, 3), (1, 2), (2, 1), (3, 0)]), "the data is in reverse order");
    assert!(hint(&[(0, 2), (1, 3), (2, 1), (3, 0)]).starts_with("results in the order"));
}
