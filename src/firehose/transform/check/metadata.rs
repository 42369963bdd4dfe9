//! Checks the metadata of records: partition keys and Iceberg routing.

use std::collections::BTreeSet;

use super::records::MatchedRecord;
use super::{Checker, ReturnedRecord};
use crate::errors::code;
use crate::json::Token;
use crate::transform::rule::Rule;

impl Checker<'_> {
    pub(super) fn check_metadata(&mut self, matched: &MatchedRecord<'_>, metadata: Token<'_>) {
        for field in metadata.fields().flatten() {
            match field.key {
                b"partitionKeys" => self.check_partition_keys(matched, field.value),
                b"otfMetadata" => self.check_otf_metadata(matched, field.value),
                _ => {}
            }
        }
    }

    fn check_partition_keys(&mut self, matched: &MatchedRecord<'_>, keys: Token<'_>) {
        let pointer = "/metadata/partitionKeys";
        if !keys.is_object() {
            let message = format!("`partitionKeys` is {}", keys.kind());
            return self.broken(Rule::PartitionKeyNotString, matched.at(pointer), message, None);
        }
        let mut names = BTreeSet::new();
        for field in keys.fields().flatten() {
            let name = String::from_utf8_lossy(field.key).into_owned();
            let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            let (rule, message) = match field.value.raw() {
                b"null" => (Rule::PartitionKeyEmpty, format!("`{name}` is null")),
                b"\"\"" => (Rule::PartitionKeyEmpty, format!("`{name}` is empty")),
                _ if field.value.is_string() => {
                    names.insert(name);
                    continue;
                }
                _ => {
                    let message = format!("`{name}` is {}", field.value.kind());
                    (Rule::PartitionKeyNotString, message)
                }
            };
            self.broken(rule, matched.at(&pointer), message, None);
            names.insert(name);
        }
        if let Some(returned) = self.returned_mut(matched.event_index) {
            returned.partition_keys = Some(names);
        }
    }

    fn check_otf_metadata(&mut self, matched: &MatchedRecord<'_>, metadata: Token<'_>) {
        const FIELDS: [&str; 3] = ["destinationDatabaseName", "destinationTableName", "operation"];
        const OPERATIONS: [&[u8]; 3] = [b"\"insert\"", b"\"update\"", b"\"delete\""];
        let pointer = "/metadata/otfMetadata";
        let rule = Rule::OtfMetadataInvalid;
        if !metadata.is_object() {
            let message = format!("`otfMetadata` is {}", metadata.kind());
            return self.broken(rule, matched.at(pointer), message, None);
        }
        for field in metadata.fields().flatten() {
            let name = String::from_utf8_lossy(field.key);
            let message = if !FIELDS.contains(&name.as_ref()) {
                format!("`{name}` is none of {}", FIELDS.join(", "))
            } else if !field.value.is_string() {
                format!("`{name}` is {}", field.value.kind())
            } else if name == "operation" && !OPERATIONS.contains(&field.value.raw()) {
                let operation = String::from_utf8_lossy(field.value.raw());
                format!("`operation` is {operation}; there are insert, update and delete")
            } else {
                continue;
            };
            self.broken(rule, matched.at(pointer), message, None);
        }
    }

    /// Partition keys that are asked for, or that other records have.
    pub(super) fn check_missing_partition_keys(&mut self) {
        let mut wanted: BTreeSet<String> = self.settings.partition_keys.iter().cloned().collect();
        for returned in self.returned.iter().flatten() {
            wanted.extend(returned.partition_keys.iter().flatten().cloned());
        }
        if wanted.is_empty() {
            return;
        }
        let event = self.event;
        for (event_index, record) in event.records.iter().enumerate() {
            let Some(Some(returned)) = self.returned.get(event_index) else { continue };
            let Some(key) = missing_key(returned, &wanted) else { continue };
            let asked = self.settings.partition_keys.contains(key);
            let why = if asked { "which is asked for" } else { "which other records have" };
            let message = format!("it has no partition key `{key}`, {why}");
            let (response_index, id) = (returned.response_index, record.id.as_ref());
            let matched = MatchedRecord { response_index, event_index, id };
            let at = matched.at("/metadata/partitionKeys");
            self.broken(Rule::PartitionKeysMissing, at, message, None);
        }
    }
}

/// The first key that a record needs and does not have. Records that are not
/// delivered need none; where the keys are not an object, that was listed.
fn missing_key<'a>(returned: &ReturnedRecord, wanted: &'a BTreeSet<String>) -> Option<&'a String> {
    let is_refused = match returned.failure {
        None => returned.is_dropped,
        Some(failure) => {
            failure.error.code != code::DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED.code
                || returned.partition_keys.is_none()
        }
    };
    if is_refused {
        return None;
    }
    let has = returned.partition_keys.as_ref();
    wanted.iter().find(|key| !has.is_some_and(|has| has.contains(*key)))
}
