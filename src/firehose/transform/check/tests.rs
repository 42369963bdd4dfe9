use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const EVENT: &str = r#"{"records":[{"recordId":"aA","data":"eyJhIjoxfQ=="},{"recordId":"b","data":"eyJhIjoyfQ=="}]}"#;

fn check_text(event: &str, response: &str) -> CheckResult {
    let event = TransformEvent::parse(event.as_bytes()).unwrap();
    check(&event, response.as_bytes(), &CheckSettings::default())
}

#[test]
fn keys_right_in_the_metadata_are_named_where_firehose_reads_none_of_it() {
    let found = |metadata: &str| {
        let event = r#"{"records":[{"recordId":"aA","data":"eyJhIjoxfQ=="}]}"#;
        let record = format!(
            r#"{{"recordId":"aA","result":"Ok","data":"eyJiIjoyfQo=","metadata":{metadata}}}"#
        );
        let found = check_text(event, &format!(r#"{{"records":[{record}]}}"#));
        let lines = found.violations.iter();
        lines
            .map(|it| format!("{} {}: {}", it.rule.as_str(), it.pointer, it.message))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found(r#"{"tenant":"a"}"#),
        [
            "misspelt-key /records/0/metadata/tenant: found `tenant` in `metadata`; Firehose reads `metadata.partitionKeys.tenant`"
        ]
    );
    assert_eq!(
        found(r#"{"partitionKeys":null,"destinationTableName":"t"}"#),
        [
            "misspelt-key /records/0/metadata/destinationTableName: found `destinationTableName` in `metadata`; Firehose reads `metadata.otfMetadata.destinationTableName`"
        ]
    );
    for metadata in ["{}", r#"{"note":""}"#, r#"{"partitionKeys":{"year":"1"},"note":"a"}"#] {
        assert_eq!(found(metadata), [""; 0], "{metadata}");
    }
}

#[test]
fn metadata_beside_the_records_may_be_of_the_function_itself() {
    let found = |outside: &str, within: &str| {
        let event = r#"{"records":[{"recordId":"aA","data":"eyJhIjoxfQ=="}]}"#;
        let record = format!(
            r#"{{"recordId":"aA","result":"Ok","data":"eyJiIjoyfQo=","metadata":{within}}}"#
        );
        let found = check_text(event, &format!(r#"{{"metadata":{outside},"records":[{record}]}}"#));
        found.violations.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>().join(" ")
    };
    let keys = r#"{"partitionKeys":{"year":"1"}}"#;
    assert_eq!(found(r#"{"count":1}"#, keys), "");
    assert_eq!(found(r#"{"count":1}"#, "null"), "misspelt-key");
    assert_eq!(found(keys, keys), "misspelt-key");
}

/// What is broken, then what becomes of each record.
fn findings_of(response: &str) -> String {
    findings(&check_text(EVENT, response))
}

fn findings(judgement: &CheckResult) -> String {
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
        (
            r#"{"errorMessage":"Task timed out after 900.00 seconds"}"#,
            "function-too-long",
            "Lambda.InvocationFailure/batch",
        ),
        (r#"{"StatusCode":200,"ExecutedVersion":"1"}"#, "records-missing", missing),
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

/// The same where this is known of the stream.
fn with_settings(settings: &CheckSettings, first: &str) -> String {
    let response = format!(
        r#"{{"records":[{first},{{"recordId":"b","result":"Ok","data":"eyJiIjoyfQo="}}]}}"#
    );
    let event = TransformEvent::parse(EVENT.as_bytes()).unwrap();
    findings(&check(&event, response.as_bytes(), settings))
}

fn metadata(metadata: &str) -> String {
    format!(r#"{{"recordId":"aA",{FINE},"metadata":{metadata}}}"#)
}

const KEYS: &str = "DynamicPartitioning.MetadataExtractionFailed/record";

#[test]
fn metadata_is_looked_at_where_it_is_set() {
    for (value, expected) in [
        ("null", " => delivered, delivered".to_owned()),
        ("{}", " => delivered, delivered".to_owned()),
        (r#"{"partitionKeys":null,"otfMetadata":null}"#, " => delivered, delivered".to_owned()),
        (r#"{"partitionKeys":{}}"#, " => delivered, delivered".to_owned()),
        (
            r#"{"partitionKeys":null,"otfMetadata":{"destinationDatabaseName":"","destinationTableName":"","operation":""}}"#,
            " => delivered, delivered".to_owned(),
        ),
        (
            r#"{"partitionKeys":{"year":"2026"}}"#,
            "partition-keys-differ /records/1/metadata/partitionKeys => delivered, delivered".to_owned(),
        ),
        (
            r#"{"partitionKeys":{"y/r":""}}"#,
            format!("partition-key-empty /records/0/metadata/partitionKeys/y~1r, partition-keys-differ /records/1/metadata/partitionKeys => {KEYS}, delivered"),
        ),
        (
            r#"{"partition_keys":{"year":"2026"}}"#,
            "misspelt-key /records/0/metadata/partition_keys => delivered, delivered".to_owned(),
        ),
        (
            r#"{"\u0070artitionKeys":{"y":null}}"#,
            format!("partition-key-empty /records/0/metadata/partitionKeys/y, partition-keys-differ /records/1/metadata/partitionKeys => {KEYS}, delivered"),
        ),
        (
            r#"{"otfMetadata":{"destinationDatabaseName":"d","destinationTableName":"","operation":"insert"}}"#,
            "iceberg-table-missing /records/0/metadata/otfMetadata => Iceberg.InvalidTableName/record, delivered".to_owned(),
        ),
        (
            r#"{"otfMetadata":{"destinationDatabaseName":"d","destinationTableName":"t","operation":"upsert"}}"#,
            "otf-metadata-invalid /records/0/metadata/otfMetadata => iceberg-failed/record, delivered".to_owned(),
        ),
    ] {
        assert_eq!(with_first(&metadata(value)), expected, "{value}");
    }
}

#[test]
fn with_keys_that_are_asked_for_only_those_count() {
    let settings = |keys: &[&str]| CheckSettings {
        partition_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        ..CheckSettings::default()
    };
    let extra = metadata(r#"{"partitionKeys":{"year":"2026","debug":null}}"#);
    assert_eq!(
        with_settings(&settings(&["year"]), &extra),
        format!("partition-keys-missing /records/1/metadata/partitionKeys => delivered, {KEYS}")
    );
    let missing = "partition-keys-missing /records/0/metadata/partitionKeys, partition-keys-missing /records/1/metadata/partitionKeys";
    let null = metadata(r#"{"partitionKeys":null}"#);
    assert_eq!(with_settings(&settings(&["year"]), &null), format!("{missing} => {KEYS}, {KEYS}"));
}

#[test]
fn a_near_miss_is_named_in_the_hint() {
    let settings =
        CheckSettings { partition_keys: vec!["year".to_owned()], ..CheckSettings::default() };
    let hint = |record: &str| {
        let event = TransformEvent::parse(EVENT.as_bytes()).unwrap();
        let response = format!(r#"{{"records":[{record}]}}"#);
        let judgement = check(&event, response.as_bytes(), &settings);
        let missing = |it: &&Violation| it.rule == Rule::PartitionKeysMissing;
        judgement.violations.iter().find(missing).and_then(|it| it.hint.clone()).unwrap_or_default()
    };
    for key in ["partition_keys", "PartitionKeys", "partitionkeys", "partitionKey"] {
        let expected = format!("found `{key}` in `metadata`; the key is `partitionKeys`");
        assert_eq!(hint(&metadata(&format!(r#"{{"{key}":{{"year":"1"}}}}"#))), expected);
    }
    let outside = format!(r#"{{"recordId":"aA",{FINE},"partitionKeys":{{"year":"1"}}}}"#);
    assert_eq!(hint(&outside), "`partitionKeys` is next to `recordId`; it belongs in `metadata`");
    let spelt =
        format!(r#"{{"recordId":"aA",{FINE},"metaData":{{"partitionKeys":{{"year":"1"}}}}}}"#);
    assert_eq!(hint(&spelt), "found `metaData`; the key is `metadata`, in exactly these letters");
    let other = metadata(r#"{"partitionKeys":{"Year":"1"}}"#);
    assert_eq!(hint(&other), "found `Year`; the key is `year`, in exactly these letters");
}

#[test]
fn an_iceberg_table_takes_one_object_a_record() {
    let settings = CheckSettings { is_iceberg: true, ..CheckSettings::default() };
    let record = |data: &str, more: &str| {
        format!(r#"{{"recordId":"aA","result":"Ok","data":"{data}"{more}}}"#)
    };
    // {"a":1}{"a":1} and [{"a":1}], each with a newline.
    let (two, list) = ("eyJhIjoxfXsiYSI6MX0K", "W3siYSI6MX1dCg==");
    let many = "iceberg-many-objects /records/0/data => iceberg-failed/record, delivered";
    assert_eq!(with_settings(&settings, &record(two, "")), many);
    assert_eq!(with_settings(&settings, &record(list, "")), many);
    let on_one_line = "no-newline /records/0/data => delivered, delivered";
    assert_eq!(with_first(&record(two, "")), on_one_line);
    let route = r#","metadata":{"otfMetadata":{"destinationDatabaseName":"d","destinationTableName":"t","operation":"insert"}}"#;
    assert_eq!(with_first(&record(two, route)), many);
    // {"a":1}: a row needs no newline after it.
    assert_eq!(
        with_first(&record("eyJhIjoxfQ==", "")),
        "no-newline /records/0/data => delivered, delivered"
    );
    assert_eq!(with_first(&record("eyJhIjoxfQ==", route)), " => delivered, delivered");
    let empty = metadata(r#"{"otfMetadata":{"destinationTableName":null}}"#);
    assert_eq!(
        with_settings(&settings, &empty),
        "iceberg-table-missing /records/0/metadata/otfMetadata => Iceberg.InvalidTableName/record, delivered"
    );
    let of_go = r#"{"partitionKeys":null,"otfMetadata":{"destinationTableName":"","destinationDatabaseName":"","operation":""}}"#;
    assert_eq!(with_settings(&settings, &metadata(of_go)), " => delivered, delivered");
}

#[test]
fn what_nothing_confirms_can_be_left_out() {
    let number = metadata(r#"{"partitionKeys":{"year":2026}}"#);
    assert!(with_first(&number).starts_with("partition-key-not-string"));
    let ignored = vec![Rule::PartitionKeyNotString, Rule::PartitionKeysDiffer];
    let settings = CheckSettings { ignored, ..CheckSettings::default() };
    assert_eq!(with_settings(&settings, &number), " => delivered, delivered");
    assert!(Rule::PartitionKeyNotString.can_be_ignored());
    assert!(Rule::NoNewline.can_be_ignored());
    assert!(!Rule::DataNotBase64.can_be_ignored());
}

#[test]
fn what_is_wrong_with_the_event_is_not_blamed_on_the_response() {
    let event = r#"{"records":[{"recordId":"a","data":"hello world, plain"}]}"#;
    let response = r#"{"records":[{"recordId":"a","result":"Ok","data":"hello world, plain"}]}"#;
    let judgement = check_text(event, response);
    assert_eq!(findings(&judgement), "event-unreal => delivered");
    assert!(judgement.violations[0].message.contains("/records/0/data"), "{judgement:?}");
}

#[test]
fn a_transform_that_adds_metadata_has_its_use() {
    let records = ["aA", "b"].map(|id| {
        let data = if id == "b" { "eyJhIjoyfQ==" } else { "eyJhIjoxfQ==" };
        format!(r#"{{"recordId":"{id}","result":"Ok","data":"{data}","metadata":{{"partitionKeys":{{"year":"1"}}}}}}"#)
    });
    let findings = findings_of(&format!(r#"{{"records":[{}]}}"#, records.join(",")));
    assert_eq!(
        findings,
        "no-newline /records/0/data, no-newline /records/1/data => delivered, delivered"
    );
}

#[test]
fn our_own_limit_of_depth_says_nothing_of_firehose() {
    let deep = format!(r#"{{"records":[],"x":{}1{}}}"#, "[".repeat(2000), "]".repeat(2000));
    let judgement = check_text(EVENT, &deep);
    assert!(judgement.is_too_deep && judgement.violations.is_empty());
}

#[test]
fn a_null_from_nodejs_is_explained_by_how_the_handler_answers() {
    let hint = |style| {
        let event = TransformEvent::parse(EVENT.as_bytes()).unwrap();
        let settings = CheckSettings { style, ..CheckSettings::default() };
        check(&event, b"null", &settings).violations[0].hint.clone().unwrap()
    };
    assert!(hint(Some(HandlerStyle::Sync)).contains("what it returns is ignored"));
    assert!(hint(Some(HandlerStyle::AsyncWithCallback)).contains("what it returns counts"));
    assert!(hint(None).contains("did not call its callback"));
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
fn a_response_over_the_limit_fails_the_batch_and_is_still_checked() {
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

#[test]
fn records_that_a_function_mixed_up_are_found() {
    let encode = |text: String| STANDARD.encode(text);
    let check_series = |input: &dyn Fn(usize) -> String, output: &dyn Fn(usize) -> String| {
        let list = |part: &dyn Fn(usize) -> String| {
            let records: Vec<_> = (0..4).map(part).collect();
            format!(r#"{{"records":[{}]}}"#, records.join(","))
        };
        let event = list(&|n| format!(r#"{{"recordId":"{n}","data":"{}"}}"#, encode(input(n))));
        let response = list(&|n| {
            format!(r#"{{"recordId":"{n}","result":"Ok","data":"{}"}}"#, encode(output(n)))
        });
        findings(&check_text(&event, &response))
    };
    let delivered = "delivered, delivered, delivered, delivered";
    let number = |n: usize| format!("{{\"n\":{n}}}\n");
    let up_to = |n: usize| (0..=n).map(number).collect::<String>();
    let first = |_: usize| number(0);
    for (input, output, rule) in [
        (
            &number as &dyn Fn(usize) -> String,
            &first as &dyn Fn(usize) -> String,
            "repeated-data /records",
        ),
        (&number, &up_to, "accumulated-data /records"),
        (&first, &first, "unchanged-data /records"),
        (&up_to, &up_to, "unchanged-data /records"),
        (&first, &|_| "masked\n".to_owned(), ""),
        (&number, &|n| format!("{{\"n\":{n},\"of\":4}}\n"), ""),
    ] {
        assert_eq!(check_series(input, output), format!("{rule} => {delivered}"));
    }
}
