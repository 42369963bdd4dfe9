//! What records become: delimiters, decompression, partitions, Parquet, sizes.

use super::super::super::bytes::lossy;
use super::super::super::description::defaults::{LEAST_LARGE_BUFFER_MB, MIB};
use super::super::super::description::{DestinationConfig, Processor, ProcessorParameter};
use super::super::super::known::Known;
use super::super::super::stream::DestinationKind;
use super::super::{
    Facts, FailureCode, Failures, Finding, Gap, Outcome, Part, Purpose, Reports, ask, conclude,
};
use super::allowed;
use super::traffic::metrics;

/// Lambda's own name for a response over 6 MB, and the code of Firehose that stands for
/// it and for every other error of a call (seen on AWS).
const TOO_LARGE: &str = "Function.ResponseSizeTooLarge";
pub(super) const FUNCTION_ERROR: &str = "Lambda.FunctionError";

pub(in super::super) fn response_too_large(facts: &Facts) -> Outcome {
    let Some(transform) = facts.stream.transform() else { return Outcome::NotApplicable };
    let has_none = facts.reports.yes().is_some_and(Reports::is_without_response);
    let part = || -> Part {
        let codes = codes(facts)?;
        let is_in_question = codes.iter().any(is_in_question);
        let Some((count, seen)) = too_large(facts, codes) else {
            // What did not return anything did not return too much.
            if is_in_question && !has_none {
                let why = format!(
                    "records failed with {FUNCTION_ERROR}, which may be a response over 6 MB or \
                     another error of the function: fh logs"
                );
                return Err(Gap { needs: None, why });
            }
            // The code may be in what was not read.
            if facts.failures.yes().is_some_and(Failures::is_part) {
                let why = "only a part of the failures was read: fh failures".to_owned();
                return Err(Gap { needs: None, why });
            }
            return Ok(None);
        };
        let processors = facts.config().map(|it| it.processors().to_vec()).unwrap_or_default();
        let smaller: Vec<_> =
            processors.into_iter().map(|it| with(it, "BufferSizeInMBs", "0.2")).collect();
        Finding::warning(format!("responses of the function are too large: {count}"))
            .why(format!(
                "A response may have 6 MB, and base64 makes data a third larger. The buffer before \
                 the transform is {}.",
                super::super::super::size(transform.buffering.bytes)
            ))
            .seen(seen)
            .fix(facts.update_processors(&smaller))
            .found()
    };
    let passed = if has_none {
        "each call of the function timed out, without a response".to_owned()
    } else if codes(facts).is_ok_and(|it| it.iter().any(|it| it.code == FUNCTION_ERROR)) {
        format!("records with {FUNCTION_ERROR} are of responses that Firehose did not accept")
    } else {
        format!("no failure record has {FUNCTION_ERROR}, the code of such a response")
    };
    conclude([part()], passed)
}

/// True for the code that a response over 6 MB has, unless all its records are of other
/// answers that Firehose refused.
fn is_in_question(code: &FailureCode) -> bool {
    code.code == FUNCTION_ERROR && code.refused < code.records
}

/// How many responses were too large, and where that is seen: a code that names it, or the
/// log of the function where the code may stand for it.
fn too_large(facts: &Facts, codes: &[FailureCode]) -> Option<(String, String)> {
    if let Some(it) = codes.iter().find(|it| it.code.contains(TOO_LARGE)) {
        let count = format!("{} records", it.records);
        return Some((count, format!("failure records with {}", it.code)));
    }
    let logged = facts.reports.yes().map_or(0, |it| it.too_large);
    let is_in_question = codes.iter().any(is_in_question);
    let calls = if logged == 1 { "1 call".to_owned() } else { format!("{logged} calls") };
    (logged > 0 && is_in_question).then(|| (calls, "the log of the function".to_owned()))
}

/// The codes of what failed, and the number of records with each.
fn codes(facts: &Facts) -> Result<&[FailureCode], Gap> {
    let Some(failures) = ask(&facts.failures)? else { return Ok(&[]) };
    Ok(ask(&failures.codes)?.map(Vec::as_slice).unwrap_or_default())
}

