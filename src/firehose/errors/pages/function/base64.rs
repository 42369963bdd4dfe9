//! What the readers of base64 print, by language. Their words are those of their sources:
//! Go's `encoding/base64`, Java's `java.util.Base64`, .NET's `Convert`, the crate `base64`
//! of Rust, Python's `binascii`, Ruby's `Array#pack`, `atob` of Node.js.

use super::{PAYLOAD, printed};
use crate::errors::Explanation;
use crate::errors::pages::case;

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: printed("illegal base64 data"),
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
        also: &[
            "binascii.Error",
            "Invalid base64-encoded string",
            // With validate=True.
            "Only base64 data is allowed",
            "Excess data after padding",
            "Excess padding not allowed",
            "Leading padding not allowed",
            "Discontinuous padding not allowed",
        ],
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
        error: printed("Illegal base64 character"),
        also: &[
            "Input byte array has wrong 4-byte ending unit",
            "Input byte array has incorrect ending byte",
            "Last unit does not have enough valid bits",
            "should at least have 2 bytes for base64 bytes",
        ],
        happened: "Printed by a function: java.util.Base64 of Java was given text that is not \
                   base64, is cut off, or is of another alphabet. The character is shown in \
                   hexadecimal.",
        cases: &[
            case("Illegal base64 character 7b", "It is `{`: the text is JSON, not base64."),
            case("Illegal base64 character 5b", "It is `[`: the text is JSON, not base64."),
            case(
                "Illegal base64 character 2d",
                "It is `-` of the URL-safe alphabet: use Base64.getUrlDecoder().",
            ),
            case(
                "Illegal base64 character 5f",
                "It is `_` of the URL-safe alphabet: use Base64.getUrlDecoder().",
            ),
            case("Illegal base64 character a", "It is a line break: use Base64.getMimeDecoder()."),
            case("Illegal base64 character 20", "It is a blank: the text is not base64 alone."),
        ],
        change: &[
            "Do not decode data a second time: KinesisFirehoseEvent of aws-lambda-java-events \
             already has it as bytes (getData()).",
            "For your own base64 inside the payload, use the decoder that it needs: \
             getUrlDecoder() or getMimeDecoder().",
            "In a test event, put base64 into data: `fh event` makes one.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("The input is not a valid Base-64 string"),
        also: &["Invalid length for a Base-64 char array or string"],
        happened: "Printed by a function: Convert.FromBase64String of .NET was given text that is \
                   not base64, is not padded, or is of another alphabet.",
        change: &[
            "Decode the data of a record once: DecodeData() of Amazon.Lambda.KinesisFirehoseEvents \
             does it, and what it returns is the payload.",
            "For URL-safe base64 inside the payload, replace `-` and `_` by `+` and `/`, and pad it \
             with `=` to a multiple of 4.",
            "In a test event, put base64 into data: `fh event` makes one.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("base64::DecodeError"),
        also: &[
            "Invalid symbol … offset",
            "Invalid byte … offset",
            "Invalid last symbol … offset",
            "Encoded text cannot have a 6-bit remainder",
        ],
        happened: "Printed by a function: the crate base64 of Rust was given text that is not \
                   base64, is cut off, or is of another alphabet. The symbol is shown as the number \
                   of its byte: 123 is `{`, 45 is `-`, 95 is `_`, 10 is a line break.",
        change: &[
            "Do not decode data a second time: KinesisFirehoseEvent of aws_lambda_events already \
             has it as bytes.",
            "For your own base64 inside the payload, use the engine that it needs: URL_SAFE, or \
             …_NO_PAD if it is not padded.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("The string to be decoded is not correctly encoded"),
        also: &["InvalidCharacterError"],
        happened: "Printed by a function in Node.js: atob was given text that is not base64.",
        change: &[
            "Decode data of the event once, with Buffer.from(record.data, 'base64'): what atob \
             returns is Latin-1, in which characters beyond ASCII are damaged.",
            "Do not decode the payload again: it is seldom base64.",
        ],
        ..PAYLOAD
    },
    Explanation {
        error: printed("invalid base64 (ArgumentError)"),
        also: &["ArgumentError: invalid base64"],
        happened: "Printed by a function in Ruby: Base64.strict_decode64 was given text that is \
                   not base64, is not padded, or has line breaks.",
        change: &[
            "Decode data of the event once, and nothing else: the payload itself is seldom base64.",
            "For URL-safe base64 inside the payload, use Base64.urlsafe_decode64.",
        ],
        ..PAYLOAD
    },
];
