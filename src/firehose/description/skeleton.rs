//! Members that are not filled in, as in what
//! `aws firehose create-delivery-stream --generate-cli-skeleton` prints: every member
//! that there is, with empty texts, zeros, and one value of each enumeration.

use super::read::ANSWER;
use super::{DestinationMember, MAX_DESCRIPTION};
use crate::bytes::without_bom;
use crate::json::Token;

/// Members of enumerations, which a skeleton fills in with one of their values (AWS
/// CLI 1.44 and 2.31).
const ENUMERATIONS: [&str; 19] = [
    "Compression",
    "CompressionFormat",
    "Connectivity",
    "ContentEncoding",
    "DataLoadingOption",
    "DefaultDocumentIdFormat",
    "DeliveryStreamType",
    "FormatVersion",
    "HECEndpointType",
    "IndexRotationPeriod",
    "KeyType",
    "NoEncryptionConfig",
    "ParameterName",
    "ReadFromTimestamp",
    "S3BackupMode",
    "SSLMode",
    "TimestampFormat",
    "Type",
    "WriterVersion",
];

/// Deeper members are taken as filled in; the API has ten levels.
const MAX_DEPTH: usize = 12;

/// The destination that a stream is given, if none is filled in.
const DEFAULT: &str = "ExtendedS3DestinationConfiguration";

/// Enumerations of which a skeleton has any value, and which change what a stream does.
const CHOSEN: [&str; 2] = ["CompressionFormat", "S3BackupMode"];

/// What is to be done with a document before it describes a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilled {
    /// Members to fill in: `DeliveryStreamName`, `….RoleARN`.
    pub fill_in: Vec<String>,
    /// Members to fill in or to delete, the outermost of each: `Tags`, `….Parameters`.
    pub delete: Vec<String>,
    /// Members whose value a skeleton chose: `….S3BackupMode`.
    pub check: Vec<String>,
}

/// What is in a value.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    has_empty: bool,
    has_zero: bool,
    is_filled: bool,
}

impl Seen {
    const fn is_blank(self) -> bool {
        (self.has_empty || self.has_zero) && !self.is_filled
    }

    const fn and(self, other: Self) -> Self {
        Self {
            has_empty: self.has_empty || other.has_empty,
            has_zero: self.has_zero || other.has_zero,
            is_filled: self.is_filled || other.is_filled,
        }
    }
}

/// What is not filled in of an input; none of an answer, and of what is no object.
pub fn unfilled(document: &[u8]) -> Option<Unfilled> {
    let token = Token::new(without_bom(document));
    let is_answer = token.get(ANSWER.as_bytes()).or(token.get(b"Destinations")).is_some();
    if document.len() > MAX_DESCRIPTION || is_answer || !token.is_object() {
        return None;
    }
    let mut delete = Vec::new();
    members(token, "", 0, &mut delete);
    if !delete.iter().any(|(_, seen)| seen.has_empty) {
        return None;
    }
    let mut fill_in = Vec::new();
    if token.get(b"DeliveryStreamName").is_none_or(|it| it.text().is_empty()) {
        fill_in.push("DeliveryStreamName".to_owned());
    }
    let is_destination = |(name, _): &(String, Seen)| {
        let stem = name.strip_suffix("Configuration");
        stem.is_some_and(|it| DestinationMember::ALL.iter().any(|member| member.stem() == it))
    };
    // Of destinations that are all blank, one is to be filled in.
    let blank = delete.iter().filter(|it| is_destination(it)).count();
    let all = token.fields().map_while(Result::ok).map(|it| it.name().into_owned());
    let all = all.map(|name| (String::from_utf8_lossy(&name).into_owned(), Seen::default()));
    if blank == all.filter(is_destination).count()
        && let Some(destination) = token.get(DEFAULT.as_bytes())
    {
        delete.retain(|(name, _)| name != DEFAULT);
        members(destination, &format!("{DEFAULT}."), 1, &mut delete);
        for name in ["RoleARN", "BucketARN"] {
            if destination.get(name.as_bytes()).is_none_or(|it| it.text().is_empty()) {
                fill_in.push(format!("{DEFAULT}.{name}"));
            }
        }
    }
    let delete: Vec<_> = delete.into_iter().map(|(name, _)| name).collect();
    let destination = token.get(DEFAULT.as_bytes());
    let destination = destination.filter(|_| !delete.iter().any(|it| it == DEFAULT));
    let has = |name: &&str| destination.and_then(|it| it.get(name.as_bytes())).is_some();
    let check = CHOSEN.iter().filter(|it| has(it)).map(|it| format!("{DEFAULT}.{it}")).collect();
    Some(Unfilled { fill_in, delete, check })
}

/// Looks at the members of an object, and adds those that are blank.
fn members(object: Token<'_>, path: &str, depth: usize, blank: &mut Vec<(String, Seen)>) -> Seen {
    let mut all = Seen::default();
    for field in object.fields().map_while(Result::ok) {
        let name = field.name();
        let name = String::from_utf8_lossy(&name);
        if ENUMERATIONS.contains(&name.as_ref()) {
            continue;
        }
        let start = blank.len();
        let path = format!("{path}{name}");
        let seen = value(field.value, &path, depth + 1, blank);
        all = all.and(seen);
        let is_open = field.value.is_object() || field.value.is_array();
        if is_open && seen.is_blank() {
            blank.truncate(start);
            blank.push((path, seen));
        }
    }
    all
}

