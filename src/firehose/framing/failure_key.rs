//! The keys of a failure object: the one list of them.
//!
//! They are constants, not an enum, so that one `match` over the keys of a JSON
//! object can take them together with the keys of other envelopes.

pub(crate) const QUOTED_RAW_DATA: &[u8] = b"\"rawData\"";
pub(crate) const QUOTED_ATTEMPTS: &[u8] = b"\"attemptsMade\"";
const QUOTED_ARRIVAL: &[u8] = b"\"arrivalTimestamp\"";

pub(crate) const RAW_DATA: &[u8] = bare(QUOTED_RAW_DATA);
pub(crate) const ATTEMPTS: &[u8] = bare(QUOTED_ATTEMPTS);
pub(crate) const ARRIVAL: &[u8] = bare(QUOTED_ARRIVAL);
pub(crate) const ATTEMPT_ENDING: &[u8] = b"attemptEndingTimestamp";
/// ARN of the transform, as it is spelled today.
pub(crate) const FUNCTION: &[u8] = b"lambdaARN";
pub(crate) const ERROR_CODE: &[u8] = b"errorCode";
/// Of conversions, and the same in AWS's documentation of those.
pub(crate) const LAST_ERROR_CODE: &[u8] = b"lastErrorCode";
pub(crate) const DOCUMENTED_ERROR_CODE: &[u8] = b"ErrorCode";
pub(crate) const ERROR_MESSAGE: &[u8] = b"errorMessage";
pub(crate) const LAST_ERROR_MESSAGE: &[u8] = b"lastErrorMessage";
pub(crate) const DOCUMENTED_ERROR_MESSAGE: &[u8] = b"ErrorMessage";

/// The same in lower case, as Athena and Glue write the names of columns.
pub(crate) const LOWER_RAW_DATA: &[u8] = b"rawdata";
pub(crate) const LOWER_ATTEMPTS: &[u8] = b"attemptsmade";
pub(crate) const LOWER_ARRIVAL: &[u8] = b"arrivaltimestamp";
pub(crate) const LOWER_ATTEMPT_ENDING: &[u8] = b"attemptendingtimestamp";
pub(crate) const LOWER_FUNCTION: &[u8] = b"lambdaarn";
pub(crate) const LOWER_ERROR_CODE: &[u8] = b"errorcode";
pub(crate) const LOWER_ERROR_MESSAGE: &[u8] = b"errormessage";

/// True for the key of an error code, in each spelling.
pub(crate) fn is_error_code(key: &[u8]) -> bool {
    matches!(key, ERROR_CODE | LAST_ERROR_CODE | DOCUMENTED_ERROR_CODE | LOWER_ERROR_CODE)
}

/// True for the key of an error message, in each spelling.
pub(crate) fn is_error_message(key: &[u8]) -> bool {
    matches!(
        key,
        ERROR_MESSAGE | LAST_ERROR_MESSAGE | DOCUMENTED_ERROR_MESSAGE | LOWER_ERROR_MESSAGE
    )
}

/// True if a key that hardly anything but a failure object has is in `text`.
pub(crate) fn is_marked(text: &[u8]) -> bool {
    const MARKS: [&[u8]; 3] = [QUOTED_RAW_DATA, QUOTED_ATTEMPTS, QUOTED_ARRIVAL];
    MARKS.iter().any(|mark| memchr::memmem::find(text, mark).is_some())
}

const fn bare(quoted: &[u8]) -> &[u8] {
    match quoted {
        [b'"', key @ .., b'"'] => key,
        _ => quoted,
    }
}
