//! `fh decode`: explanations, log events, tables and rows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;

use crate::harness::Fh;

const RECORD: &str = "fixtures/records/record.txt";
const PLAIN: &str = "fixtures/records/plain-json.b64";
const EVENT: &str = "fixtures/events/direct-put.json";

#[test]
fn explain_tells_layers_sizes_and_meaning() {
    assert_snapshot!(Fh::decode("--explain").arg(EVENT).run(), @r#"
    fixtures/events/direct-put.json:1 · record 1 · transform-event · recordId 49668231907715301429481730562918473650281947365019283746000000
      base64        96 B → 70 B
      JSON object, 4 keys
      {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}

    fixtures/events/direct-put.json:1 · record 2 · transform-event · recordId 49668231907715301429481730562919682576101561994193989922000000
      base64        460 B → 343 B
      gzip          343 B → 652 B (1 member)
      CloudWatch Logs DATA_MESSAGE from /aws/lambda/orders, 3 events
      {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream…

    fixtures/events/direct-put.json:1 · record 3 · transform-event · recordId 49668231907715301429481730562920891501921176623368696098000000
      base64        28 B → 21 B
      text, 1 line
      order A-1044 shipped\n

    [exit status: 0]
    "#);
}

#[test]
fn explain_fits_its_previews_to_the_terminal() {
    assert_snapshot!(Fh::decode("--explain").arg(RECORD).on_terminal(100), @r#"
    ␛[1mfixtures/records/record.txt:1 · record 1␛[0m
      base64        460 B → 343 B
      gzip          343 B → 652 B (1 member)
      CloudWatch Logs DATA_MESSAGE from /aws/lambda/orders, 3 events
      ␛[2m{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream…␛[0m

    [exit status: 0]
    "#);
    assert_snapshot!(Fh::decode("--explain").arg(RECORD).on_terminal(40), @r#"
    ␛[1mfixtures/records/record.txt:1 · record 1␛[0m
      base64        460 B → 343 B
      gzip          343 B → 652 B (1 member)
      CloudWatch Logs DATA_MESSAGE from
      /aws/lambda/orders, 3 events
      ␛[2m{"messageType":"DATA_MESSAGE","owne…␛[0m

    [exit status: 0]
    "#);
}

#[test]
fn explain_tells_what_is_around_the_whole_input() {
    assert_snapshot!(Fh::decode("--explain fixtures/objects/cloudwatch-members.gz").run(), @r#"
    fixtures/objects/cloudwatch-members.gz:1 · record 1
      gzip          around the whole input
      CloudWatch Logs DATA_MESSAGE from /aws/lambda/orders, 3 events
      {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream…

    fixtures/objects/cloudwatch-members.gz:1 · record 2
      gzip          around the whole input
      CloudWatch Logs DATA_MESSAGE from /aws/lambda/orders, 2 events
      {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream…

    fixtures/objects/cloudwatch-members.gz:1 · record 3
      gzip          around the whole input
      CloudWatch Logs CONTROL_MESSAGE, 1 event
      {"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscri…

    fixtures/objects/cloudwatch-members.gz: gzip 915 B → 1,530 B (3 members)
    [exit status: 0]
    "#);
}

#[test]
fn explain_counts_the_records_of_an_aggregate() {
    assert_snapshot!(Fh::decode("--explain fixtures/records/kpl-aggregate.b64").run(), @r#"
    fixtures/records/kpl-aggregate.b64:1 · record 1.1
      base64        356 B → 266 B
      kpl-aggregate 266 B → 161 B (3 records)
      JSON object, 4 keys
      {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}

    fixtures/records/kpl-aggregate.b64:1 · record 1.2
      base64        356 B → 266 B
      kpl-aggregate 266 B → 161 B (3 records)
      JSON object, 4 keys
      {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}

    fixtures/records/kpl-aggregate.b64:1 · record 1.3
      base64        356 B → 266 B
      kpl-aggregate 266 B → 161 B (3 records)
      text, 1 line
      order A-1044 shipped\n

    [exit status: 0]
    "#);
}

#[test]
fn explain_names_failures_by_their_code() {
    assert_snapshot!(Fh::decode("--explain fixtures/failures/lambda-arn-capital.ndjson").run(), @r#"
    fixtures/failures/lambda-arn-capital.ndjson:1 · record 1 · failure Lambda.ProcessingFailedStatus
      The transform itself failed this record: its result was ProcessingFailed. (fh explain Lambda.ProcessingFailedStatus)
      base64        96 B → 70 B
      JSON object, 4 keys
      {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}

    fixtures/failures/lambda-arn-capital.ndjson:2 · record 2 · failure Lambda.MissingRecordId
      The transform's response has no entry for this record: its recordId is left out or changed. (fh explain Lambda.MissingRecordId)
      base64        96 B → 70 B
      JSON object, 4 keys
      {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}

    fixtures/failures/lambda-arn-capital.ndjson:3 · record 3 · failure Lambda.FunctionError
      The function was called, but threw, ended early, or returned what Firehose treats as an error. (fh explain Lambda.FunctionError)
      base64        88 B → 65 B
      JSON object, 4 keys
      {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"price":4}

    [exit status: 0]
    "#);
}

#[test]
fn explain_warns_of_layers_put_on_twice() {
    let inputs = "fixtures/records/double-gzip.b64 fixtures/records/double-base64.b64";
    assert_snapshot!(Fh::decode("--explain --records 1").args(inputs).run(), @r#"
    fixtures/records/double-gzip.b64:1 · record 1
      base64        488 B → 366 B
      gzip          366 B → 343 B (1 member)
      gzip          343 B → 652 B (1 member)
      CloudWatch Logs DATA_MESSAGE from /aws/lambda/orders, 3 events
      {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream…
      warning: gzip: compressed twice
        hint: the sender compressed data that was already gzip (CloudWatch Logs is)

    fixtures/records/double-base64.b64:1 · record 1
      base64        128 B → 96 B
      base64        96 B → 70 B
      JSON object, 4 keys
      {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
      warning: base64: encoded twice
        hint: the SDK encodes `Data` itself; pass it the raw bytes

    [exit status: 0]
    "#);
}

#[test]
fn explain_says_what_kind_of_thing_the_content_is() {
    let input = "fixtures/records/dynamodb-stream.b64 fixtures/records/cloudwatch-control-message.b64 \
                 fixtures/records/json-sequence.b64 fixtures/records/json-scalars.b64 \
                 fixtures/records/binary.b64 fixtures/records/gzip-empty.b64";
    let all = Fh::decode("--explain --quiet").args(input).run().success();
    let kinds: Vec<_> = all
        .split("\n\n")
        .filter_map(|one| one.lines().skip(1).find(|line| !line.contains('→')))
        .collect();
    assert_snapshot!(kinds.join("\n"), @"
    DynamoDB INSERT on table orders
    DynamoDB MODIFY on table orders
    CloudWatch Logs CONTROL_MESSAGE, 1 event
    CloudWatch Logs CONTROL_MESSAGE, 1 event
    2 JSON values, each: JSON object, 1 key
    2 JSON values, each: JSON object, 1 key
    text, 1 line, no newline at the end
    JSON value
    JSON value
    JSON value
    text, 1 line, no newline at the end
    text, 1 line, no newline at the end
    JSON array, 0 elements
    binary, 41 bytes
    binary, 256 bytes
    empty
    ");
}

#[test]
fn messages_gives_a_line_a_log_event() {
    assert_snapshot!(Fh::decode("--messages fixtures/records/gzip-two-members.b64").run(), @"
    [INFO] order A-1041 accepted: 3 items, 25.90 EUR
    [WARN] order A-1042 payment retried
    [ERROR] order A-1043 rejected: card expired
    START RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849 Version: $LATEST
    REPORT RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849	Duration: 212.48 ms	Billed Duration: 213 ms	Memory Size: 128 MB	Max Memory Used: 71 MB
    [exit status: 0]
    ");
}

#[test]
fn messages_shows_what_is_no_log_event_as_it_is() {
    assert_snapshot!(Fh::decode("--messages fixtures/objects/mixed-plain-and-gzip").run(), @r#"
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
    [INFO] order A-1041 accepted: 3 items, 25.90 EUR
    [WARN] order A-1042 payment retried
    [ERROR] order A-1043 rejected: card expired
    {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    [exit status: 0]
    "#);
}

/// An envelope with one log event of several lines.
fn stack_trace() -> String {
    let logs = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/g","logStream":"s","subscriptionFilters":[],"logEvents":[{"id":"1","timestamp":1795341600123,"message":"KeyError: 'id'\n  File \"a.py\", line 3\r\n    x['id']\n"},{"id":"2","timestamp":1795341600124,"message":"next"}]}"#;
    STANDARD.encode(logs)
}

#[test]
fn a_message_of_many_lines_is_one_line_in_a_pipe() {
    assert_snapshot!(Fh::decode("--messages").stdin(stack_trace()).run(), @r#"
    KeyError: 'id'\n  File "a.py", line 3\r\n    x['id']
    next
    [exit status: 0]
    "#);
}

#[test]
fn a_message_of_many_lines_is_marked_on_a_terminal() {
    let fh = Fh::decode("--messages").stdin(stack_trace());
    assert_snapshot!(fh.on_terminal(100), @r#"
    ␛[2m2026-11-22T10:00:00.123Z ␛[0mKeyError: 'id'
    ␛[2m  │ ␛[0m  File "a.py", line 3
    ␛[2m  │ ␛[0m    x['id']
    ␛[2m2026-11-22T10:00:00.124Z ␛[0mnext
    [exit status: 0]
    "#);
}

#[test]
fn messages_of_several_records_have_their_numbers_on_a_terminal() {
    let two = format!("{0}\n{0}\n", stack_trace());
    let on_terminal = |flags: &str| {
        let shown = Fh::decode(flags).stdin(two.clone()).on_terminal(100).text();
        shown.replace('\u{1b}', "␛").replace("\r\n", "\n")
    };
    let shown = on_terminal("--messages");
    assert_eq!(shown.matches("record ").count(), 1, "{shown}");
    let second = "␛[0mnext\n␛[2mrecord 2\n␛[0m␛[2m2026-11-22T10:00:00.123Z ";
    assert!(shown.contains(second), "{shown}");
    let only = on_terminal("--messages --records 2");
    assert!(only.starts_with("␛[2mrecord 2\n"), "{only}");
    assert!(!Fh::decode("--messages").stdin(two.clone()).run().text().contains("record 2"));
}

#[test]
fn messages_have_their_times_in_a_pipe_too_if_that_is_asked_for() {
    assert_snapshot!(Fh::decode("--messages --times").stdin(stack_trace()).run(), @r#"
    2026-11-22T10:00:00.123Z KeyError: 'id'\n  File "a.py", line 3\r\n    x['id']
    2026-11-22T10:00:00.124Z next
    [exit status: 0]
    "#);
    assert_snapshot!(Fh::decode("--messages --times --output ndjson").run(), @"
    ------- stderr -------
    fh: `--times` cannot be combined with `--output json` or `ndjson`
      hint: omit it: each log event has its `timestamp` there
    [exit status: 2]
    ");
    assert_eq!(Fh::decode("--times").run().code(), 2);
}

#[test]
fn messages_are_rows_in_ndjson_and_json() {
    assert_snapshot!(Fh::decode("--messages --output ndjson").arg(RECORD).run(), @r#"
    {"source":"fixtures/records/record.txt","line":1,"index":1,"logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","id":"39318427561093847562019384756201938475620193847562019300","timestamp":1795341600123,"message":"[INFO] order A-1041 accepted: 3 items, 25.90 EUR"}
    {"source":"fixtures/records/record.txt","line":1,"index":1,"logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","id":"39318427561093847562019384756201938475620193847562019301","timestamp":1795341600140,"message":"[WARN] order A-1042 payment retried"}
    {"source":"fixtures/records/record.txt","line":1,"index":1,"logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","id":"39318427561093847562019384756201938475620193847562019302","timestamp":1795341600157,"message":"[ERROR] order A-1043 rejected: card expired"}
    [exit status: 0]
    "#);
    let json = Fh::decode("--messages --output json").arg(RECORD).run().success();
    let ndjson = Fh::decode("--messages --output ndjson").arg(RECORD).run().success();
    assert_eq!(json, format!("[\n{}\n]\n", ndjson.trim_end().replace('\n', ",\n")));
}

#[test]
fn ndjson_is_an_object_a_record() {
    assert_snapshot!(Fh::decode("--output ndjson").arg(EVENT).run(), @r#"
    {"source":"fixtures/events/direct-put.json","line":1,"index":1,"envelope":"transform-event","recordId":"49668231907715301429481730562918473650281947365019283746000000","layers":[{"layer":"base64","bytesIn":96,"bytesOut":70}],"contentType":"json","data":{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07},"problems":[]}
    {"source":"fixtures/events/direct-put.json","line":1,"index":2,"envelope":"transform-event","recordId":"49668231907715301429481730562919682576101561994193989922000000","layers":[{"layer":"base64","bytesIn":460,"bytesOut":343},{"layer":"gzip","bytesIn":343,"bytesOut":652,"parts":1}],"contentType":"cloudwatch-logs","data":{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","subscriptionFilters":["orders-to-firehose"],"logEvents":[{"id":"39318427561093847562019384756201938475620193847562019300","timestamp":1795341600123,"message":"[INFO] order A-1041 accepted: 3 items, 25.90 EUR"},{"id":"39318427561093847562019384756201938475620193847562019301","timestamp":1795341600140,"message":"[WARN] order A-1042 payment retried"},{"id":"39318427561093847562019384756201938475620193847562019302","timestamp":1795341600157,"message":"[ERROR] order A-1043 rejected: card expired"}]},"problems":[]}
    {"source":"fixtures/events/direct-put.json","line":1,"index":3,"envelope":"transform-event","recordId":"49668231907715301429481730562920891501921176623368696098000000","layers":[{"layer":"base64","bytesIn":28,"bytesOut":21}],"contentType":"text","data":"order A-1044 shipped\n","problems":[]}
    [exit status: 0]
    "#);
}

#[test]
fn json_is_one_array_of_the_same_objects() {
    let ndjson = Fh::decode("--output ndjson").arg(EVENT).run().success();
    let json = Fh::decode("--output json").arg(EVENT).run().success();
    assert_eq!(json, format!("[\n{}\n]\n", ndjson.trim_end().replace('\n', ",\n")));
    assert_snapshot!(Fh::decode("--output json fixtures/objects/empty").run(), @"
    []
    ------- stderr -------
    fh: `fixtures/objects/empty` is empty
      hint: check the command that writes it
    [exit status: 2]
    ");
}

#[test]
fn ndjson_has_problems_in_the_row() {
    assert_snapshot!(Fh::decode("--output ndjson fixtures/failures/bad-rawdata.ndjson").run(), @r#"
    {"source":"fixtures/failures/bad-rawdata.ndjson","line":1,"index":1,"envelope":"failure","errorCode":"Lambda.ProcessingFailedStatus","layers":[],"contentType":"unknown","data":null,"problems":[{"severity":"error","layer":"base64","offset":null,"message":"base64: plain text, not base64","hint":"encode it where it is written; `--layers none` shows it as it is"}]}
    {"source":"fixtures/failures/bad-rawdata.ndjson","line":2,"index":2,"envelope":"failure","errorCode":"Lambda.MissingRecordId","layers":[],"contentType":"unknown","data":null,"problems":[{"severity":"error","layer":"base64","offset":61,"message":"base64: one extra character at the end at byte 61","hint":"the end of the text may be missing; copy the record again"}]}
    {"source":"fixtures/failures/bad-rawdata.ndjson","line":3,"index":3,"envelope":"failure","errorCode":"Lambda.FunctionError","layers":[{"layer":"base64","bytesIn":88,"bytesOut":65}],"contentType":"json","data":{"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"price":4},"problems":[]}
    ------- stderr -------
    fh: fixtures/failures/bad-rawdata.ndjson: line 1, record 1: base64: plain text, not base64
      hint: encode it where it is written; `--layers none` shows it as it is
    fh: fixtures/failures/bad-rawdata.ndjson: line 2, record 2: base64: one extra character at the end at byte 61
      hint: the end of the text may be missing; copy the record again
    fh: 2 of 3 records with problems
    [exit status: 1]
    "#);
}

#[test]
fn ndjson_is_the_same_on_a_terminal() {
    let piped = Fh::decode("--output ndjson").arg(EVENT).run().success();
    assert_eq!(Fh::decode("--output ndjson").arg(EVENT).on_terminal(40).success(), piped);
}

#[test]
fn a_table_gives_a_row_a_record() {
    assert_snapshot!(Fh::decode("--output table").arg(EVENT).on_terminal(100), @r#"
     place                     record  layers         type             bytes  content
     …vents/direct-put.json:1  1       base64         json                70  {"ticker_symbol":"WAS","…
     …vents/direct-put.json:1  2       base64 › gzip  cloudwatch-logs    652  {"messageType":"DATA_MES…
     …vents/direct-put.json:1  3       base64         text                21  order A-1044 shipped\n
    [exit status: 0]
    "#);
    assert_snapshot!(Fh::decode("--output table fixtures/events/bad-data.json").run(), @r#"
     place                            record  layers  type     bytes  content
     fixtures/events/bad-data.json:1  1       base64  json        70  {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
     fixtures/events/bad-data.json:1  2               unknown      0  base64: plain text, not base64
     fixtures/events/bad-data.json:1  3       base64  json        70  {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    ------- stderr -------
    fh: fixtures/events/bad-data.json: line 1, record 2 (recordId 49668231907715301429481730562919682576101561994193989922000000): base64: plain text, not base64
      hint: encode it where it is written; `--layers none` shows it as it is
    fh: 1 of 3 records with problems
    [exit status: 1]
    "#);
    assert_snapshot!(Fh::decode("--output table fixtures/objects/empty").run(), @"
    ------- stderr -------
    fh: `fixtures/objects/empty` is empty
      hint: check the command that writes it
    [exit status: 2]
    ");
}

#[test]
fn a_table_fits_a_narrow_terminal() {
    let table = Fh::decode("--output table").arg(PLAIN).on_terminal(40);
    let widest = table.text().lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(40), "{widest:?} columns:\n{table}");
}
