//! Codes for conversion to Parquet or ORC: of the Glue table with the schema, and
//! of the data.
//!
//! `ParseError`, `MalformedData`, `InvalidSchema` and `EntityNotFound` are in
//! failure records that people published. It runs after the transform.

use super::{BLANK, COUNT, COUNT_EVENTS, DECODE, DOCTOR, TRUST_FIREHOSE, case};
use crate::errors::code::{captured, documented};
use crate::errors::{Attempts, ErrorCode, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::DataFormatConversion,
    lost: "Nothing for good: the record is not delivered, but it is kept in rawData of a failure \
           object below format-conversion-failed/ or your error output prefix. Code and message \
           are in lastErrorCode and lastErrorMessage there; AWS's documentation also calls them \
           ErrorCode and ErrorMessage. Conversion comes after the transform; AWS does not say \
           whether rawData is the record before or after the transform, so look at it before you \
           send it again.",
    again: &[DECODE, COUNT],
    ..BLANK
};

/// The table with the schema.
const TABLE: Explanation = Explanation {
    look: &["SchemaConfiguration of the stream (catalog, database, table, Region, version), or \
         dataCatalogTable of the failure record."],
    again: &[DOCTOR, COUNT, COUNT_EVENTS],
    ..BASE
};

/// The role with which the table is read.
const ROLE: Explanation =
    Explanation { look: &["RoleARN in SchemaConfiguration of the stream."], ..TABLE };

const fn glue(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::Unknown, Scope::Delivery).with_message(message)
}

const fn data(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::Unknown, Scope::Record).with_message(message)
}

const TOO_MANY_VERSIONS: &str = "Timed out while retrieving table from Glue. If you have a large number of Glue table versions, \
     please add 'glue:GetTableVersion' permission (recommended) or delete unused table versions. \
     If you do not have a large number of tables in Glue, please contact AWS Support.";

/// A table with more versions than can be read in time.
const VERSIONS: Explanation = Explanation {
    look: &[
        "How many versions the table has: `aws glue get-table-versions --database-name DATABASE \
         --table-name TABLE`.",
    ],
    change: &[
        "Allow the role glue:GetTableVersion: Firehose then reads one version, not all of them.",
        "Delete table versions that are not used.",
    ],
    ..TABLE
};

