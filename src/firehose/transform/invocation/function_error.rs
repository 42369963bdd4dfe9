//! An error of a function, as its runtime or Lambda tells it.

use std::fmt;
use std::time::Duration;

use crate::json::{self, Token};
use crate::limits::MAX_FUNCTION_TIMEOUT;
use crate::transform::rule::Rule;

/// An error as a runtime reports it to Lambda.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionError {
    /// `KeyError`, `Runtime.ImportModuleError`; empty if there was none.
    pub error_type: String,
    /// What the error says; empty if it says nothing.
    pub message: String,
    /// The stack, an entry a frame, as the runtime writes it.
    pub stack: Vec<String>,
    /// What it wraps, as runtimes of Java and .NET report it: the outermost first. These
    /// have no causes of their own and nothing below.
    pub causes: Vec<Self>,
    /// It wraps several that do not wrap each other: an `AggregateException` of .NET.
    pub wraps_several: bool,
    /// The folder of the code, in which the stack has its files; `None` for
    /// Lambda's.
    pub code: Option<String>,
    /// All that the runtime sent.
    pub payload: Vec<u8>,
    /// The command that installs what is missing here and is part of Lambda's
    /// runtime: then it says nothing about Firehose.
    pub install: Option<String>,
}

/// What Lambda's Python runtime has besides the standard library: boto3 and what
/// that needs (Lambda developer guide, "Working with .zip file archives for
/// Python Lambda functions").
const PYTHON_PACKAGES: [&str; 7] =
    ["boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"];

/// Most errors that are read of what one wraps, and of several those that are named.
const MAX_CAUSES: usize = 10;
const MAX_NAMED: usize = 3;

impl FunctionError {
    /// True if the runtime finds no function by the name of the handler.
    pub(super) fn is_of_handler_name(&self) -> bool {
        matches!(
            self.error_type.as_str(),
            "Runtime.HandlerNotFound" | "Runtime.MalformedHandlerName"
        )
    }

    /// True if Lambda did not take the response for its size. Not every emulator names the
    /// error.
    pub(in crate::transform) fn is_of_response_size(&self) -> bool {
        self.error_type == "Function.ResponseSizeTooLarge"
            || self.message.to_ascii_lowercase().contains("exceeded maximum allowed payload size")
    }

    /// True if the runtime takes no handler with a callback: from nodejs24.x on.
    pub(super) fn is_of_callback(&self) -> bool {
        self.error_type == "Runtime.CallbackHandlerDeprecated"
    }

    /// Reads `errorType`, `errorMessage`, `stackTrace` (Python, Java) or `trace`
    /// (Node.js), and `cause` (Java, .NET) or `causes` (.NET) from what a runtime sent.
    /// What is missing or of another type stays empty, and no payload is an error in
    /// itself.
    pub fn parse(payload: &[u8]) -> Self {
        let mut causes = Vec::new();
        let error = Self::read(payload, &mut causes);
        Self { payload: payload.to_vec(), causes, ..error }
    }

    /// Reads one error of an object, and those that it wraps into `causes`.
    fn read(object: &[u8], causes: &mut Vec<Self>) -> Self {
        let mut error = Self::default();
        let (mut cause, mut several) = (None, Vec::new());
        let start = json::skip_space(object, 0);
        for field in json::fields(object, start).map_while(Result::ok) {
            match field.name().as_ref() {
                b"cause" => cause = Some(field.value),
                b"causes" => {
                    let elements = field.value.elements().map_while(Result::ok);
                    several = elements.map(|(cause, _)| cause).take(MAX_CAUSES).collect();
                }
                b"errorType" => error.error_type = text(field.value),
                b"errorMessage" => error.message = text(field.value),
                b"stackTrace" | b"trace" => {
                    let frames = field.value.elements().map_while(Result::ok);
                    error.stack = frames.map(|(frame, _)| text(frame)).collect();
                }
                _ => {}
            }
        }
        error.wraps_several = several.len() > 1;
        for cause in cause.into_iter().chain(several) {
            Self::read_cause(cause, causes);
        }
        error
    }

    /// Adds an error that another one wraps, unless it is there: .NET writes the first
    /// of several twice.
    fn read_cause(cause: Token<'_>, causes: &mut Vec<Self>) {
        let place = causes.len();
        if place == MAX_CAUSES {
            return;
        }
        // Its own causes come after it.
        causes.push(Self::default());
        let error = Self::read(cause.raw(), causes);
        let is_known = error == Self::default() || causes.contains(&error);
        if is_known {
            causes.truncate(place);
        } else if let Some(slot) = causes.get_mut(place) {
            *slot = error;
        }
    }

