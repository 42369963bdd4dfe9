//! Asks a process where its code is when its time is over, before it is killed.
//!
//! A signal is all that reaches code that does not come to an end. For Python,
//! `faulthandler` answers it on standard error, whatever the interpreter is doing. Node.js
//! answers it in its event loop, or not at all while that is blocked.

use std::future;
use std::time::Duration;

use tokio::time::Instant;

use super::FunctionSettings;
use super::log::LogBuffer;
use super::process::Process;
use super::program::Program;
use super::runtime_api::RuntimeApi;
use firehose::transform::invocation::{LogStream, Whereabouts};

/// How long an answer is waited for: far longer than an event loop needs that goes on.
const MOST: Duration = Duration::from_millis(500);

/// How long nothing more has to come for an answer to be whole.
const STEP: Duration = Duration::from_millis(20);

/// Most bytes of standard error in which an answer is looked for.
const MOST_WRITTEN: usize = 1024 * 1024;

/// Where the code of `program` is; `None` if that is not known.
pub(super) async fn ask(
    process: &mut Process,
    api: &RuntimeApi,
    log: &mut LogBuffer,
    program: &Program,
    settings: &FunctionSettings,
) -> Option<Whereabouts> {
    let is_python = match program {
        Program::Python { .. } => true,
        Program::Node { .. } => false,
        Program::Bootstrap(_) | Program::BuiltIn { .. } => return None,
    };
    process.ask();
    let mut written = Vec::new();
    let end = Instant::now() + MOST;
    let mut has_ended = false;
    while !has_ended && Instant::now() < end && written.len() < MOST_WRITTEN {
        let before = written.len();
        has_ended = wait(process, log, is_python.then_some(&mut written)).await.is_none();
        if let Some(waiting) = api.idle().filter(|_| !is_python) {
            return Some(waiting);
        }
        let stack = Whereabouts::faulthandler_stack(&written);
        // More lines after the stack, or none for a while: it is whole.
        if !stack.is_empty() && (stack.end < written.len() || before == written.len()) {
            break;
        }
    }
    if !is_python {
        return (!has_ended).then_some(Whereabouts::Blocked);
    }
    // All else is what the handler wrote.
    let stack = Whereabouts::faulthandler_stack(&written);
    log.push(LogStream::Stderr, written.get(..stack.start).unwrap_or_default());
    log.push(LogStream::Stderr, written.get(stack.end..).unwrap_or_default());
    let code = settings.code.canonicalize().ok().map(|folder| folder.display().to_string());
    Whereabouts::from_faulthandler(written.get(stack).unwrap_or_default(), code)
}

/// Lets the process work on for a step. What it writes goes to its log, or to `answer` if it
/// comes on standard error. `None` if it has ended.
async fn wait(
    process: &mut Process,
    log: &mut LogBuffer,
    mut answer: Option<&mut Vec<u8>>,
) -> Option<()> {
    let mut sink = |stream, bytes: &[u8]| match &mut answer {
        Some(answer) if stream == LogStream::Stderr => answer.extend_from_slice(bytes),
        _ => log.push(stream, bytes),
    };
    let waited = process.until(future::pending::<()>(), Instant::now() + STEP, &mut sink).await;
    matches!(waited, Err(super::process::Stop::TimedOut)).then_some(())
}