pub(super) const GLUE: &[Explanation] = &[
    Explanation {
        error: captured("DataFormatConversion.EntityNotFound", Attempts::Unknown, Scope::Unknown)
            .with_message(
                "The specified table/database could not be found. Please ensure that the \
                 table/database exists and that the values provided in the schema configuration \
                 are correct, especially with regards to casing.",
            ),
        happened: "The Glue table or database with the schema does not exist.",
        look: &[
            "dataCatalogTable of the failure record: database, table, Region, version.",
            "Upper and lower case in SchemaConfiguration: Glue stores names in lower case.",
            "Whether the table was renamed or deleted, or is in another Region or account.",
        ],
        change: &[
            "Create the table, or point the stream's schema configuration at one that exists.",
            "Allow the role glue:GetTable, GetTableVersion and GetTableVersions.",
        ],
        again: &[DOCTOR, COUNT, DECODE],
        ..BASE
    },
    Explanation {
        error: documented("DataFormatConversion.InvalidInput", Attempts::Unknown, Scope::Delivery),
        happened: "Glue has no schema for the values in the stream's schema configuration.",
        cases: &[
            case(
                "Please make sure the specified database with the supplied catalog ID exists.",
                "The catalog has no database of that name: correct DatabaseName or CatalogId.",
            ),
            case(
                "Please make sure the passed ARN is in the correct format.",
                "An ARN in the schema configuration is malformed: correct it.",
            ),
            case(
                "Please make sure the catalogId provided is valid.",
                "CatalogId is not valid: it is the account ID of the catalog, or leave it out for \
                 your own.",
            ),
        ],
        change: &["Correct SchemaConfiguration with `aws firehose update-destination`."],
        ..TABLE
    },
    Explanation {
        error: glue(
            "DataFormatConversion.InvalidVersionId",
            "Could not find a matching schema from glue. Please make sure the specified version of \
             the table exists.",
        ),
        happened: "The version of the Glue table that the stream asks for does not exist.",
        change: &["Set VersionId to LATEST, or to a version that exists."],
        ..TABLE
    },
    Explanation {
        error: glue(
            "DataFormatConversion.NonExistentColumns",
            "Could not find a matching schema from glue. Please make sure the table is configured \
             with a non-null storage descriptor containing the target columns.",
        ),
        happened: "The Glue table has no columns: its storage descriptor is missing or empty.",
        change: &["Give the table its columns in StorageDescriptor, or name another table."],
        ..TABLE
    },
    Explanation {
        error: documented("DataFormatConversion.AccessDenied", Attempts::Unknown, Scope::Delivery),
        happened: "Firehose may not read the schema from Glue.",
        cases: &[
            case(
                "Access was denied when assuming role.",
                "Firehose may not assume the role: let its trust policy allow sts:AssumeRole to \
                 firehose.amazonaws.com.",
            ),
            case(
                "Access was denied when calling Glue.",
                "The role may not read the table: allow it glue:GetTable, GetTableVersion and \
                 GetTableVersions on catalog, database and table.",
            ),
        ],
        change: &[
            "Allow the role glue:GetTable, GetTableVersion and GetTableVersions on catalog, \
             database and table; with Lake Formation, grant it there, too.",
            TRUST_FIREHOSE,
        ],
        ..ROLE
    },
    Explanation {
        error: glue(
            "DataFormatConversion.InvalidGlueRole",
            "Invalid role. Please ensure that the role specified in the data format conversion \
             configuration exists.",
        ),
        also: &["The security token included in the request is invalid. Ensure that the provided \
                 IAM role associated with firehose is not deleted."],
        happened: "The role for reading the schema does not exist.",
        change: &["Name a role that exists, or create it again with its trust policy."],
        ..ROLE
    },
    Explanation {
        error: glue(
            "DataFormatConversion.ThrottledByGlue",
            "Throttling error encountered when calling Glue. Either increase the request rate limit \
             or reduce the current rate of calling glue through other applications.",
        ),
        happened: "Glue throttled the calls for the schema.",
        look: &["What else calls Glue in this account and Region: crawlers, jobs, queries."],
        change: &["Call Glue less often from elsewhere, or ask for a higher request rate."],
        ..TABLE
    },
    Explanation {
        error: glue(
            "DataFormatConversion.GlueNotAvailableInRegion",
            "AWS Glue is not yet available in the region you have specified; please specify a \
             different region.",
        ),
        happened: "There is no Glue in the Region of the schema configuration.",
        change: &["Name a Region that has Glue, and the table in it."],
        ..TABLE
    },
    Explanation {
        error: glue(
            "DataFormatConversion.GlueEncryptionException",
            "There was an error retrieving the master key. Ensure that the key exists and has the \
             correct access permissions.",
        ),
        also: &["There was an error retrieving the master key. Ensure that the key exists and \
                 state is correct."],
        happened: "The KMS key with which the Glue Data Catalog is encrypted cannot be used.",
        look: &["The key in the settings of the catalog: `aws glue \
             get-data-catalog-encryption-settings`, and its state."],
        change: &[
            "Enable the key, or cancel its deletion.",
            "Allow the role kms:Decrypt on it, in its own policy and in the key policy.",
        ],
        ..TABLE
    },
    Explanation {
        error: glue("DataFormatConversion.SchemaValidationTimeout", TOO_MANY_VERSIONS),
        happened: "Reading the table from Glue took too long, as it does for a table with very \
                   many versions.",
        ..VERSIONS
    },
    Explanation {
        error: glue("DataFirehose.InternalError", TOO_MANY_VERSIONS),
        happened: "Firehose failed while it read the table from Glue, as it does for a table with \
                   very many versions.",
        ..VERSIONS
    },
];

