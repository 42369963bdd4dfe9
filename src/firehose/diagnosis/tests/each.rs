//! One test a check: the fault is found, and without it nothing is.

use super::*;

#[test]
fn not_yet() {
    let found = |seconds| {
        found("not-yet", |it| {
            config(it).buffering.as_mut().unwrap().interval_seconds = Some(seconds);
        })
    };
    assert_eq!(
        found(300),
        "note: a record takes up to 6 min to arrive: 1 min before the transform, 5 min before the \
         destination"
    );
    assert!(found(900).starts_with("warning: "));
}

#[test]
fn nothing_comes_in() {
    let found = found("nothing-comes-in", |it| set(it, "incoming", 0.0));
    assert_eq!(found, "error: no records came in during the last hour");
    // What counts nothing at all is an emulator.
    let mut facts = well(small());
    let Known::Yes(metrics) = &mut facts.metrics else { panic!("no metrics") };
    metrics.0.remove("incoming");
    assert!(word(&outcome(&facts, "nothing-comes-in")).starts_with("error: "));
    facts.failures = Known::Yes(failures(1, &[("Lambda.FunctionError", 40)]));
    assert_eq!(word(&outcome(&facts, "nothing-comes-in")), "unknown");
}

#[test]
fn role_may_write() {
    let of = |purpose| found("role-may-write", |it| deny(it, purpose));
    assert_eq!(
        of(Purpose::WriteObjects),
        "error: the delivery role may not write to the bucket (s3:PutObject)"
    );
    assert_eq!(of(Purpose::ListBucket), "warning: the role is not allowed x:Y");
    assert!(
        of(Purpose::WriteBackup).ends_with("may not write to the backup bucket (s3:PutObject)")
    );
}

#[test]
fn role_may_invoke() {
    let qualified = found("role-may-invoke", |it| deny(it, Purpose::Invoke));
    assert_eq!(
        qualified,
        "error: the delivery role may call enrich, but not enrich:$LATEST (lambda:InvokeFunction)"
    );
    let reads = found("role-may-invoke", |it| {
        deny(it, Purpose::Invoke);
        let asked = it.permissions.iter_mut().find(|it| it.question.purpose == Purpose::Invoke);
        let denied = "lambda:GetFunctionConfiguration (implicitDeny)".to_owned();
        asked.unwrap().denied = Known::Yes(vec![denied]);
    });
    assert_eq!(reads, "warning: the role is not allowed lambda:GetFunctionConfiguration");
    let neither = found("role-may-invoke", |it| {
        deny(it, Purpose::Invoke);
        deny(it, Purpose::InvokeBare);
    });
    assert_eq!(
        neither,
        "error: the delivery role may not call enrich:$LATEST (lambda:InvokeFunction)"
    );
}

#[test]
fn everything_fails() {
    let codes = [("Lambda.FunctionError", 31)];
    let all = found("everything-fails", |it| {
        it.failures = Known::Yes(failures(1, &codes));
        set(it, "processed", 0.0);
    });
    assert_eq!(all, "error: records failed and none succeeded during the last hour");
    let early = found("everything-fails", |it| {
        it.failures = Known::Yes(failures(1, &codes));
        it.metrics = Known::Yes(Metrics::default());
    });
    assert_eq!(early, "warning: records failed during the last hour");
    let some = found("everything-fails", |it| it.failures = Known::Yes(failures(1, &codes)));
    assert_eq!(some, "warning: records failed during the last hour");
    let mut facts = well(small());
    facts.failures = Known::Yes(Failures { opened: Some(20), ..failures(57, &codes) });
    let Outcome::Finding(cut) = outcome(&facts, "everything-fails") else { panic!("found") };
    assert!(cut.why.contains("(31) (counted in the newest 20 objects)"), "{}", cut.why);
    // The message of the failures; of an exception of the function, its own words.
    let Known::Yes(found) = &mut facts.failures else { panic!("failures") };
    let Known::Yes(codes) = &mut found.codes else { panic!("codes") };
    codes[0].message = Some("Invalid output structure.".to_owned());
    let why = |facts: &Facts| {
        let Outcome::Finding(it) = outcome(facts, "everything-fails") else { panic!("found") };
        it.why
    };
    assert!(why(&facts).ends_with(". Firehose says: Invalid output structure."));
    let Known::Yes(reports) = &mut facts.reports else { panic!("no reports") };
    reports.last_error = Some(LoggedError { time: None, message: "KeyError: 'price'".to_owned() });
    assert!(why(&facts).ends_with(". The function last logged: KeyError: 'price'"));
    // The page of the exception says more than that of the code.
    let explained = |message: &str| {
        let mut facts = facts.clone();
        let Known::Yes(reports) = &mut facts.reports else { panic!("no reports") };
        reports.last_error = Some(LoggedError { time: None, message: message.to_owned() });
        let Outcome::Finding(it) = outcome(&facts, "everything-fails") else { panic!("found") };
        it.fix.last().unwrap().join(" ")
    };
    assert_eq!(explained("OurError: boom"), "fh explain Lambda.FunctionError");
    assert_eq!(
        explained("[ERROR] Runtime.ImportModuleError: Unable to import module 'app': x"),
        "fh explain Unable to import module"
    );
}

