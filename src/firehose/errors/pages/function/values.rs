//! What is printed where a payload or a value is not what the code takes it for: text,
//! bytes, JSON.

use super::{BASE, PAYLOAD, printed};
use crate::errors::Explanation;

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
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
            "trailing characters at line … column",
            "EOF while parsing a",
            "MalformedJsonException",
            "A JSONObject text must begin with",
            "Unexpected character encountered while parsing value",
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
        error: printed("json: cannot unmarshal"),
        also: &[
            "cannot unmarshal … into Go",
            // Java's Jackson, .NET, Rust's serde.
            "MismatchedInputException",
            "Cannot deserialize value of type",
            "UnrecognizedPropertyException",
            "The JSON value could not be converted to",
            "invalid type: … expected",
        ],
        happened: "Printed by a function that parses JSON into a type: it is JSON, and one of its \
                   values is of another type.",
        look: &[
            "The name of the field and its type in the message.",
            "What the failing record has there: `fh decode` shows it.",
            "Whether it is the event of Firehose that is parsed, or the payload of a record.",
        ],
        change: &[
            "Declare the field as what the producers send, or as any value.",
            "Return ProcessingFailed for the record that does not fit: the others of the batch are \
             then delivered.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("codec can't decode byte"),
        also: &[
            "UnicodeDecodeError",
            "UnicodeEncodeError",
            "codec can't encode character",
            "invalid continuation byte",
            "ordinal not in range(128)",
            "invalid start byte",
        ],
        happened: "Printed by a function in Python that reads bytes as text, or writes text as \
                   bytes, in an encoding that does not have them.",
        look: &[
            "The byte in the message. 0x8b in position 1 is gzip; 0xff or 0xfe in position 0 is \
             UTF-16; 0xe9 or 0xfc among letters is Latin-1.",
            "What the failing record holds: `fh decode` shows its layers and its encoding.",
        ],
        change: &[
            "Decompress what is compressed before .decode('utf-8').",
            "For text of a producer that sends Latin-1, .decode('cp1252'), and encode it as UTF-8.",
            "Use 'utf-8' where the code has 'ascii'. Do not add errors='ignore' or 'replace': \
             characters are then lost without an error.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("a bytes-like object is required"),
        also: &[
            "can't concat str to bytes",
            "can only concatenate str (not \"bytes\") to str",
            "must be str, not bytes",
        ],
        happened: "Printed by a function in Python that gives text where bytes are needed, or bytes \
                   where text is.",
        look: &["The line of your code, and which of its values are bytes: b64decode, decompress \
                 and read return bytes."],
        change: &[
            "base64.b64decode returns bytes: .decode('utf-8') makes text of them.",
            "base64.b64encode takes bytes: payload.encode('utf-8'). It returns bytes too: \
             .decode('ascii') makes the text for data.",
        ],
        ..BASE
    },
    Explanation {
        error: printed("the JSON object must be str, bytes or bytearray"),
        happened: "Printed by a function in Python that gives json.loads a value that is no text.",
        look: &["What it is in the message: a dict is parsed JSON already, NoneType is nothing."],
        change: &["Do not parse the event: it is a dict. Parse the payload of each record: \
             json.loads(base64.b64decode(record['data']))."],
        ..BASE
    },
    Explanation {
        error: printed("Object of type coroutine is not JSON serializable"),
        also: &[
            "Object of type generator is not JSON serializable",
            "Object of type async_generator is not JSON serializable",
            "was never awaited",
        ],
        happened: "Printed by a function in Python that returns what has not run yet: a coroutine \
                   of async def, or a generator.",
        look: &[
            "Whether the handler is `async def`: Lambda calls it and does not await it.",
            "Whether `await` is missing at a call, or `yield` stands where `return` belongs.",
        ],
        change: &[
            "Let the handler be a plain def that runs the coroutine: return \
             asyncio.run(transform(event)).",
            "Make a list of a generator before you return it: list(…).",
        ],
        ..BASE
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
];
