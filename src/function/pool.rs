//! Execution environments of one function, as many as calls are under way: what
//! Lambda does with several events at once.

use std::mem;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{CommandFunction, Function, FunctionSettings, ProcessFunction, Program, Snapshot};
use crate::error::Error;
use firehose::transform::invocation::Invocation;

/// What runs when a function is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A program that speaks the Lambda Runtime API; it stays warm.
    Program(Program),
    /// A command line for `sh`, run again for each call.
    Command(String),
}

/// A function that takes several calls at once.
///
/// What it started is killed when it is dropped.
#[derive(Debug)]
pub struct Pool {
    settings: FunctionSettings,
    code: Code,
    /// The folder of the code; none for what is part of `fh`.
    places: Vec<PathBuf>,
    state: Mutex<State>,
}

/// A call, and the environment that ran it.
#[derive(Debug)]
pub struct PoolCall {
    /// What came of it.
    pub invocation: Invocation,
    /// The number of the environment, from 0: no two calls at a time have the same,
    /// and what it logs is a log stream.
    pub environment: usize,
}

/// An execution environment with its number.
type Environment = (usize, Function);

#[derive(Debug)]
struct State {
    /// Environments that wait for a call.
    idle: Vec<Environment>,
    /// How many environments there have been.
    environments: usize,
    /// Calls under way.
    running: usize,
    /// Calls that may be under way.
    concurrency: usize,
    /// The code that `idle` has loaded.
    seen: Snapshot,
    /// How often the code was loaded again; an environment of an earlier one is
    /// not kept.
    generation: u64,
}

/// The place of a call among those under way.
#[derive(Debug)]
struct Turn<'a>(&'a Pool);

impl Pool {
    /// A function that takes up to `concurrency` calls at once; 0 throttles every
    /// call, as Lambda does where no concurrency is left. Starts one environment, so
    /// that a missing interpreter is reported now and the first call is quick.
    pub async fn start(
        settings: FunctionSettings,
        code: Code,
        concurrency: usize,
    ) -> Result<Self, Error> {
        let places = match &code {
            Code::Program(program) if program.is_built_in() => Vec::new(),
            _ => vec![settings.code.clone()],
        };
        let seen = Snapshot::of(&places);
        let first = create(&settings, &code).await?;
        let idle = vec![(0, first)];
        let state = State { idle, environments: 1, running: 0, concurrency, seen, generation: 0 };
        Ok(Self { settings, code, places, state: Mutex::new(state) })
    }

    /// What Lambda knows about the function.
    pub const fn settings(&self) -> &FunctionSettings {
        &self.settings
    }

    /// What runs.
    pub const fn code(&self) -> &Code {
        &self.code
    }

    /// How many calls may be under way.
    pub fn concurrency(&self) -> usize {
        self.state().concurrency
    }

    /// Lets this many calls be under way from now on.
    pub fn set_concurrency(&self, concurrency: usize) {
        self.state().concurrency = concurrency;
    }

    /// Looks at the files of the code. If one has changed, later calls run the new
    /// code; those under way end with the one that they began with. Returns the
    /// file, below the folder of the code.
    pub async fn reload(&self) -> Option<PathBuf> {
        if self.places.is_empty() {
            return None;
        }
        let before = self.state().seen.clone();
        let (file, now) = before.look_again(&self.places).await?;
        let mut state = self.state();
        if state.seen == now {
            return None; // another call was quicker
        }
        state.seen = now;
        state.generation += 1;
        let replaced = mem::take(&mut state.idle);
        drop(state);
        drop(replaced);
        Some(file.strip_prefix(&self.settings.code).map_or(file.clone(), PathBuf::from))
    }

    /// Calls it once with `event`; none if too many calls are under way.
    pub async fn invoke(&self, event: &[u8]) -> Result<Option<PoolCall>, Error> {
        let Some((_turn, idle, generation)) = self.take_turn() else { return Ok(None) };
        let (environment, mut function) = match idle {
            Ok(idle) => idle,
            Err(environment) => (environment, create(&self.settings, &self.code).await?),
        };
        let invocation = function.invoke(event).await?;
        let mut state = self.state();
        if state.generation == generation {
            state.idle.push((environment, function));
        }
        Ok(Some(PoolCall { invocation, environment }))
    }

