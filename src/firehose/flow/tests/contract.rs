//! The table of what a violation of the response contract produces, row by row in
//! its order: through a stream, read back from its failure objects.

use super::hands::{Hands, ids, ok};
use super::*;
use crate::transform::invocation::{Exit, FunctionError, InvocationResult, Phase};
use crate::transform::{Behaviors, Refusal};

/// Three records, the second of which the response has in this way.
fn with(behaviors: Behaviors, element: impl Fn(&str, &str) -> String) -> Hands {
    let mut hands = Hands::new(StreamConfig { behaviors, ..config() });
    hands.put(&["a", "b", "c"]);
    hands.wait(60_000);
    hands.respond(|at, id, data| if at == 1 { element(id, data) } else { ok(id, data) });
    hands.flush();
    assert!(hands.calls.is_empty() && hands.holds().is_settled());
    hands
}

fn first(element: impl Fn(&str, &str) -> String) -> Hands {
    with(Behaviors::default(), element)
}

/// Three records, and every call of theirs comes back like this.
fn each_call(behaviors: Behaviors, answer: &Answer) -> (Hands, usize) {
    let mut hands = Hands::new(StreamConfig { behaviors, ..config() });
    hands.put(&["a", "b", "c"]);
    hands.wait(60_000);
    let mut calls = 0;
    while !hands.calls.is_empty() {
        hands.answer(answer.clone());
        calls += 1;
        hands.wait(10_000);
    }
    hands.flush();
    assert!(hands.holds().is_settled());
    (hands, calls)
}

fn all(code_and_attempts: &str) -> Vec<String> {
    ["a", "b", "c"].map(|it| format!("{it} {code_and_attempts}")).to_vec()
}

fn response(text: &str) -> Answer {
    Answer::Called(InvocationResult::from_response(text.as_bytes().to_vec()))
}

fn assert_only_b(hands: &Hands, code_and_attempts: &str) {
    assert_eq!(hands.text("lake/2026/"), "ac");
    assert_eq!(hands.failures(), [format!("b {code_and_attempts}")]);
    assert_eq!(hands.logs.len(), 1);
}

fn assert_all(hands: &Hands, code_and_attempts: &str) {
    assert_eq!(hands.text("lake/2026/"), "");
    assert_eq!(hands.failures(), all(code_and_attempts));
    assert_eq!(hands.logs.len(), 1);
}

