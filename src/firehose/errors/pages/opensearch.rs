//! Codes for delivery to OpenSearch: Firehose's own, and the HTTP status of the
//! cluster's answer, which stands in place of a code for a document.
//!
//! Sources: the developer guide, also "Handle data delivery failures" and
//! "Troubleshooting Amazon OpenSearch Service"; what a status means is RFC 9110.
//! We know of no failure record of the real service.

use super::{BLANK, COUNT, COUNT_EVENTS, DECODE, RETRY_LONGER, TRUST_FIREHOSE, case};
use crate::errors::code::documented;
use crate::errors::{Attempts, ErrorCode, Explanation, Family, Scope};

pub(in crate::errors) const HTTP_STATUS: ErrorCode =
    documented("HTTP status", Attempts::RetryDuration, Scope::Unknown);

const BASE: Explanation = Explanation {
    family: Family::OpenSearch,
    lost: "Nothing for good: what the cluster did not accept is kept in the bucket for backups, \
           below AmazonOpenSearchService-failed/ (older: AmazonOpenSearchService_failed/, \
           elasticsearch-failed/) or your error output prefix. rawData there is what was sent \
           to the cluster, after the transform; esIndexName or osIndexName names the index.",
    again: &[COUNT_EVENTS, COUNT],
    ..BLANK
};

/// What the documents are.
const DATA: Explanation = Explanation {
    look: &[
        "errorMessage of the failure record, and the record that was sent: `fh decode` shows it.",
    ],
    again: &[DECODE, COUNT],
    ..BASE
};

/// Settings of the stream.
const SETTINGS: Explanation = Explanation {
    look: &["The OpenSearch destination in `aws firehose describe-delivery-stream`."],
    ..BASE
};

/// How the cluster is.
const CLUSTER: Explanation = Explanation {
    look: &[
        "The domain in CloudWatch at that time: ClusterStatus, CPUUtilization, \
         JVMMemoryPressure, FreeStorageSpace, rejected bulk requests.",
        "Whether the domain was being updated: a change of its configuration can fail requests.",
    ],
    change: &["Give the cluster or the collection more capacity.", RETRY_LONGER],
    ..BASE
};

/// The way to the cluster.
const NETWORK: Explanation = Explanation {
    look: &[
        "Whether the cluster or the collection is healthy and reachable.",
        "In a VPC: the subnets and security groups of the stream and of the domain; both must \
         allow HTTPS, port 443.",
    ],
    change: &["Make the cluster reachable for Firehose.", RETRY_LONGER],
    ..BASE
};

/// Nothing of that name.
const NOT_FOUND: Explanation = Explanation {
    happened: "The domain that the stream delivers to does not exist.",
    change: &["Point the stream at a domain that exists: `aws firehose update-destination`."],
    ..SETTINGS
};

const fn os(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::RetryDuration, Scope::Unknown).with_message(message)
}

