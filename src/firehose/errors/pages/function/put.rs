//! What Firehose answers to a producer, or to a transform that puts records itself. These are
//! answers to calls of `PutRecord` and `PutRecordBatch` (API reference), not failures of a stream.

use super::BASE;
use crate::errors::code::documented;
use crate::errors::pages::{COUNT_EVENTS, DOCTOR};
use crate::errors::{Attempts, ErrorCode, Explanation, Scope};

const CALL: Explanation = Explanation {
    lost: "What is not put again: the delivery stream has none of these records, so there are no \
           failure objects of them.",
    again: &[DOCTOR],
    ..BASE
};

const fn answer(words: &'static str) -> ErrorCode {
    documented(words, Attempts::Unknown, Scope::Unknown)
}

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: answer("PutRecordBatch: Slow down"),
        also: &[
            "ServiceUnavailableException) when calling the PutRecord",
            "ServiceUnavailableException: Slow down",
            "Slow down.",
        ],
        happened: "Printed by a producer, or by a transform that puts records itself: more arrives \
                   than the delivery stream may take.",
        lost: "What is not put again. PutRecordBatch can refuse some records only: FailedPutCount is \
               then above 0, and each of those has an ErrorCode.",
        look: &[
            "ThrottledRecords, BytesPerSecondLimit and RecordsPerSecondLimit of the delivery \
             stream in CloudWatch.",
            "Whether the caller reads FailedPutCount: a call that succeeds can leave records out.",
        ],
        change: &[
            "Put the refused records again, after a wait that doubles each time. The limits of \
             Direct PUT rise by themselves under load.",
            "Put up to 500 records into one call of PutRecordBatch, and several lines into a \
             record.",
            "Ask for a higher limit in Service Quotas if it stays so.",
        ],
        again: &[COUNT_EVENTS],
        ..BASE
    },
    Explanation {
        error: answer("PutRecordBatch: Access denied"),
        also: &[
            "is not authorized to perform: firehose:PutRecord",
            "AccessDeniedException) when calling the PutRecord",
        ],
        happened: "Printed by a producer, or by a transform that puts records itself: its role may \
                   not write to the delivery stream.",
        look: &[
            "The ARN after `User:`: it names the role that made the call. For a function, that is \
             its execution role, not the role of the delivery stream.",
            "The ARN after `on resource:`: it names the delivery stream, with its Region and \
             account.",
        ],
        change: &[
            "Allow firehose:PutRecord and firehose:PutRecordBatch on the ARN of the delivery stream \
             in the policy of that role.",
            "Look for an explicit deny: a service control policy or a permissions boundary can \
             refuse what the role allows.",
        ],
        ..CALL
    },
    Explanation {
        error: answer("PutRecordBatch: Stream not found"),
        also: &[
            "Firehose … under account … not found",
            "ResourceNotFoundException) when calling the PutRecord",
        ],
        happened: "Printed by a producer, or by a transform that puts records itself: the delivery \
                   stream does not exist in the account and the Region that it called.",
        look: &[
            "The name and the account in the message, and the Region of the client: `fh status` \
             lists the delivery streams of a Region.",
        ],
        change: &["Set the name, and set the Region and the role of the client to those of the \
             delivery stream."],
        ..CALL
    },
    Explanation {
        error: answer("InvalidSourceException"),
        also: &["Only requests from CloudWatch Logs are supported when CloudWatch Logs \
                 decompression is enabled"],
        happened: "Printed by a producer, or by a transform that puts records itself: the delivery \
                   stream decompresses CloudWatch Logs, and such a stream takes records from \
                   CloudWatch Logs alone.",
        look: &["Whether it is the transform of that stream: it cannot put records back into it."],
        change: &[
            "Send other records to a delivery stream of their own.",
            "Or turn decompression off (the Decompression processor), and decompress in the \
             transform.",
        ],
        ..CALL
    },
    Explanation {
        error: answer("InvalidKMSResourceException"),
        happened: "Printed by a producer, or by a transform that puts records itself: the delivery \
                   stream is encrypted with a key of KMS, and KMS refused to use it.",
        look: &[
            "The message: access to the key was denied, the key is disabled, it is to be deleted, \
             or it does not exist.",
            "DeliveryStreamEncryptionConfiguration.KeyARN in `aws firehose \
             describe-delivery-stream`, and the state of that key: `aws kms describe-key`.",
        ],
        change: &[
            "For a denied access, allow kms:GenerateDataKey and kms:Decrypt on the key to the role \
             that puts the records, in the key policy and in its own policy.",
            "Enable a disabled key, or cancel its deletion: `aws kms enable-key`, `aws kms \
             cancel-key-deletion`.",
            "For a key that is gone, encrypt the stream with another one: `aws firehose \
             start-delivery-stream-encryption`.",
        ],
        ..CALL
    },
    Explanation {
        error: answer("PutRecordBatch: Internal failure"),
        also: &[
            "InternalFailure) when calling the PutRecord operation",
            "InternalFailure) when calling the PutRecordBatch",
            "PutRecordBatch … InternalFailure",
            "PutRecordBatch … Internal service failure",
            "Firehose: PutRecord, … InternalFailure",
        ],
        happened: "Printed by a producer, or by a transform that puts records itself: Firehose could \
                   not take a record, for a reason of its own.",
        lost: "What is not put again. PutRecordBatch can refuse some records only: FailedPutCount is \
               then above 0, and each of those has an ErrorCode.",
        look: &[
            "Whether it lasts: `aws health` and the AWS Health Dashboard show outages of a Region.",
            "Whether the caller reads FailedPutCount: a call that succeeds can leave records out.",
        ],
        change: &["Put the refused records again, after a wait that doubles each time."],
        again: &[COUNT_EVENTS],
        ..BASE
    },
];
