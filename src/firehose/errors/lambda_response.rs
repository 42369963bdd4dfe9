//! Codes for what is wrong with the transform's answer: it came, and Firehose
//! does not ask again.
//!
//! Sources: the developer guide ("Data transformation status model", "Monitor
//! with CloudWatch Logs") and failure records of 2019 to 2026; for
//! `InvalidReturnFormat` and the scopes, probes of the real service that people
//! reported in 2026.

use super::{Attempts, CHECK, DECODE, Evidence, Explanation, Family, INVOKE, MAKE_EVENT, Scope};

const BASE: Explanation = Explanation {
    code: "",
    family: Family::Lambda,
    message: None,
    also: &[],
    happened: "",
    attempts: Attempts::Once,
    scope: Scope::Record,
    lost: "Nothing for good: the record is not delivered, but it is kept as it was before the \
           transform, in rawData of a failure object below processing-failed/ or your error output \
           prefix. For a destination other than S3 that is in the bucket for backups.",
    look: &[],
    change: &[],
    again: &[MAKE_EVENT, INVOKE, CHECK],
    evidence: Evidence::Captured,
};

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: "Lambda.ProcessingFailedStatus",
        message: Some("ProcessingFailed status set for record"),
        happened: "The transform itself gave this record up: its result was ProcessingFailed.",
        look: &[
            "The record: what of it does the transform not expect?",
            "Whether it is a CloudWatch Logs CONTROL_MESSAGE: those are health checks, and \
             harmless. Transforms often fail them, and it looks like an outage.",
            "The function's log, if it says why it gave the record up.",
        ],
        change: &[
            "Answer Dropped for what nobody wants: control messages, records that are filtered out.",
            "Log the reason with the recordId wherever the transform answers ProcessingFailed.",
        ],
        again: &[DECODE, MAKE_EVENT, INVOKE],
        ..BASE
    },
    Explanation {
        code: "Lambda.MissingRecordId",
        message: Some(
            "One or more record Ids were not returned. Ensure that the Lambda function returns \
             all received record Ids.",
        ),
        also: &[
            "One or more record IDs were not returned. Ensure that the Lambda function returns \
             all received record IDs.",
        ],
        happened: "The transform's response has no entry for this record: its recordId is left \
                   out or changed.",
        scope: Scope::Record,
        look: &[
            "Whether the transform filters records out: each one needs an answer, Dropped too.",
            "Whether it makes ids of its own, or returns them changed.",
            "Whether the response has records at all. For one without, both this code and \
             Lambda.FunctionError for the whole batch were seen.",
            "The size of the response: people report this code for responses over 6 MB too.",
        ],
        change: &[
            "Return exactly one entry for each record of the event, with its recordId as it came.",
            "For records that are not wanted, return the recordId with result Dropped.",
        ],
        ..BASE
    },
    Explanation {
        code: "Lambda.DuplicatedRecordId",
        message: Some(
            "Multiple records were returned with the same record Id. Ensure that the Lambda \
             function returns a unique record Id for each record.",
        ),
        also: &["Multiple records were returned with the same record ID. Ensure that the Lambda \
             function returns unique record IDs for each record."],
        happened: "The transform's response has more than one entry with this recordId.",
        look: &[
            "Whether the transform makes several records of one. Firehose takes one for one: more \
             entries under the same id fail, entries under new ids are ignored without a trace.",
            "Whether the rest of the batch failed too: one report shows the record alone, the \
             whole batch is not confirmed.",
        ],
        change: &[
            "Return one entry for each recordId; put several results into its data, a newline \
             behind each.",
            "Where they must be records of their own, put them into a stream from the function.",
        ],
        evidence: Evidence::Partial,
        ..BASE
    },
    Explanation {
        code: "Lambda.InvalidReturnFormat",
        message: Some(
            "The data field cannot be null when the SourceType is DirectPut or \
             KinesisStreamAsSource and processing result is Ok. The value field cannot be null \
             when the SourceType is MSKAsSource and processing result is Ok.",
        ),
        happened: "The transform's response says Ok for this record and gives no data.",
        look: &[
            "What the transform returns for this record: data is missing or null.",
            "For an MSK source, the key: it is kafkaRecordValue there, in the event and in the \
             response.",
        ],
        change: &[
            "Give data in base64 with every Ok; the empty string is data too.",
            "Answer Dropped for a record without content: that needs no data.",
        ],
        ..BASE
    },
    Explanation {
        code: "Lambda.JsonProcessingException",
        message: Some(
            "There was an error parsing returned records from the Lambda function. Ensure that \
             the returned records follow the status model required by Kinesis Data Firehose.",
        ),
        also: &[
            "There was an error parsing returned records from the Lambda function. Ensure that \
             the returned records follow the status model required by Amazon Data Firehose.",
        ],
        happened: "Firehose cannot read the transform's response: it is not JSON, or not of the \
                   shape that the status model asks for.",
        attempts: Attempts::Unknown,
        scope: Scope::Batch,
        look: &[
            "What the function returns: an object with records, not a string of JSON, not null, \
             not the bare array.",
            "Each entry: recordId and data are strings; result is Ok, Dropped or \
             ProcessingFailed, in exactly these letters.",
        ],
        change: &["Return the object itself and let the Lambda runtime make the JSON."],
        evidence: Evidence::Documented,
        ..BASE
    },
    Explanation {
        code: "Lambda.JsonMappingException",
        happened: "By its name, the transform's response is JSON but not of the shape that \
                   Firehose reads.",
        attempts: Attempts::Unknown,
        scope: Scope::Unknown,
        look: &[
            "The errorMessage of the failure record.",
            "fh explain Lambda.JsonProcessingException: the code that AWS names for such a \
             response.",
        ],
        change: &["Return an object with records, each with recordId, result and data as strings."],
        evidence: Evidence::Unconfirmed,
        ..BASE
    },
];
