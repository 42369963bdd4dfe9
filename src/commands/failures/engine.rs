//! What reads the records: this machine, or Amazon Athena.

use clap::ValueEnum;

use crate::aws::{AthenaPlace, S3Location};
use crate::input::Size;
use firehose::failure::athena::is_athena_name;

/// What groups the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// This machine reads every object
    Local,
    /// Amazon Athena counts most records in S3
    Athena,
}

/// Flags for buckets that are too large to be read from here.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct EngineArgs {
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

    /// Start the query without asking; needed where there is no terminal
    #[arg(long, short = 'y', help_heading = "Athena")]
    pub(super) yes: bool,
}

impl EngineArgs {
    pub(super) const fn is_athena(&self) -> bool {
        matches!(self.engine, Engine::Athena)
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

fn database(text: &str) -> Result<String, String> {
    if is_athena_name(text) {
        return Ok(text.to_owned());
    }
    Err("a name of letters, digits and underscores is required".to_owned())
}
