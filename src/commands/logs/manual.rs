//! The texts of `fh logs --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Show the logs of a transform and its delivery stream

`--stream` finds the log group of the stream's transform and the stream's own error \
log, and shows both in order of time. Errors of other delivery streams in the same \
log group are left out and counted. A function is looked up in the account of its \
ARN. Every event is shown exactly once, and the same error of a stream again as a count: late events are looked for (`--overlap`) and \
marked, throttling and network loss are waited out, and with `--follow`, so is a log \
group that does not exist yet.

With files, or `-` for standard input, it reads exported logs and does not call \
CloudWatch Logs. It accepts API output (`aws logs filter-log-events`, one document \
or one object per line), the output of `aws logs tail` and of `--output text`, what \
the console shows, downloads and exports to S3, Insights results (CSV, `aws logs \
get-query-results`), the output of `sam logs`, `serverless logs` and `awslogs get`, \
and plain lines. Logs with the newest event first are put in \
order.

`--invocations` groups the events of each invocation, from START to REPORT, with its \
duration, memory, problems and number of printed records; the request ID and the \
runtime's own time are in its title only, unless with `--long`. A last line on standard \
error sums up. `--errors`, `--slow` and \
`--request-id` show whole invocations.

A newline in a message is shown as a marked line: no message can be mistaken for \
another event.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh logs --stream orders -f               the transform's logs and the stream's errors, live
  fh logs --stream orders --errors --since 2h
  fh logs --function enrich --invocations  a block for each invocation
  fh logs --group '/aws/lambda/orders-*' --grep 'A-10(41|42)' --since 1d
  fh logs --stream orders --decode --since 5m
  fh logs -f --function enrich --exit-on 'order A-1041' --timeout 5m && echo seen
  fh logs --errors exported.ndjson         exported logs, without AWS
  aws logs tail /aws/lambda/enrich | fh logs --invocations -";

/// How events are found and grouped, and the fields of the output.
pub const DETAILS: &str = "Every event, once (text counts an error of a stream that comes again; all other formats show each): CloudWatch Logs finds events by when they happened, not \
by when they arrived. `fh` rereads a window before the newest arrival (`--overlap`), remembers what \
it has shown, and marks late events. Throttling, lost connections and expired logins are reported \
and waited out. Without `--follow`, the error for a log group that does not exist explains why it \
may be missing. `--live` also uses Live Tail and fetches the events that Live Tail omits.

Invocations are grouped across log streams and concurrent requests, from text and JSON logs of \
Python, Node.js, Java, Go, Rust and custom runtimes, and of their common loggers. An ID that a \
function prints does not move a line to another invocation, and a printed line that looks like \
START or REPORT stays in the invocation that printed it. If Lambda logs no START, an invocation is \
shown a minute after its last line. `--errors` shows invocations with an exception, a timeout, too \
much memory, a failed init or a logged error, and the errors of the stream.

`--decode`: in the message, the event's name replaces the printed event (`ev transform-event ERROR \
could not parse`), and its records follow, with their problems and any result other than `Ok`. \
Items that the runtime omitted (... 3 more items) are reported, and counts are shown as `at least`.

Scripts: `--exit-on REGEX` exits with 0 once a message matches, and `--timeout` stops in any case: \
with 1 if not everything was read. With `--follow`, `--until` waits for `--overlap` longer. \
Control characters in a message are shown as \\u{1b}; `--raw` prints the messages byte for byte.

`--output ndjson` prints every field unchanged, which `fh logs` can read again; with \
`--invocations`, one object per invocation: `requestId`, `status` (`ok`, `error`, `exception`, \
`init-error`, `timed-out`, `out-of-memory`, `no-report`), `durationMs`, `maxMemoryUsedMB`, \
`recordsIn`, `recordsOut`, `recordsCut` (the runtime omitted some), `events` (unchanged, with \
`trouble` and `late`), …

Times: a time without a date is of the last 12 hours, and `--long` always shows the date, with the offset. Times \
of `serverless logs` (versions 3 and 4) are read in the local time zone.

Files are read one after the other, also CloudWatch Logs envelopes and `fh`'s own NDJSON. An event \
in two files is shown twice. A truncated or broken file is read as far as possible: the problem and \
its location are reported, and the exit code is 1. From a pipe, complete events are shown as soon \
as the writer pauses.";
