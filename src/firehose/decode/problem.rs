//! What is wrong with a record, or odd about it: place, reason, next step.

use std::borrow::Cow;
use std::fmt;

use super::Layer;
use super::base64::{Base64ErrorKind, Mark};
use super::charset::Charset;
use super::encoding::TextEncoding;
use super::fault::FaultKind;
use super::invisible::Invisible;
use super::mangled::TextConversion;
use super::printed::Printed;
pub use super::severity::Severity;
use crate::json::JsonErrorKind;
use crate::limits::MAX_JSON_DEPTH;
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
    /// Bytes after the compressed data or the aggregate.
    Trailing {
        /// Count of the bytes.
        bytes: u64,
    },
    /// Another record after the compressed data or the aggregate, which is shown too.
    Joined,
    /// The MD5 of a KPL aggregate is not that of its records.
    KplDigest,
    /// The protobuf of a KPL aggregate cannot be read to its end.
    KplBroken,
    /// The end of a KPL aggregate is missing.
    KplCut {
        /// Whole records before that.
        records: u64,
    },
    /// The content is not JSON: it begins like it, or JSON is expected.
    NotJson {
        /// What stands at the offset, or what the content is.
        reason: Cow<'static, str>,
        /// JSON is expected.
        is_expected: bool,
    },
    /// JSON with more levels than are read: whether it is valid is not known.
    DeepJson,
    /// `\n` in two characters between JSON values or after them.
    LiteralNewline,
    /// Text right after a JSON object, on its line.
    AfterJson,
    /// Text that is not UTF-8.
    OtherCharset(Charset),
    /// Compressed data that was made into text.
    ThroughText(TextConversion),
    /// Other binary data that was made into text.
    BinaryThroughText {
        /// What it is: `binary data`, `a KPL aggregate`.
        what: &'static str,
        /// What was done to it.
        conversion: TextConversion,
    },
    /// A value as a language prints it: `b'…'`, `{'a': 1}`, `[object Object]`.
    Printed(Printed),
    /// Base64 with words around it, which are not shown.
    Base64InWords,
    /// Blanks after each group of so many characters of base64, which are left out.
    Grouped,
    /// Records in JSON of another program, the rest of which is not shown.
    RecordsInJson,
    /// Invisible characters in base64, which are left out.
    Invisible(Invisible),
    /// Escapes of another format in base64, which were taken for what they stand for.
    Unescaped(Mark),
    /// A payload in an encoding that is not base64.
    DecodedFrom(TextEncoding),
    /// Bytes as Python prints them, with words around them, which are not shown.
    BytesInWords,
    /// Records in the middle of a line of text, which is left out.
    TextAround {
        /// Bytes of the line that are left out.
        bytes: usize,
    },
    /// Base64 that lost its first characters.
    Base64WithoutStart,
    /// A word that may be base64 of binary data.
    MaybeBase64,
    /// What documentation has in the place of base64.
    Placeholder,
    /// Bytes for which the output has base64 again; what they are.
    ShownAsBase64(String),
    /// A message of OpenTelemetry metrics cannot be read, nor what follows it.
    OtlpBroken,
    /// An Avro, Parquet or ORC file whose end is missing, or not where the file says.
    CutFile(&'static str),
    /// The input is not the format that `--input-format` asked for.
    NotThisFormat(&'static str),
    /// Something else among failure objects.
    NotAFailure,
    /// Words among failure objects.
    TextAmongFailures,
    /// JSON of the input (not of a payload) is broken.
    Json(JsonErrorKind),
    /// JSON of a request's body is broken; the offset is one in the body.
    JsonOfBody(JsonErrorKind),
    /// A line or document passes the largest size.
    InputTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The runtime cut what it printed.
    CutPrint(String),
    /// A print breaks off at the end of its line.
    PrintEndsEarly,
    /// What was printed shows no data.
    PrintWithoutData {
        /// What stands there instead.
        printed: String,
        /// How to print the data in this language.
        remedy: &'static str,
    },
    /// A failure object with two `rawData` keys.
    TwoRawData,
    /// A record's data is not a string.
    DataNotString,
    /// A record's data is bytes as Python prints them.
    PythonBytes,
    /// Base64 twice.
    DoubleBase64,
    /// Gzip twice.
    DoubleGzip,
    /// Hexadecimal where base64 belongs.
    HexNotBase64,
    /// Base64 with a blank line in it that was taken for one record.
    BlankLineInBase64,
    /// Bytes of a hex dump are missing.
    HexDumpCut {
        /// From this offset on.
        at: u64,
    },
    /// A hex dump ends with a whole line and without its length: more may have followed.
    HexDumpOpen {
        /// Count of its bytes.
        bytes: u64,
    },
    /// Something stood where JSON has quotes; what was read for what.
    QuotesReplaced(&'static str),
    /// Lines of base64 that were taken for one wrapped record.
    LinesJoined {
        /// Count of the lines.
        lines: u64,
    },
    /// Lines of base64 that were taken for a record each.
    LinesNotJoined {
        /// Count of the lines.
        lines: u64,
    },
}

impl ProblemKind {
    /// True if the document breaks off that the record is in.
    pub(crate) const fn is_broken_document(&self) -> bool {
        matches!(self, Self::Json(_) | Self::PrintEndsEarly)
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

    /// Tells problems from remarks.
    pub fn severity(&self) -> Severity {
        match self.kind {
            ProblemKind::DoubleBase64
            | ProblemKind::DoubleGzip
            | ProblemKind::HexNotBase64
            | ProblemKind::LiteralNewline
            | ProblemKind::Joined
            | ProblemKind::Invisible(_)
            | ProblemKind::Unescaped(_)
            | ProblemKind::QuotesReplaced(_) => Severity::Warning,
            ProblemKind::NotJson { is_expected: false, .. }
            | ProblemKind::OtherCharset(_)
            | ProblemKind::DeepJson
            | ProblemKind::AfterJson
            | ProblemKind::Printed(_)
            | ProblemKind::Base64InWords
            | ProblemKind::RecordsInJson
            | ProblemKind::Grouped
            | ProblemKind::BytesInWords
            | ProblemKind::TextAround { .. }
            | ProblemKind::DecodedFrom(_)
            | ProblemKind::Base64WithoutStart
            | ProblemKind::MaybeBase64
            | ProblemKind::Placeholder
            | ProblemKind::HexDumpOpen { .. }
            | ProblemKind::ShownAsBase64(_) => Severity::Note,
            _ if self.is_of_lines() => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// What something follows.
    fn before(&self) -> &'static str {
        match self.layer {
            Some(Layer::KplAggregate) => "aggregate",
            None => "OpenTelemetry message",
            _ => "compressed data",
        }
    }

    /// True if the lines of the input can be read in another way too.
    pub fn is_of_lines(&self) -> bool {
        matches!(
            self.kind,
            ProblemKind::LinesJoined { .. }
                | ProblemKind::LinesNotJoined { .. }
                | ProblemKind::BlankLineInBase64
        )
    }

    /// True for what is odd about text and values, and is no damage: a message
    /// for all records that have it is enough.
    pub const fn is_of_text(&self) -> bool {
        match self.kind {
            // Framing reports it of data that must be base64, the decoder of text.
            ProblemKind::HexNotBase64 => self.layer.is_none(),
            ProblemKind::NotJson { is_expected, .. } => !is_expected,
            _ => matches!(
                self.kind,
                ProblemKind::LiteralNewline
                    | ProblemKind::Joined
                    | ProblemKind::OtherCharset(_)
                    | ProblemKind::DeepJson
                    | ProblemKind::AfterJson
                    | ProblemKind::Printed(_)
                    | ProblemKind::Base64InWords
                    | ProblemKind::RecordsInJson
                    | ProblemKind::Grouped
                    | ProblemKind::Invisible(_)
                    | ProblemKind::Unescaped(_)
                    | ProblemKind::DecodedFrom(_)
                    | ProblemKind::BytesInWords
                    | ProblemKind::TextAround { .. }
                    | ProblemKind::QuotesReplaced(_)
                    | ProblemKind::Base64WithoutStart
                    | ProblemKind::MaybeBase64
                    | ProblemKind::Placeholder
                    | ProblemKind::HexDumpOpen { .. }
                    | ProblemKind::ShownAsBase64(_)
            ),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layer) = self.layer {
            write!(f, "{}: ", layer.as_str())?;
        }
        match &self.kind {
            ProblemKind::Base64(Base64ErrorKind::BadByte(bad)) => {
                // As the user writes it, where that is possible.
                match bad.byte {
                    b'`' => write!(f, "a backtick is not base64"),
                    byte @ b'!'..=b'~' => write!(f, "byte `{}` is not base64", char::from(byte)),
                    byte => write!(f, "byte `{}` is not base64", byte.escape_ascii()),
                }
            }
            ProblemKind::Base64(Base64ErrorKind::Blank) => write!(f, "space inside the text"),
            ProblemKind::Base64(Base64ErrorKind::DataAfterPadding) => {
                write!(f, "another base64 text after the padding")
            }
            ProblemKind::Base64(Base64ErrorKind::Length) => {
                write!(f, "one extra character at the end")
            }
            ProblemKind::Base64(Base64ErrorKind::PlainText) => write!(f, "plain text, not base64"),
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
                write!(f, "{bytes} byte{plural} after the {}", self.before())
            }
            ProblemKind::Joined => write!(f, "another record after the {}", self.before()),
            ProblemKind::KplDigest => write!(f, "MD5 does not match the records"),
            ProblemKind::KplBroken => write!(f, "invalid protobuf"),
            ProblemKind::KplCut { records: 0 } => write!(f, "truncated in the first record"),
            ProblemKind::KplCut { records } => {
                let plural = if *records == 1 { "" } else { "s" };
                write!(f, "truncated after {records} whole record{plural}")
            }
            ProblemKind::NotJson { reason, .. } => match self.offset {
                Some(offset) => return write!(f, "not JSON from byte {offset}: {reason}"),
                None => write!(f, "not JSON: {reason}"),
            },
            ProblemKind::LiteralNewline => {
                write!(f, "the characters `\\n` between or after JSON values, not a newline")
            }
            ProblemKind::AfterJson => write!(f, "text after a JSON value on the same line"),
            ProblemKind::OtherCharset(Charset::DamagedUtf8) => {
                write!(f, "text with bytes that are not UTF-8")
            }
            // Which of the encodings of one byte per character it is cannot be told.
            ProblemKind::OtherCharset(charset @ (Charset::Latin1 | Charset::Windows1252)) => {
                write!(f, "text that is not UTF-8, shown as {}", charset.as_str())
            }
            ProblemKind::OtherCharset(charset) => {
                write!(f, "text in {}, not in UTF-8", charset.as_str())
            }
            ProblemKind::DeepJson => {
                write!(f, "JSON nested deeper than the {MAX_JSON_DEPTH} levels that fh reads")
            }
            ProblemKind::ThroughText(conversion) => {
                write!(f, "compressed data that was {}", conversion.as_str())
            }
            ProblemKind::BinaryThroughText { what, conversion } => {
                write!(f, "{what} that was {}", conversion.as_str())
            }
            ProblemKind::Printed(printed) => write!(f, "{}", printed.what),
            ProblemKind::Base64InWords => write!(f, "only the base64 in the text is decoded"),
            ProblemKind::Grouped => {
                write!(f, "blanks between groups of characters are left out")
            }
            ProblemKind::RecordsInJson => write!(f, "only the records in the JSON are decoded"),
            ProblemKind::Invisible(Invisible { count, first }) => {
                let first = u32::from(*first);
                write!(f, "invisible characters are left out: {count}, the first is U+{first:04X}")
            }
            ProblemKind::Unescaped(mark) => write!(f, "{} were decoded", mark.as_str()),
            ProblemKind::DecodedFrom(encoding) => {
                write!(f, "decoded from {}, not from base64", encoding.as_str())
            }
            ProblemKind::BytesInWords => write!(f, "only the bytes in the text are decoded"),
            ProblemKind::TextAround { bytes } => {
                write!(f, "{bytes} bytes of text around the records in this line are left out")
            }
            ProblemKind::Base64WithoutStart => {
                write!(f, "the beginning of the base64 is missing")
            }
            ProblemKind::MaybeBase64 => write!(f, "may be base64 of binary data"),
            ProblemKind::Placeholder => write!(f, "a placeholder of documentation, not base64"),
            ProblemKind::ShownAsBase64(what) => write!(f, "{what}; printed as base64"),
            ProblemKind::OtlpBroken => write!(f, "truncated or damaged OpenTelemetry message"),
            ProblemKind::CutFile(name) => write!(f, "truncated or damaged {name} file"),
            ProblemKind::NotThisFormat(name) => write!(f, "not in the input format `{name}`"),
            ProblemKind::TextAmongFailures => {
                write!(f, "not a failure record, but a line of text")
            }
            ProblemKind::NotAFailure => {
                write!(f, "not a failure record, unlike others in this input")
            }
            ProblemKind::Json(kind) => write_json_error(f, *kind),
            ProblemKind::JsonOfBody(kind) => {
                write!(f, "`body`: ")?;
                write_json_error(f, *kind)
            }
            ProblemKind::InputTooLarge { limit } => {
                write!(f, "one line or document is larger than {}", size(*limit as u64))
            }
            ProblemKind::CutPrint(what) => write!(
                f,
                "the runtime truncated the printed event: \
                 {what}"
            ),
            ProblemKind::PrintEndsEarly => {
                write!(f, "the printed event ends early: a record is incomplete")
            }
            ProblemKind::PrintWithoutData { printed, .. } => {
                write!(f, "the record has no data, only `{printed}`")
            }
            ProblemKind::TwoRawData => write!(f, "two `rawData` keys in one failure object"),
            ProblemKind::DataNotString => write!(f, "the record's data is not a string"),
            ProblemKind::PythonBytes => {
                write!(f, "the record's data is how Python prints bytes, with `b` and quotes")
            }
            ProblemKind::DoubleBase64 => write!(f, "encoded twice"),
            ProblemKind::DoubleGzip => write!(f, "compressed twice"),
            ProblemKind::HexNotBase64 => write!(f, "hexadecimal instead of base64"),
            ProblemKind::BlankLineInBase64 => {
                write!(f, "base64 with a blank line in it read as one record")
            }
            ProblemKind::HexDumpCut { at } => {
                write!(f, "bytes of the hex dump are missing from offset {at}")
            }
            ProblemKind::HexDumpOpen { bytes } => {
                write!(f, "the hex dump may go on after its {bytes} bytes: its length is not shown")
            }
            ProblemKind::QuotesReplaced(what) => write!(f, "{what}"),
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

fn write_json_error(f: &mut fmt::Formatter<'_>, kind: JsonErrorKind) -> fmt::Result {
    match kind {
        JsonErrorKind::UnexpectedEnd => write!(f, "JSON ends early"),
        JsonErrorKind::Expected(what) => write!(f, "invalid JSON: expected {what}"),
        JsonErrorKind::ControlInString => {
            write!(f, "invalid JSON: control character in a string")
        }
        JsonErrorKind::BadEscape => write!(f, "invalid JSON: bad escape in a string"),
        JsonErrorKind::TooDeep => {
            write!(f, "JSON nested deeper than the {MAX_JSON_DEPTH} levels that fh reads")
        }
        JsonErrorKind::NotUtf8 => write!(f, "JSON is not UTF-8"),
    }
}
