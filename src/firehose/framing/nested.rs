//! Envelopes in other documents: in log lines, in requests that were passed on.

use std::ops::ControlFlow;

use super::envelope::{Visit, is_envelope, records};
use super::event_finder::{Found, printed_event};
use super::line::Reading;
use super::lookahead::Budget;
use super::{Data, Envelope, FoundRecord};
use crate::bytes::part;
use crate::decode::{Decoder, Encoding, Options};
use crate::json::Token;

/// The records of a request that was passed on with its body as a string.
pub(super) fn request(
    body: Token<'_>,
    is_base64: bool,
    depth: usize,
    visit: &mut Visit<'_>,
) -> ControlFlow<()> {
    let Some(text) = body.string_bytes() else {
        return records(body.raw(), depth + 1, visit);
    };
    if !is_base64 {
        return records(text.trim_ascii(), depth + 1, visit);
    }
    // Firehose compresses requests where the endpoint is set up so.
    let mut decoder = Decoder::new(Options::default());
    let request = decoder.decode(&text, Encoding::Base64).bytes.trim_ascii();
    records(request, depth + 1, visit)
}

/// Log events that were fetched: the records printed in them, and the lines
/// with none as they are; nothing if no line has any.
pub(super) fn log_lines(events: Token<'_>, depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let lines = || events.elements().map_while(Result::ok).map(|(line, _)| line);
    if !lines().any(|line| line.is_object() && is_envelope(line.raw())) {
        return ControlFlow::Continue(());
    }
    for line in lines() {
        let mut found = false;
        records(line.raw(), depth + 1, &mut |framed| {
            found = true;
            visit(framed)
        })?;
        if !found {
            visit(FoundRecord::new(0, Envelope::None, Data::Unknown(line.raw().into())))?;
        }
    }
    ControlFlow::Continue(())
}

/// A log line in JSON whose message is an event, or has one printed in it.
pub(super) fn in_message(
    message: Token<'_>,
    depth: usize,
    visit: &mut Visit<'_>,
) -> ControlFlow<()> {
    let Some(body) = message.body() else {
        return records(message.raw(), depth + 1, visit);
    };
    // Most log lines print no event: their escapes can stay.
    if memchr::memchr(b'{', body).is_none() {
        return ControlFlow::Continue(());
    }
    let text = message.bytes();
    match printed_event(&text, 0, text.len(), Reading::Whole, &is_envelope, &mut Budget::of(&text))
    {
        Some(Found::Event(printed)) => {
            let json = printed.json.as_deref();
            let plain = part(&text, printed.start..printed.end);
            records(json.unwrap_or(plain), depth + 1, visit)
        }
        _ => ControlFlow::Continue(()),
    }
}
