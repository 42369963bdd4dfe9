//! Codes for delivery over HTTP: to OpenSearch, and to endpoints of anybody.
//!
//! Source: the developer guide ("Monitor with CloudWatch Logs", "Handle delivery
//! failures"); what a status means is RFC 9110. We know of no failure record of the
//! real service for either.

use super::{Attempts, COUNT, DECODE, Evidence, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    code: "",
    family: Family::HttpEndpoint,
    message: None,
    also: &[],
    happened: "",
    attempts: Attempts::RetryDuration,
    scope: Scope::Unknown,
    lost: "Nothing for good: what the endpoint did not take is kept in the bucket for backups, \
           below http-endpoint-failed/ or your error output prefix. rawData there is what was sent \
           to the endpoint, behind the transform.",
    look: &["The log of the endpoint at the time of the record, and errorMessage."],
    change: &[],
    again: &[DECODE, COUNT],
    evidence: Evidence::Documented,
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
    Explanation {
        code: super::find::STATUS,
        family: Family::OpenSearch,
        also: &[
            "AmazonOpenSearchService-failed",
            "AmazonOpenSearchService_failed",
            "elasticsearch-failed",
            "Elasticsearch",
        ],
        happened: "The cluster refused the document; errorCode is the HTTP status of its answer.",
        lost: "Nothing for good: what the cluster did not take is kept in the bucket for backups, \
               below AmazonOpenSearchService-failed/ (older: AmazonOpenSearchService_failed/, \
               elasticsearch-failed/) or your error output prefix. rawData there is what was sent \
               to the cluster, behind the transform; esIndexName or osIndexName names the index.",
        look: &[
            "errorMessage of the failure record: the words of the cluster, as it gave them.",
            "400: the document and the mapping of the index; the cluster did not take it as it is.",
            "403: the rights of the role of the stream in the cluster.",
            "413: the size of the document. For a transform, 413 in its log is another thing, a \
             response over 6 MB: fh explain Lambda.FunctionError.",
            "429 and 5xx: how busy the cluster is.",
        ],
        change: &[
            "For 400: let the transform return what the mapping takes, or change the mapping.",
            "For 403: allow the role in the access policy of the domain or collection.",
            "For 429 and 5xx: give the cluster more room; a longer retry duration gives it time.",
        ],
        ..BASE
    },
    Explanation {
        code: "HttpEndpoint.RequestTimeout",
        happened: "The endpoint did not answer in time.",
        change: &[
            "Answer sooner: take the records in, work on them later.",
            "Send less at once: lower the buffering hints of the destination.",
        ],
        ..BASE
    },
    Explanation {
        code: "HttpEndpoint.ResponseTooLarge",
        happened: "The endpoint's answer is larger than Firehose reads.",
        look: &["What the endpoint answers, pages of an error for instance."],
        change: &["Answer with what the specification for HTTP endpoints asks for, and no more."],
        ..BASE
    },
    Explanation {
        code: "HttpEndpoint.InvalidResponseFromDestination",
        happened: "The endpoint's answer is not what Firehose expects of one.",
        look: &["The answer of the endpoint, beside the specification for HTTP endpoints."],
        change: &["Answer as the specification for HTTP endpoints asks."],
        ..BASE
    },
    Explanation {
        code: "HttpEndpoint.DestinationException",
        happened: "The endpoint answered with an error of its own.",
        change: &["What the endpoint's answer, in errorMessage, asks for."],
        ..BASE
    },
    Explanation {
        code: "HttpEndpoint.ConnectionFailed",
        happened: "No connection to the endpoint came about.",
        ..NETWORK
    },
    Explanation {
        code: "HttpEndpoint.ConnectionReset",
        happened: "The connection to the endpoint was cut before the records were through.",
        ..NETWORK
    },
];
