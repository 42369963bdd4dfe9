//! What `fh event --help` and the manual say after the examples.

/// Where payloads come from.
pub const DETAILS: &str =
    "Payloads: `--list` shows the kinds, among them CloudWatch metric streams \
in JSON and OpenTelemetry, and CloudWatch Logs as a subscription sends them, decompressed, or with \
their messages extracted. Hundreds of `--log-events` in each record make a transform that inflates \
them reach Lambda's 6 MB on this machine.

`--from-failures` rebuilds the event that failed, to reproduce the bug: `--code`, `--grep`, \
`--since` and `--until` choose the records, which keep their IDs and arrival times. Without \
`--seed`, the flags that repeat the event are printed.

FH_STREAM, AWS_REGION and profiles are not read: the same flags give the same event on every \
machine. Without `--region`, or the ARN of a stream, it is one of us-east-1.";