const ONE_OBJECT: &str = "Let the transform return one JSON object for each record, on one line: no \
                          newlines inside, no second object, no lines of the bulk API such as \
                          {\"index\": …}. For several documents, put several records into the \
                          stream.";

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: HTTP_STATUS,
        also: &[
            "elasticsearch-failed",
            "AmazonOpenSearchService_failed",
            "Forbidden",
            "mapper_parsing_exception",
            "document_parsing_exception",
            "strict_dynamic_mapping_exception",
            "illegal_argument_exception",
            "Limit of total fields",
            "es_rejected_execution_exception",
            "rejected_execution_exception",
            "index_not_found_exception",
            "security_exception",
        ],
        happened: "The cluster refused the document; errorCode is the HTTP status of its answer.",
        look: &["errorMessage of the failure record: the words of the cluster."],
        cases: &[
            case(
                "index read-only / allow delete",
                "The index is read-only since the disk of a node is nearly full. Free space: delete \
                 old indices or enlarge the volumes. OpenSearch then lifts the block; if it stays, \
                 set index.blocks.read_only_allow_delete of the index to null.",
            ),
            case(
                "cluster_block_exception",
                "The index or the cluster is blocked for writing; the message names the block. Low \
                 disk space, a closed index and an index.blocks setting do that: remove the cause.",
            ),
            case(
                "index_closed_exception",
                "The index is closed. Open it, or point IndexName at an index that is open.",
            ),
            case(
                "no permissions for [indices",
                "Fine-grained access control denies it. Map the role of the stream, which \
                 `backend_roles` names, to a role of OpenSearch that may write to the index.",
            ),
            case(
                "400",
                "The document does not fit the mapping of the index, or has more fields than \
                 index.mapping.total_fields.limit. Let the transform return what the mapping takes, \
                 or change the mapping.",
            ),
            case(
                "403",
                "The role of the stream may not write. Allow it in the access policy of the domain \
                 or collection, and map it to a role of fine-grained access control.",
            ),
            case("404", "The index or the endpoint does not exist."),
            case(
                "413",
                "The document or the request is too large. Lower the buffer (SizeInMBs in \
                 BufferingHints), or let the transform return less. In the log of a transform, 413 \
 means a response over 6 MB: `fh explain Lambda.FunctionError`.",
            ),
            case(
                "429",
                "The cluster is too busy. Give it more capacity; a longer retry duration gives it \
                 time.",
            ),
            case("5xx", "The cluster has a problem of its own: look at its health and capacity."),
        ],
        change: &["Fix what the status and errorMessage name."],
        again: &[DECODE, COUNT],
        ..BASE
    },
    Explanation {
        error: os(
            "ES.AccessDenied",
            "Access was denied. Ensure that the provided IAM role associated with firehose is not \
             deleted.",
        ),
        happened: "Firehose has no access to the Elasticsearch domain: its role may be deleted.",
        change: &["Give the stream a role that exists, and allow it in the domain's policy."],
        ..SETTINGS
    },
    Explanation {
        error: os("ES.ResourceNotFound", "The specified AWS Elasticsearch domain does not exist."),
        ..NOT_FOUND
    },
    Explanation {
        error: documented("OS.AccessDenied", Attempts::RetryDuration, Scope::Delivery),
        happened: "Firehose has no access to the cluster: its role, the role's policy or the \
                   domain's policy denies it.",
        look: &[
            "RoleARN of the destination: whether the role exists, its trust policy, its policy.",
            "The access policy of the domain, or the data access policy of the collection.",
            "Fine-grained access control: whether the role is mapped to a role in OpenSearch.",
        ],
        cases: &[
            case(
                "Ensure that the trust policy for the provided IAM role allows Firehose to assume \
                 the role, and the access policy allows access to the Amazon OpenSearch Service \
                 API.",
                "Firehose may not assume the role, or the role may not call OpenSearch: check its \
                 trust policy, then allow es:DescribeDomain, DescribeDomains, \
                 DescribeDomainConfig, ESHttpPost and ESHttpPut.",
            ),
            case(
                "Ensure that the provided IAM role associated with firehose is not deleted.",
                "The role is gone: give the stream one that exists.",
            ),
            case(
                "Ensure that the access policy on the Amazon OpenSearch Service cluster grants \
                 access to the configured IAM role.",
                "The cluster denies the role: allow it in the access policy of the domain, and map \
                 it in fine-grained access control.",
            ),
        ],
        change: &[
            "Allow the role in its own policy, in the domain's and in fine-grained access control.",
            TRUST_FIREHOSE,
        ],
        ..BASE
    },
    Explanation {
        error: os(
            "OS.ResourceNotFound",
            "The specified Amazon OpenSearch Service domain does not exist.",
        ),
        ..NOT_FOUND
    },
    Explanation {
        error: os(
            "OS.RequestTimeout",
            "Request to the Amazon OpenSearch Service cluster or OpenSearch Serverless collection \
             timed out. Ensure that the cluster or collection has sufficient capacity for the \
             current workload.",
        ),
        also: &["Request to the Amazon OpenSearch Service cluster timed out. Ensure that the \
                 cluster has sufficient capacity for the current workload."],
        happened: "The cluster did not answer in time.",
        ..CLUSTER
    },
    Explanation {
        error: os(
            "OS.GatewayTimeout",
            "Firehose encountered timeout errors when connecting to the Amazon OpenSearch Service \
             cluster or OpenSearch Serverless collection.",
        ),
        happened: "The cluster's gateway timed out: it took too long to answer.",
        ..CLUSTER
    },
    Explanation {
        error: os(
            "OS.BadGateway",
            "The Amazon OpenSearch Service cluster or OpenSearch Serverless collection aborted the \
             request with a response: 502 Bad Gateway.",
        ),
        happened: "The cluster's gateway answered 502: no node was available for the request.",
        ..CLUSTER
    },
    Explanation {
        error: os(
            "OS.ClusterError",
            "The Amazon OpenSearch Service cluster returned an unspecified error.",
        ),
        also: &[
            "The Amazon OpenSearch Service cluster or OpenSearch Serverless collection returned \
                 an unspecified error.",
        ],
        happened: "The cluster returned an error without a cause that Firehose could name.",
        ..CLUSTER
    },
    Explanation {
        error: os(
            "OS.ClusterBlockException",
            "The cluster returned a ClusterBlockException. It may be overloaded.",
        ),
        happened: "The cluster blocks writes, as it does when it has no disk space or is \
                   overloaded.",
        change: &[
            "Free or add storage, then remove the block (index.blocks.read_only_allow_delete).",
            RETRY_LONGER,
        ],
        ..CLUSTER
    },
    Explanation {
        error: os(
            "OS.InternalError",
            "An internal error occurred when attempting to deliver data. Delivery will be retried; \
             if the error persists, it will be reported to AWS for resolution.",
        ),
        happened: "Firehose failed with an internal error while it delivered.",
        look: &["Whether it continues: the error events, and \
                 DeliveryToAmazonOpenSearchService.Success in CloudWatch."],
        change: &["Nothing at first: Firehose tries again. If it continues, ask AWS Support."],
        ..BASE
    },
    Explanation {
        error: os(
            "OS.ConnectionFailed",
            "Trouble connecting to the Amazon OpenSearch Service cluster or OpenSearch Serverless \
             collection. Ensure that the cluster or collection is healthy and reachable.",
        ),
        happened: "Firehose cannot connect to the cluster.",
        ..NETWORK
    },
    Explanation {
        error: os(
            "OS.ConnectionReset",
            "Unable to maintain connection with the Amazon OpenSearch Service cluster or \
             OpenSearch Serverless collection. Contact the owner of the cluster or collection to \
             resolve this issue.",
        ),
        also: &["Trouble maintaining connection with the Amazon OpenSearch Service cluster or \
                 OpenSearch Serverless collection."],
        happened: "The connection to the cluster broke before all documents were sent.",
        ..NETWORK
    },
    Explanation {
        error: os(
            "OS.ConnectionError",
            "The http server closed the connection unexpectedly, please verify the health of the \
             Amazon OpenSearch Service cluster or OpenSearch Serverless collection.",
        ),
        happened: "The cluster closed the connection unexpectedly.",
        ..NETWORK
    },
    Explanation {
        error: os(
            "OS.ServiceException",
            "Error received from the Amazon OpenSearch Service cluster or OpenSearch Serverless \
             collection. If the cluster or collection is behind a VPC, ensure network \
             configuration allows connectivity.",
        ),
        happened: "The cluster returned an error; in a VPC the network may be the cause.",
        ..NETWORK
    },
    Explanation {
        error: documented("OS.ValidationException", Attempts::RetryDuration, Scope::Delivery),
        happened: "OpenSearch refuses a setting of the stream.",
        cases: &[
            case(
                "has been upgraded to OS 2.x or higher, but the hose still has the TypeName \
                 parameter configured",
                "OpenSearch 2 has no document types: set TypeName of the destination to an empty \
                 string.",
            ),
            case(
                "Member must satisfy regular expression pattern",
                "A name is not valid, such as that of the domain: lower-case letters, digits and \
                 hyphens, beginning with a letter.",
            ),
        ],
        change: &["Set TypeName to an empty string for OpenSearch 2 and later."],
        ..SETTINGS
    },
    Explanation {
        error: os(
            "OS.InvalidARN",
            "The Amazon OpenSearch Service ARN provided is invalid. Please check your \
             DeliveryStream configuration.",
        ),
        happened: "The ARN of the domain in the stream is not valid.",
        change: &["Correct DomainARN: arn:aws:es:REGION:ACCOUNT:domain/NAME."],
        ..SETTINGS
    },
    Explanation {
        error: os(
            "OS.InvalidDomainNameLength",
            "The domain name length is not within valid OS limits.",
        ),
        happened: "The name of the domain is too short or too long: 3 to 28 characters.",
        change: &["Correct the name in DomainARN."],
        ..SETTINGS
    },
    Explanation {
        error: os(
            "OS.VPCDomainNotSupported",
            "Amazon OpenSearch Service domains within VPCs are currently not supported.",
        ),
        happened: "The domain is in a VPC, and the stream is set up for a public one.",
        change: &["Create the stream with VpcConfiguration, or use a public domain: the setting \
                   cannot be added later."],
        ..SETTINGS
    },
    Explanation {
        error: os(
            "OS.UnsupportedVersion",
            "Amazon OpenSearch Service 6.0 is not currently supported by Amazon Data Firehose. \
             Contact AWS Support for more information.",
        ),
        happened: "Firehose does not deliver to Elasticsearch 6.0.",
        change: &["Upgrade the domain."],
        ..SETTINGS
    },
    Explanation {
        error: os(
            "OS.ExplicitIndexInBulkNotAllowed",
            "Ensure rest.action.multi.allow_explicit_index is set to true on the Amazon OpenSearch \
             Service cluster.",
        ),
        happened: "The domain does not allow requests that name their index, which Firehose's do.",
        change: &[
            "Set rest.action.multi.allow_explicit_index to true in the advanced options of the \
             domain.",
        ],
        ..SETTINGS
    },
    Explanation {
        error: os(
            "OS.AliasWithMultipleIndicesNotAllowed",
            "Alias has more than one indices associated with it. Ensure that the alias has only \
             one index associated with it.",
        ),
        happened: "The stream writes to an alias that stands for more than one index.",
        change: &["Let the alias stand for one index, or set IndexName to an index."],
        ..SETTINGS
    },
    Explanation {
        error: documented("OS.MalformedData", Attempts::RetryDuration, Scope::Unknown),
        happened: "A record is not one JSON object on one line.",
        cases: &[
            case(
                "Please ensure that each record is single valid JSON object and that it does not \
                 contain newlines.",
                "The record is not JSON, has more than one object, or has newlines inside.",
            ),
            case(
                "does not support Amazon OpenSearch Service Bulk API commands inside the Firehose \
                 record.",
                "The record has lines of the bulk API: return the document alone, Firehose makes \
                 the request.",
            ),
        ],
        change: &[ONE_OBJECT],
        ..DATA
    },
    Explanation {
        error: os(
            "OS.ResponseEntryCountMismatch",
            "The response from the Bulk API contained more entries than the number of records \
             sent. Ensure that each record contains only one JSON object and that there are no \
             newlines.",
        ),
        happened: "The cluster found more documents than Firehose sent: a record holds several.",
        change: &[ONE_OBJECT],
        ..DATA
    },
    Explanation {
        error: os(
            "OS.JsonParseException",
            "The Amazon OpenSearch Service cluster returned a JsonParseException. Ensure that the \
             data being put is valid.",
        ),
        happened: "The cluster cannot read the document: it is not JSON.",
        change: &[
            "Let the transform return JSON in UTF-8: not gzip, not base64 twice, not Python's \
             single quotes.",
            ONE_OBJECT,
        ],
        ..DATA
    },
    Explanation {
        error: os(
            "OS.AmazonOpenSearchServiceParseException",
            "The Amazon OpenSearch Service cluster returned an \
             AmazonOpenSearchServiceParseException. Ensure that the data being put is valid.",
        ),
        happened: "The cluster cannot read a value of the document as the type of its field.",
        change: &["Let the transform return values of the mapping's types; check dates first."],
        ..DATA
    },
    Explanation {
        error: os(
            "OS.CharConversionException",
            "One or more records contained an invalid character.",
        ),
        happened: "The document is not UTF-8.",
        change: &["Let the transform return text in UTF-8; decompress what is compressed."],
        ..DATA
    },
    Explanation {
        error: os(
            "OS.LargeFieldData",
            "The Amazon OpenSearch Service cluster aborted the request as it contained a field \
             data larger than allowed.",
        ),
        happened: "A field of the document is larger than the cluster accepts.",
        change: &[
            "Let the transform cut or drop the field, or map it without indexing (index: false, \
             ignore_above).",
        ],
        ..DATA
    },
];
