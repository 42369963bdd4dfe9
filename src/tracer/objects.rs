//! Lists the places of a stream's objects, and reads what is new there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;
use tokio::task::JoinSet;

use super::now;
use crate::aws::{ObjectList, S3Object, Session};
use crate::context;
use crate::gathering::run_all;
use firehose::backup::MAX_OBJECT;
use firehose::decode::Object;
use firehose::failure::{Choice, Left, Selection};
use firehose::known::Known;
use firehose::names::RegionName;
use firehose::s3::prefix::Window;
use firehose::stream::DeliveryStream;
use firehose::time::Millis;
use firehose::trace::{
    Confidence, FoundInObject, LookedInto, ObjectRole, Place, SeenDelivery, SeenFailure,
    TraceEvent, TracePlaces, What, Witnesses, look_into,
};

/// Pages of a prefix that are listed: 1,000 keys each.
const PAGES: usize = 50;

/// Bytes of objects that are read at most, as they are stored.
pub const MAX_READ: u64 = 4 * 1024 * 1024 * 1024;

/// Objects that are read at the same time: each may hold [`MAX_OBJECT`] in memory.
const AT_ONCE: usize = 4;

/// How far the clocks of S3 and of this machine may be apart.
const CLOCK_SLACK: Duration = Duration::from_mins(5);

/// Looks into the objects of a stream.
pub(super) struct Looking {
    session: Arc<Session>,
    stream: DeliveryStream,
    zone: Option<TimeZone>,
    /// Regions of its buckets, if those are others than the session's.
    regions: BTreeMap<String, RegionName>,
    witnesses: Arc<Witnesses>,
    start: Millis,
    /// Objects that were read, or never will be.
    seen: Mutex<BTreeSet<(String, Option<String>)>>,
    /// Bytes of objects that were read.
    read: AtomicU64,
}

/// What one look at all places found.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) began: Millis,
    pub(super) events: Vec<TraceEvent>,
    /// What could not be looked at this time, and why.
    pub(super) gaps: Vec<(String, String)>,
    /// Delivered objects that were searched to their ends, and when they were written.
    pub(super) delivered: Vec<(Millis, String)>,
}

impl Look {
    const fn new(began: Millis) -> Self {
        Self { began, events: Vec::new(), gaps: Vec::new(), delivered: Vec::new() }
    }
}

impl Looking {
    /// For records that were put from `start` on.
    pub(super) async fn new(
        session: Arc<Session>,
        stream: DeliveryStream,
        witnesses: Arc<Witnesses>,
        start: Millis,
    ) -> Self {
        let destination = stream.destination.as_ref();
        let places = destination.into_iter().flat_map(|it| [it.s3.as_ref(), it.backup.as_ref()]);
        let buckets: BTreeSet<_> = places.flatten().map(|it| it.bucket.clone()).collect();
        let found = run_all(AT_ONCE, buckets.iter().map(|it| session.bucket_region(it))).await;
        let found = buckets.into_iter().zip(found).filter_map(|(bucket, region)| match region {
            Known::Yes(region) if region != *session.region() => Some((bucket, region)),
            _ => None,
        });
        let regions = found.collect();
        let zone = destination.and_then(|it| it.s3.as_ref());
        let zone = zone.and_then(|it| context::named_time_zone(&it.time_zone));
        let seen = Mutex::default();
        let read = AtomicU64::new(0);
        Self { session, stream, zone, regions, witnesses, start, seen, read }
    }

    /// Lists all places once, and reads what is new.
    pub(super) async fn look(&self, began: Millis) -> Look {
        let mut look = Look::new(began);
        let window = Window { since: Some(self.start), until: began };
        let places = match TracePlaces::new(&self.stream, window, self.zone.as_ref()) {
            Ok(places) => places,
            Err(error) => {
                look.gaps.push(("objects of the stream".to_owned(), error.to_string()));
                return look;
            }
        };
        look.gaps.extend(places.gaps.iter().cloned());
        let objects = self.list(&places, &mut look).await;
        let reads = objects.into_iter().map(|(role, object)| async move {
            let mut look = Look::new(began);
            self.object(role, object, &mut look).await;
            look
        });
        for read in run_all(AT_ONCE, reads).await {
            look.events.extend(read.events);
            look.gaps.extend(read.gaps);
            look.delivered.extend(read.delivered);
        }
        look
    }

