//! Objects as facts: how they begin.

use firehose::known::Known;
use firehose::names::RegionName;

use super::{ByteRange, GetError, S3Object, Unreadable};
use crate::aws::Session;

impl Session {
    /// The first bytes of an object, this many at most.
    pub async fn object_start(
        &self,
        object: &S3Object,
        bytes: u64,
        region: Option<&RegionName>,
    ) -> Known<Vec<u8>> {
        let part = ByteRange { from: 0, length: Some(bytes.min(object.size).max(1)) };
        let mut body = match self.s3(region).get(object, part, &mut false).await {
            Ok(found) => found.body,
            Err(GetError::Unreadable(Unreadable::Denied(_))) => {
                return Known::Denied { right: "s3:GetObject" };
            }
            Err(GetError::Unreadable(Unreadable::Deleted(_))) => return Known::No,
            Err(GetError::Unreadable(it)) => return Known::Failed(it.into_error().to_string()),
            Err(GetError::Other(error)) => return Known::Failed(error.to_string()),
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
