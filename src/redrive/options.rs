//! What a redrive is asked to do.

use std::path::PathBuf;

use crate::input::Source;
use crate::input::filter::FilterArgs;
use crate::times::Rate;
use firehose::backup::Split;
use firehose::names::DeliveryStreamName;

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) stream: DeliveryStreamName,
    /// Where the records are; with nothing here and no bucket, where the stream
    /// leaves its failures.
    pub(crate) inputs: Vec<Source>,
    pub(crate) bucket: Option<String>,
    pub(crate) prefix: Option<String>,
    /// Also objects that other streams wrote.
    pub(crate) any_stream: bool,
    /// Source backup objects instead of failures: how their records end.
    pub(crate) backup: Option<Split>,
    pub(crate) filter: FilterArgs,
    /// Records to send at most.
    pub(crate) limit: Option<u64>,
    /// Send again what may have arrived.
    pub(crate) takes_unknown: bool,
    /// Send what came back from an earlier redrive.
    pub(crate) takes_returned: bool,
    /// Send what the transform has been through, also where there is one.
    pub(crate) takes_transformed: bool,
    /// The ledger, if not that of the job in the user's state folder.
    pub(crate) ledger: Option<PathBuf>,
    pub(crate) rate: Option<Rate>,
    /// For objects of which every record is acknowledged.
    pub(crate) tag: Option<Tag>,
    /// Nothing is sent, and nothing is written.
    pub(crate) is_dry_run: bool,
}

/// A tag of S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}
