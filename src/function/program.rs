//! What has to be run for `--handler app.lambda_handler`.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::{Path, PathBuf, absolute};

use super::handlers::FoundHandler;
use crate::context;
use crate::error::Error;
use firehose::transform::BuiltIn;
use firehose::transform::invocation::{FunctionError, HandlerStyle};

/// Starts a Python handler: with `awslambdaric` if the interpreter has it.
const PYTHON: &str = include_str!("bootstrap/bootstrap.py");
/// Starts a Node.js handler: with `aws-lambda-ric` if the code has it built.
const NODE: &str = include_str!("bootstrap/bootstrap.mjs");

/// A program that speaks the Lambda Runtime API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A Python handler.
    Python {
        /// The interpreter.
        interpreter: PathBuf,
        /// `app.lambda_handler`.
        handler: String,
    },
    /// A Node.js handler.
    Node {
        /// The interpreter.
        interpreter: PathBuf,
        /// `index.handler`.
        handler: String,
    },
    /// An executable file that speaks for itself.
    Bootstrap(PathBuf),
    /// A transform that is part of `fh`.
    BuiltIn {
        /// This program.
        executable: PathBuf,
        /// Which one.
        transform: BuiltIn,
    },
}

/// The interpreters that the user chose, if any.
#[derive(Debug, Clone, Default)]
pub struct Interpreters {
    /// For Python.
    pub python: Option<PathBuf>,
    /// For Node.js.
    pub node: Option<PathBuf>,
    /// The folder of the active virtual environment; its Python runs where
    /// none was chosen.
    pub virtual_env: Option<PathBuf>,
}

/// The endings of files in which Node.js finds a handler, in its order.
pub(super) const NODE_ENDINGS: [&str; 3] = ["js", "mjs", "cjs"];

/// The folder of the code is none.
pub fn not_a_folder(code: &Path) -> Error {
    Error::user(format!("`{}` is not a folder", code.display()))
        .hint("pass the folder of the code with `--code DIR`")
}

impl Program {
    /// Finds what `handler` means with the code in `code`.
    ///
    /// Looks for `app.py` or `app/__init__.py` and for `app.js`, `.mjs` and
    /// `.cjs`; an interpreter that the user chose decides where both are.
    pub fn find(handler: &str, code: &Path, chosen: Interpreters) -> Result<Self, Error> {
        if !code.is_dir() {
            return Err(not_a_folder(code));
        }
        if let Some(file) = executable(handler, code)? {
            return Self::bootstrap(&file);
        }
        let python = python_files(handler).into_iter().find(|name| code.join(name).is_file());
        let node = node_files(handler).into_iter().find(|name| code.join(name).is_file());
        let only_python = chosen.python.is_some() && chosen.node.is_none();
        let only_node = chosen.node.is_some() && chosen.python.is_none();
        let handler = handler.to_owned();
        match (python, node) {
            (Some(python), Some(node)) if !only_python && !only_node => {
                Err(ambiguous(&handler, code, &python, &node))
            }
            (Some(_), _) if !only_node => {
                let in_env = chosen.virtual_env.map(|folder| folder.join("bin/python"));
                let python = chosen.python.or(in_env.filter(|python| python.is_file()));
                Ok(Self::Python { interpreter: program(python, "python3")?, handler })
            }
            (_, Some(_)) if !only_python => {
                Ok(Self::Node { interpreter: program(chosen.node, "node")?, handler })
            }
            (Some(python), _) => Err(unwanted(&handler, code, &python, "--node", "Node.js")),
            (_, Some(node)) => Err(unwanted(&handler, code, &node, "--python", "Python")),
            (None, None) => Err(missing(&handler, code)),
        }
    }

