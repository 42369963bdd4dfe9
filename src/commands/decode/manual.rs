//! The texts of `fh decode --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Decode records and show their content

Recognizes the input: lines of base64, transform events and responses, failure \
objects, Kinesis and CloudWatch Logs events, API bodies and HTTP requests, compressed \
objects, JSON without delimiters, and what Python, Node.js, Java, Go, Ruby and Rust \
print of events and bytes, also in logs. Decodes base64, gzip, zlib, zstd, zip, \
snappy, KPL aggregates and JSON strings, however they are nested. CloudWatch metric \
streams in OpenTelemetry format are shown as JSON; Avro, Parquet, ORC, CBOR and MessagePack are named. \
UTF-16 and Latin-1 are shown as UTF-8; `--raw` prints the bytes. Text that begins like \
JSON and is not is shown with a note.

An argument that is not the name of a file and is base64 of something known, or JSON, \
is decoded itself.

On a terminal, JSON is indented and binary data is a hex dump. In a pipe, JSON is \
one compact line per record and binary data is base64. Values are never changed: \
numbers, key order, duplicate keys and escapes stay as they are.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh decode < record.txt                   a record pasted from anywhere
  fh decode eyJvcmRlciI6IkEtMSJ9           the same as an argument
  fh decode processing-failed/             every failed record in a folder
  fh decode --explain event.json           the layers, their sizes, and what it is
  fh decode --messages logs.gz | grep WARN CloudWatch Logs, one line per event
  fh decode --records 3,7-9 --raw event.json > payload.bin
  fh decode s3://bucket/processing-failed/2026/11/23/ --output ndjson";

/// Inputs, layers, output, limits.
pub const DETAILS: &str = "Input: each record is recognized on its own, also in mixed input.
- Lines of base64: standard, url-safe, mixed, unpadded, with CRLF or a byte order mark, in \
quotes or backticks, in a `data:` URL, with a comma, its key or a few words; wrapped at any width, \
indented, quoted with `> `, or after a label (`data: H4sI…`). A line that decodes on its own is a \
record; other lines are joined if they decode together.
- Lines of text: one record each, with a message, because one wrapped text looks the same. A \
carriage return before the newline is not part of the record.
- Transform events and responses (`data`, MSK's `kafkaRecordValue`): each element of `records`.
- Failure objects, in every shape that Firehose writes, one per line, concatenated or indented: \
`rawData`. Anything else among them is reported with its location.
- Lambda's Kinesis and CloudWatch Logs events, and bodies of GetRecords, PutRecords, PutRecord and \
PutRecordBatch: each record.
- Requests to HTTP endpoints, also in a string, in Python's b'…', or in the `body` of an API \
Gateway, load balancer or function URL event (base64, gzip): each record.
- Logs with a printed event, also as exported by `aws logs` and the console: JSON, Python's repr, \
Node's console.log, Go's %+v, %v and %#v, Java's maps, classes and records, Ruby's inspect, Rust's \
{:?}: the records of the event, and other lines unchanged. A print without the data \
(java.nio.HeapByteBuffer[…]) or cut off (... 3 more items) is reported, with what to print instead.
- Printed bytes: <Buffer 7b 22 …>, Uint8Array(7) [ 123, 34, … ], Node's JSON of both, [123 34 …], \
[123, 34, …], SdkBytes(bytes=0x7b22…); as hexadecimal 7b22…, 7b 22 …, 0x7b22….
- A list of {data: …}, and base64 of 16 characters or more at the end of a log line that starts \
with a date or level.
- Objects straight from S3: gzip (all members), zip, zstd, snappy (xerial, Hadoop), JSON without \
delimiters, plain records with gzip between them: each JSON value, line or gzip member.

Layers: a layer is decoded only if the data proves it, so the text `test` stays text. The MD5 of a \
KPL aggregate is checked; of one that was cut, the whole records are shown. Base64 texts that were \
joined (…==Cg==) are all decoded.

Content:
- Text is printed unchanged; binary data as base64 in a pipe and as a hex dump on a terminal.
- CloudWatch metric streams in OpenTelemetry 0.7 and 1.0 format (length-delimited protobuf) are \
shown as OTLP/JSON, one message per line. `--messages` prints one line per data point, `--raw` the \
protobuf. For metric streams in JSON format, `--explain` names the stream.
- CBOR and MessagePack maps, bzip2, xz and LZ4 are named, not decoded.
- Avro object containers, AWS Glue Schema Registry records, Parquet and ORC are binary data. \
`--explain` and `json` have the name, the size, and the schema and rows if the file has them \
uncompressed. Such a file is one record, whatever newlines are in it; one without its end is an \
error. A compressed AWS Glue Schema Registry record is inflated; its header stays, with the \
compression byte set to 0. JSON after a header of AWS Glue Schema Registry or Confluent is shown \
without it. Before other data, a Confluent header has no magic bytes, so `--explain` only says that \
it may be one.
- Text that begins like JSON and breaks is shown as text, with one note per run: not JSON from byte \
41: a comma before the closing bracket. The same goes for text that is not UTF-8, and for values \
that a language printed (b'…', [object Object]). Notes do not change the exit code; `--quiet` \
leaves them out, and `--expect json` makes content that is not JSON an error.
- A control sequence in a record is shown on a terminal as \\u{1b}.

Fields of `--output ndjson` and `json`: `source`, `line`, `index` (from 1), `part` (inside a KPL \
aggregate), `envelope`, `recordId`, `errorCode`, `layers` (`layer`, `bytesIn`, `bytesOut`, \
`parts`), `contentType` (`json`, `json-sequence`, `cloudwatch-logs`, `cloudwatch-metrics`, \
`opentelemetry-metrics`, `dynamodb`, `text`, `binary`, `avro`, `glue-schema-registry`, `parquet`, \
`cbor`, `messagepack`, `orc`, `empty`, `unknown`), `description` (of binary formats, in words), `data` (JSON as JSON, text \
as a string, binary as base64), `problems`. With `--messages`, one object per log event: \
`logGroup`, `logStream`, `id`, `timestamp`, `message`; or one per data point: `resource`, `scope`, \
`metric`.

Limits: 64 MiB per record (`--max-decoded`), 8 layers, 1,024 levels of JSON. Input may be endless: \
memory stays under 32 MB for small records.

What cannot be decoded is reported on standard error with its location, the layer, the offset and \
what to try; it does not hide the other records, and the exit code is 1. Without a terminal, \
`COLUMNS` sets the width of text; tables are never cut.";
