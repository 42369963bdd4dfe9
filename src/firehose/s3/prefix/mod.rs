//! Prefixes of objects in S3, with the expressions that Firehose puts values
//! in for: read, evaluated, and turned into what has to be listed.
//!
//! The grammar is that of the developer guide, "Custom prefixes for Amazon S3
//! objects".

mod java;
mod key;
mod listing;
mod time_pattern;

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;

use super::ErrorOutputType;
pub use key::{NoValue, PartitionKeys, PrefixValues};
pub use listing::{ListingScope, Window, without_nested};
use time_pattern::{TimePattern, Unit};

/// A prefix of objects, as a delivery stream is set up with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// `!{timestamp:…}`.
    Time(TimePattern),
    /// `!{firehose:error-output-type}`.
    ErrorOutputType,
    /// `!{firehose:random-string}`: 11 characters, new each time.
    RandomString,
    /// `!{partitionKeyFromLambda:…}` or `!{partitionKeyFromQuery:…}`: the name
    /// of the namespace and of the key.
    PartitionKey(KeySource, String),
}

/// Where the value of a partition key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeySource {
    /// `metadata.partitionKeys` of the transform's response.
    Lambda,
    /// A jq query on the record.
    Query,
}

impl KeySource {
    /// The namespace in prefixes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lambda => "partitionKeyFromLambda",
            Self::Query => "partitionKeyFromQuery",
        }
    }
}

impl Prefix {
    /// Where the failure objects of a stream are: its `ErrorOutputPrefix`, or
    /// what Firehose takes where there is none: `prefix`, the type, and
    /// `yyyy/MM/dd/HH/`, one after the other.
    pub fn of_failures(prefix: Option<&Self>, error_output_prefix: Option<&Self>) -> Self {
        if let Some(prefix) = error_output_prefix {
            return prefix.clone();
        }
        let mut parts = prefix.map(|prefix| prefix.parts.clone()).unwrap_or_default();
        parts.push(Part::ErrorOutputType);
        parts.push(Part::Literal("/".to_owned()));
        parts.push(Part::Time(TimePattern::hours()));
        parts.push(Part::Literal("/".to_owned()));
        Self { parts }
    }

    /// What Firehose makes of it, as far as that can be known: up to a random
    /// string, a partition key, or a time in letters that are not understood.
    /// `time` is the arrival of the oldest record by the clock of the stream's
    /// prefixes.
    pub fn evaluate(&self, time: DateTime, kind: ErrorOutputType) -> Evaluated {
        let mut text = String::new();
        for part in &self.parts {
            let is_known = match part {
                Part::Literal(literal) => {
                    text.push_str(literal);
                    true
                }
                Part::Time(pattern) => pattern.push(time, Unit::Second, &mut text),
                Part::ErrorOutputType => {
                    text.push_str(kind.as_str());
                    true
                }
                Part::RandomString | Part::PartitionKey(..) => false,
            };
            if !is_known {
                return Evaluated { text, is_whole: false };
            }
        }
        Evaluated { text, is_whole: true }
    }
}

/// A prefix with values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// The key starts so.
    pub text: String,
    /// Nothing else is in front of the object's name.
    pub is_whole: bool,
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Literal(text) => f.write_str(text)?,
                Part::Time(pattern) => write!(f, "!{{timestamp:{}}}", pattern.as_str())?,
                Part::ErrorOutputType => f.write_str("!{firehose:error-output-type}")?,
                Part::RandomString => f.write_str("!{firehose:random-string}")?,
                Part::PartitionKey(namespace, key) => {
                    write!(f, "!{{{}:{key}}}", namespace.as_str())?;
                }
            }
        }
        Ok(())
    }
}

/// Why a text is no prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrefixError {
    /// `!{` without `}`, at this byte.
    Open(usize),
    /// An expression that Firehose does not have.
    Unknown(String),
    /// A pattern of a time that Java does not have.
    Pattern(String, &'static str),
    /// More than S3 takes for a key.
    TooLong(usize),
}

/// Longest prefix (API reference, `ExtendedS3DestinationConfiguration`).
const LONGEST: usize = 1024;

impl fmt::Display for PrefixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(at) => write!(f, "`!{{` at byte {at} has no `}}`"),
            Self::Unknown(expression) => write!(
                f,
                "unknown expression `!{{{expression}}}`; use `timestamp:…`, \
                 `firehose:error-output-type`, `firehose:random-string`, \
                 `partitionKeyFromLambda:…` or `partitionKeyFromQuery:…`"
            ),
            Self::Pattern(pattern, why) => {
                write!(f, "`{pattern}` is not a valid time pattern: {why}")
            }
            Self::TooLong(length) => {
                write!(f, "a prefix has at most {LONGEST} characters; this one has {length}")
            }
        }
    }
}

