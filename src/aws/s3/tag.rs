//! S3: put a tag on objects.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::types::{Tag, Tagging};

use super::{S3Client, addressing};
use crate::aws::Session;
use crate::aws::error::CallContext;
use crate::error::Error;

/// Puts a tag on objects, one after the other.
#[derive(Debug)]
pub struct Tagger {
    client: S3Client,
    tag: Tag,
}

/// Why a call failed.
enum Failure {
    /// The bucket is in this Region.
    Elsewhere(String),
    Other(Error),
}

impl Tagger {
    /// Makes no call.
    pub fn new(session: &Session, key: &str, value: &str) -> Result<Self, Error> {
        let tag = Tag::builder().key(key).value(value).build();
        let tag = tag.map_err(|error| Error::internal(format!("a tag: {error}")))?;
        Ok(Self { client: S3Client::new(session.for_thread()?), tag })
    }

    /// Puts it on an object. Its other tags stay; one with the same key is
    /// replaced. There is no way to do that in one step: a tag that someone
    /// else puts in between is lost.
    pub async fn put(&mut self, bucket: &str, key: &str) -> Result<(), Error> {
        match self.once(bucket, key).await {
            Ok(()) => Ok(()),
            Err(Failure::Other(error)) => Err(error),
            Err(Failure::Elsewhere(region)) => {
                let name = region
                    .parse()
                    .map_err(|error: String| Error::aws(format!("S3 returned {error}")))?;
                self.client = S3Client::new(self.client.session.in_region(name));
                match self.once(bucket, key).await {
                    Ok(()) => Ok(()),
                    Err(Failure::Other(error)) => Err(error),
                    Err(Failure::Elsewhere(region)) => Err(Error::aws(format!(
                        "S3 redirects from Region to Region: last to {region}"
                    ))),
                }
            }
        }
    }

    async fn once(&self, bucket: &str, key: &str) -> Result<(), Failure> {
        let (calls, payer) = (&self.client.lists, self.client.payer());
        let get = calls.get_object_tagging().bucket(bucket).key(key);
        let get = get.set_request_payer(payer.clone()).customize();
        let answer = get.config_override(addressing(bucket)).send().await;
        let answer =
            answer.map_err(|error| self.failure(bucket, key, "s3:GetObjectTagging", &error))?;
        let mut tags = answer.tag_set;
        if tags.contains(&self.tag) {
            return Ok(());
        }
        tags.retain(|tag| tag.key != self.tag.key);
        tags.push(self.tag.clone());
        let tags = Tagging::builder().set_tag_set(Some(tags)).build();
        let tags = tags.map_err(|error| Failure::Other(Error::internal(error.to_string())))?;
        let put = calls.put_object_tagging().bucket(bucket).key(key).tagging(tags);
        let put = put.set_request_payer(payer).customize();
        let answer = put.config_override(addressing(bucket)).send().await;
        answer.map_err(|error| self.failure(bucket, key, "s3:PutObjectTagging", &error))?;
        Ok(())
    }

    fn failure<E>(
        &self,
        bucket: &str,
        key: &str,
        right: &'static str,
        error: &SdkError<E, HttpResponse>,
    ) -> Failure
    where
        E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error + 'static,
    {
        let elsewhere = error.raw_response().and_then(|it| it.headers().get("x-amz-bucket-region"));
        let here = self.client.session.region().as_str();
        if let Some(region) = elsewhere.filter(|region| *region != here) {
            return Failure::Elsewhere(region.to_owned());
        }
        let call = CallContext::new(
            format!("tag `s3://{bucket}/{key}`"),
            format!("`s3://{bucket}/{key}`"),
            right,
        );
        Failure::Other(self.client.session.error(&call, error))
    }
}
