//! The texts of `fh failures --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Show failed records, grouped or one by one

Reads the failure objects that Firehose writes below its error output prefix, plain \
or compressed, and groups their records by error code, message, function and \
attempts. For each group it shows the count, the first and last arrival, a chart \
over time, a decoded example, what to change and what to run next. `--records` shows \
each record instead. The example is compared with the others of its group, of which \
at most 1,000 are decoded.

`--output html` writes one file to send on, with nothing loaded from elsewhere and no \
script; `--output markdown` writes the same for a ticket. `--no-payload` leaves the \
examples out. Error messages stay, and those of some destinations quote the record.

Ctrl-C shows the report of what was read so far, marked as incomplete, and exits with \
130.

Inputs are recognized by content, not by name: other files in the same folder are \
counted and left out. Anything else in a failure object is a damaged failure record \
and is reported with its location. Control messages of CloudWatch Logs, which are \
harmless, are marked.

`--stream` reads only objects that the stream wrote, by their names: below its error \
prefixes, including those of Iceberg tables and Redshift's manifests, for the hours \
in question. `--bucket` reads keys that name a type of failure, and checks the first \
bytes of the others. A failed record reaches S3 only after buffering and retries, so \
the time up to which the answer can be complete is shown (completeUntil in JSON).

Exits with 1 if an input is damaged, and with 2 if one cannot be read, is empty or \
has neither failure records nor a manifest of Redshift. With --fail-if-any, exits with 1 if anything failed, and \
with 2 if nothing was found but not everything could be checked, or it is too early \
to tell.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh failures --stream orders --since 2h    failures of a stream in the last two hours
  fh failures --bucket lake                 failures of every stream in the bucket
  fh failures processing-failed/            what failed, how often, since when, what to do
  fh failures --records --code timedout failed.ndjson
  fh failures --grep 'A-10(41|42)' failed/  the records whose content matches, grouped
  fh failures --since 1h --fail-if-any failed/ && echo 'nothing failed in the last hour'
  fh failures --records --output ndjson failed/ | jq .data
  fh failures --stream orders --since 1d --output html > report.html
  fh failures --code ParseError --extract payloads/ failed/
  fh failures --bucket lake --shard 1/2 --partial 1.json; fh failures --bucket lake --shard 2/2 --partial 2.json
  fh failures --stream orders --since 30d --engine athena   Athena counts; shows the price and asks first
  fh failures --merge 1.json 2.json         the report of both halves";

/// What is found where, and the fields of the output.
pub const DETAILS: &str = "Groups: records of one group share code, message, function and attempts; \
IDs, times and addresses in a message are ignored. Objects that are damaged, archived, encrypted \
with a key that you are not allowed to use, or deleted in the meantime are reported with their \
location and do not hide the rest.

\"Nothing failed\" is printed only if everything that could hold a failure was checked. Deliveries \
that are still retried leave no failure record: for a stream without failure records, the command \
that checks for them is printed. `--stream` reports if the destination was changed in the time in question. Objects that were left out are \
counted (`leftOut` in JSON), and gaps are named (`missing`). An empty file, folder, pipe or bucket \
is an error.

`--since` and `--until` are about the arrival of a record, `--grep` about its decoded content. \
`--limit` stops early, with a message. `--save DIR` never overwrites a file, and continues where it \
stopped.

`--output ndjson` has one line per group, or per record with `--records`: the location (`bucket`, \
`key`, `line`), every field unchanged (`record`) and the decoded data. `--output json` is one \
document with counts and the timeline.

What `fh redrive` has put back from this machine is shown, by the same ledgers that keep it from \
sending records twice: how many of the records, into which delivery streams, when (`putBack` in JSON: \
`records`, `unknown` for those that were sent without a known response, `sent`, `streams`). What other machines and users have put back is \
unknown here, and so is what was put back where shards or Athena count.

The example of records that fail together, as those of one call do, is the one that is not like the \
others, if there is one.

Shards: one process reads about 10,000 small objects or 100 MB a second. A bucket with more than \
it can read in a few minutes is read in N parts, on one machine or on many: `--shard I/N` reads \
the objects whose keys belong to part I, `--partial FILE` writes what it found, and `--merge \
FILE…` shows the report of all parts, in any order. It is the report that one process would show, \
as long as a code has at most 96 messages. `--bucket` without `--prefix` opens samples of the \
objects whose keys name no failure, and each shard takes its own: together they open more than \
one process would, and can find more. `--merge` refuses parts with other flags, and a part \
that comes twice. If a part is missing, it is named, the report is marked as incomplete, and the \
exit code is 2. A shard that is interrupted writes nothing: run it again. Pass times that are the \
same for every shard: `--since 2026-11-22T10:00:00Z`. A file of `--partial` holds up to nine \
failed records of each group.

Any scheduler can run the shards. GNU parallel, on one machine:

  seq 8 | parallel fh failures --bucket lake --shard {}/8 --partial {}.json
  fh failures --merge [1-8].json

An array job of AWS Batch, whose container runs this line, and then a job that depends on it:

  I=$((AWS_BATCH_JOB_ARRAY_INDEX + 1))
  fh failures --stream orders --since 2026-11-22T00:00:00Z --shard $I/64 --partial $I.json
  aws s3 cp $I.json s3://reports/orders/

  aws s3 cp --recursive s3://reports/orders/ parts/ && fh failures --merge parts/*.json

Athena: `--engine athena` is for a bucket that is too large to be read from here. It lists the \
objects, shows the price and asks, creates an external table with one text column, counts, and deletes \
the table again, also after an error or Ctrl-C. Any error output prefix works. Athena scans each \
folder with objects in question whole, with what is below it: the price is that of all of it. Values are passed as parameters of the query. Athena counts records that stand on a \
line of their own. Objects with anything else (damaged records, two on a line, gzip without `.gz`, \
manifests) and those that Athena hides (names that start with `_` or `.`) are read from here, up to \
10,000 of each; so are up to 10,000 records that may be control messages. What is past that is \
reported, and the exit code is 2. `--bucket` without `--prefix` takes only keys that name a type of \
failure. The numbers are those of the local report; the example is compared with fewer others.

Time and cost of 100 million records, about 49 GB in 1.4 million objects, on paper, from 490 bytes a \
record, 120 MB/s a core and AWS's prices: a laptop with 100 Mbit/s 65 min and $5.00, mostly for \
traffic; one process in the Region of the bucket 7 min and $0.60, mostly for GET requests; 8 shards \
there, on 8 cores, 1 min and the same; `--engine athena` 1 to 3 min, never measured, and $0.80, or \
$1.60 with a second scan for control messages.

`--engine athena` needs athena:StartQueryExecution, GetQueryExecution, GetQueryResults and StopQueryExecution, \
glue:GetDatabase, GetTable, CreateTable and DeleteTable, read access to the bucket, and write access \
to the output location. The SQL is tested on DuckDB against the local report. We have never run it on \
Athena itself: start with a short `--since`, or look at it with `--print-sql`.";
