//! Codes for writing to S3: they are in error events, not in failure objects.
//!
//! Sources: the developer guide, also "Handle data delivery failures" and
//! "Controlling access".

use super::{BLANK, COUNT_EVENTS, DOCTOR};
use crate::errors::code::documented;
use crate::errors::{Attempts, ErrorCode, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::S3,
    lost: "Nothing yet: Firehose keeps the records and tries again, for 24 hours if they were put \
           directly, or for the retention of the Kinesis stream or topic. After that they are \
           gone. There is no failure object.",
    again: &[DOCTOR, COUNT_EVENTS],
    ..BLANK
};

/// An account that S3 refuses.
const ACCOUNT: Explanation = Explanation {
    look: &[
        "The account that owns the bucket, and the one that owns the stream: whether both are in \
         good standing.",
    ],
    change: &["Ask AWS Support; nothing in the stream fixes it."],
    ..BASE
};

/// The key with which the objects are encrypted.
const KMS: Explanation = Explanation {
    look: &[
        "KMSEncryptionConfig of the destination and the default encryption of the bucket: which \
         key, and in which state (`aws kms describe-key --key-id KEY`).",
    ],
    ..BASE
};

const fn s3(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::UntilStored, Scope::Delivery).with_message(message)
}

const INVALID_STATE: Explanation = Explanation {
    happened: "The KMS key for the objects cannot be used in its current state, such as pending deletion.",
    change: &["Cancel its deletion and enable it, or use another key."],
    ..KMS
};

