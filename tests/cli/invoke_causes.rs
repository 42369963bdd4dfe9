//! What `fh invoke` says of a handler that looks for what its event does not have, or
//! returns bytes that are not encoded.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use tempfile::TempDir;

use crate::functions::{bare_python, with_interpreters};
use crate::harness::Fh;

const TICKERS: &str = "fixtures/events/kinesis-source.json";

/// A run of this code with this event.
fn run(file: &str, code: &str, event: &str) -> String {
    let folder = folder(file, code);
    let fh = with_interpreters(Fh::new()).args("invoke --event").arg(event).arg("--code");
    let fh = fh.arg(folder.path()).args("--handler app.handler");
    let fh = if file == "app.py" { fh.arg("--python").arg(bare_python()) } else { fh };
    // One line for each sentence.
    fh.env("COLUMNS", "1000").run().text()
}

fn folder(file: &str, code: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file), code).unwrap();
    folder
}

/// Python that maps each record `r` to this value of `data`, `p` being its payload.
fn python(data: &str) -> String {
    format!(
        "import base64, json, os\n\
         def one(r):\n    p = json.loads(base64.b64decode(r['data']))\n    return {data}\n\
         def handler(event, _):\n    return {{'records': [{{'recordId': r['recordId'], 'result': \
         'Ok', 'data': one(r)}} for r in event['records']]}}\n"
    )
}

/// The same in Node.js, `b` being its bytes.
fn node(data: &str) -> String {
    format!(
        "exports.handler = async (event) => ({{records: event.records.map((r) => {{\n  const b = \
         Buffer.from(r.data, 'base64');\n  return {{recordId: r.recordId, result: 'Ok', data: \
         {data}}};\n}})}});\n"
    )
}

/// Gzip of a message of CloudWatch Logs in a record of an event.
fn logs_event(folder: &TempDir, message_type: &str) -> String {
    let code = format!(
        "import base64, gzip, json; m = {{'messageType': '{message_type}', 'owner': '111122223333', \
         'logGroup': 'g', 'logStream': 's', 'subscriptionFilters': ['f'], 'logEvents': [{{'id': \
         '1', 'timestamp': 1764500000000, 'message': 'é' * 40}}]}}; print(json.dumps({{'invocationId': \
         'i', 'deliveryStreamArn': 'arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs', \
         'region': 'eu-west-1', 'records': [{{'recordId': '1', 'approximateArrivalTimestamp': \
         1764500000000, 'data': base64.b64encode(gzip.compress(json.dumps(m).encode())).decode()}}]}}))"
    );
    let made = std::process::Command::new(bare_python()).args(["-c", &code]).output().unwrap();
    let path = folder.path().join("event.json");
    std::fs::write(&path, made.stdout).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_key_in_capitals_is_no_environment_variable() {
    let text = run("app.py", &python("p['PRICE']"), TICKERS);
    assert!(text.contains("see `fh explain KeyError`"), "{text}");
    assert!(text.contains("hint      the payload of record 1 has `price`, not `PRICE`"), "{text}");
    let text = run("app.py", &python("os.environ['PRICE']"), TICKERS);
    assert!(text.contains("see `fh explain 'KeyError of os.environ'`"), "{text}");
    assert!(!text.contains("not `PRICE`"), "{text}");
}

#[test]
fn a_handler_for_another_source_is_told_what_this_one_has() {
    let metadata =
        python("r['kinesisRecordMetadata']['partitionKey']").replace("r['data']", "b'e30='");
    let metadata = metadata.replace("base64.b64decode(b'e30=')", "'{}'");
    let text = run("app.py", &metadata, "fixtures/events/msk.json");
    assert!(text.contains("`mskRecordMetadata` (offset, partitionId"), "{text}");
    let text = run("app.py", &python("r['kafkaRecordValue']"), TICKERS);
    assert!(text.contains("only records from an MSK source have `kafkaRecordValue`"), "{text}");
    let code = "exports.handler = async (e) => e.records.map((r) => r.kinesisRecordMetadata.sequenceNumber);";
    let text = run("app.js", code, "fixtures/events/msk.json");
    assert!(text.contains("`mskRecordMetadata` (offset, partitionId"), "{text}");
}

#[test]
fn what_a_handler_returns_in_place_of_base64_is_named_with_its_remedy() {
    for (data, expected) in [
        ("r.data + '\\n'", "hint: decode the data, append the newline, encode once"),
        ("b", "`data` is a Buffer of Node.js, which JSON writes as an object"),
        ("b", "hint: return buffer.toString('base64')"),
        ("new Uint8Array(b)", "`data` is a Uint8Array"),
        ("[...b]", "`data` is a list of the numbers of bytes"),
        ("Promise.resolve(r.data)", "`data` is an empty object"),
    ] {
        let text = run("app.js", &node(data), TICKERS);
        assert!(text.contains(expected), "{data}: {text}");
    }
}

#[test]
fn compressed_bytes_that_became_text_are_not_to_be_encoded_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let event = logs_event(&folder, "DATA_MESSAGE");
    for data in ["b.toString()", "b.toString('binary')", "b.toString('ascii')"] {
        let text = run("app.js", &node(data), &event);
        assert!(text.contains("these are compressed bytes that were made into text"), "{text}");
        assert!(!text.contains("Buffer.from(text)"), "{text}");
    }
}

