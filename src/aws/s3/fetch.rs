//! Lists and gets the objects of a listing on a thread of its own.
//!
//! One thread with one runtime: a second one doubles what an object costs and
//! gains nothing. Objects are asked for many at a time and handed over in the
//! order of the listing. Nothing grows with the number of objects, but for the
//! keys of the first listing of whoever follows.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use tokio::sync::mpsc;

use super::found::{FetchStop, Found, Lots};
use super::location::Listing;
use super::pages::Pages;
use super::queue::Queue;
use super::{ListError, S3Client, S3Object};
use crate::aws::{Session, block_on};
use crate::error::Error;
use crate::panics;
use firehose::failure::{Choice, Left};

/// Lots of objects that wait for the reader.
const WAITING: usize = 2;

/// How far the clocks of Firehose, of S3 and of this machine may be apart:
/// what was written this long before a record arrived cannot hold it.
const CLOCK_SLACK: Duration = Duration::from_mins(5);

/// The objects of some listings, one after the other, in their order.
#[derive(Debug)]
pub struct Fetched {
    lots: mpsc::Receiver<Vec<Found>>,
    lot: std::vec::IntoIter<Found>,
    /// Its thread died, which was reported.
    is_dead: bool,
}

impl Fetched {
    /// Starts to list and to get. What is dropped stops.
    pub fn start(session: &Session, listings: Vec<Listing>) -> Result<Self, Error> {
        let (out, lots) = mpsc::channel(WAITING);
        let session = session.for_thread()?;
        thread::Builder::new()
            .name("s3".to_owned())
            .spawn(move || {
                let end = block_on(async {
                    match run(&session, &listings, &out).await {
                        Err(FetchStop::Failed(error)) => {
                            let _gone = out.send(vec![Found::Failed(error)]).await;
                        }
                        Err(FetchStop::Unread) | Ok(()) => {}
                    }
                    Ok(())
                });
                if let Err(error) = end {
                    let _gone = out.blocking_send(vec![Found::Failed(error)]);
                }
            })
            .map_err(|error| Error::internal(format!("no thread for S3: {error}")))?;
        Ok(Self { lots, lot: Vec::new().into_iter(), is_dead: false })
    }
}

impl Iterator for Fetched {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.lot.next() {
                return Some(found);
            }
            let Some(lot) = self.lots.blocking_recv() else {
                // The end of a thread that died is not that of the listing.
                let panic = panics::first().filter(|_| !self.is_dead)?;
                self.is_dead = true;
                return Some(Found::Failed(panic));
            };
            self.lot = lot.into_iter();
        }
    }
}

async fn run(session: &Session, listings: &[Listing], out: &Lots) -> Result<(), FetchStop> {
    let mut clients = Vec::new();
    for listing in listings {
        let session = session.in_region(session.region().clone());
        clients.push((listing, Arc::new(S3Client::new(session)), listing.prefixes.clone()));
    }
    // Closed when the last piece of the last body is handed over.
    let (handing_over, mut all_handed_over) = mpsc::channel::<()>(1);
    let mut queue = Queue::new(out, handing_over);
    loop {
        let mut every = None;
        for (listing, client, prefixes) in &mut clients {
            pass(listing, prefixes, client, &mut queue).await?;
            queue.finish().await?;
            queue.report_left_out().await?;
            every = every.or(listing.follow.as_ref().map(|follow| follow.every));
        }
        let Some(every) = every else { break };
        queue.recent.forget();
        tokio::select! {
            () = out.closed() => return Err(FetchStop::Unread),
            () = tokio::time::sleep(every) => {}
        }
        for (listing, _, prefixes) in &mut clients {
            if let Some(follow) = &listing.follow {
                *prefixes = (follow.prefixes)();
            }
        }
    }
    drop(queue);
    let _closed = all_handed_over.recv().await;
    Ok(())
}

