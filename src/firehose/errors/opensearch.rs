//! The code for delivery to OpenSearch: it has none of its own, but the status of
//! the cluster's answer.
//!
//! Source: the developer guide ("Handle delivery failures"); what a status means is
//! RFC 9110. We know of no failure record of the real service.

use super::{BLANK, COUNT, DECODE, Explanation, Family, code};

pub(super) const ALL: &[Explanation] = &[code::HTTP_STATUS.explained(Explanation {
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
           to the cluster, after the transform; esIndexName or osIndexName names the index.",
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
    again: &[DECODE, COUNT],
    ..BLANK
})];
