//! Codes for delivery to an HTTP endpoint.
//!
//! Source: the developer guide ("Monitor with CloudWatch Logs"). We know of no
//! failure record of the real service.

use super::{BLANK, COUNT, DECODE, Explanation, Family, code};

const BASE: Explanation = Explanation {
    family: Family::HttpEndpoint,
    lost: "Nothing for good: what the endpoint did not take is kept in the bucket for backups, \
           below http-endpoint-failed/ or your error output prefix. rawData there is what was sent \
           to the endpoint, after the transform.",
    look: &["The log of the endpoint at the time of the record, and errorMessage."],
    again: &[DECODE, COUNT],
    ..BLANK
};

/// The way to the endpoint.
const NETWORK: Explanation = Explanation {
    look: &[
        "The URL of the endpoint, and whether it answers there at all.",
        "What is on the way: firewall, load balancer, certificate.",
    ],
    change: &[
        "Make the endpoint reachable for Firehose.",
        "If it happens now and then only, raise the retry duration of the destination.",
    ],
    ..BASE
};

pub(super) const ALL: &[Explanation] = &[
    code::HTTP_ENDPOINT_REQUEST_TIMEOUT.explained(Explanation {
        happened: "The endpoint did not answer in time.",
        change: &[
            "Answer sooner: take the records in, work on them later.",
            "Send less at once: lower the buffering hints of the destination.",
        ],
        ..BASE
    }),
    code::HTTP_ENDPOINT_RESPONSE_TOO_LARGE.explained(Explanation {
        happened: "The endpoint's answer is larger than Firehose reads.",
        look: &["What the endpoint answers, pages of an error for instance."],
        change: &["Answer with what the specification for HTTP endpoints asks for, and no more."],
        ..BASE
    }),
    code::HTTP_ENDPOINT_INVALID_RESPONSE_FROM_DESTINATION.explained(Explanation {
        happened: "The endpoint's answer is not what Firehose expects of one.",
        look: &["The answer of the endpoint, beside the specification for HTTP endpoints."],
        change: &["Answer as the specification for HTTP endpoints asks."],
        ..BASE
    }),
    code::HTTP_ENDPOINT_DESTINATION_EXCEPTION.explained(Explanation {
        happened: "The endpoint answered with an error of its own.",
        change: &["What the endpoint's answer, in errorMessage, asks for."],
        ..BASE
    }),
    code::HTTP_ENDPOINT_CONNECTION_FAILED.explained(Explanation {
        happened: "No connection to the endpoint came about.",
        ..NETWORK
    }),
    code::HTTP_ENDPOINT_CONNECTION_RESET.explained(Explanation {
        happened: "The connection to the endpoint was cut before the records were through.",
        ..NETWORK
    }),
];
