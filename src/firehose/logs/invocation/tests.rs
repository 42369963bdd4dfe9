//! What becomes of events.

use super::*;

const ONE: &str = "8f507cfc-0000-4000-8000-000000000001";
const TWO: &str = "8f507cfc-0000-4000-8000-000000000002";

/// Events of a log stream, a millisecond apart.
fn grouped(lines: &[(&str, &str)]) -> Vec<Grouped> {
    grouped_at(lines, &|at| Some(at))
}

fn grouped_at(lines: &[(&str, &str)], time: &dyn Fn(i64) -> Option<i64>) -> Vec<Grouped> {
    let mut invocations = Invocations::default();
    let mut all = Vec::new();
    for (at, (stream, message)) in lines.iter().enumerate() {
        let event = LogEvent {
            stream: Some((*stream).into()),
            timestamp: time(i64::try_from(at).unwrap()),
            message: message.as_bytes().into(),
            ..LogEvent::default()
        };
        all.extend(invocations.push(&event));
    }
    all.extend(invocations.finish());
    all
}

fn in_short(grouped: &Grouped) -> String {
    match grouped {
        Grouped::Invocation(it) => {
            let id = it.request.as_deref().and_then(|id| id.get(35..)).unwrap_or("?");
            let error_kind = it.error_kind.map_or("ok", ErrorKind::as_str);
            let over = if it.report.is_some() { "" } else { " open" };
            format!("{id} {} {error_kind}{over}", it.events.len())
        }
        Grouped::DeliveryError { event } | Grouped::Unattributed { event, .. } => {
            String::from_utf8_lossy(&event.message).into_owned()
        }
    }
}

fn short(lines: &[(&str, &str)]) -> Vec<String> {
    grouped(lines).iter().map(in_short).collect()
}

fn start(id: &str) -> String {
    format!("START RequestId: {id} Version: $LATEST")
}

fn end(id: &str) -> String {
    format!("END RequestId: {id}")
}

fn report(id: &str) -> String {
    format!(
        "REPORT RequestId: {id}\tDuration: 15.74 ms\tBilled Duration: 16 ms\tMemory Size: 128 MB\tMax Memory Used: 56 MB\t"
    )
}

#[test]
fn invocations_of_several_log_streams_are_told_apart() {
    let (one, two) = (start(ONE), start(TWO));
    let (done, other_done) = (report(ONE), report(TWO));
    assert_eq!(
        short(&[
            ("a", &one),
            ("b", &two),
            ("a", "mine"),
            ("b", "yours"),
            ("b", "yours too"),
            ("a", &end(ONE)),
            ("a", &done),
            ("b", &other_done),
        ]),
        ["1 4 ok", "2 4 ok"]
    );
}

#[test]
fn a_line_after_the_report_still_counts() {
    let timeout = format!("2026-11-22T10:00:03.123Z {ONE} Task timed out after 3.00 seconds");
    assert_eq!(
        short(&[
            ("a", &start(ONE)),
            ("a", &report(ONE)),
            ("a", &timeout),
            ("a", &start(TWO)),
            ("a", "hello"),
        ]),
        ["1 3 timed-out", "2 2 ok open"]
    );
}

