//! One record of a kind, decoded.

use std::ops::ControlFlow;

use crate::render::decoded::describe::{describe, preview, text_of, values};
use crate::render::page::safe;
use crate::terminal::PREVIEW;
use firehose::decode::{
    Content, Decoded, Decoder, Encoding, KnownJson, Options, known_json, log_events,
};
use firehose::failure::Sample;
use firehose::framing::{self, Data, InputFormat};

/// Log events that are shown of a record.
const EVENTS: usize = 3;

/// Decodes samples, one after the other.
pub(super) struct SampleDecoder {
    decoder: Decoder,
}

impl SampleDecoder {
    pub(super) fn new() -> Self {
        Self { decoder: Decoder::new(Options::default()) }
    }

    /// Calls `show` with the sample's content; with nothing if it was too large
    /// to be kept, or if its data is no string.
    pub(super) fn with<R>(
        &mut self,
        sample: &Sample,
        show: impl FnOnce(Option<&Decoded<'_>>) -> R,
    ) -> R {
        let mut data = None;
        let object = sample.object.as_deref().unwrap_or_default();
        let _first = framing::records(object, InputFormat::Failures, &mut |framed| {
            if let Data::Base64(text) = framed.data {
                data = Some(text.into_owned());
            }
            ControlFlow::Break(())
        });
        match data {
            Some(text) => show(Some(&self.decoder.decode(&text, Encoding::Base64))),
            None => show(None),
        }
    }
}

/// What the content is, in words, and some lines of it; all of it is safe to
/// show.
pub(super) fn in_words(decoded: &Decoded<'_>) -> (String, Vec<String>) {
    if decoded.content == Content::Unknown {
        let problem = decoded.problems.first().map(ToString::to_string).unwrap_or_default();
        return (format!("not decoded: {}", safe(&problem)), Vec::new());
    }
    let first = values(decoded).into_iter().next();
    if let Some(KnownJson::CloudWatchLogs(message)) = first.and_then(known_json) {
        let mut lines = Vec::new();
        log_events(&message, |event| {
            if lines.len() < EVENTS {
                let message = event.message.map(text_of).unwrap_or_default();
                lines.push(message.trim_end_matches("\\n").to_owned());
            }
        });
        let more = message.event_count().saturating_sub(EVENTS);
        if more > 0 {
            lines.push(format!("… {more} more"));
        }
        return (describe(decoded), lines);
    }
    let preview = preview(decoded, PREVIEW);
    (describe(decoded), if preview.is_empty() { Vec::new() } else { vec![preview] })
}
