//! Objects as facts: how they begin.

use firehose::known::Known;
use firehose::names::RegionName;

use super::{ByteRange, S3Object};
use crate::aws::Session;

impl Session {
    /// The first bytes of an object, this many at most. No if it is deleted, or another
    /// by now.
    pub async fn object_start(
        &self,
        object: &S3Object,
        bytes: u64,
        region: Option<&RegionName>,
    ) -> Known<Vec<u8>> {
        let part = ByteRange { from: 0, length: Some(bytes.min(object.size).max(1)) };
        let mut body = match self.s3(&object.bucket, region).get(object, part, None).await {
            Ok((found, _)) => found.body,
            Err(error) => return error.known(),
        };
        let most = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut start = Vec::new();
        while start.len() < most {
            match body.try_next().await {
                Ok(Some(piece)) => start.extend_from_slice(&piece),
                Ok(None) => break,
                Err(error) => return Known::Failed(format!("cannot read `{object}`: {error}")),
            }
        }
        start.truncate(most);
        Known::Yes(start)
    }
}
