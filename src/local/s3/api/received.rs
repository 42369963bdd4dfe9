//! A body on its way into a file, with the checksums it comes with.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, LengthLimitError};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, StreamingBlob};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::local::s3::body::{BoxError, Damage, algorithm, by_name};
use crate::local::s3::objects::{Draft, Objects};
use crate::local::s3::unframe::NotFramed;
use crate::loopback::TooSlow;

/// What is announced of a body.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// `Content-Length`
    pub(super) length: Option<i64>,
    /// `Content-MD5`
    pub(super) md5: Option<String>,
    /// `x-amz-checksum-…`
    pub(super) checksum: Checksum,
}

/// Writes a body to a file, and checks it.
pub(super) async fn receive(
    objects: &Objects,
    body: Option<StreamingBlob>,
    wanted: &Wanted,
) -> S3Result<Draft> {
    let io = |error: std::io::Error| {
        S3Error::with_message(S3ErrorCode::InternalError, error.to_string())
    };
    let mut draft = objects.draft().map_err(io)?;
    let mut hasher = hasher(&wanted.checksum);
    if let Some(body) = body {
        let mut body = s3s::Body::from(body);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|error| damaged(&error))?.into_data() else { continue };
            hasher.update(&data);
            draft.write_all(&data).map_err(io)?;
        }
    }
    check(&draft, hasher, wanted)?;
    Ok(draft)
}

fn check(draft: &Draft, hasher: ChecksumHasher, wanted: &Wanted) -> S3Result<()> {
    let length = wanted.length.and_then(|length| u64::try_from(length).ok());
    if length.is_some_and(|length| length != draft.size()) {
        return Err(damaged(&BoxError::from(Damage::Length)));
    }
    if let Some(md5) = &wanted.md5 {
        let md5 = STANDARD.decode(md5).ok().filter(|md5| md5.len() == 16);
        let md5 = md5.ok_or_else(|| {
            s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid.")
        })?;
        if md5 != draft.md5() {
            return Err(s3_error!(
                BadDigest,
                "The Content-MD5 you specified did not match what we received."
            ));
        }
    }
    let found = hasher.finalize();
    let differs = by_name(&wanted.checksum).zip(by_name(&found)).find(|(one, other)| one != other);
    match differs {
        Some(((name, _), _)) => Err(damaged(&BoxError::from(Damage::Checksum(algorithm(name))))),
        None => Ok(()),
    }
}

fn hasher(wanted: &Checksum) -> ChecksumHasher {
    ChecksumHasher {
        crc32: wanted.checksum_crc32.as_ref().map(|_| Crc32::default()),
        crc32c: wanted.checksum_crc32c.as_ref().map(|_| Crc32c::default()),
        sha1: wanted.checksum_sha1.as_ref().map(|_| Sha1::default()),
        sha256: wanted.checksum_sha256.as_ref().map(|_| Sha256::default()),
        crc64nvme: wanted.checksum_crc64nvme.as_ref().map(|_| Crc64Nvme::default()),
    }
}

/// Why a body could not be taken.
fn damaged(error: &BoxError) -> S3Error {
    let code = match error.downcast_ref::<Damage>() {
        Some(Damage::Checksum(_)) => S3ErrorCode::BadDigest,
        None if error.is::<NotFramed>() => S3ErrorCode::InvalidRequest,
        None if error.is::<LengthLimitError>() => S3ErrorCode::EntityTooLarge,
        None if error.is::<TooSlow>() => S3ErrorCode::RequestTimeout,
        // It is too short, or the client is gone.
        Some(Damage::Length) | None => S3ErrorCode::IncompleteBody,
    };
    S3Error::with_message(code, error.to_string())
}
