//! Codes of the steps around the transform: decompression, partition keys,
//! conversion to Parquet or ORC.
//!
//! Sources: failure records of 2026 and reports of the real service; the
//! developer guide ("Dynamic partitioning", "Buffering hints"). They run
//! in this order: decompression, transform, conversion.

use super::{BLANK, COUNT, DECODE, Explanation, Family, INVOKE, MAKE_EVENT, code};

const CONVERSION: Explanation = Explanation {
    family: Family::DataFormatConversion,
    lost: "Nothing for good: the record is not delivered, but it is kept in rawData of a failure \
           object below format-conversion-failed/ or your error output prefix. Code and message \
           are in lastErrorCode and lastErrorMessage there; AWS's documentation also calls them \
           ErrorCode and ErrorMessage.",
    again: &[DECODE, MAKE_EVENT, INVOKE],
    ..BLANK
};

const PARTITIONING: Explanation = Explanation {
    family: Family::DynamicPartitioning,
    lost: "Nothing for good: the record is not delivered, but it is kept in rawData of a failure \
           object below the error output prefix, which such a stream always has.",
    ..CONVERSION
};

pub(super) const ALL: &[Explanation] = &[
    code::DECOMPRESSION_FAILED.explained(Explanation {
        family: Family::Decompression,
        also: &["decompression-failed", "Decompression failed"],
        happened: "The stream is set to decompress CloudWatch Logs, and this record is not gzip \
                   that it can read.",
        lost: "Nothing for good: the record is not delivered, but it is kept as it came, in \
               rawData of a failure object below decompression-failed/ or your error output \
               prefix. Such a failure record has no lambdaARN.",
        look: &[
            "What the record is: fh decode shows its layers, or that there are none.",
            "Who writes to the stream: with decompression on, only CloudWatch Logs may.",
        ],
        change: &[
            "Send other records to a stream of their own.",
            "Or turn decompression off and let the transform unpack what is gzip.",
        ],
        again: &["fh decode --explain failed.ndjson", COUNT],
        ..CONVERSION
    }),
    code::DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED.explained(Explanation {
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
        again: &[DECODE, MAKE_EVENT, INVOKE],
        ..PARTITIONING
    }),
    code::ACTIVE_PARTITION_EXCEEDED.explained(Explanation {
        also: &["DynamicPartitioning.ActivePartitionExceeded", "PartitionCountExceeded"],
        happened: "More partitions are open at once than the stream may have.",
        look: &[
            "PartitionCount and PartitionCountExceeded of the stream in CloudWatch; the quota is \
             500 active partitions unless it was raised (up to 5,000).",
            "Which partition key has that many values: an id of a user or a request does, a day or \
             a customer does not.",
            "The errorCode of your failure records: the documentation gives the condition this \
             name, how the code is spelled is not confirmed.",
        ],
        change: &["Partition by something with fewer values.", "Ask for a higher quota."],
        again: &[COUNT, DECODE],
        ..PARTITIONING
    }),
    code::DYNAMIC_PARTITIONING_DEAGGREGATION_RECORD_COUNT_LIMIT_EXCEEDED.explained(Explanation {
        happened: "One record holds more records than Firehose takes apart: over 500.",
        look: &["What the producer puts into one record, and how many."],
        change: &["Let the producer put at most 500 records into one."],
        again: &["fh decode --explain failed.ndjson"],
        ..PARTITIONING
    }),
    code::DATA_FORMAT_CONVERSION_PARSE_ERROR.explained(Explanation {
        happened: "What is to be converted is not JSON.",
        look: &[
            "lastErrorMessage: the words of the JSON parser, with the place.",
            "The record after the transform: what it returns is what is converted.",
            "Whether it is still gzip or base64, or text with JSON in it.",
        ],
        change: &["Let the transform return JSON objects, in plain UTF-8, for every Ok."],
        ..CONVERSION
    }),
    code::DATA_FORMAT_CONVERSION_MALFORMED_DATA.explained(Explanation {
        also: &["The record was empty or contained only whitespace."],
        happened: "The record does not fit the table's schema, or it is empty.",
        look: &[
            "lastErrorMessage: `For input string: …` shows the value that does not fit its column.",
            "Whether the record is empty. With decompression and message extraction on, a \
             CloudWatch Logs CONTROL_MESSAGE arrives as an empty record: harmless.",
            "The schema in dataCatalogTable of the failure record: which version was used.",
        ],
        change: &[
            "Let the transform return values of the column's type, and Dropped for empty records.",
            "Or change the column in the table.",
        ],
        ..CONVERSION
    }),
    code::DATA_FORMAT_CONVERSION_INVALID_SCHEMA.explained(Explanation {
        happened: "The table has a column of a type that the JSON reader does not know.",
        look: &["The columns of the Glue table that dataCatalogTable of the failure record names."],
        change: &["Change the type of the column, or convert with another table."],
        again: &[COUNT, DECODE],
        ..CONVERSION
    }),
    code::DATA_FORMAT_CONVERSION_ENTITY_NOT_FOUND.explained(Explanation {
        happened: "The Glue table or database with the schema does not exist.",
        look: &[
            "dataCatalogTable of the failure record: database, table, region, version.",
            "Whether the table was renamed or deleted, or is in another region or account.",
        ],
        change: &[
            "Make the table, or point the stream's schema configuration at one that exists.",
            "Allow glue:GetTable, GetTableVersion and GetTableVersions to the role.",
        ],
        again: &[COUNT, DECODE],
        ..CONVERSION
    }),
];
