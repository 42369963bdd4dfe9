//! Writes failure records, as Firehose does today.

use crate::bytes::push_base64;
use crate::framing::failure_key as key;
use crate::json::push_string;

/// A record that failed before it reached its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedRecord<'a> {
    /// The record as it came, before decompression and the transform.
    pub payload: &'a [u8],
    /// What happened.
    pub code: &'a str,
    /// That in words.
    pub message: &'a str,
    /// How often Firehose tried.
    pub attempts: u32,
    /// When the record arrived, in milliseconds since 1970.
    pub arrival: i64,
    /// When the last attempt ended, in milliseconds since 1970.
    pub attempt_ending: i64,
    /// ARN of the transform; `None` where it was not called.
    pub function: Option<&'a str>,
}

impl FailedRecord<'_> {
    /// Appends the record and a newline: keys in the order of objects since 2025,
    /// `lambdaARN` in this spelling, numbers as numbers, one record per line.
    pub fn push(&self, out: &mut Vec<u8>) {
        push_key(key::RAW_DATA, b'{', out);
        out.push(b'"');
        push_base64(self.payload, out);
        out.push(b'"');
        push_key(key::ERROR_CODE, b',', out);
        push_string(out, self.code);
        push_key(key::ERROR_MESSAGE, b',', out);
        push_string(out, self.message);
        for (key, number) in [
            (key::ATTEMPTS, self.attempts.into()),
            (key::ARRIVAL, self.arrival),
            (key::ATTEMPT_ENDING, self.attempt_ending),
        ] {
            push_key(key, b',', out);
            out.extend_from_slice(number.to_string().as_bytes());
        }
        if let Some(function) = self.function {
            push_key(key::FUNCTION, b',', out);
            push_string(out, function);
        }
        out.extend_from_slice(b"}\n");
    }
}

fn push_key(key: &[u8], before: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(&[before, b'"']);
    out.extend_from_slice(key);
    out.extend_from_slice(b"\":");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureRecord;
    use crate::json::Token;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:orders:$LATEST";

    #[test]
    fn a_record_is_written_like_those_of_today() {
        let record = FailedRecord {
            payload: b"{\"a\":1}",
            code: "Lambda.FunctionError",
            message: "The Lambda function was successfully invoked but it returned an error result.",
            attempts: 4,
            arrival: 1_795_341_600_123,
            attempt_ending: 1_795_341_688_540,
            function: Some(FUNCTION),
        };
        let mut out = Vec::new();
        record.push(&mut out);
        FailedRecord { code: "Decompression failed.", attempts: 1, function: None, ..record }
            .push(&mut out);
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        {"rawData":"eyJhIjoxfQ==","errorCode":"Lambda.FunctionError","errorMessage":"The Lambda function was successfully invoked but it returned an error result.","attemptsMade":4,"arrivalTimestamp":1795341600123,"attemptEndingTimestamp":1795341688540,"lambdaARN":"arn:aws:lambda:eu-west-1:111122223333:function:orders:$LATEST"}
        {"rawData":"eyJhIjoxfQ==","errorCode":"Decompression failed.","errorMessage":"The Lambda function was successfully invoked but it returned an error result.","attemptsMade":1,"arrivalTimestamp":1795341600123,"attemptEndingTimestamp":1795341688540}
        "#);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            payload in any::<Vec<u8>>(),
            code in any::<String>(),
            message in any::<String>(),
            attempts in any::<u32>(),
            arrival in 0..i64::MAX,
            attempt_ending in 0..i64::MAX,
            function in any::<Option<String>>(),
        ) {
            let function = function.as_deref();
            let written = FailedRecord {
                payload: &payload, code: &code, message: &message, attempts, arrival, attempt_ending, function,
            };
            let mut out = Vec::new();
            written.push(&mut out);
            prop_assert_eq!(memchr::memchr(b'\n', &out), Some(out.len() - 1));
            let read = FailureRecord::read(&out);
            let text = |token: Option<Token<'_>>| token.and_then(Token::string).map(String::from);
            prop_assert_eq!((text(read.code), text(read.message)), (Some(code), Some(message)));
            prop_assert_eq!(read.attempts, Some(attempts.into()));
            prop_assert_eq!(read.arrival, Some(arrival));
            prop_assert_eq!(read.attempt_ending, Some(attempt_ending));
            prop_assert_eq!(text(read.function), function.map(str::to_owned));
            let data = Token::new(&out).get(b"rawData").and_then(Token::string_bytes).unwrap();
            prop_assert_eq!(STANDARD.decode(data).unwrap(), payload);
        }
    }
}
