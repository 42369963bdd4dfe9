//! How characters are damaged, and what does that.

use std::fmt::Write as _;

use crate::decode::Charset;
use crate::json::push_string;

/// How characters were damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    Replaced,
    DoubleEncoded,
    DoubleEscaped,
    DoubleWindows,
    QuestionMarks,
    ByteQuestionMarks,
    UnitQuestionMarks,
    SevenBits,
    SevenEscaped,
    Dropped,
}

impl Damage {
    /// Those that are looked for, the surest first.
    pub(super) const ALL: [Self; 9] = [
        Self::DoubleEncoded,
        Self::DoubleEscaped,
        Self::DoubleWindows,
        Self::QuestionMarks,
        Self::ByteQuestionMarks,
        Self::UnitQuestionMarks,
        Self::SevenBits,
        Self::SevenEscaped,
        Self::Dropped,
    ];

    pub(super) const fn what(self) -> &'static str {
        match self {
            Self::Replaced => "U+FFFD comes out",
            Self::DoubleEncoded | Self::DoubleEscaped => {
                "its UTF-8 comes out as Latin-1, encoded once more"
            }
            Self::DoubleWindows => "its UTF-8 comes out as Windows-1252, encoded once more",
            Self::QuestionMarks | Self::ByteQuestionMarks | Self::UnitQuestionMarks => {
                "`?` comes out"
            }
            Self::SevenBits | Self::SevenEscaped => "its bytes come out without their highest bit",
            Self::Dropped => "nothing comes out in its place",
        }
    }

    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Replaced => {
                "read the payload as UTF-8, whole: Python decode('utf-8'), not 'ascii'; do not cut \
                 bytes within a character"
            }
            Self::DoubleEncoded | Self::DoubleEscaped | Self::DoubleWindows => {
                "read the payload as UTF-8: Node.js Buffer.from(record.data, 'base64').toString('utf8'), \
                 not atob or 'latin1'; Python decode('utf-8'), not 'latin-1'"
            }
            Self::QuestionMarks | Self::ByteQuestionMarks | Self::UnitQuestionMarks => {
                "encode as UTF-8: Python encode('utf-8'), not encode('ascii', 'replace'); .NET \
                 Encoding.UTF8, not ASCII; Java getBytes(StandardCharsets.UTF_8)"
            }
            Self::SevenBits | Self::SevenEscaped => {
                "Node.js: toString('utf8'), not toString('ascii'), which clears the highest bit of \
                 every byte"
            }
            Self::Dropped => {
                "encode as UTF-8: Python encode('utf-8'), not encode('ascii', 'ignore'); take out the \
                 filter for characters beyond ASCII"
            }
        }
    }

    /// What becomes of these characters.
    pub(super) fn of(self, run: &str) -> String {
        let latin1 = || run.bytes().map(char::from);
        match self {
            Self::Replaced => run.chars().map(|_| '\u{fffd}').collect(),
            Self::DoubleEncoded => latin1().collect(),
            Self::DoubleEscaped => Self::escaped(&Self::DoubleEncoded.of(run)),
            Self::DoubleWindows => Charset::Windows1252.to_utf8(run.as_bytes()),
            Self::QuestionMarks => run.chars().map(|_| '?').collect(),
            Self::ByteQuestionMarks => run.bytes().map(|_| '?').collect(),
            Self::UnitQuestionMarks => run.encode_utf16().map(|_| '?').collect(),
            Self::SevenBits => run.bytes().map(|byte| char::from(byte & 0x7f)).collect(),
            Self::SevenEscaped => {
                let mut json = Vec::new();
                push_string(&mut json, &Self::SevenBits.of(run));
                String::from_utf8_lossy(&json).trim_matches('"').to_owned()
            }
            Self::Dropped => String::new(),
        }
    }

    /// True if nothing else looks like it.
    pub(super) const fn is_sure(self) -> bool {
        matches!(self, Self::DoubleEncoded | Self::DoubleEscaped | Self::DoubleWindows)
    }

    /// True if `after` may have it, by what one look shows.
    pub(super) fn may_be_in(self, after: &[u8]) -> bool {
        let has = |byte: u8| memchr::memchr(byte, after).is_some();
        match self {
            Self::Replaced | Self::SevenBits | Self::Dropped => true,
            Self::DoubleEncoded | Self::DoubleWindows => !after.is_ascii(),
            Self::DoubleEscaped | Self::SevenEscaped => has(b'\\'),
            Self::QuestionMarks | Self::ByteQuestionMarks | Self::UnitQuestionMarks => has(b'?'),
        }
    }

    /// Characters as JSON writes them in ASCII.
    pub(super) fn escaped(run: &str) -> String {
        run.encode_utf16().fold(String::new(), |mut out, unit| {
            // Writing to a string does not fail.
            let _unused = write!(out, "\\u{unit:04x}");
            out
        })
    }
}