/// A processor of type Lambda with a parameter set.
fn with(mut processor: Processor, name: &str, value: &str) -> Processor {
    if processor.kind.as_deref() == Some("Lambda") {
        let parameters = processor.parameters.get_or_insert_default();
        parameters.retain(|it| it.name.as_deref() != Some(name));
        parameters.push(parameter(name, value));
    }
    processor
}

fn parameter(name: &str, value: &str) -> ProcessorParameter {
    let (name, value) = (Some(name.to_owned()), Some(value.to_owned()));
    ProcessorParameter { name, value, ..ProcessorParameter::default() }
}

pub(in super::super) fn decompression_clash(facts: &Facts) -> Outcome {
    let Some(processing) = facts.stream.processing() else { return Outcome::NotApplicable };
    if !processing.decompresses || processing.transform.is_none() {
        return Outcome::NotApplicable;
    }
    let processors = facts.config().map(DestinationConfig::processors);
    let mut extraction = processors.unwrap_or_default().iter().filter(|it| {
        it.kind.as_deref() == Some("CloudWatchLogProcessing")
            && it.parameter("DataMessageExtraction") == Some("true")
    });
    let joined = match extraction.next() {
        Some(_) => {
            " Messages are extracted too: the function gets those of one CloudWatch Logs record \
             joined in one record."
        }
        None => "",
    };
    let part = || -> Part {
        let codes = codes(facts)?;
        let of_code = [FUNCTION_ERROR, "Lambda.ProcessingFailedStatus"];
        let failed = codes.iter().find(|it| of_code.contains(&it.code.as_str()));
        let finding =
            Finding::warning("Firehose decompresses records before the function gets them");
        let finding = match failed {
            Some(FailureCode { code, .. }) => {
                finding.likely().seen(format!("processor Decompression; failures with {code}"))
            }
            None => finding.possible().seen("processor Decompression"),
        };
        finding
            .why(format!("If the function decompresses them too, each record fails.{joined}"))
            .fix(facts.fh("logs", &[]))
            .found()
    };
    // The configuration is enough for the finding: failures only make it likelier.
    match part() {
        Ok(_) => conclude([part()], String::new()),
        Err(gap) => Outcome::Unknown(gap),
    }
}

pub(in super::super) fn no_delimiter(facts: &Facts) -> Outcome {
    let is_s3 = facts.kind() == Some(DestinationKind::S3);
    let is_converted = facts.config().is_some_and(DestinationConfig::converts);
    if !is_s3 || is_converted {
        return Outcome::NotApplicable;
    }
    if facts.stream.processing().is_some_and(|it| it.appends_newline) {
        return Outcome::Passed("the stream puts a newline after each record".to_owned());
    }
    if facts.sample == Known::No {
        return Outcome::NotApplicable;
    }
    let part = || -> Part {
        let Some(sample) = ask(&facts.sample)? else { return Ok(None) };
        if !lossy(sample).contains("}{") {
            return Ok(None);
        }
        let newline = Processor {
            kind: Some("AppendDelimiterToRecord".to_owned()),
            parameters: Some(vec![parameter("Delimiter", "\\n")]),
            ..Processor::default()
        };
        let processors = facts.config().map(DestinationConfig::processors).unwrap_or_default();
        let finding =
            Finding::warning("records are delivered one after the other without a newline")
                .why("Athena and most readers of JSON lines find one record per object, or none.")
                .seen("`}{` in the newest object");
        // The command sets all processors: it would take away those that are off.
        let processing = facts.config().and_then(|it| it.processing.as_ref());
        let all = processing.and_then(|it| it.processors.as_ref()).map_or(0, Vec::len);
        if all > processors.len() {
            return finding.found();
        }
        finding.fix(facts.update_processors(processors.iter().chain([&newline]))).found()
    };
    conclude([part()], "no records run into each other in the newest object")
}

