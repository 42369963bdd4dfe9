//! Where a delivery stream leaves its failure objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::selection::StreamObjects;
use crate::limits::{MAX_FUNCTION_TIMEOUT, MAX_RETRIES};
use crate::s3::ErrorOutputType;
use crate::s3::prefix::{ListingScope, Prefix, PrefixError, Window, without_nested};
use crate::stream::{DeliveryStream, Destination, DestinationKind, S3Place};

/// What Redshift's manifests of objects that were not loaded are below, after
/// the prefix of the data (developer guide, "Redshift destination").
const MANIFESTS: &str = "errors/";

/// Reports show hours between a record's arrival and the object that holds it.
const MIN_LOOKBACK: SignedDuration = SignedDuration::from_hours(3);

/// Where the failure objects are that a stream wrote for records that arrived
/// in a window of time.
#[derive(Debug, Clone)]
pub struct FailurePlaces {
    /// Where to look, the stream's own bucket first.
    pub buckets: Vec<BucketPlaces>,
    /// What they are known by.
    pub objects: StreamObjects,
    /// The stream wrote to another place for a part of the window.
    pub changed: Option<DestinationChange>,
}

/// Places in one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketPlaces {
    /// Name of the bucket.
    pub bucket: String,
    /// What keys start with. None of them is below another.
    pub prefixes: Vec<String>,
}

/// A change of a stream's destination. AWS does not tell what it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestinationChange {
    /// When, in milliseconds since 1970, if AWS tells that.
    pub at: Option<i64>,
}

/// Why the places are unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlacesError {
    /// The stream has no place in S3 for what failed.
    NoPlace,
    /// A prefix that cannot be read.
    Prefix {
        /// The prefix.
        prefix: String,
        /// Name of the bucket that it is for.
        bucket: String,
        /// What is wrong with it.
        why: PrefixError,
    },
}

impl fmt::Display for PlacesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlace => f.write_str("it does not write failures to S3"),
            Self::Prefix { prefix, why, .. } => {
                write!(f, "cannot parse its prefix `{prefix}`: {why}")
            }
        }
    }
}

impl std::error::Error for PlacesError {}

impl FailurePlaces {
    /// The places of `stream`. `zone` is the clock of its prefixes, if that is
    /// known.
    pub fn new(
        stream: &DeliveryStream,
        window: Window,
        zone: Option<TimeZone>,
    ) -> Result<Self, PlacesError> {
        let destination = stream.destination.as_ref().ok_or(PlacesError::NoPlace)?;
        let place = destination.s3.as_ref().ok_or(PlacesError::NoPlace)?;
        let changed = change(stream, window);
        let mut own = own_prefixes(destination, place)?;
        if changed.is_some() {
            // Before, it may have had none of its own.
            own.push(Prefix::of_failures(prefix(place, place.prefix.as_ref())?.as_ref(), None));
            own.push(Prefix::of_failures(None, None));
        }
        let scope = ListingScope {
            zone,
            kinds: ErrorOutputType::of(destination.kind),
            lookback: lookback(stream, destination, place).max(MIN_LOOKBACK),
        };
        let mut heads = BTreeMap::from([(&place.bucket, heads(&own, window, &scope))]);
        // A destination other than S3 may leave failures where its backups are.
        if let Some(backup) = &destination.backup {
            let errors = prefix(backup, backup.error_output_prefix.as_ref())?;
            let data = prefix(backup, backup.prefix.as_ref())?;
            let there = [Prefix::of_failures(data.as_ref(), errors.as_ref())];
            let utc = ListingScope { zone: Some(TimeZone::UTC), ..scope };
            heads.entry(&backup.bucket).or_default().extend(self::heads(&there, window, &utc));
            own.extend(there);
        }
        let mut buckets: Vec<_> = heads
            .into_iter()
            .map(|(bucket, heads)| BucketPlaces {
                bucket: bucket.clone(),
                prefixes: without_nested(heads),
            })
            .collect();
        buckets.sort_by_key(|it| it.bucket != place.bucket);
        Ok(Self { buckets, objects: StreamObjects::new(&stream.name, own), changed })
    }
}

fn heads(prefixes: &[Prefix], window: Window, scope: &ListingScope<'_>) -> BTreeSet<String> {
    prefixes.iter().flat_map(|prefix| prefix.listing(window, scope)).collect()
}

/// The prefixes of failures that the stream has now.
fn own_prefixes(destination: &Destination, place: &S3Place) -> Result<Vec<Prefix>, PlacesError> {
    let data = prefix(place, place.prefix.as_ref())?;
    let errors = prefix(place, place.error_output_prefix.as_ref())?;
    let mut prefixes = vec![Prefix::of_failures(data.as_ref(), errors.as_ref())];
    for own in &destination.table_error_prefixes {
        prefixes.extend(prefix(place, Some(own))?);
    }
    if destination.kind == DestinationKind::Redshift {
        let manifests = format!("{}{MANIFESTS}", place.prefix.as_deref().unwrap_or_default());
        prefixes.extend(prefix(place, Some(&manifests))?);
    }
    Ok(prefixes)
}

fn prefix(place: &S3Place, text: Option<&String>) -> Result<Option<Prefix>, PlacesError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|why| PlacesError::Prefix {
        prefix: text.clone(),
        bucket: place.bucket.clone(),
        why,
    })
}

