//! Codes for delivery to Iceberg tables.
//!
//! Sources: the developer guide (error table of "Apache Iceberg tables");
//! `MissingColumnWithinRecord` is in a published failure record.

use super::{BLANK, COUNT, DECODE, Explanation, Family, INVOKE, MAKE_EVENT, code};

const BASE: Explanation = Explanation {
    family: Family::Iceberg,
    lost: "Nothing for good: what the table did not take is kept in the bucket for backups, below \
           iceberg-failed/ or the error output prefix of the stream or the table. rawData there is \
           what was to be written, after the transform.",
    again: &[DECODE, COUNT],
    ..BLANK
};

pub(super) const ALL: &[Explanation] = &[
    code::ICEBERG_NO_SUCH_TABLE.explained(Explanation {
        happened: "The Iceberg table that the record is for does not exist.",
        look: &[
            "destinationDatabaseName and destinationTableName in otfMetadata of the response, if \
             the transform routes: they override the table of the stream.",
            "The database and the table in the Glue Data Catalog.",
        ],
        change: &["Make the table, or name one that exists."],
        ..BASE
    }),
    code::ICEBERG_INVALID_TABLE_NAME.explained(Explanation {
        happened: "The name of the Iceberg table is not one that a table can have.",
        look: &[
            "destinationTableName in otfMetadata of the response, if the transform routes: a value \
             taken from the record may hold anything.",
        ],
        change: &["Let the transform choose among names that it knows."],
        again: &[DECODE, MAKE_EVENT, INVOKE],
        ..BASE
    }),
    code::ICEBERG_MISSING_COLUMN_WITHIN_RECORD.explained(Explanation {
        happened: "The record lacks a column that the table needs.",
        look: &["The record beside the schema of the table: names and letters of the columns."],
        change: &["Let the transform give every column, or let the table do without it."],
        again: &[DECODE, MAKE_EVENT, INVOKE],
        ..BASE
    }),
    code::GLUE_ACCESS_DENIED.explained(Explanation {
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
    }),
];