#[test]
fn the_start_of_an_environment_goes_with_its_first_invocation() {
    let all = grouped(&[
        ("a", "INIT_START Runtime Version: python:3.11.v39\tRuntime Version ARN: arn"),
        ("a", "loading"),
        ("a", &start(ONE)),
        ("a", &report(ONE)),
    ]);
    let [Grouped::Invocation(only)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((only.events.len(), only.is_cold, only.has_start), (4, true, true));
    let failed = short(&[
        ("a", "INIT_START Runtime Version: python:3.11.v39"),
        ("a", "[ERROR] Runtime.ImportModuleError: Unable to import module 'app'"),
        (
            "a",
            "INIT_REPORT Init Duration: 1670.77 ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown",
        ),
    ]);
    assert_eq!(failed, ["? 3 init-error open"]);
}

#[test]
fn what_belongs_to_no_invocation_is_reported_as_it_comes() {
    let error = r#"{"deliveryStreamARN":"arn","message":"m","errorCode":"Lambda.FunctionError"}"#;
    assert_eq!(short(&[("a", "alone"), ("errors", error)]), ["alone", error]);
}

#[test]
fn an_id_that_a_function_prints_moves_no_line_to_another_invocation() {
    let (start, end, report) = (start(ONE), end(ONE), report(ONE));
    assert_eq!(
        short(&[
            ("a", &start),
            ("a", r#"{"requestId":"apigw-1","path":"/x"}"#),
            ("a", &format!("order\t{TWO}\tshipped")),
            ("a", "Traceback (most recent call last):"),
            ("a", &end),
            ("a", &report),
        ]),
        ["1 6 exception"]
    );
}

#[test]
fn invocations_that_run_at_once_in_a_log_stream_are_told_apart() {
    let of_lambda = |kind: &str, id: &str| {
        format!(
            r#"{{"type":"platform.{kind}","record":{{"requestId":"{id}","status":"success"}}}}"#
        )
    };
    let line = |id: &str| format!(r#"{{"level":"INFO","requestId":"{id}","message":"order"}}"#);
    let lines: Vec<_> = [ONE, TWO]
        .into_iter()
        .map(|id| of_lambda("start", id))
        .chain([TWO, ONE, TWO].into_iter().map(line))
        .chain([of_lambda("report", TWO), line(ONE), of_lambda("report", ONE)])
        .collect();
    let lines: Vec<_> = lines.iter().map(|line| ("a", line.as_str())).collect();
    assert_eq!(short(&lines), ["1 4 ok", "2 4 ok"]);
}

#[test]
fn an_invocation_that_a_function_prints_is_of_the_one_that_runs() {
    let failed = format!("{}\tStatus: timeout", report(TWO));
    let lines = [
        start(ONE),
        start(TWO),
        "[ERROR] KeyError: 'price'".to_owned(),
        end(TWO),
        failed,
        format!("START RequestId: {ONE} Version: 7 <- what I looked for"),
        format!("REPORT RequestId: {ONE} of nonsense"),
        end(ONE),
        report(ONE),
    ];
    let lines: Vec<_> = lines.iter().map(|line| ("a", line.as_str())).collect();
    assert_eq!(short(&lines), ["1 9 exception"]);
    // Without an end around it, it stands for itself.
    assert_eq!(short(&lines[..5]), ["1 1 ok open", "2 4 timed-out"]);
}

#[test]
fn without_start_and_report_an_invocation_is_over_a_minute_after_its_last_line() {
    let mut invocations = Invocations::default();
    let mut push = |time: i64, id: &str, rest: &str| {
        let message = format!(r#"{{"level":"ERROR","requestId":"{id}","message":"{rest}"}}"#);
        let timestamp = Some(time);
        let message = message.as_bytes().into();
        let grouped = invocations.push(&LogEvent { timestamp, message, ..LogEvent::default() });
        grouped.iter().map(in_short).collect::<Vec<_>>()
    };
    assert_eq!(push(0, ONE, "a"), Vec::<String>::new());
    assert_eq!(push(30_001, ONE, "b"), Vec::<String>::new());
    assert_eq!(push(40_000, TWO, "c"), Vec::<String>::new());
    assert_eq!(push(90_002, TWO, "d"), ["1 2 error open"]);
    assert_eq!(invocations.settle(Some(90_003)), []);
    assert_eq!(invocations.settle(Some(200_000)).len(), 1);
}

#[test]
fn the_start_of_the_next_environment_is_not_of_the_invocation_before() {
    assert_eq!(
        short(&[
            ("a", &start(ONE)),
            ("a", &report(ONE)),
            ("a", "INIT_START Runtime Version: python:3.11.v39"),
            ("a", "loading"),
            ("a", &start(TWO)),
            ("a", &report(TWO)),
        ]),
        ["1 2 ok", "2 4 ok"]
    );
}

#[test]
fn without_times_what_comes_after_the_report_still_counts() {
    let mut invocations = Invocations::default();
    let timeout = format!("2026-11-22T10:00:03.123Z {ONE} Task timed out after 3.00 seconds");
    let mut grouped = Vec::new();
    for message in [&start(ONE), &report(ONE), &timeout, &start(TWO)] {
        let message = message.as_bytes().into();
        grouped.extend(invocations.push(&LogEvent { message, ..LogEvent::default() }));
    }
    assert_eq!(grouped.iter().map(in_short).collect::<Vec<_>>(), ["1 3 timed-out"]);
}

#[test]
fn what_is_searched_for_is_found_in_events_that_are_not_held() {
    let mut invocations = Invocations::searching(Some(Regex::new("needle").unwrap()));
    let line = "x".repeat(1024 * 1024);
    let messages = [start(ONE)].into_iter().chain(vec![line; 5]).chain(["a needle".to_owned()]);
    for message in messages {
        let message = message.as_bytes().into();
        assert_eq!(invocations.push(&LogEvent { message, ..LogEvent::default() }), []);
    }
    let grouped = invocations.finish();
    let [Grouped::Invocation(only)] = grouped.as_slice() else { panic!("{grouped:?}") };
    assert!(only.has_match);
    assert_eq!((only.events.len() as u64 + only.cut, only.cut > 0), (7, true));
}

#[test]
fn a_flood_of_invocations_is_bounded_and_none_is_lost() {
    for stream_of in [|at: usize| format!("s{at}"), |_| "a".to_owned()] {
        let mut invocations = Invocations::default();
        let (mut grouped, mut most) = (0, 0);
        for at in 0..100_000 {
            let event = LogEvent {
                stream: Some(stream_of(at).into()),
                message: format!("START RequestId: 8f507cfc-0000-4000-8000-{at:012} Version: 1")
                    .into_bytes()
                    .into(),
                ..LogEvent::default()
            };
            grouped += invocations.push(&event).len();
            if at % 1000 == 0 {
                most = most.max(invocations.open.places_where(|_| true).len());
            }
        }
        assert!(most < 30_000);
        assert_eq!(grouped + invocations.finish().len(), 100_000);
    }
}

#[test]
fn a_flood_of_events_in_an_invocation_is_bounded_and_counted() {
    let line = "x".repeat(1000);
    let mut lines = vec![("a", line.as_str()); 20_000];
    let start = start(ONE);
    lines.insert(0, ("a", &start));
    let all = grouped(&lines);
    let [Grouped::Invocation(only)] = all.as_slice() else { panic!("{}", all.len()) };
    assert_eq!(only.events.len() as u64 + only.cut, 20_001);
    assert!(only.cut > 10_000);
}

#[test]
fn invocations_that_serverless_logs_has_shortened_are_told_apart() {
    let line = "2026-11-22 10:00:00.109\tINFO\torder";
    let over = "END Duration: 23.40 ms Memory Used: 71 MB";
    let end = end(ONE);
    let lines = ["START", line, &end, over, "START", line, line, over, "START", line];
    let lines = lines.map(|line| ("s", line));
    let all = grouped_at(&lines, &|_| None);
    let shown: Vec<_> = all.iter().map(in_short).collect();
    assert_eq!(shown, ["1 4 ok", "? 4 ok", "? 2 ok open"]);
    let calls: Vec<_> =
        all.into_iter().map(|it| matches!(it, Grouped::Invocation(it) if it.is_call())).collect();
    assert_eq!(calls, [true; 3]);
    // A function may print as much; its events have a time.
    assert_eq!(short(&[("s", "START"), ("s", line)]), ["START", line]);
    let (one, done) = (start(ONE), report(ONE));
    let printed = [one.as_str(), "START", over, &end, &done].map(|line| ("s", line));
    assert_eq!(short(&printed), ["1 5 ok"]);
    assert_eq!(short(&[("s", over)]), [over]);
}