#[test]
fn result_processing_failed() {
    let hands = first(|id, _| format!(r#"{{"recordId":"{id}","result":"ProcessingFailed"}}"#));
    assert_only_b(&hands, "Lambda.ProcessingFailedStatus 1");
}

#[test]
fn an_id_that_is_not_returned_or_changed() {
    assert_only_b(&first(|id, data| ok(&format!("{id} "), data)), "Lambda.MissingRecordId 1");
    let (hands, calls) = each_call(Behaviors::default(), &response(r#"{"records":[]}"#));
    assert_all(&hands, "Lambda.MissingRecordId 1");
    assert_eq!(calls, 1);
}

#[test]
fn a_response_without_usable_records() {
    let (hands, _) = each_call(Behaviors::default(), &response("{}"));
    assert_all(&hands, "Lambda.MissingRecordId 1");
    let second = Behaviors { no_records: true, ..Behaviors::default() };
    assert_all(&each_call(second, &response("{}")).0, "Lambda.FunctionError 1");
}

#[test]
fn an_id_that_is_returned_twice() {
    let twice = |id: &str, data: &str| format!("{},{}", ok(id, data), ok(id, data));
    assert_only_b(&first(twice), "Lambda.DuplicatedRecordId 1");
    let second = Behaviors { duplicate_scope: true, ..Behaviors::default() };
    assert_all(&with(second, twice), "Lambda.DuplicatedRecordId 1");
}

#[test]
fn unknown_extra_ids_are_lost_without_a_trace() {
    let hands = first(|id, data| format!("{},{}", ok(id, data), ok("unknown", "eA==")));
    assert_eq!(hands.text("lake/"), "abc");
    assert!(hands.logs.is_empty());
    let lost = |it: &Activity| matches!(it.what, What::Settled { lost: 1, .. });
    assert!(hands.activities.iter().any(lost));
}

#[test]
fn ok_without_data() {
    let hands = first(|id, _| format!(r#"{{"recordId":"{id}","result":"Ok","data":null}}"#));
    assert_only_b(&hands, "Lambda.InvalidReturnFormat 1");
    let hands = first(|id, _| format!(r#"{{"recordId":"{id}","result":"Ok"}}"#));
    assert_only_b(&hands, "Lambda.InvalidReturnFormat 1");
}

#[test]
fn dropped_is_written_nowhere_but_to_the_backup() {
    let hands = first(|id, _| format!(r#"{{"recordId":"{id}","result":"Dropped"}}"#));
    assert_eq!((hands.text("lake/"), hands.text("kept/")), ("ac".to_owned(), "abc".to_owned()));
    assert_eq!(hands.holds().dropped, 1);
}

#[test]
fn an_unknown_or_miscased_result() {
    let hands = first(|id, data| ok(id, data).replace("Ok", "ok"));
    assert_all(&hands, "Lambda.FunctionError 1");
}

#[test]
fn data_that_is_not_base64() {
    let bad = |id: &str, _: &str| ok(id, "{}");
    assert_all(&first(bad), "Lambda.FunctionError 1");
    let second = Behaviors { bad_base64: true, ..Behaviors::default() };
    assert_all(&with(second, bad), "Lambda.JsonMappingException 1");
}

#[test]
fn a_function_that_threw_is_called_again_with_the_same_ids_under_a_new_invocation_id() {
    let answer = Answer::Called(InvocationResult::FunctionError(FunctionError::default()));
    let (hands, calls) = each_call(Behaviors::default(), &answer);
    assert_all(&hands, "Lambda.FunctionError 4");
    assert_eq!(calls, 4);
    let mut invocations = hands.activities.iter().filter_map(|it| match &it.what {
        What::Invoked { invocation_id, .. } => Some(invocation_id.clone()),
        _ => None,
    });
    let mut seen = invocations.clone().collect::<Vec<_>>();
    seen.sort();
    seen.dedup();
    assert_eq!((invocations.by_ref().count(), seen.len()), (4, 4));

    let mut hands = Hands::new(config());
    hands.put(&["a", "b"]);
    hands.wait(60_000);
    let before = hands.answer(answer);
    hands.wait(1_000);
    let again = hands.calls[0].2.clone();
    assert_eq!(ids(&before), ids(&again));
    assert_ne!(before, again);
}

#[test]
fn a_function_that_ended_ran_out_of_memory_or_did_not_load() {
    for result in [
        InvocationResult::InitError(FunctionError::default()),
        InvocationResult::Exited { exit: Exit::Signal(9), phase: Phase::Init },
        InvocationResult::OutOfMemory { limit_mb: 128, phase: Phase::Invoke },
    ] {
        let (hands, _) = each_call(Behaviors::default(), &Answer::Called(result));
        assert_all(&hands, "Lambda.FunctionError 4");
    }
}

#[test]
fn the_own_timeout_of_the_function() {
    let limit = Duration::from_secs(3);
    let answer = Answer::Called(InvocationResult::TimedOut { limit, phase: Phase::Invoke });
    assert_all(&each_call(Behaviors::default(), &answer).0, "Lambda.FunctionTimedOut 4");
    let second = Behaviors { timeout_code: true, ..Behaviors::default() };
    assert_all(&each_call(second, &answer).0, "Lambda.FunctionError 4");
}

#[test]
fn a_response_over_6_mb() {
    let answer = Answer::Called(InvocationResult::TooLarge { bytes: 6_291_557 });
    assert_all(&each_call(Behaviors::default(), &answer).0, "Lambda.FunctionError 4");
}

#[test]
fn a_role_that_may_not_invoke() {
    let answer = Answer::Refused(Refusal::AccessDenied);
    assert_all(&each_call(Behaviors::default(), &answer).0, "Lambda.InvokeAccessDenied 4");
}

#[test]
fn a_response_that_is_not_json_or_of_another_shape() {
    for text in ["", "null", "[]"] {
        let (hands, calls) = each_call(Behaviors::default(), &response(text));
        assert_all(&hands, "Lambda.JsonProcessingException 1");
        assert_eq!(calls, 1);
    }
}

#[test]
fn a_concurrency_throttle() {
    let answer = Answer::Refused(Refusal::Throttled);
    assert_all(&each_call(Behaviors::default(), &answer).0, "Lambda.InvokeLimitExceeded 4");
    let mut hands = Hands::new(config());
    hands.put(&["a"]);
    hands.wait(60_000);
    hands.answer(answer);
    hands.wait(1_000);
    hands.respond_ok();
    hands.flush();
    assert_eq!((hands.text("lake/"), hands.logs.len()), ("a".to_owned(), 0));
}

#[test]
fn a_function_that_does_not_exist() {
    let answer = Answer::Refused(Refusal::NotFound);
    assert_all(&each_call(Behaviors::default(), &answer).0, "Lambda.ResourceNotFound 4");
}
