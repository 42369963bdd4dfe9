//! Codes for delivery to Splunk's HTTP event collector (HEC).
//!
//! Source: the developer guide ("Monitor with CloudWatch Logs") names them; its
//! example of a failure record has `Splunk.AckTimeout`.

use super::{BLANK, COUNT, DECODE, Explanation, Family, code};

const BASE: Explanation = Explanation {
    family: Family::Splunk,
    lost: "Nothing for good: what Splunk did not take is kept in the bucket for backups, below \
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

/// The way to Splunk.
const NETWORK: Explanation = Explanation {
    look: &[
        "The HEC endpoint of the stream: host, port, and whether Splunk answers there at all.",
        "What is on the way: firewall, load balancer, proxy; how busy Splunk is.",
    ],
    change: &[
        "Make the endpoint reachable for Firehose.",
        "If it happens now and then only, raise the retry duration of the destination.",
    ],
    ..BASE
};

/// The certificate of the endpoint.
const TLS: Explanation = Explanation {
    look: &["The certificate that the endpoint shows: its names, its issuer, when it ends."],
    change: &["Give the endpoint a valid certificate for the host name that the stream uses."],
    ..BASE
};

pub(super) const ALL: &[Explanation] = &[
    code::SPLUNK_ACK_TIMEOUT.explained(Explanation {
        happened: "Splunk did not confirm in time that the records are indexed; they may be.",
        look: &[
            "Splunk, for the records: they may be there already. Who sends them again then has \
             them twice.",
            "How long indexing takes, and the acknowledgement timeout of the stream.",
            "Whether a load balancer before Splunk has sticky sessions.",
        ],
        change: &[
            "Raise the acknowledgement timeout of the stream, or give Splunk more to index with.",
        ],
        ..BASE
    }),
    code::SPLUNK_DISABLED_ACK.explained(Explanation {
        happened: "Acknowledgement by the indexer is disabled for the token; Firehose needs it.",
        change: &["Enable indexer acknowledgement for the token."],
        ..TOKEN
    }),
    code::SPLUNK_DISABLED_TOKEN.explained(Explanation {
        happened: "The token of the stream is disabled in Splunk.",
        change: &["Enable the token, or give the stream one that is enabled."],
        ..TOKEN
    }),
    code::SPLUNK_INVALID_TOKEN.explained(Explanation {
        happened: "Splunk does not know the token of the stream.",
        change: &["Give the stream a token that is valid at this endpoint."],
        ..TOKEN
    }),
    code::SPLUNK_INVALID_INDEX.explained(Explanation {
        happened: "The index of the token or of the event does not exist, or the token may not use it.",
        change: &["Make the index, or name one in the token or the event that is there."],
        ..TOKEN
    }),
    code::SPLUNK_INVALID_DATA_FORMAT.explained(Explanation {
        happened: "What was sent is not of the form that the endpoint takes.",
        look: &[
            "What was sent: fh decode shows it. An endpoint for events takes JSON objects with \
             `event`, one for raw data takes any text.",
            "Whether the stream sends to the endpoint for events or to that for raw data.",
        ],
        change: &[
            "Change the transform to return what the endpoint takes, or the type of endpoint.",
        ],
        ..BASE
    }),
    code::SPLUNK_PROXY_WITHOUT_STICKY_SESSIONS.explained(Explanation {
        happened: "A proxy or load balancer before Splunk has no sticky sessions, so confirmations \
                   are asked of the wrong node.",
        look: &["What is between Firehose and the nodes of Splunk."],
        change: &["Enable sticky sessions on the proxy or load balancer."],
        ..BASE
    }),
    code::SPLUNK_SERVER_ERROR.explained(Explanation {
        happened: "Splunk answered with an error of its own.",
        look: &["errorMessage of the failure record, and the log of Splunk at that time."],
        change: &[
            "What Splunk's log asks for.",
            "If it happens now and then only, raise the retry duration of the destination.",
        ],
        ..BASE
    }),
    code::SPLUNK_MAX_RETRIES_FAILED.explained(Explanation {
        happened: "Splunk did not take or confirm the records, however often it was tried.",
        look: &[
            "Error events of the stream before this one: they name the cause of each try.",
            "The health of the HTTP event collector.",
        ],
        change: &["What the codes before it ask for; a longer retry duration only gives time."],
        ..BASE
    }),
    code::SPLUNK_CONNECTION_TIMEOUT.explained(Explanation {
        happened: "The connection to Splunk was not made or not answered in time.",
        ..NETWORK
    }),
    code::SPLUNK_CONNECTION_CLOSED.explained(Explanation {
        happened: "The connection to Splunk was closed before the records were through.",
        ..NETWORK
    }),
    code::SPLUNK_INVALID_ENDPOINT.explained(Explanation {
        happened: "The endpoint of the stream cannot be reached, or is not an HTTP event collector.",
        ..NETWORK
    }),
    code::SPLUNK_SSL_UNVERIFIED.explained(Explanation {
        happened: "The certificate of the endpoint is not one for its host name.",
        ..TLS
    }),
    code::SPLUNK_SSL_HANDSHAKE.explained(Explanation {
        happened: "No encrypted connection to the endpoint came about.",
        ..TLS
    }),
];
