//! The one reader of failure records.
//!
//! Blocks go in; out comes what is found in them, in order, with its place and
//! with the damage that is known by then. Commands only fold what comes.
//!
//! `fh decode`, `fh explain` and `fh send` take any input, in which a failure
//! record is one envelope among others: they look at every record, and share
//! [`Finding`] and [`Damage`] with this. [`mixed`] has what `fh decode` needs to
//! do so on several threads.

mod content;
pub(crate) mod mixed;

use std::ops::ControlFlow;

pub(crate) use content::{FailureContent, is_control};

use super::Inputs;
use super::blocks::{Block, Blocks, LineCounter, OpenInput};
use firehose::decode::{Problem, ProblemKind};
use firehose::failure::{Damage, Expected, FailureRecord, Finding};
use firehose::framing::{self, FoundRecord, InputFormat};
use firehose::limits::DEFAULT_MAX_DECODED;

/// Blocks of inputs that should hold failure records.
pub(crate) fn blocks(inputs: Inputs) -> Blocks {
    Blocks::new(inputs, InputFormat::Failures, DEFAULT_MAX_DECODED)
}

/// Where something stands in its input; all count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Its line.
    pub(crate) line: u64,
    /// Its number as `fh decode` counts: a record with two `rawData` counts twice.
    pub(crate) index: u64,
    /// Its number as an object. Ledgers of `fh redrive` have it.
    pub(crate) number: u64,
}

/// One thing in an input of failure records.
pub(crate) struct FailureItem<'a> {
    pub(crate) input: &'a OpenInput,
    pub(crate) position: Position,
    pub(crate) kind: ItemKind<'a>,
    /// Its bytes, and what is wrong with them.
    pub(crate) found: &'a FoundRecord<'a>,
    /// What is known to be damage from here on: this, or what came before.
    pub(crate) damage: Vec<DamagedPlace>,
    /// More of it whose places are not kept.
    pub(crate) more_damaged: u64,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemKind<'a> {
    /// A failure record.
    Record(FailureRecord<'a>),
    /// The second `rawData` of the record before.
    SecondData,
    /// A manifest of Redshift, and how many objects it names.
    Manifest(u64),
    /// Something else; it is damage if there are failure records in the input.
    Other,
}

/// What was a failure record before it was cut or edited.
#[derive(Debug)]
pub(crate) struct DamagedPlace {
    pub(crate) position: Position,
    pub(crate) problem: Problem,
}

/// What an input held, once it has ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InputSummary {
    /// Records and other things in it.
    pub(crate) items: u64,
    /// There is other data in it and no failure record.
    pub(crate) is_other_data: bool,
}

/// Reads failure records, one input after the other.
pub(crate) struct FailureReader {
    index: u64,
    number: u64,
    /// The last record was the first half of one with two `rawData`, which come
    /// one after the other.
    expects_second: bool,
    damage: Damage<DamagedPlace>,
}

impl FailureReader {
    pub(crate) fn new() -> Self {
        let damage = Damage::of(Expected::Failures);
        Self { index: 0, number: 0, expects_second: false, damage }
    }

    /// Calls `visit` for each item in `block`, in order, until it breaks.
    pub(crate) fn block(
        &mut self,
        block: &Block,
        visit: &mut dyn FnMut(FailureItem<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if block.first {
            *self = Self::new();
        }
        let mut lines = LineCounter::new(block);
        framing::records(block.bytes(), block.input.format, &mut |found| {
            let line = lines.line_of(found.at);
            let (kind, damage) = self.item(&found, block.bytes(), line);
            visit(FailureItem {
                input: &block.input,
                position: self.position(line),
                kind,
                found: &found,
                damage,
                more_damaged: self.damage.take_uncounted(),
            })
        })
    }

    /// What `found` is, and what is known to be damage now.
    fn item<'a>(
        &mut self,
        found: &'a FoundRecord<'a>,
        block: &[u8],
        line: u64,
    ) -> (ItemKind<'a>, Vec<DamagedPlace>) {
        self.index += 1;
        let has_two = found.problem.as_ref().is_some_and(|it| it.kind == ProblemKind::TwoRawData);
        let is_second = has_two && self.expects_second;
        self.expects_second = has_two && !is_second;
        if is_second {
            return (ItemKind::SecondData, Vec::new());
        }
        self.number += 1;
        let finding = Finding::of(found, block);
        let kind = match finding {
            Finding::Record => {
                ItemKind::Record(FailureRecord::read(found.failure.unwrap_or_default()))
            }
            // Whole, and nothing that failed.
            Finding::Manifest(entries) => return (ItemKind::Manifest(entries), Vec::new()),
            Finding::Damaged | Finding::Object | Finding::Words | Finding::Other => ItemKind::Other,
        };
        let place =
            DamagedPlace { position: self.position(line), problem: what_is_wrong(found, finding) };
        (kind, self.damage.take(finding, place))
    }

