//! Puts a record where a delivery stream reads it: into a Kinesis data stream, or into a
//! log group that is subscribed to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firehose::names::LogGroupName;
use firehose::time::Millis;
use serde::{Deserialize, Serialize};

use super::call::{CallError, Request, json};
use super::error::CallContext;
use super::{ATTEMPT_TIMEOUT, Service, Session};
use crate::error::Error;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecord<'a> {
    #[serde(rename = "StreamARN")]
    arn: &'a str,
    /// Of the name too: not every emulator knows the ARN.
    stream_name: &'a str,
    data: String,
    partition_key: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecordAnswer {
    sequence_number: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateLogStream<'a> {
    log_group_name: &'a str,
    log_stream_name: &'a str,
}

#[derive(Debug, Serialize)]
struct PutLogEvents<'a> {
    #[serde(rename = "logGroupName")]
    group: &'a str,
    #[serde(rename = "logStreamName")]
    stream: &'a str,
    #[serde(rename = "logEvents")]
    events: Vec<LogEvent<'a>>,
}

#[derive(Debug, Serialize)]
struct LogEvent<'a> {
    timestamp: Millis,
    message: &'a str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PutLogEventsAnswer {
    rejected_log_events_info: Option<Rejected>,
}

#[derive(Debug, Deserialize)]
struct Rejected {}

/// Why it is not known that a record was taken.
#[derive(Debug)]
pub struct NotTaken {
    /// What failed and why.
    pub error: Error,
    /// The answer was lost: the record may have been taken.
    pub is_unanswered: bool,
}

impl From<CallError> for NotTaken {
    fn from(CallError { error, may_be_done, .. }: CallError) -> Self {
        Self { error, is_unanswered: may_be_done }
    }
}

// Puts are asked once: a refusal of a second attempt says nothing of a first one whose
// answer was lost.
impl Session {
    /// Puts a record into a data stream; returns its sequence number.
    pub async fn put_to_data_stream(
        &self,
        arn: &str,
        payload: &[u8],
        partition_key: &str,
    ) -> Result<String, NotTaken> {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let data = STANDARD.encode(payload);
        let input = PutRecord { arn, stream_name: name, data, partition_key };
        let request = Request::json(Service::Kinesis, "PutRecord", &input).once(ATTEMPT_TIMEOUT);
        let call = CallContext::new(
            format!("put a record into data stream `{name}`"),
            format!("data stream `{name}`"),
            "kinesis:PutRecord",
        );
        let answer = self.call(request, &call, json::<PutRecordAnswer>).await?;
        Ok(answer.sequence_number)
    }

    /// Creates a log stream in a group.
    pub async fn create_log_stream(&self, group: &LogGroupName, stream: &str) -> Result<(), Error> {
        let input = CreateLogStream { log_group_name: group.as_str(), log_stream_name: stream };
        let request = Request::json(Service::Logs, "CreateLogStream", &input);
        let call = CallContext::new(
            format!("create log stream `{stream}` in `{group}`"),
            format!("log group `{group}`"),
            "logs:CreateLogStream",
        );
        Ok(self.call(request, &call, |_| Some(())).await?)
    }

    /// Writes messages of this time to a log stream.
    pub async fn put_log_events(
        &self,
        group: &LogGroupName,
        stream: &str,
        at: Millis,
        messages: &[&str],
    ) -> Result<(), NotTaken> {
        let events = messages.iter().map(|message| LogEvent { timestamp: at, message }).collect();
        let input = PutLogEvents { group: group.as_str(), stream, events };
        let request = Request::json(Service::Logs, "PutLogEvents", &input).once(ATTEMPT_TIMEOUT);
        let call = CallContext::new(
            format!("write to log group `{group}`"),
            format!("log group `{group}`"),
            "logs:PutLogEvents",
        );
        let answer = self.call(request, &call, json::<PutLogEventsAnswer>).await?;
        let Some(Rejected {}) = answer.rejected_log_events_info else { return Ok(()) };
        let error = Error::aws(format!(
            "CloudWatch Logs rejected events for log group `{group}`: check the clock of this \
             machine"
        ));
        Err(NotTaken { error, is_unanswered: false })
    }
}
