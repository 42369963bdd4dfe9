//! Where a trace looks, and until when.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::ObjectRole;
use crate::failure::{FailurePlaces, PlacesError, StreamObjects, lookback};
use crate::s3::ErrorOutputType;
use crate::s3::prefix::{ListingScope, Prefix, PrefixError, Window};
use crate::stream::{Delays, DeliveryStream, DestinationKind, S3Place};

/// A call of the function of which the timeout is not known, with the pause after it.
const UNKNOWN_CALL: Duration = Duration::from_mins(1);

/// The pause after a call that failed: ours, since AWS does not state it.
const PAUSE: Duration = Duration::from_secs(10);

/// When something should have happened that has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TracePlan {
    /// The transform is there and switched on.
    pub has_transform: bool,
    /// The kind of destination.
    pub kind: Option<DestinationKind>,
    /// How long a record takes on its way.
    pub delays: Delays,
    /// One call of the function takes this long, with the pause after one that failed.
    pub call: Duration,
    /// The logs of the function are read.
    pub follows_logs: bool,
    /// When to stop, counted from the start.
    pub timeout: Option<Duration>,
}

impl TracePlan {
    /// The plan for a stream; `function_timeout` is that of its function, if it is known.
    pub fn new(stream: &DeliveryStream, function_timeout: Option<Duration>) -> Self {
        let call = function_timeout.map_or(UNKNOWN_CALL, |timeout| timeout + PAUSE);
        Self {
            has_transform: stream.transform().is_some(),
            kind: stream.destination.as_ref().map(|it| it.kind),
            delays: stream.delays(),
            call,
            follows_logs: false,
            timeout: None,
        }
    }

    /// How long after its time a record is still waited for.
    pub fn grace(&self) -> Duration {
        let share = (self.buffer() + self.delays.delivery()) / 5;
        share.clamp(Duration::from_secs(10), Duration::from_mins(1))
    }

    /// How long after its time a line of a log is still waited for.
    pub(super) fn log_grace(&self) -> Duration {
        (self.buffer() / 2).clamp(Duration::from_secs(5), Duration::from_secs(30))
    }

    /// How long a record takes at most.
    pub fn most(&self) -> Duration {
        self.delays.longest(self.call) + self.grace()
    }

    /// How long the transform's buffer waits.
    pub(super) fn buffer(&self) -> Duration {
        self.delays.transform.unwrap_or_default()
    }

    /// True if delivery can be seen: objects of S3.
    pub fn sees_delivery(&self) -> bool {
        self.kind == Some(DestinationKind::S3)
    }
}

/// Prefixes that are listed.
#[derive(Debug, Clone)]
pub struct TracePlaces {
    /// Where, and what is there.
    pub places: Vec<(ObjectRole, String, Vec<String>)>,
    /// What the stream's objects are known by.
    pub objects: StreamObjects,
    /// What is not looked at, and why.
    pub gaps: Vec<(String, String)>,
}

impl TracePlaces {
    /// Where the objects of `stream` are that it writes in `window`. `zone` is the clock
    /// of its prefixes, if that is known.
    pub fn new(
        stream: &DeliveryStream,
        window: Window,
        zone: Option<&TimeZone>,
    ) -> Result<Self, PlacesError> {
        let mut found =
            Self { places: Vec::new(), objects: StreamObjects::of(stream), gaps: Vec::new() };
        match FailurePlaces::new(stream, window, zone.cloned()) {
            Ok(places) => {
                for it in places.buckets {
                    found.places.push((ObjectRole::Failures, it.bucket, it.prefixes));
                }
            }
            Err(PlacesError::NoPlace) => {
                let why = PlacesError::NoPlace.to_string();
                found.gaps.push(("failures".to_owned(), why));
            }
            Err(error) => return Err(error),
        }
        let Some(destination) = &stream.destination else { return Ok(found) };
        let lookback = destination.s3.as_ref().map(|it| lookback(stream, destination, it));
        let listing = |place: &S3Place, zone: Option<TimeZone>| {
            let kinds = &ErrorOutputType::ALL[..1];
            let lookback = lookback.unwrap_or_default();
            let scope = ListingScope { zone, kinds, lookback };
            Ok((place.bucket.clone(), data_prefix(place)?.listing(window, &scope)))
        };
        let delivered = destination.s3.as_ref().filter(|_| destination.kind == DestinationKind::S3);
        let delivered = delivered.map(|it| listing(it, zone.cloned())).transpose()?;
        let backup = destination.backup.as_ref();
        let backup = backup.map(|it| listing(it, Some(TimeZone::UTC))).transpose()?;
        if let Some((bucket, prefixes)) = &backup {
            found.places.push((ObjectRole::Backup, bucket.clone(), prefixes.clone()));
        }
        match delivered {
            // What is backed up must not pass for delivered.
            Some(it) if backup.as_ref() == Some(&it) => {
                let what = format!("s3://{}/", it.0);
                let why = "data and source backup have the same prefix and cannot be distinguished";
                found.gaps.push((what, why.to_owned()));
            }
            Some((bucket, prefixes)) => {
                found.places.push((ObjectRole::Delivered, bucket, prefixes));
            }
            None => {}
        }
        Ok(found)
    }

    /// What an object is: by the longest of the prefixes that its key has.
    pub fn role(&self, bucket: &str, key: &str) -> Option<ObjectRole> {
        let all = self.places.iter().filter(|(_, it, _)| it == bucket);
        let all = all.flat_map(|(role, _, prefixes)| prefixes.iter().map(move |it| (it, *role)));
        let longest = all.filter(|(prefix, _)| key.starts_with(prefix.as_str()));
        longest.max_by_key(|(prefix, _)| prefix.len()).map(|(_, role)| role)
    }
}

/// The prefix of delivered and backup objects.
fn data_prefix(place: &S3Place) -> Result<Prefix, PlacesError> {
    let text = place.prefix.as_ref().filter(|text| !text.is_empty());
    let parsed = text.map(|text| {
        text.parse().map_err(|why: PrefixError| PlacesError::Prefix {
            prefix: text.clone(),
            bucket: place.bucket.clone(),
            why,
        })
    });
    Ok(Prefix::of_delivery(parsed.transpose()?.as_ref()))
}