#[test]
fn kms_bucket() {
    let encrypted = |it: &mut Facts| {
        let key = Some(key("Enabled").arn);
        let algorithm = "aws:kms".to_owned();
        it.encryption = Known::Yes(Encryption { algorithm, key, has_bucket_key: true });
        for question in Question::then(it) {
            it.permissions.push(Permission { question, denied: Known::Yes(Vec::new()) });
        }
    };
    let role = found("kms-bucket", |it| {
        encrypted(it);
        deny(it, Purpose::ObjectKey);
    });
    assert_eq!(
        role,
        "error: the delivery role may not use the key of the objects (kms:GenerateDataKey)"
    );
    let disabled = found("kms-bucket", |it| {
        encrypted(it);
        it.bucket_key = Known::Yes(key("Disabled"));
    });
    assert_eq!(disabled, "error: the key of the objects is Disabled");
    let mut facts = well(small());
    encrypted(&mut facts);
    assert_eq!(word(&outcome(&facts, "kms-bucket")), "passed");
    let question = Question::then(&facts).remove(0);
    assert_eq!(question.context[0].1, "arn:aws:s3:::lake", "not an object");
}

#[test]
fn kms_stream() {
    let own = |it: &mut Facts| {
        let own = crate::description::StreamEncryption {
            key_arn: Some(key("").arn),
            key_type: Some("CUSTOMER_MANAGED_CMK".to_owned()),
            status: Some("ENABLED".to_owned()),
            ..Default::default()
        };
        it.description.encryption = Some(own);
    };
    let callers = found("kms-stream", own);
    assert!(callers.starts_with("warning: from 2027-02-28 on producers need"), "{callers}");
    let disabled = found("kms-stream", |it| {
        own(it);
        it.stream_key = Known::Yes(key("PendingDeletion"));
    });
    assert_eq!(disabled, "error: the key of the stream is PendingDeletion");
    let failed = found("kms-stream", |it| {
        own(it);
        it.description.encryption.as_mut().unwrap().status = Some("ENABLING_FAILED".to_owned());
    });
    assert_eq!(failed, "error: encryption of the stream is ENABLING_FAILED");
}

#[test]
fn error_logging() {
    let off = found("error-logging", |it| config(it).logging = None);
    assert_eq!(off, "warning: errors of the stream are not logged");
    let group = found("error-logging", |it| it.error_group = Known::No);
    assert!(group.contains("log group /aws/kinesisfirehose/orders does not exist"));
    let stream = found("error-logging", |it| it.error_stream = Known::No);
    assert!(stream.contains("log stream DestinationDelivery does not exist"));
    let right = found("error-logging", |it| deny(it, Purpose::LogErrors));
    assert_eq!(right, "warning: the delivery role may not write the error log (logs:PutLogEvents)");
    let short = |it: &mut Facts| {
        it.error_group = Known::Yes(LogGroup { retention_days: Some(1) });
    };
    assert!(found("error-logging", short).starts_with("note: "));
}

