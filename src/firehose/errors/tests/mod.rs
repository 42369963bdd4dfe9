use std::collections::BTreeSet;

use super::find::page_for;
use super::spelling::squeeze;
use super::*;
use crate::framing::InputFormat;

mod cut;
mod functions;
mod tallies;

fn codes(found: &[&'static Explanation]) -> Vec<&'static str> {
    found.iter().map(|it| it.error.code).collect()
}

fn known(tally: &CodeCounts) -> Vec<(&'static str, u64)> {
    tally.known().iter().map(|it| (it.explanation.error.code, it.records)).collect()
}

fn tally(input: &str) -> CodeCounts {
    let mut tally = CodeCounts::default();
    tally.add(input.as_bytes(), 1, InputFormat::Auto);
    tally
}

/// Every sentence of a page.
fn sentences(it: &Explanation) -> Vec<&'static str> {
    let means = it.cases.iter().map(|case| case.means);
    let lists = it.look.iter().chain(it.change).copied().chain(means);
    [it.happened, it.lost].into_iter().chain(lists).collect()
}

#[test]
fn every_code_has_one_page_in_the_order_of_families_and_names() {
    let names: Vec<_> = all().map(|it| (it.family, it.error.code.to_ascii_lowercase())).collect();
    assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
    let unique: BTreeSet<_> = names.iter().map(|(_, code)| code).collect();
    assert_eq!(unique.len(), names.len(), "a code is there twice");
}

#[test]
fn every_part_of_every_page_says_something() {
    for it in all() {
        let code = it.error.code;
        let lists = [it.look, it.change, it.again];
        assert!(!lists.iter().any(|list| list.is_empty()), "{code}: an empty list");
        for text in sentences(it) {
            let is_sentence = text.len() > 10 && text.ends_with(['.', '?', '"', '…', ')']);
            assert!(is_sentence && !text.contains("  "), "{code}: {text:?}");
        }
        assert!(it.error.message.is_none_or(|message| message.len() > 10), "{code}");
    }
}

#[test]
fn a_page_of_its_own_says_something_of_its_own() {
    let shared = |one: &Explanation, other: &Explanation| {
        one.happened == other.happened && one.change == other.change
    };
    let pages: Vec<_> = all().collect();
    for (position, one) in pages.iter().enumerate() {
        for other in pages.iter().skip(position + 1).filter(|other| shared(one, other)) {
            // Two spellings of one error.
            let same_tail = |code: &str| code.rsplit('.').next().map(str::to_owned);
            let (one, other) = (one.error.code, other.error.code);
            let pairs = [
                ("KMS.DisabledException", "S3.KMS.KeyDisabled"),
                ("Snowflake.IncorrectValue", "Snowflake.InvalidValue"),
            ];
            let is_pair = same_tail(one) == same_tail(other) || pairs.contains(&(one, other));
            assert!(is_pair, "{one} and {other} have the same page");
        }
    }
}

#[test]
fn every_command_is_ours() {
    for it in all() {
        for line in it.again {
            assert!(line.starts_with("fh "), "{}: {line}", it.error.code);
        }
    }
}

/// Whoever calls the function shows nothing of what the role of the stream may do.
#[test]
fn what_may_not_be_done_or_is_not_there_is_looked_for_by_the_doctor() {
    let of_stream =
        |it: &Explanation| it.family <= Family::DataFormatConversion || it.family == Family::S3;
    let words = [
        "AccessDenied",
        "ResourceNotFound",
        "NoSuchBucket",
        "KMS",
        "EntityNotFound",
        "InvalidGlueRole",
        "InvokeLimitExceeded",
        "InvalidSecurityToken",
    ];
    let mut found = 0;
    for it in
        all().filter(|it| of_stream(it) && words.iter().any(|word| it.error.code.contains(word)))
    {
        assert_eq!(it.again.first(), Some(&DOCTOR), "{}", it.error.code);
        assert!(!it.again.iter().any(|line| line.contains("fh invoke")), "{}", it.error.code);
        found += 1;
    }
    assert!(found > 20, "{found}");
}

#[test]
fn other_codes_that_a_page_points_to_are_there() {
    for it in all() {
        for text in sentences(it) {
            for code in text.split("fh explain ").skip(1).filter(|rest| !rest.starts_with('-')) {
                let quoted = code.strip_prefix('\'').and_then(|it| it.split('\'').next());
                let word = code.split([':', ' ', ',', '`']).next().unwrap().trim_end_matches('.');
                let code = quoted.unwrap_or(word);
                assert!(exact(code).is_some(), "{}: no {code}", it.error.code);
            }
        }
    }
}

#[test]
fn a_code_finds_itself_alone_however_it_is_spelled() {
    for it in all() {
        let code = it.error.code;
        for query in [code.to_owned(), code.to_uppercase(), code.replace('.', " ")] {
            assert_eq!(codes(&find(&query)), [code], "{query}");
        }
        assert_eq!(exact(&code.to_lowercase()).map(|found| found.error.code), Some(code));
    }
}

#[test]
fn a_message_finds_its_codes_and_their_cause() {
    for it in all() {
        let cases = it.cases.iter().filter(|case| !case.is_status()).map(|case| case.message);
        for message in it.error.message.into_iter().chain(cases) {
            let logged = format!("2026-11-22T10:05:00Z [ERROR] {message} requestId 8f507cfc");
            for found in [find(message), find(&logged)] {
                assert!(codes(&found).contains(&it.error.code), "{message}: {:?}", codes(&found));
                // AWS gives some codes the same message.
                let has_it = |page: &&Explanation| {
                    page.wordings().any(|it| squeeze(it).contains(&squeeze(message)))
                };
                assert!(found.iter().all(has_it), "{message}: {:?}", codes(&found));
            }
        }
        for case in it.cases.iter().filter(|case| !case.is_status()) {
            assert_eq!(it.case_in(case.message), Some(case), "{}", it.error.code);
        }
    }
    assert_eq!(codes(&find("record ids were not RETURNED")), ["Lambda.MissingRecordId"]);
}

#[test]
fn messages_with_the_former_name_of_the_service_find_their_code() {
    let denied = "Access was denied. Ensure that the trust policy for the provided IAM role allows \
                  Kinesis Data Firehose to assume the role, and the access policy allows access to \
                  the S3 bucket.";
    assert_eq!(codes(&find(denied)), ["S3.AccessDenied"]);
}

#[test]
fn the_end_of_a_code_is_enough_where_one_has_it() {
    for (query, code) in [
        ("MissingRecordId", "Lambda.MissingRecordId"),
        ("missing record id", "Lambda.MissingRecordId"),
        ("FunctionTimedOut", "Lambda.FunctionTimedOut"),
        ("Decompression failed", "Decompression failed."),
        ("InternalError", "InternalError"),
        ("ContentTooLarge", "Splunk.ServerError.ContentTooLarge"),
    ] {
        assert_eq!(codes(&find(query)), [code], "{query}");
    }
}

#[test]
fn a_part_of_several_codes_finds_all_of_them() {
    assert_eq!(
        codes(&find("ResourceNotFound")),
        [
            "Kinesis.ResourceNotFound",
            "Lambda.ResourceNotFound",
            "ES.ResourceNotFound",
            "OS.ResourceNotFound"
        ]
    );
    assert_eq!(codes(&find("recordid")), ["Lambda.DuplicatedRecordId", "Lambda.MissingRecordId"]);
    assert_eq!(codes(&find("timeout")), codes(&find("timed out")));
    for code in ["Lambda.FunctionTimedOut", "Lambda.FunctionRequestTimedOut", "Splunk.AckTimeout"] {
        assert!(codes(&find("timeout")).contains(&code), "{code}");
    }
    let denied = codes(&find("AccessDenied"));
    for code in ["Lambda.InvokeAccessDenied", "S3.AccessDenied", "Glue.AccessDenied"] {
        assert!(denied.contains(&code), "{denied:?}");
    }
}

#[test]
fn a_destination_finds_its_codes_and_so_does_the_folder_of_its_failures() {
    for (query, family, number) in [
        ("splunk", Family::Splunk, 20),
        ("splunk-failed", Family::Splunk, 20),
        ("iceberg-failed", Family::Iceberg, 4),
        ("direct put", Family::DirectPut, 4),
    ] {
        let found = find(query);
        assert!(found.iter().all(|it| it.family == family), "{query}: {:?}", codes(&found));
        assert_eq!(found.len(), number, "{query}");
    }
}

#[test]
fn a_status_is_that_of_a_cluster_or_an_endpoint() {
    let both = ["HTTP status", "HttpEndpoint.DestinationException"];
    assert_eq!(codes(&find("400")), both);
    assert_eq!(codes(&find("503")), both);
    assert_eq!(
        codes(&find("413")),
        [
            "Lambda.FunctionError",
            "HTTP status",
            "Splunk.ServerError.ContentTooLarge",
            "HttpEndpoint.DestinationException"
        ]
    );
    assert_eq!(exact("503").map(|it| it.error.code), Some("HTTP status"));
    for number in ["99", "600", "4000", "+40"] {
        assert!(exact(number).is_none() && find(number).is_empty(), "{number}");
    }
}

#[test]
fn the_first_status_of_a_message_decides() {
    let page = exact("HttpEndpoint.DestinationException").unwrap();
    for (message, status) in [
        ("destination. 413: {\"requestId\": \"43b8e724-dbac-4510-adb7-ef211c6044b9\"}", "413"),
        ("Response received with status code 401: {\"timestamp\": 1598556019164}", "401"),
        ("503: retry after 429 requests", "5xx"),
        ("202: accepted", "2xx"),
    ] {
        assert_eq!(page.case_in(message).map(|case| case.message), Some(status), "{message}");
    }
    assert_eq!(page.case_in("{\"errorMessage\": \"Unauthorized\"}"), None);
    let advice: Vec<_> = page.advice(page.case_in("413: too large")).collect();
    assert!(advice.first().unwrap().contains("Lower the buffer"), "{advice:?}");
}

#[test]
fn a_code_inside_a_line_is_found() {
    assert_eq!(
        codes(&find("stream orders: Lambda.InvokeAccessDenied, 22 times.")),
        ["Lambda.InvokeAccessDenied"]
    );
}

#[test]
fn what_a_function_prints_finds_its_page() {
    for (line, code) in [
        (
            "[ERROR] Error: Incorrect padding Traceback (most recent call last):",
            "Incorrect padding",
        ),
        ("gzip.BadGzipFile: Not a gzipped file (b'{\"')", "Not a gzipped file"),
        ("Error: incorrect header check at Zlib.zlibOnError", "incorrect header check"),
        (
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0x8b in position 1: invalid start",
            "0x8b in position 1",
        ),
        ("illegal base64 data at input byte 4", "illegal base64 data"),
        (
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'x'",
            "Unable to import module",
        ),
        (
            "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
            "Unable to locate credentials",
        ),
        (
            "File \"/var/task/app.py\", line 3 TABLE = os.environ['TABLE'] KeyError: 'TABLE'",
            "KeyError of os.environ",
        ),
    ] {
        assert_eq!(codes(&find(line)), [code], "{line}");
        assert_eq!(known(&tally(line)), [(code, 1)], "{line}");
    }
    let both = "Lambda.FunctionError: Incorrect padding";
    assert_eq!(codes(&find(both)), ["Lambda.FunctionError", "Incorrect padding"]);
}

#[test]
fn words_for_what_happened_find_its_codes() {
    for (query, code) in [
        ("disk full", "Redshift.DiskFull"),
        ("not base64", "Lambda.JsonMappingException"),
        ("cluster resize", "Redshift.Resize"),
        ("more than one Content-Type header", "HttpEndpoint.IllegalResponseFailure"),
        ("key pending deletion", "Firehose.KMS.InvalidStateException"),
    ] {
        assert!(codes(&find(query)).contains(&code), "{query}: {:?}", codes(&find(query)));
    }
}

#[test]
fn a_name_of_a_source_or_a_destination_is_not_searched_inside_of_words() {
    for (query, family) in [
        ("s3", Family::S3),
        ("kinesis", Family::Source),
        ("elasticsearch", Family::OpenSearch),
        ("orc", Family::DataFormatConversion),
        ("Parquet", Family::DataFormatConversion),
        ("record format conversion", Family::DataFormatConversion),
    ] {
        let found = find(query);
        assert!(found.len() > 3, "{query}");
        assert!(found.iter().all(|it| it.family == family), "{query}: {:?}", codes(&found));
    }
    assert_eq!(codes(&find("msk")), ["Lambda.InvalidReturnFormat", "KeyError"]);
    for inside in ["lake", "tatus", "missio", "rror", "ookup"] {
        assert!(find(inside).is_empty(), "{inside}: {:?}", codes(&find(inside)));
    }
    // Whole words before the beginnings of words.
    assert_eq!(codes(&find("disk")), ["Redshift.DiskFull", "Redshift.DiskSpaceQuotaExceeded"]);
    assert_eq!(codes(&find("ENI")), ["Lambda.ENILimitReachedException"]);
    assert_eq!(
        codes(&find("duplicat")),
        ["Lambda.DuplicatedRecordId", "Redshift.DuplicateSecondsSpecification"]
    );
    assert_eq!(codes(&find("disksp")), ["Redshift.DiskSpaceQuotaExceeded"]);
}

#[test]
fn messages_of_lambda_lead_to_its_pages_wherever_they_stand() {
    for (message, code) in [
        (
            "Response payload size (6391556 bytes) exceeded maximum allowed payload size (6291556 \
             bytes).",
            "Lambda.FunctionError",
        ),
        ("Runtime.ExitError", "Runtime.ExitError"),
        ("Runtime exited with error: signal: killed", "Runtime.ExitError"),
        ("signal: killed", "Runtime.ExitError"),
        ("TooManyRequestsException", "Lambda.InvokeLimitExceeded"),
        ("Rate Exceeded", "Lambda.InvokeLimitExceeded"),
        ("Sandbox.Timedout", "Lambda.FunctionTimedOut"),
        ("Task timed out after 3.00 seconds", "Lambda.FunctionTimedOut"),
        ("Error: Z_DATA_ERROR", "incorrect header check"),
        ("JSONDecodeError", "Expecting value: line 1 column 1"),
        ("KeyError", "KeyError"),
        ("KeyError: 'data'", "KeyError"),
        ("KeyError: 'PRICE'", "KeyError"),
    ] {
        assert_eq!(codes(&find(message)), [code], "{message}");
        if message != "signal: killed" {
            let line = format!("2026-11-22T10:00:00.123Z 8f507cfc-0000 [ERROR] {message}");
            assert_eq!(codes(&find(&line)), [code], "{line}");
            assert_eq!(known(&tally(&line)), [(code, 1)], "{line}");
            assert_eq!(known(&tally(message)), [(code, 1)], "{message}");
        }
    }
    let cause = |message| find(message).first().unwrap().case_in(message).unwrap().means;
    assert!(cause("Runtime exited with error: signal: killed").contains("memory"));
    assert!(cause("Runtime exited with error: exit status 1").contains("called exit"));
    // A name is a word: no part of a longer one, and no word of prose.
    for line in ["MyRuntime.ExitErrorHandler", "NotAKeyError", "403 Forbidden", "took 413 ms"] {
        let found = known(&tally(line));
        assert!(found.is_empty(), "{line}: {found:?}");
    }
}

#[test]
fn words_that_several_languages_print_lead_to_the_page_of_each() {
    let found = codes(&find("invalid base64"));
    assert_eq!(found.len(), 8, "{found:?}");
    assert!(found.contains(&"illegal base64 data") && found.contains(&"Incorrect padding"));
    let found = codes(&find("illegal base64"));
    assert_eq!(found, ["Illegal base64 character", "illegal base64 data"]);
}

#[test]
fn an_exception_has_the_page_of_its_message() {
    let page = |message: &str| page_for(message).map(|it| it.error.code);
    for (message, code) in [
        ("TypeError: Object of type bytes is not JSON serializable", "is not JSON serializable"),
        ("KeyError: 'data'\n  File \"app.py\", line 3", "KeyError"),
        (
            "KeyError: 'table'\n  File \"app.py\", line 3\n    os.environ['table']",
            "KeyError of os.environ",
        ),
    ] {
        assert_eq!(page(message), Some(code), "{message}");
    }
    for other in ["ValueError: no", "", "S3.NoSuchBucket", "Task timed out after 3.00 seconds"] {
        assert_eq!(page(other), None, "{other}");
    }
    assert_eq!(page(&"é".repeat(100_000)), None);
}

/// What Node.js 20 prints; 22 puts ` (line 1 column 2)` after the position.
#[test]
fn each_message_of_json_parse_in_node_has_its_page() {
    for message in [
        "Expected property name or '}' in JSON at position 1",
        "Expected double-quoted property name in JSON at position 7",
        "Expected ',' or '}' after property value in JSON at position 7",
        "Expected ',' or ']' after array element in JSON at position 3",
        "Expected ':' after property name in JSON at position 5",
        "Unexpected non-whitespace character after JSON at position 3",
        "Unterminated string in JSON at position 4",
        "Unterminated fractional number in JSON at position 2",
        "Exponent part is missing a number in JSON at position 2",
        "No number after minus sign in JSON at position 1",
        "Bad control character in string literal in JSON at position 2",
        "Bad escaped character in JSON at position 2",
        "Bad Unicode escape in JSON at position 5",
        "Unexpected number in JSON at position 1",
        "Unexpected string in JSON at position 1",
        "Unexpected end of JSON input",
        "\"undefined\" is not valid JSON",
        "\"[object Object]\" is not valid JSON",
        "Unexpected token ']', \"[1,]\" is not valid JSON",
        "Unexpected token 'x', ...\"[1,2,3,x,5,6\"... is not valid JSON",
        "Unexpected token o in JSON at position 1",
    ] {
        for message in [
            message.to_owned(),
            format!("SyntaxError: {message}"),
            format!("{message} (line 1 column 2)"),
        ] {
            let found = find(&message).first().map(|it| it.error.code);
            assert_eq!(found, Some("Expecting value: line 1 column 1"), "{message}");
            assert_eq!(page_for(&message).map(|it| it.error.code), found, "{message}");
            let query = query_for(&message).unwrap();
            assert_eq!(find(query).first().map(|it| it.error.code), found, "{query}");
        }
    }
}

#[test]
fn the_page_of_an_exception_is_asked_for_in_the_words_of_its_message() {
    for (message, query) in [
        (
            "JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
            "Expecting value: line 1 column 1",
        ),
        ("JSONDecodeError: Extra data: line 1 column 5 (char 4)", "Extra data: line"),
        ("SyntaxError: Unexpected end of JSON input", "Unexpected end of JSON input"),
        (
            "SyntaxError: Unexpected token 'x', \"xyz\" is not valid JSON",
            "Unexpected token … is not valid JSON",
        ),
        ("KeyError: 'data'", "KeyError"),
        ("KeyError: 'TABLE'", "KeyError"),
    ] {
        assert_eq!(query_for(message), Some(query), "{message}");
        let page = page_for(message).map(|it| it.error.code);
        assert_eq!(find(query).first().map(|it| it.error.code), page, "{message}");
    }
    assert_eq!(query_for("ValueError: no"), None);
}

#[test]
fn what_is_no_code_finds_nothing() {
    for query in ["", " ", ".", "ab", "no such thing", "Lambda.Misspelt", "é"] {
        assert!(find(query).is_empty(), "{query:?}");
    }
}

#[test]
fn a_misspelt_code_is_closest_to_the_right_one() {
    for (query, code) in [
        ("Lambda.MisingRecordID", "Lambda.MissingRecordId"),
        ("FuncionTimedOut", "Lambda.FunctionTimedOut"),
        ("splunk.acktimout", "Splunk.AckTimeout"),
        ("OS.MalformdData", "OS.MalformedData"),
        ("Snowflake.ExtraColums", "Snowflake.ExtraColumns"),
    ] {
        assert_eq!(closest(query).first().map(|it| it.error.code), Some(code), "{query}");
    }
    assert!(closest("xyzzy").is_empty());
    assert!(closest(&"Lambda.MissingRecordId".repeat(100_000)).is_empty());
}

#[test]
fn only_what_failed_before_the_destination_is_made_into_an_event_again() {
    for page in all() {
        let is_transformed = page.family >= Family::DataFormatConversion;
        let makes_event = page.again.iter().any(|it| it.contains("--from-failures"));
        assert!(!(is_transformed && makes_event), "{}: its data is transformed", page.error.code);
    }
}
