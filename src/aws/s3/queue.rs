//! Objects that were asked for and wait to be handed over, in their order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};

use super::body::Body;
use super::download::{open, open_if_failures};
use super::found::{FetchStop, Found, Lots, Unreadable};
use super::held::{Held, Share};
use super::throttle::Permit;
use super::{GetError, S3Client, S3Object, died};
use crate::error::Error;
use firehose::failure::{Left, LeftOut, Selection};

/// Bytes of objects that are asked for, wait for whoever reads, or are being read.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What an object takes at least, for its name and its place.
const LEAST_BYTES: u64 = 4 * 1024;

/// Objects that are handed over at once, and their bytes but for the last.
const LOT: usize = 128;
const LOT_BYTES: u64 = 2 * 1024 * 1024;

/// Most objects that are asked for, those included that wait to be asked for again.
const MOST_ASKED: usize = 1024;

/// How long after the time in its name an object may appear.
const LONGEST_UPLOAD: Duration = Duration::from_mins(15);

/// This many objects in a row that cannot be fetched, for a reason that is not
/// their own, mean that the others cannot be either.
const MAX_FAILURES: u32 = 3;

/// An object that was asked for.
struct Answer {
    object: S3Object,
    /// Its key did not decide: its first bytes were looked at.
    is_look: bool,
    /// Its bytes, unless its first ones are not those of failures.
    body: Result<Option<Body>, GetError>,
}

/// The place of an object in the order.
struct Place {
    /// Bytes that it takes, about.
    share: Share,
    answer: Option<Answer>,
}

/// Objects that were asked for, the oldest first.
pub(super) struct Queue<'a> {
    out: &'a Lots,
    asked: JoinSet<(u64, Answer)>,
    places: VecDeque<Place>,
    /// Number of the oldest place; they count from 0.
    oldest: u64,
    /// Bytes of all places, and of what is handed over and not read yet.
    held: Arc<Held>,
    /// What is to be handed over next, and its bytes.
    lot: Vec<Found>,
    lot_bytes: u64,
    /// Why nothing more is handed over, after the lot.
    failed: Option<Error>,
    handing_over: mpsc::Sender<()>,
    /// Objects in a row that could not be had for no reason of their own.
    failures: u32,
    /// Keys seen, whether wanted or not.
    pub(super) listed: u64,
    pub(super) left_out: LeftOut,
    looks: Looks,
    pub(super) recent: Recent,
}

/// Objects that are looked into while there are few; after that, the first few
/// of each folder.
const EACH: u64 = 1000;
const OF_A_FOLDER: u64 = 4;

/// Folders that are counted separately.
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

/// Objects that were seen lately, to follow a listing.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// By when they were written.
    seen: BTreeSet<(SystemTime, String)>,
    /// What was written before has been seen.
    before: Option<SystemTime>,
    /// The newest that was known when this listing began: what is written
    /// since may belong to a page that the listing has passed.
    newest: Option<SystemTime>,
}

impl Recent {
    pub(super) fn is_new(&mut self, object: &S3Object) -> bool {
        let Some(modified) = object.modified else { return true };
        let is_old = self.before.is_some_and(|before| modified < before);
        !is_old && self.seen.insert((modified, object.to_string()))
    }

    /// Takes an object that could not be had for new again.
    fn forget_object(&mut self, object: &S3Object) {
        if let Some(modified) = object.modified {
            self.seen.remove(&(modified, object.to_string()));
        }
    }

    /// Forgets what is older than any upload takes, at the end of a listing.
    pub(super) fn forget(&mut self) {
        let known = self.seen.last().map(|(time, _)| *time);
        let newest = std::mem::replace(&mut self.newest, known);
        let before = newest.and_then(|newest| newest.checked_sub(LONGEST_UPLOAD));
        self.before = self.before.max(before);
        if let Some(before) = self.before {
            self.seen = self.seen.split_off(&(before, String::new()));
        }
    }
}

impl<'a> Queue<'a> {
    /// An empty one. `handing_over` is held until the last piece of the last
    /// body is handed over.
    pub(super) fn new(out: &'a Lots, handing_over: mpsc::Sender<()>) -> Self {
        Self {
            out,
            asked: JoinSet::new(),
            places: VecDeque::new(),
            oldest: 0,
            held: Arc::default(),
            lot: Vec::new(),
            lot_bytes: 0,
            failed: None,
            handing_over,
            failures: 0,
            listed: 0,
            left_out: LeftOut::default(),
            looks: Looks::default(),
            recent: Recent::default(),
        }
    }

    /// Gets an object, after a look at its first bytes if `looks`.
    pub(super) async fn push(
        &mut self,
        client: &Arc<S3Client>,
        object: S3Object,
        looks: bool,
    ) -> Result<(), FetchStop> {
        let bytes = object.most_waiting().max(LEAST_BYTES);
        let permit = self.room(client, bytes).await?;
        let share = self.held.take(bytes);
        self.places.push_back(Place { share, answer: None });
        let number = self.oldest + self.places.len() as u64 - 1;
        let client = Arc::clone(client);
        let handing_over = self.handing_over.clone();
        self.asked.spawn(async move {
            let permit = Some(permit);
            let body = if looks {
                open_if_failures(client, &object, handing_over, permit).await
            } else {
                open(client, &object, handing_over, permit).await.map(Some)
            };
            (number, Answer { object, is_look: looks, body })
        });
        Ok(())
    }

