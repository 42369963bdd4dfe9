//! Codes of the steps around the transform: decompression and partition keys.
//!
//! Sources: failure records of 2026 and reports of the real service; the
//! developer guide ("Dynamic partitioning", "Buffer data for dynamic
//! partitioning").

use super::{BLANK, COUNT, DECODE, INVOKE, MAKE_EVENT};
use crate::errors::code::unconfirmed;
use crate::errors::{Attempts, Explanation, Family, Scope, code};

const PARTITIONING: Explanation = Explanation {
    family: Family::DynamicPartitioning,
    lost: "Nothing for good: the record is not delivered, but it is kept in rawData of a failure \
           object below the error output prefix, which such a stream always has.",
    again: &[DECODE, MAKE_EVENT, INVOKE],
    ..BLANK
};

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: code::DECOMPRESSION_FAILED,
        family: Family::Decompression,
        also: &[code::NOT_GZIP],
        happened: "The stream is set to decompress CloudWatch Logs, and this record is not gzip \
                   that it can read.",
        lost: "Nothing for good: the record is not delivered, but it is kept as it came, in \
               rawData of a failure object below decompression-failed/ or your error output \
               prefix. Such a failure record has no lambdaARN.",
        look: &[
            "What the record is: `fh decode` shows its layers, or that there are none.",
            "Who writes to the stream: with decompression on, only CloudWatch Logs may.",
        ],
        change: &[
            "Send other records to another stream.",
            "Or turn decompression off and let the transform decompress what is gzip.",
        ],
        again: &["fh decode --explain failed.ndjson", COUNT],
        ..BLANK
    },
    Explanation {
        error: code::DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED,
        happened: "A partition key that the prefix needs is missing, null or empty for this \
                   record.",
        look: &[
            "Which keys the prefix has: partitionKeyFromLambda:KEY comes from \
             metadata.partitionKeys of the response, partitionKeyFromQuery:KEY from the jq query \
             on the record.",
            "With jq: whether the record is JSON and has the field. A query that finds nothing \
             gives null.",
            "With the transform: whether every Ok has every key, as a string that is not empty.",
        ],
        change: &[
            "Give every record a value, such as `unknown`, where it has none of its own.",
            "In jq, put a default after the field: .customer // \"unknown\".",
        ],
        ..PARTITIONING
    },
    Explanation {
        error: code::ACTIVE_PARTITION_EXCEEDED,
        also: &["DynamicPartitioning.ActivePartitionExceeded", "PartitionCountExceeded"],
        happened: "More partitions are open at once than the stream may have.",
        look: &[
            "PartitionCount and PartitionCountExceeded of the stream in CloudWatch. The quota is \
             500 active partitions, up to 2,500 on request.",
            "Which partition key has many values, such as the ID of a user or a request.",
            "The errorCode of your failure records: the documentation has this name for \
 the condition, and the spelling of the code is not confirmed.",
        ],
        change: &[
            "Partition by something with fewer values.",
            "Lower the buffering interval, so that partitions are closed sooner.",
            "Ask for a higher quota, or spread the partitions over several streams.",
        ],
        again: &[COUNT, DECODE],
        ..PARTITIONING
    },
    Explanation {
        error: unconfirmed(
            "DynamicPartitioning.DeAggregationRecordCountLimitExceeded",
            Attempts::Unknown,
            Scope::Record,
        ),
        happened: "One record holds over 500 records, more than Firehose splits.",
        look: &["What the producer puts into one record, and how many."],
        change: &["Let the producer put at most 500 records into one."],
        again: &["fh decode --explain failed.ndjson"],
        ..PARTITIONING
    },
];
