//! What each rule means: what it asks, why, what Firehose does, what to change.
//!
//! The outcomes are those of the table in the developer guide ("Data
//! transformation status model", "Monitor with CloudWatch Logs") and of failure
//! records that people captured from the real service. Where nothing shows an
//! outcome, it is marked as unconfirmed.

use super::Rule;
use crate::decode::Severity;
use crate::errors::{Attempts, Evidence, code};
use crate::transform::fate::Failure;

/// What a rule means.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// How bad it is.
    pub severity: Severity,
    /// What it asks for, in a line.
    pub what: &'static str,
    /// Why, and what Firehose makes of it.
    pub why: &'static str,
    /// What to change.
    pub change: &'static str,
    /// What Firehose does where the rule is broken.
    pub consequence: Consequence,
}

/// What Firehose does where a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// It takes the records as they are: what it delivers may surprise.
    Accepted,
    /// The record fails.
    RecordFails(Failure),
    /// Every record of the event fails.
    AllRecordsFail(Failure),
    /// Data of the response vanishes without a trace. The record of the event
    /// that it was meant for, if there is one, fails.
    DataLost(Option<Failure>),
}

impl Consequence {
    /// How records fail by it.
    pub const fn failure(self) -> Option<Failure> {
        match self {
            Self::Accepted => None,
            Self::RecordFails(failure) | Self::AllRecordsFail(failure) => Some(failure),
            Self::DataLost(failure) => failure,
        }
    }
}

const fn error(
    consequence: Consequence,
    what: &'static str,
    why: &'static str,
    change: &'static str,
) -> Definition {
    Definition { severity: Severity::Error, what, why, change, consequence }
}

const fn warning(what: &'static str, why: &'static str, change: &'static str) -> Definition {
    let severity = Severity::Warning;
    Definition { severity, what, why, change, consequence: Consequence::Accepted }
}

/// A record that the response does not have.
pub(in crate::transform) const NOT_RETURNED: Failure = Failure::new(code::LAMBDA_MISSING_RECORD_ID);
/// Both codes were captured for a response without a usable `records`.
const NO_RECORDS: Consequence = Consequence::AllRecordsFail(NOT_RETURNED.also_observed_as(
    code::LAMBDA_FUNCTION_ERROR.less_known(Evidence::Partial, Attempts::Unknown),
));
const UNREADABLE: Consequence = Consequence::AllRecordsFail(Failure::UNREADABLE);
/// What follows where it is not the response but a record that cannot be parsed.
const UNREADABLE_RECORD: Consequence = Consequence::AllRecordsFail(Failure::new(
    code::LAMBDA_JSON_PROCESSING_EXCEPTION.less_known(Evidence::Unconfirmed, Attempts::Unknown),
));
/// Data is not base64: one code was captured, AWS documents another.
const NOT_BASE64: Consequence = Consequence::AllRecordsFail(Failure::NOT_BASE64);
/// An invalid result, with the message that AWS documents.
const INVALID_RESULT: Consequence = Consequence::AllRecordsFail(Failure::INVALID_OUTPUT);
const ENCODE: &str = "encode the bytes: base64.b64encode(text.encode()).decode() in Python, Buffer.from(text).toString('base64') in Node.js";
const UNMATCHED: Consequence = Consequence::DataLost(Some(NOT_RETURNED));
/// AWS documents that a table takes one object per record, and no code for what is
/// anything else.
const NOT_ONE_OBJECT: Consequence = Consequence::RecordFails(Failure::new(
    code::ICEBERG_UNROUTABLE.less_known(Evidence::Documented, Attempts::Unknown),
));
const NO_DATA: Consequence =
    Consequence::RecordFails(Failure::new(code::LAMBDA_INVALID_RETURN_FORMAT));
const NO_PARTITION: Consequence =
    Consequence::RecordFails(Failure::new(code::DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED));

// Sentences of several rules.
const RETRIED: &str =
    "the invocation failed: Firehose retries with the same records, then every record fails";
