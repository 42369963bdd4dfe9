//! Kinesis Data Streams: the stream that a delivery stream reads.

use firehose::known::Known;
use serde::{Deserialize, Serialize};

use super::call::{Request, json};
use super::{Service, Session};

/// A data stream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DataStream {
    /// Its name.
    pub stream_name: String,
    /// `CREATING`, `DELETING`, `ACTIVE`, `UPDATING`.
    pub stream_status: String,
    /// `NONE`, `KMS`.
    pub encryption_type: Option<String>,
    /// The key: an id, an ARN or an alias.
    pub key_id: Option<String>,
    /// How many shards take records.
    pub open_shard_count: Option<u32>,
    /// How long records are kept.
    pub retention_period_hours: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Input<'a> {
    #[serde(rename = "StreamARN")]
    arn: &'a str,
    #[serde(rename = "StreamName")]
    name: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    stream_description_summary: DataStream,
}

impl Session {
    /// The data stream of this ARN.
    pub async fn data_stream(&self, arn: &str) -> Known<DataStream> {
        // Of the name too: not every emulator knows the ARN.
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let input = Input { arn, name };
        let request = Request::json(Service::Kinesis, "DescribeStreamSummary", &input);
        let (right, thing) = ("kinesis:DescribeStreamSummary", format!("data stream `{name}`"));
        let found = self.fact(request, right, &thing, json::<Described>).await;
        found.map(|it| it.stream_description_summary)
    }
}
