//! Codes of the COPY command, its options and the data that it loads.

use super::{BASE, redshift};
use crate::errors::Explanation;
use crate::errors::pages::COUNT_EVENTS;

/// The COPY of the stream.
const COPY: Explanation = Explanation {
    look: &[
        "CopyCommand of the stream: table, columns, options. Run it by hand, with the manifest, \
         to see the error in full.",
    ],
    ..BASE
};

/// An option that is wrong.
const OPTIONS: Explanation =
    Explanation { look: &["CopyOptions in CopyCommand of the stream."], ..BASE };

/// The file that maps JSON to columns.
const JSON_PATHS: Explanation = Explanation {
    look: &["The jsonpaths file in S3 that CopyOptions names, next to a record."],
    ..BASE
};

/// What is in the objects.
const DATA: Explanation = Explanation { again: &["fh decode staged-object", COUNT_EVENTS], ..COPY };

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: redshift(
            "Redshift.TableNotFound",
            "The table to which to load data was not found. Ensure that the specified table exists.",
        ),
        happened: "The table to load into does not exist.",
        change: &["Create the table: Firehose does not. Or name the right one, with its schema."],
        ..COPY
    },
    Explanation {
        error: redshift(
            "Redshift.SchemaNotFound",
            "The schema specified in the DataTableName of Amazon Redshift destination \
             configuration was not found. Specify a valid schema name.",
        ),
        happened: "The schema before the name of the table does not exist.",
        change: &["Correct the schema in DataTableName, or create it in this database."],
        ..COPY
    },
    Explanation {
        error: redshift(
            "Redshift.ImproperQualifiedName",
            "The qualified name is improper (too many dotted names).",
        ),
        happened: "The name of the table has too many parts: only schema.table is allowed.",
        change: &["Write DataTableName as schema.table; the database is in the JDBC URL."],
        ..COPY
    },
    Explanation {
        error: redshift(
            "Redshift.SyntaxError",
            "The COPY command contains a syntax error. Retry the command.",
        ),
        happened: "The COPY command has a syntax error.",
        change: &["Fix the COPY options and the list of columns of the stream."],
        ..COPY
    },
    Explanation {
        error: redshift(
            "Redshift.InvalidMessageFormat",
            "Copy command contains an invalid character.",
        ),
        happened: "The COPY command contains a character that Redshift does not accept.",
        change: &["Remove control characters and typographic quotes from the COPY command."],
        ..COPY
    },
    Explanation {
        error: redshift("Redshift.QueryCancelled", "The user has canceled the COPY operation."),
        happened: "The COPY was canceled in Redshift.",
        look: &[
            "Who or what cancels queries: people, a statement timeout of the user, and rules of \
             workload management. STL_QUERY and STL_WLM_RULE_ACTION show it.",
        ],
        change: &["Raise the timeout, or leave the user of the stream out of the rule."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.IncorrectCopyOptions",
            "Conflicting or redundant COPY options were provided. Some options are not compatible \
             in certain combinations. Check the COPY command reference for more info.",
        ),
        happened: "The COPY options contradict or repeat each other.",
        change: &["Remove what does not go together, such as two formats at once."],
        ..OPTIONS
    },
    Explanation {
        error: redshift(
            "Redshift.ArgumentNotSupported",
            "The COPY command contains unsupported options.",
        ),
        happened: "The COPY command has an option that Redshift does not support.",
        change: &["Remove the option, or write it as the COPY reference does."],
        ..OPTIONS
    },
    Explanation {
        error: redshift("Redshift.InvalidCopyOptions", "Invalid COPY configuration options."),
        happened: "The COPY options are not valid.",
        change: &["Compare them with the COPY reference, one by one."],
        ..OPTIONS
    },
    Explanation {
        error: redshift(
            "Redshift.InvalidCopyOptionForJson",
            "Please use either auto or a valid S3 path for json copyOption.",
        ),
        happened: "The value of the JSON option is neither auto nor a path in S3.",
        change: &["Write JSON 'auto', or JSON 's3://BUCKET/PATH' with your jsonpaths file."],
        ..OPTIONS
    },
    Explanation {
        error: redshift(
            "Redshift.InvalidCopyOptionRBACAclNotAllowed",
            "COPY failed with error \"Cannot use RBAC acl framework while permission propagation \
             is not enabled.\"",
        ),
        happened: "The COPY needs role-based access control in a database in which permission \
                   propagation is off.",
        look: &["How permissions are managed in the database, such as a datashare or a catalog."],
        change: &["Turn on permission propagation there, or load into a table of a database of \
                   its own. If neither helps, ask AWS Support."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.Delimiter",
            "The copyOptions delimiter in the copyCommand is invalid. Ensure that it is a single \
             character.",
        ),
        happened: "The DELIMITER of the COPY options is not a single character.",
        change: &["Give one character, such as DELIMITER '|' or DELIMITER '\\t'."],
        ..OPTIONS
    },
    Explanation {
        error: redshift(
            "Redshift.DuplicateSecondsSpecification",
            "Duplicate seconds specification in date/time format.",
        ),
        happened: "DATEFORMAT or TIMEFORMAT of the COPY options has seconds twice.",
        change: &["Write SS once; MM is the month and MI the minute."],
        ..OPTIONS
    },
    Explanation {
        error: redshift(
            "Redshift.CompressionMismatch",
            "Hose is configured with UNCOMPRESSED, but copyOption includes a compression format.",
        ),
        happened: "The COPY expects compressed objects, and the stream writes them uncompressed.",
        look: &["CompressionFormat of the stream, next to GZIP and the like in CopyOptions."],
        change: &["Set CompressionFormat to GZIP, or remove the format from CopyOptions."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.EncryptionCredentials",
            "The ENCRYPTED option requires credentials in the format: \
             'aws_iam_role=...;master_symmetric_key=...' or \
             'aws_access_key_id=...;aws_secret_access_key=...[;token=...];master_symmetric_key=...'",
        ),
        happened: "The COPY has the option ENCRYPTED without the key that it needs.",
        change: &[
            "Remove ENCRYPTED: it is for encryption by the client. Objects that S3 encrypts with \
             KMS need no option.",
        ],
        ..OPTIONS
    },
    Explanation {
        error: redshift(
            "Redshift.ColumnNotFound",
            "A column in the COPY command does not exist in the table. Specify a valid column name.",
        ),
        happened: "The COPY names a column that the table does not have.",
        change: &["Correct DataTableColumns, or add the column to the table."],
        ..COPY
    },
    Explanation {
        error: redshift(
            "Redshift.ColumnSpecifiedMoreThanOnce",
            "There is a column specified more than once in the column list. Ensure that duplicate \
             columns are removed.",
        ),
        happened: "The list of columns has a column twice.",
        change: &["Remove it from DataTableColumns; case does not count."],
        ..COPY
    },
    Explanation {
        error: redshift(
            "Redshift.ColumnMismatch",
            "The number of jsonpaths in the COPY command and the number of columns in the \
             destination table should match. Retry the command.",
        ),
        happened: "The jsonpaths file has more or fewer paths than the COPY has columns.",
        change: &["Give the jsonpaths file one path for each column of the COPY, in its order."],
        ..JSON_PATHS
    },
    Explanation {
        error: redshift(
            "Redshift.IncorrectJsonPathsFile",
            "The provided jsonpaths file is not in a supported JSON format. Retry the command.",
        ),
        happened: "The jsonpaths file of the COPY is not JSON as COPY reads it.",
        change: &["Write {\"jsonpaths\": [\"$.id\", \"$.name\"]}, in UTF-8, and nothing else."],
        ..JSON_PATHS
    },
    Explanation {
        error: redshift("Redshift.InvalidJsonPathFormat", "Invalid JSONPath Format."),
        happened: "A path in the jsonpaths file is not one that COPY reads.",
        change: &["Write paths as $.name.part or $['name'][0]; no wildcards, no filters."],
        ..JSON_PATHS
    },
    Explanation {
        error: redshift(
            "Redshift.InvalidCopyOptionJSONPathFormat",
            "COPY failed with error \"Invalid JSONPath format. Array index is out of range\". \
             Please rectify the JSONPath expression.",
        ),
        happened: "A path in the jsonpaths file asks for an array element that is out of range.",
        change: &["Lower the index, or let the transform give every record that many elements."],
        ..JSON_PATHS
    },
    Explanation {
        error: redshift(
            "Redshift.MissingColumn",
            "There is a column defined in the table schema as NOT NULL without a DEFAULT value and \
             not included in the column list. Exclude this column, ensure that the loaded data \
             always provides a value for this column, or add a default value to the Amazon \
             Redshift schema for this table.",
        ),
        happened: "A column that must not be null and has no default gets no value from the COPY.",
        change: &[
            "Give the column a value in every record and in the list of columns, or a default in \
             the table.",
        ],
        ..DATA
    },
    Explanation {
        error: redshift(
            "Redshift.ColumnNotNullWithoutDefault",
            "There is a non-null column without DEFAULT that is not included in the column list. \
             Ensure that such columns are included in the column list.",
        ),
        happened: "A column that must not be null and has no default is not in the list of columns.",
        change: &["Add it to DataTableColumns and to every record, or give it a default."],
        ..DATA
    },
    Explanation {
        error: redshift(
            "Redshift.DataLoadFailed",
            "Loading data into the table failed. Check STL_LOAD_ERRORS system table for details.",
        ),
        happened: "The COPY ran and could not load what is in the objects.",
        look: &[
            "The table STL_LOAD_ERRORS of the cluster: object, line, column and reason.",
            "The object itself: records without a newline between them are a common cause, for \
             Firehose adds none.",
        ],
        change: &[
            "Let the transform return what the table accepts, each record ending with a newline.",
            "Or let the COPY options allow for it, such as MAXERROR or TRUNCATECOLUMNS.",
        ],
        ..DATA
    },
];
