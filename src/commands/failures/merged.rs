//! What the parts of `--shard` have found, put together again.

use std::path::{Path, PathBuf};

use super::arguments::FailuresArgs;
use super::coverage::Coverage;
use super::partial::{Partial, Question};
use super::tally::Tally;
use crate::error::Error;
use crate::input::filter::FilterArgs;
use crate::terminal;
use crate::times::When;
use firehose::failure::FailureGroups;

/// Names of shards that are listed.
const MAX_LISTED: usize = 10;

/// What several parts have found together.
pub(super) struct Merged {
    pub(super) question: Question,
    pub(super) shards: Vec<u32>,
    pub(super) groups: FailureGroups,
    pub(super) tally: Tally,
    pub(super) coverage: Coverage,
}

impl Merged {
    /// Reads the parts. Refuses what are not parts of one whole.
    pub(super) fn read(files: &[PathBuf]) -> Result<Self, Error> {
        let mut files = files.iter();
        let first = files.next().ok_or_else(|| Error::internal("nothing to merge"))?;
        let mut merged = Self::from(Partial::read(first)?);
        let mut from: Vec<(&Path, Vec<u32>)> = vec![(first, merged.shards.clone())];
        for file in files {
            let partial = Partial::read(file)?;
            let name = |file: &Path| file.display().to_string();
            if let Some(difference) = merged.question.difference(&partial.question) {
                let (one, other) = (name(first), name(file));
                return Err(Error::user(format!(
                    "`{one}` and `{other}` are not parts of one whole: {difference}"
                ))
                .hint("pass the same flags to every shard, except for `--shard` and `--partial`"));
            }
            let is_shared = |(_, shards): &&(&Path, Vec<u32>)| {
                shards.iter().any(|shard| partial.shards.contains(shard))
            };
            if let Some((earlier, shards)) = from.iter().find(is_shared) {
                let twice = shards.iter().find(|shard| partial.shards.contains(shard));
                let twice = twice.copied().unwrap_or_default();
                let (one, two) = (name(earlier), name(file));
                return Err(Error::user(format!("shard {twice} is in both `{one}` and `{two}`"))
                    .hint("pass the file of each shard once"));
            }
            from.push((file, partial.shards.clone()));
            merged.add(Self::from(partial));
        }
        Ok(merged)
    }

    fn add(&mut self, other: Self) {
        self.shards.extend(other.shards);
        self.groups.merge(other.groups);
        self.tally.merge(other.tally);
        self.coverage.complete_until =
            match (self.coverage.complete_until, other.coverage.complete_until) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            };
        // Shards that ran before the change cannot know of it.
        let changes = [self.coverage.changed, other.coverage.changed].into_iter().flatten();
        self.coverage.changed = changes.max_by_key(|change| change.at);
    }

    /// Which parts are missing: `shard 3 of 8 is missing`.
    pub(super) fn missing(&self) -> Option<String> {
        let count = self.question.shards;
        let missing: Vec<u32> = (1..=count).filter(|shard| !self.shards.contains(shard)).collect();
        let listed = missing.iter().take(MAX_LISTED).map(ToString::to_string);
        let listed = listed.collect::<Vec<_>>().join(", ");
        match missing.len() {
            0 => None,
            1 => Some(format!("shard {listed} of {count} is missing")),
            many if many <= MAX_LISTED => Some(format!("shards {listed} of {count} are missing")),
            many => {
                let many = terminal::group(many as u64);
                Some(format!("{many} of {count} shards are missing: {listed}, …"))
            }
        }
    }

    /// The flags that the parts were read with.
    pub(super) fn arguments(&self, args: &FailuresArgs) -> Result<FailuresArgs, Error> {
        let mut args = args.clone();
        let wrong = |what: &str| Error::user(format!("invalid {what} in a file of `--merge`"));
        let Question { stream, bucket, prefix, inputs, code, grep, since, until, .. } =
            self.question.clone();
        args.place.stream = match stream {
            Some(name) => Some(name.parse().map_err(|_| wrong("delivery stream"))?),
            None => None,
        };
        args.place.bucket = match bucket {
            Some(name) => Some(crate::input::place::bucket(&name).map_err(|_| wrong("bucket"))?),
            None => None,
        };
        args.place.prefix = prefix;
        let inputs: Result<_, String> = inputs.iter().map(|it| it.parse()).collect();
        args.inputs = inputs.map_err(|_| wrong("input"))?;
        let time = |time: Option<i64>| match time.map(jiff::Timestamp::from_millisecond) {
            Some(time) => time.map(|time| Some(When::At(time))).map_err(|_| wrong("time")),
            None => Ok(None),
        };
        let grep =
            grep.map(|it| it.parse()).transpose().map_err(|_| wrong("regular expression"))?;
        args.filter = FilterArgs { code, grep, since: time(since)?, until: time(until)? };
        Ok(args)
    }
}

impl From<Partial> for Merged {
    fn from(it: Partial) -> Self {
        let Partial { question, shards, groups, tally, coverage } = it;
        Self { question, shards, groups, tally, coverage }
    }
}
