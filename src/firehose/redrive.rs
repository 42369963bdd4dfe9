//! What a redrive does with the records that it meets, and the counts of it.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::LeftOut;

/// Places that are kept of each reason.
pub const MAX_PLACES: usize = 1000;

/// Error codes that are counted separately.
const MAX_CODES: usize = 100;

/// Why a record is not put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Two `rawData`, and no way to know which one is right.
    TwoRawData,
    /// No failure record, or none with `rawData` that can be read.
    Damaged,
    /// More bytes than Firehose takes.
    TooLarge,
    /// The data is what the transform made, and the stream would transform it
    /// again.
    Transformed,
    /// It failed in format conversion, and the stream would transform it again.
    Converted,
    /// An earlier redrive has put the same bytes, before this record arrived.
    CameBack,
    /// It was sent, and whether it arrived is unknown.
    Unknown,
    /// The object is not the one that the ledger knows by this name.
    Changed,
    /// Nothing tells where the records of a source backup object end.
    NoEnd,
    /// A manifest of Redshift: no record.
    Manifest,
}

impl Reason {
    /// The one name, in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TwoRawData => "two-raw-data",
            Self::Damaged => "damaged",
            Self::TooLarge => "too-large",
            Self::Transformed => "transformed",
            Self::Converted => "perhaps-transformed",
            Self::CameBack => "came-back",
            Self::Unknown => "unknown",
            Self::Changed => "changed",
            Self::NoEnd => "no-record-ends",
            Self::Manifest => "manifest",
        }
    }

    /// The reason, as it is shown after "skipped:".
    pub const fn description(self) -> &'static str {
        match self {
            Self::TwoRawData => "two `rawData` in one failure record",
            Self::Damaged => "not a readable failure record",
            Self::TooLarge => "larger than the 1,000 KiB that Firehose accepts",
            Self::Transformed => {
                "failed after the transform: its data is the output of the \
                 transform"
            }
            Self::Converted => {
                "failed after the transform, in format conversion: its data may be the output of \
                 the transform"
            }
            Self::CameBack => {
                "failed again: an earlier redrive sent these bytes before this record arrived"
            }
            Self::Unknown => "was sent, with no known response (--on-unknown skip)",
            Self::Changed => "its object has changed since the redrive started",
            Self::NoEnd => "in an object without clear record ends",
            Self::Manifest => "a Redshift manifest, not a record",
        }
    }

    /// True where the transform may have made the data.
    pub const fn is_of_transformed(self) -> bool {
        matches!(self, Self::Transformed | Self::Converted)
    }

    /// What the user can do about it.
    pub const fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::TwoRawData => {
                "`fh decode` shows both; send the right one with `fh send --format base64`"
            }
            Self::Damaged => {
                "restore the object if it was truncated or edited, and run the same command again"
            }
            Self::TooLarge => "split or shrink it in the producer",
            Self::Transformed | Self::Converted => {
                "`--transformed` sends it through the transform again, if the transform can \
                 handle that"
            }
            Self::CameBack => {
                "fix the transform first (`fh failures`), then send these with `--returned`"
            }
            Self::Unknown => "look for them at the destination; `--on-unknown resend` sends again",
            Self::Changed => "restore the object; put new data into a separate object",
            // Each place has a hint of its own.
            Self::NoEnd => return None,
            Self::Manifest => "load its objects with COPY and the manifest",
        })
    }
}

/// What ledgers know of earlier redrives into the same stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierSummary {
    /// Records that were sent and not refused.
    pub records: u64,
    /// Ledgers that know of it.
    pub ledgers: u64,
    /// When records were last sent, in milliseconds since 1970.
    pub last: i64,
}

/// Which of some records were put back before, as far as ledgers know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PutBack {
    /// Records that a delivery stream has acknowledged.
    pub acknowledged: u64,
    /// Records that were sent, and whether they arrived is unknown.
    pub unknown: u64,
    /// When the first and the last of those acknowledged were sent, in milliseconds
    /// since 1970.
    pub times: Option<(i64, i64)>,
    /// Names of the delivery streams that have acknowledged them.
    pub streams: BTreeSet<String>,
}

impl PutBack {
    /// Counts a record that a stream has acknowledged.
    pub fn acknowledged(&mut self, stream: &str, at: Option<i64>) {
        self.acknowledged += 1;
        if !self.streams.contains(stream) {
            self.streams.insert(stream.to_owned());
        }
        self.add_times(at.map(|at| (at, at)));
    }

