//! The user's own records, as they are in the inputs.

use std::collections::VecDeque;

use super::builder::RecordBuilder;
use super::finish::SharedUnsentFile;
use super::framed::FramedRecords;
use super::reading::{Format, ReadingArgs};
use crate::error::Error;
use crate::input::blocks::Blocks;
use crate::input::lines::{RecordSplitter, SplitRecord};
use crate::input::looks_like::Likeness;
use crate::input::{Inputs, Next, title};
use crate::render::left_out;
use crate::sending::FeedItem;
use firehose::failure::Transformed;
use firehose::group;
use firehose::limits::{DEFAULT_MAX_DECODED, MAX_RECORD};

/// What may become a record with `--gzip`: ours, more than text that fits
/// afterwards usually is.
const MAX_BEFORE_GZIP: usize = 16 * MAX_RECORD;

/// Reads records, one input after the other.
pub(super) struct OwnRecords {
    reading: ReadingArgs,
    source: RecordSource,
    builder: RecordBuilder,
    ready: VecDeque<FeedItem>,
    transformed: Transformed,
}

enum RecordSource {
    /// Cut at separators, nothing unpacked.
    Pieces(Box<Inputs>, Option<Open>),
    /// Found by what they are.
    Blocks(Box<Blocks>, u64),
}

struct Open {
    name: String,
    splitter: RecordSplitter,
    /// Pieces so far.
    count: u64,
}

impl OwnRecords {
    /// What is too large is saved here, if the input cannot be read again.
    pub(super) fn new(
        reading: ReadingArgs,
        inputs: Inputs,
        too_large: Option<SharedUnsentFile>,
    ) -> Self {
        let source = match reading.input_format() {
            None => RecordSource::Pieces(Box::new(inputs), None),
            Some(format) => {
                RecordSource::Blocks(Box::new(Blocks::new(inputs, format, DEFAULT_MAX_DECODED)), 0)
            }
        };
        let builder = RecordBuilder::new(&reading, too_large);
        Self { reading, source, builder, ready: VecDeque::new(), transformed: Transformed::No }
    }

    /// Reads on; false at the end.
    fn read(&mut self) -> bool {
        let goes_on = match &mut self.source {
            RecordSource::Pieces(inputs, open) => {
                pieces(inputs, open, &self.reading, &mut self.builder, &mut self.ready)
            }
            RecordSource::Blocks(blocks, seen) => match blocks.next(Vec::new()) {
                Some(event) => {
                    let mut found = FramedRecords {
                        builder: &mut self.builder,
                        ready: &mut self.ready,
                        transformed: &mut self.transformed,
                        seen,
                    };
                    found.event(event);
                    true
                }
                None => false,
            },
        };
        self.ready.extend(self.builder.take());
        goes_on
    }
}

impl Iterator for OwnRecords {
    type Item = FeedItem;

    fn next(&mut self) -> Option<FeedItem> {
        while self.ready.is_empty() {
            if !self.read() {
                return None;
            }
        }
        self.ready.pop_front()
    }
}

/// Reads pieces of the input at hand, or opens the next; false at the end.
fn pieces(
    inputs: &mut Inputs,
    current: &mut Option<Open>,
    reading: &ReadingArgs,
    builder: &mut RecordBuilder,
    ready: &mut VecDeque<FeedItem>,
) -> bool {
    let Some(open) = current else {
        match inputs.next() {
            None => return false,
            Some(Next::Input(input)) => {
                let most = if reading.gzip { MAX_BEFORE_GZIP } else { MAX_RECORD };
                let splitter = RecordSplitter::new(input.reader, reading.separator());
                let splitter = splitter.with_max_record(most);
                *current = Some(Open { name: title(&input.name).to_owned(), splitter, count: 0 });
            }
            // One object of many may be gone; a file that was named has to be there.
            Some(Next::Unreadable(error, Some(_))) => ready.push_back(FeedItem::LeftOut(error)),
            Some(Next::Notice(text)) => ready.push_back(FeedItem::Notice(text)),
            Some(Next::LeftOut(left_out)) => {
                ready.extend(left_out::sentences(&left_out).into_iter().map(FeedItem::Notice));
            }
            Some(Next::Failed(error) | Next::Unreadable(error, None)) => {
                ready.push_back(FeedItem::Failed(error));
            }
        }
        return true;
    };
    match open.splitter.next() {
        Ok(Some(pieces)) => {
            let is_unsure = open.count == 0 && reading.is_unsure();
            let mut head = is_unsure.then(|| head_of(&pieces));
            for piece in pieces {
                open.count += 1;
                let place = reading.place(&open.name, open.count);
                if let Err(error) = one_piece(piece, &place, head.take(), reading, builder) {
                    ready.push_back(error);
                }
            }
        }
        Ok(None) => *current = None,
        Err(error) => {
            ready.push_back(FeedItem::LeftOut(Error::unreadable(&open.name, error)));
            *current = None;
        }
    }
    true
}

