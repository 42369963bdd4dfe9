//! `fh status` and `fh doctor` where AWS answers with a part of what was asked: nothing
//! good follows from what was not read.

use crate::canned::Canned;
use crate::s3::at;
use crate::schema_status::{List, State, Status};
use crate::status::{denied, described, ok, operation, series};

/// An object of failures with this letter in its name: of now, or of last year.
fn listed(letter: char, is_new: bool, size: usize) -> String {
    let now = jiff::Timestamp::now();
    let time = if is_new { now.to_string() } else { "2025-01-01T00:00:00.000Z".to_owned() };
    format!(
        "<Contents><Key>failed/orders-3-2026-11-22-10-00-00-{letter}d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f3a</Key>\
         <LastModified>{time}</LastModified><ETag>\"1\"</ETag><Size>{size}</Size></Contents>"
    )
}

fn page(contents: &str, next: Option<&str>) -> Vec<u8> {
    let next = next.map(|it| format!("<NextContinuationToken>{it}</NextContinuationToken>"));
    let (is_cut, next) = (next.is_some(), next.unwrap_or_default());
    ok(&format!(
        "<ListBucketResult><Name>lake</Name><IsTruncated>{is_cut}</IsTruncated>{next}{contents}</ListBucketResult>"
    ))
}

const FAILED: &str = r#"{"attemptsMade":1,"errorCode":"Lambda.FunctionError","rawData":"eA=="}"#;

/// A stream whose failures are listed by `list`, which gets the head of the request, and
/// hold `object`.
fn failing(list: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static, object: String) -> Canned {
    Canned::answering(move |head| {
        let line = head.lines().next().unwrap_or_default();
        Some(match operation(head) {
            "DescribeDeliveryStream" => ok(&described("orders", "ACTIVE")),
            _ if line.starts_with("GET ") && line.contains("list-type=2") => {
                if line.contains("prefix=failed") { list(line) } else { page("", None) }
            }
            _ if line.starts_with("GET ") && line.contains("/failed/") => ok(&object),
            _ => denied(head),
        })
    })
}

#[test]
fn failures_on_a_later_page_of_a_listing_are_found() {
    let list = |line: &str| {
        if line.contains("continuation-token=more") {
            page(&listed('b', true, FAILED.len()), None)
        } else {
            page(&listed('a', false, FAILED.len()), Some("more"))
        }
    };
    let server = failing(list, FAILED.to_owned());
    let status = at(&server.url(), "status --stream orders").run();
    assert!(
        status.text().contains(
            "1 Lambda.FunctionError in 1 object from the last hour, below s3://lake/failed/"
        ),
        "{status}"
    );
    let doctor = at(&server.url(), "doctor --stream orders --check everything-fails").run();
    assert!(doctor.text().contains("records failed during the last hour"), "{doctor}");
}

#[test]
fn a_listing_that_does_not_end_says_nothing_of_failures() {
    let list = |_: &str| page(&listed('a', false, 1), Some("more"));
    let server = failing(list, FAILED.to_owned());
    let why = "objects are below s3://lake/failed/; `fh failures` lists all";
    let status = at(&server.url(), "status --stream orders").run();
    assert!(status.text().contains("codes        unknown: more than 20 "), "{status}");
    assert!(!status.text().contains("no failure objects"), "{status}");
    let status = Status::read(&at(&server.url(), "status --stream orders --output json").run());
    assert!(status.failures.is_none(), "{status:?}");
    let unknown = status.unknown.iter().find(|it| it.check == "everything-fails").unwrap();
    assert!(unknown.why.contains(why), "{unknown:?}");
}

