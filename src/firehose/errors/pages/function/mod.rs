//! Messages that functions print when they fail, of the language, the runtime or
//! the SDK: Firehose has no code for them but `Lambda.FunctionError`.
//!
//! Each was reproduced with `fh invoke` (Python 3.11, Node.js), is in the source of
//! the runtime (Go's `encoding/base64`, botocore; Java, .NET, Ruby and Rust where a page
//! lists their words too) or in Lambda's developer guide ("Troubleshoot execution issues").

mod access;
mod base64;
mod disk;
mod keys;
mod load;
mod network;
mod put;
mod values;

use super::lambda::CALL;
use super::{INVOKE, ISOLATE, MAKE_EVENT, case};
use crate::errors::code::documented;
use crate::errors::{Attempts, ErrorCode, Evidence, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::Function,
    lost: "Nothing for good: unless the function catches it, Firehose reports \
           Lambda.FunctionError and keeps each record of the batch as it was before the transform, \
           in rawData of a failure object.",
    again: &[MAKE_EVENT, INVOKE],
    ..CALL
};

/// What the record is, which the function took for something else.
const PAYLOAD: Explanation = Explanation {
    look: &[
        "What the failing record holds: `fh decode` shows its layers.",
        "Which bytes the function works on: data of the event is base64, and what CloudWatch Logs \
         sends is gzip in base64.",
    ],
    again: &["fh decode --explain failed.ndjson", MAKE_EVENT, INVOKE],
    ..BASE
};

/// What a function prints, which fails with `Lambda.FunctionError` if it is not
/// caught.
const fn printed(words: &'static str) -> ErrorCode {
    let code = documented(words, Attempts::AllRetries, Scope::Batch);
    ErrorCode { evidence: Evidence::Reproduced, ..code }
}

/// What holds for every exception. It stands for those that have no page of their own, and
/// is not listed among the codes.
pub(in crate::errors) static EXCEPTION: Explanation = Explanation {
    error: printed("Exception of a function"),
    also: &[
        // Python
        "AttributeError",
        "has no attribute",
        "IndexError",
        "index out of range",
        "NameError",
        "is not defined",
        "TypeError",
        "is not subscriptable",
        "unsupported operand type",
        "ValueError",
        "ZeroDivisionError",
        "division by zero",
        // Node.js
        "is not a function",
        "must be of type string or an instance of Buffer",
        "RangeError",
        "ReferenceError",
        "SyntaxError",
        // Java, .NET, Go, Ruby
        "NullPointerException",
        "NullReferenceException",
        "nil pointer dereference",
        "NoMethodError",
        "undefined method",
    ],
    happened: "Printed by a function: its own code, or a library that it calls, raised an \
               exception. If nothing catches it, Firehose reports Lambda.FunctionError.",
    look: &[
        "The line of your code: `fh logs --stream STREAM --errors` shows each exception with its \
         stack trace.",
        "The record that causes it: `fh invoke --isolate` finds it in the event that failed.",
    ],
    change: &[
        "Handle what the record holds, or is missing, at that line.",
        "Catch exceptions record by record, and return ProcessingFailed for the one that caused \
         it: the others of the batch are then delivered.",
    ],
    again: &[MAKE_EVENT, ISOLATE],
    ..BASE
};

