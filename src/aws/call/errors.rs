//! Errors as AWS writes them, in each protocol.

use std::error::Error as StdError;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use firehose::json::Token;

use super::xml::rows;

/// What AWS answered instead of a result; empty for an answer that cannot be read.
#[derive(Debug, Default)]
pub(super) struct Refused(pub(super) ErrorMetadata);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Refused {}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

impl From<Refused> for OrchestratorError<Refused> {
    fn from(it: Refused) -> Self {
        Self::operation(it)
    }
}

/// Code and message of an answer that is an error: in a header and JSON, or in XML.
pub(in crate::aws) fn error_metadata(response: &HttpResponse) -> ErrorMetadata {
    let body = response.body().bytes().unwrap_or_default();
    let (in_body, message) =
        if body.trim_ascii_start().starts_with(b"<") { of_xml(body) } else { of_json(body) };
    let in_header = response.headers().get("x-amzn-errortype").map(str::to_owned);
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = in_header.or(in_body) {
        metadata = metadata.code(bare(&code));
    }
    if let Some(message) = message {
        metadata = metadata.message(message);
    }
    metadata.build()
}

/// `com.amazonaws.kms#NotFoundException:http://…` is `NotFoundException`.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default()
}

fn of_json(body: &[u8]) -> (Option<String>, Option<String>) {
    let error = Token::new(body.trim_ascii());
    let text = |name: &str| Some(error.get(name.as_bytes())?.string()?.into_owned());
    let code = text("code").or_else(|| text("__type"));
    let message = text("message").or_else(|| text("Message")).or_else(|| text("errorMessage"));
    (code, message)
}

/// In `Error` below the root, or, of S3, in a root of this name.
fn of_xml(body: &[u8]) -> (Option<String>, Option<String>) {
    let document = str::from_utf8(body).unwrap_or_default();
    let fields = ["Code", "Message"];
    let at = |path: &[&str]| rows(document, path, &fields).and_then(|it| it.into_iter().next());
    let mut error = at(&["Error"]).or_else(|| at(&[])).unwrap_or_default();
    (error.remove("Code"), error.remove("Message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::body::SdkBody;

    fn read(header: Option<&'static str>, body: &'static str) -> (String, String) {
        let status = 400_u16.try_into().unwrap();
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        if let Some(header) = header {
            response.headers_mut().insert("x-amzn-errortype", header);
        }
        let metadata = error_metadata(&response);
        let [code, message] = [metadata.code(), metadata.message()].map(Option::unwrap_or_default);
        (code.to_owned(), message.to_owned())
    }

    #[test]
    fn code_and_message_are_found_in_every_protocol() {
        let expected = ("NotFoundException".to_owned(), "It is gone.".to_owned());
        for (header, body) in [
            (None, r#"{"__type":"NotFoundException","message":"It is gone."}"#),
            (None, r#"{"__type":"com.amazonaws.kms#NotFoundException","Message":"It is gone."}"#),
            (Some("NotFoundException:http://x/"), r#"{"Type":"User","Message":"It is gone."}"#),
            (None, r#"{"code":"NotFoundException","errorMessage":"It is gone."}"#),
            (
                None,
                "<ErrorResponse xmlns=\"https://iam.amazonaws.com/\"><Error><Type>Sender</Type>\
                 <Code>NotFoundException</Code><Message>It is gone.</Message></Error>\
                 <RequestId>1</RequestId></ErrorResponse>",
            ),
            (
                None,
                "<?xml version=\"1.0\"?><Error><Code>NotFoundException</Code>\
                 <Message>It is gone.</Message></Error>",
            ),
        ] {
            assert_eq!(read(header, body), expected, "{body}");
        }
    }

    #[test]
    fn an_answer_of_something_else_has_no_code() {
        for body in ["", "<html><body>Log in", "no", "[1]", r#"{"__type":1}"#, "<a><b></a>"] {
            assert_eq!(read(None, body), (String::new(), String::new()), "{body}");
        }
    }
}
