//! A command a call: the event on its standard input, the response on its
//! standard output, the log on its standard error.

use std::io::{Error as IoError, ErrorKind};
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{ChildStdin, Command};
use tokio::time::Instant;

use super::FunctionSettings;
use super::child_environment::variables;
use super::log::LogBuffer;
use super::process::{Process, Stop};
use super::process_function::stopped;
use crate::error::Error;
use firehose::limits::MAX_RESPONSE_PAYLOAD;
use firehose::transform::invocation::{Exit, Invocation, InvocationResult, LogStream, Phase};

/// A command line for `sh`, started again for each call.
#[derive(Debug)]
pub struct CommandFunction {
    settings: FunctionSettings,
    line: String,
}

/// What the command has written.
#[derive(Debug, Default)]
struct Written {
    response: Vec<u8>,
    /// All of it, also what was not kept.
    size: u64,
    log: LogBuffer,
}

impl CommandFunction {
    /// A function that is this command line.
    pub const fn new(settings: FunctionSettings, line: String) -> Self {
        Self { settings, line }
    }

    /// Runs the command with `event`.
    pub async fn invoke(&self, event: &[u8]) -> Result<Invocation, Error> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(&self.line).current_dir(&self.settings.code).stdin(Stdio::piped());
        command.env_clear().envs(variables(&self.settings, &[]));
        let started = Instant::now();
        let mut process = Process::spawn(command, self.settings.memory_limit())
            .map_err(|error| Error::user(format!("cannot start `sh`: {error}")))?;
        let mut written = Written::default();
        let feeding = feed(process.stdin(), event);
        let deadline = started + self.settings.timeout;
        // The answer is there when the command has ended, so feeding it has none.
        let never = async {
            let _unread = feeding.await;
            std::future::pending::<Stop>().await
        };
        let mut sink = |stream, bytes: &[u8]| written.take(stream, bytes);
        let stop = match process.until(never, deadline, &mut sink).await {
            Ok(stop) | Err(stop) => stop,
        };
        let duration = started.elapsed();
        let max_memory = process.most_memory();
        process.kill(&mut sink).await;
        let log = written.log.take();
        let result = match stop {
            Stop::Exited(Exit::Code(0)) => written.result(),
            stop => stopped(stop, &self.settings, Phase::Invoke),
        };
        let reads_stdin = true;
        Ok(Invocation { duration, max_memory, log, reads_stdin, ..Invocation::new(result) })
    }
}

impl Written {
    fn take(&mut self, stream: LogStream, bytes: &[u8]) {
        match stream {
            LogStream::Stderr => self.log.push(stream, bytes),
            LogStream::Stdout => {
                self.size += bytes.len() as u64;
                if self.size <= MAX_RESPONSE_PAYLOAD as u64 {
                    self.response.extend_from_slice(bytes);
                }
            }
        }
    }

    fn result(self) -> InvocationResult {
        if self.size > MAX_RESPONSE_PAYLOAD as u64 {
            return InvocationResult::TooLarge { bytes: self.size };
        }
        InvocationResult::from_response(self.response)
    }
}

/// Writes the event and closes the pipe. A command may leave it unread.
async fn feed(stdin: Option<ChildStdin>, event: &[u8]) -> Result<(), IoError> {
    let Some(mut stdin) = stdin else { return Err(ErrorKind::NotConnected.into()) };
    stdin.write_all(event).await?;
    stdin.shutdown().await
}
