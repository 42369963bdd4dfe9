//! What is not certain is not said to be, and what is not known is not passed.

use super::*;

fn confidence(change: impl FnOnce(&mut Facts), name: &str) -> Confidence {
    let mut facts = well(small());
    change(&mut facts);
    let Outcome::Finding(found) = outcome(&facts, name) else { panic!("{name} finds it") };
    found.confidence
}

fn answer(facts: &mut Facts, purpose: Purpose, denied: &str) {
    let mut all = facts.permissions.iter_mut();
    let found = all.find(|it| it.question.purpose == purpose).unwrap();
    found.denied = Known::Yes(vec![denied.to_owned()]);
}

#[test]
fn the_simulator_does_not_know_the_policies_of_resources() {
    let write =
        |denied| confidence(|it| answer(it, Purpose::WriteObjects, denied), "role-may-write");
    assert_eq!(write("s3:PutObject (implicitDeny)"), Confidence::Likely);
    assert_eq!(write("s3:PutObject (explicitDeny)"), Confidence::Certain);
    // The policy of a function is read.
    let call = |policy| {
        let change = |it: &mut Facts| {
            answer(it, Purpose::Invoke, "lambda:InvokeFunction (implicitDeny)");
            it.function_policy = policy;
        };
        confidence(change, "role-may-invoke")
    };
    assert_eq!(call(Known::No), Confidence::Certain);
    assert_eq!(call(Known::NotAsked), Confidence::Likely);
    assert_eq!(call(Known::Yes("{}".to_owned())), Confidence::Likely);
}

#[test]
fn a_role_of_one_log_group_does_not_stand_for_another() {
    let mut facts = well(small());
    for (group, role) in [("/a", "one"), ("/b", "two")] {
        let role = Some(format!("arn:aws:iam::111122223333:role/{role}"));
        let mut named = subscribed(group, vec![Subscription { role, ..feeding() }]);
        let trust_policy = TRUST.replace("firehose.", "logs.");
        named.role = Known::Yes(Role { trust_policy });
        facts.named_subscriptions.push(named);
    }
    for question in Question::then(&facts) {
        facts.permissions.push(Permission { question, denied: Known::Yes(Vec::new()) });
    }
    assert_eq!(word(&outcome(&facts, "log-subscription")), "passed");
    let second = facts.permissions.iter_mut().filter(|it| it.question.role.ends_with("/two"));
    for it in second {
        it.denied = Known::Yes(vec!["firehose:PutRecord (implicitDeny)".to_owned()]);
    }
    let found = word(&outcome(&facts, "log-subscription"));
    assert!(found.starts_with("error: the role of the subscription may not"), "{found}");
}

#[test]
fn each_partition_has_arns_of_its_own() {
    let china = S3.replace("arn:aws:", "arn:aws-cn:");
    let mut facts = well(described(&china));
    facts.encryption = Known::Yes(Encryption { key: Some(key("").arn), ..Encryption::default() });
    for question in Question::first(&facts).into_iter().chain(Question::then(&facts)) {
        let context = question.context.iter().map(|(_, value)| value.as_str());
        for arn in context.chain([question.resource.as_str()]) {
            let is_given = facts.function.yes().and_then(|it| it.role.as_deref()) == Some(arn);
            assert!(is_given || !arn.starts_with("arn:aws:"), "{:?}: {arn}", question.purpose);
        }
    }
}

#[test]
fn a_table_of_another_region_is_not_looked_for_here() {
    let mut facts = well(described(S3));
    let config = config(&mut facts);
    config.compression = None;
    let schema = config.conversion.as_mut().unwrap().schema.as_mut().unwrap();
    schema.region = Some("us-east-1".to_owned());
    facts.table = Known::NotAsked;
    facts.stream = facts.description.view();
    assert_eq!(word(&outcome(&facts, "conversion")), "unknown");
    let asked = Question::first(&facts);
    let table = asked.iter().find(|it| it.purpose == Purpose::ReadTable).unwrap();
    assert!(table.resource.starts_with("arn:aws:glue:us-east-1:"), "{}", table.resource);
}

#[test]
fn metrics_are_late() {
    let new = found("nothing-comes-in", |it| {
        set(it, "incoming", 0.0);
        it.description.created = Some(crate::description::Time(now() - 60_000));
    });
    let short = found("nothing-comes-in", |it| {
        set(it, "incoming", 0.0);
        it.window = std::time::Duration::from_mins(1);
    });
    assert_eq!([new, short], ["unknown", "unknown"]);
}

#[test]
fn without_metrics_of_delivery_it_is_not_known_to_keep_up() {
    let mut facts = well(small());
    facts.metrics = Known::Yes(Metrics::default());
    assert_eq!(word(&outcome(&facts, "delivery-stale")), "unknown");
}

