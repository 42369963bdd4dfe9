//! Codes for delivery to Redshift: objects go to S3 first, then a COPY loads
//! them.
//!
//! Source: the developer guide ("Monitor with CloudWatch Logs") names them and
//! has a message for each, of which the sentences here are the sense;
//! `AuthenticationFailed` was captured in an error event.

use super::{BLANK, COUNT_EVENTS, Explanation, Family, code};

const STAGED_OBJECT: &str = "fh decode staged-object";

const BASE: Explanation = Explanation {
    family: Family::Redshift,
    lost: "Nothing for good: the objects were written to the bucket before the COPY and stay \
           there. A manifest below errors/ lists those that were not loaded, for a COPY by hand. \
           There are no failure records to decode.",
    again: &[COUNT_EVENTS],
    ..BLANK
};

/// The COPY of the stream.
const COPY: Explanation = Explanation {
    look: &[
        "The COPY command of the stream: table, columns, options. Run it by hand with the manifest.",
    ],
    ..BASE
};

/// What is in the objects.
const DATA: Explanation = Explanation { again: &[STAGED_OBJECT, COUNT_EVENTS], ..COPY };

/// The state of the cluster.
const CLUSTER: Explanation =
    Explanation { look: &["The cluster: its state and its disks."], ..BASE };

pub(super) const ALL: &[Explanation] = &[
    code::REDSHIFT_TABLE_NOT_FOUND.explained(Explanation {
        happened: "The table to load into does not exist.",
        change: &["Make the table: Firehose does not. Or name the right one, with its schema."],
        ..COPY
    }),
    code::REDSHIFT_DATABASE_NOT_FOUND.explained(Explanation {
        happened: "The database of the stream does not exist on this cluster.",
        look: &["The JDBC URL of the destination: cluster, port, database."],
        change: &["Name a database that exists."],
        ..BASE
    }),
    code::REDSHIFT_SYNTAX_ERROR.explained(Explanation {
        happened: "The COPY command has an error in its syntax.",
        change: &["Fix the COPY options and the list of columns of the stream."],
        ..COPY
    }),
    code::REDSHIFT_INCORRECT_COPY_OPTIONS.explained(Explanation {
        happened: "The COPY options contradict or repeat each other.",
        change: &["Take away what does not go together, such as two formats at once."],
        ..COPY
    }),
    code::REDSHIFT_COLUMN_NOT_FOUND.explained(Explanation {
        happened: "The COPY names a column that the table does not have.",
        change: &["Name the columns as the table has them, or add the column to the table."],
        ..COPY
    }),
    code::REDSHIFT_MISSING_COLUMN.explained(Explanation {
        happened: "A column that must not be null and has no default gets no value from the COPY.",
        change: &[
            "Give the column a value in every record and in the list of columns, or a default in \
             the table.",
        ],
        ..DATA
    }),
    code::REDSHIFT_COLUMN_MISMATCH.explained(Explanation {
        happened: "The JSON paths of the COPY and the columns of the table are not equally many.",
        change: &["Give the jsonpaths file a path for each column of the COPY."],
        ..COPY
    }),
    code::REDSHIFT_INCORRECT_JSON_PATHS_FILE.explained(Explanation {
        happened: "The jsonpaths file of the COPY is not JSON as COPY reads it.",
        change: &["Fix the jsonpaths file in S3."],
        ..COPY
    }),
    code::REDSHIFT_DATA_LOAD_FAILED.explained(Explanation {
        happened: "The COPY ran and could not load what is in the objects.",
        look: &[
            "The table STL_LOAD_ERRORS of the cluster: object, line, column and reason.",
            "The object itself: records without a newline between them are a common cause, for \
             Firehose adds none.",
        ],
        change: &[
            "Let the transform return what the table takes, a newline behind each record.",
            "Or let the COPY options allow for it.",
        ],
        ..DATA
    }),
    code::REDSHIFT_AUTHENTICATION_FAILED.explained(Explanation {
        happened: "Redshift refuses the user and the password of the stream.",
        look: &["User and password of the destination: was the password changed in the cluster?"],
        change: &["Give the stream the right password."],
        ..BASE
    }),
    code::REDSHIFT_ACCESS_DENIED.explained(Explanation {
        happened: "Firehose may not assume the role of the destination.",
        look: &["The trust policy of the role."],
        change: &[
            "Trust firehose.amazonaws.com with sts:AssumeRole. Where there is a condition on \
             sts:ExternalId, it is your account id.",
        ],
        ..BASE
    }),
    code::REDSHIFT_S3_BUCKET_ACCESS_DENIED.explained(Explanation {
        happened: "The COPY may not read the bucket in which the objects are.",
        look: &["The policies of the role, of the bucket and of its KMS key."],
        change: &["Allow the role to read the bucket: fh explain S3.AccessDenied has the list."],
        ..BASE
    }),
    code::REDSHIFT_INSUFFICIENT_PRIVILEGE.explained(Explanation {
        happened: "The user of the stream may not load into the table.",
        look: &["The rights of that user on the table and its schema."],
        change: &["Grant INSERT on the table to the user."],
        ..BASE
    }),
    code::REDSHIFT_CONNECTION_FAILED.explained(Explanation {
        happened: "Firehose cannot connect to the cluster.",
        look: &[
            "The JDBC URL: cluster, port, database.",
            "Whether the cluster is up, and whether its security settings let Firehose in.",
        ],
        change: &[
            "Let the connections of Firehose through, and name the right cluster and database.",
        ],
        ..BASE
    }),
    code::REDSHIFT_INCORRECT_OR_MISSING_REGION.explained(Explanation {
        happened: "Redshift looks for the bucket in another region than it is in.",
        look: &["The regions of the bucket and of the cluster."],
        change: &[
            "Name the region of the bucket in the COPY options, or use a bucket beside the cluster.",
        ],
        ..BASE
    }),
    code::REDSHIFT_MISSING_S3_FILE.explained(Explanation {
        happened: "Objects that the COPY was to load are no longer in the bucket.",
        lost: "What was deleted from the bucket before it was loaded is gone, unless the stream \
               has a source backup. A manifest below errors/ lists the objects.",
        look: &["What deletes objects there: lifecycle rules, people, other jobs."],
        change: &["Keep the objects at least until they are loaded and the retries are over."],
        ..BASE
    }),
    code::REDSHIFT_READ_ONLY_CLUSTER.explained(Explanation {
        happened: "The cluster takes no changes now; it is being resized, for instance.",
        change: &["Wait until the cluster takes changes again; then load what the manifest lists."],
        ..CLUSTER
    }),
    code::REDSHIFT_DISK_FULL.explained(Explanation {
        happened: "The disks of the cluster are full.",
        change: &["Make room or add nodes; then load what the manifest lists."],
        ..CLUSTER
    }),
];
