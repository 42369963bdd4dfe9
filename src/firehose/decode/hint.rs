//! What to try next about a problem.

use super::Layer;
use super::base64::{Base64ErrorKind, Mark};
use super::charset::Charset;
use super::fault::FaultKind;
use super::not_json::LINE_BREAK;
use super::problem::{Problem, ProblemKind};

impl Problem {
    /// What to try next; in commands, `N` is the record and `FILE` its input.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match &self.kind {
            ProblemKind::Base64(Base64ErrorKind::Blank) => {
                "a `+` may have become a space (form or URL decoding); copy the record again"
            }
            ProblemKind::Base64(Base64ErrorKind::DataAfterPadding) => {
                "encode the payload and its newline in one go, or put a line break after the `=`"
            }
            ProblemKind::Base64(Base64ErrorKind::Length) => {
                "the end of the text may be missing; copy the record again"
            }
            ProblemKind::Base64(Base64ErrorKind::BadByte(bad)) => match bad.mark {
                Some(Mark::Percent) => {
                    "it is percent-encoded, as in URLs and forms; undo that with \
                     `sed 's/%25/%/g; s/%2[Bb]/+/g; s/%2[Ff]/\\//g; s/%3[Dd]/=/g' FILE | fh decode`"
                }
                Some(Mark::Escape) => {
                    "an escape such as `\\n`, `\\/` or `\\u003d` stands in it instead of the \
                     character; undo that with `sed -E 's/\\\\+[nrt]//g; s/\\\\+\\//\\//g; \
                     s/\\\\+u002[Bb]/+/g; s/\\\\+u003[Dd]/=/g' FILE | fh decode`"
                }
                Some(Mark::Entity) => {
                    "an HTML entity such as `&#43;` stands in it; undo that with \
                     `sed 's/&#43;/+/g; s/&#47;/\\//g; s/&#61;/=/g' FILE | fh decode`"
                }
                Some(Mark::Ellipsis) => {
                    "the text may have been shortened with `...`; copy the record again"
                }
                None => "if it is plain text, show it with `--layers none`",
            },
            ProblemKind::Base64(Base64ErrorKind::PlainText) => {
                "encode it where it is written; `--layers none` shows it as it is"
            }
            ProblemKind::Hex => "hexadecimal has an even number of digits 0-9 and a-f",
            ProblemKind::Fault(FaultKind::Truncated) => {
                "the end is missing; fetch or copy the record again"
            }
            ProblemKind::Fault(FaultKind::Checksum) => {
                "the data is shown, but part of it changed after it was compressed"
            }
            ProblemKind::Fault(FaultKind::BadDeflate | FaultKind::BadZstd) => {
                "bytes are missing or changed shortly before it, such as a line of the base64 that \
                 was lost (4 characters for 3 bytes); copy the record again"
            }
            ProblemKind::Fault(FaultKind::LineFeeds) => {
                "it was transferred as text, which adds the carriage returns; transfer it again in \
                 binary mode (`binary` in FTP, `-text` in .gitattributes)"
            }
            ProblemKind::Fault(_) => {
                "inspect the bytes with `fh decode --layers base64 --raw --records N FILE | xxd`"
            }
            ProblemKind::NotThisLayer => "omit `--layers` to detect the layers",
            ProblemKind::TooLarge { .. } => {
                "raise the limit with `--max-decoded`, e.g. `--max-decoded 1GiB`"
            }
            ProblemKind::TooManyLayers => "decode the outer ones first with `--layers … --raw`",
            ProblemKind::Trailing { .. } if self.layer == Some(Layer::KplAggregate) => {
                "the records of the aggregate are shown; something appended the bytes after them, \
                 such as a newline"
            }
            ProblemKind::Joined => {
                "it is shown too; the records of an S3 object follow each other like this, within \
                 one record the sender joined them"
            }
            ProblemKind::Trailing { .. } => {
                "the sender appended them after compressing (a newline, padding, another record)"
            }
            ProblemKind::KplDigest => "the records inside are shown, but some bytes changed",
            ProblemKind::KplBroken => "the records before it are shown",
            ProblemKind::KplCut { records: 0 } => "fetch or copy the record again",
            ProblemKind::KplCut { .. } => {
                "the records before it are shown; fetch or copy the record again"
            }
            ProblemKind::NotJson { reason, .. } if reason == LINE_BREAK => {
                "write the line break as `\\n`, or join the lines if a terminal wrapped them"
            }
            ProblemKind::NotJson { is_expected: true, .. } => {
                "`--explain` shows the layers and the content of each record"
            }
            ProblemKind::NotJson { .. } => "shown as text; `--expect json` makes it an error",
            ProblemKind::LiteralNewline => {
                "each value is shown by itself; append a newline, not a backslash and an `n`"
            }
            ProblemKind::AfterJson => {
                "both are shown, each by itself; check what joins or appends them"
            }
            ProblemKind::OtherCharset(Charset::DamagedUtf8) => {
                "a character may have been cut in two; U+FFFD stands for it, `--raw` prints the \
                 bytes"
            }
            ProblemKind::OtherCharset(Charset::OtherBytes) => {
                "shown as Windows-1252, so its letters are wrong; convert what `--raw` prints, \
                 e.g. `iconv -f WINDOWS-1251 -t UTF-8`, or from SHIFT_JIS, GBK, KOI8-R"
            }
            ProblemKind::OtherCharset(Charset::Latin1 | Charset::Windows1252) => {
                "if letters are wrong, it is in another encoding: convert what `--raw` prints, \
                 e.g. `iconv -f ISO-8859-2 -t UTF-8`, or from WINDOWS-1251, GBK, BIG5"
            }
            ProblemKind::DeepJson => "shown as text; whether it is valid JSON is not known",
            ProblemKind::OtherCharset(_) => {
                "shown as UTF-8; Firehose delivers the bytes as they are, and so does `--raw`"
            }
            ProblemKind::ThroughText(conversion)
            | ProblemKind::BinaryThroughText { conversion, .. } => conversion.hint(),
            ProblemKind::Printed(printed) => printed.hint,
            ProblemKind::Unescaped(_) => {
                "copy the record from where it was printed, as text; Firehose accepts base64 without escapes only"
            }
            ProblemKind::DecodedFrom(_) => "show the text itself with `--input-format lines`",
            ProblemKind::Base64InWords if self.layer.is_none() => {
                "show all of it with `--input-format lines`"
            }
            ProblemKind::Base64InWords => "show all of it with `--layers none`",
            ProblemKind::BytesInWords => "show all of it with `--input-format lines`",
            ProblemKind::Grouped => "Firehose accepts base64 without blanks only",
            ProblemKind::RecordsInJson => "show all of it with `--input-format json`",
            ProblemKind::TextAround { .. } => {
                "show all of it with `--input-format lines --layers none`"
            }
            ProblemKind::Base64WithoutStart => {
                "shown as text; copy the record again, with its first characters"
            }
            ProblemKind::Placeholder => {
                "put the base64 of a payload in its place; `fh event` writes events with payloads"
            }
            ProblemKind::MaybeBase64 => "shown as text; decode it with `--layers base64`",
            ProblemKind::ShownAsBase64(_) => "`--raw` prints the bytes, `--explain` the layers",
            ProblemKind::OtlpBroken if self.offset != Some(0) => {
                "the messages before it are shown; `--raw` prints all bytes"
            }
            ProblemKind::CutFile(_) | ProblemKind::OtlpBroken => {
                "fetch or copy the record again; `--raw` prints its bytes"
            }
            ProblemKind::NotThisFormat(_) => "omit `--input-format` to detect the format",
            ProblemKind::TextAmongFailures => {
                "it is no part of a failure record; remove it from the input, or pass the S3 object itself"
            }
            ProblemKind::NotAFailure => {
                "it may be a failure record that was truncated or edited; fetch the object again"
            }
            ProblemKind::Json(_) => {
                "the text was truncated or edited; the lines after it are read separately"
            }
            ProblemKind::JsonOfBody(_) => {
                "the body was truncated or edited where the request was logged or passed on"
            }
            ProblemKind::InputTooLarge { .. } => {
                "split the input: one record per line, or one JSON document per file"
            }
            ProblemKind::CutPrint(what) if what.contains(" more byte") => {
                "print all of it with `console.log(buffer.toString('base64'))`"
            }
            ProblemKind::PrintEndsEarly => {
                "the line may have been cut at a length limit; print each record separately"
            }
            ProblemKind::PrintWithoutData { remedy, .. } => remedy,
            ProblemKind::CutPrint(_) => {
                "print the whole event with `console.log(JSON.stringify(event))`"
            }
            ProblemKind::TwoRawData => {
                "both are shown; do not redrive this record before you know which one is right"
            }
            ProblemKind::DataNotString => "`data` is a JSON string with the record in base64",
            ProblemKind::PythonBytes => {
                "turn the base64 into text: `base64.b64encode(x).decode()`, not `str(…)`"
            }
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
            ProblemKind::BlankLineInBase64 => {
                "if they are separate records, use `--input-format lines`"
            }
            ProblemKind::HexDumpCut { .. } => "copy the whole dump again",
            ProblemKind::HexDumpOpen { .. } => "if lines are missing, copy the whole dump again",
            ProblemKind::QuotesReplaced(_) => "copy the event from where it was printed, as text",
            ProblemKind::Invisible(_) => "copy the record from where it was printed, as text",
        })
    }
}