/// Firehose has one code for all errors of a call.
#[test]
fn the_code_of_a_large_response_is_that_of_others() {
    let of = |codes: &[(&str, u64)]| {
        let mut facts = well(small());
        facts.failures = Known::Yes(failures(1, codes));
        word(&outcome(&facts, "response-too-large"))
    };
    assert_eq!(of(&[("Lambda.FunctionError", 9)]), "unknown");
    assert_eq!(of(&[("Lambda.ProcessingFailedStatus", 9)]), "passed");
    // Answers that Firehose refused for another reason are told by their message.
    let refused = |refused: u64| {
        let mut facts = well(small());
        let mut all = failures(1, &[("Lambda.FunctionError", 9)]);
        let Known::Yes(codes) = &mut all.codes else { panic!("codes") };
        codes[0].refused = refused;
        facts.failures = Known::Yes(all);
        word(&outcome(&facts, "response-too-large"))
    };
    assert_eq!([refused(9), refused(8)], ["passed", "unknown"]);
    // The log tells them apart: calls without a response, and one whose response was refused.
    let logged = |messages: Vec<String>, is_complete| {
        let mut facts = well(small());
        facts.failures = Known::Yes(failures(1, &[("Lambda.FunctionError", 9)]));
        let events = messages.into_iter().map(|message| Logged {
            stream: "a".to_owned(),
            time: Some(now()),
            message,
        });
        facts.reports = Known::Yes(Reports::of(events, is_complete));
        word(&outcome(&facts, "response-too-large"))
    };
    let raised = || vec!["[ERROR] KeyError: 'price'".to_owned(), report(1, 71, None)];
    // It may have been caught.
    assert_eq!(logged(raised(), true), "unknown");
    let timeout = || vec![report(3000, 71, Some("timeout"))];
    assert_eq!(logged(timeout(), false), "unknown");
    assert_eq!(logged(timeout(), true), "passed");
    let returned = [timeout(), vec![report(1, 71, None)]].concat();
    assert_eq!(logged(returned, true), "unknown");
    assert_eq!(logged(Vec::new(), true), "unknown");
    let refused = "[ERROR] [1795341600000] LAMBDA_RUNTIME Failed to post handler success \
                   response. Http response code: 413.";
    assert_eq!(
        logged(vec![refused.to_owned(), report(1, 71, None)], true),
        "warning: responses of the function are too large: 1 call"
    );
    // Words of a function's own.
    let own = "boto3: An error occurred (RequestEntityTooLargeException): 413".to_owned();
    assert_eq!(logged(vec![own, report(1, 71, None)], true), "unknown");
    // It may be in what was not read.
    for change in [|it: &mut Failures| it.is_cut = true, |it: &mut Failures| it.opened = Some(20)] {
        let mut facts = well(small());
        let mut part = failures(30, &[("Lambda.ProcessingFailedStatus", 9)]);
        change(&mut part);
        facts.failures = Known::Yes(part);
        assert_eq!(word(&outcome(&facts, "response-too-large")), "unknown");
    }
}

#[test]
fn metrics_have_the_names_of_their_destination() {
    let of = |sample: &str| {
        let all = MetricQuestion::of(&described(sample), false).into_iter();
        all.filter(|it| ["delivered", "success"].contains(&it.id))
            .map(|it| format!("{} {}", it.metric, it.statistic))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(include_str!("../../description/samples/iceberg.json")),
        ["DeliveryToIceberg.SuccessfulRowCount Sum", "DeliveryToIceberg.Success Average"]
    );
    assert_eq!(
        of(include_str!("../../description/samples/http-endpoint.json")),
        ["DeliveryToHttpEndpoint.Records Sum", "DeliveryToHttpEndpoint.Success Minimum"]
    );
}

fn last_error(message: &str) -> LoggedError {
    LoggedError { time: Some(now()), message: message.to_owned() }
}

