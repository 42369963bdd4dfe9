//! How inputs are read: the flags, and what they mean.

use std::path::Path;
use std::str::FromStr;

use clap::ValueEnum;

use crate::commands::shared::number::number;
use crate::error::Error;
use crate::input::Source;
use firehose::framing::InputFormat;

/// Values of `--format`: what a record is. `--input-format` of `fh decode` says
/// what an input is, and finds the records itself: its `lines` may be peeled, its
/// `whole` unpacked, where these leave every byte alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Each line is a record, whatever it holds; empty lines are skipped
    Lines,
    /// Each line is a record and must be JSON
    Ndjson,
    /// Each line is a base64 record
    Base64,
    /// Each input is one record, or several with `--record-separator`
    Raw,
    /// JSON values, one record each, over several lines or concatenated
    JsonStream,
    /// The records of transform events
    Event,
    /// The records of failure objects
    Failures,
}

/// Bytes between records; `\n`, `\r`, `\t`, `\0`, `\\` and `\xNN` in it stand
/// for what they stand for elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SeparatorArg {
    text: String,
    bytes: Vec<u8>,
}

impl FromStr for SeparatorArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not a valid separator; use e.g. '\\n\\n', '\\x1e' or '---'");
        let mut bytes = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (taken, byte) = match rest.strip_prefix('\\') {
                None => {
                    bytes.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes());
                    (first.len_utf8(), None)
                }
                Some(escape) => match escape.chars().next() {
                    Some('n') => (2, Some(b'\n')),
                    Some('r') => (2, Some(b'\r')),
                    Some('t') => (2, Some(b'\t')),
                    Some('0') => (2, Some(0)),
                    Some('\\') => (2, Some(b'\\')),
                    Some('x') => {
                        let digits = escape.get(1..3).ok_or_else(wrong)?;
                        (4, Some(u8::from_str_radix(digits, 16).map_err(|_| wrong())?))
                    }
                    _ => return Err(wrong()),
                },
            };
            bytes.extend(byte);
            rest = rest.get(taken..).ok_or_else(wrong)?;
        }
        if bytes.is_empty() { Err(wrong()) } else { Ok(Self { text: text.to_owned(), bytes }) }
    }
}

/// Flags that say what of the inputs is a record.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ReadingArgs {
    /// Format of the inputs [default: lines, after a check that they do not look like something else]
    #[arg(long, value_name = "FORMAT", help_heading = "Records")]
    format: Option<Format>,

    /// Separator between records with `--format raw`, e.g. '\n\n' or '\x1e'
    #[arg(long, value_name = "BYTES", help_heading = "Records")]
    record_separator: Option<SeparatorArg>,

    /// Skip the first N records
    #[arg(long, value_name = "N", default_value = "0", value_parser = number(0..=u64::MAX), help_heading = "Records")]
    pub(super) skip: u64,

    /// Skip records in files that cannot be sent, and send the rest
    #[arg(long, help_heading = "Records")]
    pub(super) skip_bad: bool,

    /// End each record with a newline, unless it already does
    #[arg(long, help_heading = "Records")]
    pub(super) newline: bool,

    /// Compress each record with gzip
    #[arg(long, help_heading = "Records")]
    pub(super) gzip: bool,
}

impl ReadingArgs {
    pub(super) fn format(&self) -> Format {
        self.format.unwrap_or(Format::Lines)
    }

    /// True if the user gave no format.
    pub(super) fn is_unsure(&self) -> bool {
        self.format.is_none()
    }

    /// Refuses a separator that means nothing.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.record_separator.is_none() || self.format() == Format::Raw {
            return Ok(());
        }
        Err(Error::user("`--record-separator` requires `--format raw`"))
    }

    /// How records are found, if not at separators.
    pub(super) fn input_format(&self) -> Option<InputFormat> {
        match self.format() {
            Format::Lines | Format::Ndjson | Format::Base64 | Format::Raw => None,
            Format::JsonStream => Some(InputFormat::Json),
            Format::Event => Some(InputFormat::Event),
            Format::Failures => Some(InputFormat::Failures),
        }
    }

    /// True if records lose the newline, or the place in a file, that kept them
    /// apart.
    pub(super) fn glues_records(&self) -> bool {
        let is_cut = matches!(self.format(), Format::Lines | Format::Ndjson | Format::JsonStream);
        is_cut && !self.newline && !self.gzip
    }

    /// What stands between records; nothing if an input is one.
    pub(super) fn separator(&self) -> Option<&[u8]> {
        match self.format() {
            Format::Raw => self.record_separator.as_ref().map(|it| it.bytes.as_slice()),
            _ => Some(b"\n"),
        }
    }

    /// True for a line that is no record.
    pub(super) fn leaves_out(&self, line: &[u8]) -> bool {
        match self.format() {
            Format::Lines => line.is_empty(),
            Format::Ndjson | Format::Base64 => line.trim_ascii().is_empty(),
            _ => false,
        }
    }

    /// Where the piece with this number is, once that is asked for.
    pub(super) fn place<'a>(&self, name: &'a str, number: u64) -> impl Fn() -> String + use<'a> {
        let word = match (self.format(), &self.record_separator) {
            (Format::Raw, None) => None,
            (Format::Raw, Some(_)) => Some("record"),
            _ => Some("line"),
        };
        move || match word {
            Some(word) => format!("{name}: {word} {number}"),
            None => name.to_owned(),
        }
    }

    /// The flags again, for another run that leaves out `skip` records.
    pub(super) fn to_args(&self, skip: u64) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(format) = self.format.as_ref().and_then(ValueEnum::to_possible_value) {
            words.extend(["--format".to_owned(), format.get_name().to_owned()]);
        }
        if let Some(separator) = &self.record_separator {
            words.extend(["--record-separator".to_owned(), separator.text.clone()]);
        }
        let flags =
            [(self.skip_bad, "--skip-bad"), (self.newline, "--newline"), (self.gzip, "--gzip")];
        words.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, it)| it.to_owned()));
        if skip > 0 {
            words.extend(["--skip".to_owned(), skip.to_string()]);
        }
        words
    }
}

/// True if all of them can be read a second time: files, folders, objects.
pub(super) fn are_there_to_stay(sources: &[Source]) -> bool {
    sources.iter().all(|source| match source {
        Source::Stdin => false,
        Source::Path(path) => is_file(path),
        Source::S3(_) | Source::Text(_) => true,
    })
}

/// True if all of them are files, which cost little to be read twice.
pub(super) fn are_files(sources: &[Source]) -> bool {
    let is_file = |source: &Source| matches!(source, Source::Path(path) if is_file(path));
    sources.iter().all(is_file)
}

/// A pipe has a path too.
fn is_file(path: &Path) -> bool {
    // What is not there can be asked for twice.
    path.metadata().map_or(true, |it| it.is_file() || it.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_is_written_with_escapes() {
        let bytes = |text: &str| text.parse::<SeparatorArg>().map(|it| it.bytes);
        assert_eq!(bytes(r"\n\r\t\0\\\x1E"), Ok(b"\n\r\t\0\\\x1e".to_vec()));
        assert_eq!(bytes("--ü"), Ok("--ü".as_bytes().to_vec()));
        for text in ["", r"\", r"\q", r"\x1", r"\xgg", r"\xü"] {
            assert!(bytes(text).unwrap_err().contains("is not a valid separator"), "{text}");
        }
    }
}
