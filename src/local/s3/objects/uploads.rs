//! Multipart uploads. Their parts are in `.tmp`, and gone when this process is.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;

use md5::{Digest as _, Md5};
use tempfile::TempPath;

use super::draft::hex;
use super::{Condition, Draft, Headers, Meta, Objects, Problem};
use crate::context;

/// Most uploads under way: ours.
const MAX_UPLOADS: usize = 1000;

/// Bytes of a part that is not the last (S3 user guide, multipart upload limits).
const MIN_PART: u64 = 5 * 1024 * 1024;

/// An upload under way.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) facts: UploadFacts,
    parts: BTreeMap<i32, KeptPart>,
}

/// A part, its MD5 and its bytes.
type KeptPart = (Part, [u8; 16], TempPath);

/// What is known of an upload.
#[derive(Debug, Clone)]
pub(in super::super) struct UploadFacts {
    pub(in super::super) bucket: String,
    pub(in super::super) key: String,
    pub(in super::super) headers: Headers,
    pub(in super::super) tags: Vec<(String, String)>,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Part {
    pub(in super::super) number: i32,
    pub(in super::super) size: u64,
    pub(in super::super) etag: String,
    /// Milliseconds since 1970.
    pub(in super::super) modified: i64,
}

impl Objects {
    /// Begins an upload. Returns its id.
    pub(in super::super) fn begin_upload(&self, facts: UploadFacts) -> Result<String, Problem> {
        let mut state = self.state();
        state.bucket(&facts.bucket)?;
        if state.uploads.len() >= MAX_UPLOADS {
            return Err(Problem::TooManyUploads(MAX_UPLOADS));
        }
        let id = format!("{:032x}", fastrand::u128(..));
        state.uploads.insert(id.clone(), Upload { facts, parts: BTreeMap::new() });
        Ok(id)
    }

    /// Takes a part, in the place of an earlier one with its number.
    pub(in super::super) fn put_part(
        &self,
        place: (&str, &str),
        id: &str,
        number: i32,
        draft: Draft,
    ) -> Result<Part, Problem> {
        let mut state = self.state();
        let upload = state.upload(place, id)?;
        let now = context::now();
        let md5 = draft.md5();
        let (file, size, etag) = draft.finish(now)?;
        let part = Part { number, size, etag, modified: context::milliseconds(now) };
        upload.parts.insert(number, (part.clone(), md5, file));
        Ok(part)
    }

    /// The parts so far, by number.
    pub(in super::super) fn parts(
        &self,
        place: (&str, &str),
        id: &str,
    ) -> Result<Vec<Part>, Problem> {
        let mut state = self.state();
        let upload = state.upload(place, id)?;
        Ok(upload.parts.values().map(|(part, ..)| part.clone()).collect())
    }

    /// Makes an object of these parts, given by number and ETag. Takes as long as
    /// copying them.
    pub(in super::super) fn complete_upload(
        &self,
        place: (&str, &str),
        id: &str,
        parts: &[(i32, String)],
        condition: Condition<'_>,
    ) -> Result<Meta, Problem> {
        let (facts, files) = {
            let mut state = self.state();
            let upload = state.upload(place, id)?;
            (upload.facts.clone(), upload.chosen(parts)?)
        };
        let mut draft = self.draft()?;
        let mut md5s = Md5::new();
        for (md5, file) in files {
            io::copy(&mut File::open(file)?, &mut draft)?;
            md5s.update(md5);
        }
        draft.set_etag(format!("{}-{}", hex(&md5s.finalize()), parts.len()));
        let meta = self.commit(place, draft, facts.headers, facts.tags, condition)?;
        self.state().uploads.remove(id);
        Ok(meta)
    }

    /// Forgets an upload.
    pub(in super::super) fn abort_upload(
        &self,
        place: (&str, &str),
        id: &str,
    ) -> Result<(), Problem> {
        let mut state = self.state();
        state.upload(place, id)?;
        state.uploads.remove(id);
        Ok(())
    }
}

impl super::State {
    fn upload(&mut self, (bucket, key): (&str, &str), id: &str) -> Result<&mut Upload, Problem> {
        self.bucket(bucket)?;
        let upload = self.uploads.get_mut(id).ok_or(Problem::NoSuchUpload)?;
        let is_own = upload.facts.bucket == bucket && upload.facts.key == key;
        if is_own { Ok(upload) } else { Err(Problem::NoSuchUpload) }
    }
}

impl Upload {
    /// The MD5s of these parts, and where they are.
    fn chosen(&self, parts: &[(i32, String)]) -> Result<Vec<([u8; 16], PathBuf)>, Problem> {
        if !parts.is_sorted_by(|(one, _), (next, _)| one < next) {
            return Err(Problem::InvalidPartOrder);
        }
        let mut chosen = Vec::with_capacity(parts.len());
        for (at, (number, etag)) in parts.iter().enumerate() {
            let (part, md5, file) = self.parts.get(number).ok_or(Problem::InvalidPart)?;
            if part.etag != *etag {
                return Err(Problem::InvalidPart);
            }
            if part.size < MIN_PART && at + 1 < parts.len() {
                return Err(Problem::EntityTooSmall);
            }
            chosen.push((*md5, file.to_path_buf()));
        }
        if chosen.is_empty() { Err(Problem::InvalidPart) } else { Ok(chosen) }
    }
}
