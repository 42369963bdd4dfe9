//! What the flags leave open: which function, which event.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::InvokeArgs;
use crate::context::Context;
use crate::error::Error;
use crate::function::FoundHandler;
use crate::input;
use crate::terminal::shell;

/// Returns the flags with the function that they mean. The event is a sample where
/// none was named and nothing is written to standard input; a deployed function gets none,
/// for it has side effects.
pub(super) fn resolve(args: &InvokeArgs, context: &Context) -> Result<InvokeArgs, Error> {
    let mut args = args.clone();
    args.is_sample =
        args.event.is_none() && args.function.is_none() && !input::has_redirected_stdin();
    let is_named = args.handler.is_some()
        || args.bootstrap.is_some()
        || args.exec.is_some()
        || args.transform.is_some()
        || args.lambda_endpoint.is_some()
        || args.function.is_some();
    if is_named {
        return Ok(args);
    }
    let found = match (&args.file, &args.code.folder) {
        (None, None) => {
            args.code.folder = Some(PathBuf::from("."));
            FoundHandler::in_working_folder()?.ok_or_else(no_function)?
        }
        (None, Some(folder)) => FoundHandler::in_folder(folder)?,
        (Some(file), _) if file.is_dir() => {
            args.code.folder.get_or_insert(file.clone());
            FoundHandler::in_folder(file)?
        }
        (Some(file), code) => {
            let (folder, name) = place(file, code.as_deref())?;
            let found = FoundHandler::in_file(&folder, &name)?;
            args.code.folder = Some(folder);
            found
        }
    };
    args.file = None;
    let FoundHandler { file, function, handler } = found;
    if let Some(function) = function {
        context.info(&format!("fh: using the handler {handler}: {file} has {function}"));
        args.handler = Some(handler);
    } else {
        let folder = args.code.folder.take().unwrap_or_default();
        args.bootstrap = Some(folder.join(file));
    }
    Ok(args)
}

fn no_function() -> Error {
    Error::user("no function to call: no handler found in this folder")
        .hint("pass its file or folder: fh invoke app.py, fh invoke --code DIR")
        .hint(
            "or `--handler`, `--bootstrap`, `--transform`, `--exec`, `--function` or \
             `--lambda-endpoint`",
        )
}

/// The folder of the code and the name of the file in it.
fn place(file: &Path, code: Option<&Path>) -> Result<(PathBuf, String), Error> {
    let shown = file.display();
    if !file.is_file() {
        let error = Error::user(format!("no file `{shown}`"));
        let name = shell::quoted(&shown.to_string());
        return Err(match file.extension().and_then(OsStr::to_str) {
            Some("json") => error.hint(format!("if it is an event: use `--event {name}`")),
            None if !name.contains('/') => {
                error.hint(format!("if it is a deployed function: use `--function {name}`"))
            }
            Some("handler" | "lambda_handler") => error.hint(format!("use `--handler {name}`")),
            _ => error.hint("pass the file with the handler, e.g. app.py, index.mjs"),
        });
    }
    if file.extension().is_some_and(|it| it == "json") {
        return Err(Error::user(format!("`{shown}` is not a file with a handler"))
            .hint(format!("use `--event {}`", shell::quoted(&shown.to_string()))));
    }
    let folder = match code {
        Some(code) => code,
        None => file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    };
    let name = file.strip_prefix(folder).unwrap_or(file);
    let name = name
        .to_str()
        .ok_or_else(|| Error::user(format!("`{shown}` is not UTF-8")).hint("rename the file"))?;
    Ok((folder.to_owned(), name.to_owned()))
}
