//! The commands that findings print. The kept list of them is what
//! `tests/cli/doctor_commands.rs` gives to the AWS CLI, which knows their parameters.

use std::collections::BTreeSet;

use super::*;

/// Streams with what the samples lack: a transform that is off, keys that failed.
fn changed() -> Vec<Facts> {
    let change = |change: fn(&mut Facts)| {
        let mut facts = well(small());
        change(&mut facts);
        facts.stream = facts.description.view();
        facts
    };
    let encrypted = |it: &mut Facts, status: &str| {
        it.description.encryption = Some(crate::description::StreamEncryption {
            key_arn: Some(key("").arn),
            key_type: Some("CUSTOMER_MANAGED_CMK".to_owned()),
            status: Some(status.to_owned()),
            ..Default::default()
        });
    };
    let mut all = vec![
        change(|it| config(it).processing.as_mut().unwrap().enabled = None),
        change(|it| config(it).backup_mode = None),
        change(|it| config(it).logging = None),
        change(|it| it.error_group = Known::Yes(LogGroup { retention_days: Some(1) })),
        change(|it| it.role = Known::Yes(Role { trust_policy: String::new() })),
        change(|it| it.sample = Known::Yes(b"{}{}".to_vec())),
        change(|it| it.failures = Known::Yes(failures(1, &[("Lambda.FunctionError", 1)]))),
        change(|it| set(it, "incoming", 0.0)),
        change(|it| it.reports = reported(vec![report(120, 255, None)])),
    ];
    for status in ["ENABLING_FAILED", "DISABLING_FAILED"] {
        let mut facts = well(small());
        encrypted(&mut facts, status);
        all.push(facts);
    }
    all
}

/// `fh explain` and `fh doctor` name one list.
#[test]
fn what_is_to_be_allowed_is_what_the_page_of_the_code_says() {
    let page = crate::errors::exact("S3.AccessDenied").unwrap();
    let allow = page.change.iter().find(|it| it.starts_with("Allow s3:")).unwrap();
    let (allow, _) = allow.split_once(" on the bucket").unwrap();
    let words = allow.trim_start_matches("Allow s3:").split([' ', ',']);
    let named: Vec<_> = words.filter(|it| !it.is_empty() && *it != "and").collect();
    let allowed = questions::S3_ACTIONS.iter();
    assert_eq!(named, allowed.map(|it| it.trim_start_matches("s3:")).collect::<Vec<_>>());
}

#[test]
fn every_command_is_whole() {
    let mut commands = BTreeSet::new();
    let samples = SAMPLES.into_iter().map(described).chain([small()]);
    let ill = samples.map(|it| ill(well(it)));
    for facts in ill.chain(changed()) {
        for checked in diagnose(&facts, &CHECKS.iter().collect::<Vec<_>>()) {
            let Outcome::Finding(finding) = checked.outcome else { continue };
            for command in finding.fix {
                let name = checked.check.name;
                assert!(["aws", "fh"].contains(&command[0].as_str()), "{name}: {command:?}");
                assert!(command.iter().all(|it| !it.is_empty()), "{name}: {command:?}");
                for json in command.iter().filter(|it| it.starts_with('{')) {
                    serde_json::from_str::<serde::de::IgnoredAny>(json).unwrap();
                }
                commands.insert(serde_json::to_string(&command).unwrap());
            }
        }
    }
    let commands: Vec<_> = commands.into_iter().collect();
    insta::assert_snapshot!("commands", commands.join("\n"));
}
