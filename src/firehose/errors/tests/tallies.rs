use super::*;

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
    assert_eq!(
        known(&tally),
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
fn groups_of_a_report_count_their_records() {
    let group = |code: &str, records: &str| {
        format!(r#"{{"errorCode":"{code}","errorMessage":"413: x","records":{records}}}"#)
    };
    let (http, lambda) = ("HttpEndpoint.DestinationException", "Lambda.FunctionError");
    let ndjson = format!("{}\n{}\n", group(lambda, "7"), group(http, "1204"));
    assert_eq!(known(&tally(&ndjson)), [(http, 1204), (lambda, 7)]);
    assert_eq!(tally(&ndjson).known()[0].cases[0].1, 1204);
    let json =
        format!(r#"{{"records":9,"kinds":[{},{},{{}}]}}"#, group(lambda, "5"), group("New", "4"));
    assert_eq!(known(&tally(&json)), [(lambda, 5)]);
    assert_eq!(tally(&json).unknown().collect::<Vec<_>>(), [("New", 4)]);
    for hostile in ["-1", "1e9", "99999999999999999999", "[]"] {
        assert_eq!(known(&tally(&group(lambda, hostile))), [(lambda, 1)], "{hostile}");
    }
    let most = group(lambda, "9223372036854775807");
    assert_eq!(known(&tally(&format!("{most}\n{most}\n{most}\n"))), [(lambda, u64::MAX)]);
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

#[test]
fn the_cause_that_a_message_names_is_counted_with_its_code() {
    let tally = tally(
        r#"{"rawData":"eA==","errorCode":"HttpEndpoint.DestinationException","errorMessage":"The following response was received from the endpoint destination. 413: {\"a\":1}","attemptsMade":4}
{"rawData":"eA==","errorCode":"HttpEndpoint.DestinationException","errorMessage":"429","attemptsMade":4}
{"rawData":"eA==","errorCode":"HttpEndpoint.DestinationException","errorMessage":"413: {}","attemptsMade":4}
{"rawData":"eA==","errorCode":403,"errorMessage":"no permission","attemptsMade":1}
{"errorCode":"Lambda.InvocationFailure","message":"Amazon Data Firehose encountered timeout errors when calling AWS Lambda. The maximum supported function timeout is 5 minutes."}
{"errorCode":"Lambda.FunctionError","message":"KeyError: 'X' in os.environ['X']"}
"#,
    );
    let cases: Vec<_> = tally
        .known()
        .iter()
        .map(|it| {
            let cases = it
                .cases
                .iter()
                .map(|(case, count)| (case.message.split(' ').next().unwrap(), *count));
            (it.explanation.error.code, cases.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(
        cases,
        [
            ("HttpEndpoint.DestinationException", vec![("413", 2), ("429", 1)]),
            ("HTTP status", vec![("403", 1)]),
            ("KeyError of os.environ", vec![]),
            ("Lambda.FunctionError", vec![]),
            ("Lambda.InvocationFailure", vec![("Firehose", 1)]),
        ]
    );
}