    /// Objects that are new and may be of the stream.
    async fn list(&self, places: &TracePlaces, look: &mut Look) -> Vec<(ObjectRole, S3Object)> {
        let mut listings = JoinSet::new();
        for (role, bucket, prefixes) in &places.places {
            for prefix in prefixes {
                let (session, bucket, prefix) =
                    (Arc::clone(&self.session), bucket.clone(), prefix.clone());
                let (role, region) = (*role, self.regions.get(&bucket).cloned());
                listings.spawn(async move {
                    let list = session.object_list(&bucket, &prefix, region.as_ref(), PAGES).await;
                    (role, format!("s3://{bucket}/{prefix}"), list)
                });
            }
        }
        let selection =
            Selection { stream: Some(places.objects.clone()), only_failures: false, shard: None };
        let mut found = Vec::new();
        while let Some(listed) = listings.join_next().await {
            let Ok((role, place, list)) = listed else { continue };
            let ObjectList { objects, is_cut } = match list {
                Known::Yes(list) => list,
                other => {
                    // A backup alone proves nothing of delivery.
                    if role != ObjectRole::Backup {
                        look.gaps.push((
                            place,
                            other.why().unwrap_or_else(|| "the bucket does not exist".to_owned()),
                        ));
                    }
                    continue;
                }
            };
            if is_cut {
                let why = format!("only its first {} objects were listed", PAGES * 1000);
                look.gaps.push((place, why));
            }
            let is_ours = |it: &S3Object| match selection.by_key(&it.key) {
                Choice::Read | Choice::Look | Choice::Leave(Left::UnknownStream) => true,
                Choice::Leave(_) => false,
            };
            let new = objects.into_iter().filter(|it| self.is_new(it) && is_ours(it));
            found.extend(new.map(|it| (places.role(&it.bucket, &it.key).unwrap_or(role), it)));
        }
        found.sort_by_cached_key(|(_, it)| (it.modified, it.to_string()));
        // What is below two prefixes was listed twice.
        found.dedup_by(|(_, one), (_, other)| one == other);
        found
    }

    fn is_new(&self, object: &S3Object) -> bool {
        let start = Duration::from_millis(u64::try_from(self.start).unwrap_or_default());
        let least = (SystemTime::UNIX_EPOCH + start).checked_sub(CLOCK_SLACK);
        let is_old = least.zip(object.modified).is_some_and(|(least, at)| at < least);
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        !is_old && !object.is_folder() && !seen.contains(&id(object))
    }

    /// Reads one object.
    async fn object(&self, role: ObjectRole, object: S3Object, look: &mut Look) {
        let at = object.modified.map_or_else(now, context::milliseconds);
        let with_it = |read: u64| read.checked_add(object.size).filter(|all| *all <= MAX_READ);
        if self.read.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with_it).is_err() {
            let most = firehose::size(MAX_READ);
            let why = format!("it was not read: with it, fh would read more than {most}");
            return self.closed(role, &object, why, at, look);
        }
        let region = self.regions.get(&object.bucket);
        let body = match self.session.object_body(&object, region).await {
            Known::Yes(body) => body,
            // What reads the bucket may move objects; one that is written again is listed
            // again.
            Known::No => {
                let why = "it was deleted or replaced before it could be read".to_owned();
                self.read.fetch_sub(object.size, Ordering::Relaxed);
                return self.closed(role, &object, why, at, look);
            }
            unknown => {
                let why = unknown.why().unwrap_or_default();
                if matches!(unknown, Known::Denied { .. }) {
                    self.read.fetch_sub(object.size, Ordering::Relaxed);
                    self.closed(role, &object, why, at, look);
                } else {
                    self.not_read(&object, why, look);
                }
                return;
            }
        };
        let witnesses = Arc::clone(&self.witnesses);
        let read = tokio::task::spawn_blocking(move || read(body, role, &witnesses)).await;
        match read {
            Ok(Ok(LookedInto { found, gap, has_data })) => {
                let modified = object.modified.map(context::milliseconds);
                let found = found.into_iter().map(|it| it.put_since(self.start, modified));
                // A backup of the same bytes that is older is of another put.
                let found = found
                    .filter(|it| role != ObjectRole::Backup || it.sure != Confidence::Possible);
                look.events.extend(found.map(|it| event(it, role, &object, at)));
                if let Some(why) = gap {
                    return self.closed(role, &object, why, at, look);
                }
                let is_delivered = role == ObjectRole::Delivered && has_data;
                let delivered = modified.filter(|_| is_delivered);
                look.delivered.extend(delivered.map(|at| (at, object.to_string())));
                self.done(&object);
            }
            // It may be read later.
            Ok(Err(error)) => self.not_read(&object, error.to_string(), look),
            // A panic is reported by whoever waits for one.
            Err(_) => {}
        }
    }

    /// Notes that an object has not been read, and will be if it is listed again.
    fn not_read(&self, object: &S3Object, why: String, look: &mut Look) {
        self.read.fetch_sub(object.size, Ordering::Relaxed);
        look.gaps.push((object.to_string(), why));
    }

    /// Notes that an object, or the rest of it, will never be searched.
    fn closed(
        &self,
        role: ObjectRole,
        object: &S3Object,
        why: String,
        at: Millis,
        look: &mut Look,
    ) {
        self.done(object);
        // A backup alone says nothing of delivery.
        let may_hold = role != ObjectRole::Backup;
        let what = What::Unseen { what: object.to_string(), why, may_hold };
        look.events.push(TraceEvent { at, records: Vec::new(), what });
    }

    fn done(&self, object: &S3Object) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(id(object));
    }
}

