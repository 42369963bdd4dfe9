//! Records out of failure objects.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::objects::Object;
use super::records::{PassItem, Place, Ready, Record};
use crate::input::blocks::{Block, Blocks, Event, LineCounter};
use crate::input::filter::{Filter, Verdict};
use firehose::decode::{Decoder, Encoding, Layer, Options, ProblemKind};
use firehose::failure::{Damage, Expected, FailureRecord, Finding};
use firehose::framing::{self, Data, FoundRecord};
use firehose::redrive::Reason;

/// Characters of an error code that are kept.
const LONGEST_CODE: usize = 64;

pub(super) struct Failures {
    blocks: Blocks,
    filter: Arc<Filter>,
    /// Peels base64 and nothing else.
    base64: Decoder,
    /// Peels everything, for `--grep`.
    content: Decoder,
    ready: Ready,
    object: Option<Arc<Object>>,
    /// Records of the object at hand.
    number: u64,
    /// What else is in it.
    damage: Damage<String>,
}

impl Failures {
    pub(super) fn new(blocks: Blocks, filter: Arc<Filter>) -> Self {
        let options = Options { layers: Some(vec![Layer::Base64]), ..Options::default() };
        Self {
            blocks,
            filter,
            base64: Decoder::new(options),
            content: Decoder::new(Options::default()),
            ready: Ready::new(),
            object: None,
            number: 0,
            damage: Damage::of(Expected::Failures),
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Block(block) => self.block(&block),
            Event::TooLarge { input, line } => {
                let place = format!("{}: line {line}", input.name);
                self.ready.push_back(PassItem::Skipped(Reason::Damaged, 0, place));
            }
            Event::End { input, layers } => {
                if self.damage.is_other_data() {
                    self.ready.push_back(PassItem::Other);
                }
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    let place = format!("{}: {problem}", input.name);
                    self.ready.push_back(PassItem::Skipped(Reason::Damaged, 0, place));
                }
            }
            Event::Unreadable(error) | Event::Missing(error, _) => {
                self.ready.push_back(PassItem::Unreadable(error));
            }
            Event::Notice(text) => self.ready.push_back(PassItem::Notice(text)),
            Event::LeftOut(left_out) => self.ready.push_back(PassItem::LeftOut(left_out)),
            Event::Failed(error) => self.ready.push_back(PassItem::Failed(error)),
        }
    }

    fn block(&mut self, block: &Block) {
        if block.first {
            self.number = 0;
            self.damage = Damage::of(Expected::Failures);
            let input = &block.input;
            self.object = match Object::new(&input.name, input.object.as_ref()) {
                Ok(object) => {
                    self.ready.push_back(PassItem::Object(Arc::clone(&object)));
                    Some(object)
                }
                Err(error) => {
                    self.ready.push_back(PassItem::Unreadable(error));
                    None
                }
            };
        }
        let Some(object) = self.object.clone() else { return };
        let mut lines = LineCounter::new(block);
        // A record with two `rawData` comes twice, one after the other.
        let mut twice: Option<*const u8> = None;
        let _to_the_end = framing::records(block.bytes(), block.input.format, &mut |framed| {
            let is_two = matches!(&framed.problem, Some(it) if it.kind == ProblemKind::TwoRawData);
            let object_at = framed.failure.map(<[u8]>::as_ptr).filter(|_| is_two);
            if object_at.is_none() || object_at != twice {
                self.number += 1;
                let line = Some(lines.line_of(framed.at));
                let place = Place { object: Arc::clone(&object), number: self.number, line };
                self.one_or_other(&framed, block.bytes(), place);
            }
            twice = object_at;
            ControlFlow::Continue(())
        });
    }

    fn one_or_other(&mut self, framed: &FoundRecord<'_>, block: &[u8], place: Place) {
        let found = Finding::of(framed, block);
        let text = if found == Finding::Record { String::new() } else { place.describe() };
        if let Finding::Manifest(_) = found {
            self.ready.push_back(PassItem::Skipped(Reason::Manifest, 0, text));
            return;
        }
        let damage = self.damage.take(found, text).into_iter();
        self.ready.extend(damage.map(|place| PassItem::Skipped(Reason::Damaged, 0, place)));
        self.more_damaged(&place.object.name);
        if found == Finding::Record {
            let item = self.one(framed, place);
            self.ready.push_back(item);
        }
    }

    /// Counts damage whose place was not kept.
    fn more_damaged(&mut self, name: &str) {
        let count = self.damage.take_uncounted();
        if count > 0 {
            self.ready.push_back(PassItem::MoreDamaged(count, name.to_owned()));
        }
    }

    fn one(&mut self, framed: &FoundRecord<'_>, place: Place) -> PassItem {
        let failure = FailureRecord::read(framed.failure.unwrap_or_default());
        if self.filter.judge(&failure) != Verdict::Wanted {
            return PassItem::Filtered;
        }
        let bytes = usize::try_from(failure.payload_bytes).unwrap_or(usize::MAX);
        if let Some(problem) = &framed.problem {
            if problem.kind == ProblemKind::TwoRawData {
                return PassItem::Skipped(Reason::TwoRawData, bytes, place.describe());
            }
            let place = format!("{}: {problem}", place.describe());
            return PassItem::Skipped(Reason::Damaged, bytes, place);
        }
        let Data::Base64(encoded) = &framed.data else {
            return PassItem::Skipped(Reason::Damaged, 0, place.describe());
        };
        if self.filter.needs_content()
            && !self.filter.fits(&self.content.decode(encoded, Encoding::Base64))
        {
            return PassItem::Filtered;
        }
        let decoded = self.base64.decode(encoded, Encoding::Unknown);
        if let Some(problem) = decoded.problems.first() {
            let place = format!("{}: {problem}", place.describe());
            return PassItem::Skipped(Reason::Damaged, bytes, place);
        }
        let payload = decoded.bytes.to_vec();
        PassItem::Record(Box::new(Record {
            entry: place.object.source.entry(place.number, &payload),
            payload,
            arrival: failure.arrival,
            code: failure.code.map(|token| token.text_up_to(LONGEST_CODE)),
            is_transformed: failure.is_transformed,
            place,
        }))
    }
}

impl Iterator for Failures {
    type Item = PassItem;

    fn next(&mut self) -> Option<PassItem> {
        while self.ready.is_empty() {
            let event = self.blocks.next(Vec::new())?;
            self.event(event);
        }
        self.ready.pop_front()
    }
}
