//! Messages that functions print when they fail, of the language, the runtime or
//! the SDK: Firehose has no code for them but `Lambda.FunctionError`.
//!
//! Each was reproduced with `fh invoke` (Python 3.11, Node.js), is in the source of
//! the runtime (Go's `encoding/base64`, botocore; Java, .NET, Ruby and Rust where a page
//! lists their words too) or in Lambda's developer guide ("Troubleshoot execution issues").

use super::lambda::CALL;
use super::{COUNT_EVENTS, INVOKE, ISOLATE, MAKE_EVENT, case};
use crate::errors::code::documented;
use crate::errors::{Attempts, ErrorCode, Evidence, Explanation, Family, Scope};

/// An exception of Python for two causes.
pub(in crate::errors) const KEY_ERROR: &str = "KeyError";
pub(in crate::errors) const KEY_ERROR_OF_ENVIRON: &str = "KeyError of os.environ";

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
        "UnicodeDecodeError",
        "invalid start byte",
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

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: documented("Runtime.ExitError", Attempts::AllRetries, Scope::Batch),
        also: &[
            "Runtime exited with error",
            "Runtime exited without providing a reason",
            "Runtime.OutOfMemory",
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
        also: &["Z_DATA_ERROR", "invalid or unsupported zip format"],
        happened: "Printed by a function: zlib was given bytes that are not compressed, or not in \
                   the format that it expects.",
        change: &[
            "Decode the base64 of data before you decompress it: \
             zlib.gunzipSync(Buffer.from(record.data, 'base64')) in Node.js.",
            "For gzip, use gunzip in Node.js, not inflate, and zlib.decompress(data, 31) in Python.",
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
        error: printed("illegal base64"),
        also: &["illegal base64 data at input byte"],
        happened: "Printed by a function: Go's encoding/base64 was given text that is not base64, \
                   or is of another alphabet.",
        change: &[
            "Do not decode data a second time: the events package of aws-lambda-go already has it \
             as bytes.",
            "For your own base64 inside the payload, use the encoding that it has: URL-safe, or \
             Raw… if it is not padded.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("Incorrect padding"),
        also: &["binascii.Error", "Invalid base64-encoded string"],
        happened: "Printed by a function: Python's base64 module was given text that is cut off \
                   or not base64.",
        change: &[
            "Decode data of the event once, and nothing else: the payload itself is seldom base64.",
            "If the payload is base64 without padding, add it: text + '=' * (-len(text) % 4).",
            "In a test event, put base64 into data: `fh event` makes one.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("Expecting value: line 1 column 1"),
        also: &[
            "JSONDecodeError",
            "Unexpected token … is not valid JSON",
            "Unexpected token … in JSON at position",
            "Unexpected end of JSON input",
            // JSON.parse of Node.js 20 and later (V8, src/common/message-template.h).
            "Expected property name or '}' in JSON",
            "Expected double-quoted property name in JSON",
            "Expected ',' or '}' after property value in JSON",
            "Expected ',' or ']' after array element in JSON",
            "Expected ':' after property name in JSON",
            "Unexpected non-whitespace character after JSON",
            "Unterminated string in JSON",
            "Unterminated fractional number in JSON",
            "Exponent part is missing a number in JSON",
            "No number after minus sign in JSON",
            "Bad control character in string literal in JSON",
            "Bad escaped character in JSON",
            "Bad Unicode escape in JSON",
            "Unexpected number in JSON",
            "Unexpected string in JSON",
            "\"undefined\" is not valid JSON",
            "\"[object Object]\" is not valid JSON",
            "Unterminated string starting at",
            "Expecting property name enclosed in double quotes",
            "Expecting ',' delimiter",
            "Expecting ':' delimiter",
            "Extra data: line",
            "Invalid control character at",
            // Go, Java, .NET, Ruby, Rust.
            "invalid character … looking for beginning of value",
            "invalid character … after top-level value",
            "Unrecognized token … was expecting",
            "JsonParseException",
            "is an invalid start of a value",
            "JSON::ParserError",
            "expected value at line 1 column 1",
        ],
        happened: "Printed by a function that parses a payload as JSON, and it is not JSON.",
        change: &[
            "Decode base64, then gzip, then parse.",
            "Parse inside try, and return ProcessingFailed for a record that is not JSON.",
            "If records hold several JSON objects or lines, split them first.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("is not JSON serializable"),
        also: &["Runtime.MarshalError", "Unable to marshal response"],
        happened: "Printed by a function whose response cannot be written as JSON.",
        look: &["What the function puts into the response: bytes, datetime, Decimal and sets are \
                 not JSON."],
        change: &[
            "Return text for data: base64.b64encode(payload).decode('ascii').",
            "Convert other values before you return them.",
        ],
        ..BASE
    },
    Explanation {
        error: printed("Unable to import module"),
        also: &["Runtime.ImportModuleError", "No module named", "Cannot find module"],
        happened: "Printed by a function that cannot be loaded: its code, or a package that it \
                   needs, is not where the runtime looks for it.",
        look: &[
            "The name after `No module named` or `Cannot find module`: your own file, or a package.",
            "The handler: `app.handler` is the function `handler` in the file app.py, app.js or \
             app.mjs.",
        ],
        change: &[
            "Deploy the package with the function, or in a layer, built for the architecture and \
             the version of its runtime.",
            "On this machine, install the package for the python3 or the node that is first in \
             PATH, and run fh in the folder of the handler.",
        ],
        ..BASE
    },
    Explanation {
        error: printed("Runtime.CallbackHandlerDeprecated"),
        also: &["callback-based function handlers"],
        happened: "Printed by Lambda's runtime for Node.js 24 and later, which does not start a \
                   handler with a third parameter, the callback.",
        look: &[
            "The runtime of the function, if its code did not change: up to nodejs22.x, callbacks \
             still work.",
            "What wraps the handler: a library may declare the callback.",
        ],
        change: &[
            "Declare the handler as async (event, context) and return the response.",
            "Until then, run the function on nodejs22.x.",
        ],
        ..BASE
    },
    Explanation {
        error: printed("Unable to locate credentials"),
        also: &[
            "NoCredentialsError",
            "Could not load credentials from any providers",
            "CredentialsProviderError",
        ],
        happened: "Printed by a function that calls AWS and has no credentials.",
        look: &[
            "Where it runs: `fh invoke` gives a function on this machine no credentials unless \
             asked to. In Lambda they come from its execution role.",
        ],
        change: &[
            "On this machine, add --pass-credentials: the function then has those of your login.",
            "In Lambda, remove AWS keys and profiles from the code, so that the role is used.",
        ],
        again: &[
            MAKE_EVENT,
            "fh invoke --pass-credentials --handler FILE.FUNCTION --event event.json",
        ],
        ..BASE
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
        error: documented("PutRecordBatch: Slow down", Attempts::Unknown, Scope::Unknown),
        also: &[
            "ServiceUnavailableException) when calling the PutRecord",
            "ServiceUnavailableException: Slow down",
            "Slow down.",
        ],
        happened: "Printed by a producer, or by a transform that puts records itself: more arrives \
                   than the delivery stream may take.",
        lost: "What is not put again. PutRecordBatch can refuse some records only: FailedPutCount is \
               then above 0, and each of those has an ErrorCode.",
        look: &[
            "ThrottledRecords, BytesPerSecondLimit and RecordsPerSecondLimit of the delivery \
             stream in CloudWatch.",
            "Whether the caller reads FailedPutCount: a call that succeeds can leave records out.",
        ],
        change: &[
            "Put the refused records again, after a wait that doubles each time. The limits of \
             Direct PUT rise by themselves under load.",
            "Put up to 500 records into one call of PutRecordBatch, and several lines into a \
             record.",
            "Ask for a higher limit in Service Quotas if it stays so.",
        ],
        again: &[COUNT_EVENTS],
        ..BASE
    },
    Explanation {
        error: printed(KEY_ERROR),
        happened: "Printed by a function in Python that reads a key that does not exist.",
        look: &[
            "The key. With 'data', records of an MSK source are a likely cause: they have \
             kafkaRecordValue instead.",
            "With 'records', 'recordId' or 'data': whether the event is one of Firehose. Test \
             events of the Lambda console, and those of Kinesis, S3 and SQS, have other keys.",
            "With a name in capitals: whether it is read from os.environ. It is then an environment \
             variable: `fh explain 'KeyError of os.environ'`.",
            "With any other key: the payload of the failing record, which `fh decode` shows.",
        ],
        change: &[
            "For an MSK source, read kafkaRecordValue of each record and return it under that name.",
            "For a test, make an event with `fh event`; `--source msk` makes one of an MSK source.",
            "For a key of the payload, use .get(), or return ProcessingFailed for records without \
             it.",
        ],
        again: &["fh decode failed.ndjson", MAKE_EVENT, INVOKE],
        ..BASE
    },
    Explanation {
        error: printed(KEY_ERROR_OF_ENVIRON),
        also: &[
            "KeyError … os.environ",
            "os.environ … KeyError",
            // A traceback is several lines; these are in one.
            "File \"<frozen os>\", line … in __getitem__",
            "/os.py\", line … in __getitem__",
        ],
        happened: "Printed by a function that reads an environment variable that is not set.",
        look: &[
            "The name after KeyError, next to the variables of the deployed function: `aws lambda \
             get-function-configuration --function-name NAME`.",
        ],
        change: &[
            "On this machine, pass the variable with --env KEY=VALUE, or all of them with --env-file.",
            "In Lambda, set it in the configuration of the function, or give it a default: \
             os.environ.get('KEY', 'value').",
        ],
        again: &[
            MAKE_EVENT,
            "fh invoke --env KEY=VALUE --handler FILE.FUNCTION --event event.json",
        ],
        ..BASE
    },
];
