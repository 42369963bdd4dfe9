use std::collections::BTreeMap;

use super::*;
use crate::description::{Description, read};
use crate::stream::StreamSource;
use crate::time::{Millis, rfc3339};

const S3: &str = include_str!("../../description/samples/extended-s3.json");
const SAMPLES: [&str; 9] = [
    S3,
    include_str!("../../description/samples/redshift.json"),
    include_str!("../../description/samples/elasticsearch.json"),
    include_str!("../../description/samples/opensearch.json"),
    include_str!("../../description/samples/opensearch-serverless.json"),
    include_str!("../../description/samples/splunk.json"),
    include_str!("../../description/samples/http-endpoint.json"),
    include_str!("../../description/samples/snowflake.json"),
    include_str!("../../description/samples/iceberg.json"),
];

const TRUST: &str = r#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
    "Principal":{"Service":"firehose.amazonaws.com"},
    "Condition":{"StringEquals":{"sts:ExternalId":"111122223333"}}}]}"#;

fn now() -> Millis {
    rfc3339("2026-11-29T05:30:00Z").unwrap()
}

fn described(document: &str) -> Description {
    read(document.as_bytes()).unwrap().description
}

/// A small stream to S3 with a transform, in which all is well.
fn small() -> Description {
    described(
        r#"{"DeliveryStreamName":"orders",
        "DeliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders",
        "DeliveryStreamStatus":"ACTIVE","VersionId":"4",
        "Destinations":[{"DestinationId":"destinationId-000000000001",
        "ExtendedS3DestinationDescription":{
            "RoleARN":"arn:aws:iam::111122223333:role/firehose-orders",
            "BucketARN":"arn:aws:s3:::lake","Prefix":"orders/",
            "ErrorOutputPrefix":"failed/!{firehose:error-output-type}/",
            "BufferingHints":{"IntervalInSeconds":60,"SizeInMBs":5},
            "CloudWatchLoggingOptions":{"Enabled":true,"LogGroupName":"/aws/kinesisfirehose/orders",
                "LogStreamName":"DestinationDelivery"},
            "S3BackupMode":"Enabled","S3BackupDescription":{"BucketARN":"arn:aws:s3:::backup",
                "RoleARN":"arn:aws:iam::111122223333:role/firehose-orders"},
            "ProcessingConfiguration":{"Enabled":true,"Processors":[{"Type":"Lambda","Parameters":[
                {"ParameterName":"LambdaArn",
                 "ParameterValue":"arn:aws:lambda:eu-west-1:111122223333:function:enrich"},
                {"ParameterName":"BufferIntervalInSeconds","ParameterValue":"60"}]}]}}}]}"#,
    )
}

/// Facts of a stream in which all is well.
fn well(description: Description) -> Facts {
    let role = Role { trust_policy: TRUST.to_owned() };
    let mut facts = Facts {
        role: Known::Yes(role.clone()),
        invoke_role: Known::Yes(role),
        function: Known::Yes(Function {
            state: Some("Active".to_owned()),
            timeout: Some(60),
            memory: Some(256),
            role: Some("arn:aws:iam::111122223333:role/enrich".to_owned()),
            log_group: "/aws/lambda/enrich".to_owned(),
            ..Function::default()
        }),
        function_policy: Known::No,
        reserved: Known::Yes(None),
        function_group: Known::Yes(LogGroup::default()),
        reports: reported(vec![report(120, 90, None)]),
        error_group: Known::Yes(LogGroup::default()),
        error_stream: Known::Yes(()),
        bucket: Known::Yes(Bucket { region: "eu-west-1".to_owned() }),
        backup_bucket: Known::Yes(Bucket { region: "eu-west-1".to_owned() }),
        encryption: Known::Yes(Encryption::default()),
        locks: Known::Yes(false),
        bucket_key: Known::Yes(key("Enabled")),
        stream_key: Known::Yes(key("Enabled")),
        source: Known::Yes(KinesisStream { status: "ACTIVE".to_owned(), key: None }),
        metrics: Known::Yes(Metrics::default()),
        failures: Known::Yes(failures(0, &[])),
        sample: Known::Yes(b"{\"id\":1}\n{\"id\":2}\n".to_vec()),
        table: Known::Yes(()),
        ..Facts::offline(description, now(), Some(jiff::tz::TimeZone::UTC))
    };
    for group in ["/aws/lambda/enrich", "/aws/kinesisfirehose/orders"] {
        facts.own_subscriptions.push(subscribed(group, Vec::new()));
    }
    let questions = Question::first(&facts).into_iter().chain(Question::then(&facts));
    let allowed = |question| Permission { question, denied: Known::Yes(Vec::new()) };
    facts.permissions = questions.map(allowed).collect();
    for id in ["incoming", "kinesis", "source", "delivered", "processed"] {
        set(&mut facts, id, 5.0);
    }
    for id in ["success", "calls_ok"] {
        set(&mut facts, id, 1.0);
    }
    facts
}

