//! What functions print in each runtime, and the page that it leads to.

use super::*;

#[test]
fn what_each_runtime_prints_leads_to_the_page_of_its_cause() {
    for (code, lines) in [
        (
            "illegal base64 data",
            &["illegal base64 data at input byte 4", "json: illegal base64 data at input byte 0"]
                as &[&str],
        ),
        (
            "Illegal base64 character",
            &[
                "java.lang.IllegalArgumentException: Illegal base64 character 7b",
                "Illegal base64 character 2d",
                "Input byte array has wrong 4-byte ending unit",
                "Last unit does not have enough valid bits",
            ],
        ),
        (
            "The input is not a valid Base-64 string",
            &[
                "System.FormatException: The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters.",
                "Invalid length for a Base-64 char array or string.",
            ],
        ),
        (
            "base64::DecodeError",
            &[
                "Invalid symbol 123, offset 0.",
                "Invalid byte 123, offset 0.",
                "Invalid last symbol 98, offset 1.",
            ],
        ),
        (
            "Incorrect padding",
            &["binascii.Error: Incorrect padding", "Only base64 data is allowed"],
        ),
        (
            "invalid base64 (ArgumentError)",
            &["invalid base64 (ArgumentError)", "ArgumentError: invalid base64"],
        ),
        (
            "The string to be decoded is not correctly encoded",
            &["InvalidCharacterError: The string to be decoded is not correctly encoded."],
        ),
        (
            "Not a gzipped file",
            &[
                "gzip: invalid header",
                "java.util.zip.ZipException: Not in GZIP format",
                "app.rb:4:in `initialize': not in gzip format (Zlib::GzipFile::Error)",
            ],
        ),
        (
            "incorrect header check",
            &[
                "zlib: invalid header",
                "System.IO.InvalidDataException: Found invalid data while decoding.",
                "The archive entry was compressed using an unsupported compression method.",
                "Error -3 while decompressing data: invalid block type",
            ],
        ),
        ("unexpected end of file", &["Zlib::BufError: buffer error", "gzip: unexpected EOF"]),
        (
            "0x8b in position 1",
            &["'utf-8' codec can't decode byte 0x8b in position 1: invalid start byte"],
        ),
        (
            "codec can't decode byte",
            &[
                "'utf-8' codec can't decode byte 0xe9 in position 17: invalid continuation byte",
                "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
                "'ascii' codec can't decode byte 0xc3 in position 5: ordinal not in range(128)",
                "UnicodeEncodeError: 'ascii' codec can't encode character '\\xfc' in position 3: ordinal not in range(128)",
            ],
        ),
        (
            "json: cannot unmarshal",
            &[
                "json: cannot unmarshal string into Go struct field Order.price of type float64",
                "com.fasterxml.jackson.databind.exc.MismatchedInputException: Cannot deserialize value of type `int`",
                "The JSON value could not be converted to System.Int32. Path: $.id",
            ],
        ),
        (
            "a bytes-like object is required",
            &["a bytes-like object is required, not 'str'", "TypeError: can't concat str to bytes"],
        ),
        (
            "the JSON object must be str, bytes or bytearray",
            &["the JSON object must be str, bytes or bytearray, not dict"],
        ),
        (
            "Unable to import module",
            &[
                "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@aws-sdk/client-s3' imported from /var/task/index.mjs",
                "cannot load such file -- json5",
                "LoadError: cannot load such file -- app",
                "Class not found: com.acme.Handler",
                "java.lang.ClassNotFoundException: com.acme.Handler",
            ],
        ),
        (
            "Runtime.HandlerNotFound",
            &[
                "Runtime.HandlerNotFound: index.handler is undefined or not exported",
                "Handler 'lambda_handler' missing on module 'app'",
            ],
        ),
        (
            "Runtime.MalformedHandlerName",
            &[
                "[ERROR] Runtime.MalformedHandlerName: Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
                "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
                "Bad handler 'handler': no dot in it",
                "Runtime.MalformedHandlerName: Bad handler",
            ],
        ),
        (
            "Runtime.UserCodeSyntaxError",
            &[
                "Runtime.UserCodeSyntaxError: Syntax error in module 'app': invalid syntax (app.py, line 3)",
                "SyntaxError: Cannot use import statement outside a module",
                "ReferenceError: require is not defined in ES module scope, you can use import instead",
            ],
        ),
        (
            "Runtime.InvalidEntrypoint",
            &[
                "Runtime.InvalidEntrypoint",
                "fork/exec /var/task/main: exec format error",
                "fork/exec /var/task/bootstrap: no such file or directory",
            ],
        ),
        (
            "Unable to locate credentials",
            &[
                "Unable to load AWS credentials from any provider in the chain: [EnvironmentVariableCredentialsProvider: Unable to load AWS credentials from environment variables]",
                "Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain",
                "operation error S3: GetObject, failed to sign request: failed to retrieve credentials: no EC2 IMDS role found",
                "Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1",
                "CredentialsProviderError: Could not load credentials from any providers",
                "Unable to get IAM security credentials from EC2 Instance Metadata Service.",
            ],
        ),
        (
            "You must specify a region",
            &[
                "botocore.exceptions.NoRegionError: You must specify a region.",
                "Region is missing",
                "ConfigError: Missing region in config",
                "Unable to load region from any of the providers in the chain",
            ],
        ),
        (
            "Runtime.UnhandledPromiseRejection",
            &[
                "Runtime.UnhandledPromiseRejection: Error: boom",
                "[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block]",
            ],
        ),
        (
            "Object of type coroutine is not JSON serializable",
            &[
                "[ERROR] Runtime.MarshalError: Unable to marshal response: Object of type coroutine is not JSON serializable",
                "Object of type generator is not JSON serializable",
                "RuntimeWarning: coroutine 'lambda_handler' was never awaited",
            ],
        ),
        (
            "is not JSON serializable",
            &["Unable to marshal response: Object of type datetime is not JSON serializable"],
        ),
        (
            "InvalidSourceException",
            &[
                "An error occurred (InvalidSourceException) when calling the PutRecord operation: Only requests from CloudWatch Logs are supported when CloudWatch Logs decompression is enabled.",
            ],
        ),
        (
            "PutRecordBatch: Access denied",
            &[
                "An error occurred (AccessDeniedException) when calling the PutRecordBatch operation: User: arn:aws:sts::111122223333:assumed-role/fn/fn is not authorized to perform: firehose:PutRecordBatch on resource: arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders",
            ],
        ),
        (
            "PutRecordBatch: Stream not found",
            &["ResourceNotFoundException: Firehose orders under account 111122223333 not found."],
        ),
        (
            "Runtime.ExitError",
            &["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"],
        ),
    ] {
        for line in lines {
            assert_eq!(codes(&find(line)), [code], "{line}");
            assert_eq!(page_for(line).map(|it| it.error.code), Some(code), "{line}");
        }
    }
}

