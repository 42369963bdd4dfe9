//! Checks the metadata of records: partition keys and Iceberg routing.
//!
//! Null and empty mean "not set": the types of AWS for Go write them on every
//! record, on every stream.

use std::collections::BTreeSet;

use super::records::MatchedRecord;
use super::{Checker, Location, Objects, ReturnedRecord};
use crate::errors::code;
use crate::json::{Field, Token};
use crate::transform::response::{METADATA, ResponseRecord, is_like, is_of_metadata};
use crate::transform::rule::Rule;

const PARTITION_KEYS: &str = "/metadata/partitionKeys";
const OTF_METADATA: &str = "/metadata/otfMetadata";

/// The three strings that route a record (developer guide, "Apache Iceberg tables").
const ROUTE: [&str; 3] = ["destinationDatabaseName", "destinationTableName", "operation"];
/// Missing keys that are named before the last one: a prefix has a few.
const MAX_NAMED_KEYS: usize = 20;
const OPERATIONS: [&str; 3] = ["insert", "update", "delete"];

impl Checker<'_> {
    pub(super) fn check_metadata(
        &mut self,
        matched: &MatchedRecord<'_>,
        record: &ResponseRecord<'_>,
    ) {
        let metadata = record.metadata.filter(|metadata| !metadata.is_null());
        let mut is_routed = false;
        if let Some(metadata) = metadata.filter(|metadata| !metadata.is_object()) {
            let message = format!("`metadata` is {}", metadata.kind());
            self.broken(Rule::PartitionKeyNotString, matched.at("/metadata"), message, None);
        }
        let (mut near, mut unread, mut has_keys) = (None, None, false);
        for field in metadata.iter().flat_map(|it| it.fields()).map_while(Result::ok) {
            let is_known = METADATA.iter().any(|key| field.is(key.as_bytes()));
            has_keys |= is_known && is_set(field.value);
            match field.name().as_ref() {
                // They belong to prefixes of S3.
                b"partitionKeys" if self.settings.is_iceberg => {}
                b"partitionKeys" => self.check_partition_keys(matched, field.value),
                b"otfMetadata" => is_routed = self.check_otf_metadata(matched, field.value),
                key if is_of_metadata(key) && is_set(field.value) => near = Some(field.key),
                _ if is_set(field.value) => unread = unread.or(Some(field)),
                _ => {}
            }
        }
        let outside = record.like_metadata.filter(|(_, value)| is_set(*value));
        let near = match (near, outside) {
            (Some(key), _) => Some(near_miss(key, "/metadata")),
            (None, Some((key, _))) => Some(near_miss(key, "")),
            // Beside keys that Firehose reads it may be meant for something else.
            (None, None) => unread.filter(|_| !has_keys).map(|field| self.outside_of_keys(&field)),
        };
        if let Some((pointer, message)) = near {
            self.broken(Rule::MisspeltKey, matched.at(&pointer), message.clone(), None);
            if let Some(returned) = self.returned_mut(matched.event_index) {
                returned.near_miss = Some(message);
            }
        }
        if is_routed || self.settings.is_iceberg {
            self.check_objects(matched);
        }
    }

    /// Metadata of the response as a whole, which Firehose does not read.
    pub(super) fn check_outside_metadata(&mut self, key: &[u8], value: Token<'_>) {
        // Beside metadata in the records, `metadata` may be of the function's own.
        let has_own = key == b"metadata"
            && !value.fields().map_while(Result::ok).any(|it| is_of_metadata(&it.name()))
            && self.returned.iter().flatten().any(|it| it.has_metadata);
        if !is_set(value) || has_own {
            return;
        }
        let name = String::from_utf8_lossy(key);
        let message = format!("`{name}` is next to `records`; it belongs in each record");
        for returned in self.returned.iter_mut().flatten() {
            returned.near_miss.get_or_insert_with(|| message.clone());
        }
        let at = Location::at(format!("/{}", escaped(&name)));
        self.broken(Rule::MisspeltKey, at, message, None);
    }

    /// Names a key that stands right in `metadata`.
    fn outside_of_keys(&self, field: &Field<'_>) -> (String, String) {
        let name = name_of(field);
        let is_route = self.settings.is_iceberg || ROUTE.contains(&name.as_str());
        let wanted = if is_route { "otfMetadata" } else { "partitionKeys" };
        let message =
            format!("found `{name}` in `metadata`; Firehose reads `metadata.{wanted}.{name}`");
        (format!("/metadata/{}", escaped(&name)), message)
    }

    fn check_partition_keys(&mut self, matched: &MatchedRecord<'_>, keys: Token<'_>) {
        if !is_set(keys) {
            return;
        }
        if !keys.is_object() {
            let message = format!("`partitionKeys` is {}", keys.kind());
            let at = matched.at(PARTITION_KEYS);
            return self.broken(Rule::PartitionKeyNotString, at, message, None);
        }
        let mut names = BTreeSet::new();
        for field in keys.fields().flatten() {
            let name = name_of(&field);
            if self.counts(&name) {
                self.check_partition_key(matched, &name, field.value);
            }
            names.insert(name);
        }
        if let Some(returned) = self.returned_mut(matched.event_index) {
            returned.partition_keys = Some(names);
            returned.has_metadata = true;
        }
    }

    /// True if the prefix may need this key: of those that are asked for, no other.
    fn counts(&self, name: &str) -> bool {
        let asked = &self.settings.partition_keys;
        asked.is_empty() || asked.iter().any(|key| key == name)
    }

    fn check_partition_key(&mut self, matched: &MatchedRecord<'_>, name: &str, value: Token<'_>) {
        let (rule, message) = match value.string_bytes() {
            None if value.is_null() => (Rule::PartitionKeyEmpty, format!("`{name}` is null")),
            None => (Rule::PartitionKeyNotString, format!("`{name}` is {}", value.kind())),
            Some(text) if text.is_empty() => {
                (Rule::PartitionKeyEmpty, format!("`{name}` is empty"))
            }
            Some(text) if is_no_value(&text) => {
                let text = String::from_utf8_lossy(&text);
                (Rule::PartitionKeyNoValue, format!("`{name}` is `{text}`"))
            }
            Some(_) => return,
        };
        let pointer = format!("{PARTITION_KEYS}/{}", escaped(name));
        self.broken(rule, matched.at(&pointer), message, None);
    }

    /// True if the record is routed to a table.
    fn check_otf_metadata(&mut self, matched: &MatchedRecord<'_>, metadata: Token<'_>) -> bool {
        if metadata.is_null() {
            return false;
        }
        let invalid = Rule::OtfMetadataInvalid;
        if !metadata.is_object() {
            let message = format!("`otfMetadata` is {}", metadata.kind());
            self.broken(invalid, matched.at(OTF_METADATA), message, None);
            return false;
        }
        let fields: Vec<_> = metadata.fields().flatten().collect();
        let is_empty = fields.iter().all(|field| !is_set(field.value));
        // With all three empty, as AWS's type for Go writes them, none is set: the table of
        // the stream counts.
        let are_all = ROUTE.iter().all(|name| fields.iter().any(|it| it.is(name.as_bytes())));
        if is_empty && (are_all || !self.settings.is_iceberg) {
            return false;
        }
        for field in &fields {
            if let Some(message) = flaw_of_route(field) {
                self.broken(invalid, matched.at(OTF_METADATA), message, None);
            }
        }
        let is_named = |wanted: &str| {
            let mut fields = fields.iter().filter(|field| is_set(field.value));
            fields.any(|field| field.is(wanted.as_bytes()))
        };
        for (name, rule) in [
            ("destinationTableName", Rule::IcebergTableMissing),
            ("destinationDatabaseName", invalid),
        ] {
            if !is_named(name) && (rule != invalid || !is_empty) {
                let message = format!("`{name}` is null, empty or left out");
                self.broken(rule, matched.at(OTF_METADATA), message, None);
            }
        }
        if let Some(returned) = self.returned_mut(matched.event_index) {
            returned.has_metadata |= !is_empty;
        }
        !is_empty
    }

    /// A table takes one object per record.
    fn check_objects(&mut self, matched: &MatchedRecord<'_>) {
        let key = self.event.source.data_key();
        let objects = self.returned_mut(matched.event_index).map(|returned| returned.objects);
        let (rule, message) = match objects {
            Some(Objects::Many(values)) => (
                Rule::IcebergManyObjects,
                format!("the payload has {values} JSON values, one after the other"),
            ),
            Some(Objects::List) => (Rule::IcebergManyObjects, "the payload is a list".to_owned()),
            Some(Objects::Other(what)) => {
                (Rule::IcebergNotObject, format!("the payload is {what}"))
            }
            Some(Objects::One) | None => return,
        };
        let pointer = format!("/{key}");
        self.broken(rule, matched.at(&pointer), message, None);
    }

    /// Partition keys that are asked for, or that only other records have.
    pub(super) fn check_missing_partition_keys(&mut self) {
        let asked = &self.settings.partition_keys;
        let (rule, why) = if asked.is_empty() {
            (Rule::PartitionKeysDiffer, "which other records have")
        } else {
            (Rule::PartitionKeysMissing, "which `--partition-key` requires")
        };
        let mut wanted: BTreeSet<String> = asked.iter().cloned().collect();
        if wanted.is_empty() {
            let returned = self.returned.iter().flatten();
            wanted.extend(returned.flat_map(|it| it.partition_keys.iter().flatten().cloned()));
        }
        if wanted.is_empty() {
            return;
        }
        let event = self.event;
        for (event_index, record) in event.records.iter().enumerate() {
            let Some(Some(returned)) = self.returned.get(event_index) else { continue };
            let missing = missing_keys(returned, &wanted);
            let Some(message) = missing_message(&missing, why) else { continue };
            let similar = missing.iter().find_map(|key| similar_key(returned, key));
            let hint = similar.or_else(|| returned.near_miss.clone());
            let (response_index, id) = (returned.response_index, record.id.as_ref());
            let matched = MatchedRecord { response_index, event_index, id };
            self.broken(rule, matched.at(PARTITION_KEYS), message, hint);
        }
    }
}