const NOTHING_RETURNED: &str = "no record of the event was returned. Some real streams failed each record as missing, others the batch as a function error";
const COPY_ID: &str = "copy recordId from the record of the event, unchanged";
const ONE_PER_ID: &str =
    "return one record per recordId; to turn one into several, concatenate them in its data";
const USE_RESULT: &str = "return Ok, Dropped or ProcessingFailed, spelled exactly like this";
const RETURN_DATA: &str = "return the data in base64, or the result Dropped";

impl Rule {
    /// What the rule means.
    pub const fn definition(self) -> Definition {
        match self {
            Self::ResponseNotJson => error(
                UNREADABLE,
                "The response must be JSON",
                "Firehose cannot parse the response, so every record of the batch fails",
                "return only the response object; write logs to standard output or error",
            ),
            Self::ResponseNotObject => error(
                UNREADABLE,
                "The response must be a JSON object with `records`",
                "Firehose does not find the expected structure, so every record of the batch fails",
                "return {\"records\": [...]} as an object, not as a list or as text from json.dumps",
            ),
            Self::FunctionError => error(
                Consequence::AllRecordsFail(Failure::FUNCTION_ERROR),
                "The function must end without an exception",
                RETRIED,
                "fix the exception; catch exceptions of a single record and return that record as ProcessingFailed",
            ),
            Self::FunctionTimedOut => error(
                Consequence::AllRecordsFail(Failure::FUNCTION_TIMED_OUT),
                "The function must respond before its timeout",
                RETRIED,
                "raise the function's Timeout (3 s by default; Firehose waits up to 5 minutes), give it more memory, or lower the transform's BufferSizeInMBs",
            ),
            Self::FunctionTooLong => error(
                Consequence::AllRecordsFail(Failure::RUNS_TOO_LONG),
                "The function must respond within 5 minutes",
                "Firehose waits 5 minutes for a function, whatever its own timeout is",
                "do less in one call: lower the transform's BufferSizeInMBs, give the function more memory, and set its Timeout to 5 minutes at most",
            ),
            Self::ResponseTooLarge => error(
                Consequence::AllRecordsFail(Failure::RESPONSE_TOO_LARGE),
                "The response must not exceed 6 MB (6,291,556 bytes), base64 included",
                "Lambda refuses the response, so the invocation fails and so does every record of the batch",
                "return less data per record, drop what is not needed, or lower the transform's BufferSizeInMBs",
            ),
            Self::RecordsMissing => error(
                NO_RECORDS,
                "The response must have `records`",
                NOTHING_RETURNED,
                "return {\"records\": [...]}; the key is lower case",
            ),
            Self::RecordsNotList => error(
                NO_RECORDS,
                "`records` must be a list",
                NOTHING_RETURNED,
                "return a list with one object per record",
            ),
            Self::RecordNotObject => error(
                UNREADABLE_RECORD,
                "Every element of `records` must be an object",
                "Firehose cannot read the element as a record; whether this fails the batch is not confirmed",
                "return {\"recordId\", \"result\", \"data\"} for each record; look for a code path that returns nothing",
            ),
            Self::RecordMissing => error(
                Consequence::RecordFails(NOT_RETURNED),
                "Every record of the event must be in the response",
                "a record that is not returned fails at once, without a log line from the function",
                "return every recordId once; use the result Dropped for records that should not be delivered",
            ),
            Self::RecordIdMissing => error(
                UNMATCHED,
                "Every record of the response must have a `recordId`",
                "Firehose cannot match it to a record: that record fails as missing, and the data is lost",
                COPY_ID,
            ),
            Self::RecordIdNotString => error(
                UNMATCHED,
                "`recordId` must be a string",
                "it does not match a recordId of the event: the record fails as missing, and the data is lost",
                "copy recordId from the record of the event as text; a number loses digits",
            ),
            Self::RecordIdChanged => error(
                UNMATCHED,
                "`recordId` must be returned exactly as received",
                "case and white space matter: the record fails as missing, and the data is lost",
                COPY_ID,
            ),
            Self::RecordIdUnknown => error(
                Consequence::DataLost(None),
                "Every `recordId` of the response must be in the event",
                "Firehose ignores it: its data is not delivered, does not fail and is not logged. Returning more records than were received loses data this way",
                ONE_PER_ID,
            ),
            Self::RecordIdDuplicated => error(
                Consequence::RecordFails(Failure::new(code::LAMBDA_DUPLICATED_RECORD_ID)),
                "Every `recordId` must be returned only once",
                "the record fails, whatever the two results are. It was captured once that only this record fails; the whole batch may fail too",
                ONE_PER_ID,
            ),
            Self::ResultMissing => error(
                INVALID_RESULT,
                "Every record must have a `result`",
                "without a valid result, the whole batch fails as a function error; AWS's message asks for a \"valid result status of Dropped, Ok, or ProcessingFailed\"",
                USE_RESULT,
            ),
            Self::ResultMisspelt => error(
                INVALID_RESULT,
                "`result` must be spelled exactly Ok, Dropped or ProcessingFailed",
                "case matters: with a misspelled result, the whole batch fails as a function error; AWS's message asks for a \"valid result status of Dropped, Ok, or ProcessingFailed\"",
                USE_RESULT,
            ),
            Self::ResultUnknown => error(
                INVALID_RESULT,
                "`result` must be Ok, Dropped or ProcessingFailed",
                "with any other result, the whole batch fails as a function error; AWS's message asks for a \"valid result status of Dropped, Ok, or ProcessingFailed\"",
                USE_RESULT,
            ),
            Self::DataMissing => error(
                NO_DATA,
                "Every Ok record must have its data",
                "an Ok record without data fails; Dropped and ProcessingFailed need none",
                RETURN_DATA,
            ),
            Self::DataWrongKey => error(
                NO_DATA,
                "The data must be in `data`, or in `kafkaRecordValue` for an MSK source",
                "Firehose sees an Ok record without data, which fails",
                "use the same key as the record of the event",
            ),
            Self::DataNull => error(
                NO_DATA,
                "The data of an Ok record must not be null",
                "an Ok record with null data fails; Dropped and ProcessingFailed need none",
                RETURN_DATA,
            ),
            Self::DataNotString => error(
                UNREADABLE_RECORD,
                "The data must be a string",
                "Firehose expects base64 in a string; whether this fails the batch is not confirmed",
                "serialize the value, then encode the bytes in base64 and return that as text",
            ),
            Self::DataNotBase64 => error(
                NOT_BASE64,
                "The data must be base64",
                "data that is not base64 has failed the batch as a function error; AWS documents a code of its own for it",
                ENCODE,
            ),
            Self::DataUrlSafe => error(
                NOT_BASE64,
                "The data must be base64 in the standard alphabet",
                "`-` and `_` are not in the alphabet that Firehose reads; data that is not base64 has failed the batch",
                "use the standard encoder: b64encode, not urlsafe_b64encode; 'base64', not 'base64url'",
            ),
            Self::DataPythonBytes => error(
                NOT_BASE64,
                "The data must be base64, not the Python repr of bytes",
                "str(b'...') keeps the b and the quotes, which are not base64; this has failed the batch",
                "use .decode('ascii') on what b64encode returns, not str()",
            ),
            Self::PartitionKeysMissing => error(
                NO_PARTITION,
                "Every Ok record must have the partition keys that `--partition-key` requires",
                "without the keys of the prefix, Firehose cannot place the record, and it fails",
                "return metadata.partitionKeys with every key in the S3 prefix",
            ),
            Self::PartitionKeyEmpty => error(
                NO_PARTITION,
                "A partition key must not be null or empty",
                "a record whose partition key is null or empty fails",
                "use a default such as `unknown` for records without a value, or return ProcessingFailed",
            ),
            Self::PartitionKeyNotString => error(
                Consequence::RecordFails(Failure::new(
                    code::DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED
                        .less_known(Evidence::Unconfirmed, Attempts::Unknown),
                )),
                "metadata.partitionKeys must be an object of strings",
                "every AWS example returns strings; the effect of other types is not confirmed",
                "return the value as text",
            ),
            Self::OtfMetadataInvalid => error(
                Consequence::RecordFails(Failure::new(code::ICEBERG_UNROUTABLE)),
                "metadata.otfMetadata must have three strings, and insert, update or delete for operation",
                "it routes the record to an Iceberg table; a record without a valid route fails there, with a code that was not captured",
                "return destinationDatabaseName, destinationTableName and operation as strings",
            ),
            Self::IcebergTableMissing => error(
                Consequence::RecordFails(Failure::INVALID_TABLE_NAME),
                "metadata.otfMetadata must name a database and a table",
                "a null or empty name of a table is refused when the record is written to Iceberg",
                "return destinationDatabaseName and destinationTableName, or leave otfMetadata out: then the table of the stream counts",
            ),
            Self::IcebergManyObjects => error(
                NOT_ONE_OBJECT,
                "A record for an Iceberg table must not hold more than one JSON object",
                "Firehose takes one object per record: records with more than one go to the error bucket (developer guide, Apache Iceberg tables)",
                "return one object per record; where one record holds several, send each as a record of its own from the producer",
            ),
            Self::IcebergNotObject => error(
                NOT_ONE_OBJECT,
                "A record for an Iceberg table must be a JSON object",
                "Firehose takes one JSON object per record and makes a row of it; a record that is anything else cannot become one (developer guide, Apache Iceberg tables)",
                "return one JSON object per record, serialized with JSON.stringify or json.dumps; return Dropped or ProcessingFailed for what is not a row",
            ),
            Self::ProcessingFailed => Definition {
                // The record fails as the transform asked, so this is no error.
                consequence: Consequence::RecordFails(Failure::new(
                    code::LAMBDA_PROCESSING_FAILED_STATUS,
                )),
                ..warning(
                    "No record should be returned as ProcessingFailed",
                    "the record goes to the error output unchanged, after one attempt",
                    "if the record is valid, fix the transform; log the reason, because Firehose does not keep it",
                )
            },
            Self::AllDropped => warning(
                "At least one record should not be Dropped",
                "nothing of this event is delivered, and no error is reported: Dropped counts as success",
                "check the condition that drops records; they remain only in the source backup, if there is one",
            ),
            Self::UnchangedData => warning(
                "The transform should change something",
                "every Ok record was returned byte for byte as received",
                "if nothing should change, the stream needs no transform; otherwise check which variable is returned",
            ),
            Self::RepeatedData => warning(
                "Different records should not be returned with the same data",
                "a record is delivered with the payload of another one, and its own data is lost without an error",
                "assign in the loop what is returned, from that record; if each record is replaced by a fixed text on purpose, ignore this rule",
            ),
            Self::AccumulatedData => warning(
                "A record should not carry the data of the records before it",
                "the first records are delivered once for each record that follows, and the response grows with the square of their number",
                "create the list, dict or buffer in the loop, for each record; one outside of it keeps what earlier records added",
            ),
            Self::MisplacedData => warning(
                "Each record should be returned with its own data",
                "Firehose goes by recordId and does not look at the data: the result, the partition keys and the failure of a record then belong to the data of another one",
                "return recordId and data together from the function that is called for one record",
            ),
            Self::OrderChanged => warning(
                "The records should be returned in the order of the event",
                "Firehose matches records by recordId, so nothing fails, but the order within the object changes",
                "if the order matters, return the records in the order of the event",
            ),
            Self::MisspeltKey => warning(
                "Keys should be written exactly as Firehose reads them",
                "Firehose does not read this key, so what stands under it has no effect",
                "write metadata.partitionKeys and metadata.otfMetadata, in the record next to recordId",
            ),
            Self::PartitionKeyNoValue => warning(
                "A partition key should be a value, not how a language prints that there is none",
                "the record is delivered, below a prefix such as `year=undefined/` or `year=None/`, where no partition is expected and no query looks",
                "check the name of the field that is read; use a default such as `unknown` for records without a value, or return ProcessingFailed",
            ),
            Self::PartitionKeysDiffer => warning(
                "Every Ok record should have the same partition keys",
                "if the S3 prefix names the key, the record fails with DynamicPartitioning.MetadataExtractionFailed",
                "return the same keys for each record; `--partition-key KEY` says which ones the prefix needs",
            ),
            Self::ControlMessage => warning(
                "A control message of CloudWatch Logs should be Dropped",
                "it is a health check without a log event, and is delivered among the log events",
                "return the result Dropped where messageType is CONTROL_MESSAGE",
            ),
            Self::DataEmpty => warning(
                "The data of an Ok record should not be empty",
                "an empty record adds nothing to the output, but counts as delivered",
                "return the result Dropped if that is the intent",
            ),
            Self::DataUnpadded => warning(
                "Base64 should have its padding",
                "whether Firehose accepts base64 without `=` is not confirmed; strict decoders do not",
                "use an encoder that pads",
            ),
            Self::DataLineBreaks => warning(
                "Base64 should be one line without spaces",
                "whether Firehose accepts line breaks within base64 is not confirmed; strict decoders do not",
                "use b64encode, not encodebytes; Node's toString('base64') adds none",
            ),
            Self::DataTrailingBits => warning(
                "The last symbol of base64 should have no bits beyond the last byte",
                "whether Firehose accepts such base64 is not confirmed; strict readers do not. It is often base64 that was cut",
                "use the encoder of the language; do not cut or edit the text that it returns",
            ),
            Self::DataPlainWords => warning(
                "The data should be the base64 of something",
                "words, ids, dates and hexadecimal digits can pass as base64: Firehose decodes them to a few bytes that mean nothing",
                ENCODE,
            ),
            Self::Hexadecimal => warning(
                "The data should be base64 of the bytes, not hexadecimal",
                "Firehose decodes base64 and nothing else: it makes other bytes of hexadecimal in `data`, and delivers hexadecimal within base64 as digits",
                "encode the bytes with base64: buffer.toString('base64'), not 'hex'; base64.b64encode(payload).decode(), not payload.hex()",
            ),
            Self::PrintedValue => warning(
                "The payload should be data, not how a language prints a value",
                "joining an object or a field that does not exist to text prints it (`+` and template strings in JavaScript, str() and f-strings in Python, toString in Java, inspect in Ruby, %v in Go): Firehose delivers that text, and the content of the record is lost",
                "serialize the value before it is encoded: JSON.stringify, json.dumps, writeValueAsString, to_json, json.Marshal",
            ),
            Self::BrokenJson => warning(
                "What goes in as JSON, or comes out as such, should be JSON",
                "JSON from a template, from joined texts or from replace() breaks easily, and so does JSON that is encoded for a URL: Firehose delivers it, and readers such as Athena or OpenSearch refuse it",
                "parse the payload, change the object, and serialize it: JSON.stringify, json.dumps",
            ),
            Self::PayloadTooDeep => warning(
                "JSON in the payload should be within the depth that fh reads",
                "what is deeper than that was not checked; Firehose delivers it as it is, unless the stream parses payloads: for Iceberg tables, format conversion or inline parsing of dynamic partitioning",
                "check the payload with another reader; whether readers of the destination take it depends on their own limits",
            ),
            Self::PayloadLost => warning(
                "Something of the payload should come out",
                "JSON went in, and nothing of it is delivered (a function that returns nothing, a Promise without `await`, keys that do not exist, an error in place of the record): that counts as delivered, without an error",
                "look at which variable is encoded; return Dropped for what is not to be delivered",
            ),
            Self::BinaryAsText => warning(
                "Bytes that are not text should not be read as text",
                "reading bytes as text changes them (toString() in Node.js, decode(errors='replace') in Python, new String(bytes) in Java), and so does a newline after them: nothing reads what is delivered, and most of it cannot be restored",
                "work on the bytes: Buffer.from(record.data, 'base64') without toString(); base64.b64decode without decode()",
            ),
            Self::CharactersLost => warning(
                "Characters should come out as they went in",
                "the payload was read or written in another encoding than UTF-8 (toString('ascii') and atob in Node.js, decode('latin-1') and encode('ascii', 'ignore') in Python): characters beyond ASCII are delivered damaged",
                "read and write the payload as UTF-8",
            ),
            Self::NumbersChanged => warning(
                "Numbers should come out as they went in",
                "JSON.parse in Node.js, and readers that make a float of each number, keep 15 to 17 digits: longer ids and amounts are delivered rounded, and look as good as before. Types of 32 bits keep less, and no number keeps zeros before it",
                "keep long numbers, postal codes and ids as text, or parse numbers exactly; a transform that only adds a field can insert it into the text",
            ),
            Self::NotUtf8 => warning(
                "Text that goes in as UTF-8 should come out as UTF-8",
                "another encoding comes from btoa and 'latin1' in Node.js, encode('latin-1') and encode('utf-16') in Python, Encoding.Unicode in .NET: readers of JSON and of lines expect UTF-8, and show other characters or refuse the object",
                "encode the text as UTF-8 before base64",
            ),
            Self::LiteralNewline => warning(
                "The payload should end with a newline, not with a backslash and an n",
                "the two characters are delivered as they are: records run together and are not JSON. Single quotes in PHP, Ruby and shells keep them, and so does an escaped `\\n` elsewhere",
                "write \"\\n\" so that the language makes a newline of it; in a shell $'\\n' or printf",
            ),
            Self::ByteOrderMark => warning(
                "Text should start without a byte order mark",
                "the mark is three bytes that are not JSON: strict readers refuse the text, and it is not confirmed that Firehose skips it",
                "write UTF-8 without a byte order mark",
            ),
            Self::DoubleBase64 => warning(
                "The data should be encoded in base64 only once",
                "Firehose decodes once, so base64 is what arrives at the destination",
                "encode the payload once; decode the data of the event before you process it",
            ),
            Self::DoubleGzip => warning(
                "The data should be compressed only once",
                "readers decompress once and find gzip again",
                "do not compress compressed data; decompress the payload first",
            ),
            Self::DoubleJson => warning(
                "The data should be serialized only once",
                "the payload is a JSON string that holds JSON: readers find a string instead of an object",
                "serialize the object once; json.dumps of the result of json.dumps is a string",
            ),
            Self::CompressionBroken => warning(
                "Compressed data should decompress to its end",
                "Firehose does not look into it and delivers it: readers of the destination get an error, or a part of the data",
                "close the stream before its bytes are taken (`end`, `close`, `flush`), return all of them, and append nothing",
            ),
            Self::GzipKept => warning(
                "The data should not be compressed",
                "a destination with CompressionFormat GZIP compresses it again; without it, objects are concatenated gzip members with a name without .gz",
                "return the payload decompressed and let the destination compress it, unless you want gzip there",
            ),
            Self::MultiLineJson => warning(
                "JSON that goes in on one line should come out on one line",
                "Firehose delivers it as it is, and readers of lines, such as Athena, find no whole value on any line",
                "serialize without indentation, JSON.stringify(value) or json.dumps(value), and end each value with one newline",
            ),
            Self::NoNewline => warning(
                "The data should end with a newline, and so should each JSON value in it",
                "Firehose puts nothing between records: `{..}{..}` on one line, and Athena reads only the first object",
                "end the payload with a newline before encoding it, or add AppendDelimiterToRecord to the stream",
            ),
            Self::FullBufferTooLarge => warning(
                "A full transform buffer should give a response below 6 MB",
                "this event is small enough, but with the same growth a full buffer is not: the batch would fail as a function error",
                "return less data per record, or lower the transform's BufferSizeInMBs",
            ),
            Self::DuplicateKey => warning(
                "No key should be duplicated",
                "most readers use the last of two duplicate keys",
                "write each key once",
            ),
            Self::EventUnreal => warning(
                "The event should be one that Firehose would send",
                "the verdict is about an event that Firehose would never send",
                "generate one with `fh event`",
            ),
        }
    }
}
