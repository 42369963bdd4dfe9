//! What `fh logs --help` and the manual say after the examples.

/// How events are found and grouped, and the fields of the output.
pub const DETAILS: &str = "Every event, once: CloudWatch Logs finds events by when they happened, not \
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