#[test]
fn a_fragment_that_other_messages_have_too_does_not_lead_to_one_page() {
    for query in ["permission denied", "file or directory", "not enough values to unpack"] {
        assert_eq!(codes(&find(query)), [""; 0], "{query}");
    }
    for query in ["ArgumentError", "bad value for range (ArgumentError)"] {
        assert_eq!(codes(&find(query)), ["Exception of a function"], "{query}");
    }
    for (query, code) in [
        ("fork/exec /var/task/bootstrap: permission denied", "Runtime.InvalidEntrypoint"),
        ("is not valid JSON", "Expecting value: line 1 column 1"),
        ("looking for beginning of value", "Expecting value: line 1 column 1"),
        ("OutOfMemoryError", "Runtime.ExitError"),
        ("Bad handler", "Runtime.MalformedHandlerName"),
    ] {
        assert_eq!(codes(&find(query)), [code], "{query}");
    }
}

#[test]
fn the_character_that_java_names_is_explained() {
    let means = |message| find(message)[0].case_in(message).map(|it| it.means);
    assert!(means("Illegal base64 character 7b").unwrap().contains("JSON"));
    assert!(means("Illegal base64 character 5f").unwrap().contains("getUrlDecoder"));
    assert_eq!(means("Illegal base64 character 3c"), None);
}

