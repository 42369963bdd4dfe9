//! Codes for a call of the transform that failed: nothing usable came back, and
//! the whole batch is tried again.
//!
//! Sources: the developer guide ("Monitor with CloudWatch Logs", "Data
//! transformation") and failure records of 2021 to 2025; what `FunctionError`
//! covers beyond exceptions is from captures that people reported in 2026.

use super::{BLANK, COUNT, DECODE, Explanation, Family, INVOKE, INVOKE_DEPLOYED, MAKE_EVENT, code};

const BASE: Explanation = Explanation {
    family: Family::Lambda,
    lost: "Nothing for good: none of the records is delivered, but each is kept as it was before \
           the transform, in rawData of a failure object below processing-failed/ or your error \
           output prefix. For a destination other than S3 that is in the bucket for backups.",
    again: &[MAKE_EVENT, INVOKE_DEPLOYED],
    ..BLANK
};

/// A function in a VPC that Lambda cannot start.
const VPC: Explanation = Explanation {
    look: &[
        "The VPC configuration of the function: subnets, security groups, free addresses.",
        "Whether the function can be invoked at all, with the second command below.",
    ],
    ..BASE
};

/// A code without a source that we trust.
const RUMOURED: Explanation = Explanation {
    look: &[
        "errorMessage and attemptsMade of the failure record: 1 says that the answer was final, \
         more that the call was repeated.",
        "The function's log at the time of the record.",
    ],
    ..BASE
};

