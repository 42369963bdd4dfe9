//! Failure records in an input of any kind, whose blocks may be worked on by
//! several threads: each says what its block has, and whoever takes the blocks in
//! order tells damage from other data.

use std::sync::Arc;

use crate::input::blocks::{Block, LineCounter, OpenInput};
use firehose::decode::Decoded;
use firehose::failure::{Finding, MAX_PLACES};
use firehose::framing::{Envelope, FoundRecord};

/// What a block has of failure records, and of records next to them that stand as
/// they are: nothing that holds a record and nothing that was encoded.
#[derive(Debug, Default)]
pub(crate) struct Mix {
    /// What the input starts with, in the mix of its first block.
    pub(crate) first: Option<Finding>,
    /// The first records of each kind, with their offsets, until their lines are
    /// known, and their numbers in the block.
    pub(crate) found: Vec<(Finding, u64, u64)>,
    /// How many more there are of a kind.
    pub(crate) more_damaged: u64,
    pub(crate) more_others: u64,
}

impl Mix {
    fn add(&mut self, finding: Finding, at: usize, nth: u64) {
        let most = if finding == Finding::Record { 1 } else { MAX_PLACES };
        let known = self.found.iter().filter(|(other, ..)| *other == finding).count() as u64;
        match finding {
            _ if known < most => self.found.push((finding, at as u64, nth)),
            Finding::Damaged => self.more_damaged += 1,
            Finding::Words | Finding::Other => self.more_others += 1,
            Finding::Record | Finding::Manifest(_) | Finding::Object => {}
        }
    }

    /// Turns offsets into lines.
    pub(crate) fn find_lines(&mut self, block: &Block) {
        let mut lines = LineCounter::new(block);
        for (_, place, _) in &mut self.found {
            *place = lines.line_of(usize::try_from(*place).unwrap_or(usize::MAX));
        }
    }
}

/// Looks for failure records in an input. In one without them, only the first
/// records are looked at: that takes time.
#[derive(Debug, Default)]
pub(crate) struct MixWatch {
    input: Option<Arc<OpenInput>>,
    /// Failure records are there, or may be in blocks that others work on.
    is_on: bool,
    /// Records that were looked at while it was not.
    early: u64,
    pub(crate) mix: Mix,
}

impl MixWatch {
    pub(crate) fn start(&mut self, block: &Block) {
        let is_same = self.input.as_ref().is_some_and(|input| Arc::ptr_eq(input, &block.input));
        if !is_same {
            self.input = Some(Arc::clone(&block.input));
            (self.is_on, self.early) = (!block.first, 0);
        }
    }

    #[inline]
    pub(crate) fn add(
        &mut self,
        block: &Block,
        framed: &FoundRecord<'_>,
        decoded: &Decoded<'_>,
        nth: u64,
    ) {
        // Most records stand by themselves and were encoded.
        let is_plain = framed.envelope == Envelope::None && !decoded.layers.is_empty();
        if !is_plain || nth == 1 {
            self.look(block, framed, decoded, nth);
        }
    }

    fn look(&mut self, block: &Block, framed: &FoundRecord<'_>, decoded: &Decoded<'_>, nth: u64) {
        let bytes = block.bytes();
        let is_record = framed.envelope == Envelope::Failure && {
            // One that is printed in a log has lines of a log around it.
            let text = bytes.get(framed.at..).unwrap_or_default();
            let list = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
            list.unwrap_or(text).starts_with(b"{")
        };
        if block.first && nth == 1 {
            let is_printed = framed.envelope == Envelope::Failure && !is_record;
            let first = if is_printed { Finding::Other } else { Finding::of(framed, bytes) };
            self.is_on |= first == Finding::Damaged;
            self.mix.first = Some(first);
        }
        if is_record {
            self.is_on = true;
            self.mix.add(Finding::Record, framed.at, nth);
        } else if framed.envelope == Envelope::None
            && (self.is_on || self.early < MAX_PLACES)
            && framed.problem.is_none()
            && decoded.layers.is_empty()
            && decoded.error().is_none()
        {
            self.early += 1;
            let finding = Finding::of_text(framed.data.bytes().unwrap_or_default());
            if finding != Finding::Object {
                self.mix.add(finding, framed.at, nth);
            }
        }
    }
}
