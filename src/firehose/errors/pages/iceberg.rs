//! Codes for delivery to Iceberg tables.
//!
//! Sources: the developer guide ("Set up the Firehose stream", "Considerations and
//! limitations" of Apache Iceberg tables); `MissingColumnWithinRecord` is in a
//! published failure record.

use super::{BLANK, COUNT, DECODE};
use crate::errors::code::{self, captured, documented};
use crate::errors::{Attempts, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::Iceberg,
    lost: "Nothing for good: what the table did not accept is kept in the bucket for backups, below \
           iceberg-failed/ or the error output prefix of the stream or the table. rawData there is \
           what was to be written, after the transform. For a commit that failed, the keys of the \
           data files are there, not records.",
    again: &[DECODE, COUNT],
    ..BLANK
};

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: documented("Iceberg.NoSuchTable", Attempts::Unknown, Scope::Unknown),
        happened: "The Iceberg table that the record is for does not exist, or has format version \
                   1.",
        look: &[
            "destinationDatabaseName and destinationTableName in otfMetadata of the response, if \
             the transform routes: they override the table of the stream.",
            "The database and the table in the Glue Data Catalog: Firehose writes only tables of \
             format version 2, created through Iceberg.",
        ],
        change: &[
            "Create the table, or name one that exists.",
            "Upgrade it to version 2: ALTER TABLE … SET TBLPROPERTIES ('format-version'='2').",
        ],
        ..BASE
    },
    Explanation {
        error: code::ICEBERG_INVALID_TABLE_NAME,
        happened: "The name of the Iceberg table is null or empty, or the table has format \
                   version 1.",
        look: &[
            "destinationTableName in otfMetadata of the response, if the transform routes: a value \
             that is taken from the record may be missing there.",
            "The name itself: a hyphen is not allowed in names of databases and tables.",
        ],
        change: &["Let the transform choose among known names, with one for everything else."],
        ..BASE
    },
    Explanation {
        error: captured("Iceberg.MissingColumnWithinRecord", Attempts::Unknown, Scope::Record),
        also: &["The record has no value for a required column."],
        happened: "The record lacks a column that the table requires.",
        look: &["The record next to the schema of the table: names and case of the columns."],
        change: &["Let the transform give every column, or make the column optional in the table."],
        ..BASE
    },
    Explanation {
        error: documented("Glue.AccessDenied", Attempts::Unknown, Scope::Unknown),
        happened: "The role of the stream may not read the table in the Glue Data Catalog.",
        look: &[
            "The policy of the role: the actions, and the catalog, the database and the table.",
            "Lake Formation, if it governs the table: it has permissions of its own.",
        ],
        change: &[
            "Allow the role glue:GetDatabase, GetTable and UpdateTable on catalog, database and \
             table, and s3tables: actions for a table bucket.",
        ],
        ..BASE
    },
];
