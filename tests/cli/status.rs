//! `fh status`: canned answers, for what is allowed and what is not, and moto.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot be set up fails loudly; metrics are of the last minutes"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use insta::assert_snapshot;

use crate::canned::Canned;
use crate::harness::{Fh, until};
use crate::masks::mask;
use crate::s3::{at, boto, fh};
use crate::schema_status::{List, Row, State, Status};

/// A stream with a transform and a bucket of its name.
pub(crate) fn described(name: &str, status: &str) -> String {
    format!(
        r#"{{"DeliveryStreamDescription":{{"DeliveryStreamName":"{name}","DeliveryStreamStatus":"{status}",
        "DeliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/{name}","VersionId":"3",
        "DeliveryStreamType":"DirectPut","HasMoreDestinations":false,"Destinations":[{{"DestinationId":"d-1",
        "ExtendedS3DestinationDescription":{{"RoleARN":"arn:aws:iam::111122223333:role/firehose",
            "BucketARN":"arn:aws:s3:::lake","Prefix":"{name}/","ErrorOutputPrefix":"failed/",
            "BufferingHints":{{"IntervalInSeconds":300,"SizeInMBs":64}},"CompressionFormat":"GZIP",
            "CloudWatchLoggingOptions":{{"Enabled":true,"LogGroupName":"/aws/kinesisfirehose/{name}","LogStreamName":"DestinationDelivery"}},
            "S3BackupMode":"Enabled","S3BackupDescription":{{"BucketARN":"arn:aws:s3:::lake","RoleARN":"arn:aws:iam::111122223333:role/firehose","Prefix":"raw/"}},
            "ProcessingConfiguration":{{"Enabled":true,"Processors":[{{"Type":"Lambda","Parameters":[
                {{"ParameterName":"LambdaArn","ParameterValue":"arn:aws:lambda:eu-west-1:111122223333:function:enrich:live"}},
                {{"ParameterName":"BufferIntervalInSeconds","ParameterValue":"90"}}]}}]}}}}}}]}}}}"#
    )
}