fn report(milliseconds: u32, memory: u32, status: Option<&str>) -> String {
    let status = status.map(|it| format!("\tStatus: {it}")).unwrap_or_default();
    format!(
        "REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: {milliseconds}.00 \
         ms\tBilled Duration: {milliseconds} ms\tMemory Size: 256 MB\tMax Memory Used: {memory} \
         MB{status}"
    )
}

fn reported(messages: Vec<String>) -> Known<Reports> {
    let all = messages.into_iter().map(|message| Report {
        time: Some(now()),
        message,
        has_exception: false,
    });
    Known::Yes(Reports { all: all.collect(), is_complete: true, ..Reports::default() })
}

fn key(state: &str) -> Key {
    let arn = "arn:aws:kms:eu-west-1:111122223333:key/8f507cfc-0000-4000-8000-000000000001";
    Key { arn: arn.to_owned(), state: state.to_owned() }
}

fn failures(objects: u64, codes: &[(&str, u64)]) -> Failures {
    let code = |&(code, records): &(&str, u64)| FailureCode {
        code: code.to_owned(),
        records,
        refused: 0,
        message: None,
    };
    let codes = codes.iter().map(code).collect();
    Failures {
        objects,
        opened: None,
        codes: Known::Yes(codes),
        is_cut: false,
        places: vec!["s3://lake/failed/".to_owned()],
    }
}

fn subscribed(group: &str, filters: Vec<Subscription>) -> SubscriptionsOf {
    let (filters, role) = (Known::Yes(filters), Known::NotAsked);
    SubscriptionsOf { group: group.to_owned(), filters, role }
}

fn feeding() -> Subscription {
    Subscription {
        name: "all".to_owned(),
        destination: "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders".to_owned(),
        role: Some("arn:aws:iam::111122223333:role/logs".to_owned()),
    }
}

fn set(facts: &mut Facts, id: &'static str, value: f64) {
    let Known::Yes(metrics) = &mut facts.metrics else { panic!("no metrics") };
    metrics.0.insert(id, vec![(now() - 60_000, value)]);
}

fn deny(facts: &mut Facts, purpose: Purpose) {
    let found = facts.permissions.iter_mut().find(|it| it.question.purpose == purpose);
    let found = found.expect("it is asked");
    let action = found.question.actions.iter().find(|it| purpose.is_essential(it));
    let action = action.copied().unwrap_or("x:Y");
    found.denied = Known::Yes(vec![format!("{action} (implicitDeny)")]);
}

fn outcome(facts: &Facts, name: &str) -> Outcome {
    let check = CHECKS.iter().find(|it| it.name == name).expect("a check");
    (check.run)(facts)
}

/// `passed`, `error: what`, `unknown`, `n/a`.
fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed(_) => "passed".to_owned(),
        Outcome::Finding(it) => format!("{}: {}", it.severity.as_str(), it.what),
        Outcome::NotApplicable => "n/a".to_owned(),
        Outcome::Unknown(_) => "unknown".to_owned(),
    }
}

/// What a check finds of the small stream after `change`, in which it was well.
fn found(name: &str, change: impl FnOnce(&mut Facts)) -> String {
    let mut facts = well(small());
    let before = word(&outcome(&facts, name));
    change(&mut facts);
    facts.stream = facts.description.view();
    let after = outcome(&facts, name);
    if let Outcome::Finding(it) = &after {
        assert!(!it.evidence.is_empty() && !it.why.is_empty(), "{it:?}");
    }
    assert_ne!(before, word(&after), "{name} sees it");
    word(&after)
}

