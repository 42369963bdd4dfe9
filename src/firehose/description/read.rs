//! From a document to the model.

use std::fmt;

use super::super::bytes::{lossy, without_bom};
use super::super::json::{self, JsonError, JsonErrorKind, Token};
use super::super::size;
use super::value::{ObjectWriter, Reader, Value};
use super::{
    Description, Destination, DestinationMember, MAX_DESCRIPTION, Misfit, Rest, S3Config, Source,
};

/// The member of an answer that holds the stream.
pub(super) const ANSWER: &str = "DeliveryStreamDescription";

/// The name of the destination in an update, and in the list of an answer.
const DESTINATION_ID: &str = "DestinationId";

/// The members of a creation that are in `Source` of an answer.
const SOURCES: [&str; 4] = [
    "DirectPutSourceConfiguration",
    "KinesisStreamSourceConfiguration",
    "MSKSourceConfiguration",
    "DatabaseSourceConfiguration",
];

/// What a document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The stream.
    pub description: Description,
    /// What has another type than the API has there: at most 100.
    pub misfits: Vec<Misfit>,
}

/// Why a document is not a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotADescription {
    /// It is larger than [`MAX_DESCRIPTION`].
    TooLarge,
    /// It is not JSON, or more than one value.
    NotJson(JsonError),
    /// It is JSON of something else: this kind of value.
    Other(&'static str),
}

impl fmt::Display for NotADescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => {
                let most = size(u64::try_from(MAX_DESCRIPTION).unwrap_or(u64::MAX));
                write!(f, "it is larger than {most}")
            }
            Self::NotJson(error) => error.fmt(f),
            Self::Other("an object") => {
                f.write_str("it has none of the members of a delivery stream")
            }
            Self::Other(kind) => write!(f, "it is {kind}, not the description of a stream"),
        }
    }
}

/// Reads an answer of `DescribeDeliveryStream`, with or without what is around the
/// stream, one of its `Destinations` alone, or the input of `CreateDeliveryStream`
/// or `UpdateDestination`, a skeleton of the AWS CLI included.
///
/// Time and memory are linear in its size, whatever is in it.
pub fn read(document: &[u8]) -> Result<Read, NotADescription> {
    if document.len() > MAX_DESCRIPTION {
        return Err(NotADescription::TooLarge);
    }
    let token = only_value(without_bom(document)).map_err(NotADescription::NotJson)?;
    let token = token.get(ANSWER.as_bytes()).filter(|it| it.is_object()).unwrap_or(token);
    let mut reader = Reader::default();
    let description = Description::read(token, &mut reader);
    let mut description = description.ok_or(NotADescription::Other(token.kind()))?;
    description.take_input(token, &mut reader);
    let known = Description { rest: Rest::default(), ..description.clone() };
    if known == Description::default() {
        return Err(NotADescription::Other(token.kind()));
    }
    Ok(Read { description, misfits: reader.misfits })
}

/// The one value that `document` is, in UTF-8.
fn only_value(document: &[u8]) -> Result<Token<'_>, JsonError> {
    let fail = |offset, kind| JsonError { offset, kind };
    if let Err(error) = str::from_utf8(document) {
        return Err(fail(error.valid_up_to(), JsonErrorKind::NotUtf8));
    }
    let start = json::skip_space(document, 0);
    let end = json::skip_value(document, start)?;
    let rest = json::skip_space(document, end);
    if rest < document.len() {
        return Err(fail(rest, JsonErrorKind::Expected("the end")));
    }
    Ok(Token::new(super::super::bytes::part(document, start..end)))
}

impl Description {
    /// Takes what an input, or an element of `Destinations` alone, has in other
    /// places than an answer.
    fn take_input(&mut self, token: Token<'_>, reader: &mut Reader) {
        if self.destinations.is_none() {
            let destination = Destination::read(token, reader).unwrap_or_default();
            if destination.member.is_some() {
                // A skeleton has all kinds: those that were not taken stay.
                let is_taken = |name: &str| {
                    let member = DestinationMember::named(name);
                    let is_short = member == Some(DestinationMember::S3);
                    name == DESTINATION_ID
                        || (member.is_some() && member == destination.member)
                        || (is_short && destination.short_s3.is_some())
                };
                self.rest.remove(is_taken);
                self.destinations =
                    Some(vec![Destination { rest: Rest::default(), ..destination }]);
            }
        }
        for name in SOURCES {
            let Some(value) = self.rest.get(name).map(|it| it.raw().to_vec()) else { continue };
            let mut source = Vec::new();
            let mut object = ObjectWriter::new(&mut source);
            object.key(name).extend_from_slice(&value);
            object.end();
            if let Some(source) = Source::read(Token::new(&source), reader) {
                self.rest.remove(|it| it == name);
                self.source.get_or_insert_default().merge(source);
            }
        }
    }
}

impl Value for Destination {
    const EXPECTED: &'static str = "an object";

    fn read(token: Token<'_>, reader: &mut Reader) -> Option<Self> {
        if !token.is_object() {
            return None;
        }
        let mut it = Self::default();
        let mut found: Vec<(DestinationMember, String, Token<'_>)> = Vec::new();
        for field in token.fields().map_while(Result::ok) {
            let name = lossy(&field.name()).into_owned();
            match DestinationMember::named(&name) {
                Some(member) if field.value.is_object() => found.push((member, name, field.value)),
                _ if name == DESTINATION_ID => {
                    reader.member(&name, field.value, &mut it.id, &mut it.rest);
                }
                _ if field.value.is_null() => {}
                _ => it.rest.push(&name, field.value),
            }
        }
        let rank = |member| DestinationMember::ALL.iter().position(|it| *it == member);
        found.sort_by_key(|(member, ..)| rank(*member));
        let mut found = found.into_iter();
        if let Some((member, name, value)) = found.next() {
            it.member = Some(member);
            it.config = reader.within(&name, |reader| Value::read(value, reader))?;
        }
        for (member, name, value) in found {
            match (it.member, member) {
                (Some(DestinationMember::ExtendedS3), DestinationMember::S3) => {
                    it.short_s3 = reader.within(&name, |reader| S3Config::read(value, reader));
                }
                _ => it.rest.push(&name, value),
            }
        }
        Some(it)
    }

    fn unknown(&self, of: &'static str) -> Option<(&'static str, &str)> {
        let of_config = self.member.map_or(of, DestinationMember::stem);
        self.rest.unknown(of).or_else(|| self.config.unknown(of_config))
    }

    /// As an element of `Destinations` in an answer.
    fn write(&self, out: &mut Vec<u8>) {
        let mut object = ObjectWriter::new(out);
        object.member(DESTINATION_ID, self.id.as_ref());
        if let Some(member) = self.member {
            object.member(&format!("{}Description", member.stem()), Some(&self.config));
        }
        object.member("S3DestinationDescription", self.short_s3.as_ref());
        object.rest(&self.rest);
        object.end();
    }
}
