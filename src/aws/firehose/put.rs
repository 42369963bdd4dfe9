//! Firehose: put records, one attempt at a time.
//!
//! The SDK would try again by itself, without a trace: a record whose answer was
//! lost would arrive twice, and which one it was would be unknown. Trying again is
//! for `firehose::put`.

use std::time::Duration;

use aws_sdk_firehose::config::StalledStreamProtectionConfig;
use aws_sdk_firehose::config::retry::RetryConfig;
use aws_sdk_firehose::config::timeout::TimeoutConfig;
use aws_sdk_firehose::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_firehose::operation::put_record_batch::{PutRecordBatchError, PutRecordBatchOutput};
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::{PutRecordBatchResponseEntry, Record};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::aws::Session;
use crate::aws::error::{CallContext, is_about_credentials, never_left};
use crate::error::Error;
use firehose::names::DeliveryStreamName;
use firehose::put::{Batch, PutResult};

/// Codes of what AWS did not take and may take later.
const BUSY: [&str; 7] = [
    "ServiceUnavailableException",
    "ThrottlingException",
    "Throttling",
    "RequestLimitExceeded",
    "LimitExceededException",
    "TooManyRequestsException",
    "SlowDown",
];

/// `PutRecordBatch` for one delivery stream.
#[derive(Debug)]
pub struct Puts<'a> {
    session: &'a Session,
    client: aws_sdk_firehose::Client,
    stream: DeliveryStreamName,
    timeout: Duration,
}

/// What came of one attempt, as the SDK has it; [`Puts::answer`] reads it.
#[derive(Debug)]
pub struct PutReply(Result<PutRecordBatchOutput, SdkError<PutRecordBatchError, HttpResponse>>);

impl<'a> Puts<'a> {
    /// Makes no call. `timeout` is for each call.
    pub fn new(session: &'a Session, stream: &DeliveryStreamName, timeout: Duration) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(timeout)
            .read_timeout(timeout)
            .build();
        let config = super::config(session)
            .retry_config(RetryConfig::disabled())
            // What is slow is not what is broken, and the timeout bounds both.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .timeout_config(timeouts)
            .build();
        let client = aws_sdk_firehose::Client::from_conf(config);
        Self { session, client, stream: stream.clone(), timeout }
    }

    /// Sends a batch once.
    pub fn put(&self, batch: &Batch) -> impl Future<Output = PutReply> + Send + use<> {
        let record = |payload: &Vec<u8>| Record::builder().data(Blob::new(payload.clone())).build();
        // A record is only refused here if it has no data, and it has.
        let records = batch.records.iter().filter_map(|it| record(&it.payload).ok()).collect();
        let put = self.client.put_record_batch().delivery_stream_name(self.stream.as_str());
        let put = put.set_records(Some(records));
        async move { PutReply(put.send().await) }
    }

    /// What a reply means. With it comes the error as a sentence, if the call
    /// as a whole failed.
    pub fn answer(&self, reply: PutReply) -> (PutResult, Option<Error>) {
        let error = match reply.0 {
            Ok(output) => {
                let entries = output.request_responses.into_iter().map(refusal).collect();
                return (PutResult::Entries(entries), None);
            }
            Err(error) => error,
        };
        let call = CallContext {
            doing: format!("put records into delivery stream `{}`", self.stream),
            thing: format!("delivery stream `{}`", self.stream),
            right: "firehose:PutRecordBatch",
            timeout: self.timeout,
        };
        let explained = self.session.error(&call, &error);
        let reason = explained.to_string();
        let answer = match fate(&error) {
            Fate::Busy => PutResult::Busy(reason),
            Fate::Refused => PutResult::Refused(reason),
            Fate::Unknown => PutResult::Unknown(reason),
        };
        (answer, Some(explained))
    }
}

/// Why an entry was refused, if it was.
fn refusal(entry: PutRecordBatchResponseEntry) -> Option<String> {
    if entry.error_code.is_none() && entry.record_id.is_some() {
        return None;
    }
    let code = entry.error_code.unwrap_or_else(|| "neither a record ID nor an error".to_owned());
    Some(match entry.error_message {
        Some(message) if !message.is_empty() => format!("{code}: {message}"),
        _ => code,
    })
}

/// What a call that failed means for its records.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Busy,
    Refused,
    Unknown,
}

fn fate(error: &SdkError<PutRecordBatchError, HttpResponse>) -> Fate {
    match error {
        SdkError::ConstructionFailure(_) => Fate::Refused,
        SdkError::DispatchFailure(failure) if failure.is_user() => Fate::Refused,
        SdkError::ServiceError(context) => {
            let code = context.err().code();
            match context.raw().status().as_u16() {
                _ if code.is_some_and(|code| BUSY.contains(&code)) => Fate::Busy,
                429 => Fate::Busy,
                // A proxy says that it did not get it all, or not in time.
                408 => Fate::Unknown,
                400..=499 => Fate::Refused,
                _ => Fate::Unknown,
            }
        }
        error if is_about_credentials(error) => Fate::Refused,
        error if never_left(error) => Fate::Busy,
        _ => Fate::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    fn entry() -> aws_sdk_firehose::types::builders::PutRecordBatchResponseEntryBuilder {
        PutRecordBatchResponseEntry::builder()
    }

    #[test]
    fn an_entry_is_acknowledged_by_its_record_id_alone() {
        assert_eq!(refusal(entry().record_id("1").build()), None);
        let refused = entry().error_code("ServiceUnavailableException");
        let slow = refused.clone().error_message("Slow down.").build();
        assert_eq!(refusal(slow).as_deref(), Some("ServiceUnavailableException: Slow down."));
        assert_eq!(refusal(refused.build()).as_deref(), Some("ServiceUnavailableException"));
        let nothing = refusal(entry().build());
        assert_eq!(nothing.as_deref(), Some("neither a record ID nor an error"));
    }

    fn answered(status: u16, code: Option<&str>) -> Fate {
        let meta = code.map(|code| ErrorMetadata::builder().code(code).build());
        let error = PutRecordBatchError::generic(meta.unwrap_or_default());
        let status = status.try_into().unwrap();
        fate(&SdkError::service_error(error, HttpResponse::new(status, SdkBody::empty())))
    }

    #[test]
    fn an_error_says_whether_records_were_taken() {
        for (status, code, expected) in [
            (503, Some("ServiceUnavailableException"), Fate::Busy),
            (400, Some("ThrottlingException"), Fate::Busy),
            (429, None, Fate::Busy),
            (400, Some("ResourceNotFoundException"), Fate::Refused),
            (403, Some("AccessDeniedException"), Fate::Refused),
            (403, None, Fate::Refused),
            (500, Some("InternalFailure"), Fate::Unknown),
            (503, None, Fate::Unknown),
            (504, None, Fate::Unknown),
            (408, None, Fate::Unknown),
        ] {
            assert_eq!(answered(status, code), expected, "{status} {code:?}");
        }
    }
}