fn config(facts: &mut Facts) -> &mut crate::description::DestinationConfig {
    &mut facts.description.destination_mut().unwrap().config
}

#[test]
fn all_is_well_in_a_stream_without_faults() {
    let mut facts = well(small());
    let worst: Vec<_> = CHECKS
        .iter()
        .map(|it| format!("{} {}", it.name, word(&(it.run)(&facts))))
        .filter(|it| !it.ends_with(" passed") && !it.ends_with(" n/a"))
        .collect();
    let hour = "looking-in-the-right-hour note: objects of this hour are below \
                s3://lake/orders/2026/11/29/05/";
    assert_eq!(worst, [hour]);
    let sentence = together(&facts).unwrap();
    assert_eq!(sentence, "Records come in and are delivered.");
    facts.failures = Known::Yes(failures(1, &[("Lambda.FunctionError", 40)]));
    let sentence = together(&facts).unwrap();
    assert_eq!(sentence, "Records come in; some failed, and others are delivered.");
    facts.failures = Known::NotAsked;
    set(&mut facts, "delivered", 19.0);
    set(&mut facts, "processed", 13.0);
    let sentence = together(&facts).unwrap();
    assert_eq!(sentence, "Records come in; some failed, and others are delivered.");
}

#[test]
fn names_are_unique_and_in_plain_form() {
    let names: BTreeMap<_, _> = CHECKS.iter().map(|it| (it.name, it.asks)).collect();
    assert_eq!(names.len(), 32);
    assert!(names.iter().all(|(name, asks)| {
        name.bytes().all(|it| it.is_ascii_lowercase() || it == b'-') && asks.ends_with('?')
    }));
}

