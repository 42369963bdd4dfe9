//! Objects that were asked for and wait to be handed over, in their order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::body::Body;
use super::download::{open, open_if_failures};
use super::found::{FetchStop, Found, Lots, Unreadable};
use super::{GetError, S3Client, S3Object, died};
use firehose::failure::{Left, LeftOut, Selection};

/// Objects that are asked for at a time: this many at first, one more with each
/// that is handed over, up to the most. Whoever wants a few waits for a few.
const FIRST_TASKS: usize = 4;
const TASKS: usize = 64;

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

/// Objects that were asked for, the oldest first.
pub(super) struct Queue<'a> {
    out: &'a Lots,
    waiting: VecDeque<JoinHandle<Answer>>,
    /// How many may be.
    tasks: usize,
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
            waiting: VecDeque::with_capacity(TASKS),
            tasks: FIRST_TASKS,
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
            Answer { object, is_look: looks, body }
        }));
        Ok(())
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

    pub(super) async fn finish(&mut self) -> Result<(), FetchStop> {
        while !self.waiting.is_empty() {
            self.hand_over(1).await?;
        }
        Ok(())
    }

    pub(super) async fn hand_over_what_is_there(&mut self) -> Result<(), FetchStop> {
        self.hand_over(0).await
    }

    /// Hands over the oldest: `least` of them whatever it takes, and all that
    /// are there after those.
    async fn hand_over(&mut self, least: usize) -> Result<(), FetchStop> {
        let (mut lot, mut done) = (Vec::new(), 0);
        while let Some(oldest) = self.waiting.front_mut() {
            if done >= least && !oldest.is_finished() {
                break;
            }
            let answer = oldest.await;
            self.waiting.pop_front();
            done += 1;
            self.tasks = TASKS.min(self.tasks + 1);
            let answer = answer.map_err(|error| FetchStop::Failed(died(&error)))?;
            let Answer { object, is_look, body } = answer;
            if is_look {
                self.looked(&object, matches!(body, Ok(Some(_))));
            }
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
                // Nothing says that there are failures in it.
                Err(GetError::Unreadable(
                    Unreadable::Archived(_) | Unreadable::Denied(_) | Unreadable::Deleted(_),
                )) if is_look => {
                    self.failures = 0;
                    self.left_out.add(Left::NotReadable);
                    continue;
                }
                Err(GetError::Unreadable(gap)) => {
                    self.failures = 0;
                    if matches!(gap, Unreadable::Broken(_)) {
                        self.recent.forget_object(&object);
                    }
                    Found::Unreadable(object, gap)
                }
                Err(GetError::Other(error)) => {
                    self.failures += 1;
                    self.recent.forget_object(&object);
                    if self.failures >= MAX_FAILURES {
                        self.send(lot).await?;
                        return Err(FetchStop::Failed(error));
                    }
                    Found::Unreadable(object, Unreadable::Broken(error))
                }
            });
        }
        self.send(lot).await
    }

    /// Reports what was left out so far.
    pub(super) async fn report_left_out(&mut self) -> Result<(), FetchStop> {
        let left_out = std::mem::take(&mut self.left_out);
        if left_out.is_empty() {
            return Ok(());
        }
        self.send(vec![Found::LeftOut(left_out)]).await
    }

    pub(super) async fn send(&self, lot: Vec<Found>) -> Result<(), FetchStop> {
        if lot.is_empty() {
            return Ok(());
        }
        self.out.send(lot).await.map_err(|_| FetchStop::Unread)
    }
}

impl Drop for Queue<'_> {
    fn drop(&mut self) {
        for task in &self.waiting {
            task.abort();
        }
    }
}
