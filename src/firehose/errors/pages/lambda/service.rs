//! Codes for what Lambda could not do: find the function, start it, answer.

use super::CALL;
use crate::errors::code::documented;
use crate::errors::pages::{COUNT, DOCTOR, INVOKE_DEPLOYED};
use crate::errors::{Attempts, ErrorCode, Explanation, Scope, code};

const fn lambda(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::Unknown, Scope::Batch).with_message(message)
}

/// A code of a function that Firehose cannot call.
const fn not_called(code: &'static str, message: &'static str) -> ErrorCode {
    lambda(code, message).of_no_call()
}

/// A code for which AWS documents that the call is repeated.
const fn retried(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::AllRetries, Scope::Batch).with_message(message)
}

/// A function in a VPC that Lambda cannot start.
const VPC: Explanation = Explanation {
    look: &[
        "The VPC configuration of the function: subnets, security groups, free addresses.",
        "Whether the function can be invoked at all, with the second command below.",
    ],
    ..CALL
};

/// Lambda as a service.
const OUTAGE: Explanation = Explanation {
    look: &[
        "Whether it continues: Errors and Throttles of the function in CloudWatch, and the AWS \
         Health Dashboard of the Region.",
    ],
    change: &[
        "Nothing at first: Firehose calls again. Raise NumberOfRetries of the transform if its \
         retries are not enough.",
        "If it lasts, ask AWS Support.",
    ],
    ..CALL
};

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: code::LAMBDA_RESOURCE_NOT_FOUND,
        happened: "The function that the stream is to invoke does not exist.",
        look: &[
            "LambdaArn in the processors of the delivery stream: name, Region, version or alias.",
            "Whether the function, its version or its alias was deleted or created again.",
        ],
        change: &[
            "Point the processor of the stream at a function that exists, or deploy it again.",
        ],
        again: &[DOCTOR, COUNT],
        ..CALL
    },
    Explanation {
        error: not_called(
            "Lambda.InvalidSecurityToken",
            "Cannot invoke Lambda function due to invalid security token. Cross partition Lambda \
             invocation is not supported.",
        ),
        happened: "Firehose cannot invoke the function with the role's credentials: the function \
                   is in another AWS partition.",
        look: &[
            "LambdaArn of the processor and the ARN of the delivery stream: both must begin with \
             the same partition, such as arn:aws:, arn:aws-cn: or arn:aws-us-gov:.",
        ],
        change: &["Use a function in the partition of the delivery stream."],
        again: &[DOCTOR, COUNT],
        ..CALL
    },
    Explanation {
        error: not_called(
            "Lambda.InvalidZipFileException",
            "Amazon Data Firehose encountered InvalidZipFileException when invoking the Lambda \
             function. Check your Lambda function configuration settings and the Lambda code zip \
             file.",
        ),
        happened: "Lambda cannot unpack the code of the function: its zip file is not valid.",
        look: &["The deployment package: whether it unpacks, and how the last deployment made it."],
        change: &["Build the zip file again and deploy the function, then invoke it once."],
        again: &["fh event > event.json", INVOKE_DEPLOYED],
        ..CALL
    },
    Explanation {
        error: not_called(
            "Lambda.InvalidSubnetIDException",
            "The specified subnet ID in the Lambda function VPC configuration is invalid. Ensure \
             that the subnet ID is valid.",
        ),
        happened: "Lambda cannot start the function: a subnet of its VPC configuration is not \
                   valid.",
        change: &["Give the function subnets that exist."],
        ..VPC
    },
    Explanation {
        error: not_called(
            "Lambda.InvalidSecurityGroupIDException",
            "The specified security group ID in the Lambda function VPC configuration is invalid. \
             Ensure that the security group ID is valid.",
        ),
        happened: "Lambda cannot start the function: a security group of its VPC configuration is \
                   not valid.",
        change: &["Give the function security groups that exist."],
        ..VPC
    },
    Explanation {
        error: not_called(
            "Lambda.SubnetIPAddressLimitReachedException",
            "AWS Lambda was not able to set up the VPC access for the Lambda function because one \
             or more configured subnets have no available IP addresses. Increase the IP address \
             limit.",
        ),
        happened: "Lambda cannot start the function: a subnet of it has no free IP address.",
        change: &[
            "Give the function larger subnets or more of them.",
            "Take the function out of the VPC, if it needs nothing in there.",
        ],
        ..VPC
    },
    Explanation {
        error: not_called(
            "Lambda.ENILimitReachedException",
            "AWS Lambda was not able to create an Elastic Network Interface (ENI) in the VPC, \
             specified as part of the Lambda function configuration, because the limit for network \
             interfaces has been reached. Increase the network interface limit.",
        ),
        happened: "Lambda cannot start the function: the limit of network interfaces is reached.",
        change: &[
            "Ask for more network interfaces, or remove unused ones.",
            "Take the function out of the VPC, if it needs nothing in there.",
        ],
        ..VPC
    },
    Explanation {
        error: lambda(
            "Lambda.TargetServerFailedToRespond",
            "Amazon Data Firehose encountered an error. Target server failed to respond error when \
             calling the AWS Lambda service.",
        ),
        happened: "Lambda closed the connection without an answer.",
        ..OUTAGE
    },
    Explanation {
        error: retried(
            "Lambda.InternalServerError",
            "Amazon Data Firehose encountered InternalServerError when calling the AWS Lambda \
             service. Amazon Data Firehose will retry sending data a fixed number of times. You \
             can specify or override the retry options using the CreateDeliveryStream or \
             UpdateDestination APIs. If the error persists, contact AWS Lambda support team.",
        ),
        happened: "Lambda failed with an internal error.",
        ..OUTAGE
    },
    Explanation {
        error: retried(
            "Lambda.ServiceUnavailable",
            "Amazon Data Firehose encountered ServiceUnavailableException when calling the AWS \
             Lambda service. Amazon Data Firehose will retry sending data a fixed number of times. \
             You can specify or override the retry options using the CreateDeliveryStream or \
             UpdateDestination APIs. If the error persists, contact AWS Lambda support.",
        ),
        happened: "Lambda was not available.",
        ..OUTAGE
    },
];
