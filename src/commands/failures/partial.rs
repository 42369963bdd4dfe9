//! The file of `--partial`: versioned JSON. It may have been written by anyone.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::arguments::FailuresArgs;
use super::coverage::Coverage;
use super::place::Origin;
use super::tally::Tally;
use crate::error::Error;
use crate::input::Source;
use crate::input::filter::Filter;
use crate::times;
use firehose::failure::{FailureGroups, PartialGroups, Shard};

/// The version of the format.
const FORMAT: u32 = 3;

/// Most bytes of a file: groups with their samples take up to 80 MB.
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// Most values of a flag, and the longest.
const MAX_VALUES: usize = 10_000;
const LONGEST_VALUE: usize = 64 * 1024;

/// What was asked for: parts of one whole have all of it in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Question {
    pub(super) origin: Origin,
    pub(super) stream: Option<String>,
    pub(super) bucket: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) inputs: Vec<String>,
    pub(super) code: Vec<String>,
    pub(super) grep: Option<String>,
    /// Milliseconds since 1970.
    pub(super) since: Option<i64>,
    pub(super) until: Option<i64>,
    /// How many parts there are.
    pub(super) shards: u32,
}

/// What one part, or several of them, have found.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) question: Question,
    /// Which parts, from 1.
    pub(super) shards: Vec<u32>,
    pub(super) groups: FailureGroups,
    pub(super) tally: Tally,
    pub(super) coverage: Coverage,
}

/// The fields in their order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document<Groups, Counts, Extent> {
    fh_partial: u32,
    question: Question,
    shards: Vec<u32>,
    coverage: Extent,
    tally: Counts,
    groups: Groups,
}

/// The version alone, of whatever else there is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    fh_partial: u32,
}

impl Question {
    /// What these flags ask for.
    pub(super) fn new(args: &FailuresArgs, filter: &Filter, shard: Shard, origin: Origin) -> Self {
        let place = &args.place;
        Self {
            origin,
            stream: place.stream.as_ref().map(|it| it.arn().unwrap_or(it.as_str()).to_owned()),
            bucket: place.bucket.clone(),
            prefix: place.prefix.clone(),
            inputs: args.inputs.iter().map(Source::name).collect(),
            code: args.filter.code.clone(),
            grep: args.filter.grep.as_ref().map(ToString::to_string),
            since: filter.since,
            until: filter.until,
            shards: shard.count,
        }
    }

    /// The first thing in which another one differs.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let one =
            |it: &Option<String>| it.as_ref().map_or("none".to_owned(), |it| format!("`{it}`"));
        let many = |it: &[String]| match it {
            [] => "none".to_owned(),
            all => format!("`{}`", all.join("`, `")),
        };
        let time = |it: Option<i64>| one(&it.and_then(times::rfc3339));
        let count = |it: u32| it.to_string();
        let pairs = [
            ("--stream", one(&self.stream), one(&other.stream)),
            ("--bucket", one(&self.bucket), one(&other.bucket)),
            ("--prefix", one(&self.prefix), one(&other.prefix)),
            ("inputs", many(&self.inputs), many(&other.inputs)),
            ("--code", many(&self.code), many(&other.code)),
            ("--grep", one(&self.grep), one(&other.grep)),
            ("--since", time(self.since), time(other.since)),
            ("--until", time(self.until), time(other.until)),
            ("the stream", one(&self.origin.stream_arn), one(&other.origin.stream_arn)),
            ("the S3 endpoint", one(&self.origin.endpoint), one(&other.origin.endpoint)),
            ("number of shards", count(self.shards), count(other.shards)),
        ];
        let differs = pairs.into_iter().find(|(_, one, other)| one != other);
        differs.map(|(what, one, other)| {
            format!("{what} is {one} in the first and {other} in the second")
        })
    }

    fn is_possible(&self) -> bool {
        let Origin { stream_arn, endpoint } = &self.origin;
        let one = [&self.stream, &self.bucket, &self.prefix, &self.grep];
        let mut texts = one
            .into_iter()
            .chain([stream_arn, endpoint])
            .flatten()
            .chain(&self.inputs)
            .chain(&self.code);
        let are_few = self.inputs.len() <= MAX_VALUES && self.code.len() <= MAX_VALUES;
        are_few && texts.all(|text| text.len() <= LONGEST_VALUE)
    }
}

impl Partial {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let mut bytes = Vec::new();
        let read =
            File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
        read.map_err(|error| Error::unreadable(&name, error))?;
        let wrong = |why: String| {
            Error::user(format!("`{name}` is not a file of `fh failures --partial`: {why}"))
                .hint("pass `--merge` the files that the shards have written")
        };
        if bytes.len() as u64 > MAX_BYTES {
            return Err(wrong(format!("it is larger than {}", firehose::size(MAX_BYTES))));
        }
        let version: Version =
            serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        if version.fh_partial != FORMAT {
            let version = version.fh_partial;
            return Err(Error::user(format!(
                "`{name}` has format {version}; this fh reads format {FORMAT}"
            ))
            .hint("use the same version of fh for every shard and for `--merge`"));
        }
        let document: Document<PartialGroups, Tally, Coverage> =
            serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        let Document { question, mut shards, coverage, tally, groups, .. } = document;
        shards.sort_unstable();
        shards.dedup();
        let are_there = shards.iter().all(|shard| Shard::new(*shard, question.shards).is_some());
        let is_possible = question.is_possible()
            && !shards.is_empty()
            && are_there
            && tally.is_possible()
            && coverage.is_possible();
        let groups = groups.read().filter(|_| is_possible);
        let groups = groups.ok_or_else(|| wrong("its numbers cannot be right".to_owned()))?;
        Ok(Self { question, shards, groups, tally, coverage })
    }

    /// Writes a file, whole or not at all: a scheduler may take what is there.
    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        let name = format!("`{}`", path.display());
        let unwritable = |error| Error::unwritable(&name, error);
        let document = Document {
            fh_partial: FORMAT,
            question: self.question.clone(),
            shards: self.shards.clone(),
            coverage: &self.coverage,
            tally: &self.tally,
            groups: PartialGroups::from(&self.groups),
        };
        let mut json = serde_json::to_vec(&document)
            .map_err(|error| Error::internal(format!("a partial: {error}")))?;
        json.push(b'\n');
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
        let mut file = file.map_err(unwritable)?;
        file.write_all(&json).and_then(|()| file.as_file().sync_all()).map_err(unwritable)?;
        file.persist(path).map_err(|error| unwritable(error.error))?;
        Ok(())
    }
}
