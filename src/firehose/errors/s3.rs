//! Codes for writing to S3: they stand in error events, not in failure objects.
//!
//! Source: the developer guide ("Monitor with CloudWatch Logs", "Handle delivery
//! failures", "Controlling access"). Where no message stands here, the page has
//! one that we did not take over.

use super::{BLANK, COUNT_EVENTS, Explanation, Family, code};

const BASE: Explanation = Explanation {
    family: Family::S3,
    lost: "Nothing yet: Firehose keeps the records and tries again, for 24 hours if they were put \
           directly, or for the retention of the Kinesis stream or topic. After that they are \
           gone. No failure object tells of it.",
    again: &[COUNT_EVENTS],
    ..BLANK
};

/// An account that S3 refuses.
const ACCOUNT: Explanation = Explanation {
    look: &[
        "The account that owns the bucket, and the one that owns the stream: are both in order?",
    ],
    change: &["Ask AWS Support; nothing in the stream fixes it."],
    ..BASE
};

pub(super) const ALL: &[Explanation] = &[
    code::S3_ACCESS_DENIED.explained(Explanation {
        also: &[
            "Access was denied. Ensure that the trust policy for the provided IAM role allows \
             Amazon Data Firehose to assume the role, and the access policy allows access to the \
             S3 bucket.",
        ],
        happened: "Firehose may not write to the bucket, or may not assume the role for it.",
        look: &[
            "The trust policy of the role: firehose.amazonaws.com, sts:AssumeRole, and your \
             account id where there is a condition on sts:ExternalId.",
            "The policy of the role, the policy of the bucket, and that of the KMS key.",
            "Which bucket: destination, backup and error output may be different ones. Streams to \
             Iceberg tables report this code too.",
        ],
        change: &[
            "Allow s3:AbortMultipartUpload, GetBucketLocation, GetObject, ListBucket, \
             ListBucketMultipartUploads and PutObject on the bucket and on bucket/*, and \
             PutObjectAcl for a bucket of another account.",
            "Allow kms:Decrypt and kms:GenerateDataKey on the key of the bucket.",
        ],
        ..BASE
    }),
    code::S3_NO_SUCH_BUCKET.explained(Explanation {
        happened: "The bucket that Firehose is to write to does not exist.",
        look: &[
            "BucketARN of the destination, and of the backup.",
            "Whether the bucket was deleted or created again, in another region or account.",
        ],
        change: &["Make the bucket again, or point the stream at one that exists."],
        ..BASE
    }),
    code::S3_KMS_NOT_FOUND_EXCEPTION.explained(Explanation {
        happened: "The KMS key with which the objects are to be encrypted was not found.",
        look: &[
            "The key in the encryption settings of the stream, and of the bucket: is it there?",
        ],
        change: &["Use a key that exists, and allow it to the role; or bring the old one back."],
        ..BASE
    }),
    code::S3_KMS_REQUEST_LIMIT_EXCEEDED.explained(Explanation {
        happened: "More calls of KMS were made than it takes in a second, to encrypt objects.",
        look: &["How many objects are written, by this stream and by everything with that key."],
        change: &[
            "Raise the buffering hints, so that there are fewer and larger objects.",
            "Ask for more KMS requests a second.",
        ],
        ..BASE
    }),
    code::S3_METHOD_NOT_ALLOWED.explained(Explanation {
        happened: "S3 does not allow what Firehose tries on this bucket.",
        look: &["The policy of the bucket: what does it deny, and to whom?"],
        change: &["Allow the role what S3.AccessDenied lists: fh explain S3.AccessDenied."],
        ..BASE
    }),
    code::S3_ACCOUNT_PROBLEM.explained(Explanation {
        happened: "S3 refuses the account: there is a problem with it.",
        ..ACCOUNT
    }),
    code::S3_ALL_ACCESS_DISABLED.explained(Explanation {
        happened: "S3 refuses the account or the bucket: all access to it is disabled.",
        ..ACCOUNT
    }),
    code::S3_INVALID_PAYER.explained(Explanation {
        happened: "S3 refuses the account that is to pay for the request.",
        ..ACCOUNT
    }),
    code::S3_NOT_SIGNED_UP.explained(Explanation {
        happened: "The account is not signed up for S3.",
        look: &["Which account owns the bucket."],
        change: &["Sign the account up for S3, or use a bucket of another one."],
        ..BASE
    }),
    code::INTERNAL_ERROR.explained(Explanation {
        also: &["S3.InternalError", "Redshift.InternalError"],
        happened: "AWS failed with an error of its own while it delivered.",
        look: &["Whether it goes on: the error events of the stream, DeliveryToS3.Success."],
        change: &["Nothing at first: Firehose tries again. If it goes on, ask AWS Support."],
        ..BASE
    }),
];