fn value(token: Token<'_>, path: &str, depth: usize, blank: &mut Vec<(String, Seen)>) -> Seen {
    if depth > MAX_DEPTH {
        return Seen { is_filled: true, ..Seen::default() };
    }
    if token.is_object() {
        // What is switched off may be empty.
        let is_off = token.get(b"Enabled").is_some_and(|it| it.raw() == b"false");
        let seen = members(token, &format!("{path}."), depth, blank);
        return Seen { is_filled: seen.is_filled || is_off, ..seen };
    }
    if token.is_array() {
        let elements = token.elements().map_while(Result::ok);
        let seen = elements.map(|(it, _)| value(it, path, depth + 1, blank));
        return seen.fold(Seen::default(), Seen::and);
    }
    let is_zero = |raw: &[u8]| raw.iter().all(|it| matches!(it, b'0' | b'.'));
    let (has_empty, has_zero) = (token.raw() == b"\"\"", is_zero(token.raw()));
    let is_other = matches!(token.raw().first(), Some(b'"' | b'-' | b'0'..=b'9'));
    Seen { has_empty, has_zero, is_filled: is_other && !has_empty && !has_zero }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(document: &str) -> String {
        let Some(Unfilled { fill_in, delete, check }) = unfilled(document.as_bytes()) else {
            return "filled in".to_owned();
        };
        let [fill_in, delete, check] = [fill_in, delete, check].map(|it| it.join(" "));
        format!("fill in {fill_in}; delete {delete}; check {check}")
    }

    const SKELETON: &str = r#"{"DeliveryStreamName": "", "DeliveryStreamType": "DirectPut",
        "DirectPutSourceConfiguration": {"ThroughputHintInMBs": 0},
        "KinesisStreamSourceConfiguration": {"KinesisStreamARN": "", "RoleARN": ""},
        "S3DestinationConfiguration": {"RoleARN": "", "BufferingHints": {"SizeInMBs": 0}},
        "ExtendedS3DestinationConfiguration": {"RoleARN": "", "BucketARN": "", "Prefix": "",
            "BufferingHints": {"SizeInMBs": 0, "IntervalInSeconds": 0}, "CompressionFormat": "ZIP",
            "DataFormatConversionConfiguration": {"A": {"B": ""}, "C": {"PaddingTolerance": 0.0}},
            "CloudWatchLoggingOptions": {"Enabled": true, "LogGroupName": ""},
            "ProcessingConfiguration": {"Enabled": true, "Processors": [{"Type": "Lambda",
                "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": ""}]}]}},
        "Tags": [{"Key": "", "Value": ""}]}"#;

    #[test]
    fn a_skeleton_has_a_destination_to_fill_in_and_the_rest_to_delete() {
        insta::assert_snapshot!(shown(SKELETON), @"fill in DeliveryStreamName ExtendedS3DestinationConfiguration.RoleARN ExtendedS3DestinationConfiguration.BucketARN; delete DirectPutSourceConfiguration KinesisStreamSourceConfiguration S3DestinationConfiguration Tags ExtendedS3DestinationConfiguration.BufferingHints ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions ExtendedS3DestinationConfiguration.ProcessingConfiguration; check ExtendedS3DestinationConfiguration.CompressionFormat");
        let named = SKELETON.replacen("\"\"", "\"orders\"", 1);
        let arns = named.replacen(
            r#"Configuration": {"RoleARN": "", "BucketARN": "","#,
            r#"Configuration": {"RoleARN": "arn:r", "BucketARN": "arn:b","#,
            1,
        );
        insta::assert_snapshot!(shown(&arns), @"fill in ; delete DirectPutSourceConfiguration KinesisStreamSourceConfiguration S3DestinationConfiguration ExtendedS3DestinationConfiguration.BufferingHints ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions ExtendedS3DestinationConfiguration.ProcessingConfiguration Tags; check ExtendedS3DestinationConfiguration.CompressionFormat");
        let logs = arns.replace(r#""LogGroupName": """#, r#""LogGroupName": "g""#);
        assert!(!shown(&logs).contains("CloudWatchLoggingOptions"), "{}", shown(&logs));
    }

    #[test]
    fn what_may_be_empty_is_not_a_skeleton() {
        for document in [
            "[]",
            r#"{"DeliveryStreamName": "orders"}"#,
            r#"{"DeliveryStreamDescription": {"Destinations": [{"Tags": [{"Value": ""}]}]}}"#,
            r#"{"ExtendedS3DestinationConfiguration": {"BucketARN": "arn:b", "Prefix": "",
                "CloudWatchLoggingOptions": {"Enabled": false, "LogGroupName": ""},
                "DynamicPartitioningConfiguration": {"Enabled": true,
                    "RetryOptions": {"DurationInSeconds": 0}}},
                "Tags": [{"Key": "team", "Value": ""}]}"#,
        ] {
            assert_eq!(shown(document), "filled in");
        }
        let deep = format!("{}\"\"{}", "{\"a\":".repeat(400), "}".repeat(400));
        assert_eq!(shown(&deep), "filled in");
    }
}
