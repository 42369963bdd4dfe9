//! What nobody has confirmed about a delivery stream at work: each guess with its
//! value, in words, and where it comes from.

use std::time::Duration;

/// A guess.
#[derive(Debug, Clone, Copy)]
pub struct Assumed<T> {
    /// What is taken.
    pub value: T,
    /// That in a sentence.
    pub what: &'static str,
    /// Where it comes from; "ours" if from nowhere.
    pub source: &'static str,
}

/// Every guess: what is taken, and its source.
pub fn all() -> Vec<(&'static str, &'static str)> {
    vec![
        CLOSES_BEFORE.line(),
        OUTSTANDING_CALLS.line(),
        RETRY_PAUSES.line(),
        ATTEMPTS_OF_ANSWERS.line(),
        OVERSIZED_RECORD.line(),
        FAILURES_ARE_LINES.line(),
        ACTIVE_PARTITIONS.line(),
        PARTITION_FAILURES.line(),
        NOT_A_LOGS_MESSAGE.line(),
        BACKUP_OF_PACKED.line(),
        WRITE_PAUSES.line(),
        ERROR_EVENTS.line(),
        LOCALE.line(),
        MAX_BUFFERED.line(),
        MAX_WAITING.line(),
    ]
}

impl<T> Assumed<T> {
    const fn line(&self) -> (&'static str, &'static str) {
        (self.what, self.source)
    }
}

const fn assumed<T>(value: T, what: &'static str, source: &'static str) -> Assumed<T> {
    Assumed { value, what, source }
}

pub(super) const CLOSES_BEFORE: Assumed<()> = assumed(
    (),
    "A buffer closes before the record that would pass its size, and at once when it is full",
    "ours",
);

pub(super) const OUTSTANDING_CALLS: Assumed<usize> = assumed(
    5,
    "Up to 5 invocations are outstanding, retries included",
    "developer guide of 2023, for each shard of a Kinesis source",
);

const fn seconds<const N: usize>(values: [u64; N]) -> [Duration; N] {
    let mut pauses = [Duration::ZERO; N];
    let mut at = 0;
    #[expect(clippy::indexing_slicing, reason = "a loop over both arrays, while compiling")]
    while at < N {
        pauses[at] = Duration::from_secs(values[at]);
        at += 1;
    }
    pauses
}

/// The last one is that of every further retry.
pub(super) const RETRY_PAUSES: Assumed<[Duration; 5]> = assumed(
    seconds([1, 2, 4, 8, 10]),
    "Failed invocations are retried after 1 s, 2 s, 4 s, 8 s, then every 10 s",
    "ours; failure records show 15 to 35 s for three retries",
);

pub(super) const ATTEMPTS_OF_ANSWERS: Assumed<()> = assumed(
    (),
    "A response that breaks the contract is final: attemptsMade is 1",
    "captured for most codes, unknown for Lambda.FunctionError and Lambda.JsonProcessingException",
);

pub(super) const OVERSIZED_RECORD: Assumed<()> = assumed(
    (),
    "A record that does not fit into an event of 6 MB fails as Lambda.FunctionError",
    "ours",
);

pub(super) const FAILURES_ARE_LINES: Assumed<()> = assumed(
    (),
    "Failure objects have one record per line, are not compressed, and are buffered like the \
     destination",
    "every published sample; whether CompressionFormat applies is unconfirmed",
);

pub(super) const ACTIVE_PARTITIONS: Assumed<usize> = assumed(
    500,
    "More than 500 open partitions fail records as activePartitionExceeded",
    "developer guide; the spelling of the code is unconfirmed",
);

pub(super) const PARTITION_FAILURES: Assumed<()> = assumed(
    (),
    "Records without a partition go to processing-failed as they came, without lambdaARN",
    "ours",
);

pub(super) const NOT_A_LOGS_MESSAGE: Assumed<()> = assumed(
    (),
    "With message extraction, gzip that holds no CloudWatch Logs message stays as it is",
    "ours",
);

pub(super) const BACKUP_OF_PACKED: Assumed<()> = assumed(
    (),
    "The backup has records that were packed into one as separate records",
    "captured for KPL aggregates, ours for RecordDeAggregation",
);

pub(super) const WRITE_PAUSES: Assumed<[Duration; 6]> = assumed(
    seconds([1, 2, 4, 8, 16, 30]),
    "Writes to S3 that fail are retried after 1 s, 2 s, 4 s, 8 s, 16 s, then every 30 s",
    "ours",
);

pub(super) const ERROR_EVENTS: Assumed<()> = assumed(
    (),
    "Each failed batch is one error event per code in CloudWatch Logs",
    "ours; AWS samples them where many records fail",
);

pub(super) const LOCALE: Assumed<()> = assumed(
    (),
    "Weeks, and names of months and days in prefixes, are those of en_US",
    "ours; Java's usual default",
);

/// In bytes.
pub(super) const MAX_BUFFERED: Assumed<usize> = assumed(
    64 * 1024 * 1024,
    "Destination buffers hold 64 MiB together; the oldest is written when they pass that",
    "ours; keeps memory bounded",
);

/// In bytes.
pub(super) const MAX_WAITING: Assumed<usize> = assumed(
    32 * 1024 * 1024,
    "Records are refused with ServiceUnavailableException while more than 32 MiB wait for the \
     transform or for S3, the largest object not counted",
    "ours; Firehose keeps records for 24 hours",
);