/// True for blanks, and for what a language prints of a value that does not exist.
fn is_no_value(text: &[u8]) -> bool {
    const WORDS: [&str; 8] =
        ["None", "null", "NaN", "nil", "<nil>", "<null>", "Invalid Date", "NaN-NaN-NaN"];
    const WITHIN: [&str; 2] = ["[object ", "${"];
    let has = |what: &str| memchr::memmem::find(text, what.as_bytes()).is_some();
    text.trim_ascii().is_empty()
        || WORDS.iter().any(|it| text == it.as_bytes())
        || WITHIN.into_iter().any(has)
        || has("undefined") && text.split(|it| *it == b'/').any(is_undefined)
}

/// True for `undefined`, also after `key=` and beside digits (`undefined-01`), but not as
/// a word of a name (`undefined_behavior`).
fn is_undefined(part: &[u8]) -> bool {
    let value = part.rsplit(|it| *it == b'=').next().unwrap_or(part);
    let mut words = value.split(|it| b"-_ ".contains(it));
    let is_word = |it: &[u8]| it == b"undefined";
    words.clone().any(is_word) && words.all(|it| is_word(it) || it.iter().all(u8::is_ascii_digit))
}

/// The keys that a record needs and does not have. Records that are not
/// delivered need none; where the keys are not an object, that was listed.
fn missing_keys<'a>(returned: &ReturnedRecord, wanted: &'a BTreeSet<String>) -> Vec<&'a String> {
    let partitioning = code::DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED.code;
    let is_refused = returned
        .failure
        .is_some_and(|it| it.error.code != partitioning || returned.partition_keys.is_none());
    if is_refused || returned.is_dropped {
        return Vec::new();
    }
    let has = returned.partition_keys.as_ref();
    wanted.iter().filter(|key| !has.is_some_and(|has| has.contains(*key))).collect()
}