pub(in super::super) fn partitioning(facts: &Facts) -> Outcome {
    let Some(config) = facts.config() else { return Outcome::NotApplicable };
    if !config.is_partitioned() {
        return Outcome::NotApplicable;
    }
    let prefix = config.prefix.as_deref().unwrap_or_default();
    let setup = || -> Part {
        if config.error_output_prefix.as_deref().unwrap_or_default().is_empty() {
            return Finding::error("dynamic partitioning has no error prefix")
                .why("It is required: records without a key go there.")
                .seen("ErrorOutputPrefix")
                .fix(
                    facts
                        .update(r#"{"ErrorOutputPrefix":"failed/!{firehose:error-output-type}/"}"#),
                )
                .found();
        }
        let has_lambda = facts.stream.transform().is_some();
        if prefix.contains("!{partitionKeyFromLambda:") && !has_lambda {
            return Finding::error("the prefix has keys from the function, and no transform is on")
                .why("Each record fails with DynamicPartitioning.MetadataExtractionFailed.")
                .seen("Prefix")
                .found();
        }
        let query =
            config.processors().iter().find(|it| it.kind.as_deref() == Some("MetadataExtraction"));
        let query =
            query.and_then(|it| it.parameter("MetadataExtractionQuery")).unwrap_or_default();
        let keys = prefix.split("!{partitionKeyFromQuery:").skip(1);
        let mut keys = keys.filter_map(|it| it.split('}').next());
        if let Some(key) = keys.find(|key| !query.contains(*key)) {
            return Finding::error(format!("the prefix has the key {key}, which is not extracted"))
                .why("Each record fails with DynamicPartitioning.MetadataExtractionFailed.")
                .seen("Prefix and MetadataExtractionQuery")
                .found();
        }
        Ok(None)
    };
    let count = || -> Part {
        if metrics(facts)?.max("partitions").is_none_or(|it| it <= 0.0) {
            return Ok(None);
        }
        Finding::error("there are more active partitions than the limit")
            .why(
                "Records of further partitions go to the error prefix. The limit is 500, up to \
                  2,500 on request.",
            )
            .seen("CloudWatch: PartitionCountExceeded")
            .fix(facts.list_quotas())
            .found()
    };
    conclude([setup(), buffer(facts, "dynamic partitioning"), count()], "partitions can be written")
}

/// Both need a large buffer.
fn buffer(facts: &Facts, of: &str) -> Part {
    let bytes = facts.stream.destination.as_ref().map(|it| it.buffering.bytes);
    if bytes.is_none_or(|it| it >= u64::from(LEAST_LARGE_BUFFER_MB) * MIB) {
        return Ok(None);
    }
    let least = LEAST_LARGE_BUFFER_MB;
    Finding::error(format!("the buffer is smaller than the {least} MB that {of} needs"))
        .why("AWS refuses such a setting; an emulator may not.")
        .seen("BufferingHints")
        .fix(facts.update_buffer(60, least.into()))
        .found()
}

pub(in super::super) fn conversion(facts: &Facts) -> Outcome {
    let Some(config) = facts.config().filter(|it| it.converts()) else {
        return Outcome::NotApplicable;
    };
    let Some(schema) = facts.schema() else { return Outcome::NotApplicable };
    let (database, table) = (
        schema.database.as_deref().unwrap_or_default(),
        schema.table.as_deref().unwrap_or_default(),
    );
    let there = || -> Part {
        if !facts.has_table_here() {
            let region = schema.region.as_deref().unwrap_or_default();
            let why = format!("the table {database}.{table} is in {region}, which is not asked");
            return Err(Gap { needs: None, why });
        }
        if ask(&facts.table)?.is_some() {
            return Ok(None);
        }
        Finding::error(format!("the table {database}.{table} of the conversion does not exist"))
            .why("Each record fails with DataFormatConversion.EntityNotFound.")
            .seen("GetTable of Glue")
            .fix(facts.aws(&["glue", "get-table", "--database-name", database, "--name", table]))
            .found()
    };
    let may = || {
        let what = format!("the role may not read the table {database}.{table}");
        let why = "Each record fails with DataFormatConversion.AccessDenied.";
        allowed(facts, Purpose::ReadTable, &what, why)
    };
    let compression = || -> Part {
        match config.compression.as_deref() {
            None | Some("UNCOMPRESSED" | "") => Ok(None),
            Some(other) => Finding::warning(format!("a conversion does not go with {other}"))
                .why(
                    "Parquet and ORC compress by themselves; CompressionFormat has to be \
                      UNCOMPRESSED with a conversion.",
                )
                .seen("CompressionFormat")
                .fix(facts.update(r#"{"CompressionFormat":"UNCOMPRESSED"}"#))
                .found(),
        }
    };
    let parts = [there(), may(), buffer(facts, "format conversion"), compression()];
    conclude(parts, format!("records can be converted by {database}.{table}"))
}