    /// Adds what is known of other records.
    pub fn merge(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.unknown += other.unknown;
        self.streams.extend(other.streams);
        self.add_times(other.times);
    }

    /// True if nothing is known of any record.
    pub fn is_empty(&self) -> bool {
        self.acknowledged + self.unknown == 0
    }

    fn add_times(&mut self, times: Option<(i64, i64)>) {
        if let Some((first, last)) = times {
            let (least, most) = self.times.unwrap_or((first, last));
            self.times = Some((least.min(first), most.max(last)));
        }
    }
}

/// Records and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// Count of the records.
    pub records: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
}

impl Amount {
    /// Counts one more.
    pub fn add(&mut self, bytes: usize) {
        self.records += 1;
        self.bytes += bytes as u64;
    }
}

/// Records that are skipped for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Skipped {
    /// The records that are skipped.
    pub amount: Amount,
    /// Where the first of them are.
    pub places: Vec<String>,
}

/// What was found in the sources.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordCounts {
    /// Objects and files.
    pub objects: u64,
    /// Those with something else in them than failure records.
    pub strange_objects: u64,
    /// Those that are damaged themselves, such as a truncated one, besides their records.
    pub damaged_objects: u64,
    /// The first of those, and what is wrong with them.
    pub damaged_places: Vec<String>,
    /// Objects and files that were not read on purpose.
    pub left_out: LeftOut,
    /// All records that were found.
    pub records: u64,
    /// Records that the filters leave out.
    pub filtered: u64,
    /// Firehose has acknowledged them in an earlier run.
    pub acknowledged: Amount,
    /// To be sent.
    pub to_send: Amount,
    /// Those among them that were sent before, with an unknown outcome: they may
    /// arrive twice.
    pub again: Amount,
    /// Those among them whose bytes were sent before, from another object or
    /// place: copies of failure objects, or records that are alike.
    pub same_bytes: Amount,
    /// To be sent, by error code.
    pub codes: BTreeMap<String, Amount>,
    /// Not sent.
    pub skipped: BTreeMap<Reason, Skipped>,
    /// `--limit` was reached before the end.
    pub is_cut: bool,
}

impl RecordCounts {
    /// Counts a record that is to be sent.
    pub fn send(&mut self, bytes: usize, code: Option<String>, is_again: bool) {
        self.to_send.add(bytes);
        if is_again {
            self.again.add(bytes);
        }
        let code = code
            .filter(|code| self.codes.len() < MAX_CODES || self.codes.contains_key(code.as_str()));
        self.codes.entry(code.unwrap_or_default()).or_default().add(bytes);
    }

    /// Counts a record that is not.
    pub fn skip(&mut self, reason: Reason, bytes: usize, place: String) {
        let skipped = self.skipped.entry(reason).or_default();
        skipped.amount.add(bytes);
        if skipped.places.len() < MAX_PLACES {
            skipped.places.push(place);
        }
    }

    /// Counts an object that is damaged itself.
    pub fn damaged_object(&mut self, place: String) {
        self.damaged_objects += 1;
        if self.damaged_places.len() < MAX_PLACES {
            self.damaged_places.push(place);
        }
    }

    /// How many records are skipped.
    pub fn skipped_records(&self) -> u64 {
        self.skipped.values().map(|skipped| skipped.amount.records).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_beyond_the_first_hundred_are_counted_together() {
        let mut tally = RecordCounts::default();
        for number in 0..150 {
            tally.send(2, Some(format!("code {number}")), false);
        }
        assert_eq!(tally.codes.len(), MAX_CODES + 1);
        assert_eq!(tally.codes[""], Amount { records: 50, bytes: 100 });
        assert_eq!(tally.to_send, Amount { records: 150, bytes: 300 });
    }

    #[test]
    fn places_of_a_reason_are_bounded_and_counts_are_not() {
        let mut tally = RecordCounts::default();
        for _ in 0..2 * MAX_PLACES {
            tally.skip(Reason::Damaged, 1, String::new());
        }
        assert_eq!(tally.skipped_records(), 2 * MAX_PLACES as u64);
        assert_eq!(tally.skipped[&Reason::Damaged].places.len(), MAX_PLACES);
    }
}
