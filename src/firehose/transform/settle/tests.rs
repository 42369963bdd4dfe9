use std::time::Duration;

use super::*;
use crate::errors;
use crate::transform::invocation::{Exit, FunctionError, Phase};
use crate::transform::{Fate, TransformEvent, check};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

const IDS: [&str; 3] = ["a", "b", "c"];

fn answer(response: &str) -> Answer {
    Answer::Called(InvocationResult::from_response(response.as_bytes().to_vec()))
}

fn good(id: &str) -> String {
    format!(r#"{{"recordId":"{id}","result":"Ok","data":"eyJhIjoxfQo="}}"#)
}

/// A response with this element for `b`, and good ones for the others.
fn with(element: &str) -> Answer {
    let (a, c) = (good("a"), good("c"));
    answer(&format!(r#"{{"records":[{a},{element},{c}]}}"#))
}

/// One line: how the call failed, or each record.
fn settled_with(answer: &Answer, behaviors: Behaviors) -> String {
    let settings = CheckSettings::default();
    let shown = |fault: &Fault| format!("{} {}", fault.code, fault.attempts);
    match settle(Source::DirectPut, &IDS, answer, &settings, behaviors) {
        Settled::CallFailed(fault) => format!("call failed: {}", shown(&fault)),
        Settled::Records(records) => {
            let fates = records.fates.iter().map(|fate| match fate {
                SettledFate::Delivered { payload, .. } => {
                    String::from_utf8_lossy(&records.bytes[payload.clone()]).into_owned()
                }
                SettledFate::Dropped => "dropped".to_owned(),
                SettledFate::Failed(fault) => shown(fault),
            });
            let lost =
                if records.lost > 0 { format!(" lost {}", records.lost) } else { String::new() };
            fates.collect::<Vec<_>>().join(" | ").replace('\n', "") + &lost
        }
    }
}

fn settled(answer: &Answer) -> String {
    settled_with(answer, Behaviors::default())
}

fn only_b(fault: &str) -> String {
    format!(r#"{{"a":1}} | {fault} | {{"a":1}}"#)
}

fn all(fault: &str) -> String {
    [fault; 3].join(" | ")
}

/// The table of what a violation produces, row by row, in its order.
mod each_row_of_the_response_contract {
    use super::*;

    #[test]
    fn result_processing_failed() {
        let element = r#"{"recordId":"b","result":"ProcessingFailed"}"#;
        assert_eq!(settled(&with(element)), only_b("Lambda.ProcessingFailedStatus 1"));
    }

    #[test]
    fn an_id_that_is_not_returned_or_changed() {
        let missing = answer(&format!(r#"{{"records":[{},{}]}}"#, good("c"), good("a")));
        assert_eq!(settled(&missing), only_b("Lambda.MissingRecordId 1"));
        let changed = only_b("Lambda.MissingRecordId 1") + " lost 1";
        assert_eq!(settled(&with(&good("B"))), changed);
        assert_eq!(settled(&with(&good("b").replace("\"b\"", "7"))), changed);
        assert_eq!(settled(&with(r#"{"result":"Ok","data":""}"#)), changed);
    }

    #[test]
    fn a_response_without_usable_records() {
        for response in ["{}", r#"{"Records":[]}"#, r#"{"records":{}}"#, r#"{"records":null}"#] {
            assert_eq!(settled(&answer(response)), all("Lambda.MissingRecordId 1"), "{response}");
            let behaviors = Behaviors { no_records: true, ..Behaviors::default() };
            let second = settled_with(&answer(response), behaviors);
            assert_eq!(second, all("Lambda.FunctionError 1"), "{response}");
        }
    }

    #[test]
    fn an_id_that_is_returned_twice() {
        let twice = with(&format!("{},{}", good("b"), good("b")));
        assert_eq!(settled(&twice), only_b("Lambda.DuplicatedRecordId 1"));
        let behaviors = Behaviors { duplicate_scope: true, ..Behaviors::default() };
        assert_eq!(settled_with(&twice, behaviors), all("Lambda.DuplicatedRecordId 1"));
    }

    #[test]
    fn unknown_extra_ids() {
        let more = with(&format!("{},{}", good("b"), good("d")));
        assert_eq!(settled(&more), only_b(r#"{"a":1}"#) + " lost 1");
    }

    #[test]
    fn ok_without_data() {
        for element in
            [r#"{"recordId":"b","result":"Ok"}"#, r#"{"recordId":"b","result":"Ok","data":null}"#]
        {
            assert_eq!(settled(&with(element)), only_b("Lambda.InvalidReturnFormat 1"));
        }
        let dropped = r#"{"recordId":"b","result":"Dropped"}"#;
        assert_eq!(settled(&with(dropped)), only_b("dropped"));
    }

    #[test]
    fn an_unknown_or_miscased_result() {
        for result in ["ok", "OK", "Success", ""] {
            let element = good("b").replace("Ok", result);
            assert_eq!(settled(&with(&element)), all("Lambda.FunctionError 1"), "{result}");
        }
        let none = r#"{"recordId":"b","data":""}"#;
        assert_eq!(settled(&with(none)), all("Lambda.FunctionError 1"));
    }

    #[test]
    fn data_that_is_not_base64() {
        for data in ["{}", "not base64!", "eyJhI", "-_-_Pj_6AA==", "b'eyJhIjoxfQo='"] {
            let element = format!(r#"{{"recordId":"b","result":"Ok","data":"{data}"}}"#);
            assert_eq!(settled(&with(&element)), all("Lambda.FunctionError 1"), "{data}");
            let behaviors = Behaviors { bad_base64: true, ..Behaviors::default() };
            let second = settled_with(&with(&element), behaviors);
            assert_eq!(second, all("Lambda.JsonMappingException 1"), "{data}");
        }
        for data in ["eyJhIjoxfQo", "eyJh\\nIjoxfQo=\\n"] {
            let element = format!(r#"{{"recordId":"b","result":"Ok","data":"{data}"}}"#);
            assert_eq!(settled(&with(&element)), only_b(r#"{"a":1}"#), "{data}");
        }
    }

    #[test]
    fn a_function_that_threw_or_ended() {
        for result in [
            InvocationResult::FunctionError(FunctionError::default()),
            InvocationResult::InitError(FunctionError::default()),
            InvocationResult::Exited { exit: Exit::Code(1), phase: Phase::Invoke },
            InvocationResult::OutOfMemory { limit_mb: 128, phase: Phase::Invoke },
        ] {
            let answer = Answer::Called(result);
            assert_eq!(settled(&answer), "call failed: Lambda.FunctionError 4", "{answer:?}");
        }
        let object = answer(r#"{"errorType":"KeyError","errorMessage":"'x'"}"#);
        assert_eq!(settled(&object), "call failed: Lambda.FunctionError 4");
        let late = |seconds| {
            answer(&format!(r#"{{"errorMessage":"x Task timed out after {seconds} seconds"}}"#))
        };
        assert_eq!(settled(&late("3.00")), "call failed: Lambda.FunctionTimedOut 4");
        assert_eq!(settled(&late("301.00")), "call failed: Lambda.InvocationFailure 4");
    }

    #[test]
    fn a_function_that_timed_out() {
        let limit = Duration::from_secs(3);
        let result = InvocationResult::TimedOut { limit, phase: Phase::Invoke };
        let answer = Answer::Called(result);
        assert_eq!(settled(&answer), "call failed: Lambda.FunctionTimedOut 4");
        let behaviors = Behaviors { timeout_code: true, ..Behaviors::default() };
        assert_eq!(settled_with(&answer, behaviors), "call failed: Lambda.FunctionError 4");
        let limit = Duration::from_mins(6);
        let result = InvocationResult::TimedOut { limit, phase: Phase::Invoke };
        assert_eq!(settled(&Answer::Called(result)), "call failed: Lambda.InvocationFailure 4");
    }

    #[test]
    fn a_response_over_6_mb() {
        let answer = Answer::Called(InvocationResult::TooLarge { bytes: 7_000_000 });
        assert_eq!(settled(&answer), "call failed: Lambda.FunctionError 4");
    }

    #[test]
    fn a_role_that_may_not_invoke_a_throttle_and_a_function_that_does_not_exist() {
        for (refusal, code) in [
            (Refusal::RoleNotAssumed, "Lambda.AssumeRoleAccessDenied"),
            (Refusal::AccessDenied, "Lambda.InvokeAccessDenied"),
            (Refusal::Throttled, "Lambda.InvokeLimitExceeded"),
            (Refusal::NotFound, "Lambda.ResourceNotFound"),
            (Refusal::EventTooLarge, "Lambda.FunctionError"),
        ] {
            assert_eq!(settled(&Answer::Refused(refusal)), format!("call failed: {code} 4"));
        }
    }

    #[test]
    fn a_response_that_is_not_json_or_of_another_shape() {
        for response in ["", "{'records':[]}", "null", "[]", "\"{}\"", &"[".repeat(2000)] {
            let settled = settled(&answer(response));
            assert_eq!(settled, all("Lambda.JsonProcessingException 1"), "{response}");
        }
        assert_eq!(settled(&with("null")), all("Lambda.JsonProcessingException 1"));
        let number = r#"{"recordId":"b","result":"Ok","data":7}"#;
        assert_eq!(settled(&with(number)), all("Lambda.JsonProcessingException 1"));
    }
}

#[test]
fn every_fault_has_a_message_and_a_code_that_has_a_page() {
    let answers = [
        with(r#"{"recordId":"b","result":"ProcessingFailed"}"#),
        with(r#"{"recordId":"b","result":"Ok"}"#),
        with(r#"{"recordId":"b","result":"Ok","data":"{}"}"#),
        with(r#"{"recordId":"b","result":"Ok","data":7}"#),
        with(r#"{"recordId":"b","result":"ok"}"#),
        with(r#"{"recordId":"b","result":"Ok","data":"","metadata":{"partitionKeys":{"k":null}}}"#),
        with(&format!("{},{}", good("b"), good("b"))),
        answer("{}"),
        answer("null"),
        Answer::Called(InvocationResult::TooLarge { bytes: 7_000_000 }),
        Answer::Refused(Refusal::AccessDenied),
        Answer::Refused(Refusal::Throttled),
        Answer::Refused(Refusal::NotFound),
    ];
    let second =
        Behaviors { no_records: true, timeout_code: true, duplicate_scope: true, bad_base64: true };
    for (answer, behaviors) in
        answers.iter().flat_map(|it| [(it, Behaviors::default()), (it, second)])
    {
        let settings = CheckSettings { retries: 0, ..CheckSettings::default() };
        let faults = match settle(Source::DirectPut, &IDS, answer, &settings, behaviors) {
            Settled::CallFailed(fault) => vec![fault],
            Settled::Records(records) => {
                let faults = records.fates.iter().filter_map(|fate| match fate {
                    SettledFate::Failed(fault) => Some(*fault),
                    _ => None,
                });
                faults.collect()
            }
        };
        assert!(!faults.is_empty(), "{answer:?}");
        for fault in faults {
            assert!(errors::exact(fault.code).is_some(), "{fault:?}");
            assert!(!fault.message.is_empty() && fault.attempts == 1, "{fault:?}");
        }
    }
}

#[test]
fn partition_keys_come_with_the_record_and_are_asked_for() {
    let element = |metadata: &str| {
        with(&format!(r#"{{"recordId":"b","result":"Ok","data":"","metadata":{metadata}}}"#))
    };
    let keys = |metadata: &str, asked: &[&str]| {
        let partition_keys = asked.iter().map(|it| (*it).to_owned()).collect();
        let settings = CheckSettings { partition_keys, ..CheckSettings::default() };
        let settled =
            settle(Source::DirectPut, &IDS, &element(metadata), &settings, Behaviors::default());
        let Settled::Records(records) = settled else { panic!("{settled:?}") };
        match &records.fates[1] {
            SettledFate::Delivered { partition_keys, .. } => Ok(partition_keys.clone()),
            SettledFate::Failed(fault) => Err(fault.code),
            SettledFate::Dropped => panic!("dropped"),
        }
    };
    let failed = Err("DynamicPartitioning.MetadataExtractionFailed");
    let two = BTreeMap::from([("k", "1"), ("l", "é")].map(|(k, v)| (k.to_owned(), v.to_owned())));
    assert_eq!(keys(r#"{"partitionKeys":{"k":"1","l":"\u00e9"}}"#, &[]), Ok(two.clone()));
    assert_eq!(keys(r#"{"partitionKeys":{"k":"1","l":"é"}}"#, &["k"]), Ok(two));
    assert_eq!(keys(r#"{"partitionKeys":{"k":"1","l":7}}"#, &["k"]).map(|it| it.len()), Ok(1));
    assert_eq!(keys(r#"{"partitionKeys":null,"otfMetadata":{}}"#, &[]), Ok(BTreeMap::new()));
    for metadata in [
        "null",
        "{}",
        "[]",
        r#"{"partitionKeys":null}"#,
        r#"{"partitionKeys":{"k":null}}"#,
        r#"{"partitionKeys":{"k":""}}"#,
        r#"{"partitionKeys":{"k":1}}"#,
        r#"{"partitionKeys":["k"]}"#,
    ] {
        assert_eq!(keys(metadata, &["k"]), failed, "{metadata}");
    }
}

/// Elements of a response that are right, wrong in one way, or odd.
fn element() -> impl Strategy<Value = String> {
    let id = prop::sample::select(vec![
        "\"a\"",
        "\"b\"",
        "\"c\"",
        "\"A\"",
        "\"d\"",
        "1",
        "null",
        "\"\\u0061\"",
    ]);
    let result = prop::sample::select(vec![
        "\"Ok\"",
        "\"Ok\"",
        "\"Ok\"",
        "\"Dropped\"",
        "\"ProcessingFailed\"",
        "\"ok\"",
        "7",
        "null",
    ]);
    let data = prop::sample::select(vec![
        "\"eyJhIjoxfQo=\"",
        "\"eyJhIjoxfQo=\"",
        "\"\"",
        "null",
        "5",
        "\"eyJhIjoxfQo\"",
        "\"{}\"",
        "\"a b\"",
        "\"ab c\"",
        "\"-_-_\"",
        "\"eyJh\\nIjox\"",
        "\"YQ==Cg==\"",
        "\"Done\"",
        "\"eyJhIjoxfR==\"",
        "\"=\"",
        "\"b'YQ=='\"",
    ]);
    let metadata = prop::sample::select(vec![
        "",
        "",
        ",\"metadata\":null",
        ",\"metadata\":[]",
        ",\"metadata\":{\"partitionKeys\":{\"k\":\"1\"}}",
        ",\"metadata\":{\"partitionKeys\":{\"k\":null,\"l\":\"2\"}}",
        ",\"metadata\":{\"partitionKeys\":{\"k\":\"1\"},\"partitionKeys\":{\"l\":3}}",
        ",\"metadata\":{\"partitionKeys\":\"\"}",
        ",\"metadata\":{\"partitionKeys\":7}",
    ]);
    let whole = (id, result, data, metadata).prop_map(|(id, result, data, metadata)| {
        format!(r#"{{"recordId":{id},"result":{result},"data":{data}{metadata}}}"#)
    });
    prop_oneof![
        20 => whole,
        1 => prop::sample::select(vec!["null", "{}", "[]", "7", r#"{"recordId":"a"}"#, r#"{"recordId":"b","result":"Ok"}"#]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Ids may be twice in the event, as in AWS's sample.
    #[test]
    fn the_fates_are_those_of_a_check(
        elements in prop::collection::vec(element(), 0..6),
        ids in prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..5),
        asked in prop::sample::select(vec![vec![], vec!["k"], vec!["k", "l"]]),
        frame in prop::sample::select(vec!["{\"records\":[#]}", "{\"records\":[#]}", "[#]", "{\"Records\":[#]}", "{\"records\":[#]"]),
    ) {
        let records: Vec<_> = ids.iter().map(|id| format!(r#"{{"recordId":"{id}","data":"{}"}}"#, STANDARD.encode("in"))).collect();
        let event = format!(r#"{{"records":[{}]}}"#, records.join(","));
        let event = TransformEvent::parse(event.as_bytes()).unwrap();
        let response = frame.replace('#', &elements.join(","));
        let settings = CheckSettings { partition_keys: asked.into_iter().map(str::to_owned).collect(), ..CheckSettings::default() };
        let checked = check(&event, response.as_bytes(), &settings);
        let settled = settle(Source::DirectPut, &ids, &answer(&response), &settings, Behaviors::default());
        let Settled::Records(records) = settled else { panic!("{settled:?}") };
        prop_assert_eq!(records.fates.len(), checked.verdicts.len());
        prop_assert!(records.lost >= checked.lost.len().saturating_sub(elements.len()));
        for (fate, verdict) in records.fates.iter().zip(&checked.verdicts) {
            match (fate, verdict.fate) {
                (SettledFate::Delivered { payload, .. }, Fate::Delivered) => {
                    prop_assert_eq!(Some(payload.len()), verdict.bytes_out, "{}", response);
                }
                (SettledFate::Dropped, Fate::Dropped) => {}
                (SettledFate::Failed(fault), Fate::Failed(failure)) => {
                    prop_assert_eq!(fault.code, failure.error.code, "{}", response);
                }
                (fate, other) => prop_assert!(false, "{:?} {:?} {}", fate, other, response),
            }
        }
    }
}
