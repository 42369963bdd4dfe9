//! Every code is explained, by commands that there are, and listed.

#![expect(clippy::disallowed_methods, reason = "reads the sources and the README")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Parser as _;
use fh::cli::Cli;
use firehose::errors::{Explanation, Family, all};
use firehose::transform::Rule;
use insta::assert_snapshot;

use crate::harness::{Fh, root};

/// Every code that AWS's documentation names, by the prefix of its destination or
/// step, and after them those that are known from elsewhere. A code that AWS lists
/// on two pages is here once.
const CODES: [(&str, &str); 23] = [
    (
        "S3.",
        "AccessDenied AccountProblem AllAccessDisabled IllegalLocationConstraintException \
         InvalidPayer InvalidPrefixConfigurationException InvalidToken MethodNotAllowed \
         NoSuchBucket NotSignedUp SlowDown SubscriptionRequired",
    ),
    (
        "S3.KMS.",
        "AsymmetricCMKNotSupported InvalidStateException KeyDisabled KeyNotConfigured \
         NotFoundException RequestLimitExceeded",
    ),
    ("KMS.", "DisabledException InvalidStateException"),
    ("", "InternalError"),
    (
        "Redshift.",
        "AccessDenied AnalyzeTableAccessDenied ArgumentNotSupported AuthenticationFailed \
         CannotForkProcess ColumnMismatch ColumnNotFound ColumnNotNullWithoutDefault \
         ColumnSpecifiedMoreThanOnce CompressionMismatch ConnectionFailed \
         ConnectionsLimitExceeded DataLoadFailed DatabaseNotFound Delimiter DestinationRemoved \
         DiskFull DiskSpaceQuotaExceeded DuplicateSecondsSpecification EncryptionCredentials \
         HoseNotFound ImproperQualifiedName IncorrectBucketRegion IncorrectCopyOptions \
         IncorrectJsonPathsFile IncorrectOrMissingRegion InsufficientPrivilege \
         InvalidCopyOptionForJson InvalidCopyOptionJSONPathFormat \
         InvalidCopyOptionRBACAclNotAllowed InvalidCopyOptions InvalidJsonPathFormat \
         InvalidMessageFormat MissingColumn MissingS3File OutOfMemory PSQLException \
         QueryCancelled ReadOnlyCluster RelationCouldNotBeOpened Resize S3BucketAccessDenied \
         S3SlowDown SchemaNotFound SslFailure SslNotSupported SyntaxError TableNotFound \
         TooManyClients TooManyConnectionsException TransactionIdLimitReached",
    ),
    (
        "Snowflake.",
        "DefaultRoleMissing ExtraColumns IncorrectValue InvalidColumns InvalidDatabase \
         InvalidInput InvalidPrivateKeyOrPassphrase InvalidRole InvalidSchema InvalidTable \
         InvalidTableType InvalidUrl InvalidUser InvalidValue MissingColumns",
    ),
    (
        "Splunk.",
        "AckTimeout AcknowledgementsDisabled ConnectionClosed ConnectionRecycled \
         ConnectionTimeout DisabledAck DisabledToken IndexerBusy InvalidDataFormat \
         InvalidEndpoint InvalidHecResponseCharacter InvalidIndex InvalidToken MaxRetriesFailed \
         ProxyWithoutStickySessions SSLHandshake SSLUnverified ServerError \
         ServerError.ContentTooLarge URLNotFound",
    ),
    ("ES.", "AccessDenied ResourceNotFound"),
    (
        "HttpEndpoint.",
        "ConnectionFailed ConnectionReset DestinationException IllegalMessageStart \
         IllegalResponseFailure InvalidResponseFromDestination InvalidStatusCode \
         MakeRequestFailure.IllegalCharacterInHeaderValue \
         MakeRequestFailure.IllegalUriException RequestTimeout \
         ResponseReasonPhraseExceededLimit ResponseTooLarge SSLFailure \
         SSLHandshakeCertificatePathFailure SSLHandshakeCertificatePathValidationFailure \
         SSLHandshakeFailure",
    ),
    (
        "OS.",
        "AccessDenied AliasWithMultipleIndicesNotAllowed AmazonOpenSearchServiceParseException \
         BadGateway CharConversionException ClusterBlockException ClusterError ConnectionError \
         ConnectionFailed ConnectionReset ExplicitIndexInBulkNotAllowed GatewayTimeout \
         InternalError InvalidARN InvalidDomainNameLength JsonParseException LargeFieldData \
         MalformedData RequestTimeout ResourceNotFound ResponseEntryCountMismatch \
         ServiceException UnsupportedVersion VPCDomainNotSupported ValidationException",
    ),
    (
        "Lambda.",
        "AssumeRoleAccessDenied DuplicatedRecordId ENILimitReachedException FunctionError \
         FunctionRequestTimedOut FunctionTimedOut InternalServerError \
         InvalidSecurityGroupIDException InvalidSecurityToken InvalidSubnetIDException \
         InvalidZipFileException InvocationFailure InvokeAccessDenied InvokeLimitExceeded \
         JsonMappingException JsonProcessingException MissingRecordId ResourceNotFound \
         ServiceUnavailable SubnetIPAddressLimitReachedException TargetServerFailedToRespond",
    ),
    ("Kinesis.", "AccessDenied ResourceNotFound SubscriptionRequired Throttling"),
    ("Kinesis.KMS.", "AccessDeniedException InvalidStateException KeyDisabled NotFoundException"),
    ("Firehose.KMS.", "AccessDeniedException InvalidStateException KeyDisabled NotFoundException"),
    (
        "DataFormatConversion.",
        "AccessDenied ConversionFailureException DataFormatConversionCustomerErrorException \
         EntityNotFound GlueEncryptionException GlueNotAvailableInRegion InvalidGlueRole \
         InvalidInput InvalidRecord InvalidSchema InvalidTypeFormat InvalidVersionId \
         MalformedData NonExistentColumns ParseError SchemaValidationTimeout ThrottledByGlue \
         ValidationException",
    ),
    ("DataFirehose.", "InternalError"),
    ("Iceberg.", "InvalidTableName NoSuchTable"),
    ("Glue.", "AccessDenied"),
    ("", "activePartitionExceeded"),
    // Not in AWS's documentation: seen in failure records, in emulators or in blogs.
    ("Lambda.", "FunctionTimeout InvalidReturnFormat ProcessingFailedStatus UnknownFailure"),
    ("DynamicPartitioning.", "DeAggregationRecordCountLimitExceeded MetadataExtractionFailed"),
    ("Iceberg.", "MissingColumnWithinRecord"),
    ("Snowflake.", "SSLUnverified SecretsManagerParseError"),
];

