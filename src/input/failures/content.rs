//! What is inside a failure record, decoded where it is needed.

use firehose::decode::{
    Content, Decoded, Decoder, Encoding, KnownJson, Options, is_strict_base64, known_json,
};
use firehose::failure::athena::{CONTROL_GZIP, CONTROL_UNPACKED, MAX_CONTROL};
use firehose::framing::Data;

/// What is not decoded.
const NOTHING: Decoded<'static> =
    Decoded { layers: &[], content: Content::Unknown, bytes: &[], formatted: &[], problems: &[] };

/// Decodes the content of failure records.
pub(crate) struct FailureContent(Decoder);

impl FailureContent {
    pub(crate) fn new() -> Self {
        Self(Decoder::new(Options::default()))
    }

    /// Decodes `data`. Where the content is not needed (`is_needed`), only what may be
    /// a control message or no base64 is: decoding costs more than all the rest.
    pub(crate) fn decode<'a>(&'a mut self, data: &'a Data<'_>, is_needed: bool) -> Decoded<'a> {
        match data {
            Data::Base64(text) if is_needed || is_worth_a_look(text) => {
                self.0.decode(text, Encoding::Base64)
            }
            _ => NOTHING,
        }
    }

    /// True for data that is decoded whether its content is needed or not.
    pub(crate) fn is_looked_at(data: &Data<'_>) -> bool {
        matches!(data, Data::Base64(text) if is_worth_a_look(text))
    }
}

/// True for a control message of CloudWatch Logs.
pub(crate) fn is_control(decoded: &Decoded<'_>) -> bool {
    let is_json = matches!(decoded.content, Content::Json | Content::JsonSequence { .. });
    is_json
        && matches!(
            known_json(decoded.formatted),
            Some(KnownJson::CloudWatchLogs(message)) if message.is_control()
        )
}

fn is_worth_a_look(text: &[u8]) -> bool {
    let is_gzip = text.starts_with(CONTROL_GZIP.as_bytes());
    let may_be_control =
        text.len() <= MAX_CONTROL && is_gzip || text.starts_with(CONTROL_UNPACKED.as_bytes());
    may_be_control || !is_strict_base64(text)
}
