//! What the SDKs of AWS print where a function that calls AWS lacks something.

use super::{BASE, printed};
use crate::errors::Explanation;
use crate::errors::pages::MAKE_EVENT;

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: printed("Unable to locate credentials"),
        also: &[
            "NoCredentialsError",
            "Could not load credentials from any providers",
            "CredentialsProviderError",
            // The SDKs for JavaScript (v2), Java (v1, v2), Go (v1, v2), .NET, Ruby.
            "Missing credentials in config",
            "Unable to load AWS credentials from any provider in the chain",
            "Unable to load credentials from any of the providers in the chain",
            "NoCredentialProviders",
            "no EC2 IMDS role found",
            "failed to retrieve credentials",
            "failed to refresh cached credentials",
            "Unable to get IAM security credentials from EC2 Instance Metadata Service",
            "MissingCredentialsError",
        ],
        happened: "Printed by a function that calls AWS and has no credentials.",
        look: &[
            "Where it runs: `fh invoke` gives a function on this machine no credentials unless \
             asked to. In Lambda they come from its execution role.",
        ],
        change: &[
            "On this machine, add --pass-credentials: the function then has those of your login.",
            "In Lambda, remove AWS keys and profiles from the code, so that the role is used.",
        ],
        again: &[
            MAKE_EVENT,
            "fh invoke --pass-credentials --handler FILE.FUNCTION --event event.json",
        ],
        ..BASE
    },
    Explanation {
        error: printed("You must specify a region"),
        also: &[
            "NoRegionError",
            // The SDKs for JavaScript (v3, v2), Java (v2, v1), Go, .NET, Ruby.
            "Region is missing",
            "Missing region in config",
            "Unable to load region from any of the providers in the chain",
            "Unable to find a region via the region provider chain",
            "Could not find region information for",
            "Invalid Configuration: Missing Region",
            "No RegionEndpoint or ServiceURL configured",
            "MissingRegionError",
        ],
        happened: "Printed by a function that calls AWS and does not know in which Region.",
        look: &[
            "Whether the code sets the Region to a variable that is empty.",
            "Where it runs: Lambda and `fh invoke` set AWS_REGION. A program that is started in \
             another way has what its shell has.",
        ],
        change: &[
            "Leave the Region out of the code, so that AWS_REGION is used; or give it to the \
             client: boto3.client('s3', region_name='eu-west-1').",
            "If the code reads another variable, pass it with --env, and set it in the \
             configuration of the function.",
        ],
        again: &[
            MAKE_EVENT,
            "fh invoke --env KEY=VALUE --handler FILE.FUNCTION --event event.json",
        ],
        ..BASE
    },
];
