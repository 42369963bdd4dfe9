//! A handler in a process that stays warm, with a Runtime API of its own.

use std::process::Stdio;
use std::time::Duration;

use hyper::body::Bytes;
use tokio::process::Command;
use tokio::time::Instant;

use super::child_environment::variables;
use super::log::LogBuffer;
use super::node_flags;
use super::process::{Process, Stop};
use super::program::Program;
use super::runtime_api::{PendingEvent, ProcessReport, RuntimeApi};
use super::whereabouts::ask;
use super::{FunctionSettings, request_id};
use crate::error::Error;
use firehose::transform::invocation::{
    HandlerStyle, Invocation, InvocationResult, Phase, Whereabouts, load_limit,
};

/// A function in one execution environment, as in Lambda: it takes an event
/// at a time. Several at once are several of these.
///
/// What it started is killed when it is dropped.
#[derive(Debug)]
pub struct ProcessFunction {
    settings: FunctionSettings,
    program: Program,
    running: Option<Running>,
}

/// A process and its server.
#[derive(Debug)]
struct Running {
    process: Process,
    api: RuntimeApi,
    log: LogBuffer,
    started: Instant,
    is_loaded: bool,
    /// Our own loop runs the handler.
    is_own_loop: bool,
}

/// How a wait for a report ended.
struct Waited {
    result: InvocationResult,
    duration: Duration,
    is_warm: bool,
    style: Option<HandlerStyle>,
}

impl ProcessFunction {
    /// Starts the process; it loads its code before the first call.
    pub async fn start(settings: FunctionSettings, program: Program) -> Result<Self, Error> {
        let running = Some(Running::start(&settings, &program).await?);
        Ok(Self { settings, program, running })
    }

    /// Calls it with `event`. A process that failed is replaced, as Lambda
    /// does; the call that starts one has an `init_duration`.
    pub async fn invoke(&mut self, event: &[u8]) -> Result<Invocation, Error> {
        let mut running = match self.running.take().and_then(Running::if_usable) {
            Some(running) => running,
            None => Running::start(&self.settings, &self.program).await?,
        };
        let id = request_id();
        let mut init_duration = None;
        let waited = match running.load(&self.settings, &mut init_duration).await {
            Some(failed) => failed,
            None => running.call(&self.settings, &id, event).await,
        };
        let is_late = matches!(waited.result, InvocationResult::TimedOut { .. });
        let whereabouts =
            if is_late { running.whereabouts(&self.program, &self.settings).await } else { None };
        let note = running.is_own_loop.then(|| self.program.own_loop_note()).flatten();
        let max_memory = running.process.most_memory();
        let waits_for = running.api.waits_for();
        let log = if waited.is_warm {
            let log = running.log.take();
            self.running = Some(running);
            log
        } else {
            let Running { process, mut log, .. } = running;
            // What follows a refused response is of the runtime, and there by chance.
            let is_refused = matches!(waited.result, InvocationResult::TooLarge { .. });
            process
                .kill(&mut |stream, bytes| {
                    if !is_refused {
                        log.push(stream, bytes);
                    }
                })
                .await;
            log.take()
        };
        let Waited { mut result, duration, style, .. } = waited;
        if let InvocationResult::FunctionError(error) | InvocationResult::InitError(error) =
            &mut result
        {
            error.install = self.program.install(error, &self.settings.code);
            // Interpreters know the folder by its real name.
            let code = self.settings.code.canonicalize().ok();
            error.code = code.map(|folder| folder.display().to_string());
        }
        let style = style.or_else(|| self.program.style());
        Ok(Invocation {
            request_id: Some(id),
            duration,
            init_duration,
            max_memory,
            log,
            note,
            style,
            waits_for,
            whereabouts,
            ..Invocation::new(result)
        })
    }
}

