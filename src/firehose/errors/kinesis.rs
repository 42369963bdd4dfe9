//! Codes for reading the source of a stream.
//!
//! Sources: an error event that people captured from the real service in 2026
//! (`Kinesis.ResourceNotFound`), and a public thread (`Kinesis.AccessDenied`).

use super::{BLANK, COUNT_EVENTS, Explanation, Family, code};

const BASE: Explanation = Explanation {
    family: Family::Source,
    lost: "Nothing yet: records that were not read stay in the Kinesis stream for its retention. \
           What is older than that is gone. There are no failure objects.",
    again: &[COUNT_EVENTS],
    ..BLANK
};

pub(super) const ALL: &[Explanation] = &[
    code::KINESIS_RESOURCE_NOT_FOUND.explained(Explanation {
        happened: "Firehose does not find the Kinesis stream that it is to read from.",
        look: &[
            "KinesisStreamARN in the source of the delivery stream.",
            "Whether the Kinesis stream was deleted, or created again under the same name.",
        ],
        change: &[
            "Make the Kinesis stream again under the same name, or make a delivery stream with \
             the right source.",
        ],
        ..BASE
    }),
    code::KINESIS_ACCESS_DENIED.explained(Explanation {
        happened: "By its name, the role of the delivery stream may not read its Kinesis stream.",
        look: &[
            "The policy of the role in the source of the delivery stream.",
            "The KMS key, if the Kinesis stream is encrypted.",
        ],
        change: &[
            "Allow kinesis:DescribeStream, GetShardIterator, GetRecords and ListShards on the \
             Kinesis stream, and kms:Decrypt on its key.",
        ],
        ..BASE
    }),
];