pub(crate) fn ok(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\nx-amzn-requestid: 8f507cfc-0000-4000-8000-000000000001\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// No right to anything, in the protocol of the request.
pub(crate) fn denied(head: &str) -> Vec<u8> {
    let first = head.lines().next().unwrap_or_default();
    let is_rest = first.contains("/20");
    let (kind, body) = if head.contains("x-amz-target") || is_rest {
        ("application/json", r#"{"__type":"AccessDeniedException","message":"no"}"#)
    } else if head.contains("x-www-form-urlencoded") {
        (
            "text/xml",
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
        )
    } else {
        ("application/xml", "<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
    };
    let length = body.len();
    format!("HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: AccessDeniedException\r\nx-amzn-requestid: 8f507cfc-0000-4000-8000-000000000001\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

pub(crate) fn operation(head: &str) -> &str {
    let target = head.lines().find_map(|it| it.strip_prefix("x-amz-target: "));
    target.and_then(|it| it.rsplit('.').next()).unwrap_or_default()
}

/// The start of a minute about 7 minutes ago: in the last bar but one.
pub(crate) fn lately() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    now / 60 * 60 - 420
}

/// Series by their numbers, a value each.
pub(crate) fn series(values: &[(usize, f64)]) -> String {
    let at = lately();
    let one = |(number, value): &(usize, f64)| {
        format!(
            r#"{{"Id":"q{number}","Label":"l","Timestamps":[{at}],"Values":[{value}],"StatusCode":"Complete"}}"#
        )
    };
    let all: Vec<_> = values.iter().map(one).collect();
    format!(r#"{{"MetricDataResults":[{}],"Messages":[]}}"#, all.join(","))
}

/// A Region with five streams, described alike, with metrics of their own.
fn region() -> Canned {
    let names = ["bro\\u001b[31mken", "clicks", "idle", "new", "orders"];
    // In the order of the names: what was asked of each is `incoming`, `processed`,
    // `calls_ok`, `delivered`, `success`, `freshness`, `calls`, `call_errors`, `throttles`.
    let failing = [(0, 41.0), (2, 0.0), (6, 4.0), (7, 4.0)];
    let new = [(27, 3.0), (28, 3.0), (29, 1.0), (30, 3.0), (31, 1.0)];
    let orders = [(36, 1204.0), (37, 1200.0), (38, 0.97), (39, 1204.0), (40, 1.0), (41, 130.0)];
    let metrics = series(&[&failing[..], &new, &orders].concat());
    Canned::answering(move |head| {
        Some(match operation(head) {
            "ListDeliveryStreams" => ok(&format!(
                r#"{{"DeliveryStreamNames":["{}"],"HasMoreDeliveryStreams":false}}"#,
                names.join(r#"",""#)
            )),
            // The name is in the body, which is not seen: all are alike.
            "DescribeDeliveryStream" => ok(&described("any", "ACTIVE")),
            "GetMetricData" => ok(&metrics),
            _ => denied(head),
        })
    })
}

fn hours() -> impl Drop {
    mask(&[
        (r"20\d\d/\d\d/\d\d/\d\d/", "[hour]/"),
        (r"\d\d:\d\d:\d\d \+00:00", "[time] +00:00"),
        (r"until [0-9:]+ \+00:00", "until [time] +00:00"),
    ])
}

#[test]
fn the_streams_of_a_region_are_listed_a_line_each() {
    let _masks = hours();
    let server = region();
    let run = |words: &str| at(&server.url(), &format!("status {words}"));
    assert_snapshot!(run("").run(), @r"
     stream            source     transform    destination                   records  state    why
     bro\u{1b}[31mken  DirectPut  enrich:live  s3://lake/any/  ··········█·       41  failing  every call of the function fails
     orders            DirectPut  enrich:live  s3://lake/any/  ··········█·    1,204  failing  some calls of the function failed
     new               DirectPut  enrich:live  s3://lake/any/  ··········█·        3  working
     clicks            DirectPut  enrich:live  s3://lake/any/  ············        0  idle
     idle              DirectPut  enrich:live  s3://lake/any/  ············        0  idle

    5 delivery streams in eu-west-1 during the last hour: 2 failing, 1 working, 2 idle
    CloudWatch does not count failed records. Some are seen where more was written to S3 than the transform returned as Ok.
    fh doctor --stream $'bro\x1b[31mken'
    [exit status: 0]
    ");
    assert_snapshot!(run("").on_terminal(160), @r"
     stream            source     transform    destination                   records  state    why
     bro\u{1b}[31mken  DirectPut  enrich:live  s3://lake/any/  ··········█·       41  failing  every call of the function fails
     orders            DirectPut  enrich:live  s3://lake/any/  ··········█·    1,204  failing  some calls of the function failed
     new               DirectPut  enrich:live  s3://lake/any/  ··········█·        3  working
     clicks            DirectPut  enrich:live  s3://lake/any/  ············        0  idle
     idle              DirectPut  enrich:live  s3://lake/any/  ············        0  idle

    ␛[1m5 delivery streams in eu-west-1 during the last hour: 2 failing, 1 working, 2 idle␛[0m
    ␛[2mCloudWatch does not count failed records. Some are seen where more was written to S3 than the transform returned as Ok.␛[0m
    fh doctor --stream $'bro\x1b[31mken'
    [exit status: 0]
    ");
    assert_snapshot!(run("").on_terminal(80), @r"
     stream            destination     records  state    why
     bro\u{1b}[31mken  s3://lake/any/       41  failing  every call of the function
                                                         fails
     orders            s3://lake/any/    1,204  failing  some calls of the function
                                                         failed
     new               s3://lake/any/        3  working
     clicks            s3://lake/any/        0  idle
     idle              s3://lake/any/        0  idle
     No room for: source, transform

    ␛[1m5 delivery streams in eu-west-1 during the last hour: 2 failing, 1 working,
    2 idle␛[0m
    ␛[2mCloudWatch does not count failed records. Some are seen where more was written␛[0m
    ␛[2mto S3 than the transform returned as Ok.␛[0m
    fh doctor --stream $'bro\x1b[31mken'
    [exit status: 0]
    ");
    assert_snapshot!(run("").on_terminal(40), @r"
    stream: bro\u{1b}[31mken
    source: DirectPut
    transform: enrich:live
    destination: s3://lake/any/
    ··········█·  records: 41
    state: failing
    why: every call of the function fails

    stream: orders  source: DirectPut
    transform: enrich:live
    destination: s3://lake/any/
    ··········█·  records: 1,204
    state: failing
    why: some calls of the function failed

    stream: new  source: DirectPut
    transform: enrich:live
    destination: s3://lake/any/
    ··········█·  records: 3  state: working

    stream: clicks  source: DirectPut
    transform: enrich:live
    destination: s3://lake/any/
    ············  records: 0  state: idle

    stream: idle  source: DirectPut
    transform: enrich:live
    destination: s3://lake/any/
    ············  records: 0  state: idle

    ␛[1m5 delivery streams in eu-west-1 during
    the last hour: 2 failing, 1 working,
    2 idle␛[0m
    ␛[2mCloudWatch does not count failed␛[0m
    ␛[2mrecords. Some are seen where more was␛[0m
    ␛[2mwritten to S3 than the transform␛[0m
    ␛[2mreturned as Ok.␛[0m
    fh doctor --stream $'bro\x1b[31mken'
    [exit status: 0]
    ");
    let list: List = serde_json::from_slice(&run("--output json").run().stdout).unwrap();
    assert_eq!(
        (list.region.as_str(), list.window_seconds, list.has_more),
        ("eu-west-1", 3600, false)
    );
    let states: Vec<_> = list.streams.iter().map(|it| (it.stream.as_str(), it.state)).collect();
    let broken = "bro\u{1b}[31mken";
    assert_eq!(
        states,
        [
            (broken, State::Failing),
            ("orders", State::Failing),
            ("new", State::Working),
            ("clicks", State::Idle),
            ("idle", State::Idle),
        ]
    );
    let orders = list.streams.iter().find(|it| it.stream == "orders").unwrap();
    assert_eq!((orders.incoming, orders.delivered), (Some(1204), Some(1204)), "{orders:?}");
    assert_eq!(orders.source.as_deref(), Some("DirectPut"));
    assert_eq!(orders.transform.as_deref(), Some("enrich:live"));
    assert_eq!(orders.destination.as_deref(), Some("s3://lake/any/"));
    assert_eq!((orders.status.as_deref(), orders.window_seconds), (Some("ACTIVE"), 3600));
    assert_eq!(
        (orders.why.as_str(), &orders.time),
        ("some calls of the function failed", &list.time)
    );
    let lines = run("--output ndjson").run();
    let lines = lines.text();
    let rows = lines.lines().map(|line| serde_json::from_str::<Row>(line).unwrap().state);
    assert_eq!(
        rows.collect::<Vec<_>>(),
        list.streams.iter().map(|it| it.state).collect::<Vec<_>>()
    );
    let table = run("--output table").run();
    assert_eq!(table.text().lines().count(), 6, "{table}");
    let two = run("--limit 2").run();
    assert!(
        two.text().contains("Only the first delivery streams are listed: `--limit N` lists more."),
        "{two}"
    );
    assert!(two.text().contains("2 delivery streams in eu-west-1"), "{two}");
    // Rows alone do not say it.
    for (words, lines) in [("--limit 2 --output table", 3), ("--limit 2 --output ndjson", 2)] {
        let two = run(words).run();
        assert_eq!(two.text().lines().count(), lines, "{two}");
        assert_eq!(
            two.errors(),
            "fh: only the first delivery streams are listed: `--limit N` lists more\n",
            "{two}"
        );
    }
    let all = run("--limit 5 --output ndjson").run();
    assert_eq!(all.errors(), "", "{all}");
}

#[test]
fn streams_without_rights_are_unknown_and_never_good() {
    let server = Canned::answering(|head| {
        Some(match operation(head) {
            "ListDeliveryStreams" => {
                ok(r#"{"DeliveryStreamNames":["orders"],"HasMoreDeliveryStreams":false}"#)
            }
            "DescribeDeliveryStream" => ok(&described("orders", "ACTIVE")),
            _ => denied(head),
        })
    });
    let list = at(&server.url(), "status --output json").run();
    assert_eq!(list.code(), 0, "{list}");
    let list: List = serde_json::from_slice(&list.stdout).unwrap();
    let row = list.streams.first().unwrap();
    assert_eq!((row.state, row.incoming, row.delivered), (State::Unknown, None, None));
    assert_eq!(row.why, "cloudwatch:GetMetricData is not allowed");
    // Nothing but the names may be read.
    let server = Canned::answering(|head| {
        Some(match operation(head) {
            "ListDeliveryStreams" => {
                ok(r#"{"DeliveryStreamNames":["orders"],"HasMoreDeliveryStreams":false}"#)
            }
            _ => denied(head),
        })
    });
    let list = at(&server.url(), "status").run();
    assert!(list.text().contains("firehose:DescribeDeliveryStream is not allowed"), "{list}");
    assert!(list.text().contains(": 1 unknown\n"), "{list}");
    let one = at(&server.url(), "status --stream orders").run();
    assert_eq!(one.code(), 3, "{one}");
    let server = Canned::answering(|head| Some(denied(head)));
    let all = at(&server.url(), "status").run();
    assert_eq!(all.code(), 3, "{all}");
    assert!(all.errors().contains("or name one stream: `--stream NAME`"), "{all}");
}

#[test]
fn a_stream_of_which_only_the_description_may_be_read_is_mostly_unknown() {
    let _masks = hours();
    let server = Canned::answering(|head| {
        Some(match operation(head) {
            "DescribeDeliveryStream" => ok(&described("orders", "ACTIVE")),
            _ => denied(head),
        })
    });
    let run = |words: &str| at(&server.url(), &format!("status --stream orders {words}")).run();
    assert_snapshot!(run(""), @"
    orders · eu-west-1 · account 111122223333 · DirectPut → enrich:live → s3://lake/orders/

    status       ACTIVE
    source       DirectPut
    transform    enrich:live, 3 retries, buffer 1 min 30 s or 1 MiB, timeout and memory unknown: lambda:GetFunctionConfiguration is not allowed
    destination  s3://lake/orders/[hour]/ in this hour, buffer 5 min or 64 MiB, GZIP
    backup       s3://lake/raw/, each record as it came
    failures     s3://lake/failed/ in this hour
    logs         unknown: lambda:GetFunctionConfiguration is not allowed
    error logs   /aws/kinesisfirehose/orders, stream DestinationDelivery
    takes        up to 11 min 30 s: 1 min 30 s before the transform, 5 min in the function (its timeout is unknown), 5 min before the destination
                 mostly unknown: cloudwatch:GetMetricData is not allowed; failures are written within about 10 min 30 s

    traffic      unknown: cloudwatch:GetMetricData is not allowed

    codes        unknown: s3:ListBucket is not allowed
    invoked      unknown: lambda:GetFunctionConfiguration is not allowed

    warning      not-yet: a record takes up to 6 min 30 s to arrive: 1 min 30 s before the transform, 5 min before the destination
    doctor       0 errors, 1 warning, 1 note, 6 passed, 18 unknown, 6 not applicable
                 fh doctor --stream orders
    [exit status: 0]
    ");
    let status = Status::read(&run("--output json"));
    assert!(status.traffic.is_none() && status.failures.is_none(), "{status:?}");
    assert!(status.invocations.is_none() && status.logs.function_group.is_none(), "{status:?}");
    let transform = status.transform.as_ref().unwrap();
    assert_eq!((transform.timeout_seconds, transform.memory_mb), (None, None));
    assert!(
        status.unknown.iter().any(|it| it.needs.as_deref() == Some("iam:SimulatePrincipalPolicy"))
    );
    let row = run("--output ndjson");
    assert_eq!(serde_json::from_str::<Row>(&row.text()).unwrap().state, State::Unknown, "{row}");
}

/// A stream of which some can be read.
fn some() -> Canned {
    // The ids are those of `MetricQuestion::of`, in order.
    let metrics = series(&[
        (0, 1204.0),
        (1, 0.0),
        (2, 1200.0),
        (3, 0.9),
        (5, 1204.0),
        (6, 1.0),
        (7, 130.0),
        (8, 61.0),
        (9, 4.0),
    ]);
    let report = |second: u64, rest: &str| {
        let time = (lately() / 3600 * 3600 + second) * 1000;
        format!(
            r#"{{"eventId":"{second}","logStreamName":"s","timestamp":{time},"ingestionTime":{time},"message":"REPORT RequestId: 8f507cfc-0000-4000-8000-00000000000{}\t{rest}\t\n"}}"#,
            second % 10
        )
    };
    let events: Vec<_> = [
        (1, "Duration: 12.00 ms\\tBilled Duration: 12 ms\\tMemory Size: 256 MB\\tMax Memory Used: 70 MB\\tInit Duration: 200.00 ms"),
        (2, "Duration: 60000.00 ms\\tBilled Duration: 60000 ms\\tMemory Size: 256 MB\\tMax Memory Used: 71 MB\\tStatus: timeout"),
    ]
    .iter()
    .map(|(second, rest)| report(*second, rest))
    .collect();
    let events = format!(r#"{{"events":[{}],"searchedLogStreams":[]}}"#, events.join(","));
    Canned::answering(move |head| {
        if head.starts_with("GET ") && head.contains("/configuration") {
            let function = r#"{"FunctionName":"enrich","Timeout":60,"MemorySize":256,"State":"Active","LastUpdateStatus":"Successful","Role":"arn:aws:iam::111122223333:role/enrich","LoggingConfig":{"LogFormat":"Text","LogGroup":"/aws/lambda/enrich"}}"#;
            return Some(ok(function));
        }
        Some(match operation(head) {
            "DescribeDeliveryStream" => ok(&described("orders", "ACTIVE")),
            "GetMetricData" => ok(&metrics),
            "FilterLogEvents" => ok(&events),
            "DescribeLogGroups" => ok(r#"{"logGroups":[{"logGroupName":"/aws/lambda/enrich"}]}"#),
            _ => denied(head),
        })
    })
}

#[test]
fn a_stream_is_shown_on_one_screen() {
    let _masks = hours();
    let server = some();
    let plain = |words: &str| at(&server.url(), &format!("status --stream orders {words}"));
    assert_snapshot!(plain("").run(), @"
    orders · eu-west-1 · account 111122223333 · DirectPut → enrich:live → s3://lake/orders/

    status       ACTIVE
    source       DirectPut
    transform    enrich:live, 3 retries, buffer 1 min 30 s or 1 MiB, timeout 60 s, memory 256 MB
    destination  s3://lake/orders/[hour]/ in this hour, buffer 5 min or 64 MiB, GZIP
    backup       s3://lake/raw/, each record as it came
    failures     s3://lake/failed/ in this hour
    logs         /aws/lambda/enrich
    error logs   /aws/kinesisfirehose/orders (does not exist), stream DestinationDelivery
    takes        up to 7 min 30 s: 1 min 30 s before the transform, 1 min in the function, 5 min before the destination
                 mostly 2 min 10 s; failures are written within about 10 min 30 s

      in       ··········█·  1,204 records, up to 1,204 per bar
      calls    ··········█·  61 calls, up to 61 per bar
      failed   ··········█·  4 calls, up to 4 per bar
      written  ··········█·  1,204 records (failures included), up to 1,204 per bar
               the last hour

    codes        unknown: s3:ListBucket is not allowed
    invoked      [time] +00:00   60,000 ms, 71 of 256 MB, timeout
                 [time] +00:00       12 ms, 70 of 256 MB, cold start

    error        function-timeout: calls of the function time out after 60 s
    warning      not-yet: a record takes up to 6 min 30 s to arrive: 1 min 30 s before the transform, 5 min before the destination
    doctor       1 error, 2 warnings, 1 note, 11 passed, 11 unknown, 6 not applicable
                 fh doctor --stream orders
    [exit status: 0]
    ");
    assert_snapshot!(plain("--region eu-west-1").on_terminal(160), @"
    ␛[1morders · eu-west-1 · account 111122223333 · DirectPut → enrich:live → s3://lake/orders/␛[0m

    ␛[2mstatus       ␛[0mACTIVE
    ␛[2msource       ␛[0mDirectPut
    ␛[2mtransform    ␛[0menrich:live, 3 retries, buffer 1 min 30 s or 1 MiB, timeout 60 s, memory 256 MB
    ␛[2mdestination  ␛[0ms3://lake/orders/[hour]/ in this hour, buffer 5 min or 64 MiB, GZIP
    ␛[2mbackup       ␛[0ms3://lake/raw/, each record as it came
    ␛[2mfailures     ␛[0ms3://lake/failed/ in this hour
    ␛[2mlogs         ␛[0m/aws/lambda/enrich
    ␛[2merror logs   ␛[0m/aws/kinesisfirehose/orders (does not exist), stream DestinationDelivery
    ␛[2mtakes        ␛[0mup to 7 min 30 s: 1 min 30 s before the transform, 1 min in the function, 5 min before
                 the destination
    ␛[2m             ␛[0mmostly 2 min 10 s; failures are written within about 10 min 30 s

      in       ··········█·  1,204 records, up to 1,204 per bar
      calls    ··········█·  61 calls, up to 61 per bar
      failed   ··········█·  4 calls, up to 4 per bar
      written  ··········█·  1,204 records (failures included), up to 1,204 per bar
    ␛[2m           the last hour␛[0m

    ␛[2mcodes        ␛[0munknown: s3:ListBucket is not allowed
    ␛[2minvoked      ␛[0m[time] +00:00   60,000 ms, 71 of 256 MB, timeout
    ␛[2m             ␛[0m[time] +00:00       12 ms, 70 of 256 MB, cold start

    ␛[38;5;196;1merror        ␛[0mfunction-timeout: calls of the function time out after 60 s
    ␛[38;5;130mwarning      ␛[0mnot-yet: a record takes up to 6 min 30 s to arrive: 1 min 30 s before the transform,
                 5 min before the destination
    ␛[2mdoctor       ␛[0m1 error, 2 warnings, 1 note, 11 passed, 11 unknown, 6 not applicable
                 fh doctor --stream orders --region eu-west-1
    [exit status: 0]
    ");
    assert_snapshot!(plain("").on_terminal(80), @"
    ␛[1morders · eu-west-1 · account 111122223333 · DirectPut → enrich:live → s3://lake/orders/␛[0m

    ␛[2mstatus       ␛[0mACTIVE
    ␛[2msource       ␛[0mDirectPut
    ␛[2mtransform    ␛[0menrich:live, 3 retries, buffer 1 min 30 s or 1 MiB, timeout 60 s,
                 memory 256 MB
    ␛[2mdestination  ␛[0ms3://lake/orders/[hour]/ in this hour, buffer 5 min or
                 64 MiB, GZIP
    ␛[2mbackup       ␛[0ms3://lake/raw/, each record as it came
    ␛[2mfailures     ␛[0ms3://lake/failed/ in this hour
    ␛[2mlogs         ␛[0m/aws/lambda/enrich
    ␛[2merror logs   ␛[0m/aws/kinesisfirehose/orders (does not exist), stream
                 DestinationDelivery
    ␛[2mtakes        ␛[0mup to 7 min 30 s: 1 min 30 s before the transform, 1 min in the
                 function, 5 min before the destination
    ␛[2m             ␛[0mmostly 2 min 10 s; failures are written within about 10 min 30 s

      in       ··········█·  1,204 records, up to 1,204 per bar
      calls    ··········█·  61 calls, up to 61 per bar
      failed   ··········█·  4 calls, up to 4 per bar
      written  ··········█·  1,204 records (failures included), up to 1,204 per bar
    ␛[2m           the last hour␛[0m

    ␛[2mcodes        ␛[0munknown: s3:ListBucket is not allowed
    ␛[2minvoked      ␛[0m[time] +00:00   60,000 ms, 71 of 256 MB, timeout
    ␛[2m             ␛[0m[time] +00:00       12 ms, 70 of 256 MB, cold start

    ␛[38;5;196;1merror        ␛[0mfunction-timeout: calls of the function time out after 60 s
    ␛[38;5;130mwarning      ␛[0mnot-yet: a record takes up to 6 min 30 s to arrive: 1 min 30 s
                 before the transform, 5 min before the destination
    ␛[2mdoctor       ␛[0m1 error, 2 warnings, 1 note, 11 passed, 11 unknown, 6 not
                 applicable
                 fh doctor --stream orders
    [exit status: 0]
    ");
    assert_snapshot!(plain("").on_terminal(40), @"
    ␛[1morders · eu-west-1 · account 111122223333 · DirectPut → enrich:live → s3://lake/orders/␛[0m

    ␛[2mstatus       ␛[0mACTIVE
    ␛[2msource       ␛[0mDirectPut
    ␛[2mtransform    ␛[0menrich:live, 3 retries,
                 buffer 1 min 30 s or 1 MiB,
                 timeout 60 s, memory 256 MB
    ␛[2mdestination  ␛[0ms3://lake/orders/[hour]/
                 in this hour, buffer 5 min
                 or 64 MiB, GZIP
    ␛[2mbackup       ␛[0ms3://lake/raw/, each record
                 as it came
    ␛[2mfailures     ␛[0ms3://lake/failed/ in this
                 hour
    ␛[2mlogs         ␛[0m/aws/lambda/enrich
    ␛[2merror logs   ␛[0m/aws/kinesisfirehose/orders
                 (does not exist), stream
                 DestinationDelivery
    ␛[2mtakes        ␛[0mup to 7 min 30 s: 1 min
                 30 s before the transform,
                 1 min in the function,
                 5 min before the
                 destination
    ␛[2m             ␛[0mmostly 2 min 10 s; failures
                 are written within about
                 10 min 30 s

      in       ··········█·  1,204 records, up to 1,204 per bar
      calls    ··········█·  61 calls, up to 61 per bar
      failed   ··········█·  4 calls, up to 4 per bar
      written  ··········█·  1,204 records (failures included), up to 1,204 per bar
    ␛[2m           the last hour␛[0m

    ␛[2mcodes        ␛[0munknown: s3:ListBucket is
                 not allowed
    ␛[2minvoked      ␛[0m[time] +00:00  
                 60,000 ms, 71 of 256 MB,
                 timeout
    ␛[2m             ␛[0m[time] +00:00      
                 12 ms, 70 of 256 MB, cold
                 start

    ␛[38;5;196;1merror        ␛[0mfunction-timeout: calls of
                 the function time out after
                 60 s
    ␛[38;5;130mwarning      ␛[0mnot-yet: a record takes up
                 to 6 min 30 s to arrive:
                 1 min 30 s before the
                 transform, 5 min before the
                 destination
    ␛[2mdoctor       ␛[0m1 error, 2 warnings,
                 1 note, 11 passed,
                 11 unknown, 6 not
                 applicable
                 fh doctor --stream orders
    [exit status: 0]
    ");
    let status = Status::read(&plain("--output json").run());
    assert_eq!((status.stream.as_str(), status.region.as_str()), ("orders", "eu-west-1"));
    assert_eq!((status.status.as_str(), status.source.as_str()), ("ACTIVE", "DirectPut"));
    let transform = status.transform.as_ref().unwrap();
    assert!(transform.is_enabled && transform.function_arn.ends_with(":enrich:live"));
    assert_eq!((transform.timeout_seconds, transform.memory_mb), (Some(60), Some(256)));
    assert_eq!(
        (transform.retries, transform.buffer.seconds, transform.buffer.bytes),
        (3, 90, 1 << 20)
    );
    let destination = status.destination.as_ref().unwrap();
    assert_eq!(
        (destination.kind.as_str(), destination.place.as_str()),
        ("S3", "s3://lake/orders/")
    );
    assert_eq!((destination.buffer.seconds, destination.buffer.bytes), (300, 64 << 20));
    assert_eq!((destination.retry_seconds, destination.compression.as_deref()), (0, Some("GZIP")));
    assert_eq!(destination.backup.as_deref(), Some("s3://lake/raw/"));
    assert!(destination.objects.as_ref().unwrap().starts_with("s3://lake/orders/20"));
    assert!(destination.failures.as_ref().unwrap().starts_with("s3://lake/failed/"));
    assert_eq!(status.logs.function_group.as_deref(), Some("/aws/lambda/enrich"));
    assert_eq!(status.logs.error_group.as_deref(), Some("/aws/kinesisfirehose/orders"));
    assert_eq!(status.logs.error_stream.as_deref(), Some("DestinationDelivery"));
    let delay = status.delay.as_ref().unwrap();
    assert_eq!((delay.most_seconds, delay.transform_seconds), (450, Some(90)));
    assert_eq!((delay.function_seconds, delay.destination_seconds), (Some(60), 300));
    assert_eq!((delay.usual_seconds, delay.failure_seconds > 450), (Some(130), true));
    let traffic = status.traffic.as_ref().unwrap();
    assert_eq!((traffic.window_seconds, traffic.bar_seconds), (3600, 300));
    assert!(traffic.start.ends_with('Z'));
    assert_eq!(
        [&traffic.calls, &traffic.call_errors].map(|it| it.as_ref().map(|it| it.total)),
        [Some(61), Some(4)]
    );
    assert_eq!((traffic.incoming.total, traffic.delivered.total), (1204, 1204));
    assert_eq!(traffic.throttled.total, 0);
    let invocations = status.invocations.as_ref().unwrap();
    assert!(invocations.is_complete);
    let last = invocations.last.first().unwrap();
    assert_eq!((last.milliseconds, last.used_mb, last.memory_mb), (60_000, 71, 256));
    assert_eq!((last.status.as_deref(), last.error_type.as_deref()), (Some("timeout"), None));
    assert!(!last.is_cold && last.request_id.starts_with("8f507cfc") && last.time.is_some());
    assert!(invocations.last.last().unwrap().is_cold);
    assert_eq!(status.findings.first().unwrap().check, "function-timeout");
    assert_eq!((status.checks.errors, status.summary), (1, None));
    assert!(status.checks.warnings + status.checks.notes + status.checks.passed > 3);
}

#[test]
fn the_pointer_to_doctor_reaches_the_same_stream() {
    let server = some();
    let arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders";
    let url = server.url();
    let run =
        at(&url, &format!("status --stream {arn} --endpoint-url {url} --region eu-west-1")).run();
    let line =
        format!("             fh doctor --stream {arn} --region eu-west-1 --endpoint-url {url}\n");
    assert!(run.text().ends_with(&line), "{run}");
}

#[test]
fn a_stream_of_moto_is_listed_and_shown() {
    boto(
        r"
bucket('status', {})
for name, prefix in ('status-one', 'data/'), ('status-hostile', 'a\x1b[31m\u202e/'):
    firehose.create_delivery_stream(DeliveryStreamName=name, DeliveryStreamType='DirectPut',
        ExtendedS3DestinationConfiguration={'RoleARN': 'arn:aws:iam::123456789012:role/status',
            'BucketARN': 'arn:aws:s3:::status', 'Prefix': prefix, 'ErrorOutputPrefix': 'failed/'})",
    );
    let list: List = serde_json::from_slice(&fh("status --output json").run().stdout).unwrap();
    let one = list.streams.iter().find(|it| it.stream == "status-one").unwrap();
    // It was created just now.
    assert_eq!((one.state, one.incoming), (State::Unknown, Some(0)), "{one:?}");
    assert!(one.why.starts_with("the stream is new"), "{one:?}");
    let text = fh("status --all").env("FH_STREAM", "status-one").on_terminal(120);
    assert!(text.text().contains("status-hostile") && !text.text().contains('\u{202e}'), "{text}");
    let named = fh("status --output json").env("FH_STREAM", "status-one").run();
    let status = Status::read(&named);
    assert_eq!((status.stream.as_str(), status.transform.is_none()), ("status-one", true));
    assert!(named.errors().contains("delivery stream `status-one`, from FH_STREAM"), "{named}");
    assert_eq!(status.failures.as_ref().map(|it| (it.objects, it.opened)), Some((0, 0)));
    assert!(!status.failures.as_ref().unwrap().places.is_empty());
    for words in ["status --stream status-hostile", "status --stream status-hostile --output table"]
    {
        let shown = fh(words).env("NO_COLOR", "1").on_terminal(100);
        let is_safe = |it: char| !it.is_control() || it == '\n';
        assert!(shown.text().chars().all(|it| is_safe(it) && it != '\u{202e}'), "{shown}");
        assert!(shown.text().contains(r"31m\u{202e}/"), "{shown}");
    }
    let missing = fh("status --stream status-two").run();
    assert_eq!(missing.code(), 3, "{missing}");
    assert!(missing.errors().contains("similar names in eu-west-1"), "{missing}");
    for alias in ["streams", "list"] {
        let output = fh(&format!("{alias} --output ndjson")).run();
        assert!(output.text().contains(r#""stream":"status-one""#), "{output}");
    }
}

#[test]
fn flags_that_do_not_fit_are_refused() {
    for (words, why) in [
        ("--stream a --all", "--all"),
        ("--stream a --limit 3", "--limit"),
        ("--limit 0", "from 1 to 5,000"),
        ("--watch --interval 1s", "from 2s to 1h"),
        ("--interval 5s", "--watch"),
        ("--stream a b", "b"),
    ] {
        let output = fh(&format!("status {words}")).run();
        assert_eq!(output.code(), 2, "{words}: {output}");
        assert!(output.errors().contains(why), "{words}: {output}");
    }
}

#[test]
fn a_screen_is_drawn_again_in_place() {
    let server = some();
    let mut session = at(&server.url(), "status --stream orders --watch --interval 2s")
        .env("TERM", "xterm-256color")
        .start_typing(100);
    session.wait_for("+00:00, again every 2s; Ctrl-C ends");
    let first = server.requests().iter().filter(|it| operation(it) == "GetMetricData").count();
    assert_eq!(first, 1);
    until(|| server.requests().iter().filter(|it| operation(it) == "GetMetricData").count() > 1);
    session.wait_for("\u{1b}[J\u{1b}[H");
    session.send(b"\x03");
    let ended = session.finish();
    assert_eq!(ended.code(), 130, "{ended}");
    // A frame is as high as the screen at most. The signal may have cut the last one.
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    let mut whole = text.rsplit("\u{1b}[H").filter(|it| it.contains("Ctrl-C ends"));
    let frame = whole.next().unwrap().split("\u{1b}[J").next().unwrap();
    assert_eq!(frame.matches("\u{1b}[K").count(), 23, "{frame}");
    assert!(frame.contains("more lines: the window is too small"), "{frame}");
}

#[test]
fn a_refresh_that_fails_leaves_what_was_shown() {
    let described_before = AtomicBool::new(false);
    let server = Canned::answering(move |head| {
        Some(match operation(head) {
            "DescribeDeliveryStream" if !described_before.swap(true, Ordering::Relaxed) => {
                ok(&described("orders", "ACTIVE"))
            }
            _ => denied(head),
        })
    });
    let mut session = at(&server.url(), "status --stream orders --watch --interval 2s")
        .env("TERM", "xterm-256color")
        .start_typing(100);
    session.wait_for("again every 2s");
    session.wait_for("access denied");
    session.wait_for("; trying again");
    session.send(b"\x03");
    let ended = session.finish();
    assert_eq!(ended.code(), 130, "{ended}");
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    let frame = text.rsplit("\u{1b}[H").next().unwrap();
    assert!(frame.contains("ACTIVE") && frame.contains("trying again"), "{frame}");
}

#[test]
fn a_pipe_gets_documents_or_a_refusal() {
    let refused = fh("status --watch").run();
    assert_eq!(refused.code(), 2);
    assert!(refused.errors().contains("for a pipe: --watch --output ndjson"), "{refused}");
    let dumb = fh("status --watch").env("TERM", "dumb").on_terminal(80);
    assert_eq!(dumb.code(), 2, "{dumb}");
    let server = region();
    // The reader has enough after two documents: the end is quiet.
    let line = "\"$FH\" status --watch --interval 2s --output json | head -n 2";
    let run = Fh::shell(line)
        .env("AWS_ENDPOINT_URL", &server.url())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .run();
    let text = run.text();
    let lists = text.lines().map(|it| serde_json::from_str::<List>(it).unwrap());
    assert_eq!(lists.map(|it| it.streams.len()).collect::<Vec<_>>(), [5, 5], "{run}");
    assert_eq!(run.errors(), "", "{run}");
    // What is wrong at first ends it.
    let server = Canned::answering(|head| Some(denied(head)));
    assert_eq!(at(&server.url(), "status --watch --output ndjson").run().code(), 3);
}
