//! The texts of `fh status --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Show what delivery streams do

Without `--stream`, lists the delivery streams of the Region, one per line: source, \
transform, destination, records of the last hour, and whether calls of the function or \
deliveries fail. With `--stream`, shows one on a screen: source, transform, buffers, \
destination, where failures and logs go, how long a record takes, traffic, failures by \
code, the last invocations, and the two worst findings of `fh doctor`. Nothing is changed.

No right is needed beyond firehose:DescribeDeliveryStream (and \
firehose:ListDeliveryStreams for the list): what cannot be read is shown as unknown, \
never as good.

Exits with 0 whatever the streams do, and with 3 if they cannot be listed or described. \
`fh doctor` exits with 1 on an error.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh status                            all delivery streams of the Region, one per line
  fh status --stream orders            one stream: its pipeline, traffic, failures, findings
  fh status --stream orders --watch    refresh it every 30 seconds
  fh status --output json | jq '.streams[] | select(.state == \"failing\")'
  fh status --watch --output ndjson    one line per stream every 30 seconds, for a pipe";

/// What the words mean, and what they cannot say.
pub const DETAILS: &str =
    "State of a stream in the list: `failing`, its status, a call of the function or a delivery \
failed, or records failed; `dropping`, calls of the function succeed, and it \
returned no record as Ok; `working`, records are delivered, and CloudWatch counts no failed call \
and no failed delivery, or calls succeed since the last failure, which is shown; `idle`, no records came in; `unknown`, it cannot be read, tells too \
little, or it is too early to say. CloudWatch does not count failed records. Some are seen where more was written to S3 than the \
transform returned as Ok; `fh status --stream` lists the objects of all. Failing streams come first.

`takes`: the longest that buffers and one call of the function hold a record, and what is usual by \
DataFreshness. Failed calls are retried, and each retry takes longer.

Calls: the list needs ListDeliveryStreams, a DescribeDeliveryStream per stream (AWS answers 5 a \
second) and a GetMetricData for about 55 streams. With `--stream` they are those of `fh doctor`. \
CloudWatch bills GetMetricData: about $0.01 per 1,000 metrics, of which a stream has up to 9 in the list \
and up to 13 alone. Metrics lag by a few minutes.

`--watch` in a pipe needs `--output json` (a document per refresh) or `ndjson`: a screen that is \
drawn again is of no use there. Every refresh asks for all of it again: at 30s, CloudWatch bills \
about $0.02 an hour for one stream, and $1 an hour for a list of 100; `--interval` 5m is a \
tenth of that. A refresh that fails is reported and tried again.";