/// Which keys are missing, and `why` they are needed; `None` if none is.
fn missing_message(missing: &[&String], why: &str) -> Option<String> {
    let (last, others) = missing.split_last()?;
    let named = others.iter().take(MAX_NAMED_KEYS).map(|key| format!("`{key}`"));
    let named = named.collect::<Vec<_>>().join(", ");
    Some(match others.len() {
        0 => format!("partition key `{last}`, {why}, is missing"),
        others if others > MAX_NAMED_KEYS => {
            let more = others + 1 - MAX_NAMED_KEYS;
            format!("partition keys {named} and {more} more, {why}, are missing")
        }
        _ => format!("partition keys {named} and `{last}`, {why}, are missing"),
    })
}

/// Names a key of the record that may be meant.
fn similar_key(returned: &ReturnedRecord, key: &str) -> Option<String> {
    let mut names = returned.partition_keys.iter().flatten();
    let similar = names.find(|name| is_like(name.as_bytes(), key))?;
    Some(format!("found `{similar}`; the key is `{key}`, in exactly these letters"))
}

/// A key in a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Where a key stands that is nearly one of the metadata, and what is wrong with it.
fn near_miss(key: &[u8], below: &str) -> (String, String) {
    let name = String::from_utf8_lossy(key);
    let pointer = format!("{below}/{}", escaped(&name));
    let wanted = METADATA.iter().find(|it| key == it.as_bytes() || is_like(key, it));
    let message = match (wanted, below) {
        (None, _) => format!("found `{name}`; the key is `metadata`, in exactly these letters"),
        (Some(wanted), "") if *wanted == name => {
            format!("`{name}` is next to `recordId`; it belongs in `metadata`")
        }
        (Some(wanted), "") => {
            format!("found `{name}` next to `recordId`; the key is `{wanted}`, in `metadata`")
        }
        (Some(wanted), _) => format!("found `{name}` in `metadata`; the key is `{wanted}`"),
    };
    (pointer, message)
}

