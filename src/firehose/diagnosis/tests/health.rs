use std::time::Duration;

use super::*;

/// The state of the small stream after `change`, in which it was working.
fn state(change: impl FnOnce(&mut Facts)) -> String {
    let mut facts = well(small());
    assert_eq!(Health::of(&facts), Health { state: State::Working, why: String::new() });
    change(&mut facts);
    facts.stream = facts.description.view();
    let Health { state, why } = Health::of(&facts);
    format!("{}: {why}", state.as_str())
}

fn without_transform(facts: &mut Facts) {
    config(facts).processing = None;
}

fn unset(facts: &mut Facts, ids: &[&str]) {
    let Known::Yes(metrics) = &mut facts.metrics else { panic!("no metrics") };
    metrics.0.retain(|id, _| !ids.contains(id));
}

#[test]
fn a_stream_whose_calls_succeed_again_works() {
    let at = |minute: i64| now() - minute * 60_000;
    let series = |it: &mut Facts, id: &'static str, values: &[(i64, f64)]| {
        let Known::Yes(metrics) = &mut it.metrics else { panic!("no metrics") };
        let values = values.iter().map(|(minute, value)| (at(*minute), *value));
        metrics.0.insert(id, values.collect());
    };
    let of = |calls_ok: &[(i64, f64)]| {
        state(|it| {
            series(it, "calls_ok", calls_ok);
            series(it, "calls", &[(50, 4.0), (20, 7.0), (10, 6.0)]);
            series(it, "call_errors", &[(50, 4.0), (10, 1.0)]);
        })
    };
    let again = [(50, 0.0), (30, 1.0), (20, 1.0), (10, 1.0)];
    assert_eq!(of(&again), "working: last failure 04:40 +00:00, none since");
    let failing = "failing: some calls of the function failed";
    // It may fail now and then.
    assert_eq!(of(&[(50, 1.0), (30, 0.0), (20, 1.0), (10, 1.0)]), failing);
    assert_eq!(of(&[(50, 1.0), (10, 0.5)]), failing);
}

#[test]
fn a_stream_fails_where_a_call_or_a_delivery_does() {
    for (change, expected) in [
        (
            (|it| it.description.status = Some("CREATING_FAILED".to_owned())) as fn(&mut Facts),
            "failing: the status of the stream is CREATING_FAILED",
        ),
        (
            |it| config(it).processing.as_mut().unwrap().enabled = None,
            "failing: a transform is configured, but processing is not enabled",
        ),
        (|it| set(it, "calls_ok", 0.0), "failing: every call of the function fails"),
        (
            |it| {
                set(it, "calls_ok", 0.0);
                set(it, "calls", 0.0);
            },
            "failing: every call is refused before the function runs: check \
             lambda:InvokeFunction of the role",
        ),
        // Lambda does not count those among its calls.
        (
            |it| {
                set(it, "calls_ok", 0.0);
                set(it, "calls", 0.0);
                set(it, "throttles", 4.0);
            },
            "failing: every call of the function is throttled",
        ),
        (
            |it| {
                set(it, "calls_ok", 0.0);
                set(it, "calls", 4.0);
                set(it, "call_errors", 3.0);
                set(it, "throttles", 4.0);
            },
            "failing: every call by Firehose fails, and Lambda throttles the function",
        ),
        // One throttle beside calls that all fail by themselves is not the cause.
        (
            |it| {
                set(it, "calls_ok", 0.0);
                set(it, "calls", 4.0);
                set(it, "call_errors", 4.0);
                set(it, "throttles", 1.0);
            },
            "failing: every call of the function fails",
        ),
        (
            |it| {
                set(it, "calls_ok", 0.0);
                set(it, "calls", 4.0);
                set(it, "call_errors", 3.0);
            },
            "failing: every call by Firehose fails, and Lambda counts calls without errors",
        ),
        (
            |it| {
                set(it, "calls_ok", 0.0);
                set(it, "calls", 4.0);
            },
            "failing: every call of the function fails",
        ),
        (
            |it| {
                let Known::Yes(metrics) = &mut it.metrics else { panic!("no metrics") };
                for id in ["incoming", "processed"] {
                    metrics.0.insert(id, vec![(now() - 1_800_000, 5.0)]);
                }
                unset(it, &["delivered"]);
            },
            "failing: nothing was delivered within the buffer intervals",
        ),
        (|it| set(it, "calls_ok", 0.5), "failing: some calls of the function failed"),
        (
            |it| set(it, "processed", 0.0),
            "failing: no record was returned as Ok; what is written may be failures",
        ),
        (|it| set(it, "success", 0.5), "failing: some attempts of writing objects to S3 failed"),
        (
            |it| set(it, "freshness", 10_000.0),
            "failing: the oldest undelivered record was 2 h 46 min 40 s old, and buffers and calls explain 8 min",
        ),
        (
            |it| {
                let Known::Yes(metrics) = &mut it.metrics else { panic!("no metrics") };
                metrics.0.insert("incoming", vec![(now() - 1_800_000, 5.0)]);
                unset(it, &["calls_ok", "delivered"]);
            },
            "failing: the function is never called",
        ),
        (
            |it| {
                without_transform(it);
                let Known::Yes(metrics) = &mut it.metrics else { panic!("no metrics") };
                metrics.0.insert("incoming", vec![(now() - 1_800_000, 5.0)]);
                unset(it, &["delivered"]);
            },
            "failing: nothing was delivered within the buffer intervals",
        ),
    ] {
        assert_eq!(state(change), expected);
    }
}

