//! Makes one call in a sealed environment, with credentials in it that must
//! never come out.

#![expect(clippy::expect_used, reason = "a harness that cannot work ends the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::probe::ARGUMENTS;

/// What no output may hold: AWS's own example of a key id and made up secrets.
pub(crate) const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "canary/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "canaryIQoJb3JpZ2luX2VjEXAMPLETOKEN";
const CANARIES: [&str; 4] = [KEY_ID, "canary", "wJalrXUtnFEMI", "IQoJb3JpZ2lu"];

/// A call in the making.
#[must_use = "`run` makes it"]
pub(crate) struct Call {
    command: Command,
    arguments: Vec<String>,
    home: TempDir,
    /// The test of this binary that makes it.
    probe: &'static str,
}

impl Call {
    /// A call of this function with keys in the environment and no Region.
    pub(crate) fn bare(function: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder for HOME");
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.env_clear().env("HOME", home.path()).env("PATH", "/usr/bin:/bin");
        command
            .env("AWS_ACCESS_KEY_ID", KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_SESSION_TOKEN", TOKEN)
            .env("AWS_EC2_METADATA_DISABLED", "true");
        Self { command, arguments: vec![function.to_owned()], home, probe: "probe::call" }
    }

    /// A question about this fact at `url`, in eu-west-1.
    pub(crate) fn asking(url: &str, fact: &str) -> Self {
        Self::at(url, fact).by("facts::ask")
    }

    /// Made by this test.
    pub(crate) fn by(self, probe: &'static str) -> Self {
        Self { probe, ..self }
    }

    /// A call of this function at `url`, in eu-west-1.
    pub(crate) fn at(url: &str, function: &str) -> Self {
        Self::bare(function).env("AWS_REGION", "eu-west-1").arg("--endpoint-url", url)
    }

    /// Adds a flag.
    pub(crate) fn arg(mut self, name: &str, value: &str) -> Self {
        self.arguments.push(format!("{name}={value}"));
        self
    }

    /// Sets a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes variables out of the environment.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        for name in names {
            self.command.env_remove(name);
        }
        self
    }

    /// Takes the keys out of the environment.
    pub(crate) fn without_keys(self) -> Self {
        self.without(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
    }

    /// Writes a file into the home folder; `{SECRET}` in it is a canary.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let file = self.path(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text.replace("{SECRET}", SECRET)).expect("a file");
        self
    }

    /// The path of a file in the home folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Makes the call and returns what the user would see. Nothing in it, nor
    /// in what a programmer would see, is a credential.
    pub(crate) fn run(mut self) -> String {
        self.command.env(ARGUMENTS, self.arguments.join("\n"));
        self.command.args(["--exact", self.probe, "--ignored", "--nocapture"]);
        let output = self.command.output().expect("the probe runs");
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
        assert!(output.status.success(), "{stdout}{stderr}");
        assert!(stdout.contains("1 passed"), "{stdout}");
        for canary in CANARIES {
            assert!(!stdout.contains(canary) && !stderr.contains(canary), "{stdout}{stderr}");
        }
        filtered(&stderr, self.home.path())
    }
}

/// Replaces what differs from run to run.
fn filtered(text: &str, home: &Path) -> String {
    let text = text.replace(&home.display().to_string(), "[HOME]");
    let text = after_each(&text, "127.0.0.1:", "[PORT]");
    after_each(&text, "request id ", "[ID]")
}

/// Replaces the word behind each `mark`.
fn after_each(text: &str, mark: &str, word: &str) -> String {
    let mut pieces = text.split(mark);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.trim_start_matches(|it: char| it.is_ascii_alphanumeric() || it == '-');
        out.extend([mark, word, rest]);
    }
    out
}
