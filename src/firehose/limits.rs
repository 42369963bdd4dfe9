//! Every limit as a named number, with its source.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Largest size of one record after all layers are peeled, unless the user
/// says otherwise with `--max-decoded`.
///
/// A record holds at most 1,000 KiB before base64 (`PutRecordBatch`, API
/// reference), so this allows a growth of 64 times; deflate could make 1,032.
pub const DEFAULT_MAX_DECODED: u64 = 64 * 1024 * 1024;

/// Largest piece of input that is held at once: one line, one JSON document.
///
/// A transform event or response holds at most 6 MB (Lambda, synchronous
/// invocation), a `GetRecords` answer 10 MiB; the rest is head-room.
pub const MAX_FRAME: usize = 64 * 1024 * 1024;

/// Most layers that are peeled off one record.
///
/// Base64 in base64 and gzip in gzip are real mistakes (four layers, and the
/// JSON string around them); more is an attack.
pub const MAX_LAYERS: usize = 8;

/// Deepest nesting of JSON that is read; kept on the heap, so no stack grows.
pub const MAX_JSON_DEPTH: usize = 1024;

/// Most log lines' worth of candidates that are tried to find a printed event
/// in one line.
pub const MAX_EVENT_CANDIDATES: usize = 8;

/// Most bytes of a transform event: 6 MB, of the JSON with its base64 (developer
/// guide, "Data transformation"; Lambda quotas, "Invocation payload, synchronous").
pub const MAX_INVOCATION_PAYLOAD: usize = 6 * 1024 * 1024;

/// Most bytes of a transform response: a little more than of an event (Lambda's
/// own message for a larger one: "exceeded maximum allowed payload size (6291556
/// bytes)").
pub const MAX_RESPONSE_PAYLOAD: usize = MAX_INVOCATION_PAYLOAD + 100;

/// `NumberOfRetries` of the transform unless it is set (API reference,
/// `ProcessorParameter`).
pub const DEFAULT_RETRIES: u32 = 3;

/// `BufferSizeInMBs` of the transform unless it is set: 1 MB, 256 KB for
/// Splunk and Snowflake (developer guide, "Data transformation").
pub const DEFAULT_TRANSFORM_BUFFER: u64 = 1024 * 1024;

/// What `BufferSizeInMBs` of the transform may be: 0.2 to 3 MB (developer guide,
/// "Data transformation"). The MB of 1,000 and of 1,024 × 1,024 are both taken.
pub const TRANSFORM_BUFFER: RangeInclusive<u64> = 200_000..=3 * 1024 * 1024;

/// Most `NumberOfRetries` that are taken here. The service sets no range in its
/// model; 9 was seen to work, and 300 is beyond what anybody reports.
pub const MAX_RETRIES: u32 = 300;

/// Longest timeout of a function that Firehose waits for (Firehose developer
/// guide, data-transformation).
pub const MAX_FUNCTION_TIMEOUT: Duration = Duration::from_mins(5);

/// How long a function may take to load; after that Lambda starts it again
/// within the function's own timeout (Lambda developer guide, execution
/// environment lifecycle).
pub const MAX_LAMBDA_INIT: Duration = Duration::from_secs(10);

/// Most bytes of one record before base64: 1,000 KiB (API reference,
/// `PutRecord`). Records of other sources have limits of their own:
/// `Source::max_record`.
pub const MAX_RECORD: usize = 1_024_000;

/// Most bytes of one record of a Kinesis data stream, unless its limit was
/// raised: 1 MiB (Kinesis developer guide, "Handle large records",
/// streams/latest/dev/large-records.html).
pub const MAX_KINESIS_RECORD: usize = 1024 * 1024;

/// The most that this limit can be raised to: 10 MiB (same page, which advises
/// against such records where Firehose calls a function).
pub const MAX_LARGE_KINESIS_RECORD: usize = 10 * 1024 * 1024;

/// Most bytes of one record of an Amazon MSK source with a function: 6 MB,
/// counted as Lambda does; without one, 10 MB. Larger ones go to the error
/// bucket (developer guide, "Quota", firehose/latest/dev/limits.html).
pub const MAX_MSK_RECORD: usize = MAX_INVOCATION_PAYLOAD;

/// Most log events of one batch of CloudWatch Logs (API reference,
/// `PutLogEvents`).
pub const MAX_LOG_EVENTS: u64 = 10_000;

/// Most records of one `PutRecordBatch` (API reference).
pub const MAX_BATCH_RECORDS: usize = 500;

/// Most bytes of one `PutRecordBatch`: 4 MiB (API reference). Whether that is
/// counted before or after base64 is not known, so base64 is counted.
pub const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Calls a second of `DescribeDeliveryStream` and of `ListDeliveryStreams` that an account
/// has in a Region (developer guide, "Amazon Data Firehose quota").
pub const CONTROL_CALLS_A_SECOND: u32 = 5;
