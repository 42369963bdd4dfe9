//! A shell whose script is our own.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::env::EnvCompleter;

/// Its script, and what answers it.
pub(super) struct OwnShell {
    pub(super) name: &'static str,
    /// With VARIABLE, BINARY and COMPLETER to be filled in.
    pub(super) script: &'static str,
    pub(super) complete: Complete,
}

/// Prints candidates for the words that a script passes on, in a folder.
type Complete = fn(&mut Command, &[OsString], Option<&Path>, &mut dyn io::Write) -> io::Result<()>;

impl EnvCompleter for OwnShell {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, name: &str) -> bool {
        name == self.name
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        binary: &str,
        completer: &str,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let script = self.script.replace("VARIABLE", variable);
        let script = script.replace("BINARY", binary).replace("COMPLETER", completer);
        writeln!(out, "{script}")
    }

    fn write_complete(
        &self,
        fh: &mut Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        (self.complete)(fh, &words, folder, out)
    }
}
