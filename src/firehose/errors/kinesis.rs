//! Codes for reading the source of a stream.
//!
//! Sources: an error event that people captured from the real service in 2026
//! (`Kinesis.ResourceNotFound`), and a public thread (`Kinesis.AccessDenied`).

use super::{Attempts, COUNT_EVENTS, Evidence, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    code: "",
    family: Family::Source,
    message: None,
    also: &[],
    happened: "",
    attempts: Attempts::Unknown,
    scope: Scope::Unknown,
    lost: "Nothing yet: records that were not read stay in the Kinesis stream for its retention. \
           What is older than that is gone. There are no failure objects.",
    look: &[],
    change: &[],
    again: &[COUNT_EVENTS],
    evidence: Evidence::Captured,
};

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: "Kinesis.ResourceNotFound",
        happened: "Firehose does not find the Kinesis stream that it is to read from.",
        look: &[
            "KinesisStreamARN in the source of the delivery stream.",
            "Whether the Kinesis stream was deleted, or made anew under the same name.",
        ],
        change: &[
            "Make the Kinesis stream again under the same name, or make a delivery stream with \
             the right source.",
        ],
        ..BASE
    },
    Explanation {
        code: "Kinesis.AccessDenied",
        happened: "By its name, the role of the delivery stream may not read its Kinesis stream.",
        look: &[
            "The policy of the role in the source of the delivery stream.",
            "The KMS key, if the Kinesis stream is encrypted.",
        ],
        change: &[
            "Allow kinesis:DescribeStream, GetShardIterator, GetRecords and ListShards on the \
             Kinesis stream, and kms:Decrypt on its key.",
        ],
        evidence: Evidence::Unconfirmed,
        ..BASE
    },
];
