//! Codes for delivery to an HTTP endpoint.
//!
//! Sources: the developer guide, also "Troubleshooting HTTP endpoints", which has
//! the statuses and the limits. We know of no failure record of the real service.

use super::{BLANK, COUNT, DECODE, RETRY_LONGER, case};
use crate::errors::code::documented;
use crate::errors::{Attempts, ErrorCode, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::HttpEndpoint,
    lost: "Nothing for good: what the endpoint did not accept is kept in the bucket for backups, \
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
        "What is between Firehose and the endpoint: firewall, load balancer, certificate.",
    ],
    change: &["Make the endpoint reachable for Firehose.", RETRY_LONGER],
    ..BASE
};

/// The certificate of the endpoint.
const TLS: Explanation = Explanation {
    look: &["The certificate that the endpoint shows (`openssl s_client -connect HOST:443`): its \
         names, its dates, and whether the intermediate certificates come with it."],
    change: &["Give the endpoint a valid certificate of a public authority, for its host name, \
               with its whole chain."],
    ..BASE
};

/// What the endpoint answers.
const ANSWER: Explanation = Explanation {
    look: &["The answer of the endpoint, next to the specification for HTTP endpoints."],
    ..BASE
};

const fn http(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::RetryDuration, Scope::Delivery).with_message(message)
}

