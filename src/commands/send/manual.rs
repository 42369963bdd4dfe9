//! The texts of the help of `fh send` and `fh send-demo` and of their manual pages.

/// Shown by `--help` and the manual page of `fh send`.
pub const ABOUT: &str = "Send records to a delivery stream

Each line is a record, unless `--format` says otherwise, and is sent byte for byte. \
Files are read twice: if a record is too large or broken, it is reported and nothing \
is sent. Records from a pipe or from S3 are checked as they arrive: bad ones are \
reported and skipped.

Batches hold up to 500 records and 4 MiB. Only records that were refused, or whose \
answer was lost, are sent again, with pauses, until nothing is acknowledged for the \
time of `--retry-for`. A record whose response was lost may be in the stream twice: \
the numbers of such records are listed. Records that were never acknowledged are \
written to a file, and those that may have arrived to another, with the commands \
that send them. The first Ctrl-C waits up to ten seconds for requests in progress; \
the second does not.

Exits with 0 only if every record was acknowledged.";

/// Shown below the help of `fh send`.
pub const EXAMPLES: &str = "Examples:
  fh send --stream orders orders.ndjson           each line as it is
  tail -f app.log | fh send --stream logs --newline
  fh send --stream orders --format event event.json
  fh send --stream orders --dry-run exports/      what would be sent, in how many requests
  fh send --stream orders --rate 500/s --ordered orders.ndjson
  fh send --stream orders --format base64 fh-unsent-20261122T100000123Z-4711.b64";

/// Shown by `--help` and the manual page of `fh send-demo`.
pub const DEMO_ABOUT: &str = "Send demo records to a delivery stream

Does what \"Test with demo data\" does in the console: sends stock ticker records \
like those of AWS, with no newline between them unless `--newline` is given. `fh \
event --list` shows the other kinds of payloads and the hostile cases.

Refused records are handled as by `fh send`; see its help. Exits with 0 only if \
every record was acknowledged.";

/// Shown below the help of `fh send-demo`.
pub const DEMO_EXAMPLES: &str = "Examples:
  fh send-demo --stream orders                    100 records, like the console
  fh send-demo --stream orders --payload vpc-flow --newline --count 5000
  fh send-demo --stream orders --duration 10m --rate 50/s
  fh send-demo --stream orders --hostile-ratio 0.1 --seed 7";

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