#[test]
fn a_stream_that_tells_nothing_is_not_good() {
    for (change, expected) in [
        (
            (|it| it.metrics = Known::Denied { right: "cloudwatch:GetMetricData" })
                as fn(&mut Facts),
            "unknown: cloudwatch:GetMetricData is not allowed",
        ),
        (|it| it.metrics = Known::Failed("no answer".to_owned()), "unknown: no answer"),
        (|it| it.metrics = Known::NotAsked, "unknown: AWS was not asked"),
        // It may drop all of them.
        (
            |it| {
                let Known::Yes(metrics) = &mut it.metrics else { panic!("no metrics") };
                metrics.0.insert("incoming", vec![(now() - 1_800_000, 5.0)]);
                unset(it, &["calls_ok", "processed", "delivered"]);
                set(it, "calls", 4.0);
                it.function = Known::NotAsked;
            },
            "unknown: nothing was delivered within the buffer intervals",
        ),
        (|it| it.metrics = Known::Yes(Metrics::default()), "idle: "),
        // What came in a minute ago is not counted yet.
        (
            |it| {
                it.metrics = Known::Yes(Metrics::default());
                it.window = Duration::from_mins(2);
            },
            "unknown: metrics lag by a few minutes: use --since 5m or more",
        ),
        (
            |it| {
                it.metrics = Known::Yes(Metrics::default());
                it.description.created = Some(crate::description::Time(now() - 60_000));
            },
            "unknown: the stream is new, and metrics lag by a few minutes: try again in 5 min",
        ),
        (
            |it| unset(it, &["delivered"]),
            "unknown: nothing is delivered yet; buffered until 05:31 +00:00 at the latest",
        ),
    ] {
        assert_eq!(state(change), expected);
    }
    // A stream that fails does so whatever else may be read.
    let failed = state(|it| {
        it.metrics = Known::NotAsked;
        it.description.status = Some("DELETING_FAILED".to_owned());
    });
    assert!(failed.starts_with("failing: "), "{failed}");
}

#[test]
fn few_metrics_of_each_kind_of_stream_are_asked() {
    for document in SAMPLES {
        let facts = Facts::offline(described(document), now(), None);
        let questions = Health::questions(&facts, false);
        assert!((4..=9).contains(&questions.len()), "{questions:?}");
        let came_in = incoming(&facts.stream.source);
        assert!(questions.iter().any(|it| it.id == came_in), "{questions:?}");
        let others = questions.iter().filter(|it| it.namespace != "AWS/Firehose");
        assert!(
            others.map(|it| it.id).all(|it| ["calls", "call_errors", "throttles"].contains(&it)),
            "{questions:?}"
        );
    }
}

#[test]
fn a_record_is_under_way_as_long_as_buffers_and_a_call_take() {
    let mut facts = well(small());
    let delay = facts.delay().unwrap();
    assert_eq!(delay.most(), Duration::from_mins(3));
    assert_eq!((delay.usual, delay.function), (None, Some(Duration::from_mins(1))));
    set(&mut facts, "freshness", 42.0);
    assert_eq!(facts.delay().unwrap().usual, Some(42));
    // Firehose waits five minutes for a function.
    facts.function = Known::Yes(Function { timeout: Some(900), ..Function::default() });
    assert_eq!(facts.delay().unwrap().function, Some(Duration::from_mins(5)));
    facts.function = Known::NotAsked;
    assert_eq!(facts.delay().unwrap().most(), Duration::from_mins(2 + 5));
    without_transform(&mut facts);
    facts.stream = facts.description.view();
    assert_eq!(facts.delay().unwrap().most(), Duration::from_mins(1));
}

#[test]
fn half_of_a_series_do_not_pass_its_median() {
    let series = |values: &[f64]| {
        let points = (0..).zip(values).map(|(at, value)| (at, *value)).collect();
        Metrics(BTreeMap::from([("freshness", points)])).median("freshness")
    };
    assert_eq!(series(&[]), None);
    assert_eq!(series(&[3.0]), Some(3));
    assert_eq!(series(&[9.0, 1.0, 5.0]), Some(5));
    assert_eq!(series(&[9.0, 1.0]), Some(1));
}