fn id(object: &S3Object) -> (String, Option<String>) {
    (object.to_string(), object.etag.clone())
}

/// Reads an object to its end and finds records in it.
fn read(
    body: impl Read + Send + 'static,
    role: ObjectRole,
    witnesses: &Witnesses,
) -> std::io::Result<LookedInto> {
    let mut object = Object::open(Box::new(body))?;
    let mut content = Vec::new();
    let most = MAX_OBJECT as u64;
    (&mut object).take(most + 1).read_to_end(&mut content)?;
    if content.len() > MAX_OBJECT {
        let most = firehose::size(most);
        let gap = Some(format!("it has more than {most} and was not searched"));
        return Ok(LookedInto { gap, ..LookedInto::default() });
    }
    let problem = object.layers().into_iter().find_map(|layer| layer.problem);
    let looked = look_into(&content, role, witnesses);
    // Of a damaged object only the start could be searched.
    let gap = problem.map(|it| it.to_string()).or(looked.gap);
    Ok(LookedInto { gap, ..looked })
}

/// What was found, as what happened.
fn event(found: FoundInObject, role: ObjectRole, object: &S3Object, at: Millis) -> TraceEvent {
    let FoundInObject { record, number, of, offset, by, sure, text, failure } = found;
    let (bucket, key) = (object.bucket.clone(), object.key.clone());
    let place = Place { bucket, key, number, of, offset };
    let records = vec![record];
    let (at, what) = match failure {
        Some(failure) => {
            let seen = SeenFailure {
                place,
                code: failure.code,
                message: failure.message,
                attempts: failure.attempts,
                by,
                sure,
            };
            (at, What::Failed(Box::new(seen)))
        }
        None if role == ObjectRole::Backup => (at, What::BackedUp(place)),
        None => (at, What::Delivered(Box::new(SeenDelivery { place, text, by, sure }))),
    };
    TraceEvent { at, records, what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use firehose::compress::Gzip;
    use firehose::trace::{Marker, Searcher, TracedRecord};

    #[test]
    fn a_damaged_object_has_what_was_found_and_a_gap() {
        let marker = Marker::new(0x1_0000_0000_0000_0001);
        let payload = format!("{marker}\n").into_bytes();
        let record = TracedRecord { payload: Arc::new(payload.clone()), marker: Some(marker) };
        let witnesses = Witnesses { searcher: Searcher::new(&[record]), expected: Vec::new() };
        let packed = Gzip::new().compress(&payload);
        let read = |bytes: Vec<u8>| {
            let looked = read(std::io::Cursor::new(bytes), ObjectRole::Delivered, &witnesses);
            let looked = looked.unwrap();
            (looked.found.len(), looked.gap.is_some())
        };
        assert_eq!(read(packed.clone()), (1, false));
        // The sum of all bytes is missing.
        assert_eq!(read(packed[..packed.len() - 8].to_vec()), (1, true));
        assert_eq!(read(b"other\n".to_vec()), (0, false));
    }
}
