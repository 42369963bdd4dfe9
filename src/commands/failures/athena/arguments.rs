//! The flags of `--engine athena`.

use clap::ValueEnum;

use crate::aws::{AthenaPlace, S3Location};
use crate::commands::failures::arguments::FailuresArgs;
use crate::error::Error;
use crate::input::Size;
use firehose::failure::athena::is_athena_name;

/// What groups the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::commands::failures) enum Engine {
    /// This machine reads every object
    Local,
    /// Amazon Athena counts most records in S3
    Athena,
}

/// Flags for buckets that are too large to be read from here.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::commands::failures) struct EngineArgs {
    /// What reads the records; athena is billed by the byte
    #[arg(long, value_name = "ENGINE", default_value = "local", help_heading = "Athena")]
    pub(super) engine: Engine,

    /// Workgroup of Athena [default: primary]
    #[arg(long, value_name = "NAME", help_heading = "Athena")]
    pub(super) workgroup: Option<String>,

    /// Where Athena writes results to [default: that of the workgroup]
    #[arg(long, value_name = "S3-URI", help_heading = "Athena")]
    pub(super) output_location: Option<S3Location>,

    /// Database for the table, which is deleted at the end [default: default]
    #[arg(long, value_name = "NAME", help_heading = "Athena", value_parser = database)]
    pub(super) database: Option<String>,

    /// Do not start a query over more bytes than this
    #[arg(long, value_name = "SIZE", help_heading = "Athena")]
    pub(super) max_scan: Option<Size>,

    /// Print the SQL and make no call of AWS
    #[arg(long, help_heading = "Athena")]
    pub(super) print_sql: bool,

    /// Start the query without asking
    #[arg(long, short = 'y', help_heading = "Athena")]
    pub(super) yes: bool,
}

fn database(text: &str) -> Result<String, String> {
    if is_athena_name(text) {
        return Ok(text.to_owned());
    }
    Err("a name of letters, digits and underscores is required".to_owned())
}

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
