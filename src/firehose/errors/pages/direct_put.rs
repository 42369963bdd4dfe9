//! Codes for the encryption of a stream that is written to directly.
//!
//! How long Firehose waits for the key is in "Data protection".

use super::{BLANK, COUNT_EVENTS, DOCTOR};
use crate::errors::code::documented;
use crate::errors::{Attempts, ErrorCode, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::DirectPut,
    lost: "Nothing for 24 hours: Firehose keeps the encrypted records and waits for the key. After \
           that it discards them. There are no failure objects.",
    look: &[
        "DeliveryStreamEncryptionConfiguration.KeyARN in `aws firehose describe-delivery-stream`, \
         and the state of that key.",
        "The KMSKey… metrics of the delivery stream in CloudWatch: when this began.",
    ],
    again: &[DOCTOR, COUNT_EVENTS],
    ..BLANK
};

const fn direct_put(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::UntilStored, Scope::Stream).with_message(message)
}

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: direct_put(
            "Firehose.KMS.AccessDeniedException",
            "Firehose does not have access to the KMS Key. Please check the key policy.",
        ),
        happened: "Firehose may not use the customer managed key that encrypts the stream.",
        change: &[
            "Allow kms:GenerateDataKey and kms:Decrypt in the key policy, for the producers, too.",
            "If the grant of Firehose was revoked, start the encryption again: `aws firehose \
             start-delivery-stream-encryption`.",
        ],
        ..BASE
    },
    Explanation {
        error: direct_put(
            "Firehose.KMS.InvalidStateException",
            "Firehose is unable to decrypt the data because the KMS key used to encrypt it is in \
             an invalid state.",
        ),
        happened: "The key that encrypts the stream cannot be used in its current state, such as pending deletion.",
        change: &["Cancel the deletion of the key and enable it, within 24 hours."],
        ..BASE
    },
    Explanation {
        error: direct_put(
            "Firehose.KMS.KeyDisabled",
            "Firehose is unable to decrypt the data because the KMS key used to encrypt the data \
             is disabled. Enable the key so that data delivery can proceed.",
        ),
        happened: "The key that encrypts the stream is disabled.",
        change: &["Enable the key within 24 hours: `aws kms enable-key --key-id KEY`."],
        ..BASE
    },
    Explanation {
        error: direct_put(
            "Firehose.KMS.NotFoundException",
            "Firehose is unable to decrypt the data because the KMS key used to encrypt it was not \
             found.",
        ),
        happened: "The key that encrypts the stream does not exist.",
        change: &["Encrypt the stream with a key that exists: `aws firehose \
             start-delivery-stream-encryption`. Records that a deleted key encrypted cannot be \
             read any more."],
        ..BASE
    },
];