    /// Waits for a place of this many bytes, and for one in flight.
    async fn room(&mut self, client: &S3Client, bytes: u64) -> Result<Permit, FetchStop> {
        let (gate, held) = (&client.throttle.gets, Arc::clone(&self.held));
        loop {
            let is_first = self.places.is_empty() && self.lot.is_empty();
            let has_place =
                is_first || self.asked.len() < MOST_ASKED && held.bytes() + bytes <= MAX_BYTES;
            if has_place && let Some(permit) = gate.try_enter() {
                return Ok(permit);
            }
            tokio::select! {
                biased;
                step = self.step(), if self.is_busy() => step?,
                () = gate.room(), if has_place => {}
                () = held.less(), if !has_place => {}
            }
        }
    }

    /// Gets an object if its first bytes are those of failures. A bucket may
    /// hold a whole data lake: once many objects were looked at, the first few
    /// of each folder decide about the others, which is reported.
    pub(super) async fn look(
        &mut self,
        client: &Arc<S3Client>,
        object: S3Object,
    ) -> Result<(), FetchStop> {
        if matches!(object.storage_class.as_deref(), Some("GLACIER" | "DEEP_ARCHIVE")) {
            self.left_out.add(Left::NotReadable);
            return Ok(());
        }
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

    /// Hands over all that was asked for.
    pub(super) async fn finish(&mut self) -> Result<(), FetchStop> {
        while self.is_busy() {
            self.step().await?;
        }
        Ok(())
    }

    /// True if something was asked for and not handed over yet.
    pub(super) fn is_busy(&self) -> bool {
        !self.places.is_empty() || !self.lot.is_empty() || self.failed.is_some()
    }

    /// Waits for an answer, or for whoever reads. Nothing is lost if this is not
    /// waited for to its end.
    pub(super) async fn step(&mut self) -> Result<(), FetchStop> {
        self.take_ready();
        if self.failed.is_some() || self.is_lot_full() || self.asked.is_empty() {
            self.flush().await?;
            return self.failed.take().map_or(Ok(()), |error| Err(FetchStop::Failed(error)));
        }
        tokio::select! {
            biased;
            Some(answer) = self.asked.join_next() => self.store(answer)?,
            permit = self.out.reserve(), if !self.lot.is_empty() => {
                permit.map_err(|_| FetchStop::Unread)?.send(std::mem::take(&mut self.lot));
                self.lot_bytes = 0;
            }
            () = self.out.closed() => return Err(FetchStop::Unread),
        }
        while let Some(answer) = self.asked.try_join_next() {
            self.store(answer)?;
        }
        Ok(())
    }

    /// Puts an answer in its place.
    fn store(&mut self, answer: Result<(u64, Answer), JoinError>) -> Result<(), FetchStop> {
        let (number, answer) = answer.map_err(|error| FetchStop::Failed(died(&error)))?;
        let index = usize::try_from(number - self.oldest).unwrap_or(usize::MAX);
        if let Some(place) = self.places.get_mut(index) {
            place.answer = Some(answer);
        }
        Ok(())
    }

    fn is_lot_full(&self) -> bool {
        self.lot.len() >= LOT || self.lot_bytes >= LOT_BYTES
    }

    /// Moves the oldest into the lot, as far as they are there.
    fn take_ready(&mut self) {
        while self.failed.is_none()
            && !self.is_lot_full()
            && let Some(answer) = self.places.front_mut().and_then(|place| place.answer.take())
        {
            let Some(Place { share, .. }) = self.places.pop_front() else { break };
            self.oldest += 1;
            let bytes = share.bytes();
            if let Some(found) = self.found(answer, share) {
                self.lot.push(found);
                self.lot_bytes += bytes;
            }
        }
    }

    /// What is said of an object, if anything is.
    fn found(&mut self, answer: Answer, share: Share) -> Option<Found> {
        let Answer { object, is_look, body, .. } = answer;
        if is_look {
            self.looked(&object, matches!(body, Ok(Some(_))));
        }
        let failures = std::mem::take(&mut self.failures);
        match body {
            Ok(Some(body)) => Some(Found::Object(object, body.counted(share))),
            Ok(None) => {
                self.left_out.add(Left::OtherData);
                None
            }
            // Nothing says that there are failures in it.
            Err(GetError::Unreadable(
                Unreadable::Archived(_) | Unreadable::Denied(_) | Unreadable::Deleted(_),
            )) if is_look => {
                self.left_out.add(Left::NotReadable);
                None
            }
            Err(GetError::Unreadable(gap)) => {
                if matches!(gap, Unreadable::Broken(_)) {
                    self.recent.forget_object(&object);
                }
                Some(Found::Unreadable(object, gap))
            }
            Err(GetError::Other(error)) => {
                self.failures = failures + 1;
                self.recent.forget_object(&object);
                if self.failures >= MAX_FAILURES {
                    self.failed = Some(error);
                    return None;
                }
                Some(Found::Unreadable(object, Unreadable::Broken(error)))
            }
        }
    }

    /// Reports what was left out so far.
    pub(super) async fn report_left_out(&mut self) -> Result<(), FetchStop> {
        let left_out = std::mem::take(&mut self.left_out);
        if left_out.is_empty() {
            return Ok(());
        }
        self.send(Found::LeftOut(left_out)).await
    }

    /// Hands this over, after what is there.
    pub(super) async fn send(&mut self, found: Found) -> Result<(), FetchStop> {
        self.lot.push(found);
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), FetchStop> {
        if !self.lot.is_empty() {
            let permit = self.out.reserve().await.map_err(|_| FetchStop::Unread)?;
            permit.send(std::mem::take(&mut self.lot));
            self.lot_bytes = 0;
        }
        Ok(())
    }
}
