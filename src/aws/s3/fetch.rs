//! Lists and gets the objects of a listing on a thread of its own.
//!
//! One thread with one runtime: a second one doubles what an object costs and
//! gains nothing. Objects are asked for many at a time and handed over in the
//! order of the listing; nothing grows with the number of objects.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::primitives::ByteStream;
use hyper::body::Bytes;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use super::body::{self, Body};
use super::location::Listing;
use super::{GetError, ListError, Part, S3Client, S3Object};
use crate::aws::{Session, block_on};
use crate::cli::AwsArgs;
use crate::error::Error;
use crate::firehose::failure::{Choice, HEAD, Left, LeftOut, Selection, holds_failures};
use crate::panics;

/// Objects that are asked for at a time: so many at first, one more with each
/// that is handed over, up to the most. Whoever wants a few waits for a few.
const FIRST_TASKS: usize = 4;
const TASKS: usize = 64;

/// Lots of objects that wait for the reader.
const WAITING: usize = 2;

/// A body up to this is handed over whole, a larger one in pieces. Times
/// [`TASKS`] it is what may wait in memory: 16 MiB.
const SMALL: u64 = 256 * 1024;

/// An object may be there so long after the time that it is said to be of.
const LONGEST_UPLOAD: Duration = Duration::from_mins(15);

/// How far the clocks of Firehose, of S3 and of this machine may be apart:
/// what was written this long before a record arrived cannot hold it.
const CLOCK_SLACK: Duration = Duration::from_mins(5);

/// First pages of listings that are asked for at a time.
const LISTINGS: usize = 16;

/// How often one body is taken up again where it broke off.
const RESUMES: u32 = 3;

/// So many objects in a row that cannot be had for no reason of their own mean
/// that the others cannot either.
const MAX_FAILURES: u32 = 3;

/// What comes of a listing.
#[derive(Debug)]
pub enum Found {
    /// An object, and its bytes.
    Object(S3Object, Body),
    /// An object that cannot be had.
    Gap(S3Object, Gap),
    /// Something that the user should know.
    Notice(String),
    /// Objects that were left out; the last that comes of a listing.
    LeftOut(LeftOut),
    /// Why nothing more comes.
    Failed(Error),
}

/// Why one object cannot be had, while others may.
#[derive(Debug)]
pub enum Gap {
    /// Deleted since it was listed.
    Deleted(Error),
    /// Written anew since it was listed.
    Changed(Error),
    /// In an archive, from which it has to be restored.
    Archived(Error),
    /// Not allowed, or not with its key.
    Denied(Error),
    /// It does not come, or breaks off.
    Broken(Error),
}

impl Gap {
    /// In a word, to count it by.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Deleted(_) => "deleted",
            Self::Changed(_) => "changed",
            Self::Archived(_) => "archived",
            Self::Denied(_) => "denied",
            Self::Broken(_) => "broken",
        }
    }

    /// The whole sentence.
    pub fn into_error(self) -> Error {
        match self {
            Self::Deleted(error)
            | Self::Changed(error)
            | Self::Archived(error)
            | Self::Denied(error)
            | Self::Broken(error) => error,
        }
    }
}

/// The objects of a listing, in its order.
#[derive(Debug)]
pub struct Fetched {
    lots: mpsc::Receiver<Vec<Found>>,
    lot: std::vec::IntoIter<Found>,
    /// Its thread died, which was reported.
    is_dead: bool,
}

