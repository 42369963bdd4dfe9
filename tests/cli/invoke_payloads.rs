//! `fh invoke`: what a transform makes of payloads, and what it is not blamed for.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;

use crate::functions::{bare_python, node_of, read, verdict};
use crate::harness::{Fh, Output, root};
use crate::masks::{self, mask};

/// An event with these payloads.
fn event(payloads: &[&[u8]]) -> String {
    let records = payloads.iter().enumerate().map(|(id, payload)| {
        format!(r#"{{"recordId":"{id}","data":"{}"}}"#, STANDARD.encode(payload))
    });
    format!(r#"{{"invocationId":"i","records":[{}]}}"#, records.collect::<Vec<_>>().join(","))
}

/// Two records of JSON, the first with characters beyond ASCII.
fn json() -> String {
    event(&[r#"{"name":"Østover","room":"2A"}"#.as_bytes(), br#"{"name":"Vest","room":"17"}"#])
}

fn run(handler: &str, event: &str, flags: &str) -> Output {
    let path = std::env::var_os("PATH").unwrap();
    let fh = Fh::new().env("PATH", path.to_str().unwrap()).env("PYTHONDONTWRITEBYTECODE", "1");
    let fh = fh.args("invoke --code fixtures/handlers --handler").arg(handler).args(flags);
    fh.stdin(event).run()
}

fn in_node(name: &str, event: &str, flags: &str) -> Output {
    run(&format!("payloads.{name}"), event, &format!("--node node {flags}"))
}

fn in_python(name: &str, event: &str, flags: &str) -> Output {
    let python = bare_python().display();
    run(&format!("payloads.{name}"), event, &format!("--python {python} {flags}"))
}

#[test]
fn what_nodejs_makes_of_json_is_judged() {
    let mut found = String::new();
    for name in [
        "fine",
        "csv",
        "object_joined",
        "undefined_joined",
        "promise",
        "buffer",
        "bytes_joined",
        "comma",
        "unquoted",
        "literal_newline",
        "nulls",
        "as_text",
        "as_ascii",
        "atob_read",
        "btoa_written",
        "utf16",
        "appended",
        "words",
        "word",
        "same",
        "partitions",
        "recorId",
    ] {
        let output = in_node(name, &json(), "--output ndjson");
        writeln!(found, "{name}: {}", verdict(&output)).unwrap();
    }
    assert_snapshot!(found, @"
    fine: exit 0
    csv: exit 0
    object_joined: exit 0, printed-value
    undefined_joined: exit 0, printed-value
    promise: exit 0, payload-lost
    buffer: exit 0, printed-value
    bytes_joined: exit 0, printed-value
    comma: exit 0, broken-json
    unquoted: exit 0, broken-json
    literal_newline: exit 0, literal-newline
    nulls: exit 0, payload-lost
    as_text: exit 0
    as_ascii: exit 0, broken-json
    atob_read: exit 0, characters-lost
    btoa_written: exit 0, not-utf8
    utf16: exit 0, not-utf8
    appended: exit 1, data-not-base64
    words: exit 1, data-not-base64
    word: exit 0, data-plain-words
    same: exit 0, no-newline, unchanged-data
    partitions: exit 0, no-newline
    recorId: exit 1, record-id-missing
    ");
}

#[test]
fn what_python_makes_of_json_is_judged() {
    let mut found = String::new();
    for name in [
        "fine",
        "unescaped",
        "str_of_dict",
        "str_of_bytes",
        "none",
        "by_hand",
        "replaced",
        "ignored",
        "question_marks",
        "latin1_read",
        "latin1_written",
        "utf16",
        "marked",
    ] {
        let output = in_python(name, &json(), "--output ndjson");
        writeln!(found, "{name}: {}", verdict(&output)).unwrap();
    }
    assert_snapshot!(found, @"
    fine: exit 0
    unescaped: exit 0
    str_of_dict: exit 0, printed-value
    str_of_bytes: exit 0, printed-value
    none: exit 0, printed-value
    by_hand: exit 0, broken-json
    replaced: exit 0
    ignored: exit 0, characters-lost
    question_marks: exit 0, characters-lost
    latin1_read: exit 0, characters-lost
    latin1_written: exit 0, not-utf8
    utf16: exit 0, not-utf8
    marked: exit 0, byte-order-mark
    ");
}

#[test]
fn gzip_that_is_read_as_text_is_lost() {
    let record = read(&root().join("fixtures/records/record.txt")).unwrap();
    let logs = event(&[&STANDARD.decode(record.trim()).unwrap()]);
    let mut found = String::new();
    for name in ["as_text", "as_ascii", "atob_read"] {
        let output = in_node(name, &logs, "--output ndjson");
        writeln!(found, "{name}: {}", verdict(&output)).unwrap();
    }
    for name in ["replaced", "ignored"] {
        let output = in_python(name, &logs, "--output ndjson");
        writeln!(found, "{name}: {}", verdict(&output)).unwrap();
    }
    assert_snapshot!(found, @"
    as_text: exit 0, binary-as-text
    as_ascii: exit 0, binary-as-text
    atob_read: exit 0, binary-as-text
    replaced: exit 0, binary-as-text
    ignored: exit 0, binary-as-text
    ");
    let text = in_node("as_text", &logs, "").text();
    assert_snapshot!(text.split("\n\n").nth(2).unwrap(), @r#"
    warning: binary-as-text
        record 1 (/records/0/data): the compressed payload was read as UTF-8: what is not valid became U+FFFD (EF BF BD)
          recordId 0
          {"messageType":"DATA_MESSAGE","owner":"111122223333","logGr…
      reading bytes as text changes them (toString() in Node.js, decode(errors='replace') in Python, new String(bytes) in Java), and so does a newline after them: nothing reads what is delivered, and most of it cannot be restored.
      hint: decompress the bytes, do not read them as text: gunzipSync(Buffer.from(record.data, 'base64')) in Node.js, gzip.decompress(base64.b64decode(record['data'])) in Python
    "#);
}

#[test]
fn each_finding_names_what_does_that_and_the_remedy() {
    let mut found = String::new();
    for name in ["object_joined", "as_ascii", "btoa_written", "appended", "words", "recorId"] {
        let text = in_node(name, &json(), "").text();
        let lines = text.lines().filter(|it| {
            it.starts_with("    record 1 (")
                || it.starts_with("    /records/0")
                || it.starts_with("  hint:")
        });
        writeln!(found, "{name}\n{}", lines.collect::<Vec<_>>().join("\n")).unwrap();
    }
    assert_snapshot!(found, @r"
    object_joined
        record 1 (/records/0/data): the payload is what JavaScript makes of an object that is joined to text
      hint: serialize it first: Buffer.from(JSON.stringify(payload) + '\n').toString('base64')
    as_ascii
        record 1 (/records/0/data): JSON went in, and what comes out is not JSON from byte 10: control character in a string; `Ø` went in, and its bytes come out without their highest bit
      hint: Node.js: toString('utf8'), not toString('ascii'), which clears the highest bit of every byte
    btoa_written
        record 1 (/records/0/data): UTF-8 went in, and byte 0xd8 at 9 of what comes out is not UTF-8: it looks like Latin-1
      hint: encode as UTF-8: Node.js Buffer.from(text).toString('base64'), not btoa or 'latin1'; Python encode('utf-8'); Java getBytes(StandardCharsets.UTF_8)
    appended
        record 1 (/records/0/data): it is two base64 texts, one after the other: the first ends with its `=` before offset 44
      hint: decode the data, append the newline, encode once: Buffer.concat([Buffer.from(record.data, 'base64'), Buffer.from('\n')]).toString('base64'); base64.b64encode(base64.b64decode(record['data']) + b'\n').decode()
    words
        record 1 (/records/0/data): it is plain words, not base64
      hint: encode the bytes: base64.b64encode(text.encode()).decode() in Python, Buffer.from(text).toString('base64') in Node.js
    recorId
        /records/0: it has no `recordId`
      hint: write `recordId` instead of `recorId`
    ");
}

#[test]
fn data_that_the_event_has_wrong_is_not_the_fault_of_the_transform() {
    let plain = r#"{"records":[{"recordId":"1","data":"hello world, plain"}]}"#;
    assert_eq!(verdict(&in_node("same", plain, "--output ndjson")), "exit 0, event-unreal");
    assert_eq!(verdict(&in_node("partitions", plain, "--output ndjson")), "exit 0, event-unreal");
    let failed = in_python("fine", plain, "");
    assert!(failed.text().starts_with("FAILED: "), "{failed}");
    let errors = failed.errors();
    let (_note, errors) = errors.split_once("awslambdaric\n").unwrap();
    assert_snapshot!(errors, @"
    fh: the data of record 1 (/records/0/data) of the event is not base64: `,` at offset 11 is not base64: this is plain text that was not encoded
      hint: `fh event` makes an event as Firehose sends it
    ");
}

#[test]
fn a_null_of_nodejs_is_explained_by_how_its_handler_answers() {
    let mut found = String::new();
    for name in ["forgets", "returns", "late", "empty"] {
        let text = node_of("22.1.0", &format!("callback.{name}")).run().text();
        let hint = text.lines().find(|line| line.starts_with("  hint:")).unwrap();
        writeln!(found, "{name}: {}", hint.trim()).unwrap();
    }
    assert_snapshot!(found, @"
    forgets: hint: the handler is not async and called no callback, so what it returns is ignored: call callback(null, response), or make the handler async
    returns: hint: the handler is not async and called no callback, so what it returns is ignored: call callback(null, response), or make the handler async
    late: hint: the handler is async, so what it returns counts, and it returned nothing: return the response instead of calling the callback
    empty: hint: the callback was called without a response: callback(null, response)
    ");
    let unused = node_of("22.1.0", "callback.unused").args("--output ndjson").run();
    assert_eq!(verdict(&unused), "exit 0, all-dropped");
}

#[test]
fn a_package_of_lambdas_runtime_is_missing_here_only() {
    let _masks = mask(masks::INVOKE);
    let python = bare_python().display();
    let output = run("needs_boto3.handler", &json(), &format!("--python {python}"));
    let text = output.text();
    assert_snapshot!(text.split("\n  event ").next().unwrap(), @"
    FAILED: the function could not be loaded: Runtime.ImportModuleError: Unable to import module 'needs_boto3': No module named 'boto3'
      hint      Lambda's runtime has this package, this machine does not; install it:
                [PYTHON] -m pip install boto3
    ");
    let output = run("needs_sdk.handler", &json(), "--node node");
    let text = output.text();
    assert_snapshot!(text.split("\n  event ").next().unwrap(), @"
    FAILED: the function could not be loaded: Runtime.ImportModuleError: Cannot find package '@aws-sdk/client-firehose' imported from [ROOT]/fixtures/handlers/needs_sdk.mjs
      hint      Lambda's runtime has this package, this machine does not; install it:
                npm install --no-save --prefix '[ROOT]/fixtures/handlers' @aws-sdk/client-firehose
    ");
    let row = run("needs_sdk.handler", &json(), "--node node --output ndjson").text();
    assert!(
        row.contains(r#""outcome":"init-error""#) && row.contains(r#""firehose":null"#),
        "{row}"
    );
}

#[test]
fn a_payload_that_is_lost_is_not_called_good() {
    let _masks = mask(masks::INVOKE);
    let printed = in_node("object_joined", &json(), "--quiet");
    assert_eq!(
        (printed.code(), printed.text().lines().next()),
        (0, Some("OK, with warnings: the function responded"))
    );
    assert!(printed.text().contains("the content of the record is lost"), "{printed}");
    let many = in_node("object_joined", &json(), "--quiet --repeat 3").text();
    assert!(many.contains("\n3 calls: all good, with warnings\n"), "{many}");
    let fine = in_node("fine", &json(), "--quiet --repeat 3").text();
    assert!(fine.starts_with("OK: ") && fine.contains("\n3 calls: all good\n"), "{fine}");
    assert_eq!(in_node("object_joined", &json(), "--quiet --strict").code(), 1);
    assert_snapshot!(in_node("object_joined", &json(), "--quiet --output table"), @"
    OK, with warnings: the function responded
      duration  [TIME], after [TIME] of init
      request   [UUID]

     record  recordId  fate       error code  attempts  bytes in  bytes out
          1  0         delivered                              31         16
          2  1         delivered                              27         16

     severity  rule           places  first place
     warning   printed-value       2  /records/0/data: the payload is what JavaScript makes of an object that is joined to text
    [exit status: 0]
    ");
}

#[test]
fn a_handler_that_looks_for_data_in_a_record_of_msk_is_told_the_key() {
    let msk = Fh::new().args("event --source msk -n 1 --seed 1 --quiet").run().success();
    let folder = tempfile::tempdir().unwrap();
    let python = "import base64\ndef handler(event, context):\n  return base64.b64decode(event['records'][0]['data'])\n";
    let node = "exports.handler = async (event) => Buffer.from(event.records[0].data, 'base64');\n";
    std::fs::write(folder.path().join("py.py"), python).unwrap();
    std::fs::write(folder.path().join("js.js"), node).unwrap();
    let hint = "`kafkaRecordValue`";
    let path = std::env::var_os("PATH").unwrap();
    for handler in ["py", "js"] {
        let run = |event: &str, flags: &str| {
            let fh = Fh::new().env("PATH", path.to_str().unwrap()).args("invoke --quiet --code");
            let fh = fh.arg(folder.path()).arg("--handler").arg(format!("{handler}.handler"));
            fh.args(flags).stdin(event).run()
        };
        for flags in ["", "--output json"] {
            let report = run(&msk, flags).text();
            assert!(report.contains(hint), "{report}");
        }
        let other = run(r#"{"invocationId":"i","records":[{"recordId":"1"}]}"#, "").text();
        assert!(!other.contains(hint), "{other}");
    }
}

#[test]
fn records_that_are_mixed_up_are_no_all_clear() {
    let event = event(&[br#"{"n":1}"#, br#"{"n":2}"#, br#"{"n":3}"#]);
    for (name, rule) in
        [("first_of_all", "repeated-data"), ("accumulates", "accumulated-data"), ("fine", "")]
    {
        let output = in_python(name, &event, "");
        assert_eq!(output.code(), 0, "{output}");
        let headline = if rule.is_empty() { "OK: " } else { "OK, with warnings: " };
        assert!(output.text().starts_with(headline), "{output}");
        assert_eq!(output.text().contains("warning: "), !rule.is_empty(), "{output}");
        assert!(output.text().contains(rule), "{output}");
    }
    let ignored = in_python("first_of_all", &event, "--ignore repeated-data");
    assert!(ignored.text().starts_with("OK: "), "{ignored}");
}

/// Orders whose prices are in another order than they are.
fn orders() -> String {
    let payloads =
        [(1041, 39), (1042, 84), (1043, 12), (1044, 20), (1045, 51)].map(|(id, price)| {
            format!(r#"{{"order":"A-{id}","n":{id},"price":{price}.05,"state":"new"}}"#)
        });
    let payloads: Vec<_> = payloads.iter().map(String::as_bytes).collect();
    event(&payloads)
}

#[test]
fn data_that_comes_back_with_the_id_of_another_record_is_found() {
    let mut found = String::new();
    let mut write = |name: &str, output: &Output| {
        let lines = output.text();
        let lines = lines.lines().filter(|it| it.contains("its own") || it.starts_with("  hint:"));
        let lines: Vec<_> = lines.map(|it| format!("\n{it}")).collect();
        writeln!(found, "{name}: exit {}{}", output.code(), lines.concat()).unwrap();
    };
    let python = bare_python().display();
    for name in [
        "in_order_of_completion",
        "sorted_by_price",
        "off_by_one",
        "with_the_last",
        "without_one",
        "on_a_stack",
        "fine",
        "in_another_order",
        "hashed",
        "numbered",
        "with_the_one_before",
        "all_in_each",
    ] {
        write(name, &run(&format!("pairing.{name}"), &orders(), &format!("--python {python}")));
    }
    for name in ["pushed", "shared", "awaited"] {
        write(name, &run(&format!("pairing.{name}"), &orders(), "--node node"));
    }
    assert_snapshot!(found, @"
    in_order_of_completion: exit 0
        record 1 (/records/0/data): it has the data of record 5 (`A-1045`), not its own
        record 2 (/records/1/data): it has the data of record 4 (`A-1044`), not its own
        record 4 (/records/3/data): it has the data of record 2 (`A-1042`), not its own
      hint: the data is in reverse order: pop(), unshift(), insert(0, …) or reversed() on one of two lists, or results in the order in which they complete; take recordId and data from the same record
    sorted_by_price: exit 0
        record 1 (/records/0/data): it has the data of record 3 (`A-1043`), not its own
        record 2 (/records/1/data): it has the data of record 4 (`A-1044`), not its own
        record 3 (/records/2/data): it has the data of record 1 (`A-1041`), not its own
      hint: results in the order in which they complete (as_completed, push in a callback), a list that is sorted or grouped, or a variable that several callbacks share: return recordId and data together from the function that is called for one record; Promise.all and executor.map keep the order
    off_by_one: exit 0
        record 1 (/records/0/data): it has the data of record 2 (`A-1042`), not its own
        record 2 (/records/1/data): it has the data of record 3 (`A-1043`), not its own
        record 3 (/records/2/data): it has the data of record 4 (`A-1044`), not its own
      hint: each has the data of the next one: an index that is off by one, a list from which an element was removed, or a result that completed last; take recordId and data from the same record
    with_the_last: exit 0
        record 2 (/records/1/data): it has the data of record 1 (`A-1041`), not its own
        record 3 (/records/2/data): it has the data of record 2 (`A-1042`), not its own
        record 4 (/records/3/data): it has the data of record 3 (`A-1043`), not its own
      hint: each has the data of the one before: a variable that is set in one turn of the loop and read in the next, or an index that is off by one; take recordId and data from the same record
    without_one: exit 1
      hint: return every recordId once; use the result Dropped for records that should not be delivered
        record 1 (/records/0/data): it has the data of record 2 (`A-1042`), not its own
        record 2 (/records/1/data): it has the data of record 3 (`A-1043`), not its own
        record 3 (/records/2/data): it has the data of record 4 (`A-1044`), not its own
      hint: each has the data of the next one: an index that is off by one, a list from which an element was removed, or a result that completed last; take recordId and data from the same record
    on_a_stack: exit 0
        record 1 (/records/0/data): it has the data of record 5 (`A-1045`), not its own
        record 2 (/records/1/data): it has the data of record 4 (`A-1044`), not its own
        record 4 (/records/3/data): it has the data of record 2 (`A-1042`), not its own
      hint: the data is in reverse order: pop(), unshift(), insert(0, …) or reversed() on one of two lists, or results in the order in which they complete; take recordId and data from the same record
    fine: exit 0
    in_another_order: exit 0
      hint: if the order matters, return the records in the order of the event
    hashed: exit 0
    numbered: exit 0
    with_the_one_before: exit 0
    all_in_each: exit 0
    pushed: exit 0
        record 1 (/records/0/data): it has the data of record 5 (`A-1045`), not its own
        record 2 (/records/1/data): it has the data of record 4 (`A-1044`), not its own
        record 4 (/records/3/data): it has the data of record 2 (`A-1042`), not its own
      hint: the data is in reverse order: pop(), unshift(), insert(0, …) or reversed() on one of two lists, or results in the order in which they complete; take recordId and data from the same record
    shared: exit 0
        record 1 (/records/3/data in the response): it has the data of record 4 (`A-1044`), not its own
        record 2 (/records/4/data in the response): it has the data of record 5 (`A-1045`), not its own
        record 3 (/records/0/data in the response): it has the data of record 1 (`A-1041`), not its own
      hint: results in the order in which they complete (as_completed, push in a callback), a list that is sorted or grouped, or a variable that several callbacks share: return recordId and data together from the function that is called for one record; Promise.all and executor.map keep the order
      hint: if the order matters, return the records in the order of the event
    awaited: exit 0
    ");
}

#[test]
fn a_none_of_python_is_not_explained_by_nodejs() {
    let folder = tempfile::tempdir().unwrap();
    let text = "def handler(event, context):\n    print(len(event['records']))\n";
    std::fs::write(folder.path().join("app.py"), text).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let fh = Fh::new().env("PATH", path.to_str().unwrap()).args("invoke --handler app.handler");
    let output = fh.args("--python python3 --code").arg(folder.path()).stdin(json()).run();
    assert!(output.text().contains("hint: the handler returned None: a `return` is"), "{output}");
    assert!(!output.text().contains("Node"), "{output}");
}
