//! Log events of CloudWatch Logs, and the invocations that they are of.
//!
//! ```text
//! saved logs ─▶ LogReader ─▶ LogEvent ─▶ Message ─▶ Invocations ─▶ Grouped
//!  log groups ─▶ Tail ─────────▲
//! ```
//!
//! - A **log event** is a message with its times and the **log stream** that it
//!   is in; log streams are in a **log group**: [`LogEvent`].
//! - [`reader`] reads the forms in which people keep them.
//! - [`message`] recognizes what a message is: a line of Lambda itself, an error of a
//!   delivery stream, or what the function wrote.
//! - [`invocation`] groups the events of each invocation.
//! - [`tail`] reads log groups as they grow, without a gap or a duplicate.
//!
//! Sources: Lambda developer guide, "Viewing CloudWatch logs"; telemetry API
//! reference; API reference of CloudWatch Logs.

pub mod invocation;
pub mod message;
pub mod reader;
pub mod tail;

use std::borrow::Cow;

use crate::time::Millis;
use tail::FetchedEvent;

/// A log event, with as much as is known of it. Nothing of it is checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogEvent<'a> {
    /// Name of the log group.
    pub group: Option<Cow<'a, str>>,
    /// Name of the log stream.
    pub stream: Option<Cow<'a, str>>,
    /// When it happened, as its writer says.
    pub timestamp: Option<Millis>,
    /// When it arrived.
    pub ingestion: Option<Millis>,
    /// Unique in its group.
    pub id: Option<Cow<'a, str>>,
    /// The message as it came, with a newline at its end if it had one.
    pub message: Cow<'a, [u8]>,
    /// A newer event was shown before it.
    pub is_late: bool,
    /// The JSON object that it was read from.
    pub object: Option<Cow<'a, [u8]>>,
}

impl<'a> LogEvent<'a> {
    /// An event of a tail, from the log group of this name.
    pub fn fetched(event: &'a FetchedEvent, group: &'a str, is_late: bool) -> Self {
        Self {
            group: Some(group.into()),
            stream: Some(event.stream.as_str().into()),
            timestamp: Some(event.timestamp),
            ingestion: Some(event.ingestion),
            id: Some(event.id.as_str().into()),
            message: event.message.as_bytes().into(),
            is_late,
            object: None,
        }
    }

    /// The message without the newline at its end.
    pub fn line(&self) -> &[u8] {
        without_newline(&self.message)
    }

    /// The same with bytes of its own.
    pub fn into_owned(self) -> LogEvent<'static> {
        let text = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        LogEvent {
            group: text(self.group),
            stream: text(self.stream),
            timestamp: self.timestamp,
            ingestion: self.ingestion,
            id: text(self.id),
            message: self.message.into_owned().into(),
            is_late: self.is_late,
            object: self.object.map(|object| object.into_owned().into()),
        }
    }

    /// Bytes that it holds, more or less.
    pub fn weight(&self) -> usize {
        const AROUND: usize = 256;
        AROUND + self.message.len() + self.object.as_ref().map_or(0, |object| object.len())
    }
}

fn without_newline(message: &[u8]) -> &[u8] {
    let message = message.strip_suffix(b"\n").unwrap_or(message);
    message.strip_suffix(b"\r").unwrap_or(message)
}
