//! Codes for reading the source of a stream, a Kinesis stream.
//!
//! `ResourceNotFound` was captured in an error event of 2026. What happens to
//! records while Firehose cannot read is in "Data protection" and "Handle data
//! delivery failures".

use super::{BLANK, COUNT_EVENTS, DOCTOR};
use crate::errors::code::{captured, documented};
use crate::errors::{Attempts, ErrorCode, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::Source,
    lost: "Nothing yet: records that Firehose has not read stay in the Kinesis stream for its \
           retention period. Older ones are gone. There are no failure objects.",
    again: &[DOCTOR, COUNT_EVENTS],
    ..BLANK
};

/// The key with which the Kinesis stream is encrypted.
const KMS: Explanation = Explanation {
    look: &[
        "KeyId of the Kinesis stream, in `aws kinesis describe-stream-summary`, and the state of \
         that key.",
    ],
    ..BASE
};

const fn kinesis(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::Unknown, Scope::Stream).with_message(message)
}

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: kinesis(
            "Kinesis.AccessDenied",
            "Access was denied when calling Kinesis. Ensure the access policy on the IAM role used \
             allows access to the appropriate Kinesis APIs.",
        ),
        also: &["Access was denied while trying to call API operations on the underlying Kinesis \
                 Stream. Ensure that the IAM role is propagated and valid."],
        happened: "The role of the delivery stream may not read the Kinesis stream.",
        look: &[
            "RoleARN in the source of the delivery stream: whether the role exists, and its policy.",
            "Whether the role is new: a few minutes may pass before IAM knows it everywhere.",
            "The resource policy of the Kinesis stream, if it is in another account.",
        ],
        change: &[
            "Allow kinesis:DescribeStream, GetShardIterator, GetRecords and ListShards on the \
             Kinesis stream, and kms:Decrypt on its key if it is encrypted.",
        ],
        ..BASE
    },
    Explanation {
        error: captured("Kinesis.ResourceNotFound", Attempts::Unknown, Scope::Unknown)
            .with_message(
                "Firehose failed to read from the stream. If the Firehose is attached with Kinesis \
             Stream, the stream may not exist, or the shard may have been merged or split. If the \
             Firehose is of DirectPut type, the Firehose may not exist any more.",
            ),
        happened: "Firehose cannot read from the stream or from one of its shards: it is gone.",
        look: &[
            "Whether shards of the Kinesis stream were split or merged at that time. The old \
             shards are closed then, and this code may follow from that alone.",
            "Whether the Kinesis stream (KinesisStreamARN in the source) still exists.",
            "For a Direct PUT stream, whether the delivery stream itself was deleted.",
            "Whether records still arrive: DataReadFromKinesisStream.Records in CloudWatch.",
        ],
        change: &[
            "Nothing after a split or a merge, as long as records keep arriving. Do not recreate \
             a stream because of this code alone.",
            "Nothing for a Direct PUT stream that was deleted: these are its last errors.",
            "If the Kinesis stream was deleted: the source of a delivery stream cannot be changed, \
             so delete the delivery stream, or replace it with one that reads from the right \
             source.",
        ],
        ..BASE
    },
    Explanation {
        error: kinesis(
            "Kinesis.SubscriptionRequired",
            "Access was denied when calling Kinesis. Ensure that the IAM role passed for Kinesis \
             stream access has AWS Kinesis subscription.",
        ),
        happened: "The account of the role is not subscribed to Kinesis Data Streams.",
        look: &[
            "Which account the role in the source belongs to, and whether that account is active: \
             a new one may still be waiting for its verification.",
        ],
        change: &["Complete the sign-up of the account, or use a role of an account that can use \
                   Kinesis."],
        ..BASE
    },
    Explanation {
        error: documented("Kinesis.Throttling", Attempts::Unknown, Scope::Unknown).with_message(
            "Throttling error encountered when calling Kinesis. This can be due to other \
             applications calling the same APIs as the Firehose stream, or because you have created \
             too many Firehose streams with the same Kinesis stream as the source.",
        ),
        happened: "Kinesis throttled the reads of the delivery stream.",
        look: &[
            "What else reads from the Kinesis stream: a shard serves 5 GetRecords calls a second, \
             for all its consumers together.",
            "ThrottledGetRecords and KinesisMillisBehindLatest of the delivery stream in \
             CloudWatch: how far it is behind.",
        ],
        change: &[
            "Let other consumers use enhanced fan-out, or read less often.",
            "Add shards, or read the Kinesis stream with fewer delivery streams.",
        ],
        ..BASE
    },
    Explanation {
        error: kinesis(
            "Kinesis.KMS.AccessDeniedException",
            "Firehose does not have access to the KMS Key used to encrypt/decrypt the Kinesis \
             Stream. Please grant the Firehose delivery role access to the key.",
        ),
        happened: "The role may not use the KMS key of the Kinesis stream.",
        change: &[
            "Allow the role kms:Decrypt on the key, in its own policy and in the key policy.",
        ],
        ..KMS
    },
    Explanation {
        error: kinesis(
            "Kinesis.KMS.KeyDisabled",
            "Firehose is unable to read from the source Kinesis Stream because the KMS key used to \
             encrypt/decrypt it is disabled. Enable the key so that reads can proceed.",
        ),
        happened: "The KMS key of the Kinesis stream is disabled.",
        change: &["Enable the key: `aws kms enable-key --key-id KEY`."],
        ..KMS
    },
    Explanation {
        error: kinesis(
            "Kinesis.KMS.InvalidStateException",
            "Firehose is unable to read from the source Kinesis Stream because the KMS key used to \
             encrypt it is in an invalid state.",
        ),
        happened: "The KMS key of the Kinesis stream cannot be used in its current state, such as pending deletion.",
        change: &[
            "Bring the key back: cancel its deletion, and enable it. Records that it encrypted \
             cannot be read without it.",
        ],
        ..KMS
    },
    Explanation {
        error: kinesis(
            "Kinesis.KMS.NotFoundException",
            "Firehose is unable to read from the source Kinesis Stream because the KMS key used to \
             encrypt it was not found.",
        ),
        happened: "The KMS key of the Kinesis stream does not exist.",
        change: &["Encrypt the Kinesis stream with a key that exists: `aws kinesis \
             start-stream-encryption`. Records that a deleted key encrypted cannot be read any \
             more."],
        ..KMS
    },
];