/// Lists these prefixes once, and gets what is new below them.
async fn pass(
    listing: &Listing,
    prefixes: &[String],
    client: &mut Arc<S3Client>,
    queue: &mut Queue<'_>,
) -> Result<(), FetchStop> {
    let mut pages = Pages::new(&listing.bucket, prefixes);
    while let Some((prefix, mut answer)) = pages.next(client).await.map_err(FetchStop::Failed)? {
        loop {
            let page = match answer {
                Ok(page) => page,
                Err(ListError::Elsewhere(region)) => {
                    // What was asked for ahead was asked there too.
                    pages.forget(&prefix);
                    *client = moved(client, &region).map_err(FetchStop::Failed)?;
                    let bucket = &listing.bucket;
                    let notice = format!("bucket `{bucket}` is in {region}: using that Region");
                    queue.send(vec![Found::Notice(notice)]).await?;
                    break;
                }
                // Who may not list may still be allowed to get what it names.
                Err(ListError::Denied(_)) if may_be_one(listing, &prefix) => {
                    queue.listed += 1;
                    queue.push(client, S3Object::named(&listing.bucket, &prefix), false).await?;
                    break;
                }
                Err(ListError::Denied(error) | ListError::Other(error)) => {
                    return Err(FetchStop::Failed(error));
                }
            };
            let token = page.next_continuation_token.clone();
            if one_page(listing, &prefix, page, client, queue).await? || token.is_none() {
                break;
            }
            queue.hand_over_what_is_there().await?;
            answer = client.page(&listing.bucket, &prefix, token).await;
        }
    }
    let listed = std::mem::take(&mut queue.listed);
    if listing.is_named && listing.follow.is_none() && listed == 0 {
        return Err(FetchStop::Failed(nothing(listing)));
    }
    Ok(())
}

/// Says that nothing is where the user pointed.
fn nothing(listing: &Listing) -> Error {
    let Listing { bucket, prefixes, .. } = listing;
    let prefix = prefixes.first().map_or("", String::as_str);
    Error::user(format!("no objects at `s3://{bucket}/{prefix}`"))
        .hint(format!("keys must start with the prefix; list them: aws s3 ls s3://{bucket}/"))
}

/// Gets the objects of a page; true if the prefix was the key of one.
async fn one_page(
    listing: &Listing,
    prefix: &str,
    page: ListObjectsV2Output,
    client: &Arc<S3Client>,
    queue: &mut Queue<'_>,
) -> Result<bool, FetchStop> {
    for object in page.contents.unwrap_or_default() {
        let object = S3Object::listed(&listing.bucket, object);
        let is_exact = listing.may_be_key && object.key == prefix && !prefix.ends_with('/');
        let least = listing.written_after.and_then(|least| least.checked_sub(CLOCK_SLACK));
        let is_old = least.zip(object.modified).is_some_and(|(least, at)| at < least);
        // The console makes empty objects to show a folder.
        let is_folder = object.key.ends_with('/') && object.size == 0;
        queue.listed += u64::from(!is_folder);
        let is_possible = is_exact || !is_old && !is_folder;
        if is_possible && (listing.follow.is_none() || queue.recent.is_new(&object)) {
            match listing.selection.by_key(&object.key) {
                Choice::Read => queue.push(client, object, false).await?,
                Choice::Look => queue.look(client, object).await?,
                // What is named by itself is read unless its name shows another stream.
                Choice::Leave(Left::UnknownStream) if is_exact => {
                    queue.push(client, object, false).await?;
                }
                Choice::Leave(why) => queue.left_out.add(why),
            }
        }
        if is_exact {
            return Ok(true);
        }
    }
    Ok(false)
}

fn may_be_one(listing: &Listing, prefix: &str) -> bool {
    listing.may_be_key && !prefix.is_empty() && !prefix.ends_with('/')
}

/// The client for the Region that the bucket is in.
fn moved(from: &S3Client, region: &str) -> Result<Arc<S3Client>, Error> {
    let name =
        region.parse().map_err(|error: String| Error::aws(format!("S3 returned {error}")))?;
    if from.is_moved {
        return Err(Error::aws(format!(
            "S3 redirects from Region to Region: first to {}, then to {region}",
            from.session.region()
        ))
        .hint("check `--endpoint-url` and AWS_ENDPOINT_URL"));
    }
    let session = from.session.in_region(name);
    Ok(Arc::new(S3Client { is_moved: true, ..S3Client::new(session) }))
}
