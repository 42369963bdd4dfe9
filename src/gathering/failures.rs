//! What failed, and how delivered objects begin: listings, and the start of a few
//! objects.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::waves::Wave;
use crate::aws::{S3Object, Session};
use crate::context;
use crate::terminal::group;
use firehose::diagnosis::{FailureCode, Failures};
use firehose::errors;
use firehose::failure::{Choice, FailurePlaces, FailureRecord, PlacesError, Selection};
use firehose::known::Known;
use firehose::names::RegionName;
use firehose::s3::prefix::Window;
use firehose::stream::DeliveryStream;
use firehose::time::{self, Millis};
use jiff::tz::TimeZone;

/// Prefixes that are listed, pages of 1,000 objects of each, and objects that are opened.
const MAX_LISTED: usize = 96;
const MAX_PAGES: usize = 20;
const MAX_OPENED: usize = 20;

/// Characters of a code and of a message that are kept.
const MAX_CODE: usize = 100;
const MAX_MESSAGE: usize = 300;

/// Bytes of an object that are read.
const START: u64 = 256 * 1024;

/// The failure objects that were written in `window` before `now`.
pub(super) async fn failures(
    session: &Session,
    stream: &DeliveryStream,
    zone: Option<TimeZone>,
    now: Millis,
    window: Duration,
    region: Option<&RegionName>,
) -> Known<Failures> {
    let since = time::before(now, window);
    let places = match FailurePlaces::new(stream, Window { since: Some(since), until: now }, zone) {
        Ok(places) => places,
        Err(PlacesError::NoPlace) => return Known::No,
        Err(error) => return Known::Failed(format!("the stream: {error}")),
    };
    let selection = Selection { stream: Some(places.objects), ..Selection::default() };
    let all = places.buckets.iter().flat_map(|it| it.prefixes.iter().map(|key| (&it.bucket, key)));
    let all: Vec<_> = all.collect();
    let place = all.first().map(|(bucket, key)| format!("s3://{bucket}/{key}"));
    if all.len() > MAX_LISTED {
        let why = format!("there are {} prefixes of failures to list; shorten --since", all.len());
        return Known::Failed(why);
    }
    let mut found = Vec::new();
    for listed in listed(session, &all, region).await {
        match listed {
            Known::Yes(objects) => found.extend(objects),
            Known::No => {}
            other => return other.map(|_| empty()),
        }
    }
    let is_new = |it: &S3Object| it.modified.is_none_or(|at| context::milliseconds(at) >= since);
    found.retain(|it| is_new(it) && !matches!(selection.by_key(&it.key), Choice::Leave(_)));
    found.sort_by_key(|it| std::cmp::Reverse(it.modified));
    let objects = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let opened = (found.len() > MAX_OPENED).then_some(MAX_OPENED as u64);
    let (codes, is_cut) = codes(session, &found, region).await;
    // The first prefix may have none of the objects.
    let folders = common_folders(&found);
    let places = if folders.is_empty() { place.into_iter().collect() } else { folders };
    Known::Yes(Failures { objects, opened, codes, is_cut, places })
}

/// The folder of each bucket that all of `objects` in it are below: `s3://lake/failed/`.
fn common_folders(objects: &[S3Object]) -> Vec<String> {
    let mut folders: BTreeMap<&str, &str> = BTreeMap::new();
    for object in objects {
        let folder = folders.entry(&object.bucket).or_insert(&object.key);
        let same = folder.bytes().zip(object.key.bytes()).take_while(|(one, two)| one == two);
        let end = folder.as_bytes().iter().take(same.count()).rposition(|it| *it == b'/');
        *folder = folder.get(..end.map_or(0, |it| it + 1)).unwrap_or_default();
    }
    folders.iter().map(|(bucket, folder)| format!("s3://{bucket}/{folder}")).collect()
}

const fn empty() -> Failures {
    Failures { objects: 0, opened: None, codes: Known::NotAsked, is_cut: false, places: Vec::new() }
}

async fn listed(
    session: &Session,
    places: &[(&String, &String)],
    region: Option<&RegionName>,
) -> Vec<Known<Vec<S3Object>>> {
    Wave::all(places.iter().map(|(bucket, key)| objects(session, bucket, key, region))).await
}

