//! What is wrong with a record, or odd about it: place, reason, next step.

use std::fmt;

use super::Layer;
use super::base64::Base64ErrorKind;
use super::fault::FaultKind;
use crate::json::JsonErrorKind;
use crate::size;

/// A flaw in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The layer it is in; `None` for the input around the record.
    pub layer: Option<Layer>,
    /// Offset in the bytes of that layer.
    pub offset: Option<u64>,
    /// What is wrong there.
    pub kind: ProblemKind,
}

/// The kinds of flaw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// Not base64.
    Base64(Base64ErrorKind),
    /// Not hexadecimal.
    Hex,
    /// A compressed layer is damaged.
    Fault(FaultKind),
    /// The layer that was asked for is not there.
    NotThisLayer,
    /// Decoding passes `--max-decoded`.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
        /// Bytes of the layer that it comes from.
        input: u64,
    },
    /// More layers than are peeled.
    TooManyLayers,
    /// Bytes behind the compressed data.
    Trailing {
        /// How many.
        bytes: u64,
    },
    /// The MD5 of a KPL aggregate is not that of its records.
    KplDigest,
    /// The protobuf of a KPL aggregate cannot be read to its end.
    KplBroken,
    /// A message of OpenTelemetry metrics cannot be read, nor what follows it.
    OtlpBroken,
    /// The input is not the format that `--input-format` asked for.
    NotThisFormat(&'static str),
    /// Something else among failure objects.
    NotAFailure,
    /// JSON of the input (not of a payload) is broken.
    Json(JsonErrorKind),
    /// A line or document passes the largest size.
    InputTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The runtime cut what it printed.
    CutPrint(String),
    /// A failure object with two `rawData` keys.
    TwoRawData,
    /// A record's data is not a string.
    DataNotString,
    /// Base64 twice.
    DoubleBase64,
    /// Gzip twice.
    DoubleGzip,
    /// Hexadecimal where base64 belongs.
    HexNotBase64,
    /// Lines of base64 that were taken for one wrapped record.
    LinesJoined {
        /// How many.
        lines: u64,
    },
    /// Lines of base64 that were taken for a record each.
    LinesNotJoined {
        /// How many.
        lines: u64,
    },
}

/// How bad a problem of a record, or a broken rule of a response, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The record comes through; its sender should be looked at.
    Warning,
    /// The record, or a part of it, is lost.
    Error,
}