const FOLLOW_SPECIFICATION: &str = "Answer as the specification for HTTP endpoints requires: status 200, content-type \
     application/json, not compressed, with the requestId of the request and a timestamp that is a \
     number of milliseconds. With a vendor, use the endpoint that is meant for Firehose.";

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: http(
            "HttpEndpoint.DestinationException",
            "The following response was received from the endpoint destination.",
        ),
        also: &[
            "Received the following response from the endpoint destination.",
            "Delivery to the endpoint was unsuccessful. See Troubleshooting HTTP Endpoints in the \
             Firehose documentation for more information. Response received with status code",
        ],
        happened: "The endpoint answered with a status other than 200, which the message shows.",
        look: &[
            "errorMessage: the status, and the endpoint's own message.",
            "The log of the endpoint at the time of the record.",
        ],
        cases: &[
            case(
                "2xx",
                "Only 200 counts as success; 201, 202 and 204 are failures. Let the endpoint \
                 answer 200.",
            ),
            case(
                "400",
                "The endpoint cannot read the request. Check the URL, the common attributes, the \
                 content encoding, the access key and the buffering hints of the destination.",
            ),
            case("401", "The access key of the stream is missing or wrong: set the right one."),
            case(
                "403",
                "The access key of the stream may not write there: allow it, or use another one.",
            ),
            case(
                "413",
                "The request is too large for the endpoint. Lower the buffer: SizeInMBs in \
                 BufferingHints of the destination (1 to 64, 5 by default).",
            ),
            case(
                "429",
                "Requests arrive too fast. Raise IntervalInSeconds or SizeInMBs in BufferingHints of \
                 the destination, as far as the endpoint takes such requests.",
            ),
            case(
                "5xx",
                "The endpoint has a problem of its own; Firehose works. Look at its log and its \
                 capacity, and raise the retry duration if it comes and goes.",
            ),
        ],
        change: &[
            "Fix what the status and the message name. Advice of the endpoint's vendor comes first.",
        ],
        ..BASE
    },
    Explanation {
        error: http(
            "HttpEndpoint.RequestTimeout",
            "The delivery timed out before a response was received and will be retried. If this \
             error persists, contact the AWS Firehose service team.",
        ),
        happened: "The endpoint did not answer within 3 minutes.",
        change: &[
            "Answer sooner: accept the records first, process them later.",
            "Send less at once: lower SizeInMBs in BufferingHints of the destination.",
        ],
        ..BASE
    },
    Explanation {
        error: http(
            "HttpEndpoint.ResponseTooLarge",
            "The response received from the endpoint is too large. Contact the owner of the \
             endpoint to resolve this issue.",
        ),
        happened: "The endpoint's answer is larger than 1 MiB, headers included.",
        look: &["What the endpoint answers, such as an error page."],
        change: &["Answer with what the specification for HTTP endpoints requires, and no more."],
        ..BASE
    },
    Explanation {
        error: http(
            "HttpEndpoint.InvalidResponseFromDestination",
            "The response received from the specified endpoint is invalid. Contact the owner of \
             the endpoint to resolve the issue.",
        ),
        also: &["The response received from the endpoint is invalid. See Troubleshooting HTTP \
                 Endpoints in the Firehose documentation for more information. Reason:"],
        happened: "The endpoint's answer is not what Firehose expects, even if its status is 200.",
        look: &[
            "errorMessage: the answer as it was received.",
            "requestId (the one of the request), timestamp (a number, not a string), and the \
             header content-type: application/json.",
        ],
        change: &[FOLLOW_SPECIFICATION],
        ..BASE
    },
    Explanation {
        error: http("HttpEndpoint.InvalidStatusCode", "Received an invalid response status code."),
        happened: "The status of the endpoint's answer is not a valid HTTP status.",
        change: &[FOLLOW_SPECIFICATION],
        ..ANSWER
    },
    Explanation {
        error: http(
            "HttpEndpoint.ResponseReasonPhraseExceededLimit",
            "The response reason phrase received from the endpoint exceed the configured limit of \
             64 characters.",
        ),
        happened: "The text after the status in the endpoint's answer has more than 64 characters.",
        look: &["The first line of the answer, such as `HTTP/1.1 400 Bad Request`."],
        change: &["Put the explanation into errorMessage of the body, not into the first line."],
        ..BASE
    },
    Explanation {
        error: http(
            "HttpEndpoint.IllegalResponseFailure",
            "HttpEndpoint request failed due to illegal response error. HTTP message must not \
             contain more than one Content-Type header.",
        ),
        happened: "The endpoint's answer has more than one Content-Type header.",
        change: &["Send the header once; a proxy in between may add the second one."],
        ..ANSWER
    },
    Explanation {
        error: http(
            "HttpEndpoint.IllegalMessageStart",
            "HttpEndpoint request failed due to illegal response error. Illegal HTTP message start. \
             See Troubleshooting HTTP Endpoints in the Firehose documentation for more information.",
        ),
        happened: "What the endpoint answered does not begin like an HTTP message.",
        look: &["What listens at host and port of the URL: it may be another protocol, or HTTP \
                 without TLS."],
        change: &["Correct the URL, or let the endpoint speak HTTPS there."],
        ..BASE
    },
    Explanation {
        error: http(
            "HttpEndpoint.MakeRequestFailure.IllegalUriException",
            "HttpEndpoint request failed due to invalid input in URI. Please make sure all the \
             characters in the input URI are valid.",
        ),
        happened: "The URL of the endpoint has characters that a URL cannot have.",
        look: &["Url in EndpointConfiguration of the stream: blanks, quotes, a line break at its \
                 end."],
        change: &["Correct the URL; write special characters with %."],
        ..BASE
    },
    Explanation {
        error: http(
            "HttpEndpoint.MakeRequestFailure.IllegalCharacterInHeaderValue",
            "HttpEndpoint request failed due to illegal response error. Illegal character '\\n' in \
             header value.",
        ),
        happened: "A header of the request would have a line break in it.",
        look: &[
            "AccessKey and CommonAttributes of the stream, or the secret that holds the key: a \
                 newline at the end is the usual cause.",
        ],
        change: &["Set the value again without the line break."],
        ..BASE
    },
    Explanation {
        error: http(
            "HttpEndpoint.ConnectionFailed",
            "Unable to connect to the destination endpoint. Contact the owner of the endpoint to \
             resolve this issue.",
        ),
        happened: "Firehose cannot connect to the endpoint: the URL is wrong, the network does not \
 lead there, or there is no answer in time.",
        ..NETWORK
    },
    Explanation {
        error: http(
            "HttpEndpoint.ConnectionReset",
            "Unable to maintain connection with the endpoint. Contact the owner of the endpoint to \
             resolve this issue.",
        ),
        also: &[
            "Trouble maintaining connection with the endpoint. Please reach out to the owner of \
                 the endpoint.",
        ],
        happened: "The connection to the endpoint broke before all records were sent.",
        ..NETWORK
    },
    Explanation {
        error: http(
            "HttpEndpoint.SSLHandshakeFailure",
            "Unable to complete an SSL Handshake with the endpoint. Contact the owner of the \
             endpoint to resolve this issue.",
        ),
        happened: "The TLS handshake with the endpoint failed.",
        ..TLS
    },
    Explanation {
        error: http(
            "HttpEndpoint.SSLFailure",
            "Unable to complete TLS handshake with the endpoint. Contact the owner of the endpoint \
             to resolve this issue.",
        ),
        happened: "The TLS connection to the endpoint failed.",
        ..TLS
    },
    Explanation {
        error: http(
            "HttpEndpoint.SSLHandshakeCertificatePathFailure",
            "Unable to complete an SSL Handshake with the endpoint due to invalid certification \
             path. Contact the owner of the endpoint to resolve this issue.",
        ),
        happened: "The endpoint's certificate does not lead to an authority that Firehose trusts: \
                   an intermediate certificate is missing, or it is self-signed.",
        ..TLS
    },
    Explanation {
        error: http(
            "HttpEndpoint.SSLHandshakeCertificatePathValidationFailure",
            "Unable to complete an SSL Handshake with the endpoint due to certification path \
             validation failure. Contact the owner of the endpoint to resolve this issue.",
        ),
        happened: "A certificate in the endpoint's chain is not valid: it has expired, or was \
                   revoked.",
        ..TLS
    },
];
