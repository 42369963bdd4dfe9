//! An error of a function, as its runtime or Lambda tells it.

use std::fmt;
use std::time::Duration;

use crate::json::{self, Token};

/// An error as a runtime reports it to Lambda.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionError {
    /// `KeyError`, `Runtime.ImportModuleError`; empty if there was none.
    pub error_type: String,
    /// What the error says; empty if it says nothing.
    pub message: String,
    /// The stack, an entry a frame, as the runtime writes it.
    pub stack: Vec<String>,
    /// All that the runtime sent.
    pub payload: Vec<u8>,
}

impl FunctionError {
    /// Reads `errorType`, `errorMessage` and `stackTrace` (Python, Java) or
    /// `trace` (Node.js) from what a runtime sent. What is missing or of
    /// another type stays empty, and no payload is an error in itself.
    pub fn parse(payload: &[u8]) -> Self {
        let mut error = Self { payload: payload.to_vec(), ..Self::default() };
        let start = json::skip_space(payload, 0);
        for field in json::fields(payload, start).map_while(Result::ok) {
            match field.key {
                b"errorType" => error.error_type = text(field.value),
                b"errorMessage" => error.message = text(field.value),
                b"stackTrace" | b"trace" => {
                    let frames = field.value.elements().map_while(Result::ok);
                    error.stack = frames.map(|(frame, _)| text(frame)).collect();
                }
                _ => {}
            }
        }
        error
    }

    /// True if Lambda says that the function did not answer in time. Its
    /// object has the type `Sandbox.Timedout`, or none: that of an exception of
    /// the function is another one, whatever its message.
    pub fn is_timeout(&self) -> bool {
        match self.error_type.as_str() {
            "Sandbox.Timedout" => true,
            "" => self.message.contains(TIMED_OUT),
            _ => false,
        }
    }

    /// The timeout that the message tells.
    pub fn time_limit(&self) -> Option<Duration> {
        let seconds = self.message.split(TIMED_OUT).nth(1)?.split(' ').next()?;
        Duration::try_from_secs_f64(seconds.parse().ok()?).ok()
    }
}

/// What stands before the seconds of a timeout in Lambda's messages:
/// `… Task timed out after 3.00 seconds`.
const TIMED_OUT: &str = "Task timed out after ";

/// The text of a token, but nothing for `null`: of an error without a message
/// only the type is shown.
fn text(value: Token<'_>) -> String {
    if value.is_null() { String::new() } else { value.text().into_owned() }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.error_type.as_str(), self.message.as_str()) {
            ("", "") => write!(f, "it gave no reason"),
            ("", text) | (text, "") => write!(f, "{text}"),
            (kind, message) => write!(f, "{kind}: {message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_both_runtimes_are_read() {
        let python = FunctionError::parse(
            br#" {"errorMessage":"'a'","errorType":"KeyError","stackTrace":["  File \"app.py\"\n"]}"#,
        );
        assert_eq!(python.to_string(), "KeyError: 'a'");
        assert_eq!(python.stack, ["  File \"app.py\"\n"]);
        let node =
            FunctionError::parse(br#"{"errorType":"Error","errorMessage":"","trace":["Error"]}"#);
        assert_eq!((node.to_string().as_str(), node.stack.len()), ("Error", 1));
        assert_eq!(FunctionError::parse(b"boom").to_string(), "it gave no reason");
    }

    #[test]
    fn only_lambda_says_that_a_function_timed_out() {
        let timeout_ms = |payload: &[u8]| {
            let error = FunctionError::parse(payload);
            error.is_timeout().then(|| error.time_limit().map(|limit| limit.as_millis()))
        };
        let message = "2026-11-22T10:00:00.123Z 8f507cfc Task timed out after 3.50 seconds";
        let untyped = format!(r#"{{"errorMessage":"{message}"}}"#);
        assert_eq!(timeout_ms(untyped.as_bytes()), Some(Some(3500)));
        let typed = format!(r#"{{"errorType":"Sandbox.Timedout","errorMessage":"{message}"}}"#);
        assert_eq!(timeout_ms(typed.as_bytes()), Some(Some(3500)));
        assert_eq!(timeout_ms(br#"{"errorType":"Sandbox.Timedout"}"#), Some(None));
        let raised = format!(r#"{{"errorType":"TimeoutError","errorMessage":"{message}"}}"#);
        assert_eq!(timeout_ms(raised.as_bytes()), None);
    }
}
