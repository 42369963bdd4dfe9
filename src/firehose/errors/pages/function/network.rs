//! What is printed where a function calls another service and the network fails: the
//! runtimes' and botocore's own messages; causes from Lambda's developer guide ("Troubleshoot
//! networking issues", "Giving Lambda functions access to resources in a VPC", "Best
//! practices").

use super::{BASE, printed};
use crate::errors::Explanation;
use crate::errors::pages::INVOKE_DEPLOYED;

const VPC: &str = "Whether the function is in a VPC: `aws lambda get-function-configuration \
                   --function-name NAME --query VpcConfig` shows its subnets and security groups.";
const ROUTE: &str = "In a VPC, give the function a way out: a route from its subnets to a NAT \
                     gateway, or, for services of AWS, a VPC endpoint. A public subnet gives it \
                     no internet access.";
const SECURITY_GROUPS: &str = "Allow the traffic in the security groups, out of that of the \
                               function and into that of the database or VPC endpoint.";
const LEAVE_VPC: &str =
    "If the function needs nothing in the VPC, take it out of there: Lambda has internet access.";

/// A call of another service.
const CALL: Explanation = Explanation {
    lost: "Nothing for good: unless the function catches it, Firehose reports \
           Lambda.FunctionError, or Lambda.FunctionTimedOut if it waits too long. It calls the \
           function again with the same records, 3 times by default, then keeps them as they were \
           in rawData of failure objects (processing-failed).",
    again: &["fh event --from-failures failed.ndjson > event.json", INVOKE_DEPLOYED],
    ..BASE
};

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: printed("getaddrinfo ENOTFOUND"),
        also: &[
            "getaddrinfo EAI_AGAIN",
            "ENOTFOUND",
            "EAI_AGAIN",
            // Python, Java, Go, .NET, Ruby, Rust.
            "Name or service not known",
            "Temporary failure in name resolution",
            "No address associated with hostname",
            "NameResolutionError",
            "UnknownHostException",
            "lookup … such host",
            // Go, alone; only the letters count.
            "no-such-host",
            "such host is known",
            "failed to lookup address information",
            "UnresolvedAddressException",
            // Where DNS itself, on port 53, does not answer, Go.
            "lookup … server misbehaving",
            "lookup … 53 read udp … 53 i/o timeout",
            // On Windows and macOS, and curl.
            "getaddrinfo failed",
            "nodename nor servname provided",
            "Could not resolve host",
            "gaierror",
        ],
        happened: "Printed by a function: DNS has no address for the name of a host that it calls.",
        look: &[
            "The name in the message: a spelling, a Region that is missing or does not exist, a \
             variable that is empty.",
            "With EAI_AGAIN, `Temporary failure` or `server misbehaving`: whether it comes and \
             goes. DNS did not answer.",
            VPC,
            "In a VPC: whether DNS resolution is enabled for it (enableDnsSupport), and whether \
             the private hosted zone of the name is associated with it.",
        ],
        change: &[
            "Correct the name, or the environment variable that it comes from.",
            "Turn on DNS resolution in the VPC: `aws ec2 modify-vpc-attribute --vpc-id ID \
             --enable-dns-support Value=true`.",
            "Retry errors that come and go, and keep connections open from one invocation to the \
             next.",
        ],
        ..CALL
    },
    Explanation {
        error: printed("connect ETIMEDOUT"),
        also: &[
            "ETIMEDOUT",
            // Python and botocore, Java, Go, Node.js, Ruby, Rust.
            "[Errno 110] Connection timed out",
            "Connect timeout on endpoint URL",
            "ConnectTimeoutError",
            "SocketTimeoutException: connect timed out",
            "ConnectException: Connection timed out",
            "dial tcp … i/o timeout",
            "UND_ERR_CONNECT_TIMEOUT",
            "Net::OpenTimeout",
            "Connection timed out (os error 110)",
        ],
        happened: "Printed by a function: the host that it calls does not answer, so that no \
                   connection is made.",
        look: &[
            VPC,
            "In a VPC: the route table of these subnets. Without a NAT gateway or a VPC endpoint, \
             nothing outside of the VPC answers.",
            "In a VPC: the outbound rules of the function's security group, the inbound rules of \
             the other side's, and the network ACLs.",
            "Outside of a VPC: whether the address is a private one, as 10.0.0.1 is, or behind a \
             firewall.",
        ],
        change: &[ROUTE, SECURITY_GROUPS, LEAVE_VPC],
        ..CALL
    },
    Explanation {
        error: printed("Read timeout on endpoint URL"),
        also: &[
            "ReadTimeoutError",
            "ESOCKETTIMEDOUT",
            // Java, Python, Go, Node.js, Ruby.
            "SocketTimeoutException",
            "Read timed out",
            "The read operation timed out",
            "Client.Timeout exceeded while awaiting headers",
            "timeout awaiting response headers",
            "UND_ERR_HEADERS_TIMEOUT",
            "Net::ReadTimeout",
        ],
        happened: "Printed by a function: it sent a request, and the response did not come in \
                   time.",
        look: &[
            "How long the other service takes for this request, and its own log.",
            "The Timeout of the function next to that of the client. The SDKs repeat a call, so \
             that the function's time may run out first: `Task timed out`.",
            VPC,
        ],
        change: &[
            "Send less at once, or give the client a timeout that is longer than the response \
             takes and shorter than the function's: Config(read_timeout=…) in boto3.",
            "Lower the transform's BufferSizeInMBs, so that an invocation has fewer calls to make; \
             Firehose waits 5 minutes at most.",
            ROUTE,
        ],
        ..CALL
    },
    Explanation {
        error: printed("connect ECONNREFUSED"),
        also: &[
            "ECONNREFUSED",
            // Python, Java, Go, .NET, Ruby, Rust.
            "[Errno 111] Connection refused",
            "ConnectException: Connection refused",
            "dial tcp … connection refused",
            "Connection refused (os error 111)",
            "Connection refused - connect(2)",
            "No connection could be made because the target machine actively refused it",
        ],
        happened: "Printed by a function: the host that it calls is there, and nothing listens on \
                   that port.",
        look: &[
            "The address in the message. With 127.0.0.1, ::1 or localhost, the function calls \
             itself: in Lambda nothing else runs there but extensions.",
            "The port, and whether the database or service runs.",
        ],
        change: &[
            "Set the address of the service in an environment variable, also for endpoints such as \
             AWS_ENDPOINT_URL that were meant for tests.",
            "If the service starts again or is moved: retry the call.",
        ],
        ..CALL
    },
    Explanation {
        error: printed("read ECONNRESET"),
        also: &[
            "ECONNRESET",
            "socket hang up",
            "write EPIPE",
            // Python and botocore, Java, Go, Node.js, .NET.
            "Connection reset by peer",
            "SocketException: Connection reset",
            "Remote end closed connection without response",
            "Connection was closed before we received a valid response from endpoint URL",
            "ConnectionClosedError",
            "UND_ERR_SOCKET",
            "The response ended prematurely",
        ],
        happened: "Printed by a function: the other side closed the connection before it answered.",
        look: &[
            "Whether it is the first call of an invocation after a pause: a connection of the \
             invocation before was closed in between. Lambda closes idle ones, too.",
            "The log of the other service at that time: a restart, a limit of connections.",
        ],
        change: &[
            "Retry the call with a new connection: most clients have a setting for it.",
            "Turn keep-alive on, with a time that is shorter than that of the other side.",
            "For a database with too many connections: lower the concurrency, or use a proxy such \
             as RDS Proxy.",
        ],
        ..CALL
    },
    Explanation {
        error: printed("Could not connect to the endpoint URL"),
        also: &["EndpointConnectionError"],
        happened: "Printed by a function with boto3: DNS has no address for this endpoint of AWS, \
                   or nothing listens on it.",
        look: &[
            "The Region in the URL, if it has one: it may be misspelt, or not have the service.",
            "A URL that is not AWS's, such as localhost:4566: it comes from endpoint_url or \
             AWS_ENDPOINT_URL.",
            VPC,
            "In a VPC: whether DNS resolution is enabled for it (enableDnsSupport).",
        ],
        change: &[
            "Leave Region and endpoint out of the code, so that those of Lambda are used.",
            ROUTE,
        ],
        ..CALL
    },
    Explanation {
        error: printed("Could not parse request body into json"),
        also: &[
            "Could not parse payload into json",
            "InvalidRequestContentException",
            "Unable to parse input as JSON",
            "Unable to unmarshal input",
            "Runtime.UnmarshalError",
        ],
        happened: "Printed where a function is called with a payload that is not JSON. Firehose \
                   always sends JSON, so this is another call.",
        lost: "Nothing of the delivery stream, unless the transform makes this call and fails with \
               it: Firehose then reports Lambda.FunctionError.",
        look: &[
            "Who calls: a test with the AWS CLI, a script, or a function that calls another one.",
            "With version 2 of the AWS CLI: it takes --payload for base64.",
        ],
        change: &[
            "With the AWS CLI, add --cli-binary-format raw-in-base64-out, or pass the file: \
             --payload fileb://event.json.",
            "In code, pass the JSON itself: json.dumps(event) in Python, JSON.stringify(event) in \
             Node.js.",
            "Test a transform with an event as Firehose makes it: `fh event`.",
        ],
        again: &["fh event > event.json", INVOKE_DEPLOYED],
        ..BASE
    },
];
