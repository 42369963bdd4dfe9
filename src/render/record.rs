//! A record of an event, where a message is about it.

use super::decoded::describe::{content_type, describe, preview};
use super::page::{Page, safe};
use crate::terminal::{self, BOLD, DIM};
use firehose::decode::{Decoder, Encoding, Options};
use firehose::transform::{TransformEvent, record_name};

/// Bytes of content that a preview is made of.
const PREVIEW_BYTES: usize = 1000;
/// Columns of a preview.
const PREVIEW: usize = 60;

/// A record of an event and what it holds.
#[derive(Debug)]
pub(super) struct NamedRecord<'a> {
    /// From 0.
    pub(super) event_index: usize,
    /// Untrusted text.
    pub(super) id: &'a str,
    /// The name of its type, as in JSON.
    pub(super) content_type: &'static str,
    /// The same in words.
    pub(super) description: String,
    /// The beginning of the content, safe to show; empty where it is no text.
    pub(super) preview: String,
}

impl<'a> NamedRecord<'a> {
    /// The record at `event_index`, from 0; `None` if the event has none there.
    pub(super) fn of(event: &'a TransformEvent<'_>, event_index: usize) -> Option<Self> {
        let record = event.records.get(event_index)?;
        let mut decoder = Decoder::new(Options::default());
        let content = decoder.decode(&record.data, Encoding::Base64);
        let mut shown = preview(&content, PREVIEW_BYTES);
        // The description tells how a text ends.
        if content.text().ends_with(b"\n") && shown.ends_with("\\n") {
            shown.truncate(shown.len() - 2);
        }
        Some(Self {
            event_index,
            id: &record.id,
            content_type: content_type(&content),
            description: describe(&content),
            preview: terminal::fit(&shown, PREVIEW),
        })
    }
}

/// Parts of a page.
impl Page<'_> {
    /// `record 3 (/records/2/data)`, what there is to say of it, and below that its
    /// whole id where there is room, and the beginning of its content.
    pub(super) fn record(
        &mut self,
        indent: usize,
        record: &NamedRecord<'_>,
        pointer: &str,
        message: &str,
    ) {
        let name = record_name(record.event_index, pointer);
        let mut lines = String::new();
        let colon = if message.is_empty() { "" } else { ": " };
        let line = format!("{name}{colon}{}", safe(message));
        terminal::push_wrapped(&mut lines, &line, indent, self.terminal.prose_width());
        let number = format!("record {}", record.event_index + 1);
        self.out.push_str(&lines.replacen(&number, &self.terminal.paint(BOLD, &number), 1));
        let start = format!("{:indent$}  ", "");
        let id = self.fit_id(&format!("{start}recordId "), record.id);
        self.line(&format!("{start}{}", self.terminal.paint(DIM, &format!("recordId {id}"))));
        let is_shown = !record.preview.is_empty();
        let content = if is_shown { &record.preview } else { &record.description };
        let room = self.terminal.prose_width().saturating_sub(start.len());
        self.line(&format!("{start}{}", terminal::fit(content, room)));
    }

    /// An id, or as much of its end as there is room for after `start`.
    pub(super) fn fit_id(&self, start: &str, id: &str) -> String {
        let room = self.terminal.prose_width().saturating_sub(terminal::columns(start));
        terminal::fit_end(&safe(id), room)
    }
}
