//! What the flags of `--engine athena` ask for.

use crate::aws::AthenaPlace;
use crate::commands::failures::arguments::{Engine, EngineArgs, FailuresArgs};
use crate::error::Error;

impl EngineArgs {
    pub(in crate::commands::failures) const fn is_athena(&self) -> bool {
        matches!(self.engine, Engine::Athena)
    }

    pub(in crate::commands::failures) const fn prints_sql(&self) -> bool {
        self.print_sql
    }

    /// Refuses flags that do not go together.
    pub(in crate::commands::failures) fn check(&self, args: &FailuresArgs) -> Result<(), Error> {
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
            return Err(Error::user("`--print-sql` requires `--bucket`")
                .hint("a delivery stream would have to be looked up in AWS"));
        }
        if place.bucket.is_none() && place.stream.is_none() {
            return Err(Error::user("`--engine athena` requires `--stream` or `--bucket`"));
        }
        Ok(())
    }

    /// Where the queries run.
    pub(super) fn place(&self) -> AthenaPlace {
        AthenaPlace {
            work_group: self.workgroup.clone(),
            output_location: self.output_location.as_ref().map(ToString::to_string),
            database: self.database().to_owned(),
        }
    }

    pub(super) fn database(&self) -> &str {
        self.database.as_deref().unwrap_or("default")
    }
}
