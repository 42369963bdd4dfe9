//! What the help of `fh send` and `fh send-demo` and their manuals say after the
//! examples.

/// How records are sent.
pub const DETAILS: &str =
    "Each record ends up acknowledged, refused, or unknown (its response was \
lost). Records that were not acknowledged are written byte for byte to a file (`--unsent`), or are \
still in your input; either way, the report ends with the command that sends them. Unknown records \
may be in the stream and are saved separately.

A file that does not look like lines of records is refused with a suggestion. A stream that does \
not accept direct puts, because it reads from Kinesis or MSK or decompresses CloudWatch Logs, is \
refused with an alternative. Under nohup, closing the terminal stops nothing.

The report shows when and where the records can be seen, from the stream's own buffers.";
