//! What CloudWatch sends: log events of a subscription, metric streams.

use super::SampleOrigin;
use super::fields::RandomFields;

/// A `DATA_MESSAGE` with log events of one Lambda function (CloudWatch Logs
/// user guide, "Subscription filters").
pub(super) fn data(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let group = fields.pick(&["/aws/lambda/orders", "/aws/lambda/payments", "/aws/lambda/search"]);
    let stream = format!(
        "{}/[$LATEST]{}",
        jiff::Timestamp::from_millisecond(now).unwrap_or_default().strftime("%Y/%m/%d"),
        fields.hex(32)
    );
    let count = fields.between(2, 8);
    // An id of CloudWatch Logs has 56 digits.
    let batch = format!("3960{}", fields.digits(46));
    let events: Vec<_> = (0..count)
        .map(|position| {
            // The batch leaves CloudWatch Logs when its last event is some
            // seconds old.
            let at = now - 2000 - (count - position) * 3;
            let message = message(fields);
            format!(r#"{{"id":"{batch}{position:06}","timestamp":{at},"message":"{message}"}}"#)
        })
        .collect();
    let account = &place.account;
    format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"{account}","logGroup":"{group}","logStream":"{stream}","subscriptionFilters":["firehose"],"logEvents":[{}]}}"#,
        events.join(",")
    )
}

/// A line of a log as the body of a JSON string.
fn message(fields: &mut RandomFields) -> String {
    let id = fields.uuid();
    match fields.below(4) {
        0 => format!(r"START RequestId: {id} Version: $LATEST\n"),
        1 => {
            let duration = fields.between(2, 900);
            format!(
                r"REPORT RequestId: {id}\tDuration: {duration}.{:02} ms\tBilled Duration: {} ms\tMemory Size: 128 MB\tMax Memory Used: {} MB\t\n",
                fields.between(1, 99),
                duration + 1,
                fields.between(48, 127)
            )
        }
        2 => format!(r"[INFO]\t{id}\torder {} accepted\n", fields.between(1000, 9999)),
        _ => format!(r"[WARNING]\t{id}\t{}\n", fields.sentence()),
    }
}

/// The `CONTROL_MESSAGE` that asks whether the destination can be reached.
/// That `owner` is `CloudwatchLogs` and the text are the classic form, which no
/// capture of today shows.
pub(super) fn control(fields: &mut RandomFields, now: i64) -> String {
    let id = fields.digits(1);
    format!(
        r#"{{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{{"id":"{id}","timestamp":{now},"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}}]}}"#
    )
}

/// Three metrics of a function, a newline between them (CloudWatch user guide,
/// "CloudWatch metric stream output in JSON format").
pub(super) fn metrics(fields: &mut RandomFields, place: &SampleOrigin, now: i64) -> String {
    let function = fields.pick(&["orders", "payments", "search"]);
    let minute = now - now.rem_euclid(60_000);
    let metric = |name: &str, unit: &str, most: i64, fields: &mut RandomFields| {
        let count = fields.between(1, 40);
        let (low, high) = (fields.between(0, most), fields.between(0, most));
        let (low, high) = (low.min(high), low.max(high));
        let sum = (low + high) * count / 2;
        format!(
            r#"{{"metric_stream_name":"all","account_id":"{}","region":"{}","namespace":"AWS/Lambda","metric_name":"{name}","dimensions":{{"FunctionName":"{function}"}},"timestamp":{minute},"value":{{"max":{high}.0,"min":{low}.0,"sum":{sum}.0,"count":{count}.0}},"unit":"{unit}"}}"#,
            place.account, place.region
        )
    };
    [("Duration", "Milliseconds", 900), ("Errors", "Count", 1), ("Invocations", "Count", 1)]
        .map(|(name, unit, most)| metric(name, unit, most, fields))
        .join("\n")
}