/// A transform that drops all there is: calls succeed, and none of the records is returned
/// as Ok. What it fails would be written, and S3 counts that.
#[test]
fn a_transform_that_drops_every_record_is_not_working() {
    let dropping = |minutes: i64| {
        move |it: &mut Facts| {
            let Known::Yes(metrics) = &mut it.metrics else { panic!("no metrics") };
            metrics.0.insert("incoming", vec![(now() - minutes * 60_000, 5.0)]);
            unset(it, &["processed", "delivered", "success"]);
        }
    };
    assert_eq!(
        state(dropping(1)),
        "unknown: no record was returned as Ok: all are dropped, unless failures show up by \
         05:38 +00:00 at the latest"
    );
    assert_eq!(
        state(dropping(5)),
        "unknown: no record was returned as Ok: all are dropped, unless failures show up by \
         05:34 +00:00 at the latest"
    );
    let over = "dropping: the transform drops every record: none was returned as Ok, and none \
                failed";
    assert_eq!(state(dropping(30)), over);
    // Elsewhere the metrics of delivery do not count failures.
    let elsewhere = |failures: Known<Failures>| {
        let mut facts = well(described(SAMPLES[2]));
        dropping(300)(&mut facts);
        facts.failures = failures;
        Health::of(&facts).state
    };
    assert_eq!(elsewhere(Known::NotAsked), State::Unknown);
    assert_eq!(elsewhere(Known::Yes(failures(1, &[]))), State::Unknown);
    assert_eq!(elsewhere(Known::Yes(failures(0, &[]))), State::Dropping);
}

#[test]
fn calls_of_a_function_elsewhere_are_not_asked_for() {
    let asked_of = |arn: &str, is_emulated: bool| {
        let mut facts = well(small());
        let processors = &mut config(&mut facts).processing.as_mut().unwrap().processors;
        let parameters = &mut processors.as_mut().unwrap()[0].parameters;
        parameters.as_mut().unwrap()[0].value = Some(arn.to_owned());
        MetricQuestion::of(&facts.description, is_emulated).iter().any(|it| it.id == "calls")
    };
    let asked = |arn: &str| asked_of(arn, false);
    assert!(asked("arn:aws:lambda:eu-west-1:111122223333:function:enrich:live"));
    assert!(!asked("arn:aws:lambda:eu-west-1:999999999999:function:enrich"));
    assert!(!asked("arn:aws:lambda:us-east-1:111122223333:function:enrich"));
    // An emulator has one account and one Region.
    assert!(asked_of("arn:aws:lambda:us-east-1:999999999999:function:enrich", true));
}

/// What is said `minutes` after the start of the first period with records in it: of
/// records in this period only, and in each minute since.
fn after(minutes: i64, change: impl Fn(&mut Facts)) -> State {
    let of = |all: Vec<i64>| {
        let mut facts = well(small());
        change(&mut facts);
        facts.stream = facts.description.view();
        let Known::Yes(metrics) = &mut facts.metrics else { panic!("no metrics") };
        let points = all.into_iter().map(|it| (now() - it * 60_000, 5.0));
        metrics.0.insert("incoming", points.collect());
        Health::of(&facts).state
    };
    let state = of(vec![minutes]);
    assert_eq!(state, of((0..=minutes).rev().collect()), "steady traffic hides nothing");
    state
}

/// A record has until the end of its period, of buffers and of a call, and the metrics
/// have 5 min more.
#[test]
fn a_stream_fails_only_after_all_that_a_record_may_wait_for() {
    let never = |it: &mut Facts| unset(it, &["calls_ok", "delivered"]);
    let missing = |it: &mut Facts| {
        without_transform(it);
        unset(it, &["delivered"]);
    };
    // A period of a minute, a buffer and a call of a minute each, and 5 min.
    assert_ne!(after(8, never), State::Failing);
    assert_eq!(after(9, never), State::Failing);
    // The same without a call.
    assert_eq!(
        [2, 3, 7].map(|it| after(it, missing)),
        [State::Unknown, State::Unknown, State::Unknown]
    );
    assert_eq!(after(8, missing), State::Failing);
    // How long a call takes is not asked for a list.
    let unknown = |it: &mut Facts| {
        never(it);
        it.function = Known::NotAsked;
    };
    assert_ne!(after(12, unknown), State::Failing);
    assert_eq!(after(13, unknown), State::Failing);
    // A point of a day is of 24 min.
    let day = |change: fn(&mut Facts)| {
        move |it: &mut Facts| {
            change(it);
            it.window = Duration::from_hours(24);
        }
    };
    assert_ne!(after(31, day(never)), State::Failing);
    assert_eq!(after(32, day(never)), State::Failing);
    assert_eq!(after(25, day(missing)), State::Unknown);
    assert_eq!(after(31, day(missing)), State::Failing);
}

