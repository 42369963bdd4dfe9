//! Where the failure objects are.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use super::coverage::Coverage;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::aws::AwsArgs;
use crate::aws::{FirehoseClient, Follow, Listing, Service, Session, block_on};
use crate::context::{self, Context};
use crate::error::Error;
use crate::input::filter::Filter;
use crate::input::place::{StreamListings, bucket, of_bucket, of_stream, places};
use crate::input::{self, Inputs, Source};
use firehose::failure::{Selection, Shard};
use firehose::names::DeliveryStreamName;
use firehose::s3::ErrorOutputType;
use firehose::s3::prefix::{ListingScope, Prefix, Window};
use firehose::stream::{DeliveryStream, UNKNOWN_FAILURE_DELAY};

/// Time from listing to listing with `--follow`: that of the buffer that failures
/// wait in, within these bounds; a listing has its price.
const MIN_POLL: Duration = Duration::from_secs(10);
const MAX_POLL: Duration = Duration::from_mins(5);
/// The same for a bucket, whose streams and their buffers are unknown.
const BUCKET_POLL: Duration = Duration::from_secs(20);

/// How an expression begins in a prefix.
const EXPRESSION: &str = "!{";

/// Flags that say where failure objects are in S3.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct PlaceArgs {
    /// Bucket with failure objects
    #[arg(long, value_name = "NAME", value_parser = bucket, conflicts_with_all = ["inputs", "stream"], help_heading = "Where")]
    pub(super) bucket: Option<String>,

    /// Prefix of their keys; expressions like !{timestamp:yyyy/MM/dd/HH} are evaluated in UTC: for a stream with another time zone, use `--stream` [default: those that hold failures, by their keys or first bytes; '' for all]
    #[arg(
        long,
        value_name = "PREFIX",
        requires = "bucket",
        conflicts_with = "inputs",
        help_heading = "Where"
    )]
    pub(super) prefix: Option<String>,

    /// Delivery stream; its bucket and prefixes are looked up, and only the hours in question are listed [default: `FH_STREAM`]
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        conflicts_with = "inputs",
        help_heading = "Where"
    )]
    pub(super) stream: Option<DeliveryStreamName>,

    /// Also save objects with matching records, unchanged, to this folder
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) save: Option<PathBuf>,

    /// Keep showing records of new objects (implies --records)
    #[arg(long, short, help_heading = "Where")]
    pub(super) follow: bool,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

/// Where failures are looked for, and how much an answer from there can say.
pub(super) struct Search {
    pub(super) inputs: Inputs,
    pub(super) coverage: Coverage,
    pub(super) origin: Origin,
    /// Where Firehose is called, if that is not AWS's usual address.
    pub(super) firehose: Option<String>,
}

/// Where objects were looked for: another account or Region may have a stream of the
/// same name, and an emulator a bucket of the same name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Origin {
    /// ARN of the delivery stream, from its description.
    pub(super) stream_arn: Option<String>,
    /// Where S3 was called, if that is not AWS.
    pub(super) endpoint: Option<String>,
}

/// What lists objects, and as whom.
pub(super) struct ToList {
    pub(super) listings: Vec<Listing>,
    pub(super) session: Session,
    pub(super) coverage: Coverage,
}

impl PlaceArgs {
    /// The objects of the bucket or of the stream, else the inputs that
    /// `sources` names.
    ///
    /// `filter` says when the records arrived; with a `shard`, only its part of the
    /// objects is read.
    pub(super) fn search(
        &self,
        filter: &Filter,
        shard: Option<Shard>,
        sources: impl FnOnce() -> Vec<Source>,
        context: &Context,
    ) -> Result<Search, Error> {
        match (&self.bucket, &self.stream) {
            (Some(bucket), _) => self.in_bucket(bucket, filter)?.search(shard, None),
            (None, Some(stream)) => {
                let window = filter.window(context::now());
                let (found, arn) = self.of_stream(stream, window, context)?;
                found.search(shard, Some(arn))
            }
            (None, None) if self.follow => {
                Err(Error::user("`--follow` requires `--bucket` or `--stream`"))
            }
            (None, None) => {
                let sources = sources();
                let is_s3 = sources.iter().any(|it| matches!(it, Source::S3(_)));
                let session = input::session_for(&sources, &self.aws)?;
                let (endpoint, firehose) = match session.as_deref() {
                    Some(session) => (endpoint(session), firehose_of(session)),
                    // Files are of no account: what an emulator took counts if it is named.
                    None => (None, self.aws.endpoint_url.as_ref().map(|it| it.as_str().to_owned())),
                };
                let selection = Selection { shard, ..Selection::default() };
                let inputs = Inputs::new(&sources).with_session(session).selected(selection);
                Ok(Search {
                    inputs: inputs.arrived(filter.arrived()),
                    coverage: Coverage {
                        complete_until: is_s3.then(|| complete_until(UNKNOWN_FAILURE_DELAY)),
                        is_named: is_s3,
                        wider: "pass more inputs, or their parent folder or prefix".to_owned(),
                        ..Coverage::default()
                    },
                    origin: Origin { stream_arn: None, endpoint },
                    firehose,
                })
            }
        }
    }

