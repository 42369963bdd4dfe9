//! Messages that were cut off, and what stands before them in a log.

use super::*;

#[test]
fn a_message_that_breaks_off_is_found_with_a_time_before_it_and_without() {
    for (message, code) in [
        (
            "AWS Lambda was not able to create an Elastic Network Interface (ENI) in the VPC, specified as part of the Lambda function configuration",
            "Lambda.ENILimitReachedException",
        ),
        (
            "Did not receive an acknowledgement from HEC before the HEC acknowledgement",
            "Splunk.AckTimeout",
        ),
        (
            "Amazon Data Firehose encountered timeout errors when calling AWS Lambda. The maximu",
            "Lambda.InvocationFailure",
        ),
        (
            "Amazon Data Firehose encountered an AWSLambdaException from Lambda. Lambda was unable to initialize the provided c",
            "Lambda.InvocationFailure",
        ),
        (
            "One or more records are malformed. Please ensure that each record is single valid JSON o",
            "OS.MalformedData",
        ),
        (
            "Amazon Data Firehose does not support Amazon OpenSearch Service Bulk API",
            "OS.MalformedData",
        ),
    ] {
        for before in ["", "2026-11-30T10:00:00.123Z ", "[ERROR] 8f507cfc-0000 "] {
            assert_eq!(codes(&find(&format!("{before}{message}"))), [code], "{before}{message}");
        }
    }
    // So few letters may stand in any text.
    assert!(find("2026-11-30 the function was").is_empty());
}

#[test]
fn the_words_of_a_cluster_tell_more_than_its_status() {
    let means = |message: &str| {
        let page = exact("403").unwrap();
        page.cause("403", message, Some(8)).map(|it| it.means).unwrap_or_default()
    };
    for (message, words) in [
        (
            "cluster_block_exception: index [orders] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)];",
            "Free space",
        ),
        (
            "cluster_block_exception: index [orders] blocked by: [FORBIDDEN/8/index write (api)];",
            "blocked",
        ),
        (
            "security_exception: no permissions for [indices:data/write/bulk] and User [name=arn]",
            "Map the role",
        ),
        ("Forbidden", "may not write"),
    ] {
        assert!(means(message).contains(words), "{message}: {}", means(message));
        assert_eq!(codes(&find(message)), ["HTTP status"], "{message}");
    }
}

#[test]
fn a_timeout_is_told_by_the_report_of_the_call() {
    for line in [
        "REPORT RequestId: 8f507cfc\tDuration: 3000.00 ms\tMax Memory Used: 56 MB\tStatus: timeout",
        "INIT_REPORT Init Duration: 10000.14 ms\tPhase: init\tStatus: timeout",
        r#"{"type":"platform.runtimeDone","record":{"requestId":"8f507cfc","status":"timeout"}}"#,
    ] {
        assert_eq!(codes(&find(line)), ["Lambda.FunctionTimedOut"], "{line}");
    }
    let page = exact("Lambda.FunctionTimedOut").unwrap();
    let start = page.case_in("INIT_REPORT Init Duration: 10000.14 ms Phase: init Status: timeout");
    assert!(start.unwrap().means.contains("10 seconds"));
}
