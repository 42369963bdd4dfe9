//! Codes of the database: who may load, whether it answers, whether it has room;
//! and of the bucket that it loads from.

use super::{BASE, redshift};
use crate::errors::code::captured;
use crate::errors::pages::TRUST_FIREHOSE;
use crate::errors::{Attempts, Explanation, Scope};

/// The state of the cluster.
const CLUSTER: Explanation =
    Explanation { look: &["The cluster: its state, its load and its disks."], ..BASE };

/// A change of the size of the cluster.
const RESIZE: Explanation = Explanation {
    change: &["Wait until the resize has ended; then load what the manifest lists."],
    ..CLUSTER
};

const MEMORY: Explanation = Explanation {
    happened: "The cluster is out of memory.",
    change: &[
        "Give the cluster more nodes, or let fewer queries run at a time in its queues; then load \
         what the manifest lists.",
    ],
    ..CLUSTER
};

/// The way to the cluster.
const CONNECTION: Explanation = Explanation {
    look: &[
        "The JDBC URL: cluster, port, database.",
        "Whether the cluster is available and publicly accessible, and whether its security group \
         lets in the addresses that Firehose has in this Region (developer guide, \"Grant \
         Firehose access to an Amazon Redshift destination\").",
        "STL_CONNECTION_LOG: whether connections of the stream's user arrive.",
    ],
    ..BASE
};

/// Too many connections.
const CONNECTIONS: Explanation = Explanation {
    look: &["STV_SESSIONS: who is connected, and the connection limits of user and database."],
    ..BASE
};

/// The bucket from which the COPY reads.
const BUCKET: Explanation =
    Explanation { look: &["The Regions of the bucket and of the cluster."], ..BASE };

