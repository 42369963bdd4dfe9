//! AWS Lambda on this machine: functions of folders, called through its API and by
//! delivery streams, with their logs in CloudWatch Logs.

mod answer;
mod api;
mod concurrency;
mod configuration;
mod counts;
mod create;
mod invoke;
mod saved;
mod zip;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::context;
use crate::function::{Code, FunctionSettings, Pool, PoolCall, request_id};
use crate::local;
use crate::local::faults::{Chance, Delay, SharedFaults, lock as lock_faults};
use crate::local::gateway::{Api, Call as ApiCall, Reply, full};
use crate::local::log_writer::LogWriter;
use crate::local::metrics::{SharedMetrics, metrics};
use crate::local::saved::SavedFolder;
use crate::{error::Error, times};
use concurrency::Concurrency;
use firehose::lambda_report::{LambdaReport, LogFormat, NewLogEvent};
use firehose::limits::MAX_INVOCATION_PAYLOAD;
use firehose::names::FunctionName;
use firehose::transform::invocation::{FunctionError, Invocation, InvocationResult};
use firehose::transform::{Answer, Refusal};
pub use zip::Archive;
use zip::CodeFolder;

/// Calls of a function that may be under way, unless it is told otherwise.
pub const DEFAULT_CONCURRENCY: usize = 10;

/// The functions of an account in a Region.
pub struct Functions {
    region: String,
    archives: CodeFolder,
    logs: Arc<LogWriter>,
    /// What goes wrong on purpose.
    faults: SharedFaults,
    /// What CloudWatch counts.
    metrics: SharedMetrics,
    on_reload: OnReload,
    named: Mutex<BTreeMap<String, Arc<LocalFunction>>>,
    saved: Option<Arc<SavedFolder>>,
    /// Held by who changes a function, from reading it to setting it.
    change: tokio::sync::Mutex<()>,
    /// What leads the SDKs in a function to this `fh local`.
    environment: OnceLock<Vec<(OsString, OsString)>>,
}

/// Takes the name of a function and the file of its code that changed.
type OnReload = Box<dyn Fn(&str, &Path) + Send + Sync>;

/// A function, as `CreateFunction` made it.
#[derive(Debug, Clone)]
pub struct FunctionConfig {
    /// What Lambda knows about it.
    pub settings: FunctionSettings,
    /// What runs.
    pub code: Code,
    /// The archive that the code came in, if it came in one.
    pub archive: Option<Arc<Archive>>,
    /// `python3.13`; empty for what has no such name.
    pub runtime: String,
    /// ARN of its role.
    pub role: String,
    /// What it is for.
    pub description: String,
    /// Where it logs to.
    pub log_group: String,
    /// How it logs.
    pub log_format: LogFormat,
}

/// A function that can be called.
#[derive(Debug)]
struct LocalFunction {
    config: FunctionConfig,
    pool: Pool,
    concurrency: Mutex<Concurrency>,
    /// When its code or configuration changed: milliseconds since 1970.
    modified: i64,
    /// What its revision and its log streams are known by.
    id: u128,
}

/// A call of a function.
#[derive(Debug)]
pub struct Called {
    /// What came of it, as Firehose sees it.
    pub answer: Answer,
    /// The call, where there was one.
    pub report: Option<LambdaReport>,
    /// Its log with the lines of Lambda, as it is in its log group; empty where
    /// nothing ran.
    pub log: Vec<NewLogEvent>,
}

impl Functions {
    /// No function yet. Code that comes in archives is unpacked below `folder`.
    pub fn new(
        region: String,
        folder: &Path,
        logs: Arc<LogWriter>,
        (faults, metrics): (SharedFaults, SharedMetrics),
        on_reload: impl Fn(&str, &Path) + Send + Sync + 'static,
    ) -> Self {
        let on_reload = Box::new(on_reload);
        let archives = CodeFolder::new(folder.join("function-code"));
        let (named, environment) = (Mutex::default(), OnceLock::new());
        let (saved, change) = (None, tokio::sync::Mutex::default());
        Self {
            region,
            archives,
            logs,
            faults,
            metrics,
            on_reload,
            named,
            saved,
            change,
            environment,
        }
    }

    /// Functions that are started from now on call AWS at `url`, where this `fh local`
    /// is, as those of Lambda call AWS.
    pub fn serve_at(&self, url: &str) {
        let variables =
            local::environment(url, &self.region).map(|(name, value)| (name.into(), value.into()));
        let _is_known = self.environment.set(variables.into());
    }

    async fn start(
        &self,
        config: FunctionConfig,
        concurrency: Concurrency,
    ) -> Result<LocalFunction, Error> {
        let own = self.environment.get().map(Vec::as_slice).unwrap_or_default();
        LocalFunction::start(config, concurrency, own).await
    }

    /// Makes a function; one of the same name is replaced.
    pub async fn deploy(&self, config: FunctionConfig, concurrency: usize) -> Result<(), Error> {
        let function = self.start(config, Concurrency::usual(concurrency)).await?;
        self.set(function);
        Ok(())
    }

    /// Takes a function in place of the one of its name, whose code is removed when
    /// nothing has it any more.
    fn set(&self, function: LocalFunction) -> Arc<LocalFunction> {
        let function = Arc::new(function);
        let name = function.config.settings.name.clone();
        let replaced = self.named().insert(name, Arc::clone(&function));
        // Both may have the same.
        if let Some(replaced) = replaced {
            replaced.keep_code(false);
        }
        function.keep_code(true);
        function
    }

