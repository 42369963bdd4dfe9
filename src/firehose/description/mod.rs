//! A delivery stream as JSON: everything that the API of Firehose says of it.
//!
//! One model for the input of `CreateDeliveryStream`, that of `UpdateDestination`
//! and the answer of `DescribeDeliveryStream`, which differ in names only. It is
//! read from what AWS, its CLI, its SDKs and emulators write ([`read()`]), keeps what
//! it does not know as it was written ([`Rest`]), and writes an answer of
//! `DescribeDeliveryStream` again ([`Description::answer`]). Nothing is required:
//! a member that is left out is `None`, one of another type is a [`Misfit`], and
//! what AWS takes in their stead is in [`defaults`].
//!
//! ```text
//! JSON ─▶ read ─▶ Description ─▶ view ─▶ DeliveryStream     (what commands ask)
//!                             └▶ answer ─▶ JSON
//! ```
//!
//! All shapes and names are those of the Firehose API reference, 2015-08-04.

pub mod defaults;
mod read;
mod shapes;
mod skeleton;
#[cfg(test)]
mod tests;
mod value;
mod view;
mod write;

pub use read::{NotADescription, Read, read};
pub use shapes::*;
pub use skeleton::{Unfilled, unfilled};
pub use value::{Rest, Secret, Time};
pub(crate) use view::mebibytes;

use std::fmt;

use super::stream::DestinationKind;
use value::Value as _;

/// Largest document that is read. AWS's own answers are kilobytes; an Iceberg
/// destination with a thousand tables is less than one megabyte.
pub const MAX_DESCRIPTION: usize = 4 * 1024 * 1024;

/// Most misfits that are kept.
const MAX_MISFITS: usize = 100;

/// A member whose value is of another type than the API has there. It is kept
/// with the unknown members, and its field is not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// `Destinations.[0].ExtendedS3DestinationDescription.Prefix`
    pub path: String,
    /// "a string"
    pub expected: &'static str,
    /// "a list"
    pub found: &'static str,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, not {}", self.path, self.found, self.expected)
    }
}

/// A destination of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Destination {
    /// `destinationId-000000000001`; of a creation none.
    pub id: Option<String>,
    /// Which member of the API holds it, which is its kind; none if the kind is not
    /// known here. Then `rest` has it.
    pub member: Option<DestinationMember>,
    /// What it is set up with.
    pub config: DestinationConfig,
    /// AWS describes an S3 destination twice: here is the older, shorter form, where
    /// the answer has it next to the longer one.
    pub short_s3: Option<S3Config>,
    /// Members that are not known here.
    pub rest: Rest,
}

/// The members of the API that hold a destination: without their ending, which is
/// `Configuration` in a creation, `Update` in an update, `Description` in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DestinationMember {
    /// `ExtendedS3Destination`
    ExtendedS3,
    /// `S3Destination`: the older form of S3.
    S3,
    /// `RedshiftDestination`
    Redshift,
    /// `ElasticsearchDestination`: OpenSearch by its old name.
    Elasticsearch,
    /// `AmazonopensearchserviceDestination`
    OpenSearch,
    /// `AmazonOpenSearchServerlessDestination`
    OpenSearchServerless,
    /// `SplunkDestination`
    Splunk,
    /// `HttpEndpointDestination`
    HttpEndpoint,
    /// `SnowflakeDestination`
    Snowflake,
    /// `IcebergDestination`
    Iceberg,
}

impl DestinationMember {
    /// All of them. What AWS describes twice has the better one first.
    pub const ALL: [Self; 10] = [
        Self::ExtendedS3,
        Self::Redshift,
        Self::Elasticsearch,
        Self::OpenSearch,
        Self::OpenSearchServerless,
        Self::Splunk,
        Self::HttpEndpoint,
        Self::Snowflake,
        Self::Iceberg,
        Self::S3,
    ];

    /// Its name without its ending.
    pub const fn stem(self) -> &'static str {
        match self {
            Self::ExtendedS3 => "ExtendedS3Destination",
            Self::S3 => "S3Destination",
            Self::Redshift => "RedshiftDestination",
            Self::Elasticsearch => "ElasticsearchDestination",
            Self::OpenSearch => "AmazonopensearchserviceDestination",
            Self::OpenSearchServerless => "AmazonOpenSearchServerlessDestination",
            Self::Splunk => "SplunkDestination",
            Self::HttpEndpoint => "HttpEndpointDestination",
            Self::Snowflake => "SnowflakeDestination",
            Self::Iceberg => "IcebergDestination",
        }
    }

    /// The kind of destination.
    pub const fn kind(self) -> DestinationKind {
        match self {
            Self::ExtendedS3 | Self::S3 => DestinationKind::S3,
            Self::Redshift => DestinationKind::Redshift,
            Self::Elasticsearch | Self::OpenSearch => DestinationKind::OpenSearch,
            Self::OpenSearchServerless => DestinationKind::OpenSearchServerless,
            Self::Splunk => DestinationKind::Splunk,
            Self::HttpEndpoint => DestinationKind::HttpEndpoint,
            Self::Snowflake => DestinationKind::Snowflake,
            Self::Iceberg => DestinationKind::Iceberg,
        }
    }

    /// The member of this name, whatever its ending.
    fn named(name: &str) -> Option<Self> {
        let endings = ["Description", "Configuration", "Update"];
        let stem = endings.iter().find_map(|ending| name.strip_suffix(ending))?;
        Self::ALL.into_iter().find(|member| member.stem() == stem)
    }
}

