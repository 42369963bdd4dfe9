//! What of the inputs was left out on purpose.

use serde::Serialize;

use crate::context::Context;
use crate::terminal::plural;
use firehose::failure::LeftOut;

/// The counts, in JSON.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeftOutRow {
    other_streams: u64,
    unknown_stream: u64,
    other_data: u64,
    not_opened: u64,
    not_readable: u64,
}

impl From<LeftOut> for LeftOutRow {
    fn from(it: LeftOut) -> Self {
        Self {
            other_streams: it.other_streams,
            unknown_stream: it.unknown_stream,
            other_data: it.other_data,
            not_opened: it.not_opened,
            not_readable: it.not_readable,
        }
    }
}

/// Prints a sentence for each reason.
pub fn print(left_out: &LeftOut, context: &Context) {
    for sentence in sentences(left_out) {
        context.info(&format!("fh: {sentence}"));
    }
}

/// A sentence for each reason.
pub fn sentences(left_out: &LeftOut) -> Vec<String> {
    let LeftOut { other_streams, unknown_stream, other_data, not_opened, not_readable } = *left_out;
    let reasons = [
        (other_streams, "left out: written by other delivery streams"),
        (
            unknown_stream,
            "left out: unknown delivery stream (no name like <stream>-<version>-<date>-<UUID>)",
        ),
        (other_data, "with other data, by the first bytes"),
        (not_opened, "not opened: only the first few of each folder are checked"),
        (not_readable, "not opened: archived, denied, or deleted since they were listed"),
    ];
    let found = reasons.into_iter().filter(|(count, _)| *count > 0);
    found.map(|(count, why)| format!("{} {why}", plural(count, "object"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_sentence() {
        let left_out = LeftOut { other_streams: 1, not_opened: 2000, ..LeftOut::default() };
        assert_eq!(
            sentences(&left_out),
            [
                "1 object left out: written by other delivery streams",
                "2,000 objects not opened: only the first few of each folder are checked",
            ]
        );
        assert!(sentences(&LeftOut::default()).is_empty());
    }
}