/// A filter dropped all that came in for half an hour and then returned a record: this one
/// waits in the buffer of the destination, whatever came in before it.
#[test]
fn a_record_is_due_from_when_the_transform_returned_it() {
    let returned = |minutes: i64| {
        let mut facts = well(small());
        let Known::Yes(metrics) = &mut facts.metrics else { panic!("no metrics") };
        let since = |first: i64| (0..=first).rev().map(|it| (now() - it * 60_000, 5.0)).collect();
        metrics.0.insert("incoming", since(30));
        let dropped = (minutes + 1..=30).rev().map(|it| (now() - it * 60_000, 0.0));
        let points: Vec<_> = since(minutes);
        metrics.0.insert("processed", dropped.chain(points).collect());
        unset(&mut facts, &["delivered"]);
        (Health::of(&facts).state, together(&facts).unwrap())
    };
    // A period, a buffer of a minute, and 5 min for the metrics.
    let (state, sentence) = returned(1);
    assert_eq!(state, State::Unknown);
    assert!(sentence.contains("buffered until 05:31 +00:00"), "{sentence}");
    assert_eq!([3, 7].map(|it| returned(it).0), [State::Unknown, State::Unknown]);
    assert_eq!(returned(8).0, State::Failing);
}

/// What failed was not dropped.
#[test]
fn a_transform_is_not_said_to_drop_every_record_where_something_failed() {
    let read = |sample: Description, change: fn(&mut Facts)| {
        let mut facts = well(sample);
        let Known::Yes(metrics) = &mut facts.metrics else { panic!("no metrics") };
        for series in metrics.0.values_mut() {
            series[0].0 = now() - 18_000_000;
        }
        facts.window = Duration::from_hours(6);
        unset(&mut facts, &["processed", "delivered", "success"]);
        change(&mut facts);
        (Health::of(&facts).state, together(&facts).unwrap())
    };
    let changes: [fn(&mut Facts); 2] = [
        |it| it.failures = Known::Yes(failures(1, &[])),
        |it| {
            let (code, message) = ("S3.AccessDenied".to_owned(), "Access Denied".to_owned());
            it.delivery_error = Known::Yes(DeliveryError { time: Some(now()), code, message });
        },
    ];
    for sample in [small(), described(SAMPLES[2])] {
        assert_eq!(read(sample.clone(), |_| {}).0, State::Dropping);
        for change in changes {
            let (state, sentence) = read(sample.clone(), change);
            assert_eq!(state, State::Unknown);
            assert!(sentence.ends_with("drops everything, or delivery fails."), "{sentence}");
        }
        let (state, sentence) = read(sample, |it| set(it, "calls_ok", 0.5));
        assert_eq!(state, State::Failing);
        assert!(sentence.ends_with("drops everything, or delivery fails."), "{sentence}");
    }
}

#[test]
fn a_stream_to_s3_whose_transform_returns_fewer_records_as_ok_than_are_written_fails() {
    let series = |it: &mut Facts, id: &'static str, values: &[(i64, f64)]| {
        let Known::Yes(metrics) = &mut it.metrics else { panic!("no metrics") };
        let values = values.iter().map(|(minute, value)| (now() - minute * 60_000, *value));
        metrics.0.insert(id, values.collect());
    };
    let of = |returned: &[(i64, f64)], written: &[(i64, f64)]| {
        state(|it| {
            series(it, "processed", returned);
            series(it, "delivered", written);
        })
    };
    let failing = "failing: records failed: of 19 written to S3, the transform returned 13 as Ok";
    assert_eq!(of(&[(20, 13.0)], &[(19, 10.0), (15, 9.0)]), failing);
    assert_eq!(of(&[(20, 19.0)], &[(19, 10.0), (15, 9.0)]), "working: ");
    // What was dropped is not written.
    assert_eq!(of(&[(20, 25.0)], &[(19, 10.0), (15, 9.0)]), "working: ");
    // What was written first may have been returned before the window.
    assert_eq!(of(&[(20, 13.0)], &[(58, 6.0), (19, 13.0)]), "working: ");
    // Its records are cut into others.
    for kind in ["Decompression", "RecordDeAggregation"] {
        let cut = state(|it| {
            series(it, "processed", &[(20, 13.0)]);
            series(it, "delivered", &[(19, 19.0)]);
            let processors = config(it).processing.as_mut().unwrap().processors.as_mut().unwrap();
            let kind = Some(kind.to_owned());
            processors.push(crate::description::Processor { kind, ..Default::default() });
        });
        assert_eq!(cut, "working: ", "{kind}");
    }
}
