//! Objects one by one, for who lists the same prefixes again and again.

use firehose::known::Known;
use firehose::names::RegionName;
use tokio::sync::mpsc;

use super::{Body, ListError, PageQuery, S3Object, download};
use crate::aws::Session;

/// The objects below a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectList {
    /// In the order of their keys.
    pub objects: Vec<S3Object>,
    /// There are more.
    pub is_cut: bool,
}

impl Session {
    /// All objects of a bucket whose keys start with `prefix`, but no more pages of
    /// 1,000 than `pages`.
    pub async fn object_list(
        &self,
        bucket: &str,
        prefix: &str,
        region: Option<&RegionName>,
        pages: usize,
    ) -> Known<ObjectList> {
        let client = self.s3(bucket, region);
        let (mut objects, mut token) = (Vec::new(), None);
        for _ in 0..pages {
            match client.page(bucket, PageQuery { prefix, token, ..PageQuery::default() }).await {
                Ok(page) => {
                    let listed = page.contents.unwrap_or_default().into_iter();
                    objects.extend(listed.map(|it| S3Object::listed(bucket, it)));
                    token = page.next_continuation_token;
                }
                Err(ListError::Denied(_)) => return Known::Denied { right: "s3:ListBucket" },
                Err(ListError::Other(error)) => return Known::Failed(error.to_string()),
                Err(ListError::Elsewhere(region)) => {
                    return Known::Failed(format!("bucket `{bucket}` is in {region}"));
                }
            }
            if token.is_none() {
                break;
            }
        }
        Known::Yes(ObjectList { objects, is_cut: token.is_some() })
    }

    /// The bytes of an object, to be read on a thread of its own: the reader waits for
    /// what has not come. No if it is deleted, or another by now.
    pub async fn object_body(&self, object: &S3Object, region: Option<&RegionName>) -> Known<Body> {
        // Nothing waits for the last piece: the reader does.
        let (handing_over, _) = mpsc::channel(1);
        match download::open(self.s3(&object.bucket, region), object, handing_over, None).await {
            Ok(body) => Known::Yes(body),
            Err(error) => error.known(),
        }
    }
}