/// Codes that hold blanks.
const WITH_BLANKS: [&str; 2] = ["Decompression failed.", "HTTP status"];

fn codes() -> Vec<String> {
    let named = CODES.iter().flat_map(|(prefix, names)| {
        names.split_whitespace().map(move |name| format!("{prefix}{name}"))
    });
    named.chain(WITH_BLANKS.map(str::to_owned)).collect()
}

#[test]
fn every_code_is_explained_and_no_other() {
    let codes: BTreeSet<_> = codes().into_iter().collect();
    let is_code = |it: &&Explanation| it.family != Family::Function;
    let explained: BTreeSet<_> = all().filter(is_code).map(|it| it.error.code.to_owned()).collect();
    assert_eq!(explained, codes);
    assert_eq!(codes.len(), 217);
}

#[test]
fn every_code_is_explained_by_its_name() {
    for code in codes() {
        let rows = Fh::new().args("explain --output ndjson").arg(&code).run().success();
        assert!(rows.starts_with(&format!("{{\"code\":\"{code}\",")), "{code}: {rows}");
        assert_eq!(rows.lines().count(), 1, "{code}: {rows}");
    }
}

#[test]
fn every_code_is_explained_in_an_error_event() {
    let events: Vec<_> =
        codes().iter().map(|code| format!("{{\"errorCode\":\"{code}\"}}\n")).collect();
    let rows = Fh::new().args("explain - --output ndjson").stdin(events.concat()).run().success();
    assert_eq!(rows.lines().count(), events.len());
    assert!(rows.lines().all(|row| row.contains("\"records\":1,")), "{rows}");
}

/// The arguments of each `fh explain …` in a text: what fh prints, documents and
/// points to.
fn commands_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("fh explain ").skip(1).filter_map(|rest| {
        let quoted = rest.strip_prefix('\'').and_then(|it| it.split('\'').next());
        let word = rest.split([' ', '`', ')', '"', '\n', '\\', ':']).next();
        quoted.or(word).map(|it| it.trim_end_matches(['.', ',', ';']))
    })
}

