//! Pages of listings, asked for ahead and several at a time: of prefixes, and of the
//! parts that a long listing of one is cut into.

use std::collections::VecDeque;
use std::sync::Arc;

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::listed::Listed;
use super::location::Listing;
use super::split::{Cuts, KeyRange, Split};
use super::{ListError, PageQuery, S3Client, S3Object, died};
use crate::error::Error;
use firehose::failure::Choice;

/// Chains of pages that are asked for at a time.
const CHAINS: usize = 24;

/// After its first page, and after this many times as many, a chain that goes on is
/// cut if it can be.
const NEXT_CUT: u32 = 16;

/// Pages that are asked for or wait, besides those of the first prefix. A page of
/// 1,000 keys takes up to 0.4 MB.
const AHEAD: usize = 64;

/// One page of a listing.
pub(super) struct Page {
    /// Which of the prefixes, from 0.
    pub(super) prefix: usize,
    pub(super) objects: Result<Objects, ListError>,
}

/// The objects of a page.
#[derive(Default)]
pub(super) struct Objects {
    /// With what is to be done with them; `None` if they are none that could be wanted.
    pub(super) kept: Vec<(S3Object, Option<Choice>)>,
    /// How many there are besides, without folders.
    pub(super) others: u64,
}

impl Objects {
    /// Those of a page below `prefix`; all are kept unless what is to be read is counted.
    fn of(
        listing: &Listing,
        prefix: &str,
        objects: Vec<S3Object>,
        listed: Option<&Listed>,
    ) -> Self {
        let mut page = Self::default();
        for object in objects {
            let choice = listing.choose(&object, prefix);
            match (choice, listed) {
                (None, Some(_)) => {
                    page.others += u64::from(!object.is_folder());
                    continue;
                }
                (Some(Choice::Read), Some(listed)) => listed.add(object.size, true),
                (Some(Choice::Look), Some(listed)) => listed.add(object.size, false),
                _ => {}
            }
            page.kept.push((object, choice));
        }
        page
    }
}

/// The pages of some prefixes, in their order.
pub(super) struct Pages {
    pages: mpsc::Receiver<Result<Page, Error>>,
    task: AbortHandle,
}

