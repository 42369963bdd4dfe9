//! From flags to the function of a stream.

use std::path::PathBuf;

use super::arguments::FunctionArgs;
use crate::context;
use crate::error::Error;
use crate::function::{Code, FunctionSettings, Program};
use crate::local::lambda::FunctionConfig;
use firehose::lambda_report::LogFormat;

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
