//! What the tests need from a registry: installed once into `target/`, pinned.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "reads and writes below target/ only")]

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The Python interpreter with everything in `requirements.txt`.
///
/// The environment is named after the requirements, made beside its final
/// place and renamed: a run that was killed leaves no half of one behind.
pub(crate) fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let requirements =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/requirements.txt");
        let wanted = fs::read(&requirements).expect("requirements.txt");
        let mut hasher = DefaultHasher::new();
        wanted.hash(&mut hasher);
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let place = tmp.join(format!("python-{:016x}", hasher.finish()));
        if !place.exists() {
            let making = tmp.join(format!("python-making-{}", std::process::id()));
            run(Command::new("python3").args(["-m", "venv"]).arg(&making));
            run(Command::new(making.join("bin/python"))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
                .arg(&requirements));
            // It fails where another run was quicker, which serves as well.
            let _renamed = fs::rename(&making, &place);
        }
        place.join("bin/python")
    })
}

fn run(command: &mut Command) {
    let output = command.output().expect("python3 3.11 or newer is on the path");
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
