//! From the model to the answer of `DescribeDeliveryStream`.

use super::read::ANSWER;
use super::value::{ObjectWriter, Value as _};
use super::{Description, DestinationConfig, DestinationMember, S3Config};

impl Description {
    /// The stream as JSON, as it stands in an answer: `{"DeliveryStreamName":…}`.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    /// The answer of `DescribeDeliveryStream`: without tags and passwords, which AWS
    /// does not return, with S3 described twice, as AWS does, and with
    /// `Destinations` and `HasMoreDestinations`, which SDKs insist on.
    pub fn answer(&self) -> Vec<u8> {
        let mut it = self.clone();
        it.tags = None;
        it.has_more_destinations.get_or_insert(false);
        for destination in it.destinations.get_or_insert_default() {
            destination.config.without_secrets();
            if destination.member == Some(DestinationMember::ExtendedS3) {
                destination.short_s3 = Some(destination.config.short_s3());
            }
        }
        let mut out = Vec::new();
        let mut answer = ObjectWriter::new(&mut out);
        answer.member(ANSWER, Some(&it));
        answer.end();
        out
    }
}

impl DestinationConfig {
    /// Takes out what an answer does not return.
    fn without_secrets(&mut self) {
        self.password = None;
        self.private_key = None;
        self.key_passphrase = None;
        if let Some(endpoint) = &mut self.endpoint {
            endpoint.access_key = None;
        }
    }

    /// The place in S3 of an S3 destination, as other destinations have it.
    pub fn short_s3(&self) -> S3Config {
        S3Config {
            role_arn: self.role_arn.clone(),
            bucket_arn: self.bucket_arn.clone(),
            prefix: self.prefix.clone(),
            error_output_prefix: self.error_output_prefix.clone(),
            buffering: self.buffering.clone(),
            compression: self.compression.clone(),
            encryption: self.encryption.clone(),
            logging: self.logging.clone(),
            ..S3Config::default()
        }
    }
}