impl Description {
    /// The destination. AWS allows one.
    pub fn destination(&self) -> Option<&Destination> {
        self.destinations.as_ref()?.first()
    }

    /// The same, to be changed.
    pub fn destination_mut(&mut self) -> Option<&mut Destination> {
        self.destinations.as_mut()?.first_mut()
    }

    /// The customer's key of the stream, if it is encrypted with one.
    pub fn stream_key(&self) -> Option<&str> {
        let encryption = self.encryption.as_ref()?;
        let is_off = matches!(encryption.status.as_deref(), Some("DISABLED" | "DISABLING"));
        let is_own = encryption.key_type.as_deref() == Some("CUSTOMER_MANAGED_CMK");
        encryption.key_arn.as_deref().filter(|_| is_own && !is_off)
    }

    /// The first member that is not known here: the object that has it, by the name
    /// that it has in an answer, and its own name.
    pub fn unknown_member(&self) -> Option<(&'static str, &str)> {
        self.unknown("DeliveryStream")
    }

    /// Applies an update of the destination, as `UpdateDestination` does: of the same
    /// kind, what is set replaces what was set, and the rest stays; another kind
    /// replaces the destination (API reference, `UpdateDestination`). Version and
    /// times are the caller's.
    pub fn apply(&mut self, update: Self) {
        let Some(new) = update.destinations.and_then(|all| all.into_iter().next()) else { return };
        let is_same = |old: &&mut Destination| {
            old.member.map(DestinationMember::kind) == new.member.map(DestinationMember::kind)
        };
        if let Some(old) = self.destination_mut().filter(is_same) {
            old.config.update(new.config);
        } else {
            let id = self.destination().and_then(|old| old.id.clone());
            self.destinations = Some(vec![Destination { id, ..new }]);
        }
    }
}

impl DestinationConfig {
    /// Takes what is set in `newer`; of places in S3 member by member.
    fn update(&mut self, mut newer: Self) {
        for (old, new) in [(&mut self.s3, &mut newer.s3), (&mut self.backup, &mut newer.backup)] {
            // What is new as a whole is taken below.
            if let Some(old) = old
                && let Some(new) = new.take()
            {
                old.merge(new);
            }
        }
        self.merge(newer);
    }

    /// The key that is set for objects.
    pub fn object_key(&self) -> Option<&str> {
        let of_s3 = || self.s3.as_ref().and_then(|it| it.encryption.as_ref());
        self.encryption.as_ref().or_else(of_s3)?.key()
    }

    /// The key that is set for objects of the source backup.
    pub fn backup_key(&self) -> Option<&str> {
        self.backup.as_ref()?.encryption.as_ref()?.key()
    }

    /// True if records are converted to Parquet or ORC.
    pub fn converts(&self) -> bool {
        self.conversion.as_ref().is_some_and(|it| it.enabled != Some(false))
    }

    /// True if records are delivered to partitions by their keys.
    pub fn is_partitioned(&self) -> bool {
        self.partitioning.as_ref().is_some_and(|it| it.enabled == Some(true))
    }

    /// The processors, if they are switched on.
    pub fn processors(&self) -> &[Processor] {
        let is_on = |it: &&ProcessingConfig| it.enabled == Some(true);
        let on = self.processing.as_ref().filter(is_on);
        on.and_then(|it| it.processors.as_deref()).unwrap_or_default()
    }
}

impl ObjectEncryption {
    fn key(&self) -> Option<&str> {
        self.kms.as_ref()?.key_arn.as_deref()
    }
}

impl ProcessingConfig {
    /// The transform, on or off.
    pub fn lambda(&self) -> Option<&Processor> {
        self.processors.as_ref()?.iter().find(|it| it.kind.as_deref() == Some("Lambda"))
    }
}

impl Processor {
    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter().flatten();
        let found = parameters.find(|it| it.name.as_deref() == Some(name));
        found.and_then(|it| it.value.as_deref())
    }
}