impl Fetched {
    /// Starts to list and to get. What is dropped stops.
    pub fn start(args: &AwsArgs, listing: Listing) -> Result<Self, Error> {
        let (out, lots) = mpsc::channel(WAITING);
        let args = args.clone();
        thread::Builder::new()
            .name("s3".to_owned())
            .spawn(move || {
                let end = block_on(async {
                    match run(&args, &listing, &out).await {
                        Err(Stop::Failed(error)) => {
                            let _gone = out.send(vec![Found::Failed(error)]).await;
                        }
                        Err(Stop::Unread) | Ok(()) => {}
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

/// Why no more is fetched.
enum Stop {
    /// Nobody reads what is found.
    Unread,
    Failed(Error),
}

type Lots = mpsc::Sender<Vec<Found>>;

async fn run(args: &AwsArgs, listing: &Listing, out: &Lots) -> Result<(), Stop> {
    let session = Session::open(args, None).await.map_err(Stop::Failed)?;
    let mut client = Arc::new(S3Client::new(session));
    // Closed when the last piece of the last body is handed over.
    let (handing_over, mut all_handed_over) = mpsc::channel::<()>(1);
    let mut line = Line {
        out,
        waiting: VecDeque::with_capacity(TASKS),
        tasks: FIRST_TASKS,
        handing_over,
        failures: 0,
        listed: 0,
        left_out: LeftOut::default(),
        looks: Looks::default(),
        recent: Recent::default(),
    };
    let mut prefixes = listing.prefixes.clone();
    loop {
        pass(args, listing, &prefixes, &mut client, &mut line).await?;
        line.finish().await?;
        let Some(follow) = &listing.follow else { break };
        line.recent.forget();
        tokio::select! {
            () = out.closed() => return Err(Stop::Unread),
            () = tokio::time::sleep(follow.every) => prefixes = (follow.prefixes)(),
        }
    }
    if !line.left_out.is_empty() {
        line.send(vec![Found::LeftOut(line.left_out)]).await?;
    }
    drop(line);
    let _closed = all_handed_over.recv().await;
    Ok(())
}

/// Lists these prefixes once, and gets what is new below them.
async fn pass(
    args: &AwsArgs,
    listing: &Listing,
    prefixes: &[String],
    client: &mut Arc<S3Client>,
    line: &mut Line<'_>,
) -> Result<(), Stop> {
    let mut ahead = Ahead::new(&listing.bucket, prefixes);
    while let Some((prefix, mut answer)) = ahead.next(client).await.map_err(Stop::Failed)? {
        loop {
            let page = match answer {
                Ok(page) => page,
                Err(ListError::Elsewhere(region)) => {
                    // What was asked ahead was asked there too.
                    ahead.forget(&prefix);
                    *client = moved(args, client, &region).await.map_err(Stop::Failed)?;
                    let bucket = &listing.bucket;
                    let told = format!("bucket `{bucket}` is in {region}: asking there");
                    line.send(vec![Found::Notice(told)]).await?;
                    break;
                }
                // Who may not list may still be allowed to get what it names.
                Err(ListError::Denied(_)) if may_be_one(listing, &prefix) => {
                    line.listed += 1;
                    line.push(client, S3Object::named(&listing.bucket, &prefix), false).await?;
                    break;
                }
                Err(ListError::Denied(error) | ListError::Other(error)) => {
                    return Err(Stop::Failed(error));
                }
            };
            let token = page.next_continuation_token.clone();
            if one_page(listing, &prefix, page, client, line).await? || token.is_none() {
                break;
            }
            line.hand_over_what_is_there().await?;
            answer = client.page(&listing.bucket, &prefix, token).await;
        }
    }
    if listing.is_named && listing.follow.is_none() && line.listed == 0 {
        return Err(Stop::Failed(nothing(listing)));
    }
    Ok(())
}

type Page = Result<ListObjectsV2Output, ListError>;

/// The first pages of some prefixes: several are asked for at a time, and they
/// come in order.
struct Ahead<'a> {
    bucket: &'a str,
    /// Those that were not asked for, the last one first.
    prefixes: Vec<String>,
    asked: VecDeque<(String, JoinHandle<Page>)>,
}

impl<'a> Ahead<'a> {
    fn new(bucket: &'a str, prefixes: &[String]) -> Self {
        let prefixes = prefixes.iter().rev().cloned().collect();
        Self { bucket, prefixes, asked: VecDeque::new() }
    }

    async fn next(&mut self, client: &Arc<S3Client>) -> Result<Option<(String, Page)>, Error> {
        while self.asked.len() < LISTINGS
            && let Some(prefix) = self.prefixes.pop()
        {
            let (client, bucket) = (Arc::clone(client), self.bucket.to_owned());
            let below = prefix.clone();
            let page = tokio::spawn(async move { client.page(&bucket, &below, None).await });
            self.asked.push_back((prefix, page));
        }
        let Some((prefix, page)) = self.asked.pop_front() else { return Ok(None) };
        let page = page.await.map_err(|error| died(&error))?;
        Ok(Some((prefix, page)))
    }

    /// Asks again, from `prefix` on.
    fn forget(&mut self, prefix: &str) {
        while let Some((later, page)) = self.asked.pop_back() {
            page.abort();
            self.prefixes.push(later);
        }
        self.prefixes.push(prefix.to_owned());
    }
}

impl Drop for Ahead<'_> {
    fn drop(&mut self) {
        for (_, page) in &self.asked {
            page.abort();
        }
    }
}

/// Says that nothing is where the user pointed.
fn nothing(listing: &Listing) -> Error {
    let Listing { bucket, prefixes, .. } = listing;
    let prefix = prefixes.first().map_or("", String::as_str);
    Error::usage(format!("there is nothing at `s3://{bucket}/{prefix}`"))
        .hint(format!("keys are matched from their start; aws s3 ls s3://{bucket}/ shows them"))
}

/// Gets the objects of a page; true if the prefix was the key of one.
async fn one_page(
    listing: &Listing,
    prefix: &str,
    page: ListObjectsV2Output,
    client: &Arc<S3Client>,
    line: &mut Line<'_>,
) -> Result<bool, Stop> {
    for object in page.contents.unwrap_or_default() {
        line.listed += 1;
        let object = S3Object::listed(&listing.bucket, object);
        let is_exact = listing.may_be_key && object.key == prefix && !prefix.ends_with('/');
        let least = listing.written_after.and_then(|least| least.checked_sub(CLOCK_SLACK));
        let is_old = least.zip(object.modified).is_some_and(|(least, at)| at < least);
        // The console makes empty objects to show a folder.
        let is_folder = object.key.ends_with('/') && object.size == 0;
        let is_possible = is_exact || !is_old && !is_folder;
        if is_possible && (listing.follow.is_none() || line.recent.is_new(&object)) {
            match listing.selection.by_key(&object.key) {
                Choice::Read => line.push(client, object, false).await?,
                Choice::Look => line.look(client, object).await?,
                Choice::Leave(why) => line.left_out.add(why),
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
async fn moved(args: &AwsArgs, from: &S3Client, region: &str) -> Result<Arc<S3Client>, Error> {
    let name =
        region.parse().map_err(|error: String| Error::aws(format!("S3 answered {error}")))?;
    if from.is_moved {
        return Err(Error::aws(format!(
            "S3 sends from Region to Region: first to {}, then to {region}",
            from.session.region()
        ))
        .hint("check `--endpoint-url` and AWS_ENDPOINT_URL"));
    }
    let args = AwsArgs { region: Some(name), ..args.clone() };
    let session = Session::open(&args, None).await?;
    Ok(Arc::new(S3Client { is_moved: true, ..S3Client::new(session) }))
}

/// What a task died of.
fn died(error: &JoinError) -> Error {
    panics::first().unwrap_or_else(|| Error::internal(format!("S3: {error}")))
}

/// An object, and its bytes unless its first ones are not those of failures.
type Answer = (S3Object, Result<Option<Body>, GetError>);

/// Objects that were asked for, the oldest first.
struct Line<'a> {
    out: &'a Lots,
    waiting: VecDeque<JoinHandle<Answer>>,
    /// How many may be.
    tasks: usize,
    handing_over: mpsc::Sender<()>,
    /// Objects in a row that could not be had for no reason of their own.
    failures: u32,
    /// Keys seen, whether wanted or not.
    listed: u64,
    left_out: LeftOut,
    looks: Looks,
    recent: Recent,
}

/// Objects that are looked into while there are few; after that so many of each
/// folder.
const EACH: u64 = 1000;
const OF_A_FOLDER: u64 = 4;

/// Folders that are told apart.
const FOLDERS: usize = 10_000;

/// What came of looking at the first bytes of objects.
#[derive(Debug, Default)]
struct Looks {
    /// How many objects.
    count: u64,
    folders: BTreeMap<String, Folder>,
}

/// Objects of one folder that were looked at.
#[derive(Debug, Default)]
struct Folder {
    looked: u64,
    /// Those of which the first bytes have not come yet.
    waiting: u64,
    has_failures: bool,
}

/// Objects that were met lately, for whoever follows.
#[derive(Debug, Default)]
struct Recent {
    /// By when they were written.
    met: BTreeSet<(SystemTime, String)>,
    /// What was written before has been met.
    before: Option<SystemTime>,
    /// The newest that was known when this listing began: what is written
    /// since may be behind the page that the listing is at.
    newest: Option<SystemTime>,
}

impl Recent {
    fn is_new(&mut self, object: &S3Object) -> bool {
        let Some(modified) = object.modified else { return true };
        let is_old = self.before.is_some_and(|before| modified < before);
        !is_old && self.met.insert((modified, object.key.clone()))
    }

    /// Takes an object that could not be had for new again.
    fn unmeet(&mut self, object: &S3Object) {
        if let Some(modified) = object.modified {
            self.met.remove(&(modified, object.key.clone()));
        }
    }

    /// Forgets what is older than any upload takes, at the end of a listing.
    fn forget(&mut self) {
        let known = self.met.last().map(|(time, _)| *time);
        let newest = std::mem::replace(&mut self.newest, known);
        let before = newest.and_then(|newest| newest.checked_sub(LONGEST_UPLOAD));
        self.before = self.before.max(before);
        if let Some(before) = self.before {
            self.met = self.met.split_off(&(before, String::new()));
        }
    }
}

impl Line<'_> {
    /// Gets an object, after a look at its first bytes if `looks`.
    async fn push(
        &mut self,
        client: &Arc<S3Client>,
        object: S3Object,
        looks: bool,
    ) -> Result<(), Stop> {
        if self.waiting.len() >= self.tasks {
            self.hand_over(1).await?;
        }
        let client = Arc::clone(client);
        let handing_over = self.handing_over.clone();
        self.waiting.push_back(tokio::spawn(async move {
            let body = if looks {
                open_if_failures(client, &object, handing_over).await
            } else {
                open(client, &object, handing_over).await.map(Some)
            };
            (object, body)
        }));
        Ok(())
    }

    /// Gets an object if its first bytes are those of failures. A bucket may
    /// hold a whole data lake: once many objects were looked at, the first few
    /// of each folder decide about the others, which is told.
    async fn look(&mut self, client: &Arc<S3Client>, object: S3Object) -> Result<(), Stop> {
        let name = Selection::folder(&object.key);
        if !self.looks.folders.contains_key(&name) && self.looks.folders.len() >= FOLDERS {
            self.left_out.add(Left::NotOpened);
            return Ok(());
        }
        let folder = self.looks.folders.entry(name.clone()).or_default();
        if self.looks.count >= EACH && folder.looked >= OF_A_FOLDER {
            if !folder.has_failures && folder.waiting > 0 {
                self.finish().await?;
            }
            if self.looks.folders.get(&name).is_some_and(|folder| folder.has_failures) {
                return self.push(client, object, false).await;
            }
            self.left_out.add(Left::NotOpened);
            return Ok(());
        }
        self.looks.count += 1;
        folder.looked += 1;
        folder.waiting += 1;
        self.push(client, object, true).await
    }

    /// Keeps what came of a look at an object, if there was one.
    fn looked(&mut self, object: &S3Object, has_failures: bool) {
        if let Some(folder) = self.looks.folders.get_mut(&Selection::folder(&object.key)) {
            folder.waiting = folder.waiting.saturating_sub(1);
            folder.has_failures |= has_failures;
        }
    }

    async fn finish(&mut self) -> Result<(), Stop> {
        while !self.waiting.is_empty() {
            self.hand_over(1).await?;
        }
        Ok(())
    }

    async fn hand_over_what_is_there(&mut self) -> Result<(), Stop> {
        self.hand_over(0).await
    }

    /// Hands over the oldest: `least` of them whatever it takes, and all that
    /// are there behind those.
    async fn hand_over(&mut self, least: usize) -> Result<(), Stop> {
        let mut lot = Vec::new();
        while let Some(oldest) = self.waiting.front_mut() {
            if lot.len() >= least && !oldest.is_finished() {
                break;
            }
            let answer = oldest.await;
            self.waiting.pop_front();
            self.tasks = TASKS.min(self.tasks + 1);
            let (object, body) = answer.map_err(|error| Stop::Failed(died(&error)))?;
            self.looked(&object, matches!(body, Ok(Some(_))));
            lot.push(match body {
                Ok(Some(body)) => {
                    self.failures = 0;
                    Found::Object(object, body)
                }
                Ok(None) => {
                    self.failures = 0;
                    self.left_out.add(Left::OtherData);
                    continue;
                }
                Err(GetError::Gap(gap)) => {
                    self.failures = 0;
                    if matches!(gap, Gap::Broken(_)) {
                        self.recent.unmeet(&object);
                    }
                    Found::Gap(object, gap)
                }
                Err(GetError::Other(error)) => {
                    self.failures += 1;
                    self.recent.unmeet(&object);
                    if self.failures >= MAX_FAILURES {
                        self.send(lot).await?;
                        return Err(Stop::Failed(error));
                    }
                    Found::Gap(object, Gap::Broken(error))
                }
            });
        }
        self.send(lot).await
    }

    async fn send(&self, lot: Vec<Found>) -> Result<(), Stop> {
        if lot.is_empty() {
            return Ok(());
        }
        self.out.send(lot).await.map_err(|_| Stop::Unread)
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        for task in &self.waiting {
            task.abort();
        }
    }
}

/// Opens an object if its first bytes are those of failure records.
async fn open_if_failures(
    client: Arc<S3Client>,
    object: &S3Object,
    handing_over: mpsc::Sender<()>,
) -> Result<Option<Body>, GetError> {
    if object.size == 0 {
        return Ok(None);
    }
    let broken = |error| GetError::Gap(Gap::Broken(Error::unreadable(&object.to_string(), error)));
    let mut body = client.get(object, Part::Head(HEAD as u64)).await?.body;
    let mut head = Vec::new();
    while let Some(piece) = body::next(&mut body).await.map_err(broken)? {
        head.extend_from_slice(&piece);
        if head.len() >= HEAD {
            break;
        }
    }
    if !holds_failures(&head) {
        return Ok(None);
    }
    if object.size <= head.len() as u64 {
        return Ok(Some(Body::whole(head.into())));
    }
    open(client, object, handing_over).await.map(Some)
}

/// Asks for an object and waits for its first bytes, or for all of them if
/// they are few.
async fn open(
    client: Arc<S3Client>,
    object: &S3Object,
    handing_over: mpsc::Sender<()>,
) -> Result<Body, GetError> {
    let output = client.get(object, Part::From(0)).await?;
    let length = output.content_length.and_then(|length| u64::try_from(length).ok());
    // What it is taken up as has to be what it was.
    let etag = object.etag.clone().or(output.e_tag);
    let object = S3Object { etag, ..object.clone() };
    let name = object.to_string();
    let mut download = Download { client, object, body: output.body, at: 0, length, resumes: 0 };
    if length.is_some_and(|length| length <= SMALL) {
        return download
            .collect()
            .await
            .map(Body::whole)
            .map_err(|error| GetError::Gap(Gap::Broken(Error::unreadable(&name, error))));
    }
    let (pieces, body) = Body::channel();
    tokio::spawn(async move {
        loop {
            let piece = download.next().await.map(Option::unwrap_or_default);
            let is_last = !piece.as_ref().is_ok_and(|piece| !piece.is_empty());
            if pieces.send(piece).await.is_err() || is_last {
                break;
            }
        }
        drop(handing_over);
    });
    Ok(body)
}

/// A body on its way, taken up again where it breaks off.
struct Download {
    client: Arc<S3Client>,
    object: S3Object,
    body: ByteStream,
    /// Bytes that have come.
    at: u64,
    length: Option<u64>,
    resumes: u32,
}

impl Download {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let broken = match body::next(&mut self.body).await {
                Ok(Some(piece)) => {
                    self.at += piece.len() as u64;
                    return Ok(Some(piece));
                }
                Ok(None) if self.length.is_none_or(|length| length == self.at) => return Ok(None),
                Ok(None) => io::Error::from(io::ErrorKind::UnexpectedEof),
                Err(error) => error,
            };
            self.resumes += 1;
            if self.resumes > RESUMES {
                return Err(broken);
            }
            match self.client.get(&self.object, Part::From(self.at)).await {
                Ok(output) => self.body = output.body,
                Err(GetError::Gap(gap)) => return Err(io::Error::other(gap.into_error())),
                Err(GetError::Other(error)) => return Err(io::Error::other(error)),
            }
        }
    }

    async fn collect(&mut self) -> io::Result<Bytes> {
        let first = self.next().await?.unwrap_or_default();
        let Some(second) = self.next().await? else { return Ok(first) };
        let mut all = Vec::from(first);
        all.extend_from_slice(&second);
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all.into())
    }
}
