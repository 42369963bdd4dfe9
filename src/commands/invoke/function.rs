//! From the flags of `fh invoke` to something that can be called.

use std::ffi::OsString;
use std::sync::Arc;

use super::InvokeArgs;
use crate::aws::Session;
use crate::context;
use crate::error::Error;
use crate::function::{
    CommandFunction, DeployedFunction, EndpointFunction, Function, FunctionSettings,
    ProcessFunction, Program,
};
use crate::platform::UnixOnly;

/// Starts the function that the flags name. `session` is for a deployed one.
pub(super) async fn function(
    args: &InvokeArgs,
    session: Option<&Arc<Session>>,
) -> Result<Function, Error> {
    if let (Some(name), Some(session)) = (&args.function, session) {
        let function = DeployedFunction::new(Arc::clone(session), name);
        return Ok(Function::Deployed(Box::new(function)));
    }
    let timeout = args.timeout;
    if let Some(url) = &args.lambda_endpoint {
        return Ok(Function::Endpoint(EndpointFunction::new(url, &args.function_name, timeout)?));
    }
    UnixOnly::LocalFunction.check()?;
    if let Some(line) = &args.exec {
        let settings = settings(args, None)?;
        return Ok(Function::Command(CommandFunction::new(settings, line.clone())));
    }
    let program = match (&args.handler, &args.bootstrap, args.transform) {
        (Some(handler), ..) => {
            Program::find(handler, args.code.folder(), args.code.interpreters())?
        }
        (None, Some(file), _) => Program::bootstrap(file)?,
        (None, None, Some(transform)) => Program::built_in(transform)?,
        (None, None, None) => return Err(Error::internal("no function was named")),
    };
    let settings = settings(args, Some(&program))?;
    let function = ProcessFunction::start(settings, program).await?;
    Ok(Function::Process(Box::new(function)))
}

fn settings(args: &InvokeArgs, program: Option<&Program>) -> Result<FunctionSettings, Error> {
    Ok(FunctionSettings {
        name: args.function_name.clone(),
        region: region(args),
        timeout: args.timeout,
        memory_mb: args.memory,
        code: args.code.working_folder(program)?,
        inherited: context::environment(),
        variables: variables(args)?,
        pass_credentials: args.pass_credentials,
        now: context::now,
    })
}

/// The variables of the files and, after them, those of the flags, which win.
fn variables(args: &InvokeArgs) -> Result<Vec<(OsString, OsString)>, Error> {
    let mut variables = Vec::new();
    for file in &args.env_file {
        variables.extend(super::variables::read(file)?);
    }
    variables.extend(args.env.iter().cloned());
    Ok(variables.into_iter().map(|it| (it.name, it.value)).collect())
}

/// The Region that a function on this machine is given.
fn region(args: &InvokeArgs) -> String {
    let environment = || {
        let all = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().filter_map(context::variable);
        all.into_iter().find(|it| !it.is_empty())
    };
    args.aws
        .region
        .as_ref()
        .map(ToString::to_string)
        .or_else(environment)
        .unwrap_or_else(|| "us-east-1".to_owned())
}