impl std::error::Error for PrefixError {}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let length = text.chars().count();
        if length > LONGEST {
            return Err(PrefixError::TooLong(length));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, behind)) = rest.split_once("!{") {
            let at = text.len() - behind.len() - 2;
            let (expression, behind) = behind.split_once('}').ok_or(PrefixError::Open(at))?;
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(expression_of(expression)?);
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self { parts })
    }
}

fn expression_of(text: &str) -> Result<Part, PrefixError> {
    let unknown = || PrefixError::Unknown(text.to_owned());
    let (namespace, value) = text.split_once(':').ok_or_else(unknown)?;
    Ok(match (namespace, value) {
        ("timestamp", pattern) => Part::Time(
            TimePattern::parse(pattern)
                .map_err(|why| PrefixError::Pattern(pattern.to_owned(), why))?,
        ),
        ("firehose", "error-output-type") => Part::ErrorOutputType,
        ("firehose", "random-string") => Part::RandomString,
        ("partitionKeyFromLambda", key) if !key.is_empty() => {
            Part::PartitionKey(KeySource::Lambda, key.to_owned())
        }
        ("partitionKeyFromQuery", key) if !key.is_empty() => {
            Part::PartitionKey(KeySource::Query, key.to_owned())
        }
        _ => return Err(unknown()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Prefix {
        text.parse().unwrap()
    }

    fn at_ten(text: &str) -> Evaluated {
        let time = DateTime::constant(2026, 11, 2, 10, 5, 9, 0);
        prefix(text).evaluate(time, ErrorOutputType::SplunkFailed)
    }

    #[test]
    fn a_prefix_is_evaluated_as_far_as_it_can_be_known() {
        for (text, expected, is_whole) in [
            ("", "", true),
            ("plain", "plain", true),
            ("a!b{c}", "a!b{c}", true),
            (
                "e/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/",
                "e/splunk-failed/2026/11/02/10/",
                true,
            ),
            ("!{timestamp:'year='yyyy'/month='MM'/it''s'}", "year=2026/month=11/it's", true),
            ("!{timestamp:yy-M-d H:mm:ss.SSS}", "26-11-2 10:05:09.000", true),
            ("!{timestamp:yyyy}/!{firehose:random-string}/x", "2026/", false),
            ("k=!{partitionKeyFromQuery:k}/", "k=", false),
            ("k=!{partitionKeyFromLambda:k}/", "k=", false),
            ("!{timestamp:yyyy/MMM/dd}", "2026/", false),
            ("!{timestamp:uuuuMMdd'T'HH}", "20261102T10", true),
        ] {
            let evaluated = at_ten(text);
            assert_eq!(
                (evaluated.text.as_str(), evaluated.is_whole),
                (expected, is_whole),
                "{text}"
            );
        }
    }

    #[test]
    fn a_prefix_reads_as_it_was_written() {
        for text in [
            "",
            "a!b{c}",
            "x/!{firehose:error-output-type}!{timestamp:'y='yyyy''}/!{firehose:random-string}",
            "!{partitionKeyFromQuery:customer_id}/!{partitionKeyFromLambda:d}/",
        ] {
            assert_eq!(prefix(text).to_string(), text);
        }
    }

    #[test]
    fn what_firehose_has_no_value_for_is_refused() {
        let error = |text: &str| text.parse::<Prefix>().unwrap_err().to_string();
        assert_eq!(error("a/!{timestamp:yyyy"), "`!{` at byte 2 has no `}`");
        assert_eq!(
            error("!{timestamp:yyyy'/MM}"),
            "`yyyy'/MM` is not a valid time pattern: a quote is not closed"
        );
        assert_eq!(
            error("!{timestamp:yyyy/bb}"),
            "`yyyy/bb` is not a valid time pattern: it has a letter that is not a Java pattern \
             letter"
        );
        assert_eq!(error("!{timestamp:}"), "`` is not a valid time pattern: it is empty");
        assert_eq!(
            error(&"x".repeat(1025)),
            "a prefix has at most 1024 characters; this one has 1025"
        );
        for unknown in ["!{}", "!{firehose:}", "!{firehose:errors}", "!{partitionKeyFromQuery:}"] {
            assert!(error(unknown).starts_with("unknown expression `!{"), "{unknown}");
        }
    }

    #[test]
    fn without_a_prefix_of_their_own_failures_go_after_that_of_the_data() {
        let default = Prefix::of_failures(None, None);
        assert_eq!(
            default.to_string(),
            "!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
        );
        let raw = Prefix::of_failures(Some(&prefix("legacy")), None);
        assert_eq!(
            raw.to_string(),
            "legacy!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
        );
        let own = Prefix::of_failures(Some(&prefix("data/")), Some(&prefix("failed/")));
        assert_eq!(own.to_string(), "failed/");
    }
}
