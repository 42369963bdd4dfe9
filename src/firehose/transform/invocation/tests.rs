//! What comes of a call, in words.

use super::*;
use crate::errors::Attempts;

#[test]
fn a_response_is_json_and_nothing_else() {
    let sorted = |bytes: &[u8]| InvocationResult::from_response(bytes.to_vec()).to_string();
    assert_eq!(sorted(b" {\"records\":[]}\n"), "the function responded");
    assert_eq!(sorted(b"\"text\""), "the function responded");
    assert_eq!(sorted(b""), "the response is empty, not JSON");
    let trailing = "the response is not JSON: expected nothing after the value at byte 3";
    assert_eq!(sorted(b"{} {}"), trailing);
    let number = "the response is not JSON: -Infinity at byte 6, which JSON does not allow";
    assert_eq!(sorted(b"{\"a\":-Infinity}"), number);
    assert_eq!(
        sorted(b"{\"a\":\"\xff\"}"),
        "the response is not JSON: JSON is not UTF-8 at byte 6"
    );
}

#[test]
fn a_promise_that_nothing_waited_for_is_not_passed_over() {
    let mut call = Invocation::new(InvocationResult::from_response(b"{}".to_vec()));
    assert!(!call.has_rejected());
    let line = b"ERROR\tUnhandled Promise Rejection \t{\"errorType\":\"Runtime.UnhandledPromiseRejection\"}";
    call.log.lines.push(LogLine { stream: LogStream::Stdout, bytes: line.to_vec() });
    let sentence = "the function responded, but a promise that it did not wait for was rejected";
    assert_eq!(call.sentence(), sentence);
    let event = TransformEvent::parse(br#"{"records":[]}"#).unwrap();
    assert!(call.hint(&event).unwrap().contains("Promise.all"));
    // Of a call that failed, it is the error itself.
    call.result = InvocationResult::from_response(Vec::new());
    assert!(!call.has_rejected());
}

#[test]
fn a_response_over_the_limit_is_too_large_whatever_is_in_it() {
    let result = InvocationResult::from_response(vec![b' '; MAX_RESPONSE_PAYLOAD + 1]);
    assert!(matches!(result, InvocationResult::TooLarge { bytes: 6_291_557 }), "{result}");
}

#[test]
fn a_function_loads_in_10_seconds_or_in_its_timeout() {
    let loading = |seconds| {
        let limit = Duration::from_secs(seconds);
        InvocationResult::TimedOut { limit, phase: Phase::Init }
    };
    assert_eq!(loading(3).to_string(), "the function did not load in 10 s");
    assert_eq!(loading(60).to_string(), "the function did not load in 60 s");
    assert_eq!(loading(3).failure(), Some(Failure::FUNCTION_TIMED_OUT));
}

#[test]
fn nothing_runs_longer_than_firehose_waits() {
    let limit = Duration::from_mins(15);
    let late = InvocationResult::TimedOut { limit, phase: Phase::Invoke };
    let text = "the function did not answer in 5 minutes, the longest that Firehose waits";
    assert_eq!(late.to_string(), text);
    assert_eq!(late.failure(), Some(Failure::RUNS_TOO_LONG));
    let just = InvocationResult::TimedOut { limit: MAX_FUNCTION_TIMEOUT, phase: Phase::Invoke };
    assert_eq!(just.failure(), Some(Failure::FUNCTION_TIMED_OUT));
}

#[test]
fn only_a_failed_call_is_retried() {
    let code =
        |result: InvocationResult| result.failure().map(|it| (it.error.code, it.error.attempts));
    assert_eq!(code(InvocationResult::Response(Vec::new())), None);
    let exited = InvocationResult::Exited { exit: Exit::Code(1), phase: Phase::Init };
    assert_eq!(code(exited), Some(("Lambda.FunctionError", Attempts::AllRetries)));
    let garbage = InvocationResult::from_response(b"garbage".to_vec());
    assert_eq!(code(garbage), Some(("Lambda.JsonProcessingException", Attempts::Unknown)));
}

#[test]
fn a_program_for_the_runtime_api_is_not_run_as_one_that_reads_stdin() {
    let event = TransformEvent::parse(br#"{"records":[]}"#).unwrap();
    let exited = InvocationResult::Exited { exit: Exit::Code(1), phase: Phase::Invoke };
    let mut call = Invocation::new(exited);
    assert_eq!(call.hint(&event), None);
    let line =
        b"expected AWS Lambda environment variables [AWS_LAMBDA_RUNTIME_API] are not defined";
    call.log.lines.push(LogLine { stream: LogStream::Stderr, bytes: line.to_vec() });
    assert_eq!(call.hint(&event), None, "it has the runtime API");
    call.reads_stdin = true;
    assert!(call.hint(&event).unwrap().contains("`--bootstrap` instead of `--exec`"));
    call.log.lines[0].bytes = b"AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001".to_vec();
    assert_eq!(call.hint(&event), None, "it is set");
    for line in [
        "sh: 3: AWS_LAMBDA_RUNTIME_API: parameter not set",
        "bootstrap: line 3: AWS_LAMBDA_RUNTIME_API: unbound variable",
        "KeyError: 'AWS_LAMBDA_RUNTIME_API'",
        "Missing AWS_LAMBDA_RUNTIME_API",
    ] {
        call.log.lines[0].bytes = line.as_bytes().to_vec();
        assert!(call.hint(&event).is_some(), "{line}");
    }
}
