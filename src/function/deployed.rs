//! The function as it is deployed on AWS Lambda.

use std::sync::Arc;
use std::time::Duration;

use super::log::LogBuffer;
use crate::aws::{DeployedReply, LambdaClient, NotInvoked, Session};
use firehose::limits::MAX_FUNCTION_TIMEOUT;
use firehose::names::FunctionName;
use firehose::transform::invocation::{
    FunctionError, Invocation, InvocationResult, LogStream, Phase,
};

/// What Lambda needs beyond the function's own time: placing it, starting it.
const OVERHEAD: Duration = Duration::from_secs(30);

/// A deployed function.
#[derive(Debug)]
pub struct DeployedFunction {
    session: Arc<Session>,
    function: FunctionName,
}

impl DeployedFunction {
    /// Makes no call.
    pub fn new(session: Arc<Session>, function: &FunctionName) -> Self {
        Self { session, function: function.clone() }
    }

    /// Calls it with `event`. Its own timeout counts; beyond what Firehose
    /// waits for it is not waited for.
    pub async fn invoke(&mut self, event: &[u8]) -> Result<Invocation, NotInvoked> {
        let client = LambdaClient::new(&self.session);
        let most = MAX_FUNCTION_TIMEOUT + OVERHEAD;
        // The client's own limit is there for what is not the function's fault.
        let call = client.invoke(&self.function, event.to_vec(), most + OVERHEAD);
        Ok(match tokio::time::timeout(most, call).await {
            Ok(reply) => invocation(reply?),
            Err(_) => given_up(most),
        })
    }
}

/// Makes of a reply what other functions tell.
fn invocation(reply: DeployedReply) -> Invocation {
    let mut log = LogBuffer::default();
    if !reply.log_tail.is_empty() {
        log.push(LogStream::Stdout, &reply.log_tail);
    }
    let report = reply.report.as_ref();
    // Without a report the way over the network counts too.
    let duration = report.map_or(reply.duration, |report| report.duration);
    let result = match reply.function_error {
        Some(_) => failed(&reply.payload, reply.duration),
        // Firehose does not wait for it.
        None if duration > MAX_FUNCTION_TIMEOUT => {
            InvocationResult::TimedOut { limit: duration, phase: Phase::Invoke }
        }
        None => InvocationResult::from_response(reply.payload),
    };
    Invocation {
        request_id: reply.request_id,
        duration,
        init_duration: report.and_then(|report| report.init_duration),
        max_memory: report.map(|report| u64::from(report.max_memory_mb) << 20),
        log: log.take(),
        ..Invocation::new(result)
    }
}

/// A function that works longer than Firehose waits.
fn given_up(limit: Duration) -> Invocation {
    let result = InvocationResult::TimedOut { limit, phase: Phase::Invoke };
    Invocation { duration: limit, ..Invocation::new(result) }
}

/// Sorts Lambda's description of an error. A timeout that does not tell its
/// limit has the time that we `waited`.
fn failed(payload: &[u8], waited: Duration) -> InvocationResult {
    let error = FunctionError::parse(payload);
    if !error.is_timeout() {
        return InvocationResult::FunctionError(error);
    }
    InvocationResult::TimedOut { limit: error.time_limit().unwrap_or(waited), phase: Phase::Invoke }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_answers_after_five_minutes_is_too_late_for_firehose() {
        let reply = |seconds| DeployedReply {
            payload: b"{\"records\":[]}".to_vec(),
            function_error: None,
            log_tail: Vec::new(),
            report: None,
            executed_version: None,
            request_id: None,
            duration: Duration::from_secs(seconds),
        };
        assert_eq!(invocation(reply(300)).result.as_str(), "response");
        assert_eq!(invocation(reply(301)).result.as_str(), "timed-out");
    }

    #[test]
    fn errors_and_timeouts_are_told_apart() {
        let timeout = br#"{"errorMessage":"2026-11-22T10:00:00.123Z 8f507cfc Task timed out after 3.00 seconds"}"#;
        assert!(matches!(
            failed(timeout, Duration::ZERO),
            InvocationResult::TimedOut { limit, .. } if limit == Duration::from_secs(3)
        ));
        let error = failed(br#"{"errorMessage":"'a'","errorType":"KeyError"}"#, Duration::ZERO);
        assert_eq!(error.to_string(), "the handler failed: KeyError: 'a'");
    }
}
