//! Transforms of the shapes that AWS's blueprints have, on a stream of `fh local`:
//! what they get, what is delivered and what fails.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::fmt::Write as _;
use std::path::Path;

use insta::assert_snapshot;

use crate::functions::{says_version, with_interpreters};
use crate::harness::Fh;

/// A callback, a regular expression, and the data as it came for what does not match.
const ACCESS_LOG: &str = r#"
const line = /^([\d.]+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+)[^"]*" (\d{3}) (\d+)/;

exports.handler = (event, context, callback) => {
  const records = event.records.map(({ recordId, data }) => {
    const found = line.exec(new Buffer(data, "base64").toString());
    if (!found) return { recordId, result: "ProcessingFailed", data };
    const [, client, user, time, verb, path, status, bytes] = found;
    const row = { client, user, time, verb, path, status: +status, bytes: +bytes };
    return { recordId, result: "Ok", data: Buffer.from(JSON.stringify(row) + "\n").toString("base64") };
  });
  console.log(`${records.length} records`);
  callback(null, { records });
};
"#;

/// Lines of CSV from syslog of RFC 3164; data in bytes, which Lambda's runtime takes.
const SYSLOG: &str = r#"
import base64
import re

LINE = re.compile(rb"^(\w{3} [ \d]\d \d\d:\d\d:\d\d) (\S+) ([\w./-]+)(?:\[(\d+)\])?: (.*)")

def handler(event, context):
    records = []
    for record in event['records']:
        found = LINE.match(base64.b64decode(record['data']))
        if found:
            row = b','.join(part or b'' for part in found.groups()) + b'\n'
            records.append({'recordId': record['recordId'], 'result': 'Ok', 'data': base64.b64encode(row)})
        else:
            records.append({'recordId': record['recordId'], 'result': 'ProcessingFailed', 'data': record['data']})
    return {'records': records}
"#;

/// Log events without their envelope; records without data, and one that is dropped.
const LOG_EVENTS: &str = r"
import base64
import gzip
import json

def handled(record):
    body = json.loads(gzip.decompress(base64.b64decode(record['data'])))
    if body['messageType'] == 'CONTROL_MESSAGE':
        return {'recordId': record['recordId'], 'result': 'Dropped'}
    if not body['logEvents']:
        return {'recordId': record['recordId'], 'result': 'ProcessingFailed'}
    text = ''.join(event['message'] + '\n' for event in body['logEvents'])
    data = base64.b64encode(text.encode()).decode()
    return {'recordId': record['recordId'], 'result': 'Ok', 'data': data}

def handler(event, context):
    return {'records': [handled(record) for record in event['records']]}
";

/// Sends `records` through the transform in `file`, and returns what is delivered
/// and what fails, decoded.
fn through(file: &str, code: &str, send: &str, records: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file), code).unwrap();
    let handler = format!("{}.handler", file.split('.').next().unwrap());
    let line = format!(
        "\"$FH\" local run --port 0 --interval 0s --dir kept --handler {handler} --env \"$NODE\" \
         -- sh -c '\"$FH\" send --stream demo --quiet --yes {send} && \"$FH\" local wait'"
    );
    let fh = with_interpreters(Fh::shell(&line)).current_dir(folder.path());
    let run = fh.env("NODE", &says_version("22.1.0")).stdin(records).run();
    let mut shown = format!("{}\n", run.errors().trim_end().lines().last().unwrap());
    assert_eq!(run.code(), 0, "{run}");
    for (name, inner) in [("delivered", "20*"), ("failed", "processing-failed")] {
        let decoded = decoded(&folder.path().join("kept/s3/demo"), inner);
        writeln!(shown, "{name}:\n{decoded}").unwrap();
    }
    shown
}

/// What the objects of a bucket have in the folders of this name.
fn decoded(bucket: &Path, name: &str) -> String {
    Fh::shell(&format!("\"$FH\" decode {name}")).current_dir(bucket).run().text()
}

#[test]
fn the_columns_of_a_log_are_shown_apart() {
    let code =
        "exports.handler = async (event) => { console.log('a line'); return { records: [] }; };";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.js"), code).unwrap();
    let line = "\"$FH\" local run --port 0 --interval 0s --handler index.handler -- sh -c 'echo one | \
                \"$FH\" send --stream demo --quiet --yes && \"$FH\" local wait && \"$FH\" local show 1'";
    let run = with_interpreters(Fh::shell(line)).current_dir(folder.path()).run();
    assert!(run.text().contains("\tINFO\ta line\n"), "{run}");
}

#[test]
fn a_callback_that_reads_access_logs() {
    let records = "\
192.0.2.7 - ada [29/Nov/2026:10:00:00 +0000] \"GET /orders?id=1 HTTP/1.1\" 200 512
no log line
198.51.100.4 - - [29/Nov/2026:10:00:01 +0000] \"POST /orders HTTP/1.1\" 201 0
";
    assert_snapshot!(through("index.js", ACCESS_LOG, "", records), @r#"
    fh: 3 records put: 2 delivered, 0 dropped, 1 failed
    delivered:
    {"client":"192.0.2.7","user":"ada","time":"29/Nov/2026:10:00:00 +0000","verb":"GET","path":"/orders?id=1","status":200,"bytes":512}
    {"client":"198.51.100.4","user":"-","time":"29/Nov/2026:10:00:01 +0000","verb":"POST","path":"/orders","status":201,"bytes":0}

    failed:
    no log line
    "#);
}

#[test]
fn a_regular_expression_that_reads_syslog() {
    let records = "\
Nov 29 10:00:00 web-1 sshd[411]: Accepted publickey for ada
Nov  9 10:00:01 web-2 cron: done, at last
<13>1 2026-11-29T10:00:00Z web-1 app - - - of another format
";
    assert_snapshot!(through("app.py", SYSLOG, "", records), @"
    fh: 3 records put: 2 delivered, 0 dropped, 1 failed
    delivered:
    Nov 29 10:00:00,web-1,sshd,411,Accepted publickey for ada
    Nov  9 10:00:01,web-2,cron,,done, at last

    failed:
    <13>1 2026-11-29T10:00:00Z web-1 app - - - of another format
    ");
}

#[test]
fn a_processor_of_cloudwatch_logs() {
    let envelope = |kind: &str, messages: &[&str]| {
        let events: Vec<_> = messages
            .iter()
            .map(|message| {
                format!(r#"{{"id":"1","timestamp":1795341600123,"message":"{message}"}}"#)
            })
            .collect();
        format!(
            r#"{{"messageType":"{kind}","owner":"111122223333","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{}]}}"#,
            events.join(",")
        )
    };
    let records = [
        envelope("DATA_MESSAGE", &["order 1 accepted", "Zürich"]),
        envelope("CONTROL_MESSAGE", &["CWL CONTROL MESSAGE: checking health"]),
        envelope("DATA_MESSAGE", &[]),
    ];
    let sent = through("app.py", LOG_EVENTS, "--gzip", &records.join("\n"));
    assert_snapshot!(sent, @r#"
    fh: 3 records put: 1 delivered, 1 dropped, 1 failed
    delivered:
    order 1 accepted
    Zürich

    failed:
    {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[]}
    "#);
}
