//! `fh explain` where one code has several causes, and for what functions print.

use insta::assert_snapshot;

use crate::harness::Fh;

fn explain(words: &str) -> Fh {
    Fh::new().arg("explain").args(words)
}

#[test]
fn the_status_of_an_endpoint_says_what_to_change() {
    let record = r#"{"rawData":"eA==","errorCode":"HttpEndpoint.DestinationException","errorMessage":"The following response was received from the endpoint destination. 413: {\"requestId\":\"43b8e724-dbac-4510-adb7-ef211c6044b9\",\"timestamp\":1598556019164,\"errorMessage\":\"Payload too large\"}","attemptsMade":4}"#;
    assert_snapshot!(explain("-").stdin(record).run(), @"
    HttpEndpoint.DestinationException · The endpoint answered with a status other than 200, which the message shows.

    Records   1 of the input.
    Cause     413 (1 record): The request is too large for the endpoint. Lower the buffer: SizeInMBs in BufferingHints of the destination (1 to 64, 5 by default).
    AWS says  The following response was received from the endpoint destination.
    Attempts  As many as fit into the retry duration of the destination (0 to 7,200 seconds), if this is retried at all; attemptsMade of the failure record counts them.
    Fails     All records that were delivered together.
    Lost?     Nothing for good: what the endpoint did not accept is kept in the bucket for backups, below http-endpoint-failed/ or your error output prefix. rawData there is what was sent to the endpoint, after the transform.
    Sure?     Named by AWS's documentation; we know of no failure record that shows it.

    Look at:
      - errorMessage: the status, and the endpoint's own message.
      - The log of the endpoint at the time of the record.

    Change:
      - Fix what the status and the message name. Advice of the endpoint's vendor comes first.

    Reproduce it:
      fh decode failed.ndjson
      fh explain - < failed.ndjson
      failed.ndjson: an object from the error prefix, as it is in S3
    [exit status: 0]
    ");
}

#[test]
fn a_message_that_names_one_of_several_causes_explains_that_one() {
    let line = "[ERROR] Lambda was unable to decrypt the environment variables because KMS access \
                was denied. Check the function's KMS key settings as well as the key policy.";
    let text = Fh::new().arg("explain").arg(line).run().success();
    let cause = text.lines().find(|line| line.starts_with("Cause"));
    assert_snapshot!(cause.unwrap(), @"Cause     The function could not start. Allow its execution role kms:Decrypt on the key of its environment variables, in the role's policy and in the key policy.");
    assert!(text.starts_with("Lambda.FunctionError · ") && !text.contains("By message:"), "{text}");
}

#[test]
fn what_a_function_printed_is_explained_as_its_own() {
    let log = "[ERROR] KeyError: 'TABLE'\nTraceback (most recent call last):\n  File \
               \"/var/task/app.py\", line 4, in <module>\n    TABLE = os.environ['TABLE']\n";
    let line = log.replace('\n', " ");
    assert_snapshot!(explain("-").stdin(line).run(), @"
    KeyError of os.environ · Printed by a function that reads an environment variable that is not set.

    Records   1 of the input.
    Attempts  All of them: 1 plus NumberOfRetries, so attemptsMade is 4 unless the stream sets it. Each sends the same records with the same ids again, under a new invocationId.
    Fails     Every record of the batch, including the good ones.
    Lost?     Nothing for good: unless the function catches it, Firehose reports Lambda.FunctionError and keeps each record of the batch as it was before the transform, in rawData of a failure object.
    Sure?     Reproduced: the language, the runtime or the SDK prints it, wherever the function runs.

    Look at:
      - The name after KeyError, next to the variables of the deployed function: `aws lambda get-function-configuration --function-name NAME`.

    Change:
      - On this machine, pass the variable with --env KEY=VALUE, or all of them with --env-file.
      - In Lambda, set it in the configuration of the function, or give it a default: os.environ.get('KEY', 'value').

    Reproduce it:
      fh event --from-failures failed.ndjson > event.json
      fh invoke --env KEY=VALUE --handler FILE.FUNCTION --event event.json
      failed.ndjson: an object from the error prefix, as it is in S3
      FILE.FUNCTION: your transform; see fh invoke --help for --exec, --function and others
    [exit status: 0]
    ");
    let quoted = Fh::new().arg("explain").arg(log).run().success();
    assert!(quoted.starts_with("KeyError of os.environ · "), "{quoted}");
}

/// Text and attempts tell an answer that Firehose refused from a call that failed.
#[test]
fn a_refused_response_is_not_explained_as_a_failed_call() {
    let record = |message: &str, attempts: u32| {
        format!(
            "{{\"rawData\":\"QQ==\",\"errorCode\":\"Lambda.FunctionError\",\
             \"errorMessage\":\"{message}\",\"attemptsMade\":{attempts},\
             \"lambdaARN\":\"arn:aws:lambda:eu-west-1:111122223333:function:f\"}}\n"
        )
    };
    let invalid = "Check your function and make sure the output is in required format. In addition \
                   to that, make sure the processed records contain valid result status of Dropped, \
                   Ok, or ProcessingFailed";
    let general = "The Lambda function was successfully invoked but it returned an error result.";
    let large = "lower the transform's BufferSizeInMBs";
    let caught = "Catch errors record by record";
    for (input, is_refused) in [
        (record(invalid, 1), true),
        (record("", 1), true),
        (record(general, 4), false),
        (record(general, 1), false),
    ] {
        let explained = explain("-").stdin(input.clone()).run().success();
        let shown = Fh::new().args("failures").stdin(input).run().success();
        let cause = "Cause     (1 record): The response is not one that Firehose accepts";
        assert_eq!(explained.contains(cause), is_refused, "{explained}");
        for text in [&explained, &shown] {
            assert_eq!(text.contains(large) || text.contains(caught), !is_refused, "{text}");
        }
        // Nothing failed that the function could have logged.
        assert_eq!(shown.contains("fh logs --function f"), !is_refused, "{shown}");
    }
    let mixed = [record(invalid, 1), record(general, 4)].concat();
    let mixed = explain("-").stdin(mixed).run().success();
    assert!(mixed.contains("Cause     (1 record): The response") && mixed.contains(caught));
}

/// The same exception has two causes, which the end of the traceback tells apart.
#[test]
fn a_key_in_capitals_is_not_taken_for_an_environment_variable() {
    let of_key = "Traceback (most recent call last):\n  File \"/var/task/app.py\", line 9, in price\n    \
                  p[\"PRICE\"]\n    ~^^^^^^^^^\nKeyError: 'PRICE'\n";
    let of_variable = of_key
        .replace("p[\"PRICE\"]", "os.environ[\"PRICE\"]")
        .replace("KeyError", "  File \"<frozen os>\", line 716, in __getitem__\nKeyError");
    let first = |text: String| text.split(" · ").next().unwrap_or_default().to_owned();
    for (text, page) in [(of_key, "KeyError"), (&of_variable, "KeyError of os.environ")] {
        assert_eq!(first(explain("-").stdin(text).run().success()), page);
        let argument = Fh::new().arg("explain").arg(text).run().success();
        assert_eq!(first(argument), page);
        // In a log of several, each line is read by itself.
        let twice = explain("-").stdin(text.repeat(2)).run().text();
        assert!(twice.contains("Records   2 of the input."), "{twice}");
        assert_eq!(first(twice), page);
    }
    // Lambda puts the exception before its frames.
    for (text, page) in [(of_key, "KeyError"), (&of_variable, "KeyError of os.environ")] {
        let frames = text.strip_suffix("KeyError: 'PRICE'\n").unwrap();
        let log =
            format!("START RequestId: 1\n[ERROR] KeyError: 'PRICE'\n{frames}END RequestId: 1\n");
        let shown = explain("-").stdin(log.repeat(2)).run().text();
        assert!(shown.contains("Records   2 of the input."), "{shown}");
        assert_eq!(first(shown), page);
    }
    let alone = Fh::new().arg("explain").arg("KeyError: 'PRICE'").run().success();
    assert_eq!(first(alone.clone()), "KeyError");
    assert!(alone.contains("of an environment variable: `fh explain 'KeyError of os.environ'`"));
}

#[test]
fn answers_of_aws_to_calls_are_explained_by_their_code_and_message() {
    let put = "{\n  \"FailedPutCount\": 1,\n  \"RequestResponses\": [\n    {\"RecordId\": \"r\"},\n    \
               {\"ErrorCode\": \"ServiceUnavailableException\", \"ErrorMessage\": \"Slow down.\"}\n  ]\n}\n";
    let event = r#"{"eventVersion":"1.08","eventSource":"firehose.amazonaws.com","errorCode":"AccessDenied","errorMessage":"User: arn:aws:sts::111122223333:assumed-role/app/i is not authorized to perform: firehose:PutRecordBatch on resource: arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders"}"#;
    for (input, page) in [
        (put.to_owned(), "PutRecordBatch: Slow down · "),
        (event.to_owned(), "PutRecordBatch: Access denied · "),
        (format!("{{\"Records\":[{event}]}}"), "PutRecordBatch: Access denied · "),
    ] {
        let text = explain("-").stdin(input.as_str()).run().success();
        assert!(text.starts_with(page), "{input}: {text}");
        let argument = Fh::new().arg("explain").arg(&input).run().success();
        assert!(argument.starts_with(page), "{input}: {argument}");
    }
    let other = r#"{"eventSource":"dynamodb.amazonaws.com","errorCode":"ThrottlingException","errorMessage":"Rate exceeded"}"#;
    let kinesis = r#"{"FailedRecordCount":1,"Records":[{"ErrorCode":"InternalFailure","ErrorMessage":"Internal service failure."}]}"#;
    for input in [other, kinesis] {
        let text = explain("-").stdin(input).run().text();
        assert!(!text.contains("PutRecordBatch") && !text.contains("Lambda."), "{text}");
        let argument = Fh::new().arg("explain").arg(input).run().text();
        assert!(
            !argument.contains("PutRecordBatch") && !argument.contains("Lambda."),
            "{argument}"
        );
    }
}