    /// Takes an executable file as it is.
    pub fn bootstrap(path: &Path) -> Result<Self, Error> {
        let name = path.display();
        let data = path
            .metadata()
            .map_err(|error| Error::user(format!("cannot run `{name}`: {error}")))?;
        if !is_executable(&data) {
            return Err(Error::user(format!("`{name}` is not an executable file"))
                .hint("a bootstrap is a compiled program or a script with `#!` and `chmod +x`"));
        }
        Ok(Self::Bootstrap(full(path)?))
    }

    /// A transform that is part of `fh`.
    pub fn built_in(transform: BuiltIn) -> Result<Self, Error> {
        let executable = context::executable()
            .map_err(|error| Error::user(format!("cannot find the program `fh`: {error}")))?;
        Ok(Self::BuiltIn { executable, transform })
    }

    /// True if its code is part of `fh`.
    pub const fn is_built_in(&self) -> bool {
        matches!(self, Self::BuiltIn { .. })
    }

    /// The executable file and its arguments.
    pub(super) fn command(&self) -> (&Path, Vec<&OsStr>) {
        match self {
            Self::Python { interpreter, handler } => {
                (interpreter, ["-c", PYTHON, handler].map(OsStr::new).into())
            }
            Self::Node { interpreter, handler } => (
                interpreter,
                ["--input-type=module", "--eval", NODE, "--", handler].map(OsStr::new).into(),
            ),
            Self::Bootstrap(path) => (path, Vec::new()),
            Self::BuiltIn { executable, transform } => {
                (executable, ["transform", transform.as_str()].map(OsStr::new).into())
            }
        }
    }

    /// The interpreter of a Node.js handler.
    pub(super) fn node(&self) -> Option<&Path> {
        match self {
            Self::Node { interpreter, .. } => Some(interpreter),
            Self::Python { .. } | Self::Bootstrap(_) | Self::BuiltIn { .. } => None,
        }
    }

    /// What Lambda has in `_HANDLER`.
    pub fn handler(&self) -> &str {
        match self {
            Self::Python { handler, .. } | Self::Node { handler, .. } => handler,
            Self::Bootstrap(_) => "bootstrap",
            Self::BuiltIn { transform, .. } => transform.as_str(),
        }
    }

    /// The command that installs what `error` misses, if Lambda's runtime has it.
    pub(super) fn install(&self, error: &FunctionError, code: &Path) -> Option<String> {
        match self {
            Self::Python { interpreter, .. } => {
                let package = error.missing_python_package()?;
                let python = interpreter.display();
                Some(format!("{python} -m pip install {package}"))
            }
            Self::Node { .. } => {
                let package = error.missing_node_package()?;
                let code = code.display().to_string().replace('\'', r"'\''");
                Some(format!("npm install --no-save --prefix '{code}' {package}"))
            }
            Self::Bootstrap(_) | Self::BuiltIn { .. } => None,
        }
    }

    /// How its handler answers, where that follows from the language.
    pub(super) const fn style(&self) -> Option<HandlerStyle> {
        match self {
            Self::Python { .. } => Some(HandlerStyle::Python),
            Self::Node { .. } | Self::Bootstrap(_) | Self::BuiltIn { .. } => None,
        }
    }

    /// What to know where our own loop runs the handler, for want of the official
    /// runtime interface client.
    pub(super) fn own_loop_note(&self) -> Option<String> {
        match self {
            Self::Python { interpreter, .. } => Some(format!(
                "this Python has no awslambdaric, so fh runs the handler itself; to run it as \
                 Lambda does:\n  {} -m pip install awslambdaric",
                interpreter.display()
            )),
            Self::Node { .. } => Some(
                "aws-lambda-ric is not installed or not built, so fh runs the handler itself; to run it as \
                 Lambda does (needs cmake and a C++ compiler):\n  npm install --save-dev \
                 aws-lambda-ric"
                    .to_owned(),
            ),
            Self::Bootstrap(_) | Self::BuiltIn { .. } => None,
        }
    }

