//! Pages of listings, asked for ahead and several prefixes at a time.

use std::collections::VecDeque;
use std::sync::Arc;

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::listed::Listed;
use super::location::Listing;
use super::{ListError, S3Client, S3Object, died};
use crate::error::Error;
use firehose::failure::Choice;

/// Prefixes that are listed at a time.
const CHAINS: usize = 24;

/// Pages that are asked for or wait, besides those of the first prefix. A page of
/// 1,000 keys takes up to 0.4 MB.
const AHEAD: usize = 64;

/// One page of a listing.
pub(super) struct Page {
    /// Which of the prefixes, from 0.
    pub(super) prefix: usize,
    pub(super) objects: Result<Vec<S3Object>, ListError>,
}

/// The pages of some prefixes, in their order.
pub(super) struct Pages {
    pages: mpsc::Receiver<Result<Page, Error>>,
    task: AbortHandle,
}

impl Pages {
    /// Lists the prefixes from number `first` on, and counts what is to be read;
    /// `is_last` says that nothing else is listed after it.
    pub(super) fn start(
        client: &Arc<S3Client>,
        listing: &Listing,
        prefixes: &[String],
        first: usize,
        (counts, is_last): (&Arc<Listed>, bool),
    ) -> Self {
        let (out, pages) = mpsc::channel(1);
        let rest: Vec<_> = prefixes.iter().cloned().enumerate().skip(first).collect();
        let mut lister = Lister {
            client: Arc::clone(client),
            listing: Arc::new(listing.clone()),
            rest: rest.into_iter(),
            chains: VecDeque::new(),
            asked: JoinSet::new(),
            listed: Arc::clone(counts),
        };
        let task = tokio::spawn(async move {
            if let Err(error) = lister.run(&out, is_last).await {
                let _gone = out.send(Err(error)).await;
            }
        });
        Self { pages, task: task.abort_handle() }
    }

    /// The next page; `None` after the last. What is not waited for to the end is
    /// not lost.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, Error> {
        self.pages.recv().await.transpose()
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The pages of one prefix.
struct Chain {
    number: usize,
    prefix: String,
    came: VecDeque<Result<Vec<S3Object>, ListError>>,
    next: NextPage,
}

enum NextPage {
    /// To be asked for, with the token of the page before.
    After(Option<String>),
    Asked,
    None,
}

/// What came of one call: of which prefix, and the token of the next page.
type Answer = (usize, Result<(Vec<S3Object>, Option<String>), ListError>);

struct Lister {
    client: Arc<S3Client>,
    listing: Arc<Listing>,
    rest: std::vec::IntoIter<(usize, String)>,
    /// The first is the one whose pages are handed over.
    chains: VecDeque<Chain>,
    asked: JoinSet<Answer>,
    listed: Arc<Listed>,
}

impl Lister {
    async fn run(
        &mut self,
        out: &mpsc::Sender<Result<Page, Error>>,
        is_last: bool,
    ) -> Result<(), Error> {
        loop {
            self.ask();
            let is_listed = |chain: &Chain| matches!(chain.next, NextPage::None);
            if is_last && self.rest.as_slice().is_empty() && self.chains.iter().all(is_listed) {
                self.listed.end();
            }
            let Some(chain) = self.chains.front() else { return Ok(()) };
            let is_over = chain.came.is_empty() && matches!(chain.next, NextPage::None);
            let has_page = !chain.came.is_empty();
            if is_over {
                self.chains.pop_front();
                continue;
            }
            tokio::select! {
                permit = out.reserve(), if has_page => {
                    let Ok(permit) = permit else { return Ok(()) };
                    if let Some(page) = self.pop() {
                        permit.send(Ok(page));
                    }
                }
                Some(answer) = self.asked.join_next() => {
                    self.store(answer.map_err(|error| died(&error))?);
                }
                () = out.closed() => return Ok(()),
            }
        }
    }

    /// Asks for what there is room for, the first prefix before all others.
    fn ask(&mut self) {
        while self.chains.len() < CHAINS
            && let Some((number, prefix)) = self.rest.next()
        {
            let (came, next) = (VecDeque::new(), NextPage::After(None));
            self.chains.push_back(Chain { number, prefix, came, next });
        }
        let waiting: usize = self.chains.iter().map(|chain| chain.came.len()).sum();
        let mut room = AHEAD.saturating_sub(waiting + self.asked.len());
        for (place, chain) in self.chains.iter_mut().enumerate() {
            let is_needed = place == 0 && chain.came.is_empty();
            if room == 0 && !is_needed {
                continue;
            }
            match std::mem::replace(&mut chain.next, NextPage::Asked) {
                NextPage::After(token) => {
                    let (client, listing) = (Arc::clone(&self.client), Arc::clone(&self.listing));
                    let (number, prefix) = (chain.number, chain.prefix.clone());
                    self.asked.spawn(async move {
                        let page = client.page(&listing.bucket, &prefix, token).await;
                        (number, page.map(|page| objects_of(&listing, &prefix, page)))
                    });
                    room = room.saturating_sub(1);
                }
                other => chain.next = other,
            }
        }
    }

    fn store(&mut self, (number, answer): Answer) {
        let Some(chain) = self.chains.iter_mut().find(|chain| chain.number == number) else {
            return;
        };
        for object in answer.iter().flat_map(|(objects, _)| objects) {
            match self.listing.choose(object, &chain.prefix) {
                Some(Choice::Read) => self.listed.add(object.size, true),
                Some(Choice::Look) => self.listed.add(object.size, false),
                Some(Choice::Leave(_)) | None => {}
            }
        }
        chain.next = NextPage::None;
        chain.came.push_back(answer.map(|(objects, token)| {
            if let Some(token) = token {
                chain.next = NextPage::After(Some(token));
            }
            objects
        }));
    }

    fn pop(&mut self) -> Option<Page> {
        let chain = self.chains.front_mut()?;
        let objects = chain.came.pop_front()?;
        Some(Page { prefix: chain.number, objects })
    }
}

/// The objects of a page, and the token of the next one. If one of them is what is
/// named, no other is meant.
fn objects_of(
    listing: &Listing,
    prefix: &str,
    page: ListObjectsV2Output,
) -> (Vec<S3Object>, Option<String>) {
    let objects = page.contents.unwrap_or_default().into_iter();
    let mut objects: Vec<_> = objects.map(|it| S3Object::listed(&listing.bucket, it)).collect();
    let mut token = page.next_continuation_token;
    if let Some(exact) = objects.iter().position(|object| listing.is_exact(object, prefix)) {
        objects.truncate(exact + 1);
        token = None;
    }
    (objects, token)
}
