//! Calls that arrive: what comes back of them.

use insta::assert_snapshot;

use crate::canned::Canned;
use crate::harness::Call;
use crate::moto::moto;

const EVENT: &str = r#"{"records":[{"recordId":"1","data":"aGVsbG8="}]}"#;

#[test]
fn a_reply_has_response_version_log_and_report() {
    let call = Call::at(&moto().url(), "orders").arg("--event", EVENT);
    assert_snapshot!(call.run(), @r#"
    payload: {"records": [{"recordId": "1", "result": "Ok", "data": "SEVMTE8="}]}
    function error: None
    version: Some("$LATEST")
    log: "START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST\n1 records\nEND RequestId: 8f507cfc-0000-4000-8000-000000000001\nREPORT RequestId: 8f507cfc-0000-4000-8000-000000000001\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB\tInit Duration: 80.25 ms\t\n"
    report: Some(
        LambdaReport {
            request_id: "8f507cfc-0000-4000-8000-000000000001",
            duration: 1.5ms,
            billed: 2ms,
            memory_mb: 128,
            max_memory_mb: 35,
            init_duration: Some(
                80.25ms,
            ),
            restore_duration: None,
            status: None,
            error_type: None,
        },
    )
    "#);
}

#[test]
fn an_error_of_the_function_is_a_reply_too() {
    let call = Call::at(&moto().url(), "orders").arg("--event", r#"{"records":[{}]}"#);
    assert_snapshot!(call.run(), @r#"
    payload: {"errorMessage": "'recordId'", "errorType": "KeyError", "stackTrace": []}
    function error: Some("Unhandled")
    version: Some("$LATEST")
    log: "START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST\n[ERROR] KeyError: 'recordId'\nEND RequestId: 8f507cfc-0000-4000-8000-000000000001\nREPORT RequestId: 8f507cfc-0000-4000-8000-000000000001\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB\tInit Duration: 80.25 ms\t\n"
    report: Some(
        LambdaReport {
            request_id: "8f507cfc-0000-4000-8000-000000000001",
            duration: 1.5ms,
            billed: 2ms,
            memory_mb: 128,
            max_memory_mb: 35,
            init_duration: Some(
                80.25ms,
            ),
            restore_duration: None,
            status: None,
            error_type: None,
        },
    )
    "#);
}

#[test]
fn an_alias_and_a_version_are_found_in_every_form_of_a_name() {
    for function in [
        "orders:live",
        "orders:1",
        "arn:aws:lambda:eu-west-1:111122223333:function:orders:live",
        "arn:aws:lambda:eu-west-1:111122223333:function:orders:1",
    ] {
        let seen = Call::at(&moto().url(), function).arg("--event", EVENT).run();
        assert!(seen.contains("version: Some(\"1\")"), "{function}: {seen}");
    }
}

#[test]
fn the_latest_version_is_called_by_its_name_too() {
    for function in
        ["orders:$LATEST", "arn:aws:lambda:eu-west-1:111122223333:function:orders:$LATEST"]
    {
        let seen = Call::at(&moto().url(), function).arg("--event", EVENT).run();
        assert!(seen.contains("version: Some(\"$LATEST\")"), "{function}: {seen}");
    }
}

#[test]
fn a_function_that_does_not_exist_is_named_with_its_region() {
    assert_snapshot!(Call::at(&moto().url(), "order").run(), @"
    fh: cannot invoke function `order` in eu-west-1 at http://127.0.0.1:[PORT]: it does not exist there: Function not found: arn:aws:lambda:eu-west-1:111122223333:function:order (ResourceNotFoundException, request id [ID])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: similar names in eu-west-1: `orders`
    [Aws]
    ");
}

#[test]
fn an_alias_that_does_not_exist_is_named() {
    assert_snapshot!(Call::at(&moto().url(), "orders:test").run(), @"
    fh: cannot invoke function `orders:test` in eu-west-1 at http://127.0.0.1:[PORT]: it does not exist there: Function not found: arn:aws:lambda:eu-west-1:111122223333:function:orders:test (ResourceNotFoundException, request id [ID])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: function `orders` exists, without this version or alias: aws lambda list-aliases --function-name orders
    [Aws]
    ");
}

#[test]
fn a_function_of_another_region_is_not_found() {
    let call = Call::at(&moto().url(), "orders").arg("--region", "us-east-1");
    assert_snapshot!(call.run(), @"
    fh: cannot invoke function `orders` in us-east-1 at http://127.0.0.1:[PORT]: it does not exist there: Function not found: arn:aws:lambda:us-east-1:111122223333:function:orders (ResourceNotFoundException, request id [ID])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: no function exists in us-east-1: check the Region and the account
    [Aws]
    ");
}

#[test]
fn a_function_is_called_once_whatever_happens() {
    let server = Canned::error(500, "ServiceException", "An error occurred");
    assert_snapshot!(Call::at(&server.url(), "orders").run(), @"
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[PORT]: AWS had an internal error: An error occurred (ServiceException, request id [ID])
      hint: try again in a moment; see health.aws.amazon.com for outages
    [Aws]
    ");
    assert_eq!(server.requests().len(), 1);
}
