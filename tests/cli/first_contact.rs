//! What a new user types before reading anything: names in the wrong place, words
//! of other programs, a record as an argument, times as they are at hand.

#![expect(clippy::disallowed_methods, reason = "reads what it compares with")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;

use crate::canned::Canned;
use crate::harness::{Fh, Output};
use crate::masks::{self, mask};
use crate::moto::moto;
use crate::s3::{at, boto, fh};

fn run(words: &str) -> Output {
    Fh::new().args(words).run()
}

#[test]
fn a_record_can_be_an_argument() {
    let payload = "eyJvcmRlciI6IkEtMSJ9";
    for text in [payload, "'eyJvcmRlciI6IkEtMSJ9',", "{\"data\":\"eyJvcmRlciI6IkEtMSJ9\"}"] {
        let decoded = Fh::decode("").arg(text).run().success();
        assert!(decoded.contains("\"A-1\"") || decoded.contains(payload), "{text}: {decoded}");
    }
    let record = std::fs::read_to_string("fixtures/records/record.txt").unwrap();
    // As it is copied from a log, from Python, and over two lines.
    let blob = record.trim();
    let line = format!("2026-11-22 10:00:00 INFO record: {blob} done");
    let field = format!("data=\"{blob}\", id=3");
    let wrapped: Vec<_> = blob.as_bytes().chunks(60).map(String::from_utf8_lossy).collect();
    let quoted = format!("> {}", wrapped.join("\n> "));
    let bytes = STANDARD.decode(blob).unwrap();
    let python = format!("b'{}'", bytes.escape_ascii());
    let logged = format!("[INFO]\t2026-11-22T10:00:00.000Z\tid\t{python}");
    let texts =
        [line, field, format!("b'{blob}'"), format!("{blob}\n{blob}"), quoted, python, logged];
    for text in texts {
        let decoded = Fh::decode("").arg(&text).run();
        assert!(decoded.text().starts_with("{\"messageType\":"), "{text}: {decoded}");
        assert_eq!(decoded.code(), 0, "{text}: {decoded}");
    }
    // Longer than any path, on several lines, and as a name below a file.
    let long = format!("{{\"a\":\"{}\\xc3\\xa9\"}}", "long ".repeat(2000));
    for text in [format!("payload b'{long}'"), format!("b'{long}'\nb'{long}'\n")] {
        let decoded = Fh::decode("").arg(&text).run();
        assert!(decoded.text().starts_with("{\"a\":\"long long"), "{decoded}");
        assert_eq!(decoded.code(), 0);
    }
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = blob.split_once('/').unwrap();
    std::fs::write(folder.path().join(file), "a file").unwrap();
    let decoded = Fh::decode("").arg(blob).current_dir(folder.path()).run();
    assert!(decoded.success().starts_with("{\"messageType\":"));
    let as_argument = Fh::decode("").arg(record.trim()).run().success();
    assert_eq!(as_argument, Fh::decode("fixtures/records/record.txt").run().success());
    assert_snapshot!(Fh::decode("--explain").arg(payload).run(), @r#"
    argument:1 · record 1
      base64        20 B → 15 B
      JSON object, 1 key
      {"order":"A-1"}

    [exit status: 0]
    "#);
    assert_snapshot!(Fh::decode("").arg("H4sIAAAAAAAA/12").run(), @"
    ------- stderr -------
    fh: argument: line 1, record 1: gzip: truncated at byte 11
      hint: the end is missing; fetch or copy the record again
    [exit status: 1]
    ");
}

#[test]
fn hexadecimal_and_labelled_base64_are_records_as_arguments_too() {
    for text in [
        "7b2261223a317d",
        "0x7b2261223a317d",
        "7b 22 61 22 3a 31 7d",
        "data: eyJhIjoxfQ==",
        "rawData=eyJhIjoxfQ==",
    ] {
        let decoded = Fh::decode("").arg(text).run();
        assert_eq!((decoded.text(), decoded.code()), ("{\"a\":1}\n".to_owned(), 0), "{text}");
        let decoded = Fh::decode("").stdin(format!("{text}\n{text}\n")).run();
        assert_eq!(decoded.text(), "{\"a\":1}\n".repeat(2), "{text}");
    }
    for text in ["deadbeef", "cafe1234567890", "da39a3ee5e6b4b0d3255bfef95601890afd80709"] {
        assert_eq!(Fh::decode(text).run().code(), 2, "{text}");
        assert_eq!(Fh::decode("").stdin(text).run().text(), format!("{text}\n"));
    }
}

#[test]
fn an_arn_of_s3_is_a_place_and_a_bucket_has_no_prefix() {
    boto("bucket('arn-place', {'failed/a.json': b'{\"a\":1}', 'other.json': b'{}'})");
    let decoded = fh("decode arn:aws:s3:::arn-place/failed/").run().success();
    assert_eq!(decoded, "{\"a\":1}\n");
    assert_snapshot!(run("failures --bucket s3://orders/processing-failed"), @"
    ------- stderr -------
    fh: `--bucket s3://orders/processing-failed`: this has a prefix too; pass it without `--bucket`: s3://orders/processing-failed
    [exit status: 2]
    ");
    for bucket in ["arn:aws:s3:::orders/failed/", "s3://arn:aws:s3:::orders/failed"] {
        for command in ["failures", "redrive --stream orders"] {
            let hint = run(&format!("{command} --bucket {bucket}")).errors();
            assert!(hint.contains("pass it without `--bucket`: s3://orders/failed"), "{hint}");
        }
    }
}

#[test]
fn a_file_is_a_file_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("eyJvcmRlciI6IkEtMSJ9"), "from the file\n").unwrap();
    let output = Fh::decode("eyJvcmRlciI6IkEtMSJ9").current_dir(folder.path()).run();
    assert_eq!(output.success(), "from the file\n");
}

#[test]
fn an_argument_that_is_neither_a_file_nor_a_record_is_a_file_that_is_missing() {
    for name in ["orders", "processing-failed/2026/11/23/22", "test", "Lambda.FunctionError"] {
        let output = Fh::decode(name).run();
        assert_eq!(output.code(), 2, "{name}: {output}");
        assert!(output.errors().contains("No such file"), "{name}: {output}");
    }
    assert_snapshot!(Fh::decode("orders").run(), @"
    ------- stderr -------
    fh: cannot read `orders`: No such file or directory (os error 2)
      hint: to decode text that is not a file: echo 'TEXT' | fh decode
    [exit status: 2]
    ");
    // Others that were named are read.
    let output = Fh::decode("orders fixtures/records/plain-json.b64").run();
    assert!(output.text().contains("WAS") && output.code() == 2, "{output}");
    let long = "x y".repeat(2000);
    assert_snapshot!(Fh::decode("").arg(&long).run(), @"
    ------- stderr -------
    fh: `x yx yx yx yx yx yx yx yx yx yx yx yx yx yx yx yx yx yx yx …` is neither a file nor a record
      hint: to decode text that is not a file: echo 'TEXT' | fh decode
    [exit status: 2]
    ");
}

#[test]
fn a_name_in_the_place_of_a_file_is_shown_in_its_own_place() {
    assert_snapshot!(run("logs orders"), @"
    ------- stderr -------
    fh: cannot read `orders`: No such file or directory (os error 2)
      hint: if `orders` is a delivery stream: fh logs --stream orders
    [exit status: 2]
    ");
    assert_snapshot!(run("failures orders"), @"
    ------- stderr -------
    fh: cannot read `orders`: No such file or directory (os error 2)
      hint: if `orders` is a delivery stream: fh failures --stream orders
    [exit status: 2]
    ");
    assert_snapshot!(run("send-demo orders"), @"
    ------- stderr -------
    fh: unexpected argument `orders`
      hint: use `--stream orders`
    [exit status: 2]
    ");
    for command in ["status", "doctor", "trace"] {
        let hint = run(&format!("{command} orders")).errors();
        assert!(hint.contains("hint: use `--stream orders`"), "{hint}");
    }
    assert!(run("doctor stream.json").errors().contains("hint: use `--offline stream.json`"));
    assert_snapshot!(run("send orders"), @"
    ------- stderr -------
    fh: no delivery stream is named
      hint: if `orders` is a delivery stream: fh send --stream orders
    [exit status: 2]
    ");
    assert_snapshot!(run("redrive orders"), @"
    ------- stderr -------
    fh: no delivery stream is named
      hint: if `orders` is a delivery stream: fh redrive --stream orders
    [exit status: 2]
    ");
    assert_snapshot!(run("redrive"), @"
    ------- stderr -------
    fh: no delivery stream is named
      hint: pass `--stream NAME`, or set FH_STREAM
    [exit status: 2]
    ");
    assert_snapshot!(run("logs /aws/lambda/enrich"), @"
    ------- stderr -------
    fh: cannot read `/aws/lambda/enrich`: No such file or directory (os error 2)
      hint: if `/aws/lambda/enrich` is a log group: fh logs --group /aws/lambda/enrich
    [exit status: 2]
    ");
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:enrich";
    let hint = format!("fh logs --function {arn}");
    assert!(run(&format!("logs {arn}")).errors().contains(&hint));
    let arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders";
    let hint = format!("fh failures --stream {arn}");
    assert!(run(&format!("failures {arn}")).errors().contains(&hint));
    for words in ["logs -f orders", "tail orders --follow --since 1h", "logs orders --timeout 5m"] {
        let hint = run(words).errors();
        assert!(hint.contains("stream: fh logs --stream orders"), "{words}: {hint}");
    }
    let group = run("tail -f /aws/lambda/enrich").errors();
    assert!(group.contains("fh logs --group /aws/lambda/enrich"), "{group}");
    assert_snapshot!(run("logs -f README.md"), @"
    ------- stderr -------
    fh: `--follow` cannot be combined with `FILE`
      hint: to follow a file: tail -f README.md | fh logs -
    [exit status: 2]
    ");
    assert_snapshot!(run("logs --timeout 5m README.md"), @"
    ------- stderr -------
    fh: `--timeout` cannot be combined with `FILE`
      hint: see: fh logs --help
    [exit status: 2]
    ");
    let handled = run("invoke --handler app.handler event.json").errors();
    assert!(handled.contains("hint: `--event FILE` takes the event"), "{handled}");
    assert!(run("completions").errors().contains("e.g. fh completions bash"));
    // A file that is missing is no stream.
    assert!(!run("logs exports/orders.ndjson").errors().contains("--stream"));
    assert!(!run("failures failed.ndjson").errors().contains("--stream"));
    assert_snapshot!(run("invoke event.json"), @"
    ------- stderr -------
    fh: no file `event.json`
      hint: if it is an event: use `--event event.json`
    [exit status: 2]
    ");
    assert_snapshot!(run("invoke orders"), @"
    ------- stderr -------
    fh: no file `orders`
      hint: if it is a deployed function: use `--function orders`
    [exit status: 2]
    ");
}

#[test]
fn words_of_other_programs_are_understood_or_answered() {
    let help = |words: &str| run(words).success();
    for (word, command) in [
        ("tail", "logs"),
        ("log", "logs"),
        ("errors", "failures"),
        ("replay", "redrive"),
        ("retry", "redrive"),
        ("run", "invoke"),
        ("validate", "check"),
        ("completion", "completions"),
    ] {
        assert_eq!(help(&format!("{word} -h")), help(&format!("{command} -h")), "{word}");
        assert!(!help("--help").contains(&format!("  {word} ")), "{word}");
    }
    assert_eq!(help("help"), help("--help"));
    assert_eq!(help("help failures"), help("failures --help"));
    assert_eq!(help("help tail"), help("logs --help"));
    assert_eq!(help("version"), help("--version"));
    assert_eq!(
        help("explain -o json Lambda.FunctionError"),
        help("explain --output json Lambda.FunctionError")
    );
    let times =
        "failures --start-time 2026-11-22 --end-time 2026-11-23 fixtures/failures/splunk.json";
    assert!(help(times).contains("1 failed record"));
    assert_snapshot!(run("test"), @"
    ------- stderr -------
    fh: unknown command `test`
      hint: `fh invoke` runs the transform on an event; `fh send-demo` sends demo records
    [exit status: 2]
    ");
    for (word, command) in [
        ("dlq", "fh failures"),
        ("describe", "fh status"),
        ("query", "fh logs --grep"),
        ("simulate", "fh local start"),
    ] {
        let hint = run(word).errors();
        assert!(hint.contains(&format!("hint: `{command}`")), "{hint}");
        let words = command.split(' ').skip(1).take_while(|word| !word.starts_with('-'));
        assert_eq!(words.fold(Fh::new(), Fh::arg).arg("-h").run().code(), 0, "{command}");
    }
    assert_snapshot!(run("login"), @"
    ------- stderr -------
    fh: unknown command `login`
      hint: fh uses the credentials of the AWS CLI: `aws sso login`, `aws configure`
    [exit status: 2]
    ");
    assert_snapshot!(run("failures --json x"), @"
    ------- stderr -------
    fh: unknown flag `--json`
      hint: use `--output json`
    [exit status: 2]
    ");
    assert_snapshot!(run("logs --json x"), @"
    ------- stderr -------
    fh: unknown flag `--json`
      hint: use `--output ndjson`
    [exit status: 2]
    ");
    assert_snapshot!(run("Lambda.FunctionError"), @"
    ------- stderr -------
    fh: unknown command `Lambda.FunctionError`
      hint: to explain this error code: fh explain Lambda.FunctionError
    [exit status: 2]
    ");
    assert_snapshot!(run("fixtures/records/record.txt"), @"
    ------- stderr -------
    fh: unknown command `fixtures/records/record.txt`
      hint: to decode this file: fh decode fixtures/records/record.txt
    [exit status: 2]
    ");
    // Not `validate`, `invoke` and `--ordered`.
    for words in ["list", "help nope", "send-demo --stream x --rows 3"] {
        let refused = run(words);
        assert!(!refused.errors().contains("similar"), "{refused}");
    }
    for (words, similar) in [
        ("decdoe", "fh decode"),
        ("fail", "fh failures"),
        ("failures --stream-name x", "--stream"),
        ("completions zhs", "zsh"),
    ] {
        let refused = run(words);
        assert!(refused.errors().contains(similar), "{refused}");
    }
    assert_snapshot!(run("nothing-like-it"), @"
    ------- stderr -------
    fh: unknown command `nothing-like-it`
      hint: `fh --help` lists the commands
    [exit status: 2]
    ");
}

#[test]
fn every_refusal_of_flags_looks_like_an_error_of_fh() {
    assert_snapshot!(run("logs --sinse 3"), @"
    ------- stderr -------
    fh: unknown flag `--sinse`
      hint: a similar flag: --since
    [exit status: 2]
    ");
    assert_snapshot!(run("failures --output xml"), @"
    ------- stderr -------
    fh: invalid value `xml` for `--output`
      hint: possible values: text, table, json, ndjson, html, markdown
    [exit status: 2]
    ");
    assert_snapshot!(run("decode --output"), @"
    ------- stderr -------
    fh: `--output` requires a value
      hint: see: fh decode --help
    [exit status: 2]
    ");
    assert_snapshot!(run("event -o event.json"), @"
    ------- stderr -------
    fh: invalid value `event.json` for `--output`
      hint: to write to a file: > event.json
      hint: possible values: text, table, json, ndjson
    [exit status: 2]
    ");
    assert_snapshot!(run("event --from-failures --stream orders"), @"
    ------- stderr -------
    fh: `--from-failures` requires a value
      hint: pass files, folders or s3://BUCKET/PREFIX with failure objects; `fh failures --stream NAME` shows where they are
    [exit status: 2]
    ");
    assert_snapshot!(run("logs -f exported.txt"), @"
    ------- stderr -------
    fh: `--follow` cannot be combined with `FILE`
      hint: to follow a file: tail -f exported.txt | fh logs -
    [exit status: 2]
    ");
    assert_snapshot!(run("decode --raw --raw"), @"
    ------- stderr -------
    fh: `--raw` can be used only once
      hint: see: fh decode --help
    [exit status: 2]
    ");
    assert_snapshot!(run("check"), @"
    ------- stderr -------
    fh: missing `--event FILE`
      hint: see: fh check --help
    [exit status: 2]
    ");
    assert_snapshot!(run("decode --quiet=1"), @"
    ------- stderr -------
    fh: unexpected value '1' for '--quiet' found; no more were expected
      hint: see: fh decode --help
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("decode --records").arg("1\n2\u{1b}[31m").run(), @r"
    ------- stderr -------
    fh: `--records`: `1\n2\u{1b}[31m` is not a record number or range; records count from 1, e.g. 3,7-9 or 5-
    [exit status: 2]
    ");
}

#[test]
fn the_certificates_of_the_environment_are_in_no_usage_and_no_command() {
    let name = "/canary/of/ca.pem";
    for words in [
        "logs",
        "logs --help",
        "decode --nonsense",
        "redrive orders",
        "invoke",
        "failures fixtures/failures/splunk.json",
    ] {
        let output = Fh::new().args(words).env("AWS_CA_BUNDLE", name).run();
        assert!(!output.to_string().contains(name), "{words}: {output}");
    }
}

#[test]
fn lines_on_a_terminal_are_broken_between_words() {
    let output = Fh::new().args("logs --since 10").on_terminal(80);
    assert_snapshot!(output, @"
    ␛[38;5;196;1mfh:␛[0m `--since`: `10` has no unit: use 10m or 10h for a relative time; epoch times
        have 10 digits (seconds) or 13 (milliseconds)
    [exit status: 2]
    ");
    for columns in [40, 80, 160] {
        let output = Fh::new().args("decode --max-decoded x").on_terminal(columns);
        for line in output.text().lines() {
            let shown = line.replace("\u{1b}[38;5;196;1m", "").replace("\u{1b}[0m", "");
            assert!(shown.chars().count() <= usize::from(columns), "{line}");
        }
    }
    // What is to be copied stays in one piece, in a pipe everything does.
    let long = "arn:aws:lambda:eu-west-1:111122223333:function:a-function-with-a-long-name";
    let output = Fh::new().args("logs").arg(long).on_terminal(60);
    assert!(output.text().contains(&format!("fh logs --function {long}")), "{output}");
    let lines = run("logs --since 10").errors().lines().count();
    assert_eq!(lines, 1);
}

#[test]
fn a_stream_of_the_environment_stands_for_the_flag() {
    let _masks = mask(masks::SERVER);
    boto(
        "bucket('named', {'data/processing-failed/2026/11/22/10/\
         named-1-2026-11-22-10-00-00-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f35': \
         open('fixtures/failures/lambda-arn-capital.ndjson', 'rb').read()})\n\
         firehose.create_delivery_stream(DeliveryStreamName='named', ExtendedS3DestinationConfiguration={\
         'RoleARN': 'arn:aws:iam::111122223333:role/firehose', 'BucketARN': 'arn:aws:s3:::named', \
         'CompressionFormat': 'UNCOMPRESSED', 'BufferingHints': {'SizeInMBs': 5, 'IntervalInSeconds': 300}, \
         'EncryptionConfiguration': {'NoEncryptionConfig': 'NoEncryption'}, \
         'Prefix': 'data/', 'ErrorOutputPrefix': 'data/'})",
    );
    let named = |words: &str| fh(words).env("FH_STREAM", "named");
    // `run` has a pipe as standard input, which is no terminal.
    let line = |words: &str| {
        let fh = Fh::shell(&format!("\"$FH\" {words} < /dev/null"));
        let url = moto().url();
        let keys = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "x")];
        let fh = keys.iter().fold(fh, |fh, (name, value)| fh.env(name, value));
        fh.env("AWS_ENDPOINT_URL", &url).env("AWS_REGION", "eu-west-1").env("FH_STREAM", "named")
    };
    let words = "failures --output table --since '2026-11-22 10:00' --until 2026-11-23";
    let output = line(words).run();
    assert_eq!(output.text().lines().count(), 4, "{output}");
    let note = "fh: delivery stream `named`, from FH_STREAM\n";
    assert!(output.errors().starts_with(note), "{output}");
    assert!(line(&format!("-q {words}")).run().errors().is_empty());
    let sent = named("send-demo --seed 1 --count 3").run();
    assert!(sent.text().starts_with("named: 3 records acknowledged"), "{sent}");
    assert!(named("send --dry-run").stdin("a\n").run().errors().starts_with(note));
    for words in ["redrive --dry-run --since 2026-11-22", "logs --since 1h"] {
        assert!(line(words).run().errors().starts_with(note), "{words}");
    }
}

#[test]
fn a_stream_of_the_environment_touches_nothing_that_is_named() {
    let named = |words: &str| Fh::new().args(words).env("FH_STREAM", "named");
    let file = "fixtures/failures/splunk.json";
    // There is no Region here: a call of AWS would fail.
    for words in [
        format!("failures {file}"),
        format!("event --seed 1 --from-failures {file}"),
        format!("decode {file}"),
        "logs fixtures/logs/delivery-error.json".to_owned(),
        "event --seed 1".to_owned(),
    ] {
        let output = named(&words).run();
        assert_eq!(output.to_string(), Fh::new().args(&words).run().to_string(), "{words}");
    }
    let piped = named("failures").stdin(std::fs::read(file).unwrap()).run();
    assert!(piped.text().starts_with("1 failed record"), "{piped}");
    let hint = "FH_STREAM does not apply where standard input is a pipe: pass `--stream NAME`";
    for words in ["failures", "logs", "logs --since 1h", "redrive --yes"] {
        let piped = named(words).stdin("{}\n").run();
        assert!(piped.errors().contains(hint) || words == "failures", "{words}: {piped}");
        assert!(!piped.errors().contains("`named`, from"), "{words}: {piped}");
        assert_eq!(piped.code(), 2, "{words}: {piped}");
    }
    assert!(named("failures").run().errors().contains(hint));
    for words in ["failures --bucket lake", "logs --function enrich", "send --stream other -"] {
        let output = named(words).run();
        assert!(!output.errors().contains("FH_STREAM"), "{words}: {output}");
    }
    let empty = Fh::new().args("logs").env("FH_STREAM", "").run();
    assert!(empty.errors().starts_with("fh: no logs selected"), "{empty}");
    let wrong = Fh::shell("\"$FH\" logs < /dev/null").env("FH_STREAM", "my orders").run();
    assert_snapshot!(wrong, @"
    ------- stderr -------
    fh: FH_STREAM: `my orders` is not a valid delivery stream name; use 1 to 64 letters, digits, `_`, `.` or `-`, or the ARN
    [exit status: 2]
    ");
}

#[test]
fn a_name_that_does_not_exist_comes_with_those_that_are_like_it() {
    let _masks = mask(masks::SERVER);
    boto(
        "firehose.create_delivery_stream(DeliveryStreamName='clickstream-prod', \
         ExtendedS3DestinationConfiguration={'RoleARN': 'arn:aws:iam::111122223333:role/firehose', \
         'BucketARN': 'arn:aws:s3:::clicks'})\n\
         logs = session.client('logs', endpoint_url=url)\n\
         logs.create_log_group(logGroupName='/fh/clicks/enrich-clicks')",
    );
    let similar = "  hint: similar names in eu-west-1: `clickstream-prod`";
    for words in [
        "failures --stream clickstraem-prod",
        "send-demo --stream clickstream",
        "redrive --dry-run --stream clickstream-prd",
        "logs --stream clickstream-production",
    ] {
        let output = fh(words).run();
        assert_eq!(output.code(), 3, "{words}: {output}");
        assert!(output.errors().contains(similar), "{words}: {output}");
    }
    let output = fh("logs --group /fh/clicks/enrich-clikcs").run();
    let similar = "similar names in eu-west-1 below /fh/clicks/: `/fh/clicks/enrich-clicks`";
    assert!(output.errors().contains(similar), "{output}");
    let output = fh("invoke --function order").stdin("{\"records\":[]}").run();
    assert!(output.errors().contains("`orders`"), "{output}");
    let output = fh("invoke --function orders:lvie").stdin("{\"records\":[]}").run();
    let alias = "function `orders` exists, without this version or alias";
    assert!(output.errors().contains(alias), "{output}");
}

#[test]
fn names_that_may_not_be_listed_are_not_missed() {
    let missing = Canned::answering(|request| {
        let is_list = request.contains("ListDeliveryStreams");
        let code = if is_list { "AccessDeniedException" } else { "ResourceNotFoundException" };
        let body = format!("{{\"__type\":\"{code}\",\"message\":\"no\"}}");
        let head = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.1";
        let id = "x-amzn-requestid: 5c3f-1";
        Some(format!("{head}\r\n{id}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into())
    });
    let output = at(&missing.url(), "failures --stream orders").run();
    assert_eq!(output.code(), 3, "{output}");
    assert!(output.errors().contains("does not exist") && !output.errors().contains("similar"));
}

#[test]
fn the_same_time_can_be_written_in_every_form() {
    let file = "fixtures/failures/over-time.ndjson";
    let records = |since: &str| {
        let fh = Fh::new().args("failures --output ndjson --records").arg("--since").arg(since);
        fh.arg(file).env("TZ", "Europe/Berlin").run().success().lines().count()
    };
    let expected = records("2026-11-22T10:30:00Z");
    assert!((1..38).contains(&expected), "{expected}");
    for since in [
        "2026-11-22 11:30:00 +01:00",
        "2026-11-22 11:30:00.000 +01:00",
        "2026-11-22 11:30",
        "2026-11-22T11:30:00",
        "1795343400",
        "1795343400000",
        "2026-11-22T10:30:00.000Z",
        "2026-11-22T10:30:00.000000+00:00",
    ] {
        assert_eq!(records(since), expected, "{since}");
    }
    assert_eq!(records("2026-11-22"), 38);
    let utc = ["failures --utc --output ndjson --records --since", file];
    let fh = Fh::new().args(utc[0]).arg("2026-11-22 10:30").arg(file).env("TZ", "Asia/Tokyo");
    assert_eq!(fh.run().success().lines().count(), expected);
    for words in ["failures --since yesterday", "logs --since today", "event --timestamp yesterday"]
    {
        let output = Fh::new().args(words).run();
        assert!(!output.errors().contains("is not a valid time"), "{words}: {output}");
    }
}
