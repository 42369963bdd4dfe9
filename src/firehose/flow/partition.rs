//! Dynamic partitioning: which partition a record belongs to.

use std::collections::BTreeMap;
use std::fmt;

use crate::errors::code;
use crate::s3::prefix::{KeySource, PartitionKeys, Prefix};
use crate::transform::Fault;

/// What `MetadataExtractionQuery` makes of records. The engine for jq is not of
/// this crate.
pub trait KeyQuery: fmt::Debug + Send {
    /// The keys of each of these payloads; `None` where there are none: it is not
    /// JSON, the query fails, or it takes too long.
    fn keys(&mut self, payloads: &[&[u8]]) -> Vec<Option<BTreeMap<String, String>>>;

    /// Why no query is evaluated any longer, once that is so.
    fn is_off(&self) -> Option<String> {
        None
    }
}

/// The keys that a prefix needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WantedKeys(Vec<(KeySource, String)>);

/// A key is missing, null or empty.
pub(super) const NO_KEY: Fault = Fault::once(
    code::DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED,
    "partitionKeys values must not be null or empty",
);

/// There are as many partitions as there may be. The code and the message are not
/// confirmed.
pub(super) const TOO_MANY_PARTITIONS: Fault = Fault::once(
    code::ACTIVE_PARTITION_EXCEEDED,
    "The number of active partitions exceeds the limit of the delivery stream.",
);

/// The code of records that would open another partition than there may be.
pub const TOO_MANY_PARTITIONS_CODE: &str = TOO_MANY_PARTITIONS.code;

impl WantedKeys {
    pub(super) fn of(prefix: &Prefix) -> Self {
        Self(prefix.partition_keys().map(|(source, key)| (source, key.to_owned())).collect())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of those that come from this source.
    pub(super) fn names(&self, from: KeySource) -> Vec<String> {
        let names = self.0.iter().filter(|(source, _)| *source == from);
        names.map(|(_, name)| name.clone()).collect()
    }

    /// The partition of a record with these keys; `None` if one is missing.
    pub(super) fn partition(
        &self,
        from_lambda: &BTreeMap<String, String>,
        from_query: Option<&BTreeMap<String, String>>,
    ) -> Option<PartitionKeys> {
        let mut keys = PartitionKeys::new();
        for (source, name) in &self.0 {
            let value = match source {
                KeySource::Lambda => from_lambda.get(name),
                KeySource::Query => from_query?.get(name),
            };
            let value = value.filter(|value| !value.is_empty())?;
            keys.insert((*source, name.clone()), value.clone());
        }
        Some(keys)
    }
}
