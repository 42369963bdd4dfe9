//! How large a record may be: each source has its own limit.

use crate::context::Context;
use crate::error::Error;
use crate::terminal;
use firehose::limits::MAX_KINESIS_RECORD;
use firehose::transform::Source;

/// AWS's page on the quota of Firehose, MSK sources among them.
const QUOTA: &str = "https://docs.aws.amazon.com/firehose/latest/dev/limits.html";

/// AWS's page on large records of Kinesis data streams.
const LARGE_RECORDS: &str = "https://docs.aws.amazon.com/streams/latest/dev/large-records.html";

/// Refuses what no record of the source can be.
pub(super) struct SizeCheck<'a> {
    source: Source,
    context: &'a Context,
    /// A record above the default limit of a data stream was reported.
    is_reported: bool,
}

impl<'a> SizeCheck<'a> {
    pub(super) const fn new(source: Source, context: &'a Context) -> Self {
        Self { source, context, is_reported: false }
    }

    /// The most bytes that a record may have.
    pub(super) const fn most(&self) -> usize {
        self.source.max_record()
    }

    /// Refuses the record `name` if it is too large, and reports the first that
    /// only some data streams take.
    pub(super) fn check(&mut self, name: &str, payload: &[u8]) -> Result<(), Error> {
        if payload.len() > self.most() {
            return Err(self.too_large(name, payload.len()));
        }
        let is_raised = self.source == Source::Kinesis && payload.len() > MAX_KINESIS_RECORD;
        if is_raised && !self.is_reported {
            self.is_reported = true;
            let size = terminal::group(payload.len() as u64);
            let hint = format!("AWS advises against such records with Lambda: {LARGE_RECORDS}");
            self.context.warn(
                &format!(
                    "{name} is {size} bytes: a data stream accepts 1 MiB, more if it was raised"
                ),
                &[&hint],
            );
        }
        Ok(())
    }

    fn too_large(&self, name: &str, bytes: usize) -> Error {
        let most = terminal::group(self.most() as u64);
        let (limit, hint) = match self.source {
            Source::DirectPut => (
                format!("a record is at most {most}"),
                "Firehose refuses it (PutRecord): split it, leave it out, or name the `--source` \
                 that it comes from"
                    .to_owned(),
            ),
            Source::Kinesis => (
                format!("a record of a data stream is at most {most}"),
                format!("Kinesis refuses it; split it, or leave it out: {LARGE_RECORDS}"),
            ),
            Source::Msk => (
                format!("a record from MSK is at most {most} with Lambda"),
                format!("Firehose puts it into the error bucket; leave it out: {QUOTA}"),
            ),
        };
        Error::user(format!("{name} is {} bytes; {limit}", terminal::group(bytes as u64)))
            .hint(hint)
    }
}

/// The record at `place`, counted from 1, is within the limit of its source and
/// too large for a function.
pub(super) fn too_large_for_lambda(source: Source, place: u64, bytes: usize) -> Error {
    let size = terminal::group(bytes as u64);
    let encoded = terminal::group((bytes as u64).div_ceil(3) * 4);
    let error = Error::user(format!(
        "record {place} does not fit in an event: its {size} bytes are {encoded} in base64, \
         and Lambda accepts 6 MB"
    ));
    let error = match source {
        Source::Msk => error.hint(format!(
            "Firehose puts what is too large for Lambda into the error bucket: {QUOTA}"
        )),
        Source::Kinesis | Source::DirectPut => error,
    };
    error.hint(format!("`--skip {place}` makes the event of those that follow"))
}
