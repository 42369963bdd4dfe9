//! Records out of what they are in: events, failure objects, glued JSON.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::builder::RecordBuilder;
use crate::error::Error;
use crate::input::blocks::BlockEvent;
use crate::render::left_out;
use crate::sending::FeedItem;
use firehose::decode::{ProblemKind, Severity};
use firehose::failure::{FailureRecord, Transformed};
use firehose::framing::{self, Data, Envelope, FoundRecord};

/// Takes records out of what they are in.
pub(super) struct FramedRecords<'a> {
    pub(super) builder: &'a mut RecordBuilder,
    pub(super) ready: &'a mut VecDeque<FeedItem>,
    pub(super) transformed: &'a mut Transformed,
    /// Records of the input at hand.
    pub(super) seen: &'a mut u64,
}

impl FramedRecords<'_> {
    pub(super) fn event(&mut self, event: BlockEvent) {
        match event {
            BlockEvent::Block(block) => {
                if block.first {
                    *self.seen = 0;
                }
                let name = block.input.title();
                let _flow = framing::records(block.bytes(), block.input.format, &mut |framed| {
                    *self.seen += 1;
                    if self.builder.wants_next() {
                        self.one(name, &framed);
                    }
                    ControlFlow::Continue(())
                });
            }
            BlockEvent::TooLarge { input, line } => {
                self.leave_out(Error::user(input.too_large(line)));
            }
            BlockEvent::End { input, layers } => {
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    let error = Error::user(format!("{}: {problem}", input.title()));
                    let hints = problem.hint().into_iter();
                    self.leave_out(hints.fold(error, Error::hint));
                }
            }
            BlockEvent::Missing(error, _) => self.leave_out(error),
            BlockEvent::Notice(text) => self.push(FeedItem::Notice(text)),
            BlockEvent::LeftOut(left_out) => {
                for sentence in left_out::sentences(&left_out) {
                    self.push(FeedItem::Notice(sentence));
                }
            }
            BlockEvent::Unreadable(error) | BlockEvent::Failed(error) => {
                self.push(FeedItem::Failed(error));
            }
        }
    }

    fn one(&mut self, name: &str, framed: &FoundRecord<'_>) {
        let place = || format!("{name}: record {}", self.seen);
        if let Some(problem) = framed.problem.as_ref().filter(|it| it.severity() == Severity::Error)
        {
            let hint = match problem.kind {
                ProblemKind::NotThisFormat(_) => None,
                _ => problem.hint(),
            };
            let hint = hint.unwrap_or("`fh decode` shows what it is");
            let error = Error::user(format!("{}: {problem}", place())).hint(hint);
            return self.leave_out(error);
        }
        let taken = match &framed.data {
            Data::Unknown(bytes) => self.builder.payload(bytes.to_vec()),
            Data::Base64(text) => self.builder.base64(text),
            Data::Missing | Data::Broken => {
                Err(("has no data".to_owned(), "`fh decode` shows what it is".to_owned()))
            }
        };
        if let Err((why, hint)) = taken {
            let error = Error::user(format!("{} {why}", place())).hint(hint);
            return self.leave_out(error);
        }
        if framed.envelope != Envelope::Failure {
            return;
        }
        let transformed = FailureRecord::read(framed.failure.unwrap_or_default()).transformed;
        let what = if transformed == Transformed::Yes { "is" } else { "may be" };
        if transformed > *self.transformed {
            *self.transformed = transformed;
            let place = place();
            self.push(FeedItem::Notice(format!(
                "{place} failed after the transform: its data {what} the output of the transform"
            )));
        }
    }

    fn leave_out(&mut self, error: Error) {
        self.push(FeedItem::LeftOut(error));
    }

    /// Keeps the order of records and of the messages between them.
    fn push(&mut self, fed: FeedItem) {
        self.ready.extend(self.builder.take());
        self.ready.push_back(fed);
    }
}