impl Severity {
    /// As it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Problem {
    /// A problem of the input itself, outside any layer and without an offset.
    pub fn input(kind: ProblemKind) -> Self {
        Self { layer: None, offset: None, kind }
    }

    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.offset = Some(offset as u64);
        self
    }

    /// Tells trouble from remarks.
    pub fn severity(&self) -> Severity {
        match self.kind {
            ProblemKind::DoubleBase64 | ProblemKind::DoubleGzip | ProblemKind::HexNotBase64 => {
                Severity::Warning
            }
            _ if self.is_of_lines() => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// True if the lines of the input can be read in another way too.
    pub fn is_of_lines(&self) -> bool {
        matches!(self.kind, ProblemKind::LinesJoined { .. } | ProblemKind::LinesNotJoined { .. })
    }

    /// What to try next.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match &self.kind {
            ProblemKind::Base64(Base64ErrorKind::Blank) => {
                "a `+` may have become a space (form or URL decoding); copy the record again"
            }
            ProblemKind::Base64(Base64ErrorKind::DataAfterPadding) => {
                "two base64 texts may be joined; put a line break after the `=`"
            }
            ProblemKind::Base64(Base64ErrorKind::Length) => {
                "the end of the text may be missing; copy the record again"
            }
            ProblemKind::Base64(Base64ErrorKind::BadByte(_)) => {
                "if it is plain text, show it with `--layers none`"
            }
            ProblemKind::Hex => "hexadecimal has an even number of digits 0-9 and a-f",
            ProblemKind::Fault(FaultKind::Truncated) => {
                "the end is missing; fetch or copy the record again"
            }
            ProblemKind::Fault(FaultKind::Checksum) => {
                "the data is shown, but part of it changed after it was compressed"
            }
            ProblemKind::Fault(_) => "inspect the bytes with `--layers base64 --raw | xxd`",
            ProblemKind::NotThisLayer => "omit `--layers` to detect the layers",
            ProblemKind::TooLarge { .. } => {
                "raise the limit with `--max-decoded`, e.g. `--max-decoded 1GiB`"
            }
            ProblemKind::TooManyLayers => "decode the outer ones first with `--layers … --raw`",
            ProblemKind::Trailing { .. } => {
                "the sender appended them after compressing (a newline, padding, another record)"
            }
            ProblemKind::KplDigest => "the records inside are shown, but some bytes changed",
            ProblemKind::KplBroken => "the records before it are shown",
            ProblemKind::OtlpBroken => "the messages before it are shown; `--raw` prints all bytes",
            ProblemKind::NotThisFormat(_) => "omit `--input-format` to detect the format",
            ProblemKind::NotAFailure => {
                "it may be a failure record that was truncated or edited; fetch the object again"
            }
            ProblemKind::Json(_) => {
                "the text was truncated or edited; the lines after it are read separately"
            }
            ProblemKind::InputTooLarge { .. } => {
                "split the input: one record per line, or one JSON document per file"
            }
            ProblemKind::CutPrint(_) => {
                "print the whole event with `console.log(JSON.stringify(event))`"
            }
            ProblemKind::TwoRawData => {
                "both are shown; do not redrive this record before you know which one is right"
            }
            ProblemKind::DataNotString => "`data` is a JSON string with the record in base64",
            ProblemKind::DoubleBase64 => "the SDK encodes `Data` itself; pass it the raw bytes",
            ProblemKind::DoubleGzip => {
                "the sender compressed data that was already gzip (CloudWatch Logs is)"
            }
            ProblemKind::HexNotBase64 => "use base64 where Firehose expects it",
            ProblemKind::LinesJoined { .. } => {
                "if each line is a record, use `--input-format lines`"
            }
            ProblemKind::LinesNotJoined { .. } => {
                "if the input is one record, use `--input-format whole`"
            }
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layer) = self.layer {
            write!(f, "{}: ", layer.as_str())?;
        }
        match &self.kind {
            ProblemKind::Base64(Base64ErrorKind::BadByte(byte)) => {
                write!(f, "byte `{}` is not base64", byte.escape_ascii())
            }
            ProblemKind::Base64(Base64ErrorKind::Blank) => write!(f, "space inside the text"),
            ProblemKind::Base64(Base64ErrorKind::DataAfterPadding) => {
                write!(f, "text after the padding")
            }
            ProblemKind::Base64(Base64ErrorKind::Length) => {
                write!(f, "one extra character at the end")
            }
            ProblemKind::Hex => write!(f, "not hexadecimal"),
            ProblemKind::Fault(kind) => write!(f, "{kind}"),
            ProblemKind::NotThisLayer => write!(f, "the data does not have this layer"),
            ProblemKind::TooLarge { limit, input } => {
                let (most, input_size) = (size(*limit), size(*input));
                write!(f, "decoded size exceeds {most} (limit --max-decoded); input {input_size}")?;
                // A smaller one says nothing.
                match limit / (*input).max(1) {
                    0 | 1 => Ok(()),
                    ratio => write!(f, ", more than {ratio}:1"),
                }
            }
            ProblemKind::TooManyLayers => {
                write!(f, "more than {} nested layers", crate::limits::MAX_LAYERS)
            }
            ProblemKind::Trailing { bytes } => {
                let plural = if *bytes == 1 { "" } else { "s" };
                write!(f, "{bytes} byte{plural} after the compressed data")
            }
            ProblemKind::KplDigest => write!(f, "MD5 does not match the records"),
            ProblemKind::KplBroken => write!(f, "invalid protobuf"),
            ProblemKind::OtlpBroken => write!(f, "truncated or damaged OpenTelemetry message"),
            ProblemKind::NotThisFormat(name) => write!(f, "not in the input format `{name}`"),
            ProblemKind::NotAFailure => {
                write!(f, "not a failure record, unlike others in this input")
            }
            ProblemKind::Json(kind) => match kind {
                JsonErrorKind::UnexpectedEnd => write!(f, "JSON ends early"),
                JsonErrorKind::Expected(what) => write!(f, "invalid JSON: expected {what}"),
                JsonErrorKind::ControlInString => {
                    write!(f, "invalid JSON: control character in a string")
                }
                JsonErrorKind::BadEscape => write!(f, "invalid JSON: bad escape in a string"),
                JsonErrorKind::TooDeep => write!(f, "JSON is nested too deep"),
                JsonErrorKind::NotUtf8 => write!(f, "JSON is not UTF-8"),
            },
            ProblemKind::InputTooLarge { limit } => {
                write!(f, "one line or document is larger than {}", size(*limit as u64))
            }
            ProblemKind::CutPrint(what) => write!(
                f,
                "the runtime truncated the printed event: \
                 {what}"
            ),
            ProblemKind::TwoRawData => write!(f, "two `rawData` keys in one failure object"),
            ProblemKind::DataNotString => write!(f, "the record's data is not a string"),
            ProblemKind::DoubleBase64 => write!(f, "encoded twice"),
            ProblemKind::DoubleGzip => write!(f, "compressed twice"),
            ProblemKind::HexNotBase64 => write!(f, "hexadecimal instead of base64"),
            ProblemKind::LinesJoined { lines } => {
                write!(f, "{lines} lines of base64 text read as one wrapped record")
            }
            ProblemKind::LinesNotJoined { lines } => {
                write!(
                    f,
                    "{lines} lines of base64 text read as one record each, not as one wrapped \
                     record"
                )
            }
        }?;
        match self.offset {
            Some(offset) => write!(f, " at byte {offset}"),
            None => Ok(()),
        }
    }
}
