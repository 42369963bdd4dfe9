//! Lists and gets the objects of a listing on a thread of its own.
//!
//! One thread with one runtime: a second one doubles what an object costs and
//! gains nothing. Objects are asked for many at a time and handed over in the
//! order of the listing. Nothing grows with the number of objects, but for the
//! keys of the first listing of whoever follows.

use std::sync::Arc;
use std::thread;

use tokio::sync::mpsc;

use super::found::{FetchStop, Found, Lots};
use super::listed::Listed;
use super::location::Listing;
use super::pages::{Objects, Page, Pages};
use super::queue::Queue;
use super::throttle::Throttle;
use super::{ListError, S3Client, S3Object, connections};
use crate::aws::{Session, block_on};
use crate::error::Error;
use crate::panics;
use firehose::failure::Choice;

/// Lots of objects that wait for the reader.
const WAITING: usize = 2;

/// The objects of some listings, one after the other, in their order.
#[derive(Debug)]
pub struct Fetched {
    lots: mpsc::Receiver<Vec<Found>>,
    lot: std::vec::IntoIter<Found>,
    /// Its thread died, which was reported.
    is_dead: bool,
}

impl Fetched {
    /// Starts to list and to get. What is dropped stops. What is to be read is counted
    /// in `listed`, which ends with this if `is_last`.
    pub fn start(
        session: &Session,
        listings: Vec<Listing>,
        listed: &Arc<Listed>,
        is_last: bool,
    ) -> Result<Self, Error> {
        let (out, lots) = mpsc::channel(WAITING);
        let session = session.for_thread()?;
        let listed = Arc::clone(listed);
        thread::Builder::new()
            .name("s3".to_owned())
            .spawn(move || {
                let end = block_on(async {
                    let throttle = Arc::new(Throttle::new(connections(), &session.slow_down));
                    let reading = run(&session, &listings, &out, &throttle, (&listed, is_last));
                    let tell = async |notice: &str| {
                        let _gone = out.send(vec![Found::Notice(notice.to_owned())]).await;
                    };
                    match session.telling(reading, tell).await {
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

    /// True if what comes next has not to be waited for.
    pub fn is_next_here(&self) -> bool {
        self.lot.as_slice().first().is_some_and(Found::is_here)
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

async fn run(
    session: &Session,
    listings: &[Listing],
    out: &Lots,
    throttle: &Arc<Throttle>,
    (listed, is_last): (&Arc<Listed>, bool),
) -> Result<(), FetchStop> {
    let mut clients = Vec::new();
    for listing in listings {
        let session = session.in_region(session.region().clone());
        clients.push((
            listing,
            Arc::new(S3Client::sharing(session, Arc::clone(throttle))),
            listing.prefixes.clone(),
        ));
    }
    // Closed when the last piece of the last body is handed over.
    let (handing_over, mut all_handed_over) = mpsc::channel::<()>(1);
    let mut queue = Queue::new(out, handing_over);
    loop {
        let mut every = None;
        let count = clients.len();
        for (number, (listing, client, prefixes)) in clients.iter_mut().enumerate() {
            let is_last = is_last && number + 1 == count && listing.follow.is_none();
            pass(listing, prefixes, client, &mut queue, (listed, is_last)).await?;
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
    listed: (&Arc<Listed>, bool),
) -> Result<(), FetchStop> {
    for object in &listing.objects {
        queue.push(client, object.clone(), false).await?;
    }
    let mut pages = Pages::start(client, listing, prefixes, 0, Some(listed));
    while let Some(page) = next_page(&mut pages, queue).await? {
        let prefix = prefixes.get(page.prefix).map_or("", String::as_str);
        let objects = match page.objects {
            Ok(objects) => objects,
            Err(ListError::Elsewhere(region)) => {
                *client = moved(client, &region).map_err(FetchStop::Failed)?;
                let bucket = &listing.bucket;
                let notice = format!("bucket `{bucket}` is in {region}: using that Region");
                queue.send(Found::Notice(notice)).await?;
                // What was asked for ahead was asked in the wrong one too.
                pages = Pages::start(client, listing, prefixes, page.prefix, Some(listed));
                continue;
            }
            // Who may not list may still be allowed to get what it names.
            Err(ListError::Denied(_)) if may_be_one(listing, prefix) => {
                queue.listed += 1;
                // Each shard is denied the same, and one of them has this object.
                if listing.selection.is_in_shard(prefix) {
                    let object = S3Object::named(&listing.bucket, prefix);
                    queue.push(client, object, false).await?;
                }
                continue;
            }
            Err(ListError::Denied(error) | ListError::Other(error)) => {
                return Err(FetchStop::Failed(error));
            }
        };
        one_page(listing, objects, client, queue).await?;
    }
    let listed = std::mem::take(&mut queue.listed);
    if listing.is_named && listing.follow.is_none() && listed == 0 {
        return Err(FetchStop::Failed(nothing(listing)));
    }
    Ok(())
}

/// Waits for a page, and hands over the objects that come meanwhile.
async fn next_page(pages: &mut Pages, queue: &mut Queue<'_>) -> Result<Option<Page>, FetchStop> {
    loop {
        tokio::select! {
            biased;
            step = queue.step(), if queue.is_busy() => step?,
            page = pages.next() => return page.map_err(FetchStop::Failed),
        }
    }
}

/// Says that nothing is where the user pointed.
pub(super) fn nothing(listing: &Listing) -> Error {
    let Listing { bucket, prefixes, .. } = listing;
    let prefix = prefixes.first().map_or("", String::as_str);
    Error::user(format!("no objects at `s3://{bucket}/{prefix}`"))
        .hint(format!("keys must start with the prefix; list them: aws s3 ls s3://{bucket}/"))
}

/// Gets the objects of a page.
async fn one_page(
    listing: &Listing,
    objects: Objects,
    client: &Arc<S3Client>,
    queue: &mut Queue<'_>,
) -> Result<(), FetchStop> {
    queue.listed += objects.others;
    for (object, choice) in objects.kept {
        queue.listed += u64::from(!object.is_folder());
        let Some(choice) = choice else { continue };
        if listing.follow.is_some() && !queue.recent.is_new(&object) {
            continue;
        }
        match choice {
            Choice::Read => queue.push(client, object, false).await?,
            Choice::Look => queue.look(client, object).await?,
            Choice::Leave(why) => queue.left_out.add(why),
        }
    }
    Ok(())
}

fn may_be_one(listing: &Listing, prefix: &str) -> bool {
    listing.may_be_key && !prefix.is_empty() && !prefix.ends_with('/')
}

/// The client for the Region that the bucket is in.
pub(super) fn moved(from: &S3Client, region: &str) -> Result<Arc<S3Client>, Error> {
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
    let throttle = Arc::clone(&from.throttle);
    Ok(Arc::new(S3Client { is_moved: true, ..S3Client::sharing(session, throttle) }))
}
