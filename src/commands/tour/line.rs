//! Runs a line of the tour: commands of `fh` with `|` and `&&`, without quotes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::context;
use crate::error::Error;
use crate::terminal::Terminal;

/// What a step needs of the environment; nothing of AWS or `fh` is among it.
const KEPT: [&str; 6] = ["PATH", "TMPDIR", "TZ", "LANG", "LC_ALL", "LLVM_PROFILE_FILE"];

/// What runs the lines.
pub(super) struct Shell {
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

/// What came of a line.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub(super) is_success: bool,
    pub(super) out: String,
    pub(super) err: String,
}

impl Shell {
    /// Commands talk to what `variables` name; configuration and ledgers are in `home`.
    pub(super) fn new(
        program: PathBuf,
        home: &Path,
        variables: impl IntoIterator<Item = (&'static str, String)>,
        terminal: &Terminal,
    ) -> Self {
        let is_kept = |name: &OsString| KEPT.iter().any(|kept| name == kept);
        let mut environment = context::environment();
        environment.retain(|(name, _)| is_kept(name));
        environment.push(("HOME".into(), home.into()));
        if terminal.wraps {
            environment
                .push(("COLUMNS".into(), terminal.width.saturating_sub(4).to_string().into()));
        }
        environment.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        Self { program, environment }
    }

    /// Runs a line; the first command that fails ends it.
    pub(super) async fn run(&self, line: &str) -> Result<Ran, Error> {
        let mut ran = Ran { is_success: true, ..Ran::default() };
        for pipeline in line.split(" && ") {
            let mut input = Vec::new();
            for command in pipeline.split(" | ") {
                let output = self.command(command, &input).await?;
                ran.err.push_str(&String::from_utf8_lossy(&output.stderr));
                ran.is_success &= output.status.success();
                input = output.stdout;
            }
            ran.out.push_str(&String::from_utf8_lossy(&input));
            if !ran.is_success {
                break;
            }
        }
        Ok(ran)
    }

    /// Runs one command. It is killed with the tour.
    async fn command(&self, words: &str, input: &[u8]) -> Result<Output, Error> {
        let failed = |error| Error::unreadable(&format!("the output of `{words}`"), error);
        let mut child = Command::new(&self.program)
            .args(words.split_whitespace().skip(1))
            .env_clear()
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that reads no input is no error.
            let _unread = stdin.write_all(input).await;
        }
        child.wait_with_output().await.map_err(failed)
    }
}
