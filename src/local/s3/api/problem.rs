//! Problems as errors of S3.

use s3s::{S3Error, S3ErrorCode};

use crate::local::s3::objects::Problem;

impl From<Problem> for S3Error {
    fn from(problem: Problem) -> Self {
        let code = match &problem {
            Problem::BucketExists => S3ErrorCode::BucketAlreadyOwnedByYou,
            Problem::BucketName => S3ErrorCode::InvalidBucketName,
            Problem::BucketNotEmpty => S3ErrorCode::BucketNotEmpty,
            Problem::EntityTooSmall => S3ErrorCode::EntityTooSmall,
            Problem::Io(_) => S3ErrorCode::InternalError,
            Problem::InvalidPart => S3ErrorCode::InvalidPart,
            Problem::InvalidPartOrder => S3ErrorCode::InvalidPartOrder,
            Problem::KeyTooLong => S3ErrorCode::KeyTooLongError,
            Problem::NoSuchBucket => S3ErrorCode::NoSuchBucket,
            Problem::NoSuchKey => S3ErrorCode::NoSuchKey,
            Problem::NoSuchUpload => S3ErrorCode::NoSuchUpload,
            Problem::NotModified => S3ErrorCode::NotModified,
            Problem::Precondition => S3ErrorCode::PreconditionFailed,
            Problem::TooManyBuckets(_) => S3ErrorCode::TooManyBuckets,
            Problem::TooManyObjects(_) | Problem::TooManyUploads(_) => {
                S3ErrorCode::ServiceUnavailable
            }
        };
        Self::with_message(code, problem.to_string())
    }
}

/// Refuses what a request asks for and `fh local` does not do, by name.
pub(super) fn unsupported(what: &[(&str, bool)]) -> Result<(), S3Error> {
    match what.iter().find(|(_, is_asked)| *is_asked) {
        Some((name, _)) => {
            let why = format!("fh local does not support {name}");
            // 501 is what an operation that there is not at all is answered with.
            Err(S3Error::with_message(S3ErrorCode::InvalidRequest, why))
        }
        None => Ok(()),
    }
}
