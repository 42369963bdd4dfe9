//! Judges the metadata of records: partition keys and Iceberg routing.

use std::collections::BTreeSet;

use super::records::{Pair, pointer};
use super::{Answered, Judge};
use crate::json;
use crate::transform::fate::{Failure, Fate};
use crate::transform::response::kind;
use crate::transform::rule::Rule;

impl Judge<'_> {
    pub(super) fn metadata(&mut self, pair: &Pair<'_>, metadata: &[u8], answered: &mut Answered) {
        for field in json::fields(metadata, 0).flatten() {
            match field.key {
                b"partitionKeys" => self.keys_of(pair, field.value, answered),
                b"otfMetadata" => self.otf(pair, field.value, answered),
                _ => {}
            }
        }
    }

    fn keys_of(&mut self, pair: &Pair<'_>, keys: &[u8], answered: &mut Answered) {
        let place = "/metadata/partitionKeys";
        if !keys.starts_with(b"{") {
            let message = format!("`partitionKeys` is {}", kind(keys));
            return self.fail(answered, Rule::PartitionKeyNotString, pair, place, message, None);
        }
        let mut names = BTreeSet::new();
        for field in json::fields(keys, 0).flatten() {
            let name = String::from_utf8_lossy(field.key).into_owned();
            let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
            let (rule, message) = match field.value {
                b"null" => (Rule::PartitionKeyEmpty, format!("`{name}` is null")),
                b"\"\"" => (Rule::PartitionKeyEmpty, format!("`{name}` is empty")),
                value if json::string_body(value).is_some() => {
                    names.insert(name);
                    continue;
                }
                value => {
                    let message = format!("`{name}` is {}", kind(value));
                    (Rule::PartitionKeyNotString, message)
                }
            };
            self.fail(answered, rule, pair, &place, message, None);
            names.insert(name);
        }
        answered.partition_keys = Some(names);
    }

    fn otf(&mut self, pair: &Pair<'_>, metadata: &[u8], answered: &mut Answered) {
        const FIELDS: [&str; 3] = ["destinationDatabaseName", "destinationTableName", "operation"];
        const OPERATIONS: [&[u8]; 3] = [b"\"insert\"", b"\"update\"", b"\"delete\""];
        let place = "/metadata/otfMetadata";
        let rule = Rule::OtfMetadataInvalid;
        if !metadata.starts_with(b"{") {
            let message = format!("`otfMetadata` is {}", kind(metadata));
            return self.fail(answered, rule, pair, place, message, None);
        }
        for field in json::fields(metadata, 0).flatten() {
            let name = String::from_utf8_lossy(field.key);
            let message = if !FIELDS.contains(&name.as_ref()) {
                format!("`{name}` is none of {}", FIELDS.join(", "))
            } else if json::string_body(field.value).is_none() {
                format!("`{name}` is {}", kind(field.value))
            } else if name == "operation" && !OPERATIONS.contains(&field.value) {
                let operation = String::from_utf8_lossy(field.value);
                format!("`operation` is {operation}; there are insert, update and delete")
            } else {
                continue;
            };
            self.fail(answered, rule, pair, place, message, None);
        }
    }

    /// Partition keys that are asked for, or that other records have.
    pub(super) fn partition_keys(&mut self) {
        let mut wanted: BTreeSet<String> = self.settings.partition_keys.iter().cloned().collect();
        for answered in self.answered.iter().flatten() {
            wanted.extend(answered.partition_keys.iter().flatten().cloned());
        }
        if wanted.is_empty() {
            return;
        }
        let failure = Rule::PartitionKeysMissing.definition().consequence.failure();
        for place in 0..self.answered.len() {
            let Some(Some(answered)) = self.answered.get_mut(place) else { continue };
            let failed_by_keys = matches!(answered.fate, Fate::Failed(Failure { error, .. })
                if failure.is_some_and(|failure| failure.error.code == error.code));
            if !(answered.fate == Fate::Delivered || failed_by_keys) {
                continue;
            }
            let has = answered.partition_keys.as_ref();
            let lacks = |key: &&String| !has.is_some_and(|has| has.contains(*key));
            let Some(first) = wanted.iter().find(lacks) else { continue };
            if failed_by_keys && answered.partition_keys.is_none() {
                continue;
            }
            if let Some(failure) = failure {
                answered.fate = Fate::Failed(failure);
            }
            let asked = self.settings.partition_keys.contains(first);
            let why = if asked { "which is asked for" } else { "which other records have" };
            let message = format!("it has no partition key `{first}`, {why}");
            let pointer = pointer(answered.response_index, "/metadata/partitionKeys");
            let event = self.event;
            let id = event.records.get(place).map(|record| record.id.as_ref());
            self.broken(Rule::PartitionKeysMissing, id, pointer, message, None);
        }
    }
}