pub(super) use access::ALL as ACCESS;
pub(super) use base64::ALL as BASE64;
pub(super) use disk::ALL as DISK;
pub(super) use keys::ALL as KEYS;
pub(in crate::errors) use keys::{KEY_ERROR, KEY_ERROR_OF_ENVIRON};
pub(super) use load::ALL as LOAD;
pub(in crate::errors) use load::SDK_V2;
pub(super) use network::ALL as NETWORK;
pub(super) use put::ALL as PUT;
pub(super) use values::ALL as VALUES;

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: documented("Runtime.ExitError", Attempts::AllRetries, Scope::Batch),
        also: &[
            "Runtime exited with error",
            "Runtime exited without providing a reason",
            "Process exited before completing request",
            "Runtime.OutOfMemory",
            "Reached heap limit Allocation failed",
            "java.lang.OutOfMemoryError",
            "out of memory",
            "memory",
        ],
        happened: "Printed by Lambda: the process of the function ended before it responded.",
        look: &[
            "Max Memory Used next to Memory Size in the REPORT line of the same request.",
            "The last lines of the function before it: a panic, a fatal error, a call of exit.",
        ],
        cases: &[
            case(
                "Runtime exited with error: signal: killed",
                "The process was killed, usually because it used more memory than the function \
                 has. Raise MemorySize, or lower the transform's BufferSizeInMBs.",
            ),
            case(
                "Runtime exited with error: exit status",
                "The process ended by itself: it called exit or crashed. The lines before it tell \
                 where.",
            ),
        ],
        change: &[
            "Give the function more memory, or less to do in one call: a lower BufferSizeInMBs for \
             the transform.",
            "Do not call exit in a handler: raise an error, or return ProcessingFailed.",
        ],
        ..BASE
    },
    Explanation {
        error: printed("Not a gzipped file"),
        also: &[
            "BadGzipFile",
            "Not in GZIP format",
            "gzip: invalid header",
            "invalid gzip header",
            "The magic number in GZip header is not correct",
        ],
        happened: "Printed by a function: its gzip library was given bytes that are not gzip.",
        change: &[
            "Decode the base64 of data before you decompress it: \
             gzip.decompress(base64.b64decode(record['data'])).",
            "Look at the first two bytes, and decompress only what begins with 1f 8b: test events, \
             direct puts and a stream with decompression turned on send plain text.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("incorrect header check"),
        also: &[
            "Z_DATA_ERROR",
            "invalid or unsupported zip format",
            // Python, Go, Ruby, Java, .NET.
            "Error -3 while decompressing",
            "zlib: invalid header",
            "unknown compression method",
            "Zlib::DataError",
            "DataFormatException",
            "Found invalid data while decoding",
            "The archive entry was compressed using an unsupported compression method",
        ],
        happened: "Printed by a function: zlib was given bytes that are not compressed, or not in \
                   the format that it expects.",
        change: &[
            "Decode the base64 of data before you decompress it: \
             zlib.gunzipSync(Buffer.from(record.data, 'base64')) in Node.js.",
            "For gzip, use the reader of gzip: gunzip in Node.js, not inflate; gzip.NewReader in Go; \
             GZipStream in .NET, not DeflateStream; zlib.decompress(data, 31) in Python.",
            "Decompress only what begins with 1f 8b: not every producer compresses.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("unexpected end of file"),
        also: &[
            "Z_BUF_ERROR",
            "Compressed file ended before the end-of-stream marker",
            "Unexpected end of ZLIB input stream",
            "incomplete or truncated stream",
            "gzip: unexpected EOF",
            "Zlib::BufError",
        ],
        happened: "Printed by a function: the compressed data that it was given ends too early.",
        change: &[
            "Look whether the payload is whole: `fh decode` shows where the gzip breaks off.",
            "Decompress the whole payload in one go: not a line of it, and not a text that was cut.",
            "In the producer, close the stream (`end`, `close`, `flush`) before its bytes are sent.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("0x8b in position 1"),
        also: &["codec can't decode byte 0x8b in position 1"],
        happened: "Printed by a function that decodes gzip as text: the first two bytes of gzip \
                   are 1f 8b.",
        change: &[
            "Decompress the payload before .decode('utf-8'): \
             gzip.decompress(base64.b64decode(record['data'])).",
            "Or turn on decompression in the delivery stream, if only CloudWatch Logs writes to it.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("Cannot read properties of undefined"),
        also: &[
            "Cannot read properties of null",
            "Cannot read property … of undefined",
            "Cannot read property … of null",
            "is not iterable",
        ],
        happened: "Printed by a function in Node.js that reads a property of what does not exist \
                   or is null.",
        look: &[
            "The property in `(reading …)`. With 'map', 'forEach' or 'length', the list is missing: \
             event.records has a small r, and test events of Kinesis, S3 and SQS have Records.",
            "With any other property: the payload of the failing record, which `fh decode` shows.",
        ],
        change: &[
            "For a test, make an event with `fh event`.",
            "For an MSK source, read kafkaRecordValue of each record, not data.",
            "For a property of the payload, use `?.`, or return ProcessingFailed for records \
             without it.",
        ],
        again: &["fh decode failed.ndjson", MAKE_EVENT, INVOKE],
        ..BASE
    },
    Explanation {
        error: printed("Runtime.UnhandledPromiseRejection"),
        also: &[
            "UnhandledPromiseRejection",
            "ERR_UNHANDLED_REJECTION",
            "Unhandled promise rejection",
        ],
        happened: "Printed by Lambda for a function in Node.js: a promise failed that nothing \
                   waits for, and that ends the process.",
        look: &[
            "The error after the name: it is what the promise failed with, and has the line of \
             your code.",
        ],
        change: &[
            "Await each promise, or all of them: await Promise.all(event.records.map(…)).",
            "Catch errors record by record and return ProcessingFailed for the bad one, so that it \
             does not take its batch with it.",
        ],
        again: &[MAKE_EVENT, ISOLATE],
        ..BASE
    },
];
