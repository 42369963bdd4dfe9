//! The rules of a transform response, by name. What each means is in
//! [`Rule::definition`].

mod definitions;

pub(super) use definitions::NOT_RETURNED;
pub use definitions::{Consequence, Definition};

use crate::decode::Severity;
use crate::errors::Evidence;

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A rule that a response can break.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule { $($(#[$doc])* $variant,)* }

        impl Rule {
            /// Every rule: first those of the response, then those of a record
            /// in the order of its keys, then the warnings.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The one name of the rule, in flags, text and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

rules! {
    /// The response is not JSON.
    ResponseNotJson = "response-not-json",
    /// It is JSON, but not an object.
    ResponseNotObject = "response-not-object",
    /// It is the error of a function that failed.
    FunctionError = "function-error",
    /// It is Lambda's word that the function did not answer in time.
    FunctionTimedOut = "function-timed-out",
    /// It is Lambda's word that the function worked longer than Firehose waits.
    FunctionTooLong = "function-too-long",
    /// It passes Lambda's limit.
    ResponseTooLarge = "response-too-large",
    /// It has no `records`.
    RecordsMissing = "records-missing",
    /// Its `records` is not a list.
    RecordsNotList = "records-not-list",
    /// An element of `records` is not an object.
    RecordNotObject = "record-not-object",
    /// A record of the event is not in the response.
    RecordMissing = "record-missing",
    /// A record of the response has no `recordId`.
    RecordIdMissing = "record-id-missing",
    /// A `recordId` is not a string.
    RecordIdNotString = "record-id-not-string",
    /// A `recordId` is one of the event's but for case or white space.
    RecordIdChanged = "record-id-changed",
    /// A `recordId` is not in the event.
    RecordIdUnknown = "record-id-unknown",
    /// A `recordId` is returned more than once.
    RecordIdDuplicated = "record-id-duplicated",
    /// A record has no `result`.
    ResultMissing = "result-missing",
    /// A `result` is nearly one of the three.
    ResultMisspelt = "result-misspelt",
    /// A `result` is none of the three.
    ResultUnknown = "result-unknown",
    /// An `Ok` record has no data.
    DataMissing = "data-missing",
    /// The data stands under another key.
    DataWrongKey = "data-wrong-key",
    /// The data of an `Ok` record is null.
    DataNull = "data-null",
    /// The data is not a string.
    DataNotString = "data-not-string",
    /// The data is not base64.
    DataNotBase64 = "data-not-base64",
    /// The data is base64 of the url-safe alphabet.
    DataUrlSafe = "data-url-safe",
    /// The data is how Python prints bytes.
    DataPythonBytes = "data-python-bytes",
    /// A record has no partition keys, or lacks one.
    PartitionKeysMissing = "partition-keys-missing",
    /// A partition key is null or empty.
    PartitionKeyEmpty = "partition-key-empty",
    /// A partition key is not a string, or the keys are not an object.
    PartitionKeyNotString = "partition-key-not-string",
    /// `otfMetadata` is not three strings with a known operation.
    OtfMetadataInvalid = "otf-metadata-invalid",
    /// The name of the Iceberg table is null or empty.
    IcebergTableMissing = "iceberg-table-missing",
    /// A record for an Iceberg table holds more than one JSON object.
    IcebergManyObjects = "iceberg-many-objects",
    /// A record for an Iceberg table is not JSON, or no object.
    IcebergNotObject = "iceberg-not-object",
    /// A record came back as failed.
    ProcessingFailed = "processing-failed",
    /// Every record was dropped.
    AllDropped = "all-dropped",
    /// Every record came back as it went in.
    UnchangedData = "unchanged-data",
    /// Different records came back with the same data.
    RepeatedData = "repeated-data",
    /// Each record came back with those before it.
    AccumulatedData = "accumulated-data",
    /// Records came back with data of others.
    MisplacedData = "misplaced-data",
    /// The records came back in another order.
    OrderChanged = "order-changed",
    /// A key is written almost like one that Firehose reads.
    MisspeltKey = "misspelt-key",
    /// A partition key is what a language prints of nothing.
    PartitionKeyNoValue = "partition-key-no-value",
    /// Records have different partition keys.
    PartitionKeysDiffer = "partition-keys-differ",
    /// A control message of CloudWatch Logs comes out.
    ControlMessage = "control-message",
    /// Data of an `Ok` record is empty.
    DataEmpty = "data-empty",
    /// Base64 without its padding.
    DataUnpadded = "data-unpadded",
    /// Base64 with line breaks or blanks in it.
    DataLineBreaks = "data-line-breaks",
    /// Bits of base64 that stand for nothing are set.
    DataTrailingBits = "data-trailing-bits",
    /// Words that are base64 by accident.
    DataPlainWords = "data-plain-words",
    /// The data or the payload is hexadecimal.
    Hexadecimal = "hexadecimal",
    /// The payload is how a language prints a value.
    PrintedValue = "printed-value",
    /// The payload is almost JSON.
    BrokenJson = "broken-json",
    /// The payload is JSON that is nested too deep to be read here.
    PayloadTooDeep = "payload-too-deep",
    /// Nothing of the payload is left.
    PayloadLost = "payload-lost",
    /// Bytes that are not text went through text.
    BinaryAsText = "binary-as-text",
    /// Characters beyond ASCII were damaged.
    CharactersLost = "characters-lost",
    /// Numbers were rounded.
    NumbersChanged = "numbers-changed",
    /// The payload is text in another encoding.
    NotUtf8 = "not-utf8",
    /// The payload ends with a backslash and an `n`.
    LiteralNewline = "literal-newline",
    /// The response or a payload starts with a byte order mark.
    ByteOrderMark = "byte-order-mark",
    /// Base64 of base64.
    DoubleBase64 = "double-base64",
    /// Gzip of gzip.
    DoubleGzip = "double-gzip",
    /// JSON in a JSON string.
    DoubleJson = "double-json",
    /// Compressed data that cannot be decompressed, or not to its end.
    CompressionBroken = "compression-broken",
    /// The data is still compressed.
    GzipKept = "gzip-kept",
    /// JSON that was one line comes out over several.
    MultiLineJson = "multi-line-json",
    /// The data does not end with a newline.
    NoNewline = "no-newline",
    /// A full transform buffer would give a response over the limit.
    FullBufferTooLarge = "full-buffer-too-large",
    /// A key is there twice.
    DuplicateKey = "duplicate-key",
    /// The event is not one that Firehose would send.
    EventUnreal = "event-unreal",
}

impl Rule {
    /// Finds a rule by its name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.as_str() == name)
    }

    /// True for a warning, and for an error that nothing confirms: a user who
    /// knows better may leave it out.
    pub fn can_be_ignored(self) -> bool {
        let failure = self.definition().consequence.failure();
        self.severity() == Severity::Warning
            || failure.is_some_and(|failure| failure.error.evidence == Evidence::Unconfirmed)
    }

    /// How bad it is to break it.
    pub fn severity(self) -> Severity {
        self.definition().severity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors;

    #[test]
    fn names_are_unique_and_errors_come_before_warnings() {
        let mut names: Vec<_> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Rule::ALL.len());
        assert!(Rule::ALL.is_sorted_by_key(|rule| std::cmp::Reverse(rule.severity())));
        for rule in Rule::ALL {
            assert_eq!(Rule::find(rule.as_str()), Some(*rule));
        }
    }

    #[test]
    fn a_payload_that_is_too_deep_is_delivered_only_where_it_is_not_parsed() {
        let why = Rule::PayloadTooDeep.definition().why;
        for parser in ["unless", "Iceberg", "format conversion", "inline parsing"] {
            assert!(why.contains(parser), "{why}");
        }
    }

    #[test]
    fn a_missing_or_empty_partition_key_is_as_sure_as_its_code() {
        let page = errors::exact("DynamicPartitioning.MetadataExtractionFailed").unwrap();
        for rule in [Rule::PartitionKeysMissing, Rule::PartitionKeyEmpty] {
            let error = rule.definition().consequence.failure().unwrap().error;
            assert_eq!(error.code, page.error.code);
            assert_eq!((error.evidence, error.message), (page.error.evidence, page.error.message));
        }
    }

    #[test]
    fn every_error_costs_something_and_no_warning_does() {
        for rule in Rule::ALL {
            let definition = rule.definition();
            let costs = definition.consequence != Consequence::Accepted;
            assert!(
                costs == (rule.severity() == Severity::Error) || *rule == Rule::ProcessingFailed,
                "{}",
                rule.as_str()
            );
            let asks = if rule.severity() == Severity::Error { " must " } else { " should " };
            assert!(definition.what.contains(asks), "{}: {}", rule.as_str(), definition.what);
            let first = definition.what.chars().find(char::is_ascii_alphabetic).unwrap();
            let is_name = ["`", "metadata."].iter().any(|it| definition.what.starts_with(it));
            assert!(first.is_ascii_uppercase() || is_name, "{}", definition.what);
            for text in [definition.what, definition.why, definition.change] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", rule.as_str());
            }
        }
    }
}