    const fn position(&self, line: u64) -> Position {
        Position { line, index: self.index, number: self.number }
    }

    /// The input has ended.
    pub(crate) fn end(&mut self) -> InputSummary {
        let Self { index, damage, .. } = std::mem::replace(self, Self::new());
        InputSummary { items: index, is_other_data: damage.is_other_data() }
    }
}

/// What is wrong with something that should be a failure record.
fn what_is_wrong(found: &FoundRecord<'_>, finding: Finding) -> Problem {
    let is_json = |it: &&Problem| matches!(it.kind, ProblemKind::Json(_));
    let not_one = || Problem::input(finding.problem());
    found.problem.as_ref().filter(is_json).cloned().unwrap_or_else(not_one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Source;
    use crate::input::blocks::BlockEvent;
    use std::io::Write as _;

    const RECORD: &str =
        r#"{"rawData":"QQ==","errorCode":"Lambda.FunctionError","attemptsMade":4}"#;

    type Seen = (&'static str, [u64; 3]);

    /// What is in an input: kinds with their line, index and number; the lines of
    /// damage, and last 1000 and how many more there are; the summary.
    fn read(lines: &[&str]) -> (Vec<Seen>, Vec<u64>, InputSummary) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(lines.join("\n").as_bytes()).unwrap();
        let mut blocks = blocks(Inputs::new(&[Source::Path(file.path().to_owned())]));
        let (mut reader, mut found, mut damage) = (FailureReader::new(), Vec::new(), Vec::new());
        let mut more = 0;
        while let Some(event) = blocks.next(Vec::new()) {
            let BlockEvent::Block(block) = event else { continue };
            let _to_the_end = reader.block(&block, &mut |item| {
                let Position { line, index, number } = item.position;
                let kind = match item.kind {
                    ItemKind::Record(_) => "record",
                    ItemKind::SecondData => "second",
                    ItemKind::Manifest(_) => "manifest",
                    ItemKind::Other => "other",
                };
                found.push((kind, [line, index, number]));
                damage.extend(item.damage.iter().map(|it| it.position.line));
                more += item.more_damaged;
                ControlFlow::Continue(())
            });
        }
        damage.extend((more > 0).then_some(1000 + more));
        (found, damage, reader.end())
    }

    #[test]
    fn two_raw_data_are_one_object_and_two_records() {
        let two = r#"{"rawData":"QQ==","rawData":"Qg==","errorCode":"a","attemptsMade":4}"#;
        let (found, damage, summary) = read(&[two, two, RECORD]);
        let expected = [
            ("record", [1, 1, 1]),
            ("second", [1, 2, 1]),
            ("record", [2, 3, 2]),
            ("second", [2, 4, 2]),
            ("record", [3, 5, 3]),
        ];
        assert_eq!((found.as_slice(), damage.as_slice()), (&expected[..], &[][..]));
        assert_eq!((summary.items, summary.is_other_data), (5, false));
    }

    #[test]
    fn what_comes_before_a_failure_record_is_damage_once_there_is_one() {
        let manifest = r#"{"entries":[{"url":"s3://b/k"}]}"#;
        let (found, damage, summary) = read(&["503", manifest, RECORD, "text"]);
        let kinds: Vec<_> = found.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, ["other", "manifest", "record", "other"]);
        assert_eq!((damage.as_slice(), summary.is_other_data), (&[1, 4][..], false));
        let (_, damage, summary) = read(&["503", "text"]);
        assert_eq!((damage.as_slice(), summary.is_other_data), (&[][..], true));
    }

    #[test]
    fn damage_past_the_first_places_is_counted() {
        let lines: Vec<_> = std::iter::once(RECORD).chain(["text"; 15]).collect();
        let (_, damage, summary) = read(&lines);
        assert_eq!((damage.len(), damage.last(), summary.items), (11, Some(&1005), 16));
    }
}
