//! Where the failure objects of a stream or of a bucket are.

use crate::aws::{Arrived, Listing, S3Location, parse_bucket};
use crate::context::{self, Context};
use crate::error::Error;
use crate::terminal::shell;
use crate::times;
use firehose::failure::{BucketPlaces, DestinationChange, FailurePlaces, PlacesError, Selection};
use firehose::s3::prefix::Window;
use firehose::stream::DeliveryStream;

/// Reads a bucket. One with a prefix is an input.
pub(crate) fn bucket(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("s3://").unwrap_or(text);
    let place = || format!("s3://{name}").parse::<S3Location>();
    parse_bucket(name.trim_end_matches('/')).map_err(|error| match place() {
        Ok(place) => {
            let place = shell::quoted(&place.to_string());
            format!("this has a prefix too; pass it without `--bucket`: {place}")
        }
        Err(_) => error,
    })
}

/// What lists the failures in a bucket: all below `prefix`, else the objects
/// whose keys or first bytes are those of failures.
pub(crate) fn of_bucket(bucket: &str, prefix: Option<&str>) -> Listing {
    match prefix {
        Some(prefix) => {
            Listing { is_named: !prefix.is_empty(), ..Listing::of(bucket, vec![prefix.to_owned()]) }
        }
        None => Listing {
            is_named: true,
            selection: Selection { only_failures: true, ..Selection::default() },
            ..Listing::of(bucket, vec![String::new()])
        },
    }
}

/// Prefixes that are named: those of all types of errors of a stream in an hour.
const SHOWN_PREFIXES: usize = 3;

/// What lists the failures of a stream, a bucket each.
pub(crate) struct StreamListings {
    pub(crate) listings: Vec<Listing>,
    pub(crate) changed: Option<DestinationChange>,
}

/// What lists the failures of a stream: below its error prefixes, the hours
/// asked for, its own objects.
pub(crate) fn of_stream(
    stream: &DeliveryStream,
    window: Window,
    context: &Context,
) -> Result<StreamListings, Error> {
    let places = places(stream, window).map_err(|error| {
        let what = Error::user(format!("delivery stream `{}`: {error}", stream.name));
        match error {
            PlacesError::NoPlace => what,
            PlacesError::Prefix { bucket, .. } => {
                what.hint(format!("name the prefix yourself: `--bucket {bucket} --prefix …`"))
            }
        }
    })?;
    for BucketPlaces { bucket, prefixes } in &places.buckets {
        let shown = prefixes.iter().take(SHOWN_PREFIXES).map(|it| format!("s3://{bucket}/{it}"));
        let shown = shown.collect::<Vec<_>>().join(", ");
        let more = match prefixes.len().saturating_sub(SHOWN_PREFIXES) {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        context.info(&format!("fh: reading {shown}{more}"));
    }
    if let Some(change) = places.changed {
        let at = change.at.and_then(times::rfc3339).map(|at| format!(" at {at}"));
        let at = at.unwrap_or_default();
        context.warn(
            &format!(
                "the destination of `{}` was changed{at}: earlier failures may be elsewhere, and \
                 AWS does not show where",
                stream.name
            ),
            &["`fh failures --bucket NAME` searches a whole bucket"],
        );
    }
    let selection = Selection { stream: Some(places.objects), ..Selection::default() };
    let listings = places.buckets.into_iter().map(|BucketPlaces { bucket, prefixes }| Listing {
        selection: selection.clone(),
        arrived: Arrived { since: window.since, until: None },
        ..Listing::of(&bucket, prefixes)
    });
    Ok(StreamListings { listings: listings.collect(), changed: places.changed })
}

pub(crate) fn places(
    stream: &DeliveryStream,
    window: Window,
) -> Result<FailurePlaces, PlacesError> {
    let place = stream.destination.as_ref().and_then(|it| it.s3.as_ref());
    let zone = place.and_then(|place| context::named_time_zone(&place.time_zone));
    FailurePlaces::new(stream, window, zone)
}
