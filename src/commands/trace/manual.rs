//! The texts of `fh trace --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Send marked records and follow each to where it ends

Puts a few records with a marker into the stream and shows what happens to them, as \
it happens: accepted; buffered, until when; the call of the function with its log; \
and the object and the place in it where each record was delivered, or the failure \
record with its code. Each line says by what the record was found and how certain \
that is. If a record is late, fh runs the checks of `fh doctor` for that step and \
shows the likeliest cause at once. It stops once a cause is certain: retries would only \
repeat it.

The records are real: they are transformed and delivered like any other.

Exits with 0 if every record was delivered, with 1 if one was dropped, failed or was \
refused, or if a certain cause keeps it from arriving, and with 3 if it is unknown what \
became of one.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh trace --stream orders                     three demo records, from put to object
  fh trace --stream orders --ask-transform     also find what the transform rewrites
  fh trace --stream orders --data order.json --whole --yes
  fh trace --stream orders --timeout 2m --output ndjson --yes
  fh trace --stream clicks --via-source        a stream that reads from Kinesis
  fh trace --stream logs --log-group /aws/lambda/shop";

/// How records are found, and where that ends.
pub const DETAILS: &str =
    "How a record is found. No id stays with a record on its way, so fh puts a marker into it: 13 \
random letters and digits, as the member `fh_trace` of JSON or the last word of a text. With \
`--data`, it replaces `{{marker}}`; without that, the bytes themselves are searched for, and \
records with the same bytes cannot be distinguished. In order of certainty: rawData of a failure \
record; the source backup; the marker in a delivered object, also in capitals or base64, inside \
gzip, zip or Snappy; the marker in the log of the function. A transform that keeps nothing of a \
record needs `--ask-transform`: fh calls the deployed function twice with the same records and \
searches for what it returns, or for the JSON values in it that stay the same. These test calls \
are real, with all side effects of the function.

Certain means that only this record can be meant; likely, that another record with the same \
content could be; possible, that nothing speaks against it. Possible alone counts as unknown.

How long it takes. A record is late after the interval of the transform's buffer, all calls of \
the function with their retries, the interval of the destination's buffer, and up to a minute. \
Once the log shows that a call went well, only the rest counts. If that was the only call of the \
function, and what was delivered after it does not have the marker, fh stops waiting: the transform \
rewrites the record or drops it, and what became of it is unknown. `--timeout` stops earlier.

What it costs. Until every record is found, fh lists the prefixes of the stream again and again, \
every half second at first and every 15 seconds later, and reads each new object once, also those \
with records of others: up to 4 GiB. S3 charges for these requests and for data that leaves the \
Region.

Nothing is inferred from what was not looked at: a prefix that may not be listed, an object that \
may not be read, is larger than 160 MiB or is Parquet, ORC or Avro is reported, and what it may hold is \
unknown. `dropped` is reported only where the test calls drop the record. It is likely, and fh stops \
waiting, once the log shows a call of the function when Firehose was due to make one, and no call \
that failed; it is certain if nothing came until the end and everything could be looked at.

Where it ends. Delivery can be seen in S3. For Redshift, OpenSearch, Splunk, HTTP endpoints, \
Snowflake and Iceberg fh follows records to the transform, the source backup and the error \
output; what is in the destination itself is unknown.

Streams that read from Kinesis or decompress CloudWatch Logs accept no puts. `--via-source` puts \
the records into the data stream (kinesis:PutRecord), `--log-group` writes them to a log stream \
of its own in a subscribed group (logs:CreateLogStream, logs:PutLogEvents). A subscription \
sends them after its own filter, and fh does not delete that log stream.

Rights: firehose:DescribeDeliveryStream, firehose:PutRecordBatch, s3:ListBucket, s3:GetObject; \
logs:FilterLogEvents and lambda:GetFunctionConfiguration for the log; lambda:InvokeFunction for \
`--ask-transform`; those of `fh doctor` for causes.";
