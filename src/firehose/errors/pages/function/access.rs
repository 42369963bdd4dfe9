//! What the SDKs of AWS print where a function that calls AWS lacks something, and Lambda
//! where its role does (developer guide, "Giving Lambda functions access to resources in a VPC").

use super::{BASE, printed};
use crate::errors::code::documented;
use crate::errors::pages::{DOCTOR, MAKE_EVENT};
use crate::errors::{Attempts, Explanation, Scope};

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
    Explanation {
        error: documented("CreateNetworkInterface", Attempts::Unknown, Scope::Batch),
        also: &[
            "The provided execution role does not have permissions to call CreateNetworkInterface \
             on EC2",
            "does not have permissions to call CreateNetworkInterface",
            "does not have permissions to call DescribeNetworkInterfaces",
            "does not have permissions to call DeleteNetworkInterface",
        ],
        happened: "Printed by Lambda: the function is to run in a VPC, and its execution role may \
                   not create the network interfaces for that.",
        lost: "Nothing by itself: Lambda refuses the VPC configuration. If a transform cannot be \
               called for it, Firehose keeps each record as it was before the transform, in rawData \
               of a failure object.",
        look: &[
            "The execution role of the function, not the role of the delivery stream: `aws lambda \
             get-function-configuration --function-name NAME --query Role`.",
            "Whether the function needs the VPC at all: a transform that calls nothing in it does \
             not.",
        ],
        change: &[
            "Attach AWSLambdaVPCAccessExecutionRole to that role: `aws iam attach-role-policy \
             --role-name ROLE --policy-arn \
             arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole`.",
            "Or allow ec2:CreateNetworkInterface, ec2:DescribeNetworkInterfaces, \
             ec2:DescribeSubnets, ec2:DeleteNetworkInterface, ec2:AssignPrivateIpAddresses and \
             ec2:UnassignPrivateIpAddresses in its policy.",
            "Wait a moment after the role was changed: IAM takes some seconds to apply it.",
        ],
        again: &[DOCTOR],
        ..BASE
    },
];
