//! A real browser: headless Chromium from the npm registry, pinned, in `target/`.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::harness::root;

/// The package with Chromium in it, for Linux on x86-64.
const CHROMIUM: &str = "@sparticuz/chromium@153.0.0";

/// What became of a page.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Seen {
    pub(crate) title: String,
    pub(crate) text: String,
    /// Names of its elements, their attributes and classes, each once.
    pub(crate) tags: Vec<String>,
    pub(crate) attributes: Vec<String>,
    pub(crate) classes: Vec<String>,
    pub(crate) is_styled: bool,
    /// It is wider than a phone.
    pub(crate) is_too_wide: bool,
    /// A script set `window.ran`.
    pub(crate) ran: bool,
    pub(crate) requests: Vec<String>,
    /// What its content security policy refused.
    pub(crate) refused: Vec<String>,
}

/// Opens these pages, one after the other.
pub(crate) fn open(pages: &[&Path]) -> Vec<Seen> {
    let folder = installed();
    let mut node = Command::new("node");
    node.arg(root().join("tests/support/browser.mjs")).arg(folder).args(pages);
    // The package unpacks Chromium into the folder for temporary files.
    // As in Lambda, it brings the libraries that a small system lacks.
    node.env("TMPDIR", folder).env("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x");
    let output = node.output().expect("node is on the path");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).expect("what became of the pages")
}

fn installed() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let place = tmp.join(CHROMIUM.replace(['@', '/'], "-"));
        if !place.exists() {
            let making = tmp.join(format!("chromium-making-{}", std::process::id()));
            fs::create_dir_all(&making).expect("a folder below target/");
            let mut npm = Command::new("npm");
            npm.args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]);
            let output = npm.arg("--prefix").arg(&making).arg(CHROMIUM).output();
            let output = output.expect("npm is on the path");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            // It fails where another run was quicker, which serves as well.
            let _renamed = fs::rename(&making, &place);
        }
        place
    })
}