pub(super) const DATA: &[Explanation] = &[
    Explanation {
        error: captured("DataFormatConversion.ParseError", Attempts::Unknown, Scope::Record)
            .with_message("Encountered malformed JSON."),
        happened: "The record to be converted is not JSON.",
        look: &[
            "lastErrorMessage: the words of the JSON parser, with the place.",
            "The record after the transform: what it returns is what is converted.",
            "Whether it is still gzip or base64, or text with JSON in it.",
        ],
        change: &["Let the transform return JSON objects, in plain UTF-8, for every Ok."],
        ..BASE
    },
    Explanation {
        error: captured("DataFormatConversion.MalformedData", Attempts::Once, Scope::Record)
            .with_message("Data does not match the schema."),
        happened: "The record does not fit the table's schema, or it is empty.",
        look: &[
            "lastErrorMessage: `For input string: …` shows the value that does not fit its column.",
            "The schema in dataCatalogTable of the failure record: which version was used.",
        ],
        cases: &[
            case(
                "The record was empty or contained only whitespace.",
                "With decompression and message extraction on, a CloudWatch Logs CONTROL_MESSAGE \
                 arrives as an empty record: harmless. Return Dropped for empty records.",
            ),
            case(
                "The input JSON contained a primitive at the top level.",
                "The record is a string, a number or null: return a JSON object.",
            ),
            case(
                "Invalid format for one or more dates.",
                "A date is not in the form that the column accepts: write YYYY-MM-DD.",
            ),
            case(
                "Encountered invalid or unsupported timestamp format.",
                "Write timestamps as YYYY-MM-DD HH:MM:SS.SSS or as epoch seconds or milliseconds, \
                 or list your format in TimestampFormats of the deserializer.",
            ),
            case(
                "A scalar type was found in the data but a complex type was specified on the \
                 schema.",
                "The column is a struct, an array or a map, and the record has a plain value \
                 there: change one of the two.",
            ),
            case(
                "Data contains a highly nested JSON structure that is not supported.",
                "Flatten the record in the transform.",
            ),
            case(
                "The data cannot be decoded as UTF-8.",
                "The payload is compressed, binary or in another encoding: return UTF-8.",
            ),
            case(
                "Illegal character found between tokens.",
                "There is text before, between or after the JSON values: return JSON alone.",
            ),
            case(
                "Encountered invalid characters.",
                "The payload has control characters or is not text: return JSON in UTF-8.",
            ),
            case(
                "Length of json key must not be greater than 262144",
                "A key is longer than 256 KiB: the record is probably not the JSON that you \
 expect.",
            ),
            case(
                "One or more fields have incorrect format.",
                "A value does not have the form that its column accepts.",
            ),
        ],
        change: &[
            "Let the transform return values of the column's type, and Dropped for empty records.",
            "Or change the column in the table.",
        ],
        ..BASE
    },
    Explanation {
        error: captured("DataFormatConversion.InvalidSchema", Attempts::Unknown, Scope::Unknown)
            .with_message(
                "The schema is invalid. One or more columns have types that are not supported by \
                 org.openx.data.JsonSerDe",
            ),
        also: &["Invalid Schema. Please ensure that there are no special characters or white \
                 spaces in column names."],
        happened: "The table has a column of a type, or with a name, that the JSON reader does not \
                   accept.",
        look: &[
            "The columns of the Glue table that dataCatalogTable of the failure record names: \
             types, and special characters or spaces in names.",
        ],
        change: &["Change the column, or convert with another table."],
        again: &[COUNT, DECODE],
        ..BASE
    },
    Explanation {
        error: glue(
            "DataFormatConversion.ValidationException",
            "Column names and types must be non-empty strings.",
        ),
        happened: "The table has a column without a name or without a type.",
        change: &["Give every column of the table a name and a type."],
        ..TABLE
    },
    Explanation {
        error: glue(
            "DataFormatConversion.InvalidTypeFormat",
            "The type format is invalid. Check the type syntax.",
        ),
        happened: "The type of a column is not written as Hive types are.",
        change: &["Correct the type in the table, such as struct<id:int,tags:array<string>>."],
        ..TABLE
    },
    Explanation {
        error: data(
            "DataFormatConversion.InvalidRecord",
            "Record is not as per schema. One or more map keys were invalid for map<string,string>.",
        ),
        happened: "A map in the record has a key that the column does not accept.",
        look: &["Columns of type map, compared with the record: keys that are null or not text."],
        change: &["Let the transform return text for every key of the map."],
        ..BASE
    },
    Explanation {
        error: data(
            "DataFormatConversion.ConversionFailureException",
            "ConversionFailureException",
        ),
        happened: "The record could not be converted, and the message does not give the cause.",
        look: &["The record next to the schema of the table: names, types, empty values."],
        change: &[
            "Let the transform return what the schema asks for. If the record fits it, ask AWS \
             Support.",
        ],
        ..BASE
    },
    Explanation {
        error: data(
            "DataFormatConversion.DataFormatConversionCustomerErrorException",
            "DataFormatConversionCustomerErrorException",
        ),
        happened: "The record or the schema is at fault, and the message does not give the cause.",
        look: &[
            "The record next to the schema of the table: names, types, empty values.",
            "SchemaConfiguration of the stream: role, database, table, version.",
        ],
        change: &["Let the transform return what the schema asks for, or correct the table."],
        ..BASE
    },
];