pub(super) const ALL: &[Explanation] = &[
    code::LAMBDA_FUNCTION_ERROR.explained(Explanation {
        also: &[
            "Check your function and make sure the output is in required format. In addition to \
             that, make sure the processed records contain valid result status of Dropped, Ok, or \
             ProcessingFailed",
            "413",
            "body size is too long",
            "Function.ResponseSizeTooLarge",
        ],
        happened: "The function was called, but threw, ended early, or returned what Firehose \
                   takes for an error.",
        look: &[
            "attemptsMade: 4 (unless NumberOfRetries is set) says that the function failed each \
             time; 1 that it answered and the answer was refused.",
            "The function's log: the exception, `Task timed out`, or memory used up in the REPORT \
             line. Each attempt is an invocation of its own there.",
            "The response, if the function did not fail: this code was also seen, for the whole \
             batch, for a result other than Ok, Dropped and ProcessingFailed, for data that is not \
             base64, and for a response without records (Lambda.MissingRecordId was seen for that, \
             too).",
            "The size of the response: over 6 MB, base64 included, Lambda fails the call. Logs \
             then speak of 413 or `body size is too long`.",
        ],
        change: &[
            "Catch errors record by record and answer ProcessingFailed for the bad one, so that it \
             does not take its batch with it.",
            "If the response is too large, lower BufferSizeInMBs of the transform (0.2 to 3, 1 by \
             default): Firehose then sends fewer records at once.",
        ],
        again: &[DECODE, MAKE_EVENT, INVOKE],
        ..BASE
    }),
    code::LAMBDA_FUNCTION_TIMED_OUT.explained(Explanation {
        also: &[
            "Firehose encountered timeout errors when calling AWS Lambda. The maximum supported \
             function timeout is 5 minutes.",
            "Task timed out",
        ],
        happened: "The function did not answer before its own timeout.",
        look: &[
            "The Timeout of the function: it is 3 seconds unless somebody set it.",
            "The function's log: `Task timed out after …`, and how long the invocations before \
             took. A timeout may also be reported as Lambda.FunctionError: both were seen.",
            "What the function waits for: a call to another service, a VPC without a way out.",
        ],
        change: &[
            "Raise the Timeout; beyond 5 minutes Firehose does not wait.",
            "Lower BufferSizeInMBs of the transform (0.2 to 3, 1 by default), so that an invocation \
             has less to do; or give the function more memory.",
        ],
        again: &[MAKE_EVENT, INVOKE, INVOKE_DEPLOYED],
        ..BASE
    }),
    code::LAMBDA_INVOKE_ACCESS_DENIED.explained(Explanation {
        happened: "The role of the delivery stream may not invoke the function.",
        look: &[
            "lambdaARN of the failure record: that is what is invoked, with its version, such as \
             function:NAME:$LATEST.",
            "Resource in the policy of the role: an ARN without a version does not match that one.",
            "Which role: the transform may have a RoleArn of its own, other than the destination's.",
            "Not the commands below for proof: they invoke with your rights. If they work, the \
             function is well and the role is what to fix.",
        ],
        change: &[
            "Allow lambda:InvokeFunction and lambda:GetFunctionConfiguration on both, the ARN of \
             the function and the same with `:*` behind it.",
        ],
        again: &[COUNT, MAKE_EVENT, INVOKE_DEPLOYED],
        ..BASE
    }),
    code::LAMBDA_ASSUME_ROLE_ACCESS_DENIED.explained(Explanation {
        also: &[
            "Access was denied. Ensure that the trust policy for the provided IAM role allows \
             Amazon Data Firehose to assume the role.",
        ],
        happened: "Firehose may not assume the role with which it was to invoke the function.",
        look: &[
            "Whether the role still exists, and which one: the transform may have a RoleArn of its \
             own.",
            "The trust policy of the role.",
        ],
        change: &[
            "Trust firehose.amazonaws.com with sts:AssumeRole. Where there is a condition on \
             sts:ExternalId, it is your account id.",
        ],
        again: &[COUNT],
        ..BASE
    }),
    code::LAMBDA_INVOKE_LIMIT_EXCEEDED.explained(Explanation {
        happened: "Lambda refused the call: too many invocations ran at the same time.",
        look: &[
            "The reserved concurrency of the function: a small number is a limit too.",
            "The limit of the account and the region, and what else runs there.",
        ],
        change: &[
            "Raise or remove the reserved concurrency, or ask for more concurrency for the account.",
            "Make invocations fewer or shorter: a larger transform buffer, a faster function.",
            "Raise NumberOfRetries, where the rush is short.",
        ],
        ..BASE
    }),
    code::LAMBDA_RESOURCE_NOT_FOUND.explained(Explanation {
        happened: "The function that the stream is to invoke does not exist.",
        look: &[
            "LambdaArn in the processors of the delivery stream: name, region, version or alias.",
            "Whether the function, its version or its alias was deleted or created again.",
        ],
        change: &[
            "Point the processor of the stream at a function that exists, or deploy it again.",
        ],
        ..BASE
    }),
    code::LAMBDA_INVALID_SUBNET_ID_EXCEPTION.explained(Explanation {
        happened: "Lambda cannot start the function: a subnet of its VPC configuration is not \
                   valid.",
        change: &["Give the function subnets that exist."],
        ..VPC
    }),
    code::LAMBDA_INVALID_SECURITY_GROUP_ID_EXCEPTION.explained(Explanation {
        happened: "Lambda cannot start the function: a security group of its VPC configuration is \
                   not valid.",
        change: &["Give the function security groups that exist."],
        ..VPC
    }),
    code::LAMBDA_SUBNET_IP_ADDRESS_LIMIT_REACHED_EXCEPTION.explained(Explanation {
        happened: "Lambda cannot start the function: a subnet of it has no free IP address.",
        change: &[
            "Give the function larger subnets or more of them.",
            "Take the function out of the VPC, if it needs nothing in there.",
        ],
        ..VPC
    }),
    code::LAMBDA_ENI_LIMIT_REACHED_EXCEPTION.explained(Explanation {
        happened: "Lambda cannot start the function: the limit of network interfaces is reached.",
        change: &[
            "Ask for more network interfaces, or remove unused ones.",
            "Take the function out of the VPC, if it needs nothing in there.",
        ],
        ..VPC
    }),
    code::LAMBDA_FUNCTION_TIMEOUT.explained(Explanation {
        happened: "By its name, the function did not answer in time.",
        change: &["What Lambda.FunctionTimedOut asks for: the code that was seen in real records."],
        ..RUMOURED
    }),
    code::LAMBDA_INVOCATION_FAILURE.explained(Explanation {
        happened: "By its name, the call of the function failed.",
        change: &[
            "What the errorMessage asks for; fh explain --list has the codes that AWS names.",
        ],
        ..RUMOURED
    }),
    code::LAMBDA_INTERNAL_SERVER_ERROR.explained(Explanation {
        happened: "By its name, Lambda failed with an error of its own.",
        change: &["Nothing at first: see whether it goes on. If it does, ask AWS Support."],
        ..RUMOURED
    }),
    code::LAMBDA_UNKNOWN_FAILURE.explained(Explanation {
        happened: "By its name, the call of the function failed and the cause is not given.",
        change: &["What the function's log asks for, if the call reached it."],
        ..RUMOURED
    }),
];
