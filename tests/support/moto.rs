//! moto's server: one for all tests, started when the first needs it.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails loudly")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::installed::python;

/// The server. It ends when its standard input does, which is when this
/// process ends, however that comes.
pub(crate) struct Moto {
    http: u16,
    https: u16,
    folder: PathBuf,
    _child: Child,
}

impl Moto {
    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    /// `https://localhost:PORT`, with a certificate that nobody knows.
    pub(crate) fn https_url(&self) -> String {
        format!("https://localhost:{}", self.https)
    }

    /// The certificate of [`https_url`](Self::https_url), in PEM.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("certificate.crt")
    }
}

/// Returns the server, which answers.
pub(crate) fn moto() -> &'static Moto {
    static MOTO: OnceLock<Moto> = OnceLock::new();
    MOTO.get_or_init(|| {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("moto-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the certificate");
        let mut child = Command::new(python())
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/aws_server.py"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("moto starts");
        let mut ready = String::new();
        let stdout = child.stdout.take().expect("its standard output");
        BufReader::new(stdout).read_line(&mut ready).expect("its ports");
        let mut ports = ready.split_whitespace().map(|port| port.parse().expect("a port"));
        let mut port = || ports.next().expect("two ports; what went wrong is above");
        Moto { http: port(), https: port(), folder, _child: child }
    })
}