/// What the user of the stream may do.
const RIGHTS: Explanation =
    Explanation { look: &["The rights of the stream's user on the table and its schema."], ..BASE };

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: captured(
            "Redshift.AuthenticationFailed",
            Attempts::RetryDuration,
            Scope::Delivery,
        )
        .with_message(
            "The provided user name and password failed authentication. Provide a valid user name \
             and password.",
        ),
        happened: "Redshift refuses the user and the password of the stream.",
        look: &[
            "User and password of the destination, or its secret in Secrets Manager: was the \
             password changed in the cluster?",
        ],
        change: &["Give the stream the right password."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.AccessDenied",
            "Access was denied. Ensure that the trust policy for the provided IAM role allows \
             Amazon Data Firehose to assume the role.",
        ),
        happened: "Firehose may not assume the role of the destination.",
        look: &["The trust policy of the role."],
        change: &[TRUST_FIREHOSE],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.InsufficientPrivilege",
            "The user does not have permissions to load data into the table. Check the Amazon \
             Redshift user permissions for the INSERT privilege.",
        ),
        happened: "The user of the stream may not load into the table.",
        change: &["GRANT INSERT ON the table, and USAGE ON its schema, to the user."],
        ..RIGHTS
    },
    Explanation {
        error: redshift(
            "Redshift.AnalyzeTableAccessDenied",
            "Access denied. Copy from S3 to Redshift is failing because analyze table can only be \
             done by table or database owner.",
        ),
        happened: "The COPY is to analyze the table, which only its owner or that of the database \
                   may do.",
        change: &[
            "Add STATUPDATE OFF to the COPY options, or make the user of the stream the owner of \
             the table.",
        ],
        ..RIGHTS
    },
    Explanation {
        error: redshift(
            "Redshift.S3BucketAccessDenied",
            "The COPY command was unable to access the S3 bucket. Ensure that the access policy for \
             the provided IAM role allows access to the S3 bucket.",
        ),
        happened: "The COPY may not read the bucket that holds the objects.",
        look: &["The policies of the role, of the bucket and of its KMS key."],
        change: &["Allow the role to read the bucket: `fh explain S3.AccessDenied` has the list."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.IncorrectOrMissingRegion",
            "Amazon Redshift attempted to use the wrong region endpoint for accessing the S3 \
             bucket. Either specify a correct region value in the COPY command options or ensure \
             that the S3 bucket is in the same region as the Amazon Redshift database.",
        ),
        happened: "Redshift looks for the bucket in another Region than it is in.",
        change: &["Add REGION 'eu-west-1', with the bucket's Region, to the COPY options, or use a \
                   bucket in the Region of the cluster."],
        ..BUCKET
    },
    Explanation {
        error: redshift(
            "Redshift.IncorrectBucketRegion",
            "Redshift attempted to use a bucket in a different region from the cluster. Please \
             specify a bucket within the same region as the cluster.",
        ),
        happened: "The bucket is in another Region than the cluster.",
        change: &["Use a bucket in the Region of the cluster."],
        ..BUCKET
    },
    Explanation {
        error: redshift(
            "Redshift.S3SlowDown",
            "High request rate to S3. Reduce the rate to avoid getting throttled.",
        ),
        happened: "S3 throttled the COPY: too many requests go to the bucket.",
        look: &["How many objects a COPY loads, and what else uses the bucket."],
        change: &["Raise the buffering hints, so that there are fewer and larger objects."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.MissingS3File",
            "One or more S3 files required by Amazon Redshift have been removed from the S3 \
             bucket. Check the S3 bucket policies to remove any automatic deletion of S3 files.",
        ),
        happened: "Objects that the COPY was to load are no longer in the bucket.",
        lost: "What was deleted from the bucket before it was loaded is gone, unless the stream \
               has a source backup. A manifest below errors/ lists the objects.",
        look: &["What deletes objects there: lifecycle rules, people, other jobs."],
        change: &["Keep the objects at least until they are loaded and the retries are over."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.DatabaseNotFound",
            "The database specified in the Amazon Redshift destination configuration or JDBC URL \
             was not found. Specify a valid database name.",
        ),
        happened: "The database of the stream does not exist on this cluster.",
        change: &["Name a database that exists, in the JDBC URL."],
        ..CONNECTION
    },
    Explanation {
        error: redshift(
            "Redshift.DestinationRemoved",
            "Please verify that the redshift destination exists and is configured correctly in the \
             Firehose configuration.",
        ),
        happened: "The cluster or the workgroup that the stream loads into is gone.",
        change: &["Point the stream at a cluster that exists, with `aws firehose \
                   update-destination`."],
        ..CONNECTION
    },
    Explanation {
        error: redshift(
            "Redshift.HoseNotFound",
            "The hose has been deleted. Please check the status of your hose.",
        ),
        happened: "The delivery stream was deleted while its last objects were to be loaded.",
        look: &["Whether the stream was deleted on purpose: CloudTrail has DeleteDeliveryStream."],
        change: &["Load by hand what is in the bucket and not in the table."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.ConnectionFailed",
            "The connection to the specified Amazon Redshift cluster failed. Ensure that security \
             settings allow Amazon Data Firehose connections, that the cluster or database \
             specified in the Amazon Redshift destination configuration or JDBC URL is correct, \
             and that the cluster is available.",
        ),
        happened: "Firehose cannot connect to the cluster.",
        change: &["Make the cluster reachable for Firehose, and name the right one."],
        ..CONNECTION
    },
    Explanation {
        error: redshift(
            "Redshift.SslNotSupported",
            "The connection to the specified Amazon Redshift cluster failed because the server does \
             not support SSL. Please check your cluster settings.",
        ),
        happened: "The server in the JDBC URL does not accept TLS connections.",
        change: &["Name the cluster itself, not a proxy without TLS; check its parameter group."],
        ..CONNECTION
    },
    Explanation {
        error: redshift("Redshift.SslFailure", "The SSL connection closed during the handshake."),
        happened: "The TLS connection to the cluster was closed during the handshake.",
        change: &["If it lasts, look for a proxy or a firewall in between, and at the TLS versions \
                   of the cluster."],
        ..CONNECTION
    },
    Explanation {
        error: redshift("Redshift.ConnectionsLimitExceeded", "Connection limit exceeded for user."),
        happened: "The user of the stream has as many connections as it may have.",
        change: &["ALTER USER … CONNECTION LIMIT, or a user for this stream alone."],
        ..CONNECTIONS
    },
    Explanation {
        error: redshift(
            "Redshift.TooManyConnectionsException",
            "Too many connections to Redshift.",
        ),
        happened: "The database has as many connections as it may have.",
        change: &["Close connections that are not used, or raise the limit of the database."],
        ..CONNECTIONS
    },
    Explanation {
        error: redshift(
            "Redshift.TooManyClients",
            "Encountered too many clients exception from Redshift. Revisit max connections to the \
             database if there are multiple producers writing to it simultaneously.",
        ),
        happened: "More clients are connected to the database than it allows.",
        change: &["Let fewer producers load at a time, or raise the limit of the database."],
        ..CONNECTIONS
    },
    Explanation {
        error: redshift(
            "Redshift.ReadOnlyCluster",
            "The query cannot be executed because the system is in resize mode. Try the query \
             again later.",
        ),
        happened: "The cluster is read-only while it is resized.",
        ..RESIZE
    },
    Explanation {
        error: redshift(
            "Redshift.Resize",
            "The Redshift cluster is resizing. Firehose will not be able to deliver data while the \
             cluster is resizing.",
        ),
        happened: "The cluster is being resized and accepts no data until that has ended.",
        ..RESIZE
    },
    Explanation {
        error: redshift(
            "Redshift.DiskFull",
            "Data could not be loaded because the disk is full. Increase the capacity of the Amazon \
             Redshift cluster or delete unused data to free disk space.",
        ),
        happened: "The disks of the cluster are full.",
        change: &["Make room or add nodes; then load what the manifest lists."],
        ..CLUSTER
    },
    Explanation {
        error: redshift(
            "Redshift.DiskSpaceQuotaExceeded",
            "Transaction aborted due to disk space quota exceed. Free up disk space or request \
             increased quota for the schema(s).",
        ),
        happened: "The schema of the table has used up its disk quota.",
        look: &["SVV_SCHEMA_QUOTA_STATE: quota and use of the schema."],
        change: &["Delete data, or ALTER SCHEMA … QUOTA; then load what the manifest lists."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.OutOfMemory",
            "The Redshift cluster is running out of memory. Please ensure the cluster has \
             sufficient capacity.",
        ),
        ..MEMORY
    },
    Explanation {
        error: redshift(
            "Redshift.CannotForkProcess",
            "The Redshift cluster is running out of memory. Please ensure the cluster has \
             sufficient capacity.",
        ),
        happened: "The cluster cannot start another process: it is out of memory.",
        ..MEMORY
    },
    Explanation {
        error: redshift("Redshift.TransactionIdLimitReached", "Transaction ID limit reached."),
        happened: "The database has used up its transaction IDs.",
        look: &["Transactions that are open for long, in SVV_TRANSACTIONS."],
        change: &["End them and run VACUUM; if it lasts, ask AWS Support."],
        ..BASE
    },
    Explanation {
        error: redshift(
            "Redshift.RelationCouldNotBeOpened",
            "Encountered Redshift error, relation could not be opened. Check Redshift logs for the \
             specified DB.",
        ),
        happened: "Redshift could not open the table.",
        look: &["The log of the database at that time: whether the table was dropped or replaced \
                 while the COPY ran."],
        change: &["Let jobs that replace the table run when no COPY does, in one transaction."],
        ..BASE
    },
    Explanation {
        error: redshift("Redshift.PSQLException", "PSQlException observed from Redshift."),
        happened: "Redshift returned an error that Firehose has no code for.",
        look: &[
            "STL_LOAD_ERRORS and STL_ERROR of the cluster at that time, and the COPY by hand.",
        ],
        change: &["Fix what those tables show."],
        ..BASE
    },
];
