//! ARNs, times and durations: every flag reads them alike.

use insta::assert_snapshot;

use crate::harness::Fh;
use crate::logs_live::now;

/// Why the value of a flag is refused; nothing if it is taken.
fn refusal(words: &str, value: &str) -> Option<String> {
    let output = Fh::new().args(words).arg(value).run().errors();
    let (flag, why) = output.strip_prefix("fh: `--")?.split_once("`: ")?;
    let is_of_value = !flag.contains(' ') || flag.ends_with(value);
    is_of_value.then(|| why.lines().next().unwrap_or_default().to_owned())
}

/// The same of several flags, which are to agree.
fn refusals(flags: &[&str], value: &str) -> Option<String> {
    let mut all: Vec<_> = flags.iter().map(|words| refusal(words, value)).collect();
    all.dedup();
    assert_eq!(all.len(), 1, "{value}: {all:?}");
    all.remove(0)
}

#[test]
fn every_command_judges_the_arn_of_a_stream_alike() {
    let flags = [
        "event --stream",
        // A Region that is another one's: nothing is called.
        "send --dry-run --region us-east-2 --stream",
        "failures --region us-east-2 --stream",
        "redrive --dry-run --region us-east-2 --stream",
        "logs --region us-east-2 --stream",
    ];
    let arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/shop";
    assert_eq!(refusals(&flags, arn), None);
    assert_eq!(refusals(&flags, &arn.replace("aws", "aws-cn")), None);
    let wrong = [
        "arn:aws:firehose:eu-west-1::deliverystream/shop",
        "arn:xx:firehose:eu-west-1:111122223333:deliverystream/shop",
        "arn:aws:firehose:eu-west-1:1:deliverystream/shop",
        "arn:aws:firehose::111122223333:deliverystream/shop",
        "arn:aws:firehose:eu-west-1:111122223333:stream/shop",
        "arn:aws:kinesis:eu-west-1:111122223333:stream/shop",
        "x:deliverystream/shop",
        "my shop",
    ];
    let messages: Vec<_> = wrong.iter().filter_map(|arn| refusals(&flags, arn)).collect();
    assert_snapshot!(messages.join("\n"), @"
    `arn:aws:firehose:eu-west-1::deliverystream/shop` is not a valid ARN: it has no account
    `arn:xx:firehose:eu-west-1:111122223333:deliverystream/shop` is not a valid ARN: its partition is not `aws`, `aws-cn` or the like
    `arn:aws:firehose:eu-west-1:1:deliverystream/shop` is not a valid ARN: `1` is not a valid account ID; use 12 digits
    `arn:aws:firehose::111122223333:deliverystream/shop` is not a valid ARN: it has no Region
    `arn:aws:firehose:eu-west-1:111122223333:stream/shop` is not the ARN of a delivery stream
    `arn:aws:kinesis:eu-west-1:111122223333:stream/shop` is not the ARN of a delivery stream
    `x:deliverystream/shop` is not a valid delivery stream name; use 1 to 64 letters, digits, `_`, `.` or `-`, or the ARN
    `my shop` is not a valid delivery stream name; use 1 to 64 letters, digits, `_`, `.` or `-`, or the ARN
    ");
}

#[test]
fn every_flag_reads_durations_alike() {
    let flags = [
        "invoke --exec cat --raw --output json --timeout",
        "send --stream orders --record-separator x --retry-for",
        "send-demo --stream orders --payload cloudwatch-logs --gzip --duration",
        "logs --follow --timeout",
        "logs --follow --overlap",
        "logs --raw --invocations --slow",
    ];
    for taken in ["60", "60s", "1.5s", "250ms", "1m30s", "2m", "1s500ms"] {
        assert_eq!(refusals(&flags, taken), None, "{taken}");
    }
    let wrong = ["0", "1.5", "soon", "1mo", "30s1m"];
    let messages: Vec<_> = wrong.iter().filter_map(|text| refusals(&flags, text)).collect();
    assert_snapshot!(messages.join("\n"), @"
    `0` is not a valid duration; use e.g. 250ms, 30s, 5m, 1h30m
    `1.5` is not a valid duration; use e.g. 250ms, 30s, 5m, 1h30m
    `soon` is not a valid duration; use e.g. 250ms, 30s, 5m, 1h30m
    `1mo` is not a valid duration; use e.g. 250ms, 30s, 5m, 1h30m
    `30s1m` is not a valid duration; use e.g. 250ms, 30s, 5m, 1h30m
    ");
}

#[test]
fn a_time_that_was_shown_is_taken_by_every_flag() {
    let flags = ["event --seed 1 --timestamp", "failures - --since", "logs - --until"];
    for taken in [
        "2026-11-22T10:00:00Z",
        "2026-11-22 10:00:00 +00:00",
        "2026-11-22 10:00:00.123 -05:00",
        "2026-11-22",
        "2026-11-22T10:00:00",
        "1795341600123",
        "1795341600",
        "yesterday 14:05",
        "10m",
    ] {
        assert_eq!(refusals(&flags, taken), None, "{taken}");
    }
    let wrong = ["tomorrow", "10", "2026-13-22"];
    let messages: Vec<_> = wrong.iter().filter_map(|text| refusals(&flags, text)).collect();
    assert_snapshot!(messages.join("\n"), @"
    `tomorrow` is not a valid time; use a relative time (10m, 1h30m, 2d), a time of the last 24 hours (14:05), a date (2026-11-22, yesterday), perhaps with a time (2026-11-22 14:05), RFC 3339 (2026-11-22T14:05:00Z), or epoch seconds or milliseconds
    `10` has no unit: use 10m or 10h for a relative time; epoch times have 10 digits (seconds) or 13 (milliseconds)
    `2026-13-22` is not a valid time; use a relative time (10m, 1h30m, 2d), a time of the last 24 hours (14:05), a date (2026-11-22, yesterday), perhaps with a time (2026-11-22 14:05), RFC 3339 (2026-11-22T14:05:00Z), or epoch seconds or milliseconds
    ");
}

#[test]
fn every_flag_reads_whole_numbers_alike() {
    let from_1 = [
        "event --records",
        "send-demo --stream orders --count",
        "failures --limit",
        "redrive --stream orders --dry-run --limit",
    ];
    let from_0 = [
        "event --seed",
        "event --data x --skip",
        "send-demo --stream orders --seed",
        "send --stream orders --skip",
    ];
    let up_to = [
        ("invoke --memory", "10,240"),
        ("invoke --repeat", "1,000,000"),
        ("invoke --concurrency", "64"),
        ("decode --threads", "64"),
        ("logs --tail", "1,000,000"),
        ("event --payload cloudwatch-logs --log-events", "10,000"),
        ("send-demo --stream orders --payload cloudwatch-logs --log-events", "10,000"),
    ];
    for wrong in ["abc", "1.5", "1e3", "99999999999999999999"] {
        assert_eq!(refusals(&from_1, wrong).unwrap(), "use a whole number from 1", "{wrong}");
        assert_eq!(refusals(&from_0, wrong).unwrap(), "use a whole number from 0", "{wrong}");
        for (flag, most) in up_to {
            let why = format!("use a whole number from 1 to {most}");
            assert_eq!(refusal(flag, wrong), Some(why), "{flag}");
        }
    }
    assert_eq!(refusals(&from_1, "0").unwrap(), "use a whole number from 1");
    let retries = refusal("check --event e.json --retries", "301").unwrap();
    assert_eq!(retries, "use a whole number from 0 to 300");
    assert_eq!(refusals(&from_0, "0"), None);
}

/// A row of the kinds that `fh failures` shows: records, code, first, last.
fn kinds(text: &str) -> Vec<[String; 4]> {
    let rows = text.lines().skip_while(|line| !line.starts_with(" #  ")).skip(1);
    let rows = rows.take_while(|line| !line.is_empty());
    let row = |line: &str| {
        let cells: Vec<_> = line.split("  ").map(str::trim).filter(|it| !it.is_empty()).collect();
        [1, 3, 4, 5].map(|cell| cells.get(cell).copied().unwrap_or_default().to_owned())
    };
    rows.map(row).collect()
}

const ZONES: [&str; 5] =
    ["UTC", "Asia/Kolkata", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"];

#[test]
fn the_time_of_each_event_selects_that_event() {
    let now = now();
    let hours = |count: i64| now - count * 3_600_000;
    // In the middle, the hour that clocks in Berlin show twice.
    let times =
        [hours(2), hours(23), hours(30), 1_792_888_200_123, 1_792_891_800_123, hours(20_000)];
    let events: Vec<_> = times
        .iter()
        .map(|time| format!("{{\"timestamp\":{time},\"message\":\"event {time}\"}}\n"))
        .collect();
    let events = events.concat();
    for zone in ZONES {
        let logs = |flags: &str| {
            Fh::new().args("logs -").args(flags).env("TZ", zone).stdin(events.clone())
        };
        for flags in ["", "--long", "--output table", "--utc", "--utc --long"] {
            let shown = logs(flags).run().success();
            let lines = shown.lines().filter_map(|line| line.split_once("event "));
            let lines: Vec<_> = lines.collect();
            assert_eq!(lines.len(), times.len(), "{zone} {flags}: {shown}");
            for (time, event) in lines {
                let utc = if flags.starts_with("--utc") { "--utc" } else { "" };
                let found = logs(utc).arg("--raw").arg("--since").arg(time.trim());
                let found = found.arg("--until").arg(time.trim()).run();
                assert_eq!(found.text(), format!("event {event}\n"), "{zone} {flags}: {time}");
            }
        }
    }
}

#[test]
fn the_first_and_the_last_time_of_a_kind_select_its_records() {
    let file = "failures fixtures/failures/over-time.ndjson";
    for zone in ZONES {
        let shown = Fh::new().args(file).env("TZ", zone).run();
        let kinds = kinds(&shown.text());
        assert_eq!(kinds.len(), 3, "{shown}");
        for [records, code, first, last] in kinds {
            let since = |time: &str| {
                let found = Fh::new().args(file).args("--output ndjson --code").arg(&code);
                found.arg("--since").arg(time).env("TZ", zone).run()
            };
            // Both are shown to the second.
            let all = since(&first);
            assert!(all.text().contains(&format!("\"records\":{records},")), "{first}: {all}");
            let last_one = since(&last);
            assert!(last_one.text().contains("\"records\":1,"), "{last}: {last_one}");
        }
    }
}