    /// Counts a call, if there is room for one; with an environment that waits, else
    /// the number of a new one.
    fn take_turn(&self) -> Option<(Turn<'_>, Result<Environment, usize>, u64)> {
        let mut state = self.state();
        if state.running >= state.concurrency {
            return None;
        }
        state.running += 1;
        let environment = state.idle.pop().ok_or(state.environments);
        state.environments += usize::from(environment.is_err());
        let generation = state.generation;
        drop(state);
        Some((Turn(self), environment, generation))
    }

    /// No code panics while it holds this.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().running -= 1;
    }
}

/// Makes one environment.
async fn create(settings: &FunctionSettings, code: &Code) -> Result<Function, Error> {
    let settings = settings.clone();
    Ok(match code {
        Code::Program(program) => {
            let function = ProcessFunction::start(settings, program.clone()).await?;
            Function::Process(Box::new(function))
        }
        Code::Command(line) => Function::Command(CommandFunction::new(settings, line.clone())),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;
    use crate::context;
    use firehose::transform::invocation::{Exit, InvocationResult};

    fn settings(code: PathBuf) -> FunctionSettings {
        FunctionSettings {
            name: "orders".to_owned(),
            region: "eu-west-1".to_owned(),
            timeout: Duration::from_mins(1),
            memory_mb: None,
            code,
            inherited: context::environment(),
            variables: Vec::new(),
            pass_credentials: false,
            now: context::now,
        }
    }

    async fn pool(folder: &tempfile::TempDir, line: &str, concurrency: usize) -> Pool {
        let code = Code::Command(line.to_owned());
        Pool::start(settings(folder.path().to_owned()), code, concurrency).await.unwrap()
    }

    #[tokio::test]
    async fn calls_run_at_once_up_to_the_limit_and_the_rest_is_throttled() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("response"), "{}").unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("pipe"), 0o600.into()).unwrap();
        // The first call waits for the second one.
        let line = "if mkdir first 2> /dev/null; then cat pipe; else cat response > pipe; cat response; fi";
        let pool = pool(&folder, line, 2).await;
        let (one, two, three) =
            tokio::join!(pool.invoke(b"1"), pool.invoke(b"2"), pool.invoke(b"3"));
        let done = [one, two].map(|done| done.unwrap().unwrap());
        assert_eq!([done[0].environment, done[1].environment], [0, 1]);
        for PoolCall { invocation, .. } in done {
            let result = invocation.result;
            assert!(matches!(result, InvocationResult::Response(_)), "{result}");
        }
        assert!(three.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_call_that_is_given_up_makes_room_and_none_is_for_no_concurrency() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(&folder, "test -e done || exec sleep 600; exit 3", 1).await;
        let given_up = tokio::time::timeout(Duration::from_millis(50), pool.invoke(b"1")).await;
        assert!(given_up.is_err());
        fs::write(folder.path().join("done"), "").unwrap();
        let result = pool.invoke(b"2").await.unwrap().unwrap().invocation.result;
        assert!(matches!(result, InvocationResult::Exited { exit: Exit::Code(3), .. }), "{result}");
        pool.set_concurrency(0);
        assert!(pool.invoke(b"3").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_file_that_changes_is_reported_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lib")).unwrap();
        fs::write(folder.path().join("lib/app.py"), "1").unwrap();
        let pool = pool(&folder, "echo {}", 1).await;
        assert_eq!(pool.reload().await, None);
        fs::write(folder.path().join("lib/app.py"), "22").unwrap();
        let (one, two) = tokio::join!(pool.reload(), pool.reload());
        let reported: Vec<_> = [one, two].into_iter().flatten().collect();
        assert_eq!(reported, [PathBuf::from("lib/app.py")]);
        assert_eq!(pool.reload().await, None);
        assert!(pool.state().idle.is_empty());
        pool.invoke(b"1").await.unwrap();
        assert_eq!(pool.state().idle.len(), 1, "it is kept for the next call");
    }
}
