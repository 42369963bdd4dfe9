//! Writes messages of OTLP: a field is named, its number is that of the schema.

use super::OtlpVersion;
use super::schema::{Field, Kind};
use crate::protobuf::Message;

/// A message of one type, and what has been written of it.
#[derive(Debug)]
pub(crate) struct OtlpBuilder {
    fields: &'static [Field],
    message: Message,
}

impl OtlpBuilder {
    /// An empty `ExportMetricsServiceRequest`.
    pub(crate) fn request(version: OtlpVersion) -> Self {
        Self::new(version.table())
    }

    /// Adds a string.
    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        self.add(name, |message, field| message.text(field.number, text))
    }

    /// Adds a `fixed64`.
    pub(crate) fn fixed64(self, name: &str, value: u64) -> Self {
        self.add(name, |message, field| message.fixed64(field.number, value))
    }

    /// Adds a `double`.
    pub(crate) fn double(self, name: &str, value: f64) -> Self {
        self.add(name, |message, field| message.double(field.number, value))
    }

    /// Adds a message, which `fill` gets empty.
    pub(crate) fn message(self, name: &str, fill: impl FnOnce(Self) -> Self) -> Self {
        self.add(name, |message, field| match field.kind {
            Kind::Message(fields) => {
                message.message(field.number, &fill(Self::new(fields)).message)
            }
            _ => message,
        })
    }

    /// Appends the message with its length before it.
    pub(crate) fn push_delimited(&self, out: &mut Vec<u8>) {
        self.message.push_delimited(out);
    }

    fn new(fields: &'static [Field]) -> Self {
        Self { fields, message: Message::new() }
    }

    /// A field that the message does not have is left out.
    fn add(self, name: &str, add: impl FnOnce(Message, &Field) -> Message) -> Self {
        let field = self.fields.iter().find(|field| field.name == name);
        debug_assert!(field.is_some(), "the message has no field {name}");
        match field {
            Some(field) => Self { message: add(self.message, field), ..self },
            None => self,
        }
    }
}
