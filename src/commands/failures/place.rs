//! Where the failure objects are.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use crate::aws::{FirehoseClient, Follow, Listing, Session, block_on, check_bucket, region_of};
use crate::cli::AwsArgs;
use crate::context::{self, Context};
use crate::error::Error;
use crate::firehose::delivery_stream::{DeliveryStream, DeliveryStreamName, S3Place};
use crate::firehose::prefix::{ErrorOutputType, Prefix, Window};
use crate::input::Inputs;

/// Time from listing to listing for whoever follows. Failures come in batches
/// of a minute, and a listing has its price.
const POLL: Duration = Duration::from_secs(10);

/// Flags that say where failure objects are in S3.
#[derive(Debug, clap::Args)]
pub(super) struct PlaceArgs {
    /// Bucket with failure objects
    #[arg(long, value_name = "NAME", value_parser = bucket, conflicts_with_all = ["inputs", "stream"], help_heading = "Where")]
    pub(super) bucket: Option<String>,

    /// What their keys start with [default: those that name a type of failure; '' for all]
    #[arg(
        long,
        value_name = "PREFIX",
        requires = "bucket",
        conflicts_with = "inputs",
        help_heading = "Where"
    )]
    pub(super) prefix: Option<String>,

    /// Delivery stream: finds its bucket and prefixes, lists only the hours asked for
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        conflicts_with = "inputs",
        help_heading = "Where"
    )]
    pub(super) stream: Option<DeliveryStreamName>,

    /// Also save the objects with records that fit, as they are, below this folder
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) save: Option<PathBuf>,

    /// Go on: show the records of objects that come later (implies --records)
    #[arg(long, short, help_heading = "Where")]
    pub(super) follow: bool,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

pub(in crate::commands) fn bucket(text: &str) -> Result<String, String> {
    let text = text.strip_prefix("s3://").unwrap_or(text).trim_end_matches('/');
    check_bucket(text).map(|()| text.to_owned())
}

impl PlaceArgs {
    /// The objects of the bucket or of the stream; nothing if neither is given.
    ///
    /// `window` is when the records arrived.
    pub(super) fn inputs(
        &self,
        window: Window,
        context: &Context,
    ) -> Result<Option<Inputs>, Error> {
        let mut listing = match (&self.bucket, &self.stream) {
            (Some(bucket), _) => of_bucket(bucket, self.prefix.as_deref()),
            (None, Some(stream)) => {
                let described = self.describe(stream)?;
                let mut listing = of_stream(&described, window, context)?;
                listing.follow = self.follow.then(|| of_stream_from_now_on(described));
                listing
            }
            (None, None) if self.follow => {
                return Err(Error::usage("`--follow` is for `--bucket` and `--stream`"));
            }
            (None, None) => return Ok(None),
        };
        if self.follow && listing.follow.is_none() {
            let prefixes = listing.prefixes.clone();
            listing.follow =
                Some(Follow { every: POLL, prefixes: Arc::new(move || prefixes.clone()) });
        }
        // A record is written after it has arrived.
        let since = window.since.and_then(|since| u64::try_from(since).ok());
        listing.written_after = since.map(|since| UNIX_EPOCH + Duration::from_millis(since));
        let mut aws = self.aws.clone();
        if let Some(stream) = &self.stream {
            aws.region = aws.region.or(region_of(stream)?);
        }
        Inputs::listed(listing, &aws).map(Some)
    }

    fn describe(&self, stream: &DeliveryStreamName) -> Result<DeliveryStream, Error> {
        block_on(async {
            let session = Session::open(&self.aws, region_of(stream)?.as_ref()).await?;
            Ok(FirehoseClient::new(&session).describe(stream).await?)
        })
    }
}