    /// What lists the objects of the bucket or of the stream.
    pub(super) fn listings(&self, filter: &Filter, context: &Context) -> Result<ToList, Error> {
        match (&self.bucket, &self.stream) {
            (Some(bucket), _) => self.in_bucket(bucket, filter),
            (None, Some(stream)) => {
                let window = filter.window(context::now());
                self.of_stream(stream, window, context).map(|it| it.0)
            }
            (None, None) => Err(Error::user("no bucket: pass `--stream` or `--bucket`")),
        }
    }

    fn in_bucket(&self, bucket: &str, filter: &Filter) -> Result<ToList, Error> {
        let mut listing = of_bucket(bucket, self.prefix.as_deref());
        let mut is_in_utc = false;
        if let Some(prefix) = self.prefix.as_deref().filter(|it| it.contains(EXPRESSION)) {
            let prefix = parsed(prefix)?;
            is_in_utc = prefix.has_time() && filter.since.is_some();
            listing.prefixes = evaluated(&prefix, filter.window(context::now()));
            // Nothing may have failed in these hours.
            listing.is_named = false;
        }
        let (since, prefix) = (filter.since, self.prefix.clone().unwrap_or_default());
        let all = listing.prefixes.clone();
        let now_too = move || {
            let until = context::milliseconds(context::now());
            let is_fixed = !prefix.contains(EXPRESSION);
            let found = (!is_fixed).then(|| prefixes(&prefix, Window { since, until }).ok());
            found.flatten().unwrap_or_else(|| all.clone())
        };
        let follow = Follow { every: BUCKET_POLL, prefixes: Arc::new(now_too) };
        listing.follow = self.follow.then_some(follow);
        listing.arrived = filter.arrived();
        Ok(ToList {
            listings: vec![listing],
            session: block_on(Session::open(&self.aws, None))?,
            coverage: Coverage {
                complete_until: Some(complete_until(UNKNOWN_FAILURE_DELAY)),
                is_named: self.prefix.as_ref().is_some_and(|prefix| !prefix.is_empty()),
                is_in_utc,
                wider: "`--prefix ''` opens every object; narrow it down with `--stream` or \
                     `--since`"
                    .to_owned(),
                ..Coverage::default()
            },
        })
    }

    /// The same of a stream, and its ARN.
    fn of_stream(
        &self,
        name: &DeliveryStreamName,
        window: Window,
        context: &Context,
    ) -> Result<(ToList, String), Error> {
        let (session, stream) = block_on(async {
            let session = Session::open(&self.aws, name.arn_region()).await?;
            let stream = FirehoseClient::new(&session).describe(name).await?;
            Ok((session, stream))
        })?;
        let StreamListings { mut listings, changed } = of_stream(&stream, window, context)?;
        let bucket = listings.first().map(|it| it.bucket.clone()).unwrap_or_default();
        let complete_until = complete_until(stream.failure_delay());
        let arn = stream.arn.clone();
        if self.follow {
            let stream = Arc::new(stream);
            for listing in &mut listings {
                listing.follow = Some(from_now_on(Arc::clone(&stream), listing.bucket.clone()));
            }
        }
        let coverage = Coverage {
            complete_until: Some(complete_until),
            changed,
            is_of_failures: true,
            wider: format!("`fh failures --bucket {bucket}` searches the whole bucket"),
            ..Coverage::default()
        };
        Ok((ToList { listings, session, coverage }, arn))
    }
}