#[test]
fn what_fails_on_the_network_and_the_disk_leads_to_the_page_of_its_cause() {
    for (code, lines) in [
        (
            "getaddrinfo ENOTFOUND",
            &[
                "Error: getaddrinfo ENOTFOUND api.example.com",
                "socket.gaierror: [Errno -2] Name or service not known",
                "java.net.UnknownHostException: api.example.com",
                "dial tcp: lookup api.example.com on 169.254.78.1:53: no such host",
                "no such host",
                "dial tcp: lookup api.example.com on 169.254.78.1:53: server misbehaving",
                "dial tcp: lookup api.example.com on 169.254.78.1:53: read udp \
                 169.254.76.1:4711->169.254.78.1:53: i/o timeout",
                "java.nio.channels.UnresolvedAddressException",
                "Temporary failure in name resolution",
                "[Errno 8] nodename nor servname provided, or not known",
                "curl: (6) Could not resolve host: api.example.com",
                "[Errno 11001] getaddrinfo failed",
                "gaierror",
            ] as &[&str],
        ),
        (
            "connect ETIMEDOUT",
            &[
                "Error: connect ETIMEDOUT 176.32.98.189:443",
                "TimeoutError: [Errno 110] Connection timed out",
                "botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: \"https://x/\"",
                "java.net.SocketTimeoutException: connect timed out",
                "dial tcp 10.0.0.1:443: i/o timeout",
            ],
        ),
        (
            "Read timeout on endpoint URL",
            &[
                "Read timeout on endpoint URL: \"https://x/\"",
                "ReadTimeoutError: Read timed out. (read timeout=15)",
                "java.net.SocketTimeoutException: Read timed out",
            ],
        ),
        (
            "connect ECONNREFUSED",
            &[
                "Error: connect ECONNREFUSED 127.0.0.1:6379",
                "java.net.ConnectException: Connection refused (Connection refused)",
                "dial tcp 127.0.0.1:5432: connect: connection refused",
            ],
        ),
        ("read ECONNRESET", &["Error: read ECONNRESET", "Error: socket hang up", "ECONNRESET"]),
        (
            "Could not connect to the endpoint URL",
            &["EndpointConnectionError: Could not connect to the endpoint URL: \"https://x/\""],
        ),
        (
            "Too many open files",
            &[
                "Error: EMFILE: too many open files, open 'a'",
                "[Errno 24] Too many open files: 'a'",
            ],
        ),
        (
            "No space left on device",
            &[
                "ENOSPC: no space left on device, write",
                "java.io.IOException: No space left on device",
            ],
        ),
        (
            "Read-only file system",
            &["EROFS: read-only file system, open 'a'", "[Errno 30] Read-only file system: 'a'"],
        ),
        (
            "Could not parse request body into json",
            &[
                "Could not parse request body into json: Could not parse payload into json",
                "Unable to parse input as JSON",
            ],
        ),
    ] {
        for line in lines {
            let found: Vec<_> = find(line).iter().map(|it| it.error.code).collect();
            assert_eq!(found, [code], "{line}");
        }
    }
    // Words of DNS in other messages.
    for line in
        ["Error: server misbehaving: pool empty", "lookup table read udp config i/o timeout"]
    {
        let found = find(line);
        let is_dns = found.iter().any(|it| it.error.code == "getaddrinfo ENOTFOUND");
        assert!(!is_dns, "{line}");
    }
    // A destination's own message stays that of its code.
    let found = find("Splunk.ConnectionTimeout: The connection to Splunk timed out.");
    assert_eq!(
        found.iter().map(|it| it.error.code).collect::<Vec<_>>(),
        ["Splunk.ConnectionTimeout"]
    );
}

#[test]
fn the_sdk_that_newer_runtimes_lack_is_told_from_that_which_they_have() {
    let v2 = "Runtime.ImportModuleError: Error: Cannot find module 'aws-sdk'\nRequire stack:\n- \
              /var/task/index.js";
    for message in [v2, "Cannot find module 'aws-sdk'", "Cannot find package 'aws-sdk' imported"] {
        assert_eq!(codes(&find(message)), ["Cannot find module 'aws-sdk'"], "{message}");
    }
    for other in ["@aws-sdk/client-s3", "aws-sdk-mock", "pg"] {
        let message = format!("Error: Cannot find module '{other}'");
        assert_eq!(codes(&find(&message)), ["Unable to import module"], "{message}");
    }
}

