//! Codes for delivery to Snowflake.
//!
//! Sources: the developer guide, also "Troubleshooting Snowflake" and "Handle data
//! delivery failures", which has what is tried again; two codes are in a public
//! example for Terraform only.

use super::{BLANK, COUNT, COUNT_EVENTS, DECODE};
use crate::errors::code::{documented, unconfirmed};
use crate::errors::{Attempts, ErrorCode, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::Snowflake,
    lost: "Nothing for good: what the table did not accept is kept in the bucket for backups, \
           below snowflake-failed/ or your error output prefix, in rawData.",
    again: &[COUNT, COUNT_EVENTS],
    ..BLANK
};

/// What is to be loaded.
const DATA: Explanation = Explanation {
    look: &["The record (`fh decode` shows it), next to DESCRIBE TABLE in Snowflake."],
    again: &[DECODE, COUNT],
    ..BASE
};

/// Settings of the stream.
const SETTINGS: Explanation = Explanation {
    look: &[
        "The Snowflake destination in `aws firehose describe-delivery-stream`, or the secret that \
         it names.",
        "Whether the change in Snowflake is new: it takes Firehose minutes to notice.",
    ],
    ..BASE
};

/// Something that the role of the stream does not see.
const NAME: Explanation = Explanation {
    look: &[
        "The name in the stream, in the case that it has in Snowflake: names are in upper case \
         there unless they were created in quotes.",
        "Whether the role of the stream sees it: SHOW GRANTS TO ROLE …",
    ],
    ..BASE
};

/// A code of the setup: it is not tried again, as AWS documents for role, table
/// and database.
const fn setup(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::Once, Scope::Delivery).with_message(message)
}

/// A code of the way to Snowflake, of which AWS does not say if it is tried again.
const fn login(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::Unknown, Scope::Delivery).with_message(message)
}

/// A code of the payload: it is not tried again.
const fn payload(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::Once, Scope::Record).with_message(message)
}