/// All objects below a prefix. Keys come in their order, not by time: of a part of them
/// nothing follows about the newest.
async fn objects(
    session: &Session,
    bucket: &str,
    prefix: &str,
    region: Option<&RegionName>,
) -> Known<Vec<S3Object>> {
    match session.object_list(bucket, prefix, region, MAX_PAGES).await {
        Known::Yes(list) if list.is_cut => Known::Failed(format!(
            "more than {} objects are below s3://{bucket}/{prefix}; `fh failures` lists all",
            group(list.objects.len() as u64)
        )),
        list => list.map(|it| it.objects),
    }
}

/// Codes and numbers of records in the newest objects, most frequent first; true if they
/// are of the starts of some.
async fn codes(
    session: &Session,
    objects: &[S3Object],
    region: Option<&RegionName>,
) -> (Known<Vec<FailureCode>>, bool) {
    let first = objects.iter().take(MAX_OPENED);
    let mut is_cut = first.clone().any(|it| it.size > START);
    let opened = Wave::all(first.map(|it| session.object_start(it, START, region))).await;
    let mut codes: BTreeMap<String, FailureCode> = BTreeMap::new();
    for object in opened {
        match object {
            Known::Yes(bytes) => {
                for line in bytes.split(|it| *it == b'\n') {
                    let record = FailureRecord::read(line);
                    let Some(code) = record.code.map(|it| it.text_up_to(MAX_CODE)) else {
                        continue;
                    };
                    let known = codes.entry(code.clone()).or_insert_with(|| FailureCode {
                        code,
                        records: 0,
                        refused: 0,
                        message: record.message.map(|it| on_one_line(&it.text_up_to(MAX_MESSAGE))),
                    });
                    known.records += 1;
                    known.refused += u64::from(is_refused(&known.code, &record));
                }
            }
            // It was deleted since.
            Known::No => is_cut = true,
            other => return (other.map(|_| Vec::new()), is_cut),
        }
    }
    let mut codes: Vec<_> = codes.into_values().collect();
    codes.sort_by_key(|it| std::cmp::Reverse(it.records));
    (Known::Yes(codes), is_cut)
}

/// True if the function answered, and Firehose refused the answer.
fn is_refused(code: &str, record: &FailureRecord<'_>) -> bool {
    let message = record.message.map(|it| it.text_up_to(MAX_MESSAGE)).unwrap_or_default();
    let page = errors::exact(code);
    page.and_then(|it| it.cause(code, &message, record.attempts)).is_some_and(|it| it.is_refused)
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How the newest object of this hour begins; no if there is none.
pub(super) async fn sample(
    session: &Session,
    stream: &DeliveryStream,
    below: Option<&str>,
    region: Option<&RegionName>,
) -> Known<Vec<u8>> {
    let place = stream.destination.as_ref().and_then(|it| it.s3.as_ref());
    let (Some(below), Some(place)) = (below, place) else { return Known::NotAsked };
    let prefix = below.splitn(4, '/').nth(3).unwrap_or_default();
    let objects = match objects(session, &place.bucket, prefix, region).await {
        Known::Yes(objects) => objects,
        other => return other.map(|_| Vec::new()),
    };
    let errors = Selection { only_failures: true, ..Selection::default() };
    let delivered = objects.iter().filter(|it| errors.by_key(&it.key) == Choice::Look);
    let Some(newest) = delivered.max_by_key(|it| it.modified.unwrap_or(SystemTime::UNIX_EPOCH))
    else {
        return Known::No;
    };
    if place.compression != "UNCOMPRESSED" {
        let why = format!("objects are compressed ({}): fh decode {newest}", place.compression);
        return Known::Failed(why);
    }
    session.object_start(newest, START, region).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_below_what_their_folders_have_in_common() {
        for (keys, expected) in [
            (&["a/f/2026/11/1", "a/f/2026/11/2"][..], "s3://b/a/f/2026/11/"),
            (&["a/f/2026/11/1", "a/f/2026/12/1", "a/format/2026/1"], "s3://b/a/"),
            (&["a/f", "é/f"], "s3://b/"),
            (&["f"], "s3://b/"),
        ] {
            let objects: Vec<_> = keys.iter().map(|key| S3Object::named("b", key)).collect();
            assert_eq!(common_folders(&objects), [expected]);
        }
        let two = [S3Object::named("b", "x/1"), S3Object::named("a", "y/1")];
        assert_eq!(common_folders(&two), ["s3://a/y/", "s3://b/x/"]);
    }
}
