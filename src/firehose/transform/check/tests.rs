use super::*;

const EVENT: &str = r#"{"records":[{"recordId":"aA","data":"eyJhIjoxfQ=="},{"recordId":"b","data":"eyJhIjoyfQ=="}]}"#;

fn check_text(event: &str, response: &str) -> CheckResult {
    let event = TransformEvent::parse(event.as_bytes()).unwrap();
    check(&event, response.as_bytes(), &Settings::default())
}

/// What is broken, then what becomes of each record.
fn findings_of(response: &str) -> String {
    let judgement = check_text(EVENT, response);
    let rules = judgement.violations.iter().map(|violation| {
        format!("{} {}", violation.rule.as_str(), violation.pointer).trim().to_owned()
    });
    let fates = judgement.verdicts.iter().map(|verdict| match verdict.fate {
        Fate::Failed(failure) => {
            let error = failure.error;
            format!("{}/{}", error.code, error.scope.as_str())
        }
        fate => fate.as_str().to_owned(),
    });
    let lost = judgement.lost.iter().map(|_| LostData::FATE.to_owned());
    let (rules, fates): (Vec<_>, Vec<_>) = (rules.collect(), fates.chain(lost).collect());
    format!("{} => {}", rules.join(", "), fates.join(", "))
}

fn with_first(first: &str) -> String {
    findings_of(&format!(
        r#"{{"records":[{first},{{"recordId":"b","result":"Ok","data":"eyJiIjoyfQo="}}]}}"#
    ))
}

const FINE: &str = r#""result":"Ok","data":"eyJhIjo5fQo=""#;