/// What is wrong with a member of `otfMetadata`.
fn flaw_of_route(field: &Field<'_>) -> Option<String> {
    let name = name_of(field);
    if !ROUTE.contains(&name.as_str()) {
        return Some(format!("`{name}` is none of {}", ROUTE.join(", ")));
    }
    if !is_set(field.value) {
        return None;
    }
    let Some(value) = field.value.string() else {
        return Some(format!("`{name}` is {}", field.value.kind()));
    };
    let is_known = name != "operation" || OPERATIONS.contains(&value.as_ref());
    (!is_known).then(|| format!("`operation` is \"{value}\"; there are insert, update and delete"))
}

fn name_of(field: &Field<'_>) -> String {
    String::from_utf8_lossy(&field.name()).into_owned()
}

/// True if the record says anything of its way to a table of Iceberg.
pub(super) fn is_routed(record: &ResponseRecord<'_>) -> bool {
    let mut metadata = record.metadata.iter().flat_map(|it| it.fields()).map_while(Result::ok);
    metadata.any(|field| {
        let mut route = field.value.fields().map_while(Result::ok);
        field.is(b"otfMetadata") && route.any(|it| is_set(it.value))
    })
}

/// False for null, an empty string and an empty object.
fn is_set(value: Token<'_>) -> bool {
    let is_empty_object = value.is_object() && value.fields().next().is_none();
    !value.is_null() && value != Token::EMPTY_STRING && !is_empty_object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_is_no_value_where_it_is_all_that_there_is() {
        for text in [
            "undefined",
            "undefined-01",
            "2026-undefined",
            "undefined_undefined",
            "orders/undefined/2026",
            "country=undefined",
        ] {
            assert!(is_no_value(text.as_bytes()), "{text}");
        }
        for text in
            ["undefined_behavior", "is-undefined-symbol", "undefineds", "reason=undefined-x"]
        {
            assert!(!is_no_value(text.as_bytes()), "{text}");
        }
    }
}