#[test]
fn transform_off() {
    for enabled in [None, Some(false)] {
        let found = found("transform-off", |it| {
            config(it).processing.as_mut().unwrap().enabled = enabled;
        });
        assert_eq!(found, "error: a transform is configured, but processing is not enabled");
    }
    let why = |hours: i64| {
        let mut facts = well(small());
        config(&mut facts).processing.as_mut().unwrap().enabled = None;
        facts.description.updated = Some(crate::description::Time(now() - hours * 3_600_000));
        facts.stream = facts.description.view();
        let Outcome::Finding(found) = outcome(&facts, "transform-off") else { panic!() };
        found.why
    };
    let found = why(1);
    let since = " It has been off at least since 04:30 +00:00, when the stream was last changed.";
    assert!(found.contains(since), "{found}");
    assert!(why(24).contains(" since 2026-11-28 05:30 +00:00, when "), "{}", why(24));
}

#[test]
fn function_there() {
    let missing = found("function-there", |it| it.function = Known::No);
    assert_eq!(missing, "error: the function of the transform does not exist");
    let failed = found("function-there", |it| {
        let function = Function { state: Some("Failed".to_owned()), ..Function::default() };
        it.function = Known::Yes(function);
    });
    assert!(failed.ends_with("its state is Failed"));
    let arn = |region: &str, account: &str| {
        let arn = format!("arn:aws:lambda:{region}:{account}:function:enrich");
        found("function-there", move |it| {
            let processors = config(it).processing.as_mut().unwrap().processors.as_mut().unwrap();
            processors[0].parameters.as_mut().unwrap()[0].value = Some(arn);
        })
    };
    assert_eq!(
        arn("us-east-1", "111122223333"),
        "error: the function is in us-east-1, the stream in eu-west-1"
    );
    assert!(arn("eu-west-1", "999999999999").contains("the function is in account 9999"));
}

#[test]
fn function_timeout() {
    let timeout = |seconds| {
        found("function-timeout", |it| {
            let Known::Yes(function) = &mut it.function else { unreachable!() };
            function.timeout = Some(seconds);
        })
    };
    assert_eq!(timeout(3), "warning: the timeout of the function is 3 s");
    assert_eq!(timeout(900), "warning: the timeout of the function is 900 s");
    let reports = |milliseconds, status| {
        found("function-timeout", move |it| {
            it.reports = reported(vec![report(milliseconds, 90, status)]);
        })
    };
    assert_eq!(
        reports(60_000, Some("timeout")),
        "error: calls of the function time out after 60 s"
    );
    let silent = |name| found(name, |it| it.reports = reported(Vec::new()));
    assert_eq!([silent("function-timeout"), silent("function-memory")], ["unknown", "unknown"]);
    assert_eq!(
        reports(55_000, None),
        "warning: 1 of 1 calls took more than 90 % of the timeout of 60 s"
    );
}

#[test]
fn function_throttled() {
    let reserved = found("function-throttled", |it| it.reserved = Known::Yes(Some(0)));
    assert_eq!(reserved, "error: the reserved concurrency of the function is 0");
    let seen = found("function-throttled", |it| set(it, "throttles", 7.0));
    assert_eq!(seen, "warning: 7 calls of the function were throttled");
    let failed = found("function-throttled", |it| {
        set(it, "throttles", 7.0);
        it.failures = Known::Yes(failures(1, &[("Lambda.InvokeLimitExceeded", 9)]));
    });
    assert_eq!(failed, "error: 7 calls of the function were throttled");
}

