//! Where the records come from, and what makes that the same job again.

use std::sync::Arc;

use super::backup::Backups;
use super::failures::Failures;
use super::ledger::{Job, Window};
use super::objects::full_name;
use super::options::Options;
use super::records::{PassItem, ReadSoFar};
use super::target::Target;
use crate::aws::{Arrived, Listing, Session};
use crate::context::{self, Context};
use crate::error::Error;
use crate::input::filter::Filter;
use crate::input::place;
use crate::input::{Inputs, Source};
use firehose::backup::Split;
use firehose::failure::{Selection, StreamObjects};

/// One pass over the sources.
pub(super) enum Pass {
    /// Failure objects.
    Failures(Box<Failures>),
    /// Source backup objects.
    Backups(Box<Backups>),
}

impl Pass {
    pub(super) fn read_so_far(&self) -> ReadSoFar {
        match self {
            Self::Failures(failures) => failures.read_so_far(),
            Self::Backups(backups) => backups.read_so_far(),
        }
    }
}

impl Iterator for Pass {
    type Item = PassItem;

    fn next(&mut self) -> Option<PassItem> {
        match self {
            Self::Failures(failures) => failures.next(),
            Self::Backups(backups) => backups.next(),
        }
    }
}

/// What every pass reads.
pub(super) struct Sources {
    inputs: Vec<Source>,
    /// Nothing where inputs are named.
    listings: Vec<Listing>,
    /// Which of the inputs are read.
    selection: Selection,
    arrived: Arrived,
    session: Arc<Session>,
    filter: Arc<Filter>,
    /// Source backup objects: how their records end.
    split: Option<Split>,
}

impl Sources {
    /// Settles where to read. `filter` has the window of time that the job
    /// began with.
    pub(super) fn new(
        options: &Options,
        target: &Target,
        filter: Filter,
        context: &Context,
    ) -> Result<Self, Error> {
        let own = || (!options.any_stream).then(|| StreamObjects::of(&target.stream));
        let listings = match &options.bucket {
            Some(bucket) if options.backup.is_some() => {
                let prefix = options.prefix.clone().unwrap_or_default();
                vec![Listing::of(bucket, vec![prefix]).only_of(own())]
            }
            Some(bucket) => {
                vec![place::of_bucket(bucket, options.prefix.as_deref()).only_of(own())]
            }
            None if options.inputs.is_empty() && options.backup.is_some() => {
                return Err(no_backup(target));
            }
            None if options.inputs.is_empty() => {
                let window = filter.window(context::now());
                let found = place::of_stream(&target.stream, window, context)?.listings;
                found.into_iter().map(|it| it.only_of(own())).collect()
            }
            None => Vec::new(),
        };
        let arrived = filter.arrived();
        let dated = |listing| Listing { arrived, ..listing };
        let listings = listings.into_iter().map(dated).collect();
        let selection = Selection { stream: own(), ..Selection::default() };
        let split = options.backup;
        let inputs = options.inputs.clone();
        let session = Arc::clone(&target.session);
        Ok(Self { inputs, listings, selection, arrived, session, filter: Arc::new(filter), split })
    }

    /// Bytes of the inputs, if all of them are files and somebody sees how far it is.
    pub(super) fn size(&self, context: &Context) -> Option<u64> {
        let is_shown = context.stderr_is_terminal && !context.quiet;
        let sizes = self.inputs.iter().map(Source::size);
        sizes.sum::<Option<u64>>().filter(|total| is_shown && *total > 0)
    }

    /// One pass over all of it.
    pub(super) fn pass(&self) -> Result<Pass, Error> {
        let inputs = match self.listings.as_slice() {
            [_, ..] => Inputs::listed(self.listings.clone(), &self.session)?,
            [] => Inputs::new(&self.inputs)
                .with_session(Some(Arc::clone(&self.session)))
                .selected(self.selection.clone())
                .arrived(self.arrived),
        };
        let filter = Arc::clone(&self.filter);
        Ok(if let Some(split) = self.split {
            Pass::Backups(Box::new(Backups::new(inputs, split, filter)))
        } else {
            Pass::Failures(Box::new(Failures::new(inputs, filter)))
        })
    }
}

/// A backup is everything that came in: which part of it is for the user to
/// say.
fn no_backup(target: &Target) -> Error {
    let error = Error::user("`--backup` needs inputs");
    let stream = &target.stream;
    let backup = stream.destination.as_ref().and_then(|it| it.backup.as_ref());
    error.hint(match backup {
        Some(place) => {
            let prefix = place.prefix.as_deref().unwrap_or_default();
            format!("`{}` writes its backup below s3://{}/{prefix}", stream.name, place.bucket)
        }
        None => format!("`{}` has no source backup", stream.name),
    })
}

/// What makes it the same job again.
pub(super) fn job(options: &Options, target: &Target, filter: &Filter) -> Result<Job, Error> {
    let mut job = Job::new(target.stream.arn.clone(), names(options)?, filters(options));
    job.endpoint.clone_from(&target.endpoint);
    job.window = Window { since: filter.since, until: filter.until };
    Ok(job)
}

/// The sources as the ledger has them.
fn names(options: &Options) -> Result<Vec<String>, Error> {
    Ok(match &options.bucket {
        Some(bucket) => {
            vec![format!("s3://{bucket}/{}", options.prefix.as_deref().unwrap_or("…"))]
        }
        None if options.inputs.is_empty() => vec!["failures of the stream".to_owned()],
        None => options.inputs.iter().map(full_name).collect::<Result<_, _>>()?,
    })
}

/// The filters as the ledger has them: as the user wrote them.
fn filters(options: &Options) -> Vec<String> {
    let filter = &options.filter;
    let codes = filter.code.iter().map(|code| format!("--code {code}"));
    let grep = filter.grep.iter().map(|grep| format!("--grep {grep}"));
    let since = filter.since.iter().map(|when| format!("--since {when}"));
    let until = filter.until.iter().map(|when| format!("--until {when}"));
    let split = options.backup.map(|split| format!("--backup --split {}", split.as_str()));
    codes.chain(grep).chain(since).chain(until).chain(split).collect()
}