#[test]
fn json_over_several_lines_is_a_warning() {
    let data = "Buffer.from(JSON.stringify(JSON.parse(b), null, 2) + '\\n').toString('base64')";
    let text = run("app.js", &node(data), TICKERS);
    assert!(text.starts_with("OK, with warnings"), "{text}");
    assert!(text.contains("warning: multi-line-json (4 places)"), "{text}");
    let one_line = run("app.js", &node(&data.replace(", null, 2", "")), TICKERS);
    assert!(!one_line.contains("multi-line-json"), "{one_line}");
}

#[test]
fn a_control_message_is_to_be_dropped_not_failed() {
    let folder = tempfile::tempdir().unwrap();
    let failing = "exports.handler = async (e) => ({records: e.records.map((r) => ({recordId: \
                   r.recordId, result: 'ProcessingFailed'}))});";
    let text = run("app.js", failing, &logs_event(&folder, "CONTROL_MESSAGE"));
    assert!(
        text.contains("return the result Dropped where messageType is CONTROL_MESSAGE"),
        "{text}"
    );
    let text = run("app.js", failing, &logs_event(&folder, "DATA_MESSAGE"));
    assert!(!text.contains("CONTROL_MESSAGE"), "{text}");
}

#[test]
fn the_sdk_that_lambda_no_longer_has_is_named() {
    let code = "const AWS = require('aws-sdk'); exports.handler = async () => new AWS.Firehose();";
    let text = run("app.js", code, TICKERS);
    assert!(text.contains("nodejs18.x on have the AWS SDK v3"), "{text}");
    assert!(text.contains("see `fh explain 'Cannot find module"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_program_for_the_runtime_api_is_told_from_one_that_reads_stdin() {
    let folder = folder(
        "program",
        "#!/bin/sh\ncat >/dev/null\necho 'AWS_LAMBDA_RUNTIME_API is not defined' >&2\nexit 1\n",
    );
    let program = folder.path().join("program");
    let mode: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let fh = with_interpreters(Fh::new()).args("invoke --event").arg(TICKERS).arg("--exec");
    let text = fh.arg(&program).env("COLUMNS", "1000").run().text();
    assert!(text.contains("run it with `--bootstrap` instead of `--exec`"), "{text}");
    let fh = Fh::new().args("invoke --event").arg(TICKERS).arg("--bootstrap").arg(&program);
    let text = fh.env("COLUMNS", "1000").run().text();
    assert!(!text.contains("instead of `--exec`"), "{text}");
    let code = "exports.handler = async () => { console.log('AWS_LAMBDA_RUNTIME_API is not \
                set'); process.exit(1); };";
    let text = run("app.js", code, TICKERS);
    assert!(!text.contains("instead of `--exec`"), "{text}");
}
