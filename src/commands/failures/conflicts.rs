//! Flags that do not go together.

use super::arguments::{FailuresArgs, ShardArgs};
use super::engine::EngineArgs;
use crate::error::Error;
use crate::input::Source;
use crate::input::filter::Filter;
use crate::times::{self, When};

impl EngineArgs {
    /// Refuses what Athena cannot do, and its flags without it.
    pub(super) fn check(&self, args: &FailuresArgs) -> Result<(), Error> {
        if !self.is_athena() {
            let given = [
                ("--workgroup", self.workgroup.is_some()),
                ("--output-location", self.output_location.is_some()),
                ("--database", self.database.is_some()),
                ("--max-scan", self.max_scan.is_some()),
                ("--print-sql", self.print_sql),
                ("--yes", self.yes),
            ];
            return match given.iter().find(|(_, is_given)| *is_given) {
                Some((flag, _)) => Err(Error::user(format!("`{flag}` requires `--engine athena`"))),
                None => Ok(()),
            };
        }
        let place = &args.place;
        let others = [
            ("--records", args.records),
            ("--follow", place.follow),
            ("--limit", args.limit.is_some()),
            ("--grep", args.filter.grep.is_some()),
            ("--extract", args.extract.is_some()),
            ("--save", place.save.is_some()),
            ("--shard", args.shards.shard.is_some()),
        ];
        if let Some((flag, _)) = others.iter().find(|(_, is_given)| *is_given) {
            return Err(Error::user(format!("`{flag}` cannot be used with `--engine athena`"))
                .hint("Athena counts records; it does not return them"));
        }
        if self.print_sql && place.bucket.is_none() {
            let error = Error::user("`--print-sql` requires `--bucket`");
            return Err(match place.stream {
                Some(_) => error.hint("a delivery stream would have to be looked up in AWS"),
                None => error.hint("the statements read objects in S3, not files"),
            });
        }
        if place.bucket.is_none() && place.stream.is_none() {
            return Err(Error::user("`--engine athena` requires `--stream` or `--bucket`"));
        }
        Ok(())
    }
}

impl ShardArgs {
    /// Refuses flags with which the parts would not be parts of one whole.
    pub(super) fn check(&self, args: &FailuresArgs, filter: &Filter) -> Result<(), Error> {
        if self.partial.is_some() && self.shard.is_none() && self.merge.is_empty() {
            return Err(Error::user("`--partial` requires `--shard` or `--merge`")
                .hint("all in one part: `--shard 1/1`"));
        }
        if self.shard.is_none() {
            return Ok(());
        }
        let is_stdin = |it: &Source| matches!(it, Source::Stdin | Source::Text(_));
        let place = &args.place;
        let has_place = place.bucket.is_some() || place.stream.is_some();
        if !has_place && (args.inputs.is_empty() || args.inputs.iter().any(is_stdin)) {
            return Err(Error::user(
                "`--shard` requires objects or files; standard input cannot be split",
            )
            .hint("pass `--stream`, `--bucket`, `s3://BUCKET/PREFIX` or a folder"));
        }
        for (flag, given, settled) in [
            ("--since", args.filter.since, filter.since),
            ("--until", args.filter.until, filter.until),
        ] {
            if let Some(given) = given
                && !matches!(given, When::At(_))
                && let Some(time) = settled.and_then(times::rfc3339)
            {
                let error = format!("`{flag} {given}` may be another time in another shard");
                return Err(Error::user(error).hint(format!("pass `{flag} {time}` to every shard")));
            }
        }
        Ok(())
    }
}
