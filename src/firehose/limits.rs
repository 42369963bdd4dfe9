//! Every limit as a named number, with its source.

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

/// Largest event of a synchronous invocation, in bytes: 6 MB (Lambda, quotas;
/// Firehose developer guide, data-transformation).
pub const MAX_EVENT: usize = 6 * 1024 * 1024;

/// Largest response of a synchronous invocation, in bytes: 6 MB and the 100
/// bytes more that Lambda's own message names ("exceeded maximum allowed
/// payload size (6291556 bytes)").
pub const MAX_RESPONSE: usize = 6 * 1024 * 1024 + 100;

/// Longest timeout of a function that Firehose waits for (Firehose developer
/// guide, data-transformation).
pub const MAX_FUNCTION_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// How long a function may take to load; after that Lambda starts it again
/// within the function's own timeout (Lambda developer guide, execution
/// environment lifecycle).
pub const MAX_LAMBDA_INIT: Duration = Duration::from_secs(10);
