//! Every code is explained, by commands that there are, and listed.

use clap::Parser as _;
use fh::cli::Cli;
use firehose::errors::{all, exact};
use insta::assert_snapshot;

use crate::harness::Fh;

/// Every code that is known of, family by family.
const CODES: [(&str, &str); 12] = [
    (
        "Lambda.",
        "AssumeRoleAccessDenied InvokeAccessDenied JsonProcessingException InvokeLimitExceeded \
         DuplicatedRecordId MissingRecordId ResourceNotFound InvalidSubnetIDException \
         InvalidSecurityGroupIDException SubnetIPAddressLimitReachedException \
         ENILimitReachedException FunctionError FunctionTimedOut ProcessingFailedStatus \
         InvalidReturnFormat FunctionTimeout JsonMappingException InvocationFailure \
         InternalServerError UnknownFailure",
    ),
    (
        "S3.",
        "KMS.NotFoundException KMS.RequestLimitExceeded AccessDenied AccountProblem \
         AllAccessDisabled InvalidPayer NotSignedUp NoSuchBucket MethodNotAllowed",
    ),
    (
        "Redshift.",
        "TableNotFound SyntaxError AuthenticationFailed AccessDenied S3BucketAccessDenied \
         DataLoadFailed ColumnNotFound DatabaseNotFound IncorrectCopyOptions MissingColumn \
         ConnectionFailed ColumnMismatch IncorrectOrMissingRegion IncorrectJsonPathsFile \
         MissingS3File InsufficientPrivilege ReadOnlyCluster DiskFull",
    ),
    (
        "Splunk.",
        "ProxyWithoutStickySessions DisabledToken InvalidToken InvalidDataFormat InvalidIndex \
         ServerError DisabledAck AckTimeout MaxRetriesFailed ConnectionTimeout InvalidEndpoint \
         ConnectionClosed SSLUnverified SSLHandshake",
    ),
    (
        "HttpEndpoint.",
        "RequestTimeout ResponseTooLarge InvalidResponseFromDestination DestinationException \
         ConnectionFailed ConnectionReset",
    ),
    ("DataFormatConversion.", "ParseError MalformedData InvalidSchema EntityNotFound"),
    ("DynamicPartitioning.", "MetadataExtractionFailed DeAggregationRecordCountLimitExceeded"),
    ("Iceberg.", "NoSuchTable InvalidTableName MissingColumnWithinRecord"),
    ("Glue.", "AccessDenied"),
    ("Snowflake.", "InvalidColumns"),
    ("Kinesis.", "ResourceNotFound AccessDenied"),
    ("", "InternalError activePartitionExceeded"),
];

/// Codes that hold blanks.
const WITH_BLANKS: [&str; 2] = ["Decompression failed.", "HTTP status"];

#[test]
fn every_code_is_explained_and_no_other() {
    let mut count = WITH_BLANKS.len();
    for (family, names) in CODES {
        for name in names.split_whitespace() {
            let code = format!("{family}{name}");
            assert!(exact(&code).is_some(), "{code} is not explained");
            count += 1;
        }
    }
    assert!(WITH_BLANKS.iter().all(|code| exact(code).is_some()));
    assert_eq!(all().count(), count, "a code is explained that this test does not list");
}

#[test]
fn every_command_of_an_explanation_is_one_that_fh_takes() {
    for explanation in all() {
        for line in explanation.again {
            let words: Vec<_> =
                line.split_whitespace().take_while(|word| !"<>|".contains(word)).collect();
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{}: {line}: {error}", explanation.code);
            }
        }
    }
}

#[test]
fn the_list_has_every_code_on_a_line_of_its_own() {
    let text = Fh::new().args("explain --list").run().success();
    for explanation in all() {
        let starts = format!("  {} ", explanation.code);
        let line = text.lines().find(|line| line.starts_with(&starts));
        assert!(line.is_some_and(|line| line.contains(explanation.happened)), "{starts}");
    }
    assert_snapshot!(text.lines().take(24).collect::<Vec<_>>().join("\n"), @"
    Source of the stream
      Kinesis.ResourceNotFound  Firehose does not find the Kinesis stream that it is to read from.
      Kinesis.AccessDenied      By its name, the role of the delivery stream may not read its Kinesis stream. (unconfirmed)

    Lambda transform
      Lambda.ProcessingFailedStatus                The transform itself gave this record up: its result was ProcessingFailed.
      Lambda.MissingRecordId                       The transform's response has no entry for this record: its recordId is left out or changed.
      Lambda.DuplicatedRecordId                    The transform's response has more than one entry with this recordId.
      Lambda.InvalidReturnFormat                   The transform's response says Ok for this record and gives no data.
      Lambda.JsonProcessingException               Firehose cannot read the transform's response: it is not JSON, or not of the shape that the status model asks for.
      Lambda.JsonMappingException                  By its name, the transform's response is JSON but not of the shape that Firehose reads. (unconfirmed)
      Lambda.FunctionError                         The function was called, but threw, ended early, or returned what Firehose takes for an error.
      Lambda.FunctionTimedOut                      The function did not answer before its own timeout.
      Lambda.InvokeAccessDenied                    The role of the delivery stream may not invoke the function.
      Lambda.AssumeRoleAccessDenied                Firehose may not assume the role with which it was to invoke the function.
      Lambda.InvokeLimitExceeded                   Lambda refused the call: too many invocations ran at the same time.
      Lambda.ResourceNotFound                      The function that the stream is to invoke does not exist.
      Lambda.InvalidSubnetIDException              Lambda cannot start the function: a subnet of its VPC configuration is not valid.
      Lambda.InvalidSecurityGroupIDException       Lambda cannot start the function: a security group of its VPC configuration is not valid.
      Lambda.SubnetIPAddressLimitReachedException  Lambda cannot start the function: a subnet of it has no free IP address.
      Lambda.ENILimitReachedException              Lambda cannot start the function: the limit of network interfaces is reached.
      Lambda.FunctionTimeout                       By its name, the function did not answer in time. (unconfirmed)
      Lambda.InvocationFailure                     By its name, the call of the function failed. (unconfirmed)
      Lambda.InternalServerError                   By its name, Lambda failed with an error of its own. (unconfirmed)
    ");
    let table = Fh::new().args("explain --list --output table").run().success();
    assert_eq!(table.lines().count(), all().count() + 1);
}

#[test]
fn nothing_is_wider_than_the_terminal_but_commands() {
    for columns in [60, 80, 140] {
        for words in ["--list", "--list --output table", "Lambda.FunctionError", "413"] {
            let output = Fh::new().args("explain --color never").args(words).on_terminal(columns);
            for line in output.text().lines().filter(|line| !line.starts_with("  fh ")) {
                assert!(line.chars().count() <= usize::from(columns), "{columns}: {line}");
            }
        }
    }
}
