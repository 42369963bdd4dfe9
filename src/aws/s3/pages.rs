//! Pages of listings: the first ones of several prefixes are asked for at a
//! time.

use std::collections::VecDeque;
use std::sync::Arc;

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use tokio::task::JoinHandle;

use super::{ListError, S3Client, died};
use crate::error::Error;

/// First pages of listings that are asked for at a time.
const LISTINGS: usize = 16;

pub(super) type ListingPage = Result<ListObjectsV2Output, ListError>;

/// The first pages of some prefixes: several are asked for at a time, and they
/// come in order.
pub(super) struct Pages<'a> {
    bucket: &'a str,
    /// Those that were not asked for, the last one first.
    prefixes: Vec<String>,
    asked: VecDeque<(String, JoinHandle<ListingPage>)>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(bucket: &'a str, prefixes: &[String]) -> Self {
        let prefixes = prefixes.iter().rev().cloned().collect();
        Self { bucket, prefixes, asked: VecDeque::new() }
    }

    pub(super) async fn next(
        &mut self,
        client: &Arc<S3Client>,
    ) -> Result<Option<(String, ListingPage)>, Error> {
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
    pub(super) fn forget(&mut self, prefix: &str) {
        while let Some((later, page)) = self.asked.pop_back() {
            page.abort();
            self.prefixes.push(later);
        }
        self.prefixes.push(prefix.to_owned());
    }
}

impl Drop for Pages<'_> {
    fn drop(&mut self) {
        for (_, page) in &self.asked {
            page.abort();
        }
    }
}