    /// The error that all began with, where this one wraps it.
    fn root(&self) -> Option<&Self> {
        let is_named = |it: &&Self| !(it.error_type.is_empty() && it.message.is_empty());
        self.causes.iter().rev().find(is_named)
    }

    /// Type and message, as far as there are any, without what it wraps.
    pub fn head(&self) -> String {
        match (self.error_type.as_str(), self.own_message().as_str()) {
            ("", "") => "it gave no reason".to_owned(),
            ("", text) | (text, "") => text.to_owned(),
            (kind, message) => format!("{kind}: {message}"),
        }
    }

    /// The message without those of what it wraps, which .NET puts after it in parentheses:
    /// `One or more errors occurred. (no price) (no name)`.
    fn own_message(&self) -> String {
        let mut message = self.message.clone();
        for cause in self.causes.iter().filter(|cause| !cause.message.is_empty()) {
            let in_parentheses = format!(" ({})", cause.message);
            if let Some(at) = message.find(&in_parentheses) {
                message.replace_range(at..at + in_parentheses.len(), "");
            }
        }
        message
    }

    /// What it wraps that is to be named: the first of several, else the innermost.
    fn named_causes(&self) -> Vec<String> {
        if !self.wraps_several {
            return self.root().map(Self::head).into_iter().collect();
        }
        let mut named: Vec<_> = self.causes.iter().take(MAX_NAMED).map(Self::head).collect();
        let more = self.causes.len().saturating_sub(named.len());
        named.extend((more > 0).then(|| format!("{more} more")));
        named
    }

    /// The package of Python that is missing, if Lambda's runtime has it.
    pub fn missing_python_package(&self) -> Option<&'static str> {
        let name = quoted_after(&self.message, "No module named ")?;
        let top = name.split('.').next()?;
        let package = PYTHON_PACKAGES.into_iter().find(|package| *package == top)?;
        Some(if package == "dateutil" { "python-dateutil" } else { package })
    }

    /// The package of Node.js that is missing, if Lambda's runtime has it: those
    /// of the AWS SDK for JavaScript v3.
    pub fn missing_node_package(&self) -> Option<String> {
        let name = quoted_after(&self.message, "Cannot find package ")
            .or_else(|| quoted_after(&self.message, "Cannot find module "))?;
        let mut parts = name.split('/');
        let (scope, package) = (parts.next()?, parts.next()?);
        let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
        let is_known = matches!(scope, "@aws-sdk" | "@smithy") && package.chars().all(is_plain);
        is_known.then(|| format!("{scope}/{package}"))
    }

    /// True if the AWS SDK for JavaScript v2 is missing, which newer runtimes do not have.
    pub(super) fn is_of_sdk_v2(&self) -> bool {
        let message = self.message.as_str();
        let name = quoted_after(message, "Cannot find module ")
            .or_else(|| quoted_after(message, "Cannot find package "));
        name.is_some_and(|name| name == "aws-sdk" || name.starts_with("aws-sdk/"))
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

    /// The rule that a response breaks which is this error.
    pub(in crate::transform) fn rule(&self) -> Rule {
        match (self.is_timeout(), self.time_limit()) {
            (true, Some(limit)) if limit > MAX_FUNCTION_TIMEOUT => Rule::FunctionTooLong,
            (true, _) => Rule::FunctionTimedOut,
            (false, _) => Rule::FunctionError,
        }
    }

    /// The timeout that the message tells.
    pub fn time_limit(&self) -> Option<Duration> {
        let seconds = self.message.split(TIMED_OUT).nth(1)?.split(' ').next()?;
        Duration::try_from_secs_f64(seconds.parse().ok()?).ok()
    }
}

