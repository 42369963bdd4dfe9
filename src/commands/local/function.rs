//! From flags to the function of a stream.

use std::path::PathBuf;
use std::time::Duration;

use crate::commands::invoke::variables::VariableArg;
use crate::commands::shared::closed::built_in;
use crate::commands::shared::code::CodeArgs;
use crate::commands::shared::number::number;
use crate::context;
use crate::error::Error;
use crate::function::{Code, FunctionSettings, Program};
use crate::local::lambda::FunctionConfig;
use crate::times;
use firehose::lambda_report::LogFormat;
use firehose::transform::BuiltIn;

/// The transform.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("target"))]
pub(super) struct FunctionArgs {
    /// Handler, e.g. `app.lambda_handler` (Python), `index.handler` (Node.js), or an executable
    #[arg(long, value_name = "HANDLER", group = "target", help_heading = "Function")]
    pub(super) handler: Option<String>,

    /// Compiled program that speaks the Lambda Runtime API (Rust, Go)
    #[arg(long, value_name = "FILE", group = "target", help_heading = "Function")]
    pub(super) bootstrap: Option<PathBuf>,

    /// Built-in transform: passthrough, newline, cloudwatch-logs, tour or tour-fixed
    #[arg(long, value_name = "NAME", group = "target", value_parser = built_in(), hide_possible_values = true, help_heading = "Function")]
    pub(super) transform: Option<BuiltIn>,

    /// Command for sh: event on standard input, response on standard output
    #[arg(long, value_name = "CMD", group = "target", help_heading = "Function")]
    pub(super) exec: Option<String>,

    #[command(flatten)]
    pub(super) code: CodeArgs,

    /// Environment variable for the function: NAME=VALUE, or NAME to pass yours (repeatable)
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Function")]
    pub(super) env: Vec<VariableArg>,

    /// Timeout per call: 90, 1m30s
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = times::duration, help_heading = "Function")]
    pub(super) timeout: Duration,

    /// Memory limit; the function is killed above it (Linux) [default: none; the function sees 128]
    #[arg(long, value_name = "MB", value_parser = number(1..=10_240_u32), help_heading = "Function")]
    pub(super) memory: Option<u32>,

    /// Calls that may run at a time; with 0, every call is throttled
    #[arg(long, value_name = "N", default_value = "10", value_parser = number(0..=100_u32), help_heading = "Function")]
    pub(super) concurrency: u32,
}

/// The function that the flags name, if any, called `name` or after its code.
pub(super) fn function(
    args: &FunctionArgs,
    name: Option<&str>,
    region: &str,
) -> Result<Option<FunctionConfig>, Error> {
    let code = match args {
        FunctionArgs { exec: Some(line), .. } => Code::Command(line.clone()),
        FunctionArgs { handler: Some(handler), .. } => {
            Code::Program(Program::find(handler, args.code.folder(), args.code.interpreters())?)
        }
        FunctionArgs { bootstrap: Some(file), .. } => Code::Program(Program::bootstrap(file)?),
        FunctionArgs { transform: Some(transform), .. } => {
            Code::Program(Program::built_in(*transform)?)
        }
        _ => return Ok(None),
    };
    let program = match &code {
        Code::Program(program) => Some(program),
        Code::Command(_) => None,
    };
    let folder = args.code.working_folder(program)?;
    let name = name.map_or_else(|| own_name(args), str::to_owned);
    let variables = args.env.iter().cloned().map(|it| (it.name, it.value)).collect();
    let settings = FunctionSettings {
        name: name.clone(),
        region: region.to_owned(),
        timeout: args.timeout,
        memory_mb: args.memory,
        code: folder,
        inherited: context::environment(),
        variables,
        pass_credentials: false,
        now: context::now,
    };
    Ok(Some(FunctionConfig {
        archive: None,
        settings,
        code,
        runtime: String::new(),
        role: format!("arn:aws:iam::{}:role/local", crate::local::ACCOUNT),
        description: String::new(),
        log_group: format!("/aws/lambda/{name}"),
        log_format: LogFormat::Text,
    }))
}

/// `app` of `app.lambda_handler`, `src/app.handler`, `target/app/bootstrap`.
fn own_name(args: &FunctionArgs) -> String {
    if let Some(transform) = args.transform {
        return transform.as_str().to_owned();
    }
    let from_folder = |file: &PathBuf| file.parent()?.file_name()?.to_str().map(str::to_owned);
    let handler = args.handler.as_deref().and_then(|it| it.rsplit('/').next());
    let name = handler.and_then(|it| it.split('.').next()).map(str::to_owned);
    let name = name.or_else(|| args.bootstrap.as_ref().and_then(from_folder));
    let is_word = |name: &String| {
        let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
        (1..=64).contains(&name.len()) && name.bytes().all(is_letter)
    };
    name.filter(is_word).unwrap_or_else(|| "transform".to_owned())
}
