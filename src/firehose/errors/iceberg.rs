//! Codes for delivery to tables: Iceberg and Snowflake.
//!
//! Sources: the developer guide (error table of "Apache Iceberg tables", example
//! of a Snowflake failure record); `MissingColumnWithinRecord` is in a published
//! failure record.

use super::{Attempts, COUNT, DECODE, Evidence, Explanation, Family, INVOKE, MAKE_EVENT, Scope};

const BASE: Explanation = Explanation {
    code: "",
    family: Family::Iceberg,
    message: None,
    also: &[],
    happened: "",
    attempts: Attempts::Unknown,
    scope: Scope::Unknown,
    lost: "Nothing for good: what the table did not take is kept in the bucket for backups, below \
           iceberg-failed/ or the error output prefix of the stream or the table. rawData there is \
           what was to be written, behind the transform.",
    look: &[],
    change: &[],
    again: &[DECODE, COUNT],
    evidence: Evidence::Documented,
};

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: "Iceberg.NoSuchTable",
        happened: "The Iceberg table that the record is for does not exist.",
        look: &[
            "destinationDatabaseName and destinationTableName in otfMetadata of the response, if \
             the transform routes: they override the table of the stream.",
            "The database and the table in the Glue Data Catalog.",
        ],
        change: &["Make the table, or name one that exists."],
        ..BASE
    },
    Explanation {
        code: "Iceberg.InvalidTableName",
        happened: "The name of the Iceberg table is not one that a table can have.",
        look: &[
            "destinationTableName in otfMetadata of the response, if the transform routes: a value \
             taken from the record may hold anything.",
        ],
        change: &["Let the transform choose among names that it knows."],
        again: &[DECODE, MAKE_EVENT, INVOKE],
        ..BASE
    },
    Explanation {
        code: "Iceberg.MissingColumnWithinRecord",
        happened: "The record lacks a column that the table needs.",
        scope: Scope::Record,
        look: &["The record beside the schema of the table: names and letters of the columns."],
        change: &["Let the transform give every column, or let the table do without it."],
        again: &[DECODE, MAKE_EVENT, INVOKE],
        evidence: Evidence::Captured,
        ..BASE
    },
    Explanation {
        code: "Glue.AccessDenied",
        happened: "The role of the stream may not read the table in the Glue Data Catalog.",
        look: &[
            "The policy of the role: the actions, and the catalog, the database and the table.",
            "Lake Formation, where it looks after the table: it grants on its own.",
        ],
        change: &[
            "Allow the role what the developer guide lists for Iceberg tables; glue:GetTable is \
             the least of it.",
        ],
        ..BASE
    },
    Explanation {
        code: "Snowflake.InvalidColumns",
        family: Family::Snowflake,
        happened: "The Snowflake table has columns that cannot be streamed into.",
        lost: "Nothing for good: what the table did not take is kept in the bucket for backups, \
               below snowflake-failed/ or your error output prefix, in rawData.",
        look: &["errorMessage: it says which kind of column. AWS's example names AUTOINCREMENT, \
             IDENTITY, GEO, and columns with a default value or a collation."],
        change: &["Change those columns, or load into a table without them."],
        ..BASE
    },
];