/// The text between single quotes after `start`.
fn quoted_after<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.split_once(start)?.1.strip_prefix('\'')?.split('\'').next()
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
    /// What it is, and what it wraps where its own message does not end with that, as
    /// that of Java's `new RuntimeException(cause)` does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.head();
        f.write_str(&head)?;
        let causes: Vec<_> =
            self.named_causes().into_iter().filter(|cause| !head.contains(cause)).collect();
        if causes.is_empty() { Ok(()) } else { write!(f, ", caused by {}", causes.join("; ")) }
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
    fn what_an_error_wraps_is_read_to_the_innermost() {
        let error = FunctionError::parse(
            br#"{"errorType":"A","errorMessage":"a","cause":{"errorType":"B","errorMessage":"b",
                "stackTrace":["b.B(B.java:2)"],"cause":{"errorType":"C","errorMessage":"c"}}}"#,
        );
        let heads: Vec<_> = error.causes.iter().map(FunctionError::head).collect();
        assert_eq!(heads, ["B: b", "C: c"]);
        assert_eq!(error.to_string(), "A: a, caused by C: c");
        let quoting = FunctionError::parse(
            br#"{"errorType":"A","errorMessage":"B: b","cause":{"errorType":"B","errorMessage":"b"}}"#,
        );
        assert_eq!(quoting.to_string(), "A: B: b", "the message has it");
        let dotnet = FunctionError::parse(
            br#"{"errorType":"A","cause":{"errorType":"B"},"causes":[{"errorType":"B"},{"errorType":"C"}]}"#,
        );
        assert_eq!(dotnet.causes.len(), 2, "{dotnet:?}");
    }

    /// .NET writes the first of several twice, and all messages into its own.
    #[test]
    fn each_error_that_an_aggregate_wraps_is_named_once() {
        let of = |count: usize| {
            let one = |number| format!(r#"{{"errorType":"E{number}","errorMessage":"m{number}"}}"#);
            let all: Vec<_> = (1..=count).map(one).collect();
            let messages: Vec<_> = (1..=count).map(|number| format!("(m{number})")).collect();
            let text = format!(
                r#"{{"errorType":"AggregateException","errorMessage":"One or more errors occurred. {}",
                    "cause":{},"causes":[{}]}}"#,
                messages.join(" "),
                all[0],
                all.join(",")
            );
            FunctionError::parse(text.as_bytes()).to_string()
        };
        let start = "AggregateException: One or more errors occurred.";
        assert_eq!(of(2), format!("{start}, caused by E1: m1; E2: m2"));
        assert_eq!(of(5), format!("{start}, caused by E1: m1; E2: m2; E3: m3; 2 more"));
        assert_eq!(of(1), format!("{start}, caused by E1: m1"));
    }

    #[test]
    fn causes_are_bounded_and_nothing_is_made_of_what_is_no_object() {
        let deep = "{\"errorType\":\"A\",\"cause\":".repeat(10_000);
        assert!(FunctionError::parse(deep.as_bytes()).causes.len() <= MAX_CAUSES);
        let closed = format!("{{\"errorType\":\"A\",\"cause\":{{}}{}", "}".repeat(9));
        for text in [&closed, r#"{"cause":null,"causes":7}"#, r#"{"cause":"x","causes":[1,[]]}"#] {
            assert_eq!(FunctionError::parse(text.as_bytes()).causes, [], "{text}");
        }
        let mut nested = "{}".to_owned();
        for level in 0..20 {
            nested = format!("{{\"errorType\":\"E{level}\",\"cause\":{nested}}}");
        }
        let error = FunctionError::parse(nested.as_bytes());
        assert_eq!((error.error_type.as_str(), error.causes.len()), ("E19", MAX_CAUSES));
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

    #[test]
    fn only_what_is_in_lambdas_runtime_is_missing_here_alone() {
        let python = |message: &str| {
            let error = FunctionError { message: message.to_owned(), ..FunctionError::default() };
            error.missing_python_package()
        };
        let prefix = "Unable to import module 'app': ";
        assert_eq!(python(&format!("{prefix}No module named 'boto3'")), Some("boto3"));
        assert_eq!(python("No module named 'botocore.exceptions'"), Some("botocore"));
        assert_eq!(python("No module named 'pandas'"), None);
        assert_eq!(python("'boto3'"), None);
        let node = |message: &str| {
            let error = FunctionError { message: message.to_owned(), ..FunctionError::default() };
            error.missing_node_package()
        };
        let esm = "Cannot find package '@aws-sdk/client-s3' imported from /var/task/index.mjs";
        assert_eq!(node(esm).as_deref(), Some("@aws-sdk/client-s3"));
        let cjs = "Cannot find module '@aws-sdk/lib-dynamodb/dist'\nRequire stack:\n- /a.js";
        assert_eq!(node(cjs).as_deref(), Some("@aws-sdk/lib-dynamodb"));
        assert_eq!(
            node("Cannot find module 'aws-sdk'"),
            None,
            "v2 is not in the runtimes of today"
        );
        assert_eq!(node("Cannot find package '@aws-sdk/x;y' imported from"), None);
    }
}
