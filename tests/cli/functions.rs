//! What the tests of `fh invoke` share: interpreters, a compiled function, and
//! reports without what is different in each run.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::harness::{Fh, Output, root};
use crate::installed;

/// Four records of ticker JSON.
pub(crate) const EVENT: &str = "fixtures/events/kinesis-source.json";

/// A run of `fh invoke` that finds what is on our own path.
pub(crate) fn invoke(words: &str) -> Fh {
    with_interpreters(Fh::new()).args("invoke --event").arg(EVENT).args(words)
}

/// A run that finds what is on our own path.
pub(crate) fn with_interpreters(fh: Fh) -> Fh {
    let path = std::env::var_os("PATH").unwrap();
    fh.env("PATH", path.to_str().unwrap()).env("PYTHONDONTWRITEBYTECODE", "1")
}

/// A run with a handler below `fixtures/handlers/`.
fn handler(name: &str) -> Fh {
    invoke("--code fixtures/handlers --handler").arg(name)
}

/// A Python handler behind the official client.
pub(crate) fn official(name: &str) -> Fh {
    handler(name).arg("--python").arg(installed::python())
}

/// A Python handler behind our own loop.
pub(crate) fn bare(name: &str) -> Fh {
    handler(name).arg("--python").arg(bare_python())
}

/// A Node.js handler behind our own loop.
pub(crate) fn node(name: &str) -> Fh {
    handler(name).args("--node node")
}

/// The same on a Node.js that says it is this version, which Lambda's runtime goes by.
pub(crate) fn node_of(version: &str, name: &str) -> Fh {
    node(name).arg("--env").arg(says_version(version))
}

/// What makes a Node.js say that it is this version.
pub(crate) fn says_version(version: &str) -> String {
    format!(
        "NODE_OPTIONS=--import=data:text/javascript,\
         Object.defineProperty(process.versions,'node',{{value:'{version}'}})"
    )
}

/// A Python that has no package at all.
pub(crate) fn bare_python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-bare");
        if !place.exists() {
            let making = place.with_extension(std::process::id().to_string());
            run(Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(&making));
            // It fails where another run was quicker, which serves as well.
            let _renamed = std::fs::rename(&making, &place);
        }
        place.join("bin/python")
    })
}

/// The function of `tests/bootstrap/`, built here once.
pub(crate) fn bootstrap() -> &'static Path {
    static BOOTSTRAP: OnceLock<PathBuf> = OnceLock::new();
    BOOTSTRAP.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bootstrap");
        let manifest = root().join("tests/bootstrap/Cargo.toml");
        run(Command::new(env!("CARGO"))
            .args(["build", "--locked", "--quiet", "--manifest-path"])
            .arg(manifest)
            .arg("--target-dir")
            .arg(&target));
        target.join("debug/bootstrap")
    })
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{errors}");
}

/// The exit code of a run with `--output ndjson`, and the rules that it found
/// broken, each once.
pub(crate) fn verdict(output: &Output) -> String {
    let mut said = vec![format!("exit {}", output.code())];
    for part in output.text().split("{\"rule\":\"").skip(1) {
        let rule = part.split('"').next().unwrap().to_owned();
        if !said.contains(&rule) {
            said.push(rule);
        }
    }
    said.join(", ")
}

/// Waits until these processes, in a file that a handler wrote, are gone.
pub(crate) fn gone(pids: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    for pid in pids.split_whitespace() {
        while is_running(pid) {
            assert!(Instant::now() < deadline, "{pid} still runs");
            std::thread::yield_now();
        }
    }
}

/// What a file holds, if it is there.
#[expect(clippy::disallowed_methods, reason = "reads what a handler wrote")]
pub(crate) fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// A dead process stays until somebody asks how it ended.
fn is_running(pid: &str) -> bool {
    let status = read(Path::new(&format!("/proc/{pid}/stat")));
    status.is_some_and(|status| {
        !matches!(status.rsplit(") ").next().unwrap().get(..1), Some("Z" | "X"))
    })
}

/// A server that answers one request, and tells what it was asked.
pub(crate) fn server(
    answer: impl Fn(TcpStream) -> String + Send + 'static,
) -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, std::thread::spawn(move || answer(listener.accept().unwrap().0)))
}

/// Answers a POST with `answer`; tells its first line and the size of its body.
pub(crate) fn emulator(answer: impl Into<String>) -> (u16, std::thread::JoinHandle<String>) {
    let answer = answer.into();
    server(move |mut stream| {
        let mut seen = Vec::new();
        let mut chunk = [0; 4096];
        let head = loop {
            let length = stream.read(&mut chunk).unwrap();
            assert!(length > 0, "it ended early");
            seen.extend_from_slice(chunk.get(..length).unwrap());
            let text = String::from_utf8_lossy(&seen).into_owned();
            if let Some((head, _)) = text.split_once("\r\n\r\n") {
                break head.to_owned();
            }
        };
        let length: usize = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok())
            .unwrap();
        while seen.len() < head.len() + 4 + length {
            let length = stream.read(&mut chunk).unwrap();
            assert!(length > 0, "the body ended early");
            seen.extend_from_slice(chunk.get(..length).unwrap());
        }
        stream.write_all(answer.as_bytes()).unwrap();
        format!("{}, {length} B", head.lines().next().unwrap())
    })
}

/// The names of the violations that a handler can make, in its order.
pub(crate) fn violations(path: &str) -> Vec<String> {
    let text = read(&root().join(path)).unwrap();
    let (_, table) = text.split_once("VIOLATIONS = {\n").unwrap();
    let (table, _) = table.split_once("\n}").unwrap();
    let names = table.lines().filter_map(|line| line.trim().strip_prefix('"')?.split('"').next());
    names.map(ToOwned::to_owned).collect()
}

/// A pipe with a name: who opens it waits for the other side.
pub(crate) fn fifo(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("pids");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

/// What is written to the pipe, or a failed test.
pub(crate) fn written(path: &Path) -> String {
    let (sender, receiver) = channel();
    let path = path.to_owned();
    std::thread::spawn(move || sender.send(read(&path)));
    receiver.recv_timeout(Duration::from_secs(30)).unwrap().unwrap()
}