const DISABLED: Explanation = Explanation {
    happened: "The KMS key for the objects is disabled.",
    change: &["Enable the key: `aws kms enable-key --key-id KEY`. Or use another one."],
    ..KMS
};

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: s3(
            "S3.AccessDenied",
            "Access was denied. Ensure that the trust policy for the provided IAM role allows \
             Amazon Data Firehose to assume the role, and the access policy allows access to the \
             S3 bucket.",
        ),
        happened: "Firehose may not write to the bucket, or may not assume the role for it.",
        look: &[
            "The trust policy of the role: firehose.amazonaws.com, sts:AssumeRole, and your \
             account ID where there is a condition on sts:ExternalId.",
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
    },
    Explanation {
        error: s3(
            "S3.NoSuchBucket",
            "The specified bucket does not exist. Create the bucket or use a different bucket that \
             does exist.",
        ),
        happened: "The bucket that Firehose is to write to does not exist.",
        look: &[
            "BucketARN of the destination, and of the backup.",
            "Whether the bucket was deleted or created again, in another Region or account.",
        ],
        change: &[
            "Point the stream at a bucket that exists, or create this one again, if the name is \
             still free.",
        ],
        ..BASE
    },
    Explanation {
        error: s3(
            "S3.MethodNotAllowed",
            "The specified method is not allowed against this resource. Modify the bucket’s policy \
             to allow the correct Amazon S3 operation permissions.",
        ),
        happened: "S3 does not allow what Firehose tries on this bucket.",
        look: &["The policy of the bucket: what does it deny, and to whom?"],
        change: &["Allow the role what S3.AccessDenied lists: `fh explain S3.AccessDenied`."],
        ..BASE
    },
    Explanation {
        error: s3(
            "S3.SlowDown",
            "The rate of put request to the specified bucket was too high. Increase Firehose \
             stream buffer size or reduce put requests from other applications.",
        ),
        happened: "S3 throttled the writes: too many objects are put into the bucket at a time.",
        look: &[
            "What else writes below the same prefix, and how many objects this stream writes: \
             dynamic partitioning writes one for each partition.",
        ],
        change: &[
            "Raise SizeInMBs and IntervalInSeconds of the buffering hints: fewer, larger objects.",
            "Spread the objects over more prefixes, or let other writers write less.",
        ],
        ..BASE
    },
    Explanation {
        error: s3(
            "S3.InvalidPrefixConfigurationException",
            "The custom s3 prefix used for the timestamp evaluation is invalid. Check your s3 \
             prefix contains valid expressions for the current date and time of the year.",
        ),
        happened: "The prefix has a timestamp expression that cannot be evaluated.",
        look: &["Every !{timestamp:…} in Prefix and ErrorOutputPrefix: Java's DateTimeFormatter \
                 reads it."],
        change: &[
            "Correct the pattern, such as !{timestamp:yyyy/MM/dd/HH}; put single quotes around \
             letters that are text.",
        ],
        ..BASE
    },
    Explanation {
        error: s3(
            "S3.IllegalLocationConstraintException",
            "Firehose currently uses s3 global endpoint for data delivery to the configured s3 \
             bucket. The region of the configured s3 bucket doesn't support s3 global endpoint. \
             Please create a Firehose stream in the same region as the s3 bucket or use s3 bucket \
             in the region that supports global endpoint.",
        ),
        happened: "The bucket is in a Region that the global endpoint of S3, which Firehose uses, \
                   does not serve.",
        look: &["The Region of the bucket and that of the stream: an opt-in Region needs both in \
                 the same one."],
        change: &["Use a bucket in the Region of the stream, or a stream in that of the bucket."],
        ..BASE
    },
    Explanation {
        error: s3(
            "S3.SubscriptionRequired",
            "Access was denied when calling S3. Ensure that the IAM role and the KMS Key (if \
             provided) passed in has Amazon S3 subscription.",
        ),
        happened: "The account of the role or of the KMS key is not subscribed to S3.",
        look: &["Which accounts the role and the key belong to, and whether they are active: a \
                 new one may still be waiting for its verification."],
        change: &["Complete the sign-up of the account, or use a role and a key of another one."],
        ..BASE
    },
    Explanation {
        error: s3(
            "S3.InvalidToken",
            "The provided token is malformed or otherwise invalid. Please check the credentials \
             provided.",
        ),
        happened: "S3 does not accept the credentials that Firehose has for the role.",
        look: &[
            "The role of the destination: whether it was deleted or created again.",
            "For a bucket in an opt-in Region: whether that Region is enabled in the account of \
             the role.",
        ],
        change: &["Name a role that exists; enable the Region for the account."],
        ..BASE
    },
    Explanation {
        error: s3(
            "S3.KMS.NotFoundException",
            "The provided AWS KMS key was not found. If you are using what you believe to be a \
             valid AWS KMS key with the correct role, check if there is a problem with the account \
             to which the AWS KMS key is attached.",
        ),
        happened: "The KMS key for the objects was not found.",
        change: &["Use a key that exists, in the Region of the bucket, and allow it to the role."],
        ..KMS
    },
    Explanation {
        error: s3(
            "S3.KMS.RequestLimitExceeded",
            "The KMS request per second limit was exceeded while attempting to encrypt S3 objects. \
             Increase the request per second limit.",
        ),
        happened: "KMS throttled the calls for encrypting objects.",
        look: &["How many objects are written, by this stream and by everything with that key."],
        change: &[
            "Raise the buffering hints, so that there are fewer and larger objects.",
            "Turn on S3 Bucket Keys for the bucket, or ask for more KMS requests a second.",
        ],
        ..BASE
    },
    Explanation {
        error: s3(
            "S3.KMS.KeyDisabled",
            "The provided KMS key is disabled. Enable the key or use a different key.",
        ),
        ..DISABLED
    },
    Explanation {
        error: s3(
            "KMS.DisabledException",
            "The provided KMS key is disabled. Please fix the key or use a different key.",
        ),
        ..DISABLED
    },
    Explanation {
        error: s3(
            "S3.KMS.InvalidStateException",
            "The provided KMS key is in an invalid state. Please use a different key.",
        ),
        ..INVALID_STATE
    },
    Explanation {
        error: s3(
            "KMS.InvalidStateException",
            "The provided KMS key is in an invalid state. Please use a different key.",
        ),
        ..INVALID_STATE
    },
    Explanation {
        error: s3(
            "S3.KMS.KeyNotConfigured",
            "KMS key not configured. Configure your KMSMasterKeyID, or disable encryption for your \
             S3 bucket.",
        ),
        happened: "The bucket is set to encrypt with KMS and names no key.",
        change: &["Set KMSMasterKeyID in the bucket's default encryption, or use SSE-S3 there."],
        ..KMS
    },
    Explanation {
        error: s3(
            "S3.KMS.AsymmetricCMKNotSupported",
            "Amazon S3 supports only symmetric CMKs. You cannot use an asymmetric CMK to encrypt \
             your data in Amazon S3. To get the type of your CMK, use the KMS DescribeKey \
             operation.",
        ),
        happened: "The KMS key for the objects is asymmetric; S3 accepts only symmetric ones.",
        change: &["Use a key with KeySpec SYMMETRIC_DEFAULT."],
        ..KMS
    },
    Explanation {
        error: s3(
            "S3.AccountProblem",
            "There is a problem with your AWS account that prevents the operation from completing \
             successfully. Contact AWS Support.",
        ),
        happened: "S3 refuses the account: there is a problem with it.",
        ..ACCOUNT
    },
    Explanation {
        error: s3(
            "S3.AllAccessDisabled",
            "Access to the account provided has been disabled. Contact AWS Support.",
        ),
        happened: "S3 refuses the account or the bucket: all access to it is disabled.",
        ..ACCOUNT
    },
    Explanation {
        error: s3(
            "S3.InvalidPayer",
            "Access to the account provided has been disabled. Contact AWS Support.",
        ),
        happened: "S3 refuses the account that is to pay for the request.",
        ..ACCOUNT
    },
    Explanation {
        error: s3(
            "S3.NotSignedUp",
            "The account is not signed up for Amazon S3. Sign the account up or use a different \
             account.",
        ),
        happened: "The account is not signed up for S3.",
        look: &["Which account owns the bucket."],
        change: &["Sign the account up for S3, or use a bucket of another one."],
        ..BASE
    },
    Explanation {
        error: s3(
            "InternalError",
            "An internal error occurred while attempting to deliver data. Delivery will be \
             retried; if the error persists, then it will be reported to AWS for resolution.",
        ),
        also: &["S3.InternalError", "Redshift.InternalError"],
        happened: "Firehose failed with an internal error while it delivered, to S3, Redshift or \
                   an HTTP endpoint.",
        look: &["Whether it continues: the error events of the stream, DeliveryToS3.Success."],
        change: &["Nothing at first: Firehose tries again. If it continues, ask AWS Support."],
        ..BASE
    },
];