const WRONG_TYPE: Explanation = Explanation {
    happened: "A value of the record is not of its column's type.",
    change: &["Let the transform return values of the types that the table declares."],
    ..DATA
};

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        error: login(
            "Snowflake.InvalidUrl",
            "Firehose is unable to connect to Snowflake. Please make sure that Account url is \
             specified correctly in Snowflake destination configuration.",
        ),
        happened: "Firehose cannot connect to Snowflake at the account URL of the stream.",
        change: &[
            "Correct AccountUrl: https://ACCOUNT.snowflakecomputing.com, with the account locator \
             and its Region for PrivateLink.",
            "For PrivateLink, check PrivateLinkVpceId, and that both are in one Region.",
        ],
        ..SETTINGS
    },
    Explanation {
        error: login(
            "Snowflake.InvalidUser",
            "Firehose is unable to connect to Snowflake. Please make sure that User is specified \
             correctly in Snowflake destination configuration.",
        ),
        happened: "Snowflake does not accept the user of the stream.",
        change: &["Correct User, and check that it is not disabled: DESCRIBE USER …"],
        ..SETTINGS
    },
    Explanation {
        error: login(
            "Snowflake.InvalidPrivateKeyOrPassphrase",
            "The specified private key or passphrase is not valid. Note that the private key \
             provided should be a valid PEM RSA private key",
        ),
        happened: "The private key of the stream cannot be read, or its passphrase is wrong.",
        change: &[
            "Give the RSA key in PKCS #8, without its BEGIN and END lines and line breaks, and \
             KeyPassphrase if it is encrypted. Its public half must be set for the user: ALTER \
             USER … SET RSA_PUBLIC_KEY.",
        ],
        ..SETTINGS
    },
    Explanation {
        error: setup(
            "Snowflake.InvalidRole",
            "The specified snowflake role does not exist or is not authorized. Please make sure \
             that the role is granted to the user specified",
        ),
        happened: "The Snowflake role of the stream does not exist, or the user does not have it.",
        change: &["GRANT ROLE … TO USER …, or correct the role in the stream."],
        ..NAME
    },
    Explanation {
        error: documented("Snowflake.DefaultRoleMissing", Attempts::Unknown, Scope::Delivery),
        happened: "The stream names no Snowflake role, and its user has no default role.",
        change: &["ALTER USER … SET DEFAULT_ROLE = …, or name a role in the stream."],
        ..SETTINGS
    },
    Explanation {
        error: setup(
            "Snowflake.InvalidDatabase",
            "The supplied database does not exist or is not authorized",
        ),
        happened: "The database does not exist, or the role of the stream may not use it.",
        change: &["Correct Database, or GRANT USAGE ON DATABASE … TO ROLE …"],
        ..NAME
    },
    Explanation {
        error: setup(
            "Snowflake.InvalidSchema",
            "The supplied schema does not exist or is not authorized",
        ),
        happened: "The schema does not exist, or the role of the stream may not use it.",
        change: &["Correct Schema, or GRANT USAGE ON SCHEMA … TO ROLE …"],
        ..NAME
    },
    Explanation {
        error: setup(
            "Snowflake.InvalidTable",
            "The supplied table does not exist or is not authorized",
        ),
        happened: "The table does not exist, or the role of the stream may not write to it.",
        change: &["Correct Table, or GRANT INSERT, SELECT ON TABLE … TO ROLE …"],
        ..NAME
    },
    Explanation {
        error: documented("Snowflake.InvalidTableType", Attempts::Unknown, Scope::Delivery),
        happened: "Snowpipe Streaming, which Firehose uses, does not load into tables of this type.",
        look: &["The type of the table, next to the limitations of Snowpipe Streaming."],
        change: &["Load into an ordinary table."],
        ..BASE
    },
    Explanation {
        error: documented("Snowflake.InvalidColumns", Attempts::Unknown, Scope::Unknown)
            .with_message(
                "Snowpipe Streaming does not support columns of type AUTOINCREMENT, IDENTITY, GEO, \
                 or columns with a default value or collation",
            ),
        also: &["Snowpipe Streaming does not support a column of this table."],
        happened: "The Snowflake table has columns that cannot be streamed into.",
        look: &["errorMessage: it names the kind of column. AWS's example has AUTOINCREMENT, \
                 IDENTITY, GEO, and columns with a default value or a collation."],
        change: &["Change those columns, or load into a table without them."],
        again: &[DECODE, COUNT],
        ..BASE
    },
    Explanation {
        error: payload(
            "Snowflake.MissingColumns",
            "The insert request is rejected due to missing columns in input payload. Make sure \
             that values are specified for all non-nullable columns",
        ),
        happened: "The record has no value for a column that must not be null.",
        change: &["Let the transform give every such column a value, or make it nullable."],
        ..DATA
    },
    Explanation {
        error: payload(
            "Snowflake.ExtraColumns",
            "The insert request is rejected due to extra columns. Columns not present in table \
             shouldn't be specified",
        ),
        happened: "The record has a field for which the table has no column.",
        change: &[
            "Let the transform drop the field, or add the column.",
            "If the column exists, its case differs: column names are case-sensitive here.",
        ],
        ..DATA
    },
    Explanation {
        error: payload(
            "Snowflake.InvalidInput",
            "Delivery failed due to invalid input format. Make sure that the input payload \
             provided is in the JSON format acceptable",
        ),
        happened: "The record is not one JSON object.",
        change: &["Let the transform return one JSON object for each record: no array, no text \
                   around it, nothing escaped twice."],
        ..DATA
    },
    Explanation {
        error: payload(
            "Snowflake.IncorrectValue",
            "Delivery failed due to incorrect data type in the input payload. Make sure that the \
             JSON values specified in input payload adhere to the datatype declared in Snowflake \
             table definition",
        ),
        ..WRONG_TYPE
    },
    Explanation {
        error: documented("Snowflake.InvalidValue", Attempts::Once, Scope::Record),
        ..WRONG_TYPE
    },
    Explanation {
        error: unconfirmed(
            "Snowflake.SecretsManagerParseError",
            Attempts::Unknown,
            Scope::Delivery,
        ),
        happened: "The name suggests that the secret of the stream does not have the form that \
 Firehose reads.",
        change: &[
            "Store JSON with the keys user, private_key and key_passphrase (which may be empty).",
        ],
        ..SETTINGS
    },
    Explanation {
        error: unconfirmed("Snowflake.SSLUnverified", Attempts::Unknown, Scope::Delivery),
        happened: "The name suggests that the certificate at the account URL is not for its host name.",
        change: &["Correct AccountUrl: an underscore or a wrong Region leads to another host."],
        ..SETTINGS
    },
];
