//! The flags for code that runs on this machine.

use std::path::{Path, PathBuf, absolute};

use crate::context;
use crate::error::Error;
use crate::function::{Interpreters, Program, not_a_folder};

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
        if !folder.is_dir() {
            return Err(not_a_folder(folder));
        }
        absolute(folder).map_err(|error| Error::unreadable(&folder.display().to_string(), error))
    }

    /// What runs handlers in Python and JavaScript.
    pub(in crate::commands) fn interpreters(&self) -> Interpreters {
        Interpreters {
            python: self.python.clone(),
            node: self.node.clone(),
            virtual_env: context::variable("VIRTUAL_ENV").map(PathBuf::from),
        }
    }
}
