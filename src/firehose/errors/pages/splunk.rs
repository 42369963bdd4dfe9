//! Codes for delivery to Splunk's HTTP event collector (HEC).
//!
//! Sources: the developer guide, also "Troubleshooting Splunk" and the example of
//! a failure record in "Handle data delivery failures", with `Splunk.AckTimeout`.

use super::{BLANK, COUNT, DECODE, RETRY_LONGER};
use crate::errors::code::documented;
use crate::errors::{Attempts, ErrorCode, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::Splunk,
    lost: "Nothing for good: what Splunk did not accept is kept in the bucket for backups, below \
           splunk-failed/ or your error output prefix. rawData there is what was sent to Splunk, \
           after the transform; EventId tells the records apart.",
    again: &[DECODE, COUNT],
    ..BLANK
};

/// A setting of the token in Splunk.
const TOKEN: Explanation = Explanation {
    look: &[
        "The token in Splunk's settings of the HTTP event collector, and the one in the stream.",
    ],
    ..BASE
};

/// Acknowledgement is off.
const NO_ACK: Explanation = Explanation {
    change: &["Enable indexer acknowledgement for the token: Firehose needs it."],
    ..TOKEN
};

/// The way to Splunk.
const NETWORK: Explanation = Explanation {
    look: &[
        "The HEC endpoint of the stream: host, port, and whether Splunk answers there at all.",
        "What is between Firehose and Splunk: firewall, load balancer, proxy; how busy Splunk is.",
    ],
    change: &["Make the endpoint reachable for Firehose.", RETRY_LONGER],
    ..BASE
};

/// The certificate of the endpoint.
const TLS: Explanation = Explanation {
    look: &["The certificate that the endpoint shows: its names, its issuer, and when it expires."],
    change: &["Give the endpoint a valid certificate for the host name that the stream uses."],
    ..BASE
};

/// How Splunk is.
const SERVER: Explanation = Explanation {
    look: &["errorMessage of the failure record, and the log of Splunk at that time."],
    ..BASE
};