    /// Calls `function` once with `event`, unless a fault is in the way.
    pub async fn call(&self, function: &FunctionName, event: &[u8]) -> Called {
        let (denied, throttled, delay) = {
            let mut faults = lock_faults(&self.faults);
            let denied = faults.denies("lambda:InvokeFunction");
            (denied, faults.happens(Chance::ThrottleInvoke), faults.delay(Delay::SlowInvoke))
        };
        let called = if denied {
            Called::refused(Refusal::AccessDenied)
        } else if throttled {
            Called::refused(Refusal::Throttled)
        } else {
            tokio::time::sleep(delay).await;
            self.run(function, event).await
        };
        let now = context::milliseconds(context::now());
        counts::call(&mut metrics(&self.metrics), function, now, &called.answer);
        called
    }

    /// Runs it and writes its log.
    async fn run(&self, function: &FunctionName, event: &[u8]) -> Called {
        let Some(function) = self.find(function) else {
            return Called::refused(Refusal::NotFound);
        };
        if let Some(file) = function.pool.reload().await {
            (self.on_reload)(&function.config.settings.name, &file);
        }
        if event.len() > MAX_INVOCATION_PAYLOAD {
            return Called::refused(Refusal::EventTooLarge);
        }
        let began = context::milliseconds(context::now());
        let PoolCall { mut invocation, environment } = match function.pool.invoke(event).await {
            Ok(Some(call)) => call,
            Ok(None) => return Called::refused(Refusal::Throttled),
            Err(error) => not_started(&error),
        };
        invocation.request_id.get_or_insert_with(request_id);
        let ended = context::milliseconds(context::now());
        let memory = function.config.memory_mb();
        let log = function.config.log_format.log_events(&invocation, memory, (began, ended));
        let stream = log_stream(function.modified, function.id, environment);
        self.logs.write(&function.config.log_group, &stream, log.clone());
        let report = Some(LambdaReport::of(&invocation, memory));
        Called { answer: Answer::Called(invocation.result), report, log }
    }

    /// Finds a function by its name; there is no version but `$LATEST`.
    fn find(&self, name: &FunctionName) -> Option<Arc<LocalFunction>> {
        let is_latest = name.qualifier().is_none_or(|it| it == "$LATEST");
        is_latest.then(|| self.named().get(name.name()).cloned()).flatten()
    }

    /// No code panics while it holds this.
    fn named(&self) -> MutexGuard<'_, BTreeMap<String, Arc<LocalFunction>>> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Api for Functions {
    async fn call(&self, call: ApiCall) -> Reply {
        Ok(self.handle(&call.head, &call.body).await.map(full))
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Functions").field("named", &self.named).finish_non_exhaustive()
    }
}

impl LocalFunction {
    /// `environment` is what it gets unless its variables say otherwise.
    async fn start(
        config: FunctionConfig,
        concurrency: Concurrency,
        environment: &[(OsString, OsString)],
    ) -> Result<Self, Error> {
        let mut settings = config.settings.clone();
        settings.variables.splice(0..0, environment.iter().cloned());
        let (modified, id) = (context::milliseconds(context::now()), fastrand::u128(..));
        settings.variables.extend(log_variables(&config, modified, id));
        let pool = Pool::start(settings, config.code.clone(), concurrency.calls()).await?;
        Ok(Self { config, pool, concurrency: Mutex::new(concurrency), modified, id })
    }

    /// Keeps the code that came in an archive, or removes it when it is dropped.
    fn keep_code(&self, is_kept: bool) {
        if let Some(archive) = &self.config.archive {
            archive.keep(is_kept);
        }
    }
}

impl FunctionConfig {
    /// The memory that the function sees.
    pub fn memory_mb(&self) -> u32 {
        self.settings.memory_mb.unwrap_or(crate::function::DEFAULT_MEMORY_MB)
    }
}

impl Called {
    /// Lambda refused it: nothing ran.
    pub const fn refused(why: Refusal) -> Self {
        Self { answer: Answer::Refused(why), report: None, log: Vec::new() }
    }
}

/// What Lambda makes of code that does not start.
fn not_started(error: &Error) -> PoolCall {
    let error = FunctionError {
        error_type: "Runtime.InvalidEntrypoint".to_owned(),
        message: error.to_string(),
        ..FunctionError::default()
    };
    PoolCall { invocation: Invocation::new(InvocationResult::InitError(error)), environment: 0 }
}

/// `2026/11/29/[$LATEST]` and 32 hexadecimal digits: one for each environment.
fn log_stream(modified: i64, id: u128, environment: usize) -> String {
    let day = times::rfc3339(modified).unwrap_or_default();
    let day = day.split('T').next().unwrap_or_default().replace('-', "/");
    format!("{day}/[$LATEST]{:032x}", id.wrapping_add(environment as u128))
}

/// The variables about logs, where they differ from those of every function.
fn log_variables(config: &FunctionConfig, modified: i64, id: u128) -> Vec<(OsString, OsString)> {
    let format = config.log_format.as_str();
    let variables = [
        ("AWS_LAMBDA_LOG_GROUP_NAME", config.log_group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream(modified, id, 0)),
        ("AWS_LAMBDA_LOG_FORMAT", format.to_owned()),
    ];
    // Not set where the runtime is that of the code (Lambda developer guide, "Defined
    // runtime environment variables").
    let runtime = Some(("AWS_EXECUTION_ENV", format!("AWS_Lambda_{}", config.runtime)));
    let runtime = runtime.filter(|_| !config.runtime.is_empty());
    variables.into_iter().chain(runtime).map(|(name, value)| (name.into(), value.into())).collect()
}