/// What a stream writes from now on is below the prefixes of the hours since
/// the last listing: this machine may have slept.
fn of_stream_from_now_on(stream: DeliveryStream) -> Follow {
    let last = AtomicI64::new(context::milliseconds(context::now()));
    let prefixes = move || {
        let now = context::milliseconds(context::now());
        let since = last.swap(now, Ordering::Relaxed).min(now);
        let place = stream.destination.as_ref().and_then(|it| it.s3.as_ref());
        let window = Window { since: Some(since), until: now };
        place.and_then(|place| prefixes(place, window).ok()).unwrap_or_default()
    };
    Follow { every: POLL, prefixes: Arc::new(prefixes) }
}

/// What lists the failures in a bucket: those below `prefix`, else those whose
/// keys name a type of failure.
pub(in crate::commands) fn of_bucket(bucket: &str, prefix: Option<&str>) -> Listing {
    match prefix {
        Some(prefix) => {
            Listing { is_named: !prefix.is_empty(), ..Listing::of(bucket, vec![prefix.to_owned()]) }
        }
        None => Listing {
            wants: names_a_type,
            others: "no failures by their keys; `--prefix ''` opens all",
            ..Listing::of(bucket, vec![String::new()])
        },
    }
}

/// True for keys with a part that names a type of failure. Redshift keeps its
/// manifests below `errors/`.
fn names_a_type(key: &str) -> bool {
    let is_type =
        |part: &str| ErrorOutputType::ALL.iter().any(|kind| part.ends_with(kind.as_str()));
    key.split('/').any(|part| is_type(part) || part == "errors")
}

/// What lists the failures of a stream: below its error prefix, the hours asked
/// for.
pub(in crate::commands) fn of_stream(
    stream: &DeliveryStream,
    window: Window,
    context: &Context,
) -> Result<Listing, Error> {
    let Some(place) = stream.destination.as_ref().and_then(|it| it.s3.as_ref()) else {
        return Err(Error::usage(format!(
            "delivery stream `{}` keeps no failures in S3",
            stream.name
        )));
    };
    let prefixes = prefixes(place, window).map_err(|error| {
        error.hint(format!("`--bucket {} --prefix …` lists what you name", place.bucket))
    })?;
    let first = prefixes.first().map_or("", String::as_str);
    let more = match prefixes.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    context.tell(&format!("fh: looking at s3://{}/{first}{more}", place.bucket));
    Ok(Listing::of(&place.bucket, prefixes))
}

fn prefixes(place: &S3Place, window: Window) -> Result<Vec<String>, Error> {
    let parsed = |text: &Option<String>| match text.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => text.parse::<Prefix>().map(Some).map_err(|error| {
            Error::usage(format!("the prefix `{text}` of the stream cannot be read: {error}"))
        }),
    };
    let prefix = Prefix::of_failures(
        parsed(&place.prefix)?.as_ref(),
        parsed(&place.error_output_prefix)?.as_ref(),
    );
    Ok(prefix.listing(window, place.time_zone == "UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_known_by_their_keys_wherever_the_type_is() {
        for key in [
            "processing-failed/2026/11/22/10/x",
            "logs/processing-failed/x",
            "legacyprocessing-failed/2026/x",
            "a/AmazonOpenSearchService-failed/x",
            "errors/manifests/x",
        ] {
            assert!(names_a_type(key), "{key}");
        }
        for key in ["2026/11/22/10/x", "processing-failed", "x/failed/y"] {
            assert_eq!(names_a_type(key), key == "processing-failed", "{key}");
        }
    }

    #[test]
    fn only_the_hours_asked_for_are_listed() {
        let place = S3Place {
            bucket: "lake".to_owned(),
            error_output_prefix: Some(
                "failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/".to_owned(),
            ),
            time_zone: "UTC".to_owned(),
            ..S3Place::default()
        };
        let window = Window { since: Some(1_795_341_600_000), until: 1_795_342_600_000 };
        let prefixes = prefixes(&place, window).unwrap();
        assert!(prefixes.contains(&"failed/processing-failed/2026/11/22/10/".to_owned()));
        assert!(prefixes.iter().all(|it| it.contains("/2026/11/22/")), "{prefixes:?}");
    }
}
