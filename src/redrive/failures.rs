//! Records out of failure objects.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::objects::{Object, Objects};
use super::records::{FailedRecord, PassItem, ReadSoFar, Ready, RecordPlace};
use crate::input::Inputs;
use crate::input::base64::Base64Reader;
use crate::input::blocks::{Block, BlockEvent, Blocks};
use crate::input::failures::{self, FailureItem, FailureReader, ItemKind, Position};
use crate::input::filter::{Filter, Verdict};
use firehose::decode::{Decoder, Encoding, Options, ProblemKind, Severity};
use firehose::failure::FailureRecord;
use firehose::framing::{Data, FoundRecord};
use firehose::redrive::Reason;

/// Characters of an error code that are kept.
const LONGEST_CODE: usize = 64;

pub(super) struct Failures {
    blocks: Blocks,
    reader: FailureReader,
    taker: Taker,
    objects: Objects,
    /// The one at hand, unless its version could not be read.
    object: Option<Arc<Object>>,
}

/// Takes records out of what is found.
struct Taker {
    filter: Arc<Filter>,
    /// Peels base64 and nothing else.
    base64: Base64Reader,
    /// Peels everything, for `--grep`.
    content: Decoder,
    ready: Ready,
}

impl Failures {
    pub(super) fn new(inputs: Inputs, filter: Arc<Filter>) -> Self {
        let taker = Taker {
            filter,
            base64: Base64Reader::new(),
            content: Decoder::new(Options::default()),
            ready: Ready::new(),
        };
        Self {
            blocks: failures::blocks(inputs),
            reader: FailureReader::new(),
            taker,
            objects: Objects::default(),
            object: None,
        }
    }

    pub(super) fn read_so_far(&self) -> ReadSoFar {
        ReadSoFar { bytes: self.blocks.bytes_read(), listed: self.blocks.to_be_read() }
    }

    fn event(&mut self, event: BlockEvent) {
        let ready = &mut self.taker.ready;
        match event {
            BlockEvent::Block(block) => self.block(&block),
            BlockEvent::TooLarge { input, line } => {
                let place = input.too_large(line);
                ready.push_back(PassItem::Skipped(Reason::Damaged, 0, place));
            }
            BlockEvent::End { input, layers } => {
                if self.reader.end().is_other_data {
                    ready.push_back(PassItem::Other);
                }
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    let place = format!("{}: {problem}", input.name);
                    ready.push_back(PassItem::DamagedObject(place));
                }
            }
            BlockEvent::Unreadable(error) | BlockEvent::Missing(error, _) => {
                ready.push_back(PassItem::Unreadable(error));
            }
            BlockEvent::Notice(text) => ready.push_back(PassItem::Notice(text)),
            BlockEvent::LeftOut(left_out) => ready.push_back(PassItem::LeftOut(left_out)),
            BlockEvent::Failed(error) => ready.push_back(PassItem::Failed(error)),
        }
    }

    fn block(&mut self, block: &Block) {
        let Self { reader, taker, objects, object, .. } = self;
        if block.first {
            let input = &block.input;
            *object = match objects.object(&input.name, input.object.as_ref()) {
                Ok(object) => {
                    taker.ready.push_back(PassItem::Object(Arc::clone(&object)));
                    Some(object)
                }
                Err(error) => {
                    taker.ready.push_back(PassItem::Unreadable(error));
                    None
                }
            };
        }
        let Some(object) = object else { return };
        let _to_the_end = reader.block(block, &mut |item| {
            taker.item(&item, object);
            ControlFlow::Continue(())
        });
    }
}

/// Where something is in `object`.
fn place(object: &Arc<Object>, position: Position) -> RecordPlace {
    let Position { line, number, .. } = position;
    RecordPlace { object: Arc::clone(object), number, line: Some(line) }
}

impl Taker {
    fn item(&mut self, item: &FailureItem<'_>, object: &Arc<Object>) {
        for damaged in &item.damage {
            let place = place(object, damaged.position).describe();
            let place = format!("{place}: {}", damaged.problem);
            self.ready.push_back(PassItem::Skipped(Reason::Damaged, 0, place));
        }
        if item.more_damaged > 0 {
            let name = object.name.clone();
            self.ready.push_back(PassItem::MoreDamaged(item.more_damaged, name));
        }
        let place = || place(object, item.position);
        match &item.kind {
            ItemKind::Record(failure) => {
                let item = self.record(failure, item.found, place());
                self.ready.push_back(item);
            }
            ItemKind::Manifest(_) => {
                let place = place().describe();
                self.ready.push_back(PassItem::Skipped(Reason::Manifest, 0, place));
            }
            ItemKind::SecondData | ItemKind::Other => {}
        }
    }

    fn record(
        &mut self,
        failure: &FailureRecord<'_>,
        framed: &FoundRecord<'_>,
        place: RecordPlace,
    ) -> PassItem {
        if self.filter.judge(failure) != Verdict::Wanted {
            return PassItem::Filtered;
        }
        let bytes = usize::try_from(failure.payload_bytes).unwrap_or(usize::MAX);
        if let Some(problem) = framed.problem.as_ref().filter(|it| it.severity() == Severity::Error)
        {
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
        let payload = match self.base64.read(encoded) {
            Ok(payload) => payload.to_vec(),
            Err(problem) => {
                let place = format!("{}: {problem}", place.describe());
                return PassItem::Skipped(Reason::Damaged, bytes, place);
            }
        };
        PassItem::Record(Box::new(FailedRecord {
            entry: place.object.source.entry(place.number, &payload),
            payload,
            arrival: failure.arrival,
            code: failure.code.map(|token| token.text_up_to(LONGEST_CODE)),
            transformed: failure.transformed,
            transformed_by: failure
                .transformed_by
                .map(|key| String::from_utf8_lossy(key).into_owned()),
            place,
        }))
    }
}

impl Iterator for Failures {
    type Item = PassItem;

    fn next(&mut self) -> Option<PassItem> {
        while self.taker.ready.is_empty() {
            let event = self.blocks.next(Vec::new())?;
            self.event(event);
        }
        self.taker.ready.pop_front()
    }
}
