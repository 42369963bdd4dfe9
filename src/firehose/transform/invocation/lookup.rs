//! What helps a handler that looks for a key that its event does not have: one that only
//! other sources have, or one that the record has under another spelling.

use std::borrow::Cow;

use super::FunctionError;
use crate::decode::{Decoder, Encoding, Options};
use crate::errors;
use crate::json::{Token, values};
use crate::transform::Source;
use crate::transform::parse::TransformEvent;

/// Records in which a key is looked for, and bytes of their payloads.
const MAX_RECORDS: usize = 100;
const MAX_BYTES: usize = 1024 * 1024;

/// Keys of an event and its records, whatever the source.
const KEYS: [&str; 6] = [
    "invocationId",
    "deliveryStreamArn",
    "region",
    "records",
    "recordId",
    "approximateArrivalTimestamp",
];

/// What helps a handler that ended with this error, given this event. It quotes the event.
pub(super) fn hint(error: &FunctionError, event: &TransformEvent<'_>) -> Option<Cow<'static, str>> {
    if is_of_environ(error) {
        return None;
    }
    let near_miss = missing_key(error).and_then(|key| near_miss(key, event));
    near_miss.map(Cow::Owned).or_else(|| of_source(error, event).map(Cow::Borrowed))
}

/// True if a variable of the environment was looked for.
fn is_of_environ(error: &FunctionError) -> bool {
    let text = || format!("KeyError {}", error.stack.concat());
    error.error_type == "KeyError" && errors::is_of_environ(&text())
}

/// What helps a handler that is written for other sources.
fn of_source(error: &FunctionError, event: &TransformEvent<'_>) -> Option<&'static str> {
    match event.source {
        Source::Msk if is_of_kinesis_metadata(error, event) => Some(
            "records from an MSK source have `mskRecordMetadata` (offset, partitionId, \
             approximateArrivalTimestamp) instead of `kinesisRecordMetadata`",
        ),
        Source::DirectPut if is_of_kinesis_metadata(error, event) => Some(
            "only records from a Kinesis source have `kinesisRecordMetadata`; `fh event --source \
             kinesis` makes such an event",
        ),
        Source::Msk if is_of_missing_data(error) => Some(
            "a record from an MSK source has its payload in `kafkaRecordValue`, not in `data`; \
             return it under the same key",
        ),
        Source::DirectPut | Source::Kinesis if is_of_msk(error, event) => Some(
            "only records from an MSK source have `kafkaRecordValue` and `mskRecordMetadata`, all \
             others have their payload in `data`; `fh event --source msk` makes an event of MSK",
        ),
        Source::DirectPut | Source::Msk if error.message.contains("sourceKinesisStreamArn") => {
            Some(
                "only events from a Kinesis source have `sourceKinesisStreamArn`; `fh event --source \
             kinesis` makes such an event",
            )
        }
        Source::DirectPut | Source::Kinesis if error.message.contains("sourceMSKArn") => Some(
            "only events from an MSK source have `sourceMSKArn`; `fh event --source msk` makes \
             such an event",
        ),
        _ => None,
    }
}

/// True if it may be that of a handler that found no `data` in a record: a `KeyError`, or
/// what comes of decoding nothing in Python and Node.js.
fn is_of_missing_data(error: &FunctionError) -> bool {
    // Of these, nothing is known of what was undefined.
    let is_of_property = error.message.contains("(reading '");
    missing_key(error).is_some_and(|key| is_near(key, "data"))
        || error.message.contains("NoneType")
        || error.message.contains("undefined") && !is_of_property
}

/// True if it may be that of a handler that looked for `kinesisRecordMetadata` or a key of
/// it in a record without.
fn is_of_kinesis_metadata(error: &FunctionError, event: &TransformEvent<'_>) -> bool {
    let inner = ["sequenceNumber", "subsequenceNumber", "shardId"];
    looks_for(error, "kinesisRecordMetadata")
        || missing_key(error).is_some_and(|key| inner.contains(&key) && is_unknown(key, event))
        || read_of_nothing(error).is_some_and(|key| {
            (inner.contains(&key) || key == "partitionKey") && is_unknown(key, event)
        })
}

/// The same of what only records from MSK have.
fn is_of_msk(error: &FunctionError, event: &TransformEvent<'_>) -> bool {
    looks_for(error, "kafkaRecordValue")
        || looks_for(error, "mskRecordMetadata")
        || read_of_nothing(error).is_some_and(|key| key == "partitionId" && is_unknown(key, event))
}

/// True if a key of an event is named: the getter of Java has a capital.
fn looks_for(error: &FunctionError, key: &str) -> bool {
    error.message.contains(key.get(1..).unwrap_or(key))
        || missing_key(error).is_some_and(|missing| is_near(missing, key))
}

/// True if no payload has a key like this: where one has it, the handler looked there.
fn is_unknown(key: &str, event: &TransformEvent<'_>) -> bool {
    matches!(in_payloads(key, event), InPayloads::No)
}

/// The key that Node.js read where there was nothing.
fn read_of_nothing(error: &FunctionError) -> Option<&str> {
    error.message.split_once("undefined (reading '")?.1.split('\'').next()
}

/// The key that was looked for and not found, where the message tells it.
///
/// ```text
/// 'price'                                                  Python's KeyError
/// key not found: "price"                                   Ruby's
/// The given key 'price' was not present in the dictionary. .NET
/// JSONObject["price"] not found.                           Java's org.json
/// missing field `price` at line 1 column 12                Rust's serde
/// ```
fn missing_key(error: &FunctionError) -> Option<&str> {
    let message = error.message.as_str();
    let is_of_python = error.error_type == "KeyError" && message.starts_with(['\'', '"']);
    let starts = ["key not found: ", "The given key ", "JSONObject[", "missing field "];
    let rest = if is_of_python {
        message
    } else {
        starts.iter().find_map(|start| Some(message.split_once(start)?.1))?
    };
    let quote = rest.chars().next().filter(|it| matches!(it, '\'' | '"' | '`'))?;
    rest.get(1..)?.split(quote).next().filter(|key| !key.is_empty())
}

/// Names the key that is meant, if the event has it in other letters or with other marks.
fn near_miss(key: &str, event: &TransformEvent<'_>) -> Option<String> {
    let data = if event.source == Source::Msk { "kafkaRecordValue" } else { "data" };
    match in_payloads(key, event) {
        InPayloads::Near(text) => Some(text),
        // It is another record that lacks it.
        InPayloads::Same => None,
        InPayloads::No => KEYS
            .into_iter()
            .chain([data])
            .find(|name| *name != key && is_near(name, key))
            .map(|name| format!("the key in the event is `{name}`, not `{key}`")),
    }
}

/// How the payloads of an event have a key.
enum InPayloads {
    /// As it is.
    Same,
    /// In other letters or with other marks, in a sentence.
    Near(String),
    /// Not at all.
    No,
}

/// Looks for a key in the payloads of an event.
fn in_payloads(key: &str, event: &TransformEvent<'_>) -> InPayloads {
    let mut decoder = Decoder::new(Options { reads_prints: false, ..Options::default() });
    let (mut found, mut bytes) = (InPayloads::No, 0);
    for (place, record) in event.records.iter().enumerate().take(MAX_RECORDS) {
        let payload = decoder.decode(&record.data, Encoding::Base64).bytes;
        bytes += payload.len();
        let objects = values(payload).filter_map(|value| payload.get(value));
        for name in objects.flat_map(|value| keys(Token::new(value))) {
            if name == key {
                return InPayloads::Same;
            }
            if matches!(found, InPayloads::No) && is_near(&name, key) {
                let text = format!("the payload of record {} has `{name}`, not `{key}`", place + 1);
                found = InPayloads::Near(text);
            }
        }
        if bytes > MAX_BYTES {
            break;
        }
    }
    found
}

/// The keys of an object and of what is in it.
fn keys(value: Token<'_>) -> Vec<String> {
    let mut names = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        if value.is_object() {
            for field in value.fields().map_while(Result::ok) {
                names.push(String::from_utf8_lossy(&field.name()).into_owned());
                open.push(field.value);
            }
        } else if value.is_array() {
            open.extend(value.elements().map_while(Result::ok).map(|(element, _)| element));
        }
    }
    names
}

/// True for the same letters and digits, whatever their case and what stands between them.
fn is_near(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let one = letters(one);
    !one.is_empty() && one == letters(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRECT_DATA: &str = "eyJ0aWNrZXJfc3ltYm9sIjoiV0FTIiwiZGVlcCI6W3siUHJpY2UiOjExLjkyfV19";
    // {"ticker_symbol":"WAS","deep":[{"Price":11.92}]}
    const DIRECT: &str = r#"{"invocationId":"i","deliveryStreamArn":"a","region":"r","records":[
        {"recordId":"1","approximateArrivalTimestamp":1,"data":"eyJ0aWNrZXJfc3ltYm9sIjoiV0FTIiwiZGVlcCI6W3siUHJpY2UiOjExLjkyfV19"}]}"#;
    const MSK: &str = r#"{"invocationId":"i","sourceMSKArn":"m","deliveryStreamArn":"a","region":"r","records":[
        {"recordId":"1","approximateArrivalTimestamp":1,"kafkaRecordValue":"e30="}]}"#;

    fn of(event: &str, error_type: &str, message: &str, stack: &[&str]) -> String {
        let event = TransformEvent::parse(event.as_bytes()).unwrap();
        let stack = stack.iter().map(|&it| it.to_owned()).collect();
        let (error_type, message) = (error_type.to_owned(), message.to_owned());
        let error = FunctionError { error_type, message, stack, ..FunctionError::default() };
        hint(&error, &event).unwrap_or_default().into_owned()
    }

    #[test]
    fn a_key_of_another_source_is_named_with_what_this_one_has() {
        let kinesis = "'kinesisRecordMetadata'";
        let node = "Cannot read properties of undefined (reading 'sequenceNumber')";
        for (error_type, message) in [("KeyError", kinesis), ("TypeError", node)] {
            let on_msk = of(MSK, error_type, message, &[]);
            assert!(on_msk.contains("have `mskRecordMetadata`"), "{on_msk}");
            let direct = of(DIRECT, error_type, message, &[]);
            assert!(direct.starts_with("only records from a Kinesis source"), "{direct}");
        }
        for key in ["'kafkaRecordValue'", "'mskRecordMetadata'"] {
            let hint = of(DIRECT, "KeyError", key, &[]);
            assert!(hint.contains("payload in `data`"), "{hint}");
            assert_eq!(of(MSK, "KeyError", key, &[]), "");
        }
        assert!(of(MSK, "KeyError", "'data'", &[]).contains("`kafkaRecordValue`, not in `data`"));
        let undefined = "Cannot read properties of undefined (reading 'toFixed')";
        assert_eq!(of(MSK, "TypeError", undefined, &[]), "", "it may be any");
        assert!(of(DIRECT, "KeyError", "'sourceMSKArn'", &[]).contains("from an MSK source"));
    }

    #[test]
    fn the_key_of_the_payload_is_that_of_this_source() {
        let data = of(MSK, "KeyError", "'Data'", &[]);
        assert!(data.contains("has its payload in `kafkaRecordValue`"), "{data}");
        let value = of(MSK, "KeyError", "'kafka_record_value'", &[]);
        assert!(value.contains("is `kafkaRecordValue`, not"), "{value}");
        let data = of(DIRECT, "KeyError", "'Data'", &[]);
        assert!(data.contains("is `data`, not `Data`"), "{data}");
        let value = of(DIRECT, "KeyError", "'kafka_record_value'", &[]);
        assert!(value.starts_with("only records from an MSK source"), "{value}");
    }

    #[test]
    fn a_key_that_the_payload_has_is_not_taken_for_one_of_the_metadata() {
        // {"ShardId":"1","partitionKey":2,"partition_id":3}
        let payload = "eyJTaGFyZElkIjoiMSIsInBhcnRpdGlvbktleSI6MiwicGFydGl0aW9uX2lkIjozfQ==";
        let node = |key: &str| format!("Cannot read properties of undefined (reading '{key}')");
        for event in [MSK.replace("e30=", payload), DIRECT.replace(DIRECT_DATA, payload)] {
            let near = "the payload of record 1 has `ShardId`, not `shardId`";
            assert_eq!(of(&event, "KeyError", "'shardId'", &[]), near);
            for key in ["shardId", "partitionKey", "partitionId", "offset"] {
                assert_eq!(of(&event, "TypeError", &node(key), &[]), "", "{key}");
            }
        }
        assert!(!of(DIRECT, "TypeError", &node("partitionId"), &[]).is_empty());
        assert_eq!(of(DIRECT, "TypeError", &node("offset"), &[]), "", "many things have one");
    }

    #[test]
    fn a_key_that_is_spelled_otherwise_is_named() {
        let symbol = "the payload of record 1 has `ticker_symbol`, not `TICKER_SYMBOL`";
        assert_eq!(of(DIRECT, "KeyError", "'TICKER_SYMBOL'", &[]), symbol);
        let price = "the payload of record 1 has `Price`, not `price`";
        for (error_type, message) in [
            ("KeyError", "'price'"),
            ("Function<KeyError>", "key not found: \"price\""),
            ("KeyNotFoundException", "The given key 'price' was not present in the dictionary."),
            ("org.json.JSONException", "JSONObject[\"price\"] not found."),
            ("Error", "missing field `price` at line 1 column 12"),
        ] {
            assert_eq!(of(DIRECT, error_type, message, &[]), price, "{message}");
        }
        let event = "the key in the event is `recordId`, not `recordID`";
        assert_eq!(of(DIRECT, "KeyError", "'recordID'", &[]), event);
        for (error_type, message) in [
            ("KeyError", "'cost'"),
            ("KeyError", "'deep'"),
            ("KeyError", "''"),
            ("Error", "'price'"),
        ] {
            assert_eq!(of(DIRECT, error_type, message, &[]), "", "{message}");
        }
        let frame = "  File \"<frozen os>\", line 716, in __getitem__\n";
        assert_eq!(of(DIRECT, "KeyError", "'PRICE'", &[frame]), "", "it is a variable");
    }
}
