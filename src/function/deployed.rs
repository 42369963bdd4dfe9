//! The function as it is deployed on AWS Lambda.

use std::time::Duration;

use tokio::time::Instant;

use super::log::LogBuffer;
use crate::aws::Access;
use crate::aws::lambda::{Deployed, Reply};
use crate::error::Error;
use crate::firehose::transform::outcome::{Answer, FunctionError, Invocation, LogStream, Phase};

/// A deployed function.
#[derive(Debug)]
pub struct DeployedFunction {
    deployed: Deployed,
}

impl DeployedFunction {
    /// Finds out how to call it.
    pub async fn find(access: &Access, function: &str) -> Result<Self, Error> {
        Ok(Self { deployed: Deployed::find(access, function).await? })
    }

    /// Calls it with `event`.
    pub async fn invoke(&mut self, event: &[u8]) -> Result<Invocation, Error> {
        let started = Instant::now();
        let reply = self.deployed.invoke(event).await?;
        Ok(invocation(reply, started.elapsed()))
    }
}

/// Makes of a reply what other functions tell; `waited` counts where the log
/// does not say how long it took.
fn invocation(reply: Reply, waited: Duration) -> Invocation {
    let report = Report::find(&reply.log_tail);
    let mut log = LogBuffer::default();
    if !reply.log_tail.is_empty() {
        log.push(LogStream::Stdout, &reply.log_tail);
    }
    let answer = match reply.function_error {
        Some(_) => failed(&reply.payload),
        None => Answer::from_response(reply.payload),
    };
    Invocation {
        answer,
        request_id: reply.request_id,
        duration: report.duration.unwrap_or(waited),
        init_duration: report.init_duration,
        max_memory: report.max_memory,
        log: log.take(),
    }
}

/// Sorts Lambda's description of an error. A timeout is told in its message:
/// `… Task timed out after 3.00 seconds`.
fn failed(payload: &[u8]) -> Answer {
    let error = FunctionError::parse(payload);
    let seconds = error.message.split("Task timed out after ").nth(1);
    let seconds = seconds.and_then(|rest| rest.split(' ').next()?.parse().ok());
    match seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        Some(limit) => Answer::TimedOut { limit, phase: Phase::Invoke },
        None => Answer::FunctionError(error),
    }
}

/// The numbers of a `REPORT` line.
#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    duration: Option<Duration>,
    init_duration: Option<Duration>,
    max_memory: Option<u64>,
}

impl Report {
    /// Reads the last `REPORT` line of a log in text; parts of it have a tab
    /// between them.
    fn find(log: &[u8]) -> Self {
        let text = String::from_utf8_lossy(log);
        let line = text.lines().rev().find(|line| line.starts_with("REPORT RequestId: "));
        let value = |name: &str| {
            let parts = line?.split('\t').map(str::trim);
            let mut values = parts.filter_map(|part| part.strip_prefix(name));
            values.next()?.trim().split(' ').next()?.parse::<f64>().ok()
        };
        let time = |name| Duration::try_from_secs_f64(value(name)? / 1000.0).ok();
        let memory = value("Max Memory Used: ");
        Self {
            duration: time("Duration: "),
            init_duration: time("Init Duration: "),
            max_memory: memory
                .and_then(|mb| format!("{mb:.0}").parse::<u64>().ok())
                .map(|mb| mb << 20),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_line_has_the_numbers() {
        let log = b"START RequestId: 8f507cfc Version: $LATEST\nEND RequestId: 8f507cfc\nREPORT RequestId: 8f507cfc\tDuration: 15.74 ms\tBilled Duration: 16 ms\tMemory Size: 128 MB\tMax Memory Used: 56 MB\tInit Duration: 130.49 ms\t\n";
        let report = Report::find(log);
        assert_eq!(report.duration, Some(Duration::from_micros(15_740)));
        assert_eq!(report.init_duration, Some(Duration::from_micros(130_490)));
        assert_eq!(report.max_memory, Some(56 << 20));
        assert_eq!(Report::find(b"no report"), Report::default());
    }

    #[test]
    fn errors_and_timeouts_are_told_apart() {
        let timeout = br#"{"errorMessage":"2026-11-22T10:00:00.123Z 8f507cfc Task timed out after 3.00 seconds"}"#;
        assert!(matches!(
            failed(timeout),
            Answer::TimedOut { limit, .. } if limit == Duration::from_secs(3)
        ));
        let error = failed(br#"{"errorMessage":"'a'","errorType":"KeyError"}"#);
        assert_eq!(error.to_string(), "the handler failed: KeyError: 'a'");
    }
}
