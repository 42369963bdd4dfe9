//! What the flags of `fh decode` may hold.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;
use std::str::FromStr;

use clap::ValueEnum;

use crate::error::Error;
use crate::input::Source;
use crate::terminal;
use firehose::decode::{Decoder, Encoding, Layer, Options, is_encoded};
use firehose::framing::{self, Data, Envelope, InputFormat};

/// Shortest text that is taken for a record and not for a name.
const MIN_TEXT: usize = 8;

/// Characters of an argument that a message shows.
const SHOWN: usize = 60;

/// An input: a file, or a record that was pasted where a file goes.
pub(super) fn source(text: &str) -> Result<Source, String> {
    let source = text.parse()?;
    let is_text = matches!(&source, Source::Path(path) if !is_there(path)) && is_record(text);
    Ok(if is_text { Source::Text(text.to_owned()) } else { source })
}

/// Refuses a single argument that is neither a file nor plainly a record, with
/// how to decode a text.
pub(super) fn check_texts(inputs: &[Source]) -> Result<(), Error> {
    let [Source::Path(path)] = inputs else { return Ok(()) };
    match path.symlink_metadata() {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = path.display().to_string();
            let name = terminal::fit(&text, SHOWN);
            let is_name = error.kind() != ErrorKind::InvalidFilename && !text.contains('\n');
            let error = if is_name {
                Error::unreadable(&name, error)
            } else {
                Error::user(format!("`{name}` is neither a file nor a record"))
            };
            Err(error.hint("to decode text that is not a file: echo 'TEXT' | fh decode"))
        }
    }
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// True for JSON, for hexadecimal and base64 of something known, this perhaps in quotes
/// or a word of several, as in a line of a log, and for bytes as programs print them.
fn is_record(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(['{', '['])
        || text.split_ascii_whitespace().any(holds_base64)
        || is_hexadecimal(text)
        || shows_bytes(text)
}

fn is_hexadecimal(text: &str) -> bool {
    let mut decoder = Decoder::new(Options::default());
    let layers = decoder.decode(text.as_bytes(), Encoding::Unknown).layers;
    layers.first().is_some_and(|peeled| peeled.layer == Layer::Hex)
}

/// True if a record is found in the text that is more than a line of it.
fn shows_bytes(text: &str) -> bool {
    let mut is_found = false;
    let _stopped = framing::records(text.as_bytes(), InputFormat::Auto, &mut |record| {
        let is_made = matches!(record.data, Data::Unknown(Cow::Owned(_)) | Data::Base64(_));
        is_found = is_made || record.envelope != Envelope::None;
        if is_found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    is_found
}

/// `H4sI…`, `"H4sI…",`, `b'H4sI…'`, `data="H4sI…"`, `data=H4sI…`.
fn holds_base64(word: &str) -> bool {
    let quotes = ['"', '\'', '`', ','];
    let (_, last) = word.trim_matches(quotes).rsplit_once(quotes).unwrap_or(("", word));
    let inner = last.trim_matches(quotes);
    let value = inner.split_once(['=', ':']).map_or("", |(_, value)| value);
    [inner, value].into_iter().any(|it| {
        // Where a tool cut it, the number of characters can be any.
        let text = it.trim_end_matches(['.', '…']).as_bytes();
        let is_base64 =
            || is_encoded(text) || text.split_last().is_some_and(|(_, it)| is_encoded(it));
        it.len() >= MIN_TEXT && is_base64()
    })
}

/// Values of `--input-format`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FormatArg {
    /// Recognize each record on its own
    Auto,
    /// One base64 record per line
    Base64,
    /// One record per line
    Lines,
    /// JSON values, one record each
    Json,
    /// Transform events
    Event,
    /// Transform responses
    Response,
    /// Failure objects
    Failures,
    /// Kinesis events and API bodies
    Kinesis,
    /// Lambda's CloudWatch Logs events
    CloudwatchLogs,
    /// Events printed in logs; other lines are skipped
    Log,
    /// The whole input is one record
    Whole,
}

impl From<FormatArg> for InputFormat {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Auto => Self::Auto,
            FormatArg::Base64 => Self::Base64,
            FormatArg::Lines => Self::Lines,
            FormatArg::Json => Self::Json,
            FormatArg::Event => Self::Event,
            FormatArg::Response => Self::Response,
            FormatArg::Failures => Self::Failures,
            FormatArg::Kinesis => Self::Kinesis,
            FormatArg::CloudwatchLogs => Self::CloudwatchLogs,
            FormatArg::Log => Self::Log,
            FormatArg::Whole => Self::Whole,
        }
    }
}

/// Values of `--expect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExpectArg {
    /// JSON values
    Json,
}

/// Values of `--dynamodb-json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DynamoDbArg {
    /// Unchanged, with the type of each value
    Typed,
    /// As plain JSON: `1.10`
    Plain,
}

/// `3,7-9`.
#[derive(Debug, Clone)]
pub(super) struct RecordsArg(Vec<(u64, u64)>);

impl RecordsArg {
    pub(super) fn has(&self, index: u64) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&index))
    }

    pub(super) fn last(&self) -> u64 {
        self.0.iter().map(|(_, last)| *last).max().unwrap_or(0)
    }
}

impl FromStr for RecordsArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = |part: &str| {
            let part = part.trim();
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let number = |text: &str| text.trim().parse::<u64>().ok().filter(|number| *number > 0);
            let last = if last.is_empty() { Some(u64::MAX) } else { number(last) };
            match (number(first), last) {
                (Some(first), Some(last)) if first <= last => Ok((first, last)),
                _ => Err(format!(
                    "`{part}` is not a record number or range; records count from 1, e.g. 3,7-9 or 5-"
                )),
            }
        };
        text.split(',').map(range).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_name_formats_as_the_flag_does() {
        for format in FormatArg::value_variants() {
            let name = format.to_possible_value().unwrap();
            assert_eq!(name.get_name(), InputFormat::from(*format).as_str());
        }
    }
}
