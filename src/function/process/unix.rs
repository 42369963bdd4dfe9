//! A process in a group of its own: its output, its memory, its end.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::super::memory;
use super::{Sink, Stop};
use firehose::transform::invocation::{Exit, LogStream};

/// How often memory is looked at.
const TICK: Duration = Duration::from_millis(20);

/// Most bytes that are read from the streams at one go, so that a flood leaves
/// time for the rest.
const TURN: usize = 1 << 20;

/// A running process. It is killed with its group when it is dropped.
#[derive(Debug)]
pub(in crate::function) struct Process {
    child: Child,
    group: Option<Pid>,
    stdout: Option<Receiver>,
    stderr: Option<Receiver>,
    memory_limit: Option<u64>,
    most_memory: Option<u64>,
}

impl Process {
    /// Starts it with its output in pipes and in a process group of its own.
    pub(in crate::function) fn spawn(
        mut command: Command,
        memory_limit: Option<u64>,
    ) -> io::Result<Self> {
        let (stdout, child_stdout) = io::pipe()?;
        let (stderr, child_stderr) = io::pipe()?;
        command.stdout(Stdio::from(child_stdout)).stderr(Stdio::from(child_stderr));
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        Ok(Self {
            group: child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)),
            child,
            stdout: Some(Receiver::from_owned_fd(OwnedFd::from(stdout))?),
            stderr: Some(Receiver::from_owned_fd(OwnedFd::from(stderr))?),
            memory_limit,
            most_memory: None,
        })
    }

    /// Its standard input, if it has one.
    pub(in crate::function) const fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// True if it has not ended.
    pub(in crate::function) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The most memory seen so far, in bytes.
    pub(in crate::function) fn most_memory(&mut self) -> Option<u64> {
        self.look_at_memory();
        self.most_memory
    }

    /// Lets it work until `answer` is there, hands on what it writes, and tells
    /// if something came in between.
    pub(in crate::function) async fn until<T>(
        &mut self,
        answer: impl Future<Output = T>,
        deadline: Instant,
        sink: Sink<'_>,
    ) -> Result<T, Stop> {
        tokio::pin!(answer);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await; // the first is at once
        loop {
            tokio::select! {
                // An answer counts even if the process ends after it.
                biased;
                answer = &mut answer => {
                    self.read(sink);
                    return Ok(answer);
                }
                () = sleep_until(deadline) => return Err(Stop::TimedOut),
                status = self.child.wait() => {
                    self.read(sink);
                    return Err(Stop::Exited(status.map_or(UNKNOWN_EXIT, exit)));
                }
                _ = ticks.tick() => {
                    if self.look_at_memory() {
                        return Err(Stop::OutOfMemory);
                    }
                }
                () = readable(self.stdout.as_ref(), self.stderr.as_ref()) => self.read(sink),
            }
        }
    }

    /// Asks where its code is; a process that does not listen for that ends.
    pub(in crate::function) fn ask(&self) {
        // One that is gone cannot answer.
        let _gone = self.group.map(|pid| kill_process(pid, Signal::USR2));
    }

    /// Kills it with everything below it and waits until it is gone; what it
    /// wrote before goes to `sink`.
    pub(in crate::function) async fn kill(mut self, sink: Sink<'_>) {
        self.kill_group();
        let _ended = self.child.wait().await;
        self.read(sink);
    }

    /// Reads what the pipes hold, without waiting for more: a grandchild may
    /// keep them open for ever.
    fn read(&mut self, sink: Sink<'_>) {
        let streams =
            [(&mut self.stdout, LogStream::Stdout), (&mut self.stderr, LogStream::Stderr)];
        let mut chunk = [0; 16 * 1024];
        for (pipe, stream) in streams {
            let mut left = TURN;
            while let Some(open) = pipe
                && left > 0
            {
                match open.try_read(&mut chunk) {
                    Ok(length @ 1..) => {
                        sink(stream, chunk.get(..length).unwrap_or_default());
                        left = left.saturating_sub(length);
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Ok(_) | Err(_) => *pipe = None,
                }
            }
        }
    }

    /// Returns true if it uses more than it may.
    fn look_at_memory(&mut self) -> bool {
        let Some(usage) = self.group.and_then(|pid| memory::usage(pid.as_raw_pid())) else {
            return false;
        };
        self.most_memory = self.most_memory.max(Some(usage.most));
        self.memory_limit.is_some_and(|limit| usage.now > limit)
    }

    fn kill_group(&mut self) {
        let Some(group) = self.group.take() else { return };
        // Those that left the group are found by their parents. What is gone
        // already cannot be killed, which is as it should be.
        for pid in memory::descendants(group.as_raw_pid()) {
            let _gone = Pid::from_raw(pid).map(|pid| kill_process(pid, Signal::KILL));
        }
        let _gone = kill_process_group(group, Signal::KILL);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill_group();
    }
}

/// Waits until one of the streams has something to read.
async fn readable(stdout: Option<&Receiver>, stderr: Option<&Receiver>) {
    async fn one(pipe: Option<&Receiver>) {
        match pipe {
            Some(pipe) => drop(pipe.readable().await),
            None => std::future::pending().await,
        }
    }
    tokio::select! {
        () = one(stdout) => {}
        () = one(stderr) => {}
    }
}

/// The kernel lost it: how it ended is unknown.
const UNKNOWN_EXIT: Exit = Exit::Code(-1);

fn exit(status: ExitStatus) -> Exit {
    match status.code() {
        Some(code) => Exit::Code(code),
        None => Exit::Signal(status.signal().unwrap_or_default()),
    }
}
