//! The lines of a ledger, pure: text in, values out.
//!
//! ```text
//! 5bd3…f1 {"job":{"format":1,"stream":"arn:…","sources":["s3://b/p/"],"filters":[]}}
//! 90ce…07 {"plan":{"batch":0,"at":1795341600123,"sources":[…],"records":"4c1f…"}}
//! 11b8…3a {"done":{"batch":0,"at":1795341600321,"outcomes":"aaaara"}}
//! ```
//!
//! In front stands a checksum of the line and of all lines before it, so that
//! no line can be changed, left out or moved unseen.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::job::Job;
use super::key::{Entries, SourceVersion, first};
pub use firehose::put::RecordOutcome;

/// Bytes of the checksum, of SHA-256.
const CHECKSUM: usize = 8;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Line {
    /// The first: what the ledger is for.
    Job(Job),
    /// Written before a batch is sent.
    Plan(Plan),
    /// Written after it was answered.
    Done(BatchOutcomes),
}

/// Records that are about to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Plan {
    /// Counts up from 0.
    pub(super) batch: u64,
    /// Milliseconds since 1970.
    pub(super) at: i64,
    /// Objects that were not planned from before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sources: Vec<SourceVersion>,
    /// The records, in the order of the batch.
    pub(super) records: Entries,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BatchOutcomes {
    /// Which.
    pub(super) batch: u64,
    /// Milliseconds since 1970.
    pub(super) at: i64,
    /// A letter a record, in the order of the batch.
    pub(super) outcomes: String,
}

/// The letter of an outcome.
pub(super) const fn letter(outcome: RecordOutcome) -> char {
    match outcome {
        RecordOutcome::Acknowledged => 'a',
        RecordOutcome::Refused => 'r',
        RecordOutcome::Unknown => 'u',
    }
}

/// The outcome of a letter.
pub(super) const fn outcome(letter: char) -> Option<RecordOutcome> {
    match letter {
        'a' => Some(RecordOutcome::Acknowledged),
        'r' => Some(RecordOutcome::Refused),
        'u' => Some(RecordOutcome::Unknown),
        _ => None,
    }
}

/// The checksum over all lines so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Chain([u8; CHECKSUM]);

impl Chain {
    /// Returns the text of `line`, with its newline, as the next one.
    pub(super) fn write(&mut self, line: &Line) -> serde_json::Result<String> {
        let json = serde_json::to_string(line)?;
        *self = self.after(json.as_bytes());
        Ok(format!("{:016x} {json}\n", u64::from_be_bytes(self.0)))
    }

    /// Reads the next line, without its newline; `None` if it is damaged or
    /// not the next one.
    pub(super) fn read(&mut self, text: &[u8]) -> Option<Line> {
        let (checksum, json) = text.split_at_checked(2 * CHECKSUM)?;
        let json = json.strip_prefix(b" ")?;
        let next = self.after(json);
        let expected = format!("{:016x}", u64::from_be_bytes(next.0));
        if checksum != expected.as_bytes() {
            return None;
        }
        let line = serde_json::from_slice(json).ok()?;
        *self = next;
        Some(line)
    }

    fn after(self, json: &[u8]) -> Self {
        Self(first(&Sha256::new().chain_update(self.0).chain_update(json).finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(batch: u64) -> Line {
        Line::Done(BatchOutcomes { batch, at: 1, outcomes: "aru".to_owned() })
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let (mut writer, mut reader) = (Chain::default(), Chain::default());
        for batch in 0..3 {
            let text = writer.write(&done(batch)).unwrap();
            assert_eq!(reader.read(text.trim_end().as_bytes()), Some(done(batch)));
        }
    }

    #[test]
    fn a_line_that_was_changed_left_out_or_moved_is_seen() {
        let mut writer = Chain::default();
        let texts: Vec<_> = (0..3).map(|batch| writer.write(&done(batch)).unwrap()).collect();
        let first = texts[0].trim_end();
        assert_eq!(Chain::default().read(texts[1].trim_end().as_bytes()), None);
        for at in 0..first.len() {
            let mut changed = first.as_bytes().to_vec();
            changed[at] ^= 1;
            assert_eq!(Chain::default().read(&changed), None, "{at}");
        }
        let mut reader = Chain::default();
        reader.read(first.as_bytes()).unwrap();
        assert_eq!(reader.read(texts[2].trim_end().as_bytes()), None);
        assert!(reader.read(texts[1].trim_end().as_bytes()).is_some());
    }
}