#[test]
fn answers_of_aws_to_calls_are_found_by_code_and_message() {
    for (message, code) in [
        ("RequestId: 8f507cfc Process exited before completing request", "Runtime.ExitError"),
        ("InvalidKMSResourceException", "InvalidKMSResourceException"),
        ("InternalFailure", "PutRecordBatch: Internal failure"),
        (
            "The provided execution role does not have permissions to call CreateNetworkInterface \
             on EC2",
            "CreateNetworkInterface",
        ),
        ("key not found: \"PRICE\" (KeyError)", "key not found (KeyError)"),
    ] {
        assert_eq!(codes(&find(message)), [code], "{message}");
    }
    let put = r#"{"FailedPutCount":2,"RequestResponses":[{"RecordId":"r"},
        {"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."},
        {"ErrorCode":"InternalFailure","ErrorMessage":"Internal service failure."}]}"#;
    let expected = [("PutRecordBatch: Internal failure", 1), ("PutRecordBatch: Slow down", 1)];
    assert_eq!(known(&tally(put)), expected);
    let denied = r#"{"eventSource":"firehose.amazonaws.com","errorCode":"AccessDenied","errorMessage":
        "User: arn:aws:iam::1:user/u is not authorized to perform: firehose:PutRecord on resource: r"}"#;
    let denied = denied.replace('\n', "");
    for event in [denied.clone(), format!("{{\"Records\":[{denied}]}}")] {
        assert_eq!(known(&tally(&event)), [("PutRecordBatch: Access denied", 1)], "{event}");
    }
    for (source, code, message) in [
        ("dynamodb", "ThrottlingException", "Rate exceeded"),
        (
            "kinesis",
            "ProvisionedThroughputExceededException",
            "Rate exceeded for shard shardId-000000000000 in stream s under account 1.",
        ),
        ("polly", "ServiceUnavailableException", "Slow down."),
        ("lambda", "InternalFailure", "Internal service failure."),
    ] {
        let event = format!(
            r#"{{"eventSource":"{source}.amazonaws.com","errorCode":"{code}","errorMessage":"{message}"}}"#
        );
        let answer = format!(r#"{{"ErrorCode":"{code}","ErrorMessage":"{message}"}}"#);
        let list = |record: &str| format!(r#"{{"FailedRecordCount":1,"Records":[{record}]}}"#);
        for input in [list(&event), event, list(&answer)] {
            let tally = tally(&input);
            assert_eq!(known(&tally), [], "{input}");
            assert_eq!(tally.unknown().collect::<Vec<_>>(), [(code, 1)], "{input}");
        }
    }
    let elsewhere = denied.replace("firehose.amazonaws.com", "sts.amazonaws.com");
    assert_eq!(known(&tally(&elsewhere)), [("PutRecordBatch: Access denied", 1)]);
    let unnamed = denied.replace("firehose.amazonaws.com", "s3.amazonaws.com");
    let unnamed = unnamed.replace("firehose:PutRecord", "s3:GetBucketTagging");
    assert_eq!(known(&tally(&unnamed)), []);
    let call = |call: &str| format!("An error occurred (InternalFailure) when calling the {call}");
    for put in ["PutRecord operation", "PutRecordBatch operation"] {
        assert_eq!(codes(&find(&call(put))), ["PutRecordBatch: Internal failure"]);
    }
    for other in ["DescribeTable operation", "PutRecords operation"] {
        assert!(!codes(&find(&call(other))).contains(&"PutRecordBatch: Internal failure"));
        assert_eq!(known(&tally(&call(other))), []);
    }
    let new = r#"{"errorCode":"Lambda.SomeNewError","errorMessage":"KeyError: 'data'"}"#;
    assert_eq!(known(&tally(new)), [], "a new code of Firehose stays one");
}