/// What keys start with that are below this prefix and arrived in `window`: as it is, or
/// as Firehose evaluates its expressions, in UTC.
pub(super) fn prefixes(prefix: &str, window: Window) -> Result<Vec<String>, Error> {
    if !prefix.contains(EXPRESSION) {
        return Ok(vec![prefix.to_owned()]);
    }
    Ok(evaluated(&parsed(prefix)?, window))
}

fn parsed(prefix: &str) -> Result<Prefix, Error> {
    prefix.parse().map_err(|error| Error::user(format!("invalid prefix `{prefix}`: {error}")))
}

/// The same of a prefix that was read.
pub(super) fn evaluated(prefix: &Prefix, window: Window) -> Vec<String> {
    let kinds = &ErrorOutputType::ALL;
    let lookback = SignedDuration::try_from(UNKNOWN_FAILURE_DELAY).unwrap_or_default();
    let scope = ListingScope { zone: Some(TimeZone::UTC), kinds, lookback };
    prefix.listing(window, &scope)
}

impl ToList {
    /// The part of a shard, to be read.
    fn search(mut self, shard: Option<Shard>, stream_arn: Option<String>) -> Result<Search, Error> {
        self.listings.iter_mut().for_each(|listing| listing.selection.shard = shard);
        let inputs = Inputs::listed(self.listings, &self.session)?;
        let origin = Origin { stream_arn, endpoint: endpoint(&self.session) };
        let firehose = firehose_of(&self.session);
        Ok(Search { inputs, coverage: self.coverage, origin, firehose })
    }
}

/// The address of an emulator of S3, if calls go to one.
fn endpoint(session: &Session) -> Option<String> {
    let endpoint = session.endpoint(Service::S3).filter(|_| session.is_emulated(Service::S3));
    endpoint.map(|url| url.as_str().to_owned())
}

/// The address that is called for Firehose, if it is not AWS's usual one.
fn firehose_of(session: &Session) -> Option<String> {
    session.endpoint(Service::Firehose).map(ToString::to_string)
}

/// Records that arrived until then are in S3 now, if they failed.
fn complete_until(delay: Duration) -> i64 {
    context::milliseconds(context::now().checked_sub(delay).unwrap_or(UNIX_EPOCH))
}

/// What a stream writes to a bucket from now on is below the prefixes of the
/// hours since the last listing: this machine may have slept.
fn from_now_on(stream: Arc<DeliveryStream>, bucket: String) -> Follow {
    let place = stream.destination.as_ref().and_then(|it| it.s3.as_ref());
    let interval = place.map_or(MIN_POLL, |it| it.buffering.interval);
    let last = AtomicI64::new(context::milliseconds(context::now()));
    let prefixes = move || {
        let now = context::milliseconds(context::now());
        let since = last.swap(now, Ordering::Relaxed).min(now);
        let window = Window { since: Some(since), until: now };
        let places = places(&stream, window).map(|places| places.buckets).unwrap_or_default();
        let here = places.into_iter().filter(|place| place.bucket == bucket);
        here.flat_map(|place| place.prefixes).collect()
    };
    Follow { every: interval.clamp(MIN_POLL, MAX_POLL), prefixes: Arc::new(prefixes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use firehose::stream::{
        Buffering, Destination, DestinationKind, Processing, S3Place, StreamSource,
    };

    #[test]
    fn a_follower_lists_no_more_often_than_the_buffer_fills() {
        let every = |seconds| {
            let interval = Duration::from_secs(seconds);
            let buffering = Buffering { interval, bytes: 0 };
            let destination = Destination {
                kind: DestinationKind::S3,
                s3: Some(S3Place { buffering, ..S3Place::default() }),
                backup: None,
                table_error_prefixes: Vec::new(),
                buffering,
                retry: Duration::ZERO,
                processing: Processing::default(),
                logging: None,
            };
            let stream = DeliveryStream {
                name: "orders".to_owned(),
                arn: String::new(),
                status: "ACTIVE".to_owned(),
                version_id: "1".to_owned(),
                updated: None,
                source: StreamSource::DirectPut,
                destination: Some(destination),
            };
            from_now_on(Arc::new(stream), String::new()).every.as_secs()
        };
        assert_eq!([0, 60, 300, 900].map(every), [10, 60, 300, 300]);
    }
}
