//! The checks of formats and sizes, both ways.

use super::*;

#[test]
fn response_too_large() {
    let found = found("response-too-large", |it| {
        it.failures = Known::Yes(failures(1, &[("Function.ResponseSizeTooLarge", 9)]));
    });
    assert_eq!(found, "warning: responses of the function are too large: 9 records");
}

#[test]
fn decompression_clash() {
    let found = found("decompression-clash", |it| {
        let processors = config(it).processing.as_mut().unwrap().processors.as_mut().unwrap();
        let kind = Some("Decompression".to_owned());
        processors.push(crate::description::Processor { kind, ..Default::default() });
    });
    assert_eq!(found, "warning: Firehose decompresses records before the function gets them");
}

#[test]
fn no_delimiter() {
    let joined = found("no-delimiter", |it| it.sample = Known::Yes(b"{\"a\":1}{\"a\":2}".to_vec()));
    assert!(joined.starts_with("warning: records are delivered one after the other"));
    assert_eq!(found("no-delimiter", |it| it.sample = Known::No), "n/a");
    // No command takes processors away that are off.
    let mut facts = well(small());
    facts.sample = Known::Yes(b"{}{}".to_vec());
    config(&mut facts).processing.as_mut().unwrap().enabled = Some(false);
    facts.stream = facts.description.view();
    let Outcome::Finding(finding) = outcome(&facts, "no-delimiter") else { panic!() };
    assert!(finding.fix.is_empty(), "{:?}", finding.fix);
}

#[test]
fn partitioning() {
    let of = |change: fn(&mut Facts)| {
        found("partitioning", |it| {
            let on = crate::description::DynamicPartitioning {
                enabled: Some(true),
                ..Default::default()
            };
            config(it).partitioning = Some(on);
            config(it).buffering.as_mut().unwrap().size_mb = Some(64);
            change(it);
        })
    };
    assert_eq!(of(|_| {}), "passed");
    assert!(of(|it| config(it).error_output_prefix = None).contains("no error prefix"));
    assert!(of(|it| config(it).buffering = None).contains("smaller than the 64 MB"));
    assert_eq!(
        of(|it| config(it).prefix = Some("!{partitionKeyFromQuery:day}/".to_owned())),
        "error: the prefix has the key day, which is not extracted"
    );
    assert!(of(|it| set(it, "partitions", 1.0)).contains("more active partitions"));
}

#[test]
fn conversion() {
    let of = |change: fn(&mut Facts)| {
        let mut facts = well(described(S3));
        change(&mut facts);
        facts.stream = facts.description.view();
        word(&outcome(&facts, "conversion"))
    };
    let plain = |it: &mut Facts| config(it).compression = None;
    assert_eq!(of(plain), "passed");
    assert_eq!(of(|_| {}), "warning: a conversion does not go with GZIP");
    assert_eq!(
        of(|it| it.table = Known::No),
        "error: the table lake.orders of the conversion does not exist"
    );
    assert_eq!(
        of(|it| deny(it, Purpose::ReadTable)),
        "error: the role may not read the table lake.orders (glue:GetTable)"
    );
}
