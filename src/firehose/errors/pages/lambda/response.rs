//! Codes for what is wrong with the transform's answer: it came, and Firehose
//! does not ask again.
//!
//! Sources: the developer guide, also "Data transformation status model", and
//! failure records of 2019 to 2026; for `InvalidReturnFormat` and the scopes,
//! probes of the real service that people reported in 2026.

use super::CALL;
use crate::errors::pages::{BLANK, CHECK, DECODE, INVOKE, ISOLATE, MAKE_EVENT};
use crate::errors::{Explanation, Family, code};

const BASE: Explanation = Explanation {
    family: Family::Lambda,
    lost: "Nothing for good: the record is not delivered, but it is kept as it was before the \
           transform, in rawData of a failure object below processing-failed/ or your error output \
           prefix. For a destination other than S3 that is in the bucket for backups.",
    again: &[MAKE_EVENT, INVOKE, ISOLATE, CHECK],
    ..BLANK
};

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: code::LAMBDA_PROCESSING_FAILED_STATUS,
        happened: "The transform itself failed this record: its result was ProcessingFailed.",
        look: &[
            "The record: what in it the transform does not expect.",
            "Whether it is a CloudWatch Logs CONTROL_MESSAGE: those are health checks, and \
             harmless. Transforms often fail them, which looks like an outage.",
            "The function's log, if the function logs why it failed the record.",
        ],
        change: &[
            "Return Dropped for what is not wanted: control messages, records that are filtered \
             out.",
            "Log the reason with the recordId wherever the transform returns ProcessingFailed.",
        ],
        again: &[DECODE, MAKE_EVENT, INVOKE],
        ..BASE
    },
    Explanation {
        error: code::LAMBDA_MISSING_RECORD_ID,
        also: &["missing recordIds"],
        happened: "The transform's response has no entry for this record: its recordId is left \
                   out or changed.",
        look: &[
            "Whether the transform filters records out: each record needs an entry, dropped ones too.",
            "Whether it makes up IDs, or changes them.",
            "Whether the response has records at all. For one without, both this code and \
             Lambda.FunctionError for the whole batch were seen.",
            "The size of the response: people report this code for responses over 6 MB too.",
        ],
        change: &[
            "Return exactly one entry for each record of the event, with its recordId unchanged.",
            "For records that are not wanted, return the recordId with result Dropped.",
        ],
        ..BASE
    },
    Explanation {
        error: code::LAMBDA_DUPLICATED_RECORD_ID,
        also: &["Multiple records were returned with the same record ID. Ensure that the Lambda \
                 function returns unique record IDs for each record."],
        happened: "The transform's response has more than one entry with this recordId.",
        look: &[
            "Whether the transform makes several records of one. Firehose expects one entry per record: more entries under the same ID fail, entries under new IDs are ignored without a trace.",
            "Whether the rest of the batch failed too: one report shows the record alone, the \
             whole batch is not confirmed.",
        ],
        change: &[
            "Return one entry for each recordId; put several results into its data, each ending \
             with a newline.",
            "Where they must be records of their own, put them into a stream from the function.",
        ],
        ..BASE
    },
    Explanation {
        error: code::LAMBDA_INVALID_RETURN_FORMAT,
        happened: "The transform's response says Ok for this record and gives no data.",
        look: &[
            "What the transform returns for this record: data is missing or null.",
            "For an MSK source, the key: it is kafkaRecordValue there, in the event and in the \
             response.",
        ],
        change: &[
            "Give data in base64 with every Ok; the empty string is data too.",
            "Return Dropped for a record without content: that needs no data.",
        ],
        ..BASE
    },
    Explanation {
        error: code::LAMBDA_JSON_PROCESSING_EXCEPTION,
        lost: CALL.lost,
        happened: "Firehose cannot read the transform's response: it is not JSON, or not of the \
                   shape that the status model asks for.",
        look: &[
            "What the function returns: an object with records, not a string of JSON, not null, \
             not the bare array.",
            "Each entry: recordId and data are strings; result is Ok, Dropped or \
             ProcessingFailed, in exactly these letters.",
        ],
        change: &["Return the object itself and let the Lambda runtime make the JSON."],
        ..BASE
    },
    Explanation {
        error: code::LAMBDA_JSON_MAPPING_EXCEPTION,
        lost: CALL.lost,
        happened: "Firehose cannot read the transform's response: the data of a record is not \
                   base64.",
        look: &[
            "data of each record: text or JSON that was not encoded, a Python b'…' in quotes, or \
             base64 of the URL-safe alphabet, with - and _.",
            "Whether the failure records have this code or Lambda.FunctionError: AWS documents \
             this one for data that is not base64, the other one was captured.",
        ],
        change: &["Encode the bytes in standard base64, with its padding: \
             base64.b64encode(data).decode('ascii') in Python, \
             Buffer.from(text).toString('base64') in Node.js."],
        ..BASE
    },
];
