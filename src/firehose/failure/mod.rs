//! What failed: failure records in every shape that Firehose writes, grouped
//! into kinds, counted and laid out over time; and written.
//!
//! Nothing is looked up or decoded here, and memory is bounded whatever comes:
//! the codes, messages and times are other people's.

pub mod athena;
mod damage;
mod groups;
mod message;
mod partial;
mod places;
mod recognize;
mod record;
mod selection;
mod shape;
mod shard;
mod timeline;
mod write;

pub use damage::{Damage, Expected, Finding, MAX_PLACES};
pub use groups::{AttemptRange, FailureGroup, FailureGroups, Occurrence, Sample, Slot};
pub use partial::{MAX_COUNT, PartialGroups};
pub(crate) use places::lookback;
pub use places::{BucketPlaces, DestinationChange, FailurePlaces, PlacesError};
pub use recognize::{HEAD, holds_failures, names_a_type};
pub use record::{FailureRecord, Transformed, manifest_entries};
pub use selection::{Choice, Left, LeftOut, Selection, StreamObjects};
pub use shape::{MAX_LOOKED_INTO, Members, Shape, Shapes};
pub use shard::Shard;
pub use timeline::{Bars, Timeline};
pub use write::FailedRecord;