/// Each fact by itself is taken away.
fn thefts(facts: &Facts) -> Vec<(String, Facts)> {
    type Theft = (&'static str, fn(&mut Facts));
    let whole: [Theft; 19] = [
        ("role", |it| it.role = Known::NotAsked),
        ("invoke_role", |it| it.invoke_role = Known::NotAsked),
        ("function", |it| it.function = Known::NotAsked),
        ("function_policy", |it| it.function_policy = Known::NotAsked),
        ("reserved", |it| it.reserved = Known::NotAsked),
        ("function_group", |it| it.function_group = Known::NotAsked),
        ("reports", |it| it.reports = Known::NotAsked),
        ("error_group", |it| it.error_group = Known::NotAsked),
        ("error_stream", |it| it.error_stream = Known::NotAsked),
        ("bucket", |it| it.bucket = Known::NotAsked),
        ("backup_bucket", |it| it.backup_bucket = Known::NotAsked),
        ("encryption", |it| it.encryption = Known::NotAsked),
        ("locks", |it| it.locks = Known::NotAsked),
        ("bucket_key", |it| it.bucket_key = Known::NotAsked),
        ("stream_key", |it| it.stream_key = Known::NotAsked),
        ("source", |it| it.source = Known::NotAsked),
        ("metrics", |it| it.metrics = Known::NotAsked),
        ("sample", |it| it.sample = Known::NotAsked),
        ("table", |it| it.table = Known::NotAsked),
    ];
    let mut all = Vec::new();
    let mut steal = |name: String, theft: &dyn Fn(&mut Facts)| {
        let mut facts = facts.clone();
        theft(&mut facts);
        all.push((name, facts));
    };
    for (name, theft) in whole {
        steal(name.to_owned(), &theft);
    }
    steal("failures".to_owned(), &|it| it.failures = Known::Denied { right: "s3:ListBucket" });
    steal("codes".to_owned(), &|it| {
        if let Known::Yes(failures) = &mut it.failures {
            failures.codes = Known::Denied { right: "s3:GetObject" };
        }
    });
    steal("zone".to_owned(), &|it| it.zone = None);
    for index in 0..facts.permissions.len() {
        steal(format!("permission {index}"), &|it| it.permissions[index].denied = Known::NotAsked);
        steal(format!("no permission {index}"), &|it| {
            it.permissions.remove(index);
        });
    }
    for index in 0..facts.own_subscriptions.len() {
        steal(format!("own {index}"), &|it| it.own_subscriptions[index].filters = Known::NotAsked);
        steal(format!("no own {index}"), &|it| {
            it.own_subscriptions.remove(index);
        });
    }
    for index in 0..facts.named_subscriptions.len() {
        steal(format!("named {index}"), &|it| {
            it.named_subscriptions[index].filters = Known::NotAsked;
        });
        steal(format!("role {index}"), &|it| it.named_subscriptions[index].role = Known::NotAsked);
    }
    all
}

/// Facts in which as much as possible is wrong.
fn ill(mut facts: Facts) -> Facts {
    facts.role = Known::No;
    facts.function = Known::No;
    facts.function_group = Known::No;
    facts.reports = reported(vec![report(60_000, 256, Some("timeout"))]);
    facts.reserved = Known::Yes(Some(0));
    facts.error_group = Known::No;
    facts.error_stream = Known::No;
    facts.bucket = Known::No;
    facts.backup_bucket = Known::No;
    facts.locks = Known::Yes(true);
    facts.bucket_key = Known::Yes(key("Disabled"));
    facts.stream_key = Known::No;
    facts.source = Known::No;
    facts.table = Known::No;
    facts.sample = Known::Yes(b"{}{}".to_vec());
    facts.failures = Known::Yes(failures(3, &[("Function.ResponseSizeTooLarge", 7)]));
    facts.metrics = Known::Yes(Metrics::default());
    for id in ["throttled", "throttles", "partitions"] {
        set(&mut facts, id, 3.0);
    }
    for id in ["freshness", "behind"] {
        set(&mut facts, id, 1e9);
    }
    for permission in &mut facts.permissions {
        let action = permission.question.actions[0];
        permission.denied = Known::Yes(vec![format!("{action} (implicitDeny)")]);
    }
    for of in &mut facts.own_subscriptions {
        of.filters = Known::Yes(vec![feeding()]);
    }
    facts
}

#[test]
fn nothing_passes_because_a_fact_is_missing() {
    let mut stolen = 0;
    for sample in SAMPLES.into_iter().map(described).chain([small()]) {
        let mut fed = well(sample.clone());
        fed.named_subscriptions.push(subscribed("/aws/lambda/shop", vec![feeding()]));
        for facts in [well(sample.clone()), ill(well(sample)), fed.clone(), ill(fed)] {
            for (theft, less) in thefts(&facts) {
                for check in &CHECKS {
                    let (before, after) = ((check.run)(&facts), (check.run)(&less));
                    let is_new = !matches!(before, Outcome::Passed(_));
                    let passes = matches!(after, Outcome::Passed(_));
                    assert!(
                        !(is_new && passes),
                        "{} passes without {theft}: {before:?}",
                        check.name
                    );
                    stolen += usize::from(before != after);
                }
            }
        }
    }
    assert!(stolen > 300, "facts matter: {stolen}");
}

#[test]
fn a_description_alone_is_checked_as_far_as_it_goes() {
    for sample in SAMPLES {
        let facts = Facts::offline(described(sample), now(), None);
        for check in CHECKS.iter().filter(|it| !it.rights.is_empty()) {
            // What needs a right cannot pass without it, unless the description says it all.
            let outcome = (check.run)(&facts);
            let says_all = ["where-failures-go", "no-delimiter"].contains(&check.name);
            assert!(says_all || !matches!(outcome, Outcome::Passed(_)), "{}", check.name);
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    statement: Vec<Statement>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: Vec<String>,
    resource: Vec<String>,
}

#[test]
fn the_policy_is_json_and_names_the_stream() {
    for sample in SAMPLES {
        let facts = well(described(sample));
        let policy: Policy = serde_json::from_str(&policy(&facts)).unwrap();
        assert_eq!(policy.statement[0].resource, [facts.stream.arn.as_str()]);
        let actions: Vec<_> = policy.statement.iter().flat_map(|it| &it.action).collect();
        for check in
            CHECKS.iter().filter(|it| !["conversion", "kinesis-readable"].contains(&it.name))
        {
            for right in check.rights {
                let is_there = actions.iter().any(|it| *it == right);
                let is_lambda = right.starts_with("lambda:") && facts.function_name().is_none();
                assert!(is_there || is_lambda || right.starts_with("logs:"), "{right}");
            }
        }
        let reads = ["Describe", "Get", "List", "Simulate", "Filter"];
        for action in actions {
            let verb = action.split(':').nth(1).unwrap();
            assert!(reads.iter().any(|it| verb.starts_with(it)), "{verb} writes");
        }
    }
}

#[test]
fn the_metrics_are_read_together() {
    let said = |change: fn(&mut Facts)| {
        let mut facts = well(small());
        change(&mut facts);
        together(&facts)
    };
    assert_eq!(said(|it| it.metrics = Known::NotAsked), None);
    assert_eq!(
        said(|it| set(it, "incoming", 0.0)).unwrap(),
        "CloudWatch counts no incoming records; the last minutes may be missing."
    );
    assert!(said(|it| set(it, "processed", 0.0)).unwrap().ends_with("may be failure objects."));
    assert_eq!(
        said(|it| set(it, "calls_ok", 0.0)).unwrap(),
        "Records come in, and every call of the function fails."
    );
    assert_eq!(
        said(|it| set(it, "delivered", 0.0)).unwrap(),
        "Records come in; nothing is delivered yet: they are buffered until 05:31 +00:00."
    );
    assert_eq!(
        said(|it| {
            set(it, "processed", 0.0);
            set(it, "delivered", 0.0);
        })
        .unwrap(),
        "Records come in, and calls of the function succeed, but no record was returned as Ok: \
         all are dropped, unless failures show up by 05:38 +00:00."
    );
    let mut facts = well(small());
    assert_eq!(follow(&facts), None);
    set(&mut facts, "delivered", 0.0);
    assert_eq!(follow(&facts), None, "records were returned as Ok: they are not dropped");
    set(&mut facts, "processed", 0.0);
    // Before the first call that succeeds, the transform dropped nothing.
    let mut before = facts.clone();
    let Known::Yes(metrics) = &mut before.metrics else { panic!("no metrics") };
    metrics.0.remove("calls_ok");
    assert_eq!(
        together(&before).unwrap(),
        "Records come in; nothing is delivered yet: they are buffered until 05:33 +00:00."
    );
    assert_eq!(follow(&before), None);
    let next = follow(&facts).unwrap().join(" ");
    assert_eq!(next, "fh trace --stream orders --region eu-west-1 --ask-transform");
}

/// Where `fh trace` cannot put records, its command is not shown.
#[test]
fn the_command_that_is_shown_next_puts_records_where_the_stream_takes_them() {
    let next = |change: fn(&mut Facts)| {
        let mut facts = well(small());
        set(&mut facts, "delivered", 0.0);
        set(&mut facts, "processed", 0.0);
        change(&mut facts);
        follow(&facts).map(|it| it.join(" "))
    };
    let kinesis = |it: &mut Facts| {
        it.stream.source = StreamSource::Kinesis("arn:aws:kinesis:::stream/orders".to_owned());
    };
    let via = "fh trace --stream orders --region eu-west-1 --via-source --ask-transform";
    assert_eq!(next(kinesis).as_deref(), Some(via));
    let refused: [fn(&mut Facts); 4] = [
        |it| it.stream.status = "DELETING".to_owned(),
        |it| decompressing(it),
        |it| {
            it.stream.source = StreamSource::Kinesis("arn:aws:kinesis:::stream/a".to_owned());
            decompressing(it);
        },
        |it| {
            let (cluster_arn, topic) = ("arn:aws:kafka:::cluster/c".to_owned(), "a".to_owned());
            it.stream.source = StreamSource::Msk { cluster_arn, topic };
        },
    ];
    assert_eq!(refused.map(next), [const { None }; 4]);
}

fn decompressing(facts: &mut Facts) {
    facts.stream.destination.as_mut().unwrap().processing.decompresses = true;
}

mod certainty;
mod commands;
mod each;
mod format;
mod health;