impl Running {
    async fn start(settings: &FunctionSettings, program: &Program) -> Result<Self, Error> {
        let api = RuntimeApi::start(settings.timeout).await.map_err(|error| {
            Error::user(format!("cannot listen on 127.0.0.1 for the function: {error}"))
        })?;
        let address = api.address.to_string();
        let own = [("AWS_LAMBDA_RUNTIME_API", address.as_str()), ("_HANDLER", program.handler())];
        let (file, arguments) = program.command();
        let variables = variables(settings, &own);
        let mut command = Command::new(file);
        if let Some(node) = program.node() {
            command.args(node_flags::like_lambda(node, &variables).await);
        }
        command.args(arguments).current_dir(&settings.code).stdin(Stdio::null());
        command.env_clear().envs(variables);
        let process = Process::spawn(command, settings.memory_limit()).map_err(|error| {
            Error::user(format!("cannot start `{}`: {error}", file.display()))
                .hint(program.advice())
        })?;
        let started = Instant::now();
        let log = LogBuffer::default();
        Ok(Self { process, api, log, started, is_loaded: false, is_own_loop: false })
    }

    /// One that ended between two calls does not matter; one that ended
    /// while it loaded is.
    fn if_usable(mut self) -> Option<Self> {
        (!self.is_loaded || self.process.is_alive()).then_some(self)
    }

    /// Waits until the code is loaded; returns how it failed, if it did.
    async fn load(
        &mut self,
        settings: &FunctionSettings,
        init_duration: &mut Option<Duration>,
    ) -> Option<Waited> {
        if self.is_loaded {
            return None;
        }
        // One that was started ahead of the call may have been held up by what it
        // printed, which is read from now on.
        let deadline = Instant::now() + load_limit(settings.timeout);
        let failed = match self.report(deadline).await {
            Ok(ProcessReport::Ready { at, is_own_loop }) => {
                self.is_loaded = true;
                self.is_own_loop = is_own_loop;
                *init_duration = Some(Instant::from_std(at) - self.started);
                return None;
            }
            Ok(ProcessReport::Finished { result, .. }) => result,
            Err(stop) => stopped(stop, settings, Phase::Init),
        };
        *init_duration = Some(self.started.elapsed());
        Some(Waited { result: failed, duration: Duration::ZERO, is_warm: false, style: None })
    }

    async fn call(&mut self, settings: &FunctionSettings, id: &str, event: &[u8]) -> Waited {
        let begun = Instant::now();
        self.api.offer(PendingEvent {
            id: id.to_owned(),
            body: Bytes::copy_from_slice(event),
            deadline_ms: settings.deadline_ms(),
            arn: settings.arn(),
        });
        match self.report(begun + settings.timeout).await {
            Ok(ProcessReport::Finished { result, taken, at, style }) => {
                let is_warm = matches!(
                    result,
                    InvocationResult::Response(_)
                        | InvocationResult::NotJson { .. }
                        | InvocationResult::FunctionError(_)
                );
                let taken = taken.unwrap_or_else(|| begun.into_std());
                Waited { result, duration: at.saturating_duration_since(taken), is_warm, style }
            }
            // It is reported once, before the first call.
            Ok(ProcessReport::Ready { .. }) => Waited {
                result: stopped(Stop::TimedOut, settings, Phase::Init),
                duration: begun.elapsed(),
                is_warm: false,
                style: None,
            },
            Err(stop) => Waited {
                result: stopped(stop, settings, Phase::Invoke),
                duration: begun.elapsed(),
                is_warm: false,
                style: None,
            },
        }
    }

    /// Where the code is whose time is over.
    async fn whereabouts(
        &mut self,
        program: &Program,
        settings: &FunctionSettings,
    ) -> Option<Whereabouts> {
        let Self { process, api, log, .. } = self;
        ask(process, api, log, program, settings).await
    }

    async fn report(&mut self, deadline: Instant) -> Result<ProcessReport, Stop> {
        let Self { process, api, log, .. } = self;
        let mut sink = |stream, bytes: &[u8]| log.push(stream, bytes);
        let report = process.until(api.reports.recv(), deadline, &mut sink).await?;
        // The server lives as long as we do, so there is a report.
        report.ok_or(Stop::TimedOut)
    }
}

/// What a function that was stopped answered.
pub(super) const fn stopped(
    stop: Stop,
    settings: &FunctionSettings,
    phase: Phase,
) -> InvocationResult {
    match stop {
        Stop::Exited(exit) => InvocationResult::Exited { exit, phase },
        Stop::TimedOut => InvocationResult::TimedOut { limit: settings.timeout, phase },
        Stop::OutOfMemory => {
            let limit_mb = match settings.memory_mb {
                Some(limit) => limit,
                None => 0,
            };
            InvocationResult::OutOfMemory { limit_mb, phase }
        }
    }
}