#[test]
fn an_honest_response_breaks_nothing() {
    assert_eq!(with_first(&format!(r#"{{"recordId":"aA",{FINE}}}"#)), " => delivered, delivered");
}

#[test]
fn a_response_of_the_wrong_shape_fails_everything() {
    let json = "Lambda.JsonProcessingException/batch";
    let missing = "Lambda.MissingRecordId/record";
    let thrown = "Lambda.FunctionError/batch";
    let late = "Lambda.FunctionTimedOut/batch";
    for (response, rule, fate) in [
        ("", "response-not-json", json),
        ("{'records': []}", "response-not-json", json),
        ("null", "response-not-object", json),
        (r#""{\"records\":[]}""#, "response-not-object", json),
        (r#"{"errorMessage":"x","errorType":"KeyError"}"#, "function-error", thrown),
        (r#"{"errorMessage":"Task timed out after 3.00 seconds"}"#, "function-timed-out", late),
        ("{}", "records-missing", missing),
        (r#"{"Records":[]}"#, "records-missing", missing),
        (r#"{"records":{}}"#, "records-not-list /records", missing),
    ] {
        assert_eq!(findings_of(response), format!("{rule} => {fate}, {fate}"), "{response}");
    }
}

#[test]
fn a_broken_record_has_its_rule_and_its_fate() {
    let batch = "Lambda.FunctionError/batch, Lambda.FunctionError/batch";
    let json = "Lambda.JsonProcessingException/batch, Lambda.JsonProcessingException/batch";
    let lost = "Lambda.MissingRecordId/record, delivered, silently-lost";
    let no_data = "Lambda.InvalidReturnFormat/record, delivered";
    for (first, rule, fates) in [
        ("7".to_owned(), "record-not-object /records/0", json),
        (format!("{{{FINE}}}"), "record-id-missing /records/0", lost),
        (format!(r#"{{"recordId":7,{FINE}}}"#), "record-id-not-string /records/0/recordId", lost),
        (format!(r#"{{"recordId":" aa",{FINE}}}"#), "record-id-changed /records/0/recordId", lost),
        (
            format!(r#"{{"recordId":"zz",{FINE}}}"#),
            "record-id-unknown /records/0/recordId, record-missing /records",
            lost,
        ),
        (
            format!(r#"{{"recordId":"aA",{FINE}}},{{"recordId":"aA",{FINE}}}"#),
            "record-id-duplicated /records/1/recordId",
            "Lambda.DuplicatedRecordId/record, delivered",
        ),
        (
            r#"{"recordId":"aA","data":"eyJhIjo5fQo="}"#.to_owned(),
            "result-missing /records/0",
            batch,
        ),
        (
            r#"{"recordId":"aA","result":"OK","data":"eyJhIjo5fQo="}"#.to_owned(),
            "result-misspelt /records/0/result",
            batch,
        ),
        (
            r#"{"recordId":"aA","result":7,"data":"eyJhIjo5fQo="}"#.to_owned(),
            "result-unknown /records/0/result",
            batch,
        ),
        (r#"{"recordId":"aA","result":"Ok"}"#.to_owned(), "data-missing /records/0", no_data),
        (
            r#"{"recordId":"aA","result":"Ok","kafkaRecordValue":"eyJhIjo5fQo="}"#.to_owned(),
            "data-wrong-key /records/0",
            no_data,
        ),
        (
            r#"{"recordId":"aA","result":"Ok","data":null}"#.to_owned(),
            "data-null /records/0/data",
            no_data,
        ),
        (
            r#"{"recordId":"aA","result":"Ok","data":{}}"#.to_owned(),
            "data-not-string /records/0/data",
            json,
        ),
        (
            r#"{"recordId":"aA","result":"Ok","data":"b'eyJhIjo5fQo='"}"#.to_owned(),
            "data-python-bytes /records/0/data",
            batch,
        ),
        (
            r#"{"recordId":"aA","result":"ProcessingFailed"}"#.to_owned(),
            "processing-failed /records/0/result",
            "Lambda.ProcessingFailedStatus/record, delivered",
        ),
        (r#"{"recordId":"aA","result":"Dropped"}"#.to_owned(), "", "dropped, delivered"),
    ] {
        assert_eq!(with_first(&first), format!("{rule} => {fates}"), "{first}");
    }
}

#[test]
fn partition_keys_are_asked_of_all_or_of_none() {
    let keys = "DynamicPartitioning.MetadataExtractionFailed/record";
    for (metadata, rule, fates) in [
        (
            r#"{"partitionKeys":{"year":"2026"}}"#,
            "partition-keys-missing /records/1/metadata/partitionKeys",
            format!("delivered, {keys}"),
        ),
        (
            r#"{"partitionKeys":{"y/r":""}}"#,
            "partition-key-empty /records/0/metadata/partitionKeys/y~1r, partition-keys-missing /records/1/metadata/partitionKeys",
            format!("{keys}, {keys}"),
        ),
        (
            r#"{"otfMetadata":{"operation":"upsert"}}"#,
            "otf-metadata-invalid /records/0/metadata/otfMetadata",
            "iceberg-failed/record, delivered".to_owned(),
        ),
    ] {
        let first = format!(r#"{{"recordId":"aA",{FINE},"metadata":{metadata}}}"#);
        assert_eq!(with_first(&first), format!("{rule} => {fates}"), "{metadata}");
    }
}

#[test]
fn what_shows_in_all_records_together_is_listed() {
    assert_eq!(
        findings_of(
            r#"{"records":[{"recordId":"aA","result":"Dropped"},{"recordId":"b","result":"Dropped"}]}"#
        ),
        "all-dropped /records => dropped, dropped"
    );
    let same = r#"{"records":[{"recordId":"b","result":"Ok","data":"eyJhIjoyfQ=="},{"recordId":"aA","result":"Ok","data":"eyJhIjoxfQ=="}]}"#;
    let judgement = check_text(EVENT, same);
    let rules: Vec<_> = judgement.violations.iter().map(|it| it.rule).collect();
    assert_eq!(rules, [Rule::NoNewline, Rule::NoNewline, Rule::UnchangedData, Rule::OrderChanged]);
    assert!(!judgement.has_errors());
}

#[test]
fn a_response_over_the_limit_fails_the_batch_and_is_judged_all_the_same() {
    let data = "eyJh".repeat(MAX_RESPONSE_PAYLOAD / 4);
    let response = format!(
        r#"{{"records":[{{"recordId":"aA","result":"OK","data":"{data}"}},{{"recordId":"b","result":"Dropped"}}]}}"#
    );
    let judgement = check_text(EVENT, &response);
    let rules: Vec<_> = judgement.violations.iter().map(|it| it.rule).collect();
    assert_eq!(rules, [Rule::ResponseTooLarge, Rule::ResultMisspelt]);
    assert_eq!(judgement.counts().failed, 2);
    let Fate::Failed(failure) = judgement.verdicts[1].fate else { panic!("it failed") };
    assert_eq!(failure.error.attempts.count(3), Some(4));
}

#[test]
fn an_event_with_an_id_twice_takes_two_answers() {
    let event = r#"{"records":[{"recordId":"a","data":""},{"recordId":"a","data":""}]}"#;
    let answer = format!(r#"{{"recordId":"a",{FINE}}}"#);
    let judgement = check_text(event, &format!(r#"{{"records":[{answer},{answer}]}}"#));
    let rules: Vec<_> = judgement.violations.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(rules, ["event-unreal"]);
    assert_eq!(judgement.counts().delivered, 2);
}

#[test]
fn what_is_hostile_takes_no_longer_than_what_is_large() {
    // All three would take minutes if the time grew with the square.
    let records = vec![r#"{"recordId":"x","data":""}"#; 100_000].join(",");
    let event = format!(r#"{{"records":[{records}]}}"#);
    let answers = vec![format!(r#"{{"recordId":"x",{FINE}}}"#); 90_000].join(",");
    let judgement = check_text(&event, &format!(r#"{{"records":[{answers}]}}"#));
    assert_eq!(judgement.violations.len(), 1 + 10_000);
    let judgement = check_text(EVENT, &format!(r#"{{"records":[{}1]}}"#, "1,".repeat(1_000_000)));
    assert_eq!(judgement.violations.len(), MAX_VIOLATIONS);
    assert_eq!(judgement.omitted.errors, 1_000_001 - MAX_VIOLATIONS);
    let unknown: Vec<_> =
        (0..100_000).map(|id| format!(r#"{{"recordId":"{id}",{FINE}}}"#)).collect();
    let judgement = check_text(EVENT, &format!(r#"{{"records":[{}]}}"#, unknown.join(",")));
    assert_eq!(judgement.lost.len(), 100_000);
}