/// The Rust sources below `folder`.
fn sources(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

#[test]
fn every_fh_explain_that_fh_prints_works() {
    let mut words = BTreeSet::new();
    let mut take = |text: &str| words.extend(commands_in(text).map(str::to_owned));
    let shown = ["src", "tests/cli"].map(|folder| sources(&root().join(folder)).unwrap());
    for path in shown.concat() {
        if !path.ends_with("explain_codes.rs") {
            take(&fs::read_to_string(path).unwrap());
        }
    }
    take(&fs::read_to_string(root().join("README.md")).unwrap());
    // What `fh check` and `fh invoke` print for each way in which a record fails.
    for rule in Rule::ALL {
        let failure = rule.definition().consequence.failure();
        let also = failure.and_then(|it| it.also_observed_as);
        words.extend(failure.map(|it| it.error.code.to_owned()));
        words.extend(also.map(|it| it.code.to_owned()));
    }
    words.retain(|it| !it.is_empty() && !it.contains(['{', '<', '…']) && it != "--output");
    assert!(words.len() > 15, "{words:?}");
    for word in words {
        let event = r#"{"errorCode":"S3.NoSuchBucket"}"#;
        let output = Fh::new().arg("explain").arg(&word).stdin(event).run();
        assert_eq!(output.code(), 0, "fh explain {word}");
    }
}

#[test]
fn every_command_of_an_explanation_is_one_that_fh_takes() {
    for explanation in all() {
        for line in explanation.again {
            let words: Vec<_> =
                line.split_whitespace().take_while(|word| !"<>|".contains(word)).collect();
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{}: {line}: {error}", explanation.error.code);
            }
        }
    }
}

#[test]
fn the_list_has_every_code_on_a_line_of_its_own() {
    let text = Fh::new().args("explain --list").run().success();
    for explanation in all() {
        let starts = format!("  {} ", explanation.error.code);
        let line = text.lines().find(|line| line.starts_with(&starts));
        assert!(line.is_some_and(|line| line.contains(explanation.happened)), "{starts}");
    }
    assert_snapshot!(text.lines().take(24).collect::<Vec<_>>().join("\n"), @"
    Reading from a Kinesis stream
      Kinesis.AccessDenied               The role of the delivery stream may not read the Kinesis stream.
      Kinesis.KMS.AccessDeniedException  The role may not use the KMS key of the Kinesis stream.
      Kinesis.KMS.InvalidStateException  The KMS key of the Kinesis stream cannot be used in its current state, such as pending deletion.
      Kinesis.KMS.KeyDisabled            The KMS key of the Kinesis stream is disabled.
      Kinesis.KMS.NotFoundException      The KMS key of the Kinesis stream does not exist.
      Kinesis.ResourceNotFound           Firehose cannot read from the stream or from one of its shards: it is gone.
      Kinesis.SubscriptionRequired       The account of the role is not subscribed to Kinesis Data Streams.
      Kinesis.Throttling                 Kinesis throttled the reads of the delivery stream.

    Direct PUT: encryption of the stream
      Firehose.KMS.AccessDeniedException  Firehose may not use the customer managed key that encrypts the stream.
      Firehose.KMS.InvalidStateException  The key that encrypts the stream cannot be used in its current state, such as pending deletion.
      Firehose.KMS.KeyDisabled            The key that encrypts the stream is disabled.
      Firehose.KMS.NotFoundException      The key that encrypts the stream does not exist.

    Decompression of CloudWatch Logs
      Decompression failed.  The stream is set to decompress CloudWatch Logs, and this record is not gzip that it can read.

    Lambda transform
      Lambda.AssumeRoleAccessDenied                Firehose may not assume the role for invoking the function.
      Lambda.DuplicatedRecordId                    The transform's response has more than one entry with this recordId.
      Lambda.ENILimitReachedException              Lambda cannot start the function: the limit of network interfaces is reached.
      Lambda.FunctionError                         The function was called, but threw, ended early, or returned what Firehose treats as an error.
    ");
    let table = Fh::new().args("explain --list --output table").run().success();
    assert_eq!(table.lines().count(), all().count() + 1);
}

#[test]
fn nothing_is_wider_than_the_terminal_but_commands() {
    for columns in [60, 80, 140] {
        let table = if columns < 80 { "recordid --output table" } else { "--list --output table" };
        for words in ["--list", table, "Lambda.FunctionError", "413"] {
            let output = Fh::new().args("explain --color never").args(words).on_terminal(columns);
            // A code is to be copied, so it is never cut.
            let may_be_wide = |line: &str| line.starts_with("  fh ") || !line.trim().contains(' ');
            for line in output.text().lines().filter(|line| !may_be_wide(line)) {
                assert!(line.chars().count() <= usize::from(columns), "{columns}: {line}");
            }
        }
    }
}