/// What a function logged comes before what Firehose says of it, which names no exception.
#[test]
fn an_exception_is_shown_first() {
    let error = "[ERROR] KeyError: 'price'";
    let of = |code: &str, change: fn(&mut Facts)| {
        let mut facts = well(small());
        facts.failures = Known::Yes(failures(1, &[(code, 5)]));
        let Known::Yes(reports) = &mut facts.reports else { panic!("no reports") };
        reports.last_error = Some(last_error(error));
        change(&mut facts);
        let Outcome::Finding(it) = outcome(&facts, "everything-fails") else { panic!("found") };
        (it.fix[0][1].clone(), it.why.contains(error))
    };
    assert_eq!(of("Lambda.FunctionError", |_| {}), ("logs".to_owned(), true));
    // A call that runs out of time raises none: the last exception is of another call.
    assert_eq!(of("Lambda.FunctionTimedOut", |_| {}), ("logs".to_owned(), false));
    assert_eq!(of("Lambda.InvokeAccessDenied", |_| {}), ("failures".to_owned(), false));
    // Before the last retry there are no failure objects.
    let early = |it: &mut Facts| {
        it.failures = Known::Yes(failures(0, &[]));
        set(it, "calls_ok", 0.0);
    };
    assert_eq!(of("", early), ("logs".to_owned(), true));
    assert_eq!(found("everything-fails", early), "error: every call of the function fails");
    // Calls that did not run logged nothing.
    let refused = |it: &mut Facts| {
        it.failures = Known::Yes(failures(0, &[]));
        set(it, "calls_ok", 0.0);
        set(it, "calls", 0.0);
    };
    assert_eq!(of("", refused), ("logs".to_owned(), false));
    let what = found("everything-fails", refused);
    assert_eq!(what, "error: every call is refused before the function runs");
    let throttled = found("everything-fails", |it| {
        refused(it);
        set(it, "throttles", 4.0);
    });
    assert_eq!(throttled, "error: every call of the function is throttled");
    // Calls that Lambda counts may be of others, and so may what they logged.
    let changes: [fn(&mut Facts); 3] = [
        |it| deny(it, Purpose::Invoke),
        |it| {
            set(it, "throttles", 4.0);
            set(it, "call_errors", 3.0);
        },
        |it| set(it, "call_errors", 3.0),
    ];
    for change in changes {
        let mut facts = well(small());
        facts.failures = Known::Yes(failures(0, &[]));
        for (id, value) in [("calls_ok", 0.0), ("calls", 4.0), ("call_errors", 4.0)] {
            set(&mut facts, id, value);
        }
        let Known::Yes(reports) = &mut facts.reports else { panic!("no reports") };
        reports.last_error = Some(last_error(error));
        let why = |facts: &Facts| {
            let Outcome::Finding(it) = outcome(facts, "everything-fails") else { panic!("found") };
            it.why
        };
        assert!(why(&facts).contains(error));
        change(&mut facts);
        assert!(!why(&facts).contains(error));
    }
}

#[test]
fn a_check_that_quotes_a_log_names_the_right_to_read_it() {
    let mut facts = well(small());
    facts.failures = Known::Yes(failures(1, &[("Lambda.FunctionError", 5)]));
    let Known::Yes(reports) = &mut facts.reports else { panic!("no reports") };
    reports.last_error = Some(last_error("[ERROR] KeyError: 'price'"));
    let (code, message) = ("S3.AccessDenied".to_owned(), "Access was denied.".to_owned());
    facts.delivery_error = Known::Yes(DeliveryError { time: Some(now()), code, message });
    set(&mut facts, "success", 0.5);
    let mut without = facts.clone();
    (without.reports, without.delivery_error) = (Known::NotAsked, Known::NotAsked);
    let quotes = |it: &&Check| (it.run)(&facts) != (it.run)(&without);
    let quoting: Vec<_> = CHECKS.iter().filter(quotes).collect();
    let names: Vec<_> = quoting.iter().map(|it| it.name).collect();
    assert_eq!(
        names,
        ["everything-fails", "function-timeout", "delivery-stale", "function-memory"]
    );
    assert!(quoting.iter().all(|it| it.rights.contains(&"logs:FilterLogEvents")), "{names:?}");
}

#[test]
fn delivery_that_was_late_and_caught_up_is_a_note() {
    let at = |minutes: i64, value: f64| (now() - minutes * 60_000, value);
    let late = |freshness: &[(i64, f64)], success: &[(i64, f64)]| {
        found("delivery-stale", |it| {
            let Known::Yes(metrics) = &mut it.metrics else { panic!("no metrics") };
            for (id, values) in [("freshness", freshness), ("success", success)] {
                let values = values.iter().map(|(minutes, value)| at(*minutes, *value)).collect();
                metrics.0.insert(id, values);
            }
        })
    };
    let caught_up = late(&[(9, 10_000.0), (2, 30.0)], &[(9, 1.0), (2, 1.0)]);
    assert!(caught_up.starts_with("note: delivery was late and has caught up: "), "{caught_up}");
    for (freshness, success) in
        [(&[(9, 30.0), (2, 10_000.0)][..], 1.0), (&[(9, 10_000.0), (2, 30.0)], 0.0)]
    {
        let still = late(freshness, &[(9, 1.0), (2, success)]);
        assert!(still.starts_with("error: the oldest undelivered record was "), "{still}");
    }
}

#[test]
fn what_the_stream_logged_of_its_delivery_is_shown() {
    for (id, value) in [("success", 0.0), ("freshness", 10_000.0)] {
        let mut facts = well(small());
        set(&mut facts, id, value);
        let message = "Access was denied.".to_owned();
        let error = DeliveryError { time: None, code: "S3.AccessDenied".to_owned(), message };
        facts.delivery_error = Known::Yes(error);
        let Outcome::Finding(it) = outcome(&facts, "delivery-stale") else { panic!("found") };
        assert!(it.why.ends_with("The stream last logged S3.AccessDenied: Access was denied."));
        assert_eq!(it.fix[0].join(" "), "fh explain S3.AccessDenied");
    }
}
