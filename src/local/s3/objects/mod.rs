//! Buckets in a folder: an object is a plain file, named after its key.
//!
//! ```text
//! ROOT/BUCKET/KEY      the objects: see `name`
//! ROOT/.index/BUCKET   ETags, headers and tags: see `index`
//! ROOT/.tmp            what is being written
//! ```
//!
//! An object is written in `.tmp`, its line goes to the index, and then it is
//! renamed. Whatever happens in between, each object is whole: [`Objects::open`]
//! believes the files, and takes from the index what still fits them. So files
//! that are put into the folder while nothing runs are objects too.

mod bucket;
mod draft;
mod index;
mod listing;
mod name;
mod open;
mod problem;
#[cfg(test)]
mod tests;
mod uploads;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::context;
use bucket::Bucket;
pub(super) use draft::Draft;
pub(super) use index::BucketFacts;
pub(super) use listing::{ListQuery, MAX_KEYS, Page};
pub use problem::Problem;
use uploads::Upload;
pub(super) use uploads::{Part, UploadFacts};

/// Most buckets; AWS takes 10,000 (S3 user guide, bucket quotas).
const MAX_BUCKETS: usize = 1000;

/// Most objects of all buckets, which are known in memory: ours.
const MAX_OBJECTS: usize = 1_000_000;

/// Bytes of a key (S3 user guide, object key names).
const MAX_KEY: usize = 1024;

const INDEX: &str = ".index";
const TEMPORARY: &str = ".tmp";

/// The buckets of a folder.
#[derive(Debug)]
pub struct Objects {
    root: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    buckets: BTreeMap<String, Bucket>,
    uploads: BTreeMap<String, Upload>,
}

/// What is known of an object beyond its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Bytes.
    pub size: u64,
    /// Without quotes: the MD5, or that of the MD5s of its parts and their number.
    pub etag: String,
    /// Milliseconds since 1970.
    pub modified: i64,
    /// Headers it was put with.
    #[serde(default)]
    pub headers: Headers,
    /// Tags, in their order.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
}

/// Headers that are kept with an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Headers {
    /// `Content-Type`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Content-Encoding`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// `Content-Language`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// `Content-Disposition`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// `Cache-Control`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `x-amz-storage-class`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// `x-amz-meta-…`, without that.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub user: BTreeMap<String, String>,
}

/// Decides whether a change may be made, by what is there.
pub(super) type Condition<'a> = &'a dyn Fn(Option<&Meta>) -> Result<(), Problem>;

impl Objects {
    /// Makes a bucket.
    pub fn create_bucket(&self, name: &str, region: Option<&str>) -> Result<(), Problem> {
        if !s3s::path::check_bucket_name(name) {
            return Err(Problem::BucketName);
        }
        let mut state = self.state();
        if state.buckets.contains_key(name) {
            return Err(Problem::BucketExists);
        }
        if state.buckets.len() >= MAX_BUCKETS {
            return Err(Problem::TooManyBuckets(MAX_BUCKETS));
        }
        let created = context::milliseconds(context::now());
        let facts = BucketFacts { created, region: region.map(ToOwned::to_owned) };
        let bucket = Bucket::create(&self.root, name, facts)?;
        state.buckets.insert(name.to_owned(), bucket);
        Ok(())
    }

    /// Removes a bucket, which has to be empty.
    pub fn delete_bucket(&self, name: &str) -> Result<(), Problem> {
        let mut state = self.state();
        state.bucket(name)?.remove(&self.root, name)?;
        state.buckets.remove(name);
        state.uploads.retain(|_, upload| upload.facts.bucket != name);
        Ok(())
    }

    /// The buckets, by name.
    pub(super) fn buckets(&self) -> Vec<(String, BucketFacts)> {
        let state = self.state();
        state.buckets.iter().map(|(name, bucket)| (name.clone(), bucket.facts.clone())).collect()
    }

    /// What is known of a bucket.
    pub(super) fn bucket(&self, name: &str) -> Result<BucketFacts, Problem> {
        Ok(self.state().bucket(name)?.facts.clone())
    }

    /// Puts an object.
    pub fn put(
        &self,
        bucket: &str,
        key: &str,
        bytes: &[u8],
        content_type: Option<&str>,
        content_encoding: Option<&str>,
    ) -> Result<Meta, Problem> {
        let mut draft = self.draft()?;
        draft.write_all(bytes)?;
        let headers = Headers {
            content_type: content_type.map(ToOwned::to_owned),
            content_encoding: content_encoding.map(ToOwned::to_owned),
            ..Headers::default()
        };
        self.commit((bucket, key), draft, headers, Vec::new(), &|_| Ok(()))
    }

    /// Begins to write an object.
    pub(super) fn draft(&self) -> io::Result<Draft> {
        Draft::new(&self.root.join(TEMPORARY))
    }

    /// Makes what was written the object of a key.
    pub(super) fn commit(
        &self,
        (bucket, key): (&str, &str),
        draft: Draft,
        headers: Headers,
        tags: Vec<(String, String)>,
        condition: Condition<'_>,
    ) -> Result<Meta, Problem> {
        if key.is_empty() || key.len() > MAX_KEY {
            return Err(Problem::KeyTooLong);
        }
        let mut state = self.state();
        let objects: usize = state.buckets.values().map(|bucket| bucket.objects.len()).sum();
        let bucket = state.bucket(bucket)?;
        let there = bucket.objects.get(key);
        condition(there)?;
        if there.is_none() && objects >= MAX_OBJECTS {
            return Err(Problem::TooManyObjects(MAX_OBJECTS));
        }
        let modified = context::now();
        let (file, size, etag) = draft.finish(modified)?;
        let modified = context::milliseconds(modified);
        let meta = Meta { size, etag, modified, headers, tags };
        bucket.put(&self.root.join(TEMPORARY), key, file, meta.clone())?;
        Ok(meta)
    }

    /// What is known of an object.
    pub fn meta(&self, bucket: &str, key: &str) -> Result<Meta, Problem> {
        let mut state = self.state();
        state.bucket(bucket)?.objects.get(key).cloned().ok_or(Problem::NoSuchKey)
    }

    /// An object, open.
    pub fn read(&self, bucket: &str, key: &str) -> Result<(Meta, File), Problem> {
        self.state().bucket(bucket)?.read(key)
    }

    /// Deletes an object, if there is one.
    pub(super) fn delete(
        &self,
        bucket: &str,
        key: &str,
        condition: Condition<'_>,
    ) -> Result<(), Problem> {
        let mut state = self.state();
        let bucket = state.bucket(bucket)?;
        condition(bucket.objects.get(key))?;
        bucket.delete(key)
    }

    /// Gives an object these tags and no others.
    pub(super) fn tag(
        &self,
        bucket: &str,
        key: &str,
        tags: Vec<(String, String)>,
    ) -> Result<(), Problem> {
        let mut state = self.state();
        state.bucket(bucket)?.tag(key, tags)
    }

    /// A page of what is in a bucket.
    pub(super) fn list(&self, bucket: &str, query: &ListQuery) -> Result<Page, Problem> {
        Ok(query.page(&self.state().bucket(bucket)?.objects))
    }

    /// No code panics while it holds this.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn bucket(&mut self, name: &str) -> Result<&mut Bucket, Problem> {
        self.buckets.get_mut(name).ok_or(Problem::NoSuchBucket)
    }
}

/// The index of a bucket.
fn index_path(root: &Path, bucket: &str) -> PathBuf {
    root.join(INDEX).join(bucket)
}
