//! moto's own tests of Firehose and CloudWatch Logs, pointed at `fh local`: from
//! its source distribution, in the version that is installed for the other tests.
//! `moto_suites.txt` lists those that do not apply.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "reads and writes below target/ only")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::installed::python;
use crate::local_server::LocalServer;

const SUITES: [&str; 2] = ["tests/test_firehose", "tests/test_logs"];

/// Downloads the source distribution and takes the tests out of it.
const DOWNLOAD: &str = r#"
import subprocess, sys, tarfile
from pathlib import Path
version, folder = sys.argv[1], Path(sys.argv[2])
pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
subprocess.run([*pip, "--no-deps", "--no-binary", "moto", f"moto=={version}", "-d", folder], check=True)
root = f"moto-{version}/"
with tarfile.open(folder / f"moto-{version}.tar.gz") as archive:
    for member in archive:
        name = member.name.removeprefix(root)
        is_shared = name.count("/") == 1 and name.endswith(".py")
        if name.startswith(tuple(f"{suite}/" for suite in sys.argv[3:])) or (name.startswith("tests/") and is_shared):
            member.name = name
            archive.extract(member, folder, filter="data")
"#;

/// The folder with moto's `tests`, made next to its final place and renamed.
fn suites() -> PathBuf {
    let requirements = include_str!("../support/requirements.txt").lines();
    let mut versions = requirements.filter_map(|line| line.strip_prefix("moto[server]=="));
    let version = versions.next().unwrap();
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let place = tmp.join(format!("moto-tests-{version}"));
    if !place.exists() {
        let making = tmp.join(format!("moto-tests-making-{}", std::process::id()));
        fs::create_dir_all(&making).unwrap();
        let mut download = Command::new(python());
        let download = download.args(["-c", DOWNLOAD, version]).arg(&making).args(SUITES);
        let output = download.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // It fails where another run was quicker, which serves as well.
        let _renamed = fs::rename(&making, &place);
    }
    place
}

#[test]
fn the_suites_of_moto_pass_but_for_those_that_are_listed() {
    let server = LocalServer::start("us-east-1");
    let output = Command::new(python())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", server.folder.path())
        .env("AWS_ACCESS_KEY_ID", "AKIDANYBODY")
        .env("AWS_SECRET_ACCESS_KEY", "whatever")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("TEST_SERVER_MODE", "true")
        .env("TEST_SERVER_MODE_ENDPOINT", server.url())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/local"))
        .args(["-m", "pytest", "--quiet", "--tb=short", "--rootdir=."])
        .args(["-p", "moto_suites", "-p", "no:cacheprovider"])
        .args(SUITES)
        .current_dir(suites())
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    // What is skipped would prove nothing.
    assert!(shown.contains(" passed, 2 skipped, "), "{shown}");
}
