//! What comes of a listing, and why no more comes.

use tokio::sync::mpsc;

use super::S3Object;
use super::body::Body;
use crate::error::Error;
use firehose::failure::LeftOut;

/// What comes of a listing.
#[derive(Debug)]
pub enum Found {
    /// An object, and its bytes.
    Object(S3Object, Body),
    /// An object that cannot be had.
    Unreadable(S3Object, Unreadable),
    /// Something that the user should know.
    Notice(String),
    /// Objects that were left out of a listing that has ended.
    LeftOut(LeftOut),
    /// Why nothing more comes.
    Failed(Error),
}

impl Found {
    /// True if nothing of it has to be waited for.
    pub const fn is_here(&self) -> bool {
        match self {
            Self::Object(_, body) => body.is_whole(),
            _ => true,
        }
    }
}

/// Why one object cannot be had, while others may.
#[derive(Debug)]
pub enum Unreadable {
    /// Deleted since it was listed.
    Deleted(Error),
    /// Overwritten since it was listed.
    Changed(Error),
    /// In an archive, from which it has to be restored.
    Archived(Error),
    /// Not allowed, or not with its key.
    Denied(Error),
    /// It does not come, or breaks off.
    Broken(Error),
}

impl Unreadable {
    /// In a word, to count it by.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Deleted(_) => "deleted",
            Self::Changed(_) => "changed",
            Self::Archived(_) => "archived",
            Self::Denied(_) => "denied",
            Self::Broken(_) => "broken",
        }
    }

    /// The whole sentence.
    pub fn into_error(self) -> Error {
        match self {
            Self::Deleted(error)
            | Self::Changed(error)
            | Self::Archived(error)
            | Self::Denied(error)
            | Self::Broken(error) => error,
        }
    }
}

/// Why no more is fetched.
pub(super) enum FetchStop {
    /// The receiver is gone.
    Unread,
    Failed(Error),
}

pub(super) type Lots = mpsc::Sender<Vec<Found>>;
