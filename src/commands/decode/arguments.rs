//! What the flags of `fh decode` may hold.

use std::str::FromStr;

use clap::ValueEnum;

use firehose::framing::InputFormat;

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
