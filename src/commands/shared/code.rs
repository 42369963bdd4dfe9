//! The flags for code that runs on this machine.

use std::path::{Path, PathBuf, absolute};

use crate::context;
use crate::error::Error;
use crate::function::{Interpreters, Program};

/// Where the code of a function is, and what runs it.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::commands) struct CodeArgs {
    /// Folder of the code, also its working directory [default: that of the bootstrap, else this one]
    #[arg(long = "code", id = "code", value_name = "DIR", help_heading = "Function")]
    pub(in crate::commands) folder: Option<PathBuf>,

    /// Python interpreter for the handler [default: that of the active virtualenv, else python3]
    #[arg(long, value_name = "PATH", help_heading = "Function")]
    pub(in crate::commands) python: Option<PathBuf>,

    /// Node.js executable for the handler [default: node]
    #[arg(long, value_name = "PATH", help_heading = "Function")]
    pub(in crate::commands) node: Option<PathBuf>,
}

impl CodeArgs {
    /// The folder that names of handlers start from.
    pub(in crate::commands) fn folder(&self) -> &Path {
        self.folder.as_deref().unwrap_or_else(|| Path::new("."))
    }

    /// The folder that the function runs in, with its full name. As on Lambda, a compiled
    /// program runs in its own.
    pub(in crate::commands) fn working_folder(
        &self,
        program: Option<&Program>,
    ) -> Result<PathBuf, Error> {
        let own = match program {
            Some(Program::Bootstrap(file)) if self.folder.is_none() => file.parent(),
            _ => None,
        };
        let folder = own.unwrap_or_else(|| self.folder());
        let name = folder.display();
        if !folder.is_dir() {
            return Err(Error::user(format!("`{name}` is not a folder")));
        }
        absolute(folder).map_err(|error| Error::unreadable(&name.to_string(), error))
    }

    /// What runs handlers in Python and JavaScript.
    pub(in crate::commands) fn interpreters(&self) -> Interpreters {
        let variables = context::environment();
        let active = variables.into_iter().find(|(name, _)| name == "VIRTUAL_ENV");
        Interpreters {
            python: self.python.clone(),
            node: self.node.clone(),
            virtual_env: active.map(|(_, folder)| PathBuf::from(folder)),
        }
    }
}