const fn splunk(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::RetryDuration, Scope::Unknown).with_message(message)
}

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: splunk(
            "Splunk.AckTimeout",
            "Did not receive an acknowledgement from HEC before the HEC acknowledgement timeout \
             expired. Despite the acknowledgement timeout, it's possible the data was indexed \
             successfully in Splunk. Amazon Data Firehose backs up in Amazon S3 data for which the \
             acknowledgement timeout expired.",
        ),
        happened: "Splunk did not confirm in time that the records are indexed; they may be.",
        look: &[
            "Splunk, for the records: they may be there already. Sending them again then makes \
             duplicates.",
            "How long indexing takes, and the acknowledgement timeout of the stream.",
            "Whether a load balancer in front of Splunk has sticky sessions, and ackIdleCleanup \
             in inputs.conf is true.",
        ],
        change: &["Raise HECAcknowledgmentTimeoutInSeconds of the stream, or give Splunk more \
 indexing capacity."],
        ..BASE
    },
    Explanation {
        error: splunk(
            "Splunk.DisabledAck",
            "Indexer acknowledgement is disabled for the HEC token. Enable indexer acknowledgement \
             and try again.",
        ),
        happened: "Indexer acknowledgement is disabled for the token.",
        ..NO_ACK
    },
    Explanation {
        error: splunk(
            "Splunk.AcknowledgementsDisabled",
            "Could not get acknowledgements on POST. Make sure that acknowledgements are enabled on \
             HEC endpoint.",
        ),
        happened: "The HEC endpoint does not send acknowledgements.",
        ..NO_ACK
    },
    Explanation {
        error: splunk(
            "Splunk.DisabledToken",
            "The HEC token is disabled. Enable the token to allow data delivery to Splunk.",
        ),
        happened: "The token of the stream is disabled in Splunk.",
        change: &["Enable the token, or give the stream one that is enabled."],
        ..TOKEN
    },
    Explanation {
        error: splunk(
            "Splunk.InvalidToken",
            "The HEC token is invalid. Update Amazon Data Firehose with a valid HEC token.",
        ),
        happened: "Splunk does not know the token of the stream.",
        change: &["Give the stream a token that is valid at this endpoint."],
        ..TOKEN
    },
    Explanation {
        error: splunk(
            "Splunk.InvalidIndex",
            "The HEC token or input is configured with an invalid index. Check your index \
             configuration and try again.",
        ),
        happened: "The index of the token or of the event does not exist, or the token may not use \
                   it.",
        change: &["Create the index, or name one in the token or the event that exists."],
        ..TOKEN
    },
    Explanation {
        error: splunk(
            "Splunk.InvalidDataFormat",
            "The data is not formatted correctly. To see how to properly format data for Raw or \
             Event HEC endpoints, see Splunk Event Data.",
        ),
        happened: "What was sent is not in the form that the endpoint accepts.",
        look: &[
            "What was sent: `fh decode` shows it. An endpoint for events accepts JSON objects with \
             `event`, one for raw data takes any text.",
            "HECEndpointType of the stream: Event or Raw.",
        ],
        change: &["Let the transform return what the endpoint accepts, or change HECEndpointType."],
        ..BASE
    },
    Explanation {
        error: splunk(
            "Splunk.ProxyWithoutStickySessions",
            "If you have a proxy (ELB or other) between Amazon Data Firehose and the HEC node, you \
             must enable sticky sessions to support HEC ACKs.",
        ),
        happened: "A proxy or load balancer in front of Splunk has no sticky sessions, so Firehose \
                   asks the wrong node for acknowledgements.",
        look: &["What is between Firehose and the nodes of Splunk."],
        change: &[
            "Enable sticky sessions: without expiration on a Classic Load Balancer, 7 days on an \
             Application Load Balancer. A Network Load Balancer is not supported.",
        ],
        ..BASE
    },
    Explanation {
        error: splunk(
            "Splunk.ServerError",
            "Data delivery to Splunk failed due to a server error from the HEC node. Amazon Data \
             Firehose will retry sending the data if the retry duration in your Amazon Data \
             Firehose is greater than 0. If all the retries fail, Amazon Data Firehose backs up \
             the data to Amazon S3.",
        ),
        happened: "Splunk answered with a server error.",
        change: &["Fix what Splunk's log names.", RETRY_LONGER],
        ..SERVER
    },
    Explanation {
        error: splunk(
            "Splunk.ServerError.ContentTooLarge",
            "Data delivery to Splunk failed due to a server error with a statusCode: 413, message: \
             the request your client sent was too large. See splunk docs to configure \
             max_content_length.",
        ),
        also: &["413"],
        happened: "The request is larger than Splunk's HTTP event collector accepts (413).",
        change: &[
            "Raise max_content_length in the [http_input] stanza of Splunk's limits.conf.",
            "Or lower the buffer: SizeInMBs in BufferingHints of the destination (1 to 5).",
        ],
        ..SERVER
    },
    Explanation {
        error: splunk(
            "Splunk.IndexerBusy",
            "Data delivery to Splunk failed due to a server error from the HEC node. Make sure HEC \
             endpoint or the Elastic Load Balancer is reachable and is healthy.",
        ),
        happened: "The indexers are too busy to accept data, or the load balancer has no healthy \
                   node.",
        change: &[
            "Give Splunk more indexing capacity, and look at the health checks of the load balancer.",
            RETRY_LONGER,
        ],
        ..SERVER
    },
    Explanation {
        error: splunk(
            "Splunk.URLNotFound",
            "The requested URL was not found on the Splunk server. Please check the Splunk cluster \
             and make sure it is configured correctly.",
        ),
        happened: "The server answers, but has no HTTP event collector at this URL.",
        look: &["HECEndpoint of the stream: host and port, without a path; the collector must be \
                 enabled in Splunk's global settings."],
        change: &["Correct HECEndpoint, or enable the HTTP event collector."],
        ..BASE
    },
    Explanation {
        error: splunk(
            "Splunk.InvalidHecResponseCharacter",
            "Invalid characters found in HEC response, make sure to check to the service and HEC \
             configuration.",
        ),
        happened: "The answer is not the JSON that an HTTP event collector gives.",
        look: &["What answers at HECEndpoint: a proxy or a login page may stand in front of \
                 Splunk."],
        change: &["Point HECEndpoint at the event collector itself."],
        ..BASE
    },
    Explanation {
        error: splunk(
            "Splunk.MaxRetriesFailed",
            "Failed to deliver data to Splunk or to receive acknowledgment. Check your HEC health \
             and try again.",
        ),
        happened: "Splunk did not accept or acknowledge the records until the retries ended.",
        look: &[
            "Error events of the stream before this one: they name the cause of each try.",
            "The health of the HTTP event collector.",
        ],
        change: &[
            "Fix what the codes before it name; a longer retry duration only gives more time.",
        ],
        ..BASE
    },
    Explanation {
        error: splunk(
            "Splunk.ConnectionTimeout",
            "The connection to Splunk timed out. This might be a transient error and the request \
             will be retried. Amazon Data Firehose backs up the data to Amazon S3 if all retries \
             fail.",
        ),
        happened: "The connection to Splunk timed out.",
        ..NETWORK
    },
    Explanation {
        error: splunk(
            "Splunk.ConnectionClosed",
            "Unable to send data to Splunk due to a connection failure. This might be a transient \
             error. Increasing the retry duration in your Amazon Data Firehose configuration might \
             guard against such transient failures.",
        ),
        happened: "The connection to Splunk was closed before all records were sent.",
        ..NETWORK
    },
    Explanation {
        error: splunk(
            "Splunk.ConnectionRecycled",
            "The connection from Firehose to Splunk has been recycled. Delivery will be retried.",
        ),
        happened: "Firehose replaced its connection to Splunk, and sends the records again.",
        look: &["Whether records still arrive: DeliveryToSplunk.Success in CloudWatch."],
        change: &["Nothing, as long as records arrive: Firehose retries."],
        ..BASE
    },
    Explanation {
        error: splunk(
            "Splunk.InvalidEndpoint",
            "Could not connect to the HEC endpoint. Make sure that the HEC endpoint URL is valid \
             and reachable from Amazon Data Firehose.",
        ),
        happened: "The endpoint of the stream cannot be reached, or is not an HTTP event collector.",
        ..NETWORK
    },
    Explanation {
        error: splunk(
            "Splunk.SSLUnverified",
            "Could not connect to the HEC endpoint. The host does not match the certificate \
             provided by the peer. Make sure that the certificate and the host are valid.",
        ),
        happened: "The certificate of the endpoint is not for its host name.",
        ..TLS
    },
    Explanation {
        error: splunk(
            "Splunk.SSLHandshake",
            "Could not connect to the HEC endpoint. Make sure that the certificate and the host are \
             valid.",
        ),
        happened: "The TLS handshake with the endpoint failed.",
        ..TLS
    },
];