#[test]
fn trust() {
    let policy = |text: &str| {
        let text = text.to_owned();
        found("trust", move |it| it.role = Known::Yes(Role { trust_policy: text }))
    };
    assert_eq!(
        policy(&TRUST.replace("firehose.", "lambda.")),
        "error: the role firehose-orders does not trust Firehose"
    );
    assert_eq!(
        policy(&TRUST.replace("111122223333", "999999999999")),
        "error: the role firehose-orders trusts Firehose only if sts:ExternalId is 999999999999"
    );
    assert!(policy("not json").ends_with("does not trust Firehose"));
    let mut wild = well(small());
    let trust_policy = TRUST.replace("sts:AssumeRole", "sts:Assume*");
    wild.role = Known::Yes(Role { trust_policy });
    assert_eq!(word(&outcome(&wild, "trust")), "passed");
    let missing = found("trust", |it| it.role = Known::No);
    assert_eq!(missing, "error: the role firehose-orders does not exist");
    let mut facts = well(small());
    let like = TRUST.replace("StringEquals", "ArnLike").replace("sts:ExternalId", "aws:SourceArn");
    let like = like.replace("111122223333", "arn:aws:firehose:*:*:deliverystream/ord*");
    facts.role = Known::Yes(Role { trust_policy: like });
    assert_eq!(word(&outcome(&facts, "trust")), "passed");
}

#[test]
fn stream_active() {
    let found = found("stream-active", |it| {
        it.description.status = Some("CREATING_FAILED".to_owned());
    });
    assert_eq!(found, "error: the status of the stream is CREATING_FAILED");
}

#[test]
fn bucket_there() {
    let missing = found("bucket-there", |it| it.bucket = Known::No);
    assert_eq!(missing, "error: the bucket lake does not exist");
    let elsewhere = found("bucket-there", |it| {
        it.bucket = Known::Yes(Bucket { region: "us-east-1".to_owned() });
    });
    assert_eq!(elsewhere, "note: the bucket lake is in us-east-1, the stream in eu-west-1");
    let locked = found("bucket-there", |it| it.locks = Known::Yes(true));
    assert_eq!(locked, "note: the bucket lake locks new objects");
}

#[test]
fn takes_puts() {
    let found = found("takes-puts", kinesis);
    assert_eq!(
        found,
        "note: records cannot be put into the stream: it reads from the Kinesis data stream \
         `clicks`"
    );
}

/// Makes a data stream the source.
fn kinesis(facts: &mut Facts) {
    let source = r#"{"DeliveryStreamName":"a","Source":{"KinesisStreamSourceDescription":{
        "KinesisStreamARN":"arn:aws:kinesis:eu-west-1:111122223333:stream/clicks",
        "RoleARN":"arn:aws:iam::111122223333:role/reader"}}}"#;
    facts.description.source = described(source).source;
    facts.stream = facts.description.view();
    facts.permissions.clear();
    for question in Question::first(facts) {
        facts.permissions.push(Permission { question, denied: Known::Yes(Vec::new()) });
    }
}

#[test]
fn kinesis_readable() {
    let of = |change: fn(&mut Facts)| {
        found("kinesis-readable", |it| {
            kinesis(it);
            change(it);
        })
    };
    assert_eq!(of(|_| {}), "passed", "without a data stream it is not applicable");
    assert_eq!(of(|it| it.source = Known::No), "error: the data stream clicks does not exist");
    assert_eq!(
        of(|it| deny(it, Purpose::ReadSource)),
        "error: the role may not read the data stream clicks (kinesis:DescribeStream)"
    );
    assert_eq!(
        of(|it| set(it, "behind", 600_000.0)),
        "error: reading clicks was up to 10 min late"
    );
}

#[test]
fn log_subscription() {
    let of = |filters: Vec<Subscription>, trust: &str| {
        let trust_policy = TRUST.replace("firehose.", trust);
        found("log-subscription", move |it| {
            let mut named = subscribed("/aws/lambda/shop", filters);
            named.role = Known::Yes(Role { trust_policy });
            it.named_subscriptions.push(named);
            for question in Question::then(it) {
                it.permissions.push(Permission { question, denied: Known::Yes(Vec::new()) });
            }
        })
    };
    assert_eq!(of(vec![feeding()], "logs."), "passed");
    assert_eq!(
        of(Vec::new(), "logs."),
        "error: the log group /aws/lambda/shop is not subscribed to the stream"
    );
    assert_eq!(
        of(vec![feeding()], "firehose."),
        "error: the role logs does not trust CloudWatch Logs"
    );
}