impl Pages {
    /// Lists the prefixes from number `first` on. For whoever reads objects, what is to be
    /// read is counted, and nothing else is kept; `true` says that nothing else is listed
    /// after it.
    pub(super) fn start(
        client: &Arc<S3Client>,
        listing: &Listing,
        prefixes: &[String],
        first: usize,
        counts: Option<(&Arc<Listed>, bool)>,
    ) -> Self {
        let (out, pages) = mpsc::channel(1);
        let rest: Vec<_> = prefixes.iter().cloned().enumerate().skip(first).collect();
        let mut lister = Lister {
            client: Arc::clone(client),
            listing: Arc::new(listing.clone()),
            rest: rest.into_iter(),
            chains: VecDeque::new(),
            ids: 0,
            asked: JoinSet::new(),
            listed: counts.map(|(listed, _)| Arc::clone(listed)),
        };
        let is_last = counts.is_some_and(|(_, is_last)| is_last);
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

/// The pages of one prefix, or of a part of it.
struct Chain {
    id: u64,
    /// Which of the prefixes.
    number: usize,
    prefix: String,
    range: KeyRange,
    came: VecDeque<Result<Objects, ListError>>,
    next: NextPage,
    /// How many pages came, and the last key.
    pages: u32,
    last: String,
    /// After how many pages it may be cut.
    cut_at: u32,
    /// Where to cut it is being found out.
    is_being_cut: bool,
}

impl Chain {
    fn is_listed(&self) -> bool {
        matches!(self.next, NextPage::None)
    }
}

enum NextPage {
    /// To be asked for, with the token of the page before.
    After(Option<String>),
    Asked,
    None,
}

/// What came of a task for a chain.
enum Answer {
    /// One page, and the token of the next one.
    Page(u64, Result<(Vec<S3Object>, Option<String>), ListError>),
    /// Where to cut it.
    Cuts(u64, Cuts),
}

struct Lister {
    client: Arc<S3Client>,
    listing: Arc<Listing>,
    rest: std::vec::IntoIter<(usize, String)>,
    /// The first is the one whose pages are handed over.
    chains: VecDeque<Chain>,
    /// The number of the next chain.
    ids: u64,
    asked: JoinSet<Answer>,
    /// For whoever reads objects.
    listed: Option<Arc<Listed>>,
}

impl Lister {
    async fn run(
        &mut self,
        out: &mpsc::Sender<Result<Page, Error>>,
        is_last: bool,
    ) -> Result<(), Error> {
        loop {
            self.ask();
            if is_last
                && self.rest.as_slice().is_empty()
                && self.chains.iter().all(Chain::is_listed)
            {
                self.listed.iter().for_each(|listed| listed.end());
            }
            let Some(chain) = self.chains.front() else { return Ok(()) };
            let is_over = chain.came.is_empty() && chain.is_listed();
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

    /// Asks for what there is room for, the first chain before all others.
    fn ask(&mut self) {
        while self.chains.len() < CHAINS
            && let Some((number, prefix)) = self.rest.next()
        {
            let chain = self.chain(number, prefix, KeyRange::default());
            self.chains.push_back(chain);
        }
        let waiting: usize = self.chains.iter().map(|chain| chain.came.len()).sum();
        let mut room = AHEAD.saturating_sub(waiting + self.asked.len());
        let unlisted = self.chains.iter_mut().filter(|chain| !chain.is_listed());
        for (place, chain) in unlisted.take(CHAINS).enumerate() {
            let is_needed = place == 0 && chain.came.is_empty();
            if room == 0 && !is_needed {
                continue;
            }
            match std::mem::replace(&mut chain.next, NextPage::Asked) {
                NextPage::After(token) => {
                    let (client, listing) = (Arc::clone(&self.client), Arc::clone(&self.listing));
                    let (id, prefix) = (chain.id, chain.prefix.clone());
                    let after = chain.range.start_after().filter(|_| token.is_none());
                    self.asked.spawn(async move {
                        let query =
                            PageQuery { prefix: &prefix, token, after, ..PageQuery::default() };
                        let page = client.page(&listing.bucket, query).await;
                        Answer::Page(id, page.map(|page| objects_of(&listing, &prefix, page)))
                    });
                    room = room.saturating_sub(1);
                }
                other => chain.next = other,
            }
        }
    }

    fn chain(&mut self, number: usize, prefix: String, range: KeyRange) -> Chain {
        self.ids += 1;
        Chain {
            id: self.ids,
            number,
            prefix,
            range,
            came: VecDeque::new(),
            next: NextPage::After(None),
            pages: 0,
            last: String::new(),
            cut_at: 1,
            is_being_cut: false,
        }
    }

    fn store(&mut self, answer: Answer) {
        match answer {
            Answer::Page(id, page) => self.store_page(id, page),
            Answer::Cuts(id, cuts) => self.cut(id, cuts),
        }
    }

    fn store_page(&mut self, id: u64, page: Result<(Vec<S3Object>, Option<String>), ListError>) {
        let active = self.chains.iter().filter(|chain| !chain.is_listed()).count();
        let Some(chain) = self.chains.iter_mut().find(|chain| chain.id == id) else { return };
        chain.next = NextPage::None;
        let (mut objects, token) = match page {
            Ok(page) => page,
            Err(error) => {
                chain.came.push_back(Err(error));
                return;
            }
        };
        let is_end = objects.iter().any(|object| chain.range.ends_before(&object.key));
        objects.retain(|object| {
            !chain.range.starts_after(&object.key) && !chain.range.ends_before(&object.key)
        });
        chain.pages += 1;
        if let Some(token) = token.filter(|_| !is_end) {
            chain.next = NextPage::After(Some(token));
            let is_sorted = objects.iter().map(|it| &it.key).is_sorted()
                && objects.first().is_some_and(|it| it.key > chain.last);
            // A page may have no keys, and more follow.
            if let Some(last) = objects.last() {
                chain.last.clone_from(&last.key);
            }
            // A directory bucket has no order.
            let is_cut = is_sorted && !self.listing.bucket.ends_with("--x-s3");
            if is_cut && !chain.is_being_cut && chain.pages >= chain.cut_at && active <= CHAINS / 2
            {
                chain.is_being_cut = true;
                chain.cut_at = chain.pages.saturating_mul(NEXT_CUT);
                let (client, listing) = (Arc::clone(&self.client), Arc::clone(&self.listing));
                let (prefix, range) = (chain.prefix.clone(), chain.range.clone());
                let keys: Vec<_> = objects.iter().map(|it| it.key.clone()).collect();
                self.asked.spawn(async move {
                    let (bucket, parts) = (&listing.bucket, CHAINS - active + 1);
                    let (prefix, range, keys) = (&prefix, &range, &keys);
                    let cuts = Split { bucket, prefix, range, keys, parts }.cuts(&client).await;
                    Answer::Cuts(id, cuts)
                });
            }
        }
        let page = Objects::of(&self.listing, &chain.prefix, objects, self.listed.as_deref());
        chain.came.push_back(Ok(page));
    }

    /// Cuts a chain that is not listed yet before these keys.
    fn cut(&mut self, id: u64, Cuts { keys: mut cuts, are_small }: Cuts) {
        let Some(place) = self.chains.iter().position(|chain| chain.id == id) else { return };
        let Some(chain) = self.chains.get_mut(place) else { return };
        chain.is_being_cut = false;
        if chain.is_listed() {
            return;
        }
        // It may have been listed further meanwhile.
        cuts.retain(|cut| *cut > chain.last && !chain.range.ends_before(cut));
        let Some(first) = cuts.first() else { return };
        let (number, prefix) = (chain.number, chain.prefix.clone());
        let count = cuts.len();
        let end = chain.range.until.replace(first.clone());
        let ends = cuts.iter().skip(1).cloned().map(Some).chain([end]).collect::<Vec<_>>();
        for (index, (from, until)) in cuts.into_iter().zip(ends).enumerate() {
            let range = KeyRange { from: Some(from), until };
            let mut part = self.chain(number, prefix.clone(), range);
            if are_small && index + 1 < count {
                part.cut_at = NEXT_CUT;
            }
            self.chains.insert(place + 1 + index, part);
        }
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
    let listed = page.contents.unwrap_or_default();
    // Collected, they would keep the room of what the SDK has of them, which is three times as
    // much.
    let mut objects = Vec::with_capacity(listed.len());
    objects.extend(listed.into_iter().map(|it| S3Object::listed(&listing.bucket, it)));
    let mut token = page.next_continuation_token;
    if let Some(exact) = objects.iter().position(|object| listing.is_exact(object, prefix)) {
        objects.truncate(exact + 1);
        token = None;
    }
    (objects, token)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::aws::s3::Arrived;

    #[test]
    fn who_reads_objects_gets_those_that_could_be_wanted_and_the_number_of_the_others() {
        let object = |key: &str, second: u64| {
            let modified = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(second));
            S3Object { size: 9, modified, ..S3Object::named("lake", key) }
        };
        let mut folder = object("failed/", 0);
        folder.size = 0;
        let objects = vec![folder, object("failed/a", 0), object("failed/b", 100_000)];
        let arrived = Arrived { since: Some(90_000_000), until: None };
        let listing = Listing { arrived, ..Listing::of("lake", vec!["failed/".to_owned()]) };
        let listed = Listed::default();
        let page = Objects::of(&listing, "failed/", objects.clone(), Some(&listed));
        let keys: Vec<_> = page.kept.iter().map(|(object, _)| object.key.as_str()).collect();
        assert_eq!((keys.as_slice(), page.others), (&["failed/b"][..], 1));
        assert_eq!(listed.so_far(), (1, 9));
        let page = Objects::of(&listing, "failed/", objects, None);
        let choices: Vec<_> = page.kept.iter().map(|(_, choice)| choice.is_some()).collect();
        assert_eq!((choices.as_slice(), page.others), (&[false, false, true][..], 0));
    }
}