/// Two streams, of which the metrics of the second are answered with `status`.
fn metrics(status: &str) -> Canned {
    let one = |number: usize, status: &str| {
        format!(
            r#"{{"Id":"q{number}","Label":"l","Timestamps":[],"Values":[],"StatusCode":"{status}","Messages":[{{"Code":"C","Value":"why it is so"}}]}}"#
        )
    };
    // 9 are asked of each in a list.
    let all: Vec<_> =
        (0..18).map(|it| one(it, if it == 9 { status } else { "Complete" })).collect();
    let all = format!(r#"{{"MetricDataResults":[{}],"Messages":[]}}"#, all.join(","));
    Canned::answering(move |head| {
        Some(match operation(head) {
            "ListDeliveryStreams" => {
                ok(r#"{"DeliveryStreamNames":["clicks","orders"],"HasMoreDeliveryStreams":false}"#)
            }
            "DescribeDeliveryStream" => ok(&described("any", "ACTIVE")),
            "GetMetricData" => ok(&all),
            _ => denied(head),
        })
    })
}

#[test]
fn metrics_that_cloudwatch_did_not_read_are_not_zero() {
    for status in ["InternalError", "Forbidden", "PartialData"] {
        let server = metrics(status);
        let run = |words: &str| at(&server.url(), words).run();
        let list: List = serde_json::from_slice(&run("status --output json").stdout).unwrap();
        let why = format!("CloudWatch did not return all values: {status} (why it is so)");
        let rows: Vec<_> =
            list.streams.iter().map(|it| (it.stream.as_str(), it.state, it.why.as_str())).collect();
        assert_eq!(rows, [("orders", State::Unknown, why.as_str()), ("clicks", State::Idle, "")]);
        let doctor = run("doctor --stream orders --check nothing-comes-in");
        assert!(!doctor.text().contains("no records came in"), "{doctor}");
        assert!(doctor.text().contains(&why), "{doctor}");
    }
    // Said of the whole answer.
    let server = Canned::answering(|head| {
        Some(match operation(head) {
            "DescribeDeliveryStream" => ok(&described("orders", "ACTIVE")),
            "GetMetricData" => ok(
                r#"{"MetricDataResults":[],"Messages":[{"Code":"MaxMetricsExceeded","Value":"too many"}]}"#,
            ),
            _ => denied(head),
        })
    });
    let status = at(&server.url(), "status --stream orders").run();
    let why = "CloudWatch did not return all values: MaxMetricsExceeded (too many)";
    assert!(status.text().contains(&format!("traffic      unknown: {why}")), "{status}");
}

#[test]
fn codes_that_were_counted_in_the_start_of_an_object_are_at_least_as_many() {
    for (lines, least) in [(3, ""), (4000, "at least ")] {
        let object = vec![FAILED; lines].join("\n");
        let (size, read) = (object.len(), lines.min(256 * 1024 / (FAILED.len() + 1)));
        let list = move |_: &str| page(&listed('a', true, size), None);
        let server = failing(list, object);
        let run = |words: &str| at(&server.url(), words).run();
        let text = run("status --stream orders");
        let shown = text.text().replace(',', "");
        let failures = Status::read(&run("status --stream orders --output json")).failures.unwrap();
        let counted = failures.codes.as_ref().unwrap().first().unwrap().records;
        assert!(counted.abs_diff(read as u64) <= 1 && counted <= lines as u64, "{failures:?}");
        assert_eq!(failures.is_complete, least.is_empty(), "{failures:?}");
        let count = counted.to_string();
        assert!(
            shown
                .contains(&format!("codes        {least}{count} Lambda.FunctionError in 1 object")),
            "{text}"
        );
        let doctor = run("doctor --stream orders --check everything-fails");
        let doctor_shows = format!("Lambda.FunctionError ({least}{count})");
        let flat = doctor.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&doctor_shows), "{doctor}");
    }
}

/// CloudWatch has them where the function is: they are not asked for here.
#[test]
fn calls_of_a_function_elsewhere_are_null() {
    let metrics = series(&[(0, 41.0)]);
    let server =
        Canned::answering(move |head| {
            Some(match operation(head) {
                "DescribeDeliveryStream" => ok(&described("orders", "ACTIVE")
                    .replace(":lambda:eu-west-1:", ":lambda:eu-north-1:")),
                "GetMetricData" => ok(&metrics),
                _ => denied(head),
            })
        });
    // The address is AWS's: an emulator would be asked.
    let run = |words: &str| {
        let words = format!("{words} --stream orders --output json");
        at("http://vpce.amazonaws.com", &words).env("HTTP_PROXY", &server.url())
    };
    let status = Status::read(&run("status").run());
    let traffic = status.traffic.as_ref().unwrap();
    assert_eq!(traffic.incoming.total, 41);
    assert!(traffic.calls.is_none() && traffic.call_errors.is_none(), "{traffic:?}");
    let doctor = run("doctor").run().to_string();
    assert!(doctor.contains(r#""calls":null"#), "{doctor}");
    assert!(doctor.contains(r#""callErrors":null"#), "{doctor}");
}