/// What the first lines of an input are, together.
fn head_of(pieces: &[SplitRecord]) -> Vec<u8> {
    /// More than the first bytes of a file take.
    const MAX_HEAD: usize = 4096;
    let mut head = Vec::new();
    for piece in pieces {
        let SplitRecord::Whole(bytes) = piece else { break };
        head.extend_from_slice(bytes);
        head.push(b'\n');
        if head.len() > MAX_HEAD {
            break;
        }
    }
    head
}

/// Builds the record of a piece, the first one of an input that begins with `head`.
fn one_piece(
    piece: SplitRecord,
    place: &dyn Fn() -> String,
    head: Option<Vec<u8>>,
    reading: &ReadingArgs,
    builder: &mut RecordBuilder,
) -> Result<(), FeedItem> {
    let is_blank = matches!(&piece, SplitRecord::Whole(bytes) if reading.leaves_out(bytes));
    if is_blank || !builder.wants_next() {
        return Ok(());
    }
    let SplitRecord::Whole(bytes) = piece else {
        let (why, most, when) = if reading.gzip {
            ("too large to be compressed into a record", MAX_BEFORE_GZIP, " before `--gzip`")
        } else {
            ("far larger than a record can be", MAX_RECORD, "")
        };
        let error = Error::user(format!("{} is {why}", place()));
        let most = group(most as u64 / 1024);
        let hint = format!("a record is at most {most} KiB{when}; check `--format`");
        return Err(FeedItem::LeftOut(error.hint(hint)));
    };
    if let Some(head) = head
        && let Some(likeness) = Likeness::of_first_line(&bytes, &head)
    {
        let (what, hint) = other_format(likeness);
        let error = Error::user(format!("{} {what}", place()));
        return Err(FeedItem::Failed(
            error.hint(hint).hint("`--format lines` sends each line as it is"),
        ));
    }
    let taken = match reading.format() {
        Format::Base64 => builder.base64(&bytes),
        Format::Ndjson => builder.json(bytes),
        _ => builder.payload(bytes),
    };
    taken.map_err(|(why, hint)| {
        FeedItem::LeftOut(Error::user(format!("{} {why}", place())).hint(hint))
    })
}

/// Warning about records that look like something else, and the formats that
/// take them for it.
const fn other_format(likeness: Likeness) -> (&'static str, &'static str) {
    match likeness {
        Likeness::Gzip => (
            "is gzip",
            "`--format raw` sends it as one record, `--format json-stream` the JSON values inside",
        ),
        Likeness::Binary => ("is not text", "`--format raw` sends each file as one record"),
        Likeness::Base64 => ("is base64", "`--format base64` sends the decoded bytes"),
        Likeness::CutJson => (
            "starts a JSON document of several lines",
            "`--format json-stream` takes values that go over lines, `--format event` and \
             `--format failures` the records inside",
        ),
        Likeness::GluedJson => (
            "has JSON objects with nothing between them",
            "`--format json-stream` sends each as one record",
        ),
        Likeness::Failure => (
            "is a failure object",
            "`fh redrive` puts failed records back; `--format failures` sends them as new",
        ),
        Likeness::Event => ("is a transform event", "`--format event` sends the records inside"),
    }
}