    /// What to say where it cannot be started.
    pub(super) const fn advice(&self) -> &'static str {
        match self {
            Self::Python { .. } => "pass the interpreter with `--python PATH`",
            Self::Node { .. } => "pass the interpreter with `--node PATH`",
            Self::Bootstrap(_) => "it must be built for this machine, not only for Lambda",
            Self::BuiltIn { .. } => "the program `fh` must stay where it was started",
        }
    }
}

#[cfg(unix)]
fn is_executable(file: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.is_file() && file.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(file: &Metadata) -> bool {
    file.is_file()
}

/// Returns the file if `handler` names one: by its path, or without a dot one
/// in the folder of the code. The name of a source file is a slip.
fn executable(handler: &str, code: &Path) -> Result<Option<PathBuf>, Error> {
    let by_path = Path::new(handler);
    let in_code = code.join(handler);
    let is_source = by_path.extension().is_some_and(|ending| {
        ending == "py" || NODE_ENDINGS.contains(&ending.to_string_lossy().as_ref())
    });
    if is_source && (in_code.is_file() || by_path.is_file()) {
        let error = Error::user(format!("`{handler}` names a file, not the function in it"));
        return Err(match FoundHandler::in_file(code, handler) {
            Ok(found) => error.hint(format!("use `--handler {}`", found.handler)),
            Err(_) => {
                error.hint("a handler is `FILE.FUNCTION`, e.g. app.lambda_handler, index.handler")
            }
        });
    }
    if handler.contains('/') && by_path.is_file() {
        return Ok(Some(by_path.to_owned()));
    }
    Ok((!handler.contains('.') && in_code.is_file()).then_some(in_code))
}

/// `pkg.module.fn` and `src/app.fn`: all but the last dot are folders.
fn python_files(handler: &str) -> Vec<String> {
    let module = handler.rsplit_once('.').map_or(handler, |(module, _)| module).replace('.', "/");
    vec![format!("{module}.py"), format!("{module}/__init__.py")]
}

/// `src/app.a.b`: the file ends at the first dot of the last part.
fn node_files(handler: &str) -> Vec<String> {
    let start = handler.rfind('/').map_or(0, |slash| slash + 1);
    let (folder, name) = handler.split_at(start);
    let stem = name.split('.').next().unwrap_or_default();
    NODE_ENDINGS.iter().map(|ending| format!("{folder}{stem}.{ending}")).collect()
}

fn ambiguous(handler: &str, code: &Path, python: &str, node: &str) -> Error {
    let code = code.display();
    Error::user(format!("`{handler}` may be `{python}` or `{node}` in `{code}`"))
        .hint("choose one with `--python python3` or `--node node`")
}

/// The user chose an interpreter of the other language.
fn unwanted(handler: &str, code: &Path, file: &str, flag: &str, language: &str) -> Error {
    let code = code.display();
    Error::user(format!("no {language} code for the handler `{handler}` in `{code}`"))
        .hint(format!("found `{file}`, but `{flag}` selects {language}: omit `{flag}`"))
}

fn missing(handler: &str, code: &Path) -> Error {
    let looked: Vec<_> = python_files(handler).into_iter().chain(node_files(handler)).collect();
    let error = Error::user(format!(
        "no code for the handler `{handler}` in `{}`: looked for {}",
        code.display(),
        looked.join(", ")
    ));
    let stem = node_files(handler).into_iter().next().unwrap_or_default();
    let typescript = stem.strip_suffix("js").map(|stem| format!("{stem}ts")).unwrap_or_default();
    if code.join(&typescript).is_file() {
        return error.hint(format!("compile `{typescript}` first, as for Lambda"));
    }
    if !handler.contains('.') {
        return error.hint("a handler is `FILE.FUNCTION`, e.g. app.lambda_handler, index.handler");
    }
    error.hint("pass the folder of the code with `--code DIR`")
}

/// A name is looked up on the path; a path must not depend on the folder in
/// which the function runs.
fn program(chosen: Option<PathBuf>, default: &str) -> Result<PathBuf, Error> {
    let chosen = chosen.unwrap_or_else(|| default.into());
    if chosen.components().count() > 1 { full(&chosen) } else { Ok(chosen) }
}

/// Links stay links: a virtual environment is known by the name of its Python.
fn full(path: &Path) -> Result<PathBuf, Error> {
    absolute(path).map_err(|error| Error::unreadable(&path.display().to_string(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        folder
    }

    fn find(handler: &str, files: &[&str], chosen: Interpreters) -> String {
        let folder = folder(files);
        match Program::find(handler, folder.path(), chosen) {
            Ok(Program::Python { interpreter, .. } | Program::Node { interpreter, .. }) => {
                interpreter.display().to_string()
            }
            Ok(Program::Bootstrap(path)) => path.display().to_string(),
            Ok(program @ Program::BuiltIn { .. }) => program.handler().to_owned(),
            Err(error) => {
                let name = folder.path().display().to_string();
                format!("{error}; {}", error.hints().join("; ")).replace(&name, "DIR")
            }
        }
    }

    #[test]
    fn the_file_tells_the_language() {
        let none = Interpreters::default;
        assert_eq!(find("app.lambda_handler", &["app.py"], none()), "python3");
        assert_eq!(find("pkg.app.fn", &["pkg/app.py"], none()), "python3");
        assert_eq!(find("src/app.fn", &["src/app.py"], none()), "python3");
        assert_eq!(find("pkg.fn", &["pkg/__init__.py"], none()), "python3");
        assert_eq!(find("index.handler", &["index.mjs"], none()), "node");
        assert_eq!(find("src/app.a.b", &["src/app.cjs"], none()), "node");
    }

    #[test]
    fn an_interpreter_decides_where_both_are() {
        let files = ["app.py", "app.js"];
        assert_eq!(
            find("app.handler", &files, Interpreters::default()),
            "`app.handler` may be `app.py` or `app.js` in `DIR`; \
             choose one with `--python python3` or `--node node`"
        );
        let python = Interpreters { python: Some("/x/python".into()), ..Interpreters::default() };
        assert_eq!(find("app.handler", &files, python), "/x/python");
        let node = Interpreters { node: Some("node20".into()), ..Interpreters::default() };
        assert_eq!(find("app.handler", &files, node), "node20");
    }

    #[test]
    fn code_of_the_other_language_is_reported() {
        let node = Interpreters { node: Some("node".into()), ..Interpreters::default() };
        assert_eq!(
            find("app.handler", &["app.py"], node),
            "no Node.js code for the handler `app.handler` in `DIR`; \
             found `app.py`, but `--node` selects Node.js: omit `--node`"
        );
        let python = Interpreters { python: Some("python3".into()), ..Interpreters::default() };
        let error = find("app.handler", &["app.cjs"], python);
        assert!(
            error.ends_with("found `app.cjs`, but `--python` selects Python: omit `--python`"),
            "{error}"
        );
    }

    #[test]
    fn a_file_is_no_handler() {
        let slip = find("app.py", &["app.py"], Interpreters::default());
        assert_eq!(
            slip,
            "`app.py` names a file, not the function in it; \
             a handler is `FILE.FUNCTION`, e.g. app.lambda_handler, index.handler"
        );
        let slip = find("bootstrap", &["bootstrap"], Interpreters::default());
        assert!(slip.starts_with("`DIR/bootstrap` is not an executable file; "), "{slip}");
    }

    #[test]
    fn nothing_found_tells_what_was_looked_for() {
        assert_eq!(
            find("app.handler", &["other.py"], Interpreters::default()),
            "no code for the handler `app.handler` in `DIR`: looked for app.py, app/__init__.py, \
             app.js, app.mjs, app.cjs; pass the folder of the code with `--code DIR`"
        );
        let typescript = find("app.handler", &["app.ts"], Interpreters::default());
        assert!(typescript.ends_with("compile `app.ts` first, as for Lambda"), "{typescript}");
    }
}
