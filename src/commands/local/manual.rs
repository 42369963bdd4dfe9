//! The texts of `fh local --help` and its manual page.

use std::fmt::Write as _;

use firehose::flow::assumed;

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Run a delivery stream on this machine

A delivery stream with S3, CloudWatch Logs and Lambda on 127.0.0.1, with the APIs of \
AWS: fh, the AWS CLI and any SDK work with it. It buffers records, calls your \
transform as Lambda does, retries, and judges the responses; what is delivered, what \
failed and the backup are plain files, with the names and bytes that Firehose gives \
them. No AWS account is needed, and nothing leaves this machine.

`start` runs until Ctrl-C and prints a line for each thing that happens. Its address, \
opened in a browser, shows the same and each record before and after the transform. The \
code of the transform is loaded again when a file changes. Buffers wait 1 second; with \
`--config` as long as configured, divided by 60; with `--as-on-aws` as long as on AWS. \
`run` starts the same, runs a command with the right environment, and waits until its \
records are delivered.

With `--dir`, a record is written to that folder before the producer is answered. After \
the next start with the same folder, what was not delivered is delivered, whatever ended \
the last one; streams and functions are there again, and the flags describe the stream \
that they name. `activity.ndjson` has what happened. Logs and metrics end with the process.

Not done: destinations other than S3, conversion to Parquet and ORC, sources other than \
Direct PUT, encryption. A policy of IAM only changes what `--fault` allows and denies, for \
all roles and resources. Records are put, also into a stream that reads \
from Kinesis or MSK on AWS; its transform gets events like there (`--event-source`). What cannot be done is refused by its name.

A transform that calls AWS calls this server: AWS_ENDPOINT_URL leads there, unless \
`--env` sets it. Your credentials are never passed to it.

Everyone who may connect to 127.0.0.1 can use the APIs, and with CreateFunction run \
code as you. Web pages cannot; the page of fh local only reads.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh local start --handler app.lambda_handler          your transform, in ./app.py
  fh local start --transform newline --stream orders   no code at all
  fh local start --config create.json --handler app.lambda_handler
  fh local start --from-stream orders --handler app.lambda_handler   like the one on AWS
  fh local run --handler app.lambda_handler -- pytest  start, run the tests, stop
  eval \"$(fh local env)\"                               the AWS CLI, SDKs and fh talk to it
  fh local wait && fh failures --stream demo --fail-if-any
  fh local show last                                   what happened to the last record
  fh local fault throttle-invoke=0.3";

/// What is not known of Firehose, and what is taken instead.
pub fn details() -> String {
    let mut text = "What AWS does not say, and what fh local does:\n".to_owned();
    for (what, source) in assumed::all() {
        let _infallible = writeln!(text, "- {what} ({source})");
    }
    text.truncate(text.trim_end().len());
    text
}

/// What goes wrong on purpose, in the help of all that takes faults.
macro_rules! faults {
    () => {
        "A share from 0 to 1: refuse, throttle-put, unavailable, reset, lose-answer, \
         internal-error, stall, write, throttle-invoke, drop-logs, throttle-logs, empty-page, \
         repeat-token, sample-live, end-live, expired-token. A duration: slow-invoke, late-logs. \
         An action of IAM: deny, allow (as `aws iam put-role-policy` does). \
         key-disabled: no KMS key can be used; objects with a key are not written, puts into \
         streams with a key are refused, and such a stream fails to be created."
    };
}
pub(super) use faults;
