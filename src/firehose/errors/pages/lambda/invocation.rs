//! Codes for a call of the transform that failed: nothing usable came back, and
//! the whole batch is tried again.
//!
//! Sources: the developer guide, also "Data transformation", and failure records
//! of 2021 to 2025; what `FunctionError` covers beyond exceptions is from captures
//! that people reported in 2026.

use super::CALL;
use crate::errors::code::{documented, unconfirmed};
use crate::errors::pages::{
    COUNT, DECODE, DOCTOR, INVOKE, INVOKE_DEPLOYED, ISOLATE, MAKE_EVENT, TRUST_FIREHOSE, case,
};
use crate::errors::{Attempts, ErrorCode, Explanation, Scope, code};

const KMS_DENIED: &str = "Lambda was unable to decrypt the environment variables because KMS \
                          access was denied.";

const fn lambda(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::Unknown, Scope::Batch).with_message(message)
}

/// A code of emulators and blogs.
const RUMORED: Explanation = Explanation {
    look: &[
        "errorMessage and attemptsMade of the failure record: 1 means that the answer was \
 final, more than 1 that the call was repeated.",
        "The function's log at the time of the record.",
    ],
    ..CALL
};

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: code::LAMBDA_FUNCTION_ERROR,
        also: &[
            code::INVALID_OUTPUT_STRUCTURE,
            "413",
            "body size is too long",
            "Function.ResponseSizeTooLarge",
            "Failed to post handler success response. Http response code: 413",
            "payload too large",
            "6 MB",
        ],
        happened: "The function was called, but threw, ended early, or returned what Firehose \
                   treats as an error.",
        look: &[
            "attemptsMade: 4 (unless NumberOfRetries is set) means that the function failed each \
 time; 1 means that it answered and Firehose refused the answer.",
            "The function's log: the exception, `Task timed out`, or a REPORT line with all memory \
 used. Each attempt is an invocation of its own there.",
            "The response, if the function did not fail: this code was also seen, for the whole \
             batch, for a result other than Ok, Dropped and ProcessingFailed, for data that is not \
             base64 (AWS documents Lambda.JsonMappingException for that), and for a response \
             without records (Lambda.MissingRecordId was seen for that, too).",
            "The size of the response: over 6 MB, base64 included, Lambda fails the call. Logs \
             then have 413 or `body size is too long`.",
            "The KMS key of the function's environment variables: Lambda may have been denied \
             access to it.",
        ],
        cases: &[
            case(
                "Response payload size … exceeded maximum allowed payload size",
                "The response is over 6 MB, base64 included: Lambda fails the call. Lower the \
                 transform's BufferSizeInMBs, or return less.",
            ),
            case(
                "Check your function and make sure the output is in … required format.",
                "The response is not one that Firehose accepts. Return {\"records\": [...]} with \
                 recordId, result and data in each, and write results exactly Ok, Dropped or \
                 ProcessingFailed.",
            )
            .of_answer(),
            case(
                KMS_DENIED,
                "The function could not start. Allow its execution role kms:Decrypt on the key of \
                 its environment variables, in the role's policy and in the key policy.",
            ),
        ],
        cases_are_whole: true,
        change: &[
            "Catch errors record by record and return ProcessingFailed for the bad one, so that it \
             does not take its batch with it.",
            "If the response is too large, lower the transform's BufferSizeInMBs (0.2 to 3, 1 by \
             default): Firehose then sends fewer records at once.",
        ],
        again: &[DECODE, MAKE_EVENT, INVOKE, ISOLATE],
        ..CALL
    },
    Explanation {
        error: code::LAMBDA_FUNCTION_TIMED_OUT,
        // The last is how REPORT lines and logs in JSON have it.
        also: &["Task timed out", "Sandbox.Timedout", "Status: timeout"],
        happened: "The function did not answer before its own timeout.",
        look: &[
            "The Timeout of the function: it is 3 seconds unless it was set.",
            "The function's log: `Task timed out after …`, and how long the invocations before \
             took. A timeout may also be reported as Lambda.FunctionError: both were seen.",
            "What the function waits for: a call to another service, a VPC without internet access.",
        ],
        cases: &[case(
            "Phase: init … Status: timeout",
            "The function did not start in 10 seconds. Do less outside the handler: what it imports, \
             and what it calls there. Give it more memory, which brings more CPU.",
        )],
        change: &[
            "Raise the Timeout, up to 5 minutes: Firehose does not wait longer.",
            "Lower the transform's BufferSizeInMBs (0.2 to 3, 1 by default), so that an invocation \
             has less to do; or give the function more memory.",
        ],
        again: &[MAKE_EVENT, INVOKE, ISOLATE, INVOKE_DEPLOYED],
        ..CALL
    },
    Explanation {
        error: code::LAMBDA_INVOCATION_FAILURE,
        happened: "The call of the function failed, for one of four causes; the message names it.",
        look: &[
            "The message of the failure record or the error event.",
            "How long the function runs: its log has the duration of each invocation.",
        ],
        cases: &[
            case(
                "Firehose encountered timeout errors when calling AWS Lambda. The maximum supported \
                 function timeout is 5 minutes.",
                "The function ran for more than 5 minutes, and Firehose does not wait longer. Give \
                 it less to do at once (a lower BufferSizeInMBs) or more memory, and set its \
                 Timeout to 5 minutes at most.",
            ),
            case(
                "Firehose encountered a KMSInvalidStateException from Lambda.",
                "Lambda cannot decrypt the environment variables of the function: their KMS key is \
                 disabled or pending deletion. Enable it, or encrypt them with another key.",
            ),
            case(
                "Lambda was unable to initialize the provided container image.",
                "The container image of the function does not start. Check that it is still in \
                 its registry, has the architecture of the function, and starts a Lambda runtime.",
            ),
            case(
                "Firehose encountered errors when calling AWS Lambda. The operation will be \
                 retried",
                "Lambda itself failed. Firehose tries again; if it lasts, ask AWS Support.",
            ),
        ],
        change: &["Fix what the message names; without a message, start with the duration."],
        ..CALL
    },
    Explanation {
        error: lambda(
            code::LAMBDA_FUNCTION_REQUEST_TIMED_OUT,
            "Amazon Data Firehose encountered Request did not complete before the request timeout \
             configuration error when invoking Lambda. Revisit the Lambda code to check if the \
             Lambda code is meant to run beyond the configured timeout. If so, consider tuning \
             Lambda configuration settings, including memory, timeout.",
        ),
        happened: "The request to Lambda did not complete in the time that Firehose gives it.",
        look: &[
            "How long the function runs, in its log, compared with its Timeout and the 5 minutes that \
             Firehose waits at most.",
        ],
        change: &[
            "Make invocations shorter: more memory, or a lower BufferSizeInMBs for the transform.",
            "Raise the function's Timeout, up to 5 minutes.",
        ],
        ..CALL
    },
    Explanation {
        error: code::LAMBDA_INVOKE_ACCESS_DENIED,
        happened: "The role of the delivery stream may not invoke the function.",
        look: &[
            "lambdaARN of the failure record: that is what is invoked, with its version, such as \
             function:NAME:$LATEST.",
            "Resource in the policy of the role: an ARN without a version does not match that one.",
            "Which role: the transform may have a RoleArn of its own, other than the destination's.",
            "What the role may do, not what you may do: an invocation of your own proves nothing \
             about it. `fh doctor` asks IAM about the role.",
        ],
        change: &[
            "Allow lambda:InvokeFunction and lambda:GetFunctionConfiguration on both the ARN of \
             the function and the same ARN followed by `:*`.",
        ],
        again: &[DOCTOR, COUNT],
        ..CALL
    },
    Explanation {
        error: code::LAMBDA_ASSUME_ROLE_ACCESS_DENIED,
        happened: "Firehose may not assume the role for invoking the function.",
        look: &[
            "Whether the role still exists, and which one: the transform may have a RoleArn of its \
             own.",
            "The trust policy of the role.",
        ],
        change: &[TRUST_FIREHOSE],
        again: &[DOCTOR, COUNT],
        ..CALL
    },
    Explanation {
        error: code::LAMBDA_INVOKE_LIMIT_EXCEEDED,
        also: &[
            "TooManyRequestsException",
            "Rate Exceeded",
            "ReservedFunctionConcurrentInvocationLimitExceeded",
        ],
        happened: "Lambda refused the call: too many invocations ran at the same time.",
        look: &[
            "The reserved concurrency of the function: a small number is a limit too.",
            "The limit of the account and the Region, and what else runs there.",
            "For `Rate exceeded` in the function's own log, the service that it called: that one \
             throttled the function.",
        ],
        change: &[
            "Raise or remove the reserved concurrency, or ask for more concurrency for the account.",
            "Make invocations fewer or shorter: a larger transform buffer, a faster function.",
            "Raise NumberOfRetries, if the peaks are short.",
        ],
        again: &[DOCTOR, COUNT],
        ..CALL
    },
    Explanation {
        error: unconfirmed("Lambda.FunctionTimeout", Attempts::Unknown, Scope::Unknown),
        happened: "The name suggests that the function did not answer in time.",
        change: &["Follow `fh explain Lambda.FunctionTimedOut`, AWS's own code for this."],
        ..RUMORED
    },
    Explanation {
        error: unconfirmed("Lambda.UnknownFailure", Attempts::Unknown, Scope::Unknown),
        happened: "The name suggests that the call of the function failed for an unknown cause.",
        change: &["Fix what the function's log shows, if the call reached the function."],
        ..RUMORED
    },
];