/// The change of the destination that falls into the window, if there was one.
fn change(stream: &DeliveryStream, window: Window) -> Option<DestinationChange> {
    // A stream starts with version 1.
    if matches!(stream.version_id.as_str(), "" | "1") {
        return None;
    }
    let is_before = stream.updated.zip(window.since).is_some_and(|(at, since)| at < since);
    (!is_before).then_some(DestinationChange { at: stream.updated })
}

/// How long before a record the oldest one in its object may have arrived:
/// what the buffers hold, and what all attempts take at most.
pub(crate) fn lookback(
    stream: &DeliveryStream,
    destination: &Destination,
    place: &S3Place,
) -> SignedDuration {
    let transform = stream.transform().map(|transform| {
        let calls = transform.retries.min(MAX_RETRIES).saturating_add(1);
        transform.buffering.interval + MAX_FUNCTION_TIMEOUT.saturating_mul(calls)
    });
    let buffers = destination.buffering.interval + place.buffering.interval;
    let most = transform.unwrap_or_default() + buffers + destination.retry;
    SignedDuration::try_from(most).unwrap_or(SignedDuration::from_hours(24))
}

#[cfg(test)]
mod tests {
    use super::*;
    /// 2026-11-22T10:00:00Z.
    const TEN: i64 = 1_795_341_600_000;
    const WINDOW: Window = Window { since: Some(TEN - 600_000), until: TEN };

    fn stream(kind: DestinationKind, prefix: &str, errors: Option<&str>) -> DeliveryStream {
        DeliveryStream::sample().delivering(|it| {
            it.kind = kind;
            let place = S3Place {
                bucket: "lake".to_owned(),
                prefix: Some(prefix.to_owned()),
                error_output_prefix: errors.map(str::to_owned),
                ..S3Place::default()
            };
            it.s3 = Some(place);
        })
    }

    fn places(stream: &DeliveryStream) -> FailurePlaces {
        FailurePlaces::new(stream, WINDOW, Some(TimeZone::UTC)).unwrap()
    }

    fn prefixes(stream: &DeliveryStream) -> Vec<String> {
        places(stream).buckets.remove(0).prefixes
    }

    #[test]
    fn only_the_hours_and_types_that_are_possible_are_listed() {
        let errors = "failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/";
        let found = prefixes(&stream(DestinationKind::S3, "", Some(errors)));
        assert_eq!(found.len(), 5 * 3, "{found:?}");
        assert!(found.contains(&"failed/processing-failed/2026/11/22/09/".to_owned()));
        let all = prefixes(&stream(DestinationKind::S3, "data/", Some("failed/")));
        assert_eq!(all, ["failed/"]);
    }

    #[test]
    fn an_iceberg_table_and_redshift_have_places_of_their_own() {
        let mut iceberg = stream(DestinationKind::Iceberg, "ice/", None);
        let destination = iceberg.destination.as_mut().unwrap();
        destination.table_error_prefixes = vec!["ice-t/".to_owned(), "ice-t/".to_owned()];
        let found = prefixes(&iceberg);
        assert!(found.contains(&"ice-t/".to_owned()), "{found:?}");
        assert!(found.contains(&"ice/iceberg-failed/2026/11/22/10/".to_owned()), "{found:?}");
        let found = prefixes(&stream(DestinationKind::Redshift, "rs/", None));
        assert!(found.contains(&"rs/errors/".to_owned()), "{found:?}");
    }

    #[test]
    fn the_place_of_backups_is_looked_at_too() {
        let mut redshift = stream(DestinationKind::Redshift, "rs/", None);
        let backup = S3Place { bucket: "backup".to_owned(), ..S3Place::default() };
        redshift.destination.as_mut().unwrap().backup = Some(backup);
        let places = places(&redshift).buckets;
        assert_eq!([&places[0].bucket, &places[1].bucket], ["lake", "backup"]);
        assert!(places[1].prefixes.contains(&"processing-failed/2026/11/22/10/".to_owned()));
    }

    #[test]
    fn a_change_in_the_window_adds_the_default_places_and_is_reported() {
        let mut changed = stream(DestinationKind::S3, "data/", Some("new/"));
        changed.version_id = "3".to_owned();
        changed.updated = Some(WINDOW.since.unwrap() - 1);
        assert_eq!(places(&changed).changed, None);
        assert_eq!(prefixes(&changed), ["new/"]);
        for at in [Some(TEN - 1), None] {
            changed.updated = at;
            let places = places(&changed);
            assert_eq!(places.changed, Some(DestinationChange { at }));
            for prefix in ["new/", "processing-failed/2026/", "data/processing-failed/2026/"] {
                let there = &places.buckets[0].prefixes;
                assert!(there.iter().any(|it| it.starts_with(prefix)), "{prefix} {there:?}");
            }
        }
    }

    #[test]
    fn a_stream_without_a_place_or_with_an_odd_prefix_is_an_error() {
        let mut none = stream(DestinationKind::S3, "", None);
        none.destination.as_mut().unwrap().s3 = None;
        let error = |it: &DeliveryStream| {
            FailurePlaces::new(it, WINDOW, Some(TimeZone::UTC)).unwrap_err().to_string()
        };
        assert_eq!(error(&none), "it does not write failures to S3");
        let odd = stream(DestinationKind::S3, "", Some("a/!{nothing}/"));
        assert!(error(&odd).starts_with("cannot parse its prefix `a/!{nothing}/`"));
    }
}
