//! The texts of `fh event --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Generate a test event for the transform

Writes an event the way Firehose sends it to the Lambda function: one line of JSON \
with realistic IDs, ARNs and times, in the shape of a Direct PUT, Kinesis or MSK \
source. The payloads are samples of a service, your own data, failed records, or \
cases that break transforms. Sizes are those of the whole event, as Lambda counts \
the request: at most 6 MB (6,291,456 bytes).

With `--seed`, the same flags give the same bytes on every machine. Without it, the \
seed is printed to standard error.

Exits with 1 if the event does not have all of your own records.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh event > event.json                                 three demo records, Direct PUT
  fh event --payload cloudwatch-logs --records 10       as a subscription sends them
  fh event --payload cloudwatch-logs --log-events 500   hundreds of log events in each record
  fh event --source kinesis --payload dynamodb
  fh event --data orders.ndjson --gzip                  your own records, one per line
  fh event --from-failures processing-failed/           the event that failed, to run locally
  fh event --from-failures failed/ --code FunctionError only records with this error code
  fh event --size 6MiB --seed 1                         as large as Lambda accepts
  fh event --hostile | fh invoke --handler app.handler  what breaks transforms
  fh event --list                                       kinds of payloads and hostile cases";

/// Where payloads come from.
pub const DETAILS: &str =
    "Payloads: `--list` shows the kinds, among them CloudWatch metric streams \
in JSON and OpenTelemetry, and CloudWatch Logs as a subscription sends them, decompressed, or with \
their messages extracted. Hundreds of `--log-events` in each record make a transform that inflates \
them reach Lambda's 6 MB on this machine.

`--data` finds records as `fh decode` does: in lines, JSON of several lines, base64, hex dumps, \
printed bytes, events, failure objects, API bodies and compressed files; a note says which. One \
layer of base64 is decoded, and nothing inside it. `--lines` takes each line as it is, without \
its newline. In text, the carriage return of CRLF is not part of the record either.

`--from-failures` rebuilds the event that failed, to reproduce the bug: `--code`, `--grep`, \
`--since` and `--until` choose the records, which keep their IDs and arrival times. Without \
`--seed`, the flags that repeat the event are printed.

FH_STREAM, AWS_REGION and profiles are not read: the same flags give the same event on every \
machine. Without `--region`, or the ARN of a stream, it is one of us-east-1.";