#[test]
fn where_failures_go() {
    let prefixes = |data: &str, errors: Option<&str>| {
        let (data, errors) = (data.to_owned(), errors.map(str::to_owned));
        found("where-failures-go", move |it| {
            let config = config(it);
            (config.prefix, config.error_output_prefix) = (Some(data), errors);
        })
    };
    assert!(prefixes("orders/", None).starts_with("note: failures go to the default prefix"));
    assert_eq!(
        prefixes("orders/!{timestamp:yyyy}/", None),
        "warning: the prefix has expressions, and there is no error prefix"
    );
    assert_eq!(
        prefixes("orders/", Some("orders/failed/")),
        "warning: failures are written below orders/, where data is"
    );
}

#[test]
fn looking_in_the_right_hour() {
    let none = found("looking-in-the-right-hour", |it| {
        config(it).prefix = Some("orders/!{firehose:random-string}/".to_owned());
    });
    assert_eq!(none, "passed");
    let zone = found("looking-in-the-right-hour", |it| {
        config(it).time_zone = Some("Mars/Olympus".to_owned());
        it.zone = None;
    });
    assert_eq!(zone, "unknown");
}

#[test]
fn function_logs() {
    let group = found("function-logs", |it| it.function_group = Known::No);
    assert!(group.starts_with("warning: the log group /aws/lambda/enrich"));
    let right = found("function-logs", |it| deny(it, Purpose::FunctionLogs));
    assert_eq!(
        right,
        "warning: the role of the function may not write its logs (logs:CreateLogStream)"
    );
}

#[test]
fn log_loop() {
    let found = found("log-loop", |it| {
        it.own_subscriptions[0].filters = Known::Yes(vec![feeding()]);
    });
    assert_eq!(found, "error: the log group /aws/lambda/enrich is subscribed to this stream");
}

#[test]
fn backup() {
    let found = found("backup", |it| config(it).backup_mode = Some("Disabled".to_owned()));
    assert_eq!(found, "note: no source backup is kept");
}

#[test]
fn retries() {
    let set = |count: &str| {
        let count = Some(count.to_owned());
        found("retries", move |it| {
            let processors = config(it).processing.as_mut().unwrap().processors.as_mut().unwrap();
            let parameter = crate::description::ProcessorParameter {
                name: Some("NumberOfRetries".to_owned()),
                value: count,
                ..Default::default()
            };
            processors[0].parameters.as_mut().unwrap().push(parameter);
        })
    };
    assert_eq!(set("0"), "note: a failed call of the function is not retried");
    assert!(set("300").contains("more than 10 times"));
}

#[test]
fn throttled_puts() {
    let found = found("throttled-puts", |it| set(it, "throttled", 12.0));
    assert_eq!(found, "warning: 12 records were throttled during the last hour");
}

#[test]
fn delivery_stale() {
    let late = found("delivery-stale", |it| set(it, "freshness", 720.0));
    assert_eq!(
        late,
        "error: the oldest undelivered record was 12 min old, and buffers and calls explain 8 min"
    );
    let refused = found("delivery-stale", |it| set(it, "success", 0.5));
    assert_eq!(refused, "warning: some attempts of writing objects to S3 failed");
    let all = found("delivery-stale", |it| {
        set(it, "success", 0.0);
        set(it, "delivered", 0.0);
    });
    assert_eq!(all, "error: writing objects to S3 failed, and nothing was delivered");
}

#[test]
fn function_memory() {
    let found = found("function-memory", |it| {
        it.reports = reported(vec![report(100, 250, None)]);
    });
    assert_eq!(found, "warning: the function used 250 of its 256 MB");
    let mut facts = well(small());
    let Known::Yes(reports) = &mut facts.reports else { panic!() };
    reports.is_complete = false;
    for name in ["function-memory", "function-timeout"] {
        assert_eq!(word(&outcome(&facts, name)), "unknown", "{name}: the others are not read");
    }
}
