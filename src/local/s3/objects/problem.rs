//! Why something cannot be done with an object.

use std::{fmt, io};

/// Why something cannot be done. The names are those of S3's errors.
#[derive(Debug)]
#[expect(missing_docs, reason = "their sentences are below")]
pub enum Problem {
    BucketExists,
    BucketName,
    BucketNotEmpty,
    EntityTooSmall,
    Io(io::Error),
    InvalidPart,
    InvalidPartOrder,
    KeyTooLong,
    NoSuchBucket,
    NoSuchKey,
    NoSuchUpload,
    NotModified,
    Precondition,
    TooManyBuckets(usize),
    TooManyObjects(usize),
    TooManyUploads(usize),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        // A folder deep below the root of a file system, and a key of escapes.
        if error.kind() == io::ErrorKind::InvalidFilename {
            Self::KeyTooLong
        } else {
            Self::Io(error)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BucketExists => {
                "Your previous request to create the named bucket succeeded and you already own it."
            }
            Self::BucketName => "The specified bucket is not valid.",
            Self::BucketNotEmpty => "The bucket you tried to delete is not empty",
            Self::EntityTooSmall => {
                "Your proposed upload is smaller than the minimum allowed object size."
            }
            Self::Io(error) => return write!(f, "{error}"),
            Self::InvalidPart => {
                "One or more of the specified parts could not be found. The part may not have been \
                 uploaded, or the specified entity tag may not match the part's entity tag."
            }
            Self::InvalidPartOrder => {
                "The list of parts was not in ascending order. Parts must be ordered by part number."
            }
            Self::KeyTooLong => "Your key is too long",
            Self::NoSuchBucket => "The specified bucket does not exist",
            Self::NoSuchKey => "The specified key does not exist.",
            Self::NoSuchUpload => {
                "The specified upload does not exist. The upload ID may be invalid, or the upload \
                 may have been aborted or completed."
            }
            Self::NotModified => "Not Modified",
            Self::Precondition => {
                "At least one of the pre-conditions you specified did not hold"
            }
            Self::TooManyBuckets(most) => {
                return write!(f, "fh local keeps at most {most} buckets");
            }
            Self::TooManyObjects(most) => {
                return write!(f, "fh local keeps at most {most} objects");
            }
            Self::TooManyUploads(most) => {
                return write!(f, "fh local keeps at most {most} uploads in progress");
            }
        })
    }
}

impl std::error::Error for Problem {}
