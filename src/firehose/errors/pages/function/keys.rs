//! What is printed where a key is read that does not exist. Python has the same exception for
//! objects and for environment variables, and so has Ruby.

use super::{BASE, INVOKE, MAKE_EVENT, printed};
use crate::errors::Explanation;

/// An exception of Python for two causes.
pub(in crate::errors) const KEY_ERROR: &str = "KeyError";
pub(in crate::errors) const KEY_ERROR_OF_ENVIRON: &str = "KeyError of os.environ";

/// How a function on this machine gets a variable.
const WITH_ENV: &str = "fh invoke --env KEY=VALUE --handler FILE.FUNCTION --event event.json";

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: printed(KEY_ERROR),
        happened: "Printed by a function in Python that reads a key that does not exist: in a \
                   record, in the event, or in os.environ.",
        look: &[
            "The end of the traceback. With `in __getitem__` of os.py, or a line of your code that \
             has `environ`, the name is that of an environment variable: `fh explain 'KeyError of \
             os.environ'`. Any other line reads a record or the event.",
            "The key in the payload of the failing record, which `fh decode` shows: capitals count, \
             and `PRICE` is not `price`.",
            "With 'data', 'kafkaRecordValue', 'kinesisRecordMetadata' or 'mskRecordMetadata': the \
             source. Records of an MSK source have kafkaRecordValue and mskRecordMetadata, all \
             others have data, and those of a Kinesis source have kinesisRecordMetadata.",
            "With 'records', 'recordId' or 'data': whether the event is one of Firehose. Test \
             events of the Lambda console, and those of Kinesis, S3 and SQS, have other keys.",
        ],
        change: &[
            "For a key of the payload, use its name as the record has it, or .get(); or return \
             ProcessingFailed for records without it.",
            "For an MSK source, read kafkaRecordValue of each record and return it under that name.",
            "For a test, make an event with `fh event`; `--source msk` makes one of an MSK source.",
        ],
        again: &["fh decode failed.ndjson", MAKE_EVENT, INVOKE],
        ..BASE
    },
    Explanation {
        error: printed(KEY_ERROR_OF_ENVIRON),
        also: &[
            "KeyError … os.environ",
            "os.environ … KeyError",
            // A traceback is several lines; these are in one.
            "File \"<frozen os>\", line … in __getitem__",
            "/os.py\", line … in __getitem__",
        ],
        happened: "Printed by a function that reads an environment variable that is not set.",
        look: &[
            "The name after KeyError, next to the variables of the deployed function: `aws lambda \
             get-function-configuration --function-name NAME`.",
        ],
        change: &[
            "On this machine, pass the variable with --env KEY=VALUE, or all of them with --env-file.",
            "In Lambda, set it in the configuration of the function, or give it a default: \
             os.environ.get('KEY', 'value').",
        ],
        again: &[MAKE_EVENT, WITH_ENV],
        ..BASE
    },
    Explanation {
        error: printed("key not found (KeyError)"),
        also: &["key not found: … (KeyError)", "KeyError … key not found:"],
        happened: "Printed by a function in Ruby: fetch of a hash, or of ENV, was given a key that \
                   does not exist.",
        look: &[
            "The line of your code. With ENV.fetch, the key is an environment variable; with fetch \
             of another object, it is a key of a record or of the event.",
            "The key in the payload of the failing record, which `fh decode` shows: capitals count, \
             and what JSON.parse returns has no symbols as keys unless symbolize_names is true.",
        ],
        change: &[
            "For a key of the payload, give fetch a default, or return ProcessingFailed for records \
             without it.",
            "For a variable, pass it with --env KEY=VALUE on this machine, and set it in the \
             configuration of the function in Lambda.",
        ],
        again: &["fh decode failed.ndjson", MAKE_EVENT, WITH_ENV],
        ..BASE
    },
];
